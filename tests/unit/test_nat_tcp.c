// The TCP state machine: all states x senders x kinds of segment, RST and FIN against the window,
// sequence numbers, window scale.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../nat/tcp.h"
#include "../golden/packet.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { ANSWERED = NAT_TCP_STATE_COUNT }; // opening, with the passive end's SYN/ACK seen

/* ISNs of opener and passive end; both have sent 100 bytes, of which 60 are acknowledged. */
enum { O_ISN = 0x10000, P_ISN = 0x80000000 };

static uint8_t segment_bytes[PACKET_MAX];

/* A parsed segment; valid until the next one. */
static struct nat_pkt segment(uint8_t flags, uint32_t seq, uint32_t ack, uint16_t payload)
{
	struct packet p = {.src = "192.0.2.1",
			   .dst = "192.0.2.2",
			   .proto = PACKET_TCP,
			   .sport = 1000,
			   .dport = 2000,
			   .tcp_flags = flags,
			   .seq = seq,
			   .ack = ack,
			   .window = 1024,
			   .payload_len = payload};
	struct nat_pkt pkt;
	size_t len = packet_build(&p, segment_bytes);

	assert_int_equal(nat_parse(segment_bytes, (uint32_t)len, &pkt), NAT_FORWARD);
	return pkt;
}

/* A connection in a state, numbers as above as far as the state has them. */
static struct nat_conn conn_in(unsigned state, enum nat_side opener)
{
	enum nat_side passive = nat_other(opener);
	struct nat_conn c = {.tcp = (uint8_t)state,
			     .gen = 3,
			     .opener_port = nat_be16(1000),
			     .max_window = 4}; // 5 x 256 bytes

	if (state == NAT_TCP_CLOSED)
		return c;
	c.flags = NAT_C_LEARNED | (opener == NAT_B ? NAT_C_OPENER_B : 0);
	c.next_seq[opener] = O_ISN + 1;
	c.last_ack[passive] = O_ISN + 1;
	if (state == NAT_TCP_OPENING)
		return c;
	c.flags |= NAT_C_SYNACK;
	c.next_seq[passive] = P_ISN + 1;
	c.last_ack[opener] = P_ISN + 1;
	if (state == ANSWERED) {
		c.tcp = NAT_TCP_OPENING;
		return c;
	}
	c.next_seq[opener] += 100;
	c.next_seq[passive] += 100;
	c.last_ack[opener] += 60;
	c.last_ack[passive] += 60;
	if (state != NAT_TCP_CLOSING && state != NAT_TCP_TRANS)
		c.flags |= NAT_C_REPORTED_UP;
	return c;
}

/* The kinds of segment, with numbers that fit the connection. */
static struct nat_pkt fitting(const struct nat_conn *c, unsigned kind, enum nat_side side)
{
	static const uint8_t flags[] = {SYN_, SYN_ | ACK_, FIN_ | ACK_, RST_ | ACK_, ACK_, ACK_};
	uint32_t seq = c->next_seq[side], ack = c->next_seq[nat_other(side)];

	return segment(flags[kind], seq, ack, kind == 4 ? 10 : 0);
}

/* What shall happen: "drop", "pass" (state, numbers and clock stay), "open", or the state to go to,
 * with "!" and the event. o-fin, p-fin: opener's or passive end's FIN seen. */
static const struct {
	unsigned state;
	const char *opener[6], *passive[6];
} expected[] = {
	//                   SYN         SYN/ACK      FIN          RST               data        ACK
	{NAT_TCP_CLOSED,
	 {"open", "drop", "drop", "drop", "drop", "drop"},
	 {"open", "drop", "drop", "drop", "drop", "drop"}},
	{NAT_TCP_OPENING,
	 {"opening", "drop", "drop", "pass", "drop", "drop"},
	 {"answered", "answered", "drop", "closed!refused", "drop", "pass"}},
	{ANSWERED,
	 {"answered", "up!up", "o-fin!up", "closed!refused", "up!up", "up!up"},
	 {"answered", "answered", "p-fin!up", "closed!refused", "answered", "answered"}},
	{NAT_TCP_UP,
	 {"pass", "pass", "o-fin", "trans!rst", "up", "up"},
	 {"pass", "pass", "p-fin", "trans!rst", "up", "up"}},
	{NAT_TCP_FIN_A, // by an opener on A; the test turns it for B
	 {"pass", "pass", "o-fin", "trans!rst", "o-fin", "o-fin"},
	 {"pass", "pass", "closing!fin", "trans!rst", "o-fin", "o-fin"}},
	{NAT_TCP_FIN_B,
	 {"pass", "pass", "closing!fin", "trans!rst", "p-fin", "p-fin"},
	 {"pass", "pass", "p-fin", "trans!rst", "p-fin", "p-fin"}},
	{NAT_TCP_CLOSING,
	 {"open", "pass", "closing", "pass", "closing", "closing"},
	 {"open", "pass", "closing", "pass", "closing", "closing"}},
	{NAT_TCP_TRANS,
	 {"open", "pass", "pass", "pass", "up", "pass"},
	 {"open", "pass", "pass", "pass", "up", "pass"}},
};

static unsigned fin_of(bool opener_sent_it, enum nat_side opener)
{
	return opener_sent_it == (opener == NAT_A) ? NAT_TCP_FIN_A : NAT_TCP_FIN_B;
}

static unsigned turned(unsigned state, enum nat_side opener)
{
	if (state == NAT_TCP_FIN_A || state == NAT_TCP_FIN_B)
		return fin_of(state == NAT_TCP_FIN_A, opener);
	return state;
}

static void check_event(const char *want, const struct nat_tcp_next *n)
{
	static const struct {
		const char *text;
		uint8_t event, cause;
	} events[] = {
		{"!up", NAT_EV_TCP_UP, NAT_CAUSE_NONE},
		{"!refused", NAT_EV_TCP_FAILED, NAT_CAUSE_REFUSED},
		{"!rst", NAT_EV_TCP_DOWN, NAT_CAUSE_RST},
		{"!fin", NAT_EV_TCP_DOWN, NAT_CAUSE_FIN},
	};
	const char *bang = strchr(want, '!');

	for (size_t i = 0; bang && i < COUNT(events); i++)
		if (strcmp(bang, events[i].text) == 0) {
			assert_int_equal(n->event, events[i].event);
			assert_int_equal(n->cause, events[i].cause);
			return;
		}
	assert_null(bang);
	assert_int_equal(n->event, NAT_EVENT_COUNT);
}

static unsigned state_named(const char *want, enum nat_side opener)
{
	static const struct {
		const char *text;
		unsigned state;
	} names[] = {
		{"closed", NAT_TCP_CLOSED},    {"opening", NAT_TCP_OPENING},
		{"answered", NAT_TCP_OPENING}, {"up", NAT_TCP_UP},
		{"closing", NAT_TCP_CLOSING},  {"trans", NAT_TCP_TRANS},
	};
	size_t len = strcspn(want, "!");

	if (strncmp(want, "o-fin", len) == 0 || strncmp(want, "p-fin", len) == 0)
		return fin_of(*want == 'o', opener);
	for (size_t i = 0; i < COUNT(names); i++)
		if (strlen(names[i].text) == len && strncmp(want, names[i].text, len) == 0)
			return names[i].state;
	fail_msg("expectation %s", want);
	return 0;
}

static void one_cell(unsigned state, enum nat_side opener, bool from_opener, unsigned kind,
		     const char *want)
{
	enum nat_side side = from_opener ? opener : nat_other(opener);
	struct nat_conn c = conn_in(turned(state, opener), opener), before = c;
	struct nat_pkt pkt = fitting(&c, kind, side);
	struct nat_tcp_next n;
	bool ok = nat_tcp_step(&c, &pkt, side, true, &n);

	assert_memory_equal(&c, &before, sizeof(c));
	assert_int_equal(ok, strcmp(want, "drop") != 0);
	if (!ok) {
		assert_int_equal(n.reason, NAT_R_TCP_NO_CONN);
		return;
	}
	nat_tcp_apply(&c, &pkt, side, &n, 77);
	if (strcmp(want, "pass") == 0) {
		assert_false(n.counts);
		assert_int_equal(n.event, NAT_EVENT_COUNT);
		assert_memory_equal(&c, &before, sizeof(c));
		return;
	}
	assert_true(n.counts);
	assert_int_equal(c.last_ms, 77);
	assert_int_equal(n.opens, strcmp(want, "open") == 0);
	if (n.opens) {
		assert_int_equal(c.tcp, NAT_TCP_OPENING);
		assert_int_equal(c.flags, NAT_C_LEARNED | (side == NAT_B ? NAT_C_OPENER_B : 0));
		assert_int_equal(c.next_seq[side], before.next_seq[side] + 1);
		return;
	}
	assert_int_equal(c.tcp, state_named(want, opener));
	assert_int_equal(!!(c.flags & NAT_C_SYNACK),
			 !!(before.flags & NAT_C_SYNACK && c.tcp != NAT_TCP_CLOSED) ||
				 strncmp(want, "answered", 8) == 0);
	check_event(want, &n);
}

static void all_states_senders_and_kinds(void **state)
{
	unsigned cells = 0;

	for (size_t i = 0; i < COUNT(expected); i++)
		for (unsigned kind = 0; kind < 6; kind++)
			for (enum nat_side opener = NAT_A; opener <= NAT_B; opener++) {
				one_cell(expected[i].state, opener, true, kind,
					 expected[i].opener[kind]);
				one_cell(expected[i].state, opener, false, kind,
					 expected[i].passive[kind]);
				cells += 2;
			}
	assert_int_equal(cells, (NAT_TCP_STATE_COUNT + 1) * 6 * 2 * 2);
}

static void only_the_right_side_opens(void **state)
{
	for (unsigned s = 0; s <= ANSWERED; s++)
		for (enum nat_side side = NAT_A; side <= NAT_B; side++) {
			struct nat_conn c = conn_in(s, NAT_A);
			struct nat_pkt pkt = segment(SYN_, 1, 0, 0);
			struct nat_tcp_next n;

			assert_false(nat_tcp_step(&c, &pkt, side, false, &n));
			assert_int_equal(n.reason, NAT_R_TCP_ROLE);
			assert_false(n.opens);
		}
}

static void meaningless_flags_are_dropped_in_every_state(void **state)
{
	for (unsigned s = 0; s <= ANSWERED; s++)
		for (unsigned flags = 0; flags < 256; flags++) {
			struct nat_conn c = conn_in(s, NAT_A);
			struct nat_pkt pkt = segment((uint8_t)flags, O_ISN, P_ISN, 0);
			struct nat_tcp_next n;
			bool syn = flags & SYN_, fin = flags & FIN_, rst = flags & RST_;
			bool ack = flags & ACK_;
			bool meaning = syn + fin + rst <= 1 && (ack || syn || rst);
			bool ok = nat_tcp_step(&c, &pkt, NAT_A, true, &n);

			assert_int_equal(!ok && n.reason == NAT_R_TCP_FLAGS, !meaning);
		}
}

static void each_connection_is_reported_up_and_down_once(void **state)
{
	struct nat_conn c = conn_in(NAT_TCP_UP, NAT_A);
	unsigned downs = 0;

	for (unsigned round = 0; round < 3; round++) {
		struct nat_pkt rst = fitting(&c, 3, NAT_A), data;
		struct nat_tcp_next n;

		assert_true(nat_tcp_step(&c, &rst, NAT_A, true, &n));
		downs += n.event == NAT_EV_TCP_DOWN;
		nat_tcp_apply(&c, &rst, NAT_A, &n, 1);
		assert_int_equal(c.tcp, NAT_TCP_TRANS);
		data = fitting(&c, 4, NAT_B);
		assert_true(nat_tcp_step(&c, &data, NAT_B, true, &n));
		assert_int_equal(n.event, NAT_EVENT_COUNT);
		nat_tcp_apply(&c, &data, NAT_B, &n, 2);
		assert_int_equal(c.tcp, NAT_TCP_UP);
	}
	assert_int_equal(downs, 1);
}

/* ---- RST and FIN against what the receiver expects --------------------------------------------
 */

enum verdict { EXACT, IN_WINDOW, OUTSIDE };

static void resets_by_place(void **state)
{
	/* From the opener: acknowledged up to +61, sent up to +101, window 5 x 256 = 1280. */
	static const struct {
		int32_t at; // relative to the opener's ISN
		enum verdict want;
	} cases[] = {
		{61, EXACT},      {62, EXACT},        {80, EXACT},       {101, EXACT},
		{102, IN_WINDOW}, {1340, IN_WINDOW},  {1341, OUTSIDE},   {60, OUTSIDE},
		{0, OUTSIDE},     {-100000, OUTSIDE}, {100000, OUTSIDE}, {0x7fffffff, OUTSIDE},
	};
	static const unsigned states[] = {NAT_TCP_UP, NAT_TCP_FIN_A, NAT_TCP_FIN_B};

	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t s = 0; s < COUNT(states); s++)
			for (unsigned ack = 0; ack <= ACK_; ack += ACK_) {
				struct nat_conn c = conn_in(states[s], NAT_A), before = c;
				struct nat_pkt pkt = segment((uint8_t)(RST_ | ack),
							     O_ISN + (uint32_t)cases[i].at, 0, 0);
				struct nat_tcp_next n;
				bool ok = nat_tcp_step(&c, &pkt, NAT_A, true, &n);

				assert_int_equal(ok, cases[i].want != OUTSIDE);
				if (!ok) {
					assert_int_equal(n.reason, NAT_R_TCP_RST_WINDOW);
					continue;
				}
				nat_tcp_apply(&c, &pkt, NAT_A, &n, 5);
				assert_int_equal(n.event == NAT_EV_TCP_DOWN,
						 cases[i].want == EXACT);
				if (cases[i].want == EXACT)
					assert_int_equal(c.tcp, NAT_TCP_TRANS);
				else
					assert_memory_equal(&c, &before, sizeof(c));
			}
}

static void resets_while_opening_must_answer_the_syn(void **state)
{
	static const struct {
		uint8_t flags;
		uint32_t ack;
		bool want;
	} cases[] = {
		{RST_ | ACK_, O_ISN + 1, true},
		{RST_ | ACK_, O_ISN, false},
		{RST_ | ACK_, O_ISN + 2, false},
		{RST_, O_ISN + 1, false},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct nat_conn c = conn_in(NAT_TCP_OPENING, NAT_B);
		struct nat_pkt pkt = segment(cases[i].flags, 0, cases[i].ack, 0);
		struct nat_tcp_next n;

		assert_int_equal(nat_tcp_step(&c, &pkt, NAT_A, false, &n), cases[i].want);
		if (cases[i].want)
			assert_int_equal(n.event, NAT_EV_TCP_FAILED);
		else
			assert_int_equal(n.reason, NAT_R_TCP_RST_WINDOW);
	}
}

static void resets_across_the_wrap(void **state)
{
	struct nat_conn c = conn_in(NAT_TCP_UP, NAT_A);
	struct nat_tcp_next n;
	struct nat_pkt pkt;

	c.last_ack[NAT_B] = 0xfffffff0;
	c.next_seq[NAT_A] = 0x10;
	for (uint32_t seq = 0xfffffff0; seq != 0x11; seq++) {
		pkt = segment(RST_, seq, 0, 0);
		assert_true(nat_tcp_step(&c, &pkt, NAT_A, true, &n));
		assert_int_equal(n.event, NAT_EV_TCP_DOWN);
	}
	pkt = segment(RST_, 0x11, 0, 0);
	assert_true(nat_tcp_step(&c, &pkt, NAT_A, true, &n));
	assert_int_equal(n.event, NAT_EVENT_COUNT);
	pkt = segment(RST_, 0xffffffef, 0, 0);
	assert_false(nat_tcp_step(&c, &pkt, NAT_A, true, &n));
}

/* The acknowledgement of an RST without ACK is no number: 0 may look like one. */
static void a_reset_acknowledges_nothing(void **state)
{
	struct nat_conn c = conn_in(NAT_TCP_UP, NAT_A);
	struct nat_pkt pkt = segment(RST_, O_ISN + 101, 0, 0);
	struct nat_tcp_next n;

	c.last_ack[NAT_A] = 0xfffffff0;
	c.next_seq[NAT_B] = 0x10;
	assert_true(nat_tcp_step(&c, &pkt, NAT_A, true, &n));
	nat_tcp_apply(&c, &pkt, NAT_A, &n, 0);
	assert_int_equal(c.tcp, NAT_TCP_TRANS);
	assert_int_equal(c.last_ack[NAT_A], 0xfffffff0);
}

static void a_fin_outside_the_window_closes_nothing(void **state)
{
	static const struct {
		int32_t at;
		bool counts;
	} cases[] = {{101, true}, {61, true},  {1340, true},   {1341, false},
		     {50, false}, {-5, false}, {100000, false}};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct nat_conn c = conn_in(NAT_TCP_UP, NAT_A), before = c;
		struct nat_pkt pkt = segment(FIN_ | ACK_, O_ISN + (uint32_t)cases[i].at, P_ISN + 1,
					     0);
		struct nat_tcp_next n;

		assert_true(nat_tcp_step(&c, &pkt, NAT_A, true, &n));
		nat_tcp_apply(&c, &pkt, NAT_A, &n, 5);
		if (cases[i].counts)
			assert_int_equal(c.tcp, NAT_TCP_FIN_A);
		else
			assert_memory_equal(&c, &before, sizeof(c));
	}
}

static void a_stray_synack_answers_nothing(void **state)
{
	static const unsigned states[] = {NAT_TCP_OPENING, ANSWERED};

	for (size_t i = 0; i < COUNT(states); i++) {
		struct nat_conn c = conn_in(states[i], NAT_A), before = c;
		struct nat_pkt pkt = segment(SYN_ | ACK_, 5, O_ISN + 7, 0);
		struct nat_tcp_next n;

		assert_true(nat_tcp_step(&c, &pkt, NAT_B, false, &n));
		nat_tcp_apply(&c, &pkt, NAT_B, &n, 5);
		assert_memory_equal(&c, &before, sizeof(c));
	}
}

/* ---- numbers ----------------------------------------------------------------------------------
 */

static void take(struct nat_conn *c, enum nat_side side, uint8_t flags, uint32_t seq, uint32_t ack,
		 uint16_t payload)
{
	struct nat_pkt pkt = segment(flags, seq, ack, payload);
	struct nat_tcp_next n;

	assert_true(nat_tcp_step(c, &pkt, side, true, &n));
	nat_tcp_apply(c, &pkt, side, &n, 0);
}

static void numbers_follow_a_life(void **state)
{
	struct nat_conn c = {.gen = 1};
	const uint32_t x = 0xfffffffe, y = 0x7ffffff0; // both wrap or turn sign on the way

	take(&c, NAT_B, SYN_, x, 0, 0);
	assert_int_equal(c.next_seq[NAT_B], x + 1);
	take(&c, NAT_A, SYN_ | ACK_, y, x + 1, 0);
	assert_int_equal(c.next_seq[NAT_A], y + 1);
	assert_int_equal(c.last_ack[NAT_B], y + 1);
	take(&c, NAT_B, ACK_, x + 1, y + 1, 0);
	assert_int_equal(c.tcp, NAT_TCP_UP);
	take(&c, NAT_B, ACK_ | PSH_, x + 1, y + 1, 1000);
	take(&c, NAT_A, ACK_, y + 1, x + 1001, 500);
	assert_int_equal(c.next_seq[NAT_B], (uint32_t)(x + 1001));
	assert_int_equal(c.last_ack[NAT_A], (uint32_t)(x + 1001));
	assert_int_equal(c.next_seq[NAT_A], y + 501);
	take(&c, NAT_A, ACK_, y + 1, x + 1,
	     500); // retransmission with an old number: nothing moves
	assert_int_equal(c.last_ack[NAT_A], (uint32_t)(x + 1001));
	assert_int_equal(c.next_seq[NAT_A], y + 501);
	take(&c, NAT_B, FIN_ | ACK_, x + 1001, y + 501, 0);
	assert_int_equal(c.next_seq[NAT_B], (uint32_t)(x + 1002));
	assert_int_equal(c.tcp, NAT_TCP_FIN_B);
	take(&c, NAT_A, FIN_ | ACK_, y + 501, x + 1002, 3);
	assert_int_equal(c.next_seq[NAT_A], y + 505);
	assert_int_equal(c.tcp, NAT_TCP_CLOSING);
}

static void forged_numbers_move_nothing(void **state)
{
	struct nat_conn c = conn_in(NAT_TCP_UP, NAT_A), before = c;
	struct nat_pkt pkt = segment(ACK_, O_ISN + 0x20000000, P_ISN + 1000, 100);

	nat_tcp_track(&c, &pkt, NAT_A, 0); // beyond the window; acknowledges what was never sent
	assert_memory_equal(&c, &before, sizeof(c));
	pkt = segment(ACK_, O_ISN + 101, P_ISN + 101, 1240);
	nat_tcp_track(&c, &pkt, NAT_A, 0); // to the last byte of the window
	assert_int_equal(c.next_seq[NAT_A], O_ISN + 1341);
	assert_int_equal(c.last_ack[NAT_A], P_ISN + 101);
}

static void the_data_of_a_syn_does_not_count(void **state)
{
	struct nat_conn c = {.gen = 1};

	take(&c, NAT_A, SYN_, 100, 0, 50); // it is cut off: nat_options()
	assert_int_equal(c.next_seq[NAT_A], 101);
	assert_int_equal(c.last_ack[NAT_B], 101);
	take(&c, NAT_B, SYN_ | ACK_, 900, 101, 0);
	assert_true(c.flags & NAT_C_SYNACK);
	take(&c, NAT_A, ACK_, 101, 901, 50);
	assert_int_equal(c.tcp, NAT_TCP_UP);
	assert_int_equal(c.next_seq[NAT_A], 151);
}

static void simultaneous_open(void **state)
{
	static const enum nat_side orders[][2] = {{NAT_A, NAT_B}, {NAT_B, NAT_A}};

	for (size_t i = 0; i < COUNT(orders); i++) {
		struct nat_conn c = {.gen = 1};

		take(&c, NAT_A, SYN_, 100, 0, 0);
		take(&c, NAT_B, SYN_, 900, 0, 0);
		assert_int_equal(c.tcp, NAT_TCP_OPENING);
		assert_false(c.flags & NAT_C_OPENER_B);
		for (unsigned k = 0; k < 2; k++)
			if (orders[i][k] == NAT_A)
				take(&c, NAT_A, SYN_ | ACK_, 100, 901, 0);
			else
				take(&c, NAT_B, SYN_ | ACK_, 900, 101, 0);
		assert_int_equal(c.tcp, NAT_TCP_UP);
		assert_int_equal(c.next_seq[NAT_A], 101);
		assert_int_equal(c.next_seq[NAT_B], 901);
	}
}

static void a_new_attempt_on_the_same_port_starts_anew(void **state)
{
	struct nat_conn c = conn_in(NAT_TCP_CLOSING, NAT_A);

	c.flags |= 7 << 4;
	c.max_window = 999;
	take(&c, NAT_B, SYN_, 5, 0, 0);
	assert_int_equal(c.tcp, NAT_TCP_OPENING);
	assert_int_equal(c.flags, NAT_C_LEARNED | NAT_C_OPENER_B);
	assert_int_equal(c.max_window, 4);
	assert_int_equal(c.gen, 3);
}

/* ---- window scale ------------------------------------------------------------------------------
 */

static struct nat_pkt syn_with(uint8_t flags, const void *options, uint8_t len, uint16_t window)
{
	struct packet p = {.src = "192.0.2.1",
			   .dst = "192.0.2.2",
			   .proto = PACKET_TCP,
			   .sport = 1000,
			   .dport = 2000,
			   .tcp_flags = flags,
			   .window = window,
			   .ack = 1,
			   .options = options,
			   .options_len = len};
	struct nat_pkt pkt;
	size_t size = packet_build(&p, segment_bytes);

	assert_int_equal(nat_parse(segment_bytes, (uint32_t)size, &pkt), NAT_FORWARD);
	return pkt;
}

static void window_scale_is_learned_from_syns(void **state)
{
	static const struct {
		const char *options;
		uint8_t len, scale;
	} cases[] = {
		{"", 0, 0},
		{"\3\3\7\0", 4, 7},                    // first
		{"\2\4\5\xb4\4\2\1\1\1\3\3\2", 12, 2}, // behind others
		{"\1\1\1\1\1\3\3\16", 8, 14},          // the largest
		{"\1\3\3\xff", 4, 14},                 // larger than legal
		{"\0\3\3\7", 4, 0},                    // behind the end of the list
		{"\3\0\7\0", 4, 0},                    // length 0
		{"\3\1\7\0", 4, 0},                    // length 1
		{"\3\4\7\7", 4, 0},                    // length wrong
		{"\2\50\5\xb4\3\3\7\0", 8, 0},         // one that goes beyond the header
		{"\1\1\1\3", 4, 0},                    // cut after the kind
		{"\1\1\3\3", 4, 0},                    // cut after the length
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct nat_conn c = {.gen = 1};
		struct nat_pkt pkt = syn_with(SYN_, cases[i].options, cases[i].len, 512);
		struct nat_tcp_next n;

		assert_true(nat_tcp_step(&c, &pkt, NAT_A, true, &n));
		nat_tcp_apply(&c, &pkt, NAT_A, &n, 0);
		assert_int_equal(c.flags >> 4, cases[i].scale);
		assert_int_equal(c.flags & 0x0f, NAT_C_LEARNED);
		assert_int_equal(c.max_window, 2); // a SYN's own window is not scaled
	}
}

static void the_larger_scale_of_both_counts(void **state)
{
	static const char *const options[] = {"\3\3\2\0", "\3\3\7\0", "\1\1\1\1"};
	static const uint8_t want[3][3] = {{2, 7, 2}, {7, 7, 7}, {2, 7, 0}};

	for (unsigned i = 0; i < 3; i++)
		for (unsigned k = 0; k < 3; k++) { // options of the SYN and of the SYN/ACK
			struct nat_conn c = {.gen = 1};
			struct nat_tcp_next n;
			struct nat_pkt pkt = syn_with(SYN_, options[i], 4, 512);

			assert_true(nat_tcp_step(&c, &pkt, NAT_A, true, &n));
			nat_tcp_apply(&c, &pkt, NAT_A, &n, 0);
			pkt = syn_with(SYN_ | ACK_, options[k], 4, 512);
			assert_true(nat_tcp_step(&c, &pkt, NAT_B, false, &n));
			assert_true(n.counts);
			nat_tcp_apply(&c, &pkt, NAT_B, &n, 0);
			assert_int_equal(c.flags >> 4, want[i][k]);
		}
}

static void the_largest_window_counts(void **state)
{
	struct nat_conn c = conn_in(NAT_TCP_UP, NAT_A);
	struct nat_pkt pkt = segment(ACK_, O_ISN + 101, P_ISN + 101, 0); // window 1024

	nat_tcp_track(&c, &pkt, NAT_A, 0);
	assert_int_equal(c.max_window, 4);
	c.flags |= 3 << 4;
	nat_tcp_track(&c, &pkt, NAT_A, 0);
	assert_int_equal(c.max_window, 32);
	assert_int_equal(nat_tcp_reach(&c), 33 * 256);
	c.flags |= 14 << 4; // 1024 << 15 is more than the field holds
	nat_tcp_track(&c, &pkt, NAT_A, 0);
	assert_int_equal(c.max_window, 0xffff);
	assert_int_equal(nat_tcp_reach(&c), INT32_MAX);
}

static void only_plain_segments_are_plain(void **state)
{
	for (unsigned s = 0; s < NAT_TCP_STATE_COUNT; s++)
		for (unsigned flags = 0; flags < 256; flags++) {
			struct nat_conn c = conn_in(s, NAT_A);
			struct nat_pkt pkt = {.tcp_flags = (uint8_t)flags};
			bool plain = (flags & ~(unsigned)(PSH_ | URG_ | ECE_ | CWR_)) == ACK_;

			assert_int_equal(nat_tcp_plain(&c, &pkt), s == NAT_TCP_UP && plain);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_states_senders_and_kinds),
		cmocka_unit_test(only_the_right_side_opens),
		cmocka_unit_test(meaningless_flags_are_dropped_in_every_state),
		cmocka_unit_test(each_connection_is_reported_up_and_down_once),
		cmocka_unit_test(resets_by_place),
		cmocka_unit_test(resets_while_opening_must_answer_the_syn),
		cmocka_unit_test(resets_across_the_wrap),
		cmocka_unit_test(a_reset_acknowledges_nothing),
		cmocka_unit_test(a_fin_outside_the_window_closes_nothing),
		cmocka_unit_test(a_stray_synack_answers_nothing),
		cmocka_unit_test(numbers_follow_a_life),
		cmocka_unit_test(forged_numbers_move_nothing),
		cmocka_unit_test(the_data_of_a_syn_does_not_count),
		cmocka_unit_test(simultaneous_open),
		cmocka_unit_test(a_new_attempt_on_the_same_port_starts_anew),
		cmocka_unit_test(window_scale_is_learned_from_syns),
		cmocka_unit_test(the_larger_scale_of_both_counts),
		cmocka_unit_test(the_largest_window_counts),
		cmocka_unit_test(only_plain_segments_are_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
