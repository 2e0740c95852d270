// A whole control side on the fake data plane, spoken to in H.248 text: for tests of the gateway.
#include "control_rig.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../control/log.h"

static void on_output(void *user, unsigned controller, const void *bytes, size_t len)
{
	struct rig *r = user;
	size_t at = strlen(r->all);

	r->n_out++;
	r->to = controller;
	snprintf(r->out, sizeof(r->out), "%.*s", (int)len, (const char *)bytes);
	snprintf(r->all + at, sizeof(r->all) - at, "%s\n", r->out);
}

static void quiet(const char *line)
{
	(void)line;
}

struct rig *rig_open(const char *dataplane)
{
	struct rig *r = calloc(1, sizeof(*r));
	struct ctl_gateway_ops ops;
	char yaml[4096], err[CTL_CONFIG_ERROR];

	snprintf(
		yaml, sizeof(yaml),
		"gateway: {mid: \"[192.0.2.10]:2944\"}\n"
		"dataplane: {%s}\n"
		"ports:\n"
		"  - {name: a, device: x}\n"
		"  - {name: b, device: y, mtu: 1400}\n"
		"realms:\n"
		"  - {name: access, port: a, next_hop4: \"198.51.100.1\", first_port: 20000,\n"
		"     last_port: 20009, addresses: [\"198.51.100.10/24\", \"2001:db8:1::10/64\"]}\n"
		"  - {name: core, port: b, first_port: 20000, last_port: 20009,\n"
		"     addresses: [\"203.0.113.10/24\"]}\n"
		"ix: {local: \"192.0.2.10:2944\",\n"
		"     controllers: [\"192.0.2.1:2944\", \"192.0.2.2:2944\"]}\n",
		dataplane);
	ctl_log_sink(quiet);
	r->conf = ctl_config_parse("rig", yaml, strlen(yaml), err);
	if (!r->conf) {
		fprintf(stderr, "%s\n", err);
		abort();
	}
	fake_reset(&r->conf->dp);
	r->now = 1000000;
	r->next_tid = 1000;
	r->reg = ctl_register_new(r->conf, on_output, r);
	ops = ctl_register_ops(r->reg);
	r->gw = ctl_gateway_new(r->conf, &ops);
	ctl_register_attach(r->reg, r->gw);
	return r;
}

void rig_close(struct rig *r)
{
	ctl_register_free(r->reg);
	ctl_gateway_free(r->gw);
	ctl_config_free(r->conf);
	ctl_log_sink(NULL);
	free(r);
}

void rig_forget(struct rig *r)
{
	r->n_out = 0;
	r->out[0] = r->all[0] = 0;
}

void rig_input(struct rig *r, unsigned controller, const char *text)
{
	/* Of just its size, so that a sanitizer sees the first byte read beyond it. */
	size_t len = strlen(text);
	char *copy = malloc(len ? len : 1);

	memcpy(copy, text, len);
	ctl_register_input(r->reg, controller, copy, len, r->now);
	free(copy);
	ctl_gateway_tick(r->gw, r->now);
}

void rig_pass(struct rig *r, uint64_t ms)
{
	r->now += ms;
	ctl_register_tick(r->reg, r->now);
	ctl_gateway_tick(r->gw, r->now);
	ctl_notify_poll(r->gw->notifier, r->now);
	ctl_notify_send(r->gw->notifier, r->now);
}

void rig_register(struct rig *r)
{
	char text[512];

	rig_forget(r);
	ctl_register_start(r->reg, r->now);
	snprintf(text, sizeof(text),
		 "MEGACO/1 [192.0.2.1]:2944\nReply = %lu { Context = - { ServiceChange = ROOT {\n"
		 "Services { Version = 3, Profile = IxProfile/4 } } } }",
		 rig_number(r->out, "Transaction = ", 0));
	rig_input(r, 0, text);
	rig_forget(r);
}

const char *rig_do(struct rig *r, const char *fmt, ...)
{
	char actions[8192], text[9216];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(actions, sizeof(actions), fmt, ap);
	va_end(ap);
	snprintf(text, sizeof(text), "MEGACO/3 [192.0.2.1]:2944\nTransaction = %u {\n%s\n}",
		 r->next_tid++, actions);
	rig_forget(r);
	rig_input(r, 0, text);
	return r->out;
}

static const char *nth(const char *text, const char *what, unsigned n)
{
	const char *p = strstr(text, what);

	while (p && n--)
		p = strstr(p + 1, what);
	return p ? p + strlen(what) : NULL;
}

unsigned long rig_number(const char *text, const char *before, unsigned n)
{
	const char *p = nth(text, before, n);

	return p ? strtoul(p, NULL, 10) : 0;
}

const char *rig_name(const char *text, const char *verb, unsigned n, char buf[CTL_NAME])
{
	char before[32];
	const char *p;

	snprintf(before, sizeof(before), "%s = ", verb);
	p = nth(text, before, n);
	snprintf(buf, CTL_NAME, "%.*s", p ? (int)strcspn(p, " ,\r\n{}\t") : 0, p ? p : "");
	return buf;
}

unsigned rig_error(const char *text)
{
	return (unsigned)rig_number(text, "Error = ", 0);
}

static void add_setup(char *buf, size_t size, const char *setup)
{
	if (*setup)
		snprintf(buf, size, "a=setup:%s\n", setup);
	else
		buf[0] = 0;
}

struct rig_call rig_call(struct rig *r, const char *proto, const char *setup_a, const char *setup_b)
{
	struct rig_call c = {0};
	char sa[64], sb[64];
	const char *out;

	add_setup(sa, sizeof(sa), setup_a);
	add_setup(sb, sizeof(sb), setup_b);
	out = rig_do(
		r,
		"Context = $ {\n"
		"Add = ip/access/1/$ { Media { Stream = 1 { LocalControl { Mode = SendReceive },\n"
		"Local {\nv=0\nc=IN IP4 $\nm=message $ %s *\n%s},\n"
		"Remote {\nv=0\nc=IN IP4 198.51.100.77\nm=message 4000 %s *\n} } },\n"
		"Events = 1 { g/cause } },\n"
		"Add = ip/core/1/$ { Media { Stream = 1 { LocalControl { Mode = SendReceive },\n"
		"Local {\nv=0\nc=IN IP4 $\nm=message $ %s *\n%s},\n"
		"Remote {\nv=0\nc=IN IP4 203.0.113.77\nm=message 5000 %s *\n} } },\n"
		"Events = 2 { g/cause } } }",
		proto, sa, proto, proto, sb, proto);
	c.ctx = rig_number(out, "Context = ", 0);
	for (unsigned i = 0; i < 2; i++) {
		rig_name(out, "Add", i, c.name[i]);
		c.port[i] = (unsigned)rig_number(out, "m=message ", i);
	}
	return c;
}
