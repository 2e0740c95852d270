// Tables that control changes while workers read: slots, flows, connections; and the RCU epochs.
//
// A slot names the flow and the connection of one local port in one word. Flow records are written
// before their slot and reused only when an epoch has passed, so a worker sees the old or the new
// flow, never a mixture. All functions here belong to the control thread.

#include "plane.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_malloc.h>

struct dp_plane dp;

/* Stack of free record indexes. */
struct pool {
	uint32_t *free;
	uint32_t n_free, n;
};
static struct pool flow_pool, conn_pool;
static uint16_t *conn_gen; // survives the zeroing of a record

/* Flow records whose epoch has not passed yet, oldest first. Never overflows: as long as the pool.
 */
static struct {
	struct {
		uint32_t flow;
		uint64_t epoch;
	} * entry;
	uint32_t head, n;
} retired;

/* ---- memory ----------------------------------------------------------------------------- */

static size_t count_locals(const struct dp_conf *c)
{
	size_t n = 0;

	for (unsigned i = 0; i < c->n_realms; i++)
		n += c->realms[i].n_locals;
	return n;
}

/* A stream has a connection and two flows; half as many again may wait for their epoch, and some
 * more, so that in a small table too a transaction can change what it likes. */
static uint32_t flow_count(const struct dp_conf *c)
{
	enum { SPARE = 256 };

	return c->streams * 3 + SPARE + 1;
}

size_t dp_tables_bytes(const struct dp_conf *c)
{
	return count_locals(c) * 2 * 65536 * sizeof(union dp_slot) +
	       flow_count(c) * (sizeof(struct nat_flow) + 4 + 16) +
	       (c->streams + 1) * (sizeof(struct nat_conn) + 4 + 2) +
	       DP_NEIGHBOURS * sizeof(struct dp_hop) + c->workers * sizeof(struct dp_worker);
}

static bool pool_start(struct pool *p, uint32_t n)
{
	p->free = rte_malloc("free", n * sizeof(*p->free), 0);
	if (!p->free)
		return false;
	p->n = n - 1; // index 0 means none
	p->n_free = 0;
	for (uint32_t i = n - 1; i > 0; i--)
		p->free[p->n_free++] = i;
	return true;
}

static void add_local(struct dp_realm *r, unsigned realm, const struct dp_local_conf *c)
{
	struct dp_local *l = &dp.locals[dp.n_locals];
	uint16_t *bucket = &r->bucket[dp_bucket(&c->addr)];

	l->addr = c->addr;
	l->family = c->family;
	l->bits = c->bits;
	l->realm = (uint16_t)realm;
	l->next = *bucket;
	*bucket = (uint16_t)dp.n_locals++;
}

static void add_realm(const struct dp_realm_conf *c)
{
	struct dp_realm *r = &dp.realms[dp.n_realms];

	memcpy(r->name, c->name, sizeof(r->name));
	r->port = c->port;
	r->vlan = c->vlan;
	r->next_hop4 = c->next_hop4;
	r->next_hop6 = c->next_hop6;
	memset(r->bucket, 0xff, sizeof(r->bucket));
	for (unsigned i = 0; i < c->n_locals; i++)
		add_local(r, dp.n_realms, &c->locals[i]);
	dp.ports[c->port].realm_of_vlan[c->vlan] = (uint16_t)dp.n_realms++;
}

static bool start_slots(void)
{
	for (unsigned i = 0; i < dp.n_locals; i++)
		for (unsigned t = 0; t < 2; t++) {
			dp.locals[i].slots[t] = rte_zmalloc("slots", 65536 * sizeof(union dp_slot),
							    64);
			if (!dp.locals[i].slots[t])
				return false;
		}
	return true;
}

int dp_tables_start(const struct dp_conf *conf, char err[DP_ERROR_TEXT])
{
	uint32_t flows = flow_count(conf), conns = conf->streams + 1;

	for (unsigned i = 0; i < conf->n_realms; i++)
		add_realm(&conf->realms[i]);
	dp.flows = rte_zmalloc("flows", flows * sizeof(*dp.flows), 64);
	dp.conns = rte_zmalloc("conns", conns * sizeof(*dp.conns), 64);
	conn_gen = rte_zmalloc("generations", conns * sizeof(*conn_gen), 0);
	retired.entry = rte_zmalloc("retired", flows * sizeof(*retired.entry), 0);
	dp.labels = calloc(conns, sizeof(*dp.labels)); // of conns never used no page is touched
	dp.rcu = rte_zmalloc("rcu", rte_rcu_qsbr_get_memsize(DP_WORKERS), 64);
	if (!dp.flows || !dp.conns || !conn_gen || !retired.entry || !dp.labels || !dp.rcu ||
	    !pool_start(&flow_pool, flows) || !pool_start(&conn_pool, conns) || !start_slots()) {
		snprintf(err, DP_ERROR_TEXT,
			 "no memory for the tables (%zu MB): lower dataplane.streams or the number "
			 "of "
			 "realm addresses, or add memory",
			 dp_tables_bytes(conf) >> 20);
		return -ENOMEM;
	}
	return rte_rcu_qsbr_init(dp.rcu, DP_WORKERS);
}

/* ---- epochs ----------------------------------------------------------------------------- */

uint64_t dp_epoch(void)
{
	return rte_rcu_qsbr_start(dp.rcu);
}

bool dp_epoch_passed(uint64_t epoch)
{
	return rte_rcu_qsbr_check(dp.rcu, epoch, false) == 1;
}

/* ---- flows ------------------------------------------------------------------------------ */

int dp_local_find(unsigned realm, enum nat_family family, const struct nat_addr *addr)
{
	unsigned i;

	if (realm >= dp.n_realms)
		return -EINVAL;
	i = dp_local_of(&dp.realms[realm], (uint8_t)family, addr);
	return i == DP_NO_LOCAL ? -EADDRNOTAVAIL : (int)i;
}

static void reclaim(void)
{
	while (retired.n && dp_epoch_passed(retired.entry[retired.head].epoch)) {
		flow_pool.free[flow_pool.n_free++] = retired.entry[retired.head].flow;
		retired.head = (retired.head + 1) % (flow_pool.n + 1);
		retired.n--;
	}
}

static void retire_flow(uint32_t flow)
{
	uint32_t at = (retired.head + retired.n++) % (flow_pool.n + 1);

	retired.entry[at].flow = flow;
	retired.entry[at].epoch = dp_epoch();
}

static union dp_slot *slot_of(const struct dp_at *at)
{
	return &dp.locals[at->local].slots[at->proto != NAT_IP_TCP][nat_host16(at->port)];
}

/* Puts a word into a slot and retires the flow that it replaces. */
static void swap_slot(const struct dp_at *at, union dp_slot fresh)
{
	union dp_slot *slot = slot_of(at), old;

	atomic_init(&old.word, atomic_load_explicit(&slot->word, memory_order_relaxed));
	atomic_store_explicit(&slot->word, atomic_load_explicit(&fresh.word, memory_order_relaxed),
			      memory_order_release);
	if (old.flow)
		retire_flow(old.flow);
}

int dp_publish(const struct dp_at *at, const struct nat_flow *flow, uint32_t conn)
{
	union dp_slot fresh;

	reclaim();
	if (!flow_pool.n_free)
		return -ENOSPC;
	fresh.flow = flow_pool.free[--flow_pool.n_free];
	fresh.conn = conn;
	dp.flows[fresh.flow] = *flow;
	swap_slot(at, fresh);
	return 0;
}

void dp_retire(const struct dp_at *at)
{
	swap_slot(at, (union dp_slot){.flow = 0});
}

/* ---- connections ------------------------------------------------------------------------ */

int dp_conn_new(uint32_t *conn)
{
	struct nat_conn *c;

	if (!conn_pool.n_free)
		return -ENOSPC;
	*conn = conn_pool.free[--conn_pool.n_free];
	c = &dp.conns[*conn];
	memset(c, 0, sizeof(*c));
	c->gen = ++conn_gen[*conn];
	dp.labels[*conn].context = 0;
	return 0;
}

void dp_conn_label(uint32_t conn, const struct dp_label *label)
{
	/* Not written again unless it changes: workers may be reading it. */
	if (memcmp(&dp.labels[conn], label, sizeof(*label)) != 0)
		dp.labels[conn] = *label;
}

void dp_conn_free(uint32_t conn)
{
	conn_pool.free[conn_pool.n_free++] = conn;
}

const struct nat_conn *dp_conn_get(uint32_t conn)
{
	return &dp.conns[conn];
}

/* ---- rings and figures ------------------------------------------------------------------ */

void dp_expire(const struct dp_at *at, uint32_t conn, uint16_t gen)
{
	struct dp_worker *w = dp.workers[dp_owner(nat_host16(at->port))];

	dp_command_ring_put(&w->commands, &(struct dp_command){.conn = conn, .gen = gen});
}

unsigned dp_events(struct nat_event *ev, unsigned max)
{
	unsigned n = 0;

	for (unsigned i = 0; i < dp.n_workers; i++)
		while (n < max && dp_event_ring_get(&dp.workers[i]->events, &ev[n]))
			n++;
	return n;
}

static uint64_t load(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

void dp_stats_get(struct dp_stats *s)
{
	memset(s, 0, sizeof(*s));
	s->n_workers = dp.n_workers;
	s->n_ports = dp.n_ports;
	for (unsigned i = 0; i < dp.n_workers; i++) {
		const struct dp_worker *w = dp.workers[i];

		for (unsigned r = 0; r < NAT_REASONS; r++)
			s->drops[r] += load(&w->drops[r]);
		s->forwarded_pkts += load(&w->forwarded_pkts);
		s->forwarded_bytes += load(&w->forwarded_bytes);
		s->events_lost += load(&w->events_lost);
		s->workers[i].turns = load(&w->turns);
		s->workers[i].busy_turns = load(&w->busy_turns);
	}
	for (unsigned i = 0; i < dp.n_ports; i++)
		dp_port_stats(i, &s->ports[i]);
	s->conns_max = conn_pool.n;
	s->conns_used = conn_pool.n - conn_pool.n_free;
	s->flows_max = flow_pool.n;
	s->flows_used = flow_pool.n - flow_pool.n_free;
}
