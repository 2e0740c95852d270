// trgwctl ix check: decodes, checks and converts H.248 messages without a running daemon.
#ifndef CTL_IX_CHECK_H
#define CTL_IX_CHECK_H

#include <stddef.h>
#include <stdio.h>

#include "../ix/ber.h"

/* argv[0] is "ix". Results to out, complaints to err. Exit status: 0 every message is right, 1 not,
 * 2 a file cannot be read or the arguments are wrong. */
int ctl_ix(int argc, char **argv, FILE *out, FILE *err);

/* Is it a capture that libpcap reads? */
bool ctl_ix_is_capture(const void *bytes, size_t len);

/* Calls found() for the payload of each UDP packet from or to port 2944 or 2945; n counts the
 * packets of the capture from 1. Returns the number of fragments, which are passed over, or -1 with
 * a text in why when the capture cannot be read. */
typedef void ctl_ix_found(void *user, unsigned n, const void *payload, size_t len);
int ctl_ix_capture(const void *bytes, size_t len, ctl_ix_found *found, void *user, char *why,
		   size_t size);

/* Prints the form of a message, a line for each part, indented by depth. */
void ctl_ix_tree(FILE *out, const struct ix_msg *msg);

#endif
