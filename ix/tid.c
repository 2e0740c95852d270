// Termination identifiers: what is written in them.
// Spec: H.248.1 6.2.2, Annex B.2 (TerminationID)
#include "msg.h"

bool ix_tid_is_root(const struct ix_tid *tid)
{
	return ix_str_is(tid->name, "ROOT");
}

static bool has_component(struct ix_str name, char c)
{
	for (uint32_t i = 0; i < name.len; i++) {
		bool first = i == 0 || name.p[i - 1] == '/';
		bool last = i + 1 == name.len || name.p[i + 1] == '/' || name.p[i + 1] == '@';

		if (name.p[i] == c && first && last)
			return true;
	}
	return false;
}

bool ix_tid_has_choose(const struct ix_tid *tid)
{
	return has_component(tid->name, '$');
}

bool ix_tid_has_wild(const struct ix_tid *tid)
{
	return has_component(tid->name, '*');
}
