// Encodes the binary form: message, transactions, actions and commands.
// Spec: H.248.1 v3 Annex A.2
#include "ber_enc.h"

#include <errno.h>

/* ---- commands -------------------------------------------------------------------------------- */

static void put_tids(struct ix_ber_out *o, uint8_t id, const struct ix_tid *t)
{
	size_t at = ix_ber_open(o, id);

	for (; t; t = t->next)
		ix_ber_put_tid(o, IX_SEQUENCE, t->name);
	ix_ber_close(o, at);
}

static const uint8_t verb_tags[IX_VERBS] = {
	[IX_ADD] = 0,       [IX_MOVE] = 1,        [IX_MODIFY] = 2, [IX_SUBTRACT] = 3,
	[IX_AUDIT_CAP] = 4, [IX_AUDIT_VALUE] = 5, [IX_NOTIFY] = 6, [IX_SERVICE_CHANGE] = 7,
};

/* Does a Subtract or an audit carry more than its Audit? */
static bool only_audit(const struct ix_descriptors *d)
{
	return !d->media && !d->events && !d->event_buffer && !d->signals && !d->stats &&
	       !d->observed && !d->services && !d->has_packages && !d->digitmap_raw.p &&
	       !d->mux_raw.p && !d->modem_raw.p && !d->error;
}

static void put_audit_request(struct ix_ber_out *o, const struct ix_command *c)
{
	if (!c->tids || !c->d.audit || !only_audit(&c->d)) {
		o->bad = true;
		return;
	}
	ix_ber_put_tid(o, IX_CC(0), c->tids->name);
	ix_ber_put_audit(o, IX_CC(1), c->d.audit);
	if (c->tids->next)
		put_tids(o, IX_CC(2), c->tids);
}

static void put_subtract(struct ix_ber_out *o, const struct ix_command *c)
{
	if (!only_audit(&c->d))
		o->bad = true;
	put_tids(o, IX_CC(0), c->tids);
	if (c->d.audit)
		ix_ber_put_audit(o, IX_CC(1), c->d.audit);
}

static void put_notify(struct ix_ber_out *o, const struct ix_command *c)
{
	put_tids(o, IX_CC(0), c->tids);
	if (c->d.observed)
		ix_ber_put_observed(o, IX_CC(1), c->d.observed);
	else
		o->bad = true;
	if (c->d.error)
		ix_ber_put_error(o, IX_CC(2), c->d.error);
}

static void put_service_change(struct ix_ber_out *o, const struct ix_command *c)
{
	put_tids(o, IX_CC(0), c->tids);
	if (c->d.services)
		ix_ber_put_services(o, IX_CC(1), c->d.services);
	else
		o->bad = true;
}

static void put_request(struct ix_ber_out *o, const struct ix_command *c)
{
	size_t at = ix_ber_open(o, IX_SEQUENCE), wrap = ix_ber_open(o, IX_CC(0)), body;

	if (!c->tids || c->verb >= IX_VERBS || c->context_audit_reply) {
		o->bad = true;
		return;
	}
	body = ix_ber_open(o, IX_CC(verb_tags[c->verb]));
	switch (c->verb) {
	case IX_SUBTRACT: put_subtract(o, c); break;
	case IX_AUDIT_CAP:
	case IX_AUDIT_VALUE: put_audit_request(o, c); break;
	case IX_NOTIFY: put_notify(o, c); break;
	case IX_SERVICE_CHANGE: put_service_change(o, c); break;
	default:
		put_tids(o, IX_CC(0), c->tids);
		ix_ber_put_amm(o, IX_CC(1), &c->d);
		break;
	}
	ix_ber_close(o, body);
	ix_ber_close(o, wrap);
	if (c->optional)
		ix_ber_put_null(o, IX_C(1));
	if (c->wild_reply)
		ix_ber_put_null(o, IX_C(2));
	ix_ber_close(o, at);
}

/* ---- replies to commands --------------------------------------------------------------------- */

static bool has_any(const struct ix_descriptors *d)
{
	return d->audit || !only_audit(d);
}

static void put_audit_reply(struct ix_ber_out *o, const struct ix_command *c)
{
	size_t at;

	if (c->context_audit_reply) {
		if (c->d.error && !c->tids)
			ix_ber_put_error(o, IX_CC(1), c->d.error);
		else
			put_tids(o, IX_CC(0), c->tids);
		o->bad |= c->d.error && c->tids;
		return;
	}
	at = ix_ber_open(o, c->tids->next ? IX_CC(3) : IX_CC(2));
	if (c->tids->next)
		put_tids(o, IX_CC(0), c->tids);
	else
		ix_ber_put_tid(o, IX_CC(0), c->tids->name);
	ix_ber_put_returned(o, IX_CC(1), &c->d);
	ix_ber_close(o, at);
}

static void put_reply(struct ix_ber_out *o, const struct ix_command *c)
{
	size_t at;

	if (c->verb >= IX_VERBS || (!c->tids && !c->context_audit_reply)) {
		o->bad = true;
		return;
	}
	at = ix_ber_open(o, IX_CC(verb_tags[c->verb]));
	switch (c->verb) {
	case IX_AUDIT_CAP:
	case IX_AUDIT_VALUE: put_audit_reply(o, c); break;
	case IX_NOTIFY:
		put_tids(o, IX_CC(0), c->tids);
		if (c->d.error)
			ix_ber_put_error(o, IX_CC(1), c->d.error);
		break;
	case IX_SERVICE_CHANGE:
		put_tids(o, IX_CC(0), c->tids);
		ix_ber_put_services_reply(o, IX_CC(1), &c->d);
		break;
	default:
		put_tids(o, IX_CC(0), c->tids);
		if (has_any(&c->d))
			ix_ber_put_returned(o, IX_CC(1), &c->d);
		break;
	}
	ix_ber_close(o, at);
}

/* ---- contexts -------------------------------------------------------------------------------- */

static void put_topology(struct ix_ber_out *o, const struct ix_topology *t)
{
	size_t at = ix_ber_open(o, IX_CC(2));

	for (; t; t = t->next) {
		size_t one = ix_ber_open(o, IX_SEQUENCE);
		bool extended = t->dir == IX_ONEWAY_EXTERNAL || t->dir == IX_ONEWAY_BOTH;

		ix_ber_put_tid(o, IX_CC(0), t->from);
		ix_ber_put_tid(o, IX_CC(1), t->to);
		// The direction is needed beside its extension, which overrides it.
		ix_ber_put_uint(o, IX_C(2),
				t->dir == IX_BOTHWAY   ? 0
				: t->dir == IX_ISOLATE ? 1
						       : 2);
		if (t->has_stream)
			ix_ber_put_uint(o, IX_C(3), t->stream);
		if (extended)
			ix_ber_put_uint(o, IX_C(4), t->dir == IX_ONEWAY_BOTH);
		ix_ber_close(o, one);
	}
	ix_ber_close(o, at);
}

static void put_context_list(struct ix_ber_out *o, const struct ix_context_props *cp)
{
	size_t at = ix_ber_open(o, IX_CC(5));

	for (uint32_t i = 0; i < cp->n_context_list; i++)
		ix_ber_put_uint(o, IX_BER_INTEGER, cp->context_list[i]);
	ix_ber_close(o, at);
}

static void put_context_props(struct ix_ber_out *o, uint8_t id, const struct ix_context_props *cp)
{
	size_t at = ix_ber_open(o, id);

	if (cp->has_priority)
		ix_ber_put_uint(o, IX_C(0), cp->priority);
	if (cp->emergency != IX_ABSENT)
		ix_ber_put_bool(o, IX_C(1), cp->emergency == IX_ON);
	if (cp->topology)
		put_topology(o, cp->topology);
	if (cp->ieps != IX_ABSENT)
		ix_ber_put_bool(o, IX_C(3), cp->ieps == IX_ON);
	if (cp->attrs)
		ix_ber_put_props(o, IX_CC(4), cp->attrs);
	if (cp->n_context_list > 0)
		put_context_list(o, cp);
	ix_ber_close(o, at);
}

static void put_logic(struct ix_ber_out *o, enum ix_logic logic)
{
	size_t at = ix_ber_open(o, IX_CC(8));

	ix_ber_put_null(o, logic == IX_LOGIC_AND ? IX_C(0) : IX_C(1));
	ix_ber_close(o, at);
}

static void put_context_audit(struct ix_ber_out *o, const struct ix_context_audit *ca)
{
	static const struct ix_context_props nothing;
	const struct ix_context_props *sel = ca->select ? ca->select : &nothing;
	size_t at = ix_ber_open(o, IX_CC(2));

	if (ca->what & IX_CA_TOPOLOGY)
		ix_ber_put_null(o, IX_C(0));
	if (ca->what & IX_CA_EMERGENCY)
		ix_ber_put_null(o, IX_C(1));
	if (ca->what & IX_CA_PRIORITY)
		ix_ber_put_null(o, IX_C(2));
	if (ca->what & IX_CA_IEPS)
		ix_ber_put_null(o, IX_C(3));
	if (ca->props || sel->attrs)
		ix_ber_put_prop_asks(o, IX_CC(4), ca->props, sel->attrs);
	if (sel->has_priority)
		ix_ber_put_uint(o, IX_C(5), sel->priority);
	if (sel->emergency != IX_ABSENT)
		ix_ber_put_bool(o, IX_C(6), sel->emergency == IX_ON);
	if (sel->ieps != IX_ABSENT)
		ix_ber_put_bool(o, IX_C(7), sel->ieps == IX_ON);
	if (ca->logic != IX_LOGIC_NONE)
		put_logic(o, ca->logic);
	if (sel->topology || sel->n_context_list > 0)
		o->bad = true; // no binary form selects by these
	ix_ber_close(o, at);
}

/* ---- actions --------------------------------------------------------------------------------- */

static void put_action_request(struct ix_ber_out *o, const struct ix_action *a)
{
	size_t at = ix_ber_open(o, IX_SEQUENCE), list;

	if (a->error || (!a->has_props && !a->audit && !a->commands))
		o->bad = true;
	ix_ber_put_uint(o, IX_C(0), a->cid);
	if (a->has_props)
		put_context_props(o, IX_CC(1), &a->props);
	if (a->audit)
		put_context_audit(o, a->audit);
	list = ix_ber_open(o, IX_CC(3));
	for (const struct ix_command *c = a->commands; c; c = c->next)
		put_request(o, c);
	ix_ber_close(o, list);
	ix_ber_close(o, at);
}

static void put_action_reply(struct ix_ber_out *o, const struct ix_action *a)
{
	size_t at = ix_ber_open(o, IX_SEQUENCE), list;

	if (a->audit)
		o->bad = true;
	ix_ber_put_uint(o, IX_C(0), a->cid);
	if (a->error)
		ix_ber_put_error(o, IX_CC(1), a->error);
	if (a->has_props)
		put_context_props(o, IX_CC(2), &a->props);
	list = ix_ber_open(o, IX_CC(3));
	for (const struct ix_command *c = a->commands; c; c = c->next)
		put_reply(o, c);
	ix_ber_close(o, list);
	ix_ber_close(o, at);
}

/* ---- transactions ---------------------------------------------------------------------------- */

static void put_transaction_request(struct ix_ber_out *o, const struct ix_item *item)
{
	size_t at = ix_ber_open(o, IX_CC(0)), list;

	if (!item->actions)
		o->bad = true;
	ix_ber_put_uint(o, IX_C(0), item->tid);
	list = ix_ber_open(o, IX_CC(1));
	for (const struct ix_action *a = item->actions; a; a = a->next)
		put_action_request(o, a);
	ix_ber_close(o, list);
	ix_ber_close(o, at);
}

static void put_result(struct ix_ber_out *o, const struct ix_item *item)
{
	size_t at = ix_ber_open(o, IX_CC(2)), list;

	if (item->error) {
		ix_ber_put_error(o, IX_CC(0), item->error);
		o->bad |= item->actions != NULL;
	} else {
		list = ix_ber_open(o, IX_CC(1));
		o->bad |= !item->actions;
		for (const struct ix_action *a = item->actions; a; a = a->next)
			put_action_reply(o, a);
		ix_ber_close(o, list);
	}
	ix_ber_close(o, at);
}

static void put_transaction_reply(struct ix_ber_out *o, const struct ix_item *item)
{
	size_t at = ix_ber_open(o, IX_CC(2));

	ix_ber_put_uint(o, IX_C(0), item->tid);
	if (item->imm_ack)
		ix_ber_put_null(o, IX_C(1));
	put_result(o, item);
	if (item->has_segment)
		ix_ber_put_uint(o, IX_C(3), item->segment);
	if (item->segment_end)
		ix_ber_put_null(o, IX_C(4));
	ix_ber_close(o, at);
}

static void put_acks(struct ix_ber_out *o, const struct ix_item *item)
{
	size_t at = ix_ber_open(o, IX_CC(3));

	if (!item->acks)
		o->bad = true;
	for (const struct ix_range *r = item->acks; r; r = r->next) {
		size_t one = ix_ber_open(o, IX_SEQUENCE);

		ix_ber_put_uint(o, IX_C(0), r->first);
		if (r->last != r->first)
			ix_ber_put_uint(o, IX_C(1), r->last);
		ix_ber_close(o, one);
	}
	ix_ber_close(o, at);
}

static void put_segment(struct ix_ber_out *o, const struct ix_item *item)
{
	size_t at = ix_ber_open(o, IX_CC(4));

	if (!item->has_segment)
		o->bad = true;
	ix_ber_put_uint(o, IX_C(0), item->tid);
	ix_ber_put_uint(o, IX_C(1), item->segment);
	if (item->segment_end)
		ix_ber_put_null(o, IX_C(2));
	ix_ber_close(o, at);
}

static void put_pending(struct ix_ber_out *o, const struct ix_item *item)
{
	size_t at = ix_ber_open(o, IX_CC(1));

	ix_ber_put_uint(o, IX_C(0), item->tid);
	ix_ber_close(o, at);
}

static void put_transaction(struct ix_ber_out *o, const struct ix_item *item)
{
	switch (item->kind) {
	case IX_REQUEST: put_transaction_request(o, item); break;
	case IX_REPLY: put_transaction_reply(o, item); break;
	case IX_PENDING: put_pending(o, item); break;
	case IX_ACK: put_acks(o, item); break;
	case IX_SEGMENT: put_segment(o, item); break;
	default: o->bad = true; break;
	}
}

/* ---- message --------------------------------------------------------------------------------- */

static void put_u32(struct ix_ber_out *o, uint8_t id, uint32_t n)
{
	const uint8_t octets[4] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8),
				   (uint8_t)n};

	ix_ber_put(o, id, octets, sizeof(octets));
}

static void put_auth(struct ix_ber_out *o, const struct ix_auth *auth)
{
	size_t at = ix_ber_open(o, IX_CC(0));
	uint8_t icv[32] = {0};

	if (auth->icv.len < 24 || auth->icv.len > 64 || !ix_ber_unhex(auth->icv, icv))
		o->bad = true;
	else
		put_u32(o, IX_C(0), auth->spi);
	put_u32(o, IX_C(1), auth->seq);
	ix_ber_put(o, IX_C(2), icv, o->bad ? 0 : auth->icv.len / 2);
	ix_ber_close(o, at);
}

static void put_body(struct ix_ber_out *o, const struct ix_msg *msg)
{
	size_t at = ix_ber_open(o, IX_CC(2)), list;

	if (!msg->error == !msg->items) // both or none
		o->bad = true;
	if (msg->error) {
		ix_ber_put_error(o, IX_CC(0), msg->error);
	} else {
		list = ix_ber_open(o, IX_CC(1));
		for (const struct ix_item *i = msg->items; i; i = i->next)
			put_transaction(o, i);
		ix_ber_close(o, list);
	}
	ix_ber_close(o, at);
}

long ix_ber_encode(const struct ix_msg *msg, const struct ix_ber_conf *conf, void *buf, size_t size)
{
	static const struct ix_ber_conf defaults;
	struct ix_ber_out o = {.conf = conf ? conf : &defaults};
	size_t at, mess, mid;

	o.p = o.base = buf;
	o.end = o.base + size;
	at = ix_ber_open(&o, IX_SEQUENCE);
	if (msg->auth.present)
		put_auth(&o, &msg->auth);
	mess = ix_ber_open(&o, IX_CC(1));
	if (msg->version > 99)
		o.bad = true;
	ix_ber_put_uint(&o, IX_C(0), msg->version);
	mid = ix_ber_open(&o, IX_CC(1));
	ix_ber_put_mid(&o, &msg->mid, 0);
	ix_ber_close(&o, mid);
	put_body(&o, msg);
	ix_ber_close(&o, mess);
	ix_ber_close(&o, at);
	if (o.bad)
		return -EINVAL;
	return o.full ? -EMSGSIZE : o.p - o.base;
}
