package io.vfiouser.nvme.cli;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HOST:PORT of the command line. */
final class TcpAddress {

    /** What a destination begins with that is no socket of this host. */
    static final String SCHEME = "tcp://";

    private static final Pattern FORM = Pattern.compile("(?:(\\[[0-9a-fA-F:.%]+\\]|[^:/\\[\\]]*):)?([0-9]{1,5})");
    private static final int HIGHEST_PORT = 65_535;

    private TcpAddress() {}

    /** Whether a destination is a receiver rather than a socket. */
    static boolean names(String destination) {
        return destination.startsWith(SCHEME);
    }

    /** The address of a receiver: {@code tcp://HOST:PORT}. Empty if it is no such thing. */
    static Optional<InetSocketAddress> ofReceiver(String destination) {
        return names(destination)
                ? parse(destination.substring(SCHEME.length())).filter(address -> address.getPort() > 0)
                : Optional.empty();
    }

    /** {@code HOST:PORT}, {@code :PORT} or {@code PORT}; without a host it is the loopback address. Empty if it is none of them. */
    static Optional<InetSocketAddress> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int port = Integer.parseInt(matcher.group(2));
        if (port > HIGHEST_PORT) {
            return Optional.empty();
        }
        String host = matcher.group(1);
        return Optional.of(
                host == null || host.isEmpty()
                        ? new InetSocketAddress(InetAddress.getLoopbackAddress(), port)
                        : new InetSocketAddress(host, port));
    }
}
