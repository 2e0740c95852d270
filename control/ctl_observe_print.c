// What was observed in a capture, as text for people and as JSON for programs.
#include <jansson.h>
#include <string.h>

#include "../nat/tls_profile.h"
#include "ctl_observe.h"

enum { FINGERPRINT_TEXT = 32 * 3 };

static const char *const side_names[] = {"a", "b"};

static const char *side_name(unsigned side)
{
	return side <= NAT_B ? side_names[side] : NULL;
}

/* As in SDP: RFC 8122 section 5. */
static const char *fingerprint(const uint8_t *sha256, char *buf)
{
	for (int i = 0; i < 32; i++)
		snprintf(buf + i * 3, 4, "%02X%s", sha256[i], i < 31 ? ":" : "");
	return buf;
}

/* What the bearer carries, as far as is known. */
static const char *protocol(const struct ctl_conn *c, const struct nat_tls_facts *f)
{
	if (f->state == NAT_TLS_NONE)
		return "nothing";
	if (f->state == NAT_TLS_PLAINTEXT)
		return "plaintext";
	if (f->associations == 0)
		return "unknown";
	if (!f->dtls)
		return "TLS";
	return c->ep[0].proto == NAT_IP_TCP ? "DTLS over TCP" : "DTLS";
}

static const char *tcp_state(const struct ctl_conn *c)
{
	if (c->middle)
		return "joined in its middle";
	return nat_tcp_state_name((enum nat_tcp_state)c->tcp.tcp);
}

/* Who opened: A by construction, when the SYN was seen. */
static const char *opener(const struct ctl_conn *c)
{
	if (c->ep[0].proto != NAT_IP_TCP)
		return side_name(NAT_A); // of a UDP flow: who spoke first
	return c->opened ? side_name(NAT_A) : NULL;
}

struct flag_name {
	uint16_t flag;
	const char *name;
};

static const struct flag_name flag_names[] = {
	{NAT_TLS_F_SNI, "sni"},
	{NAT_TLS_F_ALPN, "alpn"},
	{NAT_TLS_F_RETRIED, "retried"},
	{NAT_TLS_F_EARLY, "early-data-offered"},
	{NAT_TLS_F_ASKED, "client-certificate-asked"},
	{NAT_TLS_F_PSK_OFFERED, "psk-offered"},
	{NAT_TLS_F_CID, "connection-id"},
	{NAT_TLS_F_RENEG_ASKED, "renegotiation-begun"},
	{NAT_TLS_F_RAW_KEY, "raw-public-key"},
	{NAT_TLS_F_NO_CERT, "no-client-certificate"},
	{NAT_TLS_F_CERT_UNKEPT, "certificate-not-kept"},
	{NAT_TLS_F_REFUSED, "client-refused-probably"},
	{NAT_TLS_F_HEARTBEAT, "heartbeat"},
};

enum { FLAG_NAMES = sizeof(flag_names) / sizeof(flag_names[0]) };

/* ---- JSON ------------------------------------------------------------------------------------ */

static void set_text(json_t *to, const char *key, const char *text)
{
	json_object_set_new(to, key, text ? json_string(text) : json_null());
}

static void set_number(json_t *to, const char *key, uint64_t value)
{
	json_object_set_new(to, key, json_integer((json_int_t)value));
}

static json_t *pair(const uint64_t *value)
{
	return json_pack("[I,I]", (json_int_t)value[0], (json_int_t)value[1]);
}

static json_t *certificates(const struct ctl_conn *c, int side)
{
	json_t *list = json_array();
	char text[FINGERPRINT_TEXT];

	for (int i = 0; i < c->n_certs[side]; i++)
		json_array_append_new(list, json_string(fingerprint(c->cert[side][i], text)));
	return list;
}

static json_t *flags(const struct nat_tls_facts *f)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < FLAG_NAMES; i++)
		if (f->flags & flag_names[i].flag)
			json_array_append_new(list, json_string(flag_names[i].name));
	return list;
}

static void add_agreement(json_t *to, const struct nat_tls_facts *f)
{
	const char *group = f->group ? nat_tls_group_name(f->group) : NULL, *why;
	enum nat_tls_verdict verdict = nat_tls_judge(f->version, f->suite, &why);

	set_text(to, "version", f->version ? nat_tls_version_name(f->version) : NULL);
	set_text(to, "offered", f->offered ? nat_tls_version_name(f->offered) : NULL);
	set_text(to, "suite", f->version ? nat_tls_suite_name(f->suite) : NULL);
	if (f->version)
		set_number(to, "suite_id", f->suite);
	set_text(to, "group", group);
	if (f->group)
		set_number(to, "group_id", f->group);
	set_text(to, "keys", nat_tls_mode_name((enum nat_tls_mode)f->mode));
	set_text(to, "verdict", nat_tls_verdict_name(verdict));
	set_text(to, "verdict_why", why);
	set_number(to, "psk_identity_bytes", f->psk_len);
}

static void add_course(json_t *to, const struct ctl_conn *c, const struct nat_tls_facts *f)
{
	set_text(to, "state", nat_tls_state_name((enum nat_tls_state)f->state));
	set_text(to, "why", nat_tls_why_name((enum nat_tls_why)f->why));
	set_text(to, "side", side_name(f->side));
	set_text(to, "client", side_name(f->client));
	set_number(to, "alerts", f->alerts);
	set_text(to, "alert", f->alert_side <= NAT_B ? nat_tls_alert_name(f->alert) : NULL);
	set_text(to, "alert_side", side_name(f->alert_side));
	set_text(to, "close", nat_tls_end_name((enum nat_tls_end)f->close));
	set_number(to, "renegotiations", f->renegotiations);
	set_number(to, "associations", f->associations);
	set_text(to, "plaintext", f->plain ? nat_plain_name((enum nat_plain)f->plain) : NULL);
	set_number(to, "foreign_datagrams", f->foreign);
	if (c->up_ns > c->hello_ns)
		json_object_set_new(to, "handshake_ms",
				    json_real((double)(c->up_ns - c->hello_ns) / 1e6));
}

static json_t *describe(const struct ctl_conn *c)
{
	const struct nat_tls_facts *f = nat_watch_facts(&c->watch);
	bool tcp = c->ep[0].proto == NAT_IP_TCP;
	json_t *to = json_object();
	char text[NAT_EP_TEXT];

	set_text(to, "transport", tcp ? "tcp" : "udp");
	set_text(to, "a", nat_ep_text(&c->ep[NAT_A], text, sizeof(text)));
	set_text(to, "b", nat_ep_text(&c->ep[NAT_B], text, sizeof(text)));
	set_text(to, "opener", opener(c));
	json_object_set_new(to, "packets", pair(c->pkts));
	json_object_set_new(to, "bytes", pair(c->bytes));
	set_text(to, "tcp", tcp ? tcp_state(c) : NULL);
	set_text(to, "tcp_end", tcp ? nat_cause_name((enum nat_cause)c->tcp_end) : NULL);
	set_text(to, "protocol", protocol(c, f));
	add_agreement(to, f);
	add_course(to, c, f);
	json_object_set_new(to, "certificates_a", certificates(c, NAT_A));
	json_object_set_new(to, "certificates_b", certificates(c, NAT_B));
	json_object_set_new(to, "flags", flags(f));
	return to;
}

void ctl_observe_json(const struct ctl_observed *o, FILE *out)
{
	json_t *all = json_array(), *skipped = json_object(), *top;

	for (const struct ctl_conn *c = o->first; c; c = c->next)
		json_array_append_new(all, describe(c));
	for (int r = 0; r < NAT_REASONS; r++)
		if (o->skipped[r])
			set_number(skipped, nat_reason_name((enum nat_reason)r), o->skipped[r]);
	top = json_pack("{so so sI sI}", "connections", all, "skipped", skipped, "frames",
			(json_int_t)o->frames, "buffers_missing", (json_int_t)o->bufs.empty);
	json_dumpf(top, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(top);
}

/* ---- text ------------------------------------------------------------------------------------ */

static void print_agreement(const struct ctl_conn *c, const struct nat_tls_facts *f, FILE *out)
{
	const char *group = f->group ? nat_tls_group_name(f->group) : NULL, *why;
	enum nat_tls_verdict verdict = nat_tls_judge(f->version, f->suite, &why);

	if (f->version) {
		fprintf(out, "   %s  %s", nat_tls_version_name(f->version),
			nat_tls_suite_name(f->suite));
		if (group)
			fprintf(out, "  %s", group);
		else if (f->group)
			fprintf(out, "  group %u", f->group);
		fprintf(out, "  keys %s  %s (%s)\n", nat_tls_mode_name((enum nat_tls_mode)f->mode),
			nat_tls_verdict_name(verdict), why);
	}
	if (f->psk_len)
		fprintf(out, "   PSK identity of %u bytes (not shown)\n", f->psk_len);
	if (c->up_ns > c->hello_ns)
		fprintf(out, "   handshake %.1f ms\n", (double)(c->up_ns - c->hello_ns) / 1e6);
}

static void print_certificates(const struct ctl_conn *c, FILE *out)
{
	char text[FINGERPRINT_TEXT];

	for (int side = NAT_A; side <= NAT_B; side++)
		for (int i = 0; i < c->n_certs[side]; i++)
			fprintf(out, "   certificate of %s: sha-256 %s\n", side_names[side],
				fingerprint(c->cert[side][i], text));
}

static void print_flags(const struct nat_tls_facts *f, FILE *out)
{
	bool any = false;

	for (unsigned i = 0; i < FLAG_NAMES; i++) {
		if (!(f->flags & flag_names[i].flag))
			continue;
		fprintf(out, "%s%s", any ? ", " : "   seen: ", flag_names[i].name);
		any = true;
	}
	if (any)
		fputc('\n', out);
}

static void print_course(const struct nat_tls_facts *f, FILE *out)
{
	if (f->client <= NAT_B)
		fprintf(out, "   ClientHello from %s\n", side_names[f->client]);
	if (f->alert_side <= NAT_B)
		fprintf(out, "   alert from %s: %s\n", side_names[f->alert_side],
			nat_tls_alert_name(f->alert));
	if (f->renegotiations)
		fprintf(out, "   renegotiated %u times\n", f->renegotiations);
	if (f->foreign)
		fprintf(out, "   %u datagrams that are no DTLS\n", f->foreign);
	if (f->plain)
		fprintf(out, "   began with what looks like %s\n",
			nat_plain_name((enum nat_plain)f->plain));
}

static void print_one(const struct ctl_conn *c, unsigned number, FILE *out)
{
	const struct nat_tls_facts *f = nat_watch_facts(&c->watch);
	bool tcp = c->ep[0].proto == NAT_IP_TCP;
	char a[NAT_EP_TEXT], b[NAT_EP_TEXT];

	fprintf(out, "%u  %s  a=%s %s b=%s  %s: %s", number, tcp ? "tcp" : "udp",
		nat_ep_text(&c->ep[NAT_A], a, sizeof(a)), opener(c) ? "->" : "--",
		nat_ep_text(&c->ep[NAT_B], b, sizeof(b)), protocol(c, f),
		nat_tls_state_name((enum nat_tls_state)f->state));
	if (f->why)
		fprintf(out, " (%s)", nat_tls_why_name((enum nat_tls_why)f->why));
	if (f->close)
		fprintf(out, " (%s)", nat_tls_end_name((enum nat_tls_end)f->close));
	fputc('\n', out);
	print_agreement(c, f, out);
	print_course(f, out);
	print_certificates(c, out);
	print_flags(f, out);
	if (tcp)
		fprintf(out, "   tcp %s, ended by %s\n", tcp_state(c),
			nat_cause_name((enum nat_cause)c->tcp_end));
	fprintf(out, "   a->b %llu packets %llu bytes, b->a %llu packets %llu bytes\n",
		(unsigned long long)c->pkts[0], (unsigned long long)c->bytes[0],
		(unsigned long long)c->pkts[1], (unsigned long long)c->bytes[1]);
}

void ctl_observe_text(const struct ctl_observed *o, FILE *out)
{
	unsigned number = 0;

	for (const struct ctl_conn *c = o->first; c; c = c->next)
		print_one(c, ++number, out);
	fprintf(out, "%llu frames, %u connections and flows\n", (unsigned long long)o->frames,
		number);
	for (int r = 0; r < NAT_REASONS; r++)
		if (o->skipped[r])
			fprintf(out, "not looked at: %llu frames, %s (%s)\n",
				(unsigned long long)o->skipped[r],
				nat_reason_name((enum nat_reason)r),
				nat_reason_text((enum nat_reason)r));
	if (o->bufs.empty)
		fprintf(out, "buffers ran out %llu times: some states are unknown\n",
			(unsigned long long)o->bufs.empty);
}
