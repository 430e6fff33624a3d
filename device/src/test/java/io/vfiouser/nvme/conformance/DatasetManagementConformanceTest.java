package io.vfiouser.nvme.conformance;

import static io.vfiouser.nvme.conformance.TestedNamespace.RAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.DatasetManagementRange;
import io.vfiouser.nvme.spec.IdentifyNamespace;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.os.Protection;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Dataset Management. NVM Command Set 1.1, section 3.3.3. */
@ConformanceSuite
class DatasetManagementConformanceTest {
    private static final int BLOCK = TestedNamespace.BLOCK_BYTES;
    private static final int RANGE = DatasetManagementRange.LENGTH_BYTES;

    private static NvmeCommand manage(Conformance c, TestedNamespace namespace, long[]... ranges) {
        for (int i = 0; i < ranges.length; i++) {
            DatasetManagementRange.write(c.buffer().segment(), (long) i * RANGE, ranges[i][0], ranges[i][1]);
        }
        return NvmeCommand.io(NvmOpcode.DATASET_MANAGEMENT)
                .namespaceId(namespace.id())
                .cdw10(ranges.length - 1)
                .cdw11(IoCommand.DSM_DEALLOCATE)
                .data(c.buffer(), 0, (long) ranges.length * RANGE);
    }

    private static long[] range(long lba, long blocks) {
        return new long[] {lba, blocks};
    }

    @Test
    void invalidNamespacesAreRefused(Conformance c) {
        for (int nsid : new int[] {0, c.namespaceBeyond(), 0xFFFF_FFFE}) {
            c.io(manage(c, RAM, range(0, 1)).namespaceId(nsid))
                    .refused(StatusCode.INVALID_NAMESPACE_OR_FORMAT)
                    .at(SubmissionEntry.NSID);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TestedNamespace.class,
            names = {"RAM", "FILE"})
    void deallocatedBlocksReadAsAnnouncedAndTheOthersStay(TestedNamespace namespace, Conformance c) {
        c.fill(namespace, 512, 64, 1);
        MemorySegment before = c.content(namespace, 512, 64);
        c.io(manage(c, namespace, range(520, 8), range(544, 1), range(600, 0))).succeeds();
        MemorySegment after = c.content(namespace, 512, 64);
        int behaviour = c.driver()
                        .namespace(namespace.id())
                        .structure()
                        .segment()
                        .get(java.lang.foreign.ValueLayout.JAVA_BYTE, IdentifyNamespace.DLFEAT)
                & 0x7;
        for (int block = 0; block < 64; block++) {
            MemorySegment now = after.asSlice((long) block * BLOCK, BLOCK);
            MemorySegment old = before.asSlice((long) block * BLOCK, BLOCK);
            boolean named = (block >= 8 && block < 16) || block == 32;
            if (!named) {
                assertThat(now.mismatch(old)).as("block %d", block).isEqualTo(-1);
            } else if (behaviour == IdentifyNamespace.DLFEAT_READS_ZEROES) {
                assertThat(now.mismatch(MemorySegment.ofArray(new byte[BLOCK])))
                        .as("block %d", block)
                        .isEqualTo(-1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TestedNamespace.class,
            names = {"RAM", "FILE"})
    void oneRangeBeyondTheNamespaceRefusesAllOfThem(TestedNamespace namespace, Conformance c) {
        c.fill(namespace, 0, 64, 2);
        MemorySegment before = c.content(namespace, 0, 64);
        long end = namespace.blocks();
        for (long[] bad : new long[][] {
            range(end, 1), range(end - 1, 2), range(-1, 1), range(-1, 2), range(0, end + 1), range(-8, 16)
        }) {
            c.io(manage(c, namespace, range(0, 8), bad, range(16, 8)))
                    .refused(StatusCode.LBA_OUT_OF_RANGE)
                    .nowhere();
            c.io(manage(c, namespace, range(0, 8), range(16, 8), bad))
                    .refused(StatusCode.LBA_OUT_OF_RANGE)
                    .nowhere();
        }
        assertThat(c.content(namespace, 0, 64).mismatch(before)).isEqualTo(-1);
    }

    @Test
    void withoutTheAttributeNothingIsDeallocated(Conformance c) {
        c.fill(RAM, 0, 8, 3);
        MemorySegment before = c.content(RAM, 0, 8);
        for (int attributes : new int[] {0, 1, 2, 3}) {
            c.io(manage(c, RAM, range(0, 8)).cdw11(attributes)).succeeds();
        }
        assertThat(c.content(RAM, 0, 8).mismatch(before)).isEqualTo(-1);
    }

    @Test
    void asManyRangesAsACommandCanHoldAreTaken(Conformance c) {
        long[][] ranges = new long[DatasetManagementRange.MAXIMUM_RANGES][];
        for (int i = 0; i < ranges.length; i++) {
            ranges[i] = range(2048 + 2L * i, 1);
        }
        c.fill(RAM, 2048, 512, 4);
        MemorySegment before = c.content(RAM, 2048, 512);
        c.io(manage(c, RAM, ranges)).succeeds();
        MemorySegment after = c.content(RAM, 2048, 512);
        for (int block = 1; block < 512; block += 2) {
            assertThat(after.asSlice((long) block * BLOCK, BLOCK).mismatch(before.asSlice((long) block * BLOCK, BLOCK)))
                    .as("block %d", block)
                    .isEqualTo(-1);
        }
    }

    @Test
    void badBuffersAreRefused(Conformance c) {
        c.fill(RAM, 0, 8, 5);
        MemorySegment before = c.content(RAM, 0, 8);
        for (int misaligned = 1; misaligned < 4; misaligned++) {
            c.io(command().prp1(c.buffer().iova() + misaligned))
                    .refused(StatusCode.PRP_OFFSET_INVALID)
                    .at(SubmissionEntry.PRP1);
        }
        ForeignMemory writeOnly = c.map(ForeignMemory.UNMAPPED, 1, Protection.WRITE);
        for (long bad : new long[] {0, ForeignMemory.UNMAPPED + (1 << 20), writeOnly.iova(), -4096}) {
            c.io(command().prp1(bad)).refused(StatusCode.DATA_TRANSFER_ERROR).at(SubmissionEntry.PRP1);
        }
        assertThat(c.content(RAM, 0, 8).mismatch(before)).isEqualTo(-1);
    }

    private static NvmeCommand command() {
        return NvmeCommand.io(NvmOpcode.DATASET_MANAGEMENT)
                .namespaceId(RAM.id())
                .cdw10(0)
                .cdw11(IoCommand.DSM_DEALLOCATE);
    }
}
