package io.vfiouser.nvme.driver;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads what a {@link GuestStateWriter} wrote, or what somebody says it did: nothing is allocated that is not there, and what makes no
 * sense ends in {@link NvmeDriverException}.
 */
public final class GuestStateReader {

    private final ByteBuffer in;

    public GuestStateReader(byte[] state) {
        in = ByteBuffer.wrap(state);
    }

    /** Fails unless the condition is met. */
    public static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new NvmeDriverException("the guest's state is of no use: " + otherwise);
        }
    }

    private void requireBytes(long count) {
        require(count >= 0 && count <= in.remaining(), "it ends early");
    }

    public int i32() {
        requireBytes(Integer.BYTES);
        return in.getInt();
    }

    /** A number in a range, both ends included. */
    public int i32(int least, int most, String what) {
        int value = i32();
        require(value >= least && value <= most, what + " is " + value + ", not " + least + " to " + most);
        return value;
    }

    public long i64() {
        requireBytes(Long.BYTES);
        return in.getLong();
    }

    public boolean flag() {
        requireBytes(1);
        return flagOf(in.get());
    }

    private static boolean flagOf(byte value) {
        require(value == 0 || value == 1, "a flag is neither set nor clear");
        return value == 1;
    }

    public byte[] bytes() {
        int count = i32();
        requireBytes(count);
        byte[] value = new byte[count];
        in.get(value);
        return value;
    }

    /** Bytes of which there must be so many. */
    public byte[] bytes(int count) {
        byte[] value = bytes();
        require(value.length == count, value.length + " bytes where there have to be " + count);
        return value;
    }

    public String text() {
        return new String(bytes(), StandardCharsets.UTF_8).replaceAll("\\p{C}", "?");
    }

    /** An array of at most so many. */
    public int[] ints(int most) {
        int[] values = new int[count(most, Integer.BYTES)];
        for (int i = 0; i < values.length; i++) {
            values[i] = in.getInt();
        }
        return values;
    }

    /** An array of at most so many. */
    public long[] longs(int most) {
        long[] values = new long[count(most, Long.BYTES)];
        for (int i = 0; i < values.length; i++) {
            values[i] = in.getLong();
        }
        return values;
    }

    private int count(int most, int bytesOfEach) {
        int count = i32(0, most, "the length of an array");
        requireBytes((long) count * bytesOfEach);
        return count;
    }

    /** An array of exactly so many. */
    public boolean[] flags(int count) {
        byte[] each = bytes(count);
        boolean[] values = new boolean[count];
        for (int i = 0; i < count; i++) {
            values[i] = flagOf(each[i]);
        }
        return values;
    }

    /** Bytes that were not read yet. */
    public int remaining() {
        return in.remaining();
    }

    /** Nothing may be left. */
    public void end() {
        require(!in.hasRemaining(), "there are " + in.remaining() + " bytes behind its end");
    }
}
