// What the data plane shall do for a context: a pure function from the model to wanted streams.
// Spec: TS 29.162 10.1, 10.2 (two terminations per context), spec of TCP roles: RFC 4145
//
// Streams of equal id of the context's first two terminations make a pair: side A is the first.
// Each pair wants one conn per component (RTP's second component is RTCP) with two ends. A stream
// without partner wants one end: its packets are then dropped as "remote of the other side not
// known yet".
#ifndef CTL_DERIVE_H
#define CTL_DERIVE_H

#include "../nat/flow.h"
#include "context.h"

enum { CTL_WANTS = 4 * CTL_STREAMS };

/* Where packets from one side's remote arrive, and what shall become of them. */
struct ctl_want_end {
	struct nat_ep local;
	uint16_t realm;       // of local
	struct nat_flow flow; // without neigh and mtu, not sealed
	bool route; // flow.dst needs a next hop in realm_out: with it the flow gets NAT_F_READY
	uint16_t realm_out;
};

struct ctl_want {
	uint16_t stream;
	uint8_t component;               // 0, or 1 for RTCP
	struct ctl_termination *term[2]; // side A, side B; [1] NULL: no partner
	struct ctl_want_end end[2]; // packets from A's remote, from B's; [1] unused without partner
};

/* Role of our TCP endpoint at a termination. */
enum ctl_role { CTL_ROLE_ANY, CTL_ROLE_PASSIVE, CTL_ROLE_ACTIVE, CTL_ROLE_BLOCKED };

/* Effective role at `s` whose partner is `other` (may be NULL): own a=setup if active or passive;
 * if absent or actpass the complement of the remote's; else the complement of the role at the other
 * side; else either side may open. holdconn blocks. */
enum ctl_role ctl_role_at(const struct ctl_stream *s, const struct ctl_stream *other);

/* Fills wants (CTL_WANTS entries); returns how many. Negative with *err when the terminations do
 * not fit together: different security or transport (449). */
int ctl_derive(const struct ctl_context *ctx, struct ctl_want *wants, struct ctl_error *err);

#endif
