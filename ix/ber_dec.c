// Decodes the binary encoding: message, transactions, actions and commands.
// Spec: H.248.1 v3 Annex A.2, 8.2.2 (which error a part that cannot be read gets)
#include "ber_dec.h"

#include <string.h>

/* ---- commands -------------------------------------------------------------------------------- */

static bool tid(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_tid ***tail = into, *e;

	if (!ix_ber_element(b, t))
		return false;
	e = **tail = ix_ber_part(b, sizeof(*e));
	if (!e)
		return false;
	*tail = &e->next;
	return ix_ber_tid(b, t, &e->name);
}

/* TerminationIDList; into: struct ix_command. */
static bool tids(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_command *c = into;
	struct ix_tid **tail;

	c->tids = NULL; // an AuditRequest names the list's first id before the list
	tail = &c->tids;
	if (!ix_ber_list(b, t, tid, &tail))
		return false;
	c->tid_list = c->tids && c->tids->next;
	return c->tids || ix_ber_bad(b, t->at, "No termination id");
}

static bool one_tid(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_command *c = into;

	c->tids = ix_ber_part(b, sizeof(*c->tids));
	return c->tids && ix_ber_tid(b, t, &c->tids->name);
}

static bool verb(struct ix_ber *b, const struct ix_tlv *t, const struct ix_ber_fields *fields,
		 struct ix_command *c)
{
	static const enum ix_verb verbs[] = {IX_ADD,      IX_MOVE,          IX_MODIFY,
					     IX_SUBTRACT, IX_AUDIT_CAP,     IX_AUDIT_VALUE,
					     IX_NOTIFY,   IX_SERVICE_CHANGE};

	c->verb = verbs[t->tag];
	return ix_ber_sequence(b, t, fields, c);
}

static bool amm_request(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "AmmRequest", {0, IX_BER_NEEDED, 0, 0, tids},
		      {1, IX_BER_NEEDED, offsetof(struct ix_command, d), 0, ix_ber_amm});

	return verb(b, t, &fields, into);
}

static bool subtract_request(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "SubtractRequest", {0, IX_BER_NEEDED, 0, 0, tids},
		      {1, 0, offsetof(struct ix_command, d.audit), 0, ix_ber_audit});

	return verb(b, t, &fields, into);
}

static bool audit_request(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "AuditRequest", {0, IX_BER_NEEDED, 0, 0, one_tid},
		      {1, IX_BER_NEEDED, offsetof(struct ix_command, d.audit), 0, ix_ber_audit},
		      {2, 0, 0, 0, tids});

	return verb(b, t, &fields, into);
}

static bool notify_request(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(
		fields, "NotifyRequest", {0, IX_BER_NEEDED, 0, 0, tids},
		{1, IX_BER_NEEDED, offsetof(struct ix_command, d.observed), 0, ix_ber_observed},
		{2, 0, offsetof(struct ix_command, d.error), 0, ix_ber_error});

	return verb(b, t, &fields, into);
}

static bool services_request(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(
		fields, "ServiceChangeRequest", {0, IX_BER_NEEDED, 0, 0, tids},
		{1, IX_BER_NEEDED, offsetof(struct ix_command, d.services), 0, ix_ber_services});

	return verb(b, t, &fields, into);
}

static bool wrapped_command(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(kinds, "Command", {0, 0, 0, 0, amm_request}, {1, 0, 0, 0, amm_request},
		      {2, 0, 0, 0, amm_request}, {3, 0, 0, 0, subtract_request},
		      {4, 0, 0, 0, audit_request}, {5, 0, 0, 0, audit_request},
		      {6, 0, 0, 0, notify_request}, {7, 0, 0, 0, services_request});

	return ix_ber_wrapped(b, t, &kinds, IX_E_UNKNOWN_COMMAND, into);
}

/* A new command behind *tail. */
static struct ix_command *append(struct ix_ber *b, struct ix_command ***tail)
{
	struct ix_command *c = **tail = ix_ber_part(b, sizeof(*c));

	if (c)
		*tail = &c->next;
	return c;
}

static bool command_request(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "CommandRequest", {0, IX_BER_NEEDED, 0, 0, wrapped_command},
		      {1, 0, offsetof(struct ix_command, optional), 0, ix_ber_flag},
		      {2, 0, offsetof(struct ix_command, wild_reply), 0, ix_ber_flag});
	struct ix_command *c = append(b, into);

	b->level = IX_E_SYNTAX_COMMAND;
	if (!c || !ix_ber_element(b, t) || !ix_ber_sequence(b, t, &fields, c))
		return false;
	b->level = IX_E_SYNTAX_ACTION;
	return true;
}

static bool command_requests(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_command **tail = into;

	return ix_ber_list(b, t, command_request, &tail);
}

/* ---- replies to commands --------------------------------------------------------------------- */

static bool amms_reply(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "AmmsReply", {0, IX_BER_NEEDED, 0, 0, tids},
		      {1, 0, offsetof(struct ix_command, d), 0, ix_ber_returned});

	return verb(b, t, &fields, into);
}

static bool audited_context(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_command *c = into;
	struct ix_tid **tail = &c->tids;

	c->context_audit_reply = true;
	return ix_ber_list(b, t, tid, &tail);
}

static bool audit_error(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_command *c = into;

	c->context_audit_reply = true;
	return ix_ber_error(b, t, &c->d.error);
}

static bool audit_result(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "AuditResult", {0, IX_BER_NEEDED, 0, 0, one_tid},
		      {1, IX_BER_NEEDED, offsetof(struct ix_command, d), 0, ix_ber_returned});

	return ix_ber_sequence(b, t, &fields, into);
}

static bool audit_result_list(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "TermListAuditResult", {0, IX_BER_NEEDED, 0, 0, tids},
		      {1, IX_BER_NEEDED, offsetof(struct ix_command, d), 0, ix_ber_returned});

	return ix_ber_sequence(b, t, &fields, into);
}

static bool audit_reply(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(kinds, "AuditReply", {0, 0, 0, 0, audited_context}, {1, 0, 0, 0, audit_error},
		      {2, 0, 0, 0, audit_result}, {3, 0, 0, 0, audit_result_list});
	struct ix_command *c = into;

	c->verb = t->tag == 4 ? IX_AUDIT_CAP : IX_AUDIT_VALUE;
	return ix_ber_wrapped(b, t, &kinds, b->level, c);
}

static bool notify_reply(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "NotifyReply", {0, IX_BER_NEEDED, 0, 0, tids},
		      {1, 0, offsetof(struct ix_command, d.error), 0, ix_ber_error});

	return verb(b, t, &fields, into);
}

static bool services_reply(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "ServiceChangeReply", {0, IX_BER_NEEDED, 0, 0, tids},
		      {1, IX_BER_NEEDED, offsetof(struct ix_command, d), 0, ix_ber_services_reply});

	return verb(b, t, &fields, into);
}

static bool command_reply(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(kinds, "CommandReply", {0, 0, 0, 0, amms_reply}, {1, 0, 0, 0, amms_reply},
		      {2, 0, 0, 0, amms_reply}, {3, 0, 0, 0, amms_reply}, {4, 0, 0, 0, audit_reply},
		      {5, 0, 0, 0, audit_reply}, {6, 0, 0, 0, notify_reply},
		      {7, 0, 0, 0, services_reply});
	struct ix_command *c = append(b, into);

	return c && ix_ber_choice(b, t, &kinds, IX_E_UNKNOWN_COMMAND, c);
}

static bool command_replies(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_command **tail = into;

	return ix_ber_list(b, t, command_reply, &tail);
}

/* ---- contexts -------------------------------------------------------------------------------- */

static bool priority(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	uint64_t n;

	if (!ix_ber_number(b, t, 15, &n))
		return false;
	*(uint8_t *)into = (uint8_t)n;
	return true;
}

static bool topology_direction(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	static const enum ix_topo_dir dirs[] = {IX_BOTHWAY, IX_ISOLATE, IX_ONEWAY};
	uint64_t n;

	if (!ix_ber_number(b, t, 2, &n))
		return false;
	*(enum ix_topo_dir *)into = dirs[n];
	return true;
}

static bool topology_extension(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	uint64_t n;

	if (!ix_ber_number(b, t, 1, &n))
		return false;
	*(enum ix_topo_dir *)into = n == 0 ? IX_ONEWAY_EXTERNAL : IX_ONEWAY_BOTH;
	return true;
}

static bool triple(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "TopologyRequest",
		      {0, IX_BER_NEEDED, offsetof(struct ix_topology, from), 0, ix_ber_tid},
		      {1, IX_BER_NEEDED, offsetof(struct ix_topology, to), 0, ix_ber_tid},
		      {2, IX_BER_NEEDED, offsetof(struct ix_topology, dir), 0, topology_direction},
		      {3, 0, offsetof(struct ix_topology, stream),
		       IX_BER_HAS(struct ix_topology, has_stream), ix_ber_u16},
		      {4, 0, offsetof(struct ix_topology, dir), 0, topology_extension});
	struct ix_topology ***tail = into, *e;

	if (!ix_ber_element(b, t))
		return false;
	e = **tail = ix_ber_part(b, sizeof(*e));
	if (!e)
		return false;
	*tail = &e->next;
	return ix_ber_sequence(b, t, &fields, e);
}

static bool topology(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_topology **tail = into;

	return ix_ber_list(b, t, triple, &tail);
}

static bool listed_context(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_context_props *cp = into;
	uint32_t n = cp->n_context_list;

	if (!ix_ber_is(t, IX_BER_UNIVERSAL, IX_BER_INTEGER))
		return ix_ber_bad(b, t->at, "No context id");
	if ((n & (n - 1)) == 0) { // full at each power of two; the old array stays in the arena
		uint32_t *grown = ix_ber_part(b, (n ? 2 * n : 1) * sizeof(*grown));

		if (!grown)
			return false;
		if (n > 0)
			memcpy(grown, cp->context_list, n * sizeof(*grown));
		cp->context_list = grown;
	}
	return ix_ber_u32(b, t, &cp->context_list[cp->n_context_list++]);
}

static bool context_list(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return ix_ber_list(b, t, listed_context, into);
}

static bool context_props(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "ContextRequest",
		      {0, 0, offsetof(struct ix_context_props, priority),
		       IX_BER_HAS(struct ix_context_props, has_priority), priority},
		      {1, 0, offsetof(struct ix_context_props, emergency), 0, ix_ber_tri},
		      {2, 0, offsetof(struct ix_context_props, topology), 0, topology},
		      {3, 0, offsetof(struct ix_context_props, ieps), 0, ix_ber_tri},
		      {4, 0, offsetof(struct ix_context_props, attrs), 0, ix_ber_props},
		      {5, 0, 0, 0, context_list});

	return ix_ber_sequence(b, t, &fields, into);
}

/* An empty ContextRequest says nothing. */
static bool says(const struct ix_context_props *cp)
{
	return cp->has_priority || cp->emergency != IX_ABSENT || cp->topology ||
	       cp->ieps != IX_ABSENT || cp->attrs || cp->n_context_list > 0;
}

/* ---- ContextAttrAuditRequest ----------------------------------------------------------------- */

struct audit_ctx {
	bool topology, emergency, priority, ieps, selects;
	struct ix_prop *props;
	struct ix_context_props select;
	enum ix_logic logic;
};

static bool logic_and(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	bool flag;

	*(enum ix_logic *)into = IX_LOGIC_AND;
	return ix_ber_flag(b, t, &flag);
}

static bool logic_or(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	bool flag;

	*(enum ix_logic *)into = IX_LOGIC_OR;
	return ix_ber_flag(b, t, &flag);
}

static bool logic(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(kinds, "SelectLogic", {0, 0, 0, 0, logic_and}, {1, 0, 0, 0, logic_or});

	return ix_ber_wrapped(b, t, &kinds, b->level, into);
}

/* Properties with a value select, those without are asked for. */
static bool split_props(struct ix_ber *b, struct audit_ctx *c, struct ix_context_audit *ca)
{
	struct ix_prop **asked = &ca->props, **selects = &c->select.attrs;

	for (struct ix_prop *p = c->props, *next; p; p = next) {
		struct ix_prop ***tail = p->values ? &selects : &asked;

		next = p->next;
		p->next = NULL;
		**tail = p;
		*tail = &p->next;
	}
	if (!c->selects && !c->select.attrs)
		return true;
	ca->select = ix_ber_part(b, sizeof(*ca->select));
	if (!ca->select)
		return false;
	*ca->select = c->select;
	return true;
}

static bool context_audit(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "ContextAttrAuditRequest",
		      {0, 0, offsetof(struct audit_ctx, topology), 0, ix_ber_flag},
		      {1, 0, offsetof(struct audit_ctx, emergency), 0, ix_ber_flag},
		      {2, 0, offsetof(struct audit_ctx, priority), 0, ix_ber_flag},
		      {3, 0, offsetof(struct audit_ctx, ieps), 0, ix_ber_flag},
		      {4, 0, offsetof(struct audit_ctx, props), 0, ix_ber_prop_asks},
		      {5, 0, offsetof(struct audit_ctx, select.priority),
		       IX_BER_HAS(struct audit_ctx, select.has_priority), priority},
		      {6, 0, offsetof(struct audit_ctx, select.emergency),
		       IX_BER_HAS(struct audit_ctx, selects), ix_ber_tri},
		      {7, 0, offsetof(struct audit_ctx, select.ieps),
		       IX_BER_HAS(struct audit_ctx, selects), ix_ber_tri},
		      {8, 0, offsetof(struct audit_ctx, logic), 0, logic});
	struct ix_context_audit **out = into, *ca;
	struct audit_ctx c = {.props = NULL};

	ca = *out = ix_ber_part(b, sizeof(*ca));
	if (!ca || !ix_ber_sequence(b, t, &fields, &c))
		return false;
	ca->what = (c.topology ? IX_CA_TOPOLOGY : 0) | (c.emergency ? IX_CA_EMERGENCY : 0) |
		   (c.priority ? IX_CA_PRIORITY : 0) | (c.ieps ? IX_CA_IEPS : 0);
	ca->logic = c.logic;
	c.selects |= c.select.has_priority;
	return split_props(b, &c, ca);
}

/* ---- actions --------------------------------------------------------------------------------- */

static struct ix_action *action(struct ix_ber *b, struct ix_action ***tail)
{
	struct ix_action *a = **tail = ix_ber_part(b, sizeof(*a));

	if (a)
		*tail = &a->next;
	return a;
}

static bool action_request(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(
		fields, "ActionRequest",
		{0, IX_BER_NEEDED, offsetof(struct ix_action, cid), 0, ix_ber_u32},
		{1, 0, offsetof(struct ix_action, props), 0, context_props},
		{2, 0, offsetof(struct ix_action, audit), 0, context_audit},
		{3, IX_BER_NEEDED, offsetof(struct ix_action, commands), 0, command_requests});
	struct ix_action *a = action(b, into);

	b->level = IX_E_SYNTAX_ACTION;
	if (!a || !ix_ber_element(b, t) || !ix_ber_sequence(b, t, &fields, a))
		return false;
	a->has_props = says(&a->props);
	if (!a->has_props && !a->audit && !a->commands)
		return ix_ber_bad(b, t->at, "No command in the action");
	b->level = IX_E_SYNTAX_TRANSACTION;
	return true;
}

static bool action_reply(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "ActionReply",
		      {0, IX_BER_NEEDED, offsetof(struct ix_action, cid), 0, ix_ber_u32},
		      {1, 0, offsetof(struct ix_action, error), 0, ix_ber_error},
		      {2, 0, offsetof(struct ix_action, props), 0, context_props},
		      {3, IX_BER_NEEDED, offsetof(struct ix_action, commands), 0, command_replies});
	struct ix_action *a = action(b, into);

	if (!a || !ix_ber_element(b, t) || !ix_ber_sequence(b, t, &fields, a))
		return false;
	a->has_props = says(&a->props);
	return true;
}

static bool action_requests(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_action **tail = into;

	return ix_ber_list(b, t, action_request, &tail) &&
	       (*(struct ix_action **)into || ix_ber_bad(b, t->at, "No action"));
}

static bool action_replies(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_action **tail = into;

	return ix_ber_list(b, t, action_reply, &tail) &&
	       (*(struct ix_action **)into || ix_ber_bad(b, t->at, "No action"));
}

/* ---- transactions ---------------------------------------------------------------------------- */

/* From here on a fault carries the transaction's id. */
static bool request_tid(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	if (!ix_ber_u32(b, t, into))
		return false;
	b->fault->have_tid = true;
	b->fault->tid = *(uint32_t *)into;
	return true;
}

static bool request(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "TransactionRequest",
		      {0, IX_BER_NEEDED, offsetof(struct ix_item, tid), 0, request_tid},
		      {1, IX_BER_NEEDED, offsetof(struct ix_item, actions), 0, action_requests});
	struct ix_item *item = into;

	item->kind = IX_REQUEST;
	b->request = true;
	b->level = IX_E_SYNTAX_TRANSACTION;
	if (!ix_ber_sequence(b, t, &fields, item))
		return false;
	b->request = b->fault->have_tid = false;
	b->fault->tid = 0;
	b->level = IX_E_SYNTAX_MESSAGE;
	return true;
}

static bool pending(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "TransactionPending",
		      {0, IX_BER_NEEDED, offsetof(struct ix_item, tid), 0, ix_ber_u32});
	struct ix_item *item = into;

	item->kind = IX_PENDING;
	return ix_ber_sequence(b, t, &fields, item);
}

static bool result(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(kinds, "transactionResult",
		      {0, 0, offsetof(struct ix_item, error), 0, ix_ber_error},
		      {1, 0, offsetof(struct ix_item, actions), 0, action_replies});

	return ix_ber_wrapped(b, t, &kinds, b->level, into);
}

static bool reply(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "TransactionReply",
		      {0, IX_BER_NEEDED, offsetof(struct ix_item, tid), 0, ix_ber_u32},
		      {1, 0, offsetof(struct ix_item, imm_ack), 0, ix_ber_flag},
		      {2, IX_BER_NEEDED, 0, 0, result},
		      {3, 0, offsetof(struct ix_item, segment),
		       IX_BER_HAS(struct ix_item, has_segment), ix_ber_u16},
		      {4, 0, offsetof(struct ix_item, segment_end), 0, ix_ber_flag});
	struct ix_item *item = into;

	item->kind = IX_REPLY;
	return ix_ber_sequence(b, t, &fields, item) &&
	       (item->has_segment || !item->segment_end ||
		ix_ber_bad(b, t->at, "The end of segments without a segment"));
}

static bool ack(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ack_ctx {
		struct ix_range r;
		bool has_last;
	} c = {.has_last = false};
	IX_BER_FIELDS(fields, "TransactionAck",
		      {0, IX_BER_NEEDED, offsetof(struct ack_ctx, r.first), 0, ix_ber_u32},
		      {1, 0, offsetof(struct ack_ctx, r.last), IX_BER_HAS(struct ack_ctx, has_last),
		       ix_ber_u32});
	struct ix_range ***tail = into;

	if (!ix_ber_element(b, t) || !ix_ber_sequence(b, t, &fields, &c))
		return false;
	if (!c.has_last)
		c.r.last = c.r.first;
	if (c.r.first > c.r.last)
		return ix_ber_bad(b, t->at, "A range of acknowledgements that falls");
	**tail = ix_ber_part(b, sizeof(c.r));
	if (!**tail)
		return false;
	***tail = c.r;
	*tail = &(**tail)->next;
	return true;
}

static bool acks(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_item *item = into;
	struct ix_range **tail = &item->acks;

	item->kind = IX_ACK;
	return ix_ber_list(b, t, ack, &tail) &&
	       (item->acks || ix_ber_bad(b, t->at, "Nothing is acknowledged"));
}

static bool segment(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "SegmentReply",
		      {0, IX_BER_NEEDED, offsetof(struct ix_item, tid), 0, ix_ber_u32},
		      {1, IX_BER_NEEDED, offsetof(struct ix_item, segment),
		       IX_BER_HAS(struct ix_item, has_segment), ix_ber_u16},
		      {2, 0, offsetof(struct ix_item, segment_end), 0, ix_ber_flag});
	struct ix_item *item = into;

	item->kind = IX_SEGMENT;
	return ix_ber_sequence(b, t, &fields, item);
}

static bool transaction(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(kinds, "Transaction", {0, 0, 0, 0, request}, {1, 0, 0, 0, pending},
		      {2, 0, 0, 0, reply}, {3, 0, 0, 0, acks}, {4, 0, 0, 0, segment});
	struct ix_item ***tail = into, *item;

	item = **tail = ix_ber_part(b, sizeof(*item));
	if (!item)
		return false;
	*tail = &item->next;
	return ix_ber_choice(b, t, &kinds, IX_E_SYNTAX_MESSAGE, item);
}

/* ---- message --------------------------------------------------------------------------------- */

struct message_ctx {
	struct ix_msg *msg, *head;
};

static bool octets_u32(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_str s;

	if (!ix_ber_octets(b, t, 4, 4, &s))
		return false;
	*(uint32_t *)into = 0;
	for (unsigned i = 0; i < 4; i++)
		*(uint32_t *)into = *(uint32_t *)into << 8 | (uint8_t)s.p[i];
	return true;
}

static bool auth_data(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_str s;

	if (!ix_ber_octets(b, t, 12, 32, &s))
		return false;
	*(struct ix_str *)into = ix_ber_hex(b, "", (const uint8_t *)s.p, s.len);
	return b->fault->code == 0;
}

static bool auth_header(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "AuthenticationHeader",
		      {0, IX_BER_NEEDED, offsetof(struct ix_auth, spi), 0, octets_u32},
		      {1, IX_BER_NEEDED, offsetof(struct ix_auth, seq), 0, octets_u32},
		      {2, IX_BER_NEEDED, offsetof(struct ix_auth, icv), 0, auth_data});
	struct ix_auth *auth = &((struct message_ctx *)into)->msg->auth;

	auth->present = true;
	return ix_ber_sequence(b, t, &fields, auth);
}

static bool version(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return ix_ber_u8(b, t, &((struct message_ctx *)into)->msg->version);
}

static bool mid(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct message_ctx *c = into;

	if (!ix_ber_mid(b, t, &c->msg->mid))
		return false;
	b->fault->have_head = true;
	if (c->head)
		*c->head = *c->msg;
	return true;
}

static bool transactions(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_item **tail = into;

	return ix_ber_list(b, t, transaction, &tail) &&
	       (*(struct ix_item **)into || ix_ber_bad(b, t->at, "No transaction"));
}

static bool body(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(kinds, "messageBody", {0, 0, offsetof(struct ix_msg, error), 0, ix_ber_error},
		      {1, 0, offsetof(struct ix_msg, items), 0, transactions});

	return ix_ber_wrapped(b, t, &kinds, b->level, ((struct message_ctx *)into)->msg);
}

static bool message(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "Message", {0, IX_BER_NEEDED, 0, 0, version},
		      {1, IX_BER_NEEDED, 0, 0, mid}, {2, IX_BER_NEEDED, 0, 0, body});

	return ix_ber_sequence(b, t, &fields, into);
}

static bool megaco_message(struct ix_ber *b, struct message_ctx *c)
{
	IX_BER_FIELDS(fields, "MegacoMessage", {0, 0, 0, 0, auth_header},
		      {1, IX_BER_NEEDED, 0, 0, message});
	struct ix_tlv t;

	if (!ix_ber_head(b, &t) || !ix_ber_element(b, &t) || !ix_ber_sequence(b, &t, &fields, c))
		return false;
	return b->p == b->end || ix_ber_bad(b, b->p, "Bytes behind the message");
}

bool ix_ber_looks(const void *bytes, size_t len)
{
	return len > 0 && *(const uint8_t *)bytes == IX_SEQUENCE;
}

static bool is_error(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_tlv part;

	*(bool *)into = ix_ber_head(b, &part) && ix_ber_is(&part, IX_BER_CONTEXT, 0);
	return false; // nothing more is asked
}

static bool looks_error(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "Message", {0, 0, 0, 0, ix_ber_skip_field},
		      {1, 0, 0, 0, ix_ber_skip_field}, {2, 0, 0, 0, is_error});

	return ix_ber_sequence(b, t, &fields, into);
}

bool ix_ber_looks_error(const void *bytes, size_t len)
{
	IX_BER_FIELDS(fields, "MegacoMessage", {0, 0, 0, 0, ix_ber_skip_field},
		      {1, 0, 0, 0, looks_error});
	struct ix_fault fault = {0};
	struct ix_ber b = {.p = bytes, .base = bytes, .fault = &fault};
	bool error = false;
	struct ix_tlv t;

	b.end = b.p + len;
	if (ix_ber_head(&b, &t))
		ix_ber_sequence(&b, &t, &fields, &error);
	return error;
}

struct ix_msg *ix_ber_decode(struct ix_arena *arena, const void *bytes, size_t len,
			     const struct ix_ber_conf *conf, struct ix_fault *fault,
			     struct ix_msg *head)
{
	static const struct ix_ber_conf defaults;
	struct ix_ber b = {.arena = arena,
			   .fault = fault,
			   .conf = conf ? conf : &defaults,
			   .level = IX_E_SYNTAX_MESSAGE};
	struct message_ctx c = {.head = head};
	uint8_t *copy;

	memset(fault, 0, sizeof(*fault));
	if (len > UINT32_MAX) {
		ix_ber_bad(&b, NULL, "Message too long");
		return NULL;
	}
	copy = ix_ber_part(&b, len);
	if (!copy)
		return NULL;
	if (len > 0)
		memcpy(copy, bytes, len);
	b.p = b.base = copy;
	b.end = copy + len;
	c.msg = ix_ber_part(&b, sizeof(*c.msg));
	return c.msg && megaco_message(&b, &c) ? c.msg : NULL;
}
