/**
 * Servers measured beside each other: each in a process of its own on one processor, the same client on another, in turn, so that whatever
 * the machine does meanwhile befalls all of them. {@link io.vfiouser.benchmarks.sidebyside.Main} is the program behind {@code make bench}.
 *
 * <p><b>Method.</b> A round starts each target in turn (A B A B …), once for each back end, and measures all cells on it; a target so has
 * seen every kind of command before most cells are measured, as a server that has run for long. The client is one process for the whole run: its code
 * is compiled before the second target is measured, and never better for one target than for another. The ratio of two targets is computed within a round,
 * and the median of these with the lowest and the highest is what counts: a drift of the machine from round to round is in the
 * figures of both. Latencies of the closed loop are those that each command saw; those of the open loop count from when a command was due
 * ({@link io.vfiouser.nvme.driver.workload.PerfSettings}), at half of what the slowest target managed. The processor time that other processes took
 * while a cell was measured is recorded; where it was much, the cell is measured again.
 *
 * <p>Must not know how a controller works inside: it starts programs and reads what they print.
 */
@NullMarked
package io.vfiouser.benchmarks.sidebyside;

import org.jspecify.annotations.NullMarked;
