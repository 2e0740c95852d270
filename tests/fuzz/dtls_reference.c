// The reference DTLS observer.
#include "dtls_reference.h"

#include <stdlib.h>
#include <string.h>

#include "../../nat/dtls.h"
#include "hello_reference.h"

enum { MESSAGES = 64 };

struct ref_message {
	bool read;    // done with
	bool pending; // being put together, or waiting for its turn
	uint8_t type;
	uint32_t len;
	uint8_t *bytes, *got; // len of each
};

struct ref_end {
	struct ref_message message[MESSAGES];
	int place[NAT_DTLS_SLOTS]; // numbers of those that are pending, -1 = free
	bool finished, flight, data, answer;
	uint32_t saw;
	uint16_t epoch;
	uint64_t alert_seq;
	int cid; // -1 = none
	bool raw;
};

struct dtls_reference {
	struct nat_tls_facts f, old;
	bool has_old;
	struct ref_end end[2];
	uint8_t random[32], ages_zero;
};

static void clear_end(struct ref_end *e)
{
	for (int i = 0; i < MESSAGES; i++) {
		free(e->message[i].bytes);
		free(e->message[i].got);
	}
	memset(e, 0, sizeof(*e));
	for (int i = 0; i < NAT_DTLS_SLOTS; i++)
		e->place[i] = -1;
	e->cid = -1;
}

static void begin(struct dtls_reference *r)
{
	struct nat_tls_facts was = r->f;

	memset(&r->f, 0, sizeof(r->f));
	r->f.dtls = 1;
	r->f.side = r->f.client = r->f.alert_side = NAT_TLS_NO_SIDE;
	r->f.alert = NAT_TLS_ALERT_NONE;
	r->f.associations = was.associations;
	r->f.foreign = was.foreign;
	r->f.stun = was.stun;
	clear_end(&r->end[0]);
	clear_end(&r->end[1]);
	memset(r->random, 0, sizeof(r->random));
	r->ages_zero = 0;
}

struct dtls_reference *dtls_reference_new(void)
{
	struct dtls_reference *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	begin(r);
	return r;
}

void dtls_reference_free(struct dtls_reference *r)
{
	clear_end(&r->end[0]);
	clear_end(&r->end[1]);
	free(r);
}

const struct nat_tls_facts *dtls_reference_facts(const struct dtls_reference *r)
{
	return r->has_old && r->f.state < NAT_TLS_SERVER ? &r->old : &r->f;
}

static void go(struct dtls_reference *r, enum nat_tls_state state, enum nat_tls_why why, int side)
{
	r->f.state = (uint8_t)state;
	r->f.why = (uint8_t)why;
	r->f.side = (uint8_t)side;
}

static bool is13(const struct dtls_reference *r)
{
	return r->f.version == 0xfefc;
}

/* ---- keys and up ---- */

static void keys_from_messages(struct dtls_reference *r, bool server_hides)
{
	uint32_t server, client, any;
	enum ref_keys keys = ref_keys_of(r->f.suite);

	if (!r->f.version || is13(r))
		return;
	server = r->end[!r->f.client].saw;
	client = r->end[r->f.client].saw;
	any = (server & (1u << 11 | 1u << 12 | 1u << 14)) | (client & 1u << 16);
	if (!any && server_hides)
		r->f.mode = NAT_TLS_MODE_RESUMED;
	if (!any)
		return;
	if (keys == REF_PSK || keys == REF_PSK_EC)
		r->f.mode = NAT_TLS_MODE_PSK;
	else if (server & 1u << 11)
		r->f.mode = NAT_TLS_MODE_FULL;
	else if (keys == REF_ANON || keys == REF_ANON_EC)
		r->f.mode = NAT_TLS_MODE_ANON;
	else
		r->f.mode = NAT_TLS_MODE_UNSEEN;
}

static void check_up(struct dtls_reference *r)
{
	const struct ref_end *c, *s;
	bool up;

	if (r->f.state != NAT_TLS_SERVER)
		return;
	c = &r->end[r->f.client];
	s = &r->end[!r->f.client];
	keys_from_messages(r, s->finished);
	if (is13(r))
		up = (s->flight || s->data) && (c->data || s->answer);
	else
		up = c->finished && s->finished;
	if (!up)
		return;
	r->has_old = false;
	for (int side = 0; side < 2; side++)
		for (int i = 0; i < NAT_DTLS_SLOTS; i++)
			r->end[side].place[i] = -1;
	go(r, NAT_TLS_UP, (enum nat_tls_why)r->f.why, NAT_TLS_NO_SIDE);
}

/* ---- messages ---- */

static bool may_come(const struct dtls_reference *r, int side, uint8_t type)
{
	static const uint8_t by_server[] = {4, 11, 12, 13, 14, 22, 23},
			     by_client[] = {11, 15, 16, 21, 23};
	bool client = r->f.client == side;

	switch (r->f.state) {
	case NAT_TLS_NONE: return type == 1;
	case NAT_TLS_HELLO: return !client && type <= 3;
	case NAT_TLS_RETRY: return client && type == 1;
	case NAT_TLS_SERVER: break;
	default: return false;
	}
	if (is13(r))
		return false;
	if (type == 0)
		return !client;
	if (client)
		return memchr(by_client, type, sizeof(by_client)) &&
		       !(r->end[side].saw >> type & 1);
	return memchr(by_server, type, sizeof(by_server)) && !(r->end[side].saw >> type & 1);
}

static void client_hello(struct dtls_reference *r, int side, const uint8_t *m, uint32_t len)
{
	struct ref_hello h = ref_client_hello(m, len, true);
	unsigned keep = r->f.flags & (NAT_TLS_F_RETRIED | NAT_TLS_F_HEARTBEAT);

	if (r->f.state == NAT_TLS_HELLO) {
		go(r, NAT_TLS_COLLISION, (enum nat_tls_why)r->f.why, side);
		return;
	}
	if (!h.ok) {
		if (len >= 34) // it is known by then which hello it was that broke
			memcpy(r->random, m + 2, 32);
		go(r, NAT_TLS_BROKEN, NAT_TLS_WHY_MESSAGE, side);
		return;
	}
	memcpy(r->random, m + 2, 32);
	if (r->f.state == NAT_TLS_NONE && r->f.associations < 255)
		r->f.associations++;
	r->f.client = (uint8_t)side;
	r->f.offered = h.offered;
	r->f.psk_len = h.psk_len;
	r->f.flags = (uint16_t)(keep | (h.sni ? NAT_TLS_F_SNI : 0) | (h.alpn ? NAT_TLS_F_ALPN : 0) |
				(h.early ? NAT_TLS_F_EARLY : 0) |
				(h.psk ? NAT_TLS_F_PSK_OFFERED : 0));
	r->ages_zero = h.ages_zero;
	r->end[0].cid = r->end[1].cid = -1;
	r->end[side].cid = h.cid;
	go(r, NAT_TLS_HELLO, (enum nat_tls_why)r->f.why, side);
}

static void server_hello(struct dtls_reference *r, int side, const uint8_t *m, uint32_t len)
{
	struct ref_hello h = ref_server_hello(m, len, true);

	if (!h.ok) {
		go(r, NAT_TLS_BROKEN, NAT_TLS_WHY_MESSAGE, side);
	} else if (!ref_version_exists(h.selected, true)) {
		go(r, NAT_TLS_UNKNOWN, NAT_TLS_WHY_VERSION, NAT_TLS_NO_SIDE);
	} else if (h.retry) {
		r->f.flags |= NAT_TLS_F_RETRIED;
		go(r, NAT_TLS_RETRY, (enum nat_tls_why)r->f.why, side);
	} else {
		r->f.version = h.selected;
		r->f.suite = h.suite;
		r->end[r->f.client].raw = h.raw[0];
		r->end[!r->f.client].raw = h.raw[1];
		if (h.cid >= 0 && r->end[r->f.client].cid >= 0) {
			r->end[side].cid = h.cid;
			r->f.flags |= NAT_TLS_F_CID;
		}
		if (is13(r)) {
			r->f.group = h.group;
			r->f.mode = h.psk_index < 0                   ? NAT_TLS_MODE_FULL
				    : h.psk_index > 7                 ? NAT_TLS_MODE_UNSEEN
				    : r->ages_zero >> h.psk_index & 1 ? NAT_TLS_MODE_PSK
								      : NAT_TLS_MODE_RESUMED;
		}
		go(r, NAT_TLS_SERVER, (enum nat_tls_why)r->f.why, side);
	}
}

static uint32_t num(const uint8_t *m, unsigned bytes)
{
	uint32_t v = 0;

	while (bytes-- > 0)
		v = v << 8 | *m++;
	return v;
}

static uint32_t enough(const struct dtls_reference *r, int side, uint8_t type, const uint8_t *m,
		       uint32_t have, uint32_t len)
{
	enum ref_keys keys = ref_keys_of(r->f.suite);
	uint32_t need = 0;

	if (type == 1 || type == 2)
		return len;
	if (type == 11 && !r->end[side].raw) {
		need = 6;
		if (have >= 6 && num(m + 3, 3) <= NAT_HS_MAX - 6)
			need = 6 + num(m + 3, 3);
	}
	if (type == 12 && (keys == REF_CERT_EC || keys == REF_ANON_EC))
		need = 3;
	if (type == 12 && keys == REF_PSK_EC)
		need = have < 2 || num(m, 2) > 1024 ? 2 : 2 + num(m, 2) + 3;
	if (type == 16 && (keys == REF_PSK || keys == REF_PSK_EC))
		need = 2;
	return need < len ? need : len;
}

static void certificate(struct dtls_reference *r, int side, const uint8_t *m, uint32_t have,
			uint32_t len)
{
	uint32_t first;

	if (r->end[side].raw) {
		r->f.flags |= NAT_TLS_F_RAW_KEY;
	} else if (len == 3 && num(m, 3) == 0 && r->f.client == side) {
		r->f.flags |= NAT_TLS_F_NO_CERT;
	} else if (len < 6 || num(m, 3) != len - 3 || num(m + 3, 3) == 0 ||
		   num(m + 3, 3) > num(m, 3) - 3) {
		go(r, NAT_TLS_BROKEN, NAT_TLS_WHY_MESSAGE, side);
	} else {
		first = num(m + 3, 3);
		r->f.cert_len[side] = first > 0xffff ? 0xffff : (uint16_t)first;
		if (have < 6 + first)
			r->f.flags |= NAT_TLS_F_CERT_UNKEPT;
	}
}

static void read_message(struct dtls_reference *r, int side, uint8_t type, const uint8_t *m,
			 uint32_t have, uint32_t len)
{
	enum ref_keys keys = ref_keys_of(r->f.suite);
	uint32_t at = 0;

	if (type < 32)
		r->end[side].saw |= 1u << type;
	switch (type) {
	case 1: client_hello(r, side, m, len); break;
	case 2: server_hello(r, side, m, len); break;
	case 3:
		r->f.flags |= NAT_TLS_F_RETRIED;
		go(r, NAT_TLS_RETRY, (enum nat_tls_why)r->f.why, side);
		break;
	case 11: certificate(r, side, m, have, len); break;
	case 12:
		if (keys == REF_PSK_EC && have >= 2)
			at = 2 + num(m, 2);
		if ((keys == REF_PSK_EC || keys == REF_CERT_EC || keys == REF_ANON_EC) &&
		    have >= at + 3 && m[at] == 3)
			r->f.group = (uint16_t)num(m + at + 1, 2);
		break;
	case 13: r->f.flags |= NAT_TLS_F_ASKED; break;
	case 16:
		if ((keys == REF_PSK || keys == REF_PSK_EC) && have >= 2) {
			r->f.psk_len = (uint16_t)num(m, 2);
			r->f.flags |= NAT_TLS_F_PSK_OFFERED;
		}
		break;
	default: break;
	}
	if (type > 3 || type == 0)
		keys_from_messages(r, false);
	check_up(r);
}

/* ---- fragments ---- */

static uint32_t kept(uint8_t type, uint32_t len)
{
	uint32_t most = type == 1 || type == 2 || type == 11 ? NAT_HS_MAX
			: type == 12                         ? 1029
			: type == 16                         ? 2
							     : 0;

	return most < len ? most : len;
}

static unsigned runs(const uint8_t *got, uint32_t n)
{
	unsigned count = 0;

	for (uint32_t i = 0; i < n; i++)
		count += got[i] && (i == 0 || !got[i - 1]);
	return count;
}

static void forget(struct dtls_reference *r, int side, int seq)
{
	struct ref_end *e = &r->end[side];

	for (int i = 0; i < NAT_DTLS_SLOTS; i++)
		if (e->place[i] == seq)
			e->place[i] = -1;
	free(e->message[seq].bytes);
	free(e->message[seq].got);
	e->message[seq].bytes = e->message[seq].got = NULL;
	e->message[seq].pending = false;
}

static void store(struct dtls_reference *r, int side, uint8_t type, int seq, uint32_t len,
		  uint32_t off, uint32_t n, const uint8_t *data)
{
	struct ref_end *e = &r->end[side];
	struct ref_message *m = &e->message[seq];
	uint32_t most = kept(type, len);
	uint8_t *was;
	int place = -1;

	for (int i = 0; i < NAT_DTLS_SLOTS; i++)
		if (e->place[i] == seq)
			place = i;
	for (int i = 0; i < NAT_DTLS_SLOTS && place < 0; i++)
		if (e->place[i] == -1)
			place = i;
	if (place < 0 || (e->place[place] == seq && (m->type != type || m->len != len)))
		return;
	if (e->place[place] != seq) {
		forget(r, side, seq);
		e->place[place] = seq;
		m->pending = true;
		m->type = type;
		m->len = len;
		m->bytes = calloc(1, most + 8);
		m->got = calloc(1, most + 8);
		if (!m->bytes || !m->got)
			abort();
	}
	if (off >= most)
		return;
	if (n > most - off)
		n = most - off;
	was = malloc(most);
	if (!was)
		abort();
	memcpy(was, m->got, most);
	memset(m->got + off, 1, n);
	if (runs(m->got, most) > NAT_DTLS_PARTS)
		memcpy(m->got, was, most);
	else
		memcpy(m->bytes + off, data, n);
	free(was);
}

static bool read_pending(struct dtls_reference *r, int side, int place)
{
	struct ref_end *e = &r->end[side];
	int seq = e->place[place];
	struct ref_message *m;
	uint8_t *bytes;
	uint32_t have = 0, most;

	if (seq < 0)
		return false;
	m = &e->message[seq];
	most = kept(m->type, m->len);
	while (have < most && m->got[have])
		have++;
	if (!may_come(r, side, m->type) || have < enough(r, side, m->type, m->bytes, have, m->len))
		return false;
	bytes = m->bytes;
	m->bytes = NULL;
	m->read = true;
	forget(r, side, seq);
	read_message(r, side, m->type, bytes, have, m->len);
	free(bytes);
	return true;
}

static bool another(const struct dtls_reference *r, int side, uint8_t type, uint32_t off,
		    uint32_t n, const uint8_t *data)
{
	unsigned s = r->f.state;

	if (type != 1 || off != 0 || n < 34 || s == NAT_TLS_NONE || s == NAT_TLS_COLLISION)
		return false;
	if ((s == NAT_TLS_HELLO || s == NAT_TLS_RETRY) && r->f.client != side)
		return false;
	return memcmp(r->random, data + 2, 32) != 0;
}

static void fragment(struct dtls_reference *r, int side, uint8_t type, int seq, uint32_t len,
		     uint32_t off, uint32_t n, const uint8_t *data)
{
	bool moved = true;

	if (another(r, side, type, off, n, data)) {
		if (r->f.state == NAT_TLS_UP || r->f.state == NAT_TLS_CLOSING) {
			r->old = r->f;
			r->has_old = true;
		}
		begin(r);
	}
	if (seq >= MESSAGES || r->end[side].message[seq].read)
		return;
	if (!may_come(r, side, type)) {
		if (r->f.state == NAT_TLS_NONE && !r->has_old)
			go(r, NAT_TLS_UNKNOWN, NAT_TLS_WHY_MIDDLE, NAT_TLS_NO_SIDE);
		else if (r->f.state == NAT_TLS_HELLO || r->f.state == NAT_TLS_RETRY)
			store(r, side, type, seq, len, off, n, data);
		return;
	}
	if ((type == 1 || type == 2) && len > NAT_HS_MAX) {
		go(r, NAT_TLS_UNKNOWN, NAT_TLS_WHY_TOO_LONG, NAT_TLS_NO_SIDE);
		return;
	}
	if (off == 0 && n >= enough(r, side, type, data, n, len)) {
		forget(r, side, seq);
		r->end[side].message[seq].read = true;
		read_message(r, side, type, data, n, len);
	} else {
		store(r, side, type, seq, len, off, n, data);
	}
	while (moved) {
		moved = false;
		for (int s = 0; s < 2; s++)
			for (int i = 0; i < NAT_DTLS_SLOTS; i++)
				moved |= read_pending(r, s, i);
	}
}

static void handshake_record(struct dtls_reference *r, int side, const uint8_t *p, uint32_t len)
{
	while (len >= 12) {
		uint32_t all = num(p + 1, 3), off = num(p + 6, 3), n = num(p + 9, 3);

		if (n > len - 12 || off > all || n > all - off || (n == 0 && all > 0))
			return;
		fragment(r, side, p[0], (int)num(p + 4, 2), all, off, n, p + 12);
		p += 12 + n;
		len -= 12 + n;
	}
}

/* ---- records ---- */

static void traffic(struct dtls_reference *r, struct nat_tls_facts *f, int side, uint8_t type,
		    uint64_t seq)
{
	if (type == 21 && f->state == NAT_TLS_UP) {
		r->end[side].alert_seq = seq;
		f->state = NAT_TLS_CLOSING;
		f->side = (uint8_t)side;
	} else if (type == 23 && f->state == NAT_TLS_CLOSING && f->side == side &&
		   seq > r->end[side].alert_seq) {
		f->state = NAT_TLS_UP;
		f->side = NAT_TLS_NO_SIDE;
	}
}

static void epoch_moves(struct dtls_reference *r, int side, uint16_t epoch)
{
	uint16_t was = r->end[side].epoch;

	if (epoch <= was)
		return;
	r->end[side].epoch = epoch;
	if (epoch < 2)
		return;
	r->f.flags |= NAT_TLS_F_RENEG_ASKED;
	if (was < r->end[!side].epoch && r->f.renegotiations < 255)
		r->f.renegotiations++;
}

static void protected_record(struct dtls_reference *r, int side, uint8_t type, uint64_t seq)
{
	unsigned s = r->f.state;

	if (r->has_old && s < NAT_TLS_SERVER) {
		traffic(r, &r->old, side, type, seq);
	} else if (s == NAT_TLS_NONE || s == NAT_TLS_PLAINTEXT) {
		go(r, NAT_TLS_UNKNOWN, NAT_TLS_WHY_MIDDLE, NAT_TLS_NO_SIDE);
	} else if (s == NAT_TLS_UP || s == NAT_TLS_CLOSING) {
		if (type != 25)
			epoch_moves(r, side, (uint16_t)(seq >> 48));
		traffic(r, &r->f, side, type, seq);
	} else if (s > NAT_TLS_SERVER) {
		return;
	} else if (type == 22 || type == 25) {
		r->end[side].finished = true;
		r->end[side].epoch = (uint16_t)(seq >> 48);
		check_up(r);
		if (r->f.state < NAT_TLS_SERVER && r->end[!side].finished)
			go(r, NAT_TLS_UNKNOWN, NAT_TLS_WHY_GAP, NAT_TLS_NO_SIDE);
	} else if (type == 21 && s == NAT_TLS_SERVER && !r->has_old) {
		r->f.alert = NAT_TLS_ALERT_HIDDEN;
		r->f.alert_side = (uint8_t)side;
		go(r, NAT_TLS_FAILED, NAT_TLS_WHY_HIDDEN_ALERT, side);
	}
}

static void clear_alert(struct dtls_reference *r, int side, const uint8_t *p)
{
	static const uint8_t fatal[] = {10, 20, 21, 22, 30, 40, 47, 48, 49, 50, 70, 71, 80, 110};

	if (r->f.state >= NAT_TLS_UP || r->has_old)
		return;
	if (r->f.alerts < 255)
		r->f.alerts++;
	r->f.alert = p[1];
	r->f.alert_side = (uint8_t)side;
	if (p[0] == 2 || p[1] == 0 || memchr(fatal, p[1], sizeof(fatal)) || (is13(r) && p[1] != 90))
		go(r, NAT_TLS_FAILED, NAT_TLS_WHY_ALERT, side);
}

static void short_header(struct dtls_reference *r, int side, unsigned epoch)
{
	struct ref_end *e = &r->end[side];
	bool server = r->f.client != side;

	if (r->f.state != NAT_TLS_HELLO && r->f.state != NAT_TLS_SERVER)
		return;
	if (epoch == 2)
		e->flight = true;
	if (epoch == 0 || epoch == 3) {
		e->data = true;
		if (server && r->end[!side].flight)
			e->answer = true;
	}
	if (epoch == 1 && server && e->data && r->end[!side].flight)
		e->answer = true;
	check_up(r);
}

static bool long_form(const uint8_t *p, uint32_t len)
{
	return len >= 13 && p[0] >= 20 && p[0] <= 26 && p[1] == 0xfe && p[2] >= 0xfc;
}

static bool short_form(const struct dtls_reference *r, const uint8_t *p)
{
	return (p[0] & 0xe0) == 0x20 && (is13(r) || r->f.state == NAT_TLS_HELLO);
}

/* Bytes that the record takes, 0 when nothing behind it can be read. */
static uint32_t long_one(struct dtls_reference *r, int side, const uint8_t *p, uint32_t len)
{
	uint64_t seq = (uint64_t)num(p + 3, 4) << 32 | num(p + 7, 4);
	bool cids = r->f.flags & NAT_TLS_F_CID;
	uint32_t cid = p[0] == 25 && cids ? (uint32_t)r->end[!side].cid : 0, n;

	if (p[0] == 25 && !cids) {
		if (seq >> 48)
			protected_record(r, side, 25, seq);
		return 0;
	}
	if (13 + cid > len)
		return 0;
	n = num(p + 11 + cid, 2);
	if (n > len - 13 - cid || n > 16384 + 2048)
		return 0;
	if (seq >> 48)
		protected_record(r, side, p[0], seq);
	else if (p[0] == 22)
		handshake_record(r, side, p + 13 + cid, n);
	else if (p[0] == 21 && n == 2)
		clear_alert(r, side, p + 13 + cid);
	else if (p[0] == 24)
		r->f.flags |= NAT_TLS_F_HEARTBEAT;
	return 13 + cid + n;
}

static uint32_t short_one(struct dtls_reference *r, int side, const uint8_t *p, uint32_t len)
{
	uint32_t at = 1, n;

	if (p[0] & 0x10) {
		if (!(r->f.flags & NAT_TLS_F_CID)) {
			short_header(r, side, p[0] & 3);
			return 0;
		}
		at += (uint32_t)r->end[!side].cid;
	}
	at += p[0] & 8 ? 2 : 1;
	if (at > len)
		return 0;
	n = len - at;
	if (p[0] & 4) {
		if (at + 2 > len)
			return 0;
		n = num(p + at, 2);
		at += 2;
		if (n > len - at)
			return 0;
	}
	short_header(r, side, p[0] & 3);
	return at + n;
}

void dtls_reference_datagram(struct dtls_reference *r, int side, const uint8_t *data, uint32_t len)
{
	enum nat_plain plain;
	uint32_t used;

	if (len == 0)
		return;
	if (!long_form(data, len) && !short_form(r, data)) {
		plain = nat_plain_datagram(data, len);
		if (plain == NAT_PLAIN_STUN) {
			r->f.stun += r->f.stun < 0xffff;
			return;
		}
		r->f.foreign += r->f.foreign < 0xffff;
		if (r->f.state == NAT_TLS_NONE && !r->has_old) {
			r->f.plain = (uint8_t)plain;
			go(r, NAT_TLS_PLAINTEXT, 0, side);
		}
		return;
	}
	while (len > 0) {
		if (long_form(data, len))
			used = long_one(r, side, data, len);
		else if (short_form(r, data))
			used = short_one(r, side, data, len);
		else
			return;
		if (used == 0)
			return;
		data += used;
		len -= used;
	}
}
