package io.vfiouser.nvme.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vfiouser.nvme.block.ThreadAllocation;
import io.vfiouser.os.EventFd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a poller does to wake the control thread allocates nothing, though it does that far too seldom to be compiled. */
@Timeout(60)
class WakeUpAllocationTest {
    private static final int BATCHES = 10;
    private static final int SIGNALS = 100;

    @Test
    void signallingAllocatesNothingOnceItIsLinked() {
        try (EventFd event = EventFd.create()) {
            for (int i = 0; i < EventFd.CALLS_THAT_LINK; i++) {
                event.signal();
            }
            // The virtual machine itself may allocate something on this thread now and then.
            long least = Long.MAX_VALUE;
            for (int batch = 0; batch < BATCHES; batch++) {
                long before = ThreadAllocation.bytes();
                for (int i = 0; i < SIGNALS; i++) {
                    event.signal();
                }
                least = Math.min(least, ThreadAllocation.bytes() - before);
            }
            assertThat(least).isZero();
        }
    }
}
