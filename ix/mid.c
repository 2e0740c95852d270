// Message identifiers: address, domain or device of a gateway or controller.
// Spec: H.248.1 Annex B.2 (mId)
#include "mid.h"
#include "scan.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const char *spaces(const char *p, const char *end)
{
	while (p < end && ix_is(*p, IX_CH_SPACE))
		p++;
	return p;
}

/* [":" port], then the end of the mid. */
static bool read_port(const char **p, const char *end, struct ix_mid *mid)
{
	const char *q = *p;
	uint32_t port;

	if (q == end || *q != ':')
		return true;
	q++;
	while (q < end && ix_is(*q, IX_CH_DIGIT))
		q++;
	if (!ix_str_u32((struct ix_str){*p + 1, (uint32_t)(q - *p - 1)}, UINT16_MAX, 5, &port))
		return false;
	mid->port = (uint16_t)port;
	*p = q;
	return true;
}

/* "[" address "]" [":" port] */
static bool read_address(const char **p, const char *end, struct ix_mid *mid)
{
	const char *from = *p + 1, *to = memchr(from, ']', (size_t)(end - from));
	char text[INET6_ADDRSTRLEN];

	if (!to || to - from >= (long)sizeof(text))
		return false;
	memcpy(text, from, (size_t)(to - from));
	text[to - from] = '\0';
	if (strlen(text) != (size_t)(to - from))
		return false;
	if (inet_pton(AF_INET, text, mid->ip) == 1)
		mid->kind = IX_MID_IP4;
	else if (inet_pton(AF_INET6, text, mid->ip) == 1)
		mid->kind = IX_MID_IP6;
	else
		return false;
	*p = to + 1;
	return read_port(p, end, mid);
}

/* "<" domain ">" [":" port] */
static bool read_domain(const char **p, const char *end, struct ix_mid *mid)
{
	const char *from = *p + 1, *to = from;

	while (to < end && (ix_is(*to, IX_CH_ALPHA | IX_CH_DIGIT) || *to == '-' || *to == '.'))
		to++;
	if (to == end || *to != '>' || to == from || to - from > 64 ||
	    !ix_is(*from, IX_CH_ALPHA | IX_CH_DIGIT))
		return false;
	mid->kind = IX_MID_DOMAIN;
	mid->name = (struct ix_str){from, (uint32_t)(to - from)};
	*p = to + 1;
	return read_port(p, end, mid);
}

/* After "MTP": "{" 4 to 8 hex digits "}". */
static bool read_mtp(const char **p, const char *end, struct ix_mid *mid)
{
	const char *from = spaces(*p, end), *to;

	from = spaces(from + 1, end);
	for (to = from; to < end && ix_is(*to, IX_CH_HEX); to++)
		;
	mid->kind = IX_MID_MTP;
	mid->name = (struct ix_str){from, (uint32_t)(to - from)};
	to = spaces(to, end);
	if (mid->name.len < 4 || mid->name.len > 8 || to == end || *to != '}')
		return false;
	*p = to + 1;
	return true;
}

static bool read_device(const char **p, const char *end, struct ix_mid *mid)
{
	const char *to = *p, *next;

	while (to < end && ix_is(*to, IX_CH_SAFE))
		to++;
	mid->name = (struct ix_str){*p, (uint32_t)(to - *p)};
	next = spaces(to, end);
	if (ix_str_is(mid->name, "MTP") && next < end && *next == '{') {
		*p = to;
		return read_mtp(p, end, mid);
	}
	mid->kind = IX_MID_DEVICE;
	*p = to;
	return ix_is_path(mid->name) && ix_is(mid->name.p[0], IX_CH_ALPHA);
}

bool ix_mid_read(const char **p, const char *end, struct ix_mid *mid)
{
	memset(mid, 0, sizeof(*mid));
	if (*p == end)
		return false;
	if (**p == '[')
		return read_address(p, end, mid);
	if (**p == '<')
		return read_domain(p, end, mid);
	return read_device(p, end, mid);
}

bool ix_mid_parse(struct ix_arena *arena, const char *text, struct ix_mid *mid)
{
	struct ix_str copy = ix_str_dup(arena, ix_lit(text));
	const char *p = copy.p;

	return p && ix_mid_read(&p, copy.p + copy.len, mid) && p == copy.p + copy.len;
}

bool ix_mid_equal(const struct ix_mid *a, const struct ix_mid *b)
{
	if (a->kind != b->kind || a->port != b->port)
		return false;
	if (a->kind == IX_MID_IP4 || a->kind == IX_MID_IP6)
		return memcmp(a->ip, b->ip, a->kind == IX_MID_IP4 ? 4 : 16) == 0;
	return ix_str_eq(a->name, b->name);
}

const char *ix_mid_text(const struct ix_mid *mid, char *buf, size_t size)
{
	char ip[INET6_ADDRSTRLEN] = "", port[8] = "";
	int len = (int)mid->name.len;

	if (size == 0)
		return buf;
	if (mid->port != 0)
		snprintf(port, sizeof(port), ":%u", mid->port);
	switch (mid->kind) {
	case IX_MID_IP4:
	case IX_MID_IP6:
		inet_ntop(mid->kind == IX_MID_IP4 ? AF_INET : AF_INET6, mid->ip, ip, sizeof(ip));
		snprintf(buf, size, "[%s]%s", ip, port);
		break;
	case IX_MID_DOMAIN: snprintf(buf, size, "<%.*s>%s", len, mid->name.p, port); break;
	case IX_MID_MTP: snprintf(buf, size, "MTP{%.*s}", len, mid->name.p); break;
	case IX_MID_DEVICE: snprintf(buf, size, "%.*s", len, mid->name.p); break;
	default: snprintf(buf, size, "%s", port[0] ? port + 1 : ""); break;
	}
	return buf;
}
