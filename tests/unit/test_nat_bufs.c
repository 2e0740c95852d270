// Buffers: none is given twice, small requests may use large ones, an empty pool says so.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../nat/bufs.h"

enum { SMALL = 5, LARGE = 3 };

static uint64_t mem[(SMALL * NAT_BUF_SMALL + LARGE * NAT_BUF_LARGE) / sizeof(uint64_t)];

static void test_all_of_them(void **state)
{
	struct nat_bufs b;
	nat_buf got[SMALL + LARGE];

	assert_int_equal(nat_bufs_room(SMALL, LARGE), sizeof(mem));
	nat_bufs_init(&b, mem, SMALL, LARGE);
	for (int turn = 0; turn < 3; turn++) {
		for (int i = 0; i < SMALL + LARGE; i++) {
			got[i] = nat_bufs_get(&b, 1); // small first, then the large ones
			assert_true(got[i] != 0);
			assert_int_equal(nat_bufs_size(got[i]),
					 i < SMALL ? NAT_BUF_SMALL : NAT_BUF_LARGE);
			memset(nat_bufs_at(&b, got[i]), i, nat_bufs_size(got[i]));
		}
		assert_int_equal(nat_bufs_get(&b, 1), 0);
		assert_int_equal(b.empty, turn + 1);
		for (int i = 0; i < SMALL + LARGE; i++) {
			const uint8_t *at = nat_bufs_at(&b, got[i]);

			assert_int_equal(at[0], i);
			assert_int_equal(at[nat_bufs_size(got[i]) - 1], i);
			assert_int_equal((uintptr_t)at % 8, 0);
		}
		for (int i = 0; i < SMALL + LARGE; i++)
			nat_bufs_put(&b, got[(i + turn) % (SMALL + LARGE)]);
		assert_int_equal(b.small.used, 0);
		assert_int_equal(b.large.used, 0);
		assert_int_equal(b.small.peak, SMALL);
		assert_int_equal(b.large.peak, LARGE);
	}
}

static void test_sizes(void **state)
{
	struct nat_bufs b;

	nat_bufs_init(&b, mem, SMALL, LARGE);
	assert_int_equal(nat_bufs_size(nat_bufs_get(&b, NAT_BUF_SMALL)), NAT_BUF_SMALL);
	assert_int_equal(nat_bufs_size(nat_bufs_get(&b, NAT_BUF_SMALL + 1)), NAT_BUF_LARGE);
	assert_int_equal(nat_bufs_size(nat_bufs_get(&b, NAT_BUF_LARGE)), NAT_BUF_LARGE);
	assert_int_equal(nat_bufs_get(&b, NAT_BUF_LARGE + 1), 0);
	assert_int_equal(nat_bufs_get(&b, UINT32_MAX), 0);
	nat_bufs_put(&b, 0); // none
	assert_int_equal(b.small.used, 1);
	assert_int_equal(b.large.used, 2);
}

static void test_no_memory(void **state)
{
	struct nat_bufs b;

	nat_bufs_init(&b, mem, 0, 0);
	assert_int_equal(nat_bufs_get(&b, 1), 0);
	assert_int_equal(b.empty, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_of_them),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
