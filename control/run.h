// One transaction while it runs: shared by gateway.c (order, wildcards, reply) and command.c (what
// each command does).
#ifndef CTL_RUN_H
#define CTL_RUN_H

#include "gateway.h"

/* Statistics of a subtracted termination, filled into the reply when its epoch has passed. */
struct ctl_fill {
	struct ctl_fill *next;
	struct ix_stats *stats;
	struct ctl_tally *tally;
	uint64_t dur_ms;
	bool rtp;
};

/* A transaction whose reply may have to wait. */
struct ctl_job {
	struct ctl_job *next;
	void *owner;
	struct ix_txn *txn;
	struct ix_arena *arena;    // holds the reply
	struct ix_action *actions; // the reply
	struct ctl_fill *fills;
	uint64_t epoch; // 0: nothing to wait for
	bool overflow;  // the reply did not fit the arena
};

struct ctl_run {
	struct ctl_gateway *gw;
	struct ctl_job *job;
	uint64_t now_ms;
	struct ctl_context *ctx; // of the action; NULL: the null context
};

/* Each executes one command on one termination and fills what the reply shall carry. False with
 * *err: refused, and nothing has changed. */
typedef bool ctl_command_fn(struct ctl_run *run, const struct ix_command *cmd,
			    struct ctl_termination *term, struct ix_descriptors *out,
			    struct ctl_error *err);
ctl_command_fn ctl_cmd_modify, ctl_cmd_subtract, ctl_cmd_audit, ctl_cmd_service_change;

/* Add: *term is the new termination. */
bool ctl_cmd_add(struct ctl_run *run, const struct ix_command *cmd, struct ix_str name,
		 struct ctl_termination **term, struct ix_descriptors *out, struct ctl_error *err);

/* A command on ROOT. */
bool ctl_cmd_root(struct ctl_run *run, const struct ix_command *cmd, struct ix_descriptors *out,
		  struct ctl_error *err);

/* True when `name` fits a termination id with wildcards: "*" stands for a component, as the last
 * one for all that follow. Without case. */
bool ctl_name_match(struct ix_str pattern, const char *name);

#endif
