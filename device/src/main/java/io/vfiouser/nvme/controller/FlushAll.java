package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.block.BlockChannel;
import io.vfiouser.nvme.block.BlockRequest;
import io.vfiouser.nvme.block.BlockStatus;
import io.vfiouser.nvme.block.Waker;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes all namespaces durable, as a shutdown and the end of the volatile write cache want it, through channels of the control thread's
 * own. It touches no guest memory.
 */
final class FlushAll {
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
            flush.flush();
            flush.channel.submit(flush);
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

    void close() {
        for (Flush flush : flushes) {
            flush.channel.close();
        }
    }

    private final class Flush extends BlockRequest {
        private final BlockChannel channel;

        Flush(BlockChannel channel) {
            this.channel = channel;
        }

        @Override
        protected void completed(BlockStatus status) {
            outstanding--;
            // Who is not active has made everything durable when it was released.
            failed |= status != BlockStatus.OK && status != BlockStatus.NOT_ACTIVE;
        }
    }
}
