// One call of a media endpoint, from the command line to the result file.
// Spec: RFC 4145 4 (setup), RFC 6135 4, RFC 7345 4.2, RFC 8856 8 (who is TLS client)
#include "call.h"
#include "mailbox.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <openssl/rand.h>

int pg_call_fail(struct pg_call *call, int err, const char *format, ...)
{
	va_list args;

	if (!call->end.error[0]) {
		va_start(args, format);
		vsnprintf(call->end.error, sizeof(call->end.error), format, args);
		va_end(args);
	}
	return err;
}

static const char *role_name(const struct pg_call *call)
{
	return call->opt.offerer ? "offer" : "answer";
}

void pg_call_say(const struct pg_call *call, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, "%s %s: %s\n", pg_app_name(call->opt.app), role_name(call), text);
}

static unsigned left_ms(const struct pg_call *call)
{
	int64_t left = call->end.deadline_ms - pg_now_ms();

	return left > 0 ? (unsigned)left : 0;
}

// Random names of this call: session number, MSRP URI, tls-id.
static int make_names(struct pg_call *call)
{
	uint8_t random[PG_TLS_ID_LEN / 2];
	char at[PG_SOCK_TEXT];

	if (RAND_bytes(random, sizeof(random)) != 1)
		return pg_call_fail(call, -EIO, "OpenSSL has no random numbers");
	for (size_t i = 0; i < sizeof(random); i++)
		sprintf(call->own.tls_id + 2 * i, "%02x", random[i]);
	memcpy(&call->own.session, random, sizeof(call->own.session));
	call->own.session >>= 2; // RFC 8866 5.2 wants at most 63 bits
	call->own.opt = &call->opt;
	call->own.at = call->end.local;
	call->own.fingerprint = call->end.id.key ? &call->end.id.fingerprint : NULL;
	snprintf(call->own.path, sizeof(call->own.path), "%s://%s/%.16s;tcp",
		 call->opt.security == PG_CLEAR ? "msrp" : "msrps",
		 pg_sock_text(&call->own.at, at, sizeof(at)), call->own.tls_id + 8);
	return 0;
}

static int open_end(struct pg_call *call)
{
	int64_t deadline = call->end.deadline_ms;
	int rc = pg_end_open(&call->end, &call->opt);

	call->end.deadline_ms = deadline;
	return rc ? rc : make_names(call);
}

static int send_sdp(struct pg_call *call, const char *name)
{
	char *text = pg_offer_write(&call->own);
	int rc = text ? pg_mailbox_write(call->opt.dir, name, text, strlen(text)) : -ENOMEM;

	free(text);
	return rc ? pg_call_fail(call, rc, "cannot write %s/%s: %s", call->opt.dir, name,
				 strerror(-rc))
		  : 0;
}

static int await_sdp(struct pg_call *call, const char *name)
{
	char *text = NULL, why[192] = "";
	size_t len;
	int rc = pg_mailbox_wait(call->opt.dir, name, left_ms(call), &text, &len);

	if (rc == -ETIMEDOUT)
		return pg_call_fail(call, rc, "no %s/%s within %u s: %s running?", call->opt.dir,
				    name, call->opt.timeout_s,
				    call->opt.direct ? "is the other end"
						     : "are the other end and the IBCF");
	if (rc)
		return pg_call_fail(call, rc, "cannot read %s/%s: %s", call->opt.dir, name,
				    strerror(-rc));
	rc = pg_offer_read(&call->peer, &call->opt, text, len, why, sizeof(why));
	free(text);
	return rc ? pg_call_fail(call, rc, "%s: %s", name, why) : 0;
}

// The answerer's role: the complement of what was offered, else the option, else active.
static int choose_setup(struct pg_call *call)
{
	enum pg_setup offered = call->peer.setup, wanted = call->opt.setup;
	enum pg_setup fits = offered == PG_ACTIVE    ? PG_PASSIVE
			     : offered == PG_PASSIVE ? PG_ACTIVE
						     : PG_SETUP_NONE;

	// An offer without a=setup comes from one that takes itself for active (RFC 4145 4).
	if (offered == PG_SETUP_NONE && !(call->opt.udp && call->opt.security == PG_CLEAR))
		fits = PG_PASSIVE;
	if (fits && wanted && fits != wanted)
		return pg_call_fail(call, -EPROTO, "--setup %s cannot answer a=setup:%s",
				    pg_setup_name(wanted), pg_setup_name(offered));
	call->opt.setup = fits ? fits : wanted ? wanted : PG_ACTIVE;
	return 0;
}

// The offerer's role after the answer.
static int settle_setup(struct pg_call *call)
{
	enum pg_setup fits = call->peer.setup == PG_ACTIVE ? PG_PASSIVE : PG_ACTIVE;

	if (call->peer.setup == PG_ACTPASS)
		return pg_call_fail(call, -EPROTO,
				    "the answer says a=setup:actpass, which only an "
				    "offer may");
	if (call->opt.setup != PG_ACTPASS && call->opt.setup != fits)
		return pg_call_fail(call, -EPROTO,
				    "both ends say a=setup:%s: the TCP or TLS roles "
				    "collide",
				    pg_setup_name(call->opt.setup));
	call->opt.setup = fits;
	return 0;
}

static int exchange(struct pg_call *call)
{
	int rc;

	if (call->opt.offerer) {
		rc = open_end(call);
		if (!rc)
			rc = send_sdp(call, "offer.a");
		if (!rc)
			rc = await_sdp(call, "answer.a");
		return rc ? rc : settle_setup(call);
	}
	rc = await_sdp(call, call->opt.direct ? "offer.a" : "offer.b");
	if (!rc)
		rc = choose_setup(call);
	if (!rc)
		rc = open_end(call);
	return rc ? rc : send_sdp(call, call->opt.direct ? "answer.a" : "answer.b");
}

static bool tls_client(const struct pg_call *call)
{
	// BFCP over TLS keeps an old rule: the answerer is the server, whoever opened TCP.
	if (call->opt.app == PG_BFCP && !call->opt.udp)
		return call->opt.offerer;
	return call->opt.setup == PG_ACTIVE;
}

static int connect_media(struct pg_call *call)
{
	struct pg_end *e = &call->end;
	char at[PG_SOCK_TEXT];
	int rc;

	e->expected = call->peer.fingerprints;
	if (call->opt.udp || call->opt.setup == PG_ACTIVE)
		rc = pg_end_connect(e, &call->peer.at, call->peer.at_len);
	else
		rc = pg_end_accept(e);
	if (!rc)
		rc = pg_end_secure(e, tls_client(call));
	if (!rc)
		pg_call_say(call, "connected to %s%s%s", pg_sock_text(&e->remote, at, sizeof(at)),
			    e->ssl ? ", " : "", e->ssl ? SSL_get_version(e->ssl) : "");
	return rc;
}

static json_t *text_or_null(const char *text)
{
	return text && *text ? json_string(text) : json_null();
}

static json_t *fingerprint_json(const struct pg_fingerprint *fp)
{
	char text[PG_FINGERPRINT_TEXT];

	return fp && fp->hash ? json_string(pg_fingerprint_write(fp, text, sizeof(text)))
			      : json_null();
}

static json_t *sock_json(const struct sockaddr_storage *sa)
{
	char text[PG_SOCK_TEXT];

	return sa->ss_family ? json_string(pg_sock_text(sa, text, sizeof(text))) : json_null();
}

static json_t *result_json(const struct pg_call *call, bool ok)
{
	const struct pg_end *e = &call->end;
	const SSL *ssl = e->ssl && e->secured ? e->ssl : NULL;
	bool media = e->remote.ss_family;
	json_t *o = json_object();

	json_object_set_new(o, "app", json_string(pg_app_name(call->opt.app)));
	json_object_set_new(o, "role", json_string(role_name(call)));
	json_object_set_new(o, "ok", json_boolean(ok));
	json_object_set_new(o, "error", json_string(e->error));
	json_object_set_new(o, "tls", text_or_null(ssl ? SSL_get_version(ssl) : NULL));
	json_object_set_new(o, "cipher", text_or_null(ssl ? SSL_get_cipher_name(ssl) : NULL));
	json_object_set_new(o, "peer_fingerprint", fingerprint_json(&e->peer));
	json_object_set_new(o, "fingerprint_ok",
			    e->peer.hash ? json_boolean(e->fingerprint_ok) : json_null());
	json_object_set_new(o, "own_fingerprint", fingerprint_json(&e->id.fingerprint));
	json_object_set_new(o, "bytes_sent", json_integer((json_int_t)call->bytes_sent));
	json_object_set_new(o, "bytes_received", json_integer((json_int_t)call->bytes_received));
	json_object_set_new(o, "sha256", text_or_null(call->sha256));
	json_object_set_new(o, "identical",
			    call->identical < 0 ? json_null() : json_boolean(call->identical));
	json_object_set_new(o, "local", media ? sock_json(&e->local) : json_null());
	json_object_set_new(o, "remote", sock_json(&e->remote));
	return o;
}

// Returns false when the result could not be written, which is a failure of its own.
static bool write_result(const struct pg_call *call, bool ok)
{
	json_t *o = result_json(call, ok);
	char *text = json_dumps(o, JSON_INDENT(2));
	int rc = text ? pg_mailbox_write(call->opt.dir, call->opt.offerer ? "result.a" : "result.b",
					 text, strlen(text))
		      : -ENOMEM;

	free(text);
	json_decref(o);
	if (rc)
		pg_call_say(call, "cannot write the result into %s: %s", call->opt.dir,
			    strerror(-rc));
	return !rc;
}

int pg_call_run(enum pg_app app, int argc, char **argv, int (*media)(struct pg_call *call))
{
	struct pg_call call = {.identical = -1, .end = {.fd = -1, .listener = -1, .keylog = -1}};
	int rc = pg_options_parse(&call.opt, app, argc, argv);
	bool ok;

	if (rc >= 0)
		return rc;
	call.end.opt = &call.opt;
	call.end.deadline_ms = pg_now_ms() + (int64_t)call.opt.timeout_s * 1000;
	rc = exchange(&call);
	if (!rc)
		rc = connect_media(&call);
	if (!rc)
		rc = media(&call);
	pg_end_close(&call.end);
	ok = !rc;
	if (!ok)
		pg_call_say(&call, "FAILED: %s", call.end.error);
	else
		pg_call_say(&call, "done");
	ok &= write_result(&call, ok);
	pg_end_fini(&call.end);
	return ok ? 0 : 1;
}
