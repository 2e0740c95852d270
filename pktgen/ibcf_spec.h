// What one call or pair of the scripted IBCF is, read from the command line, and the SDP it asks
// for. Spec: TS 29.162 10.2 (who gets which SDP); H.248.1 7.1.8 (CHOOSE in Local)
#ifndef PG_IBCF_SPEC_H
#define PG_IBCF_SPEC_H

#include <limits.h>

#include "../ix/ix.h"
#include "../ix/sdp.h"

enum { PG_IBCF_NAME = 48, PG_IBCF_ADDR = 48, PG_IBCF_ERROR = 256 };

struct pg_ibcf_side { // side a is the offerer's
	char realm[PG_IBCF_NAME];
	unsigned family;         // 4 or 6
	char addr[PG_IBCF_ADDR]; // pair: the endpoint's
	uint16_t port;
	enum ix_setup setup; // pair: the endpoint's role
};
struct pg_ibcf_spec {
	char name[PG_IBCF_NAME];
	bool pair; // SDP is made here; else it comes through the mailbox `dir`
	char dir[PATH_MAX];
	char proto[PG_IBCF_NAME];
	struct pg_ibcf_side side[2];
};

/* NAME:DIR:REALM_A:REALM_B:FAMILY_A:FAMILY_B. False with a text that names the field. */
bool pg_ibcf_parse_call(const char *text, struct pg_ibcf_spec *spec, char err[PG_IBCF_ERROR]);

/* NAME:REALM_A:FAMILY_A:REALM_B:FAMILY_B:PROTO:ADDR_A:PORT_A:SETUP_A:ADDR_B:PORT_B:SETUP_B, IPv6
 * addresses in [ ]. */
bool pg_ibcf_parse_pair(const char *text, struct pg_ibcf_spec *spec, char err[PG_IBCF_ERROR]);

/* The SDP with $ for address and port: the Local for which the gateway chooses. p NULL and err
 * filled when text is no SDP that the gateway could carry. */
struct ix_str pg_ibcf_choose(struct ix_arena *arena, struct ix_str text, unsigned family,
			     struct ix_error *err);

/* The SDP with this address and port in place of its own. p NULL and err filled as above. */
struct ix_str pg_ibcf_rewrite(struct ix_arena *arena, struct ix_str text, unsigned family,
			      const char *addr, uint16_t port, struct ix_error *err);

/* A pair's SDP: what its endpoint would have sent, and what it would be sent (with $). */
struct ix_str pg_ibcf_pair_remote(struct ix_arena *arena, const struct pg_ibcf_spec *spec,
				  unsigned side);
struct ix_str pg_ibcf_pair_local(struct ix_arena *arena, const struct pg_ibcf_spec *spec,
				 unsigned side);

#endif
