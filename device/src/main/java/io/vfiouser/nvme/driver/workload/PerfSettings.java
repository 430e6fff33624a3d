package io.vfiouser.nvme.driver.workload;

import java.time.Duration;

/**
 * A load on all queues of a driver. In a <em>closed loop</em> each queue keeps {@code depth} commands in flight: a slow command delays those
 * behind it, which are then never counted as late. In an <em>open loop</em> commands are due at fixed times whatever became of those before
 * them, at most {@code depth} in flight, and the latency of each counts from when it was due: what a device owes to clients that do not wait
 * for each other.
 *
 * @param pattern what is done where
 * @param transferBytes of each command; a multiple of the block size
 * @param warmUp load before anything is counted
 * @param duration load that is counted
 * @param spanBytes how much of the namespace is used, from its start
 * @param seed of the random numbers
 * @param sleep wait for interrupts instead of polling; the driver must have been attached with them
 * @param commandsPerSecond of an open loop, of all queues together; 0 for a closed loop
 * @param scatterBytes of guest memory, in which each command of any queue has a place at random; 0 for a buffer of each command that can be in flight
 */
public record PerfSettings(
        Pattern pattern,
        int transferBytes,
        Duration warmUp,
        Duration duration,
        long spanBytes,
        long seed,
        boolean sleep,
        double commandsPerSecond,
        long scatterBytes) {

    public PerfSettings {
        if (!(commandsPerSecond >= 0 && commandsPerSecond <= 1e9)) {
            throw new IllegalArgumentException("a rate must be 0 to 1e9 commands per second, not " + commandsPerSecond);
        }
        if (scatterBytes != 0 && scatterBytes < transferBytes) {
            throw new IllegalArgumentException("transfers of " + transferBytes + " bytes cannot be scattered over "
                    + scatterBytes + " bytes of memory");
        }
        if (commandsPerSecond > 0 && sleep) {
            throw new IllegalArgumentException("an open loop polls: it cannot sleep until an interrupt comes");
        }
    }

    /** With a buffer of each command that can be in flight. */
    public PerfSettings(
            Pattern pattern,
            int transferBytes,
            Duration warmUp,
            Duration duration,
            long spanBytes,
            long seed,
            boolean sleep,
            double commandsPerSecond) {
        this(pattern, transferBytes, warmUp, duration, spanBytes, seed, sleep, commandsPerSecond, 0);
    }

    /** The same, with the data scattered over so many bytes of guest memory. */
    public PerfSettings scattered(long bytes) {
        return new PerfSettings(
                pattern, transferBytes, warmUp, duration, spanBytes, seed, sleep, commandsPerSecond, bytes);
    }

    /** Whether commands are due at fixed times. */
    public boolean openLoop() {
        return commandsPerSecond > 0;
    }

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
