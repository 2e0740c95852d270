// Pools of local ports: every port once, pairs even and odd, classes, rest.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "../../control/ports.h"

static void every_port_once(void **state)
{
	static const struct {
		uint16_t first, last;
		unsigned classes;
	} cases[] = {{20000, 20009, 1}, {20001, 20009, 1}, {20000, 20008, 1}, {20001, 20002, 1},
		     {1024, 65535, 1},  {20000, 20019, 4}, {65534, 65535, 1}, {20003, 20016, 3}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ctl_ports *p = ctl_ports_new(cases[i].first, cases[i].last,
						    cases[i].classes);
		static bool seen[65536];
		unsigned n = 0;
		int port;

		memset(seen, 0, sizeof(seen));
		for (; (port = ctl_ports_take(p, false, CTL_CLASS_ANY, 0)) >= 0; n++) {
			assert_in_range(port, cases[i].first, cases[i].last);
			assert_false(seen[port]);
			seen[port] = true;
		}
		assert_int_equal(port, -ENOSPC);
		assert_int_equal(n, cases[i].last - cases[i].first + 1u);
		assert_int_equal(ctl_ports_stats(p).used, n);
		ctl_ports_free(p);
	}
}

static void pairs(void **state)
{
	struct ctl_ports *p = ctl_ports_new(20001, 20008, 1);
	bool seen[65536] = {false};
	unsigned n = 0;
	int port;

	(void)state;
	/* 20002..20007 make three pairs; 20001 and 20008 are singles for ever. */
	for (; (port = ctl_ports_take(p, true, CTL_CLASS_ANY, 0)) >= 0; n++) {
		assert_int_equal(port & 1, 0);
		assert_in_range(port, 20002, 20006);
		assert_false(seen[port]);
		seen[port] = true;
	}
	assert_int_equal(n, 3);
	assert_in_range(ctl_ports_take(p, false, CTL_CLASS_ANY, 0), 20001, 20008);
	assert_in_range(ctl_ports_take(p, false, CTL_CLASS_ANY, 0), 20001, 20008);
	assert_int_equal(ctl_ports_take(p, false, CTL_CLASS_ANY, 0), -ENOSPC);
	ctl_ports_release(p, 20004, true, 0);
	assert_int_equal(ctl_ports_take(p, true, CTL_CLASS_ANY, CTL_PORT_REST_MS), 20004);
	ctl_ports_free(p);
}

/* A pair comes back only when both halves have. */
static void half_a_pair(void **state)
{
	struct ctl_ports *p = ctl_ports_new(20000, 20001, 1);

	(void)state;
	assert_int_equal(ctl_ports_take(p, false, CTL_CLASS_ANY, 0) / 2, 10000);
	assert_int_equal(ctl_ports_take(p, true, CTL_CLASS_ANY, 0), -ENOSPC);
	assert_int_equal(ctl_ports_take(p, false, CTL_CLASS_ANY, 0) / 2, 10000);
	ctl_ports_release(p, 20001, false, 0);
	assert_int_equal(ctl_ports_take(p, true, CTL_CLASS_ANY, CTL_PORT_REST_MS), -ENOSPC);
	ctl_ports_release(p, 20000, false, 0);
	assert_int_equal(ctl_ports_take(p, true, CTL_CLASS_ANY, CTL_PORT_REST_MS), 20000);
	ctl_ports_free(p);
}

static void rest(void **state)
{
	struct ctl_ports *p = ctl_ports_new(20000, 20001, 1);

	(void)state;
	assert_int_equal(ctl_ports_take(p, true, CTL_CLASS_ANY, 100), 20000);
	ctl_ports_release(p, 20000, true, 100);
	assert_int_equal(ctl_ports_stats(p).resting, 2);
	assert_int_equal(ctl_ports_take(p, true, CTL_CLASS_ANY, 100 + CTL_PORT_REST_MS - 1),
			 -ENOSPC);
	assert_int_equal(ctl_ports_take(p, true, CTL_CLASS_ANY, 100 + CTL_PORT_REST_MS), 20000);
	assert_int_equal(ctl_ports_stats(p).resting, 0);
	ctl_ports_free(p);
}

/* Releases that make no sense change nothing. */
static void wrong_releases(void **state)
{
	struct ctl_ports *p = ctl_ports_new(20000, 20003, 1);

	(void)state;
	ctl_ports_release(p, 20000, true, 0);
	ctl_ports_release(p, 1, false, 0);
	ctl_ports_release(p, 65535, true, 0);
	assert_int_equal(ctl_ports_stats(p).resting, 0);
	ctl_ports_take(p, true, CTL_CLASS_ANY, 0);
	ctl_ports_take(p, true, CTL_CLASS_ANY, 0);
	ctl_ports_release(p, 20000, true, 0);
	ctl_ports_release(p, 20000, true, 0);
	assert_int_equal(ctl_ports_stats(p).resting, 2);
	assert_int_equal(ctl_ports_take(p, true, CTL_CLASS_ANY, 9999), 20000);
	assert_int_equal(ctl_ports_take(p, true, CTL_CLASS_ANY, 9999), -ENOSPC);
	ctl_ports_free(p);
}

/* Both ends of a stream come from one class; a full class is full though others have room. */
static void classes(void **state)
{
	struct ctl_ports *p = ctl_ports_new(20000, 20015, 4); // two pairs per class
	int first = ctl_ports_take(p, true, CTL_CLASS_ANY, 0), second, third;

	(void)state;
	second = ctl_ports_take(p, true, ctl_ports_class(p, (uint16_t)first), 0);
	assert_int_equal(ctl_ports_class(p, (uint16_t)second), ctl_ports_class(p, (uint16_t)first));
	assert_int_equal((second >> 1) % 4, (first >> 1) % 4);
	assert_int_equal(ctl_ports_take(p, true, ctl_ports_class(p, (uint16_t)first), 0), -ENOSPC);
	third = ctl_ports_take(p, true, CTL_CLASS_ANY, 0);
	assert_int_not_equal(ctl_ports_class(p, (uint16_t)third),
			     ctl_ports_class(p, (uint16_t)first));
	ctl_ports_free(p);
}

/* The draw is no sequence: over 64 pools the first port is not always the same. */
static void random_draw(void **state)
{
	unsigned differ = 0;
	int before = -1;

	(void)state;
	for (unsigned i = 0; i < 64; i++) {
		struct ctl_ports *p = ctl_ports_new(20000, 29999, 1);
		int port = ctl_ports_take(p, false, CTL_CLASS_ANY, 0);

		differ += port != before;
		before = port;
		ctl_ports_free(p);
	}
	assert_true(differ > 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_port_once), cmocka_unit_test(pairs),
		cmocka_unit_test(half_a_pair),     cmocka_unit_test(rest),
		cmocka_unit_test(wrong_releases),  cmocka_unit_test(classes),
		cmocka_unit_test(random_draw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
