// Tests of ix/tid.c: root, choose and wildcard components of termination ids.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../ix/msg.h"

static void looks_into_components(void **state)
{
	static const struct {
		const char *name;
		bool root, choose, wild;
	} cases[] = {
		{"ROOT", true, false, false},
		{"root", true, false, false},
		{"root/1", false, false, false},
		{"$", false, true, false},
		{"*", false, false, true},
		{"ip/1/core/$", false, true, false},
		{"ip/$/$/$", false, true, false},
		{"ip/*/core/1", false, false, true},
		{"ip/1/core/4", false, false, false},
		{"*/$", false, true, true},
		{"ip/a$/1", false, false, false},
		{"ip/*a/1", false, false, false},
		{"ip/$@a.example", false, true, false},
		{"", false, false, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ix_tid tid = {.name = ix_lit(cases[i].name)};

		assert_int_equal(ix_tid_is_root(&tid), cases[i].root);
		assert_int_equal(ix_tid_has_choose(&tid), cases[i].choose);
		assert_int_equal(ix_tid_has_wild(&tid), cases[i].wild);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(looks_into_components)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
