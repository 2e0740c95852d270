// The gateway that Ix controls: executes transactions on the model, answers when packets obey.
// Spec: H.248.1 7.2 (commands), 8.2 (transactions); TS 29.238 5.8
#ifndef CTL_GATEWAY_H
#define CTL_GATEWAY_H

#include "commit.h"
#include "context.h"
#include "notify.h"

/* Values of the root package that the controller may set (milliseconds, counts). */
enum { CTL_ROOT_VALUES = 6 };
struct ctl_root {
	uint32_t values[CTL_ROOT_VALUES]; // in the order of ctl_root_names
	struct ctl_events events;         // armed on ROOT
};
extern const char *const ctl_root_names[CTL_ROOT_VALUES];

struct ctl_gateway_ops {
	/* The controller's ServiceChange on ROOT. False with *err to refuse. */
	bool (*service_change)(void *user, const struct ix_services *services,
			       struct ctl_error *err);
	/* Sends a request of ours to the controller. 0, or negative: not now, asked again later. */
	int (*request)(void *user, const struct ix_action *actions, void *cookie, uint64_t now_ms);
	void *user;
};

struct ctl_job;

struct ctl_gateway {
	const struct ctl_config *conf;
	struct ctl_gateway_ops ops;
	struct ctl_realms *realms;
	struct ctl_model *model;
	struct ctl_plane *plane;
	struct ctl_notifier *notifier;
	struct ctl_root root;
	struct ctl_job *jobs, **jobs_tail; // replies that wait for an epoch, in order
	uint64_t commands[IX_VERBS];       // executed, by verb
	uint64_t errors;                   // commands refused
};

/* After dp_start(). NULL without memory. */
struct ctl_gateway *ctl_gateway_new(const struct ctl_config *conf,
				    const struct ctl_gateway_ops *ops);
/* Open transactions are forgotten, flows are left to the data plane. */
void ctl_gateway_free(struct ctl_gateway *gw);

/* Executes one request and answers it, now or when ctl_gateway_tick() finds its epoch passed.
 * owner: for ctl_gateway_forget(). */
void ctl_gateway_request(struct ctl_gateway *gw, void *owner, struct ix_txn *txn,
			 const struct ix_item *item, uint64_t now_ms);

/* The association `owner` is gone: its open transactions will not be answered. */
void ctl_gateway_forget(struct ctl_gateway *gw, void *owner);

/* Finishes what waits for epochs. True while something still waits: call again within milliseconds.
 */
bool ctl_gateway_tick(struct ctl_gateway *gw, uint64_t now_ms);

#endif
