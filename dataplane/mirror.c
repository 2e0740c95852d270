// Mirrors: workers copy what a mirror selects into its ring, its thread carries it to the sink.
//
// Workers see a mirror only while its bit is set in dp.mirrors. A stop clears the bits; the thread
// waits for the epoch, writes what is left in the ring and ends; then control frees the rest.

#include "plane.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_bpf.h>
#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_malloc.h>

#include <pcap/pcap.h>

#include "mirror_filter.h"
#include "mirror_sink.h"

enum {
	RING = 4096, // of which one stays empty
	RECORDS = RING - 1,
	BURST = 64,
	FLUSH_MS = 100,
	IDLE_NS = 1000000,
	CLOCK_MS = 1000, // how often the sink's thread reads the wall clock
};

/* One copied packet on its way to the sink. */
struct record {
	struct dp_seen seen;
	uint64_t tsc;
	uint32_t captured, original;
	uint8_t data[];
};

enum state {
	OFF,      // nothing but the configuration
	ON,       // workers copy
	STOPPING, // the thread still writes
	ENDED,    // the thread has ended, its things are to be freed
};

struct mirror {
	bool used, dying; // dying: to be deleted when it has ended
	struct dp_mirror_conf conf;
	_Atomic int state;
	struct rte_bpf *bpf; // NULL: no filter
	uint64_t (*native)(void *);
	uint32_t snaplen;
	size_t record_size;
	struct rte_ring *full, *empty; // of struct record
	uint8_t *records;
	uint64_t epoch;
	pthread_t thread;
	struct dp_sink sink;
	struct dp_mirror_port port;
	const char *realms[DP_REALMS];
	/* Each worker writes its own. */
	struct share {
		uint64_t pkts, lost, rated;
		struct dp_bucket bucket;
	} __rte_cache_aligned share[DP_WORKERS];
};
static struct mirror mirrors[DP_MIRRORS];

/* ---- workers --------------------------------------------------------------------------------- */

/* Realm by the frame's own tag: a frame that was dropped may be no packet at all. */
static uint16_t realm_of(const struct rte_mbuf *m, unsigned port)
{
	const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);
	unsigned vlan = 0;

	if (m->data_len >= 16 && f[12] == 0x81 && f[13] == 0x00)
		vlan = (f[14] << 8 | f[15]) & 0xfff;
	return m->data_len >= 14 ? dp.ports[port].realm_of_vlan[vlan] : DP_REALM_NONE;
}

/* The connection of a packet by our own end of it: its destination on the way in, its source on the
 * way out. Both ends of a stream lead to one connection. */
static void find_conn(const struct rte_mbuf *m, bool out, struct dp_seen *seen)
{
	const union dp_slot *slot;
	struct dp_ends ends;
	union dp_slot at;
	unsigned local;

	if (!dp_ends_read(rte_pktmbuf_mtod(m, const uint8_t *), m->data_len, &ends))
		return;
	local = dp_local_of(&dp.realms[seen->realm], ends.family, out ? &ends.src : &ends.dst);
	if (local == DP_NO_LOCAL)
		return;
	slot = &dp.locals[local].slots[!ends.tcp][nat_host16(out ? ends.sport : ends.dport)];
	atomic_init(&at.word, atomic_load_explicit(&slot->word, memory_order_acquire));
	if (!at.flow)
		return;
	seen->label = dp.labels[at.conn];
	seen->side = (dp.flows[at.flow].flags & NAT_F_SIDE_B) != 0;
	seen->has_tcp = ends.tcp;
	seen->tcp = dp.conns[at.conn].tcp;
}

static void identify(const struct rte_mbuf *m, unsigned port, bool out, struct dp_seen *seen)
{
	seen->out = out;
	seen->realm = realm_of(m, port);
	if (seen->realm != DP_REALM_NONE)
		find_conn(m, out, seen);
}

static bool matches(const struct mirror *mi, struct rte_mbuf *m)
{
	if (!mi->bpf)
		return true;
	return (mi->native ? mi->native(m) : rte_bpf_exec(mi->bpf, m)) != 0;
}

static void copy(struct mirror *mi, struct share *mine, struct rte_mbuf *m,
		 const struct dp_seen *seen)
{
	void *slot;
	struct record *r;

	if (rte_ring_mc_dequeue(mi->empty, &slot) != 0) {
		mine->lost++;
		return;
	}
	r = slot;
	r->seen = *seen;
	r->tsc = rte_rdtsc();
	r->original = m->pkt_len;
	r->captured = RTE_MIN((uint32_t)m->data_len, mi->snaplen);
	memcpy(r->data, rte_pktmbuf_mtod(m, const uint8_t *), r->captured);
	rte_ring_mp_enqueue(mi->full, r); // as long as all records: never full
	mine->pkts++;
}

/* Offers a packet to all mirrors at a point. */
static void offer(const struct dp_worker *w, struct rte_mbuf *m, const struct dp_seen *seen)
{
	uint32_t set = atomic_load_explicit(&dp.mirrors[seen->point], memory_order_acquire);

	for (; set; set &= set - 1) {
		struct mirror *mi = &mirrors[__builtin_ctz(set)];
		struct share *mine = &mi->share[w->index];
		uint32_t rate = mi->conf.rate;

		if (!dp_mirror_selects(&mi->conf, seen) || !matches(mi, m))
			continue;
		/* Workers share the rate evenly and know nothing of each other. */
		if (rate && !dp_bucket_take(&mine->bucket, RTE_MAX(rate / dp.n_workers, 1u),
					    (uint64_t)w->now_ms * 1000000))
			mine->rated++;
		else
			copy(mi, mine, m, seen);
	}
}

void dp_mirror_in(struct dp_worker *w, struct rte_mbuf **m, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct dp_seen seen = {.point = DP_MIRROR_IN};

		identify(m[i], m[i]->port, false, &seen);
		offer(w, m[i], &seen);
	}
}

void dp_mirror_out(struct dp_worker *w, unsigned port, struct rte_mbuf **m, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct dp_seen seen = {.point = DP_MIRROR_OUT};

		identify(m[i], port, true, &seen);
		offer(w, m[i], &seen);
	}
}

void dp_mirror_drop(struct dp_worker *w, unsigned port, bool out, struct rte_mbuf *m,
		    enum nat_reason reason)
{
	struct dp_seen seen = {.point = DP_MIRROR_DROP, .reason = (uint8_t)reason};

	identify(m, port, out, &seen);
	offer(w, m, &seen);
}

/* ---- the sink's thread ----------------------------------------------------------------------- */

/* The wall clock at a moment of the CPU's counter. */
struct moment {
	uint64_t tsc, real_ns, mono_ms;
};

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static struct moment look_at_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (struct moment){rte_rdtsc(),
			       (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec, now_ms()};
}

static uint64_t real_time(const struct moment *at, uint64_t tsc)
{
	double ns = (double)(int64_t)(tsc - at->tsc) * (1e6 / (double)dp.tsc_per_ms);

	return at->real_ns + (uint64_t)(int64_t)ns;
}

static unsigned drain(struct mirror *mi, const struct moment *clock, uint64_t now)
{
	void *slots[BURST];
	unsigned n = rte_ring_sc_dequeue_burst(mi->full, slots, BURST, NULL);

	for (unsigned i = 0; i < n; i++) {
		const struct record *r = slots[i];
		struct dp_copy c = {
			.seen = r->seen,
			.time_ns = real_time(clock, r->tsc),
			.data = r->data,
			.captured = r->captured,
			.original = r->original,
		};

		dp_sink_put(&mi->sink, &c, now);
	}
	rte_ring_sp_enqueue_bulk(mi->empty, slots, n, NULL);
	return n;
}

static void *sink_main(void *arg)
{
	static const struct timespec idle = {0, IDLE_NS};
	struct mirror *mi = arg;
	struct moment clock = look_at_clock();
	uint64_t now = clock.mono_ms, flushed = now;

	for (;;) {
		/* Asked before the last look into the ring. */
		bool last = atomic_load(&mi->state) == STOPPING && dp_epoch_passed(mi->epoch);
		unsigned n = drain(mi, &clock, now);

		now = now_ms();
		if (now - clock.mono_ms >= CLOCK_MS)
			clock = look_at_clock();
		if (!n || now - flushed >= FLUSH_MS) {
			dp_sink_flush(&mi->sink, now);
			flushed = now;
		}
		if (!n && last)
			break;
		if (!n)
			nanosleep(&idle, NULL);
	}
	dp_sink_close(&mi->sink, now);
	atomic_store(&mi->state, ENDED);
	return NULL;
}

/* ---- start and stop -------------------------------------------------------------------------- */

static int load_filter(struct mirror *mi, char err[DP_ERROR_TEXT])
{
	struct bpf_program classic;
	struct rte_bpf_prm *prm;
	struct rte_bpf_jit jit;
	int rc;

	if (!*mi->conf.filter)
		return 0;
	rc = dp_filter_compile(mi->conf.filter, &classic, err);
	if (rc)
		return rc;
	prm = rte_bpf_convert(&classic);
	if (prm)
		mi->bpf = rte_bpf_load(prm);
	rc = mi->bpf ? 0 : -rte_errno;
	rte_free(prm);
	pcap_freecode(&classic);
	if (rc) {
		snprintf(err, DP_ERROR_TEXT, "mirror %s: DPDK does not run this filter (%s)",
			 mi->conf.name, rte_strerror(-rc));
		return rc;
	}
	if (rte_bpf_get_jit(mi->bpf, &jit) == 0)
		mi->native = jit.func;
	return 0;
}

static struct rte_ring *ring_new(void)
{
	ssize_t size = rte_ring_get_memsize(RING);
	struct rte_ring *r = size > 0 ? aligned_alloc(64, RTE_ALIGN((size_t)size, 64)) : NULL;

	if (r && rte_ring_init(r, "mirror", RING, 0) != 0) {
		free(r);
		r = NULL;
	}
	return r;
}

/* Ordinary memory, not EAL's: that was measured for the calls. */
static bool make_rings(struct mirror *mi)
{
	uint32_t room = (uint32_t)rte_pktmbuf_data_room_size(dp.pool);

	mi->snaplen = mi->conf.snaplen ? RTE_MIN(mi->conf.snaplen, room) : room;
	mi->record_size = RTE_ALIGN(sizeof(struct record) + mi->snaplen, 64);
	mi->full = ring_new();
	mi->empty = ring_new();
	mi->records = malloc(RECORDS * mi->record_size);
	if (!mi->full || !mi->empty || !mi->records)
		return false;
	memset(mi->records, 0, RECORDS * mi->record_size); // no worker shall meet a page fault
	for (unsigned i = 0; i < RECORDS; i++)
		rte_ring_sp_enqueue(mi->empty, mi->records + i * mi->record_size);
	return true;
}

static void free_parts(struct mirror *mi)
{
	rte_bpf_destroy(mi->bpf);
	free(mi->full);
	free(mi->empty);
	free(mi->records);
	mi->bpf = NULL;
	mi->native = NULL;
	mi->full = mi->empty = NULL;
	mi->records = NULL;
}

/* Frees what threads that have ended leave behind. */
static void reap(void)
{
	for (unsigned i = 0; i < DP_MIRRORS; i++) {
		struct mirror *mi = &mirrors[i];

		if (!mi->used)
			continue;
		if (atomic_load(&mi->state) == ENDED) {
			pthread_join(mi->thread, NULL);
			free_parts(mi);
			atomic_store(&mi->state, OFF);
		}
		if (mi->dying && atomic_load(&mi->state) == OFF)
			mi->used = false;
	}
}

static int open_sink(struct mirror *mi, char err[DP_ERROR_TEXT])
{
	for (unsigned i = 0; i < dp.n_realms; i++)
		mi->realms[i] = dp.realms[i].name;
	mi->sink = (struct dp_sink){
		.conf = &mi->conf,
		.realms = mi->realms,
		.n_realms = dp.n_realms,
		.send = dp_mirror_port_send,
		.user = &mi->port,
	};
	if (mi->conf.sink == DP_SINK_PORT) {
		int rc = dp_mirror_port_open(&mi->port, &mi->conf, err);

		if (rc)
			return rc;
	}
	return dp_sink_open(&mi->sink, err);
}

/* Signals belong to control's thread. */
static int launch(struct mirror *mi)
{
	sigset_t all, old;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&mi->thread, NULL, sink_main, mi);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -rc;
}

static void set_bits(unsigned i, bool on)
{
	unsigned points = dp_mirror_points(&mirrors[i].conf);

	for (unsigned p = 0; p < DP_MIRROR_POINTS; p++) {
		if (on && (points >> p & 1))
			atomic_fetch_or(&dp.mirrors[p], 1u << i);
		else
			atomic_fetch_and(&dp.mirrors[p], ~(1u << i));
	}
}

static int start(unsigned i, char err[DP_ERROR_TEXT])
{
	struct mirror *mi = &mirrors[i];
	int rc = load_filter(mi, err);

	memset(mi->share, 0, sizeof(mi->share));
	if (rc == 0 && !make_rings(mi)) {
		snprintf(err, DP_ERROR_TEXT, "mirror %s: no memory for its ring", mi->conf.name);
		rc = -ENOMEM;
	}
	if (rc == 0)
		rc = open_sink(mi, err);
	if (rc) {
		free_parts(mi);
		return rc;
	}
	atomic_store(&mi->state, ON);
	rc = launch(mi);
	if (rc) {
		snprintf(err, DP_ERROR_TEXT, "mirror %s: no thread (%s)", mi->conf.name,
			 strerror(-rc));
		dp_sink_close(&mi->sink, 0);
		free_parts(mi);
		atomic_store(&mi->state, OFF);
		return rc;
	}
	set_bits(i, true);
	return 0;
}

static void stop(unsigned i)
{
	if (atomic_load(&mirrors[i].state) != ON)
		return;
	set_bits(i, false);
	mirrors[i].epoch = dp_epoch();
	atomic_store(&mirrors[i].state, STOPPING);
}

void dp_mirrors_stop(void)
{
	for (unsigned i = 0; i < DP_MIRRORS; i++)
		stop(i);
	for (unsigned i = 0; i < DP_MIRRORS; i++) {
		if (atomic_load(&mirrors[i].state) == OFF)
			continue;
		pthread_join(mirrors[i].thread, NULL);
		free_parts(&mirrors[i]);
		atomic_store(&mirrors[i].state, OFF);
	}
}

/* ---- control --------------------------------------------------------------------------------- */

/* Index of a mirror by name, or -ENOENT. */
static int find(const char *name, char err[DP_ERROR_TEXT])
{
	reap();
	for (int i = 0; i < DP_MIRRORS; i++)
		if (mirrors[i].used && !mirrors[i].dying && !strcmp(mirrors[i].conf.name, name))
			return i;
	snprintf(err, DP_ERROR_TEXT, "no mirror %.31s", name);
	return -ENOENT;
}

int dp_mirror_add(const struct dp_mirror_conf *conf, char err[DP_ERROR_TEXT])
{
	unsigned i = 0;
	int rc;

	if (find(conf->name, err) >= 0) {
		snprintf(err, DP_ERROR_TEXT, "there is a mirror %s already", conf->name);
		return -EEXIST;
	}
	rc = *conf->filter ? dp_mirror_filter_check(conf->filter, err) : 0;
	if (rc)
		return rc;
	while (i < DP_MIRRORS && mirrors[i].used)
		i++;
	if (i == DP_MIRRORS) {
		snprintf(err, DP_ERROR_TEXT, "%d mirrors are all there can be", DP_MIRRORS);
		return -ENOSPC;
	}
	mirrors[i].conf = *conf;
	mirrors[i].dying = false;
	mirrors[i].used = true;
	memset(mirrors[i].share, 0, sizeof(mirrors[i].share));
	mirrors[i].sink = (struct dp_sink){.lock = PTHREAD_MUTEX_INITIALIZER};
	return 0;
}

int dp_mirror_start(const char *name, char err[DP_ERROR_TEXT])
{
	int i = find(name, err);

	if (i < 0)
		return i;
	switch (atomic_load(&mirrors[i].state)) {
	case OFF: return start((unsigned)i, err);
	case ON: return 0;
	default:
		snprintf(err, DP_ERROR_TEXT, "mirror %s is still writing, try again", name);
		return -EBUSY;
	}
}

int dp_mirror_stop(const char *name, char err[DP_ERROR_TEXT])
{
	int i = find(name, err);

	if (i < 0)
		return i;
	stop((unsigned)i);
	return 0;
}

int dp_mirror_del(const char *name, char err[DP_ERROR_TEXT])
{
	int i = find(name, err);

	if (i < 0)
		return i;
	stop((unsigned)i);
	mirrors[i].dying = true;
	reap();
	return 0;
}

static uint64_t load(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static void view_of(struct mirror *mi, struct dp_mirror_view *v)
{
	*v = (struct dp_mirror_view){
		.conf = mi->conf,
		.running = atomic_load(&mi->state) == ON,
		.jit = mi->native != NULL,
		.unsent = load(&mi->sink.unsent),
		.bytes = load(&mi->sink.bytes),
		.errors = load(&mi->sink.errors),
	};
	for (unsigned w = 0; w < DP_WORKERS; w++) {
		v->pkts += load(&mi->share[w].pkts);
		v->lost += load(&mi->share[w].lost);
		v->rated += load(&mi->share[w].rated);
	}
	dp_sink_error(&mi->sink, v->error);
}

unsigned dp_mirror_list(struct dp_mirror_view *views, unsigned max)
{
	unsigned n = 0;

	reap();
	for (unsigned i = 0; i < DP_MIRRORS && n < max; i++)
		if (mirrors[i].used && !mirrors[i].dying)
			view_of(&mirrors[i], &views[n++]);
	return n;
}
