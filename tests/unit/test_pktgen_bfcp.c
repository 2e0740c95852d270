// BFCP: golden messages, both ways, and what must be refused.
// Spec: RFC 8855 5.1 to 5.3
#include "../../pktgen/bfcp.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// Every message is for conference 4321 (0x10e1), transaction 7, user 1234 (0x04d2).
#define IDS 0x00, 0x00, 0x10, 0xe1, 0x00, 0x07, 0x04, 0xd2

static const uint8_t hello[] = {
	/*  0                   1                   2                   3
	 *  Ver R F Res    Primitive       Payload Length (4-octet units)       */
	0x20, 11, 0x00, 0x00, IDS,
};

static const uint8_t floor_request[] = {
	0x20,
	1,
	0x00,
	0x01, // version 1, FloorRequest, one word of attributes
	IDS,
	/* type 2, M | length |  floor id      */
	2 << 1 | 1,
	4,
	0x00,
	0x01,
};

static const uint8_t floor_release[] = {
	0x20,
	2,
	0x00,
	0x01, // FloorRelease
	IDS,
	/* type 3, M | length | request id     */
	3 << 1 | 1,
	4,
	0x00,
	0x11,
};

static const uint8_t floor_request_status[] = {
	0x20,
	4,
	0x00,
	0x04, // FloorRequestStatus, four words
	IDS,
	/* FLOOR-REQUEST-INFORMATION: 16 bytes, request 17 */
	15 << 1 | 1,
	16,
	0x00,
	0x11,
	/*   OVERALL-REQUEST-STATUS: 8 bytes, request 17   */
	18 << 1 | 1,
	8,
	0x00,
	0x11,
	/*     REQUEST-STATUS: Accepted, place 1 in queue  */
	5 << 1 | 1,
	4,
	2,
	1,
	/*   FLOOR-REQUEST-STATUS: floor 1                 */
	17 << 1 | 1,
	4,
	0x00,
	0x01,
};

static const uint8_t status_ack_v2[] = {
	0x50, 14, 0x00, 0x00, // version 2, R set: an answer
	IDS,
};

static const uint8_t error[] = {
	0x20,
	13,
	0x00,
	0x01, // Error
	IDS,
	/* ERROR-CODE: length 3, Invalid Floor ID, one byte of padding */
	6 << 1 | 1,
	3,
	6,
	0,
};

static const struct {
	const char *name;
	const uint8_t *bytes;
	size_t len;
	struct pg_bfcp_msg msg;
} golden[] = {
#define CASE(bytes, ...)                                                                           \
	{                                                                                          \
#bytes, bytes, sizeof(bytes),                                                      \
		{                                                                                  \
			.conference = 4321, .transaction = 7, .user = 1234, __VA_ARGS__            \
		}                                                                                  \
	}
	CASE(hello, .version = 1, .primitive = PG_BFCP_HELLO),
	CASE(floor_request, .version = 1, .primitive = PG_BFCP_FLOOR_REQUEST, .floor = 1),
	CASE(floor_release, .version = 1, .primitive = PG_BFCP_FLOOR_RELEASE, .request = 17),
	CASE(floor_request_status, .version = 1, .primitive = PG_BFCP_FLOOR_REQUEST_STATUS,
	     .floor = 1, .request = 17, .status = PG_BFCP_ACCEPTED, .queue = 1),
	CASE(status_ack_v2, .version = 2, .responder = true,
	     .primitive = PG_BFCP_FLOOR_REQUEST_STATUS_ACK),
	CASE(error, .version = 1, .primitive = PG_BFCP_ERROR, .error = PG_BFCP_NO_FLOOR),
#undef CASE
};

static void both_ways(void **state)
{
	for (size_t i = 0; i < sizeof(golden) / sizeof(*golden); i++) {
		uint8_t buf[PG_BFCP_MAX];
		struct pg_bfcp_msg m;
		size_t n = pg_bfcp_encode(buf, sizeof(buf), &golden[i].msg);

		if (n != golden[i].len || memcmp(buf, golden[i].bytes, n))
			fail_msg("%s encodes differently", golden[i].name);
		assert_int_equal(pg_bfcp_decode(golden[i].bytes, n, &m), PG_BFCP_OK);
		assert_int_equal(m.version, golden[i].msg.version);
		assert_int_equal(m.responder, golden[i].msg.responder);
		assert_int_equal(m.primitive, golden[i].msg.primitive);
		assert_int_equal(m.conference, 4321);
		assert_int_equal(m.transaction, 7);
		assert_int_equal(m.user, 1234);
		assert_int_equal(m.floor, golden[i].msg.floor);
		assert_int_equal(m.request, golden[i].msg.request);
		assert_int_equal(m.status, golden[i].msg.status);
		assert_int_equal(m.queue, golden[i].msg.queue);
		assert_int_equal(m.error, golden[i].msg.error);
		for (size_t room = 0; room < n; room++)
			assert_int_equal(pg_bfcp_encode(buf, room, &golden[i].msg), 0);
	}
}

static void hello_ack_lists_what_we_know(void **state)
{
	uint8_t buf[PG_BFCP_MAX];
	struct pg_bfcp_msg m = {.version = 2, .responder = true, .primitive = PG_BFCP_HELLO_ACK},
			   in;
	size_t n = pg_bfcp_encode(buf, sizeof(buf), &m);

	assert_int_equal(n % 4, 0);
	assert_int_equal(buf[0], 0x50);
	assert_int_equal(buf[12], 11 << 1 | 1); // SUPPORTED-PRIMITIVES
	assert_int_equal(buf[13], 2 + 9);
	assert_int_equal(buf[14], PG_BFCP_FLOOR_REQUEST);
	assert_int_equal(buf[24], 10 << 1 | 1); // SUPPORTED-ATTRIBUTES, after a byte of padding
	assert_int_equal(buf[25], 2 + 18);
	assert_int_equal(buf[26], 1 << 1);
	assert_int_equal(pg_bfcp_decode(buf, n, &in), PG_BFCP_OK);
}

static void responder_bit_is_of_version_2(void **state)
{
	uint8_t buf[PG_BFCP_MAX];
	struct pg_bfcp_msg m = {.version = 1, .responder = true, .primitive = PG_BFCP_HELLO_ACK};

	pg_bfcp_encode(buf, sizeof(buf), &m);
	assert_int_equal(buf[0], 0x20);
}

#define ATTRIBUTES(primitive, words) 0x20, primitive, 0x00, words, IDS

static void refuses(void **state)
{
	static const uint8_t version3[] = {0x60, 11, 0, 0, IDS};
	static const uint8_t fragment[] = {0x48, 11, 0, 0, IDS};
	static const uint8_t unknown_primitive[] = {0x20, 99, 0, 0, IDS};
	static const uint8_t missing_payload[] = {0x20, 11, 0, 1, IDS};
	static const uint8_t trailing[] = {0x20, 11, 0, 0, IDS, 0, 0, 0, 0};
	static const uint8_t length0[] = {ATTRIBUTES(1, 1), 2 << 1 | 1, 0, 0, 1};
	static const uint8_t length1[] = {ATTRIBUTES(1, 1), 2 << 1 | 1, 1, 0, 1};
	static const uint8_t too_long[] = {ATTRIBUTES(1, 1), 2 << 1 | 1, 5, 0, 1};
	static const uint8_t short_floor[] = {ATTRIBUTES(1, 1), 2 << 1 | 1, 3, 0, 1};
	static const uint8_t mandatory[] = {ATTRIBUTES(1, 1), 99 << 1 | 1, 4, 0, 1};
	static const uint8_t group_short[] = {ATTRIBUTES(4, 1), 15 << 1 | 1, 2, 0, 0};
	static const uint8_t empty_error[] = {ATTRIBUTES(13, 1), 6 << 1 | 1, 2, 0, 0};
	static const uint8_t deep[] = {
		ATTRIBUTES(4, 5),
		15 << 1 | 1,
		20,
		0,
		1,
		15 << 1 | 1,
		16,
		0,
		1,
		15 << 1 | 1,
		12,
		0,
		1,
		15 << 1 | 1,
		8,
		0,
		1,
		15 << 1 | 1,
		4,
		0,
		1,
	};
	static const struct {
		const char *name;
		const uint8_t *bytes;
		size_t len;
		enum pg_bfcp_error want;
	} cases[] = {
#define CASE(bytes, want) {#bytes, bytes, sizeof(bytes), want}
		CASE(version3, PG_BFCP_VERSION),
		CASE(fragment, PG_BFCP_GENERIC),
		CASE(unknown_primitive, PG_BFCP_UNKNOWN_PRIMITIVE),
		CASE(missing_payload, PG_BFCP_LENGTH),
		CASE(trailing, PG_BFCP_LENGTH),
		CASE(length0, PG_BFCP_UNPARSABLE),
		CASE(length1, PG_BFCP_UNPARSABLE),
		CASE(too_long, PG_BFCP_UNPARSABLE),
		CASE(short_floor, PG_BFCP_UNPARSABLE),
		CASE(mandatory, PG_BFCP_UNKNOWN_MANDATORY),
		CASE(group_short, PG_BFCP_UNPARSABLE),
		CASE(empty_error, PG_BFCP_UNPARSABLE),
		CASE(deep, PG_BFCP_UNPARSABLE),
#undef CASE
	};
	struct pg_bfcp_msg m;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (pg_bfcp_decode(cases[i].bytes, cases[i].len, &m) != cases[i].want)
			fail_msg("%s", cases[i].name);
	for (size_t len = 0; len < sizeof(floor_request_status); len++)
		assert_int_equal(pg_bfcp_decode(floor_request_status, len, &m), PG_BFCP_LENGTH);
}

static void skips_what_is_optional(void **state)
{
	static const uint8_t bytes[] = {
		ATTRIBUTES(1, 3), 99 << 1, 3,    0xff, 0, // unknown, not mandatory, padded
		4 << 1 | 1,       4,       0x40, 0,       // PRIORITY: known, not used here
		2 << 1 | 1,       4,       0x00, 0x05,    // FLOOR-ID
	};
	struct pg_bfcp_msg m;

	assert_int_equal(pg_bfcp_decode(bytes, sizeof(bytes), &m), PG_BFCP_OK);
	assert_int_equal(m.floor, 5);
}

static void frames(void **state)
{
	static const uint8_t endless[] = {0x20, 1, 0xff, 0xff};
	static const uint8_t tls[] = {0x16, 0x03, 0x01};

	for (size_t len = 0; len < sizeof(floor_request_status); len++)
		assert_int_equal(pg_bfcp_frame(floor_request_status, len), 0);
	assert_int_equal(pg_bfcp_frame(floor_request_status, sizeof(floor_request_status)), 28);
	assert_int_equal(pg_bfcp_frame(endless, sizeof(endless)), -EMSGSIZE);
	assert_int_equal(pg_bfcp_frame(tls, sizeof(tls)), -EPROTO);
}

static void names(void **state)
{
	assert_string_equal(pg_bfcp_primitive_name(PG_BFCP_HELLO_ACK), "HelloAck");
	assert_string_equal(pg_bfcp_primitive_name(0), "?");
	assert_string_equal(pg_bfcp_primitive_name(200), "?");
	assert_string_equal(pg_bfcp_status_name(PG_BFCP_GRANTED), "Granted");
	assert_string_equal(pg_bfcp_status_name(8), "?");
	assert_string_equal(pg_bfcp_error_name(PG_BFCP_NO_FLOOR), "Invalid Floor ID");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways),
		cmocka_unit_test(hello_ack_lists_what_we_know),
		cmocka_unit_test(responder_bit_is_of_version_2),
		cmocka_unit_test(refuses),
		cmocka_unit_test(skips_what_is_optional),
		cmocka_unit_test(frames),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
