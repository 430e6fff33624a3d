package io.vfiouser.nvme.spec;

/**
 * Bits of the Asynchronous Event Configuration feature (CDW11): which events a host wants to hear of. Base 2.1, section
 * 5.1.25.1. From bit 8 on they are the bits of {@link IdentifyController#OAES}.
 */
public final class AsynchronousEventConfiguration {
    /** SMART / Health Critical Warnings: the bits are those of {@link SmartLog#CRITICAL_WARNING}. */
    public static final int SMART_CRITICAL_WARNINGS = 0xFF;
    /** Attached Namespace Attribute Notices. */
    public static final int ATTACHED_NAMESPACE_ATTRIBUTE = 1 << 8;
    /** Firmware Activation Notices. */
    public static final int FIRMWARE_ACTIVATION = 1 << 9;
    /** Telemetry Log Notices. */
    public static final int TELEMETRY_LOG = 1 << 10;
    /** Asymmetric Namespace Access Change Notices. */
    public static final int ASYMMETRIC_NAMESPACE_ACCESS = 1 << 11;
    /** Predictable Latency Event Aggregate Log Change Notices. */
    public static final int PREDICTABLE_LATENCY = 1 << 12;
    /** LBA Status Information Alert Notices. */
    public static final int LBA_STATUS = 1 << 13;
    /** Endurance Group Event Aggregate Log Change Notices. */
    public static final int ENDURANCE_GROUP = 1 << 14;
    /** Normal NVM Subsystem Shutdown. */
    public static final int NORMAL_SUBSYSTEM_SHUTDOWN = 1 << 15;
    /** Temperature Threshold Hysteresis Recovery. */
    public static final int TEMPERATURE_HYSTERESIS_RECOVERY = 1 << 16;
    /** Reachability Association Change Notices. */
    public static final int REACHABILITY_ASSOCIATION = 1 << 17;
    /** Reachability Group Change Notices. */
    public static final int REACHABILITY_GROUP = 1 << 18;
    /** Allocated Namespace Attribute Notices. */
    public static final int ALLOCATED_NAMESPACE_ATTRIBUTE = 1 << 19;

    private AsynchronousEventConfiguration() {}
}
