/* The admin queue: what a host needs to find the namespace and to make queues. */
#ifndef YARDSTICK_ADMIN_COMMANDS_H
#define YARDSTICK_ADMIN_COMMANDS_H

#include "controller.h"

/* Executes what is in the admin queue. Returns how many commands that were. */
uint32_t
admin_queue_poll(struct controller *controller);

/* Gives features their values after power-on. */
void
admin_features_reset(struct controller *controller);

#endif
