/* The I/O queues: fetch, check, move, complete. */
#ifndef YARDSTICK_IO_COMMANDS_H
#define YARDSTICK_IO_COMMANDS_H

#include "controller.h"

/* Executes what is in the queue, up to a batch. Returns how many commands that were. */
uint32_t
io_queue_poll(struct controller *controller, struct submission_queue *queue);

#endif
