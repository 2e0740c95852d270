// Tests of ix/scan.c: bytes, words, strings, octets, numbers, and the place of a fault.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../ix/scan.h"

struct text {
	struct ix_scan s;
	struct ix_fault fault;
	struct ix_arena *arena;
};

static void open_bytes(struct text *t, const char *bytes, size_t len)
{
	t->arena = ix_arena_new(100000);
	assert_true(ix_scan_init(&t->s, t->arena, bytes, len, &t->fault));
	t->s.request = true;
	t->s.level = IX_E_SYNTAX_COMMAND;
}

static void open_text(struct text *t, const char *text)
{
	open_bytes(t, text, strlen(text));
}

static void shut(struct text *t)
{
	ix_arena_free(t->arena);
}

static bool same(struct ix_str s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.p, text, s.len) == 0;
}

static void classes_follow_the_grammar(void **state)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "+-&!_/'?@^`~*$\\()%|.";
	static const char rest[] = ";[]{}:,#<>=";

	for (int c = 0; c < 256; c++) {
		bool is_safe = c && strchr(safe, c), is_rest = c && strchr(rest, c);
		bool blank = c == ' ' || c == '\t', eol = c == '\r' || c == '\n';

		assert_int_equal(ix_is((char)c, IX_CH_SAFE), is_safe);
		assert_int_equal(ix_is((char)c, IX_CH_SPACE), blank || eol);
		assert_int_equal(ix_is((char)c, IX_CH_QUOTED),
				 is_safe || is_rest || blank || c >= 0x80);
		assert_int_equal(ix_is((char)c, IX_CH_PATH),
				 c && (is_safe && !strchr("+-&!'?@^`~\\()%|.", c)));
		assert_int_equal(ix_fold((char)c), c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
}

static void skips_space_and_comments(void **state)
{
	static const struct {
		const char *text;
		size_t skipped;
	} cases[] = {
		{"", 0},
		{"a", 0},
		{" \t\r\na", 4},
		{";x\na", 3},
		{";x\ra", 3},
		{"; \"{}\n ;y\n", 10},
		{";never ends", 11},
		{" ; ;\n\na", 6},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text t;

		open_text(&t, cases[i].text);
		assert_int_equal(ix_skip(&t.s), cases[i].skipped > 0);
		assert_int_equal(t.s.p - t.s.base, cases[i].skipped);
		assert_int_equal(ix_at_end(&t.s), cases[i].skipped == strlen(cases[i].text));
		shut(&t);
	}
}

static void reads_words_and_signs(void **state)
{
	struct text t;
	struct ix_str w;

	open_text(&t, " ip/1/$ ;c\n= { a,b }");
	assert_true(ix_word(&t.s, &w, "a word") && same(w, "ip/1/$"));
	assert_false(ix_accept(&t.s, '{'));
	assert_true(ix_at(&t.s, '=') && ix_accept(&t.s, '=') && ix_expect(&t.s, '{'));
	assert_true(ix_word(&t.s, &w, "a word") && same(w, "a"));
	assert_false(ix_word(&t.s, &w, "a word"));
	assert_int_equal(t.fault.code, 442);
	assert_string_equal(t.fault.text, "expected a word, found ','");
	assert_true(ix_accept(&t.s, ','));
	assert_false(ix_expect(&t.s, '}'));
	assert_string_equal(t.fault.text, "expected '}', found b");
	shut(&t);
}

static void reads_quoted_strings(void **state)
{
	static const struct {
		const char *text, *value; // NULL: refused
	} cases[] = {
		{"\"\"", ""},
		{" \"a b;{}[]:,#<>=\t\"x", "a b;{}[]:,#<>=\t"},
		{"\"gr\xc3\xbc\xc3\x9f\"", "gr\xc3\xbc\xc3\x9f"},
		{"a", NULL},
		{"\"", NULL},
		{"\"a", NULL},
		{"\"a\nb\"", NULL},
		{"\"a\x01\"", NULL},
		{"\"a\x7f\"", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ix_str s;
		struct text t;

		open_text(&t, cases[i].text);
		assert_int_equal(ix_quoted(&t.s, &s), cases[i].value != NULL);
		if (cases[i].value)
			assert_true(same(s, cases[i].value));
		shut(&t);
	}
}

static void reads_octets(void **state)
{
	static const struct {
		const char *text, *value; // NULL: refused
		size_t left;
	} cases[] = {
		{"{}", "", 0},
		{" { \r\n\t} }", "", 2},
		{"{\r\nv=0\r\na=x;y\r\n},", "v=0\r\na=x;y", 1},
		{"{a\\}b}", "a}b", 0},
		{"{a\\\\}b}", "a\\}b", 0},
		{"{a\\b\\\n}", "a\\b\\", 0},
		{"{{\"\x80\xff}", "{\"\x80\xff", 0},
		{"{\\}}", "}", 0},
		{"{a\\}", NULL, 0},
		{"{a", NULL, 0},
		{"a}", NULL, 0},
		{"{\\", NULL, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ix_str s;
		struct text t;

		open_text(&t, cases[i].text);
		assert_int_equal(ix_octets(&t.s, &s), cases[i].value != NULL);
		if (cases[i].value) {
			assert_true(same(s, cases[i].value));
			assert_int_equal(t.s.end - t.s.p, cases[i].left);
		}
		shut(&t);
	}
}

static void octets_hold_no_nul(void **state)
{
	struct ix_str s;
	struct text t;

	open_bytes(&t, "{a\0b}", 5);
	assert_false(ix_octets(&t.s, &s));
	assert_int_equal(t.fault.offset, 2);
	assert_string_equal(t.fault.text, "expected an octet other than NUL, found byte 0x00");
	shut(&t);
}

static void reads_raw_text(void **state)
{
	static const struct {
		const char *text, *value; // NULL: refused
		char next;
	} cases[] = {
		{"= dm1 { a, b[1]}, x", "= dm1 { a, b[1]}", ','},
		{"= \"}\" }", "= \"}\"", '}'},
		{" }", "", '}'},
		{", x", "", ','},
		{"= a ;x}\n }", "= a", '}'},
		{"= { ;}\n } }", "= { ;}\n }", '}'},
		{"= \"a", NULL, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ix_str s;
		struct text t;

		open_text(&t, cases[i].text);
		assert_int_equal(ix_raw(&t.s, &s), cases[i].value != NULL);
		if (cases[i].value) {
			assert_true(same(s, cases[i].value));
			assert_non_null(s.p);
			assert_true(ix_at(&t.s, cases[i].next));
		}
		shut(&t);
	}
}

static void reads_numbers(void **state)
{
	static const struct {
		const char *text;
		uint32_t max;
		unsigned digits;
		bool ok;
		uint32_t value;
	} cases[] = {
		{"0", 65535, 5, true, 0},
		{"65535", 65535, 5, true, 65535},
		{"65536", 65535, 5, false, 0},
		{"00001", 65535, 5, true, 1},
		{"000001", 65535, 5, false, 0},
		{"4294967295", UINT32_MAX, 10, true, UINT32_MAX},
		{"4294967296", UINT32_MAX, 10, false, 0},
		{"9999999999", UINT32_MAX, 10, false, 0},
		{"18446744073709551616", UINT32_MAX, 20, false, 0},
		{"", 9, 1, false, 0},
		{"-1", 9, 2, false, 0},
		{"1a", 9, 2, false, 0},
		{"0x1", 9, 3, false, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t n = 77;
		struct text t;

		assert_int_equal(
			ix_str_u32(ix_lit(cases[i].text), cases[i].max, cases[i].digits, &n),
			cases[i].ok);
		assert_int_equal(n, cases[i].ok ? cases[i].value : 77);
		open_text(&t, cases[i].text);
		assert_int_equal(ix_number(&t.s, cases[i].max, cases[i].digits, &n, "a number"),
				 cases[i].ok);
		shut(&t);
	}
}

#define LONG64 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl"

static void knows_names_and_paths(void **state)
{
	static const struct {
		const char *text;
		bool name, path;
	} cases[] = {
		{"ROOT", true, true},         {"a1_b", true, true},
		{LONG64, true, true},         {LONG64 "m", false, false},
		{"", false, false},           {"1a", false, false},
		{"_a", false, false},         {"a-b", false, false},
		{"ip/1/core/$", false, true}, {"*", false, true},
		{"$", false, true},           {"*/1", false, true},
		{"ip/1/a.b", false, false},   {"gw@a-b.example", false, true},
		{"gw@", false, false},        {"gw@a_b", false, false},
		{"/a", false, false},         {"a b", false, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(ix_is_name(ix_lit(cases[i].text)), cases[i].name);
		assert_int_equal(ix_is_path(ix_lit(cases[i].text)), cases[i].path);
	}
}

static void splits_package_and_item(void **state)
{
	static const struct {
		const char *text, *pkg, *item; // NULL: refused
	} cases[] = {
		{"nt/dur", "nt", "dur"}, {"nt/*", "nt", "*"},   {"*/*", "*", "*"},
		{"*/dur", NULL, NULL},   {"nt", NULL, NULL},    {"nt/", NULL, NULL},
		{"/dur", NULL, NULL},    {"a/b/c", NULL, NULL}, {"nt/1", NULL, NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ix_str pkg, item;

		assert_int_equal(ix_split_pkg(ix_lit(cases[i].text), &pkg, &item),
				 cases[i].pkg != NULL);
		if (cases[i].pkg)
			assert_true(same(pkg, cases[i].pkg) && same(item, cases[i].item));
	}
}

static void knows_time_stamps(void **state)
{
	assert_true(ix_is_time(ix_lit("20261120T15230000")));
	assert_true(ix_is_time(ix_lit("20261120t15230000")));
	assert_false(ix_is_time(ix_lit("20261120T1523000")));
	assert_false(ix_is_time(ix_lit("20261120T152300000")));
	assert_false(ix_is_time(ix_lit("20261120 15230000")));
	assert_false(ix_is_time(ix_lit("2026112xT15230000")));
}

static void tells_line_and_column(void **state)
{
	static const struct {
		const char *text;
		uint32_t offset, line, column;
	} cases[] = {
		{"", 0, 1, 1},        {"ab{", 2, 1, 3},         {"a\nb{", 3, 2, 2},
		{"a\r\nb{", 4, 2, 2}, {"a\rb{", 3, 2, 2},       {"\n\r\n\r{", 4, 4, 1},
		{"a\n", 2, 2, 1},     {"a{\\}} \n b", 8, 2, 2}, // the copy is shorter than the text
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ix_str octets;
		struct text t;

		open_text(&t, cases[i].text);
		if (i == sizeof(cases) / sizeof(cases[0]) - 1) {
			t.s.p++;
			assert_true(ix_octets(&t.s, &octets));
		}
		assert_false(ix_fail(&t.s, t.s.base + cases[i].offset, 442, "here"));
		assert_int_equal(t.fault.offset, cases[i].offset);
		assert_int_equal(t.fault.line, cases[i].line);
		assert_int_equal(t.fault.column, cases[i].column);
		shut(&t);
	}
}

/* Outside of requests every fault is a 400: nobody is told about a reply that cannot be read. */
static void faults_of_replies_are_400(void **state)
{
	struct text t;

	open_text(&t, "x");
	t.s.request = false;
	assert_false(ix_fail(&t.s, t.s.p, 448, "twice"));
	assert_int_equal(t.fault.code, 400);
	shut(&t);
}

static bool count(struct ix_scan *s, void *into)
{
	struct ix_str w;

	++*(unsigned *)into;
	return ix_word(s, &w, "an item");
}

static void reads_blocks(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		unsigned items;
	} cases[] = {
		{"{}", true, 0},    {" { a } ", true, 1}, {"{a,b ,c}", true, 3},
		{"{a,}", false, 2}, {"{,a}", false, 1},   {"{a b}", false, 1},
		{"{a", false, 1},   {"{", false, 1},      {"a}", false, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned items = 0;
		struct text t;

		open_text(&t, cases[i].text);
		assert_int_equal(ix_block(&t.s, count, &items), cases[i].ok);
		assert_int_equal(items, cases[i].items);
		shut(&t);
	}
}

static void a_full_arena_is_a_fault(void **state)
{
	struct ix_arena *arena = ix_arena_new(16);
	struct ix_fault fault;
	struct ix_scan s;

	assert_false(ix_scan_init(&s, arena, "0123456789abcdefg", 17, &fault));
	assert_int_equal(fault.code, 400);
	assert_int_equal(fault.line, 1);
	assert_true(ix_scan_init(&s, arena, "01234567", 8, &fault));
	s.request = true;
	assert_non_null(ix_part(&s, 8));
	assert_null(ix_part(&s, 1));
	assert_int_equal(fault.code, 510);
	ix_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes_follow_the_grammar),
		cmocka_unit_test(skips_space_and_comments),
		cmocka_unit_test(reads_words_and_signs),
		cmocka_unit_test(reads_quoted_strings),
		cmocka_unit_test(reads_octets),
		cmocka_unit_test(octets_hold_no_nul),
		cmocka_unit_test(reads_raw_text),
		cmocka_unit_test(reads_numbers),
		cmocka_unit_test(knows_names_and_paths),
		cmocka_unit_test(splits_package_and_item),
		cmocka_unit_test(knows_time_stamps),
		cmocka_unit_test(tells_line_and_column),
		cmocka_unit_test(faults_of_replies_are_400),
		cmocka_unit_test(reads_blocks),
		cmocka_unit_test(a_full_arena_is_a_fault),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
