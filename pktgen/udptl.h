// UDPTL: numbers T.38 packets, repeats earlier ones, and recovers what was lost.
// Spec: ITU-T T.38 9.1 and Annex A (UDPTLPacket in aligned PER, X.691)
#ifndef PG_UDPTL_H
#define PG_UDPTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PG_UDPTL_IFP_MAX = 512,    // longest IFP packet that we send or keep
	PG_UDPTL_MAX = 2048,       // longest datagram that we read
	PG_UDPTL_REDUNDANCY = 3,   // earlier packets in each datagram
	PG_UDPTL_SECONDARIES = 64, // most that we read from one datagram
};

struct pg_udptl_tx {
	uint16_t seq;  // of the next packet
	unsigned kept; // how many of past[] are filled, newest first
	struct {
		unsigned len;
		uint8_t bytes[PG_UDPTL_IFP_MAX];
	} past[PG_UDPTL_REDUNDANCY];
};

/* Builds the next datagram: ifp (1..PG_UDPTL_IFP_MAX bytes) and as many of the last three packets
 * as fit in room. Returns its length, 0 when not even ifp alone fits. */
size_t pg_udptl_build(struct pg_udptl_tx *tx, const uint8_t *ifp, size_t len, uint8_t *buf,
		      size_t room);

struct pg_udptl_rx {
	bool begun;
	uint16_t expected;
	unsigned received, repeated, recovered, lost; // packets
};

/* Takes a datagram apart and hands its packets that are new, oldest first, to deliver(). A datagram
 * is looked at whole before anything is delivered: a length that does not fit, or bytes after the
 * end, make it -EPROTO. FEC is understood as far as skipping it; the primary counts. */
int pg_udptl_input(struct pg_udptl_rx *rx, const uint8_t *bytes, size_t len,
		   void (*deliver)(void *arg, const uint8_t *ifp, size_t len, uint16_t seq),
		   void *arg);

#endif
