// Reads golden cases: see case.h for the form.
#include "case.h"

#include <stdarg.h>
#include <stdio.h>

static const char *file;
static unsigned line_no;

static void mistake(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "%s:%u: ", file, line_no);
	vfprintf(stderr, format, args);
	fprintf(stderr, "\n");
	va_end(args);
	exit(2);
}

static long number(const char *text, long min, long max)
{
	char *end;
	long v = strtol(text, &end, 0);

	if (!*text || *end || v < min || v > max)
		mistake("%s: not a number from %ld to %ld", text, min, max);
	return v;
}

static char *keep(struct golden_case *c, const char *text, size_t len)
{
	if (c->n_texts == CASE_TEXTS || len >= CASE_TEXT)
		mistake("too much text in one case");
	memcpy(c->texts[c->n_texts], text, len);
	return c->texts[c->n_texts++];
}

/* Hexadecimal bytes; *len says how many. */
static const uint8_t *bytes(struct golden_case *c, const char *hex, size_t *len)
{
	uint8_t b[CASE_TEXT];
	unsigned v;

	*len = strlen(hex) / 2;
	if (strlen(hex) % 2 || *len >= sizeof(b))
		mistake("%s: not hexadecimal bytes", hex);
	for (size_t i = 0; i < *len; i++) {
		if (sscanf(hex + 2 * i, "%2x", &v) != 1)
			mistake("%s: not hexadecimal bytes", hex);
		b[i] = (uint8_t)v;
	}
	return (const uint8_t *)keep(c, (const char *)b, *len);
}

static enum nat_side side_named(const char *word)
{
	if (!word || (strcmp(word, "a") != 0 && strcmp(word, "b") != 0))
		mistake("side a or b expected");
	return *word == 'a' ? NAT_A : NAT_B;
}

/* ---- the call ----------------------------------------------------------------------------------
 */

static struct nat_ep endpoint(char *word, uint8_t proto, char *text)
{
	char *colon = word ? strrchr(word, ':') : NULL;

	if (!colon)
		mistake("endpoint expected");
	*colon = 0;
	if (*word == '[' && colon[-1] == ']') {
		word++;
		colon[-1] = 0;
	}
	snprintf(text, NAT_ADDR_TEXT, "%s", word);
	return call_ep(word, (uint16_t)number(colon + 1, 0, 65535), proto);
}

static void read_ends(struct golden_case *c, char *remote, char *local, enum nat_side side)
{
	uint8_t proto = c->call.a_local.proto;

	if (side == NAT_A) {
		c->call.a_remote = endpoint(remote, proto, c->endpoints[0]);
		c->call.a_local = endpoint(local, proto, c->endpoints[1]);
		return;
	}
	c->call.b_remote = endpoint(remote, proto, c->endpoints[3]);
	c->call.b_local = endpoint(local, proto, c->endpoints[2]);
	call_flows(&c->call);
}

static void flow_word(struct nat_flow *f, const char *word)
{
	static const struct {
		const char *word;
		uint16_t set, clear;
	} words[] = {
		{"shut", 0, NAT_F_OPEN},
		{"no-remote", 0, NAT_F_READY},
		{"port-any", NAT_F_PORT_ANY, 0},
		{"port-fixed", 0, NAT_F_PORT_ANY},
		{"may-open", NAT_F_MAY_OPEN, 0},
		{"must-wait", 0, NAT_F_MAY_OPEN},
		{"dport-conn", NAT_F_DPORT_CONN, 0},
		{"dport-fixed", 0, NAT_F_DPORT_CONN},
		{"stateless", NAT_F_STATELESS, 0},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(word, words[i].word) == 0) {
			f->flags = (uint16_t)((f->flags | words[i].set) & ~words[i].clear);
			return;
		}
	if (strncmp(word, "dscp=", 5) == 0)
		f->dscp = (uint8_t)number(word + 5, 0, 63);
	else if (strncmp(word, "mtu=", 4) == 0)
		f->mtu = (uint16_t)number(word + 4, 68, NAT_MTU_MAX);
	else if (strncmp(word, "dport=", 6) == 0)
		f->dport = nat_be16((uint16_t)number(word + 6, 0, 65535));
	else
		mistake("%s: no word of a flow", word);
}

/* ---- packets -----------------------------------------------------------------------------------
 */

static uint8_t proto_named(const char *text)
{
	static const struct {
		const char *name;
		uint8_t proto;
	} names[] = {{"udp", PACKET_UDP},
		     {"tcp", PACKET_TCP},
		     {"icmp", PACKET_ICMP},
		     {"icmp6", PACKET_ICMP6}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(text, names[i].name) == 0)
			return names[i].proto;
	return (uint8_t)number(text, 0, 255);
}

static uint8_t tcp_flags(char *text)
{
	static const char *const names[] = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};
	uint8_t flags = 0;
	char *save = NULL;

	for (char *w = strtok_r(text, "+", &save); w; w = strtok_r(NULL, "+", &save)) {
		unsigned i = 0;

		while (i < 8 && strcmp(w, names[i]) != 0)
			i++;
		if (i == 8 && strcmp(w, "none") != 0)
			mistake("%s: no TCP flag", w);
		flags |= (uint8_t)(i < 8 ? 1 << i : 0);
	}
	return flags;
}

static enum packet_sum sum_named(const char *text)
{
	static const char *const names[] = {"right", "none", "unfinished", "wrong"};

	for (unsigned i = 0; i < 4; i++)
		if (strcmp(text, names[i]) == 0)
			return (enum packet_sum)i;
	mistake("%s: no kind of checksum", text);
	return SUM_RIGHT;
}

static bool ip_field(struct golden_case *c, struct packet *p, const char *key, char *value)
{
	if (strcmp(key, "src") == 0)
		p->src = keep(c, value, strlen(value) + 1);
	else if (strcmp(key, "dst") == 0)
		p->dst = keep(c, value, strlen(value) + 1);
	else if (strcmp(key, "proto") == 0)
		p->proto = proto_named(value);
	else if (strcmp(key, "ttl") == 0)
		p->ttl = (uint8_t)number(value, 1, 255);
	else if (strcmp(key, "dscp") == 0)
		p->tos = (uint8_t)(number(value, 0, 63) << 2 | (p->tos & 3));
	else if (strcmp(key, "ecn") == 0)
		p->tos = (uint8_t)((p->tos & ~3) | number(value, 0, 3));
	else if (strcmp(key, "label") == 0)
		p->flow_label = (uint32_t)number(value, 0, 0xfffff);
	else if (strcmp(key, "id") == 0)
		p->ip_id = (uint16_t)number(value, 0, 65535);
	else if (strcmp(key, "frag") == 0)
		p->frag = (uint16_t)number(value, 0, 65535);
	else if (strcmp(key, "ipopts") == 0)
		p->ip_options = (uint8_t)(number(value, 0, 10) * 4);
	else if (strcmp(key, "ipsum") == 0)
		p->ip_sum_wrong = strcmp(value, "wrong") == 0;
	else if (strcmp(key, "iplen") == 0)
		p->ip_len_add = (int)number(value, -65535, 65535);
	else
		return false;
	return true;
}

static bool l4_field(struct golden_case *c, struct packet *p, const char *key, char *value)
{
	size_t len;

	if (strcmp(key, "sport") == 0) {
		p->sport = (uint16_t)number(value, 0, 65535);
	} else if (strcmp(key, "dport") == 0) {
		p->dport = (uint16_t)number(value, 0, 65535);
	} else if (strcmp(key, "flags") == 0) {
		p->tcp_flags = tcp_flags(value);
	} else if (strcmp(key, "seq") == 0) {
		p->seq = (uint32_t)number(value, 0, UINT32_MAX);
	} else if (strcmp(key, "ack") == 0) {
		p->ack = (uint32_t)number(value, 0, UINT32_MAX);
	} else if (strcmp(key, "win") == 0) {
		p->window = (uint16_t)number(value, 0, 65535);
	} else if (strcmp(key, "opts") == 0) {
		p->options = bytes(c, value, &len);
		p->options_len = (uint8_t)len;
	} else if (strcmp(key, "sum") == 0) {
		p->sum = sum_named(value);
	} else if (strcmp(key, "type") == 0) {
		p->icmp_type = (uint8_t)number(value, 0, 255);
	} else if (strcmp(key, "code") == 0) {
		p->icmp_code = (uint8_t)number(value, 0, 255);
	} else if (strcmp(key, "value") == 0) {
		p->icmp_value = (uint32_t)number(value, 0, UINT32_MAX);
	} else if (strcmp(key, "cut") == 0) {
		p->quote_len = (uint16_t)number(value, 1, 1500);
	} else if (strcmp(key, "udplen") == 0) {
		p->udp_len = (uint16_t)number(value, 1, 65535);
	} else if (strcmp(key, "len") == 0) {
		p->payload_len = (uint16_t)number(value, 0, 65000);
	} else if (strcmp(key, "fill") == 0) {
		p->payload = bytes(c, value, &len);
		p->payload_len = (uint16_t)len;
	} else {
		return false;
	}
	return true;
}

static void field(struct golden_case *c, struct packet *p, char *word)
{
	char *value = strchr(word, '=');

	if (!value)
		mistake("%s: FIELD=VALUE expected", word);
	*value++ = 0;
	if (strcmp(word, "vlan") == 0 || strcmp(word, "tci") == 0) {
		p->tagged = true;
		p->tci = (uint16_t)number(value, 0, *word == 'v' ? 4095 : 65535);
	} else if (strcmp(word, "pad") == 0) {
		p->padding = (uint16_t)number(value, 0, 1000);
	} else if (!ip_field(c, p, word, value) && !l4_field(c, p, word, value)) {
		mistake("%s: no field of a packet", word);
	}
}

static struct packet usual_packet(const struct golden_case *c, enum nat_side side)
{
	const struct call *call = &c->call;
	const struct nat_ep *from = side == NAT_A ? &call->a_remote : &call->b_remote;
	const struct nat_ep *to = side == NAT_A ? &call->a_local : &call->b_local;

	return (struct packet){.src = c->endpoints[side == NAT_A ? 0 : 3],
			       .dst = c->endpoints[side == NAT_A ? 1 : 2],
			       .proto = from->proto,
			       .sport = nat_host16(from->port),
			       .dport = nat_host16(to->port),
			       .window = 1024};
}

static struct step *add_step(struct golden_case *c, enum step_kind kind, uint32_t now_ms)
{
	struct step *s;

	if (c->n_steps == CASE_STEPS)
		mistake("too many steps");
	s = &c->steps[c->n_steps++];
	*s = (struct step){.kind = kind, .line = line_no, .now_ms = now_ms, .outcome = OUT_OPEN};
	return s;
}

static uint8_t icmp_of(const struct packet *p)
{
	return packet_is6(p) ? PACKET_ICMP6 : PACKET_ICMP;
}

/* FIELD... of a packet, then perhaps "quote" and those of the quoted one. True with ttl=. */
static bool fields(struct golden_case *c, struct packet *p, struct packet *quote, char **words)
{
	bool ttl = false;

	for (; *words; words++) {
		if (strcmp(*words, "quote") == 0) {
			p = quote;
			continue;
		}
		ttl = ttl || strncmp(*words, "ttl=", 4) == 0;
		field(c, p, *words);
	}
	return ttl;
}

static bool quotes(char **words)
{
	while (*words && strcmp(*words, "quote") != 0)
		words++;
	return *words;
}

/* Source and destination changed. */
static void turn(struct packet *p)
{
	struct packet was = *p;

	p->src = was.dst;
	p->dst = was.src;
	p->sport = was.dport;
	p->dport = was.sport;
}

/* Headers that are made new, not carried over. */
static void expect_error(struct step *s)
{
	s->want.proto = icmp_of(&s->want);
	s->want.frag = 0x4000;
	s->want.ip_id = 0;
	s->want.flow_label = 0;
	if (packet_is6(&s->want) == packet_is6(&s->in))
		return;
	s->want_quote.frag = 0x4000;
	s->want_quote.ip_id = 0;
	s->want_quote.flow_label = 0;
}

/* The packet as the far side shall see it: endpoints from the call, the rest from the packet that
 * came, as far as the line does not say otherwise. */
static void read_out(struct golden_case *c, struct step *s, char **words)
{
	struct packet w = usual_packet(c, nat_other(s->side));

	s->outcome = OUT_SENT;
	s->want = s->in;
	s->want_quote = s->in_quote;
	if (s->in.quote) { // of what the far end had sent
		s->want.quote = &s->want_quote;
		s->want_quote.src = w.src;
		s->want_quote.dst = w.dst;
		s->want_quote.sport = w.sport;
		s->want_quote.dport = w.dport;
	}
	turn(&w); // it leaves from where the far side's packets arrive
	s->want.src = w.src;
	s->want.dst = w.dst;
	s->want.sport = w.sport;
	s->want.dport = w.dport;
	if (s->in.quote)
		expect_error(s);
	if (s->in.sum != SUM_NONE)
		s->want.sum = SUM_RIGHT;
	if (!fields(c, &s->want, &s->want_quote, words))
		mistake("out needs ttl=");
}

/* The error that the sender of a dropped packet gets: our own, about the packet as it came. */
static void read_answer(struct golden_case *c, char **words)
{
	struct step *s = c->n_steps ? &c->steps[c->n_steps - 1] : NULL;

	if (!s || s->outcome != OUT_DROP)
		mistake("answer: behind a packet that is dropped");
	s->answered = true;
	s->want_quote = s->in;
	s->want_quote.tagged = false;
	s->want = s->in;
	turn(&s->want);
	s->want.proto = icmp_of(&s->want);
	s->want.quote = &s->want_quote;
	s->want.ttl = s->want.tos = 0;
	s->want.ip_id = 0;
	s->want.frag = 0x4000;
	s->want.flow_label = 0;
	s->want.payload_len = s->want.padding = 0;
	s->want.back = true;
	fields(c, &s->want, &s->want_quote, words);
}

static void read_expect(struct step *s, char **words)
{
	for (; *words; words++) {
		char *value = strchr(*words, '=');

		if (!value || s->n_expect == sizeof(s->expect) / sizeof(s->expect[0]))
			mistake("%s: NAME=VALUE expected", *words);
		*value++ = 0;
		snprintf(s->expect[s->n_expect].name, sizeof(s->expect[0].name), "%s", *words);
		snprintf(s->expect[s->n_expect++].value, sizeof(s->expect[0].value), "%s", value);
	}
}

static void read_event(struct step *s, char **words)
{
	if (!s || !words[0] || !words[1] || !words[2])
		mistake("event NAME CAUSE SIDE, behind a step");
	s->has_event = true;
	snprintf(s->event, sizeof(s->event), "%s", words[0]);
	snprintf(s->cause, sizeof(s->cause), "%s", words[1]);
	s->event_side = side_named(words[2]);
}

/* What became of the packet put in last. */
static void read_outcome(struct golden_case *c, char **words)
{
	struct step *s = c->n_steps ? &c->steps[c->n_steps - 1] : NULL;

	if (!s || s->kind != STEP_PACKET || s->outcome != OUT_OPEN)
		mistake("%s: behind a packet that came in", words[0]);
	if (strcmp(words[0], "out") == 0) {
		read_out(c, s, words + 1);
	} else if (strcmp(words[0], "local") == 0) {
		s->outcome = OUT_LOCAL;
	} else {
		s->outcome = OUT_DROP;
		if (!words[1])
			mistake("drop REASON");
		snprintf(s->reason, sizeof(s->reason), "%s", words[1]);
	}
}

static void read_packet(struct golden_case *c, char **words, uint32_t now_ms)
{
	struct step *s = add_step(c, STEP_PACKET, now_ms);

	s->side = side_named(words[1]);
	s->in = usual_packet(c, s->side);
	if (quotes(words)) {
		s->in_quote = s->in;
		turn(&s->in_quote); // we sent it
		s->in.quote = &s->in_quote;
		s->in.proto = icmp_of(&s->in);
	}
	fields(c, &s->in, &s->in_quote, words + 2);
}

static void read_line(struct golden_case *c, char **words, uint32_t *now_ms)
{
	const char *verb = words[0];

	if (strcmp(verb, "call") == 0) {
		c->call.a_local.proto = proto_named(words[1] ? words[1] : "");
	} else if (strcmp(verb, "a") == 0 || strcmp(verb, "b") == 0) {
		read_ends(c, words[1], words[1] ? words[2] : NULL, side_named(verb));
	} else if (strcmp(verb, "flow") == 0) {
		struct nat_flow *f = &c->call.flow[side_named(words[1])];

		for (char **w = words + 2; *w; w++)
			flow_word(f, *w);
	} else if (strcmp(verb, "checksum") == 0) {
		c->recompute = !words[1] || strcmp(words[1], "update") != 0;
	} else if (strcmp(verb, "at") == 0) {
		*now_ms = (uint32_t)number(words[1] ? words[1] : "", 0, UINT32_MAX);
	} else if (strcmp(verb, "in") == 0) {
		read_packet(c, words, *now_ms);
	} else if (strcmp(verb, "out") == 0 || strcmp(verb, "drop") == 0 ||
		   strcmp(verb, "local") == 0) {
		read_outcome(c, words);
	} else if (strcmp(verb, "answer") == 0) {
		read_answer(c, words + 1);
	} else if (strcmp(verb, "event") == 0) {
		read_event(c->n_steps ? &c->steps[c->n_steps - 1] : NULL, words + 1);
	} else if (strcmp(verb, "expire") == 0) {
		add_step(c, STEP_EXPIRE, *now_ms);
	} else if (strcmp(verb, "expect") == 0) {
		read_expect(add_step(c, STEP_EXPECT, *now_ms), words + 1);
	} else {
		mistake("%s: no line of a case", verb);
	}
}

void case_read(const char *path, struct golden_case *c)
{
	FILE *f = fopen(path, "r");
	uint32_t now_ms = 0;
	char line[512];

	memset(c, 0, sizeof(*c));
	c->recompute = true;
	file = path;
	if (!f)
		mistake("cannot read");
	for (line_no = 1; fgets(line, sizeof(line), f); line_no++) {
		char *words[24] = {0}, *save = NULL;
		unsigned n = 0;

		line[strcspn(line, "#\n")] = 0;
		for (char *w = strtok_r(line, " \t", &save); w; w = strtok_r(NULL, " \t", &save)) {
			if (n == 23)
				mistake("too many words");
			words[n++] = w;
		}
		if (n)
			read_line(c, words, &now_ms);
	}
	fclose(f);
	for (unsigned i = 0; i < c->n_steps; i++)
		if (c->steps[i].kind == STEP_PACKET && c->steps[i].outcome == OUT_OPEN) {
			line_no = c->steps[i].line;
			mistake("what becomes of this packet?");
		}
	call_seal(&c->call);
}
