// ARP, Neighbour Discovery and echo: what is taken, what is refused and why, what is built.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../nat/neigh_msg.h"
#include "../golden/packet.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const uint8_t peer_mac[6] = {2, 0, 0, 0, 0, 0x0b}; // source of every built packet
static const struct nat_station us = {{2, 0, 0, 0, 0, 0x0a}, 0};
static const struct nat_station us_tagged = {{2, 0, 0, 0, 0, 0x0a}, 100};

static struct nat_addr addr(const char *text)
{
	struct nat_addr a;

	if (nat_addr_parse(text, &a) == NAT_NONE)
		fail_msg("%s", text);
	return a;
}

static void addr_is(const struct nat_addr *a, const char *text)
{
	struct nat_addr want = addr(text);

	assert_memory_equal(a, &want, sizeof(want));
}

/* ---- ARP ----------------------------------------------------------------------------------------
 */

/* Where the fields of an ARP message lie. */
enum { HTYPE = 0, PTYPE = 2, HLEN = 4, PLEN = 5, OP = 6, SHA = 8, SPA = 14, TPA = 24 };

/* "Who has 192.0.2.1? Tell 192.0.2.7 at 02:00:00:00:00:0b." */
static uint8_t *arp_request(size_t *len)
{
	static const struct packet empty = {.ethertype = 0x0806, .padding = 46};
	uint8_t *frame = packet_new(&empty, len);

	memcpy(frame + 14,
	       "\0\1\x08\0\6\4\0\1"
	       "\2\0\0\0\0\x0b\xc0\0\2\7"
	       "\0\0\0\0\0\0\xc0\0\2\1",
	       28);
	return frame;
}

static void arp_is_read(void **state)
{
	/* Changes to the request above. */
	static const struct {
		struct {
			size_t at, len;
			const char *bytes;
		} change[2];
		bool ok;
		const char *sender, *target;
		enum nat_neigh_kind kind;
	} cases[] = {
		{{{0}}, true, "192.0.2.7", "192.0.2.1", NAT_NEIGH_ASK},
		{{{OP, 2, "\0\2"}}, true, "192.0.2.7", "192.0.2.7", NAT_NEIGH_SAY},
		{{{SPA, 4, "\0\0\0\0"}}, true, "0.0.0.0", "192.0.2.1", NAT_NEIGH_ASK}, // probe
		{{{SPA, 4, "\xc0\0\2\1"}}, true, "192.0.2.1", "192.0.2.1", NAT_NEIGH_ASK},
		{{{OP, 2, "\0\2"}, {SPA, 4, "\0\0\0\0"}}, false},
		{{{HTYPE, 2, "\0\6"}}, false},
		{{{PTYPE, 2, "\x86\xdd"}}, false},
		{{{HLEN, 1, "\x08"}}, false},
		{{{PLEN, 1, "\x10"}}, false},
		{{{OP, 2, "\0\0"}}, false},
		{{{OP, 2, "\0\3"}}, false},
		{{{OP, 2, "\1\1"}}, false},
		{{{SHA, 6, "\xff\xff\xff\xff\xff\xff"}}, false},
		{{{SHA, 6, "\1\0\x5e\0\0\1"}}, false},
		{{{SHA, 6, "\0\0\0\0\0\0"}}, false},
		{{{SPA, 4, "\xe0\0\0\1"}}, false},
		{{{SPA, 4, "\xff\xff\xff\xff"}}, false},
		{{{SPA, 4, "\x7f\0\0\1"}}, false},
		{{{TPA, 4, "\xe0\0\0\1"}}, false},
		{{{TPA, 4, "\0\0\0\0"}}, false},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct nat_neigh_msg msg;
		struct nat_pkt pkt;
		size_t len;
		uint8_t *frame = arp_request(&len);

		for (size_t k = 0; k < 2; k++)
			if (cases[i].change[k].len)
				memcpy(frame + 14 + cases[i].change[k].at, cases[i].change[k].bytes,
				       cases[i].change[k].len);
		assert_int_equal(nat_parse(frame, (uint32_t)len, &pkt), NAT_LOCAL);
		assert_true(nat_is_neigh(&pkt));
		if (nat_neigh_read(&pkt, &msg) != cases[i].ok)
			fail_msg("ARP case %zu", i);
		if (cases[i].ok) {
			addr_is(&msg.sender, cases[i].sender);
			addr_is(&msg.target, cases[i].target);
			assert_int_equal(msg.kind, cases[i].kind);
			assert_int_equal(msg.family, NAT_IP4);
			assert_true(msg.has_mac);
			assert_memory_equal(msg.mac, peer_mac, 6);
			assert_memory_equal(msg.eth_src, peer_mac, 6);
		} else {
			assert_int_equal(pkt.reason, NAT_R_BAD_NEIGH);
		}
		free(frame);
	}
}

static void a_frame_from_a_group_is_refused(void **state)
{
	struct nat_neigh_msg msg;
	struct nat_pkt pkt;
	size_t len;
	uint8_t *frame = arp_request(&len);

	frame[6] = 1;
	assert_int_equal(nat_parse(frame, (uint32_t)len, &pkt), NAT_LOCAL);
	assert_false(nat_neigh_read(&pkt, &msg));
	assert_int_equal(pkt.reason, NAT_R_BAD_NEIGH);
	free(frame);
}

/* ---- Neighbour Discovery
 * -------------------------------------------------------------------------- */

/* An ND message: flags, target, options; zeros take what stands behind. */
struct nd {
	uint8_t type, code, flags;
	uint8_t hops;        // 255
	const char *src;     // 2001:db8::7
	const char *dst;     // 2001:db8::1
	const char *target;  // 2001:db8::1
	const char *options; // none
	uint8_t options_len;
	uint8_t cut; // bytes missing at the end
	enum packet_sum sum;
};

static uint8_t *nd_frame(const struct nd *n, size_t *len)
{
	uint8_t body[100] = {n->flags};
	struct packet p = {.src = n->src ? n->src : "2001:db8::7",
			   .dst = n->dst ? n->dst : "2001:db8::1",
			   .proto = PACKET_ICMP6,
			   .icmp_type = n->type,
			   .icmp_code = n->code,
			   .ttl = n->hops ? n->hops : 255,
			   .payload = body,
			   .sum = n->sum};

	packet_addr(n->target ? n->target : "2001:db8::1", body + 4);
	memcpy(body + 20, n->options ? n->options : "", n->options_len);
	p.payload_len = (uint16_t)(20 + n->options_len - n->cut);
	return packet_new(&p, len);
}

#define SOURCE_MAC .options = "\1\1\2\0\0\0\0\x0b", .options_len = 8
#define TARGET_MAC .options = "\2\1\2\0\0\0\0\x0b", .options_len = 8
#define GROUP      .dst = "ff02::1:ff00:1"

static void nd_is_read(void **state)
{
	static const struct {
		const char *name;
		struct nd nd;
		bool ok, has_mac;
		enum nat_reason reason;
	} cases[] = {
		{"NS to the group", {135, GROUP, SOURCE_MAC}, true, true},
		{"NS by unicast, without a MAC", {135}, true, false},
		{"NS with options we do not know",
		 {135,
		  .options =
			  "\16\1\0\0\0\0\0\0\1\1\2\0\0\0\0\x0b\xfd\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
		  .options_len = 32},
		 true,
		 true},
		{"probe", {135, GROUP, .src = "::"}, true, false},
		{"probe with a MAC", {135, GROUP, .src = "::", SOURCE_MAC}, false},
		{"probe to unicast", {135, .src = "::"}, false},
		{"probe to all nodes", {135, .src = "::", .dst = "ff02::1"}, false},
		{"NA solicited", {136, .flags = 0x60, TARGET_MAC}, true, true},
		{"NA to all nodes", {136, .flags = 0x20, .dst = "ff02::1", TARGET_MAC}, true, true},
		{"NA solicited to all nodes",
		 {136, .flags = 0x60, .dst = "ff02::1", TARGET_MAC},
		 false},
		{"NA without a MAC", {136, .flags = 0x40}, true, false},
		{"NA with the option of an NS", {136, .flags = 0x40, SOURCE_MAC}, true, false},
		{"NA from ::",
		 {136, .flags = 0x20, .dst = "ff02::1", .src = "::", TARGET_MAC},
		 false},
		{"hop limit 254", {135, GROUP, SOURCE_MAC, .hops = 254}, false},
		{"code 1", {135, .code = 1, GROUP, SOURCE_MAC}, false},
		{"checksum",
		 {135, GROUP, SOURCE_MAC, .sum = SUM_WRONG},
		 false,
		 false,
		 NAT_R_BAD_CHECKSUM},
		{"no checksum",
		 {135, GROUP, SOURCE_MAC, .sum = SUM_NONE},
		 false,
		 false,
		 NAT_R_BAD_CHECKSUM},
		{"multicast target", {135, GROUP, SOURCE_MAC, .target = "ff02::1"}, false},
		{"unspecified target", {135, GROUP, SOURCE_MAC, .target = "::"}, false},
		{"multicast target in an NA", {136, TARGET_MAC, .target = "ff02::1"}, false},
		{"target cut", {135, .cut = 1}, false},
		{"option of length 0",
		 {135, .options = "\1\0\2\0\0\0\0\x0b", .options_len = 8},
		 false},
		{"unknown option of length 0",
		 {135, .options = "\16\0\0\0\0\0\0\0", .options_len = 8},
		 false},
		{"option beyond the message",
		 {135, .options = "\1\2\2\0\0\0\0\x0b", .options_len = 8},
		 false},
		{"option cut after its type", {135, SOURCE_MAC, .cut = 7}, false},
		{"option cut by a byte", {135, SOURCE_MAC, .cut = 1}, false},
		{"a MAC of 14 bytes",
		 {135, .options = "\1\2\2\0\0\0\0\x0b\0\0\0\0\0\0\0\0", .options_len = 16},
		 false},
		{"a multicast MAC",
		 {135, .options = "\1\1\3\0\0\0\0\x0b", .options_len = 8},
		 false},
		{"a MAC of zeros", {136, .options = "\2\1\0\0\0\0\0\0", .options_len = 8}, false},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct nd *n = &cases[i].nd;
		struct nat_neigh_msg msg;
		struct nat_pkt pkt;
		size_t len;
		uint8_t *frame = nd_frame(n, &len);

		assert_int_equal(nat_parse(frame, (uint32_t)len, &pkt), NAT_LOCAL);
		assert_true(nat_is_neigh(&pkt));
		if (nat_neigh_read(&pkt, &msg) != cases[i].ok)
			fail_msg("%s: %d", cases[i].name, !cases[i].ok);
		if (cases[i].ok) {
			bool ask = n->type == 135;

			assert_int_equal(msg.kind, ask ? NAT_NEIGH_ASK : NAT_NEIGH_SAY);
			assert_int_equal(msg.family, NAT_IP6);
			addr_is(&msg.target, "2001:db8::1");
			addr_is(&msg.sender, !ask     ? "2001:db8::1"
					     : n->src ? n->src
						      : "2001:db8::7");
			assert_int_equal(msg.has_mac, cases[i].has_mac);
			if (msg.has_mac)
				assert_memory_equal(msg.mac, peer_mac, 6);
			assert_int_equal(msg.solicited, !!(n->flags & 0x40));
			assert_int_equal(msg.override, !!(n->flags & 0x20));
			assert_int_equal(msg.router, !!(n->flags & 0x80));
		} else {
			assert_int_equal(pkt.reason,
					 cases[i].reason ? cases[i].reason : NAT_R_BAD_NEIGH);
		}
		free(frame);
	}
}

static void other_packets_are_no_neighbours(void **state)
{
	static const struct packet others[] = {
		{.src = "2001:db8::7",
		 .dst = "2001:db8::1",
		 .proto = PACKET_ICMP6,
		 .icmp_type = 128,
		 .payload_len = 24,
		 .ttl = 255},
		{.src = "2001:db8::7",
		 .dst = "2001:db8::1",
		 .proto = PACKET_ICMP6,
		 .icmp_type = 134,
		 .payload_len = 24,
		 .ttl = 255},
		{.src = "192.0.2.7",
		 .dst = "192.0.2.1",
		 .proto = PACKET_ICMP,
		 .icmp_type = 135,
		 .payload_len = 24,
		 .ttl = 255},
	};

	for (size_t i = 0; i < COUNT(others); i++) {
		struct nat_neigh_msg msg;
		struct nat_pkt pkt;
		size_t len;
		uint8_t *frame = packet_new(&others[i], &len);

		assert_int_equal(nat_parse(frame, (uint32_t)len, &pkt), NAT_LOCAL);
		assert_false(nat_is_neigh(&pkt));
		assert_false(nat_neigh_read(&pkt, &msg));
		free(frame);
	}
}

/* ---- building
 * -------------------------------------------------------------------------------------- */

/* The frame on the heap in its exact size, parsed. */
static uint8_t *take(const uint8_t *frame, size_t len, struct nat_pkt *pkt)
{
	uint8_t *exact = malloc(len);

	assert_non_null(exact);
	assert_in_range(len, 60, NAT_NEIGH_FRAME);
	memcpy(exact, frame, len);
	assert_int_equal(nat_parse(exact, (uint32_t)len, pkt), NAT_LOCAL);
	assert_memory_equal(exact + 6, us.mac, 6);
	return exact;
}

static void macs_are(const uint8_t *frame, const char *to)
{
	assert_memory_equal(frame, to, 6);
}

static void arp_questions(void **state)
{
	static const struct nat_station *const stations[] = {&us, &us_tagged};
	struct nat_addr own = addr("192.0.2.1"), target = addr("192.0.2.7");

	for (size_t i = 0; i < COUNT(stations); i++)
		for (unsigned unicast = 0; unicast < 2; unicast++) {
			uint8_t frame[NAT_NEIGH_FRAME], *exact;
			struct nat_neigh_msg msg;
			struct nat_pkt pkt;
			size_t len = nat_neigh_ask(frame, stations[i], NAT_IP4, &own, &target,
						   unicast ? peer_mac : NULL);

			exact = take(frame, len, &pkt);
			assert_int_equal(pkt.vlan, stations[i]->vlan);
			assert_int_equal(pkt.l2_len, i ? 18 : 14);
			macs_are(exact, unicast ? "\2\0\0\0\0\x0b" : "\xff\xff\xff\xff\xff\xff");
			assert_true(nat_neigh_read(&pkt, &msg));
			assert_int_equal(msg.kind, NAT_NEIGH_ASK);
			addr_is(&msg.sender, "192.0.2.1");
			addr_is(&msg.target, "192.0.2.7");
			assert_memory_equal(msg.mac, us.mac, 6);
			assert_memory_equal(pkt.l3, "\0\1\x08\0\6\4\0\1", 8);
			assert_memory_equal(pkt.l3 + 18, "\0\0\0\0\0\0", 6);
			free(exact);
		}
}

static void nd_questions(void **state)
{
	struct nat_addr own = addr("2001:db8::1"), target = addr("2001:db8::12:3456");

	for (unsigned unicast = 0; unicast < 2; unicast++) {
		uint8_t frame[NAT_NEIGH_FRAME], *exact;
		struct nat_neigh_msg msg;
		struct nat_pkt pkt;
		size_t len = nat_neigh_ask(frame, &us_tagged, NAT_IP6, &own, &target,
					   unicast ? peer_mac : NULL);

		exact = take(frame, len, &pkt);
		assert_int_equal(len, 90);
		macs_are(exact, unicast ? "\2\0\0\0\0\x0b" : "\x33\x33\xff\x12\x34\x56");
		addr_is(&pkt.dst, unicast ? "2001:db8::12:3456" : "ff02::1:ff12:3456");
		addr_is(&pkt.src, "2001:db8::1");
		assert_true(nat_neigh_read(&pkt, &msg));
		assert_int_equal(msg.kind, NAT_NEIGH_ASK);
		addr_is(&msg.target, "2001:db8::12:3456");
		assert_true(msg.has_mac);
		assert_memory_equal(msg.mac, us.mac, 6);
		free(exact);
	}
}

static void arp_is_answered(void **state)
{
	uint8_t frame[NAT_NEIGH_FRAME], *exact;
	struct nat_neigh_msg msg;
	struct nat_pkt pkt;
	size_t len;

	exact = arp_request(&len);
	assert_int_equal(nat_parse(exact, (uint32_t)len, &pkt), NAT_LOCAL);
	assert_true(nat_neigh_read(&pkt, &msg));
	free(exact);
	exact = take(frame, nat_neigh_answer(frame, &us, &msg), &pkt);
	macs_are(exact, "\2\0\0\0\0\x0b");
	assert_memory_equal(pkt.l3,
			    "\0\1\x08\0\6\4\0\2" // reply
			    "\2\0\0\0\0\x0a\xc0\0\2\1"
			    "\2\0\0\0\0\x0b\xc0\0\2\7",
			    28);
	assert_true(nat_neigh_read(&pkt, &msg));
	assert_true(msg.kind == NAT_NEIGH_SAY && msg.solicited && msg.override);
	free(exact);
}

static void nd_is_answered(void **state)
{
	static const struct {
		struct nd ask;
		const char *to, *dst;
		bool solicited;
	} cases[] = {
		{{135, GROUP, .options = "\1\1\2\0\0\0\0\x0c", .options_len = 8},
		 "\2\0\0\0\0\x0c",
		 "2001:db8::7",
		 true}, // to the MAC in the option
		{{135}, "\2\0\0\0\0\x0b", "2001:db8::7", true},
		{{135, GROUP, .src = "::"}, "\x33\x33\0\0\0\1", "ff02::1", false},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t frame[NAT_NEIGH_FRAME], *exact;
		struct nat_neigh_msg msg;
		struct nat_pkt pkt;
		size_t len;

		exact = nd_frame(&cases[i].ask, &len);
		assert_int_equal(nat_parse(exact, (uint32_t)len, &pkt), NAT_LOCAL);
		assert_true(nat_neigh_read(&pkt, &msg));
		free(exact);
		exact = take(frame, nat_neigh_answer(frame, &us, &msg), &pkt);
		macs_are(exact, cases[i].to);
		addr_is(&pkt.src, "2001:db8::1");
		addr_is(&pkt.dst, cases[i].dst);
		assert_true(nat_neigh_read(&pkt, &msg));
		assert_int_equal(msg.kind, NAT_NEIGH_SAY);
		addr_is(&msg.target, "2001:db8::1");
		assert_true(msg.has_mac);
		assert_memory_equal(msg.mac, us.mac, 6);
		assert_int_equal(msg.solicited, cases[i].solicited);
		assert_true(msg.override);
		assert_false(msg.router);
		free(exact);
	}
}

static void announcements(void **state)
{
	struct nat_addr four = addr("192.0.2.1"), six = addr("2001:db8::1");
	uint8_t frame[NAT_NEIGH_FRAME], *exact;
	struct nat_neigh_msg msg;
	struct nat_pkt pkt;

	exact = take(frame, nat_neigh_announce(frame, &us_tagged, NAT_IP4, &four), &pkt);
	assert_int_equal(pkt.vlan, 100);
	macs_are(exact, "\xff\xff\xff\xff\xff\xff");
	assert_true(nat_neigh_read(&pkt, &msg));
	assert_int_equal(msg.kind, NAT_NEIGH_ASK);
	addr_is(&msg.sender, "192.0.2.1");
	addr_is(&msg.target, "192.0.2.1");
	free(exact);

	exact = take(frame, nat_neigh_announce(frame, &us, NAT_IP6, &six), &pkt);
	macs_are(exact, "\x33\x33\0\0\0\1");
	addr_is(&pkt.dst, "ff02::1");
	assert_true(nat_neigh_read(&pkt, &msg));
	assert_true(msg.kind == NAT_NEIGH_SAY && msg.override && !msg.solicited);
	addr_is(&msg.target, "2001:db8::1");
	free(exact);
}

/* ---- echo
 * ------------------------------------------------------------------------------------------- */

static void echo_is_answered(void **state)
{
	for (unsigned i = 0; i < 400; i++) {
		bool v6 = i & 1, tagged = i & 2;
		uint8_t payload[100];
		struct packet ask = {.src = v6 ? "2001:db8::7" : "192.0.2.7",
				     .dst = v6 ? "2001:db8::1" : "192.0.2.1",
				     .proto = v6 ? PACKET_ICMP6 : PACKET_ICMP,
				     .icmp_type = v6 ? 128 : 8,
				     .payload = payload,
				     .payload_len = (uint16_t)(4 + i % 96),
				     .tagged = tagged,
				     .tci = 5,
				     .tos = 0xb9,
				     .ttl = 3,
				     .ip_id = 77};
		struct packet reply = ask;
		size_t len, want_len;
		uint8_t *frame, *want;
		struct nat_pkt pkt;

		for (unsigned k = 0; k < sizeof(payload); k++)
			payload[k] = (uint8_t)(i * 251 + k * k);
		reply.src = ask.dst;
		reply.dst = ask.src;
		reply.icmp_type = v6 ? 129 : 0;
		reply.ttl = 64;
		frame = packet_new(&ask, &len);
		want = packet_new(&reply, &want_len);
		memcpy(want, frame + 6, 6);
		memcpy(want + 6, frame, 6);
		assert_int_equal(nat_parse(frame, (uint32_t)len, &pkt), NAT_LOCAL);
		assert_true(nat_is_echo(&pkt));
		assert_true(nat_echo_reply(&pkt));
		assert_memory_equal(frame, want, len);
		free(frame);
		free(want);
	}
}

/* Of a message of zeros only 0xffff is a right checksum. */
static void an_echo_of_zeros_is_answered(void **state)
{
	static const uint8_t zeros[12];
	struct packet ask = {.src = "192.0.2.7",
			     .dst = "192.0.2.1",
			     .proto = PACKET_ICMP,
			     .icmp_type = 8,
			     .payload = zeros,
			     .payload_len = sizeof(zeros)};
	size_t len;
	uint8_t *frame = packet_new(&ask, &len);
	struct nat_pkt pkt;

	assert_int_equal(nat_parse(frame, (uint32_t)len, &pkt), NAT_LOCAL);
	assert_true(nat_echo_reply(&pkt));
	assert_true(nat_csum_check(&pkt));
	free(frame);
}

static void some_echo_is_not_answered(void **state)
{
	static const struct {
		const char *name, *src, *dst;
		uint8_t type, code;
		enum packet_sum sum;
		enum nat_reason reason;
		uint8_t eth_dst, eth_src; // first bytes
	} cases[] = {
		{"reply", "192.0.2.7", "192.0.2.1", 0, 0, SUM_RIGHT, NAT_R_ICMP, 2, 2},
		{"reply", "2001:db8::7", "2001:db8::1", 129, 0, SUM_RIGHT, NAT_R_ICMP, 2, 2},
		{"unreachable", "192.0.2.7", "192.0.2.1", 3, 1, SUM_RIGHT, NAT_R_ICMP, 2, 2},
		{"type of IPv4 in IPv6", "2001:db8::7", "2001:db8::1", 8, 0, SUM_RIGHT, NAT_R_ICMP,
		 2, 2},
		{"code 1", "192.0.2.7", "192.0.2.1", 8, 1, SUM_RIGHT, NAT_R_ICMP, 2, 2},
		{"checksum", "192.0.2.7", "192.0.2.1", 8, 0, SUM_WRONG, NAT_R_BAD_CHECKSUM, 2, 2},
		{"checksum", "2001:db8::7", "2001:db8::1", 128, 0, SUM_WRONG, NAT_R_BAD_CHECKSUM, 2,
		 2},
		{"unfinished", "2001:db8::7", "2001:db8::1", 128, 0, SUM_UNFINISHED,
		 NAT_R_BAD_CHECKSUM, 2, 2},
		{"to a group", "2001:db8::7", "ff02::1", 128, 0, SUM_RIGHT, NAT_R_ICMP, 2, 2},
		{"to multicast", "192.0.2.7", "224.0.0.1", 8, 0, SUM_RIGHT, NAT_R_ICMP, 2, 2},
		{"to broadcast", "192.0.2.7", "255.255.255.255", 8, 0, SUM_RIGHT, NAT_R_ICMP, 2, 2},
		{"by broadcast", "192.0.2.7", "192.0.2.1", 8, 0, SUM_RIGHT, NAT_R_ICMP, 0xff, 2},
		{"from a group MAC", "192.0.2.7", "192.0.2.1", 8, 0, SUM_RIGHT, NAT_R_ICMP, 2, 3},
		{"from ::", "::", "2001:db8::1", 128, 0, SUM_RIGHT, NAT_R_ICMP, 2, 2},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct packet p = {.src = cases[i].src,
				   .dst = cases[i].dst,
				   .icmp_type = cases[i].type,
				   .icmp_code = cases[i].code,
				   .sum = cases[i].sum,
				   .payload_len = 30};
		uint8_t *frame, *copy;
		struct nat_pkt pkt;
		size_t len;

		p.proto = packet_is6(&p) ? PACKET_ICMP6 : PACKET_ICMP;
		frame = packet_new(&p, &len);
		frame[0] = cases[i].eth_dst;
		frame[6] = cases[i].eth_src;
		copy = malloc(len);
		assert_non_null(copy);
		memcpy(copy, frame, len);
		assert_int_equal(nat_parse(frame, (uint32_t)len, &pkt), NAT_LOCAL);
		if (nat_echo_reply(&pkt))
			fail_msg("%s answered", cases[i].name);
		assert_int_equal(pkt.reason, cases[i].reason);
		assert_memory_equal(frame, copy, len);
		free(frame);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arp_is_read),
		cmocka_unit_test(a_frame_from_a_group_is_refused),
		cmocka_unit_test(nd_is_read),
		cmocka_unit_test(other_packets_are_no_neighbours),
		cmocka_unit_test(arp_questions),
		cmocka_unit_test(nd_questions),
		cmocka_unit_test(arp_is_answered),
		cmocka_unit_test(nd_is_answered),
		cmocka_unit_test(announcements),
		cmocka_unit_test(echo_is_answered),
		cmocka_unit_test(an_echo_of_zeros_is_answered),
		cmocka_unit_test(some_echo_is_not_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
