// Encodes the text form: message, transactions, actions and commands.
// Spec: H.248.1 v3 Annex B.2
#include "scan.h"
#include "text_out.h"

#include <errno.h>

/* ---- commands -------------------------------------------------------------------------------- */

static const enum ix_tok verbs[IX_VERBS] = {
	[IX_ADD] = IX_T_ADD,
	[IX_MOVE] = IX_T_MOVE,
	[IX_MODIFY] = IX_T_MODIFY,
	[IX_SUBTRACT] = IX_T_SUBTRACT,
	[IX_AUDIT_VALUE] = IX_T_AUDIT_VALUE,
	[IX_AUDIT_CAP] = IX_T_AUDIT_CAP,
	[IX_NOTIFY] = IX_T_NOTIFY,
	[IX_SERVICE_CHANGE] = IX_T_SERVICE_CHANGE,
};

static void tids(struct ix_text *o, const struct ix_command *c)
{
	bool list = c->tid_list || (c->tids && c->tids->next);

	if (!c->tids)
		o->bad = true;
	if (list)
		ix_out_char(o, '[');
	for (const struct ix_tid *t = c->tids; t; t = t->next) {
		ix_out_path(o, t->name);
		if (t->next)
			ix_out_char(o, ',');
	}
	if (list)
		ix_out_char(o, ']');
}

/* AuditValue = Context { tids } */
static void context_audit_reply(struct ix_text *o, const struct ix_command *c)
{
	ix_out_token(o, IX_T_CONTEXT);
	ix_out_open(o);
	for (const struct ix_tid *t = c->tids; t; t = t->next) {
		ix_out_item(o);
		ix_out_path(o, t->name);
	}
	if (c->d.error) {
		ix_out_item(o);
		ix_out_error(o, c->d.error);
	}
	ix_out_close(o);
}

static void command(struct ix_text *o, const struct ix_command *c)
{
	ix_out_item(o);
	if (c->optional)
		ix_out_bytes(o, "O-", 2);
	if (c->wild_reply)
		ix_out_bytes(o, "W-", 2);
	if (c->verb >= IX_VERBS) {
		o->bad = true;
		return;
	}
	ix_out_token(o, verbs[c->verb]);
	ix_out_eq(o);
	if (c->context_audit_reply) {
		context_audit_reply(o, c);
		return;
	}
	tids(o, c);
	if (!ix_enc_has_descriptors(&c->d))
		return;
	ix_out_open(o);
	ix_enc_descriptors(o, &c->d);
	ix_out_close(o);
}

/* ---- contexts -------------------------------------------------------------------------------- */

static void context_id(struct ix_text *o, uint32_t cid)
{
	switch (cid) {
	case IX_CID_NULL: ix_out_char(o, '-'); break;
	case IX_CID_CHOOSE: ix_out_char(o, '$'); break;
	case IX_CID_ALL: ix_out_char(o, '*'); break;
	default: ix_out_u32(o, cid); break;
	}
}

static void topology(struct ix_text *o, const struct ix_topology *t)
{
	static const enum ix_tok dirs[] = {
		[IX_BOTHWAY] = IX_T_BOTHWAY,         [IX_ISOLATE] = IX_T_ISOLATE,
		[IX_ONEWAY] = IX_T_ONEWAY,           [IX_ONEWAY_EXTERNAL] = IX_T_ONEWAY_EXTERNAL,
		[IX_ONEWAY_BOTH] = IX_T_ONEWAY_BOTH,
	};

	ix_out_item_token(o, IX_T_TOPOLOGY);
	ix_out_open(o);
	for (; t; t = t->next) {
		ix_out_item(o);
		ix_out_path(o, t->from);
		ix_out_item(o);
		ix_out_path(o, t->to);
		ix_out_item_token(o, dirs[t->dir]);
		if (t->has_stream)
			ix_out_item_u32(o, IX_T_STREAM, t->stream);
	}
	ix_out_close(o);
}

static void attributes(struct ix_text *o, const struct ix_context_props *cp)
{
	ix_out_item_token(o, IX_T_CONTEXT_ATTR);
	ix_out_open(o);
	ix_enc_props(o, cp->attrs);
	if (cp->n_context_list > 0) {
		ix_out_item_token(o, IX_T_CONTEXT_LIST);
		ix_out_eq(o);
		ix_out_open(o);
		for (uint32_t i = 0; i < cp->n_context_list; i++) {
			ix_out_item(o);
			context_id(o, cp->context_list[i]);
		}
		ix_out_close(o);
	}
	ix_out_close(o);
}

/* A context's properties, each as one item. `select`: as ContextAudit selects by them. */
static void context_props(struct ix_text *o, const struct ix_context_props *cp, bool select)
{
	enum ix_tok emergency = cp->emergency == IX_ON ? IX_T_EMERGENCY : IX_T_EMERGENCY_OFF;

	if (cp->topology)
		topology(o, cp->topology);
	if (cp->has_priority)
		ix_out_item_u32(o, IX_T_PRIORITY, cp->priority);
	if (cp->emergency != IX_ABSENT) {
		if (select)
			ix_out_item_value(o, IX_T_EMERGENCY_VALUE, emergency);
		else
			ix_out_item_token(o, emergency);
	}
	if (cp->ieps != IX_ABSENT)
		ix_out_item_value(o, IX_T_IEPS, cp->ieps == IX_ON ? IX_T_ON : IX_T_OFF);
	if (cp->attrs || cp->n_context_list > 0)
		attributes(o, cp);
}

static void context_audit(struct ix_text *o, const struct ix_context_audit *ca)
{
	ix_out_item_token(o, IX_T_CONTEXT_AUDIT);
	ix_out_open(o);
	if (ca->what & IX_CA_TOPOLOGY)
		ix_out_item_token(o, IX_T_TOPOLOGY);
	if (ca->what & IX_CA_EMERGENCY)
		ix_out_item_token(o, IX_T_EMERGENCY);
	if (ca->what & IX_CA_PRIORITY)
		ix_out_item_token(o, IX_T_PRIORITY);
	if (ca->what & IX_CA_IEPS)
		ix_out_item_token(o, IX_T_IEPS);
	ix_enc_props(o, ca->props);
	if (ca->select)
		context_props(o, ca->select, true);
	if (ca->logic != IX_LOGIC_NONE)
		ix_out_item_token(o, ca->logic == IX_LOGIC_AND ? IX_T_ANDLGC : IX_T_ORLGC);
	ix_out_close(o);
}

/* ---- actions --------------------------------------------------------------------------------- */

static void action(struct ix_text *o, const struct ix_action *a, bool request)
{
	bool empty = !a->has_props && !a->audit && !a->commands && !a->error;

	ix_out_item_token(o, IX_T_CONTEXT);
	ix_out_eq(o);
	context_id(o, a->cid);
	if (empty && !request) // version 3: a reply of its own
		return;
	if (empty || (request && a->error))
		o->bad = true;
	ix_out_open(o);
	if (a->has_props)
		context_props(o, &a->props, false);
	if (a->audit)
		context_audit(o, a->audit);
	for (const struct ix_command *c = a->commands; c; c = c->next)
		command(o, c);
	if (a->error) {
		ix_out_item(o);
		ix_out_error(o, a->error);
	}
	ix_out_close(o);
}

/* ---- transactions ---------------------------------------------------------------------------- */

static void request(struct ix_text *o, const struct ix_item *item)
{
	ix_out_token(o, IX_T_TRANSACTION);
	ix_out_eq_u32(o, item->tid);
	if (!item->actions)
		o->bad = true;
	ix_out_open(o);
	for (const struct ix_action *a = item->actions; a; a = a->next)
		action(o, a, true);
	ix_out_close(o);
}

static void segment_id(struct ix_text *o, const struct ix_item *item)
{
	ix_out_eq_u32(o, item->tid);
	if (!item->has_segment)
		return;
	ix_out_char(o, '/');
	ix_out_u32(o, item->segment);
	if (!item->segment_end)
		return;
	ix_out_char(o, '/');
	ix_out_token(o, IX_T_END);
}

static void reply(struct ix_text *o, const struct ix_item *item)
{
	ix_out_token(o, IX_T_REPLY);
	segment_id(o, item);
	ix_out_open(o);
	if (item->imm_ack)
		ix_out_item_token(o, IX_T_IMM_ACK);
	if (item->error) {
		ix_out_item(o);
		ix_out_error(o, item->error);
	}
	if (!item->error == !item->actions) // both or none
		o->bad = true;
	for (const struct ix_action *a = item->actions; a; a = a->next)
		action(o, a, false);
	ix_out_close(o);
}

static void acks(struct ix_text *o, const struct ix_item *item)
{
	ix_out_token(o, IX_T_ACK);
	if (!item->acks)
		o->bad = true;
	ix_out_open(o);
	for (const struct ix_range *r = item->acks; r; r = r->next) {
		ix_out_item(o);
		ix_out_u32(o, r->first);
		if (r->last == r->first)
			continue;
		ix_out_char(o, '-');
		ix_out_u32(o, r->last);
	}
	ix_out_close(o);
}

static void transaction(struct ix_text *o, const struct ix_item *item)
{
	switch (item->kind) {
	case IX_REQUEST: request(o, item); break;
	case IX_REPLY: reply(o, item); break;
	case IX_PENDING:
		ix_out_token(o, IX_T_PENDING);
		ix_out_eq_u32(o, item->tid);
		ix_out_open(o);
		ix_out_close(o);
		break;
	case IX_ACK: acks(o, item); break;
	case IX_SEGMENT:
		ix_out_token(o, IX_T_SEGMENT);
		segment_id(o, item);
		if (!item->has_segment)
			o->bad = true;
		break;
	default: o->bad = true; break;
	}
}

/* ---- message --------------------------------------------------------------------------------- */

static void hex32(struct ix_text *o, uint32_t n)
{
	ix_out_bytes(o, "0x", 2);
	for (int shift = 28; shift >= 0; shift -= 4)
		ix_out_char(o, "0123456789ABCDEF"[n >> shift & 15]);
}

static void auth_header(struct ix_text *o, const struct ix_auth *auth)
{
	ix_out_token(o, IX_T_AUTH);
	ix_out_eq(o);
	hex32(o, auth->spi);
	ix_out_char(o, ':');
	hex32(o, auth->seq);
	ix_out_bytes(o, ":0x", 3);
	if (auth->icv.len < 24 || auth->icv.len > 64)
		o->bad = true;
	ix_out_word(o, auth->icv);
	ix_out_char(o, '\n');
}

static void body(struct ix_text *o, const struct ix_msg *msg)
{
	if (msg->error)
		ix_out_error(o, msg->error);
	if (!msg->error == !msg->items) // both or none
		o->bad = true;
	for (const struct ix_item *i = msg->items; i; i = i->next) {
		transaction(o, i);
		// A line end after a final segment acknowledgement is a syntax error to some
		// receivers.
		if (i->next)
			ix_out_char(o, o->style == IX_PRETTY ? '\n' : ' ');
		else if (o->style == IX_PRETTY && i->kind != IX_SEGMENT)
			ix_out_char(o, '\n');
	}
}

long ix_text_encode(const struct ix_msg *msg, enum ix_style style, char *buf, size_t size)
{
	struct ix_text o = {.p = buf, .base = buf, .end = buf + size, .style = style};

	if (msg->auth.present)
		auth_header(&o, &msg->auth);
	if (msg->version > 99)
		o.bad = true;
	ix_out_token(&o, IX_T_MEGACO);
	ix_out_char(&o, '/');
	ix_out_u32(&o, msg->version);
	ix_out_char(&o, ' ');
	ix_out_mid(&o, &msg->mid);
	ix_out_char(&o, style == IX_PRETTY ? '\n' : ' ');
	body(&o, msg);
	if (o.bad)
		return -EINVAL;
	return o.full ? -EMSGSIZE : o.p - o.base;
}
