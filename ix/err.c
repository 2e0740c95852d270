// Standard texts of H.248 error codes and ServiceChange reasons.
// Spec: H.248.8
#include "err.h"

#include <stddef.h>

struct entry {
	uint16_t code;
	const char *text;
};

/* Codes that this project neither sends nor acts upon, for logs. Not listed where sources disagree
 * about the meaning. */
static const struct entry others[] = {
	{459, "Segments not received"},
	{460, "Unable to set statistic on stream"},
	{461, "Unsupported or unknown profile"},
	{471, "Implied Add for multiplex failure"},
	{514, "Media gateway cannot send the specified announcement"},
	{518, "Event buffer full"},
	{519, "Out of space to store digit map"},
	{520, "Digit map undefined in the MG"},
	{521, "Termination is ServiceChanging"},
	{529, "Internal hardware failure in MG"},
	{530, "Temporary network failure"},
	{531, "Permanent network failure"},
	{540, "Unexpected initial hook state"},
	{541, "Unexpected spare bit state"},
	{543, "Invalid timestamp"},
	{581, "Does not exist"},
};

const char *ix_error_text(uint16_t code)
{
	switch (code) {
#define X(sym, n, text)                                                                            \
	case n: return text;
		IX_ERRORS(X)
#undef X
	default: break;
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i].code == code)
			return others[i].text;
	return "Error";
}

static const char *const reasons[] = {
	"Service Restored",
	"Cold Boot",
	"Warm Boot",
	"MGC Directed Change",
	"Termination malfunctioning",
	"Termination taken out of service",
	"Loss of lower layer connectivity",
	"Transmission failure",
	"MG impending failure",
	"MGC impending failure",
	"Media capability failure",
	"Modem capability failure",
	"Mux capability failure",
	"Signal capability failure",
	"Event capability failure",
	"State loss",
	"Packages change",
	"Capabilities change",
	"Cancel graceful",
	"Warm failover",
	"Cold failover",
};

const char *ix_reason_text(uint16_t reason)
{
	if (reason < 900 || reason >= 900 + sizeof(reasons) / sizeof(reasons[0]))
		return "";
	return reasons[reason - 900];
}
