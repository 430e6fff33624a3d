package io.vfiouser.server;

import io.vfiouser.abi.IoVec;
import io.vfiouser.abi.NativeCalls;
import io.vfiouser.os.Errno;
import io.vfiouser.os.ErrnoException;
import io.vfiouser.os.Protection;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A scatter-gather list over guest memory: {@code vfu_addr_to_sgl} and its companions. For devices that want the library's own way;
 * {@link DmaRegion}s are faster and may be used by any thread.
 *
 * <p>The context's thread only. A list is used again by {@link #resolve}. Entries are invalid as soon as any region goes away; what is
 * asked of them then is refused.
 */
public final class ScatterGather implements AutoCloseable {
    private final DeviceContext context;
    private final NativeCalls calls;
    private final Arena arena;
    private final int maxEntries;
    private final long entryBytes;
    private final MemorySegment entries;
    private final MemorySegment vectors;
    private int count;
    private long generation;
    private long iova;
    private long lengthBytes;
    private Protection access = Protection.NONE;
    private boolean gotten;

    @SuppressWarnings("MustBeClosedChecker") // this object owns the arena; close() closes it
    ScatterGather(DeviceContext context, int maxEntries) {
        if (maxEntries <= 0) {
            throw new IllegalArgumentException("a list needs room for at least one entry, not " + maxEntries);
        }
        this.context = context;
        this.calls = context.calls();
        this.maxEntries = maxEntries;
        this.arena = Arena.ofConfined();
        this.entryBytes = calls.dmaSgSize();
        this.entries = arena.allocate(entryBytes * maxEntries, Long.BYTES);
        this.vectors = IoVec.allocate(arena, maxEntries);
    }

    /** Length of one entry in bytes, {@code dma_sg_size()}: what this level's library needs. */
    public long entryBytes() {
        return entryBytes;
    }

    /**
     * Fills the list with the entries of a range of guest memory.
     *
     * @return how many entries it takes
     * @throws ErrnoException ENOENT if the client has not mapped all of it, EACCES if it does not allow the access
     * @throws IllegalArgumentException if the range is empty, or takes more entries than there is room for
     */
    public int resolve(long address, long rangeBytes, Protection wanted) {
        context.own();
        if (rangeBytes <= 0) {
            throw new IllegalArgumentException("no range of " + rangeBytes + " bytes");
        }
        count = 0;
        gotten = false;
        int result = calls.addrToSgl(context.pointer(), address, rangeBytes, entries, maxEntries, wanted.bits());
        int needed = NativeCalls.entriesNeeded(result);
        if (needed > 0) {
            throw new IllegalArgumentException(
                    "the range takes " + needed + " entries; there is room for " + maxEntries);
        }
        count = (int) NativeContext.check("translate 0x" + Long.toHexString(address), result);
        iova = address;
        lengthBytes = rangeBytes;
        access = wanted;
        generation = context.dma().generation();
        return count;
    }

    /** How many entries there are. */
    public int size() {
        return count;
    }

    /** Whether an entry lies in memory that is mapped here. */
    public boolean isMappable(int index) {
        return calls.sgIsMappable(context.pointer(), entry(index));
    }

    /**
     * The memory of the entries, in order; valid as long as their regions.
     *
     * @throws ErrnoException EFAULT if one of them is not mapped
     */
    public List<MemorySegment> get() {
        requireValid();
        NativeContext.check("map a scatter-gather list", calls.sglGet(context.pointer(), entries, vectors, count));
        gotten = true;
        List<MemorySegment> segments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            segments.add(within(IoVec.base(vectors, i), IoVec.lengthBytes(vectors, i)));
        }
        return segments;
    }

    /** A slice of the region's segment, so that it ends with the region. */
    private MemorySegment within(long address, long lengthBytes) {
        for (DmaRegion region : context.dma().regions()) {
            if (region.mapped()) {
                long offset = address - region.segment().address();
                if (offset >= 0 && offset <= region.lengthBytes() - lengthBytes) {
                    return region.segment().asSlice(offset, lengthBytes);
                }
            }
        }
        throw new IllegalStateException("the library mapped an entry outside of all regions");
    }

    /** Gives back what {@link #get} gave; entries that may be written are marked dirty. */
    public void put() {
        requireValid();
        if (!gotten) {
            throw new IllegalStateException("nothing to give back: get() was not called");
        }
        calls.sglPut(context.pointer(), entries, vectors, count);
        gotten = false;
    }

    /**
     * Marks what was written, without giving it back.
     *
     * @throws IllegalStateException if an entry is not mapped: the library would abort while the log is on
     */
    public void markDirty() {
        requireValid();
        for (int i = 0; i < count; i++) {
            if (!isMappable(i)) {
                throw new IllegalStateException("entry " + i + " is not mapped; only mapped memory can be marked");
            }
        }
        calls.sglMarkDirty(context.pointer(), entries, count);
    }

    /**
     * Reads the memory of the only entry by a message to the client; see {@link DeviceContext#readGuest}, which is the convenient way.
     *
     * @param into native memory of the entry's length
     * @throws ErrnoException ENOTSUP if there is not exactly one entry, or what the client answers
     */
    public void read(MemorySegment into) {
        transferOne(into, false);
    }

    /** As {@link #read}, the other way; EPERM if the list was not resolved for writing. */
    public void write(MemorySegment from) {
        transferOne(from, true);
    }

    private void transferOne(MemorySegment data, boolean write) {
        requireValid();
        if (!data.isNative()) {
            throw new IllegalArgumentException("native memory is needed");
        }
        if (count != 1) {
            throw new ErrnoException("transfer " + count + " entries at once", Errno.EOPNOTSUPP);
        }
        if (write && !access.writable()) {
            throw new ErrnoException("write what was resolved for reading", Errno.EPERM);
        }
        requireLength(data);
        new GuestTransfer(context).byMessage(iova, data, write, false);
    }

    private void requireLength(MemorySegment data) {
        if (data.byteSize() != lengthBytes) {
            throw new IllegalArgumentException(
                    "the entry has " + lengthBytes + " bytes, the memory " + data.byteSize());
        }
    }

    private MemorySegment entry(int index) {
        requireValid();
        Objects.checkIndex(index, count);
        return entries.asSlice(index * entryBytes, entryBytes);
    }

    private void requireValid() {
        context.own();
        if (count == 0) {
            throw new IllegalStateException("the list is empty: resolve a range first");
        }
        if (generation != context.dma().generation()) {
            throw new IllegalStateException("guest memory was unmapped since the list was resolved");
        }
    }

    /** Frees the list. */
    @Override
    public void close() {
        arena.close();
    }
}
