// A Media descriptor applied to a termination: checked, endpoints allocated, undone when refused.
// Spec: H.248.1 7.1.4-7.1.8; TS 29.238 5.15 (SDP)
#ifndef CTL_MEDIA_H
#define CTL_MEDIA_H

#include "gateway.h"

/* A change of a termination's streams that can still be undone. */
struct ctl_edit {
	struct ctl_gateway *gw;
	struct ctl_termination *term;
	unsigned n_old;
	struct ctl_stream *old[CTL_STREAMS];
	uint16_t filled[CTL_STREAMS]; // streams whose Local had something to choose
	unsigned n_filled;
};

/* The realm that the streams' ipdc/realm name: its index, -1 when none is named; -2 with *err when
 * it is unknown (449) or they differ (473). */
int ctl_media_realm(const struct ctl_gateway *gw, const struct ix_media *media,
		    struct ctl_error *err);

/* Applies. False with *err; then nothing has changed and edit needs nothing more. On success end
 * with ctl_edit_keep() or ctl_edit_undo(). media may be NULL. */
bool ctl_media_apply(struct ctl_edit *edit, struct ctl_gateway *gw, struct ctl_termination *term,
		     const struct ix_media *media, uint64_t now_ms, struct ctl_error *err);
void ctl_edit_keep(struct ctl_edit *edit);
void ctl_edit_undo(struct ctl_edit *edit);

/* What the reply must return: the Local descriptors that were under-specified. *media is NULL when
 * there is none. False when the arena is exhausted. */
bool ctl_edit_reply(const struct ctl_edit *edit, struct ix_arena *arena, struct ix_media **media);

#endif
