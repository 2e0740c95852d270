// UDPTL: numbers T.38 packets, repeats earlier ones, and recovers what was lost.
// Spec: ITU-T T.38 9.1 and Annex A, X.691 10.9 (length determinants)
#include "udptl.h"

#include <errno.h>
#include <string.h>

// Bit 8 of the error recovery octet: a CHOICE index, the rest is padding.
enum { RECOVERY_SECONDARY = 0x00, RECOVERY_FEC = 0x80, RESYNC_GAP = 256 };

// --- building ---

static size_t length_size(size_t len)
{
	return len < 128 ? 1 : 2;
}

static size_t put_packet(uint8_t *to, const uint8_t *ifp, size_t len)
{
	size_t at = 0;

	if (len >= 128)
		to[at++] = (uint8_t)(0x80 | len >> 8);
	to[at++] = (uint8_t)len;
	memcpy(to + at, ifp, len);
	return at + len;
}

static void keep(struct pg_udptl_tx *tx, const uint8_t *ifp, size_t len)
{
	memmove(&tx->past[1], &tx->past[0], sizeof(tx->past) - sizeof(tx->past[0]));
	memcpy(tx->past[0].bytes, ifp, len);
	tx->past[0].len = (unsigned)len;
	if (tx->kept < PG_UDPTL_REDUNDANCY)
		tx->kept++;
}

size_t pg_udptl_build(struct pg_udptl_tx *tx, const uint8_t *ifp, size_t len, uint8_t *buf,
		      size_t room)
{
	size_t at = 2, n_at;

	if (!len || len > PG_UDPTL_IFP_MAX || 2 + length_size(len) + len + 2 > room)
		return 0;
	buf[0] = (uint8_t)(tx->seq >> 8);
	buf[1] = (uint8_t)tx->seq;
	at += put_packet(buf + at, ifp, len);
	buf[at++] = RECOVERY_SECONDARY;
	n_at = at++;
	buf[n_at] = 0;
	for (unsigned i = 0; i < tx->kept; i++) {
		size_t past = tx->past[i].len;

		if (length_size(past) + past > room - at)
			break;
		at += put_packet(buf + at, tx->past[i].bytes, past);
		buf[n_at]++;
	}
	keep(tx, ifp, len);
	tx->seq++;
	return at;
}

// --- reading ---

struct cursor {
	const uint8_t *at, *end;
};

struct piece {
	const uint8_t *bytes;
	size_t len;
};

static bool get_length(struct cursor *c, size_t *len)
{
	if (c->end - c->at < 1)
		return false;
	*len = *c->at++;
	if (*len < 0x80)
		return true;
	// 0xc0 and above are fragments of 16K, which no datagram holds.
	if (*len >= 0xc0 || c->end - c->at < 1)
		return false;
	*len = (*len & 0x3f) << 8 | *c->at++;
	return true;
}

static bool get_piece(struct cursor *c, struct piece *p)
{
	if (!get_length(c, &p->len) || p->len > (size_t)(c->end - c->at))
		return false;
	p->bytes = c->at;
	c->at += p->len;
	return true;
}

static bool get_secondaries(struct cursor *c, struct piece *list, size_t *n)
{
	if (!get_length(c, n) || *n > PG_UDPTL_SECONDARIES)
		return false;
	for (size_t i = 0; i < *n; i++)
		if (!get_piece(c, &list[i]))
			return false;
	return true;
}

// fec-npackets and fec-data, both skipped.
static bool skip_fec(struct cursor *c)
{
	struct piece p;
	size_t n;

	if (!get_piece(c, &p) || !get_length(c, &n))
		return false;
	while (n--)
		if (!get_piece(c, &p))
			return false;
	return true;
}

int pg_udptl_input(struct pg_udptl_rx *rx, const uint8_t *bytes, size_t len,
		   void (*deliver)(void *arg, const uint8_t *ifp, size_t len, uint16_t seq),
		   void *arg)
{
	struct cursor c = {bytes, bytes + len};
	struct piece primary, past[PG_UDPTL_SECONDARIES];
	size_t n = 0;
	uint16_t seq;
	int gap;
	bool fec;

	if (len < 2)
		return -EPROTO;
	seq = (uint16_t)(bytes[0] << 8 | bytes[1]);
	c.at += 2;
	if (!get_piece(&c, &primary) || c.at == c.end)
		return -EPROTO;
	fec = *c.at++ & RECOVERY_FEC;
	if (!(fec ? skip_fec(&c) : get_secondaries(&c, past, &n)) || c.at != c.end)
		return -EPROTO;
	rx->received++;
	gap = (int16_t)(seq - rx->expected);
	// Numbers begin at 0; a peer that begins elsewhere is followed.
	if (!rx->begun && (gap < 0 || gap > RESYNC_GAP))
		gap = 0;
	rx->begun = true;
	if (gap < 0) {
		rx->repeated++;
		return 0;
	}
	for (int back = gap; back > 0; back--) {
		if ((size_t)back > n || !past[back - 1].len) {
			rx->lost++;
			continue;
		}
		rx->recovered++;
		deliver(arg, past[back - 1].bytes, past[back - 1].len, (uint16_t)(seq - back));
	}
	if (primary.len)
		deliver(arg, primary.bytes, primary.len, seq);
	rx->expected = (uint16_t)(seq + 1);
	return 0;
}
