package io.vfiouser.nvme.controller;

import java.util.function.LongSupplier;

/** Lets tests of other packages say how long commands of a pause have had to complete. */
public final class QuiesceClocks {
    private QuiesceClocks() {}

    /** Gives all pollers of a controller a clock of nanoseconds, before they run. */
    public static void set(NvmeController controller, LongSupplier nanos) {
        for (QueuePoller poller : controller.pollers()) {
            poller.quiesceClock(nanos);
        }
    }
}
