// The reference TLS observer: every byte is kept, every rule is written out where it applies.
#include "tls_reference.h"

#include <stdlib.h>
#include <string.h>

#include "../../nat/tls_hs.h"
#include "hello_reference.h"

struct end {
	uint8_t *data; // all bytes of this side
	size_t n;
	size_t record; // where the current record begins
	uint8_t *msg;  // bytes of the current clear message, header included
	size_t n_msg;
	bool msg_read;
	int level; // first byte of an alert, -1 = none
	bool spoke, hides, finished, rekeyed, ended, lost;
	uint8_t last_type;
	uint16_t last_len;
	uint32_t saw;
};

struct tls_reference {
	struct nat_tls_facts f;
	struct end end[2];
	uint8_t ages_zero;
	bool raw[2];
	unsigned server_said;
	bool refused;
};

struct tls_reference *tls_reference_new(void)
{
	struct tls_reference *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->f.side = r->f.client = r->f.alert_side = NAT_TLS_NO_SIDE;
	r->f.alert = NAT_TLS_ALERT_NONE;
	r->end[0].level = r->end[1].level = -1;
	return r;
}

void tls_reference_free(struct tls_reference *r)
{
	for (int side = 0; side < 2; side++) {
		free(r->end[side].data);
		free(r->end[side].msg);
	}
	free(r);
}

const struct nat_tls_facts *tls_reference_facts(const struct tls_reference *r)
{
	return &r->f;
}

static void push(uint8_t **data, size_t *n, uint8_t byte)
{
	enum { BLOCK = 4096 };

	if (*n % BLOCK == 0)
		*data = realloc(*data, *n + BLOCK);
	if (!*data)
		abort();
	(*data)[(*n)++] = byte;
}

static void go(struct tls_reference *r, enum nat_tls_state state, enum nat_tls_why why, int side)
{
	if (state == NAT_TLS_BROKEN && r->f.state == NAT_TLS_CLOSED) {
		r->end[side].lost = true;
		r->f.end[side] = NAT_TLS_END_UNSURE;
		return;
	}
	r->f.state = (uint8_t)state;
	r->f.why = (uint8_t)why;
	r->f.side = (uint8_t)side;
}

static bool is13(const struct tls_reference *r)
{
	return r->f.version == 0x0304;
}

static bool looks_like_alert(const struct tls_reference *r, unsigned len)
{
	return len == (ref_short_tag(r->f.suite) ? 11u : 19u);
}

/* ---- records that hide what they carry ---- */

static void check_up(struct tls_reference *r)
{
	if (r->f.state == NAT_TLS_SERVER && r->end[0].finished && r->end[1].finished)
		go(r, NAT_TLS_UP, 0, NAT_TLS_NO_SIDE);
}

static void hidden_alert(struct tls_reference *r, int side)
{
	r->f.alert = NAT_TLS_ALERT_HIDDEN;
	r->f.alert_side = (uint8_t)side;
	go(r, NAT_TLS_FAILED, NAT_TLS_WHY_HIDDEN_ALERT, side);
}

static void keys_from_messages(struct tls_reference *r)
{
	const uint32_t key_exchange = 1u << 12 | 1u << 14, client_key = 1u << 16, cert = 1u << 11;
	uint32_t server, client;
	enum ref_keys keys;

	if (!r->f.version || is13(r))
		return;
	server = r->end[!r->f.client].saw;
	client = r->end[r->f.client].saw;
	keys = ref_keys_of(r->f.suite);
	if (!(server & (cert | key_exchange)) && !(client & client_key)) {
		if (r->end[!r->f.client].hides)
			r->f.mode = NAT_TLS_MODE_RESUMED;
	} else if (keys == REF_PSK || keys == REF_PSK_EC) {
		r->f.mode = NAT_TLS_MODE_PSK;
	} else if (server & cert) {
		r->f.mode = NAT_TLS_MODE_FULL;
	} else {
		r->f.mode = keys == REF_ANON || keys == REF_ANON_EC ? NAT_TLS_MODE_ANON
								    : NAT_TLS_MODE_UNSEEN;
	}
}

static void opaque_13(struct tls_reference *r, int side, uint8_t type, uint16_t len)
{
	bool client = r->f.client == side;

	if (type == 20)
		return;
	if (type != 23) {
		go(r, NAT_TLS_BROKEN, NAT_TLS_WHY_ORDER, side);
	} else if (r->f.state == NAT_TLS_SERVER) {
		if (!r->end[side].finished && looks_like_alert(r, len) &&
		    !(client && r->f.flags & NAT_TLS_F_EARLY)) {
			hidden_alert(r, side);
			return;
		}
		r->end[side].finished = true;
		check_up(r);
	} else if (!client) {
		r->server_said++;
		r->refused = r->server_said == 1 && looks_like_alert(r, len);
	}
}

static void opaque_12(struct tls_reference *r, int side, uint8_t type)
{
	struct end *e = &r->end[side];

	if (r->f.state == NAT_TLS_SERVER) {
		if (type == 22) {
			e->finished = true;
			check_up(r);
		} else if (type == 21) {
			hidden_alert(r, side);
		} else if (type != 23 || !e->finished) {
			go(r, NAT_TLS_BROKEN, NAT_TLS_WHY_ORDER, side);
		}
		return;
	}
	if (type == 21) {
		if (r->f.state == NAT_TLS_UP)
			go(r, NAT_TLS_CLOSING, 0, side);
		return;
	}
	if (r->f.state == NAT_TLS_CLOSING && r->f.side == side)
		go(r, NAT_TLS_UP, 0, NAT_TLS_NO_SIDE);
	if (type == 22)
		r->f.flags |= NAT_TLS_F_RENEG_ASKED;
	if (type == 20)
		e->rekeyed = true;
	if (r->end[0].rekeyed && r->end[1].rekeyed) {
		r->end[0].rekeyed = r->end[1].rekeyed = false;
		if (r->f.renegotiations < 255)
			r->f.renegotiations++;
	}
}

static void opaque(struct tls_reference *r, int side, uint8_t type, uint16_t len)
{
	unsigned state = r->f.state;

	if (type == 24)
		r->f.flags |= NAT_TLS_F_HEARTBEAT;
	if (state == NAT_TLS_CLOSED)
		return;
	if (is13(r)) {
		opaque_13(r, side, type, len);
	} else if (r->end[side].hides) {
		opaque_12(r, side, type);
	} else if (type == 24) {
		return;
	} else if (type == 23) {
		if (!(r->f.client == side && r->f.flags & NAT_TLS_F_EARLY &&
		      (state == NAT_TLS_HELLO || state == NAT_TLS_RETRY)))
			go(r, NAT_TLS_BROKEN, NAT_TLS_WHY_ORDER, side);
	} else if (state == NAT_TLS_NONE) {
		go(r, NAT_TLS_BROKEN, NAT_TLS_WHY_ORDER, side);
	} else if (state == NAT_TLS_SERVER) {
		r->end[side].hides = true;
		if (r->f.client != side)
			keys_from_messages(r);
	}
}

/* ---- clear messages ---- */

static bool may_come(const struct tls_reference *r, int side, uint8_t type)
{
	static const uint8_t by_server[] = {4, 11, 12, 13, 14, 22, 23},
			     by_client[] = {11, 15, 16, 21, 23};
	bool client = r->f.client == side;
	const uint8_t *list = client ? by_client : by_server;
	size_t n = client ? sizeof(by_client) : sizeof(by_server);

	switch (r->f.state) {
	case NAT_TLS_NONE: return type == 1;
	case NAT_TLS_HELLO: return !client && type <= 2;
	case NAT_TLS_RETRY: return client && type == 1;
	case NAT_TLS_SERVER: break;
	default: return false;
	}
	if (is13(r))
		return false;
	if (type == 0)
		return !client;
	return memchr(list, type, n) && !(r->end[side].saw >> type & 1);
}

static void read_client_hello(struct tls_reference *r, int side, const uint8_t *m, uint32_t len)
{
	struct ref_hello h = ref_client_hello(m, len, false);
	unsigned keep = r->f.flags & (NAT_TLS_F_RETRIED | NAT_TLS_F_HEARTBEAT);

	if (r->f.state == NAT_TLS_HELLO) {
		go(r, NAT_TLS_COLLISION, 0, side);
		return;
	}
	if (!h.ok) {
		go(r, NAT_TLS_BROKEN, NAT_TLS_WHY_MESSAGE, side);
		return;
	}
	if (r->f.state == NAT_TLS_NONE)
		r->f.associations = 1;
	r->f.client = (uint8_t)side;
	r->f.offered = h.offered;
	r->f.psk_len = h.psk_len;
	r->f.flags = (uint16_t)(keep | (h.sni ? NAT_TLS_F_SNI : 0) | (h.alpn ? NAT_TLS_F_ALPN : 0) |
				(h.early ? NAT_TLS_F_EARLY : 0) |
				(h.psk ? NAT_TLS_F_PSK_OFFERED : 0));
	r->ages_zero = h.ages_zero;
	go(r, NAT_TLS_HELLO, 0, side);
}

static void read_server_hello(struct tls_reference *r, int side, const uint8_t *m, uint32_t len)
{
	struct ref_hello h = ref_server_hello(m, len, false);

	if (!h.ok) {
		go(r, NAT_TLS_BROKEN, NAT_TLS_WHY_MESSAGE, side);
	} else if (!ref_version_exists(h.selected, false)) {
		go(r, NAT_TLS_UNKNOWN, NAT_TLS_WHY_VERSION, NAT_TLS_NO_SIDE);
	} else if (h.retry && r->f.flags & NAT_TLS_F_RETRIED) {
		go(r, NAT_TLS_BROKEN, NAT_TLS_WHY_ORDER, side);
	} else if (h.retry) {
		r->f.flags |= NAT_TLS_F_RETRIED;
		go(r, NAT_TLS_RETRY, 0, side);
	} else {
		r->f.version = h.selected;
		r->f.suite = h.suite;
		r->raw[r->f.client] = h.raw[0];
		r->raw[!r->f.client] = h.raw[1];
		if (is13(r)) {
			r->f.group = h.group;
			r->f.mode = h.psk_index < 0                   ? NAT_TLS_MODE_FULL
				    : h.psk_index > 7                 ? NAT_TLS_MODE_UNSEEN
				    : r->ages_zero >> h.psk_index & 1 ? NAT_TLS_MODE_PSK
								      : NAT_TLS_MODE_RESUMED;
		}
		go(r, NAT_TLS_SERVER, 0, side);
	}
}

/* Bytes of the body that must have come before the message says what it says; len at most. */
static size_t enough(const struct tls_reference *r, int side, const uint8_t *msg, size_t have,
		     size_t len)
{
	enum ref_keys keys = ref_keys_of(r->f.suite);
	const uint8_t *m = msg + 4;
	size_t need = 0;

	switch (msg[0]) {
	case 1:
	case 2: return len;
	case 11:
		if (r->raw[side])
			break;
		need = 6;
		if (have >= 6) {
			size_t first = (size_t)m[3] << 16 | m[4] << 8 | m[5];

			need = first > NAT_HS_MAX - 6 ? 6 : 6 + first;
		}
		break;
	case 12:
		if (keys == REF_CERT_EC || keys == REF_ANON_EC)
			need = 3;
		if (keys == REF_PSK_EC)
			need = have < 2 || (m[0] << 8 | m[1]) > 1024 ? 2
								     : 2u + (m[0] << 8 | m[1]) + 3;
		break;
	case 16: need = keys == REF_PSK || keys == REF_PSK_EC ? 2 : 0; break;
	default: break;
	}
	return need < len ? need : len;
}

static void read_certificate(struct tls_reference *r, int side, const uint8_t *m, size_t have,
			     size_t len)
{
	size_t list, first;

	if (r->raw[side]) {
		r->f.flags |= NAT_TLS_F_RAW_KEY;
		return;
	}
	if (len == 3 && !m[0] && !m[1] && !m[2] && r->f.client == side) {
		r->f.flags |= NAT_TLS_F_NO_CERT;
		return;
	}
	if (len < 6) {
		go(r, NAT_TLS_BROKEN, NAT_TLS_WHY_MESSAGE, side);
		return;
	}
	list = (size_t)m[0] << 16 | m[1] << 8 | m[2];
	first = (size_t)m[3] << 16 | m[4] << 8 | m[5];
	if (list + 3 != len || first == 0 || first + 3 > list) {
		go(r, NAT_TLS_BROKEN, NAT_TLS_WHY_MESSAGE, side);
		return;
	}
	r->f.cert_len[side] = first > 0xffff ? 0xffff : (uint16_t)first;
	if (have < 6 + first)
		r->f.flags |= NAT_TLS_F_CERT_UNKEPT;
}

static void read_message(struct tls_reference *r, int side, const uint8_t *msg, size_t have,
			 size_t len)
{
	enum ref_keys keys = ref_keys_of(r->f.suite);
	const uint8_t *m = msg + 4;
	size_t at = 0;

	if (msg[0] < 32)
		r->end[side].saw |= 1u << msg[0];
	switch (msg[0]) {
	case 1: read_client_hello(r, side, m, (uint32_t)len); return;
	case 2: read_server_hello(r, side, m, (uint32_t)len); return;
	case 11: read_certificate(r, side, m, have, len); break;
	case 12:
		if (keys == REF_PSK_EC && have >= 2)
			at = 2u + (m[0] << 8 | m[1]);
		if ((keys == REF_PSK_EC || keys == REF_CERT_EC || keys == REF_ANON_EC) &&
		    have >= at + 3 && m[at] == 3)
			r->f.group = (uint16_t)(m[at + 1] << 8 | m[at + 2]);
		break;
	case 13: r->f.flags |= NAT_TLS_F_ASKED; break;
	case 16:
		if ((keys == REF_PSK || keys == REF_PSK_EC) && have >= 2) {
			r->f.psk_len = (uint16_t)(m[0] << 8 | m[1]);
			r->f.flags |= NAT_TLS_F_PSK_OFFERED;
		}
		break;
	default: break;
	}
	keys_from_messages(r);
}

static void handshake_byte(struct tls_reference *r, int side, uint8_t byte)
{
	struct end *e = &r->end[side];
	size_t len;

	push(&e->msg, &e->n_msg, byte);
	if (e->n_msg < 4)
		return;
	len = (size_t)e->msg[1] << 16 | e->msg[2] << 8 | e->msg[3];
	if (e->n_msg == 4) {
		e->msg_read = false;
		if (!may_come(r, side, e->msg[0])) {
			go(r, NAT_TLS_BROKEN, NAT_TLS_WHY_ORDER, side);
			return;
		}
		if (len > NAT_HS_MAX && (e->msg[0] == 1 || e->msg[0] == 2)) {
			go(r, NAT_TLS_UNKNOWN, NAT_TLS_WHY_TOO_LONG, NAT_TLS_NO_SIDE);
			return;
		}
		if (len > 0)
			return; // even a message of which nothing is needed waits for a byte
	}
	if (!e->msg_read && e->n_msg - 4 >= enough(r, side, e->msg, e->n_msg - 4, len)) {
		e->msg_read = true;
		read_message(r, side, e->msg, e->n_msg - 4, len);
	}
	if (e->n_msg - 4 == len)
		e->n_msg = 0;
}

static void alert_byte(struct tls_reference *r, int side, uint8_t byte)
{
	static const uint8_t fatal[] = {10, 20, 21, 22, 30, 40, 47, 48, 49, 50, 70, 71, 80, 110};
	struct end *e = &r->end[side];
	int level = e->level;

	if (level < 0) {
		e->level = byte;
		return;
	}
	e->level = -1;
	if (r->f.alerts < 255)
		r->f.alerts++;
	r->f.alert = byte;
	r->f.alert_side = (uint8_t)side;
	if (level == 2 || byte == 0 || memchr(fatal, byte, sizeof(fatal)) ||
	    (is13(r) && byte != 90))
		go(r, NAT_TLS_FAILED, NAT_TLS_WHY_ALERT, side);
}

/* ---- bytes ---- */

static bool watching(const struct tls_reference *r)
{
	unsigned s = r->f.state;

	if (s >= NAT_TLS_UP && s <= NAT_TLS_CLOSED)
		return !((r->end[0].ended || r->end[0].lost) &&
			 (r->end[1].ended || r->end[1].lost));
	return s < NAT_TLS_UP;
}

static void not_tls(struct tls_reference *r, int side)
{
	struct end *e = &r->end[side];

	if (e->spoke) {
		go(r, NAT_TLS_BROKEN, NAT_TLS_WHY_RECORD, side);
		return;
	}
	go(r, NAT_TLS_PLAINTEXT, 0, side);
	r->f.plain = (uint8_t)nat_plain_stream(e->data, (uint32_t)(e->n < 16 ? e->n : 16));
}

static bool hides(const struct end *e, uint8_t type)
{
	return (type != 21 && type != 22) || e->hides;
}

static void header(struct tls_reference *r, int side, uint8_t type, uint16_t len)
{
	struct end *e = &r->end[side];
	bool opaque_record = hides(e, type);

	e->spoke = true;
	if (len > (opaque_record ? 16384 + 2048 : 16384))
		go(r, NAT_TLS_BROKEN, NAT_TLS_WHY_RECORD, side);
	else if (e->n_msg && type != 22)
		go(r, NAT_TLS_BROKEN, NAT_TLS_WHY_ORDER, side);
	else if (opaque_record && type == 20 && len != 1 && !e->hides)
		go(r, NAT_TLS_BROKEN, NAT_TLS_WHY_RECORD, side);
	else if (!opaque_record &&
		 (len == 0 || (type == 21 && len % 2) || r->f.state >= NAT_TLS_UP))
		go(r, NAT_TLS_BROKEN, NAT_TLS_WHY_RECORD, side);
}

void tls_reference_byte(struct tls_reference *r, int side, uint8_t byte)
{
	struct end *e = &r->end[side];
	const uint8_t *rec;
	size_t have;
	uint16_t len;

	push(&e->data, &e->n, byte);
	if (r->f.state == NAT_TLS_PLAINTEXT && r->f.side == side && e->n <= 16)
		r->f.plain = (uint8_t)nat_plain_stream(e->data, (uint32_t)e->n);
	if (!watching(r) || e->lost)
		return;
	rec = e->data + e->record;
	have = e->n - e->record;
	if ((have == 1 && (rec[0] < 20 || rec[0] > 24)) || (have == 2 && rec[1] != 3) ||
	    (have == 3 && rec[2] > 4)) {
		not_tls(r, side);
		return;
	}
	if (have < 5)
		return;
	len = (uint16_t)(rec[3] << 8 | rec[4]);
	if (have == 5)
		header(r, side, rec[0], len);
	if (!watching(r) || e->lost)
		return;
	if (have > 5 && !hides(e, rec[0])) {
		if (have == 5u + len) {
			e->record = e->n;
			e->last_type = rec[0];
			e->last_len = len;
		}
		if (rec[0] == 21)
			alert_byte(r, side, byte);
		else
			handshake_byte(r, side, byte);
	} else if (have == 5u + len) {
		e->record = e->n;
		e->last_type = rec[0];
		e->last_len = len;
		opaque(r, side, rec[0], len);
	}
}

/* ---- ends ---- */

static bool goodbye(const struct tls_reference *r, int side)
{
	const struct end *e = &r->end[side];

	if (e->record != e->n || e->lost)
		return false;
	if (is13(r))
		return e->last_type == 23 && looks_like_alert(r, e->last_len);
	return e->last_type == 21;
}

static void close_it(struct tls_reference *r, int side, enum nat_tls_end otherwise)
{
	if (goodbye(r, 0) || goodbye(r, 1))
		r->f.close = NAT_TLS_END_CLEAN;
	else
		r->f.close = r->end[0].lost || r->end[1].lost ? NAT_TLS_END_UNSURE
							      : (uint8_t)otherwise;
	if (r->refused)
		r->f.flags |= NAT_TLS_F_REFUSED;
	go(r, NAT_TLS_CLOSED, 0, side);
}

static void early_end(struct tls_reference *r, int side, enum nat_tls_why why)
{
	if (r->f.state != NAT_TLS_NONE || r->end[0].n + r->end[1].n > 0)
		go(r, NAT_TLS_FAILED, why, side);
}

void tls_reference_fin(struct tls_reference *r, int side)
{
	struct end *e = &r->end[side];

	if (e->ended || e->lost)
		return;
	e->ended = true;
	if (r->f.state < NAT_TLS_UP) {
		early_end(r, side, NAT_TLS_WHY_FIN);
	} else if (r->f.state <= NAT_TLS_CLOSED) {
		r->f.end[side] = goodbye(r, side) ? NAT_TLS_END_CLEAN : NAT_TLS_END_TRUNCATED;
		if (r->f.state != NAT_TLS_CLOSED)
			close_it(r, side, NAT_TLS_END_TRUNCATED);
	}
}

void tls_reference_reset(struct tls_reference *r, int side)
{
	if (r->f.state < NAT_TLS_UP) {
		early_end(r, side, NAT_TLS_WHY_RST);
		return;
	}
	if (r->f.state > NAT_TLS_CLOSED)
		return;
	for (int s = 0; s < 2; s++)
		if (!r->end[s].ended && !r->end[s].lost)
			r->f.end[s] = goodbye(r, s) ? NAT_TLS_END_CLEAN : NAT_TLS_END_RESET;
	if (r->f.state != NAT_TLS_CLOSED)
		close_it(r, side, NAT_TLS_END_RESET);
	r->end[0].ended = r->end[1].ended = true;
}
