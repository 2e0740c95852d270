// The table of the demo's calls: what both ends and the controller report, put side by side.
#include "proof.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_SHOWN = 48, EVENTS_TEXT = 256 };

// One call, its three reports and where complaints about it go.
struct call {
	const char *name;
	json_t *a, *b, *ibcf;
	struct pg_findings *f;
};

static void bad(const struct call *c, const char *what)
{
	pg_finding(c->f, "call %s: %s", c->name, what);
}

static const char *text(const json_t *report, const char *key)
{
	const char *s = json_string_value(json_object_get(report, key));

	return s ? s : "";
}

// NULL with a finding when the report is missing or no JSON.
static json_t *load(const struct call *c, const char *folder, const char *file)
{
	char path[PATH_MAX];
	json_error_t why;
	json_t *report;

	snprintf(path, sizeof(path), "%s/%s/%s", folder, c->name, file);
	report = json_load_file(path, 0, &why);
	if (!report)
		pg_finding(c->f, "call %s: no report %s: %s", c->name, file, why.text);
	return report;
}

static void check_end(const struct call *c, const json_t *end, const char *side,
		      const struct pg_streams *capture)
{
	if (!json_is_true(json_object_get(end, "ok")))
		pg_finding(c->f, "call %s, end %s: %s", c->name, side,
			   *text(end, "error") ? text(end, "error") : "failed");
	if (!pg_streams_packets(capture, text(end, "local")))
		pg_finding(c->f, "call %s, end %s: no stream of its endpoint %s in the capture",
			   c->name, side, text(end, "local"));
}

static const char *security(const struct call *c)
{
	const char *tls = text(c->a, "tls");

	if (!*tls || strcmp(tls, text(c->b, "tls")) != 0)
		bad(c, "the ends do not agree about the version of TLS");
	return *tls ? tls : "none";
}

// True when what one end calls its own certificate is what the other one was shown.
static bool saw(const json_t *viewer, const json_t *shown)
{
	return *text(viewer, "peer_fingerprint") &&
	       !strcmp(text(viewer, "peer_fingerprint"), text(shown, "own_fingerprint")) &&
	       json_is_true(json_object_get(viewer, "fingerprint_ok"));
}

static const char *certificates(const struct call *c)
{
	if (saw(c->a, c->b) && saw(c->b, c->a))
		return "both seen";
	bad(c, "an end saw another certificate than the other end's, or none as in SDP");
	return "WRONG";
}

// Both ends hash what they sent or stored; a receiver that knows what to expect says "identical"
// too.
static const char *content(const struct call *c)
{
	if (!strcmp(text(c->a, "app"), "bfcp"))
		return "floor granted"; // the endpoints' "ok" says so
	if (*text(c->a, "sha256") && !strcmp(text(c->a, "sha256"), text(c->b, "sha256")) &&
	    !json_is_false(json_object_get(c->a, "identical")) &&
	    !json_is_false(json_object_get(c->b, "identical")))
		return !strcmp(text(c->a, "app"), "t38") ? "page identical" : "file identical";
	bad(c, "what arrived is not what was sent");
	return "DIFFERENT";
}

// Octets that the gateway received from the end at this termination (H.248 nt/or).
static uint64_t octets(const struct call *c, size_t side)
{
	json_t *t = json_array_get(json_object_get(c->ibcf, "terminations"), side);
	json_t *n = json_object_get(json_object_get(t, "statistics"), "nt/or");

	if (json_integer_value(n) <= 0)
		bad(c, "the gateway's statistics lack nt/or, or nothing was received");
	return (uint64_t)json_integer_value(n);
}

// "tcp/up x2, tcp/down x2": the events in order of their first appearance.
static const char *events(const struct call *c, char *buf, size_t size)
{
	json_t *list = json_object_get(c->ibcf, "events"), *counts = json_object(), *e, *n;
	const char *name;
	size_t i, used = 0;

	json_array_foreach(list, i, e)
	{
		json_int_t had = json_integer_value(json_object_get(counts, text(e, "event")));

		json_object_set_new(counts, text(e, "event"), json_integer(had + 1));
	}
	snprintf(buf, size, "none");
	json_object_foreach(counts, name, n)
	{
		int len = snprintf(buf + used, size - used, "%s%s x%d", used ? ", " : "", name,
				   (int)json_integer_value(n));

		if (len < 0 || (size_t)len >= size - used)
			break;
		used += (size_t)len;
	}
	json_decref(counts);
	return buf;
}

static void print_call(struct call *c, const char *folder, const struct pg_streams *a,
		       const struct pg_streams *b)
{
	char buf[EVENTS_TEXT];

	c->a = load(c, folder, "result.a");
	c->b = load(c, folder, "result.b");
	c->ibcf = load(c, folder, "ibcf");
	if (c->a && c->b && c->ibcf) {
		check_end(c, c->a, "a", a);
		check_end(c, c->b, "b", b);
		if (!json_is_true(json_object_get(c->ibcf, "ok")))
			bad(c, *text(c->ibcf, "error") ? text(c->ibcf, "error")
						       : "the controller failed");
		printf("%-8s %-9s %-12s %9" PRIu64 " %9" PRIu64 " %8" PRIu64 "  %-15s %s\n",
		       c->name, security(c), certificates(c), octets(c, 0), octets(c, 1),
		       pg_streams_packets(a, text(c->a, "local")), content(c),
		       events(c, buf, sizeof(buf)));
	} else {
		printf("%-8s incomplete\n", c->name);
	}
	json_decref(c->a);
	json_decref(c->b);
	json_decref(c->ibcf);
}

static int call_folder(const struct dirent *e)
{
	return e->d_name[0] != '.' && strlen(e->d_name) < NAME_MAX_SHOWN;
}

unsigned pg_calls_print(const char *folder, const struct pg_streams *a, const struct pg_streams *b,
			struct pg_findings *f)
{
	struct dirent **list;
	int n = scandir(folder, &list, call_folder, alphasort);

	if (n < 0) {
		pg_finding(f, "%s: %s", folder, strerror(errno));
		return 0;
	}
	printf("%-8s %-9s %-12s %9s %9s %8s  %-15s %s\n", "call", "security", "certificates",
	       "A to B", "B to A", "packets", "content", "events over Ix");
	for (int i = 0; i < n; i++) {
		struct call c = {.name = list[i]->d_name, .f = f};

		print_call(&c, folder, a, b);
		free(list[i]);
	}
	free(list);
	return (unsigned)n;
}
