package io.vfiouser.nvme.migration;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;

/** Bytes as a value: immutable, equal to others with the same content. */
public final class Bytes {
    /** No bytes. */
    public static final Bytes NONE = new Bytes(new byte[0]);

    private final byte[] content;

    private Bytes(byte[] content) {
        this.content = content;
    }

    /** A copy of an array. */
    public static Bytes of(byte[] content) {
        return new Bytes(content.clone());
    }

    /** A copy of memory. */
    public static Bytes of(MemorySegment memory) {
        return new Bytes(memory.toArray(ValueLayout.JAVA_BYTE));
    }

    /** How many there are. */
    public int length() {
        return content.length;
    }

    /** The bytes, read-only. */
    public MemorySegment segment() {
        return MemorySegment.ofArray(content).asReadOnly();
    }

    /** A copy. */
    public byte[] toArray() {
        return content.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes o && Arrays.equals(content, o.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }

    /** In hexadecimal. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(content);
    }
}
