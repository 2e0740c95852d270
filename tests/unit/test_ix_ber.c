// Tests of ix/ber_dec*.c and ix/ber_enc*.c together: everything that both encodings can say is the
// same form in both.
#include "ix_ber.h"
#include "ix_ber_messages.h"

#include <errno.h>

static void encode(const struct ix_msg *msg, uint8_t *buf, size_t size, size_t *len,
		   const char *why)
{
	long n = ix_ber_encode(msg, &test_conf, buf, size);

	if (n < 0)
		fail_msg("%s\ncannot be encoded: %ld", why, n);
	*len = (size_t)n;
}

static void show(const char *title, const struct ix_msg *msg)
{
	char text[8192];
	long n = ix_text_encode(msg, IX_PRETTY, text, sizeof(text));

	print_message("%s\n%.*s\n", title, n > 0 ? (int)n : 0, text);
}

static void test_one_form(void **state)
{
	uint8_t buf[8192], again[8192];
	size_t len, len2;

	for (size_t i = 0; i < COUNT(messages); i++) {
		struct decoded text = decode_text(messages[i]), ber;

		encode(text.msg, buf, sizeof(buf), &len, messages[i]);
		ber = decode_ber(buf, len, &test_conf);
		if (!ber.msg)
			fail_msg("%s\nas BER is refused: %u %s at %u", messages[i], ber.fault.code,
				 ber.fault.text, ber.fault.offset);
		if (!ix_msg_equal(text.msg, ber.msg)) {
			show("text", text.msg);
			show("BER", ber.msg);
			fail_msg("case %zu", i);
		}
		encode(ber.msg, again, sizeof(again), &len2, messages[i]);
		assert_true(len == len2 && memcmp(buf, again, len) == 0);
		drop(&text);
		drop(&ber);
	}
}

static void test_every_small_buffer(void **state)
{
	uint8_t buf[8192];
	size_t len;

	for (size_t i = 0; i < COUNT(messages); i++) {
		struct decoded text = decode_text(messages[i]);

		encode(text.msg, buf, sizeof(buf), &len, messages[i]);
		for (size_t room = 0; room < len; room++) {
			uint8_t *exact = malloc(room ? room : 1);

			assert_int_equal(ix_ber_encode(text.msg, &test_conf, exact, room),
					 -EMSGSIZE);
			free(exact);
		}
		drop(&text);
	}
}

/* The same value with every length indefinite and every string in segments of one octet. */
static struct ber indefinite(const uint8_t *p, size_t len)
{
	struct ber out = ber_none();

	while (len > 0) {
		struct ix_fault fault;
		struct ix_ber b = reader(NULL, &fault, &test_conf, p, len);
		struct ix_tlv t;
		size_t whole;

		assert_true(ix_ber_head(&b, &t));
		whole = (size_t)(b.p - p) + t.len;
		if (t.constructed)
			out = ber_cat(out, ber_open_end(p[0], indefinite(b.p, t.len)));
		else
			out = ber_cat(out, ber_raw(p, whole));
		p += whole;
		len -= whole;
	}
	return out;
}

static void test_indefinite_lengths(void **state)
{
	uint8_t buf[8192];
	size_t len;

	for (size_t i = 0; i < COUNT(messages); i++) {
		struct decoded text = decode_text(messages[i]), ber;
		struct ber open;

		encode(text.msg, buf, sizeof(buf), &len, messages[i]);
		open = indefinite(buf, len);
		ber = decode_ber(open.p, open.len, &test_conf);
		if (!ber.msg)
			fail_msg("%s\nas BER is refused: %u %s at %u", messages[i], ber.fault.code,
				 ber.fault.text, ber.fault.offset);
		assert_true(ix_msg_equal(text.msg, ber.msg));
		free(open.p);
		drop(&text);
		drop(&ber);
	}
}

/* ---- hostile bytes --------------------------------------------------------------------------- */

/* What can be decoded can be encoded, unless it is a descriptor that is only read (Mux, Modem). */
static void whatever(const uint8_t *bytes, size_t len)
{
	struct decoded d = decode_ber(bytes, len, &test_conf);
	uint8_t *buf = malloc(2 * len + 1024);

	if (d.msg) {
		long n = ix_ber_encode(d.msg, &test_conf, buf, 2 * len + 1024);

		if (n >= 0) {
			struct decoded again = decode_ber(buf, (size_t)n, &test_conf);

			assert_non_null(again.msg);
			if (!ix_msg_equal(d.msg, again.msg)) {
				show("decoded", d.msg);
				show("decoded again", again.msg);
				fail();
			}
			drop(&again);
		}
	}
	free(buf);
	drop(&d);
}

static void test_every_truncation(void **state)
{
	uint8_t buf[8192];
	size_t len;

	for (size_t i = 0; i < COUNT(messages); i++) {
		struct decoded text = decode_text(messages[i]);
		struct ber open;

		encode(text.msg, buf, sizeof(buf), &len, messages[i]);
		open = indefinite(buf, len);
		for (size_t cut = 0; cut < len; cut++) {
			struct decoded d = decode_ber(buf, cut, &test_conf);

			assert_null(d.msg);
			drop(&d);
		}
		for (size_t cut = 0; cut < open.len; cut++) {
			struct decoded d = decode_ber(open.p, cut, &test_conf);

			assert_null(d.msg);
			drop(&d);
		}
		free(open.p);
		drop(&text);
	}
}

static void test_every_byte_changed(void **state)
{
	static const uint8_t changes[] = {0x00, 0x01, 0x20, 0x7f, 0x80, 0xff};
	uint8_t buf[8192];
	size_t len;

	for (size_t i = 0; i < COUNT(messages); i++) {
		struct decoded text = decode_text(messages[i]);

		encode(text.msg, buf, sizeof(buf), &len, messages[i]);
		for (size_t at = 0; at < len; at++) {
			uint8_t was = buf[at];

			for (size_t k = 0; k < COUNT(changes); k++) {
				buf[at] = k < 3 ? was ^ (uint8_t)(changes[k] + 1) : changes[k];
				whatever(buf, len);
			}
			buf[at] = was;
		}
		drop(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_form),
		cmocka_unit_test(test_every_small_buffer),
		cmocka_unit_test(test_indefinite_lengths),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_every_byte_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
