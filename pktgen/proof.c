// `trgw-pktgen proof`: reads what a run of the demo left and says whether it proves what it shall.
#include "proof.h"

#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"

// One domain's capture.
struct domain {
	unsigned long packets;
	struct pg_heads heads;
	struct pg_streams *streams;
};

// All that is judged, and the findings of each question.
struct proof {
	struct domain a, b;
	struct pg_findings files, calls, addresses, streams;
};

// Reads a capture; what its headers and its streams show goes to different findings.
static void read_capture(struct proof *p, struct domain *d, const char *folder, const char *name)
{
	char path[PATH_MAX], error[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *head;
	const u_char *data;
	pcap_t *pcap;
	int rc;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	pcap = pcap_open_offline(path, error);
	if (!pcap) {
		pg_finding(&p->files, "%s", error);
		return;
	}
	p->addresses.file = p->streams.file = name;
	if (pcap_datalink(pcap) != DLT_EN10MB)
		pg_finding(&p->files, "%s: no Ethernet", path);
	while ((rc = pcap_next_ex(pcap, &head, &data)) == 1) {
		struct pg_segment seg;

		d->packets++;
		if (head->caplen < head->len)
			pg_finding(&p->files, "%s: packet %lu was cut", path, d->packets);
		if (pg_heads_frame(&d->heads, data, head->caplen, d->packets, &seg, &p->addresses))
			pg_streams_add(d->streams, &seg, d->packets, &p->streams);
	}
	if (rc == PCAP_ERROR)
		pg_finding(&p->files, "%s: %s", path, pcap_geterr(pcap));
	pg_streams_end(d->streams, &p->streams);
	pcap_close(pcap);
	p->addresses.file = p->streams.file = NULL;
}

// One line of the verdict; the findings below it. Returns true when there are none.
static bool verdict(const char *claim, const struct pg_findings *f)
{
	unsigned shown = f->n < PG_FINDINGS ? f->n : PG_FINDINGS;

	printf("%-4s %s\n", f->n ? "FAIL" : "ok", claim);
	for (unsigned i = 0; i < shown; i++)
		printf("       %s\n", f->text[i]);
	if (f->n > shown)
		printf("       and %u more\n", f->n - shown);
	return f->n == 0;
}

static bool judge(struct proof *p, const char *folder)
{
	struct pg_streams_sum a, b;
	char path[PATH_MAX], claim[256];
	unsigned calls;
	bool good;

	snprintf(path, sizeof(path), "%s/calls", folder);
	calls = pg_calls_print(path, p->a.streams, p->b.streams, &p->calls);
	if (!calls)
		pg_finding(&p->calls, "no calls in %s", path);
	printf("A to B, B to A: octets that the gateway received (H.248 nt/or); packets: both "
	       "ways, "
	       "domain A\n\n");

	good = verdict("captures are complete", &p->files);
	good &= verdict("calls: both ends and the controller are content", &p->calls);
	pg_heads_compare(&p->a.heads, &p->b.heads, &p->addresses);
	snprintf(claim, sizeof(claim),
		 "addresses: %u in the headers of %lu packets of domain A, %u in %lu of domain B, "
		 "none in "
		 "both",
		 p->a.heads.n, p->a.packets, p->b.heads.n, p->b.packets);
	good &= verdict(claim, &p->addresses);
	pg_streams_sum(p->a.streams, &a);
	pg_streams_sum(p->b.streams, &b);
	snprintf(claim, sizeof(claim),
		 "secrecy: all %" PRIu64 " bytes of %u TCP and %u UDP streams lie in %" PRIu64
		 " TLS and %" PRIu64 " DTLS records",
		 a.bytes + b.bytes, a.tcp + b.tcp, a.udp + b.udp, a.tls_records + b.tls_records,
		 a.dtls_records + b.dtls_records);
	good &= verdict(claim, &p->streams);
	printf("%s\n", good ? "PASS" : "FAIL");
	return good;
}

static int usage(FILE *to, int status)
{
	fprintf(to, "usage: trgw-pktgen proof --run FOLDER\n"
		    "Judges a run of the demo: FOLDER holds a.pcapng, b.pcapng and calls/.\n");
	return status;
}

int pg_cmd_proof(int argc, char **argv)
{
	static const struct option options[] = {
		{"run", required_argument, NULL, 'r'}, {"help", no_argument, NULL, 'h'}, {0}};
	struct proof *p = calloc(1, sizeof(*p)); // too large for a stack
	const char *folder = NULL;
	bool good = false;
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) == 'r')
		folder = optarg;
	if (opt != -1 || !folder || optind < argc) {
		free(p);
		return usage(opt == 'h' ? stdout : stderr, opt == 'h' ? 0 : 2);
	}
	if (p) {
		p->a.streams = pg_streams_new();
		p->b.streams = pg_streams_new();
	}
	if (!p || !p->a.streams || !p->b.streams) {
		fprintf(stderr, "proof: no memory\n");
	} else {
		read_capture(p, &p->a, folder, "a.pcapng");
		read_capture(p, &p->b, folder, "b.pcapng");
		good = judge(p, folder);
	}
	if (p) {
		pg_streams_free(p->a.streams);
		pg_streams_free(p->b.streams);
	}
	free(p);
	return !good;
}
