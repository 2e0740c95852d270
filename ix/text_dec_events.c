// Decodes Signals, Events, EventBuffer and ObservedEvents.
// Spec: H.248.1 v3 Annex B.2
#include "text_dec.h"

/* ---- Signals --------------------------------------------------------------------------------- */

struct signals_ctx {
	struct ix_signal **tail;
	struct ix_signal_list **lists;
	struct ix_signal *sig;
};

static bool completion(struct ix_scan *s, void *into)
{
	struct ix_signal *sig = into;
	struct ix_str w;

	if (!ix_word(s, &w, "a completion reason"))
		return false;
	switch (ix_token(w)) {
	case IX_T_TIMEOUT: sig->completion |= IX_NC_TIMEOUT; return true;
	case IX_T_INT_BY_EVENT: sig->completion |= IX_NC_BY_EVENT; return true;
	case IX_T_INT_BY_SIGNALS: sig->completion |= IX_NC_BY_SIGNALS; return true;
	case IX_T_OTHER_REASON: sig->completion |= IX_NC_OTHER; return true;
	case IX_T_ITERATION: sig->completion |= IX_NC_ITERATION; return true;
	default: return ix_expected(s, w.p, "a completion reason");
	}
}

static bool signal_type(struct ix_scan *s, enum ix_sigtype *type)
{
	struct ix_str w;

	if (!ix_expect(s, '=') || !ix_word(s, &w, "a signal type"))
		return false;
	switch (ix_token(w)) {
	case IX_T_ONOFF: *type = IX_SIG_ONOFF; return true;
	case IX_T_TIMEOUT: *type = IX_SIG_TIMEOUT; return true;
	case IX_T_BRIEF: *type = IX_SIG_BRIEF; return true;
	default: return ix_expected(s, w.p, "a signal type");
	}
}

static bool signal_direction(struct ix_scan *s, enum ix_sigdir *dir)
{
	struct ix_str w;

	if (!ix_expect(s, '=') || !ix_word(s, &w, "External, Internal or Both"))
		return false;
	switch (ix_token(w)) {
	case IX_T_EXTERNAL: *dir = IX_DIR_EXTERNAL; return true;
	case IX_T_INTERNAL: *dir = IX_DIR_INTERNAL; return true;
	case IX_T_BOTH: *dir = IX_DIR_BOTH; return true;
	default: return ix_expected(s, w.p, "External, Internal or Both");
	}
}

/* "=" and a count of 10 ms units. */
static bool hundredths(struct ix_scan *s, bool *has, uint16_t *out)
{
	uint32_t n;

	if (!ix_expect(s, '=') || !ix_number(s, UINT16_MAX, 5, &n, "a number up to 65535"))
		return false;
	*has = true;
	*out = (uint16_t)n;
	return true;
}

/* In front of "= {" ? */
static bool completes(struct ix_scan *s)
{
	char *here = s->p;
	bool braces = ix_accept(s, '=') && ix_at(s, '{');

	s->p = here;
	return braces;
}

static bool signal_parm(struct ix_scan *s, void *into)
{
	struct ix_signal *sig = ((struct signals_ctx *)into)->sig;
	struct ix_str w;
	bool valued;

	if (!ix_word(s, &w, "a signal parameter"))
		return false;
	valued = ix_at(s, '=');
	switch (ix_token(w)) {
	case IX_T_STREAM:
		return sig->has_stream ? ix_twice(s, w, IX_E_PROPERTY_TWICE)
				       : ix_dec_stream_id(s, &sig->has_stream, &sig->stream);
	case IX_T_SIGNAL_TYPE:
		return sig->type ? ix_twice(s, w, IX_E_PROPERTY_TWICE) : signal_type(s, &sig->type);
	case IX_T_DURATION:
		return sig->has_duration ? ix_twice(s, w, IX_E_PROPERTY_TWICE)
					 : hundredths(s, &sig->has_duration, &sig->duration);
	case IX_T_INTERSIGNAL:
		return sig->has_intersignal
			       ? ix_twice(s, w, IX_E_PROPERTY_TWICE)
			       : hundredths(s, &sig->has_intersignal, &sig->intersignal);
	case IX_T_NOTIFY_COMPLETION: // "nc" is also a parameter of some packages
		if (valued && !completes(s))
			break;
		return sig->completion ? ix_twice(s, w, IX_E_PROPERTY_TWICE)
				       : ix_expect(s, '=') && ix_block(s, completion, sig);
	case IX_T_SPA_DIRECTION:
		return sig->direction ? ix_twice(s, w, IX_E_PROPERTY_TWICE)
				      : signal_direction(s, &sig->direction);
	case IX_T_SPA_REQUEST:
		if (sig->has_request_id)
			return ix_twice(s, w, IX_E_PROPERTY_TWICE);
		sig->has_request_id = true;
		return ix_expect(s, '=') &&
		       ix_number(s, UINT32_MAX, 10, &sig->request_id, "a request id");
	case IX_T_KEEP_ACTIVE:
		if (!valued) {
			sig->keep_active = true;
			return true;
		}
		break;
	default: break;
	}
	return ix_dec_prop(s, w, IX_PF_PARAM, &sig->params);
}

static bool signal_item(struct ix_scan *s, void *into)
{
	struct signals_ctx *c = into;
	struct ix_signal *sig = ix_part(s, sizeof(*sig));

	if (!sig || !ix_dec_pkg_item(s, &sig->pkg, &sig->item))
		return false;
	*c->tail = c->sig = sig;
	c->tail = &sig->next;
	return !ix_at(s, '{') || ix_block(s, signal_parm, c);
}

static bool signal_list(struct ix_scan *s, struct signals_ctx *c)
{
	struct ix_signal_list *list = ix_part(s, sizeof(*list));
	struct signals_ctx inner;
	uint32_t id;

	if (!list || !ix_expect(s, '=') || !ix_number(s, UINT16_MAX, 5, &id, "a signal list id"))
		return false;
	list->id = (uint16_t)id;
	*c->lists = list;
	c->lists = &list->next;
	inner.tail = &list->signals;
	return ix_block(s, signal_item, &inner);
}

static bool signals_parm(struct ix_scan *s, void *into)
{
	char *here;
	struct ix_str w;

	ix_skip(s);
	here = s->p;
	if (!ix_word(s, &w, "a signal or SignalList"))
		return false;
	if (ix_token(w) == IX_T_SIGNAL_LIST)
		return signal_list(s, into);
	s->p = here;
	return signal_item(s, into);
}

/* After the Signals token. Bare and with empty braces it means: all signals off. */
bool ix_dec_signals(struct ix_scan *s, struct ix_signals **out)
{
	struct ix_signals *sg = *out = ix_part(s, sizeof(*sg));
	struct signals_ctx c;

	if (!sg)
		return false;
	c.tail = &sg->list;
	c.lists = &sg->lists;
	return !ix_at(s, '{') || ix_block(s, signals_parm, &c);
}

/* ---- Events ---------------------------------------------------------------------------------- */

struct events_ctx {
	struct ix_event **tail;
	struct ix_event *event;
	bool audit;
	unsigned depth; // 0 at the top, 1 inside Embed: the grammar ends there
};

static bool events(struct ix_scan *s, bool audit, unsigned depth, struct ix_events **out);

static bool embed_parm(struct ix_scan *s, void *into)
{
	struct events_ctx *c = into;
	struct ix_event *e = c->event;
	struct ix_str w;

	if (!ix_word(s, &w, "Signals or Events"))
		return false;
	switch (ix_token(w)) {
	case IX_T_SIGNALS:
		return e->embed_signals ? ix_twice(s, w, IX_E_DESCRIPTOR_TWICE)
					: ix_dec_signals(s, &e->embed_signals);
	case IX_T_EVENTS:
		if (e->embed_events)
			return ix_twice(s, w, IX_E_DESCRIPTOR_TWICE);
		if (c->depth > 0)
			return ix_expected(s, w.p, "Signals: an embedded event embeds no events");
		return events(s, c->audit, c->depth + 1, &e->embed_events);
	default: return ix_expected(s, w.p, "Signals or Events");
	}
}

static bool regulated_embed(struct ix_scan *s, void *into)
{
	struct events_ctx *c = into;
	struct ix_str w;

	if (!ix_word(s, &w, "Embed"))
		return false;
	if (ix_token(w) != IX_T_EMBED)
		return ix_expected(s, w.p, "Embed");
	if (c->event->embed_signals || c->event->embed_events)
		return ix_twice(s, w, IX_E_PROPERTY_TWICE);
	if (!ix_block(s, embed_parm, c))
		return false;
	c->event->embed_regulated = c->event->embed_signals || c->event->embed_events;
	return true;
}

static bool embed(struct ix_scan *s, struct events_ctx *c, struct ix_str w)
{
	if (c->event->embed_signals || c->event->embed_events)
		return ix_twice(s, w, IX_E_PROPERTY_TWICE);
	return ix_block(s, embed_parm, c);
}

static bool notify_as(struct ix_scan *s, struct events_ctx *c, struct ix_str w,
		      enum ix_notify_behaviour how)
{
	if (c->event->notify != IX_NB_NONE)
		return ix_twice(s, w, IX_E_PROPERTY_TWICE);
	c->event->notify = how;
	return how != IX_NB_REGULATED || !ix_at(s, '{') || ix_block(s, regulated_embed, c);
}

/* DigitMap "=" name, or the map itself in braces: kept as written, the profile refuses both. */
static bool event_digitmap(struct ix_scan *s, struct ix_event *e, struct ix_str w)
{
	if (e->digitmap.len > 0)
		return ix_twice(s, w, IX_E_PROPERTY_TWICE);
	return ix_expect(s, '=') && ix_raw(s, &e->digitmap) &&
	       (e->digitmap.len > 0 || ix_expected(s, s->p, "a digit map"));
}

static bool event_parm(struct ix_scan *s, void *into)
{
	struct events_ctx *c = into;
	struct ix_event *e = c->event;
	struct ix_str w;
	bool valued;

	if (!ix_word(s, &w, "an event parameter"))
		return false;
	valued = ix_at(s, '=');
	switch (ix_token(w)) {
	case IX_T_STREAM:
		if (!valued)
			break;
		return e->has_stream ? ix_twice(s, w, IX_E_PROPERTY_TWICE)
				     : ix_dec_stream_id(s, &e->has_stream, &e->stream);
	case IX_T_DIGITMAP:
		if (!valued)
			break;
		return event_digitmap(s, e, w);
	case IX_T_EMBED:
		if (ix_at(s, '{'))
			return embed(s, c, w);
		break;
	case IX_T_IMMEDIATE_NOTIFY:
		if (!valued)
			return notify_as(s, c, w, IX_NB_IMMEDIATE);
		break;
	case IX_T_NEVER_NOTIFY:
		if (!valued)
			return notify_as(s, c, w, IX_NB_NEVER);
		break;
	case IX_T_REGULATED_NOTIFY:
		if (!valued)
			return notify_as(s, c, w, IX_NB_REGULATED);
		break;
	case IX_T_KEEP_ACTIVE:
		if (!valued) {
			e->keep_active = true;
			return true;
		}
		break;
	case IX_T_RESET_EVENTS:
		if (!valued) {
			e->reset_events = true;
			return true;
		}
		break;
	default: break;
	}
	return ix_dec_prop(s, w, IX_PF_PARAM | (c->audit ? IX_PF_MAYBE : 0), &e->params);
}

static bool event(struct ix_scan *s, void *into)
{
	struct events_ctx *c = into;
	struct ix_event *e = ix_part(s, sizeof(*e));

	if (!e || !ix_dec_pkg_item(s, &e->pkg, &e->item))
		return false;
	*c->tail = c->event = e;
	c->tail = &e->next;
	return !ix_at(s, '{') || ix_block(s, event_parm, c);
}

static bool request_id(struct ix_scan *s, uint32_t *id)
{
	struct ix_str w;

	if (!ix_expect(s, '=') || !ix_word(s, &w, "a request id"))
		return false;
	if (w.len == 1 && w.p[0] == '*') { // "any" of an audit; the same number as in Annex A
		*id = UINT32_MAX;
		return true;
	}
	return ix_str_u32(w, UINT32_MAX, 10, id) || ix_expected(s, w.p, "a request id");
}

/* After the Events or EventBuffer token: [= id] [{ events }]. Bare means: all events off. */
static bool events(struct ix_scan *s, bool audit, unsigned depth, struct ix_events **out)
{
	struct ix_events *ev = *out = ix_part(s, sizeof(*ev));
	struct events_ctx c = {.audit = audit, .depth = depth};

	if (!ev)
		return false;
	c.tail = &ev->list;
	if (ix_at(s, '=')) {
		ev->has_id = true;
		if (!request_id(s, &ev->id))
			return false;
	}
	return !ix_at(s, '{') || ix_block(s, event, &c);
}

bool ix_dec_events(struct ix_scan *s, bool audit, struct ix_events **out)
{
	return events(s, audit, 0, out);
}

/* ---- ObservedEvents -------------------------------------------------------------------------- */

struct observed_ctx {
	struct ix_observed **tail;
	struct ix_observed *event;
};

static bool observed_parm(struct ix_scan *s, void *into)
{
	struct ix_observed *o = ((struct observed_ctx *)into)->event;
	struct ix_str w;

	if (!ix_word(s, &w, "an event parameter"))
		return false;
	if (ix_token(w) == IX_T_STREAM)
		return o->has_stream ? ix_twice(s, w, IX_E_PROPERTY_TWICE)
				     : ix_dec_stream_id(s, &o->has_stream, &o->stream);
	return ix_dec_prop(s, w, IX_PF_PARAM, &o->params);
}

static bool observed_event(struct ix_scan *s, void *into)
{
	struct observed_ctx *c = into;
	struct ix_observed *o = ix_part(s, sizeof(*o));
	struct ix_str w;

	if (!o || !ix_word(s, &w, "a time stamp or package/event"))
		return false;
	if (ix_accept(s, ':')) {
		if (!ix_is_time(w))
			return ix_expected(s, w.p, "a time stamp");
		o->time = w;
		if (!ix_word(s, &w, "package/event"))
			return false;
	}
	if (!ix_split_pkg(w, &o->pkg, &o->item))
		return ix_expected(s, w.p, "package/event");
	*c->tail = c->event = o;
	c->tail = &o->next;
	return !ix_at(s, '{') || ix_block(s, observed_parm, c);
}

/* After the token; bare in the reply to an audit that found nothing. */
bool ix_dec_observed(struct ix_scan *s, struct ix_observed_events **out)
{
	struct ix_observed_events *oe = *out = ix_part(s, sizeof(*oe));
	struct observed_ctx c;

	if (!oe)
		return false;
	if (!s->request && !ix_at(s, '='))
		return true;
	c.tail = &oe->list;
	return request_id(s, &oe->id) && ix_block(s, observed_event, &c);
}
