package io.vfiouser.nvme.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.NamespaceCommands;
import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.FormatNvm;
import io.vfiouser.nvme.spec.IdentifyNamespace;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Format NVM, on created namespaces only. Base 2.1, section 5.1.10; NVM Command Set 1.1, section 4.1.1. */
@ConformanceSuite
class FormatNvmConformanceTest {
    private static final int LENGTH_BYTES = 1 << 20;
    private static final int BLOCKS = LENGTH_BYTES / TestedNamespace.BLOCK_BYTES;
    private static final int PIECE_BYTES = 128 << 10;
    private static final int MSET_BIT = 4;
    private static final int PI_BIT = 5;
    private static final int SES_BIT = 1;

    private CreatedNamespaces created;
    private int nsid;

    @BeforeEach
    void open(Conformance c) {
        created = new CreatedNamespaces(c);
        nsid = created.createAttached(BLOCKS, 0);
    }

    @AfterEach
    void close() {
        created.close();
    }

    private void fill(Conformance c, int blockBytes) {
        Conformance.pattern(c.buffer().segment(), blockBytes);
        for (int at = 0; at < LENGTH_BYTES; at += PIECE_BYTES) {
            c.io(NvmeCommand.write(nsid, at / blockBytes, PIECE_BYTES / blockBytes, false, c.buffer(), 0, PIECE_BYTES))
                    .succeeds();
        }
    }

    /** Checks that all of the namespace is what the first piece of this memory is, again and again. */
    private void assertHolds(Conformance c, int blockBytes, MemorySegment piece) {
        for (int at = 0; at < LENGTH_BYTES; at += PIECE_BYTES) {
            c.buffer().segment().fill((byte) 0xA5);
            c.io(NvmeCommand.read(nsid, at / blockBytes, PIECE_BYTES / blockBytes, c.buffer(), 0, PIECE_BYTES))
                    .succeeds();
            assertThat(c.buffer().segment().asSlice(0, PIECE_BYTES).mismatch(piece))
                    .as("first difference from byte %d on", at)
                    .isEqualTo(-1);
        }
    }

    private void assertZero(Conformance c, int blockBytes) {
        assertHolds(c, blockBytes, MemorySegment.ofArray(new byte[PIECE_BYTES]));
    }

    private void assertFormat(int index, int blockBytes) {
        IdentifyNamespace data = created.identify(nsid);
        assertThat(IdentifyNamespace.formatIndex(data.u8(IdentifyNamespace.FLBAS)))
                .isEqualTo(index);
        assertThat(data.format().blockBytes()).isEqualTo(blockBytes);
        assertThat(data.sizeBlocks()).isEqualTo(LENGTH_BYTES / blockBytes);
    }

    private NvmeCommand format(FormatNvm format) {
        return NamespaceCommands.format(nsid, format);
    }

    @Test
    void anotherFormatAndBackLeavesZeroes(Conformance c) {
        fill(c, 512);
        c.admin(format(FormatNvm.to(1, FormatNvm.SES_NONE))).succeeds();
        assertFormat(1, 4096);
        assertZero(c, 4096);
        fill(c, 4096);
        c.admin(format(FormatNvm.to(0, FormatNvm.SES_NONE))).succeeds();
        assertFormat(0, 512);
        assertZero(c, 512);
    }

    @Test
    void theSameFormatAndAnEraseOfUserDataLeaveZeroes(Conformance c) {
        for (int secureErase : new int[] {FormatNvm.SES_NONE, FormatNvm.SES_USER_DATA}) {
            fill(c, 512);
            c.admin(format(FormatNvm.to(0, secureErase))).succeeds();
            assertFormat(0, 512);
            assertZero(c, 512);
        }
    }

    @Test
    void blocksAreCountedInTheNewFormat(Conformance c) {
        c.admin(format(FormatNvm.to(1, FormatNvm.SES_NONE))).succeeds();
        int blocks = LENGTH_BYTES / 4096;
        c.io(NvmeCommand.read(nsid, blocks - 1, 1, c.buffer(), 0, 4096)).succeeds();
        assertThat(c.io(NvmeCommand.read(nsid, blocks, 1, c.buffer(), 0, 4096))
                        .completion()
                        .is(StatusCode.LBA_OUT_OF_RANGE))
                .isTrue();
    }

    @Test
    void whatCannotBeIsRefusedAndTouchesNoBlock(Conformance c) {
        fill(c, 512);
        for (int formatIndex : new int[] {2, 3, 15, 16, 17, 63}) {
            c.admin(format(FormatNvm.to(formatIndex, FormatNvm.SES_NONE)))
                    .refused(StatusCode.INVALID_FORMAT)
                    .at(SubmissionEntry.CDW10);
        }
        for (int protection = 1; protection < 8; protection++) {
            c.admin(format(new FormatNvm(0, false, protection, false, FormatNvm.SES_NONE)))
                    .refused(StatusCode.INVALID_FORMAT)
                    .at(SubmissionEntry.CDW10, PI_BIT);
        }
        c.admin(format(new FormatNvm(0, true, 0, false, FormatNvm.SES_NONE)))
                .refused(StatusCode.INVALID_FORMAT)
                .at(SubmissionEntry.CDW10, MSET_BIT);
        for (int secureErase = FormatNvm.SES_CRYPTOGRAPHIC; secureErase < 8; secureErase++) {
            c.admin(format(FormatNvm.to(0, secureErase)))
                    .refused(StatusCode.INVALID_FIELD)
                    .at(SubmissionEntry.CDW10 + 1, SES_BIT);
        }
        assertFormat(0, 512);
        MemorySegment expected = MemorySegment.ofArray(new byte[PIECE_BYTES]);
        Conformance.pattern(expected, 512);
        assertHolds(c, 512, expected);
    }

    @Test
    void namespacesThatAreNotThereAreRefused(Conformance c) {
        FormatNvm format = FormatNvm.to(0, FormatNvm.SES_NONE);
        for (int invalid : new int[] {0, c.namespaceBeyond(), 0xFFFF_FFFE}) {
            c.admin(NamespaceCommands.format(invalid, format))
                    .refused(StatusCode.INVALID_NAMESPACE_OR_FORMAT)
                    .at(SubmissionEntry.NSID);
        }
        c.admin(NamespaceCommands.format(c.namespaceBeyond() - 1, format))
                .refused(StatusCode.INVALID_FIELD)
                .at(SubmissionEntry.NSID);
    }
}
