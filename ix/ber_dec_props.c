// Decodes properties, parameters, statistics, identifiers and Error of the binary encoding.
// Spec: H.248.1 v3 Annex A.2
#include "ber_dec.h"
#include "mid.h"
#include "scan.h"

#include <string.h>

/* ---- names ----------------------------------------------------------------------------------- */

bool ix_ber_item(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_ber_name *n = into;
	struct ix_str s;

	if (!ix_ber_octets(b, t, 4, 4, &s))
		return false;
	if (memcmp(s.p, "\xff\xff", 2) == 0 && memcmp(s.p + 2, "\xff\xff", 2) != 0)
		return ix_ber_bad(b, t->at, "Any package, but not any item");
	return ix_ber_item_name(b, n->kind, (const uint8_t *)s.p, &n->pkg, &n->item, &n->def);
}

bool ix_ber_name(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_str s;

	if (!ix_ber_octets(b, t, 2, 2, &s))
		return false;
	*(uint16_t *)into = (uint16_t)((uint8_t)s.p[0] << 8 | (uint8_t)s.p[1]);
	return true;
}

bool ix_ber_twice(struct ix_ber *b, const uint8_t *at, uint16_t code, struct ix_str what)
{
	return ix_ber_fail(b, at, b->request ? code : IX_E_SYNTAX_MESSAGE, "%.*s appears twice",
			   (int)what.len, what.p);
}

bool ix_ber_too_many(struct ix_ber *b, const uint8_t *at)
{
	return ix_ber_fail(b, at, IX_E_RESOURCES, "more than %d in one list", IX_BER_LIST_MAX);
}

/* ---- lists of properties --------------------------------------------------------------------- */

bool ix_ber_prop_add(struct ix_ber *b, const uint8_t *at, struct ix_prop **list,
		     const struct ix_prop *p)
{
	unsigned before = 0;

	for (; *list; list = &(*list)->next) {
		if (ix_str_eq((*list)->item, p->item) && ix_str_eq((*list)->pkg, p->pkg))
			return ix_ber_twice(b, at, IX_E_PROPERTY_TWICE, p->item);
		if (++before == IX_BER_LIST_MAX)
			return ix_ber_too_many(b, at);
	}
	*list = ix_ber_part(b, sizeof(**list));
	if (!*list)
		return false;
	**list = *p;
	return true;
}

struct prop_ctx {
	struct ix_ber_name name;
	struct ix_raw_value raw;
	bool valued;
};

/* PropertyParm or StatisticsParameter that was read, into the list. */
static bool prop_done(struct ix_ber *b, const uint8_t *at, const struct prop_ctx *c,
		      struct ix_prop **list)
{
	struct ix_prop p = {.pkg = c->name.pkg, .item = c->name.item};

	if (c->valued && !ix_ber_prop_value(b, &c->raw, c->name.def, &p))
		return false;
	if (c->name.kind == IX_DEF_STATISTIC && p.shape == IX_OR_LIST)
		p.shape = IX_AND_LIST; // a statistic's values are all there
	return ix_ber_prop_add(b, at, list, &p);
}

IX_BER_FIELDS(prop_fields, "PropertyParm",
	      {0, IX_BER_NEEDED, offsetof(struct prop_ctx, name), 0, ix_ber_item},
	      {1, IX_BER_NEEDED, offsetof(struct prop_ctx, raw.values),
	       IX_BER_HAS(struct prop_ctx, valued), ix_ber_octet_list},
	      {2, 0, offsetof(struct prop_ctx, raw), 0, ix_ber_extra});

static bool prop_body(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return ix_ber_sequence(b, t, &prop_fields, into);
}

static bool prop(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct prop_ctx c = {.name.kind = IX_DEF_PROPERTY};

	return ix_ber_element(b, t) && prop_body(b, t, &c) && prop_done(b, t->at, &c, into);
}

bool ix_ber_props(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return ix_ber_list(b, t, prop, into);
}

/* IndAudPropertyParm: the inner PropertyParm repeats the name. */
static bool prop_ask(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "IndAudPropertyParm",
		      {0, IX_BER_NEEDED, offsetof(struct prop_ctx, name), 0, ix_ber_item},
		      {1, 0, 0, 0, prop_body});
	struct prop_ctx c = {.name.kind = IX_DEF_PROPERTY};

	return ix_ber_element(b, t) && ix_ber_sequence(b, t, &fields, &c) &&
	       prop_done(b, t->at, &c, into);
}

bool ix_ber_prop_asks(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return ix_ber_list(b, t, prop_ask, into);
}

static bool statistic(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "StatisticsParameter",
		      {0, IX_BER_NEEDED, offsetof(struct prop_ctx, name), 0, ix_ber_item},
		      {1, 0, offsetof(struct prop_ctx, raw.values),
		       IX_BER_HAS(struct prop_ctx, valued), ix_ber_octet_list});
	struct prop_ctx c = {.name.kind = IX_DEF_STATISTIC};

	return ix_ber_element(b, t) && ix_ber_sequence(b, t, &fields, &c) &&
	       prop_done(b, t->at, &c, into);
}

bool ix_ber_stats(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_stats **out = into;

	*out = ix_ber_part(b, sizeof(**out));
	return *out && ix_ber_list(b, t, statistic, &(*out)->items);
}

/* IndAudStatisticsDescriptor names one; several of them add up. */
bool ix_ber_stats_ask(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "IndAudStatisticsDescriptor",
		      {0, IX_BER_NEEDED, offsetof(struct prop_ctx, name), 0, ix_ber_item});
	struct prop_ctx c = {.name.kind = IX_DEF_STATISTIC};
	struct ix_stats **out = into;

	if (!*out)
		*out = ix_ber_part(b, sizeof(**out));
	return *out && ix_ber_sequence(b, t, &fields, &c) &&
	       prop_done(b, t->at, &c, &(*out)->items);
}

/* ---- parameters of events and signals -------------------------------------------------------- */

struct param_ctx {
	const struct ix_ber_params *of;
	uint16_t id;
	struct ix_raw_value raw;
};

static bool param(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(
		fields, "EventParameter or SigParameter",
		{0, IX_BER_NEEDED, offsetof(struct param_ctx, id), 0, ix_ber_name},
		{1, IX_BER_NEEDED, offsetof(struct param_ctx, raw.values), 0, ix_ber_octet_list},
		{2, 0, offsetof(struct param_ctx, raw), 0, ix_ber_extra});
	const struct ix_ber_params *of = into;
	struct param_ctx c = {.of = of};
	const struct ix_def *def;
	struct ix_prop p = {.rel = IX_EQ};

	return ix_ber_element(b, t) && ix_ber_sequence(b, t, &fields, &c) &&
	       ix_ber_param_name(b, of->name->kind, of->name->pkg, of->name->item, of->params, c.id,
				 &p.item, &def) &&
	       ix_ber_prop_value(b, &c.raw, def, &p) && ix_ber_prop_add(b, t->at, of->list, &p);
}

bool ix_ber_param_list(struct ix_ber *b, const struct ix_tlv *t, const struct ix_ber_params *of)
{
	struct ix_ber_params into = *of;

	return ix_ber_list(b, t, param, &into);
}

/* ---- Error, time, identifiers ---------------------------------------------------------------- */

/* What text could not say, and no log should show, becomes "?". */
static bool error_text(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_str *s = into, read;
	char *copy;

	if (!ix_ber_text(b, t, &read))
		return false;
	copy = ix_ber_part(b, read.len);
	if (!copy)
		return false;
	for (uint32_t i = 0; i < read.len; i++)
		copy[i] = read.p[i] == '"'                 ? '\''
			  : ix_is(read.p[i], IX_CH_QUOTED) ? read.p[i]
							   : '?';
	*s = (struct ix_str){copy, read.len};
	return true;
}

/* Text has four digits for it. */
static bool error_code(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	uint64_t n;

	if (!ix_ber_number(b, t, 9999, &n))
		return false;
	*(uint16_t *)into = (uint16_t)n;
	return true;
}

bool ix_ber_error(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "ErrorDescriptor",
		      {0, IX_BER_NEEDED, offsetof(struct ix_error, code), 0, error_code},
		      {1, 0, offsetof(struct ix_error, text), 0, error_text});
	struct ix_error **out = into;

	*out = ix_ber_part(b, sizeof(**out));
	return *out && ix_ber_sequence(b, t, &fields, *out);
}

bool ix_ber_all(struct ix_str s, unsigned classes)
{
	for (uint32_t i = 0; i < s.len; i++)
		if (!ix_is(s.p[i], classes))
			return false;
	return true;
}

struct time_ctx {
	struct ix_str date, time;
};

bool ix_ber_time(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "TimeNotation",
		      {0, IX_BER_NEEDED, offsetof(struct time_ctx, date), 0, ix_ber_text},
		      {1, IX_BER_NEEDED, offsetof(struct time_ctx, time), 0, ix_ber_text});
	struct ix_str *out = into;
	struct time_ctx c;
	char *text;

	if (!ix_ber_sequence(b, t, &fields, &c))
		return false;
	if (c.date.len != 8 || c.time.len != 8)
		return ix_ber_bad(b, t->at, "No time stamp");
	text = ix_ber_part(b, 17);
	if (!text)
		return false;
	memcpy(text, c.date.p, 8);
	text[8] = 'T';
	memcpy(text + 9, c.time.p, 8);
	*out = (struct ix_str){text, 17};
	return ix_is_time(*out) || ix_ber_bad(b, t->at, "No time stamp");
}

static bool ip(struct ix_ber *b, const struct ix_tlv *t, struct ix_mid *mid, enum ix_mid_kind kind)
{
	struct address {
		struct ix_str octets;
		uint16_t port;
	} a = {.port = 0};
	IX_BER_FIELDS(fields, "IP4Address or IP6Address",
		      {0, IX_BER_NEEDED, offsetof(struct address, octets), 0, ix_ber_text},
		      {1, 0, offsetof(struct address, port), 0, ix_ber_u16});

	if (!ix_ber_sequence(b, t, &fields, &a))
		return false;
	if (a.octets.len != (kind == IX_MID_IP4 ? 4 : 16))
		return ix_ber_bad(b, t->at, "No address");
	mid->kind = kind;
	mid->port = a.port;
	memcpy(mid->ip, a.octets.p, a.octets.len);
	return true;
}

static bool mid_ip4(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return ip(b, t, into, IX_MID_IP4);
}

static bool mid_ip6(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return ip(b, t, into, IX_MID_IP6);
}

/* Names have to be what text can say. */
static bool mid_legal(struct ix_ber *b, const uint8_t *at, const struct ix_mid *mid)
{
	char text[96];
	const char *p = ix_mid_text(mid, text, sizeof(text)), *end = text + strlen(text);
	struct ix_mid again;

	return (ix_mid_read(&p, end, &again) && p == end && ix_mid_equal(mid, &again)) ||
	       ix_ber_bad(b, at, "No message identifier");
}

static bool mid_domain(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "DomainName",
		      {0, IX_BER_NEEDED, offsetof(struct ix_mid, name), 0, ix_ber_text},
		      {1, 0, offsetof(struct ix_mid, port), 0, ix_ber_u16});
	struct ix_mid *mid = into;

	mid->kind = IX_MID_DOMAIN;
	return ix_ber_sequence(b, t, &fields, mid) && mid_legal(b, t->at, mid);
}

static bool mid_device(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_mid *mid = into;

	mid->kind = IX_MID_DEVICE;
	return ix_ber_octets(b, t, 1, 64, &mid->name) && mid_legal(b, t->at, mid);
}

static bool mid_mtp(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_mid *mid = into;
	struct ix_str s;

	if (!ix_ber_octets(b, t, 2, 4, &s))
		return false;
	mid->kind = IX_MID_MTP;
	mid->name = ix_ber_hex(b, "", (const uint8_t *)s.p, s.len);
	return mid->name.p;
}

bool ix_ber_mid(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(kinds, "MId", {0, 0, 0, 0, mid_ip4}, {1, 0, 0, 0, mid_ip6},
		      {2, 0, 0, 0, mid_domain}, {3, 0, 0, 0, mid_device}, {4, 0, 0, 0, mid_mtp});

	return ix_ber_wrapped(b, t, &kinds, b->level, into);
}

bool ix_ber_address(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(kinds, "ServiceChangeAddress",
		      {0, 0, offsetof(struct ix_mid, port), 0, ix_ber_u16}, {1, 0, 0, 0, mid_ip4},
		      {2, 0, 0, 0, mid_ip6}, {3, 0, 0, 0, mid_domain}, {4, 0, 0, 0, mid_device},
		      {5, 0, 0, 0, mid_mtp});

	struct ix_mid *mid = into;

	return ix_ber_wrapped(b, t, &kinds, b->level, mid) &&
	       (mid->kind != IX_MID_NONE || mid->port != 0 || ix_ber_bad(b, t->at, "Port 0"));
}
