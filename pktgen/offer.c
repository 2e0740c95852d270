// Offer and answer of the media endpoints: write our SDP, read the peer's.
// Spec: RFC 8866; RFC 4975 8.1, RFC 6714; RFC 8856; T.38 D.2.3, RFC 7345; RFC 8122; RFC 8842
// (tls-id)
#include "offer.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DISCARD_PORT = 9 };

const char *pg_proto_name(const struct pg_options *opt)
{
	bool clear = opt->security == PG_CLEAR;

	switch (opt->app) {
	case PG_MSRP: return clear ? "TCP/MSRP" : "TCP/TLS/MSRP";
	case PG_T38: return clear ? "udptl" : "UDP/TLS/UDPTL";
	case PG_BFCP: break;
	}
	if (opt->udp)
		return clear ? "UDP/BFCP" : "UDP/TLS/BFCP";
	return clear ? "TCP/BFCP" : "TCP/TLS/BFCP";
}

static void write_msrp(FILE *f, const struct pg_own_sdp *own)
{
	fprintf(f,
		"a=path:%s\r\n"
		"a=msrp-cema\r\n"
		"a=accept-types:text/plain application/octet-stream\r\n",
		own->path);
}

static void write_bfcp(FILE *f, const struct pg_own_sdp *own)
{
	if (!own->opt->udp)
		fprintf(f, "a=connection:new\r\n");
	// RFC 8856 5.1: the one that is server also names the conference, the user and the floor.
	if (own->opt->offerer)
		fprintf(f,
			"a=floorctrl:c-only "
			"s-only\r\na=confid:%d\r\na=userid:%d\r\na=floorid:%d\r\n",
			PG_BFCP_CONFID, PG_BFCP_USERID, PG_BFCP_FLOORID);
	else
		fprintf(f, "a=floorctrl:c-only\r\n");
	fprintf(f, "a=bfcpver:%d\r\n", own->opt->udp ? 2 : 1);
}

static void write_t38(FILE *f, const struct pg_own_sdp *own)
{
	fprintf(f, "a=T38FaxVersion:0\r\n"
		   "a=T38MaxBitRate:14400\r\n"
		   "a=T38FaxRateManagement:transferredTCF\r\n"
		   "a=T38FaxMaxBuffer:2000\r\n"
		   "a=T38FaxMaxDatagram:400\r\n"
		   "a=T38FaxUdpEC:t38UDPRedundancy\r\n");
}

static void write_security(FILE *f, const struct pg_own_sdp *own)
{
	char text[PG_FINGERPRINT_TEXT];

	if (own->fingerprint)
		fprintf(f, "a=fingerprint:%s\r\n",
			pg_fingerprint_write(own->fingerprint, text, sizeof(text)));
	if (own->opt->security == PG_DTLS12)
		fprintf(f, "a=tls-id:%s\r\n", own->tls_id);
}

char *pg_offer_write(const struct pg_own_sdp *own)
{
	static const char *const media[] = {"message", "application", "image"};
	const struct pg_options *o = own->opt;
	bool ip6 = own->at.ss_family == AF_INET6;
	bool active = !o->udp && o->setup == PG_ACTIVE;
	char addr[INET6_ADDRSTRLEN], *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	inet_ntop(own->at.ss_family,
		  ip6 ? (const void *)&((const struct sockaddr_in6 *)&own->at)->sin6_addr
		      : (const void *)&((const struct sockaddr_in *)&own->at)->sin_addr,
		  addr, sizeof(addr));
	fprintf(f, "v=0\r\no=- %" PRIu64 " 1 IN IP%d %s\r\ns=-\r\n", own->session, ip6 ? 6 : 4,
		addr);
	fprintf(f, "c=IN IP%d %s\r\nt=0 0\r\n", ip6 ? 6 : 4, addr);
	fprintf(f, "m=%s %u %s %s\r\n", media[o->app],
		active ? DISCARD_PORT : ntohs(((const struct sockaddr_in *)&own->at)->sin_port),
		pg_proto_name(o), o->app == PG_T38 ? "t38" : "*");
	// Clear media over UDP has no connection to set up.
	if (!o->udp || o->security != PG_CLEAR)
		fprintf(f, "a=setup:%s\r\n", pg_setup_name(o->setup));
	if (o->app == PG_MSRP)
		write_msrp(f, own);
	else if (o->app == PG_BFCP)
		write_bfcp(f, own);
	else
		write_t38(f, own);
	write_security(f, own);
	return fclose(f) ? NULL : text;
}

// --- reading ---

struct reader {
	const struct pg_options *opt;
	struct pg_peer_sdp *peer;
	char *error;
	size_t error_len;
	bool has_c, has_m;
};

static int bad(struct reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int bad(struct reader *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->error, r->error_len, format, args);
	va_end(args);
	return -EPROTO;
}

// Copies a line value to a C string; false when it does not fit.
static bool copy(char *to, size_t size, const char *from, size_t len)
{
	if (len >= size)
		return false;
	memcpy(to, from, len);
	to[len] = 0;
	return true;
}

static int read_c(struct reader *r, const char *v, size_t len)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&r->peer->at;
	struct sockaddr_in *in4 = (struct sockaddr_in *)&r->peer->at;
	in_port_t port = in4->sin_port;
	char text[64];

	if (copy(text, sizeof(text), v, len) && !strncmp(text, "IN IP4 ", 7) &&
	    inet_pton(AF_INET, text + 7, &in4->sin_addr) == 1) {
		in4->sin_family = AF_INET;
		r->peer->at_len = sizeof(*in4);
	} else if (copy(text, sizeof(text), v, len) && !strncmp(text, "IN IP6 ", 7) &&
		   inet_pton(AF_INET6, text + 7, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		r->peer->at_len = sizeof(*in6);
	} else {
		return bad(r, "c=%.*s: no IPv4 or IPv6 address", (int)len, v);
	}
	in4->sin_port = port;
	r->has_c = true;
	return 0;
}

static int read_m(struct reader *r, const char *v, size_t len)
{
	char text[128], proto[32];
	unsigned port;

	if (r->has_m)
		return bad(r, "more than one m= line");
	if (!copy(text, sizeof(text), v, len) ||
	    sscanf(text, "%*15s %5u %31s", &port, proto) != 2 || port > 65535)
		return bad(r, "m=%.*s: not understood", (int)len, v);
	if (!port)
		return bad(r, "m=%s: the media line was refused (port 0)", text);
	if (strcasecmp(proto, pg_proto_name(r->opt)))
		return bad(r, "the peer speaks %s, this end %s: give both the same --tls", proto,
			   pg_proto_name(r->opt));
	((struct sockaddr_in *)&r->peer->at)->sin_port = htons((uint16_t)port);
	r->has_m = true;
	return 0;
}

static int read_fingerprint(struct reader *r, const char *v, size_t len)
{
	struct pg_fingerprints *set = &r->peer->fingerprints;
	struct pg_fingerprint fp;
	int rc = pg_fingerprint_parse(v, len, &fp);

	if (rc == -ENOTSUP)
		return 0;
	if (rc)
		return bad(r, "a=fingerprint:%.*s: no fingerprint", (int)len, v);
	if (set->n == PG_FINGERPRINTS_MAX)
		return bad(r, "more than %d a=fingerprint lines", PG_FINGERPRINTS_MAX);
	set->list[set->n++] = fp;
	return 0;
}

static int read_path(struct reader *r, const char *v, size_t len)
{
	const char *space = memchr(v, ' ', len);

	// Further URIs are relays behind the first one.
	if (space)
		len = space - v;
	return copy(r->peer->path, sizeof(r->peer->path), v, len) ? 0 : bad(r, "a=path: too long");
}

static int read_floorctrl(struct reader *r, const char *v, size_t len)
{
	char text[64], *save, *word;

	if (!copy(text, sizeof(text), v, len))
		return bad(r, "a=floorctrl: too long");
	for (word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		r->peer->client |= !strcmp(word, "c-only") || !strcmp(word, "c-s");
		r->peer->server |= !strcmp(word, "s-only") || !strcmp(word, "c-s");
	}
	return 0;
}

// The number that starts an attribute's value, at most max.
static int read_number(struct reader *r, const char *name, const char *v, size_t len, uint32_t max,
		       uint32_t *number)
{
	uint64_t n = 0;
	size_t i = 0;

	for (; i < len && isdigit((unsigned char)v[i]) && n <= max; i++)
		n = n * 10 + (v[i] - '0');
	if (!i || n > max || (i < len && v[i] != ' '))
		return bad(r, "a=%s:%.*s: no number up to %" PRIu32, name, (int)len, v, max);
	*number = (uint32_t)n;
	return 0;
}

static int read_attribute(struct reader *r, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len), *v = colon ? colon + 1 : line + len;
	size_t name = colon ? (size_t)(colon - line) : len, v_len = line + len - v;
	uint32_t n = 0;
	int rc;

#define IS(text) (name == sizeof(text) - 1 && !strncasecmp(line, text, name))
	if (IS("setup"))
		r->peer->setup = pg_setup_find(v, v_len);
	else if (IS("fingerprint"))
		return read_fingerprint(r, v, v_len);
	else if (IS("path"))
		return read_path(r, v, v_len);
	else if (IS("msrp-cema"))
		r->peer->cema = true;
	else if (IS("floorctrl"))
		return read_floorctrl(r, v, v_len);
	else if (IS("confid"))
		return read_number(r, "confid", v, v_len, UINT32_MAX, &r->peer->confid);
	else if (IS("userid") || IS("floorid")) {
		rc = read_number(r, IS("userid") ? "userid" : "floorid", v, v_len, UINT16_MAX, &n);
		if (IS("userid"))
			r->peer->userid = (uint16_t)n;
		else
			r->peer->floorid = (uint16_t)n;
		return rc;
	}
#undef IS
	return 0;
}

static int read_line(struct reader *r, const char *line, size_t len)
{
	if (len && line[len - 1] == '\r')
		len--;
	if (len < 2 || line[1] != '=')
		return len ? bad(r, "\"%.*s\" is no SDP line", (int)(len > 40 ? 40 : len), line)
			   : 0;
	switch (line[0]) {
	case 'c': return read_c(r, line + 2, len - 2);
	case 'm': return read_m(r, line + 2, len - 2);
	case 'a': return read_attribute(r, line + 2, len - 2);
	default: return 0;
	}
}

int pg_offer_read(struct pg_peer_sdp *peer, const struct pg_options *opt, const char *text,
		  size_t len, char *error, size_t error_len)
{
	struct reader r = {.opt = opt, .peer = peer, .error = error, .error_len = error_len};
	const char *end = text + len, *eol;
	int rc;

	*peer = (struct pg_peer_sdp){0};
	for (; text < end; text = eol + 1) {
		eol = memchr(text, '\n', end - text);
		if (!eol)
			eol = end;
		rc = read_line(&r, text, eol - text);
		if (rc)
			return rc;
	}
	if (!r.has_c || !r.has_m)
		return bad(&r, "no %s line", r.has_c ? "m=" : "c=");
	if (opt->app == PG_MSRP && !peer->path[0])
		return bad(&r, "no a=path line");
	return 0;
}
