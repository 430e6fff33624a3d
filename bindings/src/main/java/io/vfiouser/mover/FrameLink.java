package io.vfiouser.mover;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/**
 * A TCP connection between the two processes of a move. Little-endian. It begins with the sender's greeting (magic u64, version u32); then
 * there are frames both ways: kind u32, payload length u32, CRC32C of these two and the payload u32, payload.
 *
 * <p>Nothing waits longer than the silence allowed for a single byte to come or go, and nothing is allocated for more than the reader said
 * it expects. One thread; {@link #close} is for any.
 */
final class FrameLink implements AutoCloseable {
    /** The longest payload that is sent. */
    static final int MAX_PAYLOAD_BYTES = (1 << 20) + 64;

    /** For frames that carry neither memory nor state. */
    static final int SMALL_PAYLOAD_BYTES = 8 << 10;

    private static final long MAGIC = 0x0045_564F_4D55_4656L;
    private static final int VERSION = 1;
    private static final int GREETING_BYTES = 12;
    private static final int HEADER_BYTES = 12;
    private static final int CRC_OFFSET = 8;
    private static final int MAX_TEXT_BYTES = 2000;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private long silenceNanos;
    private final ByteBuffer header = buffer(HEADER_BYTES);
    private ByteBuffer incoming = buffer(SMALL_PAYLOAD_BYTES);
    private ByteBuffer outgoing = buffer(HEADER_BYTES + SMALL_PAYLOAD_BYTES);

    /** @param channel closed with this, or if that fails */
    FrameLink(SocketChannel channel, Duration silence) throws IOException {
        this.channel = channel;
        this.silenceNanos = silence.toNanos();
        Selector opened = null;
        boolean complete = false;
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            opened = Selector.open();
            selector = opened;
            key = channel.register(opened, 0);
            complete = true;
        } finally {
            if (!complete) {
                channel.close();
                if (opened != null) {
                    opened.close();
                }
            }
        }
    }

    /** How long nothing may come or go from now on. */
    void silence(Duration longest) {
        silenceNanos = longest.toNanos();
    }

    /** Connects and greets. */
    static FrameLink connect(SocketAddress address, Duration silence) {
        FrameLink link = null;
        boolean complete = false;
        try {
            SocketChannel channel = SocketChannel.open();
            link = new FrameLink(channel, silence);
            if (!channel.connect(address)) {
                link.await(SelectionKey.OP_CONNECT);
                boolean ignored = channel.finishConnect();
            }
            link.writeAll(buffer(GREETING_BYTES).putLong(MAGIC).putInt(VERSION).flip());
            complete = true;
            return link;
        } catch (IOException | java.nio.channels.UnresolvedAddressException e) {
            throw new LinkLostException(
                    "cannot connect to the receiver at " + address + ": "
                            + (e.getMessage() == null ? "its name is not known" : e.getMessage()),
                    e);
        } finally {
            if (!complete && link != null) {
                link.close();
            }
        }
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Reads the greeting; throws if it is another. */
    void requireGreeting() {
        ByteBuffer greeting = buffer(GREETING_BYTES);
        readAll(greeting);
        if (greeting.getLong(0) != MAGIC) {
            throw new LinkLostException("what connected is no sender of a move");
        }
        if (greeting.getInt(Long.BYTES) != VERSION) {
            throw new LinkLostException("the sender speaks version " + Integer.toUnsignedString(greeting.getInt(8))
                    + ", this receiver version " + VERSION + ": use the same release on both sides");
        }
    }

    /** Where the payload of the next frame to send goes; {@link #send} follows. */
    ByteBuffer payload(int bytes) {
        if (outgoing.capacity() < HEADER_BYTES + bytes) {
            outgoing = buffer(HEADER_BYTES + bytes);
        }
        return outgoing.clear().position(HEADER_BYTES).limit(HEADER_BYTES + bytes);
    }

    /** Sends what was put into {@link #payload}. */
    void send(LinkFrame.Kind kind) {
        writeAll(finished(kind));
    }

    private ByteBuffer finished(LinkFrame.Kind kind) {
        ByteBuffer frame = outgoing.flip();
        frame.putInt(0, kind.code());
        frame.putInt(Integer.BYTES, frame.limit() - HEADER_BYTES);
        frame.putInt(CRC_OFFSET, crc(frame, frame.slice(HEADER_BYTES, frame.limit() - HEADER_BYTES)));
        return frame;
    }

    void sendEmpty(LinkFrame.Kind kind) {
        writeAll(emptyFrame(kind));
    }

    private ByteBuffer emptyFrame(LinkFrame.Kind kind) {
        ByteBuffer ignored = payload(0);
        return finished(kind);
    }

    void sendText(LinkFrame.Kind kind, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int count = Math.min(bytes.length, MAX_TEXT_BYTES);
        ByteBuffer ignored = payload(count).put(bytes, 0, count);
        send(kind);
    }

    /** Sends a piece of memory, which others may write meanwhile, in as many frames as it takes. */
    void sendPieces(LinkFrame.Kind kind, MemorySegment bytes, int mostPerFrame) {
        for (long at = 0; at < bytes.byteSize(); at += mostPerFrame) {
            int count = (int) Math.min(mostPerFrame, bytes.byteSize() - at);
            put(payload(count), bytes, at, count);
            send(kind);
        }
    }

    /** Appends to a payload. The checksum is made of the copy: memory may change at any time. */
    static void put(ByteBuffer payload, MemorySegment bytes, long from, int count) {
        MemorySegment.copy(bytes, from, MemorySegment.ofBuffer(payload), 0, count);
        ByteBuffer ignored = payload.position(payload.position() + count);
    }

    /** The text of a frame, for people: what is not printable was taken out. */
    static String text(LinkFrame frame) {
        byte[] bytes = new byte[Math.min(frame.payload().remaining(), MAX_TEXT_BYTES)];
        frame.payload().get(bytes);
        return new String(bytes, StandardCharsets.UTF_8).replaceAll("\\p{C}", "?");
    }

    /**
     * Waits for a frame.
     *
     * @param mostBytes how long its payload may be
     */
    LinkFrame receive(int mostBytes) {
        readAll(header.clear());
        int code = header.getInt(0);
        int length = header.getInt(Integer.BYTES);
        LinkFrame.Kind kind = LinkFrame.Kind.of(code)
                .orElseThrow(() -> new LinkLostException("a frame of unknown kind " + Integer.toUnsignedString(code)));
        if (length < 0 || length > mostBytes) {
            throw new LinkLostException("a frame " + kind + " of " + Integer.toUnsignedString(length)
                    + " bytes where at most " + mostBytes + " are expected");
        }
        if (incoming.capacity() < length) {
            incoming = buffer(length);
        }
        ByteBuffer payload = incoming.clear().limit(length);
        readAll(payload);
        payload.flip();
        if (header.getInt(CRC_OFFSET) != crc(header, payload.duplicate())) {
            throw new LinkLostException("a frame " + kind + " with a wrong checksum");
        }
        return new LinkFrame(kind, payload.slice().order(ByteOrder.LITTLE_ENDIAN));
    }

    /** Whether something arrived that nobody waits for: a refusal, or the end. */
    boolean somethingArrived() {
        try {
            key.interestOps(SelectionKey.OP_READ);
            boolean ready = selector.selectNow() > 0;
            selector.selectedKeys().clear();
            return ready;
        } catch (IOException | CancelledKeyException | ClosedSelectorException e) {
            throw broken(e);
        }
    }

    /** Says something last, as far as that is possible at once, and closes. */
    void part(LinkFrame.Kind kind) {
        try (this) {
            int ignored = channel.write(emptyFrame(kind));
        } catch (IOException e) {
            // The end of the connection says enough.
            return;
        }
    }

    /**
     * Ends this side's sending and reads what still comes, for a moment: a connection that is closed with something unread takes the last
     * frames sent with it.
     */
    void finish() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        try {
            channel.shutdownOutput();
            while (System.nanoTime() - end < 0) {
                await(SelectionKey.OP_READ, end - System.nanoTime());
                if (channel.read(incoming.clear()) < 0) {
                    return;
                }
            }
        } catch (IOException | LinkLostException e) {
            // It is gone already.
            return;
        }
    }

    private static int crc(ByteBuffer header, ByteBuffer payload) {
        CRC32C crc = new CRC32C();
        crc.update(header.slice(0, CRC_OFFSET));
        crc.update(payload);
        return (int) crc.getValue();
    }

    private void readAll(ByteBuffer into) {
        try {
            while (into.hasRemaining()) {
                int count = channel.read(into);
                if (count < 0) {
                    throw new LinkLostException("the other side closed the connection");
                }
                if (count == 0) {
                    await(SelectionKey.OP_READ);
                }
            }
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private void writeAll(ByteBuffer from) {
        try {
            while (from.hasRemaining()) {
                if (channel.write(from) == 0) {
                    await(SelectionKey.OP_WRITE);
                }
            }
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private void await(int operation) throws IOException {
        await(operation, silenceNanos);
    }

    private void await(int operation, long longestNanos) throws IOException {
        long end = System.nanoTime() + longestNanos;
        try {
            key.interestOps(operation);
            while (true) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    throw new LinkLostException(
                            "the other side was silent for " + TimeUnit.NANOSECONDS.toMillis(longestNanos) + " ms");
                }
                int ready = selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
                selector.selectedKeys().clear();
                if (ready > 0) {
                    return;
                }
                if (Thread.currentThread().isInterrupted()) {
                    throw new LinkLostException("the thread was interrupted");
                }
            }
        } catch (CancelledKeyException | ClosedSelectorException e) {
            throw broken(e);
        }
    }

    private static LinkLostException broken(Exception cause) {
        return new LinkLostException(
                "the connection broke: "
                        + (cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage()),
                cause);
    }

    /** Closes the connection; whoever waits for it is told. */
    @Override
    public void close() {
        try {
            channel.close();
            selector.close();
        } catch (IOException e) {
            // Nothing more can be done with it.
            return;
        }
    }
}
