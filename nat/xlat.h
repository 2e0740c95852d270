// From IPv4 to IPv6 and back: a new IP header before the same transport header.
// Spec: RFC 7915 4.1, 5.1 (headers), 4.5 (UDP without checksum)
#ifndef NAT_XLAT_H
#define NAT_XLAT_H

#include "flow.h"
#include "pkt.h"

enum {
	NAT_XLAT_GROWS = 20, // bytes by which an IPv6 header is longer
	/* Bytes that must be free before a frame's IP header, Ethernet header included, for a flow
	 * to IPv6: the longer header and an inserted MSS. What the caller puts before it comes on
	 * top. */
	NAT_XLAT_ROOM = NAT_XLAT_GROWS + 4,
};

static inline bool nat_crosses(const struct nat_flow *flow)
{
	return (flow->flags ^ flow->flags >> 1) & NAT_F_IN6; // IN6 and OUT6 lie side by side
}

/* By how much packets of a flow grow; negative: they shrink. */
static inline int nat_growth(const struct nat_flow *flow)
{
	if (!nat_crosses(flow))
		return 0;
	return flow->flags & NAT_F_OUT6 ? NAT_XLAT_GROWS : -NAT_XLAT_GROWS;
}

/* As nat_rewrite(), for a flow whose sides have different IP versions. The packet then begins at
 * pkt->l3 and has pkt->l3_len bytes; the Ethernet header has been overwritten or left behind.
 * Traffic class and TOS are copied, ECN too (DSCP as the flow says), flow label 0, TTL - 1. Towards
 * IPv4 packets above 1260 bytes must not be fragmented, others get `id`. A UDP packet that came
 * without checksum over IPv4 gets one. */
void nat_xlat(const struct nat_flow *flow, struct nat_pkt *pkt, be16 dport, uint16_t id);

#endif
