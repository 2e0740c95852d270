// The algorithm of the data path: every step of a packet in a known flow, every exit with its
// reason. Spec: RFC 4787, RFC 5382, RFC 7857 (NAT behaviour), RFC 5961 (forged segments)
#include "input.h"

#include "options.h"
#include "rewrite.h"
#include "tcp.h"
#include "xlat.h"

static enum nat_side side_of(const struct nat_flow *flow)
{
	return flow->flags & NAT_F_SIDE_B ? NAT_B : NAT_A;
}

static enum nat_side opener(const struct nat_conn *conn)
{
	return conn->flags & NAT_C_OPENER_B ? NAT_B : NAT_A;
}

/* Flags that decide whether a packet of this form may pass at all, as the packet wants them. */
enum { PASSING = NAT_F_OPEN | NAT_F_READY | NAT_F_IN6 | NAT_F_TCP };

static unsigned wanted(const struct nat_pkt *pkt)
{
	return NAT_F_OPEN | NAT_F_READY | (pkt->family == NAT_IP6 ? NAT_F_IN6 : 0) |
	       (pkt->kind == NAT_PKT_TCP ? NAT_F_TCP : 0);
}

static enum nat_reason why_not_passing(const struct nat_flow *flow)
{
	if (!(flow->flags & NAT_F_OPEN))
		return NAT_R_GATE_CLOSED;
	if (!(flow->flags & NAT_F_READY))
		return NAT_R_NO_REMOTE;
	return NAT_R_FAMILY;
}

static uint8_t ttl(const struct nat_pkt *pkt)
{
	return pkt->l3[pkt->family == NAT_IP4 ? offsetof(struct nat_ip4, ttl)
					      : offsetof(struct nat_ip6, hops)];
}

/* The port that a segment must come from once a connection is known. */
static be16 bound_port(const struct nat_flow *flow, const struct nat_conn *conn, enum nat_side side)
{
	bool learned = (flow->flags & NAT_F_PORT_ANY) && opener(conn) == side;

	return learned ? conn->opener_port : flow->rport;
}

/* Where segments go while `from` is the opener. */
static be16 far_port(const struct nat_flow *flow, const struct nat_conn *conn, enum nat_side side,
		     enum nat_side from)
{
	bool learned = (flow->flags & NAT_F_DPORT_CONN) && (conn->flags & NAT_C_LEARNED) &&
		       from != side;

	return learned ? conn->opener_port : flow->dport;
}

/* An end that opens is signalled with port 9, or none: that is no destination (RFC 4145 section 4).
 */
static bool no_port(const struct nat_flow *flow, be16 dport)
{
	return dport == 0 || (dport == nat_be16(9) && (flow->flags & NAT_F_DPORT_CONN));
}

static bool source_port_right(const struct nat_flow *flow, const struct nat_conn *conn,
			      const struct nat_pkt *pkt, enum nat_side side, bool opens)
{
	if ((flow->flags & NAT_F_PORT_ANY) && (opens || !(conn->flags & NAT_C_LEARNED)))
		return true;
	return pkt->sport == bound_port(flow, conn, side);
}

/* Relays whatever comes; only the opener's port is learned, since answers need it. */
static int stateless(const struct nat_flow *flow, struct nat_conn *conn, const struct nat_pkt *pkt,
		     uint32_t now_ms, be16 *dport)
{
	enum nat_side side = side_of(flow);
	bool opens = (flow->flags & NAT_F_PORT_ANY) &&
		     (pkt->tcp_flags & (NAT_TCP_SYN | NAT_TCP_ACK)) == NAT_TCP_SYN;

	if (!(flow->flags & NAT_F_PORT_ANY) && pkt->sport != flow->rport)
		return NAT_R_BAD_SOURCE;
	*dport = far_port(flow, conn, side, opens ? side : opener(conn));
	if (no_port(flow, *dport))
		return NAT_R_NO_REMOTE;
	conn->last_ms = now_ms;
	if (opens) {
		conn->opener_port = pkt->sport;
		conn->flags = NAT_C_LEARNED | (side == NAT_B ? NAT_C_OPENER_B : 0);
	}
	return -1;
}

static void report(const struct nat_conn *conn, const struct nat_tcp_next *next, enum nat_side side,
		   struct nat_event *ev, bool *has_event)
{
	if (next->event == NAT_EVENT_COUNT)
		return;
	*ev = (struct nat_event){
		.gen = conn->gen, .type = next->event, .cause = next->cause, .side = (uint8_t)side};
	*has_event = true;
}

/* All of TCP but the plain segment of an established connection. Returns -1 with the destination
 * port, or the reason to drop, with nothing changed. */
__attribute__((noinline)) static int tcp_slow(const struct nat_flow *flow, struct nat_conn *conn,
					      const struct nat_pkt *pkt, uint32_t now_ms,
					      struct nat_event *ev, bool *has_event, be16 *dport)
{
	enum nat_side side = side_of(flow);
	struct nat_tcp_next next;
	bool ok;

	if (flow->flags & NAT_F_STATELESS)
		return stateless(flow, conn, pkt, now_ms, dport);
	ok = nat_tcp_step(conn, pkt, side, flow->flags & NAT_F_MAY_OPEN, &next);
	if (!source_port_right(flow, conn, pkt, side, ok && next.opens))
		return NAT_R_BAD_SOURCE;
	if (!ok)
		return next.reason;
	*dport = far_port(flow, conn, side, next.opens ? side : opener(conn));
	if (no_port(flow, *dport))
		return NAT_R_NO_REMOTE;
	nat_tcp_apply(conn, pkt, side, &next, now_ms);
	report(conn, &next, side, ev, has_event);
	return -1;
}

/* Not inlined: rare, and the two must not make the common case larger. */
__attribute__((noinline)) static void mend_syn(const struct nat_flow *flow, struct nat_pkt *pkt)
{
	nat_options(flow, pkt);
}

__attribute__((noinline)) static void translate(const struct nat_flow *flow,
						const struct nat_conn *conn, struct nat_pkt *pkt,
						be16 dport)
{
	uint64_t n = conn->pkts[side_of(flow)];

	nat_xlat(flow, pkt, dport, (uint16_t)(n + nat_host16(flow->sport) * 0x9e37u));
}

/* IPv6 knows no UDP without checksum, and IPv4 behind us would believe one. */
static bool no_checksum6(const struct nat_pkt *pkt)
{
	return pkt->kind == NAT_PKT_UDP && pkt->family == NAT_IP6 &&
	       ((const struct nat_udp *)pkt->l4)->csum == 0;
}

static enum nat_verdict drop(struct nat_conn *conn, struct nat_pkt *pkt, int reason)
{
	conn->drops++;
	pkt->reason = (uint8_t)reason;
	return NAT_DROP;
}

enum nat_verdict nat_input(const struct nat_flow *flow, struct nat_conn *conn, struct nat_pkt *pkt,
			   uint32_t now_ms, struct nat_event *ev, bool *has_event)
{
	enum nat_side side = side_of(flow);
	uint16_t len = pkt->l3_len;
	be16 dport = flow->dport;
	int reason;

	*has_event = false;
	/* 1 gate and readiness */
	if (nat_rare((flow->flags & PASSING) != wanted(pkt)))
		return drop(conn, pkt, why_not_passing(flow));

	/* 2 source check; a TCP opener's port is judged with its state */
	if (nat_rare(!nat_addr_eq(&pkt->src, &flow->remote)))
		return drop(conn, pkt, NAT_R_BAD_SOURCE);

	/* 3 size and TTL */
	if (nat_rare(len + nat_growth(flow) > (int)flow->mtu))
		return drop(conn, pkt, NAT_R_TOO_BIG);
	if (nat_rare(ttl(pkt) <= 1))
		return drop(conn, pkt, NAT_R_TTL);
	if (nat_rare(no_checksum6(pkt)))
		return drop(conn, pkt, NAT_R_BAD_CHECKSUM);

	/* 4 TCP state */
	if (pkt->kind == NAT_PKT_UDP) {
		if (nat_rare(pkt->sport != flow->rport) && !(flow->flags & NAT_F_PORT_ANY))
			return drop(conn, pkt, NAT_R_BAD_SOURCE);
		conn->last_ms = now_ms;
	} else if (nat_tcp_plain(conn, pkt) && pkt->sport == bound_port(flow, conn, side) &&
		   !(flow->flags & NAT_F_STATELESS)) {
		nat_tcp_track(conn, pkt, side, 0);
		conn->last_ms = now_ms;
		dport = far_port(flow, conn, side, opener(conn));
	} else {
		reason = tcp_slow(flow, conn, pkt, now_ms, ev, has_event, &dport);
		if (reason >= 0)
			return drop(conn, pkt, reason);
		if (pkt->tcp_flags & NAT_TCP_SYN)
			mend_syn(flow, pkt);
	}

	/* 5 rewrite */
	if (nat_crosses(flow))
		translate(flow, conn, pkt, dport);
	else
		nat_rewrite(flow, pkt, dport);

	/* 6 counters */
	conn->pkts[side]++;
	conn->bytes[side] += len;
	return NAT_FORWARD;
}

static void close_conn(struct nat_conn *conn)
{
	conn->tcp = NAT_TCP_CLOSED;
	conn->flags = 0;
}

bool nat_expire(struct nat_conn *conn, uint32_t conn_id, const struct nat_timers *t,
		uint32_t now_ms, struct nat_event *ev)
{
	uint32_t age = now_ms - conn->last_ms;

	*ev = (struct nat_event){.conn = conn_id, .gen = conn->gen, .side = (uint8_t)opener(conn)};
	switch ((enum nat_tcp_state)conn->tcp) {
	case NAT_TCP_OPENING:
		if (age < t->open_ms)
			return false;
		ev->type = NAT_EV_TCP_FAILED;
		ev->cause = NAT_CAUSE_TIMEOUT;
		ev->side = (uint8_t)nat_other(opener(conn)); // whose answer is missing
		if (conn->flags & NAT_C_SYNACK)
			ev->side = (uint8_t)opener(conn);
		close_conn(conn);
		return true;
	case NAT_TCP_UP:
	case NAT_TCP_FIN_A:
	case NAT_TCP_FIN_B:
		if (age < t->idle_ms)
			return false;
		ev->type = NAT_EV_TCP_DOWN;
		ev->cause = NAT_CAUSE_IDLE;
		conn->tcp = NAT_TCP_TRANS;
		conn->last_ms = now_ms;
		if (!(conn->flags & NAT_C_REPORTED_UP))
			return false;
		conn->flags &= (uint8_t)~NAT_C_REPORTED_UP;
		return true;
	case NAT_TCP_CLOSING:
	case NAT_TCP_TRANS:
		if (age >= t->trans_ms)
			close_conn(conn);
		return false;
	case NAT_TCP_CLOSED:
	case NAT_TCP_STATE_COUNT: break;
	}
	return false;
}
