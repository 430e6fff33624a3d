package io.vfiouser.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GranuleLocksTest {
    private static final int GRANULE = 4096;
    private static final long ALL = (long) GRANULE * GranuleLocks.STRIPES;
    private static final long LONG = TimeUnit.SECONDS.toNanos(30);

    private final GranuleLocks locks = new GranuleLocks(GRANULE);
    private final int me = locks.newOwner();
    private final int other = locks.newOwner();

    @Test
    void keepsOthersFromWhatOneHoldsAndFromNothingElse() {
        assertThat(locks.acquire(GRANULE, 1, me, 0)).isTrue();
        assertThat(locks.acquire(2 * GRANULE - 1, 1, other, 0)).isFalse();
        assertThat(locks.acquire(0, GRANULE, other, 0)).isTrue();
        assertThat(locks.acquire(2 * GRANULE, GRANULE, other, 0)).isTrue();
        // What is not one's own stays as it is.
        locks.release(GRANULE, 1, other);
        assertThat(locks.acquire(GRANULE, 1, other, 0)).isFalse();
        locks.release(GRANULE, 1, me);
        assertThat(locks.acquire(GRANULE, 1, other, 0)).isTrue();
    }

    @Test
    void holdsLongRangesAndThoseThatGoRoundTheWords() {
        assertThat(locks.acquire(ALL - GRANULE, 2 * GRANULE, me, 0)).isTrue();
        assertThat(locks.acquire(ALL - 1, 1, other, 0)).isFalse();
        assertThat(locks.acquire(0, 1, other, 0)).isFalse();
        assertThat(locks.acquire(GRANULE, ALL - 2 * GRANULE, other, 0)).isTrue();
        locks.release(ALL - GRANULE, 2 * GRANULE, me);
        locks.releaseAll(other);

        assertThat(locks.acquire(GRANULE / 2, 10 * ALL, me, 0)).isTrue();
        for (long at = 0; at < ALL; at += GRANULE) {
            assertThat(locks.acquire(at, 1, other, 0)).isFalse();
        }
        locks.release(GRANULE / 2, 10 * ALL, me);
        assertThat(locks.acquire(0, ALL, other, 0)).isTrue();
    }

    @Test
    void showsAReaderThatSomebodyChangedOrIsChanging() {
        long[] observed = new long[GranuleLocks.STRIPES];
        assertThat(locks.observe(0, 3 * GRANULE, observed)).isTrue();
        assertThat(locks.unchanged(0, 3 * GRANULE, observed)).isTrue();
        locks.acquire(2 * GRANULE, 1, me, 0);
        assertThat(locks.unchanged(0, 3 * GRANULE, observed)).isFalse();
        assertThat(locks.observe(0, 3 * GRANULE, observed)).isFalse();
        assertThat(GranuleLocks.isHeld(locks.observe(2 * GRANULE))).isTrue();
        locks.release(2 * GRANULE, 1, me);
        assertThat(locks.unchanged(0, 3 * GRANULE, observed)).isFalse();
        assertThat(locks.unchanged(0, 2 * GRANULE, observed)).isTrue();
        assertThat(locks.observe(0, 3 * GRANULE, observed)).isTrue();
        assertThat(locks.observe(0, ALL + 1, observed)).isFalse();
    }

    @Test
    void waitsUntilTheOwnerIsDone() throws InterruptedException {
        locks.acquire(0, 1, me, 0);
        AtomicBoolean got = new AtomicBoolean();
        Thread waiting = Thread.ofPlatform().start(() -> got.set(locks.acquire(0, 3 * GRANULE, other, LONG)));
        while (waiting.getState() == Thread.State.NEW || waiting.getState() == Thread.State.RUNNABLE) {
            Thread.onSpinWait();
        }
        assertThat(got).isFalse();
        locks.release(0, 1, me);
        waiting.join();
        assertThat(got).isTrue();
    }

    @Test
    void whoStillHoldsSomethingAfterAnErrorGetsItAgainAndGivesItBack() {
        locks.acquire(0, 3 * GRANULE, me, 0);
        // No release: the error was thrown in its stead.
        assertThat(locks.acquire(0, 1, me, 0)).isTrue();
        locks.releaseAll(me);
        assertThat(locks.acquire(0, ALL, other, 0)).isTrue();
    }
}
