package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.subsystem.AdoptedSubsystem;
import io.vfiouser.nvme.subsystem.Namespace;
import io.vfiouser.nvme.subsystem.NamespaceChange;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import io.vfiouser.nvme.subsystem.SubsystemMember;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A controller's part in its subsystem: knows what is attached, makes the pollers stand still while that changes, and passes on what other
 * threads announce. Control thread, but for what {@link SubsystemMember} has.
 */
final class SubsystemShare implements SubsystemMember {
    private final NvmSubsystem subsystem;
    private volatile int controllerId;
    private final PollerGroup group;
    private final FlushAll flushAll;
    /** NSIDs: a set, so that a guest that never asks does not make it grow without end. */
    private final ConcurrentSkipListSet<Integer> changed = new ConcurrentSkipListSet<>();

    private final AtomicBoolean resetWanted = new AtomicBoolean();
    private volatile Runnable waker = () -> {};
    private volatile boolean inUse;
    private Supplier<Optional<String>> admission = Optional::empty;
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

    @Override
    public boolean inUse() {
        return inUse;
    }

    /** A host begins to use the controller, or has ended. */
    void inUse(boolean value) {
        if (inUse != value) {
            inUse = value;
        }
    }

    /** Who says whether a host may use the controller. Before anybody else knows of it. */
    void admission(Supplier<Optional<String>> value) {
        admission = value;
    }

    /** Why a host may not use the controller; empty if it may. */
    Optional<String> refusal() {
        return admission.get();
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
        // A shutdown may have begun to flush since it stood still; its channels are closed before the change is taken
        // over, too.
        if (!group.reached(PauseLevel.DRAIN) || !flushAll.poll()) {
            return 0;
        }
        if (!present.made()) {
            subsystem.standsStill(this, present);
        }
        if (!present.made()) {
            return 0;
        }
        try {
            take();
        } finally {
            // Whatever happens here, the other controllers stand still for it.
            change = null;
            group.release(PollerGroup.Reason.NAMESPACES);
            subsystem.takenOver(this, present);
        }
        return 1;
    }

    /** Whether a change is under way, so that {@link #advance} should be called again soon. */
    boolean changing() {
        return change != null;
    }

    /** An NSID of which something was announced, or null. */
    @Nullable
    Integer nextChanged() {
        return changed.pollFirst();
    }

    /** Forgets what was announced: a host that enables the controller finds out for itself. */
    void forgetChanged() {
        changed.clear();
    }

    /** What was announced and not taken by {@link #nextChanged}, ascending. */
    List<Integer> announced() {
        return List.copyOf(changed);
    }

    /** Makes these what was announced and not taken. */
    void restoreAnnounced(Collection<Integer> namespaceIds) {
        changed.clear();
        changed.addAll(namespaceIds);
    }

    /** Why this subsystem cannot be the one that a host knows; empty if it can. */
    Optional<String> adoptionRefusal(AdoptedSubsystem adopted) {
        return subsystem.adoptionRefusal(this, adopted);
    }

    /**
     * Makes the subsystem and this controller pass for the ones that a host knows, and takes over what is attached then. While the pollers are
     * drained and no host has enabled the controller.
     */
    void adopt(AdoptedSubsystem adopted) {
        subsystem.adopt(this, adopted);
        take();
    }

    /** Whether an NVM subsystem reset was asked for since the last call. */
    boolean takeReset() {
        return resetWanted.get() && resetWanted.getAndSet(false);
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
    public void adoptControllerId(int adopted) {
        controllerId = adopted;
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
        resetWanted.set(true);
        wakeUp();
    }

    private void take() {
        attached = subsystem.attachedTo(this);
        try {
            give(attached);
        } catch (RuntimeException e) {
            // A back end that gives no channel; none may stay open in a namespace that has been taken away.
            attached = List.of();
            give(attached);
            throw e;
        }
    }

    private void give(List<Namespace> namespaces) {
        for (QueuePoller poller : group.pollers()) {
            poller.take(namespaces);
        }
    }
}
