// Fuzz target: nat_parse, nat_csum_check, nat_input, ICMP errors, neighbour messages, with what
// must always hold.
//
// Input: one byte of choices, then frames, each behind a 2-byte length (the last may be cut). All
// frames go through one fixed call of the protocol and family that the first byte names, so that
// TCP lives.
#include <stdio.h>
#include <stdlib.h>

#include "../../nat/csum.h"
#include "../../nat/icmp.h"
#include "../../nat/input.h"
#include "../../nat/neigh_msg.h"
#include "../../nat/xlat.h"
#include "../golden/call.h"
#include "../golden/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(what)                                                                                 \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #what);   \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

enum choice {
	CHOOSE_TCP = 1,
	CHOOSE_IP6 = 2,
	CHOOSE_BOTH_OPEN = 4,
	CHOOSE_STATELESS = 8,
	CHOOSE_ACROSS = 16, // other family on the way out
	CHOOSE_DSCP = 32,
	CHOOSE_TRUST = 64, // checksum mode "update"
	CHOOSE_SHUT = 128,
};

static struct call build_call(uint8_t choice)
{
	uint8_t proto = choice & CHOOSE_TCP ? NAT_IP_TCP : NAT_IP_UDP;
	bool in6 = choice & CHOOSE_IP6, out6 = in6 != !!(choice & CHOOSE_ACROSS);
	struct call c = {
		.a_remote = call_ep(in6 ? "2001:db8:a::20" : "198.51.100.20", 40000, proto),
		.a_local = call_ep(in6 ? "2001:db8:a::10" : "198.51.100.10", 20000, proto),
		.b_local = call_ep(out6 ? "2001:db8:b::10" : "203.0.113.10", 30000, proto),
		.b_remote = call_ep(out6 ? "2001:db8:b::20" : "203.0.113.20", 50000, proto),
	};

	call_flows(&c);
	for (unsigned s = 0; s < 2; s++) {
		uint16_t *flags = &c.flow[s].flags;

		if (choice & CHOOSE_BOTH_OPEN)
			*flags |= NAT_F_MAY_OPEN | NAT_F_PORT_ANY | NAT_F_DPORT_CONN;
		if (choice & CHOOSE_STATELESS)
			*flags |= NAT_F_STATELESS;
		if ((choice & CHOOSE_SHUT) && s == NAT_B)
			*flags &= (uint16_t)~NAT_F_OPEN;
		if (choice & CHOOSE_DSCP)
			c.flow[s].dscp = 46;
	}
	call_seal(&c);
	return c;
}

/* The flow of a local endpoint, as the data plane's table would find it. */
static const struct nat_flow *find(const struct call *c, const struct nat_addr *addr, be16 port,
				   uint8_t proto)
{
	const struct nat_ep *locals[2] = {&c->a_local, &c->b_local};

	for (unsigned s = 0; s < 2; s++)
		if (locals[s]->proto == proto && locals[s]->port == port &&
		    nat_addr_eq(&locals[s]->addr, addr))
			return &c->flow[s];
	return NULL;
}

static void parsed_packet_holds(const struct nat_pkt *pkt, const uint8_t *frame, size_t len)
{
	MUST(pkt->eth == frame && (pkt->l2_len == 14 || pkt->l2_len == 18));
	MUST(pkt->l3 == frame + pkt->l2_len && pkt->l2_len + pkt->l3_len <= len);
	MUST(pkt->vlan < 4096);
	if (pkt->kind == NAT_PKT_ARP)
		return;
	MUST(pkt->l4 >= pkt->l3 + 20 && pkt->l4 + pkt->l4_len == pkt->l3 + pkt->l3_len);
	MUST(pkt->family == NAT_IP4 || pkt->family == NAT_IP6);
	if (pkt->kind == NAT_PKT_TCP || pkt->kind == NAT_PKT_UDP)
		MUST(pkt->sport != 0 && pkt->dport != 0);
}

/* TTL or hop limit of a frame. */
static uint8_t ttl_of(const uint8_t *frame, const struct nat_pkt *pkt)
{
	return frame[pkt->l2_len + (pkt->family == NAT_IP4 ? 8u : 7u)];
}

/* A SYN: options may change, one may be added, payload is gone. */
static void syn_holds(const struct nat_pkt *came, const struct nat_pkt *left)
{
	unsigned was = (came->l4[12] >> 4) * 4u, is = (left->l4[12] >> 4) * 4u;

	MUST(is == was || (is == was + 4 && came->family == NAT_IP4 && left->family == NAT_IP6));
	MUST(left->l4_len == is);
	MUST(memcmp(left->l4 + 4, came->l4 + 4, 8) == 0); // sequence numbers
	MUST(memcmp(left->l4 + 13, came->l4 + 13, 3) == 0);
}

/* A forwarded packet is a right packet of the other side. copy: the frame that came. */
static void forwarded_holds(const struct nat_flow *flow, const struct frame *f,
			    const struct frame *copy)
{
	size_t fixed;
	struct nat_pkt came, left;
	uint16_t sum;

	MUST(nat_parse(copy->at, (uint32_t)copy->len, &came) == NAT_FORWARD);
	MUST(nat_parse(f->at, (uint32_t)f->len, &left) == NAT_FORWARD);
	fixed = came.kind == NAT_PKT_TCP ? 20 : 8;
	memcpy(&sum, left.l4 + (left.kind == NAT_PKT_TCP ? 16 : 6), 2);
	MUST(nat_csum_check(&left));
	MUST(memcmp(left.l4 + (left.kind == NAT_PKT_TCP ? 16 : 6), &sum, 2) == 0); // finished
	MUST(nat_addr_eq(&left.src, &flow->src) && nat_addr_eq(&left.dst, &flow->dst));
	MUST(left.sport == flow->sport && left.dport != 0);
	MUST(left.kind == came.kind && left.l3_len <= flow->mtu);
	MUST(left.family == (flow->flags & NAT_F_OUT6 ? NAT_IP6 : NAT_IP4));
	MUST(ttl_of(f->at, &left) == ttl_of(copy->at, &came) - 1 && ttl_of(f->at, &left) != 0);
	if (came.tcp_flags & NAT_TCP_SYN) {
		syn_holds(&came, &left);
		return;
	}
	MUST(left.l3_len == came.l3_len + nat_growth(flow));
	MUST(memcmp(left.l4 + fixed, came.l4 + fixed, came.l4_len - fixed) == 0);
}

static void conn_holds(const struct nat_conn *conn, const struct nat_conn *before, bool tcp)
{
	uint64_t sum = conn->pkts[0] + conn->pkts[1] + conn->drops;

	MUST(conn->tcp < NAT_TCP_STATE_COUNT && conn->gen == before->gen);
	MUST(sum == before->pkts[0] + before->pkts[1] + before->drops + 1);
	MUST(tcp || conn->tcp == NAT_TCP_CLOSED);
}

static void event_holds(const struct nat_event *ev, const struct nat_conn *conn)
{
	MUST(ev->type < NAT_EVENT_COUNT && ev->cause < NAT_CAUSE_COUNT && ev->side < 2);
	MUST(ev->gen == conn->gen);
	MUST((ev->type == NAT_EV_TCP_UP) == (ev->cause == NAT_CAUSE_NONE));
}

/* What we tell the sender of a dropped packet is a right ICMP error that quotes it. */
static void answer_holds(const struct nat_flow *flow, const struct nat_pkt *pkt)
{
	uint8_t *frame = malloc(NAT_ICMP_FRAME);
	size_t len = nat_icmp_own(flow, pkt, frame);
	struct nat_pkt answer;

	MUST(frame && len <= NAT_ICMP_FRAME);
	MUST((len > 0) == (pkt->reason == NAT_R_TOO_BIG || pkt->reason == NAT_R_TTL));
	if (len) {
		MUST(nat_parse(frame, (uint32_t)len, &answer) == NAT_LOCAL);
		MUST(nat_icmp_is_error(&answer) && nat_csum_check(&answer));
		MUST(nat_addr_eq(&answer.src, &pkt->dst) && nat_addr_eq(&answer.dst, &pkt->src));
	}
	free(frame);
}

static void forward(struct call *call, struct nat_pkt *pkt, struct frame *f, uint8_t choice,
		    uint32_t now)
{
	const struct nat_flow *flow = find(call, &pkt->dst, pkt->dport, pkt->proto);
	struct nat_conn before = call->conn;
	uint16_t len = pkt->l3_len;
	struct nat_event ev;
	struct frame copy;
	bool has_event;

	if (!nat_csum_check(pkt))
		return;
	MUST(nat_csum_check(pkt)); // what it has finished is right
	if (!flow)
		return;
	copy = frame_of(f->at, f->len);
	if (nat_input(flow, &call->conn, pkt, now, &ev, &has_event) == NAT_FORWARD) {
		frame_send(f, pkt, len);
		forwarded_holds(flow, f, &copy);
		if (has_event)
			event_holds(&ev, &call->conn);
	} else {
		MUST(pkt->reason < NAT_REASONS && !has_event);
		MUST(memcmp(f->at, copy.at, f->len) == 0);
		answer_holds(flow, pkt);
		before.drops++;
		MUST(memcmp(&before, &call->conn, sizeof(before)) == 0);
		before.drops--;
	}
	conn_holds(&call->conn, &before, choice & CHOOSE_TCP);
	frame_free(&copy);
}

/* On a port that trusts checksums anything may come; it must at least go where it belongs. */
static void forward_trusting(struct call *call, struct nat_pkt *pkt, struct frame *f, uint32_t now)
{
	const struct nat_flow *flow = find(call, &pkt->dst, pkt->dport, pkt->proto);
	uint16_t len = pkt->l3_len;
	struct nat_event ev;
	struct nat_pkt out;
	bool has_event;

	if (!flow || nat_input(flow, &call->conn, pkt, now, &ev, &has_event) != NAT_FORWARD)
		return;
	frame_send(f, pkt, len);
	MUST(nat_parse(f->at, (uint32_t)f->len, &out) == NAT_FORWARD);
	MUST(nat_addr_eq(&out.src, &flow->src) && nat_addr_eq(&out.dst, &flow->dst));
}

/* An error that goes on is a right one of the other side, and it has changed nothing. */
static void icmp_error(struct call *call, struct nat_pkt *pkt, struct frame *f)
{
	struct nat_conn before = call->conn;
	uint16_t len = pkt->l3_len;
	const struct nat_flow *flow;
	struct nat_quote q;
	struct nat_pkt out;

	if (!nat_icmp_read(pkt, &q)) {
		MUST(pkt->reason < NAT_REASONS);
		return;
	}
	flow = find(call, &q.ours.addr, q.ours.port, q.ours.proto);
	if (!flow)
		return;
	if (nat_icmp_error(flow, &call->conn, pkt, &q) == NAT_FORWARD) {
		frame_send(f, pkt, len);
		MUST(nat_parse(f->at, (uint32_t)f->len, &out) == NAT_LOCAL);
		MUST(nat_icmp_is_error(&out) && nat_csum_check(&out));
		MUST(nat_addr_eq(&out.src, &flow->src) && nat_addr_eq(&out.dst, &flow->dst));
		MUST(out.l3_len <= 1280);
	} else {
		MUST(pkt->reason < NAT_REASONS);
	}
	MUST(memcmp(&before, &call->conn, sizeof(before)) == 0);
}

static void neighbour(struct nat_pkt *pkt)
{
	static const struct nat_station us = {{2, 0, 0, 0, 0, 1}, 9};
	uint8_t *frame = malloc(NAT_NEIGH_FRAME);
	struct nat_neigh_msg msg;
	struct nat_pkt answer;

	MUST(frame);
	if (nat_neigh_read(pkt, &msg)) {
		MUST(msg.family == NAT_IP4 || msg.family == NAT_IP6);
		if (msg.kind == NAT_NEIGH_ASK) {
			uint32_t len = (uint32_t)nat_neigh_answer(frame, &us, &msg);

			MUST(len <= NAT_NEIGH_FRAME);
			MUST(nat_parse(frame, len, &answer) == NAT_LOCAL);
			MUST(nat_neigh_read(&answer, &msg) && msg.kind == NAT_NEIGH_SAY);
		}
	} else {
		MUST(pkt->reason < NAT_REASONS);
	}
	free(frame);
}

static void local(struct call *call, struct nat_pkt *pkt, struct frame *f)
{
	struct nat_pkt out;

	if (nat_icmp_is_error(pkt)) {
		icmp_error(call, pkt, f);
	} else if (nat_is_neigh(pkt)) {
		neighbour(pkt);
	} else if (nat_echo_reply(pkt)) {
		MUST(nat_parse(f->at, (uint32_t)f->len, &out) == NAT_LOCAL);
		MUST(nat_csum_check(&out) && !nat_is_echo(&out));
		MUST(nat_addr_eq(&out.src, &pkt->dst) && nat_addr_eq(&out.dst, &pkt->src));
	} else {
		MUST(pkt->reason < NAT_REASONS);
	}
}

static void one_frame(struct call *call, const uint8_t *data, size_t len, uint8_t choice,
		      uint32_t now)
{
	struct frame f = frame_of(data, len); // ASan sees the first byte read too far
	struct nat_pkt pkt;

	switch (nat_parse(f.at, (uint32_t)len, &pkt)) {
	case NAT_FORWARD:
		parsed_packet_holds(&pkt, f.at, len);
		if (choice & CHOOSE_TRUST)
			forward_trusting(call, &pkt, &f, now);
		else
			forward(call, &pkt, &f, choice, now);
		break;
	case NAT_LOCAL:
		parsed_packet_holds(&pkt, f.at, len);
		local(call, &pkt, &f);
		break;
	case NAT_DROP:
		MUST(pkt.reason < NAT_REASONS);
		MUST(memcmp(f.at, data, len) == 0);
		break;
	}
	frame_free(&f);
}

/* Checksums that a fuzzer would hardly guess: made right when the length's top bit asks for it. */
static void repair(uint8_t *frame, size_t len)
{
	struct nat_pkt pkt;
	uint16_t sum = 0;

	if (len >= 34 && nat_load16(frame + 12) == NAT_ETH_IP4) {
		memcpy(frame + 24, &sum, 2);
		sum = (uint16_t)~nat_csum_add(frame + 14, 20, 0);
		memcpy(frame + 24, &sum, 2);
	}
	if (nat_parse(frame, (uint32_t)len, &pkt) == NAT_DROP || pkt.kind == NAT_PKT_ARP)
		return;
	if (pkt.kind == NAT_PKT_ICMP) {
		memset(pkt.l4 + 2, 0, 2);
		sum = pkt.proto == NAT_IP_ICMP6 ? nat_pseudo_sum(&pkt) : 0;
		sum = (uint16_t)~nat_csum_add(pkt.l4, pkt.l4_len, sum);
		memcpy(pkt.l4 + 2, &sum, 2);
		return;
	}
	sum = nat_pseudo_sum(&pkt); // the unfinished form: nat_csum_check finishes it
	memcpy(pkt.l4 + (pkt.kind == NAT_PKT_TCP ? 16 : 6), &sum, 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct call call;
	uint32_t now = 0;
	uint8_t choice;

	if (size < 1)
		return 0;
	choice = *data;
	call = build_call(choice);
	data++;
	size--;
	while (size >= 2) {
		size_t len = nat_load16(data) & 0x7fff;
		bool mend = nat_load16(data) & 0x8000;
		uint8_t *frame;

		data += 2;
		size -= 2;
		if (len > size)
			len = size;
		frame = malloc(len ? len : 1);
		MUST(frame);
		memcpy(frame, data, len);
		if (mend)
			repair(frame, len);
		one_frame(&call, frame, len, choice, now);
		free(frame);
		data += len;
		size -= len;
		now += 1000;
	}
	return 0;
}
