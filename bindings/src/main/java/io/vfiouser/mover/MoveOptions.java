package io.vfiouser.mover;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a move is made, and what it may cost.
 *
 * @param preCopy what is copied while the guest runs
 * @param liveBytesPerSecond how fast memory and stream together are copied while the guest runs, at most; 0 for no limit
 * @param maxPasses how often what changed is copied again before the move is given up
 * @param maxLiveTime how long that may go on
 * @param downtime the guest is paused once what is left will be copied within this time, as far as can be foretold
 * @param chunkBytes how much is copied at a time; between two of them the move can be cancelled
 * @param maxStreamBytes how long the device's stream may be: nothing else says that it ever ends
 * @param patience how long to wait for something that is expected to happen soon: a server that listens again, a device that is busy
 * @param keepStream a file that gets a copy of the stream; it is written while the guest stands still too
 */
public record MoveOptions(
        PreCopy preCopy,
        long liveBytesPerSecond,
        int maxPasses,
        Duration maxLiveTime,
        Duration downtime,
        int chunkBytes,
        long maxStreamBytes,
        Duration patience,
        Optional<Path> keepStream) {
    private static final MoveOptions DEFAULTS = new MoveOptions(
            PreCopy.MEMORY_AND_STATE,
            0,
            8,
            Duration.ofSeconds(60),
            Duration.ofMillis(300),
            1 << 20,
            1L << 40,
            Duration.ofSeconds(5),
            Optional.empty());

    /** Checks the values. */
    public MoveOptions {
        if (liveBytesPerSecond < 0) {
            throw new IllegalArgumentException("a rate limit must not be negative: " + liveBytesPerSecond);
        }
        if (maxPasses < 1) {
            throw new IllegalArgumentException("at least one pass is needed, not " + maxPasses);
        }
        requirePositive("the time to copy while the guest runs", maxLiveTime);
        requirePositive("the downtime", downtime);
        requirePositive("the patience", patience);
        if (chunkBytes < GuestRegion.PAGE_BYTES) {
            throw new IllegalArgumentException("a chunk has at least one page, not " + chunkBytes + " bytes");
        }
        if (maxStreamBytes < 1) {
            throw new IllegalArgumentException("a stream of at most " + maxStreamBytes + " bytes moves nothing");
        }
    }

    private static void requirePositive(String what, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(what + " must be positive, not " + value);
        }
    }

    /** Full pre-copy, no rate limit, 8 passes, 60 s, 300 ms of downtime, chunks of 1 MiB, 1 TiB of stream, 5 s of patience. */
    public static MoveOptions defaults() {
        return DEFAULTS;
    }

    /** The same with another {@link #preCopy()}. */
    public MoveOptions withPreCopy(PreCopy value) {
        return new MoveOptions(
                value,
                liveBytesPerSecond,
                maxPasses,
                maxLiveTime,
                downtime,
                chunkBytes,
                maxStreamBytes,
                patience,
                keepStream);
    }

    /** The same with another {@link #liveBytesPerSecond()}. */
    public MoveOptions withLiveBytesPerSecond(long value) {
        return new MoveOptions(
                preCopy, value, maxPasses, maxLiveTime, downtime, chunkBytes, maxStreamBytes, patience, keepStream);
    }

    /** The same with another {@link #maxPasses()} and {@link #maxLiveTime()}. */
    public MoveOptions withLimits(int passes, Duration time) {
        return new MoveOptions(
                preCopy, liveBytesPerSecond, passes, time, downtime, chunkBytes, maxStreamBytes, patience, keepStream);
    }

    /** The same with another {@link #downtime()}. */
    public MoveOptions withDowntime(Duration value) {
        return new MoveOptions(
                preCopy,
                liveBytesPerSecond,
                maxPasses,
                maxLiveTime,
                value,
                chunkBytes,
                maxStreamBytes,
                patience,
                keepStream);
    }

    /** The same with another {@link #chunkBytes()}. */
    public MoveOptions withChunkBytes(int value) {
        return new MoveOptions(
                preCopy,
                liveBytesPerSecond,
                maxPasses,
                maxLiveTime,
                downtime,
                value,
                maxStreamBytes,
                patience,
                keepStream);
    }

    /** The same with another {@link #maxStreamBytes()}. */
    public MoveOptions withMaxStreamBytes(long value) {
        return new MoveOptions(
                preCopy, liveBytesPerSecond, maxPasses, maxLiveTime, downtime, chunkBytes, value, patience, keepStream);
    }

    /** The same with another {@link #patience()}. */
    public MoveOptions withPatience(Duration value) {
        return new MoveOptions(
                preCopy,
                liveBytesPerSecond,
                maxPasses,
                maxLiveTime,
                downtime,
                chunkBytes,
                maxStreamBytes,
                value,
                keepStream);
    }

    /** The same with a copy of the stream in a file, which is replaced. */
    public MoveOptions withKeepStream(Path value) {
        return new MoveOptions(
                preCopy,
                liveBytesPerSecond,
                maxPasses,
                maxLiveTime,
                downtime,
                chunkBytes,
                maxStreamBytes,
                patience,
                Optional.of(value));
    }
}
