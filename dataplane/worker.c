// Workers: the loop that receives, forwards, sends; starting and stopping them; dp_start().

#include "plane.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_malloc.h>

/* ---- sending and dropping --------------------------------------------------------------- */

void dp_drop(struct dp_worker *w, struct rte_mbuf *m, enum nat_reason reason)
{
	w->drops[reason]++;
	if (unlikely(dp_mirror_on(DP_MIRROR_DROP)))
		dp_mirror_drop(w, m->port, false, m, reason);
	rte_pktmbuf_free(m);
}

void dp_drop_out(struct dp_worker *w, unsigned port, struct rte_mbuf *m, enum nat_reason reason)
{
	w->drops[reason]++;
	if (unlikely(dp_mirror_on(DP_MIRROR_DROP)))
		dp_mirror_drop(w, port, true, m, reason);
	rte_pktmbuf_free(m);
}

static void flush(struct dp_worker *w, unsigned port)
{
	uint16_t n = w->tx[port].n;
	uint16_t sent;

	if (unlikely(dp_mirror_on(DP_MIRROR_OUT)))
		dp_mirror_out(w, port, w->tx[port].pkt, n);
	sent = rte_eth_tx_burst(dp.ports[port].id, (uint16_t)w->index, w->tx[port].pkt, n);
	while (sent < n)
		dp_drop_out(w, port, w->tx[port].pkt[sent++], NAT_R_TX_FULL);
	w->tx[port].n = 0;
}

void dp_tx(struct dp_worker *w, unsigned port, struct rte_mbuf *m)
{
	if (w->tx[port].n == DP_TX_ROOM)
		flush(w, port);
	w->tx[port].pkt[w->tx[port].n++] = m;
}

void dp_flush(struct dp_worker *w)
{
	for (unsigned p = 0; p < dp.n_ports; p++)
		if (w->tx[p].n)
			flush(w, p);
}

/* ---- the loop --------------------------------------------------------------------------- */

static void run_commands(struct dp_worker *w)
{
	struct dp_command c;
	struct nat_event ev;

	while (dp_command_ring_get(&w->commands, &c)) {
		struct nat_conn *conn = &dp.conns[c.conn];

		if (conn->gen == c.gen && nat_expire(conn, c.conn, &dp.timers, w->now_ms, &ev) &&
		    !dp_event_ring_put(&w->events, &ev))
			w->events_lost++;
	}
}

/* What need not be done for every packet: the clock's slow part. */
static void tick(struct dp_worker *w)
{
	w->echo_left = DP_ECHO_PER_TICK;
	w->errors_left = DP_ERRORS_PER_TICK;
	run_commands(w);
	if (w->index == 0)
		dp_hops_tick(w);
}

static unsigned receive(struct dp_worker *w)
{
	struct rte_mbuf *m[DP_BURST];
	unsigned total = 0, n;

	for (unsigned p = 0; p < dp.n_ports; p++) {
		n = rte_eth_rx_burst(dp.ports[p].id, (uint16_t)w->index, m, DP_BURST);
		if (!n)
			continue;
		for (unsigned i = 0; i < n; i++) {
			m[i]->port = (uint16_t)p; // our index, not DPDK's: realms hang on it
			m[i]->hash.usr = 0;       // not handed over
		}
		if (unlikely(dp_mirror_on(DP_MIRROR_IN)))
			dp_mirror_in(w, m, n);
		dp_forward(w, m, n);
		total += n;
	}
	n = rte_ring_sc_dequeue_burst(w->handoff, (void **)m, DP_BURST, NULL);
	if (n)
		dp_forward(w, m, n);
	return total + n;
}

static int worker_main(void *arg)
{
	struct dp_worker *w = arg;
	uint32_t next_tick = 0;

	rte_rcu_qsbr_thread_register(dp.rcu, w->index);
	rte_rcu_qsbr_thread_online(dp.rcu, w->index);
	while (!atomic_load_explicit(&dp.stop, memory_order_relaxed)) {
		w->now_ms = (uint32_t)((rte_rdtsc() - dp.tsc_zero) / dp.tsc_per_ms);
		if ((int32_t)(w->now_ms - next_tick) >= 0) {
			tick(w);
			next_tick = w->now_ms + DP_TICK_MS;
		}
		w->turns++;
		w->busy_turns += receive(w) != 0;
		dp_flush(w);
		rte_rcu_qsbr_quiescent(dp.rcu, w->index);
	}
	rte_rcu_qsbr_thread_offline(dp.rcu, w->index);
	rte_rcu_qsbr_thread_unregister(dp.rcu, w->index);
	return 0;
}

static struct dp_worker *worker_new(unsigned index)
{
	struct dp_worker *w = rte_zmalloc("worker", sizeof(*w), RTE_CACHE_LINE_SIZE);
	char name[32];

	if (!w)
		return NULL;
	snprintf(name, sizeof(name), "handoff%u", index);
	w->index = index;
	w->handoff = rte_ring_create(name, DP_HANDOFF, SOCKET_ID_ANY, RING_F_SC_DEQ);
	return w->handoff ? w : NULL;
}

static int workers_init(char err[DP_ERROR_TEXT])
{
	for (unsigned i = 0; i < dp.n_workers; i++) {
		dp.workers[i] = worker_new(i);
		if (!dp.workers[i]) {
			snprintf(err, DP_ERROR_TEXT, "no memory for worker %u (%s)", i,
				 rte_strerror(rte_errno));
			return -ENOMEM;
		}
	}
	return 0;
}

static void launch(void)
{
	unsigned lcore, index = 0;

	RTE_LCORE_FOREACH_WORKER(lcore)
	{
		if (index == dp.n_workers)
			break;
		dp.workers[index]->lcore = lcore;
		rte_eal_remote_launch(worker_main, dp.workers[index++], lcore);
	}
}

/* ---- start and stop --------------------------------------------------------------------- */

/* Bytes that EAL must provide: tables, packets, rings, and what drivers and EAL take themselves. */
static size_t memory_wanted(const struct dp_conf *conf)
{
	size_t packets = conf->mbufs ? conf->mbufs : 8192 + conf->n_ports * conf->workers * 4096;
	size_t mtu = 1500;

	for (unsigned i = 0; i < conf->n_ports; i++)
		mtu = conf->ports[i].mtu > mtu ? conf->ports[i].mtu : mtu;
	return dp_tables_bytes(conf) + packets * (mtu + 1200) + (64u << 20);
}

int dp_prepare(const struct dp_conf *conf, char err[DP_ERROR_TEXT])
{
	int rc;

	dp.log = conf->log;
	dp.n_workers = conf->workers;
	dp.worker_magic = 0xffffffffu / conf->workers + 1;
	dp.timers = (struct nat_timers){conf->timers.open_ms, conf->timers.idle_ms,
					conf->timers.trans_ms};
	rc = dp_eal_start(conf, memory_wanted(conf), err);
	if (rc)
		return rc;
	dp.tsc_zero = rte_rdtsc();
	dp.tsc_per_ms = rte_get_tsc_hz() / 1000;
	rc = dp_ports_start(conf, err);
	if (!rc)
		rc = dp_tables_start(conf, err);
	if (!rc)
		rc = dp_hops_start(err);
	if (!rc)
		rc = workers_init(err);
	if (rc) {
		dp_ports_stop();
		rte_eal_cleanup();
	}
	return rc;
}

int dp_start(const struct dp_conf *conf, char err[DP_ERROR_TEXT])
{
	int rc = dp_prepare(conf, err);

	if (!rc)
		launch();
	return rc;
}

void dp_stop(void)
{
	atomic_store(&dp.stop, true);
	rte_eal_mp_wait_lcore();
	dp_mirrors_stop();
	dp_ports_stop();
	rte_eal_cleanup();
}
