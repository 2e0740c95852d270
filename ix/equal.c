// Tells whether two messages say the same: identifiers without case, SDP and strings by bytes.
// Spec: H.248.1 Annex B.1
//
// One function per structure, in the order of msg.h; LIST and OPTIONAL make those for lists and for
// parts that may be missing. A new field of msg.h belongs here too.
#include "ix.h"

#include <string.h>

#define LIST(name, type, one)                                                                      \
	static bool name(const struct type *a, const struct type *b)                               \
	{                                                                                          \
		for (; a && b; a = a->next, b = b->next)                                           \
			if (!one(a, b))                                                            \
				return false;                                                      \
		return !a && !b;                                                                   \
	}
#define OPTIONAL(name, type, one)                                                                  \
	static bool name(const struct type *a, const struct type *b)                               \
	{                                                                                          \
		return a && b ? one(a, b) : !a && !b;                                              \
	}

static bool bytes(struct ix_str a, struct ix_str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

/* As bytes(), and an empty slice is another thing than none. */
static bool raw(struct ix_str a, struct ix_str b)
{
	return !a.p == !b.p && bytes(a, b);
}

/* ---- identifiers, errors, properties --------------------------------------------------------- */

static bool tid(const struct ix_tid *a, const struct ix_tid *b)
{
	return ix_str_eq(a->name, b->name);
}
LIST(tids, ix_tid, tid)

static bool error_one(const struct ix_error *a, const struct ix_error *b)
{
	return a->code == b->code && bytes(a->text, b->text);
}
OPTIONAL(error, ix_error, error_one)

static bool value(const struct ix_value *a, const struct ix_value *b)
{
	return a->quoted == b->quoted &&
	       (a->quoted ? bytes(a->text, b->text) : ix_str_eq(a->text, b->text));
}
LIST(values, ix_value, value)

static bool prop(const struct ix_prop *a, const struct ix_prop *b)
{
	return ix_str_eq(a->pkg, b->pkg) && ix_str_eq(a->item, b->item) && a->rel == b->rel &&
	       a->shape == b->shape && values(a->values, b->values);
}
LIST(props, ix_prop, prop)

/* ---- Media ----------------------------------------------------------------------------------- */

static bool control_one(const struct ix_local_control *a, const struct ix_local_control *b)
{
	return a->mode == b->mode && a->reserve_value == b->reserve_value &&
	       a->reserve_group == b->reserve_group && a->asked == b->asked &&
	       props(a->props, b->props);
}
OPTIONAL(control, ix_local_control, control_one)

static bool stats_one(const struct ix_stats *a, const struct ix_stats *b)
{
	return props(a->items, b->items);
}
OPTIONAL(stats, ix_stats, stats_one)

static bool stream(const struct ix_stream *a, const struct ix_stream *b)
{
	return a->id == b->id && control(a->control, b->control) && a->has_local == b->has_local &&
	       a->has_remote == b->has_remote && bytes(a->local, b->local) &&
	       bytes(a->remote, b->remote) && stats(a->stats, b->stats);
}
LIST(streams, ix_stream, stream)

static bool state_one(const struct ix_term_state *a, const struct ix_term_state *b)
{
	return a->service == b->service && a->buffer == b->buffer && a->asked == b->asked &&
	       props(a->props, b->props);
}
OPTIONAL(state, ix_term_state, state_one)

static bool media_one(const struct ix_media *a, const struct ix_media *b)
{
	return state(a->state, b->state) && streams(a->streams, b->streams);
}
OPTIONAL(media, ix_media, media_one)

/* ---- Signals, Events ------------------------------------------------------------------------- */

static bool sig(const struct ix_signal *a, const struct ix_signal *b)
{
	return ix_str_eq(a->pkg, b->pkg) && ix_str_eq(a->item, b->item) &&
	       a->has_stream == b->has_stream && a->has_duration == b->has_duration &&
	       a->keep_active == b->keep_active && a->has_request_id == b->has_request_id &&
	       a->has_intersignal == b->has_intersignal && a->stream == b->stream &&
	       a->duration == b->duration && a->intersignal == b->intersignal &&
	       a->request_id == b->request_id && a->type == b->type &&
	       a->direction == b->direction && a->completion == b->completion &&
	       props(a->params, b->params);
}
LIST(sigs, ix_signal, sig)

static bool siglist(const struct ix_signal_list *a, const struct ix_signal_list *b)
{
	return a->id == b->id && sigs(a->signals, b->signals);
}
LIST(siglists, ix_signal_list, siglist)

static bool signals_one(const struct ix_signals *a, const struct ix_signals *b)
{
	return sigs(a->list, b->list) && siglists(a->lists, b->lists);
}
OPTIONAL(signals, ix_signals, signals_one)

static bool events(const struct ix_events *a, const struct ix_events *b);

static bool event(const struct ix_event *a, const struct ix_event *b)
{
	return ix_str_eq(a->pkg, b->pkg) && ix_str_eq(a->item, b->item) &&
	       a->has_stream == b->has_stream && a->keep_active == b->keep_active &&
	       a->reset_events == b->reset_events && a->stream == b->stream &&
	       a->notify == b->notify && bytes(a->digitmap, b->digitmap) &&
	       a->embed_regulated == b->embed_regulated &&
	       signals(a->embed_signals, b->embed_signals) &&
	       events(a->embed_events, b->embed_events) && props(a->params, b->params);
}
LIST(event_list, ix_event, event)

static bool events_one(const struct ix_events *a, const struct ix_events *b)
{
	return a->has_id == b->has_id && a->id == b->id && event_list(a->list, b->list);
}
OPTIONAL(events, ix_events, events_one)

static bool observation(const struct ix_observed *a, const struct ix_observed *b)
{
	return ix_str_eq(a->time, b->time) && ix_str_eq(a->pkg, b->pkg) &&
	       ix_str_eq(a->item, b->item) && a->has_stream == b->has_stream &&
	       a->stream == b->stream && props(a->params, b->params);
}
LIST(observations, ix_observed, observation)

static bool observed_one(const struct ix_observed_events *a, const struct ix_observed_events *b)
{
	return a->id == b->id && observations(a->list, b->list);
}
OPTIONAL(observed, ix_observed_events, observed_one)

/* ---- Audit, Services, all descriptors -------------------------------------------------------- */

static bool package(const struct ix_package *a, const struct ix_package *b)
{
	return ix_str_eq(a->name, b->name) && a->version == b->version;
}
LIST(packages, ix_package, package)

static bool audit_one(const struct ix_audit *a, const struct ix_audit *b)
{
	return a->whole == b->whole && media(a->media, b->media) && events(a->events, b->events) &&
	       events(a->event_buffer, b->event_buffer) && signals(a->signals, b->signals) &&
	       stats(a->stats, b->stats) && packages(a->packages, b->packages) &&
	       ix_str_eq(a->digitmap, b->digitmap);
}
OPTIONAL(audit, ix_audit, audit_one)

static bool services_one(const struct ix_services *a, const struct ix_services *b)
{
	return a->method == b->method && ix_str_eq(a->method_name, b->method_name) &&
	       bytes(a->reason, b->reason) && a->has_delay == b->has_delay &&
	       a->has_version == b->has_version && a->incomplete == b->incomplete &&
	       a->delay_s == b->delay_s && a->version == b->version &&
	       a->has_address == b->has_address && ix_mid_equal(&a->address, &b->address) &&
	       ix_mid_equal(&a->mgc_to_try, &b->mgc_to_try) && ix_str_eq(a->profile, b->profile) &&
	       ix_str_eq(a->time, b->time) && audit(a->audit, b->audit) &&
	       props(a->extensions, b->extensions);
}
OPTIONAL(services, ix_services, services_one)

static bool descriptors(const struct ix_descriptors *a, const struct ix_descriptors *b)
{
	return media(a->media, b->media) && events(a->events, b->events) &&
	       events(a->event_buffer, b->event_buffer) && signals(a->signals, b->signals) &&
	       audit(a->audit, b->audit) && stats(a->stats, b->stats) &&
	       observed(a->observed, b->observed) && services(a->services, b->services) &&
	       a->has_packages == b->has_packages && packages(a->packages, b->packages) &&
	       raw(a->digitmap_raw, b->digitmap_raw) && raw(a->mux_raw, b->mux_raw) &&
	       raw(a->modem_raw, b->modem_raw) && error(a->error, b->error);
}

/* ---- commands, contexts, transactions -------------------------------------------------------- */

static bool command(const struct ix_command *a, const struct ix_command *b)
{
	return a->verb == b->verb && a->optional == b->optional && a->wild_reply == b->wild_reply &&
	       tids(a->tids, b->tids) && a->tid_list == b->tid_list &&
	       a->context_audit_reply == b->context_audit_reply && descriptors(&a->d, &b->d);
}
LIST(commands, ix_command, command)

static bool triple(const struct ix_topology *a, const struct ix_topology *b)
{
	return ix_str_eq(a->from, b->from) && ix_str_eq(a->to, b->to) && a->dir == b->dir &&
	       a->has_stream == b->has_stream && a->stream == b->stream;
}
LIST(topology, ix_topology, triple)

static bool context_props(const struct ix_context_props *a, const struct ix_context_props *b)
{
	size_t list = a->n_context_list * sizeof(*a->context_list);

	return topology(a->topology, b->topology) && a->has_priority == b->has_priority &&
	       a->priority == b->priority && a->emergency == b->emergency && a->ieps == b->ieps &&
	       props(a->attrs, b->attrs) && a->n_context_list == b->n_context_list &&
	       (list == 0 || memcmp(a->context_list, b->context_list, list) == 0);
}
OPTIONAL(selection, ix_context_props, context_props)

static bool context_audit_one(const struct ix_context_audit *a, const struct ix_context_audit *b)
{
	return a->what == b->what && props(a->props, b->props) && selection(a->select, b->select) &&
	       a->logic == b->logic;
}
OPTIONAL(context_audit, ix_context_audit, context_audit_one)

static bool action(const struct ix_action *a, const struct ix_action *b)
{
	return a->cid == b->cid && a->has_props == b->has_props &&
	       context_props(&a->props, &b->props) && context_audit(a->audit, b->audit) &&
	       commands(a->commands, b->commands) && error(a->error, b->error);
}
LIST(actions, ix_action, action)

static bool range(const struct ix_range *a, const struct ix_range *b)
{
	return a->first == b->first && a->last == b->last;
}
LIST(ranges, ix_range, range)

static bool item(const struct ix_item *a, const struct ix_item *b)
{
	return a->kind == b->kind && a->tid == b->tid && a->has_segment == b->has_segment &&
	       a->segment_end == b->segment_end && a->segment == b->segment &&
	       a->imm_ack == b->imm_ack && actions(a->actions, b->actions) &&
	       error(a->error, b->error) && ranges(a->acks, b->acks);
}
LIST(items, ix_item, item)

bool ix_msg_equal(const struct ix_msg *a, const struct ix_msg *b)
{
	return a->auth.present == b->auth.present && a->auth.spi == b->auth.spi &&
	       a->auth.seq == b->auth.seq && ix_str_eq(a->auth.icv, b->auth.icv) &&
	       a->version == b->version && ix_mid_equal(&a->mid, &b->mid) &&
	       error(a->error, b->error) && items(a->items, b->items);
}
