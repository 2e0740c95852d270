// What the operator sees: JSON answers, metrics and their documentation, drop advice, log lines.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../control/drops.h"
#include "../../control/log.h"
#include "../../control/metrics.h"
#include "../../control/mirror.h"
#include "../../control/report.h"
#include "control_rig.h"

static int setup(void **state)
{
	struct rig *r = rig_open("streams: 8");

	rig_register(r);
	*state = r;
	return 0;
}

static int teardown(void **state)
{
	rig_close(*state);
	return 0;
}

/* The answer's data; NULL when it was refused. */
static json_t *ask(const struct rig *r, const char *request)
{
	json_t *q = json_loads(request, 0, NULL), *a, *data;

	assert_non_null(q);
	a = ctl_report(r->gw, r->reg, q);
	assert_non_null(a);
	data = json_incref(json_object_get(a, "data"));
	assert_int_equal(json_is_true(json_object_get(a, "ok")), data != NULL);
	if (!data)
		assert_true(strlen(json_string_value(json_object_get(a, "error"))) > 5);
	json_decref(a);
	json_decref(q);
	return data;
}

static long long integer(const json_t *o, const char *key)
{
	assert_non_null(json_object_get(o, key));
	return json_integer_value(json_object_get(o, key));
}

static const char *string(const json_t *o, const char *key)
{
	assert_non_null(json_object_get(o, key));
	return json_string_value(json_object_get(o, key));
}

static void every_show(void **state)
{
	static const char *const shows[] = {"summary", "realms", "contexts", "ports",  "neighbours",
					    "workers", "drops",  "ix",       "mirrors"};
	struct rig *r = *state;

	rig_call(r, "TCP", "", "");
	for (size_t i = 0; i < sizeof(shows) / sizeof(shows[0]); i++) {
		char q[64];
		json_t *data;

		snprintf(q, sizeof(q), "{\"show\": \"%s\"}", shows[i]);
		data = ask(r, q);
		assert_non_null(data);
		json_decref(data);
	}
}

static void refused(void **state)
{
	static const char *const wrong[] = {
		"{}",
		"{\"show\": \"everything\"}",
		"{\"show\": 7}",
		"{\"show\": \"context\"}",
		"{\"show\": \"context\", \"id\": 1}",
		"{\"log\": \"loud\"}",
		"{\"mirror\": 1}",
		"{\"mirror\": \"add\"}",
		"{\"mirror\": \"add\", \"name\": \"m\"}",
		"{\"mirror\": \"add\", \"name\": \"m\", \"set\": {\"target\": 1}}",
		"{\"mirror\": \"add\", \"name\": \"m\", \"set\": []}",
		"{\"mirror\": \"add\", \"name\": \"m n\", \"set\": {\"drops\": \"*\", "
		"\"target\": \"/x\"}}",
		"{\"mirror\": \"add\", \"name\": \"m\", \"set\": {\"drops\": \"*\", \"name\": "
		"\"n\", "
		"\"target\": \"/x\"}}",
		"{\"mirror\": \"add\", \"name\": \"m\", \"set\": {\"drops\": \"*,nix\", "
		"\"target\": \"/x\"}}",
		"{\"mirror\": \"del\", \"name\": \"m\"}",
		"{\"mirror\": \"start\", \"name\": \"m\"}",
		"{\"mirror\": \"paint\", \"name\": \"m\"}",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_null(ask(*state, wrong[i]));
}

static void summary(void **state)
{
	struct rig *r = *state;
	json_t *d;

	rig_call(r, "TCP", "", "");
	fake_stats()->drops[NAT_R_TTL] = 5;
	fake_stats()->drops[NAT_R_RUNT] = 2;
	d = ask(r, "{\"show\": \"summary\"}");
	assert_string_equal(string(d, "registration"), "served");
	assert_string_equal(string(d, "controller"), "192.0.2.1:2944");
	assert_int_equal(integer(d, "contexts"), 1);
	assert_int_equal(integer(d, "terminations"), 2);
	assert_int_equal(integer(d, "streams"), 1);
	assert_int_equal(integer(d, "dropped_packets"), 7);
	json_decref(d);
}

static void one_context(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "TCP/TLS/MSRP", "passive", "active");
	const json_t *streams, *conns;
	char q[64];
	json_t *d;
	uint32_t conn;

	fake_flow("198.51.100.10", NAT_IP_TCP, (uint16_t)c.port[0], &conn);
	fake_conn(conn)->tcp = NAT_TCP_UP;
	fake_conn(conn)->pkts[1] = 9;
	snprintf(q, sizeof(q), "{\"show\": \"context\", \"id\": %lu}", c.ctx);
	d = ask(r, q);
	streams = json_object_get(d, "streams");
	conns = json_object_get(d, "connections");
	assert_int_equal(json_array_size(streams), 2);
	assert_string_equal(string(json_array_get(streams, 0), "termination"), c.name[0]);
	assert_string_equal(string(json_array_get(streams, 0), "remote"), "198.51.100.77:4000");
	assert_string_equal(string(json_array_get(streams, 0), "mode"), "sendrecv");
	assert_int_equal(json_array_size(conns), 1);
	assert_string_equal(string(json_array_get(conns, 0), "state"), "up");
	assert_int_equal(integer(json_array_get(conns, 0), "b_packets"), 9);
	assert_int_equal(json_array_size(json_object_get(d, "events")), 2);
	json_decref(d);
}

static void drops(void **state)
{
	struct rig *r = *state;
	json_t *d;

	fake_stats()->drops[NAT_R_FRAME_CUT] = 3;
	d = ask(r, "{\"show\": \"drops\"}");
	assert_int_equal(json_array_size(d), 1);
	assert_string_equal(string(json_array_get(d, 0), "reason"), "frame_cut");
	assert_non_null(strstr(string(json_array_get(d, 0), "advice"), "tso"));
	json_decref(d);
}

static void log_level(void **state)
{
	json_decref(ask(*state, "{\"log\": \"debug\"}"));
	assert_int_equal(ctl_log_get(), CTL_DEBUG);
	json_decref(ask(*state, "{\"log\": \"info\"}"));
	assert_int_equal(ctl_log_get(), CTL_INFO);
}

/* ---- metrics --------------------------------------------------------------------------------- */

static char *metrics(const struct rig *r)
{
	struct evbuffer *b = evbuffer_new();
	size_t len;
	char *text;

	ctl_metrics_text(b, r->gw, r->reg);
	len = evbuffer_get_length(b);
	text = calloc(1, len + 1);
	evbuffer_remove(b, text, len);
	evbuffer_free(b);
	return text;
}

static void metric_values(void **state)
{
	struct rig *r = *state;
	char *text;

	rig_call(r, "TCP", "", "");
	fake_stats()->drops[NAT_R_BAD_SOURCE] = 17;
	fake_stats()->forwarded_pkts = 12345678901234ull;
	text = metrics(r);
	assert_non_null(strstr(text, "\ntrgw_contexts 1\n"));
	assert_non_null(strstr(text, "\ntrgw_registered 1\n"));
	assert_non_null(strstr(text, "\ntrgw_dropped_packets_total{reason=\"bad_source\"} 17\n"));
	assert_non_null(strstr(text, "\ntrgw_forwarded_packets_total 12345678901234\n"));
	assert_non_null(strstr(text, "\ntrgw_ix_commands_total{command=\"Add\"} 2\n"));
	assert_non_null(strstr(text,
			       "trgw_local_ports_used{realm=\"access\",address=\"198.51.100.10\","
			       "proto=\"tcp\"} 1\n"));
	assert_string_equal(text + strlen(text) - 6, "# EOF\n");
	free(text);
}

/* OpenMetrics: every family has TYPE and HELP before its samples, and every sample has a family. */
static void metric_form(void **state)
{
	char *text = metrics(*state), *save = NULL, *line;
	char family[128] = "", type[32] = "", name[128];
	unsigned samples = 0, reasons = 0;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (sscanf(line, "# TYPE %127s %31s", family, type) == 2 ||
		    !strncmp(line, "# EOF", 5))
			continue;
		if (sscanf(line, "# HELP %127s", name) == 1) {
			assert_string_equal(name, family);
			continue;
		}
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(line, " {"), line);
		assert_int_equal(strncmp(name, family, strlen(family)), 0);
		assert_string_equal(name + strlen(family), !strcmp(type, "counter") ? "_total"
							   : !strcmp(type, "info")  ? "_info"
										    : "");
		samples++;
		reasons += strstr(line, "{reason=") != NULL;
	}
	assert_int_equal(reasons, NAT_REASONS);
	assert_true(samples > 60);
	free(text);
}

static void metrics_documented(void **state)
{
	FILE *f = fopen(TRGW_SOURCE "/docs/metrics.md", "r");
	char *text = calloc(1, 65536);
	const char *name, *help;
	char cell[128];
	unsigned n;

	(void)state;
	assert_non_null(f);
	assert_true(fread(text, 1, 65535, f) > 0);
	fclose(f);
	for (n = 0; ctl_metrics_family(n, &name, &help); n++) {
		snprintf(cell, sizeof(cell), "`%s", name);
		if (!strstr(text, cell) || !strstr(text, help))
			fail_msg("docs/metrics.md lacks %s: %s", name, help);
	}
	assert_true(n > 30);
	free(text);
}

/* ---- log ------------------------------------------------------------------------------------- */

static char lines[16384];
static unsigned n_lines;

static void keep(const char *line)
{
	size_t at = strlen(lines);

	snprintf(lines + at, sizeof(lines) - at, "%s\n", line);
	n_lines++;
}

static void forget(void)
{
	lines[0] = 0;
	n_lines = 0;
	ctl_log_sink(keep);
}

/* A reason is told when it begins to grow, with its advice, and at most once a minute. */
static void drop_advice(void **state)
{
	struct ctl_drops *d = ctl_drops_new();

	(void)state;
	forget();
	ctl_drops_look(d, 1000);
	assert_int_equal(n_lines, 0);
	fake_stats()->drops[NAT_R_FRAME_CUT] = 3;
	ctl_drops_look(d, 2000);
	assert_int_equal(n_lines, 1);
	assert_non_null(strstr(lines, "WARN event=drops reason=frame_cut count=3 advice=\""));
	fake_stats()->drops[NAT_R_FRAME_CUT] = 4;
	ctl_drops_look(d, 3000);
	ctl_drops_look(d, 61999);
	assert_int_equal(n_lines, 1);
	ctl_drops_look(d, 62000);
	assert_int_equal(n_lines, 2);
	ctl_drops_look(d, 999999);
	assert_int_equal(n_lines, 2);
	fake_stats()->drops[NAT_R_TTL] = 1;
	ctl_drops_look(d, 1000000);
	assert_int_equal(n_lines, 3);
	ctl_drops_free(d);
}

/* One is added by trgwctl's words, shown, stopped, started, deleted. */
static void mirrors(void **state)
{
	struct rig *r = *state;
	json_t *d = ask(
		r, "{\"mirror\": \"add\", \"name\": \"m\", \"set\": {\"ingress\": \"core\", "
		   "\"egress\": \"access,core\", \"drops\": \"ttl,proto\", \"context\": \"5\", "
		   "\"filter\": \"udp\", \"target\": \"/x\"}}");
	json_t *row;

	assert_non_null(d);
	json_decref(d);
	assert_true(fake_mirror("m")->running);
	fake_mirror("m")->pkts = 9;
	fake_mirror("m")->lost = 8;
	d = ask(r, "{\"show\": \"mirrors\"}");
	assert_int_equal(json_array_size(d), 1);
	row = json_array_get(d, 0);
	assert_string_equal(string(row, "state"), "running");
	assert_string_equal(string(row, "ingress"), "core");
	assert_string_equal(string(row, "egress"), "*");
	assert_string_equal(string(row, "drops"), "ttl,proto");
	assert_string_equal(string(row, "filter"), "udp");
	assert_string_equal(string(row, "error"), "-");
	assert_int_equal(integer(row, "context"), 5);
	assert_int_equal(integer(row, "packets"), 9);
	assert_int_equal(integer(row, "lost"), 8);
	json_decref(d);
	json_decref(ask(r, "{\"mirror\": \"stop\", \"name\": \"m\"}"));
	assert_false(fake_mirror("m")->running);
	json_decref(ask(r, "{\"mirror\": \"start\", \"name\": \"m\"}"));
	assert_true(fake_mirror("m")->running);
	/* The name is taken; what was there stays. */
	assert_null(ask(r, "{\"mirror\": \"add\", \"name\": \"m\", \"set\": {\"drops\": \"*\", "
			   "\"target\": \"/y\"}}"));
	assert_true(fake_mirror("m")->running);
	json_decref(ask(r, "{\"mirror\": \"del\", \"name\": \"m\"}"));
	assert_null(fake_mirror("m"));
}

/* A sink's trouble is logged when it begins, not again while it lasts. */
static void mirror_log(void **state)
{
	struct rig *r = *state;
	struct dp_mirror_view *v;

	json_decref(ask(r, "{\"mirror\": \"add\", \"name\": \"m\", \"set\": {\"drops\": \"*\", "
			   "\"target\": \"/x\", \"start\": \"no\"}}"));
	v = fake_mirror("m");
	assert_false(v->running);
	forget();
	ctl_mirror_look();
	assert_int_equal(n_lines, 0);
	v->errors = 1;
	v->unsent = 4;
	snprintf(v->error, sizeof(v->error), "/x: No space left on device");
	ctl_mirror_look();
	ctl_mirror_look();
	assert_int_equal(n_lines, 1);
	assert_non_null(strstr(lines, "WARN event=mirror_sink name=m errors=1 unsent=4 "
				      "text=\"/x: No space left on device\""));
	v->errors = 2;
	ctl_mirror_look();
	assert_int_equal(n_lines, 2);
}

static void log_lines(void **state)
{
	char buf[16];

	(void)state;
	forget();
	ctl_log(CTL_WARN, "t1", "a=%d", 5);
	ctl_log(CTL_DEBUG, "t1", "never=%d", 1);
	assert_string_equal(lines, "WARN event=t1 a=5\n");
	assert_string_equal(ctl_quote("a\"b\nc", 5, buf, sizeof(buf)), "\"a?b?c\"");
	assert_string_equal(ctl_quote("0123456789abcdef", 16, buf, 8), "\"01234\"");
}

/* A flood of one class is cut, told with the next line, and hushes no other class. */
static void log_flood(void **state)
{
	(void)state;
	forget();
	for (unsigned i = 0; i < 10000; i++)
		ctl_log(CTL_INFO, "flood", "n=%u", i);
	assert_in_range(n_lines, 50, 200);
	n_lines = 0;
	ctl_log(CTL_INFO, "calm", "n=%d", 1);
	assert_int_equal(n_lines, 1);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(every_show),    CASE(refused),     CASE(summary),
		CASE(one_context),   CASE(drops),       CASE(log_level),
		CASE(metric_values), CASE(metric_form), CASE(metrics_documented),
		CASE(mirrors),       CASE(mirror_log),  CASE(drop_advice),
		CASE(log_lines),     CASE(log_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
