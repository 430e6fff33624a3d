/*
 * MSI-X vectors. The library keeps the event descriptors and tells nobody which vectors have one, and complains of a trigger of a vector
 * without one. So each vector is unknown after every message, and tried when it is first raised; where there is no descriptor, or the
 * vector is masked, the interrupt stays pending, as the bits of the PBA do.
 */
#ifndef YARDSTICK_INTERRUPTS_H
#define YARDSTICK_INTERRUPTS_H

#include <stdbool.h>
#include <stdint.h>

#define INTERRUPT_VECTORS 129 /* one for the admin queue and each I/O queue */

struct interrupts {
    /* Writes to the vector's event descriptor. 0, or -1 and errno: ENOENT if it has none. */
    int (*trigger)(void *context, uint32_t vector);
    void *context;
    uint8_t state[INTERRUPT_VECTORS];
    bool masked[INTERRUPT_VECTORS];
    bool pending[INTERRUPT_VECTORS];
    bool any_pending;
};

void
interrupts_raise(struct interrupts *interrupts, uint32_t vector);

/* After a message of the client, which may have attached, detached or unmasked vectors. */
void
interrupts_changed(struct interrupts *interrupts);

void
interrupts_mask(struct interrupts *interrupts, uint32_t start, uint32_t count, bool mask);

/* Forgets what is pending or masked. */
void
interrupts_reset(struct interrupts *interrupts);

#endif
