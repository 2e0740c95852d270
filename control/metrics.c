// Counters for Prometheus: OpenMetrics text over HTTP at /metrics, and /healthz.
// Spec: OpenMetrics 1.0
#include "metrics.h"

#include <errno.h>
#include <event2/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link.h"
#include "listen.h"

/* X(symbol, name, type, help): every family, in the order of the output. */
#define FAMILIES(X)                                                                                \
	X(INFO, "trgw_build", "info", "Version of the daemon and of DPDK")                         \
	X(REGISTERED, "trgw_registered", "gauge", "1 while a controller serves this gateway")      \
	X(CONTEXTS, "trgw_contexts", "gauge", "Contexts (calls) that exist")                       \
	X(CONTEXTS_MAX, "trgw_contexts_max", "gauge", "Contexts that can exist")                   \
	X(TERMINATIONS, "trgw_terminations", "gauge", "Terminations that exist")                   \
	X(STREAMS, "trgw_streams", "gauge", "Media streams in the data plane")                     \
	X(STREAMS_MAX, "trgw_streams_max", "gauge", "Media streams that the data plane can hold")  \
	X(FORWARDED, "trgw_forwarded_packets", "counter", "Packets forwarded")                     \
	X(FORWARDED_BYTES, "trgw_forwarded_bytes", "counter", "Bytes forwarded, IP")               \
	X(DROPPED, "trgw_dropped_packets", "counter", "Packets dropped, by reason")                \
	X(EVENTS_LOST, "trgw_events_lost", "counter",                                              \
	  "Data plane events that found the ring full")                                            \
	X(LINK, "trgw_port_up", "gauge", "1 while the network port's link is up")                  \
	X(RX, "trgw_port_received_packets", "counter", "Packets received by a network port")       \
	X(RX_BYTES, "trgw_port_received_bytes", "counter", "Bytes received by a network port")     \
	X(TX, "trgw_port_sent_packets", "counter", "Packets sent by a network port")               \
	X(TX_BYTES, "trgw_port_sent_bytes", "counter", "Bytes sent by a network port")             \
	X(MISSED, "trgw_port_missed_packets", "counter",                                           \
	  "Packets lost before the gateway saw them: NIC or ring of the port overrun")             \
	X(TURNS, "trgw_worker_turns", "counter", "Turns of a worker's loop")                       \
	X(BUSY, "trgw_worker_busy_turns", "counter", "Turns of a worker's loop that had packets")  \
	X(POOL_USED, "trgw_local_ports_used", "gauge", "Local media ports in use, by pool")        \
	X(POOL_REST, "trgw_local_ports_resting", "gauge", "Local media ports that rest, by pool")  \
	X(POOL_SIZE, "trgw_local_ports_max", "gauge", "Local media ports, by pool")                \
	X(COMMANDS, "trgw_ix_commands", "counter", "H.248 commands executed, by command")          \
	X(REFUSED, "trgw_ix_commands_refused", "counter", "H.248 commands and actions refused")    \
	X(NOTIFIED, "trgw_ix_events_notified", "counter", "Events notified to the controller")     \
	X(ATTEMPTS, "trgw_ix_registrations", "counter", "ServiceChange sent to register")          \
	X(LOSSES, "trgw_ix_controller_losses", "counter", "Times that a controller was lost")      \
	X(IX_IN, "trgw_ix_received_messages", "counter", "H.248 messages received")                \
	X(IX_OUT, "trgw_ix_sent_messages", "counter", "H.248 messages sent")                       \
	X(IX_REPEAT_IN, "trgw_ix_received_repeats", "counter",                                     \
	  "Repeated requests answered from the store of replies")                                  \
	X(IX_REPEAT_OUT, "trgw_ix_sent_repeats", "counter", "Own messages sent again")             \
	X(IX_ERRORS, "trgw_ix_undecodable_messages", "counter", "Messages that are no H.248")      \
	X(IX_TIMEOUTS, "trgw_ix_timeouts", "counter", "Own requests never answered")

enum family {
#define X(sym, name, type, help) FAMILY_##sym,
	FAMILIES(X)
#undef X
		N_FAMILIES
};

static const struct {
	const char *name, *type, *help;
} families[N_FAMILIES] = {
#define X(sym, name, type, help) {name, type, help},
	FAMILIES(X)
#undef X
};

struct ctl_metrics {
	struct evhttp *http;
	struct ctl_gateway *gw;
	struct ctl_register *reg;
};

bool ctl_metrics_family(unsigned n, const char **name, const char **help)
{
	if (n >= N_FAMILIES)
		return false;
	*name = families[n].name;
	*help = families[n].help;
	return true;
}

/* ---- text ------------------------------------------------------------------------------------ */

static void head(struct evbuffer *out, enum family f)
{
	evbuffer_add_printf(out, "# TYPE %s %s\n# HELP %s %s\n", families[f].name, families[f].type,
			    families[f].name, families[f].help);
}

/* One sample; labels: "" or "{...}". */
static void sample(struct evbuffer *out, enum family f, const char *labels, uint64_t value)
{
	bool counter = families[f].type[0] == 'c';

	evbuffer_add_printf(out, "%s%s%s %llu\n", families[f].name, counter ? "_total" : "", labels,
			    (unsigned long long)value);
}

static void single(struct evbuffer *out, enum family f, uint64_t value)
{
	head(out, f);
	sample(out, f, "", value);
}

static void put_info(struct evbuffer *out)
{
	head(out, FAMILY_INFO);
	evbuffer_add_printf(out, "%s_info{version=\"%s\",dpdk=\"%s\"} 1\n",
			    families[FAMILY_INFO].name, TRGW_VERSION, dp_version());
}

static void put_model(struct evbuffer *out, const struct ctl_gateway *gw,
		      const struct ctl_register *reg, const struct dp_stats *s)
{
	struct ctl_model_stats m = ctl_model_stats(gw->model);

	single(out, FAMILY_REGISTERED, ctl_register_view(reg).state == CTL_REG_SERVED);
	single(out, FAMILY_CONTEXTS, m.contexts);
	single(out, FAMILY_CONTEXTS_MAX, m.contexts_max);
	single(out, FAMILY_TERMINATIONS, m.terms);
	single(out, FAMILY_STREAMS, s->conns_used);
	single(out, FAMILY_STREAMS_MAX, s->conns_max);
	single(out, FAMILY_FORWARDED, s->forwarded_pkts);
	single(out, FAMILY_FORWARDED_BYTES, s->forwarded_bytes);
}

static void put_drops(struct evbuffer *out, const struct dp_stats *s)
{
	char labels[96];

	head(out, FAMILY_DROPPED);
	for (unsigned i = 0; i < NAT_REASONS; i++) {
		snprintf(labels, sizeof(labels), "{reason=\"%s\"}",
			 nat_reason_name((enum nat_reason)i));
		sample(out, FAMILY_DROPPED, labels, s->drops[i]);
	}
	single(out, FAMILY_EVENTS_LOST, s->events_lost);
}

static uint64_t port_value(const struct dp_port_stats *p, enum family f)
{
	switch (f) {
	case FAMILY_LINK: return p->link_up;
	case FAMILY_RX: return p->rx_pkts;
	case FAMILY_RX_BYTES: return p->rx_bytes;
	case FAMILY_TX: return p->tx_pkts;
	case FAMILY_TX_BYTES: return p->tx_bytes;
	default: return p->missed;
	}
}

static void put_ports(struct evbuffer *out, const struct dp_stats *s)
{
	char labels[64];

	for (unsigned f = FAMILY_LINK; f <= FAMILY_MISSED; f++) {
		head(out, (enum family)f);
		for (unsigned i = 0; i < s->n_ports; i++) {
			snprintf(labels, sizeof(labels), "{port=\"%s\"}", s->ports[i].name);
			sample(out, (enum family)f, labels,
			       port_value(&s->ports[i], (enum family)f));
		}
	}
	for (unsigned f = FAMILY_TURNS; f <= FAMILY_BUSY; f++) {
		head(out, (enum family)f);
		for (unsigned i = 0; i < s->n_workers && i < DP_WORKERS; i++) {
			snprintf(labels, sizeof(labels), "{worker=\"%u\"}", i);
			sample(out, (enum family)f, labels,
			       f == FAMILY_TURNS ? s->workers[i].turns : s->workers[i].busy_turns);
		}
	}
}

static void put_pools(struct evbuffer *out, const struct ctl_gateway *gw)
{
	struct ctl_pool_view v;
	char labels[160], addr[NAT_ADDR_TEXT];

	for (unsigned f = FAMILY_POOL_USED; f <= FAMILY_POOL_SIZE; f++) {
		head(out, (enum family)f);
		for (unsigned i = 0; ctl_pool_at(gw->realms, i, &v); i++) {
			snprintf(labels, sizeof(labels),
				 "{realm=\"%s\",address=\"%s\",proto=\"%s\"}",
				 ctl_realm_name(gw->realms, v.realm),
				 nat_addr_text(v.local->family, &v.local->addr, addr, sizeof(addr)),
				 v.proto == NAT_IP_TCP ? "tcp" : "udp");
			sample(out, (enum family)f, labels,
			       f == FAMILY_POOL_USED   ? v.ports.used
			       : f == FAMILY_POOL_REST ? v.ports.resting
						       : v.ports.total);
		}
	}
}

static void put_commands(struct evbuffer *out, const struct ctl_gateway *gw,
			 const struct ctl_register *reg)
{
	static const char *const verbs[IX_VERBS] = {"Add",      "Move",         "Modify",
						    "Subtract", "AuditValue",   "AuditCapability",
						    "Notify",   "ServiceChange"};
	struct ctl_register_view r = ctl_register_view(reg);
	char labels[64];

	head(out, FAMILY_COMMANDS);
	for (unsigned i = 0; i < IX_VERBS; i++) {
		snprintf(labels, sizeof(labels), "{command=\"%s\"}", verbs[i]);
		sample(out, FAMILY_COMMANDS, labels, gw->commands[i]);
	}
	single(out, FAMILY_REFUSED, gw->errors);
	single(out, FAMILY_NOTIFIED, ctl_notify_stats(gw->notifier).sent);
	single(out, FAMILY_ATTEMPTS, r.attempts);
	single(out, FAMILY_LOSSES, r.losses);
}

static uint64_t ix_value(const struct ix_peer_stats *s, enum family f)
{
	switch (f) {
	case FAMILY_IX_IN: return s->msgs_in;
	case FAMILY_IX_OUT: return s->msgs_out;
	case FAMILY_IX_REPEAT_IN: return s->retransmits_in;
	case FAMILY_IX_REPEAT_OUT: return s->retransmits_out;
	case FAMILY_IX_ERRORS: return s->errors_in;
	default: return s->timeouts;
	}
}

static void put_ix(struct evbuffer *out, const struct ctl_gateway *gw,
		   const struct ctl_register *reg)
{
	struct ix_peer_stats s;
	char labels[96];

	for (unsigned f = FAMILY_IX_IN; f <= FAMILY_IX_TIMEOUTS; f++) {
		head(out, (enum family)f);
		for (unsigned i = 0; i < gw->conf->n_controllers; i++) {
			ctl_register_stats(reg, i, &s);
			snprintf(labels, sizeof(labels), "{controller=\"%s\"}",
				 gw->conf->controllers[i].text);
			sample(out, (enum family)f, labels, ix_value(&s, (enum family)f));
		}
	}
}

void ctl_metrics_text(struct evbuffer *out, const struct ctl_gateway *gw,
		      const struct ctl_register *reg)
{
	struct dp_stats s;

	dp_stats_get(&s);
	put_info(out);
	put_model(out, gw, reg, &s);
	put_drops(out, &s);
	put_ports(out, &s);
	put_pools(out, gw);
	put_commands(out, gw, reg);
	put_ix(out, gw, reg);
	evbuffer_add_printf(out, "# EOF\n");
}

/* ---- HTTP ------------------------------------------------------------------------------------ */

static void reply(struct evhttp_request *req, struct evbuffer *body, const char *type)
{
	evhttp_add_header(evhttp_request_get_output_headers(req), "Content-Type", type);
	evhttp_send_reply(req, HTTP_OK, "OK", body);
	evbuffer_free(body);
}

static void on_metrics(struct evhttp_request *req, void *arg)
{
	struct ctl_metrics *m = arg;
	struct evbuffer *body = evbuffer_new();

	if (!body) {
		evhttp_send_error(req, HTTP_INTERNAL, NULL);
		return;
	}
	ctl_metrics_text(body, m->gw, m->reg);
	reply(req, body, "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

/* Healthy means: the loop runs. Whether a controller is there is said, but is no reason to restart.
 */
static void on_health(struct evhttp_request *req, void *arg)
{
	struct ctl_metrics *m = arg;
	struct evbuffer *body = evbuffer_new();

	if (!body) {
		evhttp_send_error(req, HTTP_INTERNAL, NULL);
		return;
	}
	evbuffer_add_printf(body, "ok registration=%s\n",
			    ctl_reg_state_name(ctl_register_view(m->reg).state));
	reply(req, body, "text/plain; charset=utf-8");
}

/* Not evhttp_bind_socket(): that asks getaddrinfo(), which denies 127.0.0.1 on a host whose other
 * addresses are all IPv6. */
static bool listen_at(struct ctl_metrics *m, struct event_base *base, const struct nat_ep *ep)
{
	struct sockaddr_storage ss;
	socklen_t len = ctl_sockaddr(ep, &ss);
	struct evconnlistener *l = ctl_listen(base, (struct sockaddr *)&ss, (int)len, NULL, NULL);

	if (!l)
		return false;
	if (evhttp_bind_listener(m->http, l))
		return true;
	evconnlistener_free(l);
	errno = ENOMEM;
	return false;
}

struct ctl_metrics *ctl_metrics_open(struct event_base *base, const struct ctl_config *conf,
				     struct ctl_gateway *gw, struct ctl_register *reg, char *err)
{
	struct ctl_metrics *m = calloc(1, sizeof(*m));

	if (!m || !(m->http = evhttp_new(base))) {
		snprintf(err, CTL_LINK_ERROR, "out of memory");
		free(m);
		return NULL;
	}
	m->gw = gw;
	m->reg = reg;
	evhttp_set_allowed_methods(m->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
	evhttp_set_max_headers_size(m->http, 8192);
	evhttp_set_max_body_size(m->http, 0);
	evhttp_set_timeout(m->http, 10);
	evhttp_set_cb(m->http, "/metrics", on_metrics, m);
	evhttp_set_cb(m->http, "/healthz", on_health, m);
	if (listen_at(m, base, &conf->metrics.ep))
		return m;
	snprintf(err, CTL_LINK_ERROR, "metrics %s: %s", conf->metrics.text, strerror(errno));
	ctl_metrics_close(m);
	return NULL;
}

void ctl_metrics_close(struct ctl_metrics *m)
{
	if (!m)
		return;
	evhttp_free(m->http);
	free(m);
}
