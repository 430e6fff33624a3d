package io.vfiouser.nvme.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.os.Protection;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/** Data pointers that no command may take. Base 2.1, section 4.3.1. */
final class BadBuffers {
    private static final byte UNTOUCHED = 0x5A;

    private BadBuffers() {}

    /**
     * Checks an admin command that returns a few bytes at least, with PRPs of each bad kind; {@code command} makes it without data
     * pointer.
     */
    static void checkAdminTransferToHost(Conformance c, Supplier<NvmeCommand> command) {
        MemorySegment good = c.buffer().segment().fill(UNTOUCHED);
        for (int misaligned = 1; misaligned < 4; misaligned++) {
            c.admin(command.get().prp1(c.buffer().iova() + misaligned))
                    .refused(StatusCode.PRP_OFFSET_INVALID)
                    .at(SubmissionEntry.PRP1);
        }
        c.admin(command.get().prp1(ForeignMemory.UNMAPPED))
                .refused(StatusCode.DATA_TRANSFER_ERROR)
                .at(SubmissionEntry.PRP1);
        c.admin(command.get().prp1(0)).refused(StatusCode.DATA_TRANSFER_ERROR).at(SubmissionEntry.PRP1);
        ForeignMemory readOnly = c.map(ForeignMemory.UNMAPPED + (1L << 30), 1, Protection.READ);
        readOnly.segment().fill(UNTOUCHED);
        c.admin(command.get().prp1(readOnly.iova()))
                .refused(StatusCode.DATA_TRANSFER_ERROR)
                .at(SubmissionEntry.PRP1);
        assertUntouched(readOnly.segment());
        assertUntouched(good);
    }

    /** Checks an admin command that takes a few bytes at least. */
    static void checkAdminTransferFromHost(Conformance c, Supplier<NvmeCommand> command) {
        for (int misaligned = 1; misaligned < 4; misaligned++) {
            c.admin(command.get().prp1(c.buffer().iova() + misaligned))
                    .refused(StatusCode.PRP_OFFSET_INVALID)
                    .at(SubmissionEntry.PRP1);
        }
        c.admin(command.get().prp1(ForeignMemory.UNMAPPED))
                .refused(StatusCode.DATA_TRANSFER_ERROR)
                .at(SubmissionEntry.PRP1);
        ForeignMemory writeOnly = c.map(ForeignMemory.UNMAPPED + (2L << 30), 1, Protection.WRITE);
        c.admin(command.get().prp1(writeOnly.iova()))
                .refused(StatusCode.DATA_TRANSFER_ERROR)
                .at(SubmissionEntry.PRP1);
    }

    private static void assertUntouched(MemorySegment memory) {
        for (long i = 0; i < memory.byteSize(); i++) {
            if (memory.get(java.lang.foreign.ValueLayout.JAVA_BYTE, i) != UNTOUCHED) {
                assertThat(i).as("first byte that was written").isEqualTo(-1);
            }
        }
    }
}
