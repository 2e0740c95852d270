// Counters for Prometheus: OpenMetrics text over HTTP at /metrics, and /healthz.
// Spec: OpenMetrics 1.0
#ifndef CTL_METRICS_H
#define CTL_METRICS_H

#include <event2/buffer.h>
#include <event2/event.h>

#include "register.h"

struct ctl_metrics;

/* Serves conf->metrics. NULL with err (CTL_LINK_ERROR bytes). */
struct ctl_metrics *ctl_metrics_open(struct event_base *base, const struct ctl_config *conf,
				     struct ctl_gateway *gw, struct ctl_register *reg, char *err);
void ctl_metrics_close(struct ctl_metrics *metrics);

/* Writes all metrics. */
void ctl_metrics_text(struct evbuffer *out, const struct ctl_gateway *gw,
		      const struct ctl_register *reg);

/* The n-th metric family's name (without _total) and help; false past the last. */
bool ctl_metrics_family(unsigned n, const char **name, const char **help);

#endif
