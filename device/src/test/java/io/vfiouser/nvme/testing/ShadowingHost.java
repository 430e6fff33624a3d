package io.vfiouser.nvme.testing;

import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.function.IntPredicate;

/**
 * The doorbells of a host that uses shadow doorbells as Linux does: it stores the shadow, then compares with the event index in 16-bit
 * arithmetic, and writes the register only if that says so. Written apart from the product's own rule, as a model of the other side.
 */
public final class ShadowingHost implements HostTransport {
    private final HostTransport transport;
    private IntPredicate shadowed = queueId -> false;
    private long shadow;
    private long events;
    private int registerWrites;
    private int doorbells;

    public ShadowingHost(HostTransport transport) {
        this.transport = transport;
    }

    /** Gives the controller two pages; which queues use them is said by {@code queues}. */
    public void configure(NvmeHost host, IntPredicate queues) {
        shadow = host.allocate(1);
        events = host.allocate(1);
        host.admin()
                .execute((sq, at, cid) -> AdminCommand.doorbellBufferConfig(sq, at, cid, shadow, events))
                .orThrow();
        shadowed = queues;
    }

    /** From now on all doorbells are registers. */
    public void forget() {
        shadowed = queueId -> false;
    }

    public long shadowPage() {
        return shadow;
    }

    public long eventPage() {
        return events;
    }

    /** Register writes of queues that have shadow doorbells. */
    public int registerWrites() {
        return registerWrites;
    }

    /** Doorbells of queues that have shadow doorbells, whether the register was written or not. */
    public int doorbells() {
        return doorbells;
    }

    public void resetCounts() {
        registerWrites = 0;
        doorbells = 0;
    }

    @Override
    public void doorbell(int offset, int value) {
        int at = offset - ControllerRegisters.DOORBELLS;
        if (!shadowed.test(at / 8)) {
            transport.doorbell(offset, value);
            return;
        }
        doorbells++;
        long entry = shadow - iova() + at;
        short before = (short) LittleEndian.i32(memory(), entry);
        LittleEndian.putU32Release(memory(), entry, value);
        VarHandle.fullFence();
        short event = (short) LittleEndian.i32Acquire(memory(), events - iova() + at);
        int fromEvent = Short.toUnsignedInt((short) (value - event - 1));
        int moved = Short.toUnsignedInt((short) (value - before));
        if (fromEvent < moved) {
            registerWrites++;
            transport.doorbell(offset, value);
        }
    }

    @Override
    public int read32(int register) {
        return transport.read32(register);
    }

    @Override
    public long read64(int register) {
        return transport.read64(register);
    }

    @Override
    public void write32(int register, int value) {
        transport.write32(register, value);
    }

    @Override
    public void write64(int register, long value) {
        transport.write64(register, value);
    }

    @Override
    public MemorySegment memory() {
        return transport.memory();
    }

    @Override
    public long iova() {
        return transport.iova();
    }

    @Override
    public void progress() {
        transport.progress();
    }
}
