// Decodes context ids, context properties and ContextAudit.
// Spec: H.248.1 v3 Annex B.2
#include "text_dec.h"

#include <string.h>

/* ---- properties ------------------------------------------------------------------------------ */

bool ix_dec_context_id(struct ix_scan *s, uint32_t *cid)
{
	struct ix_str w;

	if (!ix_word(s, &w, "a context id"))
		return false;
	if (w.len == 1 && (w.p[0] == '-' || w.p[0] == '$' || w.p[0] == '*')) {
		*cid = w.p[0] == '-' ? IX_CID_NULL : w.p[0] == '$' ? IX_CID_CHOOSE : IX_CID_ALL;
		return true;
	}
	// Zero and the two highest numbers stand for -, $ and * in the binary encoding.
	if (!ix_str_u32(w, IX_CID_CHOOSE - 1, 10, cid) || *cid == IX_CID_NULL)
		return ix_expected(s, w.p, "a context id");
	return true;
}

static bool direction(struct ix_scan *s, struct ix_topology *t)
{
	struct ix_str w;

	if (!ix_word(s, &w, "a topology direction"))
		return false;
	switch (ix_token(w)) {
	case IX_T_BOTHWAY: t->dir = IX_BOTHWAY; return true;
	case IX_T_ISOLATE: t->dir = IX_ISOLATE; return true;
	case IX_T_ONEWAY: t->dir = IX_ONEWAY; return true;
	case IX_T_ONEWAY_EXTERNAL: t->dir = IX_ONEWAY_EXTERNAL; return true;
	case IX_T_ONEWAY_BOTH: t->dir = IX_ONEWAY_BOTH; return true;
	default: return ix_expected(s, w.p, "a topology direction");
	}
}

static bool topology_end(struct ix_scan *s, struct ix_str *name)
{
	return ix_word(s, name, "a termination id") &&
	       (ix_is_path(*name) || ix_expected(s, name->p, "a termination id"));
}

/* The triple's optional "Stream = n". A comma may also start the next triple: then nothing is read.
 */
static bool topology_stream(struct ix_scan *s, struct ix_topology *t)
{
	char *here = s->p;
	struct ix_str w;
	uint32_t n;

	if (!ix_accept(s, ','))
		return true;
	if (!ix_word(s, &w, "a termination id or Stream"))
		return false;
	if (ix_token(w) != IX_T_STREAM || !ix_accept(s, '=')) {
		s->p = here;
		return true;
	}
	if (!ix_number(s, UINT16_MAX, 5, &n, "a stream id"))
		return false;
	t->has_stream = true;
	t->stream = (uint16_t)n;
	return true;
}

static bool triple(struct ix_scan *s, void *into)
{
	struct ix_topology ***tail = into, *t = ix_part(s, sizeof(*t));

	if (!t || !topology_end(s, &t->from) || !ix_expect(s, ',') || !topology_end(s, &t->to) ||
	    !ix_expect(s, ',') || !direction(s, t) || !topology_stream(s, t))
		return false;
	**tail = t;
	*tail = &t->next;
	return true;
}

static bool listed_context(struct ix_scan *s, void *into)
{
	struct ix_context_props *cp = into;
	uint32_t cid, n = cp->n_context_list;

	if (!ix_dec_context_id(s, &cid))
		return false;
	if ((n & (n - 1)) == 0) { // full at each power of two; the old array stays in the arena
		uint32_t *grown = ix_part(s, (n ? 2 * n : 1) * sizeof(*grown));

		if (!grown)
			return false;
		if (n > 0)
			memcpy(grown, cp->context_list, n * sizeof(*grown));
		cp->context_list = grown;
	}
	cp->context_list[cp->n_context_list++] = cid;
	return true;
}

struct attr_ctx {
	struct ix_context_props *props;
	bool audit;
};

static bool attribute(struct ix_scan *s, void *into)
{
	struct attr_ctx *a = into;
	struct ix_str w;

	if (!ix_word(s, &w, "a context property or ContextList"))
		return false;
	if (ix_token(w) != IX_T_CONTEXT_LIST)
		return ix_dec_prop(s, w, a->audit ? IX_PF_MAYBE : IX_PF_VALUE, &a->props->attrs);
	if (a->props->n_context_list > 0)
		return ix_twice(s, w, IX_E_PROPERTY_TWICE);
	return ix_expect(s, '=') && ix_block(s, listed_context, a->props) &&
	       (a->props->n_context_list > 0 || ix_expected(s, s->p, "a context id in the list"));
}

static bool attributes(struct ix_scan *s, struct ix_context_props *cp, bool audit)
{
	struct attr_ctx a = {.props = cp, .audit = audit};

	return ix_block(s, attribute, &a) &&
	       (cp->attrs || cp->n_context_list > 0 || ix_expected(s, s->p, "a context property"));
}

static bool priority(struct ix_scan *s, struct ix_context_props *cp, struct ix_str w)
{
	uint32_t n;

	if (cp->has_priority)
		return ix_twice(s, w, IX_E_PROPERTY_TWICE);
	if (!ix_expect(s, '=') || !ix_number(s, 15, 2, &n, "a priority from 0 to 15"))
		return false;
	cp->has_priority = true;
	cp->priority = (uint8_t)n;
	return true;
}

static bool emergency(struct ix_scan *s, struct ix_context_props *cp, struct ix_str w,
		      enum ix_tri value)
{
	if (cp->emergency != IX_ABSENT)
		return ix_twice(s, w, IX_E_PROPERTY_TWICE);
	cp->emergency = value;
	return true;
}

static bool topology(struct ix_scan *s, struct ix_context_props *cp, struct ix_str w)
{
	struct ix_topology **tail = &cp->topology;

	if (cp->topology)
		return ix_twice(s, w, IX_E_DESCRIPTOR_TWICE);
	return ix_block(s, triple, &tail) &&
	       (cp->topology || ix_expected(s, s->p, "a topology triple"));
}

bool ix_dec_context_prop(struct ix_scan *s, struct ix_context_props *cp, struct ix_str w,
			 enum ix_tok tok, bool *is)
{
	*is = true;
	switch (tok) {
	case IX_T_TOPOLOGY: return topology(s, cp, w);
	case IX_T_PRIORITY: return priority(s, cp, w);
	case IX_T_EMERGENCY: return emergency(s, cp, w, IX_ON);
	case IX_T_EMERGENCY_OFF: return emergency(s, cp, w, IX_OFF);
	case IX_T_IEPS:
		return cp->ieps != IX_ABSENT ? ix_twice(s, w, IX_E_PROPERTY_TWICE)
					     : ix_dec_tri(s, &cp->ieps);
	case IX_T_CONTEXT_ATTR: return attributes(s, cp, false);
	default: *is = false; return true;
	}
}

/* ---- ContextAudit ---------------------------------------------------------------------------- */

static struct ix_context_props *selection(struct ix_scan *s, struct ix_context_audit *ca)
{
	if (!ca->select)
		ca->select = ix_part(s, sizeof(*ca->select));
	return ca->select;
}

static bool ask(struct ix_scan *s, struct ix_context_audit *ca, struct ix_str w, uint32_t bit)
{
	if (ca->what & bit)
		return ix_twice(s, w, IX_E_PROPERTY_TWICE);
	ca->what |= bit;
	return true;
}

static bool emergency_value(struct ix_scan *s, struct ix_context_audit *ca, struct ix_str name)
{
	struct ix_context_props *sel = selection(s, ca);
	struct ix_str w;

	if (!sel || !ix_expect(s, '=') || !ix_word(s, &w, "Emergency or EmergencyOff"))
		return false;
	switch (ix_token(w)) {
	case IX_T_EMERGENCY: return emergency(s, sel, name, IX_ON);
	case IX_T_EMERGENCY_OFF: return emergency(s, sel, name, IX_OFF);
	default: return ix_expected(s, w.p, "Emergency or EmergencyOff");
	}
}

static bool select_logic(struct ix_scan *s, struct ix_context_audit *ca, struct ix_str w,
			 enum ix_logic logic)
{
	if (ca->logic != IX_LOGIC_NONE)
		return ix_twice(s, w, IX_E_PROPERTY_TWICE);
	ca->logic = logic;
	return true;
}

/* One item of ContextAudit: a property that is asked for, or with a value one to select by. */
static bool context_audit_item(struct ix_scan *s, void *into)
{
	struct ix_context_audit *ca = into;
	struct ix_str w;
	enum ix_tok tok;
	bool valued, is;

	if (!ix_word(s, &w, "a context property"))
		return false;
	tok = ix_token(w);
	valued = ix_at(s, '=');
	switch (tok) {
	case IX_T_TOPOLOGY: return ask(s, ca, w, IX_CA_TOPOLOGY);
	case IX_T_EMERGENCY: return ask(s, ca, w, IX_CA_EMERGENCY);
	case IX_T_PRIORITY:
	case IX_T_IEPS:
		if (!valued)
			return ask(s, ca, w, tok == IX_T_IEPS ? IX_CA_IEPS : IX_CA_PRIORITY);
		return selection(s, ca) && ix_dec_context_prop(s, ca->select, w, tok, &is);
	case IX_T_EMERGENCY_VALUE: return emergency_value(s, ca, w);
	case IX_T_ANDLGC:
	case IX_T_ANSLGC: return select_logic(s, ca, w, IX_LOGIC_AND);
	case IX_T_ORLGC: return select_logic(s, ca, w, IX_LOGIC_OR);
	case IX_T_CONTEXT_ATTR: return selection(s, ca) && attributes(s, ca->select, true);
	default: return ix_dec_prop(s, w, IX_PF_MAYBE, &ca->props);
	}
}

bool ix_dec_context_audit(struct ix_scan *s, struct ix_context_audit **out)
{
	*out = ix_part(s, sizeof(**out));
	return *out && ix_block(s, context_audit_item, *out);
}
