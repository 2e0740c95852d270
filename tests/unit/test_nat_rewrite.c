// Rewriting: the packet equals one that was built new with the other side's addresses.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../nat/rewrite.h"
#include "../golden/call.h"
#include "../golden/packet.h"

static uint32_t seed = 7;

static uint32_t any(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

static const struct side {
	const char *remote, *local, *src, *dst;
} four = {"198.51.100.20", "198.51.100.10", "203.0.113.10", "203.0.113.20"},
  six = {"2001:db8:a::20", "2001:db8:a::10", "2001:db8:b::10", "2001:db8:b::20"};

static struct nat_flow flow_of(const struct side *s, uint8_t proto, uint16_t rport, uint16_t lport,
			       uint16_t sport, uint16_t dport)
{
	struct nat_ep remote = call_ep(s->remote, rport, proto);
	struct nat_ep local = call_ep(s->local, lport, proto);
	struct nat_ep src = call_ep(s->src, sport, proto), dst = call_ep(s->dst, dport, proto);
	struct nat_flow f;

	call_flow(&f, &remote, &local, &src, &dst);
	nat_flow_seal(&f, &local);
	return f;
}

/* Rewrites `in` by the flow and compares with `want`, byte for byte. */
static void becomes(const struct packet *in, const struct nat_flow *f, uint16_t dport,
		    const struct packet *want)
{
	size_t len, want_len;
	uint8_t *frame = packet_new(in, &len), *expected = packet_new(want, &want_len);
	struct nat_pkt pkt, before;

	assert_int_equal(nat_parse(frame, (uint32_t)len, &pkt), NAT_FORWARD);
	before = pkt;
	nat_rewrite(f, &pkt, nat_be16(dport));
	assert_int_equal(len, want_len);
	assert_memory_equal(frame, expected, len);
	assert_memory_equal(&pkt, &before, sizeof(pkt));
	free(frame);
	free(expected);
}

static void any_ports_any_payload(void **state)
{
	uint8_t payload[64];

	for (unsigned round = 0; round < 4000; round++) {
		const struct side *s = round & 1 ? &six : &four;
		bool tcp = round & 2;
		uint16_t ports[5];
		struct nat_flow f;
		struct packet in, want;

		for (unsigned i = 0; i < 5; i++)
			ports[i] = (uint16_t)(any() % 16 ? any() | 1 : 0xffff);
		for (unsigned i = 0; i < sizeof(payload); i++)
			payload[i] = (uint8_t)any();
		f = flow_of(s, tcp ? NAT_IP_TCP : NAT_IP_UDP, ports[0], ports[1], ports[2], 9);
		in = (struct packet){.src = s->remote,
				     .dst = s->local,
				     .proto = tcp ? PACKET_TCP : PACKET_UDP,
				     .sport = ports[3],
				     .dport = ports[1],
				     .tcp_flags = ACK_,
				     .ttl = 7,
				     .payload = payload,
				     .payload_len = (uint16_t)(any() % 65),
				     .tos = (uint8_t)any(),
				     .ip_id = (uint16_t)any(),
				     .tagged = round & 4,
				     .tci = 12};
		want = in;
		want.src = s->src;
		want.dst = s->dst;
		want.sport = ports[2];
		want.dport = ports[4];
		want.ttl = 6;
		becomes(&in, &f, ports[4], &want);
	}
}

static void dscp_is_set_and_ecn_stays(void **state)
{
	for (unsigned tos = 0; tos < 256; tos++)
		for (unsigned dscp = 0; dscp < 64; dscp += 7)
			for (unsigned v6 = 0; v6 < 2; v6++) {
				const struct side *s = v6 ? &six : &four;
				struct nat_flow f = flow_of(s, NAT_IP_UDP, 1, 2, 3, 4);
				struct packet in = {.src = s->remote,
						    .dst = s->local,
						    .proto = PACKET_UDP,
						    .sport = 1,
						    .dport = 2,
						    .tos = (uint8_t)tos,
						    .flow_label = v6 ? 0xfffff : 0};
				struct packet want = in;

				want.src = s->src;
				want.dst = s->dst;
				want.sport = 3;
				want.dport = 4;
				want.ttl = 63;
				becomes(&in, &f, 4, &want);
				f.dscp = (uint8_t)dscp;
				want.tos = (uint8_t)(dscp << 2 | (tos & 3));
				becomes(&in, &f, 4, &want);
			}
}

static void udp_without_checksum_stays_so(void **state)
{
	struct nat_flow f = flow_of(&four, NAT_IP_UDP, 1, 2, 3, 4);
	struct packet in = {.src = four.remote,
			    .dst = four.local,
			    .proto = PACKET_UDP,
			    .sport = 1,
			    .dport = 2,
			    .sum = SUM_NONE,
			    .payload_len = 5};
	struct packet want = in;

	want.src = four.src;
	want.dst = four.dst;
	want.sport = 3;
	want.dport = 4;
	want.ttl = 63;
	becomes(&in, &f, 4, &want);
}

/* A payload that makes the new checksum zero, which UDP writes as 0xffff and TCP as it is; and one
 * that makes the old one so. */
static void zero_results(void **state)
{
	for (unsigned i = 0; i < 8; i++) {
		const struct side *s = i & 1 ? &six : &four;
		uint8_t proto = i & 2 ? PACKET_TCP : PACKET_UDP;
		struct nat_flow f = flow_of(s, proto, 1, 2, 3, 4);
		uint8_t payload[2] = {0, 0}, frame[200];
		static uint8_t room[PACKET_MAX];
		struct packet in = {.src = s->remote,
				    .dst = s->local,
				    .proto = proto,
				    .sport = 1,
				    .dport = 2,
				    .tcp_flags = ACK_,
				    .payload = payload,
				    .payload_len = 2};
		struct packet want = in;
		const struct packet *zero = i & 4 ? &in : &want;
		size_t l4 = 14 + (s == &six ? 40 : 20), at = l4 + (size_t)packet_sum_at(&in);

		want.src = s->src;
		want.dst = s->dst;
		want.sport = 3;
		want.dport = 4;
		want.ttl = 63;
		packet_build(zero, room);
		memcpy(payload, room + at, 2); // the sum of a packet with its own checksum is zero
		packet_build(zero, room);
		memcpy(frame, room + at, 2);
		assert_int_equal(frame[0], proto == PACKET_UDP ? 0xff : 0);
		assert_int_equal(frame[1], proto == PACKET_UDP ? 0xff : 0);
		becomes(&in, &f, 4, &want);
	}
}

/* Addresses full of zeros and ones: the edges of one's complement. */
static void edge_addresses(void **state)
{
	static const struct side edges[] = {
		{"1.0.0.0", "1.0.0.1", "223.255.255.255", "1.0.0.0"},
		{"223.255.255.255", "223.255.255.255", "223.255.255.255", "223.255.255.255"},
		{"2000::", "2000::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::"},
		{"fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		 "2000::", "2000::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"},
	};
	static const uint16_t ports[] = {1, 0xffff, 0x8000, 0x7fff};

	for (unsigned i = 0; i < 4 * 4 * 4; i++) {
		const struct side *s = &edges[i / 16];
		uint16_t p = ports[i / 4 % 4], q = ports[i % 4];
		struct nat_flow f = flow_of(s, NAT_IP_UDP, p, q, q, p);
		struct packet in = {.src = s->remote,
				    .dst = s->local,
				    .proto = PACKET_UDP,
				    .sport = p,
				    .dport = q,
				    .payload_len = 3};
		struct packet want = in;

		want.src = s->src;
		want.dst = s->dst;
		want.sport = q;
		want.dport = p;
		want.ttl = 63;
		becomes(&in, &f, p, &want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_ports_any_payload),
		cmocka_unit_test(dscp_is_set_and_ecn_stays),
		cmocka_unit_test(udp_without_checksum_stays_so),
		cmocka_unit_test(zero_results),
		cmocka_unit_test(edge_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
