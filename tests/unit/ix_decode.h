// Helpers of the text codec's tests: decode a literal, look at its first command, check refusals.
#ifndef IX_DECODE_H
#define IX_DECODE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../ix/ix.h"

#define HEAD        "MEGACO/3 [192.0.2.1]:2944\n"
#define ACTION(x)   HEAD "Transaction = 7 { Context = 5 {" x "} }"
#define MODIFY(x)   ACTION("Modify = ip/1/core/1 {" x "}")
#define MEDIA(x)    MODIFY("Media {" x "}")
#define LC(x)       MEDIA("LocalControl {" x "}")
#define EVENTS(x)   MODIFY("Events = 1 {" x "}")
#define SIGNALS(x)  MODIFY("Signals {" x "}")
#define AUDIT(x)    ACTION("AuditValue = ip/1/core/1 { Audit {" x "} }")
#define SERVICES(x) ACTION("ServiceChange = ROOT { Services {" x "} }")
#define REPLY(x)    HEAD "Reply = 7 { Context = 5 {" x "} }"
#define COUNT(a)    (sizeof(a) / sizeof((a)[0]))

struct decoded {
	struct ix_arena *arena;
	struct ix_msg *msg, head;
	struct ix_fault fault;
};

/* Decodes a copy of exact size; give the result back with drop(). */
static inline struct decoded decode_bytes(const void *bytes, size_t len)
{
	struct decoded d = {.arena = ix_arena_new(1 << 20)};
	char *exact = malloc(len ? len : 1);

	assert_true(d.arena && exact);
	memcpy(exact, bytes, len);
	d.msg = ix_text_decode(d.arena, exact, len, &d.fault, &d.head);
	free(exact);
	return d;
}

static inline struct decoded decode(const char *text)
{
	return decode_bytes(text, strlen(text));
}

static inline void drop(struct decoded *d)
{
	ix_arena_free(d->arena);
}

/* Decodes what has to be understood. */
static inline struct decoded understood(const char *text)
{
	struct decoded d = decode(text);

	if (!d.msg)
		fail_msg("%s\nis refused: %u %s", text, d.fault.code, d.fault.text);
	return d;
}

static inline struct ix_command *command_of(const struct decoded *d)
{
	return d->msg->items->actions->commands;
}

static inline void assert_str(struct ix_str s, const char *text)
{
	if (s.len != strlen(text) || memcmp(s.p, text, s.len) != 0)
		fail_msg("\"%.*s\" is not \"%s\"", (int)s.len, s.p, text);
}

struct refusal {
	const char *text;
	uint16_t code;
	const char *says; // part of the fault's text
};

static inline void check_refusals(const struct refusal *r, size_t n)
{
	for (; n > 0; n--, r++) {
		struct decoded d = decode(r->text);

		if (d.msg)
			fail_msg("%s\nis understood", r->text);
		if (d.fault.code != r->code || !strstr(d.fault.text, r->says))
			fail_msg("%s\nis refused by %u \"%s\", not %u \"%s\"", r->text,
				 d.fault.code, d.fault.text, r->code, r->says);
		drop(&d);
	}
}

#endif
