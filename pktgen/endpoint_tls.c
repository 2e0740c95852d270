// One media connection of an endpoint: TLS and DTLS by OpenSSL, certificates by fingerprint.
// Spec: RFC 8122 5.1 and 7, RFC 4279 (PSK), RFC 8446 2.2 (external PSK), RFC 6347 4.2.1 (cookies)
#include "endpoint_tls.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

// Payload of a datagram that DTLS may build: passes an IPv6 tunnel on a 1280 byte link.
enum { DTLS_MTU = 1200, DTLS_TIMER_FIRST_US = 1000000, DTLS_TIMER_MAX_US = 4000000 };
enum { REFUSED_MS = 250 };

static struct pg_end *owner(const SSL *ssl)
{
	return SSL_get_app_data(ssl);
}

int pg_tls_open(struct pg_end *e)
{
	const struct pg_options *o = e->opt;

	if (o->security == PG_CLEAR)
		return 0;
	if (o->keylog) {
		e->keylog = open(o->keylog, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		if (e->keylog < 0)
			return pg_end_fail(e, -errno, "--keylog %s: %s", o->keylog,
					   strerror(errno));
	}
	if (!o->psk_len && pg_identity_new(&e->id, o->offerer ? "trgw offerer" : "trgw answerer"))
		return pg_end_fail(e, -EIO, "OpenSSL could not make a certificate");
	return 0;
}

static void log_key(const SSL *ssl, const char *line)
{
	char text[512];
	int n = snprintf(text, sizeof(text), "%s\n", line);

	// One write per line: several endpoints may append to one file.
	if (n > 0 && (size_t)n < sizeof(text) && write(owner(ssl)->keylog, text, n) != n)
		owner(ssl)->keylog = -1;
}

static void note_alert(const SSL *ssl, int where, int value)
{
	if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT)
		owner(ssl)->alert_in = value & 0xff;
}

// The certificate counts by its fingerprint in SDP and by nothing else.
static int verify(X509_STORE_CTX *store, void *arg)
{
	struct pg_end *e = arg;
	X509 *cert = X509_STORE_CTX_get0_cert(store);
	unsigned char *der = NULL;
	char seen[PG_FINGERPRINT_TEXT];
	enum pg_hash hash = pg_fingerprints_strongest(&e->expected);
	int len = i2d_X509(cert, &der);

	if (len > 0 && pg_fingerprint_of(der, len, hash ? hash : PG_SHA256, &e->peer))
		e->fingerprint_ok = pg_fingerprints_match(&e->expected, der, len);
	OPENSSL_free(der);
	if (e->fingerprint_ok) {
		X509_STORE_CTX_set_error(store, X509_V_OK);
		return 1;
	}
	pg_end_fail(e, -EACCES,
		    "the peer's certificate (%s) does not match a=fingerprint of its SDP: "
		    "somebody sits in between, or the SDP is not the peer's",
		    e->peer.hash ? pg_fingerprint_write(&e->peer, seen, sizeof(seen))
				 : "unreadable");
	// Becomes the alert bad_certificate that RFC 8122 asks for.
	X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
	return 0;
}

static unsigned psk_client(SSL *ssl, const char *hint, char *id, unsigned id_len,
			   unsigned char *psk, unsigned psk_len)
{
	const struct pg_options *o = owner(ssl)->opt;

	if (strlen(o->psk_id) >= id_len || o->psk_len > psk_len)
		return 0;
	strcpy(id, o->psk_id);
	memcpy(psk, o->psk, o->psk_len);
	return o->psk_len;
}

static unsigned psk_server(SSL *ssl, const char *id, unsigned char *psk, unsigned psk_len)
{
	struct pg_end *e = owner(ssl);

	if (strcmp(id, e->opt->psk_id) || e->opt->psk_len > psk_len) {
		pg_end_fail(e, -EACCES,
			    "the peer's PSK identity is not \"%s\": give both ends one --psk",
			    e->opt->psk_id);
		return 0;
	}
	memcpy(psk, e->opt->psk, e->opt->psk_len);
	return e->opt->psk_len;
}

// The cookie binds a ClientHello to the address that it came from.
static int cookie_make(SSL *ssl, unsigned char *cookie, unsigned *len)
{
	struct pg_end *e = owner(ssl);

	return HMAC(EVP_sha256(), e->cookie, sizeof(e->cookie), (const unsigned char *)&e->remote,
		    e->remote_len, cookie, len) != NULL;
}

static int cookie_check(SSL *ssl, const unsigned char *cookie, unsigned len)
{
	unsigned char want[EVP_MAX_MD_SIZE];
	unsigned want_len;

	return cookie_make(ssl, want, &want_len) && len == want_len &&
	       !CRYPTO_memcmp(cookie, want, len);
}

static unsigned dtls_timer(SSL *ssl, unsigned us)
{
	if (!us)
		return DTLS_TIMER_FIRST_US;
	return us * 2 > DTLS_TIMER_MAX_US ? DTLS_TIMER_MAX_US : us * 2;
}

static bool set_suites(SSL_CTX *ctx, const struct pg_options *o)
{
	if (!o->psk_len)
		return SSL_CTX_set_cipher_list(ctx, "ECDHE-ECDSA-AES128-GCM-SHA256:"
						    "ECDHE-ECDSA-AES256-GCM-SHA384:"
						    "ECDHE-ECDSA-CHACHA20-POLY1305");
	SSL_CTX_set_psk_client_callback(ctx, psk_client);
	SSL_CTX_set_psk_server_callback(ctx, psk_server);
	SSL_CTX_set_dh_auto(ctx, 1);
	// TLS 1.3 ties an external PSK to one hash; SHA-256 is the default of RFC 8446 4.2.11.
	return SSL_CTX_set_ciphersuites(ctx, "TLS_AES_128_GCM_SHA256") &&
	       SSL_CTX_set_cipher_list(ctx, "ECDHE-PSK-CHACHA20-POLY1305:DHE-PSK-AES128-GCM-SHA256:"
					    "PSK-AES128-GCM-SHA256:PSK-AES256-GCM-SHA384");
}

static bool set_identity(struct pg_end *e, SSL_CTX *ctx)
{
	if (!e->id.key)
		return true;
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, verify, e);
	return SSL_CTX_use_certificate(ctx, e->id.cert) == 1 &&
	       SSL_CTX_use_PrivateKey(ctx, e->id.key) == 1;
}

static bool make_ctx(struct pg_end *e)
{
	static const int versions[] = {
		[PG_TLS12] = TLS1_2_VERSION,
		[PG_TLS13] = TLS1_3_VERSION,
		[PG_DTLS12] = DTLS1_2_VERSION,
	};
	bool dtls = e->opt->security == PG_DTLS12;
	int version = versions[e->opt->security];
	SSL_CTX *ctx = e->ctx = SSL_CTX_new(dtls ? DTLS_method() : TLS_method());

	if (!ctx || !SSL_CTX_set_min_proto_version(ctx, version) ||
	    !SSL_CTX_set_max_proto_version(ctx, version) || !set_suites(ctx, e->opt) ||
	    !set_identity(e, ctx))
		return false;
	SSL_CTX_set_options(ctx,
			    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_info_callback(ctx, note_alert);
	if (e->keylog >= 0)
		SSL_CTX_set_keylog_callback(ctx, log_key);
	if (!dtls)
		return true;
	SSL_CTX_set_options(ctx, SSL_OP_COOKIE_EXCHANGE | SSL_OP_NO_QUERY_MTU);
	SSL_CTX_set_cookie_generate_cb(ctx, cookie_make);
	SSL_CTX_set_cookie_verify_cb(ctx, cookie_check);
	return RAND_bytes(e->cookie, sizeof(e->cookie)) == 1;
}

static bool make_ssl(struct pg_end *e)
{
	bool dtls = e->opt->security == PG_DTLS12;
	BIO *bio;

	e->ssl = SSL_new(e->ctx);
	if (!e->ssl || !SSL_set_app_data(e->ssl, e))
		return false;
	bio = dtls ? BIO_new_dgram(e->fd, BIO_NOCLOSE) : BIO_new_socket(e->fd, BIO_NOCLOSE);
	if (!bio)
		return false;
	if (dtls)
		BIO_ctrl(bio, BIO_CTRL_DGRAM_SET_CONNECTED, 0, &e->remote);
	SSL_set_bio(e->ssl, bio, bio);
	if (dtls) {
		SSL_set_mtu(e->ssl, DTLS_MTU);
		DTLS_set_timer_cb(e->ssl, dtls_timer);
	}
	return true;
}

// What the peer's alert most likely means here.
static const char *alert_advice(int alert)
{
	switch (alert) {
	case SSL_AD_BAD_CERTIFICATE:
		return ": our certificate does not match the fingerprint that the peer read in SDP";
	case SSL_AD_PROTOCOL_VERSION: return ": both ends need the same --tls";
	case SSL_AD_HANDSHAKE_FAILURE:
	case TLS1_AD_UNKNOWN_PSK_IDENTITY:
	case SSL_AD_DECRYPT_ERROR:
	case SSL_AD_BAD_RECORD_MAC:
	case SSL_AD_ILLEGAL_PARAMETER: return ": do both ends have the same --tls and --psk?";
	case SSL_AD_UNEXPECTED_MESSAGE:
		return ": do both ends take themselves for the TLS client, or is one in clear?";
	case TLS13_AD_CERTIFICATE_REQUIRED:
		return ": it wants a certificate; --psk on one end only?";
	default: return "";
	}
}

// Turns OpenSSL's last failure into -errno and a text. ret is what the SSL_ call returned.
static int tls_error(struct pg_end *e, int ret, const char *doing)
{
	int kind = SSL_get_error(e->ssl, ret), err = errno;
	unsigned long code = ERR_peek_last_error();

	e->wants_write = kind == SSL_ERROR_WANT_WRITE;
	if (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE)
		return -EAGAIN;
	// ICMP errors over UDP are no reason to stop.
	e->refused = kind == SSL_ERROR_SYSCALL && e->opt->udp;
	if (e->refused)
		return -EAGAIN;
	if (kind == SSL_ERROR_SYSCALL)
		return pg_end_fail(e, -(err ? err : ECONNRESET), "connection lost while %s: %s",
				   doing, strerror(err ? err : ECONNRESET));
	if (e->alert_in > 0)
		return pg_end_fail(e, -EPROTO, "while %s the peer sent the alert \"%s\"%s", doing,
				   SSL_alert_desc_string_long(e->alert_in),
				   alert_advice(e->alert_in));
	if (ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		return pg_end_fail(e, -ECONNRESET,
				   "the connection was cut while %s, without close_notify", doing);
	return pg_end_fail(e, -EPROTO, "TLS failed while %s: %s%s", doing,
			   code ? ERR_reason_error_string(code) : "unknown reason",
			   ERR_GET_REASON(code) == SSL_R_WRONG_VERSION_NUMBER ||
					   ERR_GET_REASON(code) == SSL_R_UNSUPPORTED_PROTOCOL
				   ? " (is the peer in clear, or does it have another --tls?)"
				   : "");
}

static int handshake(struct pg_end *e)
{
	int ret, rc;

	for (;;) {
		ERR_clear_error();
		ret = SSL_do_handshake(e->ssl);
		if (ret == 1)
			return 0;
		rc = tls_error(e, ret, "shaking hands");
		if (rc != -EAGAIN)
			return rc;
		if (e->deadline_ms <= pg_now_ms())
			return pg_end_fail(
				e, -ETIMEDOUT,
				"no answer to the TLS handshake within %u s (%s): is the "
				"peer there, and are the TLS roles complementary?",
				e->opt->timeout_s, SSL_state_string_long(e->ssl));
		// An ICMP error comes back as fast as we send: breathe, do not flood.
		if (e->refused)
			poll(NULL, 0, REFUSED_MS);
		else
			pg_end_wait(e, false, -1);
	}
}

int pg_end_secure(struct pg_end *e, bool client)
{
	int rc;

	if (e->opt->security == PG_CLEAR)
		return 0;
	if (e->id.key && !e->expected.n)
		return pg_end_fail(e, -EACCES,
				   "the peer's SDP has no usable a=fingerprint, so its "
				   "certificate cannot be checked");
	if (!make_ctx(e) || !make_ssl(e))
		return pg_end_fail(e, -EIO, "OpenSSL set-up: %s",
				   ERR_reason_error_string(ERR_peek_last_error()));
	if (client)
		SSL_set_connect_state(e->ssl);
	else
		SSL_set_accept_state(e->ssl);
	rc = handshake(e);
	e->secured = !rc;
	return rc;
}

ssize_t pg_tls_read(struct pg_end *e, void *buf, size_t len)
{
	int n;

	ERR_clear_error();
	n = SSL_read(e->ssl, buf, (int)len);
	if (n > 0) {
		e->wants_write = false;
		return n;
	}
	if (SSL_get_error(e->ssl, n) == SSL_ERROR_ZERO_RETURN) {
		e->peer_closed = true;
		return 0;
	}
	return tls_error(e, n, "reading");
}

ssize_t pg_tls_write(struct pg_end *e, const void *buf, size_t len)
{
	int n, rc;

	ERR_clear_error();
	n = SSL_write(e->ssl, buf, (int)len);
	if (n > 0)
		return n;
	rc = tls_error(e, n, "writing");
	return rc == -EAGAIN && e->opt->udp ? (ssize_t)len : rc;
}

int pg_tls_timer_ms(struct pg_end *e)
{
	struct timeval tv;

	if (!e->ssl || e->opt->security != PG_DTLS12 || !DTLSv1_get_timeout(e->ssl, &tv))
		return -1;
	return (int)(tv.tv_sec * 1000 + (tv.tv_usec + 999) / 1000);
}

void pg_tls_timer(struct pg_end *e)
{
	if (e->ssl && e->opt->security == PG_DTLS12)
		DTLSv1_handle_timeout(e->ssl);
}

void pg_tls_goodbye(struct pg_end *e)
{
	ERR_clear_error();
	if (e->ssl && e->secured)
		SSL_shutdown(e->ssl);
}

void pg_tls_fini(struct pg_end *e)
{
	SSL_free(e->ssl);
	SSL_CTX_free(e->ctx);
	e->ssl = NULL;
	e->ctx = NULL;
	pg_identity_free(&e->id);
}
