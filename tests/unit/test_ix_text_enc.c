// Tests of ix/text_enc.c: the exact text of messages, and forms that have no text.
#include "ix_decode.h"

#include <errno.h>

static char out[65536];

static const char *encoded(const struct ix_msg *msg, enum ix_style style)
{
	long n = ix_text_encode(msg, style, out, sizeof(out) - 1);

	if (n < 0)
		fail_msg("not encoded: %ld", n);
	out[n] = '\0';
	return out;
}

static void writes_pretty_text(void **state)
{
	struct decoded d = understood(
		HEAD "T=1{C=${PR=4,O-A=ip/1/$,W-S=[a,b]{AT{SA}}},C=-{AV=ROOT{AT{}}}}"
		     "K{1,2-3}");

	assert_string_equal(encoded(d.msg, IX_PRETTY), "MEGACO/3 [192.0.2.1]:2944\n"
						       "Transaction = 1 {\n"
						       "\tContext = $ {\n"
						       "\t\tPriority = 4,\n"
						       "\t\tO-Add = ip/1/$,\n"
						       "\t\tW-Subtract = [a,b] {\n"
						       "\t\t\tAudit {\n"
						       "\t\t\t\tStatistics\n"
						       "\t\t\t}\n"
						       "\t\t}\n"
						       "\t},\n"
						       "\tContext = - {\n"
						       "\t\tAuditValue = ROOT {\n"
						       "\t\t\tAudit {}\n"
						       "\t\t}\n"
						       "\t}\n"
						       "}\n"
						       "TransactionResponseAck {\n"
						       "\t1,\n"
						       "\t2-3\n"
						       "}\n");
	drop(&d);
}

/* What is sent in the compact style is what was read: these are their own canonical text. */
static const char *const compact[] = {
	"!/3 [192.0.2.1]:2944 T=1{C=${PR=4,O-A=ip/1/$,W-S=[a,b]{AT{SA}}},C=-{AV=ROOT{AT{}}}}",
	"!/3 [192.0.2.1]:2944 K{1,2-3} PN=1{}",
	"!/3 [192.0.2.1]:2944 PN=4294967295{}",
	"!/3 [192.0.2.1]:2944 SM=1/2/&",
	"!/3 [192.0.2.1]:2944 P=1/2/&{IA,C=5}",
	"!/3 [192.0.2.1]:2944 P=1{ER=403{\"x\"}}",
	"!/3 [192.0.2.1]:2944 ER=400{}",
	"!/3 [192.0.2.1]:2944 P=1{C=*{AV=C{a,b},ER=1{}}}",
	"AU=0x00ABCDEF:0xFFFFFFFF:0x0123456789abcdef01234567\n!/1 gw/1 K{0}",
	"!/3 [2001:db8::1] T=1{C=1{TP{a,*,OWE,b,$,OWB,ST=3},EG,IEPS=ON,CT{a/b=1,CLT={1,-,*}},S=a}}",
	"!/3 <a.b>:1 T=1{C=1{EGO,IEPS=OFF,CA{TP,EG,PR,IEPS,a/b,c/*}}}",
	"!/3 MTP{00ff} T=1{C=1{CA{PR=1,EGV=EGO,IEPS=ON,CT{a/b},ANDLgc},MV=a,MF=a,N=a{OE=1{a/b}}}}",
	"!/3 [192.0.2.1]:2944 T=1{C=1{CA{EGV=EG,ORLgc},AC=a{AT{}},SC=a{SV{}}}}",
};

static void writes_compact_text(void **state)
{
	for (size_t i = 0; i < COUNT(compact); i++) {
		struct decoded d = understood(compact[i]);

		assert_string_equal(encoded(d.msg, IX_COMPACT), compact[i]);
		drop(&d);
	}
}

/* Nothing may follow a final segment acknowledgement. */
static void ends_without_a_line_end_after_a_segment(void **state)
{
	struct decoded d = understood(HEAD "PN=1{} SM=1/2/END");

	assert_string_equal(encoded(d.msg, IX_PRETTY), "MEGACO/3 [192.0.2.1]:2944\nPending = 1 {}\n"
						       "Segment = 1/2/END");
	drop(&d);
}

static void notices_a_small_buffer(void **state)
{
	for (size_t i = 0; i < COUNT(compact); i++) {
		struct decoded d = understood(compact[i]);
		size_t len = strlen(compact[i]);

		for (size_t size = 0; size < len; size++) {
			char *exact = malloc(size ? size : 1);

			assert_int_equal(ix_text_encode(d.msg, IX_COMPACT, exact, size), -EMSGSIZE);
			free(exact);
		}
		assert_int_equal(ix_text_encode(d.msg, IX_COMPACT, out, len), len);
		drop(&d);
	}
}

/* A form with one request for one command, to be spoiled. */
struct form {
	struct ix_tid tid;
	struct ix_command command;
	struct ix_action action;
	struct ix_range range;
	struct ix_topology topology;
	struct ix_error error;
	struct ix_item item;
	struct ix_msg msg;
};

static void make_form(struct form *f)
{
	memset(f, 0, sizeof(*f));
	f->tid.name = ix_lit("a");
	f->command.tids = &f->tid;
	f->action.cid = 1;
	f->action.commands = &f->command;
	f->range = (struct ix_range){.first = 1, .last = 2};
	f->topology = (struct ix_topology){.from = ix_lit("a"), .to = ix_lit("b")};
	f->error.code = 500;
	f->item.actions = &f->action;
	f->msg.version = 3;
	f->msg.mid = (struct ix_mid){.kind = IX_MID_DEVICE, .name = ix_lit("gw")};
	f->msg.items = &f->item;
}

static void no_mid(struct form *f)
{
	f->msg.mid.kind = IX_MID_NONE;
}
static void bad_device(struct form *f)
{
	f->msg.mid.name = ix_lit("g w");
}
static void bad_domain(struct form *f)
{
	f->msg.mid = (struct ix_mid){.kind = IX_MID_DOMAIN, .name = ix_lit("a>b")};
}
static void long_device(struct form *f)
{
	f->msg.mid.name = ix_lit(
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}
static void version_100(struct form *f)
{
	f->msg.version = 100;
}
static void nothing(struct form *f)
{
	f->msg.items = NULL;
}
static void items_and_error(struct form *f)
{
	f->msg.error = &f->error;
}
static void error_code(struct form *f)
{
	f->msg.items = NULL;
	f->msg.error = &f->error;
	f->error.code = 10000;
}
static void short_icv(struct form *f)
{
	f->msg.auth = (struct ix_auth){.present = true, .icv = ix_lit("00")};
}
static void no_actions(struct form *f)
{
	f->item.actions = NULL;
}
static void no_commands(struct form *f)
{
	f->action.commands = NULL;
}
static void error_in_request(struct form *f)
{
	f->action.error = &f->error;
}
static void reply_with_nothing(struct form *f)
{
	f->item.kind = IX_REPLY;
	f->item.actions = NULL;
}
static void reply_with_both(struct form *f)
{
	f->item.kind = IX_REPLY;
	f->item.error = &f->error;
}
static void no_acks(struct form *f)
{
	f->item.kind = IX_ACK;
}
static void no_segment(struct form *f)
{
	f->item.kind = IX_SEGMENT;
}
static void no_kind(struct form *f)
{
	f->item.kind = (enum ix_item_kind)99;
}
static void no_verb(struct form *f)
{
	f->command.verb = IX_VERBS;
}
static void no_tid(struct form *f)
{
	f->command.tids = NULL;
}
static void bad_tid(struct form *f)
{
	f->tid.name = ix_lit("a,b");
}
static void empty_tid(struct form *f)
{
	f->tid.name.len = 0;
}
static void bad_topology(struct form *f)
{
	f->action.has_props = true;
	f->action.props.topology = &f->topology;
	f->topology.to = ix_lit("}");
}

static void refuses_what_has_no_text(void **state)
{
	static void (*const spoil[])(struct form * f) = {
		no_mid,
		bad_device,
		bad_domain,
		long_device,
		version_100,
		nothing,
		items_and_error,
		error_code,
		short_icv,
		no_actions,
		no_commands,
		error_in_request,
		reply_with_nothing,
		reply_with_both,
		no_acks,
		no_segment,
		no_kind,
		no_verb,
		no_tid,
		bad_tid,
		empty_tid,
		bad_topology,
	};
	struct form f;

	make_form(&f);
	assert_string_equal(encoded(&f.msg, IX_COMPACT), "!/3 gw T=0{C=1{A=a}}");
	for (size_t i = 0; i < COUNT(spoil); i++) {
		make_form(&f);
		spoil[i](&f);
		if (ix_text_encode(&f.msg, IX_PRETTY, out, sizeof(out)) != -EINVAL)
			fail_msg("case %zu is encoded", i);
	}
}

/* Several terminations make a list, whether or not the form says so. */
static void lists_terminations(void **state)
{
	struct ix_tid second = {.name = ix_lit("b")};
	struct form f;

	make_form(&f);
	f.tid.next = &second;
	assert_string_equal(encoded(&f.msg, IX_COMPACT), "!/3 gw T=0{C=1{A=[a,b]}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_pretty_text),
		cmocka_unit_test(writes_compact_text),
		cmocka_unit_test(ends_without_a_line_end_after_a_segment),
		cmocka_unit_test(notices_a_small_buffer),
		cmocka_unit_test(refuses_what_has_no_text),
		cmocka_unit_test(lists_terminations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
