#include "controller.h"

#include <string.h>

#include "admin_commands.h"
#include "bare.h"
#include "io_commands.h"
#include "say.h"

#define READY_TIMEOUT_HALF_SECONDS 2ull
#define LARGEST_PAGE_SHIFT 16
#define QUEUE_BASE_MASK (~0xfffull)

static const uint64_t capabilities = (QUEUE_ENTRIES - 1) | CAP_CQR | READY_TIMEOUT_HALF_SECONDS << CAP_TO_SHIFT | CAP_CSS_NVM |
                                     (uint64_t)(LARGEST_PAGE_SHIFT - 12) << CAP_MPSMAX_SHIFT;

void
controller_init(struct controller *controller, struct doorbell_pair *doorbells, struct medium *medium,
                struct interrupts *interrupts)
{
    memset(controller, 0, sizeof(*controller));
    controller->doorbells = doorbells;
    controller->medium = medium;
    controller->interrupts = interrupts;
    controller->blocks = medium->bytes >> BLOCK_SHIFT;
    admin_features_reset(controller);
}

/* CC.EN is or becomes 0. */
static void
disable(struct controller *controller)
{
    controller->processing = false;
    controller->csts = 0;
    memset(controller->sq, 0, sizeof(controller->sq));
    memset(controller->cq, 0, sizeof(controller->cq));
    memset(controller->doorbells, 0, DOORBELL_PAIRS * sizeof(*controller->doorbells));
    controller->aer_count = 0;
    admin_features_reset(controller);
    controller_queues_changed(controller);
}

void
controller_reset(struct controller *controller)
{
    disable(controller);
    controller->cc = 0;
    controller->aqa = 0;
    controller->asq = 0;
    controller->acq = 0;
    controller->interrupt_mask = 0;
}

/* Why a controller with these registers does not become ready, or NULL. */
static const char *
open_admin_queue(struct controller *controller)
{
    uint32_t cc = controller->cc;
    uint32_t sq_entries = (controller->aqa & 0xfff) + 1;
    uint32_t cq_entries = (controller->aqa >> 16 & 0xfff) + 1;

    if (CC_PAGE_SHIFT(cc) > LARGEST_PAGE_SHIFT || CC_CSS(cc) != 0 || CC_AMS(cc) != 0) {
        return "CC asks for a page size, command set or arbitration that there is not";
    }
    if (sq_entries < 2 || cq_entries < 2) {
        return "AQA asks for an admin queue of one entry";
    }
    if (!completion_queue_open(&controller->cq[0], &controller->memory, controller->doorbells, 0, cq_entries, controller->acq) ||
        !submission_queue_open(&controller->sq[0], &controller->memory, controller->doorbells, 0, sq_entries, controller->asq,
                               &controller->cq[0])) {
        return "the admin queue lies in memory that is not mapped, or not for both directions";
    }
    controller->cq[0].interrupts = true;
    return NULL;
}

static void
enable(struct controller *controller)
{
    const char *fault = open_admin_queue(controller);

    if (fault != NULL) {
        say_limited("fatal controller status: %s", fault);
        controller->csts = CSTS_CFS;
        return;
    }
    controller->page_shift = CC_PAGE_SHIFT(controller->cc);
    controller->csts = CSTS_RDY;
    controller->processing = true;
}

static void
write_cc(struct controller *controller, uint32_t value)
{
    uint32_t before = controller->cc;
    uint32_t now = value & CC_DEFINED;

    controller->cc = now;
    if ((before & CC_EN) != 0 && (now & CC_EN) == 0) {
        disable(controller);
    } else if ((before & CC_EN) == 0 && (now & CC_EN) != 0) {
        disable(controller);
        enable(controller);
    }
    /* All that was completed is on the medium, so a shutdown takes no time. */
    if ((CC_SHN(now) == 1 || CC_SHN(now) == 2) && CC_SHN(now) != CC_SHN(before)) {
        controller->processing = false;
        controller->csts |= CSTS_SHST_COMPLETE;
    }
}

static uint32_t
read_register(const struct controller *controller, uint32_t offset)
{
    switch (offset) {
    case REG_CAP:
        return (uint32_t)capabilities;
    case REG_CAP + 4:
        return (uint32_t)(capabilities >> 32);
    case REG_VS:
        return NVME_VERSION;
    case REG_INTMS:
    case REG_INTMC:
        return controller->interrupt_mask;
    case REG_CC:
        return controller->cc;
    case REG_CSTS:
        return controller->csts;
    case REG_AQA:
        return controller->aqa;
    case REG_ASQ:
        return (uint32_t)controller->asq;
    case REG_ASQ + 4:
        return (uint32_t)(controller->asq >> 32);
    case REG_ACQ:
        return (uint32_t)controller->acq;
    case REG_ACQ + 4:
        return (uint32_t)(controller->acq >> 32);
    default:
        return 0;
    }
}

static uint64_t
with_half(uint64_t whole, uint32_t value, unsigned shift)
{
    return ((whole & ~(0xffffffffull << shift)) | (uint64_t)value << shift) & QUEUE_BASE_MASK;
}

static void
write_register(struct controller *controller, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case REG_INTMS:
        controller->interrupt_mask |= value;
        break;
    case REG_INTMC:
        controller->interrupt_mask &= ~value;
        break;
    case REG_CC:
        write_cc(controller, value);
        break;
    case REG_AQA:
        controller->aqa = value & 0x0fff0fff;
        break;
    case REG_ASQ:
    case REG_ASQ + 4:
        controller->asq = with_half(controller->asq, value, 8 * (offset - REG_ASQ));
        break;
    case REG_ACQ:
    case REG_ACQ + 4:
        controller->acq = with_half(controller->acq, value, 8 * (offset - REG_ACQ));
        break;
    default:
        break;
    }
}

static bool
is_doorbell(uint64_t offset)
{
    return offset >= REG_DOORBELLS && offset < REG_DOORBELLS + DOORBELL_PAIRS * sizeof(struct doorbell_pair);
}

void
controller_read(const struct controller *controller, uint64_t offset, uint8_t *data, uint64_t length)
{
    uint64_t i;

    for (i = 0; i < length; i++) {
        uint64_t at = offset + i;
        uint64_t dword = at & ~3ull;
        uint32_t value = 0;

        if (dword < REG_DOORBELLS) {
            value = read_register(controller, (uint32_t)dword);
        } else if (is_doorbell(dword)) {
            value = __atomic_load_n((uint32_t *)controller->doorbells + (dword - REG_DOORBELLS) / 4, __ATOMIC_RELAXED);
        }
        data[i] = (uint8_t)(value >> 8 * (at & 3));
    }
}

/* Whole dwords only; a host has no business with less. */
void
controller_write(struct controller *controller, uint64_t offset, const uint8_t *data, uint64_t length)
{
    uint64_t i;

    if ((offset & 3) != 0 || (length & 3) != 0) {
        return;
    }
    for (i = 0; i < length; i += 4) {
        uint32_t value;

        memcpy(&value, data + i, sizeof(value));
        if (offset + i < REG_DOORBELLS) {
            write_register(controller, (uint32_t)(offset + i), value);
        } else if (is_doorbell(offset + i)) {
            __atomic_store_n((uint32_t *)controller->doorbells + (offset + i - REG_DOORBELLS) / 4, value, __ATOMIC_RELEASE);
        }
    }
}

void
controller_memory_changed(struct controller *controller)
{
    uint32_t i;

    for (i = 0; i <= QUEUE_PAIRS; i++) {
        if (controller->cq[i].entries != 0) {
            completion_queue_map(&controller->cq[i], &controller->memory);
        }
        if (controller->sq[i].entries != 0) {
            submission_queue_map(&controller->sq[i], &controller->memory);
        }
    }
}

void
controller_queues_changed(struct controller *controller)
{
    uint32_t i;

    controller->active = 0;
    for (i = 1; i <= QUEUE_PAIRS; i++) {
        if (controller->sq[i].entries != 0) {
            controller->active_queues[controller->active++] = &controller->sq[i];
        }
    }
}

uint32_t
controller_poll(struct controller *controller)
{
    uint32_t work = 0;
    uint32_t i;

    if (UNLIKELY(!controller->processing)) {
        return 0;
    }
    if (UNLIKELY(controller->bare)) {
        for (i = 0; i < controller->active; i++) {
            bare_queue_poll(controller->active_queues[i]);
        }
        return admin_queue_poll(controller);
    }
    for (i = 0; i < controller->active; i++) {
        work += io_queue_poll(controller, controller->active_queues[i]);
    }
    return work + admin_queue_poll(controller);
}
