// A data plane without packets, for tests of control: what was published can be looked at, epochs
// pass on demand, and things can be made to run out.
#ifndef FAKE_DP_H
#define FAKE_DP_H

#include "../../dataplane/dp.h"

/* Forgets everything and takes the realms of a configuration. Epochs pass at once until
 * fake_hold_epochs(). */
void fake_reset(const struct dp_conf *conf);

/* What stands at a local endpoint given as text "198.51.100.10", host order port; NULL: nothing. */
const struct nat_flow *fake_flow(const char *addr, uint8_t proto, uint16_t port, uint32_t *conn);
unsigned fake_flows(void);       // endpoints with a flow
unsigned fake_conns(void);       // conns taken
unsigned fake_neigh_users(void); // users of next hops, all together
unsigned fake_publishes(void);   // calls of dp_publish() that changed something

/* Epochs begun from now on pass only with fake_pass_epochs(). */
void fake_hold_epochs(void);
void fake_pass_epochs(void);
/* Epochs begun before the n-th look from now pass just before it, in the middle of whatever looks.
 */
void fake_pass_epochs_at(unsigned look);

/* From now on dp_publish() fails after `n` more successes; UINT_MAX = never. */
void fake_publish_limit(unsigned n);
/* Only the call after `n` more successes fails. */
void fake_publish_fail_once(unsigned n);
/* Most conns; never more than the configuration's streams, nor than 4095. */
void fake_conn_limit(unsigned n);

/* The record of a conn, for writing what a worker would have counted. */
struct nat_conn *fake_conn(uint32_t conn);

/* Puts an event into the ring. */
void fake_event(const struct nat_event *ev);
/* How often dp_expire() was called. */
unsigned fake_expires(void);
/* Figures that dp_stats_get() gives. */
struct dp_stats *fake_stats(void);

/* The label of a conn. */
const struct dp_label *fake_label(uint32_t conn);
/* A mirror, for writing what workers would have counted; NULL when there is none. */
struct dp_mirror_view *fake_mirror(const char *name);

#endif
