package io.vfiouser.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class EventFdTest {
    @Test
    void countsSignalsUntilTheyAreDrained() {
        try (EventFd event = EventFd.create()) {
            assertThat(event.drain()).isZero();
            event.signal();
            event.signal();
            assertThat(event.await(Duration.ZERO)).isTrue();
            assertThat(event.drain()).isEqualTo(2);
            assertThat(event.await(Duration.ofMillis(1))).isFalse();
        }
    }

    @Test
    void wakesAWaitingThread() throws Exception {
        try (EventFd event = EventFd.create()) {
            Thread signaller = Thread.ofPlatform().start(event::signal);
            assertThat(event.await(Duration.ofSeconds(10))).isTrue();
            signaller.join();
        }
    }

    @Test
    void anAdoptedOneDoesNotBlock() {
        Fd blocking = Fd.adopt(FdCalls.eventfd(0, 0));
        try (EventFd event = EventFd.adopt(blocking)) {
            assertThat(event.drain()).isZero();
        }
    }

    @Test
    void aClosedOneCannotBeSignalled() {
        EventFd event = EventFd.create();
        event.close();
        event.close();
        assertThatIllegalStateException().isThrownBy(event::signal);
        assertThatIllegalStateException().isThrownBy(event::drain);
    }
}
