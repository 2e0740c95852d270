// Encodes Signals, Events, EventBuffer, ObservedEvents and digit maps in binary.
// Spec: H.248.1 v3 Annex A.2
#include "ber_enc.h"
#include "scan.h"

#include <string.h>

/* ---- digit maps ------------------------------------------------------------------------------ */

static struct ix_str trimmed(struct ix_str s)
{
	while (s.len > 0 && ix_is(s.p[0], IX_CH_SPACE))
		s = (struct ix_str){s.p + 1, s.len - 1};
	while (s.len > 0 && ix_is(s.p[s.len - 1], IX_CH_SPACE))
		s.len--;
	return s;
}

/* "T:16," and the like at the front; which timer, -1 for none. */
static int map_timer(struct ix_str *s, uint32_t *n)
{
	static const char letters[] = "tslz";
	const char *letter, *comma;

	*s = trimmed(*s);
	letter = s->len > 1 && s->p[1] == ':' ? strchr(letters, ix_fold(s->p[0])) : NULL;
	comma = letter ? memchr(s->p, ',', s->len) : NULL;
	if (!comma ||
	    !ix_str_u32((struct ix_str){s->p + 2, (uint32_t)(comma - s->p - 2)}, 99, 2, n))
		return -1;
	*s = (struct ix_str){comma + 1, s->len - (uint32_t)(comma + 1 - s->p)};
	return (int)(letter - letters);
}

/* What stands between the braces. */
static void put_map_value(struct ix_ber_out *o, uint8_t id, struct ix_str s)
{
	static const uint8_t tags[] = {IX_C(0), IX_C(1), IX_C(2), IX_C(4)};
	size_t at = ix_ber_open(o, id);
	uint32_t timers[4] = {0}, n;
	bool has[4] = {false};

	for (int which; (which = map_timer(&s, &n)) >= 0;) {
		if (has[which])
			o->bad = true;
		has[which] = true;
		timers[which] = n;
	}
	for (unsigned i = 0; i < 3; i++)
		if (has[i])
			ix_ber_put_uint(o, tags[i], timers[i]);
	s = trimmed(s);
	if (s.len == 0)
		o->bad = true;
	ix_ber_put_str(o, IX_C(3), s);
	if (has[3])
		ix_ber_put_uint(o, tags[3], timers[3]);
	ix_ber_close(o, at);
}

/* Splits "name{value}"; either may be missing. */
static bool map_parts(struct ix_str s, struct ix_str *name, struct ix_str *value)
{
	const char *brace;

	s = trimmed(s);
	brace = s.len > 0 ? memchr(s.p, '{', s.len) : NULL;
	*name = brace ? trimmed((struct ix_str){s.p, (uint32_t)(brace - s.p)}) : s;
	*value = (struct ix_str){0};
	if (!brace)
		return true;
	if (s.p[s.len - 1] != '}')
		return false;
	*value = (struct ix_str){brace + 1, (uint32_t)(s.p + s.len - 2 - brace)};
	return true;
}

static void put_map_name(struct ix_ber_out *o, uint8_t id, struct ix_str name)
{
	uint16_t n = 0;

	if (!ix_ber_unnamed_id(name, &n))
		o->bad = true;
	ix_ber_put_name(o, id, n);
}

void ix_ber_put_digitmap(struct ix_ber_out *o, uint8_t id, struct ix_str raw)
{
	size_t at = ix_ber_open(o, id);
	struct ix_str name, value;

	raw = trimmed(raw);
	if (raw.len > 0 && raw.p[0] == '=')
		raw = (struct ix_str){raw.p + 1, raw.len - 1};
	if (!map_parts(raw, &name, &value))
		o->bad = true;
	if (name.len > 0)
		put_map_name(o, IX_C(0), name);
	if (value.p)
		put_map_value(o, IX_CC(1), value);
	ix_ber_close(o, at);
}

static void put_event_map(struct ix_ber_out *o, uint8_t id, struct ix_str text)
{
	size_t at = ix_ber_open(o, id);
	struct ix_str name, value;

	if (!map_parts(text, &name, &value) || (name.len > 0) == (value.p != NULL))
		o->bad = true;
	else if (value.p)
		put_map_value(o, IX_CC(1), value);
	else
		put_map_name(o, IX_C(0), name);
	ix_ber_close(o, at);
}

/* ---- Signals --------------------------------------------------------------------------------- */

static void put_signal(struct ix_ber_out *o, uint8_t id, const struct ix_signal *s)
{
	static const uint8_t types[] = {
		[IX_SIG_BRIEF] = 0, [IX_SIG_ONOFF] = 1, [IX_SIG_TIMEOUT] = 2};
	static const uint8_t dirs[] = {
		[IX_DIR_INTERNAL] = 0, [IX_DIR_EXTERNAL] = 1, [IX_DIR_BOTH] = 3};
	size_t at = ix_ber_open(o, id);
	const struct ix_def *def = ix_ber_put_item(o, IX_C(0), IX_DEF_SIGNAL, s->pkg, s->item);

	if (s->has_stream)
		ix_ber_put_uint(o, IX_C(1), s->stream);
	if (s->type != IX_SIG_NONE)
		ix_ber_put_uint(o, IX_C(2), types[s->type]);
	if (s->has_duration)
		ix_ber_put_uint(o, IX_C(3), s->duration);
	if (s->completion)
		ix_ber_put_bits(o, IX_C(4), s->completion, 5);
	if (s->keep_active)
		ix_ber_put_bool(o, IX_C(5), true);
	ix_ber_put_params(o, IX_CC(6),
			  &(struct ix_ber_param_list){IX_DEF_SIGNAL, s->pkg, s->item,
						      def ? def->params : NULL, s->params});
	if (s->direction != IX_DIR_NONE)
		ix_ber_put_uint(o, IX_C(7), dirs[s->direction]);
	if (s->has_request_id)
		ix_ber_put_uint(o, IX_C(8), s->request_id);
	if (s->has_intersignal)
		ix_ber_put_uint(o, IX_C(9), s->intersignal);
	ix_ber_close(o, at);
}

void ix_ber_put_signals(struct ix_ber_out *o, uint8_t id, const struct ix_signals *sg)
{
	size_t at = ix_ber_open(o, id);

	for (const struct ix_signal *s = sg->list; s; s = s->next)
		put_signal(o, IX_CC(0), s);
	for (const struct ix_signal_list *l = sg->lists; l; l = l->next) {
		size_t list = ix_ber_open(o, IX_CC(1)), signals;

		ix_ber_put_uint(o, IX_C(0), l->id);
		signals = ix_ber_open(o, IX_CC(1));
		for (const struct ix_signal *s = l->signals; s; s = s->next)
			put_signal(o, IX_SEQUENCE, s);
		ix_ber_close(o, signals);
		ix_ber_close(o, list);
	}
	ix_ber_close(o, at);
}

void ix_ber_put_signal_ask(struct ix_ber_out *o, uint8_t id, const struct ix_signal *s)
{
	size_t at = ix_ber_open(o, id);

	ix_ber_put_item(o, IX_C(0), IX_DEF_SIGNAL, s->pkg, s->item);
	if (s->has_stream)
		ix_ber_put_uint(o, IX_C(1), s->stream);
	if (s->has_request_id)
		ix_ber_put_uint(o, IX_C(2), s->request_id);
	if (s->type != IX_SIG_NONE || s->has_duration || s->completion || s->keep_active ||
	    s->direction != IX_DIR_NONE || s->has_intersignal || s->params)
		o->bad = true; // an audit cannot select by these
	ix_ber_close(o, at);
}

/* ---- Events ---------------------------------------------------------------------------------- */

static void put_events(struct ix_ber_out *o, uint8_t id, const struct ix_events *ev, bool second);

static void put_notify_as(struct ix_ber_out *o, uint8_t id, const struct ix_event *e)
{
	size_t at = ix_ber_open(o, id), regulated;

	if (e->notify == IX_NB_IMMEDIATE)
		ix_ber_put_null(o, IX_C(0));
	if (e->notify == IX_NB_NEVER)
		ix_ber_put_null(o, IX_C(2));
	if (e->notify == IX_NB_REGULATED) {
		regulated = ix_ber_open(o, IX_CC(1));
		if (e->embed_regulated && e->embed_events)
			put_events(o, IX_CC(0), e->embed_events, true);
		if (e->embed_regulated && e->embed_signals)
			ix_ber_put_signals(o, IX_CC(1), e->embed_signals);
		ix_ber_close(o, regulated);
	}
	ix_ber_close(o, at);
}

/* RequestedActions or, inside Embed, SecondRequestedActions: there the later tags move up by one.
 */
static void put_actions(struct ix_ber_out *o, const struct ix_event *e, bool second)
{
	bool plain_embed = !e->embed_regulated && (e->embed_events || e->embed_signals);
	uint8_t next = second ? 2 : 3;
	size_t at;

	if ((e->embed_regulated && e->notify != IX_NB_REGULATED) || (second && e->embed_events))
		o->bad = true;
	if (!e->keep_active && e->digitmap.len == 0 && !plain_embed && e->notify == IX_NB_NONE &&
	    !e->reset_events)
		return;
	at = ix_ber_open(o, IX_CC(2));
	if (e->keep_active)
		ix_ber_put_bool(o, IX_C(0), true);
	if (e->digitmap.len > 0)
		put_event_map(o, IX_CC(1), e->digitmap);
	if (plain_embed && e->embed_events && !second)
		put_events(o, IX_CC(2), e->embed_events, true);
	if (plain_embed && e->embed_signals)
		ix_ber_put_signals(o, IX_CC(next), e->embed_signals);
	if (e->notify != IX_NB_NONE)
		put_notify_as(o, IX_CC(next + 1), e);
	if (e->reset_events)
		ix_ber_put_null(o, IX_C(next + 2));
	ix_ber_close(o, at);
}

static void put_event(struct ix_ber_out *o, const struct ix_event *e, bool second)
{
	size_t at = ix_ber_open(o, IX_SEQUENCE);
	const struct ix_def *def = ix_ber_put_item(o, IX_C(0), IX_DEF_EVENT, e->pkg, e->item);

	if (e->has_stream)
		ix_ber_put_uint(o, IX_C(1), e->stream);
	put_actions(o, e, second);
	ix_ber_put_params(o, IX_CC(3),
			  &(struct ix_ber_param_list){IX_DEF_EVENT, e->pkg, e->item,
						      def ? def->params : NULL, e->params});
	ix_ber_close(o, at);
}

static void put_events(struct ix_ber_out *o, uint8_t id, const struct ix_events *ev, bool second)
{
	size_t at = ix_ber_open(o, id), list;

	if (ev->has_id)
		ix_ber_put_uint(o, IX_C(0), ev->id);
	list = ix_ber_open(o, IX_CC(1));
	for (const struct ix_event *e = ev->list; e; e = e->next)
		put_event(o, e, second);
	ix_ber_close(o, list);
	ix_ber_close(o, at);
}

void ix_ber_put_events(struct ix_ber_out *o, uint8_t id, const struct ix_events *ev)
{
	put_events(o, id, ev, false);
}

/* EventBuffer has no request id in either encoding's grammar. */
void ix_ber_put_event_buffer(struct ix_ber_out *o, uint8_t id, const struct ix_events *ev)
{
	size_t at = ix_ber_open(o, id);

	if (ev->has_id)
		o->bad = true;
	for (const struct ix_event *e = ev->list; e; e = e->next) {
		size_t one = ix_ber_open(o, IX_SEQUENCE);
		const struct ix_def *def = ix_ber_put_item(o, IX_C(0), IX_DEF_EVENT, e->pkg,
							   e->item);

		if (e->has_stream)
			ix_ber_put_uint(o, IX_C(1), e->stream);
		if (e->keep_active || e->reset_events || e->notify != IX_NB_NONE ||
		    e->digitmap.len > 0 || e->embed_events || e->embed_signals)
			o->bad = true;
		ix_ber_put_params(o, IX_CC(2),
				  &(struct ix_ber_param_list){IX_DEF_EVENT, e->pkg, e->item,
							      def ? def->params : NULL, e->params});
		ix_ber_close(o, one);
	}
	ix_ber_close(o, at);
}

/* ---- ObservedEvents -------------------------------------------------------------------------- */

void ix_ber_put_observed(struct ix_ber_out *o, uint8_t id, const struct ix_observed_events *oe)
{
	size_t at = ix_ber_open(o, id), list;

	ix_ber_put_uint(o, IX_C(0), oe->id);
	list = ix_ber_open(o, IX_CC(1));
	for (const struct ix_observed *e = oe->list; e; e = e->next) {
		size_t one = ix_ber_open(o, IX_SEQUENCE);
		const struct ix_def *def = ix_ber_put_item(o, IX_C(0), IX_DEF_EVENT, e->pkg,
							   e->item);

		if (e->has_stream)
			ix_ber_put_uint(o, IX_C(1), e->stream);
		ix_ber_put_params(o, IX_CC(2),
				  &(struct ix_ber_param_list){IX_DEF_EVENT, e->pkg, e->item,
							      def ? def->observed : NULL,
							      e->params});
		if (e->time.len > 0)
			ix_ber_put_time(o, IX_CC(3), e->time);
		ix_ber_close(o, one);
	}
	ix_ber_close(o, list);
	ix_ber_close(o, at);
}
