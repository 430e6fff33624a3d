package io.vfiouser.nvme;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** What has to be closed, the newest first. One failure does not keep the others from being closed. */
final class Resources {
    private final Deque<AutoCloseable> newestFirst = new ArrayDeque<>();

    void add(AutoCloseable resource) {
        newestFirst.push(resource);
    }

    /** Closes all, then throws the first failure. */
    void close() {
        RuntimeException first = closeAll();
        if (first != null) {
            throw first;
        }
    }

    /** Closes all after something failed, to which further failures are added. */
    void closeAfter(Throwable cause) {
        RuntimeException failure = closeAll();
        if (failure != null) {
            cause.addSuppressed(failure);
        }
    }

    private @Nullable RuntimeException closeAll() {
        RuntimeException first = null;
        while (!newestFirst.isEmpty()) {
            try {
                newestFirst.pop().close();
            } catch (Exception e) {
                RuntimeException failure = e instanceof RuntimeException r ? r : new IllegalStateException(e);
                if (first == null) {
                    first = failure;
                } else {
                    first.addSuppressed(failure);
                }
            }
        }
        return first;
    }
}
