// Tests of ix/tokens.c: every token by both forms in any case, and nothing else.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "../../ix/tokens.h"

static void check_found(struct ix_str form, enum ix_tok tok)
{
	char upper[32], lower[32];

	assert_true(form.len > 0 && form.len < sizeof(upper));
	for (uint32_t i = 0; i < form.len; i++) {
		upper[i] = (char)toupper((unsigned char)form.p[i]);
		lower[i] = (char)tolower((unsigned char)form.p[i]);
	}
	assert_int_equal(ix_token(form), tok);
	assert_int_equal(ix_token((struct ix_str){upper, form.len}), tok);
	assert_int_equal(ix_token((struct ix_str){lower, form.len}), tok);
}

static void finds_each_token(void **state)
{
	for (unsigned t = IX_T_NONE + 1; t < IX_TOKS; t++) {
		check_found(ix_token_long((enum ix_tok)t), (enum ix_tok)t);
		check_found(ix_token_short((enum ix_tok)t), (enum ix_tok)t);
	}
}

/* Forms with a letter cut off, added or changed are other tokens or none, as the table says. */
static enum ix_tok by_table(struct ix_str word)
{
	for (unsigned t = IX_T_NONE + 1; t < IX_TOKS; t++)
		if (ix_str_eq(word, ix_token_long((enum ix_tok)t)) ||
		    ix_str_eq(word, ix_token_short((enum ix_tok)t)))
			return (enum ix_tok)t;
	return IX_T_NONE;
}

static void finds_nothing_else(void **state)
{
	for (unsigned t = IX_T_NONE + 1; t < IX_TOKS; t++) {
		struct ix_str form = ix_token_long((enum ix_tok)t);
		char word[40];

		for (uint32_t len = 0; len <= form.len; len++) {
			for (int c = 0; c < 256; c++) {
				struct ix_str s = {word, len + 1};

				memcpy(word, form.p, len);
				word[len] = (char)c;
				assert_int_equal(ix_token(s), by_table(s));
			}
		}
	}
	assert_int_equal(ix_token((struct ix_str){"", 0}), IX_T_NONE);
	assert_int_equal(ix_token(ix_lit("TransactionResponseAckX")), IX_T_NONE);
}

static void finds_all_words_of_two_bytes(void **state)
{
	for (int a = 0; a < 256; a++) {
		for (int b = 0; b < 256; b++) {
			char word[2] = {(char)a, (char)b};
			struct ix_str s = {word, 2};

			assert_int_equal(ix_token(s), by_table(s));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_each_token),
		cmocka_unit_test(finds_nothing_else),
		cmocka_unit_test(finds_all_words_of_two_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
