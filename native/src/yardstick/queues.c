#include "queues.h"

#include <string.h>

#include "say.h"

/* Entries are loaded and stored as whole qwords, so a ring that some mapping puts elsewhere is not used. */
static void *
ring(const struct guest_memory *memory, uint64_t base, uint64_t bytes, enum direction direction, struct dma_region **region)
{
    uint32_t hint = 0;
    uint8_t *host;

    *region = guest_memory_find(memory, base, bytes, direction, &hint);
    if (*region == NULL) {
        return NULL;
    }
    host = dma_region_host(*region, base);
    return (uintptr_t)host % sizeof(uint64_t) == 0 ? host : NULL;
}

void
completion_queue_map(struct completion_queue *queue, const struct guest_memory *memory)
{
    queue->ring = ring(memory, queue->base, (uint64_t)queue->entries * sizeof(*queue->ring), TO_GUEST, &queue->region);
}

void
submission_queue_map(struct submission_queue *queue, const struct guest_memory *memory)
{
    struct dma_region *region;

    queue->ring = ring(memory, queue->base, (uint64_t)queue->entries * sizeof(*queue->ring), FROM_GUEST, &region);
}

bool
completion_queue_open(struct completion_queue *queue, const struct guest_memory *memory, struct doorbell_pair *doorbells,
                      uint16_t id, uint32_t entries, uint64_t base)
{
    memset(queue, 0, sizeof(*queue));
    queue->id = id;
    queue->entries = entries;
    queue->base = base;
    queue->phase = 1;
    queue->doorbell = &doorbells[id].head;
    completion_queue_map(queue, memory);
    if (queue->ring == NULL) {
        queue->entries = 0;
        return false;
    }
    __atomic_store_n(&doorbells[id].head, 0, __ATOMIC_RELEASE);
    return true;
}

bool
submission_queue_open(struct submission_queue *queue, const struct guest_memory *memory, struct doorbell_pair *doorbells,
                      uint16_t id, uint32_t entries, uint64_t base, struct completion_queue *completions)
{
    memset(queue, 0, sizeof(*queue));
    queue->id = id;
    queue->entries = entries;
    queue->base = base;
    queue->completions = completions;
    queue->doorbell = &doorbells[id].tail;
    submission_queue_map(queue, memory);
    if (queue->ring == NULL) {
        queue->entries = 0;
        return false;
    }
    __atomic_store_n(&doorbells[id].tail, 0, __ATOMIC_RELEASE);
    completions->submission_queues++;
    return true;
}

void
doorbell_refused(const char *kind, uint16_t id, uint32_t value)
{
    say_limited("the host wrote %u to the doorbell of %s queue %u, which cannot be; ignored", value, kind, id);
}
