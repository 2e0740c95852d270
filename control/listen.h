// Listening sockets that survive a process without free file descriptors.
#ifndef CTL_LISTEN_H
#define CTL_LISTEN_H

#include <event2/listener.h>

/* Listens at an address. When accepting fails (no free file descriptor) the listener rests for a
 * second, logs it, and tries again; fn may be set later. NULL with errno. Free it only when the
 * base runs no more. */
struct evconnlistener *ctl_listen(struct event_base *base, const struct sockaddr *sa, int len,
				  evconnlistener_cb fn, void *arg);

#endif
