package io.vfiouser.client;

import io.vfiouser.client.wire.HeaderFormat;
import io.vfiouser.os.Errno;
import io.vfiouser.os.ErrnoException;
import io.vfiouser.os.Fd;
import io.vfiouser.os.Poll;
import io.vfiouser.os.UnixSocket;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Whole messages over one socket. A message is sent with one call where the socket lets it, since libvfio-user takes a message
 * that arrives in two pieces for a broken one.
 */
final class MessageStream implements AutoCloseable {
    /** What to do while the other side takes nothing: it may be waiting for an answer of ours. */
    interface WhileBlocked {
        void run();
    }

    private final UnixSocket socket;
    private final int maxFds;

    MessageStream(UnixSocket socket, int maxFds) {
        this.socket = socket;
        this.maxFds = maxFds;
    }

    Fd fd() {
        return socket.fd();
    }

    /** Whether the other side is gone; what it sent before may still be read. */
    boolean hungUp() {
        return Poll.hungUp(socket.fd().value());
    }

    /**
     * Sends a whole message.
     *
     * @param whileBlocked called, possibly often, as long as nothing of the message was taken
     */
    void send(MemorySegment message, int[] fds, Deadline deadline, WhileBlocked whileBlocked) {
        long sent = 0;
        while (sent < message.byteSize()) {
            int step = sendSome(sent == 0 ? message : message.asSlice(sent), sent == 0 ? fds : NO_FDS);
            if (step != UnixSocket.WOULD_BLOCK) {
                sent += step;
                continue;
            }
            if (deadline.over()) {
                throw new VfioUserTimeoutException(
                        "the server took no message within " + Connection.text(deadline.allowed()));
            }
            if (sent == 0) {
                whileBlocked.run();
            } else {
                Poll.awaitWritable(socket.fd().value(), deadline.left());
            }
        }
    }

    private static final int[] NO_FDS = {};

    private int sendSome(MemorySegment data, int[] fds) {
        try {
            return socket.send(data, fds);
        } catch (ErrnoException e) {
            throw broken(e, "sending to the server failed");
        }
    }

    /**
     * Receives a whole message that has begun to arrive.
     *
     * @param into room for the largest message
     * @param fds descriptors that came along are added; on failure those that came are closed
     * @return the length of the message, header included
     */
    int receive(MemorySegment into, List<Fd> fds, Deadline deadline) {
        int before = fds.size();
        boolean complete = false;
        try {
            fill(into.asSlice(0, HeaderFormat.BYTES), fds, deadline);
            long bytes = HeaderFormat.messageBytes(into);
            if (bytes < HeaderFormat.BYTES || bytes > into.byteSize()) {
                throw new VfioUserException("the server sent a message of " + bytes + " bytes; " + HeaderFormat.BYTES
                        + " to " + into.byteSize() + " are possible");
            }
            if (bytes > HeaderFormat.BYTES) {
                fill(into.asSlice(HeaderFormat.BYTES, bytes - HeaderFormat.BYTES), fds, deadline);
            }
            complete = true;
            return (int) bytes;
        } finally {
            if (!complete) {
                List<Fd> came = fds.subList(before, fds.size());
                came.forEach(Fd::close);
                came.clear();
            }
        }
    }

    private void fill(MemorySegment into, List<Fd> fds, Deadline deadline) {
        long filled = 0;
        while (filled < into.byteSize()) {
            int step = receiveSome(into.asSlice(filled), fds);
            if (step == UnixSocket.END_OF_STREAM) {
                throw new VfioUserDisconnectedException("the server closed the connection", null);
            }
            if (step == UnixSocket.WOULD_BLOCK) {
                if (!Poll.awaitReadable(socket.fd().value(), deadline.left())) {
                    throw new VfioUserTimeoutException("the server began a message and did not finish it within "
                            + Connection.text(deadline.allowed()));
                }
            } else {
                filled += step;
            }
            if (filled < into.byteSize() && deadline.over()) {
                throw new VfioUserTimeoutException("the server began a message and did not finish it within "
                        + Connection.text(deadline.allowed()));
            }
        }
    }

    private int receiveSome(MemorySegment into, List<Fd> fds) {
        try {
            return socket.receive(into, fds, Math.max(0, maxFds - fds.size()));
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EMSGSIZE) {
                throw new VfioUserException(
                        "the server sent more than " + maxFds + " descriptors, or this process can open no more", e);
            }
            throw broken(e, "receiving from the server failed");
        }
    }

    private static VfioUserException broken(ErrnoException e, String what) {
        boolean gone = e.errno() == Errno.EPIPE || e.errno() == Errno.ECONNRESET || e.errno() == Errno.ENOTCONN;
        return gone
                ? new VfioUserDisconnectedException("the server closed the connection", e)
                : new VfioUserException(what + ": " + e.getMessage(), e);
    }

    @Override
    public void close() {
        socket.close();
    }
}
