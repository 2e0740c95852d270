// Tests of ix/text_dec_media.c: properties and the Media descriptor.
#include "ix_decode.h"

#include <stdio.h>

static struct ix_media *media_of(const struct decoded *d)
{
	return command_of(d)->d.media;
}

static void reads_streams(void **state)
{
	struct decoded d = understood(MEDIA(
		"TerminationState { ServiceStates = OutOfService, Buffer = LockStep, root/x = 1 },"
		"Stream = 65535 { LocalControl { Mode = SendOnly, ReservedValue = ON,"
		" ReservedGroup = OFF, gm/saf = ON },"
		"Local { v=0\r\na=x;{y\\} }, Remote {}, Statistics { nt/os = 5, nt/or } },"
		"ST = 1 { SA }"));
	struct ix_stream *st = media_of(&d)->streams;

	assert_int_equal(media_of(&d)->state->service, IX_SS_OUT);
	assert_int_equal(media_of(&d)->state->buffer, IX_BUF_LOCKSTEP);
	assert_str(media_of(&d)->state->props->pkg, "root");
	assert_int_equal(st->id, 65535);
	assert_int_equal(st->control->mode, IX_SENDONLY);
	assert_int_equal(st->control->reserve_value, IX_ON);
	assert_int_equal(st->control->reserve_group, IX_OFF);
	assert_str(st->control->props->item, "saf");
	assert_true(st->has_local && st->has_remote && st->remote.len == 0);
	assert_str(st->local, "v=0\r\na=x;{y}");
	assert_str(st->stats->items->next->item, "or");
	assert_null(st->stats->items->next->values);
	assert_true(st->next->id == 1 && st->next->stats && !st->next->stats->items);
	drop(&d);
}

static void reads_the_only_stream(void **state)
{
	struct decoded d = understood(MEDIA("O{MO=SR},L{v=0},TS{SI=TE},R{v=1}"));
	struct ix_stream *st = media_of(&d)->streams;

	assert_true(st->id == 0 && !st->next && media_of(&d)->state->service == IX_SS_TEST);
	assert_int_equal(st->control->mode, IX_SENDRECV);
	assert_str(st->local, "v=0");
	assert_str(st->remote, "v=1");
	drop(&d);
}

static void reads_modes(void **state)
{
	static const struct {
		const char *text;
		enum ix_mode mode;
	} cases[] = {
		{LC("MO=SendOnly"), IX_SENDONLY},    {LC("MO=RC"), IX_RECVONLY},
		{LC("mo=sendreceive"), IX_SENDRECV}, {LC("MO=IN"), IX_INACTIVE},
		{LC("Mode=LB"), IX_LOOPBACK},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct decoded d = understood(cases[i].text);

		assert_int_equal(media_of(&d)->streams->control->mode, cases[i].mode);
		drop(&d);
	}
}

static void reads_values(void **state)
{
	static const struct {
		const char *text;
		enum ix_rel rel;
		enum ix_shape shape;
		const char *values[4];
	} cases[] = {
		{LC("a/b=+-&!_/'?@^`~*$\\()%|."), IX_EQ, IX_ONE, {"+-&!_/'?@^`~*$\\()%|."}},
		{LC("a/b = \"\""), IX_EQ, IX_ONE, {""}},
		{LC("a/b={1,\"x y\"}"), IX_EQ, IX_OR_LIST, {"1", "x y"}},
		{LC("a/b = [ 1 , 2 , 3 ]"), IX_EQ, IX_AND_LIST, {"1", "2", "3"}},
		{LC("a/b=[1:9]"), IX_EQ, IX_RANGE, {"1", "9"}},
		{LC("a/b # 1"), IX_NE, IX_ONE, {"1"}},
		{LC("a/b<1"), IX_LT, IX_ONE, {"1"}},
		{LC("a/b>\"1\""), IX_GT, IX_ONE, {"1"}},
		{LC("a/b=Mode"), IX_EQ, IX_ONE, {"Mode"}}, // a token is a value where one stands
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct decoded d = understood(cases[i].text);
		struct ix_prop *p = media_of(&d)->streams->control->props;
		struct ix_value *v = p->values;

		assert_int_equal(p->rel, cases[i].rel);
		assert_int_equal(p->shape, cases[i].shape);
		for (unsigned n = 0; cases[i].values[n]; n++, v = v->next)
			assert_str(v->text, cases[i].values[n]);
		assert_null(v);
		drop(&d);
	}
}

static void says_nothing_with_empty_descriptors(void **state)
{
	struct decoded d = understood(MEDIA("ST=1{O{}},TS{}"));

	assert_null(media_of(&d)->state);
	assert_null(media_of(&d)->streams->control);
	drop(&d);
	d = understood(MODIFY("M"));
	assert_non_null(media_of(&d));
	drop(&d);
}

static void refuses(void **state)
{
	static const struct refusal cases[] = {
		{MEDIA("ST=0{L{}}"), 442, "a stream id above 0"},
		{MEDIA("ST=65536{}"), 442, "a stream id, found 65536"},
		{MEDIA("ST=1"), 442, "'{'"},
		{MEDIA("ST=1{L{}},ST=1{R{}}"), 448, "ST stands here twice"},
		{MEDIA("ST=1{L{}},R{}"), 442, "Stream or TerminationState, found R"},
		{MEDIA("R{},ST=1{L{}}"), 448, "twice"},
		{MEDIA("L{},L{}"), 448, "twice"},
		{MEDIA("R{},R{}"), 448, "twice"},
		{MEDIA("O{MO=SO},O{MO=SO}"), 448, "twice"},
		{MEDIA("SA,SA"), 448, "twice"},
		{MEDIA("TS{SI=TE},TS{SI=TE}"), 448, "twice"},
		{MEDIA("ST=1{TS{}}"), 442, "LocalControl, Local, Remote or Statistics, found TS"},
		{MEDIA("L"), 442, "'{'"},
		{MEDIA("TS{SI=Up}"), 442, "a service state, found Up"},
		{MEDIA("TS{BF=ON}"), 442, "OFF or LockStep, found ON"},
		{MEDIA("TS{SI=TE,SI=TE}"), 456, "twice"},
		{MEDIA("TS{BF=OFF,BF=OFF}"), 456, "twice"},
		{MEDIA("TS{SI}"), 442, "'='"},
		{LC("MO"), 442, "'='"},
		{LC("MO=ON"), 442, "a stream mode, found ON"},
		{LC("MO=SO,Mode=SO"), 456, "Mode stands here twice"},
		{LC("RV=ON,RV=ON"), 456, "twice"},
		{LC("RG=ON,RG=ON"), 456, "twice"},
		{LC("RG=maybe"), 442, "ON or OFF, found maybe"},
		{LC("a/b"), 442, "'='"},
		{LC("a/b="), 442, "a value"},
		{LC("a/b={}"), 442, "a value, found '}'"},
		{LC("a/b=[1:2:3]"), 442, "']', found ':'"},
		{LC("a/b={1:2}"), 442, "'}', found ':'"},
		{LC("a/b=[1,2:3]"), 442, "']', found ':'"},
		{LC("a/b#{1}"), 442, "a value"},
		{LC("a/b=\"x"), 442, "the quote that ends the string"},
		{LC("foo=1"), 442, "package/item, found foo"},
		{LC("a/b=1,a/c=1,A/B=1"), 456, "A/B stands here twice"},
		{MEDIA("SA{a/b,a/b}"), 456, "twice"},
	};

	check_refusals(cases, COUNT(cases));
}

/* Decodes a list of n members, each a name with its number in the middle. */
static uint16_t fault_of_list(const char *before, const char *name, const char *rest, unsigned n,
			      const char *after)
{
	static char text[65536];
	struct decoded d;
	uint16_t code;
	char *p = text + sprintf(text, "%s", before);

	for (unsigned i = 1; i <= n; i++)
		p += sprintf(p, "%s%s%u%s", i > 1 ? "," : "", name, i, rest);
	sprintf(p, "%s", after);
	d = decode(text);
	code = d.msg ? 0 : d.fault.code;
	drop(&d);
	return code;
}

/* Lists in which nothing may stand twice are bounded, so that comparing does not take for ever. */
static void bounds_lists(void **state)
{
	static const char modify[] = HEAD "T=1{C=1{MF=a{";
	static const struct {
		const char *descriptor, *name, *rest, *after;
	} kinds[] = {
		{"M{O{", "a/b", "=1", "}}}}}"},
		{"M{", "ST=", "{}", "}}}}"},
		{"SG{a/b{", "x", "=1", "}}}}}"},
	};

	for (size_t k = 0; k < COUNT(kinds); k++) {
		char before[64];

		sprintf(before, "%s%s", modify, kinds[k].descriptor);
		assert_int_equal(
			fault_of_list(before, kinds[k].name, kinds[k].rest, 512, kinds[k].after),
			0);
		assert_int_equal(
			fault_of_list(before, kinds[k].name, kinds[k].rest, 513, kinds[k].after),
			510);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_streams),
		cmocka_unit_test(reads_the_only_stream),
		cmocka_unit_test(reads_modes),
		cmocka_unit_test(reads_values),
		cmocka_unit_test(says_nothing_with_empty_descriptors),
		cmocka_unit_test(refuses),
		cmocka_unit_test(bounds_lists),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
