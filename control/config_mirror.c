// The mirrors of the configuration, and one mirror in the operator's words.
#include "config_raw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MIB = 1 << 20 };

/* One mirror while it is read. */
struct reading {
	struct check *c;
	const char *path;
	const struct slot *v;
	const struct ctl_config *conf;
	struct dp_mirror_conf *m;
	char key[96];
};

static const char *key_of(struct reading *r, const char *key)
{
	snprintf(r->key, sizeof(r->key), "%s%s%s", r->path, *r->path ? "." : "", key);
	return r->key;
}

static bool is_all(const struct slot *s, unsigned i)
{
	return !strcmp(s->list[i], "*");
}

static bool read_realms(struct reading *r, unsigned slot, const char *key, uint64_t *bits)
{
	const struct slot *s = &r->v[slot];
	unsigned n = r->conf->dp.n_realms, k;

	for (unsigned i = 0; i < s->n_list; i++) {
		for (k = 0; k < n; k++) {
			if (!is_all(s, i) && strcasecmp(r->conf->dp.realms[k].name, s->list[i]))
				continue;
			bits[k / 64] |= (uint64_t)1 << (k % 64);
			if (!is_all(s, i))
				break;
		}
		if (k == n && !is_all(s, i))
			return ctl_config_fail(r->c, key_of(r, key), s->list[i],
					       "no such realm; legal: names of realms, or *");
	}
	return true;
}

static bool read_drops(struct reading *r)
{
	const struct slot *s = &r->v[MIR_DROPS];
	unsigned k;

	for (unsigned i = 0; i < s->n_list; i++) {
		for (k = 0; k < NAT_REASONS; k++) {
			if (!is_all(s, i) &&
			    strcmp(nat_reason_name((enum nat_reason)k), s->list[i]) != 0)
				continue;
			r->m->drops |= (uint64_t)1 << k;
			if (!is_all(s, i))
				break;
		}
		if (k == NAT_REASONS && !is_all(s, i))
			return ctl_config_fail(r->c, key_of(r, "drops"), s->list[i],
					       "no such reason; legal: names of "
					       "docs/troubleshooting.md, or *");
	}
	return true;
}

static bool read_points(struct reading *r)
{
	if (!r->v[MIR_INGRESS].n_list && !r->v[MIR_EGRESS].n_list && !r->v[MIR_DROPS].n_list)
		return ctl_config_fail(r->c, key_of(r, "ingress"), NULL,
				       "missing; legal: at least one of ingress, egress, drops");
	return read_realms(r, MIR_INGRESS, "ingress", r->m->ingress) &&
	       read_realms(r, MIR_EGRESS, "egress", r->m->egress) && read_drops(r);
}

static bool read_filter(struct reading *r)
{
	const char *text = r->v[MIR_FILTER].text;
	char err[DP_ERROR_TEXT];

	if (strlen(text) >= DP_FILTER)
		return ctl_config_fail(r->c, key_of(r, "filter"), text,
				       "legal: at most %d characters", DP_FILTER - 1);
	snprintf(r->m->filter, sizeof(r->m->filter), "%s", text);
	if (*text && dp_mirror_filter_check(text, err) < 0)
		return ctl_config_fail(r->c, key_of(r, "filter"), text, "%s", err);
	return true;
}

static bool read_port(struct reading *r)
{
	const struct dp_conf *dp = &r->conf->dp;
	unsigned i = 0;

	while (i < dp->n_ports && strcmp(dp->ports[i].name, r->m->target) != 0)
		i++;
	if (i == dp->n_ports)
		return ctl_config_fail(r->c, key_of(r, "target"), r->m->target,
				       "no such port; legal: a port that no realm uses");
	r->m->port = (uint16_t)i;
	for (unsigned k = 0; k < dp->n_realms; k++)
		if (dp->realms[k].port == i)
			return ctl_config_fail(r->c, key_of(r, "target"), r->m->target,
					       "realm %s uses this port; legal: a port that no "
					       "realm uses",
					       dp->realms[k].name);
	return true;
}

static bool read_target(struct reading *r)
{
	const char *text = r->v[MIR_TARGET].text;

	if (strlen(text) >= DP_PATH)
		return ctl_config_fail(r->c, key_of(r, "target"), text,
				       "legal: at most %d characters", DP_PATH - 1);
	snprintf(r->m->target, sizeof(r->m->target), "%s", text);
	switch (r->m->sink) {
	case DP_SINK_FILE:
	case DP_SINK_FIFO:
		return *text == '/' || ctl_config_fail(r->c, key_of(r, "target"), text,
						       "legal: a path that begins with /");
	case DP_SINK_PORT: return read_port(r);
	case DP_SINK_ERSPAN:
		if (r->m->tunnel > 1023)
			return ctl_config_fail(r->c, key_of(r, "tunnel"), r->v[MIR_TUNNEL].text,
					       "legal: an ERSPAN session, 0..1023");
		break;
	case DP_SINK_VXLAN: break;
	}
	r->m->family = (uint8_t)nat_addr_parse(text, &r->m->collector);
	return r->m->family || ctl_config_fail(r->c, key_of(r, "target"), text,
					       "legal: the collector's IP address");
}

/* Rotation keeps several files: the budget must hold at least two. */
static bool read_files(struct reading *r)
{
	uint64_t rotate = (uint64_t)r->v[MIR_ROTATE_MB].num * MIB;
	uint64_t budget = (uint64_t)r->v[MIR_BUDGET_MB].num * MIB;

	r->m->rotate_bytes = rotate;
	r->m->rotate_s = (uint64_t)r->v[MIR_ROTATE_S].num;
	r->m->budget_bytes = budget;
	if (rotate && budget && budget < 2 * rotate)
		return ctl_config_fail(r->c, key_of(r, "budget_mb"), r->v[MIR_BUDGET_MB].text,
				       "legal: at least twice rotate_mb, or 0");
	return true;
}

bool ctl_config_build_mirror(struct check *c, const char *path, const struct slot *v,
			     const struct ctl_config *conf, struct ctl_mirror *mirror)
{
	struct dp_mirror_conf *m = &mirror->dp;
	struct reading r = {.c = c, .path = path, .v = v, .conf = conf, .m = m};

	memset(mirror, 0, sizeof(*mirror));
	snprintf(m->name, sizeof(m->name), "%s", v[MIR_NAME].text);
	m->context = (uint32_t)v[MIR_CONTEXT].num;
	m->snaplen = (uint32_t)v[MIR_SNAPLEN].num;
	m->rate = (uint32_t)v[MIR_RATE].num;
	m->sink = (enum dp_sink_kind)v[MIR_SINK].num;
	m->vlan = (uint16_t)v[MIR_VLAN].num;
	m->tunnel = (uint32_t)v[MIR_TUNNEL].num;
	mirror->start = v[MIR_START].num != 0;
	return read_points(&r) && read_filter(&r) && read_target(&r) && read_files(&r);
}

bool ctl_config_build_mirrors(struct check *c, struct ctl_config_raw *raw, struct ctl_config *conf)
{
	struct ctl_mirror *mirrors = calloc(raw->n_mirrors + 1, sizeof(*mirrors));
	char path[32];

	conf->mirrors = mirrors;
	if (!mirrors)
		return ctl_config_fail(c, "mirrors", NULL, "out of memory");
	for (unsigned i = 0; i < raw->n_mirrors; i++) {
		snprintf(path, sizeof(path), "mirrors[%u]", i + 1);
		if (!ctl_config_build_mirror(c, path, raw->mirrors[i].v, conf, &mirrors[i]))
			return false;
		for (unsigned k = 0; k < i; k++)
			if (!strcmp(mirrors[k].dp.name, mirrors[i].dp.name))
				return ctl_config_fail(c, path, mirrors[i].dp.name,
						       "given twice; legal: a name of its own");
		conf->n_mirrors++;
	}
	return true;
}

/* ---- the operator's words -------------------------------------------------------------------- */

static bool add_text(struct slot *s, const char *text, size_t len)
{
	char **list = realloc(s->list, (s->n_list + 1) * sizeof(*list));

	if (!list)
		return false;
	s->list = list;
	list[s->n_list] = strndup(text, len);
	return list[s->n_list] && ++s->n_list;
}

static bool fill_list(struct slot *s, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, ",");

		if (n && (s->n_list >= DP_REALMS || !add_text(s, text, n)))
			return false;
		text += n + (text[n] == ',');
	}
	return true;
}

static bool fill_slot(struct check *c, struct slot *v, const struct ctl_pair *pair)
{
	bool list;
	unsigned i = ctl_config_mirror_key(pair->key, &list);

	if (i == MIR_N)
		return ctl_config_fail(c, pair->key, NULL,
				       "no such key; legal: those of mirrors in the configuration");
	if (v[i].text || v[i].list)
		return ctl_config_fail(c, pair->key, NULL, "given twice");
	if (list)
		return fill_list(&v[i], pair->value) ||
		       ctl_config_fail(c, pair->key, NULL, "list too long");
	v[i].text = strdup(pair->value);
	return v[i].text || ctl_config_fail(c, pair->key, NULL, "out of memory");
}

static void free_slots(struct slot *v)
{
	for (unsigned i = 0; i < MIR_N; i++) {
		for (unsigned k = 0; k < v[i].n_list; k++)
			free(v[i].list[k]);
		free(v[i].list);
		free(v[i].text);
	}
}

bool ctl_config_mirror(const struct ctl_config *conf, const struct ctl_pair *pairs, unsigned n,
		       struct ctl_mirror *mirror, char err[CTL_CONFIG_ERROR])
{
	struct check c = {"mirror", err};
	struct slot v[MIR_N] = {{0}};
	bool ok = true;

	for (unsigned i = 0; i < n && ok; i++)
		ok = fill_slot(&c, v, &pairs[i]);
	ok = ok && ctl_config_check_mirror(&c, "", v) &&
	     ctl_config_build_mirror(&c, "", v, conf, mirror);
	free_slots(v);
	return ok;
}
