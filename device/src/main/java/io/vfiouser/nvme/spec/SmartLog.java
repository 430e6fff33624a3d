package io.vfiouser.nvme.spec;

import java.lang.foreign.MemorySegment;

/**
 * The SMART / Health Information log page, 512 bytes, as a view of memory that its caller owns. Base 2.1, section 5.1.12.1.3.
 * The counters have 128 bits on the wire; this project counts with 64.
 *
 * @param segment the page; it starts at offset 0
 */
public record SmartLog(MemorySegment segment) {
    public static final int LENGTH_BYTES = 512;
    /** Critical Warning, u8. */
    public static final int CRITICAL_WARNING = 0;
    /** Composite Temperature in kelvins, u16. */
    public static final int COMPOSITE_TEMPERATURE = 1;
    /** Available Spare in per cent, u8. */
    public static final int AVAILABLE_SPARE = 3;
    /** Available Spare Threshold in per cent, u8. */
    public static final int AVAILABLE_SPARE_THRESHOLD = 4;
    /** Percentage Used, u8. */
    public static final int PERCENTAGE_USED = 5;
    /** Endurance Group Critical Warning Summary, u8. */
    public static final int ENDURANCE_GROUP_CRITICAL_WARNING = 6;
    /** Data Units Read: thousands of 512 bytes, rounded up, u128. */
    public static final int DATA_UNITS_READ = 32;
    /** Data Units Written: thousands of 512 bytes, rounded up, u128. */
    public static final int DATA_UNITS_WRITTEN = 48;
    /** Host Read Commands, u128. */
    public static final int HOST_READ_COMMANDS = 64;
    /** Host Write Commands, u128. */
    public static final int HOST_WRITE_COMMANDS = 80;
    /** Controller Busy Time in minutes, u128. */
    public static final int CONTROLLER_BUSY_TIME = 96;
    /** Power Cycles, u128. */
    public static final int POWER_CYCLES = 112;
    /** Power On Hours, u128. */
    public static final int POWER_ON_HOURS = 128;
    /** Unsafe Shutdowns, u128. */
    public static final int UNSAFE_SHUTDOWNS = 144;
    /** Media and Data Integrity Errors, u128. */
    public static final int MEDIA_ERRORS = 160;
    /** Number of Error Information Log Entries, u128. */
    public static final int ERROR_LOG_ENTRIES = 176;

    /** Warning Composite Temperature Time in minutes, u32. */
    public static final int WARNING_TEMPERATURE_TIME = 192;
    /** Critical Composite Temperature Time in minutes, u32. */
    public static final int CRITICAL_TEMPERATURE_TIME = 196;
    /** Temperature Sensor 1 in kelvins, u16; seven more follow; 0 is a sensor that is not there. */
    public static final int TEMPERATURE_SENSOR_1 = 200;

    public static final int TEMPERATURE_SENSORS = 8;
    /** Thermal Management Temperature 1 Transition Count, u32; that of temperature 2 follows. */
    public static final int THERMAL_TRANSITIONS_1 = 216;
    /** Total Time For Thermal Management Temperature 1 in seconds, u32; that of temperature 2 follows. */
    public static final int THERMAL_TIME_1 = 224;

    /** {@link #CRITICAL_WARNING}: the available spare is below its threshold. */
    public static final int WARNING_SPARE = 1;
    /** {@link #CRITICAL_WARNING}: a temperature is beyond a threshold. */
    public static final int WARNING_TEMPERATURE = 1 << 1;
    /** {@link #CRITICAL_WARNING}: the NVM subsystem is less reliable than it was. */
    public static final int WARNING_RELIABILITY = 1 << 2;
    /** {@link #CRITICAL_WARNING}: all media are read-only. */
    public static final int WARNING_READ_ONLY = 1 << 3;
    /** {@link #CRITICAL_WARNING}: the volatile memory backup device failed. */
    public static final int WARNING_VOLATILE_BACKUP = 1 << 4;
    /** {@link #CRITICAL_WARNING}: the persistent memory region is read-only or unreliable. */
    public static final int WARNING_PERSISTENT_MEMORY = 1 << 5;

    /** Bytes that one data unit stands for. */
    public static final long DATA_UNIT_BYTES = 512_000;

    public int compositeTemperatureKelvin() {
        return LittleEndian.u16(segment, COMPOSITE_TEMPERATURE);
    }

    public int u8(int offset) {
        return LittleEndian.u8(segment, offset);
    }

    public int u16(int offset) {
        return LittleEndian.u16(segment, offset);
    }

    public long u32(int offset) {
        return LittleEndian.u32(segment, offset);
    }

    /** A counter's low 64 bits. */
    public long counter(int offset) {
        return LittleEndian.i64(segment, offset);
    }

    public void putCounter(int offset, long value) {
        LittleEndian.putU64(segment, offset, value);
        LittleEndian.putU64(segment, offset + 8L, 0);
    }
}
