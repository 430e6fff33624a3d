package io.vfiouser.nvme.conformance;

import static io.vfiouser.nvme.conformance.TestedNamespace.RAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.os.Protection;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compare. NVM Command Set 1.1, section 3.3.1. */
@ConformanceSuite
class CompareConformanceTest {
    private static final int BLOCK = TestedNamespace.BLOCK_BYTES;
    private static final int TRANSFER_BLOCKS = BadPrps.TRANSFER_BYTES / BLOCK;
    private static final int LBA = 200;

    private static NvmeCommand compare(Conformance c, TestedNamespace namespace, long lba, int blocks) {
        return NvmeCommand.compare(namespace.id(), lba, blocks, c.buffer(), 0, (long) blocks * BLOCK);
    }

    private static NvmeCommand withPointers(long prp1, long prp2) {
        return NvmeCommand.io(NvmOpcode.COMPARE)
                .namespaceId(RAM.id())
                .blocks(0, TRANSFER_BLOCKS, 0)
                .prp1(prp1)
                .prp2(prp2);
    }

    /** Makes the buffer equal to the blocks, where there are such blocks. */
    private static NvmeCommand compareWithItself(Conformance c, TestedNamespace namespace, long lba, int blocks) {
        if (lba >= 0 && lba <= namespace.blocks() - blocks) {
            c.buffer().segment().copyFrom(c.content(namespace, lba, blocks));
        }
        return compare(c, namespace, lba, blocks);
    }

    private static void flip(MemorySegment memory, long offset) {
        memory.set(ValueLayout.JAVA_BYTE, offset, (byte) ~memory.get(ValueLayout.JAVA_BYTE, offset));
    }

    @Test
    void invalidNamespacesAreRefused(Conformance c) {
        BlockCommands.checkNamespaces(c, (namespace, lba, blocks) -> compare(c, namespace, lba, blocks));
        c.io(compare(c, RAM, 0, 1).namespaceId(SubmissionEntry.NSID_ALL))
                .refused(StatusCode.INVALID_FIELD)
                .at(SubmissionEntry.NSID);
    }

    @Test
    void rangesBeyondTheNamespaceAreRefused(Conformance c) {
        // What the null namespace reads as is not defined, so that nothing compares equal to it.
        BlockCommands.checkRanges(
                c, (namespace, lba, blocks) -> compareWithItself(c, namespace, lba, blocks), RAM, TestedNamespace.FILE);
    }

    @Test
    void moreThanTheLargestTransferIsRefused(Conformance c) {
        int most = c.driver().maximumTransferBytes() / BLOCK;
        for (int blocks : new int[] {most + 1, 2 * most, 65_536}) {
            c.io(NvmeCommand.io(NvmOpcode.COMPARE)
                            .namespaceId(RAM.id())
                            .blocks(0, blocks, 0)
                            .prp1(c.buffer().iova())
                            .prp2(c.buffer().iova()))
                    .refused(StatusCode.INVALID_FIELD)
                    .at(SubmissionEntry.CDW12);
        }
    }

    @Test
    void theLargestTransferIsComparedToItsEnd(Conformance c) {
        int bytes = c.driver().maximumTransferBytes();
        try (var large = c.driver().allocate(bytes)) {
            NvmeCommand write = NvmeCommand.write(RAM.id(), 0, bytes / BLOCK, false, large, 0, bytes);
            Conformance.pattern(large.segment(), 1);
            c.io(write).succeeds();
            c.io(NvmeCommand.compare(RAM.id(), 0, bytes / BLOCK, large, 0, bytes))
                    .succeeds();
            flip(large.segment(), bytes - 1);
            c.io(NvmeCommand.compare(RAM.id(), 0, bytes / BLOCK, large, 0, bytes))
                    .failed(StatusCode.COMPARE_FAILURE, bytes / BLOCK - 1)
                    .nowhere();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TestedNamespace.class,
            names = {"RAM", "FILE"})
    void blocksThatAreEqualCompareAndNothingChanges(TestedNamespace namespace, Conformance c) {
        for (int blocks : new int[] {1, 7, 8, 9, 256}) {
            c.fill(namespace, LBA, blocks, 2);
            MemorySegment before = c.content(namespace, LBA, blocks);
            c.buffer().segment().copyFrom(before);
            for (int flags : new int[] {0, IoCommand.FUA, IoCommand.LIMITED_RETRY, IoCommand.PRINFO_MASK}) {
                c.io(compare(c, namespace, LBA, blocks).cdw12Flags(flags)).succeeds();
            }
            assertThat(c.content(namespace, LBA, blocks).mismatch(before)).isEqualTo(-1);
            assertThat(c.buffer().segment().asSlice(0, before.byteSize()).mismatch(before))
                    .isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TestedNamespace.class,
            names = {"RAM", "FILE"})
    void theErrorLogNamesTheFirstBlockThatDiffers(TestedNamespace namespace, Conformance c) {
        int blocks = 256;
        c.fill(namespace, LBA, blocks, 3);
        MemorySegment before = c.content(namespace, LBA, blocks);
        for (int block : new int[] {0, 1, 127, 128, 255}) {
            for (int offset : new int[] {0, 255, BLOCK - 1}) {
                c.buffer().segment().copyFrom(before);
                flip(c.buffer().segment(), (long) block * BLOCK + offset);
                // further ones are not told of
                flip(c.buffer().segment(), (long) blocks * BLOCK - 1 - (block == blocks - 1 ? BLOCK / 4 : 0));
                int first = block;
                c.io(compare(c, namespace, LBA, blocks))
                        .failed(StatusCode.COMPARE_FAILURE, LBA + first)
                        .nowhere();
            }
        }
        assertThat(c.content(namespace, LBA, blocks).mismatch(before)).isEqualTo(-1);
    }

    @Test
    void badPointersAreRefused(Conformance c) {
        for (BadPrps bad : BadPrps.all(c, Protection.WRITE)) {
            Outcome outcome = c.io(withPointers(bad.prp1(), bad.prp2()));
            // where it is told to be is another test's matter
            c.settle(outcome.refused(bad.status()));
        }
    }

    @Test
    void memoryThatMayOnlyBeReadIsComparedWith(Conformance c) {
        ForeignMemory readOnly = c.map(ForeignMemory.UNMAPPED, 1, Protection.READ);
        c.fill(RAM, LBA, 8, 4);
        readOnly.segment().copyFrom(c.content(RAM, LBA, 8));
        c.io(NvmeCommand.io(NvmOpcode.COMPARE)
                        .namespaceId(RAM.id())
                        .blocks(LBA, 8, 0)
                        .prp1(readOnly.iova()))
                .succeeds();
    }
}
