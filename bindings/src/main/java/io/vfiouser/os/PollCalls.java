package io.vfiouser.os;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;

/** {@code poll(2)}; conventions in {@link Libc}. */
final class PollCalls {
    private static final MethodHandle POLL = Libc.capturing("poll", Shapes.POLL);
    private static final long NANOS_PER_MILLI = 1_000_000;

    private PollCalls() {}

    /** One call: how many entries are ready, or the negative error number, {@code EINTR} included. */
    static int poll(MemorySegment entries, long count, int timeoutMillis) {
        CallState state = CallState.current();
        try {
            return state.resultOrError((int) POLL.invokeExact(state.capture(), entries, count, timeoutMillis));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    /** As {@link #poll}, repeated with the time that is left when a signal interrupts it. */
    static int pollFor(MemorySegment entries, long count, Duration timeout) {
        long nanos = saturatedNanos(timeout);
        if (nanos <= 0) {
            int result;
            do {
                result = poll(entries, count, 0);
            } while (result == -Errno.EINTR);
            return result;
        }
        long start = System.nanoTime();
        long left = nanos;
        while (true) {
            int result = poll(entries, count, roundedUpMillis(left));
            left = nanos - (System.nanoTime() - start);
            // The largest timeout of one call is 24 days; a longer one takes several.
            if (result != -Errno.EINTR && (result != 0 || left <= 0)) {
                return result;
            }
            left = Math.max(left, 0);
        }
    }

    private static int roundedUpMillis(long nanos) {
        return (int) Math.min(Integer.MAX_VALUE, (nanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
    }

    private static long saturatedNanos(Duration timeout) {
        // Half the range leaves room for the arithmetic above.
        Duration largest = Duration.ofNanos(Long.MAX_VALUE / 2);
        return timeout.compareTo(largest) > 0 ? largest.toNanos() : timeout.toNanos();
    }
}
