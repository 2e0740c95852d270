// The configuration as read, key by key, before it means anything: shared by config.c and
// config_check.c.
#ifndef CTL_CONFIG_RAW_H
#define CTL_CONFIG_RAW_H

#include "config.h"

/* What was written for one key: a scalar's text or a list of texts. */
struct slot {
	char *text; // NULL: absent
	char **list;
	unsigned n_list;
	long num; // of numbers and of choices, after check_section()
};

/* The keys of each section; config.c holds a table for each, in this order. */
enum { TOP_METRICS, TOP_SOCKET, TOP_N };
enum { GW_MID, GW_N };
enum { DPL_WORKERS, DPL_EAL, DPL_MBUFS, DPL_STREAMS, DPL_OPEN, DPL_IDLE, DPL_TRANS, DPL_N };
enum { PORT_NAME, PORT_DEVICE, PORT_MTU, PORT_CHECKSUM, PORT_N };
enum {
	REALM_NAME,
	REALM_PORT,
	REALM_VLAN,
	REALM_ADDRESSES,
	REALM_HOP4,
	REALM_HOP6,
	REALM_FIRST,
	REALM_LAST,
	REALM_N
};
enum { IX_LOCAL, IX_CONTROLLERS, IX_TRANSPORT, IX_ENCODING, IX_PROFILE, IX_VERSION, IX_N };
enum { LOG_LEVEL, LOG_N };
enum {
	MIR_NAME,
	MIR_INGRESS,
	MIR_EGRESS,
	MIR_DROPS,
	MIR_FILTER,
	MIR_CONTEXT,
	MIR_SNAPLEN,
	MIR_RATE,
	MIR_SINK,
	MIR_TARGET,
	MIR_VLAN,
	MIR_TUNNEL,
	MIR_ROTATE_MB,
	MIR_ROTATE_S,
	MIR_BUDGET_MB,
	MIR_START,
	MIR_N
};

struct raw_port {
	struct slot v[PORT_N];
};
struct raw_realm {
	struct slot v[REALM_N];
};
struct raw_mirror {
	struct slot v[MIR_N];
};

struct ctl_config_raw {
	struct slot top[TOP_N], gateway[GW_N], dataplane[DPL_N], ix[IX_N], log[LOG_N];
	struct raw_port *ports;
	unsigned n_ports;
	struct raw_realm *realms;
	unsigned n_realms;
	struct raw_mirror *mirrors;
	unsigned n_mirrors;
};

/* Where an error is told. */
struct check {
	const char *file;
	char *err; // CTL_CONFIG_ERROR bytes
};

/* "FILE: KEY: value: complaint"; always returns false. */
bool ctl_config_fail(struct check *c, const char *key, const char *value, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* "192.0.2.1:2944" or "[2001:db8::1]:2944". */
bool ctl_endpoint_parse(const char *text, struct nat_ep *ep);

/* Fills conf from raw, whose single values have been checked; checks what concerns several keys. */
bool ctl_config_build(struct check *c, struct ctl_config_raw *raw, struct ctl_config *conf);

/* The same for the list of mirrors, and for one of them; path stands before its keys in errors. */
bool ctl_config_build_mirrors(struct check *c, struct ctl_config_raw *raw, struct ctl_config *conf);
bool ctl_config_build_mirror(struct check *c, const char *path, const struct slot *v,
			     const struct ctl_config *conf, struct ctl_mirror *mirror);

/* A key of mirrors by name: its place, whether it is a list. MIR_N: there is none. */
unsigned ctl_config_mirror_key(const char *name, bool *list);
/* Checks single values of a mirror's slots and sets defaults, which are heap texts. */
bool ctl_config_check_mirror(struct check *c, const char *path, struct slot *v);

#endif
