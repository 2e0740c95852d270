// Helpers of the binary codec's tests: build BER by name, decode text and binary, compare.
#ifndef IX_BER_TEST_H
#define IX_BER_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../ix/ber_code.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---- a builder of BER values ----------------------------------------------------------------- */

struct ber {
	uint8_t *p;
	size_t len;
};

/* A value of these octets. */
static inline struct ber ber_raw(const void *p, size_t len)
{
	struct ber b = {malloc(len ? len : 1), len};

	assert_non_null(b.p);
	if (len > 0)
		memcpy(b.p, p, len);
	return b;
}

static inline struct ber ber_none(void)
{
	return ber_raw("", 0);
}

/* Both, one behind the other; gives them back. */
static inline struct ber ber_cat(struct ber a, struct ber b)
{
	struct ber c = {malloc(a.len + b.len + 1), a.len + b.len};

	assert_non_null(c.p);
	memcpy(c.p, a.p, a.len);
	memcpy(c.p + a.len, b.p, b.len);
	free(a.p);
	free(b.p);
	return c;
}

/* id, length, content; gives the content back. */
static inline struct ber ber_tlv(uint8_t id, struct ber content)
{
	uint8_t head[4] = {id, 0x82, (uint8_t)(content.len >> 8), (uint8_t)content.len};

	assert_true(content.len < 0x10000);
	if (content.len >= 0x80)
		return ber_cat(ber_raw(head, 4), content);
	head[1] = (uint8_t)content.len;
	return ber_cat(ber_raw(head, 2), content);
}

/* The same with an indefinite length. */
static inline struct ber ber_open_end(uint8_t id, struct ber content)
{
	const uint8_t head[2] = {id, 0x80};

	return ber_cat(ber_cat(ber_raw(head, 2), content), ber_raw("\0\0", 2));
}

static inline struct ber ber_number(uint8_t id, uint8_t n)
{
	return ber_tlv(id, ber_raw(&n, 1));
}

/* Message of version 3 from [192.0.2.1]:2944 with this body: [0] or [1]. */
static inline struct ber ber_message(struct ber body)
{
	static const uint8_t mid[] = {0xa0, 0x0a, 0x80, 0x04, 192, 0, 2, 1, 0x81, 0x02, 0x0b, 0x80};
	struct ber m = ber_cat(ber_number(IX_C(0), 3),
			       ber_tlv(IX_CC(1), ber_raw(mid, sizeof(mid))));

	return ber_tlv(IX_SEQUENCE, ber_tlv(IX_CC(1), ber_cat(m, ber_tlv(IX_CC(2), body))));
}

/* A message of one transaction. */
static inline struct ber ber_transaction(struct ber transaction)
{
	return ber_message(ber_tlv(IX_CC(1), transaction));
}

/* Transaction 7, context 5, one command whose alternative (addReq, ...) this is. */
static inline struct ber ber_request(struct ber command)
{
	struct ber c = ber_tlv(IX_SEQUENCE, ber_tlv(IX_CC(0), command));
	struct ber action = ber_tlv(IX_SEQUENCE,
				    ber_cat(ber_number(IX_C(0), 5), ber_tlv(IX_CC(3), c)));

	return ber_transaction(
		ber_tlv(IX_CC(0), ber_cat(ber_number(IX_C(0), 7), ber_tlv(IX_CC(1), action))));
}

/* Add = ip/1/1/1 with these descriptors. */
static inline struct ber ber_add(struct ber descriptors)
{
	static const uint8_t tids[] = {IX_SEQUENCE, 8, 0xa0, 0, 0x81, 4, 0x22, 0x40, 0, 1};

	return ber_request(ber_tlv(IX_CC(0), ber_cat(ber_tlv(IX_CC(0), ber_raw(tids, sizeof(tids))),
						     ber_tlv(IX_CC(1), descriptors))));
}

/* ---- decoding -------------------------------------------------------------------------------- */

struct decoded {
	struct ix_arena *arena;
	struct ix_msg *msg, head;
	struct ix_fault fault;
};

/* Groups 0 and 1, and interfaces 0 and 1, have names. */
static const char *const test_groups[] = {"access", "ims_core", NULL};
static const char *const test_interfaces[] = {"core", "peer", NULL};
static const struct ix_tid_plan test_plan = {
	.prefix = "ip",
	.octets = 4,
	.type_bits = 3,
	.group_bits = 4,
	.interface_bits = 3,
	.id_bits = 22,
	.type = 1,
	.groups = test_groups,
	.interfaces = test_interfaces,
};
static const struct ix_ber_conf test_conf = {.plan = &test_plan};

/* Decodes a copy of exact size; give the result back with drop(). */
__attribute__((noinline, unused)) static struct decoded decode_ber(const void *bytes, size_t len,
								   const struct ix_ber_conf *conf)
{
	struct decoded d = {.arena = ix_arena_new(4 << 20)};
	char *exact = malloc(len ? len : 1);

	assert_true(d.arena && exact);
	if (len > 0)
		memcpy(exact, bytes, len);
	d.msg = ix_ber_decode(d.arena, exact, len, conf, &d.fault, &d.head);
	free(exact);
	if (!d.msg)
		assert_true(d.fault.code >= 400 && d.fault.text[0] && d.fault.offset <= len);
	return d;
}

static inline struct decoded decode_text(const char *text)
{
	struct decoded d = {.arena = ix_arena_new(4 << 20)};

	assert_non_null(d.arena);
	d.msg = ix_text_decode(d.arena, text, strlen(text), &d.fault, &d.head);
	if (!d.msg)
		fail_msg("%s\nis refused: %u %s", text, d.fault.code, d.fault.text);
	return d;
}

static inline void drop(struct decoded *d)
{
	ix_arena_free(d->arena);
}

static inline void assert_str(struct ix_str s, const char *text)
{
	if (s.len != strlen(text) || memcmp(s.p, text, s.len) != 0)
		fail_msg("\"%.*s\" is not \"%s\"", (int)s.len, s.len ? s.p : "", text);
}

/* A reader over these bytes and a writer into this buffer, without a message around. */
static inline struct ix_ber reader(struct ix_arena *arena, struct ix_fault *fault,
				   const struct ix_ber_conf *conf, const void *bytes, size_t len)
{
	memset(fault, 0, sizeof(*fault));
	return (struct ix_ber){.p = bytes,
			       .end = (const uint8_t *)bytes + len,
			       .base = bytes,
			       .arena = arena,
			       .conf = conf,
			       .fault = fault,
			       .level = IX_E_SYNTAX_COMMAND,
			       .request = true};
}

static inline struct ix_ber_out writer(const struct ix_ber_conf *conf, uint8_t *buf, size_t size)
{
	return (struct ix_ber_out){.p = buf, .end = buf + size, .base = buf, .conf = conf};
}

/* "22 40 00" to octets; how many. */
static inline size_t from_hex(const char *hex, uint8_t *out)
{
	size_t n = 0;

	for (; *hex; hex++)
		if (*hex != ' ' && *hex != '\n') {
			char two[3] = {hex[0], hex[1], 0};

			out[n++] = (uint8_t)strtoul(two, NULL, 16);
			hex++;
		}
	return n;
}

static inline void assert_hex(const uint8_t *got, size_t len, const char *want)
{
	uint8_t octets[4096];
	size_t n = from_hex(want, octets);
	char text[8193] = "";

	for (size_t i = 0; i < len && i < 4096; i++)
		sprintf(text + 2 * i, "%02x", got[i]);
	if (n != len || memcmp(octets, got, n) != 0)
		fail_msg("%s is not %s", text, want);
}

#endif
