// The bytes of a TCP connection in order, and in the order in which they could be known.
//
// Segments come lost, twice, overlapping and swapped. An observer must see each byte once. And it
// must not see an answer before the question: a segment that acknowledges bytes of the other side
// that have not come by yet waits until they do. What waits lies in a few buffers; when those do
// not suffice the direction is lost, and says so.
#ifndef NAT_STREAM_H
#define NAT_STREAM_H

#include <stdbool.h>

#include "bufs.h"
#include "view.h"

enum {
	NAT_STREAM_HELD = 16,          // segments that may wait per direction
	NAT_STREAM_AHEAD = 256 * 1024, // how far ahead of a gap they may lie
};

enum nat_stream_flags {
	NAT_STREAM_OPEN = 1 << 0,  // where its bytes begin is known
	NAT_STREAM_FIN = 1 << 1,   // where they end is known
	NAT_STREAM_ENDED = 1 << 2, // all of them went by
	NAT_STREAM_LOST = 1 << 3,  // a gap that nothing will fill
	NAT_STREAM_BEGUN = 1 << 4, // some went by
};

struct nat_stream_dir {
	uint32_t next;    // sequence number of the next byte
	uint32_t fin;     // sequence number of the FIN
	uint32_t fin_ack; // what its segment acknowledged
	nat_buf held;     // list of segments that wait
	uint8_t n_held;
	uint8_t flags; // enum nat_stream_flags
};

struct nat_stream {
	struct nat_stream_dir dir[2];
	bool causal; // answers wait for questions; off when the order between sides matters no more
};

/* seq and ack are both in the numbers that the two ends of one leg use: where a gateway shifts
 * numbers between legs, the caller shifts one of them back. */
struct nat_segment {
	uint32_t seq, ack;
	const uint8_t *data;
	uint32_t len; // without what the capture cut off
	bool fin;
};

enum nat_stream_loss {
	NAT_STREAM_NO_START,  // bytes without a SYN before them
	NAT_STREAM_GAP,       // too much waits for bytes that do not come
	NAT_STREAM_NO_BUFFER, // a segment should wait, but the pool is empty
};

/* Where in-order bytes go. bytes() returns false when it wants no more, ever. */
struct nat_stream_sink {
	bool (*bytes)(void *ctx, enum nat_side side, const uint8_t *data, uint32_t len);
	void (*ended)(void *ctx, enum nat_side side); // the FIN is next
	void (*lost)(void *ctx, enum nat_side side, enum nat_stream_loss loss);
	void *ctx;
};

void nat_stream_init(struct nat_stream *s);

/* Gives all buffers back. */
void nat_stream_fini(struct nat_stream *s, struct nat_bufs *bufs);

/* A SYN or SYN/ACK of this side: its bytes begin at seq + 1. A repeated one with another number
 * counts as long as no byte went by. */
void nat_stream_syn(struct nat_stream *s, enum nat_side side, uint32_t seq);

/* A segment with the ACK flag; hands on what has become next in order, of both sides. Segments of a
 * direction that is not open or already lost are ignored, or make it lost. */
void nat_stream_segment(struct nat_stream *s, struct nat_bufs *bufs, enum nat_side side,
			const struct nat_segment *seg, const struct nat_stream_sink *sink);

/* Nothing has moved for long (the caller's clock): directions in which segments wait are lost. */
void nat_stream_give_up(struct nat_stream *s, struct nat_bufs *bufs,
			const struct nat_stream_sink *sink);

#endif
