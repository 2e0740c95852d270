// One burst through the gateway: straight passes, so that memory is fetched while the CPU works.
//
//   pass 1  parse; whose is it: realm, local address, port; prefetch the slot
//   pass 2  read the slot; prefetch flow and connection
//   pass 3  checksum, nat_input(), Ethernet header, transmit queue
//
// Everything that is no packet of a call leaves in pass 1.

#include "plane.h"

#include <string.h>

#include <rte_prefetch.h>

#include "../nat/icmp.h"
#include "../nat/xlat.h"

static_assert(RTE_PKTMBUF_HEADROOM + sizeof(struct nat_eth) >= NAT_XLAT_ROOM + 18,
	      "a packet can grow at its front");

/* A packet on its way through the passes. */
struct work {
	struct rte_mbuf *m;
	union dp_slot *slot; // pass 1
	union dp_slot at;    // pass 2: its content
	struct nat_pkt pkt;
};

static bool for_us(const struct dp_port *port, const struct nat_pkt *pkt)
{
	return memcmp(pkt->eth, port->mac, 6) == 0;
}

void dp_hand_over(struct dp_worker *w, unsigned owner, struct rte_mbuf *m)
{
	if (rte_ring_mp_enqueue(dp.workers[owner]->handoff, m) != 0)
		dp_drop(w, m, NAT_R_HANDOFF_FULL);
}

/* What is not forwarded by a flow: ARP, ND and echo for us, and ICMP errors. Worker 0 keeps the
 * neighbours. */
static __rte_noinline void take_local(struct dp_worker *w, struct rte_mbuf *m, struct nat_pkt *pkt,
				      unsigned realm)
{
	if (nat_icmp_is_error(pkt))
		dp_icmp_input(w, m, pkt, realm);
	else if (w->index != 0)
		dp_hand_over(w, 0, m);
	else
		dp_local_input(w, m, pkt, realm);
}

/* Pass 1 for one packet. False: the packet has gone elsewhere. */
static inline bool classify(struct dp_worker *w, struct work *k)
{
	const struct dp_port *port = &dp.ports[k->m->port];
	struct nat_pkt *pkt = &k->pkt;
	enum nat_verdict v;
	unsigned realm, local, owner;
	uint16_t dport;

	if (unlikely(k->m->nb_segs != 1)) {
		dp_drop(w, k->m, NAT_R_SEGMENTED);
		return false;
	}
	v = nat_parse(rte_pktmbuf_mtod(k->m, uint8_t *), k->m->data_len, pkt);
	if (unlikely(v == NAT_DROP)) {
		dp_drop(w, k->m, pkt->reason);
		return false;
	}
	realm = port->realm_of_vlan[pkt->vlan];
	if (unlikely(realm == DP_NO_REALM)) {
		dp_drop(w, k->m, NAT_R_VLAN_UNKNOWN);
		return false;
	}
	if (unlikely(!for_us(port, pkt)) && (v != NAT_LOCAL || !(pkt->eth[0] & 1))) {
		dp_drop(w, k->m, NAT_R_NOT_OUR_MAC);
		return false;
	}
	if (unlikely(v == NAT_LOCAL)) {
		take_local(w, k->m, pkt, realm);
		return false;
	}
	local = dp_local_of(&dp.realms[realm], pkt->family, &pkt->dst);
	if (unlikely(local == DP_NO_LOCAL)) {
		dp_drop(w, k->m, NAT_R_NOT_OURS);
		return false;
	}
	dport = nat_host16(pkt->dport);
	owner = dp_owner(dport);
	if (unlikely(owner != w->index)) {
		dp_hand_over(w, owner, k->m);
		return false;
	}
	k->slot = &dp.locals[local].slots[pkt->kind != NAT_PKT_TCP][dport];
	rte_prefetch0(k->slot);
	return true;
}

static inline void look_up(struct work *k)
{
	atomic_init(&k->at.word, atomic_load_explicit(&k->slot->word, memory_order_acquire));
	rte_prefetch0(&dp.flows[k->at.flow]);
	rte_prefetch0(&dp.conns[k->at.conn]);
}

/* True when the transport checksum may be trusted or has been finished. */
static inline bool checksum_ok(const struct work *k, struct nat_pkt *pkt)
{
	if (dp.ports[k->m->port].recompute)
		return nat_csum_check(pkt);
	return !(k->m->ol_flags & (RTE_MBUF_F_RX_IP_CKSUM_BAD | RTE_MBUF_F_RX_L4_CKSUM_BAD));
}

/* Replaces the Ethernet header, VLAN tag included, and cuts padding behind the IP packet. */
static inline void put_header(struct rte_mbuf *m, const struct nat_pkt *pkt,
			      const struct dp_hop *hop, uint64_t mac)
{
	uint8_t *eth;

	/* The packet may begin before its old Ethernet header: the mbuf has room for that. */
	m->data_off = (uint16_t)(pkt->l3 - (uint8_t *)m->buf_addr - hop->header_len);
	m->data_len = (uint16_t)(hop->header_len + pkt->l3_len);
	m->pkt_len = m->data_len;
	eth = rte_pktmbuf_mtod(m, uint8_t *);
	memcpy(eth, hop->header, sizeof(struct nat_eth));
	if (hop->header_len > sizeof(struct nat_eth))
		memcpy(eth + 14, hop->header + 14, 4);
	memcpy(eth, &mac, 6);
}

static inline void send_on(struct dp_worker *w, struct rte_mbuf *m, const struct nat_pkt *pkt,
			   const struct nat_flow *flow)
{
	struct dp_hop *hop = &dp.hops[flow->neigh];
	uint64_t mac = atomic_load_explicit(&hop->mac, memory_order_relaxed);

	w->forwarded_pkts++;
	w->forwarded_bytes += pkt->l3_len;
	if (unlikely(!mac)) {
		m->data_off = (uint16_t)(pkt->l3 - (uint8_t *)m->buf_addr);
		m->data_len = pkt->l3_len;
		m->pkt_len = pkt->l3_len;
		dp_hop_send(w, hop, m);
		return;
	}
	put_header(m, pkt, hop, mac);
	dp_tx(w, hop->port, m);
}

void dp_send_on(struct dp_worker *w, struct rte_mbuf *m, const struct nat_pkt *pkt,
		const struct nat_flow *flow)
{
	send_on(w, m, pkt, flow);
}

/* Pass 3 for one packet. */
static inline void finish(struct dp_worker *w, struct work *k)
{
	const struct nat_flow *flow = &dp.flows[k->at.flow];
	struct nat_event ev;
	bool has_event = false;

	if (unlikely(!k->at.flow)) {
		dp_drop(w, k->m, NAT_R_NO_FLOW);
		return;
	}
	if (unlikely(!checksum_ok(k, &k->pkt))) {
		dp_drop(w, k->m, NAT_R_BAD_CHECKSUM);
		return;
	}
	if (unlikely(nat_input(flow, &dp.conns[k->at.conn], &k->pkt, w->now_ms, &ev, &has_event) !=
		     NAT_FORWARD)) {
		if (k->pkt.reason == NAT_R_TOO_BIG || k->pkt.reason == NAT_R_TTL)
			dp_icmp_answer(w, k->m, &k->pkt, flow);
		dp_drop(w, k->m, k->pkt.reason);
		return;
	}
	if (unlikely(has_event)) {
		ev.conn = k->at.conn;
		if (!dp_event_ring_put(&w->events, &ev))
			w->events_lost++;
	}
	send_on(w, k->m, &k->pkt, flow);
}

void dp_forward(struct dp_worker *w, struct rte_mbuf **m, unsigned n)
{
	struct work work[DP_BURST];
	unsigned live = 0;

	for (unsigned i = 0; i < n; i++) {
		if (unlikely(
			    m[i]->hash.usr)) { // rewritten elsewhere, its next hop was not resolved
			dp_hop_send(w, &dp.hops[m[i]->hash.usr], m[i]);
			continue;
		}
		work[live].m = m[i];
		live += classify(w, &work[live]);
	}
	for (unsigned i = 0; i < live; i++)
		look_up(&work[i]);
	for (unsigned i = 0; i < live; i++)
		finish(w, &work[i]);
}
