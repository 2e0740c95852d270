// Registration: with whom, what is asked, what happens on refusal, silence, redirection and loss.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "control_rig.h"

static int setup(void **state)
{
	*state = rig_open("streams: 8");
	return 0;
}

static int teardown(void **state)
{
	rig_close(*state);
	return 0;
}

static bool has(const char *text, const char *what)
{
	return strstr(text, what) != NULL;
}

static enum ctl_reg_state state_of(const struct rig *r)
{
	return ctl_register_view(r->reg).state;
}

static unsigned current(const struct rig *r)
{
	return ctl_register_view(r->reg).controller;
}

/* Controller n answers the ServiceChange that was sent last with these Services, or an Error. */
static void answer(struct rig *r, unsigned n, const char *body)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "MEGACO/1 [192.0.2.%u]:2944\nReply = %lu { Context = - { ServiceChange = ROOT { "
		 "%s } } }",
		 n + 1, rig_number(r->out, "Transaction = ", 0), body);
	rig_input(r, n, text);
}

/* Lets T-MAX pass in small steps, so that retransmissions happen too. */
static void silence(struct rig *r)
{
	enum ctl_reg_state s = state_of(r);
	unsigned c = current(r);

	for (unsigned i = 0; i < 300 && s == state_of(r) && c == current(r); i++)
		rig_pass(r, 100);
}

static void what_is_asked(void **state)
{
	struct rig *r = *state;

	ctl_register_start(r->reg, r->now);
	assert_int_equal(state_of(r), CTL_REG_ASKING);
	assert_int_equal(r->to, 0);
	assert_true(has(r->out, "MEGACO/1 [192.0.2.10]:2944"));
	assert_true(has(r->out, "Context = -"));
	assert_true(has(r->out, "Method = Restart"));
	assert_true(has(r->out, "\"901 Cold "));
	assert_true(has(r->out, "Version = 3"));
	assert_true(has(r->out, "Profile = IxProfile/4"));
	answer(r, 0, "Services { Version = 2, Profile = X/1 }");
	assert_int_equal(state_of(r), CTL_REG_SERVED);
	assert_int_equal(ctl_register_view(r->reg).version, 2);
	/* From now on the agreed version stands in our messages. */
	rig_do(r, "Context = - { AuditValue = ROOT { Audit { } } }");
	assert_true(has(r->out, "MEGACO/2 "));
}

static void refused(void **state)
{
	struct rig *r = *state;

	ctl_register_start(r->reg, r->now);
	answer(r, 0, "Error = 402 { \"no\" }");
	/* The next one is asked at once. */
	assert_int_equal(state_of(r), CTL_REG_ASKING);
	assert_int_equal(r->to, 1);
	answer(r, 1, "Services { Version = 4 }");
	/* A version beyond ours is no agreement, and the list is at its end: rest, then the first.
	 */
	assert_int_equal(state_of(r), CTL_REG_IDLE);
	rig_pass(r, 1000);
	assert_int_equal(state_of(r), CTL_REG_ASKING);
	assert_int_equal(r->to, 0);
	answer(r, 0, "Services { }");
	assert_int_equal(state_of(r), CTL_REG_SERVED);
}

static void nobody_answers(void **state)
{
	struct rig *r = *state;

	ctl_register_start(r->reg, r->now);
	silence(r);
	assert_int_equal(current(r), 1);
	assert_true(r->n_out > 4);
	silence(r);
	assert_int_equal(state_of(r), CTL_REG_IDLE);
	assert_true(ctl_register_deadline(r->reg) <= r->now + 1000);
	silence(r);
	assert_int_equal(state_of(r), CTL_REG_ASKING);
	assert_int_equal(current(r), 0);
	assert_true(has(r->out, "Restart"));
}

static void before_the_answer(void **state)
{
	struct rig *r = *state;

	ctl_register_start(r->reg, r->now);
	rig_do(r, "Context = - { AuditValue = ROOT { Audit { } } }");
	assert_int_equal(rig_error(r->out), 505);
}

static void others(void **state)
{
	struct rig *r = *state;

	rig_register(r);
	/* A standby controller commands nothing, nor does the right one under another name. */
	rig_forget(r);
	rig_input(r, 1,
		  "MEGACO/3 [192.0.2.2]:2944\nTransaction = 1 { Context = - { AuditValue = ROOT { "
		  "Audit { } } } }");
	assert_int_equal(r->to, 1);
	assert_int_equal(rig_error(r->out), 504);
	rig_forget(r);
	rig_input(r, 0,
		  "MEGACO/3 <mallory>\nTransaction = 1 { Context = - { AuditValue = ROOT { Audit { "
		  "} } } }");
	assert_int_equal(rig_error(r->out), 402);
	assert_non_null(strstr(r->out, "not the MID that accepted our registration"));
	rig_forget(r);
	rig_input(r, 0, "no H.248 at all");
	assert_true(r->n_out <= 1);
	assert_int_equal(state_of(r), CTL_REG_SERVED);
}

static void redirected(void **state)
{
	struct rig *r = *state;

	ctl_register_start(r->reg, r->now);
	answer(r, 0, "Services { MgcIdToTry = [192.0.2.2]:2944 }");
	assert_int_equal(state_of(r), CTL_REG_ASKING);
	assert_int_equal(r->to, 1);
	assert_true(has(r->out, "HandOff") || has(r->out, "Handoff"));
	answer(r, 1, "Services { Version = 3 }");
	assert_int_equal(current(r), 1);
	assert_int_equal(state_of(r), CTL_REG_SERVED);
}

static void redirected_elsewhere(void **state)
{
	struct rig *r = *state;

	ctl_register_start(r->reg, r->now);
	answer(r, 0, "Services { MgcIdToTry = [198.18.0.1]:2944 }");
	/* Not one of ours: as if it had refused. */
	assert_int_equal(state_of(r), CTL_REG_ASKING);
	assert_int_equal(r->to, 1);
	/* In a circle: it ends in a rest. */
	answer(r, 1, "Services { MgcIdToTry = [192.0.2.1]:2944 }");
	for (unsigned i = 0; i < 20 && state_of(r) == CTL_REG_ASKING; i++)
		answer(r, r->to,
		       r->to ? "Services { MgcIdToTry = [192.0.2.1]:2944 }"
			     : "Services { MgcIdToTry = [192.0.2.2]:2944 }");
	assert_int_equal(state_of(r), CTL_REG_IDLE);
}

/* A Notify that nobody answers: the controller is lost, the call goes on, registration again. */
static void lost(void **state)
{
	struct rig *r = *state;
	struct rig_call c;
	struct nat_event ev = {.type = NAT_EV_TCP_DOWN};

	rig_register(r);
	c = rig_call(r, "TCP", "", "");
	fake_flow("198.51.100.10", NAT_IP_TCP, (uint16_t)c.port[0], &ev.conn);
	ev.gen = fake_conn(ev.conn)->gen;
	fake_event(&ev);
	rig_pass(r, 1);
	rig_forget(r);
	silence(r);
	assert_int_equal(state_of(r), CTL_REG_ASKING);
	assert_int_equal(r->to, 0);
	assert_true(has(r->out, "Method = Disconnected"));
	assert_true(has(r->out, "\"900 "));
	assert_int_equal(ctl_model_stats(r->gw->model).contexts, 1);
	assert_int_equal(fake_flows(), 2);
	silence(r);
	assert_int_equal(r->to, 1);
	assert_true(has(r->out, "Method = Failover"));
	assert_true(has(r->out, "\"909 "));
	answer(r, 1, "Services { Version = 3 }");
	assert_int_equal(state_of(r), CTL_REG_SERVED);
	assert_int_equal(ctl_register_view(r->reg).losses, 1);
}

static void orders(void **state)
{
	static const struct {
		const char *services;
		unsigned code, to;
		const char *method;
	} cases[] = {
		{"Method = HandOff, Reason = \"903 x\", MgcIdToTry = [192.0.2.2]:2944", 0, 1,
		 "903"},
		{"Method = HandOff, Reason = \"903 x\", MgcIdToTry = [192.0.2.9]:2944", 449, 0,
		 NULL},
		{"Method = HandOff, Reason = \"903 x\"", 449, 0, NULL},
		{"Method = Restart, Reason = \"900 x\"", 0, 0, "900"},
		{"Method = Forced, Reason = \"905 x\"", 0, 1, "909"},
		{"Method = Disconnected, Reason = \"900 x\"", 501, 0, NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rig *r;
		const char *again;

		teardown(state);
		setup(state);
		r = *state;
		rig_register(r);
		rig_do(r, "Context = - { ServiceChange = ROOT { Services { %s } } }",
		       cases[i].services);
		assert_int_equal(rig_error(r->all), cases[i].code);
		if (!cases[i].method) {
			assert_int_equal(state_of(r), CTL_REG_SERVED);
			continue;
		}
		/* The answer first, then the new registration. */
		again = strstr(r->all, "Transaction = ");
		assert_non_null(again);
		assert_true(strstr(r->all, "Reply = ") < again);
		assert_int_equal(state_of(r), CTL_REG_ASKING);
		assert_int_equal(r->to, cases[i].to);
		assert_true(has(again, cases[i].method));
	}
}

static void stopping(void **state)
{
	struct rig *r = *state;
	char text[256];

	rig_register(r);
	ctl_register_stop(r->reg, r->now);
	assert_int_equal(state_of(r), CTL_REG_LEAVING);
	assert_true(has(r->out, "Method = Forced"));
	assert_true(has(r->out, "\"905 "));
	snprintf(text, sizeof(text),
		 "MEGACO/3 [192.0.2.1]:2944\nReply = %lu { Context = - { ServiceChange = ROOT } }",
		 rig_number(r->out, "Transaction = ", 0));
	rig_input(r, 0, text);
	assert_int_equal(state_of(r), CTL_REG_DONE);
}

static void stopping_alone(void **state)
{
	struct rig *r = *state;

	/* Nobody to tell. */
	ctl_register_stop(r->reg, r->now);
	assert_int_equal(state_of(r), CTL_REG_DONE);
	teardown(state);
	setup(state);
	r = *state;
	/* Nobody answers: a second is enough. */
	rig_register(r);
	ctl_register_stop(r->reg, r->now);
	assert_true(ctl_register_deadline(r->reg) <= r->now + 1000);
	rig_pass(r, 1000);
	assert_int_equal(state_of(r), CTL_REG_DONE);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(what_is_asked),
		CASE(refused),
		CASE(nobody_answers),
		CASE(before_the_answer),
		CASE(others),
		CASE(redirected),
		CASE(redirected_elsewhere),
		CASE(lost),
		CASE(orders),
		CASE(stopping),
		CASE(stopping_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
