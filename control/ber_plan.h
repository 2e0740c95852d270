// Termination ids of the binary encoding, from the configured realms.
#ifndef CTL_BER_PLAN_H
#define CTL_BER_PLAN_H

#include "../ix/ber.h"
#include "config.h"

enum {
	CTL_BER_REALMS = 15,       // more have no number in 4 bits
	CTL_BER_ID_BITS = 22,      // of a termination's own number
	CTL_BER_STREAMS = 1 << 20, // most dataplane.streams whose terminations have room in those
};

/* ip/<group>/<interface>/<id>: group n is the n-th realm from 1, by its name where that is a legal
 * component, interfaces are numbers. */
struct ctl_ber_plan {
	struct ix_ber_conf conf;
	struct ix_tid_plan plan;
	const char *groups[CTL_BER_REALMS + 2];
};

/* conf must outlive the plan; the plan must not move. */
void ctl_ber_plan_init(struct ctl_ber_plan *p, const struct ctl_config *conf);

#endif
