// Compiles a mirror's filter with libpcap.
#ifndef DP_MIRROR_FILTER_H
#define DP_MIRROR_FILTER_H

struct bpf_program;

/* Compiles tcpdump's language for Ethernet frames. prog: to be freed with pcap_freecode(). -EINVAL
 * with libpcap's words in err (DP_ERROR_TEXT bytes). Not in a worker. */
int dp_filter_compile(const char *filter, struct bpf_program *prog, char *err);

#endif
