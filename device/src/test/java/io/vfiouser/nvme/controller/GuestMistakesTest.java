package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class GuestMistakesTest {
    @Test
    void aGuestThatErrsWithoutEndFillsNoLog() {
        AtomicLong clock = new AtomicLong();
        AtomicInteger written = new AtomicInteger();
        GuestMistakes mistakes = new GuestMistakes("test", clock::get);
        for (int i = 0; i < 1000; i++) {
            mistakes.warn(() -> "mistake " + written.incrementAndGet());
        }
        assertThat(written).hasValue(10);
        assertThat(mistakes.suppressed()).isEqualTo(990);

        clock.addAndGet(10_000_000_000L);
        mistakes.warn(() -> "mistake " + written.incrementAndGet());
        assertThat(written).hasValue(11);
        assertThat(mistakes.suppressed()).isZero();
    }
}
