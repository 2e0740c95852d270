// Builds test packets from a description by name, with a slow checksum of its own.
// Nothing of nat/ is used to make bytes here, so that what nat/ does can be compared with it.
#ifndef TESTS_PACKET_H
#define TESTS_PACKET_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum packet_sum {
	SUM_RIGHT,
	SUM_NONE,       // zero
	SUM_UNFINISHED, // the pseudo-header's sum, as Linux leaves it to the NIC
	SUM_WRONG,
};

enum packet_proto { PACKET_ICMP = 1, PACKET_TCP = 6, PACKET_UDP = 17, PACKET_ICMP6 = 58 };

enum packet_flags {
	FIN_ = 1,
	SYN_ = 2,
	RST_ = 4,
	PSH_ = 8,
	ACK_ = 16,
	URG_ = 32,
	ECE_ = 64,
	CWR_ = 128
};

/* A field left zero takes the usual value that stands behind it. */
struct packet {
	const char *src, *dst; // addresses as text; a colon in src makes it IPv6
	uint8_t proto;         // enum packet_proto, or any other number: bare payload
	uint16_t sport, dport;
	bool tagged;          // 802.1Q tag
	uint16_t tci;         // priority and VLAN id of the tag
	uint16_t ethertype;   // that of the IP version
	uint8_t ttl;          // 64
	uint8_t tos;          // DSCP and ECN
	uint32_t flow_label;  // IPv6
	uint16_t ip_id, frag; // IPv4: identification, flags and offset
	bool ip_sum_wrong;    // IPv4
	uint8_t ip_options;   // IPv4: bytes of options (NOPs), a multiple of 4
	int ip_len_add;       // lie about the length of the IP packet
	enum packet_sum sum;  // transport checksum
	uint32_t seq, ack;
	uint8_t tcp_flags;
	uint16_t window;
	const uint8_t *options; // TCP
	uint8_t options_len;    // a multiple of 4
	uint8_t icmp_type, icmp_code;
	uint32_t icmp_value;        // ICMP error: the second word of its header
	const struct packet *quote; // ICMP error: what it is about
	uint16_t quote_len;         // bytes of it, IP header included; 0 = as many as fit
	uint16_t udp_len;           // that of header and payload
	const void *payload;        // bytes that count up
	uint16_t payload_len;
	bool back;        // from the station that others are sent to
	uint16_t padding; // bytes of Ethernet padding behind the IP packet
};

enum { PACKET_MAX = 70000 };

static inline void put16(uint8_t *at, uint32_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

static inline void put32(uint8_t *at, uint32_t v)
{
	put16(at, v >> 16);
	put16(at + 2, v);
}

/* The Internet checksum as RFC 1071 tells it, two bytes at a time, carry by carry. */
static inline uint32_t slow_sum(const uint8_t *p, size_t len, uint32_t sum)
{
	for (size_t i = 0; i < len; i++) {
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
		if (sum > 0xffff)
			sum -= 0xffff;
	}
	return sum;
}

static inline uint16_t slow_csum(const uint8_t *p, size_t len, uint32_t sum)
{
	return (uint16_t)(0xffff - slow_sum(p, len, sum));
}

static inline bool packet_is6(const struct packet *p)
{
	return p->src && strchr(p->src, ':');
}

/* Address as bytes; returns how many. Unreadable text ends the test. */
static inline size_t packet_addr(const char *text, uint8_t *b)
{
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;

	if (inet_pton(family, text, b) != 1)
		abort();
	return family == AF_INET6 ? 16 : 4;
}

/* Sum of the pseudo-header. */
static inline uint32_t packet_pseudo(const struct packet *p, size_t l4_len)
{
	uint8_t b[40] = {0};
	size_t n = packet_addr(p->src, b);

	n += packet_addr(p->dst, b + n);
	put32(b + n, (uint32_t)l4_len);
	b[n + 7] = p->proto;
	return slow_sum(b, n + 8, 0);
}

/* Where in the transport header the checksum lies; negative: there is none. */
static inline int packet_sum_at(const struct packet *p)
{
	switch (p->proto) {
	case PACKET_TCP: return 16;
	case PACKET_UDP: return 6;
	case PACKET_ICMP:
	case PACKET_ICMP6: return 2;
	default: return -1;
	}
}

static inline void packet_put_sum(const struct packet *p, uint8_t *l4, size_t len)
{
	uint32_t pseudo = p->proto == PACKET_ICMP ? 0 : packet_pseudo(p, len);
	int at = packet_sum_at(p);
	uint16_t sum;

	if (at < 0)
		return;
	sum = slow_csum(l4, len, pseudo);
	if (p->proto == PACKET_UDP && sum == 0)
		sum = 0xffff;
	switch (p->sum) {
	case SUM_RIGHT: break;
	case SUM_NONE: sum = 0; break;
	case SUM_UNFINISHED: sum = (uint16_t)pseudo; break;
	case SUM_WRONG: sum ^= 0x0100; break;
	}
	put16(l4 + at, sum);
}

static inline size_t packet_put_ip(const struct packet *p, uint8_t *ip);

/* The rest of an ICMP error: one word, then the head of the packet that it is about. */
static inline size_t packet_put_quote(const struct packet *p, uint8_t *at)
{
	size_t max = packet_is6(p) ? 1280 - 48 : 576 - 28, len;

	put32(at, p->icmp_value);
	len = packet_put_ip(p->quote, at + 4);
	if (p->quote_len)
		max = p->quote_len;
	if (len > max) { // what was cut off was never there
		memset(at + 4 + max, 0, len - max);
		len = max;
	}
	return 4 + len;
}

/* Transport header and payload; returns their length. */
static inline size_t packet_put_l4(const struct packet *p, uint8_t *l4)
{
	size_t n = 0;

	switch (p->proto) {
	case PACKET_TCP:
		n = 20 + p->options_len;
		put16(l4, p->sport);
		put16(l4 + 2, p->dport);
		put32(l4 + 4, p->seq);
		put32(l4 + 8, p->ack);
		l4[12] = (uint8_t)(n / 4 << 4);
		l4[13] = p->tcp_flags;
		put16(l4 + 14, p->window);
		if (p->options_len)
			memcpy(l4 + 20, p->options, p->options_len);
		break;
	case PACKET_UDP:
		n = 8;
		put16(l4, p->sport);
		put16(l4 + 2, p->dport);
		put16(l4 + 4, p->udp_len ? p->udp_len : 8u + p->payload_len);
		break;
	case PACKET_ICMP:
	case PACKET_ICMP6:
		n = 4;
		l4[0] = p->icmp_type;
		l4[1] = p->icmp_code;
		if (p->quote)
			n += packet_put_quote(p, l4 + 4);
		break;
	}
	for (size_t i = 0; i < p->payload_len; i++)
		l4[n + i] = p->payload ? ((const uint8_t *)p->payload)[i] : (uint8_t)(i + 1);
	return n + p->payload_len;
}

/* IP header and all behind it; returns the length of the IP packet. */
static inline size_t packet_put_ip(const struct packet *p, uint8_t *ip)
{
	size_t head = packet_is6(p) ? 40 : 20u + p->ip_options;
	size_t l4_len = packet_put_l4(p, ip + head);

	packet_put_sum(p, ip + head, l4_len);
	if (packet_is6(p)) {
		put32(ip, 6u << 28 | (uint32_t)p->tos << 20 | p->flow_label);
		put16(ip + 4, (uint32_t)((int)l4_len + p->ip_len_add));
		ip[6] = p->proto;
		ip[7] = p->ttl ? p->ttl : 64;
		packet_addr(p->src, ip + 8);
		packet_addr(p->dst, ip + 24);
		return head + l4_len;
	}
	ip[0] = (uint8_t)(0x40 | head / 4);
	ip[1] = p->tos;
	put16(ip + 2, (uint32_t)((int)(head + l4_len) + p->ip_len_add));
	put16(ip + 4, p->ip_id);
	put16(ip + 6, p->frag);
	ip[8] = p->ttl ? p->ttl : 64;
	ip[9] = p->proto;
	packet_addr(p->src, ip + 12);
	packet_addr(p->dst, ip + 16);
	memset(ip + 20, 1, p->ip_options);
	put16(ip + 10, slow_csum(ip, head, 0) ^ (p->ip_sum_wrong ? 0x0100 : 0));
	return head + l4_len;
}

/* Writes the frame and returns its length; room for PACKET_MAX bytes. */
static inline size_t packet_build(const struct packet *p, uint8_t *frame)
{
	static const uint8_t macs[12] = {2, 0, 0, 0, 0, 0x0a, 2, 0, 0, 0, 0, 0x0b};
	uint32_t type = p->ethertype ? p->ethertype : packet_is6(p) ? 0x86dd : 0x0800;
	size_t at = 14, len;

	memset(frame, 0, PACKET_MAX);
	memcpy(frame, p->back ? macs + 6 : macs, 6);
	memcpy(frame + 6, p->back ? macs : macs + 6, 6);
	if (p->tagged) {
		put16(frame + 12, 0x8100);
		put16(frame + 14, p->tci);
		at = 18;
	}
	put16(frame + at - 2, type);
	len = p->src ? packet_put_ip(p, frame + at) : 0;
	return at + len + p->padding;
}

/* The frame on the heap, in exactly as many bytes as it has: ASan sees the first one read too far.
 */
static inline uint8_t *packet_new(const struct packet *p, size_t *len)
{
	static uint8_t frame[PACKET_MAX];
	uint8_t *exact;

	*len = packet_build(p, frame);
	exact = malloc(*len);
	if (!exact)
		abort();
	memcpy(exact, frame, *len);
	return exact;
}

#endif
