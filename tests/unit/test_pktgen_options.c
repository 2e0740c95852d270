// Command line of the endpoints: defaults, and what is refused.
#include "../../pktgen/options.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BASE "--role offer --sdp d --local 192.0.2.1 "
#define KEY  "00112233445566778899aabbccddeeff"

// Splits a line into words and parses it. The words must outlive o.
static int parse(struct pg_options *o, enum pg_app app, const char *line)
{
	static char words[512];
	char *argv[32] = {(char *)"test"}, *save;
	int argc = 1;

	snprintf(words, sizeof(words), "%s", line);
	for (char *w = strtok_r(words, " ", &save); w && argc < 31; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	return pg_options_parse(o, app, argc, argv);
}

static void defaults(void **state)
{
	struct pg_options o;

	assert_int_equal(parse(&o, PG_MSRP, BASE), -1);
	assert_true(o.offerer);
	assert_string_equal(o.dir, "d");
	assert_int_equal(o.local.ss_family, AF_INET);
	assert_int_equal(((struct sockaddr_in *)&o.local)->sin_port, 0);
	assert_int_equal(o.setup, PG_ACTPASS);
	assert_int_equal(o.security, PG_TLS13);
	assert_int_equal(o.timeout_s, 60);
	assert_false(o.udp);
	assert_int_equal(parse(&o, PG_BFCP, BASE), -1);
	assert_int_equal(o.security, PG_TLS12);
	assert_int_equal(parse(&o, PG_BFCP, BASE "--udp"), -1);
	assert_int_equal(o.security, PG_DTLS12);
	assert_int_equal(parse(&o, PG_BFCP, BASE "--tls dtls1.2"), -1);
	assert_true(o.udp);
	assert_int_equal(parse(&o, PG_T38, BASE), -1);
	assert_int_equal(o.security, PG_DTLS12);
	assert_true(o.udp);
	assert_int_equal(parse(&o, PG_T38, "--role answer --sdp d --local ::1 --port 5004"), -1);
	assert_int_equal(o.setup, PG_SETUP_NONE);
	assert_int_equal(o.local.ss_family, AF_INET6);
	assert_int_equal(ntohs(((struct sockaddr_in6 *)&o.local)->sin6_port), 5004);
}

static void keys(void **state)
{
	struct pg_options o;

	assert_int_equal(parse(&o, PG_MSRP, BASE "--tls 1.2 --psk a:b@c:" KEY), -1);
	assert_string_equal(o.psk_id, "a:b@c");
	assert_int_equal(o.psk_len, 16);
	assert_int_equal(o.psk[1], 0x11);
	assert_int_equal(o.psk[15], 0xff);
}

static void refuses(void **state)
{
	static const struct {
		enum pg_app app;
		const char *line;
	} cases[] = {
		{PG_MSRP, ""},
		{PG_MSRP, "--role offer --sdp d"},
		{PG_MSRP, "--role offer --local ::1"},
		{PG_MSRP, "--sdp d --local ::1"},
		{PG_MSRP, "--role both --sdp d --local ::1"},
		{PG_MSRP, "--role offer --sdp d --local localhost"},
		{PG_MSRP, BASE "--port 65536"},
		{PG_MSRP, BASE "--port -1"},
		{PG_MSRP, BASE "--port 1x"},
		{PG_MSRP, BASE "--setup holdconn"},
		{PG_MSRP, "--role answer --sdp d --local ::1 --setup actpass"},
		{PG_MSRP, BASE "--tls 1.1"},
		{PG_MSRP, BASE "--tls dtls1.2"},
		{PG_MSRP, BASE "--udp"},
		{PG_BFCP, BASE "--udp --tls 1.2"},
		{PG_T38, BASE "--tls 1.3"},
		{PG_T38, BASE "--psk a:" KEY},
		{PG_MSRP, BASE "--tls none --psk a:" KEY},
		{PG_MSRP, BASE "--psk :" KEY},
		{PG_MSRP, BASE "--psk a:00"},
		{PG_MSRP, BASE "--psk a:" KEY "0"},
		{PG_MSRP, BASE "--psk a:" KEY "0g"},
		{PG_BFCP, BASE "--file x"},
		{PG_T38, BASE "--size 5"},
		{PG_MSRP, BASE "--chunk 0"},
		{PG_MSRP, BASE "--chunk 65537"},
		{PG_MSRP, BASE "--timeout 0"},
		{PG_MSRP, BASE "--unknown"},
		{PG_MSRP, BASE "word"},
	};
	struct pg_options o;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (parse(&o, cases[i].app, cases[i].line) != 2)
			fail_msg("accepted: %s", cases[i].line);
}

static void setup_names(void **state)
{
	assert_string_equal(pg_setup_name(PG_ACTPASS), "actpass");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(keys),
		cmocka_unit_test(refuses),
		cmocka_unit_test(setup_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
