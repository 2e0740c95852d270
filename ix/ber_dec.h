// Shared by the parts of the binary decoder: readers for the tables of Annex A.
// Spec: H.248.1 v3 Annex A.2
//
// Each says what `into` is. Nothing here looks at a tag but the tables and lists that call it.
#ifndef IX_BER_DEC_H
#define IX_BER_DEC_H

#include "ber_code.h"

/* A PkgdName that was read; the caller sets kind first. */
struct ix_ber_name {
	enum ix_def_kind kind;
	struct ix_str pkg, item;
	const struct ix_def *def; // NULL: unknown
};

ix_ber_read ix_ber_item;    // PkgdName; struct ix_ber_name
ix_ber_read ix_ber_name;    // Name; uint16_t
ix_ber_read ix_ber_time;    // TimeNotation; struct ix_str
ix_ber_read ix_ber_error;   // ErrorDescriptor; struct ix_error *
ix_ber_read ix_ber_mid;     // MId inside its explicit tag; struct ix_mid
ix_ber_read ix_ber_address; // ServiceChangeAddress likewise; struct ix_mid

/* Members of a list in which nothing may stand twice: the comparison of each with all is bounded.
 */
enum { IX_BER_LIST_MAX = 512 };
bool ix_ber_too_many(struct ix_ber *b, const uint8_t *at); // 510
/* 448 or 456. */
bool ix_ber_twice(struct ix_ber *b, const uint8_t *at, uint16_t code, struct ix_str what);

/* Appends; twice the same is 456. */
bool ix_ber_prop_add(struct ix_ber *b, const uint8_t *at, struct ix_prop **list,
		     const struct ix_prop *p);
ix_ber_read ix_ber_props;     // SEQUENCE OF PropertyParm; struct ix_prop *
ix_ber_read ix_ber_prop_asks; // SEQUENCE OF IndAudPropertyParm; struct ix_prop *
ix_ber_read ix_ber_stats;     // StatisticsDescriptor; struct ix_stats *
ix_ber_read ix_ber_stats_ask; // IndAudStatisticsDescriptor; struct ix_stats *

/* The parameters of an event or signal. */
struct ix_ber_params {
	const struct ix_ber_name *name;
	const struct ix_def *params; // those that names.c knows; may be NULL
	struct ix_prop **list;
};
bool ix_ber_param_list(struct ix_ber *b, const struct ix_tlv *t, const struct ix_ber_params *of);

ix_ber_read ix_ber_signals;      // SignalsDescriptor; struct ix_signals *
ix_ber_read ix_ber_events;       // EventsDescriptor; struct ix_events *
ix_ber_read ix_ber_event_buffer; // EventBufferDescriptor; struct ix_events *
ix_ber_read ix_ber_observed;     // ObservedEventsDescriptor; struct ix_observed_events *

/* Parts of an individual audit: each adds to what is there. */
ix_ber_read ix_ber_signals_ask;      // IndAudSignalsDescriptor; struct ix_signals *
ix_ber_read ix_ber_events_ask;       // IndAudEventsDescriptor; struct ix_events *
ix_ber_read ix_ber_event_buffer_ask; // IndAudEventBufferDescriptor; struct ix_events *

ix_ber_read ix_ber_media;     // MediaDescriptor; struct ix_media *
ix_ber_read ix_ber_media_ask; // IndAudMediaDescriptor; struct ix_media *

ix_ber_read ix_ber_digitmap;  // DigitMapDescriptor; struct ix_str, as text has it behind the token
ix_ber_read ix_ber_event_map; // EventDM inside its explicit tag; struct ix_str

ix_ber_read ix_ber_audit;          // AuditDescriptor; struct ix_audit *
ix_ber_read ix_ber_amm;            // SEQUENCE OF AmmDescriptor; struct ix_descriptors
ix_ber_read ix_ber_returned;       // TerminationAudit; struct ix_descriptors
ix_ber_read ix_ber_services;       // ServiceChangeParm; struct ix_services *
ix_ber_read ix_ber_services_reply; // ServiceChangeResult inside its tag; struct ix_descriptors

/* Are all bytes of these IX_CH_ classes? */
bool ix_ber_all(struct ix_str s, unsigned classes);

#endif
