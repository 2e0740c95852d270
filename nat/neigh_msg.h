// Messages between us and our neighbours on a link: ARP, Neighbour Discovery, echo. Reading,
// building. Spec: RFC 826, RFC 5227 (announcement), RFC 4861 sections 4.3, 4.4, 7, RFC 792, RFC
// 4443
#ifndef NAT_NEIGH_MSG_H
#define NAT_NEIGH_MSG_H

#include "pkt.h"

enum nat_neigh_kind {
	NAT_NEIGH_ASK, // ARP request, Neighbour Solicitation
	NAT_NEIGH_SAY, // ARP reply, Neighbour Advertisement
};

/* What a neighbour asks or says. */
struct nat_neigh_msg {
	struct nat_addr target; // ASK: whose MAC is wanted. SAY: whose MAC it is
	struct nat_addr sender; // ASK: who asks, all zero for a probe. SAY: same as target
	uint8_t family;         // enum nat_family
	uint8_t kind;           // enum nat_neigh_kind
	uint8_t mac[6];         // ASK: the asker's, SAY: the target's; valid with has_mac
	bool has_mac;           // ND carries it as an option
	bool solicited, override,
		router;     // NA's flags; an ARP reply counts as solicited and override
	uint8_t eth_src[6]; // station that sent the frame: where an answer goes without has_mac
};

/* Ours on this link. */
struct nat_station {
	uint8_t mac[6];
	uint16_t vlan; // 0 = untagged
};

/* Room for any frame built here. Short ones are padded to the Ethernet minimum. */
enum { NAT_NEIGH_FRAME = 96 };

/* True when a NAT_LOCAL packet is ARP, or has an ICMPv6 type of Neighbour Solicitation or
 * Advertisement, and so is to be read by nat_neigh_read(). */
bool nat_is_neigh(const struct nat_pkt *pkt);

/* Reads and checks such a packet: ARP for Ethernet and IPv4 with sensible addresses; ND with hop
 * limit 255, code 0, right checksum, unicast target, whole options, and the rules of RFC 4861 7.1.1
 * and 7.1.2 for multicast and unspecified addresses. False: pkt->reason says why, *msg is
 * undefined. Whether the target is ours, and whether the packet came to a sensible destination, is
 * for the caller. */
bool nat_neigh_read(struct nat_pkt *pkt, struct nat_neigh_msg *msg);

/* The builders write one frame of at most NAT_NEIGH_FRAME bytes and return its length. */

/* Asks for the MAC of `target` on behalf of our address `own`. to: MAC of a neighbour known before,
 * for a probe by unicast; NULL: broadcast, or the solicited-node group. */
size_t nat_neigh_ask(uint8_t *frame, const struct nat_station *us, enum nat_family family,
		     const struct nat_addr *own, const struct nat_addr *target, const uint8_t *to);

/* Answers a message of kind ASK, whose target is our address: ARP reply, or a solicited NA with
 * override; an asker without address (duplicate address detection) is answered by multicast. */
size_t nat_neigh_answer(uint8_t *frame, const struct nat_station *us,
			const struct nat_neigh_msg *ask);

/* Tells everyone on the link that `own` is at our MAC: gratuitous ARP request, or unsolicited NA
 * with override to all nodes. */
size_t nat_neigh_announce(uint8_t *frame, const struct nat_station *us, enum nat_family family,
			  const struct nat_addr *own);

/* True for an ICMP or ICMPv6 echo request; its checksum is not looked at. */
bool nat_is_echo(const struct nat_pkt *pkt);

/* Turns an echo request to one of our addresses into its reply, in place: MACs and addresses
 * swapped, type, checksums, TTL 64. Refuses, with the packet unchanged and pkt->reason set: what is
 * no echo request, a wrong checksum, a multicast or broadcast destination (Ethernet or IP), a
 * source that cannot be answered. */
bool nat_echo_reply(struct nat_pkt *pkt);

#endif
