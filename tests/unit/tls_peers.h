// Two real OpenSSL endpoints without sockets, and a recording of all that passed between them.
#ifndef TLS_PEERS_H
#define TLS_PEERS_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

/* One write of a side: a TLS flight or a DTLS datagram, in the order in which it went out. */
struct chunk {
	uint8_t side; // 0 = client
	uint32_t len;
	uint8_t *data;
};

struct recording {
	struct chunk *chunk;
	unsigned n;
};

/* What one handshake shall be like. Zero means the usual. */
struct plan {
	const char *name;
	int version; // TLS1_2_VERSION, .. ; both ends offer only this one
	bool dtls;
	int mtu;                    // DTLS: 0 = 1400
	const char *ciphers;        // 1.2 and older, server's and client's
	const char *client_ciphers; // when they differ
	const char *groups;         // server's
	const char *client_groups;  // in order: the first gets the key share
	bool mutual, client_has_no_cert, refuse_client, client_refuses, psk, resume, no_tickets;
	bool cookie, renegotiate, anonymous, early_data;
	unsigned chain; // extra bytes in the server's chain, in certificates of about 1 KiB
	unsigned alpn;  // bytes of ALPN list in the ClientHello
	enum { CLOSE_BOTH, CLOSE_CLIENT, CLOSE_NONE } close;
};

struct outcome {
	struct recording rec;
	bool client_ok, server_ok; // handshake finished
	int version;
	unsigned suite;
	bool resumed;
	uint8_t sha256[2][32]; // of the end-entity certificates: [0] client's, [1] server's
	bool has_cert[2];      // sent by that side
};

/* Plays the plan; every end is recorded. The caller frees with outcome_free(). */
void play(const struct plan *plan, struct outcome *out);
void outcome_free(struct outcome *out);

#endif
