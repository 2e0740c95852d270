// The DTLS observer: handshakes of OpenSSL with loss, and what no tool speaks made by name.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/sha.h>

#include "../../nat/dtls.h"
#include "tls_bytes.h"
#include "tls_peers.h"

enum { C = NAT_A, S = NAT_B };

struct rig {
	struct nat_bufs bufs;
	struct nat_dtls d;
	uint8_t sha256[2][32];
	bool has_cert[2];
};

static void rig_open_with(struct rig *r, unsigned small, unsigned large)
{
	static uint64_t mem[(32 * NAT_BUF_SMALL + 4 * NAT_BUF_LARGE) / sizeof(uint64_t)];

	memset(r, 0, sizeof(*r));
	nat_bufs_init(&r->bufs, mem, small, large);
	nat_dtls_init(&r->d, &r->bufs, true);
}

static void rig_open(struct rig *r)
{
	rig_open_with(r, 32, 4);
}

static void feed(struct rig *r, int side, const uint8_t *data, uint32_t len)
{
	uint8_t *copy = malloc(len); // exact size: a byte read too far is seen
	const uint8_t *der;
	uint32_t n;
	nat_buf buf;

	memcpy(copy, data, len);
	nat_dtls_datagram(&r->d, (enum nat_side)side, copy, len);
	free(copy);
	for (int s = 0; s < 2; s++) {
		buf = nat_tls_hs_take_cert(&r->d.hs, (enum nat_side)s, &der, &n);
		if (!buf)
			continue;
		SHA256(der, n, r->sha256[s]);
		r->has_cert[s] = true;
		nat_bufs_put(&r->bufs, buf);
	}
}

static void send(struct rig *r, int side, const struct bytes *b)
{
	feed(r, side, b->at, b->n);
}

static unsigned state(const struct rig *r)
{
	return nat_dtls_facts(&r->d)->state;
}

static void rig_close(struct rig *r)
{
	nat_dtls_fini(&r->d);
	assert_int_equal(r->bufs.small.used, 0);
	assert_int_equal(r->bufs.large.used, 0);
}

/* ---- recordings ---- */

struct row {
	struct plan plan;
	uint8_t state, mode, alert;
	uint16_t flags;
};

#define UP(m)        NAT_TLS_CLOSING, NAT_TLS_MODE_##m, NAT_TLS_ALERT_NONE
#define FAILED(m, a) NAT_TLS_FAILED, NAT_TLS_MODE_##m, a

static const struct row rows[] = {
	{{"full", DTLS1_2_VERSION, true}, UP(FULL)},
	{{"cookie", DTLS1_2_VERSION, true, .cookie = true}, UP(FULL), NAT_TLS_F_RETRIED},
	{{"mutual", DTLS1_2_VERSION, true, .mutual = true}, UP(FULL), NAT_TLS_F_ASKED},
	{{"mutual small mtu", DTLS1_2_VERSION, true, 576, .mutual = true, .cookie = true},
	 UP(FULL)},
	{{"tiny mtu", DTLS1_2_VERSION, true, 256, .cookie = true, .chain = 4096}, UP(FULL)},
	{{"resumed", DTLS1_2_VERSION, true, .resume = true}, UP(RESUMED)},
	{{"resumed small mtu", DTLS1_2_VERSION, true, 256, .resume = true, .cookie = true},
	 UP(RESUMED)},
	{{"psk", DTLS1_2_VERSION, true, .psk = true, .ciphers = "PSK-AES128-GCM-SHA256"},
	 UP(PSK),
	 NAT_TLS_F_PSK_OFFERED},
	{{"dtls 1.0", DTLS1_VERSION, true, .ciphers = "ALL:@SECLEVEL=0"}, UP(FULL)},
	{{"no common suite", DTLS1_2_VERSION, true, .ciphers = "AES128-GCM-SHA256",
	  .client_ciphers = "AES256-GCM-SHA384"},
	 FAILED(UNSEEN, 40)},
	{{"client refused", DTLS1_2_VERSION, true, .mutual = true, .refuse_client = true},
	 FAILED(FULL, 45)},
	{{"server refused", DTLS1_2_VERSION, true, .client_refuses = true}, FAILED(FULL, 45)},
	{{"large hello", DTLS1_2_VERSION, true, .alpn = 3000}, UP(FULL), NAT_TLS_F_ALPN},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static struct outcome *outcomes;

static int play_all(void **unused)
{
	outcomes = calloc(ROWS, sizeof(*outcomes));
	for (unsigned i = 0; i < ROWS; i++)
		play(&rows[i].plan, &outcomes[i]);
	return 0;
}

static int forget_all(void **unused)
{
	for (unsigned i = 0; i < ROWS; i++)
		outcome_free(&outcomes[i]);
	free(outcomes);
	return 0;
}

static void check(const struct row *row, const struct outcome *out, const struct rig *r)
{
	const struct nat_tls_facts *f = nat_dtls_facts(&r->d);

	if (f->state != row->state || f->mode != row->mode || f->alert != row->alert ||
	    (f->flags & row->flags) != row->flags)
		fail_msg("%s: state %s why %s mode %s alert %s flags %#x", row->plan.name,
			 nat_tls_state_name(f->state), nat_tls_why_name(f->why),
			 nat_tls_mode_name(f->mode), nat_tls_alert_name(f->alert), f->flags);
	assert_int_equal(f->client, C);
	assert_int_equal(f->associations, 1);
	if (row->state == NAT_TLS_FAILED)
		return;
	assert_int_equal(f->version, out->version);
	assert_int_equal(f->suite, out->suite);
	for (int side = 0; side < 2 && !out->resumed; side++) {
		assert_int_equal(r->has_cert[side], out->has_cert[side]);
		assert_memory_equal(r->sha256[side], out->sha256[side], 32);
	}
}

static void test_recorded(void **unused)
{
	for (unsigned i = 0; i < ROWS; i++) {
		const struct recording *rec = &outcomes[i].rec;
		struct rig r;

		assert_true(rec->n >= 2);
		rig_open(&r);
		for (unsigned k = 0; k < rec->n; k++)
			feed(&r, rec->chunk[k].side, rec->chunk[k].data, rec->chunk[k].len);
		check(&rows[i], &outcomes[i], &r);
		rig_close(&r);
	}
}

/* A lost datagram is repeated before the other side can go on. */
static unsigned end_of_flight(const struct recording *rec, unsigned i)
{
	unsigned end = i;

	while (end + 1 < rec->n && rec->chunk[end + 1].side == rec->chunk[i].side)
		end++;
	return end;
}

static void test_lost_and_repeated(void **unused)
{
	for (unsigned i = 0; i < ROWS; i++) {
		const struct recording *rec = &outcomes[i].rec;

		for (unsigned lost = 0; lost < rec->n; lost++) {
			unsigned end = end_of_flight(rec, lost);

			for (unsigned after = lost; after <= end; after++) {
				struct rig r;

				rig_open(&r);
				for (unsigned k = 0; k < rec->n; k++) {
					const struct chunk *c = &rec->chunk[k];

					if (k != lost)
						feed(&r, c->side, c->data, c->len);
					c = &rec->chunk[lost];
					if (k == after)
						feed(&r, c->side, c->data, c->len);
				}
				check(&rows[i], &outcomes[i], &r);
				rig_close(&r);
			}
		}
	}
}

/* Every datagram comes again later, once at every place. */
static void test_repeated(void **unused)
{
	for (unsigned i = 0; i < ROWS; i++) {
		const struct recording *rec = &outcomes[i].rec;

		for (unsigned twice = 0; twice < rec->n; twice++) {
			for (unsigned at = twice; at < rec->n; at++) {
				struct rig r;

				rig_open(&r);
				for (unsigned k = 0; k < rec->n; k++) {
					const struct chunk *c = &rec->chunk[k];

					feed(&r, c->side, c->data, c->len);
					c = &rec->chunk[twice];
					if (k == at)
						feed(&r, c->side, c->data, c->len);
				}
				check(&rows[i], &outcomes[i], &r);
				rig_close(&r);
			}
		}
	}
}

/* A capture that lacks a datagram for good must not claim what it cannot know. */
static void test_missing(void **unused)
{
	for (unsigned i = 0; i < ROWS; i++) {
		const struct recording *rec = &outcomes[i].rec;

		for (unsigned lost = 0; lost < rec->n; lost++) {
			const struct nat_tls_facts *f;
			struct rig r;

			rig_open(&r);
			for (unsigned k = 0; k < rec->n; k++)
				if (k != lost)
					feed(&r, rec->chunk[k].side, rec->chunk[k].data,
					     rec->chunk[k].len);
			f = nat_dtls_facts(&r.d);
			assert_int_not_equal(f->state, NAT_TLS_BROKEN);
			assert_int_not_equal(f->state, NAT_TLS_COLLISION);
			assert_true(f->version == 0 || f->version == outcomes[i].version);
			rig_close(&r);
		}
	}
}

/* ---- made by name ---- */

static const struct hello hello12 = {.random = 1, .legacy = 0xfefd};
static const struct hello answer12 = {.random = 2, .legacy = 0xfefd, .suite = 0xc02f};
static const struct hello hello13 = {.random = 1, .legacy = 0xfefd, .version = 0xfefc};
static const struct hello answer13 = {
	.random = 2, .legacy = 0xfefd, .version = 0xfefc, .suite = 0x1301};

static void say_client_hello(struct rig *r, int side, const struct hello *h, uint16_t msg_seq)
{
	struct bytes body = {.n = 0}, b = {.n = 0};

	client_hello(&body, h, 1);
	dtls_message(&b, 1, msg_seq, &body);
	send(r, side, &b);
}

static void say_server_hello(struct rig *r, int side, const struct hello *h, uint16_t msg_seq)
{
	struct bytes body = {.n = 0}, b = {.n = 0};

	server_hello(&body, h);
	dtls_message(&b, 2, msg_seq, &body);
	send(r, side, &b);
}

static void say(struct rig *r, int side, uint8_t type, uint16_t epoch, uint64_t seq)
{
	static const uint8_t secret[40] = {0xee};
	struct bytes b = {.n = 0};

	dtls_record(&b, type, epoch, seq, secret, sizeof(secret));
	send(r, side, &b);
}

static void say_unified(struct rig *r, int side, unsigned epoch)
{
	struct bytes b = {.n = 0};

	dtls_unified(&b, epoch, 0, 1, 60);
	send(r, side, &b);
}

static void say_certificate(struct rig *r, int side, uint16_t msg_seq)
{
	struct bytes body = {.n = 0}, b = {.n = 0};

	certificate(&body, 500);
	dtls_message(&b, 11, msg_seq, &body);
	send(r, side, &b);
}

static void bring_up_12(struct rig *r, uint8_t random)
{
	struct hello h = hello12;

	h.random = random;
	say_client_hello(r, C, &h, 0);
	say_server_hello(r, S, &answer12, 0);
	say_certificate(r, S, 1);
	say(r, C, 22, 1, 0);
	say(r, S, 22, 1, 0);
}

static void test_13(void **unused)
{
	struct rig r;

	rig_open(&r);
	say_client_hello(&r, C, &hello13, 0);
	say_server_hello(&r, S, &answer13, 0);
	assert_int_equal(state(&r), NAT_TLS_SERVER);
	say_unified(&r, S, 2);
	say_unified(&r, S, 3); // data ahead of the client's Finished
	assert_int_equal(state(&r), NAT_TLS_SERVER);
	say_unified(&r, C, 2);
	assert_int_equal(state(&r), NAT_TLS_SERVER);
	say_unified(&r, S, 3); // its ACK
	assert_int_equal(state(&r), NAT_TLS_UP);
	assert_int_equal(nat_dtls_facts(&r.d)->version, NAT_DTLS_1_3);
	assert_int_equal(nat_dtls_facts(&r.d)->offered, NAT_DTLS_1_3);
	assert_int_equal(nat_dtls_facts(&r.d)->group, 29);
	rig_close(&r);
}

static void test_13_retry_and_early(void **unused)
{
	struct hello retry = answer13;
	struct rig r;

	retry.random = 0;
	rig_open(&r);
	say_client_hello(&r, C, &hello13, 0);
	say_unified(&r, C, 1); // 0-RTT
	say_server_hello(&r, S, &retry, 0);
	assert_int_equal(state(&r), NAT_TLS_RETRY);
	say_client_hello(&r, C, &hello13, 0); // repeated: changes nothing
	assert_int_equal(state(&r), NAT_TLS_RETRY);
	say_client_hello(&r, C, &hello13, 1);
	say_server_hello(&r, S, &answer13, 1);
	say_unified(&r, S, 2);
	say_unified(&r, C, 2);
	say_unified(&r, C, 3);
	assert_int_equal(state(&r), NAT_TLS_UP);
	assert_true(nat_dtls_facts(&r.d)->flags & NAT_TLS_F_RETRIED);
	assert_int_equal(nat_dtls_facts(&r.d)->associations, 1);
	rig_close(&r);
}

static void test_13_cid(void **unused)
{
	struct hello h = hello13, a = answer13;
	struct bytes b = {.n = 0};
	struct rig r;

	h.cid = 1 + 5; // what the server shall write
	a.cid = 1 + 3; // what the client shall write
	rig_open(&r);
	say_client_hello(&r, C, &h, 0);
	say_server_hello(&r, S, &a, 0);
	dtls_unified(&b, 2, 5, 1, 40); // two records: the second is found behind the right length
	dtls_unified(&b, 2, 5, 0, 40);
	send(&r, S, &b);
	b.n = 0;
	dtls_unified(&b, 2, 3, 1, 40);
	dtls_unified(&b, 3, 3, 0, 40);
	send(&r, C, &b);
	assert_int_equal(state(&r), NAT_TLS_UP);
	assert_true(nat_dtls_facts(&r.d)->flags & NAT_TLS_F_CID);
	rig_close(&r);
}

static void test_12_cid(void **unused)
{
	struct hello h = hello12, a = answer12;
	struct bytes b = {.n = 0};
	struct rig r;

	h.cid = 1 + 0; // asks for nothing in what it receives
	a.cid = 1 + 4;
	rig_open(&r);
	say_client_hello(&r, C, &h, 0);
	say_server_hello(&r, S, &a, 0);
	say_certificate(&r, S, 1);
	dtls_cid_record(&b, 0, 4, 40);
	dtls_cid_record(&b, 1, 4, 40);
	send(&r, C, &b);
	assert_int_equal(state(&r), NAT_TLS_SERVER);
	say(&r, S, 22, 1, 0); // without an ID the ordinary form
	assert_int_equal(state(&r), NAT_TLS_UP);
	assert_int_equal(nat_dtls_facts(&r.d)->mode, NAT_TLS_MODE_FULL);
	rig_close(&r);
}

static void test_closing(void **unused)
{
	struct rig r;

	rig_open(&r);
	bring_up_12(&r, 1);
	assert_int_equal(state(&r), NAT_TLS_UP);
	say(&r, C, 23, 1, 1);
	say(&r, C, 21, 1, 5);
	assert_int_equal(state(&r), NAT_TLS_CLOSING);
	assert_int_equal(nat_dtls_facts(&r.d)->side, C);
	say(&r, C, 23, 1, 4); // was overtaken
	say(&r, S, 23, 1, 9);
	assert_int_equal(state(&r), NAT_TLS_CLOSING);
	say(&r, C, 23, 1, 6); // the alert was a warning
	assert_int_equal(state(&r), NAT_TLS_UP);
	rig_close(&r);
}

static void test_renegotiation(void **unused)
{
	struct rig r;

	rig_open(&r);
	bring_up_12(&r, 1);
	say(&r, C, 22, 1, 8);
	say(&r, S, 22, 1, 8);
	say(&r, C, 22, 2, 0);
	assert_int_equal(nat_dtls_facts(&r.d)->renegotiations, 0);
	say(&r, S, 22, 2, 0);
	say(&r, S, 23, 2, 1);
	assert_int_equal(nat_dtls_facts(&r.d)->renegotiations, 1);
	rig_close(&r);
}

static void test_new_association(void **unused)
{
	struct hello again = hello12;
	struct rig r;

	again.random = 9;
	rig_open(&r);
	bring_up_12(&r, 1);
	say_client_hello(&r, C, &again, 0); // anybody can send this
	assert_int_equal(state(&r), NAT_TLS_UP);
	assert_int_equal(nat_dtls_facts(&r.d)->associations, 1);
	say(&r, C, 23, 1, 7);
	say(&r, S, 21, 1, 7);
	assert_int_equal(state(&r), NAT_TLS_CLOSING);
	say_server_hello(&r, S, &answer12, 0); // but not this
	assert_int_equal(state(&r), NAT_TLS_SERVER);
	assert_int_equal(nat_dtls_facts(&r.d)->associations, 2);
	say(&r, S, 23, 1, 8); // the old one goes on for a while
	say(&r, C, 23, 1, 8);
	assert_int_equal(state(&r), NAT_TLS_SERVER);
	say_certificate(&r, S, 1);
	say(&r, C, 22, 1, 0);
	say(&r, S, 22, 1, 0);
	assert_int_equal(state(&r), NAT_TLS_UP);
	assert_int_equal(nat_dtls_facts(&r.d)->mode, NAT_TLS_MODE_FULL);
	rig_close(&r);
}

static void test_middle(void **unused)
{
	struct rig r;

	rig_open(&r);
	say(&r, C, 23, 1, 100);
	assert_int_equal(state(&r), NAT_TLS_UNKNOWN);
	assert_int_equal(nat_dtls_facts(&r.d)->why, NAT_TLS_WHY_MIDDLE);
	bring_up_12(&r, 1);
	assert_int_equal(state(&r), NAT_TLS_UP);
	assert_int_equal(nat_dtls_facts(&r.d)->why, NAT_TLS_WHY_NOTHING);
	rig_close(&r);
}

static void test_collision(void **unused)
{
	struct hello other = hello12;
	struct rig r;

	other.random = 7;
	rig_open(&r);
	say_client_hello(&r, C, &hello12, 0);
	say_client_hello(&r, S, &other, 0);
	assert_int_equal(state(&r), NAT_TLS_COLLISION);
	say_client_hello(&r, C, &hello12, 0);
	say_client_hello(&r, S, &other, 0);
	assert_int_equal(state(&r), NAT_TLS_COLLISION);
	rig_close(&r);
}

static void test_foreign(void **unused)
{
	static const uint8_t rtp[20] = {0x80, 0x08}, udptl[20] = {0x14, 0x00, 0x06},
			     bfcp[12] = {0x40, 11};
	static const uint8_t stun[20] = {0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42};
	static const struct {
		const uint8_t *data;
		uint32_t len;
		enum nat_plain plain;
	} kinds[] = {
		{rtp, sizeof(rtp), NAT_PLAIN_RTP},
		{udptl, sizeof(udptl), NAT_PLAIN_OTHER},
		{bfcp, sizeof(bfcp), NAT_PLAIN_BFCP},
	};
	struct rig r;

	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		rig_open(&r);
		feed(&r, C, stun, sizeof(stun));
		assert_int_equal(state(&r), NAT_TLS_NONE);
		feed(&r, S, kinds[i].data, kinds[i].len);
		assert_int_equal(state(&r), NAT_TLS_PLAINTEXT);
		assert_int_equal(nat_dtls_facts(&r.d)->plain, kinds[i].plain);
		assert_int_equal(nat_dtls_facts(&r.d)->side, S);
		bring_up_12(&r, 1); // late packets of what the line was before
		feed(&r, C, kinds[i].data, kinds[i].len);
		assert_int_equal(state(&r), NAT_TLS_UP);
		assert_int_equal(nat_dtls_facts(&r.d)->foreign, 2);
		assert_int_equal(nat_dtls_facts(&r.d)->stun, 1);
		rig_close(&r);
	}
}

static void test_alerts(void **unused)
{
	static const uint8_t fatal[] = {2, 40}, warning[] = {1, 90};
	struct bytes b = {.n = 0};
	struct rig r;

	rig_open(&r);
	say_client_hello(&r, C, &hello12, 0);
	dtls_record(&b, 21, 0, 1, warning, 2);
	send(&r, S, &b);
	assert_int_equal(state(&r), NAT_TLS_HELLO);
	b.n = 0;
	dtls_record(&b, 21, 0, 2, fatal, 2);
	send(&r, S, &b);
	assert_int_equal(state(&r), NAT_TLS_FAILED);
	assert_int_equal(nat_dtls_facts(&r.d)->alert, 40);
	assert_int_equal(nat_dtls_facts(&r.d)->alert_side, S);
	bring_up_12(&r, 5); // another attempt
	assert_int_equal(state(&r), NAT_TLS_UP);
	send(&r, S, &b); // in clear, forged
	assert_int_equal(state(&r), NAT_TLS_UP);
	rig_close(&r);

	rig_open(&r);
	say_client_hello(&r, C, &hello12, 0);
	say_server_hello(&r, S, &answer12, 0);
	say(&r, C, 22, 1, 0);
	say(&r, S, 21, 1, 0);
	assert_int_equal(state(&r), NAT_TLS_FAILED);
	assert_int_equal(nat_dtls_facts(&r.d)->why, NAT_TLS_WHY_HIDDEN_ALERT);
	rig_close(&r);
}

/* Fragments of a hello in every hostile order. */
static void test_fragments(void **unused)
{
	struct hello h = hello12;
	struct bytes body = {.n = 0}, b;
	struct rig r;

	h.padding = 2000;
	client_hello(&body, &h, 1);

	rig_open(&r); // one byte at a time, forwards
	for (uint32_t at = 0; at < body.n; at++) {
		assert_int_equal(state(&r), NAT_TLS_NONE);
		b.n = 0;
		dtls_fragment(&b, 1, 0, &body, at, 1);
		send(&r, C, &b);
	}
	assert_int_equal(state(&r), NAT_TLS_HELLO);
	rig_close(&r);

	rig_open(&r); // overlapping, backwards
	for (uint32_t at = body.n / 100 * 100;; at -= 100) {
		uint32_t n = body.n - at < 150 ? body.n - at : 150;

		b.n = 0;
		dtls_fragment(&b, 1, 0, &body, at, n);
		send(&r, C, &b);
		if (at == 0)
			break;
	}
	assert_int_equal(state(&r), NAT_TLS_HELLO);
	rig_close(&r);

	rig_open(&r); // more holes than are remembered: the rest is forgotten until repeated
	for (int turn = 0; turn < 2; turn++) {
		for (uint32_t at = (uint32_t)turn * 10; at < body.n; at += 20) {
			uint32_t n = body.n - at < 10 ? body.n - at : 10;

			b.n = 0;
			dtls_fragment(&b, 1, 0, &body, at, n);
			send(&r, C, &b);
		}
	}
	assert_int_equal(state(&r), NAT_TLS_NONE);
	b.n = 0;
	dtls_message(&b, 1, 0, &body);
	send(&r, C, &b);
	assert_int_equal(state(&r), NAT_TLS_HELLO);
	rig_close(&r);
}

static void test_lying_fragments(void **unused)
{
	struct bytes body = {.n = 0}, b = {.n = 0};
	struct rig r;

	client_hello(&body, &hello12, 1);
	rig_open(&r);
	dtls_fragment(&b, 1, 0, &body, 0, 20);
	b.at[13 + 11] = 255; // says that it is longer than the record
	send(&r, C, &b);
	b.n = 0;
	dtls_fragment(&b, 1, 0, &body, 10, 20);
	b.at[13 + 6] = 1; // lies behind the end of the message
	send(&r, C, &b);
	b.n = 0;
	dtls_fragment(&b, 1, 70, &body, 0, body.n); // number of no real handshake
	send(&r, C, &b);
	b.n = 0;
	dtls_fragment(&b, 1, 0, &body, 0, 0); // nothing
	send(&r, C, &b);
	assert_int_equal(state(&r), NAT_TLS_NONE);
	b.n = 0;
	dtls_fragment(&b, 1, 0, &body, 0, 20);
	send(&r, C, &b);
	b.n = 0;
	dtls_fragment(&b, 1, 0, &body, 20, body.n - 20);
	b.at[13 + 3]++; // another length than its first part said
	send(&r, C, &b);
	assert_int_equal(state(&r), NAT_TLS_NONE);
	b.at[13 + 3]--;
	send(&r, C, &b);
	assert_int_equal(state(&r), NAT_TLS_HELLO);
	rig_close(&r);
}

static void test_no_buffer(void **unused)
{
	struct bytes body = {.n = 0}, b = {.n = 0};
	struct rig r;

	client_hello(&body, &hello12, 1);
	rig_open_with(&r, 0, 0);
	dtls_fragment(&b, 1, 0, &body, 0, 40);
	send(&r, C, &b);
	assert_int_equal(state(&r), NAT_TLS_UNKNOWN);
	assert_int_equal(nat_dtls_facts(&r.d)->why, NAT_TLS_WHY_NO_BUFFER);
	assert_true(r.bufs.empty > 0);
	rig_close(&r);

	rig_open_with(&r, 0, 0);
	bring_up_12(&r, 1); // all in one piece: only the certificate is missed
	assert_int_equal(state(&r), NAT_TLS_UP);
	assert_int_equal(nat_dtls_facts(&r.d)->mode, NAT_TLS_MODE_FULL);
	assert_true(nat_dtls_facts(&r.d)->flags & NAT_TLS_F_CERT_UNKEPT);
	rig_close(&r);
}

/* Messages of a flight in any order: they are independent datagrams. */
static void test_flight_backwards(void **unused)
{
	struct bytes none = {.n = 0}, b = {.n = 0};
	struct rig r;

	rig_open(&r);
	say_client_hello(&r, C, &hello12, 0);
	dtls_message(&b, 14, 2, &none); // ServerHelloDone
	send(&r, S, &b);
	say_certificate(&r, S, 1);
	assert_int_equal(state(&r), NAT_TLS_HELLO);
	say_server_hello(&r, S, &answer12, 0);
	assert_int_equal(state(&r), NAT_TLS_SERVER);
	assert_int_equal(nat_dtls_facts(&r.d)->mode, NAT_TLS_MODE_FULL);
	assert_true(r.has_cert[S]);
	say(&r, S, 22, 1, 0);
	say(&r, C, 22, 1, 0);
	assert_int_equal(state(&r), NAT_TLS_UP);
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_lost_and_repeated),
		cmocka_unit_test(test_repeated),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_13),
		cmocka_unit_test(test_13_retry_and_early),
		cmocka_unit_test(test_13_cid),
		cmocka_unit_test(test_12_cid),
		cmocka_unit_test(test_closing),
		cmocka_unit_test(test_renegotiation),
		cmocka_unit_test(test_new_association),
		cmocka_unit_test(test_middle),
		cmocka_unit_test(test_collision),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_alerts),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_lying_fragments),
		cmocka_unit_test(test_no_buffer),
		cmocka_unit_test(test_flight_backwards),
	};

	return cmocka_run_group_tests(tests, play_all, forget_all);
}
