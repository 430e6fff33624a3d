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

/** Write Zeroes. NVM Command Set 1.1, section 3.3.8. */
@ConformanceSuite
class WriteZeroesConformanceTest {
    private static NvmeCommand zero(TestedNamespace namespace, long lba, int blocks) {
        return NvmeCommand.writeZeroes(namespace.id(), lba, blocks, false);
    }

    @Test
    void invalidNamespacesAreRefused(Conformance c) {
        BlockCommands.checkNamespaces(c, WriteZeroesConformanceTest::zero);
    }

    @Test
    void rangesBeyondTheNamespaceAreRefused(Conformance c) {
        BlockCommands.checkRanges(c, WriteZeroesConformanceTest::zero);
    }

    @ParameterizedTest
    @EnumSource(
            value = TestedNamespace.class,
            names = {"RAM", "FILE"})
    void onlyTheBlocksNamedReadAsZeroes(TestedNamespace namespace, Conformance c) {
        int seed = 1;
        for (int flags : new int[] {0, IoCommand.FUA, IoCommand.DEALLOCATE, IoCommand.DEALLOCATE | IoCommand.FUA}) {
            c.fill(namespace, 200, 64, seed++);
            MemorySegment before = c.content(namespace, 200, 64);
            c.io(zero(namespace, 213, 17).cdw12(16 | flags)).succeeds();
            MemorySegment after = c.content(namespace, 200, 64);
            int from = 13 * TestedNamespace.BLOCK_BYTES;
            int to = from + 17 * TestedNamespace.BLOCK_BYTES;
            before.asSlice(from, to - from).fill((byte) 0);
            assertThat(after.mismatch(before)).as("flags %x", flags).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TestedNamespace.class,
            names = {"RAM", "FILE"})
    void aRefusedCommandChangesNothing(TestedNamespace namespace, Conformance c) {
        long end = namespace.blocks();
        c.fill(namespace, end - 16, 16, 9);
        MemorySegment before = c.content(namespace, end - 16, 16);
        c.io(zero(namespace, end - 8, 9)).refused(StatusCode.LBA_OUT_OF_RANGE).at(SubmissionEntry.CDW10);
        c.io(zero(namespace, end - 8, 65_536))
                .refused(StatusCode.LBA_OUT_OF_RANGE)
                .at(SubmissionEntry.CDW10);
        assertThat(c.content(namespace, end - 16, 16).mismatch(before)).isEqualTo(-1);
    }

    @Test
    void itTransfersNothingAndIsNotLimitedByTheLargestTransfer(Conformance c) {
        c.fill(RAM, 65_535, 8, 12);
        c.io(zero(RAM, 0, 65_536).prp1(ForeignMemory.UNMAPPED + 1).prp2(3)).succeeds();
        MemorySegment data = c.content(RAM, 65_535, 8);
        assertThat(data.asSlice(0, 512).mismatch(MemorySegment.ofArray(new byte[512])))
                .isEqualTo(-1);
        assertThat(data.asSlice(512, 512).mismatch(MemorySegment.ofArray(new byte[512])))
                .isNotEqualTo(-1);
    }
}
