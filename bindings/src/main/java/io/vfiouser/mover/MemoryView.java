package io.vfiouser.mover;

import io.vfiouser.os.AddressRange;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A memory of a guest in this process: its regions one behind the other. */
final class MemoryView implements AutoCloseable {
    /** What the source's memory holds after a move, so that whoever still reads it does not find what it looks for. */
    private static final byte USELESS = (byte) 0xA5;

    private final List<GuestRegion> regions;
    private final long[] offsets;
    private AddressRange range;

    /** Where an exchange puts what it takes away. */
    private @Nullable AddressRange aside;

    private MemoryView(List<GuestRegion> regions) {
        this.regions = regions;
        this.offsets = new long[regions.size()];
        long total = 0;
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = total;
            total = Math.addExact(total, regions.get(i).lengthBytes());
        }
        this.range = AddressRange.reserve(total);
    }

    /**
     * Addresses that stay the same, whatever memory is behind them.
     *
     * @param files stay the caller's
     * @throws io.vfiouser.os.ErrnoException if the system refuses
     */
    static MemoryView create(List<GuestRegion> regions, MemoryFiles files) {
        return shown(new MemoryView(regions), files);
    }

    /** Likewise, for a memory that another view is to {@link #take}. */
    static MemoryView createToBeTaken(List<GuestRegion> regions, MemoryFiles files) {
        MemoryView view = shown(new MemoryView(regions), files);
        boolean complete = false;
        try {
            view.aside = AddressRange.reserve(view.range.segment().byteSize());
            complete = true;
            return view;
        } finally {
            if (!complete) {
                view.close();
            }
        }
    }

    private static MemoryView shown(MemoryView view, MemoryFiles files) {
        boolean complete = false;
        try {
            view.show(files);
            complete = true;
            return view;
        } finally {
            if (!complete) {
                view.close();
            }
        }
    }

    /** All of a region, readable and writable; the same addresses until this is closed or taken. */
    MemorySegment segment(int region) {
        return range.segment().asSlice(offsets[region], regions.get(region).lengthBytes());
    }

    private void show(MemoryFiles files) {
        for (int i = 0; i < offsets.length; i++) {
            range.map(offsets[i], files.file(i));
        }
    }

    /**
     * Shows here, at the same addresses as before, what another view shows, and there what was shown here. Nobody may use either
     * meanwhile; the addresses there change. A guest waits for it, so pages that have been used take their places in the page table along.
     *
     * @param from made by {@link #createToBeTaken}; of the same regions
     * @param own what this view shows
     * @param others what the other shows
     */
    void take(MemoryView from, MemoryFiles own, MemoryFiles others) {
        AddressRange before = from.aside;
        if (before == null) {
            throw new IllegalStateException("the view was not made to be taken");
        }
        boolean moved = true;
        for (int i = 0; i < offsets.length && moved; i++) {
            long length = regions.get(i).lengthBytes();
            moved = range.move(before, offsets[i], length) && from.range.move(range, offsets[i], length);
        }
        from.aside = from.range;
        from.range = before;
        if (!moved) {
            show(others);
            from.show(own);
        }
    }

    /** Overwrites everything. */
    void makeUseless() {
        range.segment().fill(USELESS);
    }

    @Override
    public void close() {
        range.close();
        if (aside != null) {
            aside.close();
        }
    }
}
