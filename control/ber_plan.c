// Termination ids of the binary encoding, from the configured realms.
// Spec: H.248.1 A.1; TS 29.238 by analogy with TS 29.332 A.6
#include "ber_plan.h"

#include <string.h>

/* What names terminations in command.c: a realm's name, or its number when a dot or hyphen bars it.
 */
static const char *group_name(const char *realm)
{
	return strpbrk(realm, ".-") || strspn(realm, "0123456789") == strlen(realm) ? "" : realm;
}

void ctl_ber_plan_init(struct ctl_ber_plan *p, const struct ctl_config *conf)
{
	unsigned n = conf->dp.n_realms < CTL_BER_REALMS ? conf->dp.n_realms : CTL_BER_REALMS;

	memset(p, 0, sizeof(*p));
	p->plan = ix_tid_plan_default;
	p->groups[0] = ""; // no realm
	for (unsigned i = 0; i < n; i++)
		p->groups[i + 1] = group_name(conf->dp.realms[i].name);
	p->plan.groups = p->groups;
	p->conf.plan = &p->plan;
}
