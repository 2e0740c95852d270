// trgwctl observe: what the gateway's observers make of a capture file.
#ifndef CTL_OBSERVE_H
#define CTL_OBSERVE_H

#include <stdbool.h>
#include <stdio.h>

#include "../nat/input.h"
#include "../nat/watch.h"

enum { CTL_CERTS = 4 }; // certificates that are remembered of each side

/* A TCP connection or a UDP flow. Side A sent the first packet that was seen. */
struct ctl_conn {
	struct ctl_conn *next, *chain; // in order of appearance; same place in the table
	struct nat_ep ep[2];
	struct nat_conn tcp;
	struct nat_watch watch;
	uint64_t first_ns, hello_ns, up_ns; // 0 = did not happen
	uint64_t pkts[2], bytes[2];         // bytes: payload
	uint8_t cert[2][CTL_CERTS][32];     // SHA-256
	uint8_t n_certs[2];
	uint8_t tcp_end; // enum nat_cause, NAT_CAUSE_NONE while it is open
	uint8_t tcp_side;
	bool opened; // its SYN was seen
	bool middle; // TCP joined in its middle
};

/* All of a capture. */
struct ctl_observed {
	struct ctl_conn *first, *last;
	struct ctl_conn **slots;
	struct nat_bufs bufs;
	void *mem;
	uint64_t frames, skipped[NAT_REASONS]; // frames that the gateway would not carry
};

/* `trgwctl observe FILE [--json]`: words begin behind "observe". Returns the exit status. */
int ctl_observe(int n, char **words, bool json);

/* Reads a capture into *o; 0, or -1 after saying why on stderr. What was read before an error
 * stays. ctl_observed_free() in any case. */
int ctl_observe_file(struct ctl_observed *o, const char *path);
void ctl_observed_free(struct ctl_observed *o);

/* ctl_observe_print.c */
void ctl_observe_text(const struct ctl_observed *o, FILE *out);
void ctl_observe_json(const struct ctl_observed *o, FILE *out);

#endif
