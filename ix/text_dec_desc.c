// Decodes Packages, Audit, Services and Error, and finds the decoder of each descriptor.
// Spec: H.248.1 v3 Annex B.2
#include "text_dec.h"

#include <string.h>

/* ---- Packages, Audit ------------------------------------------------------------------------- */

static bool package(struct ix_scan *s, void *into)
{
	struct ix_package ***tail = into, *p = ix_part(s, sizeof(*p));
	struct ix_str w, version;
	const char *dash;
	uint32_t n;

	if (!p || !ix_word(s, &w, "package-version"))
		return false;
	dash = memchr(w.p, '-', w.len);
	if (!dash)
		return ix_expected(s, w.p, "package-version");
	p->name = (struct ix_str){w.p, (uint32_t)(dash - w.p)};
	version = (struct ix_str){dash + 1, w.len - p->name.len - 1};
	if (!ix_is_name(p->name) || !ix_str_u32(version, UINT16_MAX, 5, &n))
		return ix_expected(s, w.p, "package-version");
	p->version = (uint16_t)n;
	**tail = p;
	*tail = &p->next;
	return true;
}

static bool package_list(struct ix_scan *s, struct ix_package **list)
{
	return ix_block(s, package, &list);
}

static uint32_t detailed(const struct ix_audit *a)
{
	return (a->media ? IX_AU_MEDIA : 0) | (a->signals ? IX_AU_SIGNALS : 0) |
	       (a->events ? IX_AU_EVENTS : 0) | (a->event_buffer ? IX_AU_EVENTBUF : 0) |
	       (a->packages ? IX_AU_PACKAGES : 0) | (a->stats ? IX_AU_STATS : 0) |
	       (a->digitmap.len ? IX_AU_DIGITMAP : 0);
}

static bool audit_part(struct ix_scan *s, struct ix_audit *a, enum ix_tok tok)
{
	switch (tok) {
	case IX_T_MEDIA: return ix_dec_media(s, true, &a->media);
	case IX_T_SIGNALS: return ix_dec_signals(s, &a->signals);
	case IX_T_EVENTS: return ix_dec_events(s, true, &a->events);
	case IX_T_EVENT_BUFFER: return ix_dec_events(s, true, &a->event_buffer);
	case IX_T_STATISTICS: return ix_dec_stats(s, &a->stats);
	case IX_T_PACKAGES:
		return package_list(s, &a->packages) &&
		       (a->packages || ix_expected(s, s->p, "a package in front of '}'"));
	case IX_T_DIGITMAP:
		return ix_expect(s, '=') && ix_word(s, &a->digitmap, "a digit map name");
	default: return ix_expected(s, s->p, "',' or '}'");
	}
}

/* Detail without content asks for the whole descriptor. */
static void empty_is_whole(struct ix_audit *a)
{
	if (a->media && !a->media->state && !a->media->streams) {
		a->media = NULL;
		a->whole |= IX_AU_MEDIA;
	}
	if (a->events && !a->events->has_id && !a->events->list) {
		a->events = NULL;
		a->whole |= IX_AU_EVENTS;
	}
	if (a->event_buffer && !a->event_buffer->has_id && !a->event_buffer->list) {
		a->event_buffer = NULL;
		a->whole |= IX_AU_EVENTBUF;
	}
	if (a->stats && !a->stats->items) {
		a->stats = NULL;
		a->whole |= IX_AU_STATS;
	}
}

/* One item of an Audit: a descriptor's name, or with detail what of it is asked. */
static bool audit_item_of(struct ix_scan *s, struct ix_audit *a, struct ix_str w)
{
	static const struct {
		enum ix_tok tok;
		uint32_t bit;
	} items[] = {
		{IX_T_MEDIA, IX_AU_MEDIA},       {IX_T_SIGNALS, IX_AU_SIGNALS},
		{IX_T_EVENTS, IX_AU_EVENTS},     {IX_T_EVENT_BUFFER, IX_AU_EVENTBUF},
		{IX_T_OBSERVED, IX_AU_OBSERVED}, {IX_T_PACKAGES, IX_AU_PACKAGES},
		{IX_T_STATISTICS, IX_AU_STATS},  {IX_T_DIGITMAP, IX_AU_DIGITMAP},
		{IX_T_MUX, IX_AU_MUX},           {IX_T_MODEM, IX_AU_MODEM},
	};
	enum ix_tok tok = ix_token(w);

	for (unsigned i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		if (items[i].tok != tok)
			continue;
		if ((a->whole | detailed(a)) & items[i].bit)
			return ix_twice(s, w, IX_E_DESCRIPTOR_TWICE);
		if (!ix_at(s, '{') && !ix_at(s, '=')) {
			a->whole |= items[i].bit;
			return true;
		}
		if (!audit_part(s, a, tok))
			return false;
		empty_is_whole(a);
		return true;
	}
	return ix_expected(s, w.p, "the name of a descriptor");
}

static bool audit_item(struct ix_scan *s, void *into)
{
	struct ix_str w;

	return ix_word(s, &w, "the name of a descriptor") && audit_item_of(s, into, w);
}

static bool audit(struct ix_scan *s, struct ix_audit **out)
{
	*out = ix_part(s, sizeof(**out));
	return *out && ix_block(s, audit_item, *out);
}

/* ---- Services -------------------------------------------------------------------------------- */

static bool service_method(struct ix_scan *s, struct ix_services *sv)
{
	struct ix_str w;

	if (!ix_expect(s, '=') || !ix_word(s, &w, "a ServiceChange method"))
		return false;
	switch (ix_token(w)) {
	case IX_T_FAILOVER: sv->method = IX_SC_FAILOVER; return true;
	case IX_T_FORCED: sv->method = IX_SC_FORCED; return true;
	case IX_T_GRACEFUL: sv->method = IX_SC_GRACEFUL; return true;
	case IX_T_RESTART: sv->method = IX_SC_RESTART; return true;
	case IX_T_DISCONNECTED: sv->method = IX_SC_DISCONNECTED; return true;
	case IX_T_HANDOFF: sv->method = IX_SC_HANDOFF; return true;
	default: break;
	}
	if (w.len < 3 || ix_fold(w.p[0]) != 'x' || (w.p[1] != '-' && w.p[1] != '+'))
		return ix_expected(s, w.p, "a ServiceChange method");
	sv->method = IX_SC_EXTENSION;
	sv->method_name = w;
	return true;
}

/* "901 Cold Boot" in quotes; bare and in a list as some senders have it. */
static bool service_reason(struct ix_scan *s, struct ix_str *reason)
{
	bool list;

	if (!ix_expect(s, '='))
		return false;
	list = ix_accept(s, '[');
	if (ix_at(s, '"') ? !ix_quoted(s, reason) : !ix_word(s, reason, "a reason"))
		return false;
	if (reason->len == 0)
		return ix_expected(s, s->p, "a reason that is not empty");
	return !list || ix_expect(s, ']');
}

/* A port alone, or a mId. */
static bool service_address(struct ix_scan *s, struct ix_services *sv)
{
	struct ix_str w;
	uint32_t port;
	char *here;

	if (!ix_expect(s, '='))
		return false;
	ix_skip(s);
	here = s->p;
	sv->has_address = true;
	if (here == s->end || !ix_is(*here, IX_CH_DIGIT))
		return ix_dec_mid(s, &sv->address);
	if (!ix_word(s, &w, "a port"))
		return false;
	if (!ix_str_u32(w, UINT16_MAX, 5, &port) || port == 0)
		return ix_expected(s, here, "a port from 1 to 65535");
	sv->address.port = (uint16_t)port;
	return true;
}

static bool service_version(struct ix_scan *s, struct ix_services *sv)
{
	uint32_t n;

	if (!ix_expect(s, '=') || !ix_number(s, 99, 2, &n, "a version"))
		return false;
	sv->has_version = true;
	sv->version = (uint8_t)n;
	return true;
}

static bool service_other(struct ix_scan *s, struct ix_services *sv, struct ix_str w)
{
	if (ix_is_time(w)) {
		if (sv->time.len > 0)
			return ix_twice(s, w, IX_E_PROPERTY_TWICE);
		sv->time = w;
		return true;
	}
	if (w.len > 2 && ix_fold(w.p[0]) == 'x' && (w.p[1] == '-' || w.p[1] == '+'))
		return ix_dec_prop(s, w, IX_PF_EXTENSION, &sv->extensions);
	if (!sv->audit) {
		sv->audit = ix_part(s, sizeof(*sv->audit));
		if (!sv->audit)
			return false;
	}
	return audit_item_of(s, sv->audit, w);
}

static bool service_parm(struct ix_scan *s, void *into)
{
	struct ix_services *sv = into;
	struct ix_str w;

	if (!ix_word(s, &w, "a ServiceChange parameter"))
		return false;
	switch (ix_token(w)) {
	case IX_T_METHOD:
		return sv->method ? ix_twice(s, w, IX_E_PROPERTY_TWICE) : service_method(s, sv);
	case IX_T_REASON:
		return sv->reason.len ? ix_twice(s, w, IX_E_PROPERTY_TWICE)
				      : service_reason(s, &sv->reason);
	case IX_T_DELAY:
		if (sv->has_delay)
			return ix_twice(s, w, IX_E_PROPERTY_TWICE);
		sv->has_delay = true;
		return ix_expect(s, '=') && ix_number(s, UINT32_MAX, 10, &sv->delay_s, "a delay");
	case IX_T_SC_ADDRESS:
		return sv->has_address ? ix_twice(s, w, IX_E_PROPERTY_TWICE)
				       : service_address(s, sv);
	case IX_T_MGC_TO_TRY:
		if (sv->mgc_to_try.kind != IX_MID_NONE)
			return ix_twice(s, w, IX_E_PROPERTY_TWICE);
		return ix_expect(s, '=') && ix_dec_mid(s, &sv->mgc_to_try);
	case IX_T_PROFILE:
		if (sv->profile.len)
			return ix_twice(s, w, IX_E_PROPERTY_TWICE);
		return ix_expect(s, '=') && ix_word(s, &sv->profile, "a profile");
	case IX_T_VERSION:
		return sv->has_version ? ix_twice(s, w, IX_E_PROPERTY_TWICE)
				       : service_version(s, sv);
	case IX_T_SC_INCOMPLETE: sv->incomplete = true; return true;
	default: return service_other(s, sv, w);
	}
}

static bool services(struct ix_scan *s, struct ix_services **out)
{
	*out = ix_part(s, sizeof(**out));
	return *out && ix_block(s, service_parm, *out);
}

/* ---- Error, and all of them ------------------------------------------------------------------ */

bool ix_dec_error(struct ix_scan *s, struct ix_error **out)
{
	struct ix_error *e = *out = ix_part(s, sizeof(*e));
	uint32_t code;

	if (!e || !ix_expect(s, '=') || !ix_number(s, 9999, 4, &code, "an error code") ||
	    !ix_expect(s, '{'))
		return false;
	e->code = (uint16_t)code;
	if (ix_at(s, '"') && !ix_quoted(s, &e->text))
		return false;
	return ix_expect(s, '}');
}

static bool packages(struct ix_scan *s, struct ix_descriptors *d)
{
	d->has_packages = true;
	return !ix_at(s, '{') || package_list(s, &d->packages);
}

struct descriptor {
	enum ix_tok tok;
	unsigned bit;
};

static const struct descriptor known[] = {
	{IX_T_MEDIA, IX_D_MEDIA},       {IX_T_EVENTS, IX_D_EVENTS},
	{IX_T_SIGNALS, IX_D_SIGNALS},   {IX_T_AUDIT, IX_D_AUDIT},
	{IX_T_STATISTICS, IX_D_STATS},  {IX_T_OBSERVED, IX_D_OBSERVED},
	{IX_T_SERVICES, IX_D_SERVICES}, {IX_T_ERROR, IX_D_ERROR},
	{IX_T_PACKAGES, IX_D_PACKAGES}, {IX_T_EVENT_BUFFER, IX_D_EVENT_BUFFER},
	{IX_T_DIGITMAP, IX_D_DIGITMAP}, {IX_T_MUX, IX_D_MUX},
	{IX_T_MODEM, IX_D_MODEM},
};

static unsigned descriptor_bit(enum ix_tok tok)
{
	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].tok == tok)
			return known[i].bit;
	return 0;
}

static unsigned present(const struct ix_descriptors *d)
{
	return (d->media ? IX_D_MEDIA : 0) | (d->events ? IX_D_EVENTS : 0) |
	       (d->event_buffer ? IX_D_EVENT_BUFFER : 0) | (d->signals ? IX_D_SIGNALS : 0) |
	       (d->audit ? IX_D_AUDIT : 0) | (d->stats ? IX_D_STATS : 0) |
	       (d->observed ? IX_D_OBSERVED : 0) | (d->services ? IX_D_SERVICES : 0) |
	       (d->has_packages ? IX_D_PACKAGES : 0) | (d->digitmap_raw.p ? IX_D_DIGITMAP : 0) |
	       (d->mux_raw.p ? IX_D_MUX : 0) | (d->modem_raw.p ? IX_D_MODEM : 0) |
	       (d->error ? IX_D_ERROR : 0);
}

bool ix_dec_descriptor(struct ix_scan *s, unsigned legal, struct ix_descriptors *d)
{
	struct ix_str w;
	unsigned bit;

	if (!ix_word(s, &w, "a descriptor"))
		return false;
	bit = descriptor_bit(ix_token(w));
	if (bit == 0)
		return ix_unknown(s, w, IX_E_UNKNOWN_DESCRIPTOR, "descriptor");
	if (!(bit & legal))
		return ix_fail(s, w.p, IX_E_DESCRIPTOR_ILLEGAL, "%.*s does not belong here",
			       (int)w.len, w.p);
	if (bit & present(d))
		return ix_twice(s, w, IX_E_DESCRIPTOR_TWICE);
	switch (bit) {
	case IX_D_MEDIA: return ix_dec_media(s, false, &d->media);
	case IX_D_EVENTS: return ix_dec_events(s, false, &d->events);
	case IX_D_EVENT_BUFFER: return ix_dec_events(s, false, &d->event_buffer);
	case IX_D_SIGNALS: return ix_dec_signals(s, &d->signals);
	case IX_D_AUDIT: return audit(s, &d->audit);
	case IX_D_STATS: return ix_dec_stats(s, &d->stats);
	case IX_D_OBSERVED: return ix_dec_observed(s, &d->observed);
	case IX_D_SERVICES: return services(s, &d->services);
	case IX_D_PACKAGES: return packages(s, d);
	case IX_D_DIGITMAP: return ix_raw(s, &d->digitmap_raw);
	case IX_D_MUX: return ix_raw(s, &d->mux_raw);
	case IX_D_MODEM: return ix_raw(s, &d->modem_raw);
	default: return ix_dec_error(s, &d->error);
	}
}
