// Local ports: one pool per (realm, local address, protocol), drawn at random, never given twice.
//
// A port's class is (port >> 1) mod workers: the data plane gives a stream to the worker of its
// class, so both ends of a stream must come from one class, and RTP (even) with its RTCP (odd) is
// one class by itself. The unit of book-keeping is therefore the pair of ports 2k, 2k + 1.
#ifndef CTL_PORTS_H
#define CTL_PORTS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	CTL_PORT_REST_MS = 2000, // a released port rests, so that late packets meet nobody new
	CTL_CLASS_ANY = -1,
};

struct ctl_ports;

/* A pool of the ports first..last (inclusive, first < last). NULL without memory. */
struct ctl_ports *ctl_ports_new(uint16_t first, uint16_t last, unsigned classes);
void ctl_ports_free(struct ctl_ports *pool);

/* Takes a free port at random: an even one whose odd neighbour is taken with it when `pair`, else
 * any. class_: of the stream's other end, or CTL_CLASS_ANY for the class with most room. Returns
 * the port in host order, or -ENOSPC when nothing fits. O(1). */
int ctl_ports_take(struct ctl_ports *pool, bool pair, int class_, uint64_t now_ms);

/* Gives back what ctl_ports_take() returned, with the same `pair`. It can be drawn again after
 * CTL_PORT_REST_MS. A port that is not taken is ignored. */
void ctl_ports_release(struct ctl_ports *pool, uint16_t port, bool pair, uint64_t now_ms);

int ctl_ports_class(const struct ctl_ports *pool, uint16_t port);

struct ctl_ports_stats {
	unsigned total, used, resting;
};
struct ctl_ports_stats ctl_ports_stats(const struct ctl_ports *pool);

#endif
