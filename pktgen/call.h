// One call of a media endpoint, from the command line to the result file.
#ifndef PG_CALL_H
#define PG_CALL_H

#include "endpoint.h"
#include "offer.h"

enum { PG_SHA256_TEXT = 65 };

/* What the media functions see and fill in. */
struct pg_call {
	struct pg_options opt; // setup is resolved to active or passive
	struct pg_end end;     // connected and secured; errors go into end.error
	struct pg_own_sdp own;
	struct pg_peer_sdp peer;
	uint64_t bytes_sent, bytes_received; // payload
	char sha256[PG_SHA256_TEXT];         // of what was sent or received; empty: nothing
	int identical; // 1 the other end has the same bytes, 0 it has not, -1 unknown
};

/* Runs a whole call: reads the command line, opens, exchanges SDP, connects, secures, calls
 * media(), ends the connection, writes DIR/result.a or result.b. media() returns 0 when everything
 * held, else -errno with a text through pg_call_fail(). Returns the exit status. */
int pg_call_run(enum pg_app app, int argc, char **argv, int (*media)(struct pg_call *call));

/* Keeps the first error text and returns err. */
int pg_call_fail(struct pg_call *call, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* One line of progress on stderr, headed by "msrp offer: ". */
void pg_call_say(const struct pg_call *call, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
