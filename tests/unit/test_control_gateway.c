// The gateway in H.248 text: commands, echo rule, wildcards, order, refusals that change nothing.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "../../control/run.h"
#include "control_rig.h"

static int setup(void **state)
{
	struct rig *r = rig_open("streams: 6");

	rig_register(r);
	*state = r;
	return 0;
}

static int teardown(void **state)
{
	rig_close(*state);
	return 0;
}

static unsigned contexts(const struct rig *r)
{
	return ctl_model_stats(r->gw->model).contexts;
}

static unsigned terms(const struct rig *r)
{
	return ctl_model_stats(r->gw->model).terms;
}

static bool has(const char *text, const char *part)
{
	return text && part && strstr(text, part) != NULL;
}

static void assert_has(const char *text, const char *part)
{
	if (!has(text, part))
		print_error("\"%s\" is not in\n%s\n", part ? part : "", text ? text : "");
	assert_true(has(text, part));
}

static void assert_lacks(const char *text, const char *part)
{
	if (has(text, part))
		print_error("\"%s\" is in\n%s\n", part ? part : "", text ? text : "");
	assert_false(has(text, part));
}

/* ---- a call ---------------------------------------------------------------------------------- */

static void reserve_configure_release(void **state)
{
	struct rig *r = *state;
	char t1[CTL_NAME], t2[CTL_NAME];
	unsigned long ctx;
	unsigned p1, p2;
	const char *out;

	/* Add the side of the answerer: Local only. */
	out = rig_do(
		r,
		"Context = $ { Add = ip/core/$/$ { Media { Stream = 1 {\n"
		"LocalControl { Mode = SendReceive, ipdc/realm = \"core\" },\n"
		"Local {\nv=0\nc=IN IP4 $\nm=message $ TCP/TLS/MSRP *\na=setup:actpass\n} } } } }");
	assert_int_equal(rig_error(out), 0);
	ctx = rig_number(out, "Context = ", 0);
	rig_name(out, "Add", 0, t1);
	p1 = (unsigned)rig_number(out, "m=message ", 0);
	assert_in_range(p1, 20000, 20009);
	assert_has(out, "c=IN IP4 203.0.113.10");
	assert_has(out, "a=setup:actpass");
	assert_has(t1, "ip/core/1/");
	assert_non_null(fake_flow("203.0.113.10", NAT_IP_TCP, (uint16_t)p1, NULL));
	assert_false(fake_flow("203.0.113.10", NAT_IP_TCP, (uint16_t)p1, NULL)->flags &
		     NAT_F_READY);

	/* The answer: Modify that side, Add the other with Local and Remote, in one transaction. */
	out = rig_do(
		r,
		"Context = %lu { Modify = %s { Media { Stream = 1 { Remote {\nv=0\n"
		"c=IN IP4 203.0.113.77\nm=message 9 TCP/TLS/MSRP *\na=setup:active\n} } } },\n"
		"Add = ip/access/$/$ { Media { Stream = 1 { LocalControl { Mode = SendReceive },\n"
		"Local {\nv=0\nc=IN IP4 $\nm=message $ TCP/TLS/MSRP *\na=setup:active\n},\n"
		"Remote {\nv=0\nc=IN IP4 198.51.100.77\nm=message 4000 TCP/TLS/MSRP *\n"
		"a=setup:actpass\n} } } } }",
		ctx, t1);
	assert_int_equal(rig_error(out), 0);
	/* Only what was under-specified comes back. */
	assert_has(out, "Modify = ip/core/1/");
	assert_lacks(out, "Remote");
	assert_lacks(out, "LocalControl");
	rig_name(out, "Add", 0, t2);
	p2 = (unsigned)rig_number(out, "m=message ", 0);
	assert_has(t2, "ip/access/1/");
	assert_int_equal(fake_flow("203.0.113.10", NAT_IP_TCP, (uint16_t)p1, NULL)->flags,
			 NAT_F_TCP | NAT_F_OPEN | NAT_F_READY | NAT_F_MAY_OPEN | NAT_F_PORT_ANY);
	assert_int_equal(fake_flow("198.51.100.10", NAT_IP_TCP, (uint16_t)p2, NULL)->flags,
			 NAT_F_TCP | NAT_F_OPEN | NAT_F_READY | NAT_F_SIDE_B | NAT_F_DPORT_CONN);
	assert_int_equal(fake_flow("203.0.113.10", NAT_IP_TCP, (uint16_t)p1, NULL)->mtu, 1500);
	assert_int_equal(fake_flow("198.51.100.10", NAT_IP_TCP, (uint16_t)p2, NULL)->mtu, 1400);
	assert_int_equal(fake_conns(), 1);

	/* Gate: Inactive, and open again. */
	out = rig_do(r,
		     "Context = %lu { Modify = %s { Media { LocalControl { Mode = Inactive } } } }",
		     ctx, t2);
	assert_int_equal(rig_error(out), 0);
	assert_false(fake_flow("203.0.113.10", NAT_IP_TCP, (uint16_t)p1, NULL)->flags & NAT_F_OPEN);

	out = rig_do(r,
		     "Context = %lu { Subtract = %s { Audit { Statistics } },\n"
		     "Subtract = %s { Audit { Statistics } } }",
		     ctx, t1, t2);
	assert_int_equal(rig_error(out), 0);
	assert_has(out, "nt/dur");
	assert_int_equal(contexts(r), 0);
	assert_int_equal(terms(r), 0);
	assert_int_equal(fake_flows(), 0);
	assert_int_equal(fake_conns(), 0);
	assert_int_equal(fake_neigh_users(), 0);
	out = rig_do(r,
		     "Context = %lu { Modify = %s { Media { LocalControl { Mode = Inactive } } } }",
		     ctx, t1);
	assert_int_equal(rig_error(out), 411);
}

static void statistics(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "TCP/TLS/MSRP", "passive", "active");
	const char *out, *second;
	struct nat_conn *conn;
	uint32_t id;

	assert_non_null(fake_flow("198.51.100.10", NAT_IP_TCP, (uint16_t)c.port[0], &id));
	conn = fake_conn(id);
	conn->bytes[0] = 1000;
	conn->bytes[1] = 50;
	conn->drops = 3;
	r->now += 1234;
	out = rig_do(r, "Context = %lu { AuditValue = %s { Audit { Statistics } } }", c.ctx,
		     c.name[1]);
	assert_int_equal(rig_number(out, "nt/os = ", 0), 1000);
	assert_int_equal(rig_number(out, "nt/or = ", 0), 50);
	/* What is counted until the epoch has passed is in the answer, which waits for it. */
	fake_hold_epochs();
	out = rig_do(r, "Context = %lu { Subtract = %s, Subtract = %s { Audit { } } }", c.ctx,
		     c.name[0], c.name[1]);
	assert_string_equal(out, "");
	conn->bytes[0] = 1100;
	rig_pass(r, 1);
	assert_string_equal(r->out, "");
	fake_pass_epochs();
	rig_pass(r, 1);
	out = r->out;
	assert_int_equal(rig_number(out, "nt/dur = ", 0), 1234);
	assert_int_equal(rig_number(out, "nt/os = ", 0), 50);
	assert_int_equal(rig_number(out, "nt/or = ", 0), 1100);
	assert_int_equal(rig_number(out, "gm/dp = ", 0), 3);
	/* Audit{} suppresses them. */
	second = strstr(out, c.name[1]);
	assert_non_null(second);
	assert_null(strstr(second, "nt/dur"));
	assert_int_equal(fake_conns(), 0);
}

/* Workers may pass the epoch while the loop looks: whenever that is, nothing counted is missing. */
static void statistics_whenever(void **state)
{
	struct rig *r = *state;

	for (unsigned look = 1; look < 12; look++) {
		struct rig_call c = rig_call(r, "TCP/TLS/MSRP", "passive", "active");
		uint32_t id;

		assert_non_null(fake_flow("198.51.100.10", NAT_IP_TCP, (uint16_t)c.port[0], &id));
		fake_conn(id)->bytes[0] = 1000;
		fake_hold_epochs();
		fake_pass_epochs_at(look);
		rig_do(r, "Context = %lu { Subtract = %s, Subtract = %s { Audit { } } }", c.ctx,
		       c.name[0], c.name[1]);
		for (unsigned i = 0; i < 12 && !r->out[0]; i++)
			rig_pass(r, 1);
		assert_int_equal(rig_number(r->out, "nt/or = ", 0), 1000);
		fake_pass_epochs_at(1);
		rig_pass(r, CTL_PORT_REST_MS);
	}
}

/* A port that was released rests, and nobody else gets it meanwhile; no port leaks. */
static void ports_come_back(void **state)
{
	struct rig *r = *state;
	struct ctl_pool_view v;

	for (unsigned i = 0; i < 20; i++) {
		struct rig_call c = rig_call(r, "TCP/TLS/MSRP", "", "");

		assert_int_not_equal(c.ctx, 0);
		rig_do(r, "Context = %lu { W-Subtract = * { Audit { } } }", c.ctx);
		assert_int_equal(rig_error(r->out), 0);
		rig_pass(r, CTL_PORT_REST_MS);
	}
	assert_int_equal(fake_flows(), 0);
	for (unsigned i = 0; ctl_pool_at(r->gw->realms, i, &v); i++)
		assert_int_equal(v.ports.used, 0);
}

/* ---- names and realms ------------------------------------------------------------------------ */

static void realms(void **state)
{
	static const struct {
		const char *name, *control;
		const char *addr; // of Local in the answer; NULL: refused
		unsigned code;
		const char *word;
	} cases[] = {
		{"ip/access/$/$", "", "198.51.100.10", 0, "ip/access/1/"},
		{"ip/core/$/$", "", "203.0.113.10", 0, "ip/core/1/"},
		{"ip/1/core/$", "", "203.0.113.10", 0, "ip/1/core/"},
		{"ip/CORE/7/$", "", "203.0.113.10", 0, "/7/"},
		{"$", "", "198.51.100.10", 0, "ip/access/1/"},
		{"ip/$/$/$", "ipdc/realm = \"core\"", "203.0.113.10", 0, "ip/core/1/"},
		{"ip/1/2/$", "ipdc/realm = \"core\"", "203.0.113.10", 0, "ip/1/2/"},
		{"ip/core/$/$", "ipdc/realm = \"CORE\"", "203.0.113.10", 0, "ip/core/1/"},
		{"ip/access/$/$", "ipdc/realm = \"core\"", NULL, 473, "core"},
		{"ip/$/$/$", "ipdc/realm = \"mars\"", NULL, 449, "mars"},
		{"ip/access/1/7", "", NULL, 430, "use $"},
		{"ip/access/$", "", NULL, 430, "ip/GROUP"},
		{"ip/*/1/$", "", NULL, 430, "wildcard"},
		{"ip/access/*/$", "", NULL, 430, "wildcard"},
		{"ip/$x/1/$", "", NULL, 430, "wildcard"},
		{"*", "", NULL, 430, "ip/GROUP"},
		{"tdm/access/$/$", "", NULL, 430, "only type ip"},
	};
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *out = rig_do(
			r,
			"Context = $ { Add = %s { Media { Stream = 1 { LocalControl { Mode = "
			"Inactive"
			"%s%s },\nLocal {\nv=0\nc=IN IP4 $\nm=x $ UDP -\n} } } } }",
			cases[i].name, *cases[i].control ? ", " : "", cases[i].control);

		assert_int_equal(rig_error(out), cases[i].code);
		if (cases[i].addr)
			assert_has(out, cases[i].addr);
		assert_has(out, cases[i].word);
		if (!cases[i].code)
			rig_do(r, "Context = * { W-Subtract = * { Audit { } } }");
		assert_int_equal(contexts(r), 0);
	}
}

static void wildcards(void **state)
{
	static const struct {
		const char *pattern, *name;
		bool match;
	} cases[] = {
		{"*", "ip/access/1/7", true},
		{"ip/*", "ip/access/1/7", true},
		{"ip/access/*", "ip/access/1/7", true},
		{"IP/ACCESS/1/*", "ip/access/1/7", true},
		{"ip/*/1/7", "ip/access/1/7", true},
		{"ip/*/*/7", "ip/access/1/7", true},
		{"ip/core/*", "ip/access/1/7", false},
		{"ip/access/1", "ip/access/1/7", false},
		{"ip/access/1/7/*", "ip/access/1/7", false},
		{"*/*/*/*/*", "ip/access/1/7", false},
		{"ip/access/1/7", "ip/access/1/7", true},
		{"", "ip/access/1/7", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (ctl_name_match(ix_lit(cases[i].pattern), cases[i].name) != cases[i].match)
			fail_msg("%s", cases[i].pattern);
}

static void wildcard_commands(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "TCP", "", ""), d = rig_call(r, "TCP", "", "");
	const char *out;
	char name[CTL_NAME];

	out = rig_do(r,
		     "Context = %lu { Modify = * { Media { LocalControl { Mode = Inactive } } } }",
		     c.ctx);
	assert_string_equal(rig_name(out, "Modify", 0, name), c.name[0]);
	assert_string_equal(rig_name(out, "Modify", 1, name), c.name[1]);
	out = rig_do(r,
		     "Context = %lu { W-Modify = ip/core/* { Media { LocalControl { Mode = Inactive"
		     " } } } }",
		     c.ctx);
	assert_string_equal(rig_name(out, "Modify", 0, name), "ip/core/*");
	out = rig_do(r, "Context = %lu { AuditValue = ip/mars/* { Audit { } } }", c.ctx);
	assert_int_equal(rig_error(out), 431);
	out = rig_do(r, "Context = * { AuditValue = * { Audit { } } }");
	assert_int_equal(rig_error(out), 0);
	assert_int_equal(rig_number(out, "Context = ", 0), c.ctx);
	assert_int_equal(rig_number(out, "Context = ", 1), d.ctx);
	assert_string_equal(rig_name(out, "AuditValue", 3, name), d.name[1]);
	out = rig_do(r,
		     "Context = * { Modify = * { Media { LocalControl { Mode = Inactive } } } }");
	assert_int_equal(rig_error(out), 421);
	out = rig_do(r, "Context = %lu { W-Subtract = * { Audit { Statistics } } }", c.ctx);
	assert_string_equal(rig_name(out, "Subtract", 0, name), "*");
	assert_lacks(out, "Statistics");
	assert_int_equal(contexts(r), 1);
	out = rig_do(r, "Context = * { Subtract = * { Audit { } } }");
	assert_string_equal(rig_name(out, "Subtract", 1, name), d.name[1]);
	assert_int_equal(contexts(r), 0);
	out = rig_do(r, "Context = * { Subtract = * { Audit { } } }");
	assert_int_equal(rig_error(out), 431);
}

/* ---- refusals -------------------------------------------------------------------------------- */

#define LOCAL(m) "Local {\nv=0\nc=IN IP4 $\n" m "\n}"

/* Actions that must be refused with this code and a text that has the word. %1 is the context of a
 * call between the two realms, %2 and %3 its terminations. */
static const struct {
	const char *actions;
	unsigned code;
	const char *word;
} refused[] = {
	{"Context = 77 { Subtract = ip/access/1/1 { Audit { } } }", 411, "77"},
	{"Context = $ { Subtract = * { Audit { } } }", 421, "Add"},
	{"Context = - { Add = ip/access/1/$ { Media { " LOCAL("m=x $ UDP -") " } } }", 542, "null"},
	{"Context = - { AuditValue = ip/access/1/1 { Audit { } } }", 430, "ip/access/1/1"},
	{"Context = - { Subtract = ROOT { Audit { } } }", 542, ""},
	{"Context = %1 { Modify = ip/access/1/1 { Media { LocalControl { Mode = Inactive } } } }",
	 430, "ip/access/1/1"},
	{"Context = %1 { Modify = ip/access/1/$ { Media { LocalControl { Mode = Inactive } } } }",
	 430, "$"},
	{"Context = %1 { Add = %2 { Media { LocalControl { Mode = Inactive } } } }", 433,
	 "already"},
	{"Context = %1 { Move = %2 }", 443, ""},
	{"Context = %1 { AuditCapability = %2 { Audit { Media } } }", 443, ""},
	{"Context = %1 { Modify = %2 { Media { LocalControl { Mode = Loopback } } } }", 517, ""},
	{"Context = %1 { Modify = %2 { Media { LocalControl { ipdc/realm = \"core\" } } } }", 449,
	 "cannot change"},
	{"Context = %1 { Modify = %2 { Media { LocalControl { frob/x = 1 } } } }", 440, "frob"},
	{"Context = %1 { Modify = %2 { Media { LocalControl { tman/pol = ON } } } }", 501, "polic"},
	{"Context = %1 { Modify = %2 { Events = 9 { frob/x } } }", 440, "frob"},
	{"Context = %1 { Modify = %2 { Signals { ipnapt/latch { napt = LATCH } } } }", 513,
	 "latch"},
	{"Context = %1 { Modify = %2 { Media { " LOCAL("m=x $ FROB/TCP -") " } } }", 515,
	 "FROB/TCP"},
	{"Context = %1 { Modify = %2 { Media { Local {\nnonsense\n} } } }", 474, ""},
	{"Context = %1 { Modify = %2 { Media { Local {\nv=0\nm=x $ TCP -\n} } } }", 474, "c="},
	{"Context = %1 { Modify = %2 { Media { Local {\nv=0\nc=IN IP4 10.9.9.9\nm=x $ TCP -\n} } } "
	 "}",
	 449, "10.9.9.9"},
	{"Context = %1 { Modify = %2 { Media { Local {\nv=0\nc=IN IP4 $\nm=x 1234 TCP -\n} } } }",
	 449, "1234"},
	{"Context = %1 { Modify = %2 { Media { Remote {\nv=0\nc=IN IP4 $\nm=x 1 TCP -\n} } } }",
	 449, "$"},
	{"Context = %1 { Modify = %2 { Media { Remote {\nv=0\nc=IN IP6 2001:db8::7\nm=x 1 TCP -\n} "
	 "} } }",
	 449, "IPv6"},
	{"Context = %1 { Modify = %2 { Media { Remote {\nv=0\nc=IN IP4 198.51.100.7\nm=x 1 UDP "
	 "-\n} } } }",
	 449, "UDP"},
	{"Context = %1 { Modify = %2 { Media { Remote {\nv=0\nc=IN IP4 host.example\nm=x 1 TCP "
	 "-\n} } } }",
	 449, "c="},
	{"Context = %1 { Modify = %2 { Media { Remote {\nv=0\nc=IN IP4 198.51.100.10\nm=x 1 TCP "
	 "-\n} } } }",
	 501, "own address"},
	/* The other side is clear TCP: no TLS here, nothing terminates it. */
	{"Context = %1 { Modify = %2 { Media { " LOCAL("m=x $ TCP/TLS -") " } } }", 449, "TLS"},
	{"Context = %1 { Modify = %2 { Media { " LOCAL("m=x $ UDP -") " } } }", 449, "transport"},
	/* core has no IPv6 address and no router. */
	{"Context = %1 { Modify = %3 { Media { Local {\nv=0\nc=IN IP6 $\nm=x $ TCP -\n} } } }", 449,
	 "core"},
	{"Context = %1 { Modify = %3 { Media { Remote {\nv=0\nc=IN IP4 8.8.8.8\nm=x 1 TCP -\n} } } "
	 "}",
	 449, "8.8.8.8"},
	{"Context = %1 { Topology { %2, %3, Isolate, Stream = 1 } }", 522, ""},
	{"Context = - { Modify = ROOT { Media { TerminationState { root/maxNumberOfContexts = 1 } "
	 "} } }",
	 534, ""},
	{"Context = - { Modify = ROOT { Events = 1 { ocp/mg_overload } } }", 512, "mg_overload"},
};

/* Replaces %1 %2 %3. */
static void expand(const char *from, const struct rig_call *c, char *to, size_t size)
{
	size_t n = 0;

	for (; *from && n < size - 80; from++) {
		if (from[0] == '%' && from[1] == '1')
			n += (size_t)snprintf(to + n, size - n, "%lu", c->ctx);
		else if (from[0] == '%' && (from[1] == '2' || from[1] == '3'))
			n += (size_t)snprintf(to + n, size - n, "%s", c->name[from[1] - '2']);
		else {
			to[n++] = *from;
			continue;
		}
		from++;
	}
	to[n] = 0;
}

static void refusals_change_nothing(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "TCP", "", "");
	char before[8192], actions[2048];

	assert_int_not_equal(c.ctx, 0);
	snprintf(before, sizeof(before), "%s",
		 rig_do(r, "Context = %lu { AuditValue = * { Audit { Media, Events } } }", c.ctx));
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		unsigned flows = fake_flows(), conns = fake_conns();
		const char *out, *after;

		expand(refused[i].actions, &c, actions, sizeof(actions));
		out = rig_do(r, "%s", actions);
		if (rig_error(out) != refused[i].code || !strstr(out, refused[i].word))
			fail_msg("case %zu: %s\n%s", i, actions, out);
		assert_int_equal(contexts(r), 1);
		assert_int_equal(terms(r), 2);
		assert_int_equal(fake_flows(), flows);
		assert_int_equal(fake_conns(), conns);
		after = rig_do(r, "Context = %lu { AuditValue = * { Audit { Media, Events } } }",
			       c.ctx);
		/* Beyond the transaction's number. */
		assert_string_equal(strchr(after, '{'), strchr(before, '{'));
		rig_pass(r, CTL_PORT_REST_MS);
	}
}

static void order_and_optional(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "TCP", "", "");
	const char *out;

	/* The first failure ends the transaction: what follows is not answered and not done. */
	out = rig_do(r,
		     "Context = %lu { Subtract = ip/access/1/1 { Audit { } }, Subtract = %s { "
		     "Audit { } } }",
		     c.ctx, c.name[0]);
	assert_int_equal(rig_error(out), 430);
	assert_lacks(out, c.name[0]);
	assert_int_equal(terms(r), 2);
	/* What came before stays done. */
	out = rig_do(r,
		     "Context = %lu { Subtract = %s { Audit { } } }, Context = 5 { Subtract = * { "
		     "Audit { } } "
		     "}",
		     c.ctx, c.name[0]);
	assert_int_equal(rig_error(out), 411);
	assert_int_equal(terms(r), 1);
	/* O- goes on. */
	out = rig_do(r,
		     "Context = %lu { O-Subtract = ip/access/1/1 { Audit { } }, Subtract = %s { "
		     "Audit { } } }",
		     c.ctx, c.name[1]);
	assert_int_equal(rig_error(out), 430);
	assert_has(out, c.name[1]);
	assert_int_equal(contexts(r), 0);
}

/* A transaction that comes twice is done once. */
static void at_most_once(void **state)
{
	struct rig *r = *state;
	static const char add[] = "MEGACO/3 [192.0.2.1]:2944\nTransaction = 5 { Context = $ { Add "
				  "= ip/core/1/$ { Media {\n"
				  "Local {\nv=0\nc=IN IP4 $\nm=x $ UDP -\n} } } } }";
	char first[4096];

	rig_forget(r);
	rig_input(r, 0, add);
	snprintf(first, sizeof(first), "%.4095s", r->out);
	rig_forget(r);
	rig_input(r, 0, add);
	assert_string_equal(r->out, first);
	assert_int_equal(contexts(r), 1);
}

/* ---- audits, ROOT, context properties -------------------------------------------------------- */

static void audits(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "TCP/TLS/MSRP", "passive", "active");
	const char *out = rig_do(r, "Context = - { AuditValue = ROOT { Audit { } } }");

	assert_has(out, "AuditValue = ROOT");
	assert_int_equal(rig_error(out), 0);
	out = rig_do(r, "Context = - { AuditValue = ROOT { Audit { Packages, Media } } }");
	assert_has(out, "ipdc-1");
	assert_has(out, "root-2");
	assert_int_equal(rig_number(out, "root/maxNumberOfContexts = ", 0), 6);
	out = rig_do(r, "Context = %lu { AuditValue = %s { Audit { Media, Events } } }", c.ctx,
		     c.name[0]);
	assert_has(out, "Mode = SendReceive");
	assert_has(out, "ipdc/realm = \"access\"");
	assert_has(out, "c=IN IP4 198.51.100.77");
	assert_has(out, "InService");
	assert_has(out, "g/cause");
	assert_has(out, "Events = 1");
	out = rig_do(r,
		     "Context = %lu { AuditValue = %s { Audit { Media { Stream = 1 { LocalControl "
		     "{ Mode } } "
		     "} } } }",
		     c.ctx, c.name[0]);
	assert_has(out, "Mode = SendReceive");
}

static void root_values(void **state)
{
	struct rig *r = *state;
	const char *out = rig_do(r, "Context = - { Modify = ROOT { Media { TerminationState {\n"
				    "root/normalMGExecutionTime = 777 } } } }");

	assert_int_equal(rig_error(out), 0);
	out = rig_do(r, "Context = - { AuditValue = ROOT { Audit { Media } } }");
	assert_int_equal(rig_number(out, "root/normalMGExecutionTime = ", 0), 777);
}

static void context_properties(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "TCP", "", "");
	const struct ctl_context *ctx = ctl_context_get(r->gw->model, (uint32_t)c.ctx);
	const char *out;

	out = rig_do(
		r,
		"Context = %lu { Priority = 7, Emergency, ContextAudit { Priority, Emergency } }",
		c.ctx);
	assert_int_equal(rig_error(out), 0);
	assert_int_equal(ctx->priority, 7);
	assert_true(ctx->emergency);
	assert_has(out, "Priority = 7");
	out = rig_do(r, "Context = %lu { Topology { %s, %s, Oneway } }", c.ctx, c.name[0],
		     c.name[1]);
	assert_int_equal(rig_error(out), 0);
	assert_true(fake_flow("198.51.100.10", NAT_IP_TCP, (uint16_t)c.port[0], NULL)->flags &
		    NAT_F_OPEN);
	assert_false(fake_flow("203.0.113.10", NAT_IP_TCP, (uint16_t)c.port[1], NULL)->flags &
		     NAT_F_OPEN);
}

/* ---- Modify ---------------------------------------------------------------------------------- */

/* Repeating what is there disturbs nothing: no packet sees a new flow. */
static void repeated_modify(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "TCP", "", "");
	unsigned published = fake_publishes();
	const char *out;

	out = rig_do(r,
		     "Context = %lu { Modify = %s { Media { Stream = 1 { LocalControl { Mode = "
		     "SendReceive },\n"
		     "Local {\nv=0\nc=IN IP4 198.51.100.10\nm=message %u TCP *\n},\n"
		     "Remote {\nv=0\nc=IN IP4 198.51.100.77\nm=message 4000 TCP *\n} } } } }",
		     c.ctx, c.name[0], c.port[0]);
	assert_int_equal(rig_error(out), 0);
	assert_lacks(out, "Local");
	assert_int_equal(fake_publishes(), published);
	/* $ again gives the same endpoint. */
	out = rig_do(r,
		     "Context = %lu { Modify = %s { Media { " LOCAL("m=message $ TCP *") " } } }",
		     c.ctx, c.name[0]);
	assert_int_equal(rig_number(out, "m=message ", 0), c.port[0]);
	assert_int_equal(fake_publishes(), published);
}

/* A restrictive answer leaves when no worker forwards by the old flow any more. */
static void inactive_waits(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "UDP", "", "");

	fake_hold_epochs();
	rig_do(r, "Context = %lu { Modify = %s { Media { LocalControl { Mode = Inactive } } } }",
	       c.ctx, c.name[0]);
	assert_string_equal(r->out, "");
	fake_pass_epochs();
	rig_pass(r, 1);
	assert_has(r->out, "Modify");
}

/* A stream changes its transport: new port, the old one rests. */
static void changed_transport(void **state)
{
	struct rig *r = *state;
	const char *out = rig_do(
		r, "Context = $ { Add = ip/core/1/$ { Media { " LOCAL("m=x $ RTP/AVP 0") " } } }");
	unsigned port = (unsigned)rig_number(out, "m=x ", 0);
	unsigned long ctx = rig_number(out, "Context = ", 0);
	char name[CTL_NAME];

	rig_name(out, "Add", 0, name);
	assert_int_equal(port & 1, 0);
	assert_int_equal(fake_flows(), 2);
	out = rig_do(r, "Context = %lu { Modify = %s { Media { " LOCAL("m=x $ TCP/MSRP *") " } } }",
		     ctx, name);
	assert_int_equal(rig_error(out), 0);
	assert_int_equal(fake_flows(), 1);
	assert_non_null(
		fake_flow("203.0.113.10", NAT_IP_TCP, (uint16_t)rig_number(out, "m=x ", 0), NULL));
	assert_null(fake_flow("203.0.113.10", NAT_IP_UDP, (uint16_t)port, NULL));
}

/* After a subtraction the termination that stays meets a new partner. */
static void new_partner(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "UDP", "", "");
	const char *out;
	uint32_t id;
	char name[CTL_NAME];
	unsigned port;

	fake_flow("198.51.100.10", NAT_IP_UDP, (uint16_t)c.port[0], &id);
	fake_conn(id)->bytes[0] = 500;
	rig_do(r, "Context = %lu { Subtract = %s { Audit { } } }", c.ctx, c.name[1]);
	assert_int_equal(fake_flows(), 1);
	assert_false(fake_flow("198.51.100.10", NAT_IP_UDP, (uint16_t)c.port[0], NULL)->flags &
		     NAT_F_READY);
	out = rig_do(r,
		     "Context = %lu { Add = ip/core/1/$ { Media { Stream = 1 {\n"
		     "LocalControl { Mode = SendReceive }, " LOCAL(
			     "m=x $ UDP *") ",\n"
					    "Remote {\nv=0\nc=IN IP4 203.0.113.78\nm=x 7000 UDP "
					    "*\n} } } } }",
		     c.ctx);
	assert_int_equal(rig_error(out), 0);
	rig_name(out, "Add", 0, name);
	port = (unsigned)rig_number(out, "m=x ", 0);
	assert_int_equal(
		nat_host16(fake_flow("198.51.100.10", NAT_IP_UDP, (uint16_t)c.port[0], &id)->dport),
		7000);
	assert_non_null(fake_flow("203.0.113.10", NAT_IP_UDP, (uint16_t)port, NULL));
	fake_conn(id)->bytes[0] = 11;
	/* The first termination's figures span both partners, the new one's only its own time. */
	out = rig_do(r, "Context = %lu { Subtract = %s, Subtract = %s }", c.ctx, c.name[0], name);
	assert_int_equal(rig_number(out, "nt/or = ", 0), 511);
	assert_int_equal(rig_number(out, "nt/os = ", 1), 11);
	assert_int_equal(fake_conns(), 0);
}

/* Topology is said of two terminations, not of their places. */
static void topology_goes_with_them(void **state)
{
	struct rig *r = *state;
	struct rig_call c = rig_call(r, "UDP", "", "");

	rig_do(r, "Context = %lu { Topology { %s, %s, Isolate } }", c.ctx, c.name[0], c.name[1]);
	assert_int_equal(rig_error(r->out), 0);
	assert_false(fake_flow("198.51.100.10", NAT_IP_UDP, (uint16_t)c.port[0], NULL)->flags &
		     NAT_F_OPEN);
	rig_do(r,
	       "Context = %lu { Subtract = %s { Audit { } }, Add = ip/core/1/$ { Media { Stream = "
	       "1 "
	       "{ LocalControl { Mode = SendReceive }, " LOCAL("m=x $ UDP *") " } } } }",
	       c.ctx, c.name[1]);
	assert_int_equal(rig_error(r->out), 0);
	assert_true(fake_flow("198.51.100.10", NAT_IP_UDP, (uint16_t)c.port[0], NULL)->flags &
		    NAT_F_OPEN);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(reserve_configure_release),
		CASE(statistics),
		CASE(statistics_whenever),
		CASE(ports_come_back),
		CASE(realms),
		CASE(wildcards),
		CASE(wildcard_commands),
		CASE(refusals_change_nothing),
		CASE(order_and_optional),
		CASE(at_most_once),
		CASE(topology_goes_with_them),
		CASE(audits),
		CASE(root_values),
		CASE(context_properties),
		CASE(repeated_modify),
		CASE(inactive_waits),
		CASE(changed_transport),
		CASE(new_partner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
