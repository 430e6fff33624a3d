package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The slots of one poller: as many as there ever were commands at once, made anew only when that number grows. There is a limit, since
 * the queues that a guest may create hold millions of commands.
 */
final class CommandSlots {
    /** Commands of one poller at once; more stay in their queues. */
    static final int LIMIT = 8192;

    private static final int INITIAL = 64;

    private final QueuePoller poller;
    private CommandSlot[] all = {};
    private CommandSlot[] free = {};
    private int freeCount;
    private int worthWhile = LIMIT;

    CommandSlots(QueuePoller poller) {
        this.poller = poller;
        grow(INITIAL);
    }

    /** How many commands may be taken on now. */
    int available() {
        return LIMIT - all.length + freeCount;
    }

    /** How many commands it is worth while to fetch now: those beyond would only wait for the back ends. */
    int wanted() {
        return Math.max(worthWhile - (all.length - freeCount), 0);
    }

    /** How many commands at a time the back ends have a use for, {@link #LIMIT} at most. */
    void worthWhile(int commands) {
        worthWhile = commands;
    }

    /** A slot for a command; only if one is {@link #available}. */
    CommandSlot take() {
        if (freeCount == 0) {
            grow(Math.min(all.length, LIMIT - all.length));
        }
        return free[--freeCount];
    }

    /** Takes a slot back whose command has ended. */
    void giveBack(CommandSlot slot) {
        slot.end();
        // Mostly it goes where it came from.
        if (free[freeCount] != slot) {
            free[freeCount] = slot;
        }
        freeCount++;
    }

    /** The slots without a command forget what their last one used. */
    void forgetPast() {
        for (int i = 0; i < freeCount; i++) {
            free[i].forgetPast();
        }
    }

    /** How many commands wait, for back ends or for their turn, counted anew. */
    int outstanding() {
        int count = 0;
        for (CommandSlot slot : all) {
            if (slot.outstanding() || slot.waiting()) {
                count++;
            }
        }
        return count;
    }

    /** Whether a back end has a request to the blocks for which a gate is closed, but of the operation that it is closed for. */
    boolean anyUnderWay(RangeGate gate) {
        for (CommandSlot slot : all) {
            if (slot.outstanding() && !slot.exclusive() && slot.visits(gate) && gate.concerns(slot)) {
                return true;
            }
        }
        return false;
    }

    /** The command that was fetched from this queue under this identifier and has not completed, or null. */
    @Nullable
    CommandSlot find(int queueId, int commandId) {
        for (CommandSlot slot : all) {
            if (slot.inUse() && slot.commandId() == commandId && slot.queue().id() == queueId) {
                return slot;
            }
        }
        return null;
    }

    /**
     * Ends what waits for its turn, and asks the back ends to leave the memory of all requests alone; the ones that can end them do so in
     * this call.
     *
     * @return how many requests may still touch memory
     */
    int cancelOutstanding() {
        int attached = 0;
        for (CommandSlot slot : all) {
            if (slot.waiting()) {
                slot.abandonWait();
            } else if (slot.outstanding() && !slot.detach()) {
                attached++;
            }
        }
        return attached;
    }

    /**
     * Takes back what waits for its turn and, where the back ends let go of it, what they have; asks them to leave the memory of the
     * rest alone.
     *
     * @return how many commands may still touch guest memory, since they must end first
     */
    int takeBack() {
        int attached = 0;
        for (CommandSlot slot : all) {
            if ((slot.waiting() || slot.outstanding()) && !slot.takeBack()) {
                attached++;
            }
        }
        return attached;
    }

    /** The opcode of some command that waits, for a back end or for its turn; 0 if there is none. */
    int someOpcode() {
        for (CommandSlot slot : all) {
            if (slot.outstanding() || slot.waiting()) {
                return slot.opcode();
            }
        }
        return 0;
    }

    /** Takes all slots back, whatever became of their commands. While nothing is outstanding. */
    void reclaim() {
        freeCount = 0;
        for (CommandSlot slot : all) {
            giveBack(slot);
        }
    }

    private void grow(int by) {
        int from = all.length;
        all = Arrays.copyOf(all, from + by);
        free = Arrays.copyOf(free, from + by);
        // One piece for all, since the device that a migration arrives at needs many at once.
        MemorySegment entries = Arena.ofAuto().allocate((long) by * SubmissionEntry.LENGTH_BYTES);
        for (int i = from; i < all.length; i++) {
            long entry = (long) (i - from) * SubmissionEntry.LENGTH_BYTES;
            all[i] = new CommandSlot(poller, entries.asSlice(entry, SubmissionEntry.LENGTH_BYTES));
            free[freeCount++] = all[i];
        }
    }
}
