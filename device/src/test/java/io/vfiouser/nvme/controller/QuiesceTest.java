package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.BlockStatus;
import io.vfiouser.nvme.block.CancelResult;
import io.vfiouser.nvme.block.Operation;
import io.vfiouser.nvme.migration.PciState;
import io.vfiouser.nvme.spec.DatasetManagementRange;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.HostQueue;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A pause that does not wait for the back end: what is held, what is detached, what is waited for, and how all of it ends. */
class QuiesceTest {
    private final QuiesceBench bench = new QuiesceBench(1);
    private final HeldBlockDevice device = bench.device;
    private final HostQueue queue = bench.queue;

    @AfterEach
    void close() {
        bench.close();
    }

    private List<Operation> operations() {
        return device.seen().stream().map(HeldBlockDevice.Seen::operation).toList();
    }

    @Test
    void whatCompletesWithinTheGraceIsNotTakenBack() {
        bench.givesBack();
        int id = bench.write(queue, 3, 7);
        bench.controller().pause();
        bench.guest.settle();
        assertThat(bench.controller().paused()).isFalse();
        device.release(1);
        bench.guest.settle();
        assertThat(bench.controller().paused()).isTrue();
        assertThat(device.cancelled()).isZero();
        assertThat(queue.peek().orElseThrow().commandId()).isEqualTo(id);
    }

    /** With dozens of queues, each full, that would be thousands of commands. */
    @Test
    void aPauseWithinAPassDoesNotWaitForTheOtherQueues() {
        HostQueue other = bench.second;
        int first = queue.submit((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
        int last = other.submit((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
        device.whenAsked(() -> bench.controller().pause());
        int ignored = bench.poller().doWork();
        assertThat(device.seen()).hasSize(1);
        device.whenAsked(() -> {});
        device.releaseAll();
        bench.guest.settle();
        assertThat(bench.controller().paused()).isTrue();
        assertThat(queue.peek().orElseThrow().commandId()).isEqualTo(first);
        assertThat(other.peek()).isEmpty();

        bench.controller().resume();
        bench.guest.settle();
        assertThat(other.peek().orElseThrow().commandId()).isEqualTo(last);
    }

    @Test
    void aPausedControllerKnowsHowManyCommandsWait() {
        bench.tryToPause(true);
        assertThat(bench.controller().announcedCommands()).isZero();
        for (int i = 0; i < 3; i++) {
            int ignored = queue.submit((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
        }
        int ignored = bench.second.submit((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
        assertThat(bench.controller().save(PciState.NONE).submissionQueues()).hasSize(2);
        assertThat(bench.controller().announcedCommands()).isEqualTo(4);
    }

    @Test
    void heldCommandsAreExecutedOnceMoreAndCompleteOnce() {
        bench.givesBack();
        long into = bench.page(1);
        long ranges = bench.host.allocate(1);
        DatasetManagementRange.write(bench.host.memory(), bench.host.at(ranges), 40, 2);
        int write = bench.write(queue, 3, 7);
        int read = bench.read(queue, 9, into);
        int flush = queue.submit((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
        int zeroes = queue.submit((sq, at, cid) -> IoCommand.writeZeroes(sq, at, cid, 1, 30, 1, 0));
        int deallocate = queue.submit((sq, at, cid) -> IoCommand.deallocate(sq, at, cid, 1, 1, ranges, 0));
        int verify = queue.submit((sq, at, cid) -> IoCommand.verify(sq, at, cid, 1, 30, 1, 0));
        bench.guest.settle();
        bench.pause();
        assertThat(device.cancelled()).isEqualTo(6);
        assertThat(device.outstanding()).isZero();
        assertThat(queue.peek()).isEmpty();
        bench.guest.settle();
        assertThat(device.seen()).as("nothing starts while it is paused").hasSize(6);

        bench.controller().resume();
        device.releaseAll();
        assertThat(queue.reap(6))
                .allSatisfy(HostCompletion::orThrow)
                .extracting(HostCompletion::commandId)
                .containsExactlyInAnyOrder(write, read, flush, zeroes, deallocate, verify);
        bench.guest.settle();
        assertThat(queue.peek()).isEmpty();
        assertThat(device.seen()).hasSize(12);
        assertThat(device.seen().subList(6, 12))
                .containsExactlyInAnyOrderElementsOf(device.seen().subList(0, 6));
        assertThat(device.at(3)).isEqualTo((byte) 7);
        assertThat(bench.byteAt(into)).as("block 9 was never written").isZero();
    }

    @Test
    void whatTheGuestMakesOfAnEntryThatWasFetchedDoesNotMatter() {
        bench.givesBack();
        int id = bench.write(queue, 3, 7);
        long other = bench.page(9);
        int inline = queue.submit((sq, at, cid) -> IoCommand.write(sq, at, cid, 2, 0, 1, 0, other, 0));
        HostCompletion told = queue.reap();
        assertThat(told.commandId()).isEqualTo(inline);
        assertThat(told.submissionHead())
                .as("the first entry is the host's again")
                .isEqualTo(2);
        MemorySegment first = bench.host.slice(queue.submissionBase(), SubmissionEntry.LENGTH_BYTES);
        first.fill((byte) 0xFF);

        bench.pause();
        bench.controller().resume();
        device.releaseAll();
        assertThat(queue.reap().orThrow().commandId()).isEqualTo(id);
        assertThat(device.at(3)).isEqualTo((byte) 7);
    }

    @Test
    void aCommandThatIsHeldAgainAndAgainCompletesOnceInTheEnd() {
        bench.givesBack();
        int id = bench.write(queue, 3, 7);
        for (int i = 0; i < 5; i++) {
            bench.pause();
            assertThat(bench.poller().heldCommands()).hasSize(1);
            bench.controller().resume();
            bench.guest.settle();
            assertThat(device.outstanding()).isOne();
        }
        device.releaseAll();
        assertThat(queue.reap().orThrow().commandId()).isEqualTo(id);
        assertThat(device.seen()).hasSize(6);
    }

    @Test
    void heldCommandsKeepTheirRoomInTheCompletionQueue() {
        bench.givesBack();
        HostQueue narrow = bench.host.createQueues(3, 3, 16, 3, 3);
        for (int i = 0; i < 4; i++) {
            int ignored = bench.write(narrow, i, i + 1);
        }
        assertThat(device.outstanding()).as("what there is room for").isEqualTo(2);
        bench.pause();
        bench.controller().resume();
        bench.guest.settle();
        assertThat(device.outstanding()).isEqualTo(2);
        device.releaseAll();
        bench.guest.settle();
        assertThat(device.seen()).as("2, the same 2 again").hasSize(4);
        assertThat(narrow.reap(4)).allSatisfy(HostCompletion::orThrow);
        for (int i = 0; i < 4; i++) {
            assertThat(device.at(i)).isEqualTo((byte) (i + 1));
        }
    }

    @Test
    void aDetachedWriteGoesOnWithoutItsMemoryAndCompletesAfterThePause() {
        bench.detaches();
        long data = QuiesceBench.upperHalf();
        bench.host.slice(data, QuiesceBench.BLOCK).fill((byte) 7);
        int id = queue.submit((sq, at, cid) -> IoCommand.write(sq, at, cid, 1, 3, 1, 0, data, 0));
        bench.guest.settle();
        bench.pause();
        bench.unmapUpperHalf();
        bench.host.slice(data, QuiesceBench.BLOCK).fill((byte) 0xEE);
        device.releaseAll();
        bench.guest.settle();
        assertThat(queue.peek()).isEmpty();
        bench.controller().resume();
        assertThat(queue.reap().orThrow().commandId()).isEqualTo(id);
        assertThat(device.at(3)).isEqualTo((byte) 7);
        assertThat(device.seen()).hasSize(1);
    }

    @Test
    void aDetachedReadIsExecutedAgainSinceItHadNowhereToPutItsData() {
        bench.detaches();
        device.release(1);
        int ignored = bench.write(queue, 3, 7);
        queue.reap().orThrow();
        long into = bench.page(1);
        int id = bench.read(queue, 3, into);
        bench.pause();
        assertThat(bench.byteAt(into)).isOne();
        bench.controller().resume();
        device.releaseAll();
        assertThat(queue.reap().orThrow().commandId()).isEqualTo(id);
        assertThat(bench.byteAt(into)).isEqualTo((byte) 7);
        assertThat(operations()).containsExactly(Operation.WRITE, Operation.READ, Operation.READ);
    }

    @Test
    void aReadWhoseMemoryIsGoneAfterThePauseFailsAndTouchesNothing() {
        for (boolean held : List.of(true, false)) {
            if (held) {
                bench.givesBack();
            } else {
                bench.detaches();
            }
            bench.guest.guestMemory().publish(bench.guest.table());
            long into = QuiesceBench.upperHalf();
            int id = bench.read(queue, 3, into);
            bench.pause();
            bench.unmapUpperHalf();
            bench.host.slice(into, QuiesceBench.BLOCK).fill((byte) 0x5A);
            bench.controller().resume();
            device.release(held ? 0 : 1);
            HostCompletion completion = queue.reap();
            assertThat(completion.commandId()).isEqualTo(id);
            assertThat(completion.status()).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
            assertThat(bench.byteAt(into)).isEqualTo((byte) 0x5A);
        }
    }

    @Test
    void aFlushThatComesBeforeAReadIsRepeatedWithItInTheMemoryThatThereIs() {
        long into = QuiesceBench.upperHalf();
        int id = queue.submit((sq, at, cid) -> {
            IoCommand.read(sq, at, cid, 1, 3, 1, into, 0);
            bench.host.memory().set(ValueLayout.JAVA_INT_UNALIGNED, at + SubmissionEntry.CDW12, IoCommand.FUA);
        });
        bench.guest.settle();
        assertThat(operations()).containsExactly(Operation.FLUSH);
        bench.pause();
        bench.unmapUpperHalf();
        bench.controller().resume();
        device.releaseAll();
        HostCompletion completion = queue.reap();
        assertThat(completion.commandId()).isEqualTo(id);
        assertThat(completion.status()).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
        assertThat(operations()).as("no Read into memory that is gone").containsExactly(Operation.FLUSH);
    }

    @Test
    void whatTheBackEndGivesBackLateIsExecutedAgainAndNotReportedAsAborted() {
        bench.detaches();
        int id = bench.write(queue, 3, 7);
        bench.pause();
        bench.controller().resume();
        device.outcome(BlockStatus.CANCELLED);
        device.release(1);
        bench.guest.settle();
        device.outcome(BlockStatus.OK);
        device.releaseAll();
        assertThat(queue.reap().orThrow().commandId()).isEqualTo(id);
        assertThat(device.at(3)).isEqualTo((byte) 7);
        assertThat(device.seen()).hasSize(2);
    }

    @Test
    void aCommandOfSeveralStepsIsHeldBetweenThem() {
        long ranges = bench.host.allocate(1);
        for (int i = 0; i < 3; i++) {
            DatasetManagementRange.write(bench.host.memory(), bench.host.at(ranges) + i * 16L, 10L * i, 1);
        }
        int id = queue.submit((sq, at, cid) -> IoCommand.deallocate(sq, at, cid, 1, 3, ranges, 0));
        bench.guest.settle();
        bench.tryToPause(true);
        assertThat(bench.controller().paused()).isFalse();
        device.release(1);
        bench.guest.settle();
        assertThat(bench.controller().paused()).isTrue();
        assertThat(bench.controller().stoppable()).isEmpty();
        assertThat(operations()).hasSize(1);
        bench.controller().resume();
        device.releaseAll();
        assertThat(queue.reap().orThrow().commandId()).isEqualTo(id);
        assertThat(operations()).as("from the beginning").hasSize(4);
    }

    @Test
    void aBackEndThatKeepsTheMemoryIsWaitedFor() {
        device.answers(wanted -> CancelResult.IN_PROGRESS);
        int id = bench.write(queue, 3, 7);
        bench.tryToPause(false);
        assertThat(bench.controller().paused()).isFalse();
        bench.detaches();
        bench.guest.settle();
        assertThat(bench.controller().paused()).as("it is asked at every pass").isTrue();
        bench.controller().resume();
        device.releaseAll();
        assertThat(queue.reap().orThrow().commandId()).isEqualTo(id);
    }

    @Test
    void aCompareIsWaitedFor() {
        bench.givesBack();
        long expected = bench.host.allocate(1);
        int id = queue.submit((sq, at, cid) -> IoCommand.compare(sq, at, cid, 1, 0, 1, 0, expected, 0));
        bench.guest.settle();
        bench.tryToPause(false);
        assertThat(bench.controller().paused()).isFalse();
        assertThat(device.cancelled()).isZero();
        device.releaseAll();
        bench.guest.settle();
        assertThat(bench.controller().paused()).isTrue();
        assertThat(queue.peek().orElseThrow().orThrow().commandId()).isEqualTo(id);
    }

    @Test
    void aBackEndThatFailsWhileItIsAskedStopsTheControllerAndNotThePause() {
        int ignored = bench.write(queue, 3, 7);
        boolean[] broken = {true};
        device.answers(wanted -> {
            if (broken[0]) {
                broken[0] = false;
                throw new IllegalStateException("as the test wants it");
            }
            return CancelResult.CANCELLED;
        });
        bench.pause();
        assertThat(bench.poller().faulted()).isTrue();
        assertThat(device.outstanding()).isZero();
        bench.controller().resume();
        bench.guest.settle();
        bench.host.disable();
        bench.host.enable();
        HostQueue anew = bench.host.createQueues(1, 16);
        device.releaseAll();
        int id = bench.write(anew, 4, 8);
        assertThat(anew.reap().orThrow().commandId()).isEqualTo(id);
    }
}
