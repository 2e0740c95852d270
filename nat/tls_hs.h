// Handshake messages in clear: which may come now, how much of them is needed, what they say.
// Shared by TLS and DTLS. Spec: RFC 8446 section 4, RFC 5246 section 7.4, RFC 9147, RFC 6347,
// RFC 4279
#ifndef NAT_TLS_HS_H
#define NAT_TLS_HS_H

#include "bufs.h"
#include "tls_view.h"

/* Types of handshake messages that go by in clear. */
enum {
	NAT_HS_HELLO_REQUEST = 0,
	NAT_HS_CLIENT_HELLO = 1,
	NAT_HS_SERVER_HELLO = 2,
	NAT_HS_VERIFY_REQUEST = 3,
	NAT_HS_TICKET = 4,
	NAT_HS_CERTIFICATE = 11,
	NAT_HS_SERVER_KEY = 12,
	NAT_HS_CERT_REQUEST = 13,
	NAT_HS_HELLO_DONE = 14,
	NAT_HS_CERT_VERIFY = 15,
	NAT_HS_CLIENT_KEY = 16,
	NAT_HS_CERT_URL = 21,
	NAT_HS_CERT_STATUS = 22,
	NAT_HS_SUPPLEMENTAL = 23,
};

/* The longest message that is kept whole; a longer hello ends in UNKNOWN. */
enum { NAT_HS_MAX = 16384 + 512 };

/* What is news since the observer was asked last. */
enum nat_tls_news {
	NAT_TLS_NEWS_HELLO = 1 << 0,   // first ClientHello read
	NAT_TLS_NEWS_SERVER = 1 << 1,  // version and suite known
	NAT_TLS_NEWS_CERT_A = 1 << 2,  // a certificate of side A waits: nat_tls_hs_take_cert()
	NAT_TLS_NEWS_CERT_B = 1 << 3,  // the same of side B
	NAT_TLS_NEWS_UP = 1 << 4,      // state became UP
	NAT_TLS_NEWS_FAILED = 1 << 5,  // FAILED, COLLISION or PLAINTEXT
	NAT_TLS_NEWS_CLOSING = 1 << 6, // what can only be an alert, after UP
	NAT_TLS_NEWS_CLOSED = 1 << 7,
	NAT_TLS_NEWS_RENEG = 1 << 8,  // one more renegotiation completed
	NAT_TLS_NEWS_LOST = 1 << 9,   // BROKEN or UNKNOWN: nothing more will be seen
	NAT_TLS_NEWS_AGAIN = 1 << 10, // DTLS: a new association began
};

/* Handshake of one connection. */
struct nat_tls_hs {
	struct nat_tls_facts facts;
	struct nat_bufs *bufs;
	uint32_t saw[2];    // bit per message type, by side
	nat_buf cert[2];    // end-entity certificates that nobody has taken yet
	uint16_t news;      // enum nat_tls_news
	uint8_t cid_len[2]; // connection ID that this side wants to receive; valid with cid bits
	uint8_t cid;        // bit per side: connection_id extension seen
	uint8_t age_zero;   // bit per offered PSK identity (first 8): ticket age is zero
	uint8_t raw_types;  // certificate types chosen in ServerHello: bit per side
	uint8_t random[32]; // the client's, of the current hello
};

void nat_tls_hs_init(struct nat_tls_hs *hs, struct nat_bufs *bufs, bool dtls);

/* Gives certificates back that nobody took. */
void nat_tls_hs_fini(struct nat_tls_hs *hs);

/* True when a message of this type may come from this side now. Order between messages of one
 * flight is not asked: datagrams may swap. */
bool nat_tls_hs_allowed(const struct nat_tls_hs *hs, enum nat_side side, uint8_t type);

/* How many of the message's first bytes (of its body) are needed, when the first `have` of `len`
 * are at hand: at most `len`, and the answer may grow with `have`. A hello longer than NAT_HS_MAX
 * gives UINT32_MAX. */
uint32_t nat_tls_hs_need(const struct nat_tls_hs *hs, enum nat_side side, uint8_t type,
			 const uint8_t *body, uint32_t have, uint32_t len);

/* Reads a message of which the needed bytes are at hand, and moves the state. buf: the buffer in
 * which body lies, at its beginning, or 0 when it lies elsewhere; a certificate takes the buffer
 * away and sets *buf to 0. */
void nat_tls_hs_message(struct nat_tls_hs *hs, enum nat_side side, uint8_t type,
			const uint8_t *body, uint32_t have, uint32_t len, nat_buf *buf);

/* Takes the end-entity certificate (DER) of a side out of the observer. Returns its buffer, which
 * the caller gives back with nat_bufs_put(), and where it lies; 0 when none waits. */
nat_buf nat_tls_hs_take_cert(struct nat_tls_hs *hs, enum nat_side side, const uint8_t **der,
			     uint32_t *len);

/* Ways to end. Each sets state, why, side and news. */
void nat_tls_hs_fail(struct nat_tls_hs *hs, enum nat_tls_why why, enum nat_side side);
void nat_tls_hs_broken(struct nat_tls_hs *hs, enum nat_tls_why why, enum nat_side side);
void nat_tls_hs_unknown(struct nat_tls_hs *hs, enum nat_tls_why why);
void nat_tls_hs_state(struct nat_tls_hs *hs, enum nat_tls_state state, unsigned side,
		      uint16_t news);

/* An alert in clear during the handshake: counted; a fatal one ends in FAILED. */
void nat_tls_hs_alert(struct nat_tls_hs *hs, enum nat_side side, uint8_t level, uint8_t alert);

/* Fills facts.mode from the messages seen, for version 1.2 and older. Called when a side begins to
 * encrypt, and whenever a message may have changed it. */
void nat_tls_hs_settle(struct nat_tls_hs *hs, bool server_encrypts);

static inline bool nat_tls_is_13(const struct nat_tls_hs *hs)
{
	return hs->facts.version == NAT_TLS_1_3 || hs->facts.version == NAT_DTLS_1_3;
}

/* The observation is over: nothing that comes can change the state. */
static inline bool nat_tls_hs_over(const struct nat_tls_hs *hs)
{
	return hs->facts.state >= NAT_TLS_CLOSED && hs->facts.state != NAT_TLS_FAILED &&
	       hs->facts.state != NAT_TLS_PLAINTEXT;
}

/* What the first n (up to 16) bytes of a TCP stream, or of a datagram, look like. */
enum nat_plain nat_plain_stream(const uint8_t *first, uint32_t n);
enum nat_plain nat_plain_datagram(const uint8_t *data, uint32_t n);

#endif
