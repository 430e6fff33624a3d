package io.vfiouser.mover;

import io.vfiouser.client.MigrationClient;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a move did, and when. Times are in nanoseconds since its start.
 *
 * @param started the moment of the start, by the clock
 * @param source what the source speaks
 * @param destination what the destination speaks; empty if it was not connected
 * @param steps the steps that were begun, in their order
 * @param rounds the copies of memory, in their order
 * @param passes the readings of the stream, in their order
 * @param blackout when the guest stood still; empty if it did not come to that
 * @param durationNanos the whole move, the cleaning up after it included
 * @param outcome how it ended
 */
public record MoveReport(
        Instant started,
        Side source,
        Optional<Side> destination,
        List<Step> steps,
        List<MemoryRound> rounds,
        List<StreamPass> passes,
        Optional<Blackout> blackout,
        long durationNanos,
        MoveOutcome outcome) {
    /**
     * What a server speaks.
     *
     * @param minor minor version of the vfio-user protocol
     * @param protocol how state travels
     */
    public record Side(int minor, MigrationClient.Protocol protocol) {}

    /**
     * A step.
     *
     * @param startNanos since the start of the move
     * @param completed false if it failed, was cancelled or did not converge
     */
    public record Step(MoveStep step, long startNanos, long durationNanos, boolean completed) {}

    /**
     * One copy of the memory that changed.
     *
     * @param live whether the guest ran
     * @param startNanos since the start of the move
     * @param pages how many pages of {@link GuestRegion#PAGE_BYTES} were copied
     * @param dirtyBytesPerSecond how fast memory changed before it: these pages over the time since the round before began; 0 for the
     *     first, which copies everything
     */
    public record MemoryRound(
            boolean live, long startNanos, long durationNanos, long pages, double dirtyBytesPerSecond) {
        /** How many bytes were copied. */
        public long bytes() {
            return pages * GuestRegion.PAGE_BYTES;
        }
    }

    /**
     * One reading of the stream until it came to an end, in pre-copy for then.
     *
     * @param live whether the guest ran
     * @param startNanos since the start of the move
     */
    public record StreamPass(boolean live, long startNanos, long durationNanos, long bytes) {}

    /**
     * The time during which the guest stood still: from the moment it was asked to pause to the moment it was let go.
     *
     * @param startNanos since the start of the move
     */
    public record Blackout(long startNanos, long durationNanos) {}

    /** Copies the lists. */
    public MoveReport {
        steps = List.copyOf(steps);
        rounds = List.copyOf(rounds);
        passes = List.copyOf(passes);
    }

    /** How many bytes of memory were copied in all. */
    public long memoryBytes() {
        return rounds.stream().mapToLong(MemoryRound::bytes).sum();
    }

    /** How many bytes of the device's stream were copied in all. */
    public long streamBytes() {
        return passes.stream().mapToLong(StreamPass::bytes).sum();
    }

    /** How many bytes of the device's stream were copied while the guest stood still. */
    public long stateBytes() {
        return passes.stream()
                .filter(pass -> !pass.live())
                .mapToLong(StreamPass::bytes)
                .sum();
    }

    /** Whether the device is at the destination. */
    public boolean moved() {
        return outcome instanceof MoveOutcome.Moved;
    }
}
