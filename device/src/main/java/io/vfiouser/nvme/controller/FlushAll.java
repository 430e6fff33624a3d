package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.block.BlockChannel;
import io.vfiouser.nvme.block.BlockRequest;
import io.vfiouser.nvme.block.BlockStatus;
import io.vfiouser.nvme.block.Waker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes all namespaces durable, as a shutdown and the end of the volatile write cache want it, through channels of the control thread's
 * own. It touches no guest memory.
 */
final class FlushAll {
    private static final Logger LOG = LoggerFactory.getLogger(FlushAll.class);
    private static final long CLOSE_POLL_NANOS = 50_000;

    private final List<Flush> flushes = new ArrayList<>();
    private int outstanding;
    private boolean failed;
    private boolean again;

    FlushAll(List<Namespace> namespaces) {
        for (Namespace namespace : namespaces) {
            flushes.add(new Flush(namespace.device().openChannel(Waker.NONE)));
        }
    }

    /** Starts; if it is under way, it starts again afterwards, since what is under way covers nothing newer. */
    void start() {
        if (outstanding > 0) {
            again = true;
            return;
        }
        failed = false;
        for (Flush flush : flushes) {
            outstanding++;
            flush.start();
        }
    }

    /** Goes on; whether all has ended. */
    boolean poll() {
        if (outstanding > 0) {
            for (Flush flush : flushes) {
                flush.channel.poll();
            }
        }
        if (outstanding == 0 && again) {
            again = false;
            start();
        }
        return outstanding == 0;
    }

    /** Whether a namespace could not be made durable the last time. */
    boolean failed() {
        return failed;
    }

    /** Waits for flushes that are under way, as a host's shutdown leaves them if the device ends meanwhile. */
    void close() {
        again = false;
        while (!poll()) {
            LockSupport.parkNanos(this, CLOSE_POLL_NANOS);
        }
        for (Flush flush : flushes) {
            flush.channel.close();
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
