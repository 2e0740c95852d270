// What a mirror selects and what is told about a copied packet. Pure: no DPDK types.
#ifndef DP_MIRROR_SELECT_H
#define DP_MIRROR_SELECT_H

#include "dp.h"

enum { DP_REALM_NONE = 0xffff };

enum dp_mirror_point { DP_MIRROR_IN, DP_MIRROR_OUT, DP_MIRROR_DROP, DP_MIRROR_POINTS };

/* What the data plane knows about a packet at a point. */
struct dp_seen {
	uint8_t point;  // enum dp_mirror_point
	uint8_t reason; // enum nat_reason, at DROP
	bool out;       // at DROP: on the way out, else on the way in
	bool has_tcp;
	uint8_t tcp;    // enum nat_tcp_state before the packet, with has_tcp
	uint8_t side;   // whose termination lies at this realm
	uint16_t realm; // or DP_REALM_NONE
	struct dp_label label;
};

/* Addresses and ports of a TCP or UDP packet. */
struct dp_ends {
	uint8_t family;
	bool tcp; // else UDP
	struct nat_addr src, dst;
	be16 sport, dport;
};

/* Reads them from an Ethernet frame without judging it. False when it has none: another protocol,
 * options or extension headers, a later fragment, cut short. A reader of its own, because the
 * forwarding path wants nat_parse() for itself: with a second caller it is inlined nowhere. */
bool dp_ends_read(const uint8_t *frame, size_t len, struct dp_ends *ends);

/* True when the mirror wants the packet, its filter aside. */
bool dp_mirror_selects(const struct dp_mirror_conf *conf, const struct dp_seen *seen);

/* Bits of `enum dp_mirror_point` at which the mirror has something to select. */
unsigned dp_mirror_points(const struct dp_mirror_conf *conf);

/* The number of the pcapng interface of a packet: two for each of n_realms, in and out, then the
 * one for packets of no realm. Shared with the order of dp_mirror_head(). */
unsigned dp_mirror_interface(const struct dp_seen *seen, unsigned n_realms);

/* "context=7 termination=ip/access/1/3 stream=1 tcp=up", "drop=bad_source ...". Returns buf; empty
 * when there is nothing to tell. */
const char *dp_mirror_comment(const struct dp_seen *seen, char *buf, size_t size);

/* A bucket of `rate` tokens, filled at that rate a second. now_ns never runs backwards. */
struct dp_bucket {
	uint64_t last_ns, tokens_ns;
};
bool dp_bucket_take(struct dp_bucket *bucket, uint32_t rate, uint64_t now_ns);

#endif
