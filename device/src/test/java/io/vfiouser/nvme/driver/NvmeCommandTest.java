package io.vfiouser.nvme.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.memory.DataPointer;
import io.vfiouser.nvme.memory.Direction;
import io.vfiouser.nvme.memory.GuestBuffer;
import io.vfiouser.nvme.memory.GuestRegion;
import io.vfiouser.nvme.memory.RegionTable;
import io.vfiouser.nvme.spec.CompletionEntry;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.FormatNvm;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.LogPageId;
import io.vfiouser.nvme.spec.NamespaceManagementData;
import io.vfiouser.nvme.spec.SglDescriptor;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands as they stand in a submission queue, against a controller that the test plays itself. */
class NvmeCommandTest {

    private static final int ENTRIES = 8;
    private static final int DEPTH = 4;
    private static final long IOVA = 1L << 32;
    private static final int QUEUE = 3;
    private static final long TIMEOUT_MILLIS = 10_000;

    private final HostMemory memory = HostMemory.create(4 << 20, IOVA);
    private final Watchdog watchdog = new Watchdog(new AtomicBoolean()::get, "test");
    private final List<Integer> rung = new ArrayList<>();
    private QueuePair pair;
    private IoQueue queue;
    private DmaBuffer buffer;
    private int completionTail;

    @BeforeEach
    void create() {
        DoorbellRegisters registers = new DoorbellRegisters() {
            @Override
            public long submissionDoorbell(int queueId) {
                return 0;
            }

            @Override
            public long completionDoorbell(int queueId) {
                return 1;
            }

            @Override
            public void ring(long offset, int value) {
                if (offset == 0) {
                    rung.add(value);
                    completeUpTo(value);
                }
            }

            @Override
            public String describeStatus() {
                return "; played by a test";
            }
        };
        pair = new QueuePair(QUEUE, ENTRIES, DEPTH, memory, registers, watchdog, TIMEOUT_MILLIS, 1 << 20);
        queue = new IoQueue(pair, null, 1 << 20, new GuestThreads());
        buffer = memory.allocate(1 << 20);
    }

    @AfterEach
    void close() {
        watchdog.close();
        memory.close();
    }

    /** Completes each entry with its position as DW0. */
    private void completeUpTo(int tail) {
        long completions = pair.completionBase() - IOVA;
        while (completionTail < tail) {
            int commandId = SubmissionEntry.commandId(SubmissionEntry.cdw0(pair.submissions(), completionTail * 64L));
            CompletionEntry.publish(
                    memory.segment(), completions + completionTail * 16L, completionTail, tail, QUEUE, commandId, 0, 1);
            completionTail++;
        }
    }

    private String submitted(NvmeCommand command) {
        long at = pair.slotOffset();
        assertThat(queue.submit(command, 0)).isTrue();
        return HexFormat.of().formatHex(pair.submissions().asSlice(at, 64).toArray(ValueLayout.JAVA_BYTE));
    }

    private String dwords(NvmeCommand command, int first, int count) {
        return submitted(command).substring(first * 8, (first + count) * 8);
    }

    @Test
    void adminCommandsCarryTheirFields() {
        assertThat(dwords(NvmeCommand.abort(0x12, 0xFFFE), 10, 2)).isEqualTo("1200feff" + "00000000");
        assertThat(dwords(NvmeCommand.keepAlive(), 0, 1)).startsWith("1800");
        assertThat(dwords(NvmeCommand.asynchronousEventRequest(), 0, 1)).startsWith("0c00");
        assertThat(dwords(NvmeCommand.setFeatures(FeatureId.HOST_IDENTIFIER, 1, true), 10, 2))
                .isEqualTo("81000080" + "01000000");
    }

    @Test
    void identifyAndGetLogPageCarryTheirSelections() {
        assertThat(dwords(NvmeCommand.identify(IdentifyCns.CONTROLLERS, 0, 0xFFFE, 3, 0x80, buffer), 10, 2))
                .isEqualTo("1300feff" + "03000080");
        assertThat(dwords(
                        NvmeCommand.getLogPage(
                                LogPageId.COMMANDS_SUPPORTED_AND_EFFECTS, -1, buffer, 4 << 17, 0x2_0000_0004L, true),
                        10,
                        5))
                .isEqualTo("0580ffff" + "01000000" + "04000000" + "02000000" + "00000000");
    }

    @Test
    void namespaceCommandsCarryTheirData() {
        NvmeCommand create = NamespaceCommands.create(NamespaceManagementData.of(1000, 1, true), buffer);
        assertThat(NamespaceManagementData.read(buffer.segment(), 0))
                .isEqualTo(NamespaceManagementData.of(1000, 1, true));
        assertThat(dwords(create, 10, 2)).isEqualTo("00000000" + "00000000");

        assertThat(dwords(NamespaceCommands.detach(5, List.of(1, 2), buffer), 1, 1))
                .isEqualTo("05000000");
        assertThat(HexFormat.of().formatHex(buffer.segment().asSlice(0, 8).toArray(ValueLayout.JAVA_BYTE)))
                .isEqualTo("0200010002000000");
        assertThat(dwords(NamespaceCommands.format(7, FormatNvm.to(0x11, FormatNvm.SES_USER_DATA)), 10, 1))
                .isEqualTo("01120000");
    }

    @Test
    void ioCommandsCarryTheirFields() {
        assertThat(dwords(
                        NvmeCommand.compare(1, 0x1_0000_0005L, 8, buffer, 0, 4096)
                                .cdw12Flags(IoCommand.LIMITED_RETRY | IoCommand.FUA),
                        10,
                        3))
                .isEqualTo("05000000" + "01000000" + "070000c0");
        assertThat(dwords(NvmeCommand.verify(1, 9, 65536), 10, 3)).isEqualTo("09000000" + "00000000" + "ffff0000");
        assertThat(dwords(NvmeCommand.datasetManagement(1, IoCommand.DSM_DEALLOCATE, 256, buffer, 0), 10, 2))
                .isEqualTo("ff000000" + "04000000");
    }

    @Test
    void anSglTakesThePlaceOfPrps() {
        NvmeCommand read = NvmeCommand.read(1, 0, 8, buffer, 0, 4096).sgl(buffer, 3, 4096);
        String entry = submitted(read);

        assertThat(entry.substring(2, 4)).isEqualTo("40");
        assertThat(Long.reverseBytes(HexFormat.fromHexDigitsToLong(entry.substring(48, 64))))
                .isEqualTo(buffer.iova() + 3);
        assertThat(entry.substring(64, 80)).isEqualTo("00100000" + "00000000");

        String again = submitted(read.data(buffer, 0, 4096));
        assertThat(again.substring(2, 4)).as("the later of the two counts").isEqualTo("00");
        assertThat(again.substring(64, 80)).isEqualTo("0".repeat(16));
    }

    @Test
    void theDescriptorInTheCommandLeadsThroughAllSegmentsOfAList() {
        DmaBuffer lists = memory.allocate(8192);
        SglBuilder list = new SglBuilder(lists, 8)
                .data(buffer, 0x101, 0x100)
                .chain()
                .data(buffer, 0x401, 0x80)
                .bitBucket(0x40)
                .chain(4096)
                .data(buffer, 0x601, 0x40);
        assertThat(resolved(list, 0x200)).containsExactly("101+100", "401+80", "discarded+40", "601+40");

        list.data(buffer, 0x801, 0x10);
        assertThat(resolved(list, 0x210)).containsExactly("101+100", "401+80", "discarded+40", "601+40", "801+10");
    }

    @Test
    void aListOfOneSegmentIsALastSegment() {
        SglBuilder list = new SglBuilder(memory.allocate(4096))
                .data(buffer, 0, 0x100)
                .descriptor(buffer.iova() + 0x300, 0x100, SglDescriptor.DATA_BLOCK);
        String entry = submitted(NvmeCommand.read(1, 0, 1, buffer, 0, 512).sgl(list));

        assertThat(entry.substring(64, 80)).isEqualTo("20000000" + "00000030");
        assertThat(resolved(list, 0x200)).containsExactly("0+100", "300+100");
    }

    /** What the controller's side makes of the list. */
    private List<String> resolved(SglBuilder list, long lengthBytes) {
        long at = pair.slotOffset();
        assertThat(queue.submit(NvmeCommand.io(2).sgl(list), 0)).isTrue();
        RegionTable table = RegionTable.of(List.of(GuestRegion.of(IOVA, memory.segment())));
        GuestBuffer pieces = new GuestBuffer();
        StatusCode status = new DataPointer()
                .resolve(
                        table,
                        SubmissionEntry.psdt(SubmissionEntry.cdw0(pair.submissions(), at)),
                        SubmissionEntry.prp1(pair.submissions(), at),
                        SubmissionEntry.prp2(pair.submissions(), at),
                        lengthBytes,
                        12,
                        Direction.TO_GUEST,
                        pieces);
        assertThat(status).isEqualTo(StatusCode.SUCCESS);
        List<String> all = new ArrayList<>();
        long base = buffer.segment().address();
        for (int i = 0; i < pieces.segments().size(); i++) {
            long offset = pieces.segments().address(i) - base;
            boolean guest = offset >= 0 && offset < buffer.lengthBytes();
            all.add((guest ? Long.toHexString(offset) : "discarded") + "+"
                    + Long.toHexString(pieces.segments().length(i)));
        }
        return all;
    }

    @Test
    void theTwoOfAFusedOperationStandSideBySideAndAreRungOnce() {
        FusedCompletion both = queue.executeFused(
                NvmeCommand.compare(1, 0, 1, buffer, 0, 512), NvmeCommand.write(1, 0, 1, false, buffer, 512, 512));

        int first = SubmissionEntry.cdw0(pair.submissions(), 0);
        int second = SubmissionEntry.cdw0(pair.submissions(), 64);
        assertThat(SubmissionEntry.fused(first)).isEqualTo(SubmissionEntry.FUSE_FIRST);
        assertThat(SubmissionEntry.fused(second)).isEqualTo(SubmissionEntry.FUSE_SECOND);
        assertThat(rung).containsExactly(2);
        assertThat(both.first().dw0()).isZero();
        assertThat(both.second().dw0()).isEqualTo(1);
    }

    @Test
    void aFusedOperationIsSubmittedWholeOrNotAtAll() {
        for (int i = 0; i < DEPTH - 1; i++) {
            assertThat(queue.submit(NvmeCommand.flush(1), i)).isTrue();
        }
        assertThat(queue.submitFused(NvmeCommand.verify(1, 0, 1), NvmeCommand.verify(1, 0, 1), 8, 9))
                .isFalse();
        assertThat(queue.outstanding()).isEqualTo(DEPTH - 1);
    }
}
