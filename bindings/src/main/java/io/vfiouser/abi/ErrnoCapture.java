package io.vfiouser.abi;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/**
 * Where the linker stores {@code errno} right after a call, before the virtual machine can change it: one segment per
 * thread, so that no call allocates and the few functions that may run beside the context's thread need no lock.
 *
 * <p>Nesting is safe: a call made from an upcall overwrites the segment, and the outer call's return overwrites it again.
 */
final class ErrnoCapture {
    private static final StructLayout LAYOUT = Linker.Option.captureStateLayout();
    private static final long ERRNO_OFFSET = LAYOUT.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    // An automatic arena: the memory goes with the thread.
    private static final ThreadLocal<MemorySegment> CURRENT =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(LAYOUT));

    private ErrnoCapture() {}

    /** The calling thread's segment. */
    static MemorySegment current() {
        return CURRENT.get();
    }

    /** The number that the last capturing call left in a segment. */
    static int errno(MemorySegment capture) {
        return capture.get(ValueLayout.JAVA_INT, ERRNO_OFFSET);
    }
}
