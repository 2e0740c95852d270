// The model's tables: ids, names, bounds, walks that survive deletions.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "../../control/context.h"

static void contexts(void **state)
{
	struct ctl_model *m = ctl_model_new(3, 6);
	struct ctl_context *c[3];

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		c[i] = ctl_context_new(m);
		assert_non_null(c[i]);
		assert_int_not_equal(c[i]->id, IX_CID_NULL);
		assert_int_not_equal(c[i]->id, IX_CID_CHOOSE);
		assert_int_not_equal(c[i]->id, IX_CID_ALL);
		assert_ptr_equal(ctl_context_get(m, c[i]->id), c[i]);
	}
	assert_null(ctl_context_new(m));
	assert_ptr_equal(ctl_context_next(m, NULL), c[0]);
	assert_ptr_equal(ctl_context_next(m, c[0]), c[1]);
	assert_null(ctl_context_next(m, c[2]));
	ctl_context_del(m, c[1]);
	assert_ptr_equal(ctl_context_next(m, c[0]), c[2]);
	assert_non_null(ctl_context_new(m));
	assert_null(ctl_context_get(m, 0));
	ctl_model_free(m);
}

/* The round goes over all, ends, begins again, and does not trip over what is deleted. */
static void rounds(void **state)
{
	struct ctl_model *m = ctl_model_new(4, 8);
	struct ctl_context *a, *b, *c;

	(void)state;
	assert_null(ctl_context_scan(m));
	a = ctl_context_new(m);
	b = ctl_context_new(m);
	c = ctl_context_new(m);
	assert_null(ctl_context_scan(m));
	assert_ptr_equal(ctl_context_scan(m), a);
	ctl_context_del(m, b);
	assert_ptr_equal(ctl_context_scan(m), c);
	assert_null(ctl_context_scan(m));
	assert_ptr_equal(ctl_context_scan(m), a);
	ctl_context_del(m, c);
	assert_null(ctl_context_scan(m));
	ctl_model_free(m);
}

static void terminations(void **state)
{
	struct ctl_model *m = ctl_model_new(2, CTL_TERMS + 1);
	struct ctl_context *ctx = ctl_context_new(m);
	struct ctl_termination *t[CTL_TERMS + 1];
	char upper[CTL_NAME];

	(void)state;
	for (unsigned i = 0; i <= CTL_TERMS; i++) {
		t[i] = ctl_term_new(m);
		assert_non_null(t[i]);
		snprintf(t[i]->name, CTL_NAME, "ip/r/1/%u", t[i]->id);
		assert_int_equal(ctl_term_join(ctx, t[i]), i < CTL_TERMS);
		assert_ptr_equal(ctl_term_get(m, ix_lit(t[i]->name)), t[i]);
	}
	assert_null(ctl_term_new(m));
	snprintf(upper, sizeof(upper), "IP/R/1/%u", t[0]->id);
	assert_ptr_equal(ctl_term_get(m, ix_lit(upper)), t[0]);
	assert_null(ctl_term_get(m, ix_lit("ip/r/1/")));
	assert_null(ctl_term_get(m, ix_lit("")));
	assert_null(ctl_term_get(m, ix_lit("99999999999999999999999999")));
	snprintf(upper, sizeof(upper), "ip/s/1/%u", t[0]->id);
	assert_null(ctl_term_get(m, ix_lit(upper)));
	ctl_term_leave(t[1]);
	assert_int_equal(ctx->n_terms, CTL_TERMS - 1);
	assert_ptr_equal(ctx->terms[1], t[2]);
	ctl_term_free(m, t[1]);
	ctl_term_free(m, t[CTL_TERMS]);
	assert_int_equal(ctl_model_stats(m).terms, CTL_TERMS - 1);
	ctl_model_free(m);
}

static void sdp(void **state)
{
	struct ctl_stream *s = ctl_stream_new(3, NULL), *copy;
	struct ctl_error err;

	(void)state;
	assert_int_equal(s->mode, IX_INACTIVE);
	assert_true(ctl_sdp_set(&s->local, ix_lit("v=0\r\nc=IN IP4 $\r\nm=x $ TCP *\r\n"), &err));
	assert_false(ctl_sdp_set(&s->local, ix_lit("rubbish"), &err));
	assert_int_equal(err.code, IX_E_SDP);
	assert_false(ctl_sdp_set(&s->local, (struct ix_str){"v=0\0x", 5}, &err));
	/* What was there is still there, and a copy shares nothing with it. */
	assert_true(s->local.sdp.addr_choose);
	copy = ctl_stream_new(3, s);
	assert_ptr_not_equal(copy->local.text, s->local.text);
	assert_string_equal(copy->local.text, s->local.text);
	ctl_stream_free(s);
	assert_int_equal(copy->local.sdp.proto->transport, IX_TP_TCP);
	assert_true(copy->local.sdp.text.p >= copy->local.text);
	ctl_stream_free(copy);
}

static void tallies(void **state)
{
	struct ctl_tally *t = ctl_tally_new();

	(void)state;
	assert_ptr_equal(ctl_tally_ref(t), t);
	ctl_tally_put(t);
	t->in_bytes = 5; // still ours
	ctl_tally_put(t);
	ctl_tally_put(NULL);
	assert_null(ctl_tally_ref(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contexts),     cmocka_unit_test(rounds),
		cmocka_unit_test(terminations), cmocka_unit_test(sdp),
		cmocka_unit_test(tallies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
