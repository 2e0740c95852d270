// Headers around a mirrored frame: an added VLAN tag, ERSPAN type II, VXLAN. Pure.
// Spec: draft-foschiano-erspan-03 4.2, RFC 2890 (GRE sequence), RFC 7348 5
#include "mirror_encap.h"

#include <string.h>

static void put16(uint8_t *at, unsigned v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

static void put32(uint8_t *at, uint32_t v)
{
	put16(at, v >> 16);
	put16(at + 2, v & 0xffff);
}

size_t dp_encap_erspan(uint8_t out[DP_ENCAP_ROOM], uint16_t session, uint32_t number, bool cut)
{
	put16(out, 0x1000);     // GRE version 0 with a sequence number
	put16(out + 2, 0x88be); // ERSPAN type II
	put32(out + 4, number);
	put16(out + 8, 0x1000); // ERSPAN version 1; the VLAN tag stays in the frame
	/* "The frame keeps its tag", truncated, session. */
	put16(out + 10, 3u << 11 | (unsigned)cut << 10 | (session & 0x3ffu));
	put32(out + 12, 0);
	return 16;
}

size_t dp_encap_vxlan(uint8_t out[DP_ENCAP_ROOM], uint32_t id)
{
	put32(out, 0x08000000); // the identifier is valid
	put32(out + 4, id << 8);
	return 8;
}

size_t dp_encap_vlan(uint8_t *out, const uint8_t *frame, size_t len, uint16_t vlan)
{
	if (len < 12) {
		memcpy(out, frame, len);
		return len;
	}
	memcpy(out, frame, 12);
	put16(out + 12, 0x8100);
	put16(out + 14, vlan);
	memcpy(out + 16, frame + 12, len - 12);
	return len + DP_VLAN_TAG;
}
