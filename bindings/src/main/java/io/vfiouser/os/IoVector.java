package io.vfiouser.os;

import io.vfiouser.ffi.posix.iovec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The pieces of memory of one scattered read or gathered write, in native memory of its own and used again and again: filling it
 * allocates nothing. One thread at a time.
 *
 * <p>It holds addresses, not segments: whoever fills it keeps the memory mapped until the call that uses it has returned. Memory
 * that is gone all the same makes the kernel answer {@code EFAULT}.
 */
public final class IoVector {
    /** How many pieces the kernel takes in one call ({@code IOV_MAX}). */
    public static final int MAX_PIECES = 1024;

    private static final long BASE = iovec.iov_base$offset();
    private static final long LENGTH = iovec.iov_len$offset();
    private static final long STRIDE = iovec.sizeof();

    private final MemorySegment vectors;
    private final int capacity;
    private int first;
    private int end;
    private long totalBytes;

    /**
     * Makes an empty vector.
     *
     * @param capacity most pieces it may hold, at most {@link #MAX_PIECES}
     * @param arena owns its memory
     */
    public IoVector(int capacity, Arena arena) {
        if (capacity < 1 || capacity > MAX_PIECES) {
            throw new IllegalArgumentException("a vector has 1 to " + MAX_PIECES + " pieces, not " + capacity);
        }
        this.capacity = capacity;
        this.vectors = arena.allocate(STRIDE * capacity, Long.BYTES);
    }

    /** Forgets all pieces. */
    public void clear() {
        first = 0;
        end = 0;
        totalBytes = 0;
    }

    /** Whether no further piece can be added before {@link #clear}. */
    public boolean isFull() {
        return end == capacity;
    }

    /**
     * Appends a piece.
     *
     * @throws IllegalStateException if the vector {@linkplain #isFull is full}
     */
    public void add(long address, long lengthBytes) {
        if (end == capacity) {
            throw new IllegalStateException("the vector is full: " + capacity + " pieces");
        }
        long at = end * STRIDE;
        vectors.set(ValueLayout.JAVA_LONG, at + BASE, address);
        vectors.set(ValueLayout.JAVA_LONG, at + LENGTH, lengthBytes);
        end++;
        totalBytes += lengthBytes;
    }

    /** Drops the first {@code bytes} bytes, after a call that moved less than all. */
    public void advance(long bytes) {
        if (bytes < 0 || bytes > totalBytes) {
            throw new IllegalArgumentException("cannot drop " + bytes + " bytes of " + totalBytes);
        }
        totalBytes -= bytes;
        long left = bytes;
        while (left > 0) {
            long at = first * STRIDE;
            long length = vectors.get(ValueLayout.JAVA_LONG, at + LENGTH);
            if (length > left) {
                vectors.set(ValueLayout.JAVA_LONG, at + BASE, vectors.get(ValueLayout.JAVA_LONG, at + BASE) + left);
                vectors.set(ValueLayout.JAVA_LONG, at + LENGTH, length - left);
                return;
            }
            left -= length;
            first++;
        }
    }

    /** How many bytes are left in it. */
    public long totalBytes() {
        return totalBytes;
    }

    int count() {
        return end - first;
    }

    MemorySegment pieces() {
        return first == 0 ? vectors : vectors.asSlice(first * STRIDE);
    }
}
