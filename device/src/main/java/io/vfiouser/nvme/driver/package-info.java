/**
 * A host-side NVMe driver in user space over the vfio-user client. Knows nothing of this project's controller.
 *
 * <p><b>Architecture.</b> {@link NvmeDriver} owns everything: the client, guest memory ({@link HostMemory}), which the
 * device maps whole, the admin queue and the I/O queues. An {@link IoQueue} belongs to one thread; submitting and polling
 * allocate nothing and make no system call where doorbells are mapped. Where they are not, doorbells are region writes. A
 * watchdog thread looks at the socket twenty times a second, since a process that polls shared memory would not notice that
 * the other side died; it is also the clock of the time-outs.
 *
 * <p>What the device says is checked: completions with an unknown command identifier, a foreign queue or an impossible head
 * pointer end in {@link NvmeProtocolException}.
 *
 * <p><b>Moving.</b> The driver is the guest of a migration ({@link DriverGuest}): {@link GuestThreads} stops whoever uses it at safe
 * points, and {@link BarAttachment} is what is exchanged when the device is behind another server; queues, buffers and commands in flight
 * stay as they are. To another process the driver goes as bytes ({@link NvmeDriver#resume}), with what its users have it carry. Every store into guest memory is followed by a mark, or a move would lose it: {@link DmaBuffer#written}.
 *
 * <p><b>Not implemented:</b> metadata, pages other than 4 KiB, more than one submission queue for a
 * completion queue.
 */
@NullMarked
package io.vfiouser.nvme.driver;

import org.jspecify.annotations.NullMarked;
