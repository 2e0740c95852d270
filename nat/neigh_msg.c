// Reads and builds ARP and Neighbour Discovery messages, answers echo requests.
// Spec: RFC 826, RFC 4861 sections 4.3, 4.4, 7.1, 7.2, RFC 1122 3.2.2.6, RFC 4443 section 4
#include "neigh_msg.h"

#include "csum.h"

enum {
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
	ICMP_ECHO = 8,
	ICMP6_ECHO = 128,
	ICMP6_ECHO_REPLY = 129,
	ND_SOLICIT = 135,
	ND_ADVERT = 136,
	OPT_SOURCE_MAC = 1,
	OPT_TARGET_MAC = 2,
	NA_ROUTER = 0x80,
	NA_SOLICITED = 0x40,
	NA_OVERRIDE = 0x20,
	ETHERNET_MIN = 60, // without the frame check sequence
	TTL = 64,
};

/* Neighbour Solicitation and Advertisement, as sent: with one MAC option. */
struct nd {
	uint8_t type, code;
	be16 csum;
	uint8_t flags, reserved[3];
	uint8_t target[16];
	uint8_t opt_type, opt_len; // length in units of 8 bytes
	uint8_t opt_mac[6];
} __attribute__((packed));

static_assert(sizeof(struct nd) == 32, "wire size");
enum { ND_FIXED = 24 }; // without the option
static_assert(NAT_NEIGH_FRAME >= 18 + sizeof(struct nat_ip6) + sizeof(struct nd), "room");

static bool refuse(struct nat_pkt *pkt, enum nat_reason reason)
{
	pkt->reason = (uint8_t)reason;
	return false;
}

static bool group_mac(const uint8_t *mac)
{
	return mac[0] & 1;
}

static bool mac_usable(const uint8_t *mac)
{
	static const uint8_t zero[6];

	return !group_mac(mac) && memcmp(mac, zero, sizeof(zero)) != 0;
}

static bool addr_zero(const struct nat_addr *a)
{
	return (a->q[0] | a->q[1]) == 0;
}

/* ---- reading --------------------------------------------------------------------------------- */

bool nat_is_neigh(const struct nat_pkt *pkt)
{
	return pkt->kind == NAT_PKT_ARP ||
	       (pkt->kind == NAT_PKT_ICMP && pkt->proto == NAT_IP_ICMP6 &&
		(pkt->l4[0] == ND_SOLICIT || pkt->l4[0] == ND_ADVERT));
}

static bool read_arp(struct nat_pkt *pkt, struct nat_neigh_msg *msg)
{
	const struct nat_arp *arp = (const struct nat_arp *)pkt->l3;
	uint16_t op = nat_host16(arp->op);
	be32 spa, tpa;

	if (arp->htype != nat_be16(1) || arp->ptype != nat_be16(NAT_ETH_IP4) || arp->hlen != 6 ||
	    arp->plen != 4 || (op != ARP_REQUEST && op != ARP_REPLY) || !mac_usable(arp->sha))
		return refuse(pkt, NAT_R_BAD_NEIGH);
	memcpy(&spa, arp->spa, sizeof(spa));
	memcpy(&tpa, arp->tpa, sizeof(tpa));
	msg->family = NAT_IP4;
	msg->kind = op == ARP_REQUEST ? NAT_NEIGH_ASK : NAT_NEIGH_SAY;
	msg->sender = nat_addr_ip4(spa);
	msg->target = op == ARP_REQUEST ? nat_addr_ip4(tpa) : msg->sender;
	memcpy(msg->mac, arp->sha, sizeof(msg->mac));
	msg->has_mac = true;
	msg->solicited = msg->override = op == ARP_REPLY;
	if (!nat_addr_routable(NAT_IP4, &msg->target))
		return refuse(pkt, NAT_R_BAD_NEIGH);
	/* An address probe (RFC 5227) asks without an address of its own. */
	if (!nat_addr_routable(NAT_IP4, &msg->sender) && !addr_zero(&msg->sender))
		return refuse(pkt, NAT_R_BAD_NEIGH);
	return true;
}

/* Walks the options; takes the MAC from the one of type `want`. False when one is broken. */
static bool read_options(const struct nat_pkt *pkt, uint8_t want, struct nat_neigh_msg *msg)
{
	const uint8_t *o = pkt->l4 + ND_FIXED, *end = pkt->l4 + pkt->l4_len;

	while (o < end) {
		if (end - o < 2 || o[1] == 0 || o[1] * 8 > end - o)
			return false;
		if (o[0] == want) {
			if (o[1] != 1 || !mac_usable(o + 2)) // one unit of 8 holds an Ethernet MAC
				return false;
			memcpy(msg->mac, o + 2, sizeof(msg->mac));
			msg->has_mac = true;
		}
		o += o[1] * 8;
	}
	return true;
}

/* ff02::1:ff00:0/104 */
static bool solicited_node(const struct nat_addr *a)
{
	static const uint8_t group[13] = {0xff, 0x02, [11] = 0x01, [12] = 0xff};

	return memcmp(a->b, group, sizeof(group)) == 0;
}

static bool read_nd(struct nat_pkt *pkt, struct nat_neigh_msg *msg)
{
	const struct nat_ip6 *ip = (const struct nat_ip6 *)pkt->l3;
	const struct nd *nd = (const struct nd *)pkt->l4;
	bool ask = nd->type == ND_SOLICIT;

	if (ip->hops != 255 || nd->code != 0 || pkt->l4_len < ND_FIXED)
		return refuse(pkt, NAT_R_BAD_NEIGH);
	if (!nat_csum_check(pkt))
		return refuse(pkt, NAT_R_BAD_CHECKSUM);
	msg->family = NAT_IP6;
	msg->kind = ask ? NAT_NEIGH_ASK : NAT_NEIGH_SAY;
	msg->target = nat_addr_ip6(nd->target);
	msg->sender = ask ? pkt->src : msg->target;
	msg->solicited = !ask && (nd->flags & NA_SOLICITED);
	msg->override = !ask && (nd->flags & NA_OVERRIDE);
	msg->router = !ask && (nd->flags & NA_ROUTER);
	if (!nat_addr_routable(NAT_IP6, &msg->target) ||
	    !read_options(pkt, ask ? OPT_SOURCE_MAC : OPT_TARGET_MAC, msg))
		return refuse(pkt, NAT_R_BAD_NEIGH);
	if (ask && addr_zero(&pkt->src) && (msg->has_mac || !solicited_node(&pkt->dst)))
		return refuse(pkt, NAT_R_BAD_NEIGH);
	if (!ask && (addr_zero(&pkt->src) || (msg->solicited && pkt->dst.b[0] == 0xff)))
		return refuse(pkt, NAT_R_BAD_NEIGH);
	return true;
}

bool nat_neigh_read(struct nat_pkt *pkt, struct nat_neigh_msg *msg)
{
	*msg = (struct nat_neigh_msg){.family = NAT_NONE};
	if (!nat_is_neigh(pkt) || !mac_usable(pkt->eth + 6))
		return refuse(pkt, NAT_R_BAD_NEIGH);
	memcpy(msg->eth_src, pkt->eth + 6, sizeof(msg->eth_src));
	return pkt->kind == NAT_PKT_ARP ? read_arp(pkt, msg) : read_nd(pkt, msg);
}

/* ---- building -------------------------------------------------------------------------------- */

static const uint8_t everyone[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/* Clears the frame, writes the Ethernet header; returns where the next header goes. */
static uint8_t *start(uint8_t *frame, const struct nat_station *us, const uint8_t *to,
		      uint16_t type)
{
	memset(frame, 0, NAT_NEIGH_FRAME);
	memcpy(frame, to, 6);
	memcpy(frame + 6, us->mac, 6);
	if (us->vlan == 0) {
		nat_store16(frame + 12, type);
		return frame + sizeof(struct nat_eth);
	}
	nat_store16(frame + 12, NAT_ETH_VLAN);
	nat_store16(frame + 14, us->vlan & 0xfff);
	nat_store16(frame + 16, type);
	return frame + sizeof(struct nat_eth) + sizeof(struct nat_vlan);
}

static size_t finish(const uint8_t *frame, const uint8_t *end)
{
	size_t len = (size_t)(end - frame);

	return len < ETHERNET_MIN ? ETHERNET_MIN : len;
}

/* `to` is both the station on the wire and, in a reply, the target's MAC. */
static size_t build_arp(uint8_t *frame, const struct nat_station *us, uint16_t op, be32 own,
			be32 target, const uint8_t *to)
{
	struct nat_arp *arp = (struct nat_arp *)start(frame, us, to, NAT_ETH_ARP);

	arp->htype = nat_be16(1);
	arp->ptype = nat_be16(NAT_ETH_IP4);
	arp->hlen = 6;
	arp->plen = 4;
	arp->op = nat_be16(op);
	memcpy(arp->sha, us->mac, sizeof(arp->sha));
	memcpy(arp->spa, &own, sizeof(arp->spa));
	if (op == ARP_REPLY)
		memcpy(arp->tha, to, sizeof(arp->tha));
	memcpy(arp->tpa, &target, sizeof(arp->tpa));
	return finish(frame, (uint8_t *)(arp + 1));
}

/* The MAC of an IPv6 multicast group (RFC 2464 section 7). */
static void group_to_mac(const struct nat_addr *group, uint8_t mac[6])
{
	mac[0] = mac[1] = 0x33;
	memcpy(mac + 2, group->b + 12, 4);
}

static struct nat_addr all_nodes(void)
{
	return (struct nat_addr){.b = {0xff, 0x02, [15] = 0x01}};
}

static struct nat_addr node_group(const struct nat_addr *a)
{
	return (struct nat_addr){
		.b = {0xff, 0x02, [11] = 0x01, 0xff, a->b[13], a->b[14], a->b[15]}};
}

struct nd_plan {
	uint8_t type, flags;
	struct nat_addr src, dst, target;
	const uint8_t *to; // NULL: dst is a group, and so is the station
};

static size_t build_nd(uint8_t *frame, const struct nat_station *us, const struct nd_plan *plan)
{
	uint8_t group[6];
	struct nat_ip6 *ip;
	struct nd *nd;
	struct nat_pkt pkt;

	group_to_mac(&plan->dst, group);
	ip = (struct nat_ip6 *)start(frame, us, plan->to ? plan->to : group, NAT_ETH_IP6);
	nd = (struct nd *)(ip + 1);
	ip->ver_tc_flow = nat_be32(6u << 28);
	ip->payload_len = nat_be16(sizeof(*nd));
	ip->next = NAT_IP_ICMP6;
	ip->hops = 255;
	memcpy(ip->src, plan->src.b, sizeof(ip->src));
	memcpy(ip->dst, plan->dst.b, sizeof(ip->dst));
	nd->type = plan->type;
	nd->flags = plan->flags;
	memcpy(nd->target, plan->target.b, sizeof(nd->target));
	nd->opt_type = plan->type == ND_SOLICIT ? OPT_SOURCE_MAC : OPT_TARGET_MAC;
	nd->opt_len = 1;
	memcpy(nd->opt_mac, us->mac, sizeof(nd->opt_mac));
	pkt = (struct nat_pkt){.l3 = (uint8_t *)ip,
			       .l4 = (uint8_t *)nd,
			       .l4_len = sizeof(*nd),
			       .family = NAT_IP6,
			       .proto = NAT_IP_ICMP6};
	nd->csum = (uint16_t)~nat_csum_add(nd, sizeof(*nd), nat_pseudo_sum(&pkt));
	return finish(frame, (uint8_t *)(nd + 1));
}

size_t nat_neigh_ask(uint8_t *frame, const struct nat_station *us, enum nat_family family,
		     const struct nat_addr *own, const struct nat_addr *target, const uint8_t *to)
{
	struct nd_plan plan = {.type = ND_SOLICIT, .src = *own, .target = *target, .to = to};

	if (family == NAT_IP4)
		return build_arp(frame, us, ARP_REQUEST, own->w[0], target->w[0],
				 to ? to : everyone);
	plan.dst = to ? *target : node_group(target);
	return build_nd(frame, us, &plan);
}

size_t nat_neigh_answer(uint8_t *frame, const struct nat_station *us,
			const struct nat_neigh_msg *ask)
{
	const uint8_t *to = ask->has_mac ? ask->mac : ask->eth_src;
	struct nd_plan plan = {.type = ND_ADVERT, .src = ask->target, .target = ask->target};

	if (ask->family == NAT_IP4)
		return build_arp(frame, us, ARP_REPLY, ask->target.w[0], ask->sender.w[0], to);
	if (addr_zero(&ask->sender)) {
		plan.dst = all_nodes();
		plan.flags = NA_OVERRIDE;
	} else {
		plan.dst = ask->sender;
		plan.flags = NA_SOLICITED | NA_OVERRIDE;
		plan.to = to;
	}
	return build_nd(frame, us, &plan);
}

size_t nat_neigh_announce(uint8_t *frame, const struct nat_station *us, enum nat_family family,
			  const struct nat_addr *own)
{
	struct nd_plan plan = {.type = ND_ADVERT,
			       .flags = NA_OVERRIDE,
			       .src = *own,
			       .dst = all_nodes(),
			       .target = *own};

	if (family == NAT_IP4)
		return build_arp(frame, us, ARP_REQUEST, own->w[0], own->w[0], everyone);
	return build_nd(frame, us, &plan);
}

/* ---- echo ------------------------------------------------------------------------------------ */

bool nat_is_echo(const struct nat_pkt *pkt)
{
	uint8_t request = pkt->proto == NAT_IP_ICMP6 ? ICMP6_ECHO : ICMP_ECHO;

	return pkt->kind == NAT_PKT_ICMP && pkt->l4[0] == request && pkt->l4[1] == 0;
}

static void swap(void *x, void *y, size_t len)
{
	uint8_t old[16];

	memcpy(old, x, len);
	memcpy(x, y, len);
	memcpy(y, old, len);
}

static void turn_ip4(struct nat_ip4 *ip)
{
	swap(&ip->src, &ip->dst, sizeof(ip->src));
	ip->ttl = TTL;
	ip->csum = 0;
	ip->csum = (uint16_t)~nat_csum_add(ip, sizeof(*ip), 0);
}

static void turn_ip6(struct nat_ip6 *ip)
{
	swap(ip->src, ip->dst, sizeof(ip->src));
	ip->hops = TTL;
}

bool nat_echo_reply(struct nat_pkt *pkt)
{
	struct nat_icmp *icmp = (struct nat_icmp *)pkt->l4;
	bool six = pkt->family == NAT_IP6;
	uint8_t old[2], new[2];

	if (!nat_is_echo(pkt) || group_mac(pkt->eth) || !mac_usable(pkt->eth + 6) ||
	    !nat_addr_routable(pkt->family, &pkt->src) ||
	    !nat_addr_routable(pkt->family, &pkt->dst))
		return refuse(pkt, NAT_R_ICMP);
	if (!nat_csum_check(pkt))
		return refuse(pkt, NAT_R_BAD_CHECKSUM);
	swap(pkt->eth, pkt->eth + 6, 6);
	if (six)
		turn_ip6((struct nat_ip6 *)pkt->l3);
	else
		turn_ip4((struct nat_ip4 *)pkt->l3);
	/* Only the type changes in what the checksum covers: swapped addresses sum up to the same.
	 */
	memcpy(old, icmp, sizeof(old));
	icmp->type = six ? ICMP6_ECHO_REPLY : 0;
	memcpy(new, icmp, sizeof(new));
	icmp->csum = nat_csum_apply(icmp->csum,
				    nat_csum_add(new, 2, (uint16_t)~nat_csum_add(old, 2, 0)));
	if (icmp->csum == 0) // equivalent, and the only right form when all else is zero
		icmp->csum = 0xffff;
	return true;
}
