// Offer and answer of the media endpoints: write our SDP, read the peer's.
// Spec: RFC 8866; RFC 4975 8.1, RFC 6714; RFC 8856; T.38 D.2.3, RFC 7345; RFC 8122; RFC 8842
// (tls-id)
#include "offer.h"
#include "../ix/sdp.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	const struct ix_sdp *sdp;
	struct pg_peer_sdp *peer;
	char *error;
	size_t error_len;
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

// Copies a slice to a C string; false when it does not fit.
static bool copy(char *to, size_t size, const char *from, size_t len)
{
	if (len >= size)
		return false;
	memcpy(to, from, len);
	to[len] = 0;
	return true;
}

// An address and a port in text form. False when the address is none.
static bool socket_address(struct pg_peer_sdp *peer, const char *addr, size_t len, uint16_t port)
{
	struct sockaddr_storage at = {0};
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&at;
	struct sockaddr_in *in4 = (struct sockaddr_in *)&at;
	char text[INET6_ADDRSTRLEN];

	if (!copy(text, sizeof(text), addr, len))
		return false;
	in4->sin_port = htons(port); // same place in both
	if (inet_pton(AF_INET, text, &in4->sin_addr) == 1)
		at.ss_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1)
		at.ss_family = AF_INET6;
	else
		return false;
	peer->at = at;
	peer->at_len = at.ss_family == AF_INET ? sizeof(*in4) : sizeof(*in6);
	return true;
}

static int read_media(struct reader *r)
{
	const struct ix_sdp *sdp = r->sdp;

	if (!ix_str_is(sdp->proto_name, pg_proto_name(r->opt)))
		return bad(r, "the peer speaks %.*s, this end %s: give both the same --tls",
			   (int)sdp->proto_name.len, sdp->proto_name.p, pg_proto_name(r->opt));
	if (sdp->port_choose || sdp->port_unused || !sdp->port)
		return bad(r, "the media line was refused: its port is 0 or none");
	if (!sdp->addr.len || !socket_address(r->peer, sdp->addr.p, sdp->addr.len, sdp->port))
		return bad(r, "no address in c=");
	switch (sdp->setup) {
	case IX_SETUP_NONE: r->peer->setup = PG_SETUP_NONE; return 0;
	case IX_SETUP_ACTIVE: r->peer->setup = PG_ACTIVE; return 0;
	case IX_SETUP_PASSIVE: r->peer->setup = PG_PASSIVE; return 0;
	case IX_SETUP_ACTPASS: r->peer->setup = PG_ACTPASS; return 0;
	case IX_SETUP_HOLDCONN: break;
	}
	return bad(r, "a=setup:holdconn: the peer wants no connection");
}

static int read_fingerprints(struct reader *r)
{
	struct pg_fingerprints *set = &r->peer->fingerprints;
	struct pg_fingerprint fp;
	struct ix_str v;
	int rc;

	for (unsigned n = 0; (v = ix_sdp_attr(r->sdp, "fingerprint", n)).p; n++) {
		rc = pg_fingerprint_parse(v.p, v.len, &fp);
		if (rc == -ENOTSUP)
			continue;
		if (rc)
			return bad(r, "a=fingerprint:%.*s: no fingerprint", (int)v.len, v.p);
		if (set->n == PG_FINGERPRINTS_MAX)
			return bad(r, "more than %d a=fingerprint lines", PG_FINGERPRINTS_MAX);
		set->list[set->n++] = fp;
	}
	return 0;
}

// "msrps://host:port/session;tcp": where a peer without CEMA is, whatever c= says.
static void follow_path(struct pg_peer_sdp *peer)
{
	const char *host = strstr(peer->path, "://"), *end, *colon;
	unsigned port;

	if (!host)
		return;
	host += 3;
	end = host + strcspn(host, "/;");
	colon = memrchr(host, ':', end - host);
	if (!colon || sscanf(colon, ":%5u", &port) != 1 || !port || port > UINT16_MAX)
		return;
	end = colon;
	if (*host == '[' && end[-1] == ']') {
		host++;
		end--;
	}
	socket_address(peer, host, end - host, (uint16_t)port);
}

static int read_msrp(struct reader *r)
{
	struct ix_str v = ix_sdp_attr(r->sdp, "path", 0);
	const char *space = v.len ? memchr(v.p, ' ', v.len) : NULL;

	if (!v.len)
		return bad(r, "no a=path line");
	// Further URIs are relays behind the first one.
	if (!copy(r->peer->path, sizeof(r->peer->path), v.p, space ? (size_t)(space - v.p) : v.len))
		return bad(r, "a=path: too long");
	if (!ix_sdp_attr(r->sdp, "msrp-cema", 0).p)
		follow_path(r->peer);
	return 0;
}

// The number that starts an attribute's value, at most max; 0 without the attribute.
static int read_number(struct reader *r, const char *name, uint32_t max, uint32_t *number)
{
	struct ix_str v = ix_sdp_attr(r->sdp, name, 0);
	uint64_t n = 0;
	uint32_t i = 0;

	for (; i < v.len && isdigit((unsigned char)v.p[i]) && n <= max; i++)
		n = n * 10 + (uint64_t)(v.p[i] - '0');
	if (v.p && (!i || n > max || (i < v.len && v.p[i] != ' ')))
		return bad(r, "a=%s:%.*s: no number up to %" PRIu32, name, (int)v.len, v.p, max);
	*number = (uint32_t)n;
	return 0;
}

static int read_bfcp(struct reader *r)
{
	struct ix_str v = ix_sdp_attr(r->sdp, "floorctrl", 0);
	uint32_t user = 0, floor = 0;
	char text[64], *save, *word;
	int rc;

	if (!copy(text, sizeof(text), v.p ? v.p : "", v.len))
		return bad(r, "a=floorctrl: too long");
	for (word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		r->peer->client |= !strcmp(word, "c-only") || !strcmp(word, "c-s");
		r->peer->server |= !strcmp(word, "s-only") || !strcmp(word, "c-s");
	}
	rc = read_number(r, "confid", UINT32_MAX, &r->peer->confid);
	if (!rc)
		rc = read_number(r, "userid", UINT16_MAX, &user);
	if (!rc)
		rc = read_number(r, "floorid", UINT16_MAX, &floor);
	r->peer->userid = (uint16_t)user;
	r->peer->floorid = (uint16_t)floor;
	return rc;
}

int pg_offer_read(struct pg_peer_sdp *peer, const struct pg_options *opt, const char *text,
		  size_t len, char *error, size_t error_len)
{
	struct ix_sdp sdp;
	struct reader r = {opt, &sdp, peer, error, error_len};
	struct ix_error err = {0};
	unsigned sessions;
	int rc;

	*peer = (struct pg_peer_sdp){0};
	if (len > UINT32_MAX ||
	    !ix_sdp_parse((struct ix_str){text, (uint32_t)len}, &sdp, &sessions, &err))
		return bad(&r, "%.*s", (int)err.text.len, err.text.p);
	rc = read_media(&r);
	if (!rc)
		rc = read_fingerprints(&r);
	if (!rc && opt->app == PG_MSRP)
		rc = read_msrp(&r);
	if (!rc && opt->app == PG_BFCP)
		rc = read_bfcp(&r);
	return rc;
}
