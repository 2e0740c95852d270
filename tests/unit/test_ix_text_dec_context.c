// Tests of ix/text_dec_context.c: context properties, topology, ContextAttr, ContextAudit.
#include "ix_decode.h"

static struct ix_action *action_of(const struct decoded *d)
{
	return d->msg->items->actions;
}

static void reads_properties(void **state)
{
	struct decoded d = understood(
		ACTION("Priority = 15, Emergency, IEPSCall = on, "
		       "ContextAttr { a/b = 1 }, S=a, "
		       "Topology { a, $, OWE, *, b, Bothway, Stream = 3, c, d, OWB }"));
	struct ix_action *a = action_of(&d);
	struct ix_topology *t = a->props.topology;

	assert_true(a->has_props && a->props.has_priority && a->props.priority == 15);
	assert_true(a->props.emergency == IX_ON && a->props.ieps == IX_ON);
	assert_str(a->props.attrs->item, "b");
	assert_str(t->from, "a");
	assert_str(t->to, "$");
	assert_true(t->dir == IX_ONEWAY_EXTERNAL && !t->has_stream);
	t = t->next;
	assert_true(t->dir == IX_BOTHWAY && t->has_stream && t->stream == 3);
	t = t->next;
	assert_true(t->dir == IX_ONEWAY_BOTH && !t->next);
	assert_int_equal(a->commands->verb, IX_SUBTRACT);
	drop(&d);

	d = understood(ACTION("EGO,IEPS=OFF,TP{st,st,IS},S=a"));
	assert_true(action_of(&d)->props.emergency == IX_OFF &&
		    action_of(&d)->props.ieps == IX_OFF);
	assert_str(action_of(&d)->props.topology->from, "st");
	drop(&d);
}

static void reads_context_lists(void **state)
{
	struct decoded d = understood(REPLY("CT { CLT = { 1, 2, 3, -, 4294967293 } }"));
	struct ix_context_props *cp = &action_of(&d)->props;

	assert_int_equal(cp->n_context_list, 5);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(cp->context_list[i], i + 1);
	assert_int_equal(cp->context_list[3], IX_CID_NULL);
	assert_int_equal(cp->context_list[4], 4294967293);
	drop(&d);
}

static void reads_audits(void **state)
{
	struct decoded d = understood(ACTION("CA { TP, EG, PR, IEPS, a/b, c/* }"));
	struct ix_context_audit *ca = action_of(&d)->audit;

	assert_int_equal(ca->what, IX_CA_TOPOLOGY | IX_CA_EMERGENCY | IX_CA_PRIORITY | IX_CA_IEPS);
	assert_str(ca->props->item, "b");
	assert_null(ca->props->values);
	assert_str(ca->props->next->item, "*");
	assert_null(ca->select);
	drop(&d);

	d = understood(ACTION("CA { PR=4, EGV=EGO, IEPS=ON, CT{a/b=1,c/d,CLT={7}}, ANSLgc }"));
	ca = action_of(&d)->audit;
	assert_true(ca->what == 0 && ca->logic == IX_LOGIC_AND);
	assert_true(ca->select->priority == 4 && ca->select->emergency == IX_OFF);
	assert_true(ca->select->ieps == IX_ON && ca->select->context_list[0] == 7);
	assert_non_null(ca->select->attrs->values);
	assert_null(ca->select->attrs->next->values);
	drop(&d);

	d = understood(ACTION("CA { EGV=EG, ORLgc }"));
	assert_true(action_of(&d)->audit->select->emergency == IX_ON);
	assert_true(action_of(&d)->audit->logic == IX_LOGIC_OR);
	drop(&d);
}

static void refuses(void **state)
{
	static const struct refusal cases[] = {
		{ACTION("PR=16"), 422, "a priority from 0 to 15, found 16"},
		{ACTION("PR"), 422, "'='"},
		{ACTION("PR=1,PR=1"), 456, "PR stands here twice"},
		{ACTION("EG,EGO"), 456, "twice"},
		{ACTION("IEPS"), 422, "'='"},
		{ACTION("IEPS=1"), 422, "ON or OFF, found 1"},
		{ACTION("IEPS=ON,IEPS=ON"), 456, "twice"},
		{ACTION("CT{}"), 422, "a context property"},
		{ACTION("CT{a/b}"), 422, "'='"},
		{ACTION("CT{ab=1}"), 422, "package/item"},
		{ACTION("CT{a/b=1,A/B=2}"), 456, "A/B stands here twice"},
		{ACTION("CT{CLT={}}"), 422, "a context id in the list"},
		{ACTION("CT{CLT={x}}"), 422, "a context id"},
		{ACTION("CT{CLT={1},CLT={2}}"), 456, "twice"},
		{ACTION("TP{}"), 422, "a topology triple"},
		{ACTION("TP{a,b}"), 422, "','"},
		{ACTION("TP{a,b,Sideways}"), 422, "a topology direction, found Sideways"},
		{ACTION("TP{a,b-,IS}"), 422, "a termination id"},
		{ACTION("TP{a,b,IS,ST=65536}"), 422, "a stream id"},
		{ACTION("TP{a,b,IS,c}"), 422, "','"},
		{ACTION("TP{a,b,IS},TP{a,c,IS}"), 448, "twice"},
		{ACTION("CA{TP},CA{TP}"), 448, "twice"},
		{ACTION("CA{TP,TP}"), 456, "twice"},
		{ACTION("CA{foo}"), 422, "package/item, found foo"},
		{ACTION("CA{EGV=ON}"), 422, "Emergency or EmergencyOff, found ON"},
		{ACTION("CA{EGV=EG,EGV=EG}"), 456, "twice"},
		{ACTION("CA{ORLgc,ANDLgc}"), 456, "twice"},
	};

	check_refusals(cases, COUNT(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_properties),
		cmocka_unit_test(reads_context_lists),
		cmocka_unit_test(reads_audits),
		cmocka_unit_test(refuses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
