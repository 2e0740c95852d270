// Cycles a packet through dp_forward(), beside a bare loop that does only what any NAT must do.
//
// One process, one thread, one generator: rounds of the three programs alternate, so that what the
// host does to its memory meanwhile hits them alike. Reported: source alone, floor, product, and
// the ratio product / floor with the source's cost in both and taken out of both.
#include "../../dataplane/plane.h"
#include "../../nat/csum.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_malloc.h>

enum { FRAME = 64, PORTS_PER_ADDR = 62500, MAX_ADDRS = 32, ROUNDS = 15 };

struct kind {
	const char *name;
	enum nat_family family;
	uint8_t proto;
};

static const struct kind kinds[] = {
	{"udp4", NAT_IP4, NAT_IP_UDP},
	{"tcp4", NAT_IP4, NAT_IP_TCP},
	{"udp6", NAT_IP6, NAT_IP_UDP},
};

static uint8_t (*frames)[FRAME];
static uint32_t n_flows, next_frame, frame_len;
static uint64_t floor_drops;

/* ---- the floor
 * ----------------------------------------------------------------------------------- */

/* The yardstick: parse, direct index, source compare, rewrite with ready deltas, three counters. No
 * TCP state, events, gates, neighbours, reasons; UDP over IPv4 only. */
struct floor_flow {
	uint32_t remote, src, dst;
	uint16_t rport, sport, dport, l3_delta, l4_delta;
	uint8_t dmac[6], smac[6];
	uint8_t pad[30];
} __rte_cache_aligned;
struct floor_conn {
	uint64_t pkts, bytes, last, pad[5];
} __rte_cache_aligned;
static uint32_t *floor_slots;
static struct floor_flow *floor_flows;
static struct floor_conn *floor_conns;

static inline uint32_t floor_parse(struct rte_mbuf *m)
{
	const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
	const struct nat_ip4 *ip = (const void *)(p + 14);
	const struct nat_udp *u = (const void *)(p + 34);
	uint32_t d = nat_host32(ip->dst) - 0x0a630001u;

	if (unlikely(m->data_len < 42 || nat_load16(p + 12) != NAT_ETH_IP4 || ip->ver_ihl != 0x45 ||
		     (ip->frag & nat_be16(0x3fff)) || ip->ttl <= 1 || ip->proto != NAT_IP_UDP ||
		     nat_host16(ip->total_len) > m->data_len - 14 || d >= MAX_ADDRS))
		return 0;
	return d * 65536 + nat_host16(u->dport);
}

static inline bool floor_nat(struct rte_mbuf *m, uint32_t at, uint64_t now)
{
	uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *);
	struct nat_ip4 *ip = (void *)(p + 14);
	struct nat_udp *u = (void *)(p + 34);
	const struct floor_flow *f = &floor_flows[at];
	struct floor_conn *c = &floor_conns[at];

	if (unlikely(!at || f->remote != ip->src || f->rport != u->sport))
		return false;
	memcpy(p, f->dmac, 6);
	memcpy(p + 6, f->smac, 6);
	ip->src = f->src;
	ip->dst = f->dst;
	ip->ttl--;
	ip->csum = nat_csum_apply(ip->csum, f->l3_delta);
	u->sport = f->sport;
	u->dport = f->dport;
	u->csum = nat_csum_apply(u->csum, f->l4_delta);
	c->pkts++;
	c->bytes += m->pkt_len;
	c->last = now;
	return true;
}

static void floor_burst(struct dp_worker *w, struct rte_mbuf **m, unsigned n)
{
	struct rte_mbuf *out[DP_BURST];
	uint32_t at[DP_BURST];
	unsigned k = 0;
	uint16_t sent;

	for (unsigned i = 0; i < n; i++) {
		at[i] = floor_parse(m[i]);
		rte_prefetch0(&floor_slots[at[i]]);
	}
	for (unsigned i = 0; i < n; i++) {
		at[i] = floor_slots[at[i]];
		rte_prefetch0(&floor_flows[at[i]]);
		rte_prefetch0(&floor_conns[at[i]]);
	}
	for (unsigned i = 0; i < n; i++) {
		if (likely(floor_nat(m[i], at[i], w->now_ms)))
			out[k++] = m[i];
		else
			floor_drops++, rte_pktmbuf_free(m[i]);
	}
	sent = rte_eth_tx_burst(dp.ports[1].id, 0, out, (uint16_t)k);
	while (sent < k)
		rte_pktmbuf_free(out[sent++]);
}

/* ---- the product
 * --------------------------------------------------------------------------------- */

static void product_burst(struct dp_worker *w, struct rte_mbuf **m, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		m[i]->port = 0;
		m[i]->hash.usr = 0;
	}
	if (unlikely(dp_mirror_on(DP_MIRROR_IN)))
		dp_mirror_in(w, m, n);
	dp_forward(w, m, n);
	dp_flush(w);
}

static void source_burst(struct dp_worker *w, struct rte_mbuf **m, unsigned n)
{
	rte_pktmbuf_free_bulk(m, n);
}

/* ---- the generator
 * ------------------------------------------------------------------------------- */

static uint64_t run(void (*burst)(struct dp_worker *, struct rte_mbuf **, unsigned),
		    uint32_t packets)
{
	struct dp_worker *w = dp.workers[0];
	struct rte_mbuf *m[DP_BURST];
	uint64_t start = rte_rdtsc();

	for (uint32_t done = 0; done < packets; done += DP_BURST) {
		if (rte_pktmbuf_alloc_bulk(dp.pool, m, DP_BURST))
			rte_exit(1, "pool empty\n");
		for (unsigned i = 0; i < DP_BURST; i++) {
			memcpy(rte_pktmbuf_mtod(m[i], void *), frames[next_frame], FRAME);
			m[i]->data_len = (uint16_t)frame_len;
			m[i]->pkt_len = frame_len;
			if (++next_frame == n_flows)
				next_frame = 0;
		}
		burst(w, m, DP_BURST);
	}
	return rte_rdtsc() - start;
}

/* ---- flows and frames
 * ---------------------------------------------------------------------------- */

static struct nat_addr addr_of(enum nat_family family, uint32_t host)
{
	struct nat_addr a = nat_addr_ip4(nat_be32(host));

	if (family == NAT_IP6) {
		a.w[3] = a.w[0];
		a.w[0] = nat_be32(0x20010db8);
	}
	return a;
}

static uint16_t local_port(uint32_t i)
{
	return (uint16_t)(1024 + i % PORTS_PER_ADDR);
}

static void write_frame(uint8_t *f, const struct kind *k, const struct nat_addr *src, be16 sport,
			const struct nat_addr *dst, be16 dport)
{
	unsigned l4_len = frame_len - 14 - (k->family == NAT_IP6 ? 40 : 20);
	uint8_t *l3 = f + 14, *l4 = l3 + (k->family == NAT_IP6 ? 40 : 20);
	uint16_t sum;

	memset(f, 0, FRAME);
	memcpy(f, dp.ports[0].mac, 6);
	f[6] = 2;
	if (k->family == NAT_IP4) {
		struct nat_ip4 *ip = (void *)l3;

		nat_store16(f + 12, NAT_ETH_IP4);
		*ip = (struct nat_ip4){.ver_ihl = 0x45,
				       .total_len = nat_be16((uint16_t)(20 + l4_len)),
				       .ttl = 64,
				       .proto = k->proto,
				       .src = src->w[0],
				       .dst = dst->w[0]};
		ip->csum = (uint16_t)~nat_csum_add(ip, 20, 0);
	} else {
		struct nat_ip6 *ip = (void *)l3;

		nat_store16(f + 12, NAT_ETH_IP6);
		ip->ver_tc_flow = nat_be32(6u << 28);
		ip->payload_len = nat_be16((uint16_t)l4_len);
		ip->next = k->proto;
		ip->hops = 64;
		memcpy(ip->src, src->b, 16);
		memcpy(ip->dst, dst->b, 16);
	}
	memcpy(l4, &sport, 2);
	memcpy(l4 + 2, &dport, 2);
	sum = nat_csum_fold((uint32_t)nat_be16(k->proto) + nat_be16((uint16_t)l4_len));
	sum = nat_csum_add(src, 16, nat_csum_add(dst, 16, sum));
	if (k->proto == NAT_IP_TCP) {
		struct nat_tcp *t = (void *)l4;

		t->off = 5 << 4;
		t->flags = NAT_TCP_ACK;
		t->seq = nat_be32(1000);
		t->ack = nat_be32(2000);
		t->window = nat_be16(501);
		t->csum = (uint16_t)~nat_csum_add(l4, l4_len, sum);
	} else {
		struct nat_udp *u = (void *)l4;

		u->len = nat_be16((uint16_t)l4_len);
		u->csum = (uint16_t)~nat_csum_add(l4, l4_len, sum);
	}
}

/* Opens the connection in the record: the bench measures established streams. */
static void establish(uint32_t conn)
{
	struct nat_conn *c = &dp.conns[conn];

	c->tcp = NAT_TCP_UP;
	c->flags = NAT_C_LEARNED | NAT_C_REPORTED_UP | NAT_C_SYNACK;
	c->opener_port = nat_be16(40000);
	c->next_seq[0] = 1000;
	c->next_seq[1] = 2000;
	c->last_ack[0] = 2000;
	c->last_ack[1] = 1000;
	c->max_window = 501;
}

static void add_flow(const struct kind *k, uint32_t i, uint16_t neigh)
{
	struct nat_ep at = {.addr = addr_of(k->family, 0x0a630001u + i / PORTS_PER_ADDR),
			    .port = nat_be16(local_port(i)),
			    .family = k->family,
			    .proto = k->proto};
	struct nat_flow f = {.remote = addr_of(k->family, 0x0a000001u + i),
			     .src = addr_of(k->family, 0x0a620001u + i / PORTS_PER_ADDR),
			     .dst = addr_of(k->family, 0x0a610001u + (i & 0xfff)),
			     .rport = nat_be16(40000),
			     .sport = at.port,
			     .dport = nat_be16(5000),
			     .flags = NAT_F_OPEN | NAT_F_READY,
			     .neigh = neigh,
			     .mtu = 1500,
			     .dscp = 46};
	struct dp_at where = {.proto = k->proto, .port = at.port};
	int local = dp_local_find(0, k->family, &at.addr);
	uint32_t conn;

	if (local < 0 || dp_conn_new(&conn))
		rte_exit(1, "flow %u\n", i);
	where.local = (uint16_t)local;
	if (k->family == NAT_IP6)
		f.flags |= NAT_F_IN6 | NAT_F_OUT6;
	if (k->proto == NAT_IP_TCP) {
		f.flags |= NAT_F_TCP | NAT_F_PORT_ANY | NAT_F_MAY_OPEN;
		establish(conn);
	}
	nat_flow_seal(&f, &at);
	if (dp_publish(&where, &f, conn))
		rte_exit(1, "publish %u\n", i);
	write_frame(frames[i], k, &f.remote, f.rport, &at.addr, at.port);
	if (k->family == NAT_IP4 && k->proto == NAT_IP_UDP) {
		struct floor_flow *g = &floor_flows[conn];

		*g = (struct floor_flow){.remote = f.remote.w[0],
					 .src = f.src.w[0],
					 .dst = f.dst.w[0],
					 .rport = f.rport,
					 .sport = f.sport,
					 .dport = f.dport,
					 .dmac = {2, 0, 0, 0, 0, 1}};
		g->l4_delta = nat_csum_fold((uint32_t)f.l4_delta + (uint16_t)~f.rport + f.dport);
		floor_slots[i / PORTS_PER_ADDR * 65536 + local_port(i)] = conn;
	}
}

static uint32_t *shuffled(uint32_t n)
{
	uint32_t *p = malloc(n * sizeof(*p));
	uint64_t x = 88172645463325252u;

	for (uint32_t i = 0; p && i < n; i++)
		p[i] = i;
	for (uint32_t i = n - 1; p && i > 0; i--) {
		uint32_t j, t;

		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		j = (uint32_t)(x % (i + 1)), t = p[i];
		p[i] = p[j];
		p[j] = t;
	}
	return p;
}

/* ---- report
 * -------------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print(const char *name, double *v)
{
	qsort(v, ROUNDS, sizeof(*v), by_value);
	printf("  %-34s min %7.2f  median %7.2f  max %7.2f\n", name, v[0], v[ROUNDS / 2],
	       v[ROUNDS - 1]);
}

static void measure(const struct kind *k)
{
	double src[ROUNDS], flo[ROUNDS], pro[ROUNDS], with[ROUNDS], without[ROUNDS];
	uint32_t packets = (n_flows > 400000 ? n_flows : 400000) / DP_BURST * DP_BURST;
	bool has_floor = k->family == NAT_IP4 && k->proto == NAT_IP_UDP;
	uint64_t before = dp.workers[0]->forwarded_pkts;

	run(product_burst, packets);
	if (has_floor)
		run(floor_burst, packets);
	for (unsigned r = 0; r < ROUNDS; r++) {
		src[r] = (double)run(source_burst, packets) / packets;
		flo[r] = has_floor ? (double)run(floor_burst, packets) / packets : 0;
		pro[r] = (double)run(product_burst, packets) / packets;
		with[r] = pro[r] / flo[r];
		without[r] = (pro[r] - src[r]) / (flo[r] - src[r]);
	}
	if (dp.workers[0]->forwarded_pkts - before != (uint64_t)packets * (ROUNDS + 1) ||
	    floor_drops)
		rte_exit(1, "not every packet was forwarded: %lu of %lu\n",
			 dp.workers[0]->forwarded_pkts - before, (uint64_t)packets * (ROUNDS + 1));
	printf("%s, %u flows, %u B frames, TSC cycles a packet\n", k->name, n_flows, frame_len);
	print("source", src);
	if (has_floor)
		print("floor", flo);
	print("trgw", pro);
	if (has_floor) {
		print("ratio, source in both", with);
		print("ratio, source taken out", without);
	}
}

/* ---- mirrors
 * ------------------------------------------------------------------------------------- */

/* What one mirror costs: it looks at every packet that comes, and takes none or all. The pipe has
 * no reader; its thread runs beside, on this host's other CPUs. */
static const struct {
	const char *name, *filter;
	uint32_t context;
} watches[] = {
	{"trgw, mirror of another call", "", 1},
	{"trgw, mirror whose filter takes none", "tcp port 7 or udp port 7", 0},
	{"trgw, mirror of all", "", 0},
};

static void must(int rc, const char *err)
{
	if (rc)
		rte_exit(1, "%s\n", err);
}

static void measure_mirror(unsigned n, uint32_t packets)
{
	struct dp_mirror_conf c = {.name = "m", .ingress = {1}, .sink = DP_SINK_FIFO};
	double plain[ROUNDS], watched[ROUNDS], ratio[ROUNDS];
	char err[DP_ERROR_TEXT] = "";
	int rc;

	snprintf(c.filter, sizeof(c.filter), "%s", watches[n].filter);
	snprintf(c.target, sizeof(c.target), "/tmp/trgw-bench-%d", getpid());
	c.context = watches[n].context;
	must(dp_mirror_add(&c, err), err);
	for (unsigned r = 0; r < ROUNDS; r++) {
		plain[r] = (double)run(product_burst, packets) / packets;
		while ((rc = dp_mirror_start("m", err)) == -EBUSY)
			usleep(1000);
		must(rc, err);
		watched[r] = (double)run(product_burst, packets) / packets;
		must(dp_mirror_stop("m", err), err);
		ratio[r] = watched[r] / plain[r];
	}
	must(dp_mirror_del("m", err), err);
	print(watches[n].name, watched);
	print("  ratio to trgw without", ratio);
}

int main(int argc, char **argv)
{
	const struct kind *k = NULL;
	struct dp_local_conf locals[2][MAX_ADDRS];
	struct dp_port_conf ports[2] = {{.name = "in",
					 .device = "net_null0,no-rx=1",
					 .mtu = 1500,
					 .checksum = DP_CHECKSUM_UPDATE},
					{.name = "out",
					 .device = "net_null1,no-rx=1",
					 .mtu = 1500,
					 .checksum = DP_CHECKSUM_UPDATE}};
	struct dp_realm_conf realms[2] = {{.name = "in", .port = 0, .locals = locals[0]},
					  {.name = "out", .port = 1, .locals = locals[1]}};
	struct dp_conf conf = {.workers = 1,
			       .ports = ports,
			       .n_ports = 2,
			       .realms = realms,
			       .n_realms = 2,
			       .timers = {60000, 7440000, 240000}};
	char err[DP_ERROR_TEXT] = "";
	struct nat_addr far;
	uint16_t neigh, mtu;
	uint32_t *order;

	for (unsigned i = 0; argc == 3 && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(argv[1], kinds[i].name) == 0)
			k = &kinds[i];
	n_flows = argc == 3 ? (uint32_t)atoi(argv[2]) : 0;
	if (!k || n_flows < 1 || n_flows > 1000000) {
		fprintf(stderr, "usage: %s udp4|tcp4|udp6 FLOWS\nFLOWS: 1 to 1000000\n", argv[0]);
		return 2;
	}
	frame_len = k->family == NAT_IP6 ? (k->proto == NAT_IP_TCP ? 74 : 64)
					 : 60; // 64 with the FCS
	for (unsigned i = 0; i <= (n_flows - 1) / PORTS_PER_ADDR; i++)
		for (unsigned s = 0; s < 2; s++) {
			locals[s][i].addr = addr_of(k->family, (s ? 0x0a620001u : 0x0a630001u) + i);
			locals[s][i].family = (uint8_t)k->family;
			locals[s][i].bits = k->family == NAT_IP6 ? 32 : 8;
			realms[s].n_locals = i + 1;
		}
	conf.streams = n_flows;
	if (dp_prepare(&conf, err)) {
		fprintf(stderr, "%s\n", err);
		return 1;
	}
	frames = rte_zmalloc("frames", (size_t)n_flows * sizeof(*frames), 64);
	floor_slots = rte_zmalloc("floor slots", (size_t)MAX_ADDRS * 65536 * 4, 64);
	floor_flows = rte_zmalloc("floor flows", ((size_t)n_flows + 1) * 64, 64);
	floor_conns = rte_zmalloc("floor conns", ((size_t)n_flows + 1) * 64, 64);
	order = shuffled(n_flows);
	far = addr_of(k->family, 0x0a610001u);
	if (!frames || !floor_slots || !floor_flows || !floor_conns || !order ||
	    dp_neigh_get(1, k->family, &far, &neigh, &mtu))
		rte_exit(1, "no memory\n");
	atomic_store(&dp.hops[neigh].mac, 0x010000000002u);
	for (uint32_t i = 0; i < n_flows; i++)
		add_flow(k, order[i], neigh);
	measure(k);
	for (unsigned i = 0; n_flows == 1000 && i < sizeof(watches) / sizeof(*watches); i++)
		measure_mirror(i, 400000 / DP_BURST * DP_BURST);
	return 0;
}
