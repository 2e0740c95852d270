// A golden case as read from its text: a call, and steps that each put a packet in and say what
// comes out.
#ifndef TESTS_CASE_H
#define TESTS_CASE_H

#include "call.h"
#include "packet.h"

/* The form of a case file, line by line; # begins a comment.
 *
 *   call udp|tcp                      protocol of the call
 *   a REMOTE LOCAL                    side A, endpoints as 192.0.2.1:5 or [2001:db8::1]:5
 *   b REMOTE LOCAL                    side B
 *   flow a|b WORD...                  shut, no-remote, port-any, port-fixed, may-open, must-wait,
 *                                     dport-conn, dport-fixed, stateless, dscp=N, mtu=N, dport=N
 *   checksum recompute|update         default recompute
 *   at MS                             clock
 *   in a|b FIELD...                   a packet from that side's remote to our endpoint there
 *   out ttl=N FIELD...                it leaves: as it came, with the far side's endpoints, TTL and
 *                                     fields
 *   drop REASON                       it does not
 *   answer type=N FIELD...            and its sender gets this ICMP error about it
 *   local                             it is for ourselves
 *   event NAME CAUSE SIDE             and this is reported, about the step before
 *   expire                            the age of the connection is judged (60 s, 7440 s, 240 s)
 *   expect NAME=VALUE...              state, a.pkts, a.bytes, b.pkts, b.bytes, drops
 *
 * Fields: src dst sport dport proto ttl dscp ecn label id frag ipopts ipsum=wrong iplen=+N vlan tci
 * pad sum=right|none|unfinished|wrong len fill=HEX flags=SYN+ACK seq ack win opts=HEX type code
 * udplen.
 *
 * FIELD... quote FIELD... makes the packet an ICMP error about one that we sent to that side's
 * remote (in), or that the far side's remote sent to us (out); value and cut are fields of the
 * error: its second word, and how many bytes it quotes. */

enum step_kind { STEP_PACKET, STEP_EXPIRE, STEP_EXPECT };
enum outcome { OUT_SENT, OUT_DROP, OUT_LOCAL, OUT_OPEN };

struct expectation { // NAME=VALUE
	char name[16], value[24];
};

struct step {
	enum step_kind kind;
	unsigned line;
	uint32_t now_ms;
	enum nat_side side;
	struct packet in, want; // want: for OUT_SENT, or an answer to what is dropped
	struct packet in_quote, want_quote;
	bool answered;
	enum outcome outcome; // OUT_OPEN: the text has not said yet
	char reason[24];
	bool has_event;
	char event[24], cause[16];
	enum nat_side event_side;
	struct expectation expect[8];
	unsigned n_expect;
};

enum { CASE_STEPS = 200, CASE_TEXTS = 64, CASE_TEXT = 64 };

struct golden_case {
	struct call call;
	bool recompute;
	struct step steps[CASE_STEPS];
	unsigned n_steps;
	char endpoints[4][NAT_ADDR_TEXT];  // A remote, A local, B local, B remote: as text
	char texts[CASE_TEXTS][CASE_TEXT]; // bytes and addresses that packets point to
	unsigned n_texts;
};

/* Reads a case file. On a mistake in it prints file and line and ends the program. */
void case_read(const char *path, struct golden_case *c);

#endif
