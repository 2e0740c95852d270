// Tables that run full: ports, contexts, streams, terminations, flow records. Each refusal names
// the table, and changes nothing.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "control_rig.h"

#define LOCAL(m) "Local {\nv=0\nc=IN IP4 $\n" m "\n}"

static int setup(void **state)
{
	struct rig *r = rig_open("streams: 6");

	rig_register(r);
	*state = r;
	return 0;
}

static int teardown(void **state)
{
	rig_close(*state);
	return 0;
}

static unsigned contexts(const struct rig *r)
{
	return ctl_model_stats(r->gw->model).contexts;
}

static unsigned terms(const struct rig *r)
{
	return ctl_model_stats(r->gw->model).terms;
}

static bool has(const char *text, const char *part)
{
	return text && part && strstr(text, part) != NULL;
}

static void assert_has(const char *text, const char *part)
{
	if (!has(text, part))
		print_error("\"%s\" is not in\n%s\n", part ? part : "", text ? text : "");
	assert_true(has(text, part));
}

static void ports_run_out(void **state)
{
	struct rig *r = *state;
	const char *out = "";
	unsigned n = 0;

	/* Ten ports each, but the sixth context is the last: so take two streams each. */
	for (; !rig_error(out) && n < 20; n++)
		out = rig_do(r, "Context = $ { Add = ip/core/1/$ { Media {\n"
				"Stream = 1 { " LOCAL(
					"m=x $ RTP/AVP 0") " },\n"
							   "Stream = 2 { " LOCAL(
								   "m=x $ RTP/AVP 0") " } } } }");
	assert_int_equal(n, 2);
	assert_int_equal(rig_error(out), 510);
	assert_has(out, "core");
	assert_has(out, "streams");
	assert_int_equal(contexts(r), 1);
	assert_int_equal(fake_flows(), 4);
}

static void pool_full(void **state)
{
	struct rig *r = rig_open("streams: 100");
	const char *out = "";
	unsigned n = 0;

	(void)state;
	rig_register(r);
	for (; !rig_error(out) && n < 20; n++)
		out = rig_do(r, "Context = $ { Add = ip/core/1/$ { Media { " LOCAL(
					"m=x $ UDP -") " } } }");
	assert_int_equal(n, 11);
	assert_int_equal(rig_error(out), 510);
	assert_has(out, "realm core");
	assert_has(out, "20000-20009");
	assert_int_equal(contexts(r), 10);
	/* The refused Add left no context, and its answer names none. */
	assert_has(out, "Context = $");
	rig_close(r);
}

/* The ports of one worker may be used up while others are free: the text says so. */
static void class_full(void **state)
{
	struct rig *r = rig_open("streams: 100, workers: 3");
	unsigned n = 0;

	(void)state;
	rig_register(r);
	/* Each call holds a pair of ports in core; ten ports are five pairs, one worker has one. */
	do
		rig_do(r, "Context = $ { Add = ip/access/1/$ { Media { " LOCAL(
				  "m=x $ RTP/AVP 0") " } }, "
						     "Add = ip/core/1/$ { Media { " LOCAL(
							     "m=x $ RTP/AVP 0") " } } }");
	while (!rig_error(r->out) && n++ < 10);
	assert_int_equal(n, 5);
	rig_do(r, "Context = * { W-Subtract = * }");
	rig_pass(r, CTL_PORT_REST_MS);
	/* Now one side alone holds them: the class of the other end decides. */
	for (n = 0; n < 4; n++)
		rig_do(r, "Context = $ { Add = ip/core/1/$ { Media { " LOCAL(
				  "m=x $ RTP/AVP 0") " } } }");
	for (n = 0; n < 4 && !rig_error(r->out); n++)
		rig_do(r, "Context = $ { Add = ip/access/1/$ { Media { " LOCAL(
				  "m=x $ RTP/AVP 0") " } }, "
						     "Add = ip/core/1/$ { Media { " LOCAL(
							     "m=x $ RTP/AVP 0") " } } }");
	assert_int_equal(rig_error(r->out), 510);
	assert_has(r->out, "realm core");
	assert_has(r->out, "worker");
	rig_close(r);
}

static void contexts_full(void **state)
{
	struct rig *r = *state;
	const char *out = "";
	unsigned n = 0;

	for (; !rig_error(out) && n < 20; n++)
		out = rig_do(r, "Context = $ { Add = ip/core/1/$ { Media { LocalControl { Mode = "
				"Inactive } } "
				"} }");
	assert_int_equal(n, 7);
	assert_int_equal(rig_error(out), 412);
	assert_has(out, "contexts");
	assert_int_equal(contexts(r), 6);
}

/* As many streams as configured, the last one too; then a text that names the limit. */
static void streams_full(void **state)
{
	struct rig *r = *state;

	for (unsigned i = 0; i < 6; i++) {
		rig_do(r,
		       "Context = $ { Add = ip/core/1/$ { Media { " LOCAL("m=x $ UDP -") " } } }");
		assert_int_equal(rig_error(r->out), 0);
	}
	assert_int_equal(fake_conns(), 6);
	rig_do(r, "Context = * { W-Subtract = * }");
	assert_int_equal(fake_conns(), 0);
}

static void too_many_in_context(void **state)
{
	struct rig *r = *state;
	unsigned long ctx = rig_number(
		rig_do(r, "Context = $ { Add = ip/core/1/$ { Media { LocalControl { "
			  "Mode = Inactive } } } }"),
		"Context = ", 0);
	const char *out = "";

	for (unsigned i = 1; i < CTL_TERMS; i++) {
		out = rig_do(r,
			     "Context = %lu { Add = ip/core/1/$ { Media { LocalControl { Mode = "
			     "Inactive } "
			     "} } }",
			     ctx);
		assert_int_equal(rig_error(out), 0);
	}
	out = rig_do(r,
		     "Context = %lu { Add = ip/core/1/$ { Media { LocalControl { Mode = Inactive } "
		     "} } }",
		     ctx);
	assert_int_equal(rig_error(out), 434);
}

/* The data plane has no flow record left: the command is refused and undone. */
static void publish_fails(void **state)
{
	struct rig *r = *state;
	const char *out;

	for (unsigned left = 0; left < 4; left++) {
		fake_publish_limit(left);
		rig_call(r, "RTP/AVP", "", "");
		out = r->out;
		assert_int_equal(rig_error(out), 510);
		fake_publish_limit((unsigned)-1);
		rig_do(r, "Context = * { W-Subtract = * { Audit { } } }");
		rig_pass(r, CTL_PORT_REST_MS);
		assert_int_equal(fake_flows(), 0);
		assert_int_equal(fake_conns(), 0);
		assert_int_equal(fake_neigh_users(), 0);
	}
}

static void terminations_full(void **state)
{
	struct rig *r = rig_open("streams: 1");

	(void)state;
	rig_register(r);
	for (unsigned i = 0; i < 2; i++)
		rig_do(r, i ? "Context = %lu { Add = ip/core/1/$ }" : "Context = $ { Add = $ }",
		       rig_number(r->out, "Context = ", 0));
	rig_do(r, "Context = %lu { Add = $ }", rig_number(r->out, "Context = ", 0));
	assert_int_equal(rig_error(r->out), 432);
	assert_has(r->out, "all 2 terminations");
	assert_int_equal(terms(r), 2);
	rig_close(r);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(ports_run_out),
		cmocka_unit_test(pool_full),
		cmocka_unit_test(class_full),
		CASE(contexts_full),
		CASE(streams_full),
		CASE(too_many_in_context),
		cmocka_unit_test(terminations_full),
		CASE(publish_fails),
	};

	return cmocka_run_group_tests_name("full", tests, NULL, NULL);
}
