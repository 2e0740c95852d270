// Fuzzes what the endpoints read from a peer: the first byte picks MSRP, BFCP, UDPTL or SDP.
#include "../../pktgen/bfcp.h"
#include "../../pktgen/msrp.h"
#include "../../pktgen/offer.h"
#include "../../pktgen/udptl.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Feeds in pieces of `step` bytes. Every piece handed out must lie in the reader's buffer, and
// every round must end.
static void msrp(const uint8_t *data, size_t size, size_t step)
{
	struct pg_msrp_reader *r = malloc(sizeof(*r));
	size_t fed = 0, body = 0, room, n;
	uint8_t *to;

	if (!r)
		return;
	pg_msrp_reader_init(r);
	for (;;) {
		enum pg_msrp_event event = pg_msrp_next(r);

		if (event == PG_MSRP_BAD)
			break;
		if (event == PG_MSRP_BODY) {
			if (!r->body_len || r->body < r->buf ||
			    r->body + r->body_len > r->buf + sizeof(r->buf))
				abort();
			body += r->body_len;
		}
		if (event != PG_MSRP_MORE)
			continue;
		if (fed == size)
			break;
		to = pg_msrp_room(r, &room);
		n = size - fed < step ? size - fed : step;
		n = n < room ? n : room;
		if (!n)
			abort();
		memcpy(to, data + fed, n);
		pg_msrp_fed(r, n);
		fed += n;
	}
	if (body > size)
		abort();
	free(r);
}

// What is understood survives being written and read again.
static void bfcp(const uint8_t *data, size_t size)
{
	uint8_t buf[PG_BFCP_MAX];
	struct pg_bfcp_msg m, again;
	size_t n;

	if (pg_bfcp_frame(data, size) > (int)size)
		abort();
	if (pg_bfcp_decode(data, size, &m))
		return;
	n = pg_bfcp_encode(buf, sizeof(buf), &m);
	if (!n || pg_bfcp_decode(buf, n, &again) || again.primitive != m.primitive ||
	    again.transaction != m.transaction || again.user != m.user ||
	    again.conference != m.conference)
		abort();
}

struct bounds {
	const uint8_t *from, *to;
};

static void check_inside(void *arg, const uint8_t *ifp, size_t len, uint16_t seq)
{
	const struct bounds *b = arg;

	if (!len || ifp < b->from || ifp + len > b->to)
		abort();
}

static void udptl(const uint8_t *data, size_t size)
{
	struct pg_udptl_rx rx = {0};
	struct bounds b = {data, data + size};

	// Twice: the second time the numbers are old.
	pg_udptl_input(&rx, data, size, check_inside, &b);
	pg_udptl_input(&rx, data, size, check_inside, &b);
}

static void sdp(const uint8_t *data, size_t size)
{
	struct pg_peer_sdp peer;
	char why[64];

	for (int app = PG_MSRP; app <= PG_T38; app++) {
		struct pg_options o = {
			.app = (enum pg_app)app, .security = PG_TLS12, .udp = app == PG_T38};

		why[0] = 0;
		if (pg_offer_read(&peer, &o, (const char *)data, size, why, sizeof(why))) {
			if (!why[0])
				abort();
		} else if (!peer.at_len) {
			abort();
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2 || size > 65536)
		return 0;
	switch (data[0] & 3) {
	case 0: msrp(data + 2, size - 2, data[1] + 1u); break;
	case 1: bfcp(data + 1, size - 1); break;
	case 2: udptl(data + 1, size - 1); break;
	case 3: sdp(data + 1, size - 1); break;
	}
	return 0;
}
