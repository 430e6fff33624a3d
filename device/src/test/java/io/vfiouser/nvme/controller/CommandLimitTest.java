package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.spec.IoCommand;
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
}
