package io.vfiouser.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** Sends vfio-user messages to a context of the same thread, which serves each before the reply is read: nothing waits. */
final class RawClient implements AutoCloseable {
    private static final int HEADER_BYTES = 16;
    private static final int VERSION = 1;
    private static final int DMA_MAP = 2;
    private static final int REGION_READ = 9;
    private static final int DEVICE_RESET = 13;

    private final NativeCalls calls;
    private final MemorySegment context;
    private final SocketChannel channel;

    private RawClient(NativeCalls calls, MemorySegment context, SocketChannel channel) {
        this.calls = calls;
        this.context = context;
        this.channel = channel;
    }

    static RawClient attach(NativeCalls calls, MemorySegment context, Path socket) throws IOException {
        RawClient client = new RawClient(calls, context, SocketChannel.open(UnixDomainSocketAddress.of(socket)));
        client.send(VERSION, payload(4).putShort((short) 0).putShort((short) 1));
        assertThat(calls.attachCtx(context)).isZero();
        assertThat(client.receiveErrno()).isZero();
        return client;
    }

    /** Maps memory without a descriptor; the error number of the reply. */
    int mapDma(long iova, long lengthBytes) throws IOException {
        return exchange(
                DMA_MAP,
                payload(32).putInt(32).putInt(3).putLong(0).putLong(iova).putLong(lengthBytes));
    }

    /** Reads a region; the error number of the reply. */
    int readRegion(int region, long offset, int count) throws IOException {
        return exchange(REGION_READ, payload(16).putLong(offset).putInt(region).putInt(count));
    }

    /** Resets the device; the error number of the reply. */
    int reset() throws IOException {
        return exchange(DEVICE_RESET, payload(0));
    }

    private int exchange(int command, ByteBuffer payload) throws IOException {
        send(command, payload);
        assertThat(calls.runCtx(context)).isEqualTo(1);
        return receiveErrno();
    }

    private static ByteBuffer payload(int sizeBytes) {
        return ByteBuffer.allocate(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void send(int command, ByteBuffer payload) throws IOException {
        ByteBuffer message = payload(HEADER_BYTES + payload.capacity())
                .putShort((short) 7)
                .putShort((short) command)
                .putInt(HEADER_BYTES + payload.capacity())
                .putInt(0)
                .putInt(0)
                .put(payload.flip());
        channel.write(message.flip());
    }

    /** The error number of a reply, whose payload is dropped. */
    private int receiveErrno() throws IOException {
        ByteBuffer header = read(HEADER_BYTES);
        read(header.getInt(4) - HEADER_BYTES);
        return header.getInt(12);
    }

    private ByteBuffer read(int sizeBytes) throws IOException {
        ByteBuffer bytes = payload(sizeBytes);
        while (bytes.hasRemaining()) {
            assertThat(channel.read(bytes)).isPositive();
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
