// Tests of ix/arena.c: limit, alignment, zeroes, growth, strings.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../../ix/msg.h"

static void hands_out_zeroed_aligned_memory(void **state)
{
	struct ix_arena *arena = ix_arena_new(100000);

	for (unsigned round = 0; round < 2; round++) {
		for (size_t size = 0; size < 300; size++) {
			unsigned char *p = ix_alloc(arena, size);

			assert_non_null(p);
			assert_int_equal((uintptr_t)p % 8, 0);
			for (size_t i = 0; i < size; i++)
				assert_int_equal(p[i], 0);
			memset(p, 0xff, size);
		}
		ix_arena_reset(arena);
	}
	ix_arena_free(arena);
}

static void keeps_its_limit(void **state)
{
	static const size_t limits[] = {0, 8, 100, 16384, 16385, 200000};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct ix_arena *arena = ix_arena_new(limits[i]);
		size_t got = 0;

		while (ix_alloc(arena, 8))
			got += 8;
		assert_int_equal(got, limits[i] / 8 * 8);
		assert_null(ix_alloc(arena, 1));
		ix_arena_reset(arena);
		assert_null(ix_alloc(arena, limits[i] + 1));
		assert_null(ix_alloc(arena, SIZE_MAX));
		assert_non_null(ix_alloc(arena, limits[i] / 8 * 8));
		ix_arena_free(arena);
	}
}

/* Parts larger than any block, and many blocks: all stay usable side by side. */
static void blocks_do_not_overlap(void **state)
{
	struct ix_arena *arena = ix_arena_new(1 << 20);
	unsigned char *part[40];

	for (unsigned i = 0; i < 40; i++) {
		part[i] = ix_alloc(arena, 1000u * i);
		assert_non_null(part[i]);
		memset(part[i], (int)i, 1000u * i);
	}
	for (unsigned i = 1; i < 40; i++) {
		assert_int_equal(part[i][0], i);
		assert_int_equal(part[i][1000u * i - 1], i);
	}
	ix_arena_free(arena);
	ix_arena_free(NULL);
}

static void copies_strings(void **state)
{
	struct ix_arena *arena = ix_arena_new(64);
	char text[] = "abc";
	struct ix_str s = ix_str_dup(arena, (struct ix_str){text, 3});

	text[0] = 'x';
	assert_int_equal(s.len, 3);
	assert_memory_equal(s.p, "abc", 3);
	assert_int_equal(ix_str_dup(arena, (struct ix_str){0}).len, 0);
	s = ix_str_fmt(arena, "%s-%u", "port", 20000u);
	assert_int_equal(s.len, 10);
	assert_memory_equal(s.p, "port-20000", 10);
	assert_null(ix_str_fmt(arena, "%100d", 1).p);
	assert_null(
		ix_str_dup(arena, (struct ix_str){"01234567890123456789012345678901234567890", 41})
			.p);
	ix_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_out_zeroed_aligned_memory),
		cmocka_unit_test(keeps_its_limit),
		cmocka_unit_test(blocks_do_not_overlap),
		cmocka_unit_test(copies_strings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
