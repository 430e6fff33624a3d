package io.vfiouser.mover;

import io.vfiouser.os.Mapping;
import io.vfiouser.os.Protection;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The source's side of moving a guest's memory: which pages have yet to be copied. A page is copied because somebody said that it was
 * written, and for no other reason; so a write that nobody reports shows.
 */
final class MemoryMove {
    /** What the device has written. */
    interface DirtyReport {
        /** The pages of a mapping that were written since the last report, a bit each. */
        BitSet of(long iova, long lengthBytes);
    }

    /** Takes copies of pages. */
    interface PageSink {
        /** Takes one copy; {@code source} is valid during the call. */
        void write(int region, long offset, MemorySegment source);
    }

    private final GuestMemory memory;
    private final WriteLog log;
    private final List<BitSet> pending = new ArrayList<>();
    private final List<Mapping> source = new ArrayList<>();

    /** @throws io.vfiouser.os.ErrnoException if the system refuses */
    MemoryMove(GuestMemory memory, WriteLog log) {
        this.memory = memory;
        this.log = log;
        boolean complete = false;
        try {
            for (int i = 0; i < memory.regions().size(); i++) {
                source.add(memory.files().file(i).map(Protection.READ));
                pending.add(new BitSet());
            }
            complete = true;
        } finally {
            if (!complete) {
                unmapSource();
            }
        }
    }

    /** Everything has to be copied; what was reported so far is part of it. */
    void everything() {
        for (int i = 0; i < pending.size(); i++) {
            pending.get(i).set(0, memory.regions().get(i).pages());
        }
    }

    /** Adds what the guest wrote since the last call. To be called after {@link #addDevice} if the guest is paused, else in any order. */
    void addGuest() {
        for (int i = 0; i < pending.size(); i++) {
            log.take(i, pending.get(i));
        }
    }

    /** Adds what the device wrote since the last call; one report per region that it may write. */
    void addDevice(long reportedPageBytes, DirtyReport dirty) {
        for (int i = 0; i < pending.size(); i++) {
            GuestRegion region = memory.regions().get(i);
            if (region.protection().writable()) {
                add(pending.get(i), region, dirty.of(region.iova(), region.lengthBytes()), reportedPageBytes);
            }
        }
    }

    /** A server may count in other pages: larger ones cover several of ours, several smaller ones are one of ours. */
    static void add(BitSet pages, GuestRegion region, BitSet reported, long reportedPageBytes) {
        for (int bit = reported.nextSetBit(0); bit >= 0; bit = reported.nextSetBit(bit + 1)) {
            long first = bit * reportedPageBytes / GuestRegion.PAGE_BYTES;
            long end = Math.ceilDiv((bit + 1) * reportedPageBytes, (long) GuestRegion.PAGE_BYTES);
            pages.set((int) Math.min(first, region.pages()), (int) Math.min(end, region.pages()));
        }
    }

    long pendingPages() {
        return pending.stream().mapToLong(BitSet::cardinality).sum();
    }

    /**
     * Copies what has to be copied, in pieces.
     *
     * @param beforePiece told the length of each piece; what it throws ends the copying, and the piece stays to be copied
     */
    void copyPending(int pieceBytes, PageSink sink, LongConsumer beforePiece) {
        int mostPages = Math.max(1, pieceBytes / GuestRegion.PAGE_BYTES);
        for (int i = 0; i < pending.size(); i++) {
            BitSet pages = pending.get(i);
            for (int first = pages.nextSetBit(0); first >= 0; first = pages.nextSetBit(first)) {
                int end = Math.min(pages.nextClearBit(first), first + mostPages);
                long offset = (long) first * GuestRegion.PAGE_BYTES;
                long length = (long) (end - first) * GuestRegion.PAGE_BYTES;
                beforePiece.accept(length);
                sink.write(i, offset, source.get(i).segment().asSlice(offset, length));
                pages.clear(first, end);
            }
        }
    }

    /** Nothing is logged any more. Quick, for while the guest stands still; {@link #close} can come later. */
    void endLog() {
        memory.endMove();
    }

    /** Ends the log and the mover's own view of the source. */
    void close() {
        memory.endMove();
        unmapSource();
    }

    private void unmapSource() {
        source.forEach(Mapping::close);
    }
}
