// Compiles a mirror's filter with libpcap; and checks one before there is a data plane.
#include "mirror_filter.h"

#include <errno.h>
#include <stdio.h>

#include <pcap/pcap.h>

#include "dp.h"

int dp_filter_compile(const char *filter, struct bpf_program *prog, char *err)
{
	pcap_t *p = pcap_open_dead(DLT_EN10MB, 65535);
	int rc = 0;

	if (!p) {
		snprintf(err, DP_ERROR_TEXT, "out of memory");
		return -ENOMEM;
	}
	if (pcap_compile(p, prog, filter, 1, PCAP_NETMASK_UNKNOWN) < 0) {
		snprintf(err, DP_ERROR_TEXT, "%.200s", pcap_geterr(p));
		rc = -EINVAL;
	}
	pcap_close(p);
	return rc;
}

int dp_mirror_filter_check(const char *filter, char err[DP_ERROR_TEXT])
{
	struct bpf_program prog;
	int rc = dp_filter_compile(filter, &prog, err);

	if (rc == 0)
		pcap_freecode(&prog);
	return rc;
}
