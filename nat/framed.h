// Datagrams in a TCP stream, each behind two bytes of length.
// Spec: RFC 4571 section 2
#ifndef NAT_FRAMED_H
#define NAT_FRAMED_H

#include "dtls.h"

struct nat_framed {
	struct nat_dtls dtls;
	struct nat_framed_dir {
		nat_buf buf;       // holds the first bytes of a frame that came in pieces
		uint16_t len;      // of the frame
		uint16_t left;     // bytes of it that have not come yet
		uint8_t n_len, hi; // bytes of the length that have come, and the first
		bool skip;         // this frame cannot be kept
	} dir[2];
};

void nat_framed_init(struct nat_framed *f, struct nat_bufs *bufs, bool follow);
void nat_framed_fini(struct nat_framed *f);

/* The next bytes of a side, in order, cut anywhere. A frame that came in pieces and finds no buffer
 * ends in UNKNOWN before UP, and is passed over afterwards. */
void nat_framed_bytes(struct nat_framed *f, enum nat_side side, const uint8_t *data, uint32_t len);

#endif
