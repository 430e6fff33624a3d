package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.subsystem.Namespace;
import io.vfiouser.nvme.subsystem.NamespaceChange;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import io.vfiouser.nvme.subsystem.SubsystemMember;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A controller's part in its subsystem: knows what is attached, makes the pollers stand still while that changes, and passes on what other
 * threads announce. Control thread, but for what {@link SubsystemMember} has.
 */
final class SubsystemShare implements SubsystemMember {
    private final NvmSubsystem subsystem;
    private final int controllerId;
    private final PollerGroup group;
    private final FlushAll flushAll;
    private final ConcurrentLinkedQueue<Integer> changed = new ConcurrentLinkedQueue<>();
    private volatile boolean resetWanted;
    private volatile Runnable waker = () -> {};
    private List<Namespace> attached = List.of();
    private @Nullable NamespaceChange change;

    SubsystemShare(NvmSubsystem subsystem, int controllerId, PollerGroup group, FlushAll flushAll) {
        this.subsystem = subsystem;
        this.controllerId = controllerId;
        this.group = group;
        this.flushAll = flushAll;
    }

    NvmSubsystem subsystem() {
        return subsystem;
    }

    /** Joins. Before the pollers run. */
    void join() {
        subsystem.join(this);
        take();
    }

    /** Leaves. After the pollers have closed their channels. */
    void leave() {
        attached = List.of();
        subsystem.leave(this);
    }

    /** What is attached, in the order of the identifiers. */
    List<Namespace> attached() {
        return attached;
    }

    /** The attached namespace with this NSID, or null. */
    @Nullable
    Namespace attached(int nsid) {
        for (Namespace namespace : attached) {
            if (namespace.id() == nsid) {
                return namespace;
            }
        }
        return null;
    }

    /** Goes on with a change that concerns this controller. Returns how much was done. */
    int advance() {
        NamespaceChange present = change;
        if (present == null) {
            present = subsystem.changeFor(this);
            if (present == null) {
                return 0;
            }
            change = present;
            group.request(PollerGroup.Reason.NAMESPACES, PauseLevel.DRAIN);
        }
        if (!present.made()) {
            if (!group.reached(PauseLevel.DRAIN) || !flushAll.poll()) {
                return 0;
            }
            subsystem.standsStill(this, present);
        }
        if (!present.made()) {
            return 0;
        }
        take();
        change = null;
        group.release(PollerGroup.Reason.NAMESPACES);
        subsystem.takenOver(this, present);
        return 1;
    }

    /** Whether a change is under way, so that {@link #advance} should be called again soon. */
    boolean changing() {
        return change != null;
    }

    /** The next NSID of which something was announced, or null. */
    @Nullable
    Integer nextChanged() {
        return changed.poll();
    }

    /** Whether an NVM subsystem reset was asked for since the last call. */
    boolean takeReset() {
        boolean wanted = resetWanted;
        resetWanted = false;
        return wanted;
    }

    /** What {@link #wakeUp} does; whoever runs the control thread knows. */
    void onWakeUp(Runnable action) {
        waker = action;
    }

    @Override
    public int controllerId() {
        return controllerId;
    }

    @Override
    public void wakeUp() {
        waker.run();
    }

    @Override
    public void namespaceChanged(int namespaceId) {
        changed.add(namespaceId);
    }

    @Override
    public void subsystemReset() {
        resetWanted = true;
        wakeUp();
    }

    private void take() {
        attached = subsystem.attachedTo(this);
        for (QueuePoller poller : group.pollers()) {
            poller.take(attached);
        }
    }
}
