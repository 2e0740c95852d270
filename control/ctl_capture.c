// Reads capture files with libpcap; puts an Ethernet header before packets of other links.
// Spec: libpcap link-layer header types (LINKTYPE_ETHERNET, RAW, NULL, LINUX_SLL, LINUX_SLL2)
#include "ctl_capture.h"

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "../nat/wire.h"

enum { ETHERNET = 14, FRAME_MAX = 262144 + ETHERNET };

struct ctl_capture {
	pcap_t *pcap;
	int link;
	uint8_t frame[FRAME_MAX];
};

static char pcap_error[PCAP_ERRBUF_SIZE];

/* Bytes before the IP packet, negative when this link is not known. */
static int link_header(int link)
{
	switch (link) {
	case DLT_EN10MB:
	case DLT_RAW:
	case DLT_IPV4:
	case DLT_IPV6: return 0;
	case DLT_NULL:
	case DLT_LOOP: return 4;
	case DLT_LINUX_SLL: return 16;
	case DLT_LINUX_SLL2: return 20;
	default: return -1;
	}
}

struct ctl_capture *ctl_capture_open(const char *path, const char **error)
{
	struct ctl_capture *c = calloc(1, sizeof(*c));

	*error = "out of memory";
	if (!c)
		return NULL;
	c->pcap = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO,
							  pcap_error);
	*error = pcap_error;
	if (!c->pcap) {
		free(c);
		return NULL;
	}
	c->link = pcap_datalink(c->pcap);
	if (link_header(c->link) < 0) {
		*error = "link type that is neither Ethernet, raw IP, loopback nor Linux cooked";
		ctl_capture_close(c);
		return NULL;
	}
	return c;
}

void ctl_capture_close(struct ctl_capture *c)
{
	if (!c)
		return;
	pcap_close(c->pcap);
	free(c);
}

int ctl_capture_next(struct ctl_capture *c, struct ctl_frame *frame, const char **error)
{
	uint32_t skip = (uint32_t)link_header(c->link), room = FRAME_MAX, at = 0, n;
	struct pcap_pkthdr *head;
	const uint8_t *data;
	int result = pcap_next_ex(c->pcap, &head, &data);

	if (result != 1) {
		*error = pcap_geterr(c->pcap);
		return result == PCAP_ERROR_BREAK ? 0 : -1;
	}
	if (c->link != DLT_EN10MB) {
		uint8_t version = head->caplen > skip ? data[skip] >> 4 : 0;

		memset(c->frame, 0, ETHERNET);
		nat_store16(c->frame + 12, version == 6 ? NAT_ETH_IP6 : NAT_ETH_IP4);
		at = ETHERNET;
		room -= at;
	}
	n = head->caplen > skip ? head->caplen - skip : 0;
	if (n > room)
		n = room;
	memcpy(c->frame + at, data + skip, n);
	*frame = (struct ctl_frame){
		.data = c->frame,
		.len = at + n,
		.ns = (uint64_t)head->ts.tv_sec * 1000000000u + (uint64_t)head->ts.tv_usec,
	};
	return 1;
}
