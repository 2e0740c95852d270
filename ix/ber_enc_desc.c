// Encodes Media, Audit, Packages, Services and lists of descriptors in binary.
// Spec: H.248.1 v3 Annex A.2
#include "ber_enc.h"

/* ---- Media ----------------------------------------------------------------------------------- */

static const uint8_t modes[] = {[IX_SENDONLY] = 0,
				[IX_RECVONLY] = 1,
				[IX_SENDRECV] = 2,
				[IX_INACTIVE] = 3,
				[IX_LOOPBACK] = 4};
static const uint8_t states[] = {[IX_SS_TEST] = 0, [IX_SS_OUT] = 1, [IX_SS_IN] = 2};

static void put_control(struct ix_ber_out *o, uint8_t id, const struct ix_local_control *lc)
{
	size_t at = ix_ber_open(o, id);

	if (lc->mode != IX_MODE_NONE)
		ix_ber_put_uint(o, IX_C(0), modes[lc->mode]);
	if (lc->reserve_value != IX_ABSENT)
		ix_ber_put_bool(o, IX_C(1), lc->reserve_value == IX_ON);
	if (lc->reserve_group != IX_ABSENT)
		ix_ber_put_bool(o, IX_C(2), lc->reserve_group == IX_ON);
	ix_ber_put_props(o, IX_CC(3), lc->props);
	if (lc->asked)
		o->bad = true;
	ix_ber_close(o, at);
}

static void put_control_ask(struct ix_ber_out *o, uint8_t id, const struct ix_local_control *lc)
{
	size_t at = ix_ber_open(o, id);

	if (lc->asked & IX_ASK_MODE)
		ix_ber_put_null(o, IX_C(0));
	if (lc->asked & IX_ASK_RESERVE_VALUE)
		ix_ber_put_null(o, IX_C(1));
	if (lc->asked & IX_ASK_RESERVE_GROUP)
		ix_ber_put_null(o, IX_C(2));
	if (lc->props)
		ix_ber_put_prop_asks(o, IX_CC(3), lc->props, NULL);
	if (lc->mode != IX_MODE_NONE)
		ix_ber_put_uint(o, IX_C(4), modes[lc->mode]);
	if (lc->reserve_value != IX_ABSENT || lc->reserve_group != IX_ABSENT)
		o->bad = true; // an audit cannot select by these
	ix_ber_close(o, at);
}

static void put_parms(struct ix_ber_out *o, uint8_t id, const struct ix_stream *st)
{
	size_t at = ix_ber_open(o, id);

	if (st->control)
		put_control(o, IX_CC(0), st->control);
	if (st->has_local)
		ix_ber_put_sdp(o, IX_CC(1), st->local);
	if (st->has_remote)
		ix_ber_put_sdp(o, IX_CC(2), st->remote);
	if (st->stats)
		ix_ber_put_stats(o, IX_CC(3), st->stats);
	ix_ber_close(o, at);
}

/* One statistic, as IndAudStatisticsDescriptor has room for. */
static void put_stats_ask(struct ix_ber_out *o, uint8_t id, const struct ix_prop *stat)
{
	size_t at = ix_ber_open(o, id);

	ix_ber_put_item(o, IX_C(0), IX_DEF_STATISTIC, stat->pkg, stat->item);
	if (stat->values)
		o->bad = true;
	ix_ber_close(o, at);
}

static void put_parms_ask(struct ix_ber_out *o, uint8_t id, const struct ix_stream *st)
{
	size_t at = ix_ber_open(o, id);

	if (st->control)
		put_control_ask(o, IX_CC(0), st->control);
	if (st->has_local)
		ix_ber_put_sdp_audit(o, IX_CC(1), st->local);
	if (st->has_remote)
		ix_ber_put_sdp_audit(o, IX_CC(2), st->remote);
	if (st->stats && st->stats->items && !st->stats->items->next)
		put_stats_ask(o, IX_CC(3), st->stats->items);
	else if (st->stats)
		o->bad = true;
	ix_ber_close(o, at);
}

typedef void put_stream(struct ix_ber_out *o, uint8_t id, const struct ix_stream *st);

/* oneStream for the stream written without Stream, else multiStream. */
static void put_streams(struct ix_ber_out *o, const struct ix_stream *st, put_stream *put)
{
	size_t at = ix_ber_open(o, IX_CC(1)), list;

	if (st->id == 0) {
		if (st->next)
			o->bad = true;
		put(o, IX_CC(0), st);
	} else {
		list = ix_ber_open(o, IX_CC(1));
		for (; st; st = st->next) {
			size_t one = ix_ber_open(o, IX_SEQUENCE);

			if (st->id == 0)
				o->bad = true;
			ix_ber_put_uint(o, IX_C(0), st->id);
			put(o, IX_CC(1), st);
			ix_ber_close(o, one);
		}
		ix_ber_close(o, list);
	}
	ix_ber_close(o, at);
}

static void put_state(struct ix_ber_out *o, const struct ix_term_state *ts)
{
	size_t at = ix_ber_open(o, IX_CC(0));

	ix_ber_put_props(o, IX_CC(0), ts->props);
	if (ts->buffer != IX_BUF_NONE)
		ix_ber_put_uint(o, IX_C(1), ts->buffer == IX_BUF_LOCKSTEP);
	if (ts->service != IX_SS_NONE)
		ix_ber_put_uint(o, IX_C(2), states[ts->service]);
	if (ts->asked)
		o->bad = true;
	ix_ber_close(o, at);
}

static void put_state_ask(struct ix_ber_out *o, const struct ix_term_state *ts)
{
	size_t at = ix_ber_open(o, IX_CC(0));

	ix_ber_put_prop_asks(o, IX_CC(0), ts->props, NULL);
	if (ts->asked & IX_ASK_BUFFER)
		ix_ber_put_null(o, IX_C(1));
	if (ts->asked & IX_ASK_SERVICE)
		ix_ber_put_null(o, IX_C(2));
	if (ts->service != IX_SS_NONE)
		ix_ber_put_uint(o, IX_C(3), states[ts->service]);
	if (ts->buffer != IX_BUF_NONE)
		o->bad = true;
	ix_ber_close(o, at);
}

void ix_ber_put_media(struct ix_ber_out *o, uint8_t id, const struct ix_media *m)
{
	size_t at = ix_ber_open(o, id);

	if (m->state)
		put_state(o, m->state);
	if (m->streams)
		put_streams(o, m->streams, put_parms);
	ix_ber_close(o, at);
}

void ix_ber_put_media_ask(struct ix_ber_out *o, uint8_t id, const struct ix_media *m)
{
	size_t at = ix_ber_open(o, id);

	if (m->state)
		put_state_ask(o, m->state);
	if (m->streams)
		put_streams(o, m->streams, put_parms_ask);
	ix_ber_close(o, at);
}

/* ---- Audit ----------------------------------------------------------------------------------- */

static void put_package(struct ix_ber_out *o, uint8_t id, const struct ix_package *p)
{
	size_t at = ix_ber_open(o, id);
	uint16_t n = 0;

	if (!ix_ber_package_id(o->conf, p->name, &n) || p->version > 99)
		o->bad = true;
	ix_ber_put_name(o, IX_C(0), n);
	ix_ber_put_uint(o, IX_C(1), p->version);
	ix_ber_close(o, at);
}

static void put_packages(struct ix_ber_out *o, uint8_t id, const struct ix_package *p)
{
	size_t at = ix_ber_open(o, id);

	for (; p; p = p->next)
		put_package(o, IX_SEQUENCE, p);
	ix_ber_close(o, at);
}

static void put_audit_token(struct ix_ber_out *o, uint32_t whole)
{
	static const uint32_t order[] = {
		IX_AU_MUX,      IX_AU_MODEM, IX_AU_MEDIA,    IX_AU_EVENTS,   IX_AU_SIGNALS,
		IX_AU_DIGITMAP, IX_AU_STATS, IX_AU_OBSERVED, IX_AU_PACKAGES, IX_AU_EVENTBUF};
	enum { N = sizeof(order) / sizeof(order[0]) };
	uint32_t bits = 0;

	for (unsigned i = 0; i < N; i++)
		if (whole & order[i])
			bits |= UINT32_C(1) << i;
	if (bits)
		ix_ber_put_bits(o, IX_C(0), bits, N);
}

/* One part for each event. */
static void put_event_asks(struct ix_ber_out *o, const struct ix_events *ev, bool buffer)
{
	if (!ev->list)
		o->bad = true;
	for (const struct ix_event *e = ev->list; e; e = e->next) {
		size_t at = ix_ber_open(o, buffer ? IX_CC(2) : IX_CC(1));
		uint8_t tag = buffer ? 0 : 1;

		if (ev->has_id && !buffer)
			ix_ber_put_uint(o, IX_C(0), ev->id);
		ix_ber_put_item(o, IX_C(tag), IX_DEF_EVENT, e->pkg, e->item);
		if (e->has_stream)
			ix_ber_put_uint(o, IX_C(tag + 1), e->stream);
		if (e->keep_active || e->reset_events || e->notify != IX_NB_NONE ||
		    e->digitmap.len > 0 || e->embed_events || e->embed_signals || e->params)
			o->bad = true;
		ix_ber_close(o, at);
	}
}

static void put_signal_asks(struct ix_ber_out *o, const struct ix_signals *sg)
{
	if (!sg->list && !sg->lists)
		o->bad = true;
	for (const struct ix_signal *s = sg->list; s; s = s->next) {
		size_t at = ix_ber_open(o, IX_CC(3));

		ix_ber_put_signal_ask(o, IX_CC(0), s);
		ix_ber_close(o, at);
	}
	for (const struct ix_signal_list *l = sg->lists; l; l = l->next) {
		size_t at = ix_ber_open(o, IX_CC(3)), list = ix_ber_open(o, IX_CC(1));

		ix_ber_put_uint(o, IX_C(0), l->id);
		if (l->signals)
			ix_ber_put_signal_ask(o, IX_CC(1), l->signals);
		if (l->signals && l->signals->next)
			o->bad = true;
		ix_ber_close(o, list);
		ix_ber_close(o, at);
	}
}

static void put_digitmap_ask(struct ix_ber_out *o, struct ix_str name)
{
	size_t at = ix_ber_open(o, IX_CC(4));
	uint16_t n = 0;

	if (!ix_ber_unnamed_id(name, &n))
		o->bad = true;
	ix_ber_put_name(o, IX_C(0), n);
	ix_ber_close(o, at);
}

static void put_asks(struct ix_ber_out *o, const struct ix_audit *a)
{
	size_t at = ix_ber_open(o, IX_CC(1));

	if (a->media)
		ix_ber_put_media_ask(o, IX_CC(0), a->media);
	if (a->events)
		put_event_asks(o, a->events, false);
	if (a->event_buffer)
		put_event_asks(o, a->event_buffer, true);
	if (a->signals)
		put_signal_asks(o, a->signals);
	if (a->digitmap.len > 0)
		put_digitmap_ask(o, a->digitmap);
	for (const struct ix_prop *p = a->stats ? a->stats->items : NULL; p; p = p->next)
		put_stats_ask(o, IX_CC(5), p);
	for (const struct ix_package *p = a->packages; p; p = p->next)
		put_package(o, IX_CC(6), p);
	ix_ber_close(o, at);
}

void ix_ber_put_audit(struct ix_ber_out *o, uint8_t id, const struct ix_audit *a)
{
	size_t at = ix_ber_open(o, id);

	put_audit_token(o, a->whole);
	if (a->media || a->events || a->event_buffer || a->signals || a->stats || a->packages ||
	    a->digitmap.len > 0)
		put_asks(o, a);
	ix_ber_close(o, at);
}

/* ---- Services -------------------------------------------------------------------------------- */

static void put_address(struct ix_ber_out *o, const struct ix_mid *address)
{
	size_t at = ix_ber_open(o, IX_CC(1));

	if (address->kind == IX_MID_NONE)
		ix_ber_put_uint(o, IX_C(0), address->port);
	else
		ix_ber_put_mid(o, address, 1);
	ix_ber_close(o, at);
}

static void put_mgc(struct ix_ber_out *o, uint8_t id, const struct ix_mid *mid)
{
	size_t at = ix_ber_open(o, id);

	ix_ber_put_mid(o, mid, 0);
	ix_ber_close(o, at);
}

static void put_profile(struct ix_ber_out *o, struct ix_str profile)
{
	size_t at = ix_ber_open(o, IX_CC(3));

	if (profile.len > 67)
		o->bad = true;
	ix_ber_put_str(o, IX_C(0), profile);
	ix_ber_close(o, at);
}

static void put_reason(struct ix_ber_out *o, struct ix_str reason)
{
	size_t at = ix_ber_open(o, IX_CC(4));

	if (reason.len > 0)
		ix_ber_put_text(o, reason);
	ix_ber_close(o, at);
}

void ix_ber_put_services(struct ix_ber_out *o, uint8_t id, const struct ix_services *sv)
{
	static const uint8_t methods[] = {
		[IX_SC_FAILOVER] = 0, [IX_SC_FORCED] = 1,       [IX_SC_GRACEFUL] = 2,
		[IX_SC_RESTART] = 3,  [IX_SC_DISCONNECTED] = 4, [IX_SC_HANDOFF] = 5,
	};
	size_t at = ix_ber_open(o, id);

	if (sv->method == IX_SC_NONE || sv->method >= IX_SC_EXTENSION || sv->extensions)
		o->bad = true; // a method is needed; X-... has no number
	else
		ix_ber_put_uint(o, IX_C(0), methods[sv->method]);
	if (sv->has_address)
		put_address(o, &sv->address);
	if (sv->has_version)
		ix_ber_put_uint(o, IX_C(2), sv->version);
	if (sv->profile.len > 0)
		put_profile(o, sv->profile);
	put_reason(o, sv->reason);
	if (sv->has_delay)
		ix_ber_put_uint(o, IX_C(5), sv->delay_s);
	if (sv->mgc_to_try.kind != IX_MID_NONE)
		put_mgc(o, IX_CC(6), &sv->mgc_to_try);
	if (sv->time.len > 0)
		ix_ber_put_time(o, IX_CC(7), sv->time);
	if (sv->audit)
		ix_ber_put_audit(o, IX_CC(9), sv->audit);
	if (sv->incomplete)
		ix_ber_put_null(o, IX_C(10));
	ix_ber_close(o, at);
}

static void put_services_result(struct ix_ber_out *o, const struct ix_services *sv)
{
	size_t at = ix_ber_open(o, IX_CC(1));

	if (sv && (sv->method != IX_SC_NONE || sv->reason.len > 0 || sv->has_delay || sv->audit ||
		   sv->incomplete || sv->extensions))
		o->bad = true; // these belong to the request
	if (sv && sv->mgc_to_try.kind != IX_MID_NONE)
		put_mgc(o, IX_CC(0), &sv->mgc_to_try);
	if (sv && sv->has_address)
		put_address(o, &sv->address);
	if (sv && sv->has_version)
		ix_ber_put_uint(o, IX_C(2), sv->version);
	if (sv && sv->profile.len > 0)
		put_profile(o, sv->profile);
	if (sv && sv->time.len > 0)
		ix_ber_put_time(o, IX_CC(4), sv->time);
	ix_ber_close(o, at);
}

void ix_ber_put_services_reply(struct ix_ber_out *o, uint8_t id, const struct ix_descriptors *d)
{
	size_t at = ix_ber_open(o, id);

	if (d->error)
		ix_ber_put_error(o, IX_CC(0), d->error);
	else
		put_services_result(o, d->services);
	ix_ber_close(o, at);
}

/* ---- lists of descriptors -------------------------------------------------------------------- */

void ix_ber_put_amm(struct ix_ber_out *o, uint8_t id, const struct ix_descriptors *d)
{
	size_t at = ix_ber_open(o, id);

	if (d->media)
		ix_ber_put_media(o, IX_CC(0), d->media);
	if (d->events)
		ix_ber_put_events(o, IX_CC(3), d->events);
	if (d->event_buffer)
		ix_ber_put_event_buffer(o, IX_CC(4), d->event_buffer);
	if (d->signals)
		ix_ber_put_signals(o, IX_CC(5), d->signals);
	if (d->digitmap_raw.p)
		ix_ber_put_digitmap(o, IX_CC(6), d->digitmap_raw);
	if (d->audit)
		ix_ber_put_audit(o, IX_CC(7), d->audit);
	if (d->stats)
		ix_ber_put_stats(o, IX_CC(8), d->stats);
	if (d->mux_raw.p || d->modem_raw.p || d->observed || d->services || d->has_packages ||
	    d->error)
		o->bad = true;
	ix_ber_close(o, at);
}

void ix_ber_put_returned(struct ix_ber_out *o, uint8_t id, const struct ix_descriptors *d)
{
	size_t at = ix_ber_open(o, id);

	if (d->media)
		ix_ber_put_media(o, IX_CC(1), d->media);
	if (d->events)
		ix_ber_put_events(o, IX_CC(4), d->events);
	if (d->event_buffer)
		ix_ber_put_event_buffer(o, IX_CC(5), d->event_buffer);
	if (d->signals)
		ix_ber_put_signals(o, IX_CC(6), d->signals);
	if (d->digitmap_raw.p)
		ix_ber_put_digitmap(o, IX_CC(7), d->digitmap_raw);
	if (d->observed)
		ix_ber_put_observed(o, IX_CC(8), d->observed);
	if (d->stats)
		ix_ber_put_stats(o, IX_CC(9), d->stats);
	if (d->has_packages)
		put_packages(o, IX_CC(10), d->packages);
	if (d->audit)
		ix_ber_put_audit(o, IX_CC(11), d->audit);
	if (d->error)
		ix_ber_put_error(o, IX_CC(0), d->error);
	if (d->mux_raw.p || d->modem_raw.p || d->services)
		o->bad = true;
	ix_ber_close(o, at);
}
