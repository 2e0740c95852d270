// The packages of the profile as data. Text needs only the names; the numbers are for BER.
// Spec: H.248.1 E.1, E.2, E.11, E.12; H.248.10, .11, .14, .36, .37, .40, .41, .43, .52, .53, .57
//
// One long table on purpose: a package is read here from top to bottom, in the order of its
// standard. Numbers of gm, tman, ipra, adid, it, chp, ocp and seg items and everything of tcpbcc
// and tlsbsc (H.248.89, .90) are not confirmed by a published registry; nothing depends on them
// while only text is spoken.
#include "names.h"

#define PROPERTY(n, i, t) .name = n, .id = i, .kind = IX_DEF_PROPERTY, .type = IX_TYPE_##t
#define EVENT(n, i)       .name = n, .id = i, .kind = IX_DEF_EVENT
#define SIGNAL(n, i)      .name = n, .id = i, .kind = IX_DEF_SIGNAL
#define STATISTIC(n, i)                                                                            \
	.name = n, .id = i, .kind = IX_DEF_STATISTIC, .type = IX_TYPE_UINT, .at = IX_AT_TERM,      \
	.max = UINT64_MAX
#define PARAM(n, i, t) .name = n, .id = i, .type = IX_TYPE_##t, .supported = true

/* ---- g: H.248.1 E.1 -------------------------------------------------------------------------- */

static const char *const general_causes[] = {"NR", "UR", "FT", "FP", "IW", "UN", NULL};
static const char *const completion_methods[] = {"TO", "EV", "SD", "NC", "PI", NULL};

static const struct ix_def g_cause_observed[] = {
	{PARAM("Generalcause", 1, ENUM), .names = general_causes, .min = 1},
	{PARAM("Failurecause", 2, STRING)},
	{NULL},
};
static const struct ix_def g_sc_observed[] = {
	{PARAM("SigID", 1, STRING)},
	{PARAM("Meth", 2, ENUM), .names = completion_methods, .min = 1},
	{PARAM("SLID", 3, UINT), .max = UINT16_MAX},
	{PARAM("RID", 4, UINT), .max = UINT32_MAX},
	{NULL},
};
static const struct ix_def g[] = {
	{EVENT("cause", 1), .at = IX_AT_TERM, .supported = true, .observed = g_cause_observed},
	// No signal here has a duration, so none completes.
	{EVENT("sc", 2), .at = IX_AT_TERM, .observed = g_sc_observed},
	{NULL},
};

/* ---- root: H.248.1 E.2 ----------------------------------------------------------------------- */

#define ROOT_VALUE(n, i)                                                                           \
	{                                                                                          \
		PROPERTY(n, i, UINT), .at = IX_AT_ROOT, .supported = true, .max = UINT32_MAX       \
	}
static const struct ix_def root[] = {
	{PROPERTY("maxNumberOfContexts", 1, UINT), .at = IX_AT_ROOT, .supported = true,
	 .read_only = true, .max = UINT32_MAX},
	{PROPERTY("maxTerminationsPerContext", 2, UINT), .at = IX_AT_ROOT, .supported = true,
	 .read_only = true, .max = UINT32_MAX},
	ROOT_VALUE("normalMGExecutionTime", 3),
	ROOT_VALUE("normalMGCExecutionTime", 4),
	ROOT_VALUE("MGProvisionalResponseTimerValue", 5),
	ROOT_VALUE("MGCProvisionalResponseTimerValue", 6),
	ROOT_VALUE("MGCOriginatedPendingLimit", 7),
	ROOT_VALUE("MGOriginatedPendingLimit", 8),
	{NULL},
};

/* ---- nt: H.248.1 E.11, rtp: E.12 ------------------------------------------------------------- */

static const struct ix_def nt_netfail_observed[] = {
	{PARAM("cs", 1, STRING)},
	{NULL},
};
static const struct ix_def nt_qualert_params[] = {
	{PARAM("th", 1, UINT), .max = 99},
	{NULL},
};
static const struct ix_def nt[] = {
	{PROPERTY("jit", 7, UINT), .at = IX_AT_CONTROL, .max = UINT32_MAX}, // no jitter buffer here
	{EVENT("netfail", 5), .at = IX_AT_TERM, .supported = true, .observed = nt_netfail_observed},
	{EVENT("qualert", 6), .at = IX_AT_TERM, .params = nt_qualert_params,
	 .observed = nt_qualert_params},
	{STATISTIC("dur", 1), .supported = true},
	{STATISTIC("os", 2), .supported = true},
	{STATISTIC("or", 3), .supported = true},
	{NULL},
};

static const struct ix_def rtp[] = {
	{EVENT("pltrans", 1), .at = IX_AT_TERM},
	{STATISTIC("ps", 4)},
	{STATISTIC("pr", 5)},
	{STATISTIC("pl", 6)},
	{STATISTIC("jit", 7)},
	{STATISTIC("delay", 8)},
	{NULL},
};

/* ---- ds: H.248.52 ---------------------------------------------------------------------------- */

static const struct ix_def ds[] = {
	{PROPERTY("dscp", 1, HEX), .at = IX_AT_CONTROL, .supported = true, .max = 0x3f},
	{PROPERTY("tb", 2, UINT), .at = IX_AT_CONTROL, .max = UINT32_MAX},
	{NULL},
};

/* ---- gm: H.248.43 ---------------------------------------------------------------------------- */

static const struct ix_def gm[] = {
	{PROPERTY("saf", 1, BOOL), .at = IX_AT_CONTROL, .supported = true},
	{PROPERTY("sam", 2, PREFIX), .may = IX_MAY_LIST, .at = IX_AT_CONTROL, .supported = true},
	{PROPERTY("spf", 3, BOOL), .at = IX_AT_CONTROL, .supported = true},
	{PROPERTY("spr", 4, UINT), .may = IX_MAY_RANGE, .at = IX_AT_CONTROL, .max = UINT16_MAX},
	{PROPERTY("esas", 5, BOOL), .at = IX_AT_CONTROL},
	{PROPERTY("lsa", 6, STRING), .at = IX_AT_CONTROL},
	{PROPERTY("esps", 7, BOOL), .at = IX_AT_CONTROL},
	{PROPERTY("lsp", 8, UINT), .at = IX_AT_CONTROL, .max = UINT16_MAX},
	{PROPERTY("rsb", 9, BOOL), .at = IX_AT_CONTROL}, // superseded by rtcph/rsb
	{STATISTIC("dp", 1), .supported = true},
	{NULL},
};

/* ---- tman: H.248.53 -------------------------------------------------------------------------- */

static const struct ix_def tman[] = {
	{PROPERTY("pol", 1, BOOL), .at = IX_AT_CONTROL, .supported = true},
	{PROPERTY("sdr", 2, UINT), .at = IX_AT_CONTROL, .supported = true, .max = UINT64_MAX},
	{PROPERTY("mbs", 3, UINT), .at = IX_AT_CONTROL, .supported = true, .max = UINT64_MAX},
	{PROPERTY("pdr", 4, UINT), .at = IX_AT_CONTROL, .supported = true, .max = UINT64_MAX},
	{PROPERTY("dvt", 5, UINT), .at = IX_AT_CONTROL, .supported = true, .max = UINT64_MAX},
	{NULL},
};

/* ---- ipdc, ipra: H.248.41 -------------------------------------------------------------------- */

static const struct ix_def ipdc[] = {
	{PROPERTY("realm", 1, STRING), .at = IX_AT_CONTROL, .supported = true},
	{NULL},
};

static const struct ix_def ipra_arc_observed[] = {
	{PARAM("nar", 1, STRING), .may = IX_MAY_LIST},
	{PARAM("uar", 2, STRING), .may = IX_MAY_LIST},
	{NULL},
};
static const struct ix_def ipra[] = {
	{PROPERTY("ar", 1, STRING), .may = IX_MAY_LIST, .at = IX_AT_ROOT, .supported = true,
	 .read_only = true},
	{EVENT("arc", 1), .at = IX_AT_ROOT, .supported = true, .observed = ipra_arc_observed},
	{NULL},
};

/* ---- hangterm: H.248.36, adid: H.248.40 ------------------------------------------------------ */

static const struct ix_def hangterm_thb_params[] = {
	{PARAM("timerx", 1, UINT), .min = 1, .max = UINT32_MAX},
	{NULL},
};
static const struct ix_def hangterm[] = {
	{EVENT("thb", 1), .at = IX_AT_TERM, .supported = true, .params = hangterm_thb_params},
	{NULL},
};

static const char *const directions[] = {"IN", "OUT", "BOTH", NULL};
static const struct ix_def adid_ipstop_params[] = {
	{PARAM("dt", 1, UINT), .required = true, .min = 1, .max = UINT32_MAX},
	{PARAM("dir", 2, ENUM), .names = directions},
	{NULL},
};
static const struct ix_def adid[] = {
	{EVENT("ipstop", 1), .at = IX_AT_TERM, .supported = true, .params = adid_ipstop_params},
	{NULL},
};

/* ---- ipnapt, adr: H.248.37; rtcph: H.248.57 -------------------------------------------------- */

static const char *const latch_modes[] = {"OFF", "LATCH", "RELATCH", NULL};
static const struct ix_def ipnapt_latch_params[] = {
	{PARAM("napt", 1, ENUM), .required = true, .names = latch_modes},
	{NULL},
};
static const struct ix_def ipnapt[] = {
	{SIGNAL("latch", 1), .at = IX_AT_TERM, .supported = true, .params = ipnapt_latch_params},
	{NULL},
};

static const struct ix_def adr_rsac_observed[] = {
	{PARAM("nrsa", 1, STRING)},
	{PARAM("nrsp", 2, UINT), .max = UINT16_MAX},
	{NULL},
};
static const struct ix_def adr[] = {
	{EVENT("rsac", 1), .at = IX_AT_TERM, .observed = adr_rsac_observed},
	{NULL},
};

static const struct ix_def rtcph[] = {
	{PROPERTY("rsb", 1, BOOL), .at = IX_AT_CONTROL, .supported = true},
	{NULL},
};

/* ---- it: H.248.14, ocp: H.248.11, chp: H.248.10 ---------------------------------------------- */

static const struct ix_def it_ito_params[] = {
	{PARAM("mit", 1, UINT), .required = true, .min = 1, .max = UINT32_MAX}, // 10 ms
	{NULL},
};
static const struct ix_def it[] = {
	{EVENT("ito", 1), .at = IX_AT_ROOT, .supported = true, .params = it_ito_params},
	{NULL},
};

static const struct ix_def ocp[] = {
	{EVENT("mg_overload", 1), .at = IX_AT_ROOT, .supported = true},
	{NULL},
};

static const struct ix_def chp_observed[] = {
	{PARAM("reduction", 1, UINT), .max = 100},
	{NULL},
};
static const struct ix_def chp[] = {
	{EVENT("MGCon", 1), .at = IX_AT_ROOT, .supported = true, .observed = chp_observed},
	{NULL},
};

/* ---- seg: H.248.1 E.14 ----------------------------------------------------------------------- */

#define SEG_VALUE(n, i)                                                                            \
	{                                                                                          \
		PROPERTY(n, i, UINT), .at = IX_AT_ROOT, .max = UINT32_MAX                          \
	}
static const struct ix_def seg[] = {
	SEG_VALUE("MGSegmentationTimerValue", 1),
	SEG_VALUE("MGCSegmentationTimerValue", 2),
	SEG_VALUE("MGMaxPDUSize", 3),
	SEG_VALUE("MGCMaxPDUSize", 4),
	{NULL},
};

/* ---- mgcinfo: H.248.45 ----------------------------------------------------------------------- */

static const struct ix_def mgcinfo[] = {
	{PROPERTY("db", 1, STRING), .at = IX_AT_TERM_STATE},
	{NULL},
};

/* ---- tcpbcc: H.248.89, tlsbsc: H.248.90 ------------------------------------------------------ */

static const struct ix_def bnc_observed[] = {
	{PARAM("Type", 1, STRING)},
	{NULL},
};
static const struct ix_def tcpbcc[] = {
	{EVENT("BNCChange", 1), .at = IX_AT_TERM, .observed = bnc_observed},
	{SIGNAL("EstBNC", 1), .at = IX_AT_TERM},
	{SIGNAL("RelBNC", 2), .at = IX_AT_TERM},
	{NULL},
};
static const struct ix_def tlsbsc[] = {
	{EVENT("BNCChange", 1), .at = IX_AT_TERM, .observed = bnc_observed},
	{SIGNAL("EstBNC", 1), .at = IX_AT_TERM},
	{SIGNAL("RelBNC", 2), .at = IX_AT_TERM},
	{NULL},
};

/* ---- all ------------------------------------------------------------------------------------- */

static const struct ix_package_def packages[] = {
	{"g", 0x0001, 1, true, g},
	{"root", 0x0002, 2, true, root},
	{"nt", 0x000b, 1, true, nt},
	{"ds", 0x008b, 2, true, ds},
	{"gm", 0x008c, 2, true, gm},
	{"tman", 0x008d, 1, true, tman},
	{"ipdc", 0x009d, 1, true, ipdc},
	{"hangterm", 0x0098, 1, true, hangterm},
	{"rtcph", 0x00b5, 1, true, rtcph},
	{"adid", 0x009c, 1, true, adid},
	{"ipnapt", 0x0099, 1, true, ipnapt},
	{"it", 0x0045, 1, true, it},
	{"ocp", 0x0051, 1, true, ocp},
	{"chp", 0x0029, 1, true, chp},
	{"ipra", 0x00e0, 1, true, ipra},
	{"rtp", 0x000c, 1, false, rtp},
	{"adr", 0x00ac, 1, false, adr},
	{"seg", 0x00a3, 1, false, seg},
	{"mgcinfo", 0x00a0, 1, false, mgcinfo},
	{"tcpbcc", 0, 1, false, tcpbcc},
	{"tlsbsc", 0, 1, false, tlsbsc},
};
enum { N_PACKAGES = sizeof(packages) / sizeof(packages[0]) };

const struct ix_package_def *ix_package_at(unsigned n)
{
	return n < N_PACKAGES ? &packages[n] : NULL;
}

const struct ix_package_def *ix_package_find(struct ix_str name)
{
	for (unsigned i = 0; i < N_PACKAGES; i++)
		if (ix_str_is(name, packages[i].name))
			return &packages[i];
	return NULL;
}

const struct ix_package_def *ix_package_by_id(uint16_t id)
{
	for (unsigned i = 0; i < N_PACKAGES; i++)
		if (packages[i].id == id && id != 0)
			return &packages[i];
	return NULL;
}

const struct ix_def *ix_def_find(const struct ix_package_def *pkg, enum ix_def_kind kind,
				 struct ix_str name)
{
	for (const struct ix_def *d = pkg->defs; d->name != NULL; d++)
		if (d->kind == kind && ix_str_is(name, d->name))
			return d;
	return NULL;
}

const struct ix_def *ix_def_by_id(const struct ix_package_def *pkg, enum ix_def_kind kind,
				  uint16_t id)
{
	for (const struct ix_def *d = pkg->defs; d->name != NULL; d++)
		if (d->kind == kind && d->id == id)
			return d;
	return NULL;
}

const struct ix_def *ix_param_find(const struct ix_def *params, struct ix_str name)
{
	for (const struct ix_def *d = params; d != NULL && d->name != NULL; d++)
		if (ix_str_is(name, d->name))
			return d;
	return NULL;
}

const struct ix_def *ix_param_by_id(const struct ix_def *params, uint16_t id)
{
	for (const struct ix_def *d = params; d != NULL && d->name != NULL; d++)
		if (d->id == id)
			return d;
	return NULL;
}
