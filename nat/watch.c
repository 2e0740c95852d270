// Chooses between TLS and framed DTLS by the first four bytes, and passes everything on.
// Spec: RFC 8446 5.1, RFC 4571, RFC 8856 section 4 (TCP/DTLS/BFCP)
#include "watch.h"

void nat_watch_init_tcp(struct nat_watch *w, struct nat_bufs *bufs, bool follow)
{
	*w = (struct nat_watch){.bufs = bufs, .follow = follow, .kind = NAT_WATCH_OPEN};
	nat_stream_init(&w->stream);
	nat_tls_init(&w->tls, bufs, follow);
}

void nat_watch_init_udp(struct nat_watch *w, struct nat_bufs *bufs, bool follow)
{
	*w = (struct nat_watch){.bufs = bufs, .follow = follow, .kind = NAT_WATCH_DTLS};
	nat_dtls_init(&w->dtls, bufs, follow);
}

void nat_watch_fini(struct nat_watch *w)
{
	nat_stream_fini(&w->stream, w->bufs);
	switch ((enum nat_watch_kind)w->kind) {
	case NAT_WATCH_OPEN:
	case NAT_WATCH_TLS: nat_tls_fini(&w->tls); break;
	case NAT_WATCH_FRAMED: nat_framed_fini(&w->framed); break;
	case NAT_WATCH_DTLS: nat_dtls_fini(&w->dtls); break;
	}
}

static bool feed(struct nat_watch *w, enum nat_side side, const uint8_t *data, uint32_t len)
{
	if (w->kind == NAT_WATCH_FRAMED) {
		nat_framed_bytes(&w->framed, side, data, len);
		return true;
	}
	w->done = !nat_tls_bytes(&w->tls, side, data, len);
	return !w->done;
}

/* RFC 4571's length, then a DTLS record. A TLS record has its small minor version there. */
static bool is_framed(const uint8_t *first)
{
	return first[2] >= 20 && first[2] <= 25 && first[3] == 0xfe;
}

/* Replays what was kept back: first the side that decided the matter. */
static void decide(struct nat_watch *w, enum nat_side side)
{
	enum nat_side other = nat_other(side);

	w->kind = NAT_WATCH_TLS;
	if (w->n_prefix[side] == sizeof(w->prefix[side]) && is_framed(w->prefix[side])) {
		w->kind = NAT_WATCH_FRAMED;
		nat_framed_init(&w->framed, w->bufs, w->follow);
	}
	if (feed(w, side, w->prefix[side], w->n_prefix[side]) && w->n_prefix[other])
		feed(w, other, w->prefix[other], w->n_prefix[other]);
}

static bool on_bytes(void *ctx, enum nat_side side, const uint8_t *data, uint32_t len)
{
	struct nat_watch *w = ctx;

	while (w->kind == NAT_WATCH_OPEN && len > 0) {
		w->prefix[side][w->n_prefix[side]++] = *data++;
		len--;
		if (w->n_prefix[side] == sizeof(w->prefix[side]))
			decide(w, side);
	}
	if (len == 0 || w->done)
		return !w->done;
	return feed(w, side, data, len);
}

static void on_ended(void *ctx, enum nat_side side)
{
	struct nat_watch *w = ctx;

	if (w->kind == NAT_WATCH_OPEN && w->n_prefix[side])
		decide(w, side);
	if (w->kind == NAT_WATCH_FRAMED) {
		nat_dtls_ended(&w->framed.dtls, side, false);
		return;
	}
	nat_tls_ended(&w->tls, side);
	w->done = nat_tls_done(&w->tls);
}

static void on_lost(void *ctx, enum nat_side side, enum nat_stream_loss loss)
{
	struct nat_watch *w = ctx;
	enum nat_tls_why why = loss == NAT_STREAM_NO_START ? NAT_TLS_WHY_MIDDLE
			       : loss == NAT_STREAM_GAP    ? NAT_TLS_WHY_GAP
							   : NAT_TLS_WHY_NO_BUFFER;

	if (w->kind == NAT_WATCH_FRAMED) {
		nat_dtls_lost(&w->framed.dtls, why);
		return;
	}
	nat_tls_lost(&w->tls, side, why);
	w->done = nat_tls_done(&w->tls);
}

void nat_watch_syn(struct nat_watch *w, enum nat_side side, uint32_t seq)
{
	nat_stream_syn(&w->stream, side, seq);
}

/* Of an established connection, next in order, nothing waits: straight to the record headers. */
static bool is_plain(const struct nat_watch *w, enum nat_side side, const struct nat_segment *seg)
{
	const struct nat_stream_dir *d = &w->stream.dir[side];

	return w->kind == NAT_WATCH_TLS && w->tls.hs.facts.state == NAT_TLS_UP && !seg->fin &&
	       seg->seq == d->next && d->flags == (NAT_STREAM_OPEN | NAT_STREAM_BEGUN) &&
	       !(w->stream.dir[NAT_A].held | w->stream.dir[NAT_B].held);
}

void nat_watch_segment_slow(struct nat_watch *w, enum nat_side side, const struct nat_segment *seg)
{
	const struct nat_stream_sink sink = {on_bytes, on_ended, on_lost, w};

	if (is_plain(w, side, seg) && !w->done) {
		w->stream.dir[side].next += seg->len;
		w->done = !nat_tls_bytes(&w->tls, side, seg->data, seg->len);
		return;
	}
	if (!w->done)
		nat_stream_segment(&w->stream, w->bufs, side, seg, &sink);
	else if (seg->fin && w->kind == NAT_WATCH_TLS && !w->follow)
		nat_tls_ended(&w->tls, side);
}

void nat_watch_give_up(struct nat_watch *w)
{
	const struct nat_stream_sink sink = {on_bytes, on_ended, on_lost, w};

	nat_stream_give_up(&w->stream, w->bufs, &sink);
}

void nat_watch_reset(struct nat_watch *w, enum nat_side side)
{
	if (w->kind == NAT_WATCH_OPEN && w->n_prefix[NAT_A] + w->n_prefix[NAT_B])
		decide(w, w->n_prefix[NAT_A] ? NAT_A : NAT_B);
	if (w->kind == NAT_WATCH_FRAMED)
		nat_dtls_ended(&w->framed.dtls, side, true);
	else if (w->kind != NAT_WATCH_DTLS)
		nat_tls_reset(&w->tls, side);
	w->done = true;
	nat_stream_fini(&w->stream, w->bufs);
}

void nat_watch_datagram(struct nat_watch *w, enum nat_side side, const uint8_t *data, uint32_t len)
{
	nat_dtls_datagram(&w->dtls, side, data, len);
}

static struct nat_tls_hs *handshake(struct nat_watch *w)
{
	switch ((enum nat_watch_kind)w->kind) {
	case NAT_WATCH_FRAMED: return &w->framed.dtls.hs;
	case NAT_WATCH_DTLS: return &w->dtls.hs;
	default: return &w->tls.hs;
	}
}

const struct nat_tls_facts *nat_watch_facts(const struct nat_watch *w)
{
	switch ((enum nat_watch_kind)w->kind) {
	case NAT_WATCH_FRAMED: return nat_dtls_facts(&w->framed.dtls);
	case NAT_WATCH_DTLS: return nat_dtls_facts(&w->dtls);
	default: return &w->tls.hs.facts;
	}
}

unsigned nat_watch_news(struct nat_watch *w)
{
	struct nat_tls_hs *hs = handshake(w);
	unsigned news = hs->news;

	hs->news = 0;
	return news;
}

nat_buf nat_watch_take_cert(struct nat_watch *w, enum nat_side side, const uint8_t **der,
			    uint32_t *len)
{
	return nat_tls_hs_take_cert(handshake(w), side, der, len);
}
