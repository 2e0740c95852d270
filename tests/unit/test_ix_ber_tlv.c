// Tests of ix/ber_tlv.c: tags, lengths, plain values, in and out.
#include "ix_ber.h"

static const struct ix_ber_conf conf;

struct world {
	struct ix_arena *arena;
	struct ix_fault fault;
	struct ix_ber b;
	uint8_t bytes[512];
	struct ix_tlv t;
};

static void start(struct world *w, const char *hex)
{
	size_t len = from_hex(hex, w->bytes);

	w->arena = ix_arena_new(65536);
	w->b = reader(w->arena, &w->fault, &conf, w->bytes, len);
}

static void test_heads(void **state)
{
	static const struct {
		const char *hex;
		uint8_t class;
		bool constructed, indefinite;
		uint32_t tag;
		size_t len;
	} cases[] = {
		{"30 00", 0, true, false, 16, 0},
		{"81 01 ff", 2, false, false, 1, 1},
		{"a2 80 00 00", 2, true, true, 2, 0},
		{"04 81 02 aa bb", 0, false, false, 4, 2},
		{"04 84 00 00 00 01 aa", 0, false, false, 4, 1},
		{"04 88 00 00 00 00 00 00 00 01 aa", 0, false, false, 4, 1},
		{"9f 1f 00", 2, false, false, 31, 0},
		{"9f 8f ff ff 7f 00", 2, false, false, 0x1ffffff, 0},
	};
	struct world w;

	for (size_t i = 0; i < COUNT(cases); i++) {
		start(&w, cases[i].hex);
		assert_true(ix_ber_head(&w.b, &w.t));
		assert_int_equal(w.t.class, cases[i].class);
		assert_int_equal(w.t.constructed, cases[i].constructed);
		assert_int_equal(w.t.indefinite, cases[i].indefinite);
		assert_int_equal(w.t.tag, cases[i].tag);
		assert_int_equal(w.t.len, cases[i].len);
		ix_arena_free(w.arena);
	}
}

static void test_heads_refused(void **state)
{
	static const char *const cases[] = {
		"",
		"30",
		"30 01",
		"04 80",                // indefinite length of a plain value
		"04 81",                // length octet missing
		"04 85 01 00 00 00 00", // 4 GiB
		"04 84 ff ff ff ff",
		"9f",
		"9f 80",
		"9f 80 80 80 80 00", // tag of five octets
	};
	struct world w;

	for (size_t i = 0; i < COUNT(cases); i++) {
		start(&w, cases[i]);
		assert_false(ix_ber_head(&w.b, &w.t));
		assert_int_equal(w.fault.code, 442);
		assert_int_equal(w.fault.offset, 0);
		ix_arena_free(w.arena);
	}
}

static void test_skip(void **state)
{
	static const struct {
		const char *hex;
		bool ok;
	} cases[] = {
		{"30 02 05 00 ee", true},
		{"30 80 05 00 00 00 ee", true},
		{"30 80 30 80 04 01 00 00 00 00 00 ee", true},
		{"30 80 30 03 00 00 00 00 00 ee",
		 true}, // zeros inside a definite value are content
		{"30 80 05 00 00", false},
		{"30 80 30 80 00 00", false},
	};
	struct world w;

	for (size_t i = 0; i < COUNT(cases); i++) {
		start(&w, cases[i].hex);
		assert_true(ix_ber_head(&w.b, &w.t));
		assert_int_equal(ix_ber_skip(&w.b, &w.t), cases[i].ok);
		if (cases[i].ok)
			assert_int_equal(*w.b.p, 0xee);
		ix_arena_free(w.arena);
	}
}

static void test_numbers(void **state)
{
	static const struct {
		const char *hex;
		uint64_t max, n;
		bool ok;
	} cases[] = {
		{"80 01 00", 10, 0, true},
		{"80 01 0a", 10, 10, true},
		{"80 01 0b", 10, 0, false},
		{"80 02 00 0a", 10, 10, true}, // not the shortest form, but clear
		{"80 05 00 ff ff ff ff", UINT32_MAX, UINT32_MAX, true},
		{"80 05 01 00 00 00 00", UINT32_MAX, 0, false},
		{"80 09 00 ff ff ff ff ff ff ff ff", UINT64_MAX, UINT64_MAX, true},
		{"80 0a 00 01 ff ff ff ff ff ff ff ff", UINT64_MAX, 0, false},
		{"80 01 ff", UINT64_MAX, 0, false}, // -1
		{"80 00", UINT64_MAX, 0, false},
		{"a0 03 02 01 01", UINT64_MAX, 0, false},
	};
	struct world w;
	uint64_t n;

	for (size_t i = 0; i < COUNT(cases); i++) {
		start(&w, cases[i].hex);
		assert_true(ix_ber_head(&w.b, &w.t));
		assert_int_equal(ix_ber_number(&w.b, &w.t, cases[i].max, &n), cases[i].ok);
		if (cases[i].ok)
			assert_true(n == cases[i].n && w.b.p == w.b.end);
		ix_arena_free(w.arena);
	}
}

static void test_strings(void **state)
{
	static const struct {
		const char *hex, *text; // NULL: refused
	} cases[] = {
		{"80 03 61 62 63", "abc"},
		{"80 00", ""},
		{"a0 07 04 01 61 04 02 62 63", "abc"},
		{"a0 80 04 01 61 24 80 04 01 62 00 00 16 01 63 00 00", "abc"},
		{"a0 80 00 00", ""},
		{"a0 03 02 01 61", NULL},       // a segment that is a number
		{"a0 80 04 01 61", NULL},       // no end
		{"80 05 61 62 63 64 65", NULL}, // above the four that are asked for
		{"a0 0a 04 03 61 62 63 04 03 64 65 66", NULL},
	};
	struct world w;
	struct ix_str s;

	for (size_t i = 0; i < COUNT(cases); i++) {
		start(&w, cases[i].hex);
		assert_true(ix_ber_head(&w.b, &w.t) == true);
		assert_int_equal(ix_ber_octets(&w.b, &w.t, 0, 4, &s), cases[i].text != NULL);
		if (cases[i].text)
			assert_str(s, cases[i].text);
		ix_arena_free(w.arena);
	}
}

static void test_segments_are_bounded(void **state)
{
	struct ber v = ber_tlv(IX_BER_OCTETS, ber_raw("x", 1));
	struct ix_fault fault;
	struct ix_arena *arena = ix_arena_new(65536);
	struct ix_str s;
	struct ix_tlv t;
	struct ix_ber b;

	for (unsigned i = 0; i < IX_BER_DEPTH + 1; i++)
		v = ber_tlv(IX_BER_OCTETS | 0x20, v);
	b = reader(arena, &fault, &conf, v.p, v.len);
	assert_true(ix_ber_head(&b, &t));
	assert_false(ix_ber_octets(&b, &t, 0, 100, &s));
	assert_non_null(strstr(fault.text, "deep"));
	free(v.p);
	ix_arena_free(arena);
}

static void test_bits(void **state)
{
	static const struct {
		const char *hex;
		uint32_t bits;
		bool ok;
	} cases[] = {
		{"80 01 00", 0, true},
		{"80 02 07 80", 1, true},
		{"80 02 00 81", 0x81, true},
		{"80 03 06 00 40", 0x200, true},
		{"80 02 07 ff", 1, true}, // unused bits are no bits
		{"80 07 00 00 00 00 00 ff ff", 0, true},
		{"80 00", 0, false},
		{"80 01 01", 0, false},
		{"80 02 08 00", 0, false},
	};
	struct world w;
	uint32_t bits;

	for (size_t i = 0; i < COUNT(cases); i++) {
		start(&w, cases[i].hex);
		assert_true(ix_ber_head(&w.b, &w.t));
		assert_int_equal(ix_ber_bits(&w.b, &w.t, &bits), cases[i].ok);
		if (cases[i].ok)
			assert_int_equal(bits, cases[i].bits);
		ix_arena_free(w.arena);
	}
}

static void test_flags(void **state)
{
	struct world w;
	bool on = false;

	start(&w, "80 01 01 81 01 00 82 00 83 01 00 84 02 01 01");
	assert_true(ix_ber_head(&w.b, &w.t) && ix_ber_bool(&w.b, &w.t, &on) && on);
	assert_true(ix_ber_head(&w.b, &w.t) && ix_ber_bool(&w.b, &w.t, &on) && !on);
	assert_true(ix_ber_head(&w.b, &w.t) && ix_ber_flag(&w.b, &w.t, &on) && on);
	assert_true(ix_ber_head(&w.b, &w.t) && !ix_ber_flag(&w.b, &w.t, &on));
	assert_non_null(strstr(w.fault.text, "NULL"));
	ix_arena_free(w.arena);
}

/* ---- sequences ------------------------------------------------------------------------------- */

struct object {
	uint16_t a, b, c;
	bool has_b;
};
IX_BER_FIELDS(object_fields, "Object",
	      {0, IX_BER_NEEDED, offsetof(struct object, a), 0, ix_ber_u16},
	      {1, 0, offsetof(struct object, b), IX_BER_HAS(struct object, has_b), ix_ber_u16},
	      {2, IX_BER_NEEDED, offsetof(struct object, c), 0, ix_ber_u16});

static void test_sequences(void **state)
{
	static const struct {
		const char *hex, *says; // NULL: understood
	} cases[] = {
		{"30 09 80 01 01 81 01 02 82 01 03", NULL},
		{"30 80 80 01 01 81 01 02 82 01 03 00 00", NULL},
		{"30 06 80 01 01 82 01 03", NULL},
		{"30 0b 80 01 01 82 01 03 89 03 01 02 03", NULL},       // extension
		{"30 0d 80 01 01 82 01 03 a9 80 80 01 01 00 00", NULL}, // likewise, indefinite
		{"30 03 80 01 01", "field [2] is missing"},
		{"30 03 82 01 03", "field [0] is missing"},
		{"30 06 82 01 03 80 01 01", "field [0] is missing"},
		{"30 09 80 01 01 80 01 02 82 01 03", "field [0] is foreign or out of order"},
		{"30 08 80 01 01 82 01 03 05 00", "foreign"}, // universal tag
		{"30 80 80 01 01 82 01 03", "missing"},       // no end
		{"80 06 80 01 01 82 01 03", "plain value"},
	};
	struct world w;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct object o = {0};
		bool ok;

		start(&w, cases[i].hex);
		ok = ix_ber_head(&w.b, &w.t) && ix_ber_sequence(&w.b, &w.t, &object_fields, &o);
		if (ok != !cases[i].says || (!ok && !strstr(w.fault.text, cases[i].says)))
			fail_msg("%s: %s", cases[i].hex, w.fault.text);
		if (ok)
			assert_true(o.a == 1 && o.c == 3 && w.b.p == w.b.end);
		ix_arena_free(w.arena);
	}
}

static void test_choices(void **state)
{
	static const struct {
		const char *hex, *says;
	} cases[] = {
		{"a0 03 81 01 02", NULL},
		{"a0 80 81 01 02 00 00", NULL},
		{"a0 00", "without"},
		{"a0 03 89 01 02", "alternative [9] is unknown"},
		{"a0 06 81 01 02 80 01 01", "more than one"},
	};
	struct world w;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct object o = {0};
		bool ok;

		start(&w, cases[i].hex);
		ok = ix_ber_head(&w.b, &w.t) && ix_ber_wrapped(&w.b, &w.t, &object_fields, 444, &o);
		if (ok != !cases[i].says || (!ok && !strstr(w.fault.text, cases[i].says)))
			fail_msg("%s: %s", cases[i].hex, w.fault.text);
		if (ok)
			assert_true(o.b == 2 && o.has_b);
		ix_arena_free(w.arena);
	}
}

/* ---- writer ---------------------------------------------------------------------------------- */

static void test_written(void **state)
{
	uint8_t buf[1024];
	struct ix_ber_out o = writer(&conf, buf, sizeof(buf));

	ix_ber_put_uint(&o, 0x02, 0);
	ix_ber_put_uint(&o, 0x02, 127);
	ix_ber_put_uint(&o, 0x02, 128);
	ix_ber_put_uint(&o, 0x02, UINT32_MAX);
	ix_ber_put_uint(&o, 0x02, UINT64_MAX);
	ix_ber_put_int(&o, 0x02, -1);
	ix_ber_put_int(&o, 0x02, -128);
	ix_ber_put_int(&o, 0x02, -129);
	ix_ber_put_int(&o, 0x02, INT64_MIN);
	assert_hex(buf, (size_t)(o.p - buf),
		   "020100 02017f 02020080 020500ffffffff 020900ffffffffffffffff"
		   "0201ff 020180 0202ff7f 02088000000000000000");
	o = writer(&conf, buf, sizeof(buf));
	ix_ber_put_bool(&o, 0x80, true);
	ix_ber_put_null(&o, 0x81);
	ix_ber_put_bits(&o, 0x82, 0, 10);
	ix_ber_put_bits(&o, 0x82, 1, 10);
	ix_ber_put_bits(&o, 0x82, 0x300, 10);
	assert_hex(buf, (size_t)(o.p - buf), "8001ff 8100 820100 82020780 8203 0600c0");
	assert_false(o.full || o.bad);
}

/* Lengths of one, two and three octets, nested; every buffer that is too small is noticed. */
static void test_lengths_written(void **state)
{
	static const size_t sizes[] = {0, 1, 127, 128, 255, 256, 65535, 65536};
	uint8_t *buf = malloc(70000), *content = calloc(1, 70000);

	assert_true(buf && content);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct ix_ber_out o = writer(&conf, buf, 70000);
		size_t outer = ix_ber_open(&o, IX_SEQUENCE), total;
		struct ix_fault fault;
		struct ix_tlv t;
		struct ix_ber b;

		ix_ber_put(&o, IX_BER_OCTETS, content, sizes[i]);
		ix_ber_close(&o, outer);
		total = (size_t)(o.p - buf);
		b = reader(NULL, &fault, &conf, buf, total);
		assert_true(ix_ber_head(&b, &t) && b.p + t.len == buf + total);
		assert_true(ix_ber_head(&b, &t) && t.len == sizes[i]);
		for (size_t room = total > 300 ? total - 8 : 0; room < total; room++) {
			o = writer(&conf, buf, room);
			outer = ix_ber_open(&o, IX_SEQUENCE);
			ix_ber_put(&o, IX_BER_OCTETS, content, sizes[i]);
			ix_ber_close(&o, outer);
			assert_true(o.full);
		}
	}
	free(buf);
	free(content);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads),     cmocka_unit_test(test_heads_refused),
		cmocka_unit_test(test_skip),      cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_strings),   cmocka_unit_test(test_segments_are_bounded),
		cmocka_unit_test(test_bits),      cmocka_unit_test(test_flags),
		cmocka_unit_test(test_sequences), cmocka_unit_test(test_choices),
		cmocka_unit_test(test_written),   cmocka_unit_test(test_lengths_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
