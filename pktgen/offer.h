// Offer and answer of the media endpoints: write our SDP, read the peer's.
// Spec: RFC 4975 8, RFC 6135, RFC 6714 (MSRP); RFC 8856 (BFCP); T.38 D.2.3, RFC 7345 (T.38); RFC
// 8122
#ifndef PG_OFFER_H
#define PG_OFFER_H

#include "fingerprint.h"
#include "options.h"

enum { PG_PATH_MAX = 255, PG_TLS_ID_LEN = 40 };

/* The conference, the user and the floor that a BFCP offer of ours names. */
enum { PG_BFCP_CONFID = 4321, PG_BFCP_USERID = 1234, PG_BFCP_FLOORID = 1 };

/* What our SDP says beyond the options. */
struct pg_own_sdp {
	const struct pg_options *opt; // opt->setup is the line's a=setup
	struct sockaddr_storage at; // where we are; the port is written as 9 when we are TCP active
	const struct pg_fingerprint *fingerprint; // NULL: no certificate
	char path[PG_PATH_MAX + 1];               // MSRP URI
	char tls_id[PG_TLS_ID_LEN + 1];           // DTLS
	uint64_t session;
};

/* What the peer's SDP says. */
struct pg_peer_sdp {
	struct sockaddr_storage at; // c= and m=; without CEMA what a=path says
	socklen_t at_len;
	enum pg_setup setup;
	struct pg_fingerprints fingerprints;
	char path[PG_PATH_MAX + 1]; // MSRP: first URI of a=path
	bool server, client;        // BFCP: what a=floorctrl offers (s-only, c-only, c-s)
	uint32_t confid;
	uint16_t userid, floorid; // 0 when absent
};

/* "TCP/TLS/MSRP" and so on. */
const char *pg_proto_name(const struct pg_options *opt);

/* The SDP, CRLF ended, malloc'd; NULL when memory is short. */
char *pg_offer_write(const struct pg_own_sdp *own);

/* Reads the peer's SDP and checks that it is the same kind of media as ours. Returns 0 or -errno
 * with a reason in error. */
int pg_offer_read(struct pg_peer_sdp *peer, const struct pg_options *opt, const char *text,
		  size_t len, char *error, size_t error_len);

#endif
