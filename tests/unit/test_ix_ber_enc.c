// Tests of ix/ber_enc*.c: what text says and binary cannot is refused; a few messages octet by
// octet.
#include "ix_ber.h"
#include "ix_ber_messages.h"

#include <errno.h>

static void test_no_binary(void **state)
{
	static const char *const texts[] = {
		// names and values without a number
		MSG_MODIFY("Media { LocalControl { tcpbcc/mode = 1 } }"),
		MSG_MODIFY("Media { LocalControl { nowhere/x = 1 } }"),
		MSG_MODIFY("Events = 1 { g/nothing }"),
		MSG_MODIFY("Events = 1 { hangterm/thb { nothing = 1 } }"),
		MSG_MODIFY("Signals { ipnapt/nothing }"),
		MSG_MODIFY("DigitMap = name {x}"),
		MSG_MODIFY("Events = 1 { g/cause { DigitMap = name } }"),
		MSG_MODIFY("Media { LocalControl { ds/dscp = raw_zz } }"),
		MSG_REQUEST("Add = gateway"),
		MSG_REQUEST("Add = ip/nowhere/core/1"),
		MSG_REQUEST("Add = ip/2/core/4194304"),
		MSG_REPLY("AuditValue = ROOT { Packages { nowhere-1 } }"),
		MSG_REPLY("AuditValue = ROOT { Packages { g-100 } }"),
		// descriptors that are only read
		MSG_MODIFY("Mux = H221 { ip/2/core/1 }"),
		MSG_MODIFY("Modem = V18"),
		// what Annex A has no field for
		MSG_AUDIT("Media { Stream = 1 { Statistics { nt/os, nt/or } } }"),
		MSG_AUDIT("Media { LocalControl { ReservedValue = ON } }"),
		MSG_AUDIT("Media { TerminationState { Buffer = OFF } }"),
		MSG_AUDIT("Statistics { nt/os = 5 }"),
		MSG_AUDIT("Events = 1 { hangterm/thb { timerx = 5 } }"),
		MSG_AUDIT("Events = 1"),
		MSG_AUDIT("Signals { ipnapt/latch { SignalType = Brief } }"),
		MSG_AUDIT("Signals {}"),
		MSG_AUDIT("Signals { SignalList = 1 { ipnapt/latch, ipnapt/latch } }"),
		MSG_AUDIT("DigitMap = name"),
		MSG_REQUEST("ContextAudit { ContextAttr { ContextList = { 1 } } }"),
		MSG_MODIFY("Statistics { nt/os = {1,2} }"),
		MSG_REQUEST("ServiceChange = ROOT { Services { Reason = \"901\" } }"),
		MSG_REQUEST(
			"ServiceChange = ROOT { Services { Method = X-odd, Reason = \"901\" } }"),
		MSG_REQUEST("ServiceChange = ROOT { Services { Method = Restart, X-odd = 1 } }"),
		MSG_REPLY("ServiceChange = ROOT { Services { Reason = \"901\" } }"),
		MSG_REPLY("AuditValue = Context { ROOT, Error = 411 {} }"),
	};
	char buf[4096];

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct decoded d = decode_text(texts[i]);

		if (ix_ber_encode(d.msg, &test_conf, buf, sizeof(buf)) != -EINVAL)
			fail_msg("%s\nhas a binary form", texts[i]);
		drop(&d);
	}
}

/* An unknown number becomes legal by configuration. */
static void test_numbers_configured(void **state)
{
	static const struct ix_number numbers[] = {
		{.package = "tcpbcc", .id = 0x0120},
		{.package = "tcpbcc", .item = "mode", .kind = IX_DEF_PROPERTY, .id = 1},
		{.package = NULL},
	};
	static const struct ix_ber_conf conf = {.plan = &test_plan, .numbers = numbers};
	struct decoded d = decode_text(MSG_MODIFY("Media { LocalControl { tcpbcc/mode = 1 } }"));
	struct decoded ber;
	char buf[512];
	long n = ix_ber_encode(d.msg, &conf, buf, sizeof(buf));

	assert_true(n > 0);
	ber = decode_ber(buf, (size_t)n, &conf);
	assert_non_null(ber.msg);
	assert_true(ix_msg_equal(d.msg, ber.msg));
	drop(&ber);
	ber = decode_ber(buf, (size_t)n, &test_conf);
	assert_non_null(ber.msg);
	assert_str(ber.msg->items->actions->commands->d.media->streams->control->props->pkg,
		   "x0120");
	drop(&ber);
	drop(&d);
}

/* Octets, by hand from Annex A. */
static void test_octets(void **state)
{
	static const struct {
		const char *text, *hex;
	} cases[] = {
		{"MEGACO/1 [192.0.2.1]:2944 Pending = 5 {}",
		 "301c"                            // MegacoMessage
		 "a11a"                            // mess
		 "800101"                          // version
		 "a10c a00a 8004c0000201 81020b80" // mId: ip4Address
		 "a207 a105 a103 800105"},         // messageBody: transactions: transactionPending
		{"MEGACO/3 gateway TransactionResponseAck { 1-3, 4294967295 }",
		 "3027 a125 800103 a109 830767617465776179"
		 "a215 a113 a311 3006 800101 810103 3007 800500ffffffff"},
		{"MEGACO/3 [2001:db8::1] Error = 400 { \"x\" }",
		 "3026 a124 800103 a114 a112 8010 20010db8000000000000000000000001"
		 "a209 a007 80020190 810178"},
		{"MEGACO/3 <a.b> Segment = 7/2/END",
		 "301c a11a 800103 a107 a205 8003612e62 a20c a10a a408 800107 810102 8200"},
	};
	uint8_t buf[512];

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct decoded d = decode_text(cases[i].text);
		long n = ix_ber_encode(d.msg, NULL, buf, sizeof(buf));

		assert_true(n > 0);
		assert_hex(buf, (size_t)n, cases[i].hex);
		drop(&d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_binary),
		cmocka_unit_test(test_numbers_configured),
		cmocka_unit_test(test_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
