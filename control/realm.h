// Realms at run time: found by name, and where local endpoints come from.
#ifndef CTL_REALM_H
#define CTL_REALM_H

#include "config.h"
#include "error.h"
#include "ports.h"

/* A local endpoint that is ours. held false: none. */
struct ctl_local {
	bool held, pair;         // pair: port + 1 belongs to it (RTCP)
	uint16_t realm, address; // indexes: realm in the configuration, address in the realm
	struct nat_ep ep;
};

struct ctl_realms;

struct ctl_realms *ctl_realms_new(const struct ctl_config *conf);
void ctl_realms_free(struct ctl_realms *realms);

/* Index of a realm by name, without case; negative when there is none. */
int ctl_realm_find(const struct ctl_realms *realms, struct ix_str name);
const char *ctl_realm_name(const struct ctl_realms *realms, unsigned realm);
unsigned ctl_realm_count(const struct ctl_realms *realms);

/* Takes a local endpoint in a realm. peer: the stream's other end, whose port class must be shared,
 * or NULL. False with 449 (the realm has no address of this family) or 510 (ports used up), the
 * text naming realm and range. */
bool ctl_local_take(struct ctl_realms *realms, unsigned realm, enum nat_family family,
		    uint8_t proto, bool pair, const struct ctl_local *peer, uint64_t now_ms,
		    struct ctl_local *local, struct ctl_error *err);

/* Gives it back; only when no published flow has used it for an epoch. */
void ctl_local_release(struct ctl_realms *realms, const struct ctl_local *local, uint64_t now_ms);

/* True when the address is one of the realm's. */
bool ctl_realm_owns(const struct ctl_realms *realms, unsigned realm, enum nat_family family,
		    const struct nat_addr *addr);

/* One pool for those who only look. False past the last. */
struct ctl_pool_view {
	unsigned realm;
	uint8_t proto;
	const struct dp_local_conf *local;
	struct ctl_range range;
	struct ctl_ports_stats ports;
};
bool ctl_pool_at(const struct ctl_realms *realms, unsigned n, struct ctl_pool_view *view);

#endif
