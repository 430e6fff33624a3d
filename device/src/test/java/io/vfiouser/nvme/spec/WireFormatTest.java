package io.vfiouser.nvme.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Bytes on the wire, spelled out by hand from the specifications. */
class WireFormatTest {
    private final MemorySegment memory = Arena.ofAuto().allocate(4096, 4096);

    private String hex(long offset, long length) {
        return HexFormat.of().formatHex(memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void readCommandHasTheBytesOfTheSpecification() {
        IoCommand.read(memory, 64, 0xABCD, 0xFFFF_FFFE, 0x1122_3344_5566_7788L, 8, 0x1000, 0x2000);

        assertThat(hex(64, 64))
                .isEqualTo("0200cdab" + "feffffff" + "0000000000000000" + "0000000000000000"
                        + "0010000000000000" + "0020000000000000" + "8877665544332211" + "07000000" + "00000000"
                        + "0000000000000000");
        assertThat(hex(0, 64)).matches("0+");
    }

    @Test
    void commandIdOfAllOnesDoesNotSpillIntoTheNamespace() {
        IoCommand.flush(memory, 0, 0xFFFF, 0);

        int cdw0 = SubmissionEntry.cdw0(memory, 0);
        assertThat(SubmissionEntry.commandId(cdw0)).isEqualTo(0xFFFF);
        assertThat(SubmissionEntry.opcode(cdw0)).isEqualTo(NvmOpcode.FLUSH);
        assertThat(SubmissionEntry.namespaceId(memory, 0)).isZero();
    }

    @Test
    void createQueueCommandsCarrySizesCountedFromZero() {
        AdminCommand.createCompletionQueue(memory, 0, 1, 0xFFFF, 65536, 0x4000, true, 0xFFFF);

        assertThat(hex(40, 8)).isEqualTo("ffffffff" + "0300ffff");
    }

    @Test
    void getLogPageSplitsTheNumberOfDwords() {
        AdminCommand.getLogPage(memory, 0, 1, -1, LogPageId.SMART_HEALTH, 512, true, 0, 0);
        assertThat(hex(40, 8)).isEqualTo("02807f00" + "00000000");

        AdminCommand.getLogPage(memory, 0, 1, -1, LogPageId.SMART_HEALTH, 4L * 0x12345, false, 0, 0);
        assertThat(hex(40, 8)).isEqualTo("02004423" + "01000000");
    }

    @Test
    void completionIsPublishedWithPhaseAndStatusInTheLastWord() {
        CompletionEntry.publish(
                memory, 16, 0x0000_0002_0000_0001L, 5, 3, 0xBEEF, StatusCode.LBA_OUT_OF_RANGE.field(), 1);

        assertThat(hex(16, 16)).isEqualTo("01000000" + "02000000" + "0500" + "0300" + "efbe" + "0181");
        long second = CompletionEntry.second(memory, 16);
        assertThat(CompletionEntry.submissionHead(second)).isEqualTo(5);
        assertThat(CompletionEntry.submissionQueueId(second)).isEqualTo(3);
        assertThat(CompletionEntry.commandId(second)).isEqualTo(0xBEEF);
        assertThat(CompletionEntry.phase(second)).isOne();
        assertThat(StatusCode.of(CompletionEntry.statusField(second))).contains(StatusCode.LBA_OUT_OF_RANGE);
    }

    @Test
    void everyStatusIsFoundByItsTypeAndCode() {
        assertThat(StatusCode.values())
                .allSatisfy(status -> assertThat(StatusCode.of(status.field())).contains(status));
        assertThat(Arrays.stream(StatusCode.values())
                        .map(s -> s.type() + ":" + s.code())
                        .distinct())
                .hasSameSizeAs(StatusCode.values());
        assertThat(StatusCode.of(0x7FF)).isEmpty();
        assertThat(StatusCode.describe(StatusCode.INVALID_FIELD.field()))
                .isEqualTo("INVALID_FIELD (SCT 0h, SC 02h, DNR)");
    }

    @Test
    void capabilitiesAreReadAsTheyWereBuilt() {
        long cap = ControllerCapabilities.maximumQueueEntries(4096)
                | ControllerCapabilities.CQR
                | ControllerCapabilities.timeoutMillis(15_000)
                | ControllerCapabilities.CSS_NVM
                | ControllerCapabilities.memoryPageShifts(12, 16);

        assertThat(cap).isEqualTo(0x0040_0020_1E01_0FFFL);
        assertThat(ControllerCapabilities.maximumQueueEntries(cap)).isEqualTo(4096);
        assertThat(ControllerCapabilities.timeoutMillis(cap)).isEqualTo(15_000);
        assertThat(ControllerCapabilities.doorbellStrideBytes(cap)).isEqualTo(4);
        assertThat(ControllerCapabilities.minimumPageShift(cap)).isEqualTo(12);
        assertThat(ControllerCapabilities.maximumPageShift(cap)).isEqualTo(16);
    }

    @Test
    void doorbellsOf129PairsFillLittleMoreThanAKibibyte() {
        assertThat(Doorbells.submissionTail(0)).isEqualTo(0x1000);
        assertThat(Doorbells.completionHead(0)).isEqualTo(0x1004);
        assertThat(Doorbells.completionHead(128)).isEqualTo(0x1404);
        assertThat(Doorbells.lengthBytes(129)).isEqualTo(0x408);
    }

    @Test
    void namespaceDescriptorsSurviveTheRoundTripAndAHostileList() {
        UUID uuid = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
        long end = NamespaceDescriptor.uuid(uuid).write(memory, 0);
        end = NamespaceDescriptor.of(NamespaceDescriptor.TYPE_CSI, new byte[] {0})
                .write(memory, end);

        assertThat(hex(0, 20)).isEqualTo("03100000" + "00112233445566778899aabbccddeeff");
        assertThat(NamespaceDescriptor.readList(memory)).hasSize(2);
        assertThat(NamespaceDescriptor.readList(memory).get(0).identifierBytes())
                .isEqualTo(NamespaceDescriptor.bytes(uuid));

        memory.set(ValueLayout.JAVA_BYTE, end, (byte) 2);
        memory.set(ValueLayout.JAVA_BYTE, end + 1, (byte) 255);
        assertThat(NamespaceDescriptor.readList(memory.asSlice(0, 64))).hasSize(2);
    }

    @Test
    void errorLogEntryStoresTheStatusAboveThePhaseBit() {
        ErrorLogEntry entry = new ErrorLogEntry(7, 1, 2, StatusCode.INVALID_FIELD.field(), 40, 99, 1, 6);
        entry.write(memory, 64);

        assertThat(ErrorLogEntry.read(memory, 64)).isEqualTo(entry);
        assertThat(hex(64 + 12, 2)).isEqualTo("0480");
    }

    @Test
    void asciiFieldsArePaddedWithSpacesAndCut() {
        LittleEndian.putAscii(memory, 8, 4, "abcdef");
        LittleEndian.putAscii(memory, 16, 4, "x");

        assertThat(hex(8, 8)).isEqualTo("6162636400000000");
        assertThat(hex(16, 4)).isEqualTo("78202020");
        assertThat(LittleEndian.ascii(memory, 16, 4)).isEqualTo("x");
    }
}
