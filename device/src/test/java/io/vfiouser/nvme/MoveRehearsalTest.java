package io.vfiouser.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class MoveRehearsalTest {
    @Test
    void makesAsManyMovesAsItIsAskedFor() {
        assertThat(MoveRehearsal.moves(7, Duration.ofSeconds(20))).isEqualTo(7);
    }

    @Test
    void endsWhenItsTimeIsOver() {
        assertThat(MoveRehearsal.moves(Integer.MAX_VALUE, Duration.ofMillis(50)))
                .isLessThan(Integer.MAX_VALUE);
    }
}
