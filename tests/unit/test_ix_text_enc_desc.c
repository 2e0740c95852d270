// Tests of ix/text_enc_desc.c and ix/text_out.c: the exact text of descriptors, and values without.
#include "ix_decode.h"

#include <errno.h>

#define SHORT(x) "!/3 [192.0.2.1]:2944 " x
#define MF(x)    SHORT("T=7{C=5{MF=a{" x "}}}")
#define AV(x)    SHORT("T=7{C=5{AV=a{AT{" x "}}}}")
#define SC(x)    SHORT("T=7{C=5{SC=ROOT{SV{" x "}}}}")

static char out[65536];

static const char *encoded(const struct ix_msg *msg, enum ix_style style)
{
	long n = ix_text_encode(msg, style, out, sizeof(out) - 1);

	if (n < 0)
		fail_msg("not encoded: %ld", n);
	out[n] = '\0';
	return out;
}

/* Each is its own canonical text. */
static const char *const compact[] = {
	MF("M"),
	MF("M{TS{SI=TE,BF=OFF,a/b=1},ST=1{O{MO=SO,RV=ON,RG=OFF,a/b=1}},ST=2{SA{a/b=1,a/c}}}"),
	MF("M{TS{SI=OS,BF=SP},O{MO=RC},L{},R{\r\nv=0\r\n}}"),
	MF("M{TS{SI=IV},O{MO=SR},L{\r\na=\\}\\\r\n},SA}"),
	MF("M{O{MO=IN,RV=OFF,RG=ON}}"),
	MF("M{O{MO=LB,a/b={1,\"x y\"},a/c=[1,2],a/d=[1:2],a/e#1,a/f<2,a/g>\"\"}}"),
	MF("E,EB,SG"),
	MF("E=*{},EB{a/b},SG{a/b}"),
	MF("E=1{a/b{ST=1,KA,NBIN,EM{SG,E=2{a/b}},DM=x,RSE,y=1},a/*{NBNN},*/*{NBRN{EM{SG{a/b}}}},a/"
	   "c{NBRN}}"),
	MF("SG{a/b{ST=0,SY=OO,DR=1,NC={TO,IBE,IBS,OR,IR},KA,SPADI=IT,SPARQ=2,SPAIS=3,x=1},SL=4{a/"
	   "c{SY=TO}}}"),
	MF("SG{a/b{SY=BR,SPADI=EX},a/c{SPADI=B},SL=0{}}"),
	MF("DM = x { y },MX = H221 { a },MD [ V18 ]"),
	SHORT("T=7{C=5{N=a{OE=3{20261120T15230000:a/b{ST=1,x=1},a/c},ER=1{}}}}"),
	SHORT("P=7{C=5{AV=a{M,DM,MX,MD,OE,SA,PG},AV=b{PG{g-1,root-2}}}}"),
	AV("M,SG,E,EB,OE,PG,SA,DM,MX,MD"),
	AV("M{TS{SI,BF,a/b},ST=1{O{MO,RV,RG,a/b},L{}}},SG{},E{a/b},EB{a/b},SA{a/b},PG{g-1},DM=x"),
	AV("E=1{a/b{ST=1,x}}"),
	SC("MT=FL,RE=\"909 "
	   "x\",DL=0,AD=2944,MG=[192.0.2.9]:1,V=3,PF=a/1,20261120T15230000,SIC,X-a=1,PG"),
	SC("MT=FO,AD=<gw>:1"),
	SC("MT=GR"),
	SC("MT=RS"),
	SC("MT=DC"),
	SC("MT=HO"),
	SC("MT=X-own"),
	SC(""),
};

static void writes_compact_text(void **state)
{
	for (size_t i = 0; i < COUNT(compact); i++) {
		struct decoded d = understood(compact[i]);

		assert_string_equal(encoded(d.msg, IX_COMPACT), compact[i]);
		drop(&d);
	}
}

static void writes_pretty_text(void **state)
{
	struct decoded d = understood(
		MF("M{ST=1{O{MO=SR,a/b#1,a/c={1,2}},L{v=0\n}}},SG,E=1{a/b{x=1}},DM"));

	assert_string_equal(encoded(d.msg, IX_PRETTY), "MEGACO/3 [192.0.2.1]:2944\n"
						       "Transaction = 7 {\n"
						       "\tContext = 5 {\n"
						       "\t\tModify = a {\n"
						       "\t\t\tMedia {\n"
						       "\t\t\t\tStream = 1 {\n"
						       "\t\t\t\t\tLocalControl {\n"
						       "\t\t\t\t\t\tMode = SendReceive,\n"
						       "\t\t\t\t\t\ta/b # 1,\n"
						       "\t\t\t\t\t\ta/c = {1,2}\n"
						       "\t\t\t\t\t},\n"
						       "\t\t\t\t\tLocal {\r\n"
						       "v=0\r\n"
						       "}\n"
						       "\t\t\t\t}\n"
						       "\t\t\t},\n"
						       "\t\t\tEvents = 1 {\n"
						       "\t\t\t\ta/b {\n"
						       "\t\t\t\t\tx = 1\n"
						       "\t\t\t\t}\n"
						       "\t\t\t},\n"
						       "\t\t\tSignals,\n"
						       "\t\t\tDigitMap\n"
						       "\t\t}\n"
						       "\t}\n"
						       "}\n");
	drop(&d);
}

/* An Error must get through whatever its text says. */
static void errors_get_through(void **state)
{
	struct ix_error e = {449, ix_lit("say \"x\"\r\n\x01 gr\xc3\xbc\x7f")};
	struct ix_msg msg = {
		.version = 1, .mid = {.kind = IX_MID_DEVICE, .name = ix_lit("gw")}, .error = &e};

	assert_string_equal(encoded(&msg, IX_COMPACT), "!/1 gw ER=449{\"say 'x'??? gr\xc3\xbc?\"}");
	e.text.len = 0;
	assert_string_equal(encoded(&msg, IX_PRETTY), "MEGACO/1 gw\nError = 449 {}");
}

/* ---- forms without text ---------------------------------------------------------------------- */

/* A decoded message whose first command is spoiled afterwards. */
struct spoil {
	const char *text;
	void (*spoil)(struct ix_command *c);
};

static struct ix_prop *first_prop(struct ix_command *c)
{
	return c->d.media->streams->control->props;
}

static void pkg_digit(struct ix_command *c)
{
	first_prop(c)->pkg = ix_lit("1a");
}
static void pkg_star(struct ix_command *c)
{
	first_prop(c)->pkg = ix_lit("*");
}
static void item_empty(struct ix_command *c)
{
	first_prop(c)->item.len = 0;
}
static void value_blank(struct ix_command *c)
{
	first_prop(c)->values->text = ix_lit("a b");
}
static void value_empty(struct ix_command *c)
{
	first_prop(c)->values->text.len = 0;
}
static void value_quote(struct ix_command *c)
{
	first_prop(c)->values->quoted = true;
	first_prop(c)->values->text = ix_lit("a\"b");
}
static void value_line(struct ix_command *c)
{
	first_prop(c)->values->quoted = true;
	first_prop(c)->values->text = ix_lit("a\nb");
}
static void list_related(struct ix_command *c)
{
	first_prop(c)->shape = IX_OR_LIST;
	first_prop(c)->rel = IX_NE;
}
static void range_of_one(struct ix_command *c)
{
	first_prop(c)->shape = IX_RANGE;
}
static void one_of_two(struct ix_command *c)
{
	first_prop(c)->next->shape = IX_ONE;
}
static void range_of_three(struct ix_command *c)
{
	first_prop(c)->next->shape = IX_RANGE;
}
static void sdp_nul(struct ix_command *c)
{
	c->d.media->streams->has_local = true;
	c->d.media->streams->local = (struct ix_str){"v\0", 2};
}
static void stream_mixed(struct ix_command *c)
{
	c->d.media->streams->next->id = 0;
}
static void regulated(struct ix_command *c)
{
	c->d.events->list->embed_regulated = true;
}
static void method(struct ix_command *c)
{
	c->d.services->method_name = ix_lit("X y");
}
static void reason(struct ix_command *c)
{
	c->d.services->reason = ix_lit("\"");
}
static void profile(struct ix_command *c)
{
	c->d.services->profile = ix_lit("{");
}
static void address(struct ix_command *c)
{
	c->d.services->mgc_to_try.name = ix_lit("<");
}
static void observed_time(struct ix_command *c)
{
	c->d.observed->list->time = ix_lit("now");
}
static void package_name(struct ix_command *c)
{
	c->d.audit->packages->name = ix_lit("g-");
}

static void refuses_what_has_no_text(void **state)
{
	static const char values[] = MF("M{ST=1{O{a/b=1,a/c={1,2,3}}},ST=2{}}");
	static const char service[] = SC("MT=X-y,RE=\"1\",MG=gw,PF=a");
	static const struct spoil cases[] = {
		{values, pkg_digit},
		{values, pkg_star},
		{values, item_empty},
		{values, value_blank},
		{values, value_empty},
		{values, value_quote},
		{values, value_line},
		{values, list_related},
		{values, range_of_one},
		{values, one_of_two},
		{values, range_of_three},
		{values, sdp_nul},
		{values, stream_mixed},
		{MF("E=1{a/b}"), regulated},
		{service, method},
		{service, reason},
		{service, profile},
		{service, address},
		{SHORT("T=7{C=5{N=a{OE=3{a/c}}}}"), observed_time},
		{AV("PG{g-1}"), package_name},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct decoded d = understood(cases[i].text);

		encoded(d.msg, IX_COMPACT);
		cases[i].spoil(command_of(&d));
		if (ix_text_encode(d.msg, IX_COMPACT, out, sizeof(out)) != -EINVAL)
			fail_msg("case %zu is encoded", i);
		drop(&d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_compact_text),
		cmocka_unit_test(writes_pretty_text),
		cmocka_unit_test(errors_get_through),
		cmocka_unit_test(refuses_what_has_no_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
