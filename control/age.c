// Ageing: looks at every context about once a second, asks the data plane to judge silent
// connections.
//
// Control only asks (dp_expire): the worker, as the only writer of a connection, decides, so that
// "failed" and "established" cannot both be reported.
#include "age.h"

static uint32_t limit(const struct dp_timers *t, uint8_t tcp)
{
	switch (tcp) {
	case NAT_TCP_OPENING: return t->open_ms;
	case NAT_TCP_UP:
	case NAT_TCP_FIN_A:
	case NAT_TCP_FIN_B: return t->idle_ms;
	default: return t->trans_ms;
	}
}

static void age_pub(const struct dp_timers *t, struct ctl_pub *pub, uint64_t now_ms)
{
	const struct nat_conn *conn = dp_conn_get(pub->conn);

	if (pub->proto != NAT_IP_TCP || conn->tcp == NAT_TCP_CLOSED)
		return;
	/* The worker's clock is not ours: only its standing still is. */
	if (conn->last_ms != pub->seen_ms || !pub->since_ms) {
		pub->seen_ms = conn->last_ms;
		pub->since_ms = now_ms;
		return;
	}
	if (now_ms - pub->since_ms >= limit(t, conn->tcp))
		dp_expire(&pub->at[0], pub->conn, pub->gen);
}

void ctl_age_step(struct ctl_gateway *gw, uint64_t now_ms)
{
	unsigned n = ctl_model_stats(gw->model).contexts / CTL_AGE_STEPS + 1;
	struct ctl_context *ctx;

	while (n-- > 0 && (ctx = ctl_context_scan(gw->model)) != NULL) {
		for (struct ctl_pub *pub = ctx->pubs; pub; pub = pub->next)
			age_pub(&gw->conf->dp.timers, pub, now_ms);
		for (unsigned i = 0; i < ctx->n_terms; i++)
			ctl_notify_scan(gw->notifier, ctx->terms[i], now_ms);
	}
	ctl_notify_root(gw->notifier, now_ms);
}
