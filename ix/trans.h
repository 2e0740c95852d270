// The transaction layer's tables: the peer's requests, our own, and their timers.
// Spec: H.248.1 8.2, D.1
//
// Nothing here sends or decides: peer.c does. Every table is bounded when it is made. Times are the
// caller's milliseconds and never go back (peer.c sees to it).
#ifndef IX_TRANS_H
#define IX_TRANS_H

#include "msg.h"

/* ---- timers: a binary heap whose members know their place ------------------------------------ */

enum ix_timer_owner { IX_TIMER_IN, IX_TIMER_OUT };
struct ix_timer {
	uint64_t at;
	uint32_t place; // in the heap, from 1; 0 = not set
	uint8_t owner;  // enum ix_timer_owner: which struct it lies in, as its first member
};
struct ix_timers {
	struct ix_timer **heap; // heap[1..n]
	uint32_t n, room;
};
/* Makes room for `more` timers beyond those that are set. False without memory. */
bool ix_timers_reserve(struct ix_timers *timers, uint32_t more);
/* Sets or moves; never fails after a reserve. */
void ix_timer_set(struct ix_timers *timers, struct ix_timer *timer, uint64_t at);
/* Does nothing when it is not set. */
void ix_timer_del(struct ix_timers *timers, struct ix_timer *timer);
/* The earliest; NULL when none is set. */
struct ix_timer *ix_timer_first(const struct ix_timers *timers);
void ix_timers_fini(struct ix_timers *timers);

/* ---- requests of the peer's: at most once ---------------------------------------------------- */

enum ix_in_state { IX_IN_EXECUTING, IX_IN_REPLIED, IX_IN_ACKED };

struct ix_in {
	struct ix_timer timer;     // EXECUTING: when to send Pending; first member
	struct ix_in *chain;       // hash bucket
	struct ix_in *prev, *next; // REPLIED, ACKED: by `expires`
	uint64_t expires;
	struct ix_txn *txn; // EXECUTING
	char *reply;        // REPLIED: the encoded message
	size_t len;
	uint32_t tid;
	uint32_t hash;
	uint32_t pendings; // sent so far
	uint8_t state;     // enum ix_in_state
	struct ix_mid mid; // its name lies behind this struct
};

struct ix_in_list {
	struct ix_in *head, *tail;
};
struct ix_range_kept { // a range that was acknowledged
	uint32_t first, last;
	uint64_t expires;
	uint64_t mid_hash;
};
enum { IX_RANGES = 32 }; // acknowledged ranges remembered; the oldest gives way

struct ix_ins {
	struct ix_in **buckets;
	uint32_t mask;
	unsigned count, executing, max;
	size_t bytes, max_bytes, reserve; // stored; bound; kept free for each executing one
	struct ix_in_list replied, acked;
	struct ix_range_kept ranges[IX_RANGES];
	unsigned next_range;
	uint64_t seed;
};

/* max entries, max_bytes of replies, of which no reply is larger than `reserve`. False without
 * memory. */
bool ix_ins_init(struct ix_ins *ins, unsigned max, size_t max_bytes, size_t reserve, uint64_t seed);
/* Frees every entry and its reply; transactions are the caller's. */
void ix_ins_fini(struct ix_ins *ins);

struct ix_in *ix_ins_find(const struct ix_ins *ins, const struct ix_mid *mid, uint32_t tid);

/* A new EXECUTING entry. When the table is full the oldest acknowledged one gives way; NULL when
 * there is none, when the bytes of a reply could not be kept, or without memory. */
struct ix_in *ix_ins_add(struct ix_ins *ins, const struct ix_mid *mid, uint32_t tid);

/* EXECUTING → REPLIED: keeps a copy of the reply until `expires` (not before that of any entry
 * already replied). Without memory → ACKED: duplicates will be dropped, which is still at most
 * once. */
void ix_ins_reply(struct ix_ins *ins, struct ix_in *in, const void *bytes, size_t len,
		  uint64_t expires);

/* The peer has our replies to first..last: their bytes go, their ids stay until `expires`. Entries
 * that still execute are left alone. Costs the smaller of the range and the table. */
void ix_ins_ack(struct ix_ins *ins, const struct ix_mid *mid, uint32_t first, uint32_t last,
		uint64_t expires);
/* True when tid lies in a range acknowledged earlier: a late duplicate without an entry. */
bool ix_ins_was_acked(const struct ix_ins *ins, const struct ix_mid *mid, uint32_t tid,
		      uint64_t now);

/* Forgets what has expired. */
void ix_ins_expire(struct ix_ins *ins, uint64_t now);
/* When ix_ins_expire() has something to do; UINT64_MAX = never. */
uint64_t ix_ins_deadline(const struct ix_ins *ins);

/* ---- own requests ---------------------------------------------------------------------------- */

struct ix_out {
	struct ix_timer timer; // next transmission or the end; first member
	struct ix_out *chain;
	void *cookie;
	uint64_t end_ms;    // T-MAX
	uint64_t resend_ms; // UINT64_MAX: never
	uint32_t rto_ms;    // the next wait's upper bound
	uint32_t tid;
	uint32_t pendings; // received
	size_t len;
	char bytes[];
};
struct ix_outs {
	struct ix_out **buckets;
	uint32_t mask;
	unsigned count, max;
};
bool ix_outs_init(struct ix_outs *outs, unsigned max);
void ix_outs_fini(struct ix_outs *outs);
struct ix_out *ix_outs_find(const struct ix_outs *outs, uint32_t tid);
/* Copies the message. NULL when `max` are in flight or without memory. */
struct ix_out *ix_outs_add(struct ix_outs *outs, uint32_t tid, const void *bytes, size_t len);
/* Takes it out of the table; the caller frees it with free(). */
void ix_outs_del(struct ix_outs *outs, struct ix_out *out);

#endif
