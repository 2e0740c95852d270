// One observer per bearer: which protocol it is, RFC 4571 frames, the short way of packets, and
// what the recordings of OpenSSL do not hold: made by name.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../nat/watch.h"
#include "tls_bytes.h"

enum { C = NAT_A, S = NAT_B };

struct rig {
	struct nat_bufs bufs;
	struct nat_watch w;
	uint32_t at[2]; // sequence numbers
	uint32_t mss;
};

static void rig_open_with(struct rig *r, unsigned small, unsigned large, bool follow)
{
	static uint64_t mem[(32 * NAT_BUF_SMALL + 8 * NAT_BUF_LARGE) / sizeof(uint64_t)];

	memset(r, 0, sizeof(*r));
	nat_bufs_init(&r->bufs, mem, small, large);
	nat_watch_init_tcp(&r->w, &r->bufs, follow);
	nat_watch_syn(&r->w, NAT_A, 99);
	nat_watch_syn(&r->w, NAT_B, 0xffffffff);
	r->at[NAT_A] = 100;
	r->mss = 1448;
}

static void rig_open(struct rig *r)
{
	rig_open_with(r, 32, 8, true);
}

static void send(struct rig *r, int side, const uint8_t *data, uint32_t len)
{
	for (uint32_t n; len > 0; data += n, len -= n) {
		struct nat_segment seg = {.seq = r->at[side], .ack = r->at[!side]};

		n = len < r->mss ? len : r->mss;
		seg.data = data;
		seg.len = n;
		nat_watch_segment(&r->w, (enum nat_side)side, &seg);
		r->at[side] += n;
	}
}

static void fin(struct rig *r, int side)
{
	struct nat_segment seg = {.seq = r->at[side]++, .ack = r->at[!side], .fin = true};

	nat_watch_segment(&r->w, (enum nat_side)side, &seg);
}

static const struct nat_tls_facts *facts(const struct rig *r)
{
	return nat_watch_facts(&r->w);
}

static void expect(const struct rig *r, enum nat_tls_state state, enum nat_tls_why why)
{
	if (facts(r)->state != state || facts(r)->why != why)
		fail_msg("%s (%s), wanted %s (%s)", nat_tls_state_name(facts(r)->state),
			 nat_tls_why_name(facts(r)->why), nat_tls_state_name(state),
			 nat_tls_why_name(why));
}

static void rig_close(struct rig *r)
{
	nat_watch_fini(&r->w);
	assert_int_equal(r->bufs.small.used, 0);
	assert_int_equal(r->bufs.large.used, 0);
}

/* ---- pieces of conversations ---- */

static const struct hello ch12 = {.random = 1, .legacy = 0x0303};
static const struct hello sh12 = {.random = 2, .legacy = 0x0303, .suite = 0xc02f};
static const struct hello ch13 = {.random = 1, .legacy = 0x0303, .version = 0x0304};
static const struct hello sh13 = {
	.random = 2, .legacy = 0x0303, .version = 0x0304, .suite = 0x1301};

static void say_hello(struct rig *r, int side, const struct hello *h, bool server)
{
	struct bytes body = {.n = 0}, b = {.n = 0};

	if (server)
		server_hello(&body, h);
	else
		client_hello(&body, h, 0);
	tls_message(&b, server ? 2 : 1, &body);
	send(r, side, b.at, b.n);
}

static void say_message(struct rig *r, int side, uint8_t type, const struct bytes *body)
{
	struct bytes b = {.n = 0};

	tls_message(&b, type, body);
	send(r, side, b.at, b.n);
}

static void say_record(struct rig *r, int side, uint8_t type, uint32_t n)
{
	static const uint8_t secret[17000] = {1};
	struct bytes b = {.n = 0};

	tls_record(&b, type, secret, n);
	send(r, side, b.at, b.n);
}

static void say_alert(struct rig *r, int side, uint8_t level, uint8_t desc)
{
	const uint8_t alert[2] = {level, desc};
	struct bytes b = {.n = 0};

	tls_record(&b, 21, alert, 2);
	send(r, side, b.at, b.n);
}

static void say_certificate(struct rig *r, int side, uint32_t n)
{
	struct bytes body = {.n = 0};

	certificate(&body, n);
	say_message(r, side, 11, &body);
}

/* A full handshake of 1.2, without what observers do not need. */
static void bring_up_12(struct rig *r)
{
	const struct bytes none = {.n = 0};

	say_hello(r, C, &ch12, false);
	say_hello(r, S, &sh12, true);
	say_certificate(r, S, 600);
	say_message(r, S, 14, &none);
	say_record(r, C, 20, 1);
	say_record(r, C, 22, 40);
	say_record(r, S, 20, 1);
	say_record(r, S, 22, 40);
	expect(r, NAT_TLS_UP, 0);
}

static void bring_up_13(struct rig *r)
{
	say_hello(r, C, &ch13, false);
	say_hello(r, S, &sh13, true);
	say_record(r, S, 20, 1);
	say_record(r, S, 23, 800);
	say_record(r, C, 20, 1);
	say_record(r, C, 23, 53);
	expect(r, NAT_TLS_UP, 0);
}

/* ---- which protocol ---- */

static void test_plaintext(void **state)
{
	static const struct {
		const char *text;
		enum nat_plain plain;
	} rows[] = {
		{"MSRP d93kswow SEND\r\n", NAT_PLAIN_MSRP},
		{"x", NAT_PLAIN_OTHER},
		{"hi", NAT_PLAIN_OTHER},
		{"\x16\x03\x09zzzzzz", NAT_PLAIN_OTHER},
		{"\x16MSRP", NAT_PLAIN_OTHER},
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (uint32_t mss = 1; mss < 24; mss++) {
			struct rig r;

			rig_open(&r);
			r.mss = mss;
			send(&r, S, (const uint8_t *)rows[i].text, (uint32_t)strlen(rows[i].text));
			fin(&r, S);
			expect(&r, NAT_TLS_PLAINTEXT, 0);
			assert_int_equal(facts(&r)->side, S);
			assert_int_equal(facts(&r)->plain, rows[i].plain);
			rig_close(&r);
		}
	}
}

/* A server that does not speak TLS answers a ClientHello in clear. */
static void test_plaintext_answer(void **state)
{
	struct rig r;

	rig_open(&r);
	say_hello(&r, C, &ch12, false);
	send(&r, S, (const uint8_t *)"HTTP/1.1 400 Bad Request\r\n", 26);
	expect(&r, NAT_TLS_PLAINTEXT, 0);
	assert_int_equal(facts(&r)->side, S);
	assert_int_equal(facts(&r)->plain, NAT_PLAIN_HTTP);
	assert_true(r.w.done);
	rig_close(&r);
}

static void test_nothing_said(void **state)
{
	struct rig r;

	rig_open(&r);
	fin(&r, C);
	fin(&r, S);
	expect(&r, NAT_TLS_NONE, 0);
	rig_close(&r);

	rig_open(&r);
	nat_watch_reset(&r.w, NAT_B);
	expect(&r, NAT_TLS_NONE, 0);
	rig_close(&r);

	rig_open(&r); // two bytes that might have become TLS
	send(&r, C, (const uint8_t *)"\x16\x03", 2);
	fin(&r, C);
	expect(&r, NAT_TLS_FAILED, NAT_TLS_WHY_FIN);
	rig_close(&r);

	rig_open(&r);
	say_hello(&r, C, &ch13, false);
	nat_watch_reset(&r.w, NAT_B);
	expect(&r, NAT_TLS_FAILED, NAT_TLS_WHY_RST);
	assert_int_equal(facts(&r)->side, S);
	rig_close(&r);
}

static void test_middle(void **state)
{
	struct rig r;

	rig_open(&r);
	nat_watch_fini(&r.w);
	nat_watch_init_tcp(&r.w, &r.bufs, true);
	say_record(&r, C, 23, 100);
	expect(&r, NAT_TLS_UNKNOWN, NAT_TLS_WHY_MIDDLE);
	rig_close(&r);
}

/* ---- DTLS in frames: RFC 4571, as TCP/DTLS/BFCP has it (RFC 8856 section 4) ---- */

static void say_frame(struct rig *r, int side, const struct bytes *datagram)
{
	struct bytes b = {.n = 0};

	put(&b, datagram->n, 2);
	append(&b, datagram);
	send(r, side, b.at, b.n);
}

static void say_dtls_hello(struct rig *r, int side, bool server, uint16_t padding)
{
	const struct hello h = {
		.random = server ? 2 : 1, .legacy = 0xfefd, .suite = 0xc02f, .padding = padding};
	struct bytes body = {.n = 0}, b = {.n = 0};

	if (server)
		server_hello(&body, &h);
	else
		client_hello(&body, &h, 1);
	dtls_message(&b, server ? 2 : 1, 0, &body);
	say_frame(r, side, &b);
}

static void say_dtls_record(struct rig *r, int side, uint8_t type, uint16_t epoch, uint64_t seq)
{
	static const uint8_t secret[700] = {1};
	struct bytes b = {.n = 0};

	dtls_record(&b, type, epoch, seq, secret, type == 21 ? 26 : sizeof(secret));
	say_frame(r, side, &b);
}

static void test_framed(void **state)
{
	static const uint32_t mss[] = {1, 2, 3, 5, 13, 100, 65535};

	for (unsigned i = 0; i < sizeof(mss) / sizeof(mss[0]); i++) {
		struct bytes nothing = {.n = 0};
		struct rig r;

		rig_open(&r);
		r.mss = mss[i];
		say_dtls_hello(&r, C, false, 3000);
		expect(&r, NAT_TLS_HELLO, 0);
		assert_int_equal(r.w.kind, NAT_WATCH_FRAMED);
		say_dtls_hello(&r, S, true, 0);
		say_frame(&r, S, &nothing); // an empty frame
		say_dtls_record(&r, S, 22, 1, 0);
		say_dtls_record(&r, C, 22, 1, 0);
		expect(&r, NAT_TLS_UP, 0);
		assert_int_equal(facts(&r)->mode, NAT_TLS_MODE_RESUMED);
		assert_int_equal(facts(&r)->version, NAT_DTLS_1_2);
		assert_true(facts(&r)->flags & NAT_TLS_F_FRAMED);
		say_dtls_record(&r, C, 23, 1, 1);
		say_dtls_record(&r, C, 21, 1, 2);
		expect(&r, NAT_TLS_CLOSING, 0);
		fin(&r, C);
		expect(&r, NAT_TLS_CLOSED, 0);
		assert_int_equal(facts(&r)->close, NAT_TLS_END_CLEAN);
		rig_close(&r);
	}
}

static void test_framed_no_buffer(void **state)
{
	struct rig r;

	rig_open_with(&r, 0, 0, true);
	r.mss = 50;
	say_dtls_hello(&r, C, false, 100);
	expect(&r, NAT_TLS_UNKNOWN, NAT_TLS_WHY_NO_BUFFER);
	assert_true(r.bufs.empty > 0);
	rig_close(&r);

	rig_open(&r); // a length that no DTLS record can have
	send(&r, C, (const uint8_t *)"\xff\xff\x16\xfe\xfd", 5);
	expect(&r, NAT_TLS_UNKNOWN, NAT_TLS_WHY_TOO_LONG);
	rig_close(&r);
}

/* ---- the path of every packet ---- */

static void test_inside_records(void **state)
{
	struct rig slow, fast;

	for (unsigned mss = 1; mss < 4000; mss = mss * 3 + 1) {
		rig_open(&fast);
		fast.mss = mss;
		bring_up_13(&fast);
		say_record(&fast, C, 23, 16000);
		say_record(&fast, S, 23, 16000);
		say_record(&fast, C, 23, 19); // an alert by its length
		fin(&fast, C);
		fin(&fast, S);
		expect(&fast, NAT_TLS_CLOSED, 0);
		assert_int_equal(facts(&fast)->close, NAT_TLS_END_CLEAN);
		assert_int_equal(facts(&fast)->end[C], NAT_TLS_END_CLEAN);
		assert_int_equal(facts(&fast)->end[S], NAT_TLS_END_TRUNCATED);
		rig_close(&fast);
	}
	rig_open(&slow); // cut in the middle of a record
	bring_up_13(&slow);
	slow.mss = 9000;
	{
		struct bytes b = {.n = 0};
		static const uint8_t secret[16000];

		tls_record(&b, 23, secret, sizeof(secret));
		send(&slow, C, b.at, 9000);
	}
	fin(&slow, C);
	expect(&slow, NAT_TLS_CLOSED, 0);
	assert_int_equal(facts(&slow)->close, NAT_TLS_END_TRUNCATED);
	rig_close(&slow);
}

static void test_do_not_follow(void **state)
{
	struct rig r;

	rig_open_with(&r, 32, 8, false);
	bring_up_12(&r);
	assert_true(r.w.done);
	send(&r, C, (const uint8_t *)"anything goes by now", 20);
	expect(&r, NAT_TLS_UP, 0);
	fin(&r, C);
	expect(&r, NAT_TLS_CLOSED, 0);
	assert_int_equal(facts(&r)->close, NAT_TLS_END_UNSURE);
	rig_close(&r);
}

/* A record header lost for good: the state stays, only the end is unsure. */
static void test_lost_when_up(void **state)
{
	struct rig r;

	rig_open(&r);
	bring_up_12(&r);
	r.at[C] += 10;
	for (int i = 0; i < 40; i++)
		say_record(&r, C, 23, 1000);
	expect(&r, NAT_TLS_UP, 0);
	assert_int_equal(facts(&r)->end[C], NAT_TLS_END_UNSURE);
	assert_int_equal(r.bufs.small.used, 1); // the certificate that nobody took
	fin(&r, S);
	expect(&r, NAT_TLS_CLOSED, 0);
	assert_int_equal(facts(&r)->close, NAT_TLS_END_UNSURE);
	rig_close(&r);
}

static void test_ends(void **state)
{
	struct rig r;

	rig_open(&r);
	bring_up_12(&r);
	nat_watch_reset(&r.w, NAT_B);
	expect(&r, NAT_TLS_CLOSED, 0);
	assert_int_equal(facts(&r)->close, NAT_TLS_END_RESET);
	rig_close(&r);

	rig_open(&r);
	bring_up_12(&r);
	say_record(&r, S, 21, 26);
	expect(&r, NAT_TLS_CLOSING, 0);
	say_record(&r, S, 23, 100); // a warning it was
	expect(&r, NAT_TLS_UP, 0);
	say_record(&r, S, 21, 26);
	nat_watch_reset(&r.w, NAT_A);
	assert_int_equal(facts(&r)->close, NAT_TLS_END_CLEAN);
	assert_int_equal(facts(&r)->end[S], NAT_TLS_END_CLEAN);
	assert_int_equal(facts(&r)->end[C], NAT_TLS_END_RESET);
	rig_close(&r);

	rig_open(&r); // garbage of the other side after the end of one
	bring_up_12(&r);
	say_record(&r, C, 21, 26);
	fin(&r, C);
	send(&r, S, (const uint8_t *)"garbage", 7);
	fin(&r, S);
	expect(&r, NAT_TLS_CLOSED, 0);
	assert_int_equal(facts(&r)->close, NAT_TLS_END_CLEAN);
	assert_int_equal(facts(&r)->end[S], NAT_TLS_END_UNSURE);
	rig_close(&r);
}

/* ---- TLS that OpenSSL does not speak ---- */

static void test_hidden_alerts(void **state)
{
	struct hello ccm8 = sh13;
	struct rig r;

	rig_open(&r);
	say_hello(&r, C, &ch13, false);
	say_hello(&r, S, &sh13, true);
	say_record(&r, S, 23, 800);
	say_record(&r, C, 23, 19); // bad_certificate, under handshake keys: GnuTLS, NSS
	expect(&r, NAT_TLS_FAILED, NAT_TLS_WHY_HIDDEN_ALERT);
	assert_int_equal(facts(&r)->side, C);
	assert_int_equal(facts(&r)->alert, NAT_TLS_ALERT_HIDDEN);
	rig_close(&r);

	ccm8.suite = 0x1305;
	rig_open(&r);
	say_hello(&r, C, &ch13, false);
	say_hello(&r, S, &ccm8, true);
	say_record(&r, S, 23, 11);
	expect(&r, NAT_TLS_FAILED, NAT_TLS_WHY_HIDDEN_ALERT);
	assert_int_equal(facts(&r)->side, S);
	rig_close(&r);

	rig_open(&r); // 1.2: between ChangeCipherSpec and Finished
	say_hello(&r, C, &ch12, false);
	say_hello(&r, S, &sh12, true);
	say_record(&r, C, 20, 1);
	say_record(&r, C, 21, 26);
	expect(&r, NAT_TLS_FAILED, NAT_TLS_WHY_HIDDEN_ALERT);
	rig_close(&r);
}

static void test_clear_alerts(void **state)
{
	static const struct {
		uint8_t level, desc;
		bool fatal;
	} rows[] = {
		{2, 40, true}, {1, 112, false}, {1, 90, false}, {1, 0, true},
		{1, 48, true}, {2, 90, true},   {1, 41, false},
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig r;

		rig_open(&r);
		r.mss = 1 + i;
		say_hello(&r, C, &ch12, false);
		say_alert(&r, S, rows[i].level, rows[i].desc);
		if (rows[i].fatal)
			expect(&r, NAT_TLS_FAILED, NAT_TLS_WHY_ALERT);
		else
			expect(&r, NAT_TLS_HELLO, 0);
		assert_int_equal(facts(&r)->alert, rows[i].desc);
		assert_int_equal(facts(&r)->alert_side, S);
		assert_int_equal(facts(&r)->alerts, 1);
		rig_close(&r);
	}
}

static void test_collision(void **state)
{
	struct rig r;

	rig_open(&r);
	say_hello(&r, C, &ch12, false);
	r.at[C] -= 10; // the hellos cross: neither acknowledges the other
	say_hello(&r, S, &ch13, false);
	r.at[C] += 10;
	expect(&r, NAT_TLS_COLLISION, 0);
	assert_true(nat_watch_news(&r.w) & NAT_TLS_NEWS_FAILED);
	say_alert(&r, C, 2, 10);
	expect(&r, NAT_TLS_COLLISION, 0);
	rig_close(&r);
}

static void test_psk_ages(void **state)
{
	struct hello ch = ch13, sh = sh13;
	struct rig r;

	ch.psk = 200;
	sh.psk_chosen = 1;
	for (uint32_t age = 0; age < 2; age++) {
		ch.psk_age = age;
		rig_open(&r);
		say_hello(&r, C, &ch, false);
		say_hello(&r, S, &sh, true);
		assert_int_equal(facts(&r)->psk_len, 200);
		assert_int_equal(facts(&r)->mode, age ? NAT_TLS_MODE_RESUMED : NAT_TLS_MODE_PSK);
		rig_close(&r);
	}
}

static void test_raw_key(void **state)
{
	struct hello sh = sh12;
	struct bytes spki = {.n = 0};
	struct rig r;

	sh.raw_key = 1;
	put(&spki, 91, 3);
	fill(&spki, 0x30, 91);
	rig_open(&r);
	say_hello(&r, C, &ch12, false);
	say_hello(&r, S, &sh, true);
	say_message(&r, S, 11, &spki);
	expect(&r, NAT_TLS_SERVER, 0);
	assert_true(facts(&r)->flags & NAT_TLS_F_RAW_KEY);
	assert_int_equal(facts(&r)->mode, NAT_TLS_MODE_FULL);
	assert_int_equal(facts(&r)->cert_len[S], 0);
	rig_close(&r);
}

static void test_heartbeat(void **state)
{
	struct rig r;

	rig_open(&r);
	say_hello(&r, C, &ch12, false);
	say_record(&r, C, 24, 30);
	say_hello(&r, S, &sh12, true);
	expect(&r, NAT_TLS_SERVER, 0);
	assert_true(facts(&r)->flags & NAT_TLS_F_HEARTBEAT);
	rig_close(&r);
}

/* ---- what must break the observation, and nothing else ---- */

static void test_broken(void **state)
{
	static const uint8_t ccs2[2] = {1, 1}, big[3] = {0xff};
	struct bytes body = {.n = 0}, b = {.n = 0};
	struct hello old = sh12;
	struct rig r;

	rig_open(&r); // garbage behind a good hello
	say_hello(&r, C, &ch12, false);
	send(&r, C, (const uint8_t *)"garbage", 7);
	expect(&r, NAT_TLS_BROKEN, NAT_TLS_WHY_RECORD);
	rig_close(&r);

	rig_open(&r); // a second hello without being asked
	say_hello(&r, C, &ch12, false);
	say_hello(&r, C, &ch12, false);
	expect(&r, NAT_TLS_BROKEN, NAT_TLS_WHY_ORDER);
	rig_close(&r);

	rig_open(&r); // a server that begins
	say_hello(&r, S, &sh12, true);
	expect(&r, NAT_TLS_BROKEN, NAT_TLS_WHY_ORDER);
	rig_close(&r);

	rig_open(&r); // data before any hello
	say_record(&r, C, 23, 10);
	expect(&r, NAT_TLS_BROKEN, NAT_TLS_WHY_ORDER);
	rig_close(&r);

	rig_open(&r); // a record between the parts of a message
	client_hello(&body, &ch12, 0);
	put(&b, 1, 1);
	put(&b, body.n, 3);
	put(&b, 0x0303, 2);
	{
		struct bytes rec = {.n = 0};

		tls_record(&rec, 22, b.at, b.n);
		send(&r, C, rec.at, rec.n);
	}
	say_alert(&r, C, 1, 0);
	expect(&r, NAT_TLS_BROKEN, NAT_TLS_WHY_ORDER);
	rig_close(&r);

	rig_open(&r); // ChangeCipherSpec of two bytes
	say_hello(&r, C, &ch12, false);
	say_hello(&r, S, &sh12, true);
	b.n = 0;
	tls_record(&b, 20, ccs2, 2);
	send(&r, C, b.at, b.n);
	expect(&r, NAT_TLS_BROKEN, NAT_TLS_WHY_RECORD);
	rig_close(&r);

	rig_open(&r); // a record longer than any
	send(&r, C, (const uint8_t *)"\x16\x03\x01\x40\x01", 5);
	expect(&r, NAT_TLS_BROKEN, NAT_TLS_WHY_RECORD);
	rig_close(&r);

	rig_open(&r); // a certificate list that says it is longer than its message
	say_hello(&r, C, &ch12, false);
	say_hello(&r, S, &sh12, true);
	body.n = 0;
	certificate(&body, 100);
	memcpy(body.at, big, 1);
	say_message(&r, S, 11, &body);
	expect(&r, NAT_TLS_BROKEN, NAT_TLS_WHY_MESSAGE);
	rig_close(&r);

	rig_open(&r); // a version that nobody knows
	old.legacy = 0x0304;
	say_hello(&r, C, &ch12, false);
	old.legacy = 0x0305;
	say_hello(&r, S, &old, true);
	expect(&r, NAT_TLS_UNKNOWN, NAT_TLS_WHY_VERSION);
	rig_close(&r);
}

/* Every shorter form of a hello is refused, none is read too far. */
static void test_cut_hellos(void **state)
{
	const uint32_t without_extensions = 2 + 32 + 1 + 2 + 4 + 2;
	struct hello ch = ch13;
	struct bytes whole = {.n = 0}, part;
	struct rig r;

	ch.psk = 20;
	ch.cid = 5; // DTLS's, but nobody forbids it here
	client_hello(&whole, &ch, 0);
	for (uint32_t n = 0; n < whole.n; n++) {
		part = whole;
		part.n = n;
		rig_open(&r);
		say_message(&r, C, 1, &part);
		if (n == without_extensions) {
			expect(&r, NAT_TLS_HELLO, 0);
			assert_int_equal(facts(&r)->offered, NAT_TLS_1_2);
		} else {
			expect(&r, NAT_TLS_BROKEN, NAT_TLS_WHY_MESSAGE);
		}
		rig_close(&r);
	}
}

static void test_sizes(void **state)
{
	struct bytes body = {.n = 0};
	struct hello big = ch13;
	const uint8_t *der;
	uint32_t len;
	nat_buf buf;
	struct rig r;

	big.padding = 17000; // longer than is kept, in two records
	client_hello(&body, &big, 0);
	rig_open(&r);
	{
		struct bytes all = {.n = 0}, rec = {.n = 0};

		put(&all, 1, 1);
		put(&all, body.n, 3);
		append(&all, &body);
		tls_record(&rec, 22, all.at, 10000);
		tls_record(&rec, 22, all.at + 10000, all.n - 10000);
		send(&r, C, rec.at, rec.n);
	}
	expect(&r, NAT_TLS_UNKNOWN, NAT_TLS_WHY_TOO_LONG);
	rig_close(&r);

	rig_open(&r); // a certificate as large as can be kept
	say_hello(&r, C, &ch12, false);
	say_hello(&r, S, &sh12, true);
	r.mss = 700;
	say_certificate(&r, S, 16300);
	assert_true(nat_watch_news(&r.w) & NAT_TLS_NEWS_CERT_B);
	buf = nat_watch_take_cert(&r.w, NAT_B, &der, &len);
	assert_true(buf != 0);
	assert_int_equal(len, 16300);
	for (uint32_t i = 0; i < len; i++)
		assert_int_equal(der[i], 0x30);
	assert_int_equal(nat_watch_take_cert(&r.w, NAT_B, &der, &len), 0);
	nat_bufs_put(&r.bufs, buf);
	rig_close(&r);
}

/* Without buffers whole messages are still read; what is split is not. */
static void test_no_buffer(void **state)
{
	struct rig r;

	rig_open_with(&r, 0, 0, true);
	bring_up_12(&r);
	assert_int_equal(facts(&r)->mode, NAT_TLS_MODE_FULL);
	assert_true(facts(&r)->flags & NAT_TLS_F_CERT_UNKEPT);
	rig_close(&r);

	rig_open_with(&r, 0, 0, true);
	r.mss = 20;
	say_hello(&r, C, &ch12, false);
	expect(&r, NAT_TLS_UNKNOWN, NAT_TLS_WHY_NO_BUFFER);
	assert_true(r.bufs.empty > 0);
	rig_close(&r);

	rig_open_with(&r, 1, 0, true); // enough for a hello, not for a large certificate
	say_hello(&r, C, &ch12, false);
	say_hello(&r, S, &sh12, true);
	say_certificate(&r, S, 5000);
	expect(&r, NAT_TLS_SERVER, 0);
	assert_int_equal(facts(&r)->mode, NAT_TLS_MODE_FULL);
	assert_true(facts(&r)->flags & NAT_TLS_F_CERT_UNKEPT);
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plaintext),      cmocka_unit_test(test_plaintext_answer),
		cmocka_unit_test(test_nothing_said),   cmocka_unit_test(test_middle),
		cmocka_unit_test(test_framed),         cmocka_unit_test(test_framed_no_buffer),
		cmocka_unit_test(test_inside_records), cmocka_unit_test(test_do_not_follow),
		cmocka_unit_test(test_lost_when_up),   cmocka_unit_test(test_ends),
		cmocka_unit_test(test_hidden_alerts),  cmocka_unit_test(test_clear_alerts),
		cmocka_unit_test(test_collision),      cmocka_unit_test(test_psk_ages),
		cmocka_unit_test(test_raw_key),        cmocka_unit_test(test_heartbeat),
		cmocka_unit_test(test_broken),         cmocka_unit_test(test_cut_hellos),
		cmocka_unit_test(test_sizes),          cmocka_unit_test(test_no_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
