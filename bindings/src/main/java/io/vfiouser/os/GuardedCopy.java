package io.vfiouser.os;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies long pieces of native memory by the processor's own instruction for it, which does not fetch the lines that it overwrites.
 * {@link MemorySegment#copy(MemorySegment, long, MemorySegment, long, long)} does; where the target is in no near cache it takes half as long
 * again or more from 4 KiB on, and a sixth more from 64 KiB on where the target is near ({@code docs/performance.md}).
 *
 * <p>As with the Java copy, memory that its owner takes away meanwhile (a peer that cuts its file off) ends in an {@link InternalError}
 * and not in the end of the process, as it would with {@code memcpy}: see {@link GuardedCopyCode}. Unlike there, the error is thrown by the copy
 * itself, and the segments are not kept from being unmapped by this process: whoever copies knows that nobody does.
 *
 * <p>Loading the class puts a handler for SIGBUS before the virtual machine's, which gets every other one. The system property {@value #PROPERTY}
 * with the value {@code false} prevents that; then, and on machines without the instruction, {@link #isAvailable} says no.
 */
public final class GuardedCopy {
    /** Of the system property that says whether it may be used. */
    public static final String PROPERTY = "vfiouser.guardedCopy";

    private static final Logger LOG = LoggerFactory.getLogger(GuardedCopy.class);
    /** What is copied at a time, in some ten microseconds: a safepoint waits no longer. */
    private static final long PIECE_BYTES = 256 << 10;

    private static final @Nullable MethodHandle FUNCTION;
    private static final String HINDRANCE;

    static {
        MethodHandle function = null;
        String hindrance = "false".equals(System.getProperty(PROPERTY))
                ? "the property " + PROPERTY + " is false"
                : GuardedCopyCode.hindrance();
        if (hindrance.isEmpty()) {
            try {
                function = GuardedCopyCode.install();
            } catch (ErrnoException | IllegalStateException | IllegalCallerException e) {
                hindrance = String.valueOf(e.getMessage());
            } catch (LinkageError e) {
                // Without leave for native access the classes that link functions cannot be initialised.
                hindrance = String.valueOf(e.getCause() == null ? e : e.getCause());
            }
        }
        FUNCTION = function;
        HINDRANCE = hindrance;
        if (!hindrance.isEmpty()) {
            LOG.debug("long copies are done by Java: {}", hindrance);
        }
    }

    private GuardedCopy() {}

    /** Whether {@link #copy} works in this process. The same for its whole life. */
    public static boolean isAvailable() {
        return FUNCTION != null;
    }

    /** Why it is not {@linkplain #isAvailable available}; empty if it is. */
    public static String hindrance() {
        return HINDRANCE;
    }

    /**
     * Copies {@code bytes} bytes between pieces of native memory that do not overlap. Any thread; allocates nothing.
     *
     * @param from alive, and not unmapped by this process until the call has returned; as is {@code to}. Whether an arena is confined to
     *     another thread is not looked at
     * @throws InternalError if memory went away meanwhile; a part may have been copied then
     * @throws IndexOutOfBoundsException if a range is not within its segment
     * @throws IllegalArgumentException if a segment is not of native memory, or {@code to} is read-only
     * @throws IllegalStateException if a segment is not alive, or the copy not {@linkplain #isAvailable available}
     */
    public static void copy(MemorySegment from, long fromOffset, MemorySegment to, long toOffset, long bytes) {
        long source = address(from, fromOffset, bytes);
        long target = address(to, toOffset, bytes);
        if (to.isReadOnly()) {
            throw new IllegalArgumentException("the target is read-only");
        }
        for (long done = 0; done < bytes; done += PIECE_BYTES) {
            if (copy(target + done, source + done, Math.min(bytes - done, PIECE_BYTES)) != 0) {
                throw new InternalError("memory went away while it was copied");
            }
        }
    }

    private static long address(MemorySegment segment, long offset, long bytes) {
        long ignored = Objects.checkFromIndexSize(offset, bytes, segment.byteSize());
        if (!segment.isNative()) {
            throw new IllegalArgumentException("not native memory");
        }
        if (!segment.scope().isAlive()) {
            throw new IllegalStateException("the memory's arena is closed");
        }
        return segment.address() + offset;
    }

    /** Returns how much was not copied. */
    private static long copy(long to, long from, long bytes) {
        MethodHandle function = FUNCTION;
        if (function == null) {
            throw new IllegalStateException("there is no guarded copy here");
        }
        try {
            return (long) function.invokeExact(to, from, bytes);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }
}
