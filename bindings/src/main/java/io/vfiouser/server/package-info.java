/**
 * The server API over libvfio-user: a device described by callbacks, served to one client at a time over a UNIX socket.
 * Knows no device class; an NVMe controller is one user of many.
 *
 * <p>{@link io.vfiouser.server.DeviceContext#builder} describes a device, {@link io.vfiouser.server.ContextRunner} is its thread.
 *
 * <pre>{@code
 * DeviceContext context = DeviceContext.builder(Path.of("/run/vm1/device.sock"))
 *         .pci(PciIdentity.of(0x1234, 0x5678, PciClass.OTHER), PciType.EXPRESS)
 *         .capability(PciCapability.express())
 *         .region(RegionIndex.BAR0, RegionSpec.memory(4096).access(registers).build())
 *         .interrupts(IrqType.MSIX, 4)
 *         .dma(guestMemory)
 *         .build();
 * try (ContextRunner runner = new ContextRunner(context).start()) {
 *     context.interrupts().raise(0);    // any thread
 *     ...
 * }
 * }</pre>
 *
 * <p><b>Who may do what.</b> The library is used by the context's thread only, with the one exception of interrupts, which pass the
 * {@link io.vfiouser.server.InterruptGate}. Threads of the device read and write {@link io.vfiouser.server.DmaRegion}s, mark what they wrote,
 * raise interrupts, and signal that they paused.
 *
 * <p><b>Errors.</b> A callback refuses a request by throwing {@link io.vfiouser.server.VfioUserErrno}; whatever else it throws is logged and
 * reaches the client as EIO. What the library refuses of the device is an {@link io.vfiouser.os.ErrnoException}; misuse is an
 * {@link java.lang.IllegalStateException} or {@link java.lang.IllegalArgumentException} before the library could assert.
 */
@NullMarked
package io.vfiouser.server;

import org.jspecify.annotations.NullMarked;
