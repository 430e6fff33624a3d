/**
 * What the steps of a command cost one by one: calls from Java to C and back, the region table, the walk through PRPs and SGLs, entries of
 * the queues, the copy. Their sum is less than a command's cost in {@link io.vfiouser.benchmarks.device}, since a processor overlaps them
 * here with themselves: they tell which step a change made slower, not how long a command takes.
 */
@NullMarked
package io.vfiouser.benchmarks.primitives;

import org.jspecify.annotations.NullMarked;
