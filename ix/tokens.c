// Looks up the words of the text encoding: one or two letters by a direct index, others by search.
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

/* Place of a short form of one or two letters, without case; the second letter may be 0. Other
 * characters share places with letters, so a hit is compared with the form. */
#define AT(a, b) (((a)&31) << 5 | ((b)&31))

static const uint8_t by_letters[32 * 32] = {
	[AT('A', 0)] = IX_T_ADD,
	[AT('A', 'C')] = IX_T_AUDIT_CAP,
	[AT('A', 'D')] = IX_T_SC_ADDRESS,
	[AT('A', 'T')] = IX_T_AUDIT,
	[AT('A', 'U')] = IX_T_AUTH,
	[AT('A', 'V')] = IX_T_AUDIT_VALUE,
	[AT('B', 0)] = IX_T_BOTH,
	[AT('B', 'F')] = IX_T_BUFFER,
	[AT('B', 'R')] = IX_T_BRIEF,
	[AT('B', 'W')] = IX_T_BOTHWAY,
	[AT('C', 0)] = IX_T_CONTEXT,
	[AT('C', 'A')] = IX_T_CONTEXT_AUDIT,
	[AT('C', 'T')] = IX_T_CONTEXT_ATTR,
	[AT('D', 'C')] = IX_T_DISCONNECTED,
	[AT('D', 'L')] = IX_T_DELAY,
	[AT('D', 'M')] = IX_T_DIGITMAP,
	[AT('D', 'R')] = IX_T_DURATION,
	[AT('D', 'S')] = IX_T_DISCARD,
	[AT('E', 0)] = IX_T_EVENTS,
	[AT('E', 'B')] = IX_T_EVENT_BUFFER,
	[AT('E', 'G')] = IX_T_EMERGENCY,
	[AT('E', 'M')] = IX_T_EMBED,
	[AT('E', 'R')] = IX_T_ERROR,
	[AT('E', 'X')] = IX_T_EXTERNAL,
	[AT('F', 'L')] = IX_T_FAILOVER,
	[AT('F', 'O')] = IX_T_FORCED,
	[AT('G', 'R')] = IX_T_GRACEFUL,
	[AT('H', 'O')] = IX_T_HANDOFF,
	[AT('I', 'A')] = IX_T_IMM_ACK,
	[AT('I', 'N')] = IX_T_INACTIVE,
	[AT('I', 'R')] = IX_T_ITERATION,
	[AT('I', 'S')] = IX_T_ISOLATE,
	[AT('I', 'T')] = IX_T_INTERNAL,
	[AT('I', 'V')] = IX_T_IN_SERVICE,
	[AT('K', 0)] = IX_T_ACK,
	[AT('K', 'A')] = IX_T_KEEP_ACTIVE,
	[AT('L', 0)] = IX_T_LOCAL,
	[AT('L', 'B')] = IX_T_LOOPBACK,
	[AT('M', 0)] = IX_T_MEDIA,
	[AT('M', 'D')] = IX_T_MODEM,
	[AT('M', 'F')] = IX_T_MODIFY,
	[AT('M', 'G')] = IX_T_MGC_TO_TRY,
	[AT('M', 'O')] = IX_T_MODE,
	[AT('M', 'T')] = IX_T_METHOD,
	[AT('M', 'V')] = IX_T_MOVE,
	[AT('M', 'X')] = IX_T_MUX,
	[AT('N', 0)] = IX_T_NOTIFY,
	[AT('N', 'C')] = IX_T_NOTIFY_COMPLETION,
	[AT('O', 0)] = IX_T_LOCAL_CONTROL,
	[AT('O', 'E')] = IX_T_OBSERVED,
	[AT('O', 'N')] = IX_T_ON,
	[AT('O', 'O')] = IX_T_ONOFF,
	[AT('O', 'R')] = IX_T_OTHER_REASON,
	[AT('O', 'S')] = IX_T_OUT_OF_SERVICE,
	[AT('O', 'W')] = IX_T_ONEWAY,
	[AT('P', 0)] = IX_T_REPLY,
	[AT('P', 'F')] = IX_T_PROFILE,
	[AT('P', 'G')] = IX_T_PACKAGES,
	[AT('P', 'N')] = IX_T_PENDING,
	[AT('P', 'R')] = IX_T_PRIORITY,
	[AT('R', 0)] = IX_T_REMOTE,
	[AT('R', 'C')] = IX_T_RECVONLY,
	[AT('R', 'E')] = IX_T_REASON,
	[AT('R', 'G')] = IX_T_RESERVED_GROUP,
	[AT('R', 'S')] = IX_T_RESTART,
	[AT('R', 'V')] = IX_T_RESERVED_VALUE,
	[AT('S', 0)] = IX_T_SUBTRACT,
	[AT('S', 'A')] = IX_T_STATISTICS,
	[AT('S', 'C')] = IX_T_SERVICE_CHANGE,
	[AT('S', 'G')] = IX_T_SIGNALS,
	[AT('S', 'I')] = IX_T_SERVICE_STATES,
	[AT('S', 'L')] = IX_T_SIGNAL_LIST,
	[AT('S', 'M')] = IX_T_SEGMENT,
	[AT('S', 'O')] = IX_T_SENDONLY,
	[AT('S', 'P')] = IX_T_LOCKSTEP,
	[AT('S', 'R')] = IX_T_SENDRECV,
	[AT('S', 'T')] = IX_T_STREAM,
	[AT('S', 'V')] = IX_T_SERVICES,
	[AT('S', 'Y')] = IX_T_SIGNAL_TYPE,
	[AT('T', 0)] = IX_T_TRANSACTION,
	[AT('T', 'E')] = IX_T_TEST,
	[AT('T', 'O')] = IX_T_TIMEOUT,
	[AT('T', 'P')] = IX_T_TOPOLOGY,
	[AT('T', 'S')] = IX_T_TERM_STATE,
	[AT('V', 0)] = IX_T_VERSION,
};

/* The other short forms, as far as they are not long ones too. */
static const uint8_t few[] = {
	IX_T_MEGACO,           IX_T_END,          IX_T_CONTEXT_LIST,     IX_T_EMERGENCY_OFF,
	IX_T_EMERGENCY_VALUE,  IX_T_INT_BY_EVENT, IX_T_INT_BY_SIGNALS,   IX_T_IEPS,
	IX_T_IMMEDIATE_NOTIFY, IX_T_NEVER_NOTIFY, IX_T_REGULATED_NOTIFY, IX_T_ONEWAY_BOTH,
	IX_T_ONEWAY_EXTERNAL,  IX_T_RESET_EVENTS, IX_T_SC_INCOMPLETE,    IX_T_SPA_DIRECTION,
	IX_T_INTERSIGNAL,      IX_T_SPA_REQUEST,
};

static_assert(IX_TOKS < 256, "tokens are kept in bytes");

/* The first eight letters of a long form as a number, lower case: comparing them is comparing
 * words. */
#define LOW(c)       ((c) >= 'A' && (c) <= 'Z' ? (c) + 32 : (c))
#define LETTER(s, i) (sizeof(s) > (i) + 1 ? (uint64_t)LOW((s)[sizeof(s) > (i) ? (i) : 0]) : 0)
#define KEY(s)                                                                                     \
	(LETTER(s, 0) << 56 | LETTER(s, 1) << 48 | LETTER(s, 2) << 40 | LETTER(s, 3) << 32 |       \
	 LETTER(s, 4) << 24 | LETTER(s, 5) << 16 | LETTER(s, 6) << 8 | LETTER(s, 7))

static const uint64_t long_key[IX_TOKS] = {
#define X(sym, l, s) [IX_T_##sym] = KEY(l),
	IX_TOKENS(X)
#undef X
};

static uint64_t key(struct ix_str word)
{
	uint64_t k = 0;

	for (uint32_t i = 0; i < 8; i++)
		k = k << 8 | (i < word.len ? ix_fold(word.p[i]) : 0);
	return k;
}

static bool is(struct ix_str word, const struct form *f)
{
	return ix_str_eq(word, (struct ix_str){f->text, f->len});
}

/* The last token whose key is not above k, then back over those with the same first letters. */
static enum ix_tok find_long(struct ix_str word)
{
	const uint64_t k = key(word);
	unsigned at = 0;

	for (unsigned n = IX_TOKS; n > 1; n -= n / 2)
		at += long_key[at + n / 2] <= k ? n / 2 : 0;
	for (; at > IX_T_NONE && long_key[at] == k; at--)
		if (is(word, &long_form[at]))
			return (enum ix_tok)at;
	return IX_T_NONE;
}

static enum ix_tok find_short(struct ix_str word)
{
	if (word.len <= 2) {
		unsigned tok = by_letters[AT(word.p[0], word.len == 2 ? word.p[1] : 0)];

		if (is(word, &short_form[tok]))
			return (enum ix_tok)tok;
	}
	for (unsigned i = 0; i < sizeof(few); i++)
		if (is(word, &short_form[few[i]]))
			return (enum ix_tok)few[i];
	return IX_T_NONE;
}

enum { LONGEST_SHORT = 5, LONGEST = 22 };

enum ix_tok ix_token(struct ix_str word)
{
	enum ix_tok tok = IX_T_NONE;

	if (word.len == 0 || word.len > LONGEST)
		return IX_T_NONE;
	if (word.len <= LONGEST_SHORT)
		tok = find_short(word);
	return tok != IX_T_NONE ? tok : find_long(word);
}

struct ix_str ix_token_long(enum ix_tok tok)
{
	return (struct ix_str){long_form[tok].text, long_form[tok].len};
}

struct ix_str ix_token_short(enum ix_tok tok)
{
	return (struct ix_str){short_form[tok].text, short_form[tok].len};
}
