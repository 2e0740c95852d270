// What a worker tells control about a connection. Events go up one ring per worker, in order.
#ifndef NAT_EVENT_H
#define NAT_EVENT_H

#include <stdint.h>

/* X(symbol, name) */
#define NAT_EVENTS(X)                                                                              \
	X(TCP_UP, "tcp-established")                                                               \
	X(TCP_FAILED, "tcp-failed")                                                                \
	X(TCP_DOWN, "tcp-released")

enum nat_event_type {
#define X(sym, name) NAT_EV_##sym,
	NAT_EVENTS(X)
#undef X
		NAT_EVENT_COUNT
};

#define NAT_CAUSES(X)                                                                              \
	X(NONE, "none")                                                                            \
	X(TIMEOUT, "timeout")                                                                      \
	X(REFUSED, "refused")                                                                      \
	X(FIN, "fin")                                                                              \
	X(RST, "rst")                                                                              \
	X(IDLE, "idle")

enum nat_cause {
#define X(sym, name) NAT_CAUSE_##sym,
	NAT_CAUSES(X)
#undef X
		NAT_CAUSE_COUNT
};

struct nat_event {
	uint32_t conn; // index of the connection
	uint16_t gen; // its generation when the event happened: an event of a reused entry is stale
	uint8_t type; // enum nat_event_type
	uint8_t cause; // enum nat_cause
	uint8_t side;  // enum nat_side that caused it
};

const char *nat_event_name(enum nat_event_type type);
const char *nat_cause_name(enum nat_cause cause);

#endif
