package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.NvmOpcode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
        /** A queue goes to another poller. */
        BALANCE,
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
        List<Quiescence> all = new ArrayList<>();
        for (QueuePoller poller : pollers) {
            all.add(poller.quiescence());
        }
        all.forEach(each -> each.peers(all));
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

    /**
     * Whether all pollers stand still at this level at least. At {@link PauseLevel#QUIET} and {@link PauseLevel#STOP} they are {@linkplain
     * PauseLevel#DRAIN drained} only if it happens that nothing is held or detached.
     */
    boolean reached(PauseLevel atLeast) {
        if (level.compareTo(atLeast) < 0) {
            return false;
        }
        for (QueuePoller poller : pollers) {
            if (!poller.standStill().reached() || (atLeast == PauseLevel.DRAIN && !poller.drained())) {
                return false;
            }
        }
        return true;
    }

    /** Whose host is gone: see {@link QueuePoller#abandon}. While they are {@link PauseLevel#QUIET}. */
    void abandon() {
        pollers.forEach(QueuePoller::abandon);
    }

    /** What keeps the pollers from {@link PauseLevel#STOP}, if anything does. */
    Optional<String> whyNotStopped() {
        int commands = 0;
        int opcode = 0;
        boolean all = true;
        for (QueuePoller poller : pollers) {
            Quiescence answer = poller.quiescence();
            if (answer.outstanding() > 0) {
                commands += answer.outstanding();
                opcode = answer.opcode();
            }
            all &= poller.standStill().reached();
        }
        if (commands > 0) {
            return Optional.of("commands are outstanding in back ends: %d, among them a %s"
                    .formatted(commands, NvmOpcode.describe(opcode)));
        }
        return all && level.takesBack() ? Optional.empty() : Optional.of("the pollers have not stopped yet");
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
