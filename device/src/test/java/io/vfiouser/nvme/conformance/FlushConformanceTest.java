package io.vfiouser.nvme.conformance;

import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.IdentifyController;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import org.junit.jupiter.api.Test;

/** Flush. Base 2.1, section 7.2. */
@ConformanceSuite
class FlushConformanceTest {
    private static final int FLUSH_ALL_SHIFT = 1;
    private static final int FLUSH_ALL_REFUSED = 0b10;
    private static final int FLUSH_ALL_SUPPORTED = 0b11;

    @Test
    void eachNamespaceIsFlushed(Conformance c) {
        for (TestedNamespace namespace : TestedNamespace.values()) {
            c.io(NvmeCommand.flush(namespace.id())).succeeds();
        }
    }

    @Test
    void invalidNamespacesAreRefused(Conformance c) {
        for (int nsid : new int[] {0, c.namespaceBeyond(), 0x7FFF_FFFF, 0xFFFF_FFFE}) {
            c.io(NvmeCommand.flush(nsid))
                    .refused(StatusCode.INVALID_NAMESPACE_OR_FORMAT)
                    .at(SubmissionEntry.NSID);
        }
    }

    @Test
    void allNamespacesAreFlushedAtOnceIfThatIsAnnounced(Conformance c) {
        Outcome outcome = c.io(NvmeCommand.flush(SubmissionEntry.NSID_ALL));
        switch (c.driver().identify().u8(IdentifyController.VWC) >>> FLUSH_ALL_SHIFT & 0b11) {
            case FLUSH_ALL_SUPPORTED -> outcome.succeeds();
            case FLUSH_ALL_REFUSED ->
                outcome.refused(StatusCode.INVALID_NAMESPACE_OR_FORMAT).at(SubmissionEntry.NSID);
            default ->
                throw new AssertionError("VWC.FB is reserved or says nothing, which controllers of today may not");
        }
    }

    @Test
    void pointersAndRangesMeanNothing(Conformance c) {
        c.io(NvmeCommand.flush(1).prp1(3).prp2(5).metadata(7).blocks(-1, 65_536, 0))
                .succeeds();
    }
}
