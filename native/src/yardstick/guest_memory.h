/*
 * Guest memory: the table of DMA regions, the one check of range and direction, and which pages the device has written.
 *
 * One thread does everything, so nothing here is atomic. Addresses that a guest gives are used only after guest_memory_find() or
 * guest_memory_host() has accepted them.
 */
#ifndef YARDSTICK_GUEST_MEMORY_H
#define YARDSTICK_GUEST_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* Seen from the device. */
enum direction { FROM_GUEST, TO_GUEST };

struct dma_region {
    uint64_t iova;
    uint64_t bytes[2]; /* by direction: its length, or 0 if it may not be accessed that way */
    uint8_t *host;
    uint64_t *dirty;      /* a bit for each piece of 1 << dirty_shift bytes that was written */
    unsigned dirty_shift; /* 12; more for regions above 64 GiB, whose bitmaps would be large */
};

struct guest_memory {
    struct dma_region *regions; /* sorted by iova, without overlaps */
    uint32_t count;
    uint32_t capacity;
};

/* Takes a region into the table. False if it overlaps another, makes no sense, or there is no memory: it is not used then. */
bool
guest_memory_add(struct guest_memory *memory, uint64_t iova, uint8_t *host, uint64_t bytes, bool readable, bool writable);

/* Takes a region out again; nothing if it is not in the table. */
void
guest_memory_remove(struct guest_memory *memory, uint64_t iova);

void
guest_memory_clear(struct guest_memory *memory);

/* The region that starts last at or below iova, or NULL. */
struct dma_region *
guest_memory_search(const struct guest_memory *memory, uint64_t iova);

static inline bool
dma_region_holds(const struct dma_region *region, uint64_t iova, uint64_t length, enum direction direction)
{
    uint64_t offset = iova - region->iova;
    uint64_t bytes = region->bytes[direction];

    return offset < bytes && length <= bytes - offset;
}

/*
 * The region that holds all of [iova, iova + length) and may be accessed that way, or NULL. `hint` is the index of the likely one, and
 * becomes that of the one found; any value will do.
 */
static inline struct dma_region *
guest_memory_find(const struct guest_memory *memory, uint64_t iova, uint64_t length, enum direction direction, uint32_t *hint)
{
    struct dma_region *region;

    if (LIKELY(*hint < memory->count)) {
        region = &memory->regions[*hint];
        if (LIKELY(dma_region_holds(region, iova, length, direction))) {
            return region;
        }
    }
    region = guest_memory_search(memory, iova);
    if (region == NULL || !dma_region_holds(region, iova, length, direction)) {
        return NULL;
    }
    *hint = (uint32_t)(region - memory->regions);
    return region;
}

static inline uint8_t *
dma_region_host(const struct dma_region *region, uint64_t iova)
{
    return region->host + (iova - region->iova);
}

/* Marks bytes at a host address of the region, after they were written. */
static inline void
dma_region_mark_dirty(struct dma_region *region, const uint8_t *host, uint64_t length)
{
    uint64_t offset = (uint64_t)(host - region->host);
    uint64_t first = offset >> region->dirty_shift;
    uint64_t last = (offset + length - 1) >> region->dirty_shift;
    uint64_t first_mask = ~0ull << (first & 63);
    uint64_t last_mask = ~0ull >> (63 - (last & 63));
    uint64_t word = first >> 6;

    if (LIKELY(word == last >> 6)) {
        region->dirty[word] |= first_mask & last_mask;
        return;
    }
    region->dirty[word] |= first_mask;
    for (word++; word < last >> 6; word++) {
        region->dirty[word] = ~0ull;
    }
    region->dirty[word] |= last_mask;
}

/* Loads that happen once, whatever the compiler would like: the guest may change the memory at any time. Of any alignment. */
typedef uint64_t guest_u64 __attribute__((aligned(1), may_alias));
typedef uint32_t guest_u32 __attribute__((aligned(1), may_alias));

static inline uint64_t
guest_load64(const void *at)
{
    return *(const volatile guest_u64 *)at;
}

static inline uint32_t
guest_load32(const void *at)
{
    return *(const volatile guest_u32 *)at;
}

#endif
