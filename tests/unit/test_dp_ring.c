// The one-writer one-reader queue (dataplane/ring.h): order, bound, and two real threads.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "../../dataplane/ring.h"

static struct dp_command_ring ring; // static: 32 KiB

static void full_and_empty(void **unused)
{
	struct dp_command c = {.conn = 0};

	assert_false(dp_command_ring_get(&ring, &c));
	for (uint32_t i = 0; i < DP_RING_SIZE; i++) {
		c.conn = i;
		assert_true(dp_command_ring_put(&ring, &c));
	}
	c.conn = 77;
	assert_false(dp_command_ring_put(&ring, &c));
	for (uint32_t i = 0; i < DP_RING_SIZE; i++) {
		assert_true(dp_command_ring_get(&ring, &c));
		assert_int_equal(c.conn, i);
	}
	assert_false(dp_command_ring_get(&ring, &c));
}

enum { MANY = 1000000 };

static void *writer(void *unused)
{
	for (uint32_t i = 0; i < MANY;) {
		struct dp_command c = {.conn = i, .gen = (uint16_t)(i * 7)};

		if (dp_command_ring_put(&ring, &c))
			i++;
		else
			sched_yield();
	}
	return NULL;
}

static void nothing_is_lost_between_threads(void **unused)
{
	pthread_t t;
	struct dp_command c;

	assert_int_equal(pthread_create(&t, NULL, writer, NULL), 0);
	for (uint32_t i = 0; i < MANY;) {
		if (!dp_command_ring_get(&ring, &c)) {
			sched_yield();
			continue;
		}
		if (c.conn != i || c.gen != (uint16_t)(i * 7))
			fail_msg("entry %u reads %u, %u", i, c.conn, c.gen);
		i++;
	}
	pthread_join(t, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_and_empty),
		cmocka_unit_test(nothing_is_lost_between_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
