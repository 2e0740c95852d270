// Packets out of a capture file, whatever link they were taken from, as Ethernet frames.
#ifndef CTL_CAPTURE_H
#define CTL_CAPTURE_H

#include <stdint.h>

struct ctl_capture;

/* Opens a pcap or pcapng file. NULL: *error holds a text that lives until the next call. */
struct ctl_capture *ctl_capture_open(const char *path, const char **error);
void ctl_capture_close(struct ctl_capture *c);

struct ctl_frame {
	uint8_t *data; // valid until the next call
	uint32_t len;
	uint64_t ns; // time stamp
};

/* The next frame: 1; 0 at the end; -1 when the file is damaged, with *error set. Frames of links
 * other than Ethernet get an Ethernet header, so that one parser is enough. */
int ctl_capture_next(struct ctl_capture *c, struct ctl_frame *frame, const char **error);

#endif
