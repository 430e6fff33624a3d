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
    /** Flags, u8. */
    public static final int FLAGS = 3;
    /** Entry Latency in microseconds, u32. */
    public static final int ENLAT = 4;
    /** Exit Latency in microseconds, u32. */
    public static final int EXLAT = 8;
    /** Relative Read Throughput, u8, bits 4:0. */
    public static final int RRT = 12;
    /** Relative Read Latency, u8, bits 4:0. */
    public static final int RRL = 13;
    /** Relative Write Throughput, u8, bits 4:0. */
    public static final int RWT = 14;
    /** Relative Write Latency, u8, bits 4:0. */
    public static final int RWL = 15;
    /** Idle Power in units of {@link #IPS}, u16. */
    public static final int IDLP = 16;
    /** Idle Power Scale, u8, bits 7:6: 0 not reported, 1 is 0.0001 W, 2 is 0.01 W. */
    public static final int IPS = 18;
    /** Active Power in units of its scale, u16. */
    public static final int ACTP = 20;
    /** Active Power Workload, u8, bits 2:0, and Active Power Scale, bits 7:6, as {@link #IPS}. */
    public static final int APW_APS = 22;

    /** {@link #FLAGS}: Max Power Scale, {@link #MP} is in units of 0.0001 W. */
    public static final int FLAGS_MXPS = 1;
    /** {@link #FLAGS}: Non-Operational State. */
    public static final int FLAGS_NOPS = 1 << 1;

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
