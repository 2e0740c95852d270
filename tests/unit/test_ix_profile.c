// Tests of ix/profile.c: every refusal with its code, and the requests of real calls that must
// pass. Spec: TS 29.238 5.7, 5.8, 5.14; H.248.8
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../ix/ix.h"
#include "../../ix/profile.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Code of the first refusal in `context` (what stands inside Transaction{ }), 0 = accepted. */
static uint16_t check(const char *context, char *text, size_t size)
{
	char message[16384];
	struct ix_fault fault = {0};
	struct ix_error err = {0};
	struct ix_arena *arena = ix_arena_new(1 << 20);
	assert_non_null(arena);
	snprintf(message, sizeof(message), "MEGACO/3 <mgc.test>\nTransaction=1{%s}", context);
	const struct ix_msg *msg = ix_text_decode(arena, message, strlen(message), &fault, NULL);
	if (msg == NULL)
		fail_msg("test case cannot be read: %s\n%s", fault.text, message);
	bool ok = true;
	for (const struct ix_action *a = msg->items->actions; a != NULL && ok; a = a->next) {
		ok = ix_profile_check_action(a, &err, arena);
		for (const struct ix_command *c = a->commands; c != NULL && ok; c = c->next)
			ok = ix_profile_check(c, &err, arena);
	}
	assert_int_equal(ok, err.code == 0);
	snprintf(text, size, "%.*s", (int)err.text.len, err.text.len ? err.text.p : "");
	ix_arena_free(arena);
	return err.code;
}

struct refusal {
	uint16_t code;
	const char *body;
	const char *text; // must occur in the error text; NULL: any
};

static void check_all(const char *frame, const struct refusal *cases, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		char context[8192], text[256];
		snprintf(context, sizeof(context), frame, cases[i].body);
		const uint16_t code = check(context, text, sizeof(text));
		if (code != cases[i].code)
			fail_msg("%s: %u (%s) instead of %u", cases[i].body, code, text,
				 cases[i].code);
		if (cases[i].text != NULL && strstr(text, cases[i].text) == NULL)
			fail_msg("%s: text \"%s\" lacks \"%s\"", cases[i].body, text,
				 cases[i].text);
	}
}

static void test_local_control(void **state)
{
	static const struct refusal cases[] = {
		{0, "Mode=SendReceive,ReservedValue=ON,ReservedGroup=OFF", NULL},
		{0, "ipdc/realm=\"core\"", NULL},
		{0, "ipdc/realm=core", NULL},
		{0, "IPDC/Realm=\"core\"", NULL},
		{0, "ds/dscp=2e,rtcph/rsb=OFF", NULL},
		{0, "ds/dscp=0x2E", NULL},
		{0, "gm/saf=ON,gm/sam=\"198.51.100.77/32\",gm/spf=OFF", NULL},
		{0, "gm/sam=[\"198.51.100.0/24\",\"2001:db8::/32\"]", NULL},
		{0, "tman/pol=ON,tman/sdr=125000,tman/mbs=65536,tman/pdr=200000,tman/dvt=10", NULL},
		{440, "nope/realm=\"core\"", "nope"},
		{440, "rtp/x=1", "rtp"}, // in the table, not supported
		{450, "ipdc/realms=\"core\"", "ipdc/realms"},
		{450, "nt/dur=5", "nt/dur"}, // a statistic is no property
		{445, "gm/esas=ON", "gm/esas"},
		{445, "gm/lsa=\"192.0.2.1\"", NULL},
		{445, "gm/spr=[1:2]", NULL},
		{445, "ds/tb=1", NULL},
		{445, "nt/jit=40", NULL},
		{445, "ReservedGroup=ON", NULL},
		{517, "Mode=Loopback", "Loopback"},
		{455, "root/normalMGExecutionTime=500", NULL},
		{455, "root/maxNumberOfContexts=5", NULL}, // wrong place before read-only
		{455, "ipra/ar=\"core\"", NULL},
		{449, "gm/saf=YES", "gm/saf = YES"},
		{449, "gm/saf=\"ON\"", NULL},
		{449, "gm/sam=\"somewhere\"", "somewhere"},
		{449, "gm/sam=\"198.51.100.0/40\"", NULL},
		{449, "gm/sam=[\"198.51.100.0/24\",\"x\"]", NULL},
		{449, "gm/saf={ON,OFF}", NULL},
		{449, "ds/dscp=40", NULL}, // hex 40 = 64, a seventh bit
		{449, "ds/dscp=zz", NULL},
		{449, "ipdc/realm=\"\"", NULL},
		{449, "ipdc/realm#\"core\"", NULL},
		{449, "tman/sdr=-5", NULL},
		{449, "tman/sdr=[1:2]", NULL},
	};
	(void)state;
	check_all("Context=${Add=ip/1/core/${Media{Stream=1{LocalControl{%s}}}}}", cases,
		  COUNT(cases));
}

static void test_media(void **state)
{
	static const struct refusal cases[] = {
		{0, "Stream=1{LocalControl{Mode=Inactive}},Stream=2{LocalControl{Mode=Inactive}}",
		 NULL},
		{0, "TerminationState{ServiceStates=InService}", NULL},
		{449, "TerminationState{ServiceStates=Test}", NULL},
		{445, "TerminationState{Buffer=LockStep}", NULL},
		{455, "TerminationState{ds/dscp=2e}", "ds/dscp"},
		{455, "TerminationState{root/normalMGExecutionTime=500}", NULL},
		{0, "Stream=1{Statistics{nt/os,gm/dp}}", NULL},
		{453, "Stream=1{Statistics{nt/xx}}", NULL},
	};
	(void)state;
	check_all("Context=1{Modify=ip/1/core/7{Media{%s}}}", cases, COUNT(cases));
}

static void test_root(void **state)
{
	static const struct refusal cases[] = {
		{0,
		 "Media{TerminationState{root/normalMGExecutionTime=500,"
		 "root/MGProvisionalResponseTimerValue=800,root/MGOriginatedPendingLimit=5}},"
		 "Events=1{ocp/mg_overload,it/ito{mit=1000},ipra/arc}",
		 NULL},
		{0, "Events=1{chp/MGCon}", NULL},
		{534, "Media{TerminationState{root/maxNumberOfContexts=5}}", NULL},
		{534, "Media{TerminationState{ipra/ar=\"core\"}}", NULL},
		{447, "Media{Stream=1{LocalControl{Mode=Inactive}}}", NULL},
		{440, "Media{TerminationState{seg/MGMaxPDUSize=1400}}", NULL},
		{457, "Events=1{it/ito}", "mit"},
		{512, "Events=1{g/cause}", "ROOT"},
		{513, "Signals{ipnapt/latch{napt=LATCH}}", NULL},
	};
	(void)state;
	check_all("Context=-{Modify=ROOT{%s}}", cases, COUNT(cases));
}

static void test_events_signals_statistics(void **state)
{
	static const struct refusal cases[] = {
		{0, "Events=101{hangterm/thb{timerx=1800},g/cause,nt/netfail}", NULL},
		{0, "Events=102{adid/ipstop{dt=120,dir=IN}}", NULL},
		{0, "Events=102{g/cause{Stream=1},g/cause{Stream=2}}", NULL},
		{0, "Events", NULL},
		{0, "Events=3{hangterm/thb}", NULL},
		{440, "Events=1{nope/x}", NULL},
		{440, "Events=1{*/*}", NULL},
		{440, "Events=1{tcpbcc/BNCChange}", NULL},
		{451, "Events=1{g/nope}", "g/nope"},
		{451, "Events=1{nt/os}", NULL},
		{451, "Events=1{g/*}", NULL},
		{512, "Events=1{g/sc}", NULL},
		{512, "Events=1{nt/qualert{th=5}}", NULL},
		{512, "Events=1{it/ito{mit=1000}}", "only for ROOT"},
		{456, "Events=1{g/cause,nt/netfail,g/cause}", NULL},
		{446, "Events=1{hangterm/thb{timery=1800}}", "timery"},
		{446, "Events=1{nt/netfail{x=1}}", NULL},
		{457, "Events=1{adid/ipstop{dir=IN}}", "dt"},
		{454, "Events=1{adid/ipstop{dt=5,dir=UP}}", "UP"},
		{449, "Events=1{hangterm/thb{timerx=0}}", NULL},
		{449, "Events=1{hangterm/thb{timerx=soon}}", "soon"},
		{501, "Events=1{g/cause{NeverNotify}}", NULL},
		{444, "Events=1{g/cause{Embed{Signals{ipnapt/latch{napt=OFF}}}}}", "Embed"},
		{0, "Signals", NULL},
		{0, "Signals{}", NULL},
		{0, "Signals{ipnapt/latch{SignalType=Brief,Stream=1,napt=RELATCH}}", NULL},
		{449, "Signals{ipnapt/latch{SignalType=OnOff,napt=LATCH}}", NULL},
		{440, "Signals{cg/dt}", NULL},
		{452, "Signals{ipnapt/x}", NULL},
		{457, "Signals{ipnapt/latch}", "napt"},
		{454, "Signals{ipnapt/latch{napt=MAYBE}}", NULL},
		{444, "Signals{SignalList=1{ipnapt/latch{napt=LATCH}}}", "SignalList"},
		{0, "Statistics{nt/os,nt/or,nt/dur,gm/dp}", NULL},
		{453, "Statistics{nt/nope}", NULL},
		{453, "Statistics{gm/saf}", NULL},
		{440, "Statistics{rtp/ps}", NULL},
		{501, "Statistics{nt/os=0}", NULL},
	};
	(void)state;
	check_all("Context=1{Modify=ip/1/core/7{%s}}", cases, COUNT(cases));
}

static void test_descriptors_and_commands(void **state)
{
	static const struct refusal cases[] = {
		{0, "Context=1{Subtract=ip/1/core/7{Audit{Statistics}}}", NULL},
		{0, "Context=1{W-Subtract=*{Audit{}}}", NULL},
		{0, "Context=1{Subtract=ip/1/core/7}", NULL},
		{0, "Context=-{AuditValue=ROOT{Audit{Packages}}}", NULL},
		{0, "Context=-{AuditValue=ROOT{Audit{}}}", NULL},
		{0, "Context=*{AuditValue=*{Audit{}}}", NULL},
		{0, "Context=1{AuditValue=ip/1/core/7{Audit{Media,Events,Signals,Statistics}}}",
		 NULL},
		{444, "Context=1{AuditValue=ip/1/core/7{Audit{Mux}}}", "Mux"},
		{444, "Context=1{AuditValue=ip/1/core/7{Audit{DigitMap}}}", NULL},
		{444, "Context=1{AuditValue=ip/1/core/7{Audit{EventBuffer}}}", NULL},
		{0, "Context=-{ServiceChange=ROOT{Services{Method=Restart,Reason=\"901 Boot\"}}}",
		 NULL},
		{443, "Context=1{Move=ip/1/core/7}", "Move"},
		{443, "Context=1{AuditCapability=ip/1/core/7{Audit{Media}}}", NULL},
		{443, "Context=1{Notify=ip/1/core/7{ObservedEvents=1{g/cause}}}", NULL},
		{444, "Context=1{Modify=ip/1/core/7{DigitMap=x{(1|2)}}}", "DigitMap"},
		{444, "Context=1{Modify=ip/1/core/7{Modem{V32b{mdm/x=1}}}}", "Modem"},
		{444, "Context=1{Modify=ip/1/core/7{EventBuffer{g/cause}}}", "EventBuffer"},
	};
	(void)state;
	check_all("%s", cases, COUNT(cases));
}

static void test_individual_audits(void **state)
{
	static const struct refusal cases[] = {
		{0, "Media{Stream=1{LocalControl{Mode,gm/saf}}}", NULL},
		{0, "Statistics{nt/os}", NULL},
		{0, "Events=1{g/cause}", NULL},
		{532, "Statistics{nt/nope}", NULL},
		{440, "Statistics{nope/x}", NULL},
		{532, "Media{Stream=1{LocalControl{gm/nope}}}", NULL},
	};
	(void)state;
	check_all("Context=1{AuditValue=ip/1/core/7{Audit{%s}}}", cases, COUNT(cases));
}

static void test_context(void **state)
{
	static const struct refusal cases[] = {
		{0, "Priority=4,Emergency", NULL},
		{0, "Topology{ip/1/core/7,ip/1/peer/8,Isolate,Stream=1}", NULL},
		{522, "Topology{ip/1/core/7,ip/1/peer/8,OnewayBoth}", NULL},
		{440, "ContextAttr{nope/x=1}", "nope"},
		{450, "ContextAttr{gm/saf=ON}", "gm/saf"},
		{0, "ContextAudit{IEPSCall,Topology}", NULL},
		{532, "ContextAudit{gm/saf}", NULL},
		{440, "ContextAudit{nope/saf}", NULL},
	};
	(void)state;
	check_all("Context=1{%s}", cases, COUNT(cases));
}

/* A whole call as an IBCF sets it up. */
static void test_call_passes(void **state)
{
	static const struct refusal cases[] = {
		{0,
		 "Context=${Priority=4,Add=ip/1/core/${Media{Stream=1{LocalControl{"
		 "Mode=SendReceive,ipdc/realm=\"core.ims.example\",ds/dscp=0a},Local{v=0\nc=IN IP4 "
		 "$\nm=message $ TCP/MSRP *\na=setup:passive\n}}},"
		 "Events=101{hangterm/thb{timerx=1800},g/cause,nt/netfail}}}",
		 NULL},
		{0,
		 "Context=70001{Modify=ip/1/core/40001{Media{Stream=1{LocalControl{"
		 "Mode=SendReceive,gm/saf=ON,gm/sam=\"198.51.100.77/32\",tman/pol=ON,"
		 "tman/sdr=125000,tman/mbs=65536},Remote{v=0\nc=IN IP4 198.51.100.77\nm=message "
		 "7394 TCP/MSRP *\na=setup:active\n}}}},Add=ip/1/peer/${Media{Stream=1{"
		 "LocalControl{Mode=SendReceive,ipdc/realm=\"peer.ims.example\",ds/dscp=0a},Local{"
		 "v=0\nc=IN IP6 $\nm=message $ TCP/MSRP *\na=setup:active\n}}},Events=102{"
		 "hangterm/thb{timerx=1800},g/cause,nt/netfail,adid/ipstop{dt=120,dir=IN}}}}",
		 NULL},
		{0,
		 "Context=${Add=ip/1/peer/${Media{Stream=1{LocalControl{Mode=SendReceive,ipdc/"
		 "realm=\"peer.ims.example\",ds/dscp=2e,rtcph/rsb=OFF},Local{v=0\nc=IN IP4 "
		 "$\nm=image $ UDP -\nb=AS:80\n}}},Events=202{hangterm/thb{timerx=1800},nt/netfail,"
		 "adid/ipstop{dt=60,dir=BOTH}},Signals{ipnapt/latch{SignalType=Brief,Stream=1,napt="
		 "LATCH}}}}",
		 NULL},
	};
	(void)state;
	check_all("%s", cases, COUNT(cases));
}

/* A Modify made by hand: the text decoder refuses twins before the profile sees them. */
struct modify {
	struct ix_tid tid;
	struct ix_value on;
	struct ix_prop props[2];
	struct ix_local_control control;
	struct ix_stream stream[100];
	struct ix_media media;
	struct ix_command cmd;
};

static uint16_t check_modify(struct modify *m)
{
	struct ix_error err = {0};
	struct ix_arena *arena = ix_arena_new(4096);
	assert_non_null(arena);
	const bool ok = ix_profile_check(&m->cmd, &err, arena);
	assert_int_equal(ok, err.code == 0);
	ix_arena_free(arena);
	return err.code;
}

static void make_modify(struct modify *m)
{
	*m = (struct modify){.tid = {.name = {"ip/1/core/7", 11}}, .on = {.text = {"ON", 2}}};
	m->props[0] = (struct ix_prop){.pkg = {"gm", 2}, .item = {"saf", 3}, .values = &m->on};
	m->control.props = &m->props[0];
	m->stream[0] = (struct ix_stream){.id = 1, .control = &m->control};
	m->media.streams = &m->stream[0];
	m->cmd = (struct ix_command){.verb = IX_MODIFY, .tids = &m->tid, .d = {.media = &m->media}};
}

static void test_twins(void **state)
{
	static struct modify m;
	(void)state;
	make_modify(&m);
	assert_int_equal(check_modify(&m), 0);
	m.props[1] = (struct ix_prop){.pkg = {"GM", 2}, .item = {"spf", 3}, .values = &m.on};
	m.props[0].next = &m.props[1];
	assert_int_equal(check_modify(&m), 0);
	m.props[1].item = (struct ix_str){"SAF", 3};
	assert_int_equal(check_modify(&m), 456);
	make_modify(&m);
	m.stream[1] = (struct ix_stream){.id = 2};
	m.stream[0].next = &m.stream[1];
	assert_int_equal(check_modify(&m), 0);
	m.stream[1].id = 1;
	assert_int_equal(check_modify(&m), 448);
}

static void test_long_lists_end(void **state)
{
	static struct modify m;
	(void)state;
	make_modify(&m);
	for (unsigned i = 1; i < 100; i++) {
		m.stream[i] = (struct ix_stream){.id = (uint16_t)(i + 1)};
		m.stream[i - 1].next = &m.stream[i];
	}
	assert_int_equal(check_modify(&m), 510);
}

/* The refusal survives without memory for its text. */
static void test_text_without_memory(void **state)
{
	struct ix_tid tid = {.name = {"ip/1/core/7", 11}};
	const struct ix_command move = {.verb = IX_MOVE, .tids = &tid};
	struct ix_arena *arena = ix_arena_new(8);
	struct ix_error err = {0};
	(void)state;
	assert_non_null(arena);
	while (ix_alloc(arena, 1) != NULL)
		;
	assert_false(ix_profile_check(&move, &err, arena));
	assert_int_equal(err.code, 443);
	assert_true(ix_str_is(err.text, "Unsupported or unknown command"));
	ix_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_local_control),
		cmocka_unit_test(test_media),
		cmocka_unit_test(test_root),
		cmocka_unit_test(test_events_signals_statistics),
		cmocka_unit_test(test_descriptors_and_commands),
		cmocka_unit_test(test_individual_audits),
		cmocka_unit_test(test_context),
		cmocka_unit_test(test_call_passes),
		cmocka_unit_test(test_twins),
		cmocka_unit_test(test_long_lists_end),
		cmocka_unit_test(test_text_without_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
