// Rules for the options of SYN and SYN/ACK: what may not cross the gateway as it is.
// Spec: RFC 9293 3.7.1 (MSS), RFC 8684 (multipath), RFC 7413 (fast open), RFC 2385, RFC 5925
#ifndef NAT_OPTIONS_H
#define NAT_OPTIONS_H

#include "flow.h"
#include "pkt.h"

/* Works on a TCP segment with the SYN flag, in place, before its IP header is rewritten:
 *   - MSS: lowered to flow->mss, never raised; where IPv4 goes to IPv6 and there is none, 536 is
 *     inserted, which IPv4 means by its absence and IPv6 would not (1220);
 *   - multipath, fast open (34, and 254 with its magic), MD5 and AO become NOPs: further subflows
 *     and data ahead of the handshake would pass the gate unseen, and no signature survives a NAT;
 *   - payload is cut off: its sender sends it again when the connection is up;
 *   - from an option that cannot be (length 0, 1, beyond the header) to the end: NOPs;
 *   - all others stay. The TCP checksum changes by the difference.
 * An insertion moves both headers 4 bytes towards the start of the frame, over the Ethernet header.
 * pkt->l3, l3_len, l4 and l4_len tell where things are afterwards, and so do the lengths in the IP
 * header; the checksum of an IPv4 header is left to the rewrite. */
void nat_options(const struct nat_flow *flow, struct nat_pkt *pkt);

#endif
