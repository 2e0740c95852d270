// What has been seen of a TLS or DTLS connection, as data and names, for those who only look.
// Spec: RFC 8446, RFC 5246, RFC 9147, RFC 6347
#ifndef NAT_TLS_VIEW_H
#define NAT_TLS_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "view.h"

/* X(symbol, name). UP: for version 1.2 and older both Finished messages went by; for 1.3, where
 * they are hidden, the client's protected flight did (inferred). UNKNOWN and BROKEN end the
 * observation, never the media. */
#define NAT_TLS_STATES(X)                                                                          \
	X(NONE, "none")                                                                            \
	X(HELLO, "client-hello")                                                                   \
	X(RETRY, "hello-retry")                                                                    \
	X(SERVER, "server-hello")                                                                  \
	X(UP, "up")                                                                                \
	X(CLOSING, "closing")                                                                      \
	X(CLOSED, "closed")                                                                        \
	X(FAILED, "failed")                                                                        \
	X(COLLISION, "collision")                                                                  \
	X(PLAINTEXT, "plaintext")                                                                  \
	X(BROKEN, "broken")                                                                        \
	X(UNKNOWN, "unknown")

/* Why a state of FAILED, BROKEN or UNKNOWN was reached. */
#define NAT_TLS_WHYS(X)                                                                            \
	X(NOTHING, "none")                                                                         \
	X(ALERT, "alert")               /* FAILED: fatal alert in clear */                         \
	X(HIDDEN_ALERT, "hidden-alert") /* FAILED: a protected record that can only be an alert */ \
	X(FIN, "fin")                   /* FAILED: TCP closed during the handshake */              \
	X(RST, "rst")                   /* FAILED: TCP reset during the handshake */               \
	X(RECORD, "bad-record")         /* BROKEN: record header */                                \
	X(MESSAGE, "bad-message")       /* BROKEN: handshake message that contradicts itself */    \
	X(ORDER, "bad-order")           /* BROKEN: message or record that has no place here */     \
	X(MIDDLE, "no-start")           /* UNKNOWN: the beginning was not seen */                  \
	X(GAP, "gap")                   /* UNKNOWN: bytes are missing */                           \
	X(NO_BUFFER, "no-buffer")       /* UNKNOWN: pool empty */                                  \
	X(TOO_LONG, "too-long")         /* UNKNOWN: hello longer than any buffer */                \
	X(VERSION, "version")           /* UNKNOWN: a version that has not been invented yet */

/* How keys were agreed. */
#define NAT_TLS_MODES(X)                                                                           \
	X(UNSEEN, "unknown")                                                                       \
	X(FULL, "full")                                                                            \
	X(RESUMED, "resumed") /* 1.3: by the ticket age, which external PSKs set to zero */        \
	X(PSK, "psk")                                                                              \
	X(ANON, "anonymous")

/* How one side ended, or the whole connection. */
#define NAT_TLS_ENDS(X)                                                                            \
	X(OPEN, "open")                                                                            \
	X(CLEAN, "clean")         /* what can only be an alert was the last record (inferred) */   \
	X(TRUNCATED, "truncated") /* FIN with no alert before it */                                \
	X(RESET, "reset")                                                                          \
	X(UNSURE, "unsure") /* record headers were not followed to the end */

/* What bytes that are no TLS look like. A guess by the first 16 bytes. */
#define NAT_PLAINS(X)                                                                              \
	X(NONE, "none")                                                                            \
	X(OTHER, "other")                                                                          \
	X(MSRP, "msrp")                                                                            \
	X(BFCP, "bfcp")                                                                            \
	X(RTP, "rtp")                                                                              \
	X(RTCP, "rtcp")                                                                            \
	X(STUN, "stun")                                                                            \
	X(TURN, "turn-channel")                                                                    \
	X(ZRTP, "zrtp")                                                                            \
	X(TPKT, "tpkt")                                                                            \
	X(HTTP, "http")                                                                            \
	X(SSH, "ssh")                                                                              \
	X(SSL2, "sslv2-hello")

// clang-format off
#define X(sym, ...) NAT_TLS_##sym,
enum nat_tls_state { NAT_TLS_STATES(X) NAT_TLS_STATE_COUNT };
#undef X
#define X(sym, ...) NAT_TLS_WHY_##sym,
enum nat_tls_why { NAT_TLS_WHYS(X) NAT_TLS_WHY_COUNT };
#undef X
#define X(sym, ...) NAT_TLS_MODE_##sym,
enum nat_tls_mode { NAT_TLS_MODES(X) NAT_TLS_MODE_COUNT };
#undef X
#define X(sym, ...) NAT_TLS_END_##sym,
enum nat_tls_end { NAT_TLS_ENDS(X) NAT_TLS_END_COUNT };
#undef X
#define X(sym, ...) NAT_PLAIN_##sym,
enum nat_plain { NAT_PLAINS(X) NAT_PLAIN_COUNT };
#undef X
// clang-format on

/* Versions as the wire has them. */
enum {
	NAT_SSL_3 = 0x0300,
	NAT_TLS_1_0 = 0x0301,
	NAT_TLS_1_1 = 0x0302,
	NAT_TLS_1_2 = 0x0303,
	NAT_TLS_1_3 = 0x0304,
	NAT_DTLS_1_0 = 0xfeff,
	NAT_DTLS_1_2 = 0xfefd,
	NAT_DTLS_1_3 = 0xfefc,
};

enum nat_tls_fact_flags {
	NAT_TLS_F_SNI = 1 << 0,          // the client named a server (the name is not kept)
	NAT_TLS_F_ALPN = 1 << 1,         // the client offered application protocols
	NAT_TLS_F_RETRIED = 1 << 2,      // HelloRetryRequest or HelloVerifyRequest
	NAT_TLS_F_EARLY = 1 << 3,        // 0-RTT data was offered
	NAT_TLS_F_ASKED = 1 << 4,        // CertificateRequest in clear
	NAT_TLS_F_PSK_OFFERED = 1 << 5,  // pre_shared_key extension, or PSK in ClientKeyExchange
	NAT_TLS_F_CID = 1 << 6,          // DTLS connection IDs negotiated
	NAT_TLS_F_RENEG_ASKED = 1 << 7,  // protected handshake record after UP (1.2 and older)
	NAT_TLS_F_RAW_KEY = 1 << 8,      // raw public keys in place of X.509
	NAT_TLS_F_NO_CERT = 1 << 9,      // the client answered with an empty certificate list
	NAT_TLS_F_CERT_UNKEPT = 1 << 10, // a certificate went by but could not be kept
	NAT_TLS_F_REFUSED = 1 << 11,   // 1.3: the server's first word after the client's flight was
				       // shaped like an alert: client certificate refused, probably
	NAT_TLS_F_HEARTBEAT = 1 << 12, // a heartbeat record went by
	NAT_TLS_F_FRAMED = 1 << 13,    // DTLS over TCP (RFC 4571)
};

enum { NAT_TLS_NO_SIDE = 2, NAT_TLS_ALERT_HIDDEN = 255, NAT_TLS_ALERT_NONE = 254 };

/* All that is known of one connection or association. Nothing here is secret: of a PSK identity
 * only the length is kept. */
struct nat_tls_facts {
	uint16_t version;     // negotiated; 0 = not known yet
	uint16_t offered;     // highest version that the client offers
	uint16_t suite;       // valid when version is
	uint16_t group;       // key exchange group, 0 = not visible
	uint16_t psk_len;     // bytes of the (first) PSK identity
	uint16_t cert_len[2]; // bytes of the end-entity certificate of either side, 0 = none seen
	uint16_t flags;       // enum nat_tls_fact_flags
	uint16_t foreign;     // DTLS: datagrams that are no DTLS, beside STUN
	uint16_t stun;        // DTLS: STUN datagrams
	uint8_t dtls;         // 1: this is DTLS
	uint8_t state;        // enum nat_tls_state
	uint8_t why;          // enum nat_tls_why
	uint8_t side;   // who did what `state` says: alert, FIN, plaintext; or NAT_TLS_NO_SIDE
	uint8_t client; // who sent the ClientHello, or NAT_TLS_NO_SIDE
	uint8_t mode;   // enum nat_tls_mode
	uint8_t alerts; // seen in clear, stops at 255
	uint8_t alert;  // the last of them, NAT_TLS_ALERT_NONE or _HIDDEN
	uint8_t alert_side;
	uint8_t renegotiations; // completed; stops at 255
	uint8_t associations;   // DTLS: handshakes begun; stops at 255
	uint8_t end[2];         // enum nat_tls_end of either side
	uint8_t close;          // enum nat_tls_end of the whole
	uint8_t plain;          // enum nat_plain
};

const char *nat_tls_state_name(enum nat_tls_state state);
const char *nat_tls_why_name(enum nat_tls_why why);
const char *nat_tls_mode_name(enum nat_tls_mode mode);
const char *nat_tls_end_name(enum nat_tls_end end);
const char *nat_plain_name(enum nat_plain plain);

/* "TLS 1.2", "DTLS 1.3", ..; "unknown" for others. */
const char *nat_tls_version_name(uint16_t version);

/* "handshake_failure" and so on by its number; "hidden", "none", "unknown". */
const char *nat_tls_alert_name(uint8_t alert);

/* Name of a key exchange group ("x25519"), NULL when not known. */
const char *nat_tls_group_name(uint16_t group);

#endif
