// Brings the data plane to what a context wants: publish, retire, and give back after the epoch.
#ifndef CTL_COMMIT_H
#define CTL_COMMIT_H

#include "derive.h"

/* One published stream. */
struct ctl_pub {
	struct ctl_pub *next;
	struct ctl_context *ctx;
	uint32_t conn;
	uint16_t gen;
	uint16_t stream;
	uint8_t component, proto;
	struct ctl_termination *term[2]; // [1] NULL: no partner
	bool used[2];                    // this end is published
	struct dp_at at[2];
	struct nat_flow flow[2]; // as published
	bool routed[2];          // flow[].neigh is counted
	uint32_t seen_ms;        // of age.c: conn's last_ms at the last look,
	uint64_t since_ms;       // and since when it has stood still
};

struct ctl_plane;

/* realms gets its ports back through this. NULL without memory. */
struct ctl_plane *ctl_plane_new(struct ctl_realms *realms, unsigned streams);
void ctl_plane_free(struct ctl_plane *plane);

/* Publishes what the context wants and retires what it no longer wants. False with *err (449, 501,
 * 510) when that is not possible: what was published before stays published. */
bool ctl_commit(struct ctl_plane *plane, struct ctl_context *ctx, struct ctl_error *err);

/* Retires everything of the context, whatever it wants. Cannot fail. */
void ctl_commit_none(struct ctl_plane *plane, struct ctl_context *ctx);

/* Gives a local endpoint back when the current epoch has passed. Call it after the commit that
 * retired it. */
void ctl_plane_release(struct ctl_plane *plane, const struct ctl_local *local);

/* The epoch that must pass before workers are known to obey everything committed so far, if
 * anything that packets may be using has been replaced or retired since the last call; else 0. */
uint64_t ctl_plane_barrier(struct ctl_plane *plane);

/* Finishes what has outlived its epoch: counters into tallies, conns, next hops, ports. True while
 * something still waits. */
bool ctl_plane_tick(struct ctl_plane *plane, uint64_t now_ms);

/* The stream of an event's conn, NULL when the event is stale. */
struct ctl_pub *ctl_pub_find(const struct ctl_plane *plane, uint32_t conn, uint16_t gen);

/* Adds a termination's traffic up to now, live conns included, to *sum (refs is left alone). */
void ctl_tally_now(const struct ctl_termination *term, struct ctl_tally *sum);

#endif
