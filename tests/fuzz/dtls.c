// Datagrams of two ends that say anything: the DTLS observer against the reference, and the same
// behind RFC 4571's lengths over TCP. The first byte chooses.
#include <string.h>

#include "../../nat/watch.h"
#include "dtls_reference.h"
#include "steps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SMALL = 40, LARGE = 20 }; // enough for every message that can be put together at a time

static uint64_t memory[(SMALL * NAT_BUF_SMALL + LARGE * NAT_BUF_LARGE) / sizeof(uint64_t)];

/* What is known when the observation breaks off is not defined any more. */
static void must_agree(const struct nat_tls_facts *x, const struct nat_tls_facts *y)
{
	must(x->state == y->state && x->why == y->why && x->side == y->side);
	if (x->state != NAT_TLS_BROKEN && x->state != NAT_TLS_UNKNOWN)
		must(memcmp(x, y, sizeof(*x)) == 0);
}

static void datagrams(const uint8_t *at, const uint8_t *end)
{
	struct dtls_reference *ref = dtls_reference_new();
	struct nat_bufs bufs;
	struct nat_watch w;
	struct step s;

	nat_bufs_init(&bufs, memory, SMALL, LARGE);
	nat_watch_init_udp(&w, &bufs, true);
	while (next_step(&at, end, &s)) {
		nat_watch_datagram(&w, (enum nat_side)s.side, s.bytes, s.n);
		dtls_reference_datagram(ref, s.side, s.bytes, s.n);
		must_agree(nat_watch_facts(&w), dtls_reference_facts(ref));
		nat_watch_news(&w);
	}
	nat_watch_fini(&w);
	dtls_reference_free(ref);
	must(bufs.small.used == 0 && bufs.large.used == 0);
}

/* Few buffers, so that they run out. */
static void framed(const uint8_t *at, const uint8_t *end)
{
	struct nat_framed whole, bytewise;
	struct nat_bufs bufs, other;
	struct step s;

	nat_bufs_init(&bufs, memory, 8, 2);
	nat_bufs_init(&other, (uint8_t *)memory + nat_bufs_room(8, 2), 30, 16);
	nat_framed_init(&whole, &bufs, true);
	nat_framed_init(&bytewise, &other, true);
	while (next_step(&at, end, &s)) {
		enum nat_side side = (enum nat_side)s.side;
		const uint8_t head[2] = {(uint8_t)(s.n >> 8), (uint8_t)s.n};

		if (s.what == 1) { // an RST in the middle of a frame, as it were
			nat_framed_bytes(&whole, side, head, 1);
			continue;
		}
		nat_framed_bytes(&whole, side, head, 2);
		nat_framed_bytes(&whole, side, s.bytes, s.n);
		nat_framed_bytes(&bytewise, side, head, 2);
		for (uint32_t i = 0; i < s.n; i++)
			nat_framed_bytes(&bytewise, side, s.bytes + i, 1);
	}
	must(nat_dtls_facts(&whole.dtls)->state < NAT_TLS_STATE_COUNT);
	nat_framed_fini(&whole);
	nat_framed_fini(&bytewise);
	must(bufs.small.used == 0 && bufs.large.used == 0);
	must(other.small.used == 0 && other.large.used == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] & 1)
		framed(data + 1, data + size);
	else
		datagrams(data + 1, data + size);
	return 0;
}
