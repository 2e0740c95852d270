// Hellos read by offsets, twice as long as need be and easy to check.
#include "hello_reference.h"

#include <string.h>

#include "../../nat/tls_profile.h"

bool ref_version_exists(uint16_t version, bool dtls)
{
	if (dtls)
		return version == 0xfeff || version == 0xfefd || version == 0xfefc;
	return version >= 0x0300 && version <= 0x0304;
}

enum ref_keys ref_keys_of(uint16_t suite)
{
	const char *name = nat_tls_suite_name(suite);

	if (!strncmp(name, "TLS_ECDHE_PSK", 13))
		return REF_PSK_EC;
	if (!strncmp(name, "TLS_PSK", 7) || !strncmp(name, "TLS_DHE_PSK", 11) ||
	    !strncmp(name, "TLS_RSA_PSK", 11))
		return REF_PSK;
	if (strstr(name, "EXPORT"))
		return REF_CERT;
	if (!strncmp(name, "TLS_ECDH_anon", 13))
		return REF_ANON_EC;
	if (!strncmp(name, "TLS_DH_anon", 11) || !strncmp(name, "TLS_NULL_WITH", 13))
		return REF_ANON;
	if (!strncmp(name, "TLS_ECDHE", 9))
		return REF_CERT_EC;
	return REF_ODD;
}

bool ref_short_tag(uint16_t suite)
{
	const char *name = nat_tls_suite_name(suite);
	size_t n = strlen(name);

	return strstr(name, "CCM_8") && (n < 2 || strcmp(name, "unknown") != 0);
}

/* A number at an offset; -1 when any of it lies behind the end. */
static long number(const uint8_t *m, uint32_t len, uint64_t at, unsigned bytes)
{
	long v = 0;

	if (at + bytes > len)
		return -1;
	for (unsigned i = 0; i < bytes; i++)
		v = v << 8 | m[at + i];
	return v;
}

/* Offset behind a vector whose length field of `bytes` lies at `at`; 0 when it does not fit. */
static uint64_t behind(const uint8_t *m, uint32_t len, uint64_t at, unsigned bytes)
{
	long n = number(m, len, at, bytes);

	if (n < 0 || at + bytes + (uint64_t)n > len)
		return 0;
	return at + bytes + (uint64_t)n;
}

static bool better(uint16_t old, uint16_t new, bool dtls)
{
	if (!ref_version_exists(new, dtls))
		return false;
	return old == 0 || (dtls ? new < old : new > old);
}

static bool client_ext(struct ref_hello *h, long type, const uint8_t *e, uint32_t n, bool dtls)
{
	uint64_t end, at;

	switch (type) {
	case 0: h->sni = true; return true;
	case 16: h->alpn = true; return true;
	case 42: h->early = true; return true;
	case 43:
		h->offered = 0;
		end = behind(e, n, 0, 1);
		if (!end)
			return false;
		for (at = 1; at < end; at += 2) {
			if (at + 2 > end)
				return false;
			if (better(h->offered, (uint16_t)number(e, n, at, 2), dtls))
				h->offered = (uint16_t)number(e, n, at, 2);
		}
		return true;
	case 41:
		h->psk = true;
		end = behind(e, n, 0, 2);
		if (!end)
			return false;
		at = 2;
		for (unsigned i = 0; at < end; i++) {
			uint64_t next = behind(e, (uint32_t)end, at, 2);

			/* The first identity counts even when what follows it is missing. */
			if (i == 0)
				h->psk_len = next ? (uint16_t)(next - at - 2) : 0;
			if (!next || next + 4 > end)
				return false;
			if (i < 8 && number(e, n, next, 4) == 0)
				h->ages_zero |= (uint8_t)(1 << i);
			at = next + 4;
		}
		return behind(e, n, end, 2) != 0;
	case 54:
		if (!behind(e, n, 0, 1))
			return false;
		h->cid = e[0];
		return true;
	default: return true;
	}
}

struct ref_hello ref_client_hello(const uint8_t *m, uint32_t len, bool dtls)
{
	struct ref_hello h = {.psk_index = -1, .cid = -1};
	long legacy = number(m, len, 0, 2);
	uint64_t at, end;

	if (legacy >= 0 && ref_version_exists((uint16_t)legacy, dtls))
		h.offered = (uint16_t)legacy;
	at = behind(m, len, 34, 1); // session id
	if (at && dtls)
		at = behind(m, len, at, 1); // cookie
	if (!at)
		return h;
	end = behind(m, len, at, 2); // suites
	if (!end || end - at < 4 || (end - at) % 2)
		return h;
	at = behind(m, len, end, 1); // compression
	if (!at)
		return h;
	if (at == len) {
		h.ok = true;
		return h;
	}
	end = behind(m, len, at, 2);
	if (!end)
		return h;
	for (at += 2; at < end;) {
		uint64_t next = at + 4 <= end ? behind(m, (uint32_t)end, at + 2, 2) : 0;

		if (!next)
			return h;
		if (!client_ext(&h, number(m, len, at, 2), m + at + 4, (uint32_t)(next - at - 4),
				dtls))
			return h;
		at = next;
	}
	h.ok = end == len;
	return h;
}

static bool server_ext(struct ref_hello *h, long type, const uint8_t *e, uint32_t n)
{
	switch (type) {
	case 43:
		if (n < 2)
			return false;
		h->has_selected = true;
		h->selected = (uint16_t)number(e, n, 0, 2);
		return true;
	case 51: h->group = n < 2 ? 0 : (uint16_t)number(e, n, 0, 2); return n >= 2;
	case 41: h->psk_index = (int)number(e, n, 0, 2); return n >= 2;
	case 19:
		if (n >= 1)
			h->raw[0] |= e[0] != 0;
		return n >= 1;
	case 20:
		if (n >= 1)
			h->raw[1] |= e[0] != 0;
		return n >= 1;
	case 54:
		if (!behind(e, n, 0, 1))
			return false;
		h->cid = e[0];
		return true;
	default: return true;
	}
}

struct ref_hello ref_server_hello(const uint8_t *m, uint32_t len, bool dtls)
{
	static const uint8_t word[] = "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65"
				      "\xb8\x91\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2"
				      "\xc8\xa8\x33\x9c"; // SHA-256 of "HelloRetryRequest"
	struct ref_hello h = {.psk_index = -1, .cid = -1};
	uint64_t at = behind(m, len, 34, 1), end;

	if (!at || at + 3 > len)
		return h;
	h.selected = (uint16_t)number(m, len, 0, 2);
	h.suite = (uint16_t)number(m, len, at, 2);
	at += 3;
	if (at < len) {
		end = behind(m, len, at, 2);
		if (!end || end != len)
			return h;
		for (at += 2; at < end;) {
			uint64_t next = at + 4 <= end ? behind(m, len, at + 2, 2) : 0;

			if (!next || !server_ext(&h, number(m, len, at, 2), m + at + 4,
						 (uint32_t)(next - at - 4)))
				return h;
			at = next;
		}
	}
	h.ok = true;
	h.retry = memcmp(m + 2, word, 32) == 0 && h.selected == (dtls ? 0xfefc : 0x0304);
	return h;
}
