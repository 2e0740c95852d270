// A second DTLS observer, simple and slow: a byte map per message, every rule written out. It obeys
// the same limits (messages put together at a time, pieces of one), since they decide what is seen.
#ifndef DTLS_REFERENCE_H
#define DTLS_REFERENCE_H

#include "../../nat/tls_view.h"

struct dtls_reference;

struct dtls_reference *dtls_reference_new(void);
void dtls_reference_free(struct dtls_reference *r);
void dtls_reference_datagram(struct dtls_reference *r, int side, const uint8_t *data, uint32_t len);
const struct nat_tls_facts *dtls_reference_facts(const struct dtls_reference *r);

#endif
