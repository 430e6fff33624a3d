package io.vfiouser.nvme.driver;

import io.vfiouser.nvme.spec.LittleEndian;
import java.lang.foreign.MemorySegment;

/**
 * One PRP list for each command in flight. Base 2.1, section 4.1.1: PRP1 carries the offset into its page, PRP2 is the second
 * page or points to a list; the last entry of a full page of list points to the next page of list.
 *
 * <p>A list remembers what it holds, since a benchmark or a cache uses the same buffer for the same slot again and again.
 */
final class PrpLists implements AutoCloseable {

    private static final int PAGE = HostMemory.PAGE_BYTES;
    private static final int ENTRY_BYTES = 8;
    private static final int ENTRIES_PER_PAGE = PAGE / ENTRY_BYTES;

    private final DmaBuffer memory;
    private final MemorySegment segment;
    private final int bytesPerSlot;
    private final long[] firstEntry;
    private final int[] filledEntries;

    PrpLists(HostMemory host, int slots, int maximumTransferBytes) {
        bytesPerSlot = bytesPerSlot(maximumTransferBytes);
        memory = host.allocate((long) slots * bytesPerSlot);
        segment = memory.segment();
        firstEntry = new long[slots];
        filledEntries = new int[slots];
    }

    /** Lists that were made elsewhere. Each is written anew for its slot's next command. */
    PrpLists(DmaBuffer memory, int slots, int maximumTransferBytes) {
        bytesPerSlot = bytesPerSlot(maximumTransferBytes);
        this.memory = memory;
        segment = memory.segment();
        firstEntry = new long[slots];
        filledEntries = new int[slots];
    }

    void save(GuestStateWriter into) {
        memory.save(into);
    }

    /** Memory that the lists of a queue take. */
    static long lengthBytes(int slots, int maximumTransferBytes) {
        return HostMemory.roundUp((long) slots * bytesPerSlot(maximumTransferBytes), PAGE);
    }

    /** A list within one page must not cross into the next, so shorter ones take a power of two; longer ones whole pages. */
    private static int bytesPerSlot(int maximumTransferBytes) {
        int entries = Math.max(2, maximumTransferBytes / PAGE);
        if (entries <= ENTRIES_PER_PAGE) {
            return Integer.highestOneBit(2 * entries - 1) * ENTRY_BYTES;
        }
        return Math.ceilDiv(entries, ENTRIES_PER_PAGE - 1) * PAGE;
    }

    /** PRP2 for a contiguous buffer whose PRP1 is {@code iova}; fills the slot's list if the buffer needs one. */
    long second(int slot, long iova, long lengthBytes) {
        long firstPage = iova & -PAGE;
        long secondPage = firstPage + PAGE;
        long end = iova + lengthBytes;
        if (end <= secondPage) {
            return 0;
        }
        if (end <= secondPage + PAGE) {
            return secondPage;
        }
        int entries = (int) ((end - secondPage + PAGE - 1) / PAGE);
        long list = (long) slot * bytesPerSlot;
        if (firstEntry[slot] != secondPage || filledEntries[slot] < entries) {
            fill(slot, list, secondPage, entries);
        }
        return memory.iova() + list;
    }

    private void fill(int slot, long list, long secondPage, int entries) {
        if (entries > ENTRIES_PER_PAGE) {
            fillChain(list, secondPage, entries);
            memory.written(list, bytesPerSlot);
            // where the chain pointers stand depends on the length: such a list serves no shorter transfer
            filledEntries[slot] = 0;
            return;
        }
        for (int i = 0; i < entries; i++) {
            LittleEndian.putU64(segment, list + (long) i * ENTRY_BYTES, secondPage + (long) i * PAGE);
        }
        memory.written(list, (long) entries * ENTRY_BYTES);
        firstEntry[slot] = secondPage;
        filledEntries[slot] = entries;
    }

    private void fillChain(long list, long secondPage, int entries) {
        int written = 0;
        long page = list;
        while (entries - written > ENTRIES_PER_PAGE) {
            for (int i = 0; i < ENTRIES_PER_PAGE - 1; i++) {
                LittleEndian.putU64(segment, page + (long) i * ENTRY_BYTES, secondPage + (long) written++ * PAGE);
            }
            LittleEndian.putU64(segment, page + (ENTRIES_PER_PAGE - 1L) * ENTRY_BYTES, memory.iova() + page + PAGE);
            page += PAGE;
        }
        for (int i = 0; written < entries; i++) {
            LittleEndian.putU64(segment, page + (long) i * ENTRY_BYTES, secondPage + (long) written++ * PAGE);
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
