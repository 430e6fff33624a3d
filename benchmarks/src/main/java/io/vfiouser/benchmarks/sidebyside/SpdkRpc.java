package io.vfiouser.benchmarks.sidebyside;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON-RPC 2.0 over the socket of an SPDK application: objects one after the other, without anything between them. One thread. */
final class SpdkRpc implements AutoCloseable {

    private static final Duration ANSWER_BOUND = Duration.ofSeconds(10);
    private static final int LONGEST_ANSWER = 1 << 20;

    private final SocketChannel channel;
    private final Selector selector;
    private int lastId;

    private SpdkRpc(SocketChannel channel, Selector selector) {
        this.channel = channel;
        this.selector = selector;
    }

    /**
     * Connects.
     *
     * @throws IOException if nobody listens there (yet)
     */
    static SpdkRpc connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        try {
            channel.configureBlocking(false);
            Selector selector = Selector.open();
            channel.register(selector, SelectionKey.OP_READ);
            return new SpdkRpc(channel, selector);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Calls a method; its result. */
    @Nullable
    Object call(String method, Map<String, ?> parameters) {
        Map<String, Object> request = new LinkedHashMap<>();
        int id = ++lastId;
        request.put("jsonrpc", "2.0");
        request.put("id", id);
        request.put("method", method);
        if (!parameters.isEmpty()) {
            request.put("params", parameters);
        }
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(Json.write(request));
            while (bytes.hasRemaining()) {
                int ignored = channel.write(bytes);
            }
            return result(method, id, answer());
        } catch (IOException e) {
            throw new BenchException("SPDK's target did not answer to " + method + ": " + e.getMessage(), e);
        }
    }

    static @Nullable Object result(String method, int id, String text) {
        Map<String, @Nullable Object> answer = Json.object(text);
        if (answer.get("error") != null || Json.number(answer, "id") != id) {
            throw new BenchException("SPDK's target refused " + method + ": " + text.strip());
        }
        return answer.get("result");
    }

    private String answer() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(LONGEST_ANSWER);
        long end = System.nanoTime() + ANSWER_BOUND.toNanos();
        while (true) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new IOException("no answer within " + ANSWER_BOUND.toSeconds() + " s");
            }
            int ready = selector.select(Math.max(1, Duration.ofNanos(left).toMillis()));
            selector.selectedKeys().clear();
            int read = ready > 0 ? channel.read(bytes) : 0;
            if (read < 0 || !bytes.hasRemaining()) {
                throw new IOException("the connection ended, or the answer does not");
            }
            String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
            int length = Json.lengthOfFirst(text);
            if (length > 0) {
                return text.substring(0, length);
            }
        }
    }

    @Override
    public void close() {
        try (channel;
                selector) {
            return;
        } catch (IOException e) {
            throw new BenchException("cannot close the connection to SPDK's target: " + e.getMessage(), e);
        }
    }
}
