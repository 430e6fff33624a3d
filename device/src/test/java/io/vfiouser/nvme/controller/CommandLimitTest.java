package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.spec.StatusCode;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a guest may have in flight at once is limited: its queues hold more than this process has memory for. */
class CommandLimitTest {
    private static final int QUEUES = 3;
    private static final int ENTRIES = 4096;

    @Test
    void aGuestThatFillsItsQueuesOccupiesNoMoreThanTheLimitAndEveryCommandCompletesOnce() {
        HeldBlockDevice device = new HeldBlockDevice(1024);
        try (InMemoryGuest guest = InMemoryGuest.mapped(device)) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            List<HostQueue> queues = new ArrayList<>();
            for (int id = 1; id <= QUEUES; id++) {
                HostQueue queue = host.createQueues(id, ENTRIES);
                for (int i = 0; i < ENTRIES - 1; i++) {
                    queue.put((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
                }
                queue.ring();
                queues.add(queue);
            }
            for (int pass = 0; pass < ENTRIES; pass++) {
                guest.progress();
            }
            assertThat(device.outstanding()).isEqualTo(CommandSlots.LIMIT);

            device.releaseAll();
            for (HostQueue queue : queues) {
                assertThat(queue.reap(ENTRIES - 1))
                        .allSatisfy(completion -> completion.orThrow())
                        .extracting(completion -> completion.commandId())
                        .doesNotHaveDuplicates();
            }
            guest.settle();
            assertThat(device.outstanding()).isZero();
        }
    }

    @Test
    void whatABackEndHasNoUseForStaysInItsQueueUntilItHas() {
        int depth = 5;
        int commands = 100;
        HeldBlockDevice device = new HeldBlockDevice(1024, depth);
        try (InMemoryGuest guest = InMemoryGuest.mapped(device)) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            List<HostQueue> queues = List.of(host.createQueues(1, 256), host.createQueues(2, 256));
            for (HostQueue queue : queues) {
                for (int i = 0; i < commands; i++) {
                    queue.put((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
                }
                queue.ring();
            }
            guest.settle();
            assertThat(device.outstanding()).isEqualTo(depth);
            device.release(1);
            guest.settle();
            assertThat(device.outstanding()).isEqualTo(depth);

            device.releaseAll();
            for (HostQueue queue : queues) {
                assertThat(queue.reap(commands))
                        .allSatisfy(completion -> completion.orThrow())
                        .extracting(completion -> completion.commandId())
                        .doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void aBackEndThatIsBusyDoesNotHoldUpAnother() {
        HeldBlockDevice busy = new HeldBlockDevice(1024, 5);
        HeldBlockDevice idle = new HeldBlockDevice(1024);
        idle.releaseAll();
        try (InMemoryGuest guest = InMemoryGuest.mapped(busy, idle)) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            HostQueue toBusy = host.createQueues(1, 256);
            HostQueue toIdle = host.createQueues(2, 256);
            for (int i = 0; i < 200; i++) {
                toBusy.put((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
            }
            toBusy.ring();
            guest.settle();
            toIdle.put((sq, at, cid) -> IoCommand.flush(sq, at, cid, 2));
            toIdle.ring();
            toIdle.reap().orThrow();
            busy.releaseAll();
            assertThat(toBusy.reap(200)).allSatisfy(completion -> completion.orThrow());
        }
    }

    @Test
    void withoutANamespaceCommandsFailAtOnce() {
        try (InMemoryGuest guest = InMemoryGuest.mapped()) {
            NvmeHost host = new NvmeHost(guest);
            host.enable();
            HostQueue queue = host.createQueues(1, 16);
            queue.put((sq, at, cid) -> IoCommand.flush(sq, at, cid, 1));
            queue.ring();
            assertThat(queue.reap().status()).isEqualTo(StatusCode.INVALID_FIELD);
        }
    }
}
