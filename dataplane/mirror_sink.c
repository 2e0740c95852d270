// Where copies go: pcapng file, named pipe, tunnel to a collector, or a port by a function.
#include "mirror_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "mirror_encap.h"
#include "pcapng.h"

enum {
	BUFFER = 256 * 1024,
	COMMENT = 256,
	HEAD_ROOM = 1024 + DP_FILTER,     // section block
	INTERFACE_ROOM = 256 + DP_FILTER, // one interface block
	OPEN_EVERY_MS = 100,
	PIPE_SIZE = 1 << 20,
};

static void count(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

/* ---- errors ---------------------------------------------------------------------------------- */

/* Counts the beginning of a row of failures, not each of them. */
static void failed(struct dp_sink *s, int rc, unsigned pkts)
{
	count(&s->unsent, pkts);
	if (s->failing || rc == -EAGAIN)
		return;
	s->failing = true;
	pthread_mutex_lock(&s->lock);
	snprintf(s->error, sizeof(s->error), "%.180s: %s", s->conf->target,
		 rc == -EDQUOT ? "budget used up" : strerror(-rc));
	pthread_mutex_unlock(&s->lock);
	count(&s->errors, 1);
}

void dp_sink_error(struct dp_sink *s, char err[DP_ERROR_TEXT])
{
	pthread_mutex_lock(&s->lock);
	memcpy(err, s->error, DP_ERROR_TEXT);
	pthread_mutex_unlock(&s->lock);
}

/* ---- pcapng ---------------------------------------------------------------------------------- */

static bool add_block(struct dp_sink *s, long len)
{
	if (len < 0)
		return false;
	s->head_len += (size_t)len;
	return true;
}

/* What every file and every reader of the pipe gets first. */
static bool make_head(struct dp_sink *s)
{
	size_t size = HEAD_ROOM + (2 * s->n_realms + 1) * (size_t)INTERFACE_ROOM;
	char name[DP_NAME + 8];
	struct dp_pcapng_interface i = {
		.name = name,
		.filter = s->conf->filter,
		.link_type = DP_PCAPNG_ETHERNET,
		.snaplen = s->conf->snaplen,
	};

	s->head = malloc(size);
	if (!s->head ||
	    !add_block(s, dp_pcapng_section(s->head, size, "trgwd " TRGW_VERSION, s->conf->name)))
		return false;
	for (unsigned n = 0; n <= 2 * s->n_realms; n++) {
		if (n < 2 * s->n_realms)
			snprintf(name, sizeof(name), "%s-%s", s->realms[n / 2],
				 n % 2 ? "out" : "in");
		else
			snprintf(name, sizeof(name), "none");
		i.description = n == 2 * s->n_realms ? "packets of no realm"
				: n % 2              ? "as it leaves"
						     : "as received";
		if (!add_block(s,
			       dp_pcapng_interface(s->head + s->head_len, size - s->head_len, &i)))
			return false;
	}
	return true;
}

static int open_pcapng(struct dp_sink *s)
{
	if (!make_head(s))
		return -ENOMEM;
	s->size = BUFFER + s->head_len;
	s->buf = malloc(s->size);
	if (!s->buf)
		return -ENOMEM;
	s->file = (struct dp_file){
		.path = s->conf->target,
		.rotate_bytes = s->conf->rotate_bytes,
		.rotate_s = s->conf->rotate_s,
		.budget_bytes = s->conf->budget_bytes,
		.head = s->head,
		.head_len = s->head_len,
	};
	dp_file_init(&s->file);
	return 0;
}

/* False: no room in the buffer. */
static bool put_block(struct dp_sink *s, const struct dp_copy *c)
{
	char comment[COMMENT];
	struct dp_pcapng_packet p = {
		.interface = dp_mirror_interface(&c->seen, s->n_realms),
		.time_ns = c->time_ns,
		.data = c->data,
		.captured = c->captured,
		.original = c->original,
		.way = c->seen.point == DP_MIRROR_OUT || c->seen.out ? DP_PCAPNG_OUT : DP_PCAPNG_IN,
		.comment = dp_mirror_comment(&c->seen, comment, sizeof(comment)),
	};
	long n = dp_pcapng_packet(s->buf + s->len, s->size - s->len, &p);

	if (n < 0)
		return false;
	s->len += (size_t)n;
	s->waiting++;
	return true;
}

/* ---- file ------------------------------------------------------------------------------------ */

static void flush_file(struct dp_sink *s, uint64_t now_ms)
{
	int rc = s->len ? dp_file_write(&s->file, s->buf, s->len, now_ms / 1000 + 1) : 0;

	if (rc) {
		failed(s, rc, s->waiting);
	} else if (s->len) {
		count(&s->bytes, s->len);
		s->failing = false;
	}
	s->len = s->waiting = 0;
}

/* ---- named pipe ------------------------------------------------------------------------------ */

static int open_fifo(struct dp_sink *s)
{
	struct stat st;

	s->made_fifo = mkfifo(s->conf->target, 0600) == 0;
	if (!s->made_fifo && errno != EEXIST)
		return -errno;
	if (lstat(s->conf->target, &st) < 0)
		return -errno;
	return S_ISFIFO(st.st_mode) ? 0 : -EEXIST;
}

static void drop_reader(struct dp_sink *s)
{
	count(&s->unsent, s->waiting);
	s->len = s->sent = s->waiting = 0;
	close(s->fd);
	s->fd = -1;
}

/* A reader may come at any time; each begins with the head. */
static bool have_reader(struct dp_sink *s, uint64_t now_ms)
{
	struct stat st;

	if (s->fd >= 0)
		return true;
	if (s->opened_ms && now_ms - s->opened_ms < OPEN_EVERY_MS)
		return false;
	s->opened_ms = now_ms;
	s->fd = open(s->conf->target, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (s->fd < 0) {
		if (errno != ENXIO)
			failed(s, -errno, 0);
		return false;
	}
	if (fstat(s->fd, &st) < 0 || !S_ISFIFO(st.st_mode)) { // replaced behind our back
		close(s->fd);
		s->fd = -1;
		failed(s, -EEXIST, 0);
		return false;
	}
	s->failing = false;
	fcntl(s->fd, F_SETPIPE_SZ, PIPE_SIZE); // as much as we may have
	memcpy(s->buf, s->head, s->head_len);
	s->len = s->head_len;
	s->sent = s->waiting = 0;
	return true;
}

static void flush_fifo(struct dp_sink *s, uint64_t now_ms)
{
	ssize_t n;

	if (!have_reader(s, now_ms))
		return;
	while (s->sent < s->len) {
		n = write(s->fd, s->buf + s->sent, s->len - s->sent);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN) {
			drop_reader(s); // EPIPE: the reader has gone, which is no error
			return;
		}
		if (n <= 0)
			break;
		s->sent += (size_t)n;
		count(&s->bytes, (size_t)n);
	}
	memmove(s->buf, s->buf + s->sent, s->len - s->sent);
	s->len -= s->sent;
	s->sent = 0;
	if (!s->len)
		s->waiting = 0;
}

/* ---- tunnels --------------------------------------------------------------------------------- */

/* Not connected: a collector that is not there answers with ICMP errors, which shall not fail the
 * next copy. */
static int open_tunnel(struct dp_sink *s)
{
	bool vxlan = s->conf->sink == DP_SINK_VXLAN, v6 = s->conf->family == NAT_IP6;
	be16 port = vxlan ? nat_be16(DP_VXLAN_PORT) : 0;
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = port};
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6, .sin6_port = port};

	memcpy(&sin.sin_addr, &s->conf->collector, sizeof(sin.sin_addr));
	memcpy(&sin6.sin6_addr, &s->conf->collector, sizeof(sin6.sin6_addr));
	s->collector_len = v6 ? sizeof(sin6) : sizeof(sin);
	memcpy(&s->collector, v6 ? (const void *)&sin6 : &sin, s->collector_len);
	s->fd = socket(v6 ? AF_INET6 : AF_INET,
		       (vxlan ? SOCK_DGRAM : SOCK_RAW) | SOCK_NONBLOCK | SOCK_CLOEXEC,
		       vxlan ? 0 : IPPROTO_GRE);
	return s->fd < 0 ? -errno : 0;
}

static int send_tunnel(struct dp_sink *s, const struct dp_copy *c)
{
	uint8_t head[DP_ENCAP_ROOM];
	struct iovec iov[2] = {{head, 0}, {(void *)(uintptr_t)c->data, c->captured}};
	struct msghdr msg = {
		.msg_name = &s->collector,
		.msg_namelen = s->collector_len,
		.msg_iov = iov,
		.msg_iovlen = 2,
	};

	iov[0].iov_len = s->conf->sink == DP_SINK_VXLAN
				 ? dp_encap_vxlan(head, s->conf->tunnel)
				 : dp_encap_erspan(head, (uint16_t)s->conf->tunnel, s->number++,
						   c->captured < c->original);
	return sendmsg(s->fd, &msg, 0) < 0 ? -errno : 0;
}

static void release(struct dp_sink *s)
{
	count(&s->unsent, s->waiting);
	dp_file_close(&s->file);
	if (s->fd >= 0)
		close(s->fd);
	if (s->made_fifo)
		unlink(s->conf->target);
	free(s->head);
	free(s->buf);
	s->head = s->buf = NULL;
	s->fd = -1;
	s->made_fifo = false;
	s->len = s->waiting = 0;
}

/* ---- all ------------------------------------------------------------------------------------- */

int dp_sink_open(struct dp_sink *s, char err[DP_ERROR_TEXT])
{
	int rc = 0;

	s->fd = s->file.fd = -1;
	pthread_mutex_init(&s->lock, NULL);
	switch (s->conf->sink) {
	case DP_SINK_FILE: rc = open_pcapng(s); break;
	case DP_SINK_FIFO:
		rc = open_pcapng(s);
		if (rc == 0)
			rc = open_fifo(s);
		break;
	case DP_SINK_ERSPAN:
	case DP_SINK_VXLAN: rc = open_tunnel(s); break;
	case DP_SINK_PORT: break;
	}
	if (rc) {
		snprintf(err, DP_ERROR_TEXT, "mirror %s: %.150s: %s", s->conf->name,
			 s->conf->target, rc == -EEXIST ? "is no FIFO" : strerror(-rc));
		release(s);
	}
	return rc;
}

static void send_frame(struct dp_sink *s, const struct dp_copy *c)
{
	int rc = s->conf->sink == DP_SINK_PORT ? s->send(s->user, c->data, c->captured)
					       : send_tunnel(s, c);

	if (rc) {
		failed(s, rc, 1);
		return;
	}
	s->failing = false;
	count(&s->bytes, c->captured);
}

void dp_sink_put(struct dp_sink *s, const struct dp_copy *c, uint64_t now_ms)
{
	if (!s->head) {
		send_frame(s, c);
		return;
	}
	if (s->conf->sink == DP_SINK_FIFO && !have_reader(s, now_ms)) {
		count(&s->unsent, 1);
		return;
	}
	if (put_block(s, c))
		return;
	dp_sink_flush(s, now_ms);
	if ((s->conf->sink == DP_SINK_FIFO && s->fd < 0) || !put_block(s, c))
		count(&s->unsent, 1);
}

void dp_sink_flush(struct dp_sink *s, uint64_t now_ms)
{
	if (s->conf->sink == DP_SINK_FILE)
		flush_file(s, now_ms);
	else if (s->conf->sink == DP_SINK_FIFO)
		flush_fifo(s, now_ms);
}

void dp_sink_close(struct dp_sink *s, uint64_t now_ms)
{
	dp_sink_flush(s, now_ms);
	release(s);
}
