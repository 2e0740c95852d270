// What a controller is told when a command is refused: a code and a text that names the cause.
// Spec: H.248.8
#ifndef CTL_ERROR_H
#define CTL_ERROR_H

#include <stdbool.h>
#include <stdint.h>

#include "../ix/ix.h"

struct ctl_error {
	uint16_t code;  // 0 = none
	char text[160]; // no double quotes in it
};

/* Fills err; always returns false, so that a check can end with it. */
bool ctl_refuse(struct ctl_error *err, uint16_t code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same as an Error descriptor in an arena; NULL on exhaustion. */
struct ix_error *ctl_error_desc(struct ix_arena *arena, const struct ctl_error *err);

#endif
