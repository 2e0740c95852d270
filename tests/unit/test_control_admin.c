// The operator's socket: questions and answers; garbage, clients that do not read, crowds.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../../control/admin.h"
#include "../../control/link.h"
#include "control_rig.h"

struct world {
	struct event_base *base;
	struct rig *rig;
	struct ctl_admin *admin;
	char folder[32], path[64], err[CTL_LINK_ERROR];
};

static const char question[] = "{\"show\": \"summary\"}\n";

static int setup(void **state)
{
	static struct world w;

	w = (struct world){.base = event_base_new(), .rig = rig_open("streams: 6")};
	strcpy(w.folder, "/tmp/trgw-admin-XXXXXX");
	assert_non_null(mkdtemp(w.folder));
	snprintf(w.path, sizeof(w.path), "%s/s", w.folder);
	w.rig->conf->control_socket = w.path;
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	ctl_admin_close(w->admin);
	event_base_free(w->base);
	rig_close(w->rig);
	unlink(w->path);
	rmdir(w->folder);
	return 0;
}

static void open_it(struct world *w)
{
	w->admin = ctl_admin_open(w->base, w->rig->conf, w->rig->gw, w->rig->reg, w->err);
}

static int ask(const struct world *w, const char *text, size_t len)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", w->path);
	assert_int_equal(connect(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), len);
	return fd;
}

static void turn(const struct world *w)
{
	for (unsigned i = 0; i < 20; i++)
		event_base_loop(w->base, EVLOOP_NONBLOCK);
}

/* Lines that have come; *closed when the other end has closed. */
static unsigned read_lines(int fd, char *last, size_t size, bool *closed)
{
	static char buf[65536];
	unsigned lines = 0;
	ssize_t n;

	last[0] = 0;
	while ((n = recv(fd, buf, sizeof(buf) - 1, MSG_DONTWAIT)) > 0) {
		buf[n] = 0;
		snprintf(last, size, "%.1000s", buf);
		for (ssize_t i = 0; i < n; i++)
			lines += buf[i] == '\n';
	}
	*closed = n == 0 || (n < 0 && errno == ECONNRESET);
	return lines;
}

static void answers(void **state)
{
	struct world *w = *state;
	char text[1024];
	struct stat st;
	bool closed;
	int fd;

	open_it(w);
	assert_int_equal(stat(w->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	fd = ask(w, question, strlen(question));
	turn(w);
	assert_int_equal(read_lines(fd, text, sizeof(text), &closed), 1);
	assert_non_null(strstr(text, "\"mid\":\"[192.0.2.10]:2944\""));
	assert_false(closed);
	close(fd);
	/* Asked and shut for writing: answered all the same. */
	fd = ask(w, question, strlen(question));
	shutdown(fd, SHUT_WR);
	turn(w);
	assert_int_equal(read_lines(fd, text, sizeof(text), &closed), 1);
	assert_true(closed);
	close(fd);
}

static void garbage(void **state)
{
	static char much[20000];
	static const struct {
		const char *bytes;
		size_t len;
		unsigned lines;
		bool closed;
	} cases[] = {
		{"nonsense\n", 9, 1, false},          {"{}\n[]\n7\n\n", 9, 4, false},
		{"{\"show\": 1}\n", 12, 1, false},    {"\0\0\n", 3, 1, false},
		{"{\"log\": \"x\"}\n", 13, 1, false}, {much, sizeof(much), 0, true},
	};
	struct world *w = *state;
	char text[1024];

	memset(much, 'x', sizeof(much));
	open_it(w);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd = ask(w, cases[i].bytes, cases[i].len);
		bool closed;

		turn(w);
		assert_int_equal(read_lines(fd, text, sizeof(text), &closed), cases[i].lines);
		assert_int_equal(closed, cases[i].closed);
		if (cases[i].lines)
			assert_non_null(strstr(text, "\"ok\":false"));
		close(fd);
	}
}

/* Questions are no longer taken when the answers are not; later every one is answered. */
static void never_reads(void **state)
{
	enum { MANY = 20000 };
	struct world *w = *state;
	char text[1024];
	unsigned asked = 1, answered = 0, idle = 0;
	bool closed;
	int fd;

	open_it(w);
	fd = ask(w, question, strlen(question));
	while (asked < MANY && idle < 100) {
		ssize_t n = send(fd, question, strlen(question), MSG_DONTWAIT | MSG_NOSIGNAL);

		assert_true(n == (ssize_t)strlen(question) || n < 0);
		asked += n > 0;
		idle = n > 0 ? 0 : idle + 1;
		event_base_loop(w->base, EVLOOP_NONBLOCK);
	}
	assert_in_range(asked, 100, MANY - 1);
	for (idle = 0; idle < 100; idle++) {
		unsigned n;

		turn(w);
		n = read_lines(fd, text, sizeof(text), &closed);
		answered += n;
		idle = n ? 0 : idle;
	}
	assert_int_equal(answered, asked);
	close(fd);
}

static void crowd(void **state)
{
	enum { CROWD = 100, SEATS = 16 };
	struct world *w = *state;
	int fds[CROWD];
	char text[1024];
	unsigned served = 0;
	bool closed;

	open_it(w);
	for (unsigned i = 0; i < CROWD; i++) {
		fds[i] = ask(w, question, strlen(question));
		turn(w);
	}
	for (unsigned i = 0; i < CROWD; i++) {
		assert_int_equal(read_lines(fds[i], text, sizeof(text), &closed), 1);
		served += !closed;
		assert_non_null(strstr(text, closed ? "too many clients" : "\"ok\":true"));
		close(fds[i]);
	}
	assert_int_equal(served, SEATS);
	turn(w);
	fds[0] = ask(w, question, strlen(question));
	turn(w);
	assert_int_equal(read_lines(fds[0], text, sizeof(text), &closed), 1);
	assert_false(closed);
	close(fds[0]);
}

/* Only a socket is replaced. */
static void in_the_way(void **state)
{
	struct world *w = *state;
	FILE *f = fopen(w->path, "w");

	fclose(f);
	open_it(w);
	assert_null(w->admin);
	assert_non_null(strstr(w->err, w->path));
	assert_non_null(strstr(w->err, "exists"));
	assert_int_equal(access(w->path, F_OK), 0);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(answers), CASE(garbage), CASE(never_reads), CASE(crowd), CASE(in_the_way),
	};

	return cmocka_run_group_tests_name("admin", tests, NULL, NULL);
}
