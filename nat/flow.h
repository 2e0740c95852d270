// A flow: one direction of a stream as data (match, rewrite). A conn: what its packets have done.
//
// The problem: a worker must decide and rewrite within a few dozen cycles, so all that it reads
// lies in one line written by control, and all that it writes in one line that no other thread
// writes.
#ifndef NAT_FLOW_H
#define NAT_FLOW_H

#include "ep.h"
#include "view.h"

enum nat_flow_flags {
	NAT_F_IN6 = 1 << 0,      // packets arrive as IPv6
	NAT_F_OUT6 = 1 << 1,     // packets leave as IPv6
	NAT_F_TCP = 1 << 2,      // else UDP
	NAT_F_SIDE_B = 1 << 3,   // packets come from side B's remote
	NAT_F_OPEN = 1 << 4,     // gate: this direction may pass (both stream modes allow it)
	NAT_F_READY = 1 << 5,    // both remotes known and routable: there is somewhere to send
	NAT_F_MAY_OPEN = 1 << 6, // TCP: a SYN may come from this direction's sender
	/* UDP: any source port will do. TCP: an opening SYN may come from any port, which then
	 * binds the connection; `rport` binds while the other side is the opener. */
	NAT_F_PORT_ANY = 1 << 7,
	/* TCP: while the far side is the opener, the destination port is conn.opener_port; before,
	 * `dport`, where 9 means that there is none. */
	NAT_F_DPORT_CONN = 1 << 8,
	NAT_F_STATELESS = 1 << 9, // TCP: relay whatever comes, keep no state
};

/* Packets that arrive at one of our local endpoints: who may send them, and what they become.
 * Written by control before it is published, never changed afterwards; freed after the RCU grace
 * period. All addresses and ports in network order. */
struct nat_flow {
	struct nat_addr remote;      // whom packets must come from (ingress family)
	struct nat_addr src;         // new source: our local address on the way out (egress family)
	struct nat_addr dst;         // new destination: the far end (egress family)
	be16 rport;                  // source port that packets must have, but see NAT_F_PORT_ANY
	be16 sport, dport;           // new source and destination port
	uint16_t l4_delta;           // checksum delta of what no packet changes: nat_flow_seal()
	uint16_t flags;              // enum nat_flow_flags
	struct {                     // to the bit, or the flow would be larger than a line
		uint32_t neigh : 12; // next hop on the way out (dataplane's table)
		uint32_t mtu : 14;   // largest IP packet on the way out, bytes
		uint32_t mss : 14;   // largest TCP segment that both ways carry: nat_mss()
		uint32_t dscp : 8;   // 6-bit value to set, NAT_DSCP_COPY to leave it; not the ECN
	} __attribute__((packed));
} __attribute__((aligned(64)));

enum { NAT_DSCP_COPY = 0xff, NAT_MTU_MAX = (1 << 14) - 1, NAT_NEIGH_MAX = (1 << 12) - 1 };

static_assert(sizeof(struct nat_flow) == 64, "a flow is one cache line");

enum nat_conn_flags {
	NAT_C_OPENER_B = 1 << 0,    // side B sent the SYN that opened this connection
	NAT_C_LEARNED = 1 << 1,     // opener_port is valid
	NAT_C_REPORTED_UP = 1 << 2, // TCP_UP has been sent for this connection
	NAT_C_SYNACK = 1 << 3,      // the passive end has answered
};

/* State of one connection. One writer: the worker that owns the stream's local ports. Control may
 * read single fields at any time (they are naturally aligned) and reset the whole only while no
 * slot points here. Side A's figures are index 0: packets that came from A's remote. */
struct nat_conn {
	uint64_t pkts[2];     // forwarded, by the side they came from
	uint64_t bytes[2];    // the same, IP bytes as received
	uint32_t last_ms;     // worker's clock at the last packet that counts as life, wraps
	uint32_t next_seq[2]; // TCP: highest sequence number sent by this side, plus its length
	uint32_t last_ack[2]; // TCP: last acknowledgement sent by this side
	uint32_t drops;       // packets for this stream that were dropped (gm/dp)
	be16 opener_port;     // TCP: source port of the opener
	uint16_t gen;         // generation: set by control, copied into events
	uint8_t tcp;          // enum nat_tcp_state
	uint8_t flags; // enum nat_conn_flags; high 4 bits: TCP window scale, the larger of both
	uint16_t max_window; // TCP: largest window seen, in units of 256 bytes, 0xffff = or more
} __attribute__((aligned(64)));

static_assert(sizeof(struct nat_conn) == 64, "a connection is one cache line");

/* Bytes of an IP and a TCP header without options. */
static inline unsigned nat_heads(bool ip6)
{
	return ip6 ? 60 : 40;
}

/* Largest TCP segment without options that fits two ways: a segment crosses both. */
static inline unsigned nat_mss(bool ip6, unsigned mtu, bool other_ip6, unsigned other_mtu)
{
	unsigned x = mtu - nat_heads(ip6), y = other_mtu - nat_heads(other_ip6);

	return x < y ? x : y;
}

/* Computes the flow's checksum delta from its fields: four addresses, our port on both ways. The
 * source port that comes and the destination port that leaves are added per packet, known or
 * learned. Right between IPv4 and IPv6 too: the rest of the pseudo-header adds up to the same.
 * `local` is the endpoint where packets arrive. Call it last, before publishing. */
void nat_flow_seal(struct nat_flow *flow, const struct nat_ep *local);

#endif
