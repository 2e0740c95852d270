// Tests of ix/text_dec_desc.c: Packages, Audit, Services, Error, foreign descriptors.
#include "ix_decode.h"

static struct ix_audit *audit_of(const struct decoded *d)
{
	return command_of(d)->d.audit;
}

static struct ix_services *services_of(const struct decoded *d)
{
	return command_of(d)->d.services;
}

static void reads_audits(void **state)
{
	struct decoded d = understood(AUDIT("M,SG,E,EB,OE,PG,SA,DM,MX,MD"));

	assert_int_equal(audit_of(&d)->whole, 1023);
	drop(&d);
	d = understood(AUDIT(""));
	assert_true(audit_of(&d)->whole == 0 && !audit_of(&d)->media);
	drop(&d);
	d = understood(AUDIT("M{},E{},EB{},SA{}")); // detail without content: the whole of it
	assert_int_equal(audit_of(&d)->whole,
			 IX_AU_MEDIA | IX_AU_EVENTS | IX_AU_EVENTBUF | IX_AU_STATS);
	drop(&d);
}

static void reads_individual_audits(void **state)
{
	struct decoded d = understood(AUDIT(
		"M { TS { SI, BF, a/b }, ST=1 { O { MO, RV, RG, gm/saf }, L, R{}, SA{a/b} } },"
		"SG { a/b }, E = 7 { a/b { x, ST } }, EB { a/b }, SA { nt/os }, PG { g-1 }, DM = "
		"dm1"));
	struct ix_audit *a = audit_of(&d);
	struct ix_stream *st = a->media->streams;

	assert_int_equal(a->whole, 0);
	assert_int_equal(a->media->state->asked, IX_ASK_SERVICE | IX_ASK_BUFFER);
	assert_null(a->media->state->props->values);
	assert_int_equal(st->control->asked,
			 IX_ASK_MODE | IX_ASK_RESERVE_VALUE | IX_ASK_RESERVE_GROUP);
	assert_str(st->control->props->item, "saf");
	assert_true(st->has_local && st->has_remote && st->stats->items);
	assert_str(a->signals->list->item, "b");
	assert_true(a->events->has_id && a->events->id == 7);
	assert_str(a->events->list->params->next->item, "ST");
	assert_str(a->event_buffer->list->item, "b");
	assert_str(a->stats->items->item, "os");
	assert_true(a->packages->version == 1);
	assert_str(a->digitmap, "dm1");
	drop(&d);
	d = understood(AUDIT("M{ST=1{O{MO=SR}}},E=*{a/b}"));
	assert_int_equal(audit_of(&d)->media->streams->control->mode, IX_SENDRECV);
	assert_int_equal(audit_of(&d)->events->id, UINT32_MAX);
	drop(&d);
}

static void reads_services(void **state)
{
	struct decoded d = understood(SERVICES(
		"Method = Restart, Reason = \"901 Cold Boot\", Delay = 4294967295, Version = 3,"
		"Profile = ETSI_BGF/2, 20261120T15230000, ServiceChangeAddress = 2945,"
		"MgcIdToTry = [2001:db8::1]:1, SIC, X-a = 1, X+b = { 1, 2 }, PG, M"));
	struct ix_services *sv = services_of(&d);

	assert_int_equal(sv->method, IX_SC_RESTART);
	assert_str(sv->reason, "901 Cold Boot");
	assert_true(sv->has_delay && sv->delay_s == UINT32_MAX);
	assert_true(sv->has_version && sv->version == 3);
	assert_str(sv->profile, "ETSI_BGF/2");
	assert_str(sv->time, "20261120T15230000");
	assert_true(sv->has_address && sv->address.kind == IX_MID_NONE && sv->address.port == 2945);
	assert_int_equal(sv->mgc_to_try.kind, IX_MID_IP6);
	assert_true(sv->incomplete);
	assert_str(sv->extensions->item, "X-a");
	assert_str(sv->extensions->next->item, "X+b");
	assert_int_equal(sv->audit->whole, IX_AU_PACKAGES | IX_AU_MEDIA);
	drop(&d);
}

static void reads_methods_reasons_addresses(void **state)
{
	static const struct {
		const char *text;
		enum ix_method method;
	} methods[] = {
		{SERVICES("MT=FL"), IX_SC_FAILOVER},     {SERVICES("MT=Forced"), IX_SC_FORCED},
		{SERVICES("MT=GR"), IX_SC_GRACEFUL},     {SERVICES("MT=DC"), IX_SC_DISCONNECTED},
		{SERVICES("MT=Handoff"), IX_SC_HANDOFF}, {SERVICES("MT=x-own"), IX_SC_EXTENSION},
	};
	static const char *const reasons[] = {SERVICES("RE=901"), SERVICES("RE=\"901\""),
					      SERVICES("RE=[\"901\"]"), SERVICES("RE=[901]")};
	static const struct {
		const char *text;
		enum ix_mid_kind kind;
	} addresses[] = {
		{SERVICES("AD=<gw.example>:1"), IX_MID_DOMAIN},
		{SERVICES("AD=[192.0.2.1]"), IX_MID_IP4},
		{SERVICES("AD=gw/1"), IX_MID_DEVICE},
	};

	for (size_t i = 0; i < COUNT(methods); i++) {
		struct decoded d = understood(methods[i].text);

		assert_int_equal(services_of(&d)->method, methods[i].method);
		drop(&d);
	}
	for (size_t i = 0; i < COUNT(reasons); i++) {
		struct decoded d = understood(reasons[i]);

		assert_str(services_of(&d)->reason, "901");
		drop(&d);
	}
	for (size_t i = 0; i < COUNT(addresses); i++) {
		struct decoded d = understood(addresses[i].text);

		assert_int_equal(services_of(&d)->address.kind, addresses[i].kind);
		drop(&d);
	}
}

static void keeps_foreign_descriptors(void **state)
{
	struct decoded d = understood(MODIFY("DM = dm { T:1, ([1-9]xx|0) }, MX = H221 { a, b },"
					     "MD [ V18, X-y ] { a/b = 1 }, SG"));
	struct ix_descriptors *ds = &command_of(&d)->d;

	assert_str(ds->digitmap_raw, "= dm { T:1, ([1-9]xx|0) }");
	assert_str(ds->mux_raw, "= H221 { a, b }");
	assert_str(ds->modem_raw, "[ V18, X-y ] { a/b = 1 }");
	assert_non_null(ds->signals);
	drop(&d);
}

static void reads_audit_replies(void **state)
{
	struct decoded d = understood(
		REPLY("AV=a{M,SA,PG,OE,DM,MX,MD},AV=b{PG{g-1,root-65535},ER=1{}}"));
	struct ix_descriptors *ds = &command_of(&d)->d;

	assert_true(ds->media && !ds->media->streams && ds->stats && !ds->stats->items);
	assert_true(ds->has_packages && !ds->packages && ds->observed && !ds->observed->list);
	assert_true(ds->digitmap_raw.p && ds->digitmap_raw.len == 0);
	ds = &command_of(&d)->next->d;
	assert_int_equal(ds->packages->next->version, 65535);
	assert_int_equal(ds->error->code, 1);
	drop(&d);
}

static void refuses(void **state)
{
	static const struct refusal cases[] = {
		{AUDIT("Foo"), 442, "the name of a descriptor, found Foo"},
		{AUDIT("AT"), 442, "the name of a descriptor"},
		{AUDIT("M,M"), 448, "M stands here twice"},
		{AUDIT("SG,SG{a/b}"), 448, "twice"},
		{AUDIT("PG{g-1},PG"), 448, "twice"},
		{AUDIT("PG{}"), 442, "a package in front"},
		{AUDIT("PG{g}"), 442, "package-version, found g"},
		{AUDIT("PG{g-65536}"), 442, "package-version"},
		{AUDIT("PG{1-1}"), 442, "package-version"},
		{AUDIT("MX{a}"), 442, "',' or '}'"},
		{AUDIT("DM{a}"), 442, "'='"},
		{AUDIT("M{ST=1{O{MO,MO=SR}}}"), 456, "twice"},
		{SERVICES("MT=Foo"), 442, "a ServiceChange method, found Foo"},
		{SERVICES("MT=X"), 442, "a ServiceChange method"},
		{SERVICES("MT=RS,MT=RS"), 456, "MT stands here twice"},
		{SERVICES("RE=\"\""), 442, "a reason that is not empty"},
		{SERVICES("RE=901,RE=901"), 456, "twice"},
		{SERVICES("RE=[901"), 442, "']'"},
		{SERVICES("DL=4294967296"), 442, "a delay"},
		{SERVICES("DL=1,DL=1"), 456, "twice"},
		{SERVICES("AD=0"), 442, "a port from 1 to 65535"},
		{SERVICES("AD=65536"), 442, "a port from 1 to 65535"},
		{SERVICES("AD=[1.2.3]"), 442, "a message identifier"},
		{SERVICES("AD=1,AD=1"), 456, "twice"},
		{SERVICES("MG=1"), 442, "a message identifier"},
		{SERVICES("MG=a,MG=a"), 456, "twice"},
		{SERVICES("V=100"), 442, "a version, found 100"},
		{SERVICES("V=1,V=1"), 456, "twice"},
		{SERVICES("PF=a/1,PF=a/1"), 456, "twice"},
		{SERVICES("20261120T15230000,20261120T15230000"), 456, "twice"},
		{SERVICES("X-a"), 442, "'='"},
		{SERVICES("X-a=1,x-A=1"), 456, "twice"},
		{SERVICES("Foo=1"), 442, "found Foo"},
		{MODIFY("DM,DM"), 448, "twice"},
		{MODIFY("MX,MX"), 448, "twice"},
		{MODIFY("MD,MD"), 448, "twice"},
		{MODIFY("EB,EB"), 448, "twice"},
		{MODIFY("SA,SA"), 448, "twice"},
		{REPLY("AV=a{OE,OE}"), 400, "twice"},
		{REPLY("AV=a{PG,PG}"), 400, "twice"},
		{REPLY("AV=a{ER=1{},ER=1{}}"), 400, "twice"},
		{REPLY("SC=a{SV{},SV{}}"), 400, "twice"},
	};

	check_refusals(cases, COUNT(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_audits),
		cmocka_unit_test(reads_individual_audits),
		cmocka_unit_test(reads_services),
		cmocka_unit_test(reads_methods_reasons_addresses),
		cmocka_unit_test(keeps_foreign_descriptors),
		cmocka_unit_test(reads_audit_replies),
		cmocka_unit_test(refuses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
