// A self-signed certificate made on the spot: an endpoint's identity for one run.
// Spec: RFC 5280 (fields), RFC 8122 5.1 (self-signed is enough, SDP vouches for it)
#include "identity.h"

#include <errno.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

enum { DAY_S = 86400 };

static bool serial(X509 *cert)
{
	BIGNUM *bn = BN_new();
	bool ok = bn && BN_rand(bn, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
		  BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(cert));

	BN_free(bn);
	return ok;
}

static bool fill(struct pg_identity *id, const char *name)
{
	X509_NAME *subject = X509_get_subject_name(id->cert);

	return X509_set_version(id->cert, X509_VERSION_3) && serial(id->cert) &&
	       // A peer whose clock is a little behind must not see a certificate from the future.
	       X509_gmtime_adj(X509_getm_notBefore(id->cert), -DAY_S) &&
	       X509_gmtime_adj(X509_getm_notAfter(id->cert), 30 * DAY_S) &&
	       X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name,
					  -1, -1, 0) &&
	       X509_set_issuer_name(id->cert, subject) && X509_set_pubkey(id->cert, id->key) &&
	       X509_sign(id->cert, id->key, EVP_sha256()) > 0;
}

static bool hash(struct pg_identity *id)
{
	unsigned char *der = NULL;
	int len = i2d_X509(id->cert, &der);
	bool ok = len > 0 && pg_fingerprint_of(der, len, PG_SHA256, &id->fingerprint);

	OPENSSL_free(der);
	return ok;
}

int pg_identity_new(struct pg_identity *id, const char *name)
{
	*id = (struct pg_identity){.key = EVP_EC_gen("P-256"), .cert = X509_new()};
	if (id->key && id->cert && fill(id, name) && hash(id))
		return 0;
	pg_identity_free(id);
	return -EIO;
}

void pg_identity_free(struct pg_identity *id)
{
	X509_free(id->cert);
	EVP_PKEY_free(id->key);
	*id = (struct pg_identity){0};
}
