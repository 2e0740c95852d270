// One observer per bearer: finds out whether a TCP connection carries TLS or framed DTLS, puts its
// segments in order, and feeds the right machine. A UDP flow carries DTLS.
#ifndef NAT_WATCH_H
#define NAT_WATCH_H

#include "framed.h"
#include "stream.h"
#include "tls.h"

enum nat_watch_kind {
	NAT_WATCH_OPEN,   // TCP, nothing said yet
	NAT_WATCH_TLS,    // TCP with TLS, or with anything that is neither
	NAT_WATCH_FRAMED, // TCP with DTLS in RFC 4571 frames
	NAT_WATCH_DTLS,   // UDP
};

/* What is known of one bearer. One writer, no locks, no clock; all memory is here and in bufs. */
struct nat_watch {
	struct nat_stream stream;
	struct nat_bufs *bufs;
	uint8_t kind; // enum nat_watch_kind
	bool follow;  // recognise closing
	bool done;    // TCP: nothing more is wanted, except FIN and RST after UP
	uint8_t n_prefix[2], prefix[2][4]; // while OPEN: the first bytes
	union {
		struct nat_tls tls;
		struct nat_framed framed;
		struct nat_dtls dtls;
	};
};

/* Begins with a new connection, or with a UDP flow. follow: after the handshake keep walking record
 * headers, so that closing and renegotiation are recognised; without it the cost is one branch a
 * packet. *bufs must outlive *w, which is not looked at before. */
void nat_watch_init_tcp(struct nat_watch *w, struct nat_bufs *bufs, bool follow);
void nat_watch_init_udp(struct nat_watch *w, struct nat_bufs *bufs, bool follow);

/* Gives all buffers back, certificates that nobody took included. */
void nat_watch_fini(struct nat_watch *w);

/* TCP: the number of a SYN or SYN/ACK from this side. Without it a connection was joined in its
 * middle and is UNKNOWN. */
void nat_watch_syn(struct nat_watch *w, enum nat_side side, uint32_t seq);

/* TCP: a segment with ACK that passed; retransmissions and empty ones may come, too. */
void nat_watch_segment_slow(struct nat_watch *w, enum nat_side side, const struct nat_segment *seg);

/* TCP: an RST that ended the connection. */
void nat_watch_reset(struct nat_watch *w, enum nat_side side);

/* TCP: nothing has moved for some seconds while segments wait for missing ones: waits no longer, so
 * that buffers come back. Cheap when nothing waits. */
void nat_watch_give_up(struct nat_watch *w);

/* UDP: a datagram that passed. */
void nat_watch_datagram(struct nat_watch *w, enum nat_side side, const uint8_t *data, uint32_t len);

/* What is known by now. Valid until the next call; never NULL. */
const struct nat_tls_facts *nat_watch_facts(const struct nat_watch *w);

/* What is news since the last call of this function (enum nat_tls_news). */
unsigned nat_watch_news(struct nat_watch *w);

/* Takes an end-entity certificate; see nat_tls_hs_take_cert(). */
nat_buf nat_watch_take_cert(struct nat_watch *w, enum nat_side side, const uint8_t **der,
			    uint32_t *len);

/* nat_watch_segment_slow() behind the two ways in which a segment of an established connection
 * usually passes: nothing is wanted any more; or it is next in order and inside a protected record.
 */
static inline void nat_watch_segment(struct nat_watch *w, enum nat_side side,
				     const struct nat_segment *seg)
{
	struct nat_stream_dir *d = &w->stream.dir[side];

	if (!seg->fin && (w->done || seg->len == 0))
		return;
	if (w->kind == NAT_WATCH_TLS && seg->seq == d->next && !seg->fin &&
	    !(w->stream.dir[0].held | w->stream.dir[1].held) &&
	    nat_tls_inside(&w->tls, side, seg->len)) {
		d->next += seg->len;
		return;
	}
	nat_watch_segment_slow(w, side, seg);
}

#endif
