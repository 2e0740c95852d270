// A Media descriptor applied to a termination: checked, endpoints allocated, undone when refused.
// Spec: H.248.1 7.1.4-7.1.8; TS 29.238 5.15 (SDP); RFC 3605 (a=rtcp)
#include "media.h"

#include <stdlib.h>
#include <string.h>

#include "../ix/profile.h"

int ctl_media_realm(const struct ctl_gateway *gw, const struct ix_media *media,
		    struct ctl_error *err)
{
	int realm = -1, r;

	for (const struct ix_stream *s = media ? media->streams : NULL; s; s = s->next) {
		const struct ix_prop *p = s->control ? ix_prop_find(s->control->props, "ipdc/realm")
						     : NULL;
		struct ix_str name;

		if (!p)
			continue;
		if (!ix_prop_str(p, &name) || (r = ctl_realm_find(gw->realms, name)) < 0) {
			ctl_refuse(err, IX_E_VALUE, "ipdc/realm %.*s: no such realm",
				   p->values ? (int)p->values->text.len : 0,
				   p->values ? p->values->text.p : "");
			return -2;
		}
		if (realm >= 0 && r != realm) {
			ctl_refuse(err, IX_E_CONFLICT,
				   "ipdc/realm differs between streams of one termination");
			return -2;
		}
		realm = r;
	}
	return realm;
}

/* ---- one stream ------------------------------------------------------------------------------ */

static void read_tri(const struct ix_prop *props, const char *name, enum ix_tri *tri)
{
	bool on;

	if (ix_prop_bool(ix_prop_find(props, name), &on))
		*tri = on ? IX_ON : IX_OFF;
}

static bool set_control(struct ctl_stream *s, const struct ix_local_control *c,
			struct ctl_error *err)
{
	bool police = false;

	if (c->mode != IX_MODE_NONE)
		s->mode = c->mode;
	ix_prop_hex(ix_prop_find(c->props, "ds/dscp"), &s->dscp);
	read_tri(c->props, "gm/saf", &s->saf);
	read_tri(c->props, "gm/spf", &s->spf);
	read_tri(c->props, "rtcph/rsb", &s->rsb);
	if (ix_prop_bool(ix_prop_find(c->props, "tman/pol"), &police) && police)
		return ctl_refuse(err, IX_E_NOT_IMPLEMENTED, "tman/pol=ON: no policing here");
	return true;
}

static bool check_proto(const struct ix_sdp *sdp, struct ctl_error *err)
{
	if (sdp->proto)
		return true;
	return ctl_refuse(err, IX_E_MEDIA_TYPE, "proto %.*s is not carried",
			  (int)sdp->proto_name.len, sdp->proto_name.p);
}

static bool set_local(struct ctl_stream *s, struct ix_str text, struct ctl_error *err)
{
	const struct ix_sdp *sdp = &s->local.sdp;

	if (!ctl_sdp_set(&s->local, text, err) || !check_proto(sdp, err))
		return false;
	if (sdp->family == IX_SDP_NO_ADDR)
		return ctl_refuse(err, IX_E_SDP, "Local of stream %u has no c= line", s->id);
	if (sdp->port_unused)
		return ctl_refuse(err, IX_E_VALUE, "Local of stream %u has no port", s->id);
	return true;
}

/* The port of RTCP at the remote: a=rtcp, else the one after RTP. */
static be16 rtcp_port(const struct ix_sdp *sdp)
{
	struct ix_str a = ix_sdp_attr(sdp, "rtcp", 0);
	unsigned port = 0;

	for (uint32_t i = 0; i < a.len && i < 5 && a.p[i] >= '0' && a.p[i] <= '9'; i++)
		port = port * 10 + (unsigned)(a.p[i] - '0');
	if (port == 0 || port > 65535)
		port = sdp->port + 1u;
	return nat_be16((uint16_t)port);
}

/* The gateway cannot send to itself: packets that leave do not come back to its own ports. */
static bool not_ourselves(const struct ctl_edit *e, const struct ctl_stream *s,
			  struct ctl_error *err)
{
	char text[NAT_ADDR_TEXT];

	if (!ctl_realm_owns(e->gw->realms, e->term->realm, s->remote_ep.family, &s->remote_ep.addr))
		return true;
	return ctl_refuse(
		err, IX_E_NOT_IMPLEMENTED,
		"Remote %s: the gateway's own address, a call cannot pass it twice",
		nat_addr_text(s->remote_ep.family, &s->remote_ep.addr, text, sizeof(text)));
}

static bool set_remote(const struct ctl_edit *e, struct ctl_stream *s, struct ix_str text,
		       struct ctl_error *err)
{
	const struct ix_sdp *sdp = &s->remote.sdp;
	char addr[NAT_ADDR_TEXT];

	s->remote_ep = (struct nat_ep){0};
	if (!ctl_sdp_set(&s->remote, text, err) || !check_proto(sdp, err))
		return false;
	if (sdp->addr_choose || sdp->port_choose)
		return ctl_refuse(err, IX_E_VALUE, "Remote of stream %u has a $", s->id);
	if (sdp->family == IX_SDP_NO_ADDR || sdp->port_unused)
		return true;
	if (sdp->addr.len >= sizeof(addr))
		return ctl_refuse(err, IX_E_VALUE, "Remote: c= must hold an IP address");
	memcpy(addr, sdp->addr.p, sdp->addr.len);
	addr[sdp->addr.len] = 0;
	s->remote_ep.family = (uint8_t)nat_addr_parse(addr, &s->remote_ep.addr);
	if (s->remote_ep.family != (uint8_t)sdp->family)
		return ctl_refuse(err, IX_E_VALUE, "Remote: c= %s is no IPv%d address", addr,
				  (int)sdp->family);
	s->remote_ep.port = nat_be16(sdp->port);
	s->remote_rtcp = rtcp_port(sdp);
	return not_ourselves(e, s, err);
}

/* ---- local endpoints ------------------------------------------------------------------------- */

static uint8_t ip_proto(const struct ix_proto *proto)
{
	return proto->transport == IX_TP_TCP ? NAT_IP_TCP : NAT_IP_UDP;
}

/* Whether RTCP gets a port of its own. */
static bool wants_pair(const struct ctl_stream *s)
{
	const struct ix_sdp *sdp = &s->local.sdp;

	return sdp->proto->rtp && sdp->proto->transport == IX_TP_UDP && !sdp->rtcp_mux &&
	       s->rsb != IX_OFF;
}

/* The endpoint of the stream's partner, whose worker must be shared. */
static const struct ctl_local *partner(const struct ctl_termination *t, uint16_t id)
{
	for (unsigned i = 0; t->ctx && i < t->ctx->n_terms; i++) {
		const struct ctl_stream *s = ctl_stream_get(t->ctx->terms[i], id);

		if (t->ctx->terms[i] != t && s && s->at.held)
			return &s->at;
	}
	return NULL;
}

static bool is_ours(const struct ctl_stream *s, struct ctl_error *err)
{
	const struct ix_sdp *sdp = &s->local.sdp;
	char text[NAT_ADDR_TEXT];

	nat_addr_text(s->at.ep.family, &s->at.ep.addr, text, sizeof(text));
	if (!sdp->addr_choose && !ix_str_is(sdp->addr, text))
		return ctl_refuse(err, IX_E_VALUE,
				  "Local address %.*s: the gateway has %s here; use $",
				  (int)sdp->addr.len, sdp->addr.p, text);
	if (!sdp->port_choose && sdp->port != nat_host16(s->at.ep.port))
		return ctl_refuse(err, IX_E_VALUE,
				  "Local port %u: the gateway chooses ports; use $", sdp->port);
	return true;
}

/* Writes what was chosen into Local. */
static bool fill_local(struct ctl_edit *e, struct ctl_stream *s, struct ctl_error *err)
{
	struct ix_arena *arena = ix_arena_new(65536);
	char addr[NAT_ADDR_TEXT];
	struct ix_str text;
	bool ok;

	if (!arena)
		return ctl_refuse(err, IX_E_RESOURCES, "out of memory");
	nat_addr_text(s->at.ep.family, &s->at.ep.addr, addr, sizeof(addr));
	text = ix_sdp_fill(arena, &s->local.sdp, (enum ix_sdp_family)s->at.ep.family, addr,
			   nat_host16(s->at.ep.port));
	ok = text.p ? ctl_sdp_set(&s->local, text, err)
		    : ctl_refuse(err, IX_E_RESOURCES, "Local descriptor too long");
	ix_arena_free(arena);
	e->filled[e->n_filled++] = s->id;
	return ok;
}

/* Gives the stream the endpoint that its Local asks for; one that fits already is kept. */
static bool settle(struct ctl_edit *e, struct ctl_stream *s, uint64_t now_ms, struct ctl_error *err)
{
	const struct ix_sdp *sdp = &s->local.sdp;
	uint8_t proto = ip_proto(sdp->proto), family = (uint8_t)sdp->family;
	bool pair = wants_pair(s);
	struct ctl_local fresh = {0};

	if (!s->at.held || s->at.ep.family != family || s->at.ep.proto != proto ||
	    s->at.pair != pair) {
		if (!ctl_local_take(e->gw->realms, e->term->realm, family, proto, pair,
				    partner(e->term, s->id), now_ms, &fresh, err))
			return false;
		s->at = fresh;
	}
	if (!is_ours(s, err))
		return false;
	return !(sdp->addr_choose || sdp->port_choose) || fill_local(e, s, err);
}

static bool remote_fits(const struct ctl_stream *s)
{
	return s->local.sdp.proto->transport == s->remote.sdp.proto->transport &&
	       (s->remote_ep.family == NAT_NONE || s->remote_ep.family == s->at.ep.family);
}

/* Local and Remote speak of one stream. A Remote from before, when Local has just changed to
 * another transport or IP version, is void: the new one comes with the answer. */
static bool check_remote(struct ctl_stream *s, bool just_given, struct ctl_error *err)
{
	if (!s->local.text || !s->remote.text || remote_fits(s))
		return true;
	if (just_given)
		return ctl_refuse(err, IX_E_VALUE,
				  "stream %u: Local is %s over IPv%u, Remote is %s over IPv%u",
				  s->id, s->local.sdp.proto->name, s->at.ep.family,
				  s->remote.sdp.proto->name, s->remote_ep.family);
	free(s->remote.text);
	s->remote = (struct ctl_sdp){0};
	s->remote_ep = (struct nat_ep){0};
	return true;
}

/* ---- the whole descriptor -------------------------------------------------------------------- */

static bool same_port(const struct ctl_local *x, const struct ctl_local *y)
{
	return x->held && y->held && !memcmp(&x->ep, &y->ep, sizeof(x->ep)) && x->realm == y->realm;
}

static bool held_by(struct ctl_stream *const *list, unsigned n, const struct ctl_local *at)
{
	for (unsigned i = 0; i < n; i++)
		if (same_port(&list[i]->at, at))
			return true;
	return false;
}

static bool in_list(struct ctl_stream *const *list, unsigned n, const struct ctl_stream *s)
{
	for (unsigned i = 0; i < n; i++)
		if (list[i] == s)
			return true;
	return false;
}

void ctl_edit_keep(struct ctl_edit *e)
{
	struct ctl_termination *t = e->term;

	for (unsigned i = 0; i < e->n_old; i++) {
		if (in_list(t->streams, t->n_streams, e->old[i]))
			continue;
		if (!held_by(t->streams, t->n_streams, &e->old[i]->at))
			ctl_plane_release(e->gw->plane, &e->old[i]->at);
		ctl_stream_free(e->old[i]);
	}
}

void ctl_edit_undo(struct ctl_edit *e)
{
	struct ctl_termination *t = e->term;

	for (unsigned i = 0; i < t->n_streams; i++) {
		if (in_list(e->old, e->n_old, t->streams[i]))
			continue;
		/* It may have been published for a moment, so it rests like any other. */
		if (!held_by(e->old, e->n_old, &t->streams[i]->at))
			ctl_plane_release(e->gw->plane, &t->streams[i]->at);
		ctl_stream_free(t->streams[i]);
	}
	memcpy(t->streams, e->old, sizeof(e->old));
	t->n_streams = e->n_old;
}

/* Puts a copy of the stream (or a new one) on the termination, which then belongs to the edit. */
static struct ctl_stream *open_stream(struct ctl_edit *e, uint16_t id, struct ctl_error *err)
{
	struct ctl_termination *t = e->term;
	unsigned i = 0;
	struct ctl_stream *s;

	while (i < t->n_streams && t->streams[i]->id < id)
		i++;
	if (i < t->n_streams && t->streams[i]->id == id) {
		s = t->streams[i];
		if (!in_list(e->old, e->n_old, s)) {
			ctl_refuse(err, IX_E_DESCRIPTOR_TWICE, "stream %u appears twice", id);
			return NULL;
		}
		s = ctl_stream_new(id, s);
	} else {
		if (t->n_streams == CTL_STREAMS) {
			ctl_refuse(err, IX_E_RESOURCES, "at most %d streams per termination",
				   CTL_STREAMS);
			return NULL;
		}
		s = ctl_stream_new(id, NULL);
		if (s)
			memmove(&t->streams[i + 1], &t->streams[i],
				(t->n_streams++ - i) * sizeof(t->streams[0]));
	}
	if (!s)
		ctl_refuse(err, IX_E_RESOURCES, "out of memory");
	else
		t->streams[i] = s;
	return s;
}

static bool apply_stream(struct ctl_edit *e, const struct ix_stream *in, uint64_t now_ms,
			 struct ctl_error *err)
{
	struct ctl_stream *s = open_stream(e, in->id ? in->id : 1, err);

	if (!s || (in->control && !set_control(s, in->control, err)) ||
	    (in->has_local && !set_local(s, in->local, err)) ||
	    (in->has_remote && !set_remote(e, s, in->remote, err)))
		return false;
	if (s->local.text && (in->has_local || in->control) && !settle(e, s, now_ms, err))
		return false;
	return check_remote(s, in->has_remote, err);
}

bool ctl_media_apply(struct ctl_edit *e, struct ctl_gateway *gw, struct ctl_termination *term,
		     const struct ix_media *media, uint64_t now_ms, struct ctl_error *err)
{
	*e = (struct ctl_edit){.gw = gw, .term = term, .n_old = term->n_streams};
	memcpy(e->old, term->streams, sizeof(e->old));
	if (media && media->state && media->state->service != IX_SS_NONE &&
	    media->state->service != IX_SS_IN)
		return ctl_refuse(err, IX_E_NOT_IMPLEMENTED,
				  "ServiceStates other than InService on an IP termination");
	for (const struct ix_stream *s = media ? media->streams : NULL; s; s = s->next) {
		if (!apply_stream(e, s, now_ms, err)) {
			ctl_edit_undo(e);
			return false;
		}
	}
	return true;
}

bool ctl_edit_reply(const struct ctl_edit *e, struct ix_arena *arena, struct ix_media **media)
{
	struct ix_stream **tail;

	*media = NULL;
	if (!e->n_filled)
		return true;
	*media = ix_alloc(arena, sizeof(**media));
	if (!*media)
		return false;
	tail = &(*media)->streams;
	for (unsigned i = 0; i < e->n_filled; i++) {
		const struct ctl_stream *s = ctl_stream_get(e->term, e->filled[i]);
		struct ix_stream *out = ix_alloc(arena, sizeof(*out));

		if (!out)
			return false;
		out->id = s->id;
		out->has_local = true;
		out->local = ix_str_fmt(arena, "%s", s->local.text);
		if (!out->local.p)
			return false;
		*tail = out;
		tail = &out->next;
	}
	return true;
}
