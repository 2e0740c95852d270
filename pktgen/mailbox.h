// The SDP mailbox: a folder through which endpoints and the IBCF hand each other whole files.
//
// A call has one folder. The offerer writes offer.a and reads answer.a, the answerer reads offer.b
// and writes answer.b, the IBCF rewrites offer.a into offer.b and answer.b into answer.a; endpoints
// leave result.a and result.b, the IBCF leaves ibcf. A file is never seen half written.
#ifndef PG_MAILBOX_H
#define PG_MAILBOX_H

#include <stddef.h>

/* Largest file that a reader accepts, bytes. */
enum { PG_MAILBOX_MAX = 1 << 20 };

/* Writes DIR/NAME under a temporary name and renames it, so a reader sees nothing or all of it. An
 * older file of that name is replaced. The folder must exist. Returns 0 or -errno; then nothing is
 * left. */
int pg_mailbox_write(const char *dir, const char *name, const void *bytes, size_t len);

/* Reads DIR/NAME if it is there. On success returns 0 and *text is malloc'd and NUL-terminated, its
 * length (without the NUL) in *len when len is not NULL. -ENOENT: not there yet (also when the
 * folder is not); -EFBIG: larger than PG_MAILBOX_MAX; else -errno. */
int pg_mailbox_read(const char *dir, const char *name, char **text, size_t *len);

/* Like pg_mailbox_read, but polls every 20 ms until the file is there or timeout_ms have passed
 * (-ETIMEDOUT). Blocks: for endpoints, not for an event loop. */
int pg_mailbox_wait(const char *dir, const char *name, unsigned timeout_ms, char **text,
		    size_t *len);

#endif
