// trgwd: the gateway's daemon. Options, start of the parts in order, clean end.
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "admin.h"
#include "config.h"
#include "log.h"
#include "loop.h"

static const char usage[] =
	"usage: trgwd --config FILE [--check-config]\n"
	"       trgwd --version | --help\n"
	"The border gateway's daemon: forwards media under control of an IBCF (H.248, Ix).\n"
	"  --config FILE    configuration (YAML)\n"
	"  --check-config   check the file and end\n"
	"  --version        print version and end\n"
	"  --help           print this and end\n"
	"Exit status: 0 ended by SIGTERM or SIGINT, 1 failed, 2 wrong usage or configuration.\n";

struct options {
	const char *config;
	bool check;
};

/* Negative: go on; else the exit status. */
static int read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{"config", required_argument, NULL, 'c'},
		{"check-config", no_argument, NULL, 'k'},
		{"version", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "c:", longs, NULL)) != -1) {
		switch (c) {
		case 'c': o->config = optarg; break;
		case 'k': o->check = true; break;
		case 'v': printf("trgwd %s (DPDK: %s)\n", TRGW_VERSION, dp_version()); return 0;
		case 'h': fputs(usage, stdout); return 0;
		default: fputs(usage, stderr); return 2;
		}
	}
	if (o->config && optind == argc)
		return -1;
	fputs(usage, stderr);
	return 2;
}

static void on_dp_log(int level, const char *text)
{
	char quoted[512];

	ctl_log(level <= LOG_ERR       ? CTL_ERROR
		: level <= LOG_WARNING ? CTL_WARN
		: level <= LOG_INFO    ? CTL_INFO
				       : CTL_DEBUG,
		"dataplane", "text=%s", ctl_quote(text, strlen(text), quoted, sizeof(quoted)));
}

static int run(struct ctl_config *conf)
{
	char err[DP_ERROR_TEXT] = "";
	int lock, status;

	lock = ctl_admin_lock(conf->control_socket, err, sizeof(err));
	if (lock < 0) {
		ctl_log(CTL_ERROR, "lock", "text=\"%s\"", err);
		return 1;
	}
	conf->dp.log = on_dp_log;
	if (dp_start(&conf->dp, err) < 0) {
		ctl_log(CTL_ERROR, "start", "text=\"%s\"", err);
		close(lock);
		return 1;
	}
	status = ctl_loop_run(conf);
	dp_stop();
	close(lock);
	return status;
}

int main(int argc, char **argv)
{
	struct options o = {0};
	char err[CTL_CONFIG_ERROR];
	struct ctl_config *conf;
	int status = read_options(argc, argv, &o);

	if (status >= 0)
		return status;
	conf = ctl_config_load(o.config, err);
	if (!conf) {
		fprintf(stderr, "%s\n", err);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	ctl_log_set(conf->log_level);
	if (o.check) {
		printf("%s: ok\n", o.config);
		status = 0;
	} else {
		status = run(conf);
	}
	ctl_config_free(conf);
	return status;
}
