// The life of one next hop: asked for, reachable, refreshed, failed. Pure: no packets, no clock.
// Spec: RFC 826, RFC 1122 2.3.2, RFC 4861 7.3
#ifndef DP_NEIGH_H
#define DP_NEIGH_H

#include "dp.h"

enum {
	DP_NEIGH_RETRY_MS = 1000,      // between questions (RFC 4861 RETRANS_TIMER)
	DP_NEIGH_TRIES = 3,            // questions without answer until FAILED
	DP_NEIGH_REACHABLE_MS = 30000, // how long an answer is believed
	DP_NEIGH_FAILED_MS = 5000,     // between questions to a hop that failed
	DP_NEIGH_LINGER_MS = 60000,    // an unused entry is remembered as long
	DP_NEIGH_HELD = 4,             // packets that wait for an answer
};

/* One entry's state. One writer: worker 0. */
struct dp_neigh {
	uint32_t due_ms; // worker's clock when dp_neigh_tick() has something to do
	uint8_t state;   // enum dp_neigh_state
	uint8_t tries;   // questions since the last answer
	uint8_t mac[6];  // valid in REACHABLE and STALE
};

enum dp_neigh_action {
	DP_NEIGH_NOTHING,
	DP_NEIGH_ASK,     // send a question
	DP_NEIGH_GIVE_UP, // drop what waits; and ask again only after DP_NEIGH_FAILED_MS
};

/* Time has passed: what to do now. Call at least every DP_NEIGH_RETRY_MS while the entry is used.
 */
enum dp_neigh_action dp_neigh_tick(struct dp_neigh *n, uint32_t now_ms);

/* The hop's link address was heard: solicited = it answered us; override = it may replace a known
 * address (ARP always may). Returns true when the entry's address is now usable and packets that
 * wait may leave. */
bool dp_neigh_heard(struct dp_neigh *n, const uint8_t mac[6], bool solicited, bool override,
		    uint32_t now_ms);

/* True while packets may be sent to n->mac. */
static inline bool dp_neigh_usable(const struct dp_neigh *n)
{
	return n->state == DP_NEIGH_REACHABLE || n->state == DP_NEIGH_STALE;
}

#endif
