/**
 * Moves a device from one vfio-user server to another while a guest uses it: the part a virtual machine monitor plays in a live migration.
 * It knows the client and the operating system, and nothing of any particular device.
 *
 * <p>{@link io.vfiouser.mover.GuestMemory} is the guest's memory, {@link io.vfiouser.mover.Guest} what runs in it, {@link
 * io.vfiouser.mover.MoveReport} what a move says of itself; {@link io.vfiouser.mover.DeviceMove} makes the move and says who has the device
 * at which moment. {@link io.vfiouser.mover.RemoteReceiver} is the destination's half of a move to another process or host.
 *
 * <h2>What it doesn't implement</h2>
 *
 * <p>Encryption and authentication of the way to another host. Huge pages. Holes in guest memory, which are copied like everything else.
 */
@NullMarked
package io.vfiouser.mover;

import org.jspecify.annotations.NullMarked;
