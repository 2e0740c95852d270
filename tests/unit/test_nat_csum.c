// Checksums against a slow reference: every length and alignment, carries, differences.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "../../nat/csum.h"
#include "../../nat/wire.h"
#include "../golden/packet.h"

static uint32_t seed = 1;

static uint32_t any(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

/* 0 and 0xffff are one number in one's complement. */
static unsigned plain(uint32_t sum)
{
	return sum % 0xffff;
}

static void sum_is_that_of_the_reference(const uint8_t *p, size_t len, uint16_t start)
{
	uint16_t got = nat_csum_add(p, len, start);
	uint32_t want = slow_sum(p, len, nat_host16(start));

	assert_int_equal(plain(nat_host16(got)), plain(want));
	if (want != 0) // a sum of anything is never zero again
		assert_int_equal(nat_host16(got), want);
	else
		assert_int_equal(got, 0);
}

static void every_length_at_every_alignment(void **state)
{
	for (size_t len = 0; len <= 300; len++)
		for (size_t shift = 0; shift < 33; shift += len < 140 ? 1 : 5) {
			uint8_t *p = malloc(len + shift + 1);

			assert_non_null(p);
			for (size_t i = 0; i < len + shift; i++)
				p[i] = (uint8_t)any();
			sum_is_that_of_the_reference(p + shift, len, (uint16_t)any());
			free(p);
		}
}

static void large_and_full_of_carries(void **state)
{
	static const size_t lens[] = {511, 1023, 1460, 1500, 4096, 9000, 65534, 65535};

	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		uint8_t *p = malloc(lens[i]);

		assert_non_null(p);
		memset(p, 0xff, lens[i]);
		sum_is_that_of_the_reference(p, lens[i], 0xffff);
		memset(p, 0, lens[i]);
		sum_is_that_of_the_reference(p, lens[i], 0);
		sum_is_that_of_the_reference(p, lens[i], 1);
		for (size_t k = 0; k < lens[i]; k++)
			p[k] = (uint8_t)any();
		sum_is_that_of_the_reference(p, lens[i], 0);
		free(p);
	}
}

static void nothing_behind_the_end_counts(void **state)
{
	uint8_t p[80];

	for (size_t len = 0; len < 64; len++) {
		uint16_t a, b;

		for (size_t i = 0; i < sizeof(p); i++)
			p[i] = (uint8_t)any();
		a = nat_csum_add(p, len, 0);
		memset(p + len, 0xff, sizeof(p) - len);
		b = nat_csum_add(p, len, 0);
		assert_int_equal(a, b);
	}
}

static void parts_add_up(void **state)
{
	uint8_t p[256];

	for (unsigned round = 0; round < 500; round++) {
		size_t cut = any() % 128 * 2;

		for (size_t i = 0; i < sizeof(p); i++)
			p[i] = (uint8_t)any();
		assert_int_equal(
			plain(nat_csum_add(p + cut, sizeof(p) - cut, nat_csum_add(p, cut, 0))),
			plain(nat_csum_add(p, sizeof(p), 0)));
	}
}

static void a_difference_equals_a_new_sum(void **state)
{
	uint8_t p[64];

	for (unsigned round = 0; round < 20000; round++) {
		size_t at = any() % 31 * 2 + 2;
		uint16_t old, new, delta, csum;

		for (size_t i = 0; i < sizeof(p); i++)
			p[i] = (uint8_t)(any() % 4 ? any() : 0xff * (any() & 1));
		p[0] = 1; // as a pseudo-header, a packet is never all zero
		csum = (uint16_t)~nat_csum_add(p, sizeof(p), 0);
		memcpy(&old, p + at, 2);
		new = (uint16_t)(any() % 8 ? any() : 0xffff * (any() & 1));
		memcpy(p + at, &new, 2);
		delta = nat_csum_fold((uint32_t)(uint16_t)~old + new);
		assert_int_equal(nat_csum_apply(csum, delta),
				 (uint16_t)~nat_csum_add(p, sizeof(p), 0));
	}
}

static void fold_keeps_the_value(void **state)
{
	static const uint32_t cases[] = {0,          1,          0xffff,     0x10000,
					 0x1ffff,    0xfffeffff, 0xffff0000, 0xffffffff,
					 0x80008000, 0x12345678};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(plain(nat_csum_fold(cases[i])), plain(cases[i]));
		assert_int_equal(nat_csum_fold(cases[i]) == 0, cases[i] == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_length_at_every_alignment),
		cmocka_unit_test(large_and_full_of_carries),
		cmocka_unit_test(nothing_behind_the_end_counts),
		cmocka_unit_test(parts_add_up),
		cmocka_unit_test(a_difference_equals_a_new_sum),
		cmocka_unit_test(fold_keeps_the_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
