// Decodes Signals, Events, EventBuffer, ObservedEvents and digit maps of the binary encoding.
// Spec: H.248.1 v3 Annex A.2
#include "ber_dec.h"
#include "scan.h"

/* ---- digit maps: kept as text would write them, the profile refuses them --------------------- */

struct map_value {
	bool has[4];
	uint8_t timers[4]; // T, S, L, Z
	struct ix_str body;
};

/* Letters, digits, ranges and alternatives: what cannot be taken for a timer, a brace or a comment.
 * Parentheses and brackets stand in pairs, not in each other's kind. */
static bool map_body(struct ix_str body)
{
	bool round = false, square = false;

	for (uint32_t i = 0; i < body.len; i++) {
		switch (body.p[i]) {
		case '(':
			if (round || square)
				return false;
			round = true;
			break;
		case ')':
			if (!round || square)
				return false;
			round = false;
			break;
		case '[':
			if (square)
				return false;
			square = true;
			break;
		case ']':
			if (!square)
				return false;
			square = false;
			break;
		case '|':
		case '.':
		case '-': break;
		default:
			if (!ix_is(body.p[i], IX_CH_ALPHA | IX_CH_DIGIT))
				return false;
		}
	}
	return body.len > 0 && !round && !square;
}

/* "T:1,S:2,body" in braces. */
static bool map_value(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "DigitMapValue",
		      {0, 0, offsetof(struct map_value, timers[0]),
		       IX_BER_HAS(struct map_value, has[0]), ix_ber_u8},
		      {1, 0, offsetof(struct map_value, timers[1]),
		       IX_BER_HAS(struct map_value, has[1]), ix_ber_u8},
		      {2, 0, offsetof(struct map_value, timers[2]),
		       IX_BER_HAS(struct map_value, has[2]), ix_ber_u8},
		      {3, IX_BER_NEEDED, offsetof(struct map_value, body), 0, ix_ber_text},
		      {4, 0, offsetof(struct map_value, timers[3]),
		       IX_BER_HAS(struct map_value, has[3]), ix_ber_u8});
	struct map_value m = {.has = {false}};
	struct ix_str *out = into;

	if (!ix_ber_sequence(b, t, &fields, &m))
		return false;
	if (!map_body(m.body))
		return ix_ber_bad(b, t->at, "No digit map");
	*out = ix_lit("{");
	for (unsigned i = 0; i < 4; i++)
		if (m.has[i])
			*out = ix_str_fmt(b->arena, "%.*s%c:%u,", (int)out->len,
					  out->p ? out->p : "", "TSLZ"[i], m.timers[i]);
	*out = ix_str_fmt(b->arena, "%.*s%.*s}", (int)out->len, out->p ? out->p : "",
			  (int)m.body.len, m.body.p);
	return out->p || ix_ber_part(b, SIZE_MAX);
}

static bool map_name(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	uint16_t id;

	if (!ix_ber_name(b, t, &id))
		return false;
	*(struct ix_str *)into = ix_ber_unnamed(b, id);
	return b->fault->code == 0;
}

bool ix_ber_event_map(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(kinds, "EventDM", {0, 0, 0, 0, map_name}, {1, 0, 0, 0, map_value});

	return ix_ber_wrapped(b, t, &kinds, b->level, into);
}

struct map_ctx {
	struct ix_str name, value;
};

bool ix_ber_digitmap(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "DigitMapDescriptor",
		      {0, 0, offsetof(struct map_ctx, name), 0, map_name},
		      {1, 0, offsetof(struct map_ctx, value), 0, map_value});
	struct map_ctx c = {.name = {0}};

	if (!ix_ber_sequence(b, t, &fields, &c))
		return false;
	*(struct ix_str *)into = ix_str_fmt(b->arena, "%s%.*s%.*s", c.name.p ? "=" : "",
					    (int)c.name.len, c.name.p ? c.name.p : "",
					    (int)c.value.len, c.value.p ? c.value.p : "");
	return ((struct ix_str *)into)->p || ix_ber_part(b, SIZE_MAX);
}

/* ---- Signals --------------------------------------------------------------------------------- */

struct signal_ctx {
	struct ix_ber_name name;
	struct ix_signal s;
};

static bool signal_type(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	static const enum ix_sigtype types[] = {IX_SIG_BRIEF, IX_SIG_ONOFF, IX_SIG_TIMEOUT};
	uint64_t n;

	if (!ix_ber_number(b, t, 2, &n))
		return false;
	*(enum ix_sigtype *)into = types[n];
	return true;
}

static bool direction(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	static const enum ix_sigdir dirs[] = {IX_DIR_INTERNAL, IX_DIR_EXTERNAL, IX_DIR_NONE,
					      IX_DIR_BOTH};
	uint64_t n;

	if (!ix_ber_number(b, t, 3, &n))
		return false;
	*(enum ix_sigdir *)into = dirs[n];
	return dirs[n] != IX_DIR_NONE || ix_ber_bad(b, t->at, "No signal direction");
}

/* The bits are those of IX_NC_. */
static bool completion(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	uint32_t bits;

	if (!ix_ber_bits(b, t, &bits))
		return false;
	*(uint8_t *)into = bits & (IX_NC_TIMEOUT | IX_NC_BY_EVENT | IX_NC_BY_SIGNALS | IX_NC_OTHER |
				   IX_NC_ITERATION);
	return true;
}

static bool signal_params(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct signal_ctx *c = into;

	return ix_ber_param_list(b, t,
				 &(struct ix_ber_params){&c->name,
							 c->name.def ? c->name.def->params : NULL,
							 &c->s.params});
}

/* Reads by the table and appends to *tail. */
static bool signal_by(struct ix_ber *b, const struct ix_tlv *t, const struct ix_ber_fields *fields,
		      struct ix_signal ***tail)
{
	struct signal_ctx c = {.name.kind = IX_DEF_SIGNAL};

	if (!ix_ber_sequence(b, t, fields, &c))
		return false;
	c.s.pkg = c.name.pkg;
	c.s.item = c.name.item;
	**tail = ix_ber_part(b, sizeof(c.s));
	if (!**tail)
		return false;
	***tail = c.s;
	*tail = &(**tail)->next;
	return true;
}

static bool signal_one(struct ix_ber *b, const struct ix_tlv *t, struct ix_signal ***tail)
{
	IX_BER_FIELDS(fields, "Signal",
		      {0, IX_BER_NEEDED, offsetof(struct signal_ctx, name), 0, ix_ber_item},
		      {1, 0, offsetof(struct signal_ctx, s.stream),
		       IX_BER_HAS(struct signal_ctx, s.has_stream), ix_ber_u16},
		      {2, 0, offsetof(struct signal_ctx, s.type), 0, signal_type},
		      {3, 0, offsetof(struct signal_ctx, s.duration),
		       IX_BER_HAS(struct signal_ctx, s.has_duration), ix_ber_u16},
		      {4, 0, offsetof(struct signal_ctx, s.completion), 0, completion},
		      {5, 0, offsetof(struct signal_ctx, s.keep_active), 0, ix_ber_bool},
		      {6, IX_BER_NEEDED, 0, 0, signal_params},
		      {7, 0, offsetof(struct signal_ctx, s.direction), 0, direction},
		      {8, 0, offsetof(struct signal_ctx, s.request_id),
		       IX_BER_HAS(struct signal_ctx, s.has_request_id), ix_ber_u32},
		      {9, 0, offsetof(struct signal_ctx, s.intersignal),
		       IX_BER_HAS(struct signal_ctx, s.has_intersignal), ix_ber_u16});

	return signal_by(b, t, &fields, tail);
}

static bool signal_ask_one(struct ix_ber *b, const struct ix_tlv *t, struct ix_signal ***tail)
{
	IX_BER_FIELDS(fields, "IndAudSignal",
		      {0, IX_BER_NEEDED, offsetof(struct signal_ctx, name), 0, ix_ber_item},
		      {1, 0, offsetof(struct signal_ctx, s.stream),
		       IX_BER_HAS(struct signal_ctx, s.has_stream), ix_ber_u16},
		      {2, 0, offsetof(struct signal_ctx, s.request_id),
		       IX_BER_HAS(struct signal_ctx, s.has_request_id), ix_ber_u32});

	return signal_by(b, t, &fields, tail);
}

struct signals_ctx {
	struct ix_signal **tail;
	struct ix_signal_list **lists;
};

static bool signal_item(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return signal_one(b, t, &((struct signals_ctx *)into)->tail);
}

static bool signal_ask(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return signal_ask_one(b, t, &((struct signals_ctx *)into)->tail);
}

struct list_ctx {
	uint16_t id;
	struct ix_signal *signals;
};

static bool listed(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return ix_ber_element(b, t) && signal_one(b, t, into);
}

static bool listed_signals(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_signal **tail = into;

	return ix_ber_list(b, t, listed, &tail);
}

static bool listed_ask(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_signal **tail = into;

	return signal_ask_one(b, t, &tail);
}

static bool list_done(struct ix_ber *b, struct signals_ctx *c, const struct list_ctx *l)
{
	struct ix_signal_list *list = *c->lists = ix_ber_part(b, sizeof(*list));

	if (!list)
		return false;
	list->id = l->id;
	list->signals = l->signals;
	c->lists = &list->next;
	return true;
}

static bool signal_list(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "SeqSigList",
		      {0, IX_BER_NEEDED, offsetof(struct list_ctx, id), 0, ix_ber_u16},
		      {1, IX_BER_NEEDED, offsetof(struct list_ctx, signals), 0, listed_signals});
	struct list_ctx l = {.signals = NULL};

	return ix_ber_sequence(b, t, &fields, &l) && list_done(b, into, &l);
}

static bool signal_list_ask(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "IndAudSeqSigList",
		      {0, IX_BER_NEEDED, offsetof(struct list_ctx, id), 0, ix_ber_u16},
		      {1, 0, offsetof(struct list_ctx, signals), 0, listed_ask});
	struct list_ctx l = {.signals = NULL};

	return ix_ber_sequence(b, t, &fields, &l) && list_done(b, into, &l);
}

static bool signal_request(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(kinds, "SignalRequest", {0, 0, 0, 0, signal_item}, {1, 0, 0, 0, signal_list});

	return ix_ber_choice(b, t, &kinds, b->level, into);
}

/* Where the lists of *out end. */
static struct signals_ctx signals_end(struct ix_signals *sg)
{
	struct signals_ctx c = {&sg->list, &sg->lists};

	while (*c.tail)
		c.tail = &(*c.tail)->next;
	while (*c.lists)
		c.lists = &(*c.lists)->next;
	return c;
}

bool ix_ber_signals(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_signals **out = into;
	struct signals_ctx c;

	*out = ix_ber_part(b, sizeof(**out));
	if (!*out)
		return false;
	c = signals_end(*out);
	return ix_ber_list(b, t, signal_request, &c);
}

bool ix_ber_signals_ask(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(kinds, "IndAudSignalsDescriptor", {0, 0, 0, 0, signal_ask},
		      {1, 0, 0, 0, signal_list_ask});
	struct ix_signals **out = into;
	struct signals_ctx c;

	if (!*out)
		*out = ix_ber_part(b, sizeof(**out));
	if (!*out)
		return false;
	c = signals_end(*out);
	return ix_ber_wrapped(b, t, &kinds, b->level, &c);
}

/* ---- Events ---------------------------------------------------------------------------------- */

struct event_ctx {
	struct ix_ber_name name;
	struct ix_event e;
	bool second; // inside Embed: the grammar of text ends there
};

static bool event_params(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct event_ctx *c = into;

	return ix_ber_param_list(b, t,
				 &(struct ix_ber_params){&c->name,
							 c->name.def ? c->name.def->params : NULL,
							 &c->e.params});
}

static bool second_events(struct ix_ber *b, const struct ix_tlv *t, void *into);

static bool embed_events(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct event_ctx *c = into;

	if (c->second || c->e.embed_events)
		return ix_ber_bad(b, t->at, "Events embedded twice or in embedded events");
	return second_events(b, t, &c->e.embed_events);
}

static bool embed_signals(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct event_ctx *c = into;

	if (c->e.embed_signals)
		return ix_ber_bad(b, t->at, "Signals embedded twice");
	return ix_ber_signals(b, t, &c->e.embed_signals);
}

static bool notify_immediate(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	bool flag;

	((struct event_ctx *)into)->e.notify = IX_NB_IMMEDIATE;
	return ix_ber_flag(b, t, &flag);
}

static bool notify_never(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	bool flag;

	((struct event_ctx *)into)->e.notify = IX_NB_NEVER;
	return ix_ber_flag(b, t, &flag);
}

static bool notify_regulated(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "RegulatedEmbeddedDescriptor", {0, 0, 0, 0, embed_events},
		      {1, 0, 0, 0, embed_signals});
	struct event_ctx *c = into;

	if (c->e.embed_events || c->e.embed_signals)
		return ix_ber_bad(b, t->at, "Embedded twice");
	c->e.notify = IX_NB_REGULATED;
	if (!ix_ber_sequence(b, t, &fields, c))
		return false;
	c->e.embed_regulated = c->e.embed_events || c->e.embed_signals;
	return true;
}

static bool notify_as(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(kinds, "NotifyBehaviour", {0, 0, 0, 0, notify_immediate},
		      {1, 0, 0, 0, notify_regulated}, {2, 0, 0, 0, notify_never});

	return ix_ber_wrapped(b, t, &kinds, b->level, into);
}

static bool actions(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(first, "RequestedActions",
		      {0, 0, offsetof(struct event_ctx, e.keep_active), 0, ix_ber_bool},
		      {1, 0, offsetof(struct event_ctx, e.digitmap), 0, ix_ber_event_map},
		      {2, 0, 0, 0, embed_events}, {3, 0, 0, 0, embed_signals},
		      {4, 0, 0, 0, notify_as},
		      {5, 0, offsetof(struct event_ctx, e.reset_events), 0, ix_ber_flag});
	IX_BER_FIELDS(second, "SecondRequestedActions",
		      {0, 0, offsetof(struct event_ctx, e.keep_active), 0, ix_ber_bool},
		      {1, 0, offsetof(struct event_ctx, e.digitmap), 0, ix_ber_event_map},
		      {2, 0, 0, 0, embed_signals}, {3, 0, 0, 0, notify_as},
		      {4, 0, offsetof(struct event_ctx, e.reset_events), 0, ix_ber_flag});

	return ix_ber_sequence(b, t, ((struct event_ctx *)into)->second ? &second : &first, into);
}

struct events_ctx {
	struct ix_events *events;
	struct ix_event **tail;
	bool second;
};

static bool event_done(struct ix_ber *b, struct events_ctx *into, const struct event_ctx *c)
{
	*into->tail = ix_ber_part(b, sizeof(c->e));
	if (!*into->tail)
		return false;
	**into->tail = c->e;
	(*into->tail)->pkg = c->name.pkg;
	(*into->tail)->item = c->name.item;
	into->tail = &(*into->tail)->next;
	return true;
}

static bool event(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "RequestedEvent",
		      {0, IX_BER_NEEDED, offsetof(struct event_ctx, name), 0, ix_ber_item},
		      {1, 0, offsetof(struct event_ctx, e.stream),
		       IX_BER_HAS(struct event_ctx, e.has_stream), ix_ber_u16},
		      {2, 0, 0, 0, actions}, {3, IX_BER_NEEDED, 0, 0, event_params});
	struct events_ctx *list = into;
	struct event_ctx c = {.name.kind = IX_DEF_EVENT, .second = list->second};

	return ix_ber_element(b, t) && ix_ber_sequence(b, t, &fields, &c) &&
	       event_done(b, list, &c);
}

static bool event_list(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct events_ctx *c = into;

	c->tail = &c->events->list;
	return ix_ber_list(b, t, event, c);
}

static bool request_id(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct events_ctx *c = into;

	c->events->has_id = true;
	return ix_ber_u32(b, t, &c->events->id);
}

static bool events(struct ix_ber *b, const struct ix_tlv *t, struct ix_events **out, bool second)
{
	IX_BER_FIELDS(fields, "EventsDescriptor", {0, 0, 0, 0, request_id},
		      {1, IX_BER_NEEDED, 0, 0, event_list});
	struct events_ctx c = {.second = second};

	c.events = *out = ix_ber_part(b, sizeof(**out));
	return *out && ix_ber_sequence(b, t, &fields, &c);
}

static bool second_events(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return events(b, t, into, true);
}

bool ix_ber_events(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return events(b, t, into, false);
}

static bool event_spec(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "EventSpec",
		      {0, IX_BER_NEEDED, offsetof(struct event_ctx, name), 0, ix_ber_item},
		      {1, 0, offsetof(struct event_ctx, e.stream),
		       IX_BER_HAS(struct event_ctx, e.has_stream), ix_ber_u16},
		      {2, IX_BER_NEEDED, 0, 0, event_params});
	struct event_ctx c = {.name.kind = IX_DEF_EVENT};

	return ix_ber_element(b, t) && ix_ber_sequence(b, t, &fields, &c) &&
	       event_done(b, into, &c);
}

bool ix_ber_event_buffer(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_events **out = into;
	struct events_ctx c = {.second = false};

	*out = ix_ber_part(b, sizeof(**out));
	if (!*out)
		return false;
	c.tail = &(*out)->list;
	return ix_ber_list(b, t, event_spec, &c);
}

/* An audit names one event in each part; they add up to one descriptor. */
struct ask_ctx {
	struct event_ctx c;
	uint32_t id;
	bool has_id;
};

static bool event_ask(struct ix_ber *b, const struct ix_tlv *t, const struct ix_ber_fields *fields,
		      struct ix_events **out)
{
	struct ask_ctx a = {.c.name.kind = IX_DEF_EVENT};
	struct events_ctx list;

	if (!ix_ber_sequence(b, t, fields, &a))
		return false;
	if (*out && ((*out)->has_id != a.has_id || (*out)->id != a.id))
		return ix_ber_bad(b, t->at, "Events of two requests in one audit");
	if (!*out)
		*out = ix_ber_part(b, sizeof(**out));
	if (!*out)
		return false;
	(*out)->has_id = a.has_id;
	(*out)->id = a.id;
	list = (struct events_ctx){.events = *out, .tail = &(*out)->list};
	while (*list.tail)
		list.tail = &(*list.tail)->next;
	return event_done(b, &list, &a.c);
}

bool ix_ber_events_ask(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "IndAudEventsDescriptor",
		      {0, 0, offsetof(struct ask_ctx, id), IX_BER_HAS(struct ask_ctx, has_id),
		       ix_ber_u32},
		      {1, IX_BER_NEEDED, offsetof(struct ask_ctx, c.name), 0, ix_ber_item},
		      {2, 0, offsetof(struct ask_ctx, c.e.stream),
		       IX_BER_HAS(struct ask_ctx, c.e.has_stream), ix_ber_u16});

	return event_ask(b, t, &fields, into);
}

bool ix_ber_event_buffer_ask(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "IndAudEventBufferDescriptor",
		      {0, IX_BER_NEEDED, offsetof(struct ask_ctx, c.name), 0, ix_ber_item},
		      {1, 0, offsetof(struct ask_ctx, c.e.stream),
		       IX_BER_HAS(struct ask_ctx, c.e.has_stream), ix_ber_u16});

	return event_ask(b, t, &fields, into);
}

/* ---- ObservedEvents -------------------------------------------------------------------------- */

struct observed_ctx {
	struct ix_ber_name name;
	struct ix_observed o;
};

static bool observed_params(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct observed_ctx *c = into;

	return ix_ber_param_list(b, t,
				 &(struct ix_ber_params){&c->name,
							 c->name.def ? c->name.def->observed : NULL,
							 &c->o.params});
}

static bool observed_event(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "ObservedEvent",
		      {0, IX_BER_NEEDED, offsetof(struct observed_ctx, name), 0, ix_ber_item},
		      {1, 0, offsetof(struct observed_ctx, o.stream),
		       IX_BER_HAS(struct observed_ctx, o.has_stream), ix_ber_u16},
		      {2, IX_BER_NEEDED, 0, 0, observed_params},
		      {3, 0, offsetof(struct observed_ctx, o.time), 0, ix_ber_time});
	struct observed_ctx c = {.name.kind = IX_DEF_EVENT};
	struct ix_observed ***tail = into;

	if (!ix_ber_element(b, t) || !ix_ber_sequence(b, t, &fields, &c))
		return false;
	**tail = ix_ber_part(b, sizeof(c.o));
	if (!**tail)
		return false;
	***tail = c.o;
	(**tail)->pkg = c.name.pkg;
	(**tail)->item = c.name.item;
	*tail = &(**tail)->next;
	return true;
}

static bool observed_list(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_observed **tail = into;

	return ix_ber_list(b, t, observed_event, &tail);
}

bool ix_ber_observed(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(
		fields, "ObservedEventsDescriptor",
		{0, IX_BER_NEEDED, offsetof(struct ix_observed_events, id), 0, ix_ber_u32},
		{1, IX_BER_NEEDED, offsetof(struct ix_observed_events, list), 0, observed_list});
	struct ix_observed_events **out = into;

	*out = ix_ber_part(b, sizeof(**out));
	return *out && ix_ber_sequence(b, t, &fields, *out) &&
	       ((*out)->list || !b->request || ix_ber_bad(b, t->at, "No event was observed"));
}
