package io.vfiouser.nvme.migration;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Writes fields one behind the other, little-endian, without gaps. A value that its field cannot hold is refused, never cut. */
final class FieldWriter {
    private static final int FIRST_CAPACITY = 64;

    private final String what;
    private ByteBuffer out = ByteBuffer.allocate(FIRST_CAPACITY).order(ByteOrder.LITTLE_ENDIAN);

    /**
     * Starts with nothing.
     *
     * @param what is written, for messages
     */
    FieldWriter(String what) {
        this.what = what;
    }

    void u8(int value) {
        require(value >= 0 && value <= 0xFF, "%d does not fit a byte", value);
        room(Byte.BYTES).put((byte) value);
    }

    void u16(int value) {
        require(value >= 0 && value <= 0xFFFF, "%d does not fit a word", value);
        room(Short.BYTES).putShort((short) value);
    }

    /** All 32 bits, whatever they mean. */
    void u32(int value) {
        room(Integer.BYTES).putInt(value);
    }

    /** All 64 bits, whatever they mean. */
    void u64(long value) {
        room(Long.BYTES).putLong(value);
    }

    void flag(boolean value) {
        u8(value ? 1 : 0);
    }

    /** Bytes whose number is known to the reader. */
    void raw(byte[] bytes) {
        room(bytes.length).put(bytes);
    }

    /** A length as u32, and the bytes. */
    void bytes(Bytes bytes, int most) {
        require(bytes.length() <= most, "%d bytes are more than %d", bytes.length(), most);
        u32(bytes.length());
        raw(bytes.toArray());
    }

    /** A length in bytes as u16, and the text in UTF-8. */
    void text(String text, int mostBytes) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        require(bytes.length <= mostBytes, "a text of %d bytes is longer than %d", bytes.length, mostBytes);
        u16(bytes.length);
        raw(bytes);
    }

    /** A number of entries as u32, and the entries. */
    <T> void list(List<T> entries, int most, Consumer<T> entry) {
        require(entries.size() <= most, "%d entries are more than %d", entries.size(), most);
        u32(entries.size());
        entries.forEach(entry);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a library of its own
    void require(boolean holds, String reason, Object... arguments) {
        if (!holds) {
            throw new StateRefusedException(what + " cannot be written: " + reason.formatted(arguments));
        }
    }

    int size() {
        return out.position();
    }

    byte[] toArray() {
        return Arrays.copyOf(out.array(), out.position());
    }

    private ByteBuffer room(int bytes) {
        if (out.remaining() < bytes) {
            int capacity = Math.max(out.capacity() * 2, out.position() + bytes);
            out = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN).put(out.flip());
        }
        return out;
    }
}
