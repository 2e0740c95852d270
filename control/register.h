// Registration: which controller this gateway serves, and what happens when it is lost.
// Spec: H.248.1 7.2.8, 11.2-11.5; TS 29.238 (profile table of ServiceChange)
//
// Sans-I/O: datagrams of controller n go in, datagrams come out by a callback, time is a parameter.
#ifndef CTL_REGISTER_H
#define CTL_REGISTER_H

#include "gateway.h"

enum ctl_reg_state {
	CTL_REG_IDLE,    // waits before asking again
	CTL_REG_ASKING,  // ServiceChange sent to the current controller
	CTL_REG_SERVED,  // registered
	CTL_REG_LEAVING, // Forced sent: the daemon stops
	CTL_REG_DONE,
};
const char *ctl_reg_state_name(enum ctl_reg_state state);

struct ctl_register;

typedef void ctl_output_fn(void *user, unsigned controller, const void *bytes, size_t len);

/* NULL without memory or when conf's MID is unusable. */
struct ctl_register *ctl_register_new(const struct ctl_config *conf, ctl_output_fn *output,
				      void *user);
void ctl_register_free(struct ctl_register *reg);

/* The operations that a gateway needs; then the gateway itself. */
struct ctl_gateway_ops ctl_register_ops(struct ctl_register *reg);
void ctl_register_attach(struct ctl_register *reg, struct ctl_gateway *gw);

/* Asks the primary controller. */
void ctl_register_start(struct ctl_register *reg, uint64_t now_ms);
/* Tells the controller that we go; the state becomes DONE when it has answered, or a second later.
 */
void ctl_register_stop(struct ctl_register *reg, uint64_t now_ms);

void ctl_register_input(struct ctl_register *reg, unsigned controller, const void *bytes,
			size_t len, uint64_t now_ms);
/* When to call ctl_register_tick() next; UINT64_MAX = never. */
uint64_t ctl_register_deadline(const struct ctl_register *reg);
void ctl_register_tick(struct ctl_register *reg, uint64_t now_ms);

struct ctl_register_view {
	enum ctl_reg_state state;
	unsigned controller; // current one
	uint8_t version;     // agreed, 0 before
	uint64_t attempts, losses;
};
struct ctl_register_view ctl_register_view(const struct ctl_register *reg);
void ctl_register_stats(const struct ctl_register *reg, unsigned controller,
			struct ix_peer_stats *stats);

#endif
