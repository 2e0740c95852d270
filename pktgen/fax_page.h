// Fax pages as TIFF files: draw a test page, hash what a page shows.
#ifndef PG_FAX_PAGE_H
#define PG_FAX_PAGE_H

#include <stdbool.h>

/* Draws one page of 1728 x 216 dots at standard fax resolution into a TIFF file. `seed` changes the
 * pattern. Returns 0 or -EIO. */
int pg_fax_page_draw(const char *file, unsigned seed);

/* SHA-256 of the raster of all pages (size of each, then its rows, black = 1), whatever compression
 * and photometric interpretation the file uses. sha256 gets 64 digits and a NUL. Returns the number
 * of pages, or -EIO when it is no readable bilevel TIFF file. */
int pg_fax_page_hash(const char *file, char sha256[65]);

#endif
