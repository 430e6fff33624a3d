package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.ThreadAllocation;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a poller does when it is asked to stand still: not often enough to be compiled, so nothing removes an allocation. */
class QuiescenceTest {

    private static final int TIMES = 100;
    /** The virtual machine itself allocates for a thread now and then, for code that it links or gives up. */
    private static final int ATTEMPTS = 10;

    @Test
    void standingStillAllocatesNothing() {
        StandStill standStill = new StandStill();
        Quiescence one = new Quiescence(standStill);
        Quiescence other = new Quiescence(new StandStill());
        one.peers(List.of(one, other));
        other.peers(List.of(one, other));
        standStillOnce(standStill, one, other);
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            long before = ThreadAllocation.bytes();
            for (int i = 0; i < TIMES; i++) {
                standStillOnce(standStill, one, other);
            }
            least = Math.min(least, ThreadAllocation.bytes() - before);
        }
        assertThat(least).as("bytes in %d times in a row", TIMES).isZero();
    }

    private static void standStillOnce(StandStill standStill, Quiescence one, Quiescence other) {
        standStill.request(PauseLevel.STOP);
        int ticket = standStill.ticket();
        one.memoryFree(ticket);
        one.ready(ticket);
        other.memoryFree(ticket);
        boolean everywhere = other.memoryFreeEverywhere(ticket);
        standStill.acknowledge(ticket);
        if (!everywhere) {
            throw new AssertionError("all were told");
        }
    }
}
