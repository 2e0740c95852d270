// Cuts a TCP stream into the datagrams that it carries.
// Spec: RFC 4571 section 2
#include "framed.h"

#include <string.h>

void nat_framed_init(struct nat_framed *f, struct nat_bufs *bufs, bool follow)
{
	memset(f->dir, 0, sizeof(f->dir));
	nat_dtls_init(&f->dtls, bufs, follow);
	f->dtls.hs.facts.flags |= NAT_TLS_F_FRAMED;
}

static void drop_buffer(struct nat_framed *f, struct nat_framed_dir *d)
{
	nat_bufs_put(f->dtls.hs.bufs, d->buf);
	d->buf = 0;
}

void nat_framed_fini(struct nat_framed *f)
{
	drop_buffer(f, &f->dir[NAT_A]);
	drop_buffer(f, &f->dir[NAT_B]);
	nat_dtls_fini(&f->dtls);
}

static void no_room(struct nat_framed *f, struct nat_framed_dir *d, enum nat_tls_why why)
{
	d->skip = true;
	nat_dtls_lost(&f->dtls, why);
}

static void length_byte(struct nat_framed *f, struct nat_framed_dir *d, uint8_t byte)
{
	if (d->n_len++ == 0) {
		d->hi = byte;
		return;
	}
	d->n_len = 0;
	d->len = d->left = (uint16_t)(d->hi << 8 | byte);
	d->skip = false;
	if (d->len > NAT_BUF_LARGE) // larger than any DTLS record
		no_room(f, d, NAT_TLS_WHY_TOO_LONG);
}

static void frame_bytes(struct nat_framed *f, enum nat_side side, const uint8_t *data, uint32_t n)
{
	struct nat_framed_dir *d = &f->dir[side];
	uint32_t have = (uint32_t)d->len - d->left;

	if (have == 0 && !d->skip) {
		d->skip = nat_dtls_quiet(&f->dtls, data[0]);
		if (!d->skip && n < d->len && !(d->buf = nat_bufs_get(f->dtls.hs.bufs, d->len)))
			no_room(f, d, NAT_TLS_WHY_NO_BUFFER);
	}
	if (d->buf)
		memcpy(nat_bufs_at(f->dtls.hs.bufs, d->buf) + have, data, n);
	d->left = (uint16_t)(d->left - n);
	if (d->left == 0 && !d->skip)
		nat_dtls_datagram(&f->dtls, side,
				  d->buf ? nat_bufs_at(f->dtls.hs.bufs, d->buf) : data, d->len);
	if (d->left == 0)
		drop_buffer(f, d);
}

void nat_framed_bytes(struct nat_framed *f, enum nat_side side, const uint8_t *data, uint32_t len)
{
	struct nat_framed_dir *d = &f->dir[side];
	uint32_t n;

	while (len > 0) {
		n = 1;
		if (d->left) {
			n = len < d->left ? len : d->left;
			frame_bytes(f, side, data, n);
		} else {
			length_byte(f, d, *data);
		}
		data += n;
		len -= n;
	}
}
