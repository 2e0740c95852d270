// What becomes of a packet, and every reason for which one is dropped. The table below is the only
// place where a reason is named: counters, metrics, logs and docs/troubleshooting.md come from it.
#ifndef NAT_VERDICT_H
#define NAT_VERDICT_H

enum nat_verdict {
	NAT_FORWARD, // rewritten, to be sent to the flow's neighbour
	NAT_LOCAL,   // for ourselves: ARP, Neighbour Discovery, echo
	NAT_DROP,    // the reason stands in nat_pkt.reason
};

/* X(symbol, name, text): name is the metric label; text says what happened and what to do. */
#define NAT_DROP_REASONS(X)                                                                        \
	X(RUNT, "runt", "frame shorter than its headers; check the cable, driver or sender")       \
	X(FRAME_CUT, "frame_cut",                                                                  \
	  "IP length beyond the frame: TSO, GSO or jumbo frames from a host behind veth; switch "  \
	  "them off there (ethtool -K DEV tso off gso off gro off) or raise the port's mtu")       \
	X(SEGMENTED, "segmented", "frame over several buffers; raise the port's mtu")              \
	X(VLAN_UNKNOWN, "vlan_unknown", "VLAN id that no realm of this port has")                  \
	X(ETHERTYPE, "ethertype", "neither IPv4, IPv6 nor ARP")                                    \
	X(NOT_OUR_MAC, "not_our_mac", "unicast frame for another station")                         \
	X(BAD_IP, "bad_ip",                                                                        \
	  "IP header that contradicts itself: version, length, checksum, source")                  \
	X(IP_OPTIONS, "ip_options", "IPv4 options or IPv6 extension headers")                      \
	X(FRAGMENT, "fragment", "IP fragment; reassembly is not configured")                       \
	X(TTL, "ttl", "TTL or hop limit used up: look for a routing loop")                         \
	X(PROTO, "proto", "IP protocol other than TCP, UDP, ICMP")                                 \
	X(BAD_L4, "bad_l4", "TCP, UDP or ICMP header that contradicts itself")                     \
	X(BAD_CHECKSUM, "bad_checksum",                                                            \
	  "wrong checksum: damage on the way, or port checksum mode")                              \
	X(NOT_OURS, "not_ours", "destination is no address of this realm")                         \
	X(NO_FLOW, "no_flow",                                                                      \
	  "no call holds this port: late packet or a scan; no answer is given")                    \
	X(GATE_CLOSED, "gate_closed", "stream mode forbids this direction (Inactive, SendOnly..)") \
	X(NO_REMOTE, "no_remote", "Remote of the other side not known yet, or never routable")     \
	X(FAMILY, "family", "packet of another IP version or protocol than its call's")            \
	X(BAD_SOURCE, "bad_source",                                                                \
	  "source is not the call's Remote: spoofed, or an unannounced NAT")                       \
	X(TCP_FLAGS, "tcp_flags", "TCP flags that mean nothing together")                          \
	X(TCP_ROLE, "tcp_role", "connection opened from the side that must wait (a=setup)")        \
	X(TCP_NO_CONN, "tcp_no_conn", "TCP segment outside a connection")                          \
	X(TCP_RST_WINDOW, "tcp_rst_window", "RST outside the window: blind reset attack")          \
	X(TOO_BIG, "too_big",                                                                      \
	  "packet larger than the MTU of the way out; switch TSO/GSO off at the sender")           \
	X(ICMP, "icmp", "ICMP that is no echo to us and no error about a live flow")               \
	X(ICMP_RATE, "icmp_rate", "echo requests beyond the rate limit")                           \
	X(BAD_NEIGH, "bad_neigh", "ARP or Neighbour Discovery message that is not valid")          \
	X(NEIGH_WAIT, "neigh_wait", "next hop not resolved yet and its waiting room full")         \
	X(NEIGH_FAILED, "neigh_failed", "next hop does not answer ARP or Neighbour Discovery")     \
	X(NO_BUFFER, "no_buffer", "packet pool empty; raise dataplane.mbufs")                      \
	X(TX_FULL, "tx_full", "transmit ring full: the way out is slower than the way in")         \
	X(HANDOFF_FULL, "handoff_full", "owner worker's ring full: overload of one worker")

enum nat_reason {
#define X(sym, name, text) NAT_R_##sym,
	NAT_DROP_REASONS(X)
#undef X
		NAT_REASONS
};

/* Metric label and explanation of a reason; "unknown" outside the range. */
const char *nat_reason_name(enum nat_reason reason);
const char *nat_reason_text(enum nat_reason reason);

#endif
