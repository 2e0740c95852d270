// Reads the configuration: one table of keys makes libcyaml's schema, the defaults and the checks.
#include "config_raw.h"

#include <cyaml/cyaml.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind {
	TEXT,      // any text; min = shortest length
	NAME,      // letters, digits, '_', '-', '.', shorter than DP_NAME
	NUMBER,    // min..max
	CHOICE,    // one of `choices`; its index becomes the slot's number
	MID,       // an H.248 MID
	PROFILE,   // Name/1
	ENDPOINT,  // address:port
	ADDRESS4,  // an IPv4 address or empty
	ADDRESS6,  // an IPv6 address or empty
	TEXTS,     // list of texts, at most max
	PREFIXES,  // list of address/length, min..max entries
	ENDPOINTS, // list of address:port, min..max entries
};

/* One key. */
struct rule {
	const char *key;
	enum kind kind;
	long min, max;
	const char *def; // NULL: the key must be given (lists: see min)
	const char *legal;
	const char *const *choices;
};

static const char *const checksums[] = {"auto", "update", "recompute", NULL};
static const char *const transports[] = {"udp", NULL};
static const char *const encodings[] = {"pretty", "compact", "ber", NULL};
static const char *const sinks[] = {"file", "fifo", "port", "erspan", "vxlan", NULL};
static const char *const yes_no[] = {"no", "yes", NULL};
static const char *const levels[] = {"error", "warn", "info", "debug", NULL};

static const struct rule top_rules[TOP_N] = {
	[TOP_METRICS] = {"metrics", ENDPOINT, 0, 0, "", "ADDRESS:PORT for HTTP, or \"\" for none"},
	[TOP_SOCKET] = {"control_socket", TEXT, 1, 0, "/run/trgw/trgwd.sock",
			"path of a Unix socket, at most 100 bytes"},
};
static const struct rule gateway_rules[GW_N] = {
	[GW_MID] = {"mid", MID, 0, 0, NULL, "[ADDRESS]:PORT, <DOMAIN>:PORT or a device name"},
};
static const struct rule dataplane_rules[DPL_N] = {
	[DPL_WORKERS] = {"workers", NUMBER, 1, DP_WORKERS, "1", "forwarding threads, 1..16"},
	[DPL_EAL] = {"eal", TEXTS, 0, 64, "", "list of EAL arguments"},
	[DPL_MBUFS] = {"mbufs", NUMBER, 0, 16777216, "0",
		       "packets in the pool, 1..16777216, or 0 = chosen by the size of the rings"},
	[DPL_STREAMS] = {"streams", NUMBER, 1, 4000000, "10000",
			 "most streams at once, 1..4000000"},
	[DPL_OPEN] = {"open_s", NUMBER, 6, 3600, "60", "seconds for a TCP opening, 6..3600"},
	[DPL_IDLE] = {"idle_s", NUMBER, 60, 604800, "7440", "seconds of TCP silence, 60..604800"},
	[DPL_TRANS] = {"trans_s", NUMBER, 4, 3600, "240", "seconds after a TCP close, 4..3600"},
};
static const struct rule port_rules[PORT_N] = {
	[PORT_NAME] = {"name", NAME, 0, 0, NULL, "letters, digits, _ - . (at most 31)"},
	[PORT_DEVICE] = {"device", TEXT, 1, 0, NULL, "DPDK devargs or PCI address"},
	[PORT_MTU] = {"mtu", NUMBER, 1280, 9000, "1500", "bytes of IP, 1280..9000"},
	[PORT_CHECKSUM] = {"checksum", CHOICE, 0, 0, "auto", "auto, update or recompute",
			   checksums},
};
static const struct rule realm_rules[REALM_N] = {
	[REALM_NAME] = {"name", NAME, 0, 0, NULL, "letters, digits, _ - . (at most 31)"},
	[REALM_PORT] = {"port", NAME, 0, 0, NULL, "name of one of the ports"},
	[REALM_VLAN] = {"vlan", NUMBER, 0, 4094, "0", "VLAN id 1..4094, 0 = untagged"},
	[REALM_ADDRESSES] = {"addresses", PREFIXES, 1, 16, NULL,
			     "list of ADDRESS/PREFIXLENGTH, 1..16 entries"},
	[REALM_HOP4] = {"next_hop4", ADDRESS4, 0, 0, "", "IPv4 address of the router, or \"\""},
	[REALM_HOP6] = {"next_hop6", ADDRESS6, 0, 0, "", "IPv6 address of the router, or \"\""},
	[REALM_FIRST] = {"first_port", NUMBER, 1024, 65535, "20000", "1024..65535"},
	[REALM_LAST] = {"last_port", NUMBER, 1024, 65535, "29999", "first_port + 1 .. 65535"},
};
static const struct rule ix_rules[IX_N] = {
	[IX_LOCAL] = {"local", ENDPOINT, 0, 0, NULL, "ADDRESS:PORT, IPv6 in brackets"},
	[IX_CONTROLLERS] = {"controllers", ENDPOINTS, 1, CTL_CONTROLLERS, NULL,
			    "list of ADDRESS:PORT, 1..8 entries"},
	[IX_TRANSPORT] = {"transport", CHOICE, 0, 0, "udp", "udp", transports},
	[IX_ENCODING] = {"encoding", CHOICE, 0, 0, "pretty", "pretty, compact or ber", encodings},
	[IX_PROFILE] = {"profile", PROFILE, 0, 0, "IxProfile/4", "NAME/VERSION, version 1..99"},
	[IX_VERSION] = {"version", NUMBER, 1, 3, "3", "highest H.248 version to offer, 1..3"},
};
static const struct rule log_rules[LOG_N] = {
	[LOG_LEVEL] = {"level", CHOICE, 0, 0, "info", "error, warn, info or debug", levels},
};
static const struct rule mirror_rules[MIR_N] = {
	[MIR_NAME] = {"name", NAME, 0, 0, NULL, "letters, digits, _ - . (at most 31)"},
	[MIR_INGRESS] = {"ingress", TEXTS, 0, DP_REALMS, "",
			 "list of realms whose packets are copied as received, or \"*\""},
	[MIR_EGRESS] = {"egress", TEXTS, 0, DP_REALMS, "",
			"list of realms whose packets are copied as they leave, or \"*\""},
	[MIR_DROPS] = {"drops", TEXTS, 0, NAT_REASONS, "",
		       "list of drop reasons (trgwctl show drops), or \"*\""},
	[MIR_FILTER] = {"filter", TEXT, 0, 0, "", "a filter in tcpdump's language, or \"\""},
	[MIR_CONTEXT] = {"context", NUMBER, 0, 0xfffffffd, "0", "number of a context, 0 = all"},
	[MIR_SNAPLEN] = {"snaplen", NUMBER, 0, 65535, "0",
			 "most bytes copied of a packet, 0 = all"},
	[MIR_RATE] = {"rate", NUMBER, 0, 100000000, "0", "most packets a second, 0 = no limit"},
	[MIR_SINK] = {"sink", CHOICE, 0, 0, "file", "file, fifo, port, erspan or vxlan", sinks},
	[MIR_TARGET] = {"target", TEXT, 1, 0, NULL, "a path, a port or a collector's address"},
	[MIR_VLAN] = {"vlan", NUMBER, 0, 4094, "0", "VLAN tag to add (sink port), 0 = none"},
	[MIR_TUNNEL] = {"tunnel", NUMBER, 0, (1 << 24) - 1, "0",
			"ERSPAN session 0..1023, VXLAN identifier 0..16777215"},
	[MIR_ROTATE_MB] = {"rotate_mb", NUMBER, 0, 1 << 20, "0",
			   "MiB after which a new file begins, 0 = never"},
	[MIR_ROTATE_S] = {"rotate_s", NUMBER, 0, 31536000, "0",
			  "seconds after which a new file begins, 0 = never"},
	[MIR_BUDGET_MB] = {"budget_mb", NUMBER, 0, 1 << 30, "0",
			   "MiB for all files together, 0 = no limit"},
	[MIR_START] = {"start", CHOICE, 0, 0, "yes", "yes or no", yes_no},
};

/* ---- libcyaml's schema, made from the tables ------------------------------------------------- */

enum { TEXT_MAX = 512, FIELDS = 20 };

static const cyaml_schema_value_t text_value = {
	.type = CYAML_STRING,
	.flags = CYAML_FLAG_POINTER,
	.data_size = 1,
	.string = {0, TEXT_MAX},
};

static bool is_list(enum kind kind)
{
	return kind == TEXTS || kind == PREFIXES || kind == ENDPOINTS;
}

/* Every key is optional for libcyaml: check_section() tells what is missing in our own words. */
static cyaml_schema_field_t field_of(const struct rule *r, size_t slot_at)
{
	cyaml_schema_field_t f = {.key = r->key};

	if (!is_list(r->kind)) {
		f.data_offset = (uint32_t)(slot_at + offsetof(struct slot, text));
		f.value = text_value;
	} else {
		f.data_offset = (uint32_t)(slot_at + offsetof(struct slot, list));
		f.count_offset = (uint32_t)(slot_at + offsetof(struct slot, n_list));
		f.count_size = sizeof(unsigned);
		f.value.type = CYAML_SEQUENCE;
		f.value.flags = CYAML_FLAG_POINTER;
		f.value.data_size = sizeof(char *);
		f.value.sequence.entry = &text_value;
		f.value.sequence.max = (uint32_t)r->max;
	}
	f.value.flags |= CYAML_FLAG_OPTIONAL;
	return f;
}

static void fill_fields(cyaml_schema_field_t *fields, const struct rule *rules, unsigned n,
			size_t slots_at)
{
	for (unsigned i = 0; i < n; i++)
		fields[i] = field_of(&rules[i], slots_at + i * sizeof(struct slot));
}

static struct schema {
	bool made;
	cyaml_schema_field_t top[FIELDS], gateway[FIELDS], dataplane[FIELDS], ports[FIELDS],
		realms[FIELDS], ix[FIELDS], log[FIELDS], mirrors[FIELDS];
	cyaml_schema_value_t port_entry, realm_entry, mirror_entry, root;
} schema;

static cyaml_schema_field_t section(const char *key, cyaml_schema_field_t *fields, size_t at,
				    size_t size)
{
	cyaml_schema_field_t f = {.key = key, .data_offset = (uint32_t)at};

	f.value.type = CYAML_MAPPING;
	f.value.flags = CYAML_FLAG_OPTIONAL;
	f.value.data_size = (uint32_t)size;
	f.value.mapping.fields = fields;
	return f;
}

static cyaml_schema_field_t sections(const char *key, cyaml_schema_value_t *entry, size_t at,
				     size_t count_at, unsigned max)
{
	cyaml_schema_field_t f = {.key = key, .data_offset = (uint32_t)at};

	f.count_offset = (uint32_t)count_at;
	f.count_size = sizeof(unsigned);
	f.value.type = CYAML_SEQUENCE;
	f.value.flags = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL;
	f.value.data_size = entry->data_size;
	f.value.sequence.entry = entry;
	f.value.sequence.max = max;
	return f;
}

static cyaml_schema_value_t entry_of(cyaml_schema_field_t *fields, size_t size)
{
	cyaml_schema_value_t v = {.type = CYAML_MAPPING, .data_size = (uint32_t)size};

	v.mapping.fields = fields;
	return v;
}

#define RAW(member)      offsetof(struct ctl_config_raw, member)
#define RAW_SIZE(member) sizeof(((struct ctl_config_raw *)0)->member)

static void make_schema(void)
{
	struct schema *s = &schema;
	unsigned n = TOP_N;

	if (s->made)
		return;
	fill_fields(s->top, top_rules, TOP_N, RAW(top));
	fill_fields(s->gateway, gateway_rules, GW_N, 0);
	fill_fields(s->dataplane, dataplane_rules, DPL_N, 0);
	fill_fields(s->ports, port_rules, PORT_N, 0);
	fill_fields(s->realms, realm_rules, REALM_N, 0);
	fill_fields(s->ix, ix_rules, IX_N, 0);
	fill_fields(s->log, log_rules, LOG_N, 0);
	fill_fields(s->mirrors, mirror_rules, MIR_N, 0);
	s->port_entry = entry_of(s->ports, sizeof(struct raw_port));
	s->realm_entry = entry_of(s->realms, sizeof(struct raw_realm));
	s->mirror_entry = entry_of(s->mirrors, sizeof(struct raw_mirror));
	s->top[n++] = section("gateway", s->gateway, RAW(gateway), RAW_SIZE(gateway));
	s->top[n++] = section("dataplane", s->dataplane, RAW(dataplane), RAW_SIZE(dataplane));
	s->top[n++] = section("ix", s->ix, RAW(ix), RAW_SIZE(ix));
	s->top[n++] = section("log", s->log, RAW(log), RAW_SIZE(log));
	s->top[n++] = sections("ports", &s->port_entry, RAW(ports), RAW(n_ports), DP_PORTS);
	s->top[n++] = sections("realms", &s->realm_entry, RAW(realms), RAW(n_realms), DP_REALMS);
	s->top[n++] = sections("mirrors", &s->mirror_entry, RAW(mirrors), RAW(n_mirrors),
			       DP_MIRRORS);
	s->root = entry_of(s->top, sizeof(struct ctl_config_raw));
	s->root.flags = CYAML_FLAG_POINTER;
	s->made = true;
}

/* The tables under their paths, for ctl_config_key() and for complaints about unknown keys. */
static const struct group {
	const char *path;
	const struct rule *rules;
	unsigned n;
} groups[] = {
	{"", top_rules, TOP_N},
	{"gateway", gateway_rules, GW_N},
	{"dataplane", dataplane_rules, DPL_N},
	{"ports", port_rules, PORT_N},
	{"realms", realm_rules, REALM_N},
	{"ix", ix_rules, IX_N},
	{"log", log_rules, LOG_N},
	{"mirrors", mirror_rules, MIR_N},
};

bool ctl_config_key(unsigned n, char *key, size_t size, const char **legal)
{
	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++) {
		if (n < groups[g].n) {
			snprintf(key, size, "%s%s%s", groups[g].path, *groups[g].path ? "." : "",
				 groups[g].rules[n].key);
			*legal = groups[g].rules[n].legal;
			return true;
		}
		n -= groups[g].n;
	}
	return false;
}

/* ---- errors of libcyaml ---------------------------------------------------------------------- */

bool ctl_config_fail(struct check *c, const char *key, const char *value, const char *fmt, ...)
{
	char what[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (value)
		snprintf(c->err, CTL_CONFIG_ERROR, "%s: %s: '%.80s': %s", c->file, key, value,
			 what);
	else
		snprintf(c->err, CTL_CONFIG_ERROR, "%s: %s: %s", c->file, key, what);
	return false;
}

/* What libcyaml said: its complaint, then where it was, innermost first. */
struct trail {
	char what[160];
	char path[160]; // "realms[2].name", built from the back
	unsigned line;
};

static void put_front(char *path, size_t size, const char *front, const char *between)
{
	char old[160];

	snprintf(old, sizeof(old), "%s", path);
	snprintf(path, size, "%.60s%s%.90s", front, *old ? between : "", old);
}

static void on_cyaml_log(cyaml_log_t level, void *ctx, const char *fmt, va_list ap)
{
	struct trail *t = ctx;
	char line[256], name[64], index[32];
	const char *at;

	vsnprintf(line, sizeof(line), fmt, ap);
	line[strcspn(line, "\n")] = 0;
	at = strstr(line, "(line: ");
	if (at && !t->line)
		t->line = (unsigned)strtoul(at + 7, NULL, 10);
	if (sscanf(line, " in mapping field '%63[^']'", name) == 1) {
		put_front(t->path, sizeof(t->path), name, t->path[0] == '[' ? "" : ".");
	} else if (sscanf(line, " in sequence entry '%28[^']'", name) == 1) {
		snprintf(index, sizeof(index), "[%.28s]", name);
		put_front(t->path, sizeof(t->path), index, ".");
	} else if (!strncmp(line, "Load: ", 6) && !t->what[0]) {
		snprintf(t->what, sizeof(t->what), "%.150s", line + 6);
	}
}

/* Adds to `out` the keys that may stand where an unknown one stood. */
static void list_keys(const char *path, char *out, size_t size)
{
	size_t n = strlen(out), at = strcspn(path, "[");

	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++) {
		const struct group *gr = &groups[g];

		if (strlen(gr->path) != at || strncmp(gr->path, path, at))
			continue;
		for (unsigned i = 0; i < gr->n && n < size; i++)
			n += (size_t)snprintf(out + n, size - n, "%s%s",
					      i ? ", " : "; legal: ", gr->rules[i].key);
		for (size_t k = 1; !*path && k < sizeof(groups) / sizeof(groups[0]) && n < size;
		     k++)
			n += (size_t)snprintf(out + n, size - n, ", %s", groups[k].path);
	}
}

/* Adds what would be legal at the key of a path; "ports[2].mtu" is the key "ports.mtu". */
static void list_legal(const char *path, char *out, size_t size)
{
	char plain[160], key[64];
	const char *legal;
	size_t n = 0;

	for (bool inside = false; *path && n < sizeof(plain) - 1; path++) {
		inside = (inside || *path == '[') && *path != ']';
		if (!inside && *path != ']')
			plain[n++] = *path;
	}
	plain[n] = 0;
	for (unsigned i = 0; ctl_config_key(i, key, sizeof(key), &legal); i++)
		if (!strcmp(key, plain))
			snprintf(out, size, "; legal: %s", legal);
}

static struct ctl_config_raw *tell_cyaml(struct check *c, struct trail *t, cyaml_err_t why)
{
	char legal[400] = "";

	if (why == CYAML_ERR_INVALID_KEY)
		list_keys(t->path, legal, sizeof(legal));
	else
		list_legal(t->path, legal, sizeof(legal));
	/* The line is that of the last thing read, so it may lie just before the culprit. */
	snprintf(c->err, CTL_CONFIG_ERROR, "%s: near line %u: %s: %s%s", c->file, t->line,
		 t->path[0] ? t->path : "top level", t->what[0] ? t->what : cyaml_strerror(why),
		 legal);
	return NULL;
}

static cyaml_config_t reader(struct trail *t)
{
	return (cyaml_config_t){
		.log_fn = on_cyaml_log,
		.log_ctx = t,
		.mem_fn = cyaml_mem,
		.log_level = CYAML_LOG_ERROR,
		.flags = CYAML_CFG_NO_ALIAS,
	};
}

/* ---- single values --------------------------------------------------------------------------- */

bool ctl_endpoint_parse(const char *text, struct nat_ep *ep)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;
	char host[NAT_ADDR_TEXT + 2], *end, *start = host;
	unsigned long port;

	if (!colon || len == 0 || len >= sizeof(host) || colon[1] < '0' || colon[1] > '9')
		return false;
	port = strtoul(colon + 1, &end, 10);
	if (*end || port == 0 || port > 65535)
		return false;
	memcpy(host, text, len);
	host[len] = 0;
	if (host[0] == '[' && host[len - 1] == ']') {
		host[len - 1] = 0;
		start++;
	} else if (strchr(host, ':')) {
		return false;
	}
	*ep = (struct nat_ep){.port = nat_be16((uint16_t)port)};
	ep->family = (uint8_t)nat_addr_parse(start, &ep->addr);
	return ep->family != NAT_NONE;
}

static bool name_ok(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"0123456789_-.");

	return n > 0 && n < DP_NAME && !text[n];
}

static bool number_ok(const struct rule *r, const char *text, long *num)
{
	char *end;

	errno = 0;
	*num = strtol(text, &end, 10);
	return *text && !*end && !errno && *num >= r->min && *num <= r->max;
}

static bool choice_ok(const struct rule *r, const char *text, long *num)
{
	for (*num = 0; r->choices[*num]; ++*num)
		if (!strcmp(r->choices[*num], text))
			return true;
	return false;
}

static bool mid_ok(const char *text)
{
	struct ix_arena *arena = ix_arena_new(4096);
	struct ix_mid mid;
	bool ok = arena && ix_mid_parse(arena, text, &mid);

	ix_arena_free(arena);
	return ok;
}

static bool profile_ok(const char *text)
{
	size_t n = strcspn(text, "/");
	size_t letters = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_");
	long version = text[n] ? strtol(text + n + 1, NULL, 10) : 0;

	return n > 0 && n < 64 && letters == n && version >= 1 && version <= 99 &&
	       strspn(text + n + 1, "0123456789") == strlen(text + n + 1);
}

static bool value_ok(const struct rule *r, const char *text, long *num)
{
	struct nat_addr addr;
	struct nat_ep ep;
	unsigned bits;

	switch (r->kind) {
	case TEXT:
	case TEXTS: return (long)strlen(text) >= r->min || r->kind == TEXTS;
	case NAME: return name_ok(text);
	case NUMBER: return number_ok(r, text, num);
	case CHOICE: return choice_ok(r, text, num);
	case MID: return mid_ok(text);
	case PROFILE: return profile_ok(text);
	case ENDPOINT: return (r->def && !*text) || ctl_endpoint_parse(text, &ep);
	case ENDPOINTS: return ctl_endpoint_parse(text, &ep);
	case ADDRESS4: return !*text || nat_addr_parse(text, &addr) == NAT_IP4;
	case ADDRESS6: return !*text || nat_addr_parse(text, &addr) == NAT_IP6;
	case PREFIXES: return nat_prefix_parse(text, &addr, &bits) != NAT_NONE;
	}
	return false;
}

static bool check_list(struct check *c, const char *key, const struct rule *r, struct slot *s)
{
	char path[160];
	long num;

	if ((long)s->n_list < r->min)
		return ctl_config_fail(c, key, NULL, "missing; legal: %s", r->legal);
	for (unsigned i = 0; i < s->n_list; i++) {
		snprintf(path, sizeof(path), "%s[%u]", key, i + 1);
		if (!value_ok(r, s->list[i], &num))
			return ctl_config_fail(c, path, s->list[i], "legal: %s", r->legal);
	}
	return true;
}

/* Checks every value of a section; a missing one gets its default. */
static bool check_section(struct check *c, const char *path, const struct rule *rules, unsigned n,
			  struct slot *slots)
{
	char key[128];

	for (unsigned i = 0; i < n; i++) {
		const struct rule *r = &rules[i];
		struct slot *s = &slots[i];

		snprintf(key, sizeof(key), "%s%s%s", path, *path ? "." : "", r->key);
		if (is_list(r->kind)) {
			if (!check_list(c, key, r, s))
				return false;
			continue;
		}
		if (!s->text && !r->def)
			return ctl_config_fail(c, key, NULL, "missing; legal: %s", r->legal);
		if (!s->text && !(s->text = strdup(r->def)))
			return ctl_config_fail(c, key, NULL, "out of memory");
		if (!value_ok(r, s->text, &s->num))
			return ctl_config_fail(c, key, s->text, "legal: %s", r->legal);
	}
	return true;
}

bool ctl_config_check_mirror(struct check *c, const char *path, struct slot *v)
{
	return check_section(c, path, mirror_rules, MIR_N, v);
}

unsigned ctl_config_mirror_key(const char *name, bool *list)
{
	unsigned i = 0;

	while (i < MIR_N && strcmp(mirror_rules[i].key, name) != 0)
		i++;
	*list = i < MIR_N && is_list(mirror_rules[i].kind);
	return i;
}

static bool check_lists(struct check *c, struct ctl_config_raw *raw)
{
	char path[32];

	if (!raw->n_ports)
		return ctl_config_fail(c, "ports", NULL, "missing; legal: list of 1..16 ports");
	if (!raw->n_realms)
		return ctl_config_fail(c, "realms", NULL, "missing; legal: list of 1..256 realms");
	for (unsigned i = 0; i < raw->n_ports; i++) {
		snprintf(path, sizeof(path), "ports[%u]", i + 1);
		if (!check_section(c, path, port_rules, PORT_N, raw->ports[i].v))
			return false;
	}
	for (unsigned i = 0; i < raw->n_realms; i++) {
		snprintf(path, sizeof(path), "realms[%u]", i + 1);
		if (!check_section(c, path, realm_rules, REALM_N, raw->realms[i].v))
			return false;
	}
	for (unsigned i = 0; i < raw->n_mirrors; i++) {
		snprintf(path, sizeof(path), "mirrors[%u]", i + 1);
		if (!ctl_config_check_mirror(c, path, raw->mirrors[i].v))
			return false;
	}
	return true;
}

static bool check_values(struct check *c, struct ctl_config_raw *raw)
{
	return check_section(c, "gateway", gateway_rules, GW_N, raw->gateway) &&
	       check_section(c, "dataplane", dataplane_rules, DPL_N, raw->dataplane) &&
	       check_lists(c, raw) && check_section(c, "ix", ix_rules, IX_N, raw->ix) &&
	       check_section(c, "log", log_rules, LOG_N, raw->log) &&
	       check_section(c, "", top_rules, TOP_N, raw->top);
}

/* ---- loading --------------------------------------------------------------------------------- */

static void free_raw(struct ctl_config_raw *raw)
{
	struct trail t = {0};
	cyaml_config_t how = reader(&t);

	if (raw)
		cyaml_free(&how, &schema.root, raw, 0);
}

static struct ctl_config *finish(struct check *c, struct ctl_config_raw *raw)
{
	struct ctl_config *conf = raw ? calloc(1, sizeof(*conf)) : NULL;

	if (!conf) {
		free_raw(raw);
		return NULL;
	}
	conf->raw = raw;
	if (check_values(c, raw) && ctl_config_build(c, raw, conf))
		return conf;
	ctl_config_free(conf);
	return NULL;
}

struct ctl_config *ctl_config_parse(const char *name, const void *yaml, size_t len,
				    char err[CTL_CONFIG_ERROR])
{
	struct check c = {name, err};
	struct trail t = {0};
	cyaml_config_t how = reader(&t);
	struct ctl_config_raw *raw = NULL;
	cyaml_err_t e;

	make_schema();
	snprintf(err, CTL_CONFIG_ERROR, "%s: empty: gateway, ports, realms and ix are needed",
		 name);
	e = cyaml_load_data(yaml, len, &how, &schema.root, (void **)&raw, NULL);
	if (e != CYAML_OK)
		tell_cyaml(&c, &t, e);
	return e == CYAML_OK ? finish(&c, raw) : NULL;
}

struct ctl_config *ctl_config_load(const char *file, char err[CTL_CONFIG_ERROR])
{
	enum { FILE_MAX = 1 << 20 };
	struct ctl_config *conf = NULL;
	char *buf = malloc(FILE_MAX);
	FILE *f = fopen(file, "r");
	size_t len;

	if (!f || !buf) {
		snprintf(err, CTL_CONFIG_ERROR, "%s: cannot read: %s", file, strerror(errno));
	} else {
		len = fread(buf, 1, FILE_MAX, f);
		if (ferror(f) || len == FILE_MAX)
			snprintf(err, CTL_CONFIG_ERROR, "%s: %s", file,
				 ferror(f) ? strerror(errno) : "larger than 1 MiB");
		else
			conf = ctl_config_parse(file, buf, len, err);
	}
	if (f)
		fclose(f);
	free(buf);
	return conf;
}

void ctl_config_free(struct ctl_config *conf)
{
	if (!conf)
		return;
	for (unsigned i = 0; i < conf->dp.n_realms; i++)
		free((void *)(uintptr_t)conf->dp.realms[i].locals);
	free((void *)(uintptr_t)conf->dp.realms);
	free((void *)(uintptr_t)conf->dp.ports);
	free((void *)(uintptr_t)conf->ranges);
	free((void *)(uintptr_t)conf->mirrors);
	free_raw(conf->raw);
	free(conf);
}
