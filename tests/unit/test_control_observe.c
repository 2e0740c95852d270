// trgwctl observe: captures made of OpenSSL's handshakes, on several links, whole and damaged.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>
#include <pcap/pcap.h>

#include "../../control/ctl_observe.h"
#include "../golden/packet.h"
#include "tls_peers.h"

/* ---- a capture file ---- */

struct tape {
	char path[64];
	pcap_t *pcap;
	pcap_dumper_t *dump;
	int link;
	uint32_t ms;
};

static void tape_open(struct tape *t, int link)
{
	int fd;

	memset(t, 0, sizeof(*t));
	snprintf(t->path, sizeof(t->path), "observe-XXXXXX");
	fd = mkstemp(t->path);
	assert_true(fd >= 0);
	t->link = link;
	t->pcap = pcap_open_dead(link, 65535);
	t->dump = pcap_dump_fopen(t->pcap, fdopen(fd, "wb"));
	assert_non_null(t->dump);
}

/* The link's header stands before the IP packet in place of Ethernet's. */
static void record(struct tape *t, const struct packet *p)
{
	static const struct {
		int link;
		uint32_t head;
	} links[] = {{DLT_EN10MB, 14},
		     {DLT_RAW, 0},
		     {DLT_NULL, 4},
		     {DLT_LINUX_SLL, 16},
		     {DLT_LINUX_SLL2, 20}};
	uint8_t *frame, bytes[70100] = {0};
	struct pcap_pkthdr head = {.ts = {1700000000 + t->ms / 1000, t->ms % 1000 * 1000}};
	size_t len;
	unsigned i = 0;

	while (links[i].link != t->link)
		i++;
	frame = packet_new(p, &len);
	if (t->link == DLT_EN10MB)
		memcpy(bytes, frame, 14);
	memcpy(bytes + links[i].head, frame + 14, len - 14);
	head.caplen = head.len = (uint32_t)(links[i].head + len - 14);
	pcap_dump((uint8_t *)t->dump, &head, bytes);
	free(frame);
	t->ms++;
}

static void tape_close(struct tape *t)
{
	pcap_dump_close(t->dump);
	pcap_close(t->pcap);
}

/* ---- conversations ---- */

struct line {
	struct tape *tape;
	const char *addr[2];
	uint16_t port[2];
	uint32_t seq[2];
};

static void tcp(struct line *l, int side, uint8_t flags, const uint8_t *data, uint32_t len)
{
	struct packet p = {
		.src = l->addr[side],
		.dst = l->addr[!side],
		.proto = PACKET_TCP,
		.sport = l->port[side],
		.dport = l->port[!side],
		.seq = l->seq[side],
		.ack = l->seq[!side],
		.tcp_flags = flags,
		.window = 60000,
		.payload = data,
		.payload_len = (uint16_t)len,
	};

	record(l->tape, &p);
	l->seq[side] += len + !!(flags & (SYN_ | FIN_));
}

static void shake(struct line *l)
{
	tcp(l, 0, SYN_, NULL, 0);
	tcp(l, 1, SYN_ | ACK_, NULL, 0);
	tcp(l, 0, ACK_, NULL, 0);
}

static void replay(struct line *l, const struct recording *rec)
{
	for (unsigned i = 0; i < rec->n; i++)
		for (uint32_t at = 0, n; at < rec->chunk[i].len; at += n) {
			n = rec->chunk[i].len - at < 1400 ? rec->chunk[i].len - at : 1400;
			tcp(l, rec->chunk[i].side, ACK_, rec->chunk[i].data + at, n);
		}
}

static void hang_up(struct line *l)
{
	tcp(l, 0, FIN_ | ACK_, NULL, 0);
	tcp(l, 1, FIN_ | ACK_, NULL, 0);
	tcp(l, 0, ACK_, NULL, 0);
}

/* What `trgwctl observe --json` prints of the file, which is then removed. */
static json_t *observe(struct tape *t, int want)
{
	struct ctl_observed o;
	json_error_t error;
	char *text = NULL;
	size_t size;
	json_t *json;
	FILE *f;

	assert_int_equal(ctl_observe_file(&o, t->path), want);
	f = open_memstream(&text, &size);
	ctl_observe_text(&o, f); // must at least not fall over
	fclose(f);
	assert_true(size > 10);
	assert_null(strstr(text, "call-4711")); // the PSK identity is nobody's business
	free(text);
	f = open_memstream(&text, &size);
	ctl_observe_json(&o, f);
	fclose(f);
	json = json_loads(text, 0, &error);
	assert_non_null(json);
	free(text);
	ctl_observed_free(&o);
	unlink(t->path);
	return json;
}

static json_t *conn(json_t *json, size_t i)
{
	return json_array_get(json_object_get(json, "connections"), i);
}

static void assert_text(json_t *object, const char *key, const char *want)
{
	const char *got = json_string_value(json_object_get(object, key));

	if (!got || strcmp(got, want) != 0)
		fail_msg("%s: %s, wanted %s", key, got ? got : "nothing", want);
}

static void assert_certificate(json_t *c, const char *key, const uint8_t *sha256)
{
	json_t *list = json_object_get(c, key);
	char text[97];

	for (int i = 0; i < 32; i++)
		snprintf(text + i * 3, 4, "%02X%s", sha256[i], i < 31 ? ":" : "");
	assert_int_equal(json_array_size(list), 1);
	assert_string_equal(json_string_value(json_array_get(list, 0)), text);
}

/* ---- tests ---- */

static void test_links(void **state)
{
	static const int links[] = {DLT_EN10MB, DLT_RAW, DLT_NULL, DLT_LINUX_SLL, DLT_LINUX_SLL2};
	const struct plan plan = {"mutual", TLS1_2_VERSION, .mutual = true};
	struct outcome out;

	play(&plan, &out);
	for (unsigned i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		struct tape tape;
		struct line l = {&tape, {"192.0.2.1", "192.0.2.2"}, {40000, 443}, {7, 9}};
		json_t *json, *c;

		if (i % 2) {
			l.addr[0] = "2001:db8::1";
			l.addr[1] = "2001:db8::2";
		}
		tape_open(&tape, links[i]);
		shake(&l);
		replay(&l, &out.rec);
		hang_up(&l);
		tape_close(&tape);
		json = observe(&tape, 0);
		assert_int_equal(json_array_size(json_object_get(json, "connections")), 1);
		c = conn(json, 0);
		assert_text(c, "a", i % 2 ? "[2001:db8::1]:40000" : "192.0.2.1:40000");
		assert_text(c, "b", i % 2 ? "[2001:db8::2]:443" : "192.0.2.2:443");
		assert_text(c, "opener", "a");
		assert_text(c, "protocol", "TLS");
		assert_text(c, "version", "TLS 1.2");
		assert_text(c, "keys", "full");
		assert_text(c, "state", "closed");
		assert_text(c, "close", "clean");
		assert_text(c, "tcp", "closing");
		assert_text(c, "tcp_end", "fin");
		assert_text(c, "verdict", "conforming");
		assert_certificate(c, "certificates_a", out.sha256[0]);
		assert_certificate(c, "certificates_b", out.sha256[1]);
		assert_true(json_real_value(json_object_get(c, "handshake_ms")) > 0);
		json_decref(json);
	}
	outcome_free(&out);
}

/* Ports used again, a reset, a start that was missed, a refused opening. */
static void test_connections(void **state)
{
	const struct plan full = {"13", TLS1_3_VERSION}, psk = {"psk", TLS1_2_VERSION, .psk = true,
								.ciphers = "PSK-AES128-GCM-SHA256"};
	struct tape tape;
	struct line l = {&tape, {"192.0.2.1", "192.0.2.2"}, {40000, 443}, {7, 9}};
	struct outcome first, second;
	json_t *json;

	play(&full, &first);
	play(&psk, &second);
	tape_open(&tape, DLT_EN10MB);
	shake(&l);
	replay(&l, &first.rec);
	hang_up(&l);
	l.seq[0] += 100000; // again between the same ports
	shake(&l);
	replay(&l, &second.rec);
	tcp(&l, 1, RST_ | ACK_, NULL, 0);
	l.port[0] = 40001; // joined in its middle
	replay(&l, &first.rec);
	l.port[0] = 40002;
	tcp(&l, 0, SYN_, NULL, 0);
	tcp(&l, 1, RST_ | ACK_, NULL, 0);
	tape_close(&tape);
	json = observe(&tape, 0);
	assert_int_equal(json_array_size(json_object_get(json, "connections")), 4);
	assert_text(conn(json, 0), "version", "TLS 1.3");
	assert_text(conn(json, 0), "close", "clean");
	assert_text(conn(json, 1), "version", "TLS 1.2");
	assert_text(conn(json, 1), "keys", "psk");
	assert_text(conn(json, 1), "tcp_end", "rst");
	assert_text(conn(json, 1), "state", "closed");
	assert_int_equal(json_integer_value(json_object_get(conn(json, 1), "psk_identity_bytes")),
			 strlen("call-4711@ims.example"));
	assert_text(conn(json, 2), "state", "unknown");
	assert_text(conn(json, 2), "why", "no-start");
	assert_true(json_is_null(json_object_get(conn(json, 2), "opener")));
	assert_text(conn(json, 3), "tcp_end", "refused");
	assert_text(conn(json, 3), "protocol", "nothing");
	json_decref(json);
	outcome_free(&first);
	outcome_free(&second);
}

static void test_dtls(void **state)
{
	const struct plan plan = {"dtls", DTLS1_2_VERSION, true,
				  400,    .mutual = true,  .cookie = true};
	struct outcome out;
	struct tape tape;
	json_t *json, *c;

	play(&plan, &out);
	tape_open(&tape, DLT_EN10MB);
	for (unsigned i = 0; i < out.rec.n; i++) {
		const struct chunk *k = &out.rec.chunk[i];
		struct packet p = {
			.src = k->side ? "2001:db8::2" : "2001:db8::1",
			.dst = k->side ? "2001:db8::1" : "2001:db8::2",
			.proto = PACKET_UDP,
			.sport = k->side ? 5061 : 5000,
			.dport = k->side ? 5000 : 5061,
			.payload = k->data,
			.payload_len = (uint16_t)k->len,
		};

		record(&tape, &p);
	}
	tape_close(&tape);
	json = observe(&tape, 0);
	c = conn(json, 0);
	assert_text(c, "transport", "udp");
	assert_text(c, "protocol", "DTLS");
	assert_text(c, "version", "DTLS 1.2");
	assert_text(c, "state", "closing");
	assert_certificate(c, "certificates_a", out.sha256[0]);
	assert_certificate(c, "certificates_b", out.sha256[1]);
	json_decref(json);
	outcome_free(&out);
}

static void test_damage(void **state)
{
	const struct plan plan = {"12", TLS1_2_VERSION};
	struct tape tape;
	struct line l = {&tape, {"192.0.2.1", "192.0.2.2"}, {40000, 443}, {7, 9}};
	struct line bad = {&tape, {"127.0.0.1", "127.0.0.2"}, {1, 2}, {0, 0}};
	struct ctl_observed o;
	struct outcome out;
	json_t *json;

	play(&plan, &out);
	tape_open(&tape, DLT_EN10MB);
	shake(&bad); // what the gateway would not carry is counted
	shake(&l);
	replay(&l, &out.rec);
	hang_up(&l);
	tape_close(&tape);
	assert_int_equal(truncate(tape.path, 1500), 0);
	json = observe(&tape, -1); // what was read before the damage is shown
	assert_int_equal(json_array_size(json_object_get(json, "connections")), 1);
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(json, "skipped"), "bad_ip")), 3);
	json_decref(json);
	outcome_free(&out);

	assert_int_equal(ctl_observe_file(&o, "no-such-file.pcap"), -1);
	ctl_observed_free(&o);
	tape_open(&tape, DLT_PPP);
	tape_close(&tape);
	assert_int_equal(ctl_observe_file(&o, tape.path), -1);
	ctl_observed_free(&o);
	unlink(tape.path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_connections),
		cmocka_unit_test(test_dtls),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
