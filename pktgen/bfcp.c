// BFCP messages: encode and decode.
// Spec: RFC 8855 5.1 (header), 5.2 (attributes), 5.3 (which message carries what)
#include "bfcp.h"

#include <errno.h>
#include <string.h>

enum attribute {
	A_BENEFICIARY_ID = 1,
	A_FLOOR_ID,
	A_FLOOR_REQUEST_ID,
	A_PRIORITY,
	A_REQUEST_STATUS,
	A_ERROR_CODE,
	A_ERROR_INFO,
	A_PARTICIPANT_PROVIDED_INFO,
	A_STATUS_INFO,
	A_SUPPORTED_ATTRIBUTES,
	A_SUPPORTED_PRIMITIVES,
	A_USER_DISPLAY_NAME,
	A_USER_URI,
	A_BENEFICIARY_INFORMATION,
	A_FLOOR_REQUEST_INFORMATION,
	A_REQUESTED_BY_INFORMATION,
	A_FLOOR_REQUEST_STATUS,
	A_OVERALL_REQUEST_STATUS,
	A_LAST = A_OVERALL_REQUEST_STATUS,
};

// Groups nest at most this deep: FLOOR-REQUEST-INFORMATION, OVERALL-REQUEST-STATUS, REQUEST-STATUS.
enum { DEPTH_MAX = 3, MANDATORY = 1 };

static const char *const primitive_names[] = {
	[1] = "FloorRequest",
	[2] = "FloorRelease",
	[3] = "FloorRequestQuery",
	[4] = "FloorRequestStatus",
	[5] = "UserQuery",
	[6] = "UserStatus",
	[7] = "FloorQuery",
	[8] = "FloorStatus",
	[9] = "ChairAction",
	[10] = "ChairActionAck",
	[11] = "Hello",
	[12] = "HelloAck",
	[13] = "Error",
	[14] = "FloorRequestStatusAck",
	[15] = "FloorStatusAck",
	[16] = "Goodbye",
	[17] = "GoodbyeAck",
};
static const char *const status_names[] = {
	[1] = "Pending",   [2] = "Accepted", [3] = "Granted", [4] = "Denied",
	[5] = "Cancelled", [6] = "Released", [7] = "Revoked",
};
static const char *const error_names[] = {
	[1] = "Conference Does Not Exist",
	[2] = "User Does Not Exist",
	[3] = "Unknown Primitive",
	[4] = "Unknown Mandatory Attribute",
	[5] = "Unauthorized Operation",
	[6] = "Invalid Floor ID",
	[7] = "Floor Request ID Does Not Exist",
	[8] = "You have Already Reached the Maximum Number of Ongoing Floor Requests for This "
	      "Floor",
	[9] = "Use TLS",
	[10] = "Unable to Parse Message",
	[11] = "Use DTLS",
	[12] = "Unsupported Version",
	[13] = "Incorrect Message Length",
	[14] = "Generic Error",
};

#define NAME(table, i) ((i) < sizeof(table) / sizeof(*(table)) && (table)[i] ? (table)[i] : "?")

const char *pg_bfcp_primitive_name(unsigned primitive)
{
	return NAME(primitive_names, primitive);
}

const char *pg_bfcp_status_name(unsigned status)
{
	return NAME(status_names, status);
}

const char *pg_bfcp_error_name(unsigned error)
{
	return NAME(error_names, error);
}

// --- encoding ---

struct writer {
	uint8_t *buf;
	size_t len, room;
	bool full;
};

static void put(struct writer *w, const void *bytes, size_t len)
{
	if (w->room - w->len < len) {
		w->full = true;
		return;
	}
	memcpy(w->buf + w->len, bytes, len);
	w->len += len;
}

static void put16(struct writer *w, uint16_t v)
{
	put(w, (const uint8_t[]){(uint8_t)(v >> 8), (uint8_t)v}, 2);
}

// Opens an attribute; its length is written when it is closed.
static size_t open_attribute(struct writer *w, enum attribute type)
{
	size_t at = w->len;

	put16(w, (uint16_t)((type << 1 | MANDATORY) << 8));
	return at;
}

static void close_attribute(struct writer *w, size_t at)
{
	if (w->full)
		return;
	// The length counts the attribute's header, not its padding.
	w->buf[at + 1] = (uint8_t)(w->len - at);
	while ((w->len - at) % 4 && !w->full)
		put(w, "", 1);
}

static void put_id(struct writer *w, enum attribute type, uint16_t id)
{
	size_t at = open_attribute(w, type);

	put16(w, id);
	close_attribute(w, at);
}

// What FloorRequestStatus carries: the request, its overall status, and the floor that it is about.
static void put_request_information(struct writer *w, const struct pg_bfcp_msg *m)
{
	size_t info = open_attribute(w, A_FLOOR_REQUEST_INFORMATION), overall, at;

	put16(w, m->request);
	overall = open_attribute(w, A_OVERALL_REQUEST_STATUS);
	put16(w, m->request);
	at = open_attribute(w, A_REQUEST_STATUS);
	put(w, (const uint8_t[]){m->status, m->queue}, 2);
	close_attribute(w, at);
	close_attribute(w, overall);
	put_id(w, A_FLOOR_REQUEST_STATUS, m->floor);
	close_attribute(w, info);
}

// What a HelloAck must tell: everything that this file knows.
static void put_supported(struct writer *w)
{
	static const uint8_t primitives[] = {
		PG_BFCP_FLOOR_REQUEST,
		PG_BFCP_FLOOR_RELEASE,
		PG_BFCP_FLOOR_REQUEST_STATUS,
		PG_BFCP_HELLO,
		PG_BFCP_HELLO_ACK,
		PG_BFCP_ERROR,
		PG_BFCP_FLOOR_REQUEST_STATUS_ACK,
		PG_BFCP_GOODBYE,
		PG_BFCP_GOODBYE_ACK,
	};
	size_t at = open_attribute(w, A_SUPPORTED_PRIMITIVES);

	put(w, primitives, sizeof(primitives));
	close_attribute(w, at);
	at = open_attribute(w, A_SUPPORTED_ATTRIBUTES);
	for (uint8_t type = A_BENEFICIARY_ID; type <= A_LAST; type++)
		put(w, (const uint8_t[]){(uint8_t)(type << 1)}, 1);
	close_attribute(w, at);
}

size_t pg_bfcp_encode(uint8_t *buf, size_t room, const struct pg_bfcp_msg *m)
{
	struct writer w = {.buf = buf, .room = room};
	uint8_t first = (uint8_t)(m->version << 5 | (m->version > 1 && m->responder ? 0x10 : 0));
	size_t at;

	put(&w, (const uint8_t[]){first, m->primitive, 0, 0}, 4);
	put16(&w, (uint16_t)(m->conference >> 16));
	put16(&w, (uint16_t)m->conference);
	put16(&w, m->transaction);
	put16(&w, m->user);
	if (m->primitive == PG_BFCP_FLOOR_REQUEST)
		put_id(&w, A_FLOOR_ID, m->floor);
	if (m->primitive == PG_BFCP_FLOOR_RELEASE)
		put_id(&w, A_FLOOR_REQUEST_ID, m->request);
	if (m->primitive == PG_BFCP_FLOOR_REQUEST_STATUS)
		put_request_information(&w, m);
	if (m->primitive == PG_BFCP_HELLO_ACK)
		put_supported(&w);
	if (m->primitive == PG_BFCP_ERROR) {
		at = open_attribute(&w, A_ERROR_CODE);
		put(&w, &m->error, 1);
		close_attribute(&w, at);
	}
	if (w.full)
		return 0;
	buf[2] = (uint8_t)((w.len - PG_BFCP_HEADER) / 4 >> 8);
	buf[3] = (uint8_t)((w.len - PG_BFCP_HEADER) / 4);
	return w.len;
}

// --- decoding ---

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static enum pg_bfcp_error attributes(const uint8_t *p, size_t len, struct pg_bfcp_msg *m,
				     unsigned depth);

// One attribute: v is what follows its two bytes of header.
static enum pg_bfcp_error attribute(unsigned type, bool mandatory, const uint8_t *v, size_t len,
				    struct pg_bfcp_msg *m, unsigned depth)
{
	switch (type) {
	case A_FLOOR_ID:
	case A_FLOOR_REQUEST_ID:
		if (len != 2)
			return PG_BFCP_UNPARSABLE;
		*(type == A_FLOOR_ID ? &m->floor : &m->request) = get16(v);
		return PG_BFCP_OK;
	case A_REQUEST_STATUS:
		if (len != 2)
			return PG_BFCP_UNPARSABLE;
		m->status = v[0];
		m->queue = v[1];
		return PG_BFCP_OK;
	case A_ERROR_CODE:
		if (!len)
			return PG_BFCP_UNPARSABLE;
		m->error = v[0];
		return PG_BFCP_OK;
	case A_FLOOR_REQUEST_INFORMATION:
	case A_OVERALL_REQUEST_STATUS:
	case A_FLOOR_REQUEST_STATUS:
		if (len < 2)
			return PG_BFCP_UNPARSABLE;
		*(type == A_FLOOR_REQUEST_STATUS ? &m->floor : &m->request) = get16(v);
		return attributes(v + 2, len - 2, m, depth + 1);
	default:
		return mandatory && (!type || type > A_LAST) ? PG_BFCP_UNKNOWN_MANDATORY
							     : PG_BFCP_OK;
	}
}

static enum pg_bfcp_error attributes(const uint8_t *p, size_t len, struct pg_bfcp_msg *m,
				     unsigned depth)
{
	enum pg_bfcp_error rc = PG_BFCP_OK;
	size_t step;

	if (depth > DEPTH_MAX)
		return PG_BFCP_UNPARSABLE;
	while (len && !rc) {
		if (len < 2 || p[1] < 2 || p[1] > len)
			return PG_BFCP_UNPARSABLE;
		rc = attribute(p[0] >> 1, p[0] & MANDATORY, p + 2, p[1] - 2u, m, depth);
		step = (p[1] + 3u) & ~3u;
		if (step > len)
			return PG_BFCP_UNPARSABLE;
		p += step;
		len -= step;
	}
	return rc;
}

enum pg_bfcp_error pg_bfcp_decode(const uint8_t *buf, size_t len, struct pg_bfcp_msg *m)
{
	*m = (struct pg_bfcp_msg){0};
	if (len < PG_BFCP_HEADER)
		return PG_BFCP_LENGTH;
	m->version = buf[0] >> 5;
	m->responder = m->version > 1 && buf[0] & 0x10;
	m->primitive = buf[1];
	m->conference = (uint32_t)get16(buf + 4) << 16 | get16(buf + 6);
	m->transaction = get16(buf + 8);
	m->user = get16(buf + 10);
	if (m->version != 1 && m->version != 2)
		return PG_BFCP_VERSION;
	// F: a message in fragments. Nothing that two ends say here exceeds a datagram.
	if (m->version > 1 && buf[0] & 0x08)
		return PG_BFCP_GENERIC;
	if (len != PG_BFCP_HEADER + 4u * get16(buf + 2))
		return PG_BFCP_LENGTH;
	if (pg_bfcp_primitive_name(m->primitive)[0] == '?')
		return PG_BFCP_UNKNOWN_PRIMITIVE;
	return attributes(buf + PG_BFCP_HEADER, len - PG_BFCP_HEADER, m, 0);
}

int pg_bfcp_frame(const uint8_t *buf, size_t len)
{
	size_t whole;

	if (len && buf[0] >> 5 != 1 && buf[0] >> 5 != 2)
		return -EPROTO;
	if (len < 4)
		return 0;
	whole = PG_BFCP_HEADER + 4u * get16(buf + 2);
	if (whole > PG_BFCP_MAX)
		return -EMSGSIZE;
	return len >= whole ? (int)whole : 0;
}
