package io.vfiouser.nvme.driver;

import io.vfiouser.client.VfioUserClient;
import io.vfiouser.mover.GuestMemory;
import io.vfiouser.os.PageSize;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Guest memory, mapped here and in the device, cut into buffers of whole pages by first fit. Any thread may allocate. Its size is sealed,
 * so that neither side can make the other's accesses fail.
 */
final class HostMemory implements AutoCloseable {

    /** The page of PRPs: CC.MPS is always 0 here. */
    static final int PAGE_BYTES = 4096;

    private final GuestBacking backing;
    private final GuestThreads threads;
    private final MemorySegment segment;
    private final long iovaBase;
    private final TreeMap<Long, Long> freeByOffset = new TreeMap<>();

    HostMemory(GuestBacking backing, long iovaBase, GuestThreads threads) {
        this.backing = backing;
        this.threads = threads;
        this.segment = backing.segment();
        this.iovaBase = iovaBase;
        freeByOffset.put(0L, segment.byteSize());
    }

    /** Movable memory of one region. */
    static HostMemory create(long lengthBytes, long iova) {
        return new HostMemory(
                GuestBacking.Movable.create(roundUp(lengthBytes, PAGE_BYTES), iova), iova, new GuestThreads());
    }

    /** Memory as the options want it, of which all but {@link DriverOptions#memoryBytes} is for the queues. */
    static HostMemory create(long lengthBytes, DriverOptions options, GuestThreads threads) {
        long length = roundUp(lengthBytes, PAGE_BYTES);
        long iova = options.iovaBase();
        GuestBacking backing;
        if (options.dmaRegions() > 1) {
            List<Long> regions = regionStarts(length, options.memoryBytes(), options.dmaRegions());
            backing = GuestBacking.Fixed.ofRegions(length, iova, regions);
        } else if (options.hugePages()) {
            backing = GuestBacking.Fixed.ofHugePages(length, iova);
        } else {
            backing = GuestBacking.Movable.create(length, iova);
        }
        return new HostMemory(backing, iova, threads);
    }

    /** Where the DMA regions begin if the last so many bytes are cut into parts of about the same number of pages; the first has the rest as well. */
    static List<Long> regionStarts(long lengthBytes, long cutBytes, int regions) {
        long pages = cutBytes / PAGE_BYTES;
        long cutStart = lengthBytes - pages * PAGE_BYTES;
        List<Long> starts = new ArrayList<>(List.of(0L));
        for (int i = 1; i < regions; i++) {
            starts.add(cutStart + pages * i / regions * PAGE_BYTES);
        }
        return List.copyOf(starts);
    }

    /** Memory that somebody else made and closes; one region. */
    static HostMemory of(GuestMemory memory, GuestThreads threads) {
        GuestBacking.Movable backing = GuestBacking.Movable.borrowed(memory);
        return new HostMemory(backing, memory.regions().getFirst().iova(), threads);
    }

    /** For moving it with the device. */
    GuestMemory movable() {
        return backing.movable();
    }

    void mapInto(VfioUserClient client) {
        backing.mapInto(client);
    }

    long lengthBytes() {
        return segment.byteSize();
    }

    /** All of it, from {@link #iovaBase()} on. */
    MemorySegment segment() {
        return segment;
    }

    long iovaBase() {
        return iovaBase;
    }

    PageSize pageSize() {
        return backing.pageSize();
    }

    /** Whole pages, zeroed. */
    DmaBuffer allocate(long wantedBytes) {
        if (wantedBytes <= 0) {
            throw new IllegalArgumentException("cannot allocate " + wantedBytes + " bytes");
        }
        try (GuestThread _ = threads.enter()) {
            return allocateInside(wantedBytes);
        }
    }

    private synchronized DmaBuffer allocateInside(long wantedBytes) {
        long length = roundUp(wantedBytes, PAGE_BYTES);
        long offset = takeFirstFit(length);
        DmaBuffer buffer = new DmaBuffer(this, segment.asSlice(offset, length), iovaBase + offset, offset);
        buffer.segment().fill((byte) 0);
        written(offset, length);
        return buffer;
    }

    synchronized void save(GuestStateWriter into) {
        into.i32(freeByOffset.size());
        freeByOffset.forEach((offset, length) -> into.i64(offset).i64(length));
    }

    /** Takes what {@link #save} wrote for its own: which parts are free. Those that are not are {@linkplain #claim claimed}. */
    synchronized void restore(GuestStateReader from) {
        int count = from.i32();
        freeByOffset.clear();
        long end = 0;
        for (int i = 0; i < count; i++) {
            long offset = from.i64();
            long length = from.i64();
            GuestStateReader.require(
                    offset >= end && isPart(offset, length), "a free part of guest memory lies outside or overlaps");
            freeByOffset.put(offset, length);
            end = offset + length;
        }
    }

    /** A buffer that was allocated where the memory came from. */
    synchronized DmaBuffer claim(GuestStateReader from, long wantedBytes) {
        long offset = from.i64();
        long length = from.i64();
        GuestStateReader.require(isPart(offset, length), "a buffer lies outside guest memory");
        GuestStateReader.require(
                length == roundUp(wantedBytes, PAGE_BYTES), "a buffer has " + length + " bytes, not " + wantedBytes);
        Map.Entry<Long, Long> free = freeByOffset.lowerEntry(offset + length);
        GuestStateReader.require(
                free == null || free.getKey() + free.getValue() <= offset, "a buffer lies in free memory");
        return new DmaBuffer(this, segment.asSlice(offset, length), iovaBase + offset, offset);
    }

    private boolean isPart(long offset, long length) {
        return offset >= 0
                && length > 0
                && offset % PAGE_BYTES == 0
                && length % PAGE_BYTES == 0
                && offset <= segment.byteSize() - length;
    }

    private long takeFirstFit(long length) {
        long offset = freeByOffset.entrySet().stream()
                .filter(free -> free.getValue() >= length)
                .mapToLong(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new NvmeDriverException("guest memory of " + lengthBytes()
                        + " bytes has no room for a buffer of " + length
                        + ": attach with more (DriverOptions.memoryBytes)"));
        long free = freeByOffset.getOrDefault(offset, 0L);
        freeByOffset.remove(offset);
        if (free > length) {
            freeByOffset.put(offset + length, free - length);
        }
        return offset;
    }

    /** Marks a part that this process has written, by its offset. One load while no move is under way. */
    void written(long offset, long lengthBytes) {
        backing.markWritten(iovaBase + offset, lengthBytes);
    }

    /** Marks a part that this process has written, by its address for the device; a range that is not all guest memory is nobody's. */
    void writtenAt(long iova, long lengthBytes) {
        long offset = iova - iovaBase;
        if (offset >= 0 && offset <= segment.byteSize() - lengthBytes) {
            backing.markWritten(iova, lengthBytes);
        }
    }

    /** Merges with the neighbours, so that a fresh start finds the whole again. */
    synchronized void release(long offset, long lengthBytes) {
        long start = offset;
        long length = lengthBytes;
        Map.Entry<Long, Long> before = freeByOffset.lowerEntry(start);
        if (before != null && before.getKey() + before.getValue() == start) {
            freeByOffset.remove(before.getKey());
            start = before.getKey();
            length += before.getValue();
        }
        Long after = freeByOffset.remove(offset + lengthBytes);
        if (after != null) {
            length += after;
        }
        freeByOffset.put(start, length);
    }

    /** Unmaps the memory: buffers throw from now on. */
    @Override
    public void close() {
        backing.close();
    }

    static long roundUp(long value, long multiple) {
        return Math.ceilDiv(value, multiple) * multiple;
    }
}
