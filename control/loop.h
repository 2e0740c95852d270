// The daemon's event loop: sockets, timers and signals around the parts that decide.
#ifndef CTL_LOOP_H
#define CTL_LOOP_H

#include "config.h"

/* Runs the gateway until SIGTERM or SIGINT. The data plane runs already and conf->log_level is set.
 * Returns the exit status. */
int ctl_loop_run(const struct ctl_config *conf);

#endif
