// Mirrors as the operator handles them: those of the configuration, commands, the table, the log.
#ifndef CTL_MIRROR_H
#define CTL_MIRROR_H

#include <jansson.h>

#include "config.h"

/* Adds the configured mirrors and starts those that shall run. One that does not start is logged
 * and stays stopped: calls are more important. After dp_start(). */
void ctl_mirror_begin(const struct ctl_config *conf);

/* Logs what sinks have had to complain about since the last look. Call it about every second. */
void ctl_mirror_look(void);

/* Executes {"mirror": "add"|"del"|"start"|"stop", "name": NAME, "set": {KEY: VALUE...}}, all values
 * texts. Returns the answer, {"ok": ...}. */
json_t *ctl_mirror_command(const struct ctl_config *conf, const json_t *request);

/* A list with a flat object for each mirror. */
json_t *ctl_mirror_show(const struct ctl_config *conf);

#endif
