// Writes the seeds of the TLS and DTLS fuzz targets: seed_tls FOLDER-OF-TLS FOLDER-OF-DTLS. Run by
// hand when their input form changes; the files are in the tree (corpus/tls, corpus/dtls).
#include <stdio.h>
#include <stdlib.h>

#include "../unit/tls_peers.h"

static const struct plan plans[] = {
	{"12", TLS1_2_VERSION},
	{"12-mutual", TLS1_2_VERSION, .mutual = true},
	{"12-resumed", TLS1_2_VERSION, .resume = true},
	{"12-psk", TLS1_2_VERSION, .psk = true, .ciphers = "ECDHE-PSK-AES128-CBC-SHA256"},
	{"12-anonymous", TLS1_2_VERSION, .anonymous = true, .ciphers = "ADH-AES128-GCM-SHA256"},
	{"12-reneg", TLS1_2_VERSION, .renegotiate = true},
	{"12-refused", TLS1_2_VERSION, .mutual = true, .refuse_client = true},
	{"13", TLS1_3_VERSION},
	{"13-psk", TLS1_3_VERSION, .psk = true},
	{"13-retry", TLS1_3_VERSION, .groups = "P-384", .client_groups = "X25519:P-384"},
	{"13-early", TLS1_3_VERSION, .early_data = true},
	{"13-nogroup", TLS1_3_VERSION, .groups = "P-384", .client_groups = "X25519"},
	{"12", DTLS1_2_VERSION, true, .cookie = true},
	{"12-mutual", DTLS1_2_VERSION, true, 300, .mutual = true},
	{"12-resumed", DTLS1_2_VERSION, true, .resume = true},
	{"12-psk", DTLS1_2_VERSION, true, .psk = true, .ciphers = "PSK-AES128-GCM-SHA256"},
	{"12-refused", DTLS1_2_VERSION, true, .mutual = true, .refuse_client = true},
};

static void write_chunk(FILE *f, const struct chunk *c)
{
	fputc(c->side << 7 | 127, f);
	fputc((int)(c->len >> 8), f);
	fputc((int)(c->len & 255), f);
	fwrite(c->data, 1, c->len, f);
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: %s FOLDER-OF-TLS FOLDER-OF-DTLS\n", argv[0]);
		return 2;
	}
	for (unsigned i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		struct outcome out;
		char path[4096];
		FILE *f;

		play(&plans[i], &out);
		snprintf(path, sizeof(path), "%s/%s", argv[1 + plans[i].dtls], plans[i].name);
		f = fopen(path, "wb");
		if (!f) {
			perror(path);
			return 1;
		}
		fputc(0, f);
		for (unsigned c = 0; c < out.rec.n; c++)
			write_chunk(f, &out.rec.chunk[c]);
		if (!plans[i].dtls) {
			fputc(0, f); // both FINs
			fputc(128, f);
		}
		if (fclose(f) != 0) {
			perror(path);
			return 1;
		}
		outcome_free(&out);
	}
	return 0;
}
