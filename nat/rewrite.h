// Turns the headers of a judged packet into those of the other side.
#ifndef NAT_REWRITE_H
#define NAT_REWRITE_H

#include "flow.h"
#include "pkt.h"

/* Writes addresses, ports, TTL - 1, DSCP and checksums into the packet in place. dport: the new
 * destination port. Must hold before: the packet matches the flow (family, protocol, source
 * address, local endpoint), both sides have one family, and TTL > 1. The copies in *pkt (src, dst,
 * sport, dport) keep what arrived. */
void nat_rewrite(const struct nat_flow *flow, struct nat_pkt *pkt, be16 dport);

/* Its second half: ports and transport checksum, which are the same between IPv4 and IPv6. */
void nat_rewrite_ports(const struct nat_flow *flow, struct nat_pkt *pkt, be16 dport);

#endif
