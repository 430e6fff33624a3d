/*
 * What the namespace is stored in: RAM on the largest pages to be had, or nothing at all ("null": reads leave the guest's memory as it
 * is, writes are forgotten). Ranges are checked by the caller.
 */
#ifndef YARDSTICK_MEDIUM_H
#define YARDSTICK_MEDIUM_H

#include <stdbool.h>
#include <stdint.h>

#define WRITTEN_SHIFT 16 /* one bit of `written` stands for 64 KiB */

struct medium {
    uint8_t *memory;   /* NULL: the null medium */
    uint64_t *written; /* which granules may hold something else than zeroes */
    uint64_t bytes;
    uint64_t mapped_bytes;
    const char *pages; /* what kind it got, for people */
};

/* Takes RAM for `bytes` bytes, which read as zeroes. False, with errno, if there is none. */
bool
medium_open_ram(struct medium *medium, uint64_t bytes);

void
medium_open_null(struct medium *medium, uint64_t bytes);

void
medium_close(struct medium *medium);

/* Makes a range read as zeroes. */
void
medium_zero(struct medium *medium, uint64_t offset, uint64_t length);

/* Remembers that a range was written. */
static inline void
medium_mark_written(struct medium *medium, uint64_t offset, uint64_t length)
{
    uint64_t granule = offset >> WRITTEN_SHIFT;
    uint64_t last = (offset + length - 1) >> WRITTEN_SHIFT;

    for (; granule <= last; granule++) {
        medium->written[granule >> 6] |= 1ull << (granule & 63);
    }
}

#endif
