package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.memory.DirtyMarker;
import io.vfiouser.nvme.memory.GuestRegion;
import io.vfiouser.nvme.memory.RegionTable;
import io.vfiouser.nvme.memory.UpcomingRegions;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.ControllerStatus;
import io.vfiouser.nvme.spec.Doorbells;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.NvmOpcode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Guests that send what no host would: every command gets an answer, and the next reset heals everything. */
class HostileGuestTest {
    private static final int COMMANDS = 3000;

    private static final int[] IO_OPCODES = {
        NvmOpcode.READ, NvmOpcode.WRITE, NvmOpcode.FLUSH, NvmOpcode.WRITE_ZEROES, NvmOpcode.DATASET_MANAGEMENT
    };
    private static final int[] ADMIN_OPCODES = {
        AdminOpcode.IDENTIFY,
        AdminOpcode.GET_LOG_PAGE,
        AdminOpcode.GET_FEATURES,
        AdminOpcode.SET_FEATURES,
        AdminOpcode.ABORT,
        AdminOpcode.DELETE_IO_SUBMISSION_QUEUE,
        AdminOpcode.CREATE_IO_SUBMISSION_QUEUE,
        AdminOpcode.CREATE_IO_COMPLETION_QUEUE,
        AdminOpcode.DELETE_IO_COMPLETION_QUEUE
    };

    /** An address that is now and then a good one. */
    private static long address(Random random, NvmeHost host) {
        long inside = host.transport().iova() + random.nextInt((int) InMemoryGuest.MEMORY_BYTES);
        return switch (random.nextInt(6)) {
            case 0 -> random.nextLong();
            case 1 -> inside;
            case 2 -> inside & ~0x3L;
            case 3 -> 0x1000 + random.nextInt(0x2000);
            default -> inside & ~0xFFFL;
        };
    }

    private static void garble(Random random, NvmeHost host, MemorySegment queue, long at, int cid, int[] opcodes) {
        for (int i = 0; i < SubmissionEntry.LENGTH_BYTES; i += 8) {
            LittleEndian.putU64(queue, at + i, random.nextBoolean() ? random.nextLong() : random.nextInt(16));
        }
        int opcode = random.nextInt(8) == 0 ? random.nextInt(256) : opcodes[random.nextInt(opcodes.length)];
        if (opcode == AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST) {
            opcode = AdminOpcode.ABORT;
        }
        int flags = random.nextInt(8) == 0 ? random.nextInt(256) << 8 : 0;
        LittleEndian.putU32(queue, at, opcode | flags | cid << 16);
        LittleEndian.putU32(queue, at + SubmissionEntry.NSID, random.nextInt(4) == 0 ? random.nextInt() : 1);
        LittleEndian.putU64(queue, at + SubmissionEntry.PRP1, address(random, host));
        LittleEndian.putU64(queue, at + SubmissionEntry.PRP2, address(random, host));
        if (random.nextBoolean()) {
            LittleEndian.putU64(
                    queue, at + SubmissionEntry.CDW10, random.nextInt(200) | (long) random.nextInt(4) << 32);
            LittleEndian.putU32(queue, at + SubmissionEntry.CDW12, random.nextInt(64));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everyIoCommandIsAnswered(long seed) {
        everyIoCommandIsAnswered(seed, HostileGuestTest::withScratchOnly);
    }

    /** Of so many regions that those of the next commands are looked at before. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everyIoCommandOfAGuestWithManyRegionsIsAnswered(long seed) {
        everyIoCommandIsAnswered(seed, HostileGuestTest::scratchInPages);
    }

    private static void everyIoCommandIsAnswered(long seed, Function<InMemoryGuest, RegionTable> regions) {
        Random random = new Random(seed);
        try (InMemoryGuest guest = InMemoryGuest.mapped(RamBlockDevice.ofSize(1 << 20))) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            HostQueue queue = host.createQueues(1, 64);
            // Queues stay readable but out of reach of the commands' data, which could otherwise forge completions.
            guest.guestMemory().publish(regions.apply(guest));
            for (int i = 0; i < COMMANDS; i++) {
                int cid = queue.submit((sq, at, c) -> garble(random, host, sq, at, c, IO_OPCODES));
                assertThat(queue.reap().commandId()).isEqualTo(cid);
            }
            assertThat(ControllerStatus.fatal(host.status())).isFalse();
        }
    }

    private static RegionTable scratchInPages(InMemoryGuest guest) {
        RegionTable whole = withScratchOnly(guest);
        List<GuestRegion> regions = new ArrayList<>(List.of(whole.region(0)));
        GuestRegion scratch = whole.region(1);
        for (long at = 0; at < scratch.lengthBytes(); at += NvmeHost.PAGE) {
            regions.add(GuestRegion.of(scratch.iova() + at, scratch.segment().asSlice(at, NvmeHost.PAGE)));
        }
        RegionTable table = RegionTable.of(regions);
        assertThat(UpcomingRegions.helpWith(table)).isTrue();
        return table;
    }

    /** The first 32 pages, where the queues are, may not be written by data; the queues were resolved before. */
    private static RegionTable withScratchOnly(InMemoryGuest guest) {
        MemorySegment memory = guest.memory();
        long border = 32L * NvmeHost.PAGE;
        return RegionTable.of(List.of(
                new GuestRegion(
                        InMemoryGuest.IOVA, memory.asSlice(0, border).asReadOnly(), true, false, DirtyMarker.NONE),
                GuestRegion.of(InMemoryGuest.IOVA + border, memory.asSlice(border, memory.byteSize() - border))));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everyAdminCommandIsAnswered(long seed) {
        Random random = new Random(seed);
        try (InMemoryGuest guest = InMemoryGuest.mapped(RamBlockDevice.ofSize(1 << 20))) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            guest.guestMemory().publish(withScratchOnly(guest));
            for (int i = 0; i < COMMANDS; i++) {
                int cid = host.admin().submit((sq, at, c) -> garble(random, host, sq, at, c, ADMIN_OPCODES));
                assertThat(host.admin().reap().commandId()).isEqualTo(cid);
            }
            assertThat(ControllerStatus.fatal(host.status())).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void registersAndDoorbellsOfAnyValueAreSurvived(long seed) {
        Random random = new Random(seed);
        try (InMemoryGuest guest = InMemoryGuest.trapped(RamBlockDevice.ofSize(1 << 20))) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            host.createQueues(1, 64);
            for (int i = 0; i < COMMANDS; i++) {
                int offset = random.nextBoolean()
                        ? 4 * random.nextInt(0x20)
                        : Doorbells.submissionTail(random.nextInt(3)) + 4 * random.nextInt(2);
                int value = random.nextBoolean() ? random.nextInt() : random.nextInt(70);
                if (random.nextInt(4) == 0) {
                    guest.write64(offset, value);
                } else {
                    guest.write32(offset, value);
                }
                if (random.nextInt(50) == 0) {
                    guest.controller().pause();
                    guest.settle();
                    assertThat(guest.controller().paused()).isTrue();
                    guest.controller().resume();
                }
                guest.progress();
            }
            guest.write32(ControllerRegisters.CC, 0);
            guest.settle();
            guest.controller().reset();
            guest.settle();
            assertThat(host.status()).isZero();
            host.enable();
            host.identify(IdentifyCns.CONTROLLER, 0);
        }
    }
}
