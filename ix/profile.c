// The profile: is a decoded command one that this gateway understands and can honour?
// Spec: TS 29.238 5.7, 5.8, 5.14; H.248.8 for the codes
#include "profile.h"

#include <stdarg.h>
#include <stdio.h>

enum {
	ITEMS_MAX = 64
}; // more in one descriptor cannot all be different; keeps the search for twins short

struct check {
	struct ix_arena *arena;
	struct ix_error *err;
	bool root; // the command is for ROOT
};

__attribute__((format(printf, 3, 4))) static bool fail(const struct check *c, uint16_t code,
						       const char *fmt, ...)
{
	char text[160];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	c->err->code = code;
	c->err->text = ix_str_fmt(c->arena, "%s", text);
	if (c->err->text.p == NULL)
		c->err->text = ix_lit(ix_error_text(code));
	return false;
}

/* For "%.*s": names and values of any length, cut. */
#define CUT(s) (int)((s).len < 64 ? (s).len : 64), (s).len ? (s).p : ""

/* ---- items ----------------------------------------------------------------------------------- */

static const struct {
	const char *what;
	uint16_t unknown, refused;
} kinds[] = {
	[IX_DEF_PROPERTY] = {"property", IX_E_NO_SUCH_PROPERTY, IX_E_UNKNOWN_PROPERTY},
	[IX_DEF_EVENT] = {"event", IX_E_NO_SUCH_EVENT, IX_E_CANNOT_DETECT},
	[IX_DEF_SIGNAL] = {"signal", IX_E_NO_SUCH_SIGNAL, IX_E_CANNOT_SIGNAL},
	[IX_DEF_STATISTIC] = {"statistic", IX_E_NO_SUCH_STATISTIC, IX_E_NO_SUCH_STATISTIC},
};

/* The definition of pkg/item, or NULL after fail(). */
static const struct ix_def *find(const struct check *c, enum ix_def_kind kind, struct ix_str pkg,
				 struct ix_str item)
{
	const struct ix_package_def *package = ix_package_find(pkg);
	if (package == NULL || !package->supported) {
		fail(c, IX_E_UNKNOWN_PACKAGE, "Package %.*s", CUT(pkg));
		return NULL;
	}
	const struct ix_def *def = ix_def_find(package, kind, item);
	if (def == NULL)
		fail(c, kinds[kind].unknown, "No %s %.*s/%.*s", kinds[kind].what, CUT(pkg),
		     CUT(item));
	else if (!def->supported)
		fail(c, kinds[kind].refused, "%.*s/%.*s is not supported", CUT(pkg), CUT(item));
	return def != NULL && def->supported ? def : NULL;
}

static bool value_fits(const struct ix_def *def, const struct ix_value *value)
{
	struct ix_value alone = {.text = value->text, .quoted = value->quoted};
	const struct ix_prop one = {.values = &alone};
	bool on;
	uint64_t n;
	uint8_t octet, ip[16];
	unsigned i, bits;
	struct ix_str s;
	switch ((enum ix_type)def->type) {
	case IX_TYPE_NONE: return false;
	case IX_TYPE_BOOL: return ix_prop_bool(&one, &on);
	case IX_TYPE_UINT: return ix_prop_uint(&one, &n) && n >= def->min && n <= def->max;
	case IX_TYPE_HEX: return ix_prop_hex(&one, &octet) && octet <= def->max;
	case IX_TYPE_ENUM: return ix_prop_enum(&one, def->names, &i);
	case IX_TYPE_STRING: return ix_prop_str(&one, &s) && s.len > 0;
	case IX_TYPE_PREFIX: return ix_value_prefix(value->text, ip, &i, &bits);
	}
	return false;
}

static bool check_value(const struct check *c, const struct ix_def *def, const struct ix_prop *prop,
			bool param)
{
	const bool list = prop->shape == IX_OR_LIST || prop->shape == IX_AND_LIST;
	const bool range = prop->shape == IX_RANGE;
	const char *slash = prop->pkg.len > 0 ? "/" : "";
	if (prop->values == NULL || prop->rel != IX_EQ || (list && !(def->may & IX_MAY_LIST)) ||
	    (range && !(def->may & IX_MAY_RANGE)))
		return fail(c, IX_E_VALUE, "%.*s%s%.*s: %s", CUT(prop->pkg), slash, CUT(prop->item),
			    prop->values == NULL ? "value missing" : "not this form of value");
	for (const struct ix_value *v = prop->values; v != NULL; v = v->next)
		if (!value_fits(def, v))
			return fail(c,
				    param && def->type == IX_TYPE_ENUM ? IX_E_NO_SUCH_VALUE
								       : IX_E_VALUE,
				    "%.*s%s%.*s = %.*s", CUT(prop->pkg), slash, CUT(prop->item),
				    CUT(v->text));
	uint64_t lo, hi;
	if (range && !ix_prop_range(prop, &lo, &hi))
		return fail(c, IX_E_VALUE, "%.*s%s%.*s: lower bound above upper", CUT(prop->pkg),
			    slash, CUT(prop->item));
	return true;
}

/* Is it alone of its name in the list up to itself? */
static bool check_twin(const struct check *c, const struct ix_prop *list,
		       const struct ix_prop *prop)
{
	unsigned n = 0;
	for (const struct ix_prop *p = list; p != prop; p = p->next)
		if (++n >= ITEMS_MAX ||
		    (ix_str_eq(p->pkg, prop->pkg) && ix_str_eq(p->item, prop->item)))
			return fail(c, IX_E_PROPERTY_TWICE, "%.*s%s%.*s appears twice",
				    CUT(prop->pkg), prop->pkg.len > 0 ? "/" : "", CUT(prop->item));
	return true;
}

static bool check_properties(const struct check *c, const struct ix_prop *list, unsigned at)
{
	for (const struct ix_prop *p = list; p != NULL; p = p->next) {
		const struct ix_def *def = find(c, IX_DEF_PROPERTY, p->pkg, p->item);
		if (def == NULL || !check_twin(c, list, p))
			return false;
		if (!(def->at & at))
			return fail(c, IX_E_PROPERTY_ILLEGAL, "%.*s/%.*s does not belong here",
				    CUT(p->pkg), CUT(p->item));
		if (def->read_only)
			return fail(c, IX_E_READ_ONLY, "%.*s/%.*s is read-only", CUT(p->pkg),
				    CUT(p->item));
		if (!check_value(c, def, p, false))
			return false;
	}
	return true;
}

static bool check_params(const struct check *c, const struct ix_def *def, struct ix_str pkg,
			 const struct ix_prop *list)
{
	for (const struct ix_prop *p = list; p != NULL; p = p->next) {
		const struct ix_def *param = p->pkg.len == 0 ? ix_param_find(def->params, p->item)
							     : NULL;
		if (param == NULL)
			return fail(c, IX_E_UNKNOWN_PARAMETER, "%.*s/%s has no parameter %.*s",
				    CUT(pkg), def->name, CUT(p->item));
		if (!check_twin(c, list, p) || !check_value(c, param, p, true))
			return false;
	}
	for (const struct ix_def *d = def->params; d != NULL && d->name != NULL; d++)
		if (d->required && ix_prop_find(list, d->name) == NULL)
			return fail(c, IX_E_MISSING_PARAMETER, "%.*s/%s needs %s", CUT(pkg),
				    def->name, d->name);
	return true;
}

/* ---- descriptors ----------------------------------------------------------------------------- */

static bool check_event(const struct check *c, const struct ix_event *e)
{
	const struct ix_def *def = find(c, IX_DEF_EVENT, e->pkg, e->item);
	if (def == NULL)
		return false;
	if (!(def->at & (c->root ? IX_AT_ROOT : IX_AT_TERM)))
		return fail(c, IX_E_CANNOT_DETECT, "%.*s/%.*s is %s ROOT", CUT(e->pkg),
			    CUT(e->item), c->root ? "not for" : "only for");
	if (e->digitmap.len > 0 || e->embed_signals != NULL || e->embed_events != NULL)
		return fail(c, IX_E_UNKNOWN_DESCRIPTOR, "%s in %.*s/%.*s",
			    e->digitmap.len > 0 ? "DigitMap" : "Embed", CUT(e->pkg), CUT(e->item));
	if (e->reset_events || e->notify == IX_NB_NEVER || e->notify == IX_NB_REGULATED)
		return fail(c, IX_E_NOT_IMPLEMENTED, "Notify behaviour of %.*s/%.*s", CUT(e->pkg),
			    CUT(e->item));
	return check_params(c, def, e->pkg, e->params);
}

static bool check_events(const struct check *c, const struct ix_events *events)
{
	if (events == NULL)
		return true;
	if (events->list != NULL && !events->has_id)
		return fail(c, IX_E_SYNTAX_COMMAND, "Events without a request id");
	unsigned n = 0;
	for (const struct ix_event *e = events->list; e != NULL; e = e->next) {
		if (++n > ITEMS_MAX)
			return fail(c, IX_E_RESOURCES, "More than %d events", ITEMS_MAX);
		for (const struct ix_event *f = events->list; f != e; f = f->next)
			if (ix_str_eq(f->pkg, e->pkg) && ix_str_eq(f->item, e->item) &&
			    f->has_stream == e->has_stream && f->stream == e->stream)
				return fail(c, IX_E_PROPERTY_TWICE, "%.*s/%.*s appears twice",
					    CUT(e->pkg), CUT(e->item));
		if (!check_event(c, e))
			return false;
	}
	return true;
}

static bool check_signals(const struct check *c, const struct ix_signals *signals)
{
	if (signals == NULL)
		return true;
	if (signals->lists != NULL)
		return fail(c, IX_E_UNKNOWN_DESCRIPTOR, "SignalList");
	for (const struct ix_signal *s = signals->list; s != NULL; s = s->next) {
		const struct ix_def *def = find(c, IX_DEF_SIGNAL, s->pkg, s->item);
		if (def == NULL)
			return false;
		if (c->root)
			return fail(c, IX_E_CANNOT_SIGNAL, "%.*s/%.*s is not for ROOT", CUT(s->pkg),
				    CUT(s->item));
		if (s->type == IX_SIG_ONOFF || s->type == IX_SIG_TIMEOUT)
			return fail(c, IX_E_VALUE, "%.*s/%.*s is a brief signal", CUT(s->pkg),
				    CUT(s->item));
		if (!check_params(c, def, s->pkg, s->params))
			return false;
	}
	return true;
}

/* Statistics in Add and Modify choose what to count; everything that is known is always counted. */
static bool check_stats(const struct check *c, const struct ix_stats *stats)
{
	const struct ix_prop *list = stats != NULL ? stats->items : NULL;
	for (const struct ix_prop *p = list; p != NULL; p = p->next) {
		if (find(c, IX_DEF_STATISTIC, p->pkg, p->item) == NULL || !check_twin(c, list, p))
			return false;
		if (p->values != NULL)
			return fail(c, IX_E_NOT_IMPLEMENTED, "Setting %.*s/%.*s", CUT(p->pkg),
				    CUT(p->item));
	}
	return true;
}

static bool check_state(const struct check *c, const struct ix_term_state *state)
{
	if (state == NULL)
		return true;
	if (state->service != IX_SS_NONE && state->service != IX_SS_IN)
		return fail(c, IX_E_VALUE, "ServiceStates: only InService");
	if (state->buffer == IX_BUF_LOCKSTEP)
		return fail(c, IX_E_UNKNOWN_PROPERTY, "Buffer = LockStep is not supported");
	return check_properties(c, state->props, c->root ? IX_AT_ROOT : IX_AT_TERM_STATE);
}

static bool check_stream(const struct check *c, const struct ix_stream *stream)
{
	const struct ix_local_control *control = stream->control;
	if (control != NULL && control->mode == IX_LOOPBACK)
		return fail(c, IX_E_MODE, "Mode = Loopback");
	if (control != NULL && control->reserve_group == IX_ON)
		return fail(c, IX_E_UNKNOWN_PROPERTY, "ReservedGroup is not supported");
	if (control != NULL && !check_properties(c, control->props, IX_AT_CONTROL))
		return false;
	return check_stats(c, stream->stats);
}

static bool check_media(const struct check *c, const struct ix_media *media)
{
	if (media == NULL)
		return true;
	if (!check_state(c, media->state))
		return false;
	if (c->root && media->streams != NULL)
		return fail(c, IX_E_DESCRIPTOR_ILLEGAL, "Stream on ROOT");
	unsigned n = 0;
	for (const struct ix_stream *s = media->streams; s != NULL; s = s->next) {
		if (++n > ITEMS_MAX)
			return fail(c, IX_E_RESOURCES, "More than %d streams", ITEMS_MAX);
		for (const struct ix_stream *t = media->streams; t != s; t = t->next)
			if (t->id == s->id)
				return fail(c, IX_E_DESCRIPTOR_TWICE, "Stream %u appears twice",
					    s->id);
		if (!check_stream(c, s))
			return false;
	}
	return true;
}

/* ---- audits ---------------------------------------------------------------------------------- */

/* Known, or a wildcard that asks for whatever there is. */
static bool check_audited(const struct check *c, enum ix_def_kind kind, struct ix_str pkg,
			  struct ix_str item)
{
	if (ix_str_is(pkg, "*"))
		return true;
	const struct ix_package_def *package = ix_package_find(pkg);
	if (package == NULL || !package->supported)
		return fail(c, IX_E_UNKNOWN_PACKAGE, "Package %.*s", CUT(pkg));
	if (ix_str_is(item, "*"))
		return true;
	const struct ix_def *def = ix_def_find(package, kind, item);
	if (def == NULL || !def->supported)
		return fail(c, IX_E_NO_SUCH_ITEM, "No %s %.*s/%.*s", kinds[kind].what, CUT(pkg),
			    CUT(item));
	return true;
}

static bool check_audited_list(const struct check *c, enum ix_def_kind kind,
			       const struct ix_prop *list)
{
	for (const struct ix_prop *p = list; p != NULL; p = p->next)
		if (!check_audited(c, kind, p->pkg, p->item))
			return false;
	return true;
}

static bool check_audited_media(const struct check *c, const struct ix_media *media)
{
	if (media == NULL)
		return true;
	if (media->state != NULL && !check_audited_list(c, IX_DEF_PROPERTY, media->state->props))
		return false;
	for (const struct ix_stream *s = media->streams; s != NULL; s = s->next) {
		if (s->control != NULL &&
		    !check_audited_list(c, IX_DEF_PROPERTY, s->control->props))
			return false;
		if (s->stats != NULL && !check_audited_list(c, IX_DEF_STATISTIC, s->stats->items))
			return false;
	}
	return true;
}

static bool check_audit(const struct check *c, const struct ix_audit *audit)
{
	if (audit == NULL)
		return true;
	if (audit->whole & (IX_AU_MUX | IX_AU_MODEM | IX_AU_DIGITMAP | IX_AU_EVENTBUF))
		return fail(c, IX_E_UNKNOWN_DESCRIPTOR, "Audit of %s",
			    audit->whole & IX_AU_MUX        ? "Mux"
			    : audit->whole & IX_AU_MODEM    ? "Modem"
			    : audit->whole & IX_AU_DIGITMAP ? "DigitMap"
							    : "EventBuffer");
	if (!check_audited_media(c, audit->media))
		return false;
	const struct ix_event *event = audit->events != NULL ? audit->events->list : NULL;
	for (; event != NULL; event = event->next)
		if (!check_audited(c, IX_DEF_EVENT, event->pkg, event->item))
			return false;
	const struct ix_signal *signal = audit->signals != NULL ? audit->signals->list : NULL;
	for (; signal != NULL; signal = signal->next)
		if (!check_audited(c, IX_DEF_SIGNAL, signal->pkg, signal->item))
			return false;
	return audit->stats == NULL || check_audited_list(c, IX_DEF_STATISTIC, audit->stats->items);
}

/* ---- commands -------------------------------------------------------------------------------- */

enum {
	MEDIA = 1 << 0,
	EVENTS = 1 << 1,
	SIGNALS = 1 << 2,
	AUDIT = 1 << 3,
	STATS = 1 << 4,
	SERVICES = 1 << 5,
	OBSERVED = 1 << 6,
	PACKAGES = 1 << 7,
	ERROR = 1 << 8,
	EVENTBUF = 1 << 9,
	DIGITMAP = 1 << 10,
	MUX = 1 << 11,
	MODEM = 1 << 12,
};
static const char *const descriptor_names[] = {
	"Media",    "Events", "Signals",     "Audit",    "Statistics", "Services", "ObservedEvents",
	"Packages", "Error",  "EventBuffer", "DigitMap", "Mux",        "Modem",
};
static const unsigned legal[IX_VERBS] = {
	// 0: the command is not in the profile
	[IX_ADD] = MEDIA | EVENTS | SIGNALS | AUDIT | STATS,
	[IX_MODIFY] = MEDIA | EVENTS | SIGNALS | AUDIT | STATS,
	[IX_SUBTRACT] = AUDIT,
	[IX_AUDIT_VALUE] = AUDIT,
	[IX_SERVICE_CHANGE] = SERVICES,
};
static const char *const verb_names[IX_VERBS] = {
	[IX_ADD] = "Add",
	[IX_MOVE] = "Move",
	[IX_MODIFY] = "Modify",
	[IX_SUBTRACT] = "Subtract",
	[IX_AUDIT_VALUE] = "AuditValue",
	[IX_AUDIT_CAP] = "AuditCapability",
	[IX_NOTIFY] = "Notify",
	[IX_SERVICE_CHANGE] = "ServiceChange",
};

static unsigned present(const struct ix_descriptors *d)
{
	return (d->media != NULL ? MEDIA : 0) | (d->events != NULL ? EVENTS : 0) |
	       (d->signals != NULL ? SIGNALS : 0) | (d->audit != NULL ? AUDIT : 0) |
	       (d->stats != NULL ? STATS : 0) | (d->services != NULL ? SERVICES : 0) |
	       (d->observed != NULL ? OBSERVED : 0) | (d->has_packages ? PACKAGES : 0) |
	       (d->error != NULL ? ERROR : 0) | (d->event_buffer != NULL ? EVENTBUF : 0) |
	       (d->digitmap_raw.p != NULL ? DIGITMAP : 0) | (d->mux_raw.p != NULL ? MUX : 0) |
	       (d->modem_raw.p != NULL ? MODEM : 0);
}

static bool check_legal(const struct check *c, const struct ix_command *cmd)
{
	if ((unsigned)cmd->verb >= IX_VERBS || legal[cmd->verb] == 0)
		return fail(c, IX_E_UNKNOWN_COMMAND, "%s",
			    (unsigned)cmd->verb < IX_VERBS ? verb_names[cmd->verb] : "Command");
	const unsigned wrong = present(&cmd->d) & ~legal[cmd->verb];
	const unsigned unused = wrong & (EVENTBUF | DIGITMAP | MUX | MODEM);
	if (unused != 0)
		return fail(c, IX_E_UNKNOWN_DESCRIPTOR, "%s",
			    descriptor_names[__builtin_ctz(unused)]);
	if (wrong != 0)
		return fail(c, IX_E_DESCRIPTOR_ILLEGAL, "%s in %s",
			    descriptor_names[__builtin_ctz(wrong)], verb_names[cmd->verb]);
	return true;
}

bool ix_profile_check(const struct ix_command *cmd, struct ix_error *err, struct ix_arena *arena)
{
	const struct check c = {arena, err, cmd->tids != NULL && ix_tid_is_root(cmd->tids)};
	return check_legal(&c, cmd) && check_media(&c, cmd->d.media) &&
	       check_events(&c, cmd->d.events) && check_signals(&c, cmd->d.signals) &&
	       check_stats(&c, cmd->d.stats) && check_audit(&c, cmd->d.audit);
}

bool ix_profile_check_action(const struct ix_action *action, struct ix_error *err,
			     struct ix_arena *arena)
{
	const struct check c = {arena, err, false};
	const struct ix_topology *t = action->has_props ? action->props.topology : NULL;
	for (; t != NULL; t = t->next)
		if (t->dir == IX_ONEWAY_EXTERNAL || t->dir == IX_ONEWAY_BOTH)
			return fail(&c, IX_E_TOPOLOGY, "Topology: only Bothway, Isolate, Oneway");
	// No package of the profile has a context property.
	const struct ix_prop *attr = action->has_props ? action->props.attrs : NULL;
	if (attr != NULL)
		return ix_package_find(attr->pkg) == NULL
			       ? fail(&c, IX_E_UNKNOWN_PACKAGE, "Package %.*s", CUT(attr->pkg))
			       : fail(&c, IX_E_NO_SUCH_PROPERTY, "No context property %.*s/%.*s",
				      CUT(attr->pkg), CUT(attr->item));
	const struct ix_prop *audited = action->audit != NULL ? action->audit->props : NULL;
	if (audited != NULL)
		return ix_package_find(audited->pkg) == NULL
			       ? fail(&c, IX_E_UNKNOWN_PACKAGE, "Package %.*s", CUT(audited->pkg))
			       : fail(&c, IX_E_NO_SUCH_ITEM, "No context property %.*s/%.*s",
				      CUT(audited->pkg), CUT(audited->item));
	return true;
}
