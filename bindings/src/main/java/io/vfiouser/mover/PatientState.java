package io.vfiouser.mover;

import io.vfiouser.client.VfioUserErrorReply;
import io.vfiouser.os.Errno;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Asking for another state of migration again while the device says that it is busy. */
final class PatientState {
    private static final long RETRY_NANOS = 5_000_000;

    private PatientState() {}

    /**
     * Asks until the answer is another than EBUSY, or the time is over.
     *
     * @throws VfioUserErrorReply with the last answer
     */
    static void set(Runnable request, Duration patience) {
        long start = System.nanoTime();
        while (true) {
            try {
                request.run();
                return;
            } catch (VfioUserErrorReply e) {
                if (e.errno() != Errno.EBUSY || System.nanoTime() - start > patience.toNanos()) {
                    throw e;
                }
            }
            LockSupport.parkNanos(RETRY_NANOS);
        }
    }
}
