// What mirrors select, the comments they write, their rate limit, tunnel headers, filters.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../../dataplane/mirror_encap.h"
#include "../../dataplane/mirror_select.h"
#include "../../nat/wire.h"

static const struct dp_label call = {7, 2, 0, {"ip/access/1/3", "ip/core/1/4"}};

static struct dp_seen seen(enum dp_mirror_point point, unsigned realm, enum nat_reason reason)
{
	return (struct dp_seen){.point = (uint8_t)point,
				.realm = (uint16_t)realm,
				.reason = (uint8_t)reason,
				.label = call};
}

static void selects(void **state)
{
	static const struct {
		struct dp_mirror_conf conf;
		enum dp_mirror_point point;
		unsigned realm;
		enum nat_reason reason;
		bool want;
	} cases[] = {
		{{.ingress = {1}}, DP_MIRROR_IN, 0, 0, true},
		{{.ingress = {1}}, DP_MIRROR_OUT, 0, 0, false},
		{{.ingress = {1}}, DP_MIRROR_IN, 1, 0, false},
		{{.ingress = {1}}, DP_MIRROR_IN, DP_REALM_NONE, 0, false},
		{{.egress = {0, 0, 0, 1ull << 63}}, DP_MIRROR_OUT, 255, 0, true},
		{{.egress = {0, 0, 0, 1ull << 63}}, DP_MIRROR_IN, 255, 0, false},
		{{.egress = {0, 0, 0, 1ull << 63}}, DP_MIRROR_OUT, 254, 0, false},
		{{.drops = 1u << NAT_R_TTL}, DP_MIRROR_DROP, 3, NAT_R_TTL, true},
		{{.drops = 1u << NAT_R_TTL}, DP_MIRROR_DROP, 3, NAT_R_ICMP, false},
		{{.drops = 1u << NAT_R_TTL}, DP_MIRROR_DROP, DP_REALM_NONE, NAT_R_TTL, true},
		{{.drops = ~0ull}, DP_MIRROR_DROP, 0, NAT_REASONS, false},
		{{.drops = ~0ull}, DP_MIRROR_IN, 0, NAT_R_TTL, false},
		{{.ingress = {1}, .context = 7}, DP_MIRROR_IN, 0, 0, true},
		{{.ingress = {1}, .context = 8}, DP_MIRROR_IN, 0, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dp_seen s = seen(cases[i].point, cases[i].realm, cases[i].reason);

		if (dp_mirror_selects(&cases[i].conf, &s) != cases[i].want)
			fail_msg("case %zu", i);
	}
}

static void points(void **state)
{
	struct dp_mirror_conf c = {.egress = {0, 4}};

	(void)state;
	assert_int_equal(dp_mirror_points(&c), 1 << DP_MIRROR_OUT);
	c.drops = 8;
	c.ingress[3] = 1;
	assert_int_equal(dp_mirror_points(&c), 7);
	c = (struct dp_mirror_conf){.context = 1};
	assert_int_equal(dp_mirror_points(&c), 0);
}

static void interfaces(void **state)
{
	struct dp_seen s = seen(DP_MIRROR_IN, 1, 0);

	(void)state;
	assert_int_equal(dp_mirror_interface(&s, 2), 2);
	s.point = DP_MIRROR_OUT;
	assert_int_equal(dp_mirror_interface(&s, 2), 3);
	s.point = DP_MIRROR_DROP;
	assert_int_equal(dp_mirror_interface(&s, 2), 2);
	s.out = true;
	assert_int_equal(dp_mirror_interface(&s, 2), 3);
	s.realm = DP_REALM_NONE;
	assert_int_equal(dp_mirror_interface(&s, 2), 4);
}

static void comments(void **state)
{
	struct dp_seen s = seen(DP_MIRROR_IN, 0, 0);
	char buf[200];

	(void)state;
	assert_string_equal(dp_mirror_comment(&s, buf, sizeof(buf)),
			    "context=7 termination=ip/access/1/3 stream=2");
	s.side = NAT_B;
	s.has_tcp = true;
	s.tcp = NAT_TCP_UP;
	s.label.component = 1;
	s.point = DP_MIRROR_DROP;
	s.reason = NAT_R_TCP_FLAGS;
	assert_string_equal(dp_mirror_comment(&s, buf, sizeof(buf)),
			    "drop=tcp_flags context=7 termination=ip/core/1/4 stream=2 "
			    "component=rtcp tcp=up");
	s.label.context = 0;
	assert_string_equal(dp_mirror_comment(&s, buf, sizeof(buf)), "drop=tcp_flags");
	s.point = DP_MIRROR_IN;
	assert_string_equal(dp_mirror_comment(&s, buf, sizeof(buf)), "");
	s.label.context = 7;
	for (size_t size = 1; size < sizeof(buf); size++) {
		buf[size] = '#';
		assert_true(strlen(dp_mirror_comment(&s, buf, size)) < size);
		assert_int_equal(buf[size], '#');
		buf[size] = 0;
	}
}

static void rate(void **state)
{
	const uint64_t ms = 1000000;
	struct dp_bucket b = {0};
	unsigned n = 0;

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		n += dp_bucket_take(&b, 10, 5000 * ms);
	assert_int_equal(n, 10); // a second's worth at once
	assert_false(dp_bucket_take(&b, 10, 5099 * ms));
	assert_true(dp_bucket_take(&b, 10, 5100 * ms));
	assert_false(dp_bucket_take(&b, 10, 5100 * ms));
}

static void tunnels(void **state)
{
	static const uint8_t erspan[] = {0x10, 0, 0x88, 0xbe, 0x01, 0x02, 0x03, 0x04,
					 0x10, 0, 0x1a, 0xbc, 0,    0,    0,    0};
	static const uint8_t vxlan[] = {8, 0, 0, 0, 0xab, 0xcd, 0xef, 0};
	static const uint8_t frame[] = "abcdefghijklMNrest";
	uint8_t out[64];

	(void)state;
	assert_int_equal(dp_encap_erspan(out, 0x2bc, 0x01020304, false), sizeof(erspan));
	assert_memory_equal(out, erspan, sizeof(erspan));
	dp_encap_erspan(out, 0x2bc, 0, true);
	assert_int_equal(out[10], 0x1e);
	assert_int_equal(dp_encap_vxlan(out, 0xabcdef), sizeof(vxlan));
	assert_memory_equal(out, vxlan, sizeof(vxlan));
	assert_int_equal(dp_encap_vlan(out, frame, 18, 0x123), 22);
	assert_memory_equal(out, "abcdefghijkl\x81\x00\x01\x23MNrest", 22);
	assert_int_equal(dp_encap_vlan(out, frame, 11, 1), 11);
	assert_memory_equal(out, frame, 11);
}

static void filters(void **state)
{
	char err[DP_ERROR_TEXT] = "";

	(void)state;
	assert_int_equal(dp_mirror_filter_check("tcp port 443 and host 192.0.2.1", err), 0);
	assert_int_equal(dp_mirror_filter_check("vlan 7 and ip6", err), 0);
	assert_string_equal(err, "");
	assert_true(dp_mirror_filter_check("tcp prot 443", err) < 0);
	assert_non_null(strstr(err, "syntax error"));
}

/* A frame with these headers; returns its length. */
static size_t build(uint8_t *f, bool vlan, bool v6, uint8_t proto)
{
	size_t at = 12;

	memset(f, 0, 128);
	if (vlan) {
		nat_store16(f + at, NAT_ETH_VLAN);
		nat_store16(f + at + 2, 7);
		at += 4;
	}
	nat_store16(f + at, v6 ? NAT_ETH_IP6 : NAT_ETH_IP4);
	at += 2;
	f[at] = v6 ? 0x60 : 0x45;
	f[at + (v6 ? 6 : 9)] = proto;
	memcpy(f + at + (v6 ? 8 : 12), "\x20\x01\x0d\xb8", 4);
	memcpy(f + at + (v6 ? 24 : 16), "\x0a\x00\x00\x01", 4);
	at += v6 ? 40 : 20;
	nat_store16(f + at, 4000);
	nat_store16(f + at + 2, 5000);
	return at + 4;
}

static void ends(void **state)
{
	uint8_t f[128];
	struct dp_ends e;

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		bool v6 = i & 1, vlan = i & 2, tcp = i & 4;
		size_t len = build(f, vlan, v6, tcp ? NAT_IP_TCP : NAT_IP_UDP);

		memset(&e, 0xff, sizeof(e));
		assert_true(dp_ends_read(f, len, &e));
		assert_int_equal(e.family, v6 ? NAT_IP6 : NAT_IP4);
		assert_int_equal(e.tcp, tcp);
		assert_int_equal(nat_host16(e.sport), 4000);
		assert_int_equal(nat_host16(e.dport), 5000);
		assert_memory_equal(e.src.b, "\x20\x01\x0d\xb8", 4);
		assert_memory_equal(e.dst.b, "\x0a\x00\x00\x01", 4);
		for (size_t cut = 0; cut < len; cut++) {
			uint8_t *exact = malloc(cut + 1); // the sanitizer sees a read too far

			memcpy(exact, f, cut);
			assert_false(dp_ends_read(exact, cut, &e));
			free(exact);
		}
	}
	assert_false(dp_ends_read(f, build(f, false, false, NAT_IP_ICMP), &e));
	build(f, false, false, NAT_IP_UDP);
	f[14] = 0x46;
	assert_false(dp_ends_read(f, 100, &e));
	build(f, false, false, NAT_IP_UDP);
	f[21] = 1; // a later fragment
	assert_false(dp_ends_read(f, 100, &e));
	build(f, false, true, NAT_IP_UDP);
	f[14] = 0x40;
	assert_false(dp_ends_read(f, 100, &e));
	build(f, false, false, NAT_IP_UDP);
	nat_store16(f + 12, NAT_ETH_ARP);
	assert_false(dp_ends_read(f, 100, &e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selects),  cmocka_unit_test(points), cmocka_unit_test(interfaces),
		cmocka_unit_test(comments), cmocka_unit_test(rate),   cmocka_unit_test(tunnels),
		cmocka_unit_test(filters),  cmocka_unit_test(ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
