// Tests of ix/err.c: texts of errors and reasons.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../../ix/err.h"

static void errors_have_texts(void **state)
{
	static const struct {
		uint16_t code;
		const char *text;
	} cases[] = {
		{400, "Syntax error in message"},
		{411, "The transaction refers to an unknown ContextID"},
		{449, "Unsupported or unknown parameter or property value"},
		{533, "Response exceeds maximum transport PDU size"},
		{542, "Command is not allowed on this termination"},
		{459, "Segments not received"},
		{581, "Does not exist"},
		{0, "Error"},
		{399, "Error"},
		{65535, "Error"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(ix_error_text(cases[i].code), cases[i].text);
	for (unsigned code = 0; code < 1000; code++)
		assert_true(strlen(ix_error_text((uint16_t)code)) < 100);
}

static void reasons_have_texts(void **state)
{
	assert_string_equal(ix_reason_text(900), "Service Restored");
	assert_string_equal(ix_reason_text(901), "Cold Boot");
	assert_string_equal(ix_reason_text(909), "MGC impending failure");
	assert_string_equal(ix_reason_text(920), "Cold failover");
	assert_string_equal(ix_reason_text(899), "");
	assert_string_equal(ix_reason_text(921), "");
	assert_string_equal(ix_reason_text(65535), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_have_texts),
		cmocka_unit_test(reasons_have_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
