package io.vfiouser.nvme.block;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The channels of one device that move data, so that one that is alone can do without locks. A channel counts from its first
 * request that moves data until it closes; those that only flush do not count.
 *
 * <p>Alone, a channel says before each request that it moves without locks (a store), looks whether it is still alone (a load), and
 * takes the word back afterwards. A second channel first ends the solitude, then waits until the first has seen that or has taken its word
 * back. The store and the load would need a full fence between them, in each request, to be in order for others. Instead the newcomer, once,
 * makes every thread of the process pass a handshake: a thread's store before that is seen by the newcomer, its load after that sees the newcomer.
 */
final class DataMovers {
    /** How long a channel waits for another that should need microseconds: beyond that it has died. */
    static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

    /** Guarded by this, as is {@link #settled}. */
    private final List<Mover> movers = new ArrayList<>();

    /** Whether nobody moves without locks any more. */
    private boolean settled;

    private volatile boolean crowded;

    /** One for each channel. */
    Mover newMover() {
        return new Mover(this);
    }

    private synchronized boolean join(Mover mover) {
        if (!movers.contains(mover)) {
            movers.add(mover);
        }
        if (movers.size() > 1 && !settled) {
            crowded = true;
            handshake();
            for (Mover other : movers) {
                if (!other.awaitEndOfSolitude()) {
                    return false;
                }
            }
            settled = true;
        }
        return true;
    }

    private synchronized void leave(Mover mover) {
        movers.remove(mover);
        if (movers.size() < 2) {
            crowded = false;
            settled = false;
        }
    }

    /** Closing a shared arena stops each thread for a moment, to make sure that none is inside an access to it. */
    @SuppressWarnings("MustBeClosedChecker") // Nothing but its closing is wanted.
    private static void handshake() {
        Arena.ofShared().close();
    }

    /** One channel; on its thread, but for the one method that says otherwise. */
    static final class Mover {
        private static final VarHandle WITHOUT_LOCKS;

        static {
            try {
                WITHOUT_LOCKS = MethodHandles.lookup().findVarHandle(Mover.class, "withoutLocks", boolean.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private final DataMovers all;
        private boolean joined;

        @SuppressWarnings("unused") // By its handle only.
        private boolean withoutLocks;

        private Mover(DataMovers all) {
            this.all = all;
        }

        /**
         * Before data is moved, the first time with a wait for others.
         *
         * @return false if another channel does not end its request; this one must not begin
         */
        boolean join() {
            if (!joined) {
                joined = all.join(this);
            }
            return joined;
        }

        /** Whether data may be moved without locks until {@link #end}. */
        boolean beginAlone() {
            WITHOUT_LOCKS.setOpaque(this, true);
            if (!all.crowded) {
                return true;
            }
            end();
            return false;
        }

        /** After data was moved without locks, or an error may have kept somebody from saying so. */
        void end() {
            WITHOUT_LOCKS.setRelease(this, false);
        }

        /** The channel moves no more data. */
        void leave() {
            end();
            joined = false;
            all.leave(this);
        }

        /** Another channel's thread, after it has ended the solitude. */
        private boolean awaitEndOfSolitude() {
            long began = System.nanoTime();
            while ((boolean) WITHOUT_LOCKS.getAcquire(this)) {
                if (System.nanoTime() - began > PATIENCE_NANOS) {
                    return false;
                }
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
            return true;
        }
    }
}
