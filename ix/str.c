// Slices: identifiers of H.248 compare without case.
// Spec: H.248.1 B.1
#include "scan.h"

#include <string.h>

struct ix_str ix_lit(const char *text)
{
	return (struct ix_str){text, (uint32_t)strlen(text)};
}

bool ix_str_eq(struct ix_str a, struct ix_str b)
{
	if (a.len != b.len)
		return false;
	for (uint32_t i = 0; i < a.len; i++)
		if (ix_fold(a.p[i]) != ix_fold(b.p[i]))
			return false;
	return true;
}

bool ix_str_is(struct ix_str s, const char *text)
{
	return ix_str_eq(s, ix_lit(text));
}
