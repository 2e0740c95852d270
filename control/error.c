// What a controller is told when a command is refused: a code and a text that names the cause.
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool ctl_refuse(struct ctl_error *err, uint16_t code, const char *fmt, ...)
{
	va_list ap;

	err->code = code;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	/* A quoted string of H.248 knows neither quotes inside nor line breaks. */
	for (char *p = err->text; *p; p++)
		if (*p == '"' || (unsigned char)*p < ' ' || (unsigned char)*p > '~')
			*p = '?';
	return false;
}

struct ix_error *ctl_error_desc(struct ix_arena *arena, const struct ctl_error *err)
{
	struct ix_error *e = ix_alloc(arena, sizeof(*e));

	if (!e)
		return NULL;
	e->code = err->code;
	if (err->text[0])
		e->text = ix_str_fmt(arena, "%s", err->text);
	else
		e->text = ix_lit(ix_error_text(err->code));
	return e;
}
