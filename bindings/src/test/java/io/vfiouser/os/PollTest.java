package io.vfiouser.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class PollTest {
    @Test
    void aTimeoutIsKept() {
        try (EventFd event = EventFd.create()) {
            long start = System.nanoTime();
            assertThat(Poll.awaitReadable(event.fd().value(), Duration.ofMillis(20)))
                    .isFalse();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(20));
            assertThat(Poll.awaitReadable(event.fd().value(), Duration.ofSeconds(-1)))
                    .isFalse();
            assertThat(Poll.awaitWritable(event.fd().value(), Duration.ofSeconds(Long.MAX_VALUE)))
                    .isTrue();
        }
    }

    @Test
    void aClosedDescriptorIsAnErrorAndNotAnEvent() {
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> Poll.awaitReadable(1_000_000, Duration.ofSeconds(10)))
                .withMessageContaining("EBADF");
    }

    @Test
    void aSetSaysWhichSlotsAreReady() {
        try (EventFd quiet = EventFd.create();
                EventFd loud = EventFd.create()) {
            PollSet set = new PollSet(3);
            set.watchReadable(0, quiet.fd().value());
            set.watchReadable(2, loud.fd().value());
            assertThat(set.await(Duration.ZERO)).isZero();
            loud.signal();
            assertThat(set.await(Duration.ofSeconds(10))).isEqualTo(1);
            assertThat(set.ready(0)).isFalse();
            assertThat(set.ready(1)).isFalse();
            assertThat(set.ready(2)).isTrue();
            set.clear(2);
            assertThat(set.await(Duration.ZERO)).isZero();
        }
    }

    @Test
    void aSetReportsASlotWhoseDescriptorIsClosed() {
        PollSet set = new PollSet(1);
        set.watchReadable(0, 1_000_000);
        assertThat(set.await(Duration.ofSeconds(10))).isEqualTo(1);
        assertThatExceptionOfType(ErrnoException.class).isThrownBy(() -> set.ready(0));
    }
}
