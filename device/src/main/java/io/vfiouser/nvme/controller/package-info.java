/**
 * The NVMe controller: registers, queues, admin and I/O commands. Steppable by hand, without a native library or a thread.
 *
 * <h2>Architecture</h2>
 *
 * Two kinds of agents, each a {@code doWork()} that some thread calls again and again:
 *
 * <ul>
 *   <li>{@link io.vfiouser.nvme.controller.AdminAgent}, on the <em>control thread</em>, the one that also delivers register
 *       accesses, memory changes and resets. It owns everything but I/O: registers, features, logs, the admin queue.
 *   <li>{@link io.vfiouser.nvme.controller.QueuePoller}, one per poller thread. It owns the I/O queues that were assigned to it, the
 *       slots of the commands in them and one channel per namespace.
 * </ul>
 *
 * The control thread changes what a poller owns only while that poller stands still: it asks for
 * {@linkplain io.vfiouser.nvme.controller.PauseLevel a level of standstill}, goes on with other things, and acts when all have reached it.
 * Creating a queue, deleting one, moving one to {@linkplain io.vfiouser.nvme.controller.QueueBalancer a poller with less to do}, disabling the
 * controller, unmapping memory and resets all use that one mechanism.
 *
 * <p><b>Pauses.</b> A pause for the client's sake ({@link io.vfiouser.nvme.controller.PauseLevel#QUIET}) does not wait for slow back
 * ends. After a little time in which commands may complete, each poller asks for what is outstanding. What may be executed twice and
 * the back end lets go of is <em>held</em>: it keeps its slot, its room in the completion queue and a copy of its entry, is executed again
 * from the beginning when the pollers run, and is part of the controller's saved state. What goes on without guest memory is
 * <em>detached</em> and completes after the pause. The rest is waited for: Compare, fused operations, and what the back end can neither give
 * back nor do without the memory for. To be saved, a controller must have nothing detached ({@link
 * io.vfiouser.nvme.controller.PauseLevel#STOP}). What needs the pollers {@linkplain io.vfiouser.nvme.controller.PauseLevel#DRAIN drained} waits
 * until the pause is over; held commands are executed first then, unless a reset has dropped them.
 *
 * <p>A command is one class named after it in the specification, entered in {@link io.vfiouser.nvme.controller.AdminCommands} or
 * {@link io.vfiouser.nvme.controller.IoCommands}. Its handler returns a {@linkplain io.vfiouser.nvme.controller.CommandStatus status}, or
 * that the command is pending.
 *
 * <p>A command is fetched only if its completion has room in the completion queue, so completions never wait for room; only
 * asynchronous events do, since they do not hold room while they are outstanding.
 *
 * <p>Compare and Write is atomic across the pollers of all controllers: a {@link io.vfiouser.nvme.controller.RangeGate} per poller and
 * namespace holds back what touches the blocks while they are somebody's own, and costs other commands the look at one field.
 *
 * <h2>What it does not implement</h2>
 *
 * Metadata and protection information, sanitize, self-test, telemetry, firmware update, copy, reservations, directives, weighted arbitration,
 * pin-based interrupts.
 */
@NullMarked
package io.vfiouser.nvme.controller;

import org.jspecify.annotations.NullMarked;
