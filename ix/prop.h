// Typed values of properties and parameters: find and read them, make them.
// Spec: H.248.1 12.2 (types), B.2 (syntax)
#ifndef IX_PROP_H
#define IX_PROP_H

#include "msg.h"

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
