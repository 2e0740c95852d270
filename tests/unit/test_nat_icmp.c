// ICMP errors: whom they concern, what of them is believed, hostile quotes, limits of length.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../nat/icmp.h"
#include "../golden/call.h"
#include "../golden/frame.h"

/* B's side: where the packets went that errors are about. */
static const char *const local[2] = {"203.0.113.10", "2001:db8:b::10"};
static const char *const remote[2] = {"203.0.113.20", "2001:db8:b::20"};

static struct call call(uint8_t proto, bool a6, bool b6)
{
	struct call c = {
		.a_remote = call_ep(a6 ? "2001:db8:a::20" : "198.51.100.20", 40000, proto),
		.a_local = call_ep(a6 ? "2001:db8:a::10" : "198.51.100.10", 20000, proto),
		.b_local = call_ep(local[b6], 30000, proto),
		.b_remote = call_ep(remote[b6], 50000, proto),
	};

	call_flows(&c);
	call_seal(&c);
	return c;
}

static struct packet about(uint8_t proto, bool b6)
{
	return (struct packet){.src = local[b6],
			       .dst = remote[b6],
			       .proto = proto,
			       .sport = 30000,
			       .dport = 50000,
			       .tcp_flags = ACK_,
			       .payload_len = 400};
}

static struct packet unreachable(const struct packet *quote, bool b6)
{
	return (struct packet){.src = remote[b6],
			       .dst = local[b6],
			       .proto = b6 ? PACKET_ICMP6 : PACKET_ICMP,
			       .icmp_type = b6 ? 1 : 3,
			       .icmp_code = b6 ? 4 : 3,
			       .quote = quote};
}

static uint32_t value; // second word of the error that left last

/* Sends an error through; what is dropped is unchanged, and never is the connection touched. */
static enum nat_verdict put(const struct call *c, const struct packet *error, struct nat_pkt *pkt)
{
	struct frame f = frame_new(error), copy = frame_of(f.at, f.len);
	struct nat_conn before = c->conn;
	enum nat_verdict v = NAT_DROP;
	struct nat_quote q;
	uint16_t len;

	assert_int_equal(nat_parse(f.at, (uint32_t)f.len, pkt), NAT_LOCAL);
	assert_true(nat_icmp_is_error(pkt));
	len = pkt->l3_len;
	if (nat_icmp_read(pkt, &q)) {
		assert_int_equal(q.ours.port, c->b_local.port);
		v = nat_icmp_error(&c->flow[NAT_B], &c->conn, pkt, &q);
	}
	if (v == NAT_DROP) {
		assert_memory_equal(f.at, copy.at, f.len);
	} else {
		uint16_t max = c->a_local.family == NAT_IP6 ? 1280 : 576;

		frame_send(&f, pkt, len);
		assert_int_equal(nat_parse(f.at, (uint32_t)f.len, pkt), NAT_LOCAL);
		assert_true(nat_icmp_is_error(pkt) && nat_csum_check(pkt));
		assert_true(nat_addr_eq(&pkt->src, &c->a_local.addr));
		assert_true(nat_addr_eq(&pkt->dst, &c->a_remote.addr));
		assert_true(pkt->l3_len <= max);
		value = nat_load32(pkt->l4 + 4);
	}
	assert_memory_equal(&c->conn, &before, sizeof(before));
	frame_free(&f);
	frame_free(&copy);
	return v;
}

static void a_quote_of_every_length(void **state)
{
	for (unsigned i = 0; i < 8; i++) {
		uint8_t proto = i & 1 ? PACKET_TCP : PACKET_UDP;
		bool a6 = i & 2, b6 = i & 4;
		struct call c = call(proto, a6, b6);
		struct packet quote = about(proto, b6), error = unreachable(&quote, b6);
		unsigned head = b6 ? 40 : 20;

		c.conn.tcp = NAT_TCP_UP;
		c.conn.next_seq[NAT_A] = 1000;
		for (unsigned len = 1; len <= head + 30; len++) {
			struct nat_pkt pkt;
			bool enough = len >= head + 8;

			error.quote_len = (uint16_t)len;
			assert_int_equal(put(&c, &error, &pkt), enough ? NAT_FORWARD : NAT_DROP);
		}
	}
}

/* Every single bit of the quoted headers that names the flow, and of the checksums, matters. */
static void a_bit_flipped(void **state)
{
	for (unsigned b6 = 0; b6 < 2; b6++) {
		struct call c = call(NAT_IP_UDP, b6, b6);
		struct packet quote = about(PACKET_UDP, b6), error = unreachable(&quote, b6);
		struct frame f = frame_new(&error);
		size_t inner = 14 + (b6 ? 40 : 20) + 8, from = inner + (b6 ? 8 : 12);
		size_t to = inner + (b6 ? 44 : 24); // addresses and ports

		for (size_t bit = from * 8; bit < to * 8; bit++) {
			struct frame g = frame_of(f.at, f.len);
			enum nat_verdict v = NAT_DROP;
			struct nat_quote q;
			struct nat_pkt pkt;
			uint16_t sum;

			g.at[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_int_equal(nat_parse(g.at, (uint32_t)g.len, &pkt), NAT_LOCAL);
			assert_false(nat_icmp_read(&pkt, &q));
			assert_int_equal(pkt.reason, NAT_R_BAD_CHECKSUM);
			memset(pkt.l4 + 2, 0, 2); // an attacker computes it
			sum = slow_csum(pkt.l4, pkt.l4_len,
					b6 ? packet_pseudo(&error, pkt.l4_len) : 0);
			put16(pkt.l4 + 2, sum);
			if (nat_icmp_read(&pkt, &q) && q.ours.port == c.b_local.port)
				v = nat_icmp_error(&c.flow[NAT_B], &c.conn, &pkt, &q);
			assert_int_equal(v, NAT_DROP);
			frame_free(&g);
		}
		frame_free(&f);
	}
}

static void only_errors_are_errors(void **state)
{
	for (unsigned b6 = 0; b6 < 2; b6++)
		for (unsigned type = 0; type < 256; type++) {
			struct packet p = unreachable(NULL, b6);
			bool want = b6 ? type >= 1 && type <= 4
				       : type == 3 || type == 11 || type == 12;
			struct nat_pkt pkt;
			struct frame f;

			p.icmp_type = (uint8_t)type;
			p.payload_len = 8;
			f = frame_new(&p);
			assert_int_equal(nat_parse(f.at, (uint32_t)f.len, &pkt), NAT_LOCAL);
			assert_int_equal(nat_icmp_is_error(&pkt), want);
			frame_free(&f);
		}
}

/* RFC 7915: the MTU that the far end is told, for all pairs and claims. */
static void mtu_told(void **state)
{
	static const struct {
		bool a6, b6;
		uint16_t a_mtu, b_mtu;  // of the links
		uint32_t claimed, told; // told 0: dropped
	} cases[] = {
		{false, false, 1500, 1500, 1400, 1400}, {false, false, 1500, 1500, 68, 576},
		{false, false, 1400, 1500, 1450, 1400}, {true, true, 1500, 1500, 1400, 1400},
		{true, true, 1500, 1500, 68, 1280},     {true, true, 1400, 1500, 1450, 1400},
		{true, false, 1500, 1500, 1400, 1420},  {true, false, 1500, 1500, 576, 1280},
		{true, false, 1400, 1500, 1450, 1400},  {false, true, 1500, 1500, 1400, 1380},
		{false, true, 1500, 1500, 1280, 1260},  {false, true, 1300, 1500, 1450, 1300},
		{false, false, 1500, 1500, 1500, 0},    {true, true, 1500, 1500, 1500, 0},
		{false, true, 1500, 1500, 65535, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool a6 = cases[i].a6, b6 = cases[i].b6;
		struct call c = call(NAT_IP_UDP, a6, b6);
		struct packet quote = about(PACKET_UDP, b6), error = unreachable(&quote, b6);
		struct nat_pkt pkt;

		quote.payload_len = (uint16_t)(1500 - (b6 ? 48 : 28));
		c.flow[NAT_B].mtu = cases[i].a_mtu; // packets of flow B leave to A
		c.flow[NAT_A].mtu = cases[i].b_mtu;
		call_seal(&c);
		error.icmp_type = b6 ? 2 : 3;
		error.icmp_code = b6 ? 0 : 4;
		error.icmp_value = cases[i].claimed;
		if (!cases[i].told) {
			assert_int_equal(put(&c, &error, &pkt), NAT_DROP);
			continue;
		}
		assert_int_equal(put(&c, &error, &pkt), NAT_FORWARD);
		assert_int_equal(value, cases[i].told);
	}
}

static void a_flow_without_far_end_takes_none(void **state)
{
	struct call c = call(NAT_IP_UDP, false, false);
	struct packet quote = about(PACKET_UDP, false), error = unreachable(&quote, false);
	struct nat_pkt pkt;

	c.flow[NAT_B].flags &= (uint16_t)~NAT_F_READY;
	assert_int_equal(put(&c, &error, &pkt), NAT_DROP);
	assert_int_equal(pkt.reason, NAT_R_ICMP);
	c.flow[NAT_B].flags |= NAT_F_READY;
	c.flow[NAT_B].flags &= (uint16_t)~NAT_F_OPEN; // one way only: its errors come back
	assert_int_equal(put(&c, &error, &pkt), NAT_FORWARD);
}

static void stateless_tcp_has_no_window(void **state)
{
	struct call c = call(NAT_IP_TCP, false, false);
	struct packet quote = about(PACKET_TCP, false), error = unreachable(&quote, false);
	struct nat_pkt pkt;

	quote.seq = 77777;
	assert_int_equal(put(&c, &error, &pkt), NAT_DROP); // no connection
	c.flow[NAT_B].flags |= NAT_F_STATELESS;
	assert_int_equal(put(&c, &error, &pkt), NAT_FORWARD);
}

/* Of all reasons only two have an answer, and it fits its buffer. */
static void answers(void **state)
{
	for (unsigned reason = 0; reason < NAT_REASONS; reason++)
		for (unsigned i = 0; i < 4; i++) {
			struct call c = call(NAT_IP_UDP, i & 1, i >> 1);
			struct packet p = {.src = i & 1 ? "2001:db8:a::20" : "198.51.100.20",
					   .dst = i & 1 ? "2001:db8:a::10" : "198.51.100.10",
					   .proto = PACKET_UDP,
					   .sport = 40000,
					   .dport = 20000,
					   .tagged = true,
					   .payload_len = 1400};
			uint8_t *answer = malloc(NAT_ICMP_FRAME);
			struct frame f = frame_new(&p);
			struct nat_pkt pkt, got;
			size_t len;

			assert_int_equal(nat_parse(f.at, (uint32_t)f.len, &pkt), NAT_FORWARD);
			pkt.reason = (uint8_t)reason;
			len = nat_icmp_own(&c.flow[NAT_A], &pkt, answer);
			assert_int_equal(len != 0, reason == NAT_R_TOO_BIG || reason == NAT_R_TTL);
			if (len) {
				assert_int_equal(len, 18 + (i & 1 ? 1280 : 576));
				assert_int_equal(nat_parse(answer, (uint32_t)len, &got), NAT_LOCAL);
				assert_true(nat_icmp_is_error(&got) && nat_csum_check(&got));
				assert_memory_equal(answer, f.at + 6, 6);
				assert_memory_equal(answer + 6, f.at, 6);
			}
			free(answer);
			frame_free(&f);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quote_of_every_length),
		cmocka_unit_test(a_bit_flipped),
		cmocka_unit_test(only_errors_are_errors),
		cmocka_unit_test(mtu_told),
		cmocka_unit_test(a_flow_without_far_end_takes_none),
		cmocka_unit_test(stateless_tcp_has_no_window),
		cmocka_unit_test(answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
