package io.vfiouser.nvme.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.driver.NvmeCommand;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.CommandEffectsLog;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.LogPageId;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** Opcodes that the Commands Supported and Effects log does not name, and fields of command dword 0. Base 2.1, sections 4.1.1 and 5.1.12.1.6. */
@ConformanceSuite
class ReservedOpcodesConformanceTest {
    private static final int OPCODES = 256;

    @Test
    void everyAdminOpcodeThatIsNotSupportedIsRefused(Conformance c) {
        MemorySegment effects = c.logPage(LogPageId.COMMANDS_SUPPORTED_AND_EFFECTS, CommandEffectsLog.LENGTH_BYTES);
        int refused = 0;
        for (int opcode = 0; opcode < OPCODES; opcode++) {
            if ((LittleEndian.i32(effects, CommandEffectsLog.admin(opcode)) & CommandEffectsLog.CSUPP) == 0) {
                c.admin(NvmeCommand.admin(opcode).data(c.buffer(), 0, 4096))
                        .refused(StatusCode.INVALID_OPCODE)
                        .at(SubmissionEntry.CDW0);
                refused++;
            }
        }
        assertThat(refused).isBetween(200, 250);
    }

    @Test
    void everyIoOpcodeThatIsNotSupportedIsRefusedWithAnyValidNamespace(Conformance c) {
        MemorySegment effects = c.logPage(LogPageId.COMMANDS_SUPPORTED_AND_EFFECTS, CommandEffectsLog.LENGTH_BYTES);
        int refused = 0;
        for (int opcode = 0; opcode < OPCODES; opcode++) {
            if ((LittleEndian.i32(effects, CommandEffectsLog.io(opcode)) & CommandEffectsLog.CSUPP) == 0) {
                c.io(NvmeCommand.io(opcode)
                                .namespaceId(opcode % 3 + 1)
                                .blocks(1, 1, 0)
                                .data(c.buffer(), 0, 512))
                        .refused(StatusCode.INVALID_OPCODE)
                        .at(SubmissionEntry.CDW0);
                refused++;
            }
        }
        assertThat(refused).isBetween(200, 255);
    }

    @Test
    void theMandatoryCommandsAreSupported(Conformance c) {
        for (int opcode : new int[] {
            AdminOpcode.DELETE_IO_SUBMISSION_QUEUE,
            AdminOpcode.CREATE_IO_SUBMISSION_QUEUE,
            AdminOpcode.GET_LOG_PAGE,
            AdminOpcode.DELETE_IO_COMPLETION_QUEUE,
            AdminOpcode.CREATE_IO_COMPLETION_QUEUE,
            AdminOpcode.IDENTIFY,
            AdminOpcode.ABORT,
            AdminOpcode.SET_FEATURES,
            AdminOpcode.GET_FEATURES,
            AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST
        }) {
            assertThat(c.effectsOfAdmin(opcode) & CommandEffectsLog.CSUPP)
                    .as(AdminOpcode.describe(opcode))
                    .isEqualTo(CommandEffectsLog.CSUPP);
        }
        for (int opcode : new int[] {NvmOpcode.FLUSH, NvmOpcode.WRITE, NvmOpcode.READ}) {
            assertThat(c.effectsOfIo(opcode) & CommandEffectsLog.CSUPP)
                    .as(NvmOpcode.describe(opcode))
                    .isEqualTo(CommandEffectsLog.CSUPP);
        }
    }

    @Test
    void commandsThatWriteBlocksSaySoInTheEffectsLog(Conformance c) {
        for (int opcode : new int[] {NvmOpcode.WRITE, NvmOpcode.WRITE_ZEROES, NvmOpcode.DATASET_MANAGEMENT}) {
            assertThat(c.effectsOfIo(opcode) & CommandEffectsLog.LBCC)
                    .as(NvmOpcode.describe(opcode))
                    .isEqualTo(CommandEffectsLog.LBCC);
        }
        for (int opcode : new int[] {NvmOpcode.FLUSH, NvmOpcode.READ}) {
            assertThat(c.effectsOfIo(opcode) & CommandEffectsLog.LBCC)
                    .as(NvmOpcode.describe(opcode))
                    .isZero();
        }
    }
}
