package io.vfiouser.mover;

import io.vfiouser.client.VfioUserClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The destination's half of a move between two processes, usually on two hosts: it takes guest memory, the device's stream and what the
 * guest has to know over TCP, and owns memory and client until the device runs. {@link MoveTarget#remote} is the other half.
 *
 * <p><b>Neither encrypted nor authenticated.</b> Whoever can connect can bring a guest, and whoever can listen sees its memory: use a
 * tunnel. Everything that comes is checked as if an enemy had sent it.
 *
 * <p><b>Who runs if the link breaks.</b> At any byte, in either direction:
 *
 * <ul>
 *   <li>before the source committed, it goes on; the receiver forgets what it has;
 *   <li>the receiver never runs by itself. It has everything and has agreed to it, and the link breaks before it is told to take over: it
 *       gives the move up for good. What became of it stays known, and is answered for as long as the receiver lives and at least for
 *       {@link ReceiveOptions#linger} after the break;
 *   <li>the source committed, told the receiver to take over, and has no answer: it asks over a new connection, by the move's random id. The
 *       answer is <em>running</em>, and the source is done; or <em>not taken, and never will be</em>, which the question itself makes true if
 *       the order has not arrived, and the source goes on; or that the destination's server does not say;
 *   <li>only if the receiver cannot be reached within {@link MoveOptions#patience}, was started anew since, or does not know itself, the
 *       source stays stopped ({@link MoveOutcome.Lost}), and its explanation says what to look at.
 * </ul>
 *
 * <p>One device, one guest: a further move is refused until the {@link Arrival} before it is closed. Any thread.
 */
public final class RemoteReceiver implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteReceiver.class);

    /** Moves and questions at the same time; more are turned away. */
    private static final int MOST_CONNECTIONS = 16;

    private final ServerSocketChannel listener;
    private final ReceivingSession.Common common;
    private final Semaphore connections = new Semaphore(MOST_CONNECTIONS);
    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private final Thread acceptor;

    private RemoteReceiver(
            ServerSocketChannel listener, Supplier<VfioUserClient> connect, GuestHost host, ReceiveOptions options) {
        this.listener = listener;
        this.common =
                new ReceivingSession.Common(connect, host, options, new MoveLedger(), new Semaphore(1), arrivals::add);
        this.acceptor = Thread.ofPlatform().daemon().name("receiver").start(this::accept);
    }

    /**
     * Listens.
     *
     * @param address where; port 0 for any that is free
     * @param connect connects to the destination's server, once for each move, and again if a connection is lost
     * @param host makes the guests
     * @throws UncheckedIOException if it cannot listen there
     */
    public static RemoteReceiver listen(
            InetSocketAddress address, Supplier<VfioUserClient> connect, GuestHost host, ReceiveOptions options) {
        ServerSocketChannel listener = null;
        try {
            listener = ServerSocketChannel.open();
            return new RemoteReceiver(listener.bind(address), connect, host, options);
        } catch (IOException | java.nio.channels.UnresolvedAddressException e) {
            close(listener);
            IOException cause = e instanceof IOException io ? io : new IOException("the host's name is not known", e);
            throw new UncheckedIOException("cannot listen on " + address + ": " + cause.getMessage(), cause);
        }
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        try {
            return (InetSocketAddress) listener.getLocalAddress();
        } catch (IOException e) {
            throw new UncheckedIOException("the receiver is closed", e);
        }
    }

    /** Waits for a device that runs here. Moves that fail are logged, and waited on. */
    public Optional<Arrival> await(Duration longest) {
        try {
            return Optional.ofNullable(arrivals.poll(longest.toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private void accept() {
        while (true) {
            try {
                begin(listener.accept());
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.warn("cannot accept a connection", e);
                java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
        }
    }

    private void begin(SocketChannel channel) throws IOException {
        String peer = String.valueOf(channel.getRemoteAddress());
        if (!connections.tryAcquire()) {
            LOG.warn("{}: too many connections", peer);
            channel.close();
            return;
        }
        boolean started = false;
        try {
            FrameLink link = new FrameLink(channel, common.options().silence());
            ReceivingSession session = new ReceivingSession(link, peer, common);
            Thread ignored = Thread.ofPlatform()
                    .daemon()
                    .name("receiver-session")
                    .start(() -> {
                        try {
                            session.run();
                        } finally {
                            connections.release();
                        }
                    });
            started = true;
        } finally {
            if (!started) {
                connections.release();
            }
        }
    }

    /**
     * Takes no further move and gives up what is under way; then stays as long as a sender may want to know what became of its move, but no
     * longer than {@link ReceiveOptions#linger}. What arrived and was fetched stays its owner's.
     */
    @Override
    public void close() {
        common.ledger().close(common.options().silence());
        common.ledger().awaitAcknowledged(common.options().linger());
        close(listener);
        try {
            acceptor.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Arrival left = arrivals.poll(); left != null; left = arrivals.poll()) {
            left.close();
        }
    }

    private static void close(@Nullable ServerSocketChannel listener) {
        try {
            if (listener != null) {
                listener.close();
            }
        } catch (IOException e) {
            LOG.warn("cannot stop listening", e);
        }
    }
}
