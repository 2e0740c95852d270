// Reader and writer of BER's tags, lengths and plain values.
// Spec: X.690 clause 8
//
// The reader is a cursor that only moves forward, so an indefinite length needs no search for its
// end. Every reader returns true, or false with the fault filled in; the first fault stays.
#ifndef IX_BER_TLV_H
#define IX_BER_TLV_H

#include "ber.h"

enum { IX_BER_UNIVERSAL = 0, IX_BER_CONTEXT = 2 };
enum { // universal tags
	IX_BER_BOOLEAN = 1,
	IX_BER_INTEGER = 2,
	IX_BER_OCTETS = 4,
	IX_BER_ENUMERATED = 10,
	IX_BER_UTF8 = 12,
	IX_BER_SEQUENCE = 16,
	IX_BER_IA5 = 22,
};
enum { IX_BER_DEPTH = 40 }; // Annex A itself nests 31 deep

struct ix_ber {
	const uint8_t *p, *end; // the innermost open part
	const uint8_t *base;    // our copy of the message, in the arena
	struct ix_arena *arena;
	const struct ix_ber_conf *conf;
	struct ix_fault *fault;
	uint16_t level; // code of a syntax error here: 400, 403, 422 or 442
	bool request;   // inside a request; elsewhere every fault is a 400
	unsigned depth;
};

struct ix_tlv {
	const uint8_t *at; // its first byte
	size_t len;        // of the content; 0 when indefinite
	uint32_t tag;
	uint8_t class;
	bool constructed, indefinite;
};

struct ix_frame {
	const uint8_t *outer;
	bool indefinite;
};

bool ix_ber_fail(struct ix_ber *b, const uint8_t *at, uint16_t code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Code of the level. */
bool ix_ber_bad(struct ix_ber *b, const uint8_t *at, const char *what);
/* Memory for a part of the message; NULL with the fault filled in. */
void *ix_ber_part(struct ix_ber *b, size_t size);

/* Tag and length; the cursor stands at the content. */
bool ix_ber_head(struct ix_ber *b, struct ix_tlv *t);
/* Steps over the content. */
bool ix_ber_skip(struct ix_ber *b, const struct ix_tlv *t);

/* Opens a constructed value; more() is true while parts are left and closes it otherwise. After a
 * failure more() is false too. */
bool ix_ber_enter(struct ix_ber *b, const struct ix_tlv *t, struct ix_frame *f);
bool ix_ber_more(struct ix_ber *b, struct ix_frame *f);

static inline bool ix_ber_is(const struct ix_tlv *t, uint8_t class, uint32_t tag)
{
	return t->class == class && t->tag == tag;
}

/* ---- structured values ----------------------------------------------------------------------- */

/* Reads one value whose head was read. into: as the caller of the table or list says. */
typedef bool ix_ber_read(struct ix_ber *b, const struct ix_tlv *t, void *into);

enum { IX_BER_NEEDED = 1 };
#define IX_BER_HAS(type, member) (uint16_t)(offsetof(type, member) + 1)

/* A field of a SEQUENCE or an alternative of a CHOICE: context tag, where its value goes. */
struct ix_ber_field {
	uint8_t tag, flags;
	uint16_t at;  // offset in the object of what `read` gets
	uint16_t has; // IX_BER_HAS() of a bool to set, 0 = none
	ix_ber_read *read;
};
struct ix_ber_fields {
	const char *name; // for faults
	const struct ix_ber_field *f;
	unsigned n;
};
#define IX_BER_FIELDS(var, text, ...)                                                              \
	static const struct ix_ber_field var##_f[] = {__VA_ARGS__};                                \
	static const struct ix_ber_fields var = {text, var##_f,                                    \
						 sizeof(var##_f) / sizeof(var##_f[0])}

/* SEQUENCE: fields in order, the needed ones present; unknown tags are skipped. */
bool ix_ber_sequence(struct ix_ber *b, const struct ix_tlv *t, const struct ix_ber_fields *fields,
		     void *into);
/* CHOICE whose alternative's head is *t; none of them is `code`. */
bool ix_ber_choice(struct ix_ber *b, const struct ix_tlv *t, const struct ix_ber_fields *fields,
		   uint16_t code, void *into);
/* The same inside an explicit tag (a CHOICE that is a field or an alternative). */
bool ix_ber_wrapped(struct ix_ber *b, const struct ix_tlv *t, const struct ix_ber_fields *fields,
		    uint16_t code, void *into);
/* SEQUENCE OF: read() for each element, which looks at its tag itself. */
bool ix_ber_list(struct ix_ber *b, const struct ix_tlv *t, ix_ber_read *read, void *into);
/* Is the element a SEQUENCE? */
bool ix_ber_element(struct ix_ber *b, const struct ix_tlv *t);

/* ---- plain values ---------------------------------------------------------------------------- */

bool ix_ber_number(struct ix_ber *b, const struct ix_tlv *t, uint64_t max, uint64_t *n);
/* OCTET STRING and the character strings, at least min and at most max bytes. */
bool ix_ber_octets(struct ix_ber *b, const struct ix_tlv *t, size_t min, size_t max,
		   struct ix_str *s);
/* BIT STRING: bit 0 is the lowest of *bits; those above 31 are ignored. */
bool ix_ber_bits(struct ix_ber *b, const struct ix_tlv *t, uint32_t *bits);

/* For tables. */
ix_ber_read ix_ber_u8, ix_ber_u16, ix_ber_u32; // uint8_t (to 99), uint16_t, uint32_t
ix_ber_read ix_ber_bool;                       // bool
ix_ber_read ix_ber_tri;                        // enum ix_tri
ix_ber_read ix_ber_flag;                       // NULL, sets a bool
ix_ber_read ix_ber_text;                       // struct ix_str
ix_ber_read ix_ber_skip_field;                 // nothing

/* ---- writer ---------------------------------------------------------------------------------- */

/* Goes on after a failure, without writing: callers look at full and bad once, at the end. */
struct ix_ber_out {
	uint8_t *p, *end, *base;
	const struct ix_ber_conf *conf;
	bool full; // the buffer is too small
	bool bad;  // the form says something that has no binary
};

/* Identifier octets of what is written here: context and universal. */
#define IX_C(n)     (uint8_t)(0x80 | (n))
#define IX_CC(n)    (uint8_t)(0xa0 | (n))
#define IX_SEQUENCE 0x30

/* Octets without a head. */
void ix_ber_raw(struct ix_ber_out *o, const void *p, size_t len);
/* Opens a value and returns where; close() writes its length. */
size_t ix_ber_open(struct ix_ber_out *o, uint8_t id);
void ix_ber_close(struct ix_ber_out *o, size_t at);
void ix_ber_put(struct ix_ber_out *o, uint8_t id, const void *p, size_t len);
void ix_ber_put_str(struct ix_ber_out *o, uint8_t id, struct ix_str s);
void ix_ber_put_uint(struct ix_ber_out *o, uint8_t id, uint64_t n);
void ix_ber_put_int(struct ix_ber_out *o, uint8_t id, int64_t n);
void ix_ber_put_bool(struct ix_ber_out *o, uint8_t id, bool on);
void ix_ber_put_null(struct ix_ber_out *o, uint8_t id);
/* BIT STRING of n bits, trailing zero bits left out. */
void ix_ber_put_bits(struct ix_ber_out *o, uint8_t id, uint32_t bits, unsigned n);

#endif
