// Headers as they lie on the wire, and loads and stores that respect their byte order.
// Spec: IEEE 802.3/802.1Q, RFC 826, RFC 791, RFC 8200, RFC 792, RFC 4443, RFC 4861, RFC 768, RFC
// 9293
#ifndef NAT_WIRE_H
#define NAT_WIRE_H

#include <assert.h>
#include <stdint.h>
#include <string.h>

/* A value in network byte order. Only the helpers below convert it. */
typedef uint16_t be16;
typedef uint32_t be32;

static inline be16 nat_be16(uint16_t host)
{
	return __builtin_bswap16(host);
}

static inline uint16_t nat_host16(be16 net)
{
	return __builtin_bswap16(net);
}

static inline be32 nat_be32(uint32_t host)
{
	return __builtin_bswap32(host);
}

static inline uint32_t nat_host32(be32 net)
{
	return __builtin_bswap32(net);
}

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	      "be16 and be32 swap on every host we build for");

/* Host value of a big-endian field at any alignment. */
static inline uint16_t nat_load16(const void *at)
{
	be16 v;

	memcpy(&v, at, sizeof(v));
	return nat_host16(v);
}

static inline uint32_t nat_load32(const void *at)
{
	be32 v;

	memcpy(&v, at, sizeof(v));
	return nat_host32(v);
}

static inline void nat_store16(void *at, uint16_t host)
{
	be16 v = nat_be16(host);

	memcpy(at, &v, sizeof(v));
}

static inline void nat_store32(void *at, uint32_t host)
{
	be32 v = nat_be32(host);

	memcpy(at, &v, sizeof(v));
}

/* A condition that ordinary traffic does not meet: its code is kept out of the way. */
#define nat_rare(condition) __builtin_expect(!!(condition), 0)

enum {
	NAT_ETH_IP4 = 0x0800,
	NAT_ETH_ARP = 0x0806,
	NAT_ETH_VLAN = 0x8100,
	NAT_ETH_IP6 = 0x86dd,

	NAT_IP_ICMP = 1,
	NAT_IP_TCP = 6,
	NAT_IP_UDP = 17,
	NAT_IP_FRAGMENT6 = 44,
	NAT_IP_ICMP6 = 58,

	NAT_TCP_FIN = 0x01,
	NAT_TCP_SYN = 0x02,
	NAT_TCP_RST = 0x04,
	NAT_TCP_PSH = 0x08,
	NAT_TCP_ACK = 0x10,
	NAT_TCP_URG = 0x20,
};

struct nat_eth {
	uint8_t dst[6], src[6];
	be16 type;
} __attribute__((packed));

struct nat_vlan { // follows an Ethernet type of NAT_ETH_VLAN
	be16 tci; // priority 3 bits, DEI 1, VLAN id 12
	be16 type;
} __attribute__((packed));

struct nat_ip4 {
	uint8_t ver_ihl, tos;
	be16 total_len;
	be16 id;
	be16 frag; // flags 3 bits (0x4000 = DF, 0x2000 = MF), offset 13 in units of 8 bytes
	uint8_t ttl, proto;
	be16 csum;
	be32 src, dst;
} __attribute__((packed));

struct nat_ip6 {
	be32 ver_tc_flow; // version 4 bits, traffic class 8, flow label 20
	be16 payload_len;
	uint8_t next, hops;
	uint8_t src[16], dst[16];
} __attribute__((packed));

struct nat_udp {
	be16 sport, dport, len, csum;
} __attribute__((packed));

struct nat_tcp {
	be16 sport, dport;
	be32 seq, ack;
	uint8_t off, flags; // off: data offset in the high 4 bits, 32-bit words
	be16 window, csum, urgent;
} __attribute__((packed));

struct nat_icmp { // ICMP and ICMPv6 echo share this form
	uint8_t type, code;
	be16 csum;
	be32 rest;
} __attribute__((packed));

struct nat_arp { // Ethernet and IPv4 only
	be16 htype, ptype;
	uint8_t hlen, plen;
	be16 op;
	uint8_t sha[6], spa[4], tha[6], tpa[4];
} __attribute__((packed));

static_assert(sizeof(struct nat_eth) == 14 && sizeof(struct nat_vlan) == 4, "wire size");
static_assert(sizeof(struct nat_ip4) == 20 && sizeof(struct nat_ip6) == 40, "wire size");
static_assert(sizeof(struct nat_udp) == 8 && sizeof(struct nat_tcp) == 20, "wire size");
static_assert(sizeof(struct nat_icmp) == 8 && sizeof(struct nat_arp) == 28, "wire size");

#endif
