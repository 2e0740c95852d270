// Tests of ix/trans.c: the timer heap, the store of the peer's requests, the table of own requests.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../ix/ix.h"
#include "../../ix/trans.h"

static uint32_t lcg(uint32_t *x)
{
	return (*x = *x * 1664525 + 1013904223) >> 8;
}

/* ---- timers ---------------------------------------------------------------------------------- */

static void check_heap(const struct ix_timers *timers)
{
	for (uint32_t i = 1; i <= timers->n; i++) {
		assert_int_equal(timers->heap[i]->place, i);
		if (i > 1)
			assert_true(timers->heap[i / 2]->at <= timers->heap[i]->at);
	}
}

static void test_timers_at_random(void **state)
{
	enum { N = 64 };
	struct ix_timers timers = {0};
	struct ix_timer t[N] = {{0}};
	uint32_t random = 3;
	(void)state;
	assert_null(ix_timer_first(&timers));
	assert_true(ix_timers_reserve(&timers, N));
	for (unsigned round = 0; round < 5000; round++) {
		struct ix_timer *one = &t[lcg(&random) % N];
		if (lcg(&random) % 3 == 0)
			ix_timer_del(&timers, one);
		else
			ix_timer_set(&timers, one, lcg(&random) % 100);
		check_heap(&timers);
		uint64_t least = UINT64_MAX;
		unsigned n = 0;
		for (unsigned i = 0; i < N; i++) {
			n += t[i].place != 0;
			if (t[i].place != 0 && t[i].at < least)
				least = t[i].at;
		}
		assert_int_equal(timers.n, n);
		const struct ix_timer *first = ix_timer_first(&timers);
		assert_true((first != NULL ? first->at : UINT64_MAX) == least);
	}
	ix_timers_fini(&timers);
}

/* ---- requests of the peer's ------------------------------------------------------------------ */

static const struct ix_mid mgc = {.kind = IX_MID_DOMAIN, .name = {"mgc.test", 8}};

static struct ix_in *replied(struct ix_ins *ins, uint32_t tid, uint64_t expires)
{
	struct ix_in *in = ix_ins_add(ins, &mgc, tid);
	assert_non_null(in);
	ix_ins_reply(ins, in, "reply", 5, expires);
	return in;
}

static void test_mids_are_told_apart(void **state)
{
	static const struct ix_mid mids[] = {
		{.kind = IX_MID_IP4, .ip = {192, 0, 2, 1}},
		{.kind = IX_MID_IP4, .ip = {192, 0, 2, 1}, .port = 2944},
		{.kind = IX_MID_IP4, .ip = {192, 0, 2, 2}, .port = 2944},
		{.kind = IX_MID_IP6, .ip = {192, 0, 2, 1}, .port = 2944},
		{.kind = IX_MID_DOMAIN, .name = {"mgc.test", 8}},
		{.kind = IX_MID_DEVICE, .name = {"mgc.test", 8}},
		{.kind = IX_MID_DOMAIN, .name = {"mgc.tess", 8}},
	};
	enum { N = sizeof(mids) / sizeof(mids[0]) };
	struct ix_in *in[N];
	struct ix_ins ins;
	(void)state;
	assert_true(ix_ins_init(&ins, 100, 100000, 10, 1));
	for (unsigned i = 0; i < N; i++) {
		assert_null(ix_ins_find(&ins, &mids[i], 7));
		in[i] = ix_ins_add(&ins, &mids[i], 7);
		assert_non_null(in[i]);
	}
	for (unsigned i = 0; i < N; i++)
		assert_ptr_equal(ix_ins_find(&ins, &mids[i], 7), in[i]);
	assert_null(ix_ins_find(&ins, &mids[0], 8));
	ix_ins_fini(&ins);
}

static void test_entries_outlive_their_message(void **state)
{
	char name[] = "mgc.test";
	struct ix_mid mid = {.kind = IX_MID_DOMAIN, .name = {name, 8}};
	struct ix_ins ins;
	(void)state;
	assert_true(ix_ins_init(&ins, 10, 1000, 10, 1));
	ix_ins_add(&ins, &mid, 1);
	memset(name, 'x', 8);
	assert_non_null(ix_ins_find(&ins, &mgc, 1));
	ix_ins_fini(&ins);
}

static void test_expiry_in_order(void **state)
{
	struct ix_ins ins;
	(void)state;
	assert_true(ix_ins_init(&ins, 10, 1000, 10, 1));
	assert_true(ix_ins_deadline(&ins) == UINT64_MAX);
	replied(&ins, 1, 100);
	replied(&ins, 2, 200);
	ix_ins_add(&ins, &mgc, 3); // executes: never expires
	assert_int_equal(ix_ins_deadline(&ins), 100);
	ix_ins_ack(&ins, &mgc, 1, 1, 300);
	assert_int_equal(ix_ins_deadline(&ins), 200);
	ix_ins_expire(&ins, 200);
	assert_null(ix_ins_find(&ins, &mgc, 2));
	assert_int_equal(ix_ins_find(&ins, &mgc, 1)->state, IX_IN_ACKED);
	ix_ins_expire(&ins, 299);
	assert_non_null(ix_ins_find(&ins, &mgc, 1));
	ix_ins_expire(&ins, 300);
	assert_null(ix_ins_find(&ins, &mgc, 1));
	assert_int_equal(ins.count, 1);
	assert_int_equal(ins.bytes, 0);
	assert_true(ix_ins_deadline(&ins) == UINT64_MAX);
	ix_ins_fini(&ins);
}

static void test_ack_frees_bytes(void **state)
{
	struct ix_ins ins;
	(void)state;
	assert_true(ix_ins_init(&ins, 100, 1000, 10, 1));
	for (uint32_t tid = 1; tid <= 10; tid++)
		replied(&ins, tid, 100);
	assert_int_equal(ins.bytes, 50);
	ix_ins_ack(&ins, &mgc, 3, 5, 200);
	assert_int_equal(ins.bytes, 35);
	ix_ins_ack(&ins, &mgc, 9, 4000000000u, 200); // wider than the table
	assert_int_equal(ins.bytes, 25);
	ix_ins_ack(&ins, &mgc, 8, 7, 200); // nonsense
	assert_int_equal(ins.bytes, 25);
	const struct ix_mid other = {.kind = IX_MID_DEVICE, .name = {"mgc.test", 8}};
	ix_ins_ack(&ins, &other, 0, UINT32_MAX, 200);
	assert_int_equal(ins.bytes, 25);
	ix_ins_ack(&ins, &mgc, 0, UINT32_MAX, 200);
	assert_int_equal(ins.bytes, 0);
	assert_int_equal(ins.count, 10);
	ix_ins_fini(&ins);
}

static void test_executing_is_never_acknowledged(void **state)
{
	struct ix_ins ins;
	(void)state;
	assert_true(ix_ins_init(&ins, 10, 1000, 10, 1));
	struct ix_in *in = ix_ins_add(&ins, &mgc, 1);
	ix_ins_ack(&ins, &mgc, 1, 1, 200);
	ix_ins_ack(&ins, &mgc, 0, UINT32_MAX, 200);
	assert_int_equal(in->state, IX_IN_EXECUTING);
	ix_ins_expire(&ins, UINT64_MAX);
	assert_ptr_equal(ix_ins_find(&ins, &mgc, 1), in);
	ix_ins_fini(&ins);
}

static void test_bounds(void **state)
{
	struct ix_ins ins;
	(void)state;
	assert_true(ix_ins_init(&ins, 3, 1000, 10, 1));
	replied(&ins, 1, 100);
	replied(&ins, 2, 100);
	replied(&ins, 3, 100);
	assert_null(ix_ins_add(&ins, &mgc, 4));
	ix_ins_ack(&ins, &mgc, 2, 3, 200);
	assert_non_null(ix_ins_add(&ins, &mgc, 4));
	assert_null(ix_ins_find(&ins, &mgc, 2)); // the oldest acknowledged one
	assert_non_null(ix_ins_find(&ins, &mgc, 3));
	assert_int_equal(ins.count, 3);
	ix_ins_fini(&ins);
	// 25 bytes: two replies that may be as large as 10 each, a third has no room.
	assert_true(ix_ins_init(&ins, 100, 25, 10, 1));
	assert_non_null(ix_ins_add(&ins, &mgc, 1));
	assert_non_null(ix_ins_add(&ins, &mgc, 2));
	assert_null(ix_ins_add(&ins, &mgc, 3));
	ix_ins_reply(&ins, ix_ins_find(&ins, &mgc, 1), "reply", 5, 100);
	assert_non_null(ix_ins_add(&ins, &mgc, 3)); // 5 + 2 x 10
	assert_null(ix_ins_add(&ins, &mgc, 4));
	ix_ins_fini(&ins);
}

static void test_ranges_are_remembered_and_bounded(void **state)
{
	struct ix_ins ins;
	(void)state;
	assert_true(ix_ins_init(&ins, 10, 1000, 10, 1));
	assert_false(ix_ins_was_acked(&ins, &mgc, 0, 0));
	ix_ins_ack(&ins, &mgc, 10, 20, 100);
	assert_true(ix_ins_was_acked(&ins, &mgc, 10, 99));
	assert_true(ix_ins_was_acked(&ins, &mgc, 20, 99));
	assert_false(ix_ins_was_acked(&ins, &mgc, 9, 99));
	assert_false(ix_ins_was_acked(&ins, &mgc, 21, 99));
	assert_false(ix_ins_was_acked(&ins, &mgc, 10, 100));
	for (unsigned i = 0; i < IX_RANGES; i++)
		ix_ins_ack(&ins, &mgc, 1000 + i, 1000 + i, 100);
	assert_false(ix_ins_was_acked(&ins, &mgc, 10, 99)); // the oldest gave way
	assert_true(ix_ins_was_acked(&ins, &mgc, 1000, 99));
	ix_ins_fini(&ins);
}

/* Random operations against a plain array that says what must be known. */
static void test_store_at_random(void **state)
{
	enum { TIDS = 40, MAX = 25 };
	struct ix_ins ins;
	struct ix_in *live[TIDS] = {NULL};
	uint32_t random = 5;
	uint64_t now = 0;
	(void)state;
	assert_true(ix_ins_init(&ins, MAX, 100000, 10, 1));
	for (unsigned round = 0; round < 20000; round++, now++) {
		const uint32_t tid = lcg(&random) % TIDS;
		struct ix_in *in = ix_ins_find(&ins, &mgc, tid);
		switch (lcg(&random) % 4) {
		case 0:
			if (in == NULL)
				live[tid] = ix_ins_add(&ins, &mgc, tid);
			break;
		case 1:
			if (in != NULL && in->state == IX_IN_EXECUTING) {
				ix_ins_reply(&ins, in, "0123456789", 1 + tid % 10, now + 50);
				live[tid] = NULL;
			}
			break;
		case 2: ix_ins_ack(&ins, &mgc, tid, tid + lcg(&random) % 8, now + 50); break;
		default: ix_ins_expire(&ins, now); break;
		}
		unsigned executing = 0;
		for (unsigned i = 0; i < TIDS; i++) {
			executing += live[i] != NULL;
			if (live[i] != NULL)
				assert_ptr_equal(ix_ins_find(&ins, &mgc, i), live[i]);
		}
		size_t bytes = 0;
		unsigned stored = 0;
		for (const struct ix_in *i = ins.replied.head; i != NULL; i = i->next, stored++)
			bytes += i->len;
		for (const struct ix_in *i = ins.acked.head; i != NULL; i = i->next)
			stored++;
		assert_int_equal(ins.executing, executing);
		assert_int_equal(ins.count, executing + stored);
		assert_int_equal(ins.bytes, bytes);
		assert_true(ins.count <= MAX);
	}
	ix_ins_fini(&ins);
}

/* ---- own requests ---------------------------------------------------------------------------- */

static void test_own_requests(void **state)
{
	struct ix_outs outs;
	(void)state;
	assert_true(ix_outs_init(&outs, 2));
	struct ix_out *a = ix_outs_add(&outs, 1, "abc", 3);
	struct ix_out *b = ix_outs_add(&outs, 17, "de", 2); // same bucket of 16
	assert_non_null(a);
	assert_non_null(b);
	assert_null(ix_outs_add(&outs, 2, "f", 1));
	assert_memory_equal(a->bytes, "abc", 3);
	assert_ptr_equal(ix_outs_find(&outs, 1), a);
	assert_ptr_equal(ix_outs_find(&outs, 17), b);
	assert_null(ix_outs_find(&outs, 33));
	ix_outs_del(&outs, a);
	free(a);
	assert_null(ix_outs_find(&outs, 1));
	assert_ptr_equal(ix_outs_find(&outs, 17), b);
	assert_non_null(ix_outs_add(&outs, 2, "f", 1));
	ix_outs_fini(&outs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timers_at_random),
		cmocka_unit_test(test_mids_are_told_apart),
		cmocka_unit_test(test_entries_outlive_their_message),
		cmocka_unit_test(test_expiry_in_order),
		cmocka_unit_test(test_ack_frees_bytes),
		cmocka_unit_test(test_executing_is_never_acknowledged),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_ranges_are_remembered_and_bounded),
		cmocka_unit_test(test_store_at_random),
		cmocka_unit_test(test_own_requests),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
