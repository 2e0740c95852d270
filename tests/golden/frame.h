// A received frame with room before it, as a driver's buffer has, and what the gateway would send.
#ifndef TESTS_FRAME_H
#define TESTS_FRAME_H

#include "../../nat/pkt.h"
#include "packet.h"

enum { FRAME_ROOM = 64 };

struct frame {
	uint8_t *block; // on the heap: FRAME_ROOM bytes, then the frame, and not one byte more
	uint8_t *at;
	size_t len;
	uint8_t eth[18]; // its Ethernet header as it came
};

static inline struct frame frame_of(const uint8_t *bytes, size_t len)
{
	struct frame f = {.block = malloc(FRAME_ROOM + len), .len = len};

	if (!f.block)
		abort();
	memset(f.block, 0xee, FRAME_ROOM);
	f.at = f.block + FRAME_ROOM;
	memcpy(f.at, bytes, len);
	memcpy(f.eth, bytes, len < sizeof(f.eth) ? len : sizeof(f.eth));
	return f;
}

static inline struct frame frame_new(const struct packet *p)
{
	static uint8_t bytes[PACKET_MAX];
	size_t len = packet_build(p, bytes);

	return frame_of(bytes, len);
}

/* Puts the Ethernet header that came, with the type of the IP version that leaves, before the
 * packet at pkt->l3. l3_len: length of the packet that came: padding behind it stays. */
static inline void frame_send(struct frame *f, const struct nat_pkt *pkt, uint16_t l3_len)
{
	size_t padding = f->len - pkt->l2_len - l3_len;
	const uint8_t *behind = f->at + pkt->l2_len + l3_len;
	uint8_t first = *pkt->l3;

	if (pkt->l3 + pkt->l3_len != behind) // cut
		memmove(pkt->l3 + pkt->l3_len, behind, padding);
	f->at = pkt->l3 - pkt->l2_len;
	f->len = (size_t)pkt->l2_len + pkt->l3_len + padding;
	memcpy(f->at, f->eth, pkt->l2_len);
	put16(f->at + pkt->l2_len - 2, first >> 4 == 6 ? 0x86dd : 0x0800);
}

static inline void frame_free(struct frame *f)
{
	free(f->block);
}

#endif
