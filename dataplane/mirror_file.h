// A capture file on disk: rotated by size and age, all files together within a budget.
//
// Without rotation there is one file, PATH. With it, files are called PATH with a number before its
// ".pcapng": calls-000001.pcapng, and so on, going on from what lies there. No DPDK types.
#ifndef DP_MIRROR_FILE_H
#define DP_MIRROR_FILE_H

#include <stddef.h>
#include <stdint.h>

struct dp_file {
	const char *path;
	uint64_t rotate_bytes, rotate_s, budget_bytes; // 0 = without
	const void *head;                              // what every file begins with
	size_t head_len;
	// private
	int fd; // -1: none open
	uint64_t size, opened_s, tried_s;
	unsigned long number; // of the file last opened
};

/* The fields above "private" are set by the caller and stay valid; opens nothing. */
void dp_file_init(struct dp_file *file);

/* Appends all of it, opening or rotating before as needed; or nothing: a negative errno, and the
 * file ends where it ended. -EDQUOT: the only file has reached the budget. With rotation the oldest
 * files are removed to keep the budget. A file that could not be opened is tried again after a
 * second. now_s: any clock that does not run backwards. */
int dp_file_write(struct dp_file *file, const void *bytes, size_t len, uint64_t now_s);

void dp_file_close(struct dp_file *file);

#endif
