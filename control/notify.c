// Events: what the controller armed, what was observed, and the queue of Notify requests.
// Spec: H.248.1 7.1.9, 7.2.7; E.1 (g/cause), H.248.36 (thb), H.248.40 (ipstop), H.248.14 (ito)
#include "notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../ix/profile.h"
#include "gateway.h"
#include "log.h"

enum {
	DIR_IN = 1,
	DIR_OUT = 2,
	DIR_BOTH = 3,
	HEARTBEAT_DEFAULT_S = 1800,
	FAILED_MS = 1000, // between two looks at the next hops
	FAILED_MAX = 64,  // failed next hops known at once
};

struct ctl_notifier {
	struct ctl_gateway *gw;
	struct ctl_armed *head, **tail;
	unsigned tokens;
	uint64_t refill_ms;
	uint64_t failed_ms;
	unsigned n_failed;
	struct dp_neigh_view failed[FAILED_MAX];
	struct ctl_notify_stats stats;
};

struct ctl_notifier *ctl_notifier_new(struct ctl_gateway *gw)
{
	struct ctl_notifier *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->gw = gw;
	n->tail = &n->head;
	n->tokens = CTL_NOTIFY_BURST;
	return n;
}

void ctl_notifier_free(struct ctl_notifier *n)
{
	free(n);
}

/* ---- arming ---------------------------------------------------------------------------------- */

static enum ctl_event_kind kind_of(const struct ix_event *e)
{
	static const struct {
		const char *pkg, *item;
		enum ctl_event_kind kind;
	} kinds[] = {
		{"g", "cause", CTL_EV_CAUSE},      {"hangterm", "thb", CTL_EV_HEARTBEAT},
		{"adid", "ipstop", CTL_EV_IPSTOP}, {"nt", "netfail", CTL_EV_NETFAIL},
		{"it", "ito", CTL_EV_IDLE_LINK},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (ix_str_is(e->pkg, kinds[i].pkg) && ix_str_is(e->item, kinds[i].item))
			return kinds[i].kind;
	return CTL_EV_OTHER;
}

static uint32_t period(uint64_t value, uint32_t unit_ms)
{
	return value > UINT32_MAX / unit_ms ? UINT32_MAX : (uint32_t)value * unit_ms;
}

static void read_params(struct ctl_armed *a, const struct ix_event *e)
{
	static const char *const dirs[] = {"IN", "OUT", "BOTH", NULL};
	uint64_t value;
	unsigned dir = 2;

	switch (a->kind) {
	case CTL_EV_HEARTBEAT:
		value = HEARTBEAT_DEFAULT_S;
		ix_prop_uint(ix_prop_find(e->params, "timerx"), &value);
		a->period_ms = period(value, 1000);
		break;
	case CTL_EV_IPSTOP:
		value = 0;
		ix_prop_uint(ix_prop_find(e->params, "dt"), &value);
		ix_prop_enum(ix_prop_find(e->params, "dir"), dirs, &dir);
		a->period_ms = period(value, 1000);
		a->dir = dir == 0 ? DIR_IN : dir == 1 ? DIR_OUT : DIR_BOTH;
		break;
	case CTL_EV_IDLE_LINK:
		value = 0;
		ix_prop_uint(ix_prop_find(e->params, "mit"), &value);
		a->period_ms = period(value, 10);
		break;
	case CTL_EV_CAUSE:
	case CTL_EV_NETFAIL:
	case CTL_EV_OTHER: break;
	}
}

/* Events that nothing here can observe are refused, not accepted and forgotten. */
static bool arm(struct ctl_armed *a, const struct ix_event *e, struct ctl_termination *term,
		uint64_t now_ms, struct ctl_error *err)
{
	*a = (struct ctl_armed){.kind = kind_of(e), .term = term, .since_ms = now_ms};
	snprintf(a->name, sizeof(a->name), "%.*s/%.*s", (int)e->pkg.len, e->pkg.p, (int)e->item.len,
		 e->item.p);
	if (a->kind == CTL_EV_OTHER || (a->kind == CTL_EV_IDLE_LINK) != (term == NULL))
		return ctl_refuse(err, IX_E_CANNOT_DETECT, "event %s cannot be detected %s",
				  a->name, term ? "here" : "on ROOT");
	a->has_stream = e->has_stream;
	a->stream = e->stream;
	read_params(a, e);
	return true;
}

static void unlink_armed(struct ctl_notifier *n, struct ctl_armed *a)
{
	struct ctl_armed **at = &n->head;

	if (!a->pending)
		return;
	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
	if (!a->next)
		n->tail = at;
	a->pending = false;
	n->stats.waiting--;
}

void ctl_events_clear(struct ctl_notifier *n, struct ctl_events *events)
{
	for (unsigned i = 0; i < events->n; i++)
		unlink_armed(n, &events->armed[i]);
	events->n = 0;
}

bool ctl_events_set(struct ctl_notifier *n, struct ctl_events *events, struct ctl_termination *term,
		    const struct ix_events *in, uint64_t now_ms, struct ctl_error *err)
{
	struct ctl_events fresh = {.request = in->id};

	for (const struct ix_event *e = in->list; e; e = e->next) {
		if (fresh.n == CTL_EVENTS)
			return ctl_refuse(err, IX_E_RESOURCES, "at most %d events per termination",
					  CTL_EVENTS);
		if (!arm(&fresh.armed[fresh.n++], e, term, now_ms, err))
			return false;
	}
	ctl_events_clear(n, events);
	*events = fresh;
	return true;
}

void ctl_notify_touch(struct ctl_termination *term, uint64_t now_ms)
{
	for (unsigned i = 0; i < term->events.n; i++)
		if (term->events.armed[i].kind == CTL_EV_HEARTBEAT)
			term->events.armed[i].since_ms = now_ms;
}

void ctl_notify_heard(struct ctl_notifier *n, uint64_t now_ms)
{
	struct ctl_events *events = &n->gw->root.events;

	for (unsigned i = 0; i < events->n; i++)
		if (events->armed[i].kind == CTL_EV_IDLE_LINK)
			events->armed[i].since_ms = now_ms;
}

/* ---- observing ------------------------------------------------------------------------------- */

static void observe(struct ctl_notifier *n, struct ctl_armed *a)
{
	if (a->spent || a->pending)
		return;
	a->pending = true;
	a->next = NULL;
	*n->tail = a;
	n->tail = &a->next;
	n->stats.observed++;
	n->stats.waiting++;
}

/* The bearer of a stream was released or never came up. */
static void released(struct ctl_notifier *n, struct ctl_termination *t, uint16_t stream,
		     uint8_t cause, bool other)
{
	for (unsigned i = 0; t && i < t->events.n; i++) {
		struct ctl_armed *a = &t->events.armed[i];

		if (a->kind != CTL_EV_CAUSE || a->spent || a->pending ||
		    (a->has_stream && a->stream != stream))
			continue;
		a->cause = cause;
		a->side = other;
		a->seen_stream = stream;
		observe(n, a);
	}
}

static void take_event(struct ctl_notifier *n, const struct nat_event *ev)
{
	const struct ctl_pub *pub = ctl_pub_find(n->gw->plane, ev->conn, ev->gen);

	if (!pub) {
		n->stats.stale++;
		return;
	}
	ctl_log(ev->type == NAT_EV_TCP_FAILED ? CTL_WARN : CTL_INFO, "bearer",
		"context=%u stream=%u what=%s cause=%s side=%s", pub->ctx->id, pub->stream,
		nat_event_name(ev->type), nat_cause_name(ev->cause),
		pub->term[ev->side == NAT_B] ? pub->term[ev->side == NAT_B]->name : "-");
	if (ev->type == NAT_EV_TCP_UP)
		return;
	for (unsigned i = 0; i < 2; i++)
		released(n, pub->term[i], pub->stream, ev->cause, (ev->side == NAT_B) != (i == 1));
}

void ctl_notify_poll(struct ctl_notifier *n, uint64_t now_ms)
{
	struct nat_event ev[64];
	unsigned got;

	(void)now_ms;
	do {
		got = dp_events(ev, 64);
		for (unsigned i = 0; i < got; i++)
			take_event(n, &ev[i]);
	} while (got == 64);
}

/* No packet in a direction for the detection time. A keep-alive counts as a packet. */
static void scan_ipstop(struct ctl_notifier *n, struct ctl_armed *a, uint64_t now_ms)
{
	struct ctl_tally sum = {0};
	bool moved;

	ctl_tally_now(a->term, &sum);
	moved = ((a->dir & DIR_IN) && sum.in_pkts != a->seen_pkts[0]) ||
		((a->dir & DIR_OUT) && sum.out_pkts != a->seen_pkts[1]);
	if (moved)
		a->since_ms = now_ms;
	else if (now_ms - a->since_ms >= a->period_ms)
		observe(n, a);
	a->seen_pkts[0] = sum.in_pkts;
	a->seen_pkts[1] = sum.out_pkts;
}

/* Next hops that do not answer, looked up at most once in a while: usually there is none. */
static void refresh_failed(struct ctl_notifier *n, uint64_t now_ms)
{
	struct dp_neigh_view views[16];
	unsigned cursor = 0, got;

	if (n->failed_ms && now_ms - n->failed_ms < FAILED_MS)
		return;
	n->failed_ms = now_ms;
	n->n_failed = 0;
	do {
		got = dp_neigh_list(&cursor, views, 16);
		for (unsigned i = 0; i < got && n->n_failed < FAILED_MAX; i++)
			if (views[i].state == DP_NEIGH_FAILED)
				n->failed[n->n_failed++] = views[i];
	} while (got && cursor);
}

static bool on_link(const struct dp_realm_conf *r, const struct nat_ep *ep)
{
	for (unsigned i = 0; i < r->n_locals; i++)
		if (r->locals[i].family == ep->family &&
		    nat_prefix_match(&r->locals[i].addr, &ep->addr, ep->family, r->locals[i].bits))
			return true;
	return false;
}

/* True when the way to the stream's remote begins with this next hop. */
static bool goes_by(const struct dp_realm_conf *r, const struct nat_ep *remote,
		    const struct dp_neigh_view *hop)
{
	const struct nat_addr *router = remote->family == NAT_IP4 ? &r->next_hop4 : &r->next_hop6;

	if (remote->family != hop->family)
		return false;
	return nat_addr_eq(on_link(r, remote) ? &remote->addr : router, &hop->addr);
}

static bool has_failed_hop(struct ctl_notifier *n, const struct ctl_termination *t, uint64_t now_ms)
{
	const struct dp_realm_conf *r = &n->gw->conf->dp.realms[t->realm];

	refresh_failed(n, now_ms);
	for (unsigned i = 0; i < n->n_failed; i++)
		for (unsigned s = 0; s < t->n_streams; s++)
			if (n->failed[i].realm == t->realm &&
			    goes_by(r, &t->streams[s]->remote_ep, &n->failed[i]))
				return true;
	return false;
}

void ctl_notify_scan(struct ctl_notifier *n, struct ctl_termination *t, uint64_t now_ms)
{
	for (unsigned i = 0; i < t->events.n; i++) {
		struct ctl_armed *a = &t->events.armed[i];

		if (a->spent || a->pending)
			continue;
		if (a->kind == CTL_EV_HEARTBEAT && now_ms - a->since_ms >= a->period_ms)
			observe(n, a);
		else if (a->kind == CTL_EV_IPSTOP)
			scan_ipstop(n, a, now_ms);
		else if (a->kind == CTL_EV_NETFAIL && has_failed_hop(n, t, now_ms))
			observe(n, a);
	}
}

void ctl_notify_root(struct ctl_notifier *n, uint64_t now_ms)
{
	struct ctl_events *events = &n->gw->root.events;

	for (unsigned i = 0; i < events->n; i++)
		if (events->armed[i].kind == CTL_EV_IDLE_LINK &&
		    now_ms - events->armed[i].since_ms >= events->armed[i].period_ms)
			observe(n, &events->armed[i]);
}

/* ---- telling --------------------------------------------------------------------------------- */

const char *ctl_timestamp(char buf[18])
{
	struct timespec ts;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	strftime(buf, 18, "%Y%m%dT%H%M%S", &tm);
	snprintf(buf + 15, 3, "%02u", (unsigned)(ts.tv_nsec / 10000000) % 100);
	return buf;
}

static const char *general_cause(uint8_t cause)
{
	return cause == NAT_CAUSE_FIN ? "NR" : "FT";
}

static const char *failure_cause(uint8_t cause)
{
	switch (cause) {
	case NAT_CAUSE_TIMEOUT: return "TCP establishment timeout";
	case NAT_CAUSE_REFUSED: return "TCP refused";
	case NAT_CAUSE_FIN: return "TCP FIN";
	case NAT_CAUSE_RST: return "TCP RST";
	case NAT_CAUSE_IDLE: return "TCP idle";
	default: return "TCP";
	}
}

static bool add_params(struct ix_arena *arena, const struct ctl_armed *a, struct ix_observed *o)
{
	struct ix_str why;

	if (a->kind != CTL_EV_CAUSE)
		return true;
	o->has_stream = true;
	o->stream = a->seen_stream;
	why = ix_str_fmt(arena, "%s%s", failure_cause(a->cause),
			 a->side ? " at the other side" : "");
	return ix_prop_add(arena, &o->params, "Generalcause", ix_lit(general_cause(a->cause)),
			   false) &&
	       ix_prop_add(arena, &o->params, "Failurecause", why, true);
}

static struct ix_action *make_notify(struct ix_arena *arena, const struct ctl_gateway *gw,
				     const struct ctl_armed *a)
{
	struct ix_action *action = ix_alloc(arena, sizeof(*action));
	struct ix_command *cmd = ix_alloc(arena, sizeof(*cmd));
	struct ix_tid *tid = ix_alloc(arena, sizeof(*tid));
	struct ix_observed_events *oe = ix_alloc(arena, sizeof(*oe));
	struct ix_observed *o = ix_alloc(arena, sizeof(*o));
	const char *slash = strchr(a->name, '/');
	char when[18];

	if (!action || !cmd || !tid || !oe || !o || !add_params(arena, a, o))
		return NULL;
	action->cid = a->term ? a->term->ctx->id : (uint32_t)IX_CID_NULL;
	action->commands = cmd;
	cmd->verb = IX_NOTIFY;
	cmd->tids = tid;
	tid->name = a->term ? ix_str_fmt(arena, "%s", a->term->name) : ix_lit("ROOT");
	cmd->d.observed = oe;
	oe->id = a->term ? a->term->events.request : gw->root.events.request;
	oe->list = o;
	o->time = ix_str_fmt(arena, "%s", ctl_timestamp(when));
	o->pkg = ix_str_fmt(arena, "%.*s", (int)(slash - a->name), a->name);
	o->item = ix_str_fmt(arena, "%s", slash + 1);
	return action;
}

static bool tell(struct ctl_notifier *n, struct ctl_armed *a, uint64_t now_ms)
{
	struct ix_arena *arena = ix_arena_new(8192);
	struct ix_action *action = arena ? make_notify(arena, n->gw, a) : NULL;
	bool ok = action && n->gw->ops.request(n->gw->ops.user, action, a, now_ms) >= 0;

	ix_arena_free(arena);
	return ok;
}

/* Heartbeats come again after their time; everything else is told once per arming. */
static void told(struct ctl_notifier *n, struct ctl_armed *a, uint64_t now_ms)
{
	unlink_armed(n, a);
	n->stats.sent++;
	if (a->kind == CTL_EV_HEARTBEAT || a->kind == CTL_EV_IDLE_LINK)
		a->since_ms = now_ms;
	else
		a->spent = true;
}

void ctl_notify_send(struct ctl_notifier *n, uint64_t now_ms)
{
	uint64_t steps = (now_ms - n->refill_ms) * CTL_NOTIFY_RATE / 1000;

	if (steps > 0) {
		n->tokens = n->tokens + steps > CTL_NOTIFY_BURST ? CTL_NOTIFY_BURST
								 : n->tokens + (unsigned)steps;
		n->refill_ms = now_ms;
	}
	while (n->head && n->tokens) {
		struct ctl_armed *a = n->head;

		if (!tell(n, a, now_ms))
			return;
		n->tokens--;
		told(n, a, now_ms);
	}
}

struct ctl_notify_stats ctl_notify_stats(const struct ctl_notifier *n)
{
	return n->stats;
}
