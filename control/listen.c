// Listening sockets that survive a process without free file descriptors.
#include "listen.h"

#include <errno.h>
#include <event2/event.h>
#include <string.h>

#include "log.h"

enum { BACKLOG = 256, PAUSE_S = 1 };

static void on_pause_over(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	evconnlistener_enable(arg);
}

/* The socket stays readable: without a pause the loop would do nothing but fail. */
static void on_error(struct evconnlistener *l, void *arg)
{
	struct timeval pause = {PAUSE_S, 0};

	(void)arg;
	ctl_log(CTL_WARN, "accept", "text=\"%s, trying again\"", strerror(errno));
	if (event_base_once(evconnlistener_get_base(l), -1, EV_TIMEOUT, on_pause_over, l, &pause) ==
	    0)
		evconnlistener_disable(l);
}

struct evconnlistener *ctl_listen(struct event_base *base, const struct sockaddr *sa, int len,
				  evconnlistener_cb fn, void *arg)
{
	unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE;
	struct evconnlistener *l = evconnlistener_new_bind(base, fn, arg, flags, BACKLOG, sa, len);

	if (l)
		evconnlistener_set_error_cb(l, on_error);
	return l;
}
