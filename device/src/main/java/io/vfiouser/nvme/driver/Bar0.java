package io.vfiouser.nvme.driver;

import io.vfiouser.client.RegionInfo;
import io.vfiouser.client.SparseArea;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.client.VfioUserDisconnectedException;
import io.vfiouser.nvme.spec.ControllerCapabilities;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.ControllerStatus;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.os.Mapping;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The controller's registers by message, and its doorbells: stores into shared memory where the server lets them be mapped,
 * posted region writes otherwise. Any thread: messages take a lock, mapped doorbells need none, since each has one writer.
 */
final class Bar0 implements DoorbellRegisters, AutoCloseable {

    private static final int BAR0 = 0;
    /** Admin queue pair only: the least a controller has. */
    private static final long SMALLEST_BYTES = ControllerRegisters.DOORBELLS + 8L;

    private final VfioUserClient client;
    private final long lengthBytes;
    private final ReentrantLock messages = new ReentrantLock();
    private final @Nullable Mapping mapping;
    private final @Nullable MemorySegment mapped;
    private final long mappedFrom;
    private long strideBytes = Integer.BYTES;

    Bar0(VfioUserClient client) {
        this.client = client;
        RegionInfo region = client.regionInfo(BAR0);
        lengthBytes = region.lengthBytes();
        if (lengthBytes < SMALLEST_BYTES) {
            throw new NvmeProtocolException("BAR0 has " + lengthBytes
                    + " bytes: the device is no NVMe controller, whose doorbells begin at 1000h");
        }
        Optional<SparseArea> area = doorbellArea(region);
        if (area.isPresent()) {
            mapping = client.mapRegion(BAR0, area.get());
            mapped = mapping.segment();
            mappedFrom = area.get().offset();
        } else {
            mapping = null;
            mapped = null;
            mappedFrom = 0;
        }
    }

    private static Optional<SparseArea> doorbellArea(RegionInfo region) {
        return region.areas().stream()
                .filter(area -> area.offset() <= ControllerRegisters.DOORBELLS
                        && area.offset() + area.lengthBytes() > ControllerRegisters.DOORBELLS)
                .findFirst();
    }

    /** Whether doorbells are stores into shared memory. */
    boolean doorbellsMapped() {
        return mapped != null;
    }

    void strideBytes(int bytes) {
        strideBytes = bytes;
    }

    @Override
    public long submissionDoorbell(int queueId) {
        return doorbell(2L * queueId);
    }

    @Override
    public long completionDoorbell(int queueId) {
        return doorbell(2L * queueId + 1);
    }

    private long doorbell(long index) {
        long offset = ControllerRegisters.DOORBELLS + index * strideBytes;
        if (offset + Integer.BYTES > lengthBytes) {
            throw new NvmeDriverException(
                    "BAR0 has " + lengthBytes + " bytes, too few for doorbell " + index + ": attach with fewer queues");
        }
        return offset;
    }

    @Override
    public void ring(long offset, int value) {
        MemorySegment memory = mapped;
        if (memory != null && offset - mappedFrom + Integer.BYTES <= memory.byteSize()) {
            LittleEndian.putU32Release(memory, offset - mappedFrom, value);
        } else {
            post(offset, value);
        }
    }

    private void post(long offset, int value) {
        messages.lock();
        try {
            client.postWriteRegion32(BAR0, offset, value);
        } catch (VfioUserDisconnectedException e) {
            throw disconnected(e);
        } finally {
            messages.unlock();
        }
    }

    int read32(int register) {
        return (int) exchange(() -> client.readRegion32(BAR0, register));
    }

    long read64(int register) {
        return exchange(() -> client.readRegion64(BAR0, register));
    }

    void write32(int register, int value) {
        long ignored = exchange(() -> {
            client.writeRegion32(BAR0, register, value);
            return 0;
        });
    }

    void write64(int register, long value) {
        long ignored = exchange(() -> {
            client.writeRegion64(BAR0, register, value);
            return 0;
        });
    }

    private long exchange(LongSupplier message) {
        messages.lock();
        try {
            return message.getAsLong();
        } catch (VfioUserDisconnectedException e) {
            throw disconnected(e);
        } finally {
            messages.unlock();
        }
    }

    long capabilities() {
        return read64(ControllerRegisters.CAP);
    }

    @Override
    public String describeStatus() {
        try {
            int csts = read32(ControllerRegisters.CSTS);
            if (ControllerStatus.fatal(csts)) {
                return "; the controller reports a fatal status (CSTS.CFS)";
            }
            return ControllerStatus.ready(csts) ? "; the controller says it is ready" : "; the controller is not ready";
        } catch (RuntimeException e) {
            return "; its registers cannot be read either (" + e.getMessage() + ")";
        }
    }

    /** The longest that CSTS.RDY may take to follow CC.EN, at least one unit of CAP.TO. */
    static int readyTimeoutMillis(long cap) {
        return Math.max(ControllerCapabilities.timeoutMillis(cap), ControllerCapabilities.TIMEOUT_UNIT_MILLIS);
    }

    private static NvmeDisconnectedException disconnected(VfioUserDisconnectedException cause) {
        return new NvmeDisconnectedException("the server is gone: " + cause.getMessage(), cause);
    }

    @Override
    public void close() {
        if (mapping != null) {
            mapping.close();
        }
    }
}
