// A packet under work: where its headers lie and what they say. Filled by nat_parse().
#ifndef NAT_PKT_H
#define NAT_PKT_H

#include "ep.h"
#include "verdict.h"

enum nat_pkt_kind { NAT_PKT_TCP, NAT_PKT_UDP, NAT_PKT_ICMP, NAT_PKT_ARP };

/* How far a port trusts checksums (configuration: ports[].checksum). */
enum nat_csum_mode {
	NAT_CSUM_UPDATE,    // change them by the difference, trust what came
	NAT_CSUM_RECOMPUTE, // check the whole packet; finish Linux's unfinished form; drop wrong
			    // ones
};

/* Points into the frame; owns nothing. Lengths in bytes. */
struct nat_pkt {
	uint8_t *eth;      // first byte of the frame
	uint8_t *l3;       // IP header, or ARP message
	uint8_t *l4;       // TCP, UDP or ICMP header; NULL for ARP
	uint16_t l2_len;   // Ethernet header with VLAN tag: 14 or 18
	uint16_t l3_len;   // IP packet by its own length field, header included
	uint16_t l4_len;   // from l4 to the end of the IP packet
	uint16_t vlan;     // VLAN id, 0 = untagged or priority tag only
	be16 sport, dport; // TCP and UDP
	uint8_t kind;      // enum nat_pkt_kind
	uint8_t family;    // enum nat_family, NAT_NONE for ARP
	uint8_t proto;     // IP protocol number
	uint8_t tcp_flags;
	uint8_t reason;           // enum nat_reason, valid with NAT_DROP
	struct nat_addr src, dst; // IP addresses
};

/* Reads the headers of one Ethernet frame of `len` bytes in one piece and checks that they hold
 * together; touches nothing. Returns NAT_FORWARD when kind is TCP or UDP, NAT_LOCAL for ARP and
 * ICMP, NAT_DROP with a reason for all that is not carried: runts, cut frames, impossible sources,
 * wrong IPv4 header checksums, IP options, extension headers, fragments, other protocols; then the
 * rest of *pkt means nothing. Bytes behind the IP packet are padding and no error. Whether the
 * destination is ours is not asked here, nor the TTL. Pure; any thread. */
enum nat_verdict nat_parse(uint8_t *frame, uint32_t len, struct nat_pkt *pkt);

/* Folded sum, not complemented, of the pseudo-header made from the IP header at l3 and from proto
 * and l4_len: what Linux leaves in the checksum field of an unfinished packet. */
uint16_t nat_pseudo_sum(const struct nat_pkt *pkt);

/* Checks the transport checksum of a parsed TCP, UDP or ICMP packet and finishes the form that
 * Linux leaves to the NIC (the folded pseudo-header sum). False = neither right nor unfinished:
 * drop as NAT_R_BAD_CHECKSUM. A zero UDP checksum over IPv4 means "none" and stays; over IPv6 it is
 * wrong. */
bool nat_csum_check(struct nat_pkt *pkt);

#endif
