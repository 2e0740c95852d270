// Record layer of TLS as a walk over bytes, and the states that records drive.
// Spec: RFC 8446 section 5 and appendix D.4, RFC 5246 section 6.2, RFC 6520 (heartbeat)
//
//  NONE -ClientHello-> HELLO -ServerHello-> SERVER -both protected-> UP -alert-> CLOSING
//             HELLO -HelloRetryRequest-> RETRY -ClientHello-> HELLO       UP -FIN, RST-> CLOSED
//  before UP: alert, FIN, RST -> FAILED; ClientHello of both -> COLLISION; other bytes -> PLAINTEXT
//  anywhere: what TLS forbids -> BROKEN; what cannot be followed -> UNKNOWN
//
// What "protected" means depends on the version. 1.2 and older: a handshake record (Finished) after
// ChangeCipherSpec. 1.3: a record of type 23 after ServerHello; ChangeCipherSpec means nothing
// there.
#include "tls.h"

#include "tls_profile.h"
#include "wire.h"

enum { CHANGE_CIPHER = 20, ALERT = 21, HANDSHAKE = 22, APPLICATION = 23, HEARTBEAT = 24 };

enum {
	CLEAR_MAX = 1 << 14,
	HIDDEN_MAX = (1 << 14) + 2048,
	MESSAGE_HEADER = 4,
	RECORD_HEADER = 5,
};

void nat_tls_init(struct nat_tls *t, struct nat_bufs *bufs, bool follow)
{
	*t = (struct nat_tls){.follow = follow};
	nat_tls_hs_init(&t->hs, bufs, false);
}

static void drop_buffer(struct nat_tls *t, struct nat_tls_dir *d)
{
	nat_bufs_put(t->hs.bufs, d->buf);
	d->buf = 0;
}

void nat_tls_fini(struct nat_tls *t)
{
	drop_buffer(t, &t->dir[NAT_A]);
	drop_buffer(t, &t->dir[NAT_B]);
	nat_tls_hs_fini(&t->hs);
}

static unsigned state(const struct nat_tls *t)
{
	return t->hs.facts.state;
}

static bool is_client(const struct nat_tls *t, enum nat_side side)
{
	return t->hs.facts.client == side;
}

/* ---- protected records: only type and length are seen ---- */

/* In 1.3 an alert is a record of 2 bytes, its type, and a tag. Nothing in a handshake is as short;
 * application data of two bytes is. */
static bool alert_shaped(const struct nat_tls *t, uint16_t len)
{
	const struct nat_tls_suite *s = nat_tls_suite(t->hs.facts.suite);
	unsigned tag = s && s->cipher == NAT_CIPHER_CCM_8 ? 8 : 16;

	return len == 2 + 1 + tag;
}

/* The last thing this side said can only have been an alert. */
static bool said_goodbye(const struct nat_tls *t, enum nat_side side)
{
	const struct nat_tls_dir *d = &t->dir[side];

	if (d->skip || d->n_head || d->flags & NAT_TLS_D_LOST)
		return false;
	if (nat_tls_is_13(&t->hs))
		return d->last_type == APPLICATION && alert_shaped(t, d->last_len);
	return d->last_type == ALERT;
}

static void hidden_alert(struct nat_tls *t, enum nat_side side)
{
	t->hs.facts.alert = NAT_TLS_ALERT_HIDDEN;
	t->hs.facts.alert_side = (uint8_t)side;
	nat_tls_hs_fail(&t->hs, NAT_TLS_WHY_HIDDEN_ALERT, side);
}

static void up_when_both(struct nat_tls *t)
{
	if (t->dir[NAT_A].flags & t->dir[NAT_B].flags & NAT_TLS_D_FINISHED)
		nat_tls_hs_state(&t->hs, NAT_TLS_UP, NAT_TLS_NO_SIDE, NAT_TLS_NEWS_UP);
}

/* After the end of one side the other's garbage changes no more than what is known of its own end.
 */
static void broken(struct nat_tls *t, enum nat_tls_why why, enum nat_side side)
{
	if (state(t) == NAT_TLS_CLOSED)
		nat_tls_lost(t, side, why);
	else
		nat_tls_hs_broken(&t->hs, why, side);
}

/* TLS 1.3 after ServerHello. */
static void hidden_13(struct nat_tls *t, enum nat_side side, uint8_t type, uint16_t len)
{
	struct nat_tls_dir *d = &t->dir[side];
	bool may_be_early = is_client(t, side) && t->hs.facts.flags & NAT_TLS_F_EARLY;

	if (type == CHANGE_CIPHER) // for old middleboxes; means nothing
		return;
	if (type != APPLICATION) {
		broken(t, NAT_TLS_WHY_ORDER, side);
		return;
	}
	if (state(t) == NAT_TLS_SERVER) {
		if (!(d->flags & NAT_TLS_D_FINISHED) && alert_shaped(t, len) && !may_be_early) {
			hidden_alert(t, side);
			return;
		}
		d->flags |= NAT_TLS_D_FINISHED;
		up_when_both(t);
	} else if (!is_client(t, side) && t->server_said < 2) {
		t->refused = ++t->server_said == 1 && alert_shaped(t, len);
	}
}

/* 1.2 and older, this side encrypts, the handshake is not over. */
static void hidden_handshake(struct nat_tls *t, enum nat_side side, uint8_t type)
{
	struct nat_tls_dir *d = &t->dir[side];

	if (type == HANDSHAKE) {
		d->flags |= NAT_TLS_D_FINISHED;
		up_when_both(t);
	} else if (type == ALERT) {
		hidden_alert(t, side);
	} else if (type != APPLICATION || !(d->flags & NAT_TLS_D_FINISHED)) {
		broken(t, NAT_TLS_WHY_ORDER, side); // data only behind Finished (false start)
	}
}

/* 1.2 and older, established. */
static void hidden_traffic(struct nat_tls *t, enum nat_side side, uint8_t type)
{
	struct nat_tls_facts *f = &t->hs.facts;
	const uint8_t rekeyed = NAT_TLS_D_REKEYED;

	if (type == ALERT && state(t) == NAT_TLS_UP) {
		nat_tls_hs_state(&t->hs, NAT_TLS_CLOSING, side, NAT_TLS_NEWS_CLOSING);
		return;
	}
	if (type != ALERT && state(t) == NAT_TLS_CLOSING && f->side == side)
		nat_tls_hs_state(&t->hs, NAT_TLS_UP, NAT_TLS_NO_SIDE, 0); // a warning, no goodbye
	if (type == HANDSHAKE)
		f->flags |= NAT_TLS_F_RENEG_ASKED;
	if (type != CHANGE_CIPHER)
		return;
	t->dir[side].flags |= rekeyed;
	if (t->dir[NAT_A].flags & t->dir[NAT_B].flags & rekeyed) {
		t->dir[NAT_A].flags &= (uint8_t)~rekeyed;
		t->dir[NAT_B].flags &= (uint8_t)~rekeyed;
		if (f->renegotiations < UINT8_MAX)
			f->renegotiations++;
		t->hs.news |= NAT_TLS_NEWS_RENEG;
	}
}

/* A ChangeCipherSpec in clear, or a record of type 23 or 24 where nothing is protected. */
static void unhidden(struct nat_tls *t, enum nat_side side, uint8_t type)
{
	bool early = type == APPLICATION && is_client(t, side) &&
		     t->hs.facts.flags & NAT_TLS_F_EARLY &&
		     (state(t) == NAT_TLS_HELLO || state(t) == NAT_TLS_RETRY);

	if (early || type == HEARTBEAT)
		return;
	if (type != CHANGE_CIPHER || state(t) == NAT_TLS_NONE) {
		broken(t, NAT_TLS_WHY_ORDER, side);
		return;
	}
	if (state(t) != NAT_TLS_SERVER) // a client of 1.3 sends it before its second hello
		return;
	t->dir[side].flags |= NAT_TLS_D_HIDDEN;
	if (!is_client(t, side))
		nat_tls_hs_settle(&t->hs, true);
}

/* A record whose content was passed over is complete. */
static void record_done(struct nat_tls *t, enum nat_side side)
{
	struct nat_tls_dir *d = &t->dir[side];
	uint8_t type = d->rec_type;

	d->last_type = type;
	d->last_len = d->rec_len;
	d->n_head = 0;
	if (type == HEARTBEAT)
		t->hs.facts.flags |= NAT_TLS_F_HEARTBEAT;
	if (state(t) == NAT_TLS_CLOSED)
		return;
	if (nat_tls_is_13(&t->hs))
		hidden_13(t, side, type, d->rec_len);
	else if (!(d->flags & NAT_TLS_D_HIDDEN))
		unhidden(t, side, type);
	else if (state(t) == NAT_TLS_SERVER)
		hidden_handshake(t, side, type);
	else
		hidden_traffic(t, side, type);
}

/* ---- clear records ---- */

static void clear_alert(struct nat_tls *t, enum nat_side side, const uint8_t *data, uint32_t len)
{
	struct nat_tls_dir *d = &t->dir[side];

	for (uint32_t i = 0; i < len && !nat_tls_done(t); i++) {
		if (d->n_msg == 0) {
			d->msg[d->n_msg++] = data[i];
			continue;
		}
		d->n_msg = 0;
		nat_tls_hs_alert(&t->hs, side, d->msg[0], data[i]);
	}
}

/* Room for the first `need` bytes of a message that comes in pieces. */
static bool reserve(struct nat_tls *t, struct nat_tls_dir *d, uint32_t need)
{
	nat_buf bigger;

	if (d->buf && nat_bufs_size(d->buf) >= need)
		return true;
	bigger = nat_bufs_get(t->hs.bufs, need);
	if (bigger && d->buf)
		memcpy(nat_bufs_at(t->hs.bufs, bigger), nat_bufs_at(t->hs.bufs, d->buf), d->have);
	drop_buffer(t, d);
	d->buf = bigger;
	return bigger != 0;
}

/* Without a certificate's bytes the state is known all the same; without a hello's it is not. */
static void no_room(struct nat_tls *t, enum nat_side side)
{
	struct nat_tls_dir *d = &t->dir[side];

	if (d->msg[0] != NAT_HS_CERTIFICATE) {
		nat_tls_hs_unknown(&t->hs, NAT_TLS_WHY_NO_BUFFER);
		return;
	}
	t->hs.facts.flags |= NAT_TLS_F_CERT_UNKEPT;
	t->hs.saw[side] |= 1u << NAT_HS_CERTIFICATE;
	nat_tls_hs_settle(&t->hs, false);
	d->flags |= NAT_TLS_D_MSG_READ;
}

static void read_message(struct nat_tls *t, enum nat_side side, const uint8_t *body, uint32_t have)
{
	struct nat_tls_dir *d = &t->dir[side];

	d->flags |= NAT_TLS_D_MSG_READ;
	nat_tls_hs_message(&t->hs, side, d->msg[0], body, have, d->msg_len, &d->buf);
}

static uint32_t needed(const struct nat_tls *t, enum nat_side side, const uint8_t *body,
		       uint32_t have)
{
	const struct nat_tls_dir *d = &t->dir[side];

	return nat_tls_hs_need(&t->hs, side, d->msg[0], body, have, d->msg_len);
}

/* Keeps bytes of a message that came in pieces until those that are needed are there. */
static void gather(struct nat_tls *t, enum nat_side side, const uint8_t *data, uint32_t len)
{
	struct nat_tls_dir *d = &t->dir[side];
	const uint8_t *kept = d->buf ? nat_bufs_at(t->hs.bufs, d->buf) : NULL;
	uint32_t need = needed(t, side, kept, d->have), n;

	while (d->have < need && len > 0) {
		if (!reserve(t, d, need)) {
			no_room(t, side);
			return;
		}
		n = need - d->have < len ? need - d->have : len;
		memcpy(nat_bufs_at(t->hs.bufs, d->buf) + d->have, data, n);
		d->have = (uint16_t)(d->have + n);
		data += n;
		len -= n;
		need = needed(t, side, nat_bufs_at(t->hs.bufs, d->buf), d->have);
	}
	if (d->have >= need)
		read_message(t, side, d->buf ? nat_bufs_at(t->hs.bufs, d->buf) : NULL, d->have);
}

static void message_bytes(struct nat_tls *t, enum nat_side side, const uint8_t *data, uint32_t len)
{
	struct nat_tls_dir *d = &t->dir[side];
	uint32_t need;

	if (!(d->flags & NAT_TLS_D_MSG_READ)) {
		need = d->have ? UINT32_MAX : needed(t, side, data, len);
		if (need <= len) // all in one piece: no copy
			read_message(t, side, data, need);
		else
			gather(t, side, data, len);
	}
	d->msg_left -= len;
	if (d->msg_left == 0) {
		drop_buffer(t, d);
		d->n_msg = 0;
	}
}

/* The message header is complete: may it come, and can it be followed? */
static void message_begins(struct nat_tls *t, enum nat_side side)
{
	struct nat_tls_dir *d = &t->dir[side];

	d->msg_len = d->msg_left = (uint32_t)d->msg[1] << 16 | nat_load16(d->msg + 2);
	d->have = 0;
	d->flags &= (uint8_t)~NAT_TLS_D_MSG_READ;
	if (!nat_tls_hs_allowed(&t->hs, side, d->msg[0]))
		broken(t, NAT_TLS_WHY_ORDER, side);
	else if (needed(t, side, NULL, 0) == UINT32_MAX)
		nat_tls_hs_unknown(&t->hs, NAT_TLS_WHY_TOO_LONG);
	else if (d->msg_len == 0)
		message_bytes(t, side, d->msg, 0); // an address, though nothing is read there
}

static void clear_handshake(struct nat_tls *t, enum nat_side side, const uint8_t *data,
			    uint32_t len)
{
	struct nat_tls_dir *d = &t->dir[side];

	while (len > 0 && !nat_tls_done(t)) {
		if (d->n_msg < MESSAGE_HEADER) {
			d->msg[d->n_msg++] = *data++;
			len--;
			if (d->n_msg == MESSAGE_HEADER)
				message_begins(t, side);
		} else {
			uint32_t n = len < d->msg_left ? len : d->msg_left;

			message_bytes(t, side, data, n);
			data += n;
			len -= n;
		}
	}
}

/* ---- record headers ---- */

static void not_tls(struct nat_tls *t, enum nat_side side)
{
	struct nat_tls_dir *d = &t->dir[side];

	if (d->flags & NAT_TLS_D_SPOKE) {
		broken(t, NAT_TLS_WHY_RECORD, side);
		return;
	}
	t->hs.facts.plain = (uint8_t)nat_plain_stream(d->first, d->n_first);
	nat_tls_hs_state(&t->hs, NAT_TLS_PLAINTEXT, side, NAT_TLS_NEWS_FAILED);
}

/* Judges each byte of a header as it comes, so that two bytes and a FIN are seen for what they are.
 * The version's minor number is not compared with what was agreed: RFC 8446 5.1 says to ignore it.
 */
static bool header_byte_fits(const struct nat_tls_dir *d)
{
	uint8_t byte = d->head[d->n_head - 1];

	switch (d->n_head) {
	case 1: return byte >= CHANGE_CIPHER && byte <= HEARTBEAT;
	case 2: return byte == 3;
	case 3: return byte <= 4;
	default: return true;
	}
}

static bool hidden_type(const struct nat_tls *t, enum nat_side side, uint8_t type)
{
	if (type != HANDSHAKE && type != ALERT)
		return true;
	return t->dir[side].flags & NAT_TLS_D_HIDDEN;
}

/* The header is complete. */
static void record_begins(struct nat_tls *t, enum nat_side side)
{
	struct nat_tls_dir *d = &t->dir[side];
	uint16_t len = nat_load16(d->head + 3);
	bool hidden;

	d->rec_type = d->head[0];
	d->rec_len = len;
	d->flags |= NAT_TLS_D_SPOKE;
	hidden = hidden_type(t, side, d->rec_type);
	if (len > HIDDEN_MAX || (len > CLEAR_MAX && !hidden)) {
		broken(t, NAT_TLS_WHY_RECORD, side);
		return;
	}
	if (d->n_msg && d->rec_type != HANDSHAKE) { // nothing may come between parts of a message
		broken(t, NAT_TLS_WHY_ORDER, side);
		return;
	}
	if (hidden) {
		bool odd = d->rec_type == CHANGE_CIPHER && len != 1 &&
			   !(d->flags & NAT_TLS_D_HIDDEN);

		d->skip = len;
		if (odd)
			broken(t, NAT_TLS_WHY_RECORD, side);
		else if (len == 0)
			record_done(t, side);
		return;
	}
	d->clear_left = len;
	if (len == 0 || (d->rec_type == ALERT && len % 2) || state(t) >= NAT_TLS_UP)
		broken(t, NAT_TLS_WHY_RECORD, side);
}

static void header_byte(struct nat_tls *t, enum nat_side side, uint8_t byte)
{
	struct nat_tls_dir *d = &t->dir[side];

	d->head[d->n_head++] = byte;
	if (!header_byte_fits(d))
		not_tls(t, side);
	else if (d->n_head == RECORD_HEADER)
		record_begins(t, side);
}

/* A whole header at once; false when its bytes must be looked at one by one. */
static bool whole_header(struct nat_tls *t, enum nat_side side, const uint8_t *data, uint32_t len)
{
	struct nat_tls_dir *d = &t->dir[side];

	if (d->n_head || len < RECORD_HEADER || data[0] < CHANGE_CIPHER || data[0] > HEARTBEAT ||
	    data[1] != 3 || data[2] > 4)
		return false;
	memcpy(d->head, data, RECORD_HEADER);
	d->n_head = RECORD_HEADER;
	record_begins(t, side);
	return true;
}

static void clear_bytes(struct nat_tls *t, enum nat_side side, const uint8_t *data, uint32_t len)
{
	struct nat_tls_dir *d = &t->dir[side];

	d->clear_left = (uint16_t)(d->clear_left - len);
	if (d->clear_left == 0) {
		d->n_head = 0;
		d->last_type = d->rec_type;
		d->last_len = d->rec_len;
	}
	if (d->rec_type == ALERT)
		clear_alert(t, side, data, len);
	else
		clear_handshake(t, side, data, len);
}

/* How a stream begins is kept, for a guess at what it is when it is no TLS. */
static void remember(struct nat_tls *t, enum nat_side side, const uint8_t *data, uint32_t len)
{
	struct nat_tls_dir *d = &t->dir[side];
	uint32_t room = (uint32_t)sizeof(d->first) - d->n_first;
	uint32_t n = len < room ? len : room;

	memcpy(d->first + d->n_first, data, n);
	d->n_first = (uint8_t)(d->n_first + n);
	if (state(t) == NAT_TLS_PLAINTEXT && t->hs.facts.side == side)
		t->hs.facts.plain = (uint8_t)nat_plain_stream(d->first, d->n_first);
}

bool nat_tls_bytes(struct nat_tls *t, enum nat_side side, const uint8_t *data, uint32_t len)
{
	struct nat_tls_dir *d = &t->dir[side];
	uint32_t n;

	if (d->n_first < sizeof(d->first))
		remember(t, side, data, len);
	while (len > 0 && state(t) != NAT_TLS_PLAINTEXT && !nat_tls_done(t) &&
	       !(d->flags & NAT_TLS_D_LOST)) {
		n = 1;
		if (d->skip) {
			n = len < d->skip ? len : d->skip;
			d->skip -= n;
			if (d->skip == 0)
				record_done(t, side);
		} else if (d->clear_left) {
			n = len < d->clear_left ? len : d->clear_left;
			clear_bytes(t, side, data, n);
		} else if (whole_header(t, side, data, len)) {
			n = RECORD_HEADER;
		} else {
			header_byte(t, side, *data);
		}
		data += n;
		len -= n;
	}
	if (!nat_tls_done(t))
		return true;
	drop_buffer(t, &t->dir[NAT_A]);
	drop_buffer(t, &t->dir[NAT_B]);
	return false;
}

/* ---- ends ---- */

/* An end before UP. A connection on which nobody said a word has not failed: nothing was tried. */
static void ended_early(struct nat_tls *t, enum nat_side side, enum nat_tls_why why)
{
	if (state(t) == NAT_TLS_NONE && t->dir[NAT_A].n_first + t->dir[NAT_B].n_first == 0)
		return;
	nat_tls_hs_fail(&t->hs, why, side);
}

/* The first end decides about the whole: whoever says goodbye before it closes properly. */
static void closed(struct nat_tls *t, enum nat_side side, enum nat_tls_end otherwise)
{
	bool lost = (t->dir[NAT_A].flags | t->dir[NAT_B].flags) & NAT_TLS_D_LOST;

	if (said_goodbye(t, NAT_A) || said_goodbye(t, NAT_B))
		t->hs.facts.close = NAT_TLS_END_CLEAN;
	else
		t->hs.facts.close = lost ? NAT_TLS_END_UNSURE : (uint8_t)otherwise;
	if (t->refused)
		t->hs.facts.flags |= NAT_TLS_F_REFUSED;
	nat_tls_hs_state(&t->hs, NAT_TLS_CLOSED, side, NAT_TLS_NEWS_CLOSED);
}

void nat_tls_ended(struct nat_tls *t, enum nat_side side)
{
	struct nat_tls_dir *d = &t->dir[side];

	if (d->flags & (NAT_TLS_D_ENDED | NAT_TLS_D_LOST))
		return;
	d->flags |= NAT_TLS_D_ENDED;
	if (state(t) < NAT_TLS_UP) {
		ended_early(t, side, NAT_TLS_WHY_FIN);
		return;
	}
	if (state(t) > NAT_TLS_CLOSED)
		return;
	t->hs.facts.end[side] = said_goodbye(t, side) ? NAT_TLS_END_CLEAN : NAT_TLS_END_TRUNCATED;
	if (!t->follow)
		t->hs.facts.end[side] = NAT_TLS_END_UNSURE;
	if (state(t) != NAT_TLS_CLOSED)
		closed(t, side, t->follow ? NAT_TLS_END_TRUNCATED : NAT_TLS_END_UNSURE);
}

void nat_tls_reset(struct nat_tls *t, enum nat_side side)
{
	if (state(t) < NAT_TLS_UP) {
		ended_early(t, side, NAT_TLS_WHY_RST);
		return;
	}
	if (state(t) > NAT_TLS_CLOSED)
		return;
	for (int s = NAT_A; s <= NAT_B; s++) {
		if (!(t->dir[s].flags & (NAT_TLS_D_ENDED | NAT_TLS_D_LOST)))
			t->hs.facts.end[s] = said_goodbye(t, (enum nat_side)s) ? NAT_TLS_END_CLEAN
									       : NAT_TLS_END_RESET;
	}
	if (state(t) != NAT_TLS_CLOSED)
		closed(t, side, NAT_TLS_END_RESET);
	t->dir[NAT_A].flags |= NAT_TLS_D_ENDED;
	t->dir[NAT_B].flags |= NAT_TLS_D_ENDED;
}

void nat_tls_lost(struct nat_tls *t, enum nat_side side, enum nat_tls_why why)
{
	struct nat_tls_dir *d = &t->dir[side];

	d->flags |= NAT_TLS_D_LOST;
	d->skip = 0;
	d->clear_left = 0;
	if (state(t) < NAT_TLS_UP)
		nat_tls_hs_unknown(&t->hs, why);
	else if (state(t) <= NAT_TLS_CLOSED)
		t->hs.facts.end[side] = NAT_TLS_END_UNSURE;
	drop_buffer(t, d);
}
