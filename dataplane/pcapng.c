// Builds the blocks of a pcapng file.
// Spec: draft-ietf-opsawg-pcapng, sections 4.1 (section), 4.2 (interface), 4.3 (packet), 4.6
// (statistics)
#include "pcapng.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum block {
	SECTION = 0x0a0d0d0a,
	INTERFACE = 1,
	STATISTICS = 5,
	PACKET = 6,
};

enum option {
	OPT_END = 0,
	OPT_COMMENT = 1,
	OPT_SECTION_APPLICATION = 4,
	OPT_IF_NAME = 2,
	OPT_IF_DESCRIPTION = 3,
	OPT_IF_TSRESOL = 9,
	OPT_IF_FILTER = 11,
	OPT_PACKET_FLAGS = 2,
	OPT_STAT_RECEIVED = 4,
	OPT_STAT_LOST = 5,
};

// A block under construction. Once something did not fit, `full` stays and nothing more is written.
struct out {
	uint8_t *buf;
	size_t size, len;
	bool full;
};

static void put(struct out *o, const void *data, size_t len)
{
	if (o->full || len > o->size - o->len) {
		o->full = true;
		return;
	}
	if (len)
		memcpy(o->buf + o->len, data, len);
	o->len += len;
}

static void put16(struct out *o, uint16_t v)
{
	put(o, &v, sizeof(v));
}

static void put32(struct out *o, uint32_t v)
{
	put(o, &v, sizeof(v));
}

static void pad(struct out *o)
{
	static const uint8_t zero[4];

	put(o, zero, -o->len & 3);
}

static void option(struct out *o, enum option code, const void *value, size_t len)
{
	put16(o, (uint16_t)code);
	put16(o, (uint16_t)len);
	put(o, value, len);
	pad(o);
}

static void text_option(struct out *o, enum option code, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	if (len > DP_PCAPNG_TEXT)
		o->full = true;
	if (len)
		option(o, code, text, len);
}

// The high half of a time comes first, whatever the byte order.
static void put_time(struct out *o, uint64_t ns)
{
	put32(o, (uint32_t)(ns >> 32));
	put32(o, (uint32_t)ns);
}

static struct out begin(uint8_t *buf, size_t size, enum block type)
{
	struct out o = {.buf = buf, .size = size};

	put32(&o, type);
	put32(&o, 0); // length, known at the end
	return o;
}

static long finish(struct out *o)
{
	uint32_t len;

	option(o, OPT_END, NULL, 0);
	len = (uint32_t)o->len + 4;
	put32(o, len);
	if (o->full)
		return -EMSGSIZE;
	memcpy(o->buf + 4, &len, sizeof(len));
	return (long)o->len;
}

long dp_pcapng_section(uint8_t *buf, size_t size, const char *application, const char *comment)
{
	struct out o = begin(buf, size, SECTION);
	int64_t unknown_length = -1;

	put32(&o, 0x1a2b3c4d); // tells the reader our byte order
	put16(&o, 1);          // version 1.0
	put16(&o, 0);
	put(&o, &unknown_length, sizeof(unknown_length));
	text_option(&o, OPT_SECTION_APPLICATION, application);
	text_option(&o, OPT_COMMENT, comment);
	return finish(&o);
}

long dp_pcapng_interface(uint8_t *buf, size_t size, const struct dp_pcapng_interface *interface)
{
	struct out o = begin(buf, size, INTERFACE);
	static const uint8_t nanoseconds = 9;

	put16(&o, interface->link_type);
	put16(&o, 0);
	put32(&o, interface->snaplen);
	text_option(&o, OPT_IF_NAME, interface->name);
	text_option(&o, OPT_IF_DESCRIPTION, interface->description);
	option(&o, OPT_IF_TSRESOL, &nanoseconds, 1);
	if (interface->filter && *interface->filter && strlen(interface->filter) < DP_PCAPNG_TEXT) {
		char value[DP_PCAPNG_TEXT + 1] = {0}; // byte 0: a filter in tcpdump's language

		memcpy(value + 1, interface->filter, strlen(interface->filter));
		option(&o, OPT_IF_FILTER, value, 1 + strlen(interface->filter));
	}
	return finish(&o);
}

long dp_pcapng_packet(uint8_t *buf, size_t size, const struct dp_pcapng_packet *packet)
{
	struct out o = begin(buf, size, PACKET);
	uint32_t way = packet->way; // the two low bits of the flags word

	put32(&o, packet->interface);
	put_time(&o, packet->time_ns);
	put32(&o, packet->captured);
	put32(&o, packet->original);
	put(&o, packet->data, packet->captured);
	pad(&o);
	if (way != DP_PCAPNG_UNKNOWN)
		option(&o, OPT_PACKET_FLAGS, &way, sizeof(way));
	text_option(&o, OPT_COMMENT, packet->comment);
	return finish(&o);
}

long dp_pcapng_statistics(uint8_t *buf, size_t size, uint32_t interface, uint64_t time_ns,
			  uint64_t received, uint64_t lost)
{
	struct out o = begin(buf, size, STATISTICS);

	put32(&o, interface);
	put_time(&o, time_ns);
	option(&o, OPT_STAT_RECEIVED, &received, sizeof(received));
	option(&o, OPT_STAT_LOST, &lost, sizeof(lost));
	return finish(&o);
}
