// trgw-pktgen: picks the sub-command.
#include "command.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

struct command {
	const char *name, *help;
	int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
	{"msrp", "MSRP endpoint: sends or receives a file (TLS, PSK or clear)", pg_cmd_msrp},
	{"bfcp", "BFCP endpoint: asks for or grants a floor (TLS, DTLS or clear)", pg_cmd_bfcp},
	{"t38", "T.38 endpoint: sends or receives a fax page (UDPTL in DTLS or clear)", pg_cmd_t38},
	{"ibcf", "scripted controller: waits for a gateway, plays calls over Ix", pg_cmd_ibcf},
	{"capture", "writes what passes an interface to a pcapng file", pg_cmd_capture},
	{"proof", "judges what a run of the demo has left", pg_cmd_proof},
};

static void usage(FILE *to)
{
	fprintf(to, "usage: trgw-pktgen COMMAND [OPTION]...\n"
		    "       trgw-pktgen COMMAND --help\n"
		    "       trgw-pktgen --version\n\ncommands:\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].help);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		usage(stderr);
		return 2;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		usage(stdout);
		return 0;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("trgw-pktgen %s\n", TRGW_VERSION);
		return 0;
	}
	// A peer that goes away is an error text of its own, not a silent death.
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	fprintf(stderr, "trgw-pktgen: no command \"%s\"; trgw-pktgen --help lists them\n", argv[1]);
	return 2;
}
