// Internet checksums: whole sums, and changes by difference.
// Spec: RFC 1071, RFC 1624 (equation 3)
#ifndef NAT_CSUM_H
#define NAT_CSUM_H

#include <stddef.h>
#include <stdint.h>

/* Sums are in the byte order of memory throughout; the one's complement sum does not mind. */

static inline uint16_t nat_csum_fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

/* A checksum after the summed words changed by `delta` (the folded sum of ~old + new). */
static inline uint16_t nat_csum_apply(uint16_t csum, uint16_t delta)
{
	return (uint16_t)~nat_csum_fold((uint16_t)~csum + (uint32_t)delta);
}

/* Folded one's complement sum of `len` bytes at any alignment, added to `sum` (not complemented).
 */
uint16_t nat_csum_add(const void *data, size_t len, uint16_t sum);

#endif
