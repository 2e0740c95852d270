// trgwctl: the operator's view of a running trgwd, by its control socket.
#include "ix_check.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl_observe.h"

enum { COLUMNS = 16, ANSWER_S = 10 };

static const char usage[] =
	"usage: trgwctl [--socket PATH] [--json] COMMAND\n"
	"commands:\n"
	"  show summary       the gateway at a glance\n"
	"  show realms        realms, their addresses and port ranges\n"
	"  show contexts      calls\n"
	"  show context ID    one call: terminations, streams, connections, events\n"
	"  show ports         network ports, and pools of local media ports\n"
	"  show neighbours    next hops\n"
	"  show workers       forwarding threads\n"
	"  show drops         dropped packets by reason, and what to do\n"
	"  show ix            controllers and their message counters\n"
	"  show mirrors       copies of packets: selection, sink, counters\n"
	"  mirror add NAME KEY=VALUE...   new mirror; keys as in the configuration\n"
	"  mirror del|start|stop NAME\n"
	"  mirror list        the same as show mirrors\n"
	"  ix check FILE...   decode, check and convert H.248 messages; needs no daemon\n"
	"  log LEVEL          set the log level: error, warn, info, debug\n"
	"  observe FILE       TLS and DTLS in a capture file, without a running gateway\n"
	"options:\n"
	"  --socket PATH      control socket (default /run/trgw/trgwd.sock)\n"
	"  --json             print the answer as JSON\n"
	"  --version, --help\n";

struct options {
	const char *socket;
	bool json;
};

/* ---- tables ---------------------------------------------------------------------------------- */

/* Text of a flat value, in buf where it is a number. */
static const char *cell(const json_t *v, char *buf, size_t size)
{
	switch (json_typeof(v)) {
	case JSON_STRING: return json_string_value(v);
	case JSON_INTEGER:
		snprintf(buf, size, "%lld", (long long)json_integer_value(v));
		return buf;
	case JSON_REAL: snprintf(buf, size, "%g", json_real_value(v)); return buf;
	case JSON_TRUE: return "yes";
	case JSON_FALSE: return "no";
	default: return "-";
	}
}

static int widest(const json_t *rows, const char *key)
{
	size_t w = strlen(key), i;
	json_t *row;
	char buf[32];

	json_array_foreach(rows, i, row)
	{
		const json_t *v = json_object_get(row, key);
		size_t n = v ? strlen(cell(v, buf, sizeof(buf))) : 1;

		if (n > w)
			w = n;
	}
	return (int)w;
}

static void print_row(const json_t *row, const char *const *keys, const int *widths, unsigned n)
{
	char buf[32];

	for (unsigned i = 0; i < n; i++) {
		const json_t *v = row ? json_object_get(row, keys[i]) : NULL;
		const char *text = row ? (v ? cell(v, buf, sizeof(buf)) : "-") : keys[i];

		if (v && json_is_integer(v))
			printf("%*s", widths[i], text);
		else if (i == n - 1)
			printf("%s", text);
		else
			printf("%-*s", widths[i], text);
		printf("%s", i == n - 1 ? "\n" : "  ");
	}
}

/* Rows of flat objects: columns are the keys of the first. */
static void print_table(const json_t *rows)
{
	const char *keys[COLUMNS];
	int widths[COLUMNS];
	unsigned n = 0;
	const char *key;
	json_t *v, *row;
	size_t i;

	if (!json_array_size(rows)) {
		puts("none");
		return;
	}
	json_object_foreach(json_array_get(rows, 0), key, v)
	{
		if (n == COLUMNS)
			break;
		keys[n] = key;
		widths[n++] = widest(rows, key);
	}
	print_row(NULL, keys, widths, n);
	json_array_foreach(rows, i, row) print_row(row, keys, widths, n);
}

/* Flat values as a list, then the tables among them under their names. */
static void print_object(json_t *object)
{
	size_t w = 0;
	const char *key;
	json_t *v;
	char buf[32];

	json_object_foreach(object, key, v) if (!json_is_array(v) && strlen(key) > w)
		w = strlen(key);
	json_object_foreach(object, key, v) if (!json_is_array(v))
		printf("%-*s  %s\n", (int)w, key, cell(v, buf, sizeof(buf)));
	json_object_foreach(object, key, v)
	{
		if (!json_is_array(v))
			continue;
		printf("%s%s:\n", w ? "\n" : "", key);
		w = 1;
		print_table(v);
	}
}

/* ---- talking --------------------------------------------------------------------------------- */

static int open_socket(const char *path)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct timeval tv = {ANSWER_S, 0};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(un.sun_path)) {
		fprintf(stderr, "trgwctl: %s: path too long\n", path);
		return -1;
	}
	strcpy(un.sun_path, path);
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) == 0 &&
	    connect(fd, (struct sockaddr *)&un, sizeof(un)) == 0)
		return fd;
	fprintf(stderr, "trgwctl: %s: %s%s\n", path, strerror(errno),
		errno == ENOENT || errno == ECONNREFUSED ? " (is trgwd running? see --socket)"
							 : "");
	if (fd >= 0)
		close(fd);
	return -1;
}

/* The answer to one request; NULL after saying why not. */
static json_t *ask(const char *path, json_t *request)
{
	int fd = open_socket(path);
	FILE *f = fd >= 0 ? fdopen(fd, "r+") : NULL;
	char *text = json_dumps(request, JSON_COMPACT), *line = NULL;
	json_t *answer = NULL;
	json_error_t e;
	size_t size = 0;

	if (f && text) {
		fprintf(f, "%s\n", text);
		fflush(f);
		if (getline(&line, &size, f) > 0)
			answer = json_loads(line, 0, &e);
		if (!answer)
			fprintf(stderr, "trgwctl: %s: no answer\n", path);
	}
	if (f)
		fclose(f);
	free(line);
	free(text);
	return answer;
}

static int print_answer(json_t *answer, const struct options *o)
{
	json_t *data = json_object_get(answer, "data");

	if (!json_is_true(json_object_get(answer, "ok"))) {
		const char *error = json_string_value(json_object_get(answer, "error"));

		fprintf(stderr, "trgwctl: %s\n", error ? error : "refused");
		return 1;
	}
	if (o->json) {
		json_dumpf(data, stdout, JSON_INDENT(2));
		putchar('\n');
	} else if (json_is_array(data)) {
		print_table(data);
	} else {
		print_object(data);
	}
	return 0;
}

/* "mirror add NAME KEY=VALUE..." and its like. */
static json_t *mirror_request(int n, char **words)
{
	json_t *set;

	if (n == 1 && !strcmp(words[0], "list"))
		return json_pack("{ss}", "show", "mirrors");
	if (n < 2 || (n > 2 && strcmp(words[0], "add") != 0))
		return NULL;
	set = json_object();
	for (int i = 2; i < n; i++) {
		char *equals = strchr(words[i], '=');

		if (!equals) {
			json_decref(set);
			return NULL;
		}
		*equals = 0;
		json_object_set_new(set, words[i], json_string(equals + 1));
	}
	return json_pack("{ss ss so}", "mirror", words[0], "name", words[1], "set", set);
}

/* The request that the words on the command line make; NULL when they make none. */
static json_t *make_request(int n, char **words)
{
	if (n >= 2 && !strcmp(words[0], "mirror"))
		return mirror_request(n - 1, words + 1);
	if (n == 2 && !strcmp(words[0], "log"))
		return json_pack("{ss}", "log", words[1]);
	if (n == 2 && !strcmp(words[0], "show"))
		return json_pack("{ss}", "show", words[1]);
	if (n == 3 && !strcmp(words[0], "show") && !strcmp(words[1], "context") &&
	    strspn(words[2], "0123456789") == strlen(words[2]))
		return json_pack("{ss sI}", "show", words[1], "id", (json_int_t)atoll(words[2]));
	return NULL;
}

/* Negative: go on; else the exit status. */
static int read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{"socket", required_argument, NULL, 's'},
		{"json", no_argument, NULL, 'j'},
		{"version", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "s:j", longs, NULL)) != -1) {
		switch (c) {
		case 's': o->socket = optarg; break;
		case 'j': o->json = true; break;
		case 'v': printf("trgwctl %s\n", TRGW_VERSION); return 0;
		case 'h': fputs(usage, stdout); return 0;
		default: fputs(usage, stderr); return 2;
		}
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct options o = {"/run/trgw/trgwd.sock", false};
	json_t *request, *answer;
	int status;

	if (argc > 1 && !strcmp(argv[1], "ix"))
		return ctl_ix(argc - 1, argv + 1, stdout, stderr);
	status = read_options(argc, argv, &o);
	if (status >= 0)
		return status;
	if (optind < argc && !strcmp(argv[optind], "observe"))
		return ctl_observe(argc - optind - 1, argv + optind + 1, o.json);
	request = make_request(argc - optind, argv + optind);
	if (!request) {
		fputs(usage, stderr);
		return 2;
	}
	answer = ask(o.socket, request);
	status = answer ? print_answer(answer, &o) : 1;
	json_decref(answer);
	json_decref(request);
	return status;
}
