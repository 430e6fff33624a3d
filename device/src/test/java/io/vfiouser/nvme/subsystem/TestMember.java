package io.vfiouser.nvme.subsystem;

import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/** A controller that has nothing to do, so that it always stands still. */
final class TestMember implements SubsystemMember {
    private final NvmSubsystem subsystem;
    private final Set<Integer> changed = new ConcurrentSkipListSet<>();
    private volatile int controllerId;

    TestMember(NvmSubsystem subsystem, int controllerId) {
        this.subsystem = subsystem;
        this.controllerId = controllerId;
        subsystem.join(this);
    }

    /** Takes part in the change that is under way, if any. */
    void takePart() {
        NamespaceChange change = subsystem.changeFor(this);
        if (change != null) {
            subsystem.standsStill(this, change);
            if (change.made()) {
                subsystem.takenOver(this, change);
            }
        }
    }

    Set<Integer> changed() {
        return changed;
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
    public boolean inUse() {
        return false;
    }

    @Override
    public void wakeUp() {}

    @Override
    public void namespaceChanged(int namespaceId) {
        changed.add(namespaceId);
    }

    @Override
    public void subsystemReset() {}
}
