// A T.38 fax terminal: spandsp's T.30 engine between a TIFF file and IFP packets.
// Spec: ITU-T T.30, T.38 version 0 (what the SDP says)
#define SPANDSP_EXPOSE_INTERNAL_STRUCTURES // struct sizes and t30_stats_t
#include "t38.h"

#include <stdio.h>
#include <stdlib.h>

#include <tiffio.h>
#include <spandsp.h>

enum { TICK_SAMPLES = 160 }; // 20 ms at 8000 samples a second

struct pg_fax {
	t38_terminal_state_t *terminal;
	t30_state_t *t30;
	t38_core_state_t *core;
	pg_fax_output *output;
	void *arg;
	bool caller, over, ok;
	int pages;
	const char *text;
	char news[96];
	bool has_news;
};

static int packet_out(t38_core_state_t *core, void *arg, const uint8_t *ifp, int len, int count)
{
	struct pg_fax *fax = arg;

	if (len > 0)
		fax->output(fax->arg, ifp, (size_t)len, count > 1 ? (unsigned)count : 1);
	return 0;
}

static int on_negotiated(t30_state_t *t30, void *arg, int result)
{
	struct pg_fax *fax = arg;
	t30_stats_t stats;

	t30_get_transfer_statistics(t30, &stats);
	snprintf(fax->news, sizeof(fax->news), "fax negotiated: %d bit/s, error correction %s",
		 stats.bit_rate, stats.error_correcting_mode ? "on" : "off");
	fax->has_news = true;
	return T30_ERR_OK;
}

static int on_page(t30_state_t *t30, void *arg, int result)
{
	struct pg_fax *fax = arg;
	t30_stats_t stats;

	t30_get_transfer_statistics(t30, &stats);
	snprintf(fax->news, sizeof(fax->news), "fax page %s: %d x %d dots",
		 fax->caller ? "sent" : "received", stats.width, stats.length);
	fax->has_news = true;
	return T30_ERR_OK;
}

static void on_end(t30_state_t *t30, void *arg, int result)
{
	struct pg_fax *fax = arg;
	t30_stats_t stats;

	t30_get_transfer_statistics(t30, &stats);
	fax->pages = fax->caller ? stats.pages_tx : stats.pages_rx;
	fax->ok = result == T30_ERR_OK && fax->pages > 0;
	fax->text = t30_completion_code_to_str(result);
	fax->over = true;
}

static void set_up(struct pg_fax *fax, const char *file)
{
	fax->t30 = t38_terminal_get_t30_state(fax->terminal);
	fax->core = t38_terminal_get_t38_core_state(fax->terminal);
	if (fax->caller)
		t30_set_tx_file(fax->t30, file, -1, -1);
	else
		t30_set_rx_file(fax->t30, file, -1);
	t30_set_tx_ident(fax->t30, fax->caller ? "caller" : "called");
	t30_set_ecm_capability(fax->t30, TRUE);
	t30_set_supported_modems(fax->t30, T30_SUPPORT_V27TER | T30_SUPPORT_V29 | T30_SUPPORT_V17);
	t30_set_supported_compressions(fax->t30, T30_SUPPORT_T4_1D_COMPRESSION |
							 T30_SUPPORT_T4_2D_COMPRESSION |
							 T30_SUPPORT_T6_COMPRESSION);
	t30_set_phase_b_handler(fax->t30, on_negotiated, fax);
	t30_set_phase_d_handler(fax->t30, on_page, fax);
	t30_set_phase_e_handler(fax->t30, on_end, fax);
	t38_set_t38_version(fax->core, 0);
}

struct pg_fax *pg_fax_new(bool caller, const char *file, pg_fax_output *output, void *arg)
{
	struct pg_fax *fax = calloc(1, sizeof(*fax));

	if (!fax)
		return NULL;
	fax->caller = caller;
	fax->output = output;
	fax->arg = arg;
	fax->terminal = t38_terminal_init(NULL, caller, packet_out, fax);
	if (!fax->terminal) {
		free(fax);
		return NULL;
	}
	set_up(fax, file);
	return fax;
}

void pg_fax_free(struct pg_fax *fax)
{
	if (!fax)
		return;
	t38_terminal_release(fax->terminal);
	t38_terminal_free(fax->terminal);
	free(fax);
}

void pg_fax_input(struct pg_fax *fax, const uint8_t *ifp, size_t len, uint16_t seq)
{
	t38_core_rx_ifp_packet(fax->core, ifp, (int)len, seq);
}

void pg_fax_tick(struct pg_fax *fax)
{
	t38_terminal_send_timeout(fax->terminal, TICK_SAMPLES);
}

const char *pg_fax_news(struct pg_fax *fax)
{
	bool news = fax->has_news;

	fax->has_news = false;
	return news ? fax->news : NULL;
}

bool pg_fax_over(const struct pg_fax *fax, bool *ok, const char **text, int *pages)
{
	*ok = fax->ok;
	*text = fax->text ? fax->text : "not over";
	*pages = fax->pages;
	return fax->over;
}
