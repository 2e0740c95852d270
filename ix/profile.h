// The profile: is a decoded command one that this gateway understands and can honour?
// Spec: TS 29.238 5.7, 5.8, 5.14; H.248.8 for the codes
#ifndef IX_PROFILE_H
#define IX_PROFILE_H

#include "err.h"
#include "names.h"
#include "prop.h"

/* Checks one command of a controller's request:
 *   command unused 443; descriptor unused 444, not legal in this command 447, stream twice 448
 *   package 440; property not in its package 450, refused 445, in the wrong place 455, read-only
 * 534 event 451, refused 512; signal 452, refused 513; statistic 453; audited thing unknown 532
 *   parameter 446, missing 457; anything twice 456; value 449, of a parameter's list 454; mode 517
 * "Refused" means known, but its effect does not exist here. Pure: looks at nothing but the
 * command. False: *err has code and a text that names the item; the text lies in the arena, or is
 * the standard text when that is exhausted. */
bool ix_profile_check(const struct ix_command *cmd, struct ix_error *err, struct ix_arena *arena);

/* The same for what an action says about its context: topology kinds (522), context attributes
 * (440, 450) and context audits (440, 532). Does not look at the commands. */
bool ix_profile_check_action(const struct ix_action *action, struct ix_error *err,
			     struct ix_arena *arena);

#endif
