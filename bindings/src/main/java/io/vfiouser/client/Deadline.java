package io.vfiouser.client;

import java.time.Duration;

/** A moment in time until which an operation may go on. */
record Deadline(long start, Duration allowed) {
    static Deadline in(Duration allowed) {
        return new Deadline(System.nanoTime(), allowed);
    }

    /** What is left; zero or less when it is over. */
    Duration left() {
        return allowed.minusNanos(System.nanoTime() - start);
    }

    boolean over() {
        return !left().isPositive();
    }
}
