// Decodes bytes and holds the codec to its promises; shared by the vectors and the fuzz target.
#ifndef ROUNDTRIP_H
#define ROUNDTRIP_H

#include "../../ix/ix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_LIMIT = 256 * 1024, LARGE_ARENA_LIMIT = 64 * 1024 * 1024 };

static void broken(const char *promise, const void *bytes, size_t len)
{
	fprintf(stderr, "broken promise: %s\n", promise);
	fwrite(bytes, 1, len, stderr);
	abort();
}

/* Decodes an exact-size copy, so that AddressSanitizer sees a byte read too far. */
static struct ix_msg *decode_copy(struct ix_arena *arena, const void *bytes, size_t len,
				  struct ix_fault *fault)
{
	struct ix_msg *msg, head;
	char *exact = malloc(len);

	if (!exact && len > 0)
		abort();
	if (len > 0)
		memcpy(exact, bytes, len);
	memset(fault, 0xa5, sizeof(*fault));
	msg = ix_text_decode(arena, exact, len, fault, &head);
	free(exact); // the form must not point into the message
	if (!msg &&
	    (fault->code < 400 || fault->offset > len || fault->line < 1 || fault->column < 1 ||
	     fault->text[0] == '\0' || (fault->have_head && head.mid.kind == IX_MID_NONE)))
		broken("a fault says what, where and whom to tell", bytes, len);
	if (msg && fault->code != 0)
		broken("no fault with a message", bytes, len);
	return msg;
}

static void encode_again(const struct ix_msg *msg, enum ix_style style, const void *bytes,
			 size_t len)
{
	struct ix_arena *arena = ix_arena_new(LARGE_ARENA_LIMIT);
	size_t room = 64 * len + 4096;
	char *text = malloc(room), *again = malloc(room);
	struct ix_msg *msg2;
	struct ix_fault fault;
	long n, n2;

	if (!arena || !text || !again)
		abort();
	n = ix_text_encode(msg, style, text, room);
	if (n < 0)
		broken("what was decoded can be encoded", bytes, len);
	msg2 = decode_copy(arena, text, (size_t)n, &fault);
	if (!msg2)
		broken("what was encoded can be decoded", text, (size_t)n);
	if (!ix_msg_equal(msg, msg2))
		broken("encoding loses nothing", text, (size_t)n);
	n2 = ix_text_encode(msg2, style, again, room);
	if (n2 != n || memcmp(text, again, (size_t)n) != 0)
		broken("the same form gives the same text", text, (size_t)n);
	if (ix_text_encode(msg, style, again, (size_t)n - 1) >= 0)
		broken("a buffer that is too small is noticed", text, (size_t)n);
	free(text);
	free(again);
	ix_arena_free(arena);
}

/* True when the bytes are a message. Aborts when a promise is broken. */
static bool roundtrip(const void *bytes, size_t len)
{
	struct ix_arena *arena = ix_arena_new(ARENA_LIMIT);
	struct ix_fault fault;
	struct ix_msg *msg;

	if (!arena)
		abort();
	msg = decode_copy(arena, bytes, len, &fault);
	if (msg) {
		encode_again(msg, IX_PRETTY, bytes, len);
		encode_again(msg, IX_COMPACT, bytes, len);
	}
	ix_arena_free(arena);
	return msg != NULL;
}

#endif
