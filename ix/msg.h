// One H.248 message in memory: the internal form of both encodings.
// Spec: H.248.1 v3 Annex B (text), Annex A (binary); TS 29.238
//
// Everything lies in the message's arena and dies with it. Lists are singly linked in wire order.
// Strings are slices, not NUL-terminated, and may point into the arena only. Identifiers compare
// without case (ix_str_is). What a sender may leave out is marked by a `has_` bit or a NULL.
#ifndef IX_MSG_H
#define IX_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ix_str {
	const char *p;
	uint32_t len;
};

/* ---- arena: bounded, chained blocks; freed at once ------------------------------------------- */

struct ix_arena;

/* limit: most bytes that it will ever hand out. NULL without memory. */
struct ix_arena *ix_arena_new(size_t limit);
void ix_arena_free(struct ix_arena *arena);
/* Forgets everything handed out, keeps the first block. */
void ix_arena_reset(struct ix_arena *arena);
/* Zeroed, aligned to 8. NULL when the limit is reached. */
void *ix_alloc(struct ix_arena *arena, size_t size);
/* Copies; p == NULL on exhaustion when len > 0. */
struct ix_str ix_str_dup(struct ix_arena *arena, struct ix_str s);
/* printf into the arena. */
struct ix_str ix_str_fmt(struct ix_arena *arena, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Slice of a C string that outlives the message (a literal). */
struct ix_str ix_lit(const char *text);
/* Equal without case; text is NUL-terminated. */
bool ix_str_is(struct ix_str s, const char *text);
/* Equal without case. */
bool ix_str_eq(struct ix_str a, struct ix_str b);

/* ---- identifiers ----------------------------------------------------------------------------- */

enum ix_mid_kind { IX_MID_NONE, IX_MID_IP4, IX_MID_IP6, IX_MID_DOMAIN, IX_MID_DEVICE, IX_MID_MTP };
struct ix_mid {
	enum ix_mid_kind kind;
	uint8_t ip[16];     // network order; 4 bytes for IP4
	uint16_t port;      // 0 = not given
	struct ix_str name; // domain (without <>), device path, MTP hex digits
};

/* Context ids. The numbers are those of Annex A, never allocated as contexts. */
enum { IX_CID_NULL = 0, IX_CID_CHOOSE = 0xfffffffe, IX_CID_ALL = 0xffffffff };

/* A termination id as written: "ROOT", "ip/1/core/40001", "ip/1/core/$", "*", "$". */
struct ix_tid {
	struct ix_tid *next;
	struct ix_str name;
};
bool ix_tid_is_root(const struct ix_tid *tid);
bool ix_tid_has_choose(const struct ix_tid *tid); // a component is $
bool ix_tid_has_wild(const struct ix_tid *tid);   // a component is *

/* ---- errors ---------------------------------------------------------------------------------- */

/* What a peer is told. code 0 = no error. text points into static or arena storage. */
struct ix_error {
	uint16_t code; // H.248.8; enum ix_error_code in err.h
	struct ix_str text;
};

/* ---- properties and parameters --------------------------------------------------------------- */

enum ix_rel { IX_EQ, IX_NE, IX_LT, IX_GT };
enum ix_shape { IX_ONE, IX_OR_LIST, IX_AND_LIST, IX_RANGE }; // v  {v,v}  [v,v]  [lo:hi]

struct ix_value {
	struct ix_value *next;
	struct ix_str text; // without quotes
	bool quoted;
};

/* pkg/item = value, or a parameter "name = value" (pkg.len 0). */
struct ix_prop {
	struct ix_prop *next;
	struct ix_str pkg, item; // "*" possible
	enum ix_rel rel;
	enum ix_shape shape;
	struct ix_value *values; // NULL: no value given (audits, statistics)
};

/* ---- descriptors ----------------------------------------------------------------------------- */

enum ix_mode { IX_MODE_NONE, IX_SENDONLY, IX_RECVONLY, IX_SENDRECV, IX_INACTIVE, IX_LOOPBACK };
enum ix_tri { IX_ABSENT, IX_OFF, IX_ON };

/* What an individual audit asks for by name, without a value. */
enum {
	IX_ASK_MODE = 1,
	IX_ASK_RESERVE_VALUE = 2,
	IX_ASK_RESERVE_GROUP = 4, // LocalControl
	IX_ASK_SERVICE = 8,
	IX_ASK_BUFFER = 16
}; // TerminationState

/* LocalControl */
struct ix_local_control {
	enum ix_mode mode;
	enum ix_tri reserve_value, reserve_group;
	uint8_t asked; // IX_ASK_ bits, audits only
	struct ix_prop *props;
};

struct ix_stats { // Statistics descriptor
	struct ix_prop *items;
};

/* One stream's parameters, or those of a Media without Stream (id 0). */
struct ix_stream {
	struct ix_stream *next;
	uint16_t id; // 0 = written without Stream
	struct ix_local_control *control;
	bool has_local, has_remote;
	struct ix_str local, remote; // SDP text as octets, unescaped, outer white space removed
	struct ix_stats *stats;
};

enum ix_service_state { IX_SS_NONE, IX_SS_TEST, IX_SS_OUT, IX_SS_IN };
enum ix_buffer { IX_BUF_NONE, IX_BUF_OFF, IX_BUF_LOCKSTEP };
struct ix_term_state {
	enum ix_service_state service;
	enum ix_buffer buffer;
	uint8_t asked; // IX_ASK_ bits, audits only
	struct ix_prop *props;
};

struct ix_media {
	struct ix_term_state *state;
	struct ix_stream *streams;
};

enum ix_notify_behaviour { IX_NB_NONE, IX_NB_IMMEDIATE, IX_NB_NEVER, IX_NB_REGULATED };
struct ix_signals;
struct ix_events;
struct ix_event { // an event asked for
	struct ix_event *next;
	struct ix_str pkg, item;
	bool has_stream, keep_active, reset_events;
	uint16_t stream;
	enum ix_notify_behaviour notify;
	struct ix_str digitmap; // name, or "{map}" as written; len 0 = none
	bool embed_regulated;   // Embed stands inside RegulatedNotify
	struct ix_signals *embed_signals;
	struct ix_events *embed_events;
	struct ix_prop *params;
};
struct ix_events { // Events and EventBuffer
	bool has_id;
	uint32_t id;           // request id
	struct ix_event *list; // NULL with has_id false: all events off
};

enum ix_sigtype { IX_SIG_NONE, IX_SIG_ONOFF, IX_SIG_TIMEOUT, IX_SIG_BRIEF };
enum ix_sigdir { IX_DIR_NONE, IX_DIR_INTERNAL, IX_DIR_EXTERNAL, IX_DIR_BOTH };
enum {
	IX_NC_TIMEOUT = 1,
	IX_NC_BY_EVENT = 2,
	IX_NC_BY_SIGNALS = 4,
	IX_NC_OTHER = 8,
	IX_NC_ITERATION = 16
};
struct ix_signal {
	struct ix_signal *next;
	struct ix_str pkg, item;
	bool has_stream, has_duration, keep_active, has_request_id, has_intersignal;
	uint16_t stream, duration, intersignal; // duration, intersignal: 10 ms
	uint32_t request_id;
	enum ix_sigtype type;
	enum ix_sigdir direction;
	uint8_t completion; // IX_NC_ bits
	struct ix_prop *params;
};
struct ix_signal_list {
	struct ix_signal_list *next;
	uint16_t id;
	struct ix_signal *signals;
};
struct ix_signals { // empty = all signals off
	struct ix_signal *list;
	struct ix_signal_list *lists;
};

struct ix_observed { // one observed event
	struct ix_observed *next;
	struct ix_str time; // "yyyymmddThhmmssss", len 0 = none
	struct ix_str pkg, item;
	bool has_stream;
	uint16_t stream;
	struct ix_prop *params;
};
struct ix_observed_events {
	uint32_t id; // request id
	struct ix_observed *list;
};

enum { // descriptors named in an Audit without further detail
	IX_AU_MEDIA = 1 << 0,
	IX_AU_SIGNALS = 1 << 1,
	IX_AU_EVENTS = 1 << 2,
	IX_AU_EVENTBUF = 1 << 3,
	IX_AU_OBSERVED = 1 << 4,
	IX_AU_PACKAGES = 1 << 5,
	IX_AU_STATS = 1 << 6,
	IX_AU_DIGITMAP = 1 << 7,
	IX_AU_MUX = 1 << 8,
	IX_AU_MODEM = 1 << 9,
};
struct ix_package {
	struct ix_package *next;
	struct ix_str name;
	uint16_t version;
};
struct ix_audit {
	uint32_t whole;         // IX_AU_ bits
	struct ix_media *media; // individual audits (v2): values are empty
	struct ix_events *events, *event_buffer;
	struct ix_signals *signals;
	struct ix_stats *stats;
	struct ix_package *packages;
	struct ix_str digitmap; // name, len 0 = none
};

enum ix_method {
	IX_SC_NONE,
	IX_SC_FAILOVER,
	IX_SC_FORCED,
	IX_SC_GRACEFUL,
	IX_SC_RESTART,
	IX_SC_DISCONNECTED,
	IX_SC_HANDOFF,
	IX_SC_EXTENSION
};
struct ix_services {
	enum ix_method method;
	struct ix_str method_name; // extension method
	struct ix_str reason;      // "901 Cold Boot"
	bool has_delay, has_version, incomplete;
	uint32_t delay_s;
	uint8_t version;
	struct ix_mid address; // ServiceChangeAddress; kind NONE with port set = port only
	bool has_address;
	struct ix_mid mgc_to_try; // kind NONE = absent
	struct ix_str profile;    // "Name/1"
	struct ix_str time;
	struct ix_audit *audit;
	struct ix_prop *extensions; // X-...
};

/* A descriptor that is parsed for its extent only, because the profile refuses it (444, 447). */
enum ix_foreign { IX_FOREIGN_NONE, IX_FOREIGN_MUX, IX_FOREIGN_MODEM, IX_FOREIGN_DIGITMAP };

/* What hangs on a command or on its reply. Each at most once (448). */
struct ix_descriptors {
	struct ix_media *media;
	struct ix_events *events, *event_buffer;
	struct ix_signals *signals;
	struct ix_audit *audit;
	struct ix_stats *stats;
	struct ix_observed_events *observed;
	struct ix_services *services;
	bool has_packages;
	struct ix_package *packages;
	struct ix_str digitmap_raw, mux_raw,
		modem_raw;      // body as written, for re-encoding; p NULL = absent
	struct ix_error *error; // replies; in Notify requests too
};

/* ---- commands -------------------------------------------------------------------------------- */

enum ix_verb {
	IX_ADD,
	IX_MOVE,
	IX_MODIFY,
	IX_SUBTRACT,
	IX_AUDIT_VALUE,
	IX_AUDIT_CAP,
	IX_NOTIFY,
	IX_SERVICE_CHANGE,
	IX_VERBS
};

struct ix_command { // request and reply have the same shape
	struct ix_command *next;
	enum ix_verb verb;
	bool optional, wild_reply; // O-, W- (requests)
	struct ix_tid *tids;       // at least one; more than one was written as [a,b]
	bool tid_list;             // written in brackets
	bool context_audit_reply;  // AuditValue = Context{tids}
	struct ix_descriptors d;
};

enum ix_topo_dir { IX_BOTHWAY, IX_ISOLATE, IX_ONEWAY, IX_ONEWAY_EXTERNAL, IX_ONEWAY_BOTH };
struct ix_topology {
	struct ix_topology *next;
	struct ix_str from, to;
	enum ix_topo_dir dir;
	bool has_stream;
	uint16_t stream;
};

struct ix_context_props {
	struct ix_topology *topology;
	bool has_priority;
	uint8_t priority;
	enum ix_tri emergency, ieps;
	struct ix_prop *attrs;  // ContextAttr{...}
	uint32_t *context_list; // ContextAttr{ContextList={...}}
	uint32_t n_context_list;
};

enum { IX_CA_TOPOLOGY = 1, IX_CA_EMERGENCY = 2, IX_CA_PRIORITY = 4, IX_CA_IEPS = 8 };
enum ix_logic { IX_LOGIC_NONE, IX_LOGIC_AND, IX_LOGIC_OR };
struct ix_context_audit {
	uint32_t what;                   // IX_CA_ bits asked for
	struct ix_prop *props;           // packages' context properties
	struct ix_context_props *select; // selection by value
	enum ix_logic logic;
};

struct ix_action { // one context's part of a request or reply
	struct ix_action *next;
	uint32_t cid;
	bool has_props;
	struct ix_context_props props;
	struct ix_context_audit *audit;
	struct ix_command *commands;
	struct ix_error *error; // replies
};

/* ---- message --------------------------------------------------------------------------------- */

enum ix_item_kind { IX_REQUEST, IX_REPLY, IX_PENDING, IX_ACK, IX_SEGMENT };
struct ix_range {
	struct ix_range *next;
	uint32_t first, last;
};
struct ix_item {
	struct ix_item *next;
	enum ix_item_kind kind;
	uint32_t tid;
	bool has_segment, segment_end; // REPLY, SEGMENT
	uint16_t segment;
	bool imm_ack;              // REPLY
	struct ix_action *actions; // REQUEST, REPLY
	struct ix_error *error;    // REPLY: the whole transaction failed
	struct ix_range *acks;     // ACK
};

struct ix_auth {
	bool present;
	uint32_t spi, seq;
	struct ix_str icv; // hex digits
};

struct ix_msg {
	struct ix_auth auth;
	uint8_t version;
	struct ix_mid mid;
	struct ix_error *error; // message-level error; then items is NULL
	struct ix_item *items;
};

#endif
