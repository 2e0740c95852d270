// A peer under test in virtual time, with everything that it did; for the tests of ix/peer.c.
#ifndef IX_WORLD_H
#define IX_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../ix/ix.h"

enum { SENT_MAX = 64, OPEN_MAX = 64 };

/* A peer under test, with everything that it did. */
struct world {
	struct ix_peer *peer;
	struct ix_arena *arena; // of decoded output
	uint64_t now;
	char *sent[SENT_MAX]; // messages sent, NUL-terminated
	unsigned n_sent;
	struct ix_txn *open[OPEN_MAX]; // requests not answered yet
	unsigned n_open, n_requests;
	bool answer_at_once;
	bool free_in_request;
	unsigned n_replies;
	uint32_t reply_tid;
	void *reply_cookie;
	bool reply_has_item;
	uint16_t reply_why, reply_error;
	unsigned notes;
};

static struct ix_tid root = {.name = {"ROOT", 4}};
static struct ix_command audit_root = {.verb = IX_AUDIT_VALUE, .tids = &root};
static struct ix_audit no_audit;
static struct ix_action ping = {.cid = IX_CID_NULL, .commands = &audit_root};

static inline void on_output(void *user, const void *bytes, size_t len)
{
	struct world *w = user;
	assert_true(w->n_sent < SENT_MAX);
	w->sent[w->n_sent++] = strndup(bytes, len);
}

static inline void on_request(void *user, struct ix_txn *txn, const struct ix_msg *msg,
			      const struct ix_item *item)
{
	struct world *w = user;
	w->n_requests++;
	assert_int_equal(item->kind, IX_REQUEST);
	assert_true(msg->version >= 1);
	if (w->free_in_request)
		ix_peer_free(w->peer);
	if (w->answer_at_once) {
		ix_txn_reply(txn, &ping, NULL, w->now);
		return;
	}
	assert_true(w->n_open < OPEN_MAX);
	w->open[w->n_open++] = txn;
}

static inline void on_reply(void *user, uint32_t tid, void *cookie, const struct ix_item *item,
			    uint16_t why)
{
	struct world *w = user;
	w->n_replies++;
	w->reply_tid = tid;
	w->reply_cookie = cookie;
	w->reply_has_item = item != NULL;
	w->reply_error = item != NULL && item->error != NULL ? item->error->code : 0;
	w->reply_why = why;
}

static inline void on_note(void *user, const char *text)
{
	struct world *w = user;
	assert_non_null(text);
	w->notes++;
}

static const struct ix_peer_ops ops = {on_output, on_request, on_reply, on_note};

static inline struct ix_peer_conf conf_for_tests(void)
{
	struct ix_peer_conf conf;
	ix_peer_conf_default(&conf);
	conf.self = (struct ix_mid){.kind = IX_MID_DOMAIN, .name = {"gw.test", 7}};
	conf.version = 3;
	conf.style = IX_COMPACT;
	conf.seed = 7;
	return conf;
}

static inline void start(struct world *w, const struct ix_peer_conf *conf)
{
	audit_root.d.audit = &no_audit;
	*w = (struct world){.now = 1000, .answer_at_once = true};
	w->peer = ix_peer_new(conf, &ops, w);
	w->arena = ix_arena_new(1 << 20);
	assert_non_null(w->peer);
	assert_non_null(w->arena);
}

static inline void start_default(struct world *w)
{
	const struct ix_peer_conf conf = conf_for_tests();
	start(w, &conf);
}

static inline void forget_sent(struct world *w)
{
	for (unsigned i = 0; i < w->n_sent; i++)
		free(w->sent[i]);
	w->n_sent = 0;
}

static inline void stop(struct world *w)
{
	forget_sent(w);
	ix_arena_free(w->arena);
	ix_peer_free(w->peer);
}

/* A whole message from controller `mid`. */
static inline void say_as(struct world *w, const char *mid, const char *body)
{
	char text[8192];
	const int len = snprintf(text, sizeof(text), "MEGACO/3 %s\n%s", mid, body);
	assert_in_range(len, 1, sizeof(text) - 1);
	ix_peer_input(w->peer, text, (size_t)len, w->now);
}

static inline void say(struct world *w, const char *body)
{
	say_as(w, "<mgc.test>", body);
}

static inline void say_request(struct world *w, uint32_t tid)
{
	char body[128];
	snprintf(body, sizeof(body), "Transaction=%u{Context=-{AuditValue=ROOT{Audit{}}}}", tid);
	say(w, body);
}

/* Moves the clock to `at`, calling tick exactly when asked to. */
static inline void run_until(struct world *w, uint64_t at)
{
	for (uint64_t next; (next = ix_peer_deadline(w->peer)) <= at;) {
		assert_true(next >= w->now);
		w->now = next;
		ix_peer_tick(w->peer, w->now);
		assert_true(ix_peer_deadline(w->peer) > w->now);
	}
	w->now = at;
}

/* The n-th message sent, decoded: its only item, or NULL when it is an Error message. */
static inline const struct ix_item *item_of(struct world *w, unsigned n, const struct ix_msg **msg)
{
	struct ix_fault fault = {0};
	assert_true(n < w->n_sent);
	const struct ix_msg *m = ix_text_decode(w->arena, w->sent[n], strlen(w->sent[n]), &fault,
						NULL);
	if (m == NULL)
		fail_msg("sent what cannot be read: %s: %s", fault.text, w->sent[n]);
	if (msg != NULL)
		*msg = m;
	return m->items;
}

static inline void expect_reply(struct world *w, unsigned n, uint32_t tid, uint16_t error)
{
	const struct ix_item *item = item_of(w, n, NULL);
	assert_non_null(item);
	assert_int_equal(item->kind, IX_REPLY);
	assert_int_equal(item->tid, tid);
	assert_int_equal(item->error != NULL ? item->error->code : 0, error);
}

static inline void expect_message_error(struct world *w, unsigned n, uint16_t error)
{
	const struct ix_msg *msg;
	item_of(w, n, &msg);
	assert_non_null(msg->error);
	assert_int_equal(msg->error->code, error);
}

static inline struct ix_peer_stats stats_of(const struct world *w)
{
	struct ix_peer_stats stats;
	ix_peer_stats_get(w->peer, &stats);
	return stats;
}

static inline uint32_t request(struct world *w, void *cookie)
{
	uint32_t tid = 0;
	assert_int_equal(ix_peer_request(w->peer, &ping, cookie, &tid, w->now), 0);
	assert_int_not_equal(tid, 0);
	return tid;
}

static inline void say_reply(struct world *w, uint32_t tid, const char *flag)
{
	char body[128];
	snprintf(body, sizeof(body), "Reply=%u{%sContext=-{AuditValue=ROOT{}}}", tid, flag);
	say(w, body);
}

#endif
