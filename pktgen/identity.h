// A self-signed certificate made on the spot: an endpoint's identity for one run.
#ifndef PG_IDENTITY_H
#define PG_IDENTITY_H

#include <openssl/x509.h>

#include "fingerprint.h"

struct pg_identity {
	EVP_PKEY *key;
	X509 *cert;
	struct pg_fingerprint fingerprint; // sha-256, as it goes into SDP
};

/* EC P-256 key, random serial number, subject CN=`name`, valid from yesterday for 30 days. Returns
 * 0, or -EIO when the crypto library fails; then nothing is held. */
int pg_identity_new(struct pg_identity *id, const char *name);

/* Frees what pg_identity_new() made; a zeroed identity is fine. */
void pg_identity_free(struct pg_identity *id);

#endif
