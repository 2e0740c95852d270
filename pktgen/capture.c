// `trgw-pktgen capture`: writes what passes one interface to a pcapng file until it is told to
// stop.
#include "command.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../dataplane/pcapng.h"

enum {
	SNAPLEN = 262144, // libpcap's own idea of "everything"
	KERNEL_BUFFER = 16 << 20,
	WAIT_MS = 50,
	QUIET_TURNS =
		4, // empty reads after the stop signal before the kernel's buffer counts as empty
	LAST_TURNS = 40, // ... and most reads in all: a busy line must not keep us
};

struct capture {
	const char *interface, *path;
	pcap_t *pcap;
	FILE *file;
	uint64_t packets;
	uint8_t block[SNAPLEN + DP_PCAPNG_OVERHEAD + DP_PCAPNG_TEXT];
	bool failed;
};

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void write_block(struct capture *c, long len)
{
	if (len < 0 || fwrite(c->block, 1, (size_t)len, c->file) != (size_t)len) {
		if (!c->failed)
			fprintf(stderr, "capture: %s: %s\n", c->path,
				strerror(len < 0 ? (int)-len : errno));
		c->failed = true;
	}
}

static void on_packet(u_char *user, const struct pcap_pkthdr *head, const u_char *data)
{
	struct capture *c = (struct capture *)user;
	struct dp_pcapng_packet p = {
		.time_ns = (uint64_t)head->ts.tv_sec * 1000000000u + (uint64_t)head->ts.tv_usec,
		.data = data,
		.captured = head->caplen,
		.original = head->len,
	};

	write_block(c, dp_pcapng_packet(c->block, sizeof(c->block), &p));
	c->packets++;
}

static uint64_t wall_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

// Opens the interface: whole frames, not promiscuous, nanosecond times. NULL with a message.
static pcap_t *open_interface(const char *name)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *p = pcap_create(name, error);
	int rc;

	if (!p) {
		fprintf(stderr, "capture: %s: %s\n", name, error);
		return NULL;
	}
	pcap_set_snaplen(p, SNAPLEN);
	pcap_set_promisc(p, 0);
	pcap_set_timeout(p, WAIT_MS);
	pcap_set_buffer_size(p, KERNEL_BUFFER);
	rc = pcap_set_tstamp_precision(p, PCAP_TSTAMP_PRECISION_NANO);
	if (rc == 0)
		rc = pcap_activate(p);
	if (rc >= 0 && pcap_datalink(p) == DLT_EN10MB && pcap_setnonblock(p, 1, error) == 0)
		return p;
	fprintf(stderr, "capture: %s: %s%s%s\n", name,
		rc < 0 ? pcap_statustostr(rc) : "no Ethernet", rc < 0 ? ": " : "",
		rc < 0 ? pcap_geterr(p) : "");
	pcap_close(p);
	return NULL;
}

static bool write_head(struct capture *c)
{
	struct dp_pcapng_interface i = {
		.name = c->interface, .link_type = DP_PCAPNG_ETHERNET, .snaplen = SNAPLEN};

	c->file = fopen(c->path, "wb");
	if (!c->file) {
		fprintf(stderr, "capture: %s: %s\n", c->path, strerror(errno));
		return false;
	}
	write_block(c, dp_pcapng_section(c->block, sizeof(c->block), "trgw-pktgen " TRGW_VERSION,
					 NULL));
	write_block(c, dp_pcapng_interface(c->block, sizeof(c->block), &i));
	fflush(c->file); // whoever waits for the file sees it when packets are being caught
	return !c->failed;
}

// Reads until told to stop, then what the kernel still holds.
static void run(struct capture *c)
{
	unsigned quiet = 0, turns = 0;

	while (!c->failed && quiet < QUIET_TURNS && turns < LAST_TURNS) {
		struct pollfd fd = {.fd = pcap_get_selectable_fd(c->pcap), .events = POLLIN};
		int n;

		// Not libpcap's own waiting: it would sleep through the stop signal on a quiet
		// line.
		poll(&fd, 1, WAIT_MS);
		n = pcap_dispatch(c->pcap, -1, on_packet, (u_char *)c);
		if (n == PCAP_ERROR) {
			fprintf(stderr, "capture: %s: %s\n", c->interface, pcap_geterr(c->pcap));
			c->failed = true;
		}
		if (stop) {
			quiet = n > 0 ? 0 : quiet + 1;
			turns++;
		}
	}
}

// Closing statistics. Packets that the kernel lost make the capture incomplete: a failure.
static void write_tail(struct capture *c)
{
	struct pcap_stat s = {0};

	pcap_stats(c->pcap, &s);
	write_block(c, dp_pcapng_statistics(c->block, sizeof(c->block), 0, wall_ns(), s.ps_recv,
					    s.ps_drop));
	if (fclose(c->file) != 0) {
		fprintf(stderr, "capture: %s: %s\n", c->path, strerror(errno));
		c->failed = true;
	}
	fprintf(stderr, "capture: %s: %" PRIu64 " packets, %u lost\n", c->interface, c->packets,
		s.ps_drop);
	if (s.ps_drop)
		c->failed = true;
}

static int usage(FILE *to, int status)
{
	fprintf(to,
		"usage: trgw-pktgen capture --iface INTERFACE --out FILE.pcapng\n"
		"Writes every frame of the interface until SIGTERM or Ctrl-C. Exit status 1 when "
		"packets were lost.\n");
	return status;
}

int pg_cmd_capture(int argc, char **argv)
{
	static const struct option options[] = {{"iface", required_argument, NULL, 'i'},
						{"out", required_argument, NULL, 'o'},
						{"help", no_argument, NULL, 'h'},
						{0}};
	static struct capture c; // its block buffer is too large for a stack
	struct sigaction on = {.sa_handler = on_signal};
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case 'i': c.interface = optarg; break;
		case 'o': c.path = optarg; break;
		case 'h': return usage(stdout, 0);
		default: return usage(stderr, 2);
		}
	}
	if (!c.interface || !c.path || optind < argc)
		return usage(stderr, 2);
	sigaction(SIGTERM, &on, NULL);
	sigaction(SIGINT, &on, NULL);
	c.pcap = open_interface(c.interface);
	if (!c.pcap || !write_head(&c))
		return 1;
	run(&c);
	write_tail(&c);
	pcap_close(c.pcap);
	return c.failed;
}
