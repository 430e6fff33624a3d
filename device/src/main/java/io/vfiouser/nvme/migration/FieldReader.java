package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.spec.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** Reads what a {@link FieldWriter} has written, from anybody: nothing is believed, and nothing allocated that is not there. */
final class FieldReader {
    private final String what;
    private final MemorySegment bytes;
    private final boolean newer;
    private long at;

    /**
     * Starts at the first byte.
     *
     * @param what is read, for messages
     * @param bytes all of it; not to change meanwhile
     * @param newer whether its version may have put fields behind those that are known
     */
    FieldReader(String what, MemorySegment bytes, boolean newer) {
        this.what = what;
        this.bytes = bytes;
        this.newer = newer;
    }

    int u8() {
        return LittleEndian.u8(bytes, pass(Byte.BYTES));
    }

    int u16() {
        return LittleEndian.u16(bytes, pass(Short.BYTES));
    }

    int u32() {
        return LittleEndian.i32(bytes, pass(Integer.BYTES));
    }

    long u64() {
        return LittleEndian.i64(bytes, pass(Long.BYTES));
    }

    boolean flag() {
        int value = u8();
        require(value <= 1, "%d is neither yes nor no", value);
        return value == 1;
    }

    MemorySegment raw(long length) {
        return bytes.asSlice(pass(length), length);
    }

    Bytes bytes(int most) {
        return Bytes.of(raw(length(most, "bytes")));
    }

    String text(int mostBytes) {
        int length = u16();
        require(length <= mostBytes, "a text of %d bytes is longer than %d", length, mostBytes);
        ByteBuffer encoded = ByteBuffer.wrap(raw(length).toArray(ValueLayout.JAVA_BYTE));
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(encoded).toString();
        } catch (CharacterCodingException e) {
            throw new StateRefusedException(what + " is not valid: a text is not in UTF-8", e);
        }
    }

    /**
     * A list.
     *
     * @param entryBytes bytes that an entry has at least
     */
    <T> List<T> list(int most, int entryBytes, Function<FieldReader, T> entry) {
        long count = length(most, "entries");
        require(
                count * entryBytes <= left(),
                "it is cut off: %d entries of %d bytes do not fit the %d bytes left",
                count,
                entryBytes,
                left());
        List<T> entries = new ArrayList<>((int) count);
        for (long i = 0; i < count; i++) {
            entries.add(entry.apply(this));
        }
        return entries;
    }

    /** All that was not read yet. */
    MemorySegment rest() {
        return raw(left());
    }

    /** Refuses bytes that nobody has read, unless a newer version may have put them there. */
    void end() {
        require(newer || left() == 0, "%d bytes are left over", left());
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a library of its own
    void require(boolean holds, String reason, Object... arguments) {
        if (!holds) {
            throw new StateRefusedException(
                    "%s is not valid: %s (at its byte %d)".formatted(what, reason.formatted(arguments), at));
        }
    }

    /** A value whose constructor says what is wrong with it. */
    <T> T valid(Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw new StateRefusedException("%s is not valid: %s".formatted(what, e.getMessage()), e);
        }
    }

    private long length(int most, String unit) {
        long length = Integer.toUnsignedLong(u32());
        require(length <= most, "%d %s are more than %d", length, unit, most);
        return length;
    }

    /** Bytes that were not read yet. */
    long left() {
        return bytes.byteSize() - at;
    }

    private long pass(long length) {
        require(length <= left(), "it is cut off: %d bytes are needed and %d left", length, left());
        long from = at;
        at += length;
        return from;
    }
}
