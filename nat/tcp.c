// State x sender x kind of segment: what becomes of a relayed TCP connection.
// Spec: RFC 7857 section 2, RFC 6146 3.5.2.2 (states), RFC 5961 section 3 (RST), RFC 9293 3.10.7
#include "tcp.h"

/* Rows are named for an opener on side A: where B opened, FIN_A and FIN_B change places. ANSWERED
 * is OPENING after the passive end's SYN/ACK (NAT_C_SYNACK). */
enum row {
	CLOSED = NAT_TCP_CLOSED,
	OPENING = NAT_TCP_OPENING,
	UP = NAT_TCP_UP,
	O_FIN = NAT_TCP_FIN_A,
	P_FIN = NAT_TCP_FIN_B,
	CLOSING = NAT_TCP_CLOSING,
	TRANS = NAT_TCP_TRANS,
	ANSWERED = NAT_TCP_STATE_COUNT,
	ROWS
};

enum sender { OPENER, PASSIVE, SENDERS };

/* DATA is a segment with payload, ACK one without. A segment that claims what its numbers do not
 * allow never reaches the table: it is passed on and believed in nothing, or dropped. */
enum kind { SYN, SYNACK, FIN, RST, DATA, ACK, KINDS, MEANINGLESS };

enum act {
	MISSING = 0, // a hole in the table drops
	ACT_DROP,
	ACT_PASS, // forward, but it proves nothing: neither life nor numbers are taken from it
	ACT_GO,   // forward, and go to the state
	ACT_OPEN, // a new connection begins
};

struct cell {
	uint8_t act, to, event, cause;
};

// clang-format off
#define DROP         {ACT_DROP, 0, NAT_EVENT_COUNT, NAT_CAUSE_NONE}
#define PASS         {ACT_PASS, 0, NAT_EVENT_COUNT, NAT_CAUSE_NONE}
#define OPEN         {ACT_OPEN, OPENING, NAT_EVENT_COUNT, NAT_CAUSE_NONE}
#define GO(state)    {ACT_GO, state, NAT_EVENT_COUNT, NAT_CAUSE_NONE}
#define UP_IN(state) {ACT_GO, state, NAT_EV_TCP_UP, NAT_CAUSE_NONE}
#define REFUSED      {ACT_GO, CLOSED, NAT_EV_TCP_FAILED, NAT_CAUSE_REFUSED}
#define RESET        {ACT_GO, TRANS, NAT_EV_TCP_DOWN, NAT_CAUSE_RST}
#define FINISHED     {ACT_GO, CLOSING, NAT_EV_TCP_DOWN, NAT_CAUSE_FIN}

#define CELLS(syn, synack, fin, rst, data, ack) \
	{[SYN] = syn, [SYNACK] = synack, [FIN] = fin, [RST] = rst, [DATA] = data, [ACK] = ack}

/* SYNs come here only from a side that may open, RSTs only when exact (rst_fit), FINs in an
 * established connection only when they fit (fin_fits), the passive end's SYN/ACK while opening only
 * when it acknowledges the SYN. */
static const struct cell table[ROWS][SENDERS][KINDS] = {
	/*                         SYN           SYN/ACK       FIN           RST      DATA          ACK */
	[CLOSED][OPENER]   = CELLS(OPEN,         DROP,         DROP,         DROP,    DROP,         DROP),
	[CLOSED][PASSIVE]  = CELLS(OPEN,         DROP,         DROP,         DROP,    DROP,         DROP),

	/* The opener's RST and the passive end's ACK: how the two clear an old connection of the same
	 * ports away (RFC 9293 3.5.1), before the opener tries again. */
	[OPENING][OPENER]  = CELLS(GO(OPENING),  DROP,         DROP,         PASS,    DROP,         DROP),
	[OPENING][PASSIVE] = CELLS(GO(ANSWERED), GO(ANSWERED), DROP,         REFUSED, DROP,         PASS),

	/* The opener's SYN/ACK completes a simultaneous open. */
	[ANSWERED][OPENER] = CELLS(GO(ANSWERED), UP_IN(UP),    UP_IN(O_FIN), REFUSED, UP_IN(UP),    UP_IN(UP)),
	[ANSWERED][PASSIVE] = CELLS(GO(ANSWERED), GO(ANSWERED), UP_IN(P_FIN), REFUSED, GO(ANSWERED), GO(ANSWERED)),

	/* A SYN here draws a challenge ACK from its receiver (RFC 5961 section 4). */
	[UP][OPENER]       = CELLS(PASS,         PASS,         GO(O_FIN),    RESET,   GO(UP),       GO(UP)),
	[UP][PASSIVE]      = CELLS(PASS,         PASS,         GO(P_FIN),    RESET,   GO(UP),       GO(UP)),

	/* Half closed: the other direction goes on for as long as it likes. */
	[O_FIN][OPENER]    = CELLS(PASS,         PASS,         GO(O_FIN),    RESET,   GO(O_FIN),    GO(O_FIN)),
	[O_FIN][PASSIVE]   = CELLS(PASS,         PASS,         FINISHED,     RESET,   GO(O_FIN),    GO(O_FIN)),
	[P_FIN][OPENER]    = CELLS(PASS,         PASS,         FINISHED,     RESET,   GO(P_FIN),    GO(P_FIN)),
	[P_FIN][PASSIVE]   = CELLS(PASS,         PASS,         GO(P_FIN),    RESET,   GO(P_FIN),    GO(P_FIN)),

	[CLOSING][OPENER]  = CELLS(OPEN,         PASS,         GO(CLOSING),  PASS,    GO(CLOSING),  GO(CLOSING)),
	[CLOSING][PASSIVE] = CELLS(OPEN,         PASS,         GO(CLOSING),  PASS,    GO(CLOSING),  GO(CLOSING)),

	/* After a reset whose receiver did not get it, or a long silence: data shows that the connection
	 * lives. Its release has been reported and is not taken back. */
	[TRANS][OPENER]    = CELLS(OPEN,         PASS,         PASS,         PASS,    GO(UP),       PASS),
	[TRANS][PASSIVE]   = CELLS(OPEN,         PASS,         PASS,         PASS,    GO(UP),       PASS),
};
// clang-format on

static const struct nat_tcp *header(const struct nat_pkt *pkt)
{
	return (const struct nat_tcp *)pkt->l4;
}

static uint32_t payload(const struct nat_pkt *pkt)
{
	return pkt->l4_len - (header(pkt)->off >> 4) * 4u;
}

static bool opened_by_b(const struct nat_conn *conn)
{
	return conn->flags & NAT_C_OPENER_B;
}

/* State as seen by an opener on side A, and back. */
static uint8_t turn(uint8_t state, bool opener_b)
{
	if (opener_b && (state == NAT_TCP_FIN_A || state == NAT_TCP_FIN_B))
		return state == NAT_TCP_FIN_A ? NAT_TCP_FIN_B : NAT_TCP_FIN_A;
	return state;
}

static enum row row_of(const struct nat_conn *conn)
{
	if (conn->tcp == NAT_TCP_OPENING && (conn->flags & NAT_C_SYNACK))
		return ANSWERED;
	return (enum row)turn(conn->tcp, opened_by_b(conn));
}

static enum kind kind_of(const struct nat_pkt *pkt)
{
	switch (pkt->tcp_flags & (NAT_TCP_FIN | NAT_TCP_SYN | NAT_TCP_RST | NAT_TCP_ACK)) {
	case NAT_TCP_SYN: return SYN;
	case NAT_TCP_SYN | NAT_TCP_ACK: return SYNACK;
	case NAT_TCP_FIN | NAT_TCP_ACK: return FIN;
	case NAT_TCP_RST:
	case NAT_TCP_RST | NAT_TCP_ACK: return RST;
	case NAT_TCP_ACK: return payload(pkt) ? DATA : ACK;
	default: return MEANINGLESS;
	}
}

enum fit { EXACT, IN_WINDOW, OUTSIDE };

/* How an RST sits in what its receiver expects. RCV.NXT lies between the last acknowledgement that
 * we saw from the receiver and the end of what the sender has sent: all of that counts as exact. */
static enum fit rst_fit(const struct nat_conn *conn, const struct nat_pkt *pkt, enum row row,
			enum nat_side side, enum sender sender)
{
	uint32_t seq = nat_host32(header(pkt)->seq), ack = nat_host32(header(pkt)->ack);
	uint32_t low = conn->last_ack[nat_other(side)], high = conn->next_seq[side];

	if (row == CLOSED || (row == OPENING && sender == OPENER))
		return EXACT; // there is no receiver's window to protect
	if (row == OPENING)   // an answer to the SYN: it must acknowledge it (RFC 9293 3.10.7.3)
		return (pkt->tcp_flags & NAT_TCP_ACK) && ack == conn->next_seq[nat_other(side)]
			       ? EXACT
			       : OUTSIDE;
	if (seq == low || seq == high || ((int32_t)(high - low) > 0 && seq - low <= high - low))
		return EXACT;
	return seq - low < nat_tcp_reach(conn) ? IN_WINDOW : OUTSIDE;
}

/* A FIN changes the state only where its receiver can take it. */
static bool fin_fits(const struct nat_conn *conn, const struct nat_pkt *pkt, enum nat_side side)
{
	uint32_t end = nat_host32(header(pkt)->seq) + payload(pkt) + 1;

	return end - conn->last_ack[nat_other(side)] <= nat_tcp_reach(conn);
}

/* The passive end's SYN/ACK must acknowledge the SYN, with or without the data that came in it. */
static bool answers_syn(const struct nat_conn *conn, const struct nat_pkt *pkt, enum nat_side side)
{
	uint32_t ack = nat_host32(header(pkt)->ack);

	return ack == conn->next_seq[nat_other(side)] || ack == conn->last_ack[side];
}

static bool refuse(struct nat_tcp_next *next, enum nat_reason reason)
{
	next->reason = (uint8_t)reason;
	return false;
}

/* Each connection is reported up once and down once. */
static void report(struct nat_tcp_next *next, const struct cell *cell)
{
	if (cell->event == NAT_EV_TCP_DOWN && !(next->flags & NAT_C_REPORTED_UP))
		return;
	next->event = cell->event;
	next->cause = cell->cause;
	if (cell->event == NAT_EV_TCP_UP)
		next->flags |= NAT_C_REPORTED_UP;
	else if (cell->event == NAT_EV_TCP_DOWN)
		next->flags &= (uint8_t)~NAT_C_REPORTED_UP;
}

static void go(struct nat_tcp_next *next, const struct cell *cell, bool opener_b)
{
	next->counts = true;
	next->state = turn(cell->to, opener_b);
	if (cell->to == ANSWERED) {
		next->state = NAT_TCP_OPENING;
		next->flags |= NAT_C_SYNACK;
	}
	report(next, cell);
	if (cell->to == CLOSED)
		next->flags = 0;
}

bool nat_tcp_step(const struct nat_conn *conn, const struct nat_pkt *pkt, enum nat_side side,
		  bool may_open, struct nat_tcp_next *next)
{
	enum sender sender = (side == NAT_B) == opened_by_b(conn) ? OPENER : PASSIVE;
	enum kind kind = kind_of(pkt);
	enum row row = row_of(conn);
	enum fit fit = EXACT;
	const struct cell *cell;

	*next = (struct nat_tcp_next){
		.state = conn->tcp, .event = NAT_EVENT_COUNT, .flags = conn->flags & 0x0f};
	if (kind == MEANINGLESS)
		return refuse(next, NAT_R_TCP_FLAGS);
	if (kind == SYN && !may_open)
		return refuse(next, NAT_R_TCP_ROLE);
	if (kind == RST)
		fit = rst_fit(conn, pkt, row, side, sender);
	if (fit == OUTSIDE)
		return refuse(next, NAT_R_TCP_RST_WINDOW);
	if (fit == IN_WINDOW) // the ends settle it with a challenge ACK (RFC 5961 section 3.2)
		return true;
	if (kind == FIN && row >= UP && !fin_fits(conn, pkt, side))
		return true;
	if (kind == SYNACK && sender == PASSIVE && (row == OPENING || row == ANSWERED) &&
	    !answers_syn(conn, pkt, side))
		return true; // its receiver answers with an RST, which clears the sender

	cell = &table[row][sender][kind];
	switch ((enum act)cell->act) {
	case ACT_GO: go(next, cell, opened_by_b(conn)); return true;
	case ACT_OPEN:
		next->opens = next->counts = true;
		next->state = NAT_TCP_OPENING;
		next->flags = NAT_C_LEARNED | (side == NAT_B ? NAT_C_OPENER_B : 0);
		return true;
	case ACT_PASS: return true;
	case ACT_DROP:
	case MISSING: break;
	}
	return refuse(next, NAT_R_TCP_NO_CONN);
}

/* The window scale that a SYN offers; 0 when it offers none. */
static uint8_t window_scale(const struct nat_pkt *pkt)
{
	const uint8_t *o = pkt->l4 + sizeof(struct nat_tcp);
	const uint8_t *end = pkt->l4 + (header(pkt)->off >> 4) * 4u;

	while (o < end && *o != 0) {
		if (*o == 1) { // padding
			o++;
			continue;
		}
		if (end - o < 2 || o[1] < 2 || o[1] > end - o)
			break;
		if (o[0] == 3 && o[1] == 3)
			return o[2] < 14 ? o[2] : 14;
		o += o[1];
	}
	return 0;
}

/* A SYN names the number that its sender begins with; windows in it are not scaled. */
static void track_syn(struct nat_conn *conn, const struct nat_pkt *pkt, enum nat_side side)
{
	uint32_t seq = nat_host32(header(pkt)->seq);
	uint16_t window = nat_host16(header(pkt)->window) >> 8;
	uint8_t scale = window_scale(pkt), known = conn->flags >> 4;

	conn->next_seq[side] = seq + 1; // data in it is cut off: options.h
	conn->last_ack[nat_other(side)] = seq + 1;
	if (window > conn->max_window)
		conn->max_window = window;
	if (scale > known)
		conn->flags = (uint8_t)((conn->flags & 0x0f) | scale << 4);
}

void nat_tcp_apply(struct nat_conn *conn, const struct nat_pkt *pkt, enum nat_side side,
		   const struct nat_tcp_next *next, uint32_t now_ms)
{
	if (!next->counts)
		return;
	if (next->opens) {
		conn->opener_port = pkt->sport;
		conn->next_seq[nat_other(side)] = conn->last_ack[side] = 0;
		conn->max_window = 0;
		conn->flags = 0;
	}
	conn->tcp = next->state;
	conn->flags = (uint8_t)((conn->flags & 0xf0) | next->flags);
	conn->last_ms = now_ms;
	if (pkt->tcp_flags & NAT_TCP_SYN)
		track_syn(conn, pkt, side);
	else if (!(pkt->tcp_flags & NAT_TCP_RST)) // which may carry no acknowledgement
		nat_tcp_track(conn, pkt, side, pkt->tcp_flags & NAT_TCP_FIN);
}
