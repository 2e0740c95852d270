// TLS and DTLS messages made by name, for what no tool here can speak. Grows in memory.
// Spec: RFC 9147 (DTLS 1.3), RFC 9146 (connection IDs), RFC 6347, RFC 8446
#ifndef TLS_BYTES_H
#define TLS_BYTES_H

#include <stdint.h>
#include <string.h>

struct bytes {
	uint8_t at[40000];
	uint32_t n;
};

static inline void put(struct bytes *b, uint64_t value, unsigned size)
{
	while (size-- > 0)
		b->at[b->n++] = (uint8_t)(value >> 8 * size);
}

static inline void fill(struct bytes *b, uint8_t value, unsigned count)
{
	memset(b->at + b->n, value, count);
	b->n += count;
}

static inline void append(struct bytes *b, const struct bytes *more)
{
	memcpy(b->at + b->n, more->at, more->n);
	b->n += more->n;
}

/* Writes the length of what follows `from` into the `size` bytes before it. */
static inline void close_vec(struct bytes *b, uint32_t from, unsigned size)
{
	uint32_t len = b->n - from;

	for (unsigned i = 0; i < size; i++)
		b->at[from - 1 - i] = (uint8_t)(len >> 8 * i);
}

static inline uint32_t open_vec(struct bytes *b, unsigned size)
{
	put(b, 0, size);
	return b->n;
}

/* What a hello of these tests says; zero leaves it out. */
struct hello {
	uint8_t random;   // all 32 bytes
	uint16_t legacy;  // legacy_version
	uint16_t version; // in supported_versions
	uint16_t suite;   // server's
	int cid;          // length of the connection ID + 1; 0 = no extension
	uint8_t cookie;   // DTLS 1.2: bytes of cookie
	uint16_t padding; // bytes of an extension that means nothing
	uint16_t psk;     // bytes of PSK identity offered
	uint32_t psk_age; // its obfuscated age
	int psk_chosen;   // server: index + 1
	int raw_key;      // server: server_certificate_type = raw public key
};

static inline void put_ext(struct bytes *b, uint16_t type, const struct bytes *body)
{
	put(b, type, 2);
	put(b, body->n, 2);
	append(b, body);
}

static inline void put_cid_ext(struct bytes *b, int cid)
{
	put(b, 54, 2);
	put(b, (uint64_t)cid, 2); // one byte of length and cid - 1 bytes
	put(b, (uint64_t)cid - 1, 1);
	fill(b, 0xcd, (unsigned)cid - 1);
}

/* Body of a ClientHello. dtls: with a cookie field. */
static inline void client_hello(struct bytes *b, const struct hello *h, int dtls)
{
	uint32_t exts, ext, list;

	put(b, h->legacy, 2);
	fill(b, h->random, 32);
	put(b, 0, 1);
	if (dtls) {
		put(b, h->cookie, 1);
		fill(b, 0xc0, h->cookie);
	}
	put(b, 4, 2);
	put(b, 0x1301, 2);
	put(b, 0xc02f, 2);
	put(b, 0x0100, 2);
	exts = open_vec(b, 2);
	if (h->version) {
		put(b, 43, 2);
		put(b, 5, 2);
		put(b, 4, 1);
		put(b, h->version, 2);
		put(b, h->legacy, 2);
	}
	if (h->cid)
		put_cid_ext(b, h->cid);
	if (h->padding) {
		put(b, 21, 2);
		put(b, h->padding, 2);
		fill(b, 0, h->padding);
	}
	if (h->psk) {
		put(b, 41, 2);
		ext = open_vec(b, 2);
		list = open_vec(b, 2);
		put(b, h->psk, 2);
		fill(b, 'i', h->psk);
		put(b, h->psk_age, 4);
		close_vec(b, list, 2);
		put(b, 33, 2);
		put(b, 32, 1);
		fill(b, 0xbb, 32);
		close_vec(b, ext, 2);
	}
	close_vec(b, exts, 2);
}

/* SHA-256 of "HelloRetryRequest": RFC 8446 4.1.3. */
static inline void put_retry_random(struct bytes *b)
{
	put(b, 0xcf21ad74e59a6111, 8);
	put(b, 0xbe1d8c021e65b891, 8);
	put(b, 0xc2a211167abb8c5e, 8);
	put(b, 0x079e09e2c8a8339c, 8);
}

/* Body of a ServerHello; with random 0 a HelloRetryRequest. */
static inline void server_hello(struct bytes *b, const struct hello *h)
{
	uint32_t exts;

	put(b, h->legacy, 2);
	if (h->random)
		fill(b, h->random, 32);
	else
		put_retry_random(b);
	put(b, 0, 1);
	put(b, h->suite, 2);
	put(b, 0, 1);
	exts = open_vec(b, 2);
	if (h->version) {
		put(b, 43, 2);
		put(b, 2, 2);
		put(b, h->version, 2);
		put(b, 51, 2); // key_share: the group only matters
		put(b, 2, 2);
		put(b, 29, 2);
	}
	if (h->cid)
		put_cid_ext(b, h->cid);
	if (h->psk_chosen) {
		put(b, 41, 2);
		put(b, 2, 2);
		put(b, (uint64_t)h->psk_chosen - 1, 2);
	}
	if (h->raw_key) {
		put(b, 20, 2);
		put(b, 1, 2);
		put(b, 2, 1);
	}
	close_vec(b, exts, 2);
}

/* Body of a Certificate message (1.2 and older) with one certificate of n bytes. */
static inline void certificate(struct bytes *b, uint32_t n)
{
	put(b, n + 3, 3);
	put(b, n, 3);
	fill(b, 0x30, n);
}

/* ---- TLS ---- */

static inline void tls_record(struct bytes *b, uint8_t type, const void *body, uint32_t n)
{
	put(b, type, 1);
	put(b, 0x0303, 2);
	put(b, n, 2);
	memcpy(b->at + b->n, body, n);
	b->n += n;
}

/* A handshake message in one record. */
static inline void tls_message(struct bytes *b, uint8_t type, const struct bytes *body)
{
	put(b, 22, 1);
	put(b, 0x0303, 2);
	put(b, body->n + 4, 2);
	put(b, type, 1);
	put(b, body->n, 3);
	append(b, body);
}

/* ---- DTLS ---- */

static inline void dtls_record(struct bytes *b, uint8_t type, uint16_t epoch, uint64_t seq,
			       const void *body, uint32_t n)
{
	put(b, type, 1);
	put(b, 0xfefd, 2);
	put(b, epoch, 2);
	put(b, seq, 6);
	put(b, n, 2);
	memcpy(b->at + b->n, body, n);
	b->n += n;
}

/* One fragment of a handshake message in one record of epoch 0. */
static inline void dtls_fragment(struct bytes *b, uint8_t type, uint16_t msg_seq,
				 const struct bytes *body, uint32_t from, uint32_t n)
{
	put(b, 22, 1);
	put(b, 0xfefd, 2);
	put(b, 0, 8);
	put(b, n + 12, 2);
	put(b, type, 1);
	put(b, body->n, 3);
	put(b, msg_seq, 2);
	put(b, from, 3);
	put(b, n, 3);
	memcpy(b->at + b->n, body->at + from, n);
	b->n += n;
}

static inline void dtls_message(struct bytes *b, uint8_t type, uint16_t msg_seq,
				const struct bytes *body)
{
	dtls_fragment(b, type, msg_seq, body, 0, body->n);
}

/* RFC 9146: type 25, the connection ID between number and length. */
static inline void dtls_cid_record(struct bytes *b, uint64_t seq, unsigned cid, uint32_t n)
{
	put(b, 25, 1);
	put(b, 0xfefd, 2);
	put(b, 1, 2);
	put(b, seq, 6);
	fill(b, 0xcd, cid);
	put(b, n, 2);
	fill(b, 0xee, n);
}

/* RFC 9147 figure 3: unified header with 16-bit number. with_len: the L bit. */
static inline void dtls_unified(struct bytes *b, unsigned epoch, unsigned cid, int with_len,
				uint32_t n)
{
	put(b, 0x20 | (cid ? 0x10 : 0) | 0x08 | (with_len ? 4u : 0) | (epoch & 3), 1);
	fill(b, 0xcd, cid);
	put(b, 0x1234, 2);
	if (with_len)
		put(b, n, 2);
	fill(b, 0xee, n);
}

#endif
