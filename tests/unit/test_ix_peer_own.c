// Tests of ix/peer.c: own requests, their repetition and their end; two peers on a lossy network.
#include "ix_world.h"

/* ---- our requests ---------------------------------------------------------------------------- */

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
		cmocka_unit_test(test_lossy_network),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
