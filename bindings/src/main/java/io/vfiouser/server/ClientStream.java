package io.vfiouser.server;

import io.vfiouser.os.Errno;
import io.vfiouser.os.Poll;
import io.vfiouser.os.SocketControl;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a client sends, before the library reads it: looks at the next message, screens it, and bounds the library's waits. The
 * context's thread only.
 */
final class ClientStream {
    private static final Logger LOG = LoggerFactory.getLogger(ClientStream.class);
    private static final long PAUSE_NANOS = 50_000;

    private final String context;
    private final MessageScreen screen;
    private final Duration timeout;
    private final LogLimit limit;
    private final SocketControl socket = new SocketControl(WireMessage.BYTES);
    private final WireMessage message = new WireMessage(socket.peeked());

    ClientStream(String context, MessageScreen screen, Duration timeout, LogLimit limit) {
        this.context = context;
        this.screen = screen;
        this.timeout = timeout;
        this.limit = limit;
    }

    /** Prepares the socket of a client that has just been attached. */
    void attached(int fd) {
        SocketControl.limitWaits(fd, timeout);
        SocketControl.readWholeMessages(fd);
        message.seen(0);
    }

    /**
     * Looks at the next message. One that must not reach the library, or that stalls before that can be judged, is thrown away together
     * with the connection: what the library finds then is the end of the stream.
     *
     * @return whether the library has something to do: a message, or the end of the stream
     */
    boolean look(int fd) {
        int seen = socket.peek(fd);
        if (seen == -Errno.EAGAIN) {
            return false;
        }
        message.seen(seen);
        if (screen.needsMore(message) && !awaitEnough(fd)) {
            drop(fd, "it stalls in the middle of a message");
        } else {
            Optional<String> refusal =
                    screen.refusal(message, () -> socket.carriesDescriptors() ? socket.peekDescriptors(fd) : List.of());
            refusal.ifPresent(reason -> drop(fd, "its message would crash the library: " + reason));
        }
        return true;
    }

    /**
     * Waits for the rest of what has to be seen: the library would wait for it anyway. The socket counts as readable already, so
     * there is nothing to poll for.
     */
    private boolean awaitEnough(int fd) {
        long end = System.nanoTime() + timeout.toNanos();
        while (screen.needsMore(message)) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            int before = message.length();
            message.seen(socket.peek(fd));
            if (message.length() < before) {
                // An error; the library will find it too.
                message.seen(0);
            } else if (message.length() == before && Poll.hungUp(fd)) {
                return false;
            }
        }
        return true;
    }

    private void drop(int fd, String reason) {
        if (limit.allows()) {
            LOG.warn("{}: disconnecting the client: {}{}", context, reason, limit.note());
        }
        SocketControl.discard(fd);
        message.seen(0);
    }

    /** The device did not pause for the message, so the library did not serve it. */
    void notServed() {
        screen.notServed();
    }

    /** The library's context was replaced by a new one. */
    void renewed() {
        screen.renewed();
    }

    /** The message that was looked at last. */
    WireMessage message() {
        return message;
    }

    /** There is no message: what happens next is the context's own doing. */
    void forget() {
        message.seen(0);
    }

    /** Tells the gate, which is closed, what the message that was served may have changed. */
    void applyTo(InterruptGate gate) {
        if (message.command() != WireMessage.SET_IRQS || !message.irqTriggers()) {
            return;
        }
        gate.descriptorsChanged();
        for (IrqType type : IrqType.values()) {
            if (type.index() == message.irqIndex() && type.raisable()) {
                if (message.irqAttaches()) {
                    gate.activate(type);
                } else if (message.irqDisables()) {
                    gate.unmaskAll(type);
                }
            }
        }
    }
}
