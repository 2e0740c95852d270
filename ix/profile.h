// The profile: is a decoded command one that this gateway understands and can honour? And readers
// and makers of typed property values, for whoever acts on a command that passed. Spec:
// TS 29.238 5.7, 5.8, 5.14 (spec list in names.c); H.248.8 for the codes
#ifndef IX_PROFILE_H
#define IX_PROFILE_H

#include "err.h"
#include "names.h"

/* ---- checks ---------------------------------------------------------------------------------- */

/* Checks one command of a controller's request against the profile, in the order of the message: is
 * the command used at all (443), are its descriptors known (444) and legal in it (447), is every
 * package known (440), every property (450 not in its package, 445 not supported here), event (451,
 * 512), signal (452, 513), statistic (453) and parameter (446, 457 missing); legal where it stands
 * (455), twice (448, 456), read-only (534), of the right type and in range (449, 454 in a
 * parameter); modes (517). Pure: looks at nothing but the command. False: *err has code and a text
 * that names the item; the text lies in the arena (or is the standard text when that is exhausted).
 */
bool ix_profile_check(const struct ix_command *cmd, struct ix_error *err, struct ix_arena *arena);

/* The same for what an action says about its context: topology kinds (522), context attributes
 * (440, 450) and context audits (440, 532). Does not look at the commands. */
bool ix_profile_check_action(const struct ix_action *action, struct ix_error *err,
			     struct ix_arena *arena);

/* ---- readers --------------------------------------------------------------------------------- */

/* First property (or parameter) of that name: "ipdc/realm", "timerx". Without case; NULL when
 * absent. */
const struct ix_prop *ix_prop_find(const struct ix_prop *list, const char *name);

/* Each reads a property with one value; false when prop is NULL, has no value, several, a relation
 * other than "=" or a value of another type. *out is then unchanged, so it may hold a default
 * before. */
bool ix_prop_bool(const struct ix_prop *prop, bool *out);
bool ix_prop_uint(const struct ix_prop *prop, uint64_t *out);     // decimal or 0x hex
bool ix_prop_hex(const struct ix_prop *prop, uint8_t *out);       // 2e, 0x2e, "2E"
bool ix_prop_str(const struct ix_prop *prop, struct ix_str *out); // quoted or bare
/* names: NULL-ended; *out becomes the index of the value, without case. */
bool ix_prop_enum(const struct ix_prop *prop, const char *const *names, unsigned *out);
/* A single number (lo = hi) or [lo:hi] with lo <= hi. */
bool ix_prop_range(const struct ix_prop *prop, uint64_t *lo, uint64_t *hi);

/* "192.0.2.0/24", "2001:db8::1" (then bits = 32 or 128): one value of gm/sam. ip: network order, 4
 * or 16 bytes; *family 4 or 6. */
bool ix_value_prefix(struct ix_str text, uint8_t ip[16], unsigned *family, unsigned *bits);

/* ---- makers ---------------------------------------------------------------------------------- */

/* Appends name ("nt/os", or "Stream-like" parameter names without package) = value to *list. The
 * name is not copied: a literal. The value is copied into the arena. False on exhaustion; *list is
 * then unchanged. */
bool ix_prop_add(struct ix_arena *arena, struct ix_prop **list, const char *name,
		 struct ix_str value, bool quoted);
bool ix_prop_add_uint(struct ix_arena *arena, struct ix_prop **list, const char *name,
		      uint64_t value);

#endif
