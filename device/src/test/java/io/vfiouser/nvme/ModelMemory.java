package io.vfiouser.nvme;

import io.vfiouser.nvme.controller.NvmeController;
import io.vfiouser.nvme.memory.GuestRegion;
import io.vfiouser.nvme.memory.RegionTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.List;

/** A guest's memory at one side, and that side's doorbells. Made once for each thread and side, and used by one world after the other. */
final class ModelMemory {
    static final int PAGE = 4096;
    static final int PAGES = 16;
    static final long IOVA = 0x1_0000_0000L;

    private static final byte POISON = (byte) 0xEE;
    private static final MemorySegment POISONED =
            MemorySegment.ofArray(new byte[PAGES * PAGE]).fill(POISON);

    private final MemorySegment memory = Arena.ofAuto().allocate((long) PAGES * PAGE, PAGE);
    private final MemorySegment doorbells = Arena.ofAuto().allocate(NvmeController.DOORBELL_BYTES, PAGE);
    private final BitSet dirty = new BitSet(PAGES);
    private final RegionTable table =
            RegionTable.of(List.of(new GuestRegion(IOVA, memory, true, true, this::markDirty)));
    private long writes;

    MemorySegment segment() {
        return memory;
    }

    MemorySegment doorbells() {
        return doorbells;
    }

    RegionTable table() {
        return table;
    }

    /** How often the device has written. */
    long writes() {
        return writes;
    }

    private void markDirty(long offset, long lengthBytes) {
        writes++;
        dirty.set((int) (offset / PAGE), (int) ((offset + lengthBytes - 1) / PAGE) + 1);
    }

    /** Nobody is to touch it from now on. */
    void poison() {
        memory.fill(POISON);
    }

    boolean isPoisoned() {
        return memory.mismatch(POISONED) < 0;
    }

    /** Copies everything to another, and notes from now on what the device writes. */
    void copyAll(ModelMemory to) {
        dirty.clear();
        to.memory.copyFrom(memory);
    }

    /** Copies what the device has written since {@link #copyAll}, and the pages that the guest may have written. */
    void copyRest(ModelMemory to, BitSet guestPages) {
        for (int page = 0; page < PAGES; page++) {
            if (dirty.get(page) || guestPages.get(page)) {
                long at = (long) page * PAGE;
                MemorySegment.copy(memory, at, to.memory, at, PAGE);
            }
        }
    }
}
