// A second TLS observer, simple and slow: keeps every byte, looks at it again with each one that
// comes. Shares no code with nat/tls.c and nat/tls_hs.c but the suites' table and the guess at
// plaintext, so that a mistake in either is seen as a difference.
#ifndef TLS_REFERENCE_H
#define TLS_REFERENCE_H

#include "../../nat/tls_view.h"

struct tls_reference;

struct tls_reference *tls_reference_new(void);
void tls_reference_free(struct tls_reference *r);
void tls_reference_byte(struct tls_reference *r, int side, uint8_t byte);
void tls_reference_fin(struct tls_reference *r, int side);
void tls_reference_reset(struct tls_reference *r, int side);
const struct nat_tls_facts *tls_reference_facts(const struct tls_reference *r);

#endif
