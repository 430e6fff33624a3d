package io.vfiouser.nvme.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries and data of admin commands, spelled out by hand from the specifications. */
class AdminCommandTest {
    private final MemorySegment memory = Arena.ofAuto().allocate(8192, 4096);

    private String hex(long offset, long length) {
        return HexFormat.of().formatHex(memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void identifyCarriesAllItsSelections() {
        AdminCommand.identify(
                memory, 0, 1, IdentifyCns.COMMAND_SET_NAMESPACE, 3, 0xFFFE, 0x1234, 0x9A, 0x7F, 0x5000, 0);

        assertThat(hex(40, 24)).isEqualTo("0500feff" + "3412009a" + "00000000" + "00000000" + "7f000000" + "00000000");
        assertThat(AdminCommand.cns(SubmissionEntry.cdw10(memory, 0))).isEqualTo(IdentifyCns.COMMAND_SET_NAMESPACE);
        assertThat(AdminCommand.cntid(SubmissionEntry.cdw10(memory, 0))).isEqualTo(0xFFFE);
        assertThat(AdminCommand.cnsSpecificId(SubmissionEntry.cdw11(memory, 0))).isEqualTo(0x1234);
        assertThat(AdminCommand.csi(SubmissionEntry.cdw11(memory, 0))).isEqualTo(0x9A);
        assertThat(AdminCommand.uuidIndex(SubmissionEntry.cdw14(memory, 0))).isEqualTo(0x7F);
    }

    @Test
    void getLogPageCarriesOffsetParametersAndCommandSet() {
        AdminCommand.getLogPage(
                memory,
                0,
                1,
                -1,
                LogPageId.COMMANDS_SUPPORTED_AND_EFFECTS,
                4L * 0x1_2345,
                0x1_0000_0008L,
                0x5A,
                0xBEEF,
                true,
                0x81,
                0x11,
                true,
                0,
                0);

        assertThat(hex(40, 24)).isEqualTo("05da4423" + "0100efbe" + "08000000" + "01000000" + "11008081" + "00000000");
        int cdw10 = SubmissionEntry.cdw10(memory, 0);
        int cdw11 = SubmissionEntry.cdw11(memory, 0);
        int cdw14 = SubmissionEntry.cdw14(memory, 0);
        assertThat(AdminCommand.logLengthBytes(cdw10, cdw11)).isEqualTo(4L * 0x1_2345);
        assertThat(AdminCommand.logSpecificParameter(cdw10)).isEqualTo(0x5A);
        assertThat(AdminCommand.logSpecificId(cdw11)).isEqualTo(0xBEEF);
        assertThat(AdminCommand.logOffsetIsIndex(cdw14)).isTrue();
        assertThat(AdminCommand.csi(cdw14)).isEqualTo(0x81);
        assertThat(AdminCommand.uuidIndex(cdw14)).isEqualTo(0x11);
    }

    @Test
    void theLongestLogPageHas16GiB() {
        assertThat(AdminCommand.logLengthBytes(-1, -1)).isEqualTo(1L << 34);
        assertThat(AdminCommand.logLengthBytes(0, 0)).isEqualTo(4);
    }

    @Test
    void setFeaturesMaySave() {
        AdminCommand.setFeatures(
                memory, 0, 1, 0, FeatureId.HOST_IDENTIFIER, true, HostIdentifier.EXHID, 0x22, 0x33, 0x5000, 0);

        assertThat(hex(40, 16)).isEqualTo("81000080" + "01000000" + "22000000" + "33000000");
    }

    @Test
    void namespaceCommandsSelectWhatTheyDo() {
        AdminCommand.createNamespace(memory, 0, 1, IdentifyCns.CSI_NVM, 0x5000, 0);
        AdminCommand.deleteNamespace(memory, 64, 2, SubmissionEntry.NSID_ALL);
        AdminCommand.namespaceAttachment(memory, 128, 3, 5, AdminCommand.SELECT_DETACH, 0x6000, 0);

        assertThat(hex(0, 8) + hex(40, 8)).isEqualTo("0d000100" + "00000000" + "00000000" + "00000000");
        assertThat(hex(64, 8) + hex(104, 8)).isEqualTo("0d000200" + "ffffffff" + "01000000" + "00000000");
        assertThat(hex(128, 8) + hex(168, 8)).isEqualTo("15000300" + "05000000" + "01000000" + "00000000");
        assertThat(AdminCommand.select(SubmissionEntry.cdw10(memory, 64))).isEqualTo(AdminCommand.SELECT_DELETE);
    }

    @Test
    void doorbellBufferConfigHasTwoAddressesAndNothingElse() {
        AdminCommand.doorbellBufferConfig(memory, 0, 1, 0x7000, 0x8000);

        assertThat(hex(0, 24)).isEqualTo("7c000100" + "0".repeat(40));
        assertThat(hex(24, 16)).isEqualTo("0070000000000000" + "0080000000000000");
        assertThat(hex(40, 24)).isEqualTo("0".repeat(48));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 0xF, 0x10, 0x1000, 0x3000, 0x2E5, 0x1FF, 0x3FFF})
    void formatNvmSurvivesTheRoundTrip(int cdw10) {
        assertThat(FormatNvm.of(cdw10).cdw10()).isEqualTo(cdw10);
    }

    @Test
    void formatNvmTakesItsFieldsFromTheirPlaces() {
        assertThat(FormatNvm.of(0b11_010_1_011_1_0101))
                .isEqualTo(new FormatNvm(0x35, true, 3, true, FormatNvm.SES_CRYPTOGRAPHIC));
        assertThat(FormatNvm.of(FormatNvm.RESERVED)).isEqualTo(FormatNvm.to(0, FormatNvm.SES_NONE));
    }

    @Test
    void hostSpecifiedFieldsOfANamespaceSurviveTheRoundTrip() {
        NamespaceManagementData data = new NamespaceManagementData(
                0x1_0000_0001L, 0x1_0000_0000L, 0x61, 0x0B, 1, -2, 0xFFFE, 0xFFFD, -3, 0xFFFC);
        memory.fill((byte) 0xEE);
        data.write(memory, 4096);

        assertThat(NamespaceManagementData.read(memory, 4096)).isEqualTo(data);
        assertThat(data.formatIndex()).isEqualTo(0x31);
        assertThat(hex(4096 + 24, 8)).isEqualTo("0000610000" + "0b" + "01" + "00");
        assertThat(hex(4096 + 384, 10)).isEqualTo("fdffffffffffffff" + "fcff");
        assertThat(NamespaceManagementData.of(100, 17, true))
                .isEqualTo(new NamespaceManagementData(100, 100, 0x21, 0, 1, 0, 0, 0, 0, 0));
    }

    @Test
    void controllerListIsReadUpToWhatItHasRoomFor() {
        ControllerList.write(memory, List.of(1, 0xFFFE));

        assertThat(hex(0, 8)).isEqualTo("0200" + "0100" + "feff" + "0000");
        assertThat(ControllerList.read(memory)).containsExactly(1, 0xFFFE);
        assertThat(ControllerList.get(memory, 1)).isEqualTo(0xFFFE);

        LittleEndian.putU16(memory, 0, 0xFFFF);
        assertThat(ControllerList.count(memory)).isEqualTo(0xFFFF);
        assertThat(ControllerList.read(memory.asSlice(0, ControllerList.LENGTH_BYTES)))
                .hasSize(ControllerList.MAXIMUM_ENTRIES);
    }
}
