package io.vfiouser.os;

import io.vfiouser.ffi.posix.iovec;
import io.vfiouser.ffi.posix.msghdr;
import io.vfiouser.ffi.posix.posix_h;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks after a connected stream socket whose messages somebody else reads: native code that owns the descriptor. Nothing here
 * consumes data or closes the descriptor, {@link #discard} and {@link #substitute} excepted.
 *
 * <p>An object is used by one thread at a time; the static methods by any.
 */
public final class SocketControl {
    private static final MethodHandle SETSOCKOPT = Libc.capturing("setsockopt", posix_h.setsockopt$descriptor());

    private static final MethodHandle DUP2 = Libc.capturing(
            "dup2", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    // include/uapi/asm-generic/socket.h; x86-64 and aarch64 use it. The C library's headers come without it here.
    private static final int SO_RCVLOWAT = 18;
    private static final int DISCARD_BYTES = 64 * 1024;

    private final MemorySegment buffer;
    private final MemorySegment header;

    /**
     * Makes one that looks at the first bytes of messages.
     *
     * @param peekBytes how many bytes {@link #peek} looks at
     */
    public SocketControl(int peekBytes) {
        Arena arena = Arena.ofAuto();
        buffer = arena.allocate(peekBytes, Long.BYTES);
        header = arena.allocate(msghdr.layout());
        MemorySegment vector = arena.allocate(iovec.layout());
        iovec.iov_base(vector, buffer);
        iovec.iov_len(vector, peekBytes);
        msghdr.msg_iov(header, vector);
        msghdr.msg_iovlen(header, 1);
    }

    /**
     * Looks at what is waiting in the socket, without taking it and without waiting. Descriptors that travel with the data stay
     * where they are.
     *
     * @return how many bytes {@link #peeked} holds now; 0 at the end of the stream; negative an error number, {@code -EAGAIN} if
     *     nothing waits
     */
    public int peek(int fd) {
        msghdr.msg_flags(header, 0);
        return (int) SocketCalls.recvmsg(fd, header, posix_h.MSG_PEEK() | posix_h.MSG_DONTWAIT());
    }

    /** Whether descriptors travel with the bytes the last {@link #peek} saw. */
    public boolean carriesDescriptors() {
        return (msghdr.msg_flags(header) & posix_h.MSG_CTRUNC()) != 0;
    }

    /**
     * Opens the descriptors that travel with the next bytes a second time, which the caller closes; the originals stay where they
     * are.
     *
     * @return empty if there are none, or if this process can open no more
     */
    public List<Fd> peekDescriptors(int fd) {
        MessageHeader message = new MessageHeader();
        message.prepareToReceive(buffer, MessageHeader.MAX_FDS);
        List<Fd> copies = new ArrayList<>();
        long seen = SocketCalls.recvmsg(
                fd, message.segment(), posix_h.MSG_PEEK() | posix_h.MSG_DONTWAIT() | posix_h.MSG_CMSG_CLOEXEC());
        if (seen > 0) {
            boolean ignored = message.takeFds(copies);
        }
        return copies;
    }

    /** The bytes the last {@link #peek} saw; overwritten by the next. */
    public MemorySegment peeked() {
        return buffer;
    }

    /**
     * Bounds how long reading and writing may block: a peer that stalls in the middle of a message makes them fail with EAGAIN.
     *
     * @throws ErrnoException if the descriptor is no socket
     */
    public static void limitWaits(int fd, Duration longest) {
        try (Arena arena = Arena.ofConfined()) {
            // struct timeval: seconds and microseconds.
            MemorySegment time = arena.allocate(2 * Long.BYTES, Long.BYTES);
            time.set(ValueLayout.JAVA_LONG, 0, longest.toSeconds());
            time.set(ValueLayout.JAVA_LONG, Long.BYTES, longest.toNanosPart() / 1000);
            setOption(fd, posix_h.SO_RCVTIMEO(), time);
            setOption(fd, posix_h.SO_SNDTIMEO(), time);
        }
    }

    /**
     * Makes blocking reads wait until they have everything they asked for, as {@code MSG_WAITALL} does: a large message arrives in
     * pieces, and readers that do not ask for that would take the first piece for a short message.
     *
     * @throws ErrnoException if the descriptor is no socket
     */
    public static void readWholeMessages(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            setOption(fd, SO_RCVLOWAT, arena.allocateFrom(ValueLayout.JAVA_INT, Integer.MAX_VALUE));
        }
    }

    /** Ends a connection without closing the descriptor: whoever reads from it, or waits in it, sees the end of the stream. */
    public static void shutdown(int fd) {
        SocketCalls.shutdown(fd, posix_h.SHUT_RDWR());
    }

    /** Ends a connection and throws away what the peer sent; descriptors among it are closed. */
    public static void discard(int fd) {
        shutdown(fd);
        SocketControl sink = new SocketControl(DISCARD_BYTES);
        long taken;
        do {
            taken = SocketCalls.recvmsg(fd, sink.header, posix_h.MSG_DONTWAIT());
        } while (taken > 0);
    }

    /**
     * Puts one open socket in the place of another: the number {@code target} means from now on what {@code source} means, and what it
     * meant before is closed.
     *
     * @throws ErrnoException if one of them is no descriptor
     */
    public static void substitute(int target, int source) {
        CallState state = CallState.current();
        try {
            ErrnoException.check("put descriptor " + source + " in the place of " + target, state.resultOrError((int)
                    DUP2.invokeExact(state.capture(), source, target)));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    private static void setOption(int fd, int option, MemorySegment value) {
        CallState state = CallState.current();
        try {
            ErrnoException.check("set socket option " + option + " of descriptor " + fd, state.resultOrError((int)
                    SETSOCKOPT.invokeExact(
                            state.capture(), fd, posix_h.SOL_SOCKET(), option, value, (int) value.byteSize())));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }
}
