package io.vfiouser.nvme.spec;

/** Log page identifiers. Base 2.1, section 5.1.12.1. */
public final class LogPageId {
    /** {@link SupportedLogPages}. */
    public static final int SUPPORTED_LOG_PAGES = 0x00;
    /** Entries of {@link ErrorLogEntry}, newest first. */
    public static final int ERROR_INFORMATION = 0x01;
    /** {@link SmartLog}. */
    public static final int SMART_HEALTH = 0x02;
    /** {@link FirmwareSlotLog}. */
    public static final int FIRMWARE_SLOT = 0x03;
    /** Changed Attached Namespace List: {@link NamespaceList}. */
    public static final int CHANGED_NAMESPACES = 0x04;
    /** {@link CommandEffectsLog}. */
    public static final int COMMANDS_SUPPORTED_AND_EFFECTS = 0x05;

    public static final int DEVICE_SELF_TEST = 0x06;
    public static final int TELEMETRY_HOST_INITIATED = 0x07;
    public static final int TELEMETRY_CONTROLLER_INITIATED = 0x08;
    public static final int ENDURANCE_GROUP_INFORMATION = 0x09;
    public static final int PREDICTABLE_LATENCY_PER_NVM_SET = 0x0A;
    public static final int PREDICTABLE_LATENCY_EVENT_AGGREGATE = 0x0B;
    public static final int ASYMMETRIC_NAMESPACE_ACCESS = 0x0C;
    public static final int PERSISTENT_EVENT = 0x0D;
    public static final int LBA_STATUS_INFORMATION = 0x0E;
    public static final int ENDURANCE_GROUP_EVENT_AGGREGATE = 0x0F;
    public static final int MEDIA_UNIT_STATUS = 0x10;
    public static final int SUPPORTED_CAPACITY_CONFIGURATION_LIST = 0x11;
    /** {@link FeatureEffects}. */
    public static final int FEATURE_IDENTIFIERS_SUPPORTED_AND_EFFECTS = 0x12;

    public static final int NVME_MI_COMMANDS_SUPPORTED_AND_EFFECTS = 0x13;
    public static final int COMMAND_AND_FEATURE_LOCKDOWN = 0x14;
    public static final int BOOT_PARTITION = 0x15;
    /** Changed Allocated Namespace List: {@link NamespaceList}. */
    public static final int CHANGED_ALLOCATED_NAMESPACES = 0x1C;

    public static final int RESERVATION_NOTIFICATION = 0x80;
    public static final int SANITIZE_STATUS = 0x81;
    /** The first vendor specific log page. */
    public static final int FIRST_VENDOR_SPECIFIC = 0xC0;

    private LogPageId() {}
}
