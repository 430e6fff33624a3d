package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.block.BlockChannel;
import io.vfiouser.nvme.block.BlockRequest;
import io.vfiouser.nvme.block.BlockStatus;
import io.vfiouser.nvme.block.Waker;
import io.vfiouser.nvme.subsystem.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes all namespaces durable, as a shutdown and the end of the volatile write cache want it, through channels of the control thread's
 * own, which are open only while it is under way. It touches no guest memory.
 */
final class FlushAll {
    private static final Logger LOG = LoggerFactory.getLogger(FlushAll.class);
    private static final long CLOSE_POLL_NANOS = 50_000;

    private final List<Flush> flushes = new ArrayList<>();
    private List<Namespace> again = List.of();
    private int outstanding;
    private boolean failed;

    /** Starts; if it is under way, it starts again afterwards, since what is under way covers nothing newer. */
    void start(List<Namespace> namespaces) {
        if (outstanding > 0) {
            again = namespaces;
            return;
        }
        failed = false;
        for (Namespace namespace : namespaces) {
            flushes.add(new Flush(namespace.device().openChannel(Waker.NONE)));
        }
        outstanding = flushes.size();
        for (Flush flush : flushes) {
            flush.start();
        }
    }

    /** Goes on; whether all has ended and no channel is open. */
    boolean poll() {
        while (!flushes.isEmpty()) {
            for (Flush flush : flushes) {
                int ignored = flush.channel.poll();
            }
            if (outstanding > 0) {
                return false;
            }
            flushes.forEach(flush -> flush.channel.close());
            flushes.clear();
            List<Namespace> next = again;
            again = List.of();
            start(next);
        }
        return true;
    }

    /** Whether a namespace could not be made durable the last time. */
    boolean failed() {
        return failed;
    }

    /** Waits for flushes that are under way, as a host's shutdown leaves them if the device ends meanwhile. */
    void close() {
        again = List.of();
        while (!poll()) {
            LockSupport.parkNanos(this, CLOSE_POLL_NANOS);
        }
    }

    private final class Flush extends BlockRequest {
        private final BlockChannel channel;

        Flush(BlockChannel channel) {
            this.channel = channel;
        }

        /** Whatever the back end does, this flush ends: nobody could wait for the others otherwise. */
        void start() {
            try {
                flush();
                channel.submit(this);
            } catch (RuntimeException e) {
                LOG.error("a back end failed in a way that is a fault of its own", e);
                if (!outstanding()) {
                    completed(BlockStatus.INTERNAL_ERROR);
                }
            }
        }

        @Override
        protected void completed(BlockStatus status) {
            outstanding--;
            // Who is not active has made everything durable when it was released.
            failed |= status != BlockStatus.OK && status != BlockStatus.NOT_ACTIVE;
        }
    }
}
