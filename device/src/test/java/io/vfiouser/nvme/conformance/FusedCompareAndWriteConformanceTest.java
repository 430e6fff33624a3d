package io.vfiouser.nvme.conformance;

import static io.vfiouser.nvme.conformance.TestedNamespace.RAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.DmaBuffer;
import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The fused operation Compare and Write. Base 2.1, section 3.4.2; NVM Command Set 1.1, section 3.2.1. */
@ConformanceSuite
class FusedCompareAndWriteConformanceTest {
    private static final int BLOCK = TestedNamespace.BLOCK_BYTES;
    private static final int BLOCKS = 16;
    private static final int BYTES = BLOCKS * BLOCK;
    private static final int LBA = 400;
    /** Where the data to be written is in the buffer; what to compare with is before. */
    private static final int WRITTEN = 64 << 10;

    private static NvmeCommand compare(Conformance c, TestedNamespace namespace, long lba, int blocks) {
        return NvmeCommand.compare(namespace.id(), lba, blocks, c.buffer(), 0, (long) blocks * BLOCK);
    }

    private static NvmeCommand write(Conformance c, TestedNamespace namespace, long lba, int blocks) {
        return NvmeCommand.write(namespace.id(), lba, blocks, false, c.buffer(), WRITTEN, (long) blocks * BLOCK);
    }

    /** Fills the blocks, and has what they hold and something else to write in the buffer. */
    private static MemorySegment prepare(Conformance c, TestedNamespace namespace, int seed) {
        c.fill(namespace, LBA, BLOCKS, seed);
        MemorySegment before = c.content(namespace, LBA, BLOCKS);
        c.buffer().segment().copyFrom(before);
        Conformance.pattern(written(c.buffer()), seed + 1);
        return before;
    }

    private static MemorySegment written(DmaBuffer buffer) {
        return buffer.segment().asSlice(WRITTEN, BYTES);
    }

    private static void assertHolds(Conformance c, TestedNamespace namespace, MemorySegment expected) {
        assertThat(c.content(namespace, LBA, BLOCKS).mismatch(expected)).isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource(
            value = TestedNamespace.class,
            names = {"RAM", "FILE"})
    void blocksThatAreEqualAreWritten(TestedNamespace namespace, Conformance c) {
        for (int round = 0; round < 40; round++) {
            var _ = prepare(c, namespace, round);
            Conformance.Pair pair = c.fused(compare(c, namespace, LBA, BLOCKS), write(c, namespace, LBA, BLOCKS));
            pair.first().succeeds();
            pair.second().succeeds();
            assertHolds(c, namespace, written(c.buffer()));
        }
    }

    @Test
    void theDriverTellsHowBothEnded(Conformance c) {
        var _ = prepare(c, RAM, 50);
        var both = c.driver().ioQueue(0).executeFused(compare(c, RAM, LBA, BLOCKS), write(c, RAM, LBA, BLOCKS));
        assertThat(both.first().successful()).isTrue();
        assertThat(both.second().successful()).isTrue();
        assertHolds(c, RAM, written(c.buffer()));
    }

    @ParameterizedTest
    @EnumSource(
            value = TestedNamespace.class,
            names = {"RAM", "FILE"})
    void aDifferenceFailsBothAndNothingIsWritten(TestedNamespace namespace, Conformance c) {
        MemorySegment before = prepare(c, namespace, 60);
        for (int block : new int[] {0, 1, BLOCKS - 1}) {
            c.buffer().segment().copyFrom(before);
            long at = (long) block * BLOCK + 5;
            byte other = (byte) ~before.get(ValueLayout.JAVA_BYTE, at);
            c.buffer().segment().set(ValueLayout.JAVA_BYTE, at, other);
            Conformance.Pair pair = c.fused(compare(c, namespace, LBA, BLOCKS), write(c, namespace, LBA, BLOCKS));
            pair.first().failed(StatusCode.COMPARE_FAILURE, LBA + block).nowhere();
            pair.second().refused(StatusCode.ABORTED_FAILED_FUSED).nowhere();
            assertHolds(c, namespace, before);
        }
    }

    @Test
    void rangesThatDifferAreRefused(Conformance c) {
        MemorySegment before = prepare(c, RAM, 70);
        for (int away : new int[] {-1, 1, 64}) {
            Conformance.Pair pair = c.fused(compare(c, RAM, LBA, 8), write(c, RAM, LBA + away, 8));
            pair.first().refused(StatusCode.INVALID_FIELD).at(SubmissionEntry.CDW10);
            pair.second().refused(StatusCode.INVALID_FIELD).at(SubmissionEntry.CDW10);
        }
        for (int blocks : new int[] {7, 9}) {
            Conformance.Pair pair = c.fused(compare(c, RAM, LBA, 8), write(c, RAM, LBA, blocks));
            pair.first().refused(StatusCode.INVALID_FIELD).at(SubmissionEntry.CDW12);
            pair.second().refused(StatusCode.INVALID_FIELD).at(SubmissionEntry.CDW12);
        }
        assertHolds(c, RAM, before);
    }

    @Test
    void namespacesThatDifferAreRefused(Conformance c) {
        MemorySegment before = prepare(c, RAM, 80);
        Conformance.Pair pair = c.fused(compare(c, RAM, LBA, BLOCKS), write(c, TestedNamespace.FILE, LBA, BLOCKS));
        pair.first().refused(StatusCode.INVALID_FIELD).at(SubmissionEntry.NSID);
        pair.second().refused(StatusCode.INVALID_FIELD).at(SubmissionEntry.NSID);
        assertHolds(c, RAM, before);
    }

    @Test
    void otherCommandsAreNotFused(Conformance c) {
        MemorySegment before = prepare(c, RAM, 90);
        Conformance.Pair reversed = c.fused(write(c, RAM, LBA, BLOCKS), compare(c, RAM, LBA, BLOCKS));
        reversed.first().refused(StatusCode.INVALID_FIELD).at(SubmissionEntry.FLAGS_BYTE);
        reversed.second().refused(StatusCode.INVALID_FIELD).at(SubmissionEntry.FLAGS_BYTE);
        Conformance.Pair writes = c.fused(write(c, RAM, LBA, BLOCKS), write(c, RAM, LBA, BLOCKS));
        writes.first().refused(StatusCode.INVALID_FIELD).at(SubmissionEntry.FLAGS_BYTE);
        writes.second().refused(StatusCode.INVALID_FIELD).at(SubmissionEntry.FLAGS_BYTE);
        assertHolds(c, RAM, before);
    }

    @Test
    void aWriteThatIsRefusedAbortsTheCompare(Conformance c) {
        MemorySegment before = prepare(c, RAM, 100);
        Conformance.Pair pair = c.fused(compare(c, RAM, LBA, 8), write(c, RAM, RAM.blocks(), 8));
        pair.first().refused(StatusCode.ABORTED_FAILED_FUSED).nowhere();
        pair.second().refused(StatusCode.LBA_OUT_OF_RANGE).at(SubmissionEntry.CDW10);
        assertHolds(c, RAM, before);
    }

    @Test
    void aCompareThatIsRefusedAbortsTheWrite(Conformance c) {
        MemorySegment before = prepare(c, RAM, 110);
        Conformance.Pair pair = c.fused(compare(c, RAM, RAM.blocks(), 8), write(c, RAM, LBA, 8));
        pair.first().refused(StatusCode.LBA_OUT_OF_RANGE).at(SubmissionEntry.CDW10);
        pair.second().refused(StatusCode.ABORTED_FAILED_FUSED).nowhere();
        assertHolds(c, RAM, before);
    }

    @Test
    void aFirstCommandWithoutSecondIsAborted(Conformance c) {
        MemorySegment before = prepare(c, RAM, 120);
        c.io(compare(c, RAM, LBA, BLOCKS).fused(SubmissionEntry.FUSE_FIRST))
                .refused(StatusCode.ABORTED_MISSING_FUSED)
                .nowhere();
        Conformance.Pair pair =
                c.pair(compare(c, RAM, LBA, BLOCKS).fused(SubmissionEntry.FUSE_FIRST), NvmeCommand.flush(RAM.id()));
        pair.first().refused(StatusCode.ABORTED_MISSING_FUSED).nowhere();
        pair.second().succeeds();
        assertHolds(c, RAM, before);
    }

    @Test
    void aSecondCommandWithoutFirstIsAborted(Conformance c) {
        MemorySegment before = prepare(c, RAM, 130);
        c.io(write(c, RAM, LBA, BLOCKS).fused(SubmissionEntry.FUSE_SECOND))
                .refused(StatusCode.ABORTED_MISSING_FUSED)
                .nowhere();
        Conformance.Pair pair =
                c.pair(compare(c, RAM, LBA, BLOCKS), write(c, RAM, LBA, BLOCKS).fused(SubmissionEntry.FUSE_SECOND));
        pair.first().succeeds();
        pair.second().refused(StatusCode.ABORTED_MISSING_FUSED).nowhere();
        assertHolds(c, RAM, before);
    }
}
