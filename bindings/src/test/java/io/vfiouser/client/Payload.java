package io.vfiouser.client;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Builds message payloads field by field, in the byte order of the host. */
final class Payload {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Payload u16(int value) {
        return add(
                ByteBuffer.allocate(Short.BYTES).order(ByteOrder.nativeOrder()).putShort((short) value));
    }

    Payload u32(long value) {
        return add(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt((int) value));
    }

    Payload u64(long value) {
        return add(
                ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(value));
    }

    Payload text(String value) {
        return raw(value.getBytes(StandardCharsets.UTF_8));
    }

    Payload raw(byte... bytes) {
        out.writeBytes(bytes);
        return this;
    }

    Payload zeros(int count) {
        return raw(new byte[count]);
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    private Payload add(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.flip().remaining()];
        buffer.get(bytes);
        return raw(bytes);
    }
}
