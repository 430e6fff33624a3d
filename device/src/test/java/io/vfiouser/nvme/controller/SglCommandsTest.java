package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.DatasetManagementRange;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IdentifyController;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.spec.SglDescriptor;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
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
import org.junit.jupiter.params.provider.ValueSource;

/** Commands whose data pointer is an SGL, on a namespace with blocks of 512 bytes. */
class SglCommandsTest {
    private static final int BLOCK = 512;

    private final InMemoryGuest guest = InMemoryGuest.mapped(RamBlockDevice.ofSize(1 << 20));
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

    private StatusCode execute(int opcode, int blocks, long address, long lengthAndType) {
        return queue.execute((sq, at, cid) -> {
                    SubmissionEntry.write(sq, at, opcode, cid, 1, 0, 0, 8, blocks - 1, 0);
                    SubmissionEntry.putSgl(sq, at, address, lengthAndType);
                })
                .status();
    }

    private static long data(long lengthBytes) {
        return SglDescriptor.lengthAndType(lengthBytes, SglDescriptor.DATA_BLOCK);
    }

    private long pattern(int bytes) {
        long out = host.allocate(2);
        for (int i = 0; i < bytes; i++) {
            host.memory().set(ValueLayout.JAVA_BYTE, host.at(out) + i, (byte) (i * 7 + i / 256));
        }
        return out;
    }

    private void assertSame(long iova, long expected, int bytes) {
        assertThat(host.slice(iova, bytes).mismatch(host.slice(expected, bytes)))
                .isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(ints = {SubmissionEntry.PSDT_SGL, SubmissionEntry.PSDT_SGL_METADATA_SGL})
    void oneDataBlockAtAnyByteIsADataPointer(int psdt) {
        long out = pattern(4 * BLOCK + 1);
        long in = host.allocate(1);
        for (int opcode : new int[] {NvmOpcode.WRITE, NvmOpcode.COMPARE, NvmOpcode.READ}) {
            long address = opcode == NvmOpcode.READ ? in + 3 : out + 1;
            queue.execute((sq, at, cid) -> {
                        SubmissionEntry.write(
                                sq,
                                at,
                                opcode | SubmissionEntry.flags(0, psdt),
                                cid,
                                1,
                                address,
                                data(4 * BLOCK),
                                8,
                                3,
                                0);
                    })
                    .orThrow();
        }
        assertSame(in + 3, out + 1, 4 * BLOCK);
    }

    @Test
    void chainsOfSegmentsAndBitBucketsAreFollowed() {
        long out = pattern(4 * BLOCK);
        assertThat(execute(NvmOpcode.WRITE, 4, out, data(4 * BLOCK))).isEqualTo(StatusCode.SUCCESS);

        long in = host.allocate(2);
        host.slice(in, 2 * 4096).fill((byte) 0x11);
        long list = host.allocate(1);
        long next = list + 2048;
        SglDescriptor.write(host.memory(), host.at(list), in + 5, 100, SglDescriptor.DATA_BLOCK);
        SglDescriptor.write(host.memory(), host.at(list) + 16, 0, BLOCK, SglDescriptor.BIT_BUCKET);
        SglDescriptor.write(host.memory(), host.at(list) + 32, next, 32, SglDescriptor.LAST_SEGMENT);
        SglDescriptor.write(host.memory(), host.at(next), in + 4096, 3 * BLOCK - 100, SglDescriptor.DATA_BLOCK);
        SglDescriptor.write(host.memory(), host.at(next) + 16, in, 4096, SglDescriptor.DATA_BLOCK);
        guest.dirtyPages().clear();
        assertThat(execute(NvmOpcode.READ, 4, list, SglDescriptor.lengthAndType(48, SglDescriptor.SEGMENT)))
                .isEqualTo(StatusCode.SUCCESS);
        assertSame(in + 5, out, 100);
        assertSame(in + 4096, out + 100 + BLOCK, 3 * BLOCK - 100);
        assertThat(host.slice(in, 5).toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x11);
        assertThat(host.memory().get(ValueLayout.JAVA_BYTE, host.at(in) + 105))
                .as("neither the bucket nor what is too long reaches the guest")
                .isEqualTo((byte) 0x11);
        assertThat(guest.dirtyPages().stream().toArray())
                .contains((int) (host.at(in) / 4096), (int) (host.at(in) / 4096) + 1);
    }

    @Test
    void theRangesOfDatasetManagementMayLieInAnSgl() {
        long out = pattern(BLOCK);
        assertThat(execute(NvmOpcode.WRITE, 1, out, data(BLOCK))).isEqualTo(StatusCode.SUCCESS);
        long ranges = host.allocate(1) + 1;
        DatasetManagementRange.write(host.memory(), host.at(ranges), 8, 1);
        queue.execute((sq, at, cid) -> {
                    IoCommand.deallocate(sq, at, cid, 1, 1, 0, 0);
                    SubmissionEntry.putSgl(sq, at, ranges, data(16));
                })
                .orThrow();
        long in = host.allocate(1);
        host.slice(in, BLOCK).fill((byte) 1);
        assertThat(execute(NvmOpcode.READ, 1, in, data(BLOCK))).isEqualTo(StatusCode.SUCCESS);
        assertThat(host.slice(in, BLOCK).mismatch(MemorySegment.ofArray(new byte[BLOCK])))
                .as("deallocated blocks read as zeroes, as DLFEAT announces")
                .isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({
        "READ, 512, SGL_DESCRIPTOR_TYPE_INVALID, 64",
        "READ, 511, DATA_SGL_LENGTH_INVALID, 0",
        "WRITE, 511, DATA_SGL_LENGTH_INVALID, 0",
        "COMPARE, 0, DATA_SGL_LENGTH_INVALID, 0",
        "WRITE, 512, SGL_DESCRIPTOR_TYPE_INVALID, 80",
        "READ, 24, INVALID_SGL_SEGMENT_DESCRIPTOR, 32",
        "READ, 512, SGL_DESCRIPTOR_TYPE_INVALID, 1"
    })
    void invalidDescriptorsAreRefusedAndNamed(String opcode, long length, StatusCode expected, int identifier) {
        int code = switch (opcode) {
            case "READ" -> NvmOpcode.READ;
            case "WRITE" -> NvmOpcode.WRITE;
            default -> NvmOpcode.COMPARE;
        };
        long buffer = host.allocate(1);
        assertThat(execute(code, 1, buffer, SglDescriptor.lengthAndType(length, identifier)))
                .isEqualTo(expected);
        assertThat(ErrorLogs.newestLocation(host)).isEqualTo(ErrorLogs.location(SubmissionEntry.DPTR, 0));
    }

    @Test
    void anSglInMemoryThatIsNotMappedIsADataTransferError() {
        assertThat(execute(NvmOpcode.READ, 1, 16, data(BLOCK))).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void adminCommandsUsePrps(int psdt) {
        long buffer = host.allocate(1);
        StatusCode status = host.admin()
                .execute((sq, at, cid) -> {
                    AdminCommand.identify(sq, at, cid, IdentifyCns.CONTROLLER, 0, buffer, 0);
                    LittleEndian.putU32(sq, at, LittleEndian.i32(sq, at) | SubmissionEntry.flags(0, psdt));
                })
                .status();
        assertThat(status).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(ErrorLogs.newestLocation(host)).isEqualTo(ErrorLogs.location(SubmissionEntry.FLAGS_BYTE, 6));
    }

    @Test
    void whatIsSupportedIsAnnounced() {
        MemorySegment data = host.identify(IdentifyCns.CONTROLLER, 0);
        assertThat(LittleEndian.i32(data, IdentifyController.SGLS)).isEqualTo(1 | 1 << 16 | 1 << 18);
        assertThat(LittleEndian.u16(data, IdentifyController.FUSES)).isOne();
        assertThat(LittleEndian.u16(data, IdentifyController.ACWU)).isEqualTo(127);
        assertThat(LittleEndian.u8(data, IdentifyController.ACL)).isEqualTo(3);
        assertThat(LittleEndian.u16(data, IdentifyController.ONCS) & 0x8D).isEqualTo(0x8D);
    }
}
