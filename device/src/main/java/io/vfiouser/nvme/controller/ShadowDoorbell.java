package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.migration.DoorbellBufferState.ShadowDoorbellState;

/**
 * One doorbell of one queue where the host has given {@linkplain DoorbellBuffers buffers} for them. Belongs to the queue's thread.
 *
 * <p><b>Register or shadow.</b> A host need not use the shadow for all queues; Linux does not for the admin queue. As long as the
 * shadow has the value that it had in the beginning, the register counts; once it has changed, the shadow is the truth, and a write to the
 * register, which may come late, is but a reason to look.
 *
 * <p><b>Event index.</b> The host writes the register only when it moves past the event index. While its thread is awake, the
 * index stays behind where the host is; before the thread sleeps, the index is where the host is, so that its next move is
 * announced.
 */
final class ShadowDoorbell {
    private final DoorbellBuffers buffers;
    private final DoorbellPage registers;
    private final long offset;
    private final int entries;
    private int untouched;
    private boolean followed;
    private int eventIndex;
    private int generation;

    ShadowDoorbell(DoorbellBuffers buffers, DoorbellPage registers, long offset, int entries) {
        this.buffers = buffers;
        this.registers = registers;
        this.offset = offset;
        this.entries = entries;
    }

    /** What is known of it. While its queue's thread stands still. */
    ShadowDoorbellState state() {
        return new ShadowDoorbellState(DoorbellPage.index(offset), untouched, followed, eventIndex);
    }

    /** Goes on from what was known already. */
    void begin(ShadowDoorbellState state) {
        untouched = state.untouched();
        followed = state.followed();
        eventIndex = state.eventIndex();
        generation = buffers.generation();
    }

    /** From now on changes count. The next move from {@code position} will be announced. */
    void begin(int position) {
        untouched = buffers.read(offset);
        putEventIndex(position);
    }

    /**
     * The doorbell's value, unchecked.
     *
     * @param present the value it had, which it keeps while the memory is away
     */
    int value(int present) {
        if (!buffers.present()) {
            return followed ? present : registers.read(offset);
        }
        int value = buffers.read(offset);
        if (!followed) {
            if (value == untouched) {
                return registers.read(offset);
            }
            followed = true;
        }
        return value;
    }

    /** The host has moved here, and its next moves need no announcement. */
    void leaveBehind(int position) {
        if (!followed || !buffers.present()) {
            return;
        }
        int behind = position - eventIndex;
        if (behind < 0) {
            behind += entries;
        }
        // Only before the host could come round to it, so that its page is not written all the time.
        if (behind == 0 || behind >= entries / 2 || generation != buffers.generation()) {
            putEventIndex(position == 0 ? entries - 1 : position - 1);
        }
    }

    /**
     * Has the next move from {@code position} announced. Afterwards a full fence, then the doorbell is to be read once more.
     *
     * @return whether that was not so already
     */
    boolean arm(int position) {
        if (!buffers.present() || (eventIndex == position && generation == buffers.generation())) {
            return false;
        }
        putEventIndex(position);
        return true;
    }

    private void putEventIndex(int value) {
        eventIndex = value;
        generation = buffers.generation();
        buffers.putEventIndex(offset, value);
    }
}
