package io.vfiouser.nvme.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Passes TCP connections on and cuts the first one after a number of bytes in one direction. */
public final class CuttingProxy implements AutoCloseable {
    private final ServerSocket listener;
    private final InetSocketAddress receiver;

    /**
     * Cuts once that many bytes have passed: they arrive, and nothing that is said in answer to the last of them does, since the other
     * direction is closed before.
     */
    public CuttingProxy(InetSocketAddress receiver, long bytesToReceiver, long bytesToSender) {
        this.receiver = receiver;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread ignored = Thread.ofPlatform().daemon().start(() -> accept(bytesToReceiver, bytesToSender));
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    private void accept(long bytesToReceiver, long bytesToSender) {
        long there = bytesToReceiver;
        long back = bytesToSender;
        try {
            while (true) {
                Socket from = listener.accept();
                Socket to = new Socket(receiver.getAddress(), receiver.getPort());
                pass(from, to, there);
                pass(to, from, back);
                there = Long.MAX_VALUE;
                back = Long.MAX_VALUE;
            }
        } catch (IOException e) {
            // Closed.
            return;
        }
    }

    private static void pass(Socket from, Socket to, long most) {
        Thread ignored = Thread.ofPlatform().daemon().start(() -> {
            byte[] buffer = new byte[64 << 10];
            long left = most;
            try (from;
                    to) {
                while (left > 0) {
                    int count = from.getInputStream().read(buffer, 0, (int) Math.min(buffer.length, left));
                    if (count < 0) {
                        return;
                    }
                    left -= count;
                    if (left == 0) {
                        from.shutdownOutput();
                    }
                    to.getOutputStream().write(buffer, 0, count);
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
