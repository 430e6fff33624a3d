package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.memory.GuestRegion;
import io.vfiouser.nvme.memory.RegionTable;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AsynchronousEvent;
import io.vfiouser.nvme.spec.CompletionEntry;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.Doorbells;
import io.vfiouser.nvme.spec.IdentifyCns;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Wrap-around, phases, heads, full queues, doorbells and interrupts. */
class QueueMechanicsTest {
    private final HeldBlockDevice device = new HeldBlockDevice(1024);
    private final InMemoryGuest guest = InMemoryGuest.mapped(device);
    private final NvmeHost host = new NvmeHost(guest);

    @BeforeEach
    void enable() {
        host.enable();
    }

    @AfterEach
    void close() {
        device.releaseAll();
        guest.close();
    }

    private static int flush(HostQueue queue) {
        return queue.put((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
    }

    @Test
    void nothingOfTheCompletionQueueChangesBeforeACompletion() {
        int entries = 5;
        HostQueue queue = host.createQueues(1, entries);
        MemorySegment ring =
                host.memory().asSlice(host.at(queue.completionBase()), (long) entries * CompletionEntry.LENGTH_BYTES);
        // What may have been there before the queue was.
        for (int i = 0; i < entries; i++) {
            LittleEndian.putU64(ring, (long) i * CompletionEntry.LENGTH_BYTES, 0x0123_4567_89AB_CDEFL);
        }
        for (int round = 0; round < 3 * entries; round++) {
            byte[] before = ring.toArray(ValueLayout.JAVA_BYTE);
            flush(queue);
            queue.ring();
            guest.settle();
            assertThat(device.seen()).hasSize(round + 1);
            assertThat(ring.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(before);
            device.release(1);
            assertThat(queue.reap().commandId()).isEqualTo(round);
        }
    }

    @Test
    void anEntryIsAskedForEarlyOnlyWhereAllAreKnownToHaveNoResult() {
        int entries = 4;
        CompletionQueue completions = new CompletionQueue(1, entries, 0, false, 0);
        RegionTable table = RegionTable.of(List.of(GuestRegion.of(0, MemorySegment.ofArray(new long[512]))));
        assertThat(completions.ring().map(table)).isTrue();
        // A first round without results, one with them, and two rounds without.
        List<Boolean> asked = new ArrayList<>();
        for (int i = 0; i < 4 * entries; i++) {
            asked.add(asksFor(completions, i % entries));
            post(completions, entries, i / entries == 1 ? 1 : 0);
        }
        assertThat(asked)
                .containsExactly(
                        false, false, false, false, true, false, false, false, false, false, false, false, true, true,
                        true, true);
        // Perhaps other memory.
        assertThat(completions.ring().map(table)).isTrue();
        assertThat(asksFor(completions, 0)).isFalse();
        for (int i = 0; i < entries; i++) {
            post(completions, entries, 0);
        }
        assertThat(asksFor(completions, 0)).isTrue();
    }

    /** Whether the entry is stored to, which a result that nobody expects there shows. */
    private static boolean asksFor(CompletionQueue completions, int index) {
        MemorySegment ring = completions.ring().segment();
        long at = (long) index * CompletionEntry.LENGTH_BYTES;
        LittleEndian.putU64(ring, at, -1);
        completions.expectPost();
        return LittleEndian.i64(ring, at) == 0;
    }

    private static void post(CompletionQueue completions, int entries, long result) {
        completions.reserve();
        SubmissionQueue submissions = new SubmissionQueue(1, entries, 0, completions);
        boolean ignored = completions.post(submissions, 0, 0, result);
        completions.publish();
    }

    @Test
    void queuesWrapAroundWithTheRightPhasesAndHeads() {
        device.releaseAll();
        HostQueue queue = host.createQueues(1, 5);
        for (int i = 0; i < 1000; i++) {
            flush(queue);
            queue.ring();
            HostCompletion completion = queue.reap();
            assertThat(completion.commandId()).isEqualTo(i);
            assertThat(completion.submissionHead()).isEqualTo((i + 1) % 5);
        }
    }

    @Test
    void aQueueOfTwoEntriesWorks() {
        device.releaseAll();
        HostQueue queue = host.createQueues(1, 2);
        for (int i = 0; i < 10; i++) {
            flush(queue);
            queue.ring();
            queue.reap().orThrow();
        }
    }

    @Test
    void completionsThatComeInAnotherOrderCarryTheirOwnIdentifiers() {
        HostQueue queue = host.createQueues(1, 64);
        Set<Integer> expected = new HashSet<>();
        for (int i = 0; i < 60; i++) {
            expected.add(flush(queue));
        }
        queue.ring();
        guest.settle();
        assertThat(device.outstanding()).isEqualTo(60);
        assertThat(queue.peek()).isEmpty();
        device.releaseAll();
        Set<Integer> got = new HashSet<>();
        queue.reap(60).forEach(c -> got.add(c.commandId()));
        assertThat(got).isEqualTo(expected);
    }

    @Test
    void aFullCompletionQueueHoldsCommandsBackAndLosesNothing() {
        device.releaseAll();
        HostQueue queue = host.createQueues(1, 1, 64, 1);
        HostQueue small = smallCompletionQueue();
        for (int i = 0; i < 20; i++) {
            flush(small);
        }
        small.ring();
        guest.settle();
        List<HostCompletion> got = new ArrayList<>();
        while (got.size() < 20) {
            guest.settle();
            int before = got.size();
            Optional<HostCompletion> next = small.peek();
            while (next.isPresent()) {
                got.add(next.get());
                next = small.peek();
            }
            assertThat(got.size() - before).as("three fit at a time").isBetween(1, 3);
            small.consume();
        }
        for (int i = 0; i < 20; i++) {
            assertThat(got.get(i).commandId()).isEqualTo(i);
        }
        assertThat(queue.peek()).isEmpty();
    }

    /** A submission queue of 32 entries over a completion queue of 4. */
    private HostQueue smallCompletionQueue() {
        return host.createQueues(9, 9, 32, 4, 9);
    }

    @Test
    void commandsInABackEndKeepTheirRoomInTheCompletionQueue() {
        HostQueue small = smallCompletionQueue();
        for (int i = 0; i < 20; i++) {
            flush(small);
        }
        small.ring();
        guest.settle();
        assertThat(device.outstanding()).isEqualTo(3);
        device.release(2);
        guest.settle();
        assertThat(device.outstanding()).isOne();
        small.reap(2);
        guest.settle();
        assertThat(device.outstanding()).isEqualTo(3);
    }

    @Test
    void oneInterruptForABatchAndOnTheQueuesVector() {
        device.releaseAll();
        HostQueue queue = host.createQueues(3, 3, 64, 17);
        guest.interrupts().clear();
        for (int i = 0; i < 10; i++) {
            flush(queue);
        }
        queue.ring();
        queue.reap(10);
        assertThat(guest.interrupts()).hasSizeLessThanOrEqualTo(2).containsOnly(17);
    }

    @Test
    void aTailThatTheQueueCannotHaveIsReportedOnceAndOtherwiseIgnored() {
        device.releaseAll();
        HostQueue queue = host.createQueues(1, 16);
        host.admin().submit(AdminCommand::asynchronousEventRequest);
        guest.settle();
        guest.doorbell(Doorbells.submissionTail(1), 16);
        HostCompletion event = host.admin().reap();
        assertThat(AsynchronousEvent.of((int) event.result())).isEqualTo(AsynchronousEvent.INVALID_DOORBELL_VALUE);
        guest.settle();
        flush(queue);
        queue.ring();
        queue.reap().orThrow();
    }

    @Test
    void aHeadThatTheQueueCannotHaveIsIgnored() {
        device.releaseAll();
        HostQueue small = smallCompletionQueue();
        guest.doorbell(Doorbells.completionHead(9), 4);
        for (int i = 0; i < 5; i++) {
            flush(small);
        }
        small.ring();
        guest.settle();
        assertThat(small.peek()).isPresent();
        assertThat(small.peek()).isPresent();
        assertThat(small.peek()).isPresent();
        assertThat(small.peek()).isEmpty();
        small.consume();
        assertThat(small.reap(2)).hasSize(2);
    }

    @Test
    void aDoorbellOfNoQueueIsReportedWhereItIsSeen() {
        HeldBlockDevice other = new HeldBlockDevice(16).releaseAll();
        try (InMemoryGuest trapped = InMemoryGuest.trapped(other)) {
            NvmeHost trappedHost = new NvmeHost(trapped);
            trappedHost.enable();
            trappedHost.admin().submit(AdminCommand::asynchronousEventRequest);
            trapped.settle();
            trapped.doorbell(Doorbells.submissionTail(77), 1);
            assertThat(AsynchronousEvent.of((int) trappedHost.admin().reap().result()))
                    .isEqualTo(AsynchronousEvent.INVALID_DOORBELL_REGISTER);
            trapped.doorbell(ControllerRegisters.DOORBELLS + 0xFFC, -1);
            trapped.write32(0x2000, 1);
            trapped.write32(0x3FFC, 1);
            HostQueue queue = trappedHost.createQueues(1, 16);
            flush(queue);
            queue.ring();
            queue.reap().orThrow();
        }
    }

    @Test
    void queuesWhoseMemoryIsGoneWaitUntilItIsBack() {
        device.releaseAll();
        HostQueue queue = host.createQueues(1, 16);
        guest.controller().pause();
        guest.settle();
        guest.guestMemory()
                .publish(RegionTable.of(
                        List.of(GuestRegion.of(0x1000, guest.memory().asSlice(0, 4096)))));
        guest.controller().resume();
        flush(queue);
        queue.ring();
        guest.settle();
        assertThat(queue.peek()).isEmpty();

        guest.controller().pause();
        guest.settle();
        guest.guestMemory().publish(guest.table());
        guest.controller().resume();
        queue.reap().orThrow();
        host.identify(IdentifyCns.CONTROLLER, 0);
    }

    @Test
    void deletingASubmissionQueueWaitsForItsCommands() {
        HostQueue queue = host.createQueues(1, 16);
        int command = flush(queue);
        queue.ring();
        guest.settle();
        host.admin().submit((sq, at, cid) -> AdminCommand.deleteSubmissionQueue(sq, at, cid, 1));
        guest.settle();
        assertThat(host.admin().peek()).isEmpty();
        device.release(1);
        assertThat(queue.reap().commandId()).isEqualTo(command);
        assertThat(host.admin().reap().status()).isEqualTo(StatusCode.SUCCESS);
    }

    @Test
    void sixtyFiveThousandCommandsCanBeSubmittedAtOnce() {
        HostQueue queue = host.createQueues(1, 1, 65_536, 65_536, 1);
        for (int i = 0; i < 65_535; i++) {
            flush(queue);
        }
        queue.ring();
        host.await("as many as possible to be fetched", () -> device.outstanding() == CommandSlots.LIMIT);
        device.releaseAll();
        Set<Integer> got = new HashSet<>();
        for (int i = 0; i < 65_535; i++) {
            got.add(queue.reap().commandId());
        }
        assertThat(got).hasSize(65_535);
    }
}
