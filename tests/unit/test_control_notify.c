// Events: armed, observed, told once, at a bounded rate, never lost; timers of terminations.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "../../control/age.h"
#include "control_rig.h"

static int setup(void **state)
{
	struct rig *r = rig_open("streams: 400");

	rig_register(r);
	*state = r;
	return 0;
}

static int teardown(void **state)
{
	rig_close(*state);
	return 0;
}

static uint32_t conn_of(const struct rig_call *c)
{
	uint32_t conn = 0;

	assert_non_null(fake_flow("198.51.100.10", NAT_IP_TCP, (uint16_t)c->port[0], &conn));
	return conn;
}

static void happen(const struct rig_call *c, uint8_t type, uint8_t cause, uint8_t side)
{
	uint32_t conn = conn_of(c);
	struct nat_event ev = {.conn = conn,
			       .gen = fake_conn(conn)->gen,
			       .type = type,
			       .cause = cause,
			       .side = side};

	fake_event(&ev);
}

static unsigned occurrences(const char *text, const char *what)
{
	unsigned n = 0;

	while ((text = strstr(text, what)) != NULL) {
		text++;
		n++;
	}
	return n;
}

static bool has(const char *text, const char *what)
{
	return strstr(text, what) != NULL;
}

/* What happens to the bearer -> the general cause, and the words for it. */
static void causes(void **state)
{
	static const struct {
		uint8_t type, cause;
		const char *general, *text;
	} cases[] = {
		{NAT_EV_TCP_DOWN, NAT_CAUSE_FIN, "NR", "TCP FIN"},
		{NAT_EV_TCP_DOWN, NAT_CAUSE_RST, "FT", "TCP RST"},
		{NAT_EV_TCP_DOWN, NAT_CAUSE_IDLE, "FT", "TCP idle"},
		{NAT_EV_TCP_FAILED, NAT_CAUSE_TIMEOUT, "FT", "timeout"},
		{NAT_EV_TCP_FAILED, NAT_CAUSE_REFUSED, "FT", "refused"},
	};
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rig_call c = rig_call(r, "TCP", "", "");
		char want[64], name[CTL_NAME];

		rig_forget(r);
		happen(&c, cases[i].type, cases[i].cause, NAT_B);
		rig_pass(r, 1);
		/* Both terminations armed it; each is told once. */
		assert_int_equal(r->n_out, 2);
		snprintf(want, sizeof(want), "Generalcause = %s", cases[i].general);
		assert_int_equal(occurrences(r->all, want), 2);
		assert_int_equal(occurrences(r->all, cases[i].text), 2);
		assert_int_equal(occurrences(r->all, "at the other side"), 1);
		assert_string_equal(rig_name(r->all, "Notify", 0, name), c.name[0]);
		assert_string_equal(rig_name(r->all, "Notify", 1, name), c.name[1]);
		assert_int_equal(rig_number(r->all, "ObservedEvents = ", 0), 1);
		assert_int_equal(rig_number(r->all, "ObservedEvents = ", 1), 2);
		assert_int_equal(rig_number(r->all, "Context = ", 0), c.ctx);
		rig_forget(r);
		happen(&c, cases[i].type, cases[i].cause, NAT_A);
		rig_pass(r, 1);
		assert_int_equal(r->n_out, 0);
		rig_do(r, "Context = %lu { W-Subtract = * { Audit { } } }", c.ctx);
		rig_pass(r, CTL_PORT_REST_MS);
	}
}

static void armed_again(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "TCP", "", "");

	happen(&c, NAT_EV_TCP_DOWN, NAT_CAUSE_FIN, NAT_A);
	rig_pass(r, 1);
	rig_do(r, "Context = %lu { Modify = %s { Events = 77 { g/cause { Stream = 1 } } } }", c.ctx,
	       c.name[0]);
	rig_forget(r);
	happen(&c, NAT_EV_TCP_DOWN, NAT_CAUSE_RST, NAT_A);
	rig_pass(r, 1);
	assert_int_equal(r->n_out, 1);
	assert_int_equal(rig_number(r->out, "ObservedEvents = ", 0), 77);
	assert_true(has(r->out, "Stream = 1"));
	/* Another stream's event, and no event at all. */
	rig_do(r, "Context = %lu { Modify = %s { Events = 78 { g/cause { Stream = 2 } } } }", c.ctx,
	       c.name[0]);
	rig_forget(r);
	happen(&c, NAT_EV_TCP_DOWN, NAT_CAUSE_RST, NAT_A);
	rig_pass(r, 1);
	assert_int_equal(r->n_out, 0);
	rig_do(r, "Context = %lu { Modify = %s { Events } }", c.ctx, c.name[0]);
	assert_int_equal(rig_error(r->out), 0);
	rig_forget(r);
	happen(&c, NAT_EV_TCP_DOWN, NAT_CAUSE_RST, NAT_A);
	rig_pass(r, 1);
	assert_int_equal(r->n_out, 0);
}

/* An event of a connection that is gone concerns nobody. */
static void stale(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "TCP", "", "");
	uint32_t conn = conn_of(&c);
	struct nat_event ev = {.conn = conn, .gen = fake_conn(conn)->gen, .type = NAT_EV_TCP_DOWN};

	rig_do(r, "Context = %lu { W-Subtract = * { Audit { } } }", c.ctx);
	rig_call(r, "TCP", "", "");
	rig_forget(r);
	fake_event(&ev);
	ev.conn = 0xfffffff0;
	fake_event(&ev);
	rig_pass(r, 1);
	assert_int_equal(r->n_out, 0);
	assert_int_equal(ctl_notify_stats(r->gw->notifier).stale, 2);
}

/* A termination that goes takes its waiting events along. */
static void gone_while_waiting(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "TCP", "", "");

	happen(&c, NAT_EV_TCP_DOWN, NAT_CAUSE_FIN, NAT_A);
	ctl_notify_poll(r->gw->notifier, r->now);
	assert_int_equal(ctl_notify_stats(r->gw->notifier).waiting, 2);
	rig_do(r, "Context = %lu { Subtract = %s { Audit { } } }", c.ctx, c.name[0]);
	assert_int_equal(ctl_notify_stats(r->gw->notifier).waiting, 1);
	rig_do(r, "Context = %lu { Subtract = %s { Audit { } } }", c.ctx, c.name[1]);
	assert_int_equal(ctl_notify_stats(r->gw->notifier).waiting, 0);
	rig_forget(r);
	rig_pass(r, 1);
	assert_int_equal(r->n_out, 0);
}

/* More than the rate allows: later, but all. */
static void rate(void **state)
{
	enum { N = 130 };
	struct rig *r = *state;
	unsigned sent;

	for (unsigned i = 0; i < N; i++)
		assert_int_equal(
			rig_error(rig_do(r,
					 "Context = $ { Add = ip/core/1/$ { Media { LocalControl { "
					 "Mode = Inactive } },\n"
					 "Events = 1 { hangterm/thb { timerx = 5 } } } }")),
			0);
	rig_forget(r);
	r->now += 6000;
	for (unsigned i = 0; i < 2 * CTL_AGE_STEPS; i++)
		ctl_age_step(r->gw, r->now);
	ctl_notify_send(r->gw->notifier, r->now);
	assert_int_equal(r->n_out, CTL_NOTIFY_BURST);
	for (sent = r->n_out; sent < N; sent = r->n_out) {
		uint64_t at = r->now;

		r->now += 100;
		ctl_notify_send(r->gw->notifier, r->now);
		assert_true(r->n_out > sent);
		assert_true(r->n_out - sent <= (r->now - at) * CTL_NOTIFY_RATE / 1000);
	}
	assert_int_equal(r->n_out, N);
}

/* Not registered: nothing can be told, nothing is lost. */
static void no_controller(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "TCP", "", "");

	rig_do(r, "Context = - { ServiceChange = ROOT { Services { Method = Restart, Reason = "
		  "\"900\" } } }");
	assert_int_equal(ctl_register_view(r->reg).state, CTL_REG_ASKING);
	happen(&c, NAT_EV_TCP_DOWN, NAT_CAUSE_FIN, NAT_A);
	rig_forget(r);
	rig_pass(r, 1);
	assert_false(has(r->all, "Notify"));
	rig_register(r);
	rig_pass(r, 1);
	assert_int_equal(occurrences(r->all, "Notify = "), 2);
}

static void scan(struct rig *r, uint64_t ms)
{
	r->now += ms;
	for (unsigned i = 0; i < 2 * CTL_AGE_STEPS; i++)
		ctl_age_step(r->gw, r->now);
	ctl_notify_send(r->gw->notifier, r->now);
}

static void heartbeat(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "TCP", "", "");

	rig_do(r, "Context = %lu { Modify = %s { Events = 5 { hangterm/thb { timerx = 10 } } } }",
	       c.ctx, c.name[0]);
	rig_forget(r);
	scan(r, 9000);
	assert_int_equal(r->n_out, 0);
	/* Any exchange about the termination restarts it. */
	rig_do(r, "Context = %lu { AuditValue = %s { Audit { } } }", c.ctx, c.name[0]);
	rig_forget(r);
	scan(r, 9000);
	assert_int_equal(r->n_out, 0);
	scan(r, 1000);
	assert_int_equal(r->n_out, 1);
	assert_true(has(r->out, "hangterm/thb"));
	/* It beats again. */
	scan(r, 10000);
	assert_int_equal(r->n_out, 2);
}

static void no_traffic(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "TCP", "", "");
	uint32_t conn = conn_of(&c);

	rig_do(r,
	       "Context = %lu { Modify = %s { Events = 5 { adid/ipstop { dt = 10, dir = IN } } } }",
	       c.ctx, c.name[0]);
	rig_forget(r);
	scan(r, 8000);
	fake_conn(conn)->pkts[0]++;
	scan(r, 8000);
	assert_int_equal(r->n_out, 0);
	/* Packets of the other direction do not count. */
	fake_conn(conn)->pkts[1]++;
	scan(r, 10000);
	assert_int_equal(r->n_out, 1);
	assert_true(has(r->out, "adid/ipstop"));
	scan(r, 20000);
	assert_int_equal(r->n_out, 1);
}

static void idle_link(void **state)
{
	struct rig *r = *state;

	rig_do(r, "Context = - { Modify = ROOT { Events = 9 { it/ito { mit = 1000 } } } }");
	assert_int_equal(rig_error(r->out), 0);
	rig_forget(r);
	scan(r, 9990);
	assert_int_equal(r->n_out, 0);
	rig_do(r, "Context = - { AuditValue = ROOT { Audit { } } }");
	rig_forget(r);
	scan(r, 9990);
	assert_int_equal(r->n_out, 0);
	scan(r, 10);
	assert_int_equal(r->n_out, 1);
	assert_true(has(r->out, "Context = -"));
	assert_true(has(r->out, "Notify = ROOT"));
	assert_true(has(r->out, "it/ito"));
}

/* Silent connections are put to the data plane's judgement, each kind after its own time. */
static void ageing(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "TCP", "", "");
	uint32_t conn = conn_of(&c);
	unsigned before;

	fake_conn(conn)->tcp = NAT_TCP_OPENING;
	scan(r, 1000);
	scan(r, 59000);
	assert_int_equal(fake_expires(), 0);
	fake_conn(conn)->last_ms = 5;
	scan(r, 1000);
	scan(r, 59000);
	assert_int_equal(fake_expires(), 0);
	scan(r, 1000);
	before = fake_expires();
	assert_true(before > 0);
	fake_conn(conn)->tcp = NAT_TCP_UP;
	scan(r, 7000000);
	assert_int_equal(fake_expires(), before);
	fake_conn(conn)->tcp = NAT_TCP_CLOSED;
	scan(r, 70000000);
	assert_int_equal(fake_expires(), before);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(causes),    CASE(armed_again),   CASE(stale),     CASE(gone_while_waiting),
		CASE(rate),      CASE(no_controller), CASE(heartbeat), CASE(no_traffic),
		CASE(idle_link), CASE(ageing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
