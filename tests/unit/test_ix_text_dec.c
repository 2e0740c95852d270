// Tests of ix/text_dec.c: message, transactions, actions, commands, and which code a fault gets.
#include "ix_decode.h"

static void reads_the_header(void **state)
{
	struct decoded d = understood(" ;c\nAU = 0x89abCDEF:0x00000001:0x0123456789abcdefABCDEF01\n"
				      "!/2\t<gw.example>:5 K{1}");

	assert_true(d.msg->auth.present);
	assert_int_equal(d.msg->auth.spi, 0x89abcdef);
	assert_int_equal(d.msg->auth.seq, 1);
	assert_str(d.msg->auth.icv, "0123456789abcdefABCDEF01");
	assert_int_equal(d.msg->version, 2);
	assert_int_equal(d.msg->mid.kind, IX_MID_DOMAIN);
	assert_str(d.msg->mid.name, "gw.example");
	assert_int_equal(d.msg->mid.port, 5);
	assert_int_equal(d.fault.code, 0);
	drop(&d);
}

static void reads_every_kind_of_item(void **state)
{
	struct decoded d = understood(HEAD "T=4294967295{C=1{S=a}} P=1/65535/&{IA,C=2} PN=0{} "
					   "K{7,8-9} SM=3/4 P=2{ER=403{\"x\"}}");
	struct ix_item *i = d.msg->items;

	assert_int_equal(i->kind, IX_REQUEST);
	assert_int_equal(i->tid, UINT32_MAX);
	assert_int_equal(i->actions->cid, 1);
	assert_int_equal(i->actions->commands->verb, IX_SUBTRACT);
	i = i->next;
	assert_true(i->kind == IX_REPLY && i->tid == 1 && i->has_segment && i->segment == 65535 &&
		    i->segment_end && i->imm_ack && i->actions->cid == 2);
	i = i->next;
	assert_true(i->kind == IX_PENDING && i->tid == 0);
	i = i->next;
	assert_true(i->kind == IX_ACK && i->acks->first == 7 && i->acks->last == 7);
	assert_true(i->acks->next->first == 8 && i->acks->next->last == 9);
	i = i->next;
	assert_true(i->kind == IX_SEGMENT && i->tid == 3 && i->segment == 4 && !i->segment_end);
	i = i->next;
	assert_true(i->kind == IX_REPLY && i->error->code == 403 && !i->actions);
	assert_str(i->error->text, "x");
	assert_null(i->next);
	assert_false(d.fault.have_tid);
	drop(&d);
}

static void reads_commands(void **state)
{
	static const struct {
		const char *text;
		enum ix_verb verb;
		bool optional, wild;
	} cases[] = {
		{ACTION("Add=a"), IX_ADD, false, false},
		{ACTION("o-mv=a"), IX_MOVE, true, false},
		{ACTION("W-MODIFY=a"), IX_MODIFY, false, true},
		{ACTION("O-W-S=a"), IX_SUBTRACT, true, true},
		{ACTION("AV=a{AT{}}"), IX_AUDIT_VALUE, false, false},
		{ACTION("AuditCapability=a{AT{}}"), IX_AUDIT_CAP, false, false},
		{ACTION("N=a{OE=1{a/b},ER=1{}}"), IX_NOTIFY, false, false},
		{ACTION("SC=a{SV{}}"), IX_SERVICE_CHANGE, false, false},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct decoded d = understood(cases[i].text);
		struct ix_command *c = command_of(&d);

		assert_int_equal(c->verb, cases[i].verb);
		assert_int_equal(c->optional, cases[i].optional);
		assert_int_equal(c->wild_reply, cases[i].wild);
		assert_str(c->tids->name, "a");
		assert_false(c->tid_list);
		drop(&d);
	}
}

static void reads_lists_of_terminations(void **state)
{
	struct decoded d = understood(ACTION("A = [ ip/1/a/$ , * ], MF=[$]"));
	struct ix_command *c = command_of(&d);

	assert_true(c->tid_list && c->next->tid_list);
	assert_str(c->tids->name, "ip/1/a/$");
	assert_str(c->tids->next->name, "*");
	assert_null(c->tids->next->next);
	assert_str(c->next->tids->name, "$");
	drop(&d);
}

static void reads_replies(void **state)
{
	struct decoded d = understood(HEAD "P=1{C=-{AV=C{a,b/1},A=a{ER=1{}},ER=2{}},C=${},C=*}");
	struct ix_action *a = d.msg->items->actions;

	assert_int_equal(a->cid, IX_CID_NULL);
	assert_true(a->commands->context_audit_reply);
	assert_str(a->commands->tids->next->name, "b/1");
	assert_int_equal(a->commands->next->d.error->code, 1);
	assert_int_equal(a->error->code, 2);
	assert_int_equal(a->next->cid, IX_CID_CHOOSE);
	assert_int_equal(a->next->next->cid, IX_CID_ALL);
	drop(&d);

	d = understood(REPLY("AV=C{ER=411{}},AV=Contexts,AC=[C]"));
	assert_int_equal(command_of(&d)->d.error->code, 411);
	assert_null(command_of(&d)->tids);
	assert_false(command_of(&d)->next->context_audit_reply);
	assert_str(command_of(&d)->next->tids->name, "Contexts");
	drop(&d);

	d = understood(HEAD "ER = 500 { }");
	assert_true(d.msg->error->code == 500 && d.msg->error->text.len == 0 && !d.msg->items);
	drop(&d);
}

static void refuses_messages(void **state)
{
	static const struct refusal cases[] = {
		{"", 400, "expected MEGACO or Authentication, found the end of the message"},
		{"GET / HTTP/1.1", 400, "expected MEGACO/version, found GET"},
		{"MEGACO", 400, "MEGACO/version"},
		{"MEGACO/ [192.0.2.1] K{1}", 400, "MEGACO/version"},
		{"MEGACO/100 [192.0.2.1] K{1}", 400, "MEGACO/version"},
		{"MEGACO/3", 400, "white space after the version"},
		{"MEGACO/3[192.0.2.1] K{1}", 400, "white space after the version, found '['"},
		{"MEGACO/3 [192.0.2.300] K{1}", 400, "a message identifier"},
		{"MEGACO/3 [192.0.2.1]K{1}", 400, "white space after the message identifier"},
		{HEAD, 400, "expected Transaction"},
		{HEAD "Transactions=1{C=1{S=a}}", 400, "found Transactions"},
		{HEAD "K{1} ER=1{}", 400, "expected Transaction"},
		{HEAD "ER=1{} K{1}", 400, "expected the end of the message"},
		{HEAD "ER=10000{}", 400, "an error code"},
		{HEAD "ER=1{x}", 400, "'}'"},
		{"AU=0x1:0x00000001:0x0123456789ABCDEF01234567 " HEAD "K{1}", 400, "0x and 8 hex"},
		{"AU=0x0000000G:0x00000001:0x0123456789ABCDEF01234567 " HEAD "K{1}", 400, "8 hex"},
		{"AU=0x00000001:0x00000001:0x0123456789ABCDEF0123456 " HEAD "K{1}", 400,
		 "24 to 64"},
		{"AU=0x00000001:0x00000001:0x0123456789ABCDEF0123456x " HEAD "K{1}", 400, "24 to"},
		{"AU=0x00000001:0x00000001 " HEAD "K{1}", 400, "':'"},
		{HEAD "K{}", 400, "a transaction id in front"},
		{HEAD "K{2-1}", 400, "a range"},
		{HEAD "K{1-4294967296}", 400, "a range"},
		{HEAD "K{1,}", 400, "a range"},
		{HEAD "PN=4294967296{}", 400, "a transaction id below 2^32"},
		{HEAD "PN=1{x}", 400, "'}'"},
		{HEAD "SM=1", 400, "a segment number"},
		{HEAD "SM=1/65536", 400, "its segment"},
		{HEAD "SM=1/1/FIN", 400, "END"},
		{HEAD "SM=1/1/END/1", 400, "END"},
		{HEAD "P=4294967296{C=1}", 400, "below 2^32"},
		{HEAD "P=1{}", 400, "Context or Error in the reply"},
		{HEAD "P=1{IA}", 400, "Context or Error in the reply"},
		{HEAD "P=1{C=1,IA}", 400, "Context"},
		{HEAD "P=1{ER=1{},C=1}", 400, "'}' after Error"},
		{HEAD "P=1{C=1,ER=1{}}", 400, "expected Context"},
		// inside replies every fault is one of the message
		{HEAD "P=1{C=x}", 400, "a context id"},
		{HEAD "P=1{C=1{Foo=a}}", 400, "no command is called Foo"},
		{HEAD "P=1{C=1{A=a{M,M}}}", 400, "twice"},
		{HEAD "P=1{C=1{AV=C{ER=1{},ER=2{}}}}", 400, "one Error only"},
		{HEAD "P=1{C=1{ER=1{},ER=2{}}}", 400, "twice"},
	};

	check_refusals(cases, COUNT(cases));
}

static void refuses_requests(void **state)
{
	static const struct refusal cases[] = {
		{HEAD "T{C=1{S=a}}", 403, "'='"},
		{HEAD "T=x{C=1{S=a}}", 403, "a transaction id below 2^32, found x"},
		{HEAD "T=4294967296{C=1{S=a}}", 403, "found 4294967296"},
		{HEAD "T=1", 403, "'{'"},
		{HEAD "T=1{}", 403, "Context in the transaction"},
		{HEAD "T=1{X=1{S=a}}", 403, "expected Context, found X"},
		{HEAD "T=1{C=1{S=a}", 403, "',' or '}'"},
		{HEAD "T=1{C=1{S=a};}", 403, "',' or '}', found the end"},
		{HEAD "T=1{C}", 422, "'='"},
		{HEAD "T=1{C=1}", 422, "'{'"},
		{HEAD "T=1{C=x{S=a}}", 422, "a context id, found x"},
		{HEAD "T=1{C=0{S=a}}", 422, "a context id"},
		{HEAD "T=1{C=4294967294{S=a}}", 422, "a context id"},
		{HEAD "T=1{C=4294967295{S=a}}", 422, "a context id"},
		{HEAD "T=1{C=1{}}", 422, "a command in the action"},
		{HEAD "T=1{C=1{S=a S=b}}", 422, "',' or '}'"},
		{HEAD "T=1{C=1{=}}", 422, "a command or a context property"},
		{ACTION("Foo=a"), 443, "no command is called Foo"},
		{ACTION("W-O-Add=a"), 443, "no command is called W-O-Add"},
		{ACTION("ER=1{}"), 447, "Error does not belong here"},
		{ACTION("Add"), 442, "'='"},
		{ACTION("Add="), 442, "a termination id"},
		{ACTION("Add=ip/1/a.b/$"), 442, "a termination id, found ip/1/a.b/$"},
		{ACTION("Add=[]"), 442, "a termination id"},
		{ACTION("Add=[a"), 442, "']'"},
		{HEAD "T=1{C=1{Add=a{", 442, "a descriptor"},
		{ACTION("AV=a"), 442, "'{'"},
		{ACTION("AV=a{}"), 442, "Audit in this command"},
		{ACTION("AV=C{a}"), 444, "no descriptor is called a"},
		{ACTION("N=a{}"), 442, "ObservedEvents in this command"},
		{ACTION("N=a{ER=1{}}"), 442, "ObservedEvents in this command"},
		{ACTION("SC=a{}"), 442, "Services in this command"},
		{ACTION("S=a{M}"), 447, "M does not belong here"},
		{ACTION("N=a{OE=1{a/b},SG}"), 447, "SG does not belong here"},
		{ACTION("A=a{SV{}}"), 447, "SV does not belong here"},
		{MODIFY("Foo"), 444, "no descriptor is called Foo"},
		{MODIFY("M,M"), 448, "M stands here twice"},
		{MODIFY("AT{},AT{}"), 448, "twice"},
	};

	check_refusals(cases, COUNT(cases));
}

/* What a fault tells its reader so that the error reply can be addressed. */
static void faults_name_head_and_transaction(void **state)
{
	static const struct {
		const char *text;
		bool head, tid;
		uint32_t id;
	} cases[] = {
		{"MEGACO/3 [192.0.2.1", false, false, 0},
		{"MEGACO/3 [192.0.2.1]:2944", true, false, 0},
		{HEAD "X", true, false, 0},
		{HEAD "T=x{C=1{S=a}}", true, false, 0},
		{HEAD "T=5{X}", true, true, 5},
		{HEAD "T=5{C=1{S=a}} T=6{C=1{S=a{M}}}", true, true, 6},
		{HEAD "T=5{C=1{S=a}} X", true, false, 0},
		{HEAD "T=5{C=1{S=a}} P=6{X}", true, false, 0},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct decoded d = decode(cases[i].text);

		assert_null(d.msg);
		assert_int_equal(d.fault.have_head, cases[i].head);
		assert_int_equal(d.fault.have_tid, cases[i].tid);
		assert_int_equal(d.fault.tid, cases[i].id);
		if (cases[i].head) {
			assert_int_equal(d.head.version, 3);
			assert_int_equal(d.head.mid.port, 2944);
		}
		drop(&d);
	}
}

static void faults_name_the_place(void **state)
{
	struct decoded d = decode(
		"MEGACO/3 [192.0.2.1]:2944\r\nTransaction = 1 {\r\n Context = 1 {\r\n"
		"  Add = a { Media { Foo } } } }");

	assert_null(d.msg);
	assert_int_equal(d.fault.line, 4);
	assert_int_equal(d.fault.column, 21);
	assert_int_equal(d.fault.offset, 82);
	assert_string_equal(d.fault.text,
			    "expected LocalControl, Local, Remote or Statistics, found Foo");
	drop(&d);
}

/* A message of 64 KB: `head`, then `fill` over and over. Must come back, whatever it says. */
static void decode_filled(const char *head, const char *fill)
{
	size_t len = 65536, at = strlen(head), step = strlen(fill);
	char *text = malloc(len);
	struct ix_arena *arena = ix_arena_new(256 * 1024);
	struct ix_fault fault;
	struct ix_msg *msg;

	assert_true(text && arena);
	memcpy(text, head, at);
	for (size_t i = at; i < len; i++)
		text[i] = fill[(i - at) % step];
	msg = ix_text_decode(arena, text, len, &fault, NULL);
	assert_null(msg);
	assert_true(fault.code >= 400);
	free(text);
	ix_arena_free(arena);
}

static void survives_bombs(void **state)
{
	static const char *const heads[] = {
		"",
		HEAD,
		HEAD "T=1{C=1{A=a{",
		HEAD "T=1{C=1{A=a{M{ST=1{L{",
		HEAD "T=1{C=1{A=a{DM={",
		HEAD "T=1{C=1{A=a{E=1{a/b{",
		HEAD "T=1{C=1{A=[",
		HEAD "T=1{C=1{A=a{M{O{a/b=\"",
		HEAD "K{",
		"AU=",
	};
	static const char *const fills[] = {
		"{",     "[",   "}",     "\"",   "\\",    "\\}",  ";",           "a",
		"9",     " ",   "\n",    "a,",   "1,",    "a/b,", "EM{E=1{a/b{", "M{",
		"ST=1{", "C={", "SL=1{", "\xff", "a/b={", "A=a,", "T=1{",
	};

	for (size_t h = 0; h < COUNT(heads); h++)
		for (size_t f = 0; f < COUNT(fills); f++)
			decode_filled(heads[h], fills[f]);
}

static void survives_strange_bytes(void **state)
{
	static const char *const inside[] = {HEAD "T=1{C=1{A=a{M{O{a/b=\"%\"}}}}}",
					     HEAD "T=1{C=1{A=a{M{L{v=%}}}}}", HEAD "T=1{C=%{A=a}}",
					     HEAD "%", "%"};

	for (size_t i = 0; i < COUNT(inside); i++) {
		for (int c = 0; c < 256; c++) {
			size_t len = strlen(inside[i]);
			char text[128];
			struct decoded d;

			memcpy(text, inside[i], len);
			text[strchr(inside[i], '%') - inside[i]] = (char)c;
			d = decode_bytes(text, len);
			assert_true(d.msg || d.fault.code >= 400);
			drop(&d);
		}
	}
}

/* A request that needs more memory than a message may have is refused by its number. */
static void says_when_memory_ends(void **state)
{
	static const char text[] = HEAD "T=9{C=1{A=a{M{L{v=0}}}}}";
	unsigned refused = 0;
	struct ix_msg *msg = NULL;

	for (size_t limit = 0; !msg; limit += 8) {
		struct ix_arena *arena = ix_arena_new(limit);
		struct ix_fault fault;

		assert_true(limit < 4096);
		msg = ix_text_decode(arena, text, sizeof(text) - 1, &fault, NULL);
		if (!msg && fault.have_tid) {
			assert_int_equal(fault.code, 510);
			assert_int_equal(fault.tid, 9);
			refused++;
		} else if (!msg) {
			assert_int_equal(fault.code, 400);
		}
		ix_arena_free(arena);
	}
	assert_true(refused > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_header),
		cmocka_unit_test(reads_every_kind_of_item),
		cmocka_unit_test(reads_commands),
		cmocka_unit_test(reads_lists_of_terminations),
		cmocka_unit_test(reads_replies),
		cmocka_unit_test(refuses_messages),
		cmocka_unit_test(refuses_requests),
		cmocka_unit_test(faults_name_head_and_transaction),
		cmocka_unit_test(faults_name_the_place),
		cmocka_unit_test(survives_bombs),
		cmocka_unit_test(survives_strange_bytes),
		cmocka_unit_test(says_when_memory_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
