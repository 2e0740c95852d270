// Fuzzes the SDP reader: what it accepts can be filled in, and says the same afterwards.
#include "../../ix/sdp.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same(struct ix_str a, struct ix_str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

static bool inside(struct ix_str part, struct ix_str text)
{
	return part.len == 0 || (part.p >= text.p && part.p + part.len <= text.p + text.len);
}

static void check_parts(const struct ix_sdp *s, struct ix_str text)
{
	if (!inside(s->text, text) || !inside(s->addr, s->text) || !inside(s->media, s->text) ||
	    !inside(s->proto_name, s->text) || !inside(s->formats, s->text) ||
	    s->port_at >= s->text.len)
		abort();
	for (unsigned n = 0; n < 3; n++)
		if (!inside(ix_sdp_attr(s, "fingerprint", n), s->text))
			abort();
}

static void check_filled(const struct ix_sdp *was, struct ix_str filled)
{
	struct ix_error err;
	struct ix_sdp is;
	unsigned sessions;

	if (!ix_sdp_parse(filled, &is, &sessions, &err) || sessions != 1)
		abort();
	if (is.family != IX_SDP_IP6 || !ix_str_is(is.addr, "2001:db8::1") || is.port != 20000 ||
	    is.addr_choose || is.port_choose || is.port_unused)
		abort();
	if (!same(is.media, was->media) || !same(is.proto_name, was->proto_name) ||
	    !same(is.formats, was->formats) || is.setup != was->setup ||
	    is.connection != was->connection || is.rtcp_mux != was->rtcp_mux ||
	    is.has_as != was->has_as || is.as_kbps != was->as_kbps)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ix_str text = {(const char *)data, (uint32_t)size}, filled;
	struct ix_arena *arena;
	struct ix_error err = {0};
	struct ix_sdp sdp;
	unsigned sessions;

	if (size > 65536)
		return 0;
	if (!ix_sdp_parse(text, &sdp, &sessions, &err)) {
		if (err.code == 0 || err.text.len == 0)
			abort();
		return 0;
	}
	check_parts(&sdp, text);
	arena = ix_arena_new(1 << 20);
	filled = ix_sdp_fill(arena, &sdp, IX_SDP_IP6, "2001:db8::1", 20000);
	if (!filled.p)
		abort();
	check_filled(&sdp, filled);
	ix_arena_free(arena);
	return 0;
}
