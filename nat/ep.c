// Addresses and endpoints: text, prefixes, and which addresses a peer may have.
// Spec: RFC 4291, RFC 5952, RFC 6890
#include "ep.h"

#include <arpa/inet.h>
#include <stdio.h>

enum nat_family nat_addr_parse(const char *text, struct nat_addr *addr)
{
	struct nat_addr a = {.q = {0, 0}};
	enum nat_family family = strchr(text, ':') ? NAT_IP6 : NAT_IP4;

	if (inet_pton(family == NAT_IP6 ? AF_INET6 : AF_INET, text, a.b) != 1)
		return NAT_NONE;
	*addr = a;
	return family;
}

/* A prefix length: digits only, at most `max`; negative when it is none. */
static int read_bits(const char *text, int max)
{
	int bits = 0;

	if (!*text)
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		bits = bits * 10 + (*text - '0');
		if (bits > max)
			return -1;
	}
	return bits;
}

enum nat_family nat_prefix_parse(const char *text, struct nat_addr *addr, unsigned *bits)
{
	const char *slash = strchr(text, '/');
	char head[NAT_ADDR_TEXT];
	enum nat_family family;
	struct nat_addr a;
	int n;

	if (!slash || (size_t)(slash - text) >= sizeof(head))
		return NAT_NONE;
	memcpy(head, text, (size_t)(slash - text));
	head[slash - text] = 0;
	family = nat_addr_parse(head, &a);
	if (family == NAT_NONE)
		return NAT_NONE;
	n = read_bits(slash + 1, family == NAT_IP6 ? 128 : 32);
	if (n < 0)
		return NAT_NONE;
	*addr = a;
	*bits = (unsigned)n;
	return family;
}

bool nat_prefix_match(const struct nat_addr *x, const struct nat_addr *y, enum nat_family family,
		      unsigned bits)
{
	unsigned max = family == NAT_IP6 ? 128 : 32;
	unsigned whole, rest;

	if (bits > max)
		bits = max;
	whole = bits / 8;
	rest = bits % 8;
	if (memcmp(x->b, y->b, whole) != 0)
		return false;
	return rest == 0 || ((x->b[whole] ^ y->b[whole]) >> (8 - rest)) == 0;
}

const char *nat_addr_text(enum nat_family family, const struct nat_addr *addr, char *buf,
			  size_t len)
{
	if (len == 0)
		return buf;
	if (family == NAT_NONE ||
	    !inet_ntop(family == NAT_IP6 ? AF_INET6 : AF_INET, addr->b, buf, (socklen_t)len))
		snprintf(buf, len, "-");
	return buf;
}

const char *nat_ep_text(const struct nat_ep *ep, char *buf, size_t len)
{
	char addr[NAT_ADDR_TEXT];

	nat_addr_text(ep->family, &ep->addr, addr, sizeof(addr));
	snprintf(buf, len, ep->family == NAT_IP6 ? "[%s]:%u" : "%s:%u", addr, nat_host16(ep->port));
	return buf;
}

bool nat_addr_routable(enum nat_family family, const struct nat_addr *addr)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	const uint8_t *b = addr->b;

	if (family == NAT_IP4) // 0/8 "this network", 127/8, 224/4 multicast, 240/4 with broadcast
		return b[0] != 0 && b[0] != 127 && b[0] < 224;
	if (family != NAT_IP6 || b[0] == 0xff || memcmp(b, mapped, sizeof(mapped)) == 0)
		return false;
	return !(addr->q[0] == 0 && addr->w[2] == 0 && nat_host32(addr->w[3]) <= 1);
}
