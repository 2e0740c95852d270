// AuditValue: what a termination, a context or ROOT is asked to tell about itself.
// Spec: H.248.1 7.1.12, 7.2.5
#include "audit.h"

#include <string.h>

#include "../ix/profile.h"

/* ---- statistics ------------------------------------------------------------------------------ */

bool ctl_term_is_rtp(const struct ctl_termination *t)
{
	for (unsigned i = 0; i < t->n_streams; i++)
		if (t->streams[i]->local.text && t->streams[i]->local.sdp.proto->rtp)
			return true;
	return false;
}

bool ctl_audit_stats(const struct ctl_tally *sum, uint64_t dur_ms, bool rtp, struct ix_arena *arena,
		     struct ix_stats *out)
{
	struct ix_prop **p = &out->items;

	return ix_prop_add_uint(arena, p, "nt/dur", dur_ms) &&
	       ix_prop_add_uint(arena, p, "nt/os", sum->out_bytes) &&
	       ix_prop_add_uint(arena, p, "nt/or", sum->in_bytes) &&
	       ix_prop_add_uint(arena, p, "gm/dp", sum->drops) &&
	       (!rtp || (ix_prop_add_uint(arena, p, "rtp/ps", sum->out_pkts) &&
			 ix_prop_add_uint(arena, p, "rtp/pr", sum->in_pkts)));
}

static bool add_stats(const struct ctl_termination *t, uint64_t now_ms, struct ix_arena *arena,
		      struct ix_descriptors *out)
{
	struct ctl_tally sum = {0};

	out->stats = ix_alloc(arena, sizeof(*out->stats));
	if (!out->stats)
		return false;
	ctl_tally_now(t, &sum);
	return ctl_audit_stats(&sum, now_ms - t->added_ms, ctl_term_is_rtp(t), arena, out->stats);
}

/* ---- media ----------------------------------------------------------------------------------- */

static bool add_tri(struct ix_arena *arena, struct ix_prop **list, const char *name,
		    enum ix_tri tri)
{
	return tri == IX_ABSENT ||
	       ix_prop_add(arena, list, name, ix_lit(tri == IX_ON ? "ON" : "OFF"), false);
}

static bool add_control(const struct ctl_gateway *gw, const struct ctl_termination *t,
			const struct ctl_stream *s, struct ix_arena *arena, struct ix_stream *out)
{
	struct ix_local_control *c = ix_alloc(arena, sizeof(*c));

	if (!c)
		return false;
	out->control = c;
	c->mode = s->mode;
	if (!ix_prop_add(arena, &c->props, "ipdc/realm",
			 ix_lit(ctl_realm_name(gw->realms, t->realm)), true))
		return false;
	if (s->dscp != NAT_DSCP_COPY &&
	    !ix_prop_add(arena, &c->props, "ds/dscp", ix_str_fmt(arena, "%02x", s->dscp), false))
		return false;
	return add_tri(arena, &c->props, "gm/saf", s->saf) &&
	       add_tri(arena, &c->props, "gm/spf", s->spf) &&
	       add_tri(arena, &c->props, "rtcph/rsb", s->rsb);
}

static bool add_sdp(const struct ctl_sdp *sdp, struct ix_arena *arena, bool *has,
		    struct ix_str *out)
{
	*has = sdp->text != NULL;
	if (*has)
		*out = ix_str_fmt(arena, "%s", sdp->text);
	return !*has || out->p;
}

static struct ix_stream *make_stream(const struct ctl_gateway *gw, const struct ctl_termination *t,
				     const struct ctl_stream *s, struct ix_arena *arena)
{
	struct ix_stream *out = ix_alloc(arena, sizeof(*out));

	if (!out || !add_control(gw, t, s, arena, out) ||
	    !add_sdp(&s->local, arena, &out->has_local, &out->local) ||
	    !add_sdp(&s->remote, arena, &out->has_remote, &out->remote))
		return NULL;
	out->id = s->id;
	return out;
}

/* Streams of an individual audit (Media{Stream=1{...}}), or all. */
static bool asked(const struct ix_audit *audit, uint16_t id)
{
	if ((audit->whole & IX_AU_MEDIA) || !audit->media || !audit->media->streams)
		return true;
	for (const struct ix_stream *s = audit->media->streams; s; s = s->next)
		if (s->id == id || s->id == 0)
			return true;
	return false;
}

static bool add_media(const struct ctl_gateway *gw, const struct ctl_termination *t,
		      const struct ix_audit *audit, struct ix_arena *arena,
		      struct ix_descriptors *out)
{
	struct ix_stream **tail;

	out->media = ix_alloc(arena, sizeof(*out->media));
	if (!out->media)
		return false;
	out->media->state = ix_alloc(arena, sizeof(*out->media->state));
	if (!out->media->state)
		return false;
	out->media->state->service = IX_SS_IN;
	tail = &out->media->streams;
	for (unsigned i = 0; i < t->n_streams; i++) {
		if (!asked(audit, t->streams[i]->id))
			continue;
		*tail = make_stream(gw, t, t->streams[i], arena);
		if (!*tail)
			return false;
		tail = &(*tail)->next;
	}
	return true;
}

/* ---- events, signals, packages --------------------------------------------------------------- */

static bool add_events(const struct ctl_events *events, struct ix_arena *arena,
		       struct ix_descriptors *out)
{
	struct ix_event **tail;

	out->events = ix_alloc(arena, sizeof(*out->events));
	if (!out->events)
		return false;
	out->events->has_id = events->n > 0;
	out->events->id = events->request;
	tail = &out->events->list;
	for (unsigned i = 0; i < events->n; i++) {
		const struct ctl_armed *a = &events->armed[i];
		const char *slash = strchr(a->name, '/');
		struct ix_event *e = ix_alloc(arena, sizeof(*e));

		if (!e)
			return false;
		e->pkg = ix_str_fmt(arena, "%.*s", (int)(slash - a->name), a->name);
		e->item = ix_str_fmt(arena, "%s", slash + 1);
		e->has_stream = a->has_stream;
		e->stream = a->stream;
		*tail = e;
		tail = &e->next;
	}
	return true;
}

static bool add_packages(struct ix_arena *arena, struct ix_descriptors *out)
{
	struct ix_package **tail = &out->packages;
	const struct ix_package_def *def;

	out->has_packages = true;
	for (unsigned i = 0; (def = ix_package_at(i)) != NULL; i++) {
		struct ix_package *p;

		if (!def->supported)
			continue;
		p = ix_alloc(arena, sizeof(*p));
		if (!p)
			return false;
		p->name = ix_lit(def->name);
		p->version = def->version;
		*tail = p;
		tail = &p->next;
	}
	return true;
}

bool ctl_audit_term(const struct ctl_gateway *gw, const struct ctl_termination *t,
		    const struct ix_audit *audit, uint64_t now_ms, struct ix_arena *arena,
		    struct ix_descriptors *out)
{
	uint32_t w = audit->whole;

	if (((w & IX_AU_MEDIA) || audit->media) && !add_media(gw, t, audit, arena, out))
		return false;
	if (((w & IX_AU_EVENTS) || audit->events) && !add_events(&t->events, arena, out))
		return false;
	if (((w & IX_AU_SIGNALS) || audit->signals) &&
	    !(out->signals = ix_alloc(arena, sizeof(*out->signals))))
		return false;
	if (((w & IX_AU_STATS) || audit->stats) && !add_stats(t, now_ms, arena, out))
		return false;
	return !((w & IX_AU_PACKAGES) || audit->packages) || add_packages(arena, out);
}

/* ---- ROOT ------------------------------------------------------------------------------------ */

static bool add_root_state(const struct ctl_gateway *gw, struct ix_arena *arena,
			   struct ix_descriptors *out)
{
	struct ctl_model_stats m = ctl_model_stats(gw->model);
	struct ix_term_state *s = ix_alloc(arena, sizeof(*s));

	out->media = ix_alloc(arena, sizeof(*out->media));
	if (!s || !out->media)
		return false;
	out->media->state = s;
	s->service = IX_SS_IN;
	if (!ix_prop_add_uint(arena, &s->props, "root/maxNumberOfContexts", m.contexts_max) ||
	    !ix_prop_add_uint(arena, &s->props, "root/maxTerminationsPerContext", CTL_TERMS))
		return false;
	for (unsigned i = 0; i < CTL_ROOT_VALUES; i++)
		if (!ix_prop_add_uint(arena, &s->props, ctl_root_names[i], gw->root.values[i]))
			return false;
	return true;
}

bool ctl_audit_root(const struct ctl_gateway *gw, const struct ix_audit *audit,
		    struct ix_arena *arena, struct ix_descriptors *out)
{
	uint32_t w = audit->whole;

	if (((w & IX_AU_MEDIA) || audit->media) && !add_root_state(gw, arena, out))
		return false;
	if (((w & IX_AU_EVENTS) || audit->events) && !add_events(&gw->root.events, arena, out))
		return false;
	return !((w & IX_AU_PACKAGES) || audit->packages) || add_packages(arena, out);
}

/* ---- contexts -------------------------------------------------------------------------------- */

static bool add_topology(const struct ctl_context *ctx, struct ix_arena *arena,
			 struct ix_context_props *out)
{
	struct ix_topology *t;

	if (ctx->n_terms < 2)
		return true;
	t = ix_alloc(arena, sizeof(*t));
	if (!t)
		return false;
	t->from = ix_str_fmt(arena, "%s", ctx->terms[ctx->isolate[0] && !ctx->isolate[1]]->name);
	t->to = ix_str_fmt(arena, "%s", ctx->terms[!(ctx->isolate[0] && !ctx->isolate[1])]->name);
	t->dir = ctx->isolate[0] && ctx->isolate[1]   ? IX_ISOLATE
		 : ctx->isolate[0] || ctx->isolate[1] ? IX_ONEWAY
						      : IX_BOTHWAY;
	out->topology = t;
	return t->from.p && t->to.p;
}

bool ctl_audit_context(const struct ctl_context *ctx, const struct ix_context_audit *audit,
		       struct ix_arena *arena, struct ix_context_props *out)
{
	if (audit->what & IX_CA_PRIORITY) {
		out->has_priority = true;
		out->priority = ctx->priority;
	}
	if (audit->what & IX_CA_EMERGENCY)
		out->emergency = ctx->emergency ? IX_ON : IX_OFF;
	if (audit->what & IX_CA_IEPS)
		out->ieps = ctx->ieps == IX_ON ? IX_ON : IX_OFF;
	return !(audit->what & IX_CA_TOPOLOGY) || add_topology(ctx, arena, out);
}
