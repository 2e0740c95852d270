// What the operator may see, as JSON: objects and arrays of flat objects that trgwctl prints as
// tables.
#ifndef CTL_REPORT_H
#define CTL_REPORT_H

#include <jansson.h>

#include "register.h"

/* Answers one request, {"show": WHAT, "id": N}, {"log": LEVEL} or one of mirror.h: a new {"ok":
 * true, "data": ...} or
 * {"ok": false, "error": TEXT}. Never NULL unless memory is out. */
json_t *ctl_report(const struct ctl_gateway *gw, const struct ctl_register *reg,
		   const json_t *request);

#endif
