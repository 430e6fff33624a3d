package io.vfiouser.nvme.spec;

/** Log page identifiers. Base 2.1, section 5.1.12.1. */
public final class LogPageId {
    /** 256 dwords, bit 0: supported. */
    public static final int SUPPORTED_LOG_PAGES = 0x00;
    /** Entries of {@link ErrorLogEntry}, newest first. */
    public static final int ERROR_INFORMATION = 0x01;
    /** {@link SmartLog}. */
    public static final int SMART_HEALTH = 0x02;
    /** {@link FirmwareSlotLog}. */
    public static final int FIRMWARE_SLOT = 0x03;
    /** {@link NamespaceList}. */
    public static final int CHANGED_NAMESPACES = 0x04;
    /** {@link CommandEffectsLog}. */
    public static final int COMMANDS_SUPPORTED_AND_EFFECTS = 0x05;
    /** 256 dwords. */
    public static final int FEATURE_IDENTIFIERS_SUPPORTED_AND_EFFECTS = 0x12;

    private LogPageId() {}
}
