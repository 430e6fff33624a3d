/*
 * The least that a device does: it answers. For measuring what doorbells and completions cost by themselves. No strict bound: how often a
 * device looks at its doorbells decides as well, and some hosts are served faster by one that looks less often.
 */
#ifndef YARDSTICK_BARE_H
#define YARDSTICK_BARE_H

#include "queues.h"

/*
 * Looks at one queue for less than a microsecond, if nothing comes, and completes whatever is in it with success. Of an entry only the command's identifier is
 * read; there are no data, no checks of commands, no marks of dirty pages, no interrupts. A host can harm nothing but its own rings.
 */
void
bare_queue_poll(struct submission_queue *queue);

#endif
