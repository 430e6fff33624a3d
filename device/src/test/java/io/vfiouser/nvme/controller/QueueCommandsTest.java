package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AdminOpcode;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Create and Delete I/O Submission and Completion Queue. */
class QueueCommandsTest {
    private final InMemoryGuest guest = InMemoryGuest.withPollers(3, RamBlockDevice.ofSize(4 << 20));
    private final NvmeHost host = new NvmeHost(guest);

    @BeforeEach
    void enable() {
        host.enable();
    }

    @AfterEach
    void close() {
        guest.close();
    }

    private StatusCode createCompletionQueue(int id, int entries, long base, int vector) {
        return host.admin()
                .execute((sq, at, cid) ->
                        AdminCommand.createCompletionQueue(sq, at, cid, id, entries, base, true, vector))
                .status();
    }

    private StatusCode createSubmissionQueue(int id, int entries, long base, int completionId) {
        return host.admin()
                .execute((sq, at, cid) ->
                        AdminCommand.createSubmissionQueue(sq, at, cid, id, entries, base, completionId))
                .status();
    }

    private StatusCode deleteSubmissionQueue(int id) {
        return host.admin()
                .execute((sq, at, cid) -> AdminCommand.deleteSubmissionQueue(sq, at, cid, id))
                .status();
    }

    private StatusCode deleteCompletionQueue(int id) {
        return host.admin()
                .execute((sq, at, cid) -> AdminCommand.deleteCompletionQueue(sq, at, cid, id))
                .status();
    }

    @Test
    void completionQueuesThatCannotBeAreRefusedWithTheirReason() {
        long base = host.allocate(1);
        assertThat(createCompletionQueue(0, 16, base, 0)).isEqualTo(StatusCode.INVALID_QUEUE_IDENTIFIER);
        assertThat(createCompletionQueue(129, 16, base, 0)).isEqualTo(StatusCode.INVALID_QUEUE_IDENTIFIER);
        assertThat(createCompletionQueue(1, 1, base, 0)).isEqualTo(StatusCode.INVALID_QUEUE_SIZE);
        assertThat(createCompletionQueue(1, 16, base, 129)).isEqualTo(StatusCode.INVALID_INTERRUPT_VECTOR);
        assertThat(createCompletionQueue(1, 16, base + 16, 0)).isEqualTo(StatusCode.PRP_OFFSET_INVALID);
        assertThat(createCompletionQueue(1, 16, 0, 0)).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(host.admin()
                        .execute((sq, at, cid) -> SubmissionEntry.write(
                                sq, at, AdminOpcode.CREATE_IO_COMPLETION_QUEUE, cid, 0, base, 0, 1 | 15 << 16, 0, 0))
                        .status())
                .as("not contiguous")
                .isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(createCompletionQueue(1, 16, base, 128)).isEqualTo(StatusCode.SUCCESS);
        assertThat(createCompletionQueue(1, 16, base, 0)).isEqualTo(StatusCode.INVALID_QUEUE_IDENTIFIER);
    }

    @Test
    void submissionQueuesThatCannotBeAreRefusedWithTheirReason() {
        long base = host.allocate(1);
        assertThat(createCompletionQueue(3, 16, host.allocate(1), 0)).isEqualTo(StatusCode.SUCCESS);
        assertThat(createSubmissionQueue(0, 16, base, 3)).isEqualTo(StatusCode.INVALID_QUEUE_IDENTIFIER);
        assertThat(createSubmissionQueue(129, 16, base, 3)).isEqualTo(StatusCode.INVALID_QUEUE_IDENTIFIER);
        assertThat(createSubmissionQueue(1, 16, base, 0)).isEqualTo(StatusCode.INVALID_QUEUE_IDENTIFIER);
        assertThat(createSubmissionQueue(1, 16, base, 129)).isEqualTo(StatusCode.INVALID_QUEUE_IDENTIFIER);
        assertThat(createSubmissionQueue(1, 16, base, 1)).isEqualTo(StatusCode.COMPLETION_QUEUE_INVALID);
        assertThat(createSubmissionQueue(1, 1, base, 3)).isEqualTo(StatusCode.INVALID_QUEUE_SIZE);
        assertThat(createSubmissionQueue(1, 16, base + 64, 3)).isEqualTo(StatusCode.PRP_OFFSET_INVALID);
        assertThat(createSubmissionQueue(1, 16, 0, 3)).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(createSubmissionQueue(1, 16, base, 3)).isEqualTo(StatusCode.SUCCESS);
        assertThat(createSubmissionQueue(1, 16, base, 3)).isEqualTo(StatusCode.INVALID_QUEUE_IDENTIFIER);
    }

    @Test
    void queuesAreDeletedInTheRightOrderOnly() {
        assertThat(deleteSubmissionQueue(0)).isEqualTo(StatusCode.INVALID_QUEUE_IDENTIFIER);
        assertThat(deleteSubmissionQueue(1)).isEqualTo(StatusCode.INVALID_QUEUE_IDENTIFIER);
        assertThat(deleteCompletionQueue(0)).isEqualTo(StatusCode.INVALID_QUEUE_IDENTIFIER);
        assertThat(deleteCompletionQueue(200)).isEqualTo(StatusCode.INVALID_QUEUE_IDENTIFIER);
        host.createQueues(7, 9, 16, 1);
        assertThat(deleteCompletionQueue(9)).isEqualTo(StatusCode.INVALID_QUEUE_DELETION);
        assertThat(deleteSubmissionQueue(7)).isEqualTo(StatusCode.SUCCESS);
        assertThat(deleteSubmissionQueue(7)).isEqualTo(StatusCode.INVALID_QUEUE_IDENTIFIER);
        assertThat(deleteCompletionQueue(9)).isEqualTo(StatusCode.SUCCESS);
        host.createQueues(7, 9, 16, 1);
    }

    @Test
    void aQueueThatIsMadeAnewStartsWithItsDoorbellsAtZero() {
        HostQueue queue = host.createQueues(1, 16);
        for (int i = 0; i < 5; i++) {
            queue.execute((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1)).orThrow();
        }
        deleteSubmissionQueue(1);
        deleteCompletionQueue(1);
        HostQueue again = host.createQueues(1, 16);
        guest.settle();
        assertThat(again.peek()).isEmpty();
        again.execute((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1)).orThrow();
    }

    @Test
    void severalSubmissionQueuesShareACompletionQueue() {
        HostQueue first = host.createQueues(2, 5, 16, 4);
        long base = host.allocate(1);
        assertThat(createSubmissionQueue(90, 16, base, 5)).isEqualTo(StatusCode.SUCCESS);
        first.submit((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
        IoCommand.flush(guest.memory(), host.at(base), 0x77, 1);
        guest.doorbell(io.vfiouser.nvme.spec.Doorbells.submissionTail(90), 1);

        List<HostCompletion> both = first.reap(2);
        assertThat(both).extracting(HostCompletion::queueId).containsExactlyInAnyOrder(2, 90);
        assertThat(both).extracting(HostCompletion::submissionHead).containsOnly(1);
        assertThat(guest.interrupts()).contains(4);
    }

    @Test
    void all128PairsWorkAtOnce() {
        List<HostQueue> queues = new ArrayList<>();
        for (int id = 128; id >= 1; id--) {
            queues.add(host.createQueues(id, 16));
        }
        for (int round = 0; round < 3; round++) {
            for (HostQueue queue : queues) {
                for (int i = 0; i < 10; i++) {
                    queue.put((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
                }
                queue.ring();
            }
            for (HostQueue queue : queues) {
                assertThat(queue.reap(10)).allSatisfy(c -> {
                    c.orThrow();
                    assertThat(c.queueId()).isEqualTo(queue.submissionId());
                });
            }
        }
    }
}
