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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Read. NVM Command Set 1.1, section 3.3.4. */
@ConformanceSuite
class ReadConformanceTest {
    private static final int BLOCK = TestedNamespace.BLOCK_BYTES;
    private static final int TRANSFER_BLOCKS = BadPrps.TRANSFER_BYTES / BLOCK;
    private static final byte UNTOUCHED = 0x5A;

    private static NvmeCommand read(Conformance c, TestedNamespace namespace, long lba, int blocks) {
        return NvmeCommand.read(namespace.id(), lba, blocks, c.buffer(), 0, (long) blocks * BLOCK);
    }

    private static NvmeCommand withPointers(long prp1, long prp2) {
        return NvmeCommand.io(NvmOpcode.READ)
                .namespaceId(RAM.id())
                .blocks(0, TRANSFER_BLOCKS, 0)
                .prp1(prp1)
                .prp2(prp2);
    }

    @Test
    void invalidNamespacesAreRefused(Conformance c) {
        BlockCommands.checkNamespaces(c, (namespace, lba, blocks) -> read(c, namespace, lba, blocks));
    }

    @Test
    void allNamespacesAtOnceAreRefused(Conformance c) {
        c.io(read(c, RAM, 0, 1).namespaceId(SubmissionEntry.NSID_ALL))
                .refused(StatusCode.INVALID_FIELD)
                .at(SubmissionEntry.NSID);
    }

    @Test
    void rangesBeyondTheNamespaceAreRefused(Conformance c) {
        c.buffer().segment().fill(UNTOUCHED);
        BlockCommands.checkRanges(c, (namespace, lba, blocks) -> read(c, namespace, lba, blocks));
    }

    @Test
    void moreThanTheLargestTransferIsRefused(Conformance c) {
        int most = c.driver().maximumTransferBytes() / BLOCK;
        for (int blocks : new int[] {most + 1, 2 * most, 65_536}) {
            c.io(NvmeCommand.io(NvmOpcode.READ)
                            .namespaceId(RAM.id())
                            .blocks(0, blocks, 0)
                            .prp1(c.buffer().iova())
                            .prp2(c.buffer().iova()))
                    .refused(StatusCode.INVALID_FIELD)
                    .at(SubmissionEntry.CDW12);
        }
    }

    @Test
    void theLargestTransferIsExecuted(Conformance c) {
        int bytes = c.driver().maximumTransferBytes();
        try (var large = c.driver().allocate(bytes)) {
            for (TestedNamespace namespace : TestedNamespace.values()) {
                c.io(NvmeCommand.read(namespace.id(), 0, bytes / BLOCK, large, 0, bytes))
                        .succeeds();
            }
        }
    }

    @Test
    void badPointersAreRefusedAndNothingIsWrittenBeyondTheBuffer(Conformance c) {
        for (BadPrps bad : BadPrps.all(c, Protection.READ)) {
            c.buffer().segment().fill(UNTOUCHED);
            Outcome outcome = c.io(withPointers(bad.prp1(), bad.prp2()));
            // where it is told to be is another test's matter
            c.settle(outcome.refused(bad.status()));
            assertThat(firstTouched(c.buffer().segment().asSlice(BadPrps.TRANSFER_BYTES)))
                    .as(bad.name())
                    .isEqualTo(-1);
        }
    }

    @Test
    void badPointersAreLocated(Conformance c) {
        for (BadPrps bad : BadPrps.all(c, Protection.READ)) {
            c.io(withPointers(bad.prp1(), bad.prp2())).refused(bad.status()).at(bad.location());
        }
    }

    @Test
    void aSecondPageWithAnOffsetIsRefused(Conformance c) {
        for (int offset : new int[] {4, 512, 4092}) {
            Outcome outcome = c.io(NvmeCommand.io(NvmOpcode.READ)
                    .namespaceId(RAM.id())
                    .blocks(0, 16, 0)
                    .prp1(c.buffer().iova())
                    .prp2(c.buffer().iova() + 4096 + offset));
            c.settle(outcome.refused(StatusCode.PRP_OFFSET_INVALID));
        }
    }

    @Test
    void readOnlyMemoryIsNotWritten(Conformance c) {
        ForeignMemory readOnly = c.map(ForeignMemory.UNMAPPED, 4, Protection.READ);
        readOnly.segment().fill(UNTOUCHED);
        c.fill(RAM, 0, 8, 1);
        c.io(NvmeCommand.io(NvmOpcode.READ)
                        .namespaceId(RAM.id())
                        .blocks(0, 8, 0)
                        .prp1(readOnly.iova()))
                .refused(StatusCode.DATA_TRANSFER_ERROR)
                .at(SubmissionEntry.PRP1);
        assertThat(firstTouched(readOnly.segment())).isEqualTo(-1);
    }

    @Test
    void aBufferAcrossRegionsThatAreNeighboursIsFilled(Conformance c) {
        c.fill(RAM, 100, 16, 2);
        MemorySegment expected = c.content(RAM, 100, 16);
        ForeignMemory low = c.map(ForeignMemory.UNMAPPED, 1, Protection.READ_WRITE);
        ForeignMemory high = c.map(low.end(), 2, Protection.READ_WRITE);
        ForeignMemory list = c.map(high.end() + 4096, 1, Protection.READ_WRITE);
        list.put(4088 - 8, high.iova()).put(4088, high.page(1));
        c.io(NvmeCommand.io(NvmOpcode.READ)
                        .namespaceId(RAM.id())
                        .blocks(100, 16, 0)
                        .prp1(low.iova() + 2048)
                        .prp2(list.iova() + 4080))
                .succeeds();
        assertThat(low.segment().asSlice(2048).mismatch(expected.asSlice(0, 2048)))
                .isEqualTo(-1);
        assertThat(high.segment().asSlice(0, 8192 - 2048).mismatch(expected.asSlice(2048)))
                .isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource(
            value = TestedNamespace.class,
            names = {"RAM", "FILE"})
    void flagsAndHintsThatChangeNothingHereAreTaken(TestedNamespace namespace, Conformance c) {
        c.fill(namespace, 64, 8, 3);
        MemorySegment expected = c.content(namespace, 64, 8);
        for (int flags : new int[] {
            0, IoCommand.FUA, IoCommand.LIMITED_RETRY, IoCommand.FUA | IoCommand.LIMITED_RETRY, IoCommand.PRINFO_MASK
        }) {
            c.buffer().segment().fill((byte) 0);
            c.io(read(c, namespace, 64, 8).cdw12(7 | flags).cdw13(0xFF).metadata(ForeignMemory.UNMAPPED))
                    .succeeds();
            assertThat(c.buffer().segment().asSlice(0, 8L * BLOCK).mismatch(expected))
                    .as("flags %x", flags)
                    .isEqualTo(-1);
        }
    }

    private static long firstTouched(MemorySegment memory) {
        MemorySegment expected =
                MemorySegment.ofArray(new byte[(int) memory.byteSize()]).fill(UNTOUCHED);
        return memory.mismatch(expected);
    }
}
