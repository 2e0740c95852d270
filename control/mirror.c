// Mirrors as the operator handles them: those of the configuration, commands, the table, the log.
#include "mirror.h"

#include <stdio.h>
#include <string.h>

#include "log.h"

enum { PAIRS = 24, LIST_TEXT = 256 };

static int add(const struct ctl_mirror *m, char err[DP_ERROR_TEXT])
{
	int rc = dp_mirror_add(&m->dp, err);

	if (rc < 0 || !m->start)
		return rc;
	return dp_mirror_start(m->dp.name, err);
}

void ctl_mirror_begin(const struct ctl_config *conf)
{
	char err[DP_ERROR_TEXT], quoted[DP_ERROR_TEXT + 2];

	for (unsigned i = 0; i < conf->n_mirrors; i++)
		if (add(&conf->mirrors[i], err) < 0)
			ctl_log(CTL_ERROR, "mirror", "name=%s text=%s", conf->mirrors[i].dp.name,
				ctl_quote(err, strlen(err), quoted, sizeof(quoted)));
}

void ctl_mirror_look(void)
{
	static struct {
		char name[DP_NAME];
		uint64_t errors;
	} seen[DP_MIRRORS];
	struct dp_mirror_view v[DP_MIRRORS];
	unsigned n = dp_mirror_list(v, DP_MIRRORS);
	char quoted[DP_ERROR_TEXT + 2];

	for (unsigned i = 0; i < n; i++) {
		if (!strcmp(seen[i].name, v[i].conf.name) && seen[i].errors == v[i].errors)
			continue;
		memcpy(seen[i].name, v[i].conf.name, sizeof(seen[i].name));
		seen[i].errors = v[i].errors;
		if (v[i].errors)
			ctl_log(CTL_WARN, "mirror_sink", "name=%s errors=%llu unsent=%llu text=%s",
				v[i].conf.name, (unsigned long long)v[i].errors,
				(unsigned long long)v[i].unsent,
				ctl_quote(v[i].error, strlen(v[i].error), quoted, sizeof(quoted)));
	}
}

/* ---- commands -------------------------------------------------------------------------------- */

static json_t *failure(const char *text)
{
	return json_pack("{sb ss}", "ok", 0, "error", text);
}

static json_t *add_by_words(const struct ctl_config *conf, const char *name, json_t *set)
{
	struct ctl_pair pairs[PAIRS] = {{"name", name}};
	char err[CTL_CONFIG_ERROR] = "";
	struct ctl_mirror m;
	unsigned n = 1;
	const char *key;
	json_t *value;

	json_object_foreach(set, key, value)
	{
		if (n == PAIRS || !json_is_string(value))
			return failure("mirror add: every value is a text");
		pairs[n++] = (struct ctl_pair){key, json_string_value(value)};
	}
	if (!ctl_config_mirror(conf, pairs, n, &m, err))
		return failure(err);
	if (dp_mirror_add(&m.dp, err) < 0)
		return failure(err);
	if (m.start && dp_mirror_start(name, err) < 0) {
		char ignored[DP_ERROR_TEXT];

		dp_mirror_del(name, ignored); // half done is not done
		return failure(err);
	}
	ctl_log(CTL_INFO, "mirror", "name=%s done=add", name);
	return NULL;
}

json_t *ctl_mirror_command(const struct ctl_config *conf, const json_t *request)
{
	static const struct {
		const char *word;
		int (*fn)(const char *name, char err[DP_ERROR_TEXT]);
	} verbs[] = {{"del", dp_mirror_del}, {"start", dp_mirror_start}, {"stop", dp_mirror_stop}};
	const char *word = json_string_value(json_object_get(request, "mirror"));
	const char *name = json_string_value(json_object_get(request, "name"));
	char err[DP_ERROR_TEXT];
	json_t *refused = NULL;
	unsigned i = 0;

	if (!word || !name)
		return failure("mirror: a command and a name are needed");
	while (i < 3 && strcmp(verbs[i].word, word) != 0)
		i++;
	if (!strcmp(word, "add")) {
		refused = add_by_words(conf, name, json_object_get(request, "set"));
	} else if (i == 3) {
		refused = failure("mirror what? add, del, start or stop");
	} else if (verbs[i].fn(name, err) < 0) {
		refused = failure(err);
	} else {
		ctl_log(CTL_INFO, "mirror", "name=%s done=%s", name, word);
	}
	return refused ? refused
		       : json_pack("{sb s{ss ss}}", "ok", 1, "data", "mirror", name, "done", word);
}

/* ---- the table ------------------------------------------------------------------------------- */

static void join(char *buf, const char *word)
{
	size_t at = strlen(buf);

	snprintf(buf + at, LIST_TEXT - at, "%s%s", at ? "," : "", word);
}

static const char *realms_text(const struct ctl_config *conf, const uint64_t *bits, char *buf)
{
	unsigned n = 0;

	buf[0] = 0;
	for (unsigned i = 0; i < conf->dp.n_realms; i++) {
		if (!(bits[i / 64] >> (i % 64) & 1))
			continue;
		join(buf, conf->dp.realms[i].name);
		n++;
	}
	return n == 0 ? "-" : n == conf->dp.n_realms ? "*" : buf;
}

static const char *drops_text(uint64_t bits, char *buf)
{
	buf[0] = 0;
	if (!bits)
		return "-";
	if (bits == ((uint64_t)1 << NAT_REASONS) - 1)
		return "*";
	for (unsigned i = 0; i < NAT_REASONS; i++)
		if (bits >> i & 1)
			join(buf, nat_reason_name((enum nat_reason)i));
	return buf;
}

static json_t *row(const struct ctl_config *conf, const struct dp_mirror_view *v)
{
	static const char *const sinks[] = {"file", "fifo", "port", "erspan", "vxlan"};
	char in[LIST_TEXT], out[LIST_TEXT], drops[LIST_TEXT];

	return json_pack(
		"{ss ss ss ss ss ss ss sI sI sI sI sI sI sb ss ss}", "name", v->conf.name, "state",
		v->running ? "running" : "stopped", "sink", sinks[v->conf.sink], "target",
		v->conf.target, "ingress", realms_text(conf, v->conf.ingress, in), "egress",
		realms_text(conf, v->conf.egress, out), "drops", drops_text(v->conf.drops, drops),
		"context", (json_int_t)v->conf.context, "packets", (json_int_t)v->pkts, "bytes",
		(json_int_t)v->bytes, "lost", (json_int_t)v->lost, "unsent", (json_int_t)v->unsent,
		"rated", (json_int_t)v->rated, "jit", (int)v->jit, "filter",
		*v->conf.filter ? v->conf.filter : "-", "error", *v->error ? v->error : "-");
}

json_t *ctl_mirror_show(const struct ctl_config *conf)
{
	struct dp_mirror_view v[DP_MIRRORS];
	unsigned n = dp_mirror_list(v, DP_MIRRORS);
	json_t *list = json_array();

	for (unsigned i = 0; i < n; i++)
		json_array_append_new(list, row(conf, &v[i]));
	return list;
}
