// The scripted IBCF inside: the association with one gateway, and the calls that it plays.
// Spec: TS 29.162 10.1.3, 10.2; TS 29.238
#ifndef PG_IBCF_H
#define PG_IBCF_H

#include <event2/event.h>
#include <jansson.h>
#include <sys/socket.h>

#include "ibcf_spec.h"

/* A call goes down this list; from any state it may jump to RELEASE (or DONE when nothing is held).
 */
enum pg_ibcf_state {
	PG_IBCF_IDLE,    // the gateway has not registered
	PG_IBCF_OFFER,   // waits for offer.a
	PG_IBCF_RESERVE, // Add of side b (pair: of both) is with the gateway
	PG_IBCF_ANSWER,  // waits for answer.b
	PG_IBCF_CONNECT, // Modify of b and Add of a are with the gateway
	PG_IBCF_UP,      // waits for result.a and result.b, or for the end
	PG_IBCF_LINGER,  // lets the last events arrive
	PG_IBCF_RELEASE, // Subtract is with the gateway
	PG_IBCF_DONE,
};

struct pg_ibcf_term {
	char id[80];   // "" until the gateway has named it
	char addr[64]; // of its Local
	uint16_t port;
	json_t *stats; // name: number or text; NULL until released
};

struct pg_ibcf_call {
	struct pg_ibcf *ibcf;
	struct pg_ibcf_spec spec;
	unsigned index;
	enum pg_ibcf_state state;
	bool waiting; // a request is with the gateway
	bool failed;
	bool hang_up;         // release as soon as no request is out
	uint64_t deadline_ms; // of setting up, or of the endpoints' work; UINT64_MAX none
	uint64_t linger_ms;
	uint32_t context;
	struct pg_ibcf_term term[2];
	char *offer, *answer; // SDP as it came from side a, side b
	char error[PG_IBCF_ERROR];
	json_t *steps, *events;
};

struct pg_ibcf {
	struct event_base *base;
	struct event *socket_event, *peer_timer, *poll_timer, *signals[2];
	int fd;
	struct ix_peer *peer;
	struct ix_arena *arena; // of what is being built
	struct sockaddr_storage gateway;
	socklen_t gateway_len;
	bool registered, stopping;
	bool asked; // the gateway's address was given: nobody else is listened to
	unsigned interrupts;
	uint64_t start_ms,
		end_ms; // registration is waited for until end_ms; later: until then release
	struct pg_ibcf_call *calls;
	unsigned n_calls;
	bool setup_only;
	unsigned timeout_s, heartbeat_s;
};

uint64_t pg_ibcf_now(void); // milliseconds, monotonic

/* One line on stdout: time, call (or "-"), step, result. */
__attribute__((format(printf, 3, 4))) void pg_ibcf_say(const char *call, const char *step,
						       const char *fmt, ...);

/* ---- ibcf_call.c ------------------------------------------------------------------------------
 */

bool pg_ibcf_call_init(struct pg_ibcf *ibcf, struct pg_ibcf_call *call);
void pg_ibcf_call_fini(struct pg_ibcf_call *call);
/* The gateway is there: begin. */
void pg_ibcf_call_start(struct pg_ibcf_call *call);
/* Looks at the mailbox and the clock. */
void pg_ibcf_call_poll(struct pg_ibcf_call *call, uint64_t now);
/* The gateway's answer to what the call asked last; as ix_peer_ops.reply. */
void pg_ibcf_call_reply(struct pg_ibcf_call *call, const struct ix_item *item, uint16_t why);
/* Gives back what it holds as soon as it can, and ends. */
void pg_ibcf_call_hang_up(struct pg_ibcf_call *call);
/* The gateway has restarted: nothing is held any more. */
void pg_ibcf_call_lost(struct pg_ibcf_call *call);
/* The program ends: what is not done yet has failed. */
void pg_ibcf_call_abandon(struct pg_ibcf_call *call);
/* An event of one of its terminations. */
void pg_ibcf_call_event(struct pg_ibcf_call *call, const struct ix_tid *tid,
			const struct ix_observed *event);

#endif
