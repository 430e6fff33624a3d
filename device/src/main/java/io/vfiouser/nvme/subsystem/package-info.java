/**
 * What several controllers share: namespaces, which controller has which, and how all concerned stand still while that changes. Knows
 * neither queues nor commands.
 *
 * <h2>Architecture</h2>
 *
 * {@link io.vfiouser.nvme.subsystem.NvmSubsystem} owns the back ends and a {@link io.vfiouser.nvme.subsystem.NamespaceRegistry}: which
 * namespace exists, and which is attached where. Controllers join it as {@link io.vfiouser.nvme.subsystem.SubsystemMember}s.
 *
 * <p>A {@link io.vfiouser.nvme.subsystem.NamespaceChange} never happens under a controller's feet: the members that are concerned stand still
 * (nothing outstanding in the namespaces), the last one to do so makes the change, each one takes it over on its own control thread, and
 * only then is the change complete, so that what follows, such as closing a back end, finds no channel open. Nobody waits for
 * anybody: a control thread asks again at its next pass. One change is under way at a time; a member that joins meanwhile
 * takes part in it, one that leaves is not waited for.
 *
 * <p>As controllers move, {@link io.vfiouser.nvme.subsystem.Ownership} says whose the namespaces are, {@link
 * io.vfiouser.nvme.subsystem.NvmSubsystem#takeOver} and {@link io.vfiouser.nvme.subsystem.NvmSubsystem#letGo} activate and release the
 * media, and by {@link io.vfiouser.nvme.subsystem.NvmSubsystem#adopt} a subsystem passes for the one that the arriving host knows.
 *
 * <p>The subsystem has two threads of its own: one for what blocks (back ends made and closed, futures completed, never under the
 * lock), one on which a {@link io.vfiouser.nvme.subsystem.NamespaceEraser} works for a format, since that goes on whatever becomes of
 * the controllers.
 */
@NullMarked
package io.vfiouser.nvme.subsystem;

import org.jspecify.annotations.NullMarked;
