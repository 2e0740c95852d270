// Every enumerator has its name, and what lies outside has "unknown".
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../../nat/event.h"
#include "../../nat/verdict.h"
#include "../../nat/view.h"

static void reasons_are_labels(void **state)
{
	for (unsigned i = 0; i < NAT_REASONS; i++) {
		const char *name = nat_reason_name(i);

		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"),
				 strlen(name));
		assert_true(strlen(nat_reason_text(i)) > 20);
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(name, nat_reason_name(j));
	}
	assert_string_equal(nat_reason_name(NAT_R_FRAME_CUT), "frame_cut");
	assert_non_null(strstr(nat_reason_text(NAT_R_FRAME_CUT), "tso off"));
	assert_string_equal(nat_reason_name(NAT_R_HANDOFF_FULL), "handoff_full");
}

static void enumerators_have_names(void **state)
{
	assert_string_equal(nat_event_name(NAT_EV_TCP_UP), "tcp-established");
	assert_string_equal(nat_event_name(NAT_EV_TCP_DOWN), "tcp-released");
	assert_string_equal(nat_cause_name(NAT_CAUSE_NONE), "none");
	assert_string_equal(nat_cause_name(NAT_CAUSE_IDLE), "idle");
	assert_string_equal(nat_tcp_state_name(NAT_TCP_CLOSED), "closed");
	assert_string_equal(nat_tcp_state_name(NAT_TCP_FIN_B), "fin-b");
	assert_string_equal(nat_tcp_state_name(NAT_TCP_TRANS), "trans");
}

static void outside_is_unknown(void **state)
{
	assert_string_equal(nat_reason_name(NAT_REASONS), "unknown");
	assert_string_equal(nat_reason_text((enum nat_reason) - 1), "unknown");
	assert_string_equal(nat_event_name(NAT_EVENT_COUNT), "unknown");
	assert_string_equal(nat_cause_name(NAT_CAUSE_COUNT), "unknown");
	assert_string_equal(nat_tcp_state_name(NAT_TCP_STATE_COUNT), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reasons_are_labels),
		cmocka_unit_test(enumerators_have_names),
		cmocka_unit_test(outside_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
