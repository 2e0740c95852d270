// H.248 error codes and ServiceChange reasons, with their standard texts.
// Spec: H.248.8
#ifndef IX_ERR_H
#define IX_ERR_H

#include <stdint.h>

/* X(symbol, code, text): only codes that this project sends or acts upon are symbols here;
 * ix_error_text() knows the others too. */
#define IX_ERRORS(X)                                                                               \
	X(SYNTAX_MESSAGE, 400, "Syntax error in message")                                          \
	X(PROTOCOL, 401, "Protocol error")                                                         \
	X(UNAUTHORIZED, 402, "Unauthorized")                                                       \
	X(SYNTAX_TRANSACTION, 403, "Syntax error in transaction request")                          \
	X(VERSION, 406, "Version not supported")                                                   \
	X(IDENTIFIER, 410, "Incorrect identifier")                                                 \
	X(UNKNOWN_CONTEXT, 411, "The transaction refers to an unknown ContextID")                  \
	X(NO_CONTEXTS, 412, "No ContextIDs available")                                             \
	X(TRANSACTIONS, 413, "Number of transactions in message exceeds maximum")                  \
	X(ACTION_COMBINATION, 421, "Unknown action or illegal combination of actions")             \
	X(SYNTAX_ACTION, 422, "Syntax error in action")                                            \
	X(UNKNOWN_TERMINATION, 430, "Unknown TerminationID")                                       \
	X(NO_MATCH, 431, "No TerminationID matched a wildcard")                                    \
	X(NO_TERMINATIONS, 432, "Out of TerminationIDs or no TerminationID available")             \
	X(ALREADY_IN_CONTEXT, 433, "TerminationID is already in a Context")                        \
	X(TOO_MANY_TERMINATIONS, 434, "Max number of Terminations in a Context exceeded")          \
	X(NOT_IN_CONTEXT, 435, "Termination ID is not in specified Context")                       \
	X(UNKNOWN_PACKAGE, 440, "Unsupported or unknown Package")                                  \
	X(MISSING_REMOTE, 441, "Missing Remote or Local Descriptor")                               \
	X(SYNTAX_COMMAND, 442, "Syntax error in command")                                          \
	X(UNKNOWN_COMMAND, 443, "Unsupported or unknown command")                                  \
	X(UNKNOWN_DESCRIPTOR, 444, "Unsupported or unknown descriptor")                            \
	X(UNKNOWN_PROPERTY, 445, "Unsupported or unknown property")                                \
	X(UNKNOWN_PARAMETER, 446, "Unsupported or unknown parameter")                              \
	X(DESCRIPTOR_ILLEGAL, 447, "Descriptor not legal in this command")                         \
	X(DESCRIPTOR_TWICE, 448, "Descriptor appears twice in a command")                          \
	X(VALUE, 449, "Unsupported or unknown parameter or property value")                        \
	X(NO_SUCH_PROPERTY, 450, "No such property in this package")                               \
	X(NO_SUCH_EVENT, 451, "No such event in this package")                                     \
	X(NO_SUCH_SIGNAL, 452, "No such signal in this package")                                   \
	X(NO_SUCH_STATISTIC, 453, "No such statistic in this package")                             \
	X(NO_SUCH_VALUE, 454, "No such parameter value in this package")                           \
	X(PROPERTY_ILLEGAL, 455, "Property illegal in this descriptor")                            \
	X(PROPERTY_TWICE, 456, "Property appears twice in this descriptor")                        \
	X(MISSING_PARAMETER, 457, "Missing parameter in signal or event")                          \
	X(UNEXPECTED_EVENT, 458, "Unexpected event or request id")                                 \
	X(MISSING_INFORMATION, 472, "Required information missing")                                \
	X(CONFLICT, 473, "Conflicting property values")                                            \
	X(SDP, 474, "Invalid SDP syntax")                                                          \
	X(INTERNAL, 500, "Internal software failure in MG")                                        \
	X(NOT_IMPLEMENTED, 501, "Not implemented")                                                 \
	X(NOT_READY, 502, "Not ready")                                                             \
	X(UNAVAILABLE, 503, "Service unavailable")                                                 \
	X(WRONG_ENTITY, 504, "Command received from unauthorized entity")                          \
	X(BEFORE_SC_REPLY, 505, "Transaction request received before a ServiceChange reply")       \
	X(TOO_MANY_PENDINGS, 506, "Number of Transaction Pendings exceeded")                       \
	X(RESOURCES, 510, "Insufficient resources")                                                \
	X(BUSY, 511, "Temporarily busy")                                                           \
	X(CANNOT_DETECT, 512, "MG unequipped to detect requested event")                           \
	X(CANNOT_SIGNAL, 513, "MG unequipped to generate requested signals")                       \
	X(MEDIA_TYPE, 515, "Unsupported media type")                                               \
	X(MODE, 517, "Unsupported or invalid mode")                                                \
	X(TOPOLOGY, 522, "Functionality requested in topology triple not supported")               \
	X(BANDWIDTH, 526, "Insufficient bandwidth")                                                \
	X(NO_SUCH_ITEM, 532, "Audited property, statistic, event or signal does not exist")        \
	X(TOO_LONG, 533, "Response exceeds maximum transport PDU size")                            \
	X(READ_ONLY, 534, "Illegal write of read only property")                                   \
	X(NOT_ALLOWED, 542, "Command is not allowed on this termination")

enum ix_error_code {
#define X(sym, code, text) IX_E_##sym = code,
	IX_ERRORS(X)
#undef X
};

/* Standard text of an error code; "Error" for one that H.248.8 does not list. */
const char *ix_error_text(uint16_t code);

/* Standard text of a ServiceChange reason (900..920); "" for others. */
const char *ix_reason_text(uint16_t reason);

#endif
