// Looks up the words of the text encoding.
// Spec: H.248.1 v3 Annex B.2
#include "tokens.h"
#include "scan.h"

#include <assert.h>

struct form {
	const char *text;
	uint8_t len;
};

static const struct form long_form[IX_TOKS] = {
#define X(sym, l, s) [IX_T_##sym] = {l, sizeof(l) - 1},
	IX_TOKENS(X)
#undef X
};

static const struct form short_form[IX_TOKS] = {
#define X(sym, l, s) [IX_T_##sym] = {s, sizeof(s) - 1},
	IX_TOKENS(X)
#undef X
};

/* Tokens in the alphabetical order of their short forms, where those differ from the long ones. */
static const uint8_t by_short[] = {
	IX_T_MEGACO,
	IX_T_END,
	IX_T_ADD,
	IX_T_AUDIT_CAP,
	IX_T_SC_ADDRESS,
	IX_T_AUDIT,
	IX_T_AUTH,
	IX_T_AUDIT_VALUE,
	IX_T_BOTH,
	IX_T_BUFFER,
	IX_T_BRIEF,
	IX_T_BOTHWAY,
	IX_T_CONTEXT,
	IX_T_CONTEXT_AUDIT,
	IX_T_CONTEXT_LIST,
	IX_T_CONTEXT_ATTR,
	IX_T_DISCONNECTED,
	IX_T_DELAY,
	IX_T_DIGITMAP,
	IX_T_DURATION,
	IX_T_DISCARD,
	IX_T_EVENTS,
	IX_T_EVENT_BUFFER,
	IX_T_EMERGENCY,
	IX_T_EMERGENCY_OFF,
	IX_T_EMERGENCY_VALUE,
	IX_T_EMBED,
	IX_T_ERROR,
	IX_T_EXTERNAL,
	IX_T_FAILOVER,
	IX_T_FORCED,
	IX_T_GRACEFUL,
	IX_T_HANDOFF,
	IX_T_IMM_ACK,
	IX_T_INT_BY_EVENT,
	IX_T_INT_BY_SIGNALS,
	IX_T_IEPS,
	IX_T_INACTIVE,
	IX_T_ITERATION,
	IX_T_ISOLATE,
	IX_T_INTERNAL,
	IX_T_IN_SERVICE,
	IX_T_ACK,
	IX_T_KEEP_ACTIVE,
	IX_T_LOCAL,
	IX_T_LOOPBACK,
	IX_T_MEDIA,
	IX_T_MODEM,
	IX_T_MODIFY,
	IX_T_MGC_TO_TRY,
	IX_T_MODE,
	IX_T_METHOD,
	IX_T_MOVE,
	IX_T_MUX,
	IX_T_NOTIFY,
	IX_T_IMMEDIATE_NOTIFY,
	IX_T_NEVER_NOTIFY,
	IX_T_REGULATED_NOTIFY,
	IX_T_NOTIFY_COMPLETION,
	IX_T_LOCAL_CONTROL,
	IX_T_OBSERVED,
	IX_T_ONOFF,
	IX_T_OTHER_REASON,
	IX_T_OUT_OF_SERVICE,
	IX_T_ONEWAY,
	IX_T_ONEWAY_BOTH,
	IX_T_ONEWAY_EXTERNAL,
	IX_T_REPLY,
	IX_T_PROFILE,
	IX_T_PACKAGES,
	IX_T_PENDING,
	IX_T_PRIORITY,
	IX_T_REMOTE,
	IX_T_RECVONLY,
	IX_T_REASON,
	IX_T_RESERVED_GROUP,
	IX_T_RESTART,
	IX_T_RESET_EVENTS,
	IX_T_RESERVED_VALUE,
	IX_T_SUBTRACT,
	IX_T_STATISTICS,
	IX_T_SERVICE_CHANGE,
	IX_T_SIGNALS,
	IX_T_SERVICE_STATES,
	IX_T_SC_INCOMPLETE,
	IX_T_SIGNAL_LIST,
	IX_T_SEGMENT,
	IX_T_SENDONLY,
	IX_T_LOCKSTEP,
	IX_T_SPA_DIRECTION,
	IX_T_INTERSIGNAL,
	IX_T_SPA_REQUEST,
	IX_T_SENDRECV,
	IX_T_STREAM,
	IX_T_SERVICES,
	IX_T_SIGNAL_TYPE,
	IX_T_TRANSACTION,
	IX_T_TEST,
	IX_T_TIMEOUT,
	IX_T_TOPOLOGY,
	IX_T_TERM_STATE,
	IX_T_VERSION,
};

static_assert(IX_TOKS < 256, "by_short holds bytes");

static int order(struct ix_str word, const struct form *f)
{
	uint32_t n = word.len < f->len ? word.len : f->len;

	for (uint32_t i = 0; i < n; i++) {
		int d = ix_fold(word.p[i]) - ix_fold(f->text[i]);

		if (d != 0)
			return d;
	}
	return (int)word.len - (int)f->len;
}

static enum ix_tok find_long(struct ix_str word)
{
	unsigned lo = IX_T_NONE + 1, hi = IX_TOKS;

	while (lo < hi) {
		unsigned mid = (lo + hi) / 2;
		int d = order(word, &long_form[mid]);

		if (d == 0)
			return (enum ix_tok)mid;
		if (d < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return IX_T_NONE;
}

static enum ix_tok find_short(struct ix_str word)
{
	unsigned lo = 0, hi = sizeof(by_short);

	while (lo < hi) {
		unsigned mid = (lo + hi) / 2;
		int d = order(word, &short_form[by_short[mid]]);

		if (d == 0)
			return (enum ix_tok)by_short[mid];
		if (d < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return IX_T_NONE;
}

enum { LONGEST_SHORT = 5, LONGEST = 22 };

enum ix_tok ix_token(struct ix_str word)
{
	enum ix_tok tok = IX_T_NONE;

	if (word.len <= LONGEST_SHORT)
		tok = find_short(word);
	if (tok == IX_T_NONE && word.len > 1 && word.len <= LONGEST)
		tok = find_long(word);
	return tok;
}

struct ix_str ix_token_long(enum ix_tok tok)
{
	return (struct ix_str){long_form[tok].text, long_form[tok].len};
}

struct ix_str ix_token_short(enum ix_tok tok)
{
	return (struct ix_str){short_form[tok].text, short_form[tok].len};
}
