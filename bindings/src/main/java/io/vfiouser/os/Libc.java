package io.vfiouser.os;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/**
 * Links functions of the C library. The calls themselves are in small classes by topic ({@link FdCalls}, {@link MemoryCalls},
 * {@link PollCalls}, {@link SocketCalls}, ...); a new topic gets a class of its own beside them.
 *
 * <p>Conventions of those classes: handles are {@code static final} and capture {@code errno} into the calling thread's
 * {@link CallState}; a method returns what the function returned or, where that says failure, the <em>negative</em> error
 * number; nothing is allocated by a call; what a signal interrupted ({@code EINTR}) is repeated where that is right.
 */
final class Libc {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");

    private Libc() {}

    /** A handle that takes the thread's {@link CallState#capture()} first. */
    @SuppressWarnings("restricted") // linking is what this class is for
    static MethodHandle capturing(String function, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(function), descriptor, CAPTURE_ERRNO);
    }

    /** As {@link #capturing}, for a variadic function called with arguments from {@code firstVariadic} on. */
    @SuppressWarnings("restricted") // linking is what this class is for
    static MethodHandle capturingVariadic(String function, FunctionDescriptor descriptor, int firstVariadic) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(function),
                descriptor,
                Linker.Option.firstVariadicArg(firstVariadic),
                CAPTURE_ERRNO);
    }

    /** A handle for a function that does not report through {@code errno}. */
    @SuppressWarnings("restricted") // linking is what this class is for
    static MethodHandle plain(String function, FunctionDescriptor descriptor, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(function), descriptor, options);
    }

    /** A downcall handle declares {@code Throwable} and throws nothing of its own: whatever arrives goes on as it is. */
    static RuntimeException unexpected(Throwable thrown) {
        return switch (thrown) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            default -> new IllegalStateException("a downcall threw a checked exception", thrown);
        };
    }
}
