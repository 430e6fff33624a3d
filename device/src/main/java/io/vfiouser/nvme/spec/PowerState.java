package io.vfiouser.nvme.spec;

import java.lang.foreign.MemorySegment;

/**
 * A power state descriptor, 32 bytes. Base 2.1, section 5.1.13.2.1, "Power State Descriptor Data Structure".
 *
 * @param maximumCentiwatts MP in units of 0.01 W
 * @param entryMicros ENLAT
 * @param exitMicros EXLAT
 */
public record PowerState(int maximumCentiwatts, int entryMicros, int exitMicros) {
    public static final int LENGTH_BYTES = 32;
    /** Maximum Power, u16. */
    public static final int MP = 0;
    /** Entry Latency in microseconds, u32. */
    public static final int ENLAT = 4;
    /** Exit Latency in microseconds, u32. */
    public static final int EXLAT = 8;

    public void write(MemorySegment segment, long offset) {
        LittleEndian.putU16(segment, offset + MP, maximumCentiwatts);
        LittleEndian.putU32(segment, offset + ENLAT, entryMicros);
        LittleEndian.putU32(segment, offset + EXLAT, exitMicros);
    }

    public static PowerState read(MemorySegment segment, long offset) {
        return new PowerState(
                LittleEndian.u16(segment, offset + MP),
                LittleEndian.i32(segment, offset + ENLAT),
                LittleEndian.i32(segment, offset + EXLAT));
    }
}
