package io.vfiouser.server;

import io.vfiouser.os.Fd;
import io.vfiouser.os.Poll;
import io.vfiouser.os.UnixSocket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The protocol with nothing around it: sends whatever bytes a test wants, malformed ones included. The project's own client is the
 * better choice for everything that is well-formed.
 */
final class RawClient implements AutoCloseable {
    static final int VERSION = 1;
    static final int DMA_MAP = 2;
    static final int DMA_UNMAP = 3;
    static final int GET_INFO = 4;
    static final int GET_REGION_INFO = 5;
    static final int GET_REGION_IO_FDS = 6;
    static final int GET_IRQ_INFO = 7;
    static final int SET_IRQS = 8;
    static final int REGION_READ = 9;
    static final int REGION_WRITE = 10;
    static final int DMA_READ = 11;
    static final int DMA_WRITE = 12;
    static final int DEVICE_RESET = 13;
    static final int DIRTY_PAGES = 14;
    static final int DEVICE_FEATURE = 16;
    static final int MIG_DATA_READ = 17;
    static final int MIG_DATA_WRITE = 18;

    static final int DMA_READABLE = 1;
    static final int DMA_WRITABLE = 2;

    private static final int HEADER_BYTES = 16;
    private static final int ERROR_FLAG = 1 << 5;
    private static final int REPLY = 1;
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** A reply: its error number (0 for none), its payload, and the descriptors that came with it. */
    record Reply(int errno, ByteBuffer payload, List<Fd> fds) {
        Reply ok() {
            if (errno != 0) {
                throw new AssertionError("the server answered with error number " + errno);
            }
            return this;
        }
    }

    private final UnixSocket socket;
    private final Arena arena = Arena.ofShared();
    private short nextId = 1;
    private Consumer<ByteBuffer[]> commandHandler = command -> {
        throw new AssertionError("unexpected command from the server");
    };

    private RawClient(UnixSocket socket) {
        this.socket = socket;
    }

    /** Connects without negotiating. */
    static RawClient connectOnly(Path path) {
        return new RawClient(UnixSocket.connect(path));
    }

    /** Connects and negotiates version 0.1. */
    static RawClient connect(Path path) {
        RawClient client = connectOnly(path);
        try {
            client.negotiate();
            return client;
        } catch (RuntimeException | Error e) {
            client.close();
            throw e;
        }
    }

    private void negotiate() {
        byte[] json = "{\"capabilities\":{\"max_msg_fds\":8,\"max_data_xfer_size\":1048576}}\0"
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer version = buffer(4 + json.length);
        version.putShort((short) 0).putShort((short) 1).put(json).flip();
        call(VERSION, version).ok();
    }

    static ByteBuffer buffer(int capacity) {
        return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }

    static ByteBuffer ints(int... values) {
        ByteBuffer buffer = buffer(values.length * Integer.BYTES);
        for (int value : values) {
            buffer.putInt(value);
        }
        return buffer.flip();
    }

    /** Sends a command and waits for its reply. */
    Reply call(int command, ByteBuffer payload, Fd... fds) {
        short id = post(command, 0, payload, fds);
        return reply(id);
    }

    /** Sends a command without waiting. */
    short post(int command, int flags, ByteBuffer payload, Fd... fds) {
        short id = nextId++;
        send(id, command, flags, 0, payload, fds);
        return id;
    }

    private void send(short id, int command, int flags, int errno, ByteBuffer payload, Fd... fds) {
        int length = HEADER_BYTES + payload.remaining();
        ByteBuffer message = buffer(length);
        message.putShort(id)
                .putShort((short) command)
                .putInt(length)
                .putInt(flags)
                .putInt(errno)
                .put(payload.duplicate());
        sendBytes(message.flip(), fds);
    }

    /** Sends bytes as they are. */
    void sendBytes(ByteBuffer bytes, Fd... fds) {
        MemorySegment data = arena.allocate(bytes.remaining()).copyFrom(MemorySegment.ofBuffer(bytes));
        int[] numbers = new int[fds.length];
        for (int i = 0; i < fds.length; i++) {
            numbers[i] = fds[i].value();
        }
        long sent = 0;
        while (sent < data.byteSize()) {
            int count = socket.send(data.asSlice(sent), sent == 0 ? numbers : new int[0]);
            if (count == UnixSocket.WOULD_BLOCK) {
                requireReady(Poll.awaitWritable(socket.fd().value(), TIMEOUT));
            } else {
                sent += count;
            }
        }
    }

    /** Handles commands of the server that arrive instead of replies: called with header and payload, replies by itself. */
    void onCommand(Consumer<ByteBuffer[]> handler) {
        commandHandler = handler;
    }

    /** Answers a command of the server. */
    void answer(ByteBuffer header, ByteBuffer payload) {
        send(header.getShort(0), Short.toUnsignedInt(header.getShort(2)), REPLY, 0, payload);
    }

    /** Answers a command of the server with an error. */
    void refuse(ByteBuffer header, int errno) {
        send(header.getShort(0), Short.toUnsignedInt(header.getShort(2)), REPLY | ERROR_FLAG, errno, buffer(0));
    }

    /** Waits for the reply to a command that was posted. */
    Reply reply(short id) {
        while (true) {
            List<Fd> fds = new ArrayList<>();
            ByteBuffer header = receive(HEADER_BYTES, fds);
            ByteBuffer payload = receive(header.getInt(4) - HEADER_BYTES, fds);
            int flags = header.getInt(8);
            if ((flags & 0xf) != REPLY) {
                commandHandler.accept(new ByteBuffer[] {header, payload});
                continue;
            }
            if (header.getShort(0) != id) {
                throw new AssertionError("reply to message " + header.getShort(0) + " instead of " + id);
            }
            return new Reply((flags & ERROR_FLAG) != 0 ? header.getInt(12) : 0, payload, fds);
        }
    }

    /** Handles commands of the server until a condition holds. */
    void serveUntil(BooleanSupplier done) {
        long end = System.nanoTime() + TIMEOUT.toNanos();
        while (!done.getAsBoolean()) {
            requireReady(System.nanoTime() < end);
            if (Poll.awaitReadable(socket.fd().value(), Duration.ofMillis(10))) {
                List<Fd> fds = new ArrayList<>();
                ByteBuffer header = receive(HEADER_BYTES, fds);
                ByteBuffer payload = receive(header.getInt(4) - HEADER_BYTES, fds);
                commandHandler.accept(new ByteBuffer[] {header, payload});
            }
        }
    }

    private ByteBuffer receive(int length, List<Fd> fds) {
        MemorySegment into = arena.allocate(Math.max(1, length));
        int at = 0;
        while (at < length) {
            int count = socket.receive(into.asSlice(at, length - at), fds, 16);
            if (count == UnixSocket.END_OF_STREAM) {
                throw new DisconnectedError();
            }
            if (count == UnixSocket.WOULD_BLOCK) {
                requireReady(Poll.awaitReadable(socket.fd().value(), TIMEOUT));
            } else {
                at += count;
            }
        }
        return ByteBuffer.wrap(into.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE))
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Sends no more, but still receives. */
    void endSending() {
        io.vfiouser.os.HalfClose.sending(socket);
    }

    /** Whether the server ends the connection within the time-out. */
    boolean awaitDisconnected() {
        MemorySegment into = arena.allocate(4096);
        while (Poll.awaitReadable(socket.fd().value(), TIMEOUT)) {
            int count;
            try {
                count = socket.receive(into, new ArrayList<>(), 16);
            } catch (io.vfiouser.os.ErrnoException reset) {
                return true;
            }
            if (count == UnixSocket.END_OF_STREAM) {
                return true;
            }
        }
        return false;
    }

    private static void requireReady(boolean ready) {
        if (!ready) {
            throw new AssertionError("the server did not answer within " + TIMEOUT);
        }
    }

    /** The server went away. */
    static final class DisconnectedError extends AssertionError {
        private static final long serialVersionUID = 1L;

        DisconnectedError() {
            super("the server disconnected");
        }
    }

    // Well-known messages.

    Reply readRegion(int region, long offset, int count) {
        return call(
                REGION_READ,
                buffer(16).putLong(offset).putInt(region).putInt(count).flip());
    }

    /** The data of a successful read. */
    ByteBuffer regionData(int region, long offset, int count) {
        ByteBuffer payload = readRegion(region, offset, count).ok().payload();
        return payload.position(16).slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    Reply writeRegion(int region, long offset, byte... data) {
        return call(
                REGION_WRITE,
                buffer(16 + data.length)
                        .putLong(offset)
                        .putInt(region)
                        .putInt(data.length)
                        .put(data)
                        .flip());
    }

    Reply mapDma(long iova, long length, Fd fd, long fdOffset, int flags) {
        return call(DMA_MAP, dmaMap(iova, length, fdOffset, flags), fd);
    }

    Reply mapDma(long iova, long length, int flags) {
        return call(DMA_MAP, dmaMap(iova, length, 0, flags));
    }

    static ByteBuffer dmaMap(long iova, long length, long fdOffset, int flags) {
        return buffer(32)
                .putInt(32)
                .putInt(flags)
                .putLong(fdOffset)
                .putLong(iova)
                .putLong(length)
                .flip();
    }

    Reply unmapDma(long iova, long length) {
        return call(
                DMA_UNMAP,
                buffer(24).putInt(24).putInt(0).putLong(iova).putLong(length).flip());
    }

    Reply reset() {
        return call(DEVICE_RESET, buffer(0));
    }

    /** SET_IRQS with flags of {@link WireMessage}. */
    Reply setIrqs(int index, int flags, int start, int count, Fd... fds) {
        return call(SET_IRQS, ints(20, flags, index, start, count), fds);
    }

    /** Attaches event descriptors to vectors. */
    Reply attachIrqs(int index, int start, Fd... fds) {
        int flags = WireMessage.IRQ_DATA_EVENTFD | WireMessage.IRQ_ACTION_TRIGGER;
        return setIrqs(index, flags, start, fds.length, fds);
    }

    /** Disables all vectors of a kind. */
    Reply disableIrqs(int index) {
        return setIrqs(index, WireMessage.IRQ_DATA_NONE | WireMessage.IRQ_ACTION_TRIGGER, 0, 0);
    }

    @Override
    public void close() {
        socket.close();
        arena.close();
    }
}
