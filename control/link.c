// UDP sockets towards the controllers: one connected socket each, so that nobody else's datagrams
// reach our queues; strangers get silence.
// Spec: H.248.1 D.1
#include "link.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"

enum { REOPEN_S = 1, BATCH = 32 };

struct socket {
	struct ctl_link *link;
	unsigned controller;
	int fd;
	struct event *readable, *reopen;
};

struct ctl_link {
	struct event_base *base;
	const struct ctl_config *conf;
	ctl_link_fn *fn;
	void *user;
	int sink; // bound, not connected: swallows what strangers send, so that no ICMP answers
		  // them
	struct socket sockets[CTL_CONTROLLERS];
	unsigned n;
	char buf[CTL_LINK_BYTES];
};

socklen_t ctl_sockaddr(const struct nat_ep *ep, struct sockaddr_storage *ss)
{
	struct sockaddr_in *in4 = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;

	memset(ss, 0, sizeof(*ss));
	if (ep->family == NAT_IP4) {
		in4->sin_family = AF_INET;
		in4->sin_port = ep->port;
		in4->sin_addr.s_addr = ep->addr.w[0];
		return sizeof(*in4);
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = ep->port;
	memcpy(&in6->sin6_addr, ep->addr.b, 16);
	return sizeof(*in6);
}

/* A socket filter that lets nothing in. */
static int shut(int fd)
{
	struct sock_filter none = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog prog = {1, &none};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog));
}

/* A shut socket on our local address. The first one refuses to share it with another process. */
static int bind_local(const struct ctl_config *conf, bool first)
{
	struct sockaddr_storage ss;
	socklen_t len = ctl_sockaddr(&conf->ix_local.ep, &ss);
	int one = 1, fd, e;

	fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (shut(fd) == 0 &&
	    (first || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0) &&
	    bind(fd, (struct sockaddr *)&ss, len) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0)
		return fd;
	e = errno;
	close(fd);
	errno = e;
	return -1;
}

static void close_socket(struct socket *s)
{
	if (s->readable)
		event_free(s->readable);
	s->readable = NULL;
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/* Errors that a UDP socket reports about the way, and that pass. */
static bool harmless(int e)
{
	return e == EAGAIN || e == EWOULDBLOCK || e == EINTR || e == ECONNREFUSED ||
	       e == EHOSTUNREACH || e == ENETUNREACH || e == EHOSTDOWN || e == ENETDOWN ||
	       e == EPERM || e == ENOBUFS || e == EMSGSIZE || e == EPROTO;
}

static void fail_socket(struct socket *s, int e)
{
	struct timeval tv = {REOPEN_S, 0};

	ctl_log(CTL_WARN, "link", "controller=%s text=\"%s, opening again\"",
		s->link->conf->controllers[s->controller].text, strerror(e));
	close_socket(s);
	event_add(s->reopen, &tv);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct socket *s = arg;
	struct ctl_link *link = s->link;

	(void)what;
	for (unsigned i = 0; i < BATCH && s->fd == fd; i++) {
		ssize_t n = recv(fd, link->buf, sizeof(link->buf), 0);

		if (n >= 0) {
			link->fn(link->user, s->controller, link->buf, (size_t)n);
			continue;
		}
		if (!harmless(errno))
			fail_socket(s, errno);
		else if (errno != EAGAIN)
			ctl_log(CTL_DEBUG, "link", "controller=%s text=\"%s\"",
				link->conf->controllers[s->controller].text, strerror(errno));
		return;
	}
}

/* Connected before it is opened for datagrams: a stranger's cannot slip in between. */
static bool open_socket(struct socket *s)
{
	struct ctl_link *link = s->link;
	struct sockaddr_storage ss;
	socklen_t len = ctl_sockaddr(&link->conf->controllers[s->controller].ep, &ss);
	int none = 0, e;

	s->fd = bind_local(link->conf, false);
	if (s->fd >= 0 && connect(s->fd, (struct sockaddr *)&ss, len) == 0 &&
	    setsockopt(s->fd, SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof(none)) == 0) {
		s->readable = event_new(link->base, s->fd, EV_READ | EV_PERSIST, on_readable, s);
		if (s->readable && event_add(s->readable, NULL) == 0)
			return true;
	}
	e = errno;
	close_socket(s);
	errno = e;
	return false;
}

static void on_reopen(evutil_socket_t fd, short what, void *arg)
{
	struct socket *s = arg;

	(void)fd;
	(void)what;
	if (!open_socket(s))
		fail_socket(s, errno);
}

struct ctl_link *ctl_link_open(struct event_base *base, const struct ctl_config *conf,
			       ctl_link_fn *fn, void *user, char err[CTL_LINK_ERROR])
{
	struct ctl_link *link = calloc(1, sizeof(*link));

	snprintf(err, CTL_LINK_ERROR, "out of memory");
	if (!link)
		return NULL;
	*link = (struct ctl_link){.base = base, .conf = conf, .fn = fn, .user = user};
	link->sink = bind_local(conf, true);
	if (link->sink < 0) {
		snprintf(err, CTL_LINK_ERROR, "ix.local %s: %s", conf->ix_local.text,
			 strerror(errno));
		free(link);
		return NULL;
	}
	for (unsigned i = 0; i < conf->n_controllers; i++) {
		struct socket *s = &link->sockets[i];
		struct timeval tv = {REOPEN_S, 0};

		*s = (struct socket){.link = link, .controller = i, .fd = -1};
		s->reopen = evtimer_new(base, on_reopen, s);
		if (!s->reopen) {
			ctl_link_close(link);
			return NULL;
		}
		link->n++;
		/* No way to the controller yet: that may come. */
		if (!open_socket(s)) {
			ctl_log(CTL_WARN, "link", "controller=%s text=\"%s, trying again\"",
				conf->controllers[i].text, strerror(errno));
			event_add(s->reopen, &tv);
		}
	}
	return link;
}

void ctl_link_close(struct ctl_link *link)
{
	if (!link)
		return;
	for (unsigned i = 0; i < link->n; i++) {
		close_socket(&link->sockets[i]);
		event_free(link->sockets[i].reopen);
	}
	close(link->sink);
	free(link);
}

void ctl_link_send(struct ctl_link *link, unsigned controller, const void *bytes, size_t len)
{
	struct socket *s = &link->sockets[controller];

	if (s->fd >= 0 && send(s->fd, bytes, len, 0) < 0 && !harmless(errno))
		fail_socket(s, errno);
}
