// Header reader of the proof: it finds every address, and what it cannot read it reports.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../../pktgen/proof.h"

// ---- a frame, built from the outside in

struct frame {
	uint8_t b[512];
	size_t len;
};

static void bytes(struct frame *f, const void *p, size_t len)
{
	assert_true(f->len + len <= sizeof(f->b));
	memcpy(f->b + f->len, p, len);
	f->len += len;
}

static void u8(struct frame *f, unsigned v)
{
	uint8_t b = (uint8_t)v;

	bytes(f, &b, 1);
}

static void u16(struct frame *f, unsigned v)
{
	u8(f, v >> 8);
	u8(f, v);
}

static void zeroes(struct frame *f, size_t n)
{
	while (n--)
		u8(f, 0);
}

static void ip(struct frame *f, const char *text)
{
	uint8_t a[16];
	bool six = strchr(text, ':');

	assert_int_equal(inet_pton(six ? AF_INET6 : AF_INET, text, a), 1);
	bytes(f, a, six ? 16 : 4);
}

// A unicast MAC whose last byte is `last`.
static void mac(struct frame *f, unsigned last)
{
	bytes(f, "\x02\0\0\0\0", 5);
	u8(f, last);
}

static struct frame eth(unsigned type)
{
	struct frame f = {0};

	mac(&f, 1);
	mac(&f, 2);
	u16(&f, type);
	return f;
}

static void head4(struct frame *f, unsigned proto, const char *src, const char *dst,
		  unsigned payload)
{
	u8(f, 0x45);
	u8(f, 0);
	u16(f, 20 + payload);
	zeroes(f, 4);
	u8(f, 64);
	u8(f, proto);
	u16(f, 0);
	ip(f, src);
	ip(f, dst);
}

static void head6(struct frame *f, unsigned next, const char *src, const char *dst,
		  unsigned payload)
{
	u8(f, 0x60);
	zeroes(f, 3);
	u16(f, payload);
	u8(f, next);
	u8(f, 255);
	ip(f, src);
	ip(f, dst);
}

static void udp(struct frame *f, unsigned sport, unsigned dport, unsigned payload)
{
	u16(f, sport);
	u16(f, dport);
	u16(f, 8 + payload);
	u16(f, 0);
	zeroes(f, payload);
}

// ---- what the reader made of it

struct result {
	struct pg_heads heads;
	struct pg_findings f;
	struct pg_segment seg;
	bool is_seg;
};

// Reads the first `len` bytes of a frame from a heap copy of that size, so that ASan sees every
// byte that is read too far.
static struct result read_part(const struct frame *f, size_t len)
{
	struct result r = {0};
	uint8_t *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, f->b, len);
	r.is_seg = pg_heads_frame(&r.heads, copy, len, 7, &r.seg, &r.f);
	free(copy);
	return r;
}

static struct result read_frame(const struct frame *f)
{
	return read_part(f, f->len);
}

static bool knows(const struct result *r, enum pg_addr_kind kind, const void *a)
{
	for (unsigned i = 0; i < r->heads.n; i++)
		if (r->heads.seen[i].kind == kind && !memcmp(r->heads.seen[i].b, a, kind))
			return true;
	return false;
}

static bool knows_ip(const struct result *r, const char *text)
{
	struct frame f = {0};

	ip(&f, text);
	return knows(r, f.len == 4 ? PG_ADDR_IP4 : PG_ADDR_IP6, f.b);
}

static bool knows_mac(const struct result *r, unsigned last)
{
	struct frame f = {0};

	mac(&f, last);
	return knows(r, PG_ADDR_MAC, f.b);
}

static bool finds(const struct result *r, const char *text)
{
	for (unsigned i = 0; i < r->f.n && i < PG_FINDINGS; i++)
		if (strstr(r->f.text[i], text))
			return true;
	return false;
}

// ---- tests

static struct frame udp4(void)
{
	struct frame f = eth(0x0800);

	head4(&f, 17, "192.0.2.1", "192.0.2.2", 8 + 5);
	udp(&f, 1000, 2000, 5);
	return f;
}

static void udp_over_ip4(void **state)
{
	struct frame f = udp4();
	struct result r = read_frame(&f);

	assert_true(r.is_seg);
	assert_int_equal(r.f.n, 0);
	assert_int_equal(r.heads.n, 4);
	assert_true(knows_mac(&r, 1) && knows_mac(&r, 2));
	assert_true(knows_ip(&r, "192.0.2.1") && knows_ip(&r, "192.0.2.2"));
	assert_int_equal(r.seg.sport, 1000);
	assert_int_equal(r.seg.dport, 2000);
	assert_int_equal(r.seg.len, 5);
}

static void vlan_tag_and_padding(void **state)
{
	struct frame f = eth(0x8100);
	struct result r;

	u16(&f, 42);
	u16(&f, 0x86dd);
	head6(&f, 17, "2001:db8::1", "2001:db8::2", 8);
	udp(&f, 1, 2, 0);
	zeroes(&f, 6); // Ethernet padding is no payload
	r = read_frame(&f);
	assert_true(r.is_seg);
	assert_int_equal(r.f.n, 0);
	assert_int_equal(r.seg.len, 0);
	assert_true(knows_ip(&r, "2001:db8::1"));
}

static struct frame arp(void)
{
	struct frame f = eth(0x0806);

	u16(&f, 1);
	u16(&f, 0x0800);
	u8(&f, 6);
	u8(&f, 4);
	u16(&f, 1);
	mac(&f, 3);
	ip(&f, "192.0.2.3");
	mac(&f, 4);
	ip(&f, "192.0.2.4");
	return f;
}

static void arp_message(void **state)
{
	struct frame f = arp();
	struct result r = read_frame(&f);

	assert_false(r.is_seg);
	assert_int_equal(r.f.n, 0);
	assert_true(knows_mac(&r, 3) && knows_mac(&r, 4));
	assert_true(knows_ip(&r, "192.0.2.3") && knows_ip(&r, "192.0.2.4"));
}

static struct frame solicitation(void)
{
	struct frame f = eth(0x86dd);

	head6(&f, 58, "fe80::1", "ff02::1:ff00:2", 24 + 8);
	u8(&f, 135);
	zeroes(&f, 7);
	ip(&f, "2001:db8::2");
	u8(&f, 1);
	u8(&f, 1);
	mac(&f, 5);
	return f;
}

static void neighbour_discovery(void **state)
{
	struct frame f = solicitation();
	struct result r = read_frame(&f);

	assert_int_equal(r.f.n, 0);
	assert_true(knows_ip(&r, "fe80::1") && knows_ip(&r, "2001:db8::2"));
	assert_true(knows_mac(&r, 5));
	assert_false(knows_ip(&r, "ff02::1:ff00:2")); // multicast belongs to nobody
	f.b[f.len - 7] = 0;                           // option of length 0
	r = read_frame(&f);
	assert_true(finds(&r, "wrong length"));
}

// What Linux sends when an interface comes up.
static void multicast_listener_report(void **state)
{
	struct frame f = eth(0x86dd);
	struct result r;

	head6(&f, 0, "fe80::1", "ff02::16", 8 + 8 + 20 + 16);
	bytes(&f, "\x3a\0\x05\x02\0\0\x01\0", 8); // hop by hop: router alert, PadN
	u8(&f, 143);
	zeroes(&f, 6);
	u8(&f, 1);
	bytes(&f, "\x04\0\0\x01", 4);
	ip(&f, "ff02::1:ff00:2");
	ip(&f, "2001:db8::7");
	r = read_frame(&f);
	assert_int_equal(r.f.n, 0);
	assert_true(knows_ip(&r, "2001:db8::7"));
}

static struct frame icmp_error4(void)
{
	struct frame f = eth(0x0800);

	head4(&f, 1, "192.0.2.1", "192.0.2.2", 8 + 28);
	u8(&f, 3);
	u8(&f, 3);
	zeroes(&f, 6);
	head4(&f, 17, "203.0.113.5", "203.0.113.6", 100); // quotes the beginning of a longer packet
	udp(&f, 1, 2, 0);
	return f;
}

static void quoted_headers(void **state)
{
	struct frame f = icmp_error4(), six = eth(0x86dd);
	struct result r = read_frame(&f);

	assert_false(r.is_seg);
	assert_int_equal(r.f.n, 0);
	assert_true(knows_ip(&r, "203.0.113.5") && knows_ip(&r, "203.0.113.6"));

	head6(&six, 58, "2001:db8::1", "2001:db8::2", 8 + 40);
	u8(&six, 2);
	zeroes(&six, 7);
	head6(&six, 6, "2001:db8:9::1", "2001:db8:9::2", 1000);
	r = read_frame(&six);
	assert_int_equal(r.f.n, 0);
	assert_true(knows_ip(&r, "2001:db8:9::1") && knows_ip(&r, "2001:db8:9::2"));
}

static void tcp_segment(void **state)
{
	struct frame f = eth(0x0800);
	struct result r;

	head4(&f, 6, "192.0.2.1", "192.0.2.2", 24 + 3);
	u16(&f, 10);
	u16(&f, 20);
	bytes(&f, "\x01\x02\x03\x04\0\0\0\0\x60\x18", 10); // 24 bytes of header, PSH ACK
	zeroes(&f, 10);
	bytes(&f, "abc", 3);
	r = read_frame(&f);
	assert_true(r.is_seg);
	assert_int_equal(r.seg.seq, 0x01020304);
	assert_int_equal(r.seg.flags, 0x18);
	assert_int_equal(r.seg.len, 3);
	f.b[14 + 20 + 12] = 0xf0; // header beyond the end
	r = read_frame(&f);
	assert_false(r.is_seg);
	assert_true(finds(&r, "TCP header with a wrong length"));
}

// Where an address could hide unread, there is a finding.
static void not_understood(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		const char *finding;
	} cases[] = {
		{12, 0x88, "Ethernet type 0x8800"}, {14, 0x46, "IPv4 options"},
		{14, 0x65, "contradicts itself"},   {20, 0x20, "IPv4 fragment"},
		{23, 47, "IPv4 protocol"},          {38, 1, "UDP header with a wrong length"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct frame f = udp4();
		struct result r;

		f.b[cases[i].at] = cases[i].value;
		r = read_frame(&f);
		assert_false(r.is_seg);
		assert_true(finds(&r, cases[i].finding));
		assert_true(finds(&r, "packet 7: "));
	}
}

// Every frame, cut at every length: never a byte too far, and always a finding.
static void cut_frames(void **state)
{
	struct frame frames[] = {udp4(), arp(), solicitation()};

	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++)
		for (size_t len = 0; len < frames[i].len; len++)
			assert_true(read_part(&frames[i], len).f.n > 0);
}

// Quotes may be cut anywhere, but the error message itself may not.
static void cut_quotes(void **state)
{
	struct frame f = icmp_error4();

	for (size_t len = 42; len < f.len; len++) {
		f.b[16] = 0;
		f.b[17] = (uint8_t)(len - 14);
		assert_int_equal(read_part(&f, len).f.n, 0);
	}
}

static void domains_are_compared(void **state)
{
	struct frame f = udp4(), g = arp();
	struct result a = read_frame(&f), b = read_frame(&g);
	struct pg_findings none = {0};
	struct result other = {0};

	pg_heads_compare(&a.heads, &other.heads, &none);
	assert_int_equal(none.n, 0);
	pg_heads_compare(&a.heads, &b.heads, &none); // the two MACs of eth() stand in both
	assert_int_equal(none.n, 2);
	assert_non_null(strstr(none.text[0],
			       "02:00:00:00:00:01 is seen in both domains: packet 7 of a "
			       "(Ethernet destination), packet 7 of b (Ethernet destination)"));
}

static void a_quoted_leak_is_found(void **state)
{
	struct frame f = icmp_error4(), g = eth(0x0800);
	struct result a = read_frame(&f), b;
	struct pg_findings leak = {0};

	g.b[5] = 8; // other MACs
	g.b[11] = 9;
	head4(&g, 17, "203.0.113.5", "203.0.113.9", 8);
	udp(&g, 1, 2, 0);
	b = read_frame(&g);
	pg_heads_compare(&a.heads, &b.heads, &leak);
	assert_int_equal(leak.n, 1);
	assert_non_null(strstr(leak.text[0], "203.0.113.5 is seen in both domains: packet 7 of a "
					     "(quoted IPv4 source), packet 7 of b (IPv4 source)"));
}

static void findings_are_bounded(void **state)
{
	struct pg_findings f = {.file = "a.pcapng"};

	for (int i = 0; i < 3 * PG_FINDINGS; i++)
		pg_finding(&f, "number %d", i);
	assert_int_equal(f.n, 3 * PG_FINDINGS);
	assert_string_equal(f.text[0], "a.pcapng: number 0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(udp_over_ip4),
		cmocka_unit_test(vlan_tag_and_padding),
		cmocka_unit_test(arp_message),
		cmocka_unit_test(neighbour_discovery),
		cmocka_unit_test(multicast_listener_report),
		cmocka_unit_test(quoted_headers),
		cmocka_unit_test(tcp_segment),
		cmocka_unit_test(not_understood),
		cmocka_unit_test(cut_frames),
		cmocka_unit_test(cut_quotes),
		cmocka_unit_test(domains_are_compared),
		cmocka_unit_test(a_quoted_leak_is_found),
		cmocka_unit_test(findings_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
