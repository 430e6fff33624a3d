package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.block.BlockChannel;
import io.vfiouser.nvme.block.BlockDevice;
import io.vfiouser.nvme.block.BlockStatus;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ways into the devices whose content moves, all on the control thread. */
final class ContentChannels {
    private static final Logger LOG = LoggerFactory.getLogger(ContentChannels.class);

    /** For a waker that came just before. */
    private static final long NAP_NANOS = 200_000;

    private final Map<BlockDevice, BlockChannel> channels = new HashMap<>();
    private volatile Thread thread = Thread.currentThread();

    BlockChannel of(BlockDevice device) {
        return channels.computeIfAbsent(device, d -> d.openChannel(() -> LockSupport.unpark(thread)));
    }

    void poll() {
        channels.values().forEach(BlockChannel::poll);
    }

    /** Polls until something is so. Returns whether it is; false after the time. */
    boolean await(BooleanSupplier condition, long waitNanos) {
        thread = Thread.currentThread();
        if (condition.getAsBoolean()) {
            return true;
        }
        long begin = System.nanoTime();
        poll();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin >= waitNanos) {
                return false;
            }
            LockSupport.parkNanos(this, NAP_NANOS);
            poll();
        }
        return true;
    }

    /** Closes all that have nothing outstanding; the others' back ends do not answer, and their memory stays theirs. */
    void close() {
        for (BlockChannel channel : channels.values()) {
            if (channel.outstanding() > 0) {
                LOG.error("a back end does not answer: {} of its requests are given up", channel.outstanding());
            } else {
                channel.close();
            }
        }
        channels.clear();
    }

    /** What a status means, for people. */
    static String describe(BlockStatus status) {
        return switch (status) {
            case NO_SPACE -> "what stores it is full";
            case READ_ONLY -> "it is read-only";
            case OUT_OF_RANGE -> "it has become smaller";
            case NOT_ACTIVE -> "its back end was released";
            case READ_ERROR -> "the medium has an error there";
            case WRITE_ERROR -> "the medium refuses it";
            case OK, MEMORY_FAULT, INVALID_REQUEST, UNSUPPORTED, CANCELLED, INTERNAL_ERROR ->
                "its back end reports " + status;
        };
    }
}
