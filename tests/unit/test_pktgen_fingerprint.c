// Fingerprints: text both ways, and which ones count.
// Spec: RFC 8122 5 and 5.1
#include "../../pktgen/fingerprint.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// Digests of "abc", as FIPS 180-4 gives them.
#define SHA1_ABC "A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:D0:D8:9D"
#define SHA256_ABC                                                                                 \
	"BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:"                                         \
	"B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD"
#define SHA256_ZERO                                                                                \
	"00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:"                                         \
	"00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00"

static void parses(void **state)
{
	static const struct {
		const char *text;
		int want;
	} cases[] = {
		{"sha-1 " SHA1_ABC, 0},
		{"SHA-1 " SHA1_ABC, 0},
		{"sha-256 " SHA256_ABC, 0},
		{"sha-256 " SHA1_ABC, -EINVAL}, // too short
		{"sha-1 " SHA256_ABC, -EINVAL}, // too long
		{"sha-1 " SHA1_ABC ":00", -EINVAL},
		{"sha-1  " SHA1_ABC, -EINVAL},
		{"sha-1 A9-99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:D0:D8:9D", -EINVAL},
		{"sha-1 G9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:D0:D8:9D", -EINVAL},
		{"sha-1", -EINVAL},
		{"", -EINVAL},
		{" " SHA1_ABC, -EINVAL},
		{"md5 00:11", -ENOTSUP}, // forbidden, so unknown
		{"md2 00:11", -ENOTSUP},
		{"sha3-256 " SHA256_ABC, -ENOTSUP},
	};
	struct pg_fingerprint fp;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (pg_fingerprint_parse(cases[i].text, strlen(cases[i].text), &fp) !=
		    cases[i].want)
			fail_msg("\"%s\"", cases[i].text);
}

static void writes_upper_case(void **state)
{
	static const char lower[] =
		"sha-1 a9:99:3e:36:47:06:81:6a:ba:3e:25:71:78:50:c2:6c:9c:d0:d8:9d";
	char text[PG_FINGERPRINT_TEXT];
	struct pg_fingerprint fp;

	assert_int_equal(pg_fingerprint_parse(lower, sizeof(lower) - 1, &fp), 0);
	assert_string_equal(pg_fingerprint_write(&fp, text, sizeof(text)), "sha-1 " SHA1_ABC);
}

static void hashes_every_function(void **state)
{
	static const unsigned lengths[] = {0, 20, 28, 32, 48, 64};
	char text[PG_FINGERPRINT_TEXT];
	struct pg_fingerprint fp, back;

	for (int hash = PG_SHA1; hash <= PG_SHA512; hash++) {
		assert_true(pg_fingerprint_of("abc", 3, (enum pg_hash)hash, &fp));
		assert_int_equal(fp.len, lengths[hash]);
		pg_fingerprint_write(&fp, text, sizeof(text));
		assert_int_equal(pg_fingerprint_parse(text, strlen(text), &back), 0);
		assert_int_equal(back.hash, hash);
		assert_memory_equal(back.digest, fp.digest, fp.len);
	}
	pg_fingerprint_of("abc", 3, PG_SHA256, &fp);
	assert_string_equal(pg_fingerprint_write(&fp, text, sizeof(text)), "sha-256 " SHA256_ABC);
}

static struct pg_fingerprints set_of(const char *const *texts)
{
	struct pg_fingerprints set = {0};

	for (; *texts; texts++)
		assert_int_equal(pg_fingerprint_parse(*texts, strlen(*texts), &set.list[set.n++]),
				 0);
	return set;
}

static void only_the_strongest_counts(void **state)
{
	static const struct {
		const char *name, *texts[4];
		bool want;
	} cases[] = {
		{"none", {NULL}, false},
		{"the one", {"sha-256 " SHA256_ABC}, true},
		{"another", {"sha-256 " SHA256_ZERO}, false},
		{"weak alone", {"sha-1 " SHA1_ABC}, true},
		{"one of two", {"sha-256 " SHA256_ZERO, "sha-256 " SHA256_ABC}, true},
		{"weak right, strong wrong", {"sha-1 " SHA1_ABC, "sha-256 " SHA256_ZERO}, false},
		{"strong right, weak there", {"sha-256 " SHA256_ABC, "sha-1 " SHA1_ABC}, true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pg_fingerprints set = set_of(cases[i].texts);

		if (pg_fingerprints_match(&set, "abc", 3) != cases[i].want)
			fail_msg("%s", cases[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(writes_upper_case),
		cmocka_unit_test(hashes_every_function),
		cmocka_unit_test(only_the_strongest_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
