// Tests of pktgen/ibcf_spec.c: the IBCF's command line, and the SDP that it asks for.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../pktgen/ibcf_spec.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void test_call(void **state)
{
	struct pg_ibcf_spec spec;
	char err[PG_IBCF_ERROR] = "";
	(void)state;
	assert_true(pg_ibcf_parse_call("msrp:/tmp/a b/c:access:core_1:4:6", &spec, err));
	assert_false(spec.pair);
	assert_string_equal(spec.name, "msrp");
	assert_string_equal(spec.dir, "/tmp/a b/c");
	assert_string_equal(spec.side[0].realm, "access");
	assert_string_equal(spec.side[1].realm, "core_1");
	assert_int_equal(spec.side[0].family, 4);
	assert_int_equal(spec.side[1].family, 6);
}

static void test_wrong_calls(void **state)
{
	static const struct {
		const char *text, *blames;
	} cases[] = {
		{"", "empty"},
		{"msrp", "1 fields"},
		{"msrp:/tmp:access:core:4", "5 fields"},
		{"msrp:/tmp:access:core:4:6:7", "7 fields"},
		{":/tmp:access:core:4:6", "NAME"},
		{"msrp::access:core:4:6", "DIR"},
		{"msrp:/tmp::core:4:6", "REALM_A"},
		{"msrp:/tmp:access:core.net:4:6", "core.net"},
		{"msrp:/tmp:access:core-1:4:6", "core-1"},
		{"msrp:/tmp:access:core:5:6", "FAMILY_A"},
		{"msrp:/tmp:access:core:4:", "FAMILY_B"},
		{"msrp:/tmp:access:core:4:64", "64"},
		{"a-name-that-is-far-too-long-for-anybody-to-read-in-a-column:/tmp:a:b:4:4",
		 "too long"},
	};
	(void)state;
	for (unsigned i = 0; i < COUNT(cases); i++) {
		struct pg_ibcf_spec spec;
		char err[PG_IBCF_ERROR] = "";
		assert_false(pg_ibcf_parse_call(cases[i].text, &spec, err));
		if (strstr(err, cases[i].blames) == NULL)
			fail_msg("%s: \"%s\" lacks \"%s\"", cases[i].text, err, cases[i].blames);
	}
}

static void test_pair(void **state)
{
	struct pg_ibcf_spec spec;
	char err[PG_IBCF_ERROR] = "";
	(void)state;
	assert_true(pg_ibcf_parse_pair("p1:access:4:core:6:TCP/TLS/MSRP:10.1.1.2:9:active:"
				       "[2001:db8::5]:7394:passive",
				       &spec, err));
	assert_true(spec.pair);
	assert_string_equal(spec.proto, "TCP/TLS/MSRP");
	assert_string_equal(spec.side[0].addr, "10.1.1.2");
	assert_int_equal(spec.side[0].port, 9);
	assert_int_equal(spec.side[0].setup, IX_SETUP_ACTIVE);
	assert_string_equal(spec.side[1].addr, "2001:db8::5");
	assert_int_equal(spec.side[1].port, 7394);
	assert_int_equal(spec.side[1].setup, IX_SETUP_PASSIVE);
}

static void test_wrong_pairs(void **state)
{
	static const struct {
		const char *text, *blames;
	} cases[] = {
		{"p:a:4:b:4:TCP:10.0.0.1:9:active:10.0.0.2:80", "11 fields"},
		{"p:a:4:b:6:TCP:10.0.0.1:9:active:2001:db8::5:80:passive", "fields"},
		{"p:a:4:b:4:SCTP:10.0.0.1:9:active:10.0.0.2:80:passive", "SCTP"},
		{"p:a:4:b:4:TCP:10.0.0.300:9:active:10.0.0.2:80:passive", "ADDR_A"},
		{"p:a:4:b:6:TCP:10.0.0.1:9:active:10.0.0.2:80:passive", "ADDR_B"},
		{"p:a:4:b:4:TCP:10.0.0.1:0:active:10.0.0.2:80:passive", "PORT_A"},
		{"p:a:4:b:4:TCP:10.0.0.1:x:active:10.0.0.2:80:passive", "PORT_A"},
		{"p:a:4:b:4:TCP:10.0.0.1:9:active:10.0.0.2:65536:passive", "PORT_B"},
		{"p:a:4:b:4:TCP:10.0.0.1:-9:active:10.0.0.2:1:passive", "PORT_A"},
		{"p:a:4:b:4:TCP:10.0.0.1:9:act:10.0.0.2:80:passive", "SETUP_A"},
		{"p:a:4:b:4:TCP:10.0.0.1:9:active:10.0.0.2:80:", "SETUP_B"},
	};
	(void)state;
	for (unsigned i = 0; i < COUNT(cases); i++) {
		struct pg_ibcf_spec spec;
		char err[PG_IBCF_ERROR] = "";
		assert_false(pg_ibcf_parse_pair(cases[i].text, &spec, err));
		if (strstr(err, cases[i].blames) == NULL)
			fail_msg("%s: \"%s\" lacks \"%s\"", cases[i].text, err, cases[i].blames);
	}
}

static void expect(struct ix_str got, const char *want)
{
	assert_non_null(got.p);
	if (got.len != strlen(want) || memcmp(got.p, want, got.len) != 0)
		fail_msg("got\n%.*s\nwanted\n%s", (int)got.len, got.p, want);
}

static void test_choose_and_rewrite(void **state)
{
	static const char offer[] = "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\n"
				    "c=IN IP4 10.0.0.1\r\nt=0 0\r\n"
				    "m=message 5000 TCP/TLS/MSRP *\r\na=setup:active\r\n";
	struct ix_arena *arena = ix_arena_new(65536);
	struct ix_error err = {0};
	(void)state;
	assert_non_null(arena);
	expect(pg_ibcf_choose(arena, ix_lit(offer), 4, &err),
	       "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 $\r\nt=0 0\r\n"
	       "m=message $ TCP/TLS/MSRP *\r\na=setup:active\r\n");
	expect(pg_ibcf_choose(arena, ix_lit(offer), 6, &err),
	       "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP6 $\r\nt=0 0\r\n"
	       "m=message $ TCP/TLS/MSRP *\r\na=setup:active\r\n");
	expect(pg_ibcf_rewrite(arena, ix_lit(offer), 6, "2001:db8::1", 20000, &err),
	       "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP6 2001:db8::1\r\nt=0 0\r\n"
	       "m=message 20000 TCP/TLS/MSRP *\r\na=setup:active\r\n");
	assert_int_equal(err.code, 0);
	assert_null(pg_ibcf_choose(arena, ix_lit("hello"), 4, &err).p);
	assert_int_not_equal(err.code, 0);
	err.code = 0;
	assert_null(
		pg_ibcf_choose(arena, ix_lit("v=0\nc=IN IP4 1.2.3.4\nm=audio 5 X/Y 0\n"), 4, &err)
			.p);
	assert_int_equal(err.code, IX_E_MEDIA_TYPE);
	ix_arena_free(arena);
}

static void test_sdp_without_memory(void **state)
{
	struct ix_arena *arena = ix_arena_new(16);
	struct ix_error err = {0};
	(void)state;
	assert_non_null(arena);
	assert_null(
		pg_ibcf_choose(arena, ix_lit("v=0\nc=IN IP4 1.2.3.4\nm=- 5 TCP -\n"), 4, &err).p);
	assert_int_equal(err.code, IX_E_RESOURCES);
	ix_arena_free(arena);
}

static void test_pair_sdp(void **state)
{
	static const struct {
		const char *pair, *remote_a, *local_a, *remote_b, *local_b;
	} cases[] = {
		{"p:a:4:b:6:TCP/TLS/MSRP:10.0.0.1:9:active:[2001:db8::5]:80:passive",
		 "v=0\r\nc=IN IP4 10.0.0.1\r\nm=message 9 TCP/TLS/MSRP *\r\na=setup:active\r\n",
		 "v=0\r\nc=IN IP4 $\r\nm=message $ TCP/TLS/MSRP *\r\na=setup:passive\r\n",
		 "v=0\r\nc=IN IP6 2001:db8::5\r\nm=message 80 TCP/TLS/MSRP *\r\na=setup:passive"
		 "\r\n",
		 "v=0\r\nc=IN IP6 $\r\nm=message $ TCP/TLS/MSRP *\r\na=setup:active\r\n"},
		{"p:a:4:b:4:UDP:10.0.0.1:5:none:10.0.0.2:6:none",
		 "v=0\r\nc=IN IP4 10.0.0.1\r\nm=- 5 UDP -\r\n",
		 "v=0\r\nc=IN IP4 $\r\nm=- $ UDP -\r\n",
		 "v=0\r\nc=IN IP4 10.0.0.2\r\nm=- 6 UDP -\r\n",
		 "v=0\r\nc=IN IP4 $\r\nm=- $ UDP -\r\n"},
		{"p:a:4:b:4:TCP/TLS/BFCP:10.0.0.1:5:actpass:10.0.0.2:6:actpass",
		 "v=0\r\nc=IN IP4 10.0.0.1\r\nm=application 5 TCP/TLS/BFCP "
		 "*\r\na=setup:actpass\r\n",
		 "v=0\r\nc=IN IP4 $\r\nm=application $ TCP/TLS/BFCP *\r\n",
		 "v=0\r\nc=IN IP4 10.0.0.2\r\nm=application 6 TCP/TLS/BFCP "
		 "*\r\na=setup:actpass\r\n",
		 "v=0\r\nc=IN IP4 $\r\nm=application $ TCP/TLS/BFCP *\r\n"},
		{"p:a:4:b:4:UDP/TLS/UDPTL:10.0.0.1:5:none:10.0.0.2:6:none",
		 "v=0\r\nc=IN IP4 10.0.0.1\r\nm=image 5 UDP/TLS/UDPTL t38\r\n",
		 "v=0\r\nc=IN IP4 $\r\nm=image $ UDP/TLS/UDPTL t38\r\n",
		 "v=0\r\nc=IN IP4 10.0.0.2\r\nm=image 6 UDP/TLS/UDPTL t38\r\n",
		 "v=0\r\nc=IN IP4 $\r\nm=image $ UDP/TLS/UDPTL t38\r\n"},
	};
	struct ix_arena *arena = ix_arena_new(65536);
	(void)state;
	assert_non_null(arena);
	for (unsigned i = 0; i < COUNT(cases); i++) {
		struct pg_ibcf_spec spec;
		char err[PG_IBCF_ERROR] = "";
		if (!pg_ibcf_parse_pair(cases[i].pair, &spec, err))
			fail_msg("%s: %s", cases[i].pair, err);
		expect(pg_ibcf_pair_remote(arena, &spec, 0), cases[i].remote_a);
		expect(pg_ibcf_pair_local(arena, &spec, 0), cases[i].local_a);
		expect(pg_ibcf_pair_remote(arena, &spec, 1), cases[i].remote_b);
		expect(pg_ibcf_pair_local(arena, &spec, 1), cases[i].local_b);
	}
	ix_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_call),
		cmocka_unit_test(test_wrong_calls),
		cmocka_unit_test(test_pair),
		cmocka_unit_test(test_wrong_pairs),
		cmocka_unit_test(test_choose_and_rewrite),
		cmocka_unit_test(test_sdp_without_memory),
		cmocka_unit_test(test_pair_sdp),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
