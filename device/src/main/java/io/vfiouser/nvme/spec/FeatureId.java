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
    public static final int HOST_CONTROLLED_THERMAL_MANAGEMENT = 0x10;
    public static final int NON_OPERATIONAL_POWER_STATE_CONFIG = 0x11;
    public static final int READ_RECOVERY_LEVEL_CONFIG = 0x12;
    public static final int PREDICTABLE_LATENCY_MODE_CONFIG = 0x13;
    public static final int PREDICTABLE_LATENCY_MODE_WINDOW = 0x14;
    public static final int LBA_STATUS_INFORMATION_REPORT_INTERVAL = 0x15;
    /** {@link HostBehaviorSupport}. */
    public static final int HOST_BEHAVIOR_SUPPORT = 0x16;

    public static final int SANITIZE_CONFIG = 0x17;
    public static final int ENDURANCE_GROUP_EVENT_CONFIGURATION = 0x18;
    public static final int IO_COMMAND_SET_PROFILE = 0x19;
    public static final int SPINUP_CONTROL = 0x1A;
    public static final int POWER_LOSS_SIGNALING_CONFIG = 0x1B;
    public static final int PERFORMANCE_CHARACTERISTICS = 0x1C;
    public static final int FLEXIBLE_DATA_PLACEMENT = 0x1D;
    public static final int FLEXIBLE_DATA_PLACEMENT_EVENTS = 0x1E;
    public static final int NAMESPACE_ADMIN_LABEL = 0x1F;
    public static final int CONTROLLER_DATA_QUEUE = 0x21;
    public static final int ENHANCED_CONTROLLER_METADATA = 0x7D;
    public static final int CONTROLLER_METADATA = 0x7E;
    public static final int NAMESPACE_METADATA = 0x7F;
    public static final int SOFTWARE_PROGRESS_MARKER = 0x80;
    /** {@link HostIdentifier}. */
    public static final int HOST_IDENTIFIER = 0x81;

    public static final int RESERVATION_NOTIFICATION_MASK = 0x82;
    public static final int RESERVATION_PERSISTENCE = 0x83;
    public static final int NAMESPACE_WRITE_PROTECTION_CONFIG = 0x84;
    public static final int BOOT_PARTITION_WRITE_PROTECTION_CONFIG = 0x85;
    /** The first vendor specific feature. */
    public static final int FIRST_VENDOR_SPECIFIC = 0xC0;

    /** Get Features, CDW10 bits 10:8: the current value. */
    public static final int SELECT_CURRENT = 0;
    /** Get Features, CDW10 bits 10:8: the default. */
    public static final int SELECT_DEFAULT = 1;
    /** Get Features, CDW10 bits 10:8: the saved value. */
    public static final int SELECT_SAVED = 2;
    /** Get Features, CDW10 bits 10:8: what is supported. */
    public static final int SELECT_SUPPORTED = 3;

    /** DW0 of Get Features for the supported capabilities: the feature is saveable. */
    public static final int CAPABILITY_SAVEABLE = 1;
    /** DW0 of Get Features for the supported capabilities: it has a value for each namespace. */
    public static final int CAPABILITY_NAMESPACE_SPECIFIC = 1 << 1;
    /** DW0 of Get Features for the supported capabilities: Set Features changes it. */
    public static final int CAPABILITY_CHANGEABLE = 1 << 2;

    private FeatureId() {}
}
