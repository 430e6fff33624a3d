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

/** Write. NVM Command Set 1.1, section 3.3.6. */
@ConformanceSuite
class WriteConformanceTest {
    private static final int BLOCK = TestedNamespace.BLOCK_BYTES;
    private static final int TRANSFER_BLOCKS = BadPrps.TRANSFER_BYTES / BLOCK;
    private static final int WATCHED_BLOCKS = 256;
    private static final int DIRECTIVE_SHIFT = 20;

    private static NvmeCommand write(Conformance c, TestedNamespace namespace, long lba, int blocks) {
        return NvmeCommand.write(namespace.id(), lba, blocks, false, c.buffer(), 0, (long) blocks * BLOCK);
    }

    private static NvmeCommand withPointers(long prp1, long prp2) {
        return NvmeCommand.io(NvmOpcode.WRITE)
                .namespaceId(RAM.id())
                .blocks(8, TRANSFER_BLOCKS, 0)
                .prp1(prp1)
                .prp2(prp2);
    }

    @Test
    void invalidNamespacesAreRefused(Conformance c) {
        BlockCommands.checkNamespaces(c, (namespace, lba, blocks) -> write(c, namespace, lba, blocks));
    }

    @Test
    void allNamespacesAtOnceAreRefused(Conformance c) {
        c.io(write(c, RAM, 0, 1).namespaceId(SubmissionEntry.NSID_ALL))
                .refused(StatusCode.INVALID_FIELD)
                .at(SubmissionEntry.NSID);
    }

    @Test
    void rangesBeyondTheNamespaceAreRefused(Conformance c) {
        BlockCommands.checkRanges(c, (namespace, lba, blocks) -> write(c, namespace, lba, blocks));
    }

    @ParameterizedTest
    @EnumSource(
            value = TestedNamespace.class,
            names = {"RAM", "FILE"})
    void aWriteThatEndsBeyondTheNamespaceChangesNothing(TestedNamespace namespace, Conformance c) {
        long end = namespace.blocks();
        c.fill(namespace, end - 16, 16, 1);
        c.fill(namespace, 0, 16, 2);
        MemorySegment tail = c.content(namespace, end - 16, 16);
        MemorySegment start = c.content(namespace, 0, 16);
        Conformance.pattern(c.buffer().segment(), 3);
        for (int over = 1; over <= 8; over++) {
            c.io(write(c, namespace, end - 8 + over, 8))
                    .refused(StatusCode.LBA_OUT_OF_RANGE)
                    .at(SubmissionEntry.CDW10);
            c.io(write(c, namespace, -over, 8))
                    .refused(StatusCode.LBA_OUT_OF_RANGE)
                    .at(SubmissionEntry.CDW10);
        }
        assertThat(c.content(namespace, end - 16, 16).mismatch(tail)).isEqualTo(-1);
        assertThat(c.content(namespace, 0, 16).mismatch(start)).isEqualTo(-1);
    }

    @Test
    void moreThanTheLargestTransferIsRefused(Conformance c) {
        int most = c.driver().maximumTransferBytes() / BLOCK;
        c.fill(RAM, 0, WATCHED_BLOCKS, 4);
        MemorySegment before = c.content(RAM, 0, WATCHED_BLOCKS);
        for (int blocks : new int[] {most + 1, 2 * most, 65_536}) {
            c.io(NvmeCommand.io(NvmOpcode.WRITE)
                            .namespaceId(RAM.id())
                            .blocks(0, blocks, 0)
                            .prp1(c.buffer().iova())
                            .prp2(c.buffer().iova()))
                    .refused(StatusCode.INVALID_FIELD)
                    .at(SubmissionEntry.CDW12);
        }
        assertThat(c.content(RAM, 0, WATCHED_BLOCKS).mismatch(before)).isEqualTo(-1);
    }

    @Test
    void badPointersAreRefusedAndEachBlockKeepsItsOldDataOrHasItsNew(Conformance c) {
        c.fill(RAM, 0, WATCHED_BLOCKS, 5);
        MemorySegment before = c.content(RAM, 0, WATCHED_BLOCKS);
        for (BadPrps bad : BadPrps.all(c, Protection.WRITE)) {
            Conformance.pattern(c.buffer().segment(), 6);
            Outcome outcome = c.io(withPointers(bad.prp1(), bad.prp2()));
            // where it is told to be is another test's matter
            c.settle(outcome.refused(bad.status()));
            MemorySegment after = c.content(RAM, 0, WATCHED_BLOCKS);
            for (int block = 0; block < WATCHED_BLOCKS; block++) {
                boolean old = same(after, block, before, block);
                boolean written = block >= 8
                        && block < 8 + TRANSFER_BLOCKS
                        && same(after, block, c.buffer().segment(), block - 8);
                assertThat(old || written)
                        .as("block %d after %s", block, bad.name())
                        .isTrue();
            }
        }
    }

    private static boolean same(MemorySegment one, int block, MemorySegment other, int otherBlock) {
        return one.asSlice((long) block * BLOCK, BLOCK).mismatch(other.asSlice((long) otherBlock * BLOCK, BLOCK)) == -1;
    }

    @Test
    void badPointersAreLocated(Conformance c) {
        for (BadPrps bad : BadPrps.all(c, Protection.WRITE)) {
            c.io(withPointers(bad.prp1(), bad.prp2())).refused(bad.status()).at(bad.location());
        }
    }

    @Test
    void memoryThatMayOnlyBeReadIsWrittenFrom(Conformance c) {
        ForeignMemory readOnly = c.map(ForeignMemory.UNMAPPED, 1, Protection.READ);
        Conformance.pattern(readOnly.segment(), 7);
        c.io(NvmeCommand.io(NvmOpcode.WRITE)
                        .namespaceId(RAM.id())
                        .blocks(500, 8, 0)
                        .prp1(readOnly.iova()))
                .succeeds();
        assertThat(c.content(RAM, 500, 8).mismatch(readOnly.segment())).isEqualTo(-1);
    }

    @Test
    void directivesThatAreNotSupportedAreRefused(Conformance c) {
        c.fill(RAM, 0, 8, 8);
        MemorySegment before = c.content(RAM, 0, 8);
        for (int type = 1; type < 16; type++) {
            c.io(write(c, RAM, 0, 8).cdw12(7 | type << DIRECTIVE_SHIFT))
                    .refused(StatusCode.INVALID_FIELD)
                    .at(SubmissionEntry.CDW12 + 2, 4);
        }
        assertThat(c.content(RAM, 0, 8).mismatch(before)).isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource(
            value = TestedNamespace.class,
            names = {"RAM", "FILE"})
    void flagsAndHintsThatChangeNothingHereAreTaken(TestedNamespace namespace, Conformance c) {
        int seed = 10;
        for (int flags : new int[] {
            0, IoCommand.FUA, IoCommand.LIMITED_RETRY, IoCommand.FUA | IoCommand.LIMITED_RETRY, IoCommand.PRINFO_MASK
        }) {
            Conformance.pattern(c.buffer().segment(), seed++);
            c.io(write(c, namespace, 64, 8).cdw12(7 | flags).cdw13(0xFF).metadata(ForeignMemory.UNMAPPED))
                    .succeeds();
            assertThat(c.content(namespace, 64, 8).mismatch(c.buffer().segment().asSlice(0, 8L * BLOCK)))
                    .as("flags %x", flags)
                    .isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TestedNamespace.class,
            names = {"RAM", "FILE"})
    void onlyTheBlocksNamedAreWritten(TestedNamespace namespace, Conformance c) {
        c.fill(namespace, 1000, 32, 20);
        MemorySegment before = c.content(namespace, 1000, 32);
        Conformance.pattern(c.buffer().segment(), 21);
        c.io(write(c, namespace, 1007, 9)).succeeds();
        MemorySegment after = c.content(namespace, 1000, 32);
        for (int block = 0; block < 32; block++) {
            boolean named = block >= 7 && block < 16;
            assertThat(named ? same(after, block, c.buffer().segment(), block - 7) : same(after, block, before, block))
                    .as("block %d", block)
                    .isTrue();
        }
    }
}
