package io.vfiouser.nvme.conformance;

import static io.vfiouser.nvme.conformance.TestedNamespace.RAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.ErrorLogEntry;
import io.vfiouser.nvme.spec.IdentifyController;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.LogPageId;
import io.vfiouser.nvme.spec.SmartLog;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** Get Log Page. Base 2.1, section 5.1.12. */
@ConformanceSuite
class GetLogPageConformanceTest {
    private static final int PAGES = 256;
    private static final int SUPPORTED = 1;
    private static final int OFFSET_TYPE = 1 << 23;

    private static NvmeCommand get(Conformance c, int page, int dwords) {
        return NvmeCommand.admin(AdminOpcode.GET_LOG_PAGE)
                .namespaceId(SubmissionEntry.NSID_ALL)
                .cdw10(page | (dwords - 1) << 16)
                .data(c.buffer(), 0, dwords * 4L);
    }

    @Test
    void pagesThatAreNotSupportedAreRefusedAndTheOthersAreThere(Conformance c) {
        MemorySegment supported = c.logPage(LogPageId.SUPPORTED_LOG_PAGES, PAGES * 4);
        for (int page = 0; page < PAGES; page++) {
            if ((LittleEndian.i32(supported, page * 4L) & SUPPORTED) != 0) {
                c.admin(get(c, page, 16)).succeeds();
            } else {
                c.admin(get(c, page, 16)).refused(StatusCode.INVALID_LOG_PAGE).at(SubmissionEntry.CDW10);
            }
        }
    }

    @Test
    void theMandatoryPagesAreSupported(Conformance c) {
        MemorySegment supported = c.logPage(LogPageId.SUPPORTED_LOG_PAGES, PAGES * 4);
        for (int page : new int[] {
            LogPageId.SUPPORTED_LOG_PAGES,
            LogPageId.ERROR_INFORMATION,
            LogPageId.SMART_HEALTH,
            LogPageId.FIRMWARE_SLOT,
            LogPageId.COMMANDS_SUPPORTED_AND_EFFECTS,
            LogPageId.FEATURE_IDENTIFIERS_SUPPORTED_AND_EFFECTS
        }) {
            assertThat(LittleEndian.i32(supported, page * 4L) & SUPPORTED)
                    .as("log page %02Xh", page)
                    .isEqualTo(SUPPORTED);
        }
    }

    @Test
    void theHealthOfOneNamespaceIsRefusedWhereOnlyTheControllersIsKept(Conformance c) {
        Outcome outcome = c.admin(get(c, LogPageId.SMART_HEALTH, 128).namespaceId(RAM.id()));
        if ((c.driver().identify().u8(IdentifyController.LPA) & IdentifyController.LPA_SMART_PER_NAMESPACE) != 0) {
            outcome.succeeds();
        } else {
            outcome.refused(StatusCode.INVALID_FIELD).at(SubmissionEntry.NSID);
        }
        c.admin(get(c, LogPageId.SMART_HEALTH, 128).namespaceId(0)).succeeds();
        c.admin(get(c, LogPageId.SMART_HEALTH, 128)).succeeds();
    }

    @Test
    void aPageOfControllerScopeIsNotAskedForWithANamespace(Conformance c) {
        c.admin(get(c, LogPageId.ERROR_INFORMATION, 16).namespaceId(RAM.id()))
                .refused(StatusCode.INVALID_FIELD)
                .at(SubmissionEntry.NSID);
    }

    @Test
    void anOffsetIntoAPageGivesWhatIsThere(Conformance c) {
        MemorySegment whole = c.logPage(LogPageId.COMMANDS_SUPPORTED_AND_EFFECTS, 4096);
        for (int offset : new int[] {4, 1024, 1028, 4092}) {
            int dwords = Math.min(64, (4096 - offset) / 4);
            c.admin(get(c, LogPageId.COMMANDS_SUPPORTED_AND_EFFECTS, dwords).cdw12(offset))
                    .succeeds();
            assertThat(c.buffer().segment().asSlice(0, dwords * 4L).mismatch(whole.asSlice(offset, dwords * 4L)))
                    .as("offset %d", offset)
                    .isEqualTo(-1);
        }
    }

    @Test
    void badOffsetsAreRefused(Conformance c) {
        for (int offset : new int[] {1, 2, 3, 5, 513}) {
            c.admin(get(c, LogPageId.SMART_HEALTH, 1).cdw12(offset))
                    .refused(StatusCode.INVALID_FIELD)
                    .at(SubmissionEntry.CDW12);
        }
        for (int[] beyond : new int[][] {{516, 0}, {4096, 0}, {0, 1}, {0, 0x8000_0000}, {0xFFFF_FFFC, 0xFFFF_FFFF}}) {
            c.admin(get(c, LogPageId.SMART_HEALTH, 1).cdw12(beyond[0]).cdw13(beyond[1]))
                    .refused(StatusCode.INVALID_FIELD)
                    .at(SubmissionEntry.CDW12);
        }
    }

    @Test
    void anOffsetByIndexIsRefusedWhereThePageHasNone(Conformance c) {
        c.admin(get(c, LogPageId.SMART_HEALTH, 1).cdw14(OFFSET_TYPE))
                .refused(StatusCode.INVALID_FIELD)
                .at(SubmissionEntry.CDW14 + 2, 7);
    }

    @Test
    void moreThanTheLargestTransferIsRefused(Conformance c) {
        int dwords = c.driver().maximumTransferBytes() / 4 + 1;
        c.admin(NvmeCommand.admin(AdminOpcode.GET_LOG_PAGE)
                        .cdw10(LogPageId.SMART_HEALTH | ((dwords - 1) & 0xFFFF) << 16)
                        .cdw11((dwords - 1) >>> 16)
                        .prp1(c.buffer().iova())
                        .prp2(c.buffer().iova()))
                .refused(StatusCode.INVALID_FIELD)
                .at(SubmissionEntry.CDW10 + 2);
        c.admin(NvmeCommand.admin(AdminOpcode.GET_LOG_PAGE)
                        .cdw10(LogPageId.SMART_HEALTH | 0xFFFF << 16)
                        .cdw11(0xFFFF)
                        .prp1(c.buffer().iova())
                        .prp2(c.buffer().iova()))
                .refused(StatusCode.INVALID_FIELD)
                .at(SubmissionEntry.CDW10 + 2);
    }

    @Test
    void badBuffersAreRefused(Conformance c) {
        BadBuffers.checkAdminTransferToHost(
                c, () -> NvmeCommand.admin(AdminOpcode.GET_LOG_PAGE).cdw10(LogPageId.SMART_HEALTH | 127 << 16));
    }

    @Test
    void theErrorLogHasTheNewestFirstAndCountsWhatTheHealthPageCounts(Conformance c) {
        for (int i = 0; i < 3; i++) {
            c.admin(NvmeCommand.admin(0xFF)).refused(StatusCode.INVALID_OPCODE).at(SubmissionEntry.CDW0);
        }
        MemorySegment page = c.errorLogPage();
        long newest = ErrorLogEntry.read(page, 0).errorCount();
        assertThat(ErrorLogEntry.read(page, ErrorLogEntry.LENGTH_BYTES).errorCount())
                .isEqualTo(newest - 1);
        MemorySegment smart = c.logPage(LogPageId.SMART_HEALTH, SmartLog.LENGTH_BYTES);
        assertThat(LittleEndian.i64(smart, SmartLog.ERROR_LOG_ENTRIES)).isEqualTo(newest);
    }

    @Test
    void errorLogEntriesSayThatTheyHaveAnOpcode(Conformance c) {
        c.admin(NvmeCommand.admin(0xFF)).refused(StatusCode.INVALID_OPCODE).at(SubmissionEntry.CDW0);
        assertThat(LittleEndian.u8(c.errorLogPage(), 63)).isEqualTo(1);
    }

    @Test
    void retainingEventsDoesNotChangeWhatIsReturned(Conformance c) {
        c.admin(get(c, LogPageId.FIRMWARE_SLOT, 128)).succeeds();
        MemorySegment first = MemorySegment.ofArray(new byte[512])
                .copyFrom(c.buffer().segment().asSlice(0, 512));
        c.admin(NvmeCommand.admin(AdminOpcode.GET_LOG_PAGE)
                        .cdw10(LogPageId.FIRMWARE_SLOT | AdminCommand.LOG_RETAIN_EVENT | 127 << 16)
                        .data(c.buffer(), 0, 512))
                .succeeds();
        assertThat(c.buffer().segment().asSlice(0, 512).mismatch(first)).isEqualTo(-1);
    }
}
