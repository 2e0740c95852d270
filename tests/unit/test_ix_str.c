// Tests of ix/str.c: comparison without case, by length.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../ix/msg.h"

static void compares_without_case(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{"", "", true},          {"root", "ROOT", true}, {"Ip/1/Core", "ip/1/cORE", true},
		{"root", "roo", false},  {"", "r", false},       {"abc", "abd", false},
		{"a[", "a{", false},     {"@", "`", false},      {"Z", "z", true},
		{"\xc4", "\xe4", false}, // letters of ASCII only
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ix_str a = ix_lit(cases[i].a), b = ix_lit(cases[i].b);

		assert_int_equal(ix_str_is(a, cases[i].b), cases[i].same);
		assert_int_equal(ix_str_eq(a, b), cases[i].same);
		assert_int_equal(ix_str_eq(b, a), cases[i].same);
	}
}

static void slices_have_no_end_mark(void **state)
{
	struct ix_str s = {"Contexts", 7};

	assert_true(ix_str_is(s, "context"));
	assert_false(ix_str_is(s, "contexts"));
	assert_true(ix_str_is((struct ix_str){0}, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_without_case),
		cmocka_unit_test(slices_have_no_end_mark),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
