// Puts the streams of a capture back together and checks that they are TLS or DTLS to the last
// byte. Spec: RFC 9293 3.4 (sequence numbers), RFC 5246 6.2.1 and RFC 8446 5.1 (records), RFC
// 6347 4.1
#include "proof.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../nat/wire.h"

enum {
	STREAMS_MAX = 4096,
	HELD_MAX = 4096, // segments of one direction that wait for an earlier one
	HELD_BYTES_MAX = 16 << 20,
	RECORD_MAX = 16384 + 2048, // largest TLS record body
	TLS_HEAD = 5,
	DTLS_HEAD = 13,
	TYPE_ALERT = 21,
	TYPE_HANDSHAKE = 22,
	TYPE_DATA = 23,
};

// A segment that came too early.
struct held {
	struct held *next;
	uint32_t seq, len;
	unsigned long number;
	uint8_t bytes[];
};

// One direction of a stream.
struct way {
	bool begun;        // TCP: its SYN was seen
	bool broken;       // judged already: no more findings about it
	uint32_t next;     // TCP: sequence number of the first byte still missing
	struct held *held; // ascending
	unsigned n_held;
	size_t held_bytes;
	uint64_t packets;
	uint64_t bytes; // payload taken so far
	uint64_t records;
	uint8_t head[TLS_HEAD]; // TLS record header under way
	unsigned have;
	uint32_t skip; // bytes left of the record's body
};

// The two ends of a stream; way[0] is what the first one sends, who sent the first packet.
struct stream {
	uint8_t family, proto;
	uint8_t addr[2][16];
	uint16_t port[2];
	struct way way[2];
};

struct pg_streams {
	struct stream *list;
	unsigned n;
	bool full;
};

struct pg_streams *pg_streams_new(void)
{
	struct pg_streams *s = calloc(1, sizeof(*s));

	if (s)
		s->list = calloc(STREAMS_MAX, sizeof(*s->list));
	if (s && !s->list) {
		free(s);
		return NULL;
	}
	return s;
}

static void drop_held(struct way *w)
{
	while (w->held) {
		struct held *h = w->held;

		w->held = h->next;
		free(h);
	}
	w->n_held = 0;
	w->held_bytes = 0;
}

void pg_streams_free(struct pg_streams *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < s->n; i++) {
		drop_held(&s->list[i].way[0]);
		drop_held(&s->list[i].way[1]);
	}
	free(s->list);
	free(s);
}

static const char *end_text(const struct stream *s, int end, char *buf, size_t size)
{
	char addr[INET6_ADDRSTRLEN];

	inet_ntop(s->family == 4 ? AF_INET : AF_INET6, s->addr[end], addr, sizeof(addr));
	snprintf(buf, size, s->family == 4 ? "%s:%u" : "[%s]:%u", addr, s->port[end]);
	return buf;
}

enum { END_TEXT = INET6_ADDRSTRLEN + 8 };

// A finding about one direction ends the judgement of it.
static void broken(struct stream *s, int from, unsigned long number, const char *what,
		   struct pg_findings *f)
{
	struct way *w = &s->way[from];
	char a[END_TEXT], b[END_TEXT], at[40] = "";

	if (!w->broken && number)
		snprintf(at, sizeof(at), "packet %lu: ", number);
	if (!w->broken)
		pg_finding(f, "%s%s to %s: byte %" PRIu64 ": %s", at,
			   end_text(s, from, a, sizeof(a)), end_text(s, !from, b, sizeof(b)),
			   w->bytes, what);
	w->broken = true;
	drop_held(w);
}

// ---- records

static bool record_type(uint8_t type)
{
	return type >= 20 && type <= TYPE_DATA;
}

// Takes the next bytes of a direction, wherever they cut its records.
static void tls_bytes(struct stream *s, int from, const uint8_t *p, size_t len,
		      unsigned long number, struct pg_findings *f)
{
	struct way *w = &s->way[from];

	while (len && !w->broken) {
		size_t part = len < w->skip ? len : w->skip;

		if (w->skip) {
			w->skip -= (uint32_t)part;
		} else {
			part = 1;
			w->head[w->have++] = *p;
		}
		if (w->have == 1 && !record_type(w->head[0]))
			return broken(s, from, number, "not a TLS record: content type", f);
		if (w->have == TLS_HEAD) {
			w->have = 0;
			w->skip = nat_load16(w->head + 3);
			if (w->head[1] != 3 || w->head[2] > 4)
				return broken(s, from, number, "not a TLS record: version", f);
			if (w->skip > RECORD_MAX || (w->skip == 0 && w->head[0] != TYPE_DATA))
				return broken(s, from, number, "not a TLS record: length", f);
			if (!w->records++ && w->head[0] != TYPE_HANDSHAKE &&
			    w->head[0] != TYPE_ALERT)
				return broken(s, from, number,
					      "TLS does not begin with a handshake", f);
		}
		w->bytes += part;
		p += part;
		len -= part;
	}
}

// One datagram: DTLS records, one behind the other, to its last byte.
static void dtls_datagram(struct stream *s, int from, const struct pg_segment *seg,
			  unsigned long number, struct pg_findings *f)
{
	struct way *w = &s->way[from];
	const uint8_t *p = seg->payload;
	size_t len = seg->len;

	if (!len)
		return broken(s, from, number, "empty datagram", f);
	while (len) {
		size_t size = len >= DTLS_HEAD ? DTLS_HEAD + (size_t)nat_load16(p + 11) : 0;

		if (len < DTLS_HEAD || !record_type(p[0]) || p[1] != 0xfe ||
		    (p[2] != 0xfd && p[2] != 0xff))
			return broken(s, from, number, "not a DTLS record", f);
		if (size > len || size > DTLS_HEAD + RECORD_MAX || size == DTLS_HEAD)
			return broken(s, from, number, "not a DTLS record: length", f);
		if (!w->records++ && p[0] != TYPE_HANDSHAKE && p[0] != TYPE_ALERT)
			return broken(s, from, number, "DTLS does not begin with a handshake", f);
		w->bytes += size;
		p += size;
		len -= size;
	}
}

// ---- TCP order

// Takes what is new of a segment that begins at or before the first missing byte.
static void take(struct stream *s, int from, uint32_t seq, const uint8_t *p, uint32_t len,
		 unsigned long number, struct pg_findings *f)
{
	struct way *w = &s->way[from];
	uint32_t old = w->next - seq;

	if (old >= len)
		return; // a retransmission
	w->next = seq + len;
	tls_bytes(s, from, p + old, len - old, number, f);
}

static void hold(struct stream *s, int from, const struct pg_segment *seg, unsigned long number,
		 struct pg_findings *f)
{
	struct way *w = &s->way[from];
	struct held **at = &w->held, *h;

	if (w->n_held == HELD_MAX || w->held_bytes + seg->len > HELD_BYTES_MAX)
		return broken(s, from, number, "too much data waits for a segment that is missing",
			      f);
	h = malloc(sizeof(*h) + seg->len);
	if (!h)
		return broken(s, from, number, "no memory", f);
	*h = (struct held){.seq = seg->seq, .len = seg->len, .number = number};
	memcpy(h->bytes, seg->payload, seg->len);
	while (*at && (int32_t)((*at)->seq - h->seq) <= 0)
		at = &(*at)->next;
	h->next = *at;
	*at = h;
	w->n_held++;
	w->held_bytes += h->len;
}

// Segments that waited and whose turn has come.
static void take_held(struct stream *s, int from, struct pg_findings *f)
{
	struct way *w = &s->way[from];

	while (w->held && (int32_t)(w->held->seq - w->next) <= 0) {
		struct held *h = w->held;

		w->held = h->next;
		w->n_held--;
		w->held_bytes -= h->len;
		take(s, from, h->seq, h->bytes, h->len, h->number, f);
		free(h);
	}
}

static void tcp_segment(struct stream *s, int from, const struct pg_segment *seg,
			unsigned long number, struct pg_findings *f)
{
	struct way *w = &s->way[from];
	uint32_t seq = seg->seq;

	if (seg->flags & NAT_TCP_SYN) {
		if (!w->begun)
			w->next = seq + 1;
		w->begun = true;
		seq++;
	}
	if (!seg->len || w->broken)
		return;
	if (!w->begun)
		return broken(s, from, number, "data without a SYN: the capture began too late", f);
	if ((int32_t)(seq - w->next) > 0) {
		struct pg_segment early = *seg;

		early.seq = seq;
		return hold(s, from, &early, number, f);
	}
	take(s, from, seq, seg->payload, seg->len, number, f);
	take_held(s, from, f);
}

// ---- which stream

// The end of the stream that sent the packet, or -1 when it belongs to another stream.
static int sender(const struct stream *s, const struct pg_segment *seg)
{
	size_t len = seg->family == 4 ? 4 : 16;

	if (s->family != seg->family || s->proto != seg->proto)
		return -1;
	for (int from = 0; from < 2; from++)
		if (s->port[from] == seg->sport && s->port[!from] == seg->dport &&
		    !memcmp(s->addr[from], seg->src, len) && !memcmp(s->addr[!from], seg->dst, len))
			return from;
	return -1;
}

// True when this SYN begins another connection between the same two endpoints.
static bool begins_anew(const struct stream *s, int from, const struct pg_segment *seg)
{
	const struct way *w = &s->way[from];
	uint32_t first = w->next - (uint32_t)w->bytes - 1;

	return seg->proto == NAT_IP_TCP &&
	       (seg->flags & (NAT_TCP_SYN | NAT_TCP_ACK)) == NAT_TCP_SYN && w->begun &&
	       !w->broken && seg->seq != first;
}

static struct stream *stream_of(struct pg_streams *all, const struct pg_segment *seg, int *from,
				struct pg_findings *f)
{
	struct stream *s;

	for (unsigned i = all->n; i-- > 0;) { // the latest connection first
		*from = sender(&all->list[i], seg);
		if (*from >= 0 && begins_anew(&all->list[i], *from, seg))
			break;
		if (*from >= 0)
			return &all->list[i];
	}
	if (all->n == STREAMS_MAX) {
		if (!all->full)
			pg_finding(f, "more than %d streams", STREAMS_MAX);
		all->full = true;
		return NULL;
	}
	s = &all->list[all->n++];
	s->family = seg->family;
	s->proto = seg->proto;
	memcpy(s->addr[0], seg->src, 16);
	memcpy(s->addr[1], seg->dst, 16);
	s->port[0] = seg->sport;
	s->port[1] = seg->dport;
	*from = 0;
	return s;
}

void pg_streams_add(struct pg_streams *all, const struct pg_segment *seg, unsigned long number,
		    struct pg_findings *f)
{
	int from;
	struct stream *s = stream_of(all, seg, &from, f);

	if (!s)
		return;
	s->way[from].packets++;
	if (seg->proto == NAT_IP_TCP)
		tcp_segment(s, from, seg, number, f);
	else if (!s->way[from].broken)
		dtls_datagram(s, from, seg, number, f);
}

void pg_streams_end(struct pg_streams *all, struct pg_findings *f)
{
	for (unsigned i = 0; i < all->n; i++) {
		for (int from = 0; from < 2; from++) {
			struct stream *s = &all->list[i];
			struct way *w = &s->way[from];

			if (w->held)
				broken(s, from, w->held->number,
				       "bytes before this segment are missing", f);
			else if (w->have || w->skip)
				broken(s, from, 0, "the stream ends within a TLS record", f);
		}
	}
}

void pg_streams_sum(const struct pg_streams *all, struct pg_streams_sum *sum)
{
	memset(sum, 0, sizeof(*sum));
	for (unsigned i = 0; i < all->n; i++) {
		const struct stream *s = &all->list[i];
		uint64_t records = s->way[0].records + s->way[1].records;

		sum->bytes += s->way[0].bytes + s->way[1].bytes;
		if (s->proto == NAT_IP_TCP) {
			sum->tcp++;
			sum->tls_records += records;
		} else {
			sum->udp++;
			sum->dtls_records += records;
		}
	}
}

uint64_t pg_streams_packets(const struct pg_streams *all, const char *endpoint)
{
	uint64_t packets = 0;
	char text[END_TEXT];

	for (unsigned i = 0; i < all->n; i++) {
		const struct stream *s = &all->list[i];

		for (int end = 0; end < 2; end++)
			if (s->way[0].bytes && s->way[1].bytes &&
			    !strcmp(end_text(s, end, text, sizeof(text)), endpoint))
				packets += s->way[0].packets + s->way[1].packets;
	}
	return packets;
}
