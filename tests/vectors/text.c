// Each message of tests/vectors/h248: text to form to text, cut short and damaged.
//
// 01 to 12 are the exchanges of a first call; 20 to 33 cover the rest of the grammar; 40 holds
// forms that are accepted but not sent.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "roundtrip.h"

#include <ctype.h>
#include <dirent.h>

enum { MAX_VECTORS = 100, MAX_SIZE = 16384 };

struct vector {
	char name[64];
	char text[MAX_SIZE];
	size_t len;
};

static struct vector vectors[MAX_VECTORS];
static size_t n_vectors;

static void load(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	char path[4096];

	while (d && (e = readdir(d))) {
		struct vector *v = &vectors[n_vectors];
		FILE *f;

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		f = fopen(path, "rb");
		if (!f || n_vectors == MAX_VECTORS) {
			perror(path);
			exit(1);
		}
		snprintf(v->name, sizeof(v->name), "%.60s", e->d_name);
		v->len = fread(v->text, 1, sizeof(v->text), f);
		fclose(f);
		n_vectors++;
	}
	if (d)
		closedir(d);
}

static void keeps_its_form(void **state)
{
	const struct vector *v = *state;

	assert_true(roundtrip(v->text, v->len));
}

/* Pretty and compact text of one form are one form: decoded, they are equal to each other. */
static void styles_agree(void **state)
{
	const struct vector *v = *state;
	struct ix_arena *arena = ix_arena_new(LARGE_ARENA_LIMIT);
	static char pretty[64 * MAX_SIZE], compact[64 * MAX_SIZE];
	struct ix_msg *msg, *p, *c;
	struct ix_fault fault;
	long np, nc;

	msg = decode_copy(arena, v->text, v->len, &fault);
	assert_non_null(msg);
	np = ix_text_encode(msg, IX_PRETTY, pretty, sizeof(pretty));
	nc = ix_text_encode(msg, IX_COMPACT, compact, sizeof(compact));
	assert_true(np > nc && nc > 0);
	p = decode_copy(arena, pretty, (size_t)np, &fault);
	c = decode_copy(arena, compact, (size_t)nc, &fault);
	assert_true(p && c && ix_msg_equal(p, c));
	ix_arena_free(arena);
}

/* Every digit means something: with another one the message is refused or says another thing. */
static void digits_matter(void **state)
{
	const struct vector *v = *state;
	char text[MAX_SIZE];
	unsigned changed = 0;

	for (size_t i = 0; i < v->len; i++) {
		struct ix_arena *arena = ix_arena_new(LARGE_ARENA_LIMIT);
		struct ix_msg *was, *is;
		struct ix_fault fault;

		memcpy(text, v->text, v->len);
		if (isdigit((unsigned char)text[i])) {
			text[i] = text[i] == '9' ? '1' : (char)(text[i] + 1);
			was = decode_copy(arena, v->text, v->len, &fault);
			is = decode_copy(arena, text, v->len, &fault);
			assert_non_null(was);
			if (is && ix_msg_equal(was, is))
				fail_msg("digit at %zu does not matter", i);
			changed += is != NULL;
		}
		ix_arena_free(arena);
	}
	assert_true(changed > 0);
}

static void prefixes_are_safe(void **state)
{
	const struct vector *v = *state;
	size_t complete = v->len;

	while (complete > 0 && isspace((unsigned char)v->text[complete - 1]))
		complete--;
	for (size_t len = 0; len < complete; len++)
		roundtrip(v->text, len);
}

static void damage_is_safe(void **state)
{
	static const char bytes[] = {0,   '{', '}', '"', '\\', ',',
				     '=', ';', ' ', '[', '*',  (char)0xff};
	const struct vector *v = *state;
	char text[MAX_SIZE];

	memcpy(text, v->text, v->len);
	for (size_t i = 0; i < v->len; i++) {
		for (size_t b = 0; b < sizeof(bytes); b++) {
			text[i] = bytes[b];
			roundtrip(text, v->len);
		}
		text[i] = v->text[i];
	}
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		CMUnitTestFunction run;
	} kinds[] = {
		{"keeps its form", keeps_its_form}, {"styles agree", styles_agree},
		{"digits matter", digits_matter},   {"prefixes are safe", prefixes_are_safe},
		{"damage is safe", damage_is_safe},
	};
	enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
	static struct CMUnitTest tests[MAX_VECTORS * KINDS];
	static char names[MAX_VECTORS * KINDS][100];
	size_t n = 0;

	if (argc == 2)
		load(argv[1]);
	if (n_vectors == 0) {
		fprintf(stderr, "usage: %s FOLDER-OF-MESSAGES\n", argv[0]);
		return 2;
	}
	for (size_t v = 0; v < n_vectors; v++) {
		for (size_t k = 0; k < KINDS; k++, n++) {
			snprintf(names[n], sizeof(names[n]), "%.60s %s", vectors[v].name,
				 kinds[k].name);
			tests[n] = (struct CMUnitTest){.name = names[n],
						       .test_func = kinds[k].run,
						       .initial_state = &vectors[v]};
		}
	}
	return _cmocka_run_group_tests("vectors", tests, n, NULL, NULL);
}
