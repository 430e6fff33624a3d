package io.vfiouser.client;

import io.vfiouser.os.Fd;
import java.util.IdentityHashMap;

/**
 * Descriptors that outlive those they were made of: one for each descriptor of the caller, however many regions lie in its file. The
 * connection's thread.
 */
final class SharedDescriptors {
    private final IdentityHashMap<Fd, Shared> byOriginal = new IdentityHashMap<>();

    /** A descriptor with several owners; the last one closes it. */
    final class Shared {
        private final Fd original;
        private final Fd copy;
        private int owners;

        private Shared(Fd original) {
            this.original = original;
            this.copy = original.duplicate();
        }

        /** Open until the caller of {@link #of} has released it. */
        Fd fd() {
            return copy;
        }

        void release() {
            owners--;
            if (owners == 0) {
                byOriginal.remove(original);
                copy.close();
            }
        }
    }

    /**
     * A copy of a descriptor, for the caller to release.
     *
     * @throws io.vfiouser.os.ErrnoException if the process has no descriptor left
     */
    Shared of(Fd original) {
        Shared shared = byOriginal.computeIfAbsent(original, Shared::new);
        shared.owners++;
        return shared;
    }
}
