// Walks through the options of a SYN, changes what may not pass, cuts data that came too early.
// Spec: RFC 9293 3.1, 3.2, 3.7.1; RFC 6994 (option 254), RFC 7413 4.1.1
#include "options.h"

#include "csum.h"

enum {
	END = 0,
	NOP = 1,
	MSS = 2,
	MD5 = 19,
	AO = 29,
	MULTIPATH = 30,
	FAST_OPEN = 34,
	EXPERIMENT = 254,
	FAST_OPEN_MAGIC = 0xf989,
	MSS_BYTES = 4,
	MSS_ABSENT4 = 536, // RFC 9293 MUST-15
	HEADER_MAX = 60,
};

static struct nat_tcp *header(const struct nat_pkt *pkt)
{
	return (struct nat_tcp *)pkt->l4;
}

static unsigned header_len(const struct nat_pkt *pkt)
{
	return (header(pkt)->off >> 4) * 4u;
}

/* Of all that may change here: the word with the data offset, options, payload, and the length in
 * the pseudo-header. */
static uint16_t sum_of_changing(const struct nat_pkt *pkt)
{
	uint16_t sum = nat_csum_add(&header(pkt)->off, 2, nat_be16(pkt->l4_len));

	return nat_csum_add(pkt->l4 + sizeof(struct nat_tcp), pkt->l4_len - sizeof(struct nat_tcp),
			    sum);
}

static bool banned(const uint8_t *o)
{
	switch (o[0]) {
	case MD5:
	case AO:
	case MULTIPATH:
	case FAST_OPEN: return true;
	case EXPERIMENT: return o[1] >= 4 && nat_load16(o + 2) == FAST_OPEN_MAGIC;
	default: return false;
	}
}

/* Returns true when there is an MSS. */
static bool walk(uint8_t *o, const uint8_t *end, unsigned limit)
{
	bool has_mss = false;

	while (o < end && *o != END) {
		unsigned len;

		if (*o == NOP) {
			o++;
			continue;
		}
		if (end - o < 2 || o[1] < 2 || o[1] > end - o) {
			memset(o, NOP, (size_t)(end - o));
			break;
		}
		len = o[1];
		if (banned(o)) {
			memset(o, NOP, len);
		} else if (o[0] == MSS && len == MSS_BYTES) {
			has_mss = true;
			if (nat_load16(o + 2) > limit)
				nat_store16(o + 2, (uint16_t)limit);
		}
		o += len;
	}
	return has_mss;
}

/* Writes the changed length into the IP header. */
static void store_length(struct nat_pkt *pkt)
{
	if (pkt->family == NAT_IP4)
		((struct nat_ip4 *)pkt->l3)->total_len = nat_be16(pkt->l3_len);
	else
		((struct nat_ip6 *)pkt->l3)->payload_len = nat_be16(pkt->l4_len);
}

static void cut_payload(struct nat_pkt *pkt)
{
	uint16_t payload = (uint16_t)(pkt->l4_len - header_len(pkt));

	pkt->l3_len = (uint16_t)(pkt->l3_len - payload);
	pkt->l4_len = (uint16_t)(pkt->l4_len - payload);
	store_length(pkt);
}

/* IPv4 only. */
static void insert_mss(struct nat_pkt *pkt, unsigned limit)
{
	uint16_t mss = (uint16_t)(limit < MSS_ABSENT4 ? limit : MSS_ABSENT4);
	uint8_t *o;

	memmove(pkt->l3 - MSS_BYTES, pkt->l3, sizeof(struct nat_ip4) + sizeof(struct nat_tcp));
	pkt->l3 -= MSS_BYTES;
	pkt->l4 -= MSS_BYTES;
	pkt->l3_len = (uint16_t)(pkt->l3_len + MSS_BYTES);
	pkt->l4_len = (uint16_t)(pkt->l4_len + MSS_BYTES);
	o = pkt->l4 + sizeof(struct nat_tcp);
	o[0] = MSS;
	o[1] = MSS_BYTES;
	nat_store16(o + 2, mss);
	header(pkt)->off = (uint8_t)(header(pkt)->off + (MSS_BYTES / 4 << 4));
	store_length(pkt);
}

void nat_options(const struct nat_flow *flow, struct nat_pkt *pkt)
{
	uint16_t before = sum_of_changing(pkt);
	uint8_t *options = pkt->l4 + sizeof(struct nat_tcp);
	bool has_mss = walk(options, pkt->l4 + header_len(pkt), flow->mss);
	bool up = (flow->flags & (NAT_F_IN6 | NAT_F_OUT6)) == NAT_F_OUT6;
	struct nat_tcp *tcp;

	if (pkt->l4_len > header_len(pkt))
		cut_payload(pkt);
	if (!has_mss && up && header_len(pkt) + MSS_BYTES <= HEADER_MAX)
		insert_mss(pkt, flow->mss);
	tcp = header(pkt);
	tcp->csum = nat_csum_apply(
		tcp->csum, nat_csum_fold((uint32_t)sum_of_changing(pkt) + (uint16_t)~before));
}
