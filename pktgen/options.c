// Command line of the media endpoints: a table of options, then the defaults and the
// contradictions.
#include "options.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const app_names[] = {"msrp", "bfcp", "t38"};
static const char *const setup_names[] = {"", "active", "passive", "actpass"};
static const char *const security_names[] = {"none", "1.2", "1.3", "dtls1.2"};

const char *pg_app_name(enum pg_app app)
{
	return app_names[app];
}

const char *pg_setup_name(enum pg_setup setup)
{
	return setup_names[setup];
}

static void help(enum pg_app app)
{
	static const char *const what[] = {
		[PG_MSRP] = "Sends a file to the other end in MSRP chunks, or receives it.",
		[PG_BFCP] =
			"Floor control: the offerer is server, the answerer asks for the floor.",
		[PG_T38] = "Sends a fax page to the other end, or receives it.",
	};

	printf("usage: trgw-pktgen %s --role offer|answer --sdp DIR --local ADDR "
	       "[OPTION]...\n\n%s\n\n",
	       app_names[app], what[app]);
	fputs("  --role offer|answer     who writes the first SDP\n"
	      "  --sdp DIR               folder of the call: SDP and results are exchanged there\n"
	      "  --local ADDR            own IPv4 or IPv6 address\n"
	      "  --port N                own port (default: any free one)\n"
	      "  --setup S               active, passive; an offerer also actpass (its default);\n"
	      "                          the answerer's default is active\n"
	      "  --tls V                 1.2, 1.3, dtls1.2 or none (default: msrp 1.3, bfcp 1.2,\n"
	      "                          t38 dtls1.2)\n"
	      "  --psk IDENTITY:HEXKEY   a pre-shared key instead of certificates (not with "
	      "dtls1.2)\n"
	      "  --timeout S             time for the whole call (default 60)\n"
	      "  --keylog FILE           append TLS secrets for a packet analyser\n"
	      "  --direct                no IBCF between the two ends\n",
	      stdout);
	if (app == PG_BFCP)
		fputs("  --udp                   BFCP over UDP (implied by --tls dtls1.2)\n",
		      stdout);
	if (app != PG_BFCP)
		fputs("  --file FILE             what to send\n"
		      "  --out FILE              where to write what arrives\n",
		      stdout);
	if (app == PG_MSRP)
		fputs("  --size BYTES            without --file: send that many pseudo-random "
		      "bytes\n"
		      "                          (default: the offerer 65536, the answerer 0)\n"
		      "  --seed N                start of the pseudo-random bytes (default 1)\n"
		      "  --chunk BYTES           largest body of one SEND, 1..65536 (default "
		      "8192)\n",
		      stdout);
	if (app == PG_T38)
		fputs("Without --file the sender draws a small test page. The offerer sends unless "
		      "it\n"
		      "has --out and no --file; the answerer sends only with --file.\n",
		      stdout);
}

static int wrong(const char *option, const char *value, const char *legal)
{
	fprintf(stderr, "trgw-pktgen: %s %s: %s\n", option, value, legal);
	return 2;
}

static bool number(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	return isdigit((unsigned char)*text) && !*end && !errno && *value >= min && *value <= max;
}

// Index of text in names (from `first`), -1 when absent.
static int find(const char *text, const char *const *names, int first, int n)
{
	for (int i = first; i < n; i++)
		if (!strcmp(text, names[i]))
			return i;
	return -1;
}

static bool address(struct pg_options *o, const char *text)
{
	struct sockaddr_in *in4 = (struct sockaddr_in *)&o->local;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&o->local;

	memset(&o->local, 0, sizeof(o->local));
	if (inet_pton(AF_INET, text, &in4->sin_addr) == 1) {
		in4->sin_family = AF_INET;
		o->local_len = sizeof(*in4);
		return true;
	}
	if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		o->local_len = sizeof(*in6);
		return true;
	}
	return false;
}

static int nibble(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// IDENTITY:HEXKEY; the identity may hold colons, the key is what follows the last one.
static bool psk(struct pg_options *o, const char *text)
{
	const char *colon = strrchr(text, ':');
	size_t digits = colon ? strlen(colon + 1) : 0;

	if (!colon || colon == text || colon - text > PG_PSK_ID_MAX || digits < 32 ||
	    digits > 2 * PG_PSK_MAX || digits % 2)
		return false;
	for (size_t i = 0; i < digits; i += 2) {
		int hi = nibble(colon[1 + i]), lo = nibble(colon[2 + i]);

		if (hi < 0 || lo < 0)
			return false;
		o->psk[i / 2] = (uint8_t)(hi << 4 | lo);
	}
	memcpy(o->psk_id, text, colon - text);
	o->psk_id[colon - text] = 0;
	o->psk_len = digits / 2;
	return true;
}

// Options without a short form.
enum {
	O_ROLE = 256,
	O_SDP,
	O_LOCAL,
	O_PORT,
	O_SETUP,
	O_TLS,
	O_PSK,
	O_FILE,
	O_OUT,
	O_SIZE,
	O_SEED,
	O_CHUNK,
	O_TIMEOUT,
	O_KEYLOG,
	O_DIRECT,
	O_UDP,
};

static const struct option table[] = {
	{"help", no_argument, NULL, 'h'},
	{"role", required_argument, NULL, O_ROLE},
	{"sdp", required_argument, NULL, O_SDP},
	{"local", required_argument, NULL, O_LOCAL},
	{"port", required_argument, NULL, O_PORT},
	{"setup", required_argument, NULL, O_SETUP},
	{"tls", required_argument, NULL, O_TLS},
	{"psk", required_argument, NULL, O_PSK},
	{"file", required_argument, NULL, O_FILE},
	{"out", required_argument, NULL, O_OUT},
	{"size", required_argument, NULL, O_SIZE},
	{"seed", required_argument, NULL, O_SEED},
	{"chunk", required_argument, NULL, O_CHUNK},
	{"timeout", required_argument, NULL, O_TIMEOUT},
	{"keylog", required_argument, NULL, O_KEYLOG},
	{"direct", no_argument, NULL, O_DIRECT},
	{"udp", no_argument, NULL, O_UDP},
	{0},
};

// What has been seen besides struct pg_options.
struct seen {
	bool role, security;
	uint64_t port;
};

// One option. Returns 0, or 2 after an error was told. The switch is the grammar.
static int take(struct pg_options *o, struct seen *seen, int option, const char *v)
{
	uint64_t n;
	int i;

	switch (option) {
	case O_ROLE:
		o->offerer = !strcmp(v, "offer");
		seen->role = true;
		return o->offerer || !strcmp(v, "answer") ? 0
							  : wrong("--role", v, "offer or answer");
	case O_SDP: o->dir = v; return 0;
	case O_LOCAL:
		return address(o, v) ? 0 : wrong("--local", v, "needs an IPv4 or IPv6 address");
	case O_PORT: return number(v, 0, 65535, &seen->port) ? 0 : wrong("--port", v, "0..65535");
	case O_SETUP:
		i = find(v, setup_names, PG_ACTIVE, PG_ACTPASS + 1);
		o->setup = i < 0 ? PG_SETUP_NONE : (enum pg_setup)i;
		return i < 0 ? wrong("--setup", v, "active, passive or actpass") : 0;
	case O_TLS:
		i = find(v, security_names, 0, 4);
		o->security = i < 0 ? PG_CLEAR : (enum pg_security)i;
		seen->security = true;
		return i < 0 ? wrong("--tls", v, "1.2, 1.3, dtls1.2 or none") : 0;
	case O_PSK:
		return psk(o, v) ? 0
				 : wrong("--psk", v, "IDENTITY:HEXKEY with 16..64 bytes of key");
	case O_FILE: o->file = v; return 0;
	case O_OUT: o->out = v; return 0;
	case O_SIZE:
		o->has_size = true;
		return number(v, 0, 1ull << 32, &o->size_bytes)
			       ? 0
			       : wrong("--size", v, "0..4294967296");
	case O_SEED: return number(v, 0, UINT64_MAX, &o->seed) ? 0 : wrong("--seed", v, "a number");
	case O_CHUNK:
		if (!number(v, 1, 65536, &n))
			return wrong("--chunk", v, "1..65536");
		o->chunk_bytes = (unsigned)n;
		return 0;
	case O_TIMEOUT:
		if (!number(v, 1, 86400, &n))
			return wrong("--timeout", v, "1..86400 seconds");
		o->timeout_s = (unsigned)n;
		return 0;
	case O_KEYLOG: o->keylog = v; return 0;
	case O_DIRECT: o->direct = true; return 0;
	case O_UDP: o->udp = true; return 0;
	default: return 2; // getopt_long has told it
	}
}

static int need(const char *what)
{
	fprintf(stderr, "trgw-pktgen: %s; see --help\n", what);
	return 2;
}

// Defaults, then what does not fit together.
static int finish(struct pg_options *o, const struct seen *seen)
{
	static const enum pg_security usual[] = {PG_TLS13, PG_TLS12, PG_DTLS12};

	if (!seen->role)
		return need("--role offer or --role answer is missing");
	if (!o->dir)
		return need("--sdp DIR is missing");
	if (!o->local_len)
		return need("--local ADDR is missing");
	((struct sockaddr_in *)&o->local)->sin_port = htons(
		(uint16_t)seen->port); // same place in v6
	if (!seen->security)
		o->security = o->app == PG_BFCP && o->udp ? PG_DTLS12 : usual[o->app];
	if (o->udp && o->app != PG_BFCP)
		return need("--udp belongs to bfcp");
	o->udp = o->udp || o->app == PG_T38 || o->security == PG_DTLS12;
	if (o->udp && o->app == PG_MSRP)
		return need("MSRP runs over TCP: --tls 1.2, 1.3 or none");
	if (o->udp && o->security != PG_CLEAR && o->security != PG_DTLS12)
		return need("over UDP the choice is --tls dtls1.2 or none");
	if (o->psk_len && (o->security == PG_CLEAR || o->security == PG_DTLS12))
		return need("--psk goes with --tls 1.2 or 1.3");
	if (!o->setup && o->offerer)
		o->setup = PG_ACTPASS;
	if (!o->offerer && o->setup == PG_ACTPASS)
		return need("an answer is active or passive, not actpass");
	if (o->app == PG_BFCP && (o->file || o->out))
		return need("--file and --out do not belong to bfcp");
	if (o->app != PG_MSRP && o->has_size)
		return need("--size belongs to msrp");
	return -1;
}

int pg_options_parse(struct pg_options *o, enum pg_app app, int argc, char **argv)
{
	struct seen seen = {0};
	int c, rc;

	*o = (struct pg_options){.app = app, .timeout_s = 60, .chunk_bytes = 8192, .seed = 1};
	optind = 1;
	while ((c = getopt_long(argc, argv, "h", table, NULL)) != -1) {
		if (c == 'h') {
			help(app);
			return 0;
		}
		rc = take(o, &seen, c, optarg);
		if (rc)
			return rc;
	}
	if (optind < argc)
		return wrong("argument", argv[optind], "not expected; see --help");
	return finish(o, &seen);
}
