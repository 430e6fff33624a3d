package io.vfiouser.nvme.spec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Access to little-endian fields at any alignment. Everything NVM Express puts into memory or registers is little-endian
 * (Base 2.1, section 1.4.1, "byte, word and dword relationships").
 *
 * <p>The plain accessors give no memory order. The {@code Acquire} and {@code Release} forms are for the fields two sides
 * hand entries over with (doorbells, the last quarter of a completion entry); they need native memory and natural alignment.
 */
public final class LittleEndian {
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final VarHandle ORDERED_U32 =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
    static final VarHandle ORDERED_U64 =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private LittleEndian() {}

    public static int u8(MemorySegment segment, long offset) {
        return segment.get(ValueLayout.JAVA_BYTE, offset) & 0xFF;
    }

    public static int u16(MemorySegment segment, long offset) {
        return segment.get(U16, offset) & 0xFFFF;
    }

    /** A dword as Java's signed {@code int}: for bit fields and for values compared unsigned. */
    public static int i32(MemorySegment segment, long offset) {
        return segment.get(U32, offset);
    }

    public static long u32(MemorySegment segment, long offset) {
        return segment.get(U32, offset) & 0xFFFF_FFFFL;
    }

    public static long i64(MemorySegment segment, long offset) {
        return segment.get(U64, offset);
    }

    public static void putU8(MemorySegment segment, long offset, int value) {
        segment.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
    }

    public static void putU16(MemorySegment segment, long offset, int value) {
        segment.set(U16, offset, (short) value);
    }

    public static void putU32(MemorySegment segment, long offset, int value) {
        segment.set(U32, offset, value);
    }

    public static void putU64(MemorySegment segment, long offset, long value) {
        segment.set(U64, offset, value);
    }

    /** Reads a dword with acquire semantics. The address must be a multiple of 4 in native memory. */
    public static int i32Acquire(MemorySegment segment, long offset) {
        return (int) ORDERED_U32.getAcquire(segment, offset);
    }

    /** Writes a dword with release semantics. The address must be a multiple of 4 in native memory. */
    public static void putU32Release(MemorySegment segment, long offset, int value) {
        ORDERED_U32.setRelease(segment, offset, value);
    }

    /**
     * Replaces a dword if it has the expected value, as one access, with the order of a volatile one. Alignment as for
     * {@link #putU32Release}.
     *
     * @return whether it had
     */
    public static boolean replaceU32(MemorySegment segment, long offset, int expected, int value) {
        return ORDERED_U32.compareAndSet(segment, offset, expected, value);
    }

    /** Reads a qword with acquire semantics. The address must be a multiple of 8 in native memory. */
    public static long i64Acquire(MemorySegment segment, long offset) {
        return (long) ORDERED_U64.getAcquire(segment, offset);
    }

    /** Writes a qword with release semantics. The address must be a multiple of 8 in native memory. */
    public static void putU64Release(MemorySegment segment, long offset, long value) {
        ORDERED_U64.setRelease(segment, offset, value);
    }

    /** Text of a fixed-size ASCII field without its padding of spaces or zeroes. */
    public static String ascii(MemorySegment segment, long offset, int lengthBytes) {
        byte[] bytes = segment.asSlice(offset, lengthBytes).toArray(ValueLayout.JAVA_BYTE);
        int end = lengthBytes;
        while (end > 0 && (bytes[end - 1] == ' ' || bytes[end - 1] == 0)) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.US_ASCII);
    }

    /** Stores text left-justified, cut to the field and padded with spaces (Base 2.1, section 1.4.2). */
    public static void putAscii(MemorySegment segment, long offset, int lengthBytes, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < lengthBytes; i++) {
            putU8(segment, offset + i, i < bytes.length ? bytes[i] : ' ');
        }
    }
}
