// AuditValue: what a termination, a context or ROOT is asked to tell about itself.
// Spec: H.248.1 7.1.12, 7.2.5
#ifndef CTL_AUDIT_H
#define CTL_AUDIT_H

#include "gateway.h"

/* Fills *out with what the audit asks of a termination. False when the arena is exhausted. */
bool ctl_audit_term(const struct ctl_gateway *gw, const struct ctl_termination *term,
		    const struct ix_audit *audit, uint64_t now_ms, struct ix_arena *arena,
		    struct ix_descriptors *out);

/* The same of ROOT. */
bool ctl_audit_root(const struct ctl_gateway *gw, const struct ix_audit *audit,
		    struct ix_arena *arena, struct ix_descriptors *out);

/* Fills the context properties that a ContextAudit asks for. False when the arena is exhausted. */
bool ctl_audit_context(const struct ctl_context *ctx, const struct ix_context_audit *audit,
		       struct ix_arena *arena, struct ix_context_props *out);

/* Fills a Statistics descriptor from a tally: nt/dur, nt/os, nt/or, gm/dp, and with rtp also
 * rtp/ps, rtp/pr. False when the arena is exhausted. */
bool ctl_audit_stats(const struct ctl_tally *sum, uint64_t dur_ms, bool rtp, struct ix_arena *arena,
		     struct ix_stats *out);

/* True when one of the streams is RTP. */
bool ctl_term_is_rtp(const struct ctl_termination *term);

#endif
