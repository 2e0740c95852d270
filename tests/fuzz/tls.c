// Two ends that say anything: the TLS observer against the reference, cut and uncut, and TCP
// segments that lie about their numbers. The first byte chooses.
#include <string.h>

#include "../../nat/watch.h"
#include "steps.h"
#include "tls_reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SMALL = 40, LARGE = 4 };

static uint64_t memory[(SMALL * NAT_BUF_SMALL + LARGE * NAT_BUF_LARGE) / sizeof(uint64_t)];

static void must_be_back(const struct nat_bufs *bufs)
{
	must(bufs->small.used == 0 && bufs->large.used == 0);
}

/* What is known when the observation breaks off is not defined any more. */
static void must_agree(const struct nat_tls_facts *x, const struct nat_tls_facts *y)
{
	must(x->state == y->state && x->why == y->why && x->side == y->side);
	if (x->state != NAT_TLS_BROKEN && x->state != NAT_TLS_UNKNOWN)
		must(memcmp(x, y, sizeof(*x)) == 0);
}

static void in_order(const uint8_t *at, const uint8_t *end)
{
	struct tls_reference *ref = tls_reference_new();
	struct nat_tls whole, bytewise;
	struct nat_bufs bufs;
	struct step s;

	nat_bufs_init(&bufs, memory, SMALL, LARGE);
	nat_tls_init(&whole, &bufs, true);
	nat_tls_init(&bytewise, &bufs, true);
	while (next_step(&at, end, &s)) {
		enum nat_side side = (enum nat_side)s.side;

		if (s.what == 0) {
			nat_tls_ended(&whole, side);
			nat_tls_ended(&bytewise, side);
			tls_reference_fin(ref, s.side);
		} else if (s.what == 1) {
			nat_tls_reset(&whole, side);
			nat_tls_reset(&bytewise, side);
			tls_reference_reset(ref, s.side);
		}
		if (s.n)
			nat_tls_bytes(&whole, side, s.bytes, s.n);
		for (uint32_t i = 0; i < s.n; i++) {
			nat_tls_bytes(&bytewise, side, s.bytes + i, 1);
			tls_reference_byte(ref, s.side, s.bytes[i]);
		}
		must_agree(&whole.hs.facts, &bytewise.hs.facts);
		must_agree(&whole.hs.facts, tls_reference_facts(ref));
	}
	nat_tls_fini(&whole);
	nat_tls_fini(&bytewise);
	tls_reference_free(ref);
	must_be_back(&bufs);
}

/* Segments whose numbers are chosen, too; few buffers, so that they run out. */
static void segments(const uint8_t *at, const uint8_t *end)
{
	struct nat_bufs bufs;
	struct nat_watch w;
	struct step s;

	nat_bufs_init(&bufs, memory, 6, 1);
	nat_watch_init_tcp(&w, &bufs, true);
	nat_watch_syn(&w, NAT_A, 0xffffff00);
	nat_watch_syn(&w, NAT_B, 5);
	while (next_step(&at, end, &s)) {
		enum nat_side side = (enum nat_side)s.side;
		struct nat_segment seg = {.data = s.bytes, .len = s.n, .fin = s.what == 0};

		if (s.what == 1) {
			nat_watch_reset(&w, side);
			continue;
		}
		seg.seq = w.stream.dir[side].next;
		seg.ack = w.stream.dir[!side].next;
		if (end - at >= 2) {
			seg.seq += (uint32_t)(int8_t)at[0];
			seg.ack += (uint32_t)(int8_t)at[1];
			at += 2;
		}
		nat_watch_segment(&w, side, &seg);
		nat_watch_news(&w);
		must(nat_watch_facts(&w)->state < NAT_TLS_STATE_COUNT);
	}
	nat_watch_fini(&w);
	must_be_back(&bufs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] & 1)
		segments(data + 1, data + size);
	else
		in_order(data + 1, data + size);
	return 0;
}
