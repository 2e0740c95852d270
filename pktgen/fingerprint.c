// Certificate fingerprints as SDP carries them.
// Spec: RFC 8122 5 and 5.1
#include "fingerprint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/evp.h>

static const struct {
	const char *name;
	unsigned len;
	const EVP_MD *(*md)(void);
} hashes[] = {
	[PG_SHA1] = {"sha-1", 20, EVP_sha1},       [PG_SHA224] = {"sha-224", 28, EVP_sha224},
	[PG_SHA256] = {"sha-256", 32, EVP_sha256}, [PG_SHA384] = {"sha-384", 48, EVP_sha384},
	[PG_SHA512] = {"sha-512", 64, EVP_sha512},
};

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int pg_fingerprint_parse(const char *text, size_t len, struct pg_fingerprint *fp)
{
	const char *space = memchr(text, ' ', len);
	enum pg_hash hash = PG_HASH_NONE;
	size_t name_len;

	if (!space || space == text)
		return -EINVAL;
	name_len = space - text;
	for (int i = PG_SHA1; i <= PG_SHA512; i++)
		if (strlen(hashes[i].name) == name_len &&
		    !strncasecmp(hashes[i].name, text, name_len))
			hash = (enum pg_hash)i;
	if (!hash)
		return -ENOTSUP;
	text = space + 1;
	len -= name_len + 1;
	if (len != hashes[hash].len * 3 - 1)
		return -EINVAL;
	*fp = (struct pg_fingerprint){.hash = hash, .len = hashes[hash].len};
	for (unsigned i = 0; i < fp->len; i++) {
		int hi = nibble(text[3 * i]), lo = nibble(text[3 * i + 1]);

		if (hi < 0 || lo < 0 || (i + 1 < fp->len && text[3 * i + 2] != ':'))
			return -EINVAL;
		fp->digest[i] = (uint8_t)(hi << 4 | lo);
	}
	return 0;
}

const char *pg_fingerprint_write(const struct pg_fingerprint *fp, char *buf, size_t len)
{
	int at = snprintf(buf, len, "%s ", hashes[fp->hash].name);

	for (unsigned i = 0; i < fp->len; i++)
		at += snprintf(buf + at, len - at, "%s%02X", i ? ":" : "", fp->digest[i]);
	return buf;
}

bool pg_fingerprint_of(const void *der, size_t len, enum pg_hash hash, struct pg_fingerprint *fp)
{
	*fp = (struct pg_fingerprint){.hash = hash, .len = hashes[hash].len};
	return EVP_Digest(der, len, fp->digest, NULL, hashes[hash].md(), NULL) == 1;
}

enum pg_hash pg_fingerprints_strongest(const struct pg_fingerprints *set)
{
	enum pg_hash best = PG_HASH_NONE;

	for (unsigned i = 0; i < set->n; i++)
		if (set->list[i].hash > best)
			best = set->list[i].hash;
	return best;
}

bool pg_fingerprints_match(const struct pg_fingerprints *set, const void *der, size_t len)
{
	enum pg_hash hash = pg_fingerprints_strongest(set);
	struct pg_fingerprint fp;

	if (!hash || !pg_fingerprint_of(der, len, hash, &fp))
		return false;
	for (unsigned i = 0; i < set->n; i++)
		if (set->list[i].hash == hash && !memcmp(set->list[i].digest, fp.digest, fp.len))
			return true;
	return false;
}
