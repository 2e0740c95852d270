// Sockets on the loopback: controllers are heard, strangers get neither answer nor ear; the lock.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../control/admin.h"
#include "../../control/link.h"
#include "../../control/log.h"

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
				    .sin_port = htons(port),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* A UDP socket on a free port. */
static int socket_on(uint16_t *port)
{
	struct sockaddr_in sin = loopback(0);
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sin, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	*port = ntohs(sin.sin_port);
	return fd;
}

static char heard[64];
static unsigned heard_from, n_heard;

static void on_bytes(void *user, unsigned controller, const void *bytes, size_t len)
{
	(void)user;
	snprintf(heard, sizeof(heard), "%.*s", (int)len, (const char *)bytes);
	heard_from = controller;
	n_heard++;
}

static void set_endpoint(struct ctl_endpoint *e, uint16_t port)
{
	e->ep = (struct nat_ep){.port = nat_be16(port), .family = NAT_IP4};
	nat_addr_parse("127.0.0.1", &e->ep.addr);
	e->text = "127.0.0.1";
}

static void send_to(int fd, uint16_t port, const char *text)
{
	struct sockaddr_in sin = loopback(port);

	assert_int_equal(sendto(fd, text, strlen(text), 0, (struct sockaddr *)&sin, sizeof(sin)),
			 strlen(text));
}

static bool readable(int fd, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, ms) > 0;
}

static void who_is_heard(void **state)
{
	struct event_base *base = event_base_new();
	struct ctl_config conf = {.n_controllers = 2};
	char err[CTL_LINK_ERROR], buf[16];
	uint16_t c1, c2, own, other;
	int fd1 = socket_on(&c1), fd2 = socket_on(&c2), stranger = socket_on(&other);
	int probe = socket_on(&own);
	struct sockaddr_in sin;
	struct ctl_link *link, *second;

	(void)state;
	close(probe);
	set_endpoint(&conf.ix_local, own);
	set_endpoint(&conf.controllers[0], c1);
	set_endpoint(&conf.controllers[1], c2);
	link = ctl_link_open(base, &conf, on_bytes, NULL, err);
	if (!link)
		fail_msg("%s", err);
	/* Nobody else can take the address. */
	second = ctl_link_open(base, &conf, on_bytes, NULL, err);
	assert_null(second);
	assert_non_null(strstr(err, "127.0.0.1"));

	send_to(fd2, own, "two");
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_int_equal(n_heard, 1);
	assert_int_equal(heard_from, 1);
	assert_string_equal(heard, "two");
	ctl_link_send(link, 0, "hello", 5);
	assert_true(readable(fd1, 1000));
	assert_int_equal(recv(fd1, buf, sizeof(buf), 0), 5);

	/* A stranger: no datagram reaches us, no datagram and no ICMP error goes back. */
	sin = loopback(own);
	assert_int_equal(connect(stranger, (struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(send(stranger, "hi", 2, 0), 2);
	send_to(fd1, own, "one");
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_int_equal(n_heard, 2);
	assert_string_equal(heard, "one");
	assert_false(readable(stranger, 0));
	assert_int_equal(send(stranger, "hi", 2, 0), 2);

	/* A controller that is not there harms nothing. */
	close(fd2);
	ctl_link_send(link, 1, "hello", 5);
	ctl_link_send(link, 1, "hello", 5);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(n_heard, 2);
	ctl_link_close(link);
	event_base_free(base);
	close(fd1);
	close(stranger);
}

static void lock(void **state)
{
	char path[64], lock_path[80], err[256], pid[16];
	int fd, again;

	(void)state;
	snprintf(path, sizeof(path), "/tmp/trgw-test-%d.sock", (int)getpid());
	snprintf(lock_path, sizeof(lock_path), "%s.lock", path);
	fd = ctl_admin_lock(path, err, sizeof(err));
	assert_true(fd >= 0);
	again = ctl_admin_lock(path, err, sizeof(err));
	assert_int_equal(again, -EBUSY);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	assert_non_null(strstr(err, pid));
	assert_non_null(strstr(err, "running"));
	close(fd);
	fd = ctl_admin_lock(path, err, sizeof(err));
	assert_true(fd >= 0);
	close(fd);
	unlink(lock_path);
	assert_true(ctl_admin_lock("/nowhere/at/all/x", err, sizeof(err)) < 0);
	assert_non_null(strstr(err, "/nowhere"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_heard),
		cmocka_unit_test(lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
