// Reader and writer of BER's tags, lengths and plain values.
// Spec: X.690 clause 8
#include "ber_tlv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- faults ---------------------------------------------------------------------------------- */

bool ix_ber_fail(struct ix_ber *b, const uint8_t *at, uint16_t code, const char *fmt, ...)
{
	va_list args;

	if (b->fault->code != 0)
		return false;
	b->fault->code = code;
	b->fault->offset = (uint32_t)(at - b->base);
	va_start(args, fmt);
	vsnprintf(b->fault->text, sizeof(b->fault->text), fmt, args);
	va_end(args);
	return false;
}

bool ix_ber_bad(struct ix_ber *b, const uint8_t *at, const char *what)
{
	return ix_ber_fail(b, at, b->request ? b->level : IX_E_SYNTAX_MESSAGE, "%s", what);
}

void *ix_ber_part(struct ix_ber *b, size_t size)
{
	void *p = ix_alloc(b->arena, size);

	if (!p)
		ix_ber_fail(b, b->p, IX_E_RESOURCES, "The message needs too much memory");
	return p;
}

/* ---- tags and lengths ------------------------------------------------------------------------ */

/* The octets after a first one that says "tag above 30". */
static bool long_tag(struct ix_ber *b, struct ix_tlv *t)
{
	t->tag = 0;
	for (unsigned i = 0; i < 4; i++) {
		uint8_t c;

		if (b->p == b->end)
			return ix_ber_bad(b, t->at, "Truncated tag");
		c = *b->p++;
		t->tag = t->tag << 7 | (c & 0x7f);
		if (!(c & 0x80))
			return true;
	}
	return ix_ber_bad(b, t->at, "Tag too long");
}

static bool length(struct ix_ber *b, struct ix_tlv *t)
{
	unsigned octets;

	if (b->p == b->end)
		return ix_ber_bad(b, t->at, "Truncated length");
	octets = *b->p++;
	t->len = 0;
	t->indefinite = octets == 0x80;
	if (t->indefinite)
		return t->constructed || ix_ber_bad(b, t->at, "Indefinite length of a plain value");
	if (octets < 0x80) {
		t->len = octets;
	} else {
		octets &= 0x7f;
		if (octets > (size_t)(b->end - b->p))
			return ix_ber_bad(b, t->at, "Truncated length");
		for (; octets > 0; octets--) {
			if (t->len >> 24 != 0)
				return ix_ber_bad(b, t->at, "Length too large");
			t->len = t->len << 8 | *b->p++;
		}
	}
	if (t->len > (size_t)(b->end - b->p))
		return ix_ber_bad(b, t->at, "Length beyond the end");
	return true;
}

bool ix_ber_head(struct ix_ber *b, struct ix_tlv *t)
{
	uint8_t id;

	t->at = b->p;
	if (b->p == b->end)
		return ix_ber_bad(b, t->at, "Truncated: a value is missing");
	id = *b->p++;
	t->class = id >> 6;
	t->constructed = id & 0x20;
	t->tag = id & 0x1f;
	if (t->tag == 0x1f && !long_tag(b, t))
		return false;
	return length(b, t);
}

bool ix_ber_skip(struct ix_ber *b, const struct ix_tlv *t)
{
	unsigned open = 1; // indefinite lengths that wait for their end

	if (!t->indefinite) {
		b->p += t->len;
		return true;
	}
	while (open > 0) {
		struct ix_tlv part;

		if (!ix_ber_head(b, &part))
			return false;
		if (part.indefinite)
			open++;
		else if (part.class == 0 && part.tag == 0 && part.len == 0)
			open--;
		else
			b->p += part.len;
	}
	return true;
}

bool ix_ber_enter(struct ix_ber *b, const struct ix_tlv *t, struct ix_frame *f)
{
	if (!t->constructed)
		return ix_ber_bad(b, t->at, "A plain value where parts belong");
	if (b->depth == IX_BER_DEPTH)
		return ix_ber_bad(b, t->at, "Nested too deep");
	b->depth++;
	f->outer = b->end;
	f->indefinite = t->indefinite;
	if (!t->indefinite)
		b->end = b->p + t->len;
	return true;
}

bool ix_ber_more(struct ix_ber *b, struct ix_frame *f)
{
	bool ends;

	if (b->fault->code != 0)
		return false;
	if (!f->indefinite) {
		ends = b->p == b->end;
	} else {
		ends = b->end - b->p >= 2 && b->p[0] == 0 && b->p[1] == 0;
		if (ends)
			b->p += 2;
	}
	if (ends) {
		b->end = f->outer;
		b->depth--;
	}
	return !ends;
}

/* ---- structured values ----------------------------------------------------------------------- */

static bool field(struct ix_ber *b, const struct ix_tlv *t, const struct ix_ber_field *f,
		  void *into)
{
	if (f->has > 0)
		*((bool *)into + f->has - 1) = true;
	return f->read(b, t, (char *)into + f->at);
}

/* Index of the field with this tag, from `from` on; n when there is none. */
static unsigned find(const struct ix_ber_fields *fields, const struct ix_tlv *t, unsigned from)
{
	if (t->class != IX_BER_CONTEXT)
		return fields->n;
	while (from < fields->n && fields->f[from].tag != t->tag)
		from++;
	return from;
}

/* Are needed fields among those from `from` up to `to`? */
static bool passed(struct ix_ber *b, const struct ix_ber_fields *fields, unsigned from, unsigned to)
{
	for (; from < to; from++)
		if (fields->f[from].flags & IX_BER_NEEDED)
			return ix_ber_fail(b, b->p, b->request ? b->level : IX_E_SYNTAX_MESSAGE,
					   "%s: field [%u] is missing", fields->name,
					   fields->f[from].tag);
	return true;
}

bool ix_ber_sequence(struct ix_ber *b, const struct ix_tlv *t, const struct ix_ber_fields *fields,
		     void *into)
{
	unsigned next = 0;
	struct ix_frame frame;

	if (!ix_ber_enter(b, t, &frame))
		return false;
	while (ix_ber_more(b, &frame)) {
		struct ix_tlv part;
		unsigned i;

		if (!ix_ber_head(b, &part))
			return false;
		i = find(fields, &part, next);
		if (i < fields->n) {
			if (!passed(b, fields, next, i) || !field(b, &part, &fields->f[i], into))
				return false;
			next = i + 1;
		} else if (part.class != IX_BER_CONTEXT || find(fields, &part, 0) < fields->n) {
			return ix_ber_fail(b, part.at, b->request ? b->level : IX_E_SYNTAX_MESSAGE,
					   "%s: field [%u] is foreign or out of order",
					   fields->name, (unsigned)part.tag);
		} else if (!ix_ber_skip(b, &part)) {
			return false;
		}
	}
	return b->fault->code == 0 && passed(b, fields, next, fields->n);
}

bool ix_ber_choice(struct ix_ber *b, const struct ix_tlv *t, const struct ix_ber_fields *fields,
		   uint16_t code, void *into)
{
	unsigned i = find(fields, t, 0);

	if (i < fields->n)
		return field(b, t, &fields->f[i], into);
	return ix_ber_fail(b, t->at, b->request ? code : IX_E_SYNTAX_MESSAGE,
			   "%s: alternative [%u] is unknown", fields->name, (unsigned)t->tag);
}

bool ix_ber_wrapped(struct ix_ber *b, const struct ix_tlv *t, const struct ix_ber_fields *fields,
		    uint16_t code, void *into)
{
	struct ix_frame frame;
	struct ix_tlv part;

	if (!ix_ber_enter(b, t, &frame))
		return false;
	if (!ix_ber_more(b, &frame) || !ix_ber_head(b, &part))
		return ix_ber_bad(b, t->at, "A choice without an alternative");
	if (!ix_ber_choice(b, &part, fields, code, into))
		return false;
	if (ix_ber_more(b, &frame))
		return ix_ber_bad(b, b->p, "A choice of more than one alternative");
	return b->fault->code == 0;
}

bool ix_ber_list(struct ix_ber *b, const struct ix_tlv *t, ix_ber_read *read, void *into)
{
	struct ix_frame frame;

	if (!ix_ber_enter(b, t, &frame))
		return false;
	while (ix_ber_more(b, &frame)) {
		struct ix_tlv part;

		if (!ix_ber_head(b, &part) || !read(b, &part, into))
			return false;
	}
	return b->fault->code == 0;
}

bool ix_ber_element(struct ix_ber *b, const struct ix_tlv *t)
{
	return ix_ber_is(t, IX_BER_UNIVERSAL, IX_BER_SEQUENCE) ||
	       ix_ber_bad(b, t->at, "A list's element is no SEQUENCE");
}

/* ---- plain values ---------------------------------------------------------------------------- */

static bool plain(struct ix_ber *b, const struct ix_tlv *t)
{
	return !t->constructed || ix_ber_bad(b, t->at, "Parts where a plain value belongs");
}

bool ix_ber_number(struct ix_ber *b, const struct ix_tlv *t, uint64_t max, uint64_t *n)
{
	const uint8_t *p = b->p, *end = b->p + t->len;

	if (!plain(b, t))
		return false;
	if (p == end || (*p & 0x80))
		return ix_ber_bad(b, t->at, "No number above or equal to 0");
	while (p < end - 1 && *p == 0)
		p++;
	if (end - p > 8)
		return ix_ber_bad(b, t->at, "Number too large");
	for (*n = 0; p < end; p++)
		*n = *n << 8 | *p;
	b->p = end;
	return *n <= max || ix_ber_bad(b, t->at, "Number too large");
}

/* Total length of a string's segments, and their bytes when `out` is given. */
static bool segments(struct ix_ber *b, const struct ix_tlv *t, size_t *len, char *out)
{
	struct ix_frame frame;

	if (!t->constructed) {
		if (out && t->len > 0)
			memcpy(out + *len, b->p, t->len);
		*len += t->len;
		b->p += t->len;
		return true;
	}
	if (!ix_ber_enter(b, t, &frame))
		return false;
	while (ix_ber_more(b, &frame)) {
		struct ix_tlv part;

		if (!ix_ber_head(b, &part))
			return false;
		if (part.class != IX_BER_UNIVERSAL ||
		    (part.tag != IX_BER_OCTETS && part.tag != IX_BER_IA5 &&
		     part.tag != IX_BER_UTF8))
			return ix_ber_bad(b, part.at, "A string's segment is no string");
		if (!segments(b, &part, len, out)) // IX_BER_DEPTH bounds this
			return false;
	}
	return b->fault->code == 0;
}

bool ix_ber_octets(struct ix_ber *b, const struct ix_tlv *t, size_t min, size_t max,
		   struct ix_str *s)
{
	const uint8_t *content = b->p;
	size_t len = 0;

	if (!segments(b, t, &len, NULL))
		return false;
	if (len < min || len > max)
		return ix_ber_bad(b, t->at, "A string too short or too long");
	*s = (struct ix_str){(const char *)content, (uint32_t)len};
	if (t->constructed) {
		char *joined = ix_ber_part(b, len);

		if (!joined)
			return false;
		b->p = content;
		len = 0;
		if (!segments(b, t, &len, joined))
			return false;
		s->p = joined;
	}
	return true;
}

bool ix_ber_bits(struct ix_ber *b, const struct ix_tlv *t, uint32_t *bits)
{
	const uint8_t *p = b->p;
	unsigned n;

	if (!plain(b, t))
		return false;
	if (t->len == 0 || p[0] > 7 || (t->len == 1 && p[0] > 0))
		return ix_ber_bad(b, t->at, "No string of bits");
	n = t->len > 5 ? 32 : (unsigned)(t->len - 1) * 8 - p[0];
	*bits = 0;
	for (unsigned i = 0; i < n && i < 32; i++)
		if (p[1 + i / 8] & (0x80 >> i % 8))
			*bits |= UINT32_C(1) << i;
	b->p += t->len;
	return true;
}

bool ix_ber_u8(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	uint64_t n;

	if (!ix_ber_number(b, t, 99, &n))
		return false;
	*(uint8_t *)into = (uint8_t)n;
	return true;
}

bool ix_ber_u16(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	uint64_t n;

	if (!ix_ber_number(b, t, UINT16_MAX, &n))
		return false;
	*(uint16_t *)into = (uint16_t)n;
	return true;
}

bool ix_ber_u32(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	uint64_t n;

	if (!ix_ber_number(b, t, UINT32_MAX, &n))
		return false;
	*(uint32_t *)into = (uint32_t)n;
	return true;
}

bool ix_ber_bool(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	if (!plain(b, t))
		return false;
	if (t->len != 1)
		return ix_ber_bad(b, t->at, "No truth value");
	*(bool *)into = *b->p++ != 0;
	return true;
}

bool ix_ber_tri(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	bool on;

	if (!ix_ber_bool(b, t, &on))
		return false;
	*(enum ix_tri *)into = on ? IX_ON : IX_OFF;
	return true;
}

bool ix_ber_flag(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	if (!plain(b, t))
		return false;
	if (t->len != 0)
		return ix_ber_bad(b, t->at, "NULL with a content");
	*(bool *)into = true;
	return true;
}

bool ix_ber_text(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return ix_ber_octets(b, t, 0, UINT32_MAX, into);
}

bool ix_ber_skip_field(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return ix_ber_skip(b, t);
}

/* ---- writer ---------------------------------------------------------------------------------- */

void ix_ber_raw(struct ix_ber_out *o, const void *p, size_t len)
{
	if (len > (size_t)(o->end - o->p)) {
		o->full = true;
		return;
	}
	if (len > 0)
		memcpy(o->p, p, len);
	o->p += len;
}

size_t ix_ber_open(struct ix_ber_out *o, uint8_t id)
{
	uint8_t start[2] = {id, 0};

	ix_ber_raw(o, start, sizeof(start));
	return (size_t)(o->p - o->base);
}

/* Octets of a length besides the first. */
static unsigned length_octets(size_t len)
{
	return len < 0x80 ? 0 : len < 0x100 ? 1 : len < 0x10000 ? 2 : len < 0x1000000 ? 3 : 4;
}

void ix_ber_close(struct ix_ber_out *o, size_t at)
{
	uint8_t *content = o->base + at;
	size_t len = (size_t)(o->p - content);
	unsigned more = length_octets(len);

	if (o->full)
		return;
	if (more > (size_t)(o->end - o->p)) {
		o->full = true;
		return;
	}
	if (more > 0)
		memmove(content + more, content, len);
	o->p += more;
	content[-1] = (uint8_t)(more > 0 ? 0x80 | more : len);
	for (unsigned i = 0; i < more; i++)
		content[i] = (uint8_t)(len >> 8 * (more - 1 - i));
}

void ix_ber_put(struct ix_ber_out *o, uint8_t id, const void *p, size_t len)
{
	size_t at = ix_ber_open(o, id);

	ix_ber_raw(o, p, len);
	ix_ber_close(o, at);
}

void ix_ber_put_str(struct ix_ber_out *o, uint8_t id, struct ix_str s)
{
	ix_ber_put(o, id, s.p, s.len);
}

void ix_ber_put_uint(struct ix_ber_out *o, uint8_t id, uint64_t n)
{
	uint8_t octets[9] = {0}; // a leading 0 keeps large numbers positive
	unsigned first = 0;

	for (unsigned i = 0; i < 8; i++)
		octets[1 + i] = (uint8_t)(n >> 8 * (7 - i));
	while (first < 8 && octets[first] == 0 && !(octets[first + 1] & 0x80))
		first++;
	ix_ber_put(o, id, octets + first, 9 - first);
}

void ix_ber_put_int(struct ix_ber_out *o, uint8_t id, int64_t n)
{
	uint8_t octets[8];
	unsigned first = 0;

	for (unsigned i = 0; i < 8; i++)
		octets[i] = (uint8_t)((uint64_t)n >> 8 * (7 - i));
	while (first < 7 && octets[first] == (n < 0 ? 0xff : 0) &&
	       (octets[first + 1] & 0x80) == (n < 0 ? 0x80 : 0))
		first++;
	ix_ber_put(o, id, octets + first, 8 - first);
}

void ix_ber_put_bool(struct ix_ber_out *o, uint8_t id, bool on)
{
	uint8_t octet = on ? 0xff : 0;

	ix_ber_put(o, id, &octet, 1);
}

void ix_ber_put_null(struct ix_ber_out *o, uint8_t id)
{
	ix_ber_put(o, id, NULL, 0);
}

void ix_ber_put_bits(struct ix_ber_out *o, uint8_t id, uint32_t bits, unsigned n)
{
	uint8_t octets[5] = {0};
	unsigned used = 0;

	for (unsigned i = 0; i < n; i++)
		if (bits & (UINT32_C(1) << i)) {
			octets[1 + i / 8] |= (uint8_t)(0x80 >> i % 8);
			used = i + 1;
		}
	octets[0] = (uint8_t)((8 - used % 8) % 8);
	ix_ber_put(o, id, octets, 1 + (used + 7) / 8);
}
