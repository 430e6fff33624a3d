/*
 * The data pointer of a command, PRPs (Base 4.3.1) or an SGL (Base 4.3.2), as pieces of memory in the order of the data. All of it is
 * checked before a byte moves. Neighbouring pieces are merged.
 */
#ifndef YARDSTICK_DATA_POINTER_H
#define YARDSTICK_DATA_POINTER_H

#include "guest_memory.h"
#include "nvme.h"

/* Descriptors of one command that are looked at: it bounds how long a guest holds the thread. */
#define MAXIMUM_SGL_DESCRIPTORS 1024
/* Descriptors, and what the largest transfer adds where regions end inside of one. */
#define MAXIMUM_PIECES 2048

struct data_piece {
    uint8_t *host;
    uint64_t length;
    struct dma_region *region; /* NULL: data that the guest does not want go to memory of this process */
};

struct data_pieces {
    uint32_t count;
    uint32_t data_hint; /* region hints, kept from command to command */
    uint32_t list_hint;
    struct data_piece piece[MAXIMUM_PIECES];
};

/* The general case of data_pointer_resolve(). */
uint16_t
data_pointer_walk(const struct guest_memory *memory, unsigned psdt, uint64_t first, uint64_t second, uint64_t length,
                  unsigned page_shift, enum direction direction, struct data_pieces *pieces);

/*
 * Fills `pieces` with the memory of one command of `length` bytes, at least 1. Returns STATUS_SUCCESS, or what the command fails with;
 * the pieces are undefined then.
 */
static inline uint16_t
data_pointer_resolve(const struct guest_memory *memory, unsigned psdt, uint64_t first, uint64_t second, uint64_t length,
                     unsigned page_shift, enum direction direction, struct data_pieces *pieces)
{
    uint64_t page = 1ull << page_shift;

    if (LIKELY(psdt == PSDT_PRP && (first & 3) == 0 && length <= page - (first & (page - 1)))) {
        struct dma_region *region = guest_memory_find(memory, first, length, direction, &pieces->data_hint);
        if (LIKELY(region != NULL)) {
            pieces->count = 1;
            pieces->piece[0] = (struct data_piece){ dma_region_host(region, first), length, region };
            return STATUS_SUCCESS;
        }
    }
    return data_pointer_walk(memory, psdt, first, second, length, page_shift, direction, pieces);
}

#endif
