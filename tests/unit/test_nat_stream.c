// Segments in any order become bytes in order, answers behind their questions.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../nat/stream.h"

static uint64_t mem[(24 * NAT_BUF_SMALL + 2 * NAT_BUF_LARGE) / sizeof(uint64_t)];

struct rig {
	struct nat_bufs bufs;
	struct nat_stream s;
	char said[4096]; // "a:xyz b:uvw a. b! " bytes, end, loss
	char last;       // side that spoke last
	bool enough;     // the sink wants no more
};

static bool on_bytes(void *ctx, enum nat_side side, const uint8_t *data, uint32_t len)
{
	struct rig *r = ctx;
	char who = side == NAT_A ? 'a' : 'b';
	size_t n = strlen(r->said);

	if (r->last != who)
		n += (size_t)sprintf(r->said + n, "%s%c:", n ? " " : "", who);
	r->last = who;
	assert_true(n + len < sizeof(r->said));
	memcpy(r->said + n, data, len);
	return !r->enough;
}

static void on_ended(void *ctx, enum nat_side side)
{
	struct rig *r = ctx;

	sprintf(r->said + strlen(r->said), " %c.", side == NAT_A ? 'a' : 'b');
	r->last = 0;
}

static void on_lost(void *ctx, enum nat_side side, enum nat_stream_loss loss)
{
	struct rig *r = ctx;

	sprintf(r->said + strlen(r->said), " %c!%d", side == NAT_A ? 'a' : 'b', loss);
	r->last = 0;
}

static const uint32_t first[2] = {0xfffffffe, 1000}; // of the bytes; A's numbers wrap

static void rig_open(struct rig *r, unsigned small)
{
	memset(r, 0, sizeof(*r));
	nat_bufs_init(&r->bufs, mem, small, small ? 2 : 0);
	nat_stream_init(&r->s);
	nat_stream_syn(&r->s, NAT_A, first[0] - 1);
	nat_stream_syn(&r->s, NAT_B, first[1] - 1);
}

static void put(struct rig *r, char who, uint32_t at, const char *text, uint32_t ack, bool fin)
{
	const struct nat_stream_sink sink = {on_bytes, on_ended, on_lost, r};
	enum nat_side side = who == 'a' ? NAT_A : NAT_B;
	struct nat_segment seg = {
		.seq = first[side] + at,
		.ack = first[!side] + ack,
		.data = (const uint8_t *)text,
		.len = (uint32_t)strlen(text),
		.fin = fin,
	};

	nat_stream_segment(&r->s, &r->bufs, side, &seg, &sink);
}

static void rig_close(struct rig *r)
{
	nat_stream_fini(&r->s, &r->bufs);
	assert_int_equal(r->bufs.small.used, 0);
	assert_int_equal(r->bufs.large.used, 0);
}

/* "at text ack" per segment; '.' after the text is a FIN. */
struct row {
	const char *name;
	struct {
		char who;
		uint32_t at;
		const char *text;
		uint32_t ack;
		bool fin;
	} seg[8];
	const char *want;
};

static const struct row rows[] = {
	{"in order", {{'a', 0, "abc"}, {'a', 3, "def"}}, "a:abcdef"},
	{"swapped", {{'a', 3, "def"}, {'a', 0, "abc"}}, "a:abcdef"},
	{"backwards", {{'a', 4, "ef"}, {'a', 2, "cd"}, {'a', 0, "ab"}}, "a:abcdef"},
	{"repeated", {{'a', 0, "abc"}, {'a', 0, "abc"}, {'a', 3, "d"}}, "a:abcd"},
	{"repeated with more", {{'a', 0, "abc"}, {'a', 1, "bcde"}}, "a:abcde"},
	{"held twice", {{'a', 3, "def"}, {'a', 3, "def"}, {'a', 0, "abc"}}, "a:abcdef"},
	{"held twice, longer", {{'a', 3, "d"}, {'a', 3, "def"}, {'a', 0, "abc"}}, "a:abcdef"},
	{"overlapping the gap", {{'a', 3, "def"}, {'a', 0, "abcde"}, {'a', 6, "g"}}, "a:abcdefg"},
	{"a gap stays a gap", {{'a', 0, "ab"}, {'a', 3, "d"}}, "a:ab"},
	{"keep-alive", {{'a', 0, "ab"}, {'a', 1, "b"}, {'a', 2, "c"}}, "a:abc"},
	{"an answer in time", {{'a', 0, "ab"}, {'b', 0, "xy", 2}}, "a:ab b:xy"},
	{"an answer waits", {{'b', 0, "xy", 2}, {'a', 0, "ab"}}, "a:ab b:xy"},
	{"an answer to half waits for half",
	 {{'b', 0, "xy", 1}, {'a', 0, "a"}, {'a', 1, "b"}},
	 "a:a b:xy a:b"},
	{"a chain of answers",
	 {{'a', 2, "c", 2}, {'b', 0, "xy", 2}, {'a', 0, "ab"}},
	 "a:ab b:xy a:c"},
	{"fin", {{'a', 0, "ab"}, {'a', 2, "", 0, true}}, "a:ab a."},
	{"fin with data", {{'a', 0, "ab", 0, true}}, "a:ab a."},
	{"fin first", {{'a', 2, "", 0, true}, {'a', 0, "ab"}}, "a:ab a."},
	{"fin twice", {{'a', 0, "", 0, true}, {'a', 0, "", 0, true}}, " a."},
	{"nothing behind the fin", {{'a', 2, "", 0, true}, {'a', 0, "abcd"}}, "a:ab a."},
	{"fin waits for what it acknowledges",
	 {{'a', 0, "", 2, true}, {'b', 0, "x"}, {'b', 1, "y"}},
	 "b:xy a."},
	{"fin of both", {{'a', 0, "a", 0, true}, {'b', 0, "x", 2, true}}, "a:a a. b:x b."},
	{"acknowledged fin is waited for",
	 {{'b', 0, "x", 2, true}, {'a', 0, "a", 0, true}},
	 "a:a a. b:x b."},
	{"far ahead", {{'a', NAT_STREAM_AHEAD + 1, "x"}, {'a', 0, "ab"}}, " a!1"},
	{"one is lost, the other goes on",
	 {{'a', NAT_STREAM_AHEAD + 1, "x"}, {'b', 0, "xy", 5}},
	 " a!1 b:xy"},
};

static void test_rows(void **state)
{
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig r;

		rig_open(&r, 24);
		for (unsigned k = 0; k < 8 && rows[i].seg[k].who; k++)
			put(&r, rows[i].seg[k].who, rows[i].seg[k].at, rows[i].seg[k].text,
			    rows[i].seg[k].ack, rows[i].seg[k].fin);
		if (strcmp(r.said, rows[i].want) != 0)
			fail_msg("%s: \"%s\", wanted \"%s\"", rows[i].name, r.said, rows[i].want);
		rig_close(&r);
	}
}

static void test_too_many_wait(void **state)
{
	struct rig r;

	rig_open(&r, 24);
	for (uint32_t i = 1; i <= NAT_STREAM_HELD; i++)
		put(&r, 'a', i * 2, "x", 0, false);
	assert_string_equal(r.said, "");
	put(&r, 'a', 100, "x", 0, false);
	assert_string_equal(r.said, " a!1");
	assert_int_equal(r.bufs.small.used, 0); // given back at once
	put(&r, 'a', 0, "abc", 0, false);
	assert_string_equal(r.said, " a!1");
	rig_close(&r);
}

static void test_no_buffer(void **state)
{
	struct rig r;

	rig_open(&r, 0);
	put(&r, 'a', 0, "ab", 0, false);
	put(&r, 'a', 3, "d", 0, false);
	assert_string_equal(r.said, "a:ab a!2");
	assert_int_equal(r.bufs.empty, 1);
	rig_close(&r);
}

static void test_no_start(void **state)
{
	struct rig r;

	rig_open(&r, 24);
	nat_stream_init(&r.s);
	put(&r, 'b', 0, "", 0, false); // an empty ACK says nothing
	assert_string_equal(r.said, "");
	put(&r, 'b', 0, "x", 0, false);
	assert_string_equal(r.said, " b!0");
	rig_close(&r);
}

static void test_syn_again(void **state)
{
	struct rig r;

	rig_open(&r, 24);
	nat_stream_syn(&r.s, NAT_A, first[0] + 99); // tried again with another number
	put(&r, 'a', 100, "ab", 0, false);
	assert_string_equal(r.said, "a:ab");
	nat_stream_syn(&r.s, NAT_A, 5); // too late
	put(&r, 'a', 102, "c", 0, false);
	assert_string_equal(r.said, "a:abc");
	rig_close(&r);
}

static void test_give_up(void **state)
{
	struct nat_stream_sink mine = {on_bytes, on_ended, on_lost, NULL};
	struct rig r;

	rig_open(&r, 24);
	mine.ctx = &r;
	nat_stream_give_up(&r.s, &r.bufs, &mine); // nothing waits: nothing happens
	assert_string_equal(r.said, "");
	put(&r, 'a', 3, "d", 0, false);
	put(&r, 'b', 0, "xy", 4, false); // answers what is missing
	nat_stream_give_up(&r.s, &r.bufs, &mine);
	assert_string_equal(r.said, " a!1 b!1");
	assert_int_equal(r.bufs.small.used, 0);
	rig_close(&r);
}

static void test_enough(void **state)
{
	struct rig r;

	rig_open(&r, 24);
	put(&r, 'a', 2, "c", 0, false);
	r.enough = true;
	put(&r, 'a', 0, "ab", 0, false);
	assert_string_equal(r.said, "a:ab"); // what waited is not even offered
	assert_int_equal(r.bufs.small.used, 0);
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),      cmocka_unit_test(test_too_many_wait),
		cmocka_unit_test(test_no_buffer), cmocka_unit_test(test_no_start),
		cmocka_unit_test(test_syn_again), cmocka_unit_test(test_enough),
		cmocka_unit_test(test_give_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
