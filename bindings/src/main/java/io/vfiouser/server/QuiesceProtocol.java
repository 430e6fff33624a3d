package io.vfiouser.server;

import io.vfiouser.os.Errno;
import io.vfiouser.os.EventFd;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pauses of a device: from the library's callback to the moment its function has returned. The context's thread only, but for
 * {@link #signal}.
 */
final class QuiesceProtocol {
    private static final Logger LOG = LoggerFactory.getLogger(QuiesceProtocol.class);

    private final QuiesceHandler handler;
    private final CallbackGuard guard;
    private final Runnable flushDirty;
    private final BooleanSupplier clientGone;
    private final BooleanSupplier migrating;
    private final Runnable refused;
    private boolean paused;
    private boolean pending;
    private volatile boolean signalled;

    /**
     * Makes the protocol of one context.
     *
     * @param migrating whether the message that is being served asks for another state of migration
     * @param refused told when the device does not pause, so that a message will not be served
     */
    QuiesceProtocol(
            QuiesceHandler handler,
            CallbackGuard guard,
            Runnable flushDirty,
            BooleanSupplier clientGone,
            BooleanSupplier migrating,
            Runnable refused) {
        this.refused = refused;
        this.handler = handler;
        this.guard = guard;
        this.flushDirty = flushDirty;
        this.clientGone = clientGone;
        this.migrating = migrating;
    }

    /** The library's callback. */
    int requested() {
        if (paused) {
            // A second request within one message: its reply found the client gone.
            return 0;
        }
        signalled = false;
        int result = ask();
        if (result < 0 && result != -Errno.EBUSY && clientGone.getAsBoolean()) {
            // The library would try for ever. Memory goes away in any case, and whoever still uses it gets an
            // exception.
            LOG.error("the device did not pause although its client is gone; it is reset all the same");
            result = 0;
        }
        if (result == -Errno.EBUSY) {
            pending = true;
        } else if (result == 0) {
            paused = true;
            // What pollers marked since the message arrived is what the message must not miss.
            flushDirty.run();
        } else {
            refused.run();
        }
        return result;
    }

    private int ask() {
        return (int) guard.value("quiesce", () -> {
            try {
                Quiesce answer = migrating.getAsBoolean() ? handler.quiesceToMigrate() : handler.quiesce();
                return answer == Quiesce.DONE ? 0 : -Errno.EBUSY;
            } catch (VfioUserErrno refusal) {
                if (refusal.errno() == Errno.EBUSY) {
                    throw new VfioUserErrno(Errno.EIO, "EBUSY means that the device is still pausing");
                }
                throw refusal;
            }
        });
    }

    /** Whether the library waits for the device to have paused. */
    boolean pending() {
        return pending;
    }

    /** Whether the device is paused. */
    boolean paused() {
        return paused;
    }

    /** The device has paused by now. Any thread. */
    void signal() {
        signalled = true;
    }

    /** Whether that was signalled for the pending request. */
    boolean signalled() {
        return pending && signalled;
    }

    /** The pending pause begins, or failed: the library is told next. */
    void beginPending(boolean quiet) {
        if (!pending) {
            throw new IllegalStateException("no quiesce is pending");
        }
        pending = false;
        signalled = false;
        // Also if it failed: the end of the pause is the handler's sign to go on.
        paused = true;
        if (quiet) {
            flushDirty.run();
        } else {
            refused.run();
        }
    }

    /** The library's function has returned. */
    void returned() {
        if (paused && !pending) {
            paused = false;
            guard.run("resumed", handler::resumed);
        }
    }

    /**
     * Pauses the device for the last time: destroying a context asks nobody to pause.
     *
     * @param wake becomes readable when the pause is signalled
     * @return false if it did not pause in time
     */
    boolean pauseForGood(EventFd wake, Duration longest) {
        if (paused) {
            return true;
        }
        boolean quiet = !pending && requested() == 0;
        long end = System.nanoTime() + longest.toNanos();
        while (!quiet && pending && !signalled) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            if (wake.await(Duration.ofNanos(left))) {
                long ignored = wake.drain();
            }
        }
        return true;
    }

    /** A pending pause that nobody waits for any more: the context goes away. */
    void abandon() {
        pending = false;
    }
}
