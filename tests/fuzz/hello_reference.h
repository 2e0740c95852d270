// Hellos read by offsets into a complete message, for the reference observers.
// Spec: RFC 8446 4.1 and 4.2, RFC 6347 4.2.1
#ifndef HELLO_REFERENCE_H
#define HELLO_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

/* What one hello says. ok: it is well formed. */
struct ref_hello {
	bool ok;
	uint16_t legacy, offered; // offered: highest known version, 0 = none
	uint16_t suite, selected, group;
	uint16_t psk_len; // client: first identity
	bool sni, alpn, early, psk, has_selected, retry;
	uint8_t ages_zero; // client: bit per identity
	int psk_index;     // server: -1 = none
	bool raw[2];       // server: raw keys of the client, of the server
	int cid;           // -1 = no extension
};

struct ref_hello ref_client_hello(const uint8_t *m, uint32_t len, bool dtls);
struct ref_hello ref_server_hello(const uint8_t *m, uint32_t len, bool dtls);

/* A version that exists, by the protocol's numbering. */
bool ref_version_exists(uint16_t version, bool dtls);

/* What a suite's key exchange is, as far as a watcher cares. */
enum ref_keys { REF_CERT, REF_CERT_EC, REF_PSK, REF_PSK_EC, REF_ANON, REF_ANON_EC, REF_ODD };
enum ref_keys ref_keys_of(uint16_t suite);
bool ref_short_tag(uint16_t suite);

#endif
