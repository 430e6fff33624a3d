package io.vfiouser.nvme.controller;

import io.vfiouser.nvme.spec.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The value of a feature: a dword, or the bytes of a data structure. Immutable. */
final class FeatureValue {
    private static final int DWORD_BYTES = 4;

    private final MemorySegment bytes;

    private FeatureValue(byte[] bytes) {
        this.bytes = MemorySegment.ofArray(bytes).asReadOnly();
    }

    static FeatureValue of(int dword) {
        byte[] bytes = new byte[DWORD_BYTES];
        LittleEndian.putU32(MemorySegment.ofArray(bytes), 0, dword);
        return new FeatureValue(bytes);
    }

    /** A copy of the bytes. */
    static FeatureValue of(MemorySegment data) {
        return new FeatureValue(data.toArray(ValueLayout.JAVA_BYTE));
    }

    /** So many bytes that are zero. */
    static FeatureValue zeroes(int lengthBytes) {
        return new FeatureValue(new byte[lengthBytes]);
    }

    /** The first dword. */
    int dword() {
        return LittleEndian.i32(bytes, 0);
    }

    /** The bytes, read-only. */
    MemorySegment bytes() {
        return bytes;
    }

    int lengthBytes() {
        return (int) bytes.byteSize();
    }

    byte[] toArray() {
        return bytes.toArray(ValueLayout.JAVA_BYTE);
    }

    boolean sameAs(FeatureValue other) {
        return bytes.mismatch(other.bytes) < 0;
    }

    boolean isZero() {
        return sameAs(zeroes(lengthBytes()));
    }
}
