// The operator's Unix socket: one JSON request per line, one JSON answer per line.
#ifndef CTL_ADMIN_H
#define CTL_ADMIN_H

#include <event2/event.h>

#include "register.h"

struct ctl_admin;

/* Opens conf->control_socket, replacing a socket file that nobody serves: the caller holds the lock
 * of ctl_admin_lock(). Anything else that lies there stays: NULL with err (CTL_LINK_ERROR bytes).
 * At most 16 clients at once. */
struct ctl_admin *ctl_admin_open(struct event_base *base, const struct ctl_config *conf,
				 struct ctl_gateway *gw, struct ctl_register *reg, char *err);
void ctl_admin_close(struct ctl_admin *admin);

/* Takes the lock file beside the socket, so that one configuration has one daemon. Returns its file
 * descriptor, to be kept open; negative with err (size bytes), which names the other daemon's pid.
 */
int ctl_admin_lock(const char *socket_path, char *err, size_t size);

#endif
