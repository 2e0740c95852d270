// The table of suites against OpenSSL's, the verdicts, and the names of everything.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/ssl.h>

#include "../../nat/tls_profile.h"

static void test_table(void **state)
{
	unsigned n;
	const struct nat_tls_suite *s = nat_tls_suites(&n);

	assert_true(n > 300);
	for (unsigned i = 0; i < n; i++) {
		assert_true(i == 0 || s[i - 1].id < s[i].id); // the search needs the order
		assert_ptr_equal(nat_tls_suite(s[i].id), &s[i]);
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(s[k].name, s[i].name);
	}
	assert_null(nat_tls_suite(0x00ff)); // signals, not suites
	assert_null(nat_tls_suite(0x5600));
	assert_null(nat_tls_suite(0x0a0a)); // GREASE
	assert_string_equal(nat_tls_suite_name(0xffff), "unknown");
}

/* The kind of key exchange and cipher follows from the name, up to spelling. */
static void test_kinds(void **state)
{
	unsigned n;
	const struct nat_tls_suite *s = nat_tls_suites(&n);

	for (unsigned i = 0; i < n; i++) {
		const char *name = s[i].name;
		bool aead = strstr(name, "_GCM") || strstr(name, "CCM") ||
			    strstr(name, "POLY1305") || strstr(name, "AEGIS");

		assert_int_equal(!!strstr(name, "_WITH_NULL") || strstr(name, "TLS_SHA") != NULL,
				 s[i].cipher == NAT_CIPHER_NULL);
		assert_int_equal(!!strstr(name, "CCM_8"), s[i].cipher == NAT_CIPHER_CCM_8);
		assert_int_equal(aead,
				 s[i].cipher == NAT_CIPHER_AEAD || s[i].cipher == NAT_CIPHER_CCM_8);
		assert_int_equal(!!strstr(name, "EXPORT"), s[i].kx == NAT_KX_EXPORT);
		assert_int_equal(!!strstr(name, "PSK"), nat_tls_kx_is_psk(s[i].kx));
		assert_int_equal(!strstr(name, "_WITH_"), s[i].kx == NAT_KX_1_3);
	}
}

static void test_against_openssl(void **state)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_method());
	SSL *ssl;
	STACK_OF(SSL_CIPHER) * all;

	assert_int_equal(SSL_CTX_set_cipher_list(ctx, "ALL:COMPLEMENTOFALL:@SECLEVEL=0"), 1);
	ssl = SSL_new(ctx);
	all = SSL_get_ciphers(ssl);
	assert_true(sk_SSL_CIPHER_num(all) > 50);
	for (int i = 0; i < sk_SSL_CIPHER_num(all); i++) {
		const SSL_CIPHER *c = sk_SSL_CIPHER_value(all, i);
		const struct nat_tls_suite *s = nat_tls_suite(SSL_CIPHER_get_protocol_id(c));

		assert_non_null(s);
		assert_string_equal(s->name, SSL_CIPHER_standard_name(c));
		if (SSL_CIPHER_get_kx_nid(c) == NID_kx_ecdhe)
			assert_int_equal(s->kx, SSL_CIPHER_get_auth_nid(c) == NID_auth_null
							? NAT_KX_ECDH_ANON
							: NAT_KX_ECDHE);
		if (SSL_CIPHER_get_kx_nid(c) == NID_kx_psk)
			assert_int_equal(s->kx, NAT_KX_PSK);
		assert_int_equal(SSL_CIPHER_is_aead(c),
				 s->cipher == NAT_CIPHER_AEAD || s->cipher == NAT_CIPHER_CCM_8);
	}
	SSL_free(ssl);
	SSL_CTX_free(ctx);
}

static void test_verdicts(void **state)
{
	static const struct {
		uint16_t version, suite;
		enum nat_tls_verdict want;
	} rows[] = {
		{NAT_TLS_1_3, 0x1301, NAT_TLS_IS_CONFORMING},
		{NAT_TLS_1_3, 0x1303, NAT_TLS_IS_CONFORMING},
		{NAT_TLS_1_3, 0x1305, NAT_TLS_IS_DEPRECATED}, // 8-byte tag
		{NAT_TLS_1_3, 0xc0b4, NAT_TLS_IS_NULL_ENC},   // integrity only
		{NAT_TLS_1_2, 0xc02b, NAT_TLS_IS_CONFORMING}, // ECDHE_ECDSA AES_128_GCM
		{NAT_TLS_1_2, 0xc030, NAT_TLS_IS_CONFORMING}, // ECDHE_RSA AES_256_GCM
		{NAT_TLS_1_2, 0xcca8, NAT_TLS_IS_CONFORMING}, // ECDHE_RSA CHACHA20
		{NAT_TLS_1_2, 0x009e, NAT_TLS_IS_DEPRECATED}, // DHE_RSA AES_128_GCM
		{NAT_TLS_1_2, 0xc013, NAT_TLS_IS_DEPRECATED}, // ECDHE_RSA AES_128_CBC
		{NAT_TLS_1_2, 0x002f, NAT_TLS_IS_DEPRECATED}, // RSA AES_128_CBC: old MSRP
		{NAT_TLS_1_2, 0x009c, NAT_TLS_IS_DEPRECATED}, // RSA AES_128_GCM
		{NAT_TLS_1_2, 0xc031, NAT_TLS_IS_DEPRECATED}, // static ECDH
		{NAT_TLS_1_2, 0x00a8, NAT_TLS_IS_CONFORMING}, // PSK AES_128_GCM
		{NAT_TLS_1_2, 0x00ae, NAT_TLS_IS_CONFORMING}, // PSK AES_128_CBC: KMS
		{NAT_TLS_1_2, 0x000a, NAT_TLS_IS_FORBIDDEN},  // 3DES
		{NAT_TLS_1_2, 0x0005, NAT_TLS_IS_FORBIDDEN},  // RC4
		{NAT_TLS_1_2, 0x008a, NAT_TLS_IS_FORBIDDEN},  // PSK RC4
		{NAT_TLS_1_2, 0x0008, NAT_TLS_IS_FORBIDDEN},  // export
		{NAT_TLS_1_2, 0x00a6, NAT_TLS_IS_FORBIDDEN},  // DH_anon AES_128_GCM
		{NAT_TLS_1_2, 0xc018, NAT_TLS_IS_FORBIDDEN},  // ECDH_anon AES_128_CBC
		{NAT_TLS_1_2, 0x003b, NAT_TLS_IS_NULL_ENC},
		{NAT_TLS_1_2, 0x00b0, NAT_TLS_IS_NULL_ENC},   // PSK NULL
		{NAT_TLS_1_2, 0xc102, NAT_TLS_IS_DEPRECATED}, // GOST
		{NAT_TLS_1_2, 0x1a1a, NAT_TLS_IS_UNKNOWN},
		{NAT_TLS_1_1, 0xc014, NAT_TLS_IS_FORBIDDEN},
		{NAT_TLS_1_0, 0xc014, NAT_TLS_IS_FORBIDDEN},
		{NAT_SSL_3, 0x0035, NAT_TLS_IS_FORBIDDEN},
		{NAT_TLS_1_0, 0x0002, NAT_TLS_IS_NULL_ENC},
		{NAT_DTLS_1_0, 0xc014, NAT_TLS_IS_FORBIDDEN},
		{NAT_DTLS_1_2, 0xc02b, NAT_TLS_IS_CONFORMING},
		{NAT_DTLS_1_3, 0x1301, NAT_TLS_IS_CONFORMING},
		{0, 0x1301, NAT_TLS_IS_UNKNOWN},
	};
	const char *why;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum nat_tls_verdict got = nat_tls_judge(rows[i].version, rows[i].suite, &why);

		if (got != rows[i].want)
			fail_msg("%04x %04x: %s (%s), wanted %s", rows[i].version, rows[i].suite,
				 nat_tls_verdict_name(got), why,
				 nat_tls_verdict_name(rows[i].want));
		assert_true(strlen(why) > 2);
		assert_int_equal(nat_tls_judge(rows[i].version, rows[i].suite, NULL), got);
	}
}

/* Every suite of the registry has a verdict in 1.2. */
static void test_no_suite_without_verdict(void **state)
{
	unsigned n;
	const struct nat_tls_suite *s = nat_tls_suites(&n);

	for (unsigned i = 0; i < n; i++)
		assert_int_not_equal(nat_tls_judge(NAT_TLS_1_2, s[i].id, NULL), NAT_TLS_IS_UNKNOWN);
}

static void test_names(void **state)
{
	for (int i = 0; i < NAT_TLS_STATE_COUNT; i++)
		assert_true(i == NAT_TLS_UNKNOWN || strcmp(nat_tls_state_name(i), "unknown") != 0);
	assert_string_equal(nat_tls_state_name(NAT_TLS_STATE_COUNT), "unknown");
	assert_string_equal(nat_tls_why_name(NAT_TLS_WHY_COUNT), "unknown");
	assert_string_equal(nat_tls_why_name(NAT_TLS_WHY_VERSION), "version");
	assert_string_equal(nat_tls_mode_name(NAT_TLS_MODE_RESUMED), "resumed");
	assert_string_equal(nat_tls_end_name(NAT_TLS_END_TRUNCATED), "truncated");
	assert_string_equal(nat_plain_name(NAT_PLAIN_SSL2), "sslv2-hello");
	assert_string_equal(nat_tls_version_name(NAT_DTLS_1_3), "DTLS 1.3");
	assert_string_equal(nat_tls_version_name(0x7f1c), "unknown");
	assert_string_equal(nat_tls_alert_name(40), "handshake_failure");
	assert_string_equal(nat_tls_alert_name(NAT_TLS_ALERT_HIDDEN), "hidden");
	assert_string_equal(nat_tls_alert_name(11), "unknown");
	assert_string_equal(nat_tls_group_name(4588), "X25519MLKEM768");
	assert_null(nat_tls_group_name(0x0a0a));
	assert_string_equal(nat_tls_verdict_name(NAT_TLS_VERDICT_COUNT), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_against_openssl),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_no_suite_without_verdict),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
