// The data plane's own structures: ports, realms, local addresses, tables, workers.
//
// Who writes what: control fills everything before the workers start; afterwards it writes slots,
// free flow and conn records, and new neighbour entries. A worker writes its own struct dp_worker
// and the conns of the streams it owns; worker 0 also the neighbour states.
#ifndef DP_PLANE_H
#define DP_PLANE_H

#include <stdatomic.h>

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_rcu_qsbr.h>
#include <rte_ring.h>

#include "../nat/input.h"
#include "dp.h"
#include "mirror_select.h"
#include "neigh.h"
#include "ring.h"

enum {
	DP_BURST = 32,
	DP_TX_ROOM = 64,   // packets waiting for a port's transmit call, per worker
	DP_HANDOFF = 1024, // packets waiting for their owner worker
	DP_VLANS = 4096,
	DP_NO_REALM = 0xffff,
	DP_TICK_MS = 10,         // worker's slow clock
	DP_ECHO_PER_TICK = 20,   // echo replies per worker and tick: 2 000 a second
	DP_ERRORS_PER_TICK = 10, // ICMP errors of our own, likewise
};

/* What lies behind a local port: flow 0 = nothing. Read and written as one word. */
union dp_slot {
	struct {
		uint32_t flow, conn;
	};
	_Atomic uint64_t word;
};
static_assert(sizeof(union dp_slot) == 8, "one word publishes both");

struct dp_local {
	struct nat_addr addr;
	uint8_t family, bits;
	uint16_t realm;
	uint16_t next;           // next local of the realm in the same hash bucket, 0xffff = last
	union dp_slot *slots[2]; // TCP, UDP: 65 536 each
};

enum { DP_BUCKETS = 64, DP_NO_LOCAL = 0xffff };
struct dp_realm {
	char name[DP_NAME];
	uint16_t port, vlan;
	uint16_t bucket[DP_BUCKETS]; // first local by hash of its address
	struct nat_addr next_hop4, next_hop6;
};

struct dp_port {
	char name[DP_NAME];
	uint16_t id; // DPDK's
	uint16_t mtu;
	uint16_t queues;
	uint8_t mac[6];
	bool recompute; // NAT_CSUM_RECOMPUTE, else trust the NIC's flags
	enum dp_checksum checksum;
	uint16_t realm_of_vlan[DP_VLANS];
};

/* A neighbour as the workers use it, and as worker 0 keeps it. */
enum dp_hop_phase { DP_HOP_FREE, DP_HOP_LIVE, DP_HOP_CLOSING };
struct dp_hop {
	_Atomic uint64_t mac;  // destination MAC in the low 6 bytes as they lie in memory; 0 = none
	uint8_t header[18];    // Ethernet header to send: all but the destination
	uint8_t header_len;    // 14 or 18
	uint8_t port;          // index of dp_port
	_Atomic uint8_t phase; // enum dp_hop_phase
	uint8_t family;
	uint16_t realm, local; // local: the address we ask from
	struct nat_addr addr;
	// worker 0 only
	struct dp_neigh life;
	uint32_t closing_ms;
	uint8_t held;
	struct rte_mbuf *wait[DP_NEIGH_HELD];
	// control only
	uint32_t users;
} __rte_cache_aligned;

struct dp_worker {
	unsigned index;
	unsigned lcore;
	uint32_t now_ms;
	uint32_t echo_left, errors_left;
	struct rte_ring *handoff; // packets that other workers received for us
	struct {
		uint16_t n;
		struct rte_mbuf *pkt[DP_TX_ROOM];
	} tx[DP_PORTS];
	// Counters: one writer, read by control.
	uint64_t drops[NAT_REASONS];
	uint64_t forwarded_pkts, forwarded_bytes;
	uint64_t events_lost;
	uint64_t turns, busy_turns;
	struct dp_event_ring events;
	struct dp_command_ring commands;
} __rte_cache_aligned;

struct dp_plane {
	struct dp_port ports[DP_PORTS];
	struct dp_realm realms[DP_REALMS];
	struct dp_local locals[DP_LOCALS];
	struct dp_hop *hops; // DP_NEIGHBOURS; index 0 is never used
	_Atomic uint32_t hops_high;
	struct nat_flow *flows; // index 0 is never used
	struct nat_conn *conns; // index 0 is never used
	struct rte_mempool *pool;
	struct rte_rcu_qsbr *rcu;
	struct dp_worker *workers[DP_WORKERS];
	_Atomic uint32_t mirrors[DP_MIRROR_POINTS]; // bit per mirror that runs at this point
	struct dp_label *labels;                    // one per conn
	struct nat_timers timers;
	unsigned n_ports, n_realms, n_locals, n_workers;
	uint32_t worker_magic; // for dp_owner()
	uint64_t tsc_zero, tsc_per_ms;
	_Atomic bool stop;
	void (*log)(int level, const char *text);
};
extern struct dp_plane dp;

/* Owner worker of a local port: RTP and RTCP of a pair stay together, and both ends of a stream
 * when control draws their ports from one residue class. x mod n without division (Lemire), exact
 * for 16 bits. */
static inline unsigned dp_owner(uint16_t port)
{
	uint32_t low = dp.worker_magic * (uint32_t)(port >> 1);

	return dp.n_workers == 1 ? 0 : (unsigned)(((uint64_t)low * dp.n_workers) >> 32);
}

static inline unsigned dp_bucket(const struct nat_addr *a)
{
	uint64_t mix = (a->q[0] ^ a->q[1] * 0x9e3779b97f4a7c15u) * 0xff51afd7ed558ccdu;

	return (unsigned)(mix >> 58);
}

/* The local of a realm with this address, or DP_NO_LOCAL. */
static inline unsigned dp_local_of(const struct dp_realm *r, uint8_t family,
				   const struct nat_addr *addr)
{
	unsigned i = r->bucket[dp_bucket(addr)];

	while (i != DP_NO_LOCAL &&
	       (dp.locals[i].family != family || !nat_addr_eq(&dp.locals[i].addr, addr)))
		i = dp.locals[i].next;
	return i;
}

/* eal.c: arguments for rte_eal_init() from configuration and machine; brings EAL up. */
int dp_eal_start(const struct dp_conf *conf, size_t bytes_wanted, char err[DP_ERROR_TEXT]);

/* port.c */
int dp_ports_start(const struct dp_conf *conf, char err[DP_ERROR_TEXT]);
void dp_ports_stop(void);
void dp_port_stats(unsigned port, struct dp_port_stats *stats);

/* table.c: memory of locals, flows, conns; and the functions of dp.h that change them. */
size_t dp_tables_bytes(const struct dp_conf *conf);
int dp_tables_start(const struct dp_conf *conf, char err[DP_ERROR_TEXT]);

/* worker.c */
/* All of dp_start() but the threads: the bench runs dp_forward() itself. */
int dp_prepare(const struct dp_conf *conf, char err[DP_ERROR_TEXT]);
/* Sends what is queued on all ports. */
void dp_flush(struct dp_worker *w);
/* Queues a packet for a port of this worker's; sent at the end of the turn. */
void dp_tx(struct dp_worker *w, unsigned port, struct rte_mbuf *m);
/* Frees a packet as it came, from its Ethernet header on, and counts the reason. Kept out of the
 * forwarding path, which shall inline what ordinary packets need. */
__rte_noinline void dp_drop(struct dp_worker *w, struct rte_mbuf *m, enum nat_reason reason);
/* The same for one that was to leave by a port. */
void dp_drop_out(struct dp_worker *w, unsigned port, struct rte_mbuf *m, enum nat_reason reason);

/* forward.c: one burst from one port (or handed over by another worker). */
void dp_forward(struct dp_worker *w, struct rte_mbuf **m, unsigned n);
/* Sends a packet that begins at pkt->l3 to the flow's next hop. Takes the packet. */
void dp_send_on(struct dp_worker *w, struct rte_mbuf *m, const struct nat_pkt *pkt,
		const struct nat_flow *flow);
/* A packet whose owner is another worker goes there whole; the owner looks everything up again. */
void dp_hand_over(struct dp_worker *w, unsigned owner, struct rte_mbuf *m);

/* icmp.c */
/* An ICMP error that came: it goes on if it concerns a flow. Takes the packet. */
void dp_icmp_input(struct dp_worker *w, struct rte_mbuf *m, struct nat_pkt *pkt, unsigned realm);
/* Tells the sender of a packet that was dropped as too big or out of TTL, within the rate limit.
 * The packet stays with the caller. */
__rte_noinline void dp_icmp_answer(struct dp_worker *w, const struct rte_mbuf *m,
				   const struct nat_pkt *pkt, const struct nat_flow *flow);

/* mirror.c: copies for those who watch. Call the three only when dp_mirror_on(point): without
 * mirrors they cost a load and a branch for a burst. Packets stay as they are. */
static inline bool dp_mirror_on(enum dp_mirror_point point)
{
	return atomic_load_explicit(&dp.mirrors[point], memory_order_relaxed) != 0;
}
void dp_mirror_in(struct dp_worker *w, struct rte_mbuf **m, unsigned n);
void dp_mirror_out(struct dp_worker *w, unsigned port, struct rte_mbuf **m, unsigned n);
/* port: of arrival, or with `out` of departure. */
void dp_mirror_drop(struct dp_worker *w, unsigned port, bool out, struct rte_mbuf *m,
		    enum nat_reason reason);
/* Ends all mirrors, after the workers; waits for what has been copied to be written. */
void dp_mirrors_stop(void);

/* mirror_port.c: the sink that sends frames out of a port. One sender at a time for each port. */
struct dp_mirror_port {
	unsigned port;
	uint16_t vlan; // 0 = none
};
/* Gets the port ready: -EINVAL when it is a realm's. */
int dp_mirror_port_open(struct dp_mirror_port *mp, const struct dp_mirror_conf *conf,
			char err[DP_ERROR_TEXT]);
int dp_mirror_port_send(void *mirror_port, const uint8_t *frame, size_t len);

/* hop.c: next hops; ARP, Neighbour Discovery and echo. */
int dp_hops_start(char err[DP_ERROR_TEXT]);
/* A message for ourselves: ARP, ND, echo. Takes the packet. */
void dp_local_input(struct dp_worker *w, struct rte_mbuf *m, struct nat_pkt *pkt, unsigned realm);
/* Sends a rewritten packet, which begins with its IP header, to a neighbour; holds it while the
 * neighbour is not resolved. Takes the packet. */
void dp_hop_send(struct dp_worker *w, struct dp_hop *hop, struct rte_mbuf *m);
/* Worker 0's slow clock: questions, answers that did not come, announcements. */
void dp_hops_tick(struct dp_worker *w);

#endif
