// A data plane without packets, for tests of control and for running trgwd where there is no DPDK.
#include "fake_dp.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { SLOTS = 16384, CONNS = 4096, EVENTS = 256, NEIGHS = 64 };

static struct slot {
	bool used;
	struct dp_at at;
	struct nat_flow flow;
	uint32_t conn;
} slots[SLOTS];

static struct {
	struct nat_addr addr;
	uint8_t family;
	unsigned realm;
} locals[DP_LOCALS];

static struct neigh {
	unsigned realm, users;
	enum nat_family family;
	struct nat_addr addr;
} neighs[NEIGHS];

static struct nat_conn conns[CONNS]; // number 0 means none
static bool conn_taken[CONNS];
static struct nat_event events[EVENTS];
static const struct dp_conf *conf_now;
static struct dp_stats stats_now;
static unsigned n_locals, n_events, n_publishes, n_expires, publish_left, conn_limit;
static uint64_t epoch_begun, epoch_done;
static bool epochs_held, fail_once;
static unsigned slots_top; // slots ever used lie below
static unsigned pass_after;
static uint16_t next_gen;
static struct dp_mirror_view mirrors[DP_MIRRORS];
static unsigned n_mirrors;
static struct dp_label labels[CONNS];

void fake_reset(const struct dp_conf *conf)
{
	memset(slots, 0, sizeof(slots));
	memset(neighs, 0, sizeof(neighs));
	memset(conn_taken, 0, sizeof(conn_taken));
	memset(&stats_now, 0, sizeof(stats_now));
	memset(labels, 0, sizeof(labels));
	conf_now = conf;
	n_mirrors = 0;
	slots_top = 0;
	n_locals = n_events = n_publishes = n_expires = 0;
	publish_left = UINT_MAX;
	fake_conn_limit(conf->streams);
	epochs_held = false;
	pass_after = 0;
	for (unsigned i = 0; i < conf->n_realms; i++) {
		for (unsigned k = 0; k < conf->realms[i].n_locals; k++, n_locals++) {
			locals[n_locals].addr = conf->realms[i].locals[k].addr;
			locals[n_locals].family = conf->realms[i].locals[k].family;
			locals[n_locals].realm = i;
		}
	}
}

int dp_start(const struct dp_conf *conf, char err[DP_ERROR_TEXT])
{
	err[0] = 0;
	fake_reset(conf);
	return 0;
}

void dp_stop(void)
{
}

int dp_local_find(unsigned realm, enum nat_family family, const struct nat_addr *addr)
{
	for (unsigned i = 0; i < n_locals; i++)
		if (locals[i].realm == realm && locals[i].family == family &&
		    nat_addr_eq(&locals[i].addr, addr))
			return (int)i;
	return -ENOENT;
}

static struct slot *slot_find(const struct dp_at *at)
{
	for (unsigned i = 0; i < slots_top; i++)
		if (slots[i].used && slots[i].at.local == at->local &&
		    slots[i].at.proto == at->proto && slots[i].at.port == at->port)
			return &slots[i];
	return NULL;
}

const struct nat_flow *fake_flow(const char *addr, uint8_t proto, uint16_t port, uint32_t *conn)
{
	struct nat_addr a;
	enum nat_family family = nat_addr_parse(addr, &a);

	for (unsigned i = 0; i < n_locals; i++) {
		struct dp_at at = {(uint16_t)i, proto, nat_be16(port)};
		struct slot *s = slot_find(&at);

		if (locals[i].family == family && nat_addr_eq(&locals[i].addr, &a) && s) {
			if (conn)
				*conn = s->conn;
			return &s->flow;
		}
	}
	return NULL;
}

unsigned fake_flows(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < slots_top; i++)
		n += slots[i].used;
	return n;
}

unsigned fake_conns(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < CONNS; i++)
		n += conn_taken[i];
	return n;
}

unsigned fake_neigh_users(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < NEIGHS; i++)
		n += neighs[i].users;
	return n;
}

unsigned fake_publishes(void)
{
	return n_publishes;
}

int dp_conn_new(uint32_t *conn)
{
	for (uint32_t i = 1; i <= conn_limit; i++) {
		if (!conn_taken[i]) {
			conn_taken[i] = true;
			memset(&conns[i], 0, sizeof(conns[i]));
			conns[i].gen = ++next_gen;
			*conn = i;
			return 0;
		}
	}
	return -ENOSPC;
}

void dp_conn_free(uint32_t conn)
{
	conn_taken[conn] = false;
}

const struct nat_conn *dp_conn_get(uint32_t conn)
{
	return &conns[conn];
}

struct nat_conn *fake_conn(uint32_t conn)
{
	return &conns[conn];
}

void fake_conn_limit(unsigned n)
{
	conn_limit = n < conf_now->streams ? n : conf_now->streams;
	if (conn_limit >= CONNS)
		conn_limit = CONNS - 1;
}

void fake_publish_limit(unsigned n)
{
	publish_left = n;
	fail_once = false;
}

void fake_publish_fail_once(unsigned n)
{
	publish_left = n;
	fail_once = true;
}

int dp_publish(const struct dp_at *at, const struct nat_flow *flow, uint32_t conn)
{
	struct slot *s = slot_find(at);

	if (!publish_left) {
		publish_left = fail_once ? UINT_MAX : 0;
		return -ENOSPC;
	}
	if (publish_left != UINT_MAX)
		publish_left--;
	for (unsigned i = 0; i < SLOTS && !s; i++)
		if (!slots[i].used)
			s = &slots[i];
	if (!s)
		return -ENOSPC;
	*s = (struct slot){true, *at, *flow, conn};
	if (s - slots >= slots_top)
		slots_top = (unsigned)(s - slots) + 1;
	n_publishes++;
	return 0;
}

void dp_retire(const struct dp_at *at)
{
	struct slot *s = slot_find(at);

	if (s)
		s->used = false;
}

uint64_t dp_epoch(void)
{
	return ++epoch_begun;
}

bool dp_epoch_passed(uint64_t epoch)
{
	if (pass_after && --pass_after == 0)
		epoch_done = epoch_begun;
	return !epochs_held || epoch <= epoch_done;
}

void fake_hold_epochs(void)
{
	epochs_held = true;
	epoch_done = epoch_begun;
}

void fake_pass_epochs(void)
{
	epoch_done = epoch_begun;
}

void fake_pass_epochs_at(unsigned look)
{
	pass_after = look;
}

void dp_expire(const struct dp_at *at, uint32_t conn, uint16_t gen)
{
	(void)at;
	(void)conn;
	(void)gen;
	n_expires++;
}

unsigned fake_expires(void)
{
	return n_expires;
}

/* On link, or by the realm's router. */
static bool way(unsigned realm, enum nat_family family, const struct nat_addr *dst,
		struct nat_addr *hop)
{
	const struct dp_realm_conf *r = &conf_now->realms[realm];
	const struct nat_addr *router = family == NAT_IP4 ? &r->next_hop4 : &r->next_hop6;
	struct nat_addr none = {0};
	bool have = false;

	*hop = *dst;
	for (unsigned i = 0; i < r->n_locals; i++) {
		if (r->locals[i].family != family)
			continue;
		have = true;
		if (nat_prefix_match(&r->locals[i].addr, dst, family, r->locals[i].bits))
			return true;
	}
	if (have && !nat_addr_eq(router, &none)) {
		*hop = *router;
		return true;
	}
	return false;
}

int dp_neigh_get(unsigned realm, enum nat_family family, const struct nat_addr *dst,
		 uint16_t *neigh, uint16_t *mtu)
{
	struct nat_addr hop;
	unsigned i, empty = NEIGHS;

	if (!way(realm, family, dst, &hop))
		return -EHOSTUNREACH;
	for (i = 0; i < NEIGHS; i++) {
		if (!neighs[i].users && empty == NEIGHS)
			empty = i;
		if (neighs[i].users && neighs[i].realm == realm && neighs[i].family == family &&
		    nat_addr_eq(&neighs[i].addr, &hop))
			break;
	}
	if (i == NEIGHS && empty == NEIGHS)
		return -ENOSPC;
	if (i == NEIGHS) {
		i = empty;
		neighs[i] = (struct neigh){realm, 0, family, hop};
	}
	neighs[i].users++;
	*neigh = (uint16_t)i;
	*mtu = conf_now->ports[conf_now->realms[realm].port].mtu;
	return 0;
}

void dp_neigh_put(uint16_t neigh)
{
	neighs[neigh].users--;
}

const char *dp_neigh_state_name(enum dp_neigh_state state)
{
	static const char *const names[] = {"new", "asking", "reachable", "stale", "failed"};

	return names[state];
}

unsigned dp_neigh_list(unsigned *cursor, struct dp_neigh_view *views, unsigned max)
{
	unsigned n = 0;

	for (; *cursor < NEIGHS && n < max; ++*cursor) {
		const struct neigh *e = &neighs[*cursor];

		if (!e->users)
			continue;
		views[n++] = (struct dp_neigh_view){
			.realm = e->realm,
			.family = (uint8_t)e->family,
			.addr = e->addr,
			.state = DP_NEIGH_ASKING,
			.users = e->users,
		};
	}
	return n;
}

unsigned dp_events(struct nat_event *ev, unsigned max)
{
	unsigned n = n_events < max ? n_events : max;

	memcpy(ev, events, n * sizeof(*ev));
	memmove(events, events + n, (n_events - n) * sizeof(*ev));
	n_events -= n;
	return n;
}

void fake_event(const struct nat_event *ev)
{
	if (n_events < EVENTS)
		events[n_events++] = *ev;
}

struct dp_stats *fake_stats(void)
{
	return &stats_now;
}

void dp_stats_get(struct dp_stats *stats)
{
	*stats = stats_now;
	stats->conns_used = fake_conns();
	stats->conns_max = conn_limit;
	stats->flows_used = fake_flows();
	stats->flows_max = SLOTS;
	stats->n_workers = conf_now->workers;
	stats->n_ports = conf_now->n_ports;
	for (unsigned i = 0; i < conf_now->n_ports; i++)
		snprintf(stats->ports[i].name, sizeof(stats->ports[i].name), "%s",
			 conf_now->ports[i].name);
}

const char *dp_version(void)
{
	return "none (fake data plane)";
}

/* ---- mirrors --------------------------------------------------------------------------------- */

void dp_conn_label(uint32_t conn, const struct dp_label *label)
{
	labels[conn] = *label;
}

const struct dp_label *fake_label(uint32_t conn)
{
	return &labels[conn];
}

/* Stands for libpcap: a filter with a "nonsense" in it does not compile. */
int dp_mirror_filter_check(const char *filter, char err[DP_ERROR_TEXT])
{
	if (!strstr(filter, "nonsense"))
		return 0;
	snprintf(err, DP_ERROR_TEXT, "syntax error in filter expression");
	return -EINVAL;
}

static struct dp_mirror_view *mirror_find(const char *name, char err[DP_ERROR_TEXT])
{
	for (unsigned i = 0; i < n_mirrors; i++)
		if (!strcmp(mirrors[i].conf.name, name))
			return &mirrors[i];
	snprintf(err, DP_ERROR_TEXT, "no mirror %s", name);
	return NULL;
}

int dp_mirror_add(const struct dp_mirror_conf *conf, char err[DP_ERROR_TEXT])
{
	if (mirror_find(conf->name, err)) {
		snprintf(err, DP_ERROR_TEXT, "there is a mirror %s already", conf->name);
		return -EEXIST;
	}
	if (n_mirrors == DP_MIRRORS) {
		snprintf(err, DP_ERROR_TEXT, "table of mirrors is full");
		return -ENOSPC;
	}
	mirrors[n_mirrors++] = (struct dp_mirror_view){.conf = *conf};
	return 0;
}

static int mirror_set(const char *name, bool running, char err[DP_ERROR_TEXT])
{
	struct dp_mirror_view *v = mirror_find(name, err);

	if (v)
		v->running = running;
	return v ? 0 : -ENOENT;
}

int dp_mirror_start(const char *name, char err[DP_ERROR_TEXT])
{
	return mirror_set(name, true, err);
}

int dp_mirror_stop(const char *name, char err[DP_ERROR_TEXT])
{
	return mirror_set(name, false, err);
}

int dp_mirror_del(const char *name, char err[DP_ERROR_TEXT])
{
	struct dp_mirror_view *v = mirror_find(name, err);

	if (!v)
		return -ENOENT;
	*v = mirrors[--n_mirrors];
	return 0;
}

unsigned dp_mirror_list(struct dp_mirror_view *views, unsigned max)
{
	unsigned n = n_mirrors < max ? n_mirrors : max;

	memcpy(views, mirrors, n * sizeof(*views));
	return n;
}

struct dp_mirror_view *fake_mirror(const char *name)
{
	char err[DP_ERROR_TEXT];

	return mirror_find(name, err);
}
