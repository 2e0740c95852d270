// The sink that sends copies out of a port of their own: frames as they are, with a tag if wished.
#include "plane.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "mirror_encap.h"

enum { POOL = 1023, QUEUE = 0 };

/* No worker sends by such a port, so its queue 0 is free; the lock is for a second mirror. Packets
 * come from a pool of their own: a sink thread that loses its core must not hold up a worker. */
static struct {
	pthread_mutex_t lock;
	struct rte_mempool *pool;
} ways[DP_PORTS] = {[0 ... DP_PORTS - 1] = {.lock = PTHREAD_MUTEX_INITIALIZER}};

int dp_mirror_port_open(struct dp_mirror_port *mp, const struct dp_mirror_conf *conf,
			char err[DP_ERROR_TEXT])
{
	char name[32];

	for (unsigned i = 0; i < dp.n_realms; i++) {
		if (dp.realms[i].port == conf->port) {
			snprintf(err, DP_ERROR_TEXT, "mirror %s: port %s belongs to realm %s",
				 conf->name, dp.ports[conf->port].name, dp.realms[i].name);
			return -EINVAL;
		}
	}
	*mp = (struct dp_mirror_port){conf->port, conf->vlan};
	if (ways[mp->port].pool)
		return 0;
	snprintf(name, sizeof(name), "mirror%u", mp->port);
	ways[mp->port].pool = rte_pktmbuf_pool_create(
		name, POOL, 0, 0, rte_pktmbuf_data_room_size(dp.pool), SOCKET_ID_ANY);
	if (ways[mp->port].pool)
		return 0;
	snprintf(err, DP_ERROR_TEXT, "mirror %s: no memory for its packets", conf->name);
	return -ENOMEM;
}

int dp_mirror_port_send(void *mirror_port, const uint8_t *frame, size_t len)
{
	const struct dp_mirror_port *mp = mirror_port;
	struct rte_mbuf *m = rte_pktmbuf_alloc(ways[mp->port].pool);
	size_t room = len + (mp->vlan ? DP_VLAN_TAG : 0);
	uint16_t sent;

	if (!m)
		return -EAGAIN;
	if (room > rte_pktmbuf_tailroom(m)) {
		rte_pktmbuf_free(m);
		return -EMSGSIZE;
	}
	if (mp->vlan)
		room = dp_encap_vlan(rte_pktmbuf_mtod(m, uint8_t *), frame, len, mp->vlan);
	else
		memcpy(rte_pktmbuf_mtod(m, uint8_t *), frame, len);
	m->data_len = (uint16_t)room;
	m->pkt_len = m->data_len;
	pthread_mutex_lock(&ways[mp->port].lock);
	sent = rte_eth_tx_burst(dp.ports[mp->port].id, QUEUE, &m, 1);
	pthread_mutex_unlock(&ways[mp->port].lock);
	if (!sent)
		rte_pktmbuf_free(m);
	return sent ? 0 : -EAGAIN;
}
