package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.migration.Bytes;
import io.vfiouser.nvme.migration.CommandState;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A poller's commands that were fetched and are to be executed again, from their beginning: no completion was posted, they have their
 * slot, and the completion queue has room for them. Poller's thread; the control thread while that stands still.
 *
 * <p>Executing a command again is harmless because its host does not know yet that it was executed: what it reads, the host takes for
 * undefined; what it writes, zeroes or deallocates has the old or the new content until it completes, and no order holds between it
 * and other commands that are outstanding at the same time (NVM Command Set 1.1, section 2.1.4). That goes for a part of its steps as
 * well. Not so a Compare with what follows from its result.
 */
final class HeldCommands {
    private final Deque<CommandSlot> held = new ArrayDeque<>();

    /** Whether a command may be executed more than once. */
    static boolean repeatable(int opcode) {
        return switch (opcode) {
            case NvmOpcode.READ,
                    NvmOpcode.WRITE,
                    NvmOpcode.FLUSH,
                    NvmOpcode.WRITE_ZEROES,
                    NvmOpcode.DATASET_MANAGEMENT,
                    NvmOpcode.VERIFY -> true;
            default -> false;
        };
    }

    /** Why a submission entry is none that can be held; empty if it can be. */
    static String refusal(Bytes entry) {
        if (entry.length() != SubmissionEntry.LENGTH_BYTES) {
            return "a command of %d bytes instead of %d".formatted(entry.length(), SubmissionEntry.LENGTH_BYTES);
        }
        int cdw0 = SubmissionEntry.cdw0(entry.segment(), 0);
        int opcode = SubmissionEntry.opcode(cdw0);
        if (!repeatable(opcode)) {
            return "%s must not be executed twice".formatted(NvmOpcode.describe(opcode));
        }
        if (SubmissionEntry.fused(cdw0) != SubmissionEntry.FUSE_NORMAL) {
            return "a part of a fused operation must not be executed twice";
        }
        return "";
    }

    boolean any() {
        return !held.isEmpty();
    }

    int count() {
        return held.size();
    }

    void add(CommandSlot slot) {
        slot.held(true);
        held.add(slot);
    }

    /** The one that is held longest; it is held no longer. */
    CommandSlot next() {
        CommandSlot slot = held.removeFirst();
        slot.held(false);
        return slot;
    }

    void remove(CommandSlot slot) {
        slot.held(false);
        var ignored = held.remove(slot);
    }

    /** Forgets all; the slots are taken back by other ways. */
    void clear() {
        held.clear();
    }

    /** All of them, in the order in which they will be executed. */
    List<CommandState> states() {
        List<CommandState> states = new ArrayList<>();
        for (CommandSlot slot : held) {
            states.add(new CommandState(slot.queue().id(), Bytes.of(slot.entry())));
        }
        return states;
    }
}
