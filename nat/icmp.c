// Reads, translates and writes ICMP errors: tables of types, then headers from the inside out.
// Spec: RFC 792, RFC 4443, RFC 7915 4.2, 4.3, 5.2, 5.3, RFC 4884 (length of the quote)
#include "icmp.h"

#include "csum.h"
#include "xlat.h"

enum {
	UNREACHABLE = 3, // ICMP
	EXCEEDED = 11,
	PARAMETER = 12,
	NEEDS_FRAGMENT = 4, // code of UNREACHABLE
	UNREACHABLE6 = 1,   // ICMPv6
	TOO_BIG6 = 2,
	EXCEEDED6 = 3,
	PARAMETER6 = 4,
	NO = 0xff,

	QUOTED = sizeof(struct nat_icmp), // where the quote begins
	QUOTE_L4 = 8,                     // RFC 792: ports, and the sequence number
	MAX4 = 576,
	MAX6 = 1280,
	MTU_MIN4 = 576, // floors: below them a path is attacked rather than narrow
	MTU_MIN6 = 1280,
	DONT_FRAGMENT = 0x4000,
	TTL = 64,
};

/* What is said beside the quote. `value` is the MTU or the pointer. */
struct message {
	uint8_t type, code;
	uint32_t value;
};

static bool too_big(bool ip6, uint8_t type, uint8_t code)
{
	return ip6 ? type == TOO_BIG6 : type == UNREACHABLE && code == NEEDS_FRAGMENT;
}

static enum nat_verdict refuse(struct nat_pkt *pkt, enum nat_reason reason)
{
	pkt->reason = (uint8_t)reason;
	return NAT_DROP;
}

/* ---- reading --------------------------------------------------------------------------------- */

bool nat_icmp_is_error(const struct nat_pkt *pkt)
{
	uint8_t type = pkt->kind == NAT_PKT_ICMP ? pkt->l4[0] : NO;

	if (pkt->proto == NAT_IP_ICMP6)
		return type >= UNREACHABLE6 && type <= PARAMETER6;
	return type == UNREACHABLE || type == EXCEEDED || type == PARAMETER;
}

/* Bytes of quote in the message: where extensions follow, the header says where (RFC 4884). */
static uint16_t quote_len(const struct nat_pkt *pkt)
{
	uint16_t room = (uint16_t)(pkt->l4_len - QUOTED);
	unsigned said = pkt->family == NAT_IP6 ? pkt->l4[4] * 8u : pkt->l4[5] * 4u;
	bool has_length = pkt->family == NAT_IP4 || pkt->l4[0] == UNREACHABLE6 ||
			  pkt->l4[0] == EXCEEDED6;

	return has_length && said && said < room ? (uint16_t)said : room;
}

static bool read4(const uint8_t *at, uint16_t room, struct nat_quote *q)
{
	const struct nat_ip4 *ip = (const struct nat_ip4 *)at;

	if (room < sizeof(*ip) + QUOTE_L4 || ip->ver_ihl != 0x45 ||
	    nat_csum_add(ip, sizeof(*ip), 0) != 0xffff || (ip->frag & nat_be16(0x1fff)))
		return false;
	q->ours = (struct nat_ep){
		.addr = nat_addr_ip4(ip->src), .family = NAT_IP4, .proto = ip->proto};
	q->to = nat_addr_ip4(ip->dst);
	q->sent_len = nat_host16(ip->total_len);
	return true;
}

static bool read6(const uint8_t *at, uint16_t room, struct nat_quote *q)
{
	const struct nat_ip6 *ip = (const struct nat_ip6 *)at;
	uint32_t len;

	if (room < sizeof(*ip) + QUOTE_L4 || at[0] >> 4 != 6)
		return false;
	len = nat_host16(ip->payload_len) + (uint32_t)sizeof(*ip);
	if (len > UINT16_MAX)
		return false;
	q->ours = (struct nat_ep){
		.addr = nat_addr_ip6(ip->src), .family = NAT_IP6, .proto = ip->next};
	q->to = nat_addr_ip6(ip->dst);
	q->sent_len = (uint16_t)len;
	return true;
}

bool nat_icmp_read(struct nat_pkt *pkt, struct nat_quote *q)
{
	uint8_t *inner = pkt->l4 + QUOTED;
	bool ip6 = pkt->family == NAT_IP6;
	uint16_t head = ip6 ? sizeof(struct nat_ip6) : sizeof(struct nat_ip4);
	uint16_t room;

	if (!nat_csum_check(pkt)) {
		refuse(pkt, NAT_R_BAD_CHECKSUM);
		return false;
	}
	refuse(pkt, NAT_R_ICMP); // unless all holds
	room = quote_len(pkt);
	if (ip6 ? !read6(inner, room, q) : !read4(inner, room, q))
		return false;
	if ((q->ours.proto != NAT_IP_TCP && q->ours.proto != NAT_IP_UDP) ||
	    q->sent_len < head + QUOTE_L4 || !nat_addr_eq(&q->ours.addr, &pkt->dst))
		return false;
	memcpy(q->head, inner, head);
	q->l4 = inner + head;
	q->l4_len = room < q->sent_len ? room : q->sent_len; // behind it: padding
	q->l4_len = (uint16_t)(q->l4_len - head);
	memcpy(&q->ours.port, q->l4, 2);
	memcpy(&q->to_port, q->l4 + 2, 2);
	q->seq = nat_load32(q->l4 + 4);
	return true;
}

/* ---- does it concern the flow? --------------------------------------------------------------- */

static enum nat_side side_of(const struct nat_flow *flow)
{
	return flow->flags & NAT_F_SIDE_B ? NAT_B : NAT_A;
}

static bool opened_by(const struct nat_conn *conn, enum nat_side side)
{
	return (conn->flags & NAT_C_LEARNED) && !(conn->flags & NAT_C_OPENER_B) == (side == NAT_A);
}

/* Port of the end that the quoted packet went to. */
static be16 near_port(const struct nat_flow *flow, const struct nat_conn *conn)
{
	bool learned = (flow->flags & NAT_F_TCP) && (flow->flags & NAT_F_PORT_ANY) &&
		       opened_by(conn, side_of(flow));

	return learned ? conn->opener_port : flow->rport;
}

/* Port of the end that sent it. */
static be16 far_port(const struct nat_flow *flow, const struct nat_conn *conn)
{
	bool learned = (flow->flags & NAT_F_TCP) && (flow->flags & NAT_F_DPORT_CONN) &&
		       opened_by(conn, nat_other(side_of(flow)));

	return learned ? conn->opener_port : flow->dport;
}

/* RFC 5927 section 4.1: sent and not yet acknowledged. One less: the SYN, and keep-alives. */
static bool in_flight(const struct nat_flow *flow, const struct nat_conn *conn, uint32_t seq)
{
	enum nat_side near = side_of(flow);
	uint32_t low = conn->last_ack[near] - 1, high = conn->next_seq[nat_other(near)];

	if (flow->flags & NAT_F_STATELESS)
		return true;
	return conn->tcp != NAT_TCP_CLOSED && seq - low <= high - low;
}

static bool concerns(const struct nat_flow *flow, const struct nat_conn *conn,
		     const struct nat_quote *q)
{
	return (flow->flags & NAT_F_READY) && nat_addr_eq(&q->to, &flow->remote) &&
	       q->to_port == near_port(flow, conn) &&
	       (!(flow->flags & NAT_F_TCP) || in_flight(flow, conn, q->seq));
}

/* ---- types, codes, MTU ----------------------------------------------------------------------- */

/* RFC 1191 section 7: routers that name no MTU; the next smaller usual one is taken. */
static uint32_t plateau(uint32_t len)
{
	static const uint16_t usual[] = {32000, 17914, 8166, 4352, 2002, 1492, 1006, 508};

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (usual[i] < len)
			return usual[i];
	return MTU_MIN4;
}

/* RFC 7915 4.2, 5.2: the MTU on the far side of the translation; mss stands for both links' own. */
static uint32_t mtu_across(const struct nat_flow *flow, uint32_t mtu)
{
	bool out6 = flow->flags & NAT_F_OUT6;
	uint32_t links = flow->mss + nat_heads(out6), floor = out6 ? MTU_MIN6 : MTU_MIN4;

	mtu += (uint32_t)nat_growth(flow);
	if (mtu > links)
		mtu = links;
	return mtu > floor ? mtu : floor;
}

static uint8_t pointer_up(uint32_t at)
{
	static const uint8_t up[20] = {0,  1,  4, 4, NO, NO, NO, NO, 7,  6,
				       NO, NO, 8, 8, 8,  8,  24, 24, 24, 24};

	return at < sizeof(up) ? up[at] : NO;
}

static uint8_t pointer_down(uint32_t at)
{
	static const uint8_t down[8] = {0, 1, NO, NO, 2, 2, 9, 8};

	if (at < sizeof(down))
		return down[at];
	return at < 24 ? 12 : at < 40 ? 16 : NO;
}

static struct message parameter(uint8_t type, uint8_t pointer)
{
	return pointer == NO ? (struct message){.type = NO} : (struct message){type, 0, pointer};
}

/* ICMP to ICMPv6; type NO: not translated. */
static struct message up(struct message m)
{
	static const uint8_t codes[] = {0, 0, NO, 4, NO, 0, 0, 0, 0, 1, 1, 0, 0, 1, NO, 1};
	uint8_t code = m.code < sizeof(codes) ? codes[m.code] : NO;

	switch (m.type) {
	case UNREACHABLE:
		if (m.code == NEEDS_FRAGMENT)
			return (struct message){TOO_BIG6, 0, m.value};
		if (m.code == 2) // protocol unreachable: the next header is not known there
			return (struct message){PARAMETER6, 1, offsetof(struct nat_ip6, next)};
		return (struct message){code == NO ? NO : UNREACHABLE6, code, 0};
	case EXCEEDED: return (struct message){m.code < 2 ? EXCEEDED6 : NO, m.code, 0};
	case PARAMETER:
		if (m.code == 0 || m.code == 2)
			return parameter(PARAMETER6, pointer_up(m.value));
		break;
	}
	return (struct message){.type = NO};
}

/* ICMPv6 to ICMP. */
static struct message down(struct message m)
{
	static const uint8_t codes[] = {1, 10, 1, 1, 3};

	switch (m.type) {
	case UNREACHABLE6:
		if (m.code < sizeof(codes))
			return (struct message){UNREACHABLE, codes[m.code], 0};
		break;
	case TOO_BIG6: return (struct message){UNREACHABLE, NEEDS_FRAGMENT, m.value};
	case EXCEEDED6: return (struct message){m.code < 2 ? EXCEEDED : NO, m.code, 0};
	case PARAMETER6:
		if (m.code == 0)
			return parameter(PARAMETER, pointer_down(m.value));
		if (m.code == 1)
			return (struct message){UNREACHABLE, 2, 0};
		break;
	}
	return (struct message){.type = NO};
}

static struct message read_message(const struct nat_pkt *pkt)
{
	const uint8_t *p = pkt->l4;
	struct message m = {p[0], p[1], 0};
	bool ip6 = pkt->family == NAT_IP6;

	if (too_big(ip6, m.type, m.code))
		m.value = ip6 ? nat_load32(p + 4) : nat_load16(p + 6);
	else if (m.type == (ip6 ? PARAMETER6 : PARAMETER))
		m.value = ip6 ? nat_load32(p + 4) : p[4];
	return m;
}

/* What the far end is told; false: nothing. */
static bool translate(const struct nat_flow *flow, const struct nat_quote *q, struct message *m)
{
	bool in6 = flow->flags & NAT_F_IN6;

	if (too_big(in6, m->type, m->code)) {
		if (!in6 && m->value == 0)
			m->value = plateau(q->sent_len);
		if (m->value >= q->sent_len) // it would have fitted
			return false;
		m->value = mtu_across(flow, m->value);
	}
	if (nat_crosses(flow))
		*m = in6 ? down(*m) : up(*m);
	return m->type != NO;
}

/* ---- writing --------------------------------------------------------------------------------- */

static void put_ip4(struct nat_ip4 *ip, uint8_t tos, size_t len, uint8_t ttl, uint8_t proto,
		    const struct nat_addr *src, const struct nat_addr *dst)
{
	*ip = (struct nat_ip4){.ver_ihl = 0x45,
			       .tos = tos,
			       .total_len = nat_be16((uint16_t)len),
			       .frag = nat_be16(DONT_FRAGMENT),
			       .ttl = ttl,
			       .proto = proto,
			       .src = src->w[0],
			       .dst = dst->w[0]};
	ip->csum = (uint16_t)~nat_csum_add(ip, sizeof(*ip), 0);
}

static void put_ip6(struct nat_ip6 *ip, uint8_t tc, size_t len, uint8_t hops, uint8_t next,
		    const struct nat_addr *src, const struct nat_addr *dst)
{
	ip->ver_tc_flow = nat_be32(6u << 28 | (uint32_t)tc << 20);
	ip->payload_len = nat_be16((uint16_t)(len - sizeof(*ip)));
	ip->next = next;
	ip->hops = hops;
	memcpy(ip->src, src->b, sizeof(ip->src));
	memcpy(ip->dst, dst->b, sizeof(ip->dst));
}

/* An IP header that ends where `end` begins; len: of the whole packet. Returns where it begins. */
static uint8_t *put_ip(bool ip6, uint8_t *end, uint8_t tos, size_t len, uint8_t ttl, uint8_t proto,
		       const struct nat_addr *src, const struct nat_addr *dst)
{
	if (ip6) {
		put_ip6((struct nat_ip6 *)(end - sizeof(struct nat_ip6)), tos, len, ttl, proto, src,
			dst);
		return end - sizeof(struct nat_ip6);
	}
	put_ip4((struct nat_ip4 *)(end - sizeof(struct nat_ip4)), tos, len, ttl, proto, src, dst);
	return end - sizeof(struct nat_ip4);
}

/* The ICMP header at `at`, with the quote behind it already there; len: of both. */
static void put_message(bool ip6, uint8_t *at, size_t len, const struct message *m,
			const struct nat_addr *src, const struct nat_addr *dst)
{
	uint16_t sum = 0;

	memset(at, 0, QUOTED);
	at[0] = m->type;
	at[1] = m->code;
	if (ip6)
		nat_store32(at + 4, m->value);
	else if (m->type == PARAMETER)
		at[4] = (uint8_t)m->value;
	else
		nat_store16(at + 6, (uint16_t)m->value);
	if (ip6) {
		sum = nat_csum_fold((uint32_t)nat_be16(NAT_IP_ICMP6) + nat_be16((uint16_t)len));
		sum = nat_csum_add(src, sizeof(*src), sum);
		sum = nat_csum_add(dst, sizeof(*dst), sum);
	}
	sum = (uint16_t)~nat_csum_add(at, len, sum);
	memcpy(at + 2, &sum, sizeof(sum));
}

/* Ports of the quoted packet, and its checksum as far as it is quoted. */
static void mend_quoted_l4(const struct nat_flow *flow, const struct nat_quote *q, be16 far)
{
	size_t at = flow->flags & NAT_F_TCP ? offsetof(struct nat_tcp, csum)
					    : offsetof(struct nat_udp, csum);
	uint32_t delta = (uint32_t)flow->l4_delta + (uint16_t)~q->to_port + far;
	uint16_t sum;

	memcpy(q->l4, &far, 2);
	memcpy(q->l4 + 2, &flow->sport, 2);
	if (q->l4_len < at + sizeof(sum))
		return;
	memcpy(&sum, q->l4 + at, sizeof(sum));
	if (sum == 0 && !(flow->flags & NAT_F_TCP))
		return;
	sum = nat_csum_apply(sum, nat_csum_fold(delta));
	if (sum == 0 && !(flow->flags & NAT_F_TCP))
		sum = 0xffff;
	memcpy(q->l4 + at, &sum, sizeof(sum));
}

static uint8_t tos_of(bool ip6, const uint8_t *head)
{
	return ip6 ? (uint8_t)(nat_load16(head) >> 4) : head[1];
}

static uint8_t ttl_of(bool ip6, const uint8_t *head)
{
	return head[ip6 ? offsetof(struct nat_ip6, hops) : offsetof(struct nat_ip4, ttl)];
}

/* The quoted IP header as the far end wrote it, as far as we know. Returns where it begins. */
static uint8_t *mend_quoted_ip(const struct nat_flow *flow, const struct nat_quote *q)
{
	bool in6 = flow->flags & NAT_F_IN6, out6 = flow->flags & NAT_F_OUT6;
	size_t len = (size_t)(q->sent_len + nat_growth(flow));
	uint8_t *at = put_ip(out6, q->l4, tos_of(in6, q->head), len, ttl_of(in6, q->head),
			     q->ours.proto, &flow->dst, &flow->src);
	struct nat_ip4 *ip = (struct nat_ip4 *)at;

	if (in6 && out6) { // flow label and all
		memcpy(at, q->head, offsetof(struct nat_ip6, src));
	} else if (!in6 && !out6) { // identification and flags
		memcpy(at, q->head, offsetof(struct nat_ip4, csum));
		ip->csum = 0;
		ip->csum = (uint16_t)~nat_csum_add(ip, sizeof(*ip), 0);
	}
	return at;
}

enum nat_verdict nat_icmp_error(const struct nat_flow *flow, const struct nat_conn *conn,
				struct nat_pkt *pkt, const struct nat_quote *q)
{
	bool in6 = flow->flags & NAT_F_IN6, out6 = flow->flags & NAT_F_OUT6;
	uint8_t tos = tos_of(in6, pkt->l3), ttl = ttl_of(in6, pkt->l3), *at;
	size_t head = out6 ? sizeof(struct nat_ip6) : sizeof(struct nat_ip4);
	size_t len = 2 * head + QUOTED + q->l4_len, max = out6 ? MAX6 : MAX4;
	struct message m = read_message(pkt);

	if (!concerns(flow, conn, q) || !translate(flow, q, &m))
		return refuse(pkt, NAT_R_ICMP);
	if (ttl <= 1)
		return refuse(pkt, NAT_R_TTL);
	if (len > max)
		len = max;
	mend_quoted_l4(flow, q, far_port(flow, conn));
	at = mend_quoted_ip(flow, q) - QUOTED;
	put_message(out6, at, len - head, &m, &flow->src, &flow->dst);
	pkt->l3 = put_ip(out6, at, tos, len, (uint8_t)(ttl - 1), out6 ? NAT_IP_ICMP6 : NAT_IP_ICMP,
			 &flow->src, &flow->dst);
	pkt->l3_len = (uint16_t)len;
	return NAT_FORWARD;
}

/* ---- our own --------------------------------------------------------------------------------- */

/* What a dropped packet's sender is told; type NO: nothing. */
static struct message own_message(const struct nat_flow *flow, const struct nat_pkt *pkt)
{
	bool ip6 = pkt->family == NAT_IP6;
	uint32_t mtu = (uint32_t)((int)flow->mtu - nat_growth(flow));

	if (pkt->reason == NAT_R_TTL)
		return (struct message){ip6 ? EXCEEDED6 : EXCEEDED, 0, 0};
	if (pkt->reason != NAT_R_TOO_BIG)
		return (struct message){.type = NO};
	if (ip6)
		return (struct message){TOO_BIG6, 0, mtu > MTU_MIN6 ? mtu : MTU_MIN6};
	return (struct message){UNREACHABLE, NEEDS_FRAGMENT, mtu};
}

size_t nat_icmp_own(const struct nat_flow *flow, const struct nat_pkt *pkt, uint8_t *frame)
{
	struct message m = own_message(flow, pkt);
	bool ip6 = pkt->family == NAT_IP6;
	size_t head = ip6 ? sizeof(struct nat_ip6) : sizeof(struct nat_ip4);
	size_t len = head + QUOTED + pkt->l3_len, max = ip6 ? MAX6 : MAX4;
	uint8_t *at = frame + pkt->l2_len + head;

	if (m.type == NO)
		return 0;
	if (len > max)
		len = max;
	memcpy(frame, pkt->eth, pkt->l2_len); // VLAN tag and type
	memcpy(frame, pkt->eth + 6, 6);
	memcpy(frame + 6, pkt->eth, 6);
	memcpy(at + QUOTED, pkt->l3, len - head - QUOTED);
	put_message(ip6, at, len - head, &m, &pkt->dst, &pkt->src);
	put_ip(ip6, at, 0, len, TTL, ip6 ? NAT_IP_ICMP6 : NAT_IP_ICMP, &pkt->dst, &pkt->src);
	return pkt->l2_len + len;
}
