package io.vfiouser.nvme.conformance;

import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.os.Protection;
import org.junit.jupiter.api.Test;

/** Doorbell Buffer Config. Base 2.1, section 5.2.5. */
@ConformanceSuite
class DoorbellBufferConfigConformanceTest {
    private static final long FOREIGN = ForeignMemory.UNMAPPED + (3L << 30);
    private static final int[] MISALIGNMENTS = {1, 4, 8, 512, 2048, 4095};

    private static NvmeCommand config(long shadowDoorbells, long eventIndexes) {
        return NvmeCommand.admin(AdminOpcode.DOORBELL_BUFFER_CONFIG)
                .prp1(shadowDoorbells)
                .prp2(eventIndexes);
    }

    private static void refused(Conformance c, long shadowDoorbells, long eventIndexes, int location) {
        c.admin(config(shadowDoorbells, eventIndexes))
                .refused(StatusCode.INVALID_FIELD)
                .at(location);
    }

    private static void assertServes(Conformance c) {
        for (int i = 0; i < 40; i++) {
            c.io(NvmeCommand.flush(TestedNamespace.RAM.id())).succeeds();
        }
    }

    @Test
    void pagesThatAreNotAlignedAreRefused(Conformance c) {
        long shadow = c.buffer().iova();
        long events = shadow + Conformance.PAGE_BYTES;
        for (int misaligned : MISALIGNMENTS) {
            refused(c, shadow + misaligned, events, SubmissionEntry.PRP1);
            refused(c, shadow, events + misaligned, SubmissionEntry.PRP2);
            refused(c, shadow + misaligned, events + misaligned, SubmissionEntry.PRP1);
        }
        assertServes(c);
    }

    @Test
    void pagesThatAreNotMappedAreRefused(Conformance c) {
        long good = c.buffer().iova();
        for (long bad : new long[] {ForeignMemory.UNMAPPED, 0, -Conformance.PAGE_BYTES, Long.MIN_VALUE}) {
            refused(c, bad, good, SubmissionEntry.PRP1);
            refused(c, good, bad, SubmissionEntry.PRP2);
            refused(c, bad, bad, SubmissionEntry.PRP1);
        }
        assertServes(c);
    }

    @Test
    void pagesThatTheControllerMayNotUseThatWayAreRefused(Conformance c) {
        long good = c.buffer().iova();
        long readOnly = c.map(FOREIGN, 1, Protection.READ).iova();
        refused(c, good, readOnly, SubmissionEntry.PRP2);
        long writeOnly =
                c.map(FOREIGN + Conformance.PAGE_BYTES, 1, Protection.WRITE).iova();
        refused(c, writeOnly, good, SubmissionEntry.PRP1);
        assertServes(c);
    }

    @Test
    void aHostThatGoesOnWithTheRegistersIsServed(Conformance c) {
        c.buffer().segment().fill((byte) 0);
        long shadow = c.buffer().iova();
        c.admin(config(shadow, shadow + Conformance.PAGE_BYTES)).succeeds();
        assertServes(c);
    }
}
