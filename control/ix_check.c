// trgwctl ix check: decodes message files and captures, says what is wrong, converts.
#include "ix_check.h"
#include "../ix/profile.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	MESSAGE_MAX = 1 << 20, // longest result of a conversion
	MEMORY_MAX = 64 << 20, // of one decoded message
	FILE_MAX = 512 << 20,  // longest file
	NAMES_MAX = 256,       // of --groups, --interfaces
};

static const char usage[] =
	"usage: trgwctl ix check [OPTIONS] FILE...\n"
	"  FILE is an H.248 message in text or BER, or a capture with UDP ports 2944, 2945; - is "
	"stdin\n"
	"  A line for each message: NAME <tab> ok|error CODE <tab> detail\n"
	"options:\n"
	"  --profile           check requests against the Ix profile too\n"
	"  --to FORM           convert: pretty, compact, ber, tree; result on stdout, lines on "
	"stderr\n"
	"  --out DIR           write results into this folder, lines on stdout\n"
	"  --groups A,B,...    names of the groups 0, 1, ... in binary termination ids\n"
	"  --interfaces A,B,...  names of the interfaces\n"
	"  --help\n";

enum to { TO_NONE, TO_PRETTY, TO_COMPACT, TO_BER, TO_TREE };
static const char *const to_names[] = {"", "pretty", "compact", "ber", "tree", NULL};

struct check {
	FILE *out, *err, *lines;
	bool profile;
	enum to to;
	const char *dir; // of --out
	struct ix_tid_plan plan;
	struct ix_ber_conf conf;
	const char *groups[NAMES_MAX + 1], *interfaces[NAMES_MAX + 1];
	const char *file; // at hand
	unsigned found;   // messages in it
	bool capture;
	int status;
};

static void worse(struct check *c, int status)
{
	if (c->status < status)
		c->status = status;
}

/* ---- one message ----------------------------------------------------------------------------- */

/* Name, verdict, detail; what could break the line's form becomes "?". */
static void verdict(struct check *c, unsigned n, uint16_t code, const char *detail)
{
	fprintf(c->lines, c->capture ? "%s:%u\t" : "%s\t", c->file, n);
	if (code == 0)
		fputs("ok\t", c->lines);
	else
		fprintf(c->lines, "error %u\t", code);
	for (; *detail; detail++)
		fputc((unsigned char)*detail < ' ' || *detail == 0x7f ? '?' : *detail, c->lines);
	fputc('\n', c->lines);
	if (code != 0)
		worse(c, 1);
}

/* What a right message is: encoding, version, sender, its transactions. */
static void summary(const struct ix_msg *msg, bool binary, char *text, size_t size)
{
	static const char *const kinds[] = {"request", "reply", "pending", "ack", "segment"};
	char mid[128];
	size_t used;
	int len;

	len = snprintf(text, size, "%s v%u %s", binary ? "ber" : "text", msg->version,
		       ix_mid_text(&msg->mid, mid, sizeof(mid)));
	if (msg->error)
		len += snprintf(text + len, size - (size_t)len, ", error %u", msg->error->code);
	used = (size_t)len;
	for (const struct ix_item *i = msg->items; i && used < size; i = i->next) {
		if (i->kind == IX_ACK)
			len = snprintf(text + used, size - used, ", ack");
		else
			len = snprintf(text + used, size - used, ", %s %u", kinds[i->kind], i->tid);
		used += (size_t)len;
	}
}

/* The first thing of a request that the profile refuses. A gateway's own Notify is no business of
 * it. */
static bool profile_fits(const struct ix_msg *msg, struct ix_arena *arena, struct ix_error *error)
{
	for (const struct ix_item *i = msg->items; i; i = i->next) {
		if (i->kind != IX_REQUEST)
			continue;
		for (const struct ix_action *a = i->actions; a; a = a->next) {
			if (!ix_profile_check_action(a, error, arena))
				return false;
			for (const struct ix_command *cmd = a->commands; cmd; cmd = cmd->next)
				if (cmd->verb != IX_NOTIFY && !ix_profile_check(cmd, error, arena))
					return false;
		}
	}
	return true;
}

static FILE *open_result(struct check *c, unsigned n)
{
	const char *base = strrchr(c->file, '/');
	char path[4096];
	FILE *f;

	if (!c->dir)
		return c->out;
	base = base ? base + 1 : c->file;
	if (c->capture)
		snprintf(path, sizeof(path), "%s/%s.%u.%s", c->dir, base, n, to_names[c->to]);
	else
		snprintf(path, sizeof(path), "%s/%s.%s", c->dir, base, to_names[c->to]);
	f = fopen(path, "wb");
	if (!f)
		fprintf(c->err, "trgwctl: %s: %s\n", path, strerror(errno));
	return f;
}

/* False when the form has no such encoding. */
static bool convert(struct check *c, unsigned n, const struct ix_msg *msg)
{
	char *buf = NULL;
	long len = 0;
	FILE *f;

	if (c->to != TO_TREE) {
		buf = malloc(MESSAGE_MAX);
		if (!buf)
			return false;
		len = c->to == TO_BER
			      ? ix_ber_encode(msg, &c->conf, buf, MESSAGE_MAX)
			      : ix_text_encode(msg, c->to == TO_PRETTY ? IX_PRETTY : IX_COMPACT,
					       buf, MESSAGE_MAX);
	}
	f = len >= 0 ? open_result(c, n) : NULL;
	if (len >= 0 && !f)
		worse(c, 2);
	if (f && c->to == TO_TREE)
		ctl_ix_tree(f, msg);
	else if (f)
		fwrite(buf, 1, (size_t)len, f);
	if (f && f != c->out && fclose(f) != 0)
		worse(c, 2);
	free(buf);
	return len >= 0;
}

static void judge(struct check *c, unsigned n, const struct ix_msg *msg, bool binary,
		  struct ix_arena *arena)
{
	struct ix_error error = {0};
	char text[512];

	if (c->profile && !profile_fits(msg, arena, &error)) {
		snprintf(text, sizeof(text), "%.*s", (int)error.text.len, error.text.p);
		verdict(c, n, error.code, text);
	} else if (c->to != TO_NONE && !convert(c, n, msg)) {
		snprintf(text, sizeof(text), "cannot be said in %s%s", to_names[c->to],
			 c->to == TO_BER ? " (a name without a number?)" : "");
		verdict(c, n, IX_E_NOT_IMPLEMENTED, text);
	} else {
		summary(msg, binary, text, sizeof(text));
		verdict(c, n, 0, text);
	}
}

static void message(void *user, unsigned n, const void *bytes, size_t len)
{
	struct ix_arena *arena = ix_arena_new(MEMORY_MAX);
	bool binary = ix_ber_looks(bytes, len);
	struct check *c = user;
	struct ix_fault fault;
	struct ix_msg *msg;
	char text[256];

	c->found++;
	if (!arena) {
		verdict(c, n, IX_E_RESOURCES, "out of memory");
		return;
	}
	msg = binary ? ix_ber_decode(arena, bytes, len, &c->conf, &fault, NULL)
		     : ix_text_decode(arena, bytes, len, &fault, NULL);
	if (msg) {
		judge(c, n, msg, binary, arena);
	} else {
		if (binary)
			snprintf(text, sizeof(text), "offset %u: %s", fault.offset, fault.text);
		else
			snprintf(text, sizeof(text), "line %u column %u: %s", fault.line,
				 fault.column, fault.text);
		verdict(c, n, fault.code, text);
	}
	ix_arena_free(arena);
}

/* ---- files ----------------------------------------------------------------------------------- */

static char *read_all(FILE *f, size_t *len)
{
	size_t size = 65536, got;
	char *buf = malloc(size), *grown;

	for (*len = 0; buf && (got = fread(buf + *len, 1, size - *len, f)) > 0;) {
		*len += got;
		if (*len < size)
			continue;
		grown = size < FILE_MAX ? realloc(buf, size * 2) : NULL;
		if (!grown) {
			free(buf);
			errno = EFBIG;
			return NULL;
		}
		buf = grown;
		size *= 2;
	}
	if (buf && ferror(f)) {
		free(buf);
		return NULL;
	}
	return buf;
}

static void capture(struct check *c, const char *bytes, size_t len)
{
	char why[256];
	int fragments = ctl_ix_capture(bytes, len, message, c, why, sizeof(why));

	if (fragments < 0) {
		fprintf(c->err, "trgwctl: %s: %s\n", c->file, why);
		worse(c, 2);
	}
	if (fragments > 0)
		fprintf(c->err, "trgwctl: %s: %d fragments of IP packets were passed over\n",
			c->file, fragments);
	if (fragments >= 0 && c->found == 0)
		fprintf(c->err, "trgwctl: %s: no UDP packet of port 2944 or 2945\n", c->file);
}

static void file(struct check *c, const char *name)
{
	bool standard_input = strcmp(name, "-") == 0;
	FILE *f = standard_input ? stdin : fopen(name, "rb");
	size_t len = 0;
	char *bytes = f ? read_all(f, &len) : NULL;

	if (!bytes) {
		fprintf(c->err, "trgwctl: %s: %s\n", name, strerror(errno));
		worse(c, 2);
	} else {
		c->file = standard_input ? "-" : name;
		c->found = 0;
		c->capture = ctl_ix_is_capture(bytes, len);
		if (c->capture)
			capture(c, bytes, len);
		else
			message(c, 1, bytes, len);
	}
	free(bytes);
	if (f && !standard_input)
		fclose(f);
}

/* ---- arguments ------------------------------------------------------------------------------- */

/* Cuts "a,b,c" in place. */
static bool names(char *text, const char *list[NAMES_MAX + 1])
{
	unsigned n = 0;

	for (char *p = strtok(text, ","); p; p = strtok(NULL, ",")) {
		if (n == NAMES_MAX)
			return false;
		list[n++] = p;
	}
	list[n] = NULL;
	return n > 0;
}

static bool option(struct check *c, int opt)
{
	switch (opt) {
	case 'p': c->profile = true; return true;
	case 'o': c->dir = optarg; return true;
	case 'g': c->plan.groups = c->groups; return names(optarg, c->groups);
	case 'i': c->plan.interfaces = c->interfaces; return names(optarg, c->interfaces);
	case 't':
		for (enum to t = TO_PRETTY; to_names[t]; t++)
			if (strcmp(optarg, to_names[t]) == 0)
				c->to = t;
		return c->to != TO_NONE;
	default: return false;
	}
}

static int usage_error(FILE *err)
{
	fputs(usage, err);
	return 2;
}

int ctl_ix(int argc, char **argv, FILE *out, FILE *err)
{
	static const struct option options[] = {{"profile", no_argument, NULL, 'p'},
						{"to", required_argument, NULL, 't'},
						{"out", required_argument, NULL, 'o'},
						{"groups", required_argument, NULL, 'g'},
						{"interfaces", required_argument, NULL, 'i'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	struct check c = {.out = out, .err = err, .plan = ix_tid_plan_default};
	int opt;

	if (argc < 2 || strcmp(argv[1], "check") != 0)
		return usage_error(err);
	optind = 0; // the caller may have scanned its own options
	while ((opt = getopt_long(argc - 1, argv + 1, "", options, NULL)) != -1) {
		if (opt == 'h') {
			fputs(usage, out);
			return 0;
		}
		if (!option(&c, opt))
			return usage_error(err);
	}
	if (optind >= argc - 1 || (c.dir && c.to == TO_NONE))
		return usage_error(err);
	c.conf.plan = &c.plan;
	if (!ix_tid_plan_ok(&c.plan)) {
		fprintf(err, "trgwctl: names of groups or interfaces are too many or not legal\n");
		return 2;
	}
	c.lines = c.to != TO_NONE && !c.dir ? err : out;
	for (int i = optind + 1; i < argc; i++)
		file(&c, argv[i]);
	return c.status;
}
