// Local ports: one pool per (realm, local address, protocol), drawn at random, never given twice.
//
// Each pair of ports stands in at most one of its class's two sets: `both` free, or `one` half
// free. A set is an array without holes, so a random member is one draw, and a member is removed by
// moving the last one into its place.
#include "ports.h"

#include <errno.h>
#include <stdlib.h>

enum { HALF_EVEN = 1, HALF_ODD = 2, HALF_BOTH = 3 };

struct set {
	uint16_t *pairs;
	unsigned n;
};

struct rest {
	uint64_t due_ms;
	uint16_t port;
};

struct ctl_ports {
	uint16_t first, last;
	unsigned classes, total, used;
	uint16_t base; // first >> 1
	unsigned n_pairs;
	uint8_t *free;          // per pair: HALF_ bits
	uint8_t *taken;         // per pair: HALF_ bits, so that a second release is seen
	uint16_t *place;        // per pair: its position in the set where it stands
	uint16_t *room;         // memory of all sets
	struct set *both, *one; // per class
	struct rest *rest;      // ring of `total`
	unsigned rest_head, rest_n;
};

static struct set *set_of(struct ctl_ports *p, unsigned pair)
{
	unsigned class_ = (p->base + pair) % p->classes;

	return p->free[pair] == HALF_BOTH ? &p->both[class_] : &p->one[class_];
}

static void set_add(struct ctl_ports *p, unsigned pair)
{
	struct set *s = set_of(p, pair);

	if (!p->free[pair])
		return;
	p->place[pair] = (uint16_t)s->n;
	s->pairs[s->n++] = (uint16_t)pair;
}

static void set_del(struct ctl_ports *p, unsigned pair)
{
	struct set *s = set_of(p, pair);
	uint16_t last;

	if (!p->free[pair])
		return;
	last = s->pairs[--s->n];
	s->pairs[p->place[pair]] = last;
	p->place[last] = p->place[pair];
}

static void change_free(struct ctl_ports *p, unsigned pair, uint8_t bits)
{
	set_del(p, pair);
	p->free[pair] = bits;
	set_add(p, pair);
}

static bool alloc_arrays(struct ctl_ports *p)
{
	unsigned per_class = p->n_pairs / p->classes + 1;

	p->free = calloc(p->n_pairs, 1);
	p->taken = calloc(p->n_pairs, 1);
	p->place = calloc(p->n_pairs, sizeof(*p->place));
	p->room = calloc((size_t)per_class * p->classes * 2, sizeof(*p->room));
	p->both = calloc(p->classes, sizeof(*p->both));
	p->one = calloc(p->classes, sizeof(*p->one));
	p->rest = calloc(p->total, sizeof(*p->rest));
	if (!p->free || !p->taken || !p->place || !p->room || !p->both || !p->one || !p->rest)
		return false;
	for (unsigned c = 0; c < p->classes; c++) {
		p->both[c].pairs = p->room + (size_t)c * 2 * per_class;
		p->one[c].pairs = p->both[c].pairs + per_class;
	}
	return true;
}

struct ctl_ports *ctl_ports_new(uint16_t first, uint16_t last, unsigned classes)
{
	struct ctl_ports *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->first = first;
	p->last = last;
	p->classes = classes ? classes : 1;
	p->total = (unsigned)last - first + 1;
	p->base = first >> 1;
	p->n_pairs = (unsigned)(last >> 1) - p->base + 1;
	if (!alloc_arrays(p)) {
		ctl_ports_free(p);
		return NULL;
	}
	for (unsigned i = 0; i < p->n_pairs; i++) {
		uint8_t bits = HALF_BOTH;

		if (i == 0 && (first & 1))
			bits &= (uint8_t)~HALF_EVEN;
		if (i == p->n_pairs - 1 && !(last & 1))
			bits &= (uint8_t)~HALF_ODD;
		change_free(p, i, bits);
	}
	return p;
}

void ctl_ports_free(struct ctl_ports *p)
{
	if (!p)
		return;
	free(p->free);
	free(p->taken);
	free(p->place);
	free(p->room);
	free(p->both);
	free(p->one);
	free(p->rest);
	free(p);
}

static void wake(struct ctl_ports *p, uint64_t now_ms)
{
	while (p->rest_n && p->rest[p->rest_head].due_ms <= now_ms) {
		uint16_t port = p->rest[p->rest_head].port;
		unsigned pair = (unsigned)(port >> 1) - p->base;
		uint8_t bit = port & 1 ? HALF_ODD : HALF_EVEN;

		change_free(p, pair, p->free[pair] | bit);
		p->rest_head = (p->rest_head + 1) % p->total;
		p->rest_n--;
	}
}

/* Ways to serve a request from a class. */
static unsigned choices(const struct ctl_ports *p, unsigned class_, bool pair)
{
	return pair ? p->both[class_].n : 2 * p->both[class_].n + p->one[class_].n;
}

static unsigned roomiest(const struct ctl_ports *p, bool pair)
{
	unsigned best = 0;

	for (unsigned c = 1; c < p->classes; c++)
		if (choices(p, c, pair) > choices(p, best, pair))
			best = c;
	return best;
}

static uint16_t hand_out(struct ctl_ports *p, unsigned pair, uint8_t bits)
{
	change_free(p, pair, p->free[pair] & (uint8_t)~bits);
	p->taken[pair] |= bits;
	p->used += bits == HALF_BOTH ? 2 : 1;
	return (uint16_t)(((p->base + pair) << 1) | (bits == HALF_ODD));
}

int ctl_ports_take(struct ctl_ports *p, bool pair, int class_, uint64_t now_ms)
{
	unsigned c, n, r;

	wake(p, now_ms);
	c = class_ == CTL_CLASS_ANY ? roomiest(p, pair) : (unsigned)class_ % p->classes;
	n = choices(p, c, pair);
	if (!n)
		return -ENOSPC;
	r = arc4random_uniform(n);
	if (pair)
		return hand_out(p, p->both[c].pairs[r], HALF_BOTH);
	if (r < 2 * p->both[c].n)
		return hand_out(p, p->both[c].pairs[r / 2], r & 1 ? HALF_ODD : HALF_EVEN);
	r = p->one[c].pairs[r - 2 * p->both[c].n];
	return hand_out(p, r, p->free[r]);
}

static void release_one(struct ctl_ports *p, uint16_t port, uint64_t now_ms)
{
	unsigned pair = (unsigned)(port >> 1) - p->base;
	uint8_t bit = port & 1 ? HALF_ODD : HALF_EVEN;

	if (port < p->first || port > p->last || !(p->taken[pair] & bit))
		return;
	p->taken[pair] &= (uint8_t)~bit;
	p->used--;
	p->rest[(p->rest_head + p->rest_n) % p->total] = (struct rest){now_ms + CTL_PORT_REST_MS,
								       port};
	p->rest_n++;
}

void ctl_ports_release(struct ctl_ports *p, uint16_t port, bool pair, uint64_t now_ms)
{
	release_one(p, port, now_ms);
	if (pair)
		release_one(p, (uint16_t)(port + 1), now_ms);
}

int ctl_ports_class(const struct ctl_ports *p, uint16_t port)
{
	return (int)((unsigned)(port >> 1) % p->classes);
}

struct ctl_ports_stats ctl_ports_stats(const struct ctl_ports *p)
{
	return (struct ctl_ports_stats){p->total, p->used, p->rest_n};
}
