package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.memory.Direction;
import io.vfiouser.nvme.memory.RegionTable;
import io.vfiouser.nvme.migration.DoorbellBufferState.ShadowDoorbellState;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.NativeMemory;

/**
 * The two pages of guest memory that Doorbell Buffer Config names: shadow doorbells, which the host writes instead of the registers, and
 * event indexes, by which it learns whether somebody has to be woken by a register write as well. Base 2.1, section 5.2.5 and annex
 * B.5. Both are laid out as the doorbell registers are.
 *
 * <p>The control thread makes and maps it, while the pollers stand still; each entry then belongs to the thread of its queue.
 */
final class DoorbellBuffers {
    /** The controller uses as much of a memory page as it has doorbells. */
    static final int LENGTH_BYTES = DoorbellPage.LENGTH_BYTES;

    private final DoorbellPage registers;
    private final QueueRing shadow;
    private final QueueRing events;
    private boolean present;
    private boolean shadowWritable;
    private int generation;

    DoorbellBuffers(DoorbellPage registers, long shadowBase, long eventBase) {
        this.registers = registers;
        this.shadow = new QueueRing(shadowBase, LENGTH_BYTES, Direction.FROM_GUEST);
        this.events = new QueueRing(eventBase, LENGTH_BYTES, Direction.TO_GUEST);
    }

    // ---- control thread, while the pollers stand still ----

    /** Finds the memory anew after the table has changed. Returns whether all of it is there. */
    boolean map(RegionTable table) {
        boolean readable = shadow.map(table);
        boolean writable = events.map(table);
        present = readable && writable;
        shadowWritable = readable && table.find(shadow.base(), LENGTH_BYTES, Direction.TO_GUEST, 0) >= 0;
        generation++;
        return present;
    }

    long shadowBase() {
        return shadow.base();
    }

    long eventBase() {
        return events.base();
    }

    boolean shadowMapped() {
        return shadow.mapped();
    }

    /** The tail doorbell of a submission queue whose tail is this. */
    ShadowDoorbell submissionTail(SubmissionQueue queue, int tail) {
        return doorbell(DoorbellPage.submissionTailOffset(queue.id()), queue.entries(), tail);
    }

    /** The head doorbell of a completion queue whose head is this. */
    ShadowDoorbell completionHead(CompletionQueue queue, int head) {
        return doorbell(DoorbellPage.completionHeadOffset(queue.id()), queue.entries(), head);
    }

    /** A doorbell of which something was known already. */
    ShadowDoorbell doorbell(long offset, int entries, ShadowDoorbellState state) {
        ShadowDoorbell doorbell = new ShadowDoorbell(this, registers, offset, entries);
        doorbell.begin(state);
        return doorbell;
    }

    /**
     * Overwrites what an earlier queue of the same identifier left behind, where that is allowed: a host that counts on it compares its
     * next value with the one there.
     */
    void clear(long offset) {
        if (shadowWritable) {
            LittleEndian.putU32Release(shadow.segment(), shadow.offset() + offset, 0);
            shadow.markDirty(offset, Integer.BYTES);
        }
    }

    private ShadowDoorbell doorbell(long offset, int entries, int position) {
        int register = registers.read(offset);
        if (shadowWritable && register != 0) {
            // A page of zeroes that the host takes up in the middle of a queue: as it moves to 0, nobody could tell.
            // The host may do so at this moment, so its value stays if there is one.
            if (LittleEndian.replaceU32(shadow.segment(), shadow.offset() + offset, 0, register)) {
                shadow.markDirty(offset, Integer.BYTES);
            }
        }
        ShadowDoorbell doorbell = new ShadowDoorbell(this, registers, offset, entries);
        doorbell.begin(position);
        return doorbell;
    }

    // ---- for the doorbells, on their queue's thread ----

    /** Whether both pages are in mapped memory. */
    boolean present() {
        return present;
    }

    /** Another number after each {@link #map}. */
    int generation() {
        return generation;
    }

    /** What the host has stored. Acquire: entries up to the tail are visible afterwards. */
    int read(long offset) {
        return NativeMemory.i32Acquire(shadow.segment(), shadow.offset() + offset);
    }

    void putEventIndex(long offset, int value) {
        NativeMemory.putU32Release(events.segment(), events.offset() + offset, value);
        events.markDirty(offset, Integer.BYTES);
    }
}
