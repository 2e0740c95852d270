// Tests of trgwctl ix check: verdicts, exit status, conversion, captures.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../control/ix_check.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char good[] = "MEGACO/3 [192.0.2.1]:2944 Pending = 5 {}";
static const char bad[] = "MEGACO/3 [192.0.2.1]:2944\nTransaction = 5 {\n  Contxt = 1 }";
static const char refused[] = "!/3 [192.0.2.1]:2944 T=5{C=1{MV=ip/1/core/1}}";
static const uint8_t good_ber[] = {0x30, 0x1c, 0xa1, 0x1a, 0x80, 0x01, 0x03, 0xa1, 0x0c, 0xa0,
				   0x0a, 0x80, 0x04, 192,  0,    2,    1,    0x81, 0x02, 0x0b,
				   0x80, 0xa2, 0x07, 0xa1, 0x05, 0xa1, 0x03, 0x80, 0x01, 0x05};
static const uint8_t bad_ber[] = {0x30, 0x02, 0x05, 0x00};

/* A folder with files, and what a run printed. */
struct world {
	char dir[32], path[4][96];
	char *out, *err;
	size_t out_len, err_len;
	int status;
};

static void start(struct world *w)
{
	*w = (struct world){.status = -1};
	strcpy(w->dir, "/tmp/test_ix_check.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
}

static const char *put(struct world *w, unsigned n, const void *bytes, size_t len)
{
	char name[96];
	FILE *f;

	snprintf(name, sizeof(name), "%s/m%u", w->dir, n);
	strcpy(w->path[n], name);
	f = fopen(w->path[n], "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	fclose(f);
	return w->path[n];
}

static void run(struct world *w, const char *const *args)
{
	char *argv[16] = {"ix"}, copy[16][96];
	FILE *out = open_memstream(&w->out, &w->out_len);
	FILE *err = open_memstream(&w->err, &w->err_len);
	int argc = 1;

	for (; args[argc - 1]; argc++) {
		snprintf(copy[argc], sizeof(copy[argc]), "%s", args[argc - 1]);
		argv[argc] = copy[argc];
	}
	w->status = ctl_ix(argc, argv, out, err);
	fclose(out);
	fclose(err);
}

#define RUN(w, ...) run(w, (const char *const[]){__VA_ARGS__, NULL})

static void again(struct world *w)
{
	free(w->out);
	free(w->err);
	w->out = w->err = NULL;
}

static void stop(struct world *w)
{
	again(w);
	for (unsigned n = 0; n < 4; n++)
		if (w->path[n][0])
			unlink(w->path[n]);
	assert_int_equal(rmdir(w->dir), 0);
}

/* The nth line (from 0) of a text; its fields behind the name. */
static void expect_line(const char *text, unsigned n, const char *name, const char *verdict,
			const char *detail)
{
	char want[512];

	for (; n > 0 && text; n--) {
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	snprintf(want, sizeof(want), "%s\t%s\t%s", name, verdict, detail);
	if (!text || strncmp(text, want, strlen(want)) != 0)
		fail_msg("\"%s\" does not start with \"%s\"", text ? text : "", want);
}

static void test_verdicts(void **state)
{
	struct world w;

	start(&w);
	put(&w, 0, good, sizeof(good) - 1);
	put(&w, 1, bad, sizeof(bad) - 1);
	put(&w, 2, good_ber, sizeof(good_ber));
	put(&w, 3, bad_ber, sizeof(bad_ber));
	RUN(&w, "check", w.path[0], w.path[2]);
	assert_int_equal(w.status, 0);
	expect_line(w.out, 0, w.path[0], "ok", "text v3 [192.0.2.1]:2944, pending 5");
	expect_line(w.out, 1, w.path[2], "ok", "ber v3 [192.0.2.1]:2944, pending 5");
	again(&w);
	RUN(&w, "check", w.path[0], w.path[1], w.path[2], w.path[3]);
	assert_int_equal(w.status, 1);
	expect_line(w.out, 1, w.path[1], "error 403", "line 3 column 3: ");
	expect_line(w.out, 3, w.path[3], "error 400", "offset 2: ");
	again(&w);
	RUN(&w, "check", w.path[0], "/nonexistent/file");
	assert_int_equal(w.status, 2);
	expect_line(w.out, 0, w.path[0], "ok", "");
	assert_non_null(strstr(w.err, "/nonexistent/file: No such file"));
	stop(&w);
}

static void test_usage(void **state)
{
	struct world w;

	start(&w);
	put(&w, 0, good, sizeof(good) - 1);
	RUN(&w, "frob");
	assert_int_equal(w.status, 2);
	again(&w);
	RUN(&w, "check");
	assert_int_equal(w.status, 2);
	again(&w);
	RUN(&w, "check", "--to", "morse", w.path[0]);
	assert_int_equal(w.status, 2);
	again(&w);
	RUN(&w, "check", "--interfaces", "12", w.path[0]);
	assert_int_equal(w.status, 2);
	assert_non_null(strstr(w.err, "not legal"));
	again(&w);
	RUN(&w, "check", "--help");
	assert_int_equal(w.status, 0);
	assert_non_null(strstr(w.out, "usage"));
	stop(&w);
}

static void test_profile(void **state)
{
	struct world w;

	start(&w);
	put(&w, 0, refused, sizeof(refused) - 1);
	RUN(&w, "check", w.path[0]);
	assert_int_equal(w.status, 0);
	again(&w);
	RUN(&w, "check", "--profile", w.path[0]);
	assert_int_equal(w.status, 1);
	expect_line(w.out, 0, w.path[0], "error 443", "");
	stop(&w);
}

static void test_conversion(void **state)
{
	struct world w;

	start(&w);
	put(&w, 0, good, sizeof(good) - 1);
	put(&w, 1, refused, sizeof(refused) - 1);
	RUN(&w, "check", "--to", "ber", w.path[0]);
	assert_int_equal(w.status, 0);
	assert_int_equal(w.out_len, sizeof(good_ber));
	assert_memory_equal(w.out, good_ber, sizeof(good_ber));
	expect_line(w.err, 0, w.path[0], "ok", "");
	again(&w);
	RUN(&w, "check", "--to", "ber", w.path[1]); // no interface is called core
	assert_int_equal(w.status, 1);
	expect_line(w.err, 0, w.path[1], "error 501", "cannot be said in ber");
	again(&w);
	RUN(&w, "check", "--to", "ber", "--interfaces", "core", w.path[1]);
	assert_int_equal(w.status, 0);
	again(&w);
	RUN(&w, "check", "--to", "compact", w.path[1]);
	assert_string_equal(w.out, refused);
	again(&w);
	RUN(&w, "check", "--to", "tree", w.path[1]);
	assert_string_equal(w.out, "message version 3 from [192.0.2.1]:2944\n"
				   "  request 5\n"
				   "    context 1\n"
				   "      Move\n"
				   "        termination ip/1/core/1\n");
	again(&w);
	snprintf(w.path[2], sizeof(w.path[2]), "%.80s/m1.pretty", w.dir);
	RUN(&w, "check", "--to", "pretty", "--out", w.dir, w.path[1]);
	assert_int_equal(w.status, 0);
	expect_line(w.out, 0, w.path[1], "ok", "");
	assert_int_equal(access(w.path[2], R_OK), 0);
	stop(&w);
}

/* ---- captures -------------------------------------------------------------------------------- */

struct capture {
	uint8_t bytes[4096];
	size_t len;
};

static void add(struct capture *c, const void *p, size_t len)
{
	assert_true(c->len + len <= sizeof(c->bytes));
	memcpy(c->bytes + c->len, p, len);
	c->len += len;
}

static void capture_start(struct capture *c, uint32_t link)
{
	const uint32_t head[] = {0xa1b2c3d4, 4 << 16 | 2, 0, 0, 65535, link};

	c->len = 0;
	add(c, head, sizeof(head));
}

struct packet {
	unsigned vlan, family, from, to;
	bool fragment, options;
	uint16_t cut; // octets that the UDP length says too many
};

/* Ethernet (none on a raw link), IPv4 or IPv6, UDP, payload. */
static void add_packet(struct capture *c, bool ethernet, const struct packet *p,
		       const void *payload, size_t len)
{
	uint8_t b[512] = {0};
	size_t at = 0, udp_len = 8 + len;
	uint32_t record[4] = {0};

	if (ethernet) {
		at = 12;
		if (p->vlan) {
			memcpy(b + at, "\x81\x00\x00\x05", 4);
			at += 4;
		}
		memcpy(b + at, p->family == 4 ? "\x08\x00" : "\x86\xdd", 2);
		at += 2;
	}
	if (p->family == 4) {
		b[at] = 0x45;
		b[at + 3] = (uint8_t)(20 + udp_len);
		b[at + 6] = p->fragment ? 0x20 : 0;
		b[at + 9] = 17;
		at += 20;
	} else {
		size_t extra = p->options || p->fragment ? 8 : 0;

		b[at] = 0x60;
		b[at + 5] = (uint8_t)(udp_len + extra);
		b[at + 6] = p->fragment ? 44 : p->options ? 60 : 17;
		b[at + 40] = 17;
		at += 40 + extra;
	}
	b[at] = (uint8_t)(p->from >> 8);
	b[at + 1] = (uint8_t)p->from;
	b[at + 2] = (uint8_t)(p->to >> 8);
	b[at + 3] = (uint8_t)p->to;
	b[at + 5] = (uint8_t)(udp_len + p->cut);
	at += 8;
	memcpy(b + at, payload, len);
	at += len;
	record[2] = record[3] = (uint32_t)at;
	add(c, record, sizeof(record));
	add(c, b, at);
}

static void test_capture(void **state)
{
	static const struct packet packets[] = {
		{.family = 4, .from = 40000, .to = 2944},               // 1
		{.family = 6, .from = 2945, .to = 40000},               // 2
		{.family = 4, .vlan = 1, .from = 2944, .to = 2944},     // 3
		{.family = 6, .options = true, .from = 1, .to = 2945},  // 4
		{.family = 4, .from = 1, .to = 2},                      // 5: another port
		{.family = 4, .fragment = true, .from = 1, .to = 2944}, // 6
		{.family = 6, .fragment = true, .from = 1, .to = 2944}, // 7
		{.family = 4, .cut = 1, .from = 1, .to = 2944},         // 8: truncated
	};
	static struct capture c;
	char name[128];
	struct world w;

	start(&w);
	capture_start(&c, 1);
	for (unsigned i = 0; i < COUNT(packets); i++)
		add_packet(&c, true, &packets[i], i == 2 ? (const void *)bad : good_ber,
			   i == 2 ? sizeof(bad) - 1 : sizeof(good_ber));
	put(&w, 0, c.bytes, c.len);
	RUN(&w, "check", w.path[0]);
	assert_int_equal(w.status, 1);
	snprintf(name, sizeof(name), "%s:1", w.path[0]);
	expect_line(w.out, 0, name, "ok", "ber v3");
	snprintf(name, sizeof(name), "%s:2", w.path[0]);
	expect_line(w.out, 1, name, "ok", "ber v3");
	snprintf(name, sizeof(name), "%s:3", w.path[0]);
	expect_line(w.out, 2, name, "error 403", "line 3");
	snprintf(name, sizeof(name), "%s:4", w.path[0]);
	expect_line(w.out, 3, name, "ok", "ber v3");
	assert_null(strstr(w.out, ":5\t"));
	assert_null(strstr(w.out, ":8\t"));
	assert_non_null(strstr(w.err, "2 fragments"));
	stop(&w);
}

static void test_capture_of_nothing(void **state)
{
	static struct capture c;
	struct world w;

	start(&w);
	capture_start(&c, 101); // raw IP
	put(&w, 0, c.bytes, c.len);
	RUN(&w, "check", w.path[0]);
	assert_int_equal(w.status, 0);
	assert_non_null(strstr(w.err, "no UDP packet"));
	again(&w);
	add_packet(&c, false, &(struct packet){.family = 4, .to = 2944}, good, sizeof(good) - 1);
	put(&w, 0, c.bytes, c.len);
	RUN(&w, "check", w.path[0]);
	assert_int_equal(w.status, 0);
	assert_non_null(strstr(w.out, "text v3"));
	again(&w);
	put(&w, 0, c.bytes, c.len - 5); // the last packet is cut
	RUN(&w, "check", w.path[0]);
	assert_int_equal(w.status, 2);
	again(&w);
	capture_start(&c, 113 + 34);
	add_packet(&c, false, &(struct packet){.family = 4, .to = 2944}, good, sizeof(good) - 1);
	put(&w, 0, c.bytes, c.len);
	RUN(&w, "check", w.path[0]);
	assert_int_equal(w.status, 2);
	assert_non_null(strstr(w.err, "not known"));
	stop(&w);
}

/* Packets of any content: never read beyond their end. */
static void test_hostile_packets(void **state)
{
	static struct capture c;
	uint32_t seed = 3;
	struct world w;

	start(&w);
	for (unsigned round = 0; round < 200; round++) {
		capture_start(&c, round % 2 ? 1 : 101);
		for (unsigned i = 0; i < 8; i++) {
			size_t before = c.len + 16;

			add_packet(&c, round % 2,
				   &(struct packet){.family = i % 2 ? 4 : 6, .to = 2944}, good,
				   sizeof(good) - 1);
			for (unsigned k = 0; k < 3; k++) {
				seed = seed * 1664525 + 1013904223;
				c.bytes[before + (seed >> 8) % 60] = (uint8_t)(seed >> 24);
			}
		}
		put(&w, 0, c.bytes, c.len);
		RUN(&w, "check", w.path[0]);
		assert_true(w.status >= 0 && w.status <= 2);
		again(&w);
	}
	stop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),        cmocka_unit_test(test_usage),
		cmocka_unit_test(test_profile),         cmocka_unit_test(test_conversion),
		cmocka_unit_test(test_capture),         cmocka_unit_test(test_capture_of_nothing),
		cmocka_unit_test(test_hostile_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
