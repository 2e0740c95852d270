// Tests of ix/prop.c: typed values in every form that arrives, and the makers.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../ix/prop.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct made {
	struct ix_prop prop;
	struct ix_value value[2];
};

/* A property with one value; a text that begins with " is quoted. */
static const struct ix_prop *one(struct made *m, const char *text)
{
	*m = (struct made){0};
	m->value[0].quoted = text[0] == '"';
	m->value[0].text = ix_lit(text[0] == '"' ? text + 1 : text);
	m->prop.values = &m->value[0];
	return &m->prop;
}

static const struct ix_prop *two(struct made *m, enum ix_shape shape, const char *a, const char *b)
{
	one(m, a);
	m->value[1].text = ix_lit(b);
	m->value[0].next = &m->value[1];
	m->prop.shape = shape;
	return &m->prop;
}

static void test_bool(void **state)
{
	static const struct {
		const char *text;
		bool ok, value;
	} cases[] = {
		{"ON", true, true}, {"OFF", true, false}, {"on", true, true}, {"Off", true, false},
		{"\"ON", false, 0}, {"1", false, 0},      {"true", false, 0}, {"", false, 0},
		{"ONE", false, 0},  {"O", false, 0},
	};
	(void)state;
	for (unsigned i = 0; i < COUNT(cases); i++) {
		struct made m;
		bool v = !cases[i].value;
		assert_int_equal(ix_prop_bool(one(&m, cases[i].text), &v), cases[i].ok);
		assert_int_equal(v, cases[i].ok ? cases[i].value : !cases[i].value);
	}
}

static void test_uint(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		uint64_t value;
	} cases[] = {
		{"0", true, 0},
		{"1800", true, 1800},
		{"007", true, 7},
		{"0x1F", true, 31},
		{"0Xff", true, 255},
		{"18446744073709551615", true, UINT64_MAX},
		{"18446744073709551616", false, 0},
		{"99999999999999999999999", false, 0},
		{"0xffffffffffffffff", true, UINT64_MAX},
		{"0x1ffffffffffffffff", false, 0},
		{"0x", false, 0},
		{"", false, 0},
		{"-1", false, 0},
		{"+1", false, 0},
		{"1 ", false, 0},
		{"1a", false, 0},
		{"\"5", false, 0},
	};
	(void)state;
	for (unsigned i = 0; i < COUNT(cases); i++) {
		struct made m;
		uint64_t v = 42;
		assert_int_equal(ix_prop_uint(one(&m, cases[i].text), &v), cases[i].ok);
		assert_true(v == (cases[i].ok ? cases[i].value : 42));
	}
}

static void test_hex(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		uint8_t value;
	} cases[] = {
		{"2e", true, 0x2e}, {"2E", true, 0x2e},  {"0x2E", true, 0x2e}, {"\"2e", true, 0x2e},
		{"0a", true, 10},   {"a", true, 10},     {"46", true, 0x46},   {"ff", true, 255},
		{"100", false, 0},  {"0x100", false, 0}, {"2g", false, 0},     {"", false, 0},
		{"0x", false, 0},
	};
	(void)state;
	for (unsigned i = 0; i < COUNT(cases); i++) {
		struct made m;
		uint8_t v = 1;
		assert_int_equal(ix_prop_hex(one(&m, cases[i].text), &v), cases[i].ok);
		assert_int_equal(v, cases[i].ok ? cases[i].value : 1);
	}
}

static void test_string_and_enum(void **state)
{
	static const char *const names[] = {"IN", "OUT", "BOTH", NULL};
	struct made m;
	struct ix_str s;
	unsigned n = 9;
	(void)state;
	assert_true(ix_prop_str(one(&m, "\"core.ims"), &s));
	assert_true(ix_str_is(s, "core.ims"));
	assert_true(ix_prop_str(one(&m, "bare"), &s));
	assert_true(ix_prop_enum(one(&m, "both"), names, &n));
	assert_int_equal(n, 2);
	assert_false(ix_prop_enum(one(&m, "NONE"), names, &n));
	assert_false(ix_prop_enum(one(&m, ""), names, &n));
	assert_int_equal(n, 2);
}

static void test_range(void **state)
{
	struct made m;
	uint64_t lo, hi;
	(void)state;
	assert_true(ix_prop_range(one(&m, "5000"), &lo, &hi));
	assert_true(lo == 5000 && hi == 5000);
	assert_true(ix_prop_range(two(&m, IX_RANGE, "1024", "65535"), &lo, &hi));
	assert_true(lo == 1024 && hi == 65535);
	assert_true(ix_prop_range(two(&m, IX_RANGE, "7", "7"), &lo, &hi));
	assert_false(ix_prop_range(two(&m, IX_RANGE, "8", "7"), &lo, &hi));
	assert_false(ix_prop_range(two(&m, IX_OR_LIST, "7", "8"), &lo, &hi));
	assert_false(ix_prop_range(two(&m, IX_RANGE, "a", "8"), &lo, &hi));
	assert_false(ix_prop_range(NULL, &lo, &hi));
	one(&m, "7");
	m.prop.shape = IX_RANGE; // half a range
	assert_false(ix_prop_range(&m.prop, &lo, &hi));
}

/* Readers of one value refuse none, several, ranges and comparisons. */
static void test_not_one_value(void **state)
{
	struct made m;
	uint64_t n;
	struct ix_str s;
	(void)state;
	assert_false(ix_prop_uint(NULL, &n));
	assert_false(ix_prop_uint(two(&m, IX_OR_LIST, "1", "2"), &n));
	assert_false(ix_prop_str(two(&m, IX_RANGE, "1", "2"), &s));
	one(&m, "1");
	m.prop.rel = IX_GT;
	assert_false(ix_prop_uint(&m.prop, &n));
	one(&m, "1");
	m.prop.values = NULL;
	assert_false(ix_prop_uint(&m.prop, &n));
	one(&m, "1");
	m.prop.shape = IX_OR_LIST; // a list of one is one value
	assert_true(ix_prop_uint(&m.prop, &n));
}

static void test_prefix(void **state)
{
	static const struct {
		const char *text;
		unsigned family, bits; // 0: refused
	} cases[] = {
		{"198.51.100.77/32", 4, 32},
		{"198.51.100.0/24", 4, 24},
		{"0.0.0.0/0", 4, 0},
		{"198.51.100.77", 4, 32},
		{"2001:db8::/32", 6, 32},
		{"2001:db8::1", 6, 128},
		{"::/0", 6, 0},
		{"198.51.100.77/33", 0, 0},
		{"2001:db8::/129", 0, 0},
		{"198.51.100/24", 0, 0},
		{"198.51.100.77/", 0, 0},
		{"198.51.100.77/-1", 0, 0},
		{"198.51.100.77/4294967297", 0, 0},
		{"/24", 0, 0},
		{"", 0, 0},
		{"host", 0, 0},
		{"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb", 0, 0},
	};
	(void)state;
	for (unsigned i = 0; i < COUNT(cases); i++) {
		uint8_t ip[16];
		unsigned family = 0, bits = 0;
		const bool ok = ix_value_prefix(ix_lit(cases[i].text), ip, &family, &bits);
		assert_int_equal(ok, cases[i].family != 0);
		assert_int_equal(family, cases[i].family);
		assert_int_equal(bits, cases[i].bits);
	}
	// A slice need not end in NUL, and may hold one.
	uint8_t ip[16];
	unsigned family, bits;
	assert_true(ix_value_prefix((struct ix_str){"10.0.0.1/8xyz", 10}, ip, &family, &bits));
	assert_int_equal(bits, 8);
	assert_memory_equal(ip, "\x0a\0\0\x01", 4);
	assert_false(ix_value_prefix((struct ix_str){"10.0.0.1\0/8", 11}, ip, &family, &bits));
}

static void test_find(void **state)
{
	struct ix_prop b = {.pkg = {"ipdc", 4}, .item = {"Realm", 5}};
	struct ix_prop a = {.next = &b, .item = {"timerx", 6}};
	(void)state;
	assert_ptr_equal(ix_prop_find(&a, "ipdc/realm"), &b);
	assert_ptr_equal(ix_prop_find(&a, "TimerX"), &a);
	assert_null(ix_prop_find(&a, "realm"));
	assert_null(ix_prop_find(&a, "ipdc/timerx"));
	assert_null(ix_prop_find(&a, "ipd/realm"));
	assert_null(ix_prop_find(NULL, "x"));
}

static void test_makers(void **state)
{
	struct ix_arena *arena = ix_arena_new(4096);
	struct ix_prop *list = NULL;
	uint64_t n = 0;
	struct ix_str s;
	char volatile_text[] = "core";
	(void)state;
	assert_non_null(arena);
	assert_true(ix_prop_add_uint(arena, &list, "nt/os", UINT64_MAX));
	assert_true(ix_prop_add(arena, &list, "ipdc/realm", ix_lit(volatile_text), true));
	assert_true(ix_prop_add_uint(arena, &list, "timerx", 30));
	memset(volatile_text, 'x', 4);
	assert_ptr_equal(ix_prop_find(list, "nt/os"), list); // in the order of adding
	assert_true(ix_prop_uint(list, &n));
	assert_true(n == UINT64_MAX);
	assert_true(ix_prop_str(ix_prop_find(list, "ipdc/realm"), &s));
	assert_true(ix_str_is(s, "core"));
	assert_true(list->next->values->quoted);
	assert_true(ix_prop_uint(ix_prop_find(list, "timerx"), &n));
	assert_int_equal(n, 30);
	ix_arena_free(arena);
}

static void test_makers_without_memory(void **state)
{
	struct ix_arena *arena = ix_arena_new(400);
	struct ix_prop *list = NULL;
	unsigned made = 0, found = 0;
	(void)state;
	assert_non_null(arena);
	while (made < 100 && ix_prop_add_uint(arena, &list, "nt/os", 1))
		made++;
	assert_in_range(made, 1, 10);
	for (const struct ix_prop *p = list; p != NULL; p = p->next)
		found++;
	assert_int_equal(found, made);
	ix_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bool),   cmocka_unit_test(test_uint),
		cmocka_unit_test(test_hex),    cmocka_unit_test(test_string_and_enum),
		cmocka_unit_test(test_range),  cmocka_unit_test(test_not_one_value),
		cmocka_unit_test(test_prefix), cmocka_unit_test(test_find),
		cmocka_unit_test(test_makers), cmocka_unit_test(test_makers_without_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
