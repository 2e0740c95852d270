// Reads every header of a captured frame and collects the addresses that stand in it.
// Spec: IEEE 802.3/802.1Q, RFC 826, RFC 791, RFC 792, RFC 8200, RFC 4443, RFC 4861, RFC 3810, RFC
// 4884
//
// The opposite of a fast parser: what it does not understand to the last byte, it reports, because
// an address could hide there.
#include "proof.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../nat/wire.h"

// One frame under work.
struct frame {
	struct pg_heads *heads;
	struct pg_findings *f;
	unsigned long number;
	bool quoted; // inside an ICMP error: only the beginning of a packet may be there
	bool clean;  // nothing found so far
	struct pg_segment *seg;
	bool have_seg;
};

void pg_finding(struct pg_findings *f, const char *fmt, ...)
{
	unsigned i = f->n++;
	va_list ap;
	int len = 0;

	if (i >= PG_FINDINGS)
		return;
	if (f->file)
		len = snprintf(f->text[i], PG_FINDING_TEXT, "%s: ", f->file);
	if (len < 0 || len >= PG_FINDING_TEXT)
		return;
	va_start(ap, fmt);
	vsnprintf(f->text[i] + len, (size_t)(PG_FINDING_TEXT - len), fmt, ap);
	va_end(ap);
}

static void bad(struct frame *fr, const char *what)
{
	fr->clean = false;
	pg_finding(fr->f, "packet %lu: %s", fr->number, what);
}

// False, with a finding, when fewer than `need` bytes are left. A quoted packet may end anywhere.
static bool room(struct frame *fr, size_t len, size_t need, const char *what)
{
	if (len >= need)
		return true;
	if (!fr->quoted)
		bad(fr, what);
	return false;
}

// ---- collecting

static bool nobody(enum pg_addr_kind kind, const uint8_t *a)
{
	static const uint8_t zero[16];

	if (!memcmp(a, zero, kind))
		return true;
	switch (kind) {
	case PG_ADDR_MAC: return a[0] & 1; // group bit, broadcast included
	case PG_ADDR_IP4: return a[0] >= 224;
	case PG_ADDR_IP6: return a[0] == 0xff;
	}
	return false;
}

static const struct pg_seen *find(const struct pg_heads *h, unsigned kind, const uint8_t *a)
{
	for (unsigned i = 0; i < h->n; i++)
		if (h->seen[i].kind == kind && !memcmp(h->seen[i].b, a, kind))
			return &h->seen[i];
	return NULL;
}

static void note(struct frame *fr, enum pg_addr_kind kind, const uint8_t *a, const char *where)
{
	struct pg_heads *h = fr->heads;
	struct pg_seen *s;

	if (nobody(kind, a) || find(h, kind, a))
		return;
	if (h->n == PG_SEEN_MAX) {
		bad(fr, "more different addresses than can be compared");
		return;
	}
	s = &h->seen[h->n++];
	s->kind = (uint8_t)kind;
	memcpy(s->b, a, kind);
	s->packet = fr->number;
	s->where = where;
}

void pg_heads_compare(const struct pg_heads *a, const struct pg_heads *b, struct pg_findings *f)
{
	for (unsigned i = 0; i < a->n; i++) {
		const struct pg_seen *x = &a->seen[i], *y = find(b, x->kind, x->b);
		char text[INET6_ADDRSTRLEN];

		if (!y)
			continue;
		if (x->kind == PG_ADDR_MAC)
			snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", x->b[0],
				 x->b[1], x->b[2], x->b[3], x->b[4], x->b[5]);
		else
			inet_ntop(x->kind == PG_ADDR_IP4 ? AF_INET : AF_INET6, x->b, text,
				  sizeof(text));
		pg_finding(f,
			   "%s is seen in both domains: packet %lu of a (%s), packet %lu of b (%s)",
			   text, x->packet, x->where, y->packet, y->where);
	}
}

// ---- headers, from the inside out

static void tcp_or_udp(struct frame *fr, uint8_t proto, const uint8_t *p, size_t len)
{
	struct pg_segment *s = fr->seg;
	size_t head = sizeof(struct nat_udp);

	if (fr->quoted)
		return; // ports only
	if (!room(fr, len, head, "cut in the UDP header"))
		return;
	s->proto = proto;
	s->sport = nat_load16(p);
	s->dport = nat_load16(p + 2);
	if (proto == NAT_IP_TCP) {
		if (!room(fr, len, sizeof(struct nat_tcp), "cut in the TCP header"))
			return;
		head = (size_t)(p[12] >> 4) * 4;
		if (head < sizeof(struct nat_tcp) || head > len) {
			bad(fr, "TCP header with a wrong length");
			return;
		}
		s->seq = nat_load32(p + 4);
		s->flags = p[13];
	} else if (nat_load16(p + 4) != len) {
		bad(fr, "UDP header with a wrong length");
		return;
	}
	s->payload = p + head;
	s->len = (uint32_t)(len - head);
	fr->have_seg = true;
}

static void ip4(struct frame *fr, const uint8_t *p, size_t len);
static void ip6(struct frame *fr, const uint8_t *p, size_t len);

// A packet that an ICMP error quotes. An error about an error is no packet that anyone may send, so
// this goes one level deep.
static void quote(struct frame *fr, const uint8_t *p, size_t len,
		  void (*ip)(struct frame *, const uint8_t *, size_t))
{
	if (fr->quoted)
		return bad(fr, "ICMP error about an ICMP error");
	fr->quoted = true;
	ip(fr, p, len);
	fr->quoted = false;
}

static void icmp4(struct frame *fr, const uint8_t *p, size_t len)
{
	if (!room(fr, len, sizeof(struct nat_icmp), "cut in the ICMP header"))
		return;
	switch (p[0]) {
	case 0:
	case 8: return; // echo
	case 5:         // redirect: the better router, then the quote
		note(fr, PG_ADDR_IP4, p + 4, "ICMP redirect");
		return quote(fr, p + 8, len - 8, ip4);
	case 3:
	case 11:
	case 12:
		if (p[5])
			return bad(fr, "ICMP extension, which could hold an address");
		return quote(fr, p + 8, len - 8, ip4);
	default: return bad(fr, "ICMP type that is not understood");
	}
}

// Options of Neighbour Discovery, from `p` to the end.
static void nd_options(struct frame *fr, const uint8_t *p, size_t len)
{
	while (len) {
		size_t size = len >= 2 ? (size_t)p[1] * 8 : 0;

		if (size == 0 || size > len)
			return bad(fr, "Neighbour Discovery option with a wrong length");
		switch (p[0]) {
		case 1: note(fr, PG_ADDR_MAC, p + 2, "source link-layer address option"); break;
		case 2: note(fr, PG_ADDR_MAC, p + 2, "target link-layer address option"); break;
		case 3:
			if (size != 32)
				return bad(fr, "prefix option with a wrong length");
			note(fr, PG_ADDR_IP6, p + 16, "prefix option");
			break;
		case 5:
		case 14: break; // MTU, nonce
		default: return bad(fr, "Neighbour Discovery option that is not understood");
		}
		p += size;
		len -= size;
	}
}

// Multicast listener report, version 2: sources that somebody wants to hear are addresses.
static void mld2(struct frame *fr, const uint8_t *p, size_t len)
{
	unsigned records = nat_load16(p + 6);

	p += 8;
	len -= 8;
	while (records--) {
		size_t sources, size;

		if (!room(fr, len, 20, "cut in a multicast listener report"))
			return;
		sources = nat_load16(p + 2);
		size = 20 + sources * 16 + (size_t)p[1] * 4;
		if (!room(fr, len, size, "cut in a multicast listener report"))
			return;
		note(fr, PG_ADDR_IP6, p + 4, "multicast listener report");
		for (size_t i = 0; i < sources; i++)
			note(fr, PG_ADDR_IP6, p + 20 + i * 16, "multicast listener report");
		p += size;
		len -= size;
	}
}

static void icmp6(struct frame *fr, const uint8_t *p, size_t len)
{
	// Bytes before the options of types 133 to 137: the addresses among them start at 8.
	static const uint8_t fixed[] = {8, 16, 24, 24, 40};

	if (!room(fr, len, sizeof(struct nat_icmp), "cut in the ICMPv6 header"))
		return;
	switch (p[0]) {
	case 1:
	case 2:
	case 3:
	case 4:
		if (p[0] != 2 && p[0] != 4 && p[4])
			return bad(fr, "ICMPv6 extension, which could hold an address");
		return quote(fr, p + 8, len - 8, ip6);
	case 128:
	case 129: return; // echo
	case 130:
	case 131:
	case 132:
		if (room(fr, len, 24, "cut in a multicast listener message"))
			note(fr, PG_ADDR_IP6, p + 8, "multicast listener message");
		return;
	case 133:
	case 134:
	case 135:
	case 136:
	case 137: {
		size_t head = fixed[p[0] - 133];

		if (fr->quoted || !room(fr, len, head, "cut in a Neighbour Discovery message"))
			return;
		for (size_t at = 8; p[0] >= 135 && at < head; at += 16)
			note(fr, PG_ADDR_IP6, p + at, "Neighbour Discovery target");
		return nd_options(fr, p + head, len - head);
	}
	case 143: return mld2(fr, p, len);
	default: return bad(fr, "ICMPv6 type that is not understood");
	}
}

static void ip4(struct frame *fr, const uint8_t *p, size_t len)
{
	size_t head, total;

	if (!room(fr, len, sizeof(struct nat_ip4), "cut in the IPv4 header"))
		return;
	head = (size_t)(p[0] & 15) * 4;
	total = nat_load16(p + 2);
	if (p[0] >> 4 != 4 || head < sizeof(struct nat_ip4) || total < head ||
	    (total > len && !fr->quoted))
		return bad(fr, "IPv4 header that contradicts itself, or a frame that was cut");
	note(fr, PG_ADDR_IP4, p + 12, fr->quoted ? "quoted IPv4 source" : "IPv4 source");
	note(fr, PG_ADDR_IP4, p + 16, fr->quoted ? "quoted IPv4 destination" : "IPv4 destination");
	if (head != sizeof(struct nat_ip4))
		return bad(fr, "IPv4 options, which could hold an address");
	if (nat_load16(p + 6) & 0x3fff)
		return bad(fr, "IPv4 fragment, whose contents are not judged");
	if (total < len)
		len = total;
	if (!fr->quoted) {
		fr->seg->family = 4;
		memcpy(fr->seg->src, p + 12, 4);
		memcpy(fr->seg->dst, p + 16, 4);
	}
	switch (p[9]) {
	case NAT_IP_TCP:
	case NAT_IP_UDP: return tcp_or_udp(fr, p[9], p + head, len - head);
	case NAT_IP_ICMP: return icmp4(fr, p + head, len - head);
	default: return bad(fr, "IPv4 protocol that is not understood");
	}
}

// Hop-by-hop options: padding and router alert hold no address. Returns their length, 0 = finding.
static size_t hop_by_hop(struct frame *fr, const uint8_t *p, size_t len)
{
	size_t size;

	if (!room(fr, len, 8, "cut in IPv6 options"))
		return 0;
	size = (size_t)p[1] * 8 + 8;
	if (!room(fr, len, size, "cut in IPv6 options"))
		return 0;
	for (size_t at = 2; at < size;) {
		if (p[at] != 0 && p[at] != 1 && p[at] != 5) {
			bad(fr, "IPv6 option that is not understood");
			return 0;
		}
		at += p[at] == 0 ? 1 : at + 1 < size ? (size_t)p[at + 1] + 2 : size;
	}
	return size;
}

static void ip6(struct frame *fr, const uint8_t *p, size_t len)
{
	size_t total, options;
	uint8_t next;

	if (!room(fr, len, sizeof(struct nat_ip6), "cut in the IPv6 header"))
		return;
	total = nat_load16(p + 4) + sizeof(struct nat_ip6);
	if (p[0] >> 4 != 6 || (total > len && !fr->quoted))
		return bad(fr, "IPv6 header that contradicts itself, or a frame that was cut");
	note(fr, PG_ADDR_IP6, p + 8, fr->quoted ? "quoted IPv6 source" : "IPv6 source");
	note(fr, PG_ADDR_IP6, p + 24, fr->quoted ? "quoted IPv6 destination" : "IPv6 destination");
	if (total < len)
		len = total;
	if (!fr->quoted) {
		fr->seg->family = 6;
		memcpy(fr->seg->src, p + 8, 16);
		memcpy(fr->seg->dst, p + 24, 16);
	}
	next = p[6];
	p += sizeof(struct nat_ip6);
	len -= sizeof(struct nat_ip6);
	if (next == 0) {
		options = hop_by_hop(fr, p, len);
		if (!options)
			return;
		next = p[0];
		p += options;
		len -= options;
	}
	switch (next) {
	case NAT_IP_TCP:
	case NAT_IP_UDP: return tcp_or_udp(fr, next, p, len);
	case NAT_IP_ICMP6: return icmp6(fr, p, len);
	default: return bad(fr, "IPv6 extension header or protocol that is not understood");
	}
}

static void arp(struct frame *fr, const uint8_t *p, size_t len)
{
	if (!room(fr, len, sizeof(struct nat_arp), "cut in an ARP message"))
		return;
	if (nat_load16(p) != 1 || nat_load16(p + 2) != NAT_ETH_IP4 || p[4] != 6 || p[5] != 4)
		return bad(fr, "ARP for something else than Ethernet and IPv4");
	note(fr, PG_ADDR_MAC, p + 8, "ARP sender");
	note(fr, PG_ADDR_IP4, p + 14, "ARP sender");
	note(fr, PG_ADDR_MAC, p + 18, "ARP target");
	note(fr, PG_ADDR_IP4, p + 24, "ARP target");
}

bool pg_heads_frame(struct pg_heads *heads, const uint8_t *frame, size_t len, unsigned long number,
		    struct pg_segment *seg, struct pg_findings *f)
{
	struct frame fr = {.heads = heads, .f = f, .number = number, .seg = seg, .clean = true};
	size_t at = 12;
	char what[64];

	memset(seg, 0, sizeof(*seg));
	if (!room(&fr, len, sizeof(struct nat_eth), "cut in the Ethernet header"))
		return false;
	note(&fr, PG_ADDR_MAC, frame, "Ethernet destination");
	note(&fr, PG_ADDR_MAC, frame + 6, "Ethernet source");
	for (int tags = 0; tags < 2 && nat_load16(frame + at) == NAT_ETH_VLAN; tags++) {
		at += sizeof(struct nat_vlan);
		if (!room(&fr, len, at + 2, "cut in the VLAN tag"))
			return false;
	}
	switch (nat_load16(frame + at)) {
	case NAT_ETH_ARP: arp(&fr, frame + at + 2, len - at - 2); break;
	case NAT_ETH_IP4: ip4(&fr, frame + at + 2, len - at - 2); break;
	case NAT_ETH_IP6: ip6(&fr, frame + at + 2, len - at - 2); break;
	default:
		snprintf(what, sizeof(what), "Ethernet type 0x%04x is not understood",
			 nat_load16(frame + at));
		bad(&fr, what);
	}
	return fr.have_seg && fr.clean;
}
