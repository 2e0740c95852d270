// Rewrites headers in place and mends checksums by difference.
// Spec: RFC 3022, RFC 1624, RFC 2474 (DSCP), RFC 3168 (ECN stays)
#include "rewrite.h"

#include "csum.h"

void nat_flow_seal(struct nat_flow *flow, const struct nat_ep *local)
{
	struct nat_addr old[2] = {flow->remote, local->addr};
	struct nat_addr new[2] = {flow->src, flow->dst};
	uint16_t gone = nat_csum_add(old, sizeof(old), local->port);
	uint16_t come = nat_csum_add(new, sizeof(new), flow->sport);

	flow->l4_delta = nat_csum_fold((uint32_t)come + (uint16_t)~gone);
}

/* Word by word in registers: a byte stored and read again as part of a word stalls the CPU. The
 * whole header sum is as cheap as the difference, and nat_parse() has checked the old one. */
static void rewrite_ip4(const struct nat_flow *flow, struct nat_ip4 *ip)
{
	uint32_t w[3]; // version, TOS, length | id, fragment | TTL, protocol, checksum
	uint64_t sum;

	memcpy(w, ip, sizeof(w));
	if (flow->dscp != NAT_DSCP_COPY) // the TOS byte is the second in memory, ECN its low bits
		w[0] = (w[0] & ~0xfc00u) | (uint32_t)flow->dscp << 10;
	w[2] = (w[2] & 0xffff) - 1; // TTL is the first byte and not 0; checksum out
	sum = (uint64_t)w[0] + w[1] + w[2] + flow->src.w[0] + flow->dst.w[0];
	sum = (sum & 0xffffffff) + (sum >> 32);
	w[2] |= (uint32_t)(uint16_t)~nat_csum_fold((uint32_t)((sum & 0xffff) + (sum >> 16))) << 16;
	memcpy(ip, &w[0], 4);
	memcpy((uint8_t *)ip + 8, &w[2], 4);
	ip->src = flow->src.w[0];
	ip->dst = flow->dst.w[0];
}

static void rewrite_ip6(const struct nat_flow *flow, struct nat_ip6 *ip)
{
	memcpy(ip->src, flow->src.b, sizeof(ip->src));
	memcpy(ip->dst, flow->dst.b, sizeof(ip->dst));
	ip->hops--;
	if (flow->dscp != NAT_DSCP_COPY) // DSCP: bits 22 to 27 of the first word
		ip->ver_tc_flow = (ip->ver_tc_flow & nat_be32(0xf03fffff)) |
				  nat_be32((uint32_t)(flow->dscp & 0x3f) << 22);
}

void nat_rewrite_ports(const struct nat_flow *flow, struct nat_pkt *pkt, be16 dport)
{
	uint32_t delta = (uint32_t)flow->l4_delta + (uint16_t)~pkt->sport + dport;
	struct nat_tcp *tcp = (struct nat_tcp *)pkt->l4;
	struct nat_udp *udp = (struct nat_udp *)pkt->l4;

	udp->sport = flow->sport; // ports lie at the same place in TCP
	udp->dport = dport;
	if (pkt->kind == NAT_PKT_TCP) {
		tcp->csum = nat_csum_apply(tcp->csum, nat_csum_fold(delta));
	} else if (udp->csum != 0) { // zero over IPv4: the sender made none, and none is made
		udp->csum = nat_csum_apply(udp->csum, nat_csum_fold(delta));
		if (udp->csum == 0)
			udp->csum = 0xffff;
	}
}

void nat_rewrite(const struct nat_flow *flow, struct nat_pkt *pkt, be16 dport)
{
	if (pkt->family == NAT_IP4)
		rewrite_ip4(flow, (struct nat_ip4 *)pkt->l3);
	else
		rewrite_ip6(flow, (struct nat_ip6 *)pkt->l3);
	nat_rewrite_ports(flow, pkt, dport);
}
