package io.vfiouser.nvme.cli.identify;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Function;

/**
 * How a field stands in memory, and how it is shown.
 *
 * @param lengthBytes the field's length
 * @param decoder makes the value of the bytes, which come in the order of memory
 * @param shown the value for people
 */
record Format<T>(int lengthBytes, Function<byte[], T> decoder, Function<T, String> shown) {

    private static final HexFormat HEX = HexFormat.of();
    private static final int UUID_BYTES = 16;
    private static final int OUI_BYTES = 3;
    private static final int OUI_DIGITS = 2 * OUI_BYTES;
    /** Where the hyphens of a UUID stand among its digits. */
    private static final int[] UUID_GROUPS = {0, 8, 12, 16, 20, 32};

    T read(MemorySegment structure, long offset) {
        return decoder.apply(structure.asSlice(offset, lengthBytes).toArray(ValueLayout.JAVA_BYTE));
    }

    /** A little-endian number, as decimal. */
    static Format<BigInteger> decimal(int lengthBytes) {
        return number(lengthBytes, BigInteger::toString);
    }

    /** A little-endian number, as hexadecimal. */
    static Format<BigInteger> hex(int lengthBytes) {
        return number(lengthBytes, Format::hex);
    }

    /** A little-endian number, shown in its own way. */
    static Format<BigInteger> number(int lengthBytes, Function<BigInteger, String> shown) {
        return new Format<>(lengthBytes, Format::littleEndian, shown);
    }

    /** An IEEE organizationally unique identifier. */
    static Format<BigInteger> oui() {
        return number(OUI_BYTES, value -> HEX.toHexDigits(value.longValue(), OUI_DIGITS));
    }

    /** ASCII up to the first zero, without the blanks at its end. */
    static Format<String> text(int lengthBytes) {
        return new Format<>(lengthBytes, Format::unpadded, Function.identity());
    }

    /** Bytes in the order of memory. */
    static Format<String> bytes(int lengthBytes) {
        return new Format<>(lengthBytes, HEX::formatHex, Function.identity());
    }

    /** 16 bytes, most significant first. */
    static Format<String> uuid() {
        return new Format<>(UUID_BYTES, Format::hyphenated, Function.identity());
    }

    /** With a prefix, except for zero: what C's {@code %#x} prints. */
    static String hex(BigInteger value) {
        return value.signum() == 0 ? "0" : "0x" + value.toString(16);
    }

    static BigInteger littleEndian(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return new BigInteger(1, reversed);
    }

    private static String unpadded(byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        while (end > 0 && bytes[end - 1] == ' ') {
            end--;
        }
        return Printable.of(Arrays.copyOf(bytes, end));
    }

    private static String hyphenated(byte[] bytes) {
        String digits = HEX.formatHex(bytes);
        StringBuilder uuid = new StringBuilder();
        for (int i = 1; i < UUID_GROUPS.length; i++) {
            uuid.append(i == 1 ? "" : "-").append(digits, UUID_GROUPS[i - 1], UUID_GROUPS[i]);
        }
        return uuid.toString();
    }
}
