package io.vfiouser.nvme.driver;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Puts together what a guest has to know in another process. Big-endian; arrays and texts with their length before them. */
public final class GuestStateWriter {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    /** Begins with nothing. */
    public GuestStateWriter() {}

    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private GuestStateWriter write(Writing writing) {
        try {
            writing.to(out);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written", e);
        }
    }

    public GuestStateWriter i32(int value) {
        return write(to -> to.writeInt(value));
    }

    public GuestStateWriter i64(long value) {
        return write(to -> to.writeLong(value));
    }

    public GuestStateWriter flag(boolean value) {
        return write(to -> to.writeByte(value ? 1 : 0));
    }

    public GuestStateWriter bytes(byte[] value) {
        return i32(value.length).write(to -> to.write(value));
    }

    public GuestStateWriter text(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    /** The first {@code count} of an array. */
    public GuestStateWriter ints(int[] values, int count) {
        i32(count);
        for (int i = 0; i < count; i++) {
            i32(values[i]);
        }
        return this;
    }

    /** The first {@code count} of an array. */
    public GuestStateWriter longs(long[] values, int count) {
        i32(count);
        for (int i = 0; i < count; i++) {
            i64(values[i]);
        }
        return this;
    }

    public GuestStateWriter flags(boolean[] values) {
        byte[] each = new byte[values.length];
        for (int i = 0; i < each.length; i++) {
            each[i] = (byte) (values[i] ? 1 : 0);
        }
        return bytes(each);
    }

    public byte[] toBytes() {
        return bytes.toByteArray();
    }
}
