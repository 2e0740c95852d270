// Addresses and endpoints of both IP versions: compare, read, write as text.
#ifndef NAT_EP_H
#define NAT_EP_H

#include <stdbool.h>
#include <stddef.h>

#include "wire.h"

enum nat_family { NAT_NONE = 0, NAT_IP4 = 4, NAT_IP6 = 6 };

/* An address in network byte order. IPv4 lies in w[0], the other words are zero, so that one
 * compare of 16 bytes is right for both versions. The family is known from elsewhere. */
struct nat_addr {
	union {
		uint8_t b[16];
		be32 w[4];
		uint64_t q[2];
	};
};

/* One end of a flow. */
struct nat_ep {
	struct nat_addr addr;
	be16 port;
	uint8_t family; // enum nat_family
	uint8_t proto;  // NAT_IP_TCP or NAT_IP_UDP
};

static_assert(sizeof(struct nat_addr) == 16 && sizeof(struct nat_ep) == 24, "no padding");

static inline bool nat_addr_eq(const struct nat_addr *x, const struct nat_addr *y)
{
	return ((x->q[0] ^ y->q[0]) | (x->q[1] ^ y->q[1])) == 0;
}

static inline struct nat_addr nat_addr_ip4(be32 a)
{
	return (struct nat_addr){.q = {a, 0}}; // the low half of q[0] is w[0]
}

static inline struct nat_addr nat_addr_ip6(const void *sixteen_bytes)
{
	struct nat_addr a;

	memcpy(a.b, sixteen_bytes, sizeof(a.b));
	return a;
}

/* Room for the longest text of an address, and of "[address]:port", with the final NUL. */
enum { NAT_ADDR_TEXT = 46, NAT_EP_TEXT = 54 };

/* Reads an IPv4 or IPv6 address (no brackets, no zone). Returns the family, NAT_NONE when the
 * text is no address; *addr is then unchanged. */
enum nat_family nat_addr_parse(const char *text, struct nat_addr *addr);

/* Reads "ADDRESS/LENGTH". Returns the family or NAT_NONE. */
enum nat_family nat_prefix_parse(const char *text, struct nat_addr *addr, unsigned *bits);

/* True when the first `bits` bits of the two addresses (of one family) are equal. */
bool nat_prefix_match(const struct nat_addr *x, const struct nat_addr *y, enum nat_family family,
		      unsigned bits);

/* Writes the usual text form (RFC 5952 for IPv6) and returns buf. len >= NAT_ADDR_TEXT. */
const char *nat_addr_text(enum nat_family family, const struct nat_addr *addr, char *buf,
			  size_t len);

/* Writes "1.2.3.4:5" or "[2001:db8::1]:5" and returns buf. len >= NAT_EP_TEXT. */
const char *nat_ep_text(const struct nat_ep *ep, char *buf, size_t len);

/* True for an address that a peer may have: not unspecified, loopback, multicast, broadcast,
 * or IPv4-mapped. A Remote that fails this is accepted over Ix but never routed. */
bool nat_addr_routable(enum nat_family family, const struct nat_addr *addr);

#endif
