// Addresses: text both ways, prefixes, and which a peer may have.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../nat/ep.h"

static struct nat_addr addr(const char *text)
{
	struct nat_addr a;

	if (nat_addr_parse(text, &a) == NAT_NONE)
		fail_msg("%s is no address", text);
	return a;
}

static void text_goes_both_ways(void **state)
{
	static const struct {
		const char *in, *out;
		enum nat_family family;
	} cases[] = {
		{"192.0.2.1", "192.0.2.1", NAT_IP4},
		{"255.255.255.255", "255.255.255.255", NAT_IP4},
		{"2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1", NAT_IP6},
		{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1", NAT_IP6},
		{"::", "::", NAT_IP6},
		{"fe80::1", "fe80::1", NAT_IP6},
		{"::ffff:192.0.2.1", "::ffff:192.0.2.1", NAT_IP6},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NAT_IP6},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nat_addr a = {.b = {[15] = 7}};
		char text[NAT_ADDR_TEXT];

		assert_int_equal(nat_addr_parse(cases[i].in, &a), cases[i].family);
		assert_string_equal(nat_addr_text(cases[i].family, &a, text, sizeof(text)),
				    cases[i].out);
		if (cases[i].family == NAT_IP4)
			assert_true(a.w[1] == 0 && a.q[1] == 0);
	}
}

static void nonsense_is_no_address(void **state)
{
	static const char *const cases[] = {
		"",           "1.2.3", "1.2.3.4.5",    "1.2.3.256", "01.2.3.4", "1.2.3.4 ",
		" 1.2.3.4",   "[::1]", "fe80::1%eth0", "1::2::3",   "12345::",  "host",
		"1.2.3.4/24", ":",     "2001:db8"};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nat_addr a = {.b = {1, 2, 3}}, before = a;

		if (nat_addr_parse(cases[i], &a) != NAT_NONE)
			fail_msg("%s was taken", cases[i]);
		assert_true(nat_addr_eq(&a, &before));
	}
}

static void short_buffers_hold_a_string(void **state)
{
	struct nat_addr a = addr("2001:db8::1");
	char text[8] = "xxxxxxx";

	assert_string_equal(nat_addr_text(NAT_IP6, &a, text, 4), "-");
	assert_string_equal(nat_addr_text(NAT_NONE, &a, text, sizeof(text)), "-");
	text[0] = 'x';
	nat_addr_text(NAT_IP6, &a, text, 0);
	assert_int_equal(text[0], 'x');
}

static void prefixes_are_read(void **state)
{
	static const struct {
		const char *text;
		enum nat_family family;
		unsigned bits;
	} cases[] = {
		{"198.51.100.10/24", NAT_IP4, 24},
		{"0.0.0.0/0", NAT_IP4, 0},
		{"192.0.2.1/32", NAT_IP4, 32},
		{"2001:db8:1::10/64", NAT_IP6, 64},
		{"::/0", NAT_IP6, 0},
		{"::1/128", NAT_IP6, 128},
		{"192.0.2.1/33", NAT_NONE, 0},
		{"::1/129", NAT_NONE, 0},
		{"192.0.2.1", NAT_NONE, 0},
		{"192.0.2.1/", NAT_NONE, 0},
		{"192.0.2.1/-1", NAT_NONE, 0},
		{"192.0.2.1/ 8", NAT_NONE, 0},
		{"192.0.2.1/8x", NAT_NONE, 0},
		{"192.0.2.1/4294967296", NAT_NONE, 0},
		{"/24", NAT_NONE, 0},
		{"192.0.2/24", NAT_NONE, 0},
		{"1111111111111111111111111111111111111111111111/8", NAT_NONE, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nat_addr a;
		unsigned bits = 999;

		assert_int_equal(nat_prefix_parse(cases[i].text, &a, &bits), cases[i].family);
		assert_int_equal(bits, cases[i].family == NAT_NONE ? 999 : cases[i].bits);
	}
}

static void prefixes_match_bit_by_bit(void **state)
{
	struct nat_addr zero = {.q = {0, 0}};

	for (unsigned family = 4; family <= 6; family += 2)
		for (unsigned bit = 0; bit < (family == 4 ? 32u : 128u); bit++) {
			struct nat_addr a = zero;

			a.b[bit / 8] = (uint8_t)(0x80 >> bit % 8);
			for (unsigned bits = 0; bits <= (family == 4 ? 32u : 128u); bits++)
				assert_int_equal(nat_prefix_match(&a, &zero, family, bits),
						 bits <= bit);
			assert_false(nat_prefix_match(&a, &zero, family, 1000));
		}
}

static void endpoints_as_text(void **state)
{
	struct nat_ep four = {addr("192.0.2.1"), nat_be16(5), NAT_IP4, NAT_IP_TCP};
	struct nat_ep six = {addr("2001:db8::1"), nat_be16(65535), NAT_IP6, NAT_IP_UDP};
	char text[NAT_EP_TEXT];

	assert_string_equal(nat_ep_text(&four, text, sizeof(text)), "192.0.2.1:5");
	assert_string_equal(nat_ep_text(&six, text, sizeof(text)), "[2001:db8::1]:65535");
	six.addr = addr("1111:1111:1111:1111:1111:1111:255.255.255.255");
	assert_string_equal(nat_ep_text(&six, text, sizeof(text)),
			    "[1111:1111:1111:1111:1111:1111:ffff:ffff]:65535");
	assert_string_equal(nat_ep_text(&four, text, 4), "192");
}

static void some_addresses_are_never_peers(void **state)
{
	static const struct {
		const char *text;
		bool routable;
	} cases[] = {
		{"192.0.2.1", true},        {"10.0.0.1", true},    {"223.255.255.255", true},
		{"1.0.0.0", true},          {"169.254.1.1", true}, {"0.0.0.0", false},
		{"0.1.2.3", false},         {"127.0.0.1", false},  {"127.255.0.1", false},
		{"224.0.0.1", false},       {"239.1.1.1", false},  {"255.255.255.255", false},
		{"240.0.0.1", false},       {"2001:db8::1", true}, {"fe80::1", true},
		{"fd00::1", true},          {"64:ff9b::1", true},  {"::2", true},
		{"0:0:0:0:0:1::", true},    {"::", false},         {"::1", false},
		{"ff02::1", false},         {"ffff::", false},     {"::ffff:192.0.2.1", false},
		{"::fffe:192.0.2.1", true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nat_addr a;
		enum nat_family family = nat_addr_parse(cases[i].text, &a);

		if (nat_addr_routable(family, &a) != cases[i].routable)
			fail_msg("%s", cases[i].text);
	}
	assert_false(nat_addr_routable(NAT_NONE, &(struct nat_addr){.b = {10}}));
}

static void equality_sees_every_byte(void **state)
{
	struct nat_addr a = addr("2001:db8::1"), b = a;

	assert_true(nat_addr_eq(&a, &b));
	for (unsigned i = 0; i < 16; i++) {
		b = a;
		b.b[i] ^= 0x10;
		assert_false(nat_addr_eq(&a, &b));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_goes_both_ways),
		cmocka_unit_test(nonsense_is_no_address),
		cmocka_unit_test(short_buffers_hold_a_string),
		cmocka_unit_test(prefixes_are_read),
		cmocka_unit_test(prefixes_match_bit_by_bit),
		cmocka_unit_test(endpoints_as_text),
		cmocka_unit_test(some_addresses_are_never_peers),
		cmocka_unit_test(equality_sees_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
