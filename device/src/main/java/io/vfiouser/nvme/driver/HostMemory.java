package io.vfiouser.nvme.driver;

import io.vfiouser.os.Fd;
import io.vfiouser.os.Mapping;
import io.vfiouser.os.MemFd;
import io.vfiouser.os.PageSize;
import io.vfiouser.os.Protection;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;

/**
 * Guest memory: one memfd, mapped here and in the device, cut into buffers of whole pages by first fit. Any thread may allocate.
 * Its size is sealed, so that neither side can make the other's accesses fail.
 */
final class HostMemory implements AutoCloseable {

    /** The page of PRPs: CC.MPS is always 0 here. */
    static final int PAGE_BYTES = 4096;

    private final MemFd file;
    private final Mapping mapping;
    private final long iovaBase;
    private final TreeMap<Long, Long> freeByOffset = new TreeMap<>();

    private HostMemory(MemFd file, Mapping mapping, long iovaBase) {
        this.file = file;
        this.mapping = mapping;
        this.iovaBase = iovaBase;
        freeByOffset.put(0L, mapping.segment().byteSize());
    }

    static HostMemory create(long lengthBytes, boolean hugePages, long iovaBase) {
        MemFd file = MemFd.create(
                "nvme-guest-memory",
                roundUp(lengthBytes, PAGE_BYTES),
                hugePages ? PageSize.EXPLICIT_HUGE : PageSize.BASE);
        try {
            file.sealSize();
            return new HostMemory(file, file.map(Protection.READ_WRITE), iovaBase);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    Fd fd() {
        return file.fd();
    }

    long lengthBytes() {
        return mapping.lengthBytes();
    }

    /** All of it, from {@link #iovaBase()} on. */
    MemorySegment segment() {
        return mapping.segment();
    }

    long iovaBase() {
        return iovaBase;
    }

    PageSize pageSize() {
        return file.pageSize();
    }

    /** Whole pages, zeroed. */
    synchronized DmaBuffer allocate(long wantedBytes) {
        if (wantedBytes <= 0) {
            throw new IllegalArgumentException("cannot allocate " + wantedBytes + " bytes");
        }
        long length = roundUp(wantedBytes, PAGE_BYTES);
        long offset = takeFirstFit(length);
        DmaBuffer buffer = new DmaBuffer(this, mapping.segment().asSlice(offset, length), iovaBase + offset, offset);
        buffer.segment().fill((byte) 0);
        return buffer;
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
        mapping.close();
        file.close();
    }

    static long roundUp(long value, long multiple) {
        return Math.ceilDiv(value, multiple) * multiple;
    }
}
