// Readers and makers of typed property values.
// Spec: H.248.1 B.2 (value syntax), 12.2 (types)
#include "prop.h"

#include <arpa/inet.h>
#include <string.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool has_0x(struct ix_str s)
{
	return s.len > 2 && s.p[0] == '0' && (s.p[1] == 'x' || s.p[1] == 'X');
}

static bool read_number(struct ix_str s, unsigned base, uint64_t *out)
{
	if (s.len == 0)
		return false;
	uint64_t v = 0;
	for (uint32_t i = 0; i < s.len; i++) {
		int d = hex_digit(s.p[i]);
		if (d < 0 || (unsigned)d >= base || v > (UINT64_MAX - (unsigned)d) / base)
			return false;
		v = v * base + (unsigned)d;
	}
	*out = v;
	return true;
}

static bool read_uint(struct ix_str s, uint64_t *out)
{
	if (has_0x(s))
		return read_number((struct ix_str){s.p + 2, s.len - 2}, 16, out);
	return read_number(s, 10, out);
}

static const struct ix_value *single(const struct ix_prop *prop)
{
	if (prop == NULL || prop->rel != IX_EQ || prop->values == NULL ||
	    prop->values->next != NULL)
		return NULL;
	return prop->shape == IX_RANGE ? NULL : prop->values;
}

static bool name_is(const struct ix_prop *prop, const char *name)
{
	const char *slash = strchr(name, '/');
	if (slash == NULL)
		return prop->pkg.len == 0 && ix_str_is(prop->item, name);
	struct ix_str pkg = {name, (uint32_t)(slash - name)};
	return ix_str_eq(prop->pkg, pkg) && ix_str_is(prop->item, slash + 1);
}

const struct ix_prop *ix_prop_find(const struct ix_prop *list, const char *name)
{
	while (list != NULL && !name_is(list, name))
		list = list->next;
	return list;
}

bool ix_prop_bool(const struct ix_prop *prop, bool *out)
{
	const struct ix_value *v = single(prop);
	if (v == NULL || v->quoted || (!ix_str_is(v->text, "ON") && !ix_str_is(v->text, "OFF")))
		return false;
	*out = ix_str_is(v->text, "ON");
	return true;
}

bool ix_prop_uint(const struct ix_prop *prop, uint64_t *out)
{
	const struct ix_value *v = single(prop);
	return v != NULL && !v->quoted && read_uint(v->text, out);
}

bool ix_prop_hex(const struct ix_prop *prop, uint8_t *out)
{
	const struct ix_value *v = single(prop);
	if (v == NULL)
		return false;
	struct ix_str s = v->text;
	if (has_0x(s))
		s = (struct ix_str){s.p + 2, s.len - 2};
	uint64_t n;
	if (s.len > 2 || !read_number(s, 16, &n))
		return false;
	*out = (uint8_t)n;
	return true;
}

bool ix_prop_str(const struct ix_prop *prop, struct ix_str *out)
{
	const struct ix_value *v = single(prop);
	if (v == NULL)
		return false;
	*out = v->text;
	return true;
}

bool ix_prop_enum(const struct ix_prop *prop, const char *const *names, unsigned *out)
{
	const struct ix_value *v = single(prop);
	for (unsigned i = 0; v != NULL && names[i] != NULL; i++) {
		if (ix_str_is(v->text, names[i])) {
			*out = i;
			return true;
		}
	}
	return false;
}

bool ix_prop_range(const struct ix_prop *prop, uint64_t *lo, uint64_t *hi)
{
	uint64_t a, b;
	if (ix_prop_uint(prop, &a)) {
		*lo = *hi = a;
		return true;
	}
	if (prop == NULL || prop->rel != IX_EQ || prop->shape != IX_RANGE || prop->values == NULL ||
	    prop->values->next == NULL || prop->values->next->next != NULL)
		return false;
	if (!read_uint(prop->values->text, &a) || !read_uint(prop->values->next->text, &b) || a > b)
		return false;
	*lo = a;
	*hi = b;
	return true;
}

bool ix_value_prefix(struct ix_str text, uint8_t ip[16], unsigned *family, unsigned *bits)
{
	char buf[INET6_ADDRSTRLEN];
	uint8_t raw[16] = {0};
	const char *slash = text.len ? memchr(text.p, '/', text.len) : NULL;
	const size_t n = slash != NULL ? (size_t)(slash - text.p) : text.len;
	if (n == 0 || n >= sizeof(buf) || memchr(text.p, '\0', n) != NULL)
		return false;
	memcpy(buf, text.p, n);
	buf[n] = '\0';
	const bool v6 = memchr(buf, ':', n) != NULL;
	if (inet_pton(v6 ? AF_INET6 : AF_INET, buf, raw) != 1)
		return false;
	const unsigned most = v6 ? 128 : 32;
	uint64_t b = most;
	if (slash != NULL &&
	    (!read_number((struct ix_str){slash + 1, text.len - (uint32_t)n - 1}, 10, &b) ||
	     b > most))
		return false;
	memcpy(ip, raw, sizeof(raw));
	*family = v6 ? 6 : 4;
	*bits = (unsigned)b;
	return true;
}

bool ix_prop_add(struct ix_arena *arena, struct ix_prop **list, const char *name,
		 struct ix_str value, bool quoted)
{
	struct ix_prop *prop = ix_alloc(arena, sizeof(*prop));
	struct ix_value *v = ix_alloc(arena, sizeof(*v));
	if (prop == NULL || v == NULL)
		return false;
	v->text = ix_str_dup(arena, value);
	if (v->text.p == NULL && value.len > 0)
		return false;
	v->quoted = quoted;
	const char *slash = strchr(name, '/');
	if (slash != NULL)
		prop->pkg = (struct ix_str){name, (uint32_t)(slash - name)};
	prop->item = ix_lit(slash != NULL ? slash + 1 : name);
	prop->values = v;
	while (*list != NULL)
		list = &(*list)->next;
	*list = prop;
	return true;
}

bool ix_prop_add_uint(struct ix_arena *arena, struct ix_prop **list, const char *name,
		      uint64_t value)
{
	struct ix_str text = ix_str_fmt(arena, "%llu", (unsigned long long)value);
	return text.p != NULL && ix_prop_add(arena, list, name, text, false);
}
