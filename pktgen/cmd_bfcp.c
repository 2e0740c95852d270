// trgw-pktgen bfcp: the offerer is floor control server, the answerer asks for a floor and returns
// it. Spec: RFC 8855 8 (transactions, timers), 10 and 13 (client and server), RFC 8856
//
// client                                  server
//   Hello                        ─────►
//                                ◄─────   HelloAck
//   FloorRequest                 ─────►
//                                ◄─────   FloorRequestStatus Pending
//                                ◄─────   FloorRequestStatus Accepted, then Granted
//   FloorRelease                 ─────►
//                                ◄─────   FloorRequestStatus Released
// Over UDP the server's own FloorRequestStatus are acknowledged, and Goodbye ends the association;
// over TCP the end of the connection does.
#include "bfcp.h"
#include "call.h"
#include "command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// T1 of RFC 8855 8.3.1 and how often a request goes out; how long the floor is held; how long the
// UDP server stays to repeat GoodbyeAck.
enum { T1_MS = 500, TRIES = 4, HOLD_MS = 200, LINGER_MS = 1000, SERVER_REQUEST = 17 };

enum step {
	AT_HELLO,
	AT_REQUEST,
	AT_PENDING,
	AT_ACCEPTED,
	AT_GRANTED,
	AT_RELEASE,
	AT_GOODBYE,
	AT_END,
};

struct talk {
	struct pg_call *call;
	enum step step;
	uint32_t conference;
	uint16_t user, floor, request;
	uint16_t next_transaction;
	int64_t act_at; // when the client releases, when the server goes; 0 = never
	// Own request that waits for its answer (UDP: repeated until then).
	uint8_t sent[PG_BFCP_MAX];
	size_t sent_len;
	uint16_t sent_transaction;
	unsigned tries;
	int64_t repeat_at;
	// Last answer that we gave, for a peer that repeats its request.
	uint8_t answer[PG_BFCP_MAX];
	size_t answer_len;
	uint16_t answered;
	uint8_t in[PG_BFCP_MAX];
	size_t in_len;
	uint8_t out[2 * PG_BFCP_MAX];
	size_t out_len;
};

static int flush(struct talk *t)
{
	while (t->out_len) {
		ssize_t n = pg_end_write(&t->call->end, t->out, t->out_len);

		if (n < 0)
			return n == -EAGAIN ? 0 : (int)n;
		memmove(t->out, t->out + n, t->out_len - (size_t)n);
		t->out_len -= (size_t)n;
	}
	return 0;
}

static int transmit(struct talk *t, const uint8_t *bytes, size_t len)
{
	ssize_t n;

	t->call->bytes_sent += len;
	if (t->call->opt.udp) {
		n = pg_end_write(&t->call->end, bytes, len);
		return n < 0 && n != -EAGAIN ? (int)n : 0;
	}
	if (sizeof(t->out) - t->out_len < len)
		return pg_call_fail(t->call, -ENOBUFS, "the peer does not read");
	memcpy(t->out + t->out_len, bytes, len);
	t->out_len += len;
	return flush(t);
}

static struct pg_bfcp_msg message(const struct talk *t, enum pg_bfcp_primitive primitive)
{
	return (struct pg_bfcp_msg){
		.version = t->call->opt.udp ? 2 : 1,
		.primitive = (uint8_t)primitive,
		.conference = t->conference,
		.user = t->user,
		.floor = t->floor,
		.request = t->request,
	};
}

static void tell(struct talk *t, const char *arrow, const struct pg_bfcp_msg *m)
{
	pg_call_say(t->call, "%s %s%s%s%s%s", arrow, pg_bfcp_primitive_name(m->primitive),
		    m->status ? " " : "", m->status ? pg_bfcp_status_name(m->status) : "",
		    m->error ? " " : "", m->error ? pg_bfcp_error_name(m->error) : "");
}

// Starts a transaction of our own.
static int request(struct talk *t, struct pg_bfcp_msg m)
{
	// Over TCP a server's own messages have transaction 0 and nobody answers them.
	bool answered = t->call->opt.udp || !t->call->opt.offerer;

	m.transaction = answered ? ++t->next_transaction : 0;
	t->sent_len = pg_bfcp_encode(t->sent, sizeof(t->sent), &m);
	t->sent_transaction = m.transaction;
	t->tries = 1;
	t->repeat_at = t->call->opt.udp ? pg_now_ms() + T1_MS : 0;
	tell(t, "->", &m);
	return transmit(t, t->sent, t->sent_len);
}

static int respond(struct talk *t, const struct pg_bfcp_msg *to, struct pg_bfcp_msg m)
{
	m.transaction = to->transaction;
	m.conference = to->conference;
	m.user = to->user;
	m.responder = true;
	t->answer_len = pg_bfcp_encode(t->answer, sizeof(t->answer), &m);
	t->answered = to->transaction;
	tell(t, "->", &m);
	return transmit(t, t->answer, t->answer_len);
}

static int refuse(struct talk *t, const struct pg_bfcp_msg *to, enum pg_bfcp_error code)
{
	struct pg_bfcp_msg m = message(t, PG_BFCP_ERROR);

	m.error = (uint8_t)code;
	// Only a server may send Error.
	if (t->call->opt.offerer)
		respond(t, to, m);
	return pg_call_fail(t->call, -EPROTO, "refused a %s: %s",
			    pg_bfcp_primitive_name(to->primitive), pg_bfcp_error_name(code));
}

static int request_status(struct talk *t, enum pg_bfcp_status status, enum step next)
{
	struct pg_bfcp_msg m = message(t, PG_BFCP_FLOOR_REQUEST_STATUS);

	m.status = (uint8_t)status;
	m.queue = status == PG_BFCP_ACCEPTED;
	t->step = next;
	return request(t, m);
}

// --- server ---

// Its own next words, one at a time where they are acknowledged.
static int server_act(struct talk *t)
{
	int rc = 0;

	while (!rc && !(t->call->opt.udp && t->sent_len)) {
		if (t->step == AT_PENDING)
			rc = request_status(t, PG_BFCP_ACCEPTED, AT_ACCEPTED);
		else if (t->step == AT_ACCEPTED)
			rc = request_status(t, PG_BFCP_GRANTED, AT_GRANTED);
		else
			break;
	}
	return rc;
}

static int server_floor_request(struct talk *t, const struct pg_bfcp_msg *in)
{
	struct pg_bfcp_msg m;

	if (in->floor != t->floor)
		return refuse(t, in, PG_BFCP_NO_FLOOR);
	if (t->step != AT_HELLO && t->step != AT_REQUEST)
		return refuse(t, in, PG_BFCP_GENERIC);
	t->request = SERVER_REQUEST;
	m = message(t, PG_BFCP_FLOOR_REQUEST_STATUS);
	m.status = PG_BFCP_PENDING;
	t->step = AT_PENDING;
	return respond(t, in, m);
}

static int server_floor_release(struct talk *t, const struct pg_bfcp_msg *in)
{
	struct pg_bfcp_msg m = message(t, PG_BFCP_FLOOR_REQUEST_STATUS);

	if (in->request != t->request || t->step != AT_GRANTED)
		return refuse(t, in, PG_BFCP_NO_REQUEST);
	m.status = PG_BFCP_RELEASED;
	t->step = AT_RELEASE;
	return respond(t, in, m);
}

static int server_input(struct talk *t, const struct pg_bfcp_msg *in)
{
	if (in->conference != t->conference)
		return refuse(t, in, PG_BFCP_NO_CONFERENCE);
	if (in->user != t->user)
		return refuse(t, in, PG_BFCP_NO_USER);
	switch (in->primitive) {
	case PG_BFCP_HELLO:
		t->step = t->step == AT_HELLO ? AT_REQUEST : t->step;
		return respond(t, in, message(t, PG_BFCP_HELLO_ACK));
	case PG_BFCP_FLOOR_REQUEST: return server_floor_request(t, in);
	case PG_BFCP_FLOOR_RELEASE: return server_floor_release(t, in);
	case PG_BFCP_GOODBYE:
		// Stay a little: the acknowledgement may get lost.
		t->act_at = pg_now_ms() + LINGER_MS;
		t->step = t->step == AT_RELEASE ? AT_GOODBYE : t->step;
		return respond(t, in, message(t, PG_BFCP_GOODBYE_ACK));
	case PG_BFCP_FLOOR_REQUEST_STATUS_ACK: return 0;
	default: return refuse(t, in, PG_BFCP_UNKNOWN_PRIMITIVE);
	}
}

// --- client ---

static int client_status(struct talk *t, const struct pg_bfcp_msg *in)
{
	static const enum step after[] = {
		[PG_BFCP_PENDING] = AT_PENDING,
		[PG_BFCP_ACCEPTED] = AT_ACCEPTED,
		[PG_BFCP_GRANTED] = AT_GRANTED,
		[PG_BFCP_RELEASED] = AT_END,
	};
	enum step next;

	if (in->status >= sizeof(after) / sizeof(*after) || !after[in->status])
		return pg_call_fail(t->call, -EPROTO, "the server says %s, not Granted",
				    pg_bfcp_status_name(in->status));
	next = after[in->status];
	if (t->step < AT_REQUEST || next < t->step || (next == AT_END && t->step != AT_RELEASE))
		return pg_call_fail(t->call, -EPROTO, "FloorRequestStatus %s out of turn",
				    pg_bfcp_status_name(in->status));
	if (t->request && in->request != t->request)
		return pg_call_fail(t->call, -EPROTO, "FloorRequestStatus about another request");
	t->request = in->request;
	t->step = next;
	if (next == AT_GRANTED)
		t->act_at = pg_now_ms() + HOLD_MS;
	if (next == AT_END && t->call->opt.udp) {
		t->step = AT_GOODBYE;
		return request(t, message(t, PG_BFCP_GOODBYE));
	}
	return 0;
}

static int client_input(struct talk *t, const struct pg_bfcp_msg *in)
{
	int rc;

	switch (in->primitive) {
	case PG_BFCP_HELLO_ACK:
		if (t->step != AT_HELLO)
			break;
		t->step = AT_REQUEST;
		return request(t, message(t, PG_BFCP_FLOOR_REQUEST));
	case PG_BFCP_FLOOR_REQUEST_STATUS:
		rc = client_status(t, in);
		if (!rc && t->call->opt.udp && !in->responder)
			rc = respond(t, in, message(t, PG_BFCP_FLOOR_REQUEST_STATUS_ACK));
		return rc;
	case PG_BFCP_GOODBYE_ACK: t->step = AT_END; return 0;
	case PG_BFCP_ERROR:
		return pg_call_fail(t->call, -EPROTO, "the server refused: %s",
				    pg_bfcp_error_name(in->error));
	default: break;
	}
	return pg_call_fail(t->call, -EPROTO, "%s out of turn",
			    pg_bfcp_primitive_name(in->primitive));
}

static int client_act(struct talk *t)
{
	if (!t->act_at || pg_now_ms() < t->act_at)
		return 0;
	t->act_at = 0;
	t->step = AT_RELEASE;
	return request(t, message(t, PG_BFCP_FLOOR_RELEASE));
}

// --- both ---

static int input(struct talk *t, const uint8_t *bytes, size_t len)
{
	struct pg_bfcp_msg in;
	enum pg_bfcp_error wrong = pg_bfcp_decode(bytes, len, &in);
	bool udp = t->call->opt.udp, mine;

	t->call->bytes_received += len;
	if (!wrong && in.version != (udp ? 2u : 1u))
		wrong = PG_BFCP_VERSION;
	if (wrong)
		return refuse(t, &in, wrong);
	// Over TCP only the client starts transactions that are answered.
	mine = udp ? in.responder : !t->call->opt.offerer;
	if (udp && !mine && t->answer_len && in.transaction == t->answered)
		return transmit(t, t->answer, t->answer_len); // repeated: answer again
	if (mine && in.transaction && (!t->sent_len || in.transaction != t->sent_transaction))
		return udp ? 0
			   : pg_call_fail(t->call, -EPROTO, "%s answers no request of ours",
					  pg_bfcp_primitive_name(in.primitive));
	tell(t, "<-", &in);
	if (mine && in.transaction)
		t->sent_len = 0;
	return t->call->opt.offerer ? server_input(t, &in) : client_input(t, &in);
}

static int read_stream(struct talk *t)
{
	ssize_t n = pg_end_read(&t->call->end, t->in + t->in_len, sizeof(t->in) - t->in_len);
	int whole, rc = 0;

	if (n <= 0)
		return (int)n;
	t->in_len += (size_t)n;
	while (!rc && (whole = pg_bfcp_frame(t->in, t->in_len))) {
		if (whole < 0)
			return pg_call_fail(t->call, whole,
					    "what the peer sends is no BFCP message%s",
					    whole == -EMSGSIZE ? " of a sane length" : "");
		rc = input(t, t->in, (size_t)whole);
		t->in_len -= (size_t)whole;
		memmove(t->in, t->in + whole, t->in_len);
	}
	return rc;
}

static int read_datagram(struct talk *t)
{
	ssize_t n = pg_end_read(&t->call->end, t->in, sizeof(t->in));

	return n <= 0 ? (int)n : input(t, t->in, (size_t)n);
}

static int repeat(struct talk *t)
{
	if (!t->sent_len || !t->repeat_at || pg_now_ms() < t->repeat_at)
		return 0;
	if (t->tries == TRIES)
		return pg_call_fail(t->call, -ETIMEDOUT, "no answer to %u BFCP requests over UDP",
				    t->tries);
	t->repeat_at = pg_now_ms() + (T1_MS << t->tries++);
	return transmit(t, t->sent, t->sent_len);
}

static bool finished(const struct talk *t)
{
	if (!t->call->opt.offerer)
		return t->step == AT_END;
	return t->call->opt.udp && t->act_at && pg_now_ms() >= t->act_at;
}

// Milliseconds until something is to be done without the peer; -1 = nothing.
static int next_ms(const struct talk *t)
{
	int64_t at = t->act_at;

	if (t->sent_len && t->repeat_at && (!at || t->repeat_at < at))
		at = t->repeat_at;
	if (!at)
		return -1;
	at -= pg_now_ms();
	return at < 0 ? 0 : (int)at;
}

static int judge(struct talk *t)
{
	bool ok = t->call->opt.offerer ? t->step == AT_RELEASE || t->step == AT_GOODBYE
				       : t->step == AT_END;

	return ok ? 0
		  : pg_call_fail(t->call, -ECONNRESET,
				 "the peer ended the connection before the floor was released");
}

static int run(struct talk *t)
{
	int rc = t->call->opt.offerer ? 0 : request(t, message(t, PG_BFCP_HELLO));

	while (!rc && !finished(t) && !t->call->end.peer_closed) {
		rc = t->call->opt.udp ? read_datagram(t) : read_stream(t);
		if (rc == -EAGAIN)
			rc = pg_end_wait(&t->call->end, t->out_len != 0, next_ms(t));
		if (!rc)
			rc = flush(t);
		if (!rc)
			rc = repeat(t);
		if (!rc)
			rc = t->call->opt.offerer ? server_act(t) : client_act(t);
	}
	return rc ? rc : judge(t);
}

static int media(struct pg_call *call)
{
	struct talk *t = calloc(1, sizeof(*t));
	int rc;

	if (!t)
		return pg_call_fail(call, -ENOMEM, "no memory");
	t->call = call;
	t->conference = call->opt.offerer ? PG_BFCP_CONFID : call->peer.confid;
	t->user = call->opt.offerer ? PG_BFCP_USERID : call->peer.userid;
	t->floor = call->opt.offerer ? PG_BFCP_FLOORID : call->peer.floorid;
	if (!call->opt.offerer && (!call->peer.server || !t->floor))
		rc = pg_call_fail(
			call, -EPROTO,
			"the offer is of no floor control server: a=floorctrl with s-only "
			"and a=floorid are needed");
	else if (call->opt.offerer && !call->peer.client)
		rc = pg_call_fail(call, -EPROTO, "the answer's a=floorctrl is no client");
	else
		rc = run(t);
	free(t);
	return rc;
}

int pg_cmd_bfcp(int argc, char **argv)
{
	return pg_call_run(PG_BFCP, argc, argv, media);
}
