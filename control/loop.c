// The daemon's event loop: sockets, timers and signals around the parts that decide.
#include "loop.h"

#include <event2/event.h>
#include <signal.h>
#include <unistd.h>

#include "admin.h"
#include "age.h"
#include "drops.h"
#include "link.h"
#include "log.h"
#include "metrics.h"
#include "mirror.h"
#include "register.h"

enum {
	EVENTS_MS = 20, // how often the data plane's events are taken
	SCAN_MS = 1000 / CTL_AGE_STEPS,
	EPOCH_MS = 1, // while replies wait for workers
};

struct loop {
	const struct ctl_config *conf;
	struct event_base *base;
	struct ctl_gateway *gw;
	struct ctl_register *reg;
	struct ctl_link *link;
	struct ctl_admin *admin;
	struct ctl_metrics *metrics;
	struct ctl_drops *drops;
	struct event *ix_timer, *epoch_timer, *event_timer, *scan_timer, *term, *interrupt;
	unsigned scans;
};

static void arm(struct event *ev, uint64_t ms)
{
	struct timeval tv = {(time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000)};

	event_add(ev, &tv);
}

/* After anything that may have changed what to wait for. */
static void rearm(struct loop *l, bool epochs)
{
	uint64_t now = ctl_now_ms(), next = ctl_register_deadline(l->reg);

	if (ctl_register_view(l->reg).state == CTL_REG_DONE) {
		event_base_loopbreak(l->base);
		return;
	}
	if (next == UINT64_MAX)
		event_del(l->ix_timer);
	else
		arm(l->ix_timer, next > now ? next - now : 0);
	if (epochs)
		arm(l->epoch_timer, EPOCH_MS);
}

static void work(struct loop *l)
{
	uint64_t now = ctl_now_ms();
	bool epochs = ctl_gateway_tick(l->gw, now);

	ctl_notify_send(l->gw->notifier, now);
	rearm(l, epochs);
}

static void on_datagram(void *user, unsigned controller, const void *bytes, size_t len)
{
	struct loop *l = user;

	ctl_register_input(l->reg, controller, bytes, len, ctl_now_ms());
	work(l);
}

static void on_output(void *user, unsigned controller, const void *bytes, size_t len)
{
	struct loop *l = user;

	if (l->link)
		ctl_link_send(l->link, controller, bytes, len);
}

static void on_ix_timer(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;

	(void)fd;
	(void)what;
	ctl_register_tick(l->reg, ctl_now_ms());
	work(l);
}

static void on_epoch(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	work(arg);
}

static void on_events(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;

	(void)fd;
	(void)what;
	ctl_notify_poll(l->gw->notifier, ctl_now_ms());
	ctl_notify_send(l->gw->notifier, ctl_now_ms());
	rearm(l, false);
}

static void on_scan(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;

	(void)fd;
	(void)what;
	ctl_age_step(l->gw, ctl_now_ms());
	if (++l->scans % CTL_AGE_STEPS == 0) {
		ctl_drops_look(l->drops, ctl_now_ms());
		ctl_mirror_look();
	}
}

static void on_stop(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;

	(void)what;
	/* Asked twice: go at once. */
	if (ctl_register_view(l->reg).state == CTL_REG_LEAVING) {
		event_base_loopbreak(l->base);
		return;
	}
	ctl_log(CTL_INFO, "stopping", "signal=%d", (int)fd);
	ctl_register_stop(l->reg, ctl_now_ms());
	rearm(l, false);
}

static bool open_events(struct loop *l)
{
	l->ix_timer = evtimer_new(l->base, on_ix_timer, l);
	l->epoch_timer = evtimer_new(l->base, on_epoch, l);
	l->event_timer = event_new(l->base, -1, EV_PERSIST, on_events, l);
	l->scan_timer = event_new(l->base, -1, EV_PERSIST, on_scan, l);
	l->term = evsignal_new(l->base, SIGTERM, on_stop, l);
	l->interrupt = evsignal_new(l->base, SIGINT, on_stop, l);
	if (!l->ix_timer || !l->epoch_timer || !l->event_timer || !l->scan_timer || !l->term ||
	    !l->interrupt)
		return false;
	arm(l->event_timer, EVENTS_MS);
	arm(l->scan_timer, SCAN_MS);
	return event_add(l->term, NULL) == 0 && event_add(l->interrupt, NULL) == 0;
}

static bool open_parts(struct loop *l)
{
	struct ctl_gateway_ops ops;
	char err[CTL_LINK_ERROR] = "out of memory";

	l->base = event_base_new();
	l->reg = ctl_register_new(l->conf, on_output, l);
	if (l->base && l->reg) {
		ops = ctl_register_ops(l->reg);
		l->gw = ctl_gateway_new(l->conf, &ops);
		l->drops = ctl_drops_new();
	}
	if (!l->gw || !l->drops || !open_events(l)) {
		ctl_log(CTL_ERROR, "start", "text=\"out of memory\"");
		return false;
	}
	ctl_register_attach(l->reg, l->gw);
	l->link = ctl_link_open(l->base, l->conf, on_datagram, l, err);
	if (l->link)
		l->admin = ctl_admin_open(l->base, l->conf, l->gw, l->reg, err);
	if (l->admin && l->conf->has_metrics)
		l->metrics = ctl_metrics_open(l->base, l->conf, l->gw, l->reg, err);
	if (l->admin && (l->metrics || !l->conf->has_metrics))
		return true;
	ctl_log(CTL_ERROR, "start", "text=\"%s\"", err);
	return false;
}

static void free_event(struct event *ev)
{
	if (ev)
		event_free(ev);
}

static void close_parts(struct loop *l)
{
	ctl_metrics_close(l->metrics);
	ctl_admin_close(l->admin);
	ctl_link_close(l->link);
	l->link = NULL;
	ctl_drops_free(l->drops);
	ctl_register_free(l->reg);
	ctl_gateway_free(l->gw);
	free_event(l->ix_timer);
	free_event(l->epoch_timer);
	free_event(l->event_timer);
	free_event(l->scan_timer);
	free_event(l->term);
	free_event(l->interrupt);
	if (l->base)
		event_base_free(l->base);
}

int ctl_loop_run(const struct ctl_config *conf)
{
	struct loop l = {.conf = conf};
	bool ok = open_parts(&l);

	if (ok) {
		ctl_mirror_begin(conf);
		ctl_log(CTL_INFO, "ready", "mid=%s local=%s dpdk=\"%s\"", conf->mid,
			conf->ix_local.text, dp_version());
		ctl_register_start(l.reg, ctl_now_ms());
		rearm(&l, false);
		event_base_dispatch(l.base);
		ctl_log(CTL_INFO, "stopped", "pid=%d", (int)getpid());
	}
	close_parts(&l);
	return ok ? 0 : 1;
}
