// What a mirror selects and what is told about a copied packet. Pure: no DPDK types.
#include "mirror_select.h"

#include <stdarg.h>
#include <stdio.h>

static_assert(NAT_REASONS <= 64, "reasons fit into one word");

static bool has_realm(const uint64_t *bits, unsigned realm)
{
	return realm < DP_REALMS && (bits[realm / 64] >> (realm % 64) & 1);
}

bool dp_mirror_selects(const struct dp_mirror_conf *c, const struct dp_seen *s)
{
	if (c->context && c->context != s->label.context)
		return false;
	switch ((enum dp_mirror_point)s->point) {
	case DP_MIRROR_IN: return has_realm(c->ingress, s->realm);
	case DP_MIRROR_OUT: return has_realm(c->egress, s->realm);
	case DP_MIRROR_DROP: return s->reason < NAT_REASONS && (c->drops >> s->reason & 1);
	case DP_MIRROR_POINTS: break;
	}
	return false;
}

static bool any(const uint64_t *bits)
{
	for (unsigned i = 0; i < DP_REALMS / 64; i++)
		if (bits[i])
			return true;
	return false;
}

unsigned dp_mirror_points(const struct dp_mirror_conf *c)
{
	return (unsigned)any(c->ingress) << DP_MIRROR_IN |
	       (unsigned)any(c->egress) << DP_MIRROR_OUT |
	       (unsigned)(c->drops != 0) << DP_MIRROR_DROP;
}

unsigned dp_mirror_interface(const struct dp_seen *s, unsigned n_realms)
{
	if (s->realm >= n_realms)
		return 2 * n_realms;
	return 2u * s->realm + (s->point == DP_MIRROR_OUT || s->out);
}

static size_t add(char *buf, size_t size, size_t at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
static size_t add(char *buf, size_t size, size_t at, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (at + 1 >= size)
		return at;
	if (at)
		buf[at++] = ' ';
	va_start(ap, fmt);
	n = vsnprintf(buf + at, size - at, fmt, ap);
	va_end(ap);
	return n < 0 ? at : at + (size_t)n;
}

const char *dp_mirror_comment(const struct dp_seen *s, char *buf, size_t size)
{
	size_t at = 0;

	buf[0] = 0;
	if (s->point == DP_MIRROR_DROP)
		at = add(buf, size, at, "drop=%s", nat_reason_name((enum nat_reason)s->reason));
	if (!s->label.context)
		return buf;
	at = add(buf, size, at, "context=%u", s->label.context);
	if (*s->label.term[s->side & 1])
		at = add(buf, size, at, "termination=%.*s", DP_TERM, s->label.term[s->side & 1]);
	at = add(buf, size, at, "stream=%u", s->label.stream);
	if (s->label.component)
		at = add(buf, size, at, "component=rtcp");
	if (s->has_tcp)
		add(buf, size, at, "tcp=%s", nat_tcp_state_name((enum nat_tcp_state)s->tcp));
	return buf;
}

bool dp_bucket_take(struct dp_bucket *b, uint32_t rate, uint64_t now_ns)
{
	const uint64_t second = 1000000000u, cost = rate ? second / rate : 0;

	b->tokens_ns += now_ns - b->last_ns;
	b->last_ns = now_ns;
	if (b->tokens_ns > second)
		b->tokens_ns = second;
	if (b->tokens_ns < cost)
		return false;
	b->tokens_ns -= cost;
	return true;
}
