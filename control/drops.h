// Drop advice: when packets begin to be dropped for a reason, the log says why and what to do.
#ifndef CTL_DROPS_H
#define CTL_DROPS_H

#include <stdint.h>

struct ctl_drops;

struct ctl_drops *ctl_drops_new(void);
void ctl_drops_free(struct ctl_drops *drops);

/* Compares the data plane's counters with the last look. A reason that grew gets one line, at most
 * once a minute each. Call it about once a second. */
void ctl_drops_look(struct ctl_drops *drops, uint64_t now_ms);

#endif
