// trgw-pktgen t38: sends or receives a fax page over UDPTL, in DTLS or in clear.
// Spec: ITU-T T.38 Annex D, RFC 7345
#include "call.h"
#include "command.h"
#include "fax_page.h"
#include "t38.h"
#include "udptl.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

// DATAGRAM_BYTES is what the SDP promises (T38FaxMaxDatagram); LINGER_MS is how long an end that is
// done still answers a peer that is not; PATIENCE_MS how long it goes on after the peer's close.
enum { TICK_MS = 20, DATAGRAM_BYTES = 400, LINGER_MS = 1500, PATIENCE_MS = 3000, BAD_MAX = 100 };

struct line {
	struct pg_call *call;
	struct pg_fax *fax;
	struct pg_udptl_tx tx;
	struct pg_udptl_rx rx;
	unsigned bad; // datagrams that were no UDPTL
	int rc;       // of a failed write
	char file[PATH_MAX];
};

static void send_packet(void *arg, const uint8_t *ifp, size_t len, unsigned copies)
{
	struct line *l = arg;
	uint8_t datagram[DATAGRAM_BYTES];
	size_t n = pg_udptl_build(&l->tx, ifp, len, datagram, sizeof(datagram));

	// After the peer's close nobody listens; that the fax is not over is told elsewhere.
	while (n && copies-- && !l->rc && !l->call->end.peer_closed) {
		ssize_t sent = pg_end_write(&l->call->end, datagram, n);

		if (sent < 0 && sent != -EAGAIN)
			l->rc = (int)sent;
		l->call->bytes_sent += n;
	}
}

static void take_packet(void *arg, const uint8_t *ifp, size_t len, uint16_t seq)
{
	struct line *l = arg;

	pg_fax_input(l->fax, ifp, len, seq);
}

// Everything that is there. 0, or -errno.
static int read_all(struct line *l)
{
	uint8_t datagram[PG_UDPTL_MAX];
	ssize_t n;

	while ((n = pg_end_read(&l->call->end, datagram, sizeof(datagram))) > 0) {
		l->call->bytes_received += (size_t)n;
		if (!pg_udptl_input(&l->rx, datagram, (size_t)n, take_packet, l))
			continue;
		if (++l->bad > BAD_MAX)
			return pg_call_fail(l->call, -EPROTO, "the peer does not send UDPTL");
	}
	return n == -EAGAIN ? 0 : (int)n;
}

static void tick_until(struct line *l, int64_t *ticked, int64_t now)
{
	const char *news;

	for (; *ticked + TICK_MS <= now; *ticked += TICK_MS)
		pg_fax_tick(l->fax);
	while ((news = pg_fax_news(l->fax)))
		pg_call_say(l->call, "%s", news);
}

// Runs until the fax is over at both ends as far as one can tell.
static int run(struct line *l)
{
	struct pg_end *e = &l->call->end;
	int64_t ticked = pg_now_ms(), until = 0, now;
	const char *text;
	bool ok, over;
	int pages, rc = 0;

	for (;;) {
		if (!e->peer_closed)
			rc = read_all(l);
		now = pg_now_ms();
		tick_until(l, &ticked, now);
		over = pg_fax_over(l->fax, &ok, &text, &pages);
		if (!until && (over || e->peer_closed))
			until = now + (over ? LINGER_MS : PATIENCE_MS);
		if (rc || l->rc || (until && now >= until) || (over && e->peer_closed))
			break;
		rc = pg_end_wait(e, false, (int)(ticked + TICK_MS - now));
		if (rc)
			break;
	}
	if (over && ok)
		return 0;
	if (rc || l->rc)
		return rc ? rc : l->rc;
	return pg_call_fail(l->call, -EPROTO, "the fax failed: %s",
			    over ? text : "the peer went away");
}

static bool is_sender(const struct pg_options *o)
{
	return o->file || (o->offerer && !o->out);
}

// Which TIFF file this end reads or writes; draws a page when none is given.
static int choose_file(struct line *l, bool sender)
{
	const struct pg_options *o = &l->call->opt;
	const char *given = sender ? o->file : o->out;

	snprintf(l->file, sizeof(l->file), given ? "%s" : "%s/%s.tif", given ? given : o->dir,
		 sender ? "sent" : "received");
	if (sender && !given && pg_fax_page_draw(l->file, (unsigned)(l->call->own.session & 0xff)))
		return pg_call_fail(l->call, -EIO, "cannot write the test page %s", l->file);
	if (sender && pg_fax_page_hash(l->file, l->call->sha256) <= 0)
		return pg_call_fail(l->call, -EINVAL, "%s is no bilevel TIFF file", l->file);
	return 0;
}

static int media(struct pg_call *call)
{
	bool sender = is_sender(&call->opt);
	struct line l = {.call = call};
	int rc = choose_file(&l, sender);

	if (rc)
		return rc;
	l.fax = pg_fax_new(sender, l.file, send_packet, &l);
	if (!l.fax)
		return pg_call_fail(call, -ENOMEM, "spandsp has no memory");
	rc = run(&l);
	pg_fax_free(l.fax); // writes the end of the TIFF file
	pg_call_say(call, "UDPTL: %u received, %u repeated, %u recovered, %u lost", l.rx.received,
		    l.rx.repeated, l.rx.recovered, l.rx.lost);
	if (!rc && !sender && pg_fax_page_hash(l.file, call->sha256) <= 0)
		rc = pg_call_fail(call, -EIO, "the page in %s cannot be read back", l.file);
	return rc;
}

int pg_cmd_t38(int argc, char **argv)
{
	return pg_call_run(PG_T38, argc, argv, media);
}
