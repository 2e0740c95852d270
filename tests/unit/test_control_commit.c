// Publishing by difference: what is stored, retired, carried on and given back, and when.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

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

static struct ctl_context *context_of(const struct rig *r, const struct rig_call *c)
{
	return ctl_context_get(r->gw->model, (uint32_t)c->ctx);
}

/* Nothing is given back before the epoch has passed: conns, next hops, ports. */
static void waits_for_the_epoch(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "UDP", "", "");
	struct ctl_pool_view v;
	unsigned used = 0;

	assert_int_equal(fake_conns(), 1);
	assert_int_equal(fake_neigh_users(), 2);
	fake_hold_epochs();
	rig_do(r, "Context = %lu { W-Subtract = * { Audit { } } }", c.ctx);
	assert_int_equal(fake_flows(), 0);
	assert_true(fake_conns() >= 1);
	assert_true(fake_neigh_users() >= 2);
	for (unsigned i = 0; ctl_pool_at(r->gw->realms, i, &v); i++)
		used += v.ports.used;
	assert_int_equal(used, 2);
	fake_pass_epochs();
	rig_pass(r, 1);
	assert_int_equal(fake_conns(), 0);
	assert_int_equal(fake_neigh_users(), 0);
	for (unsigned i = 0; ctl_pool_at(r->gw->realms, i, &v); i++)
		assert_int_equal(v.ports.used, 0);
}

/* Committing what is published already stores nothing and leaks no user of a next hop. */
static void no_difference(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "RTP/AVP", "", "");
	unsigned published = fake_publishes(), users = fake_neigh_users();
	struct ctl_error err;

	assert_int_equal(fake_flows(), 4);
	for (unsigned i = 0; i < 3; i++)
		assert_true(ctl_commit(r->gw->plane, context_of(r, &c), &err));
	ctl_plane_tick(r->gw->plane, r->now);
	assert_int_equal(fake_publishes(), published);
	assert_int_equal(fake_neigh_users(), users);
	assert_int_equal(ctl_plane_barrier(r->gw->plane), 0);
}

static void modify_remote(struct rig *r, const struct rig_call *c, const char *proto, unsigned port)
{
	rig_do(r,
	       "Context = %lu { Modify = %s { Media { Remote {\nv=0\nc=IN IP4 203.0.113.78\n"
	       "m=message %u %s *\n} } } }",
	       c->ctx, c->name[1], port, proto);
	assert_int_equal(rig_error(r->out), 0);
}

/* A UDP stream carries its counters on to a new Remote; TCP begins a fresh connection, and the old
 * one's figures are not lost. */
static void a_new_remote(void **state)
{
	struct rig *r = *state;
	static const char *const protos[] = {"UDP", "TCP"};

	for (unsigned i = 0; i < 2; i++) {
		struct rig_call c = rig_call(r, protos[i], "", "");
		uint8_t proto = i ? NAT_IP_TCP : NAT_IP_UDP;
		uint32_t before, after;

		fake_flow("198.51.100.10", proto, (uint16_t)c.port[0], &before);
		fake_conn(before)->bytes[0] = 70;
		fake_conn(before)->tcp = NAT_TCP_UP;
		modify_remote(r, &c, protos[i], 6000);
		fake_flow("198.51.100.10", proto, (uint16_t)c.port[0], &after);
		assert_int_equal(before == after, proto == NAT_IP_UDP);
		assert_int_equal(fake_conns(), 1);
		fake_conn(after)->bytes[0] += 7;
		rig_do(r, "Context = %lu { Subtract = %s, Subtract = %s }", c.ctx, c.name[0],
		       c.name[1]);
		assert_int_equal(rig_number(r->out, "nt/or = ", 0), 77);
		assert_int_equal(rig_number(r->out, "nt/os = ", 1), 77);
	}
}

/* The m= port of an end that opens means nothing: a running connection survives its change. */
static void a_new_guess(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "TCP", "active", "passive");
	uint32_t before, after;

	fake_flow("203.0.113.10", NAT_IP_TCP, (uint16_t)c.port[1], &before);
	rig_do(r,
	       "Context = %lu { Modify = %s { Media { Remote {\nv=0\nc=IN IP4 203.0.113.77\n"
	       "m=message 9 TCP *\n} } } }",
	       c.ctx, c.name[1]);
	fake_flow("203.0.113.10", NAT_IP_TCP, (uint16_t)c.port[1], &after);
	assert_int_equal(before, after);
	/* That of the end that listens does not. */
	rig_do(r,
	       "Context = %lu { Modify = %s { Media { Remote {\nv=0\nc=IN IP4 198.51.100.77\n"
	       "m=message 4444 TCP *\n} } } }",
	       c.ctx, c.name[0]);
	fake_flow("203.0.113.10", NAT_IP_TCP, (uint16_t)c.port[1], &after);
	assert_int_not_equal(fake_conn(before)->gen, fake_conn(after)->gen);
}

/* Published flows are sealed: the delta is that of what the flow says. */
static void sealed(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "UDP", "", "");
	const struct nat_flow *f = fake_flow("198.51.100.10", NAT_IP_UDP, (uint16_t)c.port[0],
					     NULL);
	struct nat_ep local = {
		.port = nat_be16((uint16_t)c.port[0]), .family = NAT_IP4, .proto = NAT_IP_UDP};
	struct nat_flow copy = *f;

	nat_addr_parse("198.51.100.10", &local.addr);
	copy.l4_delta = 0;
	nat_flow_seal(&copy, &local);
	assert_int_equal(copy.l4_delta, f->l4_delta);
	assert_int_not_equal(f->l4_delta, 0);
}

/* Conns run out half-way: nothing is left behind. */
static void conns_run_out(void **state)
{
	struct rig *r = *state;

	for (unsigned limit = 0; limit < 2; limit++) {
		fake_conn_limit(limit);
		rig_call(r, "RTP/AVP", "", "");
		assert_int_equal(rig_error(r->out), 510);
		assert_int_equal(fake_conns(), 0);
		assert_int_equal(fake_flows(), 0);
		assert_int_equal(fake_neigh_users(), 0);
	}
}

/* A publish that fails in the middle of a Modify puts the old flows back. */
static void failed_modify(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "UDP", "", "");
	struct nat_flow before[2];

	for (unsigned i = 0; i < 2; i++)
		before[i] = *fake_flow(i ? "203.0.113.10" : "198.51.100.10", NAT_IP_UDP,
				       (uint16_t)c.port[i], NULL);
	/* One store succeeds, the second fails, and then there is room to put the first back. */
	fake_publish_fail_once(1);
	rig_do(r,
	       "Context = %lu { Modify = %s { Media { Remote {\nv=0\nc=IN IP4 203.0.113.78\n"
	       "m=message 6000 UDP *\n} } } }",
	       c.ctx, c.name[1]);
	assert_int_equal(rig_error(r->out), 510);
	for (unsigned i = 0; i < 2; i++)
		assert_memory_equal(fake_flow(i ? "203.0.113.10" : "198.51.100.10", NAT_IP_UDP,
					      (uint16_t)c.port[i], NULL),
				    &before[i], sizeof(before[i]));
	assert_int_equal(fake_conns(), 1);
	assert_int_equal(fake_neigh_users(), 2);
}

static void events_find_their_stream(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "TCP", "", "");
	uint32_t conn;
	uint16_t gen;

	fake_flow("198.51.100.10", NAT_IP_TCP, (uint16_t)c.port[0], &conn);
	gen = fake_conn(conn)->gen;
	assert_non_null(ctl_pub_find(r->gw->plane, conn, gen));
	assert_null(ctl_pub_find(r->gw->plane, conn, (uint16_t)(gen + 1)));
	assert_null(ctl_pub_find(r->gw->plane, 0xffffffff, gen));
	rig_do(r, "Context = %lu { W-Subtract = * { Audit { } } }", c.ctx);
	assert_null(ctl_pub_find(r->gw->plane, conn, gen));
}

/* Mirrors learn whose a connection is, before its flow is published. */
static void labelled(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "RTP/AVP", "", "");
	unsigned long names = 0;

	for (unsigned i = 0; i < 2; i++) {
		const struct dp_label *l;
		uint32_t conn;

		assert_non_null(
			fake_flow("198.51.100.10", NAT_IP_UDP, (uint16_t)(c.port[0] + i), &conn));
		l = fake_label(conn);
		assert_int_equal(l->context, c.ctx);
		assert_int_equal(l->stream, 1);
		assert_int_equal(l->component, i);
		for (unsigned side = 0; side < 2; side++)
			names += !strcmp(l->term[side], c.name[0]) ||
				 !strcmp(l->term[side], c.name[1]);
		assert_string_not_equal(l->term[0], l->term[1]);
	}
	assert_int_equal(names, 4);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(waits_for_the_epoch), CASE(no_difference), CASE(labelled),
		CASE(a_new_remote),        CASE(sealed),        CASE(a_new_guess),
		CASE(conns_run_out),       CASE(failed_modify), CASE(events_find_their_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
