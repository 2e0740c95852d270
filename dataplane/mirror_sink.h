// Where copies go: pcapng file, named pipe, tunnel to a collector, or a port by a function.
//
// A sink belongs to one thread, which may wait for the disk but for nothing else: a pipe without a
// reader, a slow reader, a full disk and an unreachable collector cost copies, which are counted.
// No DPDK types.
#ifndef DP_MIRROR_SINK_H
#define DP_MIRROR_SINK_H

#include <pthread.h>
#include <sys/socket.h>

#include "mirror_file.h"
#include "mirror_select.h"

/* One copied packet. */
struct dp_copy {
	struct dp_seen seen;
	uint64_t time_ns; // since 1970-01-01 UTC
	const uint8_t *data;
	uint32_t captured, original; // bytes
};

struct dp_sink {
	const struct dp_mirror_conf *conf;
	const char *const *realms; // their names
	unsigned n_realms;
	/* PORT: sends a frame; 0 or a negative errno. */
	int (*send)(void *user, const uint8_t *frame, size_t len);
	void *user;
	// private
	int fd;
	bool made_fifo, failing;
	struct dp_file file;
	uint8_t *head, *buf;
	size_t head_len, len, size;
	size_t sent;        // of buf, FIFO only
	unsigned waiting;   // packets in buf
	uint64_t opened_ms; // last try to open the pipe
	uint32_t number;    // of the next ERSPAN frame
	struct sockaddr_storage collector;
	socklen_t collector_len;
	pthread_mutex_t lock; // of error
	char error[DP_ERROR_TEXT];
	// counters, read by others too
	uint64_t bytes, unsent, errors;
};

/* The fields above "private" are set. Opens what can be opened at once. A negative errno with err
 * when the target cannot be right: no FIFO, no socket, no memory. */
int dp_sink_open(struct dp_sink *sink, char err[DP_ERROR_TEXT]);

/* Takes a copy; it may stay in the buffer until dp_sink_flush(). now_ms: a clock that does not run
 * backwards. */
void dp_sink_put(struct dp_sink *sink, const struct dp_copy *copy, uint64_t now_ms);
void dp_sink_flush(struct dp_sink *sink, uint64_t now_ms);

/* What is still in the buffer is written if that goes at once. */
void dp_sink_close(struct dp_sink *sink, uint64_t now_ms);

/* The last error's text, for any thread. */
void dp_sink_error(struct dp_sink *sink, char err[DP_ERROR_TEXT]);

#endif
