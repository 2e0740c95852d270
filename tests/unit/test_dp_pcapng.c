// pcapng writer: libpcap reads back what it wrote, and the bytes are those of the specification.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#include "../../dataplane/pcapng.h"

static uint32_t u32(const uint8_t *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

// A block's length stands at both ends and is a multiple of 4.
static void assert_block(const uint8_t *b, long len, uint32_t type)
{
	assert_true(len > 0 && len % 4 == 0);
	assert_int_equal(u32(b), type);
	assert_int_equal(u32(b + 4), len);
	assert_int_equal(u32(b + len - 4), len);
}

// The text of an option in a block, by its bytes.
static int has_bytes(const uint8_t *b, long len, const void *what, size_t n)
{
	return memmem(b, (size_t)len, what, n) != NULL;
}

static void blocks_have_their_form(void **state)
{
	struct dp_pcapng_interface i = {
		.name = "eth0", .filter = "tcp", .link_type = DP_PCAPNG_ETHERNET, .snaplen = 96};
	static const uint8_t name[] = {2, 0, 4, 0, 'e', 't', 'h', '0'};
	static const uint8_t filter[] = {11, 0, 4, 0, 0, 't', 'c', 'p'};
	static const uint8_t resolution[] = {9, 0, 1, 0, 9, 0, 0, 0};
	static const uint8_t comment[] = {1, 0, 5, 0, 'c', 'a', 'l', 'l', '7', 0, 0, 0};
	static const uint8_t lost[] = {5, 0, 8, 0, 3, 0, 0, 0, 0, 0, 0, 0};
	uint8_t b[512];
	long len;

	len = dp_pcapng_section(b, sizeof(b), "trgw test", "call7");
	assert_block(b, len, 0x0a0d0d0a);
	assert_int_equal(u32(b + 8), 0x1a2b3c4d);
	assert_true(has_bytes(b, len, comment, sizeof(comment)));

	len = dp_pcapng_interface(b, sizeof(b), &i);
	assert_block(b, len, 1);
	assert_int_equal(u32(b + 12), 96);
	assert_true(has_bytes(b, len, name, sizeof(name)));
	assert_true(has_bytes(b, len, filter, sizeof(filter)));
	assert_true(has_bytes(b, len, resolution, sizeof(resolution)));

	len = dp_pcapng_statistics(b, sizeof(b), 0, 1, 10, 3);
	assert_block(b, len, 5);
	assert_true(has_bytes(b, len, lost, sizeof(lost)));
}

static void write_packet(FILE *f, uint32_t len, uint64_t time_ns, uint32_t original,
			 const char *comment)
{
	uint8_t data[64], b[512];
	struct dp_pcapng_packet p = {.time_ns = time_ns,
				     .data = data,
				     .captured = len,
				     .original = original,
				     .way = DP_PCAPNG_OUT,
				     .comment = comment};
	long n;

	memset(data, (int)len, sizeof(data));
	n = dp_pcapng_packet(b, sizeof(b), &p);
	assert_block(b, n, 6);
	assert_true(n <= (long)(len + DP_PCAPNG_OVERHEAD + (comment ? strlen(comment) : 0)));
	assert_int_equal(fwrite(b, 1, (size_t)n, f), n);
}

static void libpcap_reads_it(void **state)
{
	static const uint32_t sizes[] = {1, 2, 3, 4, 60, 64};
	struct dp_pcapng_interface i = {.name = "eth0", .link_type = DP_PCAPNG_ETHERNET};
	char error[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *head;
	const u_char *data;
	FILE *f = tmpfile();
	uint8_t b[512];
	pcap_t *p;

	assert_non_null(f);
	assert_true(fwrite(b, 1, (size_t)dp_pcapng_section(b, sizeof(b), "x", NULL), f) > 0);
	assert_true(fwrite(b, 1, (size_t)dp_pcapng_interface(b, sizeof(b), &i), f) > 0);
	for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++)
		write_packet(f, sizes[k], 1700000000123456789u + k, sizes[k] + 1000,
			     k % 2 ? "odd" : NULL);
	assert_true(fwrite(b, 1, (size_t)dp_pcapng_statistics(b, sizeof(b), 0, 5, 6, 0), f) > 0);
	rewind(f);

	p = pcap_fopen_offline_with_tstamp_precision(f, PCAP_TSTAMP_PRECISION_NANO, error);
	assert_non_null(p);
	assert_int_equal(pcap_datalink(p), DLT_EN10MB);
	for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
		assert_int_equal(pcap_next_ex(p, &head, &data), 1);
		assert_int_equal(head->caplen, sizes[k]);
		assert_int_equal(head->len, sizes[k] + 1000);
		assert_int_equal(head->ts.tv_sec, 1700000000);
		assert_int_equal(head->ts.tv_usec, 123456789 + k);
		assert_int_equal(data[sizes[k] - 1], sizes[k]);
	}
	assert_int_equal(pcap_next_ex(p, &head, &data), PCAP_ERROR_BREAK);
	pcap_close(p);
}

static void too_large_is_refused(void **state)
{
	uint8_t data[32] = {0}, b[256];
	struct dp_pcapng_packet p = {
		.data = data, .captured = sizeof(data), .original = sizeof(data)};
	char text[DP_PCAPNG_TEXT + 2];
	long need = dp_pcapng_packet(b, sizeof(b), &p);

	for (long size = 0; size < need; size++)
		assert_int_equal(dp_pcapng_packet(b, (size_t)size, &p), -EMSGSIZE);
	assert_int_equal(dp_pcapng_packet(b, (size_t)need, &p), need);
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = 0;
	p.comment = text;
	assert_int_equal(dp_pcapng_packet(b, sizeof(b), &p), -EMSGSIZE);
	assert_int_equal(dp_pcapng_section(b, sizeof(b), text, NULL), -EMSGSIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_have_their_form),
		cmocka_unit_test(libpcap_reads_it),
		cmocka_unit_test(too_large_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
