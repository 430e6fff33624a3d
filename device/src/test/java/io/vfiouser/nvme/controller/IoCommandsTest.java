package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.BlockStatus;
import io.vfiouser.nvme.block.Operation;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.DatasetManagementRange;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Read, Write, Write Zeroes, Flush and Dataset Management: namespace 1 in RAM with 4 KiB blocks, namespace 2 a recording back end. */
class IoCommandsTest {
    private static final int BLOCKS = 1024;

    private final RamBlockDevice ram =
            RamBlockDevice.builder(BLOCKS * 4096L).blockSizeBytes(4096).build();
    private final HeldBlockDevice recorder = new HeldBlockDevice(BLOCKS).releaseAll();
    private final InMemoryGuest guest = InMemoryGuest.mapped(ram, recorder);
    private final NvmeHost host = new NvmeHost(guest);
    private HostQueue queue;

    @BeforeEach
    void enable() {
        host.enable();
        queue = host.createQueues(1, 64);
    }

    @AfterEach
    void close() {
        guest.close();
    }

    private StatusCode read(int nsid, long lba, int blocks, long prp1, long prp2) {
        return queue.execute((sq, at, cid) -> IoCommand.read(sq, at, cid, nsid, lba, blocks, prp1, prp2))
                .status();
    }

    private StatusCode write(int nsid, long lba, int blocks, int flags, long prp1, long prp2) {
        return queue.execute((sq, at, cid) -> IoCommand.write(sq, at, cid, nsid, lba, blocks, flags, prp1, prp2))
                .status();
    }

    @Test
    void whatIsWrittenIsReadBackThroughOtherPointers() {
        long out = host.allocate(4);
        MemorySegment pattern = host.slice(out, 3 * 4096);
        for (int i = 0; i < pattern.byteSize(); i++) {
            pattern.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 31 + i / 4096));
        }
        long list = host.allocate(1);
        LittleEndian.putU64(guest.memory(), host.at(list), out + 4096);
        LittleEndian.putU64(guest.memory(), host.at(list) + 8, out + 8192);
        assertThat(write(1, 5, 3, 0, out, list)).isEqualTo(StatusCode.SUCCESS);

        long in = host.allocate(4);
        LittleEndian.putU64(guest.memory(), host.at(list), in + 4096);
        LittleEndian.putU64(guest.memory(), host.at(list) + 8, in + 8192);
        LittleEndian.putU64(guest.memory(), host.at(list) + 16, in + 12288);
        assertThat(read(1, 5, 3, in + 512, list)).isEqualTo(StatusCode.SUCCESS);
        assertThat(host.slice(in + 512, 3 * 4096).mismatch(pattern)).isEqualTo(-1);
    }

    @Test
    void onlyWhatTheDeviceWroteIsMarkedDirty() {
        guest.dirtyPages().clear();
        long out = host.allocate(1);
        long in = host.allocate(1);
        write(1, 0, 1, 0, out, 0);
        read(1, 0, 1, in, 0);

        int completionPage = (int) (host.at(queue.completionBase()) / 4096);
        int readPage = (int) (host.at(in) / 4096);
        assertThat(guest.dirtyPages().stream().toArray()).containsExactlyInAnyOrder(completionPage, readPage);
    }

    @ParameterizedTest
    @CsvSource({"1023, 2", "1024, 1", "-1, 1", "-9223372036854775808, 1", "9223372036854775807, 65536", "0, 65536"})
    void blocksBeyondTheEndAreOutOfRangeOrTooMany(long lba, int blocks) {
        long buffer = host.allocate(1);
        StatusCode expected = blocks == 65536 ? StatusCode.INVALID_FIELD : StatusCode.LBA_OUT_OF_RANGE;
        assertThat(read(1, lba, blocks, buffer, 0)).isEqualTo(expected);
        assertThat(write(1, lba, blocks, 0, buffer, 0)).isEqualTo(expected);
        assertThat(queue.execute((sq, at, cid) -> IoCommand.writeZeroes(sq, at, cid, 1, lba, blocks, 0))
                        .status())
                .isEqualTo(StatusCode.LBA_OUT_OF_RANGE);
    }

    @Test
    void transfersUpToMdtsAreTakenAndNoLongerOnes() {
        long list = host.allocate(2);
        long data = host.allocate(1);
        for (int i = 0; i < 512; i++) {
            LittleEndian.putU64(guest.memory(), host.at(list) + i * 8L, data);
        }
        assertThat(read(1, 0, 256, data, list)).isEqualTo(StatusCode.SUCCESS);
        assertThat(read(1, 0, 257, data, list)).isEqualTo(StatusCode.INVALID_FIELD);
    }

    @ParameterizedTest
    @CsvSource({
        "0, INVALID_NAMESPACE_OR_FORMAT",
        "3, INVALID_FIELD",
        "1024, INVALID_FIELD",
        "1025, INVALID_NAMESPACE_OR_FORMAT",
        "-1, INVALID_FIELD",
        "-2, INVALID_NAMESPACE_OR_FORMAT",
        "-2147483648, INVALID_NAMESPACE_OR_FORMAT"
    })
    void namespacesThatDoNotExistAreRefused(int nsid, StatusCode expected) {
        assertThat(read(nsid, 0, 1, host.allocate(1), 0)).isEqualTo(expected);
    }

    @Test
    void reservedValuesOfPsdtAndUnknownOpcodesAreRefused() {
        long buffer = host.allocate(1);
        int bits = SubmissionEntry.PSDT;
        assertThat(queue.execute((sq, at, cid) -> {
                            IoCommand.read(sq, at, cid, 1, 0, 1, buffer, 0);
                            LittleEndian.putU32(sq, at, NvmOpcode.READ | bits | cid << 16);
                        })
                        .status())
                .isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(ErrorLogs.newestLocation(host)).isEqualTo(ErrorLogs.location(SubmissionEntry.FLAGS_BYTE, 6));
        for (int opcode = 0; opcode < 256; opcode++) {
            if (IoCommands.effects(opcode) == 0) {
                int unknown = opcode;
                assertThat(queue.execute((sq, at, cid) ->
                                        SubmissionEntry.write(sq, at, unknown, cid, 1, buffer, 0, 0, 0, 0))
                                .status())
                        .isEqualTo(StatusCode.INVALID_OPCODE);
            }
        }
    }

    @Test
    void dataPointersThatAreInvalidGetTheirStatusAndNothingIsTransferred() {
        long buffer = host.allocate(1);
        assertThat(read(1, 0, 1, buffer + 1, 0)).isEqualTo(StatusCode.PRP_OFFSET_INVALID);
        assertThat(read(1, 0, 2, buffer, buffer + 8)).isEqualTo(StatusCode.PRP_OFFSET_INVALID);
        assertThat(read(1, 0, 1, 0, 0)).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
        assertThat(write(2, 0, 1, 0, 0, 0)).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
        assertThat(recorder.seen()).isEmpty();
    }

    @Test
    void writeZeroesZeroesAndPassesTheDeallocateBitOn() {
        long out = host.allocate(1);
        host.slice(out, 4096).fill((byte) 0x55);
        write(1, 9, 1, 0, out, 0);
        queue.execute((sq, at, cid) -> IoCommand.writeZeroes(sq, at, cid, 1, 9, 1, 0))
                .orThrow();
        assertThat(read(1, 9, 1, out, 0)).isEqualTo(StatusCode.SUCCESS);
        assertThat(host.slice(out, 4096).mismatch(MemorySegment.ofArray(new byte[4096])))
                .isEqualTo(-1);

        queue.execute((sq, at, cid) ->
                        IoCommand.writeZeroes(sq, at, cid, 2, 3, 7, IoCommand.DEALLOCATE | IoCommand.FUA))
                .orThrow();
        assertThat(recorder.seen()).containsExactly(new HeldBlockDevice.Seen(Operation.WRITE_ZEROES, 3, 7, true, true));
    }

    @Test
    void forceUnitAccessReachesTheBackEnd() {
        long buffer = host.allocate(1);
        write(2, 0, 8, IoCommand.FUA, buffer, 0);
        write(2, 0, 8, 0, buffer, 0);
        assertThat(recorder.seen()).extracting(HeldBlockDevice.Seen::durable).containsExactly(true, false);

        recorder.seen().clear();
        queue.execute((sq, at, cid) ->
                        SubmissionEntry.write(sq, at, NvmOpcode.READ, cid, 2, buffer, 0, 0, 7 | IoCommand.FUA, 0))
                .orThrow();
        assertThat(recorder.seen())
                .as("data in a volatile cache is made durable before it is read")
                .extracting(HeldBlockDevice.Seen::operation)
                .containsExactly(Operation.FLUSH, Operation.READ);
    }

    @Test
    void withoutTheWriteCacheEveryWriteIsDurable() {
        host.admin()
                .execute((sq, at, cid) ->
                        AdminCommand.setFeatures(sq, at, cid, 0, FeatureId.VOLATILE_WRITE_CACHE, 0, 0, 0))
                .orThrow();
        assertThat(recorder.seen()).extracting(HeldBlockDevice.Seen::operation).containsExactly(Operation.FLUSH);
        recorder.seen().clear();
        write(2, 0, 8, 0, host.allocate(1), 0);
        assertThat(recorder.seen()).extracting(HeldBlockDevice.Seen::durable).containsExactly(true);

        host.admin()
                .execute((sq, at, cid) ->
                        AdminCommand.setFeatures(sq, at, cid, 0, FeatureId.VOLATILE_WRITE_CACHE, 1, 0, 0))
                .orThrow();
        recorder.seen().clear();
        write(2, 0, 8, 0, host.allocate(1), 0);
        assertThat(recorder.seen()).extracting(HeldBlockDevice.Seen::durable).containsExactly(false);
    }

    @Test
    void flushTakesOneNamespaceOrAll() {
        queue.execute((sq, at, cid) -> IoCommand.flush(sq, at, cid, 2)).orThrow();
        queue.execute((sq, at, cid) -> IoCommand.flush(sq, at, cid, SubmissionEntry.NSID_ALL))
                .orThrow();
        assertThat(recorder.seen())
                .extracting(HeldBlockDevice.Seen::operation)
                .containsExactly(Operation.FLUSH, Operation.FLUSH);
        assertThat(queue.execute((sq, at, cid) -> IoCommand.flush(sq, at, cid, 0))
                        .status())
                .isEqualTo(StatusCode.INVALID_NAMESPACE_OR_FORMAT);
    }

    @Test
    void datasetManagementDeallocatesEachRangeOrNothing() {
        long ranges = host.allocate(1);
        for (int i = 0; i < 256; i++) {
            DatasetManagementRange.write(guest.memory(), host.at(ranges) + i * 16L, i, 1);
        }
        queue.execute((sq, at, cid) -> IoCommand.deallocate(sq, at, cid, 2, 256, ranges, 0))
                .orThrow();
        assertThat(recorder.seen()).hasSize(256);
        assertThat(recorder.seen().get(255))
                .isEqualTo(new HeldBlockDevice.Seen(Operation.DEALLOCATE, 255, 1, false, true));

        recorder.seen().clear();
        DatasetManagementRange.write(guest.memory(), host.at(ranges) + 255 * 16L, BLOCKS, 1);
        assertThat(queue.execute((sq, at, cid) -> IoCommand.deallocate(sq, at, cid, 2, 256, ranges, 0))
                        .status())
                .isEqualTo(StatusCode.LBA_OUT_OF_RANGE);
        assertThat(recorder.seen()).isEmpty();

        queue.execute((sq, at, cid) ->
                        SubmissionEntry.write(sq, at, NvmOpcode.DATASET_MANAGEMENT, cid, 2, ranges, 0, 0, 0, 0))
                .orThrow();
        assertThat(recorder.seen()).as("the other attributes are hints").isEmpty();
    }

    /** CDW12 bit by bit: what has no meaning without protection information is ignored, what asks for something unsupported is not. */
    @ParameterizedTest
    @CsvSource({
        "READ, 31, -1, -1",
        "READ, 29, -1, -1",
        "READ, 26, -1, -1",
        "READ, 24, -1, -1",
        "READ, 16, 50, 0",
        "WRITE, 31, -1, -1",
        "WRITE, 28, -1, -1",
        "WRITE, 24, -1, -1",
        "WRITE, 20, 50, 4",
        "WRITE, 19, 50, 0",
        "COMPARE, 31, -1, -1",
        "COMPARE, 17, 50, 0",
        "VERIFY, 31, -1, -1",
        "VERIFY, 18, 50, 0",
        "WRITE_ZEROES, 31, -1, -1",
        "WRITE_ZEROES, 23, 50, 7",
        "WRITE_ZEROES, 16, 50, 0"
    })
    void flagsAreTakenIgnoredOrRefused(Opcode opcode, int bit, int byteInCommand, int bitInByte) {
        long buffer = host.allocate(1);
        StatusCode status = queue.execute(
                        (sq, at, cid) -> SubmissionEntry.write(sq, at, opcode.value, cid, 1, buffer, 0, 0, 1 << bit, 0))
                .status();
        assertThat(status).isEqualTo(byteInCommand < 0 ? StatusCode.SUCCESS : StatusCode.INVALID_FIELD);
        if (byteInCommand >= 0) {
            assertThat(ErrorLogs.newestLocation(host)).isEqualTo(ErrorLogs.location(byteInCommand, bitInByte));
        }
    }

    enum Opcode {
        READ(NvmOpcode.READ),
        WRITE(NvmOpcode.WRITE),
        COMPARE(NvmOpcode.COMPARE),
        VERIFY(NvmOpcode.VERIFY),
        WRITE_ZEROES(NvmOpcode.WRITE_ZEROES);

        private final int value;

        Opcode(int value) {
            this.value = value;
        }
    }

    @Test
    void rangesOfNoBlocksAndOverlappingOnesAreFine() {
        long ranges = host.allocate(1);
        DatasetManagementRange.write(guest.memory(), host.at(ranges), 5, 0);
        DatasetManagementRange.write(guest.memory(), host.at(ranges) + 16, BLOCKS, 0);
        DatasetManagementRange.write(guest.memory(), host.at(ranges) + 32, 3, 4);
        DatasetManagementRange.write(guest.memory(), host.at(ranges) + 48, 5, 4);
        queue.execute((sq, at, cid) -> IoCommand.deallocate(sq, at, cid, 2, 4, ranges, 0))
                .orThrow();
        assertThat(recorder.seen())
                .containsExactly(
                        new HeldBlockDevice.Seen(Operation.DEALLOCATE, 3, 4, false, true),
                        new HeldBlockDevice.Seen(Operation.DEALLOCATE, 5, 4, false, true));
    }

    @Test
    void verifyReadsTheBlocksAndIsNoLongerThanATransfer() {
        queue.execute((sq, at, cid) -> IoCommand.verify(sq, at, cid, 2, 3, 9, 0))
                .orThrow();
        assertThat(recorder.seen()).containsExactly(new HeldBlockDevice.Seen(Operation.VERIFY, 3, 9, false, false));

        recorder.seen().clear();
        queue.execute((sq, at, cid) -> IoCommand.verify(sq, at, cid, 2, 3, 9, IoCommand.FUA))
                .orThrow();
        assertThat(recorder.seen())
                .extracting(HeldBlockDevice.Seen::operation)
                .containsExactly(Operation.FLUSH, Operation.VERIFY);

        assertThat(queue.execute((sq, at, cid) -> IoCommand.verify(sq, at, cid, 1, 0, 257, 0))
                        .status())
                .isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(ErrorLogs.newestLocation(host)).isEqualTo(ErrorLogs.location(SubmissionEntry.CDW12, 0));
        assertThat(queue.execute((sq, at, cid) -> IoCommand.verify(sq, at, cid, 1, BLOCKS, 1, 0))
                        .status())
                .isEqualTo(StatusCode.LBA_OUT_OF_RANGE);
        recorder.outcome(BlockStatus.READ_ERROR);
        assertThat(queue.execute((sq, at, cid) -> IoCommand.verify(sq, at, cid, 2, 3, 9, 0))
                        .status())
                .isEqualTo(StatusCode.UNRECOVERED_READ_ERROR);
    }

    @ParameterizedTest
    @CsvSource({
        "READ_ERROR, UNRECOVERED_READ_ERROR",
        "WRITE_ERROR, WRITE_FAULT",
        "OUT_OF_RANGE, LBA_OUT_OF_RANGE",
        "NO_SPACE, CAPACITY_EXCEEDED",
        "READ_ONLY, NAMESPACE_IS_WRITE_PROTECTED",
        "MEMORY_FAULT, DATA_TRANSFER_ERROR",
        "UNSUPPORTED, INVALID_OPCODE",
        "NOT_ACTIVE, NAMESPACE_NOT_READY",
        "CANCELLED, COMMAND_ABORT_REQUESTED",
        "INTERNAL_ERROR, INTERNAL_ERROR"
    })
    void whatTheBackEndReportsBecomesAStatus(BlockStatus outcome, StatusCode expected) {
        recorder.outcome(outcome);
        assertThat(write(2, 0, 1, 0, host.allocate(1), 0)).isEqualTo(expected);
    }

    @Test
    void aShrunkNamespaceRefusesWhatItNoLongerHas() {
        long buffer = host.allocate(1);
        assertThat(read(2, BLOCKS - 1, 1, buffer, 0)).isEqualTo(StatusCode.SUCCESS);
        recorder.resize(BLOCKS / 2);
        assertThat(read(2, BLOCKS - 1, 1, buffer, 0)).isEqualTo(StatusCode.LBA_OUT_OF_RANGE);
    }
}
