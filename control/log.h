// Log lines of the daemon: "LEVEL event=name key=value ..." on standard error, limited in rate.
#ifndef CTL_LOG_H
#define CTL_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ctl_level { CTL_ERROR, CTL_WARN, CTL_INFO, CTL_DEBUG, CTL_LEVELS };

/* Writes one line when `level` is at or above the level set. `event` is a literal and names the
 * class of the line: each class may write a burst of 50 lines and then 5 a second; what was left
 * out is counted and told with the next line of the class. fmt gives the "key=value" part, may be
 * "". Text that came from outside goes through ctl_quote(). Never pass payload. Any thread of
 * control. */
void ctl_log(enum ctl_level level, const char *event, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

void ctl_log_set(enum ctl_level level);
enum ctl_level ctl_log_get(void);
/* False when the name is none of error, warn, info, debug. */
bool ctl_level_parse(const char *name, enum ctl_level *level);
const char *ctl_level_name(enum ctl_level level);

/* Puts `len` bytes into quotes, other than printable ASCII and quotes replaced by '?', cut to size.
 * Returns buf. */
const char *ctl_quote(const char *text, size_t len, char *buf, size_t size);

/* Where lines go instead of standard error; NULL = back. For tests. */
void ctl_log_sink(void (*sink)(const char *line));

/* Milliseconds on the monotonic clock: the only clock that timers of control see. */
uint64_t ctl_now_ms(void);

#endif
