// Reads Ethernet, 802.1Q, IPv4, IPv6, TCP, UDP, ICMP and ARP headers, and checks transport
// checksums. Spec: RFC 791, RFC 8200, RFC 1122 3.2.1.3 (sources), RFC 768, RFC 8200 8.1
// (pseudo-header)
#include "pkt.h"

#include "csum.h"

static enum nat_verdict drop(struct nat_pkt *pkt, enum nat_reason reason)
{
	pkt->reason = (uint8_t)reason;
	return NAT_DROP;
}

static enum nat_verdict parse_tcp(struct nat_pkt *pkt)
{
	const struct nat_tcp *tcp = (const struct nat_tcp *)pkt->l4;
	unsigned off;

	if (nat_rare(pkt->l4_len < sizeof(*tcp)))
		return drop(pkt, NAT_R_BAD_L4);
	off = tcp->off >> 4;
	if (nat_rare(off < 5 || off * 4 > pkt->l4_len || tcp->sport == 0 || tcp->dport == 0))
		return drop(pkt, NAT_R_BAD_L4);
	pkt->kind = NAT_PKT_TCP;
	pkt->sport = tcp->sport;
	pkt->dport = tcp->dport;
	pkt->tcp_flags = tcp->flags;
	return NAT_FORWARD;
}

static enum nat_verdict parse_udp(struct nat_pkt *pkt)
{
	const struct nat_udp *udp = (const struct nat_udp *)pkt->l4;

	if (nat_rare(pkt->l4_len < sizeof(*udp)))
		return drop(pkt, NAT_R_BAD_L4);
	/* A surplus behind the datagram would cross the gateway unseen by any check. */
	if (nat_rare(nat_host16(udp->len) != pkt->l4_len || udp->sport == 0 || udp->dport == 0))
		return drop(pkt, NAT_R_BAD_L4);
	pkt->kind = NAT_PKT_UDP;
	pkt->sport = udp->sport;
	pkt->dport = udp->dport;
	pkt->tcp_flags = 0;
	return NAT_FORWARD;
}

static enum nat_verdict parse_icmp(struct nat_pkt *pkt)
{
	if (pkt->l4_len < sizeof(struct nat_icmp))
		return drop(pkt, NAT_R_BAD_L4);
	pkt->kind = NAT_PKT_ICMP;
	pkt->sport = pkt->dport = 0;
	pkt->tcp_flags = 0;
	return NAT_LOCAL;
}

static bool ip4_header_sum_right(const uint8_t *l3)
{
	uint32_t w[5];
	uint64_t sum;

	memcpy(w, l3, sizeof(w));
	sum = (uint64_t)w[0] + w[1] + w[2] + w[3] + w[4];
	sum = (sum & 0xffffffff) + (sum >> 32);
	return nat_csum_fold((uint32_t)((sum & 0xffff) + (sum >> 16))) == 0xffff;
}

static enum nat_verdict parse_ip4(struct nat_pkt *pkt, uint32_t room)
{
	const struct nat_ip4 *ip = (const struct nat_ip4 *)pkt->l3;
	uint8_t first;

	if (nat_rare(room < sizeof(*ip)))
		return drop(pkt, NAT_R_RUNT);
	pkt->l3_len = nat_host16(ip->total_len);
	if (nat_rare(ip->ver_ihl != 0x45)) {
		if (ip->ver_ihl >> 4 != 4 || (ip->ver_ihl & 15) < 5 ||
		    pkt->l3_len < (ip->ver_ihl & 15) * 4)
			return drop(pkt, NAT_R_BAD_IP);
		return drop(pkt, pkt->l3_len > room ? NAT_R_FRAME_CUT : NAT_R_IP_OPTIONS);
	}
	if (nat_rare(pkt->l3_len < sizeof(*ip)))
		return drop(pkt, NAT_R_BAD_IP);
	if (nat_rare(pkt->l3_len > room))
		return drop(pkt, NAT_R_FRAME_CUT);
	first = pkt->l3[12]; // of the source: 0/8, 127/8, multicast, 240/4 send nothing
	if (nat_rare(!ip4_header_sum_right(pkt->l3) || first == 0 || first == 127 || first >= 224))
		return drop(pkt, NAT_R_BAD_IP);
	if (nat_rare(ip->frag & nat_be16(0x3fff)))
		return drop(pkt, NAT_R_FRAGMENT);

	pkt->family = NAT_IP4;
	pkt->proto = ip->proto;
	pkt->src = nat_addr_ip4(ip->src);
	pkt->dst = nat_addr_ip4(ip->dst);
	pkt->l4 = pkt->l3 + sizeof(*ip);
	pkt->l4_len = (uint16_t)(pkt->l3_len - sizeof(*ip));
	switch (ip->proto) {
	case NAT_IP_UDP: return parse_udp(pkt);
	case NAT_IP_TCP: return parse_tcp(pkt);
	case NAT_IP_ICMP: return parse_icmp(pkt);
	default: return drop(pkt, NAT_R_PROTO);
	}
}

/* Why a packet with this next header is not carried. */
static enum nat_reason refused_next_header(uint8_t next)
{
	switch (next) {
	case NAT_IP_FRAGMENT6: return NAT_R_FRAGMENT;
	case 0:   // hop-by-hop
	case 43:  // routing
	case 51:  // authentication
	case 60:  // destination options
	case 135: // mobility
	case 139: // host identity
	case 140: // shim6
		return NAT_R_IP_OPTIONS;
	default: return NAT_R_PROTO;
	}
}

/* ::/64 holds the sources that are none: loopback, IPv4-mapped, and "::", which may only ask for
 * its own address (RFC 4862). */
__attribute__((noinline)) static bool unusable_low_source(const struct nat_pkt *pkt)
{
	if (pkt->src.q[1] == 0)
		return pkt->proto != NAT_IP_ICMP6;
	return !nat_addr_routable(NAT_IP6, &pkt->src);
}

static enum nat_verdict parse_ip6(struct nat_pkt *pkt, uint32_t room)
{
	const struct nat_ip6 *ip = (const struct nat_ip6 *)pkt->l3;
	uint32_t total;

	if (nat_rare(room < sizeof(*ip)))
		return drop(pkt, NAT_R_RUNT);
	if (nat_rare(pkt->l3[0] >> 4 != 6))
		return drop(pkt, NAT_R_BAD_IP);
	total = nat_host16(ip->payload_len) + (uint32_t)sizeof(*ip);
	if (nat_rare(total > room))
		return drop(pkt, NAT_R_FRAME_CUT);
	if (nat_rare(total > UINT16_MAX))
		return drop(pkt, NAT_R_TOO_BIG);
	pkt->l3_len = (uint16_t)total;
	pkt->family = NAT_IP6;
	pkt->proto = ip->next;
	pkt->src = nat_addr_ip6(ip->src);
	pkt->dst = nat_addr_ip6(ip->dst);
	if (nat_rare(pkt->src.b[0] == 0xff))
		return drop(pkt, NAT_R_BAD_IP);
	if (nat_rare(pkt->src.q[0] == 0) && unusable_low_source(pkt))
		return drop(pkt, NAT_R_BAD_IP);

	pkt->l4 = pkt->l3 + sizeof(*ip);
	pkt->l4_len = nat_host16(ip->payload_len);
	switch (ip->next) {
	case NAT_IP_UDP: return parse_udp(pkt);
	case NAT_IP_TCP: return parse_tcp(pkt);
	case NAT_IP_ICMP6: return parse_icmp(pkt);
	default: return drop(pkt, refused_next_header(ip->next));
	}
}

static enum nat_verdict parse_arp(struct nat_pkt *pkt, uint32_t room)
{
	if (room < sizeof(struct nat_arp))
		return drop(pkt, NAT_R_RUNT);
	pkt->l3_len = sizeof(struct nat_arp);
	pkt->l4 = NULL;
	pkt->l4_len = 0;
	pkt->sport = pkt->dport = 0;
	pkt->kind = NAT_PKT_ARP;
	pkt->family = NAT_NONE;
	pkt->proto = 0;
	pkt->tcp_flags = 0;
	pkt->src = pkt->dst = (struct nat_addr){.q = {0, 0}};
	return NAT_LOCAL;
}

enum nat_verdict nat_parse(uint8_t *frame, uint32_t len, struct nat_pkt *pkt)
{
	uint16_t type;

	pkt->eth = frame;
	pkt->vlan = 0;
	pkt->l2_len = sizeof(struct nat_eth);
	if (nat_rare(len < sizeof(struct nat_eth)))
		return drop(pkt, NAT_R_RUNT);
	type = nat_load16(frame + 12);
	if (type == NAT_ETH_VLAN) {
		if (nat_rare(len < sizeof(struct nat_eth) + sizeof(struct nat_vlan)))
			return drop(pkt, NAT_R_RUNT);
		pkt->vlan = nat_load16(frame + 14) & 0xfff;
		pkt->l2_len += sizeof(struct nat_vlan);
		type = nat_load16(frame + 16);
	}
	pkt->l3 = frame + pkt->l2_len;
	len -= pkt->l2_len;
	switch (type) {
	case NAT_ETH_IP4: return parse_ip4(pkt, len);
	case NAT_ETH_IP6: return parse_ip6(pkt, len);
	case NAT_ETH_ARP: return parse_arp(pkt, len);
	default: return drop(pkt, NAT_R_ETHERTYPE);
	}
}

uint16_t nat_pseudo_sum(const struct nat_pkt *pkt)
{
	uint16_t rest = nat_csum_fold((uint32_t)nat_be16(pkt->proto) + nat_be16(pkt->l4_len));

	if (pkt->family == NAT_IP4) // source and destination lie behind each other
		return nat_csum_add(pkt->l3 + offsetof(struct nat_ip4, src), 8, rest);
	return nat_csum_add(pkt->l3 + offsetof(struct nat_ip6, src), 32, rest);
}

static uint8_t *checksum_field(const struct nat_pkt *pkt)
{
	switch (pkt->kind) {
	case NAT_PKT_TCP: return pkt->l4 + offsetof(struct nat_tcp, csum);
	case NAT_PKT_UDP: return pkt->l4 + offsetof(struct nat_udp, csum);
	default: return pkt->l4 + offsetof(struct nat_icmp, csum);
	}
}

bool nat_csum_check(struct nat_pkt *pkt)
{
	uint16_t pseudo = pkt->proto == NAT_IP_ICMP ? 0 : nat_pseudo_sum(pkt);
	uint8_t *at = checksum_field(pkt);
	uint16_t field, sum;

	memcpy(&field, at, sizeof(field));
	if (pkt->kind == NAT_PKT_UDP && field == 0)
		return pkt->family == NAT_IP4;
	sum = nat_csum_add(pkt->l4, pkt->l4_len, 0);
	if (nat_csum_fold((uint32_t)sum + pseudo) == 0xffff)
		return true;
	if (pkt->kind == NAT_PKT_ICMP || field != pseudo)
		return false;
	field = (uint16_t)~sum; // the pseudo-header's sum already stands in the field and was
				// summed
	if (field == 0 && pkt->kind == NAT_PKT_UDP)
		field = 0xffff;
	memcpy(at, &field, sizeof(field));
	return true;
}
