// Ageing: looks at every context about once a second, asks the data plane to judge silent
// connections.
#ifndef CTL_AGE_H
#define CTL_AGE_H

#include "gateway.h"

/* Takes one step of the round; call it CTL_AGE_STEPS times a second. Judges TCP connections and the
 * timers of armed events. */
enum { CTL_AGE_STEPS = 10 };
void ctl_age_step(struct ctl_gateway *gw, uint64_t now_ms);

#endif
