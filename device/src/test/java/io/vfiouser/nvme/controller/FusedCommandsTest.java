package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.BlockStatus;
import io.vfiouser.nvme.block.Operation;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Compare and Write as one: namespace 1 in RAM, namespace 2 a back end that waits for the test. */
class FusedCommandsTest {
    private final HeldBlockDevice held = new HeldBlockDevice(1024);
    private final InMemoryGuest guest = InMemoryGuest.withPollers(2, RamBlockDevice.ofSize(1 << 20), held);
    private final NvmeHost host = new NvmeHost(guest);
    private HostQueue queue;
    private HostQueue otherPoller;
    private long old;
    private long wanted;

    @BeforeEach
    void enable() {
        host.enable();
        queue = host.createQueues(1, 16);
        otherPoller = host.createQueues(2, 16);
        old = host.allocate(1);
        wanted = host.allocate(1);
        host.slice(wanted, 4096).fill((byte) 0x77);
    }

    @AfterEach
    void close() {
        held.releaseAll();
        guest.close();
    }

    private int first(int nsid, long lba, int blocks, long buffer) {
        return queue.put((sq, at, cid) -> {
            IoCommand.compare(sq, at, cid, nsid, lba, blocks, 0, buffer, 0);
            SubmissionEntry.putFused(sq, at, SubmissionEntry.FUSE_FIRST);
        });
    }

    private int second(int nsid, long lba, int blocks, long buffer) {
        return queue.put((sq, at, cid) -> {
            IoCommand.write(sq, at, cid, nsid, lba, blocks, 0, buffer, 0);
            SubmissionEntry.putFused(sq, at, SubmissionEntry.FUSE_SECOND);
        });
    }

    private int pair(int nsid, long lba, int blocks) {
        int id = first(nsid, lba, blocks, old);
        int ignored = second(nsid, lba, blocks, wanted);
        return id;
    }

    private void expect(StatusCode ofFirst, StatusCode ofSecond) {
        queue.ring();
        List<HostCompletion> both = queue.reap(2);
        assertThat(both).extracting(HostCompletion::status).containsExactly(ofFirst, ofSecond);
        assertThat(both.get(1).commandId()).isEqualTo(both.get(0).commandId() + 1);
    }

    private byte firstByte(int nsid, long lba) {
        long in = host.allocate(1);
        queue.execute((sq, at, cid) -> IoCommand.read(sq, at, cid, nsid, lba, 1, in, 0))
                .orThrow();
        return host.slice(in, 1).toArray(ValueLayout.JAVA_BYTE)[0];
    }

    @Test
    void writesIfTheBlocksAreWhatTheHostExpects() {
        int ignored = pair(1, 4, 8);
        expect(StatusCode.SUCCESS, StatusCode.SUCCESS);
        assertThat(firstByte(1, 11)).isEqualTo((byte) 0x77);

        ignored = pair(1, 11, 1);
        expect(StatusCode.COMPARE_FAILURE, StatusCode.ABORTED_FAILED_FUSED);
        ignored = pair(1, 12, 1);
        expect(StatusCode.SUCCESS, StatusCode.SUCCESS);
    }

    @Test
    void pairsThatGoRoundTheEndOfTheQueueAreExecuted() {
        for (int i = 0; i < 33; i++) {
            int ignored = pair(1, i, 1);
            expect(StatusCode.SUCCESS, StatusCode.SUCCESS);
            if (i % 3 == 0) {
                queue.execute((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1)).orThrow();
            }
        }
    }

    @Test
    void halvesThatDoNotArriveTogetherAreAborted() {
        int ignored = first(1, 0, 1, old);
        queue.ring();
        assertThat(queue.reap().status()).isEqualTo(StatusCode.ABORTED_MISSING_FUSED);
        ignored = second(1, 0, 1, wanted);
        queue.ring();
        assertThat(queue.reap().status()).isEqualTo(StatusCode.ABORTED_MISSING_FUSED);

        ignored = first(1, 0, 1, old);
        ignored = queue.put((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
        expect(StatusCode.ABORTED_MISSING_FUSED, StatusCode.SUCCESS);

        ignored = first(1, 0, 1, old);
        ignored = pair(1, 0, 1);
        queue.ring();
        assertThat(queue.reap(3))
                .extracting(HostCompletion::status)
                .containsExactly(StatusCode.ABORTED_MISSING_FUSED, StatusCode.SUCCESS, StatusCode.SUCCESS);

        ignored = queue.put((sq, at, cid) -> {
            IoCommand.flush(sq, at, cid, 1);
            SubmissionEntry.putFused(sq, at, 3);
        });
        queue.ring();
        assertThat(queue.reap().status()).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(ErrorLogs.newestLocation(host)).isEqualTo(ErrorLogs.location(SubmissionEntry.FLAGS_BYTE, 0));
    }

    @Test
    void otherPairsOfCommandsAreRefused() {
        int ignored = queue.put((sq, at, cid) -> {
            IoCommand.read(sq, at, cid, 1, 0, 1, old, 0);
            SubmissionEntry.putFused(sq, at, SubmissionEntry.FUSE_FIRST);
        });
        ignored = second(1, 0, 1, wanted);
        expect(StatusCode.INVALID_FIELD, StatusCode.INVALID_FIELD);

        ignored = first(1, 0, 1, old);
        ignored = queue.put((sq, at, cid) -> {
            IoCommand.writeZeroes(sq, at, cid, 1, 0, 1, 0);
            SubmissionEntry.putFused(sq, at, SubmissionEntry.FUSE_SECOND);
        });
        expect(StatusCode.INVALID_FIELD, StatusCode.INVALID_FIELD);
        assertThat(ErrorLogs.newestLocation(host)).isEqualTo(ErrorLogs.location(SubmissionEntry.FLAGS_BYTE, 0));
    }

    @Test
    void bothCommandsNameTheSameBlocks() {
        int ignored = first(1, 0, 1, old);
        ignored = second(2, 0, 1, wanted);
        expect(StatusCode.INVALID_FIELD, StatusCode.INVALID_FIELD);
        assertThat(ErrorLogs.newestLocation(host)).isEqualTo(ErrorLogs.location(SubmissionEntry.NSID, 0));
        ignored = first(1, 0, 1, old);
        ignored = second(1, 1, 1, wanted);
        expect(StatusCode.INVALID_FIELD, StatusCode.INVALID_FIELD);
        assertThat(ErrorLogs.newestLocation(host)).isEqualTo(ErrorLogs.location(SubmissionEntry.CDW10, 0));
        ignored = first(1, 0, 1, old);
        ignored = second(1, 0, 2, wanted);
        expect(StatusCode.INVALID_FIELD, StatusCode.INVALID_FIELD);
        assertThat(ErrorLogs.newestLocation(host)).isEqualTo(ErrorLogs.location(SubmissionEntry.CDW12, 0));
        assertThat(firstByte(1, 0)).isZero();
    }

    @Test
    void ifOneIsInvalidNeitherHasAnEffect() {
        int ignored = first(1, 0, 1, old + 1);
        ignored = second(1, 0, 1, wanted);
        expect(StatusCode.PRP_OFFSET_INVALID, StatusCode.ABORTED_FAILED_FUSED);
        ignored = first(1, 0, 1, old);
        ignored = second(1, 0, 1, wanted + 1);
        expect(StatusCode.ABORTED_FAILED_FUSED, StatusCode.PRP_OFFSET_INVALID);
        ignored = pair(1, 2048, 1);
        expect(StatusCode.LBA_OUT_OF_RANGE, StatusCode.ABORTED_FAILED_FUSED);
        ignored = pair(7, 0, 1);
        expect(StatusCode.INVALID_FIELD, StatusCode.ABORTED_FAILED_FUSED);
        assertThat(firstByte(1, 0)).isZero();
    }

    @Test
    void moreThanTheAtomicUnitIsRefused() {
        long list = host.allocate(1);
        long data = host.allocate(20);
        for (int i = 1; i < 20; i++) {
            LittleEndian.putU64(host.memory(), host.at(list) + (i - 1) * 8L, data + i * 4096L);
        }
        for (int blocks : new int[] {128, 129}) {
            int ignored = queue.put((sq, at, cid) -> {
                IoCommand.compare(sq, at, cid, 1, 0, blocks, 0, data, list);
                SubmissionEntry.putFused(sq, at, SubmissionEntry.FUSE_FIRST);
            });
            ignored = queue.put((sq, at, cid) -> {
                IoCommand.write(sq, at, cid, 1, 0, blocks, 0, data, list);
                SubmissionEntry.putFused(sq, at, SubmissionEntry.FUSE_SECOND);
            });
            if (blocks == 128) {
                expect(StatusCode.SUCCESS, StatusCode.SUCCESS);
            } else {
                expect(StatusCode.ATOMIC_WRITE_UNIT_EXCEEDED, StatusCode.ABORTED_FAILED_FUSED);
            }
        }
    }

    @Test
    void aPairWaitsForRoomForBothCompletions() {
        HostQueue small = host.createQueues(3, 3, 16, 3, 3);
        int ignored = small.put((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
        ignored = small.put((sq, at, cid) -> {
            IoCommand.compare(sq, at, cid, 1, 0, 1, 0, old, 0);
            SubmissionEntry.putFused(sq, at, SubmissionEntry.FUSE_FIRST);
        });
        ignored = small.put((sq, at, cid) -> {
            IoCommand.write(sq, at, cid, 1, 0, 1, 0, wanted, 0);
            SubmissionEntry.putFused(sq, at, SubmissionEntry.FUSE_SECOND);
        });
        small.ring();
        guest.settle();
        assertThat(small.peek()).isPresent();
        assertThat(small.peek()).as("there is room for one only").isEmpty();
        small.consume();
        assertThat(small.reap(2)).extracting(HostCompletion::status).containsOnly(StatusCode.SUCCESS);

        HostQueue tiny = host.createQueues(4, 4, 16, 2, 4);
        ignored = tiny.put((sq, at, cid) -> {
            IoCommand.compare(sq, at, cid, 1, 0, 1, 0, old, 0);
            SubmissionEntry.putFused(sq, at, SubmissionEntry.FUSE_FIRST);
        });
        ignored = tiny.put((sq, at, cid) -> {
            IoCommand.write(sq, at, cid, 1, 0, 1, 0, wanted, 0);
            SubmissionEntry.putFused(sq, at, SubmissionEntry.FUSE_SECOND);
        });
        tiny.ring();
        assertThat(tiny.reap().status()).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(tiny.reap().status()).isEqualTo(StatusCode.ABORTED_MISSING_FUSED);
    }

    @Test
    void whatTouchesTheBlocksWaitsAndTheRestDoesNot() {
        int before = otherPoller.submit((sq, at, cid) -> IoCommand.write(sq, at, cid, 2, 3, 2, 0, old, 0));
        guest.settle();
        int ignored = pair(2, 4, 2);
        queue.ring();
        guest.settle();
        assertThat(operations()).as("the Write that began before ends first").containsExactly(Operation.WRITE);
        int overlapping =
                otherPoller.submit((sq, at, cid) -> IoCommand.read(sq, at, cid, 2, 5, 4, host.allocate(1), 0));
        int own = queue.submit((sq, at, cid) -> IoCommand.writeZeroes(sq, at, cid, 2, 5, 1, 0));
        int elsewhere = otherPoller.submit((sq, at, cid) -> IoCommand.verify(sq, at, cid, 2, 6, 4, 0));
        guest.settle();
        assertThat(operations()).containsExactly(Operation.WRITE, Operation.VERIFY);

        held.release(2);
        assertThat(otherPoller.reap(2)).extracting(HostCompletion::commandId).containsExactly(before, elsewhere);
        guest.settle();
        assertThat(operations()).last().isEqualTo(Operation.READ);
        assertThat(held.seen()).hasSize(3);
        held.release(1);
        guest.settle();
        assertThat(operations()).last().isEqualTo(Operation.WRITE);
        assertThat(held.seen()).hasSize(4);
        assertThat(queue.peek()).isEmpty();
        held.releaseAll();
        assertThat(queue.reap(3)).extracting(HostCompletion::commandId).contains(own);
        assertThat(otherPoller.reap().commandId()).isEqualTo(overlapping);
    }

    private List<Operation> operations() {
        return held.seen().stream().map(HeldBlockDevice.Seen::operation).toList();
    }

    @Test
    void pausingWaitsForWhatWasFetchedAndResumingGoesOn() {
        int ignored = pair(2, 4, 2);
        ignored = pair(2, 5, 2);
        queue.ring();
        int reader = otherPoller.submit((sq, at, cid) -> IoCommand.read(sq, at, cid, 2, 5, 1, host.allocate(1), 0));
        guest.settle();
        guest.controller().pause();
        guest.settle();
        assertThat(guest.controller().paused()).isFalse();
        held.releaseAll();
        host.await("the pause", guest.controller()::paused);
        guest.controller().resume();
        assertThat(queue.reap(4))
                .extracting(HostCompletion::status)
                .containsExactly(
                        StatusCode.SUCCESS,
                        StatusCode.SUCCESS,
                        StatusCode.COMPARE_FAILURE,
                        StatusCode.ABORTED_FAILED_FUSED);
        assertThat(otherPoller.reap().commandId()).isEqualTo(reader);
    }

    @Test
    void resettingTheControllerInTheMiddleLeavesNothingClosed() {
        int ignored = pair(2, 4, 2);
        ignored = pair(2, 4, 2);
        queue.ring();
        ignored = otherPoller.submit((sq, at, cid) -> IoCommand.read(sq, at, cid, 2, 5, 1, host.allocate(1), 0));
        guest.settle();
        held.releaseAll();
        host.disable();
        host.enable();
        queue = host.createQueues(1, 16);
        otherPoller = host.createQueues(2, 16);
        otherPoller
                .execute((sq, at, cid) -> IoCommand.read(sq, at, cid, 2, 5, 1, host.allocate(1), 0))
                .orThrow();
        ignored = pair(2, 100, 2);
        expect(StatusCode.SUCCESS, StatusCode.SUCCESS);
    }

    @Test
    void aWriteThatFailsAfterACompareThatSucceededIsReportedAsThat() {
        int ignored = pair(2, 0, 1);
        queue.ring();
        guest.settle();
        held.release(1);
        guest.settle();
        held.outcome(BlockStatus.WRITE_ERROR);
        held.releaseAll();
        expect(StatusCode.SUCCESS, StatusCode.WRITE_FAULT);
        held.outcome(BlockStatus.READ_ERROR);
        ignored = pair(2, 0, 1);
        expect(StatusCode.UNRECOVERED_READ_ERROR, StatusCode.ABORTED_FAILED_FUSED);
    }

    @Test
    void anAbortEndsBothCommandsWhileTheyWait() {
        int before = otherPoller.submit((sq, at, cid) -> IoCommand.write(sq, at, cid, 2, 4, 2, 0, old, 0));
        guest.settle();
        int compare = pair(2, 4, 2);
        int secondPair = pair(2, 4, 2);
        queue.ring();
        guest.settle();
        HostCompletion abort = host.admin().execute((sq, at, cid) -> AdminCommand.abort(sq, at, cid, 1, compare));
        assertThat(abort.orThrow().result()).isZero();
        expect(StatusCode.COMMAND_ABORT_REQUESTED, StatusCode.ABORTED_FAILED_FUSED);
        abort = host.admin().execute((sq, at, cid) -> AdminCommand.abort(sq, at, cid, 1, secondPair + 1));
        assertThat(abort.orThrow().result()).isZero();
        expect(StatusCode.ABORTED_FAILED_FUSED, StatusCode.COMMAND_ABORT_REQUESTED);
        held.releaseAll();
        assertThat(otherPoller.reap().commandId()).isEqualTo(before);
        int ignored = pair(2, 4, 2);
        expect(StatusCode.SUCCESS, StatusCode.SUCCESS);
    }
}
