// States of TCP connections, with their names, for those who only look (control, trgwctl).
// Spec: RFC 7857 section 2.1 (state machine), H.248.1 (stream mode)
#ifndef NAT_VIEW_H
#define NAT_VIEW_H

/* X(symbol, name). TRANS: reset seen, or idle; a lost RST may still be repeated. */
#define NAT_TCP_STATES(X)                                                                          \
	X(CLOSED, "closed")                                                                        \
	X(OPENING, "opening")                                                                      \
	X(UP, "up")                                                                                \
	X(FIN_A, "fin-a")                                                                          \
	X(FIN_B, "fin-b")                                                                          \
	X(CLOSING, "closing")                                                                      \
	X(TRANS, "trans")

enum nat_tcp_state {
#define X(sym, name) NAT_TCP_##sym,
	NAT_TCP_STATES(X)
#undef X
		NAT_TCP_STATE_COUNT
};

/* The two ends of a stream: A is the first termination of the pair, B the second. */
enum nat_side { NAT_A = 0, NAT_B = 1 };

static inline enum nat_side nat_other(enum nat_side s)
{
	return s == NAT_A ? NAT_B : NAT_A;
}

const char *nat_tcp_state_name(enum nat_tcp_state state);

#endif
