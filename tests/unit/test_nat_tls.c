// The TLS observer on handshakes of OpenSSL: whole, byte by byte, swapped, with every segment lost.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/sha.h>

#include "../../nat/tls_profile.h"
#include "../../nat/watch.h"
#include "tls_peers.h"

/* ---- a TCP connection made from a recording ---- */

struct seg {
	uint8_t side;
	struct nat_segment s;
};

struct trace {
	struct seg *seg;
	unsigned n;
	uint32_t first[2]; // initial sequence numbers
};

static void add_segment(struct trace *t, struct seg seg)
{
	if ((t->n & (t->n - 1)) == 0) // room for twice as many
		t->seg = realloc(t->seg, (t->n ? 2 * t->n : 1) * sizeof(seg));
	assert_non_null(t->seg);
	t->seg[t->n++] = seg;
}

/* Cuts the recording into segments of at most mss bytes; each acknowledges all that came before.
 * Both sides end with FIN, the side that wrote last ends last. */
static struct trace cut(const struct recording *rec, unsigned mss)
{
	struct trace t = {.first = {0xfffffe00, 77}}; // one of them wraps
	uint32_t at[2] = {t.first[0] + 1, t.first[1] + 1};
	int last = rec->n ? rec->chunk[rec->n - 1].side : 0;

	for (unsigned i = 0; i < rec->n; i++) {
		const struct chunk *c = &rec->chunk[i];

		for (uint32_t done = 0; done < c->len;) {
			uint32_t n = c->len - done < mss ? c->len - done : mss;

			add_segment(&t, (struct seg){c->side,
						     {at[c->side], at[!c->side], c->data + done, n,
						      false}});
			at[c->side] += n;
			done += n;
		}
	}
	add_segment(&t, (struct seg){(uint8_t)!last, {at[!last], at[last], NULL, 0, true}});
	add_segment(&t, (struct seg){(uint8_t)last, {at[last], at[!last] + 1, NULL, 0, true}});
	return t;
}

/* ---- feeding ---- */

struct rig {
	struct nat_bufs bufs;
	struct nat_watch w;
	uint8_t sha256[2][32];
	bool has_cert[2];
	unsigned news;
	/* Every segment in memory of its own size: a byte read too far is seen by ASan. Slow. */
	bool exact;
};

static void rig_open(struct rig *r, const struct trace *t, bool follow)
{
	static uint64_t mem[(64 * NAT_BUF_SMALL + 8 * NAT_BUF_LARGE) / sizeof(uint64_t)];

	memset(r, 0, sizeof(*r));
	nat_bufs_init(&r->bufs, mem, 64, 8);
	nat_watch_init_tcp(&r->w, &r->bufs, follow);
	nat_watch_syn(&r->w, NAT_A, t->first[0]);
	nat_watch_syn(&r->w, NAT_B, t->first[1]);
}

static void take_certs(struct rig *r)
{
	for (int side = 0; side < 2; side++) {
		const uint8_t *der;
		uint32_t len;
		nat_buf buf = nat_watch_take_cert(&r->w, (enum nat_side)side, &der, &len);

		if (!buf)
			continue;
		SHA256(der, len, r->sha256[side]);
		r->has_cert[side] = true;
		nat_bufs_put(&r->bufs, buf);
	}
}

static void rig_feed(struct rig *r, const struct seg *seg)
{
	uint8_t *copy = seg->s.len && r->exact ? malloc(seg->s.len) : NULL;
	struct nat_segment s = seg->s;

	if (copy)
		s.data = memcpy(copy, s.data, s.len);
	nat_watch_segment(&r->w, (enum nat_side)seg->side, &s);
	take_certs(r);
	r->news |= nat_watch_news(&r->w);
	free(copy);
}

static void rig_close(struct rig *r)
{
	nat_watch_fini(&r->w);
	assert_int_equal(r->bufs.small.used, 0);
	assert_int_equal(r->bufs.large.used, 0);
}

static struct nat_tls_facts run(const struct trace *t, const unsigned *order, unsigned n,
				struct rig *r)
{
	struct nat_tls_facts facts;

	rig_open(r, t, true);
	r->exact = !order && t->n < 200;
	for (unsigned i = 0; i < n; i++)
		rig_feed(r, &t->seg[order ? order[i] : i]);
	facts = *nat_watch_facts(&r->w);
	rig_close(r);
	return facts;
}

static size_t first_difference(const struct nat_tls_facts *x, const struct nat_tls_facts *y)
{
	size_t i = 0;

	while (((const uint8_t *)x)[i] == ((const uint8_t *)y)[i])
		i++;
	return i;
}

/* The same, or one that says that it does not know. */
static void assert_same_or_unknown(const struct nat_tls_facts *want,
				   const struct nat_tls_facts *got, const char *name, unsigned i)
{
	struct nat_tls_facts g = *got;

	if (g.state == NAT_TLS_UNKNOWN)
		return;
	if (g.end[0] == NAT_TLS_END_UNSURE || g.end[1] == NAT_TLS_END_UNSURE) {
		bool unsure = g.close == NAT_TLS_END_UNSURE || g.close == NAT_TLS_END_OPEN;

		for (int side = 0; side < 2; side++)
			if (g.end[side] == NAT_TLS_END_UNSURE)
				g.end[side] = want->end[side];
		if (unsure) {
			g.close = want->close;
			g.state = want->state;
		}
		if (g.renegotiations < want->renegotiations)
			g.renegotiations = want->renegotiations;
		g.flags |= want->flags & NAT_TLS_F_RENEG_ASKED;
		g.side = want->side;
	}
	if (memcmp(&g, want, sizeof(g)) != 0)
		fail_msg("%s, variant %u: state %s/%s close %s, wanted %s/%s close %s, byte %zu",
			 name, i, nat_tls_state_name(g.state), nat_tls_why_name(g.why),
			 nat_tls_end_name(g.close), nat_tls_state_name(want->state),
			 nat_tls_why_name(want->why), nat_tls_end_name(want->close),
			 first_difference(&g, want));
}

/* ---- the cases ---- */

struct row {
	struct plan plan;
	struct {
		uint8_t state, why, mode, close, alert;
		uint16_t flags; // must be set
		uint8_t renegotiations;
	} want;
};

#define CLOSED_CLEAN(m)                                                                            \
	{                                                                                          \
		NAT_TLS_CLOSED, 0, NAT_TLS_MODE_##m, NAT_TLS_END_CLEAN, NAT_TLS_ALERT_NONE         \
	}
#define CLOSED_WITH(m, f)                                                                          \
	{                                                                                          \
		NAT_TLS_CLOSED, 0, NAT_TLS_MODE_##m, NAT_TLS_END_CLEAN, NAT_TLS_ALERT_NONE, f      \
	}

static const struct row rows[] = {
	{{"1.2 full", TLS1_2_VERSION}, CLOSED_CLEAN(FULL)},
	{{"1.2 cbc", TLS1_2_VERSION, .ciphers = "AES128-SHA"}, CLOSED_CLEAN(FULL)},
	{{"1.2 dhe", TLS1_2_VERSION, .ciphers = "DHE-RSA-AES128-GCM-SHA256"}, CLOSED_CLEAN(FULL)},
	{{"1.2 mutual", TLS1_2_VERSION, .mutual = true}, CLOSED_WITH(FULL, NAT_TLS_F_ASKED)},
	{{"1.2 no client certificate", TLS1_2_VERSION, .mutual = true, .client_has_no_cert = true},
	 CLOSED_WITH(FULL, NAT_TLS_F_NO_CERT)},
	{{"1.2 resumed by ticket", TLS1_2_VERSION, .resume = true}, CLOSED_CLEAN(RESUMED)},
	{{"1.2 resumed by id", TLS1_2_VERSION, .resume = true, .no_tickets = true},
	 CLOSED_CLEAN(RESUMED)},
	{{"1.2 psk", TLS1_2_VERSION, .psk = true, .ciphers = "PSK-AES128-GCM-SHA256"},
	 CLOSED_WITH(PSK, NAT_TLS_F_PSK_OFFERED)},
	{{"1.2 ecdhe psk", TLS1_2_VERSION, .psk = true, .ciphers = "ECDHE-PSK-AES128-CBC-SHA256"},
	 CLOSED_WITH(PSK, NAT_TLS_F_PSK_OFFERED)},
	{{"1.2 anonymous", TLS1_2_VERSION, .anonymous = true, .ciphers = "ADH-AES128-GCM-SHA256"},
	 CLOSED_CLEAN(ANON)},
	{{"1.2 null", TLS1_2_VERSION, .ciphers = "ECDHE-RSA-NULL-SHA:@SECLEVEL=0"},
	 CLOSED_CLEAN(FULL)},
	{{"1.2 renegotiation", TLS1_2_VERSION, .renegotiate = true},
	 {NAT_TLS_CLOSED, 0, NAT_TLS_MODE_FULL, NAT_TLS_END_CLEAN, NAT_TLS_ALERT_NONE,
	  NAT_TLS_F_RENEG_ASKED, 1}},
	{{"1.2 16 KiB chain", TLS1_2_VERSION, .chain = 16384}, CLOSED_CLEAN(FULL)},
	{{"1.2 large hello", TLS1_2_VERSION, .alpn = 6000}, CLOSED_WITH(FULL, NAT_TLS_F_ALPN)},
	{{"1.2 no common suite", TLS1_2_VERSION, .ciphers = "AES128-GCM-SHA256",
	  .client_ciphers = "AES256-GCM-SHA384"},
	 {NAT_TLS_FAILED, NAT_TLS_WHY_ALERT, 0, 0, 40}},
	{{"1.2 client refused", TLS1_2_VERSION, .mutual = true, .refuse_client = true},
	 {NAT_TLS_FAILED, NAT_TLS_WHY_ALERT, NAT_TLS_MODE_FULL, 0, 45}},
	{{"1.2 server refused", TLS1_2_VERSION, .client_refuses = true},
	 {NAT_TLS_FAILED, NAT_TLS_WHY_ALERT, NAT_TLS_MODE_FULL, 0, 45}},
	{{"1.2 half close", TLS1_2_VERSION, .close = CLOSE_CLIENT}, CLOSED_CLEAN(FULL)},
	{{"1.2 truncated", TLS1_2_VERSION, .close = CLOSE_NONE},
	 {NAT_TLS_CLOSED, 0, NAT_TLS_MODE_FULL, NAT_TLS_END_TRUNCATED, NAT_TLS_ALERT_NONE}},
	{{"1.1", TLS1_1_VERSION, .ciphers = "ALL:@SECLEVEL=0"}, CLOSED_CLEAN(FULL)},
	{{"1.0", TLS1_VERSION, .ciphers = "ALL:@SECLEVEL=0"}, CLOSED_CLEAN(FULL)},
	{{"1.0 mutual", TLS1_VERSION, .ciphers = "ALL:@SECLEVEL=0", .mutual = true},
	 CLOSED_CLEAN(FULL)},
	{{"1.3 full", TLS1_3_VERSION}, CLOSED_CLEAN(FULL)},
	{{"1.3 mutual", TLS1_3_VERSION, .mutual = true}, CLOSED_CLEAN(FULL)},
	{{"1.3 resumed", TLS1_3_VERSION, .resume = true},
	 CLOSED_WITH(RESUMED, NAT_TLS_F_PSK_OFFERED)},
	{{"1.3 external psk", TLS1_3_VERSION, .psk = true},
	 CLOSED_WITH(PSK, NAT_TLS_F_PSK_OFFERED)},
	{{"1.3 retry", TLS1_3_VERSION, .groups = "P-384", .client_groups = "X25519:P-384"},
	 CLOSED_WITH(FULL, NAT_TLS_F_RETRIED)},
	{{"1.3 resumed with retry", TLS1_3_VERSION, .groups = "P-384",
	  .client_groups = "X25519:P-384", .resume = true},
	 CLOSED_WITH(RESUMED, NAT_TLS_F_RETRIED)},
	{{"1.3 early data", TLS1_3_VERSION, .early_data = true},
	 CLOSED_WITH(RESUMED, NAT_TLS_F_EARLY)},
	{{"1.3 16 KiB chain", TLS1_3_VERSION, .chain = 16384}, CLOSED_CLEAN(FULL)},
	{{"1.3 large hello", TLS1_3_VERSION, .alpn = 9000}, CLOSED_WITH(FULL, NAT_TLS_F_ALPN)},
	{{"1.3 no common group", TLS1_3_VERSION, .groups = "P-384", .client_groups = "X25519"},
	 {NAT_TLS_FAILED, NAT_TLS_WHY_ALERT, 0, 0, 40}},
	{{"1.3 server refused", TLS1_3_VERSION, .client_refuses = true},
	 {NAT_TLS_FAILED, NAT_TLS_WHY_ALERT, NAT_TLS_MODE_FULL, 0, 45}}, // in clear by OpenSSL
	{{"1.3 client refused", TLS1_3_VERSION, .mutual = true, .refuse_client = true},
	 CLOSED_WITH(FULL, NAT_TLS_F_REFUSED)},
	{{"1.3 truncated", TLS1_3_VERSION, .close = CLOSE_NONE},
	 {NAT_TLS_CLOSED, 0, NAT_TLS_MODE_FULL, NAT_TLS_END_TRUNCATED, NAT_TLS_ALERT_NONE}},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static struct outcome *outcomes; // one per row, played once

static int play_all(void **state)
{
	outcomes = calloc(ROWS, sizeof(*outcomes));
	for (unsigned i = 0; i < ROWS; i++)
		play(&rows[i].plan, &outcomes[i]);
	return 0;
}

static int forget_all(void **state)
{
	for (unsigned i = 0; i < ROWS; i++)
		outcome_free(&outcomes[i]);
	free(outcomes);
	return 0;
}

static void check(const struct row *row, const struct outcome *out, const struct nat_tls_facts *f,
		  const struct rig *r)
{
	const char *name = row->plan.name;
	bool up = row->want.state == NAT_TLS_CLOSED;

	if (f->state != row->want.state || f->why != row->want.why || f->mode != row->want.mode ||
	    f->close != row->want.close || f->alert != row->want.alert ||
	    (f->flags & row->want.flags) != row->want.flags ||
	    f->renegotiations != row->want.renegotiations)
		fail_msg("%s: state %s why %s mode %s close %s alert %s flags %#x reneg %u", name,
			 nat_tls_state_name(f->state), nat_tls_why_name(f->why),
			 nat_tls_mode_name(f->mode), nat_tls_end_name(f->close),
			 nat_tls_alert_name(f->alert), f->flags, f->renegotiations);
	assert_int_equal(f->client, NAT_A);
	assert_int_equal(f->offered, row->plan.version);
	if (!up)
		return;
	/* What OpenSSL itself says. */
	assert_int_equal(f->version, out->version);
	assert_int_equal(f->suite, out->suite);
	if (!row->plan.psk)
		assert_int_equal(f->mode == NAT_TLS_MODE_RESUMED, out->resumed);
	assert_true(r->news & NAT_TLS_NEWS_UP);
	if (f->version != NAT_TLS_1_3 && !out->resumed) {
		for (int side = 0; side < 2; side++) {
			assert_int_equal(r->has_cert[side], out->has_cert[side]);
			assert_memory_equal(r->sha256[side], out->sha256[side], 32);
		}
	} else {
		assert_false(r->has_cert[0] || r->has_cert[1]);
	}
	if (row->plan.psk)
		assert_int_equal(f->psk_len, strlen("call-4711@ims.example"));
}

static void test_whole(void **state)
{
	for (unsigned i = 0; i < ROWS; i++) {
		struct trace t = cut(&outcomes[i].rec, 65535);
		struct nat_tls_facts f;
		struct rig r;

		f = run(&t, NULL, t.n, &r);
		check(&rows[i], &outcomes[i], &f, &r);
		free(t.seg);
	}
}

static void test_cut_anywhere(void **state)
{
	static const unsigned mss[] = {1, 2, 3, 5, 7, 64, 536, 1448, 16384};

	for (unsigned i = 0; i < ROWS; i++) {
		for (unsigned m = 0; m < sizeof(mss) / sizeof(mss[0]); m++) {
			struct trace t = cut(&outcomes[i].rec, mss[m]);
			struct nat_tls_facts f;
			struct rig r;

			f = run(&t, NULL, t.n, &r);
			check(&rows[i], &outcomes[i], &f, &r);
			free(t.seg);
		}
	}
}

/* Segment i comes only after segment j; everything else keeps its order. */
static void order_with_delay(unsigned *order, unsigned n, unsigned i, unsigned j)
{
	unsigned at = 0;

	for (unsigned k = 0; k < n; k++) {
		if (k != i)
			order[at++] = k;
		if (k == j)
			order[at++] = i;
	}
}

static void test_lost_and_repeated(void **state)
{
	unsigned known = 0, all = 0;

	for (unsigned i = 0; i < ROWS; i++) {
		struct trace t = cut(&outcomes[i].rec, 536);
		unsigned *order = calloc(t.n, sizeof(*order));
		struct nat_tls_facts want, f;
		struct rig r;

		want = run(&t, NULL, t.n, &r);
		for (unsigned lost = 0; lost < t.n; lost++) {
			for (unsigned later = lost + 1; later < t.n && later < lost + 20; later++) {
				order_with_delay(order, t.n, lost, later);
				f = run(&t, order, t.n, &r);
				assert_same_or_unknown(&want, &f, rows[i].plan.name, lost);
				known += memcmp(&f, &want, sizeof(f)) == 0;
				all++;
			}
		}
		free(order);
		free(t.seg);
	}
	assert_true(known > all * 9 / 10); // it must not be UNKNOWN all the time, either
}

static void test_never_repeated(void **state)
{
	for (unsigned i = 0; i < ROWS; i++) {
		struct trace t = cut(&outcomes[i].rec, 536);
		struct nat_tls_facts want, f;
		struct rig r;

		want = run(&t, NULL, t.n, &r);
		for (unsigned lost = 0; lost < t.n; lost++) {
			rig_open(&r, &t, true);
			for (unsigned k = 0; k < t.n; k++)
				if (k != lost)
					rig_feed(&r, &t.seg[k]);
			f = *nat_watch_facts(&r.w);
			/* It stays where the gap is, or says that it does not know. */
			assert_true(f.state == NAT_TLS_UNKNOWN || f.state <= NAT_TLS_CLOSED ||
				    f.state == want.state);
			assert_int_not_equal(f.state, NAT_TLS_BROKEN);
			assert_true(f.version == 0 || f.version == want.version);
			assert_true(f.mode == 0 || f.mode == want.mode);
			rig_close(&r);
		}
		free(t.seg);
	}
}

static uint32_t dice(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* Swapped within a few places, sent twice, and repeated with other boundaries. */
static void test_swapped_and_doubled(void **state)
{
	uint32_t seed = 1;

	for (unsigned i = 0; i < ROWS; i++) {
		struct trace t = cut(&outcomes[i].rec, 200);
		struct nat_tls_facts want, f;
		struct rig r;

		want = run(&t, NULL, t.n, &r);
		for (unsigned round = 0; round < 40; round++) {
			unsigned *order = calloc(t.n, sizeof(*order));

			for (unsigned k = 0; k < t.n; k++)
				order[k] = k;
			for (unsigned k = 0; k + 1 < t.n; k++) {
				unsigned with = k + dice(&seed) % (t.n - k < 5 ? t.n - k : 5), x;

				x = order[k];
				order[k] = order[with];
				order[with] = x;
			}
			rig_open(&r, &t, true);
			for (unsigned k = 0; k < t.n; k++) {
				struct seg seg = t.seg[order[k]];
				uint32_t cut_off = seg.s.len ? dice(&seed) % seg.s.len : 0;

				rig_feed(&r, &seg);
				seg.s.seq += cut_off;
				seg.s.data += cut_off;
				seg.s.len -= cut_off;
				if (dice(&seed) % 3 == 0)
					rig_feed(&r, &seg);
			}
			f = *nat_watch_facts(&r.w);
			rig_close(&r);
			assert_same_or_unknown(&want, &f, rows[i].plan.name, round);
			free(order);
		}
		free(t.seg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_lost_and_repeated),
		cmocka_unit_test(test_never_repeated),
		cmocka_unit_test(test_swapped_and_doubled),
	};

	return cmocka_run_group_tests(tests, play_all, forget_all);
}
