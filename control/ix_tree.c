// Prints the form of an H.248 message as an indented tree: what both encodings decode to.
#include "ix_check.h"

#include <stdarg.h>

struct tree {
	FILE *out;
	unsigned depth;
};

__attribute__((format(printf, 2, 3))) static void line(struct tree *t, const char *fmt, ...)
{
	va_list args;

	for (unsigned i = 0; i < t->depth; i++)
		fputs("  ", t->out);
	va_start(args, fmt);
	vfprintf(t->out, fmt, args);
	va_end(args);
	fputc('\n', t->out);
}

/* For "%.*s". */
#define S(s) (int)(s).len, (s).len ? (s).p : ""

static void error(struct tree *t, const struct ix_error *e)
{
	if (e)
		line(t, "error %u \"%.*s\"", e->code, S(e->text));
}

static void props(struct tree *t, const struct ix_prop *p)
{
	static const char *const rels[] = {
		[IX_EQ] = "=", [IX_NE] = "#", [IX_LT] = "<", [IX_GT] = ">"};
	static const char *const shapes[] = {[IX_ONE] = "",
					     [IX_OR_LIST] = " one of",
					     [IX_AND_LIST] = " all of",
					     [IX_RANGE] = " range"};

	for (; p; p = p->next) {
		const char *quote = p->values && p->values->quoted ? "\"" : "";

		if (!p->values) {
			line(t, "%.*s%s%.*s", S(p->pkg), p->pkg.len ? "/" : "", S(p->item));
			continue;
		}
		line(t, "%.*s%s%.*s %s%s %s%.*s%s", S(p->pkg), p->pkg.len ? "/" : "", S(p->item),
		     rels[p->rel], shapes[p->shape], quote, S(p->values->text), quote);
		t->depth += 2;
		for (const struct ix_value *v = p->values->next; v; v = v->next)
			line(t, "%s%.*s%s", v->quoted ? "\"" : "", S(v->text),
			     v->quoted ? "\"" : "");
		t->depth -= 2;
	}
}

static void titled_props(struct tree *t, const char *title, const struct ix_prop *p)
{
	line(t, "%s", title);
	t->depth++;
	props(t, p);
	t->depth--;
}

static void sdp(struct tree *t, const char *title, struct ix_str text)
{
	const char *p = text.p, *end = text.len ? text.p + text.len : text.p;

	line(t, "%s", title);
	t->depth++;
	while (p < end) {
		const char *eol = p;

		while (eol < end && *eol != '\r' && *eol != '\n')
			eol++;
		if (eol > p)
			line(t, "%.*s", (int)(eol - p), p);
		p = eol + 1;
	}
	t->depth--;
}

static void tri(struct tree *t, const char *name, enum ix_tri v)
{
	if (v != IX_ABSENT)
		line(t, "%s %s", name, v == IX_ON ? "on" : "off");
}

static void control(struct tree *t, const struct ix_local_control *lc)
{
	static const char *const modes[] = {[IX_SENDONLY] = "SendOnly",
					    [IX_RECVONLY] = "ReceiveOnly",
					    [IX_SENDRECV] = "SendReceive",
					    [IX_INACTIVE] = "Inactive",
					    [IX_LOOPBACK] = "Loopback"};

	line(t, "local control%s%s%s", lc->asked & IX_ASK_MODE ? " mode?" : "",
	     lc->asked & IX_ASK_RESERVE_VALUE ? " reserved value?" : "",
	     lc->asked & IX_ASK_RESERVE_GROUP ? " reserved group?" : "");
	t->depth++;
	if (lc->mode != IX_MODE_NONE)
		line(t, "mode %s", modes[lc->mode]);
	tri(t, "reserved value", lc->reserve_value);
	tri(t, "reserved group", lc->reserve_group);
	props(t, lc->props);
	t->depth--;
}

static void state(struct tree *t, const struct ix_term_state *ts)
{
	static const char *const states[] = {
		[IX_SS_TEST] = "Test", [IX_SS_OUT] = "OutOfService", [IX_SS_IN] = "InService"};

	line(t, "termination state%s%s", ts->asked & IX_ASK_SERVICE ? " service?" : "",
	     ts->asked & IX_ASK_BUFFER ? " buffer?" : "");
	t->depth++;
	if (ts->service != IX_SS_NONE)
		line(t, "service %s", states[ts->service]);
	if (ts->buffer != IX_BUF_NONE)
		line(t, "buffer %s", ts->buffer == IX_BUF_OFF ? "off" : "LockStep");
	props(t, ts->props);
	t->depth--;
}

static void media(struct tree *t, const struct ix_media *m)
{
	if (!m)
		return;
	line(t, "media");
	t->depth++;
	if (m->state)
		state(t, m->state);
	for (const struct ix_stream *st = m->streams; st; st = st->next) {
		line(t, "stream %u", st->id);
		t->depth++;
		if (st->control)
			control(t, st->control);
		if (st->has_local)
			sdp(t, "local", st->local);
		if (st->has_remote)
			sdp(t, "remote", st->remote);
		if (st->stats)
			titled_props(t, "statistics", st->stats->items);
		t->depth--;
	}
	t->depth--;
}

static void signal_item(struct tree *t, const struct ix_signal *s)
{
	static const char *const types[] = {
		[IX_SIG_ONOFF] = "OnOff", [IX_SIG_TIMEOUT] = "TimeOut", [IX_SIG_BRIEF] = "Brief"};
	static const char *const dirs[] = {[IX_DIR_INTERNAL] = "internal",
					   [IX_DIR_EXTERNAL] = "external",
					   [IX_DIR_BOTH] = "both"};

	line(t, "%.*s/%.*s%s", S(s->pkg), S(s->item), s->keep_active ? " keep active" : "");
	t->depth++;
	if (s->has_stream)
		line(t, "stream %u", s->stream);
	if (s->type != IX_SIG_NONE)
		line(t, "type %s", types[s->type]);
	if (s->has_duration)
		line(t, "duration %u", s->duration);
	if (s->completion)
		line(t, "notify completion %#x", s->completion);
	if (s->direction != IX_DIR_NONE)
		line(t, "direction %s", dirs[s->direction]);
	if (s->has_request_id)
		line(t, "request %u", s->request_id);
	if (s->has_intersignal)
		line(t, "intersignal %u", s->intersignal);
	props(t, s->params);
	t->depth--;
}

static void signals(struct tree *t, const struct ix_signals *sg)
{
	if (!sg)
		return;
	line(t, "signals");
	t->depth++;
	for (const struct ix_signal *s = sg->list; s; s = s->next)
		signal_item(t, s);
	for (const struct ix_signal_list *l = sg->lists; l; l = l->next) {
		line(t, "signal list %u", l->id);
		t->depth++;
		for (const struct ix_signal *s = l->signals; s; s = s->next)
			signal_item(t, s);
		t->depth--;
	}
	t->depth--;
}

/* IX_BER_DEPTH and the grammar of text keep embedded events to one level. */
static void events(struct tree *t, const char *title, const struct ix_events *ev)
{
	static const char *const notify[] = {[IX_NB_NONE] = "",
					     [IX_NB_IMMEDIATE] = " notify at once",
					     [IX_NB_NEVER] = " never notify",
					     [IX_NB_REGULATED] = " regulated"};

	if (!ev)
		return;
	if (ev->has_id)
		line(t, "%s %u", title, ev->id);
	else
		line(t, "%s", title);
	t->depth++;
	for (const struct ix_event *e = ev->list; e; e = e->next) {
		line(t, "%.*s/%.*s%s%s%s", S(e->pkg), S(e->item),
		     e->keep_active ? " keep active" : "", notify[e->notify],
		     e->reset_events ? " reset" : "");
		t->depth++;
		if (e->has_stream)
			line(t, "stream %u", e->stream);
		if (e->digitmap.len > 0)
			line(t, "digit map %.*s", S(e->digitmap));
		props(t, e->params);
		signals(t, e->embed_signals);
		events(t, "embedded events", e->embed_events);
		t->depth--;
	}
	t->depth--;
}

static void observed(struct tree *t, const struct ix_observed_events *oe)
{
	if (!oe)
		return;
	line(t, "observed events %u", oe->id);
	t->depth++;
	for (const struct ix_observed *o = oe->list; o; o = o->next) {
		line(t, "%.*s%s%.*s/%.*s", S(o->time), o->time.len ? " " : "", S(o->pkg),
		     S(o->item));
		t->depth++;
		if (o->has_stream)
			line(t, "stream %u", o->stream);
		props(t, o->params);
		t->depth--;
	}
	t->depth--;
}

static void packages(struct tree *t, const struct ix_package *p)
{
	line(t, "packages");
	t->depth++;
	for (; p; p = p->next)
		line(t, "%.*s version %u", S(p->name), p->version);
	t->depth--;
}

static void audit(struct tree *t, const struct ix_audit *a)
{
	static const char *const names[] = {"media",    "signals",  "events",     "event buffer",
					    "observed", "packages", "statistics", "digit map",
					    "mux",      "modem"};

	if (!a)
		return;
	line(t, "audit");
	t->depth++;
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (a->whole & (1u << i))
			line(t, "all %s", names[i]);
	media(t, a->media);
	signals(t, a->signals);
	events(t, "events", a->events);
	events(t, "event buffer", a->event_buffer);
	if (a->stats)
		titled_props(t, "statistics", a->stats->items);
	if (a->packages)
		packages(t, a->packages);
	if (a->digitmap.len > 0)
		line(t, "digit map %.*s", S(a->digitmap));
	t->depth--;
}

static void services(struct tree *t, const struct ix_services *sv)
{
	static const char *const methods[] = {
		[IX_SC_FAILOVER] = "Failover",         [IX_SC_FORCED] = "Forced",
		[IX_SC_GRACEFUL] = "Graceful",         [IX_SC_RESTART] = "Restart",
		[IX_SC_DISCONNECTED] = "Disconnected", [IX_SC_HANDOFF] = "Handoff",
		[IX_SC_EXTENSION] = "extension"};
	char mid[128];

	if (!sv)
		return;
	line(t, "services");
	t->depth++;
	if (sv->method != IX_SC_NONE)
		line(t, "method %s %.*s", methods[sv->method], S(sv->method_name));
	if (sv->reason.len > 0)
		line(t, "reason \"%.*s\"", S(sv->reason));
	if (sv->has_delay)
		line(t, "delay %u", sv->delay_s);
	if (sv->has_address)
		line(t, "address %s", ix_mid_text(&sv->address, mid, sizeof(mid)));
	if (sv->mgc_to_try.kind != IX_MID_NONE)
		line(t, "controller to try %s", ix_mid_text(&sv->mgc_to_try, mid, sizeof(mid)));
	if (sv->has_version)
		line(t, "version %u", sv->version);
	if (sv->profile.len > 0)
		line(t, "profile %.*s", S(sv->profile));
	if (sv->time.len > 0)
		line(t, "time %.*s", S(sv->time));
	if (sv->incomplete)
		line(t, "incomplete");
	props(t, sv->extensions);
	audit(t, sv->audit);
	t->depth--;
}

static void raw(struct tree *t, const char *title, struct ix_str body)
{
	if (body.p)
		line(t, "%s %.*s", title, S(body));
}

static void descriptors(struct tree *t, const struct ix_descriptors *d)
{
	media(t, d->media);
	events(t, "events", d->events);
	events(t, "event buffer", d->event_buffer);
	signals(t, d->signals);
	raw(t, "digit map", d->digitmap_raw);
	raw(t, "mux", d->mux_raw);
	raw(t, "modem", d->modem_raw);
	observed(t, d->observed);
	if (d->stats)
		titled_props(t, "statistics", d->stats->items);
	if (d->has_packages)
		packages(t, d->packages);
	services(t, d->services);
	audit(t, d->audit);
	error(t, d->error);
}

static void command(struct tree *t, const struct ix_command *c)
{
	static const char *const verbs[IX_VERBS] = {
		[IX_ADD] = "Add",
		[IX_MOVE] = "Move",
		[IX_MODIFY] = "Modify",
		[IX_SUBTRACT] = "Subtract",
		[IX_AUDIT_VALUE] = "AuditValue",
		[IX_AUDIT_CAP] = "AuditCapability",
		[IX_NOTIFY] = "Notify",
		[IX_SERVICE_CHANGE] = "ServiceChange",
	};

	line(t, "%s%s%s%s", verbs[c->verb], c->optional ? " optional" : "",
	     c->wild_reply ? " with one reply" : "",
	     c->context_audit_reply ? " terminations of the context" : "");
	t->depth++;
	for (const struct ix_tid *tid = c->tids; tid; tid = tid->next)
		line(t, "termination %.*s", S(tid->name));
	descriptors(t, &c->d);
	t->depth--;
}

static void context_props(struct tree *t, const struct ix_context_props *cp)
{
	static const char *const dirs[] = {[IX_BOTHWAY] = "both ways",
					   [IX_ISOLATE] = "isolate",
					   [IX_ONEWAY] = "one way",
					   [IX_ONEWAY_EXTERNAL] = "one way external",
					   [IX_ONEWAY_BOTH] = "one way both"};

	if (cp->has_priority)
		line(t, "priority %u", cp->priority);
	tri(t, "emergency", cp->emergency);
	tri(t, "IEPS", cp->ieps);
	for (const struct ix_topology *p = cp->topology; p; p = p->next) {
		line(t, "topology %.*s %.*s %s", S(p->from), S(p->to), dirs[p->dir]);
		if (p->has_stream)
			line(t, "  stream %u", p->stream);
	}
	props(t, cp->attrs);
	for (uint32_t i = 0; i < cp->n_context_list; i++)
		line(t, "listed context %u", cp->context_list[i]);
}

static void context_audit(struct tree *t, const struct ix_context_audit *ca)
{
	static const char *const what[] = {"topology", "emergency", "priority", "IEPS"};

	line(t, "context audit%s",
	     ca->logic == IX_LOGIC_AND  ? " all of"
	     : ca->logic == IX_LOGIC_OR ? " any of"
					: "");
	t->depth++;
	for (unsigned i = 0; i < sizeof(what) / sizeof(what[0]); i++)
		if (ca->what & (1u << i))
			line(t, "%s", what[i]);
	props(t, ca->props);
	if (ca->select) {
		line(t, "select");
		t->depth++;
		context_props(t, ca->select);
		t->depth--;
	}
	t->depth--;
}

static void action(struct tree *t, const struct ix_action *a)
{
	if (a->cid == IX_CID_NULL || a->cid >= IX_CID_CHOOSE)
		line(t, "context %c",
		     a->cid == IX_CID_NULL     ? '-'
		     : a->cid == IX_CID_CHOOSE ? '$'
					       : '*');
	else
		line(t, "context %u", a->cid);
	t->depth++;
	if (a->has_props)
		context_props(t, &a->props);
	if (a->audit)
		context_audit(t, a->audit);
	for (const struct ix_command *c = a->commands; c; c = c->next)
		command(t, c);
	error(t, a->error);
	t->depth--;
}

static void item(struct tree *t, const struct ix_item *i)
{
	static const char *const kinds[] = {"request", "reply", "pending", "acknowledgement",
					    "segment"};

	if (i->kind == IX_ACK)
		line(t, "%s", kinds[i->kind]);
	else if (i->has_segment)
		line(t, "%s %u segment %u%s", kinds[i->kind], i->tid, i->segment,
		     i->segment_end ? " last" : "");
	else
		line(t, "%s %u%s", kinds[i->kind], i->tid,
		     i->imm_ack ? " acknowledge at once" : "");
	t->depth++;
	for (const struct ix_range *r = i->acks; r; r = r->next)
		line(t, "%u to %u", r->first, r->last);
	for (const struct ix_action *a = i->actions; a; a = a->next)
		action(t, a);
	error(t, i->error);
	t->depth--;
}

void ctl_ix_tree(FILE *out, const struct ix_msg *msg)
{
	struct tree t = {.out = out};
	char mid[128];

	line(&t, "message version %u from %s", msg->version,
	     ix_mid_text(&msg->mid, mid, sizeof(mid)));
	t.depth++;
	if (msg->auth.present)
		line(&t, "authentication %08x %08x %.*s", msg->auth.spi, msg->auth.seq,
		     S(msg->auth.icv));
	error(&t, msg->error);
	for (const struct ix_item *i = msg->items; i; i = i->next)
		item(&t, i);
}
