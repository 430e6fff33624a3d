package io.vfiouser.nvme.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class SglDescriptorTest {
    private final MemorySegment memory = Arena.ofAuto().allocate(4096, 8);

    private String hex(long offset, long length) {
        return HexFormat.of().formatHex(memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void theIdentifierIsTheLastByteAndTheLengthTheThirdDword() {
        SglDescriptor.write(memory, 16, 0x1122_3344_5566_7788L, 0xA1B2_C3D4L, SglDescriptor.LAST_SEGMENT);

        assertThat(hex(16, 16)).isEqualTo("8877665544332211" + "d4c3b2a1" + "000000" + "30");
        assertThat(SglDescriptor.address(memory, 16)).isEqualTo(0x1122_3344_5566_7788L);
        long second = SglDescriptor.lengthAndType(memory, 16);
        assertThat(SglDescriptor.lengthBytes(second)).isEqualTo(0xA1B2_C3D4L);
        assertThat(SglDescriptor.identifier(second)).isEqualTo(SglDescriptor.LAST_SEGMENT);
    }

    @Test
    void anIdentifierWithItsHighestBitSetIsNotNegative() {
        long second = SglDescriptor.lengthAndType(SglDescriptor.MAXIMUM_LENGTH, SglDescriptor.VENDOR_SPECIFIC);

        assertThat(SglDescriptor.identifier(second)).isEqualTo(0xF0);
        assertThat(SglDescriptor.lengthBytes(second)).isEqualTo(0xFFFF_FFFFL);
    }

    @Test
    void aCommandIsGivenAnSglWithoutALossOfItsOtherFields() {
        IoCommand.read(memory, 64, 0xABCD, 7, 0x99, 8, 0x1000, 0x2000);
        SubmissionEntry.putSgl(memory, 64, 0x5001, SglDescriptor.lengthAndType(4096, SglDescriptor.DATA_BLOCK));

        assertThat(hex(64, 64))
                .isEqualTo("0240cdab" + "07000000" + "0000000000000000" + "0000000000000000" + "0150000000000000"
                        + "00100000" + "00000000" + "9900000000000000" + "07000000" + "00000000" + "0000000000000000");
        assertThat(SubmissionEntry.psdt(SubmissionEntry.cdw0(memory, 64))).isEqualTo(SubmissionEntry.PSDT_SGL);
    }

    @Test
    void aCommandBecomesAPartOfAFusedOperation() {
        IoCommand.compare(memory, 0, 1, 7, 0x99, 8, 0, 0x1000, 0);
        SubmissionEntry.putFused(memory, 0, SubmissionEntry.FUSE_FIRST);
        IoCommand.write(memory, 64, 0x8002, 7, 0x99, 8, 0, 0x3000, 0);
        SubmissionEntry.putFused(memory, 64, SubmissionEntry.FUSE_SECOND);

        assertThat(hex(0, 4)).isEqualTo("05010100");
        assertThat(hex(64, 4)).isEqualTo("01020280");
        int cdw0 = SubmissionEntry.cdw0(memory, 64);
        assertThat(SubmissionEntry.fused(cdw0)).isEqualTo(SubmissionEntry.FUSE_SECOND);
        assertThat(SubmissionEntry.commandId(cdw0)).isEqualTo(0x8002);
        assertThat(SubmissionEntry.flags(SubmissionEntry.FUSE_SECOND, 0)).isEqualTo(cdw0 & SubmissionEntry.FUSE);
        assertThat(SubmissionEntry.flags(0, 3)).isEqualTo(SubmissionEntry.PSDT);
    }
}
