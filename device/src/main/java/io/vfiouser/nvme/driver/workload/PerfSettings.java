package io.vfiouser.nvme.driver.workload;

import java.time.Duration;

/**
 * A closed-loop load: each queue keeps {@code depth} commands in flight.
 *
 * @param pattern what is done where
 * @param transferBytes of each command; a multiple of the block size
 * @param warmUp load before anything is counted
 * @param duration load that is counted
 * @param spanBytes how much of the namespace is used, from its start
 * @param seed of the random numbers
 * @param sleep wait for interrupts instead of polling; the driver must have been attached with them
 */
public record PerfSettings(
        Pattern pattern,
        int transferBytes,
        Duration warmUp,
        Duration duration,
        long spanBytes,
        long seed,
        boolean sleep) {

    /** What is done where. */
    public enum Pattern {
        RANDOM_READ(true, 100),
        RANDOM_WRITE(true, 0),
        /** Seven reads to three writes, as storage benchmarks mix them. */
        RANDOM_MIX(true, 70),
        SEQUENTIAL_READ(false, 100),
        SEQUENTIAL_WRITE(false, 0);

        private final boolean random;
        private final int readPercent;

        Pattern(boolean random, int readPercent) {
            this.random = random;
            this.readPercent = readPercent;
        }

        boolean random() {
            return random;
        }

        int readPercent() {
            return readPercent;
        }

        public boolean writes() {
            return readPercent < 100;
        }

        public boolean reads() {
            return readPercent > 0;
        }
    }
}
