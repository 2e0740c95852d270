// The steps that a packet of a known flow goes through, in order: nat_input().
#ifndef NAT_INPUT_H
#define NAT_INPUT_H

#include "event.h"
#include "flow.h"
#include "pkt.h"

/* Judges and rewrites one TCP or UDP packet that arrived at the local endpoint of `flow`.
 *   1 gate and readiness   2 source check   3 size and TTL   4 TCP state   5 rewrite   6 counters
 * pkt: from nat_parse(), its destination and protocol being those of the local endpoint. With
 * NAT_FORWARD its IP and transport headers have been rewritten in place (addresses, ports, TTL - 1,
 * DSCP, checksums); the packet to send begins at pkt->l3 and has pkt->l3_len bytes, and the copies
 * of addresses and ports in *pkt keep what arrived. The Ethernet header is left to the caller, and
 * may have been overwritten: between IPv4 and IPv6 the packet begins up to NAT_XLAT_ROOM bytes
 * earlier (xlat.h) or 20 later. So are bytes behind the IP packet left (frame padding). conn:
 * written only here, by the one thread that owns it. now_ms: the worker's clock. *has_event is
 * always written; with true *ev is filled, except ev->conn, which the caller knows (0 here). On
 * NAT_DROP the packet is unchanged, pkt->reason is set, conn->drops counts it, and no other state
 * has changed. Contract with checksum: the transport checksum is valid or finished already
 * (nat_csum_check), or the port trusts it. Pure: no clock, no allocation, no lock. */
enum nat_verdict nat_input(const struct nat_flow *flow, struct nat_conn *conn, struct nat_pkt *pkt,
			   uint32_t now_ms, struct nat_event *ev, bool *has_event);

/* Control asks (by the command ring) whether a connection has outlived its state; the worker
 * decides here. Timers of RFC 5382: opening `open_ms`, reset and closing `trans_ms`, established
 * and half closed `idle_ms`. Moves the state, and returns true with an event (complete, with
 * conn_id) when the connection failed or was released; false also when it only went on to CLOSED
 * after its release had been reported. UDP conns have no state and never expire here. */
struct nat_timers {
	uint32_t open_ms, idle_ms, trans_ms;
};
bool nat_expire(struct nat_conn *conn, uint32_t conn_id, const struct nat_timers *t,
		uint32_t now_ms, struct nat_event *ev);

#endif
