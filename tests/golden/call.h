// A relayed call for tests: two remotes, our two endpoints, the two flows and the connection.
#ifndef TESTS_CALL_H
#define TESTS_CALL_H

#include <stdlib.h>

#include "../../nat/flow.h"

/* A's remote sends to a_local; that leaves from b_local to B's remote; and back. */
struct call {
	struct nat_ep a_remote, a_local, b_local, b_remote;
	struct nat_flow flow[2]; // by the side that packets come from
	struct nat_conn conn;
};

/* "192.0.2.1" or "2001:db8::1" with a port. Unreadable text ends the test. */
static inline struct nat_ep call_ep(const char *addr, uint16_t port, uint8_t proto)
{
	struct nat_ep ep = {.port = nat_be16(port), .proto = proto};

	ep.family = (uint8_t)nat_addr_parse(addr, &ep.addr);
	if (ep.family == NAT_NONE)
		abort();
	return ep;
}

static inline void call_flow(struct nat_flow *f, const struct nat_ep *remote,
			     const struct nat_ep *local, const struct nat_ep *src,
			     const struct nat_ep *dst)
{
	*f = (struct nat_flow){
		.remote = remote->addr,
		.rport = remote->port,
		.src = src->addr,
		.sport = src->port,
		.dst = dst->addr,
		.dport = dst->port,
		.mtu = 1500,
		.dscp = NAT_DSCP_COPY,
		.flags = (uint16_t)(NAT_F_OPEN | NAT_F_READY |
				    (local->family == NAT_IP6 ? NAT_F_IN6 : 0) |
				    (src->family == NAT_IP6 ? NAT_F_OUT6 : 0) |
				    (local->proto == NAT_IP_TCP ? NAT_F_TCP : 0)),
	};
}

/* Fills flows and connection from the four endpoints: gate open, side A may open and comes from any
 * port. Call call_seal() after changes to the flows. */
static inline void call_flows(struct call *c)
{
	call_flow(&c->flow[NAT_A], &c->a_remote, &c->a_local, &c->b_local, &c->b_remote);
	call_flow(&c->flow[NAT_B], &c->b_remote, &c->b_local, &c->a_local, &c->a_remote);
	c->flow[NAT_B].flags |= NAT_F_SIDE_B;
	if (c->a_local.proto == NAT_IP_TCP) {
		c->flow[NAT_A].flags |= NAT_F_MAY_OPEN | NAT_F_PORT_ANY;
		c->flow[NAT_B].flags |= NAT_F_DPORT_CONN;
	}
	c->conn = (struct nat_conn){.gen = 1};
}

static inline void call_seal(struct call *c)
{
	struct nat_flow *a = &c->flow[NAT_A], *b = &c->flow[NAT_B];

	a->mss = b->mss = nat_mss(a->flags & NAT_F_OUT6, a->mtu, b->flags & NAT_F_OUT6, b->mtu);
	nat_flow_seal(&c->flow[NAT_A], &c->a_local);
	nat_flow_seal(&c->flow[NAT_B], &c->b_local);
}

#endif
