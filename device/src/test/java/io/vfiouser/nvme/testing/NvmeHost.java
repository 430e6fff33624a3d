package io.vfiouser.nvme.testing;

import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AdminQueueAttributes;
import io.vfiouser.nvme.spec.ControllerConfiguration;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.ControllerStatus;
import io.vfiouser.nvme.spec.IdentifyCns;
import java.lang.foreign.MemorySegment;
import java.util.function.BooleanSupplier;

/** A host's side of a controller, just enough for tests: it sets queues up, submits, reaps, and waits with a bound. */
public final class NvmeHost {
    public static final int PAGE = 4096;
    public static final int ADMIN_ENTRIES = 32;
    private static final long PATIENCE_NANOS = 10_000_000_000L;

    private final HostTransport transport;
    private final HostQueue admin;
    private long nextFree;

    public NvmeHost(HostTransport transport) {
        this.transport = transport;
        this.admin = new HostQueue(this, 0, 0, ADMIN_ENTRIES, ADMIN_ENTRIES, allocate(1), allocate(1));
    }

    public HostTransport transport() {
        return transport;
    }

    public HostQueue admin() {
        return admin;
    }

    public MemorySegment memory() {
        return transport.memory();
    }

    /** Guest address of whole pages nobody else has, zeroed. */
    public long allocate(int pages) {
        long offset = nextFree;
        nextFree += (long) pages * PAGE;
        memory().asSlice(offset, (long) pages * PAGE).fill((byte) 0);
        return transport.iova() + offset;
    }

    /** Offset in {@link #memory()} of a guest address. */
    public long at(long iova) {
        return iova - transport.iova();
    }

    public MemorySegment slice(long iova, long lengthBytes) {
        return memory().asSlice(at(iova), lengthBytes);
    }

    /** Sets the admin queue up and enables the controller. */
    public void enable() {
        admin.restart();
        transport.write32(ControllerRegisters.AQA, AdminQueueAttributes.of(ADMIN_ENTRIES, ADMIN_ENTRIES));
        transport.write64(ControllerRegisters.ASQ, admin.submissionBase());
        transport.write64(ControllerRegisters.ACQ, admin.completionBase());
        transport.write32(ControllerRegisters.CC, ControllerConfiguration.USUAL | ControllerConfiguration.EN);
        await("CSTS.RDY", () -> ControllerStatus.ready(status()));
    }

    public void disable() {
        transport.write32(ControllerRegisters.CC, ControllerConfiguration.USUAL);
        await("CSTS.RDY to go", () -> !ControllerStatus.ready(status()));
    }

    public int status() {
        return transport.read32(ControllerRegisters.CSTS);
    }

    /** Lets the controller go on until something holds. */
    public void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited in vain for " + what);
            }
            transport.progress();
        }
    }

    /** Executes one Identify and returns its data. */
    public MemorySegment identify(int cns, int nsid) {
        long buffer = allocate(1);
        admin.execute((sq, at, cid) -> AdminCommand.identify(sq, at, cid, cns, nsid, buffer, 0))
                .orThrow();
        return slice(buffer, IdentifyCns.LENGTH_BYTES);
    }

    /** Creates a completion queue and a submission queue of the same identifier. */
    public HostQueue createQueues(int queueId, int entries) {
        return createQueues(queueId, queueId, entries, queueId);
    }

    public HostQueue createQueues(int submissionId, int completionId, int entries, int vector) {
        return createQueues(submissionId, completionId, entries, entries, vector);
    }

    public HostQueue createQueues(
            int submissionId, int completionId, int submissionEntries, int completionEntries, int vector) {
        HostQueue queue = new HostQueue(
                this,
                submissionId,
                completionId,
                submissionEntries,
                completionEntries,
                allocate(Math.ceilDiv(submissionEntries * 64, PAGE)),
                allocate(Math.ceilDiv(completionEntries * 16, PAGE)));
        admin.execute((sq, at, cid) -> AdminCommand.createCompletionQueue(
                        sq, at, cid, completionId, completionEntries, queue.completionBase(), true, vector))
                .orThrow();
        admin.execute((sq, at, cid) -> AdminCommand.createSubmissionQueue(
                        sq, at, cid, submissionId, submissionEntries, queue.submissionBase(), completionId))
                .orThrow();
        return queue;
    }

    /** Deletes the submission queue and the completion queue of an identifier. */
    public void deleteQueues(int queueId) {
        admin.execute((sq, at, cid) -> AdminCommand.deleteSubmissionQueue(sq, at, cid, queueId))
                .orThrow();
        admin.execute((sq, at, cid) -> AdminCommand.deleteCompletionQueue(sq, at, cid, queueId))
                .orThrow();
    }
}
