// Names and explanations of reasons, events, causes and states, from their tables.
#include <stddef.h>

#include "event.h"
#include "verdict.h"
#include "view.h"

static const char *pick(const char *const *names, size_t n, unsigned i)
{
	return i < n ? names[i] : "unknown";
}

#define PICK(names, i) pick(names, sizeof(names) / sizeof((names)[0]), i)

const char *nat_reason_name(enum nat_reason reason)
{
	static const char *const names[] = {
#define X(sym, name, text) name,
		NAT_DROP_REASONS(X)
#undef X
	};

	return PICK(names, reason);
}

const char *nat_reason_text(enum nat_reason reason)
{
	static const char *const texts[] = {
#define X(sym, name, text) text,
		NAT_DROP_REASONS(X)
#undef X
	};

	return PICK(texts, reason);
}

const char *nat_event_name(enum nat_event_type type)
{
	static const char *const names[] = {
#define X(sym, name) name,
		NAT_EVENTS(X)
#undef X
	};

	return PICK(names, type);
}

const char *nat_cause_name(enum nat_cause cause)
{
	static const char *const names[] = {
#define X(sym, name) name,
		NAT_CAUSES(X)
#undef X
	};

	return PICK(names, cause);
}

const char *nat_tcp_state_name(enum nat_tcp_state state)
{
	static const char *const names[] = {
#define X(sym, name) name,
		NAT_TCP_STATES(X)
#undef X
	};

	return PICK(names, state);
}
