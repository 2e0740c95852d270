// What the operator may see, as JSON: objects and arrays of flat objects that trgwctl prints as
// tables.
#include "report.h"

#include <stdio.h>
#include <string.h>

#include "log.h"
#include "mirror.h"

enum { CONTEXTS_SHOWN = 1000 };

typedef json_t *show_fn(const struct ctl_gateway *gw, const struct ctl_register *reg,
			const json_t *request);

static json_int_t num(uint64_t n)
{
	return n > INT64_MAX ? INT64_MAX : (json_int_t)n;
}

static uint64_t all_drops(const struct dp_stats *s)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < NAT_REASONS; i++)
		n += s->drops[i];
	return n;
}

static json_t *show_summary(const struct ctl_gateway *gw, const struct ctl_register *reg,
			    const json_t *request)
{
	struct ctl_register_view r = ctl_register_view(reg);
	struct ctl_model_stats m = ctl_model_stats(gw->model);
	struct ctl_notify_stats n = ctl_notify_stats(gw->notifier);
	struct dp_stats s;

	(void)request;
	dp_stats_get(&s);
	return json_pack("{ss ss ss ss ss si sI sI sI sI sI sI sI sI sI sI sI ss}", "version",
			 TRGW_VERSION, "dpdk", dp_version(), "mid", gw->conf->mid, "registration",
			 ctl_reg_state_name(r.state), "controller",
			 gw->conf->controllers[r.controller].text, "h248_version", (int)r.version,
			 "contexts", num(m.contexts), "contexts_max", num(m.contexts_max),
			 "terminations", num(m.terms), "terminations_max", num(m.terms_max),
			 "streams", num(s.conns_used), "streams_max", num(s.conns_max),
			 "forwarded_packets", num(s.forwarded_pkts), "forwarded_bytes",
			 num(s.forwarded_bytes), "dropped_packets", num(all_drops(&s)),
			 "events_notified", num(n.sent), "events_waiting", num(n.waiting),
			 "log_level", ctl_level_name(ctl_log_get()));
}

static json_t *show_realms(const struct ctl_gateway *gw, const struct ctl_register *reg,
			   const json_t *request)
{
	json_t *list = json_array();

	(void)reg;
	(void)request;
	for (unsigned i = 0; i < gw->conf->dp.n_realms; i++) {
		const struct dp_realm_conf *r = &gw->conf->dp.realms[i];
		char addresses[512] = "", addr[NAT_ADDR_TEXT], range[16], hop4[NAT_ADDR_TEXT],
		     hop6[NAT_ADDR_TEXT];
		struct nat_addr none = {0};
		size_t n = 0;

		for (unsigned k = 0; k < r->n_locals && n < sizeof(addresses); k++)
			n += (size_t)snprintf(addresses + n, sizeof(addresses) - n, "%s%s/%u",
					      k ? " " : "",
					      nat_addr_text(r->locals[k].family, &r->locals[k].addr,
							    addr, sizeof(addr)),
					      r->locals[k].bits);
		snprintf(range, sizeof(range), "%u-%u", gw->conf->ranges[i].first,
			 gw->conf->ranges[i].last);
		nat_addr_text(NAT_IP4, &r->next_hop4, hop4, sizeof(hop4));
		nat_addr_text(NAT_IP6, &r->next_hop6, hop6, sizeof(hop6));
		json_array_append_new(
			list,
			json_pack("{ss ss si ss ss ss ss}", "name", r->name, "port",
				  gw->conf->dp.ports[r->port].name, "vlan", (int)r->vlan,
				  "addresses", addresses, "next_hop4",
				  nat_addr_eq(&r->next_hop4, &none) ? "-" : hop4, "next_hop6",
				  nat_addr_eq(&r->next_hop6, &none) ? "-" : hop6, "ports", range));
	}
	return list;
}

static json_t *show_contexts(const struct ctl_gateway *gw, const struct ctl_register *reg,
			     const json_t *request)
{
	const struct ctl_context *ctx = NULL;
	json_t *list = json_array();
	unsigned n = 0;

	(void)reg;
	(void)request;
	while (n++ < CONTEXTS_SHOWN && (ctx = ctl_context_next(gw->model, ctx)) != NULL) {
		char names[CTL_TERMS * (CTL_NAME + 1)] = "";
		size_t at = 0;
		unsigned streams = 0;

		for (unsigned i = 0; i < ctx->n_terms; i++) {
			at += (size_t)snprintf(names + at, sizeof(names) - at, "%s%s", i ? " " : "",
					       ctx->terms[i]->name);
			if (ctx->terms[i]->n_streams > streams)
				streams = ctx->terms[i]->n_streams;
		}
		json_array_append_new(list, json_pack("{sI si si ss}", "context", num(ctx->id),
						      "priority", (int)ctx->priority, "streams",
						      (int)streams, "terminations", names));
	}
	return list;
}

static const char *mode_name(enum ix_mode mode)
{
	switch (mode) {
	case IX_SENDONLY: return "sendonly";
	case IX_RECVONLY: return "recvonly";
	case IX_SENDRECV: return "sendrecv";
	default: return "inactive";
	}
}

static json_t *stream_json(const struct ctl_gateway *gw, const struct ctl_termination *t,
			   const struct ctl_stream *s)
{
	char local[NAT_EP_TEXT] = "-", remote[NAT_EP_TEXT] = "-";

	if (s->at.held)
		nat_ep_text(&s->at.ep, local, sizeof(local));
	if (s->remote_ep.family)
		nat_ep_text(&s->remote_ep, remote, sizeof(remote));
	return json_pack("{ss ss si ss ss ss ss}", "termination", t->name, "realm",
			 ctl_realm_name(gw->realms, t->realm), "stream", (int)s->id, "proto",
			 s->local.text && s->local.sdp.proto ? s->local.sdp.proto->name : "-",
			 "mode", mode_name(s->mode), "local", local, "remote", remote);
}

static json_t *pub_json(const struct ctl_pub *p)
{
	const struct nat_conn *c = dp_conn_get(p->conn);
	bool ready = p->used[1] && (p->flow[0].flags & NAT_F_READY);

	return json_pack("{si si ss sb ss sI sI sI sI sI}", "stream", (int)p->stream, "component",
			 (int)p->component, "transport", p->proto == NAT_IP_TCP ? "tcp" : "udp",
			 "ready", (int)ready, "state",
			 p->proto == NAT_IP_TCP ? nat_tcp_state_name(c->tcp) : "-", "a_packets",
			 num(c->pkts[0]), "a_bytes", num(c->bytes[0]), "b_packets", num(c->pkts[1]),
			 "b_bytes", num(c->bytes[1]), "dropped", num(c->drops));
}

static json_t *show_context(const struct ctl_gateway *gw, const struct ctl_register *reg,
			    const json_t *request)
{
	const struct ctl_context *ctx = ctl_context_get(
		gw->model, (uint32_t)json_integer_value(json_object_get(request, "id")));
	json_t *streams = json_array(), *conns = json_array(), *events = json_array();

	(void)reg;
	for (unsigned i = 0; ctx && i < ctx->n_terms; i++) {
		const struct ctl_termination *t = ctx->terms[i];

		for (unsigned k = 0; k < t->n_streams; k++)
			json_array_append_new(streams, stream_json(gw, t, t->streams[k]));
		for (unsigned k = 0; k < t->events.n; k++)
			json_array_append_new(events,
					      json_pack("{ss ss sb}", "termination", t->name,
							"event", t->events.armed[k].name,
							"notified", (int)t->events.armed[k].spent));
	}
	for (const struct ctl_pub *p = ctx ? ctx->pubs : NULL; p; p = p->next)
		json_array_append_new(conns, pub_json(p));
	if (ctx)
		return json_pack("{sI si sb so so so}", "context", num(ctx->id), "priority",
				 (int)ctx->priority, "emergency", (int)ctx->emergency, "streams",
				 streams, "connections", conns, "events", events);
	json_decref(streams);
	json_decref(conns);
	json_decref(events);
	return NULL;
}

static json_t *port_json(const struct dp_port_stats *p)
{
	static const char *const checksums[] = {"auto", "update", "recompute"};
	char mac[18];

	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", p->mac[0], p->mac[1], p->mac[2],
		 p->mac[3], p->mac[4], p->mac[5]);
	return json_pack("{ss ss ss ss sI sI sI sI sI}", "name", p->name, "link",
			 p->link_up ? "up" : "down", "mac", mac, "checksum", checksums[p->checksum],
			 "rx_packets", num(p->rx_pkts), "rx_bytes", num(p->rx_bytes), "tx_packets",
			 num(p->tx_pkts), "tx_bytes", num(p->tx_bytes), "missed", num(p->missed));
}

static json_t *show_ports(const struct ctl_gateway *gw, const struct ctl_register *reg,
			  const json_t *request)
{
	json_t *ports = json_array(), *pools = json_array();
	struct ctl_pool_view v;
	struct dp_stats s;

	(void)reg;
	(void)request;
	dp_stats_get(&s);
	for (unsigned i = 0; i < s.n_ports; i++)
		json_array_append_new(ports, port_json(&s.ports[i]));
	for (unsigned i = 0; ctl_pool_at(gw->realms, i, &v); i++) {
		char addr[NAT_ADDR_TEXT];

		json_array_append_new(
			pools, json_pack("{ss ss ss si si sI sI sI}", "realm",
					 ctl_realm_name(gw->realms, v.realm), "address",
					 nat_addr_text(v.local->family, &v.local->addr, addr,
						       sizeof(addr)),
					 "proto", v.proto == NAT_IP_TCP ? "tcp" : "udp", "first",
					 (int)v.range.first, "last", (int)v.range.last, "used",
					 num(v.ports.used), "resting", num(v.ports.resting),
					 "total", num(v.ports.total)));
	}
	return json_pack("{so so}", "ports", ports, "pools", pools);
}

static json_t *show_neighbours(const struct ctl_gateway *gw, const struct ctl_register *reg,
			       const json_t *request)
{
	struct dp_neigh_view v[64];
	json_t *list = json_array();
	unsigned cursor = 0, n;

	(void)reg;
	(void)request;
	while ((n = dp_neigh_list(&cursor, v, 64)) != 0) {
		for (unsigned i = 0; i < n; i++) {
			char addr[NAT_ADDR_TEXT], mac[18];

			snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", v[i].mac[0],
				 v[i].mac[1], v[i].mac[2], v[i].mac[3], v[i].mac[4], v[i].mac[5]);
			nat_addr_text(v[i].family, &v[i].addr, addr, sizeof(addr));
			json_array_append_new(list,
					      json_pack("{ss ss ss ss sI}", "realm",
							ctl_realm_name(gw->realms, v[i].realm),
							"address", addr, "mac", mac, "state",
							dp_neigh_state_name(v[i].state), "users",
							num(v[i].users)));
		}
		if (!cursor)
			break;
	}
	return list;
}

static json_t *show_workers(const struct ctl_gateway *gw, const struct ctl_register *reg,
			    const json_t *request)
{
	json_t *list = json_array();
	struct dp_stats s;

	(void)gw;
	(void)reg;
	(void)request;
	dp_stats_get(&s);
	for (unsigned i = 0; i < s.n_workers && i < DP_WORKERS; i++)
		json_array_append_new(list, json_pack("{si sI sI}", "worker", (int)i, "turns",
						      num(s.workers[i].turns), "busy_turns",
						      num(s.workers[i].busy_turns)));
	return list;
}

static json_t *show_drops(const struct ctl_gateway *gw, const struct ctl_register *reg,
			  const json_t *request)
{
	json_t *list = json_array();
	struct dp_stats s;

	(void)gw;
	(void)reg;
	(void)request;
	dp_stats_get(&s);
	for (unsigned i = 0; i < NAT_REASONS; i++)
		if (s.drops[i])
			json_array_append_new(list, json_pack("{ss sI ss}", "reason",
							      nat_reason_name((enum nat_reason)i),
							      "packets", num(s.drops[i]), "advice",
							      nat_reason_text((enum nat_reason)i)));
	return list;
}

static json_t *show_ix(const struct ctl_gateway *gw, const struct ctl_register *reg,
		       const json_t *request)
{
	struct ctl_register_view r = ctl_register_view(reg);
	json_t *list = json_array();

	(void)request;
	for (unsigned i = 0; i < gw->conf->n_controllers; i++) {
		struct ix_peer_stats s;

		ctl_register_stats(reg, i, &s);
		json_array_append_new(
			list,
			json_pack("{ss ss sI sI sI sI sI sI sI sI}", "controller",
				  gw->conf->controllers[i].text, "state",
				  i == r.controller ? ctl_reg_state_name(r.state) : "standby",
				  "messages_in", num(s.msgs_in), "messages_out", num(s.msgs_out),
				  "requests_in", num(s.requests_in), "requests_out",
				  num(s.requests_out), "repeated_in", num(s.retransmits_in),
				  "repeated_out", num(s.retransmits_out), "errors_in",
				  num(s.errors_in), "timeouts", num(s.timeouts)));
	}
	return list;
}

static json_t *show_mirrors(const struct ctl_gateway *gw, const struct ctl_register *reg,
			    const json_t *request)
{
	(void)reg;
	(void)request;
	return ctl_mirror_show(gw->conf);
}

static const struct {
	const char *name;
	show_fn *fn;
} shows[] = {
	{"summary", show_summary}, {"realms", show_realms}, {"contexts", show_contexts},
	{"context", show_context}, {"ports", show_ports},   {"neighbours", show_neighbours},
	{"workers", show_workers}, {"drops", show_drops},   {"ix", show_ix},
	{"mirrors", show_mirrors},
};

static json_t *failure(const char *text)
{
	return json_pack("{sb ss}", "ok", 0, "error", text);
}

static json_t *set_level(const char *name)
{
	enum ctl_level level;

	if (!ctl_level_parse(name, &level))
		return failure("log levels are error, warn, info and debug");
	ctl_log_set(level);
	ctl_log(CTL_INFO, "log", "level=%s", ctl_level_name(level));
	return json_pack("{sb s{ss}}", "ok", 1, "data", "log_level", ctl_level_name(level));
}

json_t *ctl_report(const struct ctl_gateway *gw, const struct ctl_register *reg,
		   const json_t *request)
{
	const char *what = json_string_value(json_object_get(request, "show"));
	const char *level = json_string_value(json_object_get(request, "log"));
	json_t *data;

	if (level)
		return set_level(level);
	if (json_object_get(request, "mirror"))
		return ctl_mirror_command(gw->conf, request);
	for (size_t i = 0; what && i < sizeof(shows) / sizeof(shows[0]); i++) {
		if (strcmp(shows[i].name, what) != 0)
			continue;
		data = shows[i].fn(gw, reg, request);
		return data ? json_pack("{sb so}", "ok", 1, "data", data)
			    : failure("no such context");
	}
	return failure("show what? summary, realms, contexts, context, ports, neighbours, workers, "
		       "drops, ix, mirrors");
}
