// Table of calls of the proof: good reports pass, and each thing that can be wrong in them is
// found.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../pktgen/proof.h"

static const char end_a[] =
	"{\"app\":\"msrp\",\"ok\":true,\"error\":\"\",\"tls\":\"TLSv1.3\",\"sha256\":\"ab\","
	"\"own_fingerprint\":\"F1\",\"peer_fingerprint\":\"F2\",\"fingerprint_ok\":true,"
	"\"identical\":null,\"local\":\"192.0.2.1:1000\"}";
static const char end_b[] =
	"{\"app\":\"msrp\",\"ok\":true,\"error\":\"\",\"tls\":\"TLSv1.3\",\"sha256\":\"ab\","
	"\"own_fingerprint\":\"F2\",\"peer_fingerprint\":\"F1\",\"fingerprint_ok\":true,"
	"\"identical\":true,\"local\":\"192.0.2.2:2000\"}";
static const char ibcf[] =
	"{\"ok\":true,\"error\":\"\",\"events\":[{\"event\":\"g/cause\"},{\"event\":\"g/cause\"}],"
	"\"terminations\":[{\"statistics\":{\"nt/or\":100}},{\"statistics\":{\"nt/or\":50}}]}";

// A capture with one DTLS stream between the two ends, a record each way.
static struct pg_streams *capture(void)
{
	static const uint8_t record[] = {22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1};
	struct pg_streams *s = pg_streams_new();
	struct pg_findings f = {0};

	assert_non_null(s);
	for (int back = 0; back < 2; back++) {
		struct pg_segment seg = {
			.family = 4, .proto = 17, .payload = record, .len = sizeof(record)};

		memcpy(seg.src, back ? "\xc0\0\x02\x02" : "\xc0\0\x02\x01", 4);
		memcpy(seg.dst, back ? "\xc0\0\x02\x01" : "\xc0\0\x02\x02", 4);
		seg.sport = back ? 2000 : 1000;
		seg.dport = back ? 1000 : 2000;
		pg_streams_add(s, &seg, 1, &f);
	}
	assert_int_equal(f.n, 0);
	return s;
}

// Writes text with its first `from` changed to `to` into FOLDER/1-call/NAME; NULL = leave it out.
static void put(const char *folder, const char *name, const char *text, const char *from,
		const char *to)
{
	const char *at = from ? strstr(text, from) : NULL;
	char path[256];
	FILE *f;

	assert_true(!from || at);
	if (!to && from)
		return;
	snprintf(path, sizeof(path), "%s/1-call/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	if (at)
		fprintf(f, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	else
		fputs(text, f);
	fclose(f);
}

// What the table finds when one report is changed: 'a', 'b', 'i' or none.
static struct pg_findings judge(char which, const char *from, const char *to)
{
	char folder[] = "/tmp/trgw-test.XXXXXX", path[256];
	struct pg_streams *a = capture(), *b = capture();
	struct pg_findings f = {0};
	static const char *const names[] = {"result.a", "result.b", "ibcf", ""};

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/1-call", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	put(folder, "result.a", end_a, which == 'a' ? from : NULL, to);
	put(folder, "result.b", end_b, which == 'b' ? from : NULL, to);
	put(folder, "ibcf", ibcf, which == 'i' ? from : NULL, to);
	assert_int_equal(pg_calls_print(folder, a, b, &f), 1);
	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s/1-call/%s", folder, names[i]);
		if (*names[i] ? unlink(path) : rmdir(path))
			continue; // left out
	}
	rmdir(folder);
	pg_streams_free(a);
	pg_streams_free(b);
	return f;
}

static void good_reports(void **state)
{
	struct pg_findings f = judge(0, NULL, NULL);

	if (f.n)
		print_error("%s\n", f.text[0]);
	assert_int_equal(f.n, 0);
	assert_int_equal(judge('a', "\"app\":\"msrp\"", "\"app\":\"bfcp\"").n, 0);
}

static void each_fault_is_found(void **state)
{
	static const struct {
		char which;
		const char *from, *to, *finding;
	} cases[] = {
		{'a', "\"ok\":true,\"error\":\"\"", "\"ok\":false,\"error\":\"no floor\"",
		 "no floor"},
		{'b', "192.0.2.2:2000", "192.0.2.9:2000", "no stream of its endpoint"},
		{'b', "TLSv1.3", "TLSv1.2", "version of TLS"},
		{'a', "\"F2\"", "\"F3\"", "another certificate"},
		{'b', "\"F1\"", "\"F3\"", "another certificate"},
		{'b', "\"fingerprint_ok\":true", "\"fingerprint_ok\":false", "another certificate"},
		{'b', "\"ab\"", "\"cd\"", "not what was sent"},
		{'b', "\"identical\":true", "\"identical\":false", "not what was sent"},
		{'a', "\"sha256\":\"ab\",", "", "not what was sent"},
		{'i', "\"ok\":true", "\"ok\":false", "controller failed"},
		{'i', "\"nt/or\":50", "\"nt/or\":0", "lack nt/or"},
		{'i', "{", "", "no report ibcf"},
		{'i', "{", NULL, "no report ibcf"},
		{'a', "{", NULL, "no report result.a"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pg_findings f = judge(cases[i].which, cases[i].from, cases[i].to);

		if (!f.n || !strstr(f.text[0], cases[i].finding))
			print_error("case %zu: %s\n", i, f.n ? f.text[0] : "nothing found");
		assert_true(f.n > 0);
		assert_non_null(strstr(f.text[0], cases[i].finding));
	}
}

static void no_folder(void **state)
{
	struct pg_findings f = {0};

	assert_int_equal(pg_calls_print("/nonexistent", NULL, NULL, &f), 0);
	assert_int_equal(f.n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_reports),
		cmocka_unit_test(each_fault_is_found),
		cmocka_unit_test(no_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
