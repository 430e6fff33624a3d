package io.vfiouser.nvme.endurance;

import io.vfiouser.nvme.migration.CompletionState;
import io.vfiouser.nvme.migration.ControllerState;
import io.vfiouser.nvme.migration.EventState;
import io.vfiouser.nvme.migration.SubmissionQueueState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a wrong controller or a wrong mover would do to a move: in the state that travels, or in what is said to have been written. */
enum MoveFault {
    /** Everything is as it has to be. */
    NONE(Found.NOTHING),

    /** The data of a Read is not marked; its completion waits to be consumed. */
    DATA_MARK_SKIPPED(Found.CORRUPT) {
        @Override
        Optional<Long> forgets(GuestRings rings) {
            return rings.unconsumed().stream()
                    .flatMap(completion -> rings.readBuffer(completion).stream())
                    .findFirst();
        }
    },

    /** A completion that waits to be consumed is not marked. */
    COMPLETION_MARK_SKIPPED(Found.LOST) {
        @Override
        Optional<Long> forgets(GuestRings rings) {
            return rings.unconsumed().stream()
                    .map(GuestRings.Unconsumed::address)
                    .findFirst();
        }
    },

    /** A command that the guest has announced is never fetched, those behind it are. */
    COMMAND_DROPPED(Found.LOST) {
        @Override
        Optional<ControllerState> changes(ControllerState state, GuestRings rings) {
            return state.submissionQueues().stream()
                    .filter(queue -> queue.id() != SHALLOW_QUEUE && queue.head() != queue.tail())
                    .findFirst()
                    .map(queue -> with(state, moved(queue, (queue.head() + 1) % queue.entries(), queue.tail())));
        }
    },

    /** A command that was taken back from the back end is not executed again. */
    HELD_COMMAND_DROPPED(Found.LOST) {
        @Override
        Optional<ControllerState> changes(ControllerState state, GuestRings rings) {
            return state.commands().isEmpty()
                    ? Optional.empty()
                    : Optional.of(new ControllerState(
                            state.limits(),
                            state.registers(),
                            state.adminQueue(),
                            state.submissionQueues(),
                            state.completionQueues(),
                            state.doorbellBuffers(),
                            state.features(),
                            state.events(),
                            state.commands().subList(1, state.commands().size()),
                            state.completions(),
                            state.pendingInterrupts(),
                            state.logs(),
                            state.clocks(),
                            state.namespaces(),
                            state.pci()));
        }
    },

    /** A command that has completed completes once more. */
    COMPLETION_POSTED_TWICE(Found.UNASKED_FOR) {
        @Override
        Optional<ControllerState> changes(ControllerState state, GuestRings rings) {
            return rings.unconsumed().stream().findFirst().map(completion -> {
                List<CompletionState> completions = new ArrayList<>(state.completions());
                completions.addFirst(new CompletionState(completion.submissionQueueId(), completion.commandId(), 0, 0));
                return with(state, state.submissionQueues(), completions, state.events());
            });
        }
    },

    /** One of the Asynchronous Event Requests is forgotten. */
    EVENT_REQUEST_LOST(Found.EVENT_MISSED) {
        @Override
        Optional<ControllerState> changes(ControllerState state, GuestRings rings) {
            EventState events = state.events();
            if (events.requests().isEmpty()) {
                return Optional.empty();
            }
            EventState fewer = new EventState(
                    events.requests().subList(1, events.requests().size()),
                    events.aborted(),
                    events.events(),
                    events.masked(),
                    events.changedNamespaces(),
                    events.announced());
            return Optional.of(with(state, state.submissionQueues(), state.completions(), fewer));
        }
    },

    /** The last value of a doorbell is not taken note of: where the guest rings no more before that command completes. */
    DOORBELL_NOT_READ_AGAIN(Found.LOST) {
        @Override
        Optional<ControllerState> changes(ControllerState state, GuestRings rings) {
            return state.submissionQueues().stream()
                    .filter(queue -> queue.id() == SHALLOW_QUEUE && queue.head() != queue.tail())
                    .findFirst()
                    .map(queue -> with(state, moved(queue, queue.head(), queue.head())));
        }
    };

    /** By what a verifier finds it. */
    enum Found {
        NOTHING,
        CORRUPT,
        LOST,
        UNASKED_FOR,
        EVENT_MISSED
    }

    /** The queue that the load uses at depth 1. */
    private static final int SHALLOW_QUEUE = 1;

    private final Found found;

    MoveFault(Found found) {
        this.found = found;
    }

    Found found() {
        return found;
    }

    /** The address of what was written and is not copied; empty if there is no such thing at this moment, or the fault is another one. */
    Optional<Long> forgets(GuestRings rings) {
        return Optional.empty();
    }

    /** What arrives instead of the state; empty if there is nothing to do wrong at this moment, or the fault is another one. */
    Optional<ControllerState> changes(ControllerState state, GuestRings rings) {
        return Optional.empty();
    }

    private static SubmissionQueueState moved(SubmissionQueueState queue, int head, int tail) {
        return new SubmissionQueueState(
                queue.id(),
                queue.base(),
                queue.entries(),
                queue.contiguous(),
                queue.priority(),
                queue.completionQueueId(),
                head,
                tail,
                queue.abortedEntries());
    }

    private static ControllerState with(ControllerState state, SubmissionQueueState changed) {
        List<SubmissionQueueState> queues = state.submissionQueues().stream()
                .map(queue -> queue.id() == changed.id() ? changed : queue)
                .toList();
        return with(state, queues, state.completions(), state.events());
    }

    private static ControllerState with(
            ControllerState state,
            List<SubmissionQueueState> submissionQueues,
            List<CompletionState> completions,
            EventState events) {
        return new ControllerState(
                state.limits(),
                state.registers(),
                state.adminQueue(),
                submissionQueues,
                state.completionQueues(),
                state.doorbellBuffers(),
                state.features(),
                events,
                state.commands(),
                completions,
                state.pendingInterrupts(),
                state.logs(),
                state.clocks(),
                state.namespaces(),
                state.pci());
    }
}
