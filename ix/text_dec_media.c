// Decodes properties and the Media descriptor.
// Spec: H.248.1 v3 Annex B.2
//
// One function per production. Where an audit may name an item without its value the same function
// serves both uses; `audit` tells them apart.
#include "text_dec.h"

/* ---- properties ------------------------------------------------------------------------------ */

static bool value(struct ix_scan *s, struct ix_value ***tail)
{
	struct ix_value *v = ix_part(s, sizeof(*v));

	if (!v)
		return false;
	v->quoted = ix_at(s, '"');
	if (v->quoted ? !ix_quoted(s, &v->text) : !ix_word(s, &v->text, "a value"))
		return false;
	**tail = v;
	*tail = &v->next;
	return true;
}

/* v *("," v) close, or in square brackets lo ":" hi. */
static bool value_list(struct ix_scan *s, char close, struct ix_prop *p, struct ix_value **tail)
{
	if (!value(s, &tail))
		return false;
	if (close == ']' && ix_accept(s, ':')) {
		p->shape = IX_RANGE;
		return value(s, &tail) && ix_expect(s, ']');
	}
	while (ix_accept(s, ','))
		if (!value(s, &tail))
			return false;
	return ix_expect(s, close);
}

static bool prop_value(struct ix_scan *s, unsigned form, struct ix_prop *p)
{
	struct ix_value **tail = &p->values;

	if (ix_accept(s, '=')) {
		p->shape = ix_accept(s, '{')   ? IX_OR_LIST
			   : ix_accept(s, '[') ? IX_AND_LIST
					       : IX_ONE;
		if (p->shape != IX_ONE)
			return value_list(s, p->shape == IX_OR_LIST ? '}' : ']', p, tail);
	} else if (ix_accept(s, '#')) {
		p->rel = IX_NE;
	} else if (ix_accept(s, '<')) {
		p->rel = IX_LT;
	} else if (ix_accept(s, '>')) {
		p->rel = IX_GT;
	} else {
		return (form & IX_PF_MAYBE) || ix_expected(s, s->p, "'='");
	}
	return value(s, &tail);
}

bool ix_dec_prop(struct ix_scan *s, struct ix_str word, unsigned form, struct ix_prop **list)
{
	struct ix_prop *p = ix_part(s, sizeof(*p));
	unsigned before = 0;

	if (!p)
		return false;
	if (form & (IX_PF_PARAM | IX_PF_EXTENSION)) {
		p->item = word;
		if ((form & IX_PF_PARAM) && !ix_is_name(word))
			return ix_expected(s, word.p, "a parameter");
	} else if (!ix_split_pkg(word, &p->pkg, &p->item)) {
		return ix_expected(s, word.p, "package/item");
	}
	for (; *list; list = &(*list)->next) {
		if (ix_str_eq((*list)->item, p->item) && ix_str_eq((*list)->pkg, p->pkg))
			return ix_twice(s, word, IX_E_PROPERTY_TWICE);
		if (++before == IX_LIST_MAX)
			return ix_too_many(s, word);
	}
	*list = p;
	return prop_value(s, form, p);
}

bool ix_dec_pkg_item(struct ix_scan *s, struct ix_str *pkg, struct ix_str *item)
{
	struct ix_str w;

	return ix_word(s, &w, "package/item") &&
	       (ix_split_pkg(w, pkg, item) || ix_expected(s, w.p, "package/item"));
}

bool ix_dec_tri(struct ix_scan *s, enum ix_tri *tri)
{
	struct ix_str w;

	if (!ix_expect(s, '=') || !ix_word(s, &w, "ON or OFF"))
		return false;
	*tri = ix_str_is(w, "ON") ? IX_ON : ix_str_is(w, "OFF") ? IX_OFF : IX_ABSENT;
	return *tri != IX_ABSENT || ix_expected(s, w.p, "ON or OFF");
}

bool ix_dec_stream_id(struct ix_scan *s, bool *has, uint16_t *id)
{
	uint32_t n;

	if (!ix_expect(s, '=') || !ix_number(s, UINT16_MAX, 5, &n, "a stream id"))
		return false;
	*has = true;
	*id = (uint16_t)n;
	return true;
}

/* ---- Media ----------------------------------------------------------------------------------- */

struct media_ctx {
	struct ix_media *media;
	struct ix_stream *stream;
	struct ix_local_control *control;
	struct ix_term_state *state;
	struct ix_stats *stats;
	bool audit;
};

static bool mode(struct ix_scan *s, enum ix_mode *m)
{
	struct ix_str w;

	if (!ix_expect(s, '=') || !ix_word(s, &w, "a stream mode"))
		return false;
	switch (ix_token(w)) {
	case IX_T_SENDONLY: *m = IX_SENDONLY; return true;
	case IX_T_RECVONLY: *m = IX_RECVONLY; return true;
	case IX_T_SENDRECV: *m = IX_SENDRECV; return true;
	case IX_T_INACTIVE: *m = IX_INACTIVE; return true;
	case IX_T_LOOPBACK: *m = IX_LOOPBACK; return true;
	default: return ix_expected(s, w.p, "a stream mode");
	}
}

/* An audit names Mode, ReservedValue, ReservedGroup, ServiceStates or Buffer without a value. */
static bool asked(struct ix_scan *s, const struct media_ctx *c, uint8_t bit, uint8_t *bits)
{
	if (!c->audit || ix_at(s, '='))
		return false;
	*bits |= bit;
	return true;
}

static bool local_parm(struct ix_scan *s, void *into)
{
	struct media_ctx *c = into;
	struct ix_local_control *lc = c->control;
	struct ix_str w;

	if (!ix_word(s, &w, "a LocalControl property"))
		return false;
	switch (ix_token(w)) {
	case IX_T_MODE:
		if (lc->mode != IX_MODE_NONE || (lc->asked & IX_ASK_MODE))
			return ix_twice(s, w, IX_E_PROPERTY_TWICE);
		return asked(s, c, IX_ASK_MODE, &lc->asked) || mode(s, &lc->mode);
	case IX_T_RESERVED_VALUE:
		if (lc->reserve_value != IX_ABSENT || (lc->asked & IX_ASK_RESERVE_VALUE))
			return ix_twice(s, w, IX_E_PROPERTY_TWICE);
		return asked(s, c, IX_ASK_RESERVE_VALUE, &lc->asked) ||
		       ix_dec_tri(s, &lc->reserve_value);
	case IX_T_RESERVED_GROUP:
		if (lc->reserve_group != IX_ABSENT || (lc->asked & IX_ASK_RESERVE_GROUP))
			return ix_twice(s, w, IX_E_PROPERTY_TWICE);
		return asked(s, c, IX_ASK_RESERVE_GROUP, &lc->asked) ||
		       ix_dec_tri(s, &lc->reserve_group);
	default: return ix_dec_prop(s, w, c->audit ? IX_PF_MAYBE : IX_PF_VALUE, &lc->props);
	}
}

static bool statistic(struct ix_scan *s, void *into)
{
	struct ix_stats *st = into;
	struct ix_str w;

	return ix_word(s, &w, "a statistic") && ix_dec_prop(s, w, IX_PF_MAYBE, &st->items);
}

/* After the Statistics token; a bare one is an empty descriptor. */
bool ix_dec_stats(struct ix_scan *s, struct ix_stats **out)
{
	*out = ix_part(s, sizeof(**out));
	return *out && (!ix_at(s, '{') || ix_block(s, statistic, *out));
}

/* { octets }; an audit may name the descriptor alone. */
static bool session(struct ix_scan *s, bool audit, bool *has, struct ix_str *text)
{
	*has = true;
	return (audit && !ix_at(s, '{')) || ix_octets(s, text);
}

/* An empty LocalControl says nothing: it is as if it were not there. */
static bool control(struct ix_scan *s, struct media_ctx *c, struct ix_local_control **out)
{
	struct ix_local_control *lc = c->control = ix_part(s, sizeof(*lc));

	if (!lc || !ix_block(s, local_parm, c))
		return false;
	if (lc->mode || lc->reserve_value || lc->reserve_group || lc->asked || lc->props)
		*out = lc;
	return true;
}

/* One of LocalControl, Local, Remote, Statistics, whose word w was read. */
static bool stream_parm_of(struct ix_scan *s, struct media_ctx *c, struct ix_str w, enum ix_tok tok)
{
	struct ix_stream *st = c->stream;

	switch (tok) {
	case IX_T_LOCAL_CONTROL:
		return st->control ? ix_twice(s, w, IX_E_DESCRIPTOR_TWICE)
				   : control(s, c, &st->control);
	case IX_T_LOCAL:
		return st->has_local ? ix_twice(s, w, IX_E_DESCRIPTOR_TWICE)
				     : session(s, c->audit, &st->has_local, &st->local);
	case IX_T_REMOTE:
		return st->has_remote ? ix_twice(s, w, IX_E_DESCRIPTOR_TWICE)
				      : session(s, c->audit, &st->has_remote, &st->remote);
	case IX_T_STATISTICS:
		return st->stats ? ix_twice(s, w, IX_E_DESCRIPTOR_TWICE)
				 : ix_dec_stats(s, &st->stats);
	default: return ix_expected(s, w.p, "LocalControl, Local, Remote or Statistics");
	}
}

static bool stream_parm(struct ix_scan *s, void *into)
{
	struct ix_str w;

	return ix_word(s, &w, "LocalControl, Local, Remote or Statistics") &&
	       stream_parm_of(s, into, w, ix_token(w));
}

static struct ix_stream *stream_add(struct ix_scan *s, struct media_ctx *c, uint16_t id)
{
	struct ix_stream **tail = &c->media->streams;

	while (*tail)
		tail = &(*tail)->next;
	*tail = c->stream = ix_part(s, sizeof(**tail));
	if (*tail)
		(*tail)->id = id;
	return *tail;
}

static bool stream(struct ix_scan *s, struct media_ctx *c, struct ix_str w)
{
	unsigned before = 0;
	uint16_t id;
	bool has;

	if (!ix_dec_stream_id(s, &has, &id))
		return false;
	if (id == 0)
		return ix_expected(s, w.p, "a stream id above 0");
	for (struct ix_stream *st = c->media->streams; st; st = st->next) {
		if (st->id == id || st->id == 0)
			return ix_twice(s, w, IX_E_DESCRIPTOR_TWICE);
		if (++before == IX_LIST_MAX)
			return ix_too_many(s, w);
	}
	return stream_add(s, c, id) && ix_block(s, stream_parm, c);
}

static bool service_state(struct ix_scan *s, enum ix_service_state *state)
{
	struct ix_str w;

	if (!ix_expect(s, '=') || !ix_word(s, &w, "a service state"))
		return false;
	switch (ix_token(w)) {
	case IX_T_TEST: *state = IX_SS_TEST; return true;
	case IX_T_OUT_OF_SERVICE: *state = IX_SS_OUT; return true;
	case IX_T_IN_SERVICE: *state = IX_SS_IN; return true;
	default: return ix_expected(s, w.p, "a service state");
	}
}

static bool buffer(struct ix_scan *s, enum ix_buffer *b)
{
	struct ix_str w;

	if (!ix_expect(s, '=') || !ix_word(s, &w, "OFF or LockStep"))
		return false;
	switch (ix_token(w)) {
	case IX_T_OFF: *b = IX_BUF_OFF; return true;
	case IX_T_LOCKSTEP: *b = IX_BUF_LOCKSTEP; return true;
	default: return ix_expected(s, w.p, "OFF or LockStep");
	}
}

static bool state_parm(struct ix_scan *s, void *into)
{
	struct media_ctx *c = into;
	struct ix_term_state *ts = c->state;
	struct ix_str w;

	if (!ix_word(s, &w, "a TerminationState property"))
		return false;
	switch (ix_token(w)) {
	case IX_T_SERVICE_STATES:
		if (ts->service != IX_SS_NONE || (ts->asked & IX_ASK_SERVICE))
			return ix_twice(s, w, IX_E_PROPERTY_TWICE);
		return asked(s, c, IX_ASK_SERVICE, &ts->asked) || service_state(s, &ts->service);
	case IX_T_BUFFER:
		if (ts->buffer != IX_BUF_NONE || (ts->asked & IX_ASK_BUFFER))
			return ix_twice(s, w, IX_E_PROPERTY_TWICE);
		return asked(s, c, IX_ASK_BUFFER, &ts->asked) || buffer(s, &ts->buffer);
	default: return ix_dec_prop(s, w, c->audit ? IX_PF_MAYBE : IX_PF_VALUE, &ts->props);
	}
}

static bool term_state(struct ix_scan *s, struct media_ctx *c, struct ix_term_state **out)
{
	struct ix_term_state *ts = c->state = ix_part(s, sizeof(*ts));

	if (!ts || !ix_block(s, state_parm, c))
		return false;
	if (ts->service || ts->buffer || ts->asked || ts->props)
		*out = ts;
	return true;
}

static bool media_parm(struct ix_scan *s, void *into)
{
	struct media_ctx *c = into;
	struct ix_media *m = c->media;
	enum ix_tok tok;
	struct ix_str w;

	if (!ix_word(s, &w, "Stream, TerminationState, LocalControl, Local or Remote"))
		return false;
	tok = ix_token(w);
	switch (tok) {
	case IX_T_STREAM: return stream(s, c, w);
	case IX_T_TERM_STATE:
		return m->state ? ix_twice(s, w, IX_E_DESCRIPTOR_TWICE)
				: term_state(s, c, &m->state);
	default: // the parameters of the only stream, written without Stream
		if (m->streams && m->streams->id != 0)
			return ix_expected(s, w.p, "Stream or TerminationState");
		if (!m->streams && !stream_add(s, c, 0))
			return false;
		return stream_parm_of(s, c, w, tok);
	}
}

/* A stream without Stream, whose LocalControl was empty and nothing else stood there. */
static bool says_nothing(const struct ix_stream *st)
{
	return st && st->id == 0 && !st->control && !st->has_local && !st->has_remote && !st->stats;
}

bool ix_dec_media(struct ix_scan *s, bool audit, struct ix_media **out)
{
	struct media_ctx c = {.audit = audit};

	c.media = *out = ix_part(s, sizeof(**out));
	if (!*out || (ix_at(s, '{') && !ix_block(s, media_parm, &c)))
		return false;
	if (says_nothing(c.media->streams))
		c.media->streams = NULL;
	return true;
}
