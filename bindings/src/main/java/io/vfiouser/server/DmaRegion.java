package io.vfiouser.server;

import io.vfiouser.os.Protection;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A range of guest memory that the client shares, from {@link DmaListener#registered} to {@link DmaListener#unregistered}.
 *
 * <p>A region with a descriptor is mapped into this process, and its segment is the guest's memory itself: other processors and
 * devices of the guest change it at any moment, and nothing in it can be trusted. The segment refuses accesses past its end, and
 * stores if the client shared it read-only. A client that shrinks the file behind it makes accesses fail late with an
 * {@link InternalError}. A region without descriptor (or with one that the library serves by file I/O) is not mapped; its memory
 * is reached by {@link DeviceContext#readGuest} and {@link DeviceContext#writeGuest} only.
 *
 * <p>All methods may be called from any thread.
 */
public final class DmaRegion {
    private static final Logger LOG = LoggerFactory.getLogger(DmaRegion.class);
    private static final long PATIENCE_NANOS = 5_000_000_000L;
    private static final long RETRY_NANOS = 100_000;

    private final long iova;
    private final long lengthBytes;
    private final Protection protection;
    private final long pageSizeBytes;
    private final Optional<Arena> arena;
    private final MemorySegment segment;
    private final Optional<DirtyPages> dirty;
    private final DirtyMarks marks;

    private DmaRegion(
            long iova,
            long lengthBytes,
            Protection protection,
            long pageSizeBytes,
            Optional<Arena> arena,
            MemorySegment segment,
            Optional<DirtyPages> dirty) {
        this.iova = iova;
        this.lengthBytes = lengthBytes;
        this.protection = protection;
        this.pageSizeBytes = pageSizeBytes;
        this.arena = arena;
        this.segment = segment;
        this.dirty = dirty;
        this.marks = dirty.isPresent() ? dirty.get() : DirtyMarks.NONE;
    }

    /** A region that is mapped at an address, until it is closed; {@code dirty} is where writes to it are noted, if they are. */
    @SuppressWarnings({
        "restricted", // the library vouches for address and length of its own mapping
        "MustBeClosedChecker" // the region owns the arena; close() closes it
    })
    static DmaRegion mapped(
            long iova,
            long lengthBytes,
            Protection protection,
            long pageSizeBytes,
            MemorySegment address,
            Optional<DirtyPages> dirty) {
        Arena arena = Arena.ofShared();
        MemorySegment all = address.reinterpret(lengthBytes, arena, null);
        boolean writable = protection.writable();
        return new DmaRegion(
                iova,
                lengthBytes,
                protection,
                pageSizeBytes,
                Optional.of(arena),
                writable ? all : all.asReadOnly(),
                dirty);
    }

    /** A region that is reached by messages only. */
    static DmaRegion unmapped(long iova, long lengthBytes, Protection protection) {
        return new DmaRegion(iova, lengthBytes, protection, 0, Optional.empty(), MemorySegment.NULL, Optional.empty());
    }

    /** The first address as the guest's devices see it; unsigned. */
    public long iova() {
        return iova;
    }

    /** Length in bytes. */
    public long lengthBytes() {
        return lengthBytes;
    }

    /** What the client allows the device to do with it. */
    public Protection protection() {
        return protection;
    }

    /** Whether the device may write it. */
    public boolean writable() {
        return protection.writable();
    }

    /** Whether there is a segment. */
    public boolean mapped() {
        return arena.isPresent();
    }

    /** Page size of the mapping; 0 without one. */
    public long pageSizeBytes() {
        return pageSizeBytes;
    }

    /**
     * The memory; read-only if the client shared it so. Valid until {@link DmaListener#unregistered} has returned: later uses
     * fail with an {@link IllegalStateException}.
     *
     * @throws IllegalStateException if the region is not mapped
     */
    public MemorySegment segment() {
        if (arena.isEmpty()) {
            throw new IllegalStateException(this + " is not mapped");
        }
        return segment;
    }

    /**
     * Says that the device has written a part of the region; any thread, after the data was stored and before the device is
     * paused. Costs a store for each page, and nothing on devices without migration.
     *
     * @param offset first byte within the region
     * @param length number of bytes
     * @throws IndexOutOfBoundsException if it is not inside the region
     */
    public void markDirty(long offset, long length) {
        marks.mark(offset, length);
    }

    /** What {@link #markDirty} does, for whoever does it often and keeps this; does nothing on devices without migration. */
    public DirtyMarks dirtyMarks() {
        return marks;
    }

    /** Hands the marks to a consumer and forgets them. The context's thread. */
    boolean drainDirty(DirtyPages.RangeConsumer consumer) {
        return dirty.isPresent() && dirty.get().drain(consumer);
    }

    /**
     * Invalidates the segment; the library unmaps the memory next. Native code that is using it, a read of a file for one, keeps it valid, and
     * is waited for however long it takes: Java code that touched memory which was unmapped under it would end the process. Only a
     * device that did not pause has such code running.
     */
    void close() {
        arena.ifPresent(this::close);
    }

    private void close(Arena open) {
        long complain = System.nanoTime() + PATIENCE_NANOS;
        while (open.scope().isAlive()) {
            try {
                open.close();
            } catch (IllegalStateException inUse) {
                if (System.nanoTime() - complain > 0) {
                    LOG.error("waiting for native code that still uses {}, which is to be unmapped", this, inUse);
                    complain = System.nanoTime() + PATIENCE_NANOS;
                }
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    /** What its dirty marks take of the heap. */
    long dirtyMapBytes() {
        return dirty.map(DirtyPages::sizeBytes).orElse(0L);
    }

    boolean covers(long address, long length) {
        return iova == address && lengthBytes == length;
    }

    @Override
    public String toString() {
        return "DMA region 0x" + Long.toHexString(iova) + " of 0x" + Long.toHexString(lengthBytes) + " bytes, "
                + protection + (mapped() ? ", mapped" : ", not mapped");
    }
}
