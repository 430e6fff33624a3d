package io.vfiouser.nvme.driver;

import java.util.stream.IntStream;

/**
 * The commands of a queue that may be in flight: one slot for each, with its tag and its identifier. Identifiers of a slot differ from use
 * to use, so that a completion that comes twice does not pass for that of the slot's next command. One thread; allocates nothing after
 * construction.
 */
final class CommandSlots {

    /** There is no slot left, or no such slot. */
    static final int NONE = -1;

    /** {@link #take}: the command may wait for ever. */
    static final int NEVER = 0;

    /** FFFFh is left out: it names no command in the Error Information log. */
    private static final int HIGHEST_ID = 0xFFFE;

    private final long[] tags;
    /** Identifier of each slot's command in flight, or of its last one. */
    private final int[] ids;

    private final int[] startedAt;
    private final boolean[] inFlight;
    private final int[] free;
    private final int idStep;
    private int freeCount;

    CommandSlots(int count) {
        tags = new long[count];
        ids = new int[count];
        startedAt = new int[count];
        inFlight = new boolean[count];
        free = new int[count];
        idStep = count == 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
        for (int i = 0; i < count; i++) {
            free[i] = count - 1 - i;
            // the first use steps to the slot's own number
            ids[i] = HIGHEST_ID;
        }
        freeCount = count;
    }

    /** What {@link #save} wrote; those in flight begin to wait now. */
    CommandSlots(GuestStateReader from, int count, int tick) {
        this(count);
        long[] savedTags = from.longs(count);
        int[] savedIds = from.ints(count);
        boolean[] savedInFlight = from.flags(count);
        boolean[] savedTimed = from.flags(count);
        int[] savedFree = from.ints(count);
        GuestStateReader.require(savedTags.length == count && savedIds.length == count, "command slots are missing");
        boolean[] seen = new boolean[count];
        for (int slot : savedFree) {
            GuestStateReader.require(
                    slot >= 0 && slot < count && !savedInFlight[slot] && !seen[slot], "a free command slot is not");
            seen[slot] = true;
        }
        int used = 0;
        for (int i = 0; i < count; i++) {
            int id = savedIds[i];
            GuestStateReader.require(
                    id >= 0 && id <= HIGHEST_ID && (slot(id) == i || (!savedInFlight[i] && id == HIGHEST_ID)),
                    "a command identifier belongs to another slot");
            tags[i] = savedTags[i];
            ids[i] = id;
            inFlight[i] = savedInFlight[i];
            startedAt[i] = savedTimed[i] ? tick : NEVER;
            used += savedInFlight[i] ? 1 : 0;
        }
        GuestStateReader.require(used + savedFree.length == count, "command slots are neither free nor in flight");
        System.arraycopy(savedFree, 0, free, 0, savedFree.length);
        freeCount = savedFree.length;
    }

    void save(GuestStateWriter into) {
        boolean[] timed = new boolean[tags.length];
        for (int i = 0; i < timed.length; i++) {
            timed[i] = startedAt[i] != NEVER;
        }
        into.longs(tags, tags.length)
                .ints(ids, ids.length)
                .flags(inFlight)
                .flags(timed)
                .ints(free, freeCount);
    }

    /** The tags of the commands in flight. */
    long[] tagsInFlight() {
        return IntStream.range(0, tags.length)
                .filter(slot -> inFlight[slot])
                .mapToLong(slot -> tags[slot])
                .toArray();
    }

    int count() {
        return tags.length;
    }

    int outstanding() {
        return tags.length - freeCount;
    }

    /**
     * Takes a slot.
     *
     * @param tick when it is taken, or {@link #NEVER}
     * @return the command identifier, or {@link #NONE}
     */
    int take(long tag, int tick) {
        if (freeCount == 0) {
            return NONE;
        }
        int slot = free[--freeCount];
        int next = ids[slot] + idStep;
        int id = next > HIGHEST_ID ? slot : next;
        ids[slot] = id;
        tags[slot] = tag;
        startedAt[slot] = tick;
        inFlight[slot] = true;
        return id;
    }

    /** The slot that an identifier belongs to, in flight or not. */
    int slot(int commandId) {
        return commandId & idStep - 1;
    }

    /** The slot of a command in flight, or {@link #NONE}; any identifier. */
    int inFlight(int commandId) {
        int slot = slot(commandId);
        return slot < tags.length && inFlight[slot] && ids[slot] == commandId ? slot : NONE;
    }

    /** Gives a slot back and returns its tag. */
    long release(int slot) {
        inFlight[slot] = false;
        free[freeCount++] = slot;
        return tags[slot];
    }

    /** The identifier of a command that was taken more than {@code ticks} ago, or {@link #NONE}. */
    int overdue(int now, int ticks) {
        if (freeCount == tags.length) {
            return NONE;
        }
        for (int slot = 0; slot < tags.length; slot++) {
            if (inFlight[slot] && startedAt[slot] != NEVER && now - startedAt[slot] > ticks) {
                return ids[slot];
            }
        }
        return NONE;
    }
}
