// The configuration: what is legal loads, what is not is told with file, key, value and what would
// be.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../control/config.h"

#define HEAD        "gateway: {mid: \"[192.0.2.10]:2944\"}\n"
#define PORTS       "ports:\n  - {name: a, device: x}\n  - {name: b, device: y}\n"
#define REALM(more) "realms:\n  - {name: r, port: a, addresses: [\"198.51.100.10/24\"]" more "}\n"
#define IX          "ix: {local: \"192.0.2.10:2944\", controllers: [\"192.0.2.1:2944\"]}\n"

static struct ctl_config *load(const char *yaml, char err[CTL_CONFIG_ERROR])
{
	err[0] = 0;
	return ctl_config_parse("t.yaml", yaml, strlen(yaml), err);
}

static void defaults(void **state)
{
	char err[CTL_CONFIG_ERROR];
	struct ctl_config *c = load(HEAD PORTS REALM("") IX, err);

	(void)state;
	assert_string_equal(err[0] && !c ? err : "", "");
	assert_non_null(c);
	assert_string_equal(c->mid, "[192.0.2.10]:2944");
	assert_int_equal(c->dp.workers, 1);
	assert_int_equal(c->dp.streams, 10000);
	assert_int_equal(c->dp.timers.idle_ms, 7440000);
	assert_int_equal(c->dp.n_ports, 2);
	assert_int_equal(c->dp.ports[1].mtu, 1500);
	assert_int_equal(c->dp.ports[1].checksum, DP_CHECKSUM_AUTO);
	assert_int_equal(c->dp.n_realms, 1);
	assert_int_equal(c->dp.realms[0].n_locals, 1);
	assert_int_equal(c->dp.realms[0].locals[0].bits, 24);
	assert_int_equal(c->ranges[0].first, 20000);
	assert_int_equal(c->ranges[0].last, 29999);
	assert_int_equal(c->n_controllers, 1);
	assert_int_equal(nat_host16(c->controllers[0].ep.port), 2944);
	assert_int_equal(c->style, IX_PRETTY);
	assert_int_equal(c->version, 3);
	assert_false(c->has_metrics);
	assert_string_equal(c->control_socket, "/run/trgw/trgwd.sock");
	ctl_config_free(c);
}

static void everything(void **state)
{
	char err[CTL_CONFIG_ERROR];
	struct ctl_config *c = load(
		HEAD
		"dataplane: {workers: 2, eal: [\"--no-huge\", \"-m\", \"64\"], streams: 5, open_s: "
		"7}\n"
		"ports:\n  - {name: a, device: x, mtu: 9000, checksum: update}\n"
		"realms:\n"
		"  - {name: r1, port: a, vlan: 7, addresses: [\"10.0.0.1/8\", "
		"\"2001:db8::1/64\"],\n"
		"     next_hop4: \"10.9.9.9\", next_hop6: \"fe80::1\", first_port: 1024, "
		"last_port: 1025}\n"
		"  - {name: r2, port: a, vlan: 8, addresses: [\"10.0.0.1/8\"]}\n"
		"ix: {local: \"[2001:db8::2]:2944\", controllers: [\"[2001:db8::3]:1\", "
		"\"[2001:db8::3]:2\"],\n"
		"     encoding: compact, profile: \"ETSI_BGF/2\", version: 2, transport: udp}\n"
		"log: {level: debug}\nmetrics: \"[::1]:9\"\ncontrol_socket: /tmp/s\n"
		"mirrors:\n"
		"  - {name: m1, ingress: [R2], egress: [\"*\"], drops: [ttl], filter: ip, context: "
		"7,\n"
		"     snaplen: 96, rate: 5, target: /tmp/x.pcapng, rotate_mb: 1, rotate_s: 60,\n"
		"     budget_mb: 2}\n"
		"  - {name: m2, drops: [\"*\"], sink: vxlan, target: \"2001:db8::9\", tunnel: 99, "
		"start: \"no\"}\n",
		err);
	const struct dp_mirror_conf *m;

	(void)state;
	assert_string_equal(c ? "" : err, "");
	assert_int_equal(c->dp.n_eal_args, 3);
	assert_string_equal(c->dp.eal_args[2], "64");
	assert_int_equal(c->dp.ports[0].checksum, DP_CHECKSUM_UPDATE);
	assert_int_equal(c->dp.realms[1].vlan, 8);
	assert_int_equal(c->dp.realms[0].next_hop4.b[3], 9);
	assert_int_equal(c->dp.timers.open_ms, 7000);
	assert_int_equal(c->n_controllers, 2);
	assert_int_equal(c->controllers[1].ep.family, NAT_IP6);
	assert_int_equal(c->style, IX_COMPACT);
	assert_int_equal(c->log_level, CTL_DEBUG);
	assert_true(c->has_metrics);
	assert_int_equal(c->n_mirrors, 2);
	m = &c->mirrors[0].dp;
	assert_int_equal(m->ingress[0], 2);
	assert_int_equal(m->egress[0], 3);
	assert_int_equal(m->drops, 1u << NAT_R_TTL);
	assert_string_equal(m->filter, "ip");
	assert_int_equal(m->context, 7);
	assert_int_equal(m->snaplen, 96);
	assert_int_equal(m->rate, 5);
	assert_int_equal(m->sink, DP_SINK_FILE);
	assert_int_equal(m->rotate_bytes, 1 << 20);
	assert_int_equal(m->rotate_s, 60);
	assert_int_equal(m->budget_bytes, 2 << 20);
	assert_true(c->mirrors[0].start);
	m = &c->mirrors[1].dp;
	assert_int_equal(m->drops, ((uint64_t)1 << NAT_REASONS) - 1);
	assert_int_equal(m->family, NAT_IP6);
	assert_int_equal(m->tunnel, 99);
	assert_false(c->mirrors[1].start);
	ctl_config_free(c);
}

#define MIRROR(keys) HEAD PORTS REALM("") IX "mirrors: [{name: m, " keys "}]\n"

/* Each is wrong in one way; the error must hold all the words. */
static const struct {
	const char *yaml;
	const char *words[4];
} wrong[] = {
	{"", {"t.yaml", "empty"}},
	{"[1]", {"t.yaml"}},
	{"gateway: {mid: \"x", {"t.yaml"}},
	{PORTS REALM("") IX, {"gateway.mid", "missing"}},
	{"gateway: {mid: \"[1.2.3]:4\"}\n" PORTS REALM("") IX,
	 {"gateway.mid", "[1.2.3]:4", "legal"}},
	{"gateway: {mid: a, mdi: b}\n" PORTS REALM("") IX, {"gateway", "mdi", "legal: mid"}},
	{HEAD "frobs: 1\n" PORTS REALM("") IX, {"t.yaml", "frobs", "legal", "realms"}},
	{HEAD REALM("") IX, {"ports", "missing"}},
	{HEAD PORTS IX, {"realms", "missing"}},
	{HEAD PORTS REALM(""), {"ix.local", "missing"}},
	{HEAD "dataplane: {workers: 17}\n" PORTS REALM("") IX,
	 {"dataplane.workers", "17", "1..16"}},
	{HEAD "dataplane: {workers: two}\n" PORTS REALM("") IX, {"dataplane.workers", "two"}},
	{HEAD "dataplane: {workers: 0}\n" PORTS REALM("") IX, {"dataplane.workers", "0"}},
	{HEAD "dataplane: {open_s: 5}\n" PORTS REALM("") IX, {"dataplane.open_s", "6..3600"}},
	{HEAD "ports: [{name: a, device: x, mtu: 1279}]\n" REALM("") IX,
	 {"ports[1].mtu", "1280..9000"}},
	{HEAD "ports: [{name: a, device: x, checksum: maybe}]\n" REALM("") IX,
	 {"ports[1].checksum", "maybe", "recompute"}},
	{HEAD "ports: [{name: a, device: \"\"}]\n" REALM("") IX, {"ports[1].device"}},
	{HEAD "ports: [{name: \"a b\", device: x}]\n" REALM("") IX, {"ports[1].name", "a b"}},
	{HEAD "ports: [{name: a, device: x}, {name: a, device: y}]\n" REALM("") IX,
	 {"ports[2].name", "given twice"}},
	{HEAD "ports: {name: a}\n" REALM("") IX, {"ports"}},
	{HEAD PORTS "realms: [{name: r, port: c, addresses: [\"10.0.0.1/8\"]}]\n" IX,
	 {"realms[1].port", "c", "legal: a, b"}},
	{HEAD PORTS "realms: [{name: r, port: a}]\n" IX, {"realms[1].addresses", "missing"}},
	{HEAD PORTS "realms: [{name: r, port: a, addresses: [\"10.0.0.1\"]}]\n" IX,
	 {"realms[1].addresses[1]", "10.0.0.1"}},
	{HEAD PORTS "realms: [{name: r, port: a, addresses: [\"10.0.0.1/33\"]}]\n" IX,
	 {"realms[1].addresses[1]", "/33"}},
	{HEAD PORTS "realms: [{name: r, port: a, addresses: [\"127.0.0.1/8\"]}]\n" IX,
	 {"realms[1].addresses", "127.0.0.1/8", "unicast"}},
	{HEAD PORTS
	 "realms: [{name: r, port: a, addresses: [\"10.0.0.1/8\", \"10.0.0.1/24\"]}]\n" IX,
	 {"realms[1].addresses", "given twice"}},
	{HEAD PORTS "realms: [{name: r, port: a, addresses: [\"10.1.0.0/16\"]}]\n" IX,
	 {"realms[1].addresses", "10.1.0.0/16", "host"}},
	{HEAD PORTS "realms: [{name: r, port: a, addresses: [\"10.0.0.255/24\"]}]\n" IX,
	 {"realms[1].addresses", "10.0.0.255/24", "host"}},
	{HEAD "ports: [{name: a, device: x}, {name: b, device: x}]\n" REALM("") IX,
	 {"ports[2].device", "given twice"}},
	{HEAD "dataplane: {eal: [a, [b]]}\n" PORTS REALM("") IX,
	 {"dataplane.eal[2]", "legal: list of EAL arguments"}},
	{HEAD "dataplane: {mbufs: [1]}\n" PORTS REALM("") IX,
	 {"dataplane.mbufs", "legal: packets", "1..16777216"}},
	{HEAD PORTS REALM(", vlan: 4095") IX, {"realms[1].vlan", "4095"}},
	{HEAD PORTS REALM(", next_hop4: \"10.0.0.1\"") IX, {"realms[1].next_hop4", "prefixes"}},
	{HEAD PORTS REALM(", next_hop4: \"198.51.100.10\"") IX, {"realms[1].next_hop4", "own"}},
	{HEAD PORTS REALM(", next_hop4: \"2001:db8::1\"") IX, {"realms[1].next_hop4", "IPv4"}},
	{HEAD PORTS REALM(", next_hop6: \"2001:db8::1\"") IX, {"realms[1].next_hop6", "prefixes"}},
	{HEAD PORTS REALM(", first_port: 80") IX, {"realms[1].first_port", "1024..65535"}},
	{HEAD PORTS REALM(", first_port: 30000, last_port: 30000") IX,
	 {"realms[1].last_port", "30001"}},
	{HEAD PORTS "realms:\n  - {name: r, port: a, addresses: [\"10.0.0.1/8\"]}\n"
		    "  - {name: R, port: b, addresses: [\"10.0.0.1/8\"]}\n" IX,
	 {"realms[2].name", "given twice"}},
	{HEAD PORTS "realms:\n  - {name: r, port: a, addresses: [\"10.0.0.1/8\"]}\n"
		    "  - {name: s, port: a, addresses: [\"10.0.0.2/8\"]}\n" IX,
	 {"realms[2].vlan", "r has this port"}},
	{HEAD PORTS REALM("") "ix: {local: \"192.0.2.10\", controllers: [\"192.0.2.1:2944\"]}\n",
	 {"ix.local", "192.0.2.10", "ADDRESS:PORT"}},
	{HEAD PORTS REALM(
		 "") "ix: {local: \"192.0.2.10:99999\", controllers: [\"192.0.2.1:2944\"]}\n",
	 {"ix.local"}},
	{HEAD PORTS REALM(
		 "") "ix: {local: \"2001:db8::1:2944\", controllers: [\"192.0.2.1:2944\"]}\n",
	 {"ix.local"}},
	{HEAD PORTS REALM("") "ix: {local: \"192.0.2.10:1\", controllers: []}\n",
	 {"ix.controllers", "missing"}},
	{HEAD PORTS REALM("") "ix: {local: \"192.0.2.10:1\", controllers: [\"h:1\"]}\n",
	 {"ix.controllers[1]", "h:1"}},
	{HEAD PORTS REALM("") "ix: {local: \"192.0.2.10:1\", controllers: [\"[::2]:1\"]}\n",
	 {"ix.controllers[1]", "family"}},
	{HEAD PORTS REALM("") "ix: {local: \"192.0.2.10:1\", controllers: [\"192.0.2.1:1\", "
			      "\"192.0.2.1:1\"]}\n",
	 {"ix.controllers[2]", "given twice"}},
	{HEAD PORTS REALM("") "ix: {local: \"192.0.2.10:1\", controllers: [\"192.0.2.1:1\"], "
			      "transport: sctp}\n",
	 {"ix.transport", "sctp", "udp"}},
	{HEAD PORTS REALM("") "ix: {local: \"192.0.2.10:1\", controllers: [\"192.0.2.1:1\"], "
			      "profile: nix}\n",
	 {"ix.profile", "nix"}},
	{HEAD PORTS REALM(
		 "") "ix: {local: \"192.0.2.10:1\", controllers: [\"192.0.2.1:1\"], version: 4}\n",
	 {"ix.version", "1..3"}},
	{HEAD PORTS REALM("") IX "log: {level: loud}\n", {"log.level", "loud"}},
	{HEAD PORTS REALM("") IX "metrics: nowhere\n", {"metrics", "nowhere"}},
	{HEAD PORTS REALM("") IX "control_socket: \"\"\n", {"control_socket"}},
	{MIRROR("target: /x"), {"mirrors[1].ingress", "at least one"}},
	{MIRROR("drops: [ttl]"), {"mirrors[1].target", "missing"}},
	{MIRROR("drops: [ttl], target: x"), {"mirrors[1].target", "begins with /"}},
	{MIRROR("drops: [nix], target: /x"), {"mirrors[1].drops", "nix", "no such reason"}},
	{MIRROR("ingress: [nix], target: /x"), {"mirrors[1].ingress", "nix", "no such realm"}},
	{MIRROR("egress: [nix], target: /x"), {"mirrors[1].egress", "nix"}},
	{MIRROR("drops: [ttl], target: /x, filter: nonsense"),
	 {"mirrors[1].filter", "nonsense", "syntax error"}},
	{MIRROR("drops: [ttl], target: /x, context: -1"), {"mirrors[1].context", "-1"}},
	{MIRROR("drops: [ttl], target: /x, snaplen: 70000"), {"mirrors[1].snaplen"}},
	{MIRROR("drops: [ttl], target: /x, sink: tape"), {"mirrors[1].sink", "tape", "erspan"}},
	{MIRROR("drops: [ttl], target: a, sink: port"), {"mirrors[1].target", "realm r uses"}},
	{MIRROR("drops: [ttl], target: c, sink: port"), {"mirrors[1].target", "no such port"}},
	{MIRROR("drops: [ttl], target: \"1.2.3.4\", sink: erspan, tunnel: 1024"),
	 {"mirrors[1].tunnel", "0..1023"}},
	{MIRROR("drops: [ttl], target: here, sink: vxlan"), {"mirrors[1].target", "collector"}},
	{MIRROR("drops: [ttl], target: /x, vlan: 4095"), {"mirrors[1].vlan"}},
	{MIRROR("drops: [ttl], target: /x, rotate_mb: 2, budget_mb: 3"),
	 {"mirrors[1].budget_mb", "twice"}},
	{MIRROR("drops: [ttl], target: /x, start: maybe"), {"mirrors[1].start", "yes or no"}},
	{MIRROR("drops: [ttl], target: /x, colour: red"), {"colour", "rotate_mb"}},
	{HEAD PORTS REALM("") IX "mirrors: [{name: m, drops: [ttl], target: /x}, "
				 "{name: m, drops: [ttl], target: /y}]\n",
	 {"mirrors[2]", "given twice"}},
};

static void errors(void **state)
{
	char err[CTL_CONFIG_ERROR];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct ctl_config *c = load(wrong[i].yaml, err);

		if (c)
			fail_msg("case %zu was accepted:\n%s", i, wrong[i].yaml);
		for (unsigned k = 0; k < 4 && wrong[i].words[k]; k++)
			if (!strstr(err, wrong[i].words[k]))
				fail_msg("case %zu: \"%s\" lacks \"%s\"", i, err,
					 wrong[i].words[k]);
	}
}

static void no_file(void **state)
{
	char err[CTL_CONFIG_ERROR];

	(void)state;
	assert_null(ctl_config_load("/nowhere/x.yaml", err));
	assert_non_null(strstr(err, "/nowhere/x.yaml"));
}

static char *slurp(const char *file)
{
	FILE *f = fopen(file, "r");
	char *text = calloc(1, 65536);

	assert_non_null(f);
	assert_true(fread(text, 1, 65535, f) > 0);
	fclose(f);
	return text;
}

/* True when "key:" stands in a line of the text under its section. */
static bool has_key(const char *text, const char *path)
{
	const char *dot = strchr(path, '.'), *key = dot ? dot + 1 : path, *p = text;
	char head[64], want[64];

	if (dot) {
		snprintf(head, sizeof(head), "\n%.*s:", (int)(dot - path), path);
		p = strstr(text, head);
		if (!p)
			return false;
		p++;
	}
	snprintf(want, sizeof(want), "%s:", key);
	for (p = dot ? strchr(p, '\n') : p; p; p = strchr(p, '\n')) {
		if (dot && p[1] && p[1] != ' ' && p[1] != '#' && p[1] != '\n')
			return false; // the next section
		p += *p == '\n';
		if (!strncmp(p + strspn(p, " -"), want, strlen(want)))
			return true;
	}
	return false;
}

/* The documented sample loads, and no key of the schema is missing in it. */
static void sample(void **state)
{
	char err[CTL_CONFIG_ERROR], key[64];
	const char *legal;
	struct ctl_config *c = ctl_config_load(TRGW_SOURCE "/packaging/trgw.yaml", err);
	char *text = slurp(TRGW_SOURCE "/packaging/trgw.yaml");
	unsigned n = 0;

	(void)state;
	if (!c)
		fail_msg("%s", err);
	for (; ctl_config_key(n, key, sizeof(key), &legal); n++)
		if (!has_key(text, key))
			fail_msg("the sample lacks %s", key);
	assert_int_equal(n, 45);
	assert_false(has_key(text, "realms.colour"));
	ctl_config_free(c);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults), cmocka_unit_test(everything), cmocka_unit_test(errors),
		cmocka_unit_test(no_file),  cmocka_unit_test(sample),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
