package io.vfiouser.nvme.controller;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** All pollers of a controller, stopped and started together. Control thread only. */
final class PollerGroup {
    /** Who wants the pollers to stand still. They run when nobody does. */
    enum Reason {
        /** The VMM: memory is about to change, a reset, a migration. */
        QUIESCE,
        /** An admin command or a change of CC that changes queues. */
        ADMIN,
        /** Commands are looked for that are to be aborted. */
        ABORT,
        /** Namespaces come, go or get another format. */
        NAMESPACES,
        /** The controller is shut down. */
        SHUTDOWN,
        /** CSTS.CFS is set. */
        FATAL
    }

    private final List<QueuePoller> pollers;
    private final Map<Reason, PauseLevel> wanted = new EnumMap<>(Reason.class);
    private PauseLevel level = PauseLevel.RUN;

    PollerGroup(List<QueuePoller> pollers) {
        this.pollers = List.copyOf(pollers);
    }

    List<QueuePoller> pollers() {
        return pollers;
    }

    void request(Reason reason, PauseLevel wantedLevel) {
        wanted.put(reason, wantedLevel);
        apply();
    }

    void release(Reason reason) {
        wanted.remove(reason);
        apply();
    }

    /** Whether all pollers stand still at this level at least. */
    boolean reached(PauseLevel atLeast) {
        if (level.compareTo(atLeast) < 0) {
            return false;
        }
        for (QueuePoller poller : pollers) {
            if (!poller.standStill().reached()) {
                return false;
            }
        }
        return true;
    }

    boolean anyFaulted() {
        for (QueuePoller poller : pollers) {
            if (poller.faulted()) {
                return true;
            }
        }
        return false;
    }

    private void apply() {
        PauseLevel highest = PauseLevel.RUN;
        for (PauseLevel each : new ArrayList<>(wanted.values())) {
            if (each.compareTo(highest) > 0) {
                highest = each;
            }
        }
        if (highest != level) {
            level = highest;
            for (QueuePoller poller : pollers) {
                poller.standStill().request(highest);
            }
        }
    }
}
