// UDP sockets towards the controllers: one connected socket each, so that nobody else's datagrams
// reach our queues; strangers get silence.
// Spec: H.248.1 D.1
#ifndef CTL_LINK_H
#define CTL_LINK_H

#include <event2/event.h>
#include <sys/socket.h>

#include "config.h"

struct ctl_link;

enum { CTL_LINK_ERROR = 200, CTL_LINK_BYTES = 65536 };

/* A datagram of controller n has come. */
typedef void ctl_link_fn(void *user, unsigned controller, const void *bytes, size_t len);

/* Opens the sockets on conf->ix_local. NULL with err saying why. A socket that fails later is
 * opened again every second. */
struct ctl_link *ctl_link_open(struct event_base *base, const struct ctl_config *conf,
			       ctl_link_fn *fn, void *user, char err[CTL_LINK_ERROR]);
void ctl_link_close(struct ctl_link *link);

/* Sends or drops: the transaction layer repeats what is lost. */
void ctl_link_send(struct ctl_link *link, unsigned controller, const void *bytes, size_t len);

/* An endpoint as sockets want it; returns the length. */
socklen_t ctl_sockaddr(const struct nat_ep *ep, struct sockaddr_storage *ss);

#endif
