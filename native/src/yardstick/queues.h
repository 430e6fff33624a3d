/*
 * Submission and completion queues (Base 3.3.1): rings in guest memory that is mapped, doorbells that are checked before they are
 * believed.
 */
#ifndef YARDSTICK_QUEUES_H
#define YARDSTICK_QUEUES_H

#include "guest_memory.h"
#include "nvme.h"

#define DOORBELL_PAIRS 512 /* of one page */

struct doorbell_pair {
    uint32_t tail; /* of a submission queue */
    uint32_t head; /* of the completion queue with the same identifier */
};

struct completion_queue {
    struct completion_entry *ring; /* NULL while its memory is not mapped */
    struct dma_region *region;
    const uint32_t *doorbell;
    uint32_t entries; /* 0: there is no such queue */
    uint32_t head;
    uint32_t tail;
    uint32_t phase;
    uint32_t reserved; /* commands that were fetched and will complete later */
    uint32_t refused_head;
    uint32_t submission_queues;
    uint16_t id;
    uint16_t vector;
    bool interrupts;
    uint64_t base;
} __attribute__((aligned(64)));

struct submission_queue {
    const struct submission_entry *ring; /* NULL while its memory is not mapped */
    struct completion_queue *completions;
    const uint32_t *doorbell;
    uint32_t entries; /* 0: there is no such queue */
    uint32_t head;
    uint32_t tail;
    uint32_t refused_tail;
    uint16_t id;
    uint64_t base;
} __attribute__((aligned(64)));

/* Makes queues; their rings are looked up at once. False if they are not mapped for what the device does with them: no queue then. */
bool
completion_queue_open(struct completion_queue *queue, const struct guest_memory *memory, struct doorbell_pair *doorbells,
                      uint16_t id, uint32_t entries, uint64_t base);

bool
submission_queue_open(struct submission_queue *queue, const struct guest_memory *memory, struct doorbell_pair *doorbells,
                      uint16_t id, uint32_t entries, uint64_t base, struct completion_queue *completions);

/* Looks the rings up again, after the regions changed. */
void
completion_queue_map(struct completion_queue *queue, const struct guest_memory *memory);

void
submission_queue_map(struct submission_queue *queue, const struct guest_memory *memory);

/* A doorbell has a value that its queue cannot have; said once per value, and not too often. */
void
doorbell_refused(const char *kind, uint16_t id, uint32_t value);

/* How many entries may be fetched, by a look at the doorbell. */
static inline uint32_t
submission_queue_available(struct submission_queue *queue)
{
    uint32_t tail = __atomic_load_n(queue->doorbell, __ATOMIC_ACQUIRE);

    if (tail != queue->tail) {
        if (LIKELY(tail < queue->entries)) {
            queue->tail = tail;
        } else if (tail != queue->refused_tail) {
            queue->refused_tail = tail;
            doorbell_refused("submission", queue->id, tail);
        }
    }
    tail = queue->tail;
    return tail >= queue->head ? tail - queue->head : tail + queue->entries - queue->head;
}

static inline uint32_t
completion_queue_used(const struct completion_queue *queue, uint32_t head)
{
    return queue->tail >= head ? queue->tail - head : queue->tail + queue->entries - head;
}

/* For how many more commands there is room; looks at the doorbell only if there is less than wanted. */
static inline uint32_t
completion_queue_room(struct completion_queue *queue, uint32_t wanted)
{
    uint32_t free = queue->entries - 1 - queue->reserved;
    uint32_t used = completion_queue_used(queue, queue->head);
    uint32_t head;

    if (LIKELY(used + wanted <= free)) {
        return wanted;
    }
    head = __atomic_load_n(queue->doorbell, __ATOMIC_ACQUIRE);
    if (head < queue->entries && completion_queue_used(queue, head) <= used) {
        queue->head = head;
        used = completion_queue_used(queue, head);
    } else if (head != queue->refused_head) {
        queue->refused_head = head;
        doorbell_refused("completion", queue->id, head);
    }
    if (used >= free) {
        return 0;
    }
    return free - used < wanted ? free - used : wanted;
}

/* Publishes one completion, for which there is room: the phase tag last. */
static inline void
completion_queue_post(struct completion_queue *queue, uint32_t result, uint16_t sq_id, uint32_t sq_head, uint16_t cid,
                      uint16_t status)
{
    uint64_t second = sq_head | (uint64_t)sq_id << 16 | (uint64_t)cid << 32 | (uint64_t)queue->phase << 48 | (uint64_t)status << 49;

    if (LIKELY(queue->ring != NULL)) {
        struct completion_entry *entry = &queue->ring[queue->tail];
        __atomic_store_n(&entry->result, result, __ATOMIC_RELAXED);
        __atomic_store_n(&entry->second, second, __ATOMIC_RELEASE);
    }
    if (UNLIKELY(++queue->tail == queue->entries)) {
        queue->tail = 0;
        queue->phase ^= 1;
    }
}

/* Marks the completions as written that were posted since the tail was at `from`. */
static inline void
completion_queue_mark_dirty(struct completion_queue *queue, uint32_t from)
{
    if (UNLIKELY(queue->ring == NULL || queue->tail == from)) {
        return;
    }
    if (LIKELY(from < queue->tail)) {
        dma_region_mark_dirty(queue->region, (uint8_t *)&queue->ring[from], (uint64_t)(queue->tail - from) * sizeof(*queue->ring));
        return;
    }
    dma_region_mark_dirty(queue->region, (uint8_t *)&queue->ring[from],
                          (uint64_t)(queue->entries - from) * sizeof(*queue->ring));
    if (queue->tail > 0) {
        dma_region_mark_dirty(queue->region, (uint8_t *)queue->ring, (uint64_t)queue->tail * sizeof(*queue->ring));
    }
}

#endif
