// One control association: bytes to transactions and back, at most once, with every timer.
// Spec: H.248.1 8.2 (transactions), 8.2.3 (Pending), D.1 (UDP); TS 29.238 5.10; H.248.8
//
// Order of the file: making and ending a peer, sending, the peer's requests and our replies, our
// requests and the peer's replies, input, timers. The drawing of both state machines is in
// README.md.
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ber.h"
#include "trans.h"

enum {
	ARENA_LIMIT = 8 << 20, // of one decoded message
	ITEMS_MAX = 10,        // of each kind in a message (profile 5.10)
	RANGES_MAX = 64,       // acknowledged ranges honoured per message
	ACKS_MAX = 10,         // replies that we still have to acknowledge
	ERRORS_BURST = 5,      // message-level errors: so many at once,
	ERROR_EVERY_MS = 1000, // then one in this time
};

struct ix_txn {
	struct ix_peer *peer;
	struct ix_in *in; // NULL: already answered with 506
	struct ix_txn *prev, *next;
};

struct ix_peer {
	struct ix_peer_conf conf;
	const struct ix_peer_ops *ops;
	void *user;
	struct ix_arena *arena; // of the message being read
	char *buf;              // conf.mtu bytes, the message being written
	struct ix_mid mid;      // of the peer; its name is ours
	char *mid_name;
	uint8_t version;
	uint32_t next_tid;
	uint64_t now;
	uint64_t random;
	uint64_t error_credit_ms; // token bucket for message-level errors, in time
	uint64_t error_seen_ms;
	unsigned busy; // calls of ours that are on the stack
	bool dead;     // ix_peer_free() came while busy
	struct ix_timers timers;
	struct ix_ins ins;
	struct ix_outs outs;
	struct ix_txn *txns;
	unsigned n_acks;
	uint32_t acks[ACKS_MAX];
	struct ix_peer_stats stats;
};

/* ---- making and ending ----------------------------------------------------------------------- */

void ix_peer_conf_default(struct ix_peer_conf *conf)
{
	*conf = (struct ix_peer_conf){
		.version = 1,
		.mtu = 1452, // IPv6 and UDP on Ethernet
		.rto_ms = 200,
		.rto_max_ms = 4000,
		.t_max_ms = 25000,
		.long_timer_ms = 30000,
		.pending_after_ms = 2000,
		.pending_limit = 5,
		.max_stored = 65536,
		.max_stored_bytes = 64 << 20,
		.max_requests = 1024,
	};
}

static uint64_t draw(struct ix_peer *peer)
{
	// xorshift64*: only spreads retransmissions.
	peer->random ^= peer->random >> 12;
	peer->random ^= peer->random << 25;
	peer->random ^= peer->random >> 27;
	return peer->random * 0x2545f4914f6cdd1du;
}

static void release(struct ix_peer *peer)
{
	for (struct ix_txn *txn = peer->txns, *next; txn != NULL; txn = next) {
		next = txn->next;
		free(txn);
	}
	ix_ins_fini(&peer->ins);
	ix_outs_fini(&peer->outs);
	ix_timers_fini(&peer->timers);
	ix_arena_free(peer->arena);
	free(peer->mid_name);
	free(peer->buf);
	free(peer);
}

/* No timer may be due again in the millisecond in which it was set. */
static void sane(struct ix_peer_conf *conf)
{
	if (conf->rto_ms == 0)
		conf->rto_ms = 1;
	if (conf->rto_max_ms < conf->rto_ms)
		conf->rto_max_ms = conf->rto_ms;
	if (conf->pending_after_ms == 0)
		conf->pending_after_ms = 1;
	if (conf->mtu == 0)
		conf->mtu = 1;
}

struct ix_peer *ix_peer_new(const struct ix_peer_conf *conf, const struct ix_peer_ops *ops,
			    void *user)
{
	struct ix_peer *peer = calloc(1, sizeof(*peer));
	if (peer == NULL)
		return NULL;
	peer->conf = *conf;
	sane(&peer->conf);
	peer->ops = ops;
	peer->user = user;
	peer->version = conf->version;
	peer->random = conf->seed * 2 + 1;
	for (unsigned i = 0; i < 8; i++)
		draw(peer);
	// A restarted process must not reuse ids whose replies the peer still holds.
	peer->next_tid = (uint32_t)(draw(peer) >> 33) | 1;
	peer->error_credit_ms = ERRORS_BURST * ERROR_EVERY_MS;
	peer->arena = ix_arena_new(ARENA_LIMIT);
	peer->buf = malloc(peer->conf.mtu);
	const bool ins = ix_ins_init(&peer->ins, conf->max_stored, conf->max_stored_bytes,
				     peer->conf.mtu, conf->seed);
	const bool outs = ix_outs_init(&peer->outs, conf->max_requests);
	if (peer->arena == NULL || peer->buf == NULL || !ins || !outs) {
		release(peer);
		return NULL;
	}
	return peer;
}

void ix_peer_free(struct ix_peer *peer)
{
	if (peer == NULL)
		return;
	if (peer->busy > 0)
		peer->dead = true;
	else
		release(peer);
}

static void enter(struct ix_peer *peer, uint64_t now)
{
	peer->busy++;
	if (now > peer->now)
		peer->now = now;
}

static void leave(struct ix_peer *peer)
{
	if (--peer->busy == 0 && peer->dead)
		release(peer);
}

__attribute__((format(printf, 2, 3))) static void note(struct ix_peer *peer, const char *fmt, ...)
{
	if (peer->ops->note == NULL || peer->dead)
		return;
	char text[256];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	peer->ops->note(peer->user, text);
}

/* ---- sending --------------------------------------------------------------------------------- */

static void output(struct ix_peer *peer, const void *bytes, size_t len)
{
	if (peer->dead)
		return;
	peer->stats.msgs_out++;
	peer->stats.bytes_out += len;
	peer->ops->output(peer->user, bytes, len);
}

static long encode(struct ix_peer *peer, struct ix_item *items, struct ix_error *error)
{
	const struct ix_msg msg = {
		.version = peer->version, .mid = peer->conf.self, .error = error, .items = items};
	if (peer->conf.binary)
		return ix_ber_encode(&msg, peer->conf.ber, peer->buf, peer->conf.mtu);
	return ix_text_encode(&msg, peer->conf.style, peer->buf, peer->conf.mtu);
}

static void send_item(struct ix_peer *peer, struct ix_item *item)
{
	const long len = encode(peer, item, NULL);
	if (len > 0)
		output(peer, peer->buf, (size_t)len);
}

static struct ix_error standard_error(uint16_t code)
{
	return (struct ix_error){code, ix_lit(ix_error_text(code))};
}

/* Tells the peer that its message as a whole is wrong: rarely, so that two stacks or a stranger
 * cannot make a flood of it. */
static void send_message_error(struct ix_peer *peer, uint16_t code, const char *text)
{
	const uint64_t full = (uint64_t)ERRORS_BURST * ERROR_EVERY_MS;
	peer->error_credit_ms += peer->now - peer->error_seen_ms;
	if (peer->error_credit_ms > full)
		peer->error_credit_ms = full;
	peer->error_seen_ms = peer->now;
	if (peer->error_credit_ms < ERROR_EVERY_MS)
		return;
	peer->error_credit_ms -= ERROR_EVERY_MS;
	struct ix_error error = {code, ix_lit(text)};
	const long len = encode(peer, NULL, &error);
	if (len > 0)
		output(peer, peer->buf, (size_t)len);
}

/* An answer without execution and without memory: asking again brings the same answer. */
static void send_refusal(struct ix_peer *peer, uint32_t tid, uint16_t code, const char *text)
{
	struct ix_error error = {code, ix_lit(text)};
	struct ix_item item = {.kind = IX_REPLY, .tid = tid, .error = &error};
	peer->stats.replies_out++;
	send_item(peer, &item);
}

/* ---- the peer's requests and our replies ----------------------------------------------------- */

static void close_txn(struct ix_txn *txn)
{
	*(txn->prev != NULL ? &txn->prev->next : &txn->peer->txns) = txn->next;
	if (txn->next != NULL)
		txn->next->prev = txn->prev;
	free(txn);
}

/* Encodes the reply into peer->buf; what cannot be said becomes an error that can. */
static long encode_reply(struct ix_peer *peer, struct ix_item *item)
{
	long len = encode(peer, item, NULL);
	if (len >= 0)
		return len;
	struct ix_error error = standard_error(len == -EMSGSIZE ? IX_E_TOO_LONG : IX_E_INTERNAL);
	note(peer, "reply %u cannot be sent as it is: %s", item->tid, ix_error_text(error.code));
	item->actions = NULL;
	item->error = &error;
	len = encode(peer, item, NULL);
	item->error = NULL;
	return len;
}

static void finish(struct ix_peer *peer, struct ix_in *in, struct ix_action *actions,
		   struct ix_error *error)
{
	struct ix_item item = {
		.kind = IX_REPLY,
		.tid = in->tid,
		.imm_ack = in->pendings > 0 && !peer->conf.reliable,
		.actions = error != NULL ? NULL : actions,
		.error = error,
	};
	const long len = encode_reply(peer, &item);
	ix_timer_del(&peer->timers, &in->timer);
	// len < 0: the mtu holds not even an error. The id is remembered, duplicates are dropped.
	ix_ins_reply(&peer->ins, in, peer->buf, len > 0 ? (size_t)len : 0,
		     peer->now + peer->conf.long_timer_ms);
	peer->stats.replies_out++;
	if (len > 0)
		output(peer, peer->buf, (size_t)len);
}

void ix_txn_reply(struct ix_txn *txn, const struct ix_action *actions, const struct ix_error *error,
		  uint64_t now_ms)
{
	struct ix_peer *peer = txn->peer;
	struct ix_in *in = txn->in;
	enter(peer, now_ms);
	close_txn(txn);
	if (in != NULL && !peer->dead) // the encoder only reads
		finish(peer, in, (struct ix_action *)actions, (struct ix_error *)error);
	leave(peer);
}

/* Tells the peer to be patient, or after too many times that it is over (506): the work may go on,
 * but its reply will find nobody. */
static void send_pending(struct ix_peer *peer, struct ix_in *in)
{
	if (peer->conf.pending_limit > 0 && in->pendings >= peer->conf.pending_limit) {
		struct ix_error error = standard_error(IX_E_TOO_MANY_PENDINGS);
		note(peer, "request %u: %u Pendings sent, giving up", in->tid, in->pendings);
		in->txn->in = NULL;
		finish(peer, in, NULL, &error);
		return;
	}
	struct ix_item item = {.kind = IX_PENDING, .tid = in->tid};
	in->pendings++;
	peer->stats.pendings_out++;
	ix_timer_set(&peer->timers, &in->timer, peer->now + peer->conf.pending_after_ms);
	send_item(peer, &item);
}

static void repeat(struct ix_peer *peer, struct ix_in *in)
{
	peer->stats.retransmits_in++;
	if (in->state == IX_IN_EXECUTING)
		send_pending(peer, in);
	else if (in->state == IX_IN_REPLIED && in->len > 0)
		output(peer, in->reply, in->len);
}

static struct ix_txn *open_txn(struct ix_peer *peer, const struct ix_msg *msg, uint32_t tid)
{
	struct ix_txn *txn = calloc(1, sizeof(*txn));
	if (txn == NULL || !ix_timers_reserve(&peer->timers, 1) ||
	    (txn->in = ix_ins_add(&peer->ins, &msg->mid, tid)) == NULL) {
		free(txn);
		return NULL;
	}
	txn->peer = peer;
	txn->in->txn = txn;
	txn->next = peer->txns;
	if (txn->next != NULL)
		txn->next->prev = txn;
	peer->txns = txn;
	ix_timer_set(&peer->timers, &txn->in->timer, peer->now + peer->conf.pending_after_ms);
	return txn;
}

static void on_request(struct ix_peer *peer, const struct ix_msg *msg, const struct ix_item *item)
{
	if (item->tid == 0) { // "no id": a repetition could not be told from a new one
		send_refusal(peer, 0, IX_E_IDENTIFIER, "Transaction id 0 or missing");
		return;
	}
	struct ix_in *in = ix_ins_find(&peer->ins, &msg->mid, item->tid);
	if (in != NULL) {
		repeat(peer, in);
		return;
	}
	if (ix_ins_was_acked(&peer->ins, &msg->mid, item->tid, peer->now)) {
		peer->stats.retransmits_in++;
		return;
	}
	struct ix_txn *txn = open_txn(peer, msg, item->tid);
	if (txn == NULL) {
		peer->stats.refused++;
		note(peer, "request %u refused: too many transactions remembered", item->tid);
		send_refusal(peer, item->tid, IX_E_BUSY, ix_error_text(IX_E_BUSY));
		return;
	}
	peer->stats.requests_in++;
	peer->ops->request(peer->user, txn, msg, item);
}

static void on_ack(struct ix_peer *peer, const struct ix_msg *msg, const struct ix_item *item,
		   unsigned *budget)
{
	peer->stats.acks_in++;
	for (const struct ix_range *r = item->acks; r != NULL && *budget > 0; r = r->next) {
		--*budget;
		ix_ins_ack(&peer->ins, &msg->mid, r->first, r->last,
			   peer->now + peer->conf.long_timer_ms);
	}
}

/* ---- our requests and the peer's replies ----------------------------------------------------- */

static void send_acks(struct ix_peer *peer)
{
	struct ix_range ranges[ACKS_MAX];
	for (unsigned i = 0; i < peer->n_acks; i++)
		ranges[i] = (struct ix_range){i + 1 < peer->n_acks ? &ranges[i + 1] : NULL,
					      peer->acks[i], peer->acks[i]};
	struct ix_item item = {.kind = IX_ACK, .acks = ranges};
	peer->n_acks = 0;
	peer->stats.acks_out++;
	send_item(peer, &item);
}

/* The peer may drop its stored reply. Without hurry acknowledgements are collected; the last few of
 * a burst may stay unsent, the peer's LONG-TIMER covers them. */
static void acknowledge(struct ix_peer *peer, uint32_t tid, bool at_once)
{
	if (peer->conf.reliable)
		return;
	peer->acks[peer->n_acks++] = tid;
	if (at_once || peer->n_acks == ACKS_MAX)
		send_acks(peer);
}

static uint64_t next_wait(struct ix_peer *peer, struct ix_out *out)
{
	const uint32_t half = out->rto_ms - out->rto_ms / 2;
	return half + draw(peer) % (out->rto_ms - half + 1);
}

static void set_out_timer(struct ix_peer *peer, struct ix_out *out)
{
	ix_timer_set(&peer->timers, &out->timer,
		     out->resend_ms < out->end_ms ? out->resend_ms : out->end_ms);
}

static uint32_t choose_tid(struct ix_peer *peer)
{
	uint32_t tid;
	do {
		tid = peer->next_tid++;
	} while (tid == 0 || ix_outs_find(&peer->outs, tid) != NULL);
	return tid;
}

int ix_peer_request(struct ix_peer *peer, const struct ix_action *actions, void *cookie,
		    uint32_t *tid, uint64_t now_ms)
{
	if (peer->dead || peer->outs.count >= peer->conf.max_requests)
		return -ENOBUFS;
	if (!ix_timers_reserve(&peer->timers, 1))
		return -ENOMEM;
	struct ix_item item = {.kind = IX_REQUEST,
			       .tid = choose_tid(peer),
			       .actions = (struct ix_action *)actions}; // the encoder only reads
	const long len = encode(peer, &item, NULL);
	if (len < 0)
		return (int)len;
	struct ix_out *out = ix_outs_add(&peer->outs, item.tid, peer->buf, (size_t)len);
	if (out == NULL)
		return -ENOMEM;
	enter(peer, now_ms);
	out->cookie = cookie;
	out->end_ms = peer->now + peer->conf.t_max_ms;
	out->rto_ms = peer->conf.rto_ms;
	out->resend_ms = peer->conf.reliable ? UINT64_MAX : peer->now + peer->conf.rto_ms;
	set_out_timer(peer, out);
	*tid = item.tid;
	peer->stats.requests_out++;
	output(peer, out->bytes, out->len);
	leave(peer);
	return 0;
}

static void end_request(struct ix_peer *peer, struct ix_out *out, const struct ix_item *item,
			uint16_t why)
{
	const uint32_t tid = out->tid;
	void *cookie = out->cookie;
	ix_timer_del(&peer->timers, &out->timer);
	ix_outs_del(&peer->outs, out);
	free(out);
	if (!peer->dead)
		peer->ops->reply(peer->user, tid, cookie, item, why);
}

static void on_reply(struct ix_peer *peer, const struct ix_item *item)
{
	struct ix_out *out = ix_outs_find(&peer->outs, item->tid);
	if (out == NULL) { // again: our acknowledgement was lost, or it is none of ours
		if (item->imm_ack)
			acknowledge(peer, item->tid, true);
		return;
	}
	peer->stats.replies_in++;
	acknowledge(peer, item->tid, item->imm_ack);
	if (item->has_segment && !(item->segment == 1 && item->segment_end)) {
		note(peer, "reply %u comes in segments, which were not agreed", item->tid);
		end_request(peer, out, NULL, IX_E_NOT_IMPLEMENTED);
		return;
	}
	end_request(peer, out, item, 0);
}

/* The peer lives and works on it: T-MAX starts again and repetitions become rare. They do not end,
 * because the reply may be lost and only a repetition brings it back. */
static void on_pending(struct ix_peer *peer, const struct ix_item *item)
{
	struct ix_out *out = ix_outs_find(&peer->outs, item->tid);
	if (out == NULL)
		return;
	peer->stats.pendings_in++;
	if (peer->conf.pending_limit > 0 && ++out->pendings > peer->conf.pending_limit) {
		end_request(peer, out, NULL, IX_E_TOO_MANY_PENDINGS);
		return;
	}
	out->end_ms = peer->now + peer->conf.t_max_ms;
	out->rto_ms = peer->conf.rto_max_ms;
	if (!peer->conf.reliable)
		out->resend_ms = peer->now + peer->conf.rto_max_ms;
	set_out_timer(peer, out);
}

static void resend(struct ix_peer *peer, struct ix_out *out)
{
	out->rto_ms = out->rto_ms > peer->conf.rto_max_ms / 2 ? peer->conf.rto_max_ms
							      : out->rto_ms * 2;
	out->resend_ms = peer->now + next_wait(peer, out);
	set_out_timer(peer, out);
	peer->stats.retransmits_out++;
	output(peer, out->bytes, out->len);
}

/* ---- input ----------------------------------------------------------------------------------- */

static void remember_mid(struct ix_peer *peer, const struct ix_mid *mid)
{
	if (peer->mid.kind != IX_MID_NONE && ix_mid_equal(&peer->mid, mid))
		return;
	char *name = malloc(mid->name.len + 1);
	if (name == NULL)
		return;
	if (mid->name.len > 0)
		memcpy(name, mid->name.p, mid->name.len);
	free(peer->mid_name);
	peer->mid_name = name;
	peer->mid = *mid;
	peer->mid.name.p = name;
}

static bool next_word(struct ix_str *rest, struct ix_str *word)
{
	static const char space[] = " \t\r\n";
	while (rest->len > 0 && memchr(space, rest->p[0], 4) != NULL)
		*rest = (struct ix_str){rest->p + 1, rest->len - 1};
	*word = (struct ix_str){rest->p, 0};
	while (rest->len > 0 && memchr(space, rest->p[0], 4) == NULL) {
		word->len++;
		*rest = (struct ix_str){rest->p + 1, rest->len - 1};
	}
	return word->len > 0;
}

/* Does the body of a message that could not be read begin like an Error descriptor? Answering that
 * could go on for ever. */
static bool looks_like_error(const void *bytes, size_t len)
{
	struct ix_str rest = {bytes, (uint32_t)(len < 1024 ? len : 1024)}, word;
	while (next_word(&rest, &word)) {
		if (memchr(word.p, '/', word.len) == NULL)
			continue;
		// That was the version; the message identifier follows, then the body.
		if (!next_word(&rest, &word) || !next_word(&rest, &word))
			return false;
		const char *equals = memchr(word.p, '=', word.len);
		if (equals != NULL)
			word.len = (uint32_t)(equals - word.p);
		return ix_str_is(word, "Error") || ix_str_is(word, "ER");
	}
	return false;
}

static void on_fault(struct ix_peer *peer, const struct ix_fault *fault, bool answer)
{
	peer->stats.errors_in++;
	if (fault->line == 0)
		note(peer, "message not understood at offset %u: %u %s", fault->offset, fault->code,
		     fault->text);
	else
		note(peer, "message not understood at line %u column %u: %u %s", fault->line,
		     fault->column, fault->code, fault->text);
	if (!fault->have_head || !answer)
		return;
	if (fault->have_tid)
		send_refusal(peer, fault->tid,
			     fault->code == IX_E_SYNTAX_MESSAGE ? IX_E_SYNTAX_TRANSACTION
								: fault->code,
			     fault->text);
	else
		send_message_error(peer, fault->code, fault->text);
}

/* False: the message is refused as a whole. */
static bool acceptable(struct ix_peer *peer, const struct ix_msg *msg)
{
	if (msg->error != NULL) { // never answered
		note(peer, "peer reports error %u %.*s", msg->error->code,
		     (int)msg->error->text.len, msg->error->text.len ? msg->error->text.p : "");
		return false;
	}
	if (msg->version < 1 || msg->version > 3) {
		send_message_error(peer, IX_E_VERSION, ix_error_text(IX_E_VERSION));
		return false;
	}
	unsigned count[IX_SEGMENT + 1] = {0};
	for (const struct ix_item *item = msg->items; item != NULL; item = item->next) {
		if (++count[item->kind] > ITEMS_MAX) {
			send_message_error(peer, IX_E_TRANSACTIONS,
					   ix_error_text(IX_E_TRANSACTIONS));
			return false;
		}
	}
	return true;
}

static void on_message(struct ix_peer *peer, const struct ix_msg *msg)
{
	unsigned ranges = RANGES_MAX;
	remember_mid(peer, &msg->mid);
	if (!acceptable(peer, msg))
		return;
	for (const struct ix_item *item = msg->items; item != NULL && !peer->dead;
	     item = item->next) {
		switch (item->kind) {
		case IX_REQUEST: on_request(peer, msg, item); break;
		case IX_REPLY: on_reply(peer, item); break;
		case IX_PENDING: on_pending(peer, item); break;
		case IX_ACK: on_ack(peer, msg, item, &ranges); break;
		case IX_SEGMENT: break; // we send no segments that could be acknowledged
		}
	}
}

void ix_peer_input(struct ix_peer *peer, const void *bytes, size_t len, uint64_t now_ms)
{
	struct ix_fault fault = {0};
	enter(peer, now_ms);
	peer->stats.msgs_in++;
	peer->stats.bytes_in += len;
	ix_ins_expire(&peer->ins, peer->now);
	ix_arena_reset(peer->arena);
	const bool binary = ix_ber_looks(bytes, len);
	const struct ix_msg *msg = binary ? ix_ber_decode(peer->arena, bytes, len, peer->conf.ber,
							  &fault, NULL)
					  : ix_text_decode(peer->arena, bytes, len, &fault, NULL);
	if (msg != NULL)
		on_message(peer, msg);
	else
		on_fault(peer, &fault,
			 !(binary ? ix_ber_looks_error(bytes, len) : looks_like_error(bytes, len)));
	leave(peer);
}

/* ---- timers ---------------------------------------------------------------------------------- */

uint64_t ix_peer_deadline(const struct ix_peer *peer)
{
	const struct ix_timer *first = ix_timer_first(&peer->timers);
	const uint64_t stored = ix_ins_deadline(&peer->ins);
	return first != NULL && first->at < stored ? first->at : stored;
}

static void on_timer(struct ix_peer *peer, struct ix_timer *timer)
{
	if (timer->owner == IX_TIMER_IN) {
		send_pending(peer, (struct ix_in *)timer);
		return;
	}
	struct ix_out *out = (struct ix_out *)timer;
	if (out->end_ms <= peer->now) {
		peer->stats.timeouts++;
		end_request(peer, out, NULL, 0);
	} else {
		resend(peer, out);
	}
}

void ix_peer_tick(struct ix_peer *peer, uint64_t now_ms)
{
	enter(peer, now_ms);
	ix_ins_expire(&peer->ins, peer->now);
	// Every timer that runs is set again later than now or deleted, so this ends.
	for (struct ix_timer *t;
	     !peer->dead && (t = ix_timer_first(&peer->timers)) != NULL && t->at <= peer->now;)
		on_timer(peer, t);
	leave(peer);
}

/* ---- the rest -------------------------------------------------------------------------------- */

void ix_peer_set_version(struct ix_peer *peer, uint8_t version)
{
	peer->version = version;
}

const struct ix_mid *ix_peer_mid(const struct ix_peer *peer)
{
	return &peer->mid;
}

void ix_peer_stats_get(const struct ix_peer *peer, struct ix_peer_stats *stats)
{
	*stats = peer->stats;
}
