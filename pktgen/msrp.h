// MSRP messages: an incremental reader, a writer, and the byte ranges of a message in pieces.
// Spec: RFC 4975 5.1 (chunks), 7.1 (requests), 7.2 (responses), 9 (formal syntax)
#ifndef PG_MSRP_H
#define PG_MSRP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PG_MSRP_IDENT_MAX = 32, // transaction and message ids
	PG_MSRP_URI_MAX = 255,
	PG_MSRP_TYPE_MAX = 63,
	PG_MSRP_LINE_MAX = 2048,  // start line or header, with its CRLF
	PG_MSRP_HEADERS_MAX = 64, // header lines of one message
	PG_MSRP_BUF = 32768,
	PG_MSRP_OVERHEAD = 1024, // a SEND is never longer than its body and this
};

/* Byte-Range with "*" as total. */
#define PG_MSRP_UNKNOWN UINT64_MAX

/* Start line and the headers that matter. Texts that are absent are empty. */
struct pg_msrp_head {
	bool request;
	unsigned status; // of a response
	char method[16]; // of a request
	char tid[PG_MSRP_IDENT_MAX + 1];
	char to[PG_MSRP_URI_MAX + 1];   // first URI of To-Path
	char from[PG_MSRP_URI_MAX + 1]; // first URI of From-Path
	char message_id[PG_MSRP_IDENT_MAX + 1];
	char type[PG_MSRP_TYPE_MAX + 1];
	uint64_t first, total; // Byte-Range; 1 and unknown when absent
};

enum pg_msrp_event {
	PG_MSRP_MORE, // read more bytes first
	PG_MSRP_HEAD, // head is filled in
	PG_MSRP_BODY, // body and body_len are the next piece; valid until the next call
	PG_MSRP_END,  // end-line: flag is '$', '+' or '#'
	PG_MSRP_BAD,  // no MSRP: error says why; the connection is of no use any more
};

struct pg_msrp_reader {
	struct pg_msrp_head head;
	const uint8_t *body;
	size_t body_len;
	char flag;
	const char *error;
	// Private.
	enum { PG_MSRP_IN_START, PG_MSRP_IN_HEADERS, PG_MSRP_IN_BODY, PG_MSRP_IN_END } state;
	bool body_begins; // an end-line may stand right after the blank line
	unsigned headers;
	size_t start, end;
	uint8_t buf[PG_MSRP_BUF];
};

/* Begins a connection. */
void pg_msrp_reader_init(struct pg_msrp_reader *r);

/* Where to put bytes from the connection; at most *room, at least 1. Call when pg_msrp_next() said
 * MORE, then pg_msrp_fed() with what was put there. */
uint8_t *pg_msrp_room(struct pg_msrp_reader *r, size_t *room);
void pg_msrp_fed(struct pg_msrp_reader *r, size_t len);

/* The next event. Bounded: a line, a number of headers or an id beyond the limits above is BAD. A
 * body may have any length; it comes in pieces. */
enum pg_msrp_event pg_msrp_next(struct pg_msrp_reader *r);

/* One SEND. Without a body (body_len 0) it is the empty request that ties a session to a
 * connection. */
struct pg_msrp_send {
	const char *tid, *to, *from, *message_id, *type;
	uint64_t first, total; // first byte counts from 1
	const void *body;
	size_t body_len;
};

/* Writes the request; the flag is '$' when it reaches total, else '+'. Bodies above 2048 bytes say
 * "*" as their end, because RFC 4975 5.1 makes them interruptible. Returns its length, 0 when it
 * does not fit. */
size_t pg_msrp_write_send(uint8_t *buf, size_t room, const struct pg_msrp_send *send);

/* Writes the response to a request: to is the request's first From-Path URI, from our own. Returns
 * its length, 0 when it does not fit. */
size_t pg_msrp_write_response(uint8_t *buf, size_t room, const char *tid, unsigned status,
			      const char *comment, const char *to, const char *from);

/* True when body holds what a reader would take for the end-line of tid: choose another tid. */
bool pg_msrp_tid_clashes(const char *tid, const void *body, size_t len);

/* Reads "first-last/total" ("*" allowed for last and total). False when it is none. */
bool pg_msrp_range_parse(const char *text, uint64_t *first, uint64_t *total);

/* Which bytes of a message have arrived: sorted, disjoint, never touching. */
enum { PG_RANGES_MAX = 64 };
struct pg_ranges {
	unsigned n;
	struct {
		uint64_t first, last;
	} list[PG_RANGES_MAX];
};

/* Adds first..last (last >= first >= 1). False when there are more gaps than we keep. */
bool pg_ranges_add(struct pg_ranges *r, uint64_t first, uint64_t last);

/* True when exactly 1..total is there; an empty set holds total 0. */
bool pg_ranges_complete(const struct pg_ranges *r, uint64_t total);

#endif
