// Encodes properties, parameters, statistics, identifiers and Error in binary.
// Spec: H.248.1 v3 Annex A.2
#include "ber_enc.h"
#include "scan.h"

#include <string.h>

/* ---- names and properties -------------------------------------------------------------------- */

const struct ix_def *ix_ber_put_item(struct ix_ber_out *o, uint8_t id, enum ix_def_kind kind,
				     struct ix_str pkg, struct ix_str item)
{
	const struct ix_def *def = NULL;
	uint8_t octets[4] = {0};

	if (!ix_ber_item_id(o->conf, kind, pkg, item, octets, &def))
		o->bad = true;
	ix_ber_put(o, id, octets, sizeof(octets));
	return def;
}

void ix_ber_put_name(struct ix_ber_out *o, uint8_t id, uint16_t n)
{
	const uint8_t octets[2] = {(uint8_t)(n >> 8), (uint8_t)n};

	ix_ber_put(o, id, octets, sizeof(octets));
}

static void put_prop(struct ix_ber_out *o, uint8_t id, const struct ix_prop *p)
{
	size_t at = ix_ber_open(o, id);
	const struct ix_def *def = ix_ber_put_item(o, IX_C(0), IX_DEF_PROPERTY, p->pkg, p->item);

	ix_ber_put_values(o, IX_CC(1), def, p);
	ix_ber_put_extra(o, p);
	ix_ber_close(o, at);
}

void ix_ber_put_props(struct ix_ber_out *o, uint8_t id, const struct ix_prop *props)
{
	size_t at = ix_ber_open(o, id);

	for (const struct ix_prop *p = props; p; p = p->next)
		put_prop(o, IX_SEQUENCE, p);
	ix_ber_close(o, at);
}

/* A property with a value selects, one without is asked for. */
static void put_asks(struct ix_ber_out *o, const struct ix_prop *p)
{
	for (; p; p = p->next) {
		size_t at = ix_ber_open(o, IX_SEQUENCE);

		ix_ber_put_item(o, IX_C(0), IX_DEF_PROPERTY, p->pkg, p->item);
		if (p->values)
			put_prop(o, IX_CC(1), p);
		ix_ber_close(o, at);
	}
}

void ix_ber_put_prop_asks(struct ix_ber_out *o, uint8_t id, const struct ix_prop *props,
			  const struct ix_prop *more)
{
	size_t at = ix_ber_open(o, id);

	put_asks(o, props);
	put_asks(o, more);
	ix_ber_close(o, at);
}

void ix_ber_put_stats(struct ix_ber_out *o, uint8_t id, const struct ix_stats *stats)
{
	size_t at = ix_ber_open(o, id);

	for (const struct ix_prop *p = stats->items; p; p = p->next) {
		size_t one = ix_ber_open(o, IX_SEQUENCE);
		const struct ix_def *def = ix_ber_put_item(o, IX_C(0), IX_DEF_STATISTIC, p->pkg,
							   p->item);

		if (p->values)
			ix_ber_put_values(o, IX_CC(1), def, p);
		if (p->rel != IX_EQ || p->shape == IX_OR_LIST || p->shape == IX_RANGE)
			o->bad = true;
		ix_ber_close(o, one);
	}
	ix_ber_close(o, at);
}

void ix_ber_put_params(struct ix_ber_out *o, uint8_t id, const struct ix_ber_param_list *l)
{
	size_t at = ix_ber_open(o, id);

	for (const struct ix_prop *p = l->list; p; p = p->next) {
		size_t one = ix_ber_open(o, IX_SEQUENCE);
		const struct ix_def *def = NULL;
		uint16_t n = 0;

		if (!p->values || !ix_ber_param_id(o->conf, l->kind, l->pkg, l->item, l->params,
						   p->item, &n, &def))
			o->bad = true;
		ix_ber_put_name(o, IX_C(0), n);
		ix_ber_put_values(o, IX_CC(1), def, p);
		ix_ber_put_extra(o, p);
		ix_ber_close(o, one);
	}
	ix_ber_close(o, at);
}

/* ---- Error, time, identifiers ---------------------------------------------------------------- */

void ix_ber_put_error(struct ix_ber_out *o, uint8_t id, const struct ix_error *error)
{
	size_t at = ix_ber_open(o, id);

	ix_ber_put_uint(o, IX_C(0), error->code);
	if (error->text.len > 0)
		ix_ber_put_str(o, IX_C(1), error->text);
	ix_ber_close(o, at);
}

void ix_ber_put_time(struct ix_ber_out *o, uint8_t id, struct ix_str time)
{
	size_t at = ix_ber_open(o, id);

	if (ix_is_time(time)) {
		ix_ber_put(o, IX_C(0), time.p, 8);
		ix_ber_put(o, IX_C(1), time.p + 9, 8);
	} else {
		o->bad = true;
	}
	ix_ber_close(o, at);
}

static void put_mtp(struct ix_ber_out *o, uint8_t id, struct ix_str digits)
{
	uint8_t octets[4] = {0};

	if (digits.len < 4 || digits.len > 8 || !ix_ber_unhex(digits, octets)) {
		o->bad = true;
		return;
	}
	ix_ber_put(o, id, octets, digits.len / 2);
}

void ix_ber_put_mid(struct ix_ber_out *o, const struct ix_mid *mid, uint8_t first)
{
	uint8_t alternative = 0;
	size_t at;

	switch (mid->kind) {
	case IX_MID_IP4: break;
	case IX_MID_IP6: alternative = 1; break;
	case IX_MID_DOMAIN: alternative = 2; break;
	case IX_MID_DEVICE: ix_ber_put_str(o, IX_C(first + 3), mid->name); return;
	case IX_MID_MTP: put_mtp(o, IX_C(first + 4), mid->name); return;
	default: o->bad = true; return;
	}
	at = ix_ber_open(o, IX_CC(first + alternative));
	if (mid->kind == IX_MID_DOMAIN)
		ix_ber_put_str(o, IX_C(0), mid->name);
	else
		ix_ber_put(o, IX_C(0), mid->ip, mid->kind == IX_MID_IP4 ? 4 : 16);
	if (mid->port != 0)
		ix_ber_put_uint(o, IX_C(1), mid->port);
	ix_ber_close(o, at);
}
