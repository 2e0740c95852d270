// The model: contexts, their terminations, the terminations' streams. Bounded tables, no decisions.
// Spec: H.248.1 6 (connection model)
//
// A stream object never changes once it hangs on a termination: a Modify makes a copy, changes that
// and swaps the pointers, so that a refused command puts the old ones back.
#ifndef CTL_CONTEXT_H
#define CTL_CONTEXT_H

#include "../ix/sdp.h"
#include "error.h"
#include "realm.h"

enum {
	CTL_TERMS = 4,   // terminations of a context
	CTL_STREAMS = 8, // streams of a termination
	CTL_EVENTS = 8,  // events armed on a termination
	CTL_NAME = 65,   // room for a termination's name (64) with NUL
};

/* Traffic of a termination up to now: what conns that are gone have counted. Shared by the
 * termination, by conns that are being given back and by replies that wait for them. */
struct ctl_tally {
	unsigned refs;
	uint64_t out_pkts, out_bytes, in_pkts, in_bytes; // out: sent to the termination's remote
	uint64_t drops;
};
struct ctl_tally *ctl_tally_new(void);
struct ctl_tally *ctl_tally_ref(struct ctl_tally *tally);
void ctl_tally_put(struct ctl_tally *tally);

/* One SDP descriptor: the text that we own and what it says. text NULL = absent. */
struct ctl_sdp {
	char *text;
	struct ix_sdp sdp; // slices point into text
};

struct ctl_stream {
	uint16_t id;
	enum ix_mode mode;         // never NONE, never LOOPBACK
	uint8_t dscp;              // of packets that leave here, or NAT_DSCP_COPY
	enum ix_tri saf, spf, rsb; // gm/saf, gm/spf, rtcph/rsb as set by the controller
	struct ctl_sdp local, remote;
	struct ctl_local at;     // our endpoint; held once Local has a media line
	struct nat_ep remote_ep; // family NAT_NONE: no address known
	be16 remote_rtcp;        // port of RTCP at the remote
};

/* An event that the controller has armed. */
enum ctl_event_kind {
	CTL_EV_CAUSE,
	CTL_EV_HEARTBEAT,
	CTL_EV_IPSTOP,
	CTL_EV_NETFAIL,
	CTL_EV_IDLE_LINK,
	CTL_EV_OTHER
};
struct ctl_armed {
	enum ctl_event_kind kind;
	char name[40]; // "g/cause" as asked for
	bool has_stream;
	uint16_t stream;
	uint32_t period_ms;           // thb: timerx; ipstop: dt; ito: mit
	uint8_t dir;                  // ipstop: 1 in, 2 out, 3 both
	bool spent;                   // has been notified, is notified once
	bool pending;                 // observed, waits in the queue of notify.c
	uint8_t cause, side;          // g/cause: enum nat_cause, 0 this end or 1 the other
	uint16_t seen_stream;         // stream of the observation
	uint64_t since_ms;            // thb: last exchange; ipstop: last packet
	uint64_t seen_pkts[2];        // ipstop: counters at since_ms: in, out
	struct ctl_armed *next;       // in the queue of notify.c
	struct ctl_termination *term; // NULL: ROOT
};
struct ctl_events {
	uint32_t request;
	unsigned n;
	struct ctl_armed armed[CTL_EVENTS];
};

struct ctl_termination {
	struct ctl_termination *next; // in its hash bucket
	struct ctl_context *ctx;
	char name[CTL_NAME];
	uint32_t id; // last component of the name
	uint16_t realm;
	unsigned n_streams;
	struct ctl_stream *streams[CTL_STREAMS]; // by rising id
	struct ctl_events events;
	uint64_t added_ms;
	struct ctl_tally *tally;
};

struct ctl_pub;

struct ctl_context {
	struct ctl_context *next; // in its hash bucket
	struct ctl_context *list_prev, *list_next;
	uint32_t id;
	bool has_priority, emergency;
	uint8_t priority;
	enum ix_tri ieps;
	bool isolate[2]; // Topology: from first to second termination, and back
	unsigned n_terms;
	struct ctl_termination *terms[CTL_TERMS]; // in order of their Add
	struct ctl_pub *pubs;                     // of commit.c
};

struct ctl_model;

/* Tables for at most this many contexts and terminations. NULL without memory. */
struct ctl_model *ctl_model_new(unsigned max_contexts, unsigned max_terms);
/* Everything in it is freed too, but no port is released. */
void ctl_model_free(struct ctl_model *model);

/* A new, empty context; NULL when the table is full (412). */
struct ctl_context *ctl_context_new(struct ctl_model *model);
struct ctl_context *ctl_context_get(const struct ctl_model *model, uint32_t id);
/* The context must be empty. */
void ctl_context_del(struct ctl_model *model, struct ctl_context *ctx);
/* Walks all contexts in order of creation: NULL gives the first. */
struct ctl_context *ctl_context_next(const struct ctl_model *model, const struct ctl_context *ctx);

/* The next context of an endless round over all of them; NULL at the end of each round. Survives
 * deletions. */
struct ctl_context *ctl_context_scan(struct ctl_model *model);

/* A new termination with a number of its own, in no context yet; name is left to the caller, who
 * sets it and then calls ctl_term_join(). NULL when the table is full (432). */
struct ctl_termination *ctl_term_new(struct ctl_model *model);
/* Puts it into a context. False when that is full (434). */
bool ctl_term_join(struct ctl_context *ctx, struct ctl_termination *term);
/* Takes it out of its context, which may be empty afterwards. */
void ctl_term_leave(struct ctl_termination *term);
/* Frees it; it must have left. Its streams and their texts die, ports are the caller's. */
void ctl_term_free(struct ctl_model *model, struct ctl_termination *term);
/* By full name, without case. */
struct ctl_termination *ctl_term_get(const struct ctl_model *model, struct ix_str name);

struct ctl_stream *ctl_stream_get(const struct ctl_termination *term, uint16_t id);
/* An unattached stream: fresh, or a copy of `from`. NULL without memory. */
struct ctl_stream *ctl_stream_new(uint16_t id, const struct ctl_stream *from);
void ctl_stream_free(struct ctl_stream *stream);
/* Sets a descriptor's text (copied) and parses it. False with the SDP's error, sdp unchanged. */
bool ctl_sdp_set(struct ctl_sdp *sdp, struct ix_str text, struct ctl_error *err);

struct ctl_model_stats {
	unsigned contexts, contexts_max, terms, terms_max;
};
struct ctl_model_stats ctl_model_stats(const struct ctl_model *model);

#endif
