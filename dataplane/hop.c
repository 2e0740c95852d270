// Next hops on the wire: ARP and Neighbour Discovery in both roles, echo, packets that wait.
// Spec: RFC 826, RFC 5227 (announcement), RFC 4861, RFC 792, RFC 4443
//
// Control adds and releases entries; worker 0 keeps their life and is the only one that asks, hears
// and holds. All workers read the finished Ethernet header and the destination MAC, one word.

#include "plane.h"

#include <errno.h>
#include <string.h>
#include <stdio.h>

#include <rte_malloc.h>

#include "../nat/neigh_msg.h"

enum { ANNOUNCE_MS = 1000, ANNOUNCEMENTS = 3 };

int dp_hops_start(char err[DP_ERROR_TEXT])
{
	dp.hops = rte_zmalloc("hops", DP_NEIGHBOURS * sizeof(*dp.hops), 64);
	atomic_store(&dp.hops_high, 1); // index 0 means none
	if (dp.hops)
		return 0;
	snprintf(err, DP_ERROR_TEXT, "no memory for %u neighbours", DP_NEIGHBOURS);
	return -ENOMEM;
}

/* ---- control's side --------------------------------------------------------------------- */

/* The local address that shares a link with dst; or any of the family (to ask a router by). */
static int local_near(unsigned realm, enum nat_family family, const struct nat_addr *dst)
{
	int any = -1;

	for (unsigned i = 0; i < dp.n_locals; i++) {
		const struct dp_local *l = &dp.locals[i];

		if (l->realm != realm || l->family != family)
			continue;
		if (nat_prefix_match(&l->addr, dst, family, l->bits))
			return (int)i;
		any = (int)i;
	}
	return any;
}

static bool on_link(const struct dp_local *l, const struct nat_addr *dst)
{
	return nat_prefix_match(&l->addr, dst, l->family, l->bits);
}

static void write_header(struct dp_hop *h, const struct dp_realm *r)
{
	be16 type = nat_be16(h->family == NAT_IP6 ? NAT_ETH_IP6 : NAT_ETH_IP4);
	be16 vlan[2] = {nat_be16(NAT_ETH_VLAN), nat_be16(r->vlan)};
	uint8_t *at = h->header + 12;

	memset(h->header, 0, sizeof(h->header));
	memcpy(h->header + 6, dp.ports[r->port].mac, 6);
	if (r->vlan) {
		memcpy(at, vlan, sizeof(vlan));
		at += sizeof(vlan);
	}
	memcpy(at, &type, sizeof(type));
	h->header_len = (uint8_t)(at + sizeof(type) - h->header);
}

static bool same_hop(const struct dp_hop *h, unsigned realm, enum nat_family family,
		     const struct nat_addr *addr)
{
	return h->realm == realm && h->family == family && nat_addr_eq(&h->addr, addr);
}

/* The entry for this hop if it lives or lingers; else a free one; 0 = table full. */
static unsigned find_or_free(unsigned realm, enum nat_family family, const struct nat_addr *addr)
{
	unsigned high = atomic_load_explicit(&dp.hops_high, memory_order_relaxed), spare = 0;

	for (unsigned i = 1; i < high; i++) {
		if (atomic_load_explicit(&dp.hops[i].phase, memory_order_acquire) == DP_HOP_FREE)
			spare = spare ? spare : i;
		else if (same_hop(&dp.hops[i], realm, family, addr))
			return i;
	}
	return spare ? spare : high < DP_NEIGHBOURS ? high : 0;
}

/* A lingering entry comes back to life, unless worker 0 has just let it go. */
static bool revive(struct dp_hop *h)
{
	uint8_t closing = DP_HOP_CLOSING;

	return h->users > 0 || atomic_compare_exchange_strong(&h->phase, &closing, DP_HOP_LIVE);
}

static void fill(unsigned i, unsigned realm, unsigned local, enum nat_family family,
		 const struct nat_addr *addr)
{
	struct dp_hop *h = &dp.hops[i];

	h->realm = (uint16_t)realm;
	h->local = (uint16_t)local;
	h->family = (uint8_t)family;
	h->port = (uint8_t)dp.realms[realm].port;
	h->addr = *addr;
	h->life = (struct dp_neigh){.state = DP_NEIGH_NEW};
	h->users = 0;
	write_header(h, &dp.realms[realm]);
	atomic_store_explicit(&h->phase, DP_HOP_LIVE, memory_order_release);
	if (i >= atomic_load_explicit(&dp.hops_high, memory_order_relaxed))
		atomic_store_explicit(&dp.hops_high, i + 1, memory_order_release);
}

int dp_neigh_get(unsigned realm, enum nat_family family, const struct nat_addr *dst,
		 uint16_t *neigh, uint16_t *mtu)
{
	static const struct nat_addr none;
	const struct dp_realm *r = &dp.realms[realm];
	const struct nat_addr *hop = family == NAT_IP6 ? &r->next_hop6 : &r->next_hop4;
	int local = local_near(realm, family, dst);
	unsigned i;

	if (local < 0)
		return -EHOSTUNREACH;
	if (on_link(&dp.locals[local], dst))
		hop = dst;
	else if (nat_addr_eq(hop, &none))
		return -EHOSTUNREACH;
	else
		local = local_near(realm, family, hop);
	i = find_or_free(realm, family, hop);
	if (!i)
		return -ENOSPC;
	if (atomic_load(&dp.hops[i].phase) == DP_HOP_FREE || !revive(&dp.hops[i]))
		fill(i, realm, (unsigned)local, family, hop);
	dp.hops[i].users++;
	*neigh = (uint16_t)i;
	*mtu = dp.ports[r->port].mtu;
	return 0;
}

void dp_neigh_put(uint16_t neigh)
{
	struct dp_hop *h = &dp.hops[neigh];

	if (--h->users == 0)
		atomic_store_explicit(&h->phase, DP_HOP_CLOSING, memory_order_release);
}

unsigned dp_neigh_list(unsigned *cursor, struct dp_neigh_view *views, unsigned max)
{
	unsigned high = atomic_load_explicit(&dp.hops_high, memory_order_acquire), n = 0, i;

	for (i = *cursor ? *cursor : 1; i < high && n < max; i++) {
		const struct dp_hop *h = &dp.hops[i];

		if (atomic_load_explicit(&h->phase, memory_order_acquire) == DP_HOP_FREE)
			continue;
		views[n] = (struct dp_neigh_view){.realm = h->realm,
						  .family = h->family,
						  .addr = h->addr,
						  .state = h->life.state,
						  .users = h->users};
		memcpy(views[n++].mac, h->life.mac, 6);
	}
	*cursor = i;
	return n;
}

/* ---- worker 0: packets that wait -------------------------------------------------------- */

/* Puts the Ethernet header before a packet that begins with its IP header, and queues it. */
static void send_now(struct dp_worker *w, const struct dp_hop *h, struct rte_mbuf *m, uint64_t mac)
{
	uint8_t *eth = (uint8_t *)rte_pktmbuf_prepend(m, h->header_len);

	if (!eth) {
		dp_drop_out(w, h->port, m, NAT_R_NO_BUFFER);
		return;
	}
	memcpy(eth, h->header, h->header_len);
	memcpy(eth, &mac, 6);
	dp_tx(w, h->port, m);
}

/* Drops a packet that begins with its IP header. It gets the header that it would have left with,
 * its destination unknown, so that mirrors see a whole frame. */
static void drop_bare(struct dp_worker *w, const struct dp_hop *h, struct rte_mbuf *m,
		      enum nat_reason reason)
{
	uint8_t *eth = (uint8_t *)rte_pktmbuf_prepend(m, h->header_len);

	if (eth)
		memcpy(eth, h->header, h->header_len);
	dp_drop_out(w, h->port, m, reason);
}

static void drop_waiting(struct dp_worker *w, struct dp_hop *h, enum nat_reason reason)
{
	while (h->held)
		drop_bare(w, h, h->wait[--h->held], reason);
}

void dp_hop_send(struct dp_worker *w, struct dp_hop *h, struct rte_mbuf *m)
{
	uint64_t mac = atomic_load_explicit(&h->mac, memory_order_relaxed);

	if (mac) {
		m->hash.usr = 0;
		send_now(w, h, m, mac);
	} else if (w->index != 0) {
		m->hash.usr = (uint32_t)(h - dp.hops);
		if (rte_ring_mp_enqueue(dp.workers[0]->handoff, m) != 0)
			drop_bare(w, h, m, NAT_R_HANDOFF_FULL);
	} else if (h->life.state == DP_NEIGH_FAILED) {
		drop_bare(w, h, m, NAT_R_NEIGH_FAILED);
	} else if (h->held == DP_NEIGH_HELD) {
		drop_bare(w, h, m, NAT_R_NEIGH_WAIT);
	} else {
		h->wait[h->held++] = m;
	}
}

/* ---- worker 0: asking and announcing ---------------------------------------------------- */

static struct nat_station station(unsigned realm)
{
	const struct dp_realm *r = &dp.realms[realm];
	struct nat_station us = {.vlan = r->vlan};

	memcpy(us.mac, dp.ports[r->port].mac, 6);
	return us;
}

/* Sends a frame of our own on a realm's port. */
static void emit(struct dp_worker *w, unsigned realm, const uint8_t *frame, size_t len)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(dp.pool);

	if (!m) {
		w->drops[NAT_R_NO_BUFFER]++;
		return;
	}
	memcpy(rte_pktmbuf_append(m, (uint16_t)len), frame, len);
	dp_tx(w, dp.realms[realm].port, m);
}

static void ask(struct dp_worker *w, const struct dp_hop *h)
{
	struct nat_station us = station(h->realm);
	uint8_t frame[NAT_NEIGH_FRAME];

	emit(w, h->realm, frame,
	     nat_neigh_ask(frame, &us, h->family, &dp.locals[h->local].addr, &h->addr,
			   dp_neigh_usable(&h->life) ? h->life.mac : NULL));
}

static void tick_live(struct dp_worker *w, struct dp_hop *h)
{
	h->closing_ms = 0;
	switch (dp_neigh_tick(&h->life, w->now_ms)) {
	case DP_NEIGH_ASK: ask(w, h); break;
	case DP_NEIGH_GIVE_UP:
		atomic_store_explicit(&h->mac, 0, memory_order_relaxed);
		drop_waiting(w, h, NAT_R_NEIGH_FAILED);
		break;
	case DP_NEIGH_NOTHING: break;
	}
}

/* Nobody uses the hop: forget what waits, and after a while the entry. */
static void tick_closing(struct dp_worker *w, struct dp_hop *h)
{
	uint8_t closing = DP_HOP_CLOSING;

	drop_waiting(w, h, NAT_R_NEIGH_WAIT);
	if (!h->closing_ms)
		h->closing_ms = w->now_ms | 1;
	if (w->now_ms - h->closing_ms < DP_NEIGH_LINGER_MS)
		return;
	h->closing_ms = 0;
	atomic_store_explicit(&h->mac, 0, memory_order_relaxed);
	atomic_compare_exchange_strong(&h->phase, &closing, DP_HOP_FREE);
}

/* Tells every link our addresses: switches and routers forget who had them before us. */
static void announce(struct dp_worker *w)
{
	uint8_t frame[NAT_NEIGH_FRAME];

	for (unsigned i = 0; i < dp.n_locals; i++) {
		const struct dp_local *l = &dp.locals[i];
		struct nat_station us = station(l->realm);

		emit(w, l->realm, frame, nat_neigh_announce(frame, &us, l->family, &l->addr));
	}
}

void dp_hops_tick(struct dp_worker *w)
{
	unsigned high = atomic_load_explicit(&dp.hops_high, memory_order_acquire);
	static unsigned announced;

	if (announced < ANNOUNCEMENTS && w->now_ms >= announced * ANNOUNCE_MS) {
		announce(w);
		announced++;
	}
	for (unsigned i = 1; i < high; i++) {
		struct dp_hop *h = &dp.hops[i];
		uint8_t phase = atomic_load_explicit(&h->phase, memory_order_acquire);

		if (phase == DP_HOP_LIVE)
			tick_live(w, h);
		else if (phase == DP_HOP_CLOSING)
			tick_closing(w, h);
	}
}

/* ---- worker 0: hearing ------------------------------------------------------------------ */

static void heard(struct dp_worker *w, unsigned realm, const struct nat_neigh_msg *msg)
{
	const struct nat_addr *who = msg->kind == NAT_NEIGH_SAY ? &msg->target : &msg->sender;
	unsigned high = atomic_load_explicit(&dp.hops_high, memory_order_acquire);
	bool override = msg->family == NAT_IP4 || msg->override || msg->kind == NAT_NEIGH_ASK;

	for (unsigned i = 1; i < high; i++) {
		struct dp_hop *h = &dp.hops[i];
		uint64_t mac = 0;

		if (atomic_load_explicit(&h->phase, memory_order_acquire) == DP_HOP_FREE ||
		    !same_hop(h, realm, msg->family, who))
			continue;
		if (!dp_neigh_heard(&h->life, msg->has_mac ? msg->mac : msg->eth_src,
				    msg->kind == NAT_NEIGH_SAY && msg->solicited, override,
				    w->now_ms))
			return;
		memcpy(&mac, h->life.mac, 6);
		atomic_store_explicit(&h->mac, mac, memory_order_relaxed);
		for (unsigned k = 0; k < h->held; k++)
			send_now(w, h, h->wait[k], mac);
		h->held = 0;
		return;
	}
}

static void neigh_input(struct dp_worker *w, struct rte_mbuf *m, struct nat_pkt *pkt,
			unsigned realm)
{
	struct nat_station us = station(realm);
	uint8_t frame[NAT_NEIGH_FRAME];
	struct nat_neigh_msg msg;

	if (!nat_neigh_read(pkt, &msg)) {
		dp_drop(w, m, pkt->reason);
		return;
	}
	if (msg.has_mac || msg.kind == NAT_NEIGH_SAY)
		heard(w, realm, &msg);
	if (msg.kind == NAT_NEIGH_ASK &&
	    dp_local_of(&dp.realms[realm], msg.family, &msg.target) != DP_NO_LOCAL)
		emit(w, realm, frame, nat_neigh_answer(frame, &us, &msg));
	rte_pktmbuf_free(m);
}

static void echo_input(struct dp_worker *w, struct rte_mbuf *m, struct nat_pkt *pkt, unsigned realm)
{
	if (dp_local_of(&dp.realms[realm], pkt->family, &pkt->dst) == DP_NO_LOCAL) {
		dp_drop(w, m, NAT_R_NOT_OURS);
	} else if (!w->echo_left) {
		dp_drop(w, m, NAT_R_ICMP_RATE);
	} else if (!nat_echo_reply(pkt)) {
		dp_drop(w, m, pkt->reason);
	} else {
		w->echo_left--;
		m->data_len = (uint16_t)(pkt->l2_len + pkt->l3_len);
		m->pkt_len = m->data_len;
		dp_tx(w, dp.realms[realm].port, m);
	}
}

void dp_local_input(struct dp_worker *w, struct rte_mbuf *m, struct nat_pkt *pkt, unsigned realm)
{
	if (nat_is_neigh(pkt))
		neigh_input(w, m, pkt, realm);
	else if (nat_is_echo(pkt))
		echo_input(w, m, pkt, realm);
	else
		dp_drop(w, m, NAT_R_ICMP);
}
