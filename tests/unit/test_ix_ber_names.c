// Tests of ix/ber_names.c: packages, items and parameters by name and by number.
#include "ix_ber.h"

static const struct ix_ber_conf plain = {.plan = NULL};

static const struct ix_number numbers[] = {
	{.package = "tcpbcc", .id = 0x0120},
	{.package = "tcpbcc", .item = "BNCChange", .kind = IX_DEF_EVENT, .id = 9},
	{.package = "gm", .item = "sam", .kind = IX_DEF_PROPERTY, .id = 0x0102},
	{.package = "acme", .id = 0x8001},
	{.package = "acme", .item = "colour", .kind = IX_DEF_PROPERTY, .id = 1},
	{.package = "acme", .item = "ring", .kind = IX_DEF_EVENT, .id = 1},
	{.package = "acme", .item = "ring", .param = "times", .kind = IX_DEF_EVENT, .id = 7},
	{.package = NULL},
};
static const struct ix_ber_conf overridden = {.numbers = numbers};

static const struct item {
	const struct ix_ber_conf *conf;
	enum ix_def_kind kind;
	const char *pkg, *item;
	const char *hex;
	bool known; // has a definition
} items[] = {
	{&plain, IX_DEF_PROPERTY, "ipdc", "realm", "009d0001", true},
	{&plain, IX_DEF_PROPERTY, "ds", "dscp", "008b0001", true},
	{&plain, IX_DEF_EVENT, "g", "cause", "00010001", true},
	{&plain, IX_DEF_SIGNAL, "ipnapt", "latch", "00990001", true},
	{&plain, IX_DEF_STATISTIC, "nt", "os", "000b0002", true},
	{&plain, IX_DEF_EVENT, "nt", "x0002", "000b0002", false}, // a number of another kind
	{&plain, IX_DEF_PROPERTY, "*", "*", "ffffffff", false},
	{&plain, IX_DEF_EVENT, "nt", "*", "000bffff", false},
	{&plain, IX_DEF_PROPERTY, "x00bd", "x0001", "00bd0001", false},
	{&plain, IX_DEF_PROPERTY, "ipdc", "x0077", "009d0077", false},
	{&overridden, IX_DEF_EVENT, "tcpbcc", "BNCChange", "01200009", true},
	{&overridden, IX_DEF_PROPERTY, "gm", "sam", "008c0102", true},
	{&overridden, IX_DEF_PROPERTY, "gm", "saf", "008c0001", true},
	{&overridden, IX_DEF_PROPERTY, "acme", "colour", "80010001", false},
	{&overridden, IX_DEF_EVENT, "acme", "ring", "80010001", false},
	{&overridden, IX_DEF_SIGNAL, "acme", "x0001", "80010001", false},
	{&overridden, IX_DEF_EVENT, "acme", "*", "8001ffff", false},
};

static void test_items(void **state)
{
	for (size_t i = 0; i < COUNT(items); i++) {
		const struct item *it = &items[i];
		struct ix_arena *arena = ix_arena_new(4096);
		struct ix_fault fault;
		struct ix_ber b = reader(arena, &fault, it->conf, "", 0);
		const struct ix_def *def;
		struct ix_str pkg, item;
		uint8_t octets[4];

		if (!ix_ber_item_id(it->conf, it->kind, ix_lit(it->pkg), ix_lit(it->item), octets,
				    &def))
			fail_msg("%s/%s has no number", it->pkg, it->item);
		assert_hex(octets, 4, it->hex);
		assert_int_equal(def != NULL, it->known);
		assert_true(ix_ber_item_name(&b, it->kind, octets, &pkg, &item, &def));
		assert_str(pkg, it->pkg);
		assert_str(item, it->item);
		assert_int_equal(def != NULL, it->known);
		ix_arena_free(arena);
	}
}

static void test_without_number(void **state)
{
	static const struct {
		enum ix_def_kind kind;
		const char *pkg, *item;
	} none[] = {
		{IX_DEF_EVENT, "tcpbcc",
		 "BNCChange"}, // its package is in no registry that is known
		{IX_DEF_PROPERTY, "nowhere", "x0001"},
		{IX_DEF_PROPERTY, "ipdc", "nothing"},
		{IX_DEF_SIGNAL, "nt", "netfail"},
		{IX_DEF_PROPERTY, "x123", "x0001"},
		{IX_DEF_PROPERTY, "x12345", "x0001"},
		{IX_DEF_PROPERTY, "x00zz", "x0001"},
		{IX_DEF_PROPERTY, "", ""},
	};
	const struct ix_def *def;
	uint8_t octets[4];

	for (size_t i = 0; i < COUNT(none); i++)
		assert_false(ix_ber_item_id(&plain, none[i].kind, ix_lit(none[i].pkg),
					    ix_lit(none[i].item), octets, &def));
}

static void test_params(void **state)
{
	const struct ix_package_def *g = ix_package_find(ix_lit("g"));
	const struct ix_def *cause = ix_def_find(g, IX_DEF_EVENT, ix_lit("cause"));
	static const struct {
		const struct ix_ber_conf *conf;
		const char *pkg, *item, *name;
		uint16_t id;
		bool known;
	} params[] = {
		{&plain, "g", "cause", "Generalcause", 1, true},
		{&plain, "g", "cause", "Failurecause", 2, true},
		{&plain, "g", "cause", "x0009", 9, false},
		{&overridden, "acme", "ring", "times", 7, false},
	};

	for (size_t i = 0; i < COUNT(params); i++) {
		struct ix_arena *arena = ix_arena_new(4096);
		struct ix_fault fault;
		struct ix_ber b = reader(arena, &fault, params[i].conf, "", 0);
		struct ix_str pkg = ix_lit(params[i].pkg), item = ix_lit(params[i].item), name;
		const struct ix_def *list = params[i].pkg[0] == 'g' ? cause->observed : NULL, *def;
		uint16_t id;

		assert_true(ix_ber_param_id(params[i].conf, IX_DEF_EVENT, pkg, item, list,
					    ix_lit(params[i].name), &id, &def));
		assert_int_equal(id, params[i].id);
		assert_int_equal(def != NULL, params[i].known);
		assert_true(ix_ber_param_name(&b, IX_DEF_EVENT, pkg, item, list, id, &name, &def));
		assert_str(name, params[i].name);
		ix_arena_free(arena);
	}
}

static void test_packages(void **state)
{
	struct ix_arena *arena = ix_arena_new(4096);
	struct ix_fault fault;
	struct ix_ber b = reader(arena, &fault, &plain, "", 0);
	const struct ix_package_def *p;
	struct ix_str name;
	uint16_t id;

	for (unsigned n = 0; (p = ix_package_at(n)); n++) {
		assert_int_equal(ix_ber_package_id(&plain, ix_lit(p->name), &id), p->id != 0);
		if (p->id == 0)
			continue;
		assert_int_equal(id, p->id);
		assert_true(ix_ber_package_name(&b, id, &name));
		assert_str(name, p->name);
	}
	ix_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_items),
		cmocka_unit_test(test_without_number),
		cmocka_unit_test(test_params),
		cmocka_unit_test(test_packages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
