// Datagrams as records, fragments as messages, epochs as states.
// Spec: RFC 9147 sections 4 and 5, RFC 6347 sections 4.1 and 4.2, RFC 9146 section 4
//
// The states are those of nat/tls.c, with HelloVerifyRequest beside HelloRetryRequest, and these
// differences: what is malformed is passed over, as an endpoint does; a ClientHello with another
// random begins a new association from any state but COLLISION; "protected" is an epoch above 0.
#include "dtls.h"

#include "cursor.h"

enum {
	ALERT = 21,
	HANDSHAKE = 22,
	APPLICATION = 23,
	HEARTBEAT = 24,
	CONNECTION_ID = 25,
	FIRST_TYPE = 20,
	LAST_TYPE = 26,
	RECORD_MAX = (1 << 14) + 2048,
	RANDOM_END = 34, // of the client's random in a ClientHello
};

void nat_dtls_init(struct nat_dtls *d, struct nat_bufs *bufs, bool follow)
{
	*d = (struct nat_dtls){.follow = follow};
	nat_tls_hs_init(&d->hs, bufs, true);
}

static void drop_slot(struct nat_dtls *d, struct nat_dtls_slot *s)
{
	nat_bufs_put(d->hs.bufs, s->buf);
	*s = (struct nat_dtls_slot){.used = false};
}

static void drop_slots(struct nat_dtls *d)
{
	for (int side = NAT_A; side <= NAT_B; side++)
		for (int i = 0; i < NAT_DTLS_SLOTS; i++)
			drop_slot(d, &d->dir[side].slot[i]);
}

void nat_dtls_fini(struct nat_dtls *d)
{
	drop_slots(d);
	nat_tls_hs_fini(&d->hs);
}

static unsigned state(const struct nat_dtls *d)
{
	return d->hs.facts.state;
}

static bool is_client(const struct nat_dtls *d, enum nat_side side)
{
	return d->hs.facts.client == side;
}

/* Forgets the handshake, keeps what is counted over the life of the flow. */
static void start_again(struct nat_dtls *d)
{
	struct nat_tls_facts was = d->hs.facts;
	struct nat_bufs *bufs = d->hs.bufs;
	uint16_t news = d->hs.news;

	drop_slots(d);
	nat_tls_hs_fini(&d->hs);
	nat_tls_hs_init(&d->hs, bufs, true);
	memset(d->dir, 0, sizeof(d->dir));
	d->hs.facts.associations = was.associations;
	d->hs.facts.foreign = was.foreign;
	d->hs.facts.stun = was.stun;
	d->hs.facts.flags = was.flags & NAT_TLS_F_FRAMED;
	d->hs.news = (news & (uint16_t) ~(NAT_TLS_NEWS_CERT_A | NAT_TLS_NEWS_CERT_B)) |
		     NAT_TLS_NEWS_AGAIN;
}

/* ---- protected records ---- */

/* 1.3: the client's flight is behind it when either side has gone on to epoch 3. */
static bool both_protected(const struct nat_dtls *d)
{
	const struct nat_dtls_dir *c = &d->dir[d->hs.facts.client];
	const struct nat_dtls_dir *s = &d->dir[!d->hs.facts.client];

	if (!nat_tls_is_13(&d->hs))
		return c->flags & s->flags & NAT_DTLS_D_FINISHED;
	if (!(s->flags & (NAT_DTLS_D_FLIGHT | NAT_DTLS_D_DATA)))
		return false;
	return c->flags & NAT_DTLS_D_DATA || s->flags & NAT_DTLS_D_ANSWER;
}

static void up_when_both(struct nat_dtls *d)
{
	if (state(d) != NAT_TLS_SERVER)
		return;
	nat_tls_hs_settle(&d->hs, d->dir[!d->hs.facts.client].flags & NAT_DTLS_D_FINISHED);
	if (!both_protected(d))
		return;
	d->has_old = false;
	drop_slots(d);
	nat_tls_hs_state(&d->hs, NAT_TLS_UP, NAT_TLS_NO_SIDE, NAT_TLS_NEWS_UP);
}

static void new_epoch(struct nat_dtls *d, enum nat_side side, uint16_t epoch)
{
	struct nat_tls_facts *f = &d->hs.facts;
	uint16_t other = d->dir[nat_other(side)].epoch, was = d->dir[side].epoch;

	if (epoch <= was)
		return;
	d->dir[side].epoch = epoch;
	if (state(d) < NAT_TLS_UP || epoch < 2)
		return;
	f->flags |= NAT_TLS_F_RENEG_ASKED;
	if (was < other && f->renegotiations < UINT8_MAX) { // both have moved on
		f->renegotiations++;
		d->hs.news |= NAT_TLS_NEWS_RENEG;
	}
}

/* Traffic of an association that is up. An alert is no goodbye when later data follows it. */
static void traffic(struct nat_dtls *d, struct nat_tls_facts *f, enum nat_side side, uint8_t type,
		    uint64_t seq)
{
	struct nat_dtls_dir *dir = &d->dir[side];

	if (type == ALERT && f->state == NAT_TLS_UP) {
		dir->alert_seq = seq;
		f->state = NAT_TLS_CLOSING;
		f->side = (uint8_t)side;
		d->hs.news |= NAT_TLS_NEWS_CLOSING;
	} else if (type == APPLICATION && f->state == NAT_TLS_CLOSING && f->side == side &&
		   seq > dir->alert_seq) {
		f->state = NAT_TLS_UP;
		f->side = NAT_TLS_NO_SIDE;
	}
}

/* A record of 1.2 or older with an epoch above 0. seq: epoch and number. */
static void hidden(struct nat_dtls *d, enum nat_side side, uint8_t type, uint64_t seq)
{
	struct nat_dtls_dir *dir = &d->dir[side];

	if (d->has_old && state(d) < NAT_TLS_SERVER) {
		traffic(d, &d->old, side, type, seq);
		return;
	}
	switch ((enum nat_tls_state)state(d)) {
	case NAT_TLS_NONE:
	case NAT_TLS_PLAINTEXT: nat_tls_hs_unknown(&d->hs, NAT_TLS_WHY_MIDDLE); return;
	case NAT_TLS_HELLO:
	case NAT_TLS_RETRY:
	case NAT_TLS_SERVER: break;
	case NAT_TLS_UP:
	case NAT_TLS_CLOSING:
		if (type != CONNECTION_ID)
			new_epoch(d, side, (uint16_t)(seq >> 48));
		traffic(d, &d->hs.facts, side, type, seq);
		return;
	default: return;
	}
	if (type == HANDSHAKE || type == CONNECTION_ID) {
		dir->flags |= NAT_DTLS_D_FINISHED;
		dir->epoch = (uint16_t)(seq >> 48);
		up_when_both(d);
		if (state(d) < NAT_TLS_SERVER &&
		    d->dir[nat_other(side)].flags & NAT_DTLS_D_FINISHED)
			nat_tls_hs_unknown(&d->hs, NAT_TLS_WHY_GAP); // a hello is missing
	} else if (type == ALERT && state(d) == NAT_TLS_SERVER && !d->has_old) {
		d->hs.facts.alert = NAT_TLS_ALERT_HIDDEN;
		d->hs.facts.alert_side = (uint8_t)side;
		nat_tls_hs_fail(&d->hs, NAT_TLS_WHY_HIDDEN_ALERT, side);
	}
}

/* A record of 1.3 under its unified header; epoch: its two low bits. Epoch 1 is 0-RTT. */
static void unified(struct nat_dtls *d, enum nat_side side, unsigned epoch)
{
	struct nat_dtls_dir *dir = &d->dir[side];

	if (state(d) != NAT_TLS_HELLO && state(d) != NAT_TLS_SERVER)
		return;
	if (epoch == 2)
		dir->flags |= NAT_DTLS_D_FLIGHT;
	else if (epoch != 1)
		dir->flags |= NAT_DTLS_D_DATA;
	if (dir->flags & NAT_DTLS_D_DATA && !is_client(d, side) &&
	    d->dir[nat_other(side)].flags & NAT_DTLS_D_FLIGHT && epoch != 2)
		dir->flags |= NAT_DTLS_D_ANSWER;
	up_when_both(d);
}

/* ---- handshake messages and their fragments ---- */

/* How much of a message is kept while its turn has not come. */
static uint32_t worth(uint8_t type, uint32_t len)
{
	uint32_t most = 0;

	switch (type) {
	case NAT_HS_CLIENT_HELLO:
	case NAT_HS_SERVER_HELLO:
	case NAT_HS_CERTIFICATE: most = NAT_HS_MAX; break;
	case NAT_HS_SERVER_KEY: most = 2 + 1024 + 3; break;
	case NAT_HS_CLIENT_KEY: most = 2; break;
	default: break;
	}
	return most < len ? most : len;
}

static struct nat_dtls_slot *find_slot(struct nat_dtls_dir *dir, uint16_t seq)
{
	struct nat_dtls_slot *empty = NULL;

	for (int i = 0; i < NAT_DTLS_SLOTS; i++) {
		if (dir->slot[i].used && dir->slot[i].seq == seq)
			return &dir->slot[i];
		if (!dir->slot[i].used && !empty)
			empty = &dir->slot[i];
	}
	return empty;
}

/* Adds [from, to) to the pieces that are there, joining those that touch. False: no room for one
 * more piece; the fragment is forgotten. */
static bool add_part(struct nat_dtls_slot *s, uint32_t from, uint32_t to)
{
	struct nat_dtls_part joined[NAT_DTLS_PARTS + 1];
	uint8_t n = 0;
	bool placed = false;

	for (int i = 0; i < s->n_parts; i++) {
		struct nat_dtls_part p = s->part[i];

		if (p.to < from) {
			joined[n++] = p;
		} else if (p.from > to) {
			if (!placed)
				joined[n++] = (struct nat_dtls_part){(uint16_t)from, (uint16_t)to};
			placed = true;
			joined[n++] = p;
		} else {
			from = p.from < from ? p.from : from;
			to = p.to > to ? p.to : to;
		}
	}
	if (!placed)
		joined[n++] = (struct nat_dtls_part){(uint16_t)from, (uint16_t)to};
	if (n > NAT_DTLS_PARTS)
		return false;
	memcpy(s->part, joined, n * sizeof(joined[0]));
	s->n_parts = n;
	return true;
}

/* Bytes at the beginning of the message that are there. */
static uint32_t prefix(const struct nat_dtls_slot *s)
{
	return s->n_parts && s->part[0].from == 0 ? s->part[0].to : 0;
}

static void message(struct nat_dtls *d, enum nat_side side, uint8_t type, uint16_t seq,
		    const uint8_t *body, uint32_t have, uint32_t len, nat_buf *buf)
{
	struct nat_dtls_slot *stale = find_slot(&d->dir[side], seq);

	if (stale && stale->used) // pieces that came before the whole
		drop_slot(d, stale);
	d->dir[side].seen |= 1ull << seq;
	nat_tls_hs_message(&d->hs, side, type, body, have, len, buf);
	if (state(d) == NAT_TLS_SERVER)
		up_when_both(d);
}

/* Reads a slot's message when its turn has come and enough of it is there. */
static bool read_slot(struct nat_dtls *d, enum nat_side side, struct nat_dtls_slot *s)
{
	static const uint8_t nothing;
	const uint8_t *body = s->buf ? nat_bufs_at(d->hs.bufs, s->buf) : &nothing;
	struct nat_dtls_slot was = *s;
	uint32_t have = prefix(s);

	if (!s->used || !nat_tls_hs_allowed(&d->hs, side, s->type) ||
	    have < nat_tls_hs_need(&d->hs, side, s->type, body, have, s->len))
		return false;
	s->used = false; // a new state may drop all slots
	s->buf = 0;
	message(d, side, was.type, was.seq, body, have, was.len, &was.buf);
	nat_bufs_put(d->hs.bufs, was.buf);
	drop_slot(d, s);
	return true;
}

/* One message may make it the turn of others. */
static void read_slots(struct nat_dtls *d)
{
	bool moved = true;

	while (moved) {
		moved = false;
		for (int side = NAT_A; side <= NAT_B; side++)
			for (int i = 0; i < NAT_DTLS_SLOTS; i++)
				moved |= read_slot(d, (enum nat_side)side, &d->dir[side].slot[i]);
	}
}

struct fragment {
	uint8_t type;
	uint16_t seq;
	uint32_t len, off, n;
	const uint8_t *data;
};

/* Keeps a fragment. Without a buffer a hello's message is lost, and with it the state. */
static void store(struct nat_dtls *d, enum nat_side side, const struct fragment *f)
{
	struct nat_dtls_slot *s = find_slot(&d->dir[side], f->seq);
	uint32_t most = worth(f->type, f->len), n = f->n;

	if (!s || (s->used && (s->type != f->type || s->len != f->len)))
		return;
	if (!s->used)
		*s = (struct nat_dtls_slot){
			.used = true, .type = f->type, .seq = f->seq, .len = f->len};
	if (f->off >= most)
		return;
	if (n > most - f->off)
		n = most - f->off;
	if (!s->buf)
		s->buf = nat_bufs_get(d->hs.bufs, most);
	if (!s->buf) {
		if (f->type == NAT_HS_CERTIFICATE)
			d->hs.facts.flags |= NAT_TLS_F_CERT_UNKEPT;
		else
			nat_tls_hs_unknown(&d->hs, NAT_TLS_WHY_NO_BUFFER);
		return;
	}
	if (add_part(s, f->off, f->off + n))
		memcpy(nat_bufs_at(d->hs.bufs, s->buf) + f->off, f->data, n);
}

/* A hello with another random is another attempt. The hello that a role collision consists of is
 * not: it comes from the other side while the first has no answer. */
static bool begins_anew(const struct nat_dtls *d, enum nat_side side, const struct fragment *f)
{
	if (f->type != NAT_HS_CLIENT_HELLO || f->off != 0 || f->n < RANDOM_END)
		return false;
	if (state(d) == NAT_TLS_NONE || state(d) == NAT_TLS_COLLISION)
		return false;
	if ((state(d) == NAT_TLS_HELLO || state(d) == NAT_TLS_RETRY) && !is_client(d, side))
		return false;
	return memcmp(d->hs.random, f->data + 2, sizeof(d->hs.random)) != 0;
}

/* Whether a message that may not come now may come later: its elders are still on their way. */
static bool may_wait(const struct nat_dtls *d)
{
	return state(d) == NAT_TLS_HELLO || state(d) == NAT_TLS_RETRY;
}

static void fragment(struct nat_dtls *d, enum nat_side side, const struct fragment *f)
{
	nat_buf none = 0;

	if (begins_anew(d, side, f)) {
		if (state(d) == NAT_TLS_UP || state(d) == NAT_TLS_CLOSING) {
			d->old = d->hs.facts;
			d->has_old = true;
		}
		start_again(d);
	}
	if (f->seq >= 64 || d->dir[side].seen & 1ull << f->seq)
		return;
	if (!nat_tls_hs_allowed(&d->hs, side, f->type)) {
		if (state(d) == NAT_TLS_NONE && !d->has_old)
			nat_tls_hs_unknown(&d->hs, NAT_TLS_WHY_MIDDLE);
		else if (may_wait(d))
			store(d, side, f);
		return;
	}
	if (nat_tls_hs_need(&d->hs, side, f->type, f->data, 0, f->len) == UINT32_MAX) {
		nat_tls_hs_unknown(&d->hs, NAT_TLS_WHY_TOO_LONG);
		return;
	}
	if (f->off == 0 && f->n >= nat_tls_hs_need(&d->hs, side, f->type, f->data, f->n, f->len))
		message(d, side, f->type, f->seq, f->data, f->n, f->len, &none);
	else
		store(d, side, f);
	read_slots(d);
}

static void handshake(struct nat_dtls *d, enum nat_side side, struct nat_cursor c)
{
	while (nat_cur_left(&c) > 0) {
		struct fragment f = {.type = (uint8_t)nat_cur_num(&c, 1)};

		f.len = nat_cur_num(&c, 3);
		f.seq = (uint16_t)nat_cur_num(&c, 2);
		f.off = nat_cur_num(&c, 3);
		f.n = nat_cur_num(&c, 3);
		f.data = nat_cur_take(&c, f.n);
		if (c.bad || f.off > f.len || f.n > f.len - f.off || (f.n == 0 && f.len > 0))
			return;
		fragment(d, side, &f);
	}
}

/* ---- records ---- */

static void clear_record(struct nat_dtls *d, enum nat_side side, uint8_t type, const uint8_t *body,
			 uint32_t len)
{
	switch (type) {
	case HANDSHAKE: handshake(d, side, (struct nat_cursor){body, body + len, false}); break;
	case ALERT:
		if (len == 2 && state(d) < NAT_TLS_UP && !d->has_old)
			nat_tls_hs_alert(&d->hs, side, body[0], body[1]);
		break;
	case HEARTBEAT: d->hs.facts.flags |= NAT_TLS_F_HEARTBEAT; break;
	default: break; // ChangeCipherSpec: the epoch says it; ACK of 1.3
	}
}

/* Bytes of connection ID in records from this side: what the other side asked for. */
static bool cid_len(const struct nat_dtls *d, enum nat_side side, uint32_t *len)
{
	if (!(d->hs.facts.flags & NAT_TLS_F_CID))
		return false;
	*len = d->hs.cid_len[nat_other(side)];
	return true;
}

static bool is_record(const uint8_t *data, uint32_t n)
{
	return n >= 13 && data[0] >= FIRST_TYPE && data[0] <= LAST_TYPE && data[1] == 0xfe &&
	       data[2] >= 0xfc;
}

/* A record with the long header. False: the rest of the datagram cannot be read. */
static bool long_record(struct nat_dtls *d, enum nat_side side, struct nat_cursor *c)
{
	uint8_t type = (uint8_t)nat_cur_num(c, 1);
	uint64_t seq;
	uint32_t cid = 0, len;
	const uint8_t *body;

	nat_cur_num(c, 2);
	seq = (uint64_t)nat_cur_num(c, 4) << 32;
	seq |= nat_cur_num(c, 4);
	if (type == CONNECTION_ID && !cid_len(d, side, &cid)) {
		if (seq >> 48)
			hidden(d, side, type, seq);
		return false;
	}
	nat_cur_take(c, cid);
	len = nat_cur_num(c, 2);
	body = nat_cur_take(c, len);
	if (!body || len > RECORD_MAX)
		return false;
	if (seq >> 48)
		hidden(d, side, type, seq);
	else
		clear_record(d, side, type, body, len);
	return true;
}

/* A record with the unified header of 1.3: 001CSLEE. */
static bool short_record(struct nat_dtls *d, enum nat_side side, struct nat_cursor *c)
{
	uint32_t first = nat_cur_num(c, 1), cid = 0, len;

	if (first & 0x10 && !cid_len(d, side, &cid)) {
		unified(d, side, first & 3);
		return false;
	}
	nat_cur_take(c, cid);
	nat_cur_take(c, first & 8 ? 2 : 1);
	len = first & 4 ? nat_cur_num(c, 2) : nat_cur_left(c);
	if (!nat_cur_take(c, len))
		return false;
	unified(d, side, first & 3);
	return true;
}

/* May a datagram begin with the unified header here? Its first bytes are those of much else. */
static bool may_be_unified(const struct nat_dtls *d, uint8_t first)
{
	return first >> 5 == 1 && (nat_tls_is_13(&d->hs) || state(d) == NAT_TLS_HELLO);
}

static void foreign(struct nat_dtls *d, enum nat_side side, const uint8_t *data, uint32_t len)
{
	struct nat_tls_facts *f = &d->hs.facts;
	enum nat_plain plain = nat_plain_datagram(data, len);

	if (plain == NAT_PLAIN_STUN) {
		f->stun += f->stun < UINT16_MAX;
		return;
	}
	f->foreign += f->foreign < UINT16_MAX;
	if (state(d) == NAT_TLS_NONE && !d->has_old) {
		f->plain = (uint8_t)plain;
		nat_tls_hs_state(&d->hs, NAT_TLS_PLAINTEXT, side, NAT_TLS_NEWS_FAILED);
	}
}

void nat_dtls_datagram(struct nat_dtls *d, enum nat_side side, const uint8_t *data, uint32_t len)
{
	struct nat_cursor c = {data, data + len, false};
	bool more = true;

	if (len == 0 || nat_dtls_quiet(d, data[0]))
		return;
	if (!is_record(data, len) && !may_be_unified(d, data[0])) {
		foreign(d, side, data, len);
		return;
	}
	while (more && nat_cur_left(&c) > 0) {
		if (is_record(c.at, nat_cur_left(&c)))
			more = long_record(d, side, &c);
		else
			more = may_be_unified(d, *c.at) && short_record(d, side, &c);
	}
}

void nat_dtls_ended(struct nat_dtls *d, enum nat_side side, bool reset)
{
	struct nat_tls_facts *f = &d->hs.facts;

	if (d->has_old && state(d) < NAT_TLS_SERVER) {
		*f = d->old;
		d->has_old = false;
	}
	if (state(d) == NAT_TLS_NONE)
		return;
	if (state(d) < NAT_TLS_UP) {
		nat_tls_hs_fail(&d->hs, reset ? NAT_TLS_WHY_RST : NAT_TLS_WHY_FIN, side);
		return;
	}
	if (state(d) != NAT_TLS_UP && state(d) != NAT_TLS_CLOSING)
		return;
	f->close = reset ? NAT_TLS_END_RESET : NAT_TLS_END_TRUNCATED;
	if (nat_tls_is_13(&d->hs) || f->flags & NAT_TLS_F_CID || !d->follow) // no types to see
		f->close = NAT_TLS_END_UNSURE;
	if (state(d) == NAT_TLS_CLOSING)
		f->close = NAT_TLS_END_CLEAN;
	f->end[side] = f->close;
	nat_tls_hs_state(&d->hs, NAT_TLS_CLOSED, side, NAT_TLS_NEWS_CLOSED);
}

void nat_dtls_lost(struct nat_dtls *d, enum nat_tls_why why)
{
	drop_slots(d);
	if (state(d) < NAT_TLS_UP)
		nat_tls_hs_unknown(&d->hs, why);
}
