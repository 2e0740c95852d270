// What the halves of the binary codec share: names and numbers, termination ids, values, SDP.
// Spec: H.248.1 v3 Annex A
#ifndef IX_BER_CODE_H
#define IX_BER_CODE_H

#include "ber_tlv.h"

/* ---- names and numbers (ber_names.c) --------------------------------------------------------- */

/* Number of a package, of package/item, of a parameter among `params` (may be NULL). `def` gets the
 * item's or parameter's definition, NULL when names.c has none. False: there is no number. "*" is
 * 0xffff. */
bool ix_ber_package_id(const struct ix_ber_conf *conf, struct ix_str name, uint16_t *id);
bool ix_ber_item_id(const struct ix_ber_conf *conf, enum ix_def_kind kind, struct ix_str pkg,
		    struct ix_str item, uint8_t octets[4], const struct ix_def **def);
bool ix_ber_param_id(const struct ix_ber_conf *conf, enum ix_def_kind kind, struct ix_str pkg,
		     struct ix_str item, const struct ix_def *params, struct ix_str name,
		     uint16_t *id, const struct ix_def **def);

/* The way back; unknown numbers become "x00bd". False: the arena is full. */
bool ix_ber_package_name(struct ix_ber *b, uint16_t id, struct ix_str *name);
bool ix_ber_item_name(struct ix_ber *b, enum ix_def_kind kind, const uint8_t octets[4],
		      struct ix_str *pkg, struct ix_str *item, const struct ix_def **def);
bool ix_ber_param_name(struct ix_ber *b, enum ix_def_kind kind, struct ix_str pkg,
		       struct ix_str item, const struct ix_def *params, uint16_t id,
		       struct ix_str *name, const struct ix_def **def);

/* "x00bd" and 0x00bd: digit maps have no names but these. */
bool ix_ber_unnamed_id(struct ix_str name, uint16_t *id);
struct ix_str ix_ber_unnamed(struct ix_ber *b, uint16_t id);

/* Hex digits of octets, lower case, behind a prefix; p NULL with the fault filled in. */
struct ix_str ix_ber_hex(struct ix_ber *b, const char *prefix, const uint8_t *p, size_t len);
/* The octets of hex digits: false when they are none or odd in number. Writes len / 2 bytes. */
bool ix_ber_unhex(struct ix_str digits, uint8_t *out);

/* ---- termination ids (ber_tid.c) ------------------------------------------------------------- */

/* Reads TerminationID; into: struct ix_str. */
ix_ber_read ix_ber_tid;
void ix_ber_put_tid(struct ix_ber_out *o, uint8_t id, struct ix_str name);

/* ---- values (ber_value.c) -------------------------------------------------------------------- */

/* The content of an OCTET STRING that holds a property's or parameter's value; def NULL: unknown.
 */
bool ix_ber_value(struct ix_ber *b, struct ix_str octets, const struct ix_def *def,
		  struct ix_value *v);
void ix_ber_put_value(struct ix_ber_out *o, const struct ix_def *def, const struct ix_value *v);

/* Text in a value: BER's string inside the octets, or bare octets. */
struct ix_str ix_ber_unwrap(struct ix_str octets);
void ix_ber_put_text(struct ix_ber_out *o, struct ix_str text);

/* The value list of a property or parameter ([1] of both) and its extraInfo ([2]). */
void ix_ber_put_values(struct ix_ber_out *o, uint8_t id, const struct ix_def *def,
		       const struct ix_prop *p);
void ix_ber_put_extra(struct ix_ber_out *o, const struct ix_prop *p);

/* SEQUENCE OF OCTET STRING as read, before a definition is at hand. */
struct ix_octets {
	struct ix_octets *next;
	struct ix_str s;
};
ix_ber_read ix_ber_octet_list; // into: struct ix_octets *

/* What [1] and [2] of PropertyParm, EventParameter, SigParameter say. */
struct ix_raw_value {
	struct ix_octets *values;
	struct {
		enum ix_rel rel;
		bool range, sublist;
	} extra;
};
ix_ber_read ix_ber_extra; // into: struct ix_raw_value
/* Fills rel, shape and values of p. */
bool ix_ber_prop_value(struct ix_ber *b, const struct ix_raw_value *raw, const struct ix_def *def,
		       struct ix_prop *p);

/* ---- SDP (ber_sdp.c) ------------------------------------------------------------------------- */

/* LocalRemoteDescriptor and its audit; into: struct ix_str, the text with CRLF between lines. */
ix_ber_read ix_ber_sdp, ix_ber_sdp_audit;
void ix_ber_put_sdp(struct ix_ber_out *o, uint8_t id, struct ix_str text);
void ix_ber_put_sdp_audit(struct ix_ber_out *o, uint8_t id, struct ix_str text);

#endif
