package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.EventState;
import io.vfiouser.nvme.migration.EventState.MaskedType;
import io.vfiouser.nvme.migration.LogState;
import io.vfiouser.nvme.migration.QueuePairState;
import io.vfiouser.nvme.spec.AsynchronousEvent;
import io.vfiouser.nvme.spec.ErrorLogEntry;
import io.vfiouser.nvme.subsystem.NvmSubsystem;
import java.util.HashSet;
import java.util.List;

/** Whether events, logs and clocks of a state can be: see {@link RestoreCheck}. */
final class LogCheck {
    private static final int LARGEST_BYTE = 0xFF;
    private static final int LARGEST_EVENT_TYPE = 7;
    /** More than there are kinds of events. */
    private static final int MOST_EVENTS = 64;

    private static final int LARGEST_STATUS_FIELD = 0x7FFF;
    private static final long LARGEST_TIMESTAMP = 0xFFFF_FFFF_FFFFL;

    private LogCheck() {}

    static void check(ControllerState state) {
        events(state);
        counters(state.logs());
        errors(state.logs());
        Refusal.unlessWithin(0, LARGEST_TIMESTAMP, state.clocks().timestampMillis(), "the timestamp");
    }

    private static void events(ControllerState state) {
        EventState events = state.events();
        Refusal.unlessWithin(
                0, AsynchronousEvents.LIMIT, events.requests().size(), "the number of Asynchronous Event Requests");
        // Each was aborted by a command whose completion had room.
        int abortable = state.adminQueue()
                .map(QueuePairState::completion)
                .map(queue -> queue.entries())
                .orElse(0);
        Refusal.unlessWithin(0, abortable, events.aborted().size(), "the number of aborted requests");
        Refusal.unless(
                state.registers().ready() || events.requests().isEmpty(),
                () -> "the state is damaged: there are Asynchronous Event Requests, but the controller is not ready");
        events.requests().forEach(id -> Refusal.unless16Bits(id, "the identifier of a request"));
        events.aborted().forEach(id -> Refusal.unless16Bits(id, "the identifier of an aborted request"));
        Refusal.unlessWithin(0, MOST_EVENTS, events.events().size(), "the number of events");
        Refusal.unless(
                new HashSet<>(events.events()).size() == events.events().size(),
                () -> "the state is damaged: an event waits twice");
        for (AsynchronousEvent each : events.events()) {
            Refusal.unlessWithin(0, LARGEST_EVENT_TYPE, each.type(), "the type of an event");
            Refusal.unlessWithin(0, LARGEST_BYTE, each.information(), "the information of an event");
            Refusal.unlessWithin(0, LARGEST_BYTE, each.logPage(), "the log page of an event");
        }
        for (MaskedType each : events.masked()) {
            Refusal.unlessWithin(0, LARGEST_EVENT_TYPE, each.type(), "the type of masked events");
            Refusal.unlessWithin(0, LARGEST_BYTE, each.logPage(), "the log page of masked events");
        }
        Refusal.unlessAscending(events.masked().stream().map(MaskedType::type).toList(), "types of masked events");
        namespaces(events.changedNamespaces(), "changed namespaces");
        namespaces(events.announced(), "namespaces of which a change was announced");
    }

    private static void namespaces(List<Integer> ids, String what) {
        Refusal.unlessAscending(ids, what);
        ids.forEach(id -> Refusal.unlessWithin(1, NvmSubsystem.MAXIMUM_NAMESPACES, id, "one of the " + what));
    }

    private static void counters(LogState logs) {
        Refusal.unlessCount(logs.readCommands(), "the number of reads");
        Refusal.unlessCount(logs.readBytes(), "the number of bytes read");
        Refusal.unlessCount(logs.writeCommands(), "the number of writes");
        Refusal.unlessCount(logs.writtenBytes(), "the number of bytes written");
        Refusal.unlessCount(logs.mediaErrors(), "the number of media errors");
        Refusal.unlessCount(logs.powerCycles(), "the number of power cycles");
        Refusal.unlessCount(logs.unsafeShutdowns(), "the number of unsafe shutdowns");
        Refusal.unlessCount(logs.powerOnMillis(), "the time since power on");
        Refusal.unlessCount(logs.busyMillis(), "the busy time");
        Refusal.unlessCount(logs.errorCount(), "the number of errors");
    }

    private static void errors(LogState logs) {
        Refusal.unlessWithin(0, ErrorLog.ENTRIES, logs.errors().size(), "the number of entries in the error log");
        long after = logs.errorCount() + 1;
        for (ErrorLogEntry each : logs.errors()) {
            Refusal.unlessWithin(1, after - 1, each.errorCount(), "the count of an error");
            after = each.errorCount();
            Refusal.unless16Bits(each.submissionQueueId(), "the queue of an error");
            Refusal.unless16Bits(each.commandId(), "the command of an error");
            Refusal.unless16Bits(each.parameterErrorLocation(), "the location of an error");
            Refusal.unlessWithin(0, LARGEST_STATUS_FIELD, each.statusField(), "the status of an error");
            Refusal.unlessWithin(0, LARGEST_BYTE, each.opcode(), "the opcode of an error");
        }
    }
}
