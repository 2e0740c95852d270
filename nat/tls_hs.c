// Reads hellos, certificates and key exchanges, and moves the state of a handshake by them.
// Spec: RFC 8446 4.1 and 4.2, RFC 5246 7.4, RFC 9147 5.3, RFC 6347 4.2, RFC 9146 (connection IDs),
// RFC 7250 (raw public keys), RFC 4279 and RFC 5489 (PSK), RFC 8422 (curves)
#include "tls_hs.h"

#include "cursor.h"
#include "tls_profile.h"

enum {
	EXT_SNI = 0,
	EXT_ALPN = 16,
	EXT_CLIENT_CERT_TYPE = 19,
	EXT_SERVER_CERT_TYPE = 20,
	EXT_PSK = 41,
	EXT_EARLY_DATA = 42,
	EXT_VERSIONS = 43,
	EXT_KEY_SHARE = 51,
	EXT_CONNECTION_ID = 54,
};

#define SAW(type) (1u << (type))

/* Where the first certificate begins: behind the lengths of the list and of itself. */
enum { CERT_AT = 6 };

/* A ServerHello with this random is a HelloRetryRequest: SHA-256 of that word. */
static const uint8_t retry_random[32] = {
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
	0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
	0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

void nat_tls_hs_init(struct nat_tls_hs *hs, struct nat_bufs *bufs, bool dtls)
{
	*hs = (struct nat_tls_hs){
		.bufs = bufs,
		.facts = {.dtls = dtls,
			  .side = NAT_TLS_NO_SIDE,
			  .client = NAT_TLS_NO_SIDE,
			  .alert = NAT_TLS_ALERT_NONE,
			  .alert_side = NAT_TLS_NO_SIDE},
	};
}

void nat_tls_hs_fini(struct nat_tls_hs *hs)
{
	for (int side = 0; side < 2; side++) {
		nat_bufs_put(hs->bufs, hs->cert[side]);
		hs->cert[side] = 0;
	}
}

void nat_tls_hs_state(struct nat_tls_hs *hs, enum nat_tls_state state, unsigned side, uint16_t news)
{
	hs->facts.state = (uint8_t)state;
	hs->facts.side = (uint8_t)side;
	hs->news |= news;
}

void nat_tls_hs_fail(struct nat_tls_hs *hs, enum nat_tls_why why, enum nat_side side)
{
	hs->facts.why = (uint8_t)why;
	nat_tls_hs_state(hs, NAT_TLS_FAILED, side, NAT_TLS_NEWS_FAILED);
}

void nat_tls_hs_broken(struct nat_tls_hs *hs, enum nat_tls_why why, enum nat_side side)
{
	hs->facts.why = (uint8_t)why;
	nat_tls_hs_state(hs, NAT_TLS_BROKEN, side, NAT_TLS_NEWS_LOST);
}

void nat_tls_hs_unknown(struct nat_tls_hs *hs, enum nat_tls_why why)
{
	hs->facts.why = (uint8_t)why;
	nat_tls_hs_state(hs, NAT_TLS_UNKNOWN, NAT_TLS_NO_SIDE, NAT_TLS_NEWS_LOST);
}

/* Alerts that are fatal whatever their level says (RFC 5246 7.2). */
static bool always_fatal(uint8_t alert)
{
	switch (alert) {
	case 10:               // unexpected_message
	case 20:               // bad_record_mac
	case 21:               // decryption_failed
	case 22:               // record_overflow
	case 30:               // decompression_failure
	case 40:               // handshake_failure
	case 47:               // illegal_parameter
	case 48:               // unknown_ca
	case 49:               // access_denied
	case 50:               // decode_error
	case 70:               // protocol_version
	case 71:               // insufficient_security
	case 80:               // internal_error
	case 110: return true; // unsupported_extension
	default: return false;
	}
}

void nat_tls_hs_alert(struct nat_tls_hs *hs, enum nat_side side, uint8_t level, uint8_t alert)
{
	struct nat_tls_facts *f = &hs->facts;
	bool harmless = alert == 90; // user_canceled: close_notify follows

	if (f->alerts < UINT8_MAX)
		f->alerts++;
	f->alert = alert;
	f->alert_side = (uint8_t)side;
	/* A close_notify before the end of the handshake ends it, too. In 1.3 the level says
	 * nothing (RFC 8446 6). */
	if (level == 2 || alert == 0 || always_fatal(alert) || (nat_tls_is_13(hs) && !harmless))
		nat_tls_hs_fail(hs, NAT_TLS_WHY_ALERT, side);
}

static bool from_client(const struct nat_tls_hs *hs, enum nat_side side)
{
	return hs->facts.client == side;
}

/* Messages after ServerHello, for version 1.2 and older: each at most once. */
static bool in_flight(const struct nat_tls_hs *hs, enum nat_side side, uint8_t type)
{
	const uint32_t server = SAW(NAT_HS_TICKET) | SAW(NAT_HS_CERTIFICATE) |
				SAW(NAT_HS_SERVER_KEY) | SAW(NAT_HS_CERT_REQUEST) |
				SAW(NAT_HS_HELLO_DONE) | SAW(NAT_HS_CERT_STATUS) |
				SAW(NAT_HS_SUPPLEMENTAL);
	const uint32_t client = SAW(NAT_HS_CERTIFICATE) | SAW(NAT_HS_CERT_VERIFY) |
				SAW(NAT_HS_CLIENT_KEY) | SAW(NAT_HS_CERT_URL) |
				SAW(NAT_HS_SUPPLEMENTAL);
	uint32_t bit = type < 32 ? SAW(type) : 0;

	return (bit & (from_client(hs, side) ? client : server)) && !(hs->saw[side] & bit);
}

bool nat_tls_hs_allowed(const struct nat_tls_hs *hs, enum nat_side side, uint8_t type)
{
	bool client = from_client(hs, side);

	switch ((enum nat_tls_state)hs->facts.state) {
	case NAT_TLS_NONE: return type == NAT_HS_CLIENT_HELLO;
	case NAT_TLS_HELLO:
		if (client)
			return false;
		return type == NAT_HS_SERVER_HELLO || type == NAT_HS_CLIENT_HELLO ||
		       type == NAT_HS_HELLO_REQUEST ||
		       (type == NAT_HS_VERIFY_REQUEST && hs->facts.dtls);
	case NAT_TLS_RETRY: return client && type == NAT_HS_CLIENT_HELLO;
	case NAT_TLS_SERVER:
		if (nat_tls_is_13(hs))
			return false;
		if (type == NAT_HS_HELLO_REQUEST)
			return !client;
		return in_flight(hs, side, type);
	default: return false;
	}
}

static unsigned key_exchange(const struct nat_tls_hs *hs)
{
	const struct nat_tls_suite *s = nat_tls_suite(hs->facts.suite);

	return s ? s->kx : NAT_KX_OTHER;
}

static bool has_raw_key(const struct nat_tls_hs *hs, enum nat_side side)
{
	return hs->raw_types & 1u << side;
}

static uint32_t load24(const uint8_t *at)
{
	return (uint32_t)at[0] << 16 | nat_load16(at + 1);
}

static uint32_t need_of_certificate(const struct nat_tls_hs *hs, enum nat_side side,
				    const uint8_t *body, uint32_t have)
{
	uint32_t first;

	if (has_raw_key(hs, side))
		return 0;
	if (have < CERT_AT)
		return CERT_AT;
	first = load24(body + 3);
	return first > NAT_HS_MAX - CERT_AT ? CERT_AT : CERT_AT + first;
}

/* The curve stands first, or behind the PSK hint. */
static uint32_t need_of_server_key(const struct nat_tls_hs *hs, const uint8_t *body, uint32_t have)
{
	switch (key_exchange(hs)) {
	case NAT_KX_ECDHE:
	case NAT_KX_ECDH_ANON: return 3;
	case NAT_KX_ECDHE_PSK:
		if (have < 2)
			return 2;
		return nat_load16(body) > 1024 ? 2 : 2u + nat_load16(body) + 3;
	default: return 0;
	}
}

uint32_t nat_tls_hs_need(const struct nat_tls_hs *hs, enum nat_side side, uint8_t type,
			 const uint8_t *body, uint32_t have, uint32_t len)
{
	uint32_t need = 0;

	switch (type) {
	case NAT_HS_CLIENT_HELLO:
	case NAT_HS_SERVER_HELLO: return len > NAT_HS_MAX ? UINT32_MAX : len;
	case NAT_HS_CERTIFICATE: need = need_of_certificate(hs, side, body, have); break;
	case NAT_HS_SERVER_KEY: need = need_of_server_key(hs, body, have); break;
	case NAT_HS_CLIENT_KEY: need = nat_tls_kx_is_psk(key_exchange(hs)) ? 2 : 0; break;
	default: break;
	}
	return need < len ? need : len;
}

/* Newer of two versions; anything that is none counts as oldest. DTLS counts downwards. */
static uint16_t newer(uint16_t x, uint16_t y, bool dtls)
{
	if (dtls) {
		if (y < NAT_DTLS_1_3 || y == 0xfefe || y > NAT_DTLS_1_0)
			return x;
		return x == 0 || y < x ? y : x;
	}
	return y >= NAT_SSL_3 && y <= NAT_TLS_1_3 && y > x ? y : x;
}

static void read_psk_offer(struct nat_tls_hs *hs, struct nat_cursor *ext)
{
	struct nat_cursor ids = nat_cur_vec(ext, 2);

	for (unsigned i = 0; !ids.bad && nat_cur_left(&ids) > 0; i++) {
		struct nat_cursor id = nat_cur_vec(&ids, 2);
		uint32_t age = nat_cur_num(&ids, 4);

		if (i == 0)
			hs->facts.psk_len = (uint16_t)nat_cur_left(&id);
		if (i < 8 && age == 0)
			hs->age_zero |= (uint8_t)(1u << i);
	}
	nat_cur_vec(ext, 2); // binders
	ext->bad |= ids.bad;
	hs->facts.flags |= NAT_TLS_F_PSK_OFFERED;
}

static void read_cid(struct nat_tls_hs *hs, enum nat_side side, struct nat_cursor *ext)
{
	struct nat_cursor cid = nat_cur_vec(ext, 1);

	ext->bad |= cid.bad;
	hs->cid_len[side] = (uint8_t)nat_cur_left(&cid);
	hs->cid |= (uint8_t)(1u << side);
}

static void client_extension(struct nat_tls_hs *hs, enum nat_side side, uint32_t type,
			     struct nat_cursor *ext)
{
	struct nat_tls_facts *f = &hs->facts;
	struct nat_cursor list;

	switch (type) {
	case EXT_SNI: f->flags |= NAT_TLS_F_SNI; break;
	case EXT_ALPN: f->flags |= NAT_TLS_F_ALPN; break;
	case EXT_EARLY_DATA: f->flags |= NAT_TLS_F_EARLY; break;
	case EXT_PSK: read_psk_offer(hs, ext); break;
	case EXT_CONNECTION_ID: read_cid(hs, side, ext); break;
	case EXT_VERSIONS:
		f->offered = 0;
		list = nat_cur_vec(ext, 1);
		while (!list.bad && nat_cur_left(&list) > 0)
			f->offered = newer(f->offered, (uint16_t)nat_cur_num(&list, 2), f->dtls);
		ext->bad |= list.bad;
		break;
	default: break;
	}
}

/* False when the hello contradicts itself; facts may then be half written. */
static bool read_client_hello(struct nat_tls_hs *hs, enum nat_side side, struct nat_cursor c)
{
	struct nat_cursor exts, suites;
	const uint8_t *random;

	hs->facts.flags &= NAT_TLS_F_RETRIED | NAT_TLS_F_HEARTBEAT | NAT_TLS_F_FRAMED;
	hs->facts.psk_len = 0;
	hs->age_zero = hs->cid = 0;
	hs->facts.offered = newer(0, (uint16_t)nat_cur_num(&c, 2), hs->facts.dtls);
	random = nat_cur_take(&c, sizeof(hs->random));
	if (random)
		memcpy(hs->random, random, sizeof(hs->random));
	if (nat_cur_vec(&c, 1).bad || (hs->facts.dtls && nat_cur_vec(&c, 1).bad))
		return false; // session id, cookie
	suites = nat_cur_vec(&c, 2);
	if (suites.bad || nat_cur_left(&suites) < 2 || nat_cur_left(&suites) % 2)
		return false;
	if (nat_cur_vec(&c, 1).bad) // compression methods
		return false;
	if (nat_cur_left(&c) == 0)
		return true;
	exts = nat_cur_vec(&c, 2);
	while (!exts.bad && nat_cur_left(&exts) > 0) {
		uint32_t type = nat_cur_num(&exts, 2);
		struct nat_cursor ext = nat_cur_vec(&exts, 2);

		if (exts.bad)
			break;
		client_extension(hs, side, type, &ext);
		exts.bad |= ext.bad;
	}
	return !exts.bad && nat_cur_left(&c) == 0;
}

/* What a ServerHello says, before it is believed. */
struct server_hello {
	uint16_t version, suite, group;
	uint32_t psk; // selected identity, UINT32_MAX = none
	uint8_t raw_types;
	bool retry, has_cid;
	uint8_t cid_len;
};

static void server_extension(struct server_hello *sh, const struct nat_tls_hs *hs, uint32_t type,
			     struct nat_cursor *ext)
{
	enum nat_side client = (enum nat_side)hs->facts.client;

	switch (type) {
	case EXT_VERSIONS: sh->version = (uint16_t)nat_cur_num(ext, 2); break;
	case EXT_KEY_SHARE: sh->group = (uint16_t)nat_cur_num(ext, 2); break;
	case EXT_PSK: sh->psk = nat_cur_num(ext, 2); break;
	case EXT_CONNECTION_ID:
		sh->cid_len = (uint8_t)nat_cur_num(ext, 1);
		nat_cur_take(ext, sh->cid_len);
		sh->has_cid = true;
		break;
	case EXT_CLIENT_CERT_TYPE:
		sh->raw_types |= (uint8_t)((nat_cur_num(ext, 1) != 0) << client);
		break;
	case EXT_SERVER_CERT_TYPE:
		sh->raw_types |= (uint8_t)((nat_cur_num(ext, 1) != 0) << nat_other(client));
		break;
	default: break;
	}
}

static bool read_server_hello(struct server_hello *sh, const struct nat_tls_hs *hs,
			      struct nat_cursor c)
{
	struct nat_cursor exts;
	const uint8_t *random;

	*sh = (struct server_hello){.psk = UINT32_MAX};
	sh->version = (uint16_t)nat_cur_num(&c, 2);
	random = nat_cur_take(&c, 32);
	if (nat_cur_vec(&c, 1).bad)
		return false;
	sh->suite = (uint16_t)nat_cur_num(&c, 2);
	nat_cur_num(&c, 1); // compression
	if (c.bad)
		return false;
	if (nat_cur_left(&c) > 0) {
		exts = nat_cur_vec(&c, 2);
		while (!exts.bad && nat_cur_left(&exts) > 0) {
			uint32_t type = nat_cur_num(&exts, 2);
			struct nat_cursor ext = nat_cur_vec(&exts, 2);

			if (exts.bad)
				break;
			server_extension(sh, hs, type, &ext);
			exts.bad |= ext.bad;
		}
		if (exts.bad || nat_cur_left(&c) > 0)
			return false;
	}
	sh->retry = memcmp(random, retry_random, sizeof(retry_random)) == 0 &&
		    (sh->version == NAT_TLS_1_3 || sh->version == NAT_DTLS_1_3);
	return true;
}

static bool version_known(uint16_t version, bool dtls)
{
	return newer(0, version, dtls) == version && version != 0;
}

static void on_client_hello(struct nat_tls_hs *hs, enum nat_side side, struct nat_cursor c)
{
	bool first = hs->facts.state == NAT_TLS_NONE;

	if (hs->facts.state == NAT_TLS_HELLO) { // the other side's: both think they are client
		nat_tls_hs_state(hs, NAT_TLS_COLLISION, side, NAT_TLS_NEWS_FAILED);
		return;
	}
	if (!read_client_hello(hs, side, c)) {
		nat_tls_hs_broken(hs, NAT_TLS_WHY_MESSAGE, side);
		return;
	}
	hs->facts.client = (uint8_t)side;
	if (first && hs->facts.associations < UINT8_MAX)
		hs->facts.associations++;
	nat_tls_hs_state(hs, NAT_TLS_HELLO, side, first ? NAT_TLS_NEWS_HELLO : 0);
}

static void on_server_hello(struct nat_tls_hs *hs, enum nat_side side, struct nat_cursor c)
{
	struct nat_tls_facts *f = &hs->facts;
	struct server_hello sh;

	if (!read_server_hello(&sh, hs, c)) {
		nat_tls_hs_broken(hs, NAT_TLS_WHY_MESSAGE, side);
		return;
	}
	if (!version_known(sh.version, f->dtls)) {
		nat_tls_hs_unknown(hs, NAT_TLS_WHY_VERSION);
		return;
	}
	if (sh.retry) {
		if (f->flags & NAT_TLS_F_RETRIED && !f->dtls) { // one retry at most
			nat_tls_hs_broken(hs, NAT_TLS_WHY_ORDER, side);
			return;
		}
		f->flags |= NAT_TLS_F_RETRIED;
		nat_tls_hs_state(hs, NAT_TLS_RETRY, side, 0);
		return;
	}
	f->version = sh.version;
	f->suite = sh.suite;
	f->group = nat_tls_is_13(hs) ? sh.group : 0;
	hs->raw_types = sh.raw_types;
	if (f->dtls && sh.has_cid && hs->cid & 1u << f->client) {
		hs->cid_len[side] = sh.cid_len;
		hs->cid |= (uint8_t)(1u << side);
		f->flags |= NAT_TLS_F_CID;
	}
	if (nat_tls_is_13(hs)) {
		f->mode = NAT_TLS_MODE_FULL;
		if (sh.psk < 8)
			f->mode = hs->age_zero & 1u << sh.psk ? NAT_TLS_MODE_PSK
							      : NAT_TLS_MODE_RESUMED;
		else if (sh.psk != UINT32_MAX)
			f->mode = NAT_TLS_MODE_UNSEEN;
	}
	nat_tls_hs_state(hs, NAT_TLS_SERVER, side, NAT_TLS_NEWS_SERVER);
}

/* Keeps the end-entity certificate: its buffer when it lies in one, else a copy. */
static void keep(struct nat_tls_hs *hs, enum nat_side side, const uint8_t *body, uint32_t len,
		 nat_buf *buf)
{
	nat_buf copy = *buf;

	if (!copy) {
		copy = nat_bufs_get(hs->bufs, CERT_AT + len);
		if (!copy) {
			hs->facts.flags |= NAT_TLS_F_CERT_UNKEPT;
			return;
		}
		memcpy(nat_bufs_at(hs->bufs, copy) + CERT_AT, body + CERT_AT, len);
	}
	*buf = 0;
	nat_bufs_put(hs->bufs, hs->cert[side]);
	hs->cert[side] = copy;
	hs->news |= side == NAT_A ? NAT_TLS_NEWS_CERT_A : NAT_TLS_NEWS_CERT_B;
}

static void on_certificate(struct nat_tls_hs *hs, enum nat_side side, const uint8_t *body,
			   uint32_t have, uint32_t len, nat_buf *buf)
{
	uint32_t list, first;

	if (has_raw_key(hs, side)) {
		hs->facts.flags |= NAT_TLS_F_RAW_KEY;
		return;
	}
	if (have == 3 && len == 3 && load24(body) == 0 && from_client(hs, side)) {
		hs->facts.flags |= NAT_TLS_F_NO_CERT;
		return;
	}
	list = have < CERT_AT ? 0 : load24(body);
	first = have < CERT_AT ? 0 : load24(body + 3);
	if (list != len - 3 || first == 0 || first > list - 3) {
		nat_tls_hs_broken(hs, NAT_TLS_WHY_MESSAGE, side);
		return;
	}
	hs->facts.cert_len[side] = first > UINT16_MAX ? UINT16_MAX : (uint16_t)first;
	if (have < CERT_AT + first)
		hs->facts.flags |= NAT_TLS_F_CERT_UNKEPT;
	else
		keep(hs, side, body, first, buf);
}

static void on_server_key(struct nat_tls_hs *hs, const uint8_t *body, uint32_t have)
{
	unsigned kx = key_exchange(hs);
	uint32_t at = 0;

	if (kx == NAT_KX_ECDHE_PSK && have >= 2)
		at = 2u + nat_load16(body);
	else if (kx != NAT_KX_ECDHE && kx != NAT_KX_ECDH_ANON)
		return;
	if (have >= at + 3 && body[at] == 3) // named_curve
		hs->facts.group = nat_load16(body + at + 1);
}

static void on_client_key(struct nat_tls_hs *hs, const uint8_t *body, uint32_t have)
{
	if (!nat_tls_kx_is_psk(key_exchange(hs)) || have < 2)
		return;
	hs->facts.psk_len = nat_load16(body);
	hs->facts.flags |= NAT_TLS_F_PSK_OFFERED;
}

void nat_tls_hs_settle(struct nat_tls_hs *hs, bool server_encrypts)
{
	enum nat_side client = (enum nat_side)hs->facts.client;
	unsigned kx = key_exchange(hs);
	bool keys, cert;
	uint32_t server;

	if (hs->facts.version == 0 || nat_tls_is_13(hs))
		return;
	server = hs->saw[nat_other(client)];
	cert = server & SAW(NAT_HS_CERTIFICATE);
	keys = server & (SAW(NAT_HS_SERVER_KEY) | SAW(NAT_HS_HELLO_DONE)) ||
	       hs->saw[client] & SAW(NAT_HS_CLIENT_KEY);
	if ((cert || keys) && nat_tls_kx_is_psk(kx))
		hs->facts.mode = NAT_TLS_MODE_PSK;
	else if (cert)
		hs->facts.mode = NAT_TLS_MODE_FULL;
	else if (keys)
		hs->facts.mode = kx == NAT_KX_ANON || kx == NAT_KX_ECDH_ANON ? NAT_TLS_MODE_ANON
									     : NAT_TLS_MODE_UNSEEN;
	else if (server_encrypts)
		hs->facts.mode = NAT_TLS_MODE_RESUMED;
}

void nat_tls_hs_message(struct nat_tls_hs *hs, enum nat_side side, uint8_t type,
			const uint8_t *body, uint32_t have, uint32_t len, nat_buf *buf)
{
	struct nat_cursor c = {body, body + have, false};

	if (type < 32)
		hs->saw[side] |= SAW(type);
	switch (type) {
	case NAT_HS_CLIENT_HELLO: on_client_hello(hs, side, c); return;
	case NAT_HS_SERVER_HELLO: on_server_hello(hs, side, c); return;
	case NAT_HS_VERIFY_REQUEST:
		hs->facts.flags |= NAT_TLS_F_RETRIED;
		nat_tls_hs_state(hs, NAT_TLS_RETRY, side, 0);
		return;
	case NAT_HS_CERTIFICATE: on_certificate(hs, side, body, have, len, buf); break;
	case NAT_HS_SERVER_KEY: on_server_key(hs, body, have); break;
	case NAT_HS_CLIENT_KEY: on_client_key(hs, body, have); break;
	case NAT_HS_CERT_REQUEST: hs->facts.flags |= NAT_TLS_F_ASKED; break;
	default: break;
	}
	nat_tls_hs_settle(hs, false);
}

nat_buf nat_tls_hs_take_cert(struct nat_tls_hs *hs, enum nat_side side, const uint8_t **der,
			     uint32_t *len)
{
	nat_buf buf = hs->cert[side];

	if (!buf)
		return 0;
	hs->cert[side] = 0;
	*der = nat_bufs_at(hs->bufs, buf) + CERT_AT;
	*len = hs->facts.cert_len[side];
	return buf;
}
