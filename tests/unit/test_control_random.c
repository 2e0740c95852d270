// Random transactions, most of them wrong somewhere: whatever was refused or subtracted, everything
// comes back: ports, conns, flows, next hops, contexts, terminations.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control_rig.h"

enum { CALLS = 8, STEPS = 30000 };

struct call {
	unsigned long ctx;
	unsigned n;
	char name[CTL_TERMS][CTL_NAME];
};

struct world {
	struct rig *rig;
	unsigned refused, done;
};

static uint64_t seed;

static unsigned draw(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

static const char *one(const char *const *texts, unsigned n)
{
	return texts[draw(n)];
}
#define ONE(...)                                                                                   \
	one((const char *const[]){__VA_ARGS__},                                                    \
	    sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* Mostly what fits together, now and then something else. */
static const char *some_proto(void)
{
	return draw(6) ? "TCP/TLS/MSRP *"
		       : ONE("TCP/MSRP *", "UDP/TLS/UDPTL t38", "RTP/AVP 0", "RTP/SAVP 0",
			     "FROB *");
}

static const char *some_remote(const char *family)
{
	if (family[2] == '6')
		return "2001:db8:1::77";
	return draw(6) ? ONE("198.51.100.77", "203.0.113.77")
		       : ONE("192.0.2.200", "198.51.100.10", "127.0.0.1", "224.0.0.1");
}

/* A Local or Remote descriptor; empty now and then. */
static void add_sdp(char *to, size_t size, const char *what, const char *proto)
{
	const char *family = draw(20) ? "IP4" : "IP6", *addr = "$", *port = "$";

	to[0] = 0;
	if (!draw(5))
		return;
	if (!strcmp(what, "Remote")) {
		addr = some_remote(family);
		port = draw(6) ? ONE("4000", "9") : ONE("0", "-");
	} else if (!draw(20)) {
		addr = ONE("198.51.100.10", "203.0.113.10", "198.51.100.99");
	}
	snprintf(to, size, ", %s {\nv=0\nc=IN %s %s\nm=x %s %s\na=setup:%s\n}", what, family, addr,
		 port, proto, ONE("active", "passive", "actpass", "holdconn"));
}

static const char *some_control(void)
{
	return draw(6) ? ""
		       : ONE(", ipdc/realm = core", ", gm/saf = ON", ", rtcph/rsb = OFF",
			     ", tman/pol = ON");
}

static void add_media(char *to, size_t size)
{
	size_t at = (size_t)snprintf(to, size, "Media { ");
	unsigned n = draw(4) ? 1 : 2 + draw(2);

	for (unsigned i = 1; i <= n; i++) {
		char local[512], remote[512];
		const char *proto = some_proto();

		add_sdp(local, sizeof(local), "Local", proto);
		add_sdp(remote, sizeof(remote), "Remote", proto);
		at += (size_t)snprintf(
			to + at, size - at, "%sStream = %u { LocalControl { Mode = %s%s }%s%s }",
			i > 1 ? ", " : "", i,
			draw(20) ? ONE("SendReceive", "Inactive", "SendOnly", "ReceiveOnly")
				 : "Loopback",
			some_control(), local, remote);
	}
	snprintf(to + at, size - at, " }");
}

static const char *some_events(void)
{
	if (!draw(10))
		return ONE(", Events = 4 { g/cause, frob/x }",
			   ", Signals { ipnapt/latch { napt = FROB } }");
	return ONE("", ", Events = 1 { g/cause }", ", Events = 2 { hangterm/thb { timerx = 5 } }",
		   ", Events = 3 { adid/ipstop { dt = 1 }, nt/netfail }");
}

static void add_add(char *to, size_t size)
{
	char media[4096];

	add_media(media, sizeof(media));
	snprintf(to, size, "%sAdd = %s { %s%s }", draw(8) ? "" : "O-",
		 draw(10) ? ONE("ip/access/1/$", "ip/core/1/$")
			  : ONE("$", "ip/mars/1/$", "ip/core/1/7"),
		 media, some_events());
}

static void add_change(const struct call *c, char *to, size_t size)
{
	const char *name = c->n ? c->name[draw(c->n)] : "ip/access/1/1";
	char media[4096];

	switch (draw(5)) {
	case 0: snprintf(to, size, "Subtract = %s%s", name, ONE("", " { Audit { } }")); break;
	case 1: snprintf(to, size, "%s", ONE("W-Subtract = *", "Subtract = *")); break;
	default:
		add_media(media, sizeof(media));
		snprintf(to, size, "Modify = %s { %s%s }", name, media, some_events());
	}
}

/* One action on a call: one to three commands. */
static void add_action(const struct call *c, char *to, size_t size)
{
	char id[16];
	size_t at;
	unsigned n = 1 + draw(2);

	snprintf(id, sizeof(id), "%lu", c->ctx);
	at = (size_t)snprintf(to, size, "Context = %s { ", c->ctx ? id : "$");
	for (unsigned i = 0; i < n; i++) {
		char command[5000];

		if (!c->ctx || !draw(3))
			add_add(command, sizeof(command));
		else
			add_change(c, command, sizeof(command));
		at += (size_t)snprintf(to + at, size - at, "%s%s", i ? ", " : "", command);
	}
	snprintf(to + at, size - at, " }");
}

/* Some call that exists, as a controller that audits would know it, or none. */
static struct call some_call(const struct world *w)
{
	const struct ctl_context *ctx = NULL;
	struct call c = {0};

	for (unsigned i = draw(CALLS) + 1; i > 0; i--)
		ctx = ctl_context_next(w->rig->gw->model, ctx);
	c.n = ctx ? ctx->n_terms : 0;
	c.ctx = ctx ? ctx->id : 0;
	for (unsigned i = 0; i < c.n; i++)
		snprintf(c.name[i], sizeof(c.name[i]), "%s", ctx->terms[i]->name);
	return c;
}

static void step(struct world *w)
{
	struct call c = some_call(w);
	char actions[8192];

	add_action(&c, actions, sizeof(actions));
	if (!draw(8))
		fake_publish_fail_once(draw(5));
	fake_conn_limit(draw(10) ? 10 : draw(10));
	rig_do(w->rig, "%s", actions);
	if (draw(3))
		fake_pass_epochs();
	rig_pass(w->rig, draw(3) ? 1 : 1500);
	fake_publish_limit(UINT_MAX);
	w->refused += rig_error(w->rig->all) != 0;
	w->done += w->rig->out[0] && !rig_error(w->rig->all);
}

static unsigned ports_used(const struct rig *r)
{
	struct ctl_pool_view v;
	unsigned n = 0;

	for (unsigned i = 0; ctl_pool_at(r->gw->realms, i, &v); i++)
		n += v.ports.used;
	return n;
}

static void subtract_all(struct world *w)
{
	const struct ctl_context *ctx;

	fake_conn_limit(UINT_MAX);
	while ((ctx = ctl_context_next(w->rig->gw->model, NULL)) != NULL)
		rig_do(w->rig, "Context = %lu { W-Subtract = * }", (unsigned long)ctx->id);
	fake_pass_epochs();
	rig_pass(w->rig, CTL_PORT_REST_MS);
}

/* Nothing is held, and every port can be drawn again. */
static void assert_all_back(struct world *w)
{
	struct ctl_model_stats m = ctl_model_stats(w->rig->gw->model);

	assert_int_equal(m.contexts, 0);
	assert_int_equal(m.terms, 0);
	assert_int_equal(fake_flows(), 0);
	assert_int_equal(fake_conns(), 0);
	assert_int_equal(fake_neigh_users(), 0);
	assert_int_equal(ports_used(w->rig), 0);
	assert_int_equal(ctl_notify_stats(w->rig->gw->notifier).waiting, 0);
	assert_false(ctl_gateway_tick(w->rig->gw, w->rig->now));
}

/* What is published is just what the model holds: each held endpoint its flow, and no other. */
static void assert_consistent(const struct world *w)
{
	const struct ctl_context *ctx = NULL;
	unsigned ends = 0;

	while ((ctx = ctl_context_next(w->rig->gw->model, ctx)) != NULL) {
		assert_int_not_equal(ctx->n_terms, 0);
		for (const struct ctl_pub *p = ctx->pubs; p; p = p->next)
			ends += p->used[0] + p->used[1];
	}
	assert_int_equal(fake_flows(), ends);
}

static void run(const char *dataplane, uint64_t from)
{
	struct world w = {.rig = rig_open(dataplane)};

	seed = from;
	rig_register(w.rig);
	fake_hold_epochs();
	for (unsigned i = 0; i < STEPS; i++) {
		step(&w);
		assert_consistent(&w);
		if (i % 100 == 99) {
			subtract_all(&w);
			assert_all_back(&w);
		}
	}
	/* Enough of both kinds, or the test shows little. */
	assert_in_range(w.refused, STEPS / 10, STEPS);
	assert_in_range(w.done, STEPS / 10, STEPS);
	rig_close(w.rig);
}

static void one_worker(void **state)
{
	(void)state;
	run("streams: 10", 1);
}

static void three_workers(void **state)
{
	(void)state;
	run("streams: 10, workers: 3", 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_worker),
		cmocka_unit_test(three_workers),
	};

	return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
