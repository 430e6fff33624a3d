/*
 * The NVMe controller: registers, life cycle, queues, one namespace (NSID 1, blocks of 512 bytes). One thread calls everything here.
 */
#ifndef YARDSTICK_CONTROLLER_H
#define YARDSTICK_CONTROLLER_H

#include "data_pointer.h"
#include "guest_memory.h"
#include "interrupts.h"
#include "medium.h"
#include "queues.h"

#define QUEUE_PAIRS 128 /* I/O queues */
#define QUEUE_ENTRIES 65536
#define TRANSFER_SHIFT 8 /* MDTS: 1 MiB */
#define TRANSFER_BYTES (4096ull << TRANSFER_SHIFT)
#define BLOCK_SHIFT 9
#define NAMESPACE_ID 1u
#define ABORT_LIMIT 4
#define AER_LIMIT 4
#define FEATURES 0x0c /* features 01h to 0Bh */

_Static_assert(QUEUE_PAIRS + 1 <= DOORBELL_PAIRS, "all doorbells are in one page");
_Static_assert(QUEUE_PAIRS + 1 <= INTERRUPT_VECTORS, "each queue can have a vector");

/* For the SMART log. */
struct io_counters {
    uint64_t read_commands;
    uint64_t read_bytes;
    uint64_t write_commands;
    uint64_t write_bytes;
};

struct controller {
    struct guest_memory memory;
    struct doorbell_pair *doorbells; /* the page that the client maps */
    struct medium *medium;
    struct interrupts *interrupts;
    uint64_t blocks;
    unsigned page_shift;
    bool bare;       /* I/O queues are served by bare_queue_poll() */
    bool processing; /* CSTS.RDY, and neither failed nor shut down */
    uint32_t active; /* I/O submission queues */
    struct submission_queue *active_queues[QUEUE_PAIRS];
    struct io_counters counters;

    struct data_pieces pieces;

    uint32_t cc;
    uint32_t csts;
    uint32_t aqa;
    uint32_t interrupt_mask;
    uint64_t asq;
    uint64_t acq;
    uint32_t features[FEATURES];
    uint16_t aers[AER_LIMIT]; /* command identifiers of the outstanding ones */
    uint32_t aer_count;

    /* By identifier; 0 is the admin queue. */
    struct submission_queue sq[QUEUE_PAIRS + 1];
    struct completion_queue cq[QUEUE_PAIRS + 1];
};

/* Starts as after power-on. The doorbell page, the medium and the interrupts stay the caller's. */
void
controller_init(struct controller *controller, struct doorbell_pair *doorbells, struct medium *medium,
                struct interrupts *interrupts);

/* Forgets what the host has set up: device reset, function level reset, lost connection. DMA regions are the library's matter. */
void
controller_reset(struct controller *controller);

/* BAR0 as it is accessed by messages; what lies outside of it reads as zeroes. */
void
controller_read(const struct controller *controller, uint64_t offset, uint8_t *data, uint64_t length);

void
controller_write(struct controller *controller, uint64_t offset, const uint8_t *data, uint64_t length);

/* The DMA regions have changed. */
void
controller_memory_changed(struct controller *controller);

/* One pass over all queues. Returns how many commands were taken on. */
uint32_t
controller_poll(struct controller *controller);

/* Makes the list of active queues anew. */
void
controller_queues_changed(struct controller *controller);

#endif
