// Writer of the text encoder: tokens long or short, layout or none, every name and value checked.
// Spec: H.248.1 Annex B.1, B.2
#include "mid.h"
#include "scan.h"
#include "text_out.h"

#include <string.h>

void ix_out_bytes(struct ix_text *o, const char *p, size_t len)
{
	if (len > (size_t)(o->end - o->p)) {
		o->full = true;
		return;
	}
	if (len > 0)
		memcpy(o->p, p, len);
	o->p += len;
}

void ix_out_char(struct ix_text *o, char c)
{
	if (o->p == o->end)
		o->full = true;
	else
		*o->p++ = c;
}

void ix_out_u32(struct ix_text *o, uint32_t n)
{
	char digits[10];
	unsigned i = sizeof(digits);

	do {
		digits[--i] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	ix_out_bytes(o, digits + i, sizeof(digits) - i);
}

void ix_out_token(struct ix_text *o, enum ix_tok tok)
{
	struct ix_str s = o->style == IX_PRETTY ? ix_token_long(tok) : ix_token_short(tok);

	ix_out_bytes(o, s.p, s.len);
}

void ix_out_eq(struct ix_text *o)
{
	if (o->style == IX_PRETTY)
		ix_out_bytes(o, " = ", 3);
	else
		ix_out_char(o, '=');
}

void ix_out_eq_u32(struct ix_text *o, uint32_t n)
{
	ix_out_eq(o);
	ix_out_u32(o, n);
}

void ix_out_eq_token(struct ix_text *o, enum ix_tok tok)
{
	ix_out_eq(o);
	ix_out_token(o, tok);
}

void ix_out_open(struct ix_text *o)
{
	if (o->style == IX_PRETTY)
		ix_out_char(o, ' ');
	ix_out_char(o, '{');
	o->depth++;
	o->first = true;
}

static void line(struct ix_text *o)
{
	if (o->style != IX_PRETTY)
		return;
	ix_out_char(o, '\n');
	for (unsigned i = 0; i < o->depth; i++)
		ix_out_char(o, '\t');
}

void ix_out_item(struct ix_text *o)
{
	if (!o->first)
		ix_out_char(o, ',');
	o->first = false;
	line(o);
}

void ix_out_close(struct ix_text *o)
{
	o->depth--;
	if (!o->first)
		line(o);
	ix_out_char(o, '}');
	o->first = false;
}

void ix_out_item_token(struct ix_text *o, enum ix_tok tok)
{
	ix_out_item(o);
	ix_out_token(o, tok);
}

void ix_out_item_u32(struct ix_text *o, enum ix_tok tok, uint32_t n)
{
	ix_out_item_token(o, tok);
	ix_out_eq_u32(o, n);
}

void ix_out_item_value(struct ix_text *o, enum ix_tok tok, enum ix_tok value)
{
	ix_out_item_token(o, tok);
	ix_out_eq_token(o, value);
}

static bool all(struct ix_str s, unsigned classes)
{
	for (uint32_t i = 0; i < s.len; i++)
		if (!ix_is(s.p[i], classes))
			return false;
	return true;
}

static void checked(struct ix_text *o, struct ix_str s, bool ok)
{
	if (ok)
		ix_out_bytes(o, s.p, s.len);
	else
		o->bad = true;
}

void ix_out_word(struct ix_text *o, struct ix_str word)
{
	checked(o, word, word.len > 0 && all(word, IX_CH_SAFE));
}

void ix_out_path(struct ix_text *o, struct ix_str path)
{
	checked(o, path, ix_is_path(path));
}

void ix_out_name(struct ix_text *o, struct ix_str name)
{
	checked(o, name, ix_is_name(name));
}

void ix_out_quoted(struct ix_text *o, struct ix_str text)
{
	ix_out_char(o, '"');
	checked(o, text, all(text, IX_CH_QUOTED));
	ix_out_char(o, '"');
}

void ix_out_octets(struct ix_text *o, struct ix_str octets)
{
	if (o->style == IX_PRETTY)
		ix_out_char(o, ' ');
	ix_out_char(o, '{');
	if (octets.len > 0)
		ix_out_bytes(o, "\r\n", 2);
	for (uint32_t i = 0; i < octets.len; i++) {
		if (octets.p[i] == '\0')
			o->bad = true;
		if (octets.p[i] == '}')
			ix_out_char(o, '\\');
		ix_out_char(o, octets.p[i]);
	}
	if (octets.len > 0)
		ix_out_bytes(o, "\r\n", 2);
	ix_out_char(o, '}');
}

void ix_out_pkg(struct ix_text *o, struct ix_str pkg, struct ix_str item)
{
	bool any_item = item.len == 1 && item.p[0] == '*';
	bool any_pkg = pkg.len == 1 && pkg.p[0] == '*' && any_item;

	checked(o, pkg, any_pkg || ix_is_name(pkg));
	ix_out_char(o, '/');
	checked(o, item, any_item || ix_is_name(item));
}

void ix_out_mid(struct ix_text *o, const struct ix_mid *mid)
{
	char text[128];
	const char *p = ix_mid_text(mid, text, sizeof(text)), *end = text + strlen(text);
	struct ix_mid again;

	// What would not be read back (a domain with a blank, a name too long) is not sent.
	if (mid->kind == IX_MID_NONE || !ix_mid_read(&p, end, &again) || p != end ||
	    !ix_mid_equal(mid, &again))
		o->bad = true;
	ix_out_bytes(o, text, (size_t)(end - text));
}

static char presentable(char c)
{
	return c == '"' ? '\'' : ix_is(c, IX_CH_QUOTED) ? c : '?';
}

void ix_out_error(struct ix_text *o, const struct ix_error *error)
{
	ix_out_token(o, IX_T_ERROR);
	ix_out_eq_u32(o, error->code);
	if (error->code > 9999)
		o->bad = true;
	if (o->style == IX_PRETTY)
		ix_out_char(o, ' ');
	ix_out_char(o, '{');
	if (error->text.len > 0) {
		ix_out_char(o, '"');
		for (uint32_t i = 0; i < error->text.len; i++)
			ix_out_char(o, presentable(error->text.p[i]));
		ix_out_char(o, '"');
	}
	ix_out_char(o, '}');
	o->first = false;
}
