// Options of SYNs: any bytes at all as options leave a right segment without what is banned.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../nat/options.h"
#include "../../nat/xlat.h"
#include "../golden/call.h"
#include "../golden/frame.h"

static uint32_t seed = 11;

static uint32_t any(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

/* A flow between two versions, 0 = IPv4. */
static struct nat_flow flow_of(unsigned in6, unsigned out6, unsigned mss)
{
	return (struct nat_flow){
		.flags = (uint16_t)((in6 ? NAT_F_IN6 : 0) | (out6 ? NAT_F_OUT6 : 0) | NAT_F_TCP),
		.mtu = 1500,
		.mss = mss};
}

static struct packet syn(unsigned in6, const uint8_t *options, size_t len)
{
	return (struct packet){.src = in6 ? "2001:db8:a::20" : "198.51.100.20",
			       .dst = in6 ? "2001:db8:a::10" : "198.51.100.10",
			       .proto = PACKET_TCP,
			       .sport = 41000,
			       .dport = 20000,
			       .tcp_flags = SYN_,
			       .options = options,
			       .options_len = (uint8_t)len};
}

/* Puts a SYN through; pkt then tells where it lies. */
static struct frame through(const struct nat_flow *flow, const struct packet *p,
			    struct nat_pkt *pkt)
{
	struct frame f = frame_new(p);

	assert_int_equal(nat_parse(f.at, (uint32_t)f.len, pkt), NAT_FORWARD);
	nat_options(flow, pkt);
	assert_ptr_equal(pkt->l4, pkt->l3 + (pkt->family == NAT_IP6 ? 40 : 20));
	assert_int_equal(pkt->l4_len, (pkt->l4[12] >> 4) * 4); // no payload
	assert_int_equal(nat_load16(pkt->l3 + (pkt->family == NAT_IP6 ? 4 : 2)),
			 pkt->family == NAT_IP6 ? pkt->l4_len : pkt->l3_len);
	assert_true(nat_csum_check(pkt));
	return f;
}

static bool banned(const uint8_t *o)
{
	return o[0] == 19 || o[0] == 29 || o[0] == 30 || o[0] == 34 ||
	       (o[0] == 254 && o[1] >= 4 && nat_load16(o + 2) == 0xf989);
}

/* Reads the list as a receiver would: nothing banned, no MSS above the limit, no broken option. */
static bool list_holds(const struct nat_pkt *pkt, unsigned limit)
{
	const uint8_t *o = pkt->l4 + 20, *end = pkt->l4 + pkt->l4_len;
	bool has_mss = false;

	while (o < end && *o != 0) {
		if (*o == 1) {
			o++;
			continue;
		}
		assert_true(end - o >= 2 && o[1] >= 2 && o[1] <= end - o);
		assert_false(banned(o));
		if (o[0] == 2 && o[1] == 4) {
			assert_true(nat_load16(o + 2) <= limit);
			has_mss = true;
		}
		o += o[1];
	}
	return has_mss;
}

static void any_bytes(void **state)
{
	static const uint8_t kinds[] = {0, 1, 2, 3, 4, 5, 8, 19, 29, 30, 34, 253, 254, 255};
	static const uint8_t lengths[] = {0, 1, 2, 3, 4, 8, 10, 12, 40, 255};

	for (unsigned round = 0; round < 20000; round++) {
		unsigned in6 = round & 1, out6 = round >> 1 & 1, limit = 536 + any() % 1000;
		struct nat_flow flow = flow_of(in6, out6, limit);
		uint8_t options[40];
		size_t n = any() % 11 * 4;
		struct packet p = syn(in6, options, n);
		struct nat_pkt pkt;
		struct frame f;
		bool has_mss;

		for (size_t i = 0; i < sizeof(options); i++)
			options[i] = any() % 3 == 0   ? kinds[any() % sizeof(kinds)]
				     : any() % 2 == 0 ? lengths[any() % sizeof(lengths)]
						      : (uint8_t)any();
		p.payload_len = (uint16_t)(any() % 3 ? 0 : any() % 50);
		p.padding = (uint16_t)(any() % 5);
		f = through(&flow, &p, &pkt);
		has_mss = list_holds(&pkt, limit);
		if (!in6 && out6)
			assert_true(has_mss || pkt.l4_len == 60);
		else
			assert_int_equal(pkt.l4_len, 20 + n);
		frame_free(&f);
	}
}

static void inserted_only_from_ip4_to_ip6(void **state)
{
	for (unsigned i = 0; i < 4; i++) {
		static const uint8_t scale[4] = {3, 3, 7, 0};
		struct nat_flow flow = flow_of(i & 1, i >> 1, i == 2 ? 500 : 1440);
		struct packet p = syn(i & 1, scale, 4);
		struct nat_pkt pkt;
		struct frame f = through(&flow, &p, &pkt);

		if (i == 2) {
			static const uint8_t want[8] = {2, 4, 500 >> 8, 500 & 255, 3, 3, 7, 0};

			assert_memory_equal(pkt.l4 + 20, want, 8);
		} else {
			assert_int_equal(pkt.l4_len, 24);
			assert_memory_equal(pkt.l4 + 20, scale, 4);
		}
		frame_free(&f);
	}
}

static void the_narrower_way_counts(void **state)
{
	static const struct {
		bool ip6;
		unsigned mtu;
		bool other6;
		unsigned other_mtu, mss;
	} cases[] = {
		{false, 1500, false, 1500, 1460}, {true, 1500, true, 1500, 1440},
		{false, 1500, true, 1500, 1440},  {true, 1500, false, 1500, 1440},
		{false, 1280, true, 1500, 1240},  {true, 1280, false, 9000, 1220},
		{true, 9000, false, 1500, 1460},  {true, 9000, true, 9000, 8940},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
			nat_mss(cases[i].ip6, cases[i].mtu, cases[i].other6, cases[i].other_mtu),
			cases[i].mss);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_bytes),
		cmocka_unit_test(inserted_only_from_ip4_to_ip6),
		cmocka_unit_test(the_narrower_way_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
