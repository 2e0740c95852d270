// Decodes the text encoding: message, transactions, actions and commands.
// Spec: H.248.1 v3 Annex B.2, 8.2.2 (which error a part that cannot be read gets)
#include "mid.h"
#include "text_dec.h"

#include <string.h>

bool ix_dec_mid(struct ix_scan *s, struct ix_mid *mid)
{
	const char *p;

	ix_skip(s);
	p = s->p;
	if (!ix_mid_read(&p, s->end, mid))
		return ix_expected(s, s->p, "a message identifier");
	s->p += p - s->p;
	return true;
}

static bool tid(struct ix_scan *s, struct ix_tid ***tail)
{
	struct ix_tid *t = ix_part(s, sizeof(*t));

	if (!t || !ix_word(s, &t->name, "a termination id"))
		return false;
	if (!ix_is_path(t->name))
		return ix_expected(s, t->name.p, "a termination id");
	**tail = t;
	*tail = &t->next;
	return true;
}

/* tid, or "[" tid *("," tid) "]" */
static bool tid_list(struct ix_scan *s, struct ix_command *c)
{
	struct ix_tid **tail = &c->tids;

	c->tid_list = ix_accept(s, '[');
	if (!c->tid_list)
		return tid(s, &tail);
	do {
		if (!tid(s, &tail))
			return false;
	} while (ix_accept(s, ','));
	return ix_expect(s, ']');
}

/* ---- commands -------------------------------------------------------------------------------- */

struct command_ctx {
	struct ix_command *command;
	struct ix_tid **tids; // of a context audit's reply
	unsigned legal;       // IX_D_ bits
};

enum {
	IX_D_AMM = IX_D_MEDIA | IX_D_EVENTS | IX_D_EVENT_BUFFER | IX_D_SIGNALS | IX_D_DIGITMAP |
		   IX_D_AUDIT | IX_D_STATS | IX_D_MODEM | IX_D_MUX
};

/* What a request carries, and what it must carry. */
static const struct {
	unsigned legal, needed;
} requests[IX_VERBS] = {
	[IX_ADD] = {IX_D_AMM, 0},
	[IX_MOVE] = {IX_D_AMM, 0},
	[IX_MODIFY] = {IX_D_AMM, 0},
	[IX_SUBTRACT] = {IX_D_AUDIT, 0},
	[IX_AUDIT_VALUE] = {IX_D_AUDIT, IX_D_AUDIT},
	[IX_AUDIT_CAP] = {IX_D_AUDIT, IX_D_AUDIT},
	[IX_NOTIFY] = {IX_D_OBSERVED | IX_D_ERROR, IX_D_OBSERVED},
	[IX_SERVICE_CHANGE] = {IX_D_SERVICES, IX_D_SERVICES},
};

static bool verb(enum ix_tok tok, enum ix_verb *v)
{
	switch (tok) {
	case IX_T_ADD: *v = IX_ADD; return true;
	case IX_T_MOVE: *v = IX_MOVE; return true;
	case IX_T_MODIFY: *v = IX_MODIFY; return true;
	case IX_T_SUBTRACT: *v = IX_SUBTRACT; return true;
	case IX_T_AUDIT_VALUE: *v = IX_AUDIT_VALUE; return true;
	case IX_T_AUDIT_CAP: *v = IX_AUDIT_CAP; return true;
	case IX_T_NOTIFY: *v = IX_NOTIFY; return true;
	case IX_T_SERVICE_CHANGE: *v = IX_SERVICE_CHANGE; return true;
	default: return false;
	}
}

static bool descriptor(struct ix_scan *s, void *into)
{
	struct command_ctx *c = into;

	return ix_dec_descriptor(s, c->legal, &c->command->d);
}

/* A termination of the context, or the Error that takes the place of them all. */
static bool audited_context(struct ix_scan *s, void *into)
{
	struct command_ctx *c = into;
	char *here;
	struct ix_str w;

	ix_skip(s);
	here = s->p;
	if (!ix_word(s, &w, "a termination id or Error"))
		return false;
	if (ix_token(w) == IX_T_ERROR && ix_at(s, '='))
		return c->command->d.error ? ix_expected(s, w.p, "one Error only")
					   : ix_dec_error(s, &c->command->d.error);
	s->p = here;
	return tid(s, &c->tids);
}

/* AuditValue = Context { tids }: which terminations a context has. */
static bool context_audit_reply(struct ix_scan *s, struct ix_command *c, bool *is)
{
	struct command_ctx ctx = {.command = c, .tids = &c->tids};
	char *here;
	struct ix_str w;

	ix_skip(s);
	here = s->p;
	*is = false;
	if (s->request || (c->verb != IX_AUDIT_VALUE && c->verb != IX_AUDIT_CAP) || ix_at(s, '['))
		return true;
	if (!ix_word(s, &w, "a termination id or Context"))
		return false;
	if (ix_token(w) != IX_T_CONTEXT) {
		s->p = here;
		return true;
	}
	*is = c->context_audit_reply = true;
	return ix_block(s, audited_context, &ctx);
}

static bool command_body(struct ix_scan *s, struct ix_command *c)
{
	struct command_ctx ctx = {.command = c};
	bool done;

	if (!ix_expect(s, '=') || !context_audit_reply(s, c, &done) || done)
		return s->fault->code == 0;
	if (!tid_list(s, c))
		return false;
	ctx.legal = s->request ? requests[c->verb].legal : IX_D_ALL;
	if (!ix_at(s, '{'))
		return !s->request || requests[c->verb].needed == 0 || ix_expect(s, '{');
	if (!ix_block(s, descriptor, &ctx))
		return false;
	if (!s->request)
		return true;
	if ((requests[c->verb].needed & IX_D_AUDIT) && !c->d.audit)
		return ix_expected(s, s->p, "Audit in this command");
	if ((requests[c->verb].needed & IX_D_OBSERVED) && !c->d.observed)
		return ix_expected(s, s->p, "ObservedEvents in this command");
	if ((requests[c->verb].needed & IX_D_SERVICES) && !c->d.services)
		return ix_expected(s, s->p, "Services in this command");
	return true;
}

/* Takes O- and W- off the front of a command's word. */
static void prefixes(struct ix_str *w, struct ix_command *c)
{
	if (w->len > 2 && w->p[1] == '-' && ix_fold(w->p[0]) == 'o') {
		c->optional = true;
		*w = (struct ix_str){w->p + 2, w->len - 2};
	}
	if (w->len > 2 && w->p[1] == '-' && ix_fold(w->p[0]) == 'w') {
		c->wild_reply = true;
		*w = (struct ix_str){w->p + 2, w->len - 2};
	}
}

static bool command(struct ix_scan *s, struct ix_str w, struct ix_command ***tail)
{
	struct ix_command *c = ix_part(s, sizeof(*c));
	struct ix_str name = w;
	bool ok;

	if (!c)
		return false;
	prefixes(&name, c);
	if (!verb(ix_token(name), &c->verb))
		return ix_unknown(s, w, IX_E_UNKNOWN_COMMAND, "command");
	**tail = c;
	*tail = &c->next;
	s->level = IX_E_SYNTAX_COMMAND;
	ok = command_body(s, c);
	if (ok)
		s->level = IX_E_SYNTAX_ACTION;
	return ok;
}

/* ---- contexts -------------------------------------------------------------------------------- */

static bool context_id(struct ix_scan *s, uint32_t *cid)
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

	if (!context_id(s, &cid))
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

/* One context property; *is tells whether w was one. */
static bool context_prop(struct ix_scan *s, struct ix_context_props *cp, struct ix_str w, bool *is)
{
	*is = true;
	switch (ix_token(w)) {
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
	bool valued, is;

	if (!ix_word(s, &w, "a context property"))
		return false;
	valued = ix_at(s, '=');
	switch (ix_token(w)) {
	case IX_T_TOPOLOGY: return ask(s, ca, w, IX_CA_TOPOLOGY);
	case IX_T_EMERGENCY: return ask(s, ca, w, IX_CA_EMERGENCY);
	case IX_T_PRIORITY:
	case IX_T_IEPS:
		if (!valued)
			return ask(s, ca, w,
				   ix_token(w) == IX_T_IEPS ? IX_CA_IEPS : IX_CA_PRIORITY);
		return selection(s, ca) && context_prop(s, ca->select, w, &is);
	case IX_T_EMERGENCY_VALUE: return emergency_value(s, ca, w);
	case IX_T_ANDLGC:
	case IX_T_ANSLGC: return select_logic(s, ca, w, IX_LOGIC_AND);
	case IX_T_ORLGC: return select_logic(s, ca, w, IX_LOGIC_OR);
	case IX_T_CONTEXT_ATTR: return selection(s, ca) && attributes(s, ca->select, true);
	default: return ix_dec_prop(s, w, IX_PF_MAYBE, &ca->props);
	}
}

/* ---- actions --------------------------------------------------------------------------------- */

struct action_ctx {
	struct ix_action *action;
	struct ix_command **commands;
};

/* A context property, ContextAudit, Error (replies) or command. */
static bool action_part(struct ix_scan *s, void *into)
{
	struct action_ctx *c = into;
	struct ix_action *a = c->action;
	struct ix_str w;
	bool is;

	if (!ix_word(s, &w, "a command or a context property") ||
	    !context_prop(s, &a->props, w, &is))
		return false;
	if (is) {
		a->has_props = true;
		return true;
	}
	switch (ix_token(w)) {
	case IX_T_CONTEXT_AUDIT:
		if (a->audit)
			return ix_twice(s, w, IX_E_DESCRIPTOR_TWICE);
		a->audit = ix_part(s, sizeof(*a->audit));
		return a->audit && ix_block(s, context_audit_item, a->audit);
	case IX_T_ERROR:
		if (a->error)
			return ix_twice(s, w, IX_E_DESCRIPTOR_TWICE);
		if (!s->request)
			return ix_dec_error(s, &a->error);
		return ix_fail(s, w.p, IX_E_DESCRIPTOR_ILLEGAL, "Error does not belong here");
	default: return command(s, w, &c->commands);
	}
}

/* After the word Context. */
static bool action(struct ix_scan *s, struct ix_action ***tail)
{
	struct ix_action *a = ix_part(s, sizeof(*a));
	struct action_ctx c = {.action = a};

	if (!a)
		return false;
	**tail = a;
	*tail = &a->next;
	s->level = IX_E_SYNTAX_ACTION;
	c.commands = &a->commands;
	if (!ix_expect(s, '=') || !context_id(s, &a->cid))
		return false;
	if ((s->request || ix_at(s, '{')) && !ix_block(s, action_part, &c))
		return false;
	if (s->request && !a->has_props && !a->audit && !a->commands)
		return ix_expected(s, s->p, "a command in the action");
	s->level = IX_E_SYNTAX_TRANSACTION;
	return true;
}

/* ---- transactions ---------------------------------------------------------------------------- */

static bool transaction_id(struct ix_scan *s, uint32_t *tid)
{
	return ix_expect(s, '=') &&
	       ix_number(s, UINT32_MAX, 10, tid, "a transaction id below 2^32");
}

static bool request_action(struct ix_scan *s, void *into)
{
	struct ix_str w;

	s->level = IX_E_SYNTAX_TRANSACTION;
	if (!ix_word(s, &w, "Context"))
		return false;
	return ix_token(w) == IX_T_CONTEXT ? action(s, into) : ix_expected(s, w.p, "Context");
}

static bool request(struct ix_scan *s, struct ix_item *item)
{
	struct ix_action **tail = &item->actions;

	item->kind = IX_REQUEST;
	s->request = true;
	s->level = IX_E_SYNTAX_TRANSACTION;
	if (!transaction_id(s, &item->tid))
		return false;
	s->fault->have_tid = true; // kept by a fault from here on, cleared at the end
	s->fault->tid = item->tid;
	if (!ix_block(s, request_action, &tail))
		return false;
	if (!item->actions)
		return ix_expected(s, s->p, "Context in the transaction");
	s->fault->have_tid = s->request = false;
	s->fault->tid = 0;
	return true;
}

/* tid["/" segment ["/" END]], one word. */
static bool segment_id(struct ix_scan *s, struct ix_item *item)
{
	static const char what[] = "a transaction id, its segment and END";
	struct ix_str w, rest, n;
	const char *slash;
	uint32_t segment;

	if (!ix_expect(s, '=') || !ix_word(s, &w, what))
		return false;
	slash = memchr(w.p, '/', w.len);
	n = (struct ix_str){w.p, slash ? (uint32_t)(slash - w.p) : w.len};
	if (!ix_str_u32(n, UINT32_MAX, 10, &item->tid))
		return ix_expected(s, w.p, "a transaction id below 2^32");
	if (!slash)
		return true;
	rest = (struct ix_str){slash + 1, w.len - n.len - 1};
	slash = memchr(rest.p, '/', rest.len);
	n = (struct ix_str){rest.p, slash ? (uint32_t)(slash - rest.p) : rest.len};
	if (!ix_str_u32(n, UINT16_MAX, 5, &segment))
		return ix_expected(s, w.p, what);
	item->has_segment = true;
	item->segment = (uint16_t)segment;
	if (!slash)
		return true;
	item->segment_end = true;
	rest = (struct ix_str){slash + 1, rest.len - n.len - 1};
	return ix_token(rest) == IX_T_END || ix_expected(s, w.p, what);
}

struct reply_ctx {
	struct ix_item *item;
	struct ix_action **actions;
};

static bool reply_part(struct ix_scan *s, void *into)
{
	struct reply_ctx *c = into;
	struct ix_str w;

	if (!ix_word(s, &w, "Context, Error or ImmAckRequired"))
		return false;
	switch (ix_token(w)) {
	case IX_T_IMM_ACK:
		if (c->item->imm_ack || c->item->actions || c->item->error)
			return ix_expected(s, w.p, "Context or Error");
		c->item->imm_ack = true;
		return true;
	case IX_T_ERROR:
		return c->item->error || c->item->actions ? ix_expected(s, w.p, "Context")
							  : ix_dec_error(s, &c->item->error);
	case IX_T_CONTEXT:
		if (c->item->error)
			return ix_expected(s, w.p, "'}' after Error");
		return action(s, &c->actions);
	default: return ix_expected(s, w.p, "Context, Error or ImmAckRequired");
	}
}

static bool reply(struct ix_scan *s, struct ix_item *item)
{
	struct reply_ctx c = {.item = item, .actions = &item->actions};

	item->kind = IX_REPLY;
	return segment_id(s, item) && ix_block(s, reply_part, &c) &&
	       (item->actions || item->error ||
		ix_expected(s, s->p, "Context or Error in the reply"));
}

static bool pending(struct ix_scan *s, struct ix_item *item)
{
	item->kind = IX_PENDING;
	return transaction_id(s, &item->tid) && ix_expect(s, '{') && ix_expect(s, '}');
}

static bool ack(struct ix_scan *s, void *into)
{
	static const char what[] = "a transaction id or a range of them";
	struct ix_range ***tail = into, *r = ix_part(s, sizeof(*r));
	struct ix_str w, first, last;
	const char *dash;

	if (!r || !ix_word(s, &w, what))
		return false;
	dash = memchr(w.p, '-', w.len);
	first = (struct ix_str){w.p, dash ? (uint32_t)(dash - w.p) : w.len};
	last = dash ? (struct ix_str){dash + 1, w.len - first.len - 1} : first;
	if (!ix_str_u32(first, UINT32_MAX, 10, &r->first) ||
	    !ix_str_u32(last, UINT32_MAX, 10, &r->last) || r->first > r->last)
		return ix_expected(s, w.p, what);
	**tail = r;
	*tail = &r->next;
	return true;
}

static bool acks(struct ix_scan *s, struct ix_item *item)
{
	struct ix_range **tail = &item->acks;

	item->kind = IX_ACK;
	return ix_block(s, ack, &tail) &&
	       (item->acks || ix_expected(s, s->p, "a transaction id in front of '}'"));
}

static bool segment(struct ix_scan *s, struct ix_item *item)
{
	item->kind = IX_SEGMENT;
	return segment_id(s, item) &&
	       (item->has_segment || ix_expected(s, s->p, "'/' and a segment number"));
}

/* ---- message --------------------------------------------------------------------------------- */

static bool hex32(struct ix_scan *s, uint32_t *n)
{
	struct ix_str w;

	if (!ix_word(s, &w, "0x and 8 hex digits"))
		return false;
	if (w.len != 10 || w.p[0] != '0' || ix_fold(w.p[1]) != 'x')
		return ix_expected(s, w.p, "0x and 8 hex digits");
	*n = 0;
	for (uint32_t i = 2; i < w.len; i++) {
		if (!ix_is(w.p[i], IX_CH_HEX))
			return ix_expected(s, w.p, "0x and 8 hex digits");
		*n = *n << 4 | (ix_is(w.p[i], IX_CH_DIGIT) ? (uint32_t)(w.p[i] - '0')
							   : ix_fold(w.p[i]) - 'a' + 10u);
	}
	return true;
}

static bool auth_data(struct ix_scan *s, struct ix_auth *auth)
{
	struct ix_str w;
	bool ok;

	if (!ix_word(s, &w, "0x and 24 to 64 hex digits"))
		return false;
	ok = w.len >= 26 && w.len <= 66 && w.p[0] == '0' && ix_fold(w.p[1]) == 'x';
	for (uint32_t i = 2; ok && i < w.len; i++)
		ok = ix_is(w.p[i], IX_CH_HEX);
	if (!ok)
		return ix_expected(s, w.p, "0x and 24 to 64 hex digits");
	auth->icv = (struct ix_str){w.p + 2, w.len - 2};
	auth->present = true;
	return true;
}

static bool auth_header(struct ix_scan *s, struct ix_auth *auth)
{
	return ix_expect(s, '=') && hex32(s, &auth->spi) && ix_expect(s, ':') &&
	       hex32(s, &auth->seq) && ix_expect(s, ':') && auth_data(s, auth);
}

/* MEGACO "/" version, one word. */
static bool version(struct ix_scan *s, struct ix_str w, struct ix_msg *msg)
{
	const char *slash = memchr(w.p, '/', w.len);
	struct ix_str name = {w.p, slash ? (uint32_t)(slash - w.p) : w.len};
	uint32_t n;

	if (ix_token(name) != IX_T_MEGACO || !slash ||
	    !ix_str_u32((struct ix_str){slash + 1, w.len - name.len - 1}, 99, 2, &n))
		return ix_expected(s, w.p, "MEGACO/version");
	msg->version = (uint8_t)n;
	return true;
}

static bool separator(struct ix_scan *s, const char *what)
{
	return ix_skip(s) || ix_expected(s, s->p, what);
}

static bool header(struct ix_scan *s, struct ix_msg *msg)
{
	struct ix_str w;

	if (!ix_word(s, &w, "MEGACO or Authentication"))
		return false;
	if (ix_token(w) == IX_T_AUTH &&
	    (!auth_header(s, &msg->auth) || !ix_word(s, &w, "MEGACO/version")))
		return false;
	return version(s, w, msg) && separator(s, "white space after the version") &&
	       ix_dec_mid(s, &msg->mid);
}

static bool transaction(struct ix_scan *s, struct ix_str w, struct ix_item *item)
{
	s->level = IX_E_SYNTAX_MESSAGE;
	switch (ix_token(w)) {
	case IX_T_TRANSACTION: return request(s, item);
	case IX_T_REPLY: return reply(s, item);
	case IX_T_PENDING: return pending(s, item);
	case IX_T_ACK: return acks(s, item);
	case IX_T_SEGMENT: return segment(s, item);
	default: return ix_expected(s, w.p, "Transaction, Reply, Pending or another item");
	}
}

static bool body(struct ix_scan *s, struct ix_msg *msg)
{
	struct ix_item **tail = &msg->items;
	struct ix_str w;

	do {
		s->level = IX_E_SYNTAX_MESSAGE;
		if (!ix_word(s, &w, "Transaction, Reply, Pending or another item"))
			return false;
		if (ix_token(w) == IX_T_ERROR && !msg->items) {
			if (!ix_dec_error(s, &msg->error))
				return false;
			return ix_at_end(s) || ix_expected(s, s->p, "the end of the message");
		}
		*tail = ix_part(s, sizeof(**tail));
		if (!*tail || !transaction(s, w, *tail))
			return false;
		tail = &(*tail)->next;
	} while (!ix_at_end(s));
	return true;
}

struct ix_msg *ix_text_decode(struct ix_arena *arena, const void *bytes, size_t len,
			      struct ix_fault *fault, struct ix_msg *head)
{
	struct ix_msg *msg;
	struct ix_scan s;

	if (!ix_scan_init(&s, arena, bytes, len, fault))
		return NULL;
	msg = ix_part(&s, sizeof(*msg));
	if (!msg || !header(&s, msg))
		return NULL;
	fault->have_head = true;
	if (head)
		*head = *msg;
	if (!separator(&s, "white space after the message identifier") || !body(&s, msg))
		return NULL;
	return msg;
}
