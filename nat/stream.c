// Puts TCP segments in order with a short list of those that came too early.
// Spec: RFC 9293 3.4 (sequence numbers)
#include "stream.h"

#include <string.h>

/* What stands before the bytes in a held segment's buffer. */
struct held {
	nat_buf next;
	uint32_t seq, ack, len;
};

static bool before(uint32_t x, uint32_t y)
{
	return (int32_t)(x - y) < 0;
}

void nat_stream_init(struct nat_stream *s)
{
	*s = (struct nat_stream){.causal = true};
}

static void drop_held(struct nat_stream_dir *d, struct nat_bufs *bufs)
{
	while (d->held) {
		nat_buf buf = d->held;

		d->held = ((struct held *)nat_bufs_at(bufs, buf))->next;
		nat_bufs_put(bufs, buf);
	}
	d->n_held = 0;
}

void nat_stream_fini(struct nat_stream *s, struct nat_bufs *bufs)
{
	drop_held(&s->dir[NAT_A], bufs);
	drop_held(&s->dir[NAT_B], bufs);
}

void nat_stream_syn(struct nat_stream *s, enum nat_side side, uint32_t seq)
{
	struct nat_stream_dir *d = &s->dir[side];

	if (d->flags & (NAT_STREAM_BEGUN | NAT_STREAM_LOST | NAT_STREAM_ENDED))
		return;
	d->next = seq + 1;
	d->flags = NAT_STREAM_OPEN;
}

static void lose(struct nat_stream *s, struct nat_bufs *bufs, enum nat_side side,
		 enum nat_stream_loss loss, const struct nat_stream_sink *sink)
{
	struct nat_stream_dir *d = &s->dir[side];

	drop_held(d, bufs);
	d->flags |= NAT_STREAM_LOST;
	s->causal = false; // what the other side acknowledges cannot be followed any more
	sink->lost(sink->ctx, side, loss);
}

/* True when all that the sender had received of the other side has come by. */
static bool answers_known(const struct nat_stream *s, enum nat_side side, uint32_t ack)
{
	const struct nat_stream_dir *o = &s->dir[nat_other(side)];

	return !s->causal || !before(o->next + !!(o->flags & NAT_STREAM_ENDED), ack);
}

static void hold(struct nat_stream *s, struct nat_bufs *bufs, enum nat_side side,
		 const struct nat_segment *seg, const struct nat_stream_sink *sink)
{
	struct nat_stream_dir *d = &s->dir[side];
	struct held *h;
	nat_buf buf;

	for (buf = d->held; buf; buf = h->next) {
		h = (struct held *)nat_bufs_at(bufs, buf);
		if (h->seq == seg->seq && h->len >= seg->len)
			return;
	}
	if (d->n_held == NAT_STREAM_HELD || before(d->next + NAT_STREAM_AHEAD, seg->seq)) {
		lose(s, bufs, side, NAT_STREAM_GAP, sink);
		return;
	}
	buf = seg->len > NAT_BUF_LARGE ? 0 : nat_bufs_get(bufs, seg->len + sizeof(*h));
	if (!buf) {
		lose(s, bufs, side, NAT_STREAM_NO_BUFFER, sink);
		return;
	}
	h = (struct held *)nat_bufs_at(bufs, buf);
	*h = (struct held){d->held, seg->seq, seg->ack, seg->len};
	memcpy(h + 1, seg->data, seg->len);
	d->held = buf;
	d->n_held++;
}

/* Hands on the part of a segment that is next. Bytes behind the FIN are no bytes. */
static bool hand_on(struct nat_stream_dir *d, enum nat_side side, uint32_t seq, const uint8_t *data,
		    uint32_t len, const struct nat_stream_sink *sink)
{
	uint32_t skip = d->next - seq;

	if (skip >= len)
		return true;
	data += skip;
	len -= skip;
	if (d->flags & NAT_STREAM_FIN && len > d->fin - d->next)
		len = d->fin - d->next;
	if (len == 0)
		return true;
	d->next += len;
	d->flags |= NAT_STREAM_BEGUN;
	return sink->bytes(sink->ctx, side, data, len);
}

/* Takes one held segment whose time has come off the list and hands it on. */
static bool release_one(struct nat_stream *s, struct nat_bufs *bufs, enum nat_side side,
			const struct nat_stream_sink *sink, bool *more)
{
	struct nat_stream_dir *d = &s->dir[side];
	nat_buf before_it = 0, buf;
	struct held *h;
	bool wants;

	*more = false;
	for (buf = d->held; buf; before_it = buf, buf = h->next) {
		h = (struct held *)nat_bufs_at(bufs, buf);
		if (before(d->next, h->seq) || !answers_known(s, side, h->ack))
			continue;
		if (before_it)
			((struct held *)nat_bufs_at(bufs, before_it))->next = h->next;
		else
			d->held = h->next;
		d->n_held--;
		wants = hand_on(d, side, h->seq, (const uint8_t *)(h + 1), h->len, sink);
		nat_bufs_put(bufs, buf);
		*more = true;
		return wants;
	}
	return true;
}

static bool end_if_reached(struct nat_stream *s, enum nat_side side,
			   const struct nat_stream_sink *sink)
{
	struct nat_stream_dir *d = &s->dir[side];

	if ((d->flags & (NAT_STREAM_FIN | NAT_STREAM_ENDED)) != NAT_STREAM_FIN ||
	    d->next != d->fin || !answers_known(s, side, d->fin_ack))
		return false;
	d->flags |= NAT_STREAM_ENDED;
	sink->ended(sink->ctx, side);
	return true;
}

/* Until nothing moves: each turn takes a segment off a list or ends a side, so there are few. */
static void settle(struct nat_stream *s, struct nat_bufs *bufs, const struct nat_stream_sink *sink)
{
	bool moved = true, more;

	while (moved) {
		moved = false;
		for (int side = NAT_A; side <= NAT_B; side++) {
			if (!release_one(s, bufs, (enum nat_side)side, sink, &more)) {
				nat_stream_fini(s, bufs);
				return;
			}
			moved |= more;
			moved |= end_if_reached(s, (enum nat_side)side, sink);
		}
	}
}

void nat_stream_segment(struct nat_stream *s, struct nat_bufs *bufs, enum nat_side side,
			const struct nat_segment *seg, const struct nat_stream_sink *sink)
{
	struct nat_stream_dir *d = &s->dir[side];

	if (d->flags & (NAT_STREAM_LOST | NAT_STREAM_ENDED))
		return;
	if (!(d->flags & NAT_STREAM_OPEN)) {
		if (seg->len || seg->fin)
			lose(s, bufs, side, NAT_STREAM_NO_START, sink);
		return;
	}
	if (seg->fin && !(d->flags & NAT_STREAM_FIN) && !before(seg->seq + seg->len, d->next)) {
		d->fin = seg->seq + seg->len;
		d->fin_ack = seg->ack;
		d->flags |= NAT_STREAM_FIN;
	}
	if (seg->len && before(d->next, seg->seq + seg->len)) {
		if (before(d->next, seg->seq) || !answers_known(s, side, seg->ack)) {
			hold(s, bufs, side, seg, sink);
		} else if (!hand_on(d, side, seg->seq, seg->data, seg->len, sink)) {
			nat_stream_fini(s, bufs);
			return;
		}
	}
	settle(s, bufs, sink);
}

void nat_stream_give_up(struct nat_stream *s, struct nat_bufs *bufs,
			const struct nat_stream_sink *sink)
{
	for (int side = NAT_A; side <= NAT_B; side++)
		if (s->dir[side].held)
			lose(s, bufs, (enum nat_side)side, NAT_STREAM_GAP, sink);
	settle(s, bufs, sink);
}
