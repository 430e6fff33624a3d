package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.spec.ErrorLogEntry;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What every state has in common, whoever saved it: values within what the record says, and parts that fit each other. Whether a
 * controller can take it over is that controller's to say.
 */
final class StateCheck {
    private static final Set<Integer> REPEATABLE = Set.of(
            NvmOpcode.READ,
            NvmOpcode.WRITE,
            NvmOpcode.FLUSH,
            NvmOpcode.WRITE_ZEROES,
            NvmOpcode.DATASET_MANAGEMENT,
            NvmOpcode.VERIFY);
    private static final int HIGHEST_STATUS = 0x7FFF;
    private static final int HIGHEST_EVENT_TYPE = 7;
    private static final int HIGHEST_VECTOR = 2047;
    private static final int CONFIG_SPACE_BYTES = 256;
    private static final int EXTENDED_CONFIG_SPACE_BYTES = 4096;

    private StateCheck() {}

    /**
     * Checks a state.
     *
     * @throws StateRefusedException with the first contradiction that is found
     */
    static void check(ControllerState state) {
        limits(state.limits());
        Set<Integer> queues = QueueCheck.check(state);
        features(state.features());
        events(state.events());
        commands(state.commands(), queues);
        completions(state.completions(), queues);
        interrupts(state.pendingInterrupts());
        errors(state.logs().errors());
        namespaces(state.namespaces());
        pci(state.pci());
        require(state.clocks().keepAliveTimeoutMillis() >= 0, "the Keep Alive Timeout is negative");
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a library of its own
    static void require(boolean holds, String reason, Object... arguments) {
        if (!holds) {
            throw new StateRefusedException("the state contradicts itself: " + reason.formatted(arguments));
        }
    }

    private static void limits(ControllerLimits limits) {
        require(
                limits.queuePairs() >= 0 && limits.queuePairs() < QueueCheck.MOST_ENTRIES,
                "%d I/O queue pairs are not possible",
                limits.queuePairs());
        require(
                QueueCheck.sizePossible(limits.queueEntries()),
                "queues of %d entries are not possible",
                limits.queueEntries());
        require(
                limits.interruptVectors() >= 0 && limits.interruptVectors() <= HIGHEST_VECTOR + 1,
                "%d interrupt vectors are not possible",
                limits.interruptVectors());
    }

    private record FeatureKey(int feature, int part, int namespaceId, boolean saved) {}

    private static void features(List<FeatureState> features) {
        Set<FeatureKey> seen = new HashSet<>();
        for (FeatureState f : features) {
            require(
                    seen.add(new FeatureKey(f.feature(), f.part(), f.namespaceId(), f.saved())),
                    "feature %02Xh has two values for one thing",
                    f.feature());
        }
    }

    private static void events(EventState events) {
        events.events().forEach(e -> require(e.type() <= HIGHEST_EVENT_TYPE, "there is no event type %d", e.type()));
        Set<Integer> masked = new HashSet<>();
        for (EventState.MaskedType m : events.masked()) {
            require(m.type() <= HIGHEST_EVENT_TYPE, "there is no event type %d", m.type());
            require(masked.add(m.type()), "events of type %d wait for two log pages", m.type());
        }
        int before = 0;
        for (int id : events.changedNamespaces()) {
            require(Integer.compareUnsigned(id, before) > 0, "changed namespaces are not in ascending order");
            before = id;
        }
    }

    private static void commands(List<CommandState> commands, Set<Integer> queues) {
        for (CommandState command : commands) {
            require(
                    command.submissionQueueId() != 0 && queues.contains(command.submissionQueueId()),
                    "a command is of submission queue %d, which does not exist",
                    command.submissionQueueId());
            require(
                    command.entry().length() == CommandCodec.ENTRY_BYTES,
                    "a command has %d bytes",
                    command.entry().length());
            int opcode =
                    SubmissionEntry.opcode(SubmissionEntry.cdw0(command.entry().segment(), 0));
            require(
                    REPEATABLE.contains(opcode),
                    "%s (opcode %02Xh) must not be executed twice, and is to be",
                    NvmOpcode.describe(opcode),
                    opcode);
        }
    }

    private static void completions(List<CompletionState> completions, Set<Integer> queues) {
        for (CompletionState completion : completions) {
            require(
                    queues.contains(completion.submissionQueueId()),
                    "a completion is for submission queue %d, which does not exist",
                    completion.submissionQueueId());
            requireStatus(completion.statusField());
        }
    }

    private static void interrupts(List<Integer> vectors) {
        int before = -1;
        for (int vector : vectors) {
            require(vector <= HIGHEST_VECTOR, "there is no interrupt vector %d", vector);
            require(vector > before, "pending interrupts are not in ascending order");
            before = vector;
        }
    }

    private static void errors(List<ErrorLogEntry> errors) {
        for (ErrorLogEntry error : errors) {
            requireStatus(error.statusField());
            // the entry's own layout cuts off what is more
            require(
                    isWord(error.submissionQueueId())
                            && isWord(error.commandId())
                            && isWord(error.parameterErrorLocation())
                            && error.opcode() >= 0
                            && error.opcode() <= 0xFF,
                    "error %d has a value that does not fit its field",
                    error.errorCount());
        }
    }

    private static boolean isWord(int value) {
        return value >= 0 && value <= 0xFFFF;
    }

    private static void requireStatus(int status) {
        require(status >= 0 && status <= HIGHEST_STATUS, "there is no status %Xh", status);
    }

    private static void namespaces(List<NamespaceState> namespaces) {
        int before = 0;
        for (NamespaceState n : namespaces) {
            require(
                    Integer.compareUnsigned(n.id(), before) > 0 && n.id() != -1,
                    "namespaces are not in ascending order, or there is one %s",
                    Integer.toUnsignedString(n.id()));
            require(
                    FrameCodec.blocksPossible(n.blockBytes(), n.blockCount()),
                    "namespace %s has %d blocks of %d bytes",
                    Integer.toUnsignedString(n.id()),
                    n.blockCount(),
                    n.blockBytes());
            require(n.atomicBlocks() >= 0, "namespace %s has a negative atomic unit", Integer.toUnsignedString(n.id()));
            before = n.id();
        }
    }

    private static void pci(PciState pci) {
        int length = pci.configSpace().length();
        require(
                length == 0 || length == CONFIG_SPACE_BYTES || length == EXTENDED_CONFIG_SPACE_BYTES,
                "a configuration space has no %d bytes",
                length);
    }
}
