#include "io_commands.h"

#include <string.h>

#include "copy.h"

/* Commands of one queue that are executed before the next queue has its turn. */
#define BATCH 64
/* Completions that are published at once: those of one cache line. */
#define PUBLISHED_AT_ONCE 4

/* What of a submission entry is used. Each field was loaded once. */
struct io_command {
    uint32_t cdw0;
    uint32_t nsid;
    uint64_t dptr[2];
    uint64_t lba;
    uint32_t cdw12;
};

static inline void
fetch(const struct submission_entry *entry, struct io_command *command)
{
    uint64_t first = guest_load64(&entry->cdw0);

    command->cdw0 = (uint32_t)first;
    command->nsid = (uint32_t)(first >> 32);
    command->dptr[0] = guest_load64(&entry->dptr[0]);
    command->dptr[1] = guest_load64(&entry->dptr[1]);
    command->lba = guest_load64(&entry->cdw10);
    command->cdw12 = guest_load32(&entry->cdw12);
}

/* Has the cache fetch what the command will copy first. Nothing was checked yet but that the address is one of the medium. */
static inline void
prefetch_data(const struct controller *controller, const struct io_command *command)
{
    const struct medium *medium = controller->medium;
    const uint8_t *data;

    if (medium->memory == NULL || command->lba >= controller->blocks) {
        return;
    }
    data = medium->memory + (command->lba << BLOCK_SHIFT);
    if (CDW0_OPCODE(command->cdw0) == IO_READ) {
        copy_prefetch_source(data);
    } else if (CDW0_OPCODE(command->cdw0) == IO_WRITE) {
        copy_prefetch_target(data);
    }
}

static void
read_pieces(const struct medium *medium, const struct data_pieces *pieces, uint64_t offset)
{
    uint32_t i;

    for (i = 0; i < pieces->count; i++) {
        const struct data_piece *piece = &pieces->piece[i];
        if (medium->memory != NULL) {
            copy_bytes(piece->host, medium->memory + offset, piece->length);
            offset += piece->length;
        }
        if (LIKELY(piece->region != NULL)) {
            dma_region_mark_dirty(piece->region, piece->host, piece->length);
        }
    }
}

static void
write_pieces(struct medium *medium, const struct data_pieces *pieces, uint64_t offset, uint64_t length)
{
    uint64_t at = offset;
    uint32_t i;

    if (medium->memory == NULL) {
        return;
    }
    for (i = 0; i < pieces->count; i++) {
        copy_bytes(medium->memory + at, pieces->piece[i].host, pieces->piece[i].length);
        at += pieces->piece[i].length;
    }
    medium_mark_written(medium, offset, length);
}

/* Whether the blocks are there, and no command extension is asked for. */
static inline uint16_t
check_range(const struct controller *controller, const struct io_command *command)
{
    uint64_t count = CDW12_BLOCKS(command->cdw12);

    if (UNLIKELY((command->cdw12 & CDW12_CETYPE) != 0)) {
        return STATUS_INVALID_FIELD;
    }
    if (UNLIKELY(command->lba >= controller->blocks || count > controller->blocks - command->lba)) {
        return STATUS_LBA_OUT_OF_RANGE;
    }
    return STATUS_SUCCESS;
}

static inline uint16_t
transfer(struct controller *controller, const struct io_command *command, enum direction direction)
{
    uint64_t length = (uint64_t)CDW12_BLOCKS(command->cdw12) << BLOCK_SHIFT;
    uint64_t offset = command->lba << BLOCK_SHIFT;
    struct data_pieces *pieces = &controller->pieces;
    uint16_t status;

    if (UNLIKELY(length > TRANSFER_BYTES)) {
        return STATUS_INVALID_FIELD;
    }
    status = check_range(controller, command);
    if (UNLIKELY(status != STATUS_SUCCESS)) {
        return status;
    }
    if (direction == FROM_GUEST && UNLIKELY((command->cdw12 & CDW12_DTYPE) != 0)) {
        return STATUS_INVALID_FIELD;
    }
    status = data_pointer_resolve(&controller->memory, CDW0_PSDT(command->cdw0), command->dptr[0], command->dptr[1], length,
                                  controller->page_shift, direction, pieces);
    if (UNLIKELY(status != STATUS_SUCCESS)) {
        return status;
    }
    if (direction == TO_GUEST) {
        read_pieces(controller->medium, pieces, offset);
        controller->counters.read_commands++;
        controller->counters.read_bytes += length;
    } else {
        write_pieces(controller->medium, pieces, offset, length);
        controller->counters.write_commands++;
        controller->counters.write_bytes += length;
    }
    return STATUS_SUCCESS;
}

static uint16_t
write_zeroes(struct controller *controller, const struct io_command *command)
{
    uint16_t status = check_range(controller, command);

    if (status != STATUS_SUCCESS) {
        return status;
    }
    if ((command->cdw12 & CDW12_NAMESPACE_ZEROES) != 0) {
        return STATUS_INVALID_FIELD;
    }
    medium_zero(controller->medium, command->lba << BLOCK_SHIFT, (uint64_t)CDW12_BLOCKS(command->cdw12) << BLOCK_SHIFT);
    return STATUS_SUCCESS;
}

static inline uint16_t
execute(struct controller *controller, const struct io_command *command)
{
    unsigned opcode = CDW0_OPCODE(command->cdw0);

    /* Neither fused operations nor the reserved kind of data pointer. */
    if (UNLIKELY(CDW0_FUSE(command->cdw0) != 0 || CDW0_PSDT(command->cdw0) == PSDT_RESERVED)) {
        return STATUS_INVALID_FIELD;
    }
    if (UNLIKELY(command->nsid != NAMESPACE_ID)) {
        if (command->nsid != NSID_ALL) {
            return STATUS_INVALID_NAMESPACE;
        }
        if (opcode != IO_FLUSH) {
            return STATUS_INVALID_FIELD;
        }
    }
    switch (opcode) {
    case IO_READ:
        return transfer(controller, command, TO_GUEST);
    case IO_WRITE:
        return transfer(controller, command, FROM_GUEST);
    case IO_FLUSH:
        return STATUS_SUCCESS; /* nothing is cached */
    case IO_WRITE_ZEROES:
        return write_zeroes(controller, command);
    default:
        return STATUS_INVALID_OPCODE;
    }
}

static inline uint32_t
next(const struct submission_queue *queue, uint32_t index)
{
    return index + 1 == queue->entries ? 0 : index + 1;
}

/*
 * The next entry is fetched, and its data are asked for, before the present command is executed. Completions are published by the cache
 * line; one that is the last of its batch at once, so that a host that waits for it does not wait longer. That of a command that comes alone
 * is in a line that the host polls: it is asked for while the command's entry is on its way.
 */
uint32_t
io_queue_poll(struct controller *controller, struct submission_queue *queue)
{
    struct completion_queue *completions = queue->completions;
    uint32_t count = submission_queue_available(queue);
    struct io_command commands[2];
    uint32_t cids[PUBLISHED_AT_ONCE];
    uint16_t statuses[PUBLISHED_AT_ONCE];
    uint32_t held = 0;
    uint32_t head = queue->head;
    uint32_t first_completion = completions->tail;
    uint32_t i;

    if (LIKELY(count == 0) || UNLIKELY(queue->ring == NULL || completions->ring == NULL)) {
        return 0;
    }
    count = completion_queue_room(completions, count < BATCH ? count : BATCH);
    if (UNLIKELY(count == 0)) {
        return 0;
    }
    if (count == 1) {
        __builtin_prefetch(&completions->ring[completions->tail], 1);
    }
    fetch(&queue->ring[head], &commands[0]);
    for (i = 0; i < count; i++) {
        const struct io_command *command = &commands[i & 1];

        head = next(queue, head);
        if (i + 1 < count) {
            struct io_command *following = &commands[(i + 1) & 1];
            fetch(&queue->ring[head], following);
            prefetch_data(controller, following);
            if (i + 2 < count) {
                __builtin_prefetch(&queue->ring[next(queue, head)]);
            }
        }
        statuses[held] = execute(controller, command);
        cids[held] = CDW0_CID(command->cdw0);
        held++;
        if (held == PUBLISHED_AT_ONCE || i + 1 == count) {
            uint32_t j;
            for (j = 0; j < held; j++) {
                completion_queue_post(completions, 0, queue->id, head, (uint16_t)cids[j], statuses[j]);
            }
            held = 0;
        }
    }
    queue->head = head;
    completion_queue_mark_dirty(completions, first_completion);
    if (completions->interrupts) {
        interrupts_raise(controller->interrupts, completions->vector);
    }
    return count;
}
