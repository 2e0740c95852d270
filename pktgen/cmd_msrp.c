// trgw-pktgen msrp: sends a file in chunks, puts together what arrives, and has both ends compare.
// Spec: RFC 4975 5 and 7; RFC 6714 4 (the active end connects to c= and m=)
//
// In order, each end sends: the empty SEND that ties the session to the connection (active end
// only), its file if it has one, a text "sent BYTES SHA256", and, once the peer's text is there, a
// text "received BYTES SHA256". So both directions carry data and both ends know that all is well.
#include "call.h"
#include "command.h"
#include "msrp.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

enum {
	WINDOW = 32,            // requests without a response yet
	OUT_BYTES = 256 * 1024, // waits to be written
	OUT_BUSY = 96 * 1024,   // above this no new chunk is made
	TEXT_MAX = 256,
	READS_IN_A_ROW = 8,
	BODY_MAX = 65536,
};
static const uint64_t file_max = 1ull << 33;

enum step { STEP_BIND, STEP_FILE, STEP_SENT, STEP_WAIT, STEP_RECEIVED, STEP_DONE };

// What flows out.
struct source {
	enum step step;
	int fd; // -1: pseudo-random bytes
	uint64_t total, at, random;
	EVP_MD_CTX *hash;
	char sha256[PG_SHA256_TEXT];
	char message_id[PG_MSRP_IDENT_MAX + 1];
	unsigned tenths;
};

// What flows in.
struct sink {
	int fd; // --out, or memory
	struct pg_ranges ranges;
	uint64_t total; // PG_MSRP_UNKNOWN until a chunk tells
	bool begun, complete;
	char message_id[PG_MSRP_IDENT_MAX + 1];
	char sha256[PG_SHA256_TEXT];
	unsigned tenths;
};

struct session {
	struct pg_call *call;
	struct pg_msrp_reader reader;
	struct source src;
	struct sink sink;
	char waiting[WINDOW][PG_MSRP_IDENT_MAX + 1]; // transactions; empty = free
	unsigned n_waiting;
	uint32_t tid_high, tid_low;
	// The message that is being read.
	enum { IN_NOTHING, IN_FILE, IN_TEXT } in;
	unsigned in_status; // what it will be answered
	uint64_t in_at;     // first byte of the next piece
	char text[TEXT_MAX + 1];
	size_t text_len;
	bool bound;                   // the peer has shown itself by a request
	char peer_sent[TEXT_MAX + 1]; // its "sent ..." and "received ..." without the word
	char peer_received[TEXT_MAX + 1];
	uint8_t out[OUT_BYTES];
	size_t out_start, out_end;
};

static void hex(const uint8_t *digest, unsigned len, char *text)
{
	for (unsigned i = 0; i < len; i++)
		sprintf(text + 2 * i, "%02x", digest[i]);
}

static int hash_end(EVP_MD_CTX *hash, char sha256[PG_SHA256_TEXT])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (EVP_DigestFinal_ex(hash, digest, &len) != 1 || len != 32)
		return -EIO;
	hex(digest, len, sha256);
	return 0;
}

static void random_ident(char *text, unsigned bytes)
{
	uint8_t random[PG_MSRP_IDENT_MAX / 2];

	RAND_bytes(random, (int)bytes);
	hex(random, bytes, text);
}

// "sending 30 %" at every tenth.
static void progress(struct session *s, const char *doing, unsigned *tenths, uint64_t at,
		     uint64_t total)
{
	unsigned now = total ? (unsigned)(at * 10 / total) : 10;

	if (now > *tenths) {
		*tenths = now;
		pg_call_say(s->call, "%s %u %% of %" PRIu64 " bytes", doing, now * 10, total);
	}
}

// --- source ---

static int source_open(struct session *s)
{
	const struct pg_options *o = &s->call->opt;
	struct source *src = &s->src;
	struct stat st;

	src->fd = -1;
	src->random = o->seed;
	src->total = o->has_size ? o->size_bytes : o->offerer && !o->out ? 65536 : 0;
	random_ident(src->message_id, 8);
	src->hash = EVP_MD_CTX_new();
	if (!src->hash || !EVP_DigestInit_ex(src->hash, EVP_sha256(), NULL))
		return pg_call_fail(s->call, -ENOMEM, "OpenSSL has no sha-256");
	if (!o->file)
		return 0;
	src->fd = open(o->file, O_RDONLY | O_CLOEXEC);
	if (src->fd < 0 || fstat(src->fd, &st))
		return pg_call_fail(s->call, -errno, "--file %s: %s", o->file, strerror(errno));
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size > file_max)
		return pg_call_fail(s->call, -EINVAL, "--file %s: needs a regular file up to 8 GiB",
				    o->file);
	src->total = (uint64_t)st.st_size;
	if (o->has_size && o->size_bytes < src->total)
		src->total = o->size_bytes;
	return 0;
}

// Repeatable noise (splitmix64), so that two runs with one seed send the same bytes.
static void noise(uint64_t *state, uint8_t *to, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint64_t z = *state += 0x9e3779b97f4a7c15u;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
		z = (z ^ z >> 27) * 0x94d049bb133111ebu;
		to[i] = (uint8_t)(z ^ z >> 31);
	}
}

static int source_read(struct session *s, uint8_t *to, size_t len)
{
	struct source *src = &s->src;

	if (src->fd < 0)
		noise(&src->random, to, len);
	else if (pread(src->fd, to, len, (off_t)src->at) != (ssize_t)len)
		return pg_call_fail(s->call, -EIO, "--file %s: cannot read all of it",
				    s->call->opt.file);
	EVP_DigestUpdate(src->hash, to, len);
	return 0;
}

// --- sink ---

static int sink_open(struct session *s)
{
	const char *out = s->call->opt.out;

	s->sink.total = PG_MSRP_UNKNOWN;
	s->sink.fd = out ? open(out, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)
			 : memfd_create("msrp", MFD_CLOEXEC);
	if (s->sink.fd < 0)
		return pg_call_fail(s->call, -errno, "--out %s: %s", out ? out : "(memory)",
				    strerror(errno));
	return 0;
}

static int sink_hash(struct session *s)
{
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	uint8_t buf[16384];
	uint64_t at = 0;
	ssize_t n;
	int rc = -EIO;

	if (hash && EVP_DigestInit_ex(hash, EVP_sha256(), NULL)) {
		while ((n = pread(s->sink.fd, buf, sizeof(buf), (off_t)at)) > 0) {
			EVP_DigestUpdate(hash, buf, (size_t)n);
			at += (uint64_t)n;
		}
		if (at == s->sink.total)
			rc = hash_end(hash, s->sink.sha256);
	}
	EVP_MD_CTX_free(hash);
	if (rc)
		return pg_call_fail(s->call, rc, "cannot read back what arrived");
	s->sink.complete = true;
	return 0;
}

// A piece of the file.
static int sink_write(struct session *s, const uint8_t *from, size_t len)
{
	if (s->in_at + len - 1 > file_max || s->in_at + len - 1 > s->sink.total)
		return pg_call_fail(s->call, -EFBIG,
				    "the peer sends more bytes than its Byte-Range allows");
	if (pwrite(s->sink.fd, from, len, (off_t)(s->in_at - 1)) != (ssize_t)len)
		return pg_call_fail(s->call, -EIO, "cannot write what arrives: %s",
				    strerror(errno));
	if (!pg_ranges_add(&s->sink.ranges, s->in_at, s->in_at + len - 1))
		return pg_call_fail(s->call, -EPROTO, "the peer's chunks leave more than %d gaps",
				    PG_RANGES_MAX);
	s->call->bytes_received += len;
	if (s->sink.total != PG_MSRP_UNKNOWN)
		progress(s, "received", &s->sink.tenths, s->call->bytes_received, s->sink.total);
	return 0;
}

// --- out ---

static uint8_t *out_room(struct session *s, size_t *room)
{
	if (s->out_start == s->out_end)
		s->out_start = s->out_end = 0;
	if (s->out_start > OUT_BYTES / 2) {
		memmove(s->out, s->out + s->out_start, s->out_end - s->out_start);
		s->out_end -= s->out_start;
		s->out_start = 0;
	}
	*room = OUT_BYTES - s->out_end;
	return s->out + s->out_end;
}

static int put_send(struct session *s, const char *message_id, const char *type,
		    const uint8_t *body, size_t len, uint64_t first, uint64_t total)
{
	char(*slot)[PG_MSRP_IDENT_MAX + 1] = s->waiting;
	size_t room, n;
	uint8_t *to = out_room(s, &room);

	while ((*slot)[0])
		slot++;
	do
		snprintf(*slot, sizeof(*slot), "%08x%08x", s->tid_high, s->tid_low++);
	while (pg_msrp_tid_clashes(*slot, body, len));
	n = pg_msrp_write_send(to, room,
			       &(struct pg_msrp_send){
				       .tid = *slot,
				       .to = s->call->peer.path,
				       .from = s->call->own.path,
				       .message_id = message_id,
				       .type = type,
				       .first = first,
				       .total = total,
				       .body = body,
				       .body_len = len,
			       });
	if (!n)
		return pg_call_fail(s->call, -ENOBUFS, "a chunk does not fit the output buffer");
	s->n_waiting++;
	s->out_end += n;
	return 0;
}

static int put_text(struct session *s, const char *word, uint64_t bytes, const char *sha256)
{
	char text[TEXT_MAX], id[PG_MSRP_IDENT_MAX + 1] = "";
	int len = snprintf(text, sizeof(text), "%s %" PRIu64 " %s", word, bytes,
			   *sha256 ? sha256 : "-");

	random_ident(id, 8);
	return put_send(s, id, "text/plain", (const uint8_t *)text, (size_t)len, 1, (uint64_t)len);
}

static int put_chunk(struct session *s)
{
	struct source *src = &s->src;
	uint8_t body[BODY_MAX];
	size_t len = s->call->opt.chunk_bytes;
	int rc;

	if (len > src->total - src->at)
		len = (size_t)(src->total - src->at);
	rc = source_read(s, body, len);
	if (!rc)
		rc = put_send(s, src->message_id, "application/octet-stream", body, len,
			      src->at + 1, src->total);
	if (rc)
		return rc;
	src->at += len;
	s->call->bytes_sent += len;
	progress(s, "sent", &src->tenths, src->at, src->total);
	return 0;
}

// The next thing to send, if there is one. Steps without anything to send fall through in turns.
static int put_next(struct session *s)
{
	struct source *src = &s->src;
	char id[PG_MSRP_IDENT_MAX + 1] = "";
	int rc = 0;

	switch (src->step) {
	case STEP_BIND:
		src->step = STEP_FILE;
		random_ident(id, 8);
		// RFC 4975 5.4: the active end sends at once; the passive one has waited for it.
		return s->call->opt.setup == PG_ACTIVE ? put_send(s, id, "", NULL, 0, 1, 0) : 0;
	case STEP_FILE:
		if (src->at < src->total)
			return put_chunk(s);
		src->step = STEP_SENT;
		return src->total ? hash_end(src->hash, src->sha256) : 0;
	case STEP_SENT: src->step = STEP_WAIT; return put_text(s, "sent", src->total, src->sha256);
	case STEP_WAIT:
		if (s->peer_sent[0])
			src->step = STEP_RECEIVED;
		return 0;
	case STEP_RECEIVED:
		src->step = STEP_DONE;
		rc = put_text(s, "received", s->sink.complete ? s->sink.total : 0, s->sink.sha256);
		return rc;
	case STEP_DONE: break;
	}
	return 0;
}

static int produce(struct session *s)
{
	enum step before;
	uint64_t at;
	int rc = 0;

	if (s->call->opt.setup != PG_ACTIVE && !s->bound)
		return 0;
	do {
		if (s->n_waiting == WINDOW || s->out_end - s->out_start > OUT_BUSY)
			return 0;
		before = s->src.step;
		at = s->src.at;
		rc = put_next(s);
	} while (!rc && (s->src.step != before || s->src.at != at));
	return rc;
}

static int flush(struct session *s, bool *moved)
{
	while (s->out_start < s->out_end) {
		ssize_t n = pg_end_write(&s->call->end, s->out + s->out_start,
					 s->out_end - s->out_start);

		if (n == -EAGAIN)
			return 0;
		if (n < 0)
			return (int)n;
		s->out_start += (size_t)n;
		*moved = true;
	}
	return 0;
}

// --- in ---

static int on_response(struct session *s, const struct pg_msrp_head *h)
{
	for (unsigned i = 0; i < WINDOW; i++) {
		if (strcmp(s->waiting[i], h->tid))
			continue;
		s->waiting[i][0] = 0;
		s->n_waiting--;
		if (h->status != 200)
			return pg_call_fail(s->call, -EPROTO, "the peer answered %u to a SEND",
					    h->status);
		return 0;
	}
	return pg_call_fail(s->call, -EPROTO, "response to an unknown transaction %s", h->tid);
}

static int on_send(struct session *s, const struct pg_msrp_head *h)
{
	bool text = !strncasecmp(h->type, "text/plain", 10);

	if (strcmp(h->to, s->call->own.path)) {
		s->in_status = 481;
		return 0;
	}
	s->bound = true;
	if (!h->type[0])
		return 0; // the empty request
	if (!h->message_id[0]) {
		s->in_status = 400;
		return 0;
	}
	s->in_at = h->first;
	if (text) {
		s->in = IN_TEXT;
		s->text_len = 0;
		return 0;
	}
	if (s->sink.begun && strcmp(s->sink.message_id, h->message_id)) {
		s->in_status = 413; // one file a call
		return 0;
	}
	s->sink.begun = true;
	strcpy(s->sink.message_id, h->message_id);
	if (h->total != PG_MSRP_UNKNOWN)
		s->sink.total = h->total;
	s->in = IN_FILE;
	return 0;
}

static int on_head(struct session *s, const struct pg_msrp_head *h)
{
	s->in = IN_NOTHING;
	s->in_status = 200;
	if (!h->request)
		return on_response(s, h);
	if (!strcmp(h->method, "SEND"))
		return on_send(s, h);
	// REPORT is never answered (RFC 4975 7.1.2); others are not known here.
	s->in_status = strcmp(h->method, "REPORT") ? 501 : 0;
	return 0;
}

static int on_body(struct session *s, const uint8_t *body, size_t len)
{
	int rc = 0;

	if (s->in == IN_FILE)
		rc = sink_write(s, body, len);
	if (s->in == IN_TEXT && s->text_len + len <= TEXT_MAX) {
		memcpy(s->text + s->text_len, body, len);
		s->text_len += len;
	} else if (s->in == IN_TEXT) {
		s->in = IN_NOTHING;
		s->in_status = 413;
	}
	s->in_at += len;
	return rc;
}

static void on_text(struct session *s)
{
	s->text[s->text_len] = 0;
	if (!strncmp(s->text, "sent ", 5))
		strcpy(s->peer_sent, s->text + 5);
	if (!strncmp(s->text, "received ", 9))
		strcpy(s->peer_received, s->text + 9);
}

static int on_end(struct session *s, const struct pg_msrp_head *h, char flag)
{
	static const char *const comments[] = {"OK", "not accepted"};
	size_t room, n;
	uint8_t *to;

	if (flag == '#')
		return pg_call_fail(s->call, -EPROTO, "the peer gave up its message");
	if (s->in == IN_TEXT)
		on_text(s);
	if (s->in == IN_FILE && flag == '$' && s->sink.total == PG_MSRP_UNKNOWN)
		s->sink.total = s->in_at - 1;
	if (s->in == IN_FILE && !s->sink.complete &&
	    pg_ranges_complete(&s->sink.ranges, s->sink.total) && sink_hash(s))
		return -EIO;
	if (!h->request || !s->in_status)
		return 0;
	to = out_room(s, &room);
	n = pg_msrp_write_response(to, room, h->tid, s->in_status, comments[s->in_status != 200],
				   h->from, s->call->own.path);
	if (!n)
		return pg_call_fail(s->call, -ENOBUFS, "the peer does not read our responses");
	s->out_end += n;
	if (s->in_status != 200)
		return pg_call_fail(s->call, -EPROTO, "refused a %s of the peer with %u", h->method,
				    s->in_status);
	return 0;
}

static int digest_input(struct session *s)
{
	struct pg_msrp_reader *r = &s->reader;
	int rc = 0;

	while (!rc) {
		switch (pg_msrp_next(r)) {
		case PG_MSRP_MORE: return 0;
		case PG_MSRP_HEAD: rc = on_head(s, &r->head); break;
		case PG_MSRP_BODY: rc = on_body(s, r->body, r->body_len); break;
		case PG_MSRP_END: rc = on_end(s, &r->head, r->flag); break;
		case PG_MSRP_BAD: return pg_call_fail(s->call, -EPROTO, "%s", r->error);
		}
	}
	return rc;
}

static int fill(struct session *s, bool *moved)
{
	for (int i = 0; i < READS_IN_A_ROW; i++) {
		size_t room;
		uint8_t *to = pg_msrp_room(&s->reader, &room);
		ssize_t n = pg_end_read(&s->call->end, to, room);
		int rc;

		if (n == -EAGAIN || n == 0)
			return 0;
		if (n < 0)
			return (int)n;
		*moved = true;
		pg_msrp_fed(&s->reader, (size_t)n);
		rc = digest_input(s);
		if (rc)
			return rc;
	}
	return 0;
}

// --- the whole ---

static bool finished(const struct session *s)
{
	return s->src.step == STEP_DONE && !s->n_waiting && s->out_start == s->out_end &&
	       s->peer_received[0];
}

// Is what an end says ("BYTES SHA256") what we counted?
static bool agrees(const char *said, uint64_t bytes, const char *sha256)
{
	char own[TEXT_MAX];

	snprintf(own, sizeof(own), "%" PRIu64 " %s", bytes, *sha256 ? sha256 : "-");
	return !strcmp(said, own);
}

static int judge(struct session *s)
{
	uint64_t got = s->sink.complete ? s->sink.total : 0;
	bool same;

	strcpy(s->call->sha256, s->sink.complete ? s->sink.sha256 : s->src.sha256);
	if (s->sink.begun && !s->sink.complete)
		return pg_call_fail(s->call, -EPROTO, "the file did not arrive in full");
	if (!s->peer_sent[0] || !s->peer_received[0]) {
		// Another kind of MSRP endpoint, which ended the session when it was served.
		if (s->src.step >= STEP_WAIT && !s->n_waiting)
			return 0;
		return pg_call_fail(s->call, -ECONNRESET, "the peer ended the session too early");
	}
	same = agrees(s->peer_received, s->src.total, s->src.sha256) &&
	       agrees(s->peer_sent, got, s->sink.sha256);
	s->call->identical = same;
	return same ? 0
		    : pg_call_fail(s->call, -EPROTO,
				   "the two ends do not have the same bytes: they say sent %s, "
				   "received %s",
				   s->peer_sent, s->peer_received);
}

static int talk(struct session *s)
{
	int rc = 0;

	while (!finished(s) && !s->call->end.peer_closed) {
		bool moved = false;

		rc = produce(s);
		if (!rc)
			rc = flush(s, &moved);
		if (!rc)
			rc = fill(s, &moved);
		if (!rc && !moved && !s->call->end.peer_closed)
			rc = pg_end_wait(&s->call->end, s->out_start < s->out_end, -1);
		if (rc) {
			flush(s, &moved); // a refusal still goes out
			return rc;
		}
	}
	return judge(s);
}

static int media(struct pg_call *call)
{
	struct session *s = calloc(1, sizeof(*s));
	int rc = -ENOMEM;

	if (s) {
		s->call = call;
		s->sink.fd = s->src.fd = -1;
		pg_msrp_reader_init(&s->reader);
		RAND_bytes((unsigned char *)&s->tid_high, sizeof(s->tid_high));
		rc = source_open(s);
		if (!rc)
			rc = sink_open(s);
		if (!rc)
			rc = talk(s);
		EVP_MD_CTX_free(s->src.hash);
		if (s->src.fd >= 0)
			close(s->src.fd);
		if (s->sink.fd >= 0)
			close(s->sink.fd);
	}
	free(s);
	return rc;
}

int pg_cmd_msrp(int argc, char **argv)
{
	return pg_call_run(PG_MSRP, argc, argv, media);
}
