// Tests of ix/sdp.c: what is read from a session description, what is filled in, what is refused.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../ix/err.h"
#include "../../ix/sdp.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define C4       "v=0\r\nc=IN IP4 198.51.100.1\r\n"

static struct ix_arena *arena;

static int set_up(void **state)
{
	arena = ix_arena_new(1 << 20);
	return arena ? 0 : -1;
}

static int tear_down(void **state)
{
	ix_arena_free(arena);
	return 0;
}

static void assert_str(struct ix_str s, const char *text)
{
	if (s.len != strlen(text) || memcmp(s.p, text, s.len) != 0)
		fail_msg("\"%.*s\" is not \"%s\"", (int)s.len, s.p, text);
}

/* Parses a copy in the arena: an exact-size heap block would do no better, ASan sees the slices. */
static unsigned parse(const char *text, struct ix_sdp *sdp)
{
	struct ix_str copy = ix_str_dup(arena, ix_lit(text));
	struct ix_error err = {0};
	unsigned sessions = 0;

	if (!ix_sdp_parse(copy, sdp, &sessions, &err))
		fail_msg("%s\nis refused: %u %.*s", text, err.code, (int)err.text.len, err.text.p);
	return sessions;
}

static void reads_an_msrp_offer(void **state)
{
	struct ix_sdp s;

	assert_int_equal(
		parse("v=0\r\no=- 1 1 IN IP6 2001:db8:a::10\r\ns=-\r\nc=IN IP6 2001:db8:a::10\r\n"
		      "b=AS:80\r\nt=0 0\r\nm=message 49152 TCP/TLS/MSRP *\r\n"
		      "a=path:msrps://[2001:db8:a::10]:49152/jshA7weztas;tcp\r\n"
		      "a=setup:actpass\r\na=connection:new\r\na=msrp-cema\r\n",
		      &s),
		1);
	assert_int_equal(s.family, IX_SDP_IP6);
	assert_str(s.addr, "2001:db8:a::10");
	assert_str(s.media, "message");
	assert_int_equal(s.port, 49152);
	assert_str(s.proto_name, "TCP/TLS/MSRP");
	assert_string_equal(s.proto->name, "TCP/TLS/MSRP");
	assert_str(s.formats, "*");
	assert_int_equal(s.setup, IX_SETUP_ACTPASS);
	assert_int_equal(s.connection, IX_CONN_NEW);
	assert_true(s.has_as && s.as_kbps == 80);
	assert_false(s.addr_choose || s.port_choose || s.port_unused || s.rtcp_mux);
	assert_str(ix_sdp_attr(&s, "path", 0), "msrps://[2001:db8:a::10]:49152/jshA7weztas;tcp");
	assert_non_null(ix_sdp_attr(&s, "msrp-cema", 0).p);
	assert_int_equal(ix_sdp_attr(&s, "msrp-cema", 0).len, 0);
	assert_null(ix_sdp_attr(&s, "fingerprint", 0).p);
}

static void reads_choose_and_relaxed_lines(void **state)
{
	struct ix_sdp s;

	parse("v=0\nc=IN IP4 $\nm=- $ TCP -", &s);
	assert_true(s.addr_choose && s.port_choose && s.family == IX_SDP_IP4);
	assert_int_equal(s.addr.len, 0);
	assert_str(s.media, "-");
	assert_true(s.proto->bare);
	assert_str(s.formats, "-");

	parse("\r\n  v=0\r\n\tm=image - udptl\r\n", &s);
	assert_true(s.port_unused && !s.port_choose && s.port == 0);
	assert_int_equal(s.family, IX_SDP_NO_ADDR);
	assert_int_equal(s.formats.len, 0);

	parse("v=0\rc=IN IP6 -\rm=audio  5/1   rtp/avp  0 8  \r", &s);
	assert_true(s.family == IX_SDP_IP6 && s.addr.len == 0 && !s.addr_choose);
	assert_int_equal(s.port, 5);
	assert_string_equal(s.proto->name, "RTP/AVP");
	assert_str(s.formats, "0 8");

	parse("v=0\nc=in ip4 224.2.1.1/127/3\nm=x 0 foo/bar y", &s);
	assert_str(s.addr, "224.2.1.1");
	assert_null(s.proto);
	assert_str(s.proto_name, "foo/bar");
}

/* The media level goes before the session level, and on one level the first line counts. */
static void media_level_goes_first(void **state)
{
	struct ix_sdp s;

	parse("v=0\nc=IN IP4 "
	      "198.51.100.1\nb=AS:1\na=setup:active\na=connection:new\na=x:s0\na=x:s1\n"
	      "m=a 1 TCP -\nc=IN IP6 2001:db8::1\nb=AS:2\nb=AS:3\na=setup:passive\na=setup:active\n"
	      "a=connection:existing\na=x:m0\na=rtcp-mux\n",
	      &s);
	assert_int_equal(s.family, IX_SDP_IP6);
	assert_str(s.addr, "2001:db8::1");
	assert_int_equal(s.as_kbps, 2);
	assert_int_equal(s.setup, IX_SETUP_PASSIVE);
	assert_int_equal(s.connection, IX_CONN_EXISTING);
	assert_true(s.rtcp_mux);
	assert_str(ix_sdp_attr(&s, "x", 0), "m0");
	assert_str(ix_sdp_attr(&s, "x", 1), "s0");
	assert_str(ix_sdp_attr(&s, "X", 2), "s1");
	assert_null(ix_sdp_attr(&s, "x", 3).p);

	parse("v=0\na=setup:holdconn\na=connection:new\nb=AS:7\nm=a 1 TCP -\n", &s);
	assert_int_equal(s.setup, IX_SETUP_HOLDCONN);
	assert_int_equal(s.connection, IX_CONN_NEW);
	assert_int_equal(s.as_kbps, 7);
}

static void counts_alternatives(void **state)
{
	struct ix_sdp s;

	assert_int_equal(
		parse(C4 "m=a 1 TCP -\r\nv=0\r\nm=b 2 UDP -\r\nv=0\r\nm=c 3 UDP -\r\n", &s), 3);
	assert_str(s.media, "a");
	assert_str(s.text, C4 "m=a 1 TCP -");
	assert_null(ix_sdp_attr(&s, "setup", 0).p);
}

static void refuses(void **state)
{
	static const struct {
		const char *text;
		uint16_t code;
		const char *says;
	} cases[] = {
		{"", 474, "no line"},
		{"\r\n \r\n", 474, "no line"},
		{"c=IN IP4 1.2.3.4\nv=0\nm=a 1 TCP -", 474, "no v="},
		{"v=1\nm=a 1 TCP -", 474, "v= is not 0"},
		{"v=\nm=a 1 TCP -", 474, "v= is not 0"},
		{"v=0", 474, "no m="},
		{"v=0\nv=0\nm=a 1 TCP -", 474, "no m="},
		{"v=0\nhello\nm=a 1 TCP -", 474, "letter=value"},
		{"v=0\nM=a 1 TCP -", 474, "letter=value"},
		{"v=0\nm=a 1 TCP -\nv=0\nx", 474, "letter=value"},
		{"v=0\nm", 474, "letter=value"},
		{"v=0\nm=", 474, "m= is not"},
		{"v=0\nm=a 1", 474, "m= is not"},
		{"v=0\nm=a x TCP -", 474, "no port"},
		{"v=0\nm=a 65536 TCP -", 474, "no port"},
		{"v=0\nm=a -1 TCP -", 474, "no port"},
		{"v=0\nm=a 1/2 TCP -", 449, "more than one port"},
		{"v=0\nm=a 1/ TCP -", 449, "more than one port"},
		{"v=0\nm=a 1 TCP -\nm=b 2 TCP -", 449, "more than one m="},
		{"v=0\nc=\nm=a 1 TCP -", 474, "c= is not"},
		{"v=0\nc=IN IP4\nm=a 1 TCP -", 474, "c= is not"},
		{"v=0\nc=ATM IP4 1.2.3.4\nm=a 1 TCP -", 474, "c= is not"},
		{"v=0\nc=IN IP4 1.2.3.4 x\nm=a 1 TCP -", 474, "c= is not"},
		{"v=0\nc=IN IP5 1.2.3.4\nm=a 1 TCP -", 449, "address type"},
		{"v=0\nc=IN IP4 2001:db8::1\nm=a 1 TCP -", 449, "no address of its type"},
		{"v=0\nc=IN IP6 1.2.3.4\nm=a 1 TCP -", 449, "no address of its type"},
		{"v=0\nc=IN IP4 host.example\nm=a 1 TCP -", 449, "no address of its type"},
		{"v=0\nc=IN IP4 /1\nm=a 1 TCP -", 449, "no address of its type"},
		{"v=0\nc=IN IP6 2001:db8:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:1\nm=a 1 TCP -",
		 449, "no"},
		{"v=0\nb=AS\nm=a 1 TCP -", 474, "b= is not"},
		{"v=0\nb=AS:x\nm=a 1 TCP -", 474, "b=AS has no number"},
		{"v=0\nb=AS:4294967296\nm=a 1 TCP -", 474, "b=AS has no number"},
		{"v=0\nm=a 1 TCP -\na=setup:maybe", 449, "a=setup"},
		{"v=0\nm=a 1 TCP -\na=setup", 449, "a=setup"},
		{"v=0\nm=a 1 TCP -\na=connection:old", 449, "a=connection"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ix_error err = {0};
		struct ix_sdp s;
		unsigned n;

		if (ix_sdp_parse(ix_lit(cases[i].text), &s, &n, &err))
			fail_msg("%s\nis understood", cases[i].text);
		if (err.code != cases[i].code || !strstr(err.text.p, cases[i].says))
			fail_msg("%s\nis refused by %u %s", cases[i].text, err.code, err.text.p);
	}
}

static void holds_no_nul(void **state)
{
	struct ix_error err;
	struct ix_sdp s;
	unsigned n;

	assert_false(ix_sdp_parse((struct ix_str){"v=0\nm=a 1 TCP -\0", 16}, &s, &n, &err));
	assert_false(ix_sdp_parse((struct ix_str){"v=0\nc=IN IP4 1.2.3.4\0\nm=a 1 TCP -", 33}, &s,
				  &n, &err));
}

static void fills_in_address_and_port(void **state)
{
	static const struct {
		const char *text;
		enum ix_sdp_family family;
		const char *addr, *filled;
	} cases[] = {
		{"v=0\nc=IN IP4 $\nm=message $ TCP/MSRP *\na=setup:passive\n", IX_SDP_IP4,
		 "198.51.100.10",
		 "v=0\r\nc=IN IP4 198.51.100.10\r\nm=message 20002 TCP/MSRP "
		 "*\r\na=setup:passive\r\n"},
		{C4 "m=a  9/1  TCP -\r\nc=IN IP4 $\r\nb=AS:1\r\n", IX_SDP_IP6, "2001:db8::1",
		 "v=0\r\nc=IN IP6 2001:db8::1\r\nm=a  20002  TCP -\r\nc=IN IP6 "
		 "2001:db8::1\r\nb=AS:1\r\n"},
		{"v=0\n\no=- 1 1 IN IP4 1.2.3.4\ns= \nm=- - UDP\na=x", IX_SDP_IP4, "192.0.2.1",
		 "v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\ns= \r\nm=- 20002 UDP\r\nc=IN IP4 "
		 "192.0.2.1\r\na=x\r\n"},
		{"v=0\nm=a $ TCP -\nv=0\nm=b $ UDP -\n", IX_SDP_IP4, "192.0.2.1",
		 "v=0\r\nm=a 20002 TCP -\r\nc=IN IP4 192.0.2.1\r\n"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ix_sdp s;

		parse(cases[i].text, &s);
		assert_str(ix_sdp_fill(arena, &s, cases[i].family, cases[i].addr, 20002),
			   cases[i].filled);
	}
}

static void says_when_memory_ends(void **state)
{
	struct ix_arena *small = ix_arena_new(16);
	struct ix_sdp s;

	parse(C4 "m=a $ TCP -", &s);
	assert_null(ix_sdp_fill(small, &s, IX_SDP_IP4, "192.0.2.1", 1).p);
	ix_arena_free(small);
}

static void tells_where_address_and_port_stand(void **state)
{
	struct ix_sdp s;

	parse("v=0\nc=IN IP4 $\nm=a $ TCP -\nc=IN IP4 1.2.3.4", &s);
	assert_int_equal(s.addr_at[0], 13);
	assert_int_equal(s.port_at, 19);
	assert_int_equal(s.addr_at[1], 36);
	parse("v=0\nm=a $ TCP -", &s);
	assert_int_equal(s.addr_at[0], UINT32_MAX);
	assert_int_equal(s.addr_at[1], UINT32_MAX);
}

static void knows_protos(void **state)
{
	static const struct {
		const char *name;
		enum ix_transport transport;
		enum ix_secure secure;
		bool rtp, bare;
	} cases[] = {
		{"TCP", IX_TP_TCP, IX_CLEAR, false, true},
		{"udp", IX_TP_UDP, IX_CLEAR, false, true},
		{"TCP/TLS", IX_TP_TCP, IX_TLS, false, false},
		{"UDP/DTLS", IX_TP_UDP, IX_DTLS, false, false},
		{"TCP/MSRP", IX_TP_TCP, IX_CLEAR, false, false},
		{"tcp/tls/msrp", IX_TP_TCP, IX_TLS, false, false},
		{"TCP/BFCP", IX_TP_TCP, IX_CLEAR, false, false},
		{"TCP/TLS/BFCP", IX_TP_TCP, IX_TLS, false, false},
		{"TCP/DTLS/BFCP", IX_TP_TCP, IX_DTLS, false, false},
		{"TCP/WS/BFCP", IX_TP_TCP, IX_CLEAR, false, false},
		{"TCP/WSS/BFCP", IX_TP_TCP, IX_TLS, false, false},
		{"UDP/BFCP", IX_TP_UDP, IX_CLEAR, false, false},
		{"UDP/TLS/BFCP", IX_TP_UDP, IX_DTLS, false, false},
		{"UDPTL", IX_TP_UDP, IX_CLEAR, false, false},
		{"UDP/TLS/UDPTL", IX_TP_UDP, IX_DTLS, false, false},
		{"RTP/AVP", IX_TP_UDP, IX_CLEAR, true, false},
		{"RTP/AVPF", IX_TP_UDP, IX_CLEAR, true, false},
		{"RTP/SAVP", IX_TP_UDP, IX_SRTP, true, false},
		{"RTP/SAVPF", IX_TP_UDP, IX_SRTP, true, false},
		{"UDP/TLS/RTP/SAVP", IX_TP_UDP, IX_DTLS, true, false},
		{"UDP/TLS/RTP/SAVPF", IX_TP_UDP, IX_DTLS, true, false},
		{"TCP/RTP/AVP", IX_TP_TCP, IX_CLEAR, true, false},
		{"TCP/RTP/AVPF", IX_TP_TCP, IX_CLEAR, true, false},
		{"TCP/RTP/SAVP", IX_TP_TCP, IX_SRTP, true, false},
		{"TCP/RTP/SAVPF", IX_TP_TCP, IX_SRTP, true, false},
		{"TCP/DTLS/RTP/SAVP", IX_TP_TCP, IX_DTLS, true, false},
		{"TCP/DTLS/RTP/SAVPF", IX_TP_TCP, IX_DTLS, true, false},
		{"UDP/DTLS/SCTP", IX_TP_UDP, IX_DTLS, false, false},
		{"TCP/DTLS/SCTP", IX_TP_TCP, IX_DTLS, false, false},
	};
	static const char *const unknown[] = {"",         "-",   "$",    "SCTP",    "TCP/",
					      "TCP/TLS/", "RTP", "H323", "TCP/SIP", "UDP/TLS/MSRP",
					      "MSRP"};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct ix_proto *p = ix_proto_find(ix_lit(cases[i].name));

		if (!p)
			fail_msg("%s is unknown", cases[i].name);
		assert_int_equal(p->transport, cases[i].transport);
		assert_int_equal(p->secure, cases[i].secure);
		assert_int_equal(p->rtp, cases[i].rtp);
		assert_int_equal(p->bare, cases[i].bare);
	}
	for (size_t i = 0; i < COUNT(unknown); i++)
		assert_null(ix_proto_find(ix_lit(unknown[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_an_msrp_offer),
		cmocka_unit_test(reads_choose_and_relaxed_lines),
		cmocka_unit_test(media_level_goes_first),
		cmocka_unit_test(counts_alternatives),
		cmocka_unit_test(refuses),
		cmocka_unit_test(holds_no_nul),
		cmocka_unit_test(fills_in_address_and_port),
		cmocka_unit_test(says_when_memory_ends),
		cmocka_unit_test(tells_where_address_and_port_stand),
		cmocka_unit_test(knows_protos),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
