// Sinks: what libpcap reads back, a pipe without, with a slow and with a vanished reader, a
// collector.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../dataplane/mirror_encap.h"
#include "../../dataplane/mirror_sink.h"

static char folder[64];
static struct dp_mirror_conf conf;
static const char *const realms[] = {"access", "core"};
static uint8_t frame[1400];

static int setup(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	snprintf(folder, sizeof(folder), "/tmp/trgw-sink.XXXXXX");
	assert_non_null(mkdtemp(folder));
	conf = (struct dp_mirror_conf){.name = "m", .filter = "ip"};
	snprintf(conf.target, sizeof(conf.target), "%s/x", folder);
	return 0;
}

static int teardown(void **state)
{
	char cmd[128];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -rf %s", folder);
	return system(cmd);
}

static struct dp_sink sink(enum dp_sink_kind kind)
{
	conf.sink = kind;
	return (struct dp_sink){.conf = &conf, .realms = realms, .n_realms = 2};
}

static struct dp_copy copy(uint32_t captured)
{
	return (struct dp_copy){
		.seen = {.point = DP_MIRROR_OUT,
			 .realm = 1,
			 .label = {9, 1, 0, {"ip/access/1/1", "ip/core/1/2"}},
			 .side = NAT_B},
		.time_ns = 1000000001234567890u,
		.data = frame,
		.captured = captured,
		.original = 1400,
	};
}

/* Packets in a capture file; the last one's header in *h. */
static int packets(const char *path, struct pcap_pkthdr *h)
{
	char err[PCAP_ERRBUF_SIZE];
	pcap_t *p = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, err);
	struct pcap_pkthdr *head;
	const u_char *data;
	int n = 0, rc;

	if (!p)
		fail_msg("%s", err);
	while ((rc = pcap_next_ex(p, &head, &data)) == 1) {
		*h = *head;
		n++;
	}
	assert_int_equal(rc, PCAP_ERROR_BREAK);
	pcap_close(p);
	return n;
}

static void file_is_read_back(void **state)
{
	struct dp_sink s = sink(DP_SINK_FILE);
	struct dp_copy c = copy(60);
	char err[DP_ERROR_TEXT], bytes[4096];
	struct pcap_pkthdr h;
	size_t n;
	FILE *f;

	(void)state;
	assert_int_equal(dp_sink_open(&s, err), 0);
	for (unsigned i = 0; i < 5; i++)
		dp_sink_put(&s, &c, 1);
	assert_int_equal(access(conf.target, F_OK), -1); // still in the buffer
	dp_sink_flush(&s, 1);
	dp_sink_put(&s, &c, 1);
	dp_sink_close(&s, 1);
	assert_int_equal(packets(conf.target, &h), 6);
	assert_int_equal(h.caplen, 60);
	assert_int_equal(h.len, 1400);
	assert_int_equal(h.ts.tv_sec, 1000000001);
	assert_int_equal(h.ts.tv_usec, 234567890);
	assert_int_equal(s.unsent, 0);
	f = fopen(conf.target, "r");
	assert_non_null(f);
	n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	assert_non_null(memmem(bytes, n, "context=9 termination=ip/core/1/2 stream=1", 42));
	assert_non_null(memmem(bytes, n, "access-in", 9));
	assert_non_null(memmem(bytes, n, "core-out", 8));
}

static void errors_are_counted_once(void **state)
{
	struct dp_sink s = sink(DP_SINK_FILE);
	struct dp_copy c = copy(60);
	char err[DP_ERROR_TEXT];

	(void)state;
	snprintf(conf.target, sizeof(conf.target), "%s/none/x", folder);
	assert_int_equal(dp_sink_open(&s, err), 0);
	for (unsigned i = 0; i < 10; i++) {
		dp_sink_put(&s, &c, i * 1000);
		dp_sink_flush(&s, i * 1000);
	}
	assert_int_equal(s.unsent, 10);
	assert_int_equal(s.errors, 1);
	dp_sink_error(&s, err);
	assert_non_null(strstr(err, "No such file"));
	dp_sink_close(&s, 0);
}

/* Everything that a pipe holds now, into a file. */
static size_t drain(int fd, FILE *to)
{
	char buf[65536];
	size_t sum = 0;
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		fwrite(buf, 1, (size_t)n, to);
		sum += (size_t)n;
	}
	return sum;
}

static void fifo(void **state)
{
	struct dp_sink s = sink(DP_SINK_FIFO);
	struct dp_copy c = copy(1400);
	char err[DP_ERROR_TEXT], kept[96];
	struct pcap_pkthdr h;
	uint64_t unsent;
	FILE *out;
	int fd;

	(void)state;
	assert_int_equal(dp_sink_open(&s, err), 0);
	dp_sink_put(&s, &c, 1000);
	assert_int_equal(s.unsent, 1); // nobody reads
	assert_int_equal(s.errors, 0);

	fd = open(conf.target, O_RDONLY | O_NONBLOCK);
	assert_true(fd >= 0);
	dp_sink_put(&s, &c, 1050);
	assert_int_equal(s.unsent, 2);      // looked for a reader a moment ago
	for (unsigned i = 0; i < 2000; i++) // more than pipe and buffer hold
		dp_sink_put(&s, &c, 2000);
	unsent = s.unsent - 2;
	assert_true(unsent > 0 && unsent < 2000);

	/* The reader wakes: what it gets is whole, and what follows too. */
	snprintf(kept, sizeof(kept), "%s/kept", folder);
	out = fopen(kept, "w");
	assert_non_null(out);
	while (drain(fd, out) > 0)
		dp_sink_flush(&s, 2000);
	dp_sink_put(&s, &c, 2001);
	dp_sink_flush(&s, 2001);
	assert_true(drain(fd, out) > 1400);
	fclose(out);
	assert_int_equal(packets(kept, &h), 2001 - (int)unsent);

	/* It goes; the next one gets a head of its own. */
	close(fd);
	dp_sink_put(&s, &c, 3000);
	dp_sink_flush(&s, 3000);
	assert_int_equal(s.errors, 0);
	assert_int_equal(s.unsent, 2 + unsent + 1);
	fd = open(conf.target, O_RDONLY | O_NONBLOCK);
	dp_sink_put(&s, &c, 4000);
	dp_sink_close(&s, 4000);
	out = fopen(kept, "w");
	drain(fd, out);
	fclose(out);
	close(fd);
	assert_int_equal(packets(kept, &h), 1);
	assert_int_equal(access(conf.target, F_OK), -1); // made by us, removed by us
}

static void no_fifo(void **state)
{
	struct dp_sink s = sink(DP_SINK_FIFO);
	char err[DP_ERROR_TEXT];
	struct stat st;

	(void)state;
	assert_true(close(open(conf.target, O_CREAT | O_WRONLY, 0600)) == 0);
	assert_true(dp_sink_open(&s, err) < 0);
	assert_non_null(strstr(err, "no FIFO"));
	assert_int_equal(stat(conf.target, &st), 0);
	assert_int_equal(st.st_size, 0); // untouched
}

static void vxlan(void **state)
{
	struct dp_sink s = sink(DP_SINK_VXLAN);
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_port = htons(DP_VXLAN_PORT),
				 .sin_addr.s_addr = htonl(0x7f000001)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct dp_copy c = copy(100);
	char err[DP_ERROR_TEXT];
	uint8_t got[200];

	(void)state;
	conf.family = (uint8_t)nat_addr_parse("127.0.0.1", &conf.collector);
	conf.tunnel = 0x1234;
	frame[99] = 77;
	assert_int_equal(dp_sink_open(&s, err), 0);
	for (unsigned i = 0; i < 3; i++)
		dp_sink_put(&s, &c, 1); // nobody there: no error
	assert_int_equal(s.errors, 0);
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0) { // unless the port is in use
		dp_sink_put(&s, &c, 1);
		assert_int_equal(recv(fd, got, sizeof(got), 0), 108);
		assert_int_equal(got[0], 8);
		assert_int_equal(got[5], 0x12);
		assert_int_equal(got[107], 77);
	}
	close(fd);
	dp_sink_close(&s, 1);
}

static int refuse(void *user, const uint8_t *f, size_t len)
{
	unsigned *n = user;

	(void)f;
	(void)len;
	return ++*n % 2 ? -EMSGSIZE : 0;
}

static void port(void **state)
{
	struct dp_sink s = sink(DP_SINK_PORT);
	struct dp_copy c = copy(100);
	char err[DP_ERROR_TEXT];
	unsigned n = 0;

	(void)state;
	s.send = refuse;
	s.user = &n;
	assert_int_equal(dp_sink_open(&s, err), 0);
	for (unsigned i = 0; i < 4; i++)
		dp_sink_put(&s, &c, 1);
	assert_int_equal(n, 4);
	assert_int_equal(s.unsent, 2);
	assert_int_equal(s.errors, 2); // each after a success
	assert_int_equal(s.bytes, 200);
	dp_sink_close(&s, 1);
}

int main(void)
{
#define EACH(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		EACH(file_is_read_back),
		EACH(errors_are_counted_once),
		EACH(fifo),
		EACH(no_fifo),
		EACH(vxlan),
		EACH(port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
