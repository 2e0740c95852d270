// Fuzzes the whole control side with H.248: whatever a controller says, afterwards everything can
// be released, and then no context, flow, connection, next hop or port is left.
//
// An input is a sequence of actions, separated by lines "%%". @C@ is the last context that an
// answer named, @1@ and @2@ are the last two terminations added.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/control_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rig *rig;
static char names[2][CTL_NAME] = {"ip/access/1/1", "ip/core/1/1"};
static unsigned long ctx = 1;

static void remember(const char *answer)
{
	char name[CTL_NAME];

	if (rig_number(answer, "Context = ", 0))
		ctx = rig_number(answer, "Context = ", 0);
	for (unsigned i = 0; i < 4 && *rig_name(answer, "Add", i, name); i++) {
		memcpy(names[1], names[0], CTL_NAME);
		memcpy(names[0], name, CTL_NAME);
	}
}

/* Copies one chunk with its placeholders replaced. */
static void expand(const char *from, size_t len, char *to, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n < size - CTL_NAME - 1; i++) {
		bool place = i + 2 < len && from[i] == '@' && from[i + 2] == '@';

		if (place && from[i + 1] == 'C')
			n += (size_t)snprintf(to + n, size - n, "%lu", ctx);
		else if (place && (from[i + 1] == '1' || from[i + 1] == '2'))
			n += (size_t)snprintf(to + n, size - n, "%s", names[from[i + 1] == '2']);
		else
			place = false;
		if (place)
			i += 2;
		else if (from[i])
			to[n++] = from[i];
	}
	to[n] = 0;
}

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "left behind: %s\n", what);
	abort();
}

static void release_all(void)
{
	struct ctl_pool_view v;

	rig_do(rig, "Context = * { W-Subtract = * { Audit { } } }");
	fake_pass_epochs();
	rig_pass(rig, 60000);
	must(ctl_model_stats(rig->gw->model).contexts == 0, "contexts");
	must(ctl_model_stats(rig->gw->model).terms == 0, "terminations");
	must(fake_flows() == 0, "flows");
	must(fake_conns() == 0, "connections");
	must(fake_neigh_users() == 0, "users of next hops");
	for (unsigned i = 0; ctl_pool_at(rig->gw->realms, i, &v); i++)
		must(v.ports.used == 0, "local ports");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data, *end = p + size;
	char actions[8000];

	if (!rig)
		rig = rig_open("streams: 6");
	if (ctl_register_view(rig->reg).state != CTL_REG_SERVED)
		rig_register(rig);
	while (p < end) {
		const char *cut = memmem(p, (size_t)(end - p), "%%", 2);
		size_t len = (size_t)((cut ? cut : end) - p);

		expand(p, len, actions, sizeof(actions));
		remember(rig_do(rig, "%s", actions));
		p += len + (cut ? 2 : 0);
	}
	if (ctl_register_view(rig->reg).state != CTL_REG_SERVED)
		rig_register(rig);
	release_all();
	return 0;
}
