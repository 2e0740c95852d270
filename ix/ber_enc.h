// Shared by the parts of the binary encoder: writers of the types of Annex A.
// Spec: H.248.1 v3 Annex A.2
//
// id is the identifier octet: IX_SEQUENCE in a list, IX_CC(n) as field or alternative n.
#ifndef IX_BER_ENC_H
#define IX_BER_ENC_H

#include "ber_code.h"

/* PkgdName under id; the item's definition, NULL when unknown. */
const struct ix_def *ix_ber_put_item(struct ix_ber_out *o, uint8_t id, enum ix_def_kind kind,
				     struct ix_str pkg, struct ix_str item);
/* Name of 2 octets. */
void ix_ber_put_name(struct ix_ber_out *o, uint8_t id, uint16_t n);
void ix_ber_put_props(struct ix_ber_out *o, uint8_t id, const struct ix_prop *props);
/* SEQUENCE OF IndAudPropertyParm of both lists. */
void ix_ber_put_prop_asks(struct ix_ber_out *o, uint8_t id, const struct ix_prop *props,
			  const struct ix_prop *more);
void ix_ber_put_stats(struct ix_ber_out *o, uint8_t id, const struct ix_stats *stats);
/* The parameters of an event or signal, params as in names.c. */
struct ix_ber_param_list {
	enum ix_def_kind kind;
	struct ix_str pkg, item;
	const struct ix_def *params;
	const struct ix_prop *list;
};
void ix_ber_put_params(struct ix_ber_out *o, uint8_t id, const struct ix_ber_param_list *l);

void ix_ber_put_error(struct ix_ber_out *o, uint8_t id, const struct ix_error *error);
void ix_ber_put_time(struct ix_ber_out *o, uint8_t id, struct ix_str time);
/* The alternative itself: MId starts at tag `first`, 0, and in ServiceChangeAddress at 1. */
void ix_ber_put_mid(struct ix_ber_out *o, const struct ix_mid *mid, uint8_t first);
/* Behind a command's token in text: "=x0001{T:1,body}", bad when it is no digit map. */
void ix_ber_put_digitmap(struct ix_ber_out *o, uint8_t id, struct ix_str raw);

void ix_ber_put_media(struct ix_ber_out *o, uint8_t id, const struct ix_media *m);
void ix_ber_put_media_ask(struct ix_ber_out *o, uint8_t id, const struct ix_media *m);
void ix_ber_put_signals(struct ix_ber_out *o, uint8_t id, const struct ix_signals *sg);
void ix_ber_put_signal_ask(struct ix_ber_out *o, uint8_t id, const struct ix_signal *s);
void ix_ber_put_events(struct ix_ber_out *o, uint8_t id, const struct ix_events *ev);
void ix_ber_put_event_buffer(struct ix_ber_out *o, uint8_t id, const struct ix_events *ev);
void ix_ber_put_observed(struct ix_ber_out *o, uint8_t id, const struct ix_observed_events *oe);

void ix_ber_put_audit(struct ix_ber_out *o, uint8_t id, const struct ix_audit *a);
void ix_ber_put_amm(struct ix_ber_out *o, uint8_t id, const struct ix_descriptors *d);
void ix_ber_put_returned(struct ix_ber_out *o, uint8_t id, const struct ix_descriptors *d);
void ix_ber_put_services(struct ix_ber_out *o, uint8_t id, const struct ix_services *sv);
/* ServiceChangeResult with its explicit tag; sv may be NULL. */
void ix_ber_put_services_reply(struct ix_ber_out *o, uint8_t id, const struct ix_descriptors *d);

#endif
