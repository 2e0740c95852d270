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

static bool command(struct ix_scan *s, struct ix_str w, enum ix_tok tok, struct ix_command ***tail)
{
	struct ix_command *c = ix_part(s, sizeof(*c));
	struct ix_str name = w;
	bool ok;

	if (!c)
		return false;
	prefixes(&name, c);
	if (!verb(name.len == w.len ? tok : ix_token(name), &c->verb))
		return ix_unknown(s, w, IX_E_UNKNOWN_COMMAND, "command");
	**tail = c;
	*tail = &c->next;
	s->level = IX_E_SYNTAX_COMMAND;
	ok = command_body(s, c);
	if (ok)
		s->level = IX_E_SYNTAX_ACTION;
	return ok;
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
	enum ix_tok tok;
	bool is;

	if (!ix_word(s, &w, "a command or a context property"))
		return false;
	tok = ix_token(w);
	if (!ix_dec_context_prop(s, &a->props, w, tok, &is))
		return false;
	if (is) {
		a->has_props = true;
		return true;
	}
	switch (tok) {
	case IX_T_CONTEXT_AUDIT:
		return a->audit ? ix_twice(s, w, IX_E_DESCRIPTOR_TWICE)
				: ix_dec_context_audit(s, &a->audit);
	case IX_T_ERROR:
		if (a->error)
			return ix_twice(s, w, IX_E_DESCRIPTOR_TWICE);
		if (!s->request)
			return ix_dec_error(s, &a->error);
		return ix_fail(s, w.p, IX_E_DESCRIPTOR_ILLEGAL, "Error does not belong here");
	default: return command(s, w, tok, &c->commands);
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
	if (!ix_expect(s, '=') || !ix_dec_context_id(s, &a->cid))
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
