// MSRP messages: an incremental reader, a writer, and the byte ranges of a message in pieces.
// Spec: RFC 4975 5.1, 7.1, 7.2, 9
#include "msrp.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { INTERRUPTIBLE_BYTES = 2048, DASHES = 7, FLAG_CRLF = 3 };
static const char dashes[] = "-------";

// --- reading ---

void pg_msrp_reader_init(struct pg_msrp_reader *r)
{
	memset(r, 0, offsetof(struct pg_msrp_reader, buf));
}

uint8_t *pg_msrp_room(struct pg_msrp_reader *r, size_t *room)
{
	// The next piece may lie where the last one did: nothing points into it after MORE.
	if (r->start) {
		memmove(r->buf, r->buf + r->start, r->end - r->start);
		r->end -= r->start;
		r->start = 0;
	}
	*room = sizeof(r->buf) - r->end;
	return r->buf + r->end;
}

void pg_msrp_fed(struct pg_msrp_reader *r, size_t len)
{
	r->end += len;
}

static enum pg_msrp_event bad(struct pg_msrp_reader *r, const char *why)
{
	r->error = why;
	return PG_MSRP_BAD;
}

// Takes one line off the buffer, without its CRLF, NUL-terminated. 1 = got it, 0 = more, -1 = bad.
static int take_line(struct pg_msrp_reader *r, char line[PG_MSRP_LINE_MAX])
{
	size_t have = r->end - r->start;
	const uint8_t *from = r->buf + r->start, *eol;

	eol = memchr(from, '\n', have < PG_MSRP_LINE_MAX ? have : PG_MSRP_LINE_MAX);
	if (!eol)
		return have >= PG_MSRP_LINE_MAX ? -1 : 0;
	if (eol == from || eol[-1] != '\r' || memchr(from, 0, eol - from))
		return -1;
	memcpy(line, from, eol - 1 - from);
	line[eol - 1 - from] = 0;
	r->start += eol + 1 - from;
	return 1;
}

static bool is_ident(const char *text, size_t len)
{
	if (len < 4 || len > PG_MSRP_IDENT_MAX || !isalnum((unsigned char)text[0]))
		return false;
	for (size_t i = 1; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr(".-+%=", text[i]))
			return false;
	return true;
}

// "MSRP tid METHOD" or "MSRP tid 200 comment"
static bool start_line(struct pg_msrp_head *h, const char *line)
{
	const char *tid = line + 5, *space, *what;
	size_t len;

	*h = (struct pg_msrp_head){.first = 1, .total = PG_MSRP_UNKNOWN};
	if (strncmp(line, "MSRP ", 5))
		return false;
	space = strchr(tid, ' ');
	if (!space || !is_ident(tid, space - tid))
		return false;
	memcpy(h->tid, tid, space - tid);
	what = space + 1;
	len = strcspn(what, " ");
	if (len == 3 && strspn(what, "0123456789") >= 3) {
		h->status = (unsigned)atoi(what);
		return h->status >= 100;
	}
	h->request = true;
	if (!len || len >= sizeof(h->method) || what[len])
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isupper((unsigned char)what[i]))
			return false;
	memcpy(h->method, what, len);
	return true;
}

static bool keep(char *to, size_t size, const char *value, size_t len)
{
	if (!len || len >= size)
		return false;
	memcpy(to, value, len);
	to[len] = 0;
	return true;
}

static bool number(const char **text, uint64_t *n)
{
	char *end;

	if (!isdigit((unsigned char)**text) || strspn(*text, "0123456789") > 18)
		return false;
	*n = strtoull(*text, &end, 10);
	*text = end;
	return true;
}

bool pg_msrp_range_parse(const char *text, uint64_t *first, uint64_t *total)
{
	uint64_t last;

	if (!number(&text, first) || *first < 1 || *text++ != '-')
		return false;
	if (*text == '*')
		text++;
	else if (!number(&text, &last))
		return false;
	if (*text++ != '/')
		return false;
	if (!strcmp(text, "*"))
		*total = PG_MSRP_UNKNOWN;
	else if (!number(&text, total) || *text)
		return false;
	return true;
}

// "Name: value". Headers that we do not know are skipped.
static bool header(struct pg_msrp_head *h, const char *line)
{
	const char *colon = strchr(line, ':'), *v;
	size_t name;

	if (!colon || colon == line)
		return false;
	name = colon - line;
	v = colon + 1 + strspn(colon + 1, " ");
#define IS(text) (name == sizeof(text) - 1 && !strncasecmp(line, text, name))
	if (IS("To-Path"))
		return keep(h->to, sizeof(h->to), v, strcspn(v, " "));
	if (IS("From-Path"))
		return keep(h->from, sizeof(h->from), v, strcspn(v, " "));
	if (IS("Message-ID"))
		return is_ident(v, strlen(v)) &&
		       keep(h->message_id, sizeof(h->message_id), v, strlen(v));
	if (IS("Content-Type"))
		return keep(h->type, sizeof(h->type), v, strlen(v));
	if (IS("Byte-Range"))
		return pg_msrp_range_parse(v, &h->first, &h->total);
#undef IS
	return true;
}

// Is the line "-------" tid flag?
static bool end_line(const struct pg_msrp_head *h, const char *line, char *flag)
{
	size_t tid = strlen(h->tid);

	if (strncmp(line, dashes, DASHES) || strncmp(line + DASHES, h->tid, tid))
		return false;
	*flag = line[DASHES + tid];
	return *flag && strchr("$+#", *flag) && !line[DASHES + tid + 1];
}

static enum pg_msrp_event next_head(struct pg_msrp_reader *r)
{
	char line[PG_MSRP_LINE_MAX];
	int got;

	while ((got = take_line(r, line)) > 0) {
		if (r->state == PG_MSRP_IN_START) {
			if (!start_line(&r->head, line))
				return bad(r, "no MSRP start line");
			r->headers = 0;
			r->state = PG_MSRP_IN_HEADERS;
			continue;
		}
		if (!*line) {
			r->state = PG_MSRP_IN_BODY;
			r->body_begins = true;
		} else if (end_line(&r->head, line, &r->flag)) {
			r->state = PG_MSRP_IN_END;
		} else if (++r->headers > PG_MSRP_HEADERS_MAX || !header(&r->head, line)) {
			return bad(r, "bad MSRP header");
		} else {
			continue;
		}
		return r->head.to[0] && r->head.from[0] ? PG_MSRP_HEAD
							: bad(r, "To-Path or From-Path missing");
	}
	return got < 0 ? bad(r, "MSRP line too long, or without CRLF") : PG_MSRP_MORE;
}

// Do a flag and CRLF stand here, as they do behind an end-line's transaction id?
static bool flag_at(const uint8_t *p)
{
	return *p && strchr("$+#", *p) && p[1] == '\r' && p[2] == '\n';
}

static enum pg_msrp_event end_of_body(struct pg_msrp_reader *r, char flag, size_t len)
{
	r->flag = flag;
	r->start += len;
	r->state = PG_MSRP_IN_START;
	return PG_MSRP_END;
}

// Hands out the body up to an end-line, and holds back what may be the beginning of one.
static enum pg_msrp_event next_body(struct pg_msrp_reader *r)
{
	char mark[2 + DASHES + PG_MSRP_IDENT_MAX + 1];
	const uint8_t *from = r->buf + r->start, *at = from, *hit;
	size_t have = r->end - r->start;
	size_t mark_len = (size_t)snprintf(mark, sizeof(mark), "\r\n%s%s", dashes, r->head.tid);
	size_t tail = mark_len + FLAG_CRLF;

	// Right after the blank line the end-line's own CRLF is already gone.
	if (r->body_begins) {
		if (have < tail - 2)
			return PG_MSRP_MORE;
		r->body_begins = false;
		if (!memcmp(from, mark + 2, mark_len - 2) && flag_at(from + mark_len - 2))
			return end_of_body(r, (char)from[mark_len - 2], tail - 2);
	}
	// What looks like an end-line but has no flag is body. One at the very end of what we have
	// is kept until more bytes tell.
	while ((hit = memmem(at, have - (size_t)(at - from), mark, mark_len))) {
		if (have - (size_t)(hit - from) < tail || flag_at(hit + mark_len))
			break;
		at = hit + 1;
	}
	if (hit == from && have >= tail)
		return end_of_body(r, (char)hit[mark_len], tail);
	r->body = from;
	r->body_len = hit ? (size_t)(hit - from) : have >= tail ? have - tail + 1 : 0;
	r->start += r->body_len;
	return r->body_len ? PG_MSRP_BODY : PG_MSRP_MORE;
}

enum pg_msrp_event pg_msrp_next(struct pg_msrp_reader *r)
{
	if (r->error)
		return PG_MSRP_BAD;
	switch (r->state) {
	case PG_MSRP_IN_BODY: return next_body(r);
	case PG_MSRP_IN_END: r->state = PG_MSRP_IN_START; return PG_MSRP_END;
	default: return next_head(r);
	}
}

// --- writing ---

bool pg_msrp_tid_clashes(const char *tid, const void *body, size_t len)
{
	char mark[DASHES + PG_MSRP_IDENT_MAX + 1];
	int mark_len = snprintf(mark, sizeof(mark), "%s%s", dashes, tid);

	return len && memmem(body, len, mark, mark_len);
}

size_t pg_msrp_write_send(uint8_t *buf, size_t room, const struct pg_msrp_send *s)
{
	uint64_t last = s->first + s->body_len - 1;
	char end[24] = "*";
	int head, tail;

	if (s->body_len <= INTERRUPTIBLE_BYTES)
		snprintf(end, sizeof(end), "%" PRIu64, last);
	head = snprintf((char *)buf, room,
			"MSRP %s SEND\r\nTo-Path: %s\r\nFrom-Path: %s\r\nMessage-ID: %s\r\n"
			"Byte-Range: %" PRIu64 "-%s/%" PRIu64 "\r\n",
			s->tid, s->to, s->from, s->message_id, s->first, end, s->total);
	if (s->body_len && head > 0 && (size_t)head < room)
		head += snprintf((char *)buf + head, room - head, "Content-Type: %s\r\n\r\n",
				 s->type);
	if (head < 0 || (size_t)head >= room || room - head <= s->body_len)
		return 0;
	if (s->body_len)
		memcpy(buf + head, s->body, s->body_len);
	room -= head + s->body_len;
	buf += head + s->body_len;
	tail = snprintf((char *)buf, room, "%s%s%s%c\r\n", s->body_len ? "\r\n" : "", dashes,
			s->tid, last >= s->total ? '$' : '+');
	return tail > 0 && (size_t)tail < room ? head + s->body_len + tail : 0;
}

size_t pg_msrp_write_response(uint8_t *buf, size_t room, const char *tid, unsigned status,
			      const char *comment, const char *to, const char *from)
{
	int n = snprintf((char *)buf, room,
			 "MSRP %s %03u %s\r\nTo-Path: %s\r\nFrom-Path: %s\r\n%s%s$\r\n", tid,
			 status, comment, to, from, dashes, tid);

	return n > 0 && (size_t)n < room ? (size_t)n : 0;
}

// --- ranges ---

bool pg_ranges_add(struct pg_ranges *r, uint64_t first, uint64_t last)
{
	unsigned i = 0, j;

	while (i < r->n && r->list[i].last + 1 < first)
		i++;
	// i..j-1 overlap or touch what is new: they become one.
	for (j = i; j < r->n && r->list[j].first <= last + 1; j++) {
		if (r->list[j].first < first)
			first = r->list[j].first;
		if (r->list[j].last > last)
			last = r->list[j].last;
	}
	if (i == j && r->n == PG_RANGES_MAX)
		return false;
	memmove(&r->list[i + 1], &r->list[j], (r->n - j) * sizeof(r->list[0]));
	r->n = r->n - (j - i) + 1;
	r->list[i].first = first;
	r->list[i].last = last;
	return true;
}

bool pg_ranges_complete(const struct pg_ranges *r, uint64_t total)
{
	if (!total)
		return r->n == 0;
	return r->n == 1 && r->list[0].first == 1 && r->list[0].last == total;
}
