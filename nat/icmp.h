// ICMP errors: those about our flows go on to whom they concern, and those that we send ourselves.
// Spec: RFC 5508 4.2 (errors through a NAT), RFC 5927 (forged ones), RFC 7915 4.2, 5.2, RFC 1191
#ifndef NAT_ICMP_H
#define NAT_ICMP_H

#include "flow.h"
#include "pkt.h"

enum {
	/* Bytes before a frame's IP header that nat_icmp_error() may need, Ethernet header
	   included. */
	NAT_ICMP_ROOM = 40,
	NAT_ICMP_FRAME = 18 + 1280, // longest frame of nat_icmp_own()
};

/* What an ICMP error quotes: the head of a packet that we sent. Points into the error. */
struct nat_quote {
	struct nat_ep ours; // its source, one of our local endpoints: names the flow of answers
	struct nat_addr to; // whom it was sent to
	be16 to_port;
	uint16_t sent_len; // IP bytes of the packet as it was sent
	uint32_t seq;      // TCP
	uint8_t *l4;       // its transport header, as far as quoted: at least 8 bytes
	uint16_t l4_len;   // bytes quoted from there on
	uint8_t head[40];  // its IP header
};

/* True for a packet with the type of an ICMP error that can concern a flow. */
bool nat_icmp_is_error(const struct nat_pkt *pkt);

/* Reads an ICMP error that was sent to us. The checksums of ICMP and of a quoted IPv4 header must
 * be right, the transport checksum of the quote is not looked at. False: pkt->reason says why. */
bool nat_icmp_read(struct nat_pkt *pkt, struct nat_quote *q);

/* Turns the error into one for the far end, in place. flow: of packets that arrive at q->ours (so
 * its `remote` is whom the quoted packet went to, its `dst` who sent it); conn: its connection,
 * only read, since an error ends nothing and proves nothing. The outer source becomes our local
 * address of the other side. The quote must be of a packet that this flow may have sent:
 * destination, TCP sequence number not yet acknowledged, longer than the MTU that the error claims.
 * With NAT_FORWARD the packet begins at pkt->l3 and has pkt->l3_len bytes, as after nat_input(); it
 * quotes at most what fits 576 (IPv4) or 1280 bytes (IPv6) and no extensions. With NAT_DROP it is
 * unchanged and pkt->reason is set. */
enum nat_verdict nat_icmp_error(const struct nat_flow *flow, const struct nat_conn *conn,
				struct nat_pkt *pkt, const struct nat_quote *q);

/* Writes the frame of an error about a packet that nat_input() has dropped for `pkt->reason`:
 * NAT_R_TOO_BIG or NAT_R_TTL, to where it came from. Returns its length, or 0 when this reason has
 * no answer. The caller limits the rate. frame: NAT_ICMP_FRAME bytes. */
size_t nat_icmp_own(const struct nat_flow *flow, const struct nat_pkt *pkt, uint8_t *frame);

#endif
