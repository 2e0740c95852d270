// Shared by the two halves of the text decoder: commands and above, descriptors and below.
// Spec: H.248.1 v3 Annex B.2
#ifndef IX_TEXT_DEC_H
#define IX_TEXT_DEC_H

#include "scan.h"
#include "tokens.h"

/* How a "name = value" may be written. */
enum ix_prop_form {
	IX_PF_VALUE = 0,          // the value is needed
	IX_PF_MAYBE = 1 << 0,     // may be missing: audits and statistics
	IX_PF_PARAM = 1 << 1,     // a parameter: plain NAME instead of pkg/item
	IX_PF_EXTENSION = 1 << 2, // X-name, checked by the caller
};

/* Reads what follows `word` and appends the property; twice the same is 456. */
bool ix_dec_prop(struct ix_scan *s, struct ix_str word, unsigned form, struct ix_prop **list);

/* Reads a word and splits it as pkg/item. */
bool ix_dec_pkg_item(struct ix_scan *s, struct ix_str *pkg, struct ix_str *item);
/* Reads "=" and ON or OFF. */
bool ix_dec_tri(struct ix_scan *s, enum ix_tri *tri);
/* Reads a mId: of the header, of ServiceChangeAddress and MgcIdToTry. */
bool ix_dec_mid(struct ix_scan *s, struct ix_mid *mid);
/* Reads what follows Error: "=" code "{" [text] "}". */
bool ix_dec_error(struct ix_scan *s, struct ix_error **error);

/* Reads "=" and a stream id. */
bool ix_dec_stream_id(struct ix_scan *s, bool *has, uint16_t *id);

/* Each reads what follows the descriptor's token. `audit`: inside Audit, values may be missing. */
bool ix_dec_media(struct ix_scan *s, bool audit, struct ix_media **media);
bool ix_dec_stats(struct ix_scan *s, struct ix_stats **stats);
bool ix_dec_signals(struct ix_scan *s, struct ix_signals **signals);
bool ix_dec_events(struct ix_scan *s, bool audit, struct ix_events **events);
bool ix_dec_observed(struct ix_scan *s, struct ix_observed_events **observed);

/* -, $, * or a number that is none of theirs. */
bool ix_dec_context_id(struct ix_scan *s, uint32_t *cid);
/* Reads what follows a context property's word w, whose token is tok. *is: whether w was one at
 * all. */
bool ix_dec_context_prop(struct ix_scan *s, struct ix_context_props *cp, struct ix_str w,
			 enum ix_tok tok, bool *is);
/* After the ContextAudit token. */
bool ix_dec_context_audit(struct ix_scan *s, struct ix_context_audit **audit);

/* Descriptors of the command at hand, a bit for each. */
enum {
	IX_D_MEDIA = 1 << 0,
	IX_D_EVENTS = 1 << 1,
	IX_D_EVENT_BUFFER = 1 << 2,
	IX_D_SIGNALS = 1 << 3,
	IX_D_AUDIT = 1 << 4,
	IX_D_STATS = 1 << 5,
	IX_D_OBSERVED = 1 << 6,
	IX_D_SERVICES = 1 << 7,
	IX_D_PACKAGES = 1 << 8,
	IX_D_DIGITMAP = 1 << 9,
	IX_D_MUX = 1 << 10,
	IX_D_MODEM = 1 << 11,
	IX_D_ERROR = 1 << 12,
	IX_D_ALL = (1 << 13) - 1,
};

/* Reads one descriptor into d. `legal`: IX_D_ bits that this command may carry, others are 447;
 * twice the same is 448, an unknown word 444. */
bool ix_dec_descriptor(struct ix_scan *s, unsigned legal, struct ix_descriptors *d);

#endif
