// Log lines of the daemon: "LEVEL event=name key=value ..." on standard error, limited in rate.
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { CLASSES = 64, BURST = 50, PER_SECOND = 5, LINE = 1024 };

static const char *const names[CTL_LEVELS] = {"error", "warn", "info", "debug"};
static const char *const marks[CTL_LEVELS] = {"ERROR", "WARN", "INFO", "DEBUG"};

static enum ctl_level threshold = CTL_INFO;
static void (*sink_fn)(const char *line);

/* One class of lines; the event's literal is its key. */
static struct class
{
	const char *event;
	uint64_t refill_ms;
	unsigned tokens;
	unsigned long left_out;
} classes[CLASSES];

uint64_t ctl_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

void ctl_log_set(enum ctl_level level)
{
	threshold = level;
}

enum ctl_level ctl_log_get(void)
{
	return threshold;
}

bool ctl_level_parse(const char *name, enum ctl_level *level)
{
	for (unsigned i = 0; i < CTL_LEVELS; i++) {
		if (!strcasecmp(name, names[i])) {
			*level = (enum ctl_level)i;
			return true;
		}
	}
	return false;
}

const char *ctl_level_name(enum ctl_level level)
{
	return level < CTL_LEVELS ? names[level] : "?";
}

void ctl_log_sink(void (*sink)(const char *line))
{
	sink_fn = sink;
}

const char *ctl_quote(const char *text, size_t len, char *buf, size_t size)
{
	size_t n = 0;

	if (size < 3) {
		if (size)
			buf[0] = 0;
		return buf;
	}
	buf[n++] = '"';
	for (size_t i = 0; i < len && n < size - 2; i++)
		buf[n++] = text[i] >= ' ' && text[i] <= '~' && text[i] != '"' ? text[i] : '?';
	buf[n++] = '"';
	buf[n] = 0;
	return buf;
}

/* The class of an event; the last one is shared by those that found no room. */
static struct class *class_of(const char *event)
{
	unsigned i;

	for (i = 0; i < CLASSES - 1 && classes[i].event; i++)
		if (classes[i].event == event || !strcmp(classes[i].event, event))
			return &classes[i];
	if (!classes[i].event)
		classes[i] = (struct class){event, ctl_now_ms(), BURST, 0};
	return &classes[i];
}

static bool allowed(struct class *c)
{
	uint64_t now = ctl_now_ms(), steps = (now - c->refill_ms) * PER_SECOND / 1000;

	if (steps > 0) {
		c->tokens = c->tokens + steps > BURST ? BURST : c->tokens + (unsigned)steps;
		c->refill_ms = now;
	}
	if (!c->tokens) {
		c->left_out++;
		return false;
	}
	c->tokens--;
	return true;
}

void ctl_log(enum ctl_level level, const char *event, const char *fmt, ...)
{
	struct class *c;
	char line[LINE];
	size_t n;
	va_list ap;

	if (level > threshold)
		return;
	c = class_of(event);
	if (!allowed(c))
		return;
	n = (size_t)snprintf(line, sizeof(line), "%s event=%s", marks[level], event);
	if (c->left_out) {
		n += (size_t)snprintf(line + n, sizeof(line) - n, " left_out=%lu", c->left_out);
		c->left_out = 0;
	}
	if (*fmt && n < sizeof(line) - 1) {
		line[n++] = ' ';
		va_start(ap, fmt);
		vsnprintf(line + n, sizeof(line) - n, fmt, ap);
		va_end(ap);
	}
	if (sink_fn)
		sink_fn(line);
	else
		fprintf(stderr, "%s\n", line);
}
