/**
 * Servers measured beside each other: each in a process of its own on one processor, the same client on another, in turn, so that whatever
 * the machine does meanwhile befalls all of them. {@link io.vfiouser.benchmarks.sidebyside.Main} is the program behind {@code make bench}.
 *
 * <p><b>Method.</b> A round starts all targets anew, for each back end. Only one of them ever runs: the others are stopped by a signal, so that
 * what is compared is measured within seconds of each other, since the speed of a virtual machine drifts by more than the differences that are
 * looked for. Each target first sees every cell, uncounted, and so has the compiled code of a server that has seen many kinds of command. Then
 * the cells are measured, all targets in turn for each. The client is one process for the whole run (SPDK's is one for each measurement). A ratio
 * of two targets is computed within a round, and the median of these with the lowest and the highest is what counts.
 *
 * <p>Latencies of the closed loop are those that each command saw; those of the open loop count from when a command was due
 * ({@link io.vfiouser.nvme.driver.workload.PerfSettings}), at half of what the slowest target managed in the first round. RAM namespaces are
 * written once before anything is read, so that no read finds pages that do not exist. The processor time that other processes took while a cell was
 * measured is recorded; where it was much, the cell is measured again, and the least disturbed measurement
 * counts; a round in which that was not enough is left out of medians and ratios unless there is no other.
 *
 * <p>Must not know how a controller works inside: it starts programs and reads what they print.
 */
@NullMarked
package io.vfiouser.benchmarks.sidebyside;

import org.jspecify.annotations.NullMarked;
