// Tests of ix/peer.c in virtual time: at most once, Pending, acknowledgements, retransmission,
// errors.
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

static void on_output(void *user, const void *bytes, size_t len)
{
	struct world *w = user;
	assert_true(w->n_sent < SENT_MAX);
	w->sent[w->n_sent++] = strndup(bytes, len);
}

static void on_request(void *user, struct ix_txn *txn, const struct ix_msg *msg,
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

static void on_reply(void *user, uint32_t tid, void *cookie, const struct ix_item *item,
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

static void on_note(void *user, const char *text)
{
	struct world *w = user;
	assert_non_null(text);
	w->notes++;
}

static const struct ix_peer_ops ops = {on_output, on_request, on_reply, on_note};

static struct ix_peer_conf conf_for_tests(void)
{
	struct ix_peer_conf conf;
	ix_peer_conf_default(&conf);
	conf.self = (struct ix_mid){.kind = IX_MID_DOMAIN, .name = {"gw.test", 7}};
	conf.version = 3;
	conf.style = IX_COMPACT;
	conf.seed = 7;
	return conf;
}

static void start(struct world *w, const struct ix_peer_conf *conf)
{
	audit_root.d.audit = &no_audit;
	*w = (struct world){.now = 1000, .answer_at_once = true};
	w->peer = ix_peer_new(conf, &ops, w);
	w->arena = ix_arena_new(1 << 20);
	assert_non_null(w->peer);
	assert_non_null(w->arena);
}

static void start_default(struct world *w)
{
	const struct ix_peer_conf conf = conf_for_tests();
	start(w, &conf);
}

static void forget_sent(struct world *w)
{
	for (unsigned i = 0; i < w->n_sent; i++)
		free(w->sent[i]);
	w->n_sent = 0;
}

static void stop(struct world *w)
{
	forget_sent(w);
	ix_arena_free(w->arena);
	ix_peer_free(w->peer);
}

/* A whole message from controller `mid`. */
static void say_as(struct world *w, const char *mid, const char *body)
{
	char text[8192];
	const int len = snprintf(text, sizeof(text), "MEGACO/3 %s\n%s", mid, body);
	assert_in_range(len, 1, sizeof(text) - 1);
	ix_peer_input(w->peer, text, (size_t)len, w->now);
}

static void say(struct world *w, const char *body)
{
	say_as(w, "<mgc.test>", body);
}

static void say_request(struct world *w, uint32_t tid)
{
	char body[128];
	snprintf(body, sizeof(body), "Transaction=%u{Context=-{AuditValue=ROOT{Audit{}}}}", tid);
	say(w, body);
}

/* Moves the clock to `at`, calling tick exactly when asked to. */
static void run_until(struct world *w, uint64_t at)
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
static const struct ix_item *item_of(struct world *w, unsigned n, const struct ix_msg **msg)
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

static void expect_reply(struct world *w, unsigned n, uint32_t tid, uint16_t error)
{
	const struct ix_item *item = item_of(w, n, NULL);
	assert_non_null(item);
	assert_int_equal(item->kind, IX_REPLY);
	assert_int_equal(item->tid, tid);
	assert_int_equal(item->error != NULL ? item->error->code : 0, error);
}

static void expect_message_error(struct world *w, unsigned n, uint16_t error)
{
	const struct ix_msg *msg;
	item_of(w, n, &msg);
	assert_non_null(msg->error);
	assert_int_equal(msg->error->code, error);
}

static struct ix_peer_stats stats_of(const struct world *w)
{
	struct ix_peer_stats stats;
	ix_peer_stats_get(w->peer, &stats);
	return stats;
}

/* ---- the peer's requests --------------------------------------------------------------------- */

static void test_request_is_executed_once(void **state)
{
	struct world w;
	(void)state;
	start_default(&w);
	say_request(&w, 5);
	assert_int_equal(w.n_requests, 1);
	expect_reply(&w, 0, 5, 0);
	w.now += 200;
	say_request(&w, 5);
	assert_int_equal(w.n_requests, 1);
	assert_int_equal(w.n_sent, 2);
	assert_string_equal(w.sent[0], w.sent[1]);
	assert_int_equal(stats_of(&w).retransmits_in, 1);
	say_request(&w, 6);
	assert_int_equal(w.n_requests, 2);
	stop(&w);
}

static void test_same_id_of_another_mid_is_another_request(void **state)
{
	struct world w;
	(void)state;
	start_default(&w);
	say_request(&w, 5);
	say_as(&w, "<other.test>", "Transaction=5{Context=-{AuditValue=ROOT{Audit{}}}}");
	assert_int_equal(w.n_requests, 2);
	say_as(&w, "<MGC.test>", "Transaction=5{Context=-{AuditValue=ROOT{Audit{}}}}");
	assert_int_equal(w.n_requests, 2); // names compare without case
	assert_int_equal(ix_peer_mid(w.peer)->kind, IX_MID_DOMAIN);
	stop(&w);
}

static void test_reply_is_kept_for_the_long_timer(void **state)
{
	struct world w;
	(void)state;
	start_default(&w);
	say_request(&w, 5);
	run_until(&w, 1000 + 29999);
	say_request(&w, 5);
	assert_int_equal(w.n_requests, 1);
	assert_int_equal(ix_peer_deadline(w.peer), 1000 + 30000);
	run_until(&w, 1000 + 30000);
	assert_int_equal(ix_peer_deadline(w.peer), UINT64_MAX);
	say_request(&w, 5);
	assert_int_equal(w.n_requests, 2);
	stop(&w);
}

static void test_acknowledged_id_is_swallowed(void **state)
{
	struct world w;
	(void)state;
	start_default(&w);
	for (uint32_t tid = 5; tid <= 8; tid++)
		say_request(&w, tid);
	forget_sent(&w);
	say(&w, "TransactionResponseAck{5-6,8}");
	for (uint32_t tid = 5; tid <= 8; tid++)
		say_request(&w, tid);
	assert_int_equal(w.n_requests, 4);
	assert_int_equal(w.n_sent, 1); // 7 alone was not acknowledged
	expect_reply(&w, 0, 7, 0);
	run_until(&w, w.now + 30000);
	say_request(&w, 5);
	assert_int_equal(w.n_requests, 5);
	stop(&w);
}

static void test_range_of_ids_never_seen_is_swallowed_until_it_expires(void **state)
{
	struct world w;
	(void)state;
	start_default(&w);
	say(&w, "TransactionResponseAck{100-4294967295}");
	say_request(&w, 500);
	assert_int_equal(w.n_requests, 0);
	assert_int_equal(w.n_sent, 0);
	say_request(&w, 99);
	assert_int_equal(w.n_requests, 1);
	run_until(&w, w.now + 30000);
	say_request(&w, 500);
	assert_int_equal(w.n_requests, 2);
	stop(&w);
}

static void test_executing_request_brings_pending(void **state)
{
	struct world w;
	(void)state;
	start_default(&w);
	w.answer_at_once = false;
	say_request(&w, 5);
	assert_int_equal(w.n_sent, 0);
	assert_int_equal(ix_peer_deadline(w.peer), 1000 + 2000);
	w.now += 300;
	say_request(&w, 5); // a duplicate asks how it is going
	assert_int_equal(w.n_sent, 1);
	assert_int_equal(item_of(&w, 0, NULL)->kind, IX_PENDING);
	assert_int_equal(ix_peer_deadline(w.peer), 1300 + 2000);
	run_until(&w, 1300 + 2000);
	assert_int_equal(w.n_sent, 2);
	assert_int_equal(stats_of(&w).pendings_out, 2);
	ix_txn_reply(w.open[0], &ping, NULL, w.now);
	assert_int_equal(w.n_sent, 3);
	expect_reply(&w, 2, 5, 0);
	assert_true(item_of(&w, 2, NULL)->imm_ack);
	assert_int_equal(w.n_requests, 1);
	stop(&w);
}

static void test_reply_in_time_asks_for_no_ack(void **state)
{
	struct world w;
	(void)state;
	start_default(&w);
	say_request(&w, 5);
	assert_false(item_of(&w, 0, NULL)->imm_ack);
	stop(&w);
}

static void test_pending_limit_ends_in_506(void **state)
{
	struct world w;
	(void)state;
	start_default(&w);
	w.answer_at_once = false;
	say_request(&w, 5);
	run_until(&w, 1000 + 5 * 2000);
	assert_int_equal(w.n_sent, 5);
	run_until(&w, 1000 + 6 * 2000);
	assert_int_equal(w.n_sent, 6);
	expect_reply(&w, 5, 5, IX_E_TOO_MANY_PENDINGS);
	ix_txn_reply(w.open[0], &ping, NULL, w.now); // too late: nobody hears it
	assert_int_equal(w.n_sent, 6);
	say_request(&w, 5);
	expect_reply(&w, 6, 5, IX_E_TOO_MANY_PENDINGS);
	assert_int_equal(w.n_requests, 1);
	stop(&w);
}

static void test_error_reply(void **state)
{
	struct world w;
	const struct ix_error error = {IX_E_NOT_READY, {"draining", 8}};
	(void)state;
	start_default(&w);
	w.answer_at_once = false;
	say_request(&w, 5);
	ix_txn_reply(w.open[0], NULL, &error, w.now);
	expect_reply(&w, 0, 5, IX_E_NOT_READY);
	stop(&w);
}

static void test_reply_that_does_not_fit_becomes_533(void **state)
{
	struct world w;
	struct ix_peer_conf conf = conf_for_tests();
	struct ix_action many[20];
	(void)state;
	conf.mtu = 256;
	start(&w, &conf);
	w.answer_at_once = false;
	say_request(&w, 5);
	for (unsigned i = 0; i < 20; i++) {
		many[i] = ping;
		many[i].cid = 1000000 + i;
		many[i].next = i + 1 < 20 ? &many[i + 1] : NULL;
	}
	ix_txn_reply(w.open[0], many, NULL, w.now);
	expect_reply(&w, 0, 5, IX_E_TOO_LONG);
	say_request(&w, 5);
	expect_reply(&w, 1, 5, IX_E_TOO_LONG);
	stop(&w);
}

static void test_full_store_refuses_new_work_but_not_acknowledged_room(void **state)
{
	struct world w;
	struct ix_peer_conf conf = conf_for_tests();
	(void)state;
	conf.max_stored = 2;
	start(&w, &conf);
	say_request(&w, 5);
	say_request(&w, 6);
	say_request(&w, 7);
	assert_int_equal(w.n_requests, 2);
	expect_reply(&w, 2, 7, IX_E_BUSY);
	assert_int_equal(stats_of(&w).refused, 1);
	say(&w, "K{5}");
	say_request(&w, 7); // the acknowledged 5 gives way
	assert_int_equal(w.n_requests, 3);
	say_request(&w, 6); // the unacknowledged 6 is still there
	assert_int_equal(w.n_requests, 3);
	stop(&w);
}

static void test_stored_bytes_are_bounded(void **state)
{
	struct world w;
	struct ix_peer_conf conf = conf_for_tests();
	(void)state;
	conf.mtu = 200;
	conf.max_stored_bytes = 230; // one short reply and room for the next one
	start(&w, &conf);
	say_request(&w, 5);
	assert_int_equal(w.n_requests, 1);
	assert_true(strlen(w.sent[0]) > 30);
	say_request(&w, 6);
	assert_int_equal(w.n_requests, 1);
	expect_reply(&w, 1, 6, IX_E_BUSY);
	say(&w, "K{5}"); // its bytes go
	say_request(&w, 6);
	assert_int_equal(w.n_requests, 2);
	stop(&w);
}

static void test_id_zero_is_refused(void **state)
{
	struct world w;
	(void)state;
	start_default(&w);
	say_request(&w, 0);
	assert_int_equal(w.n_requests, 0);
	expect_reply(&w, 0, 0, IX_E_IDENTIFIER);
	stop(&w);
}

static void test_several_transactions_in_one_message(void **state)
{
	static const char one[] = "T=%u{C=-{AV=ROOT{AT{}}}}";
	struct world w;
	char body[1024] = "", part[64];
	(void)state;
	start_default(&w);
	for (unsigned n = 1; n <= 11; n++) {
		snprintf(part, sizeof(part), one, n);
		strcat(body, part);
		if (n < 10)
			continue;
		say(&w, body);
		assert_int_equal(w.n_requests, 10); // ten run, eleven do not
	}
	expect_message_error(&w, 10, IX_E_TRANSACTIONS);
	stop(&w);
}

/* ---- our requests ---------------------------------------------------------------------------- */

static uint32_t request(struct world *w, void *cookie)
{
	uint32_t tid = 0;
	assert_int_equal(ix_peer_request(w->peer, &ping, cookie, &tid, w->now), 0);
	assert_int_not_equal(tid, 0);
	return tid;
}

static void say_reply(struct world *w, uint32_t tid, const char *flag)
{
	char body[128];
	snprintf(body, sizeof(body), "Reply=%u{%sContext=-{AuditValue=ROOT{}}}", tid, flag);
	say(w, body);
}

static void test_request_is_answered(void **state)
{
	struct world w;
	(void)state;
	start_default(&w);
	const uint32_t tid = request(&w, &w);
	assert_int_equal(item_of(&w, 0, NULL)->tid, tid);
	say_reply(&w, tid, "");
	assert_int_equal(w.n_replies, 1);
	assert_int_equal(w.reply_tid, tid);
	assert_ptr_equal(w.reply_cookie, &w);
	assert_true(w.reply_has_item);
	assert_int_equal(w.reply_why, 0);
	assert_int_equal(ix_peer_deadline(w.peer), UINT64_MAX);
	say_reply(&w, tid, ""); // a late copy
	assert_int_equal(w.n_replies, 1);
	assert_int_equal(w.n_sent, 1);
	stop(&w);
}

static void test_error_reply_reaches_the_asker(void **state)
{
	struct world w;
	char body[64];
	(void)state;
	start_default(&w);
	snprintf(body, sizeof(body), "P=%u{ER=502{\"later\"}}", request(&w, NULL));
	say(&w, body);
	assert_int_equal(w.n_replies, 1);
	assert_int_equal(w.reply_error, 502);
	stop(&w);
}

static void test_retransmission_backs_off_until_t_max(void **state)
{
	struct world w;
	uint64_t wait = 200, last;
	(void)state;
	start_default(&w);
	request(&w, NULL);
	assert_int_equal(ix_peer_deadline(w.peer), 1000 + 200);
	last = w.now;
	for (unsigned n = 1; w.n_replies == 0; n++) {
		const uint64_t at = ix_peer_deadline(w.peer);
		if (n > 1 && at < 1000 + 25000) {
			wait = wait * 2 > 4000 ? 4000 : wait * 2;
			assert_in_range(at - last, wait / 2, wait);
		}
		run_until(&w, at);
		last = at;
		assert_true(n < 30);
	}
	assert_int_equal(w.now, 1000 + 25000);
	assert_false(w.reply_has_item);
	assert_int_equal(w.reply_why, 0);
	assert_in_range(w.n_sent, 7, 16);
	for (unsigned i = 1; i < w.n_sent; i++)
		assert_string_equal(w.sent[0], w.sent[i]);
	const struct ix_peer_stats stats = stats_of(&w);
	assert_int_equal(stats.retransmits_out, w.n_sent - 1);
	assert_int_equal(stats.timeouts, 1);
	stop(&w);
}

static void test_jitter_follows_the_seed(void **state)
{
	uint64_t second[3];
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct world w;
		struct ix_peer_conf conf = conf_for_tests();
		conf.seed = i == 2 ? 99 : 7;
		start(&w, &conf);
		request(&w, NULL);
		run_until(&w, 1200);
		second[i] = ix_peer_deadline(w.peer);
		stop(&w);
	}
	assert_int_equal(second[0], second[1]);
	assert_int_not_equal(second[0], second[2]);
}

static void test_pending_slows_down_and_extends(void **state)
{
	struct world w;
	char body[64];
	(void)state;
	start_default(&w);
	const uint32_t tid = request(&w, NULL);
	snprintf(body, sizeof(body), "Pending=%u{}", tid);
	w.now += 100;
	say(&w, body);
	assert_int_equal(ix_peer_deadline(w.peer), w.now + 4000);
	run_until(&w, 1000 + 25000); // T-MAX counts from the Pending
	assert_int_equal(w.n_replies, 0);
	say_reply(&w, tid, "ImmAckRequired,");
	assert_int_equal(w.n_replies, 1);
	const struct ix_item *ack = item_of(&w, w.n_sent - 1, NULL);
	assert_int_equal(ack->kind, IX_ACK);
	assert_int_equal(ack->acks->first, tid);
	assert_int_equal(ack->acks->last, tid);
	say(&w, body); // Pending after the reply is ignored
	assert_int_equal(w.n_replies, 1);
	const unsigned sent = w.n_sent;
	say_reply(&w, tid, "ImmAckRequired,"); // our acknowledgement was lost
	assert_int_equal(w.n_replies, 1);
	assert_int_equal(w.n_sent, sent + 1);
	stop(&w);
}

static void test_too_many_pendings_end_the_request(void **state)
{
	struct world w;
	char body[64];
	(void)state;
	start_default(&w);
	snprintf(body, sizeof(body), "Pending=%u{}", request(&w, NULL));
	for (unsigned i = 0; i < 5; i++)
		say(&w, body);
	assert_int_equal(w.n_replies, 0);
	say(&w, body);
	assert_int_equal(w.n_replies, 1);
	assert_false(w.reply_has_item);
	assert_int_equal(w.reply_why, IX_E_TOO_MANY_PENDINGS);
	stop(&w);
}

static void test_replies_are_acknowledged_ten_at_a_time(void **state)
{
	struct world w;
	(void)state;
	start_default(&w);
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(w.n_sent, i);
		say_reply(&w, request(&w, NULL), "");
	}
	assert_int_equal(w.n_sent, 11);
	const struct ix_item *ack = item_of(&w, 10, NULL);
	assert_int_equal(ack->kind, IX_ACK);
	unsigned n = 0;
	for (const struct ix_range *r = ack->acks; r != NULL; r = r->next)
		n += r->last - r->first + 1;
	assert_int_equal(n, 10);
	stop(&w);
}

static void test_reliable_transport_repeats_nothing(void **state)
{
	struct world w;
	struct ix_peer_conf conf = conf_for_tests();
	(void)state;
	conf.reliable = true;
	start(&w, &conf);
	for (unsigned i = 0; i < 12; i++) {
		const uint32_t tid = request(&w, NULL);
		assert_int_equal(ix_peer_deadline(w.peer), w.now + 25000);
		say_reply(&w, tid, "");
	}
	assert_int_equal(w.n_sent, 12); // no acknowledgements
	request(&w, NULL);
	run_until(&w, w.now + 25000);
	assert_int_equal(w.n_sent, 13);
	assert_int_equal(w.n_replies, 13);
	assert_false(w.reply_has_item);
	stop(&w);
}

static void test_requests_in_flight_are_bounded(void **state)
{
	struct world w;
	struct ix_peer_conf conf = conf_for_tests();
	uint32_t tid;
	(void)state;
	conf.max_requests = 2;
	start(&w, &conf);
	tid = request(&w, NULL);
	request(&w, NULL);
	assert_int_equal(ix_peer_request(w.peer, &ping, NULL, &(uint32_t){0}, w.now), -ENOBUFS);
	say_reply(&w, tid, "");
	request(&w, NULL);
	stop(&w);
}

static void test_request_that_does_not_fit(void **state)
{
	struct world w;
	struct ix_peer_conf conf = conf_for_tests();
	uint32_t tid;
	(void)state;
	conf.mtu = 20;
	start(&w, &conf);
	assert_int_equal(ix_peer_request(w.peer, &ping, NULL, &tid, w.now), -EMSGSIZE);
	assert_int_equal(w.n_sent, 0);
	stop(&w);
}

static void test_segmented_reply_fails_the_request(void **state)
{
	struct world w;
	char body[128];
	(void)state;
	start_default(&w);
	snprintf(body, sizeof(body), "Reply=%u/1{Context=-{AuditValue=ROOT{}}}", request(&w, NULL));
	say(&w, body);
	assert_int_equal(w.n_replies, 1);
	assert_false(w.reply_has_item);
	assert_int_equal(w.reply_why, IX_E_NOT_IMPLEMENTED);
	stop(&w);
}

static void test_new_peers_do_not_reuse_ids(void **state)
{
	uint32_t tid[2];
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct world w;
		struct ix_peer_conf conf = conf_for_tests();
		conf.seed = 1000 + i;
		start(&w, &conf);
		tid[i] = request(&w, NULL);
		assert_int_equal(request(&w, NULL), tid[i] + 1);
		stop(&w);
	}
	assert_int_not_equal(tid[0], tid[1]);
}

/* ---- bad input ------------------------------------------------------------------------------- */

static void test_faults_are_answered(void **state)
{
	static const struct {
		const char *text;
		uint16_t message_error, reply_error; // 0, 0: silence
		uint32_t tid;
	} cases[] = {
		{"", 0, 0, 0},
		{"hello", 0, 0, 0},
		{"MEGACO/3", 0, 0, 0},
		{"MEGACO/3 <mgc.test>\nNonsense", IX_E_SYNTAX_MESSAGE, 0, 0},
		{"MEGACO/3 <mgc.test>\nReply=5{Context=", IX_E_SYNTAX_MESSAGE, 0, 0},
		{"MEGACO/3 <mgc.test>\nTransaction=5{Kontext=1{}}", 0, IX_E_SYNTAX_TRANSACTION, 5},
		{"MEGACO/3 <mgc.test>\nError=400{\"you too\"}", 0, 0, 0},
		{"MEGACO/3 <mgc.test>\nError=nonsense", 0, 0, 0},
		{"MEGACO/3 <mgc.test> ER = {", 0, 0, 0},
		{"MEGACO/9 <mgc.test>\nPending=5{}", IX_E_VERSION, 0, 0},
	};
	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world w;
		start_default(&w);
		ix_peer_input(w.peer, cases[i].text, strlen(cases[i].text), w.now);
		assert_int_equal(w.n_requests, 0);
		const unsigned want = cases[i].message_error != 0 || cases[i].reply_error != 0;
		if (w.n_sent != want)
			fail_msg("case %u: sent %u: %s", i, w.n_sent, w.n_sent ? w.sent[0] : "");
		if (cases[i].message_error != 0)
			expect_message_error(&w, 0, cases[i].message_error);
		if (cases[i].reply_error != 0)
			expect_reply(&w, 0, cases[i].tid, cases[i].reply_error);
		stop(&w);
	}
}

static void test_message_errors_are_rate_limited(void **state)
{
	struct world w;
	(void)state;
	start_default(&w);
	for (unsigned i = 0; i < 100; i++)
		say(&w, "Nonsense");
	assert_int_equal(w.n_sent, 5);
	assert_int_equal(stats_of(&w).errors_in, 100);
	w.now += 999;
	say(&w, "Nonsense");
	assert_int_equal(w.n_sent, 5);
	w.now += 1;
	say(&w, "Nonsense");
	say(&w, "Nonsense");
	assert_int_equal(w.n_sent, 6);
	w.now += 1000000;
	for (unsigned i = 0; i < 10; i++)
		say(&w, "Nonsense");
	assert_int_equal(w.n_sent, 11);
	stop(&w);
}

static void test_error_message_is_noted_not_answered(void **state)
{
	struct world w;
	(void)state;
	start_default(&w);
	request(&w, NULL);
	say(&w, "Error=406{\"Version Not Supported\"}");
	assert_int_equal(w.n_sent, 1);
	assert_int_equal(w.notes, 1);
	assert_int_equal(w.n_replies, 0);
	stop(&w);
}

/* ---- life ------------------------------------------------------------------------------------ */

static void test_free_with_open_requests(void **state)
{
	struct world w;
	(void)state;
	start_default(&w);
	w.answer_at_once = false;
	for (uint32_t tid = 1; tid <= 5; tid++)
		say_request(&w, tid);
	ix_txn_reply(w.open[2], &ping, NULL, w.now);
	ix_txn_reply(w.open[0], &ping, NULL, w.now);
	request(&w, NULL);
	stop(&w);
	assert_int_equal(w.n_replies, 0);
}

static void test_free_inside_a_callback(void **state)
{
	struct world w;
	(void)state;
	start_default(&w);
	w.free_in_request = true;
	request(&w, NULL);
	// The second request must not be executed, and the answer of the first goes nowhere.
	say(&w, "T=1{C=-{AV=ROOT{AT{}}}} T=2{C=-{AV=ROOT{AT{}}}}");
	assert_int_equal(w.n_requests, 1);
	assert_int_equal(w.n_sent, 1);
	assert_int_equal(w.n_replies, 0);
	w.peer = NULL; // freed already
	stop(&w);
}

static void test_version_follows_the_agreement(void **state)
{
	struct world w;
	struct ix_peer_conf conf = conf_for_tests();
	const struct ix_msg *msg;
	(void)state;
	conf.version = 1;
	start(&w, &conf);
	request(&w, NULL);
	item_of(&w, 0, &msg);
	assert_int_equal(msg->version, 1);
	ix_peer_set_version(w.peer, 2);
	request(&w, NULL);
	item_of(&w, 1, &msg);
	assert_int_equal(msg->version, 2);
	stop(&w);
}

static void test_clock_that_steps_back(void **state)
{
	struct world w;
	(void)state;
	start_default(&w);
	request(&w, NULL);
	ix_peer_tick(w.peer, 0);
	assert_int_equal(ix_peer_deadline(w.peer), 1200);
	assert_int_equal(w.n_sent, 1);
	stop(&w);
}

/* Two peers, every message lost with one chance in three: each request is executed once, answered
 * once. */
struct end {
	struct ix_peer *peer;
	struct end *other;
	uint32_t *random;
	uint64_t *now;
	char *queue[4096];
	size_t len[4096];
	unsigned head, tail, executed, answered, unanswered;
};

static void lossy_output(void *user, const void *bytes, size_t len)
{
	struct end *e = user, *to = e->other;
	*e->random = *e->random * 1664525 + 1013904223;
	if ((*e->random >> 16) % 3 == 0)
		return;
	char *copy = malloc(len);
	assert_non_null(copy);
	to->len[to->tail % 4096] = len;
	to->queue[to->tail++ % 4096] = memcpy(copy, bytes, len);
}

static void lossy_request(void *user, struct ix_txn *txn, const struct ix_msg *msg,
			  const struct ix_item *item)
{
	struct end *e = user;
	(void)msg;
	(void)item;
	e->executed++;
	ix_txn_reply(txn, &ping, NULL, *e->now);
}

static void lossy_reply(void *user, uint32_t tid, void *cookie, const struct ix_item *item,
			uint16_t why)
{
	struct end *e = user;
	(void)tid;
	(void)cookie;
	(void)why;
	*(item != NULL ? &e->answered : &e->unanswered) += 1;
}

static void test_lossy_network(void **state)
{
	static const struct ix_peer_ops lossy = {lossy_output, lossy_request, lossy_reply, NULL};
	static struct end a, b;
	uint32_t random = 1;
	uint64_t now = 0;
	struct ix_peer_conf conf = conf_for_tests();
	(void)state;
	audit_root.d.audit = &no_audit;
	a = (struct end){.other = &b, .random = &random, .now = &now};
	b = (struct end){.other = &a, .random = &random, .now = &now};
	a.peer = ix_peer_new(&conf, &lossy, &a);
	conf.self.name = (struct ix_str){"mgc.test", 8};
	b.peer = ix_peer_new(&conf, &lossy, &b);
	for (unsigned i = 0; i < 200; i++)
		assert_int_equal(ix_peer_request(a.peer, &ping, NULL, &(uint32_t){0}, now), 0);
	for (; now < 60000; now++) {
		struct end *ends[] = {&a, &b};
		for (unsigned i = 0; i < 2; i++) {
			struct end *e = ends[i];
			for (; e->head != e->tail; e->head++) {
				char *bytes = e->queue[e->head % 4096];
				ix_peer_input(e->peer, bytes, e->len[e->head % 4096], now);
				free(bytes);
			}
			if (ix_peer_deadline(e->peer) <= now)
				ix_peer_tick(e->peer, now);
		}
	}
	assert_int_equal(a.answered + a.unanswered, 200);
	assert_in_range(a.answered, 195, 200);
	assert_true(b.executed <= 200);
	assert_true(b.executed >= a.answered);
	ix_peer_free(a.peer);
	ix_peer_free(b.peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request_is_executed_once),
		cmocka_unit_test(test_same_id_of_another_mid_is_another_request),
		cmocka_unit_test(test_reply_is_kept_for_the_long_timer),
		cmocka_unit_test(test_acknowledged_id_is_swallowed),
		cmocka_unit_test(test_range_of_ids_never_seen_is_swallowed_until_it_expires),
		cmocka_unit_test(test_executing_request_brings_pending),
		cmocka_unit_test(test_reply_in_time_asks_for_no_ack),
		cmocka_unit_test(test_pending_limit_ends_in_506),
		cmocka_unit_test(test_error_reply),
		cmocka_unit_test(test_reply_that_does_not_fit_becomes_533),
		cmocka_unit_test(test_full_store_refuses_new_work_but_not_acknowledged_room),
		cmocka_unit_test(test_stored_bytes_are_bounded),
		cmocka_unit_test(test_id_zero_is_refused),
		cmocka_unit_test(test_several_transactions_in_one_message),
		cmocka_unit_test(test_request_is_answered),
		cmocka_unit_test(test_error_reply_reaches_the_asker),
		cmocka_unit_test(test_retransmission_backs_off_until_t_max),
		cmocka_unit_test(test_jitter_follows_the_seed),
		cmocka_unit_test(test_pending_slows_down_and_extends),
		cmocka_unit_test(test_too_many_pendings_end_the_request),
		cmocka_unit_test(test_replies_are_acknowledged_ten_at_a_time),
		cmocka_unit_test(test_reliable_transport_repeats_nothing),
		cmocka_unit_test(test_requests_in_flight_are_bounded),
		cmocka_unit_test(test_request_that_does_not_fit),
		cmocka_unit_test(test_segmented_reply_fails_the_request),
		cmocka_unit_test(test_new_peers_do_not_reuse_ids),
		cmocka_unit_test(test_faults_are_answered),
		cmocka_unit_test(test_message_errors_are_rate_limited),
		cmocka_unit_test(test_error_message_is_noted_not_answered),
		cmocka_unit_test(test_free_with_open_requests),
		cmocka_unit_test(test_free_inside_a_callback),
		cmocka_unit_test(test_version_follows_the_agreement),
		cmocka_unit_test(test_clock_that_steps_back),
		cmocka_unit_test(test_lossy_network),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
