// Drop advice: when packets begin to be dropped for a reason, the log says why and what to do.
#include "drops.h"

#include <stdlib.h>

#include "../dataplane/dp.h"
#include "log.h"

enum { QUIET_MS = 60000 };

struct ctl_drops {
	struct dp_stats now;
	uint64_t told[NAT_REASONS]; // counter when last told
	uint64_t told_ms[NAT_REASONS];
};

struct ctl_drops *ctl_drops_new(void)
{
	return calloc(1, sizeof(struct ctl_drops));
}

void ctl_drops_free(struct ctl_drops *d)
{
	free(d);
}

void ctl_drops_look(struct ctl_drops *d, uint64_t now_ms)
{
	dp_stats_get(&d->now);
	for (unsigned i = 0; i < NAT_REASONS; i++) {
		uint64_t count = d->now.drops[i];

		if (count == d->told[i] || (d->told[i] && now_ms - d->told_ms[i] < QUIET_MS))
			continue;
		ctl_log(CTL_WARN, "drops", "reason=%s count=%llu advice=\"%s\"",
			nat_reason_name((enum nat_reason)i), (unsigned long long)count,
			nat_reason_text((enum nat_reason)i));
		d->told[i] = count;
		d->told_ms[i] = now_ms;
	}
}
