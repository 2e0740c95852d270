// Watches the datagrams of one DTLS association: who began, what was agreed, how it ended.
// Spec: RFC 9147 (1.3), RFC 6347 (1.2), RFC 4347 (1.0), RFC 9146 (connection IDs)
#ifndef NAT_DTLS_H
#define NAT_DTLS_H

#include "tls_hs.h"

enum {
	NAT_DTLS_SLOTS = 4, // messages per side that are put together at the same time
	NAT_DTLS_PARTS = 6, // separate pieces of one message
};

/* A handshake message whose fragments are still coming, or that came before its turn. */
struct nat_dtls_slot {
	nat_buf buf;
	uint32_t len;
	uint16_t seq;
	uint8_t type, n_parts;
	bool used;
	struct nat_dtls_part {
		uint16_t from, to;
	} part[NAT_DTLS_PARTS]; // sorted, apart from each other
};

enum nat_dtls_dir_flags {
	NAT_DTLS_D_FINISHED = 1 << 0, // 1.2 and older: a protected handshake record
	NAT_DTLS_D_FLIGHT = 1 << 1,   // 1.3: a record of epoch 2, handshake traffic
	NAT_DTLS_D_DATA = 1 << 2,     // 1.3: a record of epoch 3 or later
	NAT_DTLS_D_ANSWER = 1 << 3,   // 1.3, server: such a record after the client's flight
};

struct nat_dtls_dir {
	uint64_t seen;      // bit per message number that has been read
	uint64_t alert_seq; // epoch and number of the alert that began CLOSING
	uint16_t epoch;     // highest seen
	uint8_t flags;      // enum nat_dtls_dir_flags
	struct nat_dtls_slot slot[NAT_DTLS_SLOTS];
};

struct nat_dtls {
	struct nat_tls_hs hs;
	struct nat_dtls_dir dir[2];
	/* An association that is up while a ClientHello asks for another: it stays what is reported
	 * until a server agrees, so that a forged hello changes nothing. */
	struct nat_tls_facts old;
	bool has_old;
	bool follow; // look at protected records, to recognise closing
};

void nat_dtls_init(struct nat_dtls *d, struct nat_bufs *bufs, bool follow);
void nat_dtls_fini(struct nat_dtls *d);

/* A datagram of this side, in the order of arrival; lost, repeated and swapped ones are normal. A
 * datagram that is no DTLS is counted and changes nothing once a handshake has begun. */
void nat_dtls_datagram(struct nat_dtls *d, enum nat_side side, const uint8_t *data, uint32_t len);

/* DTLS over TCP: the connection ended by FIN or RST of this side, or bytes are missing. */
void nat_dtls_ended(struct nat_dtls *d, enum nat_side side, bool reset);
void nat_dtls_lost(struct nat_dtls *d, enum nat_tls_why why);

/* What is known of the association that counts. */
static inline const struct nat_tls_facts *nat_dtls_facts(const struct nat_dtls *d)
{
	return d->has_old && d->hs.facts.state < NAT_TLS_SERVER ? &d->old : &d->hs.facts;
}

/* True when a datagram with this first byte cannot change anything: traffic of an association that
 * is up while closing need not be recognised. */
static inline bool nat_dtls_quiet(const struct nat_dtls *d, uint8_t first)
{
	return !d->follow && d->hs.facts.state == NAT_TLS_UP && first != 22;
}

#endif
