/**
 * Moves a device from one vfio-user server to another while a guest uses it: the part a virtual machine monitor plays in a live migration.
 * It knows the client and the operating system, and nothing of any particular device.
 *
 * <p>{@link io.vfiouser.mover.GuestMemory} is the guest's memory, {@link io.vfiouser.mover.Guest} what runs in it, {@link
 * io.vfiouser.mover.MoveReport} what a move says of itself.
 */
@NullMarked
package io.vfiouser.mover;

import org.jspecify.annotations.NullMarked;
