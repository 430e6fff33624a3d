package io.vfiouser.os;

/**
 * Brings late memory errors forward.
 *
 * <p>An access to a mapping whose file was cut off (a client that shrinks its memfd) does not fail where it happens: the
 * virtual machine notes an {@link InternalError} and throws it at this thread's next poll. In compiled code that can be the
 * return from the outermost method, which is outside any {@code try} block of that method. There it ends a poller thread, or,
 * if native code called Java, the process.
 *
 * <p>Whoever must not let such an error pass calls {@link #deliver} as the last statement of the {@code try} block.
 */
public final class MemoryFaults {
    /** Compilers inline one level of a recursion; this leaves real calls, and a return from a real call is a poll. */
    private static final int DEPTH = 4;

    private MemoryFaults() {}

    /**
     * Throws the error of an earlier access of this thread, if there is one. Some nanoseconds.
     *
     * @throws InternalError if memory went away under an access
     */
    public static void deliver() {
        poll(DEPTH);
    }

    private static int poll(int depth) {
        return depth == 0 ? 0 : poll(depth - 1) + 1;
    }
}
