package io.vfiouser.mover;

import io.vfiouser.client.MigrationState;
import io.vfiouser.client.VfioUserClient;
import io.vfiouser.client.VfioUserErrorReply;
import io.vfiouser.client.VfioUserException;
import io.vfiouser.os.Errno;
import io.vfiouser.os.ErrnoException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Finds out, over a new connection, whether a device belongs to the guest, after the connection was lost at the moment it was to be given
 * to it or taken from it. A device that accepts a state has none that anybody needs; one that has the guest's refuses.
 */
final class OwnershipProbe {
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private OwnershipProbe() {}

    /** What a server has to say. */
    enum Answer {
        /** It would take a state. */
        DOES_NOT_OWN,
        /** It refuses to take a state. */
        OWNS,
        /** Nobody listens, and nobody began to within the time. */
        DEAD,
        /** It is there and does not answer. */
        UNKNOWN
    }

    /**
     * Asks. A server may need some time to notice that the former connection is gone, and to listen again.
     *
     * @param patience how long to try
     */
    static Answer ask(Supplier<VfioUserClient> connect, Duration patience) {
        long start = System.nanoTime();
        while (true) {
            Answer answer = tryOnce(connect);
            boolean certain = answer == Answer.DOES_NOT_OWN || answer == Answer.OWNS;
            if (certain || System.nanoTime() - start > patience.toNanos()) {
                return answer;
            }
            LockSupport.parkNanos(RETRY_NANOS);
        }
    }

    private static Answer tryOnce(Supplier<VfioUserClient> connect) {
        try (VfioUserClient client = connect.get()) {
            client.migration().setState(MigrationState.RESUMING);
            return Answer.DOES_NOT_OWN;
        } catch (VfioUserErrorReply e) {
            return Answer.OWNS;
        } catch (VfioUserException e) {
            return nobodyListens(e) ? Answer.DEAD : Answer.UNKNOWN;
        }
    }

    /** Connecting is refused by the system at once if there is no socket, or one that no process has. */
    private static boolean nobodyListens(VfioUserException e) {
        return e.getCause() instanceof ErrnoException system
                && (system.errno() == Errno.ENOENT || system.errno() == Errno.ECONNREFUSED);
    }
}
