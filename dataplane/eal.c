// Brings EAL up: with hugepages when there are enough, without them otherwise; as root or not.

#include "plane.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>
#include <rte_version.h>

enum { MAX_ARGS = 64, ARG_LEN = 256 };

struct args {
	int n;
	char text[MAX_ARGS][ARG_LEN];
	char *v[MAX_ARGS + 1];
};

static void add(struct args *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add(struct args *a, const char *fmt, ...)
{
	va_list ap;

	if (a->n == MAX_ARGS)
		return;
	va_start(ap, fmt);
	vsnprintf(a->text[a->n], ARG_LEN, fmt, ap);
	va_end(ap);
	a->v[a->n] = a->text[a->n];
	a->v[++a->n] = NULL;
}

/* True when the configuration's own EAL arguments contain one of these options. */
static bool user_has(const struct dp_conf *c, const char *const *options)
{
	for (unsigned i = 0; i < c->n_eal_args; i++)
		for (const char *const *o = options; *o; o++)
			if (strncmp(c->eal_args[i], *o, strlen(*o)) == 0)
				return true;
	return false;
}

/* Free bytes in hugepages of the default size. */
static size_t hugepage_bytes(void)
{
	size_t pages = 0, kib = 0;
	char line[128];
	FILE *f = fopen("/proc/meminfo", "re");

	while (f && fgets(line, sizeof(line), f)) {
		sscanf(line, "HugePages_Free: %zu", &pages);
		sscanf(line, "Hugepagesize: %zu", &kib);
	}
	if (f)
		fclose(f);
	return pages * kib * 1024;
}

static void add_memory(struct args *a, size_t bytes)
{
	if (hugepage_bytes() >= bytes) {
		add(a, "--in-memory");
		return;
	}
	// EAL refuses --in-memory without hugepages; no-shconf leaves no file behind either.
	add(a, "--no-huge");
	add(a, "--no-shconf");
	add(a, "-m");
	add(a, "%zu", (bytes >> 20) + 1);
}

/* Control floats over all CPUs we may use; worker k is pinned to the k-th from the end. */
static void add_lcores(struct args *a, unsigned workers)
{
	char all[ARG_LEN / 2] = "", text[ARG_LEN];
	unsigned cpu[CPU_SETSIZE], n = 0;
	cpu_set_t set;
	size_t at = 0;

	sched_getaffinity(0, sizeof(set), &set);
	for (unsigned i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &set))
			cpu[n++] = i;
	for (unsigned i = 0; i < n && at + 8 < sizeof(all); i++)
		at += (size_t)snprintf(all + at, sizeof(all) - at, "%s%u", i ? "," : "", cpu[i]);
	at = (size_t)snprintf(text, sizeof(text), "--lcores=0@(%s)", all);
	for (unsigned w = 0; w < workers && at + 16 < sizeof(text); w++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, ",%u@%u", w + 1,
				       cpu[(n - 1 - w % n)]);
	add(a, "%s", text);
}

/* DPDK's messages, line by line, to our log. */
static ssize_t log_write(void *cookie, const char *text, size_t len)
{
	char line[512];

	for (size_t at = 0, n; at < len; at += n) {
		const char *end = memchr(text + at, '\n', len - at);

		n = end ? (size_t)(end - (text + at)) + 1 : len - at;
		snprintf(line, sizeof(line), "%.*s", (int)(n - (end != NULL)), text + at);
		if (*line && dp.log)
			dp.log(LOG_WARNING, line);
	}
	return (ssize_t)len;
}

static void take_log(void)
{
	FILE *f = fopencookie(NULL, "w", (cookie_io_functions_t){.write = log_write});

	if (!f)
		return;
	setvbuf(f, NULL, _IOLBF, 0);
	rte_openlog_stream(f);
}

static bool needs_pci(const struct dp_conf *c)
{
	for (unsigned i = 0; i < c->n_ports; i++)
		if (strncmp(c->ports[i].device, "net_", 4) != 0)
			return true;
	return false;
}

int dp_eal_start(const struct dp_conf *conf, size_t bytes_wanted, char err[DP_ERROR_TEXT])
{
	static const char *const memory[] = {"--no-huge", "--in-memory", "--huge", "-m", NULL};
	static const char *const cores[] = {"-l", "-c", "--lcores", NULL};
	static struct args a; // EAL keeps pointers into it

	a.n = 0;
	add(&a, "trgwd");
	if (!user_has(conf, memory))
		add_memory(&a, bytes_wanted);
	if (!user_has(conf, cores))
		add_lcores(&a, conf->workers);
	if (!needs_pci(conf))
		add(&a, "--no-pci");
	add(&a, "--no-telemetry");
	add(&a, "--log-level=*:error");
	for (unsigned i = 0; i < conf->n_eal_args; i++)
		add(&a, "%s", conf->eal_args[i]);
	take_log();
	if (rte_eal_init(a.n, a.v) < 0) {
		snprintf(err, DP_ERROR_TEXT,
			 "DPDK does not start (%s): check dataplane.eal, free memory (%zu MB "
			 "wanted) "
			 "and the messages above",
			 rte_strerror(rte_errno), (bytes_wanted >> 20) + 1);
		return -rte_errno;
	}
	if (rte_lcore_count() < conf->workers + 1) {
		snprintf(err, DP_ERROR_TEXT,
			 "dataplane.workers is %u but dataplane.eal gives %u lcores: one more than "
			 "workers is needed",
			 conf->workers, rte_lcore_count());
		return -EINVAL;
	}
	return 0;
}

const char *dp_version(void)
{
	return rte_version();
}
