package io.vfiouser.server;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * Ends negotiations that hang. The library reads a new client's version with a blocking call, on a socket that nobody else knows
 * before it is done, so a client that connects and says nothing would hold the context's thread for ever.
 */
final class AttachWatchdog {
    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private AttachWatchdog() {}

    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                1,
                Thread.ofPlatform().daemon().name("vfio-user-attach-watchdog").factory());
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    /** Runs one negotiation, and interrupts it when it takes too long. */
    static int watch(DeviceContext context, Duration longest, IntSupplier negotiation) {
        Watch watch = new Watch(context, longest);
        try {
            return negotiation.getAsInt();
        } finally {
            watch.end();
        }
    }

    /** One negotiation that is being watched. */
    private static final class Watch {
        private final DeviceContext context;
        private final ScheduledFuture<?> alarm;
        private boolean over;

        private Watch(DeviceContext context, Duration longest) {
            this.context = context;
            this.alarm = TIMER.schedule(this::expired, longest.toNanos(), TimeUnit.NANOSECONDS);
        }

        private synchronized void expired() {
            if (!over) {
                context.abortAttach();
            }
        }

        private void end() {
            synchronized (this) {
                over = true;
            }
            alarm.cancel(false);
        }
    }
}
