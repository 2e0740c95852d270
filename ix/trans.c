// The transaction layer's tables: the peer's requests, our own, and their timers.
// Spec: H.248.1 8.2, D.1
#include "trans.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "ix.h"

/* ---- timers ---------------------------------------------------------------------------------- */

bool ix_timers_reserve(struct ix_timers *timers, uint32_t more)
{
	const uint32_t need = timers->n + more;
	if (need <= timers->room)
		return true;
	const uint32_t room = need * 2;
	struct ix_timer **heap = realloc(timers->heap, ((size_t)room + 1) * sizeof(heap[0]));
	if (heap == NULL)
		return false;
	timers->heap = heap;
	timers->room = room;
	return true;
}

static void put(struct ix_timers *timers, uint32_t place, struct ix_timer *timer)
{
	timers->heap[place] = timer;
	timer->place = place;
}

static void sift(struct ix_timers *timers, struct ix_timer *timer)
{
	struct ix_timer **heap = timers->heap;
	uint32_t i = timer->place;
	for (; i > 1 && heap[i / 2]->at > timer->at; i /= 2)
		put(timers, i, heap[i / 2]);
	for (;;) {
		uint32_t child = i * 2;
		if (child > timers->n)
			break;
		if (child < timers->n && heap[child + 1]->at < heap[child]->at)
			child++;
		if (heap[child]->at >= timer->at)
			break;
		put(timers, i, heap[child]);
		i = child;
	}
	put(timers, i, timer);
}

void ix_timer_set(struct ix_timers *timers, struct ix_timer *timer, uint64_t at)
{
	timer->at = at;
	if (timer->place == 0)
		put(timers, ++timers->n, timer);
	sift(timers, timer);
}

void ix_timer_del(struct ix_timers *timers, struct ix_timer *timer)
{
	const uint32_t place = timer->place;
	if (place == 0)
		return;
	struct ix_timer *last = timers->heap[timers->n--];
	timer->place = 0;
	if (last == timer)
		return;
	put(timers, place, last);
	sift(timers, last);
}

struct ix_timer *ix_timer_first(const struct ix_timers *timers)
{
	return timers->n > 0 ? timers->heap[1] : NULL;
}

void ix_timers_fini(struct ix_timers *timers)
{
	free(timers->heap);
	*timers = (struct ix_timers){0};
}

/* ---- hashing --------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9u;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static uint64_t mid_hash(uint64_t seed, const struct ix_mid *mid)
{
	uint64_t h = mix(seed ^ mid->kind ^ (uint64_t)mid->port << 8);
	const size_t n = mid->kind == IX_MID_IP4 ? 4 : mid->kind == IX_MID_IP6 ? 16 : 0;
	for (size_t i = 0; i < n; i++)
		h = mix(h ^ mid->ip[i]);
	for (uint32_t i = 0; i < mid->name.len; i++)
		h = mix(h ^ (uint64_t)tolower((unsigned char)mid->name.p[i]));
	return h;
}

static uint32_t in_hash(uint64_t seed, const struct ix_mid *mid, uint32_t tid)
{
	return (uint32_t)mix(mid_hash(seed, mid) + tid);
}

/* Buckets for up to max entries: a power of two, not more than 65 536 so that an idle peer is
 * cheap. */
static uint32_t bucket_mask(unsigned max)
{
	uint32_t n = 16;
	while (n < max && n < 65536)
		n *= 2;
	return n - 1;
}

/* ---- requests of the peer's ------------------------------------------------------------------ */

bool ix_ins_init(struct ix_ins *ins, unsigned max, size_t max_bytes, size_t reserve, uint64_t seed)
{
	*ins = (struct ix_ins){
		.max = max, .max_bytes = max_bytes, .reserve = reserve, .seed = mix(seed + 1)};
	ins->mask = bucket_mask(max);
	ins->buckets = calloc((size_t)ins->mask + 1, sizeof(ins->buckets[0]));
	return ins->buckets != NULL;
}

void ix_ins_fini(struct ix_ins *ins)
{
	for (uint32_t i = 0; ins->buckets != NULL && i <= ins->mask; i++) {
		for (struct ix_in *in = ins->buckets[i], *next; in != NULL; in = next) {
			next = in->chain;
			free(in->reply);
			free(in);
		}
	}
	free(ins->buckets);
	*ins = (struct ix_ins){0};
}

struct ix_in *ix_ins_find(const struct ix_ins *ins, const struct ix_mid *mid, uint32_t tid)
{
	const uint32_t hash = in_hash(ins->seed, mid, tid);
	struct ix_in *in = ins->buckets[hash & ins->mask];
	while (in != NULL && (in->tid != tid || in->hash != hash || !ix_mid_equal(&in->mid, mid)))
		in = in->chain;
	return in;
}

static void list_add(struct ix_in_list *list, struct ix_in *in)
{
	in->prev = list->tail;
	in->next = NULL;
	*(list->tail != NULL ? &list->tail->next : &list->head) = in;
	list->tail = in;
}

static void list_del(struct ix_in_list *list, struct ix_in *in)
{
	*(in->prev != NULL ? &in->prev->next : &list->head) = in->next;
	*(in->next != NULL ? &in->next->prev : &list->tail) = in->prev;
	in->prev = in->next = NULL;
}

static void drop_reply(struct ix_ins *ins, struct ix_in *in)
{
	ins->bytes -= in->len;
	free(in->reply);
	in->reply = NULL;
	in->len = 0;
}

static void forget(struct ix_ins *ins, struct ix_in *in)
{
	struct ix_in **at = &ins->buckets[in->hash & ins->mask];
	while (*at != in)
		at = &(*at)->chain;
	*at = in->chain;
	list_del(in->state == IX_IN_ACKED ? &ins->acked : &ins->replied, in);
	drop_reply(ins, in);
	ins->count--;
	free(in);
}

struct ix_in *ix_ins_add(struct ix_ins *ins, const struct ix_mid *mid, uint32_t tid)
{
	if (ins->count >= ins->max && ins->acked.head != NULL)
		forget(ins, ins->acked.head);
	// A reply cannot be refused once the work is done, so its room is claimed here.
	const size_t claimed = ((size_t)ins->executing + 1) * ins->reserve;
	if (ins->count >= ins->max || ins->bytes + claimed > ins->max_bytes)
		return NULL;
	struct ix_in *in = calloc(1, sizeof(*in) + mid->name.len);
	if (in == NULL)
		return NULL;
	in->timer.owner = IX_TIMER_IN;
	in->mid = *mid;
	if (mid->name.len > 0)
		in->mid.name.p = memcpy(in + 1, mid->name.p, mid->name.len);
	in->tid = tid;
	in->hash = in_hash(ins->seed, mid, tid);
	in->chain = ins->buckets[in->hash & ins->mask];
	ins->buckets[in->hash & ins->mask] = in;
	ins->count++;
	ins->executing++;
	return in;
}

void ix_ins_reply(struct ix_ins *ins, struct ix_in *in, const void *bytes, size_t len,
		  uint64_t expires)
{
	ins->executing--;
	in->txn = NULL;
	in->expires = expires;
	in->reply = malloc(len);
	in->state = in->reply != NULL ? IX_IN_REPLIED : IX_IN_ACKED;
	if (in->reply != NULL) {
		memcpy(in->reply, bytes, len);
		in->len = len;
		ins->bytes += len;
	}
	list_add(in->state == IX_IN_ACKED ? &ins->acked : &ins->replied, in);
}

static void ack(struct ix_ins *ins, struct ix_in *in, uint64_t expires)
{
	if (in->state != IX_IN_REPLIED)
		return;
	list_del(&ins->replied, in);
	drop_reply(ins, in);
	in->state = IX_IN_ACKED;
	in->expires = expires;
	list_add(&ins->acked, in);
}

void ix_ins_ack(struct ix_ins *ins, const struct ix_mid *mid, uint32_t first, uint32_t last,
		uint64_t expires)
{
	if (first > last)
		return;
	if (last - first < ins->count) {
		bool all = true;
		for (uint32_t i = 0; i <= last - first; i++) {
			struct ix_in *in = ix_ins_find(ins, mid, first + i);
			if (in != NULL)
				ack(ins, in, expires);
			all = all && in != NULL;
		}
		if (all) // the entries themselves remember it
			return;
	} else {
		for (struct ix_in *in = ins->replied.head, *next; in != NULL; in = next) {
			next = in->next;
			if (in->tid >= first && in->tid <= last && ix_mid_equal(&in->mid, mid))
				ack(ins, in, expires);
		}
	}
	ins->ranges[ins->next_range++ % IX_RANGES] = (struct ix_range_kept){
		first, last, expires, mid_hash(ins->seed, mid)};
}

bool ix_ins_was_acked(const struct ix_ins *ins, const struct ix_mid *mid, uint32_t tid,
		      uint64_t now)
{
	const uint64_t hash = mid_hash(ins->seed, mid);
	for (unsigned i = 0; i < IX_RANGES; i++) {
		const struct ix_range_kept *r = &ins->ranges[i];
		if (r->expires > now && tid >= r->first && tid <= r->last && r->mid_hash == hash)
			return true;
	}
	return false;
}

void ix_ins_expire(struct ix_ins *ins, uint64_t now)
{
	while (ins->replied.head != NULL && ins->replied.head->expires <= now)
		forget(ins, ins->replied.head);
	while (ins->acked.head != NULL && ins->acked.head->expires <= now)
		forget(ins, ins->acked.head);
}

uint64_t ix_ins_deadline(const struct ix_ins *ins)
{
	uint64_t at = UINT64_MAX;
	if (ins->replied.head != NULL)
		at = ins->replied.head->expires;
	if (ins->acked.head != NULL && ins->acked.head->expires < at)
		at = ins->acked.head->expires;
	return at;
}

/* ---- own requests ---------------------------------------------------------------------------- */

bool ix_outs_init(struct ix_outs *outs, unsigned max)
{
	*outs = (struct ix_outs){.max = max, .mask = bucket_mask(max)};
	outs->buckets = calloc((size_t)outs->mask + 1, sizeof(outs->buckets[0]));
	return outs->buckets != NULL;
}

void ix_outs_fini(struct ix_outs *outs)
{
	for (uint32_t i = 0; outs->buckets != NULL && i <= outs->mask; i++) {
		for (struct ix_out *out = outs->buckets[i], *next; out != NULL; out = next) {
			next = out->chain;
			free(out);
		}
	}
	free(outs->buckets);
	*outs = (struct ix_outs){0};
}

// Own tids count up, so they spread over the buckets without a hash.
struct ix_out *ix_outs_find(const struct ix_outs *outs, uint32_t tid)
{
	struct ix_out *out = outs->buckets[tid & outs->mask];
	while (out != NULL && out->tid != tid)
		out = out->chain;
	return out;
}

struct ix_out *ix_outs_add(struct ix_outs *outs, uint32_t tid, const void *bytes, size_t len)
{
	if (outs->count >= outs->max)
		return NULL;
	struct ix_out *out = calloc(1, sizeof(*out) + len);
	if (out == NULL)
		return NULL;
	out->timer.owner = IX_TIMER_OUT;
	out->tid = tid;
	out->len = len;
	memcpy(out->bytes, bytes, len);
	out->chain = outs->buckets[tid & outs->mask];
	outs->buckets[tid & outs->mask] = out;
	outs->count++;
	return out;
}

void ix_outs_del(struct ix_outs *outs, struct ix_out *out)
{
	struct ix_out **at = &outs->buckets[out->tid & outs->mask];
	while (*at != out)
		at = &(*at)->chain;
	*at = out->chain;
	outs->count--;
}
