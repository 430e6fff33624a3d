package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.NullBlockDevice;
import io.vfiouser.nvme.spec.AdminCommand;
import io.vfiouser.nvme.testing.InMemoryGuest;
import io.vfiouser.nvme.testing.NvmeHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A poller looks at the doorbells of the admin queue on behalf of the control thread, which may sleep. */
@Timeout(60)
class AdminDoorbellTest {
    private final InMemoryGuest guest = InMemoryGuest.mapped(NullBlockDevice.of(1000, 512));
    private final NvmeHost host = new NvmeHost(guest);
    private int wakeUps;

    @BeforeEach
    void enable() {
        guest.controller().onWakeUp(() -> wakeUps++);
        host.enable();
    }

    @AfterEach
    void close() {
        guest.close();
    }

    private void pollOnly() {
        for (int i = 0; i < 10; i++) {
            int ignored = guest.controller().pollers().getFirst().doWork();
        }
    }

    @Test
    void nobodyLooksAsLongAsThePollerHasNoQueue() {
        assertThat(guest.controller().adminDoorbellsWatched()).isFalse();
    }

    @Test
    void eachCommandWakesTheControlThreadOnce() {
        host.createQueues(1, 8);
        guest.settle();
        assertThat(guest.controller().adminDoorbellsWatched()).isTrue();
        pollOnly();
        wakeUps = 0;
        pollOnly();
        assertThat(wakeUps).isZero();
        host.admin().submit((sq, at, cid) -> AdminCommand.keepAlive(sq, at, cid));
        pollOnly();
        assertThat(wakeUps).isOne();
        host.admin().reap().orThrow();
        pollOnly();
        assertThat(wakeUps)
                .as("the head doorbell counts as well: it makes room")
                .isEqualTo(2);
    }

    @Test
    void whereItStandsStillTheControlThreadLooksItself() {
        host.createQueues(1, 8);
        guest.controller().pause(false);
        assertThat(guest.controller().adminDoorbellsWatched()).isFalse();
        guest.settle();
        guest.controller().resume();
        guest.settle();
        assertThat(guest.controller().adminDoorbellsWatched()).isTrue();
        host.deleteQueues(1);
        guest.settle();
        assertThat(guest.controller().adminDoorbellsWatched()).isFalse();
    }
}
