// Builds the other version's IP header where the old one ended.
// Spec: RFC 7915 4.1, 5.1
#include "xlat.h"

#include "csum.h"
#include "rewrite.h"

static_assert(NAT_F_OUT6 == NAT_F_IN6 << 1, "nat_crosses() compares neighbouring bits");
static_assert(sizeof(struct nat_ip6) - sizeof(struct nat_ip4) == NAT_XLAT_GROWS, "growth");

enum {
	DONT_FRAGMENT = 0x4000,
	/* An IPv4 packet up to here may be fragmented behind us: the IPv6 sender, who learns of no
	 * smaller MTU than 1280, cannot help it. */
	MAY_FRAGMENT_UP_TO = 1260,
};

static uint8_t traffic_class(const struct nat_flow *flow, unsigned tos)
{
	return (uint8_t)(flow->dscp == NAT_DSCP_COPY ? tos : (flow->dscp << 2 | (tos & 3)));
}

/* Both headers are read before the new one is written over the old. */
static void up(const struct nat_flow *flow, struct nat_pkt *pkt)
{
	const struct nat_ip4 *ip4 = (const struct nat_ip4 *)pkt->l3;
	uint32_t tc = traffic_class(flow, ip4->tos);
	uint8_t hops = (uint8_t)(ip4->ttl - 1);
	struct nat_ip6 *ip6 = (struct nat_ip6 *)(pkt->l4 - sizeof(*ip6));

	ip6->ver_tc_flow = nat_be32(6u << 28 | tc << 20);
	ip6->payload_len = nat_be16(pkt->l4_len);
	ip6->next = pkt->proto;
	ip6->hops = hops;
	memcpy(ip6->src, flow->src.b, sizeof(ip6->src));
	memcpy(ip6->dst, flow->dst.b, sizeof(ip6->dst));
	pkt->l3 = (uint8_t *)ip6;
	pkt->l3_len = (uint16_t)(pkt->l4_len + sizeof(*ip6));
}

static void down(const struct nat_flow *flow, struct nat_pkt *pkt, uint16_t id)
{
	const struct nat_ip6 *ip6 = (const struct nat_ip6 *)pkt->l3;
	uint8_t tos = traffic_class(flow, nat_host32(ip6->ver_tc_flow) >> 20 & 0xff);
	uint8_t ttl = (uint8_t)(ip6->hops - 1);
	struct nat_ip4 *ip4 = (struct nat_ip4 *)(pkt->l4 - sizeof(*ip4));
	uint16_t len = (uint16_t)(pkt->l4_len + sizeof(*ip4));
	bool whole = len > MAY_FRAGMENT_UP_TO;

	*ip4 = (struct nat_ip4){.ver_ihl = 0x45,
				.tos = tos,
				.total_len = nat_be16(len),
				.id = whole ? 0 : nat_be16(id),
				.frag = whole ? nat_be16(DONT_FRAGMENT) : 0,
				.ttl = ttl,
				.proto = pkt->proto,
				.src = flow->src.w[0],
				.dst = flow->dst.w[0]};
	ip4->csum = (uint16_t)~nat_csum_add(ip4, sizeof(*ip4), 0);
	pkt->l3 = (uint8_t *)ip4;
	pkt->l3_len = len;
}

/* The sum that the IPv4 sender spared itself. */
static void make_udp_sum(struct nat_pkt *pkt)
{
	struct nat_udp *udp = (struct nat_udp *)pkt->l4;
	uint16_t rest = nat_csum_fold((uint32_t)nat_be16(pkt->proto) + nat_be16(pkt->l4_len));
	uint16_t sum = nat_csum_add(pkt->l3 + offsetof(struct nat_ip6, src), 32, rest);

	sum = (uint16_t)~nat_csum_add(pkt->l4, pkt->l4_len, sum);
	udp->csum = sum ? sum : 0xffff;
}

void nat_xlat(const struct nat_flow *flow, struct nat_pkt *pkt, be16 dport, uint16_t id)
{
	if (flow->flags & NAT_F_OUT6)
		up(flow, pkt);
	else
		down(flow, pkt, id);
	nat_rewrite_ports(flow, pkt, dport);
	if (pkt->kind == NAT_PKT_UDP && ((struct nat_udp *)pkt->l4)->csum == 0)
		make_udp_sum(pkt);
}
