package io.vfiouser.client;

import io.vfiouser.os.UnixSocket;
import java.time.Duration;

/**
 * How a client behaves and what it tells the server about itself.
 *
 * @param timeout how long any single operation may take in all, however many bytes or requests of the server come in between
 * @param maxMessageFds how many descriptors the server may send with one message
 * @param maxDataTransferBytes how many bytes one message may carry, in both directions; the server may want less
 * @param twinSocket whether the server may send its own commands over a second socket, which spares it from mixing them up
 *     with ours; servers older than libvfio-user 0.2 do not
 * @param pageBytes the page size announced for migration and dirty logging
 */
public record ClientOptions(
        Duration timeout, int maxMessageFds, int maxDataTransferBytes, boolean twinSocket, int pageBytes) {
    private static final int LARGEST_TRANSFER_BYTES = 64 << 20;
    private static final int SMALLEST_TRANSFER_BYTES = 64;

    private static final ClientOptions DEFAULTS = new ClientOptions(Duration.ofSeconds(10), 32, 1 << 20, true, 4096);

    /** Checks the values. */
    public ClientOptions {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("the timeout must be positive, not " + timeout);
        }
        if (maxMessageFds < 1 || maxMessageFds > UnixSocket.MAX_FDS) {
            throw new IllegalArgumentException(
                    "1 to " + UnixSocket.MAX_FDS + " descriptors fit a message, not " + maxMessageFds);
        }
        if (maxDataTransferBytes < SMALLEST_TRANSFER_BYTES || maxDataTransferBytes > LARGEST_TRANSFER_BYTES) {
            throw new IllegalArgumentException("a message may carry " + SMALLEST_TRANSFER_BYTES + " to "
                    + LARGEST_TRANSFER_BYTES + " bytes, not " + maxDataTransferBytes);
        }
        if (Integer.bitCount(pageBytes) != 1) {
            throw new IllegalArgumentException("a page size is a power of two, not " + pageBytes);
        }
    }

    /** Ten seconds, 32 descriptors, 1 MiB, a twin socket where it can be had, pages of 4 KiB. */
    public static ClientOptions defaults() {
        return DEFAULTS;
    }

    /** The same with another {@link #timeout()}. */
    public ClientOptions withTimeout(Duration value) {
        return new ClientOptions(value, maxMessageFds, maxDataTransferBytes, twinSocket, pageBytes);
    }

    /** The same with another {@link #maxMessageFds()}. */
    public ClientOptions withMaxMessageFds(int value) {
        return new ClientOptions(timeout, value, maxDataTransferBytes, twinSocket, pageBytes);
    }

    /** The same with another {@link #maxDataTransferBytes()}. */
    public ClientOptions withMaxDataTransferBytes(int value) {
        return new ClientOptions(timeout, maxMessageFds, value, twinSocket, pageBytes);
    }

    /** The same with another {@link #twinSocket()}. */
    public ClientOptions withTwinSocket(boolean value) {
        return new ClientOptions(timeout, maxMessageFds, maxDataTransferBytes, value, pageBytes);
    }

    /** The same with another {@link #pageBytes()}. */
    public ClientOptions withPageBytes(int value) {
        return new ClientOptions(timeout, maxMessageFds, maxDataTransferBytes, twinSocket, value);
    }
}
