// A T.38 fax terminal: spandsp's T.30 engine between a TIFF file and IFP packets.
// Spec: ITU-T T.30, T.38
#ifndef PG_T38_H
#define PG_T38_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pg_fax;

/* What the terminal wants sent: one IFP packet, `copies` times under one sequence number. */
typedef void pg_fax_output(void *arg, const uint8_t *ifp, size_t len, unsigned copies);

/* The caller sends `file`, the called terminal writes it. NULL when memory is short. */
struct pg_fax *pg_fax_new(bool caller, const char *file, pg_fax_output *output, void *arg);
void pg_fax_free(struct pg_fax *fax);

/* A packet from the peer, under its UDPTL sequence number. */
void pg_fax_input(struct pg_fax *fax, const uint8_t *ifp, size_t len, uint16_t seq);

/* Time passes: to be called every 20 ms of real time. */
void pg_fax_tick(struct pg_fax *fax);

/* What has happened since the last call, for progress lines: a text, or NULL. */
const char *pg_fax_news(struct pg_fax *fax);

/* True once the fax call is over; then *ok and *text say how it went, and *pages how many pages
 * were sent or received. */
bool pg_fax_over(const struct pg_fax *fax, bool *ok, const char **text, int *pages);

#endif
