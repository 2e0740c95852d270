// Tests of ix/peer.c in binary: two associations talk BER, faults are answered in BER.
#include "ix_ber.h"

enum { MAX = 1500 };

/* One end; what it sends lies here until the test carries it over. */
struct end {
	struct ix_peer *peer;
	uint8_t sent[MAX];
	size_t len;
	unsigned n_sent, n_requests, n_replies;
	uint16_t code; // of the last reply
};

static struct ix_tid root = {.name = {"ROOT", 4}};
static struct ix_audit nothing;
static const struct ix_command audit = {
	.verb = IX_AUDIT_VALUE, .tids = &root, .d = {.audit = &nothing}};
static const struct ix_action ping = {.cid = IX_CID_NULL, .commands = (struct ix_command *)&audit};

static void on_output(void *user, const void *bytes, size_t len)
{
	struct end *e = user;

	assert_true(len <= MAX);
	memcpy(e->sent, bytes, len);
	e->len = len;
	e->n_sent++;
}

static void on_request(void *user, struct ix_txn *txn, const struct ix_msg *msg,
		       const struct ix_item *item)
{
	struct end *e = user;
	struct ix_command done = {.verb = IX_AUDIT_VALUE, .tids = &root};
	const struct ix_action action = {.cid = IX_CID_NULL, .commands = &done};

	e->n_requests++;
	ix_txn_reply(txn, &action, NULL, 1000);
}

static void on_reply(void *user, uint32_t tid, void *cookie, const struct ix_item *item,
		     uint16_t why)
{
	struct end *e = user;

	e->n_replies++;
	e->code = item && item->error ? item->error->code : why;
}

static const struct ix_peer_ops ops = {on_output, on_request, on_reply, NULL};

static void start(struct end *e, const char *mid, bool binary)
{
	static const uint8_t ip[][4] = {{192, 0, 2, 1}, {192, 0, 2, 10}};
	struct ix_peer_conf conf;

	ix_peer_conf_default(&conf);
	conf.self.kind = IX_MID_IP4;
	memcpy(conf.self.ip, ip[*mid == 'g'], 4);
	conf.version = 3;
	conf.binary = binary;
	conf.ber = &test_conf;
	*e = (struct end){.code = 0};
	e->peer = ix_peer_new(&conf, &ops, e);
	assert_non_null(e->peer);
}

/* Carries the last message of one end to the other. */
static void carry(struct end *from, struct end *to)
{
	uint8_t bytes[MAX];
	size_t len = from->len;

	memcpy(bytes, from->sent, len);
	ix_peer_input(to->peer, bytes, len, 1000);
}

static void talk(bool controller_binary)
{
	struct end controller, gateway;
	uint32_t tid;

	start(&controller, "controller", controller_binary);
	start(&gateway, "gateway", true);
	assert_int_equal(ix_peer_request(controller.peer, &ping, NULL, &tid, 1000), 0);
	assert_int_equal(ix_ber_looks(controller.sent, controller.len), controller_binary);
	carry(&controller, &gateway);
	carry(&controller, &gateway); // a repetition brings the same octets
	assert_int_equal(gateway.n_requests, 1);
	assert_int_equal(gateway.n_sent, 2);
	assert_true(ix_ber_looks(gateway.sent, gateway.len));
	carry(&gateway, &controller);
	assert_int_equal(controller.n_replies, 1);
	assert_int_equal(controller.code, 0);
	ix_peer_free(controller.peer);
	ix_peer_free(gateway.peer);
}

static void test_both_binary(void **state)
{
	talk(true);
}

/* What arrives is understood in either encoding; what leaves is as configured. */
static void test_one_binary(void **state)
{
	talk(false);
}

static struct decoded hear(struct end *e, const struct ber *b)
{
	e->n_sent = 0;
	ix_peer_input(e->peer, b->p, b->len, 1000);
	if (e->n_sent == 0)
		return (struct decoded){.arena = ix_arena_new(64)};
	return decode_ber(e->sent, e->len, &test_conf);
}

static void test_faults(void **state)
{
	struct ber cut = ber_transaction(ber_tlv(IX_CC(9), ber_none()));
	struct ber request = ber_request(ber_tlv(IX_CC(8), ber_none()));
	struct ber error = ber_message(ber_tlv(IX_CC(0), ber_tlv(IX_C(7), ber_none())));
	struct ber stranger = ber_raw("\x30\x00", 2);
	struct decoded d;
	struct end e;

	start(&e, "gateway", true);
	d = hear(&e, &cut);
	assert_true(d.msg && d.msg->error);
	assert_int_equal(d.msg->error->code, 400);
	drop(&d);
	d = hear(&e, &request); // the transaction's id was read: a reply with the code
	assert_true(d.msg && d.msg->items && d.msg->items->error);
	assert_int_equal(d.msg->items->tid, 7);
	assert_int_equal(d.msg->items->error->code, 443);
	drop(&d);
	d = hear(&e, &error); // a broken Error is never answered
	assert_null(d.msg);
	drop(&d);
	d = hear(&e, &stranger);
	assert_null(d.msg);
	drop(&d);
	ix_peer_free(e.peer);
	free(cut.p);
	free(request.p);
	free(error.p);
	free(stranger.p);
}

static void test_looks_error(void **state)
{
	struct ber error = ber_message(ber_tlv(IX_CC(0), ber_none()));
	struct ber other = ber_transaction(ber_none());

	assert_true(ix_ber_looks_error(error.p, error.len));
	assert_false(ix_ber_looks_error(other.p, other.len));
	for (size_t cut = 0; cut < error.len; cut++)
		assert_false(ix_ber_looks_error(error.p, cut));
	free(error.p);
	free(other.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_binary),
		cmocka_unit_test(test_one_binary),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_looks_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
