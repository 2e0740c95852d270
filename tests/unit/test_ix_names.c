// Tests of ix/names.c: the table says what it should, and nothing in it is ambiguous.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <string.h>

#include "../../ix/names.h"

static const struct ix_package_def *package(const char *name)
{
	return ix_package_find(ix_lit(name));
}

static void test_packages_of_the_profile(void **state)
{
	static const struct {
		const char *name;
		uint16_t id;
		uint8_t version;
	} want[] = {
		{"g", 0x01, 1},     {"root", 0x02, 2}, {"nt", 0x0b, 1},   {"ds", 0x8b, 2},
		{"gm", 0x8c, 2},    {"tman", 0x8d, 1}, {"ipdc", 0x9d, 1}, {"hangterm", 0x98, 1},
		{"rtcph", 0xb5, 1}, {"adid", 0x9c, 1}, {"it", 0x45, 1},   {"ipnapt", 0x99, 1},
		{"ocp", 0x51, 1},   {"chp", 0x29, 1},  {"ipra", 0xe0, 1},
	};
	unsigned supported = 0;
	(void)state;
	for (unsigned i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		const struct ix_package_def *p = package(want[i].name);
		assert_non_null(p);
		assert_true(p->supported);
		assert_int_equal(p->id, want[i].id);
		assert_int_equal(p->version, want[i].version);
		assert_ptr_equal(ix_package_by_id(want[i].id), p);
	}
	for (unsigned i = 0; ix_package_at(i) != NULL; i++)
		supported += ix_package_at(i)->supported;
	assert_int_equal(supported, sizeof(want) / sizeof(want[0]));
}

static void test_lookup(void **state)
{
	(void)state;
	assert_ptr_equal(package("IPDC"), package("ipdc"));
	assert_null(package("ipd"));
	assert_null(package("ipdcx"));
	assert_null(ix_package_find((struct ix_str){0}));
	assert_null(ix_package_by_id(0)); // packages without a known number share it
	assert_null(ix_package_by_id(0xffff));
	const struct ix_package_def *gm = package("gm");
	assert_non_null(ix_def_find(gm, IX_DEF_PROPERTY, ix_lit("SAF")));
	assert_null(ix_def_find(gm, IX_DEF_EVENT, ix_lit("saf")));
	assert_null(ix_def_find(gm, IX_DEF_PROPERTY, ix_lit("dp")));
	assert_non_null(ix_def_find(gm, IX_DEF_STATISTIC, ix_lit("dp")));
	assert_string_equal(ix_def_by_id(gm, IX_DEF_PROPERTY, 2)->name, "sam");
	assert_null(ix_def_by_id(gm, IX_DEF_PROPERTY, 99));
	const struct ix_def *thb = ix_def_find(package("hangterm"), IX_DEF_EVENT, ix_lit("thb"));
	assert_non_null(thb);
	assert_string_equal(ix_param_find(thb->params, ix_lit("TimerX"))->name, "timerx");
	assert_string_equal(ix_param_by_id(thb->params, 1)->name, "timerx");
	assert_null(ix_param_find(thb->params, ix_lit("timer")));
	assert_null(ix_param_by_id(thb->params, 2));
	assert_null(ix_param_find(NULL, ix_lit("x")));
	assert_null(ix_param_by_id(NULL, 1));
}

/* A NAME of H.248: a letter, then up to 63 letters, digits, underscores. */
static void check_name(const char *name)
{
	assert_true(isalpha((unsigned char)name[0]));
	assert_in_range(strlen(name), 1, 64);
	for (const char *p = name; *p != '\0'; p++)
		assert_true(isalnum((unsigned char)*p) || *p == '_');
}

static void check_params(const struct ix_def *list)
{
	for (const struct ix_def *d = list; d != NULL && d->name != NULL; d++) {
		check_name(d->name);
		assert_ptr_equal(ix_param_find(list, ix_lit(d->name)), d);
		assert_ptr_equal(ix_param_by_id(list, d->id), d);
		assert_int_not_equal(d->type, IX_TYPE_NONE);
		assert_true(d->type != IX_TYPE_ENUM || d->names != NULL);
		assert_true(d->type != IX_TYPE_UINT || d->max > d->min);
	}
}

static void test_every_entry_is_sound(void **state)
{
	const struct ix_package_def *p;
	(void)state;
	for (unsigned i = 0; (p = ix_package_at(i)) != NULL; i++) {
		check_name(p->name);
		assert_ptr_equal(package(p->name), p);
		for (const struct ix_def *d = p->defs; d->name != NULL; d++) {
			check_name(d->name);
			assert_ptr_equal(ix_def_find(p, d->kind, ix_lit(d->name)), d);
			assert_ptr_equal(ix_def_by_id(p, d->kind, d->id), d);
			assert_int_not_equal(d->at, 0);
			assert_true(p->supported || !d->supported);
			assert_true(d->type != IX_TYPE_ENUM || d->names != NULL);
			assert_true((d->type != IX_TYPE_UINT && d->type != IX_TYPE_HEX) ||
				    d->max > d->min);
			assert_true(d->kind != IX_DEF_PROPERTY || d->type != IX_TYPE_NONE);
			check_params(d->params);
			check_params(d->observed);
		}
	}
	assert_null(ix_package_at(UINT32_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packages_of_the_profile),
		cmocka_unit_test(test_lookup),
		cmocka_unit_test(test_every_entry_is_sound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
