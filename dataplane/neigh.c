// The life of one next hop: asked for, reachable, refreshed, failed. Pure: no packets, no clock.
// Spec: RFC 826, RFC 1122 2.3.2, RFC 4861 7.3

#include "neigh.h"

#include <string.h>

/*
 *   state      | due passed, tries left      | due passed, tries used up | heard
 *   NEW        | ask, ASKING                 | -                         | REACHABLE
 *   ASKING     | ask                         | give up, FAILED           | REACHABLE
 *   REACHABLE  | ask, STALE (still usable)   | -                         | REACHABLE
 *   STALE      | ask (still usable)          | give up, FAILED           | REACHABLE
 *   FAILED     | ask (one question at a time, slowly)                    | REACHABLE
 */

static bool due(const struct dp_neigh *n, uint32_t now_ms)
{
	return (int32_t)(now_ms - n->due_ms) >= 0;
}

static enum dp_neigh_action ask(struct dp_neigh *n, enum dp_neigh_state state, uint32_t now_ms)
{
	n->state = (uint8_t)state;
	n->tries++;
	n->due_ms = now_ms + DP_NEIGH_RETRY_MS;
	return DP_NEIGH_ASK;
}

enum dp_neigh_action dp_neigh_tick(struct dp_neigh *n, uint32_t now_ms)
{
	if (n->state == DP_NEIGH_NEW) {
		n->tries = 0;
		return ask(n, DP_NEIGH_ASKING, now_ms);
	}
	if (!due(n, now_ms))
		return DP_NEIGH_NOTHING;
	switch ((enum dp_neigh_state)n->state) {
	case DP_NEIGH_REACHABLE: n->tries = 0; return ask(n, DP_NEIGH_STALE, now_ms);
	case DP_NEIGH_ASKING:
	case DP_NEIGH_STALE:
		if (n->tries < DP_NEIGH_TRIES)
			return ask(n, n->state, now_ms);
		n->state = DP_NEIGH_FAILED;
		n->due_ms = now_ms + DP_NEIGH_FAILED_MS;
		return DP_NEIGH_GIVE_UP;
	case DP_NEIGH_FAILED:
	case DP_NEIGH_NEW: n->due_ms = now_ms + DP_NEIGH_FAILED_MS; return DP_NEIGH_ASK;
	}
	return DP_NEIGH_NOTHING;
}

bool dp_neigh_heard(struct dp_neigh *n, const uint8_t mac[6], bool solicited, bool override,
		    uint32_t now_ms)
{
	bool known = dp_neigh_usable(n);
	bool same = known && memcmp(n->mac, mac, 6) == 0;

	// RFC 4861 7.2.5: without Override another address is doubted, not taken: ask at once.
	if (known && !same && !override) {
		if (n->state == DP_NEIGH_REACHABLE) {
			n->state = DP_NEIGH_STALE;
			n->tries = 0;
			n->due_ms = now_ms;
		}
		return false;
	}
	memcpy(n->mac, mac, 6);
	// An unsolicited word is enough to send by, and is checked at the next tick.
	n->state = solicited ? DP_NEIGH_REACHABLE : DP_NEIGH_STALE;
	n->tries = 0;
	n->due_ms = now_ms + (solicited ? DP_NEIGH_REACHABLE_MS : 0);
	return true;
}

const char *dp_neigh_state_name(enum dp_neigh_state state)
{
	static const char *const name[] = {
		[DP_NEIGH_NEW] = "new",
		[DP_NEIGH_ASKING] = "asking",
		[DP_NEIGH_REACHABLE] = "reachable",
		[DP_NEIGH_STALE] = "stale",
		[DP_NEIGH_FAILED] = "failed",
	};

	return (unsigned)state < sizeof(name) / sizeof(*name) ? name[state] : "unknown";
}
