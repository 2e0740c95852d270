// Tests of ix/ber_value.c: spelling in text and BER inside an OCTET STRING, both ways.
#include "ix_ber.h"

static const struct ix_ber_conf conf;

static const char *const colours[] = {"red", "green", NULL};
static const struct ix_def a_bool = {.name = "b", .type = IX_TYPE_BOOL};
static const struct ix_def a_uint = {.name = "u", .type = IX_TYPE_UINT};
static const struct ix_def a_hex = {.name = "h", .type = IX_TYPE_HEX};
static const struct ix_def a_enum = {.name = "e", .type = IX_TYPE_ENUM, .names = colours};
static const struct ix_def from_one = {
	.name = "f", .type = IX_TYPE_ENUM, .names = colours, .min = 1};
static const struct ix_def a_string = {.name = "s", .type = IX_TYPE_STRING};
static const struct ix_def a_prefix = {.name = "p", .type = IX_TYPE_PREFIX};
static const struct ix_def no_type = {.name = "n"};

struct both {
	const struct ix_def *def; // NULL: unknown
	const char *text;
	bool quoted;
	const char *hex; // content of the OCTET STRING
};

static const struct both cases[] = {
	{&a_bool, "ON", false, "0101ff"},
	{&a_bool, "OFF", false, "010100"},
	{&a_uint, "0", false, "020100"},
	{&a_uint, "1800", false, "02020708"},
	{&a_uint, "18446744073709551615", false, "020900ffffffffffffffff"},
	{&a_uint, "-1", false, "0201ff"},
	{&a_hex, "2e", false, "04012e"},
	{&a_enum, "red", false, "0a0100"},
	{&from_one, "green", false, "0a0102"},
	{&a_string, "core.ims.example", true, "1610636f72652e696d732e6578616d706c65"},
	{&a_string, "", true, "1600"},
	{&a_prefix, "198.51.100.0/24", true, "160f3139382e35312e3130302e302f3234"},
	{NULL, "20", false, "020114"},
	{NULL, "-129", false, "0202ff7f"},
	{NULL, "-9223372036854775808", false, "02088000000000000000"},
	{NULL, "ON", false, "0101ff"},
	{NULL, "OFF", false, "010100"},
	{NULL, "two words", true, "160974776f20776f726473"},
	{NULL, "20", true, "16023230"},
	{NULL, "0x", false, "0400"},
	{NULL, "0x00ff", false, "040200ff"},
	{NULL, "raw_0a0105", false, "0a0105"}, // ENUMERATED
	{NULL, "raw_0500", false, "0500"},     // NULL
	{NULL, "raw_", false, ""},
	{NULL, "raw_02", false, "02"},             // no whole value
	{NULL, "raw_02020014", false, "02020014"}, // a longer form of 20
	{NULL, "raw_010101", false, "010101"},     // another true
	{NULL, "raw_16010a", false, "16010a"},     // a line end, which text cannot quote
	{NULL, "raw_160122", false, "160122"},     // a quote
	{NULL, "raw_0c0141", false, "0c0141"},     // UTF8String where IA5String would do
	{NULL, "raw_3003020101", false, "3003020101"},
	{NULL, "raw_48656c6c6f", false, "48656c6c6f"}, // bare text of an unknown type
	{&a_bool, "7", false, "020107"},               // not of its type: as of an unknown one
	{&a_uint, "many", true, "16046d616e79"},
	{&a_enum, "raw_0a0102", false, "0a0102"}, // a number without a name
	{&from_one, "raw_0a0100", false, "0a0100"},
	{&a_uint, "raw_04012e", false, "04012e"},     // 0x2e would be a number
	{&a_bool, "raw_16024f4e", false, "16024f4e"}, // and "ON" a truth value
	{&a_string, "raw_020114", false, "020114"},
	{&no_type, "20", false, "020114"},
};

static void write_value(const struct ix_def *def, struct ix_value v, const char *hex)
{
	uint8_t buf[256];
	struct ix_ber_out o = writer(&conf, buf, sizeof(buf));

	ix_ber_put_value(&o, def, &v);
	assert_false(o.bad || o.full);
	assert_int_equal(buf[0], IX_BER_OCTETS);
	assert_hex(buf + 2, buf[1], hex);
}

static struct ix_value read_value(struct ix_arena *arena, const struct ix_def *def, const char *hex)
{
	struct ix_fault fault;
	struct ix_ber b = reader(arena, &fault, &conf, "", 0);
	char *octets = ix_alloc(arena, 256);
	struct ix_value v = {0};

	assert_true(ix_ber_value(
		&b, (struct ix_str){octets, (uint32_t)from_hex(hex, (uint8_t *)octets)}, def, &v));
	return v;
}

static void test_both_ways(void **state)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ix_arena *arena = ix_arena_new(4096);
		const struct both *c = &cases[i];
		struct ix_value v = {.text = ix_lit(c->text), .quoted = c->quoted};

		write_value(c->def, v, c->hex);
		v = read_value(arena, c->def, c->hex);
		assert_str(v.text, c->text);
		assert_int_equal(v.quoted, c->quoted);
		ix_arena_free(arena);
	}
}

/* Other spellings of text that mean the same octets. */
static void test_written(void **state)
{
	static const struct both other[] = {
		{&a_bool, "on", false, "0101ff"},
		{&a_uint, "0x1F", false, "02011f"},
		{&a_uint, "0x00ff", false, "020200ff"},
		{&a_hex, "0x2E", false, "04012e"},
		{&a_hex, "2E", true, "04012e"},
		{&a_enum, "GREEN", false, "0a0101"},
		{&a_string, "bare", false, "160462617265"},
		{&a_string, "\xc3\xa4", true, "0c02c3a4"},
		{NULL, "word", false, "1604776f7264"},
		{NULL, "007", false, "1603303037"},
		{NULL, "0x123", false, "16053078313233"},
	};

	for (size_t i = 0; i < COUNT(other); i++)
		write_value(
			other[i].def,
			(struct ix_value){.text = ix_lit(other[i].text), .quoted = other[i].quoted},
			other[i].hex);
}

/* Other octets that mean the same text. */
static void test_read(void **state)
{
	static const struct both other[] = {
		{&a_bool, "ON", false, "010101"},
		{&a_bool, "ON", false, "4f4e"}, // bare "ON"
		{&a_uint, "20", false, "02020014"},
		{&a_uint, "20", false, "3230"}, // bare "20"
		{&a_uint, "5", false, "0a0105"},
		{&a_uint, "20", false, "02810114"}, // long form of the length
		{&a_hex, "2e", false, "02012e"},
		{&a_enum, "green", false, "020101"},
		{&a_string, "abc", true, "0c03616263"},
		{&a_string, "abc", true, "0403616263"},
		{&a_string, "abc", true, "616263"},
	};

	for (size_t i = 0; i < COUNT(other); i++) {
		struct ix_arena *arena = ix_arena_new(4096);
		struct ix_value v = read_value(arena, other[i].def, other[i].hex);

		assert_str(v.text, other[i].text);
		assert_int_equal(v.quoted, other[i].quoted);
		ix_arena_free(arena);
	}
}

/* Any octets, of any type: read, written, read and written again: the same octets. */
static void test_any_octets(void **state)
{
	static const struct ix_def *const defs[] = {NULL,    &a_bool,   &a_uint,   &a_hex,
						    &a_enum, &a_string, &a_prefix, &no_type};
	uint32_t seed = 7;

	for (unsigned i = 0; i < 40000; i++) {
		struct ix_arena *arena = ix_arena_new(4096);
		const struct ix_def *def = defs[i % COUNT(defs)];
		struct ix_fault fault;
		struct ix_ber b = reader(arena, &fault, &conf, "", 0);
		struct ix_ber_out o;
		uint8_t octets[12], buf[64], twice[64];
		uint32_t len = (seed >> 20) % 12;
		struct ix_value v = {0}, again = {0};

		for (uint32_t k = 0; k < len; k++) {
			seed = seed * 1664525 + 1013904223;
			octets[k] = (uint8_t)(k == 1 && seed & 0x8000 ? len - 2 : seed >> 24);
			if (k == 0 && seed & 0x4000)
				octets[0] %= 32;
		}
		seed = seed * 1664525 + 1013904223;
		assert_true(ix_ber_value(&b, (struct ix_str){(char *)octets, len}, def, &v));
		o = writer(&conf, buf, sizeof(buf));
		ix_ber_put_value(&o, def, &v);
		assert_false(o.bad || o.full);
		if (!def) // an unknown type keeps its octets
			assert_true(buf[1] == len && memcmp(buf + 2, octets, len) == 0);
		assert_true(
			ix_ber_value(&b, (struct ix_str){(char *)buf + 2, buf[1]}, def, &again));
		o = writer(&conf, twice, sizeof(twice));
		ix_ber_put_value(&o, def, &again);
		assert_memory_equal(buf, twice, (size_t)buf[1] + 2);
		ix_arena_free(arena);
	}
}

/* ---- lists, ranges, relations ---------------------------------------------------------------- */

static void test_shapes(void **state)
{
	struct ix_value two = {.text = ix_lit("9")}, one = {.text = ix_lit("7"), .next = &two};
	struct ix_value alone = {.text = ix_lit("7")}, choose = {.text = ix_lit("$")};
	const struct {
		struct ix_prop p;
		const char *hex;
	} shapes[] = {
		{{.values = &alone}, "a1050403020107"},
		{{.values = &alone, .rel = IX_GT}, "a1050403020107 a203800100"},
		{{.values = &alone, .rel = IX_LT}, "a1050403020107 a203800101"},
		{{.values = &alone, .rel = IX_NE}, "a1050403020107 a203800102"},
		{{.values = &one, .shape = IX_RANGE}, "a10a04030201070403020109 a2038101ff"},
		{{.values = &one, .shape = IX_AND_LIST}, "a10a04030201070403020109 a2038201ff"},
		{{.values = &one, .shape = IX_OR_LIST}, "a10a04030201070403020109"},
		{{.values = &choose}, "a100"},
	};

	for (size_t i = 0; i < COUNT(shapes); i++) {
		struct ix_arena *arena = ix_arena_new(4096);
		struct ix_raw_value raw = {0};
		struct ix_prop p = {.rel = IX_EQ};
		struct ix_fault fault;
		uint8_t buf[64];
		struct ix_ber_out o = writer(&conf, buf, sizeof(buf));
		struct ix_ber b;
		struct ix_tlv t;

		ix_ber_put_values(&o, IX_CC(1), NULL, &shapes[i].p);
		ix_ber_put_extra(&o, &shapes[i].p);
		assert_false(o.bad);
		assert_hex(buf, (size_t)(o.p - buf), shapes[i].hex);
		b = reader(arena, &fault, &conf, buf, (size_t)(o.p - buf));
		assert_true(ix_ber_head(&b, &t) && ix_ber_octet_list(&b, &t, &raw.values));
		if (b.p < b.end)
			assert_true(ix_ber_head(&b, &t) && ix_ber_extra(&b, &t, &raw));
		assert_true(ix_ber_prop_value(&b, &raw, NULL, &p));
		assert_true(p.rel == shapes[i].p.rel && p.shape == shapes[i].p.shape);
		assert_true(ix_str_eq(p.values->text, shapes[i].p.values->text));
		ix_arena_free(arena);
	}
}

static void test_shapes_refused(void **state)
{
	struct ix_value three = {.text = ix_lit("9")}, two = {.text = ix_lit("8"), .next = &three};
	struct ix_value one = {.text = ix_lit("7"), .next = &two};
	const struct ix_prop props[] = {
		{.values = &one},
		{.values = &one, .shape = IX_RANGE},
		{.values = &one, .shape = IX_OR_LIST, .rel = IX_GT},
		{.values = NULL},
	};
	static const struct {
		unsigned n;
		struct ix_raw_value raw;
	} raws[] = {
		{2, {.extra.rel = IX_GT}},
		{1, {.extra.range = true}},
		{3, {.extra.range = true}},
	};
	uint8_t buf[64];

	for (size_t i = 0; i < COUNT(props); i++) {
		struct ix_ber_out o = writer(&conf, buf, sizeof(buf));

		ix_ber_put_extra(&o, &props[i]);
		assert_true(o.bad);
	}
	for (size_t i = 0; i < COUNT(raws); i++) {
		struct ix_arena *arena = ix_arena_new(4096);
		struct ix_octets values[3] = {
			{NULL, {"\2\1\7", 3}}, {NULL, {"\2\1\7", 3}}, {NULL, {"\2\1\7", 3}}};
		struct ix_raw_value raw = raws[i].raw;
		struct ix_prop p = {.rel = IX_EQ};
		struct ix_fault fault;
		struct ix_ber b = reader(arena, &fault, &conf, "", 0);

		for (unsigned k = 1; k < raws[i].n; k++)
			values[k - 1].next = &values[k];
		raw.values = values;
		assert_false(ix_ber_prop_value(&b, &raw, NULL, &p));
		ix_arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways), cmocka_unit_test(test_written),
		cmocka_unit_test(test_read),      cmocka_unit_test(test_any_octets),
		cmocka_unit_test(test_shapes),    cmocka_unit_test(test_shapes_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
