// A whole control side on the fake data plane, spoken to in H.248 text: for tests of the gateway.
#ifndef CONTROL_RIG_H
#define CONTROL_RIG_H

#include "../../control/register.h"
#include "fake_dp.h"

struct rig {
	struct ctl_config *conf;
	struct ctl_register *reg;
	struct ctl_gateway *gw;
	uint64_t now;
	unsigned next_tid;
	unsigned n_out;   // datagrams sent since rig_forget()
	unsigned to;      // controller of the last one
	char out[65536];  // the last one, as text
	char all[262144]; // all since rig_forget()
};

/* Two ports, realms "access" (198.51.100.10/24, 2001:db8:1::10/64, router .1) and "core"
 * (203.0.113.10/24), local ports 20000-20009, controllers 192.0.2.1 and 192.0.2.2. extra: further
 * lines of YAML for the dataplane section, or "". */
struct rig *rig_open(const char *dataplane);
void rig_close(struct rig *rig);

/* Registers with the first controller. */
void rig_register(struct rig *rig);

/* Forgets what was sent. */
void rig_forget(struct rig *rig);
/* A datagram of controller n. */
void rig_input(struct rig *rig, unsigned controller, const char *text);
/* Lets time pass: ticks once at the end. */
void rig_pass(struct rig *rig, uint64_t ms);

/* A transaction of these actions from the first controller, MID [192.0.2.1]:2944. Returns the
 * answer's text; "" when none came. */
const char *rig_do(struct rig *rig, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Reads the number after the n-th (from 0) occurrence of `before` in text, 0 when there is none. */
unsigned long rig_number(const char *text, const char *before, unsigned n);
/* Copies the termination name of the n-th "VERB = " in text; returns buf. */
const char *rig_name(const char *text, const char *verb, unsigned n, char buf[CTL_NAME]);
/* The error code in an answer, 0 when there is none. */
unsigned rig_error(const char *text);

/* A usual call: Add in "access" and "core" with these m= protos, Remotes 198.51.100.77:4000 and
 * 203.0.113.77:5000, SendReceive, Events 1 and 2 { g/cause }. */
struct rig_call {
	unsigned long ctx;
	char name[2][CTL_NAME];
	unsigned port[2];
};
struct rig_call rig_call(struct rig *rig, const char *proto, const char *setup_a,
			 const char *setup_b);

#endif
