// Certificate fingerprints as SDP carries them: read, write, choose, compare.
// Spec: RFC 8122 5 and 5.1
#ifndef PG_FINGERPRINT_H
#define PG_FINGERPRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Hash functions in rising strength, so that a larger number is preferred. MD2 and MD5 are unknown
 * on purpose: RFC 8122 forbids them. */
enum pg_hash { PG_HASH_NONE, PG_SHA1, PG_SHA224, PG_SHA256, PG_SHA384, PG_SHA512 };

enum { PG_FINGERPRINTS_MAX = 16, PG_FINGERPRINT_TEXT = 8 + 64 * 3 + 1 };

struct pg_fingerprint {
	enum pg_hash hash;
	unsigned len;
	uint8_t digest[64];
};

/* All usable fingerprints of one SDP. */
struct pg_fingerprints {
	unsigned n;
	struct pg_fingerprint list[PG_FINGERPRINTS_MAX];
};

/* Reads "sha-256 AA:BB:..." (an a=fingerprint value, not NUL-terminated). Hash names without case;
 * digests in either case, although only upper case is ever written. Returns 0, -ENOTSUP for a hash
 * function that must be skipped, -EINVAL when it is no fingerprint. */
int pg_fingerprint_parse(const char *text, size_t len, struct pg_fingerprint *fp);

/* Writes "sha-256 AA:BB:..." and returns buf. len >= PG_FINGERPRINT_TEXT. */
const char *pg_fingerprint_write(const struct pg_fingerprint *fp, char *buf, size_t len);

/* Hashes a DER certificate. False only when the crypto library fails. */
bool pg_fingerprint_of(const void *der, size_t len, enum pg_hash hash, struct pg_fingerprint *fp);

/* The strongest hash function in the set; PG_HASH_NONE when the set is empty. */
enum pg_hash pg_fingerprints_strongest(const struct pg_fingerprints *set);

/* True when the certificate's fingerprint, made with the strongest hash function of the set, equals
 * one of the set's fingerprints of that function. Weaker ones never count. */
bool pg_fingerprints_match(const struct pg_fingerprints *set, const void *der, size_t len);

#endif
