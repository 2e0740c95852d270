// Stream checker of the proof: TLS and DTLS pass however the network cut them, anything else is
// found.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../../pktgen/proof.h"

enum { SYN = 2, ACK = 16, FIN = 1, ISN = 0xfffffff0 }; // the sequence numbers wrap within the test

struct bench {
	struct pg_streams *s;
	struct pg_findings f;
	unsigned long number;
};

static struct bench open_bench(void)
{
	struct bench b = {.s = pg_streams_new()};

	assert_non_null(b.s);
	return b;
}

// A packet between 192.0.2.1:1000 (the client) and 192.0.2.2:2000. Payload lies in a copy of its
// size.
static void packet(struct bench *b, uint8_t proto, bool client, uint8_t flags, uint32_t seq,
		   const void *payload, uint32_t len)
{
	struct pg_segment s = {.family = 4, .proto = proto, .flags = flags, .seq = seq, .len = len};
	uint8_t *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, payload, len);
	memcpy(s.src, client ? "\xc0\0\x02\x01" : "\xc0\0\x02\x02", 4);
	memcpy(s.dst, client ? "\xc0\0\x02\x02" : "\xc0\0\x02\x01", 4);
	s.sport = client ? 1000 : 2000;
	s.dport = client ? 2000 : 1000;
	s.payload = copy;
	pg_streams_add(b->s, &s, ++b->number, &b->f);
	free(copy);
}

static void tcp(struct bench *b, bool client, uint32_t offset, const void *payload, uint32_t len)
{
	packet(b, 6, client, ACK, ISN + 1 + offset, payload, len);
}

static void connect_tcp(struct bench *b)
{
	packet(b, 6, true, SYN, ISN, "", 0);
	packet(b, 6, false, SYN | ACK, ISN, "", 0);
}

// Three records of 5 + 4, 5 + 1 and 5 + 0 bytes: handshake, change cipher spec, empty data.
static const uint8_t tls[] = {22, 3, 1, 0, 4, 'a', 'b', 'c', 'd', 20,
			      3,  3, 0, 1, 1, 23,  3,   3,   0,   0};
enum { TLS = sizeof(tls) };

static bool found(struct bench *b, const char *text)
{
	bool yes = b->f.n > 0 && strstr(b->f.text[0], text);

	pg_streams_free(b->s);
	return yes;
}

static void assert_clean(struct bench *b, unsigned records)
{
	struct pg_streams_sum sum;

	pg_streams_end(b->s, &b->f);
	if (b->f.n)
		print_error("%s\n", b->f.text[0]);
	assert_int_equal(b->f.n, 0);
	pg_streams_sum(b->s, &sum);
	assert_int_equal(sum.tls_records + sum.dtls_records, records);
	pg_streams_free(b->s);
}

static void tls_cut_anywhere(void **state)
{
	for (uint32_t cut = 1; cut < TLS; cut++) {
		struct bench b = open_bench();

		connect_tcp(&b);
		tcp(&b, true, 0, tls, cut);
		tcp(&b, true, cut, tls + cut, TLS - cut);
		tcp(&b, false, 0, tls, TLS);
		packet(&b, 6, true, FIN | ACK, ISN + 1 + TLS, "", 0);
		assert_int_equal(pg_streams_packets(b.s, "192.0.2.1:1000"), 6);
		assert_int_equal(pg_streams_packets(b.s, "192.0.2.2:2000"), 6);
		assert_int_equal(pg_streams_packets(b.s, "192.0.2.2:1000"), 0);
		assert_clean(&b, 6);
	}
}

static void lost_repeated_and_late(void **state)
{
	struct bench b = open_bench();

	connect_tcp(&b);
	packet(&b, 6, true, SYN, ISN, "", 0); // SYN again
	tcp(&b, true, 15, tls + 15, 5);       // early
	tcp(&b, true, 9, tls + 9, 3);         // early, before the other one
	tcp(&b, true, 8, tls + 8, 6);         // early, overlaps
	tcp(&b, true, 0, tls, 8);
	tcp(&b, true, 0, tls, 4);       // retransmission
	tcp(&b, true, 10, tls + 10, 8); // fills the gap, overlaps both sides
	assert_clean(&b, 3);
}

static void one_byte_each(void **state)
{
	struct bench b = open_bench();

	connect_tcp(&b);
	for (uint32_t i = TLS; i-- > 0;)
		tcp(&b, true, i, tls + i, 1);
	assert_clean(&b, 3);
}

static void no_tls(void **state)
{
	static const struct {
		uint8_t head[5];
		const char *finding;
	} cases[] = {
		{{'M', 'S', 'R', 'P', ' '}, "content type"},
		{{24, 3, 3, 0, 1}, "content type"},
		{{22, 2, 0, 0, 1}, "version"},
		{{22, 3, 5, 0, 1}, "version"},
		{{22, 3, 3, 0x48, 0x01}, "length"},
		{{22, 3, 3, 0, 0}, "length"},
		{{23, 3, 3, 0, 1}, "begin with a handshake"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench b = open_bench();

		connect_tcp(&b);
		tcp(&b, false, 0, cases[i].head, 5);
		assert_int_equal(b.f.n, 1);
		assert_true(found(&b, cases[i].finding));
	}
}

// Plain text behind good records is found too, in the packet where it lies.
static void plain_text_in_the_middle(void **state)
{
	struct bench b = open_bench();

	connect_tcp(&b);
	tcp(&b, true, 0, tls, TLS);
	tcp(&b, true, TLS, "MSRP", 4);
	assert_true(
		found(&b, "packet 4: 192.0.2.1:1000 to 192.0.2.2:2000: byte 20: not a TLS record"));
}

static void incomplete(void **state)
{
	struct bench b = open_bench();

	connect_tcp(&b);
	tcp(&b, true, 0, tls, 7);
	pg_streams_end(b.s, &b.f);
	assert_true(found(&b, "ends within a TLS record"));

	b = open_bench();
	connect_tcp(&b);
	tcp(&b, true, 0, tls, 9);
	tcp(&b, true, 15, tls + 15, 5);
	pg_streams_end(b.s, &b.f);
	assert_true(found(&b, "bytes before this segment are missing"));

	b = open_bench();
	tcp(&b, true, 0, tls, TLS);
	assert_true(found(&b, "began too late"));
}

static void held_data_is_bounded(void **state)
{
	struct bench b = open_bench();
	static const uint8_t big[60000];

	connect_tcp(&b);
	for (uint32_t i = 1; i < 1000 && !b.f.n; i++)
		tcp(&b, true, i * sizeof(big), big, sizeof(big));
	assert_true(found(&b, "too much data waits"));
}

// The same two endpoints connect again: a stream of its own.
static void second_connection(void **state)
{
	struct pg_streams_sum sum;
	struct bench b = open_bench();

	connect_tcp(&b);
	tcp(&b, true, 0, tls, TLS);
	packet(&b, 6, true, SYN, 5000, "", 0);
	packet(&b, 6, true, ACK, 5001, tls, TLS);
	pg_streams_sum(b.s, &sum);
	assert_int_equal(sum.tcp, 2);
	assert_clean(&b, 6);
}

static const uint8_t dtls[] = {22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 'a', 'b',
			       20, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1};

static void dtls_datagrams(void **state)
{
	struct bench b = open_bench();

	packet(&b, 17, true, 0, 0, dtls, sizeof(dtls));
	packet(&b, 17, false, 0, 0, dtls, 15);
	packet(&b, 17, true, 0, 0, dtls + 15, 14);
	assert_int_equal(pg_streams_packets(b.s, "192.0.2.1:1000"), 3);
	assert_clean(&b, 4);
}

static void no_dtls(void **state)
{
	static const struct {
		uint8_t change_at, change_to;
		uint32_t len;
		const char *finding;
	} cases[] = {
		{0, 0x80, sizeof(dtls), "not a DTLS record"}, // RTP or UDPTL in clear
		{1, 3, sizeof(dtls), "not a DTLS record"},
		{2, 0xfc, sizeof(dtls), "not a DTLS record"},
		{12, 50, sizeof(dtls), "length"},
		{12, 0, sizeof(dtls), "length"},
		{15, 99, sizeof(dtls), "not a DTLS record"}, // rubbish behind a good record
		{0, 23, sizeof(dtls), "begin with a handshake"},
		{0, 22, sizeof(dtls) - 1, "length"}, // cut
		{0, 22, 12, "not a DTLS record"},
		{0, 22, 0, "empty"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench b = open_bench();
		uint8_t d[sizeof(dtls)];

		memcpy(d, dtls, sizeof(d));
		d[cases[i].change_at] = cases[i].change_to;
		packet(&b, 17, true, 0, 0, d, cases[i].len);
		assert_int_equal(b.f.n, 1);
		assert_true(found(&b, cases[i].finding));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tls_cut_anywhere),
		cmocka_unit_test(lost_repeated_and_late),
		cmocka_unit_test(one_byte_each),
		cmocka_unit_test(no_tls),
		cmocka_unit_test(plain_text_in_the_middle),
		cmocka_unit_test(incomplete),
		cmocka_unit_test(held_data_is_bounded),
		cmocka_unit_test(second_connection),
		cmocka_unit_test(dtls_datagrams),
		cmocka_unit_test(no_dtls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
