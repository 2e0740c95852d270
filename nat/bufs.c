// Buffers of two sizes as free lists over one piece of memory.
#include "bufs.h"

#include <string.h>

enum { LARGE_BIT = 1u << 30 };

size_t nat_bufs_room(uint32_t small, uint32_t large)
{
	return (size_t)small * NAT_BUF_SMALL + (size_t)large * NAT_BUF_LARGE;
}

static uint8_t *at(const struct nat_bufs_class *c, uint32_t number)
{
	return c->mem + (size_t)(number - 1) * c->size;
}

/* A free buffer's first bytes hold the number of the next one. */
static void put(struct nat_bufs_class *c, uint32_t number)
{
	memcpy(at(c, number), &c->first_free, sizeof(c->first_free));
	c->first_free = number;
	c->used--;
}

static uint32_t get(struct nat_bufs_class *c)
{
	uint32_t number = c->first_free;

	if (!number)
		return 0;
	memcpy(&c->first_free, at(c, number), sizeof(c->first_free));
	if (++c->used > c->peak)
		c->peak = c->used;
	return number;
}

static void lay_out(struct nat_bufs_class *c, uint8_t *mem, uint32_t size, uint32_t count)
{
	*c = (struct nat_bufs_class){.mem = mem, .size = size, .count = count, .used = count};
	for (uint32_t n = count; n > 0; n--)
		put(c, n);
}

void nat_bufs_init(struct nat_bufs *b, void *mem, uint32_t small, uint32_t large)
{
	lay_out(&b->small, mem, NAT_BUF_SMALL, small);
	lay_out(&b->large, (uint8_t *)mem + (size_t)small * NAT_BUF_SMALL, NAT_BUF_LARGE, large);
	b->empty = 0;
}

nat_buf nat_bufs_get(struct nat_bufs *b, uint32_t bytes)
{
	uint32_t number = 0;

	if (bytes <= NAT_BUF_SMALL)
		number = get(&b->small);
	if (number)
		return number;
	if (bytes <= NAT_BUF_LARGE)
		number = get(&b->large);
	if (number)
		return number | LARGE_BIT;
	b->empty++;
	return 0;
}

void nat_bufs_put(struct nat_bufs *b, nat_buf buf)
{
	if (buf)
		put(buf & LARGE_BIT ? &b->large : &b->small, buf & ~(uint32_t)LARGE_BIT);
}

uint8_t *nat_bufs_at(const struct nat_bufs *b, nat_buf buf)
{
	return at(buf & LARGE_BIT ? &b->large : &b->small, buf & ~(uint32_t)LARGE_BIT);
}

uint32_t nat_bufs_size(nat_buf buf)
{
	return buf & LARGE_BIT ? NAT_BUF_LARGE : NAT_BUF_SMALL;
}
