package io.vfiouser.os;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/**
 * One thread's memory for calls: where {@code errno} is captured, and a little scratch space for out-parameters, so that
 * a call allocates nothing.
 *
 * <p>The scratch space is valid until the same thread's next call of this package.
 */
final class CallState {
    private static final int SCRATCH_BYTES = 256;
    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final long ERRNO_OFFSET = CAPTURE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<CallState> CURRENT = ThreadLocal.withInitial(CallState::new);

    // Automatic arenas: the memory goes with the thread, and no owner has to be found for it.
    private final MemorySegment capture = Arena.ofAuto().allocate(CAPTURE);
    private final MemorySegment scratch = Arena.ofAuto().allocate(SCRATCH_BYTES, Long.BYTES);

    private CallState() {}

    static CallState current() {
        return CURRENT.get();
    }

    /** The first argument of every capturing handle. */
    MemorySegment capture() {
        return capture;
    }

    /** {@value #SCRATCH_BYTES} bytes, aligned to 8. */
    MemorySegment scratch() {
        return scratch;
    }

    /** The error number the last capturing call of this thread left behind. */
    int errno() {
        return capture.get(ValueLayout.JAVA_INT, ERRNO_OFFSET);
    }

    /** Kernel style: the result itself, or the negative error number. */
    int resultOrError(int result) {
        return result >= 0 ? result : -errno();
    }

    /** Kernel style: the result itself, or the negative error number. */
    long resultOrError(long result) {
        return result >= 0 ? result : -errno();
    }
}
