// BFCP messages: encode and decode what floor control between two ends needs.
// Spec: RFC 8855 5 (formats); version 1 over TCP and TLS, version 2 over UDP and DTLS
#ifndef PG_BFCP_H
#define PG_BFCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pg_bfcp_primitive {
	PG_BFCP_FLOOR_REQUEST = 1,
	PG_BFCP_FLOOR_RELEASE = 2,
	PG_BFCP_FLOOR_REQUEST_STATUS = 4,
	PG_BFCP_HELLO = 11,
	PG_BFCP_HELLO_ACK = 12,
	PG_BFCP_ERROR = 13,
	PG_BFCP_FLOOR_REQUEST_STATUS_ACK = 14,
	PG_BFCP_GOODBYE = 16,
	PG_BFCP_GOODBYE_ACK = 17,
};

enum pg_bfcp_status {
	PG_BFCP_PENDING = 1,
	PG_BFCP_ACCEPTED = 2,
	PG_BFCP_GRANTED = 3,
	PG_BFCP_DENIED = 4,
	PG_BFCP_CANCELLED = 5,
	PG_BFCP_RELEASED = 6,
	PG_BFCP_REVOKED = 7,
};

/* Error codes of RFC 8855 5.2.6. */
enum pg_bfcp_error {
	PG_BFCP_OK = 0,
	PG_BFCP_NO_CONFERENCE = 1,
	PG_BFCP_NO_USER = 2,
	PG_BFCP_UNKNOWN_PRIMITIVE = 3,
	PG_BFCP_UNKNOWN_MANDATORY = 4,
	PG_BFCP_UNAUTHORIZED = 5,
	PG_BFCP_NO_FLOOR = 6,
	PG_BFCP_NO_REQUEST = 7,
	PG_BFCP_UNPARSABLE = 10,
	PG_BFCP_VERSION = 12,
	PG_BFCP_LENGTH = 13,
	PG_BFCP_GENERIC = 14,
};

enum { PG_BFCP_HEADER = 12, PG_BFCP_MAX = 2048 };

/* A message. Which fields travel depends on the primitive; a field that is 0 does not. */
struct pg_bfcp_msg {
	unsigned version; // 1 or 2
	bool responder;   // R: version 2 only, an answer
	uint8_t primitive;
	uint32_t conference;
	uint16_t transaction, user;
	uint16_t floor;   // FLOOR-ID
	uint16_t request; // FLOOR-REQUEST-ID
	uint8_t status;   // REQUEST-STATUS
	uint8_t queue;    // its queue position
	uint8_t error;    // ERROR-CODE
};

/* "FloorRequest" and so on; "?" for an unknown primitive. Likewise "Granted", and the text of an
 * error code. */
const char *pg_bfcp_primitive_name(unsigned primitive);
const char *pg_bfcp_status_name(unsigned status);
const char *pg_bfcp_error_name(unsigned error);

/* Writes the message. Returns its length (a multiple of 4), 0 when it does not fit. */
size_t pg_bfcp_encode(uint8_t *buf, size_t room, const struct pg_bfcp_msg *msg);

/* Reads one message that fills len bytes exactly. Returns PG_BFCP_OK or what to answer; conference,
 * transaction and user are filled in as soon as the header is there. */
enum pg_bfcp_error pg_bfcp_decode(const uint8_t *buf, size_t len, struct pg_bfcp_msg *msg);

/* Length of the message that starts at buf (a stream): 0 = more bytes first, -EMSGSIZE = longer
 * than PG_BFCP_MAX, -EPROTO = no BFCP. */
int pg_bfcp_frame(const uint8_t *buf, size_t len);

#endif
