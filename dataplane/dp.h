// The data plane as control sees it: start it, publish flows, hear events, read counters.
// Not one DPDK type here. Unless said otherwise every function belongs to the control thread, never
// blocks, and returns 0 or a negative errno. Tests of control link a fake of this file.
#ifndef DP_H
#define DP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../nat/ep.h"
#include "../nat/event.h"
#include "../nat/flow.h"
#include "../nat/verdict.h"

enum {
	DP_NAME = 32, // room for a port's or realm's name, with NUL
	DP_PORTS = 16,
	DP_REALMS = 256,
	DP_LOCALS = 256, // local addresses over all realms
	DP_NEIGHBOURS = 4096,
	DP_WORKERS = 16,
	DP_ERROR_TEXT = 256,
	DP_MIRRORS = 16,
	DP_FILTER = 256, // room for a filter in tcpdump's language, with NUL
	DP_PATH = 200,   // room for the target of a mirror, with NUL
	DP_TERM = 40,    // room for a termination's name in a label, with NUL
};

enum dp_checksum { DP_CHECKSUM_AUTO, DP_CHECKSUM_UPDATE, DP_CHECKSUM_RECOMPUTE };

struct dp_port_conf {
	char name[DP_NAME];
	const char *device;        // DPDK devargs ("net_af_packet0,iface=eth1") or PCI address
	uint16_t mtu;              // bytes of IP, 1280..9000
	enum dp_checksum checksum; // AUTO: recompute for af_packet, af_xdp, tap; else update
};

struct dp_local_conf {
	struct nat_addr addr;
	uint8_t family; // enum nat_family
	uint8_t bits;   // prefix length: what is on link
};

struct dp_realm_conf {
	char name[DP_NAME];
	uint16_t port; // index into ports
	uint16_t vlan; // 0 = untagged
	const struct dp_local_conf *locals;
	unsigned n_locals;
	struct nat_addr next_hop4, next_hop6; // all zero = everything is on link
};

struct dp_conf {
	const char *const *eal_args; // added to what the start-up itself chooses; may be NULL
	unsigned n_eal_args;
	unsigned workers; // forwarding threads, 1..DP_WORKERS
	unsigned mbufs;   // packets in the pool, 0 = chosen by size of rings
	unsigned streams; // most streams alive at once
	const struct dp_port_conf *ports;
	unsigned n_ports;
	const struct dp_realm_conf *realms;
	unsigned n_realms;
	struct dp_timers {
		uint32_t open_ms, idle_ms, trans_ms;
	} timers;
	/* Where the data plane's own start-up messages go. */
	void (*log)(int level, const char *text); // level as in syslog
};

/* Brings up EAL, ports, pools and workers. Blocks until workers run. On failure everything is
 * undone as far as DPDK allows, and err says what and what to do. Call once in a process. */
int dp_start(const struct dp_conf *conf, char err[DP_ERROR_TEXT]);

/* Stops workers and ports. */
void dp_stop(void);

/* ---- local endpoints ------------------------------------------------------------------------- */

/* Index of a local address in its realm, for dp_at; negative when the realm lacks it. */
int dp_local_find(unsigned realm, enum nat_family family, const struct nat_addr *addr);

/* One local endpoint: where packets of one direction arrive. */
struct dp_at {
	uint16_t local; // from dp_local_find()
	uint8_t proto;  // NAT_IP_TCP or NAT_IP_UDP
	be16 port;
};

/* ---- streams --------------------------------------------------------------------------------- */

/* Takes a connection record, zeroed, with a new generation: a number in 1..conf->streams. -ENOSPC
 * when all are in use. */
int dp_conn_new(uint32_t *conn);

/* Gives it back; call only when no slot has pointed to it for an epoch. */
void dp_conn_free(uint32_t conn);

/* The record, for reading single fields. Valid until dp_conn_free(). */
const struct nat_conn *dp_conn_get(uint32_t conn);

/* Packets to `at` follow *flow (copied) and are accounted on `conn` from now on; replaces what was
 * there. One atomic store; the old flow is freed by the data plane itself after its epoch.
 * -ENOSPC when no flow record is free: nothing has changed then. */
int dp_publish(const struct dp_at *at, const struct nat_flow *flow, uint32_t conn);

/* Packets to `at` are dropped as NO_FLOW from now on. */
void dp_retire(const struct dp_at *at);

/* An epoch ends when every worker has finished what it was doing when it began. After it no worker
 * uses what was retired before dp_epoch(). */
uint64_t dp_epoch(void);
bool dp_epoch_passed(uint64_t epoch);

/* Asks the owner of `at`'s port to judge the age of a connection (nat_expire). Lost when the ring
 * is full: ask again at the next scan. */
void dp_expire(const struct dp_at *at, uint32_t conn, uint16_t gen);

/* ---- next hops ------------------------------------------------------------------------------- */

/* The next hop for a destination in a realm: on link, or the realm's router. Counts a user; starts
 * resolving. *neigh goes into nat_flow.neigh, *mtu is the way's MTU. -EHOSTUNREACH: no address of
 * this family in the realm, or off link without a router; -ENOSPC: table full. */
int dp_neigh_get(unsigned realm, enum nat_family family, const struct nat_addr *dst,
		 uint16_t *neigh, uint16_t *mtu);
void dp_neigh_put(uint16_t neigh);

enum dp_neigh_state {
	DP_NEIGH_NEW,
	DP_NEIGH_ASKING,
	DP_NEIGH_REACHABLE,
	DP_NEIGH_STALE,
	DP_NEIGH_FAILED
};
struct dp_neigh_view {
	unsigned realm;
	uint8_t family;
	struct nat_addr addr;
	uint8_t mac[6];
	enum dp_neigh_state state;
	uint32_t users;
};
const char *dp_neigh_state_name(enum dp_neigh_state state);

/* Fills views from entry *cursor on and moves it; start with *cursor = 0. Returns how many; 0 = no
 * more. */
unsigned dp_neigh_list(unsigned *cursor, struct dp_neigh_view *views, unsigned max);

/* ---- mirrors --------------------------------------------------------------------------------- */

/* Whose a connection is: for the mirrors' selection by context and for their comments. */
struct dp_label {
	uint32_t context; // 0: nobody's
	uint16_t stream;
	uint8_t component;     // 1: RTCP
	char term[2][DP_TERM]; // by enum nat_side; of a longer name its end
};

/* Labels a connection of dp_conn_new() until dp_conn_free(); again when the label has changed. Call
 * it before dp_publish(), so that a mirror misses no packet. */
void dp_conn_label(uint32_t conn, const struct dp_label *label);

enum dp_sink_kind {
	DP_SINK_FILE,   // pcapng file, rotated
	DP_SINK_FIFO,   // named pipe with a pcapng stream, for wireshark -k -i
	DP_SINK_PORT,   // frames as they are, out of a port that no realm uses
	DP_SINK_ERSPAN, // ERSPAN type II to a collector
	DP_SINK_VXLAN,  // VXLAN to a collector
};

/* What is copied, and where to. A packet is copied at every point that selects it. */
struct dp_mirror_conf {
	char name[DP_NAME];
	uint64_t ingress[DP_REALMS / 64]; // bit per realm: packets as they were received
	uint64_t egress[DP_REALMS / 64];  // bit per realm: packets as they leave
	uint64_t drops;                   // bit per enum nat_reason: dropped packets
	char filter[DP_FILTER];           // tcpdump's language, on the whole frame; "" = all
	uint32_t context;                 // only this context, 0 = all
	uint32_t snaplen;                 // most bytes copied of a packet, 0 = all
	uint32_t rate;                    // most packets a second, 0 = no limit
	enum dp_sink_kind sink;
	char target[DP_PATH];                          // FILE, FIFO: a path
	uint16_t port;                                 // PORT: its index
	uint16_t vlan;                                 // PORT: tag to add, 0 = none
	uint32_t tunnel;                               // ERSPAN: session; VXLAN: network identifier
	struct nat_addr collector;                     // ERSPAN, VXLAN
	uint8_t family;                                // of the collector
	uint64_t rotate_bytes, rotate_s, budget_bytes; // FILE; 0 = without
};

/* 0, or -EINVAL with what libpcap has against the filter. Needs no dp_start(). */
int dp_mirror_filter_check(const char *filter, char err[DP_ERROR_TEXT]);

/* All four by name; on failure err says why. Adding does not start. -EEXIST, -ENOENT, -ENOSPC,
 * -EINVAL; -EBUSY: the mirror still finishes after a stop, ask again. Stopping takes effect within
 * milliseconds, what has been copied is still written. Deleting stops first. */
int dp_mirror_add(const struct dp_mirror_conf *conf, char err[DP_ERROR_TEXT]);
int dp_mirror_start(const char *name, char err[DP_ERROR_TEXT]);
int dp_mirror_stop(const char *name, char err[DP_ERROR_TEXT]);
int dp_mirror_del(const char *name, char err[DP_ERROR_TEXT]);

struct dp_mirror_view {
	struct dp_mirror_conf conf;
	bool running;
	bool jit;        // the filter runs as machine code
	uint64_t pkts;   // copied
	uint64_t lost;   // copies dropped because the ring was full
	uint64_t unsent; // copies that the sink could not take: disk full, no reader, way too slow
	uint64_t rated;  // copies dropped by the rate limit
	uint64_t bytes;  // written, with all headers
	uint64_t errors; // how often an error began
	char error[DP_ERROR_TEXT]; // the last one
};
/* Fills up to max views; returns how many. Counters begin anew with each start. */
unsigned dp_mirror_list(struct dp_mirror_view *views, unsigned max);

/* ---- what happened --------------------------------------------------------------------------- */

/* Takes up to max events, oldest first per worker. */
unsigned dp_events(struct nat_event *ev, unsigned max);

struct dp_port_stats {
	char name[DP_NAME];
	uint64_t rx_pkts, rx_bytes, tx_pkts, tx_bytes;
	uint64_t missed; // lost before we saw them: NIC, or af_packet's ring (PACKET_STATISTICS)
	bool link_up;
	uint8_t mac[6];
	enum dp_checksum checksum;
};
struct dp_stats {
	uint64_t drops[NAT_REASONS];
	uint64_t forwarded_pkts, forwarded_bytes;
	uint64_t events_lost; // event ring full (the state itself is kept in the conn)
	uint32_t conns_used, conns_max, flows_used, flows_max;
	unsigned n_ports, n_workers;
	struct dp_port_stats ports[DP_PORTS];
	struct {
		uint64_t turns, busy_turns;
	} workers[DP_WORKERS];
};
void dp_stats_get(struct dp_stats *stats);

/* Version of DPDK in use, for --version and logs. */
const char *dp_version(void);

#endif
