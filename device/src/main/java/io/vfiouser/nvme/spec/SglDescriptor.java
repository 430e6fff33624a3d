package io.vfiouser.nvme.spec;

import java.lang.foreign.MemorySegment;

/**
 * An SGL descriptor, 16 bytes: address 7:0, length 11:8, reserved 14:12, SGL identifier 15 (type in bits 7:4, sub type in
 * bits 3:0). Base 2.1, section 4.3.2. Handled as two longs, the address and {@code lengthAndType}, so that who reads memory
 * that a guest may change reads each of them once.
 */
public final class SglDescriptor {
    public static final int LENGTH_BYTES = 16;
    /** An SGL segment starts at a multiple of this. */
    public static final int SEGMENT_ALIGNMENT = 8;
    /** The longest length a descriptor has. */
    public static final long MAXIMUM_LENGTH = 0xFFFF_FFFFL;

    /** SGL identifier: Data Block with an address. */
    public static final int DATA_BLOCK = 0x00;
    /** SGL identifier: Bit Bucket. */
    public static final int BIT_BUCKET = 0x10;
    /** SGL identifier: Segment with an address. */
    public static final int SEGMENT = 0x20;
    /** SGL identifier: Last Segment with an address. */
    public static final int LAST_SEGMENT = 0x30;
    /** SGL identifier: Keyed Data Block with an address; not used over PCIe. */
    public static final int KEYED_DATA_BLOCK = 0x40;
    /** SGL identifier: Transport Data Block; not used over PCIe. */
    public static final int TRANSPORT_DATA_BLOCK = 0x50;
    /** SGL identifier: vendor specific. */
    public static final int VENDOR_SPECIFIC = 0xF0;

    /** Sub type: the address is one. */
    public static final int SUB_TYPE_ADDRESS = 0;
    /** Sub type: the address is an offset; reserved over PCIe. */
    public static final int SUB_TYPE_OFFSET = 1;

    private static final int LENGTH_AND_TYPE = 8;
    private static final int IDENTIFIER_SHIFT = 56;

    private SglDescriptor() {}

    /** The second half of a descriptor: reserved bytes are 0. */
    public static long lengthAndType(long lengthBytes, int identifier) {
        return (lengthBytes & MAXIMUM_LENGTH) | (long) identifier << IDENTIFIER_SHIFT;
    }

    /** The length in bytes that the second half of a descriptor holds. */
    public static long lengthBytes(long lengthAndType) {
        return lengthAndType & MAXIMUM_LENGTH;
    }

    /** The SGL identifier that the second half of a descriptor holds: type and sub type. */
    public static int identifier(long lengthAndType) {
        return (int) (lengthAndType >>> IDENTIFIER_SHIFT);
    }

    /** Reads the first half anew at each call. */
    public static long address(MemorySegment segment, long offset) {
        return LittleEndian.i64(segment, offset);
    }

    /** Reads the second half anew at each call. */
    public static long lengthAndType(MemorySegment segment, long offset) {
        return LittleEndian.i64(segment, offset + LENGTH_AND_TYPE);
    }

    public static void write(MemorySegment segment, long offset, long address, long lengthBytes, int identifier) {
        LittleEndian.putU64(segment, offset, address);
        LittleEndian.putU64(segment, offset + LENGTH_AND_TYPE, lengthAndType(lengthBytes, identifier));
    }
}
