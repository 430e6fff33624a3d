#include "interrupts.h"

#include <errno.h>
#include <string.h>

enum { UNKNOWN, ATTACHED, ABSENT };

void
interrupts_raise(struct interrupts *interrupts, uint32_t vector)
{
    uint8_t *state = &interrupts->state[vector];

    if (*state != ABSENT && !interrupts->masked[vector]) {
        /* Any other failure is the client's loss: its counter is full, so it is awake, or it gave us what cannot be written. */
        if (interrupts->trigger(interrupts->context, vector) == 0 || errno != ENOENT) {
            *state = ATTACHED;
            interrupts->pending[vector] = false;
            return;
        }
        *state = ABSENT;
    }
    interrupts->pending[vector] = true;
    interrupts->any_pending = true;
}

void
interrupts_changed(struct interrupts *interrupts)
{
    uint32_t vector;

    memset(interrupts->state, UNKNOWN, sizeof(interrupts->state));
    if (!interrupts->any_pending) {
        return;
    }
    interrupts->any_pending = false;
    for (vector = 0; vector < INTERRUPT_VECTORS; vector++) {
        if (interrupts->pending[vector]) {
            interrupts_raise(interrupts, vector);
        }
    }
}

void
interrupts_mask(struct interrupts *interrupts, uint32_t start, uint32_t count, bool mask)
{
    /* At 0.1 the library lets any start and count pass. */
    if (start >= INTERRUPT_VECTORS || count > INTERRUPT_VECTORS - start) {
        return;
    }
    memset(&interrupts->masked[start], mask, count);
}

void
interrupts_reset(struct interrupts *interrupts)
{
    memset(interrupts->state, UNKNOWN, sizeof(interrupts->state));
    memset(interrupts->masked, 0, sizeof(interrupts->masked));
    memset(interrupts->pending, 0, sizeof(interrupts->pending));
    interrupts->any_pending = false;
}
