// H.248 for a gateway or its controller: encode, decode, transactions at most once. Sans I/O.
// Spec: H.248.1 v3 clause 8, Annex B, Annex D.1; TS 29.238
//
// No sockets, threads or clocks here: bytes and milliseconds go in, bytes come out by a callback.
// One peer object is one control association; all its calls come from one thread.
#ifndef IX_H
#define IX_H

#include "err.h"
#include "msg.h"

/* ---- text codec ------------------------------------------------------------------------------ */

enum ix_style { IX_PRETTY, IX_COMPACT }; // long tokens with layout, short tokens without

/* Where and why decoding stopped. */
struct ix_fault {
	uint16_t code;   // H.248 error code for the peer
	uint32_t offset; // bytes from the start; line and column count from 1
	uint32_t line, column;
	char text[128]; // for logs and for the Error descriptor
	bool have_head; // version and MID were read: the error can be addressed
	bool have_tid;  // the failing request's id was read; faults elsewhere are a 400 without it
	uint32_t tid;
};

/* Decodes one message of `len` bytes. On success *msg lies in the arena. On failure returns NULL,
 * fills *fault, and if fault->have_head, *head holds version and MID. Never reads beyond len, never
 * recurses deeper than a fixed bound, allocates from the arena only. */
struct ix_msg *ix_text_decode(struct ix_arena *arena, const void *bytes, size_t len,
			      struct ix_fault *fault, struct ix_msg *head);

/* Encodes into buf. Returns the length, or -EMSGSIZE when size is too small, -EINVAL when the form
 * has no text (buf is then undefined). Nothing follows the last token but one line end where
 * allowed. */
long ix_text_encode(const struct ix_msg *msg, enum ix_style style, char *buf, size_t size);

/* True when both messages say the same: identifiers without case, SDP by bytes, layout ignored. */
bool ix_msg_equal(const struct ix_msg *a, const struct ix_msg *b);

/* Reads "[192.0.2.1]:2944", "<domain>:2944", "device". False when malformed. */
bool ix_mid_parse(struct ix_arena *arena, const char *text, struct ix_mid *mid);
bool ix_mid_equal(const struct ix_mid *a, const struct ix_mid *b);
/* Writes the text form, NUL-terminated, cut to size; returns buf. */
const char *ix_mid_text(const struct ix_mid *mid, char *buf, size_t size);

struct ix_ber_conf;

/* ---- transactions ---------------------------------------------------------------------------- */

/* Provisioned timers and limits, milliseconds (spec/ix-profile.md 1.4 suggests the defaults). */
struct ix_peer_conf {
	struct ix_mid self;            // our MID; its strings must outlive the peer
	enum ix_style style;           // of text
	bool binary;                   // send BER; what arrives is understood in either encoding
	const struct ix_ber_conf *ber; // ber.h; must outlive the peer; NULL: defaults
	uint8_t version;               // header version to send until ix_peer_set_version()
	size_t mtu;                    // largest message to send, bytes
	uint32_t rto_ms, rto_max_ms;   // 200, 4000
	uint32_t t_max_ms;             // 25 000: peer is lost
	uint32_t long_timer_ms;        // 30 000: replies and ids are remembered
	uint32_t pending_after_ms;     // 2 000: answer Pending when a request takes longer
	unsigned pending_limit;        // 5
	unsigned max_stored;           // replies and ids remembered, bound of the table
	size_t max_stored_bytes;       // bound of stored replies
	unsigned max_requests;         // own requests in flight
	bool reliable;                 // SCTP, TCP: no retransmission, no acknowledgement
	uint64_t seed;                 // of the back-off jitter
};
void ix_peer_conf_default(struct ix_peer_conf *conf);

struct ix_peer;
struct ix_txn; // a request of the peer's that waits for our reply

struct ix_peer_ops {
	/* Send these bytes to the peer now. */
	void (*output)(void *user, const void *bytes, size_t len);
	/* A request to execute, once. Answer with ix_txn_reply() now or later, exactly once. item
	 * and msg live until this returns. */
	void (*request)(void *user, struct ix_txn *txn, const struct ix_msg *msg,
			const struct ix_item *item);
	/* The answer to our request: item is the reply, or NULL with why = 0 when T-MAX passed,
	 * else an H.248 code (506 too many Pendings). Lives until this returns. */
	void (*reply)(void *user, uint32_t tid, void *cookie, const struct ix_item *item,
		      uint16_t why);
	/* Something worth a log line or a counter; may be NULL. */
	void (*note)(void *user, const char *text);
};

/* NULL without memory. ops and user must outlive the peer. */
struct ix_peer *ix_peer_new(const struct ix_peer_conf *conf, const struct ix_peer_ops *ops,
			    void *user);
/* Forgets everything; open ix_txn become invalid, reply() is not called. */
void ix_peer_free(struct ix_peer *peer);

/* One message has arrived. Hostile input is answered as 4.4/4.5 say or ignored. */
void ix_peer_input(struct ix_peer *peer, const void *bytes, size_t len, uint64_t now_ms);

/* Sends a request and retransmits it until answered. Actions are encoded at once. *tid is its
 * number. -ENOBUFS too many in flight, -EMSGSIZE does not fit the mtu, -ENOMEM. */
int ix_peer_request(struct ix_peer *peer, const struct ix_action *actions, void *cookie,
		    uint32_t *tid, uint64_t now_ms);

/* Answers a request: actions, or a transaction-level error (then actions is NULL). Encoded, sent,
 * and stored for retransmission before this returns; txn is gone afterwards. A reply that does not
 * fit the mtu becomes error 533. */
void ix_txn_reply(struct ix_txn *txn, const struct ix_action *actions, const struct ix_error *error,
		  uint64_t now_ms);

/* When ix_peer_tick() wants to be called next: milliseconds on the caller's clock, UINT64_MAX =
 * never. */
uint64_t ix_peer_deadline(const struct ix_peer *peer);
void ix_peer_tick(struct ix_peer *peer, uint64_t now_ms);

/* The header version agreed at registration. */
void ix_peer_set_version(struct ix_peer *peer, uint8_t version);
/* The peer's MID as last seen; kind NONE before the first message. */
const struct ix_mid *ix_peer_mid(const struct ix_peer *peer);

struct ix_peer_stats {
	uint64_t msgs_in, msgs_out, bytes_in, bytes_out;
	uint64_t requests_in, requests_out, replies_in, replies_out;
	uint64_t retransmits_in; // requests answered from the store
	uint64_t retransmits_out;
	uint64_t pendings_in, pendings_out, acks_in, acks_out;
	uint64_t errors_in; // messages that could not be decoded
	uint64_t timeouts;  // own requests that T-MAX ended
	uint64_t refused;   // requests refused because the store was full (511)
};
void ix_peer_stats_get(const struct ix_peer *peer, struct ix_peer_stats *stats);

#endif
