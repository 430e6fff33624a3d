#include "guest_memory.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_SHIFT 12
/* 2 MiB: a client that maps terabytes of nothing does not get to fill the memory with bitmaps. */
#define MAXIMUM_DIRTY_WORDS (1u << 18)

static uint64_t
dirty_words(uint64_t bytes, unsigned shift)
{
    return (((bytes - 1) >> shift) >> 6) + 1;
}

struct dma_region *
guest_memory_search(const struct guest_memory *memory, uint64_t iova)
{
    uint32_t low = 0;
    uint32_t high = memory->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (memory->regions[middle].iova <= iova) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == 0 ? NULL : &memory->regions[low - 1];
}

static bool
is_free(const struct guest_memory *memory, uint64_t iova, uint64_t bytes)
{
    const struct dma_region *below = guest_memory_search(memory, iova + (bytes - 1));
    uint64_t length;

    if (below == NULL) {
        return true;
    }
    length = below->bytes[FROM_GUEST] > below->bytes[TO_GUEST] ? below->bytes[FROM_GUEST] : below->bytes[TO_GUEST];
    return below->iova < iova && iova - below->iova >= length;
}

static bool
has_capacity(struct guest_memory *memory)
{
    uint32_t capacity = memory->capacity == 0 ? 16 : 2 * memory->capacity;
    struct dma_region *larger;

    if (memory->count < memory->capacity) {
        return true;
    }
    larger = realloc(memory->regions, capacity * sizeof(*larger));
    if (larger == NULL) {
        return false;
    }
    memory->regions = larger;
    memory->capacity = capacity;
    return true;
}

bool
guest_memory_add(struct guest_memory *memory, uint64_t iova, uint8_t *host, uint64_t bytes, bool readable, bool writable)
{
    struct dma_region region = {
        .iova = iova,
        .bytes = { [FROM_GUEST] = readable ? bytes : 0, [TO_GUEST] = writable ? bytes : 0 },
        .host = host,
        .dirty_shift = PAGE_SHIFT,
    };
    struct dma_region *below;
    uint32_t at;

    if (bytes == 0 || (!readable && !writable) || iova + (bytes - 1) < iova) {
        return false;
    }
    if (!is_free(memory, iova, bytes) || !has_capacity(memory)) {
        return false;
    }
    while (dirty_words(bytes, region.dirty_shift) > MAXIMUM_DIRTY_WORDS) {
        region.dirty_shift++;
    }
    region.dirty = calloc(dirty_words(bytes, region.dirty_shift), sizeof(uint64_t));
    if (region.dirty == NULL) {
        return false;
    }
    below = guest_memory_search(memory, iova);
    at = below == NULL ? 0 : (uint32_t)(below - memory->regions) + 1;
    memmove(&memory->regions[at + 1], &memory->regions[at], (memory->count - at) * sizeof(region));
    memory->regions[at] = region;
    memory->count++;
    return true;
}

void
guest_memory_remove(struct guest_memory *memory, uint64_t iova)
{
    struct dma_region *region = guest_memory_search(memory, iova);
    uint32_t at;

    if (region == NULL || region->iova != iova) {
        return;
    }
    free(region->dirty);
    at = (uint32_t)(region - memory->regions);
    memory->count--;
    memmove(region, region + 1, (memory->count - at) * sizeof(*region));
}

void
guest_memory_clear(struct guest_memory *memory)
{
    uint32_t i;

    for (i = 0; i < memory->count; i++) {
        free(memory->regions[i].dirty);
    }
    free(memory->regions);
    memset(memory, 0, sizeof(*memory));
}
