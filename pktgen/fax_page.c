// Fax pages as TIFF files: draw a test page, hash what a page shows.
// Spec: TIFF 6.0, T.4 (1728 dots a row, 204 x 98 dots per inch)
#include "fax_page.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <tiffio.h>

enum { WIDTH = 1728, ROWS = 216, BORDER = 8, SIDE_MAX = 16384 };

// A frame, diagonals that move with the seed, and blocks: long and short runs, so that every branch
// of a run-length code is used.
static bool black(unsigned x, unsigned y, unsigned seed)
{
	if (x < BORDER || x >= WIDTH - BORDER || y < BORDER || y >= ROWS - BORDER)
		return true;
	if (y < ROWS / 2)
		return (x + 3 * y + seed) % 97 < 5;
	return ((x / 64 + y / 16 + seed) % 3 == 0) != ((x * y + seed) % 251 == 0);
}

int pg_fax_page_draw(const char *file, unsigned seed)
{
	TIFF *tif = TIFFOpen(file, "w");
	uint8_t row[WIDTH / 8];
	bool ok = tif != NULL;

	if (!ok)
		return -EIO;
	TIFFSetField(tif, TIFFTAG_IMAGEWIDTH, WIDTH);
	TIFFSetField(tif, TIFFTAG_IMAGELENGTH, ROWS);
	TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, 1);
	TIFFSetField(tif, TIFFTAG_SAMPLESPERPIXEL, 1);
	TIFFSetField(tif, TIFFTAG_COMPRESSION, COMPRESSION_CCITT_T6);
	TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE);
	TIFFSetField(tif, TIFFTAG_FILLORDER, FILLORDER_LSB2MSB);
	TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, ROWS);
	TIFFSetField(tif, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
	TIFFSetField(tif, TIFFTAG_XRESOLUTION, 204.0);
	TIFFSetField(tif, TIFFTAG_YRESOLUTION, 98.0);
	for (unsigned y = 0; ok && y < ROWS; y++) {
		memset(row, 0, sizeof(row));
		for (unsigned x = 0; x < WIDTH; x++)
			if (black(x, y, seed))
				row[x / 8] |= (uint8_t)(0x80 >> x % 8);
		ok = TIFFWriteScanline(tif, row, y, 0) == 1;
	}
	TIFFClose(tif);
	return ok ? 0 : -EIO;
}

static bool hash_page(TIFF *tif, EVP_MD_CTX *hash)
{
	uint32_t width = 0, rows = 0;
	uint16_t photometric = PHOTOMETRIC_MINISWHITE, bits = 0;
	uint8_t row[SIDE_MAX / 8];
	size_t bytes;

	TIFFGetField(tif, TIFFTAG_IMAGEWIDTH, &width);
	TIFFGetField(tif, TIFFTAG_IMAGELENGTH, &rows);
	TIFFGetFieldDefaulted(tif, TIFFTAG_BITSPERSAMPLE, &bits);
	TIFFGetField(tif, TIFFTAG_PHOTOMETRIC, &photometric);
	bytes = (width + 7) / 8;
	if (!width || !rows || width > SIDE_MAX || rows > SIDE_MAX || bits != 1 ||
	    (size_t)TIFFScanlineSize(tif) > sizeof(row) || (size_t)TIFFScanlineSize(tif) < bytes)
		return false;
	EVP_DigestUpdate(hash, (uint32_t[]){width, rows}, 2 * sizeof(uint32_t));
	for (uint32_t y = 0; y < rows; y++) {
		memset(row, 0, sizeof(row));
		if (TIFFReadScanline(tif, row, y, 0) != 1)
			return false;
		for (size_t i = 0; photometric == PHOTOMETRIC_MINISBLACK && i < bytes; i++)
			row[i] = (uint8_t)~row[i];
		// What lies beyond the last dot is no picture.
		if (width % 8)
			row[bytes - 1] &= (uint8_t)(0xff00 >> width % 8);
		EVP_DigestUpdate(hash, row, bytes);
	}
	return true;
}

int pg_fax_page_hash(const char *file, char sha256[65])
{
	TIFF *tif = TIFFOpen(file, "r");
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	int pages = 0;
	bool ok = tif && hash && EVP_DigestInit_ex(hash, EVP_sha256(), NULL);

	while (ok) {
		ok = hash_page(tif, hash);
		pages += ok;
		if (!TIFFReadDirectory(tif))
			break;
	}
	ok = ok && EVP_DigestFinal_ex(hash, digest, &len) == 1;
	for (unsigned i = 0; ok && i < len; i++)
		sprintf(sha256 + 2 * i, "%02x", digest[i]);
	EVP_MD_CTX_free(hash);
	if (tif)
		TIFFClose(tif);
	return ok ? pages : -EIO;
}
