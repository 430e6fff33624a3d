package io.vfiouser.nvme.driver;

import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.Doorbells;
import io.vfiouser.nvme.spec.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * Doorbells in guest memory: the registers are written only if the controller wants that. Base 2.1, section 5.2.5 and annex B.5. Each
 * doorbell has one writer, a thread at a time; allocates nothing after construction.
 */
final class ShadowDoorbells implements DoorbellRegisters, AutoCloseable {

    /** Guest memory that it takes. */
    static final int MEMORY_BYTES = 2 * AdminCommand.DOORBELL_BUFFER_BYTES;

    private final DoorbellRegisters registers;
    private final DmaBuffer shadowMemory;
    private final DmaBuffer eventMemory;
    private final MemorySegment shadow;
    private final MemorySegment events;

    ShadowDoorbells(DoorbellRegisters registers, HostMemory memory) {
        this.registers = registers;
        this.shadowMemory = memory.allocate(AdminCommand.DOORBELL_BUFFER_BYTES);
        this.eventMemory = memory.allocate(AdminCommand.DOORBELL_BUFFER_BYTES);
        this.shadow = shadowMemory.segment();
        this.events = eventMemory.segment();
    }

    /** Those that the controller knows already. */
    ShadowDoorbells(DoorbellRegisters registers, HostMemory memory, GuestStateReader from) {
        this.registers = registers;
        this.shadowMemory = memory.claim(from, AdminCommand.DOORBELL_BUFFER_BYTES);
        this.eventMemory = memory.claim(from, AdminCommand.DOORBELL_BUFFER_BYTES);
        this.shadow = shadowMemory.segment();
        this.events = eventMemory.segment();
    }

    void save(GuestStateWriter into) {
        shadowMemory.save(into);
        eventMemory.save(into);
    }

    DmaBuffer eventMemory() {
        return eventMemory;
    }

    /** What tells the controller of the memory. */
    NvmeCommand command() {
        return NvmeCommand.admin(AdminOpcode.DOORBELL_BUFFER_CONFIG)
                .prp1(shadowMemory.iova())
                .prp2(eventMemory.iova());
    }

    @Override
    public long submissionDoorbell(int queueId) {
        return registers.submissionDoorbell(queueId);
    }

    @Override
    public long completionDoorbell(int queueId) {
        return registers.completionDoorbell(queueId);
    }

    @Override
    public void ring(long offset, int value) {
        long at = offset - ControllerRegisters.DOORBELLS;
        if (at + Integer.BYTES > shadow.byteSize()) {
            registers.ring(offset, value);
            return;
        }
        int before = LittleEndian.i32(shadow, at);
        LittleEndian.putU32Release(shadow, at, value);
        shadowMemory.written(at, Integer.BYTES);
        // Either the controller sees the value before it sleeps, or this thread sees what the controller wants.
        VarHandle.fullFence();
        if (Doorbells.passes(LittleEndian.i32Acquire(events, at), before, value)) {
            registers.ring(offset, value);
        }
    }

    @Override
    public String describeStatus() {
        return registers.describeStatus();
    }

    /** Gives the memory back; the controller must not use it any more. */
    @Override
    public void close() {
        shadowMemory.close();
        eventMemory.close();
    }
}
