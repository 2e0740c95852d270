// Names of text and numbers of binary: packages, their items and parameters.
// Spec: H.248.1 Annex A.2 (PkgdName, Name), 12; the IANA registry of packages
#include "ber_code.h"

#include <string.h>

enum { ANY = 0xffff };

static bool is_any(struct ix_str s)
{
	return s.len == 1 && s.p[0] == '*';
}

/* ---- spelling of numbers --------------------------------------------------------------------- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool ix_ber_unhex(struct ix_str digits, uint8_t *out)
{
	if (digits.len % 2 != 0)
		return false;
	for (uint32_t i = 0; i < digits.len; i += 2) {
		int high = hex_digit(digits.p[i]), low = hex_digit(digits.p[i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i / 2] = (uint8_t)(high << 4 | low);
	}
	return true;
}

struct ix_str ix_ber_hex(struct ix_ber *b, const char *prefix, const uint8_t *p, size_t len)
{
	size_t before = strlen(prefix);
	char *text = ix_ber_part(b, before + 2 * len);

	if (!text)
		return (struct ix_str){0};
	memcpy(text, prefix, before);
	for (size_t i = 0; i < len; i++) {
		text[before + 2 * i] = "0123456789abcdef"[p[i] >> 4];
		text[before + 2 * i + 1] = "0123456789abcdef"[p[i] & 15];
	}
	return (struct ix_str){text, (uint32_t)(before + 2 * len)};
}

bool ix_ber_unnamed_id(struct ix_str name, uint16_t *id)
{
	uint8_t octets[2];

	if (name.len != 5 || (name.p[0] | 0x20) != 'x' ||
	    !ix_ber_unhex((struct ix_str){name.p + 1, 4}, octets))
		return false;
	*id = (uint16_t)(octets[0] << 8 | octets[1]);
	return true;
}

struct ix_str ix_ber_unnamed(struct ix_ber *b, uint16_t id)
{
	const uint8_t octets[2] = {(uint8_t)(id >> 8), (uint8_t)id};

	return ix_ber_hex(b, "x", octets, sizeof(octets));
}

/* ---- overrides ------------------------------------------------------------------------------- */

/* Which entry of the configuration's list is meant; NULL members mean "none". */
static bool same(const char *entry, const struct ix_str *name)
{
	return entry && name ? ix_str_is(*name, entry) : !entry && !name;
}

static const struct ix_number *override_of(const struct ix_ber_conf *conf, enum ix_def_kind kind,
					   const struct ix_str *pkg, const struct ix_str *item,
					   const struct ix_str *param)
{
	for (const struct ix_number *n = conf->numbers; n && n->package; n++)
		if (same(n->package, pkg) && same(n->item, item) && same(n->param, param) &&
		    (!item || n->kind == kind))
			return n;
	return NULL;
}

/* ---- names to numbers ------------------------------------------------------------------------ */

bool ix_ber_package_id(const struct ix_ber_conf *conf, struct ix_str name, uint16_t *id)
{
	const struct ix_number *n = override_of(conf, IX_DEF_PROPERTY, &name, NULL, NULL);
	const struct ix_package_def *pkg;

	if (is_any(name)) {
		*id = ANY;
		return true;
	}
	if (n) {
		*id = n->id;
		return true;
	}
	pkg = ix_package_find(name);
	if (!pkg)
		return ix_ber_unnamed_id(name, id);
	*id = pkg->id;
	return pkg->id != 0;
}

static bool item_id(const struct ix_ber_conf *conf, enum ix_def_kind kind, struct ix_str pkg,
		    struct ix_str item, uint16_t *id, const struct ix_def **def)
{
	const struct ix_package_def *package = ix_package_find(pkg);
	const struct ix_number *n = override_of(conf, kind, &pkg, &item, NULL);

	*def = package ? ix_def_find(package, kind, item) : NULL;
	if (n)
		*id = n->id;
	else if (is_any(item))
		*id = ANY;
	else if (*def)
		*id = (*def)->id;
	else
		return ix_ber_unnamed_id(item, id);
	return true;
}

bool ix_ber_item_id(const struct ix_ber_conf *conf, enum ix_def_kind kind, struct ix_str pkg,
		    struct ix_str item, uint8_t octets[4], const struct ix_def **def)
{
	uint16_t package, id;

	*def = NULL;
	if (!ix_ber_package_id(conf, pkg, &package) || !item_id(conf, kind, pkg, item, &id, def))
		return false;
	octets[0] = (uint8_t)(package >> 8);
	octets[1] = (uint8_t)package;
	octets[2] = (uint8_t)(id >> 8);
	octets[3] = (uint8_t)id;
	return true;
}

bool ix_ber_param_id(const struct ix_ber_conf *conf, enum ix_def_kind kind, struct ix_str pkg,
		     struct ix_str item, const struct ix_def *params, struct ix_str name,
		     uint16_t *id, const struct ix_def **def)
{
	const struct ix_number *n = override_of(conf, kind, &pkg, &item, &name);

	*def = ix_param_find(params, name);
	if (n)
		*id = n->id;
	else if (*def)
		*id = (*def)->id;
	else
		return ix_ber_unnamed_id(name, id);
	return true;
}

/* ---- numbers to names ------------------------------------------------------------------------ */

static bool named(struct ix_ber *b, const char *name, uint16_t id, struct ix_str *out)
{
	*out = name ? ix_lit(name) : ix_ber_unnamed(b, id);
	return out->p;
}

/* The configuration's name for a number: of a package (pkg NULL), an item (item NULL), a parameter.
 */
static const char *override_name(const struct ix_ber_conf *conf, enum ix_def_kind kind,
				 const struct ix_str *pkg, const struct ix_str *item, uint16_t id)
{
	for (const struct ix_number *n = conf->numbers; n && n->package; n++) {
		const char *name = !pkg ? n->package : !item ? n->item : n->param;

		if (n->id != id || !name || (pkg && !same(n->package, pkg)) ||
		    (item && !same(n->item, item)) || (!pkg && n->item) || (!item && n->param) ||
		    (pkg && n->kind != kind))
			continue;
		return name;
	}
	return NULL;
}

bool ix_ber_package_name(struct ix_ber *b, uint16_t id, struct ix_str *name)
{
	const char *known = override_name(b->conf, IX_DEF_PROPERTY, NULL, NULL, id);
	const struct ix_package_def *pkg = ix_package_by_id(id);

	if (!known && id == ANY)
		known = "*";
	return named(b, known ? known : pkg ? pkg->name : NULL, id, name);
}

bool ix_ber_item_name(struct ix_ber *b, enum ix_def_kind kind, const uint8_t octets[4],
		      struct ix_str *pkg, struct ix_str *item, const struct ix_def **def)
{
	uint16_t package = (uint16_t)(octets[0] << 8 | octets[1]);
	uint16_t id = (uint16_t)(octets[2] << 8 | octets[3]);
	const struct ix_package_def *table;
	const char *known;

	*def = NULL;
	if (!ix_ber_package_name(b, package, pkg))
		return false;
	table = ix_package_find(*pkg);
	known = override_name(b->conf, kind, pkg, NULL, id);
	if (known && table)
		*def = ix_def_find(table, kind, ix_lit(known));
	if (!known && id == ANY)
		known = "*";
	if (!known && table) {
		*def = ix_def_by_id(table, kind, id);
		known = *def ? (*def)->name : NULL;
	}
	return named(b, known, id, item);
}

bool ix_ber_param_name(struct ix_ber *b, enum ix_def_kind kind, struct ix_str pkg,
		       struct ix_str item, const struct ix_def *params, uint16_t id,
		       struct ix_str *name, const struct ix_def **def)
{
	const char *known = override_name(b->conf, kind, &pkg, &item, id);

	*def = known ? ix_param_find(params, ix_lit(known)) : ix_param_by_id(params, id);
	if (!known && *def)
		known = (*def)->name;
	return named(b, known, id, name);
}
