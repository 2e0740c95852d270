// Offer and answer: what is written, what is read, what is refused.
// Spec: RFC 4975 8, RFC 6714, RFC 8856, T.38 D.2.3, RFC 7345, RFC 8122
#include "../../pktgen/offer.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n"
#define MSRP HEAD "m=message 5000 TCP/TLS/MSRP *\r\na=path:msrps://192.0.2.7:5000/x;tcp\r\n"
#define SHA1 "sha-1 A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:D0:D8:9D"

static struct sockaddr_storage ip4(const char *addr, uint16_t port)
{
	struct sockaddr_storage sa = {0};
	struct sockaddr_in *in = (struct sockaddr_in *)&sa;

	in->sin_family = AF_INET;
	in->sin_port = htons(port);
	assert_int_equal(inet_pton(AF_INET, addr, &in->sin_addr), 1);
	return sa;
}

static struct sockaddr_storage ip6(const char *addr, uint16_t port)
{
	struct sockaddr_storage sa = {0};
	struct sockaddr_in6 *in = (struct sockaddr_in6 *)&sa;

	in->sin6_family = AF_INET6;
	in->sin6_port = htons(port);
	assert_int_equal(inet_pton(AF_INET6, addr, &in->sin6_addr), 1);
	return sa;
}

static void writes(const struct pg_own_sdp *own, const char *want)
{
	char *text = pg_offer_write(own);

	assert_non_null(text);
	assert_string_equal(text, want);
	free(text);
}

static void msrp_offer(void **state)
{
	struct pg_options o = {
		.app = PG_MSRP, .offerer = true, .security = PG_TLS13, .setup = PG_ACTPASS};
	struct pg_fingerprint fp;
	struct pg_own_sdp own = {
		.opt = &o,
		.at = ip6("2001:db8:a::10", 49152),
		.fingerprint = &fp,
		.path = "msrps://[2001:db8:a::10]:49152/abc;tcp",
		.session = 5,
	};

	pg_fingerprint_parse(SHA1, strlen(SHA1), &fp);
	writes(&own,
	       "v=0\r\no=- 5 1 IN IP6 2001:db8:a::10\r\ns=-\r\nc=IN IP6 2001:db8:a::10\r\nt=0 0\r\n"
	       "m=message 49152 TCP/TLS/MSRP *\r\n"
	       "a=setup:actpass\r\n"
	       "a=path:msrps://[2001:db8:a::10]:49152/abc;tcp\r\n"
	       "a=msrp-cema\r\n"
	       "a=accept-types:text/plain application/octet-stream\r\n"
	       "a=fingerprint:" SHA1 "\r\n");
}

static void bfcp_answer(void **state)
{
	struct pg_options o = {.app = PG_BFCP, .security = PG_CLEAR, .setup = PG_ACTIVE};
	struct pg_own_sdp own = {.opt = &o, .at = ip4("192.0.2.7", 4000), .session = 1};

	// The active end listens nowhere: port 9.
	writes(&own, HEAD "m=application 9 TCP/BFCP *\r\n"
			  "a=setup:active\r\n"
			  "a=connection:new\r\n"
			  "a=floorctrl:c-only\r\n"
			  "a=bfcpver:1\r\n");
}

static void bfcp_offer_over_udp(void **state)
{
	struct pg_options o = {.app = PG_BFCP,
			       .offerer = true,
			       .udp = true,
			       .security = PG_CLEAR,
			       .setup = PG_ACTPASS};
	struct pg_own_sdp own = {.opt = &o, .at = ip4("192.0.2.7", 4000), .session = 1};

	writes(&own, HEAD "m=application 4000 UDP/BFCP *\r\n"
			  "a=floorctrl:c-only s-only\r\n"
			  "a=confid:4321\r\n"
			  "a=userid:1234\r\n"
			  "a=floorid:1\r\n"
			  "a=bfcpver:2\r\n");
}

static void t38_answer(void **state)
{
	struct pg_options o = {
		.app = PG_T38, .udp = true, .security = PG_DTLS12, .setup = PG_ACTIVE};
	struct pg_own_sdp own = {
		.opt = &o,
		.at = ip4("192.0.2.7", 4000),
		.session = 1,
		.tls_id = "0123456789abcdef0123456789abcdef01234567",
	};

	// Over UDP an active end has a real port all the same.
	writes(&own, HEAD "m=image 4000 UDP/TLS/UDPTL t38\r\n"
			  "a=setup:active\r\n"
			  "a=T38FaxVersion:0\r\n"
			  "a=T38MaxBitRate:14400\r\n"
			  "a=T38FaxRateManagement:transferredTCF\r\n"
			  "a=T38FaxMaxBuffer:2000\r\n"
			  "a=T38FaxMaxDatagram:400\r\n"
			  "a=T38FaxUdpEC:t38UDPRedundancy\r\n"
			  "a=tls-id:0123456789abcdef0123456789abcdef01234567\r\n");
}

static int read_text(struct pg_peer_sdp *peer, const struct pg_options *o, const char *text,
		     char *why)
{
	*why = 0;
	return pg_offer_read(peer, o, text, strlen(text), why, 200);
}

static void reads_msrp(void **state)
{
	static const char text[] = HEAD
		"m=message 5000 TCP/TLS/MSRP *\r\n"
		"a=path:msrps://10.0.0.1:9/x;tcp "
		"msrps://10.0.0.2:9/y;tcp\r\na=setup:ACTIVE\r\na=msrp-cema\r\na=something:new\r\n"
		"a=fingerprint:md5 00\r\na=fingerprint:" SHA1 "\r\n";
	struct pg_options o = {.app = PG_MSRP, .security = PG_TLS12};
	struct sockaddr_storage want = ip4("192.0.2.7", 5000);
	struct pg_peer_sdp peer;
	char why[200];

	assert_int_equal(read_text(&peer, &o, text, why), 0);
	assert_memory_equal(&peer.at, &want, sizeof(struct sockaddr_in));
	assert_int_equal(peer.at_len, sizeof(struct sockaddr_in));
	assert_int_equal(peer.setup, PG_ACTIVE);
	assert_string_equal(peer.path, "msrps://10.0.0.1:9/x;tcp");
	assert_int_equal(peer.fingerprints.n, 1);
	assert_int_equal(peer.fingerprints.list[0].hash, PG_SHA1);
}

static void without_cema_the_path_counts(void **state)
{
	static const struct {
		const char *path;
		bool counts, ip6;
	} cases[] = {
		{"msrps://198.51.100.4:7000/x;tcp", true, false},
		{"msrps://[2001:db8::4]:7000/x;tcp", true, true},
		{"msrps://198.51.100.4/x;tcp", false, false},
		{"msrps://host.example:7000/x;tcp", false, false},
		{"msrps://198.51.100.4:0/x;tcp", false, false},
		{"msrps://198.51.100.4:70000/x;tcp", false, false},
		{"msrps://:7000/x;tcp", false, false},
		{"msrps:///", false, false},
		{"x", false, false},
	};
	struct pg_options o = {.app = PG_MSRP, .security = PG_TLS12};
	struct sockaddr_storage path4 = ip4("198.51.100.4", 7000), own = ip4("192.0.2.7", 5000);
	struct sockaddr_storage path6 = ip6("2001:db8::4", 7000);
	struct pg_peer_sdp peer;
	char why[200], text[512];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct sockaddr_storage *want = !cases[i].counts ? &own
						      : cases[i].ip6   ? &path6
								       : &path4;

		snprintf(text, sizeof(text), HEAD "m=message 5000 TCP/TLS/MSRP *\r\na=path:%s\r\n",
			 cases[i].path);
		assert_int_equal(read_text(&peer, &o, text, why), 0);
		if (memcmp(&peer.at, want, sizeof(*want)))
			fail_msg("%s", cases[i].path);
	}
}

static void reads_bfcp(void **state)
{
	static const char text[] = "v=0\no=- 1 1 IN IP6 ::1\ns=-\nt=0 0\n"
				   "m=application 50000 tcp/tls/bfcp *\nc=IN IP6 2001:db8::5\n"
				   "a=floorctrl:c-only s-only\na=confid:4294967295\na=userid:1234\n"
				   "a=floorid:7 mstrm:10\n";
	struct pg_options o = {.app = PG_BFCP, .security = PG_TLS12};
	struct sockaddr_storage want = ip6("2001:db8::5", 50000);
	struct pg_peer_sdp peer;
	char why[200];

	assert_int_equal(read_text(&peer, &o, text, why), 0);
	assert_memory_equal(&peer.at, &want, sizeof(struct sockaddr_in6));
	assert_int_equal(peer.setup, PG_SETUP_NONE);
	assert_true(peer.client);
	assert_true(peer.server);
	assert_int_equal(peer.confid, 4294967295u);
	assert_int_equal(peer.userid, 1234);
	assert_int_equal(peer.floorid, 7);
}

static void reads_what_we_write(void **state)
{
	struct pg_options o = {.app = PG_T38,
			       .offerer = true,
			       .udp = true,
			       .security = PG_DTLS12,
			       .setup = PG_ACTPASS};
	struct pg_fingerprint fp;
	struct pg_own_sdp own = {.opt = &o, .at = ip6("2001:db8::1", 6000), .fingerprint = &fp};
	struct pg_peer_sdp peer;
	char *text, why[200];

	pg_fingerprint_parse(SHA1, strlen(SHA1), &fp);
	text = pg_offer_write(&own);
	assert_int_equal(read_text(&peer, &o, text, why), 0);
	assert_memory_equal(&peer.at, &own.at, sizeof(struct sockaddr_in6));
	assert_int_equal(peer.setup, PG_ACTPASS);
	assert_memory_equal(&peer.fingerprints.list[0], &fp, sizeof(fp));
	free(text);
}

static void refuses(void **state)
{
	static const struct {
		const char *name, *text;
	} cases[] = {
		{"nothing", ""},
		{"no SDP", "hello\r\n"},
		{"no m=", HEAD},
		{"no c=", "v=0\r\nm=message 5000 TCP/TLS/MSRP *\r\na=path:msrps://a:1/x;tcp\r\n"},
		{"no a=path", HEAD "m=message 5000 TCP/TLS/MSRP *\r\n"},
		{"refused", HEAD "m=message 0 TCP/TLS/MSRP *\r\n"},
		{"bad port", HEAD "m=message 70000 TCP/TLS/MSRP *\r\n"},
		{"no port", HEAD "m=message x TCP/TLS/MSRP *\r\n"},
		{"other security", HEAD "m=message 5000 TCP/MSRP *\r\n"},
		{"two media", MSRP "m=message 5000 TCP/TLS/MSRP *\r\n"},
		{"address that is none", "v=0\r\nc=IN IP4 192.0.2.300\r\n"
					 "m=message 5000 TCP/TLS/MSRP *\r\n"
					 "a=path:msrps://a:1/x;tcp\r\n"},
		{"address of the other family", "v=0\r\nc=IN IP4 ::1\r\n"
						"m=message 5000 TCP/TLS/MSRP *\r\n"
						"a=path:msrps://a:1/x;tcp\r\n"},
		{"bad fingerprint", MSRP "a=fingerprint:sha-256 00:11\r\n"},
		{"holds the connection", MSRP "a=setup:holdconn\r\n"},
	};
	struct pg_options o = {.app = PG_MSRP, .security = PG_TLS12};
	struct pg_peer_sdp peer;
	char why[200];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (!read_text(&peer, &o, cases[i].text, why) || !*why)
			fail_msg("%s: accepted, or refused without a reason", cases[i].name);
}

static void refuses_bfcp(void **state)
{
	static const char *const lines[] = {
		"a=confid:4294967296\r\n",
		"a=floorid:65536\r\n",
		"a=userid:abc\r\n",
		"a=userid:5x\r\n",
		"a=floorid\r\n",
		"a=floorctrl:c-only s-only c-s                                              x\r\n",
	};
	struct pg_options o = {.app = PG_BFCP, .security = PG_TLS12};
	struct pg_peer_sdp peer;
	char why[200], text[512];

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		snprintf(text, sizeof(text), HEAD "m=application 9 TCP/TLS/BFCP *\r\n%s", lines[i]);
		if (!read_text(&peer, &o, text, why) || !*why)
			fail_msg("%s", lines[i]);
	}
}

static void fingerprints_are_bounded(void **state)
{
	struct pg_options o = {.app = PG_MSRP, .security = PG_TLS12};
	char text[8192] = MSRP, why[200];
	struct pg_peer_sdp peer;

	for (int i = 0; i < PG_FINGERPRINTS_MAX; i++)
		strcat(text, "a=fingerprint:" SHA1 "\r\n");
	assert_int_equal(read_text(&peer, &o, text, why), 0);
	strcat(text, "a=fingerprint:" SHA1 "\r\n");
	assert_int_not_equal(read_text(&peer, &o, text, why), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(msrp_offer),
		cmocka_unit_test(bfcp_answer),
		cmocka_unit_test(bfcp_offer_over_udp),
		cmocka_unit_test(t38_answer),
		cmocka_unit_test(reads_msrp),
		cmocka_unit_test(without_cema_the_path_counts),
		cmocka_unit_test(reads_bfcp),
		cmocka_unit_test(reads_what_we_write),
		cmocka_unit_test(refuses),
		cmocka_unit_test(refuses_bfcp),
		cmocka_unit_test(fingerprints_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
