package io.vfiouser.nvme.conformance;

import static io.vfiouser.nvme.conformance.TestedNamespace.RAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.DmaBuffer;
import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.driver.SglBuilder;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.spec.SglDescriptor;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** SGLs as data pointers. Base 2.1, section 4.3.2. */
@ConformanceSuite
class SglConformanceTest {
    private static final int BLOCK = TestedNamespace.BLOCK_BYTES;
    private static final int BLOCKS = 8;
    private static final int BYTES = BLOCKS * BLOCK;
    private static final int LBA = 600;
    private static final int LIST_BYTES = 8192;
    private static final int D = SglDescriptor.LENGTH_BYTES;
    private static final byte UNTOUCHED = 0x5A;

    private static NvmeCommand read() {
        return NvmeCommand.io(NvmOpcode.READ).namespaceId(RAM.id()).blocks(LBA, BLOCKS, 0);
    }

    private static NvmeCommand write() {
        return NvmeCommand.io(NvmOpcode.WRITE).namespaceId(RAM.id()).blocks(LBA, BLOCKS, 0);
    }

    private static MemorySegment filled(Conformance c, int seed) {
        c.fill(RAM, LBA, BLOCKS, seed);
        c.buffer().segment().fill(UNTOUCHED);
        return c.content(RAM, LBA, BLOCKS);
    }

    private static void assertSame(MemorySegment found, long offset, MemorySegment expected, long from, long length) {
        assertThat(found.asSlice(offset, length).mismatch(expected.asSlice(from, length)))
                .as("%d bytes of the data from %d on, found at %d", length, from, offset)
                .isEqualTo(-1);
    }

    private static void assertUntouched(MemorySegment memory) {
        MemorySegment untouched =
                MemorySegment.ofArray(new byte[(int) memory.byteSize()]).fill(UNTOUCHED);
        assertThat(memory.mismatch(untouched)).isEqualTo(-1);
    }

    private static SglBuilder list(DmaBuffer memory, Consumer<SglBuilder> content) {
        SglBuilder list = new SglBuilder(memory);
        content.accept(list);
        return list;
    }

    private static void refused(Conformance c, NvmeCommand command, StatusCode status) {
        MemorySegment before = c.content(RAM, LBA, BLOCKS);
        c.io(command).refused(status).at(SubmissionEntry.DPTR);
        assertThat(c.content(RAM, LBA, BLOCKS).mismatch(before)).isEqualTo(-1);
    }

    @Test
    void aDataBlockInTheCommandHasAnyAddress(Conformance c) {
        for (int offset : new int[] {0, 1, 3, 511, 4095}) {
            MemorySegment expected = filled(c, offset);
            c.io(read().sgl(c.buffer(), offset, BYTES)).succeeds();
            assertSame(c.buffer().segment(), offset, expected, 0, BYTES);
            assertUntouched(c.buffer().segment().asSlice(0, offset));
            assertUntouched(c.buffer().segment().asSlice(offset + BYTES));
            Conformance.pattern(c.buffer().segment(), offset + 7);
            c.io(write().sgl(c.buffer(), offset, BYTES)).succeeds();
            assertSame(c.buffer().segment(), offset, c.content(RAM, LBA, BLOCKS), 0, BYTES);
        }
    }

    @Test
    void aListMayDescribeMoreThanTheData(Conformance c) {
        MemorySegment expected = filled(c, 20);
        c.io(read().sgl(c.buffer(), 0, BYTES + 1000)).succeeds();
        assertSame(c.buffer().segment(), 0, expected, 0, BYTES);
        assertUntouched(c.buffer().segment().asSlice(BYTES));
    }

    @Test
    void segmentsFollowOneAnother(Conformance c) {
        MemorySegment expected = filled(c, 30);
        try (DmaBuffer memory = c.driver().allocate(LIST_BYTES)) {
            SglBuilder list = list(
                    memory,
                    l -> l.data(c.buffer(), 9000, 1000)
                            .data(c.buffer(), 5001, 0)
                            .chain(2048)
                            .data(c.buffer(), 3, 96)
                            .chain()
                            .data(c.buffer(), 20_001, 2904)
                            .chain(4088)
                            .data(c.buffer(), 30_000, BYTES - 4000));
            c.io(read().sgl(list)).succeeds();
            MemorySegment found = c.buffer().segment();
            assertSame(found, 9000, expected, 0, 1000);
            assertSame(found, 3, expected, 1000, 96);
            assertSame(found, 20_001, expected, 1096, 2904);
            assertSame(found, 30_000, expected, 4000, BYTES - 4000);
            assertUntouched(found.asSlice(99, 9000 - 99));
            assertUntouched(found.asSlice(30_000 + BYTES - 4000));
            c.fill(RAM, LBA, BLOCKS, 31);
            c.io(write().sgl(list)).succeeds();
            assertSame(c.content(RAM, LBA, BLOCKS), 0, expected, 0, BYTES);
        }
    }

    @Test
    void bitBucketsTakeWhatIsReadAndGiveNothingToWrite(Conformance c) {
        MemorySegment expected = filled(c, 40);
        try (DmaBuffer memory = c.driver().allocate(LIST_BYTES)) {
            SglBuilder list = list(
                    memory, l -> l.data(c.buffer(), 0, 1000).bitBucket(2000).data(c.buffer(), 1000, BYTES - 3000));
            c.io(read().sgl(list)).succeeds();
            assertSame(c.buffer().segment(), 0, expected, 0, 1000);
            assertSame(c.buffer().segment(), 1000, expected, 3000, BYTES - 3000);
            assertUntouched(c.buffer().segment().asSlice(BYTES - 2000));
            refused(c, write().sgl(list), StatusCode.DATA_SGL_LENGTH_INVALID);

            Conformance.pattern(c.buffer().segment(), 41);
            SglBuilder whole = list(
                    memory, l -> l.data(c.buffer(), 0, 1000).bitBucket(2000).data(c.buffer(), 1000, BYTES - 1000));
            c.io(write().sgl(whole)).succeeds();
            assertSame(c.content(RAM, LBA, BLOCKS), 0, c.buffer().segment(), 0, BYTES);
        }
    }

    @Test
    void aListThatIsTooShortIsRefused(Conformance c) {
        var _ = filled(c, 50);
        try (DmaBuffer memory = c.driver().allocate(LIST_BYTES)) {
            for (int missing : new int[] {1, BLOCK, BYTES}) {
                SglBuilder list = list(
                        memory,
                        l -> l.data(c.buffer(), 0, (BYTES - missing) / 2)
                                .chain()
                                .data(c.buffer(), 8192, BYTES - missing - (BYTES - missing) / 2));
                for (NvmeCommand command : new NvmeCommand[] {read(), write()}) {
                    refused(c, command.sgl(c.buffer(), 0, BYTES - missing), StatusCode.DATA_SGL_LENGTH_INVALID);
                    refused(c, command.sgl(list), StatusCode.DATA_SGL_LENGTH_INVALID);
                }
            }
        }
    }

    @Test
    void otherTypesAreRefused(Conformance c) {
        try (DmaBuffer memory = c.driver().allocate(LIST_BYTES)) {
            for (int identifier = 0; identifier < 256; identifier++) {
                if (identifier == SglDescriptor.DATA_BLOCK
                        || identifier == SglDescriptor.BIT_BUCKET
                        || identifier == SglDescriptor.SEGMENT
                        || identifier == SglDescriptor.LAST_SEGMENT) {
                    continue;
                }
                int invalid = identifier;
                c.io(read().sgl(c.buffer().iova(), BYTES, invalid))
                        .refused(StatusCode.SGL_DESCRIPTOR_TYPE_INVALID)
                        .at(SubmissionEntry.DPTR);
                SglBuilder list = list(
                        memory,
                        l -> l.data(c.buffer(), 0, BLOCK).descriptor(c.buffer().iova(), BYTES, invalid));
                c.io(write().sgl(list))
                        .refused(StatusCode.SGL_DESCRIPTOR_TYPE_INVALID)
                        .at(SubmissionEntry.DPTR);
            }
        }
    }

    @Test
    void aLastSegmentLeadsNowhere(Conformance c) {
        try (DmaBuffer memory = c.driver().allocate(LIST_BYTES)) {
            for (int identifier : new int[] {SglDescriptor.SEGMENT, SglDescriptor.LAST_SEGMENT}) {
                SglBuilder list =
                        list(memory, l -> l.data(c.buffer(), 0, BLOCK).descriptor(memory.iova() + 4096, D, identifier));
                SglDescriptor.write(memory.segment(), 4096, c.buffer().iova(), BYTES, SglDescriptor.DATA_BLOCK);
                refused(c, read().sgl(list), StatusCode.INVALID_SGL_SEGMENT_DESCRIPTOR);
                refused(c, write().sgl(list), StatusCode.INVALID_SGL_SEGMENT_DESCRIPTOR);
            }
        }
    }

    @Test
    void whatLeadsToASegmentEndsTheOneItIsIn(Conformance c) {
        try (DmaBuffer memory = c.driver().allocate(LIST_BYTES)) {
            SglDescriptor.write(memory.segment(), 4096, c.buffer().iova(), BYTES, SglDescriptor.DATA_BLOCK);
            for (int identifier : new int[] {SglDescriptor.SEGMENT, SglDescriptor.LAST_SEGMENT}) {
                SglBuilder list = list(
                        memory,
                        l -> l.data(c.buffer(), 0, BLOCK)
                                .descriptor(memory.iova() + 4096, D, identifier)
                                .data(c.buffer(), 0, BYTES));
                NvmeCommand command = read().sgl(list);
                refused(
                        c,
                        command.sgl(memory.iova(), 3 * D, SglDescriptor.SEGMENT),
                        StatusCode.INVALID_NUMBER_OF_SGL_DESCRIPTORS);
            }
        }
    }

    @Test
    void segmentsThatCannotBeAreRefused(Conformance c) {
        try (DmaBuffer memory = c.driver().allocate(LIST_BYTES)) {
            for (int identifier : new int[] {SglDescriptor.SEGMENT, SglDescriptor.LAST_SEGMENT}) {
                SglDescriptor.write(memory.segment(), 0, c.buffer().iova(), BYTES, SglDescriptor.DATA_BLOCK);
                c.io(read().sgl(memory.iova(), D, identifier)).succeeds();
                for (int length : new int[] {0, 1, D - 1, D + 8}) {
                    refused(
                            c,
                            read().sgl(memory.iova(), length, identifier),
                            StatusCode.INVALID_SGL_SEGMENT_DESCRIPTOR);
                }
                for (int misaligned : new int[] {1, 4, 7}) {
                    refused(
                            c,
                            read().sgl(memory.iova() + misaligned, D, identifier),
                            StatusCode.INVALID_SGL_SEGMENT_DESCRIPTOR);
                }
                refused(c, read().sgl(ForeignMemory.UNMAPPED, D, identifier), StatusCode.DATA_TRANSFER_ERROR);
                refused(c, read().sgl(-D, 2 * D, identifier), StatusCode.DATA_SGL_LENGTH_INVALID);
            }
        }
    }

    @Test
    void aChainThatLeadsBackToItselfEnds(Conformance c) {
        try (DmaBuffer memory = c.driver().allocate(LIST_BYTES)) {
            SglDescriptor.write(memory.segment(), 0, memory.iova(), D, SglDescriptor.SEGMENT);
            refused(
                    c,
                    read().sgl(memory.iova(), D, SglDescriptor.SEGMENT),
                    StatusCode.INVALID_NUMBER_OF_SGL_DESCRIPTORS);
        }
    }

    @Test
    void dataThatIsNotMappedIsRefused(Conformance c) {
        for (NvmeCommand command : new NvmeCommand[] {read(), write()}) {
            refused(
                    c,
                    command.sgl(ForeignMemory.UNMAPPED, BYTES, SglDescriptor.DATA_BLOCK),
                    StatusCode.DATA_TRANSFER_ERROR);
            refused(c, command.sgl(-BLOCK, BYTES, SglDescriptor.DATA_BLOCK), StatusCode.DATA_SGL_LENGTH_INVALID);
        }
    }

    @Test
    void adminCommandsUseNoSgls(Conformance c) {
        c.buffer().segment().fill(UNTOUCHED);
        c.admin(NvmeCommand.identify(IdentifyCns.CONTROLLER, 0, c.buffer()).sgl(c.buffer(), 0, 4096))
                .refused(StatusCode.INVALID_FIELD)
                .at(SubmissionEntry.FLAGS_BYTE, SubmissionEntry.PSDT_BIT);
        assertUntouched(c.buffer().segment());
    }
}
