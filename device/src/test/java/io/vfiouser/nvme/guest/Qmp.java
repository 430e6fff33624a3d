package io.vfiouser.nvme.guest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** QEMU's Machine Protocol, as much as plugging takes: a command a line, and the answer to it among events. */
final class Qmp implements AutoCloseable {
    private final SocketChannel channel;
    private final BufferedReader in;

    private Qmp(SocketChannel channel) {
        this.channel = channel;
        this.in = new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
    }

    static Qmp connect(Path socket) {
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(socket));
            Qmp qmp = new Qmp(channel);
            qmp.line(); // the greeting
            qmp.execute("qmp_capabilities", "{}");
            return qmp;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits for the answer.
     *
     * @throws AssertionError if QEMU refuses
     */
    void execute(String command, String arguments) {
        String message = "{\"execute\":\"%s\",\"arguments\":%s}\n".formatted(command, arguments);
        try {
            channel.write(ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8)));
            String answer = line();
            while (answer.contains("\"event\":")) {
                answer = line();
            }
            if (answer.contains("\"error\":")) {
                throw new AssertionError("QEMU refuses " + message + answer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits for an event; those before it are dropped.
     *
     * @return false if QEMU has ended before
     */
    boolean awaitEvent(String name) {
        String wanted = "\"event\": \"" + name + "\"";
        return in.lines().anyMatch(line -> line.contains(wanted));
    }

    private String line() throws IOException {
        return Optional.ofNullable(in.readLine()).orElseThrow(() -> new IOException("QEMU has ended"));
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
