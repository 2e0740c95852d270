// UDPTL: bytes, recovery from loss, strict lengths.
// Spec: ITU-T T.38 9.1 and Annex A
#include "../../pktgen/udptl.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// What was delivered, as text: "0:a 1:bb ".
struct heard {
	char text[4096];
	size_t len;
};

static void hear(void *arg, const uint8_t *ifp, size_t len, uint16_t seq)
{
	struct heard *h = arg;

	h->len += (size_t)snprintf(h->text + h->len, sizeof(h->text) - h->len, "%u:%.*s ", seq,
				   (int)(len > 8 ? 8 : len), ifp);
}

static size_t build(struct pg_udptl_tx *tx, const char *ifp, uint8_t *buf)
{
	size_t n = pg_udptl_build(tx, (const uint8_t *)ifp, strlen(ifp), buf, PG_UDPTL_MAX);

	assert_true(n > 0);
	return n;
}

static void golden(void **state)
{
	static const uint8_t first[] = {
		0x00, 0x00,      // sequence number 0
		2,    'a',  'a', // primary
		0x00, 0,         // recovery by secondaries: none yet
	};
	static const uint8_t second[] = {
		0x00, 0x01,      // sequence number 1
		1,    'b',       // primary
		0x00, 1,         // one secondary:
		2,    'a',  'a', // packet 0
	};
	static const uint8_t fifth[] = {
		0x00, 0x04, 1, 'e', 0x00, 3, // the last three, newest first
		1,    'd',  1, 'c', 1,    'b',
	};
	struct pg_udptl_tx tx = {0};
	uint8_t buf[PG_UDPTL_MAX];

	assert_int_equal(build(&tx, "aa", buf), sizeof(first));
	assert_memory_equal(buf, first, sizeof(first));
	assert_int_equal(build(&tx, "b", buf), sizeof(second));
	assert_memory_equal(buf, second, sizeof(second));
	build(&tx, "c", buf);
	build(&tx, "d", buf);
	assert_int_equal(build(&tx, "e", buf), sizeof(fifth));
	assert_memory_equal(buf, fifth, sizeof(fifth));
}

static void long_packets(void **state)
{
	static uint8_t ifp[PG_UDPTL_IFP_MAX + 1];
	struct pg_udptl_tx tx = {0};
	struct pg_udptl_rx rx = {0};
	struct heard h = {0};
	uint8_t buf[PG_UDPTL_MAX];

	memset(ifp, 'x', sizeof(ifp));
	assert_int_equal(pg_udptl_build(&tx, ifp, 0, buf, sizeof(buf)), 0);
	assert_int_equal(pg_udptl_build(&tx, ifp, sizeof(ifp), buf, sizeof(buf)), 0);
	assert_int_equal(pg_udptl_build(&tx, ifp, 200, buf, 205), 0);
	assert_int_equal(pg_udptl_build(&tx, ifp, 127, buf, sizeof(buf)), 2 + 1 + 127 + 2);
	assert_int_equal(buf[2], 127);
	// 128 needs a length of two bytes; of the past, what does not fit is left out.
	assert_int_equal(pg_udptl_build(&tx, ifp, 128, buf, 200), 2 + 2 + 128 + 2);
	assert_int_equal(buf[2], 0x80);
	assert_int_equal(buf[3], 128);
	assert_int_equal(buf[2 + 2 + 128 + 1], 0);
	assert_int_equal(pg_udptl_build(&tx, ifp, PG_UDPTL_IFP_MAX, buf, sizeof(buf)),
			 2 + 2 + PG_UDPTL_IFP_MAX + 2 + (2 + 128) + (1 + 127));
	assert_int_equal(
		pg_udptl_input(&rx, buf, 2 + 2 + PG_UDPTL_IFP_MAX + 2 + 130 + 128, hear, &h), 0);
	assert_string_equal(h.text, "0:xxxxxxxx 1:xxxxxxxx 2:xxxxxxxx ");
}

// Ten packets "a" to "j"; a '1' in the pattern lets one through.
static void lossy(const char *pattern, const char *want, unsigned recovered, unsigned lost)
{
	struct pg_udptl_tx tx = {0};
	struct pg_udptl_rx rx = {0};
	struct heard h = {0};
	uint8_t buf[PG_UDPTL_MAX];

	for (size_t i = 0; pattern[i]; i++) {
		size_t n = build(&tx, (char[]){(char)('a' + i), 0}, buf);

		if (pattern[i] == '1')
			assert_int_equal(pg_udptl_input(&rx, buf, n, hear, &h), 0);
	}
	if (strcmp(h.text, want))
		fail_msg("%s: \"%s\"", pattern, h.text);
	assert_int_equal(rx.recovered, recovered);
	assert_int_equal(rx.lost, lost);
}

static void recovers(void **state)
{
	lossy("1111", "0:a 1:b 2:c 3:d ", 0, 0);
	lossy("1011", "0:a 1:b 2:c 3:d ", 1, 0);
	lossy("10001", "0:a 1:b 2:c 3:d 4:e ", 3, 0);
	lossy("0001", "0:a 1:b 2:c 3:d ", 3, 0);
	lossy("100001", "0:a 2:c 3:d 4:e 5:f ", 3, 1);
	lossy("100000001", "0:a 5:f 6:g 7:h 8:i ", 3, 4);
}

static void repeats_and_disorder(void **state)
{
	struct pg_udptl_tx tx = {0};
	struct pg_udptl_rx rx = {0};
	struct heard h = {0};
	uint8_t buf[3][PG_UDPTL_MAX];
	size_t n[3];

	for (int i = 0; i < 3; i++)
		n[i] = build(&tx, (char[]){(char)('a' + i), 0}, buf[i]);
	pg_udptl_input(&rx, buf[0], n[0], hear, &h);
	pg_udptl_input(&rx, buf[0], n[0], hear, &h);
	pg_udptl_input(&rx, buf[2], n[2], hear, &h);
	pg_udptl_input(&rx, buf[1], n[1], hear, &h); // late: packet 2 has brought it
	assert_string_equal(h.text, "0:a 1:b 2:c ");
	assert_int_equal(rx.repeated, 2);
	assert_int_equal(rx.received, 4);
}

static void wraps(void **state)
{
	struct pg_udptl_tx tx = {.seq = 0xfffe};
	struct pg_udptl_rx rx = {.begun = true, .expected = 0xfffe};
	struct heard h = {0};
	uint8_t buf[PG_UDPTL_MAX];
	size_t n;

	for (int i = 0; i < 4; i++) {
		n = build(&tx, (char[]){(char)('a' + i), 0}, buf);
		if (i != 1 && i != 2) // 65535 and 0 are lost
			pg_udptl_input(&rx, buf, n, hear, &h);
	}
	assert_string_equal(h.text, "65534:a 65535:b 0:c 1:d ");
}

static void begins_anywhere(void **state)
{
	struct pg_udptl_tx tx = {.seq = 30000};
	struct pg_udptl_rx rx = {0};
	struct heard h = {0};
	uint8_t buf[PG_UDPTL_MAX];
	size_t n = build(&tx, "a", buf);

	pg_udptl_input(&rx, buf, n, hear, &h);
	n = build(&tx, "b", buf);
	pg_udptl_input(&rx, buf, n, hear, &h);
	assert_string_equal(h.text, "30000:a 30001:b ");
	assert_int_equal(rx.lost, 0);
}

static void strict_lengths(void **state)
{
	struct pg_udptl_tx tx = {0};
	struct pg_udptl_rx rx = {0};
	struct heard h = {0};
	uint8_t buf[PG_UDPTL_MAX];
	size_t n;

	build(&tx, "aaaa", buf);
	n = build(&tx, "bbb", buf);
	// Nothing shorter and nothing longer than the whole is a packet, and nothing is delivered.
	for (size_t len = 0; len < n; len++)
		assert_int_equal(pg_udptl_input(&rx, buf, len, hear, &h), -EPROTO);
	buf[n] = 0;
	assert_int_equal(pg_udptl_input(&rx, buf, n + 1, hear, &h), -EPROTO);
	assert_string_equal(h.text, "");
	assert_int_equal(rx.received, 0);
	assert_int_equal(pg_udptl_input(&rx, buf, n, hear, &h), 0);
	assert_string_equal(h.text, "0:aaaa 1:bbb ");
}

static void odd_forms(void **state)
{
	static const uint8_t fragmented_length[] = {0, 0, 0xc1, 'a', 0, 0};
	static const uint8_t many_secondaries[] = {0, 0, 1, 'a', 0, 65, 0};
	static const uint8_t empty_primary[] = {0, 0, 0, 0, 0};
	static const uint8_t empty_secondary[] = {0, 2, 1, 'c', 0, 2, 1, 'b', 0};
	static const uint8_t fec[] = {
		0,    0, 1,   'a',
		0x80,                   // recovery by FEC
		1,    2,                // npackets, an INTEGER of one byte
		2,    1, 'x', 1,   'y', // two blocks
	};
	struct pg_udptl_rx rx = {0};
	struct heard h = {0};

	assert_int_equal(
		pg_udptl_input(&rx, fragmented_length, sizeof(fragmented_length), hear, &h),
		-EPROTO);
	assert_int_equal(pg_udptl_input(&rx, many_secondaries, sizeof(many_secondaries), hear, &h),
			 -EPROTO);
	for (size_t len = 0; len < sizeof(fec); len++)
		assert_int_equal(pg_udptl_input(&rx, fec, len, hear, &h), -EPROTO);
	assert_int_equal(pg_udptl_input(&rx, fec, sizeof(fec), hear, &h), 0);
	assert_string_equal(h.text, "0:a ");
	// An empty secondary stands for a packet that is not repeated.
	rx = (struct pg_udptl_rx){0};
	h = (struct heard){0};
	assert_int_equal(pg_udptl_input(&rx, empty_secondary, sizeof(empty_secondary), hear, &h),
			 0);
	assert_string_equal(h.text, "1:b 2:c ");
	assert_int_equal(rx.lost, 1);
	// An empty primary is a keep-alive.
	rx = (struct pg_udptl_rx){0};
	h = (struct heard){0};
	assert_int_equal(pg_udptl_input(&rx, empty_primary, sizeof(empty_primary), hear, &h), 0);
	assert_string_equal(h.text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden),         cmocka_unit_test(long_packets),
		cmocka_unit_test(recovers),       cmocka_unit_test(repeats_and_disorder),
		cmocka_unit_test(wraps),          cmocka_unit_test(begins_anywhere),
		cmocka_unit_test(strict_lengths), cmocka_unit_test(odd_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
