package io.vfiouser.mover;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Passes TCP connections on, and cuts the first one after a number of bytes in one direction: what came before them arrives, nothing after
 * does. Later connections are passed on whole, or not at all.
 */
final class CuttingProxy implements AutoCloseable {
    private final ServerSocket listener;
    private final InetSocketAddress receiver;
    private final long cutToReceiver;
    private final long cutToSender;
    private final boolean onlyOnce;
    private int connections;

    /** Bytes of the first connection that were passed on. */
    final AtomicLong toReceiver = new AtomicLong();

    final AtomicLong toSender = new AtomicLong();

    /** @param onlyOnce whether later connections are passed on */
    CuttingProxy(InetSocketAddress receiver, long cutToReceiver, long cutToSender, boolean onlyOnce) {
        this.receiver = receiver;
        this.cutToReceiver = cutToReceiver;
        this.cutToSender = cutToSender;
        this.onlyOnce = onlyOnce;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread ignored = Thread.ofPlatform().daemon().start(this::accept);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort());
    }

    private void accept() {
        try {
            while (true) {
                Socket sender = listener.accept();
                boolean first = connections++ == 0;
                if (!first && !onlyOnce) {
                    sender.close();
                    continue;
                }
                Socket on = new Socket(receiver.getAddress(), receiver.getPort());
                pass(sender, on, first ? cutToReceiver : Long.MAX_VALUE, first ? toReceiver : new AtomicLong());
                pass(on, sender, first ? cutToSender : Long.MAX_VALUE, first ? toSender : new AtomicLong());
            }
        } catch (IOException e) {
            // Closed.
            return;
        }
    }

    private static void pass(Socket from, Socket to, long most, AtomicLong passed) {
        Thread ignored = Thread.ofPlatform().daemon().start(() -> {
            byte[] buffer = new byte[64 << 10];
            try (from;
                    to) {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                while (passed.get() < most) {
                    int count = in.read(buffer, 0, (int) Math.min(buffer.length, most - passed.get()));
                    if (count < 0) {
                        return;
                    }
                    out.write(buffer, 0, count);
                    long total = passed.addAndGet(count);
                    if (total == most) {
                        return;
                    }
                }
            } catch (IOException e) {
                // Either side is gone.
                return;
            }
        });
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
