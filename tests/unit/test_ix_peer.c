// Tests of ix/peer.c: the peer's requests at most once, Pending, acknowledgements, bad input, life.
#include "ix_world.h"

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
		cmocka_unit_test(test_faults_are_answered),
		cmocka_unit_test(test_message_errors_are_rate_limited),
		cmocka_unit_test(test_error_message_is_noted_not_answered),
		cmocka_unit_test(test_free_with_open_requests),
		cmocka_unit_test(test_free_inside_a_callback),
		cmocka_unit_test(test_version_follows_the_agreement),
		cmocka_unit_test(test_clock_that_steps_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
