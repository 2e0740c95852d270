// What one call or pair of the scripted IBCF is, read from the command line, and the SDP it asks
// for. Spec: TS 29.162 10.2 (who gets which SDP); H.248.1 7.1.8 (CHOOSE in Local)
#include "ibcf_spec.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- the command line ------------------------------------------------------------------------ */

enum { FIELDS = 12 };

/* Cuts at ':' outside [ ], takes the brackets off. Returns the number of fields; more than FIELDS
 * are counted but not kept. */
static unsigned split(char *text, char *field[FIELDS])
{
	unsigned n = 0, depth = 0;
	char *start = text;
	for (char *p = text;; p++) {
		if (*p == '[')
			depth++;
		else if (*p == ']' && depth > 0)
			depth--;
		if (*p != '\0' && (*p != ':' || depth > 0))
			continue;
		const bool last = *p == '\0';
		*p = '\0';
		if (*start == '[' && p > start + 1 && p[-1] == ']') {
			start++;
			p[-1] = '\0';
		}
		if (n < FIELDS)
			field[n] = start;
		n++;
		if (last)
			return n;
		start = p + 1;
	}
}

static bool take(char *to, size_t size, const char *from, const char *what, char *err)
{
	if (*from != '\0' && strlen(from) < size) {
		strcpy(to, from);
		return true;
	}
	snprintf(err, PG_IBCF_ERROR, "%s \"%s\" is %s", what, from,
		 *from == '\0' ? "empty" : "too long");
	return false;
}

/* A realm stands in termination names, whose alphabet is small. */
static bool take_realm(char *to, const char *from, const char *what, char *err)
{
	if (!take(to, PG_IBCF_NAME, from, what, err))
		return false;
	for (const char *p = from; *p != '\0'; p++) {
		if (!isalnum((unsigned char)*p) && *p != '_') {
			snprintf(err, PG_IBCF_ERROR,
				 "%s \"%s\": only letters, digits and _ can stand in a termination"
				 " name",
				 what, from);
			return false;
		}
	}
	return true;
}

static bool take_family(unsigned *to, const char *from, const char *what, char *err)
{
	if (strcmp(from, "4") != 0 && strcmp(from, "6") != 0) {
		snprintf(err, PG_IBCF_ERROR, "%s \"%s\" is neither 4 nor 6", what, from);
		return false;
	}
	*to = (unsigned)(*from - '0');
	return true;
}

static bool take_addr(struct pg_ibcf_side *side, const char *from, const char *what, char *err)
{
	uint8_t ip[16];
	if (!take(side->addr, PG_IBCF_ADDR, from, what, err))
		return false;
	if (inet_pton(side->family == 6 ? AF_INET6 : AF_INET, from, ip) == 1)
		return true;
	snprintf(err, PG_IBCF_ERROR, "%s \"%s\" is no IPv%u address%s", what, from, side->family,
		 side->family == 6 ? " (write it in [ ])" : "");
	return false;
}

static bool take_port(uint16_t *to, const char *from, const char *what, char *err)
{
	char *end;
	const unsigned long n = strtoul(from, &end, 10);
	if (!isdigit((unsigned char)*from) || *end != '\0' || n < 1 || n > 65535) {
		snprintf(err, PG_IBCF_ERROR,
			 "%s \"%s\" is no port 1..65535 (9 for an endpoint that opens the"
			 " connection)",
			 what, from);
		return false;
	}
	*to = (uint16_t)n;
	return true;
}

static const struct {
	const char *name;
	enum ix_setup setup, own; // the endpoint's, ours towards it
} setups[] = {
	{"active", IX_SETUP_ACTIVE, IX_SETUP_PASSIVE},
	{"passive", IX_SETUP_PASSIVE, IX_SETUP_ACTIVE},
	{"actpass", IX_SETUP_ACTPASS, IX_SETUP_NONE},
	{"none", IX_SETUP_NONE, IX_SETUP_NONE},
};
enum { N_SETUPS = sizeof(setups) / sizeof(setups[0]) };

static bool take_setup(enum ix_setup *to, const char *from, const char *what, char *err)
{
	for (unsigned i = 0; i < N_SETUPS; i++) {
		if (strcmp(from, setups[i].name) == 0) {
			*to = setups[i].setup;
			return true;
		}
	}
	snprintf(err, PG_IBCF_ERROR, "%s \"%s\" is none of active, passive, actpass, none", what,
		 from);
	return false;
}

static bool take_proto(struct pg_ibcf_spec *spec, const char *from, char *err)
{
	if (!take(spec->proto, sizeof(spec->proto), from, "PROTO", err))
		return false;
	if (ix_proto_find(ix_lit(from)) != NULL)
		return true;
	snprintf(err, PG_IBCF_ERROR, "PROTO \"%s\" is none that a gateway carries", from);
	return false;
}

bool pg_ibcf_parse_call(const char *text, struct pg_ibcf_spec *spec, char err[PG_IBCF_ERROR])
{
	char copy[PATH_MAX + 256], *f[FIELDS];
	*spec = (struct pg_ibcf_spec){0};
	if (!take(copy, sizeof(copy), text, "call", err))
		return false;
	const unsigned n = split(copy, f);
	if (n != 6) {
		snprintf(err, PG_IBCF_ERROR,
			 "%u fields instead of NAME:DIR:REALM_A:REALM_B:FAMILY_A:FAMILY_B", n);
		return false;
	}
	return take(spec->name, sizeof(spec->name), f[0], "NAME", err) &&
	       take(spec->dir, sizeof(spec->dir), f[1], "DIR", err) &&
	       take_realm(spec->side[0].realm, f[2], "REALM_A", err) &&
	       take_realm(spec->side[1].realm, f[3], "REALM_B", err) &&
	       take_family(&spec->side[0].family, f[4], "FAMILY_A", err) &&
	       take_family(&spec->side[1].family, f[5], "FAMILY_B", err);
}

bool pg_ibcf_parse_pair(const char *text, struct pg_ibcf_spec *spec, char err[PG_IBCF_ERROR])
{
	char copy[1024], *f[FIELDS];
	*spec = (struct pg_ibcf_spec){.pair = true};
	if (!take(copy, sizeof(copy), text, "pair", err))
		return false;
	const unsigned n = split(copy, f);
	if (n != 12) {
		snprintf(err, PG_IBCF_ERROR,
			 "%u fields instead of NAME:REALM_A:FAMILY_A:REALM_B:FAMILY_B:PROTO:ADDR_A:"
			 "PORT_A:SETUP_A:ADDR_B:PORT_B:SETUP_B",
			 n);
		return false;
	}
	struct pg_ibcf_side *a = &spec->side[0], *b = &spec->side[1];
	return take(spec->name, sizeof(spec->name), f[0], "NAME", err) &&
	       take_realm(a->realm, f[1], "REALM_A", err) &&
	       take_family(&a->family, f[2], "FAMILY_A", err) &&
	       take_realm(b->realm, f[3], "REALM_B", err) &&
	       take_family(&b->family, f[4], "FAMILY_B", err) && take_proto(spec, f[5], err) &&
	       take_addr(a, f[6], "ADDR_A", err) && take_port(&a->port, f[7], "PORT_A", err) &&
	       take_setup(&a->setup, f[8], "SETUP_A", err) && take_addr(b, f[9], "ADDR_B", err) &&
	       take_port(&b->port, f[10], "PORT_B", err) &&
	       take_setup(&b->setup, f[11], "SETUP_B", err);
}

/* ---- SDP ------------------------------------------------------------------------------------- */

static bool parse(struct ix_str text, struct ix_sdp *sdp, struct ix_error *err)
{
	unsigned sessions;
	if (!ix_sdp_parse(text, sdp, &sessions, err))
		return false;
	if (sdp->proto != NULL)
		return true;
	*err = (struct ix_error){IX_E_MEDIA_TYPE, ix_lit("transport protocol unknown")};
	return false;
}

struct ix_str pg_ibcf_rewrite(struct ix_arena *arena, struct ix_str text, unsigned family,
			      const char *addr, uint16_t port, struct ix_error *err)
{
	struct ix_sdp sdp;
	if (!parse(text, &sdp, err))
		return (struct ix_str){0};
	struct ix_str out = ix_sdp_fill(arena, &sdp, family == 6 ? IX_SDP_IP6 : IX_SDP_IP4, addr,
					port);
	if (out.p == NULL)
		*err = (struct ix_error){IX_E_RESOURCES, ix_lit("SDP too large")};
	return out;
}

struct ix_str pg_ibcf_choose(struct ix_arena *arena, struct ix_str text, unsigned family,
			     struct ix_error *err)
{
	struct ix_sdp sdp;
	const struct ix_str none = {0};
	// ix_sdp_fill() takes a number for the port: give it one, then put $ in its place.
	struct ix_str filled = pg_ibcf_rewrite(arena, text, family, "$", 9, err);
	if (filled.p == NULL || !parse(filled, &sdp, err))
		return none;
	const uint32_t at = (uint32_t)(sdp.text.p - filled.p) + sdp.port_at;
	struct ix_str out = ix_str_fmt(arena, "%.*s$%.*s", (int)at, filled.p,
				       (int)(filled.len - at - 1), filled.p + at + 1);
	if (out.p == NULL)
		*err = (struct ix_error){IX_E_RESOURCES, ix_lit("SDP too large")};
	return out;
}

static const char *setup_line(enum ix_setup setup)
{
	switch (setup) {
	case IX_SETUP_ACTIVE: return "a=setup:active\r\n";
	case IX_SETUP_PASSIVE: return "a=setup:passive\r\n";
	case IX_SETUP_ACTPASS: return "a=setup:actpass\r\n";
	default: return "";
	}
}

static enum ix_setup own_setup(enum ix_setup endpoint)
{
	for (unsigned i = 0; i < N_SETUPS; i++)
		if (setups[i].setup == endpoint)
			return setups[i].own;
	return IX_SETUP_NONE;
}

/* "message", "*": what belongs to the protocol; "-" where the gateway need not know. */
static void media_of(const char *proto, const char **media, const char **format)
{
	*media = *format = "-";
	if (strcasestr(proto, "MSRP") != NULL) {
		*media = "message";
		*format = "*";
	} else if (strcasestr(proto, "BFCP") != NULL) {
		*media = "application";
		*format = "*";
	} else if (strcasestr(proto, "UDPTL") != NULL) {
		*media = "image";
		*format = "t38";
	}
}

struct ix_str pg_ibcf_pair_remote(struct ix_arena *arena, const struct pg_ibcf_spec *spec,
				  unsigned side)
{
	const struct pg_ibcf_side *s = &spec->side[side];
	const char *media, *format;
	media_of(spec->proto, &media, &format);
	return ix_str_fmt(arena, "v=0\r\nc=IN IP%u %s\r\nm=%s %u %s %s\r\n%s", s->family, s->addr,
			  media, s->port, spec->proto, format, setup_line(s->setup));
}

struct ix_str pg_ibcf_pair_local(struct ix_arena *arena, const struct pg_ibcf_spec *spec,
				 unsigned side)
{
	const struct pg_ibcf_side *s = &spec->side[side];
	const char *media, *format;
	media_of(spec->proto, &media, &format);
	return ix_str_fmt(arena, "v=0\r\nc=IN IP%u $\r\nm=%s $ %s %s\r\n%s", s->family, media,
			  spec->proto, format, setup_line(own_setup(s->setup)));
}
