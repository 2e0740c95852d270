// Reads the session descriptions of Local and Remote, and fills in the gateway's address and port.
// Spec: RFC 8866, H.248.1 7.1.8 and Annex B (CHOOSE, relaxed lines), RFC 4145
#include "scan.h"
#include "sdp.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* ---- proto strings --------------------------------------------------------------------------- */

/* TCP/DTLS is DTLS in the framing of RFC 4571. */
static const struct ix_proto protos[] = {
	{"TCP", IX_TP_TCP, IX_CLEAR, false, true},
	{"UDP", IX_TP_UDP, IX_CLEAR, false, true},
	{"TCP/TLS", IX_TP_TCP, IX_TLS, false, false},
	{"UDP/DTLS", IX_TP_UDP, IX_DTLS, false, false},
	{"TCP/MSRP", IX_TP_TCP, IX_CLEAR, false, false},
	{"TCP/TLS/MSRP", IX_TP_TCP, IX_TLS, false, false},
	{"TCP/BFCP", IX_TP_TCP, IX_CLEAR, false, false},
	{"TCP/TLS/BFCP", IX_TP_TCP, IX_TLS, false, false},
	{"TCP/DTLS/BFCP", IX_TP_TCP, IX_DTLS, false, false},
	{"TCP/WS/BFCP", IX_TP_TCP, IX_CLEAR, false, false},
	{"TCP/WSS/BFCP", IX_TP_TCP, IX_TLS, false, false},
	{"UDP/BFCP", IX_TP_UDP, IX_CLEAR, false, false},
	{"UDP/TLS/BFCP", IX_TP_UDP, IX_DTLS, false, false},
	{"udptl", IX_TP_UDP, IX_CLEAR, false, false},
	{"UDP/TLS/UDPTL", IX_TP_UDP, IX_DTLS, false, false},
	{"RTP/AVP", IX_TP_UDP, IX_CLEAR, true, false},
	{"RTP/AVPF", IX_TP_UDP, IX_CLEAR, true, false},
	{"RTP/SAVP", IX_TP_UDP, IX_SRTP, true, false},
	{"RTP/SAVPF", IX_TP_UDP, IX_SRTP, true, false},
	{"UDP/TLS/RTP/SAVP", IX_TP_UDP, IX_DTLS, true, false},
	{"UDP/TLS/RTP/SAVPF", IX_TP_UDP, IX_DTLS, true, false},
	{"TCP/RTP/AVP", IX_TP_TCP, IX_CLEAR, true, false},
	{"TCP/RTP/AVPF", IX_TP_TCP, IX_CLEAR, true, false},
	{"TCP/RTP/SAVP", IX_TP_TCP, IX_SRTP, true, false},
	{"TCP/RTP/SAVPF", IX_TP_TCP, IX_SRTP, true, false},
	{"TCP/DTLS/RTP/SAVP", IX_TP_TCP, IX_DTLS, true, false},
	{"TCP/DTLS/RTP/SAVPF", IX_TP_TCP, IX_DTLS, true, false},
	{"UDP/DTLS/SCTP", IX_TP_UDP, IX_DTLS, false, false},
	{"TCP/DTLS/SCTP", IX_TP_TCP, IX_DTLS, false, false},
};

const struct ix_proto *ix_proto_find(struct ix_str name)
{
	for (size_t i = 0; i < sizeof(protos) / sizeof(protos[0]); i++)
		if (ix_str_is(name, protos[i].name))
			return &protos[i];
	return NULL;
}

/* ---- lines ----------------------------------------------------------------------------------- */

static bool is_eol(char c)
{
	return c == '\r' || c == '\n';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Takes the next line off *rest, without its end and without blanks in front (a sender that lays
 * out its message may indent). Empty lines are passed over. False at the end. */
static bool next_line(struct ix_str *rest, struct ix_str *line)
{
	const char *p = rest->p, *end = p + rest->len;

	while (p < end && (is_eol(*p) || is_blank(*p)))
		p++;
	line->p = p;
	while (p < end && !is_eol(*p))
		p++;
	line->len = (uint32_t)(p - line->p);
	*rest = (struct ix_str){p, (uint32_t)(end - p)};
	return line->len > 0;
}

/* Takes the next word off *rest; len 0 at the end. */
static struct ix_str next_word(struct ix_str *rest)
{
	const char *p = rest->p, *end = p + rest->len;
	struct ix_str w;

	while (p < end && is_blank(*p))
		p++;
	w.p = p;
	while (p < end && !is_blank(*p))
		p++;
	w.len = (uint32_t)(p - w.p);
	*rest = (struct ix_str){p, (uint32_t)(end - p)};
	return w;
}

static struct ix_str trimmed(struct ix_str s)
{
	while (s.len > 0 && is_blank(s.p[0])) {
		s.p++;
		s.len--;
	}
	while (s.len > 0 && is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

static bool is_char(struct ix_str s, char c)
{
	return s.len == 1 && s.p[0] == c;
}

/* What stands before and after the first `c`. False when there is none: then *after is empty. */
static bool cut(struct ix_str s, char c, struct ix_str *before, struct ix_str *after)
{
	const char *at = s.len > 0 ? memchr(s.p, c, s.len) : NULL;

	if (!at) {
		*before = s;
		*after = (struct ix_str){s.p + s.len, 0};
		return false;
	}
	*before = (struct ix_str){s.p, (uint32_t)(at - s.p)};
	*after = (struct ix_str){at + 1, s.len - before->len - 1};
	return true;
}

/* ---- one line of each kind ------------------------------------------------------------------- */

struct reader {
	struct ix_sdp *sdp;
	struct ix_error *err;
	bool media;                 // behind the m= line
	bool setup, connection, as; // given at this level: the first one counts
};

static bool fail(struct reader *r, uint16_t code, const char *text)
{
	*r->err = (struct ix_error){code, ix_lit(text)};
	return false;
}

static bool is_address(struct ix_str s, enum ix_sdp_family family)
{
	char text[INET6_ADDRSTRLEN];
	uint8_t ip[16];

	if (s.len >= sizeof(text) || memchr(s.p, '\0', s.len))
		return false;
	memcpy(text, s.p, s.len);
	text[s.len] = '\0';
	return inet_pton(family == IX_SDP_IP4 ? AF_INET : AF_INET6, text, ip) == 1;
}

/* c=IN IP4 198.51.100.1, with $ to choose and - where an address does not apply */
static bool read_connection(struct reader *r, struct ix_str v)
{
	struct ix_sdp *sdp = r->sdp;
	struct ix_str net = next_word(&v), type = next_word(&v), addr = next_word(&v), host, ttl;

	if (!ix_str_is(net, "IN") || addr.len == 0 || next_word(&v).len > 0)
		return fail(r, IX_E_SDP, "SDP: c= is not \"IN IP4 address\" or \"IN IP6 address\"");
	if (ix_str_is(type, "IP4"))
		sdp->family = IX_SDP_IP4;
	else if (ix_str_is(type, "IP6"))
		sdp->family = IX_SDP_IP6;
	else
		return fail(r, IX_E_VALUE, "SDP: c= has an address type other than IP4 and IP6");
	cut(addr, '/', &host, &ttl); // multicast: scope and count do not matter to a relay
	sdp->addr_at[r->media] = (uint32_t)(addr.p - sdp->text.p);
	sdp->addr_choose = is_char(addr, '$');
	sdp->addr = (struct ix_str){0};
	if (sdp->addr_choose || is_char(addr, '-'))
		return true;
	if (!is_address(host, sdp->family))
		return fail(r, IX_E_VALUE, "SDP: c= has no address of its type");
	sdp->addr = host;
	return true;
}

static bool read_port(struct reader *r, struct ix_str word)
{
	struct ix_sdp *sdp = r->sdp;
	struct ix_str number, count;
	uint32_t port, n;

	sdp->port_at = (uint32_t)(word.p - sdp->text.p);
	sdp->port_choose = is_char(word, '$');
	sdp->port_unused = is_char(word, '-');
	if (sdp->port_choose || sdp->port_unused)
		return true;
	if (cut(word, '/', &number, &count) && (!ix_str_u32(count, UINT16_MAX, 5, &n) || n != 1))
		return fail(r, IX_E_VALUE, "SDP: m= asks for more than one port");
	if (!ix_str_u32(number, UINT16_MAX, 5, &port))
		return fail(r, IX_E_SDP, "SDP: m= has no port from 0 to 65535");
	sdp->port = (uint16_t)port;
	return true;
}

/* m=message 7394 TCP/MSRP * */
static bool read_media(struct reader *r, struct ix_str v)
{
	struct ix_sdp *sdp = r->sdp;
	struct ix_str port;

	if (r->media)
		return fail(r, IX_E_VALUE, "SDP: more than one m= line in a session");
	sdp->media = next_word(&v);
	port = next_word(&v);
	sdp->proto_name = next_word(&v);
	sdp->formats = trimmed(v);
	if (sdp->proto_name.len == 0)
		return fail(r, IX_E_SDP, "SDP: m= is not \"media port proto formats\"");
	sdp->proto = ix_proto_find(sdp->proto_name);
	r->media = true;
	r->setup = r->connection = r->as = false;
	return read_port(r, port);
}

/* b=AS:64; other kinds of bandwidth are kept and not looked at */
static bool read_bandwidth(struct reader *r, struct ix_str v)
{
	struct ix_str kind, amount;
	uint32_t n;

	if (!cut(v, ':', &kind, &amount))
		return fail(r, IX_E_SDP, "SDP: b= is not \"kind:number\"");
	if (!ix_str_is(kind, "AS") || r->as)
		return true;
	if (!ix_str_u32(trimmed(amount), UINT32_MAX, 10, &n))
		return fail(r, IX_E_SDP, "SDP: b=AS has no number");
	r->as = r->sdp->has_as = true;
	r->sdp->as_kbps = n;
	return true;
}

static bool read_setup(struct reader *r, struct ix_str v)
{
	static const char *const names[] = {
		[IX_SETUP_ACTIVE] = "active",
		[IX_SETUP_PASSIVE] = "passive",
		[IX_SETUP_ACTPASS] = "actpass",
		[IX_SETUP_HOLDCONN] = "holdconn",
	};

	for (unsigned i = IX_SETUP_ACTIVE; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!ix_str_is(v, names[i]))
			continue;
		r->sdp->setup = (enum ix_setup)i;
		r->setup = true;
		return true;
	}
	return fail(r, IX_E_VALUE, "SDP: a=setup is none of active, passive, actpass, holdconn");
}

static bool read_reuse(struct reader *r, struct ix_str v)
{
	if (ix_str_is(v, "new"))
		r->sdp->connection = IX_CONN_NEW;
	else if (ix_str_is(v, "existing"))
		r->sdp->connection = IX_CONN_EXISTING;
	else
		return fail(r, IX_E_VALUE, "SDP: a=connection is neither new nor existing");
	r->connection = true;
	return true;
}

static bool read_attribute(struct reader *r, struct ix_str v)
{
	struct ix_str name, value;

	cut(v, ':', &name, &value);
	value = trimmed(value);
	if (ix_str_is(name, "setup"))
		return r->setup || read_setup(r, value);
	if (ix_str_is(name, "connection"))
		return r->connection || read_reuse(r, value);
	if (ix_str_is(name, "rtcp-mux"))
		r->sdp->rtcp_mux = true;
	return true;
}

static bool read_line(struct reader *r, struct ix_str line)
{
	struct ix_str v = {line.p + 2, line.len - 2};

	switch (line.p[0]) {
	case 'v': return is_char(trimmed(v), '0') || fail(r, IX_E_SDP, "SDP: v= is not 0");
	case 'c': return read_connection(r, v);
	case 'm': return read_media(r, v);
	case 'b': return read_bandwidth(r, v);
	case 'a': return read_attribute(r, v);
	default: return true;
	}
}

/* ---- sessions -------------------------------------------------------------------------------- */

static bool well_formed(struct ix_str line)
{
	return line.len >= 2 && line.p[0] >= 'a' && line.p[0] <= 'z' && line.p[1] == '=';
}

/* Counts the sessions and finds the first one's text. */
static bool split(struct reader *r, struct ix_str text, unsigned *sessions)
{
	struct ix_str rest = text, line;
	const char *end = text.p;

	*sessions = 0;
	while (next_line(&rest, &line)) {
		if (!well_formed(line) || memchr(line.p, '\0', line.len))
			return fail(r, IX_E_SDP, "SDP: a line is not \"letter=value\"");
		if (line.p[0] == 'v')
			++*sessions;
		if (*sessions == 0)
			return fail(r, IX_E_SDP, "SDP: no v= line in front");
		if (*sessions == 1)
			end = line.p + line.len;
	}
	r->sdp->text = (struct ix_str){text.p, (uint32_t)(end - text.p)};
	return *sessions > 0 || fail(r, IX_E_SDP, "SDP: no line at all");
}

bool ix_sdp_parse(struct ix_str text, struct ix_sdp *sdp, unsigned *sessions, struct ix_error *err)
{
	struct reader r = {.sdp = sdp, .err = err};
	struct ix_str rest, line;

	memset(sdp, 0, sizeof(*sdp));
	sdp->addr_at[0] = sdp->addr_at[1] = sdp->port_at = UINT32_MAX;
	if (!split(&r, text, sessions))
		return false;
	rest = sdp->text;
	while (next_line(&rest, &line))
		if (!read_line(&r, line))
			return false;
	return r.media || fail(&r, IX_E_SDP, "SDP: no m= line");
}

/* ---- fill ------------------------------------------------------------------------------------ */

struct writer {
	char *p;
	size_t len;
};

static void put(struct writer *w, const char *p, size_t len)
{
	if (w->p)
		memcpy(w->p + w->len, p, len);
	w->len += len;
}

static void put_connection(struct writer *w, enum ix_sdp_family family, const char *addr)
{
	put(w, family == IX_SDP_IP6 ? "c=IN IP6 " : "c=IN IP4 ", 9);
	put(w, addr, strlen(addr));
	put(w, "\r\n", 2);
}

static void put_media(struct writer *w, const struct ix_sdp *sdp, struct ix_str line, uint16_t port)
{
	const char *at = sdp->text.p + sdp->port_at, *after = at;
	char number[8];
	int digits = snprintf(number, sizeof(number), "%u", port);

	while (after < line.p + line.len && !is_blank(*after))
		after++;
	put(w, line.p, (size_t)(at - line.p));
	put(w, number, (size_t)digits);
	put(w, after, (size_t)(line.p + line.len - after));
	put(w, "\r\n", 2);
}

/* Writes the session; called once for its length and once for the bytes. */
static void fill(struct writer *w, const struct ix_sdp *sdp, enum ix_sdp_family family,
		 const char *addr, uint16_t port)
{
	bool has_address = sdp->addr_at[0] != UINT32_MAX || sdp->addr_at[1] != UINT32_MAX;
	struct ix_str rest = sdp->text, line;

	while (next_line(&rest, &line)) {
		if (line.p[0] == 'c') {
			put_connection(w, family, addr);
		} else if (line.p[0] == 'm') {
			put_media(w, sdp, line, port);
			if (!has_address)
				put_connection(w, family, addr);
		} else {
			put(w, line.p, line.len);
			put(w, "\r\n", 2);
		}
	}
}

struct ix_str ix_sdp_fill(struct ix_arena *arena, const struct ix_sdp *sdp,
			  enum ix_sdp_family family, const char *addr, uint16_t port)
{
	struct writer w = {0};

	fill(&w, sdp, family, addr, port);
	if (w.len > UINT32_MAX)
		return (struct ix_str){0};
	w.p = ix_alloc(arena, w.len);
	if (!w.p)
		return (struct ix_str){0};
	w.len = 0;
	fill(&w, sdp, family, addr, port);
	return (struct ix_str){w.p, (uint32_t)w.len};
}

/* ---- attributes ------------------------------------------------------------------------------ */

/* The n-th attribute of this name on one level; *n counts down. */
static bool find_attr(const struct ix_sdp *sdp, const char *name, bool media, unsigned *n,
		      struct ix_str *value)
{
	struct ix_str rest = sdp->text, line, has;
	bool in_media = false;

	while (next_line(&rest, &line)) {
		in_media |= line.p[0] == 'm';
		if (line.p[0] != 'a' || in_media != media)
			continue;
		cut((struct ix_str){line.p + 2, line.len - 2}, ':', &has, value);
		if (ix_str_is(trimmed(has), name) && (*n)-- == 0)
			return true;
	}
	return false;
}

struct ix_str ix_sdp_attr(const struct ix_sdp *sdp, const char *name, unsigned n)
{
	struct ix_str value;

	if (find_attr(sdp, name, true, &n, &value) || find_attr(sdp, name, false, &n, &value))
		return trimmed(value);
	return (struct ix_str){0};
}
