package io.vfiouser.os;

import static io.vfiouser.ffi.posix.posix_h.C_INT;
import static io.vfiouser.ffi.posix.posix_h.C_POINTER;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Calls on signals; conventions in {@link Libc}. Layout and numbers are those of Linux on x86-64 with glibc. */
final class SignalCalls {
    /** An access to a mapping that has no memory there, such as one of a file that was cut off. */
    static final int SIGBUS = 7;

    /** Bytes of a {@code struct sigaction}. */
    static final long ACTION_BYTES = 152;

    private static final long HANDLER = 0;
    private static final long FLAGS = 136;
    private static final int SA_SIGINFO = 4;

    private static final MethodHandle SIGACTION =
            Libc.capturing("sigaction", FunctionDescriptor.of(C_INT, C_INT, C_POINTER, C_POINTER));

    private SignalCalls() {}

    /** Either action may be {@link MemorySegment#NULL}. */
    static int sigaction(int signal, MemorySegment action, MemorySegment before) {
        CallState state = CallState.current();
        try {
            return state.resultOrError((int) SIGACTION.invokeExact(state.capture(), signal, action, before));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    /** Whether a function with three parameters is called: signal, what is known of it, and the thread's registers. */
    static boolean callsFunctionWithRegisters(MemorySegment action) {
        return (action.get(ValueLayout.JAVA_INT, FLAGS) & SA_SIGINFO) != 0 && handler(action) != 0;
    }

    static long handler(MemorySegment action) {
        return action.get(ValueLayout.JAVA_LONG, HANDLER);
    }

    static void handler(MemorySegment action, long function) {
        action.set(ValueLayout.JAVA_LONG, HANDLER, function);
    }
}
