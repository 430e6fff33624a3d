package io.vfiouser.server;

import org.jspecify.annotations.Nullable;

/** Which thread a context belongs to: the first that uses it, or after that one has ended the next. */
final class Ownership {
    private volatile @Nullable Thread owner;
    private volatile boolean closed;

    /**
     * Takes the context for the calling thread.
     *
     * @throws IllegalStateException if it belongs to another thread, or is closed
     */
    void require() {
        Thread current = Thread.currentThread();
        Thread other = owner;
        if (closed) {
            throw new IllegalStateException("the context is closed");
        }
        if (other == current) {
            return;
        }
        if (other != null && other.isAlive()) {
            throw new IllegalStateException("the context belongs to " + other);
        }
        owner = current;
    }

    /** Nobody may use the context any more. */
    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }
}
