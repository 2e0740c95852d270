// The pure function from a context to wanted flows: pairs, roles, gates, components, refusals.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "../../control/derive.h"

/* ---- a context built by hand ----------------------------------------------------------------- */

struct end {
	const char *proto, *setup, *remote_setup;
	const char *local, *remote; // addresses; remote NULL: not known
	enum ix_mode mode;
};

static void set(struct ctl_sdp *sdp, const char *addr, unsigned port, const char *proto,
		const char *setup)
{
	struct ctl_error err;
	char text[256];

	snprintf(text, sizeof(text), "v=0\r\nc=IN IP%c %s\r\nm=x %u %s *\r\n%s%s%s",
		 strchr(addr, ':') ? '6' : '4', addr, port, proto, setup ? "a=setup:" : "",
		 setup ? setup : "", setup ? "\r\n" : "");
	assert_true(ctl_sdp_set(sdp, ix_lit(text), &err));
}

static struct ctl_stream *stream(uint16_t id, const struct end *e, uint16_t port)
{
	struct ctl_stream *s = ctl_stream_new(id, NULL);

	s->mode = e->mode;
	set(&s->local, e->local, port, e->proto, e->setup);
	s->at.held = true;
	s->at.ep.port = nat_be16(port);
	s->at.ep.family = (uint8_t)nat_addr_parse(e->local, &s->at.ep.addr);
	s->at.ep.proto = s->local.sdp.proto->transport == IX_TP_TCP ? NAT_IP_TCP : NAT_IP_UDP;
	s->at.pair = s->local.sdp.proto->rtp && s->at.ep.proto == NAT_IP_UDP;
	if (!e->remote)
		return s;
	set(&s->remote, e->remote, 4000, e->proto, e->remote_setup);
	s->remote_ep.family = (uint8_t)nat_addr_parse(e->remote, &s->remote_ep.addr);
	s->remote_ep.port = nat_be16(4000);
	s->remote_rtcp = nat_be16(4001);
	return s;
}

static struct ctl_model *model;
static struct ctl_context *ctx;

static struct ctl_termination *add(struct ctl_stream *s, uint16_t realm)
{
	struct ctl_termination *t = ctl_term_new(model);

	t->realm = realm;
	if (s) {
		s->at.realm = realm;
		t->streams[t->n_streams++] = s;
	}
	assert_true(ctl_term_join(ctx, t));
	return t;
}

static int setup(void **state)
{
	(void)state;
	model = ctl_model_new(4, 8);
	ctx = ctl_context_new(model);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ctl_model_free(model);
	return 0;
}

static struct ctl_want wants[CTL_WANTS];
static struct ctl_error err;

static int derive(const struct end *a, const struct end *b)
{
	add(stream(1, a, 20000), 0);
	add(stream(1, b, 30000), 1);
	memset(&err, 0, sizeof(err));
	return ctl_derive(ctx, wants, &err);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void udp_pair(void **state)
{
	struct end a = {"udptl", NULL, NULL, "198.51.100.10", "198.51.100.77", IX_SENDRECV};
	struct end b = {"udptl", NULL, NULL, "203.0.113.10", "203.0.113.77", IX_SENDRECV};
	struct nat_addr want;
	const struct nat_flow *f = &wants[0].end[0].flow;

	(void)state;
	assert_int_equal(derive(&a, &b), 1);
	assert_int_equal(f->flags, NAT_F_OPEN);
	assert_int_equal(wants[0].end[1].flow.flags, NAT_F_OPEN | NAT_F_SIDE_B);
	assert_true(wants[0].end[0].route && wants[0].end[1].route);
	assert_int_equal(wants[0].end[0].realm, 0);
	assert_int_equal(wants[0].end[0].realm_out, 1);
	nat_addr_parse("198.51.100.77", &want);
	assert_true(nat_addr_eq(&f->remote, &want));
	nat_addr_parse("203.0.113.10", &want);
	assert_true(nat_addr_eq(&f->src, &want));
	nat_addr_parse("203.0.113.77", &want);
	assert_true(nat_addr_eq(&f->dst, &want));
	assert_int_equal(nat_host16(f->rport), 4000);
	assert_int_equal(nat_host16(f->sport), 30000);
	assert_int_equal(nat_host16(f->dport), 4000);
	assert_int_equal(nat_host16(wants[0].end[1].flow.sport), 20000);
}

static void ipv6(void **state)
{
	struct end a = {"UDP", NULL, NULL, "2001:db8:1::10", "2001:db8:1::77", IX_SENDRECV};
	struct end b = {"UDP", NULL, NULL, "2001:db8:2::10", "2001:db8:2::77", IX_SENDRECV};

	(void)state;
	assert_int_equal(derive(&a, &b), 1);
	assert_int_equal(wants[0].end[0].flow.flags, NAT_F_OPEN | NAT_F_IN6 | NAT_F_OUT6);
}

static void rtp_components(void **state)
{
	struct end a = {"RTP/AVP", NULL, NULL, "198.51.100.10", "198.51.100.77", IX_SENDRECV};
	struct end b = {"RTP/AVP", NULL, NULL, "203.0.113.10", "203.0.113.77", IX_SENDRECV};

	(void)state;
	assert_int_equal(derive(&a, &b), 2);
	assert_int_equal(wants[1].component, 1);
	assert_int_equal(nat_host16(wants[1].end[0].local.port), 20001);
	assert_int_equal(nat_host16(wants[1].end[0].flow.rport), 4001);
	assert_int_equal(nat_host16(wants[1].end[0].flow.sport), 30001);
	assert_int_equal(nat_host16(wants[1].end[1].flow.dport), 4001);
	/* One side without a port for RTCP: there is none. */
	ctx->terms[1]->streams[0]->at.pair = false;
	assert_int_equal(ctl_derive(ctx, wants, &err), 1);
}

/* mode A, mode B -> may A's packets pass, may B's. */
static void gates(void **state)
{
	static const struct {
		enum ix_mode a, b;
		bool a2b, b2a;
	} cases[] = {
		{IX_SENDRECV, IX_SENDRECV, true, true},   {IX_INACTIVE, IX_SENDRECV, false, false},
		{IX_SENDRECV, IX_INACTIVE, false, false}, {IX_RECVONLY, IX_SENDRECV, true, false},
		{IX_SENDONLY, IX_SENDRECV, false, true},  {IX_SENDRECV, IX_RECVONLY, false, true},
		{IX_SENDRECV, IX_SENDONLY, true, false},  {IX_RECVONLY, IX_SENDONLY, true, false},
		{IX_RECVONLY, IX_RECVONLY, false, false}, {IX_SENDONLY, IX_SENDONLY, false, false},
	};
	struct end a = {"UDP", NULL, NULL, "198.51.100.10", "198.51.100.77", IX_SENDRECV};
	struct end b = {"UDP", NULL, NULL, "203.0.113.10", "203.0.113.77", IX_SENDRECV};

	derive(&a, &b);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ctx->terms[0]->streams[0]->mode = cases[i].a;
		ctx->terms[1]->streams[0]->mode = cases[i].b;
		assert_int_equal(ctl_derive(ctx, wants, &err), 1);
		assert_int_equal(!!(wants[0].end[0].flow.flags & NAT_F_OPEN), cases[i].a2b);
		assert_int_equal(!!(wants[0].end[1].flow.flags & NAT_F_OPEN), cases[i].b2a);
	}
	ctx->terms[0]->streams[0]->mode = ctx->terms[1]->streams[0]->mode = IX_SENDRECV;
	ctx->isolate[0] = true;
	ctl_derive(ctx, wants, &err);
	assert_false(wants[0].end[0].flow.flags & NAT_F_OPEN);
	assert_true(wants[0].end[1].flow.flags & NAT_F_OPEN);
}

/* Our setup, the remote's setup, on both sides -> our effective roles. */
static void roles(void **state)
{
	static const struct {
		const char *a, *ra, *b, *rb;
		enum ctl_role role_a, role_b;
	} cases[] = {
		{"passive", NULL, "active", NULL, CTL_ROLE_PASSIVE, CTL_ROLE_ACTIVE},
		{"active", NULL, "passive", NULL, CTL_ROLE_ACTIVE, CTL_ROLE_PASSIVE},
		{"passive", NULL, "passive", NULL, CTL_ROLE_PASSIVE, CTL_ROLE_PASSIVE},
		{NULL, NULL, NULL, NULL, CTL_ROLE_ANY, CTL_ROLE_ANY},
		{"actpass", "active", NULL, NULL, CTL_ROLE_PASSIVE, CTL_ROLE_ACTIVE},
		{"actpass", "passive", NULL, NULL, CTL_ROLE_ACTIVE, CTL_ROLE_PASSIVE},
		{NULL, "active", NULL, "passive", CTL_ROLE_PASSIVE, CTL_ROLE_ACTIVE},
		{"actpass", NULL, "actpass", NULL, CTL_ROLE_ANY, CTL_ROLE_ANY},
		{"actpass", "actpass", "active", NULL, CTL_ROLE_PASSIVE, CTL_ROLE_ACTIVE},
		/* Own beats the remote's; the remote's beats the other side's. */
		{"passive", "passive", "passive", NULL, CTL_ROLE_PASSIVE, CTL_ROLE_PASSIVE},
		{NULL, "active", "passive", NULL, CTL_ROLE_PASSIVE, CTL_ROLE_PASSIVE},
		{"holdconn", NULL, NULL, NULL, CTL_ROLE_BLOCKED, CTL_ROLE_BLOCKED},
		{"holdconn", NULL, "active", NULL, CTL_ROLE_BLOCKED, CTL_ROLE_ACTIVE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct end a = {"TCP/TLS/BFCP",  cases[i].a,      cases[i].ra,
				"198.51.100.10", "198.51.100.77", IX_SENDRECV};
		struct end b = {"TCP/TLS/BFCP", cases[i].b,     cases[i].rb,
				"203.0.113.10", "203.0.113.77", IX_SENDRECV};
		struct ctl_stream *sa = stream(1, &a, 20000), *sb = stream(1, &b, 30000);

		if (ctl_role_at(sa, sb) != cases[i].role_a ||
		    ctl_role_at(sb, sa) != cases[i].role_b)
			fail_msg("case %zu: %d %d", i, ctl_role_at(sa, sb), ctl_role_at(sb, sa));
		ctl_stream_free(sa);
		ctl_stream_free(sb);
	}
}

static void tcp_flags(void **state)
{
	struct end a = {"TCP/TLS/MSRP",  "passive",       NULL,
			"198.51.100.10", "198.51.100.77", IX_SENDRECV};
	struct end b = {"TCP/TLS/MSRP", NULL, NULL, "203.0.113.10", "203.0.113.77", IX_SENDRECV};

	(void)state;
	assert_int_equal(derive(&a, &b), 1);
	/* A's remote opens: from any port, and what goes back to it follows that port. */
	assert_int_equal(wants[0].end[0].flow.flags,
			 NAT_F_TCP | NAT_F_OPEN | NAT_F_MAY_OPEN | NAT_F_PORT_ANY);
	assert_int_equal(wants[0].end[1].flow.flags,
			 NAT_F_TCP | NAT_F_OPEN | NAT_F_SIDE_B | NAT_F_DPORT_CONN);
	/* gm/spf binds the port, unless it is the 9 of an active end. */
	ctx->terms[0]->streams[0]->spf = IX_ON;
	ctl_derive(ctx, wants, &err);
	assert_false(wants[0].end[0].flow.flags & NAT_F_PORT_ANY);
	ctx->terms[0]->streams[0]->remote_ep.port = nat_be16(9);
	ctl_derive(ctx, wants, &err);
	assert_true(wants[0].end[0].flow.flags & NAT_F_PORT_ANY);
}

static void not_ready(void **state)
{
	static const char *const remotes[] = {NULL, "127.0.0.1", "0.0.0.0", "224.0.0.1",
					      "255.255.255.255"};
	struct end a = {"UDP", NULL, NULL, "198.51.100.10", "198.51.100.77", IX_SENDRECV};

	(void)state;
	for (size_t i = 0; i < sizeof(remotes) / sizeof(remotes[0]); i++) {
		struct end b = {"UDP", NULL, NULL, "203.0.113.10", remotes[i], IX_SENDRECV};

		teardown(NULL);
		setup(NULL);
		assert_int_equal(derive(&a, &b), 1);
		assert_false(wants[0].end[0].route);
		assert_false(wants[0].end[1].route);
	}
}

static void alone(void **state)
{
	struct end a = {"TCP", NULL, NULL, "198.51.100.10", "198.51.100.77", IX_SENDRECV};

	(void)state;
	assert_int_equal(ctl_derive(ctx, wants, &err), 0);
	add(stream(1, &a, 20000), 0);
	assert_int_equal(ctl_derive(ctx, wants, &err), 1);
	assert_null(wants[0].term[1]);
	assert_false(wants[0].end[0].route);
	assert_false(wants[0].end[0].flow.flags & NAT_F_OPEN);
	/* A partner with another stream only: both stay alone. */
	add(stream(2, &a, 30000), 1);
	assert_int_equal(ctl_derive(ctx, wants, &err), 2);
	assert_ptr_equal(wants[1].term[0], ctx->terms[1]);
}

/* IPv4 on one side, IPv6 on the other: both flows say which version comes and which leaves. */
static void two_versions(void **state)
{
	struct end a = {"TCP", NULL, NULL, "198.51.100.10", "198.51.100.77", IX_SENDRECV};
	struct end b = {"TCP", NULL, NULL, "2001:db8:2::10", "2001:db8:2::77", IX_SENDRECV};
	const struct nat_flow *up = &wants[0].end[0].flow, *down = &wants[0].end[1].flow;

	(void)state;
	assert_int_equal(derive(&a, &b), 1);
	assert_int_equal(up->flags & (NAT_F_IN6 | NAT_F_OUT6), NAT_F_OUT6);
	assert_int_equal(down->flags & (NAT_F_IN6 | NAT_F_OUT6), NAT_F_IN6);
	assert_true(wants[0].end[0].route && wants[0].end[1].route);
	assert_true(nat_addr_eq(&up->dst, &down->remote) && nat_addr_eq(&down->dst, &up->remote));
	assert_true(nat_addr_eq(&up->src, &wants[0].end[1].local.addr));
}

static void refusals(void **state)
{
	static const struct {
		const char *a, *b, *addr_b;
		uint16_t code;
		const char *word;
	} cases[] = {
		{"TCP/TLS/MSRP", "TCP/MSRP", "203.0.113.10", 449, "TLS"},
		{"UDP/TLS/UDPTL", "udptl", "203.0.113.10", 449, "DTLS"},
		{"RTP/SAVP", "RTP/AVP", "203.0.113.10", 449, "SRTP"},
		{"TCP", "UDP", "203.0.113.10", 449, "transport"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct end a = {cases[i].a, NULL, NULL, "198.51.100.10", NULL, IX_SENDRECV};
		struct end b = {cases[i].b, NULL, NULL, cases[i].addr_b, NULL, IX_SENDRECV};

		teardown(NULL);
		setup(NULL);
		assert_int_equal(derive(&a, &b), -1);
		assert_int_equal(err.code, cases[i].code);
		if (!strstr(err.text, cases[i].word))
			fail_msg("case %zu: %s", i, err.text);
	}
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(udp_pair), CASE(ipv6),         CASE(rtp_components), CASE(gates),
		CASE(roles),    CASE(tcp_flags),    CASE(not_ready),      CASE(alone),
		CASE(refusals), CASE(two_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
