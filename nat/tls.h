// Watches the bytes of one TLS connection: who began, what was agreed, how it ended. Never
// decrypts. Spec: RFC 8446 (1.3), RFC 5246 (1.2), RFC 4346 (1.1), RFC 2246 (1.0)
#ifndef NAT_TLS_H
#define NAT_TLS_H

#include "tls_hs.h"

enum nat_tls_dir_flags {
	NAT_TLS_D_SPOKE = 1 << 0,    // its first record header was one
	NAT_TLS_D_HIDDEN = 1 << 1,   // 1.2 and older: sent ChangeCipherSpec
	NAT_TLS_D_FINISHED = 1 << 2, // 1.2 and older: sent its Finished; 1.3: a protected record
	NAT_TLS_D_REKEYED = 1 << 3,  // sent a ChangeCipherSpec under protection
	NAT_TLS_D_MSG_READ = 1 << 4, // what is needed of the current message has been read
	NAT_TLS_D_ENDED = 1 << 5,    // FIN
	NAT_TLS_D_LOST = 1 << 6,     // bytes are missing after UP
};

/* Bytes of one side. */
struct nat_tls_dir {
	uint32_t skip;     // bytes of the current record that are passed over
	uint32_t msg_left; // bytes of the current message that have not come yet
	uint32_t msg_len;  // all of its bytes, without its header
	nat_buf buf;       // holds the first `have` bytes of a message that came in pieces
	uint16_t have;
	uint16_t clear_left; // bytes of the current clear record that have not come yet
	uint16_t rec_len, last_len;
	uint8_t rec_type, last_type; // last: of the last record that was complete
	uint8_t flags;               // enum nat_tls_dir_flags
	uint8_t n_head, head[5];     // record header as far as it has come
	uint8_t n_msg, msg[4];       // message header, or the first byte of an alert
	uint8_t n_first, first[16];  // how the stream began: for a guess at plaintext
};

struct nat_tls {
	struct nat_tls_hs hs;
	struct nat_tls_dir dir[2];
	bool follow;         // walk record headers after UP, to recognise closing
	uint8_t server_said; // 1.3: records of the server after UP, stops at 2
	bool refused;        // 1.3: the first of them had the shape of an alert
};

/* follow: keep walking record headers after UP, so that closing, truncation and renegotiation are
 * seen. bufs must outlive *t. */
void nat_tls_init(struct nat_tls *t, struct nat_bufs *bufs, bool follow);

/* Gives all buffers back, certificates too that nobody took. */
void nat_tls_fini(struct nat_tls *t);

/* The next bytes of a side, each byte once and in order (nat/stream.h). Any number of them; the
 * outcome does not depend on how they are cut. Returns false when nothing more is wanted. */
bool nat_tls_bytes(struct nat_tls *t, enum nat_side side, const uint8_t *data, uint32_t len);

/* The side's FIN is next in order. */
void nat_tls_ended(struct nat_tls *t, enum nat_side side);

/* The side sent an RST that ended the connection. */
void nat_tls_reset(struct nat_tls *t, enum nat_side side);

/* Bytes of a side are missing and will not come (why: GAP, NO_BUFFER, MIDDLE). Before UP the state
 * becomes UNKNOWN, afterwards only how it ends stays unsure. */
void nat_tls_lost(struct nat_tls *t, enum nat_side side, enum nat_tls_why why);

/* True when the observer wants no more bytes: the one question to ask per packet. */
static inline bool nat_tls_done(const struct nat_tls *t)
{
	const uint8_t closed = NAT_TLS_D_ENDED | NAT_TLS_D_LOST;

	switch (t->hs.facts.state) {
	case NAT_TLS_NONE:
	case NAT_TLS_HELLO:
	case NAT_TLS_RETRY:
	case NAT_TLS_SERVER: return false;
	case NAT_TLS_PLAINTEXT: return t->dir[t->hs.facts.side].n_first == sizeof(t->dir[0].first);
	case NAT_TLS_UP:
	case NAT_TLS_CLOSING:
	case NAT_TLS_CLOSED:
		return !t->follow || (t->dir[0].flags & closed && t->dir[1].flags & closed);
	default: return true;
	}
}

/* Steps over bytes inside a protected record: true when `len` bytes of this side were no more than
 * that. For the path of every packet. */
static inline bool nat_tls_inside(struct nat_tls *t, enum nat_side side, uint32_t len)
{
	struct nat_tls_dir *d = &t->dir[side];

	if (len >= d->skip)
		return false;
	d->skip -= len;
	return true;
}

#endif
