// What bytes that are no TLS look like, by their first ones.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../nat/tls_hs.h"

struct row {
	const char *bytes;
	uint32_t n;
	enum nat_plain want;
};

#define BYTES(text) text, sizeof(text) - 1

static const struct row streams[] = {
	{BYTES(""), NAT_PLAIN_NONE},
	{BYTES("MSRP a786hjs2 SEND\r\n"), NAT_PLAIN_MSRP},
	{BYTES("MSRP"), NAT_PLAIN_OTHER},
	{BYTES("GET / HTTP/1.1\r\n"), NAT_PLAIN_HTTP},
	{BYTES("HTTP/1.1 400 Bad"), NAT_PLAIN_HTTP},
	{BYTES("SSH-2.0-x"), NAT_PLAIN_SSH},
	{BYTES("\x20\x01\x00\x00\x00\x00\x00\x01\x00\x01\x00\x02"), NAT_PLAIN_BFCP}, // FloorRequest
	{BYTES("\x20\x20\x00\x00\x00\x00\x00\x01\x00\x01\x00\x02"), NAT_PLAIN_OTHER},
	{BYTES("\x03\x00\x00\x16\x11\xe0\x00\x00"), NAT_PLAIN_TPKT},
	{BYTES("\x80\x2e\x01\x00\x02\x00\x15"), NAT_PLAIN_SSL2},
	{BYTES("\x80\x2e\x01\x03\x01\x00\x15"), NAT_PLAIN_SSL2},
	{BYTES("\x00\xac\x80\x08\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), NAT_PLAIN_RTP},
	{BYTES("\x00\x14\x80\xc8\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00"), NAT_PLAIN_RTCP},
	{BYTES("\x00\x14\x00\x01\x00\x00\x21\x12\xa4\x42\x00\x00\x00\x00"), NAT_PLAIN_STUN},
	{BYTES("\x00\x02\x80\x08"), NAT_PLAIN_OTHER},
	{BYTES("hello"), NAT_PLAIN_OTHER},
};

static const struct row datagrams[] = {
	{BYTES(""), NAT_PLAIN_NONE},
	{BYTES("\x16\xfe\xfd\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"), NAT_PLAIN_NONE},
	{BYTES("\x00\x01\x00\x00\x21\x12\xa4\x42"), NAT_PLAIN_STUN},
	{BYTES("\x00\x01\x00\x00\x00\x00\x00\x00"), NAT_PLAIN_OTHER}, // UDPTL's first packets
	{BYTES("\x14\x00\x06\xc0\x01\x80\x00\x00"), NAT_PLAIN_OTHER}, // UDPTL after 5120 packets
	{BYTES("\x80\x08\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00"), NAT_PLAIN_RTP},
	{BYTES("\xb0\xff\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00"), NAT_PLAIN_RTP},
	{BYTES("\x80\xc9\x00\x01\x00\x00\x00\x00"), NAT_PLAIN_RTCP},
	{BYTES("\x80\xc9"), NAT_PLAIN_OTHER},
	{BYTES("\x40\x0b\x00\x00\x00\x00\x00\x01\x00\x01\x00\x02"), NAT_PLAIN_BFCP}, // Hello
	{BYTES("\x50\x0c\x00\x00\x00\x00\x00\x01\x00\x01\x00\x02"), NAT_PLAIN_BFCP}, // a response
	{BYTES("\x40\x0b\x00\x09\x00\x00\x00\x01\x00\x01\x00\x02"), NAT_PLAIN_TURN}, // too long
	{BYTES("\x40\x00\x00\x04\x00\x00\x00\x01"), NAT_PLAIN_TURN},
	{BYTES("\x10\x00\x00\x00ZRTP\x00\x00\x00\x00\x00\x00\x00\x00"), NAT_PLAIN_ZRTP},
	{BYTES("\x20\x00\x00\x00\x00\x00\x00\x00"), NAT_PLAIN_OTHER},
};

static void check(const struct row *rows, size_t n,
		  enum nat_plain (*guess)(const uint8_t *, uint32_t))
{
	for (size_t i = 0; i < n; i++) {
		enum nat_plain got = guess((const uint8_t *)rows[i].bytes, rows[i].n);

		if (got != rows[i].want)
			fail_msg("row %zu: %s, wanted %s", i, nat_plain_name(got),
				 nat_plain_name(rows[i].want));
	}
}

static void test_streams(void **state)
{
	check(streams, sizeof(streams) / sizeof(streams[0]), nat_plain_stream);
}

static void test_datagrams(void **state)
{
	check(datagrams, sizeof(datagrams) / sizeof(datagrams[0]), nat_plain_datagram);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_datagrams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
