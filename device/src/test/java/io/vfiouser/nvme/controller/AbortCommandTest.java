package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.FaultInjectingBlockDevice;
import io.vfiouser.nvme.block.RamBlockDevice;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.LittleEndian;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.spec.SubmissionEntry;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Abort of I/O commands, wherever they are: in the back end, in their queue, gone. */
class AbortCommandTest {
    private final RamBlockDevice ram = RamBlockDevice.ofSize(1 << 20);
    private volatile boolean holding = true;
    private final FaultInjectingBlockDevice device = new FaultInjectingBlockDevice(ram, 1).holds(r -> holding);
    private final InMemoryGuest guest = InMemoryGuest.withPollers(2, device);
    private final NvmeHost host = new NvmeHost(guest);
    private HostQueue queue;

    @BeforeEach
    void enable() {
        host.enable();
        queue = host.createQueues(1, 16);
    }

    @AfterEach
    void close() {
        holding = false;
        guest.close();
    }

    private int write(HostQueue to) {
        long data = host.allocate(1);
        host.slice(data, 512).fill((byte) 9);
        int id = to.submit((sq, at, cid) -> IoCommand.write(sq, at, cid, 1, 0, 1, 0, data, 0));
        guest.settle();
        return id;
    }

    private HostCompletion abort(int queueId, int commandId) {
        return host.admin().execute((sq, at, cid) -> AdminCommand.abort(sq, at, cid, queueId, commandId));
    }

    @Test
    void whatTheBackEndTakesBackCompletesAsAbortedBeforeTheAbort() {
        int other = write(queue);
        int id = write(queue);
        guest.interrupts().clear();
        assertThat(abort(1, id).orThrow().result()).isZero();
        HostCompletion aborted = queue.peek().orElseThrow();
        assertThat(aborted.commandId()).isEqualTo(id);
        assertThat(aborted.status()).isEqualTo(StatusCode.COMMAND_ABORT_REQUESTED);
        assertThat(guest.interrupts()).contains(1);
        queue.consume();

        holding = false;
        assertThat(queue.reap().orThrow().commandId()).isEqualTo(other);
        assertThat(abort(1, id).orThrow().result())
                .as("a command that has completed")
                .isOne();
        assertThat(queue.peek()).isEmpty();
    }

    @Test
    void whatTheBackEndKeepsCompletesAsItMay() {
        device.refusesCancel(true);
        int id = write(queue);
        assertThat(abort(1, id).orThrow().result()).isOne();
        assertThat(queue.peek()).isEmpty();
        holding = false;
        HostCompletion completion = queue.reap();
        assertThat(completion.commandId()).isEqualTo(id);
        assertThat(completion.status()).isEqualTo(StatusCode.SUCCESS);
    }

    @Test
    void aCommandOfSeveralStepsEndsBeforeTheNext() {
        device.refusesCancel(true);
        long data = host.allocate(1);
        long list = host.allocate(1);
        for (int i = 0; i < 64; i++) {
            LittleEndian.putU64(host.memory(), host.at(list) + i * 8L, data);
        }
        int id = queue.submit((sq, at, cid) -> IoCommand.compare(sq, at, cid, 1, 0, 256, 0, data, list));
        guest.settle();
        assertThat(abort(1, id).orThrow().result()).isOne();
        holding = false;
        assertThat(queue.reap().status()).isEqualTo(StatusCode.COMMAND_ABORT_REQUESTED);
    }

    @Test
    void whatWasNotFetchedIsAbortedInsteadOfBeingExecuted() {
        HostQueue small = host.createQueues(2, 2, 16, 2, 2);
        int first = write(small);
        int second = write(small);
        int third = write(small);
        assertThat(abort(2, second).orThrow().result()).isOne();
        assertThat(small.peek()).isEmpty();
        holding = false;
        assertThat(small.reap().orThrow().commandId()).isEqualTo(first);
        HostCompletion aborted = small.reap();
        assertThat(aborted.commandId()).isEqualTo(second);
        assertThat(aborted.status()).isEqualTo(StatusCode.COMMAND_ABORT_REQUESTED);
        assertThat(small.reap().orThrow().commandId()).isEqualTo(third);
        for (int i = 0; i < 40; i++) {
            int id = write(small);
            assertThat(small.reap().orThrow().commandId())
                    .as("no mark is left behind")
                    .isEqualTo(id);
        }
    }

    @Test
    void onlyTheQueueThatIsNamedIsLookedInto() {
        HostQueue other = host.createQueues(2, 16);
        int id = write(queue);
        assertThat(write(other)).isEqualTo(id);
        assertThat(abort(2, id).orThrow().result()).isZero();
        assertThat(other.reap().status()).isEqualTo(StatusCode.COMMAND_ABORT_REQUESTED);
        assertThat(queue.peek()).isEmpty();
        assertThat(abort(1, 0x1234).orThrow().result()).isOne();
        assertThat(abort(9, id).status()).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(abort(0xFFFF, id).status()).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(ErrorLogs.newestLocation(host)).isEqualTo(ErrorLogs.location(SubmissionEntry.CDW10, 0));
    }

    @Test
    void abortsWaitForThePollersWithoutHoldingUpOtherCommandsUpToTheLimit() {
        int id = write(queue);
        // The pollers are not stepped, so that none of the Aborts can go on.
        guest.leavePollersToThreads();
        for (int i = 0; i <= AbortRequests.LIMIT; i++) {
            int ignored = host.admin().put((sq, at, cid) -> AdminCommand.abort(sq, at, cid, 1, id));
        }
        host.admin().ring();
        HostCompletion tooMany = host.admin().reap();
        assertThat(tooMany.status()).isEqualTo(StatusCode.ABORT_COMMAND_LIMIT_EXCEEDED);
        assertThat(host.admin()
                        .execute((sq, at, cid) ->
                                AdminCommand.getFeatures(sq, at, cid, 0, FeatureId.NUMBER_OF_QUEUES, 0, 0, 0, 0))
                        .status())
                .isEqualTo(StatusCode.SUCCESS);

        guest.controller()
                .pollers()
                .forEach(poller -> assertThat(poller.doWork()).isZero());
        List<HostCompletion> aborts = host.admin().reap(AbortRequests.LIMIT);
        assertThat(aborts).extracting(HostCompletion::status).containsOnly(StatusCode.SUCCESS);
        assertThat(aborts)
                .filteredOn(c -> c.result() == 0)
                .as("it is aborted once")
                .hasSize(1);
        assertThat(queue.reap().status()).isEqualTo(StatusCode.COMMAND_ABORT_REQUESTED);
    }

    @Test
    void aControllerResetEndsAbortsThatWait() {
        int id = write(queue);
        guest.leavePollersToThreads();
        int ignored = host.admin().submit((sq, at, cid) -> AdminCommand.abort(sq, at, cid, 1, id));
        host.transport().progress();
        holding = false;
        host.transport().write32(ControllerRegisters.CC, 0);
        host.await("the reset", () -> {
            guest.controller().pollers().forEach(poller -> {
                int work = poller.doWork();
                assertThat(work).isNotNegative();
            });
            return !guest.controller().inTransition();
        });
        host.enable();
        assertThat(host.admin().peek()).isEmpty();
    }
}
