#include "admin_commands.h"

#include <string.h>

#include "identify.h"

#define PENDING 0xffffu /* no status: completes later */
#define QUEUE_CONTIGUOUS 1u
#define QUEUE_INTERRUPTS 2u
#define LARGEST_LOG_PAGE 4096
#define DATA_UNIT_BYTES 512000u
#define NOT_ABORTED 1u

/* A command as it was loaded, and what it returns in dword 0. */
struct admin_command {
    uint32_t cdw0;
    uint32_t nsid;
    uint64_t dptr[2];
    uint32_t cdw10;
    uint32_t cdw11;
    uint32_t cdw12;
    uint32_t cdw13;
    uint32_t result;
};

static void
post(struct controller *controller, uint32_t result, uint16_t cid, uint16_t status)
{
    completion_queue_post(&controller->cq[0], result, 0, controller->sq[0].head, cid, status);
}

static uint16_t
to_host(struct controller *controller, const struct admin_command *command, const uint8_t *data, uint64_t length)
{
    struct data_pieces *pieces = &controller->pieces;
    uint16_t status;
    uint32_t i;

    status = data_pointer_resolve(&controller->memory, CDW0_PSDT(command->cdw0), command->dptr[0], command->dptr[1], length,
                                  controller->page_shift, TO_GUEST, pieces);
    if (status != STATUS_SUCCESS) {
        return status;
    }
    for (i = 0; i < pieces->count; i++) {
        const struct data_piece *piece = &pieces->piece[i];
        memcpy(piece->host, data, piece->length);
        data += piece->length;
        if (piece->region != NULL) {
            dma_region_mark_dirty(piece->region, piece->host, piece->length);
        }
    }
    return STATUS_SUCCESS;
}

static uint16_t
identify_command(struct controller *controller, struct admin_command *command)
{
    uint8_t data[IDENTIFY_BYTES] = { 0 };
    uint16_t status = identify(controller, command->cdw10 & 0xff, command->nsid, data);

    return status == STATUS_SUCCESS ? to_host(controller, command, data, sizeof(data)) : status;
}

/* ---- queues (Base 5.2) ---- */

static bool
is_possible(uint32_t id)
{
    return id > 0 && id <= QUEUE_PAIRS;
}

/* What both kinds of queue have in common. */
static uint16_t
check_ring(const struct controller *controller, const struct admin_command *command, bool entry_size_is_right)
{
    uint32_t entries = (command->cdw10 >> 16) + 1;

    if (entries < 2 || !entry_size_is_right) {
        return STATUS_INVALID_QUEUE_SIZE;
    }
    if ((command->cdw11 & QUEUE_CONTIGUOUS) == 0) {
        return STATUS_INVALID_FIELD;
    }
    return (command->dptr[0] & ((1ull << controller->page_shift) - 1)) != 0 ? STATUS_PRP_OFFSET_INVALID : STATUS_SUCCESS;
}

static uint16_t
create_cq(struct controller *controller, const struct admin_command *command)
{
    uint32_t id = command->cdw10 & 0xffff;
    uint32_t vector = command->cdw11 >> 16;
    bool interrupts = (command->cdw11 & QUEUE_INTERRUPTS) != 0;
    uint16_t status;

    if (!is_possible(id) || controller->cq[id].entries != 0) {
        return STATUS_INVALID_QUEUE_ID;
    }
    status = check_ring(controller, command, CC_IOCQES(controller->cc) == 4);
    if (status != STATUS_SUCCESS) {
        return status;
    }
    if (interrupts && vector >= INTERRUPT_VECTORS) {
        return STATUS_INVALID_VECTOR;
    }
    if (!completion_queue_open(&controller->cq[id], &controller->memory, controller->doorbells, (uint16_t)id,
                               (command->cdw10 >> 16) + 1, command->dptr[0])) {
        return STATUS_INVALID_FIELD;
    }
    controller->cq[id].interrupts = interrupts;
    controller->cq[id].vector = (uint16_t)vector;
    return STATUS_SUCCESS;
}

static uint16_t
create_sq(struct controller *controller, const struct admin_command *command)
{
    uint32_t id = command->cdw10 & 0xffff;
    uint32_t cq_id = command->cdw11 >> 16;
    uint16_t status;

    if (!is_possible(id) || controller->sq[id].entries != 0 || !is_possible(cq_id)) {
        return STATUS_INVALID_QUEUE_ID;
    }
    if (controller->cq[cq_id].entries == 0) {
        return STATUS_CQ_INVALID;
    }
    status = check_ring(controller, command, CC_IOSQES(controller->cc) == 6);
    if (status != STATUS_SUCCESS) {
        return status;
    }
    if (!submission_queue_open(&controller->sq[id], &controller->memory, controller->doorbells, (uint16_t)id,
                               (command->cdw10 >> 16) + 1, command->dptr[0], &controller->cq[cq_id])) {
        return STATUS_INVALID_FIELD;
    }
    controller_queues_changed(controller);
    return STATUS_SUCCESS;
}

static uint16_t
delete_sq(struct controller *controller, const struct admin_command *command)
{
    uint32_t id = command->cdw10 & 0xffff;

    if (!is_possible(id) || controller->sq[id].entries == 0) {
        return STATUS_INVALID_QUEUE_ID;
    }
    controller->sq[id].completions->submission_queues--;
    controller->sq[id].entries = 0;
    controller_queues_changed(controller);
    return STATUS_SUCCESS;
}

static uint16_t
delete_cq(struct controller *controller, const struct admin_command *command)
{
    uint32_t id = command->cdw10 & 0xffff;

    if (!is_possible(id) || controller->cq[id].entries == 0) {
        return STATUS_INVALID_QUEUE_ID;
    }
    if (controller->cq[id].submission_queues > 0) {
        return STATUS_INVALID_QUEUE_DELETION;
    }
    controller->cq[id].entries = 0;
    return STATUS_SUCCESS;
}

/* ---- features: kept and returned; only the number of queues has a meaning here ---- */

void
admin_features_reset(struct controller *controller)
{
    memset(controller->features, 0, sizeof(controller->features));
    controller->features[FEATURE_NUMBER_OF_QUEUES] = (QUEUE_PAIRS - 1) | (QUEUE_PAIRS - 1) << 16;
}

static bool
has_feature(uint32_t id)
{
    /* LBA Range Type (3) and Volatile Write Cache (6) are optional, and not here. */
    return id >= FEATURE_ARBITRATION && id <= FEATURE_ASYNC_EVENT_CONFIGURATION && id != 3 && id != 6;
}

static bool
any_io_queue(const struct controller *controller)
{
    uint32_t i;

    for (i = 1; i <= QUEUE_PAIRS; i++) {
        if (controller->cq[i].entries != 0 || controller->sq[i].entries != 0) {
            return true;
        }
    }
    return false;
}

static uint16_t
set_features(struct controller *controller, struct admin_command *command)
{
    uint32_t id = command->cdw10 & 0xff;

    if (!has_feature(id)) {
        return STATUS_INVALID_FIELD;
    }
    if (command->cdw10 >> 31 != 0) {
        return STATUS_FEATURE_NOT_SAVEABLE;
    }
    if (id != FEATURE_NUMBER_OF_QUEUES) {
        controller->features[id] = command->cdw11;
        return STATUS_SUCCESS;
    }
    if ((command->cdw11 & 0xffff) == 0xffff || command->cdw11 >> 16 == 0xffff) {
        return STATUS_INVALID_FIELD;
    }
    command->result = controller->features[id];
    return any_io_queue(controller) ? STATUS_COMMAND_SEQUENCE_ERROR : STATUS_SUCCESS;
}

static uint16_t
get_features(const struct controller *controller, struct admin_command *command)
{
    uint32_t id = command->cdw10 & 0xff;

    if (!has_feature(id) || (command->cdw10 >> 8 & 7) != 0) {
        return STATUS_INVALID_FIELD;
    }
    command->result = controller->features[id];
    return STATUS_SUCCESS;
}

/* ---- the rest ---- */

static void
put_counter(uint8_t *page, unsigned offset, uint64_t value)
{
    memcpy(page + offset, &value, sizeof(value));
}

static void
smart_log(const struct controller *controller, uint8_t *page)
{
    const struct io_counters *counters = &controller->counters;
    uint16_t kelvin = 310;

    memcpy(page + 1, &kelvin, sizeof(kelvin));
    page[3] = 100; /* available spare, per cent */
    put_counter(page, 32, (counters->read_bytes + DATA_UNIT_BYTES - 1) / DATA_UNIT_BYTES);
    put_counter(page, 48, (counters->write_bytes + DATA_UNIT_BYTES - 1) / DATA_UNIT_BYTES);
    put_counter(page, 64, counters->read_commands);
    put_counter(page, 80, counters->write_commands);
}

/* Error Information and Firmware Slot are there because they have to be; there is nothing to say in them. */
static uint16_t
get_log_page(struct controller *controller, const struct admin_command *command)
{
    uint8_t page[LARGEST_LOG_PAGE] = { 0 };
    uint64_t dwords = (command->cdw10 >> 16 | (uint64_t)(command->cdw11 & 0xffff) << 16) + 1;

    /* LPA announces neither offsets nor more dwords than these; longer pages there are none. */
    if (dwords > LARGEST_LOG_PAGE / 4 || command->cdw12 != 0 || command->cdw13 != 0) {
        return STATUS_INVALID_FIELD;
    }
    switch (command->cdw10 & 0xff) {
    case LOG_SMART:
        smart_log(controller, page);
        break;
    case LOG_ERROR_INFORMATION:
    case LOG_FIRMWARE_SLOT:
        break;
    default:
        return STATUS_INVALID_LOG_PAGE;
    }
    return to_host(controller, command, page, dwords * 4);
}

/* No event ever happens here; the requests wait until they are aborted or the controller is reset. */
static uint16_t
async_event_request(struct controller *controller, const struct admin_command *command)
{
    if (controller->aer_count == AER_LIMIT) {
        return STATUS_AER_LIMIT_EXCEEDED;
    }
    controller->aers[controller->aer_count++] = (uint16_t)CDW0_CID(command->cdw0);
    controller->cq[0].reserved++;
    return PENDING;
}

/* I/O commands are executed as they are fetched, so only event requests can be found. */
static uint16_t
abort_command(struct controller *controller, struct admin_command *command)
{
    uint32_t queue = command->cdw10 & 0xffff;
    uint16_t cid = (uint16_t)(command->cdw10 >> 16);
    uint32_t i;

    command->result = NOT_ABORTED;
    if (queue != 0) {
        return is_possible(queue) && controller->sq[queue].entries != 0 ? STATUS_SUCCESS : STATUS_INVALID_FIELD;
    }
    for (i = 0; i < controller->aer_count; i++) {
        if (controller->aers[i] == cid) {
            controller->aers[i] = controller->aers[--controller->aer_count];
            controller->cq[0].reserved--;
            post(controller, 0, cid, STATUS_ABORT_REQUESTED);
            command->result = 0;
            break;
        }
    }
    return STATUS_SUCCESS;
}

static uint16_t
execute(struct controller *controller, struct admin_command *command)
{
    if (CDW0_FUSE(command->cdw0) != 0 || CDW0_PSDT(command->cdw0) != PSDT_PRP) {
        return STATUS_INVALID_FIELD;
    }
    switch (CDW0_OPCODE(command->cdw0)) {
    case ADMIN_DELETE_SQ:
        return delete_sq(controller, command);
    case ADMIN_CREATE_SQ:
        return create_sq(controller, command);
    case ADMIN_GET_LOG_PAGE:
        return get_log_page(controller, command);
    case ADMIN_DELETE_CQ:
        return delete_cq(controller, command);
    case ADMIN_CREATE_CQ:
        return create_cq(controller, command);
    case ADMIN_IDENTIFY:
        return identify_command(controller, command);
    case ADMIN_ABORT:
        return abort_command(controller, command);
    case ADMIN_SET_FEATURES:
        return set_features(controller, command);
    case ADMIN_GET_FEATURES:
        return get_features(controller, command);
    case ADMIN_ASYNC_EVENT_REQUEST:
        return async_event_request(controller, command);
    case ADMIN_KEEP_ALIVE:
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_OPCODE;
    }
}

static void
fetch(const struct submission_entry *entry, struct admin_command *command)
{
    command->cdw0 = guest_load32(&entry->cdw0);
    command->nsid = guest_load32(&entry->nsid);
    command->dptr[0] = guest_load64(&entry->dptr[0]);
    command->dptr[1] = guest_load64(&entry->dptr[1]);
    command->cdw10 = guest_load32(&entry->cdw10);
    command->cdw11 = guest_load32(&entry->cdw11);
    command->cdw12 = guest_load32(&entry->cdw12);
    command->cdw13 = guest_load32(&entry->cdw13);
    command->result = 0;
}

uint32_t
admin_queue_poll(struct controller *controller)
{
    struct submission_queue *queue = &controller->sq[0];
    struct completion_queue *completions = &controller->cq[0];
    uint32_t from = completions->tail;
    uint32_t count = submission_queue_available(queue);
    uint32_t i;

    if (LIKELY(count == 0) || queue->ring == NULL || completions->ring == NULL) {
        return 0;
    }
    count = completion_queue_room(completions, count);
    for (i = 0; i < count; i++) {
        struct admin_command command;
        uint16_t status;

        fetch(&queue->ring[queue->head], &command);
        queue->head = queue->head + 1 == queue->entries ? 0 : queue->head + 1;
        status = execute(controller, &command);
        if (status != PENDING) {
            post(controller, command.result, (uint16_t)CDW0_CID(command.cdw0), status);
        }
    }
    if (completions->tail != from) {
        completion_queue_mark_dirty(completions, from);
        interrupts_raise(controller->interrupts, completions->vector);
    }
    return count;
}
