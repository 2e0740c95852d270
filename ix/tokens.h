// The words of the text encoding, long and short.
// Spec: H.248.1 v3 Annex B.2
#ifndef IX_TOKENS_H
#define IX_TOKENS_H

#include "msg.h"

/* X(symbol, long, short), in the alphabetical order of the long form. The look-up relies on
 * the order; a new short form belongs into tokens.c too. */
#define IX_TOKENS(X)                                                                               \
	X(ADD, "Add", "A")                                                                         \
	X(ANDLGC, "ANDLgc", "ANDLgc")                                                              \
	X(ANSLGC, "ANSLgc", "ANSLgc") /* how OTP spells ANDLgc */                                  \
	X(AUDIT, "Audit", "AT")                                                                    \
	X(AUDIT_CAP, "AuditCapability", "AC")                                                      \
	X(AUDIT_VALUE, "AuditValue", "AV")                                                         \
	X(AUTH, "Authentication", "AU")                                                            \
	X(BOTH, "Both", "B")                                                                       \
	X(BOTHWAY, "Bothway", "BW")                                                                \
	X(BRIEF, "Brief", "BR")                                                                    \
	X(BUFFER, "Buffer", "BF")                                                                  \
	X(CONTEXT, "Context", "C")                                                                 \
	X(CONTEXT_ATTR, "ContextAttr", "CT")                                                       \
	X(CONTEXT_AUDIT, "ContextAudit", "CA")                                                     \
	X(CONTEXT_LIST, "ContextList", "CLT")                                                      \
	X(DELAY, "Delay", "DL")                                                                    \
	X(DIGITMAP, "DigitMap", "DM")                                                              \
	X(DISCARD, "Discard", "DS")                                                                \
	X(DISCONNECTED, "Disconnected", "DC")                                                      \
	X(DURATION, "Duration", "DR")                                                              \
	X(EMBED, "Embed", "EM")                                                                    \
	X(EMERGENCY, "Emergency", "EG")                                                            \
	X(EMERGENCY_OFF, "EmergencyOff", "EGO")                                                    \
	X(EMERGENCY_VALUE, "EmergencyValue", "EGV")                                                \
	X(END, "END", "&")                                                                         \
	X(ERROR, "Error", "ER")                                                                    \
	X(EVENT_BUFFER, "EventBuffer", "EB")                                                       \
	X(EVENTS, "Events", "E")                                                                   \
	X(EXTERNAL, "External", "EX")                                                              \
	X(FAILOVER, "Failover", "FL")                                                              \
	X(FORCED, "Forced", "FO")                                                                  \
	X(GRACEFUL, "Graceful", "GR")                                                              \
	X(HANDOFF, "HandOff", "HO")                                                                \
	X(IEPS, "IEPSCall", "IEPS")                                                                \
	X(IMM_ACK, "ImmAckRequired", "IA")                                                         \
	X(IMMEDIATE_NOTIFY, "ImmediateNotify", "NBIN")                                             \
	X(INACTIVE, "Inactive", "IN")                                                              \
	X(IN_SERVICE, "InService", "IV")                                                           \
	X(INT_BY_EVENT, "IntByEvent", "IBE")                                                       \
	X(INT_BY_SIGNALS, "IntBySigDescr", "IBS")                                                  \
	X(INTERNAL, "Internal", "IT")                                                              \
	X(INTERSIGNAL, "Intersignal", "SPAIS")                                                     \
	X(ISOLATE, "Isolate", "IS")                                                                \
	X(ITERATION, "Iteration", "IR")                                                            \
	X(KEEP_ACTIVE, "KeepActive", "KA")                                                         \
	X(LOCAL, "Local", "L")                                                                     \
	X(LOCAL_CONTROL, "LocalControl", "O")                                                      \
	X(LOCKSTEP, "LockStep", "SP")                                                              \
	X(LOOPBACK, "Loopback", "LB")                                                              \
	X(MEDIA, "Media", "M")                                                                     \
	X(MEGACO, "MEGACO", "!")                                                                   \
	X(METHOD, "Method", "MT")                                                                  \
	X(MGC_TO_TRY, "MgcIdToTry", "MG")                                                          \
	X(MODE, "Mode", "MO")                                                                      \
	X(MODEM, "Modem", "MD")                                                                    \
	X(MODIFY, "Modify", "MF")                                                                  \
	X(MOVE, "Move", "MV")                                                                      \
	X(MTP, "MTP", "MTP")                                                                       \
	X(MUX, "Mux", "MX")                                                                        \
	X(NEVER_NOTIFY, "NeverNotify", "NBNN")                                                     \
	X(NOTIFY, "Notify", "N")                                                                   \
	X(NOTIFY_COMPLETION, "NotifyCompletion", "NC")                                             \
	X(OBSERVED, "ObservedEvents", "OE")                                                        \
	X(OFF, "OFF", "OFF")                                                                       \
	X(ON, "ON", "ON")                                                                          \
	X(ONEWAY, "Oneway", "OW")                                                                  \
	X(ONEWAY_BOTH, "OnewayBoth", "OWB")                                                        \
	X(ONEWAY_EXTERNAL, "OnewayExternal", "OWE")                                                \
	X(ONOFF, "OnOff", "OO")                                                                    \
	X(ORLGC, "ORLgc", "ORLgc")                                                                 \
	X(OTHER_REASON, "OtherReason", "OR")                                                       \
	X(OUT_OF_SERVICE, "OutOfService", "OS")                                                    \
	X(PACKAGES, "Packages", "PG")                                                              \
	X(PENDING, "Pending", "PN")                                                                \
	X(PRIORITY, "Priority", "PR")                                                              \
	X(PROFILE, "Profile", "PF")                                                                \
	X(REASON, "Reason", "RE")                                                                  \
	X(RECVONLY, "ReceiveOnly", "RC")                                                           \
	X(REGULATED_NOTIFY, "RegulatedNotify", "NBRN")                                             \
	X(REMOTE, "Remote", "R")                                                                   \
	X(REPLY, "Reply", "P")                                                                     \
	X(RESERVED_GROUP, "ReservedGroup", "RG")                                                   \
	X(RESERVED_VALUE, "ReservedValue", "RV")                                                   \
	X(RESET_EVENTS, "ResetEventsDescriptor", "RSE")                                            \
	X(RESTART, "Restart", "RS")                                                                \
	X(SEGMENT, "Segment", "SM")                                                                \
	X(SENDONLY, "SendOnly", "SO")                                                              \
	X(SENDRECV, "SendReceive", "SR")                                                           \
	X(SERVICE_CHANGE, "ServiceChange", "SC")                                                   \
	X(SC_ADDRESS, "ServiceChangeAddress", "AD")                                                \
	X(SC_INCOMPLETE, "ServiceChangeInc", "SIC")                                                \
	X(SERVICES, "Services", "SV")                                                              \
	X(SERVICE_STATES, "ServiceStates", "SI")                                                   \
	X(SIGNAL_LIST, "SignalList", "SL")                                                         \
	X(SIGNALS, "Signals", "SG")                                                                \
	X(SIGNAL_TYPE, "SignalType", "SY")                                                         \
	X(SPA_DIRECTION, "SPADirection", "SPADI")                                                  \
	X(SPA_REQUEST, "SPARequestID", "SPARQ")                                                    \
	X(STATISTICS, "Statistics", "SA")                                                          \
	X(STREAM, "Stream", "ST")                                                                  \
	X(SUBTRACT, "Subtract", "S")                                                               \
	X(TERM_STATE, "TerminationState", "TS")                                                    \
	X(TEST, "Test", "TE")                                                                      \
	X(TIMEOUT, "TimeOut", "TO")                                                                \
	X(TOPOLOGY, "Topology", "TP")                                                              \
	X(TRANSACTION, "Transaction", "T")                                                         \
	X(ACK, "TransactionResponseAck", "K")                                                      \
	X(VERSION, "Version", "V")

enum ix_tok {
	IX_T_NONE, // not a word of the grammar: a NAME or a VALUE
#define X(sym, l, s) IX_T_##sym,
	IX_TOKENS(X)
#undef X
		IX_TOKS
};

/* The token that this word is, long or short, any case. What it means depends on where it stands.
 */
enum ix_tok ix_token(struct ix_str word);

/* The forms of a token. */
struct ix_str ix_token_long(enum ix_tok tok);
struct ix_str ix_token_short(enum ix_tok tok);

#endif
