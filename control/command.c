// What each H.248 command does to one termination.
// Spec: H.248.1 7.2; TS 29.238 5.8
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ix/profile.h"
#include "audit.h"
#include "log.h"
#include "media.h"
#include "run.h"

const char *const ctl_root_names[CTL_ROOT_VALUES] = {
	"root/normalMGExecutionTime",           "root/normalMGCExecutionTime",
	"root/MGProvisionalResponseTimerValue", "root/MGCProvisionalResponseTimerValue",
	"root/MGCOriginatedPendingLimit",       "root/MGOriginatedPendingLimit",
};

static bool overflow(struct ctl_run *run, struct ctl_error *err)
{
	run->job->overflow = true;
	return ctl_refuse(err, IX_E_TOO_LONG, "reply too long");
}

/* ---- names ----------------------------------------------------------------------------------- */

/* The components of a termination id: ip / group / interface / id. */
enum { COMP_TYPE, COMP_GROUP, COMP_INTERFACE, COMP_ID, COMPS };

static unsigned split(struct ix_str name, struct ix_str *comp, unsigned max)
{
	unsigned n = 0;
	uint32_t from = 0;

	for (uint32_t i = 0; i <= name.len; i++) {
		if (i < name.len && name.p[i] != '/')
			continue;
		if (n < max)
			comp[n] = (struct ix_str){name.p + from, i - from};
		n++;
		from = i + 1;
	}
	return n;
}

static bool is_choose(struct ix_str s)
{
	return s.len == 1 && s.p[0] == '$';
}

/* A component that would name many, or one that is half chosen. */
static bool is_pattern(struct ix_str s)
{
	return !is_choose(s) && s.len && (memchr(s.p, '*', s.len) || memchr(s.p, '$', s.len));
}

/* Splits the name of an Add; a lone $ counts as $/$/$/$. */
static bool split_new(struct ix_str name, struct ix_str comp[COMPS], struct ctl_error *err)
{
	unsigned n = split(name, comp, COMPS);

	if (n == 1 && is_choose(comp[0]))
		for (unsigned i = 1; i < COMPS; i++)
			comp[i] = comp[0];
	else if (n != COMPS)
		return ctl_refuse(err, IX_E_UNKNOWN_TERMINATION,
				  "termination %.*s: names have the form ip/GROUP/INTERFACE/$",
				  (int)name.len, name.p);
	if (is_pattern(comp[COMP_GROUP]) || is_pattern(comp[COMP_INTERFACE]))
		return ctl_refuse(err, IX_E_UNKNOWN_TERMINATION,
				  "termination %.*s: a new name has no wildcards", (int)name.len,
				  name.p);
	if (!is_choose(comp[COMP_TYPE]) && !ix_str_is(comp[COMP_TYPE], "ip"))
		return ctl_refuse(err, IX_E_UNKNOWN_TERMINATION, "termination %.*s: only type ip",
				  (int)name.len, name.p);
	if (!is_choose(comp[COMP_ID]))
		return ctl_refuse(err, IX_E_UNKNOWN_TERMINATION,
				  "termination %.*s: the gateway chooses the number; use $",
				  (int)name.len, name.p);
	return true;
}

bool ctl_name_match(struct ix_str pattern, const char *name)
{
	struct ix_str p[8], n[8];
	unsigned np = split(pattern, p, 8), nn = split(ix_lit(name), n, 8);

	if (np > 8 || nn > 8)
		return false;
	for (unsigned i = 0; i < np; i++) {
		if (p[i].len == 1 && p[i].p[0] == '*') {
			if (i == np - 1)
				return nn >= np;
			if (i >= nn)
				return false;
		} else if (i >= nn || !ix_str_eq(p[i], n[i])) {
			return false;
		}
	}
	return np == nn;
}

/* The realm: ipdc/realm, else a component of the name that names one, else the first configured. */
static int choose_realm(struct ctl_run *run, const struct ix_command *cmd,
			const struct ix_str comp[COMPS], struct ctl_error *err)
{
	int by_prop = ctl_media_realm(run->gw, cmd->d.media, err), by_name = -1;

	if (by_prop == -2)
		return -1;
	for (unsigned i = COMP_GROUP; i <= COMP_INTERFACE && by_name < 0; i++)
		by_name = ctl_realm_find(run->gw->realms, comp[i]);
	if (by_prop >= 0 && by_name >= 0 && by_prop != by_name) {
		ctl_refuse(err, IX_E_CONFLICT, "ipdc/realm %s, but the termination name says %s",
			   ctl_realm_name(run->gw->realms, (unsigned)by_prop),
			   ctl_realm_name(run->gw->realms, (unsigned)by_name));
		return -1;
	}
	return by_prop >= 0 ? by_prop : by_name >= 0 ? by_name : 0;
}

/* A realm's name as a component; names with a dot or hyphen are no legal ones, so a number stands.
 */
static void realm_component(const struct ctl_gateway *gw, unsigned realm, char *buf, size_t size)
{
	const char *name = ctl_realm_name(gw->realms, realm);

	if (strpbrk(name, ".-"))
		snprintf(buf, size, "%u", realm + 1);
	else
		snprintf(buf, size, "%s", name);
}

static bool make_name(const struct ctl_gateway *gw, struct ctl_termination *t,
		      const struct ix_str comp[COMPS], struct ctl_error *err)
{
	char group[DP_NAME], number[12];
	struct ix_str g = comp[COMP_GROUP], i = comp[COMP_INTERFACE];
	int n;

	realm_component(gw, t->realm, group, sizeof(group));
	snprintf(number, sizeof(number), "%u", t->id);
	if (is_choose(g))
		g = ix_lit(group);
	if (is_choose(i))
		i = ix_lit("1");
	n = snprintf(t->name, sizeof(t->name), "ip/%.*s/%.*s/%s", (int)g.len, g.p, (int)i.len, i.p,
		     number);
	if (n < 0 || (size_t)n >= sizeof(t->name))
		return ctl_refuse(err, IX_E_UNKNOWN_TERMINATION, "termination name too long");
	return true;
}

/* ---- Add and Modify -------------------------------------------------------------------------- */

/* Latching is not implemented; switching it off is what we do anyway. */
static bool check_signals(const struct ix_signals *signals, struct ctl_error *err)
{
	static const char *const modes[] = {"OFF", "LATCH", "RELATCH", NULL};

	for (const struct ix_signal *s = signals ? signals->list : NULL; s; s = s->next) {
		unsigned mode = 1;

		ix_prop_enum(ix_prop_find(s->params, "napt"), modes, &mode);
		if (mode != 0)
			return ctl_refuse(err, IX_E_CANNOT_SIGNAL,
					  "signal %.*s/%.*s: not available", (int)s->pkg.len,
					  s->pkg.p, (int)s->item.len, s->item.p);
	}
	if (signals && signals->lists)
		return ctl_refuse(err, IX_E_CANNOT_SIGNAL, "signal lists are not available");
	return true;
}

static bool arm_events(struct ctl_run *run, const struct ix_command *cmd, struct ctl_termination *t,
		       struct ctl_error *err)
{
	return !cmd->d.events ||
	       ctl_events_set(run->gw->notifier, &t->events, t, cmd->d.events, run->now_ms, err);
}

/* What Add and Modify have in common, on a termination in its context. All or nothing, but for
 * events, which are judged last because nothing else can fail after them. */
static bool apply(struct ctl_run *run, const struct ix_command *cmd, struct ctl_termination *t,
		  struct ix_descriptors *out, struct ctl_error *err)
{
	struct ctl_edit edit;
	struct ctl_error ignored;

	if (!check_signals(cmd->d.signals, err) ||
	    !ctl_media_apply(&edit, run->gw, t, cmd->d.media, run->now_ms, err))
		return false;
	if (!ctl_commit(run->gw->plane, t->ctx, err)) {
		ctl_edit_undo(&edit);
		return false;
	}
	if (!arm_events(run, cmd, t, err)) {
		ctl_edit_undo(&edit);
		if (!ctl_commit(run->gw->plane, t->ctx, &ignored))
			ctl_commit_none(run->gw->plane, t->ctx);
		return false;
	}
	if (!ctl_edit_reply(&edit, run->job->arena, &out->media))
		run->job->overflow = true;
	ctl_edit_keep(&edit);
	if (cmd->d.audit && cmd->d.audit->whole &&
	    !ctl_audit_term(run->gw, t, cmd->d.audit, run->now_ms, run->job->arena, out))
		run->job->overflow = true;
	ctl_notify_touch(t, run->now_ms);
	return true;
}

/* Both ends of a TCP stream told to wait for a connection: nothing can come of it, so say so. */
static void warn_roles(const struct ctl_context *ctx)
{
	if (ctx->n_terms < 2)
		return;
	for (unsigned i = 0; i < ctx->terms[0]->n_streams; i++) {
		const struct ctl_stream *a = ctx->terms[0]->streams[i];
		const struct ctl_stream *b = ctl_stream_get(ctx->terms[1], a->id);

		if (b && a->at.held && b->at.held && a->at.ep.proto == NAT_IP_TCP &&
		    ctl_role_at(a, b) == CTL_ROLE_ACTIVE && ctl_role_at(b, a) == CTL_ROLE_ACTIVE)
			ctl_log(CTL_WARN, "role",
				"context=%u stream=%u text=\"a=setup: both remotes wait for a "
				"connection, none will be opened\"",
				ctx->id, a->id);
	}
}

static void add_undo(struct ctl_run *run, struct ctl_termination *t)
{
	ctl_events_clear(run->gw->notifier, &t->events);
	ctl_term_leave(t);
	ctl_term_free(run->gw->model, t);
}

bool ctl_cmd_add(struct ctl_run *run, const struct ix_command *cmd, struct ix_str name,
		 struct ctl_termination **term, struct ix_descriptors *out, struct ctl_error *err)
{
	struct ctl_termination *t = ctl_term_get(run->gw->model, name);
	struct ix_str comp[COMPS];
	int realm;

	if (t)
		return ctl_refuse(err, IX_E_ALREADY_IN_CONTEXT, "%s is in context %u already",
				  t->name, t->ctx->id);
	if (!split_new(name, comp, err) || (realm = choose_realm(run, cmd, comp, err)) < 0)
		return false;
	t = ctl_term_new(run->gw->model);
	if (!t)
		return ctl_refuse(err, IX_E_NO_TERMINATIONS, "all %u terminations are in use",
				  ctl_model_stats(run->gw->model).terms_max);
	t->realm = (uint16_t)realm;
	t->added_ms = run->now_ms;
	if (!make_name(run->gw, t, comp, err)) {
		ctl_term_free(run->gw->model, t);
		return false;
	}
	if (!ctl_term_join(run->ctx, t)) {
		ctl_term_free(run->gw->model, t);
		return ctl_refuse(err, IX_E_TOO_MANY_TERMINATIONS, "at most %d in a context",
				  CTL_TERMS);
	}
	if (!apply(run, cmd, t, out, err)) {
		add_undo(run, t);
		return false;
	}
	warn_roles(run->ctx);
	*term = t;
	return true;
}

bool ctl_cmd_modify(struct ctl_run *run, const struct ix_command *cmd, struct ctl_termination *t,
		    struct ix_descriptors *out, struct ctl_error *err)
{
	int realm = ctl_media_realm(run->gw, cmd->d.media, err);

	if (realm == -2)
		return false;
	if (realm >= 0 && realm != t->realm)
		return ctl_refuse(err, IX_E_VALUE, "ipdc/realm cannot change: %s is in realm %s",
				  t->name, ctl_realm_name(run->gw->realms, t->realm));
	if (!apply(run, cmd, t, out, err))
		return false;
	warn_roles(t->ctx);
	return true;
}

/* ---- Subtract -------------------------------------------------------------------------------- */

/* Audit{} suppresses statistics, no Audit at all asks for them. */
static bool wants_stats(const struct ix_command *cmd)
{
	const struct ix_audit *a = cmd->d.audit;

	return !cmd->wild_reply && (!a || (a->whole & IX_AU_STATS) || a->stats);
}

static bool promise_stats(struct ctl_run *run, struct ctl_termination *t,
			  struct ix_descriptors *out)
{
	struct ctl_fill *f = ix_alloc(run->job->arena, sizeof(*f));

	out->stats = ix_alloc(run->job->arena, sizeof(*out->stats));
	if (!f || !out->stats)
		return false;
	f->stats = out->stats;
	f->tally = ctl_tally_ref(t->tally);
	f->dur_ms = run->now_ms - t->added_ms;
	f->rtp = ctl_term_is_rtp(t);
	f->next = run->job->fills;
	run->job->fills = f;
	return true;
}

bool ctl_cmd_subtract(struct ctl_run *run, const struct ix_command *cmd, struct ctl_termination *t,
		      struct ix_descriptors *out, struct ctl_error *err)
{
	struct ctl_gateway *gw = run->gw;
	struct ctl_context *ctx = t->ctx;
	struct ctl_error ignored;

	if (wants_stats(cmd) && !promise_stats(run, t, out))
		return overflow(run, err);
	ctl_events_clear(gw->notifier, &t->events);
	ctl_term_leave(t);
	/* Those that stay may not fit together or find no conn: then they go dark, t goes anyway.
	 */
	if (!ctl_commit(gw->plane, ctx, &ignored))
		ctl_commit_none(gw->plane, ctx);
	for (unsigned i = 0; i < t->n_streams; i++)
		ctl_plane_release(gw->plane, &t->streams[i]->at);
	ctl_term_free(gw->model, t);
	return true;
}

/* ---- the others ------------------------------------------------------------------------------ */

bool ctl_cmd_audit(struct ctl_run *run, const struct ix_command *cmd, struct ctl_termination *t,
		   struct ix_descriptors *out, struct ctl_error *err)
{
	static const struct ix_audit nothing;

	if (!ctl_audit_term(run->gw, t, cmd->d.audit ? cmd->d.audit : &nothing, run->now_ms,
			    run->job->arena, out))
		return overflow(run, err);
	ctl_notify_touch(t, run->now_ms);
	return true;
}

bool ctl_cmd_service_change(struct ctl_run *run, const struct ix_command *cmd,
			    struct ctl_termination *t, struct ix_descriptors *out,
			    struct ctl_error *err)
{
	return ctl_refuse(err, IX_E_NOT_IMPLEMENTED, "ServiceChange of %s: use Subtract", t->name);
}

static bool set_root(struct ctl_run *run, const struct ix_command *cmd, struct ctl_error *err)
{
	const struct ix_term_state *state = cmd->d.media ? cmd->d.media->state : NULL;

	if (cmd->d.media && cmd->d.media->streams)
		return ctl_refuse(err, IX_E_DESCRIPTOR_ILLEGAL, "ROOT has no streams");
	if (cmd->d.events && !ctl_events_set(run->gw->notifier, &run->gw->root.events, NULL,
					     cmd->d.events, run->now_ms, err))
		return false;
	for (unsigned i = 0; state && i < CTL_ROOT_VALUES; i++) {
		uint64_t value;

		if (ix_prop_uint(ix_prop_find(state->props, ctl_root_names[i]), &value))
			run->gw->root.values[i] = (uint32_t)value;
	}
	return true;
}

bool ctl_cmd_root(struct ctl_run *run, const struct ix_command *cmd, struct ix_descriptors *out,
		  struct ctl_error *err)
{
	static const struct ix_audit nothing;

	switch (cmd->verb) {
	case IX_MODIFY: return set_root(run, cmd, err);
	case IX_AUDIT_VALUE:
		return ctl_audit_root(run->gw, cmd->d.audit ? cmd->d.audit : &nothing,
				      run->job->arena, out) ||
		       overflow(run, err);
	case IX_SERVICE_CHANGE:
		return run->gw->ops.service_change(run->gw->ops.user, cmd->d.services, err);
	default: return ctl_refuse(err, IX_E_NOT_ALLOWED, "not on ROOT");
	}
}
