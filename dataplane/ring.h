// A bounded queue between exactly one writer and one reader thread: events up, commands down.
#ifndef DP_RING_H
#define DP_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "../nat/event.h"

enum { DP_RING_SIZE = 4096 }; // entries, a power of two

/* What control asks of a worker: judge the age of a connection. */
struct dp_command {
	uint32_t conn;
	uint16_t gen;
};

/* One ring type per kind of element, same code. head is written by the reader, tail by the
 * writer; each on its own line so that they do not disturb one another. */
#define DP_RING(name, type)                                                                        \
	struct name {                                                                              \
		_Alignas(64) _Atomic uint32_t head;                                                \
		_Alignas(64) _Atomic uint32_t tail;                                                \
		_Alignas(64) type slot[DP_RING_SIZE];                                              \
	};                                                                                         \
	/* False when full; nothing is written then. */                                            \
	static inline bool name##_put(struct name *r, const type *v)                               \
	{                                                                                          \
		uint32_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);              \
                                                                                                   \
		if (tail - atomic_load_explicit(&r->head, memory_order_acquire) == DP_RING_SIZE)   \
			return false;                                                              \
		r->slot[tail % DP_RING_SIZE] = *v;                                                 \
		atomic_store_explicit(&r->tail, tail + 1, memory_order_release);                   \
		return true;                                                                       \
	}                                                                                          \
	/* False when empty. */                                                                    \
	static inline bool name##_get(struct name *r, type *v)                                     \
	{                                                                                          \
		uint32_t head = atomic_load_explicit(&r->head, memory_order_relaxed);              \
                                                                                                   \
		if (head == atomic_load_explicit(&r->tail, memory_order_acquire))                  \
			return false;                                                              \
		*v = r->slot[head % DP_RING_SIZE];                                                 \
		atomic_store_explicit(&r->head, head + 1, memory_order_release);                   \
		return true;                                                                       \
	}

DP_RING(dp_event_ring, struct nat_event)
DP_RING(dp_command_ring, struct dp_command)

#endif
