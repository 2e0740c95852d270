// Lexical layer of the text codec: words, strings, octets, comments, and where a fault lies.
// Spec: H.248.1 Annex B.1, B.2
#include "scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LETTER (IX_CH_SAFE | IX_CH_NAME | IX_CH_ALPHA | IX_CH_PATH | IX_CH_QUOTED)
#define SAFE   (IX_CH_SAFE | IX_CH_QUOTED)

/* Bytes from 0x80 up are not in the grammar; inside quotes they are passed on, as text in UTF-8 is
 * met there in practice. */
const uint8_t ix_char_class[256] = {
	['a' ... 'f'] = LETTER | IX_CH_HEX,
	['g' ... 'z'] = LETTER,
	['A' ... 'F'] = LETTER | IX_CH_HEX,
	['G' ... 'Z'] = LETTER,
	['0' ... '9'] = SAFE | IX_CH_NAME | IX_CH_DIGIT | IX_CH_HEX | IX_CH_PATH,
	['_'] = SAFE | IX_CH_NAME | IX_CH_PATH,
	['/'] = SAFE | IX_CH_PATH,
	['*'] = SAFE | IX_CH_PATH,
	['$'] = SAFE | IX_CH_PATH,
	['+'] = SAFE,
	['-'] = SAFE,
	['&'] = SAFE,
	['!'] = SAFE,
	['\''] = SAFE,
	['?'] = SAFE,
	['@'] = SAFE,
	['^'] = SAFE,
	['`'] = SAFE,
	['~'] = SAFE,
	['\\'] = SAFE,
	['('] = SAFE,
	[')'] = SAFE,
	['%'] = SAFE,
	['|'] = SAFE,
	['.'] = SAFE,
	[';'] = IX_CH_QUOTED,
	['['] = IX_CH_QUOTED,
	[']'] = IX_CH_QUOTED,
	['{'] = IX_CH_QUOTED,
	['}'] = IX_CH_QUOTED,
	[':'] = IX_CH_QUOTED,
	[','] = IX_CH_QUOTED,
	['#'] = IX_CH_QUOTED,
	['<'] = IX_CH_QUOTED,
	['>'] = IX_CH_QUOTED,
	['='] = IX_CH_QUOTED,
	[' '] = IX_CH_SPACE | IX_CH_QUOTED,
	['\t'] = IX_CH_SPACE | IX_CH_QUOTED,
	['\r'] = IX_CH_SPACE,
	['\n'] = IX_CH_SPACE,
	[0x80 ... 0xff] = IX_CH_QUOTED,
};

bool ix_scan_init(struct ix_scan *s, struct ix_arena *arena, const void *bytes, size_t len,
		  struct ix_fault *fault)
{
	memset(s, 0, sizeof(*s));
	memset(fault, 0, sizeof(*fault));
	s->arena = arena;
	s->fault = fault;
	s->wire = bytes;
	s->level = IX_E_SYNTAX_MESSAGE;
	s->base = len <= UINT32_MAX ? ix_alloc(arena, len) : NULL;
	s->p = s->end = s->base;
	if (!s->base)
		return ix_exhausted(s);
	if (len > 0)
		memcpy(s->base, bytes, len);
	s->end = s->base + len;
	return true;
}

/* Line and column of an offset; CR, LF and CRLF each end one line. */
static void locate(struct ix_fault *f, const char *wire)
{
	f->line = f->column = 1;
	for (uint32_t i = 0; i < f->offset; i++) {
		bool pair = wire[i] == '\r' && i + 1 < f->offset && wire[i + 1] == '\n';

		if ((wire[i] == '\r' && !pair) || wire[i] == '\n') {
			f->line++;
			f->column = 1;
		} else {
			f->column++;
		}
	}
}

bool ix_fail(struct ix_scan *s, const char *at, uint16_t code, const char *fmt, ...)
{
	struct ix_fault *f = s->fault;
	va_list ap;

	f->code = s->request ? code : IX_E_SYNTAX_MESSAGE;
	f->offset = s->base ? (uint32_t)(at - s->base) : 0;
	locate(f, s->wire);
	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
	return false;
}

bool ix_expected(struct ix_scan *s, const char *at, const char *what)
{
	char found[28];
	unsigned n = 0;

	if (at == s->end)
		return ix_fail(s, at, s->level, "expected %s, found the end of the message", what);
	// The fault's text travels in an Error descriptor: nothing but SafeChars of it.
	while (n < sizeof(found) - 1 && at + n < s->end && ix_is(at[n], IX_CH_SAFE)) {
		found[n] = at[n];
		n++;
	}
	found[n] = '\0';
	if (n > 0)
		return ix_fail(s, at, s->level, "expected %s, found %s", what, found);
	if (*at > ' ' && *at < 0x7f && *at != '"')
		return ix_fail(s, at, s->level, "expected %s, found '%c'", what, *at);
	return ix_fail(s, at, s->level, "expected %s, found byte 0x%02x", what, (unsigned char)*at);
}

/* Names are 64 bytes at most; whatever else is longer is cut. */
static int shown(struct ix_str word)
{
	return word.len < 64 ? (int)word.len : 64;
}

bool ix_twice(struct ix_scan *s, struct ix_str word, uint16_t code)
{
	return ix_fail(s, word.p, code, "%.*s stands here twice", shown(word), word.p);
}

bool ix_unknown(struct ix_scan *s, struct ix_str word, uint16_t code, const char *what)
{
	return ix_fail(s, word.p, code, "no %s is called %.*s", what, shown(word), word.p);
}

bool ix_too_many(struct ix_scan *s, struct ix_str word)
{
	return ix_fail(s, word.p, IX_E_RESOURCES, "more than %d in one list", IX_LIST_MAX);
}

bool ix_exhausted(struct ix_scan *s)
{
	return ix_fail(s, s->p, IX_E_RESOURCES, "message needs more memory than it may have");
}

void *ix_part(struct ix_scan *s, size_t size)
{
	void *p = ix_alloc(s->arena, size);

	if (!p)
		ix_exhausted(s);
	return p;
}

bool ix_skip(struct ix_scan *s)
{
	char *p = s->p;

	for (;;) {
		while (p < s->end && ix_is(*p, IX_CH_SPACE))
			p++;
		if (p == s->end || *p != ';')
			break;
		while (p < s->end && *p != '\r' && *p != '\n')
			p++;
	}
	if (p == s->p)
		return false;
	s->p = p;
	return true;
}

bool ix_at_end(struct ix_scan *s)
{
	ix_skip(s);
	return s->p == s->end;
}

bool ix_at(struct ix_scan *s, char c)
{
	ix_skip(s);
	return s->p < s->end && *s->p == c;
}

bool ix_accept(struct ix_scan *s, char c)
{
	if (!ix_at(s, c))
		return false;
	s->p++;
	return true;
}

bool ix_expect(struct ix_scan *s, char c)
{
	const char what[] = {'\'', c, '\'', '\0'};

	return ix_accept(s, c) || ix_expected(s, s->p, what);
}

bool ix_word(struct ix_scan *s, struct ix_str *word, const char *what)
{
	char *p;

	ix_skip(s);
	for (p = s->p; p < s->end && ix_is(*p, IX_CH_SAFE); p++)
		;
	if (p == s->p)
		return ix_expected(s, p, what);
	*word = (struct ix_str){s->p, (uint32_t)(p - s->p)};
	s->p = p;
	return true;
}

bool ix_quoted(struct ix_scan *s, struct ix_str *text)
{
	char *p;

	if (!ix_accept(s, '"'))
		return ix_expected(s, s->p, "a quoted string");
	for (p = s->p; p < s->end && ix_is(*p, IX_CH_QUOTED); p++)
		;
	if (p == s->end || *p != '"')
		return ix_expected(s, p, "the quote that ends the string");
	*text = (struct ix_str){s->p, (uint32_t)(p - s->p)};
	s->p = p + 1;
	return true;
}

static struct ix_str trim(char *from, char *to)
{
	while (from < to && ix_is(*from, IX_CH_SPACE))
		from++;
	while (to > from && ix_is(to[-1], IX_CH_SPACE))
		to--;
	return (struct ix_str){from, (uint32_t)(to - from)};
}

bool ix_octets(struct ix_scan *s, struct ix_str *octets)
{
	char *from, *to, *p;

	if (!ix_expect(s, '{'))
		return false;
	from = to = s->p;
	for (p = from; p < s->end && *p != '}'; p++) {
		if (*p == '\0')
			return ix_expected(s, p, "an octet other than NUL");
		if (*p == '\\' && p + 1 < s->end && p[1] == '}')
			p++;
		*to++ = *p; // in place: what is read lies never behind what is written
	}
	if (p == s->end)
		return ix_expected(s, p, "the '}' that ends the session description");
	s->p = p + 1;
	*octets = trim(from, to);
	return true;
}

/* One step over raw text: a quoted string, or one byte. */
static bool raw_step(struct ix_scan *s)
{
	struct ix_str ignored;

	if (*s->p == '"')
		return ix_quoted(s, &ignored);
	if (*s->p == '\0')
		return ix_expected(s, s->p, "an octet other than NUL");
	s->p++;
	return true;
}

bool ix_raw(struct ix_scan *s, struct ix_str *raw)
{
	char *from, *to;
	unsigned depth = 0;

	ix_skip(s);
	from = to = s->p;
	while (!ix_at_end(s)) {
		char c = *s->p;

		if (depth == 0 && (c == ',' || c == '}'))
			break;
		if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && depth > 0)
			depth--;
		if (!raw_step(s))
			return false;
		to = s->p;
	}
	*raw = (struct ix_str){from, (uint32_t)(to - from)};
	return true;
}

bool ix_str_u32(struct ix_str s, uint32_t max, unsigned digits, uint32_t *n)
{
	uint64_t v = 0;

	if (s.len == 0 || s.len > digits || digits > 10)
		return false;
	for (uint32_t i = 0; i < s.len; i++) {
		if (!ix_is(s.p[i], IX_CH_DIGIT))
			return false;
		v = v * 10 + (unsigned)(s.p[i] - '0');
	}
	if (v > max)
		return false;
	*n = (uint32_t)v;
	return true;
}

bool ix_number(struct ix_scan *s, uint32_t max, unsigned digits, uint32_t *n, const char *what)
{
	struct ix_str w;

	if (!ix_word(s, &w, what))
		return false;
	return ix_str_u32(w, max, digits, n) || ix_expected(s, w.p, what);
}

bool ix_block(struct ix_scan *s, ix_item_fn *item, void *into)
{
	if (!ix_expect(s, '{'))
		return false;
	if (ix_accept(s, '}'))
		return true;
	do {
		if (!item(s, into))
			return false;
	} while (ix_accept(s, ','));
	return ix_accept(s, '}') || ix_expected(s, s->p, "',' or '}'");
}

bool ix_is_name(struct ix_str s)
{
	if (s.len == 0 || s.len > 64 || !ix_is(s.p[0], IX_CH_ALPHA))
		return false;
	for (uint32_t i = 1; i < s.len; i++)
		if (!ix_is(s.p[i], IX_CH_NAME))
			return false;
	return true;
}

bool ix_is_path(struct ix_str s)
{
	uint32_t i = 0;

	if (s.len == 0 || s.len > 64 ||
	    (!ix_is(s.p[0], IX_CH_ALPHA) && s.p[0] != '*' && s.p[0] != '$'))
		return false;
	while (i < s.len && ix_is(s.p[i], IX_CH_PATH))
		i++;
	if (i == s.len)
		return true;
	if (s.p[i++] != '@' || i == s.len)
		return false;
	for (; i < s.len; i++) // pathDomainName
		if (!ix_is(s.p[i], IX_CH_ALPHA | IX_CH_DIGIT) && s.p[i] != '*' && s.p[i] != '-' &&
		    s.p[i] != '.')
			return false;
	return true;
}

bool ix_is_time(struct ix_str s)
{
	if (s.len != 17 || ix_fold(s.p[8]) != 't')
		return false;
	for (uint32_t i = 0; i < s.len; i++)
		if (i != 8 && !ix_is(s.p[i], IX_CH_DIGIT))
			return false;
	return true;
}

static bool is_star(struct ix_str s)
{
	return s.len == 1 && s.p[0] == '*';
}

bool ix_split_pkg(struct ix_str s, struct ix_str *pkg, struct ix_str *item)
{
	const char *slash = memchr(s.p, '/', s.len);

	if (!slash)
		return false;
	*pkg = (struct ix_str){s.p, (uint32_t)(slash - s.p)};
	*item = (struct ix_str){slash + 1, s.len - pkg->len - 1};
	if (is_star(*pkg))
		return is_star(*item);
	return ix_is_name(*pkg) && (is_star(*item) || ix_is_name(*item));
}
