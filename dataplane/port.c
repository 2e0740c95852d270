// Ports: devices by DPDK name, rings sized for the MTU and the locked memory we may have,
// statistics.

#include "plane.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_dev.h>
#include <rte_errno.h>

enum { DEVICE_LEN = 256, RX_RING = 1024, TX_RING = 1024, SOCKETS = 64 };

/* af_packet's own sockets, found among our descriptors: only they know what the kernel dropped. */
static struct {
	int fd;
	unsigned port;
	uint64_t lost;
} sockets[SOCKETS];
static unsigned n_sockets;

/* ---- af_packet ring --------------------------------------------------------------------- */

static bool is_af_packet(const char *device)
{
	return strncmp(device, "net_af_packet", 13) == 0;
}

/* True when the kernel does not count our locked memory: CAP_IPC_LOCK in the first user namespace.
 */
static bool locks_freely(void)
{
	unsigned long long effective = 0, inside = 1, outside = 1, count = 0;
	char line[128];
	FILE *f = fopen("/proc/self/status", "re");

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "CapEff: %llx", &effective);
	if (f)
		fclose(f);
	f = fopen("/proc/self/uid_map", "re");
	if (f && fscanf(f, "%llu %llu %llu", &inside, &outside, &count) != 3)
		count = 0;
	if (f)
		fclose(f);
	return (effective >> CAP_IPC_LOCK & 1) && inside == 0 && outside == 0 &&
	       count == 0xffffffff;
}

/* Frames for each of the rings of all af_packet ports together (each port and queue has two). */
static unsigned ring_frames(unsigned rings, unsigned frame_size)
{
	unsigned frames = 4096;
	struct rlimit lim;

	if (!locks_freely() && getrlimit(RLIMIT_MEMLOCK, &lim) == 0 &&
	    lim.rlim_cur != RLIM_INFINITY) {
		unsigned long long fit = lim.rlim_cur / 10 * 9 / frame_size / rings;

		while (frames > 64 && frames > fit)
			frames /= 2;
	}
	return frames;
}

/* The device string for DPDK: what the user wrote, and for af_packet the ring that fits, unless the
 * user chose one. */
static void device_string(const struct dp_conf *c, const struct dp_port_conf *p, char *out)
{
	unsigned frame = p->mtu > 1800 ? 16384 : 2048, rings = 0;

	snprintf(out, DEVICE_LEN, "%s", p->device);
	if (!is_af_packet(p->device) || strstr(p->device, "framecnt"))
		return;
	for (unsigned i = 0; i < c->n_ports; i++)
		if (is_af_packet(c->ports[i].device))
			rings += 2 * c->workers;
	snprintf(out, DEVICE_LEN, "%s,blocksz=65536,framesz=%u,framecnt=%u,qpairs=%u", p->device,
		 frame, ring_frames(rings, frame), c->workers);
}

static void find_sockets(void)
{
	struct rte_eth_dev_info info;
	struct sockaddr_ll at;

	for (int fd = 0; fd < 1024; fd++) {
		socklen_t len = sizeof(at);

		if (getsockname(fd, (struct sockaddr *)&at, &len) != 0 ||
		    at.sll_family != AF_PACKET)
			continue;
		for (unsigned p = 0; p < dp.n_ports && n_sockets < SOCKETS; p++) {
			if (rte_eth_dev_info_get(dp.ports[p].id, &info) != 0 ||
			    info.if_index != (unsigned)at.sll_ifindex)
				continue;
			sockets[n_sockets].fd = fd;
			sockets[n_sockets++].port = p;
		}
	}
}

/* ---- bring-up --------------------------------------------------------------------------- */

static bool unfinished_checksums(const char *driver)
{
	return strcmp(driver, "net_af_packet") == 0 || strcmp(driver, "net_af_xdp") == 0 ||
	       strcmp(driver, "net_tap") == 0;
}

static int open_device(const struct dp_conf *conf, const struct dp_port_conf *c, uint16_t *id,
		       char *err)
{
	char device[DEVICE_LEN], name[DEVICE_LEN];
	int rc;

	device_string(conf, c, device);
	snprintf(name, sizeof(name), "%s", device);
	name[strcspn(name, ",")] = '\0';
	rc = rte_dev_probe(device);
	if (rc < 0 || rte_eth_dev_get_port_by_name(name, id) != 0) {
		snprintf(err, DP_ERROR_TEXT,
			 "port %s: device \"%s\" does not open (%s): does it exist, is its driver "
			 "installed, and have we CAP_NET_RAW?",
			 c->name, c->device, rc < 0 ? strerror(-rc) : "no Ethernet device");
		return rc < 0 ? rc : -ENODEV;
	}
	return 0;
}

static int set_up_queues(struct dp_port *p, const struct rte_eth_dev_info *info, uint16_t queues)
{
	struct rte_eth_conf ec = {0};
	uint16_t rx = RX_RING, tx = TX_RING;
	int rc;

	ec.rxmode.offloads = info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_CHECKSUM;
	rc = rte_eth_dev_configure(p->id, queues, queues, &ec);
	if (rc == 0)
		rc = rte_eth_dev_adjust_nb_rx_tx_desc(p->id, &rx, &tx);
	for (uint16_t q = 0; q < queues && rc == 0; q++) {
		rc = rte_eth_rx_queue_setup(p->id, q, rx, SOCKET_ID_ANY, NULL, dp.pool);
		if (rc == 0)
			rc = rte_eth_tx_queue_setup(p->id, q, tx, SOCKET_ID_ANY, NULL);
	}
	return rc;
}

static int start_port(const struct dp_conf *conf, unsigned i, char *err)
{
	const struct dp_port_conf *c = &conf->ports[i];
	struct dp_port *p = &dp.ports[i];
	struct rte_eth_dev_info info;
	struct rte_ether_addr mac;
	int rc = open_device(conf, c, &p->id, err);

	if (rc)
		return rc;
	rc = rte_eth_dev_info_get(p->id, &info);
	if (rc == 0 && (info.max_rx_queues < conf->workers || info.max_tx_queues < conf->workers)) {
		snprintf(err, DP_ERROR_TEXT,
			 "port %s: device has %u receive and %u transmit queues, dataplane.workers "
			 "is "
			 "%u: every worker needs one of each",
			 c->name, info.max_rx_queues, info.max_tx_queues, conf->workers);
		return -EINVAL;
	}
	snprintf(p->name, sizeof(p->name), "%s", c->name);
	p->mtu = c->mtu;
	p->queues = (uint16_t)conf->workers;
	if (rc == 0)
		rc = set_up_queues(p, &info, p->queues);
	if (rc == 0 && info.max_mtu && rte_eth_dev_set_mtu(p->id, c->mtu) == -EINVAL)
		rc = -EINVAL; // drivers without the call (ENOTSUP) carry what the ring holds
	if (rc == 0)
		rc = rte_eth_dev_start(p->id);
	if (rc == 0)
		rc = rte_eth_macaddr_get(p->id, &mac);
	if (rc) {
		snprintf(err, DP_ERROR_TEXT, "port %s: device \"%s\" does not start (%s)", c->name,
			 c->device, strerror(-rc));
		return rc;
	}
	rte_eth_allmulticast_enable(p->id); // for Neighbour Solicitations; veth needs none
	memcpy(p->mac, mac.addr_bytes, sizeof(p->mac));
	p->checksum = c->checksum != DP_CHECKSUM_AUTO          ? c->checksum
		      : unfinished_checksums(info.driver_name) ? DP_CHECKSUM_RECOMPUTE
							       : DP_CHECKSUM_UPDATE;
	p->recompute = p->checksum == DP_CHECKSUM_RECOMPUTE;
	return 0;
}

static unsigned mbufs_wanted(const struct dp_conf *c)
{
	unsigned rings = c->n_ports * c->workers * (RX_RING + TX_RING);
	unsigned n = rings + c->workers * (DP_HANDOFF + DP_PORTS * DP_TX_ROOM + 512);

	return c->mbufs ? c->mbufs : n < 8191 ? 8191 : n;
}

int dp_ports_start(const struct dp_conf *conf, char err[DP_ERROR_TEXT])
{
	unsigned mtu = 1500;
	int rc;

	for (unsigned i = 0; i < conf->n_ports; i++)
		mtu = conf->ports[i].mtu > mtu ? conf->ports[i].mtu : mtu;
	dp.pool = rte_pktmbuf_pool_create(
		"packets", mbufs_wanted(conf), 256, 0,
		(uint16_t)(RTE_PKTMBUF_HEADROOM + RTE_ALIGN(mtu + 64, 1024)), SOCKET_ID_ANY);
	if (!dp.pool) {
		snprintf(err, DP_ERROR_TEXT,
			 "no memory for %u packets: lower dataplane.mbufs or add memory (%s)",
			 mbufs_wanted(conf), rte_strerror(rte_errno));
		return -ENOMEM;
	}
	for (unsigned i = 0; i < conf->n_ports; i++) {
		memset(dp.ports[i].realm_of_vlan, 0xff, sizeof(dp.ports[i].realm_of_vlan));
		rc = start_port(conf, i, err);
		if (rc)
			return rc;
		dp.n_ports = i + 1;
	}
	find_sockets();
	return 0;
}

void dp_ports_stop(void)
{
	for (unsigned i = 0; i < dp.n_ports; i++) {
		rte_eth_dev_stop(dp.ports[i].id);
		rte_eth_dev_close(dp.ports[i].id);
	}
	dp.n_ports = n_sockets = 0;
}

/* ---- statistics ------------------------------------------------------------------------- */

/* The kernel clears its figures when they are read. */
static uint64_t ring_losses(unsigned port)
{
	uint64_t lost = 0;

	for (unsigned i = 0; i < n_sockets; i++) {
		struct tpacket_stats st;
		socklen_t len = sizeof(st);

		if (sockets[i].port != port)
			continue;
		if (getsockopt(sockets[i].fd, SOL_PACKET, PACKET_STATISTICS, &st, &len) == 0)
			sockets[i].lost += st.tp_drops;
		lost += sockets[i].lost;
	}
	return lost;
}

void dp_port_stats(unsigned port, struct dp_port_stats *stats)
{
	const struct dp_port *p = &dp.ports[port];
	struct rte_eth_stats es = {0};
	struct rte_eth_link link = {0};

	rte_eth_stats_get(p->id, &es);
	rte_eth_link_get_nowait(p->id, &link);
	memcpy(stats->name, p->name, sizeof(stats->name));
	memcpy(stats->mac, p->mac, sizeof(stats->mac));
	stats->rx_pkts = es.ipackets;
	stats->rx_bytes = es.ibytes;
	stats->tx_pkts = es.opackets;
	stats->tx_bytes = es.obytes;
	stats->missed = es.imissed + es.rx_nombuf + ring_losses(port);
	stats->link_up = link.link_status == RTE_ETH_LINK_UP;
	stats->checksum = p->checksum;
}
