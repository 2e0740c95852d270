// One call of the scripted IBCF: from the offer to the release, step by step.
// Spec: TS 29.162 10.1.3.1 (order of the steps); H.248.1 7.2
//
//   offer.a ─► Add b {Local $} ─► offer.b      answer.b ─► Modify b {Remote}, Add a {Local $,
//   Remote} ─► answer.a      result.a, result.b ─► Subtract a, b {statistics} ─► ibcf
// A pair has no mailbox: both sides are added at once, with SDP made from the command line.
#include "ibcf.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailbox.h"
#include "../ix/prop.h"

enum { LINGER_MS = 300 };

static const char *const offer_name[] = {"offer.a", "offer.b"};
static const char *const answer_name[] = {"answer.a", "answer.b"};
static const char *const result_name[] = {"result.a", "result.b"};

static void release(struct pg_ibcf_call *call);

/* ---- telling ----------------------------------------------------------------------------------
 */

/* What comes from the network goes to a terminal and into JSON, which wants UTF-8. */
static void clean(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || (unsigned char)*text > '~')
			*text = '?';
}

__attribute__((format(printf, 3, 4))) static void step(struct pg_ibcf_call *call, const char *name,
						       const char *fmt, ...)
{
	char text[512];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	clean(text);
	pg_ibcf_say(call->spec.name, name, "%s", text);
	json_array_append_new(call->steps,
			      json_pack("{s:I,s:s,s:s}", "ms",
					(json_int_t)(pg_ibcf_now() - call->ibcf->start_ms), "step",
					name, "result", text));
}

/* The first failure is the reason that is kept. */
__attribute__((format(printf, 3, 4))) static void fail(struct pg_ibcf_call *call, const char *name,
						       const char *fmt, ...)
{
	char text[PG_IBCF_ERROR];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	clean(text);
	step(call, name, "FAILED %s", text);
	if (!call->failed)
		snprintf(call->error, sizeof(call->error), "%s: %.*s", name, 200, text);
	call->failed = true;
}

static json_t *term_json(const struct pg_ibcf_call *call, unsigned side)
{
	const struct pg_ibcf_term *t = &call->term[side];
	char local[80];
	snprintf(local, sizeof(local), strchr(t->addr, ':') ? "[%s]:%u" : "%s:%u", t->addr,
		 t->port);
	return json_pack("{s:s,s:s,s:s,s:s,s:O?}", "side", side == 0 ? "a" : "b", "realm",
			 call->spec.side[side].realm, "id", t->id, "local",
			 t->id[0] != '\0' ? local : "", "statistics", t->stats);
}

static void write_report(struct pg_ibcf_call *call)
{
	json_t *report = json_pack("{s:s,s:b,s:s,s:I,s:[o,o],s:O,s:O}", "call", call->spec.name,
				   "ok", !call->failed, "error", call->error, "context",
				   (json_int_t)call->context, "terminations", term_json(call, 0),
				   term_json(call, 1), "events", call->events, "steps",
				   call->steps);
	char *text = report != NULL ? json_dumps(report, JSON_INDENT(1)) : NULL;
	int rc = text != NULL ? pg_mailbox_write(call->spec.dir, "ibcf", text, strlen(text))
			      : -ENOMEM;
	if (rc < 0)
		fail(call, "report", "%s/ibcf: %s", call->spec.dir, strerror(-rc));
	free(text);
	json_decref(report);
}

static void done(struct pg_ibcf_call *call)
{
	if (call->state == PG_IBCF_DONE)
		return;
	call->state = PG_IBCF_DONE;
	if (!call->spec.pair)
		write_report(call);
	pg_ibcf_say(call->spec.name, "done", "%s%s", call->failed ? "FAILED " : "ok", call->error);
}

/* Something went wrong: give back what is held. */
static void give_up(struct pg_ibcf_call *call)
{
	call->hang_up = true;
	if (!call->waiting)
		release(call);
}

/* ---- asking -----------------------------------------------------------------------------------
 */

static struct ix_event *event(struct ix_arena *arena, struct ix_event **list, const char *pkg,
			      const char *item)
{
	struct ix_event *e = ix_alloc(arena, sizeof(*e));
	if (e == NULL)
		return NULL;
	e->pkg = ix_lit(pkg);
	e->item = ix_lit(item);
	while (*list != NULL)
		list = &(*list)->next;
	*list = e;
	return e;
}

static struct ix_events *events(struct pg_ibcf_call *call, unsigned side)
{
	struct ix_arena *arena = call->ibcf->arena;
	struct ix_events *events = ix_alloc(arena, sizeof(*events));
	if (events == NULL)
		return NULL;
	events->has_id = true;
	events->id = call->index * 2 + side + 1;
	if (call->ibcf->heartbeat_s > 0) {
		struct ix_event *thb = event(arena, &events->list, "hangterm", "thb");
		if (thb == NULL ||
		    !ix_prop_add_uint(arena, &thb->params, "timerx", call->ibcf->heartbeat_s))
			return NULL;
	}
	return event(arena, &events->list, "g", "cause") != NULL &&
			       event(arena, &events->list, "nt", "netfail") != NULL
		       ? events
		       : NULL;
}

/* A command on one termination, with room for a stream. NULL without memory. */
static struct ix_command *command(struct ix_arena *arena, enum ix_verb verb, struct ix_str name)
{
	struct ix_command *cmd = ix_alloc(arena, sizeof(*cmd));
	struct ix_tid *tid = ix_alloc(arena, sizeof(*tid));
	struct ix_media *media = ix_alloc(arena, sizeof(*media));
	struct ix_stream *stream = ix_alloc(arena, sizeof(*stream));
	if (cmd == NULL || tid == NULL || media == NULL || stream == NULL)
		return NULL;
	cmd->verb = verb;
	cmd->tids = tid;
	tid->name = name;
	stream->id = 1;
	media->streams = stream;
	cmd->d.media = media;
	return cmd;
}

static void set_remote(struct ix_command *cmd, struct ix_str remote)
{
	cmd->d.media->streams->has_remote = remote.p != NULL;
	cmd->d.media->streams->remote = remote;
}

static struct ix_command *add(struct pg_ibcf_call *call, unsigned side, struct ix_str local,
			      struct ix_str remote)
{
	struct ix_arena *arena = call->ibcf->arena;
	const char *realm = call->spec.side[side].realm;
	struct ix_command *cmd = command(arena, IX_ADD, ix_str_fmt(arena, "ip/%s/$/$", realm));
	struct ix_local_control *control = ix_alloc(arena, sizeof(*control));
	if (cmd == NULL || control == NULL)
		return NULL;
	control->mode = IX_SENDRECV;
	if (!ix_prop_add(arena, &control->props, "ipdc/realm", ix_lit(realm), true))
		return NULL;
	cmd->d.media->streams->control = control;
	cmd->d.media->streams->has_local = true;
	cmd->d.media->streams->local = local;
	set_remote(cmd, remote);
	cmd->d.events = events(call, side);
	return cmd->d.events != NULL ? cmd : NULL;
}

static bool ask(struct pg_ibcf_call *call, const char *name, uint32_t context,
		struct ix_command *commands)
{
	const struct ix_action action = {.cid = context, .commands = commands};
	uint32_t tid;
	int rc = commands != NULL
			 ? ix_peer_request(call->ibcf->peer, &action, call, &tid, pg_ibcf_now())
			 : -ENOMEM;
	if (rc < 0) {
		fail(call, name, "request not sent: %s", strerror(-rc));
		return false;
	}
	call->waiting = true;
	return true;
}

static struct ix_str str(const char *text)
{
	return (struct ix_str){text, text != NULL ? (uint32_t)strlen(text) : 0};
}

static void reserve(struct pg_ibcf_call *call)
{
	struct ix_arena *arena = call->ibcf->arena;
	struct ix_error err = {0};
	ix_arena_reset(arena);
	struct ix_str local = pg_ibcf_choose(arena, str(call->offer), call->spec.side[1].family,
					     &err);
	if (local.p == NULL) {
		fail(call, "offer.a", "not usable: %u %.*s", err.code, (int)err.text.len,
		     err.text.p);
		give_up(call);
		return;
	}
	call->state = PG_IBCF_RESERVE;
	if (!ask(call, "reserve-b", IX_CID_CHOOSE, add(call, 1, local, (struct ix_str){0})))
		give_up(call);
}

static void reserve_pair(struct pg_ibcf_call *call)
{
	struct ix_arena *arena = call->ibcf->arena;
	struct ix_command *cmd[2];
	ix_arena_reset(arena);
	for (unsigned side = 0; side < 2; side++)
		cmd[side] = add(call, side, pg_ibcf_pair_local(arena, &call->spec, side),
				pg_ibcf_pair_remote(arena, &call->spec, side));
	if (cmd[0] != NULL)
		cmd[0]->next = cmd[1];
	call->state = PG_IBCF_CONNECT;
	if (!ask(call, "connect", IX_CID_CHOOSE, cmd[1] != NULL ? cmd[0] : NULL))
		give_up(call);
}

static void connect_sides(struct pg_ibcf_call *call)
{
	struct ix_arena *arena = call->ibcf->arena;
	struct ix_error err = {0};
	ix_arena_reset(arena);
	struct ix_str local = pg_ibcf_choose(arena, str(call->answer), call->spec.side[0].family,
					     &err);
	if (local.p == NULL) {
		fail(call, "answer.b", "not usable: %u %.*s", err.code, (int)err.text.len,
		     err.text.p);
		give_up(call);
		return;
	}
	struct ix_command *modify = command(arena, IX_MODIFY, str(call->term[1].id));
	struct ix_command *a = add(call, 0, local, str(call->offer));
	if (modify != NULL) {
		set_remote(modify, str(call->answer));
		modify->next = a;
	}
	call->state = PG_IBCF_CONNECT;
	if (!ask(call, "connect", call->context, a != NULL ? modify : NULL))
		give_up(call);
}

/* Subtracts what the gateway has named; O- so that one that is gone does not keep the other. */
static void release(struct pg_ibcf_call *call)
{
	struct ix_arena *arena = call->ibcf->arena;
	struct ix_command *list = NULL, **tail = &list;
	ix_arena_reset(arena);
	for (unsigned side = 0; side < 2; side++) {
		if (call->term[side].id[0] == '\0')
			continue;
		struct ix_command *cmd = command(arena, IX_SUBTRACT, str(call->term[side].id));
		struct ix_audit *audit = ix_alloc(arena, sizeof(*audit));
		if (cmd == NULL || audit == NULL)
			break;
		audit->whole = IX_AU_STATS;
		cmd->optional = true;
		cmd->d = (struct ix_descriptors){.audit = audit};
		*tail = cmd;
		tail = &cmd->next;
	}
	call->state = PG_IBCF_RELEASE;
	if (list == NULL || !ask(call, "release", call->context, list))
		done(call);
}

/* ---- hearing the answer ------------------------------------------------------------------------
 */

/* Address and port of the gateway out of the Local that it returned. */
static bool read_local(struct pg_ibcf_call *call, unsigned side, const struct ix_command *cmd)
{
	struct pg_ibcf_term *term = &call->term[side];
	const struct ix_stream *stream = cmd->d.media != NULL ? cmd->d.media->streams : NULL;
	struct ix_sdp sdp;
	struct ix_error err = {0};
	unsigned sessions;
	if (cmd->tids == NULL || cmd->tids->name.len >= sizeof(term->id))
		return false;
	memcpy(term->id, cmd->tids->name.p, cmd->tids->name.len);
	term->id[cmd->tids->name.len] = '\0';
	clean(term->id);
	if (stream == NULL || !stream->has_local ||
	    !ix_sdp_parse(stream->local, &sdp, &sessions, &err) ||
	    sdp.family != call->spec.side[side].family || sdp.addr.len == 0 ||
	    sdp.addr.len >= sizeof(term->addr) || sdp.port_choose || sdp.port == 0)
		return false;
	memcpy(term->addr, sdp.addr.p, sdp.addr.len);
	term->addr[sdp.addr.len] = '\0';
	term->port = sdp.port;
	return true;
}

static void read_stats(struct pg_ibcf_call *call, unsigned side, const struct ix_command *cmd)
{
	json_t *stats = json_object();
	char text[512] = "";
	const struct ix_prop *p = cmd->d.stats != NULL ? cmd->d.stats->items : NULL;
	for (; p != NULL; p = p->next) {
		char name[96], value[64] = "";
		uint64_t n;
		snprintf(name, sizeof(name), "%.*s/%.*s", (int)p->pkg.len, p->pkg.p,
			 (int)p->item.len, p->item.p);
		if (p->values != NULL)
			snprintf(value, sizeof(value), "%.*s", (int)p->values->text.len,
				 p->values->text.p);
		clean(name);
		clean(value);
		const bool number = ix_prop_uint(p, &n) && n <= INT64_MAX;
		json_object_set_new(stats, name,
				    number ? json_integer((json_int_t)n) : json_string(value));
		const size_t used = strlen(text);
		snprintf(text + used, sizeof(text) - used, " %s=%s", name, value);
	}
	json_decref(call->term[side].stats);
	call->term[side].stats = stats;
	step(call, "statistics", "%c%s", "ab"[side], text);
}

static bool tid_is(const struct ix_command *cmd, const char *id)
{
	return cmd->tids != NULL && id[0] != '\0' && ix_str_is(cmd->tids->name, id);
}

/* One command of a reply. False: it failed, and that is told. */
static bool hear_command(struct pg_ibcf_call *call, const struct ix_command *cmd, unsigned *adds)
{
	if (cmd->d.error != NULL) {
		fail(call,
		     cmd->verb == IX_ADD      ? "add"
		     : cmd->verb == IX_MODIFY ? "modify"
					      : "subtract",
		     "error %u %.*s", cmd->d.error->code, (int)cmd->d.error->text.len,
		     cmd->d.error->text.len ? cmd->d.error->text.p : "");
		return false;
	}
	if (cmd->verb == IX_ADD) {
		// Adds are answered in their order: b before a, but a pair asked for a first.
		const unsigned side = call->state == PG_IBCF_RESERVE ? 1
				      : call->spec.pair              ? (*adds)++ & 1
								     : 0;
		if (!read_local(call, side, cmd)) {
			fail(call, "add",
			     "reply without a Local of family %u with address and port",
			     call->spec.side[side].family);
			return false;
		}
		step(call, "add", "%c context=%" PRIu32 " termination=%s local=%s port=%u",
		     "ab"[side], call -> context, call -> term[side].id, call->term[side].addr,
		     call->term[side].port);
	}
	for (unsigned side = 0; cmd->verb == IX_SUBTRACT && side < 2; side++)
		if (tid_is(cmd, call->term[side].id))
			read_stats(call, side, cmd);
	return true;
}

/* Walks a reply. False when any part of it is an error. */
static bool hear(struct pg_ibcf_call *call, const char *name, const struct ix_item *item,
		 uint16_t why)
{
	unsigned adds = 0;
	bool ok = true;
	const struct ix_error *err = NULL;
	if (item == NULL) {
		fail(call, name, "%s",
		     why == 0 ? "the gateway does not answer" : ix_error_text(why));
		return false;
	}
	err = item->error;
	for (const struct ix_action *a = item->actions; a != NULL && err == NULL; a = a->next) {
		err = a->error;
		if (a->cid != IX_CID_CHOOSE && a->cid != IX_CID_ALL && a->cid != IX_CID_NULL)
			call->context = a->cid;
		for (const struct ix_command *cmd = a->commands; cmd != NULL; cmd = cmd->next)
			ok = hear_command(call, cmd, &adds) && ok;
	}
	if (err != NULL)
		fail(call, name, "error %u %.*s", err->code, (int)err->text.len,
		     err->text.len ? err->text.p : "");
	return ok && err == NULL;
}

/* ---- the mailbox ------------------------------------------------------------------------------
 */

/* Writes the other side's SDP with the gateway's address in it. */
static bool hand_on(struct pg_ibcf_call *call, const char *name, const char *sdp, unsigned side)
{
	struct ix_error err = {0};
	ix_arena_reset(call->ibcf->arena);
	struct ix_str text = pg_ibcf_rewrite(call->ibcf->arena, str(sdp),
					     call->spec.side[side].family, call->term[side].addr,
					     call->term[side].port, &err);
	if (text.p == NULL) {
		fail(call, name, "%u %.*s", err.code, (int)err.text.len, err.text.p);
		return false;
	}
	int rc = pg_mailbox_write(call->spec.dir, name, text.p, text.len);
	if (rc < 0) {
		fail(call, name, "%s/%s: %s", call->spec.dir, name, strerror(-rc));
		return false;
	}
	step(call, name, "written");
	return true;
}

/* True when the file has come. */
static bool fetch(struct pg_ibcf_call *call, const char *name, char **text)
{
	int rc = pg_mailbox_read(call->spec.dir, name, text, NULL);
	if (rc == 0) {
		step(call, name, "read");
		return true;
	}
	if (rc != -ENOENT) {
		fail(call, name, "%s/%s: %s", call->spec.dir, name, strerror(-rc));
		give_up(call);
	}
	return false;
}

/* What an endpoint says about its part of the call. */
static void judge(struct pg_ibcf_call *call, unsigned side)
{
	char *text = NULL;
	if (pg_mailbox_read(call->spec.dir, result_name[side], &text, NULL) < 0)
		return;
	json_t *result = json_loads(text, 0, NULL);
	const char *error = json_string_value(json_object_get(result, "error"));
	if (json_is_true(json_object_get(result, "ok")))
		step(call, result_name[side], "ok");
	else
		fail(call, result_name[side], "%s", error != NULL ? error : "endpoint failed");
	json_decref(result);
	free(text);
}

static bool both_results(const struct pg_ibcf_call *call)
{
	for (unsigned side = 0; side < 2; side++) {
		char *text;
		if (pg_mailbox_read(call->spec.dir, result_name[side], &text, NULL) < 0)
			return false;
		free(text);
	}
	return true;
}

/* ---- the steps --------------------------------------------------------------------------------
 */

static void up(struct pg_ibcf_call *call)
{
	call->state = PG_IBCF_UP;
	if (call->spec.pair || call->ibcf->setup_only)
		call->deadline_ms = UINT64_MAX;
	if (!call->spec.pair) {
		step(call, "up", "media may flow");
		return;
	}
	const bool v6[] = {call->spec.side[0].family == 6, call->spec.side[1].family == 6};
	printf("pair %s a=%s%s%s:%u b=%s%s%s:%u\n", call->spec.name, v6[0] ? "[" : "",
	       call->term[0].addr, v6[0] ? "]" : "", call->term[0].port, v6[1] ? "[" : "",
	       call->term[1].addr, v6[1] ? "]" : "", call->term[1].port);
	fflush(stdout);
}

static void reserved(struct pg_ibcf_call *call)
{
	if (hand_on(call, offer_name[1], call->offer, 1))
		call->state = PG_IBCF_ANSWER;
	else
		give_up(call);
}

static void connected(struct pg_ibcf_call *call)
{
	if (call->spec.pair || hand_on(call, answer_name[0], call->answer, 0))
		up(call);
	else
		give_up(call);
}

void pg_ibcf_call_reply(struct pg_ibcf_call *call, const struct ix_item *item, uint16_t why)
{
	static const char *const names[] = {
		[PG_IBCF_RESERVE] = "reserve-b",
		[PG_IBCF_CONNECT] = "connect",
		[PG_IBCF_RELEASE] = "release",
	};
	const enum pg_ibcf_state state = call->state;
	call->waiting = false;
	if (state == PG_IBCF_DONE)
		return;
	bool ok = hear(call, names[state], item, why);
	if (ok && state != PG_IBCF_RELEASE &&
	    (call->term[1].id[0] == '\0' ||
	     (state == PG_IBCF_CONNECT && call->term[0].id[0] == '\0'))) {
		fail(call, names[state], "the reply lacks a termination that was asked for");
		ok = false;
	}
	if (ok)
		step(call, names[state], "ok");
	if (state == PG_IBCF_RELEASE)
		done(call);
	else if (!ok || call->hang_up)
		give_up(call);
	else if (state == PG_IBCF_RESERVE)
		reserved(call);
	else
		connected(call);
}

static void check_clock(struct pg_ibcf_call *call, uint64_t now)
{
	static const char *const what[] = {
		[PG_IBCF_OFFER] = "offer.a has not come",
		[PG_IBCF_RESERVE] = "the gateway has not answered",
		[PG_IBCF_ANSWER] = "answer.b has not come",
		[PG_IBCF_CONNECT] = "the gateway has not answered",
		[PG_IBCF_UP] = "result.a and result.b have not both come",
	};
	if (now < call->deadline_ms || call->state < PG_IBCF_OFFER || call->state > PG_IBCF_UP ||
	    call->hang_up)
		return;
	fail(call, "timeout", "%s within %u s", what[call->state], call->ibcf->timeout_s);
	give_up(call);
}

void pg_ibcf_call_poll(struct pg_ibcf_call *call, uint64_t now)
{
	switch (call->state) {
	case PG_IBCF_OFFER:
		if (fetch(call, offer_name[0], &call->offer))
			reserve(call);
		break;
	case PG_IBCF_ANSWER:
		if (fetch(call, answer_name[1], &call->answer))
			connect_sides(call);
		break;
	case PG_IBCF_UP:
		if (call->spec.pair || call->ibcf->setup_only || !both_results(call))
			break;
		judge(call, 0);
		judge(call, 1);
		call->state = PG_IBCF_LINGER;
		call->linger_ms = now + LINGER_MS;
		break;
	case PG_IBCF_LINGER:
		if (now >= call->linger_ms)
			release(call);
		break;
	default: break;
	}
	check_clock(call, now);
}

void pg_ibcf_call_start(struct pg_ibcf_call *call)
{
	if (call->state != PG_IBCF_IDLE)
		return;
	call->deadline_ms = pg_ibcf_now() + (uint64_t)call->ibcf->timeout_s * 1000;
	call->state = PG_IBCF_OFFER;
	if (call->spec.pair)
		reserve_pair(call);
}

void pg_ibcf_call_hang_up(struct pg_ibcf_call *call)
{
	const bool held = call->state == PG_IBCF_UP && (call->spec.pair || call->ibcf->setup_only);
	if (call->state >= PG_IBCF_RELEASE || call->hang_up)
		return;
	if (!held && call->state != PG_IBCF_LINGER)
		fail(call, "interrupted", "before the call was over");
	give_up(call);
}

void pg_ibcf_call_lost(struct pg_ibcf_call *call)
{
	if (call->state == PG_IBCF_IDLE || call->state == PG_IBCF_OFFER ||
	    call->state == PG_IBCF_DONE)
		return;
	fail(call, "lost", "the gateway has restarted");
	done(call);
}

void pg_ibcf_call_abandon(struct pg_ibcf_call *call)
{
	static const char *const what[] = {
		[PG_IBCF_IDLE] = "no gateway has registered",
		[PG_IBCF_OFFER] = "stopped before offer.a came",
		[PG_IBCF_RELEASE] = "the gateway has not answered in time",
	};
	if (call->state == PG_IBCF_DONE)
		return;
	const char *text = call->state <= PG_IBCF_RELEASE ? what[call->state] : NULL;
	fail(call, "end", "%s", text != NULL ? text : "stopped before the release");
	done(call);
}

/* A JSON string of what came from the network. */
static json_t *json_slice(struct ix_str s)
{
	char text[256];
	snprintf(text, sizeof(text), "%.*s", (int)(s.len < 255 ? s.len : 255), s.len ? s.p : "");
	clean(text);
	return json_string(text);
}

void pg_ibcf_call_event(struct pg_ibcf_call *call, const struct ix_tid *tid,
			const struct ix_observed *event)
{
	char name[96], text[256] = "";
	json_t *params = json_object();
	snprintf(name, sizeof(name), "%.*s/%.*s", (int)event->pkg.len, event->pkg.p,
		 (int)event->item.len, event->item.p);
	clean(name);
	if (event->has_stream) {
		snprintf(text, sizeof(text), " Stream=%u", event->stream);
		json_object_set_new(params, "Stream", json_integer(event->stream));
	}
	for (const struct ix_prop *p = event->params; p != NULL; p = p->next) {
		const struct ix_str v = p->values != NULL ? p->values->text : (struct ix_str){0};
		char key[64];
		snprintf(key, sizeof(key), "%.*s", (int)p->item.len, p->item.p);
		clean(key);
		json_object_set_new(params, key, json_slice(v));
		const size_t used = strlen(text);
		snprintf(text + used, sizeof(text) - used, " %s=%.*s", key, (int)v.len,
			 v.len ? v.p : "");
	}
	step(call, "notify", "%.*s %s%s", (int)tid->name.len, tid->name.p, name, text);
	json_array_append_new(call->events,
			      json_pack("{s:o,s:s,s:o,s:o}", "time", json_slice(event->time),
					"event", name, "termination", json_slice(tid->name),
					"params", params));
}

/* ---- beginning and end ------------------------------------------------------------------------
 */

bool pg_ibcf_call_init(struct pg_ibcf *ibcf, struct pg_ibcf_call *call)
{
	call->ibcf = ibcf;
	call->deadline_ms = UINT64_MAX;
	call->steps = json_array();
	call->events = json_array();
	return call->steps != NULL && call->events != NULL;
}

void pg_ibcf_call_fini(struct pg_ibcf_call *call)
{
	json_decref(call->steps);
	json_decref(call->events);
	json_decref(call->term[0].stats);
	json_decref(call->term[1].stats);
	free(call->offer);
	free(call->answer);
}
