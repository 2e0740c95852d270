// Tests of ix/mid.c: every kind of message identifier, read, written, compared.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../../ix/ix.h"
#include "../../ix/mid.h"

static struct ix_arena *arena;

static int set_up(void **state)
{
	arena = ix_arena_new(100000);
	return arena ? 0 : -1;
}

static int tear_down(void **state)
{
	ix_arena_free(arena);
	return 0;
}

static void reads_and_writes(void **state)
{
	static const struct {
		const char *text, *canonical;
		enum ix_mid_kind kind;
		uint16_t port;
	} cases[] = {
		{"[192.0.2.1]:2944", "[192.0.2.1]:2944", IX_MID_IP4, 2944},
		{"[192.0.2.1]", "[192.0.2.1]", IX_MID_IP4, 0},
		{"[255.255.255.255]:65535", "[255.255.255.255]:65535", IX_MID_IP4, 65535},
		{"[2001:DB8:0:0::1]:1", "[2001:db8::1]:1", IX_MID_IP6, 1},
		{"[::]", "[::]", IX_MID_IP6, 0},
		{"<ibcf-1.core.example>:02944", "<ibcf-1.core.example>:2944", IX_MID_DOMAIN, 2944},
		{"<a>", "<a>", IX_MID_DOMAIN, 0},
		{"gateway/17", "gateway/17", IX_MID_DEVICE, 0},
		{"gw@site-1.example", "gw@site-1.example", IX_MID_DEVICE, 0},
		{"MTP", "MTP", IX_MID_DEVICE, 0},
		{"MTP{0A3F}", "MTP{0A3F}", IX_MID_MTP, 0},
		{"mtp { 0a3f12 }", "MTP{0a3f12}", IX_MID_MTP, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ix_mid mid, again;
		char text[128];

		if (!ix_mid_parse(arena, cases[i].text, &mid))
			fail_msg("%s is refused", cases[i].text);
		assert_int_equal(mid.kind, cases[i].kind);
		assert_int_equal(mid.port, cases[i].port);
		assert_string_equal(ix_mid_text(&mid, text, sizeof(text)), cases[i].canonical);
		assert_true(ix_mid_parse(arena, text, &again));
		assert_true(ix_mid_equal(&mid, &again));
	}
}

static void refuses(void **state)
{
	static const char *const bad[] = {
		"",
		"192.0.2.1:2944",
		"[192.0.2.1",
		"[192.0.2.1]2944",
		"[192.0.2.1]:",
		"[192.0.2.1]:65536",
		"[192.0.2.1]:000001",
		"[192.0.2.1]:+1",
		"[192.0.2.1]: 2944",
		"[192.0.2.256]",
		"[192.0.2]",
		"[]",
		"[ibcf.example]",
		"[2001:db8:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:1]",
		"<>",
		"<-a>",
		"<a b>",
		"<a",
		"<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa>",
		"1gateway",
		"*",
		"$",
		"gw/1-2",
		"gateway@",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"MTP{0A3}",
		"MTP{0A3F5678A}",
		"MTP{0A3G}",
		"MTP{0A3F",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ix_mid mid;

		if (ix_mid_parse(arena, bad[i], &mid))
			fail_msg("%s is understood", bad[i]);
	}
}

static void compares(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{"<IBCF.example>:1", "<ibcf.EXAMPLE>:1", true},
		{"<ibcf.example>:1", "<ibcf.example>:2", false},
		{"<ibcf.example>", "<ibcf.exampl>", false},
		{"[192.0.2.1]:1", "[192.0.2.2]:1", false},
		{"[192.0.2.1]:1", "[192.0.2.1]", false},
		{"[2001:db8::1]", "[2001:0db8:0::0001]", true},
		{"[2001:db8::1]", "[2001:db8::2]", false},
		{"gateway", "<gateway>", false},
		{"MTP{00ff}", "mtp{00FF}", true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ix_mid a, b;

		assert_true(ix_mid_parse(arena, cases[i].a, &a));
		assert_true(ix_mid_parse(arena, cases[i].b, &b));
		assert_int_equal(ix_mid_equal(&a, &b), cases[i].same);
	}
}

static void cuts_text_to_size(void **state)
{
	struct ix_mid mid;
	char text[8] = "xxxxxxx";

	assert_true(ix_mid_parse(arena, "[192.0.2.1]:2944", &mid));
	assert_string_equal(ix_mid_text(&mid, text, 5), "[192");
	assert_int_equal(text[5], 'x');
	ix_mid_text(&mid, text, 0);
	assert_int_equal(text[0], '[');
}

/* The reader stops where the mid ends and never looks behind the text. */
static void stops_at_the_end(void **state)
{
	static const struct {
		const char *text;
		size_t len, used; // used 0: refused
	} cases[] = {
		{"[192.0.2.1]:29 T", 16, 14},
		{"[192.0.2.1]:2", 11, 11},
		{"<a>:1,", 6, 5},
		{"gw x", 4, 2},
		{"[192.0.2.1]", 10, 0},
		{"MTP {00ff}", 9, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ix_str copy = ix_str_dup(
			arena, (struct ix_str){cases[i].text, (uint32_t)cases[i].len});
		const char *p = copy.p;
		struct ix_mid mid;
		bool ok = ix_mid_read(&p, copy.p + copy.len, &mid);

		assert_int_equal(ok, cases[i].used > 0);
		if (ok)
			assert_int_equal(p - copy.p, cases[i].used);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_writes), cmocka_unit_test(refuses),
		cmocka_unit_test(compares),         cmocka_unit_test(cuts_text_to_size),
		cmocka_unit_test(stops_at_the_end),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
