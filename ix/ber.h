// H.248 in binary: BER into the same form as text, and back.
// Spec: H.248.1 v3 Annex A (versions 1 and 2 are subsets of it), X.690; Annex C.11 for SDP
//
// Binary names things by number. What has no number, or no name, keeps a reversible spelling:
//   package, item, parameter               x00bd
//   value of an unknown type               20, ON, "text", 0x2e (octets), raw_0a0105 (anything
//   else) termination id outside the plan        bin/40000001, with wildcards bin/40000001/dc/*
//   line of Local or Remote that is no SDP x00001001=02010a
#ifndef IX_BER_H
#define IX_BER_H

#include "ix.h"
#include "names.h"

/* How the octets of a termination id are cut: type (3GPP: 001 is ephemeral), group, interface, id,
 * from the highest bit down; "ip/<group>/<interface>/<id>" in text. The widths add up to 8 *
 * octets. ROOT is all ones. A wildcard field at the group's bit means any group, and so on. */
struct ix_tid_plan {
	const char *prefix; // "ip"
	uint8_t octets;     // 1 to 8
	uint8_t type_bits, group_bits, interface_bits, id_bits;
	uint8_t type;                  // value of the type bits
	const char *const *groups;     // name of group n, "" for none; NULL-ended
	const char *const *interfaces; // name of interface n; likewise
};
/* 4 octets: 3 bits 001, 4 group, 3 interface, 22 id; groups and interfaces are numbers. */
extern const struct ix_tid_plan ix_tid_plan_default;
/* Do the widths fit, and are the names legal components that no number looks like? */
bool ix_tid_plan_ok(const struct ix_tid_plan *plan);

/* A number that the table in names.c lacks or has wrong. */
struct ix_number {
	const char *package; // NULL ends a list
	const char *item;    // NULL: the number of the package itself
	const char *param;   // NULL: the number of the item itself
	uint8_t kind;        // enum ix_def_kind of the item
	uint16_t id;
};

struct ix_ber_conf {
	const struct ix_tid_plan *plan;  // NULL: ix_tid_plan_default
	const struct ix_number *numbers; // looked at before names.c; NULL: none
};

/* Could these bytes be a binary message? No text message starts like one. */
bool ix_ber_looks(const void *bytes, size_t len);

/* Does the body of a message that could not be decoded begin as a message-level Error? */
bool ix_ber_looks_error(const void *bytes, size_t len);

/* As ix_text_decode(): same form, codes and promises; fault->line and column stay 0. conf NULL:
 * defaults. Definite and indefinite lengths, primitive and constructed strings. Fields behind an
 * extension marker that version 3 does not know are skipped. */
struct ix_msg *ix_ber_decode(struct ix_arena *arena, const void *bytes, size_t len,
			     const struct ix_ber_conf *conf, struct ix_fault *fault,
			     struct ix_msg *head);

/* As ix_text_encode(), definite lengths. -EINVAL also when a name or a termination id has no
 * number, and for what Annex A cannot say (several statistics in one stream's audit, extensions
 * X-...). */
long ix_ber_encode(const struct ix_msg *msg, const struct ix_ber_conf *conf, void *buf,
		   size_t size);

#endif
