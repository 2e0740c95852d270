// Decodes Audit, Packages, Mux, Modem and Services of the binary encoding, and lists of
// descriptors. Spec: H.248.1 v3 Annex A.2
#include "ber_dec.h"
#include "scan.h"

/* ---- Packages -------------------------------------------------------------------------------- */

struct package_ctx {
	uint16_t name;
	uint8_t version;
};

IX_BER_FIELDS(package_fields, "PackagesItem",
	      {0, IX_BER_NEEDED, offsetof(struct package_ctx, name), 0, ix_ber_name},
	      {1, IX_BER_NEEDED, offsetof(struct package_ctx, version), 0, ix_ber_u8});

static bool package_add(struct ix_ber *b, const struct ix_tlv *t, struct ix_package ***tail)
{
	struct package_ctx c = {.name = 0};
	struct ix_package *p;

	if (!ix_ber_sequence(b, t, &package_fields, &c))
		return false;
	if (c.name == UINT16_MAX)
		return ix_ber_bad(b, t->at, "Any package in a list of packages");
	p = **tail = ix_ber_part(b, sizeof(*p));
	if (!p || !ix_ber_package_name(b, c.name, &p->name))
		return false;
	p->version = c.version;
	*tail = &p->next;
	return true;
}

static bool package(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return ix_ber_element(b, t) && package_add(b, t, into);
}

/* ---- Audit ----------------------------------------------------------------------------------- */

struct audit_ctx {
	struct ix_audit *a;
	unsigned n;
};

static bool ask_packages(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_package **tail = into;

	while (*tail)
		tail = &(*tail)->next;
	return package_add(b, t, &tail);
}

static bool ask_digitmap(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct map_ask {
		uint16_t id;
		bool has;
	} m = {.has = false};
	IX_BER_FIELDS(
		fields, "IndAudDigitMapDescriptor",
		{0, 0, offsetof(struct map_ask, id), IX_BER_HAS(struct map_ask, has), ix_ber_name});
	struct ix_audit *a = into;

	if (!ix_ber_sequence(b, t, &fields, &m))
		return false;
	if (m.has)
		a->digitmap = ix_ber_unnamed(b, m.id);
	else
		a->whole |= IX_AU_DIGITMAP;
	return b->fault->code == 0;
}

static bool ask(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(kinds, "IndAuditParameter",
		      {0, 0, offsetof(struct ix_audit, media), 0, ix_ber_media_ask},
		      {1, 0, offsetof(struct ix_audit, events), 0, ix_ber_events_ask},
		      {2, 0, offsetof(struct ix_audit, event_buffer), 0, ix_ber_event_buffer_ask},
		      {3, 0, offsetof(struct ix_audit, signals), 0, ix_ber_signals_ask},
		      {4, 0, 0, 0, ask_digitmap},
		      {5, 0, offsetof(struct ix_audit, stats), 0, ix_ber_stats_ask},
		      {6, 0, offsetof(struct ix_audit, packages), 0, ask_packages});
	struct audit_ctx *c = into;

	if (++c->n > IX_BER_LIST_MAX) // each part looks for the end of its list
		return ix_ber_too_many(b, t->at);
	return ix_ber_choice(b, t, &kinds, b->level, c->a);
}

static bool asks(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	return ix_ber_list(b, t, ask, into);
}

static bool audit_token(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	static const uint32_t order[] = {
		IX_AU_MUX,      IX_AU_MODEM, IX_AU_MEDIA,    IX_AU_EVENTS,   IX_AU_SIGNALS,
		IX_AU_DIGITMAP, IX_AU_STATS, IX_AU_OBSERVED, IX_AU_PACKAGES, IX_AU_EVENTBUF};
	struct audit_ctx *c = into;
	uint32_t bits;

	if (!ix_ber_bits(b, t, &bits))
		return false;
	for (unsigned i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (bits & (UINT32_C(1) << i))
			c->a->whole |= order[i];
	return true;
}

bool ix_ber_audit(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "AuditDescriptor", {0, 0, 0, 0, audit_token}, {1, 0, 0, 0, asks});
	struct ix_audit **out = into;
	struct audit_ctx c = {.n = 0};

	c.a = *out = ix_ber_part(b, sizeof(**out));
	if (!*out || !ix_ber_sequence(b, t, &fields, &c))
		return false;
	if (c.a->media && !c.a->media->state && !c.a->media->streams) {
		c.a->media = NULL; // detail without content asks for the whole
		c.a->whole |= IX_AU_MEDIA;
	}
	return true;
}

/* ---- Mux and Modem: as text would write them, the profile refuses them ----------------------- */

struct mux_ctx {
	struct ix_str text;
	bool more;
};

static bool append(struct ix_ber *b, struct ix_str *text, const char *sep, struct ix_str s)
{
	*text = ix_str_fmt(b->arena, "%.*s%s%.*s", (int)text->len, text->p ? text->p : "", sep,
			   (int)s.len, s.p);
	return text->p || ix_ber_part(b, SIZE_MAX);
}

static bool mux_type(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	static const char *const types[] = {"H221", "H223", "H226", "V76", "Nx64Kservice"};
	struct mux_ctx *c = into;
	uint64_t n;

	return ix_ber_number(b, t, 4, &n) && append(b, &c->text, "=", ix_lit(types[n]));
}

static bool mux_tid(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct mux_ctx *c = into;
	const char *sep = c->more ? "," : "{";
	struct ix_str name;

	c->more = true;
	return ix_ber_element(b, t) && ix_ber_tid(b, t, &name) && append(b, &c->text, sep, name);
}

static bool mux_tids(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct mux_ctx *c = into;

	return ix_ber_list(b, t, mux_tid, c) && (!c->more || append(b, &c->text, "", ix_lit("}")));
}

static bool mux(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "MuxDescriptor", {0, IX_BER_NEEDED, 0, 0, mux_type},
		      {1, IX_BER_NEEDED, 0, 0, mux_tids});
	struct mux_ctx c = {.more = false};

	if (!ix_ber_sequence(b, t, &fields, &c))
		return false;
	*(struct ix_str *)into = c.text;
	return true;
}

static bool modem_type(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	static const char *const types[] = {"V18", "V22", "V22b", "V32",      "V32b",
					    "V34", "V90", "V91",  "SynchISDN"};
	struct mux_ctx *c = into;
	const char *sep = c->more ? "," : "=[";
	uint64_t n;

	if (!ix_ber_is(t, IX_BER_UNIVERSAL, IX_BER_ENUMERATED))
		return ix_ber_bad(b, t->at, "No modem type");
	c->more = true;
	return ix_ber_number(b, t, 8, &n) && append(b, &c->text, sep, ix_lit(types[n]));
}

static bool modem_types(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct mux_ctx *c = into;

	return ix_ber_list(b, t, modem_type, c) &&
	       append(b, &c->text, c->more ? "" : "=[", ix_lit("]"));
}

static bool modem(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "ModemDescriptor", {0, IX_BER_NEEDED, 0, 0, modem_types},
		      {1, IX_BER_NEEDED, 0, 0, ix_ber_skip_field});
	struct mux_ctx c = {.more = false};

	if (!ix_ber_sequence(b, t, &fields, &c))
		return false;
	*(struct ix_str *)into = c.text;
	return true;
}

/* ---- Services -------------------------------------------------------------------------------- */

static bool method(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	static const enum ix_method methods[] = {IX_SC_FAILOVER, IX_SC_FORCED,       IX_SC_GRACEFUL,
						 IX_SC_RESTART,  IX_SC_DISCONNECTED, IX_SC_HANDOFF};
	uint64_t n;

	if (!ix_ber_number(b, t, 5, &n))
		return false;
	*(enum ix_method *)into = methods[n];
	return true;
}

static bool profile(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "ServiceChangeProfile", {0, IX_BER_NEEDED, 0, 0, ix_ber_text});
	struct ix_str *s = into;

	if (!ix_ber_sequence(b, t, &fields, s))
		return false;
	return (s->len > 0 && s->len <= 67 && ix_ber_all(*s, IX_CH_SAFE)) ||
	       ix_ber_bad(b, t->at, "No profile");
}

static bool reason(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_octets *list = NULL;
	struct ix_str *s = into;

	if (!ix_ber_octet_list(b, t, &list))
		return false;
	if (!list)
		return true;
	*s = ix_ber_unwrap(list->s);
	return (!list->next && ix_ber_all(*s, IX_CH_QUOTED)) || ix_ber_bad(b, t->at, "No reason");
}

bool ix_ber_services(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "ServiceChangeParm",
		      {0, IX_BER_NEEDED, offsetof(struct ix_services, method), 0, method},
		      {1, 0, offsetof(struct ix_services, address),
		       IX_BER_HAS(struct ix_services, has_address), ix_ber_address},
		      {2, 0, offsetof(struct ix_services, version),
		       IX_BER_HAS(struct ix_services, has_version), ix_ber_u8},
		      {3, 0, offsetof(struct ix_services, profile), 0, profile},
		      {4, IX_BER_NEEDED, offsetof(struct ix_services, reason), 0, reason},
		      {5, 0, offsetof(struct ix_services, delay_s),
		       IX_BER_HAS(struct ix_services, has_delay), ix_ber_u32},
		      {6, 0, offsetof(struct ix_services, mgc_to_try), 0, ix_ber_mid},
		      {7, 0, offsetof(struct ix_services, time), 0, ix_ber_time},
		      {8, 0, 0, 0, ix_ber_skip_field}, // nonStandardData
		      {9, 0, offsetof(struct ix_services, audit), 0, ix_ber_audit},
		      {10, 0, offsetof(struct ix_services, incomplete), 0, ix_ber_flag});
	struct ix_services **out = into;

	*out = ix_ber_part(b, sizeof(**out));
	return *out && ix_ber_sequence(b, t, &fields, *out);
}

/* Without a parameter it is the bare reply of text. */
static bool services_result(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(fields, "ServiceChangeResParm",
		      {0, 0, offsetof(struct ix_services, mgc_to_try), 0, ix_ber_mid},
		      {1, 0, offsetof(struct ix_services, address),
		       IX_BER_HAS(struct ix_services, has_address), ix_ber_address},
		      {2, 0, offsetof(struct ix_services, version),
		       IX_BER_HAS(struct ix_services, has_version), ix_ber_u8},
		      {3, 0, offsetof(struct ix_services, profile), 0, profile},
		      {4, 0, offsetof(struct ix_services, time), 0, ix_ber_time});
	struct ix_services *sv = ix_ber_part(b, sizeof(*sv)), **out = into;

	if (!sv || !ix_ber_sequence(b, t, &fields, sv))
		return false;
	if (sv->mgc_to_try.kind != IX_MID_NONE || sv->has_address || sv->has_version ||
	    sv->profile.len > 0 || sv->time.len > 0)
		*out = sv;
	return true;
}

bool ix_ber_services_reply(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(kinds, "ServiceChangeResult",
		      {0, 0, offsetof(struct ix_descriptors, error), 0, ix_ber_error},
		      {1, 0, offsetof(struct ix_descriptors, services), 0, services_result});

	return ix_ber_wrapped(b, t, &kinds, b->level, into);
}

/* ---- lists of descriptors -------------------------------------------------------------------- */

struct desc_ctx {
	struct ix_descriptors d; // first: the tables read into it
	uint32_t seen;           // a bit for each tag
};

static bool packages(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct ix_descriptors *d = into;
	struct ix_package **tail = &d->packages;

	d->has_packages = true;
	return ix_ber_list(b, t, package, &tail);
}

static bool desc(struct ix_ber *b, const struct ix_tlv *t, const struct ix_ber_fields *kinds,
		 struct desc_ctx *c)
{
	if (t->tag < 32) {
		if (c->seen & (UINT32_C(1) << t->tag))
			return ix_ber_twice(b, t->at, IX_E_DESCRIPTOR_TWICE,
					    ix_lit("A descriptor"));
		c->seen |= UINT32_C(1) << t->tag;
	}
	return ix_ber_choice(b, t, kinds, IX_E_UNKNOWN_DESCRIPTOR, &c->d);
}

static bool amm(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(kinds, "AmmDescriptor",
		      {0, 0, offsetof(struct ix_descriptors, media), 0, ix_ber_media},
		      {1, 0, offsetof(struct ix_descriptors, modem_raw), 0, modem},
		      {2, 0, offsetof(struct ix_descriptors, mux_raw), 0, mux},
		      {3, 0, offsetof(struct ix_descriptors, events), 0, ix_ber_events},
		      {4, 0, offsetof(struct ix_descriptors, event_buffer), 0, ix_ber_event_buffer},
		      {5, 0, offsetof(struct ix_descriptors, signals), 0, ix_ber_signals},
		      {6, 0, offsetof(struct ix_descriptors, digitmap_raw), 0, ix_ber_digitmap},
		      {7, 0, offsetof(struct ix_descriptors, audit), 0, ix_ber_audit},
		      {8, 0, offsetof(struct ix_descriptors, stats), 0, ix_ber_stats});

	return desc(b, t, &kinds, into);
}

static bool returned(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	IX_BER_FIELDS(kinds, "AuditReturnParameter",
		      {0, 0, offsetof(struct ix_descriptors, error), 0, ix_ber_error},
		      {1, 0, offsetof(struct ix_descriptors, media), 0, ix_ber_media},
		      {2, 0, offsetof(struct ix_descriptors, modem_raw), 0, modem},
		      {3, 0, offsetof(struct ix_descriptors, mux_raw), 0, mux},
		      {4, 0, offsetof(struct ix_descriptors, events), 0, ix_ber_events},
		      {5, 0, offsetof(struct ix_descriptors, event_buffer), 0, ix_ber_event_buffer},
		      {6, 0, offsetof(struct ix_descriptors, signals), 0, ix_ber_signals},
		      {7, 0, offsetof(struct ix_descriptors, digitmap_raw), 0, ix_ber_digitmap},
		      {8, 0, offsetof(struct ix_descriptors, observed), 0, ix_ber_observed},
		      {9, 0, offsetof(struct ix_descriptors, stats), 0, ix_ber_stats},
		      {10, 0, 0, 0, packages},
		      {11, 0, offsetof(struct ix_descriptors, audit), 0, ix_ber_audit});

	return desc(b, t, &kinds, into);
}

bool ix_ber_amm(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct desc_ctx c = {.seen = 0};

	if (!ix_ber_list(b, t, amm, &c))
		return false;
	*(struct ix_descriptors *)into = c.d;
	return true;
}

bool ix_ber_returned(struct ix_ber *b, const struct ix_tlv *t, void *into)
{
	struct desc_ctx c = {.seen = 0};

	if (!ix_ber_list(b, t, returned, &c))
		return false;
	*(struct ix_descriptors *)into = c.d;
	return true;
}
