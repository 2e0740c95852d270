// Brings the data plane to what a context wants: publish, retire, and give back after the epoch.
//
// A commit first collects everything that can run out (conns, next hops), then publishes, then
// retires. Whatever a worker may still be using goes to the list of the dying, in order of epochs.
#include "commit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

/* What waits for its epoch. */
struct dying {
	struct dying *next;
	uint64_t epoch;
	bool has_conn;
	uint32_t conn;
	struct ctl_tally *tally[2]; // of the terminations of sides A and B; NULL: nobody wants it
	unsigned n_neigh;
	uint16_t neigh[2];
	struct ctl_local local;
};

struct ctl_plane {
	struct ctl_realms *realms;
	struct ctl_pub **by_conn; // room for streams + 1: conns count from 1
	unsigned streams;
	struct dying *head, **tail;
	bool replaced;
};

struct ctl_plane *ctl_plane_new(struct ctl_realms *realms, unsigned streams)
{
	struct ctl_plane *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->realms = realms;
	p->streams = streams;
	p->tail = &p->head;
	p->by_conn = calloc(streams + 1, sizeof(*p->by_conn));
	if (!p->by_conn) {
		free(p);
		return NULL;
	}
	return p;
}

void ctl_plane_free(struct ctl_plane *p)
{
	if (!p)
		return;
	while (p->head) {
		struct dying *d = p->head;

		p->head = d->next;
		ctl_tally_put(d->tally[0]);
		ctl_tally_put(d->tally[1]);
		free(d);
	}
	for (unsigned i = 0; i <= p->streams; i++)
		free(p->by_conn[i]);
	free(p->by_conn);
	free(p);
}

/* ---- the dying ------------------------------------------------------------------------------- */

static struct dying *dying_new(struct ctl_plane *p)
{
	struct dying *d = calloc(1, sizeof(*d));

	if (!d) {
		ctl_log(CTL_ERROR, "memory", "text=\"a record is lost until restart\"");
		return NULL;
	}
	d->epoch = dp_epoch();
	*p->tail = d;
	p->tail = &d->next;
	return d;
}

/* Gives back what an old record holds; its conn only when nobody carries it on. */
static void bury(struct ctl_plane *p, struct ctl_pub *pub, bool conn_too)
{
	struct dying *d = NULL;

	if (conn_too || pub->routed[0] || pub->routed[1])
		d = dying_new(p);
	if (d) {
		for (unsigned i = 0; i < 2; i++)
			if (pub->routed[i])
				d->neigh[d->n_neigh++] = pub->flow[i].neigh;
		d->has_conn = conn_too;
		d->conn = pub->conn;
		for (unsigned i = 0; i < 2 && conn_too; i++)
			d->tally[i] = pub->term[i] ? ctl_tally_ref(pub->term[i]->tally) : NULL;
	}
	if (conn_too && p->by_conn[pub->conn] == pub)
		p->by_conn[pub->conn] = NULL;
	free(pub);
}

static void count(struct ctl_tally *t, const struct nat_conn *conn, unsigned side)
{
	if (!t)
		return;
	t->in_pkts += conn->pkts[side];
	t->in_bytes += conn->bytes[side];
	t->out_pkts += conn->pkts[1 - side];
	t->out_bytes += conn->bytes[1 - side];
	t->drops += conn->drops;
}

static void finish(struct ctl_plane *p, struct dying *d, uint64_t now_ms)
{
	for (unsigned i = 0; i < 2; i++) {
		if (d->has_conn)
			count(d->tally[i], dp_conn_get(d->conn), i);
		ctl_tally_put(d->tally[i]);
	}
	if (d->has_conn)
		dp_conn_free(d->conn);
	for (unsigned i = 0; i < d->n_neigh; i++)
		dp_neigh_put(d->neigh[i]);
	ctl_local_release(p->realms, &d->local, now_ms);
	free(d);
}

bool ctl_plane_tick(struct ctl_plane *p, uint64_t now_ms)
{
	while (p->head && dp_epoch_passed(p->head->epoch)) {
		struct dying *d = p->head;

		p->head = d->next;
		if (!p->head)
			p->tail = &p->head;
		finish(p, d, now_ms);
	}
	return p->head != NULL;
}

void ctl_plane_release(struct ctl_plane *p, const struct ctl_local *local)
{
	struct dying *d = local->held ? dying_new(p) : NULL;

	if (d)
		d->local = *local;
}

uint64_t ctl_plane_barrier(struct ctl_plane *p)
{
	if (!p->replaced)
		return 0;
	p->replaced = false;
	return dp_epoch();
}

/* ---- one commit ------------------------------------------------------------------------------ */

/* The records that a commit is about to put in place of a context's. */
struct plan {
	struct ctl_pub *pub[CTL_WANTS];
	struct ctl_pub *old[CTL_WANTS]; // whose conn it carries on, or NULL
	unsigned n;
};

static bool same_at(const struct dp_at *x, const struct dp_at *y)
{
	return x->local == y->local && x->proto == y->proto && x->port == y->port;
}

/* The published record and end at a local endpoint; NULL when there is none. */
static struct ctl_pub *pub_at(const struct ctl_context *ctx, const struct dp_at *at, unsigned *end)
{
	for (struct ctl_pub *p = ctx->pubs; p; p = p->next)
		for (*end = 0; *end < 2; ++*end)
			if (p->used[*end] && same_at(&p->at[*end], at))
				return p;
	return NULL;
}

/* A TCP connection does not outlive a change of its addresses: the state of a new one starts fresh.
 * A port that is learned from the connection anyway may be announced differently (9, a guess) each
 * time. */
static bool moved(const struct ctl_pub *old, const struct ctl_want *w)
{
	const struct nat_flow *x = &old->flow[0], *y = &w->end[0].flow;
	unsigned both = x->flags & y->flags;

	if (old->proto != NAT_IP_TCP || !(x->flags & NAT_F_READY))
		return false;
	return !nat_addr_eq(&x->remote, &y->remote) || !nat_addr_eq(&x->dst, &y->dst) ||
	       x->sport != y->sport || (x->rport != y->rport && !(both & NAT_F_PORT_ANY)) ||
	       (x->dport != y->dport && !(both & NAT_F_DPORT_CONN));
}

/* The record whose conn a want carries on. */
static struct ctl_pub *match(const struct ctl_context *ctx, const struct ctl_want *w)
{
	for (struct ctl_pub *p = ctx->pubs; p; p = p->next) {
		if (p->term[0] != w->term[0] || p->stream != w->stream ||
		    p->component != w->component || p->proto != w->end[0].local.proto)
			continue;
		if (p->term[1] && p->term[1] != w->term[1])
			continue;
		return moved(p, w) ? NULL : p;
	}
	return NULL;
}

static bool next_hop(const struct ctl_plane *p, const struct ctl_want_end *e, struct nat_flow *f,
		     struct ctl_error *err)
{
	enum nat_family family = f->flags & NAT_F_OUT6 ? NAT_IP6 : NAT_IP4;
	uint16_t neigh, mtu;
	int rc = dp_neigh_get(e->realm_out, family, &f->dst, &neigh, &mtu);
	char text[NAT_ADDR_TEXT];

	if (rc == 0) {
		f->neigh = neigh;
		f->mtu = mtu;
		f->flags |= NAT_F_READY;
		return true;
	}
	if (rc == -ENOSPC)
		return ctl_refuse(err, IX_E_RESOURCES, "table of next hops is full");
	return ctl_refuse(err, IX_E_VALUE, "Remote %s: no way there from realm %s (no next hop)",
			  nat_addr_text(family, &f->dst, text, sizeof(text)),
			  ctl_realm_name(p->realms, e->realm_out));
}

static bool make_pub_end(struct ctl_plane *p, struct ctl_pub *pub, unsigned i,
			 const struct ctl_want_end *e, struct ctl_error *err)
{
	int local = dp_local_find(e->realm, e->local.family, &e->local.addr);

	if (local < 0)
		return ctl_refuse(err, IX_E_INTERNAL, "data plane lacks a local address");
	pub->at[i] = (struct dp_at){(uint16_t)local, e->local.proto, e->local.port};
	pub->flow[i] = e->flow;
	if (e->route) {
		if (!next_hop(p, e, &pub->flow[i], err))
			return false;
		pub->routed[i] = true;
	}
	nat_flow_seal(&pub->flow[i], &e->local);
	pub->used[i] = true;
	return true;
}

/* A name that is too long keeps its end, which tells it from others. */
static void copy_name(char out[DP_TERM], const char *name)
{
	size_t n = strlen(name);

	memcpy(out, n < DP_TERM ? name : name + n - DP_TERM + 1, n < DP_TERM ? n : DP_TERM - 1);
}

/* Tells mirrors whose the connection is. */
static void label(const struct ctl_pub *pub)
{
	struct dp_label l;

	memset(&l, 0, sizeof(l));
	l.context = pub->ctx->id;
	l.stream = pub->stream;
	l.component = pub->component;
	for (unsigned i = 0; i < 2; i++)
		if (pub->term[i])
			copy_name(l.term[i], pub->term[i]->name);
	dp_conn_label(pub->conn, &l);
}

/* A segment crosses both ways out; unrouted flows let none pass. */
static void set_mss(struct nat_flow *a, struct nat_flow *b)
{
	if (a->flags & b->flags & NAT_F_READY)
		a->mss = b->mss = nat_mss(a->flags & NAT_F_OUT6, a->mtu, b->flags & NAT_F_OUT6,
					  b->mtu);
}

static bool make_pub(struct ctl_plane *p, struct ctl_context *ctx, const struct ctl_want *w,
		     struct plan *plan, struct ctl_error *err)
{
	struct ctl_pub *pub = calloc(1, sizeof(*pub)), *old = match(ctx, w);

	if (!pub)
		return ctl_refuse(err, IX_E_RESOURCES, "out of memory");
	if (old) {
		pub->conn = old->conn;
		pub->gen = old->gen;
		pub->seen_ms = old->seen_ms;
		pub->since_ms = old->since_ms;
	} else {
		if (dp_conn_new(&pub->conn) < 0) {
			free(pub);
			return ctl_refuse(err, IX_E_RESOURCES, "all %u streams are in use",
					  p->streams);
		}
		pub->gen = dp_conn_get(pub->conn)->gen;
	}
	plan->old[plan->n] = old;
	plan->pub[plan->n++] = pub;
	pub->ctx = ctx;
	pub->stream = w->stream;
	pub->component = w->component;
	pub->proto = w->end[0].local.proto;
	pub->term[0] = w->term[0];
	pub->term[1] = w->term[1];
	label(pub);
	if (!make_pub_end(p, pub, 0, &w->end[0], err) ||
	    (w->term[1] && !make_pub_end(p, pub, 1, &w->end[1], err)))
		return false;
	set_mss(&pub->flow[0], &pub->flow[1]);
	return true;
}

/* Publishes one end unless it is published just so. */
static int publish_end(struct ctl_plane *p, const struct ctl_context *ctx, struct ctl_pub *pub,
		       unsigned i)
{
	unsigned end;
	struct ctl_pub *old = pub_at(ctx, &pub->at[i], &end);

	if (old && old->conn == pub->conn &&
	    !memcmp(&old->flow[end], &pub->flow[i], sizeof(pub->flow[i])))
		return 0;
	if (old)
		p->replaced = true;
	return dp_publish(&pub->at[i], &pub->flow[i], pub->conn);
}

/* Puts back what stood at an endpoint before the commit that failed. */
static void restore_end(const struct ctl_context *ctx, const struct dp_at *at)
{
	unsigned end;
	struct ctl_pub *old = pub_at(ctx, at, &end);

	if (!old || dp_publish(at, &old->flow[end], old->conn) < 0) {
		dp_retire(at);
		if (old)
			ctl_log(CTL_ERROR, "publish",
				"context=%u text=\"no flow record left to put "
				"a stream back\"",
				ctx->id);
	}
}

static void drop_plan(struct ctl_plane *p, const struct ctl_context *ctx, struct plan *plan,
		      unsigned published)
{
	for (unsigned i = 0; i < plan->n; i++) {
		for (unsigned end = 0; end < 2 && i < published; end++)
			if (plan->pub[i]->used[end])
				restore_end(ctx, &plan->pub[i]->at[end]);
	}
	for (unsigned i = 0; i < plan->n; i++)
		bury(p, plan->pub[i], !plan->old[i]);
}

static bool publish_plan(struct ctl_plane *p, struct ctl_context *ctx, struct plan *plan,
			 struct ctl_error *err)
{
	for (unsigned i = 0; i < plan->n; i++) {
		for (unsigned end = 0; end < 2; end++) {
			if (!plan->pub[i]->used[end] || publish_end(p, ctx, plan->pub[i], end) == 0)
				continue;
			drop_plan(p, ctx, plan, i + 1);
			return ctl_refuse(err, IX_E_RESOURCES, "all flow records are in use");
		}
	}
	return true;
}

static bool planned_at(const struct plan *plan, const struct dp_at *at)
{
	for (unsigned i = 0; i < plan->n; i++)
		for (unsigned end = 0; end < 2; end++)
			if (plan->pub[i]->used[end] && same_at(&plan->pub[i]->at[end], at))
				return true;
	return false;
}

static bool carried_on(const struct plan *plan, const struct ctl_pub *old)
{
	for (unsigned i = 0; i < plan->n; i++)
		if (plan->old[i] == old)
			return true;
	return false;
}

/* Retires what the plan no longer has, and makes the plan what is published. */
static void switch_over(struct ctl_plane *p, struct ctl_context *ctx, struct plan *plan)
{
	struct ctl_pub *old, *next;

	for (old = ctx->pubs; old; old = old->next) {
		for (unsigned end = 0; end < 2; end++) {
			if (!old->used[end] || planned_at(plan, &old->at[end]))
				continue;
			dp_retire(&old->at[end]);
			p->replaced = true;
		}
	}
	for (old = ctx->pubs; old; old = next) {
		next = old->next;
		bury(p, old, !carried_on(plan, old));
	}
	ctx->pubs = NULL;
	for (unsigned i = plan->n; i-- > 0;) {
		plan->pub[i]->next = ctx->pubs;
		ctx->pubs = plan->pub[i];
		p->by_conn[plan->pub[i]->conn] = plan->pub[i];
	}
}

bool ctl_commit(struct ctl_plane *p, struct ctl_context *ctx, struct ctl_error *err)
{
	struct ctl_want wants[CTL_WANTS];
	struct plan plan = {.n = 0};
	int n = ctl_derive(ctx, wants, err);

	if (n < 0)
		return false;
	for (int i = 0; i < n; i++) {
		if (!make_pub(p, ctx, &wants[i], &plan, err)) {
			drop_plan(p, ctx, &plan, 0);
			return false;
		}
	}
	if (!publish_plan(p, ctx, &plan, err))
		return false;
	switch_over(p, ctx, &plan);
	return true;
}

void ctl_commit_none(struct ctl_plane *p, struct ctl_context *ctx)
{
	struct plan plan = {.n = 0};

	switch_over(p, ctx, &plan);
}

/* ---- looking --------------------------------------------------------------------------------- */

struct ctl_pub *ctl_pub_find(const struct ctl_plane *p, uint32_t conn, uint16_t gen)
{
	struct ctl_pub *pub = conn <= p->streams ? p->by_conn[conn] : NULL;

	return pub && pub->gen == gen ? pub : NULL;
}

void ctl_tally_now(const struct ctl_termination *term, struct ctl_tally *sum)
{
	sum->in_pkts += term->tally->in_pkts;
	sum->in_bytes += term->tally->in_bytes;
	sum->out_pkts += term->tally->out_pkts;
	sum->out_bytes += term->tally->out_bytes;
	sum->drops += term->tally->drops;
	for (const struct ctl_pub *p = term->ctx ? term->ctx->pubs : NULL; p; p = p->next)
		for (unsigned side = 0; side < 2; side++)
			if (p->term[side] == term)
				count(sum, dp_conn_get(p->conn), side);
}
