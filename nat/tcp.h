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
	uint8_t flags;  // enum nat_conn_flags to have afterwards, without the window scale
	bool opens;     // a new connection begins: its opener is the sender
	bool counts;    // the segment belongs to the connection: it is life and moves its numbers
};

/* Decides what a segment from `side` does to the connection. may_open: a=setup lets this side open.
 * Returns false when the segment must be dropped. The port it came from is not asked here. Pure;
 * conn and pkt are only read. */
bool nat_tcp_step(const struct nat_conn *conn, const struct nat_pkt *pkt, enum nat_side side,
		  bool may_open, struct nat_tcp_next *next);

/* Writes what nat_tcp_step() decided: state, flags, opener, sequence numbers, window, last_ms. */
void nat_tcp_apply(struct nat_conn *conn, const struct nat_pkt *pkt, enum nat_side side,
		   const struct nat_tcp_next *next, uint32_t now_ms);

/* True for the common case, which needs no step: a plain segment of a connection that is up. */
static inline bool nat_tcp_plain(const struct nat_conn *conn, const struct nat_pkt *pkt)
{
	return conn->tcp == NAT_TCP_UP &&
	       (pkt->tcp_flags & (NAT_TCP_FIN | NAT_TCP_SYN | NAT_TCP_RST | NAT_TCP_ACK)) ==
		       NAT_TCP_ACK;
}

/* How far beyond the last acknowledgement a segment may reach. */
static inline uint32_t nat_tcp_reach(const struct nat_conn *conn)
{
	return conn->max_window == UINT16_MAX ? INT32_MAX : (conn->max_window + 1u) << 8;
}

/* Moves sequence numbers and window by one segment. extra: sequence numbers beside the payload
 * (SYN, FIN). Numbers that lie outside what the other end can have allowed move nothing, so that a
 * forged segment cannot prepare the ground for a forged RST. */
__attribute__((always_inline)) static inline void nat_tcp_track(struct nat_conn *conn,
								const struct nat_pkt *pkt,
								enum nat_side side, uint32_t extra)
{
	const struct nat_tcp *tcp = (const struct nat_tcp *)pkt->l4;
	enum nat_side other = nat_other(side);
	uint32_t end = nat_host32(tcp->seq) + pkt->l4_len - (tcp->off >> 4) * 4u + extra;
	uint32_t ack = nat_host32(tcp->ack);
	uint32_t window = ((uint32_t)nat_host16(tcp->window) << (conn->flags >> 4)) >> 8;

	if ((int32_t)(end - conn->next_seq[side]) > 0 &&
	    end - conn->last_ack[other] <= nat_tcp_reach(conn))
		conn->next_seq[side] = end;
	if (ack - conn->last_ack[side] <= conn->next_seq[other] - conn->last_ack[side])
		conn->last_ack[side] = ack;
	if (nat_rare(window > conn->max_window))
		conn->max_window = window < UINT16_MAX ? (uint16_t)window : UINT16_MAX;
}

#endif
