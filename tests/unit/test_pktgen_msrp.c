// MSRP: reader, writer and byte ranges.
// Spec: RFC 4975 5.1, 7.1, 7.2, 9
#include "../../pktgen/msrp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEND_HEAD                                                                                  \
	"MSRP a786hjs2 SEND\r\n"                                                                   \
	"To-Path: msrps://b.example:9/bb;tcp msrps://c.example:9/cc;tcp\r\n"                       \
	"From-Path: msrps://a.example:9/aa;tcp\r\n"
#define SEND_TEXT                                                                                  \
	SEND_HEAD "Message-ID: 87652491\r\nByte-Range: 1-25/25\r\nContent-Type: "                  \
		  "text/plain\r\n\r\n"
#define RESPONSE_HEAD                                                                              \
	"To-Path: msrps://a.example:9/aa;tcp\r\nFrom-Path: msrps://b.example:9/bb;tcp\r\n"

// What a reader made of some bytes, as text: "HEAD BODY(hello) END($) ".
static void read_all(const char *bytes, size_t len, size_t step, char *told, size_t told_len)
{
	struct pg_msrp_reader *r = malloc(sizeof(*r));
	size_t fed = 0, at = 0, room, n;
	bool in_body = false;
	uint8_t *to;

	assert_non_null(r);
	pg_msrp_reader_init(r);
	*told = 0;
	for (;;) {
		enum pg_msrp_event event = pg_msrp_next(r);

		if (event == PG_MSRP_BODY) {
			// Where the body is cut does not matter.
			at += (size_t)snprintf(told + at, told_len - at, "%s%.*s",
					       in_body ? "" : "BODY(", (int)r->body_len, r->body);
			in_body = true;
			continue;
		}
		if (event == PG_MSRP_MORE && fed < len) {
			to = pg_msrp_room(r, &room);
			assert_true(room > 0);
			n = len - fed < step ? len - fed : step;
			n = n < room ? n : room;
			memcpy(to, bytes + fed, n);
			pg_msrp_fed(r, n);
			fed += n;
			continue;
		}
		if (in_body)
			at += (size_t)snprintf(told + at, told_len - at, ") ");
		in_body = false;
		if (event == PG_MSRP_MORE)
			break;
		if (event == PG_MSRP_BAD) {
			assert_non_null(r->error);
			assert_int_equal(pg_msrp_next(r), PG_MSRP_BAD); // and it stays bad
			snprintf(told + at, told_len - at, "BAD");
			break;
		}
		if (event == PG_MSRP_HEAD && r->head.request)
			at += (size_t)snprintf(told + at, told_len - at, "%s ", r->head.method);
		else if (event == PG_MSRP_HEAD)
			at += (size_t)snprintf(told + at, told_len - at, "%u ", r->head.status);
		else
			at += (size_t)snprintf(told + at, told_len - at, "END%c ", r->flag);
	}
	free(r);
}

static void reads(void **state)
{
	static const struct {
		const char *name, *bytes, *want;
	} cases[] = {
		{"a message", SEND_TEXT "Hey Bob, are you there?!\n\r\n-------a786hjs2$\r\n",
		 "SEND BODY(Hey Bob, are you there?!\n) END$ "},
		{"more to come", SEND_TEXT "x\r\n-------a786hjs2+\r\n", "SEND BODY(x) END+ "},
		{"given up", SEND_TEXT "x\r\n-------a786hjs2#\r\n", "SEND BODY(x) END# "},
		{"no body at all", SEND_HEAD "-------a786hjs2$\r\n", "SEND END$ "},
		{"empty body, with its CRLF", SEND_TEXT "\r\n-------a786hjs2$\r\n", "SEND END$ "},
		{"empty body, without", SEND_TEXT "-------a786hjs2$\r\n", "SEND END$ "},
		{"another transaction's end-line is body",
		 SEND_TEXT "a\r\n-------a786hjs3$\r\nb\r\n-------a786hjs2$\r\n",
		 "SEND BODY(a\r\n-------a786hjs3$\r\nb) END$ "},
		{"an end-line with a wrong flag is body",
		 SEND_TEXT "a\r\n-------a786hjs2!\r\nb\r\n-------a786hjs2$\r\n",
		 "SEND BODY(a\r\n-------a786hjs2!\r\nb) END$ "},
		{"an end-line without CRLF is body",
		 SEND_TEXT "a\r\n-------a786hjs2$ \r\n-------a786hjs2$\r\n",
		 "SEND BODY(a\r\n-------a786hjs2$ ) END$ "},
		{"dashes are body", SEND_TEXT "--------------\r\n-------\r\n-------a786hjs2$\r\n",
		 "SEND BODY(--------------\r\n-------) END$ "},
		{"cut inside the body", SEND_TEXT "0123456789012345678901234567890123456789",
		 "SEND BODY(012345678901234567890) "},
		{"cut inside the head", SEND_HEAD, ""},
		{"a response", "MSRP a786hjs2 200 OK\r\n" RESPONSE_HEAD "-------a786hjs2$\r\n",
		 "200 END$ "},
		{"a response without comment",
		 "MSRP a786hjs2 413\r\n" RESPONSE_HEAD "-------a786hjs2$\r\n", "413 END$ "},
		{"two in a row",
		 SEND_HEAD "-------a786hjs2$\r\nMSRP abcd 200 OK\r\n" RESPONSE_HEAD
			   "-------abcd$\r\n",
		 "SEND END$ 200 END$ "},
		{"not MSRP", "HTTP/1.1 200 OK\r\n", "BAD"},
		{"a TLS record", "\x16\x03\x01\x02\n", "BAD"},
		{"short transaction id", "MSRP abc SEND\r\n", "BAD"},
		{"long transaction id", "MSRP a23456789012345678901234567890123 SEND\r\n", "BAD"},
		{"odd transaction id", "MSRP ab/cd SEND\r\n", "BAD"},
		{"no method", "MSRP abcd \r\n", "BAD"},
		{"lower case method", "MSRP abcd send\r\n", "BAD"},
		{"method and more", "MSRP abcd SEND it\r\n", "BAD"},
		{"status below 100", "MSRP abcd 099 x\r\n", "BAD"},
		{"line feed alone", "MSRP abcd SEND\n", "BAD"},
		{"header without colon", SEND_HEAD "nonsense\r\n", "BAD"},
		{"no To-Path", "MSRP abcd SEND\r\nFrom-Path: msrp://a/b;tcp\r\n-------abcd$\r\n",
		 "BAD"},
		{"no From-Path", "MSRP abcd SEND\r\nTo-Path: msrp://a/b;tcp\r\n\r\n", "BAD"},
		{"bad Byte-Range", SEND_HEAD "Byte-Range: 0-1/2\r\n", "BAD"},
		{"bad Message-ID", SEND_HEAD "Message-ID: x y\r\n", "BAD"},
	};
	char told[512];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len = strlen(cases[i].bytes);

		// However the bytes arrive, the result is the same.
		for (size_t step = 1; step <= len; step = step < 16 ? step + 1 : step * 2) {
			read_all(cases[i].bytes, len, step, told, sizeof(told));
			if (strcmp(told, cases[i].want))
				fail_msg("%s, %zu at a time: \"%s\"", cases[i].name, step, told);
		}
		read_all(cases[i].bytes, len, len, told, sizeof(told));
		assert_string_equal(told, cases[i].want);
	}
}

static void head_fields(void **state)
{
	static const char bytes[] = SEND_TEXT;
	struct pg_msrp_reader r;
	size_t room;

	pg_msrp_reader_init(&r);
	memcpy(pg_msrp_room(&r, &room), bytes, sizeof(bytes) - 1);
	pg_msrp_fed(&r, sizeof(bytes) - 1);
	assert_int_equal(pg_msrp_next(&r), PG_MSRP_HEAD);
	assert_true(r.head.request);
	assert_string_equal(r.head.tid, "a786hjs2");
	assert_string_equal(r.head.to, "msrps://b.example:9/bb;tcp");
	assert_string_equal(r.head.from, "msrps://a.example:9/aa;tcp");
	assert_string_equal(r.head.message_id, "87652491");
	assert_string_equal(r.head.type, "text/plain");
	assert_int_equal(r.head.first, 1);
	assert_int_equal(r.head.total, 25);
}

static void limits(void **state)
{
	static char big[PG_MSRP_HEADERS_MAX * 8 + 4096];
	char told[64];
	size_t at;

	memset(big, 'a', sizeof(big));
	memcpy(big, "MSRP ", 5);
	read_all(big, sizeof(big), 100, told, sizeof(told));
	assert_string_equal(told, "BAD"); // a line without end
	at = (size_t)sprintf(big, "%s", SEND_HEAD);
	for (int i = 0; i <= PG_MSRP_HEADERS_MAX; i++)
		at += (size_t)sprintf(big + at, "X-%d: y\r\n", i);
	read_all(big, at, 100, told, sizeof(told));
	assert_string_equal(told, "BAD"); // headers without end
	at = (size_t)sprintf(big, "MSRP abcd SEND\r\nTo-Path: msrp://");
	memset(big + at, 'h', PG_MSRP_URI_MAX);
	strcpy(big + at + PG_MSRP_URI_MAX, "/x;tcp\r\n");
	read_all(big, strlen(big), 100, told, sizeof(told));
	assert_string_equal(told, "BAD"); // a URI without end
}

static void long_body(void **state)
{
	enum { BODY = 300000 };
	char *bytes = malloc(BODY + 1024), *told = malloc(BODY + 1024);
	size_t at = (size_t)sprintf(bytes, "%s", SEND_TEXT);

	memset(bytes + at, 'z', BODY);
	at += BODY;
	at += (size_t)sprintf(bytes + at, "\r\n-------a786hjs2$\r\n");
	read_all(bytes, at, 16384, told, BODY + 1024);
	assert_int_equal(strlen(told), strlen("SEND BODY() END$ ") + BODY);
	free(bytes);
	free(told);
}

static void writes(void **state)
{
	uint8_t buf[4096];
	struct pg_msrp_send s = {
		.tid = "tid1",
		.to = "msrp://b:9/b;tcp",
		.from = "msrp://a:9/a;tcp",
		.message_id = "mid1",
		.type = "text/plain",
		.first = 1,
		.total = 5,
		.body = "hello",
		.body_len = 5,
	};
	static const char whole[] = "MSRP tid1 SEND\r\n"
				    "To-Path: msrp://b:9/b;tcp\r\n"
				    "From-Path: msrp://a:9/a;tcp\r\n"
				    "Message-ID: mid1\r\n"
				    "Byte-Range: 1-5/5\r\n"
				    "Content-Type: text/plain\r\n"
				    "\r\n"
				    "hello\r\n"
				    "-------tid1$\r\n";
	static const char empty[] = "MSRP tid1 SEND\r\n"
				    "To-Path: msrp://b:9/b;tcp\r\n"
				    "From-Path: msrp://a:9/a;tcp\r\n"
				    "Message-ID: mid1\r\n"
				    "Byte-Range: 1-0/0\r\n"
				    "-------tid1$\r\n";
	static const char answer[] = "MSRP tid1 200 OK\r\n"
				     "To-Path: msrp://a:9/a;tcp\r\n"
				     "From-Path: msrp://b:9/b;tcp\r\n"
				     "-------tid1$\r\n";
	size_t n = pg_msrp_write_send(buf, sizeof(buf), &s);

	assert_int_equal(n, sizeof(whole) - 1);
	assert_memory_equal(buf, whole, n);
	for (size_t room = 0; room < n; room++)
		assert_int_equal(pg_msrp_write_send(buf, room, &s), 0);

	s.total = 6; // one byte is still to come
	n = pg_msrp_write_send(buf, sizeof(buf), &s);
	assert_memory_equal(buf + n - 3, "+\r\n", 3);

	s.body_len = 0;
	s.total = 0;
	n = pg_msrp_write_send(buf, sizeof(buf), &s);
	assert_int_equal(n, sizeof(empty) - 1);
	assert_memory_equal(buf, empty, n);

	n = pg_msrp_write_response(buf, sizeof(buf), "tid1", 200, "OK", "msrp://a:9/a;tcp",
				   "msrp://b:9/b;tcp");
	assert_int_equal(n, sizeof(answer) - 1);
	assert_memory_equal(buf, answer, n);
	assert_int_equal(pg_msrp_write_response(buf, n, "tid1", 200, "OK", "msrp://a:9/a;tcp",
						"msrp://b:9/b;tcp"),
			 0);
}

static void large_bodies_are_interruptible(void **state)
{
	static uint8_t body[2049], buf[4096];
	struct pg_msrp_send s = {
		.tid = "tid1",
		.to = "t",
		.from = "f",
		.message_id = "mid1",
		.type = "x/y",
		.first = 1,
		.total = 9999,
		.body = body,
	};
	size_t n;

	s.body_len = 2048;
	n = pg_msrp_write_send(buf, sizeof(buf), &s);
	assert_non_null(memmem(buf, n, "Byte-Range: 1-2048/9999", 23));
	s.body_len = 2049;
	n = pg_msrp_write_send(buf, sizeof(buf), &s);
	assert_non_null(memmem(buf, n, "Byte-Range: 1-*/9999", 20));
}

static void clashes(void **state)
{
	assert_true(pg_msrp_tid_clashes("tid1", "x-------tid1y", 13));
	assert_false(pg_msrp_tid_clashes("tid1", "x-------tid2y", 13));
	assert_false(pg_msrp_tid_clashes("tid1", "x-------tid1y", 11));
	assert_false(pg_msrp_tid_clashes("tid1", NULL, 0));
}

static void byte_ranges(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		uint64_t first, total;
	} cases[] = {
		{"1-25/25", true, 1, 25},
		{"1-*/*", true, 1, PG_MSRP_UNKNOWN},
		{"2049-*/5000000", true, 2049, 5000000},
		{"1-0/0", true, 1, 0},
		{"0-1/2", false},
		{"1-2", false},
		{"1/2", false},
		{"*-2/2", false},
		{"1-2/", false},
		{"1-2/3x", false},
		{"-1-2/3", false},
		{"1-2/9999999999999999999", false},
		{"", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t first = 0, total = 0;
		bool ok = pg_msrp_range_parse(cases[i].text, &first, &total);

		if (ok != cases[i].ok ||
		    (ok && (first != cases[i].first || total != cases[i].total)))
			fail_msg("\"%s\"", cases[i].text);
	}
}

static void ranges(void **state)
{
	struct pg_ranges r = {0};

	assert_true(pg_ranges_complete(&r, 0));
	assert_false(pg_ranges_complete(&r, 1));
	assert_true(pg_ranges_add(&r, 11, 20));
	assert_true(pg_ranges_add(&r, 31, 40));
	assert_int_equal(r.n, 2);
	assert_true(pg_ranges_add(&r, 1, 10)); // touches the first
	assert_int_equal(r.n, 2);
	assert_int_equal(r.list[0].first, 1);
	assert_int_equal(r.list[0].last, 20);
	assert_false(pg_ranges_complete(&r, 40));
	assert_true(pg_ranges_add(&r, 15, 35)); // bridges
	assert_int_equal(r.n, 1);
	assert_true(pg_ranges_complete(&r, 40));
	assert_false(pg_ranges_complete(&r, 39));
	assert_true(pg_ranges_add(&r, 5, 6)); // inside
	assert_true(pg_ranges_complete(&r, 40));
}

static void ranges_are_bounded(void **state)
{
	struct pg_ranges r = {0};

	for (uint64_t i = 0; i < PG_RANGES_MAX; i++)
		assert_true(pg_ranges_add(&r, 1 + 10 * (PG_RANGES_MAX - i),
					  2 + 10 * (PG_RANGES_MAX - i)));
	assert_false(pg_ranges_add(&r, 1, 1));
	assert_int_equal(r.n, PG_RANGES_MAX);
	assert_true(pg_ranges_add(&r, 13, 20)); // fills a gap: needs no room
	assert_int_equal(r.n, PG_RANGES_MAX - 1);
	assert_true(pg_ranges_add(&r, 1, 1));
	assert_int_equal(r.list[0].first, 1);
	assert_int_equal(r.list[1].first, 11);
	assert_int_equal(r.list[1].last, 22);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),   cmocka_unit_test(head_fields),
		cmocka_unit_test(limits),  cmocka_unit_test(long_body),
		cmocka_unit_test(writes),  cmocka_unit_test(large_bodies_are_interruptible),
		cmocka_unit_test(clashes), cmocka_unit_test(byte_ranges),
		cmocka_unit_test(ranges),  cmocka_unit_test(ranges_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
