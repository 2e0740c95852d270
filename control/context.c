// The model: contexts, their terminations, the terminations' streams. Bounded tables, no decisions.
// Spec: H.248.1 6 (connection model)
#include "ber_plan.h"
#include "context.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct ctl_model {
	unsigned mask; // buckets - 1, of both tables
	struct ctl_context **contexts;
	struct ctl_termination **terms;
	struct ctl_context *first, *last;
	struct ctl_context *scan; // next of the round, NULL: at its end
	uint32_t next_context, next_term, term_mask;
	struct ctl_model_stats stats;
};

/* ---- tallies --------------------------------------------------------------------------------- */

struct ctl_tally *ctl_tally_new(void)
{
	struct ctl_tally *t = calloc(1, sizeof(*t));

	if (t)
		t->refs = 1;
	return t;
}

struct ctl_tally *ctl_tally_ref(struct ctl_tally *t)
{
	if (t)
		t->refs++;
	return t;
}

void ctl_tally_put(struct ctl_tally *t)
{
	if (t && --t->refs == 0)
		free(t);
}

/* ---- the tables ------------------------------------------------------------------------------ */

struct ctl_model *ctl_model_new(unsigned max_contexts, unsigned max_terms)
{
	struct ctl_model *m = calloc(1, sizeof(*m));
	unsigned buckets = 64;

	if (!m)
		return NULL;
	while (buckets < max_terms && buckets < 1u << 22)
		buckets *= 2;
	m->mask = buckets - 1;
	m->contexts = calloc(buckets, sizeof(*m->contexts));
	m->terms = calloc(buckets, sizeof(*m->terms));
	m->stats.contexts_max = max_contexts;
	m->stats.terms_max = max_terms;
	/* Numbers start anywhere: a controller that kept ids of an earlier run finds no stranger
	 * there. */
	m->next_context = 1 + arc4random_uniform(0x7fffffff);
	m->next_term = 1 + arc4random_uniform(0x7fffffff);
	/* Half of the numbers that binary termination ids have room for may be in use at once. */
	m->term_mask = max_terms <= 2 * CTL_BER_STREAMS ? (1u << CTL_BER_ID_BITS) - 1 : UINT32_MAX;
	if (!m->contexts || !m->terms) {
		ctl_model_free(m);
		return NULL;
	}
	return m;
}

void ctl_model_free(struct ctl_model *m)
{
	if (!m)
		return;
	while (m->first) {
		struct ctl_context *ctx = m->first;

		while (ctx->n_terms) {
			struct ctl_termination *t = ctx->terms[0];

			ctl_term_leave(t);
			ctl_term_free(m, t);
		}
		ctl_context_del(m, ctx);
	}
	free(m->contexts);
	free(m->terms);
	free(m);
}

static bool reserved(uint32_t id)
{
	return id == IX_CID_NULL || id == IX_CID_CHOOSE || id == IX_CID_ALL;
}

struct ctl_context *ctl_context_get(const struct ctl_model *m, uint32_t id)
{
	struct ctl_context *ctx = m->contexts[id & m->mask];

	while (ctx && ctx->id != id)
		ctx = ctx->next;
	return ctx;
}

struct ctl_context *ctl_context_new(struct ctl_model *m)
{
	struct ctl_context *ctx;
	uint32_t id;

	if (m->stats.contexts >= m->stats.contexts_max || !(ctx = calloc(1, sizeof(*ctx))))
		return NULL;
	do
		id = m->next_context++;
	while (reserved(id) || ctl_context_get(m, id));
	ctx->id = id;
	ctx->next = m->contexts[id & m->mask];
	m->contexts[id & m->mask] = ctx;
	ctx->list_prev = m->last;
	if (m->last)
		m->last->list_next = ctx;
	else
		m->first = ctx;
	m->last = ctx;
	m->stats.contexts++;
	return ctx;
}

void ctl_context_del(struct ctl_model *m, struct ctl_context *ctx)
{
	struct ctl_context **at = &m->contexts[ctx->id & m->mask];

	while (*at != ctx)
		at = &(*at)->next;
	*at = ctx->next;
	if (m->scan == ctx)
		m->scan = ctx->list_next;
	if (ctx->list_prev)
		ctx->list_prev->list_next = ctx->list_next;
	else
		m->first = ctx->list_next;
	if (ctx->list_next)
		ctx->list_next->list_prev = ctx->list_prev;
	else
		m->last = ctx->list_prev;
	m->stats.contexts--;
	free(ctx);
}

struct ctl_context *ctl_context_next(const struct ctl_model *m, const struct ctl_context *ctx)
{
	return ctx ? ctx->list_next : m->first;
}

struct ctl_context *ctl_context_scan(struct ctl_model *m)
{
	struct ctl_context *ctx = m->scan;

	m->scan = ctx ? ctx->list_next : m->first;
	return ctx;
}

/* ---- terminations ---------------------------------------------------------------------------- */

static bool id_in_use(const struct ctl_model *m, uint32_t id)
{
	for (const struct ctl_termination *t = m->terms[id & m->mask]; t; t = t->next)
		if (t->id == id)
			return true;
	return false;
}

struct ctl_termination *ctl_term_new(struct ctl_model *m)
{
	struct ctl_termination *t;
	uint32_t id;

	if (m->stats.terms >= m->stats.terms_max || !(t = calloc(1, sizeof(*t))))
		return NULL;
	t->tally = ctl_tally_new();
	if (!t->tally) {
		free(t);
		return NULL;
	}
	do
		id = m->next_term++ & m->term_mask;
	while (id == 0 || id_in_use(m, id));
	t->id = id;
	t->next = m->terms[id & m->mask];
	m->terms[id & m->mask] = t;
	m->stats.terms++;
	return t;
}

bool ctl_term_join(struct ctl_context *ctx, struct ctl_termination *t)
{
	if (ctx->n_terms == CTL_TERMS)
		return false;
	ctx->terms[ctx->n_terms++] = t;
	t->ctx = ctx;
	return true;
}

void ctl_term_leave(struct ctl_termination *t)
{
	struct ctl_context *ctx = t->ctx;
	unsigned i = 0;

	if (!ctx)
		return;
	while (ctx->terms[i] != t)
		i++;
	ctx->n_terms--;
	memmove(&ctx->terms[i], &ctx->terms[i + 1], (ctx->n_terms - i) * sizeof(ctx->terms[0]));
	/* What was said about two terminations does not hold for another pair. */
	if (i < 2)
		ctx->isolate[0] = ctx->isolate[1] = false;
	t->ctx = NULL;
}

void ctl_term_free(struct ctl_model *m, struct ctl_termination *t)
{
	struct ctl_termination **at = &m->terms[t->id & m->mask];

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	m->stats.terms--;
	for (unsigned i = 0; i < t->n_streams; i++)
		ctl_stream_free(t->streams[i]);
	ctl_tally_put(t->tally);
	free(t);
}

struct ctl_termination *ctl_term_get(const struct ctl_model *m, struct ix_str name)
{
	uint64_t id = 0;
	uint32_t at = name.len;

	while (at > 0 && name.p[at - 1] >= '0' && name.p[at - 1] <= '9')
		at--;
	if (at == name.len || name.len - at > 10)
		return NULL;
	for (; at < name.len; at++)
		id = id * 10 + (uint64_t)(name.p[at] - '0');
	for (struct ctl_termination *t = m->terms[(uint32_t)id & m->mask]; t; t = t->next)
		if (t->id == id && ix_str_is(name, t->name))
			return t;
	return NULL;
}

/* ---- streams --------------------------------------------------------------------------------- */

struct ctl_stream *ctl_stream_get(const struct ctl_termination *t, uint16_t id)
{
	for (unsigned i = 0; i < t->n_streams; i++)
		if (t->streams[i]->id == id)
			return t->streams[i];
	return NULL;
}

static bool copy_sdp(struct ctl_sdp *to, const struct ctl_sdp *from)
{
	struct ctl_error err;
	struct ix_str text = {from->text, from->text ? (uint32_t)strlen(from->text) : 0};

	return !from->text || ctl_sdp_set(to, text, &err);
}

struct ctl_stream *ctl_stream_new(uint16_t id, const struct ctl_stream *from)
{
	struct ctl_stream *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	if (!from) {
		s->id = id;
		s->mode = IX_INACTIVE; // H.248.1 7.1.7: the default
		s->dscp = NAT_DSCP_COPY;
		return s;
	}
	*s = *from;
	s->local = s->remote = (struct ctl_sdp){0};
	if (copy_sdp(&s->local, &from->local) && copy_sdp(&s->remote, &from->remote))
		return s;
	ctl_stream_free(s);
	return NULL;
}

void ctl_stream_free(struct ctl_stream *s)
{
	if (!s)
		return;
	free(s->local.text);
	free(s->remote.text);
	free(s);
}

bool ctl_sdp_set(struct ctl_sdp *sdp, struct ix_str text, struct ctl_error *err)
{
	struct ix_error why = {0};
	struct ix_sdp parsed;
	unsigned sessions;
	char *copy;

	if (memchr(text.p ? text.p : "", 0, text.len))
		return ctl_refuse(err, IX_E_SDP, "NUL in SDP");
	copy = strndup(text.p ? text.p : "", text.len);
	if (!copy)
		return ctl_refuse(err, IX_E_RESOURCES, "out of memory");
	if (!ix_sdp_parse((struct ix_str){copy, text.len}, &parsed, &sessions, &why)) {
		ctl_refuse(err, why.code, "%.*s", (int)why.text.len, why.text.p);
		free(copy);
		return false;
	}
	free(sdp->text);
	sdp->text = copy;
	sdp->sdp = parsed;
	return true;
}

struct ctl_model_stats ctl_model_stats(const struct ctl_model *m)
{
	return m->stats;
}
