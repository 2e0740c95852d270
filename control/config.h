// The daemon's configuration: one YAML file, checked as a whole before anything starts.
#ifndef CTL_CONFIG_H
#define CTL_CONFIG_H

#include "../dataplane/dp.h"
#include "../ix/ix.h"
#include "log.h"

enum {
	CTL_CONTROLLERS = 8,
	CTL_CONFIG_ERROR = 512, // room for an error text
};

/* What a realm has beyond dp_realm_conf. */
struct ctl_range {
	uint16_t first, last; // local ports, host order, inclusive
};

/* An address with a port, and its text as configured. */
struct ctl_endpoint {
	struct nat_ep ep; // proto 0
	const char *text;
};

/* A mirror, and whether it runs from the start. */
struct ctl_mirror {
	struct dp_mirror_conf dp;
	bool start;
};

struct ctl_config {
	const char *mid;                // gateway.mid, legal for ix_mid_parse()
	struct dp_conf dp;              // log is NULL: main sets it
	const struct ctl_range *ranges; // one per realm
	struct ctl_endpoint ix_local;
	struct ctl_endpoint controllers[CTL_CONTROLLERS]; // the first is the primary
	unsigned n_controllers;
	enum ix_style style; // of text
	bool binary;         // BER
	const char *profile; // "Name/1"
	uint8_t version;     // highest H.248 version to offer
	enum ctl_level log_level;
	bool has_metrics;
	struct ctl_endpoint metrics;
	const char *control_socket;
	const struct ctl_mirror *mirrors;
	unsigned n_mirrors;
	struct ctl_config_raw *raw; // owns all strings above
};

/* Reads and checks a file. NULL on failure; err then says "FILE: KEY: VALUE: what would be legal".
 */
struct ctl_config *ctl_config_load(const char *file, char err[CTL_CONFIG_ERROR]);

/* The same from memory; name stands for the file in errors. */
struct ctl_config *ctl_config_parse(const char *name, const void *yaml, size_t len,
				    char err[CTL_CONFIG_ERROR]);
void ctl_config_free(struct ctl_config *conf);

/* Reads one mirror from keys and values as the operator writes them, lists with commas. False with
 * err as above, without a file. */
struct ctl_pair {
	const char *key, *value;
};
bool ctl_config_mirror(const struct ctl_config *conf, const struct ctl_pair *pairs, unsigned n,
		       struct ctl_mirror *mirror, char err[CTL_CONFIG_ERROR]);

/* Writes the n-th key of the schema as "section.key" and what it may hold. False past the last. */
bool ctl_config_key(unsigned n, char *key, size_t size, const char **legal);

#endif
