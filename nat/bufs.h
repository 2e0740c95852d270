// Buffers of two sizes from memory that the caller gives once: what an observer must keep of
// packets.
//
// The problem: most hellos fit into one segment and need no copy at all, a few are split, and rare
// certificates are large. So a buffer is taken only for what is split, and in two sizes.
#ifndef NAT_BUFS_H
#define NAT_BUFS_H

#include <stddef.h>
#include <stdint.h>

enum {
	NAT_BUF_SMALL = 2048,  // a held TCP segment, an ordinary hello or certificate
	NAT_BUF_LARGE = 18496, // the largest DTLS record, 16 KiB of anything
};

struct nat_bufs_class {
	uint8_t *mem;
	uint32_t size, count;
	uint32_t first_free; // index + 1, 0 = none
	uint32_t used, peak;
};

/* One per worker; no locks. */
struct nat_bufs {
	struct nat_bufs_class small, large;
	uint64_t empty; // requests that could not be met
};

/* Names a buffer; 0 names none. Stays valid until nat_bufs_put(). */
typedef uint32_t nat_buf;

/* Bytes of memory that so many buffers take. */
size_t nat_bufs_room(uint32_t small, uint32_t large);

/* Lays the buffers out in mem, nat_bufs_room() bytes at any alignment of 8, which must live longer
 * than *b. Buffers given out before are forgotten. */
void nat_bufs_init(struct nat_bufs *b, void *mem, uint32_t small, uint32_t large);

/* Takes a buffer of at least `bytes`. A small request is met from the large ones when the small
 * are used up. Returns 0, and counts it in b->empty, when there is none or none is large enough. */
nat_buf nat_bufs_get(struct nat_bufs *b, uint32_t bytes);

/* Gives a buffer back; 0 is allowed. */
void nat_bufs_put(struct nat_bufs *b, nat_buf buf);

uint8_t *nat_bufs_at(const struct nat_bufs *b, nat_buf buf);
uint32_t nat_bufs_size(nat_buf buf);

#endif
