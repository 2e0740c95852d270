// What bytes that are no TLS look like.
// Spec: RFC 4975 (MSRP), RFC 8855 (BFCP), RFC 7983 (first bytes of datagrams), RFC 4571, RFC 8489
// (STUN), RFC 6189 (ZRTP), RFC 1006 (TPKT)
#include "tls_hs.h"

#include "wire.h"

static bool starts(const uint8_t *first, uint32_t n, const char *text)
{
	size_t len = strlen(text);

	return n >= len && memcmp(first, text, len) == 0;
}

static bool is_stun(const uint8_t *data, uint32_t n)
{
	return n >= 8 && data[0] < 4 && nat_load32(data + 4) == 0x2112a442;
}

static bool is_dtls_record(const uint8_t *data, uint32_t n)
{
	return n >= 3 && data[0] >= 20 && data[0] <= 26 && data[1] == 0xfe;
}

/* RTP version 2; RTCP's packet types lie where RTP has marker and payload type 64 to 95. */
static enum nat_plain rtp(const uint8_t *data, uint32_t n)
{
	if (n < 2 || data[0] < 128 || data[0] > 191)
		return NAT_PLAIN_OTHER;
	return data[1] >= 192 && data[1] <= 223 ? NAT_PLAIN_RTCP : NAT_PLAIN_RTP;
}

/* Behind RFC 4571's length: kinds that show themselves, without BFCP, which has no such frame. */
static enum nat_plain framed(const uint8_t *data, uint32_t n)
{
	if (is_stun(data, n))
		return NAT_PLAIN_STUN;
	return rtp(data, n);
}

enum nat_plain nat_plain_stream(const uint8_t *first, uint32_t n)
{
	static const char *const http[] = {"GET ", "POST ", "PUT ", "HEAD ", "OPTIONS ", "HTTP/"};

	if (n == 0)
		return NAT_PLAIN_NONE;
	if (starts(first, n, "MSRP "))
		return NAT_PLAIN_MSRP;
	if (starts(first, n, "SSH-"))
		return NAT_PLAIN_SSH;
	for (unsigned i = 0; i < sizeof(http) / sizeof(http[0]); i++)
		if (starts(first, n, http[i]))
			return NAT_PLAIN_HTTP;
	if (n >= 5 && first[0] & 0x80 && first[2] == 1 &&
	    (nat_load16(first + 3) == 2 || first[3] == 3))
		return NAT_PLAIN_SSL2;
	if (n >= 12 && first[0] == 0x20 && first[1] >= 1 && first[1] <= 17)
		return NAT_PLAIN_BFCP;
	if (n >= 4 && first[0] == 3 && first[1] == 0 && nat_load16(first + 2) >= 7)
		return NAT_PLAIN_TPKT;
	if (n >= 14 && nat_load16(first) >= 12)
		return framed(first + 2, n - 2);
	return NAT_PLAIN_OTHER;
}

enum nat_plain nat_plain_datagram(const uint8_t *data, uint32_t n)
{
	if (n == 0 || is_dtls_record(data, n))
		return NAT_PLAIN_NONE;
	if (is_stun(data, n))
		return NAT_PLAIN_STUN;
	if (n >= 16 && data[0] >= 16 && data[0] < 20 && memcmp(data + 4, "ZRTP", 4) == 0)
		return NAT_PLAIN_ZRTP;
	if (n >= 12 && (data[0] & 0xe7) == 0x40 && data[1] >= 1 && data[1] <= 19 &&
	    nat_load16(data + 2) * 4u + 12 <= n)
		return NAT_PLAIN_BFCP;
	if (n >= 4 && data[0] >= 64 && data[0] < 80)
		return NAT_PLAIN_TURN;
	if (n >= 8)
		return rtp(data, n);
	return NAT_PLAIN_OTHER;
}
