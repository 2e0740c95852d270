// A message's memory: chained blocks with one upper bound, freed at once.
#include "msg.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 16384, LARGEST_BLOCK = 65536, ALIGN = 8 };

struct block {
	struct block *next; // older
	size_t size, used;
	_Alignas(ALIGN) char bytes[];
};

struct ix_arena {
	struct block *last;
	size_t limit, handed_out;
};

static struct block *block_new(size_t size)
{
	struct block *b = malloc(sizeof(*b) + size);

	if (!b)
		return NULL;
	b->next = NULL;
	b->size = size;
	b->used = 0;
	return b;
}

struct ix_arena *ix_arena_new(size_t limit)
{
	struct ix_arena *arena = malloc(sizeof(*arena));

	if (!arena)
		return NULL;
	arena->limit = limit;
	arena->handed_out = 0;
	arena->last = block_new(limit < FIRST_BLOCK ? (limit + ALIGN - 1) / ALIGN * ALIGN
						    : FIRST_BLOCK);
	if (!arena->last) {
		free(arena);
		return NULL;
	}
	return arena;
}

void ix_arena_reset(struct ix_arena *arena)
{
	while (arena->last->next) {
		struct block *b = arena->last;

		arena->last = b->next;
		free(b);
	}
	arena->last->used = 0;
	arena->handed_out = 0;
}

void ix_arena_free(struct ix_arena *arena)
{
	if (!arena)
		return;
	ix_arena_reset(arena);
	free(arena->last);
	free(arena);
}

/* A new block that holds `need` bytes; each is twice as large as the one before. */
static bool grow(struct ix_arena *arena, size_t need)
{
	size_t size = arena->last->size * 2;
	struct block *b;

	if (size > LARGEST_BLOCK)
		size = LARGEST_BLOCK;
	if (size < need)
		size = need;
	b = block_new(size);
	if (!b)
		return false;
	b->next = arena->last;
	arena->last = b;
	return true;
}

void *ix_alloc(struct ix_arena *arena, size_t size)
{
	size_t need;
	void *p;

	if (size > arena->limit)
		return NULL;
	need = (size + ALIGN - 1) / ALIGN * ALIGN;
	if (need > arena->limit - arena->handed_out)
		return NULL;
	if (need > arena->last->size - arena->last->used && !grow(arena, need))
		return NULL;
	p = arena->last->bytes + arena->last->used;
	arena->last->used += need;
	arena->handed_out += need;
	return memset(p, 0, size);
}

struct ix_str ix_str_dup(struct ix_arena *arena, struct ix_str s)
{
	char *p = ix_alloc(arena, s.len);

	if (!p)
		return (struct ix_str){0};
	if (s.len > 0)
		memcpy(p, s.p, s.len);
	return (struct ix_str){p, s.len};
}

struct ix_str ix_str_fmt(struct ix_arena *arena, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0)
		return (struct ix_str){0};
	p = ix_alloc(arena, (size_t)len + 1);
	if (!p)
		return (struct ix_str){0};
	va_start(ap, fmt);
	vsnprintf(p, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return (struct ix_str){p, (uint32_t)len};
}
