// Values of properties and parameters: a BER value inside an OCTET STRING, and its spelling in
// text. Spec: H.248.1 12.2 (types), A.2 (double wrapping; PropertyParm for lists, ranges,
// relations)
//
// By the type in names.c where it is known and the value is one of that type; else by what the
// value looks like. Any octets have a spelling that leads back to them. Peers that send bare text
// where an ASN.1 string belongs are understood.
#include "ber_code.h"
#include "scan.h"

#include <string.h>

/* ---- octets inside octets -------------------------------------------------------------------- */

/* Is this exactly one plain BER value of a universal type? */
static bool plain_tlv(struct ix_str octets, uint8_t *tag, struct ix_str *content)
{
	const uint8_t *p = (const uint8_t *)octets.p;
	uint32_t len, at = 2;

	if (octets.len < 2 || p[0] >= 0x1f)
		return false;
	len = p[1];
	if (len >= 0x80) {
		unsigned more = len & 0x7f;

		if (more == 0 || more > 4 || octets.len < 2 + more)
			return false;
		for (len = 0; at < 2 + more; at++)
			len = len << 8 | p[at];
	}
	*tag = p[0];
	*content = (struct ix_str){octets.p + at, octets.len - at};
	return len == content->len;
}

static bool is_string(uint8_t tag)
{
	return tag == IX_BER_IA5 || tag == IX_BER_UTF8;
}

struct ix_str ix_ber_unwrap(struct ix_str octets)
{
	struct ix_str content;
	uint8_t tag;

	return plain_tlv(octets, &tag, &content) && is_string(tag) ? content : octets;
}

static bool is_ascii(struct ix_str s)
{
	for (uint32_t i = 0; i < s.len; i++)
		if (s.p[i] & 0x80)
			return false;
	return true;
}

void ix_ber_put_text(struct ix_ber_out *o, struct ix_str text)
{
	size_t at = ix_ber_open(o, IX_BER_OCTETS);

	ix_ber_put_str(o, is_ascii(text) ? IX_BER_IA5 : IX_BER_UTF8, text);
	ix_ber_close(o, at);
}

/* ---- from octets to text --------------------------------------------------------------------- */

static bool all_are(struct ix_str s, unsigned classes)
{
	for (uint32_t i = 0; i < s.len; i++)
		if (!ix_is(s.p[i], classes))
			return false;
	return true;
}

static bool spelled(struct ix_value *v, struct ix_str text, bool quoted)
{
	v->text = text;
	v->quoted = quoted;
	return text.p;
}

/* A signed number of 1 to 8 octets, unsigned above 2^63 as 9. */
static bool integer(struct ix_str c, bool *negative, uint64_t *n)
{
	const uint8_t *p = (const uint8_t *)c.p;
	uint32_t i = c.len == 9 && p[0] == 0;

	if (c.len == 0 || c.len - i > 8)
		return false;
	*negative = i == 0 && (p[0] & 0x80);
	*n = *negative ? UINT64_MAX : 0;
	for (; i < c.len; i++)
		*n = *n << 8 | p[i];
	return true;
}

static struct ix_str integer_text(struct ix_ber *b, bool negative, uint64_t n)
{
	return negative ? ix_str_fmt(b->arena, "-%llu", (unsigned long long)(0 - n))
			: ix_str_fmt(b->arena, "%llu", (unsigned long long)n);
}

/* By its type. False: it is no such value (or the arena is full, which shows later). */
static bool typed(struct ix_ber *b, const struct ix_def *def, uint8_t tag, struct ix_str c,
		  struct ix_value *v)
{
	bool negative;
	uint64_t n;

	switch ((enum ix_type)def->type) {
	case IX_TYPE_BOOL:
		return tag == IX_BER_BOOLEAN && c.len == 1 &&
		       spelled(v, ix_lit(c.p[0] ? "ON" : "OFF"), false);
	case IX_TYPE_UINT:
		return (tag == IX_BER_INTEGER || tag == IX_BER_ENUMERATED) &&
		       integer(c, &negative, &n) && spelled(v, integer_text(b, negative, n), false);
	case IX_TYPE_HEX:
		return (tag == IX_BER_OCTETS || tag == IX_BER_INTEGER) && c.len == 1 &&
		       spelled(v, ix_ber_hex(b, "", (const uint8_t *)c.p, 1), false);
	case IX_TYPE_ENUM:
		if ((tag != IX_BER_ENUMERATED && tag != IX_BER_INTEGER) ||
		    !integer(c, &negative, &n) || negative || n < def->min)
			return false;
		for (uint64_t i = 0; def->names[i]; i++)
			if (i == n - def->min)
				return spelled(v, ix_lit(def->names[i]), false);
		return false;
	case IX_TYPE_STRING:
	case IX_TYPE_PREFIX:
		return (is_string(tag) || tag == IX_BER_OCTETS) && all_are(c, IX_CH_QUOTED) &&
		       spelled(v, c, true);
	default: return false;
	}
}

/* By its look: INTEGER, BOOLEAN, string, octets. */
static bool untyped(struct ix_ber *b, uint8_t tag, struct ix_str c, struct ix_value *v)
{
	bool negative;
	uint64_t n;

	if (tag == IX_BER_INTEGER && integer(c, &negative, &n) &&
	    (c.len == 1 || (c.p[0] != 0 && (uint8_t)c.p[0] != 0xff) || ((c.p[0] ^ c.p[1]) & 0x80)))
		return spelled(v, integer_text(b, negative, n), false);
	if (tag == IX_BER_BOOLEAN && c.len == 1 && (c.p[0] == 0 || (uint8_t)c.p[0] == 0xff))
		return spelled(v, ix_lit(c.p[0] ? "ON" : "OFF"), false);
	if (tag == (is_ascii(c) ? IX_BER_IA5 : IX_BER_UTF8) && all_are(c, IX_CH_QUOTED))
		return spelled(v, c, true);
	if (tag == IX_BER_OCTETS)
		return spelled(v, ix_ber_hex(b, "0x", (const uint8_t *)c.p, c.len), false);
	return false;
}

static bool put_typed(struct ix_ber_out *o, const struct ix_def *def, const struct ix_value *v);

/* Bare text of a peer that does not wrap: only where it is a value of the known type. */
static bool bare(const struct ix_def *def, struct ix_str octets, struct ix_value *v)
{
	bool string = def->type == IX_TYPE_STRING || def->type == IX_TYPE_PREFIX;
	struct ix_value as = {.text = octets, .quoted = string};
	uint8_t buf[64];
	struct ix_ber_out scratch = {.p = buf, .end = buf + sizeof(buf), .base = buf};

	if (octets.len == 0 || !all_are(octets, string ? IX_CH_QUOTED : IX_CH_SAFE) ||
	    !put_typed(&scratch, def, &as))
		return false;
	return spelled(v, octets, string);
}

/* Does the spelling lead back to the octets? One that looks like a value of the item's type may
 * not. */
static bool leads_back(const struct ix_def *def, struct ix_str octets, const struct ix_value *v)
{
	uint8_t buf[64];
	struct ix_ber_out scratch = {.p = buf, .end = buf + sizeof(buf), .base = buf};

	ix_ber_put_value(&scratch, def, v);
	return scratch.full || (buf[1] == octets.len && memcmp(buf + 2, octets.p, buf[1]) == 0);
}

bool ix_ber_value(struct ix_ber *b, struct ix_str octets, const struct ix_def *def,
		  struct ix_value *v)
{
	struct ix_str content;
	uint8_t tag;

	if (plain_tlv(octets, &tag, &content)) {
		if (def && typed(b, def, tag, content, v))
			return true;
		if (untyped(b, tag, content, v) && (!def || leads_back(def, octets, v)))
			return true;
	} else if (def && def->type != IX_TYPE_NONE && bare(def, octets, v)) {
		return true;
	}
	return spelled(v, ix_ber_hex(b, "raw_", (const uint8_t *)octets.p, octets.len), false);
}

bool ix_ber_octet_list(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_octets **tail = into;
	struct ix_frame frame;

	if (!ix_ber_enter(b, t, &frame))
		return false;
	while (ix_ber_more(b, &frame)) {
		struct ix_tlv part;
		struct ix_octets *e;

		if (!ix_ber_head(b, &part))
			return false;
		if (!ix_ber_is(&part, IX_BER_UNIVERSAL, IX_BER_OCTETS))
			return ix_ber_bad(b, part.at, "A value is no OCTET STRING");
		e = *tail = ix_ber_part(b, sizeof(*e));
		if (!e || !ix_ber_octets(b, &part, 0, UINT32_MAX, &e->s))
			return false;
		tail = &e->next;
	}
	return b->fault->code == 0;
}

static bool relation(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	static const enum ix_rel rels[] = {IX_GT, IX_LT, IX_NE};
	uint64_t n;

	if (!ix_ber_number(b, t, 2, &n))
		return false;
	*(enum ix_rel *)into = rels[n];
	return true;
}

bool ix_ber_extra(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(extra, "extraInfo",
		      {0, 0, offsetof(struct ix_raw_value, extra.rel), 0, relation},
		      {1, 0, offsetof(struct ix_raw_value, extra.range), 0, ix_ber_bool},
		      {2, 0, offsetof(struct ix_raw_value, extra.sublist), 0, ix_ber_bool});

	return ix_ber_wrapped(b, t, &extra, b->level, into);
}

bool ix_ber_prop_value(struct ix_ber *b, const struct ix_raw_value *raw, const struct ix_def *def,
		       struct ix_prop *p)
{
	struct ix_value **tail = &p->values;
	unsigned n = 0;

	for (const struct ix_octets *e = raw->values; e; e = e->next, n++) {
		*tail = ix_ber_part(b, sizeof(**tail));
		if (!*tail || (!ix_ber_value(b, e->s, def, *tail) && !ix_ber_part(b, SIZE_MAX)))
			return false;
		tail = &(*tail)->next;
	}
	if (n == 0) { // CHOOSE
		p->values = ix_ber_part(b, sizeof(*p->values));
		return p->values && spelled(p->values, ix_lit("$"), false);
	}
	if ((raw->extra.rel != IX_EQ && n != 1) || (raw->extra.range && n != 2))
		return ix_ber_bad(b, b->p, "A relation needs one value, a range two");
	p->rel = raw->extra.rel;
	p->shape = raw->extra.range     ? IX_RANGE
		   : raw->extra.sublist ? IX_AND_LIST
		   : n > 1              ? IX_OR_LIST
					: IX_ONE;
	return true;
}

/* ---- from text to octets --------------------------------------------------------------------- */

/* Decimal with or without "-", no leading zeros: the spelling that integer_text() has. */
static bool decimal(struct ix_str s, bool *negative, uint64_t *n)
{
	uint32_t i = s.len > 0 && s.p[0] == '-';

	*negative = i > 0;
	*n = 0;
	if (i == s.len || (s.p[i] == '0' && s.len > 1))
		return false;
	for (; i < s.len; i++) {
		unsigned d = (unsigned)(s.p[i] - '0');

		if (d > 9 || *n > (UINT64_MAX - d) / 10)
			return false;
		*n = *n * 10 + d;
	}
	return !*negative || *n <= (uint64_t)INT64_MAX + 1;
}

static bool hex_number(struct ix_str s, uint64_t *n)
{
	uint8_t octets[8];
	struct ix_str digits = {s.p + 2, s.len - 2};

	if (s.len < 4 || s.len > 18 || s.p[0] != '0' || (s.p[1] | 0x20) != 'x' ||
	    !ix_ber_unhex(digits, octets))
		return false;
	*n = 0;
	for (uint32_t i = 0; i < digits.len / 2; i++)
		*n = *n << 8 | octets[i];
	return true;
}

static bool put_decimal(struct ix_ber_out *o, struct ix_str s)
{
	bool negative;
	uint64_t n;

	if (!decimal(s, &negative, &n))
		return false;
	if (negative)
		ix_ber_put_int(o, IX_BER_INTEGER, (int64_t)(0 - n));
	else
		ix_ber_put_uint(o, IX_BER_INTEGER, n);
	return true;
}

static bool put_typed(struct ix_ber_out *o, const struct ix_def *def, const struct ix_value *v)
{
	struct ix_str s = v->text;
	uint8_t octet;
	uint64_t n;

	switch ((enum ix_type)def->type) {
	case IX_TYPE_BOOL:
		if (!ix_str_is(s, "ON") && !ix_str_is(s, "OFF"))
			return false;
		ix_ber_put_bool(o, IX_BER_BOOLEAN, ix_str_is(s, "ON"));
		return true;
	case IX_TYPE_UINT:
		if (!hex_number(s, &n))
			return put_decimal(o, s);
		ix_ber_put_uint(o, IX_BER_INTEGER, n);
		return true;
	case IX_TYPE_HEX:
		if (s.len == 4 && s.p[0] == '0' && (s.p[1] | 0x20) == 'x')
			s = (struct ix_str){s.p + 2, 2};
		if (s.len != 2 || !ix_ber_unhex(s, &octet))
			return false;
		ix_ber_put(o, IX_BER_OCTETS, &octet, 1);
		return true;
	case IX_TYPE_ENUM:
		for (n = 0; def->names[n]; n++)
			if (ix_str_is(s, def->names[n])) {
				ix_ber_put_uint(o, IX_BER_ENUMERATED, n + def->min);
				return true;
			}
		return false;
	case IX_TYPE_STRING:
	case IX_TYPE_PREFIX:
		ix_ber_put_str(o, is_ascii(s) ? IX_BER_IA5 : IX_BER_UTF8, s);
		return v->quoted || s.len > 0;
	default: return false;
	}
}

static bool has_prefix(struct ix_str s, const char *prefix)
{
	uint32_t len = (uint32_t)strlen(prefix);

	return s.len >= len && ix_str_is((struct ix_str){s.p, len}, prefix);
}

/* Octets in hex digits behind a prefix, under this tag; 0: bare. */
static bool put_hex(struct ix_ber_out *o, struct ix_str s, const char *prefix, uint8_t tag)
{
	uint32_t skip = (uint32_t)strlen(prefix), len = (s.len - skip) / 2;
	size_t at = 0;

	if (!has_prefix(s, prefix) || (s.len - skip) % 2 != 0)
		return false;
	if (tag)
		at = ix_ber_open(o, tag);
	for (uint32_t i = 0; i < len; i++) {
		uint8_t octet;

		if (!ix_ber_unhex((struct ix_str){s.p + skip + 2 * i, 2}, &octet)) {
			o->bad = true;
			return true;
		}
		ix_ber_raw(o, &octet, 1);
	}
	if (tag)
		ix_ber_close(o, at);
	return true;
}

static void put_untyped(struct ix_ber_out *o, const struct ix_value *v)
{
	struct ix_str s = v->text;

	if (v->quoted)
		ix_ber_put_str(o, is_ascii(s) ? IX_BER_IA5 : IX_BER_UTF8, s);
	else if (ix_str_is(s, "ON") || ix_str_is(s, "OFF"))
		ix_ber_put_bool(o, IX_BER_BOOLEAN, ix_str_is(s, "ON"));
	else if (!put_decimal(o, s) && !put_hex(o, s, "0x", IX_BER_OCTETS))
		ix_ber_put_str(o, is_ascii(s) ? IX_BER_IA5 : IX_BER_UTF8, s);
}

void ix_ber_put_value(struct ix_ber_out *o, const struct ix_def *def, const struct ix_value *v)
{
	size_t at = ix_ber_open(o, IX_BER_OCTETS);

	if ((v->quoted || !put_hex(o, v->text, "raw_", 0)) && (!def || !put_typed(o, def, v)))
		put_untyped(o, v);
	ix_ber_close(o, at);
}

void ix_ber_put_values(struct ix_ber_out *o, uint8_t id, const struct ix_def *def,
		       const struct ix_prop *p)
{
	size_t at = ix_ber_open(o, id);
	const struct ix_value *v = p->values;
	bool choose = v && !v->next && !v->quoted && v->text.len == 1 && v->text.p[0] == '$';

	for (; v && !choose; v = v->next)
		ix_ber_put_value(o, def, v);
	ix_ber_close(o, at);
}

void ix_ber_put_extra(struct ix_ber_out *o, const struct ix_prop *p)
{
	static const uint8_t rels[] = {[IX_GT] = 0, [IX_LT] = 1, [IX_NE] = 2};
	bool one = p->values && !p->values->next;
	bool two = p->values && p->values->next && !p->values->next->next;
	size_t at;

	if ((p->rel != IX_EQ && (!one || p->shape != IX_ONE)) || (p->shape == IX_RANGE && !two) ||
	    (p->shape == IX_ONE && !one))
		o->bad = true;
	if (p->rel == IX_EQ && p->shape != IX_RANGE && p->shape != IX_AND_LIST)
		return;
	at = ix_ber_open(o, IX_CC(2));
	if (p->rel != IX_EQ)
		ix_ber_put_uint(o, IX_C(0), rels[p->rel]);
	else
		ix_ber_put_bool(o, p->shape == IX_RANGE ? IX_C(1) : IX_C(2), true);
	ix_ber_close(o, at);
}
