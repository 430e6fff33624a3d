/* What copying alone can do: the measure for everything that copies and does something else besides. */
#ifndef YARDSTICK_COPY_LOOP_H
#define YARDSTICK_COPY_LOOP_H

#include "medium.h"

/*
 * Copies blocks from random, block-aligned places of the medium into a ring of 32 blocks, as commands at depth 32 do, and prints one line of
 * JSON. False after having said why not.
 */
bool
copy_loop_run(struct medium *medium, uint64_t block_bytes, double seconds);

#endif
