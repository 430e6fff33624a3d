package io.vfiouser.nvme.spec;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * As {@link LittleEndian}, for the path of I/O commands: the same result for each segment, fastest for native memory.
 *
 * <p>The JDK has a class of segments for each kind of memory, and one code for all. Which class an access finds the compiler learns from what all
 * segments of the process were, and once those are of three classes it makes three virtual calls of each access. After a comparison with one class
 * it knows. The comparisons stand here and not in {@link LittleEndian} so that what other segments do is not counted here: a
 * branch that was never taken costs nothing. Orders, alignment and errors are those of {@link LittleEndian}; any thread.
 */
public final class NativeMemory {
    /** The class of segments of native memory that is no mapped file. */
    private static final Class<?> SEGMENT = MemorySegment.NULL.getClass();

    private static final VarHandle U32 = LittleEndian.U32.varHandle();
    private static final VarHandle U64 = LittleEndian.U64.varHandle();

    private NativeMemory() {}

    /** See {@link LittleEndian#i32}. */
    public static int i32(MemorySegment segment, long offset) {
        return segment.getClass() == SEGMENT ? (int) U32.get(segment, offset) : LittleEndian.i32(segment, offset);
    }

    /** See {@link LittleEndian#i64}. */
    public static long i64(MemorySegment segment, long offset) {
        return segment.getClass() == SEGMENT ? (long) U64.get(segment, offset) : LittleEndian.i64(segment, offset);
    }

    /** See {@link LittleEndian#putU64}. */
    public static void putU64(MemorySegment segment, long offset, long value) {
        if (segment.getClass() == SEGMENT) {
            U64.set(segment, offset, value);
        } else {
            LittleEndian.putU64(segment, offset, value);
        }
    }

    /** See {@link LittleEndian#i32Acquire}. */
    public static int i32Acquire(MemorySegment segment, long offset) {
        return segment.getClass() == SEGMENT
                ? (int) LittleEndian.ORDERED_U32.getAcquire(segment, offset)
                : LittleEndian.i32Acquire(segment, offset);
    }

    /** See {@link LittleEndian#putU32Release}. */
    public static void putU32Release(MemorySegment segment, long offset, int value) {
        if (segment.getClass() == SEGMENT) {
            LittleEndian.ORDERED_U32.setRelease(segment, offset, value);
        } else {
            LittleEndian.putU32Release(segment, offset, value);
        }
    }

    /** See {@link LittleEndian#i64Acquire}. */
    public static long i64Acquire(MemorySegment segment, long offset) {
        return segment.getClass() == SEGMENT
                ? (long) LittleEndian.ORDERED_U64.getAcquire(segment, offset)
                : LittleEndian.i64Acquire(segment, offset);
    }

    /** See {@link LittleEndian#putU64Release}. */
    public static void putU64Release(MemorySegment segment, long offset, long value) {
        if (segment.getClass() == SEGMENT) {
            LittleEndian.ORDERED_U64.setRelease(segment, offset, value);
        } else {
            LittleEndian.putU64Release(segment, offset, value);
        }
    }
}
