// A node between two Ethernet interfaces that tags what goes one way and untags what comes back;
// for kernels without 802.1Q. usage: vlan_node UNTAGGED-INTERFACE TAGGED-INTERFACE VLAN-ID Spec:
// IEEE 802.1Q 9.6 (tag)
//
// Frames without the right tag are not let back. The kernel takes the tag off before a packet
// socket sees the frame and tells it beside the data (PACKET_AUXDATA); on the way out it lies in
// the frame.
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FRAME = 65536, MACS = 12, TAG = 4, VID_MASK = 0xfff };

// A packet socket on one interface, for all protocols; -1 with a message.
static int open_interface(const char *name)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(ETH_P_ALL),
				 .sll_ifindex = (int)if_nametoindex(name)};
	struct packet_mreq all = {.mr_ifindex = at.sll_ifindex, .mr_type = PACKET_MR_PROMISC};
	int on = 1, fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));

	if (fd >= 0 && at.sll_ifindex && !bind(fd, (struct sockaddr *)&at, sizeof(at)) &&
	    !setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) &&
	    !setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) &&
	    !setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)))
		return fd;
	fprintf(stderr, "vlan_node: %s: %s\n", name, strerror(errno));
	return -1;
}

// Receives one frame; *tci is its tag, 0 without one. Returns its length, 0 when there is none.
static size_t receive(int fd, uint8_t *frame, size_t size, unsigned *tci)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} control;
	struct iovec data = {frame, size};
	struct msghdr m = {.msg_iov = &data,
			   .msg_iovlen = 1,
			   .msg_control = &control,
			   .msg_controllen = sizeof(control)};
	ssize_t len = recvmsg(fd, &m, MSG_DONTWAIT);

	*tci = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); len > 0 && c; c = CMSG_NXTHDR(&m, c)) {
		struct tpacket_auxdata aux;

		if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		if (aux.tp_status & TP_STATUS_VLAN_VALID)
			*tci = aux.tp_vlan_tci;
	}
	return len > MACS ? (size_t)len : 0;
}

static void forward(int from, int to, unsigned vid, bool tagging)
{
	static uint8_t frame[TAG + FRAME]; // room in front for the tag
	unsigned tci;
	size_t len;

	while ((len = receive(from, frame + TAG, FRAME, &tci))) {
		uint8_t *start = frame + TAG;

		if (tagging) {
			start = frame;
			memmove(frame, frame + TAG, MACS);
			frame[MACS] = 0x81;
			frame[MACS + 1] = 0;
			frame[MACS + 2] = (uint8_t)(vid >> 8);
			frame[MACS + 3] = (uint8_t)vid;
			len += TAG;
		} else if ((tci & VID_MASK) != vid) {
			continue;
		}
		if (send(to, start, len, 0) < 0)
			fprintf(stderr, "vlan_node: send of %zu bytes: %s\n", len, strerror(errno));
	}
}

int main(int argc, char **argv)
{
	unsigned vid = argc == 4 ? (unsigned)atoi(argv[3]) : 0;
	struct pollfd fds[2];

	if (vid < 1 || vid > 4094) {
		fprintf(stderr, "usage: vlan_node UNTAGGED-INTERFACE TAGGED-INTERFACE VLAN-ID\n");
		return 2;
	}
	for (int i = 0; i < 2; i++) {
		fds[i] = (struct pollfd){.fd = open_interface(argv[1 + i]), .events = POLLIN};
		if (fds[i].fd < 0)
			return 1;
	}
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return 1;
		forward(fds[0].fd, fds[1].fd, vid, true);
		forward(fds[1].fd, fds[0].fd, vid, false);
	}
}
