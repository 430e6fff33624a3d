/* Identify (Base 5.1.13; NVM Command Set 4.1.5). */
#ifndef YARDSTICK_IDENTIFY_H
#define YARDSTICK_IDENTIFY_H

#include "controller.h"

#define IDENTIFY_BYTES 4096

/* Fills `data`, which is zeroed, with the structure `cns`. Returns a status. */
uint16_t
identify(const struct controller *controller, unsigned cns, uint32_t nsid, uint8_t data[IDENTIFY_BYTES]);

#endif
