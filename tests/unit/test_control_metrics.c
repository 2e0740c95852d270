// Metrics over HTTP: served on the loopback, also where all else is IPv6; garbage too.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../control/link.h"
#include "../../control/metrics.h"
#include "control_rig.h"

struct world {
	struct event_base *base;
	struct rig *rig;
	struct ctl_metrics *metrics;
	uint16_t port;
};

static int setup(void **state)
{
	static struct world w;

	w.base = event_base_new();
	w.rig = rig_open("streams: 6");
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	ctl_metrics_close(w->metrics);
	w->metrics = NULL;
	event_base_free(w->base);
	rig_close(w->rig);
	return 0;
}

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
				    .sin_port = htons(port),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* A TCP socket that holds a free port of the loopback. */
static int hold_port(uint16_t *port)
{
	struct sockaddr_in sin = loopback(0);
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&sin, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	*port = ntohs(sin.sin_port);
	return fd;
}

static void open_at(struct world *w, uint16_t port, char err[CTL_LINK_ERROR])
{
	struct ctl_endpoint *e = &w->rig->conf->metrics;

	e->text = "127.0.0.1:PORT";
	e->ep = (struct nat_ep){.port = nat_be16(port), .family = NAT_IP4};
	nat_addr_parse("127.0.0.1", &e->ep.addr);
	w->port = port;
	w->metrics = ctl_metrics_open(w->base, w->rig->conf, w->rig->gw, w->rig->reg, err);
}

static void open_somewhere(struct world *w)
{
	char err[CTL_LINK_ERROR] = "";
	uint16_t port;

	close(hold_port(&port));
	open_at(w, port, err);
	if (!w->metrics)
		fail_msg("%s", err);
}

static int send_request(const struct world *w, const char *request)
{
	struct sockaddr_in sin = loopback(w->port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	return fd;
}

/* What comes back until the server closes or `enough` is in it. */
static void read_answer(const struct world *w, int fd, char *buf, size_t size, const char *enough)
{
	size_t n = 0;

	buf[0] = 0;
	while (n < size - 1 && !(*enough && strstr(buf, enough))) {
		ssize_t got;

		event_base_loop(w->base, EVLOOP_NONBLOCK);
		got = recv(fd, buf + n, size - 1 - n, MSG_DONTWAIT);
		if (got == 0)
			break;
		if (got > 0)
			n += (size_t)got;
		buf[n] = 0;
	}
	close(fd);
}

static void served(void **state)
{
	struct world *w = *state;
	char buf[65536];

	open_somewhere(w);
	read_answer(w, send_request(w, "GET /metrics HTTP/1.0\r\n\r\n"), buf, sizeof(buf), "");
	assert_non_null(strstr(buf, "200 OK"));
	assert_non_null(strstr(buf, "trgw_registered 0"));
	assert_non_null(strstr(buf, "# EOF\n"));
	read_answer(w, send_request(w, "GET /healthz HTTP/1.0\r\n\r\n"), buf, sizeof(buf), "");
	assert_non_null(strstr(buf, "ok registration=idle"));
}

static void hostile(void **state)
{
	static const char *const requests[] = {
		"GET /else HTTP/1.0\r\n\r\n",
		"POST /metrics HTTP/1.0\r\nContent-Length: 999999999\r\n\r\n",
		"DELETE /metrics HTTP/1.0\r\n\r\n",
		"\r\n\r\n\r\nnonsense\r\n\r\n",
	};
	struct world *w = *state;
	char buf[8192];

	open_somewhere(w);
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		read_answer(w, send_request(w, requests[i]), buf, sizeof(buf), "HTTP/1");
		assert_null(strstr(buf, "200 OK"));
	}
	read_answer(w, send_request(w, "GET /healthz HTTP/1.0\r\n\r\n"), buf, sizeof(buf), "");
	assert_non_null(strstr(buf, "200 OK"));
}

static void taken(void **state)
{
	struct world *w = *state;
	char err[CTL_LINK_ERROR] = "";
	uint16_t port;
	int fd = hold_port(&port);

	assert_int_equal(listen(fd, 1), 0);
	open_at(w, port, err);
	assert_null(w->metrics);
	assert_non_null(strstr(err, "127.0.0.1:PORT"));
	assert_non_null(strstr(err, "in use"));
	close(fd);
}

/* An interface's address by ioctl; Linux only knows the structure by its layout. */
static void add_address6(unsigned interface)
{
	struct {
		struct in6_addr addr;
		uint32_t prefix;
		int interface;
	} request = {.prefix = 64, .interface = (int)interface};
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	inet_pton(AF_INET6, "2001:db8::1", &request.addr);
	assert_int_equal(ioctl(fd, SIOCSIFADDR, &request), 0);
	close(fd);
}

/* getaddrinfo() denies 127.0.0.1 on a host whose other addresses are all IPv6. Last: the process
 * cannot come back from there. */
static void host_of_one_family(void **state)
{
	struct ifreq up = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd;

	if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		skip();
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &up), 0);
	close(fd);
	add_address6(if_nametoindex("lo"));
	served(state);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(served),
		CASE(hostile),
		CASE(taken),
		CASE(host_of_one_family),
	};

	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
