// Events: what the controller armed, what was observed, and the queue of Notify requests.
// Spec: H.248.1 7.1.9, 7.2.7; E.1 (g/cause), H.248.36 (thb), H.248.40 (ipstop), H.248.14 (ito)
//
// An observation is a mark on the armed event itself, so nothing can be lost and memory is bounded.
// The rate limit and a full transaction layer only delay.
#ifndef CTL_NOTIFY_H
#define CTL_NOTIFY_H

#include "context.h"

struct ctl_gateway;
struct ctl_notifier;

struct ctl_notifier *ctl_notifier_new(struct ctl_gateway *gw);
void ctl_notifier_free(struct ctl_notifier *n);

/* Replaces the events armed on a termination (term NULL: on ROOT). False with *err (510 too many);
 * then nothing has changed. */
bool ctl_events_set(struct ctl_notifier *n, struct ctl_events *events, struct ctl_termination *term,
		    const struct ix_events *in, uint64_t now_ms, struct ctl_error *err);
/* Disarms everything: the termination goes. */
void ctl_events_clear(struct ctl_notifier *n, struct ctl_events *events);

/* The controller and we have exchanged a message about the termination: its heartbeat starts anew.
 */
void ctl_notify_touch(struct ctl_termination *term, uint64_t now_ms);
/* Anything has come from the controller: it/ito starts anew. */
void ctl_notify_heard(struct ctl_notifier *n, uint64_t now_ms);

/* Takes the data plane's events. */
void ctl_notify_poll(struct ctl_notifier *n, uint64_t now_ms);
/* Judges the timers of a termination's events; once a second for each. ROOT's: ctl_notify_root().
 */
void ctl_notify_scan(struct ctl_notifier *n, struct ctl_termination *term, uint64_t now_ms);
void ctl_notify_root(struct ctl_notifier *n, uint64_t now_ms);
/* Sends what waits, at most CTL_NOTIFY_BURST at once and CTL_NOTIFY_RATE a second. */
void ctl_notify_send(struct ctl_notifier *n, uint64_t now_ms);

enum { CTL_NOTIFY_BURST = 100, CTL_NOTIFY_RATE = 100 };

struct ctl_notify_stats {
	uint64_t observed, sent, stale; // stale: data plane events of conns that are gone
	unsigned waiting;
};
struct ctl_notify_stats ctl_notify_stats(const struct ctl_notifier *n);

/* Wall clock as H.248 writes it, "yyyymmddThhmmsscc"; buf has 18 bytes. */
const char *ctl_timestamp(char buf[18]);

#endif
