// trgw-pktgen ibcf: a scripted controller: waits for a gateway, plays calls, prints every step.
// Spec: TS 29.162 10 (calls); H.248.1 11 (registration); TS 29.238
#include "command.h"
#include "ibcf.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <netdb.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DATAGRAM = 65536, POLL_MS = 20, RELEASE_MS = 5000, MTU = 16384 };

static void arm_peer_timer(struct pg_ibcf *ibcf);

uint64_t pg_ibcf_now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

void pg_ibcf_say(const char *call, const char *step, const char *fmt, ...)
{
	struct timespec ts;
	struct tm tm;
	char text[600];
	va_list args;
	clock_gettime(CLOCK_REALTIME, &ts);
	localtime_r(&ts.tv_sec, &tm);
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	printf("%02d:%02d:%02d.%03ld %-8s %-12s %s\n", tm.tm_hour, tm.tm_min, tm.tm_sec,
	       ts.tv_nsec / 1000000, call, step, text);
	fflush(stdout);
}

/* ---- what the gateway asks --------------------------------------------------------------------
 */

static void all_calls(struct pg_ibcf *ibcf, void (*fn)(struct pg_ibcf_call *call))
{
	for (unsigned i = 0; i < ibcf->n_calls; i++)
		fn(&ibcf->calls[i]);
}

/* A gateway's ServiceChange on ROOT: accept what it proposes. */
static void on_service_change(struct pg_ibcf *ibcf, const struct ix_command *cmd,
			      struct ix_command *answer, uint8_t *version)
{
	static const char *const methods[] = {"none",    "Failover",     "Forced",  "Graceful",
					      "Restart", "Disconnected", "Handoff", "extension"};
	const struct ix_services *in = cmd->d.services;
	struct ix_services *out = ix_alloc(ibcf->arena, sizeof(*out));
	if (in == NULL || out == NULL)
		return;
	if (in->has_version) {
		out->has_version = true;
		out->version = *version = in->version > 3 ? 3 : in->version;
	}
	out->profile = in->profile;
	answer->d.services = out;
	pg_ibcf_say("-", "register", "%.*s %s \"%.*s\" profile=%.*s version=%u",
		    (int)cmd->tids->name.len, cmd->tids->name.p,
		    (unsigned)in->method < 8 ? methods[in->method] : "?", (int)in->reason.len,
		    in->reason.len ? in->reason.p : "", (int)in->profile.len,
		    in->profile.len ? in->profile.p : "", *version);
	if (!ix_tid_is_root(cmd->tids) || in->method == IX_SC_GRACEFUL ||
	    in->method == IX_SC_FORCED)
		return;
	if (in->method == IX_SC_RESTART && ibcf->registered)
		all_calls(ibcf, pg_ibcf_call_lost);
	ibcf->registered = true;
}

static struct pg_ibcf_call *call_of(struct pg_ibcf *ibcf, uint32_t context)
{
	for (unsigned i = 0; i < ibcf->n_calls; i++)
		if (ibcf->calls[i].context == context && ibcf->calls[i].state < PG_IBCF_DONE)
			return &ibcf->calls[i];
	return NULL;
}

static void on_notify(struct pg_ibcf *ibcf, uint32_t context, const struct ix_command *cmd,
		      struct ix_command *answer)
{
	static struct ix_error unknown = {IX_E_UNKNOWN_CONTEXT, {"No such call", 12}};
	struct pg_ibcf_call *call = call_of(ibcf, context);
	const struct ix_observed *e = cmd->d.observed != NULL ? cmd->d.observed->list : NULL;
	for (; e != NULL; e = e->next) {
		if (call != NULL)
			pg_ibcf_call_event(call, cmd->tids, e);
		else
			pg_ibcf_say("-", "notify", "%.*s %.*s/%.*s", (int)cmd->tids->name.len,
				    cmd->tids->name.p, (int)e->pkg.len, e->pkg.p, (int)e->item.len,
				    e->item.p);
	}
	if (call == NULL && context != IX_CID_NULL)
		answer->d.error = &unknown;
}

static void on_command(struct pg_ibcf *ibcf, uint32_t context, const struct ix_command *cmd,
		       struct ix_command *answer, uint8_t *version)
{
	static struct ix_error refused = {IX_E_UNKNOWN_COMMAND, {"Not for a controller", 20}};
	answer->verb = cmd->verb;
	answer->tids = cmd->tids;
	if (cmd->verb == IX_SERVICE_CHANGE)
		on_service_change(ibcf, cmd, answer, version);
	else if (cmd->verb == IX_NOTIFY)
		on_notify(ibcf, context, cmd, answer);
	else
		answer->d.error = &refused;
}

static void on_request(void *user, struct ix_txn *txn, const struct ix_msg *msg,
		       const struct ix_item *item)
{
	struct pg_ibcf *ibcf = user;
	const bool before = ibcf->registered;
	uint8_t version = msg->version;
	struct ix_action *head = NULL, **atail = &head;
	ix_arena_reset(ibcf->arena);
	for (const struct ix_action *in = item->actions; in != NULL; in = in->next) {
		struct ix_action *out = ix_alloc(ibcf->arena, sizeof(*out));
		if (out == NULL)
			break;
		out->cid = in->cid;
		*atail = out;
		atail = &out->next;
		struct ix_command **ctail = &out->commands;
		for (const struct ix_command *c = in->commands; c != NULL; c = c->next) {
			struct ix_command *answer = ix_alloc(ibcf->arena, sizeof(*answer));
			if (answer == NULL)
				break;
			*ctail = answer;
			ctail = &answer->next;
			on_command(ibcf, in->cid, c, answer, &version);
		}
	}
	ix_txn_reply(txn, head, NULL, pg_ibcf_now());
	if (before || !ibcf->registered)
		return;
	ix_peer_set_version(ibcf->peer, version);
	all_calls(ibcf, pg_ibcf_call_start);
}

/* The empty audit of ROOT: does the gateway take orders from us already? */
static void ask_gateway(struct pg_ibcf *ibcf)
{
	struct ix_tid tid = {.name = ix_lit("ROOT")};
	struct ix_audit audit = {0};
	struct ix_command cmd = {.verb = IX_AUDIT_VALUE, .tids = &tid, .d = {.audit = &audit}};
	const struct ix_action action = {.cid = IX_CID_NULL, .commands = &cmd};
	uint32_t id;
	ix_peer_request(ibcf->peer, &action, NULL, &id, pg_ibcf_now());
}

static void on_gateway_answer(struct pg_ibcf *ibcf, const struct ix_item *item)
{
	const struct ix_action *a = item != NULL ? item->actions : NULL;
	const struct ix_command *cmd = a != NULL ? a->commands : NULL;
	const bool ok = a != NULL && item->error == NULL && a->error == NULL &&
			(cmd == NULL || cmd->d.error == NULL);
	if (ibcf->registered)
		return;
	pg_ibcf_say("-", "gateway",
		    ok ? "answers: it is registered already"
		       : "does not take orders yet, waiting for it to register");
	ibcf->registered = ok;
	if (ok)
		all_calls(ibcf, pg_ibcf_call_start);
}

static void on_reply(void *user, uint32_t tid, void *cookie, const struct ix_item *item,
		     uint16_t why)
{
	(void)tid;
	if (cookie != NULL)
		pg_ibcf_call_reply(cookie, item, why);
	else
		on_gateway_answer(user, item);
}

static void on_note(void *user, const char *text)
{
	(void)user;
	pg_ibcf_say("-", "note", "%s", text);
}

/* ---- socket and timers ------------------------------------------------------------------------
 */

static void on_output(void *user, const void *bytes, size_t len)
{
	struct pg_ibcf *ibcf = user;
	if (sendto(ibcf->fd, bytes, len, 0, (struct sockaddr *)&ibcf->gateway, ibcf->gateway_len) <
		    0 &&
	    errno != EAGAIN)
		pg_ibcf_say("-", "note", "sending to the gateway: %s", strerror(errno));
}

static bool same_host(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	if (a->ss_family != b->ss_family)
		return false;
	if (a->ss_family == AF_INET6)
		return memcmp(&((const struct sockaddr_in6 *)a)->sin6_addr,
			      &((const struct sockaddr_in6 *)b)->sin6_addr, 16) == 0;
	return ((const struct sockaddr_in *)a)->sin_addr.s_addr ==
	       ((const struct sockaddr_in *)b)->sin_addr.s_addr;
}

static void on_datagram(evutil_socket_t fd, short what, void *user)
{
	static char buf[DATAGRAM];
	struct pg_ibcf *ibcf = user;
	(void)what;
	for (unsigned n = 0; n < 64; n++) {
		struct sockaddr_storage from;
		socklen_t from_len = sizeof(from);
		ssize_t len = recvfrom(fd, buf, sizeof(buf), MSG_DONTWAIT, (struct sockaddr *)&from,
				       &from_len);
		if (len < 0)
			break;
		// One gateway; a second one gets no answer, so that it looks for another
		// controller.
		if ((ibcf->registered || ibcf->asked) && !same_host(&from, &ibcf->gateway))
			continue;
		ibcf->gateway = from;
		ibcf->gateway_len = from_len;
		ix_peer_input(ibcf->peer, buf, (size_t)len, pg_ibcf_now());
	}
	arm_peer_timer(ibcf);
}

static void arm_peer_timer(struct pg_ibcf *ibcf)
{
	const uint64_t at = ix_peer_deadline(ibcf->peer), now = pg_ibcf_now();
	const uint64_t wait = at > now ? at - now : 0;
	const struct timeval tv = {(time_t)(wait / 1000), (suseconds_t)(wait % 1000 * 1000)};
	if (at == UINT64_MAX)
		evtimer_del(ibcf->peer_timer);
	else
		evtimer_add(ibcf->peer_timer, &tv);
}

static void on_peer_timer(evutil_socket_t fd, short what, void *user)
{
	struct pg_ibcf *ibcf = user;
	(void)fd;
	(void)what;
	ix_peer_tick(ibcf->peer, pg_ibcf_now());
	arm_peer_timer(ibcf);
}

static bool all_done(const struct pg_ibcf *ibcf)
{
	for (unsigned i = 0; i < ibcf->n_calls; i++)
		if (ibcf->calls[i].state != PG_IBCF_DONE)
			return false;
	return true;
}

static void on_poll(evutil_socket_t fd, short what, void *user)
{
	struct pg_ibcf *ibcf = user;
	const uint64_t now = pg_ibcf_now();
	(void)fd;
	(void)what;
	for (unsigned i = 0; i < ibcf->n_calls; i++)
		pg_ibcf_call_poll(&ibcf->calls[i], now);
	if (!ibcf->registered && now >= ibcf->end_ms) {
		pg_ibcf_say("-", "timeout",
			    "no gateway has registered within %u s: is trgwd running,"
			    " and are we among its controllers? One that registered with us before"
			    " does not ask again: --gateway ADDR:PORT",
			    ibcf->timeout_s);
		event_base_loopbreak(ibcf->base);
	} else if (all_done(ibcf) || (ibcf->stopping && now >= ibcf->end_ms)) {
		event_base_loopbreak(ibcf->base);
	}
	arm_peer_timer(ibcf);
}

static void on_signal(evutil_socket_t sig, short what, void *user)
{
	struct pg_ibcf *ibcf = user;
	(void)sig;
	(void)what;
	if (ibcf->interrupts++ > 0 || !ibcf->registered) {
		event_base_loopbreak(ibcf->base);
		return;
	}
	pg_ibcf_say("-", "stop", "releasing the calls");
	ibcf->stopping = true;
	ibcf->end_ms = pg_ibcf_now() + RELEASE_MS;
	all_calls(ibcf, pg_ibcf_call_hang_up);
	arm_peer_timer(ibcf);
}

/* ---- options ----------------------------------------------------------------------------------
 */

struct options {
	const char *listen, *gateway;
	enum ix_style style;
	unsigned timeout_s, heartbeat_s;
	bool setup_only;
	struct pg_ibcf_call *calls;
	unsigned n_calls;
};

static void usage(FILE *to)
{
	fputs("usage: trgw-pktgen ibcf --listen ADDR:PORT (--call CALL | --pair PAIR)...\n"
	      "\n"
	      "A scripted controller for one gateway: waits for its registration over UDP, plays\n"
	      "all calls at the same time, prints each step, releases, prints statistics.\n"
	      "\n"
	      "  --listen ADDR:PORT   where the gateway registers, e.g. 192.0.2.1:2944, "
	      "[::1]:2944\n"
	      "  --gateway ADDR:PORT  ask this gateway instead of waiting for its registration:\n"
	      "                       for a controller that comes back to one that it had\n"
	      "  --call NAME:DIR:REALM_A:REALM_B:FAMILY_A:FAMILY_B\n"
	      "                       offer.a and answer.b are read from DIR, offer.b and "
	      "answer.a\n"
	      "                       are written there; released when result.a and result.b are\n"
	      "                       there; DIR/ibcf tells what happened (JSON)\n"
	      "  --pair NAME:REALM_A:FAMILY_A:REALM_B:FAMILY_B:PROTO:ADDR_A:PORT_A:SETUP_A:\n"
	      "         ADDR_B:PORT_B:SETUP_B\n"
	      "                       a relay without SDP files between two endpoints; prints\n"
	      "                       \"pair NAME a=ADDR:PORT b=ADDR:PORT\" (the gateway's) and "
	      "keeps\n"
	      "                       it until SIGTERM. PROTO as in m= (TCP, UDP, "
	      "TCP/TLS/MSRP...),\n"
	      "                       SETUP is the endpoint's: active, passive, actpass, none; "
	      "IPv6\n"
	      "                       addresses in [ ]; port 9 for one that opens the connection\n"
	      "  --setup-only         do not wait for results: keep calls until SIGINT or SIGTERM\n"
	      "  --style pretty|compact   how messages are written (pretty)\n"
	      "  --timeout S          to register, and for each call (120)\n"
	      "  --heartbeat S        termination heartbeat, 0 = none (30)\n"
	      "\n"
	      "Families are 4 or 6. Exit status: 0 every call went through, 1 not, 2 wrong "
	      "usage.\n",
	      to);
}

__attribute__((format(printf, 1, 2))) static bool complain(const char *fmt, ...)
{
	va_list args;
	fputs("trgw-pktgen ibcf: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputs("; --help shows the options\n", stderr);
	return false;
}

static bool read_seconds(const char *name, const char *text, unsigned min, unsigned *out)
{
	char *end;
	const unsigned long n = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end != '\0' || n < min || n > 86400)
		return complain("%s \"%s\" is no number of seconds %u..86400", name, text, min);
	*out = (unsigned)n;
	return true;
}

static bool read_call(struct options *o, const char *text, bool pair)
{
	char err[PG_IBCF_ERROR] = "";
	struct pg_ibcf_call *calls = realloc(o->calls, (o->n_calls + 1) * sizeof(calls[0]));
	if (calls == NULL)
		return complain("out of memory");
	o->calls = calls;
	struct pg_ibcf_call *call = &calls[o->n_calls];
	*call = (struct pg_ibcf_call){.index = o->n_calls};
	if (!(pair ? pg_ibcf_parse_pair : pg_ibcf_parse_call)(text, &call->spec, err))
		return complain("%s %s: %s", pair ? "--pair" : "--call", text, err);
	for (unsigned i = 0; i < o->n_calls; i++)
		if (strcmp(calls[i].spec.name, call->spec.name) == 0)
			return complain("two calls are named \"%s\"", call->spec.name);
	o->n_calls++;
	return true;
}

static bool read_option(struct options *o, int c)
{
	switch (c) {
	case 'l': o->listen = optarg; return true;
	case 'g': o->gateway = optarg; return true;
	case 'c': return read_call(o, optarg, false);
	case 'p': return read_call(o, optarg, true);
	case 'o': o->setup_only = true; return true;
	case 't': return read_seconds("--timeout", optarg, 1, &o->timeout_s);
	case 'b': return read_seconds("--heartbeat", optarg, 0, &o->heartbeat_s);
	case 's':
		o->style = strcmp(optarg, "compact") == 0 ? IX_COMPACT : IX_PRETTY;
		return strcmp(optarg, "compact") == 0 || strcmp(optarg, "pretty") == 0 ||
		       complain("--style \"%s\" is neither pretty nor compact", optarg);
	default: return complain("wrong usage");
	}
}

/* 0 go on, else the exit status plus 1. */
static int read_options(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{"listen", required_argument, NULL, 'l'},
		{"gateway", required_argument, NULL, 'g'},
		{"call", required_argument, NULL, 'c'},
		{"pair", required_argument, NULL, 'p'},
		{"setup-only", no_argument, NULL, 'o'},
		{"style", required_argument, NULL, 's'},
		{"timeout", required_argument, NULL, 't'},
		{"heartbeat", required_argument, NULL, 'b'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int c;
	optind = 0; // a fresh start: the caller may have parsed before
	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		if (c == 'h') {
			usage(stdout);
			return 1;
		}
		if (!read_option(o, c))
			return 3;
	}
	bool ok = true;
	if (optind < argc)
		ok = complain("\"%s\" is no option", argv[optind]);
	else if (o->listen == NULL)
		ok = complain("--listen is missing");
	else if (o->n_calls == 0)
		ok = complain("neither --call nor --pair is given");
	return ok ? 0 : 3;
}

/* ---- life -------------------------------------------------------------------------------------
 */

/* "192.0.2.1:2944", "[2001:db8::1]:2944". NULL after a complaint; else freeaddrinfo() it. */
static struct addrinfo *read_address(const char *option, const char *text)
{
	char host[128];
	const char *colon = strrchr(text, ':');
	size_t len = colon != NULL ? (size_t)(colon - text) : 0;
	if (len > 2 && text[0] == '[' && text[len - 1] == ']')
		snprintf(host, sizeof(host), "%.*s", (int)len - 2, text + 1);
	else
		snprintf(host, sizeof(host), "%.*s", (int)len, text);
	const struct addrinfo hints = {.ai_family = AF_UNSPEC,
				       .ai_socktype = SOCK_DGRAM,
				       .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	struct addrinfo *ai = NULL;
	if (len == 0 || len >= sizeof(host) || strlen(colon + 1) > 5 || atoi(colon + 1) < 1 ||
	    atoi(colon + 1) > 65535 || getaddrinfo(host, colon + 1, &hints, &ai) != 0) {
		complain("%s \"%s\" is no ADDR:PORT", option, text);
		return NULL;
	}
	return ai;
}

/* A bound socket; -1 after a complaint. */
static int open_socket(const char *listen)
{
	struct addrinfo *ai = read_address("--listen", listen);
	if (ai == NULL)
		return -1;
	int fd = socket(ai->ai_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, ai->ai_addr, ai->ai_addrlen) < 0) {
		fprintf(stderr, "trgw-pktgen ibcf: cannot listen on %s: %s\n", listen,
			strerror(errno));
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	freeaddrinfo(ai);
	return fd;
}

static bool read_gateway(struct pg_ibcf *ibcf, const char *text)
{
	struct addrinfo *ai = text != NULL ? read_address("--gateway", text) : NULL;
	if (ai == NULL)
		return text == NULL;
	ibcf->asked = true;
	memcpy(&ibcf->gateway, ai->ai_addr, ai->ai_addrlen);
	ibcf->gateway_len = ai->ai_addrlen;
	freeaddrinfo(ai);
	return true;
}

static struct ix_peer *new_peer(struct pg_ibcf *ibcf, const struct options *o)
{
	static const struct ix_peer_ops ops = {on_output, on_request, on_reply, on_note};
	struct ix_peer_conf conf;
	ix_peer_conf_default(&conf);
	if (!ix_mid_parse(ibcf->arena, o->listen, &conf.self)) {
		// "192.0.2.1:2944" is written "[192.0.2.1]:2944" in H.248.
		char text[192];
		const char *colon = strrchr(o->listen, ':');
		snprintf(text, sizeof(text), "[%.*s]%s", (int)(colon - o->listen), o->listen,
			 colon);
		if (!ix_mid_parse(ibcf->arena, text, &conf.self))
			return NULL;
	}
	conf.style = o->style;
	conf.version = 3;
	conf.mtu = MTU; // two SDP and their frame; fragments on the control network are accepted
	conf.seed = (uint64_t)getpid() << 32 ^ pg_ibcf_now();
	return ix_peer_new(&conf, &ops, ibcf);
}

static bool add_events(struct pg_ibcf *ibcf)
{
	static const int signals[] = {SIGINT, SIGTERM};
	const struct timeval poll = {0, POLL_MS * 1000};
	ibcf->base = event_base_new();
	if (ibcf->base == NULL)
		return false;
	ibcf->socket_event = event_new(ibcf->base, ibcf->fd, EV_READ | EV_PERSIST, on_datagram,
				       ibcf);
	ibcf->peer_timer = evtimer_new(ibcf->base, on_peer_timer, ibcf);
	ibcf->poll_timer = event_new(ibcf->base, -1, EV_PERSIST, on_poll, ibcf);
	for (unsigned i = 0; i < 2; i++) {
		ibcf->signals[i] = evsignal_new(ibcf->base, signals[i], on_signal, ibcf);
		if (ibcf->signals[i] == NULL || evsignal_add(ibcf->signals[i], NULL) < 0)
			return false;
	}
	return ibcf->socket_event != NULL && ibcf->peer_timer != NULL && ibcf->poll_timer != NULL &&
	       event_add(ibcf->socket_event, NULL) == 0 && event_add(ibcf->poll_timer, &poll) == 0;
}

static void fini(struct pg_ibcf *ibcf)
{
	struct event *all[] = {ibcf->socket_event, ibcf->peer_timer, ibcf->poll_timer,
			       ibcf->signals[0], ibcf->signals[1]};
	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] != NULL)
			event_free(all[i]);
	if (ibcf->base != NULL)
		event_base_free(ibcf->base);
	ix_peer_free(ibcf->peer);
	all_calls(ibcf, pg_ibcf_call_fini);
	ix_arena_free(ibcf->arena);
	if (ibcf->fd >= 0)
		close(ibcf->fd);
}

static bool init(struct pg_ibcf *ibcf, const struct options *o)
{
	bool ok = true;
	ibcf->start_ms = pg_ibcf_now();
	ibcf->end_ms = ibcf->start_ms + (uint64_t)o->timeout_s * 1000;
	for (unsigned i = 0; i < ibcf->n_calls; i++)
		ok = pg_ibcf_call_init(ibcf, &ibcf->calls[i]) && ok;
	ibcf->arena = ix_arena_new(1 << 20);
	ibcf->fd = open_socket(o->listen);
	if (ibcf->fd < 0 || !read_gateway(ibcf, o->gateway))
		return false;
	if (ibcf->arena != NULL)
		ibcf->peer = new_peer(ibcf, o);
	ok = ok && ibcf->peer != NULL && add_events(ibcf);
	if (!ok)
		fprintf(stderr, "trgw-pktgen ibcf: cannot start: out of memory or descriptors\n");
	return ok;
}

/* How many calls did not go through. */
static unsigned count_failed(const struct pg_ibcf *ibcf)
{
	unsigned n = 0;
	for (unsigned i = 0; i < ibcf->n_calls; i++)
		n += ibcf->calls[i].failed || ibcf->calls[i].state != PG_IBCF_DONE;
	return n;
}

static int run(const struct options *o)
{
	struct pg_ibcf ibcf = {
		.fd = -1,
		.calls = o->calls,
		.n_calls = o->n_calls,
		.setup_only = o->setup_only,
		.timeout_s = o->timeout_s,
		.heartbeat_s = o->heartbeat_s,
	};
	int status = 1;
	if (init(&ibcf, o)) {
		pg_ibcf_say("-", "listen", "%s, waiting for a gateway", o->listen);
		if (ibcf.asked)
			ask_gateway(&ibcf);
		arm_peer_timer(&ibcf);
		event_base_dispatch(ibcf.base);
		all_calls(&ibcf, pg_ibcf_call_abandon);
		const unsigned failed = count_failed(&ibcf);
		pg_ibcf_say("-", "end", "calls=%u failed=%u", ibcf.n_calls, failed);
		status = failed == 0 ? 0 : 1;
	}
	fini(&ibcf);
	return status;
}

int pg_cmd_ibcf(int argc, char **argv)
{
	struct options o = {.style = IX_PRETTY, .timeout_s = 120, .heartbeat_s = 30};
	int status = read_options(&o, argc, argv) - 1;
	if (status < 0)
		status = run(&o);
	free(o.calls);
	return status;
}
