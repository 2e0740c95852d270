// Tests of ix/ber_dec*.c: what is refused, with which code and where; hostile lengths and nesting.
#include "ix_ber.h"

struct refusal {
	struct ber b;
	uint16_t code;
	const char *says;
	bool head, tid; // what a reply can be addressed with
};

static void check(struct refusal *r, size_t n)
{
	for (; n > 0; n--, r++) {
		struct decoded d = decode_ber(r->b.p, r->b.len, NULL);

		if (d.msg)
			fail_msg("understood, not refused with %u \"%s\"", r->code, r->says);
		if (d.fault.code != r->code || !strstr(d.fault.text, r->says))
			fail_msg("refused by %u \"%s\" at %u, not %u \"%s\"", d.fault.code,
				 d.fault.text, d.fault.offset, r->code, r->says);
		assert_int_equal(d.fault.have_head, r->head);
		assert_int_equal(d.fault.have_tid, r->tid);
		if (r->head)
			assert_true(d.head.version == 3 && d.head.mid.kind == IX_MID_IP4 &&
				    d.head.mid.port == 2944);
		if (r->tid)
			assert_int_equal(d.fault.tid, 7);
		free(r->b.p);
		drop(&d);
	}
}

static struct ber hex(const char *digits)
{
	uint8_t octets[512];

	return ber_raw(octets, from_hex(digits, octets));
}

static void test_messages(void **state)
{
	struct refusal cases[] = {
		{hex(""), 400, "Truncated", false, false},
		{hex("4d"), 400, "Truncated", false, false},
		{hex("31 00"), 400, "no SEQUENCE", false, false},
		{hex("30 00"), 400, "[1] is missing", false, false},
		{hex("30 02 a1 00"), 400, "Message: field [0] is missing", false, false},
		{hex("30 05 a1 03 80 01 64"), 400, "too large", false, false}, // version 100
		// an identifier of no kind, a device that is no name
		{hex("30 0b a1 09 80 01 03 a1 02 85 00 a2 00"), 400, "alternative [5]", false,
		 false},
		{hex("30 0c a1 0a 80 01 03 a1 03 83 01 2f a2 00"), 400, "identifier", false, false},
		{ber_message(ber_none()), 400, "without an alternative", true, false},
		{ber_message(ber_tlv(IX_CC(1), ber_none())), 400, "No transaction", true, false},
		{ber_message(ber_tlv(IX_CC(2), ber_none())), 400, "alternative [2]", true, false},
		{ber_transaction(ber_tlv(IX_CC(5), ber_none())), 400, "alternative [5]", true,
		 false},
		{ber_cat(ber_transaction(ber_tlv(IX_CC(1), ber_number(IX_C(0), 1))),
			 ber_raw("x", 1)),
		 400, "behind the message", true, false},
		// Faults outside a request are message errors.
		{ber_transaction(ber_tlv(IX_CC(1), ber_none())), 400, "[0] is missing", true,
		 false},
		{ber_transaction(ber_tlv(IX_CC(3), ber_none())), 400, "Nothing", true, false},
		{ber_transaction(ber_tlv(
			 IX_CC(2), ber_cat(ber_number(IX_C(0), 7),
					   ber_tlv(IX_CC(2), ber_tlv(IX_CC(1), ber_none()))))),
		 400, "No action", true, false},
	};

	check(cases, COUNT(cases));
}

/* A request whose action is this. */
static struct ber action(struct ber fields)
{
	struct ber a = ber_tlv(IX_CC(1), ber_tlv(IX_SEQUENCE, fields));

	return ber_transaction(ber_tlv(IX_CC(0), ber_cat(ber_number(IX_C(0), 7), a)));
}

static struct ber commands(struct ber list)
{
	return action(ber_cat(ber_number(IX_C(0), 5), ber_tlv(IX_CC(3), list)));
}

static void test_requests(void **state)
{
	struct ber tid32 = ber_tlv(IX_C(0), ber_raw("\1\0\0\0\0", 5)); // 2^32
	struct refusal cases[] = {
		{ber_transaction(ber_tlv(IX_CC(0), ber_none())), 403, "[0] is missing", true,
		 false},
		{ber_transaction(ber_tlv(IX_CC(0), tid32)), 403, "too large", true, false},
		{ber_transaction(ber_tlv(IX_CC(0), ber_number(IX_C(0), 0xff))), 403, "No number",
		 true, false},
		{ber_transaction(ber_tlv(IX_CC(0), ber_number(IX_C(0), 7))), 403, "[1] is missing",
		 true, true},
		{ber_transaction(ber_tlv(
			 IX_CC(0), ber_cat(ber_number(IX_C(0), 7), ber_tlv(IX_CC(1), ber_none())))),
		 403, "No action", true, true},
		{action(ber_none()), 422, "[0] is missing", true, true},
		{action(ber_number(IX_C(0), 5)), 422, "[3] is missing", true, true},
		{commands(ber_none()), 422, "No command", true, true},
		{action(ber_cat(ber_number(IX_C(0), 5),
				ber_tlv(IX_CC(1), ber_number(IX_C(0), 16)))),
		 422, "too large", true, true}, // priority 16
		{commands(ber_tlv(IX_SEQUENCE, ber_none())), 442, "[0] is missing", true, true},
		{commands(ber_number(IX_BER_INTEGER, 1)), 442, "no SEQUENCE", true, true},
		{ber_request(ber_tlv(IX_CC(8), ber_none())), 443, "alternative [8]", true, true},
		{ber_request(ber_tlv(IX_CC(0), ber_none())), 442, "[0] is missing", true, true},
		{ber_request(ber_tlv(IX_CC(0), ber_tlv(IX_CC(0), ber_none()))), 442,
		 "No termination", true, true},
		{ber_request(ber_tlv(IX_CC(5), ber_none())), 442, "AuditRequest", true, true},
		{ber_add(ber_tlv(IX_CC(20), ber_none())), 444, "alternative [20]", true, true},
		{ber_add(ber_cat(ber_tlv(IX_CC(0), ber_none()), ber_tlv(IX_CC(0), ber_none()))),
		 448, "twice", true, true},
	};

	check(cases, COUNT(cases));
}

/* PropertyParm of this name and one value. */
static struct ber prop(const char *name, struct ber values)
{
	return ber_tlv(IX_SEQUENCE,
		       ber_cat(ber_tlv(IX_C(0), hex(name)), ber_tlv(IX_CC(1), values)));
}

static struct ber local_control(struct ber props)
{
	return ber_add(ber_tlv(
		IX_CC(0),
		ber_tlv(IX_CC(1), ber_tlv(IX_CC(0), ber_tlv(IX_CC(0), ber_tlv(IX_CC(3), props))))));
}

static struct ber stream(uint8_t id)
{
	return ber_tlv(IX_SEQUENCE,
		       ber_cat(ber_number(IX_C(0), id), ber_tlv(IX_CC(1), ber_none())));
}

static struct ber streams(struct ber list)
{
	return ber_add(ber_tlv(IX_CC(0), ber_tlv(IX_CC(1), ber_tlv(IX_CC(1), list))));
}

static struct ber many_streams(unsigned n)
{
	struct ber all = ber_none();

	for (unsigned i = 1; i <= n; i++) {
		const uint8_t id[] = {(uint8_t)(i >> 8), (uint8_t)i};

		all = ber_cat(all, ber_tlv(IX_SEQUENCE, ber_cat(ber_tlv(IX_C(0), ber_raw(id, 2)),
								ber_tlv(IX_CC(1), ber_none()))));
	}
	return streams(all);
}

static void test_descriptors(void **state)
{
	struct refusal cases[] = {
		{local_control(ber_cat(prop("009d0001", ber_none()), prop("009d0001", ber_none()))),
		 456, "realm appears twice", true, true},
		{local_control(prop("009d00", ber_none())), 442, "short", true, true},
		{local_control(prop("ffff0001", ber_none())), 442, "Any package", true, true},
		{streams(ber_cat(stream(1), stream(1))), 448, "twice", true, true},
		{streams(stream(0)), 442, "Stream 0", true, true},
		{many_streams(513), 510, "more than 512", true, true},
	};

	check(cases, COUNT(cases));
}

/* ---- bombs ----------------------------------------------------------------------------------- */

static void test_nesting(void **state)
{
	for (unsigned indefinite = 0; indefinite < 2; indefinite++) {
		struct ber b = ber_none();

		for (unsigned i = 0; i < 10000; i++) {
			b = indefinite ? ber_open_end(IX_CC(1), b) : ber_tlv(IX_CC(1), b);
			if (b.len > 60000)
				break;
		}
		b = ber_tlv(IX_SEQUENCE, b);
		check(&(struct refusal){b, 400, "", false, false}, 1);
	}
}

/* An extension that is nested without end is stepped over, not walked into. */
static void test_nested_extension(void **state)
{
	struct ber b = ber_none();
	struct decoded d;

	while (b.len < 60000)
		b = ber_open_end(IX_CC(9), b);
	b = ber_transaction(ber_tlv(IX_CC(1), ber_cat(ber_number(IX_C(0), 1), b)));
	d = decode_ber(b.p, b.len, NULL);
	assert_non_null(d.msg);
	assert_int_equal(d.msg->items->kind, IX_PENDING);
	free(b.p);
	drop(&d);
}

static void test_memory_is_bounded(void **state)
{
	struct ber b = many_streams(500);

	for (size_t limit = 0; limit < 200000; limit += 997) {
		struct ix_arena *arena = ix_arena_new(limit);
		struct ix_fault fault;
		const struct ix_msg *msg;

		assert_non_null(arena);
		msg = ix_ber_decode(arena, b.p, b.len, NULL, &fault, NULL);
		if (!msg)
			assert_int_equal(fault.code, IX_E_RESOURCES);
		ix_arena_free(arena);
	}
	free(b.p);
}

static void test_fields_of_the_future(void **state)
{
	// Unknown fields behind Message's, TransactionPending's: skipped.
	struct ber pending = ber_tlv(
		IX_CC(1), ber_cat(ber_number(IX_C(0), 1), ber_tlv(IX_CC(30), ber_raw("\5\0", 2))));
	struct ber b = ber_transaction(pending);
	struct decoded d = decode_ber(b.p, b.len, NULL);

	assert_non_null(d.msg);
	assert_int_equal(d.msg->items->tid, 1);
	free(b.p);
	drop(&d);
}

/* Descriptors that are read only to be refused by the profile. */
static void test_foreign_descriptors(void **state)
{
	struct ber mux = ber_tlv(IX_CC(2), hex("80 01 01 a1 0a 30 08 a0 00 81 04 22 40 00 02"));
	struct ber modem = ber_tlv(IX_CC(1), hex("a0 06 0a 01 00 0a 01 02 a1 00"));
	struct ber b = ber_add(ber_cat(mux, modem));
	struct decoded d = decode_ber(b.p, b.len, &test_conf);
	const struct ix_descriptors *ds;
	char text[512];
	long n;

	assert_non_null(d.msg);
	ds = &d.msg->items->actions->commands->d;
	assert_str(ds->mux_raw, "=H223{ip/ims_core/peer/2}");
	assert_str(ds->modem_raw, "=[V18,V22b]");
	n = ix_text_encode(d.msg, IX_COMPACT, text, sizeof(text));
	assert_true(n > 0);
	text[n] = '\0';
	assert_non_null(strstr(text, "MX =H223{ip/ims_core/peer/2}"));
	assert_true(ix_ber_encode(d.msg, &test_conf, text, sizeof(text)) < 0);
	free(b.p);
	drop(&d);
}

static void test_looks(void **state)
{
	assert_true(ix_ber_looks("\x30\x05", 2));
	assert_false(ix_ber_looks("MEGACO/1", 8));
	assert_false(ix_ber_looks("!/1", 3));
	assert_false(ix_ber_looks("", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_nesting),
		cmocka_unit_test(test_nested_extension),
		cmocka_unit_test(test_memory_is_bounded),
		cmocka_unit_test(test_fields_of_the_future),
		cmocka_unit_test(test_foreign_descriptors),
		cmocka_unit_test(test_looks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
