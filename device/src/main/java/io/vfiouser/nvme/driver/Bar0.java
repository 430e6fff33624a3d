package io.vfiouser.nvme.driver;

import io.vfiouser.client.VfioUserClient;
import io.vfiouser.client.VfioUserDisconnectedException;
import io.vfiouser.nvme.spec.ControllerCapabilities;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.ControllerStatus;
import io.vfiouser.nvme.spec.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The controller's registers by message, and its doorbells: stores into shared memory where the server lets them be mapped,
 * posted region writes otherwise. Any thread: messages take a lock, mapped doorbells need none, since each has one writer.
 */
final class Bar0 implements DoorbellRegisters, AutoCloseable {

    private final ReentrantLock messages = new ReentrantLock();
    /** Changes only while nobody rings, and under the lock for those who send messages. */
    private BarAttachment attachment;

    /** What was used before the last switch, until it is closed. */
    private @Nullable BarAttachment former;

    private long strideBytes = Integer.BYTES;

    Bar0(VfioUserClient client) {
        attachment = new BarAttachment(client);
    }

    /** Held during each exchange of messages: whoever else uses the client takes it as well. */
    Lock clientLock() {
        return messages;
    }

    /**
     * From now on registers and doorbells are another server's. The guest is paused, so the doorbells of the one before stay mapped until there
     * is time for {@link #closeFormer}; nobody has their address any more.
     */
    void switchTo(BarAttachment other) {
        closeFormer();
        messages.lock();
        try {
            former = attachment;
            attachment = other;
        } finally {
            messages.unlock();
        }
    }

    /** Unmaps the doorbells that were used before {@link #switchTo}. */
    void closeFormer() {
        BarAttachment left = former;
        former = null;
        if (left != null) {
            left.close();
        }
    }

    /** Refuses a server whose BAR0 is too small for the doorbells in use. */
    void mustReachAsFar(BarAttachment other) {
        if (other.lengthBytes < attachment.lengthBytes) {
            throw new NvmeDriverException("the destination's BAR0 has " + other.lengthBytes + " bytes, the source's "
                    + attachment.lengthBytes + ": start it with as many queues");
        }
    }

    /** Whether doorbells are stores into shared memory. */
    boolean doorbellsMapped() {
        return attachment.mapped != null;
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
        long lengthBytes = attachment.lengthBytes;
        if (offset + Integer.BYTES > lengthBytes) {
            throw new NvmeDriverException(
                    "BAR0 has " + lengthBytes + " bytes, too few for doorbell " + index + ": attach with fewer queues");
        }
        return offset;
    }

    @Override
    public void ring(long offset, int value) {
        BarAttachment now = attachment;
        MemorySegment memory = now.mapped;
        long at = offset - now.mappedFrom;
        if (memory != null && at + Integer.BYTES <= memory.byteSize()) {
            LittleEndian.putU32Release(memory, at, value);
        } else {
            post(offset, value);
        }
    }

    private void post(long offset, int value) {
        messages.lock();
        try {
            attachment.client.postWriteRegion32(BarAttachment.BAR0, offset, value);
        } catch (VfioUserDisconnectedException e) {
            throw disconnected(e);
        } finally {
            messages.unlock();
        }
    }

    int read32(int register) {
        return (int) exchange(client -> client.readRegion32(BarAttachment.BAR0, register));
    }

    long read64(int register) {
        return exchange(client -> client.readRegion64(BarAttachment.BAR0, register));
    }

    void write32(int register, int value) {
        long ignored = exchange(client -> {
            client.writeRegion32(BarAttachment.BAR0, register, value);
            return 0;
        });
    }

    void write64(int register, long value) {
        long ignored = exchange(client -> {
            client.writeRegion64(BarAttachment.BAR0, register, value);
            return 0;
        });
    }

    private long exchange(ToLongFunction<VfioUserClient> message) {
        messages.lock();
        try {
            return message.applyAsLong(attachment.client);
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
        closeFormer();
        attachment.close();
    }
}
