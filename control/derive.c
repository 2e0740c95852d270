// What the data plane shall do for a context: a pure function from the model to wanted streams.
// Spec: TS 29.162 10.1, 10.2; RFC 4145 (a=setup)
#include "derive.h"

#include <string.h>

/* ---- TCP roles ------------------------------------------------------------------------------- */

static enum ctl_role complement(enum ctl_role role)
{
	switch (role) {
	case CTL_ROLE_PASSIVE: return CTL_ROLE_ACTIVE;
	case CTL_ROLE_ACTIVE: return CTL_ROLE_PASSIVE;
	case CTL_ROLE_BLOCKED:
	case CTL_ROLE_ANY: break;
	}
	return role;
}

static enum ctl_role role_of(enum ix_setup setup)
{
	switch (setup) {
	case IX_SETUP_ACTIVE: return CTL_ROLE_ACTIVE;
	case IX_SETUP_PASSIVE: return CTL_ROLE_PASSIVE;
	case IX_SETUP_HOLDCONN: return CTL_ROLE_BLOCKED;
	case IX_SETUP_NONE:
	case IX_SETUP_ACTPASS: break;
	}
	return CTL_ROLE_ANY;
}

/* The role as this side's own descriptors say it. */
static enum ctl_role own_role(const struct ctl_stream *s)
{
	enum ctl_role role = s->local.text ? role_of(s->local.sdp.setup) : CTL_ROLE_ANY;

	if (role == CTL_ROLE_ANY && s->remote.text)
		role = complement(role_of(s->remote.sdp.setup));
	return role;
}

enum ctl_role ctl_role_at(const struct ctl_stream *s, const struct ctl_stream *other)
{
	enum ctl_role role = own_role(s);

	/* RFC 6135: MSRP ignores holdconn. */
	if (role == CTL_ROLE_BLOCKED && s->local.text && ix_str_is(s->local.sdp.media, "message"))
		role = CTL_ROLE_ANY;
	if (role == CTL_ROLE_ANY && other)
		role = complement(own_role(other));
	return role;
}

/* ---- one pair -------------------------------------------------------------------------------- */

static bool may_receive(enum ix_mode mode)
{
	return mode == IX_RECVONLY || mode == IX_SENDRECV;
}

static bool may_send(enum ix_mode mode)
{
	return mode == IX_SENDONLY || mode == IX_SENDRECV;
}

static const char *secure_name(enum ix_secure secure)
{
	switch (secure) {
	case IX_TLS: return "TLS";
	case IX_DTLS: return "DTLS";
	case IX_SRTP: return "SRTP";
	case IX_CLEAR: break;
	}
	return "clear";
}

/* Two streams can only be relayed into each other when nothing but IP needs translation. */
static bool fit(const struct ctl_stream *a, const struct ctl_stream *b, struct ctl_error *err)
{
	const struct ix_proto *pa = a->local.sdp.proto, *pb = b->local.sdp.proto;

	if (pa->transport != pb->transport)
		return ctl_refuse(err, IX_E_VALUE, "stream %u: %s and %s differ in transport",
				  a->id, pa->name, pb->name);
	if (pa->secure != pb->secure)
		return ctl_refuse(
			err, IX_E_VALUE,
			"stream %u: %s (%s) and %s (%s): nothing here terminates security", a->id,
			pa->name, secure_name(pa->secure), pb->name, secure_name(pb->secure));
	return true;
}

static be16 port_after(be16 port, uint8_t component)
{
	return nat_be16((uint16_t)(nat_host16(port) + component));
}

/* A remote that packets can be sent to. */
static bool routable(const struct ctl_stream *s)
{
	return s->remote_ep.family == s->at.ep.family &&
	       nat_addr_routable(s->remote_ep.family, &s->remote_ep.addr);
}

static be16 remote_port(const struct ctl_stream *s, uint8_t component)
{
	return component ? s->remote_rtcp : s->remote_ep.port;
}

/* Flags and addresses of packets that come from `in`'s remote and go to `out`'s (NULL: nobody). */
static uint16_t flow_flags(const struct ctl_stream *in, const struct ctl_stream *out)
{
	uint16_t flags = 0;
	enum ctl_role role;

	if (in->at.ep.family == NAT_IP6)
		flags |= NAT_F_IN6;
	if (out ? out->at.ep.family == NAT_IP6 : in->at.ep.family == NAT_IP6)
		flags |= NAT_F_OUT6;
	if (out && may_receive(in->mode) && may_send(out->mode))
		flags |= NAT_F_OPEN;
	if (in->at.ep.proto != NAT_IP_TCP)
		return flags;
	flags |= NAT_F_TCP;
	role = ctl_role_at(in, out);
	if (role == CTL_ROLE_PASSIVE || role == CTL_ROLE_ANY) {
		flags |= NAT_F_MAY_OPEN;
		/* The m= port of an end that opens is 9 or a guess; its SYN tells the port. */
		if (in->spf != IX_ON || nat_host16(in->remote_ep.port) == 9)
			flags |= NAT_F_PORT_ANY;
	}
	if (out) {
		role = ctl_role_at(out, in);
		if (role == CTL_ROLE_PASSIVE || role == CTL_ROLE_ANY)
			flags |= NAT_F_DPORT_CONN;
	}
	return flags;
}

static void make_end(struct ctl_want_end *end, const struct ctl_stream *in,
		     const struct ctl_stream *out, uint8_t component)
{
	struct nat_flow *f = &end->flow;

	*end = (struct ctl_want_end){.local = in->at.ep, .realm = in->at.realm};
	end->local.port = port_after(in->at.ep.port, component);
	f->flags = flow_flags(in, out);
	f->dscp = out ? out->dscp : NAT_DSCP_COPY;
	if (in->remote_ep.family == in->at.ep.family) {
		f->remote = in->remote_ep.addr;
		f->rport = remote_port(in, component);
	}
	if (!out)
		return;
	f->src = out->at.ep.addr;
	f->sport = port_after(out->at.ep.port, component);
	if (out->remote_ep.family == out->at.ep.family) {
		f->dst = out->remote_ep.addr;
		f->dport = remote_port(out, component);
	}
	end->realm_out = out->at.realm;
	end->route = routable(in) && routable(out);
}

static void make_want(struct ctl_want *w, struct ctl_termination *ta, struct ctl_termination *tb,
		      const struct ctl_stream *a, const struct ctl_stream *b, uint8_t component)
{
	*w = (struct ctl_want){.stream = a->id, .component = component, .term = {ta, tb}};
	make_end(&w->end[0], a, b, component);
	if (!b)
		return;
	make_end(&w->end[1], b, a, component);
	w->end[1].flow.flags |= NAT_F_SIDE_B;
}

/* One stream with its partner, or alone. Returns how many wants it made. */
static unsigned make_wants(struct ctl_want *w, struct ctl_termination *ta,
			   struct ctl_termination *tb, const struct ctl_stream *a,
			   const struct ctl_stream *b)
{
	make_want(w, ta, tb, a, b, 0);
	/* RTCP flows when both ends have a port for it. */
	if (!a->at.pair || (b && !b->at.pair))
		return 1;
	make_want(w + 1, ta, tb, a, b, 1);
	return 2;
}

static const struct ctl_stream *held(const struct ctl_termination *t, uint16_t id)
{
	const struct ctl_stream *s = t ? ctl_stream_get(t, id) : NULL;

	return s && s->at.held ? s : NULL;
}

/* Topology: an isolated direction stays closed whatever the modes say. */
static void isolate(const struct ctl_context *ctx, struct ctl_want *w, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		for (unsigned side = 0; side < 2; side++)
			if (ctx->isolate[side] && w[i].term[1])
				w[i].end[side].flow.flags &= (uint16_t)~NAT_F_OPEN;
}

int ctl_derive(const struct ctl_context *ctx, struct ctl_want *wants, struct ctl_error *err)
{
	struct ctl_termination *ta = ctx->n_terms > 0 ? ctx->terms[0] : NULL;
	struct ctl_termination *tb = ctx->n_terms > 1 ? ctx->terms[1] : NULL;
	unsigned n = 0;

	for (unsigned i = 0; ta && i < ta->n_streams; i++) {
		const struct ctl_stream *a = ta->streams[i], *b = held(tb, a->id);

		if (!a->at.held)
			continue;
		if (b && !fit(a, b, err))
			return -1;
		n += make_wants(&wants[n], ta, b ? tb : NULL, a, b);
	}
	for (unsigned i = 0; tb && i < tb->n_streams; i++) {
		const struct ctl_stream *b = tb->streams[i];

		if (b->at.held && !held(ta, b->id))
			n += make_wants(&wants[n], tb, NULL, b, NULL);
	}
	isolate(ctx, wants, n);
	return (int)n;
}
