// What a mirror selects and what is told about a copied packet. Pure: no DPDK types.
#include "mirror_select.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../nat/wire.h"

static_assert(NAT_REASONS <= 64, "reasons fit into one word");

static bool read_ip4(const uint8_t *l3, size_t len, struct dp_ends *e, uint8_t *proto)
{
	const struct nat_ip4 *ip = (const void *)l3;

	if (len < sizeof(*ip) || ip->ver_ihl != 0x45 || (ip->frag & nat_be16(0x1fff)))
		return false;
	e->family = NAT_IP4;
	e->src = nat_addr_ip4(ip->src);
	e->dst = nat_addr_ip4(ip->dst);
	*proto = ip->proto;
	return true;
}

static bool read_ip6(const uint8_t *l3, size_t len, struct dp_ends *e, uint8_t *proto)
{
	const struct nat_ip6 *ip = (const void *)l3;

	if (len < sizeof(*ip) || l3[0] >> 4 != 6)
		return false;
	e->family = NAT_IP6;
	memcpy(&e->src, ip->src, sizeof(e->src));
	memcpy(&e->dst, ip->dst, sizeof(e->dst));
	*proto = ip->next;
	return true;
}

bool dp_ends_read(const uint8_t *frame, size_t len, struct dp_ends *e)
{
	size_t l2 = sizeof(struct nat_eth), l3_len;
	uint8_t proto = 0;
	unsigned type;
	bool ok = false;

	if (len < l2 + sizeof(struct nat_vlan))
		return false;
	type = nat_load16(frame + 12);
	if (type == NAT_ETH_VLAN) {
		type = nat_load16(frame + 16);
		l2 += sizeof(struct nat_vlan);
	}
	if (type == NAT_ETH_IP4)
		ok = read_ip4(frame + l2, len - l2, e, &proto);
	else if (type == NAT_ETH_IP6)
		ok = read_ip6(frame + l2, len - l2, e, &proto);
	if (!ok || (proto != NAT_IP_TCP && proto != NAT_IP_UDP))
		return false;
	l3_len = e->family == NAT_IP4 ? sizeof(struct nat_ip4) : sizeof(struct nat_ip6);
	if (len < l2 + l3_len + 4)
		return false;
	memcpy(&e->sport, frame + l2 + l3_len, 2);
	memcpy(&e->dport, frame + l2 + l3_len + 2, 2);
	e->tcp = proto == NAT_IP_TCP;
	return true;
}

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
