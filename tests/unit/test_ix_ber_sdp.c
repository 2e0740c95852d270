// Tests of ix/ber_sdp.c: lines of SDP and property groups, both ways.
#include "ix_ber.h"

static const struct ix_ber_conf conf;

static size_t write_sdp(const char *text, uint8_t *buf, size_t size, bool audit)
{
	struct ix_ber_out o = writer(&conf, buf, size);

	(audit ? ix_ber_put_sdp_audit : ix_ber_put_sdp)(&o, IX_CC(1), ix_lit(text));
	return o.bad || o.full ? 0 : (size_t)(o.p - buf);
}

static bool read_sdp(struct ix_arena *arena, const void *bytes, size_t len, bool audit,
		     struct ix_str *text, struct ix_fault *fault)
{
	struct ix_ber b = reader(arena, fault, &conf, bytes, len);
	struct ix_tlv t;

	return ix_ber_head(&b, &t) && (audit ? ix_ber_sdp_audit : ix_ber_sdp)(&b, &t, text);
}

struct both {
	const char *text, *hex, *back; // back NULL: the text itself
};

#define V0 "300d 80040000b001 a105 0403 160130"
#define C4 "3015 80040000b008 a10d 040b 1609 494e20495034 202a2a"
static const struct both sessions[] = {
	{"", "a102 a000", NULL},
	{"v=0", "a113 a011 300f" V0, NULL},
	{"v=0\r\n", "a113 a011 300f" V0, "v=0"},
	{"\n\nv=0\n\n", "a113 a011 300f" V0, "v=0"},
	{"v=0\nc=IN IP4 **", "a12a a028 3026" V0 C4, "v=0\r\nc=IN IP4 **"},
	// Two sessions are two groups, and so are lines in front of the first v=.
	{"v=0\r\nv=0", "a124 a022 300f" V0 "300f" V0, NULL},
	{"c=IN IP4 **\r\nv=0", "a12c a02a 3017" C4 "300f" V0, NULL},
	// A value that is "$" as a whole is an empty list of values.
	{"v=$", "a10e a00c 300a 3008 80040000b001 a100", NULL},
	{"i=", "a112 a010 300e 300c 80040000b004 a104 0402 1600", NULL},
	// What is no SDP keeps its octets.
	{"x00001001=02010a", "a113 a011 300f 300d 800400001001 a105 0403 02010a", NULL},
	{"x008b0001=04,05", "a114 a012 3010 300e 8004008b0001 a106 0401 04 0401 05", NULL},
	{"x00001001=", "a110 a00e 300c 300a 800400001001 a102 0400", NULL},
	{"x00001001=$", "a10e a00c 300a 3008 800400001001 a100", NULL},
};

static void test_both_ways(void **state)
{
	for (size_t i = 0; i < COUNT(sessions); i++) {
		struct ix_arena *arena = ix_arena_new(65536);
		uint8_t buf[512];
		size_t len = write_sdp(sessions[i].text, buf, sizeof(buf), false);
		struct ix_fault fault;
		struct ix_str text = {0};

		assert_hex(buf, len, sessions[i].hex);
		assert_true(read_sdp(arena, buf, len, false, &text, &fault));
		assert_str(text, sessions[i].back ? sessions[i].back : sessions[i].text);
		ix_arena_free(arena);
	}
}

/* Whole texts come back as they were, line ends apart. */
static void test_texts(void **state)
{
	static const char *const texts[] = {
		"v=0\r\no=- 1 1 IN IP4 a\r\ns=-\r\ni=x\r\nu=http://x\r\ne=a@b\r\np=+1\r\n"
		"c=IN IP6 2001:db8::1\r\nb=AS:80\r\nz=0\r\nk=clear:x\r\na=setup:passive\r\n"
		"t=0 0\r\nr=1\r\nm=message 20002 TCP/MSRP *",
		"v=0\r\nm=image $ UDP/TLS/UDPTL t38\r\na=fingerprint:SHA-1 AA:BB",
		"free text\r\nQ=upper\r\n=\r\nv\r\nx=1\r\ny=2",
		"a=\xc3\xa4", // UTF-8
		"x0000100=1\r\nx00001001:1\r\nxyz00001=00",
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct ix_arena *arena = ix_arena_new(65536);
		uint8_t buf[1024];
		size_t len = write_sdp(texts[i], buf, sizeof(buf), false);
		struct ix_fault fault;
		struct ix_str text = {0};

		assert_true(len > 0 && read_sdp(arena, buf, len, false, &text, &fault));
		assert_str(text, texts[i]);
		ix_arena_free(arena);
	}
}

static void test_written_refused(void **state)
{
	struct ix_ber_out o;
	uint8_t buf[256];

	assert_int_equal(write_sdp("x00001001=0", buf, sizeof(buf), false), 0);
	assert_int_equal(write_sdp("x00001001=zz", buf, sizeof(buf), false), 0);
	assert_int_equal(write_sdp("free text", buf, sizeof(buf), true), 0);
	o = writer(&conf, buf, sizeof(buf));
	ix_ber_put_sdp(&o, IX_CC(1), (struct ix_str){"v=\0", 3});
	assert_true(o.bad);
}

static struct ber parm(uint16_t tag, struct ber values, struct ber extra)
{
	const uint8_t name[4] = {0, 0, (uint8_t)(tag >> 8), (uint8_t)tag};

	return ber_tlv(IX_SEQUENCE, ber_cat(ber_tlv(IX_C(0), ber_raw(name, 4)),
					    ber_cat(ber_tlv(IX_CC(1), values), extra)));
}

static struct ber value(const char *text)
{
	return ber_tlv(IX_BER_OCTETS, ber_raw(text, strlen(text)));
}

static struct ber descriptor(struct ber parms)
{
	return ber_tlv(IX_CC(1), ber_tlv(IX_CC(0), ber_tlv(IX_SEQUENCE, parms)));
}

static struct ber extra(uint8_t id, uint8_t n)
{
	return ber_tlv(IX_CC(2), ber_number(id, n));
}

static void test_read_forms(void **state)
{
	struct {
		struct ber b;
		const char *text; // NULL: refused
		uint16_t code;
	} reads[] = {
		{descriptor(parm(0xb001, value("0"), ber_none())), "v=0", 0}, // bare text
		{descriptor(parm(0xb001,
				 value("\x0c\x01"
				       "0"),
				 ber_none())),
		 "v=0", 0},
		// A list of values that all hold is one line for each.
		{descriptor(parm(0xb00c, ber_cat(value("x"), value("y")), extra(IX_C(2), 1))),
		 "a=x\r\na=y", 0},
		{descriptor(parm(0xb00c, ber_cat(value("x"), value("y")), ber_none())), NULL, 449},
		{descriptor(parm(0xb00c, value("x"), extra(IX_C(0), 0))), NULL, 449},
		{descriptor(parm(0xb00c, ber_cat(value("x"), value("y")), extra(IX_C(1), 1))), NULL,
		 449},
		// No value may smuggle in a line.
		{descriptor(parm(0xb00c, value("x\r\na=y"), ber_none())), NULL, 474},
		{descriptor(parm(0xb00c, value("x\ny"), ber_none())), NULL, 474},
		{descriptor(parm(0, value("x\ny"), ber_none())), NULL, 474},
		{descriptor(parm(0xb00c, ber_tlv(IX_BER_OCTETS, ber_raw("\0", 1)), ber_none())),
		 NULL, 474},
		{descriptor(parm(0xb00c, ber_tlv(IX_BER_INTEGER, ber_raw("\1", 1)), ber_none())),
		 NULL, 442},
		{descriptor(parm(0xb000, value("x"), ber_none())), "x0000b000=78", 0},
		{descriptor(parm(0xb010, value("x"), ber_none())), "x0000b010=78", 0},
		{ber_tlv(IX_CC(1), ber_none()), NULL, 442},
	};

	for (size_t i = 0; i < COUNT(reads); i++) {
		struct ix_arena *arena = ix_arena_new(65536);
		struct ix_fault fault;
		struct ix_str text = {0};
		bool ok = read_sdp(arena, reads[i].b.p, reads[i].b.len, false, &text, &fault);

		if (ok != (reads[i].text != NULL))
			fail_msg("case %zu: %u %s", i, fault.code, fault.text);
		if (ok)
			assert_str(text, reads[i].text);
		else
			assert_int_equal(fault.code, reads[i].code);
		free(reads[i].b.p);
		ix_arena_free(arena);
	}
}

/* Later groups that do not start with v= get one, or text would join them. */
static void test_groups_stay_apart(void **state)
{
	struct ber one = ber_tlv(IX_SEQUENCE, parm(0xb00f, value("audio"), ber_none()));
	struct ber two = ber_tlv(IX_SEQUENCE, parm(0xb00f, value("video"), ber_none()));
	struct ber b = ber_tlv(IX_CC(1), ber_tlv(IX_CC(0), ber_cat(one, two)));
	struct ix_arena *arena = ix_arena_new(65536);
	struct ix_fault fault;
	struct ix_str text;

	assert_true(read_sdp(arena, b.p, b.len, false, &text, &fault));
	assert_str(text, "m=audio\r\nv=0\r\nm=video");
	free(b.p);
	ix_arena_free(arena);
}

static void test_audits(void **state)
{
	static const struct both asks[] = {
		{"", "a102 a100", NULL},
		{"v=\r\nc=", "a112 a110 3006 80040000b001 3006 80040000b008", NULL},
		{"v=0", "a119 a117 3015 80040000b001 a10d 80040000b001 a105 0403 160130", NULL},
		{"x00001001=$", "a10a a108 3006 800400001001", NULL},
	};

	for (size_t i = 0; i < COUNT(asks); i++) {
		struct ix_arena *arena = ix_arena_new(65536);
		uint8_t buf[256];
		size_t len = write_sdp(asks[i].text, buf, sizeof(buf), true);
		struct ix_fault fault;
		struct ix_str text = {0};

		assert_hex(buf, len, asks[i].hex);
		assert_true(read_sdp(arena, buf, len, true, &text, &fault));
		assert_str(text, asks[i].text);
		ix_arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),         cmocka_unit_test(test_texts),
		cmocka_unit_test(test_written_refused),   cmocka_unit_test(test_read_forms),
		cmocka_unit_test(test_groups_stay_apart), cmocka_unit_test(test_audits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
