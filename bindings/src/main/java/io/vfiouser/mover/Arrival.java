package io.vfiouser.mover;

import io.vfiouser.client.VfioUserClient;
import io.vfiouser.mover.GuestHost.ArrivingGuest;
import java.util.UUID;

/**
 * A device that has moved here and runs, with its guest. Whoever takes it owns all of it; the receiver takes no other move before it is
 * closed.
 *
 * @param id of the move
 * @param sender where it came from
 * @param device what the destination's server speaks
 * @param guest what the {@link GuestHost} made; it goes on already
 * @param memoryBytes how much memory came, pages that came again included
 * @param streamBytes how long the device's stream was
 * @param guestBytes how long what the guest has to know was
 * @param standstillNanos from the end of the stream's last piece, when the guest stood still elsewhere, to the moment it went on here
 * @param closing gives everything back
 */
public record Arrival(
        UUID id,
        String sender,
        MoveReport.Side device,
        VfioUserClient client,
        GuestMemory memory,
        ArrivingGuest guest,
        long memoryBytes,
        long streamBytes,
        long guestBytes,
        long standstillNanos,
        Runnable closing)
        implements AutoCloseable {
    /** Closes client and memory, whose user must have come to its end before. */
    @Override
    public void close() {
        closing.run();
    }
}
