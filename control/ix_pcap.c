// H.248 messages in a capture file: UDP from or to the ports 2944 and 2945.
// Spec: H.248.1 Annex D.1 (ports); pcap and pcapng by libpcap
#include "ix_check.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

enum { PORT_TEXT = 2944, PORT_BINARY = 2945, IP_UDP = 17 };

bool ctl_ix_is_capture(const void *bytes, size_t len)
{
	static const uint8_t magics[][4] = {
		{0xa1, 0xb2, 0xc3, 0xd4}, {0xd4, 0xc3, 0xb2, 0xa1}, {0xa1, 0xb2, 0x3c, 0x4d},
		{0x4d, 0x3c, 0xb2, 0xa1}, {0x0a, 0x0d, 0x0d, 0x0a},
	};

	for (unsigned i = 0; len >= 4 && i < sizeof(magics) / sizeof(magics[0]); i++)
		if (memcmp(bytes, magics[i], 4) == 0)
			return true;
	return false;
}

static unsigned be16(const uint8_t *p)
{
	return (unsigned)(p[0] << 8 | p[1]);
}

struct walk {
	ctl_ix_found *found;
	void *user;
	unsigned n;
	int fragments;
};

static void udp(struct walk *w, const uint8_t *p, size_t len)
{
	size_t said;

	if (len < 8)
		return;
	said = be16(p + 4);
	if (said < 8 || said > len)
		return;
	for (unsigned i = 0; i < 4; i += 2)
		if (be16(p + i) == PORT_TEXT || be16(p + i) == PORT_BINARY) {
			w->found(w->user, w->n, p + 8, said - 8);
			return;
		}
}

static void ip4(struct walk *w, const uint8_t *p, size_t len)
{
	size_t head, total;

	if (len < 20)
		return;
	head = (p[0] & 15) * 4u;
	total = be16(p + 2);
	if (head < 20 || total < head || total > len || p[9] != IP_UDP)
		return;
	if (be16(p + 6) & 0x3fff)
		w->fragments++;
	else
		udp(w, p + head, total - head);
}

/* Extension headers that may stand in front of UDP: hop-by-hop, routing, destination, fragment. */
static void ip6(struct walk *w, const uint8_t *p, size_t len)
{
	uint8_t next;

	if (len < 40 || be16(p + 4) > len - 40)
		return;
	next = p[6];
	len = be16(p + 4);
	p += 40;
	while (next == 0 || next == 43 || next == 60) {
		size_t size = len >= 2 ? (p[1] + 1u) * 8 : 8;

		if (size > len)
			return;
		next = p[0];
		p += size;
		len -= size;
	}
	if (next == 44)
		w->fragments++;
	else if (next == IP_UDP)
		udp(w, p, len);
}

static void ip(struct walk *w, const uint8_t *p, size_t len)
{
	if (len > 0 && p[0] >> 4 == 4)
		ip4(w, p, len);
	else if (len > 0 && p[0] >> 4 == 6)
		ip6(w, p, len);
}

/* Octets in front of the IP header; SIZE_MAX for a link type that is not known. */
static size_t link_octets(int type, const uint8_t *p, size_t len)
{
	size_t head = 14;

	switch (type) {
	case DLT_RAW:
	case DLT_IPV4:
	case DLT_IPV6: return 0;
	case DLT_NULL:
	case DLT_LOOP: return 4;
	case DLT_LINUX_SLL: return 16;
	case DLT_LINUX_SLL2: return 20;
	case DLT_EN10MB: break;
	default: return SIZE_MAX;
	}
	while (len >= head && (be16(p + head - 2) == 0x8100 || be16(p + head - 2) == 0x88a8))
		head += 4;
	return head;
}

int ctl_ix_capture(const void *bytes, size_t len, ctl_ix_found *found, void *user, char *why,
		   size_t size)
{
	FILE *f = fmemopen((void *)(uintptr_t)bytes, len, "r");
	struct walk w = {.found = found, .user = user};
	char text[PCAP_ERRBUF_SIZE] = "out of memory";
	pcap_t *pcap = f ? pcap_fopen_offline(f, text) : NULL;
	struct pcap_pkthdr *head;
	const uint8_t *p;
	int got;

	if (!pcap) {
		if (f)
			fclose(f);
		snprintf(why, size, "%s", text);
		return -1;
	}
	while ((got = pcap_next_ex(pcap, &head, &p)) == 1) {
		size_t before = link_octets(pcap_datalink(pcap), p, head->caplen);

		w.n++;
		if (before == SIZE_MAX) {
			snprintf(why, size, "link type %d is not known", pcap_datalink(pcap));
			break;
		}
		if (before <= head->caplen)
			ip(&w, p + before, head->caplen - before);
	}
	if (got == PCAP_ERROR)
		snprintf(why, size, "%s", pcap_geterr(pcap));
	pcap_close(pcap);
	return got == PCAP_ERROR || got == 1 ? -1 : w.fragments;
}
