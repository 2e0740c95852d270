// Names of TLS states, versions, alerts and groups.
// Spec: IANA TLS Parameters (alerts, supported groups)
#include <stddef.h>

#include "tls_view.h"

static const char *pick(const char *const *names, size_t n, unsigned i)
{
	return i < n && names[i] ? names[i] : "unknown";
}

#define PICK(names, i) pick(names, sizeof(names) / sizeof((names)[0]), i)
#define X(sym, name)   name,

const char *nat_tls_state_name(enum nat_tls_state state)
{
	static const char *const names[] = {NAT_TLS_STATES(X)};

	return PICK(names, state);
}

const char *nat_tls_why_name(enum nat_tls_why why)
{
	static const char *const names[] = {NAT_TLS_WHYS(X)};

	return PICK(names, why);
}

const char *nat_tls_mode_name(enum nat_tls_mode mode)
{
	static const char *const names[] = {NAT_TLS_MODES(X)};

	return PICK(names, mode);
}

const char *nat_tls_end_name(enum nat_tls_end end)
{
	static const char *const names[] = {NAT_TLS_ENDS(X)};

	return PICK(names, end);
}

const char *nat_plain_name(enum nat_plain plain)
{
	static const char *const names[] = {NAT_PLAINS(X)};

	return PICK(names, plain);
}

const char *nat_tls_version_name(uint16_t version)
{
	switch (version) {
	case NAT_SSL_3: return "SSL 3.0";
	case NAT_TLS_1_0: return "TLS 1.0";
	case NAT_TLS_1_1: return "TLS 1.1";
	case NAT_TLS_1_2: return "TLS 1.2";
	case NAT_TLS_1_3: return "TLS 1.3";
	case NAT_DTLS_1_0: return "DTLS 1.0";
	case NAT_DTLS_1_2: return "DTLS 1.2";
	case NAT_DTLS_1_3: return "DTLS 1.3";
	default: return "unknown";
	}
}

const char *nat_tls_alert_name(uint8_t alert)
{
	static const char *const names[] = {
		[0] = "close_notify",
		[10] = "unexpected_message",
		[20] = "bad_record_mac",
		[21] = "decryption_failed",
		[22] = "record_overflow",
		[30] = "decompression_failure",
		[40] = "handshake_failure",
		[41] = "no_certificate",
		[42] = "bad_certificate",
		[43] = "unsupported_certificate",
		[44] = "certificate_revoked",
		[45] = "certificate_expired",
		[46] = "certificate_unknown",
		[47] = "illegal_parameter",
		[48] = "unknown_ca",
		[49] = "access_denied",
		[50] = "decode_error",
		[51] = "decrypt_error",
		[52] = "too_many_cids_requested",
		[60] = "export_restriction",
		[70] = "protocol_version",
		[71] = "insufficient_security",
		[80] = "internal_error",
		[86] = "inappropriate_fallback",
		[90] = "user_canceled",
		[100] = "no_renegotiation",
		[109] = "missing_extension",
		[110] = "unsupported_extension",
		[111] = "certificate_unobtainable",
		[112] = "unrecognized_name",
		[113] = "bad_certificate_status_response",
		[114] = "bad_certificate_hash_value",
		[115] = "unknown_psk_identity",
		[116] = "certificate_required",
		[120] = "no_application_protocol",
		[NAT_TLS_ALERT_NONE] = "none",
		[NAT_TLS_ALERT_HIDDEN] = "hidden",
	};

	return PICK(names, alert);
}

const char *nat_tls_group_name(uint16_t group)
{
	switch (group) {
	case 21: return "secp224r1";
	case 22: return "secp256k1";
	case 23: return "secp256r1";
	case 24: return "secp384r1";
	case 25: return "secp521r1";
	case 26: return "brainpoolP256r1";
	case 27: return "brainpoolP384r1";
	case 28: return "brainpoolP512r1";
	case 29: return "x25519";
	case 30: return "x448";
	case 31: return "brainpoolP256r1tls13";
	case 32: return "brainpoolP384r1tls13";
	case 33: return "brainpoolP512r1tls13";
	case 256: return "ffdhe2048";
	case 257: return "ffdhe3072";
	case 258: return "ffdhe4096";
	case 259: return "ffdhe6144";
	case 260: return "ffdhe8192";
	case 512: return "MLKEM512";
	case 513: return "MLKEM768";
	case 514: return "MLKEM1024";
	case 4587: return "SecP256r1MLKEM768";
	case 4588: return "X25519MLKEM768";
	case 4589: return "SecP384r1MLKEM1024";
	case 25497: return "X25519Kyber768Draft00";
	default: return NULL;
	}
}
