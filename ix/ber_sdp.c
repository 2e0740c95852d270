// Local and Remote: SDP as groups of properties, one property a line, one group a session.
// Spec: H.248.1 Annex C.11 (property tags b001 to b00f, values are IA5String), A.2
// (LocalRemoteDescriptor)
//
// A property that is no SDP line becomes "x00001001=02010a,02010b", its octets in hex; a line that
// no property describes is carried whole as property 0000/0000, which no table of Annex C uses.
#include "ber_code.h"
#include "scan.h"

#include <string.h>

enum { SDP_FIRST = 0xb001, SDP_LINE = 0 };
static const char letters[] = "vosiuepcbzkatrm"; // in the order of their tags

struct line {
	struct line *next;
	struct ix_str text;
};

struct session {
	struct line *lines, **tail;
	size_t len;        // of the text so far
	bool group_starts; // no line of this group was read yet
};

struct parm {
	struct ix_str name;
	struct ix_raw_value raw;
};

static bool pkgd_name(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return ix_ber_octets(b, t, 4, 4, into);
}

IX_BER_FIELDS(parm_fields, "PropertyParm",
	      {0, IX_BER_NEEDED, offsetof(struct parm, name), 0, pkgd_name},
	      {1, IX_BER_NEEDED, offsetof(struct parm, raw.values), 0, ix_ber_octet_list},
	      {2, 0, offsetof(struct parm, raw), 0, ix_ber_extra});

/* ---- from properties to lines ---------------------------------------------------------------- */

static bool add_line(struct ix_ber *b, struct session *s, struct ix_str text)
{
	struct line *l = ix_ber_part(b, sizeof(*l));

	if (!l || (!text.p && !ix_ber_part(b, SIZE_MAX)))
		return false;
	l->text = text;
	*s->tail = l;
	s->tail = &l->next;
	s->len += text.len + 2;
	return true;
}

/* 0 when it is no SDP line. */
static char letter_of(struct ix_str name)
{
	const uint8_t *p = (const uint8_t *)name.p;
	unsigned tag = (unsigned)(p[2] << 8 | p[3]);

	if (p[0] != 0 || p[1] != 0 || tag < SDP_FIRST || tag - SDP_FIRST >= sizeof(letters) - 1)
		return 0;
	return letters[tag - SDP_FIRST];
}

static bool one_line(struct ix_str text)
{
	for (uint32_t i = 0; i < text.len; i++)
		if (text.p[i] == '\r' || text.p[i] == '\n' || text.p[i] == '\0')
			return false;
	return true;
}

/* In text only a v= line tells where the next session starts. */
static bool start_group(struct ix_ber *b, struct session *s, char letter)
{
	if (!s->group_starts)
		return true;
	s->group_starts = false;
	return letter == 'v' || !s->lines || add_line(b, s, ix_lit("v=0"));
}

static bool sdp_line(struct ix_ber *b, const uint8_t *at, struct session *s, char letter,
		     struct ix_str value)
{
	if (!one_line(value))
		return ix_ber_fail(b, at, IX_E_SDP, "A line of SDP holds a line end or NUL");
	if (letter == 0)
		return add_line(b, s, value);
	return add_line(
		b, s,
		ix_str_fmt(b->arena, "%c=%.*s", letter, (int)value.len, value.len ? value.p : ""));
}

/* x<name>=<octets>[,<octets>]; "$" for CHOOSE. */
static bool hex_line(struct ix_ber *b, struct session *s, const struct parm *p)
{
	struct ix_str text = ix_ber_hex(b, "x", (const uint8_t *)p->name.p, 4);
	char sep = '=';

	if (!p->raw.values && text.p)
		text = ix_str_fmt(b->arena, "%.*s=$", (int)text.len, text.p);
	for (const struct ix_octets *e = p->raw.values; e && text.p; e = e->next, sep = ',') {
		struct ix_str hex = ix_ber_hex(b, "", (const uint8_t *)e->s.p, e->s.len);

		if (!hex.p)
			return false;
		text = ix_str_fmt(b->arena, "%.*s%c%.*s", (int)text.len, text.p, sep, (int)hex.len,
				  hex.p);
	}
	return add_line(b, s, text);
}

static bool add_parm(struct ix_ber *b, const uint8_t *at, struct session *s, const struct parm *p)
{
	char letter = letter_of(p->name);
	bool whole = memcmp(p->name.p, "\0\0\0\0", 4) == 0;

	if (p->raw.extra.rel != IX_EQ || p->raw.extra.range)
		return ix_ber_fail(b, at, IX_E_VALUE, "A range or relation of SDP lines");
	if (!start_group(b, s, letter))
		return false;
	if (!letter && (!whole || !p->raw.values))
		return hex_line(b, s, p);
	if (p->raw.values && p->raw.values->next && !p->raw.extra.sublist)
		return ix_ber_fail(b, at, IX_E_VALUE, "A choice of SDP lines");
	if (!p->raw.values)
		return sdp_line(b, at, s, letter, ix_lit("$"));
	for (const struct ix_octets *e = p->raw.values; e; e = e->next)
		if (!sdp_line(b, at, s, letter, ix_ber_unwrap(e->s)))
			return false;
	return true;
}

static bool group_parm(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct parm p = {.raw = {0}};

	return ix_ber_element(b, t) && ix_ber_sequence(b, t, &parm_fields, &p) &&
	       add_parm(b, t->at, into, &p);
}

static bool group(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct session *s = into;

	s->group_starts = true;
	return ix_ber_element(b, t) && ix_ber_list(b, t, group_parm, s);
}

static bool groups(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return ix_ber_list(b, t, group, into);
}

/* The lines as one text, CRLF between them, no white space around it. */
static bool joined(struct ix_ber *b, const struct session *s, struct ix_str *out)
{
	char *p = ix_ber_part(b, s->len);

	if (!p)
		return false;
	out->p = p;
	for (const struct line *l = s->lines; l; l = l->next) {
		if (l->text.len > 0)
			memcpy(p, l->text.p, l->text.len);
		p += l->text.len;
		if (l->next) {
			memcpy(p, "\r\n", 2);
			p += 2;
		}
	}
	while (p > out->p && ix_is(p[-1], IX_CH_SPACE)) // as text does
		p--;
	while (p > out->p && ix_is(*out->p, IX_CH_SPACE))
		out->p++;
	out->len = (uint32_t)(p - out->p);
	return true;
}

static bool read_session(struct ix_ber *b, const struct ix_tlv *t,
			 const struct ix_ber_fields *fields, struct ix_str *out)
{
	struct session s = {.lines = NULL};

	s.tail = &s.lines;
	return ix_ber_sequence(b, t, fields, &s) && joined(b, &s, out);
}

bool ix_ber_sdp(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "LocalRemoteDescriptor", {0, IX_BER_NEEDED, 0, 0, groups});

	return read_session(b, t, &fields, into);
}

/* ---- audits: names of lines, with a value to select by --------------------------------------- */

struct ask {
	struct ix_str name;
	struct parm parm;
	bool has_parm;
};

static bool ask_parm(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return ix_ber_sequence(b, t, &parm_fields, into);
}

static bool ask(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(
		fields, "IndAudPropertyParm",
		{0, IX_BER_NEEDED, offsetof(struct ask, name), 0, pkgd_name},
		{1, 0, offsetof(struct ask, parm), IX_BER_HAS(struct ask, has_parm), ask_parm});
	struct ask a = {.has_parm = false};
	char letter;

	if (!ix_ber_element(b, t) || !ix_ber_sequence(b, t, &fields, &a))
		return false;
	if (a.has_parm)
		return add_parm(b, t->at, into, &a.parm);
	letter = letter_of(a.name);
	if (letter)
		return sdp_line(b, t->at, into, letter, (struct ix_str){0});
	return hex_line(b, into, &(struct parm){.name = a.name});
}

static bool asks(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return ix_ber_list(b, t, ask, into);
}

bool ix_ber_sdp_audit(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "IndAudLocalRemoteDescriptor", {0, 0, 0, 0, ix_ber_skip_field},
		      {1, IX_BER_NEEDED, 0, 0, asks});

	return read_session(b, t, &fields, into);
}

/* ---- from lines to properties ---------------------------------------------------------------- */

/* The next line without its end; empty ones are left out. */
static bool next_line(struct ix_str *rest, struct ix_str *line)
{
	uint32_t len = 0;

	while (rest->len > 0 && (*rest->p == '\r' || *rest->p == '\n'))
		*rest = (struct ix_str){rest->p + 1, rest->len - 1};
	if (rest->len == 0)
		return false;
	while (len < rest->len && rest->p[len] != '\r' && rest->p[len] != '\n')
		len++;
	*line = (struct ix_str){rest->p, len};
	*rest = (struct ix_str){rest->p + len, rest->len - len};
	return true;
}

static void put_name(struct ix_ber_out *o, unsigned tag)
{
	const uint8_t name[4] = {0, 0, (uint8_t)(tag >> 8), (uint8_t)tag};

	ix_ber_put(o, IX_C(0), name, sizeof(name));
}

/* Writes "x00001001=02010a,..." or "=$"; false when the line is something else. */
static bool hex_values(struct ix_ber_out *o, struct ix_str line)
{
	uint8_t name[4], octet;
	uint32_t i = 10;
	size_t list, at;

	if (line.len < 10 || line.p[0] != 'x' || line.p[9] != '=' ||
	    !ix_ber_unhex((struct ix_str){line.p + 1, 8}, name))
		return false;
	ix_ber_put(o, IX_C(0), name, sizeof(name));
	list = ix_ber_open(o, IX_CC(1));
	if (line.len == 11 && line.p[10] == '$')
		i = line.len + 1;
	while (i <= line.len) {
		at = ix_ber_open(o, IX_BER_OCTETS);
		for (; i < line.len && line.p[i] != ','; i += 2) {
			if (i + 2 > line.len ||
			    !ix_ber_unhex((struct ix_str){line.p + i, 2}, &octet)) {
				o->bad = true;
				return true;
			}
			ix_ber_raw(o, &octet, 1);
		}
		ix_ber_close(o, at);
		i++;
	}
	ix_ber_close(o, list);
	return true;
}

/* Tag of a line's property and its value; SDP_LINE for the line as a whole. */
static unsigned sdp_tag(struct ix_str line, struct ix_str *value)
{
	const char *letter = line.len >= 2 && line.p[1] == '=' && line.p[0] != '\0'
				     ? strchr(letters, line.p[0])
				     : NULL;

	*value = letter ? (struct ix_str){line.p + 2, line.len - 2} : line;
	return letter ? SDP_FIRST + (unsigned)(letter - letters) : SDP_LINE;
}

static void put_parm_body(struct ix_ber_out *o, struct ix_str line)
{
	struct ix_str value;
	size_t list;

	if (hex_values(o, line))
		return;
	put_name(o, sdp_tag(line, &value));
	list = ix_ber_open(o, IX_CC(1));
	if (value.len != 1 || value.p[0] != '$')
		ix_ber_put_text(o, value);
	ix_ber_close(o, list);
}

void ix_ber_put_sdp(struct ix_ber_out *o, uint8_t id, struct ix_str text)
{
	size_t at = ix_ber_open(o, id), groups_at = ix_ber_open(o, IX_CC(0)), group_at = 0, parm;
	struct ix_str rest = text, line;

	if (memchr(text.p ? text.p : "", '\0', text.len))
		o->bad = true;
	while (next_line(&rest, &line)) {
		bool starts = line.len >= 2 && line.p[0] == 'v' && line.p[1] == '=';

		if (starts && group_at > 0) {
			ix_ber_close(o, group_at);
			group_at = 0;
		}
		if (group_at == 0)
			group_at = ix_ber_open(o, IX_SEQUENCE);
		parm = ix_ber_open(o, IX_SEQUENCE);
		put_parm_body(o, line);
		ix_ber_close(o, parm);
	}
	if (group_at > 0)
		ix_ber_close(o, group_at);
	ix_ber_close(o, groups_at);
	ix_ber_close(o, at);
}

/* A line without a value asks for the property, one with a value selects by it. */
static void put_ask(struct ix_ber_out *o, struct ix_str line)
{
	size_t at = ix_ber_open(o, IX_SEQUENCE), parm;
	bool hex = line.len == 11 && line.p[0] == 'x' && line.p[9] == '=' && line.p[10] == '$';
	struct ix_str value;
	unsigned tag = sdp_tag(line, &value);
	uint8_t name[4];

	if (hex && ix_ber_unhex((struct ix_str){line.p + 1, 8}, name)) {
		ix_ber_put(o, IX_C(0), name, sizeof(name));
	} else {
		put_name(o, tag);
		if (tag == SDP_LINE)
			o->bad = true;
		if (value.len > 0) {
			parm = ix_ber_open(o, IX_CC(1));
			put_parm_body(o, line);
			ix_ber_close(o, parm);
		}
	}
	ix_ber_close(o, at);
}

void ix_ber_put_sdp_audit(struct ix_ber_out *o, uint8_t id, struct ix_str text)
{
	size_t at = ix_ber_open(o, id), list = ix_ber_open(o, IX_CC(1));
	struct ix_str rest = text, line;

	while (next_line(&rest, &line))
		put_ask(o, line);
	ix_ber_close(o, list);
	ix_ber_close(o, at);
}
