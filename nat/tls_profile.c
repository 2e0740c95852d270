// The verdict on version and suite, as a table of rules of which the first that fits counts.
// Spec: TS 33.210 6.2 (profile), RFC 9325 sections 3.1, 4.1 and 4.2, RFC 7465 (RC4), RFC 8996
#include "tls_profile.h"

#include <stddef.h>

enum { ANY = 255 };

struct rule {
	uint8_t kx, cipher;
	uint8_t verdict;
	const char *why;
};

// clang-format off
/* Anonymous and export key exchange before ciphers: a strong cipher does not mend them. */
static const struct rule rules[] = {
	{NAT_KX_EXPORT,    ANY,              NAT_TLS_IS_FORBIDDEN,  "export key exchange"},
	{NAT_KX_ANON,      ANY,              NAT_TLS_IS_FORBIDDEN,  "nobody is authenticated"},
	{NAT_KX_ECDH_ANON, ANY,              NAT_TLS_IS_FORBIDDEN,  "nobody is authenticated"},
	{ANY,              NAT_CIPHER_WEAK,  NAT_TLS_IS_FORBIDDEN,  "cipher is broken or too short"},
	{ANY,              NAT_CIPHER_OTHER, NAT_TLS_IS_DEPRECATED, "cipher is not in the profile"},
	{NAT_KX_OTHER,     ANY,              NAT_TLS_IS_DEPRECATED, "key exchange is not in the profile"},
	{ANY,              NAT_CIPHER_CCM_8, NAT_TLS_IS_DEPRECATED, "authentication tag of 8 bytes"},
	{NAT_KX_RSA,       ANY,              NAT_TLS_IS_DEPRECATED, "no forward secrecy"},
	{NAT_KX_DH,        ANY,              NAT_TLS_IS_DEPRECATED, "no forward secrecy"},
	{NAT_KX_RSA_PSK,   ANY,              NAT_TLS_IS_DEPRECATED, "no forward secrecy"},
	{NAT_KX_PSK,       NAT_CIPHER_AEAD,  NAT_TLS_IS_CONFORMING, "PSK"},
	{NAT_KX_PSK,       NAT_CIPHER_CBC,   NAT_TLS_IS_CONFORMING, "PSK"},
	{ANY,              NAT_CIPHER_CBC,   NAT_TLS_IS_DEPRECATED, "CBC mode"},
	{NAT_KX_DHE,       ANY,              NAT_TLS_IS_DEPRECATED, "finite-field DHE (RFC 9325 4.1)"},
	{ANY,              NAT_CIPHER_AEAD,  NAT_TLS_IS_CONFORMING, "AEAD with forward secrecy"},
};
// clang-format on

static enum nat_tls_verdict say(const char **why, enum nat_tls_verdict verdict, const char *text)
{
	if (why)
		*why = text;
	return verdict;
}

/* Of suites without encryption the old version is the smaller trouble. */
enum nat_tls_verdict nat_tls_judge(uint16_t version, uint16_t suite, const char **why)
{
	const struct nat_tls_suite *s = nat_tls_suite(suite);

	if (version == 0)
		return say(why, NAT_TLS_IS_UNKNOWN, "version not seen");
	if (s && s->cipher == NAT_CIPHER_NULL)
		return say(why, NAT_TLS_IS_NULL_ENC, "no encryption");
	if (version < NAT_TLS_1_2 || version == NAT_DTLS_1_0)
		return say(why, NAT_TLS_IS_FORBIDDEN, "version older than 1.2");
	if (!s)
		return say(why, NAT_TLS_IS_UNKNOWN, "suite is not in the registry");
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const struct rule *r = &rules[i];

		if ((r->kx == ANY || r->kx == s->kx) &&
		    (r->cipher == ANY || r->cipher == s->cipher))
			return say(why, (enum nat_tls_verdict)r->verdict, r->why);
	}
	return say(why, NAT_TLS_IS_UNKNOWN, "no rule");
}

const char *nat_tls_verdict_name(enum nat_tls_verdict verdict)
{
	static const char *const names[] = {
#define X(sym, name) name,
		NAT_TLS_VERDICTS(X)
#undef X
	};

	return (unsigned)verdict < NAT_TLS_VERDICT_COUNT ? names[verdict] : "unknown";
}
