// The SDP that Ix carries in Local and Remote: read what a border gateway needs, keep the rest.
// Spec: RFC 8866 (syntax), H.248.1 7.1.8 and Annex B (CHOOSE, relaxed lines), RFC 4145, RFC 8122
#ifndef IX_SDP_H
#define IX_SDP_H

#include "msg.h"

enum ix_sdp_family { IX_SDP_NO_ADDR, IX_SDP_IP4 = 4, IX_SDP_IP6 = 6 };
enum ix_setup {
	IX_SETUP_NONE,
	IX_SETUP_ACTIVE,
	IX_SETUP_PASSIVE,
	IX_SETUP_ACTPASS,
	IX_SETUP_HOLDCONN
};
enum ix_transport { IX_TP_UNKNOWN, IX_TP_TCP, IX_TP_UDP };
enum ix_secure { IX_CLEAR, IX_TLS, IX_DTLS, IX_SRTP };

/* What a proto string means for the gateway (spec/tcp-tls-media.md 7.1, 7.6). */
struct ix_proto {
	const char *name; // canonical spelling
	enum ix_transport transport;
	enum ix_secure secure;
	bool rtp;  // brings an RTCP port unless rtcp-mux
	bool bare; // "TCP", "UDP": agnostic
};
/* Without case. NULL for a proto that the gateway does not carry (error 515). */
const struct ix_proto *ix_proto_find(struct ix_str name);

/* One session with one media line. Slices point into the text that was parsed. */
struct ix_sdp {
	enum ix_sdp_family family; // of c=, media level before session level
	bool addr_choose;          // c=IN IP4 $
	struct ix_str addr;        // text of the address, len 0 with $ or without c=
	struct ix_str media;       // "message", "-"
	bool port_choose;
	bool port_unused; // "-"
	uint16_t port;
	struct ix_str proto_name, formats;
	const struct ix_proto *proto; // NULL = unknown
	enum ix_setup setup;
	enum { IX_CONN_NONE, IX_CONN_NEW, IX_CONN_EXISTING } connection;
	bool rtcp_mux;
	bool has_as;
	uint32_t as_kbps;             // b=AS
	struct ix_str text;           // the whole session
	uint32_t addr_at[2], port_at; // offsets in text of what ix_sdp_fill() replaces: session and
				      // media level c= address (UINT32_MAX absent), m= port
};

/* Parses the first session of `text`; further sessions ("v=" lines) are alternatives and only
 * counted. False with code and reason (474, 449) when it is no SDP. Lines that the gateway does not
 * know are kept. Lengths, ports and numbers are checked. */
bool ix_sdp_parse(struct ix_str text, struct ix_sdp *sdp, unsigned *sessions, struct ix_error *err);

/* The session's text with its c= address and m= port replaced (all c= lines), CRLF ended, rest as
 * it was. For answers to CHOOSE, and for an IBCF that rewrites an offer. p NULL on exhaustion. */
struct ix_str ix_sdp_fill(struct ix_arena *arena, const struct ix_sdp *sdp,
			  enum ix_sdp_family family, const char *addr, uint16_t port);

/* Value of the n-th (from 0) attribute of this name, at media level before session level; len 0 and
 * p NULL when absent; p non-NULL when present without value. */
struct ix_str ix_sdp_attr(const struct ix_sdp *sdp, const char *name, unsigned n);

#endif
