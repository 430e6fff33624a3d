package io.vfiouser.nvme.spec;

/** Feature identifiers. Base 2.1, section 5.1.25.1; NVM Command Set 1.1, section 4.1.3. */
public final class FeatureId {
    public static final int ARBITRATION = 0x01;
    public static final int POWER_MANAGEMENT = 0x02;
    public static final int LBA_RANGE_TYPE = 0x03;
    public static final int TEMPERATURE_THRESHOLD = 0x04;
    public static final int ERROR_RECOVERY = 0x05;
    public static final int VOLATILE_WRITE_CACHE = 0x06;
    public static final int NUMBER_OF_QUEUES = 0x07;
    public static final int INTERRUPT_COALESCING = 0x08;
    public static final int INTERRUPT_VECTOR_CONFIGURATION = 0x09;
    public static final int WRITE_ATOMICITY_NORMAL = 0x0A;
    public static final int ASYNCHRONOUS_EVENT_CONFIGURATION = 0x0B;
    public static final int AUTONOMOUS_POWER_STATE_TRANSITION = 0x0C;
    public static final int HOST_MEMORY_BUFFER = 0x0D;
    public static final int TIMESTAMP = 0x0E;
    public static final int KEEP_ALIVE_TIMER = 0x0F;
    public static final int HOST_BEHAVIOR_SUPPORT = 0x16;
    public static final int IO_COMMAND_SET_PROFILE = 0x19;
    public static final int SOFTWARE_PROGRESS_MARKER = 0x80;
    public static final int HOST_IDENTIFIER = 0x81;

    /** Get Features, CDW10 bits 10:8: the current value. */
    public static final int SELECT_CURRENT = 0;
    /** Get Features, CDW10 bits 10:8: the default. */
    public static final int SELECT_DEFAULT = 1;
    /** Get Features, CDW10 bits 10:8: the saved value. */
    public static final int SELECT_SAVED = 2;
    /** Get Features, CDW10 bits 10:8: what is supported. */
    public static final int SELECT_SUPPORTED = 3;

    private FeatureId() {}
}
