// What endpoint.c and endpoint_tls.c need of each other; nobody else includes it.
#ifndef PG_ENDPOINT_TLS_H
#define PG_ENDPOINT_TLS_H

#include "endpoint.h"

/* Keeps the first error text and returns err. */
int pg_end_fail(struct pg_end *e, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Makes the certificate and opens the key log, if the options ask for them. 0 or -errno. */
int pg_tls_open(struct pg_end *e);

/* pg_end_read() and pg_end_write() above TLS; e->ssl is set. */
ssize_t pg_tls_read(struct pg_end *e, void *buf, size_t len);
ssize_t pg_tls_write(struct pg_end *e, const void *buf, size_t len);

/* Milliseconds until DTLS wants to send again, -1 when no timer runs; and what to do then. */
int pg_tls_timer_ms(struct pg_end *e);
void pg_tls_timer(struct pg_end *e);

/* Sends close_notify if the handshake was complete. */
void pg_tls_goodbye(struct pg_end *e);

void pg_tls_fini(struct pg_end *e);

#endif
