// Encodes descriptors in text.
// Spec: H.248.1 v3 Annex B.2
#include "scan.h"
#include "text_out.h"

/* ---- properties ------------------------------------------------------------------------------ */

static void values(struct ix_text *o, const struct ix_prop *p, char open, char close)
{
	if (open)
		ix_out_char(o, open);
	for (const struct ix_value *v = p->values; v; v = v->next) {
		if (v->quoted)
			ix_out_quoted(o, v->text);
		else
			ix_out_word(o, v->text);
		if (v->next)
			ix_out_char(o, p->shape == IX_RANGE ? ':' : ',');
	}
	if (close)
		ix_out_char(o, close);
}

static void prop_value(struct ix_text *o, const struct ix_prop *p)
{
	static const char relations[] = {[IX_NE] = '#', [IX_LT] = '<', [IX_GT] = '>'};
	bool one = !p->values->next, pair = !one && !p->values->next->next;

	if (p->rel == IX_EQ) {
		ix_out_eq(o);
	} else {
		if (o->style == IX_PRETTY)
			ix_out_char(o, ' ');
		ix_out_char(o, relations[p->rel]);
		if (o->style == IX_PRETTY)
			ix_out_char(o, ' ');
	}
	if ((p->shape == IX_ONE && !one) || (p->shape == IX_RANGE && !pair) ||
	    (p->shape != IX_ONE && p->rel != IX_EQ))
		o->bad = true;
	switch (p->shape) {
	case IX_ONE: values(o, p, 0, 0); break;
	case IX_OR_LIST: values(o, p, '{', '}'); break;
	default: values(o, p, '[', ']'); break;
	}
}

void ix_enc_props(struct ix_text *o, const struct ix_prop *props)
{
	for (const struct ix_prop *p = props; p; p = p->next) {
		ix_out_item(o);
		if (p->pkg.len > 0)
			ix_out_pkg(o, p->pkg, p->item);
		else
			ix_out_word(o, p->item);
		if (p->values)
			prop_value(o, p);
	}
}

/* ---- Media ----------------------------------------------------------------------------------- */

static enum ix_tok tri(enum ix_tri t)
{
	return t == IX_ON ? IX_T_ON : IX_T_OFF;
}

static void local_control(struct ix_text *o, const struct ix_local_control *lc)
{
	static const enum ix_tok modes[] = {
		[IX_SENDONLY] = IX_T_SENDONLY, [IX_RECVONLY] = IX_T_RECVONLY,
		[IX_SENDRECV] = IX_T_SENDRECV, [IX_INACTIVE] = IX_T_INACTIVE,
		[IX_LOOPBACK] = IX_T_LOOPBACK,
	};

	ix_out_item_token(o, IX_T_LOCAL_CONTROL);
	ix_out_open(o);
	if (lc->mode != IX_MODE_NONE)
		ix_out_item_value(o, IX_T_MODE, modes[lc->mode]);
	if (lc->reserve_value != IX_ABSENT)
		ix_out_item_value(o, IX_T_RESERVED_VALUE, tri(lc->reserve_value));
	if (lc->reserve_group != IX_ABSENT)
		ix_out_item_value(o, IX_T_RESERVED_GROUP, tri(lc->reserve_group));
	if (lc->asked & IX_ASK_MODE)
		ix_out_item_token(o, IX_T_MODE);
	if (lc->asked & IX_ASK_RESERVE_VALUE)
		ix_out_item_token(o, IX_T_RESERVED_VALUE);
	if (lc->asked & IX_ASK_RESERVE_GROUP)
		ix_out_item_token(o, IX_T_RESERVED_GROUP);
	ix_enc_props(o, lc->props);
	ix_out_close(o);
}

static void term_state(struct ix_text *o, const struct ix_term_state *ts)
{
	static const enum ix_tok states[] = {
		[IX_SS_TEST] = IX_T_TEST,
		[IX_SS_OUT] = IX_T_OUT_OF_SERVICE,
		[IX_SS_IN] = IX_T_IN_SERVICE,
	};

	ix_out_item_token(o, IX_T_TERM_STATE);
	ix_out_open(o);
	if (ts->service != IX_SS_NONE)
		ix_out_item_value(o, IX_T_SERVICE_STATES, states[ts->service]);
	if (ts->buffer != IX_BUF_NONE)
		ix_out_item_value(o, IX_T_BUFFER,
				  ts->buffer == IX_BUF_OFF ? IX_T_OFF : IX_T_LOCKSTEP);
	if (ts->asked & IX_ASK_SERVICE)
		ix_out_item_token(o, IX_T_SERVICE_STATES);
	if (ts->asked & IX_ASK_BUFFER)
		ix_out_item_token(o, IX_T_BUFFER);
	ix_enc_props(o, ts->props);
	ix_out_close(o);
}

void ix_enc_stats(struct ix_text *o, const struct ix_stats *stats)
{
	if (!stats->items) // bare: named in an audit's reply
		return;
	ix_out_open(o);
	ix_enc_props(o, stats->items);
	ix_out_close(o);
}

static void stream_parms(struct ix_text *o, const struct ix_stream *st)
{
	if (st->control)
		local_control(o, st->control);
	if (st->has_local) {
		ix_out_item_token(o, IX_T_LOCAL);
		ix_out_octets(o, st->local);
	}
	if (st->has_remote) {
		ix_out_item_token(o, IX_T_REMOTE);
		ix_out_octets(o, st->remote);
	}
	if (st->stats) {
		ix_out_item_token(o, IX_T_STATISTICS);
		ix_enc_stats(o, st->stats);
	}
}

void ix_enc_media(struct ix_text *o, const struct ix_media *media)
{
	if (!media->state && !media->streams)
		return;
	ix_out_open(o);
	if (media->state)
		term_state(o, media->state);
	for (const struct ix_stream *st = media->streams; st; st = st->next) {
		if (st->id == 0) {
			if (st->next || st != media->streams)
				o->bad = true;
			stream_parms(o, st);
			continue;
		}
		ix_out_item_u32(o, IX_T_STREAM, st->id);
		ix_out_open(o);
		stream_parms(o, st);
		ix_out_close(o);
	}
	ix_out_close(o);
}

/* ---- Signals --------------------------------------------------------------------------------- */

static void completion(struct ix_text *o, uint8_t bits)
{
	static const struct {
		uint8_t bit;
		enum ix_tok tok;
	} reasons[] = {
		{IX_NC_TIMEOUT, IX_T_TIMEOUT},           {IX_NC_BY_EVENT, IX_T_INT_BY_EVENT},
		{IX_NC_BY_SIGNALS, IX_T_INT_BY_SIGNALS}, {IX_NC_OTHER, IX_T_OTHER_REASON},
		{IX_NC_ITERATION, IX_T_ITERATION},
	};

	ix_out_item_token(o, IX_T_NOTIFY_COMPLETION);
	ix_out_eq(o);
	ix_out_open(o);
	for (unsigned i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (bits & reasons[i].bit)
			ix_out_item_token(o, reasons[i].tok);
	ix_out_close(o);
}

static void signal_parms(struct ix_text *o, const struct ix_signal *sig)
{
	static const enum ix_tok types[] = {
		[IX_SIG_ONOFF] = IX_T_ONOFF,
		[IX_SIG_TIMEOUT] = IX_T_TIMEOUT,
		[IX_SIG_BRIEF] = IX_T_BRIEF,
	};
	static const enum ix_tok dirs[] = {
		[IX_DIR_INTERNAL] = IX_T_INTERNAL,
		[IX_DIR_EXTERNAL] = IX_T_EXTERNAL,
		[IX_DIR_BOTH] = IX_T_BOTH,
	};

	if (sig->has_stream)
		ix_out_item_u32(o, IX_T_STREAM, sig->stream);
	if (sig->type != IX_SIG_NONE)
		ix_out_item_value(o, IX_T_SIGNAL_TYPE, types[sig->type]);
	if (sig->has_duration)
		ix_out_item_u32(o, IX_T_DURATION, sig->duration);
	if (sig->completion)
		completion(o, sig->completion);
	if (sig->keep_active)
		ix_out_item_token(o, IX_T_KEEP_ACTIVE);
	if (sig->direction != IX_DIR_NONE)
		ix_out_item_value(o, IX_T_SPA_DIRECTION, dirs[sig->direction]);
	if (sig->has_request_id)
		ix_out_item_u32(o, IX_T_SPA_REQUEST, sig->request_id);
	if (sig->has_intersignal)
		ix_out_item_u32(o, IX_T_INTERSIGNAL, sig->intersignal);
	ix_enc_props(o, sig->params);
}

static void signal_items(struct ix_text *o, const struct ix_signal *sig)
{
	for (; sig; sig = sig->next) {
		ix_out_item(o);
		ix_out_pkg(o, sig->pkg, sig->item);
		if (!sig->has_stream && sig->type == IX_SIG_NONE && !sig->has_duration &&
		    !sig->completion && !sig->keep_active && sig->direction == IX_DIR_NONE &&
		    !sig->has_request_id && !sig->has_intersignal && !sig->params)
			continue;
		ix_out_open(o);
		signal_parms(o, sig);
		ix_out_close(o);
	}
}

static void signals_block(struct ix_text *o, const struct ix_signals *signals)
{
	ix_out_open(o);
	signal_items(o, signals->list);
	for (const struct ix_signal_list *l = signals->lists; l; l = l->next) {
		ix_out_item_u32(o, IX_T_SIGNAL_LIST, l->id);
		ix_out_open(o);
		signal_items(o, l->signals);
		ix_out_close(o);
	}
	ix_out_close(o);
}

/* "No signals" is the bare token: the empty braces of version 1 are a syntax error to some
 * receivers. */
void ix_enc_signals(struct ix_text *o, const struct ix_signals *signals)
{
	if (signals->list || signals->lists)
		signals_block(o, signals);
}

/* ---- Events, ObservedEvents ------------------------------------------------------------------ */

static void embed(struct ix_text *o, const struct ix_event *e)
{
	ix_out_item_token(o, IX_T_EMBED);
	ix_out_open(o);
	if (e->embed_signals) {
		ix_out_item_token(o, IX_T_SIGNALS);
		ix_enc_signals(o, e->embed_signals);
	}
	if (e->embed_events) {
		ix_out_item_token(o, IX_T_EVENTS);
		ix_enc_events(o, e->embed_events);
	}
	ix_out_close(o);
}

static void notify_as(struct ix_text *o, const struct ix_event *e)
{
	switch (e->notify) {
	case IX_NB_IMMEDIATE: ix_out_item_token(o, IX_T_IMMEDIATE_NOTIFY); break;
	case IX_NB_NEVER: ix_out_item_token(o, IX_T_NEVER_NOTIFY); break;
	case IX_NB_REGULATED:
		ix_out_item_token(o, IX_T_REGULATED_NOTIFY);
		if (!e->embed_regulated)
			break;
		ix_out_open(o);
		embed(o, e);
		ix_out_close(o);
		break;
	default: break;
	}
}

static void event_parms(struct ix_text *o, const struct ix_event *e)
{
	bool embeds = e->embed_signals || e->embed_events;

	if (e->has_stream)
		ix_out_item_u32(o, IX_T_STREAM, e->stream);
	if (e->keep_active)
		ix_out_item_token(o, IX_T_KEEP_ACTIVE);
	if (e->embed_regulated && (e->notify != IX_NB_REGULATED || !embeds))
		o->bad = true;
	notify_as(o, e);
	if (embeds && !e->embed_regulated)
		embed(o, e);
	if (e->digitmap.len > 0) {
		ix_out_item_token(o, IX_T_DIGITMAP);
		ix_out_eq(o);
		ix_out_bytes(o, e->digitmap.p, e->digitmap.len);
	}
	if (e->reset_events)
		ix_out_item_token(o, IX_T_RESET_EVENTS);
	ix_enc_props(o, e->params);
}

static void request_id(struct ix_text *o, uint32_t id)
{
	ix_out_eq(o);
	if (id == UINT32_MAX)
		ix_out_char(o, '*');
	else
		ix_out_u32(o, id);
}

void ix_enc_events(struct ix_text *o, const struct ix_events *events)
{
	if (events->has_id)
		request_id(o, events->id);
	if (!events->has_id && !events->list)
		return;
	ix_out_open(o);
	for (const struct ix_event *e = events->list; e; e = e->next) {
		ix_out_item(o);
		ix_out_pkg(o, e->pkg, e->item);
		if (!e->has_stream && !e->keep_active && !e->reset_events &&
		    e->notify == IX_NB_NONE && e->digitmap.len == 0 && !e->embed_signals &&
		    !e->embed_events && !e->embed_regulated && !e->params)
			continue;
		ix_out_open(o);
		event_parms(o, e);
		ix_out_close(o);
	}
	ix_out_close(o);
}

void ix_enc_observed(struct ix_text *o, const struct ix_observed_events *observed)
{
	if (!observed->list && observed->id == 0)
		return;
	request_id(o, observed->id);
	ix_out_open(o);
	for (const struct ix_observed *ob = observed->list; ob; ob = ob->next) {
		ix_out_item(o);
		if (ob->time.len > 0) {
			if (!ix_is_time(ob->time))
				o->bad = true;
			ix_out_bytes(o, ob->time.p, ob->time.len);
			ix_out_char(o, ':');
		}
		ix_out_pkg(o, ob->pkg, ob->item);
		if (!ob->has_stream && !ob->params)
			continue;
		ix_out_open(o);
		if (ob->has_stream)
			ix_out_item_u32(o, IX_T_STREAM, ob->stream);
		ix_enc_props(o, ob->params);
		ix_out_close(o);
	}
	ix_out_close(o);
}

/* ---- Packages, Audit, Services --------------------------------------------------------------- */

static void packages(struct ix_text *o, const struct ix_package *p)
{
	if (!p)
		return;
	ix_out_open(o);
	for (; p; p = p->next) {
		ix_out_item(o);
		ix_out_name(o, p->name);
		ix_out_char(o, '-');
		ix_out_u32(o, p->version);
	}
	ix_out_close(o);
}

/* The items of an Audit. */
static void audit_items(struct ix_text *o, const struct ix_audit *a)
{
	static const struct {
		uint32_t bit;
		enum ix_tok tok;
	} whole[] = {
		{IX_AU_MEDIA, IX_T_MEDIA},       {IX_AU_SIGNALS, IX_T_SIGNALS},
		{IX_AU_EVENTS, IX_T_EVENTS},     {IX_AU_EVENTBUF, IX_T_EVENT_BUFFER},
		{IX_AU_OBSERVED, IX_T_OBSERVED}, {IX_AU_PACKAGES, IX_T_PACKAGES},
		{IX_AU_STATS, IX_T_STATISTICS},  {IX_AU_DIGITMAP, IX_T_DIGITMAP},
		{IX_AU_MUX, IX_T_MUX},           {IX_AU_MODEM, IX_T_MODEM},
	};

	for (unsigned i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		if (a->whole & whole[i].bit)
			ix_out_item_token(o, whole[i].tok);
	if (a->media) {
		ix_out_item_token(o, IX_T_MEDIA);
		ix_enc_media(o, a->media);
	}
	if (a->signals) {
		ix_out_item_token(o, IX_T_SIGNALS);
		signals_block(o, a->signals); // bare would ask for the whole descriptor
	}
	if (a->events) {
		ix_out_item_token(o, IX_T_EVENTS);
		ix_enc_events(o, a->events);
	}
	if (a->event_buffer) {
		ix_out_item_token(o, IX_T_EVENT_BUFFER);
		ix_enc_events(o, a->event_buffer);
	}
	if (a->stats) {
		ix_out_item_token(o, IX_T_STATISTICS);
		ix_enc_stats(o, a->stats);
	}
	if (a->packages) {
		ix_out_item_token(o, IX_T_PACKAGES);
		packages(o, a->packages);
	}
	if (a->digitmap.len > 0) {
		ix_out_item_token(o, IX_T_DIGITMAP);
		ix_out_eq(o);
		ix_out_word(o, a->digitmap);
	}
}

static void service_method(struct ix_text *o, const struct ix_services *sv)
{
	static const enum ix_tok methods[] = {
		[IX_SC_FAILOVER] = IX_T_FAILOVER,         [IX_SC_FORCED] = IX_T_FORCED,
		[IX_SC_GRACEFUL] = IX_T_GRACEFUL,         [IX_SC_RESTART] = IX_T_RESTART,
		[IX_SC_DISCONNECTED] = IX_T_DISCONNECTED, [IX_SC_HANDOFF] = IX_T_HANDOFF,
	};

	ix_out_item_token(o, IX_T_METHOD);
	ix_out_eq(o);
	if (sv->method == IX_SC_EXTENSION)
		ix_out_word(o, sv->method_name);
	else
		ix_out_token(o, methods[sv->method]);
}

static void service_address(struct ix_text *o, const struct ix_services *sv)
{
	ix_out_item_token(o, IX_T_SC_ADDRESS);
	ix_out_eq(o);
	if (sv->address.kind != IX_MID_NONE)
		ix_out_mid(o, &sv->address);
	else
		ix_out_u32(o, sv->address.port);
}

static void services(struct ix_text *o, const struct ix_services *sv)
{
	ix_out_open(o);
	if (sv->method != IX_SC_NONE)
		service_method(o, sv);
	if (sv->reason.len > 0) {
		ix_out_item_token(o, IX_T_REASON);
		ix_out_eq(o);
		ix_out_quoted(o, sv->reason);
	}
	if (sv->has_delay)
		ix_out_item_u32(o, IX_T_DELAY, sv->delay_s);
	if (sv->has_address)
		service_address(o, sv);
	if (sv->mgc_to_try.kind != IX_MID_NONE) {
		ix_out_item_token(o, IX_T_MGC_TO_TRY);
		ix_out_eq(o);
		ix_out_mid(o, &sv->mgc_to_try);
	}
	if (sv->has_version)
		ix_out_item_u32(o, IX_T_VERSION, sv->version);
	if (sv->profile.len > 0) {
		ix_out_item_token(o, IX_T_PROFILE);
		ix_out_eq(o);
		ix_out_word(o, sv->profile);
	}
	if (sv->time.len > 0) {
		ix_out_item(o);
		ix_out_word(o, sv->time);
	}
	if (sv->incomplete)
		ix_out_item_token(o, IX_T_SC_INCOMPLETE);
	ix_enc_props(o, sv->extensions);
	if (sv->audit)
		audit_items(o, sv->audit);
	ix_out_close(o);
}

/* ---- all of them ----------------------------------------------------------------------------- */

/* A descriptor that is carried as it was written. */
static void raw(struct ix_text *o, enum ix_tok tok, struct ix_str body)
{
	if (!body.p)
		return;
	ix_out_item_token(o, tok);
	if (body.len > 0)
		ix_out_char(o, ' ');
	ix_out_bytes(o, body.p, body.len);
}

bool ix_enc_has_descriptors(const struct ix_descriptors *d)
{
	return d->media || d->events || d->event_buffer || d->signals || d->audit || d->stats ||
	       d->observed || d->services || d->has_packages || d->digitmap_raw.p || d->mux_raw.p ||
	       d->modem_raw.p || d->error;
}

void ix_enc_descriptors(struct ix_text *o, const struct ix_descriptors *d)
{
	if (d->media) {
		ix_out_item_token(o, IX_T_MEDIA);
		ix_enc_media(o, d->media);
	}
	if (d->events) {
		ix_out_item_token(o, IX_T_EVENTS);
		ix_enc_events(o, d->events);
	}
	if (d->event_buffer) {
		ix_out_item_token(o, IX_T_EVENT_BUFFER);
		ix_enc_events(o, d->event_buffer);
	}
	if (d->signals) {
		ix_out_item_token(o, IX_T_SIGNALS);
		ix_enc_signals(o, d->signals);
	}
	raw(o, IX_T_DIGITMAP, d->digitmap_raw);
	raw(o, IX_T_MUX, d->mux_raw);
	raw(o, IX_T_MODEM, d->modem_raw);
	if (d->observed) {
		ix_out_item_token(o, IX_T_OBSERVED);
		ix_enc_observed(o, d->observed);
	}
	if (d->stats) {
		ix_out_item_token(o, IX_T_STATISTICS);
		ix_enc_stats(o, d->stats);
	}
	if (d->has_packages) {
		ix_out_item_token(o, IX_T_PACKAGES);
		packages(o, d->packages);
	}
	if (d->services) {
		ix_out_item_token(o, IX_T_SERVICES);
		services(o, d->services);
	}
	if (d->audit) {
		ix_out_item_token(o, IX_T_AUDIT);
		ix_out_open(o);
		audit_items(o, d->audit);
		ix_out_close(o);
	}
	if (d->error) {
		ix_out_item(o);
		ix_out_error(o, d->error);
	}
}
