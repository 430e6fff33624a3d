package io.vfiouser.nvme.cli.migrate;

import io.vfiouser.client.VfioUserClient;
import io.vfiouser.mover.Guest;
import io.vfiouser.mover.GuestMemory;
import java.util.List;
import java.util.Optional;

/** What uses the device that is moved, and is closed by who made it. One thread, but for {@link #failure}. */
public interface Passenger extends AutoCloseable {
    /** The client that the device is behind now. */
    VfioUserClient client();

    Guest guest();

    GuestMemory memory();

    /** What the device is, in words. */
    String device();

    /** What is done with it, in words; empty if nothing. */
    String load();

    /** Why the load ended, if it did: a command lost or doubled, a server gone. */
    Optional<Throwable> failure();

    /**
     * Looks for what the load does not notice by itself, after a move.
     *
     * @throws RuntimeException if something was lost
     */
    void check();

    /** The {@link System#nanoTime} that times of {@link #samples} and {@link #gaps} count from. */
    long originNanoTime();

    /** Ends the load, reads back what it wrote. */
    Optional<Verification> finish();

    /** How the load went over time. */
    List<Sample> samples();

    /** When the device was somewhere else after a pause: the last completion before, the first after; in order. */
    List<Gap> gaps();

    /**
     * A pause as the load saw it.
     *
     * @param lastNanos last completion before it
     * @param firstNanos first completion after it
     */
    record Gap(long lastNanos, long firstNanos) {}

    /** Ends it where it arrived but never went on: the device is not touched. */
    void discard();

    @Override
    void close();
}
