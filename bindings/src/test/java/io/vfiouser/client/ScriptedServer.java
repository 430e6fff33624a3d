package io.vfiouser.client;

import io.vfiouser.client.wire.Command;
import io.vfiouser.client.wire.HeaderFormat;
import io.vfiouser.os.ErrnoException;
import io.vfiouser.os.Fd;
import io.vfiouser.os.Poll;
import io.vfiouser.os.UnixSocket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** A server that does exactly what a test tells it to, on a thread of its own. */
final class ScriptedServer implements AutoCloseable {
    /** What the server does. It ends quietly when the client has gone. */
    interface Script {
        void run(ScriptedServer server) throws Exception;
    }

    /** A message as it came. */
    record Message(int id, int command, int flags, int error, ByteBuffer payload) {
        int u32(int at) {
            return payload.getInt(at);
        }

        long u64(int at) {
            return payload.getLong(at);
        }
    }

    private static final class ClientGone extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int LARGEST_BYTES = 4 << 20;

    private final UnixSocket serverEnd;
    private final UnixSocket clientEnd;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(LARGEST_BYTES);
    private final List<Fd> received = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Thread thread;

    ScriptedServer(Script script) {
        UnixSocket[] pair = UnixSocket.pair();
        serverEnd = pair[0];
        clientEnd = pair[1];
        thread = Thread.ofPlatform().name("scripted-server").start(() -> run(script));
    }

    private void run(Script script) {
        try {
            script.run(this);
        } catch (ClientGone e) {
            return;
        } catch (Throwable e) {
            failure.set(e);
        }
    }

    /** Connects a client; negotiation is up to the script. */
    VfioUserClient connect(ClientOptions options) {
        return VfioUserClient.connect(clientEnd, options);
    }

    /** Answers the first message as an ordinary server without a second socket would. */
    void negotiate() throws Exception {
        negotiate("{\"capabilities\":{\"max_msg_fds\":8,\"max_data_xfer_size\":1048576}}");
    }

    void negotiate(String json) throws Exception {
        reply(expect(Command.VERSION), version(json));
    }

    static byte[] version(String json) {
        return new Payload().u16(0).u16(2).text(json).zeros(1).bytes();
    }

    /** Descriptors that came with any message so far. */
    List<Fd> received() {
        return received;
    }

    UnixSocket socket() {
        return serverEnd;
    }

    Message expect(int command) throws Exception {
        Message message = receive();
        if (message.command() != command) {
            throw new AssertionError("expected " + Command.name(command) + ", got " + message);
        }
        return message;
    }

    Message receive() throws Exception {
        return receive(serverEnd);
    }

    Message receive(UnixSocket socket) throws Exception {
        fill(socket, 0, HeaderFormat.BYTES);
        int bytes = (int) HeaderFormat.messageBytes(buffer);
        fill(socket, HeaderFormat.BYTES, bytes - HeaderFormat.BYTES);
        ByteBuffer payload = ByteBuffer.wrap(buffer.asSlice(HeaderFormat.BYTES, bytes - HeaderFormat.BYTES)
                        .toArray(ValueLayout.JAVA_BYTE))
                .order(ByteOrder.nativeOrder());
        return new Message(
                HeaderFormat.id(buffer),
                HeaderFormat.command(buffer),
                HeaderFormat.flags(buffer),
                HeaderFormat.error(buffer),
                payload);
    }

    private void fill(UnixSocket socket, int offset, int count) throws Exception {
        int filled = 0;
        while (filled < count) {
            if (!Poll.awaitReadable(socket.fd().value(), PATIENCE)) {
                throw new AssertionError("the client sent nothing");
            }
            try {
                int step =
                        socket.receive(buffer.asSlice(offset + filled, count - filled), received, UnixSocket.MAX_FDS);
                if (step == UnixSocket.END_OF_STREAM) {
                    throw new ClientGone();
                }
                filled += Math.max(step, 0);
            } catch (ErrnoException e) {
                throw new ClientGone();
            }
        }
    }

    /** Waits until the client has closed its end. */
    void awaitClientGone() throws Exception {
        while (true) {
            receive();
        }
    }

    void reply(Message to, byte[] payload, int... fds) throws Exception {
        send(to.id(), to.command(), HeaderFormat.TYPE_REPLY, 0, payload, fds);
    }

    void send(int id, int command, int flags, int error, byte[] payload, int... fds) throws Exception {
        sendOver(serverEnd, id, command, flags, error, payload, fds);
    }

    void sendOver(UnixSocket socket, int id, int command, int flags, int error, byte[] payload, int... fds)
            throws Exception {
        rawOver(
                socket,
                new Payload()
                        .u16(id)
                        .u16(command)
                        .u32(HeaderFormat.BYTES + payload.length)
                        .u32(flags)
                        .u32(error)
                        .raw(payload)
                        .bytes(),
                fds);
    }

    /** Sends bytes as they are. */
    void raw(byte[] bytes, int... fds) throws Exception {
        rawOver(serverEnd, bytes, fds);
    }

    private void rawOver(UnixSocket socket, byte[] bytes, int... fds) throws Exception {
        MemorySegment data = arena.allocate(Math.max(bytes.length, 1)).copyFrom(MemorySegment.ofArray(bytes));
        int sent = 0;
        while (sent < bytes.length) {
            try {
                int step = socket.send(data.asSlice(sent, bytes.length - sent), sent == 0 ? fds : new int[0]);
                sent += Math.max(step, 0);
                if (step == UnixSocket.WOULD_BLOCK
                        && !Poll.awaitWritable(socket.fd().value(), PATIENCE)) {
                    throw new AssertionError("the client takes nothing");
                }
            } catch (ErrnoException e) {
                throw new ClientGone();
            }
        }
    }

    /** Ends the script, and fails if it had gone wrong. */
    @Override
    public void close() {
        clientEnd.close();
        try {
            if (!thread.join(PATIENCE)) {
                throw new AssertionError("the script does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        serverEnd.close();
        received.forEach(Fd::close);
        arena.close();
        if (failure.get() != null) {
            throw new AssertionError("the script failed", failure.get());
        }
    }
}
