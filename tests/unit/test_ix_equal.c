// Tests of ix/equal.c: layout and case of identifiers do not matter, everything else does.
#include "ix_decode.h"

static bool equal(const char *a, const char *b)
{
	struct decoded x = understood(a), y = understood(b);
	bool same = ix_msg_equal(x.msg, y.msg);

	assert_true(ix_msg_equal(x.msg, x.msg));
	assert_int_equal(ix_msg_equal(y.msg, x.msg), same);
	drop(&x);
	drop(&y);
	return same;
}

static void same_things_are_equal(void **state)
{
	static const char *const pairs[][2] = {
		{MODIFY("Media { LocalControl { Mode = Inactive } }"), MODIFY("m{o{mo=in}};c\n")},
		{ACTION("Add = IP/1/$"), ACTION("a=ip/1/$")},
		{LC("gm/saf = ON"), LC("GM/SAF=on")},
		{EVENTS("g/cause { timerx = 5 }"), EVENTS("G/Cause{TIMERX=5}")},
		{HEAD "Reply = 7 { Context = 5 }", HEAD "P=7{C=5{}}"},
		{MEDIA("Local {\r\nv=0\r\n}"), MEDIA("L{v=0 }")},
		{SERVICES("Method=Restart, Reason=\"901\""), SERVICES("RE=901,MT=RS")},
	};

	for (size_t i = 0; i < COUNT(pairs); i++)
		if (!equal(pairs[i][0], pairs[i][1]))
			fail_msg("not equal:\n%s\n%s", pairs[i][0], pairs[i][1]);
}

/* One pair for each field of msg.h. */
static const char *const differences[][2] = {
	// message
	{HEAD "K{1}", "MEGACO/2 [192.0.2.1]:2944 K{1}"},
	{HEAD "K{1}", "MEGACO/3 [192.0.2.1]:2945 K{1}"},
	{HEAD "K{1}", "MEGACO/3 [192.0.2.2]:2944 K{1}"},
	{HEAD "K{1}", "AU=0x00000001:0x00000002:0x0123456789ABCDEF01234567 " HEAD "K{1}"},
	{"AU=0x00000001:0x00000002:0x0123456789ABCDEF01234567 " HEAD "K{1}",
	 "AU=0x00000002:0x00000002:0x0123456789ABCDEF01234567 " HEAD "K{1}"},
	{"AU=0x00000001:0x00000002:0x0123456789ABCDEF01234567 " HEAD "K{1}",
	 "AU=0x00000001:0x00000003:0x0123456789ABCDEF01234567 " HEAD "K{1}"},
	{"AU=0x00000001:0x00000002:0x0123456789ABCDEF01234567 " HEAD "K{1}",
	 "AU=0x00000001:0x00000002:0x0123456789ABCDEF01234568 " HEAD "K{1}"},
	{HEAD "ER=400{}", HEAD "ER=401{}"},
	{HEAD "ER=400{\"a\"}", HEAD "ER=400{\"A\"}"},
	{HEAD "ER=400{}", HEAD "K{1}"},
	// items
	{HEAD "K{1}", HEAD "K{1} K{1}"},
	{HEAD "K{1}", HEAD "K{1-2}"},
	{HEAD "K{1}", HEAD "K{1,2}"},
	{HEAD "PN=1{}", HEAD "PN=2{}"},
	{HEAD "PN=1{}", HEAD "P=1{C=1}"},
	{HEAD "P=1{C=1}", HEAD "P=1/1{C=1}"},
	{HEAD "P=1/1{C=1}", HEAD "P=1/2{C=1}"},
	{HEAD "P=1/1{C=1}", HEAD "P=1/1/END{C=1}"},
	{HEAD "P=1{C=1}", HEAD "P=1{IA,C=1}"},
	{HEAD "P=1{ER=1{}}", HEAD "P=1{ER=2{}}"},
	{HEAD "P=1{C=1}", HEAD "P=1{C=2}"},
	{HEAD "P=1{C=1}", HEAD "P=1{C=1,C=1}"},
	// contexts
	{REPLY("PR=1"), REPLY("PR=2")},
	{REPLY("PR=1"), REPLY("EG")},
	{REPLY("EG"), REPLY("EGO")},
	{REPLY("IEPS=ON"), REPLY("IEPS=OFF")},
	{REPLY("CT{a/b=1}"), REPLY("CT{a/b=2}")},
	{REPLY("CT{CLT={1,2}}"), REPLY("CT{CLT={1,3}}")},
	{REPLY("CT{CLT={1,2}}"), REPLY("CT{CLT={1}}")},
	{REPLY("TP{a,b,IS}"), REPLY("TP{a,b,BW}")},
	{REPLY("TP{a,b,IS}"), REPLY("TP{a,c,IS}")},
	{REPLY("TP{a,b,IS}"), REPLY("TP{c,b,IS}")},
	{REPLY("TP{a,b,IS}"), REPLY("TP{a,b,IS,ST=1}")},
	{REPLY("TP{a,b,IS,ST=2}"), REPLY("TP{a,b,IS,ST=1}")},
	{REPLY("TP{a,b,IS}"), REPLY("TP{a,b,IS,a,c,IS}")},
	{ACTION("CA{TP}"), ACTION("CA{EG}")},
	{ACTION("CA{TP}"), ACTION("CA{TP,a/b}")},
	{ACTION("CA{TP}"), ACTION("CA{TP,PR=1}")},
	{ACTION("CA{PR=1,ORLgc}"), ACTION("CA{PR=1,ANDLgc}")},
	{ACTION("CA{PR=1,A/B}"), ACTION("CA{PR=2,A/B}")},
	{ACTION("CA{}"), ACTION("CA{},S=a")},
	{REPLY("ER=1{}"), REPLY("ER=2{}")},
	// commands
	{ACTION("A=a"), ACTION("MV=a")},
	{ACTION("A=a"), ACTION("O-A=a")},
	{ACTION("S=a"), ACTION("W-S=a")},
	{ACTION("A=a"), ACTION("A=b")},
	{ACTION("A=[a]"), ACTION("A=a")},
	{ACTION("A=[a,b]"), ACTION("A=[a]")},
	{ACTION("A=a"), ACTION("A=a,A=a")},
	{REPLY("AV=C{a}"), REPLY("AV=C{b}")},
	{REPLY("AV=C{a}"), REPLY("AV=a")},
	{REPLY("A=a{ER=1{}}"), REPLY("A=a{ER=2{}}")},
	// Media
	{MODIFY(""), MODIFY("M{TS{SI=TE}}")},
	{MODIFY("M{TS{SI=IV}}"), MODIFY("M{TS{SI=TE}}")},
	{MODIFY("M{TS{BF=OFF}}"), MODIFY("M{TS{BF=SP}}")},
	{MODIFY("M{TS{a/b=1}}"), MODIFY("M{TS{a/b=1,a/c=1}}")},
	{MEDIA("ST=1{L{v}}"), MEDIA("ST=2{L{v}}")},
	{MEDIA("ST=1{L{v}}"), MEDIA("ST=1{L{v}},ST=2{}")},
	{MEDIA("ST=1{L{v}}"), MEDIA("L{v}")},
	{MEDIA("L{v}"), MEDIA("L{V}")},
	{MEDIA("L{v}"), MEDIA("R{v}")},
	{MEDIA("L{}"), MEDIA("L{},R{}")},
	{MEDIA("R{v\n\nw}"), MEDIA("R{v\nw}")},
	{MEDIA("SA{a/b}"), MEDIA("SA{a/c}")},
	{MEDIA("L{}"), MEDIA("L{},SA")},
	{LC("MO=SO"), LC("MO=RC")},
	{LC("RV=ON"), LC("RV=OFF")},
	{LC("RG=ON"), LC("RG=OFF")},
	{LC("a/b=1"), LC("a/b=2")},
	{LC("a/b=1"), LC("a/b=\"1\"")},
	{LC("a/b=\"x\""), LC("a/b=\"X\"")},
	{LC("a/b=1"), LC("a/b#1")},
	{LC("a/b<1"), LC("a/b>1")},
	{LC("a/b={1,2}"), LC("a/b=[1,2]")},
	{LC("a/b=[1,2]"), LC("a/b=[1:2]")},
	{LC("a/b={1}"), LC("a/b=1")},
	{LC("a/b={1}"), LC("a/b={1,2}")},
	{LC("a/b=1"), LC("c/b=1")},
	// Signals
	{MODIFY(""), MODIFY("SG")},
	{SIGNALS("a/b"), SIGNALS("a/c")},
	{SIGNALS("a/b"), SIGNALS("c/b")},
	{SIGNALS("a/b"), SIGNALS("a/b,a/b")},
	{SIGNALS("a/b"), SIGNALS("SL=1{a/b}")},
	{SIGNALS("SL=1{a/b}"), SIGNALS("SL=2{a/b}")},
	{SIGNALS("SL=1{a/b}"), SIGNALS("SL=1{a/c}")},
	{SIGNALS("a/b"), SIGNALS("a/b{ST=0}")},
	{SIGNALS("a/b{ST=1}"), SIGNALS("a/b{ST=2}")},
	{SIGNALS("a/b{SY=OO}"), SIGNALS("a/b{SY=BR}")},
	{SIGNALS("a/b"), SIGNALS("a/b{DR=0}")},
	{SIGNALS("a/b{DR=1}"), SIGNALS("a/b{DR=2}")},
	{SIGNALS("a/b{NC={TO}}"), SIGNALS("a/b{NC={IR}}")},
	{SIGNALS("a/b"), SIGNALS("a/b{KA}")},
	{SIGNALS("a/b{SPADI=IT}"), SIGNALS("a/b{SPADI=EX}")},
	{SIGNALS("a/b"), SIGNALS("a/b{SPARQ=0}")},
	{SIGNALS("a/b{SPARQ=1}"), SIGNALS("a/b{SPARQ=2}")},
	{SIGNALS("a/b"), SIGNALS("a/b{SPAIS=0}")},
	{SIGNALS("a/b{SPAIS=1}"), SIGNALS("a/b{SPAIS=2}")},
	{SIGNALS("a/b{x=1}"), SIGNALS("a/b{x=2}")},
	{SIGNALS("a/b{x=1}"), SIGNALS("a/b{y=1}")},
	// Events
	{MODIFY("E"), MODIFY("EB")},
	{MODIFY("E"), MODIFY("E=1{}")},
	{MODIFY("E=1{}"), MODIFY("E=2{}")},
	{EVENTS("a/b"), EVENTS("a/c")},
	{EVENTS("a/b"), EVENTS("a/b{ST=0}")},
	{EVENTS("a/b{ST=1}"), EVENTS("a/b{ST=2}")},
	{EVENTS("a/b"), EVENTS("a/b{KA}")},
	{EVENTS("a/b"), EVENTS("a/b{RSE}")},
	{EVENTS("a/b{NBIN}"), EVENTS("a/b{NBNN}")},
	{EVENTS("a/b{DM=x}"), EVENTS("a/b{DM=y}")},
	{EVENTS("a/b"), EVENTS("a/b{EM{SG}}")},
	{EVENTS("a/b{EM{SG}}"), EVENTS("a/b{EM{SG{a/b}}}")},
	{EVENTS("a/b{EM{E=1{a/b}}}"), EVENTS("a/b{EM{E=2{a/b}}}")},
	{EVENTS("a/b{NBRN,EM{SG}}"), EVENTS("a/b{NBRN{EM{SG}}}")},
	{EVENTS("a/b{x=1}"), EVENTS("a/b{x=2}")},
	// ObservedEvents
	{ACTION("N=a{OE=1{a/b}}"), ACTION("N=a{OE=2{a/b}}")},
	{ACTION("N=a{OE=1{a/b}}"), ACTION("N=a{OE=1{a/c}}")},
	{ACTION("N=a{OE=1{a/b}}"), ACTION("N=a{OE=1{20261120T15230000:a/b}}")},
	{ACTION("N=a{OE=1{a/b}}"), ACTION("N=a{OE=1{a/b{ST=0}}}")},
	{ACTION("N=a{OE=1{a/b{ST=1}}}"), ACTION("N=a{OE=1{a/b{ST=2}}}")},
	{ACTION("N=a{OE=1{a/b{x=1}}}"), ACTION("N=a{OE=1{a/b{x=2}}}")},
	// Audit, Packages
	{AUDIT(""), AUDIT("M")},
	{AUDIT("M"), AUDIT("M{ST=1{O{MO}}}")},
	{AUDIT("M{ST=1{O{MO}}}"), AUDIT("M{ST=1{O{RV}}}")},
	{AUDIT("M{TS{SI}}"), AUDIT("M{TS{BF}}")},
	{AUDIT("SG{a/b}"), AUDIT("SG{a/c}")},
	{AUDIT("E{a/b}"), AUDIT("EB{a/b}")},
	{AUDIT("SA{a/b}"), AUDIT("SA{a/c}")},
	{AUDIT("PG{a-1}"), AUDIT("PG{a-2}")},
	{AUDIT("PG{a-1}"), AUDIT("PG{b-1}")},
	{AUDIT("DM=x"), AUDIT("DM=y")},
	{REPLY("AV=a{PG{a-1}}"), REPLY("AV=a{PG{a-1,b-1}}")},
	{REPLY("AV=a"), REPLY("AV=a{PG}")},
	{REPLY("AV=a"), REPLY("AV=a{SA}")},
	// Services
	{SERVICES(""), SERVICES("MT=RS")},
	{SERVICES("MT=FO"), SERVICES("MT=RS")},
	{SERVICES("MT=X-a"), SERVICES("MT=X-b")},
	{SERVICES("RE=901"), SERVICES("RE=902")},
	{SERVICES(""), SERVICES("DL=0")},
	{SERVICES("DL=1"), SERVICES("DL=2")},
	{SERVICES("AD=1"), SERVICES("AD=2")},
	{SERVICES("AD=[192.0.2.1]"), SERVICES("MG=[192.0.2.1]")},
	{SERVICES(""), SERVICES("V=0")},
	{SERVICES("V=1"), SERVICES("V=2")},
	{SERVICES("PF=a/1"), SERVICES("PF=a/2")},
	{SERVICES("20261120T15230000"), SERVICES("20261120T15230001")},
	{SERVICES(""), SERVICES("SIC")},
	{SERVICES("X-a=1"), SERVICES("X-a=2")},
	{SERVICES("PG"), SERVICES("SA")},
	// foreign descriptors
	{MODIFY("DM=a"), MODIFY("DM=b")},
	{MODIFY(""), MODIFY("DM")},
	{MODIFY("MX=a{b}"), MODIFY("MX=a{c}")},
	{MODIFY("MD=V18"), MODIFY("MD=V22")},
};

static void different_things_are_not(void **state)
{
	for (size_t i = 0; i < COUNT(differences); i++)
		if (equal(differences[i][0], differences[i][1]))
			fail_msg("equal:\n%s\n%s", differences[i][0], differences[i][1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_things_are_equal),
		cmocka_unit_test(different_things_are_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
