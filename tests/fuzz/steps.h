// The input of the observers' fuzz targets as steps: who, what, which bytes.
#ifndef STEPS_H
#define STEPS_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* The first byte has the side in bit 7; then 0 = FIN, 1 = RST, n = n - 1 bytes follow; 127 = their
 * number follows in two bytes. */
struct step {
	int side;
	unsigned what;
	const uint8_t *bytes;
	uint32_t n;
};

static inline int next_step(const uint8_t **at, const uint8_t *end, struct step *s)
{
	if (*at == end)
		return 0;
	s->side = **at >> 7;
	s->what = **at & 0x7f;
	(*at)++;
	s->n = s->what > 1 ? s->what - 1 : 0;
	if (s->n == 126 && end - *at >= 2) {
		s->n = (uint32_t)(*at)[0] << 8 | (*at)[1];
		*at += 2;
	}
	s->bytes = *at;
	if (s->n > (size_t)(end - *at))
		s->n = (uint32_t)(end - *at);
	*at += s->n;
	return 1;
}

static inline void must(int condition)
{
	if (!condition)
		abort();
}

#endif
