// A cursor over bytes that must not be trusted: reads that fail leave it at "bad", and stay there.
#ifndef NAT_CURSOR_H
#define NAT_CURSOR_H

#include <stdbool.h>

#include "wire.h"

struct nat_cursor {
	const uint8_t *at, *end;
	bool bad; // something was read that is not there
};

static inline uint32_t nat_cur_left(const struct nat_cursor *c)
{
	return (uint32_t)(c->end - c->at);
}

/* Steps over n bytes and returns where they begin; NULL, and bad, when there are fewer. */
static inline const uint8_t *nat_cur_take(struct nat_cursor *c, uint32_t n)
{
	const uint8_t *at = c->at;

	if (c->bad || nat_cur_left(c) < n) {
		c->bad = true;
		return NULL;
	}
	c->at += n;
	return at;
}

/* An unsigned number of 1 to 4 bytes; 0 when it is not there. */
static inline uint32_t nat_cur_num(struct nat_cursor *c, uint32_t bytes)
{
	const uint8_t *at = nat_cur_take(c, bytes);
	uint32_t v = 0;

	for (uint32_t i = 0; at && i < bytes; i++)
		v = v << 8 | at[i];
	return v;
}

/* A vector with a length field of 1 to 3 bytes, as a cursor of its own; an empty bad one when it
 * does not fit. */
static inline struct nat_cursor nat_cur_vec(struct nat_cursor *c, uint32_t bytes)
{
	uint32_t n = nat_cur_num(c, bytes);
	const uint8_t *at = nat_cur_take(c, n);

	return (struct nat_cursor){at, at ? at + n : at, !at};
}

#endif
