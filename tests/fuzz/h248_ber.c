// Fuzzes the H.248 binary decoder: whatever it accepts is the same form after BER and after text.
#include "../../ix/ber.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MEMORY = 1 << 20, ROOM = 1 << 22 };

static uint8_t encoded[ROOM], again[ROOM];

static void broken(const char *promise, const struct ix_msg *a, const struct ix_msg *b)
{
	long n = ix_text_encode(a, IX_PRETTY, (char *)again, ROOM);

	fprintf(stderr, "broken promise: %s\n%.*s\n", promise, n > 0 ? (int)n : 0, (char *)again);
	n = b ? ix_text_encode(b, IX_PRETTY, (char *)again, ROOM) : 0;
	fprintf(stderr, "%.*s\n", n > 0 ? (int)n : 0, (char *)again);
	abort();
}

static void through_ber(struct ix_arena *arena, const struct ix_msg *msg)
{
	long n = ix_ber_encode(msg, NULL, encoded, ROOM);
	struct ix_fault fault;
	struct ix_msg *m;

	if (n < 0) // Mux and Modem are only read
		return;
	m = ix_ber_decode(arena, encoded, (size_t)n, NULL, &fault, NULL);
	if (!m || !ix_msg_equal(msg, m))
		broken("BER -> form -> BER -> form", msg, m);
	if (ix_ber_encode(m, NULL, again, ROOM) != n || memcmp(encoded, again, (size_t)n) != 0)
		broken("one form, one encoding", msg, m);
	if (ix_ber_encode(msg, NULL, again, (size_t)n - 1) >= 0)
		broken("a buffer that is too small is noticed", msg, NULL);
}

static void through_text(struct ix_arena *arena, const struct ix_msg *msg)
{
	long n = ix_text_encode(msg, IX_COMPACT, (char *)encoded, ROOM);
	struct ix_fault fault;
	struct ix_msg *m;

	if (n < 0)
		broken("what BER says can be said in text", msg, NULL);
	m = ix_text_decode(arena, encoded, (size_t)n, &fault, NULL);
	if (!m || !ix_msg_equal(msg, m))
		broken("BER -> form -> text -> form", msg, m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ix_arena *arena = ix_arena_new(MEMORY), *second = ix_arena_new((size_t)MEMORY * 32);
	struct ix_fault fault;
	struct ix_msg *msg, head;

	if (!arena || !second)
		abort();
	memset(&fault, 0xa5, sizeof(fault));
	msg = size <= 65536 ? ix_ber_decode(arena, data, size, NULL, &fault, &head) : NULL;
	if (msg) {
		through_ber(second, msg);
		through_text(second, msg);
	} else if (size <= 65536 && (fault.code < 400 || fault.offset > size || !fault.text[0] ||
				     (fault.have_head && head.mid.kind == IX_MID_NONE))) {
		abort();
	}
	ix_arena_free(arena);
	ix_arena_free(second);
	return 0;
}
