// One media connection of an endpoint: its sockets, its waiting and its end.
// Spec: RFC 4145 (active, passive), RFC 8855 6.2.2 (ICMP errors over UDP are ignored)
#include "endpoint.h"
#include "endpoint_tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <netinet/tcp.h>

// Pause between connection attempts that were refused, and how long a polite end may take.
enum { RETRY_MS = 500, LINGER_MS = 2000, LINGER_DTLS_MS = 500 };

int64_t pg_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

const char *pg_sock_text(const struct sockaddr_storage *sa, char *buf, size_t len)
{
	char addr[INET6_ADDRSTRLEN];

	if (sa->ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;

		inet_ntop(AF_INET6, &in6->sin6_addr, addr, sizeof(addr));
		snprintf(buf, len, "[%s]:%u", addr, ntohs(in6->sin6_port));
	} else {
		const struct sockaddr_in *in4 = (const struct sockaddr_in *)sa;

		inet_ntop(AF_INET, &in4->sin_addr, addr, sizeof(addr));
		snprintf(buf, len, "%s:%u", addr, ntohs(in4->sin_port));
	}
	return buf;
}

int pg_end_fail(struct pg_end *e, int err, const char *format, ...)
{
	va_list args;

	// The first cause is the telling one; what follows from it is not.
	if (!e->error[0]) {
		va_start(args, format);
		vsnprintf(e->error, sizeof(e->error), format, args);
		va_end(args);
	}
	return err;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

// A bound socket, or -errno with its reason told.
static int bound_socket(struct pg_end *e, const struct sockaddr_storage *at)
{
	int one = 1, type = e->opt->udp ? SOCK_DGRAM : SOCK_STREAM, err;
	int fd = socket(at->ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	char text[PG_SOCK_TEXT];

	if (fd < 0)
		return pg_end_fail(e, -errno, "no socket: %s", strerror(errno));
	if (!e->opt->udp) {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	}
	if (!bind(fd, (const struct sockaddr *)at, e->opt->local_len))
		return fd;
	err = -errno;
	close(fd);
	return pg_end_fail(e, err, "cannot bind %s: %s%s", pg_sock_text(at, text, sizeof(text)),
			   strerror(-err),
			   err == -EADDRNOTAVAIL ? " (--local must be an address of this host)"
			   : err == -EADDRINUSE  ? " (choose another --port)"
						 : "");
}

int pg_end_open(struct pg_end *e, const struct pg_options *opt)
{
	socklen_t len = sizeof(e->local);
	int fd;

	*e = (struct pg_end){.opt = opt, .listener = -1, .fd = -1, .keylog = -1, .alert_in = -1};
	e->deadline_ms = pg_now_ms() + (int64_t)opt->timeout_s * 1000;
	fd = bound_socket(e, &opt->local);
	if (fd < 0)
		return fd;
	if (opt->udp || opt->setup == PG_ACTIVE)
		e->fd = fd;
	else
		e->listener = fd;
	if (getsockname(fd, (struct sockaddr *)&e->local, &len))
		return pg_end_fail(e, -errno, "own address: %s", strerror(errno));
	if (e->listener >= 0 && listen(e->listener, 4))
		return pg_end_fail(e, -errno, "cannot listen: %s", strerror(errno));
	return pg_tls_open(e);
}

// Milliseconds until the deadline, at most cap (-1: no cap).
static int left_ms(const struct pg_end *e, int cap)
{
	int64_t left = e->deadline_ms - pg_now_ms();

	if (left < 0)
		left = 0;
	if (left > INT32_MAX)
		left = INT32_MAX;
	return cap >= 0 && left > cap ? cap : (int)left;
}

// One attempt. 0 connected, 1 worth another attempt (its errno in *why), -errno.
static int attempt(struct pg_end *e, const struct sockaddr_storage *to, socklen_t len, int *why)
{
	struct pollfd p = {.fd = e->fd, .events = POLLOUT};
	socklen_t size = sizeof(int);

	if (!connect(e->fd, (const struct sockaddr *)to, len))
		return 0;
	*why = errno;
	if (*why == EINPROGRESS) {
		*why = ETIMEDOUT;
		if (poll(&p, 1, left_ms(e, -1)) > 0)
			getsockopt(e->fd, SOL_SOCKET, SO_ERROR, why, &size);
	}
	switch (*why) {
	case 0: return 0;
	case ECONNREFUSED:
	case ECONNRESET:
	case EHOSTUNREACH:
	case ENETUNREACH:
	case ETIMEDOUT: return 1;
	default: return -*why;
	}
}

static int connect_tcp(struct pg_end *e, const struct sockaddr_storage *to, socklen_t len)
{
	struct sockaddr_storage from = e->local;
	char text[PG_SOCK_TEXT];
	int rc, why = 0;

	if (e->fd < 0) {
		// Offered actpass, answered passive: the offered port stays with the listener,
		// which is of no use any more; RFC 4145 lets the active end use any port.
		close_fd(&e->listener);
		((struct sockaddr_in *)&from)->sin_port = 0;
	}
	for (;;) {
		if (e->fd < 0)
			e->fd = bound_socket(e, &from);
		if (e->fd < 0)
			return e->fd;
		rc = attempt(e, to, len, &why);
		if (rc <= 0 || left_ms(e, -1) <= RETRY_MS)
			break;
		close_fd(&e->fd);
		poll(NULL, 0, RETRY_MS);
	}
	if (!rc)
		return 0;
	return pg_end_fail(e, -why, "no TCP connection to %s: %s%s",
			   pg_sock_text(to, text, sizeof(text)), strerror(why),
			   why == ETIMEDOUT
				   ? " (nobody answers: is the call set up in the gateway, "
				     "and does the peer listen?)"
				   : "");
}

int pg_end_connect(struct pg_end *e, const struct sockaddr_storage *to, socklen_t len)
{
	char text[PG_SOCK_TEXT];
	int rc = 0;

	if (to->ss_family != e->local.ss_family)
		return pg_end_fail(e, -EAFNOSUPPORT,
				   "the peer's address %s is of another IP version than --local",
				   pg_sock_text(to, text, sizeof(text)));
	if (!e->opt->udp)
		rc = connect_tcp(e, to, len);
	else if (connect(e->fd, (const struct sockaddr *)to, len))
		rc = pg_end_fail(e, -errno, "no way to %s: %s",
				 pg_sock_text(to, text, sizeof(text)), strerror(errno));
	if (rc)
		return rc;
	e->remote = *to;
	e->remote_len = len;
	len = sizeof(e->local);
	getsockname(e->fd, (struct sockaddr *)&e->local, &len);
	return 0;
}

int pg_end_accept(struct pg_end *e)
{
	struct pollfd p = {.fd = e->listener, .events = POLLIN};
	int one = 1;

	while (e->fd < 0) {
		if (poll(&p, 1, left_ms(e, -1)) <= 0 && !left_ms(e, -1))
			return pg_end_fail(
				e, -ETIMEDOUT,
				"no TCP connection came within %u s: is the peer active, "
				"and is the call set up in the gateway?",
				e->opt->timeout_s);
		e->remote_len = sizeof(e->remote);
		e->fd = accept4(e->listener, (struct sockaddr *)&e->remote, &e->remote_len,
				SOCK_NONBLOCK | SOCK_CLOEXEC);
	}
	setsockopt(e->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	close_fd(&e->listener);
	return 0;
}

// Over UDP an ICMP error says nothing that we may act upon; over TCP an error is the end.
static ssize_t socket_error(struct pg_end *e, int err, bool writing, size_t len)
{
	if (err == EAGAIN || err == EINTR)
		return -EAGAIN;
	if (e->opt->udp)
		return writing ? (ssize_t)len : -EAGAIN;
	return pg_end_fail(e, -err, "connection lost while %s: %s", writing ? "writing" : "reading",
			   strerror(err));
}

ssize_t pg_end_read(struct pg_end *e, void *buf, size_t len)
{
	ssize_t n;

	if (e->ssl)
		return pg_tls_read(e, buf, len);
	n = recv(e->fd, buf, len, 0);
	if (n < 0)
		return socket_error(e, errno, false, len);
	if (!n && e->opt->udp)
		return -EAGAIN;
	e->peer_closed = !n;
	return n;
}

ssize_t pg_end_write(struct pg_end *e, const void *buf, size_t len)
{
	ssize_t n;

	if (e->ssl)
		return pg_tls_write(e, buf, len);
	n = send(e->fd, buf, len, MSG_NOSIGNAL);
	return n < 0 ? socket_error(e, errno, true, len) : n;
}

int pg_end_wait(struct pg_end *e, bool want_write, int wait_ms)
{
	struct pollfd p = {.fd = e->fd, .events = POLLIN};
	int cap;

	if (want_write || e->wants_write)
		p.events |= POLLOUT;
	if (!left_ms(e, -1))
		return pg_end_fail(e, -ETIMEDOUT, "not finished within --timeout %u s",
				   e->opt->timeout_s);
	cap = pg_tls_timer_ms(e);
	if (cap < 0 || (wait_ms >= 0 && wait_ms < cap))
		cap = wait_ms;
	if (poll(&p, 1, left_ms(e, cap)) == 0)
		pg_tls_timer(e);
	return 0;
}

// Waits for more from the peer, at most until `until`. False when the time is up.
static bool more_until(struct pg_end *e, int64_t until)
{
	struct pollfd p = {.fd = e->fd, .events = POLLIN};
	int64_t left = until - pg_now_ms();

	return left > 0 && poll(&p, 1, (int)left) > 0;
}

static void close_tcp(struct pg_end *e)
{
	int64_t until = pg_now_ms() + LINGER_MS;
	uint8_t sink[4096];
	ssize_t n;

	shutdown(e->fd, SHUT_WR);
	while (more_until(e, until)) {
		n = recv(e->fd, sink, sizeof(sink), 0);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			break;
	}
}

// Stays for the peer's close_notify, which would otherwise meet a closed port.
static void close_dtls(struct pg_end *e)
{
	int64_t until = pg_now_ms() + LINGER_DTLS_MS;
	uint8_t sink[4096];

	while (!e->peer_closed && more_until(e, until))
		pg_tls_read(e, sink, sizeof(sink));
}

void pg_end_close(struct pg_end *e)
{
	if (e->fd < 0)
		return;
	pg_tls_goodbye(e);
	if (!e->opt->udp)
		close_tcp(e);
	else if (e->secured)
		close_dtls(e);
}

void pg_end_fini(struct pg_end *e)
{
	pg_tls_fini(e);
	close_fd(&e->fd);
	close_fd(&e->listener);
	close_fd(&e->keylog);
}
