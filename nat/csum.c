// Sum of a stretch of bytes, wide steps first.
// Spec: RFC 1071
#include "csum.h"

#include <string.h>

uint16_t nat_csum_add(const void *data, size_t len, uint16_t sum)
{
	const uint8_t *p = data;
	uint64_t acc = sum, w;
	uint32_t half;
	uint16_t word;

	for (; len >= 8; len -= 8, p += 8) {
		memcpy(&w, p, sizeof(w));
		acc += (uint32_t)w;
		acc += w >> 32;
	}
	if (len & 4) {
		memcpy(&half, p, sizeof(half));
		acc += half;
		p += 4;
	}
	if (len & 2) {
		memcpy(&word, p, sizeof(word));
		acc += word;
		p += 2;
	}
	if (len & 1)
		acc += *p; // the missing second byte counts as zero
	acc = (acc & 0xffffffff) + (acc >> 32);
	acc = (acc & 0xffffffff) + (acc >> 32);
	return nat_csum_fold((uint32_t)((acc & 0xffff) + (acc >> 16)));
}
