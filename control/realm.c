// Realms at run time: found by name, and where local endpoints come from.
#include "realm.h"

#include <stdlib.h>
#include <string.h>

enum { TCP, UDP, PROTOS };

/* One local address: a pool per protocol. */
struct address {
	unsigned realm;
	const struct dp_local_conf *conf;
	struct ctl_ports *pool[PROTOS];
};

struct ctl_realms {
	const struct ctl_config *conf;
	unsigned first[DP_REALMS]; // position of a realm's first address
	unsigned n;
	struct address addresses[DP_LOCALS];
};

static unsigned slot_of(uint8_t proto)
{
	return proto == NAT_IP_TCP ? TCP : UDP;
}

static bool add_address(struct ctl_realms *r, unsigned realm, const struct dp_local_conf *local)
{
	struct address *a = &r->addresses[r->n++];
	const struct ctl_range *range = &r->conf->ranges[realm];

	a->realm = realm;
	a->conf = local;
	for (unsigned p = 0; p < PROTOS; p++)
		a->pool[p] = ctl_ports_new(range->first, range->last, r->conf->dp.workers);
	return a->pool[TCP] && a->pool[UDP];
}

struct ctl_realms *ctl_realms_new(const struct ctl_config *conf)
{
	struct ctl_realms *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->conf = conf;
	for (unsigned i = 0; i < conf->dp.n_realms; i++) {
		r->first[i] = r->n;
		for (unsigned k = 0; k < conf->dp.realms[i].n_locals; k++) {
			if (!add_address(r, i, &conf->dp.realms[i].locals[k])) {
				ctl_realms_free(r);
				return NULL;
			}
		}
	}
	return r;
}

void ctl_realms_free(struct ctl_realms *r)
{
	if (!r)
		return;
	for (unsigned i = 0; i < r->n; i++)
		for (unsigned p = 0; p < PROTOS; p++)
			ctl_ports_free(r->addresses[i].pool[p]);
	free(r);
}

int ctl_realm_find(const struct ctl_realms *r, struct ix_str name)
{
	for (unsigned i = 0; i < r->conf->dp.n_realms; i++)
		if (ix_str_is(name, r->conf->dp.realms[i].name))
			return (int)i;
	return -1;
}

const char *ctl_realm_name(const struct ctl_realms *r, unsigned realm)
{
	return r->conf->dp.realms[realm].name;
}

unsigned ctl_realm_count(const struct ctl_realms *r)
{
	return r->conf->dp.n_realms;
}

static struct ctl_ports *pool_of(const struct ctl_realms *r, const struct ctl_local *l)
{
	return r->addresses[r->first[l->realm] + l->address].pool[slot_of(l->ep.proto)];
}

static void fill(struct ctl_local *local, const struct address *a, unsigned address, uint8_t proto,
		 bool pair, int port)
{
	*local = (struct ctl_local){
		.held = true,
		.pair = pair,
		.realm = (uint16_t)a->realm,
		.address = (uint16_t)address,
		.ep = {a->conf->addr, nat_be16((uint16_t)port), a->conf->family, proto},
	};
}

bool ctl_local_take(struct ctl_realms *r, unsigned realm, enum nat_family family, uint8_t proto,
		    bool pair, const struct ctl_local *peer, uint64_t now_ms,
		    struct ctl_local *local, struct ctl_error *err)
{
	const struct ctl_range *range = &r->conf->ranges[realm];
	unsigned n = r->conf->dp.realms[realm].n_locals, tried = 0;
	int class_ = CTL_CLASS_ANY, port;

	if (peer && peer->held)
		class_ = ctl_ports_class(pool_of(r, peer), nat_host16(peer->ep.port));
	for (unsigned i = 0; i < n; i++) {
		const struct address *a = &r->addresses[r->first[realm] + i];

		if (a->conf->family != family)
			continue;
		tried++;
		port = ctl_ports_take(a->pool[slot_of(proto)], pair, class_, now_ms);
		if (port < 0)
			continue;
		fill(local, a, i, proto, pair, port);
		return true;
	}
	if (!tried)
		return ctl_refuse(err, IX_E_VALUE, "realm %s has no IPv%d address",
				  ctl_realm_name(r, realm), family);
	return ctl_refuse(err, IX_E_RESOURCES, "realm %s: no free %s port%s in %u-%u%s",
			  ctl_realm_name(r, realm), proto == NAT_IP_TCP ? "TCP" : "UDP",
			  pair ? " pair" : "", range->first, range->last,
			  class_ != CTL_CLASS_ANY && r->conf->dp.workers > 1
				  ? " for the worker that has the other end"
				  : "");
}

void ctl_local_release(struct ctl_realms *r, const struct ctl_local *l, uint64_t now_ms)
{
	if (l->held)
		ctl_ports_release(pool_of(r, l), nat_host16(l->ep.port), l->pair, now_ms);
}

bool ctl_realm_owns(const struct ctl_realms *r, unsigned realm, enum nat_family family,
		    const struct nat_addr *addr)
{
	const struct dp_realm_conf *conf = &r->conf->dp.realms[realm];

	for (unsigned i = 0; i < conf->n_locals; i++)
		if (conf->locals[i].family == family && nat_addr_eq(&conf->locals[i].addr, addr))
			return true;
	return false;
}

bool ctl_pool_at(const struct ctl_realms *r, unsigned n, struct ctl_pool_view *view)
{
	const struct address *a = &r->addresses[n / PROTOS];

	if (n / PROTOS >= r->n)
		return false;
	view->realm = a->realm;
	view->proto = n % PROTOS == TCP ? NAT_IP_TCP : NAT_IP_UDP;
	view->local = a->conf;
	view->range = r->conf->ranges[a->realm];
	view->ports = ctl_ports_stats(a->pool[n % PROTOS]);
	return true;
}
