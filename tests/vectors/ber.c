// Vectors of the binary encoding: what OTP megaco made of the messages in h248/ is the same form
// here, and the numbers of names and terminations are those of a golden file. usage: vectors_ber
// H248-FOLDER BER-FOLDER
#include "../../ix/ber.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 1 << 16, MEMORY = 1 << 24 };

static const char *const interfaces[] = {"core", "peer", NULL};
static struct ix_tid_plan plan;
static const struct ix_ber_conf conf = {.plan = &plan};
static unsigned failed;

static void fail(const char *name, const char *why)
{
	fprintf(stderr, "%s: %s\n", name, why);
	failed++;
}

static char *read_file(const char *folder, const char *name, const char *ext, size_t *len)
{
	char path[4096], *text = malloc(ROOM);
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s%s", folder, name, ext);
	f = fopen(path, "rb");
	if (!f || !text) {
		perror(path);
		exit(1);
	}
	*len = fread(text, 1, ROOM - 1, f);
	text[*len] = '\0';
	fclose(f);
	return text;
}

/* Line ends of text are free, in binary they are none: compare with CRLF everywhere. */
static char *with_crlf(char *text, size_t *len)
{
	char *out = malloc(2 * *len + 1);
	size_t n = 0;

	for (size_t i = 0; i < *len && out; i++) {
		if (text[i] == '\n')
			out[n++] = '\r';
		if (text[i] != '\r')
			out[n++] = text[i];
	}
	free(text);
	*len = n;
	return out;
}

/* Hex digits in place, blanks and line ends between them. */
static size_t unhex(char *text)
{
	size_t n = 0;

	for (char *p = text; *p; p++)
		if (*p != '\n' && *p != ' ') {
			char two[3] = {p[0], p[1], '\0'};

			text[n++] = (char)strtoul(two, NULL, 16);
			p++;
		}
	return n;
}

/* Encodes and decodes again: the same form, and the same octets from then on. */
static void again(struct ix_arena *arena, const char *name, const struct ix_msg *msg)
{
	static uint8_t one[ROOM], two[ROOM];
	long len = ix_ber_encode(msg, &conf, one, ROOM);
	struct ix_fault fault;
	struct ix_msg *m = len < 0 ? NULL
				   : ix_ber_decode(arena, one, (size_t)len, &conf, &fault, NULL);

	if (!m)
		fail(name, "does not encode or what was encoded does not decode");
	else if (!ix_msg_equal(msg, m))
		fail(name, "BER -> form -> BER gives another form");
	else if (ix_ber_encode(m, &conf, two, ROOM) != len || memcmp(one, two, (size_t)len) != 0)
		fail(name, "the same form gives other octets");
}

static void vector(const char *texts, const char *bers, const char *name)
{
	struct ix_arena *arena = ix_arena_new(MEMORY);
	size_t text_len, len;
	char *text = read_file(texts, name, ".txt", &text_len);
	char *hex = read_file(bers, name, ".hex", &len);
	struct ix_fault fault;
	struct ix_msg *a, *b;

	text = with_crlf(text, &text_len);
	len = unhex(hex);
	a = ix_text_decode(arena, text, text_len, &fault, NULL);
	b = a ? ix_ber_decode(arena, hex, len, &conf, &fault, NULL) : NULL;
	if (!a || !b) {
		fail(name, fault.text);
	} else {
		if (!ix_msg_equal(a, b))
			fail(name, "text and BER are not one form");
		again(arena, name, a);
		again(arena, name, b);
	}
	free(text);
	free(hex);
	ix_arena_free(arena);
}

/* ---- numbers --------------------------------------------------------------------------------- */

static const char *const kinds[] = {"property", "event", "signal", "statistic"};

static void list_params(FILE *f, const char *pkg, const struct ix_def *item, const char *what,
			const struct ix_def *p)
{
	for (; p && p->name; p++) {
		fprintf(f, "%s/%s %s %s %04x", pkg, item->name, what, p->name, p->id);
		for (unsigned i = 0; p->names && p->names[i]; i++)
			fprintf(f, " %s=%u", p->names[i], (unsigned)p->min + i);
		fputc('\n', f);
	}
}

/* Every number of names.c, a line each. */
static void list_names(FILE *f)
{
	const struct ix_package_def *p;

	for (unsigned n = 0; (p = ix_package_at(n)); n++) {
		fprintf(f, "package %s %04x\n", p->name, p->id);
		for (const struct ix_def *d = p->defs; d->name; d++) {
			fprintf(f, "%s %s/%s %04x\n", kinds[d->kind], p->name, d->name, d->id);
			list_params(f, p->name, d, "parameter", d->params);
			list_params(f, p->name, d, "observed", d->observed);
		}
	}
}

static void golden_names(const char *folder)
{
	size_t len, made_len;
	char *want = read_file(folder, "names", ".txt", &len), *made = NULL, *a, *b;
	FILE *f = open_memstream(&made, &made_len);

	if (!f)
		exit(1);
	list_names(f);
	fclose(f);
	for (a = want, b = made; *a && *a == *b;)
		a++, b++;
	if (*a != *b) {
		while (b > made && b[-1] != '\n')
			b--;
		fprintf(stderr, "names.txt: names.c has now: %.*s\n", (int)strcspn(b, "\n"), b);
		failed++;
	}
	free(want);
	free(made);
}

int main(int argc, char **argv)
{
	struct dirent *e;
	unsigned n = 0;
	DIR *d;

	plan = ix_tid_plan_default;
	plan.interfaces = interfaces;
	if (argc == 2 && strcmp(argv[1], "--names") == 0) {
		list_names(stdout);
		return 0;
	}
	d = argc == 3 ? opendir(argv[2]) : NULL;
	if (!d) {
		fprintf(stderr, "usage: %s H248-FOLDER BER-FOLDER | --names\n", argv[0]);
		return 2;
	}
	while ((e = readdir(d))) {
		char *dot = strstr(e->d_name, ".hex");

		if (!dot)
			continue;
		*dot = '\0';
		vector(argv[1], argv[2], e->d_name);
		n++;
	}
	closedir(d);
	golden_names(argv[2]);
	printf("%u vectors, %u failures\n", n, failed);
	return n == 0 || failed > 0;
}
