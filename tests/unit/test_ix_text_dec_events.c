// Tests of ix/text_dec_events.c: Signals, Events, EventBuffer, ObservedEvents.
#include "ix_decode.h"

static void reads_signals(void **state)
{
	struct decoded d = understood(
		SIGNALS("ipnapt/latch { Stream = 1, SignalType = Brief, napt = LATCH },"
			"a/b { DR = 65535, NC = { TO, IBE, IBS, OR, IR }, KA, SPADI = B, SPARQ = "
			"4294967295,"
			" SPAIS = 7 }, SignalList = 3 { a/c, a/d { SY = OO } }, a/e"));
	struct ix_signals *sg = command_of(&d)->d.signals;
	struct ix_signal *s = sg->list;

	assert_str(s->pkg, "ipnapt");
	assert_true(s->has_stream && s->stream == 1 && s->type == IX_SIG_BRIEF);
	assert_str(s->params->item, "napt");
	assert_str(s->params->values->text, "LATCH");
	s = s->next;
	assert_true(s->has_duration && s->duration == 65535 && s->keep_active);
	assert_int_equal(s->completion, 31);
	assert_true(s->direction == IX_DIR_BOTH && s->request_id == UINT32_MAX);
	assert_true(s->has_intersignal && s->intersignal == 7);
	assert_str(s->next->item, "e");
	assert_int_equal(sg->lists->id, 3);
	assert_str(sg->lists->signals->next->item, "d");
	assert_int_equal(sg->lists->signals->next->type, IX_SIG_ONOFF);
	drop(&d);
}

static void reads_no_signals(void **state)
{
	static const char *const texts[] = {MODIFY("SG"), MODIFY("Signals{}"), MODIFY("SG { }")};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct decoded d = understood(texts[i]);

		assert_non_null(command_of(&d)->d.signals);
		assert_null(command_of(&d)->d.signals->list);
		drop(&d);
	}
}

/* Names of tokens are names of parameters where a token makes no sense. */
static void falls_back_to_names(void **state)
{
	struct decoded d = understood(
		SIGNALS("a/b { nc = 3, KeepActive = 1, Mode = 2, Local = 3 }"));
	struct ix_signal *s = command_of(&d)->d.signals->list;

	assert_true(s->completion == 0 && !s->keep_active);
	assert_str(s->params->item, "nc");
	assert_str(s->params->next->item, "KeepActive");
	drop(&d);

	d = understood(EVENTS("a/b { Embed = 1, NBIN = 2, NBNN = 3, NBRN = 4, RSE = 5, KA = 6 }"));
	assert_str(command_of(&d)->d.events->list->params->next->item, "NBIN");
	assert_int_equal(command_of(&d)->d.events->list->notify, IX_NB_NONE);
	drop(&d);
}

static void reads_events(void **state)
{
	struct decoded d = understood(
		MODIFY("Events = 4294967295 { a/* { ST = 2, KA, NBIN, RSE, x = 1, DM = dm1 },"
		       " a/b { NBRN { EM { SG { c/d } } } }, a/c { NBNN, DM = { 1,2 } },"
		       " a/d { EM { SG, E = 7 { e/f { EM { SG } } } } } }, EventBuffer { a/b }"));
	struct ix_event *e = command_of(&d)->d.events->list;

	assert_true(command_of(&d)->d.events->has_id);
	assert_int_equal(command_of(&d)->d.events->id, UINT32_MAX);
	assert_str(e->item, "*");
	assert_true(e->has_stream && e->stream == 2 && e->keep_active && e->reset_events);
	assert_int_equal(e->notify, IX_NB_IMMEDIATE);
	assert_str(e->digitmap, "dm1");
	e = e->next;
	assert_true(e->notify == IX_NB_REGULATED && e->embed_regulated);
	assert_str(e->embed_signals->list->item, "d");
	e = e->next;
	assert_int_equal(e->notify, IX_NB_NEVER);
	assert_str(e->digitmap, "{ 1,2 }");
	e = e->next;
	assert_true(e->embed_signals && !e->embed_signals->list && e->embed_events->id == 7);
	assert_non_null(e->embed_events->list->embed_signals);
	assert_false(command_of(&d)->d.event_buffer->has_id);
	drop(&d);

	d = understood(MODIFY("E, EB"));
	assert_true(!command_of(&d)->d.events->has_id && !command_of(&d)->d.events->list);
	assert_non_null(command_of(&d)->d.event_buffer);
	drop(&d);
}

static void reads_observed_events(void **state)
{
	struct decoded d = understood(
		ACTION("N=a{OE = 5 { 20261120T15241250 : a/b { ST=1, x=\"y\" },"
		       "20261120t15241251:a/c, a/d }}"));
	struct ix_observed *o = command_of(&d)->d.observed->list;

	assert_int_equal(command_of(&d)->d.observed->id, 5);
	assert_str(o->time, "20261120T15241250");
	assert_true(o->has_stream && o->stream == 1);
	assert_true(o->params->values->quoted);
	assert_str(o->next->item, "c");
	assert_int_equal(o->next->next->time.len, 0);
	drop(&d);
}

static void refuses(void **state)
{
	static const struct refusal cases[] = {
		{SIGNALS("a"), 442, "package/item, found a"},
		{SIGNALS("a/b,"), 442, "a signal or SignalList"},
		{SIGNALS("a/b{ST=1,ST=1}"), 456, "twice"},
		{SIGNALS("a/b{SY=Loud}"), 442, "a signal type, found Loud"},
		{SIGNALS("a/b{SY=OO,SY=OO}"), 456, "twice"},
		{SIGNALS("a/b{DR=65536}"), 442, "a number up to 65535"},
		{SIGNALS("a/b{DR=1,DR=1}"), 456, "twice"},
		{SIGNALS("a/b{SPAIS=1,SPAIS=1}"), 456, "twice"},
		{SIGNALS("a/b{NC={XX}}"), 442, "a completion reason, found XX"},
		{SIGNALS("a/b{NC={TO},NC={TO}}"), 456, "twice"},
		{SIGNALS("a/b{SPADI=Up}"), 442, "External, Internal or Both"},
		{SIGNALS("a/b{SPADI=IT,SPADI=IT}"), 456, "twice"},
		{SIGNALS("a/b{SPARQ=1,SPARQ=1}"), 456, "twice"},
		{SIGNALS("a/b{SPARQ=4294967296}"), 442, "a request id"},
		{SIGNALS("a/b{x}"), 442, "'='"},
		{SIGNALS("a/b{a/x=1}"), 442, "a parameter, found a/x"},
		{SIGNALS("a/b{x=1,X=1}"), 456, "X stands here twice"},
		{SIGNALS("SL=65536{}"), 442, "a signal list id"},
		{SIGNALS("SL=1"), 442, "'{'"},
		{SIGNALS("SL=1{SL=2{a/b}}"), 442, "package/item, found SL"},
		{MODIFY("E=x{}"), 442, "a request id, found x"},
		{MODIFY("E=4294967296{}"), 442, "a request id"},
		{EVENTS("a/b{x}"), 442, "'='"},
		{EVENTS("a/b{ST=1,ST=1}"), 456, "twice"},
		{EVENTS("a/b{NBIN,NBNN}"), 456, "twice"},
		{EVENTS("a/b{DM=x,DM=y}"), 456, "twice"},
		{EVENTS("a/b{DM=}"), 442, "a digit map"},
		{EVENTS("a/b{EM{SG},EM{SG}}"), 456, "twice"},
		{EVENTS("a/b{EM{SG,SG}}"), 448, "twice"},
		{EVENTS("a/b{EM{E,E}}"), 448, "twice"},
		{EVENTS("a/b{EM{M}}"), 442, "Signals or Events, found M"},
		{EVENTS("a/b{NBRN{SG}}"), 442, "Embed, found SG"},
		{EVENTS("a/b{EM{SG},NBRN{EM{SG}}}"), 456, "twice"},
		{EVENTS("a/b{EM{E=1{a/b{EM{E=1{a/b}}}}}}"), 442, "embeds no events"},
		{ACTION("N=a{OE}"), 442, "'='"},
		{ACTION("N=a{OE=1}"), 442, "'{'"},
		{ACTION("N=a{OE=1{2026:a/b}}"), 442, "a time stamp, found 2026"},
		{ACTION("N=a{OE=1{20261120T15241250 a/b}}"), 442, "package/event"},
		{ACTION("N=a{OE=1{a/b{ST=1,ST=1}}}"), 456, "twice"},
		{ACTION("N=a{OE=1{a/b{KA}}}"), 442, "'='"},
	};

	check_refusals(cases, COUNT(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_signals),         cmocka_unit_test(reads_no_signals),
		cmocka_unit_test(falls_back_to_names),   cmocka_unit_test(reads_events),
		cmocka_unit_test(reads_observed_events), cmocka_unit_test(refuses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
