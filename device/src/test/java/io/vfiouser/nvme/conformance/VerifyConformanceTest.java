package io.vfiouser.nvme.conformance;

import static io.vfiouser.nvme.conformance.TestedNamespace.RAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Verify. NVM Command Set 1.1, section 3.3.5. */
@ConformanceSuite
class VerifyConformanceTest {
    private static final int BLOCK = TestedNamespace.BLOCK_BYTES;

    private static NvmeCommand verify(TestedNamespace namespace, long lba, int blocks) {
        return NvmeCommand.verify(namespace.id(), lba, blocks);
    }

    @Test
    void invalidNamespacesAreRefused(Conformance c) {
        BlockCommands.checkNamespaces(c, VerifyConformanceTest::verify);
        c.io(verify(RAM, 0, 1).namespaceId(SubmissionEntry.NSID_ALL))
                .refused(StatusCode.INVALID_FIELD)
                .at(SubmissionEntry.NSID);
    }

    @Test
    void rangesBeyondTheNamespaceAreRefused(Conformance c) {
        BlockCommands.checkRanges(c, VerifyConformanceTest::verify);
    }

    @Test
    void moreThanTheSizeLimitIsRefused(Conformance c) {
        int most = c.driver().maximumTransferBytes() / BLOCK;
        for (TestedNamespace namespace : TestedNamespace.values()) {
            c.io(verify(namespace, 0, most)).succeeds();
            for (int blocks : new int[] {most + 1, 2 * most, 65_536}) {
                c.io(verify(namespace, 0, blocks))
                        .refused(StatusCode.INVALID_FIELD)
                        .at(SubmissionEntry.CDW12);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TestedNamespace.class,
            names = {"RAM", "FILE"})
    void nothingIsTransferredAndNothingChanges(TestedNamespace namespace, Conformance c) {
        c.fill(namespace, 300, 64, 1);
        MemorySegment before = c.content(namespace, 300, 64);
        for (int flags : new int[] {
            0, IoCommand.FUA, IoCommand.LIMITED_RETRY, IoCommand.FUA | IoCommand.LIMITED_RETRY, IoCommand.PRINFO_MASK
        }) {
            // the data pointer is not used
            c.io(verify(namespace, 300, 64)
                            .cdw12Flags(flags)
                            .prp1(ForeignMemory.UNMAPPED + 1)
                            .prp2(-1))
                    .succeeds();
        }
        assertThat(c.content(namespace, 300, 64).mismatch(before)).isEqualTo(-1);
    }
}
