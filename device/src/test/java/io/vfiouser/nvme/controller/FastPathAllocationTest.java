package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.block.ThreadAllocation;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.CompletionEntry;
import io.vfiouser.nvme.spec.Doorbells;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.SglDescriptor;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.HostTransport;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import io.vfiouser.nvme.testing.ShadowingHost;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * From the doorbell to the completion nothing is allocated, whatever the command.
 *
 * <p>What is compiled provisionally may allocate what the last compiler avoids, and when that has done its work depends on the machine. So
 * rounds are measured until some thousand commands in a row allocate no byte. The benchmarks' own test goes through sizes and data
 * pointers one by one; here are shadow doorbells and coalescing.
 */
class FastPathAllocationTest {
    private static final int ENTRIES = 64;
    private static final int ROUNDS = 100;
    private static final long PATIENCE_NANOS = 20_000_000_000L;
    private static final long UNWRITTEN_LBA = 4000;
    private static final int COMMANDS = ENTRIES - 1;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void commandsAllocateNothing(boolean shadowsAndCoalescing) {
        try (InMemoryGuest guest = InMemoryGuest.mapped(RamBlockDevice.ofSize(4 << 20))) {
            ShadowingHost shadow = new ShadowingHost(guest);
            NvmeHost host = new NvmeHost(shadow);
            host.enable();
            HostQueue queue = host.createQueues(1, ENTRIES);
            if (shadowsAndCoalescing) {
                shadow.configure(host, queueId -> queueId > 0);
                host.admin()
                        .execute((sq, at, cid) -> AdminCommand.setFeatures(
                                sq, at, cid, 0, FeatureId.INTERRUPT_COALESCING, 1 << 8 | 100, 0, 0))
                        .orThrow();
                guest.settle();
            }
            fill(host, guest.memory(), host.at(queue.submissionBase()));
            QueuePoller poller = guest.controller().pollers().getFirst();
            long end = System.nanoTime() + PATIENCE_NANOS;
            int tail = 0;
            long allocated;
            do {
                guest.interrupts().clear();
                long before = ThreadAllocation.bytes();
                tail = rounds(shadow, poller, tail, ROUNDS);
                allocated = ThreadAllocation.bytes() - before;
            } while (allocated > 0 && System.nanoTime() - end < 0);
            assertThat(allocated)
                    .as("bytes allocated by %d commands", ROUNDS * COMMANDS)
                    .isZero();
            assertThat(CompletionEntry.statusField(
                            CompletionEntry.second(guest.memory(), host.at(queue.completionBase()))))
                    .isZero();
        }
    }

    /** The ring stays filled with the same commands: with PRPs and SGLs, of each kind that drivers send often. */
    private static void fill(NvmeHost host, MemorySegment memory, long base) {
        long data = host.allocate(8);
        long list = host.allocate(1);
        for (int i = 0; i < 4; i++) {
            LittleEndian.putU64(memory, host.at(list) + i * 8L, data + (1 + 2L * (i % 2)) * 4096);
        }
        long zeroes = host.allocate(1);
        long sgl = host.allocate(1);
        SglDescriptor.write(memory, host.at(sgl), data + 3, 4000, SglDescriptor.DATA_BLOCK);
        SglDescriptor.write(memory, host.at(sgl) + 16, 0, 192, SglDescriptor.BIT_BUCKET);
        SglDescriptor.write(memory, host.at(sgl) + 32, data + 8193, 4096, SglDescriptor.DATA_BLOCK);
        for (int slot = 0; slot < ENTRIES; slot++) {
            long at = base + slot * 64L;
            switch (slot % 9) {
                case 0 -> IoCommand.read(memory, at, slot, 1, slot, 8, data, 0);
                case 1 -> IoCommand.write(memory, at, slot, 1, slot, 32, IoCommand.FUA, data, list);
                case 2 -> IoCommand.flush(memory, at, slot, 1);
                case 3 -> IoCommand.writeZeroes(memory, at, slot, 1, 100, 8, 0);
                case 4 -> IoCommand.verify(memory, at, slot, 1, 100, 8, 0);
                case 5 -> IoCommand.compare(memory, at, slot, 1, UNWRITTEN_LBA, 8, 0, zeroes, 0);
                case 6 -> {
                    IoCommand.write(memory, at, slot, 1, slot, 8, 0, 0, 0);
                    SubmissionEntry.putSgl(
                            memory, at, data + 1, SglDescriptor.lengthAndType(4096, SglDescriptor.DATA_BLOCK));
                }
                case 7 -> {
                    IoCommand.read(memory, at, slot, 1, slot, 16, 0, 0);
                    SubmissionEntry.putSgl(
                            memory, at, sgl, SglDescriptor.lengthAndType(48, SglDescriptor.LAST_SEGMENT));
                }
                default -> IoCommand.read(memory, at, slot, 1, slot, 32, data + 512, list);
            }
        }
    }

    /** Fills the queue so many times and returns where the tail is afterwards. */
    private static int rounds(HostTransport host, QueuePoller poller, int tailBefore, int count) {
        int tail = tailBefore;
        for (int i = 0; i < count; i++) {
            tail = (tail + COMMANDS) % ENTRIES;
            host.doorbell(Doorbells.submissionTail(1), tail);
            int done = 0;
            while (done < COMMANDS) {
                done += poller.doWork();
            }
            host.doorbell(Doorbells.completionHead(1), tail);
        }
        return tail;
    }
}
