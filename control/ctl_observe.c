// Feeds a capture to the TCP machine and the observers of the data path, and keeps what they say.
#include "ctl_observe.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "../nat/tcp.h"
#include "ctl_capture.h"

enum {
	SLOTS = 1 << 16,
	SMALL_BUFS = 4096, // 8 MiB
	LARGE_BUFS = 512,  // 9 MiB
};

/* ---- table of connections -------------------------------------------------------------------- */

static uint32_t mix(uint32_t h, const void *data, size_t len)
{
	const uint8_t *b = data;

	while (len-- > 0)
		h = (h ^ *b++) * 16777619u;
	return h;
}

static uint32_t hash(const struct nat_ep *ep)
{
	return mix(mix(2166136261u, &ep->addr, sizeof(ep->addr)), &ep->port, sizeof(ep->port));
}

/* The same for both directions. */
static uint32_t slot_of(const struct nat_ep *x, const struct nat_ep *y)
{
	uint32_t h = hash(x) ^ hash(y);

	return (h ^ h >> 16) % SLOTS;
}

static bool same(const struct nat_ep *x, const struct nat_ep *y)
{
	return nat_addr_eq(&x->addr, &y->addr) && x->port == y->port && x->family == y->family &&
	       x->proto == y->proto;
}

/* The latest connection between two ends; *side: which of them `from` is. */
static struct ctl_conn *find(const struct ctl_observed *o, const struct nat_ep *from,
			     const struct nat_ep *to, enum nat_side *side)
{
	for (struct ctl_conn *c = o->slots[slot_of(from, to)]; c; c = c->chain) {
		for (int s = NAT_A; s <= NAT_B; s++) {
			*side = (enum nat_side)s;
			if (same(&c->ep[s], from) && same(&c->ep[!s], to))
				return c;
		}
	}
	return NULL;
}

static struct ctl_conn *add(struct ctl_observed *o, const struct nat_ep *from,
			    const struct nat_ep *to)
{
	struct ctl_conn **slot = &o->slots[slot_of(from, to)];
	struct ctl_conn *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->ep[NAT_A] = *from;
	c->ep[NAT_B] = *to;
	if (from->proto == NAT_IP_TCP)
		nat_watch_init_tcp(&c->watch, &o->bufs, true);
	else
		nat_watch_init_udp(&c->watch, &o->bufs, true);
	c->chain = *slot;
	*slot = c;
	if (o->last)
		o->last->next = c;
	else
		o->first = c;
	o->last = c;
	return c;
}

/* ---- packets --------------------------------------------------------------------------------- */

static void take_certs(struct ctl_observed *o, struct ctl_conn *c)
{
	for (int side = NAT_A; side <= NAT_B; side++) {
		const uint8_t *der;
		uint32_t len;
		nat_buf buf = nat_watch_take_cert(&c->watch, (enum nat_side)side, &der, &len);

		if (!buf)
			continue;
		if (c->n_certs[side] < CTL_CERTS)
			SHA256(der, len, c->cert[side][c->n_certs[side]++]);
		nat_bufs_put(&o->bufs, buf);
	}
}

static void note_news(struct ctl_observed *o, struct ctl_conn *c, uint64_t ns)
{
	unsigned news = nat_watch_news(&c->watch);

	if (news & NAT_TLS_NEWS_HELLO)
		c->hello_ns = ns;
	if (news & NAT_TLS_NEWS_UP)
		c->up_ns = ns;
	if (news & (NAT_TLS_NEWS_CERT_A | NAT_TLS_NEWS_CERT_B))
		take_certs(o, c);
}

static void note_tcp_event(struct ctl_conn *c, const struct nat_tcp_next *next, enum nat_side side)
{
	if (next->event != NAT_EV_TCP_DOWN && next->event != NAT_EV_TCP_FAILED)
		return;
	c->tcp_end = next->cause;
	c->tcp_side = (uint8_t)side;
	if (next->cause == NAT_CAUSE_RST || next->cause == NAT_CAUSE_REFUSED)
		nat_watch_reset(&c->watch, side);
}

static void tcp_packet(struct ctl_conn *c, struct nat_pkt *pkt, enum nat_side side, uint32_t now_ms)
{
	const struct nat_tcp *tcp = (const struct nat_tcp *)pkt->l4;
	uint32_t head = (tcp->off >> 4) * 4u;
	struct nat_segment seg = {
		.seq = nat_host32(tcp->seq),
		.ack = nat_host32(tcp->ack),
		.data = pkt->l4 + head,
		.len = pkt->l4_len - head,
		.fin = tcp->flags & NAT_TCP_FIN,
	};
	struct nat_tcp_next next;

	c->bytes[side] += seg.len;
	if (!c->middle) {
		if (!nat_tcp_step(&c->tcp, pkt, side, true, &next))
			return;
		nat_tcp_apply(&c->tcp, pkt, side, &next, now_ms);
		if (tcp->flags & NAT_TCP_SYN)
			nat_watch_syn(&c->watch, side, seg.seq);
		note_tcp_event(c, &next, side);
	}
	if (tcp->flags & NAT_TCP_SYN)
		seg.seq++;
	if (!(tcp->flags & NAT_TCP_RST) && tcp->flags & NAT_TCP_ACK)
		nat_watch_segment(&c->watch, side, &seg);
}

/* A SYN where a connection is over begins the next one between the same ports. */
static bool begins_another(const struct ctl_conn *c, const struct nat_pkt *pkt, enum nat_side side)
{
	struct nat_tcp_next next;

	if (pkt->kind != NAT_PKT_TCP || !(pkt->tcp_flags & NAT_TCP_SYN) ||
	    pkt->tcp_flags & NAT_TCP_ACK)
		return false;
	return c->middle ||
	       (c->opened && nat_tcp_step(&c->tcp, pkt, side, true, &next) && next.opens);
}

static void new_tcp(struct ctl_conn *c, const struct nat_pkt *pkt)
{
	bool syn = (pkt->tcp_flags & (NAT_TCP_SYN | NAT_TCP_ACK)) == NAT_TCP_SYN;

	c->opened = syn;
	c->middle = !syn;
}

static bool packet(struct ctl_observed *o, struct nat_pkt *pkt, uint64_t ns)
{
	const struct nat_ep from = {pkt->src, pkt->sport, pkt->family, pkt->proto};
	const struct nat_ep to = {pkt->dst, pkt->dport, pkt->family, pkt->proto};
	enum nat_side side = NAT_A;
	struct ctl_conn *c = find(o, &from, &to, &side);

	if (!c || begins_another(c, pkt, side)) {
		c = add(o, &from, &to);
		if (!c)
			return false;
		side = NAT_A;
		c->first_ns = ns;
		if (pkt->kind == NAT_PKT_TCP)
			new_tcp(c, pkt);
	}
	c->pkts[side]++;
	if (pkt->kind == NAT_PKT_TCP) {
		tcp_packet(c, pkt, side, (uint32_t)(ns / 1000000));
	} else {
		c->bytes[side] += pkt->l4_len - sizeof(struct nat_udp);
		nat_watch_datagram(&c->watch, side, pkt->l4 + sizeof(struct nat_udp),
				   pkt->l4_len - (uint32_t)sizeof(struct nat_udp));
	}
	note_news(o, c, ns);
	return true;
}

int ctl_observe_file(struct ctl_observed *o, const char *path)
{
	struct ctl_capture *capture;
	struct ctl_frame frame;
	struct nat_pkt pkt;
	const char *error;
	int more = 1;

	memset(o, 0, sizeof(*o));
	o->slots = calloc(SLOTS, sizeof(*o->slots));
	o->mem = malloc(nat_bufs_room(SMALL_BUFS, LARGE_BUFS));
	capture = ctl_capture_open(path, &error);
	if (!capture || !o->slots || !o->mem) {
		fprintf(stderr, "trgwctl: %s: %s\n", path, capture ? "out of memory" : error);
		ctl_capture_close(capture);
		return -1;
	}
	nat_bufs_init(&o->bufs, o->mem, SMALL_BUFS, LARGE_BUFS);
	while ((more = ctl_capture_next(capture, &frame, &error)) > 0) {
		o->frames++;
		switch (nat_parse(frame.data, frame.len, &pkt)) {
		case NAT_FORWARD:
			if (packet(o, &pkt, frame.ns))
				break;
			error = "out of memory";
			more = -1;
			break;
		case NAT_LOCAL: break;
		case NAT_DROP: o->skipped[pkt.reason]++; break;
		}
		if (more < 0)
			break;
	}
	if (more < 0)
		fprintf(stderr, "trgwctl: %s: after %llu frames: %s\n", path,
			(unsigned long long)o->frames, error);
	ctl_capture_close(capture);
	return more < 0 ? -1 : 0;
}

void ctl_observed_free(struct ctl_observed *o)
{
	while (o->first) {
		struct ctl_conn *c = o->first;

		o->first = c->next;
		nat_watch_fini(&c->watch);
		free(c);
	}
	free(o->slots);
	free(o->mem);
}

int ctl_observe(int n, char **words, bool json)
{
	struct ctl_observed o;
	int status;

	if (n != 1) {
		fputs("usage: trgwctl observe FILE.pcap[ng] [--json]\n", stderr);
		return 2;
	}
	status = ctl_observe_file(&o, words[0]);
	if (o.frames || status == 0) {
		if (json)
			ctl_observe_json(&o, stdout);
		else
			ctl_observe_text(&o, stdout);
	}
	ctl_observed_free(&o);
	return status ? 1 : 0;
}
