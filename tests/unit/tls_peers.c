// Runs OpenSSL against itself over BIOs that keep every write, and notes what the ends agreed.
#include "tls_peers.h"

#include <assert.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

/* What travels: a queue per receiver, and the recording of everything. */
struct wire {
	struct recording *rec;
	unsigned read[2]; // chunks before this one have been read by that side
	uint32_t at[2];   // bytes read of the current chunk
	bool whole;       // datagrams: a read takes one chunk
};

struct tap {
	struct wire *wire;
	uint8_t side;
};

static int tap_write(BIO *bio, const char *data, int len)
{
	struct tap *tap = BIO_get_data(bio);
	struct recording *rec = tap->wire->rec;

	rec->chunk = realloc(rec->chunk, (rec->n + 1) * sizeof(*rec->chunk));
	assert(rec->chunk && len > 0);
	rec->chunk[rec->n] = (struct chunk){tap->side, (uint32_t)len, malloc((size_t)len)};
	memcpy(rec->chunk[rec->n].data, data, (size_t)len);
	rec->n++;
	return len;
}

static int tap_read(BIO *bio, char *data, int len)
{
	struct tap *tap = BIO_get_data(bio);
	struct wire *w = tap->wire;
	unsigned *next = &w->read[tap->side];
	uint32_t n;

	while (*next < w->rec->n && w->rec->chunk[*next].side == tap->side)
		(*next)++;
	BIO_clear_retry_flags(bio);
	if (*next == w->rec->n) {
		BIO_set_retry_read(bio);
		return -1;
	}
	n = w->rec->chunk[*next].len - w->at[tap->side];
	if (n > (uint32_t)len)
		n = (uint32_t)len;
	memcpy(data, w->rec->chunk[*next].data + w->at[tap->side], n);
	w->at[tap->side] += n;
	if (w->whole || w->at[tap->side] == w->rec->chunk[*next].len) {
		w->at[tap->side] = 0;
		(*next)++;
	}
	return (int)n;
}

static long tap_ctrl(BIO *bio, int cmd, long num, void *ptr)
{
	return cmd == BIO_CTRL_FLUSH || cmd == BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT;
}

static BIO_METHOD *tap_method(void)
{
	static BIO_METHOD *m;

	if (!m) {
		m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "tap");
		BIO_meth_set_write(m, tap_write);
		BIO_meth_set_read(m, tap_read);
		BIO_meth_set_ctrl(m, tap_ctrl);
	}
	return m;
}

static EVP_PKEY *shared_key(void)
{
	static EVP_PKEY *key;

	if (!key)
		key = EVP_RSA_gen(2048);
	assert(key);
	return key;
}

/* A self-signed certificate, padded by a comment to about `pad` bytes more. */
static X509 *make_cert(const char *name, unsigned pad)
{
	X509 *cert = X509_new();
	EVP_PKEY *key = shared_key();
	X509_NAME *subject;
	static long serial = 1;

	X509_set_version(cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), serial++);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), 86400);
	X509_set_pubkey(cert, key);
	subject = X509_get_subject_name(cert);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const uint8_t *)name, -1, -1, 0);
	X509_set_issuer_name(cert, subject);
	if (pad) {
		char *text = malloc(pad + 1);
		X509_EXTENSION *ext;

		memset(text, 'x', pad);
		text[pad] = 0;
		ext = X509V3_EXT_conf_nid(NULL, NULL, NID_netscape_comment, text);
		assert(ext);
		X509_add_ext(cert, ext, -1);
		X509_EXTENSION_free(ext);
		free(text);
	}
	X509_sign(cert, key, EVP_sha256());
	return cert;
}

static int accept_any(int ok, X509_STORE_CTX *store)
{
	return 1;
}

static int refuse_all(int ok, X509_STORE_CTX *store)
{
	X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_HAS_EXPIRED);
	return 0;
}

static const uint8_t psk_key[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
static const char psk_identity[] = "call-4711@ims.example";

static unsigned psk_client(SSL *ssl, const char *hint, char *identity, unsigned max_identity,
			   uint8_t *psk, unsigned max_psk)
{
	strcpy(identity, psk_identity);
	memcpy(psk, psk_key, sizeof(psk_key));
	return sizeof(psk_key);
}

static unsigned psk_server(SSL *ssl, const char *identity, uint8_t *psk, unsigned max_psk)
{
	memcpy(psk, psk_key, sizeof(psk_key));
	return sizeof(psk_key);
}

static int make_cookie(SSL *ssl, uint8_t *cookie, unsigned *len)
{
	memset(cookie, 0xc0, 20);
	*len = 20;
	return 1;
}

static int check_cookie(SSL *ssl, const uint8_t *cookie, unsigned len)
{
	return len == 20 && cookie[0] == 0xc0;
}

static int choose_alpn(SSL *ssl, const uint8_t **out, uint8_t *outlen, const uint8_t *in,
		       unsigned inlen, void *arg)
{
	*out = in + 1;
	*outlen = in[0];
	return SSL_TLSEXT_ERR_OK;
}

static void add_cert(SSL_CTX *ctx, const char *name, unsigned chain)
{
	X509 *cert = make_cert(name, 0);

	assert(SSL_CTX_use_certificate(ctx, cert) == 1);
	assert(SSL_CTX_use_PrivateKey(ctx, shared_key()) == 1);
	X509_free(cert);
	for (unsigned got = 0; got < chain; got += 1024)
		assert(SSL_CTX_add_extra_chain_cert(ctx, make_cert("intermediate", 256)) == 1);
}

static void offer_alpn(SSL_CTX *ctx, unsigned bytes)
{
	uint8_t *list = malloc(bytes);

	for (unsigned at = 0; at < bytes; at += list[at] + 1u) {
		unsigned left = bytes - at - 1;

		list[at] = (uint8_t)(left > 200 ? 100 : left);
		memset(list + at + 1, 'a', list[at]);
	}
	assert(SSL_CTX_set_alpn_protos(ctx, list, bytes) == 0);
	free(list);
}

static SSL_CTX *context(const struct plan *p, bool server)
{
	const SSL_METHOD *method = p->dtls ? DTLS_method() : TLS_method();
	SSL_CTX *ctx = SSL_CTX_new(method);
	const char *ciphers = p->ciphers;
	const char *groups = server ? p->groups : p->client_groups;

	assert(ctx);
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_dh_auto(ctx, 1);
	assert(SSL_CTX_set_min_proto_version(ctx, p->version) == 1);
	assert(SSL_CTX_set_max_proto_version(ctx, p->version) == 1);
	if (!server && p->client_ciphers)
		ciphers = p->client_ciphers;
	if (ciphers)
		assert(SSL_CTX_set_cipher_list(ctx, ciphers) == 1);
	if (p->psk && p->version == TLS1_3_VERSION) // the hash that OpenSSL gives such keys
		assert(SSL_CTX_set_ciphersuites(ctx, "TLS_AES_128_GCM_SHA256") == 1);
	if (groups)
		assert(SSL_CTX_set1_groups_list(ctx, groups) == 1);
	if (p->no_tickets)
		SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
	SSL_CTX_set_options(ctx, SSL_OP_ALLOW_CLIENT_RENEGOTIATION | SSL_OP_NO_QUERY_MTU);
	if (server && !p->psk && !p->anonymous)
		add_cert(ctx, "server", p->chain);
	if (!server && p->mutual && !p->client_has_no_cert)
		add_cert(ctx, "client", 0);
	if (server && p->mutual)
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER,
				   p->refuse_client ? refuse_all : accept_any);
	if (!server && p->client_refuses)
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, refuse_all);
	if (p->psk && server)
		SSL_CTX_set_psk_server_callback(ctx, psk_server);
	if (p->psk && !server)
		SSL_CTX_set_psk_client_callback(ctx, psk_client);
	if (p->cookie && server) {
		SSL_CTX_set_options(ctx, SSL_OP_COOKIE_EXCHANGE);
		SSL_CTX_set_cookie_generate_cb(ctx, make_cookie);
		SSL_CTX_set_cookie_verify_cb(ctx, check_cookie);
	}
	if (p->alpn && !server)
		offer_alpn(ctx, p->alpn);
	if (p->alpn && server)
		SSL_CTX_set_alpn_select_cb(ctx, choose_alpn, NULL);
	if (p->early_data && server)
		SSL_CTX_set_max_early_data(ctx, 16384);
	if (server)
		SSL_CTX_set_session_id_context(ctx, (const uint8_t *)"t", 1);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_BOTH);
	return ctx;
}

static SSL *endpoint(SSL_CTX *ctx, const struct plan *p, struct tap *tap, SSL_SESSION *session)
{
	SSL *ssl = SSL_new(ctx);
	BIO *bio = BIO_new(tap_method());

	BIO_set_data(bio, tap);
	BIO_set_init(bio, 1);
	SSL_set_bio(ssl, bio, bio);
	if (p->dtls)
		SSL_set_mtu(ssl, p->mtu ? p->mtu : 1400);
	if (tap->side == 0) {
		SSL_set_connect_state(ssl);
		if (session)
			SSL_set_session(ssl, session);
	} else {
		SSL_set_accept_state(ssl);
	}
	return ssl;
}

/* True while an end may still go on. */
static bool may_go_on(SSL *ssl, int result)
{
	int why = SSL_get_error(ssl, result);

	return result <= 0 && (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE);
}

static void shake_hands(SSL *client, SSL *server, const struct recording *rec)
{
	bool c = true, s = true;
	unsigned before;

	do {
		before = rec->n;
		if (c)
			c = may_go_on(client, SSL_do_handshake(client));
		if (s)
			s = may_go_on(server, SSL_do_handshake(server));
	} while (rec->n != before);
}

static void drain(SSL *ssl)
{
	char buf[20000];

	while (SSL_read(ssl, buf, sizeof(buf)) > 0)
		;
}

static void talk(SSL *client, SSL *server)
{
	static const char data[3000] = "SEND";

	SSL_write(client, data, 700);
	drain(server);
	SSL_write(server, data, 3000);
	SSL_write(server, data, 5);
	drain(client);
}

static void note_cert(struct outcome *out, SSL *receiver, int sender)
{
	X509 *cert = SSL_get1_peer_certificate(receiver);
	unsigned n;

	if (!cert)
		return;
	X509_digest(cert, EVP_sha256(), out->sha256[sender], &n);
	out->has_cert[sender] = true;
	X509_free(cert);
}

static void renegotiate(SSL *client, SSL *server, const struct recording *rec)
{
	assert(SSL_renegotiate(client) == 1);
	for (int i = 0; i < 6; i++) {
		SSL_do_handshake(client);
		drain(server);
		drain(client);
	}
}

static void send_early(SSL *client, SSL *server)
{
	char buf[100];
	size_t n;

	assert(SSL_write_early_data(client, "early", 5, &n) == 1);
	while (SSL_read_early_data(server, buf, sizeof(buf), &n) == SSL_READ_EARLY_DATA_SUCCESS)
		;
}

static SSL_SESSION *one_call(const struct plan *p, SSL_CTX *cc, SSL_CTX *sc, SSL_SESSION *session,
			     struct outcome *out)
{
	struct wire wire = {.rec = &out->rec, .whole = p->dtls};
	struct tap ct = {&wire, 0}, st = {&wire, 1};
	SSL *client = endpoint(cc, p, &ct, session), *server = endpoint(sc, p, &st, NULL);
	SSL_SESSION *fresh;

	if (p->early_data && session)
		send_early(client, server);
	shake_hands(client, server, &out->rec);
	out->client_ok = SSL_is_init_finished(client);
	out->server_ok = SSL_is_init_finished(server);
	if (out->client_ok && out->server_ok) {
		talk(client, server);
		if (p->renegotiate)
			renegotiate(client, server, &out->rec);
		if (p->renegotiate)
			talk(client, server);
		if (p->close != CLOSE_NONE)
			SSL_shutdown(client);
		drain(server);
		if (p->close == CLOSE_BOTH)
			SSL_shutdown(server);
	} else {
		drain(client); // what the last alert makes of them
		drain(server);
	}
	if (out->client_ok)
		out->suite = SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(client));
	out->resumed = SSL_session_reused(client);
	out->version = SSL_version(server);
	note_cert(out, client, 1);
	note_cert(out, server, 0);
	fresh = SSL_get1_session(client);
	SSL_free(client);
	SSL_free(server);
	ERR_clear_error();
	return fresh;
}

static void forget(struct outcome *out)
{
	for (unsigned i = 0; i < out->rec.n; i++)
		free(out->rec.chunk[i].data);
	free(out->rec.chunk);
}

void play(const struct plan *plan, struct outcome *out)
{
	SSL_CTX *cc = context(plan, false), *sc = context(plan, true);
	SSL_SESSION *session = NULL, *last;

	memset(out, 0, sizeof(*out));
	if (plan->resume || plan->early_data) {
		session = one_call(plan, cc, sc, NULL, out);
		assert(session);
		forget(out);
		memset(out, 0, sizeof(*out));
	}
	last = one_call(plan, cc, sc, session, out);
	SSL_SESSION_free(session);
	SSL_SESSION_free(last);
	SSL_CTX_free(cc);
	SSL_CTX_free(sc);
}

void outcome_free(struct outcome *out)
{
	forget(out);
	memset(out, 0, sizeof(*out));
}
