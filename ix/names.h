// The packages of the profile as data: what exists, of which type, where it is legal, if it works.
// Spec: H.248.1 Annex E and the H.248.x of each package (named in names.c)
#ifndef IX_NAMES_H
#define IX_NAMES_H

#include "msg.h"

enum ix_def_kind { IX_DEF_PROPERTY, IX_DEF_EVENT, IX_DEF_SIGNAL, IX_DEF_STATISTIC };

/* How a value is written and read. */
enum ix_type {
	IX_TYPE_NONE,
	IX_TYPE_BOOL,   // ON | OFF
	IX_TYPE_UINT,   // decimal or 0x hex, min..max
	IX_TYPE_HEX,    // an octet as hex digits: 2e, 0x2e, "2E"; never decimal; 0..max
	IX_TYPE_ENUM,   // one of `names`
	IX_TYPE_STRING, // quoted; a bare token is accepted too
	IX_TYPE_PREFIX, // string "address" or "address/bits"
};

/* Which ix_shape values are legal beside a single one. */
enum { IX_MAY_LIST = 1 << 0, IX_MAY_RANGE = 1 << 1 };

/* Where a property, event, signal or statistic belongs. */
enum {
	IX_AT_CONTROL = 1 << 0,    // LocalControl
	IX_AT_TERM_STATE = 1 << 1, // TerminationState of an ephemeral termination
	IX_AT_ROOT = 1 << 2,       // TerminationState, Events of ROOT
	IX_AT_TERM = 1 << 3,       // Events, Signals, Statistics of a termination or stream
};

/* A property, event, signal, statistic, or a parameter of an event or signal. */
struct ix_def {
	const char *name;  // NULL ends a table
	uint16_t id;       // binary encoding, unique among those of its kind in a package
	uint8_t kind;      // enum ix_def_kind
	uint8_t type;      // enum ix_type
	uint8_t may;       // IX_MAY_ bits
	uint8_t at;        // IX_AT_ bits
	bool supported;    // false: known, refused with 445, 512, 513 until its effect exists
	bool read_only;    // property: 534 on writing
	bool required;     // parameter: 457 when missing
	uint64_t min, max; // ENUM: min is the binary number of names[0]
	const char *const *names;      // ENUM: NULL-ended
	const struct ix_def *params;   // event, signal: what the controller may set
	const struct ix_def *observed; // event: what a Notify carries
};

struct ix_package_def {
	const char *name; // text id
	uint16_t id;      // binary id, 0 = not known
	uint8_t version;
	bool supported; // listed in a Packages audit; false: 440
	const struct ix_def *defs;
};

/* The n-th package (from 0) of the table; NULL after the last. */
const struct ix_package_def *ix_package_at(unsigned n);

/* By text id, without case; by binary id. NULL when it is not in the table. */
const struct ix_package_def *ix_package_find(struct ix_str name);
const struct ix_package_def *ix_package_by_id(uint16_t id);

/* One item of a package, by name without case or by number. NULL when the package has none such. */
const struct ix_def *ix_def_find(const struct ix_package_def *pkg, enum ix_def_kind kind,
				 struct ix_str name);
const struct ix_def *ix_def_by_id(const struct ix_package_def *pkg, enum ix_def_kind kind,
				  uint16_t id);

/* A parameter in one of ix_def.params or ix_def.observed (NULL = none such). */
const struct ix_def *ix_param_find(const struct ix_def *params, struct ix_str name);
const struct ix_def *ix_param_by_id(const struct ix_def *params, uint16_t id);

#endif
