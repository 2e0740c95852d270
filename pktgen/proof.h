// The two proofs of the demo, on captures of both domains: nothing of one domain's addresses is
// seen in the other, and every byte that the ends exchanged lay in TLS or DTLS records.
#ifndef PG_PROOF_H
#define PG_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- findings: what is wrong ----------------------------------------------------------------- */

enum { PG_FINDINGS = 16, PG_FINDING_TEXT = 200 };

/* The first ones with their text, all of them counted. Start with zeroes. */
struct pg_findings {
	const char *file; // name of the capture under work, put before each text; may be NULL
	unsigned n;       // more than PG_FINDINGS means that the rest was only counted
	char text[PG_FINDINGS][PG_FINDING_TEXT];
};
void pg_finding(struct pg_findings *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* ---- headers: which addresses are seen --------------------------------------------------------
 */

enum pg_addr_kind { PG_ADDR_MAC = 6, PG_ADDR_IP4 = 4, PG_ADDR_IP6 = 16 }; // = length in bytes

/* An address and where it was seen first. */
struct pg_seen {
	uint8_t kind; // enum pg_addr_kind
	uint8_t b[16];
	unsigned long packet; // number in the capture, from 1
	const char *where;    // "ARP target", "quoted IPv4 source"
};

enum { PG_SEEN_MAX = 1024 };

/* All different addresses of one capture. Start with zeroes. */
struct pg_heads {
	struct pg_seen seen[PG_SEEN_MAX];
	unsigned n;
};

/* What a frame carries, when it is TCP or UDP. Points into the frame. */
struct pg_segment {
	uint8_t family; // 4 or 6
	uint8_t proto;  // 6 or 17
	uint8_t flags;  // TCP
	uint8_t src[16], dst[16];
	uint16_t sport, dport;
	uint32_t seq; // TCP
	const uint8_t *payload;
	uint32_t len;
};

/* Reads every header of one Ethernet frame of `len` bytes and collects its addresses: Ethernet,
 * VLAN, ARP, IPv4, IPv6, Neighbour Discovery, packets quoted by ICMP errors. A header that is cut,
 * or of a kind where an address could hide unread, is a finding. Multicast, broadcast and
 * unspecified addresses belong to nobody and are not collected. Returns true and fills *seg when
 * the frame is a TCP or UDP packet that was read to its end. */
bool pg_heads_frame(struct pg_heads *heads, const uint8_t *frame, size_t len, unsigned long number,
		    struct pg_segment *seg, struct pg_findings *f);

/* A finding for every address that both captures know. */
void pg_heads_compare(const struct pg_heads *a, const struct pg_heads *b, struct pg_findings *f);

/* ---- streams: what the ends said to each other ------------------------------------------------
 */

struct pg_streams;

/* NULL without memory. */
struct pg_streams *pg_streams_new(void);
void pg_streams_free(struct pg_streams *s);

/* Takes the packets of one capture in order. TCP is put back in order in both directions
 * (retransmissions, overlaps, segments out of order) and its bytes must be TLS records; every UDP
 * datagram must consist of DTLS records. What is not, is a finding. */
void pg_streams_add(struct pg_streams *s, const struct pg_segment *seg, unsigned long number,
		    struct pg_findings *f);

/* After the last packet: bytes that never came and records that never ended are findings. */
void pg_streams_end(struct pg_streams *s, struct pg_findings *f);

/* Figures of all streams. */
struct pg_streams_sum {
	unsigned tcp, udp; // connections; pairs of UDP endpoints
	uint64_t tls_records, dtls_records, bytes;
};
void pg_streams_sum(const struct pg_streams *s, struct pg_streams_sum *sum);

/* Packets, both ways, of the streams with payload both ways whose one end is `endpoint`
 * ("192.0.2.1:4000", "[2001:db8::1]:4000"). 0 = there is no such stream. */
uint64_t pg_streams_packets(const struct pg_streams *s, const char *endpoint);

/* ---- calls: what the ends and the controller report -------------------------------------------
 */

/* Prints the table of the calls below `folder` (one sub-folder each, with result.a, result.b and
 * ibcf) and adds what is wrong to the findings. a and b: the streams of both captures; every end's
 * stream must be seen in its domain. Returns how many calls there are. */
unsigned pg_calls_print(const char *folder, const struct pg_streams *a, const struct pg_streams *b,
			struct pg_findings *f);

#endif
