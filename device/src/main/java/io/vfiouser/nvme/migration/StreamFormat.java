package io.vfiouser.nvme.migration;

import io.vfiouser.nvme.spec.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * How the migration stream is laid out. All numbers are little-endian.
 *
 * <p>A preamble of 16 bytes, the same in every version: magic u64, major u16, minor u16, CRC32C u32 of the 12 bytes before. Then frames,
 * each a header of 16 bytes and a payload: type u32, flags u32 (bit 0: required), payload length u32, CRC32C u32 of the 12 bytes before
 * and the payload. A reader skips a type that it does not know, unless it is required. The last frame says how many frames and bytes came
 * before it.
 *
 * <p>A change that older readers cannot bear makes a new major version. A minor version may add types of frames, and fields behind those
 * that a payload had; a reader passes over such bytes if the stream's minor version is above its own, and refuses them otherwise.
 */
public final class StreamFormat {
    /** Streams of another major version cannot be read. */
    public static final int MAJOR = 1;

    /** Streams of the same major and any minor version can be read. */
    public static final int MINOR = 0;

    /** Most bytes of blocks in one {@link Frame.Data}. */
    public static final int LARGEST_DATA_BYTES = 1 << 20;

    /** Most bytes of an encoded {@link ControllerState}. */
    public static final int LARGEST_STATE_BYTES = 16 << 20;

    static final int PREAMBLE_BYTES = 16;
    static final int HEADER_BYTES = 16;
    /** Flag of a frame that must not be skipped. */
    static final int REQUIRED = 1;

    private static final long MAGIC =
            LittleEndian.i64(MemorySegment.ofArray("NVMEVFUM".getBytes(StandardCharsets.US_ASCII)), 0);
    private static final int MAJOR_AT = 8;
    private static final int MINOR_AT = 10;
    private static final int FLAGS_AT = 4;
    private static final int LENGTH_AT = 8;
    private static final int CHECKSUM_AT = 12;

    private StreamFormat() {}

    static void putPreamble(MemorySegment at) {
        LittleEndian.putU64(at, 0, MAGIC);
        LittleEndian.putU16(at, MAJOR_AT, MAJOR);
        LittleEndian.putU16(at, MINOR_AT, MINOR);
        LittleEndian.putU32(at, CHECKSUM_AT, checksum(at).intValue());
    }

    /**
     * Checks a preamble.
     *
     * @return the stream's minor version
     */
    static int minorOf(MemorySegment preamble) {
        if (LittleEndian.i64(preamble, 0) != MAGIC) {
            throw new StateRefusedException(
                    "this is no migration stream of an NVMe controller: it does not begin like one");
        }
        if (LittleEndian.i32(preamble, CHECKSUM_AT) != checksum(preamble).intValue()) {
            throw new StateRefusedException("the stream is damaged: the checksum of its first 16 bytes does not match");
        }
        int major = LittleEndian.u16(preamble, MAJOR_AT);
        int minor = LittleEndian.u16(preamble, MINOR_AT);
        if (major != MAJOR) {
            throw new StateRefusedException(
                    "the stream has version %d.%d and this program reads version %d.x: use a release with the same major version at both sides"
                            .formatted(major, minor, MAJOR));
        }
        return minor;
    }

    /** Writes a frame's header, all but its checksum. */
    static void putHeader(MemorySegment at, int type, int flags, int lengthBytes) {
        LittleEndian.putU32(at, 0, type);
        LittleEndian.putU32(at, FLAGS_AT, flags);
        LittleEndian.putU32(at, LENGTH_AT, lengthBytes);
    }

    static void putChecksum(MemorySegment header, Checksum checksum) {
        LittleEndian.putU32(header, CHECKSUM_AT, checksum.intValue());
    }

    static int type(MemorySegment header) {
        return LittleEndian.i32(header, 0);
    }

    static boolean required(MemorySegment header) {
        return (LittleEndian.i32(header, FLAGS_AT) & REQUIRED) != 0;
    }

    static long lengthBytes(MemorySegment header) {
        return LittleEndian.u32(header, LENGTH_AT);
    }

    static boolean matches(MemorySegment header, Checksum checksum) {
        return LittleEndian.i32(header, CHECKSUM_AT) == checksum.intValue();
    }

    /** The checksum of what stands before the checksum in a preamble or header; to be continued with the payload. */
    static Checksum checksum(MemorySegment header) {
        Checksum checksum = new Checksum();
        checksum.add(header.asSlice(0, CHECKSUM_AT));
        return checksum;
    }

    /** A CRC32C that grows. */
    static final class Checksum {
        private final CRC32C crc = new CRC32C();

        void add(MemorySegment bytes) {
            crc.update(bytes.asByteBuffer());
        }

        int intValue() {
            return (int) crc.getValue();
        }
    }
}
