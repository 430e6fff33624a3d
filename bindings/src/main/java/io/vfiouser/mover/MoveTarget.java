package io.vfiouser.mover;

import io.vfiouser.client.VfioUserClient;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.function.Supplier;

/** Where a device is moved to: the destination's device and memory. Good for one move; the thread of the move. */
public abstract sealed class MoveTarget permits LocalTarget, RemoteTarget {
    MoveTarget() {}

    /**
     * A server that this process connects to, with memory of this process.
     *
     * @param connect makes a connection; called again to find out whether the device has taken over if the connection was lost at that
     *     moment
     */
    public static MoveTarget local(Supplier<VfioUserClient> connect) {
        return new LocalTarget(connect);
    }

    /**
     * A receiver in another process, which has the destination's server and memory. The guest's {@link Guest#save} is called before the
     * source lets go, and {@link Guest#left} instead of {@link Guest#switchTo}. The stream is neither encrypted nor authenticated.
     *
     * @param address where a {@link RemoteReceiver} listens
     * @param silence how long it may say nothing when it has to
     */
    public static MoveTarget remote(SocketAddress address, Duration silence) {
        return new RemoteTarget(address, silence);
    }

    /** Connects, makes the memory known there, prepares the guest for it. */
    abstract MoveReport.Side open(Guest guest, GuestMemory memory, MoveOptions options);

    /** Has the device take a state. */
    abstract void resuming();

    /** Takes what one reading of the source gave. */
    abstract void writeStream(MemorySegment piece);

    /** Takes pages; {@code source} is valid during the call. */
    abstract void writePages(int region, long offset, MemorySegment source);

    /** Everything was written. Returns when the destination has everything and has no objection to it, as far as it can say. */
    abstract void validate();

    /** Has the device run. Throws nothing. */
    abstract Takeover takeOver();

    /** The device runs there: guest and memory turn to it. */
    abstract void switchOver();

    /** The source is no longer needed: its memory is made useless. */
    abstract void retire();

    /** The move is off: the destination forgets everything. Throws nothing. */
    abstract void abort();
}
