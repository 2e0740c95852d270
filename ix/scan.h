// Lexical layer of the text codec: a cursor over one message, words, strings, octets, faults.
// Spec: H.248.1 Annex B.1, B.2
//
// Every reader returns true and moves the cursor, or returns false with the fault filled in.
// Readers skip white space and comments in front of what they read, so the grammar above never sees
// them.
#ifndef IX_SCAN_H
#define IX_SCAN_H

#include "ix.h"

/* What a byte may be part of. */
enum {
	IX_CH_SAFE = 1 << 0, // SafeChar: part of a word
	IX_CH_NAME = 1 << 1, // letter, digit, underscore
	IX_CH_ALPHA = 1 << 2,
	IX_CH_DIGIT = 1 << 3,
	IX_CH_HEX = 1 << 4,
	IX_CH_SPACE = 1 << 5,  // space, tab, CR, LF
	IX_CH_PATH = 1 << 6,   // termination id before its "@"
	IX_CH_QUOTED = 1 << 7, // between double quotes
};
extern const uint8_t ix_char_class[256];

static inline bool ix_is(char c, unsigned classes)
{
	return ix_char_class[(unsigned char)c] & classes;
}

/* Lower case of an ASCII letter, other bytes as they are. */
static inline unsigned char ix_fold(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 'A' && u <= 'Z' ? u | 0x20 : u;
}

struct ix_scan {
	char *p, *end;    // what is left of our copy of the message
	char *base;       // the copy, in the arena: slices point into it
	const char *wire; // the message as received: line numbers come from here
	struct ix_arena *arena;
	struct ix_fault *fault;
	uint16_t level; // code of a syntax error here: 400, 403, 422 or 442
	bool request;   // inside a request; elsewhere every fault is a 400
};

/* Copies the message into the arena and points the cursor at it. Clears *fault. */
bool ix_scan_init(struct ix_scan *s, struct ix_arena *arena, const void *bytes, size_t len,
		  struct ix_fault *fault);

/* Record a fault at `at` (a place in the copy). Both return false, for `return ix_fail(...)`. */
bool ix_fail(struct ix_scan *s, const char *at, uint16_t code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Code of the level; the text tells what stands there instead. */
bool ix_expected(struct ix_scan *s, const char *at, const char *what);
/* 448 or 456: this word, or what it names, was there before. */
bool ix_twice(struct ix_scan *s, struct ix_str word, uint16_t code);
/* Members of a list in which nothing may stand twice: the comparison of each with all is bounded.
 */
enum { IX_LIST_MAX = 512 };
bool ix_too_many(struct ix_scan *s, struct ix_str word); // 510
/* 443, 444: no command, no descriptor of this name. */
bool ix_unknown(struct ix_scan *s, struct ix_str word, uint16_t code, const char *what);
bool ix_exhausted(struct ix_scan *s); // 510: the arena is full

/* Memory for a part of the message; NULL with the fault filled in. */
void *ix_part(struct ix_scan *s, size_t size);

/* White space and comments. True when there was at least one byte of it. */
bool ix_skip(struct ix_scan *s);
/* After white space: at the end? at this byte? (nothing is consumed but the white space) */
bool ix_at_end(struct ix_scan *s);
bool ix_at(struct ix_scan *s, char c);
/* Consume this byte if it is next. */
bool ix_accept(struct ix_scan *s, char c);
bool ix_expect(struct ix_scan *s, char c);

/* A run of SafeChars; `what` names what was wanted, for the fault. */
bool ix_word(struct ix_scan *s, struct ix_str *word, const char *what);
/* "..."; the slice is without quotes. */
bool ix_quoted(struct ix_scan *s, struct ix_str *text);
/* { octets } of Local and Remote: unescaped, outer white space removed. */
bool ix_octets(struct ix_scan *s, struct ix_str *octets);
/* What follows a token that is carried but not understood (DigitMap, Mux, Modem): up to the comma
 * or closing brace that ends it. */
bool ix_raw(struct ix_scan *s, struct ix_str *raw);
/* A word of 1 to `digits` decimal digits, not above max. */
bool ix_number(struct ix_scan *s, uint32_t max, unsigned digits, uint32_t *n, const char *what);

/* "{" item *("," item) "}", or "{" "}". The list inside, for item(). */
typedef bool ix_item_fn(struct ix_scan *s, void *into);
bool ix_block(struct ix_scan *s, ix_item_fn *item, void *into);

/* Pure tests and conversions of slices. */
bool ix_str_u32(struct ix_str s, uint32_t max, unsigned digits, uint32_t *n);
bool ix_is_name(struct ix_str s); // NAME
bool ix_is_path(struct ix_str s); // termination id: ROOT, $, *, path with wildcards, 64 at most
bool ix_is_time(struct ix_str s); // yyyymmddThhmmssss
/* Splits "pkg/item", "pkg/ *", "* / *" (without the blanks). */
bool ix_split_pkg(struct ix_str s, struct ix_str *pkg, struct ix_str *item);

#endif
