// The life of a next hop (dataplane/neigh.c): every state against time and against what is heard.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "../../dataplane/neigh.h"

static const uint8_t mac1[6] = {2, 0, 0, 0, 0, 1}, mac2[6] = {2, 0, 0, 0, 0, 2};

static struct dp_neigh at(enum dp_neigh_state state, uint8_t tries, uint32_t due)
{
	struct dp_neigh n = {.due_ms = due, .state = (uint8_t)state, .tries = tries};

	memcpy(n.mac, mac1, 6);
	return n;
}

struct tick_case {
	const char *name;
	enum dp_neigh_state state;
	uint8_t tries;
	uint32_t due, now;
	enum dp_neigh_action action;
	enum dp_neigh_state next;
	uint32_t next_due;
};

static void time_passes(void **unused)
{
	static const struct tick_case table[] = {
		{"new asks at once", DP_NEIGH_NEW, 0, 999, 0, DP_NEIGH_ASK, DP_NEIGH_ASKING, 1000},
		{"asking waits", DP_NEIGH_ASKING, 1, 10, 9, DP_NEIGH_NOTHING, DP_NEIGH_ASKING, 10},
		{"asking asks again", DP_NEIGH_ASKING, 2, 10, 10, DP_NEIGH_ASK, DP_NEIGH_ASKING,
		 1010},
		{"asking gives up", DP_NEIGH_ASKING, 3, 10, 10, DP_NEIGH_GIVE_UP, DP_NEIGH_FAILED,
		 5010},
		{"reachable rests", DP_NEIGH_REACHABLE, 0, 10, 9, DP_NEIGH_NOTHING,
		 DP_NEIGH_REACHABLE, 10},
		{"reachable is checked", DP_NEIGH_REACHABLE, 0, 10, 10, DP_NEIGH_ASK,
		 DP_NEIGH_STALE, 1010},
		{"stale asks again", DP_NEIGH_STALE, 2, 10, 11, DP_NEIGH_ASK, DP_NEIGH_STALE, 1011},
		{"stale gives up", DP_NEIGH_STALE, 3, 10, 10, DP_NEIGH_GIVE_UP, DP_NEIGH_FAILED,
		 5010},
		{"failed waits long", DP_NEIGH_FAILED, 3, 10, 9, DP_NEIGH_NOTHING, DP_NEIGH_FAILED,
		 10},
		{"failed asks slowly", DP_NEIGH_FAILED, 3, 10, 10, DP_NEIGH_ASK, DP_NEIGH_FAILED,
		 5010},
		{"the clock wraps", DP_NEIGH_ASKING, 1, 0xfffffff0u, 5, DP_NEIGH_ASK,
		 DP_NEIGH_ASKING, 1005},
		{"not yet over the wrap", DP_NEIGH_ASKING, 1, 5, 0xfffffff0u, DP_NEIGH_NOTHING,
		 DP_NEIGH_ASKING, 5},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		const struct tick_case *c = &table[i];
		struct dp_neigh n = at(c->state, c->tries, c->due);

		if (dp_neigh_tick(&n, c->now) != c->action || n.state != c->next ||
		    n.due_ms != c->next_due)
			fail_msg("%s: state %s due %u", c->name, dp_neigh_state_name(n.state),
				 n.due_ms);
	}
}

struct heard_case {
	const char *name;
	enum dp_neigh_state state;
	const uint8_t *mac;
	bool solicited, override, usable;
	enum dp_neigh_state next;
	const uint8_t *next_mac;
};

static void a_hop_is_heard(void **unused)
{
	static const struct heard_case table[] = {
		{"answer", DP_NEIGH_ASKING, mac2, true, false, true, DP_NEIGH_REACHABLE, mac2},
		{"announcement", DP_NEIGH_ASKING, mac2, false, true, true, DP_NEIGH_STALE, mac2},
		{"after failure", DP_NEIGH_FAILED, mac2, true, true, true, DP_NEIGH_REACHABLE,
		 mac2},
		{"same again", DP_NEIGH_STALE, mac1, true, false, true, DP_NEIGH_REACHABLE, mac1},
		{"router fails over", DP_NEIGH_REACHABLE, mac2, true, true, true,
		 DP_NEIGH_REACHABLE, mac2},
		{"other address is doubted", DP_NEIGH_REACHABLE, mac2, true, false, false,
		 DP_NEIGH_STALE, mac1},
		{"doubt while stale", DP_NEIGH_STALE, mac2, true, false, false, DP_NEIGH_STALE,
		 mac1},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		const struct heard_case *c = &table[i];
		struct dp_neigh n = at(c->state, 1, 100);

		if (dp_neigh_heard(&n, c->mac, c->solicited, c->override, 50) != c->usable ||
		    n.state != c->next || memcmp(n.mac, c->next_mac, 6) != 0)
			fail_msg("%s: state %s", c->name, dp_neigh_state_name(n.state));
	}
}

/* From the first question to failure a hop costs DP_NEIGH_TRIES questions, then one per 5 s. */
static void questions_are_bounded(void **unused)
{
	struct dp_neigh n = at(DP_NEIGH_NEW, 0, 0);
	unsigned asked = 0, gave_up = 0;

	for (uint32_t now = 0; now < 10000; now += 10) {
		enum dp_neigh_action a = dp_neigh_tick(&n, now);

		asked += a == DP_NEIGH_ASK;
		gave_up += a == DP_NEIGH_GIVE_UP;
		assert_false(dp_neigh_usable(&n));
	}
	assert_int_equal(gave_up, 1);
	assert_int_equal(asked, DP_NEIGH_TRIES + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_passes),
		cmocka_unit_test(a_hop_is_heard),
		cmocka_unit_test(questions_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
