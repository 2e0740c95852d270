// Cipher suites by number, and the verdict on what two ends agreed.
// Spec: IANA TLS Parameters (cipher suites), TS 33.210 6.2, RFC 9325 sections 3.1, 4.1, 4.2
#ifndef NAT_TLS_PROFILE_H
#define NAT_TLS_PROFILE_H

#include <stdint.h>

#include "tls_view.h"

enum nat_tls_kx {
	NAT_KX_1_3,   // TLS 1.3: said by extensions, not by the suite
	NAT_KX_RSA,   // key transport: no forward secrecy
	NAT_KX_DH,    // static DH or ECDH
	NAT_KX_DHE,   // ephemeral, finite field
	NAT_KX_ECDHE, // ephemeral, elliptic curves
	NAT_KX_PSK,   // plain PSK: no forward secrecy
	NAT_KX_DHE_PSK,
	NAT_KX_ECDHE_PSK,
	NAT_KX_RSA_PSK,
	NAT_KX_ANON, // nobody is authenticated
	NAT_KX_ECDH_ANON,
	NAT_KX_EXPORT,
	NAT_KX_OTHER, // Kerberos, SRP, GOST, PWD
};

enum nat_tls_cipher {
	NAT_CIPHER_NULL,  // no encryption at all
	NAT_CIPHER_WEAK,  // RC4, DES, 3DES, RC2, IDEA, export
	NAT_CIPHER_CBC,   // block cipher with separate MAC
	NAT_CIPHER_AEAD,  // 16-byte tag
	NAT_CIPHER_CCM_8, // AEAD with an 8-byte tag
	NAT_CIPHER_OTHER,
};

struct nat_tls_suite {
	uint16_t id;
	uint8_t kx;     // enum nat_tls_kx
	uint8_t cipher; // enum nat_tls_cipher
	const char *name;
};

/* The suite of a number, NULL when it is not in the registry. */
const struct nat_tls_suite *nat_tls_suite(uint16_t id);

/* The registered name, "unknown" for others. */
const char *nat_tls_suite_name(uint16_t id);

/* The whole table, in order of numbers; *count entries. */
const struct nat_tls_suite *nat_tls_suites(unsigned *count);

/* True when the suite's ServerKeyExchange and ClientKeyExchange carry PSK fields. */
static inline int nat_tls_kx_is_psk(unsigned kx)
{
	return kx >= NAT_KX_PSK && kx <= NAT_KX_RSA_PSK;
}

#define NAT_TLS_VERDICTS(X)                                                                        \
	X(UNKNOWN, "unknown")       /* version or suite not known */                               \
	X(CONFORMING, "conforming") /* what TS 33.210 and RFC 9325 ask for */                      \
	X(DEPRECATED, "deprecated") /* SHOULD NOT, or not in the profile */                        \
	X(FORBIDDEN, "forbidden")   /* MUST NOT */                                                 \
	X(NULL_ENC, "null-encryption")

// clang-format off
#define X(sym, ...) NAT_TLS_IS_##sym,
enum nat_tls_verdict { NAT_TLS_VERDICTS(X) NAT_TLS_VERDICT_COUNT };
#undef X
// clang-format on

/* Judges a negotiated version and suite. *why (may be NULL) is always set: a text of a few words.
 * PSK suites without forward secrecy conform with AEAD, and with the AES-CBC suites of RFC 4279 and
 * RFC 5487: media keyed by a KMS has no other (TS 33.328). */
enum nat_tls_verdict nat_tls_judge(uint16_t version, uint16_t suite, const char **why);

const char *nat_tls_verdict_name(enum nat_tls_verdict verdict);

#endif
