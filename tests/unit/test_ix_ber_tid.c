// Tests of ix/ber_tid.c: names of terminations and their octets, both ways.
#include "ix_ber.h"

/* Writes a name; the number of octets, or -1 when it has none. */
static long write_tid(const struct ix_ber_conf *conf, const char *name, uint8_t *buf, size_t size)
{
	struct ix_ber_out o = writer(conf, buf, size);

	ix_ber_put_tid(&o, IX_SEQUENCE, ix_lit(name));
	return o.bad || o.full ? -1 : o.p - buf;
}

static bool read_tid(struct ix_arena *arena, const struct ix_ber_conf *conf, const uint8_t *buf,
		     size_t len, struct ix_str *name)
{
	struct ix_fault fault;
	struct ix_ber b = reader(arena, &fault, conf, buf, len);
	struct ix_tlv t;

	return ix_ber_head(&b, &t) && ix_ber_tid(&b, &t, name);
}

static const struct ix_ber_conf plain = {.plan = NULL};

struct both {
	const struct ix_ber_conf *conf;
	const char *name;
	const char *hex;  // TerminationID without its SEQUENCE
	const char *back; // NULL: the name itself
};

static const struct both cases[] = {
	{&plain, "ROOT", "a000 8104ffffffff", NULL},
	{&plain, "root", "a000 8104ffffffff", "ROOT"},
	{&plain, "*", "a003 0401df 810400000000", NULL},
	{&plain, "$", "a003 04015f 810400000000", NULL},
	{&plain, "ip/0/0/0", "a000 810420000000", NULL},
	{&plain, "ip/1/1/1", "a000 810422400001", NULL},
	{&plain, "IP/1/1/1", "a000 810422400001", "ip/1/1/1"},
	{&plain, "ip/15/7/4194303", "a000 81043fffffff", NULL},
	{&plain, "ip/1/1/$", "a003 040115 810422400000", NULL},
	{&plain, "ip/1/1/*", "a003 040195 810422400000", NULL},
	{&plain, "ip/1/$/$", "a003 040158 810422000000", NULL},
	{&plain, "ip/1/$", "a003 040158 810422000000", "ip/1/$/$"},
	{&plain, "ip/1/*/*", "a003 0401d8 810422000000", "ip/1/*"},
	{&plain, "ip/1/*", "a003 0401d8 810422000000", NULL},
	{&plain, "ip/$/$/$", "a003 04015c 810420000000", NULL},
	{&plain, "ip/$", "a003 04015c 810420000000", "ip/$/$/$"},
	{&plain, "ip/*", "a003 0401dc 810420000000", NULL},
	{&plain, "ip/*/1/5", "a003 04019c 810420400005", NULL},
	{&plain, "ip/$/1/$", "a006 04011c 040115 810420400000", NULL},
	{&plain, "ip/$/*/*", "a006 04011c 0401d8 810420000000", "ip/$/*"},
	{&plain, "ip/*/1/*", "a006 04019c 040195 810420400000", NULL},
	{&test_conf, "ip/access/core/40001", "a000 810420009c41", NULL},
	{&test_conf, "ip/IMS_core/peer/7", "a000 810422400007", "ip/ims_core/peer/7"},
	{&test_conf, "ip/0/1/7", "a000 810420400007", "ip/access/peer/7"},
	{&test_conf, "ip/access/$/$", "a003 040158 810420000000", NULL},
	{&test_conf, "ip/2/2/7", "a000 810424800007", NULL},
	// Octets that the plan does not describe keep a name that leads back to them.
	{&plain, "bin/40000001", "a000 810440000001", NULL},
	{&plain, "bin/0102030405060708", "a000 8108 0102030405060708", NULL},
	{&plain, "bin/07", "a000 810107", NULL},
	{&plain, "bin/40000000/dc/*", "a003 0401dc 810440000000", NULL},
	{&plain, "bin/20000000/1b1a/$", "a006 04011b 04011a 810420000000", NULL},
	{&plain, "bin/20000000/1b9a/*/$", "a006 04011b 04019a 810420000000", NULL},
	{&plain, "bin/20000000/9c9c/*", "a006 04019c 04019c 810420000000", NULL}, // twice
};

static void test_both_ways(void **state)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct both *c = &cases[i];
		struct ix_arena *arena = ix_arena_new(4096);
		uint8_t buf[64];
		long len = write_tid(c->conf, c->name, buf, sizeof(buf));
		struct ix_str name;

		if (len < 0)
			fail_msg("%s has no octets", c->name);
		assert_hex(buf + 2, (size_t)len - 2, c->hex);
		assert_true(read_tid(arena, c->conf, buf, (size_t)len, &name));
		assert_str(name, c->back ? c->back : c->name);
		ix_arena_free(arena);
	}
}

static void test_names_without_octets(void **state)
{
	static const char *const names[] = {
		"ip",
		"ip/",
		"ip/1",
		"ip/1/1",
		"ip/1/1/1/1",
		"ip/16/1/1",
		"ip/1/8/1",
		"ip/1/1/4194304",
		"ip/1/1/01",
		"ip/1/1/",
		"ip/nowhere/1/1",
		"ip/$/1",
		"tdm/1/1/1",
		"gateway",
		"bin",
		"bin/",
		"bin/0",
		"bin/zz",
		"bin/010203040506070809",
		"bin/20000000/1",
		"",
	};
	uint8_t buf[64];

	for (size_t i = 0; i < COUNT(names); i++)
		if (write_tid(&plain, names[i], buf, sizeof(buf)) >= 0)
			fail_msg("%s has octets", names[i]);
}

/* What is irrelevant under a wildcard is ignored; ROOT may be 8 octets long. */
static void test_read_only_forms(void **state)
{
	static const struct {
		const char *hex, *name;
	} reads[] = {
		{"30 0b a003 0401dc 81043fffffff", "ip/*"},
		{"30 0c a000 8108 ffffffffffffffff", "ROOT"},
		{"30 0f a003 0401ff 8108 0000000000000000", "*"},
		{"30 0b a003 04015f 8104deadbeef", "$"},
		{"30 80 a080 0401dc 0000 a180 0402 2000 0402 0000 0000 0000", "ip/*"},
	};

	for (size_t i = 0; i < COUNT(reads); i++) {
		struct ix_arena *arena = ix_arena_new(4096);
		uint8_t octets[64];
		size_t len = from_hex(reads[i].hex, octets);
		struct ix_str name;

		if (!read_tid(arena, &plain, octets, len, &name))
			fail_msg("%s is refused", reads[i].hex);
		assert_str(name, reads[i].name);
		ix_arena_free(arena);
	}
}

static void test_refused(void **state)
{
	static const char *const hex[] = {
		"30 00",
		"30 02 a000",
		"30 04 a000 8100",
		"30 0d a000 8109 000000000000000000",
		"30 0a a002 0400 810420000000",
		"30 0c a004 04020102 810420000000",
		"30 0b a003 0201dc 810420000000",
		// nine wildcard fields
		"3023a01b04015c04015c04015c04015c04015c04015c04015c04015c04015c810420000000",
	};

	for (size_t i = 0; i < COUNT(hex); i++) {
		struct ix_arena *arena = ix_arena_new(4096);
		uint8_t octets[64];
		size_t len = from_hex(hex[i], octets);
		struct ix_str name;

		if (read_tid(arena, &plain, octets, len, &name))
			fail_msg("%s is understood", hex[i]);
		ix_arena_free(arena);
	}
}

/* Any octets and fields have a legal name that leads to what they mean. */
static void test_any_octets(void **state)
{
	uint32_t seed = 1;

	for (unsigned i = 0; i < 20000; i++) {
		struct ix_arena *arena = ix_arena_new(4096);
		uint8_t buf[64], again[64];
		struct ix_ber_out o = writer(&plain, buf, sizeof(buf));
		size_t at = ix_ber_open(&o, IX_SEQUENCE), list = ix_ber_open(&o, IX_CC(0));
		struct ix_str name, second;
		struct ix_tid tid;
		uint8_t octet;
		long len;

		for (unsigned n = (seed >> 8) % 4; n > 0; n--) {
			seed = seed * 1664525 + 1013904223;
			octet = (uint8_t)(seed >> 16);
			ix_ber_put(&o, IX_BER_OCTETS, &octet, 1);
		}
		ix_ber_close(&o, list);
		seed = seed * 1664525 + 1013904223;
		ix_ber_put(&o, IX_C(1), &seed, (seed >> 28) % 4 + 1);
		ix_ber_close(&o, at);
		assert_true(read_tid(arena, &plain, buf, (size_t)(o.p - buf), &name));
		tid = (struct ix_tid){.name = name};
		assert_true(name.len <= 64);
		assert_false(name.len > 1 &&
			     ix_tid_has_wild(&tid) != (memchr(name.p, '*', name.len) != NULL));
		len = write_tid(&plain, ix_str_fmt(arena, "%.*s", (int)name.len, name.p).p, again,
				sizeof(again));
		assert_true(len > 0);
		assert_true(read_tid(arena, &plain, again, (size_t)len, &second));
		assert_true(ix_str_eq(name, second));
		ix_arena_free(arena);
	}
}

static void test_plans(void **state)
{
	static const char *const digits[] = {"12", NULL}, *const dots[] = {"core.net", NULL};
	static const char *const many[] = {"a", "b", "c", NULL};
	struct ix_tid_plan p = ix_tid_plan_default;

	assert_true(ix_tid_plan_ok(&p));
	assert_true(ix_tid_plan_ok(&test_plan));
	p.id_bits--;
	assert_false(ix_tid_plan_ok(&p));
	p = test_plan;
	p.groups = digits;
	assert_false(ix_tid_plan_ok(&p));
	p.groups = dots;
	assert_false(ix_tid_plan_ok(&p));
	p = (struct ix_tid_plan){.prefix = "ip",
				 .octets = 1,
				 .type_bits = 1,
				 .group_bits = 1,
				 .interface_bits = 1,
				 .id_bits = 5,
				 .groups = many};
	assert_false(ix_tid_plan_ok(&p));
	p.groups = many + 1;
	assert_true(ix_tid_plan_ok(&p));
	p.type = 2;
	assert_false(ix_tid_plan_ok(&p));
	p = (struct ix_tid_plan){.prefix = "ip",
				 .octets = 8,
				 .type_bits = 8,
				 .group_bits = 12,
				 .interface_bits = 12,
				 .id_bits = 32,
				 .type = 0x20};
	assert_true(ix_tid_plan_ok(&p));
}

/* A plan of 8 octets with other widths. */
static void test_wide_plan(void **state)
{
	static const struct ix_tid_plan wide = {.prefix = "term",
						.octets = 8,
						.type_bits = 8,
						.group_bits = 12,
						.interface_bits = 12,
						.id_bits = 32,
						.type = 0x20};
	static const struct ix_ber_conf conf = {.plan = &wide};
	struct ix_arena *arena = ix_arena_new(4096);
	uint8_t buf[64];
	long len = write_tid(&conf, "term/4095/1/4294967295", buf, sizeof(buf));
	struct ix_str name;

	assert_true(len > 0);
	assert_hex(buf, (size_t)len, "300c a000 8108 20fff001ffffffff");
	assert_true(read_tid(arena, &conf, buf, (size_t)len, &name));
	assert_str(name, "term/4095/1/4294967295");
	len = write_tid(&conf, "term/$", buf, sizeof(buf));
	assert_hex(buf, (size_t)len, "300f a003040177 8108 2000000000000000");
	ix_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),       cmocka_unit_test(test_names_without_octets),
		cmocka_unit_test(test_read_only_forms), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_any_octets),      cmocka_unit_test(test_plans),
		cmocka_unit_test(test_wide_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
