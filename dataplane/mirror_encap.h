// Headers around a mirrored frame: an added VLAN tag, ERSPAN type II, VXLAN. Pure.
// Spec: draft-foschiano-erspan-03 4.2, RFC 2890 (GRE sequence), RFC 7348 5
#ifndef DP_MIRROR_ENCAP_H
#define DP_MIRROR_ENCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DP_ENCAP_ROOM = 16, // the longest header below
	DP_VLAN_TAG = 4,
	DP_VXLAN_PORT = 4789,
	DP_ERSPAN_SESSIONS = 1024, // session numbers are smaller
	DP_VXLAN_IDS = 1 << 24,
};

/* Each writes what stands between the outer IP (ERSPAN) or UDP (VXLAN) header and the frame, and
 * returns its length. number: of the frame, counted by the caller. cut: it is not whole. */
size_t dp_encap_erspan(uint8_t out[DP_ENCAP_ROOM], uint16_t session, uint32_t number, bool cut);
size_t dp_encap_vxlan(uint8_t out[DP_ENCAP_ROOM], uint32_t id);

/* Copies a frame with an 802.1Q tag behind its addresses. out: room for len + DP_VLAN_TAG. Returns
 * the new length; frames without both addresses are copied as they are. */
size_t dp_encap_vlan(uint8_t *out, const uint8_t *frame, size_t len, uint16_t vlan);

#endif
