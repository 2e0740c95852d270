// Command line of the media endpoints (msrp, bfcp, t38).
#ifndef PG_OPTIONS_H
#define PG_OPTIONS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum pg_app { PG_MSRP, PG_BFCP, PG_T38 };
enum pg_setup { PG_SETUP_NONE, PG_ACTIVE, PG_PASSIVE, PG_ACTPASS };
enum pg_security { PG_CLEAR, PG_TLS12, PG_TLS13, PG_DTLS12 };

enum { PG_PSK_MAX = 64, PG_PSK_ID_MAX = 128 };

/* What the command line says, checked and with defaults filled in. Strings point into argv. */
struct pg_options {
	enum pg_app app;
	bool offerer;
	bool direct; // no IBCF between the two ends
	bool udp;    // media over UDP: t38, bfcp --udp, DTLS
	const char *dir;
	struct sockaddr_storage local; // --local and --port (0 = any)
	socklen_t local_len;
	enum pg_setup setup; // an answerer's may be PG_SETUP_NONE: whatever fits the offer
	enum pg_security security;
	char psk_id[PG_PSK_ID_MAX + 1]; // empty: certificates
	uint8_t psk[PG_PSK_MAX];
	unsigned psk_len;
	const char *file, *out, *keylog; // NULL when not given
	bool has_size;
	uint64_t size_bytes; // --size
	uint64_t seed;
	unsigned chunk_bytes; // msrp: body of one SEND
	unsigned timeout_s;
};

/* Reads argv (argv[0] is the sub-command). Returns -1 when the call should go on, else the exit
 * status: 0 after --help, 2 after an error, told on stderr with what would be legal. */
int pg_options_parse(struct pg_options *o, enum pg_app app, int argc, char **argv);

/* "msrp", "bfcp", "t38". */
const char *pg_app_name(enum pg_app app);

/* "active", "passive", "actpass"; "" for none. */
const char *pg_setup_name(enum pg_setup setup);

#endif
