// Tests of control/ber_plan.c: realms as groups of binary termination ids.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../../control/ber_plan.h"

static const struct dp_realm_conf realms[] = {
	{.name = "access"},
	{.name = "core.ims.example"},
	{.name = "peer_2"},
	{.name = "7"},
};

static void test_plan(void **state)
{
	const struct ctl_config conf = {.dp = {.realms = realms, .n_realms = 4}};
	struct ctl_ber_plan p;

	ctl_ber_plan_init(&p, &conf);
	assert_true(ix_tid_plan_ok(&p.plan));
	assert_ptr_equal(p.conf.plan, &p.plan);
	assert_string_equal(p.groups[0], "");
	assert_string_equal(p.groups[1], "access");
	assert_string_equal(p.groups[2], ""); // command.c writes its number
	assert_string_equal(p.groups[3], "peer_2");
	assert_string_equal(p.groups[4], "");
	assert_null(p.groups[5]);
	assert_int_equal(p.plan.id_bits, CTL_BER_ID_BITS);
}

/* Names that command.c makes go through binary and back. */
static void test_names(void **state)
{
	static const char *const names[] = {"ip/access/1/4194303", "ip/2/1/7", "ip/peer_2/1/1",
					    "ip/peer_2/$/$", "ip/access/*"};
	const struct ctl_config conf = {.dp = {.realms = realms, .n_realms = 4}};
	struct ctl_ber_plan p;

	ctl_ber_plan_init(&p, &conf);
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct ix_tid tid = {.name = ix_lit(names[i])};
		struct ix_command c = {.verb = IX_ADD, .tids = &tid};
		struct ix_action a = {.cid = 1, .commands = &c};
		struct ix_item item = {.kind = IX_REQUEST, .tid = 1, .actions = &a};
		struct ix_msg msg = {.version = 3, .mid = {.kind = IX_MID_IP4}, .items = &item}, *m;
		struct ix_arena *arena = ix_arena_new(65536);
		struct ix_fault fault;
		char buf[256];
		long n = ix_ber_encode(&msg, &p.conf, buf, sizeof(buf));

		assert_true(n > 0);
		m = ix_ber_decode(arena, buf, (size_t)n, &p.conf, &fault, NULL);
		assert_non_null(m);
		assert_true(ix_str_is(m->items->actions->commands->tids->name, names[i]));
		ix_arena_free(arena);
	}
}

static void test_many_realms(void **state)
{
	static struct dp_realm_conf many[40];
	const struct ctl_config conf = {.dp = {.realms = many, .n_realms = 40}};
	struct ctl_ber_plan p;

	for (unsigned i = 0; i < 40; i++)
		many[i].name[0] = (char)('A' + i % 26);
	ctl_ber_plan_init(&p, &conf);
	assert_string_equal(p.groups[CTL_BER_REALMS], "O");
	assert_null(p.groups[CTL_BER_REALMS + 1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_many_realms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
