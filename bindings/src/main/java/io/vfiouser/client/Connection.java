package io.vfiouser.client;

import io.vfiouser.client.wire.Command;
import io.vfiouser.client.wire.HeaderFormat;
import io.vfiouser.os.Errno;
import io.vfiouser.os.ErrnoException;
import io.vfiouser.os.Fd;
import io.vfiouser.os.Poll;
import io.vfiouser.os.PollSet;
import io.vfiouser.os.UnixSocket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Requests and their replies, and the server's own commands in between. One thread at a time.
 *
 * <p>A request is built in {@link #request()} and sent by {@link #call}; the reply's payload is then in {@link #reply()} until
 * the next call. Whatever fails, except for a command the server refuses, closes the connection, since nobody knows where the
 * next message would begin.
 */
final class Connection implements AutoCloseable {
    /**
     * Messages up to this length arrive in one piece: the kernel keeps them in one buffer. libvfio-user reads the body of a
     * message with one call and fails if it gets less.
     */
    static final int ATOMIC_MESSAGE_BYTES = 32 << 10;

    /** Room beside the data of a transfer, for the largest structure around it. */
    private static final int OVERHEAD_BYTES = 4 << 10;

    private static final int[] NO_FDS = {};
    private static final int MAIN = 0;
    private static final int TWIN = 1;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment outgoing;
    private final MemorySegment incoming;
    private final List<Fd> receivedFds = new ArrayList<>();
    private final PollSet poll = new PollSet(2);
    private final MessageStream main;
    private final Duration timeout;
    private @Nullable MessageStream twin;
    private @Nullable MemorySegment answers;
    private CommandHandler handler = (command, request, reply) -> -Errno.EINVAL;
    private volatile @Nullable String closedBecause;
    private int lastId;
    private int replyBytes;

    Connection(UnixSocket socket, ClientOptions options) {
        this.main = new MessageStream(socket, options.maxMessageFds());
        this.timeout = options.timeout();
        this.incoming = arena.allocate(options.maxDataTransferBytes() + OVERHEAD_BYTES, Long.BYTES);
        this.outgoing = arena.allocate(ATOMIC_MESSAGE_BYTES, Long.BYTES);
    }

    /** The server's own commands come over this socket from now on; it belongs to the connection. */
    void useTwin(UnixSocket socket) {
        twin = new MessageStream(socket, 0);
    }

    void handleCommands(CommandHandler newHandler) {
        handler = newHandler;
    }

    int fd() {
        return main.fd().value();
    }

    /** Where the server's commands arrive. */
    int commandFd() {
        return twin != null ? twin.fd().value() : fd();
    }

    /**
     * Where the payload of the next request is built.
     *
     * @throws VfioUserDisconnectedException if the connection is closed
     */
    MemorySegment request() {
        checkOpen();
        return outgoing.asSlice(HeaderFormat.BYTES);
    }

    /** The payload of the last reply. */
    MemorySegment reply() {
        return incoming.asSlice(HeaderFormat.BYTES, replyBytes);
    }

    /** The longest payload of a reply. */
    int maxReplyBytes() {
        return (int) incoming.byteSize() - HeaderFormat.BYTES;
    }

    /** As {@link #callWithFds}, for replies that bring no descriptors. */
    void call(int command, int requestBytes, int leastReplyBytes) {
        call(command, requestBytes, NO_FDS, leastReplyBytes);
    }

    /** As {@link #callWithFds}, for replies that bring no descriptors. */
    void call(int command, int requestBytes, int[] fds, int leastReplyBytes) {
        List<Fd> came = callWithFds(command, requestBytes, fds, leastReplyBytes);
        if (!came.isEmpty()) {
            came.forEach(Fd::close);
            throw giveUp(new VfioUserException("the server sent " + came.size() + " descriptors with its reply to "
                    + Command.name(command) + ", which has none"));
        }
    }

    /**
     * Sends the request and waits for its reply, serving the server's commands meanwhile.
     *
     * @param requestBytes how much of {@link #request()} is the payload
     * @param fds go with the request; they stay the caller's
     * @param leastReplyBytes a shorter payload is a violation; a longer one is not, libvfio-user pads
     * @return descriptors that came with the reply, which the caller owns
     * @throws VfioUserErrorReply if the server refuses the command
     */
    List<Fd> callWithFds(int command, int requestBytes, int[] fds, int leastReplyBytes) {
        checkOpen();
        Deadline deadline = Deadline.in(timeout);
        try {
            int id = send(command, requestBytes, fds, 0, deadline);
            while (true) {
                awaitMain(command, deadline);
                int bytes = main.receive(incoming, receivedFds, deadline);
                if (type() == HeaderFormat.TYPE_REPLY) {
                    checkReply(command, id, bytes, leastReplyBytes);
                    List<Fd> came = List.copyOf(receivedFds);
                    receivedFds.clear();
                    return came;
                }
                serve(main, bytes, deadline);
            }
        } catch (VfioUserErrorReply e) {
            closeReceivedFds();
            throw e;
        } catch (VfioUserException e) {
            throw giveUp(e);
        } catch (ErrnoException e) {
            throw giveUp(new VfioUserException("talking to the server failed: " + e.getMessage(), e));
        }
    }

    /** Sends a request that the server must not answer. */
    void post(int command, int requestBytes) {
        checkOpen();
        try {
            send(command, requestBytes, NO_FDS, HeaderFormat.NO_REPLY, Deadline.in(timeout));
        } catch (VfioUserException e) {
            throw giveUp(e);
        } catch (ErrnoException e) {
            throw giveUp(new VfioUserException("talking to the server failed: " + e.getMessage(), e));
        }
    }

    /**
     * Waits for commands of the server and carries out what has come.
     *
     * @return how many there were; 0 if the time ran out
     */
    int serve(Duration wait) {
        checkOpen();
        Deadline first = Deadline.in(wait);
        Deadline whole = Deadline.in(wait.compareTo(timeout) > 0 ? wait.plus(timeout) : timeout);
        int served = 0;
        try {
            while (awaitAny(served == 0 ? first.left() : Duration.ZERO) && !whole.over()) {
                if (twin != null && poll.ready(TWIN)) {
                    serveNext(twin, whole);
                    served++;
                }
                if (poll.ready(MAIN)) {
                    serveNext(main, whole);
                    served++;
                }
            }
            return served;
        } catch (VfioUserException e) {
            throw giveUp(e);
        } catch (ErrnoException e) {
            throw giveUp(new VfioUserException("talking to the server failed: " + e.getMessage(), e));
        }
    }

    private int send(int command, int requestBytes, int[] fds, int flags, Deadline deadline) {
        lastId = (lastId + 1) & 0xffff;
        MemorySegment message = outgoing.asSlice(0, (long) HeaderFormat.BYTES + requestBytes);
        header(message, lastId, command, HeaderFormat.TYPE_COMMAND | flags, 0);
        main.send(message, fds, deadline, () -> serveWhileBlocked(deadline));
        return lastId;
    }

    private static void header(MemorySegment message, int id, int command, int flags, int error) {
        HeaderFormat.id(message, id);
        HeaderFormat.command(message, command);
        HeaderFormat.messageBytes(message, message.byteSize());
        HeaderFormat.flags(message, flags);
        HeaderFormat.error(message, error);
    }

    /** The server takes nothing: it may be waiting for our answer, so its commands are looked at as well. */
    private void serveWhileBlocked(Deadline deadline) {
        poll.watchWritable(MAIN, main.fd().value());
        if (twin != null) {
            poll.watchReadable(TWIN, twin.fd().value());
        }
        // Short, because the main socket's own commands are not waited for at the same time.
        Duration slice = Duration.ofMillis(1);
        poll.await(deadline.left().compareTo(slice) < 0 ? deadline.left() : slice);
        if (twin != null && poll.ready(TWIN)) {
            serveNext(twin, deadline);
        }
        poll.watchReadable(MAIN, main.fd().value());
        if (poll.await(Duration.ZERO) > 0 && poll.ready(MAIN)) {
            serveNext(main, deadline);
        }
    }

    private void awaitMain(int command, Deadline deadline) {
        while (true) {
            if (!awaitAny(deadline.left())) {
                throw noAnswer(command);
            }
            // First, so that a reply counts that was sent before the server went away.
            if (poll.ready(MAIN)) {
                return;
            }
            if (twin != null && poll.ready(TWIN)) {
                serveNext(twin, deadline);
            }
            if (deadline.over()) {
                throw noAnswer(command);
            }
        }
    }

    private VfioUserTimeoutException noAnswer(int command) {
        String hint = command == Command.VERSION ? "; it may be busy with another client" : "";
        return new VfioUserTimeoutException(
                "the server did not answer " + Command.name(command) + " within " + text(timeout) + hint);
    }

    private boolean awaitAny(Duration wait) {
        poll.watchReadable(MAIN, main.fd().value());
        if (twin != null) {
            poll.watchReadable(TWIN, twin.fd().value());
        }
        // Not spinning: a server that shares this processor would have to wait for it.
        return poll.await(wait) > 0;
    }

    private void serveNext(MessageStream stream, Deadline deadline) {
        int bytes = stream.receive(incoming, receivedFds, deadline);
        if (type() != HeaderFormat.TYPE_COMMAND) {
            throw new VfioUserException("the server sent a reply to nothing (" + describe() + ")");
        }
        serve(stream, bytes, deadline);
    }

    private void serve(MessageStream stream, int bytes, Deadline deadline) {
        if (type() != HeaderFormat.TYPE_COMMAND) {
            throw new VfioUserException("the server sent a message that is neither command nor reply");
        }
        if (!receivedFds.isEmpty()) {
            throw new VfioUserException("the server sent descriptors with a command (" + describe() + ")");
        }
        if (deadline.over()) {
            throw new VfioUserTimeoutException("the server kept sending commands for " + text(deadline.allowed()));
        }
        if (answers == null) {
            answers = arena.allocate(incoming.byteSize(), Long.BYTES);
        }
        int command = HeaderFormat.command(incoming);
        MemorySegment request = incoming.asSlice(HeaderFormat.BYTES, bytes - HeaderFormat.BYTES);
        int result = handler.handle(command, request, answers.asSlice(HeaderFormat.BYTES));
        if ((HeaderFormat.flags(incoming) & HeaderFormat.NO_REPLY) != 0) {
            return;
        }
        MemorySegment message = answers.asSlice(0, HeaderFormat.BYTES + (long) Math.max(result, 0));
        int flags = HeaderFormat.TYPE_REPLY | (result < 0 ? HeaderFormat.ERROR_FLAG : 0);
        header(message, HeaderFormat.id(incoming), command, flags, Math.max(-result, 0));
        stream.send(
                message, NO_FDS, deadline, () -> Poll.awaitWritable(stream.fd().value(), deadline.left()));
    }

    private void checkReply(int command, int id, int bytes, int leastReplyBytes) {
        if (HeaderFormat.id(incoming) != id || HeaderFormat.command(incoming) != command) {
            throw new VfioUserException("the server answered something else (" + describe() + ") than was asked ("
                    + Command.name(command) + " with id " + id + ")");
        }
        if ((HeaderFormat.flags(incoming) & HeaderFormat.ERROR_FLAG) != 0) {
            throw new VfioUserErrorReply(Command.name(command), HeaderFormat.error(incoming));
        }
        replyBytes = bytes - HeaderFormat.BYTES;
        if (replyBytes < leastReplyBytes) {
            throw new VfioUserException("the server's reply to " + Command.name(command) + " has a payload of "
                    + replyBytes + " bytes; at least " + leastReplyBytes + " were expected");
        }
    }

    private int type() {
        return HeaderFormat.flags(incoming) & HeaderFormat.TYPE_MASK;
    }

    private String describe() {
        return Command.name(HeaderFormat.command(incoming)) + " with id " + HeaderFormat.id(incoming);
    }

    /** Closes the connection for good because of a failure, which is handed back to be thrown. */
    VfioUserException giveUp(VfioUserException failure) {
        closeReceivedFds();
        closeSockets(String.valueOf(failure.getMessage()));
        return failure;
    }

    boolean connected() {
        return closedBecause == null && !main.hungUp();
    }

    private void checkOpen() {
        if (closedBecause != null) {
            throw new VfioUserDisconnectedException("the connection was closed: " + closedBecause, null);
        }
    }

    private void closeReceivedFds() {
        receivedFds.forEach(Fd::close);
        receivedFds.clear();
    }

    private void closeSockets(String reason) {
        if (closedBecause == null) {
            closedBecause = reason;
            main.close();
            if (twin != null) {
                twin.close();
            }
        }
    }

    /** A duration for people. */
    static String text(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
    }

    @Override
    public void close() {
        closeSockets("by this side");
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
