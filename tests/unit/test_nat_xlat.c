// IPv4 to IPv6 and back: the packet equals one that was built new for the other side.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../nat/xlat.h"
#include "../golden/call.h"
#include "../golden/frame.h"

static uint32_t seed = 5;

static uint32_t any(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

static const struct side {
	const char *remote, *local;
} four = {"198.51.100.20", "198.51.100.10"}, six = {"2001:db8:a::20", "2001:db8:a::10"};

static struct nat_flow flow_of(const struct side *in, const struct side *out, const uint16_t *ports,
			       uint8_t proto)
{
	struct nat_ep remote = call_ep(in->remote, ports[0], proto);
	struct nat_ep local = call_ep(in->local, ports[1], proto);
	struct nat_ep src = call_ep(out->local, ports[2], proto);
	struct nat_ep dst = call_ep(out->remote, ports[3], proto);
	struct nat_flow f;

	call_flow(&f, &remote, &local, &src, &dst);
	nat_flow_seal(&f, &local);
	return f;
}

static struct packet packet_between(const char *src, uint16_t sport, const char *dst,
				    uint16_t dport, uint8_t proto)
{
	return (struct packet){.src = src,
			       .dst = dst,
			       .proto = proto,
			       .sport = sport,
			       .dport = dport,
			       .tcp_flags = ACK_,
			       .ttl = 9};
}

static void becomes(const struct packet *in, const struct nat_flow *flow, uint16_t dport,
		    uint16_t id, const struct packet *want)
{
	struct frame f = frame_new(in), w = frame_new(want);
	struct nat_pkt pkt;
	uint16_t len;

	assert_int_equal(nat_parse(f.at, (uint32_t)f.len, &pkt), NAT_FORWARD);
	len = pkt.l3_len;
	nat_xlat(flow, &pkt, nat_be16(dport), id);
	assert_int_equal(pkt.l3_len, len + nat_growth(flow));
	frame_send(&f, &pkt, len);
	assert_int_equal(f.len, w.len);
	assert_memory_equal(f.at, w.at, w.len);
	frame_free(&f);
	frame_free(&w);
}

static void any_packet(void **state)
{
	uint8_t payload[1300];

	for (unsigned round = 0; round < 4000; round++) {
		bool up = round & 1;
		uint8_t proto = round & 2 ? PACKET_TCP : PACKET_UDP;
		const struct side *in_side = up ? &four : &six, *out = up ? &six : &four;
		uint16_t ports[4], id = (uint16_t)any();
		struct packet in, want;
		struct nat_flow flow;
		unsigned total;

		for (unsigned i = 0; i < 4; i++)
			ports[i] = (uint16_t)(any() % 16 ? any() | 1 : 0xffff);
		for (size_t i = 0; i < sizeof(payload); i++)
			payload[i] = (uint8_t)any();
		flow = flow_of(in_side, out, ports, proto);
		in = packet_between(in_side->remote, ports[0], in_side->local, ports[1], proto);
		in.payload = payload;
		in.payload_len = (uint16_t)(any() % (round & 4 ? 1300 : 65));
		in.tos = (uint8_t)any();
		in.ip_id = (uint16_t)any();
		in.flow_label = any() & 0xfffff;
		if (up && proto == PACKET_UDP && round % 8 == 1)
			in.sum = SUM_NONE;
		in.tagged = round & 16;
		in.tci = 0x6005;
		want = in;
		want.src = out->local;
		want.dst = out->remote;
		want.sport = ports[2];
		want.dport = ports[3];
		want.ttl = 8;
		want.sum = SUM_RIGHT;
		want.flow_label = 0;
		total = 20u + (proto == PACKET_TCP ? 20 : 8) + in.payload_len;
		want.ip_id = total > 1260 ? 0 : id;
		want.frag = total > 1260 ? 0x4000 : 0;
		becomes(&in, &flow, ports[3], id, &want);
	}
}

static void dscp_is_set_and_ecn_stays(void **state)
{
	static const uint16_t ports[4] = {1, 2, 3, 4};

	for (unsigned i = 0; i < 2 * 256; i++) {
		const struct side *from = i & 1 ? &four : &six, *to = i & 1 ? &six : &four;
		struct nat_flow flow = flow_of(from, to, ports, NAT_IP_UDP);
		struct packet in = packet_between(from->remote, 1, from->local, 2, PACKET_UDP);
		struct packet want = packet_between(to->local, 3, to->remote, 4, PACKET_UDP);

		in.tos = (uint8_t)(i / 2);
		flow.dscp = 46;
		want.tos = (uint8_t)(46 << 2 | (i / 2 & 3));
		want.ttl = 8;
		want.ip_id = i & 1 ? 0 : 99;
		becomes(&in, &flow, 4, 99, &want);
	}
}

/* A sum that comes out as zero is written as 0xffff: it would otherwise mean "none". */
static void a_sum_of_zero(void **state)
{
	static const uint16_t ports[4] = {1, 2, 3, 4};

	for (unsigned i = 0; i < 4; i++) {
		const struct side *from = i & 1 ? &four : &six, *to = i & 1 ? &six : &four;
		struct nat_flow flow = flow_of(from, to, ports, NAT_IP_UDP);
		struct packet in = packet_between(from->remote, 1, from->local, 2, PACKET_UDP);
		struct packet want = packet_between(to->local, 3, to->remote, 4, PACKET_UDP);
		static uint8_t room[PACKET_MAX];
		uint8_t payload[2] = {0, 0};

		if (i == 3)
			in.sum = SUM_NONE;
		in.payload = want.payload = payload;
		in.payload_len = want.payload_len = 2;
		want.ttl = 8;
		want.ip_id = i & 1 ? 0 : 7;
		packet_build(&want, room);
		memcpy(payload, room + (i & 1 ? 60 : 40), 2); // with its sum as payload it is zero
		packet_build(&want, room);
		assert_int_equal(nat_load16(room + (i & 1 ? 60 : 40)), 0xffff);
		becomes(&in, &flow, 4, 7, &want);
	}
}

static void who_crosses(void **state)
{
	static const uint16_t ports[4] = {1, 2, 3, 4};
	struct nat_flow f = flow_of(&four, &four, ports, NAT_IP_UDP);

	assert_false(nat_crosses(&f));
	assert_int_equal(nat_growth(&f), 0);
	f = flow_of(&six, &six, ports, NAT_IP_UDP);
	assert_false(nat_crosses(&f));
	f = flow_of(&four, &six, ports, NAT_IP_TCP);
	assert_true(nat_crosses(&f));
	assert_int_equal(nat_growth(&f), 20);
	f = flow_of(&six, &four, ports, NAT_IP_TCP);
	assert_true(nat_crosses(&f));
	assert_int_equal(nat_growth(&f), -20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_packet),
		cmocka_unit_test(dscp_is_set_and_ecn_stays),
		cmocka_unit_test(a_sum_of_zero),
		cmocka_unit_test(who_crosses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
