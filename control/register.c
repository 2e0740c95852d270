// Registration: which controller this gateway serves, and what happens when it is lost.
// Spec: H.248.1 7.2.8, 11.2-11.5
//
//   IDLE --time--> ASKING --reply--> SERVED --T-MAX of one of ours--> ASKING (same controller
//   first)
//     ^               |error, T-MAX: the next controller                 |stop
//     +--list walked--+                                               LEAVING --> DONE
#include "ber_plan.h"
#include "register.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "log.h"

enum {
	BACKOFF_MIN_MS = 1000,
	BACKOFF_MAX_MS = 30000,
	LEAVE_MS = 1000,
	DEFAULT_PORT = 2944,
};

/* What a request of ours was; anything else is an armed event of notify.c. */
static char cookie_register, cookie_leave;

struct assoc {
	struct ctl_register *reg;
	unsigned index;
	struct ix_peer *peer;
	char mid[128]; // of the controller, since it accepted us; "" = not yet
};

/* What the controller ordered, done when the reply to its order has left. */
enum order { ORDER_NONE, ORDER_AGAIN, ORDER_HANDOFF, ORDER_AWAY };

struct ctl_register {
	const struct ctl_config *conf;
	struct ctl_gateway *gw;
	ctl_output_fn *output;
	void *user;
	struct ix_arena *arena; // our MID
	struct ctl_ber_plan ber;
	struct assoc assocs[CTL_CONTROLLERS];
	enum ctl_reg_state state;
	unsigned current, tried;
	int last_served; // -1: never registered
	uint64_t next_ms, now_ms, backoff_ms;
	enum order order;
	unsigned order_to;
	uint8_t version;
	uint64_t attempts, losses;
};

const char *ctl_reg_state_name(enum ctl_reg_state state)
{
	static const char *const names[] = {"idle", "asking", "served", "leaving", "done"};

	return state <= CTL_REG_DONE ? names[state] : "?";
}

static const char *controller_text(const struct ctl_register *reg, unsigned i)
{
	return reg->conf->controllers[i].text;
}

/* ---- asking ---------------------------------------------------------------------------------- */

struct why {
	enum ix_method method;
	uint16_t reason;
};

static struct why why_asking(const struct ctl_register *reg, unsigned to)
{
	if (reg->last_served < 0)
		return (struct why){IX_SC_RESTART, 901};
	if ((unsigned)reg->last_served == to)
		return (struct why){IX_SC_DISCONNECTED, 900};
	return (struct why){IX_SC_FAILOVER, 909};
}

static int send_change(struct ctl_register *reg, unsigned to, struct why why, void *cookie)
{
	struct ix_arena *arena = ix_arena_new(4096);
	struct ix_services s = {.method = why.method, .has_delay = true};
	struct ix_tid root = {.name = ix_lit("ROOT")};
	struct ix_command cmd = {.verb = IX_SERVICE_CHANGE, .tids = &root, .d.services = &s};
	struct ix_action action = {.cid = IX_CID_NULL, .commands = &cmd};
	char when[18];
	uint32_t tid;
	int rc;

	if (!arena)
		return -1;
	s.reason = ix_str_fmt(arena, "%u %s", why.reason, ix_reason_text(why.reason));
	if (cookie == &cookie_register) {
		s.has_version = true;
		s.version = reg->conf->version;
		s.profile = ix_lit(reg->conf->profile);
	}
	s.time = ix_lit(ctl_timestamp(when));
	rc = ix_peer_request(reg->assocs[to].peer, &action, cookie, &tid, reg->now_ms);
	ix_arena_free(arena);
	return rc;
}

static void rest(struct ctl_register *reg)
{
	uint64_t wait = arc4random_uniform((uint32_t)reg->backoff_ms + 1);

	reg->state = CTL_REG_IDLE;
	reg->tried = 0;
	reg->current = 0;
	reg->next_ms = reg->now_ms + wait;
	reg->backoff_ms = reg->backoff_ms * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS
							       : reg->backoff_ms * 2;
	ctl_log(CTL_WARN, "no-controller", "again_ms=%llu", (unsigned long long)wait);
}

static void ask(struct ctl_register *reg, unsigned to, struct why why)
{
	reg->attempts++;
	reg->current = to;
	reg->state = CTL_REG_ASKING;
	reg->assocs[to].mid[0] = 0;
	/* Nothing is agreed with this controller until it answers: header version 1. */
	ix_peer_set_version(reg->assocs[to].peer, 1);
	ctl_log(CTL_INFO, "registering", "controller=%s reason=%u", controller_text(reg, to),
		why.reason);
	if (send_change(reg, to, why, &cookie_register) < 0)
		rest(reg);
}

static void ask_next(struct ctl_register *reg)
{
	if (++reg->tried >= reg->conf->n_controllers) {
		rest(reg);
		return;
	}
	reg->current = (reg->current + 1) % reg->conf->n_controllers;
	ask(reg, reg->current, why_asking(reg, reg->current));
}

static void lost(struct ctl_register *reg)
{
	if (reg->state != CTL_REG_SERVED)
		return;
	reg->losses++;
	ctl_log(CTL_WARN, "controller-lost", "controller=%s text=\"calls go on\"",
		controller_text(reg, reg->current));
	reg->tried = 0;
	ask(reg, reg->current, why_asking(reg, reg->current));
}

/* Position of a controller named by MID; -1 when it is not configured. */
static int find_controller(const struct ctl_register *reg, const struct ix_mid *mid)
{
	uint16_t port = mid->port ? mid->port : DEFAULT_PORT;

	for (unsigned i = 0; i < reg->conf->n_controllers; i++) {
		const struct nat_ep *ep = &reg->conf->controllers[i].ep;

		if (nat_host16(ep->port) == port &&
		    ((mid->kind == IX_MID_IP4 && ep->family == NAT_IP4 &&
		      !memcmp(mid->ip, ep->addr.b, 4)) ||
		     (mid->kind == IX_MID_IP6 && ep->family == NAT_IP6 &&
		      !memcmp(mid->ip, ep->addr.b, 16))))
			return (int)i;
	}
	return -1;
}

/* ---- answers --------------------------------------------------------------------------------- */

/* The first error in a reply, NULL when there is none. */
static const struct ix_error *reply_error(const struct ix_item *item)
{
	if (item->error)
		return item->error;
	for (const struct ix_action *a = item->actions; a; a = a->next) {
		if (a->error)
			return a->error;
		for (const struct ix_command *c = a->commands; c; c = c->next)
			if (c->d.error)
				return c->d.error;
	}
	return NULL;
}

static const struct ix_services *reply_services(const struct ix_item *item)
{
	for (const struct ix_action *a = item->actions; a; a = a->next)
		for (const struct ix_command *c = a->commands; c; c = c->next)
			if (c->verb == IX_SERVICE_CHANGE && c->d.services)
				return c->d.services;
	return NULL;
}

/* The controller points to another one: followed only when that is configured. */
static bool redirected(struct ctl_register *reg, const struct ix_services *s)
{
	char text[128];
	int to;

	if (!s || s->mgc_to_try.kind == IX_MID_NONE)
		return false;
	to = find_controller(reg, &s->mgc_to_try);
	if (to >= 0 && (unsigned)to == reg->current)
		return false;
	ix_mid_text(&s->mgc_to_try, text, sizeof(text));
	if (to < 0) {
		ctl_log(CTL_WARN, "redirect", "to=%s text=\"no configured controller: ignored\"",
			text);
		ask_next(reg);
		return true;
	}
	ctl_log(CTL_INFO, "redirect", "to=%s", text);
	if (++reg->tried > 2 * reg->conf->n_controllers) {
		rest(reg);
		return true;
	}
	ask(reg, (unsigned)to, (struct why){IX_SC_HANDOFF, 903});
	return true;
}

static void served(struct ctl_register *reg, struct assoc *a, const struct ix_services *s)
{
	char profile[80] = "\"\"";

	reg->version = s && s->has_version ? s->version : reg->conf->version;
	reg->state = CTL_REG_SERVED;
	reg->last_served = (int)a->index;
	reg->tried = 0;
	reg->backoff_ms = BACKOFF_MIN_MS;
	ix_peer_set_version(a->peer, reg->version);
	ix_mid_text(ix_peer_mid(a->peer), a->mid, sizeof(a->mid));
	if (s && s->profile.len)
		ctl_quote(s->profile.p, s->profile.len, profile, sizeof(profile));
	ctl_log(CTL_INFO, "registered", "controller=%s mid=%s version=%u profile=%s",
		controller_text(reg, a->index), a->mid, reg->version, profile);
}

static void on_register_reply(struct ctl_register *reg, struct assoc *a, const struct ix_item *item,
			      uint16_t why)
{
	const struct ix_error *e = item ? reply_error(item) : NULL;
	const struct ix_services *s = item ? reply_services(item) : NULL;
	char text[160] = "\"\"";

	if (reg->state != CTL_REG_ASKING || a->index != reg->current)
		return;
	if (!item) {
		ctl_log(CTL_WARN, "register-failed", "controller=%s text=\"no answer\" code=%u",
			controller_text(reg, a->index), why);
		ask_next(reg);
	} else if (e) {
		ctl_log(CTL_WARN, "register-failed", "controller=%s code=%u text=%s",
			controller_text(reg, a->index), e->code,
			ctl_quote(e->text.p, e->text.len, text, sizeof(text)));
		ask_next(reg);
	} else if (s && s->has_version && (s->version < 1 || s->version > reg->conf->version)) {
		ctl_log(CTL_WARN, "register-failed",
			"controller=%s text=\"version %u, ours is %u\"",
			controller_text(reg, a->index), s->version, reg->conf->version);
		ask_next(reg);
	} else if (!redirected(reg, s)) {
		served(reg, a, s);
	}
}

static void on_reply(void *user, uint32_t tid, void *cookie, const struct ix_item *item,
		     uint16_t why)
{
	struct assoc *a = user;
	struct ctl_register *reg = a->reg;
	const struct ix_error *e = item ? reply_error(item) : NULL;
	char text[160];

	if (cookie == &cookie_register) {
		on_register_reply(reg, a, item, why);
	} else if (cookie == &cookie_leave) {
		reg->state = CTL_REG_DONE;
	} else if (!item) {
		if (a->index == reg->current)
			lost(reg);
	} else if (e) {
		/* An unknown context there is for the controller to clear up (TS 23.333 6.1.13). */
		ctl_log(CTL_INFO, "notify-refused", "transaction=%u code=%u text=%s", tid, e->code,
			ctl_quote(e->text.p, e->text.len, text, sizeof(text)));
	}
}

/* ---- requests -------------------------------------------------------------------------------- */

static void refuse_txn(struct ctl_register *reg, struct ix_txn *txn, uint16_t code,
		       const char *text)
{
	struct ix_error e = {code, ix_lit(text)};

	ix_txn_reply(txn, NULL, &e, reg->now_ms);
}

static void on_request(void *user, struct ix_txn *txn, const struct ix_msg *msg,
		       const struct ix_item *item)
{
	struct assoc *a = user;
	struct ctl_register *reg = a->reg;
	uint16_t code = reg->state == CTL_REG_LEAVING ? IX_E_UNAVAILABLE : IX_E_BEFORE_SC_REPLY;
	char mid[128], quoted[140];

	if (reg->state == CTL_REG_SERVED && a->index != reg->current) {
		refuse_txn(reg, txn, IX_E_WRONG_ENTITY, "another controller serves this gateway");
		return;
	}
	if (reg->state != CTL_REG_SERVED) {
		refuse_txn(reg, txn, code, ix_error_text(code));
		return;
	}
	ix_mid_text(&msg->mid, mid, sizeof(mid));
	if (strcasecmp(mid, a->mid) != 0) {
		ctl_log(CTL_WARN, "wrong-mid", "controller=%s mid=%s registered=%s",
			controller_text(reg, a->index),
			ctl_quote(mid, strlen(mid), quoted, sizeof(quoted)), a->mid);
		refuse_txn(reg, txn, IX_E_UNAUTHORIZED,
			   "not the MID that accepted our registration");
		return;
	}
	ctl_gateway_request(reg->gw, a->peer, txn, item, reg->now_ms);
}

static void on_output(void *user, const void *bytes, size_t len)
{
	struct assoc *a = user;

	a->reg->output(a->reg->user, a->index, bytes, len);
}

static void on_note(void *user, const char *text)
{
	struct assoc *a = user;
	char quoted[200];

	ctl_log(CTL_DEBUG, "ix", "controller=%s text=%s", controller_text(a->reg, a->index),
		ctl_quote(text, strlen(text), quoted, sizeof(quoted)));
}

static const struct ix_peer_ops peer_ops = {
	.output = on_output,
	.request = on_request,
	.reply = on_reply,
	.note = on_note,
};

/* ---- orders of the controller ---------------------------------------------------------------- */

static bool on_service_change(void *user, const struct ix_services *s, struct ctl_error *err)
{
	struct ctl_register *reg = user;
	int to;

	switch (s->method) {
	case IX_SC_HANDOFF:
		to = s->mgc_to_try.kind != IX_MID_NONE ? find_controller(reg, &s->mgc_to_try) : -1;
		if (to < 0)
			return ctl_refuse(err, IX_E_VALUE,
					  "MgcIdToTry must name a configured controller");
		reg->order = ORDER_HANDOFF;
		reg->order_to = (unsigned)to;
		return true;
	case IX_SC_RESTART: reg->order = ORDER_AGAIN; return true;
	case IX_SC_FORCED:
	case IX_SC_GRACEFUL:
	case IX_SC_FAILOVER: reg->order = ORDER_AWAY; return true;
	default:
		return ctl_refuse(err, IX_E_NOT_IMPLEMENTED,
				  "ServiceChange method not expected from a controller");
	}
}

static void obey(struct ctl_register *reg)
{
	enum order order = reg->order;

	reg->order = ORDER_NONE;
	if (order == ORDER_NONE || reg->state != CTL_REG_SERVED)
		return;
	reg->tried = 0;
	switch (order) {
	case ORDER_AGAIN: ask(reg, reg->current, why_asking(reg, reg->current)); break;
	case ORDER_HANDOFF: ask(reg, reg->order_to, (struct why){IX_SC_HANDOFF, 903}); break;
	case ORDER_AWAY:
		reg->losses++;
		ask_next(reg);
		break;
	case ORDER_NONE: break;
	}
}

static int on_gateway_request(void *user, const struct ix_action *actions, void *cookie,
			      uint64_t now_ms)
{
	struct ctl_register *reg = user;
	uint32_t tid;

	if (reg->state != CTL_REG_SERVED)
		return -1;
	return ix_peer_request(reg->assocs[reg->current].peer, actions, cookie, &tid, now_ms);
}

/* ---- life ------------------------------------------------------------------------------------ */

struct ctl_gateway_ops ctl_register_ops(struct ctl_register *reg)
{
	return (struct ctl_gateway_ops){on_service_change, on_gateway_request, reg};
}

void ctl_register_attach(struct ctl_register *reg, struct ctl_gateway *gw)
{
	reg->gw = gw;
}

static bool open_assocs(struct ctl_register *reg)
{
	struct ix_peer_conf pc;

	ix_peer_conf_default(&pc);
	if (!ix_mid_parse(reg->arena, reg->conf->mid, &pc.self))
		return false;
	pc.style = reg->conf->style;
	pc.binary = reg->conf->binary;
	ctl_ber_plan_init(&reg->ber, reg->conf);
	pc.ber = &reg->ber.conf;
	pc.version = 1;
	for (unsigned i = 0; i < reg->conf->n_controllers; i++) {
		struct assoc *a = &reg->assocs[i];

		arc4random_buf(&pc.seed, sizeof(pc.seed));
		a->reg = reg;
		a->index = i;
		a->peer = ix_peer_new(&pc, &peer_ops, a);
		if (!a->peer)
			return false;
	}
	return true;
}

struct ctl_register *ctl_register_new(const struct ctl_config *conf, ctl_output_fn *output,
				      void *user)
{
	struct ctl_register *reg = calloc(1, sizeof(*reg));

	if (!reg)
		return NULL;
	reg->conf = conf;
	reg->output = output;
	reg->user = user;
	reg->last_served = -1;
	reg->backoff_ms = BACKOFF_MIN_MS;
	reg->next_ms = UINT64_MAX;
	reg->arena = ix_arena_new(4096);
	if (reg->arena && open_assocs(reg))
		return reg;
	ctl_register_free(reg);
	return NULL;
}

void ctl_register_free(struct ctl_register *reg)
{
	if (!reg)
		return;
	for (unsigned i = 0; i < CTL_CONTROLLERS; i++)
		if (reg->assocs[i].peer)
			ix_peer_free(reg->assocs[i].peer);
	ix_arena_free(reg->arena);
	free(reg);
}

void ctl_register_start(struct ctl_register *reg, uint64_t now_ms)
{
	reg->now_ms = now_ms;
	ask(reg, 0, why_asking(reg, 0));
}

void ctl_register_stop(struct ctl_register *reg, uint64_t now_ms)
{
	bool served_now = reg->state == CTL_REG_SERVED;

	reg->now_ms = now_ms;
	reg->state = CTL_REG_LEAVING;
	reg->next_ms = now_ms + LEAVE_MS;
	if (!served_now ||
	    send_change(reg, reg->current, (struct why){IX_SC_FORCED, 905}, &cookie_leave) < 0)
		reg->state = CTL_REG_DONE;
}

void ctl_register_input(struct ctl_register *reg, unsigned controller, const void *bytes,
			size_t len, uint64_t now_ms)
{
	reg->now_ms = now_ms;
	if (controller == reg->current && reg->state == CTL_REG_SERVED)
		ctl_notify_heard(reg->gw->notifier, now_ms);
	ix_peer_input(reg->assocs[controller].peer, bytes, len, now_ms);
	obey(reg);
}

static bool waits_for_time(const struct ctl_register *reg)
{
	return reg->state == CTL_REG_IDLE || reg->state == CTL_REG_LEAVING;
}

uint64_t ctl_register_deadline(const struct ctl_register *reg)
{
	uint64_t first = waits_for_time(reg) ? reg->next_ms : UINT64_MAX;

	for (unsigned i = 0; i < reg->conf->n_controllers; i++) {
		uint64_t d = ix_peer_deadline(reg->assocs[i].peer);

		if (d < first)
			first = d;
	}
	return first;
}

void ctl_register_tick(struct ctl_register *reg, uint64_t now_ms)
{
	reg->now_ms = now_ms;
	for (unsigned i = 0; i < reg->conf->n_controllers; i++)
		if (ix_peer_deadline(reg->assocs[i].peer) <= now_ms)
			ix_peer_tick(reg->assocs[i].peer, now_ms);
	if (!waits_for_time(reg) || now_ms < reg->next_ms)
		return;
	if (reg->state == CTL_REG_LEAVING)
		reg->state = CTL_REG_DONE;
	else
		ask(reg, 0, why_asking(reg, 0));
}

struct ctl_register_view ctl_register_view(const struct ctl_register *reg)
{
	return (struct ctl_register_view){reg->state, reg->current,
					  reg->state == CTL_REG_SERVED ? reg->version : 0,
					  reg->attempts, reg->losses};
}

void ctl_register_stats(const struct ctl_register *reg, unsigned controller,
			struct ix_peer_stats *stats)
{
	ix_peer_stats_get(reg->assocs[controller].peer, stats);
}
