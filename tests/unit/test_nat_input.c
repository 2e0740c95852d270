// The data path step by step: every reason, ports learned and bound, events, counters, ages.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../nat/input.h"
#include "../golden/call.h"
#include "../golden/frame.h"
#include "../golden/packet.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A's remote opens from any port; B's remote waits at port 50000. */
static struct call call(uint8_t proto)
{
	struct call c = {
		.a_remote = call_ep("198.51.100.20", proto == NAT_IP_TCP ? 9 : 40000, proto),
		.a_local = call_ep("198.51.100.10", 20000, proto),
		.b_local = call_ep("203.0.113.10", 30000, proto),
		.b_remote = call_ep("203.0.113.20", 50000, proto),
	};

	call_flows(&c);
	call_seal(&c);
	return c;
}

static struct packet from_a(uint8_t proto)
{
	return (struct packet){.src = "198.51.100.20",
			       .dst = "198.51.100.10",
			       .proto = proto,
			       .sport = 40000,
			       .dport = 20000,
			       .payload_len = 10,
			       .tcp_flags = ACK_,
			       .window = 1000};
}

static struct packet from_b(uint8_t proto)
{
	return (struct packet){.src = "203.0.113.20",
			       .dst = "203.0.113.10",
			       .proto = proto,
			       .sport = 50000,
			       .dport = 30000,
			       .payload_len = 20,
			       .tcp_flags = ACK_,
			       .window = 1000};
}

/* What became of one packet. */
struct result {
	enum nat_verdict verdict;
	uint8_t reason;
	bool has_event;
	struct nat_event ev;
	uint16_t sport, dport; // as it leaves
};

/* Puts a packet through; one that is dropped must be unchanged, and of the conn only `drops`. */
static struct result put(struct call *c, const struct packet *p, enum nat_side side, uint32_t now)
{
	struct frame f = frame_new(p), copy = frame_of(f.at, f.len);
	struct nat_conn before = c->conn;
	struct result r = {.has_event = true};
	struct nat_pkt pkt;
	uint16_t len;

	assert_int_equal(nat_parse(f.at, (uint32_t)f.len, &pkt), NAT_FORWARD);
	len = pkt.l3_len;
	r.verdict = nat_input(&c->flow[side], &c->conn, &pkt, now, &r.ev, &r.has_event);
	r.reason = pkt.reason;
	r.sport = nat_load16(pkt.l4);
	r.dport = nat_load16(pkt.l4 + 2);
	if (r.verdict == NAT_DROP) {
		assert_memory_equal(f.at, copy.at, f.len);
		assert_false(r.has_event);
		before.drops++;
		assert_memory_equal(&c->conn, &before, sizeof(before));
	} else {
		frame_send(&f, &pkt, len);
		assert_int_equal(nat_parse(f.at, (uint32_t)f.len, &pkt), NAT_FORWARD);
		assert_true(nat_csum_check(&pkt));
		before.pkts[side]++;
		before.bytes[side] += len;
		assert_int_equal(c->conn.pkts[side], before.pkts[side]);
		assert_int_equal(c->conn.bytes[side], before.bytes[side]);
		assert_int_equal(c->conn.pkts[nat_other(side)], before.pkts[nat_other(side)]);
		assert_int_equal(c->conn.drops, before.drops);
	}
	frame_free(&f);
	frame_free(&copy);
	return r;
}

static void passes(struct call *c, const struct packet *p, enum nat_side side)
{
	struct result r = put(c, p, side, 0);

	if (r.verdict != NAT_FORWARD)
		fail_msg("dropped: %s", nat_reason_name(r.reason));
}

static void dropped(struct call *c, const struct packet *p, enum nat_side side, unsigned reason)
{
	struct result r = put(c, p, side, 0);

	assert_int_equal(r.verdict, NAT_DROP);
	if (r.reason != reason)
		fail_msg("%s instead of %s", nat_reason_name(r.reason), nat_reason_name(reason));
}

static struct result tcp(struct call *c, enum nat_side side, uint16_t port, uint8_t flags,
			 uint32_t seq, uint32_t ack)
{
	struct packet p = side == NAT_A ? from_a(PACKET_TCP) : from_b(PACKET_TCP);

	if (port)
		p.sport = port;
	p.tcp_flags = flags;
	p.seq = seq;
	p.ack = ack;
	p.payload_len = 0;
	return put(c, &p, side, 0);
}

/* Opens from A's port. */
static void open_from(struct call *c, uint16_t port)
{
	struct result r = tcp(c, NAT_A, port, SYN_, 100, 0);

	assert_int_equal(r.verdict, NAT_FORWARD);
	r = tcp(c, NAT_B, 0, SYN_ | ACK_, 900, 101);
	assert_int_equal(r.dport, port);
	r = tcp(c, NAT_A, port, ACK_, 101, 901);
	assert_true(r.has_event);
	assert_int_equal(r.ev.type, NAT_EV_TCP_UP);
	assert_int_equal(c->conn.tcp, NAT_TCP_UP);
}

/* ---- steps 1 to 3 ------------------------------------------------------------------------------
 */

static void a_closed_gate_or_no_remote_drops(void **state)
{
	static const struct {
		uint16_t clear, set;
		enum nat_reason reason;
	} cases[] = {
		{NAT_F_OPEN, 0, NAT_R_GATE_CLOSED},
		{NAT_F_OPEN | NAT_F_READY, 0, NAT_R_GATE_CLOSED},
		{NAT_F_READY, 0, NAT_R_NO_REMOTE},
		{0, NAT_F_IN6, NAT_R_FAMILY},
	};
	static const uint8_t protos[] = {PACKET_UDP, PACKET_TCP};

	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t k = 0; k < COUNT(protos); k++) {
			struct call c = call(protos[k]);
			struct packet p = from_a(protos[k]);

			p.tcp_flags = SYN_;
			c.flow[NAT_A].flags &= (uint16_t)~cases[i].clear;
			c.flow[NAT_A].flags |= cases[i].set;
			dropped(&c, &p, NAT_A, cases[i].reason);
		}
}

static void a_packet_of_another_protocol_drops(void **state)
{
	struct call c = call(NAT_IP_UDP);
	struct packet p = from_a(PACKET_TCP);

	dropped(&c, &p, NAT_A, NAT_R_FAMILY);
}

static void a_foreign_source_drops(void **state)
{
	struct call u = call(NAT_IP_UDP), t = call(NAT_IP_TCP);
	struct packet p = from_a(PACKET_UDP);

	p.src = "198.51.100.21";
	dropped(&u, &p, NAT_A, NAT_R_BAD_SOURCE);
	p = from_a(PACKET_TCP);
	p.src = "198.51.100.21";
	p.tcp_flags = SYN_;
	dropped(&t, &p, NAT_A, NAT_R_BAD_SOURCE);
	p = from_b(PACKET_UDP);
	p.sport = 50001;
	dropped(&u, &p, NAT_B, NAT_R_BAD_SOURCE);
	u.flow[NAT_B].flags |= NAT_F_PORT_ANY;
	passes(&u, &p, NAT_B);
}

static void size_and_ttl(void **state)
{
	struct call c = call(NAT_IP_UDP);
	struct packet p = from_a(PACKET_UDP);

	p.payload_len = 1472;
	passes(&c, &p, NAT_A);
	p.payload_len = 1473;
	dropped(&c, &p, NAT_A, NAT_R_TOO_BIG);
	p = from_a(PACKET_UDP);
	p.ttl = 1;
	dropped(&c, &p, NAT_A, NAT_R_TTL);
	p.ttl = 2;
	passes(&c, &p, NAT_A);
}

static void hop_limit_of_ip6(void **state)
{
	struct call c = {
		.a_remote = call_ep("2001:db8:a::20", 40000, NAT_IP_UDP),
		.a_local = call_ep("2001:db8:a::10", 20000, NAT_IP_UDP),
		.b_local = call_ep("2001:db8:b::10", 30000, NAT_IP_UDP),
		.b_remote = call_ep("2001:db8:b::20", 50000, NAT_IP_UDP),
	};
	struct packet p = {.src = "2001:db8:a::20",
			   .dst = "2001:db8:a::10",
			   .proto = PACKET_UDP,
			   .sport = 40000,
			   .dport = 20000,
			   .ttl = 1};

	call_flows(&c);
	call_seal(&c);
	dropped(&c, &p, NAT_A, NAT_R_TTL);
	p.ttl = 2;
	passes(&c, &p, NAT_A);
	c.flow[NAT_A].flags &= (uint16_t)~NAT_F_IN6;
	dropped(&c, &p, NAT_A, NAT_R_FAMILY);
}

static void a_ttl_of_zero_drops(void **state)
{
	struct call c = call(NAT_IP_UDP);
	struct packet p = from_a(PACKET_UDP);
	struct nat_event ev;
	struct nat_pkt pkt;
	bool has;
	size_t len;
	uint8_t *frame = packet_new(&p, &len);

	assert_int_equal(nat_parse(frame, (uint32_t)len, &pkt), NAT_FORWARD);
	frame[14 + 8] = 0;
	assert_int_equal(nat_input(&c.flow[NAT_A], &c.conn, &pkt, 0, &ev, &has), NAT_DROP);
	assert_int_equal(pkt.reason, NAT_R_TTL);
	free(frame);
}

/* ---- UDP ---------------------------------------------------------------------------------------
 */

static void udp_goes_both_ways(void **state)
{
	struct call c = call(NAT_IP_UDP);
	struct packet a = from_a(PACKET_UDP), b = from_b(PACKET_UDP);
	struct result r = put(&c, &a, NAT_A, 1234);

	assert_int_equal(r.verdict, NAT_FORWARD);
	assert_int_equal(r.sport, 30000);
	assert_int_equal(r.dport, 50000);
	assert_false(r.has_event);
	assert_int_equal(c.conn.last_ms, 1234);
	r = put(&c, &b, NAT_B, 1235);
	assert_int_equal(r.sport, 20000);
	assert_int_equal(r.dport, 40000);
	assert_int_equal(c.conn.pkts[NAT_A], 1);
	assert_int_equal(c.conn.bytes[NAT_A], 38);
	assert_int_equal(c.conn.bytes[NAT_B], 48);
	assert_int_equal(c.conn.tcp, NAT_TCP_CLOSED);
}

/* ---- TCP: ports ---------------------------------------------------------------------------------
 */

static void a_connection_is_bound_to_the_port_of_its_syn(void **state)
{
	struct call c = call(NAT_IP_TCP);
	struct result r;

	open_from(&c, 41000);
	assert_int_equal(tcp(&c, NAT_A, 41001, ACK_, 101, 901).reason, NAT_R_BAD_SOURCE);
	assert_int_equal(tcp(&c, NAT_A, 41001, SYN_, 5, 0).reason, NAT_R_BAD_SOURCE);
	assert_int_equal(tcp(&c, NAT_A, 41001, RST_, 101, 0).reason, NAT_R_BAD_SOURCE);
	assert_int_equal(tcp(&c, NAT_B, 50001, ACK_, 901, 101).reason, NAT_R_BAD_SOURCE);
	assert_int_equal(c.conn.tcp, NAT_TCP_UP);
	r = tcp(&c, NAT_B, 0, ACK_, 901, 101);
	assert_int_equal(r.dport, 41000);
	r = tcp(&c, NAT_A, 41000, ACK_, 101, 901);
	assert_int_equal(r.verdict, NAT_FORWARD);
	assert_int_equal(r.sport, 30000);
	assert_int_equal(r.dport, 50000);
}

static void also_while_it_opens(void **state)
{
	struct call c = call(NAT_IP_TCP);

	tcp(&c, NAT_A, 41000, SYN_, 100, 0);
	assert_int_equal(tcp(&c, NAT_A, 41001, SYN_, 100, 0).reason, NAT_R_BAD_SOURCE);
	assert_int_equal(tcp(&c, NAT_A, 41000, SYN_, 100, 0).verdict, NAT_FORWARD);
	assert_int_equal(tcp(&c, NAT_B, 50001, SYN_ | ACK_, 900, 101).reason, NAT_R_BAD_SOURCE);
}

static void after_its_end_a_new_port_opens(void **state)
{
	for (unsigned how = 0; how < 3; how++) {
		struct call c = call(NAT_IP_TCP);

		open_from(&c, 41000);
		if (how == 0) {
			assert_true(tcp(&c, NAT_B, 0, RST_, 901, 0).has_event);
		} else {
			tcp(&c, NAT_A, 41000, FIN_ | ACK_, 101, 901);
			assert_true(tcp(&c, NAT_B, 0, FIN_ | ACK_, 901, 102).has_event);
		}
		if (how == 2) {
			const struct nat_timers t = {1, 1, 1};
			struct nat_event ev;

			assert_false(nat_expire(&c.conn, 0, &t, 1, &ev));
			assert_int_equal(c.conn.tcp, NAT_TCP_CLOSED);
			assert_int_equal(tcp(&c, NAT_A, 41000, ACK_, 102, 902).reason,
					 NAT_R_TCP_NO_CONN);
		}
		open_from(&c, 42000);
		assert_int_equal(tcp(&c, NAT_A, 41000, ACK_, 101, 901).reason, NAT_R_BAD_SOURCE);
	}
}

static void a_signalled_port_binds_the_opener(void **state)
{
	struct call c = call(NAT_IP_TCP);

	c.a_remote.port = nat_be16(40000);
	call_flows(&c);
	c.flow[NAT_A].flags &= (uint16_t)~NAT_F_PORT_ANY;
	c.flow[NAT_B].flags &= (uint16_t)~NAT_F_DPORT_CONN;
	call_seal(&c);
	assert_int_equal(tcp(&c, NAT_A, 40001, SYN_, 100, 0).reason, NAT_R_BAD_SOURCE);
	open_from(&c, 40000);
}

static void the_side_that_must_wait_cannot_open(void **state)
{
	struct call c = call(NAT_IP_TCP);

	assert_int_equal(tcp(&c, NAT_B, 0, SYN_, 100, 0).reason, NAT_R_TCP_ROLE);
	open_from(&c, 41000);
	assert_int_equal(tcp(&c, NAT_B, 0, SYN_, 100, 0).reason, NAT_R_TCP_ROLE);
}

/* Both may open, each from any port: who comes first is the opener. */
static void either_side_may_open_first(void **state)
{
	struct call c = call(NAT_IP_TCP);
	struct result r;

	c.a_remote.port = nat_be16(40000);
	call_flows(&c);
	for (unsigned s = 0; s < 2; s++)
		c.flow[s].flags |= NAT_F_MAY_OPEN | NAT_F_PORT_ANY | NAT_F_DPORT_CONN;
	call_seal(&c);

	r = tcp(&c, NAT_B, 51234, SYN_, 100, 0);
	assert_int_equal(r.dport, 40000);
	assert_int_equal(tcp(&c, NAT_A, 40001, SYN_ | ACK_, 900, 101).reason, NAT_R_BAD_SOURCE);
	r = tcp(&c, NAT_A, 40000, SYN_ | ACK_, 900, 101);
	assert_int_equal(r.dport, 51234);
	r = tcp(&c, NAT_B, 51234, ACK_, 101, 901);
	assert_true(r.has_event);
	assert_int_equal(r.ev.side, NAT_B);
	assert_int_equal(tcp(&c, NAT_A, 40000, RST_, 901, 0).ev.cause, NAT_CAUSE_RST);

	/* And the other way round on the same record. */
	r = tcp(&c, NAT_A, 41111, SYN_, 7, 0);
	assert_int_equal(r.dport, 50000);
	r = tcp(&c, NAT_B, 50000, SYN_ | ACK_, 70, 8);
	assert_int_equal(r.dport, 41111);
}

static void simultaneous_open_passes(void **state)
{
	struct call c = call(NAT_IP_TCP);

	c.a_remote.port = nat_be16(40000);
	call_flows(&c);
	for (unsigned s = 0; s < 2; s++)
		c.flow[s].flags |= NAT_F_MAY_OPEN | NAT_F_PORT_ANY | NAT_F_DPORT_CONN;
	call_seal(&c);
	tcp(&c, NAT_A, 40000, SYN_, 100, 0);
	assert_int_equal(tcp(&c, NAT_B, 50000, SYN_, 900, 0).verdict, NAT_FORWARD);
	assert_int_equal(tcp(&c, NAT_B, 50000, SYN_ | ACK_, 900, 101).verdict, NAT_FORWARD);
	assert_true(tcp(&c, NAT_A, 40000, SYN_ | ACK_, 100, 901).has_event);
	assert_int_equal(c.conn.tcp, NAT_TCP_UP);
}

/* B's port is not known before B opens: 0, or the 9 of an end that opens. */
static void an_opener_without_a_far_port_waits(void **state)
{
	static const struct {
		uint16_t dport, flags;
		bool waits;
	} cases[] = {
		{0, 0, true},
		{0, NAT_F_DPORT_CONN, true},
		{9, NAT_F_DPORT_CONN, true},
		{9, 0, false}, // somebody may really wait at port 9
		{0, NAT_F_STATELESS, true},
		{9, NAT_F_STATELESS | NAT_F_DPORT_CONN, true},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct call c = call(NAT_IP_TCP);
		struct result r;

		c.flow[NAT_A].dport = nat_be16(cases[i].dport);
		c.flow[NAT_A].flags |= cases[i].flags;
		call_seal(&c);
		r = tcp(&c, NAT_A, 41000, SYN_, 1, 0);
		assert_int_equal(r.verdict, cases[i].waits ? NAT_DROP : NAT_FORWARD);
		if (cases[i].waits)
			assert_int_equal(r.reason, NAT_R_NO_REMOTE);
	}
}

static void every_step_has_its_reason(void **state)
{
	struct call c = call(NAT_IP_TCP);

	assert_int_equal(tcp(&c, NAT_A, 41000, ACK_, 1, 1).reason, NAT_R_TCP_NO_CONN);
	assert_int_equal(tcp(&c, NAT_A, 41000, FIN_ | SYN_, 1, 1).reason, NAT_R_TCP_FLAGS);
	open_from(&c, 41000);
	assert_int_equal(tcp(&c, NAT_B, 0, RST_, 901 + 100000, 0).reason, NAT_R_TCP_RST_WINDOW);
	assert_int_equal(c.conn.drops, 3);
}

static void stateless_relays_anything(void **state)
{
	static const uint8_t flags[] = {0, ACK_, FIN_ | ACK_, RST_, SYN_ | FIN_, 0xff};
	struct call c = call(NAT_IP_TCP);
	struct result r;

	c.flow[NAT_A].flags |= NAT_F_STATELESS;
	c.flow[NAT_B].flags |= NAT_F_STATELESS;
	assert_int_equal(tcp(&c, NAT_B, 50001, ACK_, 1, 1).reason, NAT_R_BAD_SOURCE);
	assert_int_equal(tcp(&c, NAT_A, 41000, SYN_, 1, 0).verdict, NAT_FORWARD);
	for (size_t i = 0; i < COUNT(flags); i++) {
		r = tcp(&c, NAT_A, 41000, flags[i], 5, 5);
		assert_int_equal(r.verdict, NAT_FORWARD);
		assert_false(r.has_event);
		r = tcp(&c, NAT_B, 0, flags[i], 5, 5);
		assert_int_equal(r.verdict, NAT_FORWARD);
		assert_int_equal(r.dport, 41000);
	}
	assert_int_equal(tcp(&c, NAT_A, 42000, SYN_, 1, 0).verdict, NAT_FORWARD);
	assert_int_equal(tcp(&c, NAT_B, 0, SYN_ | ACK_, 1, 2).dport, 42000);
	assert_int_equal(c.conn.tcp, NAT_TCP_CLOSED);
}

/* ---- TCP: life ----------------------------------------------------------------------------------
 */

static void refused(void **state)
{
	struct call c = call(NAT_IP_TCP);
	struct result r;

	tcp(&c, NAT_A, 41000, SYN_, 100, 0);
	r = tcp(&c, NAT_B, 0, RST_ | ACK_, 0, 101);
	assert_int_equal(r.verdict, NAT_FORWARD);
	assert_int_equal(r.dport, 41000);
	assert_true(r.has_event);
	assert_int_equal(r.ev.type, NAT_EV_TCP_FAILED);
	assert_int_equal(r.ev.cause, NAT_CAUSE_REFUSED);
	assert_int_equal(r.ev.side, NAT_B);
	assert_int_equal(r.ev.gen, 1);
	assert_int_equal(r.ev.conn, 0);
	assert_int_equal(c.conn.tcp, NAT_TCP_CLOSED);
	open_from(&c, 41001);
}

static void closed_by_both(void **state)
{
	struct call c = call(NAT_IP_TCP);
	struct result r;

	open_from(&c, 41000);
	assert_false(tcp(&c, NAT_B, 0, FIN_ | ACK_, 901, 101).has_event);
	assert_int_equal(c.conn.tcp, NAT_TCP_FIN_B);
	assert_int_equal(tcp(&c, NAT_A, 41000, ACK_ | PSH_, 101, 902).verdict, NAT_FORWARD);
	r = tcp(&c, NAT_A, 41000, FIN_ | ACK_, 101, 902);
	assert_int_equal(r.ev.type, NAT_EV_TCP_DOWN);
	assert_int_equal(r.ev.cause, NAT_CAUSE_FIN);
	assert_int_equal(tcp(&c, NAT_B, 0, ACK_, 902, 102).verdict, NAT_FORWARD);
	assert_int_equal(c.conn.tcp, NAT_TCP_CLOSING);
}

/* Only what proves life moves the clock. */
static void the_clock_follows_life(void **state)
{
	struct call c = call(NAT_IP_TCP);
	struct packet p = from_a(PACKET_TCP);

	open_from(&c, 41000);
	p.sport = 41000;
	p.seq = 101;
	p.ack = 901;
	put(&c, &p, NAT_A, 5000);
	assert_int_equal(c.conn.last_ms, 5000);
	p.tcp_flags = SYN_; // draws a challenge ACK
	put(&c, &p, NAT_A, 6000);
	assert_int_equal(c.conn.last_ms, 5000);
	p.tcp_flags = RST_; // in the window, but not exact
	p.seq = 120;
	put(&c, &p, NAT_A, 7000);
	assert_int_equal(c.conn.last_ms, 5000);
	assert_int_equal(c.conn.tcp, NAT_TCP_UP);
}

/* ---- ages ---------------------------------------------------------------------------------------
 */

static void ages(void **state)
{
	static const struct nat_timers t = {.open_ms = 60, .idle_ms = 7440, .trans_ms = 240};
	static const struct {
		uint8_t tcp, flags;
		uint32_t age;
		bool event;
		uint8_t to, type, cause, side;
	} cases[] = {
		{NAT_TCP_CLOSED, 0, 99999, false, NAT_TCP_CLOSED, 0, 0, 0},
		{NAT_TCP_OPENING, NAT_C_LEARNED, 59, false, NAT_TCP_OPENING, 0, 0, 0},
		{NAT_TCP_OPENING, NAT_C_LEARNED, 60, true, NAT_TCP_CLOSED, NAT_EV_TCP_FAILED,
		 NAT_CAUSE_TIMEOUT, NAT_B},
		{NAT_TCP_OPENING, NAT_C_LEARNED | NAT_C_OPENER_B, 60, true, NAT_TCP_CLOSED,
		 NAT_EV_TCP_FAILED, NAT_CAUSE_TIMEOUT, NAT_A},
		{NAT_TCP_OPENING, NAT_C_LEARNED | NAT_C_SYNACK, 60, true, NAT_TCP_CLOSED,
		 NAT_EV_TCP_FAILED, NAT_CAUSE_TIMEOUT, NAT_A},
		{NAT_TCP_UP, NAT_C_LEARNED | NAT_C_REPORTED_UP, 7439, false, NAT_TCP_UP, 0, 0, 0},
		{NAT_TCP_UP, NAT_C_LEARNED | NAT_C_REPORTED_UP, 7440, true, NAT_TCP_TRANS,
		 NAT_EV_TCP_DOWN, NAT_CAUSE_IDLE, NAT_A},
		{NAT_TCP_UP, NAT_C_LEARNED, 7440, false, NAT_TCP_TRANS, 0, 0, 0},
		{NAT_TCP_FIN_A, NAT_C_LEARNED | NAT_C_REPORTED_UP, 7440, true, NAT_TCP_TRANS,
		 NAT_EV_TCP_DOWN, NAT_CAUSE_IDLE, NAT_A},
		{NAT_TCP_FIN_B, NAT_C_REPORTED_UP | NAT_C_OPENER_B, 7440, true, NAT_TCP_TRANS,
		 NAT_EV_TCP_DOWN, NAT_CAUSE_IDLE, NAT_B},
		{NAT_TCP_CLOSING, NAT_C_LEARNED, 239, false, NAT_TCP_CLOSING, 0, 0, 0},
		{NAT_TCP_CLOSING, NAT_C_LEARNED, 240, false, NAT_TCP_CLOSED, 0, 0, 0},
		{NAT_TCP_TRANS, NAT_C_LEARNED, 240, false, NAT_TCP_CLOSED, 0, 0, 0},
		{NAT_TCP_STATE_COUNT, 0, 99999, false, NAT_TCP_STATE_COUNT, 0, 0, 0},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const uint32_t born = 0xfffffff0; // the clock wraps on the way
		struct nat_conn c = {.tcp = cases[i].tcp,
				     .flags = cases[i].flags,
				     .last_ms = born,
				     .gen = 9,
				     .drops = 4};
		struct nat_event ev;

		assert_int_equal(nat_expire(&c, 77, &t, born + cases[i].age, &ev), cases[i].event);
		assert_int_equal(c.tcp, cases[i].to);
		assert_int_equal(c.drops, 4);
		if (c.tcp == NAT_TCP_CLOSED)
			assert_int_equal(c.flags, 0);
		if (!cases[i].event)
			continue;
		assert_int_equal(ev.conn, 77);
		assert_int_equal(ev.gen, 9);
		assert_int_equal(ev.type, cases[i].type);
		assert_int_equal(ev.cause, cases[i].cause);
		assert_int_equal(ev.side, cases[i].side);
	}
}

static void an_idle_connection_is_released_once(void **state)
{
	static const struct nat_timers t = {.open_ms = 60, .idle_ms = 1000, .trans_ms = 240};
	struct nat_conn c = {.tcp = NAT_TCP_UP, .flags = NAT_C_LEARNED | NAT_C_REPORTED_UP};
	struct nat_event ev;

	assert_true(nat_expire(&c, 1, &t, 1000, &ev));
	assert_false(nat_expire(&c, 1, &t, 1239, &ev));
	assert_int_equal(c.tcp, NAT_TCP_TRANS);
	assert_false(nat_expire(&c, 1, &t, 1240, &ev));
	assert_int_equal(c.tcp, NAT_TCP_CLOSED);
}

/* Data after the release brings the state back, and a second silence is not told again. */
static void a_second_silence_is_not_reported(void **state)
{
	static const struct nat_timers t = {.open_ms = 60, .idle_ms = 1000, .trans_ms = 240};
	struct call c = call(NAT_IP_TCP);
	struct packet p = from_a(PACKET_TCP);
	struct nat_event ev;

	open_from(&c, 41000);
	assert_true(nat_expire(&c.conn, 1, &t, 1000, &ev));
	p.sport = 41000;
	p.seq = 101;
	p.ack = 901;
	assert_false(put(&c, &p, NAT_A, 1001).has_event);
	assert_int_equal(c.conn.tcp, NAT_TCP_UP);
	assert_false(nat_expire(&c.conn, 1, &t, 2001, &ev));
	assert_int_equal(c.conn.tcp, NAT_TCP_TRANS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_closed_gate_or_no_remote_drops),
		cmocka_unit_test(a_packet_of_another_protocol_drops),
		cmocka_unit_test(a_foreign_source_drops),
		cmocka_unit_test(size_and_ttl),
		cmocka_unit_test(hop_limit_of_ip6),
		cmocka_unit_test(a_ttl_of_zero_drops),
		cmocka_unit_test(udp_goes_both_ways),
		cmocka_unit_test(a_connection_is_bound_to_the_port_of_its_syn),
		cmocka_unit_test(also_while_it_opens),
		cmocka_unit_test(after_its_end_a_new_port_opens),
		cmocka_unit_test(a_signalled_port_binds_the_opener),
		cmocka_unit_test(the_side_that_must_wait_cannot_open),
		cmocka_unit_test(either_side_may_open_first),
		cmocka_unit_test(simultaneous_open_passes),
		cmocka_unit_test(an_opener_without_a_far_port_waits),
		cmocka_unit_test(every_step_has_its_reason),
		cmocka_unit_test(stateless_relays_anything),
		cmocka_unit_test(refused),
		cmocka_unit_test(closed_by_both),
		cmocka_unit_test(the_clock_follows_life),
		cmocka_unit_test(ages),
		cmocka_unit_test(an_idle_connection_is_released_once),
		cmocka_unit_test(a_second_silence_is_not_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
