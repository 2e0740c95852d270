// Reads a message identifier in place; the rest of its functions stand in ix.h.
// Spec: H.248.1 Annex B.2 (mId)
#ifndef IX_MID_H
#define IX_MID_H

#include "ix.h"

/* Reads a mId at *p and moves *p behind it; slices point into the text. False when malformed: *p
 * and *mid are then undefined. */
bool ix_mid_read(const char **p, const char *end, struct ix_mid *mid);

#endif
