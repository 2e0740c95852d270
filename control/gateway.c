// The gateway that Ix controls: executes transactions in order, answers when packets obey.
// Spec: H.248.1 7.2, 8.2.2 (order, errors), 6.2.2 (wildcards)
#include "gateway.h"

#include <stdlib.h>
#include <string.h>

#include "../ix/profile.h"
#include "audit.h"
#include "log.h"
#include "run.h"

enum { REPLY_BYTES = 1 << 20 };

struct ctl_gateway *ctl_gateway_new(const struct ctl_config *conf,
				    const struct ctl_gateway_ops *ops)
{
	static const uint32_t defaults[CTL_ROOT_VALUES] = {500, 500, 2000, 2000, 5, 5};
	struct ctl_gateway *gw = calloc(1, sizeof(*gw));

	if (!gw)
		return NULL;
	gw->conf = conf;
	gw->ops = *ops;
	gw->jobs_tail = &gw->jobs;
	memcpy(gw->root.values, defaults, sizeof(defaults));
	gw->realms = ctl_realms_new(conf);
	gw->model = ctl_model_new(conf->dp.streams, 2 * conf->dp.streams);
	gw->plane = gw->realms ? ctl_plane_new(gw->realms, conf->dp.streams) : NULL;
	gw->notifier = ctl_notifier_new(gw);
	if (gw->realms && gw->model && gw->plane && gw->notifier)
		return gw;
	ctl_gateway_free(gw);
	return NULL;
}

static void free_job(struct ctl_job *job)
{
	for (struct ctl_fill *f = job->fills; f; f = f->next)
		ctl_tally_put(f->tally);
	ix_arena_free(job->arena);
	free(job);
}

void ctl_gateway_free(struct ctl_gateway *gw)
{
	if (!gw)
		return;
	while (gw->jobs) {
		struct ctl_job *job = gw->jobs;

		gw->jobs = job->next;
		free_job(job);
	}
	ctl_plane_free(gw->plane);
	ctl_notifier_free(gw->notifier);
	ctl_model_free(gw->model);
	ctl_realms_free(gw->realms);
	free(gw);
}

/* ---- making the reply ------------------------------------------------------------------------ */

/* Where the next command reply goes. */
struct out {
	struct ix_action *action;
	struct ix_command **tail;
};

static struct ix_command *add_reply(struct ctl_run *run, struct out *out,
				    const struct ix_command *cmd, struct ix_str name)
{
	struct ix_command *r = ix_alloc(run->job->arena, sizeof(*r));
	struct ix_tid *tid = ix_alloc(run->job->arena, sizeof(*tid));

	if (!r || !tid) {
		run->job->overflow = true;
		return NULL;
	}
	r->verb = cmd->verb;
	r->tids = tid;
	tid->name = ix_str_dup(run->job->arena, name);
	*out->tail = r;
	out->tail = &r->next;
	return r;
}

static void set_error(struct ctl_run *run, struct ix_error **at, const struct ctl_error *err)
{
	*at = ctl_error_desc(run->job->arena, err);
	if (!*at)
		run->job->overflow = true;
}

/* A refused command: its reply carries the error alone. */
static bool fail_reply(struct ctl_run *run, struct ix_command *r, const struct ctl_error *err)
{
	char quoted[sizeof(err->text) + 3];

	run->gw->errors++;
	ctl_log(CTL_INFO, "refused", "context=%u code=%u text=%s", run->ctx ? run->ctx->id : 0,
		err->code, ctl_quote(err->text, strlen(err->text), quoted, sizeof(quoted)));
	if (r) {
		memset(&r->d, 0, sizeof(r->d));
		set_error(run, &r->d.error, err);
	}
	return false;
}

/* ---- one command ----------------------------------------------------------------------------- */

static ctl_command_fn *function_of(enum ix_verb verb)
{
	switch (verb) {
	case IX_MODIFY: return ctl_cmd_modify;
	case IX_SUBTRACT: return ctl_cmd_subtract;
	case IX_AUDIT_VALUE: return ctl_cmd_audit;
	case IX_SERVICE_CHANGE: return ctl_cmd_service_change;
	default: return NULL;
	}
}

static bool run_add(struct ctl_run *run, struct out *out, const struct ix_command *cmd,
		    const struct ix_tid *tid)
{
	struct ctl_termination *t;
	struct ix_descriptors d = {0};
	struct ctl_error err = {0};
	struct ix_command *r;

	if (!run->ctx)
		return fail_reply(run, add_reply(run, out, cmd, tid->name),
				  &(struct ctl_error){IX_E_NOT_ALLOWED, "Add in the null context"});
	if (!ctl_cmd_add(run, cmd, tid->name, &t, &d, &err))
		return fail_reply(run, add_reply(run, out, cmd, tid->name), &err);
	r = add_reply(run, out, cmd, ix_lit(t->name));
	if (r)
		r->d = d;
	return true;
}

/* Executes on one termination. With W- there is no reply of its own unless it fails. */
static bool run_one(struct ctl_run *run, struct out *out, const struct ix_command *cmd,
		    struct ctl_termination *t)
{
	ctl_command_fn *fn = function_of(cmd->verb);
	struct ix_descriptors d = {0};
	struct ctl_error err = {0};
	struct ix_str name = ix_str_fmt(run->job->arena, "%s", t->name);
	struct ix_command *r;

	if (!fn)
		ctl_refuse(&err, IX_E_UNKNOWN_COMMAND, "command not available");
	if (!fn || !fn(run, cmd, t, &d, &err))
		return fail_reply(run, add_reply(run, out, cmd, name), &err);
	if (cmd->wild_reply)
		return true;
	r = add_reply(run, out, cmd, name);
	if (r)
		r->d = d;
	return true;
}

/* All terminations of a context that fit a wildcard. *matched counts them. */
static bool run_wild(struct ctl_run *run, struct out *out, const struct ix_command *cmd,
		     const struct ix_tid *tid, unsigned *matched)
{
	struct ctl_termination *match[CTL_TERMS];
	unsigned n = 0;
	bool ok = true;

	for (unsigned i = 0; i < run->ctx->n_terms; i++)
		if (ctl_name_match(tid->name, run->ctx->terms[i]->name))
			match[n++] = run->ctx->terms[i];
	for (unsigned i = 0; i < n; i++)
		ok = run_one(run, out, cmd, match[i]) && ok;
	*matched += n;
	return ok;
}

static bool run_root(struct ctl_run *run, struct out *out, const struct ix_command *cmd,
		     const struct ix_tid *tid)
{
	struct ix_descriptors d = {0};
	struct ctl_error err = {0};
	struct ix_command *r;

	if (!ctl_cmd_root(run, cmd, &d, &err))
		return fail_reply(run, add_reply(run, out, cmd, tid->name), &err);
	r = add_reply(run, out, cmd, ix_lit("ROOT"));
	if (r)
		r->d = d;
	return true;
}

static bool refuse_tid(struct ctl_run *run, struct out *out, const struct ix_command *cmd,
		       const struct ix_tid *tid, uint16_t code, const char *why)
{
	struct ctl_error err;

	ctl_refuse(&err, code, "%.*s: %s", (int)tid->name.len, tid->name.p, why);
	return fail_reply(run, add_reply(run, out, cmd, tid->name), &err);
}

static bool run_wild_here(struct ctl_run *run, struct out *out, const struct ix_command *cmd,
			  const struct ix_tid *tid)
{
	unsigned matched = 0;
	bool ok;

	if (!run->ctx)
		return refuse_tid(run, out, cmd, tid, IX_E_NO_MATCH, "nothing in the null context");
	ok = run_wild(run, out, cmd, tid, &matched);
	if (!matched)
		return refuse_tid(run, out, cmd, tid, IX_E_NO_MATCH, "no termination matches");
	if (ok && cmd->wild_reply)
		add_reply(run, out, cmd, tid->name);
	return ok;
}

static bool run_tid(struct ctl_run *run, struct out *out, const struct ix_command *cmd,
		    const struct ix_tid *tid)
{
	struct ctl_termination *t;

	if (cmd->verb == IX_ADD)
		return run_add(run, out, cmd, tid);
	if (ix_tid_is_root(tid))
		return run_root(run, out, cmd, tid);
	if (ix_tid_has_choose(tid))
		return refuse_tid(run, out, cmd, tid, IX_E_UNKNOWN_TERMINATION, "$ only in Add");
	if (ix_tid_has_wild(tid))
		return run_wild_here(run, out, cmd, tid);
	t = ctl_term_get(run->gw->model, tid->name);
	if (!t)
		return refuse_tid(run, out, cmd, tid, IX_E_UNKNOWN_TERMINATION,
				  "no such termination");
	if (t->ctx != run->ctx)
		return refuse_tid(run, out, cmd, tid, IX_E_NOT_IN_CONTEXT, "in another context");
	return run_one(run, out, cmd, t);
}

static bool run_command(struct ctl_run *run, struct out *out, const struct ix_command *cmd)
{
	struct ix_error why = {0};
	struct ctl_error err;

	run->gw->commands[cmd->verb]++;
	if (!ix_profile_check(cmd, &why, run->job->arena)) {
		ctl_refuse(&err, why.code, "%.*s", (int)why.text.len, why.text.p);
		return fail_reply(run, add_reply(run, out, cmd, cmd->tids->name), &err);
	}
	for (const struct ix_tid *tid = cmd->tids; tid; tid = tid->next)
		if (!run_tid(run, out, cmd, tid))
			return false;
	return true;
}

/* ---- one action ------------------------------------------------------------------------------ */

static struct ix_action *add_action(struct ctl_run *run, struct ix_action ***tail, uint32_t cid)
{
	struct ix_action *a = ix_alloc(run->job->arena, sizeof(*a));

	if (!a) {
		run->job->overflow = true;
		return NULL;
	}
	a->cid = cid;
	**tail = a;
	*tail = &a->next;
	return a;
}

static int place_of(const struct ctl_context *ctx, struct ix_str name)
{
	for (unsigned i = 0; i < ctx->n_terms && i < 2; i++)
		if (ix_str_is(name, ctx->terms[i]->name))
			return (int)i;
	return -1;
}

/* Topology between the two terminations that are relayed into each other. */
static bool set_topology(struct ctl_context *ctx, const struct ix_topology *t,
			 struct ctl_error *err)
{
	for (; t; t = t->next) {
		int from = place_of(ctx, t->from), to = place_of(ctx, t->to);

		if (t->has_stream)
			return ctl_refuse(err, IX_E_TOPOLOGY, "Topology of single streams");
		if (from < 0 || to < 0 || from == to)
			return ctl_refuse(err, IX_E_TOPOLOGY,
					  "Topology: name the context's two terminations");
		ctx->isolate[from] = t->dir == IX_ISOLATE;
		ctx->isolate[to] = t->dir != IX_BOTHWAY;
	}
	return true;
}

static bool change_topology(struct ctl_run *run, const struct ix_topology *t, struct ctl_error *err)
{
	bool old[2] = {run->ctx->isolate[0], run->ctx->isolate[1]};

	if (set_topology(run->ctx, t, err) && ctl_commit(run->gw->plane, run->ctx, err))
		return true;
	memcpy(run->ctx->isolate, old, sizeof(old));
	return false;
}

static bool set_props(struct ctl_run *run, const struct ix_action *action, struct ctl_error *err)
{
	const struct ix_context_props *p = &action->props;
	struct ctl_context *ctx = run->ctx;

	if (!action->has_props || !ctx)
		return true;
	if (p->topology && !change_topology(run, p->topology, err))
		return false;
	if (p->has_priority) {
		ctx->has_priority = true;
		ctx->priority = p->priority;
	}
	if (p->emergency != IX_ABSENT)
		ctx->emergency = p->emergency == IX_ON;
	if (p->ieps != IX_ABSENT)
		ctx->ieps = p->ieps;
	return true;
}

static bool audit_props(struct ctl_run *run, const struct ix_action *action, struct ix_action *out)
{
	if (!action->audit || !run->ctx)
		return true;
	out->has_props = true;
	if (!ctl_audit_context(run->ctx, action->audit, run->job->arena, &out->props))
		run->job->overflow = true;
	return !run->job->overflow;
}

static bool fail_action(struct ctl_run *run, struct ix_action *out, const struct ctl_error *err)
{
	run->gw->errors++;
	ctl_log(CTL_INFO, "refused", "context=%u code=%u text=\"%s\"", out ? out->cid : 0,
		err->code, err->text);
	if (out)
		set_error(run, &out->error, err);
	return false;
}

/* The action's context: found, created, or none for the null context. */
static bool open_context(struct ctl_run *run, const struct ix_action *action, struct ctl_error *err)
{
	run->ctx = NULL;
	if (action->cid == IX_CID_NULL)
		return true;
	if (action->cid != IX_CID_CHOOSE) {
		run->ctx = ctl_context_get(run->gw->model, action->cid);
		return run->ctx ||
		       ctl_refuse(err, IX_E_UNKNOWN_CONTEXT, "no context %u", action->cid);
	}
	if (!action->commands || action->commands->verb != IX_ADD)
		return ctl_refuse(err, IX_E_ACTION_COMBINATION, "Context $ begins with Add");
	run->ctx = ctl_context_new(run->gw->model);
	return run->ctx || ctl_refuse(err, IX_E_NO_CONTEXTS, "all %u contexts are in use",
				      ctl_model_stats(run->gw->model).contexts_max);
}

/* A context vanishes with its last termination. What never was has no number either. */
static void close_context(struct ctl_run *run, const struct ix_action *action,
			  struct ix_action *out)
{
	if (!run->ctx || run->ctx->n_terms)
		return;
	if (action->cid == IX_CID_CHOOSE && out)
		out->cid = IX_CID_CHOOSE;
	ctl_context_del(run->gw->model, run->ctx);
	run->ctx = NULL;
}

static bool run_commands(struct ctl_run *run, struct out *out, const struct ix_action *action)
{
	for (const struct ix_command *cmd = action->commands; cmd; cmd = cmd->next) {
		if (run->job->overflow)
			return false;
		/* The last termination is gone: the context went with it. */
		if (run->ctx && !run->ctx->n_terms && cmd->verb != IX_ADD) {
			struct ctl_error err;

			ctl_refuse(&err, IX_E_UNKNOWN_TERMINATION, "the context is empty");
			fail_reply(run, add_reply(run, out, cmd, cmd->tids->name), &err);
			if (!cmd->optional)
				return false;
			continue;
		}
		if (!run_command(run, out, cmd) && !cmd->optional)
			return false;
	}
	return true;
}

static bool run_single(struct ctl_run *run, const struct ix_action *action,
		       struct ix_action ***tail)
{
	struct ctl_error err = {0};
	struct ix_action *reply;
	struct out out;
	bool ok;

	if (!open_context(run, action, &err))
		return fail_action(run, add_action(run, tail, action->cid), &err);
	reply = add_action(run, tail, run->ctx ? run->ctx->id : (uint32_t)IX_CID_NULL);
	if (!reply) {
		close_context(run, action, NULL);
		return false;
	}
	out = (struct out){reply, &reply->commands};
	ok = set_props(run, action, &err) || fail_action(run, reply, &err);
	ok = ok && audit_props(run, action, reply) && run_commands(run, &out, action);
	close_context(run, action, reply);
	return ok;
}

/* ---- all contexts ---------------------------------------------------------------------------- */

/* Commands that may be sent to Context = *. */
static bool all_ok(const struct ix_action *action, struct ctl_error *err)
{
	for (const struct ix_command *cmd = action->commands; cmd; cmd = cmd->next)
		if (cmd->verb != IX_SUBTRACT && cmd->verb != IX_AUDIT_VALUE)
			return ctl_refuse(err, IX_E_ACTION_COMBINATION,
					  "Context * only with Subtract and AuditValue");
	return true;
}

/* One command in every context: a reply action for each that has a match. */
static bool run_everywhere(struct ctl_run *run, const struct ix_command *cmd,
			   const struct ix_tid *tid, struct ix_action ***tail)
{
	struct ctl_context *ctx, *next;
	unsigned matched = 0;
	bool ok = true;

	for (ctx = ctl_context_next(run->gw->model, NULL); ctx; ctx = next) {
		struct ix_action *reply = NULL;
		struct out out;
		unsigned before = matched;

		next = ctl_context_next(run->gw->model, ctx);
		if (run->job->overflow)
			return false;
		reply = ix_alloc(run->job->arena, sizeof(*reply));
		if (!reply) {
			run->job->overflow = true;
			return false;
		}
		reply->cid = ctx->id;
		run->ctx = ctx;
		out = (struct out){reply, &reply->commands};
		ok = run_wild(run, &out, cmd, tid, &matched) && ok;
		if (matched > before && reply->commands) {
			**tail = reply;
			*tail = &reply->next;
		}
		if (!ctx->n_terms)
			ctl_context_del(run->gw->model, ctx);
	}
	run->ctx = NULL;
	if (ok && (!matched || cmd->wild_reply)) {
		struct ix_action *reply = add_action(run, tail, IX_CID_ALL);
		struct out out = {reply, reply ? &reply->commands : NULL};

		if (!reply)
			return false;
		if (!matched)
			return refuse_tid(run, &out, cmd, tid, IX_E_NO_MATCH,
					  "no termination matches");
		add_reply(run, &out, cmd, tid->name);
	}
	return ok;
}

static bool run_all(struct ctl_run *run, const struct ix_action *action, struct ix_action ***tail)
{
	struct ctl_error err = {0};

	run->ctx = NULL;
	if (!all_ok(action, &err))
		return fail_action(run, add_action(run, tail, IX_CID_ALL), &err);
	for (const struct ix_command *cmd = action->commands; cmd; cmd = cmd->next) {
		struct ix_error why = {0};

		run->gw->commands[cmd->verb]++;
		if (!ix_profile_check(cmd, &why, run->job->arena)) {
			ctl_refuse(&err, why.code, "%.*s", (int)why.text.len, why.text.p);
			return fail_action(run, add_action(run, tail, IX_CID_ALL), &err);
		}
		for (const struct ix_tid *tid = cmd->tids; tid; tid = tid->next)
			if (!run_everywhere(run, cmd, tid, tail) && !cmd->optional)
				return false;
	}
	return true;
}

/* ---- the transaction ------------------------------------------------------------------------- */

static bool run_action(struct ctl_run *run, const struct ix_action *action,
		       struct ix_action ***tail)
{
	struct ix_error why = {0};
	struct ctl_error err;

	if (!ix_profile_check_action(action, &why, run->job->arena)) {
		ctl_refuse(&err, why.code, "%.*s", (int)why.text.len, why.text.p);
		return fail_action(run, add_action(run, tail, action->cid), &err);
	}
	return action->cid == IX_CID_ALL ? run_all(run, action, tail)
					 : run_single(run, action, tail);
}

static void answer(struct ctl_job *job, uint64_t now_ms)
{
	struct ix_error error = {0};

	for (struct ctl_fill *f = job->fills; f; f = f->next)
		if (!ctl_audit_stats(f->tally, f->dur_ms, f->rtp, job->arena, f->stats))
			job->overflow = true;
	if (job->overflow) {
		error.code = IX_E_TOO_LONG;
		error.text = ix_lit(ix_error_text(IX_E_TOO_LONG));
	}
	ix_txn_reply(job->txn, job->overflow ? NULL : job->actions, job->overflow ? &error : NULL,
		     now_ms);
	free_job(job);
}

bool ctl_gateway_tick(struct ctl_gateway *gw, uint64_t now_ms)
{
	while (gw->jobs && (!gw->jobs->epoch || dp_epoch_passed(gw->jobs->epoch))) {
		struct ctl_job *job = gw->jobs;

		gw->jobs = job->next;
		if (!gw->jobs)
			gw->jobs_tail = &gw->jobs;
		/* After the look at its epoch, not before: what it waited for is counted now. */
		ctl_plane_tick(gw->plane, now_ms);
		answer(job, now_ms);
	}
	return ctl_plane_tick(gw->plane, now_ms) || gw->jobs;
}

static struct ctl_job *new_job(void *owner, struct ix_txn *txn)
{
	struct ctl_job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->owner = owner;
	job->txn = txn;
	job->arena = ix_arena_new(REPLY_BYTES);
	if (job->arena)
		return job;
	free(job);
	return NULL;
}

void ctl_gateway_request(struct ctl_gateway *gw, void *owner, struct ix_txn *txn,
			 const struct ix_item *item, uint64_t now_ms)
{
	struct ctl_job *job = new_job(owner, txn);
	struct ctl_run run = {gw, job, now_ms, NULL};
	struct ix_action **tail;

	if (!job) {
		struct ix_error error = {IX_E_RESOURCES, ix_lit("out of memory")};

		ix_txn_reply(txn, NULL, &error, now_ms);
		return;
	}
	tail = &job->actions;
	for (const struct ix_action *a = item->actions; a && !job->overflow; a = a->next)
		if (!run_action(&run, a, &tail))
			break;
	job->epoch = ctl_plane_barrier(gw->plane);
	if (!job->epoch && job->fills)
		job->epoch = dp_epoch();
	*gw->jobs_tail = job;
	gw->jobs_tail = &job->next;
	ctl_gateway_tick(gw, now_ms);
}

void ctl_gateway_forget(struct ctl_gateway *gw, void *owner)
{
	struct ctl_job **at = &gw->jobs;

	while (*at) {
		struct ctl_job *job = *at;

		if (job->owner == owner) {
			*at = job->next;
			free_job(job);
		} else {
			at = &job->next;
		}
	}
	gw->jobs_tail = at;
}
