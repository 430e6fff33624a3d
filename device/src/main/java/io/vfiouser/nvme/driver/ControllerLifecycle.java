package io.vfiouser.nvme.driver;

import io.vfiouser.nvme.spec.AdminQueueAttributes;
import io.vfiouser.nvme.spec.ControllerCapabilities;
import io.vfiouser.nvme.spec.ControllerConfiguration;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.ControllerStatus;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;

/** Enabling, disabling and shutting down, each with a bounded wait. Base 2.1, sections 3.5 and 3.6. */
final class ControllerLifecycle {

    private static final long POLL_NANOS = 100_000;
    /** A shutdown takes as long as a flush does; nobody waits for it longer than hosts do. */
    private static final int SHUTDOWN_MILLIS = 10_000;

    private final Bar0 bar;
    private final long capabilities;
    private final int readyMillis;

    ControllerLifecycle(Bar0 bar) {
        this(bar, bar.capabilities());
    }

    /** For a controller that cannot be asked for its register CAP now. */
    ControllerLifecycle(Bar0 bar, long capabilities) {
        this.bar = bar;
        this.capabilities = capabilities;
        this.readyMillis = Bar0.readyTimeoutMillis(capabilities);
        if ((capabilities & ControllerCapabilities.CSS_NVM) == 0) {
            throw new NvmeProtocolException("the controller does not support the NVM command set (CAP 0x"
                    + Long.toHexString(capabilities) + ")");
        }
        int smallestPage = ControllerCapabilities.minimumPageShift(capabilities);
        if (1 << smallestPage != HostMemory.PAGE_BYTES) {
            throw new NvmeDriverException("the controller wants memory pages of at least " + (1L << smallestPage)
                    + " bytes; this driver has pages of " + HostMemory.PAGE_BYTES);
        }
        bar.strideBytes(ControllerCapabilities.doorbellStrideBytes(capabilities));
    }

    long capabilities() {
        return capabilities;
    }

    int maximumQueueEntries() {
        return ControllerCapabilities.maximumQueueEntries(capabilities);
    }

    /** Clears CC.EN and waits for CSTS.RDY to follow: all queues are gone afterwards. */
    void disable() {
        int cc = bar.read32(ControllerRegisters.CC);
        if (ControllerConfiguration.enabled(cc)) {
            // A controller that is on its way up must arrive before it may be disabled.
            await("become ready before it is disabled", readyMillis, ControllerStatus::ready);
        }
        bar.write32(ControllerRegisters.CC, 0);
        await("stop being ready after CC.EN was cleared", readyMillis, csts -> !ControllerStatus.ready(csts));
    }

    /** Sets the admin queue up and enables. */
    void enable(QueuePair admin) {
        bar.write32(ControllerRegisters.AQA, AdminQueueAttributes.of(admin.entries(), admin.entries()));
        bar.write64(ControllerRegisters.ASQ, admin.submissionBase());
        bar.write64(ControllerRegisters.ACQ, admin.completionBase());
        bar.write32(ControllerRegisters.CC, ControllerConfiguration.USUAL | ControllerConfiguration.EN);
        int csts = await(
                "become ready",
                readyMillis,
                status -> ControllerStatus.ready(status) || ControllerStatus.fatal(status));
        if (ControllerStatus.fatal(csts)) {
            throw new NvmeDriverException("the controller refused to be enabled: CSTS.CFS is set");
        }
    }

    /** Normal shutdown: everything written is on the medium when it returns. */
    void shutDown() {
        int cc = bar.read32(ControllerRegisters.CC);
        bar.write32(
                ControllerRegisters.CC, ControllerConfiguration.withShutdown(cc, ControllerConfiguration.SHN_NORMAL));
        await(
                "complete its shutdown",
                SHUTDOWN_MILLIS,
                csts -> ControllerStatus.shutdown(csts) == ControllerStatus.SHST_COMPLETE
                        || ControllerStatus.fatal(csts));
    }

    private int await(String what, int millis, IntPredicate reached) {
        long start = System.nanoTime();
        while (true) {
            int csts = bar.read32(ControllerRegisters.CSTS);
            if (reached.test(csts)) {
                return csts;
            }
            if (System.nanoTime() - start > TimeUnit.MILLISECONDS.toNanos(millis)) {
                throw new NvmeTimeoutException("the controller did not " + what + " within " + millis + " ms (CSTS 0x"
                        + Integer.toHexString(csts) + ")");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
