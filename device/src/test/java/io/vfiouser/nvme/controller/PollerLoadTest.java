package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PollerLoadTest {
    /** Clocks may have any origin. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, -5_000_000_000L, 123_456_789_012_345L})
    void aSleepCountsWhileItLastsAndAfterwards(long origin) {
        PollerLoad load = new PollerLoad();
        long before = load.idleNanos(origin);
        load.idle(10);
        load.idle(5);
        assertThat(load.idleNanos(origin + 100) - before).isEqualTo(15);
        load.fallsAsleep(origin + 100);
        assertThat(load.idleNanos(origin + 100) - before).isEqualTo(15);
        assertThat(load.idleNanos(origin + 1100) - before).isEqualTo(1015);
        load.wakesUp(origin + 1100);
        assertThat(load.idleNanos(origin + 2000) - before).isEqualTo(1015);
        load.idle(1);
        assertThat(load.idleNanos(origin + 3000) - before).isEqualTo(1016);
    }

    @Test
    void timeThatNobodySpeaksOfIsBusy() {
        PollerLoad load = new PollerLoad();
        assertThat(load.idleNanos(1_000_000) - load.idleNanos(0)).isZero();
    }
}
