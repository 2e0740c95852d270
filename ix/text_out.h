// Writer of the text encoder: tokens long or short, layout or none, every name and value checked.
// Spec: H.248.1 Annex B.1, B.2
#ifndef IX_TEXT_OUT_H
#define IX_TEXT_OUT_H

#include "ix.h"
#include "tokens.h"

/* The writer goes on after a failure, without writing: callers look at full and bad once, at the
 * end. */
struct ix_text {
	char *p, *end, *base;
	enum ix_style style;
	unsigned depth; // open braces
	bool first;     // nothing stands yet behind the brace opened last
	bool full;      // the buffer is too small
	bool bad;       // the form says something that has no text
};

void ix_out_bytes(struct ix_text *o, const char *p, size_t len);
void ix_out_char(struct ix_text *o, char c);
void ix_out_u32(struct ix_text *o, uint32_t n);
void ix_out_token(struct ix_text *o, enum ix_tok tok);
void ix_out_eq(struct ix_text *o); // "=" or " = "
void ix_out_eq_u32(struct ix_text *o, uint32_t n);
void ix_out_eq_token(struct ix_text *o, enum ix_tok tok);

/* "{" and "}" of a list, and what stands in front of each of its items. */
void ix_out_open(struct ix_text *o);
void ix_out_item(struct ix_text *o);
void ix_out_close(struct ix_text *o);
/* One item that is a token; with "= n"; with "= token". */
void ix_out_item_token(struct ix_text *o, enum ix_tok tok);
void ix_out_item_u32(struct ix_text *o, enum ix_tok tok, uint32_t n);
void ix_out_item_value(struct ix_text *o, enum ix_tok tok, enum ix_tok value);

/* Checked text: bad when the grammar does not allow it there. */
void ix_out_word(struct ix_text *o, struct ix_str word);     // SafeChars
void ix_out_path(struct ix_text *o, struct ix_str path);     // termination id
void ix_out_name(struct ix_text *o, struct ix_str name);     // NAME
void ix_out_quoted(struct ix_text *o, struct ix_str text);   // with the quotes
void ix_out_octets(struct ix_text *o, struct ix_str octets); // {...}, braces escaped
void ix_out_pkg(struct ix_text *o, struct ix_str pkg, struct ix_str item);
void ix_out_mid(struct ix_text *o, const struct ix_mid *mid);
/* Error = code {"text"}. What a string cannot hold is replaced: an error has to get through. */
void ix_out_error(struct ix_text *o, const struct ix_error *error);

/* Descriptors of a command or its reply, each as one item. */
void ix_enc_descriptors(struct ix_text *o, const struct ix_descriptors *d);
bool ix_enc_has_descriptors(const struct ix_descriptors *d);
/* Properties, each as one item. */
void ix_enc_props(struct ix_text *o, const struct ix_prop *props);
/* One descriptor's content, after its token was written. */
void ix_enc_media(struct ix_text *o, const struct ix_media *media);
void ix_enc_stats(struct ix_text *o, const struct ix_stats *stats);
void ix_enc_signals(struct ix_text *o, const struct ix_signals *signals);
void ix_enc_events(struct ix_text *o, const struct ix_events *events);
void ix_enc_observed(struct ix_text *o, const struct ix_observed_events *observed);

#endif
