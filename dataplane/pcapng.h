// Builds the blocks of a pcapng file: section, interfaces, packets with nanosecond times,
// statistics. Spec: draft-ietf-opsawg-pcapng
//
// Pure: blocks go into the caller's buffer, who writes them where it likes. No DPDK types, so that
// mirrors and captures share it. Every function returns the length of the block in bytes (a
// multiple of 4), or -EMSGSIZE when it does not fit into size or a text is longer than
// DP_PCAPNG_TEXT. Numbers lie in host order, as the format allows; texts are UTF-8, NULL = left
// out.
#ifndef DP_PCAPNG_H
#define DP_PCAPNG_H

#include <stddef.h>
#include <stdint.h>

enum {
	DP_PCAPNG_ETHERNET = 1,  // link type
	DP_PCAPNG_TEXT = 1024,   // longest comment, name or filter
	DP_PCAPNG_OVERHEAD = 96, // what a packet block without comment adds to its data, at most
};

/* Which way a packet went at its interface. */
enum dp_pcapng_way { DP_PCAPNG_UNKNOWN, DP_PCAPNG_IN, DP_PCAPNG_OUT };

/* Opens a file: first block, once. application: who writes, with version. */
long dp_pcapng_section(uint8_t *buf, size_t size, const char *application, const char *comment);

/* Describes one interface; the first has number 0, the next 1, and so on. */
struct dp_pcapng_interface {
	const char *name, *description, *filter;
	uint16_t link_type;
	uint32_t snaplen; // 0 = no limit
};
long dp_pcapng_interface(uint8_t *buf, size_t size, const struct dp_pcapng_interface *interface);

struct dp_pcapng_packet {
	uint32_t interface; // number in order of description
	uint64_t time_ns;   // since 1970-01-01 UTC
	const uint8_t *data;
	uint32_t captured; // bytes of data
	uint32_t original; // bytes on the wire
	enum dp_pcapng_way way;
	const char *comment;
};
long dp_pcapng_packet(uint8_t *buf, size_t size, const struct dp_pcapng_packet *packet);

/* Says at the end how many packets an interface received and how many of them were lost. */
long dp_pcapng_statistics(uint8_t *buf, size_t size, uint32_t interface, uint64_t time_ns,
			  uint64_t received, uint64_t lost);

#endif
