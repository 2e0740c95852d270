// Parsing: every kind of packet, every way to contradict itself, every truncation; transport
// checksums.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../nat/pkt.h"
#include "../golden/packet.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define A4       "198.51.100.20"
#define B4       "198.51.100.10"
#define A6       "2001:db8:a::10"
#define B6       "2001:db8:1::1"

/* Packets that are carried, and what is to be read in them. */
static const struct good {
	const char *name;
	struct packet p;
	enum nat_verdict verdict;
	uint8_t kind, family;
	uint16_t l2_len, l3_len, l4_len, vlan;
} good[] = {
	{"UDP over IPv4",
	 {.src = A4,
	  .dst = B4,
	  .proto = PACKET_UDP,
	  .sport = 1000,
	  .dport = 2000,
	  .payload_len = 11},
	 NAT_FORWARD,
	 NAT_PKT_UDP,
	 NAT_IP4,
	 14,
	 39,
	 19,
	 0},
	{"UDP without payload, padded to the Ethernet minimum",
	 {.src = A4, .dst = B4, .proto = PACKET_UDP, .sport = 1, .dport = 65535, .padding = 18},
	 NAT_FORWARD,
	 NAT_PKT_UDP,
	 NAT_IP4,
	 14,
	 28,
	 8,
	 0},
	{"TCP over IPv4 with a tag",
	 {.src = A4,
	  .dst = B4,
	  .proto = PACKET_TCP,
	  .sport = 1000,
	  .dport = 2000,
	  .payload_len = 5,
	  .tcp_flags = ACK_ | PSH_,
	  .tagged = true,
	  .tci = 0xf00a},
	 NAT_FORWARD,
	 NAT_PKT_TCP,
	 NAT_IP4,
	 18,
	 45,
	 25,
	 10},
	{"TCP with options and a priority tag only",
	 {.src = A4,
	  .dst = B4,
	  .proto = PACKET_TCP,
	  .sport = 1000,
	  .dport = 2000,
	  .tcp_flags = SYN_,
	  .options = (const uint8_t *)"\2\4\5\xb4",
	  .options_len = 4,
	  .tagged = true,
	  .tci = 0x6000},
	 NAT_FORWARD,
	 NAT_PKT_TCP,
	 NAT_IP4,
	 18,
	 44,
	 24,
	 0},
	{"UDP over IPv6",
	 {.src = A6,
	  .dst = B6,
	  .proto = PACKET_UDP,
	  .sport = 1000,
	  .dport = 2000,
	  .payload_len = 3,
	  .flow_label = 0x12345,
	  .tos = 0xb8},
	 NAT_FORWARD,
	 NAT_PKT_UDP,
	 NAT_IP6,
	 14,
	 51,
	 11,
	 0},
	{"TCP over IPv6 with a tag",
	 {.src = A6,
	  .dst = B6,
	  .proto = PACKET_TCP,
	  .sport = 1000,
	  .dport = 2000,
	  .tcp_flags = ACK_,
	  .tagged = true,
	  .tci = 4094},
	 NAT_FORWARD,
	 NAT_PKT_TCP,
	 NAT_IP6,
	 18,
	 60,
	 20,
	 4094},
	{"from a link-local address",
	 {.src = "fe80::1", .dst = B6, .proto = PACKET_UDP, .sport = 1, .dport = 2},
	 NAT_FORWARD,
	 NAT_PKT_UDP,
	 NAT_IP6,
	 14,
	 48,
	 8,
	 0},
	{"IPv4 with Don't Fragment and any identification",
	 {.src = A4,
	  .dst = B4,
	  .proto = PACKET_UDP,
	  .sport = 1,
	  .dport = 2,
	  .frag = 0x4000,
	  .ip_id = 0xffff},
	 NAT_FORWARD,
	 NAT_PKT_UDP,
	 NAT_IP4,
	 14,
	 28,
	 8,
	 0},
	{"ICMP echo",
	 {.src = A4, .dst = B4, .proto = PACKET_ICMP, .icmp_type = 8, .payload_len = 12},
	 NAT_LOCAL,
	 NAT_PKT_ICMP,
	 NAT_IP4,
	 14,
	 36,
	 16,
	 0},
	{"ICMPv6 echo",
	 {.src = A6, .dst = B6, .proto = PACKET_ICMP6, .icmp_type = 128, .payload_len = 4},
	 NAT_LOCAL,
	 NAT_PKT_ICMP,
	 NAT_IP6,
	 14,
	 48,
	 8,
	 0},
	{"ICMPv6 from the unspecified address",
	 {.src = "::",
	  .dst = "ff02::1:ff00:1",
	  .proto = PACKET_ICMP6,
	  .icmp_type = 135,
	  .payload_len = 20},
	 NAT_LOCAL,
	 NAT_PKT_ICMP,
	 NAT_IP6,
	 14,
	 64,
	 24,
	 0},
};

/* Packets that are not. */
static const struct bad {
	const char *name;
	struct packet p;
	enum nat_reason reason;
} bad[] = {
	{"unknown Ethernet type", {.ethertype = 0x88cc, .padding = 46}, NAT_R_ETHERTYPE},
	{"802.3 length instead of a type", {.ethertype = 46, .padding = 46}, NAT_R_ETHERTYPE},
	{"two tags", {.ethertype = 0x8100, .tagged = true, .padding = 60}, NAT_R_ETHERTYPE},
	{"service tag", {.ethertype = 0x88a8, .padding = 60}, NAT_R_ETHERTYPE},
	{"ARP cut short", {.ethertype = 0x0806, .padding = 27}, NAT_R_RUNT},
	{"IPv6 under the type of IPv4",
	 {.src = A6, .dst = B6, .proto = PACKET_UDP, .sport = 1, .dport = 2, .ethertype = 0x0800},
	 NAT_R_BAD_IP},
	{"IPv4 under the type of IPv6",
	 {.src = A4,
	  .dst = B4,
	  .proto = PACKET_UDP,
	  .sport = 1,
	  .dport = 2,
	  .ethertype = 0x86dd,
	  .padding = 40},
	 NAT_R_BAD_IP},
	{"IPv4 length beyond the frame",
	 {.src = A4, .dst = B4, .proto = PACKET_UDP, .sport = 1, .dport = 2, .ip_len_add = 1},
	 NAT_R_FRAME_CUT},
	{"IPv4 length beyond the frame, with options",
	 {.src = A4,
	  .dst = B4,
	  .proto = PACKET_UDP,
	  .sport = 1,
	  .dport = 2,
	  .ip_len_add = 1,
	  .ip_options = 4},
	 NAT_R_FRAME_CUT},
	{"a TSO frame that the ring cut",
	 {.src = A4,
	  .dst = B4,
	  .proto = PACKET_TCP,
	  .sport = 1,
	  .dport = 2,
	  .tcp_flags = ACK_,
	  .payload_len = 1500,
	  .ip_len_add = 60000},
	 NAT_R_FRAME_CUT},
	{"IPv4 length less than its header",
	 {.src = A4, .dst = B4, .proto = PACKET_UDP, .sport = 1, .dport = 2, .ip_len_add = -9},
	 NAT_R_BAD_IP},
	{"IPv4 length less than its header with options",
	 {.src = A4,
	  .dst = B4,
	  .proto = PACKET_UDP,
	  .ip_options = 8,
	  .sport = 1,
	  .dport = 2,
	  .ip_len_add = -9},
	 NAT_R_BAD_IP},
	{"IPv4 header checksum",
	 {.src = A4, .dst = B4, .proto = PACKET_UDP, .sport = 1, .dport = 2, .ip_sum_wrong = true},
	 NAT_R_BAD_IP},
	{"IPv4 options",
	 {.src = A4, .dst = B4, .proto = PACKET_UDP, .sport = 1, .dport = 2, .ip_options = 4},
	 NAT_R_IP_OPTIONS},
	{"first fragment",
	 {.src = A4, .dst = B4, .proto = PACKET_UDP, .sport = 1, .dport = 2, .frag = 0x2000},
	 NAT_R_FRAGMENT},
	{"last fragment",
	 {.src = A4, .dst = B4, .proto = PACKET_UDP, .sport = 1, .dport = 2, .frag = 1},
	 NAT_R_FRAGMENT},
	{"from 0.0.0.0",
	 {.src = "0.0.0.0", .dst = B4, .proto = PACKET_UDP, .sport = 1, .dport = 2},
	 NAT_R_BAD_IP},
	{"from loopback",
	 {.src = "127.0.0.1", .dst = B4, .proto = PACKET_UDP, .sport = 1, .dport = 2},
	 NAT_R_BAD_IP},
	{"from multicast",
	 {.src = "224.0.0.5", .dst = B4, .proto = PACKET_UDP, .sport = 1, .dport = 2},
	 NAT_R_BAD_IP},
	{"from broadcast",
	 {.src = "255.255.255.255", .dst = B4, .proto = PACKET_UDP, .sport = 1, .dport = 2},
	 NAT_R_BAD_IP},
	{"UDP from ::",
	 {.src = "::", .dst = B6, .proto = PACKET_UDP, .sport = 1, .dport = 2},
	 NAT_R_BAD_IP},
	{"from ::1",
	 {.src = "::1", .dst = B6, .proto = PACKET_ICMP6, .payload_len = 8},
	 NAT_R_BAD_IP},
	{"from an IPv4-mapped address",
	 {.src = "::ffff:192.0.2.1", .dst = B6, .proto = PACKET_UDP, .sport = 1, .dport = 2},
	 NAT_R_BAD_IP},
	{"from IPv6 multicast",
	 {.src = "ff02::1", .dst = B6, .proto = PACKET_ICMP6, .payload_len = 8},
	 NAT_R_BAD_IP},
	{"IPv6 length beyond the frame",
	 {.src = A6, .dst = B6, .proto = PACKET_UDP, .sport = 1, .dport = 2, .ip_len_add = 1},
	 NAT_R_FRAME_CUT},
	{"IPv6 longer than any length field here",
	 {.src = A6, .dst = B6, .proto = PACKET_UDP, .sport = 1, .dport = 2, .payload_len = 65500},
	 NAT_R_TOO_BIG},
	{"IPv6 fragment header",
	 {.src = A6, .dst = B6, .proto = 44, .payload_len = 16},
	 NAT_R_FRAGMENT},
	{"hop-by-hop options",
	 {.src = A6, .dst = B6, .proto = 0, .payload_len = 16},
	 NAT_R_IP_OPTIONS},
	{"routing header",
	 {.src = A6, .dst = B6, .proto = 43, .payload_len = 16},
	 NAT_R_IP_OPTIONS},
	{"destination options",
	 {.src = A6, .dst = B6, .proto = 60, .payload_len = 16},
	 NAT_R_IP_OPTIONS},
	{"authentication header",
	 {.src = A6, .dst = B6, .proto = 51, .payload_len = 16},
	 NAT_R_IP_OPTIONS},
	{"mobility header",
	 {.src = A6, .dst = B6, .proto = 135, .payload_len = 16},
	 NAT_R_IP_OPTIONS},
	{"ESP", {.src = A6, .dst = B6, .proto = 50, .payload_len = 16}, NAT_R_PROTO},
	{"no next header", {.src = A6, .dst = B6, .proto = 59}, NAT_R_PROTO},
	{"SCTP", {.src = A4, .dst = B4, .proto = 132, .payload_len = 12}, NAT_R_PROTO},
	{"ICMPv6 in IPv4",
	 {.src = A4, .dst = B4, .proto = PACKET_ICMP6, .payload_len = 8},
	 NAT_R_PROTO},
	{"ICMP in IPv6",
	 {.src = A6, .dst = B6, .proto = PACKET_ICMP, .payload_len = 8},
	 NAT_R_PROTO},
	{"TCP header cut short",
	 {.src = A4,
	  .dst = B4,
	  .proto = PACKET_TCP,
	  .sport = 1,
	  .dport = 2,
	  .tcp_flags = ACK_,
	  .ip_len_add = -1},
	 NAT_R_BAD_L4},
	{"TCP options beyond the packet",
	 {.src = A4,
	  .dst = B4,
	  .proto = PACKET_TCP,
	  .sport = 1,
	  .dport = 2,
	  .tcp_flags = ACK_,
	  .options = (const uint8_t *)"\1\1\1\1",
	  .options_len = 4,
	  .ip_len_add = -1},
	 NAT_R_BAD_L4},
	{"TCP from port 0",
	 {.src = A4, .dst = B4, .proto = PACKET_TCP, .dport = 2, .tcp_flags = ACK_},
	 NAT_R_BAD_L4},
	{"TCP to port 0",
	 {.src = A4, .dst = B4, .proto = PACKET_TCP, .sport = 2, .tcp_flags = ACK_},
	 NAT_R_BAD_L4},
	{"UDP header cut short",
	 {.src = A6, .dst = B6, .proto = PACKET_UDP, .sport = 1, .dport = 2, .ip_len_add = -1},
	 NAT_R_BAD_L4},
	{"UDP length beyond the packet",
	 {.src = A4, .dst = B4, .proto = PACKET_UDP, .sport = 1, .dport = 2, .udp_len = 9},
	 NAT_R_BAD_L4},
	{"UDP length less than its header",
	 {.src = A4, .dst = B4, .proto = PACKET_UDP, .sport = 1, .dport = 2, .udp_len = 7},
	 NAT_R_BAD_L4},
	{"surplus behind UDP",
	 {.src = A4,
	  .dst = B4,
	  .proto = PACKET_UDP,
	  .sport = 1,
	  .dport = 2,
	  .udp_len = 8,
	  .payload_len = 4},
	 NAT_R_BAD_L4},
	{"UDP from port 0", {.src = A4, .dst = B4, .proto = PACKET_UDP, .dport = 2}, NAT_R_BAD_L4},
	{"UDP to port 0", {.src = A6, .dst = B6, .proto = PACKET_UDP, .sport = 2}, NAT_R_BAD_L4},
	{"ICMP cut short",
	 {.src = A4, .dst = B4, .proto = PACKET_ICMP, .payload_len = 3},
	 NAT_R_BAD_L4},
	{"IPv6 without payload",
	 {.src = A6, .dst = B6, .proto = PACKET_ICMP6, .ip_len_add = -4},
	 NAT_R_BAD_L4},
};

static void good_packets_are_read(void **state)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		const struct good *g = &good[i];
		struct nat_pkt pkt;
		uint8_t addr[16];
		size_t len;
		uint8_t *frame = packet_new(&g->p, &len), *copy = malloc(len);

		assert_non_null(copy);
		memcpy(copy, frame, len);
		memset(&pkt, 0x5a, sizeof(pkt)); // every field must be written
		if (nat_parse(frame, (uint32_t)len, &pkt) != g->verdict)
			fail_msg("%s: %s", g->name, nat_reason_name(pkt.reason));
		assert_memory_equal(frame, copy, len);
		assert_ptr_equal(pkt.eth, frame);
		assert_ptr_equal(pkt.l3, frame + g->l2_len);
		assert_ptr_equal(pkt.l4, frame + g->l2_len + g->l3_len - g->l4_len);
		assert_int_equal(pkt.l2_len, g->l2_len);
		assert_int_equal(pkt.l3_len, g->l3_len);
		assert_int_equal(pkt.l4_len, g->l4_len);
		assert_int_equal(pkt.vlan, g->vlan);
		assert_int_equal(pkt.kind, g->kind);
		assert_int_equal(pkt.family, g->family);
		assert_int_equal(pkt.proto, g->p.proto);
		assert_int_equal(nat_host16(pkt.sport), g->p.sport);
		assert_int_equal(nat_host16(pkt.dport), g->p.dport);
		assert_int_equal(pkt.tcp_flags, g->p.tcp_flags);
		memset(addr, 0, sizeof(addr));
		packet_addr(g->p.src, addr);
		assert_memory_equal(pkt.src.b, addr, 16);
		memset(addr, 0, sizeof(addr));
		packet_addr(g->p.dst, addr);
		assert_memory_equal(pkt.dst.b, addr, 16);
		free(copy);
		free(frame);
	}
}

static void bad_packets_have_their_reason(void **state)
{
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct nat_pkt pkt;
		size_t len;
		uint8_t *frame = packet_new(&bad[i].p, &len), *copy = malloc(len);

		assert_non_null(copy);
		memcpy(copy, frame, len);
		if (nat_parse(frame, (uint32_t)len, &pkt) != NAT_DROP)
			fail_msg("%s: not dropped", bad[i].name);
		if (pkt.reason != bad[i].reason)
			fail_msg("%s: %s instead of %s", bad[i].name, nat_reason_name(pkt.reason),
				 nat_reason_name(bad[i].reason));
		assert_memory_equal(frame, copy, len);
		free(copy);
		free(frame);
	}
}

/* Of every packet, good or bad, each shorter piece: never carried when the IP packet is not whole.
 */
static void every_truncation_is_dropped(void **state)
{
	for (size_t i = 0; i < COUNT(good) + COUNT(bad); i++) {
		const struct packet *p = i < COUNT(good) ? &good[i].p : &bad[i - COUNT(good)].p;
		size_t whole, step;
		uint8_t *frame = packet_new(p, &whole);

		step = whole > 4000 ? 997 : 1;
		for (size_t len = 0; len < whole - p->padding; len += step) {
			uint8_t *piece = malloc(len ? len : 1);
			struct nat_pkt pkt;

			assert_non_null(piece);
			memcpy(piece, frame, len);
			assert_int_equal(nat_parse(piece, (uint32_t)len, &pkt), NAT_DROP);
			if (i < COUNT(good)) {
				size_t heads = good[i].l2_len +
					       (good[i].family == NAT_IP4 ? 20u : 40u);

				assert_int_equal(pkt.reason,
						 len < heads ? NAT_R_RUNT : NAT_R_FRAME_CUT);
			}
			free(piece);
		}
		free(frame);
	}
}

static void arp_is_local_when_whole(void **state)
{
	static const struct packet tagged = {
		.ethertype = 0x0806, .padding = 28, .tagged = true, .tci = 7};
	struct nat_pkt pkt;
	size_t len;
	uint8_t *frame = packet_new(&tagged, &len);

	for (size_t n = 0; n < len; n++) {
		uint8_t *piece = malloc(n ? n : 1);

		assert_non_null(piece);
		memcpy(piece, frame, n);
		assert_int_equal(nat_parse(piece, (uint32_t)n, &pkt), NAT_DROP);
		assert_int_equal(pkt.reason, NAT_R_RUNT);
		free(piece);
	}
	memset(&pkt, 0x5a, sizeof(pkt));
	assert_int_equal(nat_parse(frame, (uint32_t)len, &pkt), NAT_LOCAL);
	assert_int_equal(pkt.kind, NAT_PKT_ARP);
	assert_int_equal(pkt.family, NAT_NONE);
	assert_int_equal(pkt.vlan, 7);
	assert_ptr_equal(pkt.l3, frame + 18);
	assert_null(pkt.l4);
	assert_int_equal(pkt.l3_len, 28);
	free(frame);
}

static void tcp_data_offset_is_checked(void **state)
{
	static const struct packet p = {.src = A4,
					.dst = B4,
					.proto = PACKET_TCP,
					.sport = 1,
					.dport = 2,
					.tcp_flags = ACK_,
					.payload_len = 8};
	struct nat_pkt pkt;
	size_t len;
	uint8_t *frame = packet_new(&p, &len);

	for (unsigned words = 0; words < 16; words++) {
		bool fits = words >= 5 && words * 4 <= 28;

		frame[34 + 12] = (uint8_t)(words << 4);
		assert_int_equal(nat_parse(frame, (uint32_t)len, &pkt),
				 fits ? NAT_FORWARD : NAT_DROP);
		if (!fits)
			assert_int_equal(pkt.reason, NAT_R_BAD_L4);
	}
	free(frame);
}

/* ---- transport checksums --------------------------------------------------------------------- */

static const struct packet carriers[] = {
	{.src = A4, .dst = B4, .proto = PACKET_UDP, .sport = 1000, .dport = 2000},
	{.src = A6, .dst = B6, .proto = PACKET_UDP, .sport = 1000, .dport = 2000},
	{.src = A4,
	 .dst = B4,
	 .proto = PACKET_TCP,
	 .sport = 1000,
	 .dport = 2000,
	 .tcp_flags = ACK_},
	{.src = A6,
	 .dst = B6,
	 .proto = PACKET_TCP,
	 .sport = 1000,
	 .dport = 2000,
	 .tcp_flags = ACK_},
	{.src = A4, .dst = B4, .proto = PACKET_ICMP, .icmp_type = 8},
	{.src = A6, .dst = B6, .proto = PACKET_ICMP6, .icmp_type = 128},
};

/* Runs nat_csum_check over the packet; the frame, as it is afterwards, is given back. */
static uint8_t *checked(const struct packet *p, bool *ok, size_t *len)
{
	uint8_t *frame = packet_new(p, len);
	struct nat_pkt pkt;

	assert_int_not_equal(nat_parse(frame, (uint32_t)*len, &pkt), NAT_DROP);
	*ok = nat_csum_check(&pkt);
	return frame;
}

static void same_frame(const struct packet *p, const uint8_t *frame)
{
	size_t len;
	uint8_t *want = packet_new(p, &len);

	assert_memory_equal(frame, want, len);
	free(want);
}

static void right_checksums_stay(void **state)
{
	for (size_t i = 0; i < COUNT(carriers); i++)
		for (uint16_t n = 4; n < 70; n++) {
			struct packet p = carriers[i];
			size_t len;
			uint8_t *frame;
			bool ok;

			p.payload_len = n;
			frame = checked(&p, &ok, &len);
			assert_true(ok);
			same_frame(&p, frame);
			free(frame);
		}
}

static void every_wrong_bit_is_seen(void **state)
{
	for (size_t i = 0; i < COUNT(carriers); i++) {
		struct packet p = carriers[i];
		size_t len, l3 = 14, head = packet_is6(&p) ? 40 : 20;
		uint8_t *frame;

		p.payload_len = 9;
		frame = packet_new(&p, &len);
		for (size_t bit = (l3 + head) * 8; bit < len * 8; bit++) {
			struct nat_pkt pkt;

			frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
			if (nat_parse(frame, (uint32_t)len, &pkt) != NAT_DROP)
				assert_false(nat_csum_check(&pkt));
			frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		free(frame);
	}
}

static void unfinished_checksums_are_finished(void **state)
{
	for (size_t i = 0; i < COUNT(carriers); i++)
		for (uint16_t n = 4; n < 70; n++) {
			struct packet p = carriers[i];
			bool icmp = p.proto == PACKET_ICMP || p.proto == PACKET_ICMP6, ok;
			size_t len;
			uint8_t *frame;

			p.payload_len = n;
			p.sum = SUM_UNFINISHED;
			frame = checked(&p, &ok, &len);
			assert_int_equal(ok, !icmp); // Linux leaves no ICMP unfinished
			p.sum = icmp ? SUM_UNFINISHED : SUM_RIGHT;
			same_frame(&p, frame);
			free(frame);
		}
}

static void wrong_checksums_are_refused_untouched(void **state)
{
	for (size_t i = 0; i < COUNT(carriers); i++) {
		struct packet p = carriers[i];
		size_t len;
		uint8_t *frame;
		bool ok;

		p.payload_len = 9;
		p.sum = SUM_WRONG;
		frame = checked(&p, &ok, &len);
		assert_false(ok);
		same_frame(&p, frame);
		free(frame);
	}
}

static void a_zero_checksum_means_none_only_in_udp_over_ip4(void **state)
{
	for (size_t i = 0; i < COUNT(carriers); i++) {
		struct packet p = carriers[i];
		size_t len;
		uint8_t *frame;
		bool ok;

		p.payload_len = 9;
		p.sum = SUM_NONE;
		frame = checked(&p, &ok, &len);
		assert_int_equal(ok, p.proto == PACKET_UDP && !packet_is6(&p));
		same_frame(&p, frame);
		free(frame);
	}
}

/* A payload word that makes the sum come out as zero: UDP then carries 0xffff, never "none". */
static void a_finished_udp_checksum_is_never_zero(void **state)
{
	uint8_t payload[2] = {0, 0};
	struct packet p = carriers[0];
	size_t len;
	uint8_t *frame;
	bool ok;

	p.payload = payload;
	p.payload_len = sizeof(payload);
	frame = packet_new(&p, &len);
	memcpy(payload, frame + 40, 2); // checksum with payload 0; with itself as payload it is 0
	free(frame);
	p.sum = SUM_UNFINISHED;
	frame = checked(&p, &ok, &len);
	assert_true(ok);
	assert_int_equal(frame[40], 0xff);
	assert_int_equal(frame[41], 0xff);
	free(frame);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_packets_are_read),
		cmocka_unit_test(bad_packets_have_their_reason),
		cmocka_unit_test(every_truncation_is_dropped),
		cmocka_unit_test(arp_is_local_when_whole),
		cmocka_unit_test(tcp_data_offset_is_checked),
		cmocka_unit_test(right_checksums_stay),
		cmocka_unit_test(every_wrong_bit_is_seen),
		cmocka_unit_test(unfinished_checksums_are_finished),
		cmocka_unit_test(wrong_checksums_are_refused_untouched),
		cmocka_unit_test(a_zero_checksum_means_none_only_in_udp_over_ip4),
		cmocka_unit_test(a_finished_udp_checksum_is_never_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
