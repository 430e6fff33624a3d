package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.memory.RegionTable;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.AdminQueueAttributes;
import io.vfiouser.nvme.spec.ControllerConfiguration;
import io.vfiouser.nvme.spec.ControllerRegisters;
import io.vfiouser.nvme.spec.ControllerStatus;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import io.vfiouser.nvme.testing.HostCompletion;
import io.vfiouser.nvme.testing.HostQueue;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of commands that a pause holds or detaches when they are aborted, or their queue, namespace or controller goes. */
class QuiesceEndsTest {
    private final QuiesceBench bench = new QuiesceBench(1);
    private final HeldBlockDevice device = bench.device;
    private final HostQueue queue = bench.queue;

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void aHeldCommandIsAbortedAtOnce() {
        bench.givesBack();
        int other = bench.write(queue, 2, 6);
        int id = bench.write(queue, 3, 7);
        bench.pause();
        int abort = bench.host.admin().submit((sq, at, cid) -> AdminCommand.abort(sq, at, cid, 1, id));
        bench.guest.settle();
        assertThat(bench.host.admin().peek()).as("while it is paused").isEmpty();
        bench.controller().resume();
        HostCompletion aborted = bench.host.admin().reap().orThrow();
        assertThat(aborted.commandId()).isEqualTo(abort);
        assertThat(aborted.result()).isEqualTo(AbortCommand.ABORTED);
        HostCompletion completion = queue.reap();
        assertThat(completion.commandId()).isEqualTo(id);
        assertThat(completion.status()).isEqualTo(StatusCode.COMMAND_ABORT_REQUESTED);
        device.releaseAll();
        assertThat(queue.reap().orThrow().commandId()).isEqualTo(other);
        bench.guest.settle();
        assertThat(queue.peek()).isEmpty();
        assertThat(device.at(3)).isZero();
        assertThat(device.seen()).as("2, then the one that was not aborted").hasSize(3);
    }

    @Test
    void heldCommandsCompleteBeforeTheirQueueIsDeleted() {
        bench.givesBack();
        int id = bench.write(queue, 3, 7);
        bench.pause();
        int delete = bench.host.admin().submit((sq, at, cid) -> AdminCommand.deleteSubmissionQueue(sq, at, cid, 1));
        bench.controller().resume();
        bench.guest.settle();
        assertThat(device.outstanding()).isOne();
        assertThat(bench.host.admin().peek()).isEmpty();
        device.releaseAll();
        assertThat(bench.host.admin().reap().orThrow().commandId()).isEqualTo(delete);
        assertThat(queue.peek().orElseThrow().orThrow().commandId()).isEqualTo(id);
        assertThat(device.at(3)).isEqualTo((byte) 7);
    }

    @Test
    void heldCommandsCompleteBeforeTheControllerIsDisabled() {
        bench.givesBack();
        int id = bench.write(queue, 3, 7);
        bench.pause();
        bench.guest.write32(ControllerRegisters.CC, ControllerConfiguration.USUAL);
        bench.guest.settle();
        assertThat(ControllerStatus.ready(bench.host.status())).isTrue();
        bench.controller().resume();
        device.releaseAll();
        bench.host.await("CSTS.RDY to go", () -> !ControllerStatus.ready(bench.host.status()));
        assertThat(queue.peek().orElseThrow().orThrow().commandId()).isEqualTo(id);
        assertThat(device.at(3)).isEqualTo((byte) 7);
    }

    @Test
    void heldCommandsCompleteBeforeTheirNamespaceGoes() {
        bench.givesBack();
        int id = bench.write(queue, 3, 7);
        bench.pause();
        CompletableFuture<Void> removed = bench.guest.subsystem().remove(1);
        bench.guest.settle();
        assertThat(removed).isNotDone();
        bench.controller().resume();
        bench.guest.settle();
        assertThat(removed).isNotDone();
        device.releaseAll();
        bench.host.await("the removal", removed::isDone);
        assertThat(queue.peek().orElseThrow().orThrow().commandId()).isEqualTo(id);
        assertThat(device.at(3)).isEqualTo((byte) 7);
    }

    @Test
    void aResetForgetsWhatIsHeldAtOnce() {
        bench.givesBack();
        int ignored = bench.write(queue, 3, 7);
        bench.pause();
        bench.controller().reset();
        assertThat(bench.host.status()).isZero();
        device.releaseAll();
        bench.controller().resume();
        bench.guest.settle();
        assertThat(queue.peek()).isEmpty();
        assertThat(device.seen()).hasSize(1);
        worksForTheNextHost();
    }

    /** The client is gone and takes the memory away; the next one comes while the back end still has the command of the first. */
    @Test
    void whatIsDetachedEndsSilentlyAfterAResetHoweverLateThatIs() {
        bench.detaches();
        int ignored = bench.write(queue, 3, 7);
        long into = bench.page(1);
        ignored = bench.read(queue, 4, into);
        bench.pause();
        bench.controller().reset();
        assertThat(bench.host.status()).as("as after power-on, at once").isZero();
        bench.guest.guestMemory().publish(RegionTable.EMPTY);
        bench.controller().resume();
        bench.guest.settle();

        bench.tryToPause(false);
        assertThat(bench.controller().paused())
                .as("the next pause waits for nobody")
                .isTrue();
        MemorySegment before = bench.guest.memory();
        bench.guest.guestMemory().publish(bench.guest.table());
        bench.controller().resume();
        before.fill((byte) 0);
        bench.guest.settle();
        bench.guest.write32(ControllerRegisters.AQA, AdminQueueAttributes.of(32, 32));
        bench.guest.write64(ControllerRegisters.ASQ, bench.host.admin().submissionBase());
        bench.guest.write64(ControllerRegisters.ACQ, bench.host.admin().completionBase());
        bench.guest.write32(ControllerRegisters.CC, ControllerConfiguration.USUAL | ControllerConfiguration.EN);
        assertThat(ControllerStatus.ready(bench.host.status()))
                .as("ready before the back end has ended what the last host wanted")
                .isFalse();
        device.releaseAll();
        bench.host.await(
                "the end of what the first host left", () -> !bench.controller().inTransition());
        assertThat(ControllerStatus.ready(bench.host.status()))
                .as("the second host has enabled it meanwhile")
                .isTrue();
        assertThat(before.mismatch(MemorySegment.ofArray(new byte[(int) before.byteSize()])))
                .as("nothing of the first host's reaches the second")
                .isEqualTo(-1);
        assertThat(device.at(3)).isEqualTo((byte) 7);
        worksForTheNextHost();
    }

    @Test
    void aResetOfAControllerWithNothingToWaitForNeedsNoResume() {
        bench.pause();
        bench.controller().reset();
        assertThat(bench.host.status()).isZero();
        assertThat(bench.controller().paused()).isTrue();
    }

    @Test
    void aControllerThatEndsWhileItIsPausedDropsWhatIsHeld() {
        bench.givesBack();
        int ignored = bench.write(queue, 3, 7);
        bench.pause();
        bench.controller().drain();
        bench.guest.settle();
        assertThat(bench.controller().paused()).isTrue();
        bench.controller().close();
        assertThat(device.seen()).hasSize(1);
        assertThat(queue.peek()).isEmpty();
    }

    @Test
    void aControllerThatEndsOtherwiseCompletesEverythingFirst() {
        bench.givesBack();
        int id = bench.write(queue, 3, 7);
        bench.controller().pause();
        bench.guest.settle();
        bench.controller().drain();
        bench.passGrace();
        bench.guest.settle();
        assertThat(bench.controller().paused()).isFalse();
        assertThat(device.cancelled()).isZero();
        device.releaseAll();
        bench.guest.settle();
        assertThat(bench.controller().paused()).isTrue();
        assertThat(queue.peek().orElseThrow().orThrow().commandId()).isEqualTo(id);
    }

    private void worksForTheNextHost() {
        device.releaseAll();
        bench.host.disable();
        bench.host.enable();
        HostQueue anew = bench.host.createQueues(1, 16);
        for (int i = 0; i < 200; i++) {
            int block = 10 + i % 100;
            long data = QuiesceBench.upperHalf();
            bench.host.slice(data, QuiesceBench.BLOCK).fill((byte) i);
            anew.execute((sq, at, cid) -> IoCommand.write(sq, at, cid, 1, block, 1, 0, data, 0))
                    .orThrow();
            assertThat(device.at(block)).isEqualTo((byte) i);
        }
    }
}
