// Runs one golden case: builds in.pcap and want.pcap from its text, sends in.pcap through nat/,
// compares what comes out with want.pcap byte for byte, and reasons, events and counters with the
// text.
#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <sys/stat.h>

#include "../../nat/icmp.h"
#include "../../nat/input.h"
#include "case.h"
#include "frame.h"

static struct golden_case golden;
static const char *name;
static unsigned failures;

#define WRONG(step, ...)                                                                           \
	do {                                                                                       \
		fprintf(stderr, "%s:%u: ", name, (step)->line);                                    \
		fprintf(stderr, __VA_ARGS__);                                                      \
		fprintf(stderr, "\n");                                                             \
		failures++;                                                                        \
	} while (0)

/* ---- pcap files ---------------------------------------------------------------------------------
 */

static pcap_dumper_t *create(const char *folder, const char *file)
{
	pcap_t *p = pcap_open_dead(DLT_EN10MB, PACKET_MAX);
	pcap_dumper_t *d;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	d = pcap_dump_open(p, path);
	if (!d) {
		fprintf(stderr, "%s: %s\n", path, pcap_geterr(p));
		exit(2);
	}
	pcap_close(p);
	return d;
}

static void write_frame(pcap_dumper_t *d, uint32_t now_ms, const uint8_t *frame, size_t len)
{
	struct pcap_pkthdr h = {.caplen = (uint32_t)len, .len = (uint32_t)len};

	h.ts.tv_sec = now_ms / 1000;
	h.ts.tv_usec = now_ms % 1000 * 1000;
	pcap_dump((unsigned char *)d, &h, frame);
}

/* in.pcap and want.pcap, from the text alone. */
static void build(const char *folder)
{
	pcap_dumper_t *in = create(folder, "in.pcap"), *want = create(folder, "want.pcap");
	static uint8_t frame[PACKET_MAX];

	for (unsigned i = 0; i < golden.n_steps; i++) {
		const struct step *s = &golden.steps[i];

		if (s->kind != STEP_PACKET)
			continue;
		write_frame(in, s->now_ms, frame, packet_build(&s->in, frame));
		if (s->outcome == OUT_SENT || s->answered)
			write_frame(want, s->now_ms, frame, packet_build(&s->want, frame));
	}
	pcap_dump_close(in);
	pcap_dump_close(want);
}

/* ---- the path under test ------------------------------------------------------------------------
 */

/* The flow of a local endpoint, as the data plane's table would find it. */
static const struct nat_flow *find(const struct nat_addr *addr, be16 port, uint8_t proto)
{
	const struct nat_ep *locals[2] = {&golden.call.a_local, &golden.call.b_local};

	for (unsigned s = 0; s < 2; s++)
		if (locals[s]->proto == proto && locals[s]->port == port &&
		    nat_addr_eq(&locals[s]->addr, addr))
			return &golden.call.flow[s];
	return NULL;
}

static enum nat_verdict drop(struct nat_pkt *pkt, enum nat_reason reason)
{
	pkt->reason = (uint8_t)reason;
	return NAT_DROP;
}

static enum nat_verdict icmp_error(struct nat_pkt *pkt)
{
	const struct nat_flow *flow;
	struct nat_quote q;

	if (!nat_icmp_read(pkt, &q))
		return NAT_DROP;
	flow = find(&q.ours.addr, q.ours.port, q.ours.proto);
	return flow ? nat_icmp_error(flow, &golden.call.conn, pkt, &q) : drop(pkt, NAT_R_ICMP);
}

/* What the data plane does with a frame. flow: that of a packet that nat_input() has judged. */
static enum nat_verdict judge(struct frame *f, uint32_t now_ms, struct nat_pkt *pkt,
			      const struct nat_flow **flow, struct nat_event *ev, bool *has_event)
{
	enum nat_verdict v = nat_parse(f->at, (uint32_t)f->len, pkt);

	*has_event = false;
	*flow = NULL;
	if (v == NAT_LOCAL && nat_icmp_is_error(pkt))
		return icmp_error(pkt);
	if (v != NAT_FORWARD)
		return v;
	if (golden.recompute && !nat_csum_check(pkt))
		return drop(pkt, NAT_R_BAD_CHECKSUM);
	*flow = find(&pkt->dst, pkt->dport, pkt->proto);
	if (!*flow)
		return drop(pkt, NAT_R_NO_FLOW);
	return nat_input(*flow, &golden.call.conn, pkt, now_ms, ev, has_event);
}

static void check_event(const struct step *s, bool has_event, const struct nat_event *ev)
{
	if (has_event != s->has_event) {
		WRONG(s, "%s event", has_event ? "unexpected" : "missing");
		return;
	}
	if (!has_event)
		return;
	if (strcmp(nat_event_name(ev->type), s->event) != 0 ||
	    strcmp(nat_cause_name(ev->cause), s->cause) != 0 || ev->side != s->event_side)
		WRONG(s, "event %s %s %c", nat_event_name(ev->type), nat_cause_name(ev->cause),
		      ev->side == NAT_A ? 'a' : 'b');
}

/* Length of the IP packet in the frame that came. */
static uint16_t came_len(const uint8_t *frame, const struct nat_pkt *pkt)
{
	const uint8_t *ip = frame + pkt->l2_len;

	return (uint16_t)(pkt->family == NAT_IP6 ? nat_load16(ip + 4) + 40 : nat_load16(ip + 2));
}

/* What the sender of a dropped packet is told; all that the case does not name is unexpected. */
static void answer(const struct step *s, uint32_t now_ms, const struct nat_flow *flow,
		   const struct nat_pkt *pkt, pcap_dumper_t *got)
{
	uint8_t frame[NAT_ICMP_FRAME];
	size_t len = nat_icmp_own(flow, pkt, frame);

	if (s->answered && len)
		write_frame(got, now_ms, frame, len);
	else if (s->answered)
		WRONG(s, "no answer");
}

static void run_packet(const struct step *s, const struct pcap_pkthdr *h, const uint8_t *bytes,
		       pcap_dumper_t *got)
{
	uint32_t now_ms = (uint32_t)(h->ts.tv_sec * 1000 + h->ts.tv_usec / 1000);
	struct frame f = frame_of(bytes, h->caplen);
	static const char *const names[] = {"forwarded", "local", "dropped"};
	static const enum nat_verdict verdicts[] = {NAT_FORWARD, NAT_DROP, NAT_LOCAL};
	enum nat_verdict v;
	struct nat_event ev;
	const struct nat_flow *flow;
	struct nat_pkt pkt;
	bool has_event;

	v = judge(&f, now_ms, &pkt, &flow, &ev, &has_event);
	if (v != verdicts[s->outcome])
		WRONG(s, "%s%s%s", names[v], v == NAT_DROP ? ": " : "",
		      v == NAT_DROP ? nat_reason_name(pkt.reason) : "");
	else if (v == NAT_DROP && strcmp(nat_reason_name(pkt.reason), s->reason) != 0)
		WRONG(s, "dropped for %s", nat_reason_name(pkt.reason));
	if (v == NAT_DROP && s->in.sum != SUM_UNFINISHED && memcmp(f.at, bytes, h->caplen) != 0)
		WRONG(s, "dropped, but changed");
	if (v == NAT_DROP && flow)
		answer(s, now_ms, flow, &pkt, got);
	if (v == NAT_FORWARD) {
		frame_send(&f, &pkt, came_len(bytes, &pkt));
		write_frame(got, now_ms, f.at, f.len);
	}
	check_event(s, has_event, &ev);
	frame_free(&f);
}

static void run_expire(const struct step *s)
{
	static const struct nat_timers timers = {
		.open_ms = 60000, .idle_ms = 7440000, .trans_ms = 240000};
	struct nat_event ev;

	check_event(s, nat_expire(&golden.call.conn, 5, &timers, s->now_ms, &ev), &ev);
}

/* A counter of the connection as text; NULL when there is none of this name. */
static const char *counter(const char *what)
{
	const struct nat_conn *c = &golden.call.conn;
	const struct {
		const char *name;
		uint64_t value;
	} counters[] = {
		{"a.pkts", c->pkts[NAT_A]},   {"b.pkts", c->pkts[NAT_B]},   {"drops", c->drops},
		{"a.bytes", c->bytes[NAT_A]}, {"b.bytes", c->bytes[NAT_B]},
	};
	static char text[24];

	if (strcmp(what, "state") == 0)
		return nat_tcp_state_name(c->tcp);
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		if (strcmp(what, counters[i].name) == 0) {
			snprintf(text, sizeof(text), "%llu", (unsigned long long)counters[i].value);
			return text;
		}
	return NULL;
}

static void run_expect(const struct step *s)
{
	for (unsigned i = 0; i < s->n_expect; i++) {
		const char *is = counter(s->expect[i].name);

		if (!is || strcmp(is, s->expect[i].value) != 0)
			WRONG(s, "%s is %s", s->expect[i].name, is ? is : "unknown");
	}
}

/* Steps in order; each packet step takes the next frame of in.pcap. */
static void run(const char *folder)
{
	char path[4096], err[PCAP_ERRBUF_SIZE];
	pcap_dumper_t *got = create(folder, "got.pcap");
	struct pcap_pkthdr *h;
	const uint8_t *bytes;
	pcap_t *in;

	snprintf(path, sizeof(path), "%s/in.pcap", folder);
	in = pcap_open_offline(path, err);
	if (!in) {
		fprintf(stderr, "%s\n", err);
		exit(2);
	}
	for (unsigned i = 0; i < golden.n_steps; i++) {
		const struct step *s = &golden.steps[i];

		if (s->kind == STEP_EXPIRE) {
			run_expire(s);
		} else if (s->kind == STEP_EXPECT) {
			run_expect(s);
		} else if (pcap_next_ex(in, &h, &bytes) == 1) {
			run_packet(s, h, bytes, got);
		} else {
			WRONG(s, "in.pcap ends early");
		}
	}
	pcap_close(in);
	pcap_dump_close(got);
}

/* ---- comparison ---------------------------------------------------------------------------------
 */

static uint8_t *load(const char *folder, const char *file, size_t *len)
{
	uint8_t *bytes = malloc(4 << 20);
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	f = fopen(path, "rb");
	if (!f || !bytes)
		abort();
	*len = fread(bytes, 1, 4 << 20, f);
	fclose(f);
	return bytes;
}

static void compare(const char *folder)
{
	size_t want_len, got_len, at = 0;
	uint8_t *want = load(folder, "want.pcap", &want_len);
	uint8_t *got = load(folder, "got.pcap", &got_len);

	while (at < want_len && at < got_len && want[at] == got[at])
		at++;
	if (want_len != got_len || at < want_len) {
		fprintf(stderr,
			"%s: %s/got.pcap and want.pcap (%zu and %zu bytes) differ at byte %zu\n",
			name, folder, got_len, want_len, at);
		failures++;
	}
	free(want);
	free(got);
}

int main(int argc, char **argv)
{
	char folder[2048];

	if (argc != 3) {
		fprintf(stderr, "usage: %s CASE FOLDER-FOR-PCAP-FILES\n", argv[0]);
		return 2;
	}
	name = argv[1];
	case_read(name, &golden);
	snprintf(folder, sizeof(folder), "%s", argv[2]);
	if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
		perror(folder);
		return 2;
	}
	build(folder);
	run(folder);
	compare(folder);
	return failures != 0;
}
