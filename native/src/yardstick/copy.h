/* Moving data. */
#ifndef YARDSTICK_COPY_H
#define YARDSTICK_COPY_H

#include <stdint.h>
#include <string.h>

#define CACHE_LINE 64
#define PREFETCHED_LINES 8

/* Has the cache fetch the beginning of a block; once the copy runs, the processor itself fetches ahead. */
static inline void
copy_prefetch(const uint8_t *from)
{
    unsigned i;

    for (i = 0; i < PREFETCHED_LINES; i++) {
        __builtin_prefetch(from + i * CACHE_LINE);
    }
}

static inline void
copy_bytes(uint8_t *to, const uint8_t *from, uint64_t length)
{
    memcpy(to, from, length);
}

#endif
