// The TCP state machine of a relayed connection, as a table.
// Spec: RFC 7857 section 2 (states), RFC 5382 (timers), RFC 5961 (RST)
#ifndef NAT_TCP_H
#define NAT_TCP_H

#include "event.h"
#include "flow.h"
#include "pkt.h"

/* What nat_tcp_step() wants of a segment, before anything is written. */
struct nat_tcp_next {
	uint8_t state;  // enum nat_tcp_state to go to
	uint8_t event;  // enum nat_event_type, or NAT_EVENT_COUNT for none
	uint8_t cause;  // enum nat_cause
	uint8_t reason; // with false: enum nat_reason
	bool opens;     // a new connection begins: its opener is the sender
};

/* Decides what a segment from `side` does to the connection. may_open: a=setup lets this side open.
 * Returns false when the segment must be dropped. Pure; conn and pkt are only read. */
bool nat_tcp_step(const struct nat_conn *conn, const struct nat_pkt *pkt, enum nat_side side,
		  bool may_open, struct nat_tcp_next *next);

#endif
