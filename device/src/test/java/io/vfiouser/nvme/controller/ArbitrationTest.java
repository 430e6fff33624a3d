package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.spec.FeatureId;
import io.vfiouser.nvme.spec.IoCommand;
import io.vfiouser.nvme.testing.HeldBlockDevice;
import io.vfiouser.nvme.testing.HostQueue;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arbitration burst: how many commands of one queue go before another's turn comes. Base 2.1, section 3.4.4. */
class ArbitrationTest {
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

    private void burst(int exponent) {
        host.admin()
                .execute((sq, at, cid) ->
                        AdminCommand.setFeatures(sq, at, cid, 0, FeatureId.ARBITRATION, exponent, 0, 0))
                .orThrow();
        guest.settle();
    }

    private static void fill(HostQueue queue, int count, int lba) {
        for (int i = 0; i < count; i++) {
            queue.put((sq, at, cid) -> IoCommand.writeZeroes(sq, at, cid, 1, lba, 1, 0));
        }
        queue.ring();
    }

    private long begunOf(int lba) {
        return device.seen().stream().filter(seen -> seen.firstBlock() == lba).count();
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 2", "3, 8", "6, 64"})
    void aRoundTakesNoMoreThanTheBurstOfEachQueue(int exponent, int commands) {
        HostQueue full = host.createQueues(1, 256);
        HostQueue other = host.createQueues(2, 256);
        burst(exponent);
        fill(full, 200, 1);
        fill(other, 70, 2);
        QueuePoller poller = guest.controller().pollers().getFirst();
        assertThat(poller.doWork()).isEqualTo(2 * commands);
        assertThat(begunOf(1)).isEqualTo(commands);
        assertThat(begunOf(2)).isEqualTo(commands);
        poller.doWork();
        assertThat(begunOf(1)).isEqualTo(2L * commands);
        assertThat(begunOf(2)).isEqualTo(Math.min(70, 2L * commands));
    }

    @Test
    void withoutALimitNoQueueWaitsForAnotherToBeEmpty() {
        HostQueue full = host.createQueues(1, 1024);
        HostQueue other = host.createQueues(2, 1024);
        burst(0);
        burst(7);
        fill(full, 1000, 1);
        fill(other, 1, 2);
        QueuePoller poller = guest.controller().pollers().getFirst();
        assertThat(poller.doWork()).isPositive();
        assertThat(begunOf(1)).isGreaterThan(1).isLessThan(1000);
        assertThat(begunOf(2)).isOne();
    }

    @Test
    void aResetBringsTheDefaultBack() {
        burst(0);
        host.disable();
        host.enable();
        HostQueue queue = host.createQueues(1, 256);
        fill(queue, 200, 1);
        assertThat(guest.controller().pollers().getFirst().doWork()).isGreaterThan(1);
    }
}
