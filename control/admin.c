// The operator's Unix socket: one JSON request per line, one JSON answer per line.
#include "admin.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "link.h"
#include "listen.h"
#include "log.h"
#include "report.h"

enum { LINE_MAX_BYTES = 4096, CLIENTS = 16, IDLE_S = 60 };

struct client {
	struct ctl_admin *admin;
	struct bufferevent *bev;
	bool last; // asks nothing more, but has not read everything
};

struct ctl_admin {
	struct event_base *base;
	struct evconnlistener *listener;
	const char *path;
	struct ctl_gateway *gw;
	struct ctl_register *reg;
	struct client clients[CLIENTS];
};

static void drop_client(struct client *c)
{
	bufferevent_free(c->bev);
	c->bev = NULL;
}

static void answer_line(struct client *c, const char *line, size_t len)
{
	json_t *request = json_loadb(line, len, 0, NULL), *answer;
	char *text;

	if (json_is_object(request))
		answer = ctl_report(c->admin->gw, c->admin->reg, request);
	else
		answer = json_pack("{sb ss}", "ok", 0, "error", "one JSON object per line, please");
	text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
	if (text)
		evbuffer_add_printf(bufferevent_get_output(c->bev), "%s\n", text);
	free(text);
	json_decref(answer);
	json_decref(request);
}

/* The next request is looked at when the answer to the one before has left: a client that does not
 * read is not answered for ever into our memory. */
static void serve(struct client *c)
{
	struct evbuffer *in = bufferevent_get_input(c->bev);
	struct evbuffer *out = bufferevent_get_output(c->bev);
	size_t len;
	char *line;

	while (evbuffer_get_length(out) == 0 &&
	       (line = evbuffer_readln(in, &len, EVBUFFER_EOL_LF)) != NULL) {
		answer_line(c, line, len);
		free(line);
	}
	if (evbuffer_get_length(out) > 0)
		bufferevent_disable(c->bev, EV_READ);
	else if (c->last || evbuffer_get_length(in) > LINE_MAX_BYTES)
		drop_client(c);
	else
		bufferevent_enable(c->bev, EV_READ);
}

static void on_ready(struct bufferevent *bev, void *arg)
{
	(void)bev;
	serve(arg);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct client *c = arg;

	(void)bev;
	if (!(what & BEV_EVENT_EOF)) {
		drop_client(c);
		return;
	}
	c->last = true;
	serve(c);
}

/* Too many at once: said and closed. */
static void turn_away(int fd)
{
	static const char text[] = "{\"ok\": false, \"error\": \"too many clients, try again\"}\n";

	send(fd, text, sizeof(text) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

static void on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *sa, int len,
		      void *arg)
{
	struct ctl_admin *a = arg;
	struct timeval idle = {IDLE_S, 0};
	struct client *c = NULL;

	(void)l;
	(void)sa;
	(void)len;
	for (unsigned i = 0; i < CLIENTS && !c; i++)
		if (!a->clients[i].bev)
			c = &a->clients[i];
	if (c)
		c->bev = bufferevent_socket_new(a->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!c || !c->bev) {
		turn_away(fd);
		return;
	}
	c->admin = a;
	c->last = false;
	bufferevent_setcb(c->bev, on_ready, on_ready, on_event, c);
	bufferevent_set_timeouts(c->bev, &idle, &idle);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
}

/* A socket of an earlier run may go, nothing else that lies there. */
static bool make_way(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return true;
	if (S_ISSOCK(st.st_mode))
		return unlink(path) == 0;
	errno = EEXIST;
	return false;
}

struct ctl_admin *ctl_admin_open(struct event_base *base, const struct ctl_config *conf,
				 struct ctl_gateway *gw, struct ctl_register *reg, char *err)
{
	struct ctl_admin *a = calloc(1, sizeof(*a));
	struct sockaddr_un un = {.sun_family = AF_UNIX};

	if (!a)
		return NULL;
	*a = (struct ctl_admin){.base = base, .path = conf->control_socket, .gw = gw, .reg = reg};
	snprintf(un.sun_path, sizeof(un.sun_path), "%s", a->path);
	if (make_way(a->path))
		a->listener = ctl_listen(base, (struct sockaddr *)&un, sizeof(un), on_accept, a);
	if (!a->listener) {
		snprintf(err, CTL_LINK_ERROR, "control_socket %s: %s", a->path, strerror(errno));
		free(a);
		return NULL;
	}
	chmod(a->path, 0660);
	return a;
}

void ctl_admin_close(struct ctl_admin *a)
{
	if (!a)
		return;
	for (unsigned i = 0; i < CLIENTS; i++)
		if (a->clients[i].bev)
			drop_client(&a->clients[i]);
	evconnlistener_free(a->listener);
	unlink(a->path);
	free(a);
}

/* The folder of the socket, when only that is missing. */
static void make_folder(const char *path)
{
	char folder[128];
	char *slash;

	snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	if (!slash || slash == folder)
		return;
	*slash = 0;
	mkdir(folder, 0755);
}

int ctl_admin_lock(const char *socket_path, char *err, size_t size)
{
	char path[128], pid[32] = "?";
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s.lock", socket_path);
	make_folder(socket_path);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0) {
		snprintf(err, size, "%s: %s", path, strerror(errno));
		return -errno;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		n = read(fd, pid, sizeof(pid) - 1);
		pid[n > 0 ? n : 0] = 0;
		pid[strcspn(pid, "\n")] = 0;
		snprintf(err, size,
			 "another trgwd (pid %s) is already running on this configuration: it "
			 "holds %s",
			 *pid ? pid : "?", path);
		close(fd);
		return -EBUSY;
	}
	n = snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	if (ftruncate(fd, 0) < 0 || write(fd, pid, (size_t)n) != n) {
		snprintf(err, size, "%s: %s", path, strerror(errno));
		close(fd);
		return -EIO;
	}
	return fd;
}
