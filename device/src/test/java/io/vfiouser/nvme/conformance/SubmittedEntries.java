package io.vfiouser.nvme.conformance;

import io.vfiouser.client.PciRegions;
import io.vfiouser.nvme.driver.DmaBuffer;
import io.vfiouser.nvme.driver.NvmeDriver;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.AdminQueueAttributes;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.Doorbells;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.os.Mapping;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/**
 * What a driver has put into its submission queues, found as the controller finds it: by the admin queue's registers, the commands
 * that created the I/O queues, and the doorbells. So the command identifiers that the driver chose are known, and that it sent what
 * it was asked to send.
 */
final class SubmittedEntries implements AutoCloseable {
    private record Ring(long base, int entries) {}

    private final DmaBuffer anchor;
    private final Mapping doorbells;
    private final Map<Integer, Ring> rings = new HashMap<>();

    /** Of a driver that has just attached: its admin queue has not wrapped around since the I/O queues were created. */
    SubmittedEntries(NvmeDriver driver) {
        anchor = driver.allocate(1);
        doorbells = driver.client()
                .mapRegion(
                        PciRegions.BAR0,
                        driver.client().regionInfo(PciRegions.BAR0).areas().getFirst());
        long asq = (driver.readRegister32(ControllerRegisters.ASQ) & 0xFFFF_FFFFL)
                | (long) driver.readRegister32(ControllerRegisters.ASQ + 4) << 32;
        int entries = AdminQueueAttributes.submissionEntries(driver.readRegister32(ControllerRegisters.AQA));
        rings.put(0, new Ring(asq, entries));
        for (int i = 0; i < tail(0); i++) {
            MemorySegment entry = entry(0, i);
            if (SubmissionEntry.opcode(SubmissionEntry.cdw0(entry, 0)) == AdminOpcode.CREATE_IO_SUBMISSION_QUEUE) {
                int cdw10 = SubmissionEntry.cdw10(entry, 0);
                rings.put(cdw10 & 0xFFFF, new Ring(SubmissionEntry.prp1(entry, 0), (cdw10 >>> 16) + 1));
            }
        }
    }

    /** A copy of the entry before the tail. */
    MemorySegment last(int queueId) {
        return beforeTail(queueId, 1);
    }

    /** A copy of the entry before the {@linkplain #last last}. */
    MemorySegment lastButOne(int queueId) {
        return beforeTail(queueId, 2);
    }

    private MemorySegment beforeTail(int queueId, int distance) {
        int entries = rings.get(queueId).entries();
        return MemorySegment.ofArray(new byte[SubmissionEntry.LENGTH_BYTES])
                .copyFrom(entry(queueId, (tail(queueId) + entries - distance) % entries));
    }

    private int tail(int queueId) {
        return LittleEndian.i32Acquire(
                doorbells.segment(), Doorbells.submissionTail(queueId) - (long) ControllerRegisters.DOORBELLS);
    }

    private MemorySegment entry(int queueId, int index) {
        long iova = rings.get(queueId).base() + (long) index * SubmissionEntry.LENGTH_BYTES;
        long address = anchor.segment().address() + (iova - anchor.iova());
        return MemorySegment.ofAddress(address).reinterpret(SubmissionEntry.LENGTH_BYTES);
    }

    @Override
    public void close() {
        doorbells.close();
        anchor.close();
    }
}
