// Checks of the configuration that concern several keys, and the structures made from it.
#include "ber_plan.h"
#include "config_raw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *realm_key(char *buf, size_t size, unsigned realm, const char *key)
{
	snprintf(buf, size, "realms[%u].%s", realm + 1, key);
	return buf;
}

static bool build_ports(struct check *c, struct ctl_config_raw *raw, struct ctl_config *conf)
{
	struct dp_port_conf *ports = calloc(raw->n_ports, sizeof(*ports));
	char key[48];

	conf->dp.ports = ports;
	if (!ports)
		return ctl_config_fail(c, "ports", NULL, "out of memory");
	for (unsigned i = 0; i < raw->n_ports; i++) {
		const struct slot *v = raw->ports[i].v;

		snprintf(key, sizeof(key), "ports[%u].name", i + 1);
		for (unsigned k = 0; k < i; k++)
			if (!strcmp(ports[k].name, v[PORT_NAME].text))
				return ctl_config_fail(c, key, v[PORT_NAME].text,
						       "given twice; legal: a name of its own");
		snprintf(key, sizeof(key), "ports[%u].device", i + 1);
		for (unsigned k = 0; k < i; k++)
			if (!strcmp(ports[k].device, v[PORT_DEVICE].text))
				return ctl_config_fail(c, key, v[PORT_DEVICE].text,
						       "given twice; legal: each device once "
						       "(net_af_packet0, net_af_packet1, ...)");
		snprintf(ports[i].name, sizeof(ports[i].name), "%s", v[PORT_NAME].text);
		ports[i].device = v[PORT_DEVICE].text;
		ports[i].mtu = (uint16_t)v[PORT_MTU].num;
		ports[i].checksum = (enum dp_checksum)v[PORT_CHECKSUM].num;
		conf->dp.n_ports++;
	}
	return true;
}

static bool on_link(const struct dp_realm_conf *r, enum nat_family family,
		    const struct nat_addr *addr)
{
	for (unsigned i = 0; i < r->n_locals; i++)
		if (r->locals[i].family == family &&
		    nat_prefix_match(&r->locals[i].addr, addr, family, r->locals[i].bits))
			return true;
	return false;
}

/* The first and the last address of an IPv4 prefix mean the network and everybody in it. */
static bool is_host(const struct dp_local_conf *l)
{
	uint32_t rest = l->bits < 31 ? UINT32_MAX >> l->bits : 0, a = 0;

	for (unsigned i = 0; i < 4; i++)
		a = a << 8 | l->addr.b[i];
	return l->family != NAT_IP4 || !rest || ((a & rest) != 0 && (a & rest) != rest);
}

static bool build_locals(struct check *c, unsigned realm, const struct slot *v,
			 struct dp_realm_conf *r)
{
	struct dp_local_conf *locals = calloc(v->n_list, sizeof(*locals));
	char key[64];
	unsigned bits;

	r->locals = locals;
	snprintf(key, sizeof(key), "realms[%u].addresses", realm + 1);
	if (!locals)
		return ctl_config_fail(c, key, NULL, "out of memory");
	for (unsigned i = 0; i < v->n_list; i++) {
		struct dp_local_conf *l = &locals[i];

		l->family = (uint8_t)nat_prefix_parse(v->list[i], &l->addr, &bits);
		l->bits = (uint8_t)bits;
		if (!nat_addr_routable(l->family, &l->addr))
			return ctl_config_fail(c, key, v->list[i], "legal: a unicast address");
		if (!is_host(l))
			return ctl_config_fail(c, key, v->list[i],
					       "legal: a host's address, not the network's nor the "
					       "broadcast's");
		for (unsigned k = 0; k < i; k++)
			if (locals[k].family == l->family && nat_addr_eq(&locals[k].addr, &l->addr))
				return ctl_config_fail(c, key, v->list[i],
						       "given twice; legal: each address once");
		r->n_locals++;
	}
	return true;
}

static bool build_hop(struct check *c, unsigned realm, const char *text, enum nat_family family,
		      struct dp_realm_conf *r)
{
	struct nat_addr *hop = family == NAT_IP4 ? &r->next_hop4 : &r->next_hop6;
	char key[64];

	if (!*text)
		return true;
	nat_addr_parse(text, hop);
	realm_key(key, sizeof(key), realm, family == NAT_IP4 ? "next_hop4" : "next_hop6");
	/* A link-local router is on link whatever the prefixes say. */
	if (family == NAT_IP6 && hop->b[0] == 0xfe && (hop->b[1] & 0xc0) == 0x80)
		return true;
	if (!on_link(r, family, hop))
		return ctl_config_fail(c, key, text,
				       "legal: an address inside one of the realm's prefixes");
	for (unsigned i = 0; i < r->n_locals; i++)
		if (r->locals[i].family == family && nat_addr_eq(&r->locals[i].addr, hop))
			return ctl_config_fail(c, key, text, "is the gateway's own address");
	return true;
}

/* Position of the port that a realm names. */
static bool find_port(struct check *c, const struct ctl_config *conf, unsigned realm,
		      const char *name, uint16_t *port)
{
	char key[64], legal[256] = "";
	size_t n = 0;

	for (unsigned i = 0; i < conf->dp.n_ports; i++) {
		if (!strcmp(conf->dp.ports[i].name, name)) {
			*port = (uint16_t)i;
			return true;
		}
		if (n < sizeof(legal))
			n += (size_t)snprintf(legal + n, sizeof(legal) - n, "%s%s", i ? ", " : "",
					      conf->dp.ports[i].name);
	}
	return ctl_config_fail(c, realm_key(key, sizeof(key), realm, "port"), name,
			       "no such port; legal: %s", legal);
}

static bool realm_alone(struct check *c, const struct dp_realm_conf *realms, unsigned n)
{
	const struct dp_realm_conf *r = &realms[n];
	char key[64], vlan[8];

	for (unsigned i = 0; i < n; i++) {
		if (!strcasecmp(realms[i].name, r->name))
			return ctl_config_fail(c, realm_key(key, sizeof(key), n, "name"), r->name,
					       "given twice; legal: a name of its own");
		snprintf(vlan, sizeof(vlan), "%u", r->vlan);
		if (realms[i].port == r->port && realms[i].vlan == r->vlan)
			return ctl_config_fail(c, realm_key(key, sizeof(key), n, "vlan"), vlan,
					       "realm %s has this port and VLAN already; legal: "
					       "a VLAN of its own",
					       realms[i].name);
	}
	return true;
}

static bool build_range(struct check *c, unsigned realm, const struct slot *v, struct ctl_range *r)
{
	char key[64];

	r->first = (uint16_t)v[REALM_FIRST].num;
	r->last = (uint16_t)v[REALM_LAST].num;
	if (r->last <= r->first)
		return ctl_config_fail(c, realm_key(key, sizeof(key), realm, "last_port"),
				       v[REALM_LAST].text, "legal: %u..65535 (after first_port)",
				       r->first + 1);
	return true;
}

static bool build_realm(struct check *c, struct ctl_config *conf, struct dp_realm_conf *realms,
			unsigned i, const struct slot *v)
{
	struct dp_realm_conf *r = &realms[i];

	snprintf(r->name, sizeof(r->name), "%s", v[REALM_NAME].text);
	r->vlan = (uint16_t)v[REALM_VLAN].num;
	conf->dp.n_realms++;
	return find_port(c, conf, i, v[REALM_PORT].text, &r->port) && realm_alone(c, realms, i) &&
	       build_locals(c, i, &v[REALM_ADDRESSES], r) &&
	       build_hop(c, i, v[REALM_HOP4].text, NAT_IP4, r) &&
	       build_hop(c, i, v[REALM_HOP6].text, NAT_IP6, r);
}

static bool build_realms(struct check *c, struct ctl_config_raw *raw, struct ctl_config *conf)
{
	struct dp_realm_conf *realms = calloc(raw->n_realms, sizeof(*realms));
	struct ctl_range *ranges = calloc(raw->n_realms, sizeof(*ranges));
	unsigned locals = 0;

	conf->dp.realms = realms;
	conf->ranges = ranges;
	if (!realms || !ranges)
		return ctl_config_fail(c, "realms", NULL, "out of memory");
	for (unsigned i = 0; i < raw->n_realms; i++) {
		const struct slot *v = raw->realms[i].v;

		if (!build_realm(c, conf, realms, i, v) || !build_range(c, i, v, &ranges[i]))
			return false;
		locals += realms[i].n_locals;
	}
	if (locals > DP_LOCALS)
		return ctl_config_fail(c, "realms", NULL,
				       "%u addresses over all realms; legal: at most %d", locals,
				       DP_LOCALS);
	return true;
}

static bool build_ix(struct check *c, struct ctl_config_raw *raw, struct ctl_config *conf)
{
	const struct slot *v = raw->ix, *list = &v[IX_CONTROLLERS];
	char key[64];

	conf->ix_local.text = v[IX_LOCAL].text;
	ctl_endpoint_parse(conf->ix_local.text, &conf->ix_local.ep);
	for (unsigned i = 0; i < list->n_list; i++) {
		struct ctl_endpoint *e = &conf->controllers[i];

		e->text = list->list[i];
		ctl_endpoint_parse(e->text, &e->ep);
		snprintf(key, sizeof(key), "ix.controllers[%u]", i + 1);
		if (e->ep.family != conf->ix_local.ep.family)
			return ctl_config_fail(c, key, e->text,
					       "legal: an address of the family of ix.local");
		for (unsigned k = 0; k < i; k++)
			if (!memcmp(&conf->controllers[k].ep, &e->ep, sizeof(e->ep)))
				return ctl_config_fail(c, key, e->text,
						       "given twice; legal: each controller once");
		conf->n_controllers++;
	}
	conf->style = v[IX_ENCODING].num == 1 ? IX_COMPACT : IX_PRETTY;
	conf->binary = v[IX_ENCODING].num == 2;
	if (conf->binary && conf->dp.n_realms > CTL_BER_REALMS)
		return ctl_config_fail(c, "ix.encoding", "ber", "legal: at most %d realms with ber",
				       CTL_BER_REALMS);
	if (conf->binary && conf->dp.streams > CTL_BER_STREAMS)
		return ctl_config_fail(c, "ix.encoding", "ber",
				       "legal: at most %d dataplane.streams with ber",
				       CTL_BER_STREAMS);
	conf->profile = v[IX_PROFILE].text;
	conf->version = (uint8_t)v[IX_VERSION].num;
	return true;
}

static bool build_top(struct check *c, struct ctl_config_raw *raw, struct ctl_config *conf)
{
	const struct slot *d = raw->dataplane;

	conf->mid = raw->gateway[GW_MID].text;
	conf->dp.eal_args = (const char *const *)d[DPL_EAL].list;
	conf->dp.n_eal_args = d[DPL_EAL].n_list;
	conf->dp.workers = (unsigned)d[DPL_WORKERS].num;
	conf->dp.mbufs = (unsigned)d[DPL_MBUFS].num;
	conf->dp.streams = (unsigned)d[DPL_STREAMS].num;
	conf->dp.timers.open_ms = (uint32_t)d[DPL_OPEN].num * 1000;
	conf->dp.timers.idle_ms = (uint32_t)d[DPL_IDLE].num * 1000;
	conf->dp.timers.trans_ms = (uint32_t)d[DPL_TRANS].num * 1000;
	conf->log_level = (enum ctl_level)raw->log[LOG_LEVEL].num;
	conf->metrics.text = raw->top[TOP_METRICS].text;
	conf->has_metrics = *conf->metrics.text != 0;
	if (conf->has_metrics)
		ctl_endpoint_parse(conf->metrics.text, &conf->metrics.ep);
	conf->control_socket = raw->top[TOP_SOCKET].text;
	if (strlen(conf->control_socket) > 100)
		return ctl_config_fail(c, "control_socket", conf->control_socket,
				       "legal: a path of at most 100 bytes");
	return true;
}

bool ctl_config_build(struct check *c, struct ctl_config_raw *raw, struct ctl_config *conf)
{
	return build_top(c, raw, conf) && build_ports(c, raw, conf) && build_realms(c, raw, conf) &&
	       build_ix(c, raw, conf) && ctl_config_build_mirrors(c, raw, conf);
}
