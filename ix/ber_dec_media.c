// Decodes the Media descriptor of the binary encoding, and its audit.
// Spec: H.248.1 v3 Annex A.2
#include "ber_dec.h"

static bool mode(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	static const enum ix_mode modes[] = {IX_SENDONLY, IX_RECVONLY, IX_SENDRECV, IX_INACTIVE,
					     IX_LOOPBACK};
	uint64_t n;

	if (!ix_ber_number(b, t, 4, &n))
		return false;
	*(enum ix_mode *)into = modes[n];
	return true;
}

static bool service_state(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	static const enum ix_service_state states[] = {IX_SS_TEST, IX_SS_OUT, IX_SS_IN};
	uint64_t n;

	if (!ix_ber_number(b, t, 2, &n))
		return false;
	*(enum ix_service_state *)into = states[n];
	return true;
}

static bool buffer(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	uint64_t n;

	if (!ix_ber_number(b, t, 1, &n))
		return false;
	*(enum ix_buffer *)into = n == 0 ? IX_BUF_OFF : IX_BUF_LOCKSTEP;
	return true;
}

/* NULL that asks for a property; into: the bits. */
static bool asked(struct ix_ber *b, const struct ix_tlv *t, uint8_t *bits, uint8_t bit)
{
	bool flag;

	*bits |= bit;
	return ix_ber_flag(b, t, &flag);
}

static bool ask_mode(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return asked(b, t, into, IX_ASK_MODE);
}

static bool ask_reserve_value(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return asked(b, t, into, IX_ASK_RESERVE_VALUE);
}

static bool ask_reserve_group(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return asked(b, t, into, IX_ASK_RESERVE_GROUP);
}

static bool ask_service(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return asked(b, t, into, IX_ASK_SERVICE);
}

static bool ask_buffer(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return asked(b, t, into, IX_ASK_BUFFER);
}

/* ---- streams --------------------------------------------------------------------------------- */

/* An empty one says nothing: it is as if it were not there. */
static bool control_by(struct ix_ber *b, const struct ix_tlv *t, const struct ix_ber_fields *fields,
		       struct ix_local_control **out)
{
	struct ix_local_control *lc = ix_ber_part(b, sizeof(*lc));

	if (!lc || !ix_ber_sequence(b, t, fields, lc))
		return false;
	if (lc->mode || lc->reserve_value || lc->reserve_group || lc->asked || lc->props)
		*out = lc;
	return true;
}

static bool control(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(
		fields, "LocalControlDescriptor",
		{0, 0, offsetof(struct ix_local_control, mode), 0, mode},
		{1, 0, offsetof(struct ix_local_control, reserve_value), 0, ix_ber_tri},
		{2, 0, offsetof(struct ix_local_control, reserve_group), 0, ix_ber_tri},
		{3, IX_BER_NEEDED, offsetof(struct ix_local_control, props), 0, ix_ber_props});
	return control_by(b, t, &fields, into);
}

static bool control_ask(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "IndAudLocalControlDescriptor",
		      {0, 0, offsetof(struct ix_local_control, asked), 0, ask_mode},
		      {1, 0, offsetof(struct ix_local_control, asked), 0, ask_reserve_value},
		      {2, 0, offsetof(struct ix_local_control, asked), 0, ask_reserve_group},
		      {3, 0, offsetof(struct ix_local_control, props), 0, ix_ber_prop_asks},
		      {4, 0, offsetof(struct ix_local_control, mode), 0, mode});
	return control_by(b, t, &fields, into);
}

static bool parms(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "StreamParms",
		      {0, 0, offsetof(struct ix_stream, control), 0, control},
		      {1, 0, offsetof(struct ix_stream, local),
		       IX_BER_HAS(struct ix_stream, has_local), ix_ber_sdp},
		      {2, 0, offsetof(struct ix_stream, remote),
		       IX_BER_HAS(struct ix_stream, has_remote), ix_ber_sdp},
		      {3, 0, offsetof(struct ix_stream, stats), 0, ix_ber_stats});

	return ix_ber_sequence(b, t, &fields, into);
}

static bool parms_ask(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "IndAudStreamParms",
		      {0, 0, offsetof(struct ix_stream, control), 0, control_ask},
		      {1, 0, offsetof(struct ix_stream, local),
		       IX_BER_HAS(struct ix_stream, has_local), ix_ber_sdp_audit},
		      {2, 0, offsetof(struct ix_stream, remote),
		       IX_BER_HAS(struct ix_stream, has_remote), ix_ber_sdp_audit},
		      {3, 0, offsetof(struct ix_stream, stats), 0, ix_ber_stats_ask});

	return ix_ber_sequence(b, t, &fields, into);
}

struct streams_ctx {
	struct ix_stream *first, **tail;
	unsigned n;
};

static bool stream_add(struct ix_ber *b, struct streams_ctx *c, const struct ix_stream *st)
{
	*c->tail = ix_ber_part(b, sizeof(*st));
	if (!*c->tail)
		return false;
	**c->tail = *st;
	c->tail = &(*c->tail)->next;
	return true;
}

static bool stream_by(struct ix_ber *b, const struct ix_tlv *t, const struct ix_ber_fields *fields,
		      struct streams_ctx *c)
{
	struct ix_stream st = {.id = 0};

	if (!ix_ber_element(b, t) || !ix_ber_sequence(b, t, fields, &st))
		return false;
	if (st.id == 0)
		return ix_ber_bad(b, t->at, "Stream 0");
	if (++c->n > IX_BER_LIST_MAX)
		return ix_ber_too_many(b, t->at);
	for (const struct ix_stream *other = c->first; other; other = other->next)
		if (other->id == st.id)
			return ix_ber_twice(b, t->at, IX_E_DESCRIPTOR_TWICE, ix_lit("A stream"));
	return stream_add(b, c, &st);
}

static bool stream(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "StreamDescriptor",
		      {0, IX_BER_NEEDED, offsetof(struct ix_stream, id), 0, ix_ber_u16},
		      {1, IX_BER_NEEDED, 0, 0, parms});

	return stream_by(b, t, &fields, into);
}

static bool stream_ask(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "IndAudStreamDescriptor",
		      {0, IX_BER_NEEDED, offsetof(struct ix_stream, id), 0, ix_ber_u16},
		      {1, IX_BER_NEEDED, 0, 0, parms_ask});

	return stream_by(b, t, &fields, into);
}

static bool streams_by(struct ix_ber *b, const struct ix_tlv *t, ix_ber_read *one,
		       struct ix_stream **out)
{
	struct streams_ctx c = {.tail = &c.first};

	if (!ix_ber_list(b, t, one, &c))
		return false;
	*out = c.first;
	return true;
}

static bool many(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return streams_by(b, t, stream, into);
}

static bool many_ask(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return streams_by(b, t, stream_ask, into);
}

/* The only stream without a number; an empty one says nothing. */
static bool one_by(struct ix_ber *b, const struct ix_tlv *t, ix_ber_read *read,
		   struct ix_stream **out)
{
	struct ix_stream *st = ix_ber_part(b, sizeof(*st));

	if (!st || !read(b, t, st))
		return false;
	if (st->control || st->has_local || st->has_remote || st->stats)
		*out = st;
	return true;
}

static bool one(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return one_by(b, t, parms, into);
}

static bool one_ask(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return one_by(b, t, parms_ask, into);
}

static bool streams(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(kinds, "streams", {0, 0, 0, 0, one}, {1, 0, 0, 0, many});

	return ix_ber_wrapped(b, t, &kinds, b->level, into);
}

static bool streams_ask(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(kinds, "streams", {0, 0, 0, 0, one_ask}, {1, 0, 0, 0, many_ask});

	return ix_ber_wrapped(b, t, &kinds, b->level, into);
}

/* ---- TerminationState, Media ----------------------------------------------------------------- */

/* An empty one says nothing: it is as if it were not there. */
static bool state_by(struct ix_ber *b, const struct ix_tlv *t, const struct ix_ber_fields *fields,
		     struct ix_term_state **out)
{
	struct ix_term_state *ts = ix_ber_part(b, sizeof(*ts));

	if (!ts || !ix_ber_sequence(b, t, fields, ts))
		return false;
	if (ts->service || ts->buffer || ts->asked || ts->props)
		*out = ts;
	return true;
}

static bool state(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "TerminationStateDescriptor",
		      {0, IX_BER_NEEDED, offsetof(struct ix_term_state, props), 0, ix_ber_props},
		      {1, 0, offsetof(struct ix_term_state, buffer), 0, buffer},
		      {2, 0, offsetof(struct ix_term_state, service), 0, service_state});
	return state_by(b, t, &fields, into);
}

static bool state_ask(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(
		fields, "IndAudTerminationStateDescriptor",
		{0, IX_BER_NEEDED, offsetof(struct ix_term_state, props), 0, ix_ber_prop_asks},
		{1, 0, offsetof(struct ix_term_state, asked), 0, ask_buffer},
		{2, 0, offsetof(struct ix_term_state, asked), 0, ask_service},
		{3, 0, offsetof(struct ix_term_state, service), 0, service_state});
	return state_by(b, t, &fields, into);
}

bool ix_ber_media(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "MediaDescriptor", {0, 0, offsetof(struct ix_media, state), 0, state},
		      {1, 0, offsetof(struct ix_media, streams), 0, streams});
	struct ix_media **out = into;

	*out = ix_ber_part(b, sizeof(**out));
	return *out && ix_ber_sequence(b, t, &fields, *out);
}

bool ix_ber_media_ask(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "IndAudMediaDescriptor",
		      {0, 0, offsetof(struct ix_media, state), 0, state_ask},
		      {1, 0, offsetof(struct ix_media, streams), 0, streams_ask});
	struct ix_media **out = into;

	if (*out)
		return ix_ber_bad(b, t->at, "Media twice in an audit");
	*out = ix_ber_part(b, sizeof(**out));
	return *out && ix_ber_sequence(b, t, &fields, *out);
}
