// One media connection of an endpoint: TCP or UDP socket, TLS or DTLS by OpenSSL on top.
// Spec: RFC 8122 (fingerprints), RFC 4145 (active, passive), RFC 6347 (DTLS 1.2)
#ifndef PG_ENDPOINT_H
#define PG_ENDPOINT_H

#include <openssl/ssl.h>
#include <sys/types.h>

#include "fingerprint.h"
#include "identity.h"
#include "options.h"

enum { PG_ERROR_TEXT = 320, PG_SOCK_TEXT = 64 };

/* Everything is non-blocking inside; calls that wait respect one deadline for the whole call. All
 * functions that fail leave the cause and, where we know it, the cure in error. */
struct pg_end {
	const struct pg_options *opt;
	int listener, fd; // -1 when closed
	SSL_CTX *ctx;
	SSL *ssl;
	bool secured;        // the handshake is complete
	bool wants_write;    // TLS itself waits for room in the socket
	bool refused;        // the last UDP call met an ICMP error
	bool peer_closed;    // clean end: close_notify, or FIN on a clear connection
	int64_t deadline_ms; // on pg_now_ms()'s clock
	int alert_in;        // last alert received, -1 none
	int keylog;          // file descriptor, -1 none
	uint8_t cookie[16];  // DTLS server: what the client must send back
	struct sockaddr_storage local, remote;
	socklen_t remote_len;
	struct pg_identity id;           // certificate; key NULL with PSK or in clear
	struct pg_fingerprints expected; // from the peer's SDP
	struct pg_fingerprint peer;      // of the certificate we saw; hash 0 = none seen
	bool fingerprint_ok;
	char error[PG_ERROR_TEXT];
};

/* Monotonic milliseconds. */
int64_t pg_now_ms(void);

/* Binds the local address and port and, unless the role can only be active, listens (TCP). Makes
 * the certificate when one is needed. e->local then holds the real port. opt must outlive e.
 * Returns 0 or -errno. */
int pg_end_open(struct pg_end *e, const struct pg_options *opt);

/* TCP: connects from the bound address, again and again until the deadline when it is refused or
 * unreachable; a silent peer is left to the kernel's SYN retransmission. UDP: sets the peer. */
int pg_end_connect(struct pg_end *e, const struct sockaddr_storage *to, socklen_t len);

/* TCP: waits for the peer's connection and closes the listener. */
int pg_end_accept(struct pg_end *e);

/* Runs the TLS or DTLS handshake as client or server, exactly in the version asked for. With
 * certificates both sides must show one, and the peer's must match e->expected. Nothing to do for
 * clear media. Returns 0 or -errno. */
int pg_end_secure(struct pg_end *e, bool client);

/* Reads what is there: > 0 bytes, 0 = clean end, -EAGAIN = nothing now, else -errno. */
ssize_t pg_end_read(struct pg_end *e, void *buf, size_t len);

/* Writes what fits: > 0 bytes, -EAGAIN = nothing now, else -errno. Over UDP one call is one
 * datagram, and one that the network refuses counts as sent and lost. */
ssize_t pg_end_write(struct pg_end *e, const void *buf, size_t len);

/* Waits until something can be read (or written, if want_write), at most wait_ms (-1 = until the
 * deadline). Read until -EAGAIN before waiting: what TLS has already buffered wakes nobody. Returns
 * 0 (also after wait_ms), -ETIMEDOUT when the deadline has passed. */
int pg_end_wait(struct pg_end *e, bool want_write, int wait_ms);

/* Ends politely: close_notify and FIN out, then up to two seconds (DTLS: half of one) for the
 * peer's, so that nothing in flight (an alert, a last response) is lost to a reset. */
void pg_end_close(struct pg_end *e);

/* Frees everything; e may be zeroed and opened again. */
void pg_end_fini(struct pg_end *e);

/* "192.0.2.1:5000" or "[2001:db8::1]:5000" into buf (PG_SOCK_TEXT); returns buf. */
const char *pg_sock_text(const struct sockaddr_storage *sa, char *buf, size_t len);

#endif
