// ICMP errors: finds the flow that one concerns, and sends those of our own.
// Spec: RFC 5508 section 4
//
// The quoted packet left from one of our local endpoints, so its source names the slot, and the
// slot's port the owner worker, just as the destination of an answer would.

#include "plane.h"

#include "../nat/icmp.h"

static_assert(RTE_PKTMBUF_HEADROOM + sizeof(struct nat_eth) >= NAT_ICMP_ROOM + 18,
	      "an error can grow at its front");

void dp_icmp_input(struct dp_worker *w, struct rte_mbuf *m, struct nat_pkt *pkt, unsigned realm)
{
	struct nat_quote q;
	union dp_slot at;
	unsigned local, owner;
	uint16_t port;

	if (!nat_icmp_read(pkt, &q)) {
		dp_drop(w, m, pkt->reason);
		return;
	}
	port = nat_host16(q.ours.port);
	owner = dp_owner(port);
	local = dp_local_of(&dp.realms[realm], q.ours.family, &q.ours.addr);
	if (local == DP_NO_LOCAL) {
		dp_drop(w, m, NAT_R_NOT_OURS);
		return;
	}
	if (owner != w->index) {
		dp_hand_over(w, owner, m);
		return;
	}
	atomic_init(
		&at.word,
		atomic_load_explicit(&dp.locals[local].slots[q.ours.proto != NAT_IP_TCP][port].word,
				     memory_order_acquire));
	if (!at.flow) {
		dp_drop(w, m, NAT_R_ICMP);
		return;
	}
	if (nat_icmp_error(&dp.flows[at.flow], &dp.conns[at.conn], pkt, &q) != NAT_FORWARD)
		dp_drop(w, m, pkt->reason);
	else
		dp_send_on(w, m, pkt, &dp.flows[at.flow]);
}

void dp_icmp_answer(struct dp_worker *w, const struct rte_mbuf *m, const struct nat_pkt *pkt,
		    const struct nat_flow *flow)
{
	struct rte_mbuf *answer;
	size_t len;

	if (!w->errors_left)
		return;
	answer = rte_pktmbuf_alloc(dp.pool);
	if (!answer) {
		w->drops[NAT_R_NO_BUFFER]++;
		return;
	}
	len = nat_icmp_own(flow, pkt, rte_pktmbuf_mtod(answer, uint8_t *));
	rte_pktmbuf_append(answer, (uint16_t)len);
	w->errors_left--;
	dp_tx(w, m->port, answer);
}
