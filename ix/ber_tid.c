// Termination ids: octets and wildcard fields of binary, names of text.
// Spec: H.248.1 A.1 (wildcards), 6.2.2; TS 29.238 by analogy with TS 29.332 A.6 (4 octets, type
// bits)
//
//   31  29 28   25 24   22 21                    0
//   +-----+-------+-------+----------------------+   the default plan; a wildcard field names the
//   | 001 | group | if.   | id                   |   highest bit of the part that is open, with
//   0x40
//   +-----+-------+-------+----------------------+   that part and all below it, with 0x80 ALL
//
// "$" and "*" alone open the whole id. A run of equal wildcards up to the end is one field, as 3GPP
// asks for: ip/$/$/$ is 5c 20000000. ALL of the lower parts reads back as one "*" (ip/1/*), CHOOSE
// as one "$" for each part.
#include "ber_code.h"

#include <string.h>

const struct ix_tid_plan ix_tid_plan_default = {
	.prefix = "ip",
	.octets = 4,
	.type_bits = 3,
	.group_bits = 4,
	.interface_bits = 3,
	.id_bits = 22,
	.type = 1,
};

enum { PARTS = 3, FIELDS = 8, LOWER = 0x40, ALL = 0x80, NAME_MAX_LEN = 64 };

static const struct ix_tid_plan *plan_of(const struct ix_ber_conf *conf)
{
	return conf->plan ? conf->plan : &ix_tid_plan_default;
}

/* Width and lowest bit of group (0), interface (1), id (2). */
static unsigned width(const struct ix_tid_plan *plan, unsigned part)
{
	return part == 0 ? plan->group_bits : part == 1 ? plan->interface_bits : plan->id_bits;
}

static unsigned lowest(const struct ix_tid_plan *plan, unsigned part)
{
	return part == 0 ? plan->id_bits + plan->interface_bits : part == 1 ? plan->id_bits : 0;
}

static unsigned highest(const struct ix_tid_plan *plan, unsigned part)
{
	return lowest(plan, part) + width(plan, part) - 1;
}

static uint64_t mask(unsigned bits)
{
	return bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

/* Letters, digits and "_", and no number. */
static bool name_ok(const char *s)
{
	bool digits = *s != '\0';

	for (; *s; s++) {
		if (!((*s | 0x20) >= 'a' && (*s | 0x20) <= 'z') && !(*s >= '0' && *s <= '9') &&
		    *s != '_')
			return false;
		digits &= *s >= '0' && *s <= '9';
	}
	return !digits;
}

static bool names_ok(const char *const *names, unsigned bits)
{
	unsigned n = 0;

	for (; names && names[n]; n++)
		if (!name_ok(names[n]))
			return false;
	return n == 0 || n - 1 <= mask(bits);
}

bool ix_tid_plan_ok(const struct ix_tid_plan *p)
{
	unsigned bits = p->type_bits + p->group_bits + p->interface_bits + p->id_bits;

	return p->octets >= 1 && p->octets <= 8 && bits == 8u * p->octets && p->group_bits > 0 &&
	       p->group_bits <= 16 && p->interface_bits > 0 && p->interface_bits <= 16 &&
	       p->id_bits > 0 && p->id_bits <= 32 && p->type_bits > 0 && p->type_bits <= 8 &&
	       p->type <= mask(p->type_bits) && p->prefix && *p->prefix &&
	       names_ok(p->groups, p->group_bits) && names_ok(p->interfaces, p->interface_bits);
}

/* ---- from octets ----------------------------------------------------------------------------- */

struct coded {
	uint8_t fields[FIELDS];
	unsigned n_fields;
	struct ix_str id;
};

static bool wildcard(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct coded *c = into;
	struct ix_str s;

	if (!ix_ber_is(t, IX_BER_UNIVERSAL, IX_BER_OCTETS))
		return ix_ber_bad(b, t->at, "A wildcard field is no OCTET STRING");
	if (!ix_ber_octets(b, t, 1, 1, &s))
		return false;
	if (c->n_fields == FIELDS)
		return ix_ber_bad(b, t->at, "Too many wildcard fields");
	c->fields[c->n_fields++] = (uint8_t)s.p[0];
	return true;
}

static bool wildcards(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return ix_ber_list(b, t, wildcard, into);
}

static bool id_octets(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return ix_ber_octets(b, t, 1, 8, into);
}

IX_BER_FIELDS(tid_fields, "TerminationID", {0, IX_BER_NEEDED, 0, 0, wildcards},
	      {1, IX_BER_NEEDED, offsetof(struct coded, id), 0, id_octets});

/* Text of what the plan does not describe: bin/<id>[/<fields>/[*][/$]]. */
static bool foreign_name(struct ix_ber *b, const struct coded *c, struct ix_str *name)
{
	struct ix_str id = ix_ber_hex(b, "bin/", (const uint8_t *)c->id.p, c->id.len);
	struct ix_str fields = ix_ber_hex(b, "/", c->fields, c->n_fields);
	bool all = false, choose = false;

	if (!id.p || !fields.p)
		return false;
	*name = id;
	if (c->n_fields == 0)
		return true;
	for (unsigned i = 0; i < c->n_fields; i++)
		*(c->fields[i] & ALL ? &all : &choose) = true;
	*name = ix_str_fmt(b->arena, "%.*s%.*s%s%s", (int)id.len, id.p, (int)fields.len, fields.p,
			   all ? "/*" : "", choose ? "/$" : "");
	return name->p || ix_ber_part(b, SIZE_MAX);
}

/* Which wildcard opens each part: 0, '*' or '$'. False when a field starts elsewhere. */
static bool open_parts(const struct ix_tid_plan *plan, const struct coded *c, char open[PARTS])
{
	for (unsigned i = 0; i < c->n_fields; i++) {
		unsigned part = 0;

		while (part < PARTS && highest(plan, part) != (c->fields[i] & 0x3f))
			part++;
		if (part == PARTS)
			return false;
		do {
			if (open[part])
				return false;
			open[part] = c->fields[i] & ALL ? '*' : '$';
		} while (c->fields[i] & LOWER && ++part < PARTS);
	}
	return true;
}

/* One "*" stands for itself and all parts below. */
static unsigned parts_shown(const char open[PARTS])
{
	unsigned n = PARTS;

	while (n > 1 && open[n - 1] == '*' && open[n - 2] == '*')
		n--;
	return n;
}

static size_t part_text(const struct ix_tid_plan *plan, unsigned part, uint64_t n, char *text,
			size_t size)
{
	const char *const *names = part == 0 ? plan->groups : part == 1 ? plan->interfaces : NULL;
	char digits[20];
	unsigned i = sizeof(digits);
	size_t len;

	for (uint64_t k = 0; names && names[k]; k++)
		if (k == n && *names[k]) {
			len = strlen(names[k]);
			if (len <= size)
				memcpy(text, names[k], len);
			return len;
		}
	do {
		digits[--i] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	len = sizeof(digits) - i;
	if (len <= size)
		memcpy(text, digits + i, len);
	return len;
}

/* "ip/<group>/<interface>/<id>"; false when it does not fit into a name. */
static bool plan_text(const struct ix_tid_plan *plan, uint64_t id, const char open[PARTS],
		      char text[NAME_MAX_LEN], size_t *len)
{
	*len = strlen(plan->prefix);
	if (*len >= NAME_MAX_LEN)
		return false;
	memcpy(text, plan->prefix, *len);
	for (unsigned part = 0; part < parts_shown(open); part++) {
		uint64_t n = id >> lowest(plan, part) & mask(width(plan, part));

		if (*len + 2 > NAME_MAX_LEN)
			return false;
		text[(*len)++] = '/';
		if (open[part])
			text[(*len)++] = open[part];
		else
			*len += part_text(plan, part, n, text + *len, NAME_MAX_LEN - *len);
		if (*len > NAME_MAX_LEN)
			return false;
	}
	return true;
}

static uint64_t number(struct ix_str octets)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < octets.len; i++)
		n = n << 8 | (uint8_t)octets.p[i];
	return n;
}

/* Does a single field open the whole id? */
static char whole(const struct coded *c)
{
	if (c->n_fields != 1 || (c->fields[0] & (LOWER | 0x3f)) != (LOWER | (8 * c->id.len - 1)))
		return 0;
	return c->fields[0] & ALL ? '*' : '$';
}

bool ix_ber_tid(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	const struct ix_tid_plan *plan = plan_of(b->conf);
	struct coded c = {.n_fields = 0};
	struct ix_str *name = into;
	char open[PARTS] = {0}, text[NAME_MAX_LEN];
	uint64_t id;
	size_t len;

	if (!ix_ber_sequence(b, t, &tid_fields, &c))
		return false;
	id = number(c.id);
	if (c.n_fields == 0 && id == mask(8 * c.id.len)) {
		*name = ix_lit("ROOT");
		return true;
	}
	if (whole(&c)) {
		*name = ix_lit(whole(&c) == '*' ? "*" : "$");
		return true;
	}
	if (c.id.len != plan->octets || id >> (8 * plan->octets - plan->type_bits) != plan->type ||
	    !open_parts(plan, &c, open) || !plan_text(plan, id, open, text, &len))
		return foreign_name(b, &c, name);
	*name = ix_str_dup(b->arena, (struct ix_str){text, (uint32_t)len});
	return name->p || ix_ber_part(b, SIZE_MAX);
}

/* ---- to octets ------------------------------------------------------------------------------- */

/* The next component of a name; false at its end. */
static bool component(struct ix_str *rest, struct ix_str *part)
{
	const char *slash;

	if (!rest->p)
		return false;
	slash = memchr(rest->p, '/', rest->len);
	*part = (struct ix_str){rest->p, slash ? (uint32_t)(slash - rest->p) : rest->len};
	*rest = slash ? (struct ix_str){slash + 1, rest->len - part->len - 1} : (struct ix_str){0};
	return true;
}

static bool part_number(const struct ix_tid_plan *plan, unsigned part, struct ix_str s, uint64_t *n)
{
	const char *const *names = part == 0 ? plan->groups : part == 1 ? plan->interfaces : NULL;

	for (uint64_t k = 0; names && names[k]; k++)
		if (ix_str_is(s, names[k])) {
			*n = k;
			return true;
		}
	*n = 0;
	for (uint32_t i = 0; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || s.len > 10)
			return false;
		*n = *n * 10 + (uint64_t)(s.p[i] - '0');
	}
	return s.len > 0 && (s.len == 1 || s.p[0] != '0') && *n <= mask(width(plan, part));
}

/* Wildcard fields of the open parts: a run of one kind up to the end is one field. */
static void put_fields(struct ix_ber_out *o, const struct ix_tid_plan *plan, const char open[PARTS])
{
	for (unsigned part = 0; part < PARTS; part++) {
		uint8_t field = (uint8_t)(highest(plan, part) | (open[part] == '*' ? ALL : 0));
		unsigned last = part;

		if (!open[part])
			continue;
		while (last + 1 < PARTS && open[last + 1] == open[part])
			last++;
		if (last == PARTS - 1 && last > part) {
			field |= LOWER;
			part = last;
		}
		ix_ber_put(o, IX_BER_OCTETS, &field, 1);
	}
}

static void put_id(struct ix_ber_out *o, uint64_t id, unsigned len)
{
	uint8_t octets[8];

	for (unsigned i = 0; i < len; i++)
		octets[i] = (uint8_t)(id >> 8 * (len - 1 - i));
	ix_ber_put(o, IX_C(1), octets, len);
}

/* ROOT, "$", "*": fields and id of a whole. */
static void put_whole(struct ix_ber_out *o, const struct ix_tid_plan *plan, uint8_t wild, bool root)
{
	size_t list = ix_ber_open(o, IX_CC(0));
	uint8_t field = (uint8_t)(wild | LOWER | (8 * plan->octets - 1));

	if (!root)
		ix_ber_put(o, IX_BER_OCTETS, &field, 1);
	ix_ber_close(o, list);
	put_id(o, root ? UINT64_MAX : 0, plan->octets);
}

/* bin/<id>[/<fields>...]: `rest` is behind "bin/". */
static void put_foreign(struct ix_ber_out *o, struct ix_str rest)
{
	struct ix_str id, fields = {0};
	uint8_t octets[8], wild[FIELDS];
	size_t list;

	if (!component(&rest, &id) || id.len < 2 || id.len > 16 || !ix_ber_unhex(id, octets) ||
	    (component(&rest, &fields) &&
	     (fields.len < 2 || fields.len > 2 * FIELDS || !ix_ber_unhex(fields, wild)))) {
		o->bad = true;
		return;
	}
	list = ix_ber_open(o, IX_CC(0));
	for (uint32_t i = 0; i < fields.len / 2; i++)
		ix_ber_put(o, IX_BER_OCTETS, &wild[i], 1);
	ix_ber_close(o, list);
	ix_ber_put(o, IX_C(1), octets, id.len / 2);
}

/* <group>/<interface>/<id>, or less with a wildcard last. */
static void put_planned(struct ix_ber_out *o, const struct ix_tid_plan *plan, struct ix_str rest)
{
	uint64_t id = (uint64_t)plan->type << (8 * plan->octets - plan->type_bits), n;
	char open[PARTS] = {0};
	struct ix_str s;
	unsigned part = 0;
	size_t list;

	for (; part < PARTS && component(&rest, &s); part++) {
		if (s.len == 1 && (s.p[0] == '*' || s.p[0] == '$'))
			open[part] = s.p[0];
		else if (part_number(plan, part, s, &n))
			id |= n << lowest(plan, part);
		else
			o->bad = true;
	}
	if (rest.p || part == 0 || (part < PARTS && !open[part - 1]))
		o->bad = true;
	for (; part > 0 && part < PARTS; part++)
		open[part] = open[part - 1];
	list = ix_ber_open(o, IX_CC(0));
	put_fields(o, plan, open);
	ix_ber_close(o, list);
	put_id(o, id, plan->octets);
}

void ix_ber_put_tid(struct ix_ber_out *o, uint8_t id, struct ix_str name)
{
	const struct ix_tid_plan *plan = plan_of(o->conf);
	struct ix_str rest = name, first = {0};
	size_t at = ix_ber_open(o, id);

	if (ix_str_is(name, "ROOT"))
		put_whole(o, plan, 0, true);
	else if (ix_str_is(name, "*"))
		put_whole(o, plan, ALL, false);
	else if (ix_str_is(name, "$"))
		put_whole(o, plan, 0, false);
	else if (!component(&rest, &first) || !rest.p)
		o->bad = true;
	else if (ix_str_is(first, plan->prefix))
		put_planned(o, plan, rest);
	else if (ix_str_is(first, "bin"))
		put_foreign(o, rest);
	else
		o->bad = true;
	ix_ber_close(o, at);
}
