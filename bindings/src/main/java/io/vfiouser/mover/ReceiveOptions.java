package io.vfiouser.mover;

import java.time.Duration;

/**
 * What a receiver allows its peers.
 *
 * @param maxMemoryBytes how much guest memory a move may bring
 * @param maxGuestBytes how long what the guest has to know may be
 * @param silence how long a peer may send nothing, or take nothing, in the middle of a move
 * @param patience how long to wait for the destination's server to say whether its device runs, if its connection was lost then
 * @param linger how long a receiver that is closed stays to answer what became of a move whose sender may not know
 */
public record ReceiveOptions(
        long maxMemoryBytes, int maxGuestBytes, Duration silence, Duration patience, Duration linger) {
    private static final ReceiveOptions DEFAULTS = new ReceiveOptions(
            64L << 30, 64 << 20, Duration.ofSeconds(30), Duration.ofSeconds(5), Duration.ofSeconds(10));

    /** Checks the values. */
    public ReceiveOptions {
        if (maxMemoryBytes < GuestRegion.PAGE_BYTES || maxGuestBytes < 0) {
            throw new IllegalArgumentException("a receiver takes at least one page of memory");
        }
        if (!silence.isPositive() || !patience.isPositive() || linger.isNegative()) {
            throw new IllegalArgumentException("the times of a receiver must be positive");
        }
    }

    /** 64 GiB of memory, 64 MiB of guest, 30 s of silence, 5 s of patience, 10 s of lingering. */
    public static ReceiveOptions defaults() {
        return DEFAULTS;
    }

    /** The same with another {@link #silence()}. */
    public ReceiveOptions withSilence(Duration value) {
        return new ReceiveOptions(maxMemoryBytes, maxGuestBytes, value, patience, linger);
    }

    /** The same with another {@link #linger()}. */
    public ReceiveOptions withLinger(Duration value) {
        return new ReceiveOptions(maxMemoryBytes, maxGuestBytes, silence, patience, value);
    }

    /** The same with another {@link #maxMemoryBytes()}. */
    public ReceiveOptions withMaxMemoryBytes(long value) {
        return new ReceiveOptions(value, maxGuestBytes, silence, patience, linger);
    }
}
