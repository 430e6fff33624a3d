package io.vfiouser.nvme.cli.migrate;

import io.vfiouser.client.VfioUserClient;
import io.vfiouser.mover.MoveTarget;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A server that the device is moved from or to.
 *
 * @param name by what the user knows it
 * @param connect makes a connection
 * @param receiver where somebody else connects to it, and takes the guest too; empty if this process does
 */
public record Side(String name, Supplier<VfioUserClient> connect, Optional<InetSocketAddress> receiver) {
    /** How long a receiver may say nothing when it has to. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    /** A server that this process connects to. */
    public Side(String name, Supplier<VfioUserClient> connect) {
        this(name, connect, Optional.empty());
    }

    /** A server that a receiver connects to; nothing comes back from there. */
    public static Side remote(String name, InetSocketAddress receiver) {
        return new Side(
                name,
                () -> {
                    throw new IllegalStateException("the server behind " + name + " is not this process's");
                },
                Optional.of(receiver));
    }

    MoveTarget target() {
        return receiver.map(address -> MoveTarget.remote(address, SILENCE)).orElseGet(() -> MoveTarget.local(connect));
    }
}
